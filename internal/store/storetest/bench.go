package storetest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/store"
)

// Bench measures payments of two changes each, the request and the answer, by callers that commit at the same time,
// for four merchants with a terminal each. An operation is a whole payment.
func Bench(b *testing.B, open Open) {
	for _, callers := range []int{1, 8, 64, 256} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			s := open(b, NewClock().Now) // it is never too late for a push
			for m := range 4 {
				c := store.Terminal{MerchantID: fmt.Sprintf("mer_%d", m), ID: TID}
				c.Cursor.Style = "sequence"
				if err := s.SaveTerminal(b.Context(), c); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportAllocs()
			b.ResetTimer()
			var next atomic.Int64
			var wg sync.WaitGroup
			for range callers {
				wg.Go(func() {
					for n := int(next.Add(1)); n <= b.N; n = int(next.Add(1)) {
						if err := pay(b.Context(), s, n); err != nil {
							b.Errorf("payment %d: %v", n, err)
							return
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "payments/s")
		})
	}
}

func pay(ctx context.Context, s store.Store, n int) error {
	made, err := s.Commit(ctx, NewPayment(n, func(r *Request) {
		r.MerchantID = fmt.Sprintf("mer_%d", n%4)
		r.Key = store.Key{Key: fmt.Sprintf("key-%d", n), Fingerprint: "f"}
	}))
	if err != nil {
		return err
	}
	_, err = s.Commit(ctx, Answer(made.Payment, made.Payment.CreatedAt.Add(9*time.Second), Paid()))
	return err
}
