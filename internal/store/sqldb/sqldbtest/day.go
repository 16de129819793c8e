package sqldbtest

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/recap"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/storetest"
)

// DayRows is how many payments the day of CountDay has.
const DayRows = 1_000_000

// MultiplyDay is a statement that makes a day of DayRows payments of the one payment that is there: spread over 20 hours and
// over 50 terminals.
const MultiplyDay = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)
INSERT INTO payments (merchant_id, id, version, amount, created_at, updated_at, recap_day, batch, reference_number, mode, account, rail,
	method, state, rare_state, terminal, reference, phone, body)
SELECT merchant_id, 'pay_1' || substr('0000000000000000000000000' || CAST(n.i AS text), length(CAST(n.i AS text)) + 1),
	version, amount, created_at - 36000000000 + CAST(n.i AS bigint) * 72000, updated_at, recap_day, batch, 1 + n.i / 50, mode, account, rail, method, state,
	rare_state, 'ter_' || CAST(n.i % 50 AS text), reference, phone, body
FROM payments CROSS JOIN n`

// CountDay measures how a day of DayRows payments is counted and read, and what it does meanwhile to those who commit.
func CountDay(b *testing.B, s store.Store) {
	day := payment.DayOf(storetest.Morning())
	var stop atomic.Bool
	var worst, before time.Duration
	commit := func(n int) time.Duration {
		began := time.Now()
		if _, err := s.Commit(b.Context(), storetest.NewPayment(n)); err != nil {
			b.Error(err)
		}
		return time.Since(began)
	}
	for n := range 200 {
		before = max(before, commit(1_000_000+n))
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for n := 0; !stop.Load(); n++ {
			worst = max(worst, commit(2_000_000+n))
		}
	}()
	var counting, reading time.Duration
	for b.Loop() {
		began := time.Now()
		counts, err := s.CountDay(b.Context(), storetest.Merchant, day)
		if err != nil {
			b.Fatal(err)
		}
		counting += time.Since(began)
		var n int64
		for _, c := range counts {
			n += c.Total.Count
		}
		if n < DayRows {
			b.Fatalf("%d counted, want %d at least", n, DayRows)
		}
		began = time.Now()
		read := 0
		err = s.EachPayment(b.Context(), store.Span{MerchantID: storetest.Merchant, From: day.Start(), To: recap.End(day), Day: day}, func(payment.Payment) error {
			read++
			return nil
		})
		if err != nil || read < DayRows {
			b.Fatalf("%d read: %v", read, err)
		}
		reading += time.Since(began)
	}
	stop.Store(true)
	<-ended
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(counting.Seconds()/float64(b.N), "s-to-count")
	b.ReportMetric(reading.Seconds()/float64(b.N), "s-to-read")
	b.ReportMetric(float64(before.Milliseconds()), "ms-worst-commit-before")
	b.ReportMetric(float64(worst.Milliseconds()), "ms-worst-commit-meanwhile")
	b.ReportMetric(float64(m.HeapSys)/1e6, "heap-MB")
}
