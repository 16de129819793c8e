package sqlite_test

import (
	"database/sql"
	"fmt"
	"testing"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
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

// BenchmarkCountDay counts a day of a million payments while others commit.
func BenchmarkCountDay(b *testing.B) {
	path := newPath(b)
	s := open(b, path, storetest.NewClock().Now)
	if err := s.SaveTerminal(b.Context(), store.Terminal{MerchantID: storetest.Merchant, ID: storetest.TID, Cursor: payment.Cursor{Style: payment.BySequence}}); err != nil {
		b.Fatal(err)
	}
	c := must[store.Change](b)(s.Commit(b.Context(), storetest.NewPayment(1)))
	must[store.Change](b)(s.Commit(b.Context(), storetest.Answer(c.Payment, storetest.Morning(), storetest.Paid())))
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	db := must[*sql.DB](b)(sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(wal)"))
	if _, err := db.Exec(sqldbtest.MultiplyDay); err != nil {
		b.Fatal(err)
	}
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
	sqldbtest.CountDay(b, open(b, path, storetest.NewClock().Now))
}
