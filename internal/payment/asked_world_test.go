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
	mute                                 bool // never says a last word
	bill, canceled                       bool
	ends                                 time.Time // the bill's life
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
		if w.oneIn(2) { // a paused process may say so late
			w.later(w.some(time.Minute), true, func() {
				w.take(payment.NoAnswer{At: w.now, Call: payment.CallPush, Attempt: t.Attempt, Try: 1, Why: payment.Interrupted})
			})
		}
		w.later(w.some(2*time.Minute), false, func() { w.take(w.unsent(payment.CallPush, t)(w.now)) })
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
	b.known, b.pending, b.mute = true, true, w.oneIn(40) && !b.terms.Reverses()
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
			if b.failed && !o.NotAsked && w.oneIn(6) {
				w.later(w.some(time.Hour), false, func() { // its first word was wrong
					b.failed, b.charged, b.everCharged = false, true, true
					w.notify(b, w.some(time.Minute), payment.Approved)
				})
			}
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
		w.later(confirm, false, func() { end(payment.Pending, "-", w.oneIn(6)) })
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
	case b.mute:
		return payment.Pending
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
	for _, t := range []*payment.Terms{&doku, &bill, &redirect} {
		t.QueryUntil = 3 * time.Hour // a day of questions takes long to live through
	}
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
			for seed := range uint64(150) {
				if wrong := liveAsked(seededChoices{rand.New(rand.NewPCG(seed, 5))}, routes, payment.Decide); len(wrong) > 0 {
					t.Fatalf("seed %d: %v", seed, wrong)
				}
			}
		})
	}
}

// TestAskedWorldIsRich makes sure that the world above reaches what it is for.
func TestAskedWorldIsRich(t *testing.T) {
	t.Parallel()
	moves := map[string]int{}
	spy := func(t payment.Terms, p payment.Payment, e payment.Event) (payment.Payment, []payment.Command, error) {
		after, commands, err := payment.Decide(t, p, e)
		if after.State != p.State {
			moves[string(p.State)+" to "+string(after.State)]++
		}
		if _, ok := e.(payment.Renumbered); ok && err == nil && p.State == payment.Created {
			moves["by "+string(p.Attempts[len(p.Attempts)-1].Dead)]++
		}
		for i := range after.Attempts {
			if err == nil && after.Attempts[i].Stray != "" && (i >= len(p.Attempts) || p.Attempts[i].Stray == "") {
				moves["stray"]++
			}
			if err == nil && !after.Attempts[i].ContradictedAt.IsZero() && p.Attempts[i].ContradictedAt.IsZero() {
				moves["contradicted"]++
			}
		}
		return after, commands, err
	}
	for _, routes := range routesInTests() {
		for seed := range uint64(150) {
			liveAsked(seededChoices{rand.New(rand.NewPCG(seed, 5))}, routes, spy)
		}
	}
	for _, m := range []string{
		"pushing to indoubt", "pushing to awaiting", "pushing to paid", "pushing to declined", "pushing to expired", "pushing to created",
		"indoubt to paid", "indoubt to declined", "indoubt to expired", "indoubt to created", "indoubt to reversing", "reversing to created",
		"presenting to pushing", "presenting to awaiting", "presenting to declined", "presenting to expired", "presenting to canceled",
		"presenting to created", "awaiting to paid", "awaiting to declined", "awaiting to expired", "awaiting to canceled",
		"awaiting to review", "declined to paid", "paid to reversed", "paid to voiding", "voiding to voided", "voiding to paid",
		"created to pushing", "created to presenting", "created to expired", "created to declined", "created to canceled",
		"by not_sent", "by not_asked", "by reversed", "contradicted",
	} {
		if moves[m] < 3 {
			t.Errorf("%s was seen %d times", m, moves[m])
		}
	}
}

// TestAskedPropertiesBite breaks one rule after the other and wants the properties to notice.
func TestAskedPropertiesBite(t *testing.T) {
	t.Parallel()
	for name, m := range askedMutants() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(20000) {
				if len(liveAsked(seededChoices{rand.New(rand.NewPCG(seed, 5))}, routesInTests()[m.routes], m.decide)) > 0 {
					return
				}
			}
			t.Error("nobody noticed")
		})
	}
}

