package payment

import "time"

// This file says what may be asked of a payment, and until when.

func (s *step) asked(e Asked) error {
	if err := s.t.mayAsk(s.p, e); err != nil {
		return err
	}
	s.changed = true
	if s.p.Choosing() {
		s.askedChoosing(e)
		return nil
	}
	if s.t.Presents() && e.What != AskResolve {
		s.askedQR(e)
		return nil
	}
	switch e.What {
	case AskCheck:
		if s.p.State == Voiding || (s.p.State == Review && s.a.call(CallVoid).Unclear) {
			s.short(CallCheckVoid)
			break
		}
		retryAt := s.a.RetryAt
		s.short(CallCheck)
		s.a.RetryAt = retryAt // a check by hand moves no other deadline
	case AskVoid:
		s.p.Failure = nil
		s.to(Voiding)
		s.short(CallVoid)
	case AskReturn:
		s.askSoon()
	case AskCancel:
		if s.t.Bills() && s.p.State != Created {
			s.p.CancelAsked = true
			break
		}
		s.to(Canceled)
	case AskReverse:
		s.giveBack()
	case AskResolve:
		if e.To == Paid {
			s.p.Failure = nil
		}
		for i := range s.p.Attempts {
			s.p.Attempts[i].Stray, s.p.Attempts[i].ContradictedAt = "", zero
		}
		s.to(e.To)
	}
	return nil
}

// mayAsk gives a *Refusal when an ask cannot be granted now.
func (t Terms) mayAsk(p Payment, e Asked) error {
	switch {
	case p.Unchosen(), p.Choosing():
		return mayAskChoosing(p, e)
	case t.Presents():
		return t.mayAskQR(p, e)
	}
	return t.mayAskPush(p, e)
}

// mayAskPush is mayAsk for a payment that is made by a push.
func (t Terms) mayAskPush(p Payment, e Asked) error {
	a := p.attempt()
	deadline := later(a.PushedAt.Add(t.ReverseAfter), p.WakeAt)
	refuse := func(code, message string, until time.Time) error {
		return &Refusal{Code: code, Message: message, State: p.State, Until: until}
	}
	if p.State == Pushing || (p.State == InDoubt && e.What != AskCheck) {
		return refuse(CodeInProgress, "the push is still with the customer or in doubt; wait for its end", deadline)
	}
	if t.asks() {
		if err := t.mayAskAsked(p, e); err != nil {
			return err
		}
	}
	switch e.What {
	case AskCheck:
		switch {
		case p.State == Created || p.State == Presenting || a.NeverSent:
			return refuse(CodeNothingSent, "nothing was sent to the provider, there is nothing to ask about", zero)
		case e.At.After(a.PushedAt.Add(t.CheckMaxAge)):
			return refuse(CodeCheckTooOld, "the provider answers status checks only for 7 days", zero)
		}
		for _, c := range []Call{CallCheck, CallCheckVoid, CallVoid} {
			if r := a.call(c); r.Open && e.At.Before(r.Until) {
				return refuse(CodeCheckInProgress, "a "+string(c)+" of this payment is under way; one at a time", r.Until)
			}
		}
	case AskVoid:
		switch {
		case !t.CanVoid:
			return refuse(CodeNotPossible, "this rail has no void; give the money back by another way", zero)
		case p.State != Paid:
			return refuse(CodeNotPossible, "only a paid payment can be voided; this one is "+string(p.State), zero)
		case !e.At.Before(t.CutOffOf(a.PushedAt)):
			return refuse(CodeCutOff, "a void is possible only on the day of the payment before 23:59 WIB", zero)
		}
	case AskCancel:
		if p.State != Created && p.State != Presenting && p.State != Awaiting {
			return refuse(CodeNotPossible, "this payment can no longer be canceled; it is "+string(p.State), zero)
		}
	case AskReverse:
		switch {
		case p.State != Review || a.NeverSent:
			return refuse(CodeNotPossible, "only a payment in review is reversed by hand; this one is "+string(p.State), zero)
		case !e.At.Before(t.CutOffOf(a.PushedAt)):
			return refuse(CodeCutOff, "a reversal is possible only on the day of the push before 23:59 WIB", zero)
		case p.duplicate():
			return refuse(CodeNotPossible, "the push's number was used before: a reversal could hit the earlier sale", zero)
		}
		if r := a.call(CallReversal); r.Open && e.At.Before(r.Until) {
			return refuse(CodeInProgress, "a reversal of this payment is under way", r.Until)
		}
	case AskResolve:
		return mayResolve(p, e)
	case AskRefund:
		return refuse(CodeNotPossible, "only a QR is refunded; a push is given back by a void, where its rail has one", zero)
	case AskRenew:
		return refuse(CodeNotPossible, "only a QR is renewed; ask for a new payment", zero)
	case AskReturn:
		if !t.Bills() {
			return refuse(CodeNotPossible, "nobody is sent to a page of the provider's by this payment", zero)
		}
	default:
		return refuse(CodeNotPossible, "unknown ask "+string(e.What), zero)
	}
	return nil
}

