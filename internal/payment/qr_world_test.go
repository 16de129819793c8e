package payment_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/lunas-pay/lunas/internal/payment"
)

// qrWorld is a payment by QR between us and a provider that keeps its own books, one row for each number. Network, process
// and time are those of world.
type qrWorld struct {
	*world
	books      map[payment.Number]*qrBook
	numbers    int
	lastRefund time.Time
}

type qrBook struct {
	known, paid, refunded bool
	mute                  bool // never says a last word
	lies                  bool // says that it is over while it can still be paid; then the notification comes
	shown                 bool
	dead                  time.Time
}

// liveQR runs one payment from its request until nothing is left to happen, and gives everything that was wrong.
func liveQR(c choices, decide decider) []string {
	w := &qrWorld{
		world: &world{choices: c, decide: decide, terms: payment.SNAPTerms()},
		books: map[payment.Number]*qrBook{},
	}
	w.terms.QueryUntil = time.Hour // a day of queries takes long to live through
	w.t0 = morning
	if w.oneIn(3) {
		w.t0 = time.Date(2026, time.March, 21, 23, 55, 0, 0, payment.WIB).Add(w.some(5 * time.Minute))
	}
	w.now = w.t0
	w.numbers = 1
	w.fateOfProcessQR() // before a QR is made: a provider lies only where its notification is heard
	w.take(requestedQR(w.t0))
	for range w.below(4) {
		w.later(w.some(30*time.Minute), false, func() {
			asks := []payment.Ask{payment.AskCheck, payment.AskRefund, payment.AskCancel, payment.AskRenew, payment.AskRefund}
			w.take(payment.Asked{At: w.now, What: asks[w.below(len(asks))]})
		})
	}
	for len(w.queue) > 0 && len(w.wrong) == 0 {
		if w.events > 4000 {
			w.say("no rest after %d events: %s", w.events, w.p.State)
			break
		}
		w.step()
	}
	w.audit()
	return w.wrong
}

