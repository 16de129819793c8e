package memory_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/group"
	"github.com/lunas-pay/lunas/internal/store/memory"
	"github.com/lunas-pay/lunas/internal/store/storetest"
)

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(_ testing.TB, now func() time.Time) store.Store { return memory.New(memory.Options{Now: now}) })
}

func TestGroups(t *testing.T) {
	t.Parallel()
	storetest.RunGroups(t, func(_ testing.TB, now func() time.Time) (store.Store, store.Backend) {
		s := memory.New(memory.Options{Now: now})
		return s, s
	})
}

// grouped is a memory store whose commits go through a committer, as those of databases do.
type grouped struct {
	*memory.Store
	committer *group.Committer
}

func (g grouped) Commit(ctx context.Context, c store.Change) (store.Change, error) {
	return g.committer.Commit(ctx, c)
}

func (g grouped) Close() error {
	g.committer.Close()
	return g.Store.Close()
}

func TestStoreBehindACommitter(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t testing.TB, now func() time.Time) store.Store {
		s := memory.New(memory.Options{Now: now})
		g := grouped{s, group.New(s, group.Options{Lanes: 2, MaxGroup: 16})}
		t.Cleanup(func() { _ = g.Close() })
		return g
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	refused, lost := errors.New("refused"), errors.New("answer lost")
	var before, after error
	s := memory.New(memory.Options{
		Now:    storetest.Morning,
		Before: func([]store.Change) error { return before },
		After:  func([]store.Change) error { return after },
	})
	terminal := store.Terminal{MerchantID: storetest.Merchant, ID: storetest.TID, Cursor: payment.Cursor{Style: payment.BySequence}}
	if err := s.SaveTerminal(t.Context(), terminal); err != nil {
		t.Fatal(err)
	}
	before = refused
	if _, err := s.Commit(t.Context(), storetest.NewPayment(1)); !errors.Is(err, refused) || len(s.All()) != 0 {
		t.Errorf("Commit = %v with %d payments, want refused with none", err, len(s.All()))
	}
	before, after = nil, lost
	if _, err := s.Commit(t.Context(), storetest.NewPayment(1)); !errors.Is(err, lost) || len(s.All()) != 1 {
		t.Errorf("Commit = %v with %d payments, want the answer lost with one", err, len(s.All()))
	}
}

func TestAllShowsEverythingInOrder(t *testing.T) {
	t.Parallel()
	s := memory.New(memory.Options{Now: storetest.Morning})
	commit := func(merchantID string, n int) store.Change {
		c, err := s.Commit(t.Context(), storetest.NewPayment(n, func(r *storetest.Request) { r.MerchantID = merchantID }))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	for _, m := range []string{"mer_2", "mer_1"} {
		for _, id := range []string{storetest.TID, "ter_0"} {
			terminal := store.Terminal{MerchantID: m, ID: id, Cursor: payment.Cursor{Style: payment.BySequence}}
			if err := s.SaveTerminal(t.Context(), terminal); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Append(t.Context(), []exchange.Part{{ID: "exc_" + m, MerchantID: m}}); err != nil {
			t.Fatal(err)
		}
	}
	commit("mer_2", 1)
	commit("mer_1", 3)
	paid := commit("mer_1", 2)
	if _, err := s.Commit(t.Context(), storetest.Answer(paid.Payment, storetest.Morning().Add(time.Second), storetest.Paid())); err != nil {
		t.Fatal(err)
	}
	var got string
	for _, w := range s.All() {
		got += w.Payment.MerchantID + " " + w.Payment.ID[len(w.Payment.ID)-1:]
		if len(w.Journal) != w.Payment.Version || len(w.Told) != w.Payment.Version || len(w.Exchanges) != w.Payment.Version {
			t.Errorf("payment %s of version %d has %d entries, %d told, %d exchanges",
				w.Payment.ID, w.Payment.Version, len(w.Journal), len(w.Told), len(w.Exchanges))
		}
		if open := w.Payment.State == payment.Pushing; open != (w.Task.PaymentID == w.Payment.ID) {
			t.Errorf("payment %s is %s and its task is %+v", w.Payment.ID, w.Payment.State, w.Task)
		}
		got += ", "
	}
	if want := "mer_1 2, mer_1 3, mer_2 1, "; got != want {
		t.Errorf("All = %s, want %s", got, want)
	}
	got = ""
	for _, terminal := range s.AllTerminals() {
		got += terminal.MerchantID + " " + terminal.ID + " " + terminal.Cursor.Last.String() + ", "
	}
	if want := "mer_1 ter_0 0/0, mer_1 ter_1 1/2, mer_2 ter_0 0/0, mer_2 ter_1 1/1, "; got != want {
		t.Errorf("AllTerminals = %s, want %s", got, want)
	}
	if parts := s.AllAppended(); len(parts) != 2 || parts[0].ID != "exc_mer_1" || parts[1].ID != "exc_mer_2" {
		t.Errorf("AllAppended = %+v", parts)
	}
}

func BenchmarkStore(b *testing.B) {
	storetest.Bench(b, func(testing.TB, func() time.Time) store.Store { return memory.New(memory.Options{}) })
}
