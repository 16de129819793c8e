package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

// This file chooses by which of a merchant's accounts a payment is made, and takes the next one after an attempt that is
// known to be dead. Whether there may be a next one, the core says.

// route is an account with one of its terminals.
type route struct {
	a        *account
	terminal *merchant.Terminal
}

func (r route) key() accountKey { return accountKey{r.a.MerchantID, r.a.ID} }

func (r route) frozen() payment.Route {
	return payment.Route{
		Rail: r.a.Rail, Account: r.a.ID, TermsRevision: r.a.revision, Terminal: r.terminal.Terminal,
	}
}

// routes are the accounts that can serve an order, in the order in which the merchant wants them tried; the error says what
// is missing.
func (e *Engine) routes(o Order) ([]route, error) {
	refusal := &payment.Refusal{
		Code: CodeNoAccount, Field: "method",
		Message: fmt.Sprintf("there is no %s account for the method %q on the rail asked for; configure one, or leave rail and account out", o.Mode, o.Method),
	}
	if o.Outlet != "" {
		refusal.Field = "outlet"
		refusal.Message = fmt.Sprintf("the outlet %s has no %s account for the method %q on the rail asked for; give it one, or leave outlet out", o.Outlet, o.Mode, o.Method)
	}
	var found []route
	for _, a := range e.accountsOf(o.MerchantID) {
		if a.Closed || a.Environment.Mode() != o.Mode || (o.Account != "" && a.ID != o.Account) || (o.Rail != "" && a.Rail != o.Rail) {
			continue
		}
		if !serves(a.Rail, o.Method) || !ofOutlet(a, o) {
			continue
		}
		refusal = &payment.Refusal{
			Code: CodeNoTerminal, Field: "terminal", Message: fmt.Sprintf("account %s has no terminal of that name", a.ID),
		}
		for i := range a.Terminals {
			if o.Terminal == "" || a.Terminals[i].ID == o.Terminal {
				found = append(found, route{a, &a.Terminals[i]})
				break
			}
		}
	}
	if len(found) == 0 {
		return nil, refusal
	}
	found = ofOne(found)
	prefer := e.routing(o.MerchantID).Prefer[o.Method]
	rank := func(r route) int {
		if i := slices.Index(prefer, r.a.Rail); i >= 0 {
			return i
		}
		return len(prefer)
	}
	slices.SortStableFunc(found, func(x, y route) int { return cmp.Compare(rank(x), rank(y)) })
	return found, nil
}

// ofOutlet tells whether an account may serve an order as far as outlets go: those of an outlet only where the order names it, or
// them.
func ofOutlet(a *account, o Order) bool {
	if o.Outlet != "" {
		return a.Outlet == o.Outlet
	}
	return a.Outlet == "" || o.Account != "" || o.Terminal != ""
}

// ofOne keeps the routes of one outlet: a terminal's name may be another's in another outlet, which a payment must never reach by
// chance. The merchant's own accounts come before those of outlets.
func ofOne(found []route) []route {
	outlet := found[0].a.Outlet
	if slices.ContainsFunc(found, func(r route) bool { return r.a.Outlet == "" }) {
		outlet = ""
	}
	return slices.DeleteFunc(found, func(r route) bool { return r.a.Outlet != outlet })
}

func serves(r payment.Rail, m payment.Method) bool {
	if m == payment.QRIS {
		return r == payment.SNAP
	}
	return m == payment.OVOPush && r != payment.SNAP
}

// choose takes the first route that would not refuse the payment and whose provider is asked now, and gives the request for
// it with the routes behind it. The error is the first route's refusal.
func (e *Engine) choose(ctx context.Context, o Order, asked payment.Requested) (route, payment.Requested, error) {
	r, rest, err := e.firstFit(ctx, o, func(r route) error {
		asked.Outlet, asked.Account, asked.TermsRevision, asked.Terminal = r.a.Outlet, r.a.ID, r.a.revision, r.terminal.Terminal
		_, _, err := payment.Decide(r.a.terms, payment.Payment{}, asked) // a first look; the one that counts is inside the group
		return err
	})
	if err != nil {
		return r, asked, err
	}
	asked.Routes, asked.FailOverWithin = e.after(o, r, rest)
	return r, asked, nil
}

// firstFit gives the first route of an order that look does not refuse and whose provider is asked now, as the one that
// tries it, and the routes behind it.
func (e *Engine) firstFit(ctx context.Context, o Order, look func(route) error) (fit route, rest []route, err error) {
	all, err := e.routes(o)
	if err != nil {
		return route{}, nil, err
	}
	var first error
	for i, r := range all {
		err := look(r)
		if err == nil {
			if from, ok := e.try(ctx, r.key()); !ok {
				err = &payment.Refusal{
					Code: CodeProviderAway, Until: from,
					Message: "the provider did not answer lately and is not asked for a while, so nothing was done; try again",
				}
			}
		}
		if err == nil {
			return r, all[i+1:], nil
		}
		if first == nil {
			first = err
		}
	}
	return route{}, nil, first
}

