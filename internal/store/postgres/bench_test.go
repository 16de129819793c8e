package postgres_test

import (
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
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

// BenchmarkCountDay counts a day of a million payments while others commit.
func BenchmarkCountDay(b *testing.B) {
	dsn := newDSN(b)
	s := open(b, postgres.Options{DSN: dsn, Now: storetest.NewClock().Now})
	onePayment(b, s)
	conn := must[*pgx.Conn](b)(pgx.Connect(b.Context(), dsn))
	defer conn.Close(b.Context())
	for _, statement := range []string{sqldbtest.MultiplyDay, "ANALYZE payments", "VACUUM payments"} {
		if _, err := conn.Exec(b.Context(), statement); err != nil {
			b.Fatal(err)
		}
	}
	sqldbtest.CountDay(b, s)
}

// onePayment makes one that is paid.
func onePayment(b *testing.B, s store.Store) {
	b.Helper()
	if err := s.SaveTerminal(b.Context(), store.Terminal{MerchantID: storetest.Merchant, ID: storetest.TID, Cursor: payment.Cursor{Style: payment.BySequence}}); err != nil {
		b.Fatal(err)
	}
	c := must[store.Change](b)(s.Commit(b.Context(), storetest.NewPayment(1)))
	must[store.Change](b)(s.Commit(b.Context(), storetest.Answer(c.Payment, storetest.Morning(), storetest.Paid())))
}
