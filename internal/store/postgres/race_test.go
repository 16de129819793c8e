package postgres_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/storetest"
)

// In these races another session, played by a connection past the store, has written and not yet committed.

// beside runs f while a statement of another session waits for its COMMIT, and gives what f gave.
func beside[T any](t *testing.T, w world, statements []string, f func() T) T {
	t.Helper()
	w.do(t, `BEGIN`)
	for _, s := range statements {
		w.do(t, s)
	}
	result := make(chan T, 1)
	go func() { result <- f() }()
	w.await(t, `wait_event_type = 'Lock'`)
	w.do(t, `COMMIT`)
	return <-result
}

const claimAll = `UPDATE tasks SET owner = 'other', claimed_until = 9000000000000000`

func (w world) claim(t *testing.T) []store.Task {
	t.Helper()
	now := storetest.Morning().Add(time.Hour)
	tasks, err := w.Claim(context.Background(), store.Claim{Owner: "me", Now: now, Before: now, For: time.Minute, Limit: 10})
	if err != nil {
		t.Error(err)
	}
	return tasks
}

// A guard in the sub-select alone has chosen the rows before the other session's claim is seen.
func TestClaimBesideAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.wantNumber(t, 1, "1/1")
	w.wantNumber(t, 2, "1/2")
	if tasks := beside(t, w, []string{claimAll}, func() []store.Task { return w.claim(t) }); len(tasks) != 0 {
		t.Errorf("claimed %v, which another has claimed", tasks)
	}
}

func TestClaimOfASerialKeyBesideAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for n := range 2 {
		must[store.Change](t)(w.Commit(t.Context(), storetest.NewPayment(n, func(r *storetest.Request) { r.SerialKey = "k" })))
	}
	other := []string{
		`INSERT INTO locks VALUES ('` + storetest.Merchant + `', 'serial:k', 'other', 0)`,
		claimAll + ` WHERE payment_id = '` + storetest.PaymentID(0) + `'`,
	}
	if tasks := beside(t, w, other, func() []store.Task { return w.claim(t) }); len(tasks) != 0 {
		t.Errorf("claimed %v while another task of the key is claimed", tasks)
	}
}

func TestChangeBesideAnother(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"", "key"} { // the version is guarded by an UPDATE, and by a lock when there is a key
		t.Run("key="+key, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			change := answer(w.wantNumber(t, 1, "1/1"))
			change.Key = store.Key{Key: key, Fingerprint: "f"}
			err := beside(t, w, []string{`UPDATE payments SET version = 2`}, func() error {
				return second(w.Commit(context.Background(), change))
			})
			if !errors.Is(err, store.ErrConflict) {
				t.Errorf("Commit = %v, want ErrConflict", err)
			}
			if _, err := w.KeyOf(t.Context(), storetest.Merchant, payment.Live, "key"); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("KeyOf = %v, want the key to be free", err)
			}
		})
	}
}

// An idempotency key for which two race belongs to the one that commits, and the other is told whose it is.
func TestKeyBesideAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	err := beside(t, w, []string{`INSERT INTO idempotency_keys VALUES ('` + storetest.Merchant + `', 'live', 'k', 'pay_other', 'g')`}, func() error {
		c := storetest.NewPayment(1, func(r *storetest.Request) { r.Key = store.Key{Key: "k", Fingerprint: "f"} })
		return second(w.Commit(context.Background(), c))
	})
	var used *store.KeyUsed
	if !errors.As(err, &used) || *used != (store.KeyUsed{PaymentID: "pay_other", Fingerprint: "g"}) {
		t.Errorf("Commit = %v, want the other's payment and fingerprint", err)
	}
	w.wantNumber(t, 2, "1/1")
}
