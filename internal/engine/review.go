package engine

import (
	"context"
	"errors"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

// ToReview brings a payment that is under way to review, with the reason, and tells the merchant; false for one that has
// ended or is there already. It sends nothing, and no engine may run on the store meanwhile: it is for a database of which
// nobody knows what became of its payments.
func ToReview(ctx context.Context, s store.Store, merchantID, paymentID, why string, now time.Time) (bool, error) {
	e := &Engine{Options: Options{Store: s}, terms: map[termsKey]payment.Terms{}}
	for {
		p, err := s.Load(ctx, merchantID, paymentID)
		if err != nil || p.State.Final() || p.State == payment.Review {
			return false, err
		}
		terms, err := e.TermsOf(ctx, p)
		if err != nil {
			return false, err
		}
		if now.Before(p.UpdatedAt) {
			now = p.UpdatedAt // for a payment time does not go back
		}
		w := work{terms: terms}
		c := store.Change{ID: NewID("chg_"), Owner: NewID("own_")}
		c, err = e.finish(&w, c, p, payment.Faulted{At: now, Why: why})
		if err != nil {
			return false, err
		}
		_, err = s.Commit(ctx, c)
		if !errors.Is(err, store.ErrConflict) {
			return err == nil, err
		}
	}
}
