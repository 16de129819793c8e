package postgres_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/postgres"
	"github.com/lunas-pay/lunas/internal/store/sqldb/sqldbtest"
	"github.com/lunas-pay/lunas/internal/store/storetest"
)

// Two replicas write groups over the same terminals in any order, race for the same keys, and answer what the other
// has made: no number twice, none left out, each key one payment, and no deadlock that comes to the surface.
func TestTwoReplicas(t *testing.T) {
	t.Parallel()
	const (
		terminals = 12
		rounds    = 15
		callers   = 3 // at each replica
	)
	dsn := newDSN(t)
	w := traffic{t: t, numbers: map[string]string{}, keys: map[string][]string{}}
	var replicas []*postgres.Store
	for range 2 {
		replicas = append(replicas, open(t, postgres.Options{DSN: dsn, Now: storetest.NewClock().Now, Lanes: callers}))
	}
	for i := range terminals {
		saveTerminal(t, replicas[0], fmt.Sprintf("ter_%02d", i))
	}
	var all sync.WaitGroup
	for r, s := range replicas {
		for c := range callers {
			all.Go(func() {
				random := rand.New(rand.NewPCG(uint64(r), uint64(c)))
				for round := range rounds {
					w.round(s, replicas[1-r], random, 1_000_000*r+100_000*c+1_000*round, terminals)
				}
			})
		}
	}
	all.Wait()
	if len(w.numbers) != w.made {
		t.Errorf("%d payments have %d numbers", w.made, len(w.numbers))
	}
	for key, ids := range w.keys {
		if len(ids) != 1 {
			t.Errorf("key %s belongs to %d payments, want 1", key, len(ids))
		}
	}
	for _, terminal := range must[[]store.Terminal](t)(replicas[0].Terminals(t.Context(), storetest.Merchant)) {
		for n := range int(terminal.Cursor.Last.Reference) {
			number := payment.Number{Batch: 1, Reference: payment.ReferenceNumber(n + 1)}
			if w.numbers[terminal.ID+" "+number.String()] == "" {
				t.Errorf("terminal %s: number %v was given to nobody", terminal.ID, number)
			}
		}
	}
	if _, err := sqldbtest.VerifyChains(t.Context(), replicas[0].Read); err != nil {
		t.Error(err)
	}
}

// traffic is what two replicas have written.
type traffic struct {
	t *testing.T

	mu      sync.Mutex
	made    int
	numbers map[string]string   // terminal and number, to payment
	keys    map[string][]string // to the payments that got them
}

// round writes a group of new payments in an order of its own, and has the other replica answer it.
func (w *traffic) round(s, other *postgres.Store, random *rand.Rand, from, terminals int) {
	var changes []store.Change
	for i, terminal := range random.Perm(terminals) {
		changes = append(changes, storetest.NewPayment(from+i, func(r *storetest.Request) {
			r.Terminal = fmt.Sprintf("ter_%02d", terminal)
			if i%4 == 0 {
				r.Key = store.Key{Key: fmt.Sprintf("key %d", random.IntN(60)), Fingerprint: "f"}
			}
		}))
	}
	results, err := s.CommitGroup(w.t.Context(), changes)
	if err != nil {
		w.t.Errorf("group: %v", err)
		return
	}
	var answers []store.Change
	for i, r := range results {
		if w.count(changes[i], r) {
			answers = append(answers, answer(r.Change.Payment))
		}
	}
	random.Shuffle(len(answers), func(i, j int) { answers[i], answers[j] = answers[j], answers[i] })
	results, err = other.CommitGroup(w.t.Context(), answers)
	if err != nil {
		w.t.Errorf("group of answers: %v", err)
	}
	for _, r := range results {
		if r.Err != nil {
			w.t.Errorf("answer: %v", r.Err)
		}
	}
}

func (w *traffic) count(c store.Change, r store.Result) (made bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var used *store.KeyUsed
	if r.Err != nil {
		if !errors.As(r.Err, &used) {
			w.t.Errorf("payment %s: %v", c.Payment.ID, r.Err)
		}
		return false
	}
	w.made++
	number := c.Terminal + " " + r.Change.Payment.Attempts[0].Number.String()
	if other := w.numbers[number]; other != "" {
		w.t.Errorf("%s was given to %s and to %s", number, other, c.Payment.ID)
	}
	w.numbers[number] = c.Payment.ID
	if c.Key.Key != "" {
		w.keys[c.Key.Key] = append(w.keys[c.Key.Key], c.Payment.ID)
	}
	return true
}