func (w *qrWorld) fateOfProcessQR() {
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

// take is the one door.
func (w *qrWorld) take(e payment.Event) {
	d, wrong := decideChecked(w.decide, w.terms, w.p, e)
	for _, s := range wrong {
		w.say("%s in %s at +%s: %s", payment.Kind(e), w.p.State, e.When().Sub(w.t0), s)
	}
	if len(wrong) > 0 || d.err != nil {
		return
	}
	w.p = d.after
	for _, c := range d.commands {
		w.order(c)
	}
	if _, _, ok := payment.ShownQR(w.terms, w.p, w.now); ok {
		w.books[w.p.Attempts[len(w.p.Attempts)-1].Number].shown = true
	}
}

func (w *qrWorld) order(c payment.Command) {
	switch c := c.(type) {
	case payment.WakeAt:
		if !c.At.IsZero() {
			w.alarmQR(c.At)
		}
	case payment.Renumber:
		if !w.oneIn(5) { // or the process dies before it is done
			w.later(w.some(3*time.Second), true, func() {
				w.numbers++
				number := payment.Number{Batch: 4, Reference: payment.ReferenceNumber(122 + w.numbers)}
				w.take(payment.Renumbered{At: w.now, Number: number, Attempt: c.Attempt})
			})
		}
	case payment.ShowQR:
		w.generate(c.Target)
	case payment.Refund:
		if gap := w.now.Sub(w.lastRefund); gap < w.terms.RetryGap && w.p.Failure == nil && recordOf(w.p, c.Attempt, payment.CallRefund).Unclear {
			w.say("a refund %s after another", gap)
		}
		w.lastRefund = w.now
		w.call(payment.CallRefund, c.Target, func() payment.Class { return w.refund(c.Target.Number) })
	case payment.Inquire:
		w.call(payment.CallCheck, c.Target, func() payment.Class { return w.query(c.Target.Number) })
	}
}

func (w *qrWorld) alarmQR(at time.Time) {
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

// tell brings an event to us once, or twice, if our process is there.
func (w *qrWorld) tell(d time.Duration, e func(at time.Time) payment.Event) {
	w.later(d, true, func() { w.take(e(w.now)) })
	if w.oneIn(10) {
		w.later(d+w.some(time.Minute), true, func() { w.take(e(w.now)) })
	}
}

func answeredQR(call payment.Call, t payment.Target, class payment.Class) func(time.Time) payment.Event {
	return func(at time.Time) payment.Event {
		o := qrOutcome(call, class, codeOn(payment.SNAPTerms(), call, class))
		return payment.Answered{At: at, Call: call, Attempt: t.Attempt, Try: t.Try, Outcome: o}
	}
}

func silentQR(call payment.Call, t payment.Target) func(time.Time) payment.Event {
	return func(at time.Time) payment.Event {
		return payment.NoAnswer{At: at, Call: call, Attempt: t.Attempt, Try: t.Try, Why: payment.Silent}
	}
}

// generate: not sent, refused, lost, made with its answer lost, or made and heard; a QR that is heard may be paid.
func (w *qrWorld) generate(t payment.Target) {
	if w.books[t.Number] != nil {
		w.say("number %s was used twice", t.Number.Digits())
	}
	b := &qrBook{}
	w.books[t.Number] = b
	limit := t.Until.Sub(w.now)
	switch w.below(10) {
	case 0:
		w.tell(w.some(2*time.Second), func(at time.Time) payment.Event {
			return payment.NotSent{At: at, Call: payment.CallGenerate, Attempt: t.Attempt, Try: t.Try}
		})
		return
	case 1:
		classes := []payment.Class{payment.Refused, payment.Misconfigured, payment.TokenDead, payment.Unknown}
		w.tell(w.some(limit), answeredQR(payment.CallGenerate, t, classes[w.below(4)]))
		return
	case 2:
		w.tell(limit, silentQR(payment.CallGenerate, t))
		return
	}
	b.mute = w.oneIn(30)
	b.lies = !b.mute && w.down[0].IsZero() && w.oneIn(10)
	b.known, b.dead = true, w.now.Add(75*time.Second)
	took := w.some(limit - time.Millisecond)
	if w.below(10) == 0 { // made, not heard; somebody who taps the wire may pay it all the same
		w.tell(limit, silentQR(payment.CallGenerate, t))
	} else {
		w.tell(took, answeredQR(payment.CallGenerate, t, payment.Approved))
	}
	if w.below(3) > 0 {
		w.later(w.some(80*time.Second), false, func() { w.pay(t.Number) })
	}
}

func (w *qrWorld) pay(n payment.Number) {
	b := w.books[n]
	if b.paid || w.now.After(b.dead) || !b.shown && !w.burnt(n) {
		return
	}
	b.paid = true
	if !b.lies && w.oneIn(3) {
		return // the notification is lost
	}
	for range 1 + w.below(2) {
		w.tell(w.some(20*time.Second), func(at time.Time) payment.Event {
			o := qrOutcome("", payment.Approved, "00")
			o.Amount = 12500
			return payment.Notified{At: at, Number: n, Outcome: o}
		})
	}
}

// call is a short call: not sent, lost, done with the answer lost, or answered.
func (w *qrWorld) call(call payment.Call, t payment.Target, act func() payment.Class) {
	limit := t.Until.Sub(w.now)
	switch w.below(8) {
	case 0:
		w.tell(w.some(2*time.Second), func(at time.Time) payment.Event {
			return payment.NotSent{At: at, Call: call, Attempt: t.Attempt, Try: t.Try}
		})
	case 1:
		w.tell(limit, silentQR(call, t))
	case 2:
		w.tell(limit, silentQR(call, t))
		w.later(w.some(limit), false, func() { act() })
	case 3:
		classes := []payment.Class{payment.Unknown, payment.Pending, payment.TokenDead}
		w.tell(w.some(limit-time.Millisecond), answeredQR(call, t, classes[w.below(3)]))
	default:
		w.later(w.some(limit/2), false, func() {
			w.tell(w.some(limit/2-time.Millisecond), answeredQR(call, t, act()))
		})
	}
}

// burnt tells whether a QR was given up: then somebody who tapped the wire may have it.
func (w *qrWorld) burnt(n payment.Number) bool {
	for _, a := range w.p.Attempts {
		if a.Number == n {
			return a.Burnt
		}
	}
	return false
}

func (w *qrWorld) query(n payment.Number) payment.Class {
	switch b := w.books[n]; {
	case !b.known:
		return payment.NotFound
	case b.mute && !b.refunded:
		return payment.Pending
	case b.lies && !b.paid:
		return payment.Refused
	case b.refunded:
		return payment.WasReversed
	case b.paid:
		return payment.Approved
	case w.now.After(b.dead):
		return payment.Refused
	}
	return payment.Pending
}

func (w *qrWorld) refund(n payment.Number) payment.Class {
	b := w.books[n]
	switch {
	case !b.paid:
		return payment.NotFound
	case b.refunded:
		return []payment.Class{payment.Approved, payment.Refused, payment.Duplicate}[w.below(3)]
	case w.oneIn(5):
		return payment.Refused
	}
	b.refunded = true
	return payment.Approved
}

// audit compares the two books when nothing is left to happen.
func (w *qrWorld) audit() {
	if len(w.wrong) > 0 || w.p.State == payment.Review {
		return
	}
	paid := 0
	for i, a := range w.p.Attempts {
		b := w.books[a.Number]
		if b.paid && !b.refunded && !a.Burnt {
			paid++
		}
		if b.paid && a.PaidAt.IsZero() && !a.Burnt {
			w.say("the customer paid QR %d, and nobody knows it: %s", i+1, w.p.State)
		}
	}
	switch {
	case !w.p.State.Final():
		w.say("at rest in %s", w.p.State)
	case paid > 1:
		w.say("the customer paid %d times, and the payment is %s", paid, w.p.State)
	case w.p.State == payment.Paid && paid == 0 && !w.strayPaid():
		w.say("nobody paid, and the payment is paid")
	case w.p.State == payment.Refunded && paid > 0:
		w.say("the customer is charged, and the payment is refunded")
	case w.p.State != payment.Paid && paid > 0:
		w.say("the customer paid, and the payment is %s", w.p.State)
	}
}

// strayPaid tells whether a given-up QR was paid, which only a notification can tell.
func (w *qrWorld) strayPaid() bool {
	for _, a := range w.p.Attempts {
		if b := w.books[a.Number]; a.Burnt && b.paid {
			return true
		}
	}
	return false
}

// TestQRBooksAgree is TestBooksAgree for a payment by QR.
func TestQRBooksAgree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		for _, wrong := range liveQR(rapidChoices{t}, payment.Decide) {
			t.Error(wrong)
		}
	})
}

