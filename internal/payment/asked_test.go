package payment_test

import (
	"fmt"
	"slices"

	"github.com/lunas-pay/lunas/internal/payment"
)

// This file tests the rails that know no reversal: the rules that hold for each of their decisions, and their tables.

func (d decision) mayBecomePaidByAsking() bool {
	switch e := d.event.(type) {
	case payment.Answered:
		approved := e.Outcome.Class == payment.Approved && (e.Call == payment.CallPush && !d.terms.Bills() || e.Call == payment.CallCheck)
		return approved || d.before.State == payment.Voiding
	case payment.Notified:
		return e.Outcome.Class == payment.Approved && !d.terms.ConfirmNotified && !d.before.State.Final()
	case payment.NotSent:
		return d.before.State == payment.Voiding
	case payment.Asked:
		return e.What == payment.AskResolve && e.To == payment.Paid
	}
	return false
}

// restOfAsked: what waits, and what is another rail's state.
func (d decision) restOfAsked() (restful, pages bool) {
	a := d.after
	last := a.Attempts[len(a.Attempts)-1]
	restful = a.State.Final() && last.ContradictedAt.IsZero() || a.State == payment.Review
	switch a.State {
	case payment.Created, payment.Reversing, payment.Refunding:
		pages = true
	case payment.Presenting, payment.Awaiting:
		pages = !d.terms.Bills()
	case payment.InDoubt, payment.Voiding:
		pages = d.terms.Bills()
	}
	// A payment that was put there by hand for the tables has no push or bill under way.
	if a.State == payment.Pushing && !recordOf(a, len(a.Attempts)-1, payment.CallPush).Open ||
		a.State == payment.Presenting && !last.PresentedAt.IsZero() {
		pages = true
	}
	return restful, pages
}

// askedCommandRules: nothing is asked while a push's call may bring its answer, questions keep their distance, a bill is
// made and pushed once, and nothing is reversed.
func (d decision) askedCommandRules(call payment.Call, target payment.Target) (wrong []string) {
	at, attempt := d.event.When(), d.after.Attempts[target.Attempt]
	push := recordOf(d.after, target.Attempt, payment.CallPush)
	switch call {
	case payment.CallReversal, payment.CallGenerate, payment.CallRefund:
		wrong = append(wrong, "a "+string(call)+" on a rail that has none")
	case payment.CallPost:
		switch d.event.(type) {
		case payment.Requested, payment.Renumbered:
		default:
			wrong = append(wrong, "a bill was made without a new number")
		}
	case payment.CallPush:
		if d.terms.Bills() && (attempt.ProviderReference == "" || d.terms.Flow != payment.Direct || push.Tries != 1) {
			wrong = append(wrong, fmt.Sprintf("push %d of bill %q", push.Tries, attempt.ProviderReference))
		}
	case payment.CallCheck:
		if !d.terms.Bills() && push.Open {
			wrong = append(wrong, "asked while the push's call is held")
		}
		for i := range d.before.Attempts {
			before := recordOf(d.before, i, payment.CallCheck)
			if before.Tries > 0 && at.Before(before.At.Add(d.terms.QueryEvery)) {
				wrong = append(wrong, fmt.Sprintf("a check %s after another", at.Sub(before.At)))
			}
		}
	case payment.CallCancel:
		closing := d.after.CancelAsked || attempt.RefusedAs != "" || !at.Before(attempt.ExpiresAt)
		if d.after.State != payment.Awaiting || !closing || attempt.PresentedAt.IsZero() {
			wrong = append(wrong, "a bill was canceled in "+string(d.after.State))
		}
	}
	return wrong
}

