package storetest

import (
	"errors"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

// unchosen builds the change that makes the n-th payment as one whose customer chooses how to pay: it takes no number.
func unchosen(w *world, n int, edit ...func(*Request)) store.Change {
	r := Request{MerchantID: Merchant, ID: PaymentID(n), Mode: payment.Live, Amount: 12500, Owner: Owner}
	for _, f := range edit {
		f(&r)
	}
	now := w.Clock.Now()
	c, err := decided(payment.OVOTerms(), store.Change{ID: changeID(r.ID, 1), Key: r.Key, Limits: r.Limits, Owner: r.Owner}, payment.Payment{}, payment.Requested{
		At: now, ID: r.ID, MerchantID: r.MerchantID, Mode: r.Mode, Amount: r.Amount,
		Choice: &payment.Choice{Methods: []payment.Method{payment.OVOPush, payment.QRIS}, Until: now.Add(time.Hour)},
	})
	w.must("decide on a payment that waits for a choice", err)
	return c
}

// chosen builds the change by which a customer chooses a push.
func chosen(p payment.Payment) store.Change {
	phone, err := payment.ParsePhone("081211110101")
	if err != nil {
		panic(err)
	}
	c := store.Change{
		ID: changeID(p.ID, p.Version+1), Owner: Owner, Terminal: TID, WakeBefore: p.WakeAt,
		Payment: payment.Payment{ID: p.ID, MerchantID: p.MerchantID, Mode: p.Mode, Version: p.Version + 1},
	}
	unfinished := c
	c.Finish = func(n payment.Number, t0 time.Time) (store.Change, error) {
		return decided(payment.OVOTerms(), unfinished, p, payment.Chosen{
			At: t0, Method: payment.OVOPush, Phone: phone, Number: n,
			Route: payment.Route{Rail: payment.OVO, Account: "acc_1", TermsRevision: "rev_1", Terminal: payment.Terminal{ID: TID}},
		})
	}
	return c
}

// numbersComeLater: a payment is made without a number, with its key and its limits, and takes one once.
func numbersComeLater(w *world) {
	w.terminal(Merchant, TID)
	w.Clock.Set(at(0))
	first := unchosen(w, 1, withKey("k", "f"), limited(twice("a")))
	p := w.commit(first).Payment
	w.keyUsed("the same request", unchosen(w, 2, withKey("k", "f")), store.KeyUsed{PaymentID: PaymentID(1), Fingerprint: "f"})
	w.commit(unchosen(w, 3, limited(twice("a"))))
	var reached *store.LimitReached
	if _, err := w.Store.Commit(w.ctx, unchosen(w, 4, limited(twice("a")))); !errors.As(err, &reached) {
		w.failf("the third of a limit of two = %v, want it refused", err)
	}
	want(w, "the payment that waits", w.load(Merchant, PaymentID(1)), p)
	want(w, "its alarm", p.WakeAt, p.CreatedAt.Add(time.Hour))

	w.Clock.Set(at(60))
	errs := w.all(4, func(int) error {
		_, err := w.Store.Commit(w.ctx, chosen(p))
		return err
	})
	w.oneOf(errs, func(err error) bool { return errors.Is(err, store.ErrConflict) })
	got := w.load(Merchant, PaymentID(1))
	if got.State != payment.Pushing || got.Method != payment.OVOPush || got.Phone.IsZero() || len(got.Attempts) != 1 {
		w.failf("once it is chosen = %s by %q with %d attempts, phone %v", got.State, got.Method, len(got.Attempts), got.Phone)
	}
	want(w, "its number", got.Attempts[0].Number, payment.Number{Batch: 1, Reference: 1})
	event, ok := w.journal(PaymentID(1))[1].Event.(payment.Chosen)
	if !ok || event.Phone != got.Phone || event.Route.Account != "acc_1" {
		w.failf("the journal holds %+v", event)
	}
	want(w, "the next number", w.number(5).Reference, payment.ReferenceNumber(2))
}
