package payment

import "time"

// This file holds the rules of a rail where a bill is made at the provider before the customer can pay it (Faspay): by a
// push to the customer's phone, or on the provider's page.

// post makes the bill of the current attempt.
//
// Post data is not idempotent: nothing says what a second one with the same bill_no does, and the documents know no answer
// "this bill exists, here is its number". But a bill whose answer is missing can be paid by nobody: the push needs the
// trx_id that the answer brings, and so does the page. So its number is burnt, and another bill is made under a new one; the
// old bill ends by itself when its time is over. Should anybody pay it all the same, that is found out by its notification,
// and a human looks.
// Source: Faspay, Post Data Transaction and OVO Integration Guide ("transaction unix id from post data transaction").
func (s *step) post() {
	s.a.ExpiresAt = s.p.ExpiresAt
	if s.a.ExpiresAt.IsZero() {
		s.a.ExpiresAt = s.p.Begun().Add(s.t.BillLife)
	}
	if s.p.Choice != nil { // it does not outlive the choice for long
		s.a.ExpiresAt = sooner(s.a.ExpiresAt, later(s.p.Choice.Until, s.p.Begun().Add(s.t.BillLifeMin)))
	}
	until := s.at.Add(s.t.ShortCallLimit)
	command := PostBill{
		Target: s.target(s.a.open(CallPost, s.at, until.Add(lostAfter)), until),
		SendBy: s.at.Add(s.t.SendWithin), Expires: s.a.ExpiresAt, Description: s.p.Description, Reference: s.p.Reference,
		Items: s.p.Items,
	}
	if s.p.Customer != nil {
		command.Customer = *s.p.Customer
	}
	s.do(command)
}

// admitBill gives a *Refusal for a bill that cannot be made so.
func (t Terms) admitBill(expires, at time.Time) error {
	if expires.IsZero() || !t.Bills() {
		return nil
	}
	if expires.Before(at.Add(t.BillLifeMin)) || expires.After(at.Add(t.BillLifeMax)) {
		return &Refusal{
			Code: CodeExpiryInvalid, Field: "expires_at",
			Message: "a bill lives at least " + t.BillLifeMin.String() + " and at most " + t.BillLifeMax.String(),
		}
	}
	return nil
}

func (s *step) postAnswered(o Outcome) {
	s.keepReference(o)
	if s.p.State != Presenting || s.a.Burnt || s.a.Settled {
		return // nobody waits for it any more
	}
	s.a.ResponseCode = o.Code
	switch {
	case o.Class == Approved && o.ProviderReference != "" && (o.RedirectURL != "" || s.t.Flow != Redirect):
		s.presentBill(o)
	case o.Class == Refused || o.Class == Misconfigured:
		s.a.Settled = true
		s.fail(o.Cause, CallPost, o.Code)
		s.endUnshown(Declined, DeadNotAsked)
	case o.Class == Duplicate:
		s.a.NumberUsed = true
		s.burn()
	default:
		s.burn()
	}
}

// endUnshown ends a payment whose bill nobody could pay; another route may be taken.
func (s *step) endUnshown(state State, how Death) {
	if s.p.CancelAsked {
		s.to(Canceled)
		return
	}
	s.dead(state, how)
}

// presentBill lets the customer pay.
func (s *step) presentBill(o Outcome) {
	s.a.PresentedAt = s.came
	switch {
	case s.p.CancelAsked:
		s.a.Settled = true // nobody has been shown it
		s.to(Canceled)
	case s.p.hasStray():
		s.a.Settled = true
		s.to(Expired) // and on to a human
	case s.t.Flow == Redirect:
		s.a.RedirectURL = o.RedirectURL
		s.await()
	default:
		s.push()
	}
}

// await waits for the notification, and asks.
func (s *step) await() {
	s.a.AskFrom, s.a.RetryAt = s.at, s.at.Add(s.t.QueryEvery)
	s.to(Awaiting)
}

// directAnswered takes the answer to a push by a bill's number. It never says that the customer paid; a refusal is
// confirmed by an inquiry, unless the customer surely was not asked.
func (s *step) directAnswered(o Outcome) {
	if s.p.State != Pushing {
		s.knowWhy(o)
		return // it was notified or asked about meanwhile
	}
	switch {
	case o.Class != Refused && o.Class != Misconfigured:
		s.await()
	case o.NotAsked:
		s.a.Settled = true
		s.refusedPush(o)
	default:
		s.a.RefusedAs = o.Cause
		if o.Cause == "" {
			s.a.RefusedAs = "provider_declined"
		}
		s.a.AskFrom = s.at
		s.to(Awaiting)
		s.askSoon()
	}
}

// knowWhy takes the reason from the answer to a push that a notification of its failure has overtaken.
func (s *step) knowWhy(o Outcome) {
	switch {
	case o.Class != Refused || o.Cause == "":
	case s.p.State == Awaiting && s.a.RefusedAs == "":
		s.a.RefusedAs = o.Cause
	case s.p.State == Declined && s.p.Failure != nil && s.p.Failure.Operation == CallCheck:
		s.fail(o.Cause, CallPush, o.Code)
	}
}

// billEnd is when an unpaid bill is canceled.
func (s *step) billEnd() time.Time { return s.a.ExpiresAt.Add(s.t.CloseAfter) }

// closing tells whether an unpaid bill is to be brought to its end.
func (s *step) closing() bool {
	return s.t.Bills() && (s.p.CancelAsked || s.a.RefusedAs != "" || s.reached(s.billEnd()))
}

// cancelDue tells whether the bill is to be canceled now: first when it is given up, and again after each word that it is
// still open. A cancel without an answer is asked about, and never repeated blindly; and where Faspay has notified that the
// bill is paid, an inquiry must have said the contrary since.
func (s *step) cancelDue() bool {
	cancel := s.a.call(CallCancel)
	switch {
	case s.p.State != Awaiting || !s.closing():
		return false
	case s.a.Said == Approved && !s.a.UnpaidAt.After(s.a.AskFrom):
		return false
	case cancel.Tries > 0:
		return s.a.UnpaidAt.After(cancel.At)
	}
	refused := s.a.RefusedAs != "" && s.a.UnpaidAt.After(s.a.call(CallPush).At)
	return s.p.CancelAsked || s.reached(s.billEnd()) || refused
}

// billUnpaid ends a payment by the provider's last word on its bill: as canceled where that was asked for, as declined with
// the reason that the push gave, as expired where its time is over.
func (s *step) billUnpaid(o Outcome) {
	switch {
	case s.p.CancelAsked:
		s.fail(ReasonCanceled, CallCheck, o.Code)
		s.to(Canceled)
	case s.a.RefusedAs != "":
		s.fail(s.a.RefusedAs, CallPush, s.a.ResponseCode)
		s.to(Declined)
	case o.Cause == ReasonCanceled && s.reached(s.billEnd()):
		s.fail(ReasonExpired, CallCheck, o.Code) // it was us who canceled it
		s.to(Expired)
	default:
		s.fail(o.Cause, CallCheck, o.Code)
		s.to(endOf(o.Cause))
	}
}

// RedirectOf gives the provider's page on which the customer can pay at a time, and until when; false when there is none.
func RedirectOf(p Payment, at time.Time) (url string, until time.Time, ok bool) {
	if p.State != Awaiting || p.CancelAsked || len(p.Attempts) == 0 {
		return "", zero, false
	}
	a := p.attempt()
	if a.RedirectURL == "" || !at.Before(a.ExpiresAt) {
		return "", zero, false
	}
	return a.RedirectURL, a.ExpiresAt, true
}
