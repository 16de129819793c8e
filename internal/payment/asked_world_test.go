package payment_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/lunas-pay/lunas/internal/payment"
)

// askWorld is one payment on the rails without a reversal, or over several routes, between us and providers that keep their
// own books, with a network that loses and delays, and a process that dies.
type askWorld struct {
	*world
	routes []payment.Terms // one: no other
	books  []*askBook      // by attempt
	number int
}

// askBook is the truth about an attempt at its provider.
type askBook struct {
	terms payment.Terms
	// A push: known once it arrived, pending while the customer has it. A bill: made, open until it is ended.
	known, pending, charged, everCharged bool
	failed, voided, reversed             bool
	bill, canceled                       bool
	ends                                 time.Time // the bill's life
	closed                               time.Time // when the provider said no for good: a reversal holds from then on
}

// liveAsked runs one payment over the given routes from its request until nothing is left to happen, and gives everything
// that was wrong.
func liveAsked(c choices, routes []payment.Terms, decide decider) []string {
	w := &askWorld{world: &world{choices: c, decide: decide, terms: routes[0]}, routes: routes}
	w.t0 = morning
	if w.oneIn(4) {
		w.t0 = time.Date(2026, time.March, 21, 23, 50, 0, 0, payment.WIB).Add(w.some(10 * time.Minute))
	}
	w.now = w.t0
	r := requested(w.t0)
	r.Account = string(routes[0].Rail) + "-1"
	if len(routes) > 1 {
		r.Routes, r.FailOverWithin = routesOf(routes), 2*time.Minute
		r.Terminal = r.Routes[0].Terminal
	}
	w.take(r)
	if w.p.Version == 0 {
		return w.wrong // refused at the cut-off
	}
	w.fateOfProcess()
	for range w.below(4) {
		w.later(w.some(2*time.Hour), false, func() {
			asks := []payment.Ask{payment.AskCheck, payment.AskVoid, payment.AskCancel, payment.AskReturn}
			w.take(payment.Asked{At: w.now, What: asks[w.below(len(asks))]})
		})
	}
	for len(w.queue) > 0 && len(w.wrong) == 0 {
		if w.events > 3000 {
			w.say("no rest after %d events: %s", w.events, w.p.State)
			break
		}
		w.step()
	}
	w.audit()
	return w.wrong
}

// fateOfProcess lets our process be away for a while.
func (w *askWorld) fateOfProcess() {
	if !w.oneIn(3) {
		return
	}
	from := w.t0.Add(w.some(3 * time.Minute))
	w.down = [2]time.Time{from, from.Add(w.some(5 * time.Hour))}
	if w.oneIn(4) {
		return
	}
	w.at(w.down[1], false, func() {
		for _, call := range w.p.OpenCalls() {
			w.take(payment.NoAnswer{At: w.now, Call: call.Call, Attempt: call.Attempt, Try: call.Tries, Why: payment.Interrupted})
		}
	})
}

func (w *askWorld) termsFor(e payment.Event) payment.Terms {
	rail := payment.RouteFor(w.p, e).Rail
	for _, t := range w.routes {
		if t.Rail == rail {
			return t
		}
	}
	return w.routes[0]
}

// take is the one door.
func (w *askWorld) take(e payment.Event) {
	d, wrong := decideChecked(w.decide, w.termsFor(e), w.p, e)
	for _, s := range wrong {
		w.say("%s in %s at +%s: %s", payment.Kind(e), w.p.State, e.When().Sub(w.t0), s)
	}
	if len(wrong) > 0 || d.err != nil {
		return
	}
	w.p = d.after
	for len(w.books) < len(w.p.Attempts) {
		w.books = append(w.books, &askBook{terms: w.termsFor(payment.Woke{})})
	}
	for _, c := range d.commands {
		w.order(c)
	}
}

func (w *askWorld) order(c payment.Command) {
	switch c := c.(type) {
	case payment.WakeAt:
		if !c.At.IsZero() {
			w.ring(c.At)
		}
		return
	case payment.Renumber:
		w.renumber(c)
		return
	}
	call, t, ok := payment.CallOf(c)
	if !ok {
		return
	}
	b := w.books[t.Attempt]
	switch call {
	case payment.CallPost:
		w.post(b, t)
	case payment.CallPush:
		w.sendPush(b, t)
	case payment.CallCheck:
		w.callAct(call, t, func() payment.Class { return w.tellStatus(b) })
	case payment.CallReversal:
		w.callAct(call, t, func() payment.Class { return w.takeBack(b) })
	case payment.CallCancel:
		w.callAct(call, t, func() payment.Class { return w.cancelBill(b) })
	case payment.CallVoid:
		w.callAct(call, t, func() payment.Class {
			if !b.charged || w.oneIn(4) {
				return payment.Refused
			}
			b.charged, b.voided = false, true
			return payment.Approved
		})
	case payment.CallCheckVoid:
		w.callAct(call, t, func() payment.Class {
			if b.voided {
				return payment.Approved
			}
			return payment.NotFound
		})
	}
}

