package payment_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
)

// decision is one step of a payment, for the rules that hold for every step whatever the state and the event.
type decision struct {
	terms    payment.Terms
	before   payment.Payment
	event    payment.Event
	after    payment.Payment
	commands []payment.Command
	err      error
}

// decideChecked decides, and gives what is wrong with the decision: nothing, if the core is right.
func decideChecked(decide decider, t payment.Terms, p payment.Payment, e payment.Event) (decision, []string) {
	before := deepCopy(p)
	d := decision{terms: t, before: before, event: e}
	d.after, d.commands, d.err = decide(t, p, e)
	wrong := d.violations()
	if !reflect.DeepEqual(before, p) {
		wrong = append(wrong, "Decide changed the payment it was given")
	}
	again, commands, _ := decide(t, p, e)
	if !reflect.DeepEqual(again, d.after) || !reflect.DeepEqual(commands, d.commands) {
		wrong = append(wrong, "Decide gives something else the second time")
	}
	if d.err == nil {
		same, _, _ := decide(t, d.after, payment.Woke{At: e.When()})
		if same.Version != d.after.Version {
			wrong = append(wrong, "something due at once was left to the next timer")
		}
	}
	return d, wrong
}

func deepCopy(p payment.Payment) payment.Payment {
	attempts := p.Attempts
	p.Attempts = slices.Clone(attempts[:0])
	for _, a := range attempts {
		a.Calls = append([]payment.CallRecord(nil), a.Calls...)
		p.Attempts = append(p.Attempts, a)
	}
	return p
}

func (d decision) violations() []string {
	if d.err != nil {
		return d.refusalRules()
	}
	wrong := d.bookRules()
	wrong = append(wrong, d.stateRules()...)
	wrong = append(wrong, d.wakeRules()...)
	for _, c := range d.commands {
		wrong = append(wrong, d.commandRules(c)...)
	}
	return wrong
}

// refusalRules: asks may be refused, facts may not, and a refusal changes nothing.
func (d decision) refusalRules() (wrong []string) {
	var refusal *payment.Refusal
	if !errors.As(d.err, &refusal) {
		wrong = append(wrong, fmt.Sprintf("the error is no refusal: %v", d.err))
	}
	switch d.event.(type) {
	case payment.Requested, payment.Chosen, payment.Asked, payment.Renumbered:
	default:
		wrong = append(wrong, "a fact was refused")
	}
	if len(d.commands) > 0 || !reflect.DeepEqual(d.before, d.after) {
		wrong = append(wrong, "a refusal changed something")
	}
	return wrong
}

// bookRules: the version counts events, and what was agreed stays.
func (d decision) bookRules() (wrong []string) {
	_, woke := d.event.(payment.Woke)
	if n, ok := d.event.(payment.Notified); ok && asks(d.terms) { // what is known already need not be stored
		for _, a := range d.before.Attempts {
			woke = woke || a.Invoice == n.Invoice && a.Said == n.Outcome.Class
		}
	}
	switch {
	case d.after.Version == d.before.Version && !woke:
		wrong = append(wrong, "an event left the version as it was")
	case d.after.Version == d.before.Version:
		if len(d.commands) > 0 || !reflect.DeepEqual(d.before, d.after) {
			wrong = append(wrong, "something changed without a new version")
		}
	case d.after.Version != d.before.Version+1:
		wrong = append(wrong, fmt.Sprintf("version %d after %d", d.after.Version, d.before.Version))
	case !d.after.UpdatedAt.Equal(d.event.When()):
		wrong = append(wrong, "updated_at is not the event's time")
	}
	b, a := d.before, d.after
	if r, ok := d.event.(payment.Requested); ok {
		return append(wrong, d.guardRules(r.At)...)
	}
	if c, ok := d.event.(payment.Chosen); ok {
		n := len(b.Attempts)
		if len(a.Attempts) != n+1 || a.Attempts[n].Number != c.Number || !b.Choosing() || a.Choice.First != n {
			wrong = append(wrong, "a choice made no attempt of its own")
		}
		for i := range b.Attempts {
			if b.Attempts[i].Dead != payment.DeadNotAsked || a.AccountOf(i) != b.AccountOf(i) {
				wrong = append(wrong, "a choice was granted on an attempt that may charge, or that is another's now")
			}
		}
		wrong = append(wrong, d.guardRules(c.At)...)
		b.Phone, a.Attempts = a.Phone, a.Attempts[:n]
	}
	if r, ok := d.event.(payment.Renumbered); ok {
		if len(a.Attempts) != len(b.Attempts)+1 || a.Attempts[len(b.Attempts)].Number != r.Number {
			wrong = append(wrong, "a new number made no new attempt")
		}
		a.Attempts = a.Attempts[:len(b.Attempts)]
	}
	if a.ID != b.ID || a.Amount != b.Amount || a.Phone != b.Phone || a.Reference != b.Reference ||
		!a.CreatedAt.Equal(b.CreatedAt) || len(a.Attempts) != len(b.Attempts) {
		wrong = append(wrong, "what was agreed has changed")
	}
	for i, x := range b.Attempts[:min(len(a.Attempts), len(b.Attempts))] {
		y := a.Attempts[i]
		if x.Number != y.Number || x.Invoice != y.Invoice || x.Terminal != y.Terminal || !x.PushedAt.Equal(y.PushedAt) {
			wrong = append(wrong, "an attempt's number, invoice, terminal or date has changed")
		}
		if !x.PaidAt.Equal(y.PaidAt) && !x.PaidAt.IsZero() || x.Burnt && !y.Burnt || x.Settled && !y.Settled {
			wrong = append(wrong, "what was known of an attempt was forgotten")
		}
	}
	return wrong
}