type askedMutant struct {
	routes string
	decide decider
}

// askedMutants are cores with one rule broken each, and routes on which that shows.
func askedMutants() map[string]askedMutant {
	terms := func(change func(*payment.Terms)) decider {
		return func(t payment.Terms, p payment.Payment, e payment.Event) (payment.Payment, []payment.Command, error) {
			change(&t)
			return payment.Decide(t, p, e)
		}
	}
	reread := func(change func(payment.Terms, payment.Payment, *payment.Answered)) decider {
		return func(t payment.Terms, p payment.Payment, e payment.Event) (payment.Payment, []payment.Command, error) {
			if a, ok := e.(payment.Answered); ok {
				change(t, p, &a)
				e = a
			}
			return payment.Decide(t, p, e)
		}
	}
	class := func(call payment.Call, from, to payment.Class) decider {
		return reread(func(_ payment.Terms, _ payment.Payment, a *payment.Answered) {
			if a.Call == call && a.Outcome.Class == from {
				a.Outcome.Class = to
			}
		})
	}
	drop := func(wanted func(payment.Payment, payment.Event) bool) decider {
		return func(t payment.Terms, p payment.Payment, e payment.Event) (payment.Payment, []payment.Command, error) {
			if wanted(p, e) {
				e = payment.NoRoute{At: e.When()} // a fact that says nothing
			}
			return payment.Decide(t, p, e)
		}
	}
	return map[string]askedMutant{
		"pending is a no":                {"doku", class(payment.CallPush, payment.Pending, payment.Refused)},
		"unknown is a no":                {"doku", class(payment.CallPush, payment.Unknown, payment.Refused)},
		"a check's pending is a sale":    {"doku", class(payment.CallCheck, payment.Pending, payment.Approved)},
		"a check's pending is a no":      {"faspay", class(payment.CallCheck, payment.Pending, payment.Refused)},
		"not found is final at once":     {"doku", terms(func(t *payment.Terms) { t.SignatureLife = time.Second })},
		"asked without a pause":          {"doku", terms(func(t *payment.Terms) { t.QueryEvery = 0 })},
		"a weak word is a sale":          {"faspay", terms(func(t *payment.Terms) { t.ConfirmNotified = false })},
		"a cancel's answer is the end":   {"faspay", reread(cancelIsTheEnd)},
		"a late charge is dropped":       {"doku", drop(lateCharge)},
		"a word against the end is lost": {"faspay", drop(lateCharge)},
		"everybody was never asked": {"ovo then doku", reread(func(_ payment.Terms, _ payment.Payment, a *payment.Answered) {
			a.Outcome.NotAsked = true
			if a.Call == payment.CallPush && a.Outcome.Class == payment.Unknown {
				a.Outcome.Class = payment.Refused
			}
		})},
		"silence is not sent": {"doku then faspay", func(t payment.Terms, p payment.Payment, e payment.Event) (payment.Payment, []payment.Command, error) {
			if n, ok := e.(payment.NoAnswer); ok && n.Call == payment.CallPush {
				e = payment.NotSent{At: n.At, Call: n.Call, Attempt: n.Attempt, Try: n.Try}
			}
			return payment.Decide(t, p, e)
		}},
		"a reversal without an answer is confirmed": {"ovo then doku", class(payment.CallReversal, payment.Unknown, payment.Approved)},
	}
}

// cancelIsTheEnd takes the provider's word that it canceled a bill for the word that nobody paid.
func cancelIsTheEnd(_ payment.Terms, _ payment.Payment, a *payment.Answered) {
	if a.Call == payment.CallCancel {
		a.Call, a.Outcome.Class = payment.CallCheck, payment.Refused
		a.Try = 1
	}
}

// lateCharge tells whether an event says that the customer was charged, of a payment that is thought not to be.
func lateCharge(p payment.Payment, e payment.Event) bool {
	n, ok := e.(payment.Notified)
	return ok && n.Outcome.Class == payment.Approved && p.State.Final() && p.State != payment.Paid
}

