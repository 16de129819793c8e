package payment

// This file holds the rules by which a payment goes on to its next route. That is done only after an attempt is known to
// have charged nobody, and never to charge: nothing was sent, the provider refused it before the customer was asked, or its
// reversal was confirmed. A customer who said no has said no.

// dead ends an attempt of which it is known that it charged nobody: on to the next route, back to the customer, or to the
// given state.
func (s *step) dead(state State, how Death) {
	s.a.Dead = how
	if !s.mayFailOver() {
		s.leave(state)
		return
	}
	s.p.Otherwise = state
	s.to(Created)
	s.reroute()
}

// leave brings a payment to a state after its last dead attempt, unless the customer may choose again.
func (s *step) leave(state State) {
	if s.mayChooseAgain() {
		state = Created
	}
	s.p.Otherwise, s.changed = "", true
	s.to(state)
}

// reroute asks for the next route, and once more should the process die before it is taken.
func (s *step) reroute() {
	s.do(Renumber{Attempt: len(s.p.Attempts), Route: s.a.Route + 1})
	s.a.RetryAt = s.at.Add(lostAfter)
}

func (s *step) mayFailOver() bool {
	return s.i == len(s.p.Attempts)-1 && s.a.Route+1 < len(s.p.Routes) && s.at.Before(s.p.FailOverUntil) &&
		s.p.State != Review && !s.a.Late && !s.p.CancelAsked && !s.p.hasStray()
}

// rerouting tells whether the next route is being taken.
func (s *step) rerouting() bool { return s.p.State == Created && s.p.Otherwise != "" }

// noRoute ends a payment for which no other route can be taken.
func (s *step) noRoute() {
	if s.rerouting() {
		s.leave(s.p.Otherwise)
	}
}

func (s *step) elapseCreated() {
	s.last()
	switch {
	case s.p.Choosing():
		s.elapseChoice()
	case !s.rerouting():
	case s.reached(s.p.FailOverUntil):
		s.noRoute()
	case s.reached(s.a.RetryAt):
		s.reroute()
	}
}

// rerouted makes the first attempt on another route, whose terms are s.t.
func (s *step) rerouted(e Renumbered) error {
	if !s.rerouting() || e.Attempt != len(s.p.Attempts) || e.Route <= s.a.Route || e.Route >= len(s.p.Routes) ||
		s.reached(s.p.FailOverUntil) {
		return &Refusal{Code: CodeNotPossible, State: s.p.State, Message: "this payment needs no other route any more"}
	}
	route := s.p.Routes[e.Route]
	if s.t.Rail != route.Rail {
		panic("payment: terms of " + string(s.t.Rail) + " for the route " + string(route.Rail))
	}
	if err := s.t.admitRoute(s.p, e.At); err != nil {
		return err
	}
	s.p.Rail, s.p.Account, s.p.TermsRevision = route.Rail, route.Account, route.TermsRevision
	s.p.Otherwise, s.p.Failure = "", nil
	s.p.Warning = ""
	if s.t.pastGuard(e.At) {
		s.p.Warning = CodeCutOff
	}
	s.attempt(Attempt{Terminal: route.Terminal, Number: e.Number, Route: e.Route})
	s.begin()
	return nil
}

// attempt adds an attempt, now the current one.
func (s *step) attempt(a Attempt) {
	n := len(s.p.Attempts) + 1
	a.Rail, a.Invoice, a.PushedAt = s.t.Rail, Invoice(s.p.ID, n)+s.t.InvoiceEnd, s.at
	a.Calls = make([]CallRecord, 0, 2)
	s.p.Attempts = append(s.p.Attempts, a)
	s.last()
}

// A stray is an attempt of which something comes up after it was given up: that it has charged the customer after all. The
// current attempt, which may be with the customer just now, is brought to its end by its own rules; then a human decides.

const (
	strayCharge = "an attempt that had been given up has charged the customer"
	strayNumber = "the number of an attempt that had been given up was used before, and it was reversed: look at the earlier sale"
)

func (p Payment) hasStray() bool {
	for i := range p.Attempts {
		if p.Attempts[i].Stray != "" {
			return true
		}
	}
	return false
}

// toldOfOld takes what comes about an attempt that is not the current one.
func (s *step) toldOfOld(c Call, o Outcome) {
	asked := s.a.call(CallPost).Tries > 0 // of a bill: the answer to a push never says that it is paid
	switch {
	case o.Class == WasReversed && s.a.Stray == strayCharge:
		s.a.Stray = "" // it is given back
	case c == CallPush && o.Class == Duplicate && s.a.Dead == DeadReversed:
		s.a.ResponseCode, s.a.Stray = o.Code, strayNumber
		s.holdTerminal()
	case o.Class != Approved || c != CallPush && c != CallCheck:
	case c == CallPush && (s.a.Dead == DeadReversed || asked):
		s.keepFacts(o) // an approval that its own confirmed reversal overtook
	default:
		s.keepFacts(o)
		if s.a.PaidAt.IsZero() {
			s.markPaid(o)
			s.a.Stray = strayCharge
		}
	}
}

// settleStrays asks for a human where a payment has come to its end, or to no attempt under way, and something is known of a
// given-up attempt of it.
func (s *step) settleStrays() {
	if !s.p.State.Final() && s.p.State != Created {
		return
	}
	for i := range s.p.Attempts {
		switch why := s.p.Attempts[i].Stray; {
		case why == "":
		case why == strayCharge && s.p.State == Paid:
			s.review("the customer was charged twice, by two attempts of this payment: give one of the charges back")
			return
		case why == strayCharge:
			s.review(why + ": take it as paid, or give it back")
			return
		default:
			s.review(why)
			return
		}
	}
}
