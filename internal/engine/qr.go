package engine

import (
	"context"
	"errors"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

// numbersOf is the name under which the store counts a terminal's numbers. A QR's number must be unique at the provider,
// which does not look at terminals: all terminals of such an account share one count.
func numbersOf(t payment.Terms, accountID, terminalID string) string {
	if t.Presents() {
		return "qr/" + accountID
	}
	return terminalID
}

// qrName is the name under which a payment is found by a QR's number.
func qrName(accountID string, n payment.Number) string { return "qr/" + accountID + "/" + n.Digits() }

// renumber takes a new number for a payment whose last QR came to nothing. What fails here comes back by the payment's
// alarm.
func (e *Engine) renumber(p payment.Payment, want payment.Renumber) {
	ctx := context.Background()
	for {
		again, err := e.renumberOnce(ctx, p, want)
		var refusal *payment.Refusal
		switch {
		case err == nil, errors.Is(err, store.ErrClosed), errors.As(err, &refusal):
			return
		case !again:
			e.Log.Warn("no new number for a QR; trying again at its alarm", "payment", p.ID, "error", err)
			return
		}
		now, err := e.Store.Load(ctx, p.MerchantID, p.ID)
		if err != nil {
			e.Log.Warn("no new number for a QR; trying again at its alarm", "payment", p.ID, "error", err)
			return
		}
		p = now
	}
}

func (e *Engine) renumberOnce(ctx context.Context, p payment.Payment, want payment.Renumber) (again bool, err error) {
	a := e.accounts[accountKey{p.MerchantID, p.Account}]
	if a == nil {
		return false, errors.New("the account " + p.Account + " is not configured any more")
	}
	terms, err := e.TermsOf(ctx, p)
	if err != nil {
		return false, err
	}
	w := work{line: a.Line, terms: terms}
	if err := e.needToken(ctx, a, &w); err != nil {
		return false, err
	}
	// A first look, so that nothing is locked for a number that nobody wants any more.
	if _, _, err := payment.Decide(terms, p, payment.Renumbered{At: e.Now(), Attempt: want.Attempt}); err != nil {
		return false, err
	}
	change := store.Change{
		ID: e.NewID("chg_"), Terminal: numbersOf(terms, a.ID, p.Attempts[len(p.Attempts)-1].Terminal.ID), Owner: e.Owner,
		Payment: payment.Payment{ID: p.ID, MerchantID: p.MerchantID, Mode: p.Mode, Version: p.Version + 1},
	}
	change.Event = payment.Renumbered{Attempt: want.Attempt}
	change.Finish = func(n payment.Number, t0 time.Time) (store.Change, error) {
		return e.finish(&w, change, p, payment.Renumbered{At: t0, Number: n, Attempt: want.Attempt})
	}
	done, err := e.Store.Commit(ctx, change)
	if err != nil {
		return errors.Is(err, store.ErrConflict), err
	}
	e.count(terms, p, done.Payment)
	e.settle(done, w)
	return false, nil
}

// pace says how long a merchant's next query must wait, so that they are not more than QueryRate in a second. The caller
// holds the lock. It is this process's own count: replicas that poll for one merchant have a budget each.
func (e *Engine) pace(merchantID string, now time.Time) time.Duration {
	next := e.queries[merchantID]
	if next.Before(now) {
		next = now
	}
	e.queries[merchantID] = next.Add(time.Second / time.Duration(e.QueryRate))
	return next.Sub(now)
}