func mayResolve(p Payment, e Asked) error {
	switch {
	case p.State != Review:
		return &Refusal{
			Code: CodeNotPossible, State: p.State,
			Message: "only a payment in review is resolved by hand; this one is " + string(p.State),
		}
	case !e.To.Final():
		return &Refusal{
			Code: CodeNotPossible, Field: "to", State: p.State,
			Message: "resolve to a final state: paid, declined, expired, canceled, reversed, voided or refunded",
		}
	}
	for _, r := range p.OpenCalls() {
		if r.moves() && e.At.Before(r.Until) {
			return &Refusal{
				Code: CodeInProgress, State: p.State, Until: r.Until,
				Message: "a " + string(r.Call) + " of this payment is under way; wait for its answer before you decide what became of it",
			}
		}
	}
	return nil
}

// moves tells whether a call changes at the provider what has been charged, or may be.
func (r CallRecord) moves() bool {
	switch r.Call {
	case CallReversal, CallVoid, CallRefund, CallCancel:
		return true
	}
	return false
}

// MayAsk gives a *Refusal when something cannot be asked of p now, as the asking itself would; nothing changes.
func MayAsk(t Terms, p Payment, e Asked) error { return t.mayAsk(p, e) }

// Action is something that a merchant can still ask for.
type Action struct {
	What  Ask
	Until time.Time // zero: no limit known
}

// Actions lists what can be asked of p at a given time, and until when.
func Actions(t Terms, p Payment, at time.Time) []Action {
	var possible []Action
	if p.Choosing() {
		return append(possible, Action{What: AskCancel, Until: p.Choice.Until})
	}
	if p.Unchosen() {
		return possible
	}
	a := p.attempt()
	limits := map[Ask]time.Time{AskCheck: a.PushedAt.Add(t.CheckMaxAge), AskVoid: t.CutOffOf(a.PushedAt)}
	if t.Presents() {
		limits = map[Ask]time.Time{AskRefund: t.RefundEnd(p.paidAttempt().PaidAt)}
	}
	for _, what := range []Ask{AskCheck, AskVoid, AskCancel, AskRefund, AskRenew} {
		if t.mayAsk(p, Asked{At: at, What: what}) == nil {
			possible = append(possible, Action{What: what, Until: limits[what]})
		}
	}
	return possible
}

// Next says what happens next, when at the latest, and who has to act.
type Next struct {
	// What is confirm, check, reverse, confirm_reversal, confirm_void, present, scan, pay, push, confirm_refund, redirect (the
	// customer chooses on the payment's page) or inspect; empty: nothing more.
	What string
	Who  string // customer, gateway, operator
	At   time.Time
}

// NextOf tells what a payment is waiting for.
func NextOf(t Terms, p Payment) Next {
	switch {
	case p.Choosing():
		return Next{What: "redirect", Who: "customer", At: p.Choice.Until}
	case p.Unchosen() && p.State != Review:
		return Next{}
	case p.Unchosen():
		return Next{What: "inspect", Who: "operator"}
	}
	if t.Presents() && p.State != Review {
		return t.nextOfQR(p)
	}
	a := p.attempt()
	switch p.State {
	case Pushing:
		return Next{What: "confirm", Who: "customer", At: a.PushedAt.Add(t.ConfirmWithin)}
	case Created:
		return Next{What: "push", Who: "gateway", At: p.WakeAt}
	case Presenting:
		return Next{What: "present", Who: "gateway", At: p.WakeAt}
	case Awaiting:
		if _, until, ok := RedirectOf(p, p.UpdatedAt); ok {
			return Next{What: "pay", Who: "customer", At: until}
		}
		return Next{What: "check", Who: "gateway", At: p.WakeAt}
	case InDoubt:
		if !t.Reverses() {
			return Next{What: "check", Who: "gateway", At: p.WakeAt}
		}
		if !a.NotFoundAt.IsZero() || (t.AutoCheck && a.call(CallCheck).Tries == 0) {
			return Next{What: "check", Who: "gateway", At: p.WakeAt}
		}
		return Next{What: "reverse", Who: "gateway", At: a.PushedAt.Add(t.ReverseAfter)}
	case Reversing:
		return Next{What: "confirm_reversal", Who: "gateway", At: t.CutOffOf(a.PushedAt)}
	case Voiding:
		return Next{What: "confirm_void", Who: "gateway", At: p.WakeAt}
	case Review:
		return Next{What: "inspect", Who: "operator"}
	}
	return Next{}
}
