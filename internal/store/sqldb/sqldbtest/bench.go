package sqldbtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/storetest"
)

// Contest measures a store against the same work done plainly, one transaction at a time and one row at a time, in
// turns of a second, so that whatever else the machine does hurts both. Both write a payment in two transactions:
// request and answer of 700 and 900 bytes, a terminal of a thousand. The ratio is the median of the turns'.
func Contest(b *testing.B, s store.Store, callers int, rival func(caller, n int) error, rivals int) {
	b.Helper()
	for i := range terminals {
		t := store.Terminal{MerchantID: storetest.Merchant, ID: terminal(i), Cursor: payment.Cursor{Style: payment.BySequence}}
		if err := s.SaveTerminal(b.Context(), t); err != nil {
			b.Fatal(err)
		}
	}
	sealed := make([]byte, 1600)
	rand.Read(sealed)
	var n, m atomic.Int64
	ours := func(int) error { return pay(b.Context(), s, int(n.Add(1)), sealed) }
	theirs := func(caller int) error { return rival(caller, int(m.Add(1))) }
	turn(b, callers, 300*time.Millisecond, ours) // warm
	turn(b, rivals, 300*time.Millisecond, theirs)
	var rates, plain, ratios []float64
	for b.Loop() {
		o, p := turn(b, callers, time.Second, ours), turn(b, rivals, time.Second, theirs)
		rates, plain, ratios = append(rates, o), append(plain, p), append(ratios, o/p)
	}
	b.ReportMetric(median(rates), "payments/s")
	b.ReportMetric(median(plain), "plain/s")
	b.ReportMetric(median(ratios), "ratio")
	b.ReportMetric(0, "ns/op")
}

// terminals is how many terminals take part; with few the plain way would wait for their rows.
const terminals = 1000

func terminal(i int) string { return fmt.Sprintf("ter_%04d", i) }

// turn has callers work for a while and gives how many payments a second they made.
func turn(b *testing.B, callers int, length time.Duration, f func(caller int) error) float64 {
	b.Helper()
	var done atomic.Int64
	var all sync.WaitGroup
	began := time.Now()
	for caller := range callers {
		all.Go(func() {
			for time.Since(began) < length {
				if err := f(caller); err != nil {
					b.Error(err)
					return
				}
				done.Add(1)
			}
		})
	}
	all.Wait()
	return float64(done.Load()) / time.Since(began).Seconds()
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

func pay(ctx context.Context, s store.Store, n int, sealed []byte) error {
	c := storetest.NewPayment(n, func(r *storetest.Request) {
		r.Terminal = terminal(n % terminals)
		r.Key = store.Key{Key: r.ID, Fingerprint: "f"}
	})
	finish := c.Finish
	c.Finish = func(number payment.Number, t0 time.Time) (store.Change, error) {
		done, err := finish(number, t0)
		done.Exchanges[0].Sealed = sealed[:700]
		return done, err
	}
	made, err := s.Commit(ctx, c)
	if err != nil {
		return err
	}
	c = storetest.Answer(made.Payment, made.Payment.CreatedAt.Add(9*time.Second), storetest.Paid())
	c.Exchanges[0].Sealed = sealed[700:]
	_, err = s.Commit(ctx, c)
	return err
}

// Plain are the statements of a payment done plainly, on tables of its own: those that come first are one transaction,
// the others the second. $1 is the payment's id, in the first statement the terminal's.
var Plain = struct{ Schema, First, Second []string }{
	Schema: []string{
		`CREATE TABLE plain_terminals (merchant_id bigint, id bigint, batch int, ref int, PRIMARY KEY (merchant_id, id))`,
		`CREATE TABLE plain_payments (merchant_id bigint, id text, key text, state text, amount bigint, phone text,
			reference text, version int, body text, PRIMARY KEY (merchant_id, id), UNIQUE (merchant_id, key))`,
		`CREATE TABLE plain_journal (merchant_id bigint, payment_id text, version int, event text,
			PRIMARY KEY (merchant_id, payment_id, version))`,
		`CREATE TABLE plain_tasks (merchant_id bigint, id text, payment_id text, kind text, due bigint, PRIMARY KEY (merchant_id, id))`,
		`CREATE INDEX plain_tasks_due ON plain_tasks (due)`,
		`CREATE TABLE plain_exchanges (merchant_id bigint, payment_id text, seq int, req text, resp text,
			PRIMARY KEY (merchant_id, payment_id, seq))`,
		`CREATE TABLE plain_events (merchant_id bigint, id text, payment_id text, body text, PRIMARY KEY (merchant_id, id))`,
	},
	First: []string{
		`UPDATE plain_terminals SET ref = ref + 1 WHERE merchant_id = 1 AND id = $1`,
		`INSERT INTO plain_payments VALUES (1, $1, $1, 'pushing', 12500, '081234567890', 'INV-1', 1,
			'{"a":1,"b":"some body of about a hundred bytes to be kept with the payment row as json"}')`,
		`INSERT INTO plain_journal VALUES (1, $1, 1, '{"type":"requested","at":"2026-11-21T10:00:00+07:00","amount":12500}')`,
		`INSERT INTO plain_tasks VALUES (1, $1, 'p', 'wake', 1795233665000000)`,
		`INSERT INTO plain_exchanges VALUES (1, $1, 1, '` + text('x', 700) + `', null)`,
	},
	Second: []string{
		`UPDATE plain_payments SET state = 'paid', version = 2 WHERE merchant_id = 1 AND id = $1 AND version = 1`,
		`INSERT INTO plain_journal VALUES (1, $1, 2, '{"type":"answered","at":"2026-11-21T10:00:00+07:00","rc":"00"}')`,
		`UPDATE plain_exchanges SET resp = '` + text('y', 900) + `' WHERE merchant_id = 1 AND payment_id = $1 AND seq = 1`,
		`DELETE FROM plain_tasks WHERE merchant_id = 1 AND id = $1`,
		`INSERT INTO plain_events VALUES (1, $1, $1,
			'{"type":"payment.paid","data":{"id":"x","amount":12500,"reference":"INV-1"}}')`,
	},
}

func text(c byte, n int) string { return string(slices.Repeat([]byte{c}, n)) }

// PayPlainly runs the statements of Plain, each by itself.
func PayPlainly(n int, exec func(statement string, args ...any) error) error {
	for _, transaction := range [][]string{Plain.First, Plain.Second} {
		if err := exec(`BEGIN`); err != nil {
			return err
		}
		for i, statement := range transaction {
			var arg any = fmt.Sprintf("0190f5a7-7c1e-7000-8000-%012d", n)
			if i == 0 && statement == Plain.First[0] {
				arg = int64(n % terminals)
			}
			if err := exec(statement, arg); err != nil {
				return err
			}
		}
		if err := exec(`COMMIT`); err != nil {
			return err
		}
	}
	return nil
}

// PreparePlain makes the tables of Plain.
func PreparePlain(exec func(statement string, args ...any) error) error {
	for _, statement := range Plain.Schema {
		if err := exec(statement); err != nil {
			return err
		}
	}
	for i := range terminals {
		if err := exec(`INSERT INTO plain_terminals VALUES (1, $1, 1, 0)`, int64(i)); err != nil {
			return err
		}
	}
	return nil
}
