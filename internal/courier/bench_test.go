package courier_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/courier"
	"github.com/lunas-pay/lunas/internal/payment"
)

// BenchmarkOneOfAHundredIsDead measures how fast ninety-nine endpoints get their webhooks while one takes every
// connection and never answers, and, in turns with it, while all are alive. The ratio is what counts: it would be far
// below one if anybody waited for the dead one.
func BenchmarkOneOfAHundredIsDead(b *testing.B) {
	const endpoints, events = 100, 20
	round := func(dead bool) time.Duration {
		w := newWorld(b)
		var mu sync.Mutex
		took, all := 0, make(chan struct{})
		release := make(chan struct{})
		shop := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/0" {
				if dead {
					select {
					case <-release:
					case <-r.Context().Done():
					}
				}
				return
			}
			mu.Lock()
			defer mu.Unlock()
			if took++; took == (endpoints-1)*events {
				close(all)
			}
		}))
		for n := range endpoints {
			w.endpoint(fmt.Sprintf("whe_%03d", n), fmt.Sprintf("%s/%d", shop.URL, n))
		}
		for n := range events {
			w.tell(n, 1, payment.Paid)
		}
		c := w.courier(func(o *courier.Options) { o.TimeLimit = time.Minute })
		ctx, cancel := context.WithCancel(context.Background())
		began := time.Now()
		go c.Run(ctx)
		<-all
		d := time.Since(began)
		close(release)
		cancel()
		shop.Close()
		return d
	}
	var alive, dead time.Duration
	round(false) // warm up
	for range b.N {
		alive += round(false)
		dead += round(true)
	}
	delivered := float64(b.N) * (endpoints - 1) * events
	b.ReportMetric(delivered/alive.Seconds(), "webhooks/s-alive")
	b.ReportMetric(delivered/dead.Seconds(), "webhooks/s-one-dead")
	b.ReportMetric(alive.Seconds()/dead.Seconds(), "ratio")
}
