package postgres_test

import (
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/lunas-pay/lunas/internal/store/postgres"
	"github.com/lunas-pay/lunas/internal/store/sqldb/sqldbtest"
	"github.com/lunas-pay/lunas/internal/store/storetest"
)

func BenchmarkStore(b *testing.B) { storetest.Bench(b, openStore) }

// BenchmarkContest wants a server with fsync=on: LUNAS_TEST_PG_FSYNC=on, or one of your own in LUNAS_TEST_POSTGRES.
func BenchmarkContest(b *testing.B) {
	for _, callers := range []int{1, 16, 64, 256} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			dsn := newDSN(b)
			s := open(b, postgres.Options{DSN: dsn, Now: storetest.NewClock().Now})
			rivals := min(callers, 16)
			conns := make([]*pgx.Conn, rivals)
			for i := range conns {
				conns[i] = must[*pgx.Conn](b)(pgx.Connect(b.Context(), dsn))
				defer conns[i].Close(b.Context())
			}
			exec := func(caller int) func(string, ...any) error {
				return func(statement string, args ...any) error {
					_, err := conns[caller].Exec(b.Context(), statement, args...)
					return err
				}
			}
			if err := sqldbtest.PreparePlain(exec(0)); err != nil {
				b.Fatal(err)
			}
			plainly := func(caller, n int) error { return sqldbtest.PayPlainly(n, exec(caller)) }
			sqldbtest.Contest(b, s, callers, plainly, rivals)
		})
	}
}
