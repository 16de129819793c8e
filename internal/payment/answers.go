package payment

import "time"

// This file says what a provider's answers, and their absence, make of a payment: one function per call.

func (s *step) answered(e Answered) {
	o := e.Outcome
	s.came = e.Came
	if s.came.IsZero() {
		s.came = e.At
	}
	if !s.on(e.Attempt) {
		return
	}
	tries := s.a.call(e.Call).Tries
	if tries == 0 {
		return // an answer to nothing
	}
	newest := e.Try == tries
	s.close(e.Call, e.Try, o.Class == Unknown || o.Class == Pending)
	if !newest && o.Class != Approved && o.Class != WasReversed {
		return // a newer try decides; of an older one only what was done counts
	}
	switch {
	case s.old():
		s.toldOfOld(e.Call, o)
		return
	case s.t.Presents():
		s.answeredQR(e.Call, o)
		return
	case s.t.asks():
		s.answeredAsked(e.Call, o)
		return
	}
	switch e.Call {
	case CallPush:
		s.pushAnswered(o)
	case CallCheck:
		s.checkAnswered(o)
	case CallReversal:
		s.reversalAnswered(o)
	case CallVoid, CallCheckVoid:
		s.voidAnswered(e.Call, o)
	}
}

func (s *step) keepFacts(o Outcome) {
	if o.ApprovalCode != "" {
		s.a.ApprovalCode = o.ApprovalCode
	}
	if o.TraceNumber != "" {
		s.a.TraceNumber = o.TraceNumber
	}
	if !o.ProviderNumber.IsZero() {
		s.a.ProviderNumber = o.ProviderNumber
	}
}

func (s *step) pushAnswered(o Outcome) {
	s.keepFacts(o)
	s.a.ResponseCode = o.Code
	if s.p.State != Pushing && s.p.State != InDoubt {
		switch {
		case s.p.duplicate():
		case o.Class == Approved:
			s.approvedTooLate()
		case o.Class == Duplicate:
			s.duplicateTooLate(o)
		case s.p.State == Paid && (o.Class == Refused || o.Class == Misconfigured):
			s.review("paid here, but the provider answers the push itself with " + o.Code)
		}
		return
	}
	switch o.Class {
	case Approved:
		s.approved(s.t.LateApproval)
	case Refused, Misconfigured:
		if s.a.Late {
			return // a status check has said that it is charged: the reversal comes at its hour
		}
		s.refusedPush(o)
	case Duplicate:
		// After a restored backup the number may belong to an earlier, good sale: a reversal would hit that one.
		s.hold(o)
		s.to(Declined)
	default:
		s.to(InDoubt)
	}
}

// approvedTooLate is what follows an approval after the decision to reverse: the reversal stands, and the 0210 is kept
// as a fact. But whoever said meanwhile that the push is not known was wrong, and the charge must go back.
func (s *step) approvedTooLate() {
	switch {
	case s.a.ClosedByNotFound:
		s.a.Late = true
		s.giveBack()
	case s.p.State == Reversing:
		s.a.Late = true
		if !s.a.NotFoundAt.IsZero() {
			s.giveBack()
		}
	case s.p.State == Declined, s.p.State == Expired, s.p.State == Canceled:
		s.a.Late = true // a human has resolved it so, and did not know
		s.giveBack()
	}
}

// duplicateTooLate is what follows when the push turns out to have had a used number after something was done on it: that
// may have been done to the earlier sale.
func (s *step) duplicateTooLate(o Outcome) {
	switch s.p.State {
	case Reversing, Reversed, Paid, Voiding, Voided:
		s.review("the number of this push was used before, and it was " + string(s.p.State) +
			" when the provider said so: look at the earlier sale of that number")
	}
	s.hold(o)
}

// hold stops the terminal whose numbers have come twice.
func (s *step) hold(o Outcome) {
	s.fail(ReasonDuplicate, CallPush, o.Code)
	s.holdTerminal()
}

func (s *step) holdTerminal() {
	s.do(Hold{Terminal: s.a.Terminal.ID, Reason: "the provider has seen number " + s.a.Number.String() +
		" before: move the numbering ahead, then release the terminal"})
}

// approved takes a charge that is known in time, or late and allowed; else the reversal at its hour.
func (s *step) approved(late Late) {
	if late == ReverseLate && !s.came.Before(s.sessionEnd()) {
		s.a.Late = true
		s.a.NotFoundAt = zero
		s.to(InDoubt)
		return
	}
	s.p.Failure = nil
	s.to(Paid)
}