// oneChargeRules: nobody is asked to pay while an earlier attempt of the payment could still charge; each of them is known
// to be dead, and none of them has charged.
func (d decision) oneChargeRules(call payment.Call, target payment.Target) (wrong []string) {
	if d.terms.Presents() || call != payment.CallPush && call != payment.CallPost {
		return nil
	}
	for i, a := range d.after.Attempts {
		switch {
		case i == target.Attempt:
			if a.Dead != "" || a.Burnt || !a.PaidAt.IsZero() {
				wrong = append(wrong, "a dead attempt asks the customer")
			}
		case i > target.Attempt:
			wrong = append(wrong, "an older attempt asks the customer")
		case a.Dead == "" && !a.Burnt, a.Stray != "", !a.PaidAt.IsZero():
			wrong = append(wrong, fmt.Sprintf("attempt %d is made while attempt %d could charge", target.Attempt+1, i+1))
		}
	}
	return wrong
}

// now are the terms on which the flow stands.
func (f *flow) now() payment.Terms { return f.termsFor(payment.Woke{}) }

// askedCode is a code that stands for a class in the tables.
func askedCode(t payment.Terms, call payment.Call, class payment.Class) string {
	if call != payment.CallCheck && !(t.Bills() && call == payment.CallPost) {
		return code(call, class)
	}
	codes := map[payment.Class]string{
		payment.Approved: "SUCCESS", payment.Refused: "FAILED", payment.Pending: "PENDING", payment.WasReversed: "REFUNDED",
		payment.NotFound: "25", payment.Unknown: "40", payment.Duplicate: "94", payment.Misconfigured: "invalid_signature",
	}
	switch {
	case call == payment.CallPost:
		codes = map[payment.Class]string{
			payment.Approved: "00", payment.Refused: "13", payment.Pending: "66", payment.Unknown: "66", payment.NotFound: "14",
			payment.WasReversed: "80", payment.Duplicate: "81", payment.Misconfigured: "55",
		}
	case t.Bills():
		codes = map[payment.Class]string{
			payment.Approved: "2", payment.Refused: "3", payment.Pending: "1", payment.Unknown: "9", payment.NotFound: "5",
			payment.WasReversed: "4", payment.Duplicate: "66", payment.Misconfigured: "55",
		}
	}
	return codes[class]
}

// everythingAsked is what only these rails, and payments of several routes, can meet.
func (c chapter) everythingAsked(f *flow, s situation, run func(group, what, line string)) {
	if !asks(f.terms) && len(f.routes) == 0 {
		return
	}
	now := f.now()
	if asks(now) {
		for _, class := range []payment.Class{payment.Approved, payment.WasReversed, payment.Refused, payment.Pending} {
			run("notified", string(class), fmt.Sprintf("%s notified %s %s", s.at, askedCode(now, payment.CallCheck, class), class))
		}
		run("notified", "another amount", s.at+" notified "+askedCode(now, payment.CallCheck, payment.Approved)+" approved amount 100")
		if record(f.p, payment.CallPush).Tries > 0 {
			run("push answered", "refused, the customer was not asked", s.at+" push answered 14 refused")
		}
	}
	if now.Bills() {
		run("check answered", "expired", s.at+" check answered 7 refused")
		run("check answered", "canceled", s.at+" check answered 8 refused")
		run("", "a new number", s.at+" renumbered")
	}
	if len(f.p.Attempts) > 1 {
		run("of the first attempt: push answered", "approved", s.at+" push answered 00 approved of attempt 1")
		run("of the first attempt: push answered", "refused", s.at+" push answered 17 refused of attempt 1")
		run("of the first attempt: push answered", "duplicate", s.at+" push answered 94 duplicate of attempt 1")
		run("of the first attempt:", "no answer to the push", s.at+" push no answer of attempt 1")
		run("of the first attempt: notified", "approved", s.at+" notified SUCCESS approved of attempt 1")
		run("of the first attempt: notified", "reversed", s.at+" notified REFUNDED reversed of attempt 1")
		run("of the first attempt: check answered", "approved", s.at+" check answered 00 approved of attempt 1")
		run("of the first attempt: reversal answered", "approved", s.at+" reversal answered 00 approved of attempt 1")
	}
	if len(f.routes) > 0 {
		run("", "the next route is taken", fmt.Sprintf("%s renumbered on route %d", s.at, len(f.p.Attempts)+1))
		run("", "no route can be taken", s.at+" no route")
	}
}

