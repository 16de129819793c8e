package payment

import (
	"fmt"
	"time"
)

// lostAfter is how long after a call's time limit it is taken for lost when not even its end is reported: its
// process is gone. Ours.
const lostAfter = 5 * time.Second

// Decide says what an event makes of a payment and what must be done now. The commands are to be written down in the
// same transaction as the payment and performed only then. The error is a *Refusal and is given only for asks
// (Requested, Chosen, Asked, Renumbered); facts always lead to a state, if only with a note in the journal.
//
// A payment that comes back with the version it had has not changed and need not be stored.
func Decide(t Terms, p Payment, e Event) (Payment, []Command, error) {
	if r, ok := e.(Requested); ok {
		return request(t, p, r)
	}
	if p.Version == 0 {
		panic("payment: " + e.kind() + " before requested")
	}
	if p.Unchosen() {
		return decideUnchosen(t, p, e)
	}
	s := step{t: t, p: p.clone(), at: e.When(), commands: make([]Command, 0, commandsMost)}
	s.last()
	switch e := e.(type) {
	case Renumbered:
		if err := s.renumbered(e); err != nil {
			return p, nil, err
		}
	case Chosen:
		if err := s.chosen(e); err != nil {
			return p, nil, err
		}
	case Asked:
		if err := s.asked(e); err != nil {
			return p, nil, err
		}
	case Answered:
		s.answered(e)
	case Notified:
		s.notified(e)
	case NoAnswer:
		s.interrupted = e.Why == Interrupted
		if s.on(e.Attempt) && s.close(e.Call, e.Try, true) && !s.old() {
			s.unanswered(e.Call)
		}
	case NotSent:
		s.notSent(e)
	case NoRoute:
		s.noRoute()
	case Woke:
	case Faulted:
		s.review(e.Why)
	default:
		panic(fmt.Sprintf("payment: unknown event %T", e))
	}
	s.elapse()
	s.settleStrays()
	_, woke := e.(Woke)
	if (woke || s.known) && !s.changed && s.wake().Equal(p.WakeAt) {
		return p, nil, nil
	}
	return s.finish(p)
}

// request makes a payment of an ask for one. The push carries no number until the store has given one.
func request(t Terms, p Payment, e Requested) (Payment, []Command, error) {
	if e.Choice != nil {
		return offer(p, e)
	}
	if err := t.admit(p, e); err != nil {
		return p, nil, err
	}
	p = Payment{
		ID: e.ID, MerchantID: e.MerchantID, Mode: e.Mode, Outlet: e.Outlet, Account: e.Account, TermsRevision: e.TermsRevision,
		Reference: e.Reference, Amount: e.Amount, Method: e.Method, Rail: t.Rail, Phone: e.Phone,
		Description: e.Description, Metadata: e.Metadata, ReturnURL: e.ReturnURL, CreatedAt: e.At,
		Customer: e.Customer, Items: e.Items, ExpiresAt: e.ExpiresAt,
	}
	if len(e.Routes) > 1 {
		p.Routes, p.FailOverUntil = e.Routes, e.At.Add(e.FailOverWithin)
	}
	if t.pastGuard(e.At) {
		p.Warning = CodeCutOff
	}
	s := step{t: t, p: p, at: e.At, commands: make([]Command, 0, commandsMost)}
	s.attempt(Attempt{Terminal: e.Terminal, Number: e.Number})
	s.begin()
	return s.finish(p)
}

// begin starts the current attempt.
func (s *step) begin() {
	switch {
	case s.t.Presents():
		s.to(Presenting)
		s.present()
	case s.t.Bills():
		s.to(Presenting)
		s.post()
	default:
		s.push()
	}
}

// push asks the customer to pay.
func (s *step) push() {
	s.to(Pushing)
	until := s.at.Add(s.t.CallLimit)
	target := s.target(s.a.open(CallPush, s.at, until.Add(lostAfter)), until)
	s.do(Push{Target: target, SendBy: s.at.Add(s.t.SendWithin)})
}