// giveBack starts the reversal of a charge that is, or may be, and should not be; or asks for a human after the cut-off.
func (s *step) giveBack() {
	s.a.NotFoundAt, s.a.ClosedByNotFound = zero, false
	if s.reached(s.cutOff()) {
		s.fail(ReasonTimeout, CallReversal, "")
		s.review("the push was charged, or may have been, and the provider's cut-off for a reversal has passed")
		return
	}
	s.fail(ReasonTimeout, CallPush, "")
	if s.p.State == Reversing {
		s.retry(CallReversal) // not the first one: it keeps its distance
		return
	}
	s.to(Reversing)
	s.a.RetryAt = s.reversalDue()
	if s.reached(s.a.RetryAt) && !s.a.call(CallReversal).Open {
		s.short(CallReversal)
	}
}

func (s *step) checkAnswered(o Outcome) {
	switch s.p.State {
	case InDoubt, Reversing:
		s.checkedInDoubt(o)
	case Paid:
		if o.Class == WasReversed || o.Class == NotFound {
			s.review("paid here, but the provider answers a status check with " + o.Code)
		}
	case Declined, Expired, Canceled:
		switch {
		case o.Class == Approved && s.p.duplicate():
			s.review("the number of this push was used before, and the provider answers a status check with " + o.Code +
				": that may be the earlier sale, which must not be reversed")
		case o.Class == Approved:
			s.keepFacts(o)
			s.a.Late = true
			s.giveBack()
		}
	case Reversed:
		switch {
		case o.Class == Approved && s.a.ClosedByNotFound:
			s.keepFacts(o)
			s.a.Late = true
			s.giveBack()
		case o.Class == Approved:
			s.review("reversed here, but the provider answers a status check with " + o.Code)
		}
	case Review:
		if o.Class == WasReversed && !s.p.duplicate() {
			s.reversed(false)
		}
	}
}

func (s *step) checkedInDoubt(o Outcome) {
	inDoubt := s.p.State == InDoubt
	switch o.Class {
	case Approved:
		s.keepFacts(o)
		if inDoubt && (s.a.NotFoundAt.IsZero() || !s.reached(s.reversalDue())) {
			s.approved(s.t.OnCheckApproved)
			return
		}
		s.a.Late = true
		if !s.a.call(CallReversal).Open {
			s.giveBack()
		}
	case NotFound:
		s.notFound()
	case WasReversed:
		s.reversed(false)
	case Misconfigured:
		if !s.a.call(CallReversal).Open { // else its answer decides
			s.review("the provider answers a status check with " + o.Code)
		}
	default:
		// The push is there or may be there: back to the reversal.
		s.a.NotFoundAt = zero
		if !inDoubt && !s.a.call(CallReversal).Open {
			s.retry(CallReversal)
		}
	}
}

// notFound takes the provider's word that it does not know the push: final once no copy of the push on its way can
// be accepted any more, provisional before.
func (s *step) notFound() {
	switch {
	case s.a.Late:
		// The push was approved: what the provider does not know today it still has to give back.
		if s.p.State == Reversing && !s.a.call(CallReversal).Open {
			s.retry(CallReversal)
		}
	case s.p.State == InDoubt && !s.reached(s.sessionEnd()):
		// A check by hand while the customer can still pay proves nothing.
	case !s.reached(s.pushDead()) && !s.a.NeverSent:
		s.a.NotFoundAt, s.a.RetryAt = s.at, later(s.pushDead(), s.at.Add(s.inquiryGap()))
	case s.p.State == Reversing:
		s.reversed(true)
	default:
		s.a.ClosedByNotFound = true
		s.giveUpPush()
		s.fail(ReasonNotFound, CallCheck, "")
		s.to(Expired)
	}
}

func (s *step) reversed(byNotFound bool) {
	s.a.ClosedByNotFound = byNotFound
	s.giveUpPush()
	if s.p.Failure == nil {
		s.fail(ReasonTimeout, CallPush, "")
	}
	if byNotFound || s.p.duplicate() {
		s.to(Reversed)
		return
	}
	s.dead(Reversed, DeadReversed)
}

// giveUpPush stops waiting for the push's answer: whatever it would say changes nothing any more.
func (s *step) giveUpPush() {
	if r := s.a.call(CallPush); r.Open {
		s.a.close(CallPush, r.Tries, true)
	}
}

func (s *step) reversalAnswered(o Outcome) {
	done := o.Class == Approved || o.Class == WasReversed
	switch {
	case done && s.p.State == Review && s.p.duplicate():
		// It was done to the earlier sale of that number, perhaps: that is what a human must look at.
	case done && (s.p.State == Reversing || s.p.State == Review):
		s.reversed(false)
	case done && (s.p.State == Paid || s.p.State == Voiding):
		s.review(string(s.p.State) + " here, but the provider confirms a reversal with " + o.Code)
	case !done && s.p.State == Reversing:
		s.reversalRefused(o)
	}
}

func (s *step) reversalRefused(o Outcome) {
	if s.a.call(CallReversal).Open {
		return // an older try's answer; the newer one decides
	}
	switch o.Class {
	case NotFound:
		if s.a.call(CallReversal).Unclear || s.a.Late || s.reached(s.pushDead()) {
			s.inquire()
			return
		}
		s.notFound()
	case Duplicate:
		s.inquire()
	case Misconfigured:
		s.review("the provider refuses the reversal with " + o.Code)
	default:
		s.retry(CallReversal)
	}
}