// TestQRBooksAgreeOften is the same without shrinking, many times over.
func TestQRBooksAgreeOften(t *testing.T) {
	t.Parallel()
	n := uint64(2500)
	if testing.Short() {
		n = 2000
	}
	for seed := range n {
		if wrong := liveQR(seededChoices{rand.New(rand.NewPCG(seed, 4))}, payment.Decide); len(wrong) > 0 {
			t.Fatalf("seed %d: %v", seed, wrong)
		}
	}
}

// TestQRWorldIsRich makes sure that the world above reaches what it is for.
func TestQRWorldIsRich(t *testing.T) {
	t.Parallel()
	moves := map[string]int{}
	spy := func(t payment.Terms, p payment.Payment, e payment.Event) (payment.Payment, []payment.Command, error) {
		after, commands, err := payment.Decide(t, p, e)
		if after.State != p.State {
			moves[string(p.State)+" to "+string(after.State)]++
		}
		return after, commands, err
	}
	for seed := range uint64(2000) {
		liveQR(seededChoices{rand.New(rand.NewPCG(seed, 4))}, spy)
	}
	for _, m := range []string{
		"presenting to awaiting", "presenting to paid", "presenting to declined", "presenting to expired", "presenting to canceled",
		"awaiting to paid", "awaiting to expired", "awaiting to canceled", "expired to presenting", "paid to refunding",
		"refunding to refunded", "refunding to paid", "refunding to review", "awaiting to review", "canceled to paid",
	} {
		if moves[m] < 2 {
			t.Errorf("%s was seen %d times", m, moves[m])
		}
	}
}

