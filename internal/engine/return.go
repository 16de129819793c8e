package engine

import (
	"context"
	"errors"
	"slices"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/store"
)

// returnsMax is how often a customer's way back makes a payment be asked about: anybody with the address can come again.
const returnsMax = 5

// Return takes a customer's browser that the provider has sent back, and gives the payment that it is about. Nothing of
// what the address claims is believed: it can only be the reason to look soon how the payment stands. Errors: ErrNoDoor,
// *rail.Rejected, store.ErrNotFound, or the store's.
func (e *Engine) Return(ctx context.Context, merchantID, accountID string, in rail.Notification, rawQuery string) (payment.Payment, error) {
	a := e.accountOf(merchantID, accountID)
	if a == nil {
		return payment.Payment{}, ErrNoDoor
	}
	reader, ok := a.Line.(rail.ReturnReader)
	if !ok {
		return payment.Payment{}, ErrNoDoor
	}
	e.begin(false)
	defer e.end()
	r := receiving{e: e, a: a, in: in, at: e.Now(), id: e.NewID("exc_"), operation: "return"}
	invoice, err := reader.ReadReturn(rawQuery)
	var rejected *rail.Rejected
	for _, line := range a.Beside {
		if other, ok := line.(rail.ReturnReader); ok && errors.As(err, &rejected) {
			if found, otherErr := other.ReadReturn(rawQuery); otherErr == nil {
				invoice, err = found, nil
			}
		}
	}
	if errors.As(err, &rejected) {
		r.reject(ctx, rejected)
		return payment.Payment{}, rejected
	}
	if err != nil {
		return payment.Payment{}, err
	}
	p, err := r.find(ctx, rail.Notice{Invoice: invoice})
	if err != nil || p.State.Final() {
		return p, err
	}
	entries, err := e.Store.Journal(ctx, p.MerchantID, p.ID)
	if err != nil {
		return p, err
	}
	returned := slices.DeleteFunc(entries, func(j store.Entry) bool {
		asked, ok := j.Event.(payment.Asked)
		return !ok || asked.What != payment.AskReturn
	})
	if len(returned) >= returnsMax {
		return p, nil
	}
	parts, err := r.parts(p.ID, rail.Reply{Status: 303}, "")
	if err != nil {
		return p, err
	}
	now, err := e.change(ctx, p.MerchantID, p.ID, payment.Asked{At: r.at, What: payment.AskReturn, By: "customer"}, parts[:1], store.Key{}, nil)
	var refusal *payment.Refusal
	if errors.As(err, &refusal) { // there is nothing to be asked
		return p, nil
	}
	return now, err
}