// guardRules: no push is let in without a word when it could not be reversed in time.
func (d decision) guardRules(at time.Time) (wrong []string) {
	if !d.terms.Reverses() {
		return nil // a QR without an answer needs no reversal
	}
	last := payment.DayOf(at).Start().Add(23*time.Hour + 56*time.Minute + 55*time.Second)
	late := at.After(last)
	if late && d.terms.CutOffGuard == payment.RefuseAtCutOff {
		wrong = append(wrong, "a push was let in after 23:56:55")
	}
	if late != (d.after.Warning == payment.CodeCutOff) {
		wrong = append(wrong, fmt.Sprintf("warning %q for a push at %s", d.after.Warning, at))
	}
	return wrong
}

// stateRules: a change of state is told once, and a payment becomes paid only by somebody's word.
func (d decision) stateRules() (wrong []string) {
	var told []string
	for _, c := range d.commands {
		if tell, ok := c.(payment.Tell); ok {
			told = append(told, tell.Type)
		}
	}
	want := []string(nil)
	if d.after.State != d.before.State {
		want = []string{"payment." + string(d.after.State)}
		if d.before.State == payment.Paid && d.after.State == payment.Reversed && !byOperator(d.event) {
			want = []string{payment.ToldReversedAfterPaid}
		}
	}
	if !reflect.DeepEqual(told, want) {
		wrong = append(wrong, fmt.Sprintf("told %v, want %v", told, want))
	}
	if !d.after.State.Known() {
		wrong = append(wrong, fmt.Sprintf("unknown state %q", d.after.State))
	}
	if (d.after.State == payment.Review) != (d.after.Review != "") {
		wrong = append(wrong, fmt.Sprintf("in %s the reason for a review is %q", d.after.State, d.after.Review))
	}
	if d.after.State == payment.Paid && d.before.State != payment.Paid && !d.mayBecomePaid() {
		wrong = append(wrong, fmt.Sprintf("paid from %s by %+v", d.before.State, d.event))
	}
	if d.before.State == payment.Reversed && !d.before.Attempts[0].ClosedByNotFound && d.after.State == payment.Reversing {
		wrong = append(wrong, "reversed again after a confirmed reversal")
	}
	return wrong
}

func (d decision) mayBecomePaid() bool {
	switch {
	case d.terms.Presents():
		return d.mayBecomePaidByQR()
	case asks(d.terms):
		return d.mayBecomePaidByAsking()
	}
	switch e := d.event.(type) {
	case payment.Answered:
		approved := e.Outcome.Class == payment.Approved && (e.Call == payment.CallPush || e.Call == payment.CallCheck)
		return approved || d.before.State == payment.Voiding
	case payment.NotSent:
		return d.before.State == payment.Voiding
	case payment.Asked:
		return e.What == payment.AskResolve && e.To == payment.Paid
	}
	return false
}

// wakeRules: whoever waits has an alarm in the future, whoever has come to rest has none.
func (d decision) wakeRules() (wrong []string) {
	a := d.after
	restful := a.State.Final() || a.State == payment.Review
	if a.Unchosen() {
		return d.alarmRules(restful, false)
	}
	pages := !d.terms.Presents() && (a.State == payment.Created || a.State == payment.Presenting || a.State == payment.Awaiting || a.State == payment.Refunding)
	if d.terms.Presents() {
		last := a.Attempts[len(a.Attempts)-1]
		switch {
		case (a.State == payment.Paid || a.State == payment.Refunded) && !last.PresentedAt.IsZero() && !last.Settled:
			restful = false // paid by an earlier QR: the current one may be paid too
		case a.State == payment.Pushing, a.State == payment.InDoubt, a.State == payment.Reversing, a.State == payment.Voiding, a.State == payment.Created:
			pages = true // of other rails
		}
	}
	if asks(d.terms) {
		restful, pages = d.restOfAsked()
	}
	if a.State == payment.Created && a.Otherwise != "" {
		restful, pages = false, false
	}
	return append(wrong, d.alarmRules(restful, pages)...)
}

