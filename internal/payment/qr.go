package payment

import "time"

// This file holds the rules of a rail that presents a QR, which the customer scans. Unlike a push, asking for a QR charges
// nobody: without an answer its number is given up, and another QR is asked for under a new one.

// RefundNo is the number of an attempt's refund: the same in every try, so that it is made once.
func RefundNo(invoice string) string { return invoice + "-R" }

// ShownQR gives the text of the QR that the customer may be shown at a time, and until when; false when there is none.
func ShownQR(t Terms, p Payment, at time.Time) (content string, until time.Time, ok bool) {
	if p.State != Awaiting || p.CancelAsked || len(p.Attempts) == 0 {
		return "", zero, false
	}
	a := p.attempt()
	until = a.PushedAt.Add(t.QRLife)
	if a.QR == "" || !at.Before(until) {
		return "", zero, false
	}
	return a.QR, until, true
}

// present asks for the QR of the current attempt.
func (s *step) present() {
	until := s.at.Add(s.t.CallLimit)
	target := s.target(s.a.open(CallGenerate, s.at, until.Add(lostAfter)), until)
	s.do(ShowQR{Target: target, SendBy: s.at.Add(s.t.SendWithin)})
}

// answeredQR sorts the answers by the call.
func (s *step) answeredQR(c Call, o Outcome) {
	switch c {
	case CallGenerate:
		s.generateAnswered(o)
	case CallCheck:
		s.queryAnswered(o)
	case CallRefund:
		s.refundAnswered(o)
	}
}

func (s *step) generateAnswered(o Outcome) {
	if s.a.Burnt || !s.a.PresentedAt.IsZero() || s.a.NumberUsed {
		return // nobody waits for it any more
	}
	s.a.ResponseCode = o.Code
	s.keepReference(o)
	waiting := s.p.State == Presenting
	switch {
	case o.Class == Approved && o.QR != "":
		s.a.QR, s.a.PresentedAt = o.QR, s.came
		if waiting {
			s.a.RetryAt = s.at.Add(s.t.QueryEvery)
			s.to(Awaiting)
			break
		}
		s.a.Settled = true // it is not shown to anybody
	case o.Class == Duplicate:
		s.numberUsed(o)
	case o.Class == Refused, o.Class == Misconfigured:
		s.a.Settled = true
		if waiting {
			s.fail(o.Cause, CallGenerate, o.Code)
			s.end(Declined)
		}
	default:
		s.burn()
	}
}

// numberUsed stops the terminal: after a restored backup every number to come may have been used, and what the provider
// says of one may be about an earlier sale.
func (s *step) numberUsed(o Outcome) {
	s.a.NumberUsed, s.a.Settled = true, true
	s.fail(ReasonDuplicate, CallGenerate, o.Code)
	s.do(Hold{Terminal: s.a.Terminal.ID, Reason: "the provider has seen number " + s.a.Number.Digits() +
		" before: move the numbering ahead, then release the terminal"})
	switch {
	case s.p.State == Presenting:
		s.end(Declined)
	case !s.a.PaidAt.IsZero() && s.p.State != Review:
		s.review("the number of this QR was used before: look whether the money is that of the earlier sale")
	}
}

// end brings a payment that was not paid to its end: canceled, if that was asked for.
func (s *step) end(state State) {
	if s.p.CancelAsked {
		state = Canceled
	}
	s.to(state)
}

// burn gives an attempt up that brought no QR. Nothing was charged, since nobody has seen it.
func (s *step) burn() {
	if s.a.Burnt || !s.a.PresentedAt.IsZero() || s.a.Settled {
		return
	}
	s.a.Burnt, s.changed = true, true
	s.a.RetryAt = s.at
	if n := s.p.burntInRound(); n > 1 {
		s.a.RetryAt = s.at.Add(s.t.AttemptGap << min(n-2, 10))
	}
}

// roundStart is when the present series of attempts began.
func (p Payment) roundStart() time.Time {
	route := p.attempt().Route
	for i := range p.Attempts {
		if p.Attempts[i].Route == route {
			return later(p.Attempts[i].PushedAt, p.RenewedAt)
		}
	}
	return p.RenewedAt
}

func (p Payment) burntInRound() (n int) {
	for i := range p.Attempts {
		if p.Attempts[i].Burnt && !p.Attempts[i].PushedAt.Before(p.roundStart()) {
			n++
		}
	}
	return n
}

// over tells whether nothing more can come of an attempt.
func (a *Attempt) over() bool {
	return (a.Burnt || a.Settled) && !a.call(CallGenerate).Open && !a.call(CallPost).Open
}

