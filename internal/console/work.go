package console

import (
	"context"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/notice"
	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

// This file shows what waits for a human, and how today goes.

// queued is a payment that waits.
type queued struct {
	payment.Payment
	Tries int       // of the call that does not come to its end
	Until time.Time // the provider's cut-off; zero: none
	Soon  bool      // that is near
}

// queue is what waits for one reason. Its label is queue_Key, and queue_Key_do says what to do.
type queue struct {
	Key       string
	Payments  []queued
	Terminals []store.Terminal
	Approvals []operator.Approval
	Endpoints []store.Endpoint
	Notices   []notice.Kept
	More      string // where the rest is
}

// Len counts what is shown.
func (q queue) Len() int {
	return len(q.Payments) + len(q.Terminals) + len(q.Approvals) + len(q.Endpoints) + len(q.Notices)
}

const (
	queueMax  = 20
	cutOffFar = time.Hour // from the cut-off, in which something can still be done
)

// paymentQueues are the states that wait for somebody, with the call that is looked at. They are never written.
var paymentQueues = []struct {
	key   string
	state payment.State
	call  payment.Call
}{
	{"review", payment.Review, ""},
	{"reversing", payment.Reversing, payment.CallReversal},
	{"indoubt", payment.InDoubt, payment.CallCheck},
	{"voiding", payment.Voiding, payment.CallVoid},
	{"refunding", payment.Refunding, payment.CallRefund},
}

// queues gathers everything that waits, the most pressing first; those that are empty are left out.
func (s *server) queues(v *visit) (list []queue, err error) {
	ctx := v.r.Context()
	for _, gather := range []func(context.Context, *visit) ([]queue, error){s.waitingNotices, s.waitingPayments, s.waitingTerminals, s.waitingApprovals, s.waitingEndpoints} {
		some, err := gather(ctx, v)
		if err != nil {
			return nil, err
		}
		for _, q := range some {
			if q.Len() > 0 {
				list = append(list, q)
			}
		}
	}
	return list, nil
}

func (s *server) waitingPayments(ctx context.Context, v *visit) (list []queue, err error) {
	now := s.Now()
	for _, kind := range paymentQueues {
		found, err := s.Engine.Store.Payments(ctx, store.Filter{MerchantID: v.Merchant.ID, States: []payment.State{kind.state}, Limit: queueMax + 1})
		if err != nil {
			return nil, err
		}
		q := queue{Key: kind.key}
		if len(found) > queueMax {
			found, q.More = found[:queueMax], v.at("payments")+"?state="+string(kind.state)
		}
		for _, p := range found {
			one := queued{Payment: p}
			for _, a := range p.Attempts {
				for _, c := range a.Calls {
					if c.Call == kind.call {
						one.Tries = c.Tries
					}
				}
			}
			terms, err := s.Engine.TermsOf(ctx, p)
			if err != nil {
				return nil, err
			}
			if n := len(p.Attempts); n > 0 && terms.CutOff > 0 {
				one.Until = terms.CutOffOf(p.Attempts[n-1].PushedAt)
				one.Soon = now.Before(one.Until) && one.Until.Sub(now) < cutOffFar
			}
			q.Payments = append(q.Payments, one)
		}
		list = append(list, q)
	}
	return list, nil
}

func (s *server) waitingNotices(ctx context.Context, v *visit) ([]queue, error) {
	list, err := s.Engine.Store.Notices(ctx, store.NoticeFilter{MerchantID: v.Merchant.ID, Open: true, Limit: queueMax})
	return []queue{{Key: "notices", Notices: list}}, err
}

func (s *server) waitingTerminals(ctx context.Context, v *visit) ([]queue, error) {
	terminals, err := s.Engine.Store.Terminals(ctx, v.Merchant.ID)
	q := queue{Key: "terminals"}
	for _, t := range terminals {
		if t.Held != "" {
			q.Terminals = append(q.Terminals, t)
		}
	}
	return []queue{q}, err
}

func (s *server) waitingApprovals(ctx context.Context, v *visit) ([]queue, error) {
	list, err := s.Engine.Store.Approvals(ctx, store.ApprovalFilter{MerchantID: v.Merchant.ID, PendingAt: v.Wall, Limit: queueMax})
	return []queue{{Key: "approvals", Approvals: list}}, err
}

func (s *server) waitingEndpoints(ctx context.Context, v *visit) ([]queue, error) {
	q := queue{Key: "endpoints"}
	for _, mode := range []payment.Mode{payment.Live, payment.Test} {
		list, err := s.Engine.Store.Endpoints(ctx, v.Merchant.ID, mode)
		if err != nil {
			return nil, err
		}
		for _, e := range list {
			if !e.On() || !e.FailingSince.IsZero() {
				q.Endpoints = append(q.Endpoints, e)
			}
		}
	}
	return []queue{q}, nil
}

// workView is what waits.
type workView struct {
	Queues []queue
	Names  map[string]string
}

func (s *server) workPage(v *visit) (err error) {
	var d workView
	if d.Queues, err = s.queues(v); err != nil {
		return err
	}
	if d.Names, err = s.names(v.r.Context()); err != nil {
		return err
	}
	return v.show("work", d)
}

// glance is how a time goes.
type glance struct {
	Made, Paid, Failed, Back store.Tally // how many payments, and how much money
	Rate                     string      // of those that have ended, how many were paid
}

// glanceOf sums up tallies.
func glanceOf(list []store.Tally) (g glance) {
	for _, t := range list {
		var into *store.Tally
		switch kindOf(t.Type) {
		case tallyMade:
			into = &g.Made
		case "paid":
			into = &g.Paid
		case "failed":
			into = &g.Failed
		case "back":
			into = &g.Back
		default:
			continue
		}
		into.Count, into.Sum = into.Count+t.Count, into.Sum+t.Sum
	}
	g.Rate = percent(g.Paid.Count, g.Paid.Count+g.Failed.Count)
	return g
}

// kindOf sorts types of events: what was made, was paid, failed, or was given back after it had been paid; empty for the rest.
func kindOf(eventType string) string {
	switch eventType {
	case tallyMade:
		return tallyMade
	case "payment.paid":
		return "paid"
	case "payment.declined", "payment.expired", "payment.canceled", "payment.reversed":
		return "failed"
	case "payment.voided", "payment.refunded", payment.ToldReversedAfterPaid:
		return "back"
	}
	return ""
}

// overviewView is a merchant's front page.
type overviewView struct {
	Today   glance
	Mode    payment.Mode
	Queues  []queue
	Waiting int
	Away    []engine.Circuit
	List    []payment.Payment
}

func (s *server) overview(v *visit) (err error) {
	ctx := v.r.Context()
	d := overviewView{Mode: v.mode()}
	day := payment.DayOf(s.Now()).Start()
	tallies, err := s.Engine.Store.Tallies(ctx, store.TallyFilter{MerchantID: v.Merchant.ID, Mode: d.Mode, From: day, To: day.AddDate(0, 0, 1), ByDay: true})
	if err != nil {
		return err
	}
	d.Today = glanceOf(tallies)
	if d.Queues, err = s.queues(v); err != nil {
		return err
	}
	for _, q := range d.Queues {
		d.Waiting += q.Len()
	}
	for _, c := range s.Engine.Circuits() {
		if c.MerchantID == v.Merchant.ID && c.State != engine.CircuitClosed {
			d.Away = append(d.Away, c)
		}
	}
	if d.List, err = s.Engine.Store.Payments(ctx, store.Filter{MerchantID: v.Merchant.ID, Limit: 8}); err != nil {
		return err
	}
	return v.show("overview", d)
}

// mode is the mode of what is counted: the one that is asked for, else live where the merchant has an account for it.
func (v *visit) mode() payment.Mode {
	switch m := payment.Mode(v.r.URL.Query().Get("mode")); m {
	case payment.Test, payment.Live:
		return m
	}
	for _, a := range v.s.Engine.AccountsOf(v.Merchant.ID) {
		if !a.Closed && a.Environment.Mode() == payment.Live {
			return payment.Live
		}
	}
	return payment.Test
}