func askedClasses() []payment.Class {
	return slices.DeleteFunc(payment.Classes(), func(c payment.Class) bool { return c == payment.TokenDead })
}

const dokuHead = `# States of a payment, on the terms of DOKU's OVO push payment

A **push** is one long call, held until the customer has confirmed or 75 s are over. There is no reversal: what is in doubt is
asked about with **check**, first a minute after the call has ended, then at growing distances, for a day at most. A paid push
can be taken back with a **void**. DOKU also **notifies**, with a strong signature. Which response code is in which class stands
in [rails/doku.md](rails/doku.md).

`

func dokuChapter() chapter {
	return chapter{
		start: newDOKUFlow, situations: dokuSituations(),
		calls:   []payment.Call{payment.CallPush, payment.CallCheck, payment.CallVoid, payment.CallCheckVoid},
		classes: askedClasses(),
		asks:    []payment.Ask{payment.AskCheck, payment.AskVoid, payment.AskCancel, payment.AskReverse, payment.AskResolve},
		head:    dokuHead, names: []string{"check void", "push", "check", "void", "notified", "asked to"}, first: payment.Pushing,
		t0: "when the push was ordered",
	}
}

// dokuSituations are those that DOKU's terms can lead to, in the order of a payment's life.
func dokuSituations() []situation {
	pushed := []string{"+0s request"}
	paid := after(pushed, "+12s push answered 00 approved")
	silent := after(pushed, "+70s push answered - pending")
	asked := after(silent, "+130s time passes")
	unknown := after(asked, "+131s check answered 25 not_found")
	declined := after(pushed, "+8s push answered 17 refused")
	voiding := after(paid, "+1h ask void")
	asking := after(voiding, "+1h15s void no answer")
	return []situation{
		{payment.Pushing, "the customer has the push", pushed, "+30s"},
		{payment.Pushing, "and the provider has notified that it failed", after(pushed, "+20s notified FAILED refused"), "+30s"},
		{payment.InDoubt, "the call is still open", after(pushed, "+75s time passes"), "+76s"},
		{payment.InDoubt, "the customer did not respond, and nobody has asked yet", silent, "+80s"},
		{payment.InDoubt, "asking", asked, "+131s"},
		{payment.InDoubt, "asked, and it is pending", after(asked, "+131s check answered PENDING pending"), "+132s"},
		{payment.InDoubt, "not known to the provider, but the push may still arrive", unknown, "+140s"},
		{payment.InDoubt, "asking when it can no longer arrive", after(unknown, "+1h2m time passes"), "+1h2m1s"},
		{payment.InDoubt, "the invoice was used before", after(pushed, "+1s push answered 94 duplicate", "+80s time passes"), "+81s"},
		{payment.Paid, "", paid, "+1h"},
		{payment.Paid, "and the provider has notified that it failed", after(paid, "+1h notified FAILED refused"), "+1h1s"},
		{payment.Declined, "a firm no", declined, "+1h"},
		{payment.Declined, "and the provider has notified that it is paid", after(declined, "+1h notified SUCCESS approved"), "+1h1s"},
		{payment.Declined, "and the provider does not say which of the two is true", after(declined, "+1h notified SUCCESS approved", "+1h1s check no answer"), "+1h2s"},
		{payment.Expired, "nothing was sent", after(pushed, "+1s push not sent"), "+1h"},
		{payment.Expired, "not known to the provider", after(unknown, "+1h2m time passes", "+1h2m1s check answered 25 not_found"), "+2h"},
		{payment.Canceled, "by the provider's word", after(asked, "+131s check answered 8 refused"), "+1h"},
		{payment.Reversed, "the provider had given it back", after(asked, "+131s check answered REFUNDED reversed"), "+1h"},
		{payment.Voiding, "the void is under way", voiding, "+1h1s"},
		{payment.Voiding, "asking whether it was done", asking, "+1h16s"},
		{payment.Voided, "", after(voiding, "+1h1s void answered 00 approved"), "+2h"},
		{payment.Review, "the provider never said its last word", after(asked, "next day 10:01:00 time passes", "next day 10:02:00 time passes"), "next day +1h"},
		{payment.Review, "paid here, refunded there", after(paid, "+1h ask check", "+1h1s check answered REFUNDED reversed"), "+2h"},
	}
}

