package sqlite_test

import (
	"database/sql"
	"fmt"
	"testing"

	"github.com/lunas-pay/lunas/internal/store/sqldb/sqldbtest"
	"github.com/lunas-pay/lunas/internal/store/storetest"
)

func BenchmarkStore(b *testing.B) { storetest.Bench(b, openStore) }

// BenchmarkContest writes to the folder for temporary files, which should be on a disk.
func BenchmarkContest(b *testing.B) {
	for _, callers := range []int{1, 16, 64, 256} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			s := openStore(b, storetest.NewClock().Now)
			db := must[*sql.DB](b)(sql.Open("sqlite", "file:"+newPath(b)+"?_pragma=journal_mode(wal)&_pragma=synchronous(full)"))
			defer db.Close()
			db.SetMaxOpenConns(1)
			prepared := map[string]*sql.Stmt{}
			exec := func(statement string, args ...any) (err error) {
				p := prepared[statement]
				if p == nil {
					if p, err = db.Prepare(statement); err != nil {
						return err
					}
					prepared[statement] = p
				}
				_, err = p.Exec(args...)
				return err
			}
			if err := sqldbtest.PreparePlain(exec); err != nil {
				b.Fatal(err)
			}
			plainly := func(_, n int) error { return sqldbtest.PayPlainly(n, exec) }
			sqldbtest.Contest(b, s, callers, plainly, 1) // SQLite has one writer
		})
	}
}
