package payment

import "time"

// This file says what the passing of time makes of a payment.

var zero time.Time // never written

// elapse does what has become due by now. It runs after every event, so that a late timer and a late answer lead to
// the same place.
func (s *step) elapse() {
	if s.p.State == Created {
		s.elapseCreated()
		return
	}
	switch {
	case s.t.Presents():
		s.elapseQR()
		return
	case s.t.asks():
		s.last()
		s.elapseAsked()
		return
	}
	s.last()
	if s.p.State == Pushing && s.reached(s.sessionEnd()) {
		s.to(InDoubt)
	}
	switch s.p.State {
	case InDoubt:
		s.elapseInDoubt()
	case Reversing:
		s.elapseReversing()
	case Voiding:
		s.elapseVoiding()
	}
}

func (s *step) elapseInDoubt() {
	s.lose(CallCheck)
	switch {
	case !s.reached(s.reversalDue()):
		if s.autoCheckDue() && s.reached(s.sessionEnd()) {
			s.short(CallCheck)
		}
	case !s.a.NotFoundAt.IsZero():
		s.confirmNotFound()
	default:
		// OVO, Push To Pay API: reversal automatically at 65 s when no 0210 came within 60 s.
		s.giveBack()
	}
}

// autoCheckDue tells whether the one automatic check is still to be made. A check by hand before the end of the session
// does not stand in for it.
func (s *step) autoCheckDue() bool {
	check := s.a.call(CallCheck)
	return s.t.AutoCheck && !s.a.Late && s.a.NotFoundAt.IsZero() && !check.Open && check.At.Before(s.sessionEnd())
}

// askUntil is until when a status is asked for that nobody gives: the cut-off, and long enough after the call can no
// longer be accepted. One check is always made after it, in case the process was down.
func (s *step) askUntil(callDead time.Time) time.Time {
	return later(s.cutOff(), callDead.Add(2*s.t.RetryGapMax))
}

// confirmNotFound asks once more when the push can no longer be accepted, and asks for a human when nobody has answered
// for long and nothing else is left.
func (s *step) confirmNotFound() {
	switch check := s.a.call(CallCheck); {
	case check.Open:
	case !check.At.Before(s.askUntil(s.pushDead())):
		s.review("the provider did not know the push, and does not answer whether that is still so")
	case s.reached(later(s.a.RetryAt, s.pushDead())):
		s.short(CallCheck)
	}
}

func (s *step) elapseReversing() {
	s.lose(CallReversal)
	s.lose(CallCheck)
	reversal := s.a.call(CallReversal)
	if reversal.Open || (s.a.call(CallCheck).Open && reversal.Tries > 0) {
		return
	}
	if s.a.RetryAt.IsZero() {
		s.retry(CallReversal)
	}
	switch {
	case !s.a.NotFoundAt.IsZero():
		s.confirmNotFound()
	case s.reached(s.cutOff()):
		s.review("no reversal was confirmed before the provider's cut-off")
	case s.reached(s.a.RetryAt):
		s.short(CallReversal)
	}
}

func (s *step) elapseVoiding() {
	s.lose(CallVoid)
	s.lose(CallCheckVoid)
	void, check := s.a.call(CallVoid), s.a.call(CallCheckVoid)
	switch {
	case void.Open, check.Open:
	case !check.At.Before(s.askUntil(void.At.Add(s.t.SignatureLife))):
		s.review("the provider does not say whether the void was done")
	case s.reached(s.a.RetryAt):
		s.short(CallCheckVoid)
	}
}

// lose ends a call that should have come back long ago: the process that made it is gone.
func (s *step) lose(c Call) {
	r := s.a.call(c)
	if !r.Open || !s.reached(r.Until) {
		return
	}
	s.changed = true
	s.close(c, r.Tries, true)
	s.unanswered(c)
}

// wake is when elapse will have something to do; zero for never.
func (s *step) wake() time.Time {
	if s.p.Unchosen() || s.p.Choosing() {
		return s.wakeChoice()
	}
	s.last()
	switch {
	case s.rerouting():
		return sooner(s.a.RetryAt, s.p.FailOverUntil)
	case s.t.Presents():
		return s.wakeQR()
	case s.t.asks():
		return s.wakeAsked()
	}
	switch s.p.State {
	case Pushing:
		return s.sessionEnd()
	case InDoubt:
		switch check := s.a.call(CallCheck); {
		case !s.a.NotFoundAt.IsZero() && check.Open:
			return check.Until
		case !s.a.NotFoundAt.IsZero():
			return later(s.a.RetryAt, s.pushDead())
		case s.autoCheckDue():
			return s.sessionEnd()
		}
		return s.reversalDue()
	case Reversing, Voiding:
		return s.wakeForCalls()
	}
	return zero
}

func (s *step) wakeForCalls() time.Time {
	awaited := [2]Call{CallReversal, CallCheck}
	if s.p.State == Voiding {
		awaited = [2]Call{CallVoid, CallCheckVoid}
	}
	var until time.Time
	for _, c := range awaited {
		if r := s.a.call(c); r.Open {
			until = later(until, r.Until)
		}
	}
	firstReversal := s.p.State == Reversing && s.a.call(CallReversal).Tries == 0
	switch {
	case !until.IsZero() && !firstReversal:
		return until
	case s.p.State == Reversing && !s.a.NotFoundAt.IsZero():
		return later(s.a.RetryAt, s.pushDead())
	case s.p.State == Reversing && s.cutOff().Before(s.a.RetryAt) && !s.reached(s.cutOff()):
		return s.cutOff()
	}
	return s.a.RetryAt
}
