package payment_test

import (
	"fmt"
	"slices"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
)

// choices is where a world's chances come from: rapid (which shrinks), the fuzzer's bytes, or a seed.
type choices interface {
	// below gives a number from 0 to n-1.
	below(n int) int
}

// world is one payment between us and a provider that keeps its own books, with a network that loses and delays, and a
// process that dies and is replaced. It is about the rules only: there is no engine, no store and no wire in it.
type world struct {
	choices
	decide decider
	terms  payment.Terms
	p      payment.Payment
	t0     time.Time
	now    time.Time
	queue  []*due
	events int
	down   [2]time.Time // our process is not there from … until …
	wrong  []string

	book         book
	lastReversal time.Time
}

// book is the truth at the provider.
type book struct {
	known, pending, charged, reversed, declined bool
	voided, voidKnown                           bool
}

type due struct {
	at   time.Time
	n    int
	run  func()
	ours bool // needs our process
}

// live runs one payment from its request until nothing is left to happen, and gives everything that was wrong.
func live(c choices, decide decider) []string {
	w := &world{choices: c, decide: decide, terms: payment.OVOTerms()}
	w.setting()
	w.submit(requested(w.t0))
	if w.p.Version == 0 {
		return w.wrong // refused at the cut-off
	}
	w.fateOfProcess()
	for range w.below(3) {
		w.later(w.some(2*time.Hour), false, func() { w.submit(payment.Asked{At: w.now, What: w.ask()}) })
	}
	for len(w.queue) > 0 && len(w.wrong) == 0 {
		if w.events > 2000 {
			w.say("no rest after %d events: %s", w.events, w.p.State)
			break
		}
		w.step()
	}
	w.audit()
	return w.wrong
}

func (w *world) say(format string, args ...any) {
	w.wrong = append(w.wrong, fmt.Sprintf(format, args...))
}

func (w *world) oneIn(n int) bool { return w.below(n) == n-1 }

// some gives a duration up to max, whole milliseconds, small ones more often than not.
func (w *world) some(max time.Duration) time.Duration {
	if w.below(2) == 0 {
		max /= 60
	}
	return time.Duration(w.below(int(max/time.Millisecond)+1)) * time.Millisecond
}

func (w *world) setting() {
	w.t0 = morning
	switch w.below(4) {
	case 0:
		w.t0 = time.Date(2026, time.March, 21, 23, 50, 0, 0, payment.WIB).Add(w.some(10 * time.Minute))
	case 1:
		w.t0 = time.Date(2026, time.March, 21, 20, 0, 0, 0, payment.WIB)
	}
	w.now = w.t0
	if w.oneIn(3) {
		w.terms.LateApproval = payment.ReverseLate
	}
	if w.oneIn(3) {
		w.terms.OnCheckApproved = payment.ReverseLate
	}
	if w.oneIn(3) {
		w.terms.AutoCheck = false
	}
	if w.oneIn(3) {
		w.terms.CutOffGuard = payment.FlagAtCutOff
	}
}

func (w *world) ask() payment.Ask {
	return []payment.Ask{payment.AskCheck, payment.AskVoid, payment.AskCancel}[w.below(3)]
}

// fateOfProcess lets our process be away for a while, now and then over midnight.
func (w *world) fateOfProcess() {
	if !w.oneIn(3) {
		return
	}
	from := w.t0.Add(w.some(3 * time.Minute))
	w.down = [2]time.Time{from, from.Add(w.some(5 * time.Hour))}
	if w.oneIn(4) {
		return // whoever takes over says nothing, either
	}
	w.at(w.down[1], false, func() { // whoever takes over knows nothing but what is stored
		for _, call := range w.p.OpenCalls() {
			w.submit(payment.NoAnswer{At: w.now, Call: call.Call, Try: call.Tries, Why: payment.Interrupted})
		}
	})
}

func (w *world) later(d time.Duration, ours bool, run func()) { w.at(w.now.Add(d), ours, run) }

func (w *world) at(t time.Time, ours bool, run func()) {
	w.queue = append(w.queue, &due{at: t, n: w.events*1000 + len(w.queue), run: run, ours: ours})
}

func (w *world) step() {
	next := slices.MinFunc(w.queue, func(a, b *due) int {
		if c := a.at.Compare(b.at); c != 0 {
			return c
		}
		return a.n - b.n
	})
	w.queue = slices.DeleteFunc(w.queue, func(d *due) bool { return d == next })
	w.now = next.at
	w.events++
	if next.ours && !w.now.Before(w.down[0]) && w.now.Before(w.down[1]) {
		return // nobody is there to hear it
	}
	next.run()
}

