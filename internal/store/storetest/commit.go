package storetest

import (
	"errors"
	"reflect"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

func commitRules() []Rule {
	return []Rule{
		{"what was committed is what is loaded", loadsWhatWasCommitted},
		{"a change is written only over the version it expects", guardsVersions},
	}
}

// terminal makes the terminal known that builders use.
func (w *world) terminal(merchantID, id string) {
	t := store.Terminal{MerchantID: merchantID, ID: id, Cursor: payment.Cursor{Style: payment.BySequence}}
	w.must("save a terminal", w.Store.SaveTerminal(w.ctx, t))
}

func (w *world) commit(c store.Change) store.Change {
	out, err := w.Store.Commit(w.ctx, c)
	if err != nil {
		w.failf("commit version %d of payment %s: %w", c.Payment.Version, c.Payment.ID, err)
	}
	return out
}

// refused commits a change that must be refused with an error that is want.
func (w *world) refused(why string, c store.Change, want error) {
	if _, err := w.Store.Commit(w.ctx, c); !errors.Is(err, want) {
		w.failf("commit of %s = %v, want %v", why, err, want)
	}
}

func (w *world) load(merchantID, id string) payment.Payment {
	p, err := w.Store.Load(w.ctx, merchantID, id)
	w.must("load payment "+id, err)
	return p
}

// same tells whether two payments are the same; times are compared as instants.
func same(a, b payment.Payment) bool { return reflect.DeepEqual(inUTC(a), inUTC(b)) }

func loadsWhatWasCommitted(w *world) {
	w.terminal(Merchant, TID)
	made := w.commit(NewPayment(1))
	if got := w.load(Merchant, PaymentID(1)); !same(got, made.Payment) {
		w.failf("loaded %+v, want %+v", got, made.Payment)
	}
	paid := w.commit(Answer(made.Payment, Morning().Add(41*1e9+123456*1e3), Paid()))
	if got := w.load(Merchant, PaymentID(1)); !same(got, paid.Payment) {
		w.failf("loaded %+v, want %+v", got, paid.Payment)
	}
	if got := w.load(Merchant, PaymentID(1)).Phone; got.Digits() != "081211110101" {
		w.failf("the phone was not kept whole")
	}
	if _, err := w.Store.Load(w.ctx, Merchant, PaymentID(2)); !errors.Is(err, store.ErrNotFound) {
		w.failf("load of an unknown payment = %v, want ErrNotFound", err)
	}
}

func guardsVersions(w *world) {
	w.terminal(Merchant, TID)
	made := w.commit(NewPayment(1))
	w.refused("a new payment that exists", NewPayment(1), store.ErrConflict)
	paid := Answer(made.Payment, Morning().Add(41e9), Paid())
	ahead := paid
	ahead.Payment.Version++
	w.refused("a version too far ahead", ahead, store.ErrConflict)
	w.commit(paid)
	w.refused("a version that is stored already", paid, store.ErrConflict)
	unknown := paid
	unknown.Payment.ID = PaymentID(2)
	w.refused("an answer to an unknown payment", unknown, store.ErrConflict)
}