// renumber takes the next route, or a later one, or none, or the process dies before it is done.
func (w *askWorld) renumber(c payment.Renumber) {
	if w.oneIn(8) {
		return
	}
	w.later(w.some(2*time.Second), true, func() {
		e := payment.Renumbered{At: w.now, Attempt: c.Attempt, Route: c.Route}
		if w.p.State == payment.Created && w.oneIn(4) {
			e.Route++
		}
		if e.Route >= max(1, len(w.p.Routes)) || w.p.State == payment.Created && w.oneIn(8) {
			w.take(payment.NoRoute{At: w.now})
			return
		}
		w.number++
		e.Number = payment.Number{Batch: 4, Reference: payment.ReferenceNumber(123 + w.number)}
		w.take(e)
	})
}

func (w *askWorld) ring(at time.Time) {
	if at.Before(w.now) {
		at = w.now
	}
	if !at.Before(w.down[0]) && at.Before(w.down[1]) {
		at = w.down[1]
	}
	w.at(at, false, func() {
		if !w.p.WakeAt.IsZero() && !w.p.WakeAt.After(w.now) {
			w.take(payment.Woke{At: w.now})
		}
	})
}

// hear brings an event to us once, or twice, if our process is there.
func (w *askWorld) hear(d time.Duration, e func(at time.Time) payment.Event) {
	w.later(d, true, func() { w.take(e(w.now)) })
	if w.oneIn(10) {
		w.later(d+w.some(time.Minute), true, func() { w.take(e(w.now)) })
	}
}

func (w *askWorld) says(call payment.Call, t payment.Target, o payment.Outcome) func(time.Time) payment.Event {
	return func(at time.Time) payment.Event {
		return payment.Answered{At: at, Call: call, Attempt: t.Attempt, Try: t.Try, Outcome: o}
	}
}

func (w *askWorld) silent(call payment.Call, t payment.Target) func(time.Time) payment.Event {
	return func(at time.Time) payment.Event {
		return payment.NoAnswer{At: at, Call: call, Attempt: t.Attempt, Try: t.Try, Why: payment.Silent}
	}
}

func (w *askWorld) unsent(call payment.Call, t payment.Target) func(time.Time) payment.Event {
	return func(at time.Time) payment.Event {
		return payment.NotSent{At: at, Call: call, Attempt: t.Attempt, Try: t.Try}
	}
}

func (w *askWorld) notify(b *askBook, d time.Duration, class payment.Class) {
	invoice := ""
	for i, x := range w.books {
		if x == b {
			invoice = w.p.Attempts[i].Invoice
		}
	}
	if b.terms.Reverses() {
		return // OVO says nothing by itself
	}
	o := outcome(class, askedCode(b.terms, payment.CallCheck, class))
	if class == payment.Approved {
		o.Amount = 12500
	}
	say := func() { w.take(payment.Notified{At: w.now, Invoice: invoice, Outcome: o}) }
	w.later(d, true, say)
	w.later(d+30*time.Minute, true, say)
	w.later(d+6*time.Hour, false, say)
}

// post makes a bill: not sent, refused, lost before or after it is made, or made and heard.
func (w *askWorld) post(b *askBook, t payment.Target) {
	limit := t.Until.Sub(w.now)
	switch w.below(8) {
	case 0:
		w.hear(w.some(2*time.Second), w.unsent(payment.CallPost, t))
		return
	case 1:
		classes := []payment.Class{payment.Refused, payment.Misconfigured, payment.Unknown, payment.Duplicate}
		w.hear(w.some(limit), w.says(payment.CallPost, t, outcome(classes[w.below(4)], "13")))
		return
	case 2:
		w.hear(limit, w.silent(payment.CallPost, t))
		return
	}
	b.bill, b.ends = true, w.p.Attempts[t.Attempt].ExpiresAt
	if w.oneIn(10) {
		w.hear(w.some(limit), w.silent(payment.CallPost, t))
		return
	}
	o := outcome(payment.Approved, "00")
	o.ProviderReference, o.RedirectURL = fmt.Sprintf("99999812565721%02d", t.Attempt), "https://provider.example/page"
	took := w.some(limit - time.Millisecond)
	w.hear(took, w.says(payment.CallPost, t, o))
	if b.terms.Flow == payment.Redirect && w.below(4) > 0 {
		w.later(took+w.some(80*time.Minute), false, func() { w.payBill(b, t) })
	}
}