// submit is the one door: it decides, checks the decision, and performs what was ordered.
func (w *world) submit(e payment.Event) {
	d, wrong := decideChecked(w.decide, w.terms, w.p, e)
	for _, s := range wrong {
		w.say("%s in %s at +%s: %s", payment.Kind(e), w.p.State, e.When().Sub(w.t0), s)
	}
	if len(wrong) > 0 {
		return
	}
	w.p = d.after
	for _, c := range d.commands {
		w.perform(c)
	}
}

func (w *world) perform(c payment.Command) {
	if wake, ok := c.(payment.WakeAt); ok && !wake.At.IsZero() {
		w.alarm(wake.At)
	}
	call, target, ok := payment.CallOf(c)
	if !ok {
		return
	}
	switch call {
	case payment.CallPush:
		w.push(target)
	case payment.CallReversal:
		if gap := w.now.Sub(w.lastReversal); gap < w.terms.RetryGap {
			w.say("a reversal %s after another", gap)
		}
		w.lastReversal = w.now
		w.short(call, target, w.reverse)
	case payment.CallCheck:
		w.short(call, target, w.check)
	case payment.CallVoid:
		w.short(call, target, w.void)
	case payment.CallCheckVoid:
		w.short(call, target, w.checkVoid)
	}
}

// alarm wakes the payment at its hour, or when our process is back.
func (w *world) alarm(at time.Time) {
	if at.Before(w.now) {
		at = w.now
	}
	if !at.Before(w.down[0]) && at.Before(w.down[1]) {
		at = w.down[1]
	}
	w.at(at, false, func() {
		if !w.p.WakeAt.IsZero() && !w.p.WakeAt.After(w.now) {
			w.submit(payment.Woke{At: w.now})
		}
	})
}

// hear brings a result to us once, or twice.
func (w *world) hear(d time.Duration, e func(at time.Time) payment.Event) {
	w.later(d, true, func() { w.submit(e(w.now)) })
	if w.oneIn(10) {
		w.later(d+w.some(time.Minute), true, func() { w.submit(e(w.now)) })
	}
}

func (w *world) answer(call payment.Call, try int, class payment.Class) func(time.Time) payment.Event {
	return func(at time.Time) payment.Event {
		return payment.Answered{At: at, Call: call, Try: try, Outcome: outcome(class, code(call, class))}
	}
}

func (w *world) silence(call payment.Call, try int) func(time.Time) payment.Event {
	return func(at time.Time) payment.Event {
		return payment.NoAnswer{At: at, Call: call, Try: try, Why: payment.Silent}
	}
}

func (w *world) notSent(call payment.Call, try int) func(time.Time) payment.Event {
	return func(at time.Time) payment.Event { return payment.NotSent{At: at, Call: call, Try: try} }
}

// push: it may not leave, be lost, or arrive late, as long as its signature lives; then the customer does something.
func (w *world) push(target payment.Target) {
	end := target.Until.Sub(w.now)
	switch w.below(8) {
	case 0: // did not leave; a paused process may say so late
		if w.oneIn(2) {
			w.later(w.some(time.Minute), true, func() {
				w.submit(payment.NoAnswer{At: w.now, Call: payment.CallPush, Try: 1, Why: payment.Interrupted})
			})
		}
		w.later(w.some(3*time.Minute), false, func() { w.submit(w.notSent(payment.CallPush, 1)(w.now)) })
		return
	case 1: // lost on the way
		w.hear(end, w.silence(payment.CallPush, 1))
		return
	case 2: // a ghost: our side gives up, and it arrives later
		w.hear(min(w.some(end), end), w.silence(payment.CallPush, 1))
		w.later(w.some(w.terms.SignatureLife-time.Millisecond), false, func() { w.arrive(time.Time{}) })
		return
	case 3: // the connection breaks while we wait
		w.hear(w.some(end), w.silence(payment.CallPush, 1))
		w.later(w.some(time.Second), false, func() { w.arrive(time.Time{}) })
		return
	}
	w.later(w.some(20*time.Second), false, func() { w.arrive(target.Until) })
}

