package payment

import "time"

// This file holds the rules of rails that know no reversal (DOKU, Faspay): doubt is ended by asking, at growing distances,
// until the provider says its last word. What the provider says counts whenever it comes; what contradicts an end is asked
// about before it is believed.

// answeredAsked sorts the answers by the call.
func (s *step) answeredAsked(c Call, o Outcome) {
	switch c {
	case CallPost:
		s.postAnswered(o)
	case CallPush:
		s.askedPushAnswered(o)
	case CallCheck:
		s.told(o)
		s.askAgain()
	case CallCancel:
		s.askSoon() // whatever it says: what came of it is asked
	case CallVoid, CallCheckVoid:
		s.voidAnswered(c, o)
	}
}

// open tells whether the payment waits for the provider's last word on a charge.
func (s *step) open() bool {
	switch s.p.State {
	case Pushing, InDoubt, Awaiting:
		return true
	}
	return false
}

func (s *step) askedPushAnswered(o Outcome) {
	if o.Class != Duplicate { // its numbers are of the push that was refused
		s.keepFacts(o)
	}
	s.a.ResponseCode = o.Code
	switch {
	case s.t.Bills():
		s.directAnswered(o)
	case !s.open():
		if s.contradicts(o.Class) {
			s.contradicted()
		}
	case o.Class == Approved:
		s.told(o)
	case o.Class == Refused || o.Class == Misconfigured:
		s.refusedPush(o)
	case o.Class == Duplicate:
		s.a.NumberUsed = true // what is said of this invoice may be about an earlier sale
		s.to(InDoubt)
	default:
		s.to(InDoubt)
	}
}

// refusedPush takes a firm no to a push; nobody was charged. Where the customer was not even asked, another route may be
// taken.
func (s *step) refusedPush(o Outcome) {
	s.fail(o.Cause, CallPush, o.Code)
	if o.NotAsked {
		s.dead(Declined, DeadNotAsked)
		return
	}
	s.to(Declined)
}

// told takes the provider's word on the current attempt.
func (s *step) told(o Outcome) {
	if s.a.ApprovalCode != "" { // from the push's own answer, which has all of them
		o.ApprovalCode, o.TraceNumber, o.ProviderNumber = "", "", Number{}
	}
	s.keepFacts(o)
	s.keepReference(o)
	switch o.Class {
	case Approved:
		s.toldCharged(o)
	case WasReversed:
		s.toldGivenBack(o)
	case Refused:
		s.toldUnpaid(o)
	case NotFound:
		s.toldUnknown(o)
	case Pending:
		s.a.UnpaidAt = s.at
	}
}

// toldCharged takes the word that the customer has paid. It counts whenever it comes: what was declined, expired or
// canceled here is paid.
func (s *step) toldCharged(o Outcome) {
	s.a.ContradictedAt = zero
	s.giveUpPush()
	if s.a.PaidAt.IsZero() {
		s.markPaid(o)
	}
	switch {
	case s.p.State == Review, s.p.State == Voiding:
	case o.Amount != 0 && o.Amount != s.p.Amount:
		s.review("the customer paid " + o.Amount.String() + " where " + s.p.Amount.String() + " was asked for")
	case s.a.NumberUsed && s.p.State != Paid:
		s.review("the provider had seen this invoice before, and says that it is paid: that may be an earlier sale")
	case s.p.State == Reversed, s.p.State == Voided:
		s.review(string(s.p.State) + " here, but the provider says that the customer is charged (" + o.Code + ")")
	case s.p.State != Paid:
		s.p.Failure = nil
		s.to(Paid)
	}
}

// toldGivenBack takes the word that the customer was charged and has the money again. A bill that was paid ends by it, as
// Faspay says of its status 4, and this is announced in words of its own; of a push nobody but us voids.
func (s *step) toldGivenBack(o Outcome) {
	s.a.ContradictedAt = zero
	switch {
	case s.p.State == Paid && s.t.Bills():
		s.fail(ReasonGivenBack, CallCheck, o.Code)
		s.tell = ToldReversedAfterPaid
		s.to(Reversed)
	case s.p.State == Paid:
		s.review("paid here, but the provider says that it was given back (" + o.Code + ")")
	case s.p.State == Voiding:
		s.p.Failure = nil
		s.to(Voided)
	case s.open(), s.p.State == Review && !s.p.hasStray():
		s.giveUpPush()
		s.fail(ReasonGivenBack, CallCheck, o.Code)
		s.to(Reversed)
	}
}

// toldUnpaid takes the provider's last word that nobody has paid, or will.
func (s *step) toldUnpaid(o Outcome) {
	s.a.ContradictedAt = zero
	switch {
	case s.p.State == Paid:
		s.review("paid here, but the provider says that it was not (" + o.Code + ")")
	case s.open():
		s.giveUpPush()
		s.a.Settled = true
		if s.t.Bills() {
			s.billUnpaid(o)
			return
		}
		s.fail(o.Cause, CallCheck, o.Code)
		s.to(endOf(o.Cause))
	}
}