// renumbered makes the next attempt, if it is still wanted.
func (s *step) renumbered(e Renumbered) error {
	if s.p.State == Created {
		return s.rerouted(e)
	}
	if !s.t.Presents() && !s.t.Bills() || s.p.State != Presenting || e.Attempt != len(s.p.Attempts) || !s.a.over() || s.p.CancelAsked || s.p.hasStray() || s.roundOver() {
		return &Refusal{Code: CodeNotPossible, State: s.p.State, Message: "this payment needs no new number any more"}
	}
	s.attempt(Attempt{Terminal: s.a.Terminal, Number: e.Number, Route: s.a.Route})
	s.begin()
	return nil
}

func (s *step) roundOver() bool {
	return s.p.burntInRound() >= s.t.AttemptsMax || s.reached(s.p.roundStart().Add(s.t.AttemptsWithin))
}

// notified takes what the provider says by itself. It is about the attempt with that number, whatever has become of it.
func (s *step) notified(e Notified) {
	s.came = later(e.Came, zero)
	if s.came.IsZero() {
		s.came = e.At
	}
	for i := range s.p.Attempts {
		a := &s.p.Attempts[i]
		if e.Invoice != a.Invoice && (e.Invoice != "" || a.Number != e.Number) {
			continue
		}
		s.on(i)
		switch {
		case s.old():
			s.known, s.a.Said = s.a.Said == e.Outcome.Class, e.Outcome.Class
			s.toldOfOld(CallCheck, e.Outcome)
		case s.t.Presents():
			s.said(e.Outcome)
		case s.t.asks():
			s.notifiedAsked(e.Outcome)
		}
		return
	}
}

// said takes the provider's word on the attempt at hand.
func (s *step) said(o Outcome) {
	s.keepReference(o)
	switch o.Class {
	case Approved:
		s.charged(o)
	case WasReversed:
		s.givenBack(o)
	case Refused:
		s.unpaid(o)
	}
}

func (s *step) keepReference(o Outcome) {
	if o.ProviderReference != "" {
		s.a.ProviderReference = o.ProviderReference
	}
	if o.ApprovalCode != "" {
		s.a.ApprovalCode = o.ApprovalCode
	}
}

// charged takes the word that the customer has paid: it counts whenever it comes. A second charge is for a human.
func (s *step) charged(o Outcome) {
	if !s.a.PaidAt.IsZero() {
		return // known
	}
	first := s.p.paidAttempt().PaidAt.IsZero()
	s.markPaid(o)
	switch {
	case s.a.NumberUsed:
		s.review("the number of this QR was used before, and the provider says that it is paid: look at the earlier sale")
	case o.Amount != 0 && o.Amount != s.p.Amount:
		s.review("the customer paid " + o.Amount.String() + " where " + s.p.Amount.String() + " was asked for")
	case !first:
		s.review("the customer was charged twice, by two QRs of this payment: give one of the charges back")
	default:
		s.p.Failure = nil
		s.to(Paid)
	}
}

func (s *step) markPaid(o Outcome) {
	s.a.Settled, s.a.PaidAt, s.changed = true, s.came, true
	if s.mayBePaidAt(o.PaidAt) {
		s.a.PaidAt = o.PaidAt
	}
}

// mayBePaidAt tells whether a time can be when the customer paid: not before they could, nor after we learnt of it, by more
// than clocks differ. Of any other, such as a sample's, or one in UTC that says +07:00, nothing may hang: not the day of a
// refund.
func (s *step) mayBePaidAt(t time.Time) bool {
	const skew = 5 * time.Minute
	return !t.IsZero() && !t.Before(s.a.PushedAt.Add(-skew)) && !t.After(s.came.Add(skew))
}

// givenBack takes the word that the money is with the customer again.
func (s *step) givenBack(o Outcome) {
	if s.a.PaidAt.IsZero() {
		first := s.p.paidAttempt().PaidAt.IsZero()
		s.markPaid(o)
		if !first {
			return // a second charge that was given back; the first one stands
		}
	}
	if s.a == s.p.paidAttempt() && !s.a.NumberUsed && !s.p.chargedTwice() {
		s.p.Failure = nil
		s.to(Refunded)
	}
}

// chargedTwice tells whether a payment is in review because the customer has paid two of its QRs. It stays there when one of
// the charges is given back, since the merchant has the other one.
func (p Payment) chargedTwice() bool {
	paid := 0
	for i := range p.Attempts {
		if !p.Attempts[i].PaidAt.IsZero() {
			paid++
		}
	}
	return p.State == Review && paid > 1
}