// arrive is the push at the provider; it answers until the given time, or not at all.
func (w *world) arrive(until time.Time) {
	w.book.known, w.book.pending = true, true
	say := func(class payment.Class, d time.Duration) {
		if until.IsZero() {
			return
		}
		if w.now.Add(d).After(until) {
			w.hear(until.Sub(w.now), w.silence(payment.CallPush, 1))
			return
		}
		w.hear(d, w.answer(payment.CallPush, 1, class))
	}
	end := func(class payment.Class, charged bool) {
		if w.book.pending {
			w.book.pending, w.book.charged, w.book.declined = false, charged, !charged
			say(class, w.some(15*time.Second))
		}
	}
	switch w.below(6) {
	case 0, 1:
		w.later(w.some(55*time.Second), false, func() { end(payment.Approved, true) })
	case 2:
		w.later(w.some(55*time.Second), false, func() { end(payment.Refused, false) })
	case 3:
		w.later(w.some(time.Second), false, func() { end(payment.Misconfigured, false) })
	case 4: // an answer that says nothing, with or without a charge
		charged := w.oneIn(2)
		w.later(w.some(55*time.Second), false, func() { end(payment.Unknown, charged) })
	default: // the customer does nothing, and the session ends
		w.later(55*time.Second, false, func() {
			if w.book.pending {
				w.book.pending, w.book.declined = false, true
				if !until.IsZero() && until.After(w.now) {
					w.hear(min(w.some(20*time.Second), until.Sub(w.now)), w.silence(payment.CallPush, 1))
				}
			}
		})
		return
	}
}

// short is one of the short calls: not sent, lost, answered in time, or done with the answer lost.
func (w *world) short(call payment.Call, target payment.Target, act func() payment.Class) {
	limit := target.Until.Sub(w.now)
	switch w.below(6) {
	case 0:
		w.hear(w.some(2*time.Second), w.notSent(call, target.Try))
	case 1:
		w.hear(limit, w.silence(call, target.Try))
	case 2: // acts, and is not heard, perhaps long after
		w.hear(limit, w.silence(call, target.Try))
		w.later(w.some(5*time.Minute), false, func() { act() })
	default:
		w.later(w.some(limit/2), false, func() {
			w.hear(w.some(limit/2-time.Millisecond), w.answer(call, target.Try, act()))
		})
	}
}

func (w *world) vague() (payment.Class, bool) {
	classes := []payment.Class{payment.Unknown, payment.Pending, payment.Unknown}
	return classes[w.below(len(classes))], w.oneIn(5)
}

func (w *world) reverse() payment.Class {
	vague, isVague := w.vague()
	acts := !isVague || w.oneIn(2)
	b := &w.book
	done := b.reversed
	if acts && b.known && !b.voided && !b.declined {
		b.pending, b.charged, b.reversed = false, false, true
	}
	switch {
	case isVague:
		return vague
	case !b.known, b.declined:
		return payment.NotFound
	case done:
		return []payment.Class{payment.WasReversed, payment.Duplicate, payment.Approved, payment.NotFound}[w.below(4)]
	}
	return payment.Approved
}

func (w *world) check() payment.Class {
	if vague, isVague := w.vague(); isVague {
		return vague
	}
	switch b := w.book; {
	case !b.known:
		return payment.NotFound
	case b.reversed:
		return payment.WasReversed
	case b.pending:
		return payment.Pending
	case b.declined:
		return []payment.Class{payment.Unknown, payment.NotFound}[w.below(2)]
	}
	return payment.Approved
}

func (w *world) void() payment.Class {
	vague, isVague := w.vague()
	b := &w.book
	if isVague && w.oneIn(2) {
		return vague // and nothing done
	}
	b.voidKnown = true
	if w.oneIn(4) {
		return payment.Refused
	}
	b.charged, b.voided = false, true
	if isVague {
		return vague
	}
	return payment.Approved
}

func (w *world) checkVoid() payment.Class {
	if vague, isVague := w.vague(); isVague {
		return vague
	}
	if w.book.voided {
		return payment.Approved
	}
	return payment.NotFound
}

// audit compares the two books when nothing is left to happen.
func (w *world) audit() {
	if len(w.wrong) > 0 {
		return
	}
	final := w.p.State.Final()
	switch {
	case !final && w.p.State != payment.Review:
		w.say("at rest in %s", w.p.State)
	case final && w.book.charged && w.p.State != payment.Paid:
		w.say("the customer was charged, and the payment is %s", w.p.State)
	case final && !w.book.charged && w.p.State == payment.Paid:
		w.say("the customer was not charged, and the payment is paid")
	}
}
