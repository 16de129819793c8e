package storetest

import (
	"errors"
	"fmt"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

func keyRules() []Rule {
	return []Rule{
		{"an idempotency key belongs to one payment of a merchant and mode", keysAreUnique},
		{"a refused change leaves its key free", keysOfRefusedAreFree},
		{"a later change may have a key of its own", keysOfLaterChanges},
		{"fifty commits with one key make one payment", fiftyWithOneKey},
		{"text is stored as it is", keepsText},
	}
}

// keyUsed commits a change whose key must be used already.
func (w *world) keyUsed(why string, c store.Change, by store.KeyUsed) {
	_, err := w.Store.Commit(w.ctx, c)
	var used *store.KeyUsed
	if !errors.As(err, &used) || *used != by {
		w.failf("commit of %s = %v, want KeyUsed by %s with fingerprint %s", why, err, by.PaymentID, by.Fingerprint)
	}
}

func (w *world) keyOf(mode payment.Mode, key string, is store.KeyUsed) {
	used, err := w.Store.KeyOf(w.ctx, Merchant, mode, key)
	if err != nil || used != is {
		w.failf("key %q in mode %s = %+v, %v; want %+v", key, mode, used, err, is)
	}
}

func keysAreUnique(w *world) {
	w.terminal(Merchant, TID)
	w.commit(NewPayment(1, withKey("k", "f1")))
	first := store.KeyUsed{PaymentID: PaymentID(1), Fingerprint: "f1"}
	w.keyUsed("another payment", NewPayment(2, withKey("k", "f2")), first)
	w.keyUsed("the same payment", NewPayment(1, withKey("k", "f1")), first) // the key is looked at before the version
	w.commit(NewPayment(3, withKey("k", "f3"), func(r *Request) { r.Mode = payment.Test }))
	w.commit(NewPayment(4, withKey("K", "f4")))
	w.commit(NewPayment(5))
	w.commit(NewPayment(6)) // no key is no key that is used
	w.keyOf(payment.Live, "k", first)
	w.keyOf(payment.Test, "k", store.KeyUsed{PaymentID: PaymentID(3), Fingerprint: "f3"})
	for _, unknown := range []string{"unknown", ""} {
		if _, err := w.Store.KeyOf(w.ctx, Merchant, payment.Live, unknown); !errors.Is(err, store.ErrNotFound) {
			w.failf("key %q = %v, want ErrNotFound", unknown, err)
		}
	}
	if _, err := w.Store.Load(w.ctx, Merchant, PaymentID(2)); !errors.Is(err, store.ErrNotFound) {
		w.failf("load of a payment whose key was used = %v, want ErrNotFound", err)
	}
}

func keysOfRefusedAreFree(w *world) {
	w.terminal(Merchant, TID)
	no := errors.New("no")
	w.refused("what Finish refuses", NewPayment(1, withKey("k", "f1"), func(r *Request) { r.Refuse = no }), no)
	w.refused("an unknown terminal", NewPayment(2, withKey("k", "f2"), func(r *Request) { r.Terminal = "?" }), store.ErrNoTerminal)
	w.commit(NewPayment(3))
	w.refused("a payment that exists", NewPayment(3, withKey("k", "f3")), store.ErrConflict)
	if _, err := w.Store.KeyOf(w.ctx, Merchant, payment.Live, "k"); !errors.Is(err, store.ErrNotFound) {
		w.failf("key of refused changes = %v, want ErrNotFound", err)
	}
	w.commit(NewPayment(4, withKey("k", "f4")))
	w.keyOf(payment.Live, "k", store.KeyUsed{PaymentID: PaymentID(4), Fingerprint: "f4"})
}

func keysOfLaterChanges(w *world) {
	w.terminal(Merchant, TID)
	paid := w.next(w.commit(NewPayment(1, withKey("pay", "f"))).Payment, payment.Answered{
		At: after(9), Call: payment.CallPush, Try: 1, Outcome: Paid(),
	})
	void, err := Next(paid, payment.Asked{At: after(60), What: payment.AskVoid, By: "key_1"})
	w.must("decide on a void", err)
	void.Key = store.Key{Key: "void", Fingerprint: "v"}
	wrong := void
	wrong.Payment.Version += 3
	w.refused("a void of another version", wrong, store.ErrConflict)
	w.commit(void)
	first := store.KeyUsed{PaymentID: PaymentID(1), Fingerprint: "v"}
	w.keyUsed("the void again", void, first)
	w.keyUsed("a payment with the void's key", NewPayment(2, withKey("void", "f")), first)
}

func fiftyWithOneKey(w *world) {
	w.terminal(Merchant, TID)
	errs := w.all(50, func(i int) error {
		_, err := w.Store.Commit(w.ctx, NewPayment(i, withKey("k", fmt.Sprintf("f%d", i))))
		return err
	})
	won := w.oneOf(errs, func(err error) bool {
		var used *store.KeyUsed
		return errors.As(err, &used)
	})
	winner := store.KeyUsed{PaymentID: PaymentID(won), Fingerprint: fmt.Sprintf("f%d", won)}
	for i, err := range errs {
		var used *store.KeyUsed
		if errors.As(err, &used) && *used != winner {
			w.failf("commit %d says %+v, want %+v", i, *used, winner)
		}
	}
	w.keyOf(payment.Live, "k", winner)
	page, err := w.Store.Payments(w.ctx, store.Filter{MerchantID: Merchant, Limit: 100})
	if err != nil || len(page) != 1 {
		w.failf("%d payments are stored, %v; want 1", len(page), err)
	}
	if last := w.terminals(Merchant)[0].Cursor.Last; last != (payment.Number{Batch: 1, Reference: 1}) {
		w.failf("the last number is %s, want 1/1: losers take none", last)
	}
}

func keepsText(w *world) {
	w.terminal(Merchant, TID)
	for i, text := range []string{`';--"\`, "Toko Ümläut 🙂", " a ", "a%b_c*", "A", "a"} {
		made := w.commit(NewPayment(i, withKey(text, text), func(r *Request) { r.Reference = text }))
		w.keyOf(payment.Live, text, store.KeyUsed{PaymentID: made.Payment.ID, Fingerprint: text})
		page, err := w.Store.Payments(w.ctx, store.Filter{MerchantID: Merchant, Reference: text})
		if err != nil || len(page) != 1 || page[0].Reference != text {
			w.failf("payments with the reference %q = %d, %v; want 1", text, len(page), err)
		}
	}
}