// payBill is a customer who pays on the provider's page, or in the app.
func (w *askWorld) payBill(b *askBook, t payment.Target) {
	if !b.bill || b.canceled || b.charged || b.reversed || b.failed || w.now.After(b.ends) {
		return
	}
	if b.terms.Flow == payment.Redirect && w.p.Attempts[t.Attempt].RedirectURL == "" {
		return // nobody was shown the page
	}
	b.charged, b.everCharged = true, true
	if !w.oneIn(3) {
		w.notify(b, w.some(time.Minute), payment.Approved)
	}
	if w.oneIn(12) {
		w.later(w.some(time.Hour), false, func() {
			if b.charged {
				b.charged, b.reversed = false, true
				w.notify(b, w.some(time.Minute), payment.WasReversed)
			}
		})
	}
}

// sendPush: it may not leave, be lost, or arrive late, as long as its signature lives; then the customer does something.
func (w *askWorld) sendPush(b *askBook, t payment.Target) {
	end := t.Until.Sub(w.now)
	switch w.below(8) {
	case 0:
		w.later(w.some(time.Minute), false, func() { w.take(w.unsent(payment.CallPush, t)(w.now)) })
		return
	case 1:
		w.hear(end, w.silent(payment.CallPush, t))
		return
	case 2:
		w.hear(min(w.some(end), end), w.silent(payment.CallPush, t))
		if life := b.terms.SignatureLife; life > 0 {
			w.later(w.some(life-time.Millisecond), false, func() { w.arrive(b, t, time.Time{}) })
		}
		return
	case 3:
		w.hear(w.some(end), w.silent(payment.CallPush, t))
		w.later(w.some(time.Second), false, func() { w.arrive(b, t, time.Time{}) })
		return
	}
	w.later(w.some(15*time.Second), false, func() { w.arrive(b, t, t.Until) })
}

// arrive is the push at the provider, which answers until the given time, or not at all.
func (w *askWorld) arrive(b *askBook, t payment.Target, until time.Time) {
	b.known, b.pending = true, true
	say := func(o payment.Outcome, d time.Duration) {
		if until.IsZero() {
			return
		}
		if w.now.Add(d).After(until) {
			w.hear(until.Sub(w.now), w.silent(payment.CallPush, t))
			return
		}
		w.hear(d, w.says(payment.CallPush, t, o))
	}
	end := func(class payment.Class, code string, charged bool) {
		if !b.pending {
			return
		}
		b.pending = false
		o := outcome(class, code)
		o.NotAsked = code == "14"
		if b.terms.Bills() {
			if charged {
				w.payBill(b, t)
			} else if w.oneIn(2) {
				b.failed = true
			}
			if class == payment.Approved {
				o = outcome(payment.Pending, "00") // its answer never says that it is paid
			}
			say(o, w.some(15*time.Second))
			return
		}
		b.charged, b.everCharged, b.failed = charged, b.everCharged || charged, !charged
		say(o, w.some(15*time.Second))
		if class := map[bool]payment.Class{true: payment.Approved, false: payment.Refused}[charged]; !w.oneIn(3) {
			w.notify(b, w.some(time.Minute), class)
		}
		if !charged && !o.NotAsked && b.terms.Rail == payment.DOKU && w.oneIn(8) {
			w.later(w.some(time.Hour), false, func() { // its first word was wrong
				b.failed, b.charged, b.everCharged = false, true, true
				w.notify(b, w.some(time.Minute), payment.Approved)
			})
		}
	}
	confirm := b.terms.ConfirmWithin
	switch w.below(6) {
	case 0, 1:
		w.later(w.some(confirm), false, func() { end(payment.Approved, "00", true) })
	case 2:
		w.later(w.some(confirm), false, func() { end(payment.Refused, "17", false) })
	case 3:
		w.later(w.some(time.Second), false, func() { end(payment.Refused, "14", false) })
	case 4:
		charged := w.oneIn(2)
		w.later(w.some(confirm), false, func() { end(payment.Unknown, "68", charged) })
	default:
		w.later(confirm, false, func() { end(payment.Pending, "-", false) })
	}
}