// TestAskedAnyOrder throws events at a payment in any order, plausible or not, about any of its attempts: nothing panics, and
// the rules that hold for every decision hold.
func TestAskedAnyOrder(t *testing.T) {
	t.Parallel()
	for name, routes := range routesInTests() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(200) {
				if wrong := anyOrderAsked(seededChoices{rand.New(rand.NewPCG(seed, 6))}, routes); len(wrong) > 0 {
					t.Fatalf("seed %d: %v", seed, wrong)
				}
			}
		})
	}
}

// FuzzDecideAsked lets the fuzzer choose the routes and what happens.
func FuzzDecideAsked(f *testing.F) {
	names := []string{"doku", "faspay", "redirect", "ovo then doku", "faspay then ovo", "all three"}
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 7))
		b := make([]byte, 400)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) == 0 {
			return
		}
		rest := b[1:]
		routes := routesInTests()[names[int(b[0]/2)%len(names)]]
		var wrong []string
		if b[0]%2 == 1 {
			wrong = anyOrderAsked(byteChoices{&rest}, routes)
		} else {
			wrong = liveAsked(byteChoices{&rest}, routes, payment.Decide)
		}
		for _, w := range wrong {
			t.Error(w)
		}
	})
}

func anyOrderAsked(c choices, routes []payment.Terms) (wrong []string) {
	w := &askWorld{world: &world{choices: c, terms: routes[0]}, routes: routes}
	r := requested(morning)
	if len(routes) > 1 {
		r.Routes, r.FailOverWithin, r.Terminal = routesOf(routes), 2*time.Minute, routesOf(routes)[0].Terminal
	}
	d, wrong := decideChecked(payment.Decide, routes[0], payment.Payment{}, r)
	at := morning
	for range c.below(40) {
		at = at.Add(time.Duration(c.below(40_000)) * time.Millisecond)
		if c.below(20) == 19 {
			at = at.Add(time.Duration(c.below(2*24*60)) * time.Minute)
		}
		w.p, w.now = d.after, at
		e := w.anyEvent()
		before := w.p.State
		var found []string
		d, found = decideChecked(payment.Decide, w.termsFor(e), w.p, e)
		for _, f := range found {
			wrong = append(wrong, fmt.Sprintf("%s, %T%+v: %s", before, e, e, f))
		}
	}
	return wrong
}

func (w *askWorld) anyEvent() payment.Event {
	calls := []payment.Call{
		payment.CallPost, payment.CallPush, payment.CallPush, payment.CallCheck, payment.CallCheck, payment.CallCancel, payment.CallReversal,
		payment.CallVoid, payment.CallCheckVoid,
	}
	call, attempt := calls[w.below(len(calls))], w.below(len(w.p.Attempts))
	try := recordOf(w.p, attempt, call).Tries
	if w.oneIn(6) {
		try = w.below(4)
	}
	class := payment.Classes()[w.below(len(payment.Classes()))]
	o := outcome(class, code(call, class))
	o.NotAsked = w.oneIn(3)
	if call == payment.CallPost && class == payment.Approved {
		o.ProviderReference, o.RedirectURL = "9999981256572178", "https://provider.example/page"
	}
	switch w.below(9) {
	case 0, 1, 2:
		return payment.Answered{At: w.now, Call: call, Attempt: attempt, Try: try, Outcome: o}
	case 3:
		return payment.NoAnswer{At: w.now, Call: call, Attempt: attempt, Try: try, Why: payment.Silent}
	case 4:
		return payment.NotSent{At: w.now, Call: call, Attempt: attempt, Try: try}
	case 5:
		ask := payment.Asked{At: w.now, What: payment.Asks()[w.below(len(payment.Asks()))]}
		if ask.What == payment.AskResolve {
			ask.To = payment.States()[w.below(len(payment.States()))]
		}
		return ask
	case 6:
		return payment.Notified{At: w.now, Invoice: w.p.Attempts[attempt].Invoice, Outcome: o}
	case 7:
		if w.oneIn(4) {
			return payment.NoRoute{At: w.now}
		}
		n := payment.Number{Batch: 5, Reference: payment.ReferenceNumber(1 + len(w.p.Attempts))}
		return payment.Renumbered{At: w.now, Number: n, Attempt: len(w.p.Attempts), Route: w.below(max(1, len(w.p.Routes)))}
	}
	return payment.Woke{At: w.now}
}
