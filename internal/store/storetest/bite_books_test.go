package storetest_test

import (
	"context"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/recap"
	"github.com/lunas-pay/lunas/internal/store"
)

// badBooks are what is broken of a store's books.
type badBooks struct {
	countDay        func(merchantID string, day payment.Day) ([]recap.Count, error)
	eachPayment     func(store.Span, func(payment.Payment) error) error
	facts           func(merchantID string, day payment.Day, f func(store.Fact) error) error
	saveRecaps      func(store.Closing) error
	recaps          func(store.RecapFilter) ([]recap.Recap, error)
	reconciliations func(store.ReconciliationFilter) ([]store.Reconciliation, error)
	discrepancies   func(store.DiscrepancyFilter) ([]store.Discrepancy, error)
}

func (b *bad) CountDay(ctx context.Context, merchantID string, day payment.Day) ([]recap.Count, error) {
	if b.books.countDay != nil {
		return b.books.countDay(merchantID, day)
	}
	return b.Store.CountDay(ctx, merchantID, day)
}

func (b *bad) EachPayment(ctx context.Context, s store.Span, f func(payment.Payment) error) error {
	if b.books.eachPayment != nil {
		return b.books.eachPayment(s, f)
	}
	return b.Store.EachPayment(ctx, s, f)
}

func (b *bad) Facts(ctx context.Context, merchantID string, day payment.Day, f func(store.Fact) error) error {
	if b.books.facts != nil {
		return b.books.facts(merchantID, day, f)
	}
	return b.Store.Facts(ctx, merchantID, day, f)
}

func (b *bad) SaveRecaps(ctx context.Context, c store.Closing) error {
	if b.books.saveRecaps != nil {
		return b.books.saveRecaps(c)
	}
	return b.Store.SaveRecaps(ctx, c)
}

func (b *bad) Recaps(ctx context.Context, f store.RecapFilter) ([]recap.Recap, error) {
	if b.books.recaps != nil {
		return b.books.recaps(f)
	}
	return b.Store.Recaps(ctx, f)
}

func (b *bad) Reconciliations(ctx context.Context, f store.ReconciliationFilter) ([]store.Reconciliation, error) {
	if b.books.reconciliations != nil {
		return b.books.reconciliations(f)
	}
	return b.Store.Reconciliations(ctx, f)
}

func (b *bad) Discrepancies(ctx context.Context, f store.DiscrepancyFilter) ([]store.Discrepancy, error) {
	if b.books.discrepancies != nil {
		return b.books.discrepancies(f)
	}
	return b.Store.Discrepancies(ctx, f)
}

func brokenBooks() []breakage {
	const (
		counts     = "a day is counted as its payments stand, and each of them once"
		late       = "what happens to a payment after its day is noted with it"
		moved      = "a payment that counts on another day than that of its making is found there"
		saves      = "recaps are written once, with what is told of them"
		lists      = "recaps are listed the newest day first, page by page"
		reconciles = "a reconciliation is listed with what it has found"
	)
	saved := func(f func(*store.Closing)) func(*bad) {
		return func(b *bad) {
			b.books.saveRecaps = func(c store.Closing) error {
				f(&c)
				return b.Store.SaveRecaps(ctx, c)
			}
		}
	}
	listed := func(f func(*store.RecapFilter)) func(*bad) {
		return func(b *bad) {
			b.books.recaps = func(c store.RecapFilter) ([]recap.Recap, error) {
				f(&c)
				return b.Store.Recaps(ctx, c)
			}
		}
	}
	return []breakage{
		{"the first of a day is not counted", func(b *bad) {
			b.books.countDay = func(m string, day payment.Day) ([]recap.Count, error) {
				all, err := b.Store.CountDay(ctx, m, day)
				if len(all) > 0 {
					all[0].Total.Count--
				}
				return all, err
			}
		}, []string{counts}},
		{"modes are read together", func(b *bad) {
			b.books.eachPayment = func(s store.Span, f func(payment.Payment) error) error {
				s.Mode = ""
				return b.Store.EachPayment(ctx, s, f)
			}
		}, []string{counts}},
		{"payments from elsewhere are not found", func(b *bad) {
			b.books.eachPayment = func(s store.Span, f func(payment.Payment) error) error {
				s.Day = 0
				return b.Store.EachPayment(ctx, s, f)
			}
		}, []string{moved}},
		{"nothing is noted", func(b *bad) {
			b.books.facts = func(string, payment.Day, func(store.Fact) error) error { return nil }
		}, []string{late}},
		{"facts are never seen", saved(func(c *store.Closing) { c.Seen = nil }), []string{late}},
		{"nothing is told of a recap", saved(func(c *store.Closing) { c.Told = nil }), []string{saves}},
		{"days are never closed", saved(func(c *store.Closing) { c.Final = false }), []string{saves}},
		{"a recap is written over", func(b *bad) {
			b.books.saveRecaps = func(c store.Closing) error {
				err := b.Store.SaveRecaps(ctx, c)
				if err == store.ErrConflict { //nolint:errorlint // as it comes
					err = nil
				}
				return err
			}
		}, []string{saves}},
		{"every version is listed", listed(func(f *store.RecapFilter) { f.Versions = true }), []string{lists}},
		{"the next page is the first", listed(func(f *store.RecapFilter) { f.After = nil }), []string{lists}},
		{"modes see one another's recaps", listed(func(f *store.RecapFilter) { f.Mode = "" }), []string{lists}},
		{"reconciliations of all accounts are listed", func(b *bad) {
			b.books.reconciliations = func(f store.ReconciliationFilter) ([]store.Reconciliation, error) {
				f.Account = ""
				return b.Store.Reconciliations(ctx, f)
			}
		}, []string{reconciles}},
		{"discrepancies of every class are listed", func(b *bad) {
			b.books.discrepancies = func(f store.DiscrepancyFilter) ([]store.Discrepancy, error) {
				f.Class = ""
				return b.Store.Discrepancies(ctx, f)
			}
		}, []string{reconciles}},
	}
}
