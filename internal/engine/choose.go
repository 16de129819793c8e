package engine

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/store"
)

// This file makes payments whose way the customer chooses on their page, and carries the choice out.

// Offer is a way to pay that a customer may choose.
type Offer struct {
	Method payment.Method
	// Phone tells that the customer's phone number is needed.
	Phone bool
}

// Choice is what a customer has chosen.
type Choice struct {
	Method payment.Method
	Phone  payment.Phone
	// After is how many attempts the payment had on the page on which that was chosen. On a page that is out of date nothing
	// can be chosen: a second press must not become the second try.
	After int
}

// CodePhoneUnregistered is the code of a refusal where the provider does not know the phone.
const CodePhoneUnregistered = string(payment.ReasonPhoneUnknown)

// offered is the order of a customer's choice: what the merchant named of the way, and nothing else.
func offered(p payment.Payment, m payment.Method) Order {
	return Order{
		MerchantID: p.MerchantID, Mode: p.Mode, Method: m, Outlet: p.Outlet, Rail: p.Choice.Rail, Account: p.Choice.Account, Terminal: p.Choice.Terminal,
	}
}

// Offers are the ways that the customer of a payment may choose now, in the merchant's order.
func (e *Engine) Offers(p payment.Payment) []Offer {
	var all []Offer
	if !p.Choosing() {
		return nil
	}
	for _, m := range p.Choice.Methods {
		routes, err := e.routes(offered(p, m))
		if err != nil {
			continue
		}
		needed := slices.ContainsFunc(routes, func(r route) bool { return r.a.terms.NeedsPhone() })
		all = append(all, Offer{Method: m, Phone: needed})
	}
	return all
}

// offer makes a payment that waits for its customer's choice. Methods that cannot take it are not offered: those without an
// account, and those that take no such amount.
func (e *Engine) offer(ctx context.Context, o Order) (payment.Payment, error) {
	at := e.Now()
	until := o.ExpiresAt
	if until.IsZero() {
		until = at.Add(cmpOr(e.routing(o.MerchantID).ChooseWithin, payment.ChoiceLife))
	}
	choice := &payment.Choice{Until: until, Rail: o.Rail, Account: o.Account, Terminal: o.Terminal, Tries: payment.ChoiceTries}
	outlet := o.Outlet
	var first error
	for _, m := range o.Methods {
		if err := e.takes(o, m); err == nil {
			choice.Methods = append(choice.Methods, m)
			outlet = cmp.Or(outlet, e.outletOf(o, m))
		} else if first == nil {
			first = err
		}
	}
	if len(choice.Methods) == 0 {
		return payment.Payment{}, first
	}
	asked := payment.Requested{
		At: at, ID: e.NewID("pay_"), MerchantID: o.MerchantID, Mode: o.Mode, Outlet: outlet, Reference: o.Reference, Amount: o.Amount,
		Description: o.Description, Metadata: o.Metadata, ReturnURL: o.ReturnURL, Customer: o.Customer, Items: o.Items, Choice: choice,
	}
	var w work
	change := store.Change{ID: e.NewID("chg_"), Key: o.Key, Owner: e.Owner}
	if o.By != "" {
		change.Limits = named(nil, "key/"+o.MerchantID+"/"+o.By, e.Limits.Key)
	}
	change, err := e.finish(&w, change, payment.Payment{}, asked)
	if err != nil {
		return payment.Payment{}, err
	}
	done, err := e.Store.Commit(ctx, change)
	if err != nil {
		return payment.Payment{}, refusalOf(err)
	}
	e.Metrics.Requested.Add(1)
	e.Observer.Changed(ctx, payment.Payment{}, done.Payment)
	e.settle(ctx, done, w)
	return done.Payment, nil
}

// outletOf is whose account or terminal an order names.
func (e *Engine) outletOf(o Order, m payment.Method) string {
	if o.Method = m; o.Account == "" && o.Terminal == "" {
		return ""
	}
	routes, err := e.routes(o)
	if err != nil {
		return ""
	}
	return routes[0].a.Outlet
}