// endOf is the state in which what is refused for a reason ends.
func endOf(why Reason) State {
	switch why {
	case ReasonExpired:
		return Expired
	case ReasonCanceled:
		return Canceled
	}
	return Declined
}

// toldUnknown takes the word that the provider does not know the push. It is provisional until the push can no longer be
// accepted, however late it arrives; and a bill that has been made is not unknown for good.
func (s *step) toldUnknown(o Outcome) {
	switch {
	case s.p.State == Paid:
		s.review("paid here, but the provider answers a status check with " + o.Code)
	case s.p.State == InDoubt && s.reached(s.pushDead()):
		s.a.ContradictedAt, s.a.ClosedByNotFound = zero, true
		s.fail(ReasonNotFound, CallCheck, "")
		s.to(Expired)
	}
}

// notifiedAsked takes what the provider says by itself of the current attempt. What contradicts an end, and anything that is
// signed weakly, is asked about before it counts; what agrees, and the same again, changes nothing.
func (s *step) notifiedAsked(o Outcome) {
	again := s.a.Said == o.Class
	s.a.Said, s.known = o.Class, again
	switch o.Class {
	case Approved, WasReversed, Refused:
	default:
		return
	}
	wrong := o.Class == Approved && o.Amount != 0 && o.Amount != s.p.Amount
	switch {
	case s.p.State == Review, s.p.State == Voiding:
	case s.p.State.Final():
		if wrong || s.contradicts(o.Class) {
			s.known = again && !s.a.ContradictedAt.IsZero() // it is being asked about
			s.contradicted()
		}
	case again:
	case wrong:
		s.told(o)
	case s.t.Bills() && s.t.ConfirmNotified, s.p.State == Presenting:
		if s.a.PresentedAt.IsZero() {
			s.a.PresentedAt = s.came
		}
		s.to(Awaiting) // no call that is under way says more
		s.a.AskFrom = s.at
		s.askSoon()
	case s.p.State == Pushing && o.Class != Approved:
		// the call that is under way says why
	case s.t.ConfirmNotified:
		s.askSoon()
	default:
		s.told(o)
	}
}

// contradicts tells whether a word of the provider's is against the end to which the payment has come.
func (s *step) contradicts(c Class) bool {
	charged := s.p.State == Paid || s.p.State == Voiding
	back := s.p.State == Voided || s.p.State == Reversed
	switch c {
	case Approved:
		return s.p.State.Final() && !charged
	case Refused:
		return charged || back
	case WasReversed:
		return s.p.State.Final() && !back
	}
	return false
}

// contradicted has the provider asked which of its two words is true.
func (s *step) contradicted() {
	if s.a.ContradictedAt.IsZero() {
		s.a.ContradictedAt, s.a.AskFrom = s.at, s.at
	}
	s.askSoon()
}

// askSoon sets the next question to the first instant at which one may be asked.
func (s *step) askSoon() { s.a.RetryAt = s.t.mayQuery(s.p, s.at) }

// askAgain sets the next question after one that brought no last word.
func (s *step) askAgain() {
	if !s.a.call(CallCheck).Open {
		s.a.RetryAt = s.nextQuery()
	}
}

// askedFrom is from when the distances of questions grow.
func (s *step) askedFrom() time.Time {
	switch {
	case s.t.Presents():
		return s.qrEnd()
	case !s.a.AskFrom.IsZero():
		return s.a.AskFrom
	}
	return s.sessionEnd()
}

// askLimit is until when the provider's last word is waited for.
func (s *step) askLimit() time.Time {
	from := s.a.PushedAt
	switch {
	case !s.a.ContradictedAt.IsZero():
		from = s.a.ContradictedAt
	case s.t.Bills():
		from = s.a.ExpiresAt
	}
	return from.Add(s.t.QueryUntil)
}

// asking tells whether the provider still owes a word: on what is open, or on what it contradicted.
func (s *step) asking() bool {
	return s.p.State == InDoubt || s.p.State == Awaiting || s.p.State.Final() && !s.a.ContradictedAt.IsZero()
}

// elapseAsked does what has become due by now.
func (s *step) elapseAsked() {
	if s.p.State == Presenting {
		s.elapsePresenting()
	}
	if s.p.State == Pushing {
		s.lose(CallPush)
		if s.p.State == Pushing && !s.t.Bills() && s.reached(s.sessionEnd()) {
			s.to(InDoubt)
		}
	}
	switch {
	case s.p.State == Voiding:
		s.elapseVoiding()
	case s.asking():
		s.elapseAsking()
	}
}