func (t Terms) admit(p Payment, e Requested) error {
	switch {
	case p.Version != 0:
		return &Refusal{Code: CodeExists, State: p.State, Message: "this payment exists already"}
	case e.Phone.IsZero() && t.NeedsPhone():
		return phoneMissing()
	}
	return t.admitRoute(Payment{Amount: e.Amount, ExpiresAt: e.ExpiresAt}, e.At)
}

// admitRoute gives a *Refusal for a payment that cannot be begun on these terms now.
func (t Terms) admitRoute(p Payment, at time.Time) error {
	if err := t.AdmitAmount(p.Amount); err != nil {
		return err
	}
	switch {
	case t.CutOffGuard == RefuseAtCutOff && t.pastGuard(at):
		return &Refusal{
			Code: CodeCutOff, Until: DayOf(at).Start().AddDate(0, 0, 1),
			Message: "a push made now could no longer be reversed before the provider's cut-off at 23:59 WIB; try again after midnight",
		}
	}
	return t.admitBill(p.ExpiresAt, at)
}

// pastGuard tells whether a push at t0 would have too little time for reversals before the cut-off.
func (t Terms) pastGuard(t0 time.Time) bool {
	return t.CutOffGuard != "" && t0.Add(t.ReverseAfter+t.CutOffRoom).After(t.CutOffOf(t0))
}

// commandsMost is how many commands a decision seldom exceeds: a call or two, an announcement, an alarm.
const commandsMost = 4

// step is one decision in the making.
type step struct {
	t        Terms
	p        Payment
	a        *Attempt // the one in p that this is about, mostly the current one
	i        int      // its index
	at       time.Time
	came     time.Time // when the answer came that is being decided on
	commands []Command
	changed  bool
	known    bool   // the event says what is known already
	tell     string // how a change of state is announced, where not by the state
	// interrupted is set where the process that made a call seems to be dead.
	interrupted bool
}

// last turns to the current attempt. on turns to any; false when there is no such.
func (s *step) last() { s.a, s.i = s.p.attempt(), len(s.p.Attempts)-1 }

// old tells whether this is about an attempt that has been given up for another one, made or to be made; of QRs several may
// count, but not the push before them.
func (s *step) old() bool {
	if s.t.Presents() && s.a.Rail == s.p.Rail {
		return false
	}
	return s.i < len(s.p.Attempts)-1 || s.rerouting() || s.p.Choosing()
}

func (s *step) on(i int) bool {
	if i < 0 || i >= len(s.p.Attempts) {
		return false
	}
	s.a, s.i = &s.p.Attempts[i], i
	return true
}

func (s *step) do(c Command) {
	s.commands = append(s.commands, c)
	s.changed = true
}

// to moves the payment to a state.
func (s *step) to(state State) {
	s.changed = s.changed || s.p.State != state
	s.p.State = state
}

func (s *step) fail(code Reason, call Call, providerCode string) {
	s.p.Failure = &Failure{Code: string(code), Operation: call, ProviderCode: providerCode}
}

func (s *step) review(why string) {
	s.giveUpPush()
	s.p.Review = why
	s.to(Review)
}

// finish counts the version, announces a change of state and sets the alarm.
func (s *step) finish(before Payment) (Payment, []Command, error) {
	s.p.Version = before.Version + 1
	s.p.UpdatedAt = s.at
	s.p.WakeAt = s.wake()
	if s.p.State != Review {
		s.p.Review = ""
	}
	if s.p.State != Created {
		s.p.Otherwise = ""
	}
	if s.p.State != before.State {
		if s.tell == "" {
			s.tell = announcements[s.p.State]
		}
		s.commands = append(s.commands, Tell{Type: s.tell})
	}
	if !s.p.WakeAt.Equal(before.WakeAt) {
		s.commands = append(s.commands, WakeAt{At: s.p.WakeAt})
	}
	return s.p, s.commands, nil
}