func (d decision) alarmRules(restful, pages bool) (wrong []string) {
	a := d.after
	switch {
	case pages: // other rails' states; they have no alarm under these terms
	case restful && !a.WakeAt.IsZero():
		wrong = append(wrong, fmt.Sprintf("%s wakes at %s", a.State, a.WakeAt))
	case !restful && a.WakeAt.IsZero():
		wrong = append(wrong, fmt.Sprintf("%s never wakes", a.State))
	case !restful && a.Version != d.before.Version && !a.WakeAt.After(d.event.When()):
		wrong = append(wrong, fmt.Sprintf("%s wakes at %s, which has passed", a.State, a.WakeAt))
	}
	var wakes []time.Time
	for _, c := range d.commands {
		if w, ok := c.(payment.WakeAt); ok {
			wakes = append(wakes, w.At)
		}
	}
	changed := !a.WakeAt.Equal(d.before.WakeAt)
	if changed != (len(wakes) == 1) || len(wakes) > 1 || (changed && !wakes[0].Equal(a.WakeAt)) {
		wrong = append(wrong, fmt.Sprintf("wake commands %v, stored alarm %s, before %s", wakes, a.WakeAt, d.before.WakeAt))
	}
	return wrong
}

// commandRules: what may be sent, when, and how often.
func (d decision) commandRules(c payment.Command) (wrong []string) {
	used := false
	for _, a := range d.after.Attempts {
		used = used || a.NumberUsed || a.ResponseCode == "94"
	}
	if hold, ok := c.(payment.Hold); ok && (!used || hold.Terminal == "" || hold.Reason == "") {
		wrong = append(wrong, fmt.Sprintf("%+v in %s", hold, d.after.State))
	}
	call, target, ok := payment.CallOf(c)
	if !ok {
		return wrong
	}
	at, attempt := d.event.When(), d.after.Attempts[target.Attempt]
	cutOff := payment.DayOf(attempt.PushedAt).Start().Add(d.terms.CutOff)
	asked, _ := d.event.(payment.Asked)
	_, requested := d.event.(payment.Requested)
	switch {
	case d.terms.Presents():
		wrong = append(wrong, d.qrCommandRules(call, attempt)...)
	case asks(d.terms):
		wrong = append(wrong, d.askedCommandRules(call, target)...)
	}
	wrong = append(wrong, d.oneChargeRules(call, target)...)
	_, renumbered := d.event.(payment.Renumbered)
	_, chosen := d.event.(payment.Chosen)
	switch call {
	case payment.CallPush:
		if !requested && !renumbered && !chosen && !d.terms.Bills() {
			wrong = append(wrong, "a push that was not just requested")
		}
	case payment.CallReversal:
		if at.Before(attempt.PushedAt.Add(65*time.Second)) || !at.Before(cutOff) || d.after.State != payment.Reversing {
			wrong = append(wrong, fmt.Sprintf("a reversal %s after the push, in %s", at.Sub(attempt.PushedAt), d.after.State))
		}
		if attempt.ResponseCode == "94" {
			wrong = append(wrong, "a reversal of a number that was used before")
		}
	case payment.CallVoid:
		if asked.What != payment.AskVoid || d.before.State != payment.Paid || !at.Before(cutOff) {
			wrong = append(wrong, "a void that nobody could ask for")
		}
	}
	if target.Number != attempt.Number || target.Invoice != attempt.Invoice || !target.PushedAt.Equal(attempt.PushedAt) ||
		target.Amount != d.after.Amount || target.Phone != d.after.Phone || target.Terminal != attempt.Terminal {
		wrong = append(wrong, fmt.Sprintf("%s is about another push: %+v", call, target))
	}
	if !target.Until.After(at) {
		wrong = append(wrong, fmt.Sprintf("%s has no time: until %s", call, target.Until))
	}
	return append(wrong, d.tryRules(call, target)...)
}

// tryRules: tries count from 1, one at a time, and stand in the payment.
func (d decision) tryRules(call payment.Call, target payment.Target) (wrong []string) {
	before, after := recordOf(d.before, target.Attempt, call), recordOf(d.after, target.Attempt, call)
	if d.before.Version > 0 && before.Open && before.Until.After(d.event.When()) {
		if ended, _ := endOf(d.event); ended != call {
			wrong = append(wrong, fmt.Sprintf("a second %s while one is under way", call))
		}
	}
	if !after.Open || after.Tries != target.Try || target.Try != before.Tries+1 {
		wrong = append(wrong, fmt.Sprintf("%s try %d after %d, recorded as %+v", call, target.Try, before.Tries, after))
	}
	return wrong
}

func endOf(e payment.Event) (payment.Call, int) {
	switch e := e.(type) {
	case payment.Answered:
		return e.Call, e.Try
	case payment.NoAnswer:
		return e.Call, e.Try
	case payment.NotSent:
		return e.Call, e.Try
	}
	return "", 0
}

func record(p payment.Payment, call payment.Call) payment.CallRecord {
	return recordOf(p, len(p.Attempts)-1, call)
}

func recordOf(p payment.Payment, attempt int, call payment.Call) payment.CallRecord {
	if attempt >= 0 && attempt < len(p.Attempts) {
		for _, r := range p.Attempts[attempt].Calls {
			if r.Call == call {
				return r
			}
		}
	}
	return payment.CallRecord{Call: call}
}