const billHead = `# States of a payment by a bill, on the terms of Faspay's OVO channel, flow direct

A bill is made with **post**, which charges nobody, and its number is pushed to the customer's phone: the **push**, whose
answer never says that the customer paid. Faspay **notifies**; since its signature is weak, a **check** (its inquiry) confirms
every word before it counts. Without one it is asked at growing distances; when the bill's time is over it is taken back with
**cancel**, and asked about again. Which code is in which class stands in [rails/faspay.md](rails/faspay.md).

`

func billChapter() chapter {
	return chapter{
		start: newBillFlow, situations: billSituations(),
		calls:   []payment.Call{payment.CallPost, payment.CallPush, payment.CallCheck, payment.CallCancel},
		classes: askedClasses(),
		asks:    []payment.Ask{payment.AskCheck, payment.AskReturn, payment.AskVoid, payment.AskCancel, payment.AskReverse, payment.AskResolve},
		head:    billHead, names: []string{"post", "push", "check", "cancel", "notified", "asked to"}, first: payment.Presenting,
		t0: "when the bill was ordered",
	}
}

// billSituations are those that Faspay's terms can lead to, in the order of a payment's life.
func billSituations() []situation {
	ordered := []string{"+0s request"}
	pushed := after(ordered, "+1s post answered 00 approved")
	accepted := after(pushed, "+3s push answered 00 pending")
	asked := after(accepted, "+13s time passes")
	notified := after(accepted, "+20s notified 2 approved")
	paid := after(notified, "+21s check answered 2 approved")
	refused := after(pushed, "+30s push answered 17 refused")
	over := after(asked, "+14s check answered 1 pending", "+1h30s time passes")
	canceled := after(accepted, "+5s ask cancel")
	return []situation{
		{payment.Presenting, "the bill is being made", ordered, "+1s"},
		{payment.Presenting, "no bill came, and a new number is being taken", after(ordered, "+1s post unclear"), "+2s"},
		{payment.Presenting, "canceled while the bill is being made", after(ordered, "+1s ask cancel"), "+2s"},
		{payment.Pushing, "the customer has the push", pushed, "+30s"},
		{payment.Awaiting, "the push was accepted", accepted, "+5s"},
		{payment.Awaiting, "asking", asked, "+14s"},
		{payment.Awaiting, "asked, and it is open", after(asked, "+14s check answered 1 pending"), "+20s"},
		{payment.Awaiting, "notified as paid, asking whether that is so", notified, "+20.5s"},
		{payment.Awaiting, "the push was refused, asking whether that is so", refused, "+31s"},
		{payment.Awaiting, "the push was refused, the bill is being canceled", after(refused, "+31s check answered 1 pending"), "+32s"},
		{payment.Awaiting, "its time is over, the bill is being canceled", over, "+1h31s"},
		{payment.Awaiting, "its time is over, asking after the cancel", after(over, "+1h31s cancel answered 00 approved"), "+1h32s"},
		{payment.Awaiting, "canceled, the bill is being taken back", canceled, "+6s"},
		{payment.Awaiting, "canceled, asking after the cancel", after(canceled, "+6s cancel answered 81 refused"), "+7s"},
		{payment.Paid, "", paid, "+1h"},
		{payment.Paid, "notified as reversed, asking whether that is so", after(paid, "+30m notified 4 reversed"), "+30m1s"},
		{payment.Declined, "the provider makes no bill", after(ordered, "+1s post answered 13 refused"), "+1h"},
		{payment.Declined, "the push was refused", after(refused, "+31s check answered 3 refused"), "+1h"},
		{payment.Declined, "notified as paid, asking whether that is so", after(refused, "+31s check answered 3 refused", "+30m notified 2 approved"), "+30m1s"},
		{payment.Expired, "the bill's time is over", after(over, "+1h31s cancel answered 00 approved", "+1h32s check answered 8 refused"), "+2h"},
		{payment.Expired, "nothing was sent", after(pushed, "+2s push not sent"), "+1h"},
		{payment.Canceled, "", after(canceled, "+6s cancel answered 00 approved", "+7s check answered 8 refused"), "+1h"},
		{payment.Reversed, "by the provider, after it was paid", after(paid, "+30m notified 4 reversed", "+30m1s check answered 4 reversed"), "+1h"},
		{payment.Review, "the provider never said its last word", after(over, "next day 12:00:00 time passes", "next day 12:00:15 cancel no answer", "next day 12:00:20 time passes", "next day 12:00:30 check no answer"), "next day +3h"},
		{payment.Review, "another amount was paid", after(accepted, "+20s notified 2 approved amount 100"), "+1h"},
	}
}