// unpaid takes the provider's last word that nobody has paid, or will.
func (s *step) unpaid(o Outcome) {
	switch {
	case !s.a.PaidAt.IsZero():
		if s.p.State == Paid || s.p.State == Refunding {
			s.review("paid here, but the provider answers a query with " + o.Code)
		}
		return
	case s.a.Burnt, s.a.PresentedAt.IsZero():
		return // nobody has seen this QR
	}
	s.a.Settled, s.changed = true, true
	current := s.i == len(s.p.Attempts)-1
	if current && (s.p.State == Awaiting || s.p.State == Review) && s.p.paidAttempt().PaidAt.IsZero() {
		s.fail(o.Cause, CallCheck, o.Code)
		s.end(Expired)
	}
}

// paidAttempt is the first attempt by which the customer has paid, or the current one where nobody has. A push before the QR
// is none of them.
func (p Payment) paidAttempt() *Attempt { return &p.Attempts[p.paidIndex()] }

func (p Payment) paidIndex() int {
	for i := range p.Attempts {
		if a := &p.Attempts[i]; a.Rail == p.Rail && !a.PaidAt.IsZero() {
			return i
		}
	}
	return len(p.Attempts) - 1
}

// onPaid turns to that attempt.
func (s *step) onPaid() { s.on(s.p.paidIndex()) }

func (s *step) queryAnswered(o Outcome) {
	s.said(o)
	switch {
	case s.p.State == Refunding && s.a.call(CallCheck).Open:
		// an older query's answer; the newer one decides
	case s.p.State == Refunding && o.Class == Approved && s.p.Failure != nil:
		// The refund was refused, and no earlier try has been done. One that brought no verdict may still be on its way.
		if dead := s.a.call(CallRefund).MayLandUntil; !s.reached(dead) || s.a.call(CallCheck).At.Before(dead) {
			s.a.RetryAt = s.t.mayQuery(s.p, dead)
			return
		}
		s.to(Paid)
	case s.p.State == Refunding:
		s.repeatRefund()
	case !s.a.Settled && !s.a.call(CallCheck).Open:
		s.a.RetryAt = s.nextQuery()
	}
}

func (s *step) refundAnswered(o Outcome) {
	switch {
	case o.Class == Approved, o.Class == WasReversed:
		switch s.p.State {
		case Paid, Refunding, Review:
			if s.p.chargedTwice() {
				return
			}
			s.p.Failure = nil
			s.to(Refunded)
		}
	case s.p.State != Refunding, s.a.call(CallRefund).Open:
		// of an older try: the newer one decides
	case o.Class == Duplicate:
		s.fail(ReasonDuplicate, CallRefund, o.Code)
		s.askAboutRefund()
	case o.Class == Refused, o.Class == Misconfigured, o.Class == NotFound:
		s.fail(o.Cause, CallRefund, o.Code)
		if s.a.call(CallRefund).Unclear {
			s.askAboutRefund() // an earlier try may have been done
			return
		}
		s.to(Paid)
	default:
		s.repeatRefund()
	}
}

// repeatRefund sets when the refund is tried, or asked about, again. What was refused is only asked about, at a distance as
// long as the time since it was tried: the distances double.
func (s *step) repeatRefund() {
	s.retry(CallRefund)
	if asked := s.a.call(CallCheck); s.p.Failure != nil && asked.Tries > 0 {
		gap := min(max(asked.At.Sub(s.a.call(CallRefund).At), s.t.QueryEvery), s.t.QueryGapMax)
		s.a.RetryAt = later(s.at, asked.At.Add(gap))
	}
	if s.queryNext() {
		s.a.RetryAt = s.t.mayQuery(s.p, s.a.RetryAt)
	}
}

// askAboutRefund asks soon whether the refund was done.
func (s *step) askAboutRefund() {
	s.a.RetryAt = s.t.mayQuery(s.p, s.at)
}

// mayQuery is the first instant from then on at which the provider may be asked about this payment again, by whichever of
// its QRs. It counts from when the last query had left, which may be later than it was ordered.
func (t Terms) mayQuery(p Payment, then time.Time) time.Time {
	for i := range p.Attempts {
		if r := p.Attempts[i].call(CallCheck); r.Tries > 0 {
			then = later(later(then, r.NextFrom), r.At.Add(t.QueryEvery))
		}
	}
	return then
}