// TestQRPropertiesBite breaks one rule after the other and wants the properties to notice.
func TestQRPropertiesBite(t *testing.T) {
	t.Parallel()
	for name, broken := range qrMutants() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(20000) {
				if len(liveQR(seededChoices{rand.New(rand.NewPCG(seed, 4))}, broken)) > 0 {
					return
				}
			}
			t.Error("nobody noticed")
		})
	}
}

func qrMutants() map[string]decider {
	terms := func(change func(*payment.Terms)) decider {
		return func(t payment.Terms, p payment.Payment, e payment.Event) (payment.Payment, []payment.Command, error) {
			change(&t)
			return payment.Decide(t, p, e)
		}
	}
	event := func(change func(payment.Payment, payment.Event) payment.Event) decider {
		return func(t payment.Terms, p payment.Payment, e payment.Event) (payment.Payment, []payment.Command, error) {
			return payment.Decide(t, p, change(p, e))
		}
	}
	reread := func(call payment.Call, from, to payment.Class) decider {
		return event(func(_ payment.Payment, e payment.Event) payment.Event {
			if a, ok := e.(payment.Answered); ok && a.Call == call && a.Outcome.Class == from {
				a.Outcome.Class = to
				return a
			}
			return e
		})
	}
	return map[string]decider{
		"queries too close":              terms(func(t *payment.Terms) { t.QueryEvery = time.Second }),
		"refund after its day":           terms(func(t *payment.Terms) { t.RefundUntil = 48 * time.Hour }),
		"pending is the last word":       reread(payment.CallCheck, payment.Pending, payment.Refused),
		"pending is paid":                reread(payment.CallCheck, payment.Pending, payment.Approved),
		"a refund without word is done":  reread(payment.CallRefund, payment.Unknown, payment.Approved),
		"a refused refund is done":       reread(payment.CallRefund, payment.Refused, payment.Approved),
		"late notifications are dropped": event(dropsLate),
		"a burnt number is used again":   usesNumberAgain,
		"the payment given in is changed": func(t payment.Terms, p payment.Payment, e payment.Event) (payment.Payment, []payment.Command, error) {
			if len(p.Attempts) > 0 && p.State == payment.Awaiting {
				p.Attempts[0].Late = !p.Attempts[0].Late
			}
			return payment.Decide(t, p, e)
		},
	}
}

func dropsLate(p payment.Payment, e payment.Event) payment.Event {
	if n, ok := e.(payment.Notified); ok && p.State != payment.Awaiting {
		n.Number = payment.Number{}
		return n
	}
	return e
}

func usesNumberAgain(t payment.Terms, p payment.Payment, e payment.Event) (payment.Payment, []payment.Command, error) {
	if r, ok := e.(payment.Renumbered); ok && len(p.Attempts) > 0 {
		r.Number = p.Attempts[0].Number
		return payment.Decide(t, p, r)
	}
	return payment.Decide(t, p, e)
}

// TestQRAnyOrder throws events at a payment by QR in any order: nothing panics, and the rules of every decision hold.
func TestQRAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		for _, wrong := range anyQROrder(rapidChoices{t}) {
			t.Error(wrong)
		}
	})
}

func anyQROrder(c choices) (wrong []string) {
	terms := payment.SNAPTerms()
	d, wrong := decideChecked(payment.Decide, terms, payment.Payment{}, requestedQR(morning))
	p, at := d.after, morning
	for range c.below(40) {
		at = at.Add(time.Duration(c.below(40_000)) * time.Millisecond)
		if c.below(20) == 19 {
			at = at.Add(time.Duration(c.below(2*24*60)) * time.Minute)
		}
		e := anyQREvent(c, p, at)
		before := p.State
		d, found := decideChecked(payment.Decide, terms, p, e)
		for _, f := range found {
			wrong = append(wrong, fmt.Sprintf("%s, %T%+v: %s", before, e, e, f))
		}
		p = d.after
	}
	return wrong
}