const redirectHead = `# States of a payment by a bill, on the terms of Faspay's OVO channel, flow redirect

As above, but the customer is sent to Faspay's page instead of being pushed, and may come back from there (**return**), which
says nothing and has it asked about soon.

`

func redirectChapter() chapter {
	c := billChapter()
	c.start, c.situations, c.head = newRedirectFlow, redirectSituations(), redirectHead
	return c
}

func redirectSituations() []situation {
	ordered := []string{"+0s request"}
	sent := after(ordered, "+1s post answered 00 approved")
	asked := after(sent, "+11s time passes", "+12s check answered 0 pending")
	over := after(asked, "+1h30s time passes", "+1h31s cancel answered 00 approved")
	paid := after(sent, "+9s notified 2 approved", "+10s check answered 2 approved")
	return []situation{
		{payment.Presenting, "the bill is being made", ordered, "+1s"},
		{payment.Awaiting, "the customer is on the provider's page", sent, "+5s"},
		{payment.Awaiting, "asked, and it is open", asked, "+25s"},
		{payment.Awaiting, "canceled, the bill is being taken back", after(asked, "+25s ask cancel"), "+26s"},
		{payment.Awaiting, "its time is over, asking after the cancel", over, "+1h32s"},
		{payment.Paid, "", paid, "+1h"},
		{payment.Declined, "by the provider's word", after(sent, "+11s time passes", "+12s check answered 3 refused"), "+1h"},
		{payment.Expired, "the bill's time is over", after(over, "+1h32s check answered 8 refused"), "+2h"},
		{payment.Canceled, "", after(sent, "+5s ask cancel", "+6s cancel answered 00 approved", "+7s check answered 8 refused"), "+1h"},
		{payment.Reversed, "the provider had given it back", after(sent, "+11s time passes", "+12s check answered 4 reversed"), "+1h"},
		{payment.Review, "another amount was paid", after(sent, "+20s notified 2 approved amount 100"), "+1h"},
	}
}

const routedHead = `# States of a payment with several routes: OVO, then DOKU, then Faspay

Only after an attempt is known to have charged nobody, and never to charge, the payment goes on to its next route, and only
within two minutes: nothing was sent, the provider refused it before the customer was asked, or its reversal was confirmed.
Whatever is told of an earlier attempt later is kept; if it had charged after all, a human looks once the present attempt has
come to its end.

`