// queryNext tells whether the refund was tried last, so that a query is next: the two take turns. Once the refund was
// refused it is only asked about.
func (s *step) queryNext() bool {
	return s.p.Failure != nil || !s.a.call(CallRefund).At.Before(s.a.call(CallCheck).At)
}

func (s *step) unansweredQR(c Call) {
	switch {
	case c == CallGenerate:
		s.burn()
	case s.p.State == Refunding:
		s.repeatRefund()
	case c == CallCheck && !s.a.Settled:
		s.a.RetryAt = s.nextQuery()
	}
}

// nextQuery is when the provider is asked next: every 5 s while the QR lives, then at a distance as long as the time since
// its life ended, so that the distances double.
// Source: OVO, Dynamic QRIS FAQ: below 75 seconds every 5 seconds, then periodically until the final status.
func (s *step) nextQuery() time.Time {
	asked := s.a.call(CallCheck).At
	gap := min(max(asked.Sub(s.askedFrom()), s.t.QueryEvery), s.t.QueryGapMax)
	return s.t.mayQuery(s.p, later(s.at, asked.Add(gap)))
}

func (s *step) qrEnd() time.Time      { return s.a.PushedAt.Add(s.t.QRLife) }
func (s *step) queryLimit() time.Time { return s.a.PushedAt.Add(s.t.QueryUntil) }

// elapseQR does what has become due by now.
func (s *step) elapseQR() {
	if s.p.State == Presenting {
		s.elapsePresenting()
	}
	switch s.p.State {
	case Awaiting, Paid, Refunded:
		s.poll()
	case Refunding:
		s.elapseRefunding()
	}
}

func (s *step) elapsePresenting() {
	s.last()
	s.lose(CallGenerate)
	s.lose(CallPost)
	switch {
	case !s.a.over():
	case s.p.CancelAsked:
		s.to(Canceled)
	case s.p.hasStray():
		s.to(Expired) // and on to a human
	case s.roundOver(), s.t.Bills() && s.mayFailOver():
		call, why := CallGenerate, ReasonNoQR
		if s.t.Bills() {
			call, why = CallPost, ReasonNoBill
		}
		if s.a.NeverSent {
			why = ReasonNotSent
		}
		s.fail(why, call, s.a.ResponseCode)
		s.dead(Expired, DeadNotSent)
	case s.reached(s.a.RetryAt):
		s.do(Renumber{Attempt: len(s.p.Attempts), Route: s.a.Route})
		s.a.RetryAt = s.at.Add(lostAfter) // should the process die before it is done
	}
}

// polled tells whether the provider still owes a last word on the current QR. A payment paid by an earlier one waits for
// it too: it could be a second charge.
func (s *step) polled() bool {
	s.last()
	waits := s.p.State == Awaiting || s.p.State == Paid || s.p.State == Refunded
	return waits && !s.a.Settled && !s.a.PresentedAt.IsZero()
}

func (s *step) poll() {
	if !s.polled() {
		return
	}
	s.lose(CallCheck)
	switch check := s.a.call(CallCheck); {
	case check.Open:
	case !check.At.Before(s.queryLimit()):
		s.review("the provider has not said whether the QR was paid")
	case s.reached(s.t.mayQuery(s.p, s.a.RetryAt)):
		s.short(CallCheck)
	}
}

func (s *step) elapseRefunding() {
	s.onPaid()
	s.lose(CallRefund)
	s.lose(CallCheck)
	refund, check := s.a.call(CallRefund), s.a.call(CallCheck)
	end := s.t.RefundEnd(s.a.PaidAt)
	switch {
	case s.p.State != Refunding, refund.Open, check.Open:
	case s.reached(end) && !check.At.Before(end):
		s.review("the provider did not confirm the refund on the day of the payment")
	case s.reached(end):
		if s.reached(s.t.mayQuery(s.p, end)) {
			s.short(CallCheck)
		}
	case !s.reached(s.a.RetryAt):
	case s.queryNext():
		s.short(CallCheck)
	default:
		s.short(CallRefund)
	}
}

// wakeQR is when elapseQR will have something to do; zero for never.
func (s *step) wakeQR() time.Time {
	switch {
	case s.p.State == Presenting:
		return s.wakePresenting()
	case s.p.State == Refunding:
		return s.wakeRefunding()
	case s.polled():
		if r := s.a.call(CallCheck); r.Open {
			return r.Until
		}
		return s.t.mayQuery(s.p, s.a.RetryAt)
	}
	return zero
}