// after are the routes of a payment that begins with r, and how long another one may be begun; none where the merchant named
// a rail or an account, or does not want it. Only what pushes follows on a push.
func (e *Engine) after(o Order, r route, rest []route) ([]payment.Route, time.Duration) {
	wish := e.routing(o.MerchantID)
	if !wish.FailOver || o.Rail != "" || o.Account != "" || !pushes(r.a.terms) {
		return nil, 0
	}
	frozen := []payment.Route{r.frozen()}
	for _, next := range rest {
		if pushes(next.a.terms) {
			frozen = append(frozen, next.frozen())
		}
	}
	if len(frozen) == 1 {
		return nil, 0
	}
	return frozen, cmpOr(wish.FailOverWithin, DefaultFailOverWithin)
}

func pushes(t payment.Terms) bool { return !t.Presents() && t.Flow != payment.Redirect }

// DefaultFailOverWithin is for how long after its request a payment may go on to another route, unless the merchant says
// otherwise: about as long as a customer waits.
const DefaultFailOverWithin = 2 * time.Minute

// nextRoute takes the first route, from the wanted one on, by which a payment can go on; where there is none it says so to
// the payment. again: the payment has changed meanwhile.
func (e *Engine) nextRoute(ctx context.Context, p payment.Payment, want payment.Renumber) (again bool, err error) {
	why := "no other route is configured any more"
	for k := want.Route; k < len(p.Routes); k++ {
		frozen := p.Routes[k]
		r, ok := e.routeOf(p.MerchantID, frozen)
		if !ok || r.a.Closed {
			continue
		}
		terms, err := e.termsOf(ctx, p.MerchantID, frozen.Account, frozen.TermsRevision)
		if err != nil {
			return false, err
		}
		if _, ok := e.try(ctx, r.key()); !ok {
			why = "the provider of the next route does not answer either"
			continue
		}
		again, err := e.takeNumber(ctx, p, r, terms, payment.Renumbered{Attempt: want.Attempt, Route: k})
		var refusal *payment.Refusal
		if err != nil {
			e.untried(r.key())
		}
		if err == nil || again || !errors.As(refusalOf(err), &refusal) && !errors.Is(err, store.ErrNoTerminal) {
			return again, err
		}
		if refusal != nil && refusal.Code == payment.CodeNotPossible {
			return false, err // nobody wants it any more
		}
		why = err.Error()
	}
	e.submit(ctx, p.MerchantID, p.ID, payment.NoRoute{At: e.Now(), Why: why}, nil)
	return false, nil
}

// routeOf finds the account and terminal of a route as they are configured today.
func (e *Engine) routeOf(merchantID string, frozen payment.Route) (route, bool) {
	a := e.accountOf(merchantID, frozen.Account)
	if a == nil {
		return route{}, false
	}
	for i := range a.Terminals {
		if a.Terminals[i].ID == frozen.Terminal.ID {
			return route{a, &a.Terminals[i]}, true
		}
	}
	return route{}, false
}

// takeNumber makes the next attempt of a payment on a route, with a new number of its terminal.
func (e *Engine) takeNumber(ctx context.Context, p payment.Payment, r route, terms payment.Terms, ev payment.Renumbered) (again bool, err error) {
	_, err = e.take(ctx, p, r, terms, taking{event: func(n payment.Number, t0 time.Time) payment.Event {
		numbered := ev
		numbered.At, numbered.Number = t0, n
		return numbered
	}})
	return errors.Is(err, store.ErrConflict), err
}

// taking is a change of a payment that takes a number.
type taking struct {
	event  func(n payment.Number, t0 time.Time) payment.Event
	limits []store.Limit
}

// take makes an attempt of a payment that is stored, with a new number of a route's terminal.
func (e *Engine) take(ctx context.Context, p payment.Payment, r route, terms payment.Terms, t taking) (payment.Payment, error) {
	w := work{line: r.a.Line, terms: terms}
	if err := e.needToken(ctx, r.a, &w); err != nil {
		return p, err
	}
	// A first look, so that nothing is locked for a number that nobody wants any more.
	look := t.event(payment.Number{}, e.Now())
	if _, _, err := payment.Decide(terms, p, look); err != nil {
		return p, err
	}
	if r.terminal.Serial && !terms.Presents() {
		var err error
		if w.sent, err = e.serialize(ctx, p.MerchantID, r.terminal.ID); err != nil {
			return p, err
		}
	}
	change := store.Change{
		ID: e.NewID("chg_"), Terminal: numbersOf(terms, r.a.ID, r.terminal.ID), Owner: e.Owner, Event: look, Limits: t.limits,
		Payment: payment.Payment{ID: p.ID, MerchantID: p.MerchantID, Mode: p.Mode, Version: p.Version + 1},
	}
	change.Finish = func(n payment.Number, t0 time.Time) (store.Change, error) {
		return e.finish(&w, change, p, t.event(n, t0))
	}
	done, err := e.Store.Commit(ctx, change)
	if err != nil {
		if w.sent != nil {
			w.sent()
		}
		return p, err
	}
	e.count(ctx, terms, p, done.Payment)
	e.settle(ctx, done, w)
	return done.Payment, nil
}
