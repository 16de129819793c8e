package engine

import (
	"context"
	"errors"
	"slices"
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

// renumber takes a new number for a payment whose last attempt came to nothing, at the same terminal or on its next route.
// What fails here comes back by the payment's alarm.
func (e *Engine) renumber(p payment.Payment, want payment.Renumber) {
	ctx := context.Background()
	for {
		again, err := e.renumberOnce(ctx, p, want)
		var refusal *payment.Refusal
		switch {
		case err == nil, errors.Is(err, store.ErrClosed), errors.As(err, &refusal):
			return
		case !again:
			e.Log.Warn("no new number for a payment; trying again at its alarm", "payment", p.ID, "error", err)
			return
		}
		now, err := e.Store.Load(ctx, p.MerchantID, p.ID)
		if err != nil {
			e.Log.Warn("no new number for a payment; trying again at its alarm", "payment", p.ID, "error", err)
			return
		}
		p = now
	}
}

func (e *Engine) renumberOnce(ctx context.Context, p payment.Payment, want payment.Renumber) (again bool, err error) {
	if p.State == payment.Created {
		return e.nextRoute(ctx, p, want)
	}
	r, ok := e.routeOf(p.MerchantID, payment.Route{Account: p.Account, Terminal: p.Attempts[len(p.Attempts)-1].Terminal})
	if !ok {
		return false, errors.New("the account " + p.Account + ", or its terminal, is not configured any more")
	}
	terms, err := e.TermsOf(ctx, p)
	if err != nil {
		return false, err
	}
	return e.takeNumber(ctx, p, r, terms, payment.Renumbered{Attempt: want.Attempt, Route: want.Route})
}

// pace says how long a merchant's next query must wait here, so that they are not more than QueryRate in a second. The caller
// holds the lock. It only spreads what this process does; what all processes do together is counted by limitQueries.
func (e *Engine) pace(merchantID string, now time.Time) time.Duration {
	next := e.queries[merchantID]
	if next.Before(now) {
		next = now
	}
	e.queries[merchantID] = next.Add(time.Second / time.Duration(e.QueryRate))
	return next.Sub(now)
}

// limitQueries lets a query that an alarm makes count against its merchant's, in the same commit. A tenth of a second's may
// come at once, since those of a group are written at one time.
func (e *Engine) limitQueries(c store.Change, before payment.Payment, ev payment.Event) store.Change {
	if _, woke := ev.(payment.Woke); !woke || before.State != payment.Awaiting {
		return c
	}
	asks := func(command payment.Command) bool { _, is := command.(payment.Inquire); return is }
	if slices.ContainsFunc(c.Commands, asks) {
		burst := max(1, e.QueryRate/10)
		c.Limits = append(c.Limits, store.Limit{
			Name: "query/" + c.Payment.MerchantID, Count: burst, Per: time.Duration(burst) * time.Second / time.Duration(e.QueryRate),
		})
	}
	return c
}

// putOff lets an alarm ring again when its merchant's next query may be made: other processes have used up what there was.
// The queries of this one are spread from then on.
func (e *Engine) putOff(p payment.Payment, until time.Time) {
	key := paymentKey{p.MerchantID, p.ID}
	e.mu.Lock()
	defer e.mu.Unlock()
	h := e.held[key]
	if h == nil || h.stop != nil || h.p.Version != p.Version { // another one drives it, or something has happened to it
		return
	}
	if e.queries[p.MerchantID].Before(until) {
		e.queries[p.MerchantID] = until
	}
	h.wake, h.putOff = h.p.WakeAt, true
	e.arm(key, h, e.pace(p.MerchantID, e.Now()))
}