// elapseAsking asks, one question at a time, and never while a push's call may still bring its answer.
func (s *step) elapseAsking() {
	for _, c := range [...]Call{CallPush, CallCheck, CallCancel} {
		s.lose(c)
	}
	push, check := s.a.call(CallPush), s.a.call(CallCheck)
	if s.p.State == InDoubt && push.Open || check.Open || s.a.call(CallCancel).Open {
		return
	}
	if s.a.RetryAt.IsZero() {
		s.a.RetryAt = s.firstAsk()
	}
	switch {
	case !check.At.Before(s.askLimit()):
		s.review("the provider has not said whether the customer paid")
	case s.cancelDue():
		if s.a.call(CallCancel).Tries == 0 {
			s.a.AskFrom = s.at
		}
		s.short(CallCancel)
	case s.reached(s.t.mayQuery(s.p, s.a.RetryAt)):
		s.short(CallCheck)
	}
}

// firstAsk is when the status is asked first.
// Source: DOKU asks to check the status 60 seconds after the payment or later; never while the call is held. A process that
// was taken for dead may hold it to its time limit.
func (s *step) firstAsk() time.Time {
	if s.t.Bills() {
		return s.at.Add(s.t.QueryEvery)
	}
	return later(s.a.PushedAt.Add(s.t.CallLimit+lostAfter), s.at.Add(s.t.CheckAfter))
}

// wakeAsked is when elapseAsked will have something to do; zero for never.
func (s *step) wakeAsked() time.Time {
	switch {
	case s.p.State == Presenting:
		return s.wakePresenting()
	case s.p.State == Pushing && s.t.Bills():
		return s.a.call(CallPush).Until
	case s.p.State == Pushing:
		return s.sessionEnd()
	case s.p.State == Voiding:
		return s.wakeForCalls()
	case !s.asking():
		return zero
	}
	var until time.Time
	for _, c := range [...]Call{CallCheck, CallCancel} {
		if r := s.a.call(c); r.Open {
			until = later(until, r.Until)
		}
	}
	if r := s.a.call(CallPush); r.Open && s.p.State == InDoubt {
		until = later(until, r.Until)
	}
	if !until.IsZero() {
		return until
	}
	next := s.t.mayQuery(s.p, s.a.RetryAt)
	if s.p.State == Awaiting && !s.closing() {
		next = sooner(next, s.billEnd())
	}
	return next
}

// unansweredAsked is what follows when a call may have reached the provider and no verdict came back.
func (s *step) unansweredAsked(c Call) {
	switch {
	case c == CallPost:
		s.burn()
	case c == CallPush && s.p.State == Pushing && s.t.Bills():
		s.await() // a call that was cut off was accepted: the customer may be confirming
	case c == CallPush && s.p.State == Pushing:
		s.to(InDoubt)
	case c == CallCheck && s.asking():
		s.a.RetryAt = s.nextQuery()
	case c == CallCancel && s.asking():
		s.askSoon()
	case c == CallVoid && s.p.State == Voiding:
		s.ask(CallCheckVoid) // never a blind second void
	case c == CallCheckVoid && s.p.State == Voiding:
		s.retry(CallCheckVoid)
	}
}

// mayAskAsked gives a *Refusal when an ask cannot be granted now, beyond what holds on every rail; nil also where it does
// not know.
func (t Terms) mayAskAsked(p Payment, e Asked) error {
	refuse := func(code, message string, until time.Time) error {
		return &Refusal{Code: code, Message: message, State: p.State, Until: until}
	}
	a := p.attempt()
	next, held := t.mayQuery(p, e.At), a.PushedAt.Add(t.CallLimit+lostAfter)
	switch e.What {
	case AskCheck:
		switch {
		case p.State == InDoubt && a.call(CallPush).Open && e.At.Before(a.call(CallPush).Until):
			return refuse(CodeInProgress, "the provider is asked only after the push's call has ended", a.call(CallPush).Until)
		case !t.Bills() && a.ResponseCode == "" && !a.NeverSent && e.At.Before(held):
			return refuse(CodeInProgress, "the provider is asked only after the push's call has ended", held)
		case e.At.Before(next):
			return refuse(CodeCheckInProgress, "the provider was asked about this payment just now", next)
		}
	case AskCancel:
		if p.CancelAsked && (p.State == Presenting || p.State == Awaiting) {
			return refuse(CodeNotPossible, "this payment is being canceled already", zero)
		}
	case AskReverse:
		return refuse(CodeNotPossible, "this rail has no reversal; check the payment, or resolve it", zero)
	case AskReturn:
		switch {
		case p.State != Awaiting:
			return refuse(CodeNotPossible, "only a payment that the customer can still make is looked at; this one is "+string(p.State), zero)
		case a.call(CallCheck).Open || a.call(CallCancel).Open || !a.RetryAt.After(next):
			return refuse(CodeCheckInProgress, "the provider is being asked already", next)
		}
	}
	return nil
}
