package postgres_test

import (
	"errors"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/postgres"
	"github.com/lunas-pay/lunas/internal/store/storetest"
)

// wantStopped looks that a store writes nothing because of a fence.
func wantStopped(t *testing.T, s store.Store, n int) {
	t.Helper()
	var fenced *store.Fenced
	if _, err := s.Commit(t.Context(), storetest.NewPayment(n)); !errors.As(err, &fenced) {
		t.Errorf("Commit = %v, want Fenced", err)
	}
	if err := s.Ping(t.Context()); !errors.As(err, &fenced) {
		t.Errorf("Ping = %v, want Fenced", err)
	}
	if _, err := s.Load(t.Context(), storetest.Merchant, storetest.PaymentID(n)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("payment %d = %v, want none", n, err)
	}
}

// A standby is promoted that lacks the newest group: who wrote that group finds out when it connects again, and fences the
// database; the other replicas hear of it with their next beat.
func TestALaggingStandbyIsFoundOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := open(t, postgres.Options{DSN: w.past.Config().ConnString(), Now: w.now})
	w.wantNumber(t, 1, "1/1")
	w.wantNumber(t, 2, "1/2")
	w.proxy.Cut()
	w.wantNumber(t, 3, "1/3") // a standby that lacks nothing is taken
	if _, err := other.Beat(t.Context(), "other", time.Second); err != nil {
		t.Fatal(err)
	}
	if _, err := w.past.Exec(t.Context(), `DELETE FROM chain_links WHERE link = (SELECT max(link) FROM chain_links)`); err != nil {
		t.Fatal(err)
	}
	w.proxy.Cut()
	wantStopped(t, w.Store, 4)
	f, err := other.Fence(t.Context())
	if err != nil || f.Reason == "" || f.Written.IsZero() {
		t.Errorf("Fence = %v, %v, want one with a reason", f, err)
	}
	var fenced *store.Fenced
	if _, err := other.Beat(t.Context(), "other", time.Second); !errors.As(err, &fenced) {
		t.Errorf("Beat of another replica = %v, want Fenced", err)
	}
	wantStopped(t, other, 5)
	wantStopped(t, w.Store, 6) // it goes on refusing
}

// A whole chain is missing: its writer had begun it, and nothing of that had come to the standby.
func TestAStandbyWithoutTheChainIsFoundOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.wantNumber(t, 1, "1/1")
	for _, table := range []string{"chain_links", "chains"} {
		if _, err := w.past.Exec(t.Context(), `DELETE FROM `+table); err != nil {
			t.Fatal(err)
		}
	}
	w.proxy.Cut()
	wantStopped(t, w.Store, 2)
}