// callAct is a short call: not sent, lost, done with its answer lost, vague, or answered.
func (w *askWorld) callAct(call payment.Call, t payment.Target, act func() payment.Class) {
	limit := t.Until.Sub(w.now)
	b := w.books[t.Attempt]
	switch w.below(8) {
	case 0:
		w.hear(w.some(2*time.Second), w.unsent(call, t))
	case 1:
		w.hear(limit, w.silent(call, t))
	case 2:
		w.hear(limit, w.silent(call, t))
		w.later(w.some(5*time.Minute), false, func() { act() })
	case 3:
		w.hear(w.some(limit-time.Millisecond), w.says(call, t, outcome(payment.Unknown, "40")))
	default:
		w.later(w.some(limit/2), false, func() {
			class := act()
			o := outcome(class, askedCode(b.terms, call, class))
			if call == payment.CallCheck && class == payment.Refused && b.bill {
				switch {
				case b.canceled:
					o.Cause = payment.ReasonCanceled
				case !b.failed:
					o.Cause = payment.ReasonExpired
				}
			}
			if call == payment.CallCheck && class == payment.Approved {
				o.Amount = 12500
			}
			w.hear(w.some(limit/2-time.Millisecond), w.says(call, t, o))
		})
	}
}

func (w *askWorld) tellStatus(b *askBook) payment.Class {
	switch {
	case b.charged:
		return payment.Approved
	case b.voided, b.reversed:
		return payment.WasReversed
	case b.terms.Bills() && !b.bill, !b.terms.Bills() && !b.known:
		return payment.NotFound
	case b.failed, b.canceled, b.bill && w.now.After(b.ends):
		return payment.Refused
	}
	return payment.Pending
}

// takeBack is OVO's reversal.
func (w *askWorld) takeBack(b *askBook) payment.Class {
	switch {
	case !b.known, b.failed:
		return payment.NotFound
	case b.reversed:
		return payment.WasReversed
	}
	b.pending, b.charged, b.reversed = false, false, true
	return payment.Approved
}

func (w *askWorld) cancelBill(b *askBook) payment.Class {
	switch {
	case b.charged:
		return payment.Refused
	case w.oneIn(4):
		return payment.Unknown // and not done
	}
	b.canceled = true
	return payment.Approved
}

// audit compares the books when nothing is left to happen: one charge per payment, over all its routes.
func (w *askWorld) audit() {
	if len(w.wrong) > 0 {
		return
	}
	charges := 0
	for _, b := range w.books {
		if b.charged {
			charges++
		}
	}
	switch {
	case w.p.State == payment.Review:
	case !w.p.State.Final():
		w.say("at rest in %s", w.p.State)
	case charges > 1:
		w.say("the customer is charged %d times, and the payment is %s", charges, w.p.State)
	case charges == 1 && w.p.State != payment.Paid:
		w.say("the customer is charged, and the payment is %s", w.p.State)
	case charges == 0 && w.p.State == payment.Paid:
		w.say("nobody is charged, and the payment is paid")
	}
	if charges > 1 {
		w.say("the customer is charged %d times", charges)
	}
}

func routesInTests() map[string][]payment.Terms {
	ovo, doku, bill, redirect := payment.OVOTerms(), payment.DOKUTerms(), payment.FaspayTerms(), redirectTerms()
	sure := bill
	sure.ConfirmNotified = false
	return map[string][]payment.Terms{
		"doku": {doku}, "faspay": {bill}, "faspay, notifications believed": {sure}, "redirect": {redirect},
		"ovo then doku": {ovo, doku}, "doku then faspay": {doku, bill}, "faspay then ovo": {bill, ovo}, "all three": {ovo, doku, bill},
	}
}

// TestAskedBooksAgree is TestBooksAgree on the rails without a reversal, and over several routes: one charge per payment.
func TestAskedBooksAgree(t *testing.T) {
	t.Parallel()
	for name, routes := range routesInTests() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				for _, wrong := range liveAsked(rapidChoices{t}, routes, payment.Decide) {
					t.Error(wrong)
				}
			})
		})
	}
}

// TestAskedBooksAgreeOften is the same without shrinking, many times over.
func TestAskedBooksAgreeOften(t *testing.T) {
	t.Parallel()
	for name, routes := range routesInTests() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(500) {
				if wrong := liveAsked(seededChoices{rand.New(rand.NewPCG(seed, 5))}, routes, payment.Decide); len(wrong) > 0 {
					t.Fatalf("seed %d: %v", seed, wrong)
				}
			}
		})
	}
}