// ToldReversedAfterPaid announces that a provider took back by itself what had been paid: goods may be gone.
const ToldReversedAfterPaid = "payment.reversed_after_paid"

// announcements are the types of what is told of each state: payment.paid, …
var announcements = func() map[State]string { // never written
	types := map[State]string{}
	for _, s := range States() {
		types[s] = "payment." + string(s)
	}
	return types
}()

func (s *step) target(try int, until time.Time) Target {
	return Target{
		Attempt: s.i, Terminal: s.a.Terminal, Number: s.a.Number, Invoice: s.a.Invoice,
		Amount: s.p.Amount, Phone: s.p.Phone, PushedAt: s.a.PushedAt, Try: try, Until: until,
		ProviderReference: s.a.ProviderReference, ApprovalCode: s.a.ApprovalCode, TraceNumber: s.a.TraceNumber,
		ProviderNumber: s.a.ProviderNumber,
	}
}

// short orders one of the short calls.
func (s *step) short(c Call) {
	until := s.at.Add(s.t.ShortCallLimit)
	target := s.target(s.a.open(c, s.at, until.Add(lostAfter)), until)
	s.a.RetryAt = time.Time{}
	switch c {
	case CallReversal:
		s.do(Reverse{target})
	case CallVoid:
		s.do(Void{target})
	case CallRefund:
		s.do(Refund{Target: target, RefundNo: RefundNo(s.a.Invoice)})
	case CallCancel:
		s.do(CancelBill{target})
	case CallCheck:
		of := CallPush
		switch {
		case s.t.Presents():
			of = CallGenerate
		case s.t.Bills():
			of = CallPost
		}
		s.do(Inquire{Target: target, Of: of})
	case CallCheckVoid:
		s.do(Inquire{Target: target, Of: CallVoid})
	}
}

// close ends a try of a call of the attempt at hand, as Attempt.close does. A query about a QR leaves no later than
// SendWithin after it was ordered; one whose process seems to be dead may be under way until it would be taken for lost.
func (s *step) close(c Call, try int, unclear bool) (wasOpen bool) {
	wasOpen = s.a.close(c, try, unclear)
	if wasOpen && c == CallCheck && s.t.Presents() {
		r := s.a.call(c)
		r.NextFrom = sooner(s.at, r.At.Add(s.t.SendWithin)).Add(s.t.QueryEvery)
		if s.interrupted {
			r.NextFrom = later(r.NextFrom, r.Until)
		}
		s.a.setCall(r)
	}
	if unclear && c == CallRefund && s.t.Presents() {
		r := s.a.call(c)
		r.MayLandUntil = r.At.Add(s.t.SignatureLife)
		s.a.setCall(r)
	}
	return wasOpen
}

func (s *step) cutOff() time.Time { return s.t.CutOffOf(s.a.PushedAt) }

// sessionEnd is when the provider's session with the customer is over, and reversalDue when a push without an answer
// is reversed.
func (s *step) sessionEnd() time.Time  { return s.a.PushedAt.Add(s.t.InDoubtAfter) }
func (s *step) reversalDue() time.Time { return s.a.PushedAt.Add(s.t.ReverseAfter) }

// pushDead is when the push can no longer be accepted by the provider, however late it arrives.
func (s *step) pushDead() time.Time { return s.a.PushedAt.Add(s.t.SignatureLife) }

func (s *step) reached(t time.Time) bool { return !s.at.Before(t) }

// retry sets the next try of what is being repeated: gaps count from the last try's start and double. No reversal is
// sent before its hour.
func (s *step) retry(c Call) {
	r := s.a.call(c)
	gap := s.t.RetryGap
	for i := 1; i < r.Tries && gap < s.t.RetryGapMax; i++ {
		gap *= 2
	}
	s.a.RetryAt = later(s.at, r.At.Add(min(gap, s.t.RetryGapMax)))
	if c == CallReversal {
		s.a.RetryAt = later(s.a.RetryAt, s.reversalDue())
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
