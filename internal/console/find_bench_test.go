package console

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/sqlite"
	"github.com/lunas-pay/lunas/internal/store/storetest"
)

// BenchmarkPagesOfAList measures pages of the list of payments over a SQLite database with LUNAS_BENCH_PAYMENTS payments of one
// merchant (20,000 by default), all of which are looked for by the same amount, 1 in 1,000 by the same phone.
func BenchmarkPagesOfAList(b *testing.B) {
	n := 20_000
	if text := os.Getenv("LUNAS_BENCH_PAYMENTS"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	clock := storetest.NewClock()
	db, err := sqlite.Open(b.Context(), sqlite.Options{Path: filepath.Join(b.TempDir(), "bench.db"), Now: clock.Now, Migrate: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	if err := db.SaveTerminal(b.Context(), store.Terminal{MerchantID: storetest.Merchant, ID: storetest.TID, Cursor: payment.Cursor{Style: payment.BySequence}}); err != nil {
		b.Fatal(err)
	}
	fill(b, db, n)
	keyring, err := exchange.NewKeyring(make([]byte, 32))
	if err != nil {
		b.Fatal(err)
	}
	e, err := engine.New(b.Context(), engine.Options{Store: db, Keyring: keyring, Now: clock.Now})
	if err != nil {
		b.Fatal(err)
	}
	s := newServer(Options{Engine: e, Now: clock.Now, Key: []byte("k")})
	day := payment.DayOf(clock.Now())
	middle := storetest.PaymentID(n / 2)
	for _, c := range []struct {
		name   string
		q      query
		before string
	}{
		{"the newest", query{}, ""},
		{"from the middle", query{}, middle},
		{"of a common amount, from the middle", query{Amount: 10_000}, middle},
		{"of a phone", query{Phone: fmt.Sprintf("%032d", 7)}, ""},
		{"of a number", query{Number: payment.Number{Batch: 1, Reference: 4242}}, ""},
		{"of a state that none has", query{State: payment.Review}, ""},
		{"of a day, of a rail that none has", query{Rail: payment.SNAP, From: day, To: day}, ""},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if _, _, err := s.search(b.Context(), storetest.Merchant, c.q, c.before, pageSize, lookMax); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("tallies of 90 days by the hour", func(b *testing.B) {
		for b.Loop() {
			if _, err := db.Tallies(b.Context(), store.TallyFilter{MerchantID: storetest.Merchant, From: clock.Now().AddDate(0, 0, -90), To: clock.Now(), ByDay: true}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// fill makes payments with their words, and tallies of 90 days.
func fill(b *testing.B, db *sqlite.Store, n int) {
	b.Helper()
	const group = 1000
	position := int64(0)
	for from := 0; from < n; from += group {
		var changes []store.Change
		f := store.Followed{MerchantID: storetest.Merchant, From: position, To: position + 1}
		position++
		for i := from; i < min(from+group, n); i++ {
			changes = append(changes, storetest.NewPayment(i, func(r *storetest.Request) { r.Amount = 10_000 }))
			id := storetest.PaymentID(i)
			f.Words = append(f.Words, store.Word{Word: amountWord(10_000), PaymentID: id},
				store.Word{Word: phoneWord(fmt.Sprintf("%032d", i%1000)), PaymentID: id},
				store.Word{Word: numberWord(payment.Number{Batch: 1, Reference: payment.ReferenceNumber(i + 1)}), PaymentID: id})
			f.Days = append(f.Days, store.DayPayment{Day: payment.DayOf(storetest.Morning()), PaymentID: id})
		}
		results, err := db.CommitGroup(b.Context(), changes)
		if err != nil || results[0].Err != nil {
			b.Fatal(err, results[0].Err)
		}
		if err := db.Follow(b.Context(), f); err != nil {
			b.Fatal(err)
		}
	}
	f := store.Followed{MerchantID: storetest.Merchant, From: position, To: position + 1}
	for hour := range 90 * 24 {
		for _, code := range []string{"", "17", "26", "14"} {
			f.Tallies = append(f.Tallies, store.Tally{
				Hour: storetest.Morning().Add(-time.Duration(hour) * time.Hour), Mode: payment.Live, Rail: payment.OVO, Type: "payment.declined", Code: code, Count: 1,
			})
		}
	}
	if err := db.Follow(b.Context(), f); err != nil {
		b.Fatal(err)
	}
}