func anyQREvent(c choices, p payment.Payment, at time.Time) payment.Event {
	calls := []payment.Call{payment.CallGenerate, payment.CallCheck, payment.CallRefund}
	call, attempt := calls[c.below(3)], c.below(len(p.Attempts)+1)
	if attempt == len(p.Attempts) {
		attempt--
	}
	try := recordOf(p, attempt, call).Tries
	class := payment.Classes()[c.below(len(payment.Classes()))]
	switch c.below(9) {
	case 0, 1, 2:
		return payment.Answered{At: at, Call: call, Attempt: attempt, Try: try, Outcome: qrOutcome(call, class, "x")}
	case 3:
		return payment.NoAnswer{At: at, Call: call, Attempt: attempt, Try: try, Why: payment.Silent}
	case 4:
		return payment.NotSent{At: at, Call: call, Attempt: attempt, Try: try}
	case 5:
		return payment.Asked{At: at, What: payment.Asks()[c.below(len(payment.Asks()))], To: payment.States()[c.below(len(payment.States()))]}
	case 6:
		return payment.Notified{At: at, Number: p.Attempts[attempt].Number, Outcome: qrOutcome("", class, "x")}
	case 7:
		n := payment.Number{Batch: 5, Reference: payment.ReferenceNumber(len(p.Attempts))}
		return payment.Renumbered{At: at, Number: n, Attempt: len(p.Attempts)}
	}
	return payment.Woke{At: at}
}

// TestQRStoredAlike folds the stored journal of many lives by QR again.
func TestQRStoredAlike(t *testing.T) {
	t.Parallel()
	for seed := range uint64(100) {
		var p payment.Payment
		liveQR(seededChoices{rand.New(rand.NewPCG(seed, 5))}, func(terms payment.Terms, before payment.Payment, e payment.Event) (payment.Payment, []payment.Command, error) {
			after, commands, err := payment.Decide(terms, before, e)
			kind, b, encodeErr := payment.EncodeEvent(e)
			if encodeErr != nil {
				t.Fatal(encodeErr)
			}
			read, decodeErr := payment.DecodeEvent(kind, b)
			if decodeErr != nil {
				t.Fatal(decodeErr)
			}
			if err == nil && before.Version == p.Version {
				again, _, err := payment.Decide(terms, p, read)
				if err != nil || !sameStored(t, again, after) {
					t.Fatalf("seed %d: folding %s gives %+v, want %+v (%v)", seed, kind, again, after, err)
				}
				p = roundTrip(t, again)
			}
			return after, commands, err
		})
	}
}

func TestShownQR(t *testing.T) {
	f := newQRFlow(morning)
	f.must(t, "+0s request", "+1s generate answered 2004700 approved")
	for after, want := range map[time.Duration]bool{2 * time.Second: true, 74999 * time.Millisecond: true, 75 * time.Second: false} {
		content, until, ok := payment.ShownQR(f.terms, f.p, morning.Add(after))
		if ok != want || ok && (content != "00020101" || !until.Equal(morning.Add(75*time.Second))) {
			t.Errorf("after %s: %q until %s, %v; want %v", after, content, until, ok, want)
		}
	}
	f.must(t, "+3s ask cancel")
	if _, _, ok := payment.ShownQR(f.terms, f.p, morning.Add(4*time.Second)); ok {
		t.Error("a canceled QR is shown")
	}
}

func TestNumberDigits(t *testing.T) {
	for digits, want := range map[string]payment.Number{
		"000001000123": {Batch: 1, Reference: 123}, "999999999999": {Batch: 999999, Reference: 999999},
		"000000000001": {}, "000001000000": {}, "1000123": {}, "00000100012x": {}, "": {},
	} {
		n, ok := payment.ParseNumber(digits)
		if ok != !want.IsZero() || ok && (n != want || n.Digits() != digits) {
			t.Errorf("ParseNumber(%q) = %v, %v", digits, n, ok)
		}
	}
}