func routedChapter() chapter {
	return chapter{
		start: newRoutedFlow, situations: routedSituations(),
		calls: []payment.Call{
			payment.CallPost, payment.CallPush, payment.CallCheck, payment.CallReversal, payment.CallVoid, payment.CallCheckVoid, payment.CallCancel,
		},
		classes: askedClasses(),
		asks:    []payment.Ask{payment.AskCheck, payment.AskReturn, payment.AskVoid, payment.AskCancel, payment.AskReverse, payment.AskResolve},
		head:    routedHead,
		names: []string{
			"of the first attempt: push answered", "of the first attempt: notified", "of the first attempt: check answered", "of the first attempt: reversal answered", "of the first attempt:",
			"check void", "post", "push", "check", "reversal", "void", "cancel", "notified", "asked to",
		},
		first: payment.Pushing, t0: "the first push's own date",
	}
}

func routedSituations() []situation {
	pushed := []string{"+0s request"}
	unsent := after(pushed, "+1s push not sent")
	second := after(unsent, "+1.1s renumbered on route 2")
	unasked := after(pushed, "+1s push answered 14 refused")
	doubt := after(pushed, "+60s time passes", "+61s check no answer", "+65s time passes")
	reversed := after(doubt, "+66s reversal answered 00 approved")
	afterReversal := after(reversed, "+66.1s renumbered on route 2")
	third := after(second, "+2s push answered BR misconfigured", "+2.1s renumbered on route 3")
	stray := after(second, "+20s notified SUCCESS approved of attempt 1")
	return []situation{
		{payment.Created, "nothing was sent, and the next route is being taken", unsent, "+1.5s"},
		{payment.Created, "the customer was not asked, and the next route is being taken", unasked, "+1.5s"},
		{payment.Created, "the reversal was confirmed, and the next route is being taken", reversed, "+66.5s"},
		{payment.Pushing, "the first route", pushed, "+30s"},
		{payment.Pushing, "the second route", second, "+30s"},
		{payment.Pushing, "the second route, after a confirmed reversal", afterReversal, "+90s"},
		{payment.Pushing, "the second route, and the first turns out to have charged", stray, "+30s"},
		{payment.InDoubt, "the first route", after(pushed, "+60s time passes"), "+62s"},
		{payment.InDoubt, "the second route", after(second, "+76.1s push no answer"), "+80s"},
		{payment.Reversing, "the first route", doubt, "+66s"},
		{payment.Presenting, "the third route", third, "+3s"},
		{payment.Awaiting, "the third route", after(third, "+3s post answered 00 approved", "+10s push answered 00 pending"), "+12s"},
		{payment.Paid, "by the first route", after(pushed, "+12s push answered 00 approved"), "+1h"},
		{payment.Paid, "by the second route", after(second, "+12s push answered 00 approved"), "+1h"},
		{payment.Declined, "the customer said no: no other route", after(pushed, "+8s push answered 17 refused"), "+1h"},
		{payment.Declined, "no other route could be taken", after(unasked, "+2s no route"), "+1h"},
		{payment.Expired, "no route was left", after(third, "+3s post not sent", "+1m3s time passes"), "+1h"},
		{payment.Canceled, "while the next route was being taken", after(unsent, "+2s ask cancel"), "+1h"},
		{payment.Reversed, "too late for another route", after(doubt, "+2m1s reversal answered 00 approved"), "+1h"},
		{payment.Voiding, "the second route", after(second, "+12s push answered 00 approved", "+1h ask void"), "+1h1s"},
		{payment.Voided, "the second route", after(second, "+12s push answered 00 approved", "+1h ask void", "+1h1s void answered 00 approved"), "+2h"},
		{payment.Review, "charged twice", after(stray, "+40s push answered 00 approved"), "+1h"},
		{payment.Review, "a given-up attempt has charged", after(stray, "+40s push answered 17 refused"), "+1h"},
	}
}