func (s *step) wakePresenting() time.Time {
	s.last()
	for _, c := range [...]Call{CallGenerate, CallPost} {
		if r := s.a.call(c); r.Open {
			return r.Until
		}
	}
	return sooner(s.a.RetryAt, s.p.roundStart().Add(s.t.AttemptsWithin))
}

func (s *step) wakeRefunding() time.Time {
	s.onPaid()
	refund, check := s.a.call(CallRefund), s.a.call(CallCheck)
	end := s.t.RefundEnd(s.a.PaidAt)
	switch {
	case refund.Open, check.Open:
		until := zero
		for _, r := range [2]CallRecord{refund, check} {
			if r.Open {
				until = later(until, r.Until)
			}
		}
		return until
	case s.reached(end):
		return s.t.mayQuery(s.p, end)
	}
	return sooner(s.a.RetryAt, end)
}

func sooner(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func (s *step) askedQR(e Asked) {
	switch e.What {
	case AskCheck:
		s.onPaid()
		s.short(CallCheck)
	case AskCancel:
		s.p.CancelAsked = true
	case AskRefund:
		s.onPaid()
		s.p.Failure = nil
		s.to(Refunding)
		s.short(CallRefund)
	case AskRenew:
		s.last()
		s.p.RenewedAt, s.p.Failure, s.a.RetryAt = s.at, nil, s.at
		s.to(Presenting)
	}
}

// mayAskQR gives a *Refusal when an ask cannot be granted now.
func (t Terms) mayAskQR(p Payment, e Asked) error {
	refuse := func(code, message string, until time.Time) error {
		return &Refusal{Code: code, Message: message, State: p.State, Until: until}
	}
	a := p.paidAttempt()
	for _, r := range p.OpenCalls() {
		if r.Call != CallGenerate && e.At.Before(r.Until) && e.What != AskCancel && e.What != AskResolve {
			return refuse(CodeCheckInProgress, "a "+string(r.Call)+" of this payment is under way; one at a time", r.Until)
		}
	}
	switch e.What {
	case AskCheck:
		next := t.mayQuery(p, e.At)
		switch {
		case p.State == Presenting:
			return refuse(CodeInProgress, "the QR is being made; wait for it", p.WakeAt)
		case a.NeverSent, a.NumberUsed:
			return refuse(CodeNothingSent, "the provider knows no QR of this payment, there is nothing to ask about", zero)
		case e.At.Before(next):
			return refuse(CodeCheckInProgress, "the provider may be asked about a payment only every 5 seconds", next)
		}
	case AskCancel:
		switch {
		case p.CancelAsked:
			return refuse(CodeNotPossible, "this payment is being canceled already", zero)
		case p.State != Presenting && p.State != Awaiting:
			return refuse(CodeNotPossible, "this payment can no longer be canceled; it is "+string(p.State), zero)
		}
	case AskRefund:
		switch {
		case !t.CanRefund || p.State != Paid:
			return refuse(CodeNotPossible, "only a paid payment can be refunded; this one is "+string(p.State), zero)
		case a.PaidAt.IsZero() || !e.At.Before(t.RefundEnd(a.PaidAt)):
			return refuse(CodeCutOff, "a refund is possible only on the day of the payment", zero)
		}
	case AskRenew:
		switch {
		case p.State == Presenting || p.State == Awaiting:
			return refuse(CodeInProgress, "the last QR could still be paid; a new one is made after its end", p.WakeAt)
		case p.State != Expired || !a.over():
			return refuse(CodeNotPossible, "only an expired payment gets a new QR; this one is "+string(p.State), zero)
		}
	case AskResolve:
		return mayResolve(p, e)
	case AskVoid:
		return refuse(CodeNotPossible, "only a push is voided; a QR is given back by a refund", zero)
	default:
		return refuse(CodeNotPossible, "this is not possible for a QR", zero)
	}
	return nil
}

// nextOfQR tells what a payment is waiting for.
func (t Terms) nextOfQR(p Payment) Next {
	end := p.attempt().PushedAt.Add(t.QRLife)
	switch {
	case p.State == Presenting:
		return Next{What: "present", Who: "gateway", At: p.WakeAt}
	case p.State == Awaiting && !p.CancelAsked && p.UpdatedAt.Before(end):
		return Next{What: "scan", Who: "customer", At: end}
	case p.State == Awaiting:
		return Next{What: "check", Who: "gateway", At: p.WakeAt}
	case p.State == Refunding:
		return Next{What: "confirm_refund", Who: "gateway", At: t.RefundEnd(p.paidAttempt().PaidAt)}
	}
	return Next{}
}