// takes tells whether an order's method has an account that takes its amount.
func (e *Engine) takes(o Order, m payment.Method) error {
	o.Method = m
	routes, err := e.routes(o)
	if err != nil {
		return err
	}
	var first error
	for _, r := range routes {
		err := r.a.terms.AdmitAmount(o.Amount)
		if err == nil {
			return nil
		}
		if first == nil {
			first = err
		}
	}
	return first
}

// Choose carries out what a customer has chosen: when it returns, the push or the QR is ordered. Where the account wants it
// the provider is asked first whether the phone is registered. A payment for which something was chosen since the page was
// made comes back as it is: pressing twice is pressing once. Errors: *payment.Refusal, store.ErrNotFound, or the store's.
func (e *Engine) Choose(ctx context.Context, merchantID, paymentID string, c Choice) (payment.Payment, error) {
	if !e.begin(true) {
		return payment.Payment{}, &payment.Refusal{
			Code: CodeShuttingDown, Until: e.Now().Add(time.Second),
			Message: "this gateway is shutting down and starts no new push; try again at once",
		}
	}
	defer e.end()
	inquired := false
	for {
		p, err := e.Store.Load(ctx, merchantID, paymentID)
		if err != nil || len(p.Attempts) != c.After || !p.Unchosen() && !p.Choosing() {
			return p, err
		}
		r, chosen, err := e.pick(ctx, p, c)
		if err != nil {
			return p, err
		}
		if !inquired && !c.Phone.IsZero() {
			inquired = true
			asked, err := e.inquireFirst(ctx, p, r.a, c.Phone)
			if err != nil {
				return p, err
			}
			if asked {
				continue // it took its time: look again
			}
		}
		done, err := e.take(ctx, p, r, r.a.terms, taking{
			event: func(n payment.Number, t0 time.Time) payment.Event {
				numbered := chosen
				numbered.At, numbered.Number = t0, n
				return numbered
			},
			limits: e.limitsOf(Order{Phone: c.Phone}, r.a),
		})
		if err != nil {
			e.untried(r.key())
		}
		if !errors.Is(err, store.ErrConflict) {
			return done, refusalOf(noTokenNow(err, e.Now()))
		}
	}
}

// pick takes the first route that would not refuse the choice and whose provider is asked now. The error is the first
// route's refusal.
func (e *Engine) pick(ctx context.Context, p payment.Payment, c Choice) (route, payment.Chosen, error) {
	chosen := payment.Chosen{At: e.Now(), Method: c.Method, Phone: c.Phone}
	if !p.Offers(c.Method) {
		_, _, err := payment.Decide(payment.Terms{}, p, chosen)
		return route{}, chosen, err
	}
	o := offered(p, c.Method)
	r, rest, err := e.firstFit(ctx, o, func(r route) error {
		chosen.Route = r.frozen()
		_, _, err := payment.Decide(r.a.terms, p, chosen)
		return err
	})
	if err != nil {
		return r, chosen, err
	}
	chosen.Route = r.frozen()
	chosen.Routes, chosen.FailOverWithin = e.after(o, r, rest)
	return r, chosen, nil
}

// inquireFirst asks the provider whether a phone is registered, where the account wants that and can do it. Only a clear no
// keeps the customer from going on; how often it is asked for a payment is counted with the payment, before it is.
func (e *Engine) inquireFirst(ctx context.Context, p payment.Payment, a *account, phone payment.Phone) (asked bool, err error) {
	checker, can := a.Line.(rail.PhoneChecker)
	if !can || !a.InquiryFirst {
		return false, nil
	}
	e.untried(accountKey{a.MerchantID, a.ID}) // it is tried by the push
	counted, err := e.change(ctx, p.MerchantID, p.ID, payment.Asked{At: e.Now(), What: payment.AskPhone, By: "customer"}, nil, store.Key{}, nil)
	if err != nil {
		return false, err
	}
	outcome, err := e.checkPhone(ctx, a, checker, phone, p.ID)
	if err == nil && outcome.Cause == payment.ReasonPhoneUnknown {
		return true, &payment.Refusal{
			Code: CodePhoneUnregistered, Field: "phone", State: counted.State, Message: "the provider does not know this phone number",
		}
	}
	if err != nil {
		e.Log.WarnContext(ctx, "a phone inquiry brought no verdict; the customer goes on", "payment", p.ID, "error", err)
	}
	return true, nil
}