// inquire asks where the push stands after a reversal that found nothing. Has it been asked just now, then the reversal
// comes again first: where the two answers do not agree, they would follow each other without a pause.
func (s *step) inquire() {
	check := s.a.call(CallCheck)
	if check.Tries > 0 && !check.Open && s.at.Before(check.At.Add(s.inquiryGap())) {
		s.retry(CallReversal)
		return
	}
	s.ask(CallCheck)
}

// inquiryGap is the least distance of two inquiries: that between the automatic check and the reversal.
func (s *step) inquiryGap() time.Duration { return s.t.ReverseAfter - s.t.InDoubtAfter }

// ask orders a status check, unless one is under way.
func (s *step) ask(c Call) {
	if !s.a.call(c).Open {
		s.short(c)
	}
}

func (s *step) voidAnswered(c Call, o Outcome) {
	if s.p.State != Voiding {
		if o.Class == Approved && (s.p.State == Paid || s.p.State == Review && !s.p.duplicate()) {
			s.p.Failure = nil
			s.to(Voided) // done after all, although we had stopped asking
		}
		return
	}
	switch o.Class {
	case Approved, WasReversed:
		s.p.Failure = nil
		s.to(Voided)
	case Refused:
		if c == CallVoid {
			s.notVoided(o.Cause, o.Code)
			return
		}
		s.retry(c)
	case Misconfigured:
		if c == CallVoid {
			s.notVoided(o.Cause, o.Code)
			return
		}
		s.review("the provider answers a check of the void with " + o.Code)
	case NotFound:
		voidDead := s.a.call(CallVoid).At.Add(s.t.SignatureLife)
		switch {
		case c == CallVoid:
			s.ask(CallCheckVoid)
		case s.reached(voidDead):
			s.notVoided(ReasonNotFound, o.Code)
		case s.t.asks(): // a long time: the void may show itself before
			s.retry(c)
			s.a.RetryAt = sooner(s.a.RetryAt, voidDead)
		default:
			s.a.RetryAt = voidDead // the void may still be on its way
		}
	default:
		s.unanswered(c)
	}
}

func (s *step) notVoided(why Reason, providerCode string) {
	s.fail(why, CallVoid, providerCode)
	s.to(Paid)
}

// unanswered is what follows when a call may have reached the provider and no verdict came back.
func (s *step) unanswered(c Call) {
	switch {
	case s.t.Presents():
		s.unansweredQR(c)
	case s.t.asks():
		s.unansweredAsked(c)
	case c == CallPush && s.p.State == Pushing:
		s.to(InDoubt)
	case c == CallReversal && s.p.State == Reversing:
		s.retry(CallReversal)
	case c == CallCheck && s.p.State == Reversing && s.a.NotFoundAt.IsZero():
		s.retry(CallReversal)
	case c == CallCheck && !s.a.NotFoundAt.IsZero() && (s.p.State == InDoubt || s.p.State == Reversing):
		s.notFoundUnconfirmed()
	case c == CallVoid && s.p.State == Voiding:
		s.ask(CallCheckVoid) // never a blind second void
	case c == CallCheckVoid && s.p.State == Voiding:
		s.retry(CallCheckVoid)
	}
}

// notFoundUnconfirmed is what follows when "not found" should be confirmed and no answer comes: the push may be there,
// so it is reversed; after the cut-off only asking is left.
func (s *step) notFoundUnconfirmed() {
	if s.reached(s.pushDead()) && !s.reached(s.cutOff()) {
		s.a.NotFoundAt = zero
		s.retry(CallReversal)
		return
	}
	s.retry(CallCheck)
	s.a.RetryAt = later(s.a.RetryAt, s.pushDead())
}

// notSent is what follows when the provider certainly has not seen a call. Of an older try it says nothing about the
// newer one.
func (s *step) notSent(e NotSent) {
	if !s.on(e.Attempt) || e.Try != s.a.call(e.Call).Tries {
		return
	}
	wasOpen := s.close(e.Call, e.Try, false)
	switch {
	case s.old():
	case e.Call == CallGenerate || e.Call == CallPost:
		s.a.NeverSent = true
		s.burn()
	case e.Call == CallPush:
		s.pushNotSent()
	case e.Call == CallVoid && s.p.State == Voiding:
		s.notVoided(ReasonNotSent, "")
	case wasOpen:
		s.unanswered(e.Call)
	}
}

func (s *step) pushNotSent() {
	switch s.p.State {
	case Pushing, InDoubt:
		s.a.NeverSent = true
		s.fail(ReasonNotSent, CallPush, "")
		s.dead(Expired, DeadNotSent)
	case Reversing, Review:
		s.a.NeverSent = true // the reversal under way will say that it is not known, and that is final now
	}
}
