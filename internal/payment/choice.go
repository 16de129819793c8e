package payment

import (
	"slices"
	"time"
)

// This file holds the rules of a payment whose way the customer chooses on its page. Until then nothing is sent, no number
// is taken, and no terms of a rail hold: it is decided on the terms of the route that is chosen, when it is chosen. Such a
// payment has no attempt.
//
// A customer whose phone turns out not to be registered may choose again: the provider has said so before it asked anybody, so
// that attempt is dead, and another number, or another way, mends it. Whatever else a provider refuses, another number does not.

// Choice is what a customer may choose, and how far that has come.
type Choice struct {
	Methods []Method `json:"methods"` // that are offered, in the merchant's order; at least one
	// Until is when it ends by itself, with nothing sent and nobody asked.
	Until time.Time `json:"until"`
	// What the merchant named of the way, as far as it did.
	Rail     Rail   `json:"rail,omitempty"`
	Account  string `json:"account,omitempty"`
	Terminal string `json:"terminal,omitempty"`
	// Phones counts the phone numbers about which the provider was asked.
	Phones int `json:"phones,omitempty"`
	// Tries is how many more times the customer may choose. The first time needs none: payments of before have 0.
	Tries int `json:"tries,omitempty"`
	// First is the index of the first attempt that was made for the present choice.
	First int `json:"first,omitempty"`
}

// ChoiceTries is how often a customer may choose in all: enough for slips of the finger. Ours.
const ChoiceTries = 3

// How long a customer may have to choose: unless the merchant says otherwise, at least, and at most. Ours.
const (
	ChoiceLife    = time.Hour
	ChoiceLifeMin = time.Minute
	ChoiceLifeMax = 30 * 24 * time.Hour
)

// PhonesMax is about how many phone numbers a payment's page asks the provider: enough for slips of the finger, too few to
// look through people's numbers. Ours.
const PhonesMax = 5

// Unchosen tells whether the customer has not chosen, or never did: nothing was sent by this payment.
func (p Payment) Unchosen() bool { return len(p.Attempts) == 0 }

// Choosing tells whether the customer can choose now: for the first time, or again.
func (p Payment) Choosing() bool { return p.State == Created && p.Choice != nil && p.Otherwise == "" }

// Offers tells whether the customer may choose a method now.
func (p Payment) Offers(m Method) bool { return p.Choosing() && slices.Contains(p.Choice.Methods, m) }

// Begun is when the customer could pay at the earliest, in the way that was chosen last.
func (p Payment) Begun() time.Time {
	if p.Choice != nil && !p.Unchosen() {
		return p.Attempts[p.Choice.First].PushedAt
	}
	return p.CreatedAt
}

// mayChooseAgain tells whether the customer may choose again after the attempt at hand. No terms say so: the tries are frozen
// into the payment when it is asked for.
func (s *step) mayChooseAgain() bool {
	p := &s.p
	return p.Choice != nil && p.Choice.Tries > 0 && !s.reached(p.Choice.Until) && s.i == len(p.Attempts)-1 &&
		s.a.Dead == DeadNotAsked && p.Failure != nil && p.Failure.Code == string(ReasonPhoneUnknown) &&
		p.State != Review && !s.a.Late && !p.CancelAsked && !p.hasStray()
}

// offer makes a payment that waits for its customer's choice.
func offer(p Payment, e Requested) (Payment, []Command, error) {
	switch life := e.Choice.Until.Sub(e.At); {
	case p.Version != 0:
		return p, nil, &Refusal{Code: CodeExists, State: p.State, Message: "this payment exists already"}
	case e.Amount < 1:
		return p, nil, &Refusal{Code: CodeAmountTooSmall, Field: "amount", Message: "the smallest amount is " + Rupiah(1).String()}
	case len(e.Choice.Methods) == 0 || !e.Phone.IsZero():
		panic("payment: a choice without methods, or with a phone")
	case life < ChoiceLifeMin || life > ChoiceLifeMax:
		return p, nil, &Refusal{
			Code: CodeExpiryInvalid, Field: "expires_at",
			Message: "a customer has at least " + ChoiceLifeMin.String() + " and at most " + ChoiceLifeMax.String() + " to choose",
		}
	}
	next := Payment{
		ID: e.ID, MerchantID: e.MerchantID, Mode: e.Mode, Outlet: e.Outlet, Reference: e.Reference, Amount: e.Amount,
		Description: e.Description, Metadata: e.Metadata, ReturnURL: e.ReturnURL, CreatedAt: e.At,
		Customer: e.Customer, Items: e.Items, Choice: e.Choice,
	}
	if len(e.Choice.Methods) == 1 {
		next.Method = e.Choice.Methods[0]
	}
	s := step{p: next, at: e.At}
	s.to(Created)
	return s.finish(p)
}

// decideUnchosen is Decide for a payment without an attempt. t are the terms of the route that a Chosen takes, and empty
// for every other event.
func decideUnchosen(t Terms, p Payment, e Event) (Payment, []Command, error) {
	s := step{t: t, p: p.clone(), at: e.When(), commands: make([]Command, 0, commandsMost)}
	switch e := e.(type) {
	case Chosen:
		if err := s.chosen(e); err != nil {
			return p, nil, err
		}
	case Asked:
		if err := s.asked(e); err != nil {
			return p, nil, err
		}
	case Renumbered:
		return p, nil, &Refusal{Code: CodeNotPossible, State: p.State, Message: "this payment has no attempt to follow on"}
	case Faulted:
		s.p.Review = e.Why
		s.to(Review)
	}
	s.elapseChoice()
	if _, woke := e.(Woke); woke && !s.changed {
		return p, nil, nil
	}
	return s.finish(p)
}

// elapseChoice ends a payment for which nobody has chosen, or chosen again, in time.
func (s *step) elapseChoice() {
	if s.p.Choosing() && s.reached(s.p.Choice.Until) {
		s.fail(ReasonNotChosen, "", "")
		s.to(Expired)
	}
}

// chosen begins the payment on the route that was chosen. What is pressed twice is granted once: from then on there is an
// attempt under way, and the second is refused.
func (s *step) chosen(e Chosen) error {
	switch {
	case !s.p.Unchosen() && !s.p.Choosing():
		return &Refusal{Code: CodeNotPossible, State: s.p.State, Message: "how this payment is made has been chosen already"}
	case !s.p.Offers(e.Method) || s.reached(s.p.Choice.Until):
		return &Refusal{Code: CodeNotPossible, State: s.p.State, Message: "this can no longer be chosen for this payment"}
	case s.t.Rail != e.Route.Rail || s.t.Presents() != (e.Method == QRIS):
		panic("payment: terms of " + string(s.t.Rail) + " for " + string(e.Method) + " by the route " + string(e.Route.Rail))
	case e.Phone.IsZero() && s.t.NeedsPhone():
		return phoneMissing()
	}
	if err := s.t.admitRoute(Payment{Amount: s.p.Amount}, e.At); err != nil {
		return err
	}
	route := s.addRoutes(e)
	choice := *s.p.Choice
	choice.Tries, choice.First = max(choice.Tries-1, 0), len(s.p.Attempts)
	s.p.Choice = &choice
	s.p.Method, s.p.Phone = e.Method, e.Phone
	s.p.Rail, s.p.Account, s.p.TermsRevision = e.Route.Rail, e.Route.Account, e.Route.TermsRevision
	s.p.Failure, s.p.Warning = nil, ""
	if s.t.pastGuard(e.At) {
		s.p.Warning = CodeCutOff
	}
	s.attempt(Attempt{Terminal: e.Route.Terminal, Number: e.Number, Route: route})
	s.begin()
	return nil
}

// addRoutes keeps the routes that a choice brings, and gives the index of its first. Those of an earlier choice stay: its
// attempts name them.
func (s *step) addRoutes(e Chosen) (first int) {
	if len(e.Routes) > 1 {
		s.p.FailOverUntil = e.At.Add(e.FailOverWithin)
	}
	if s.p.Unchosen() {
		if len(e.Routes) > 1 {
			s.p.Routes = e.Routes
		}
		return 0
	}
	known, more := slices.Clone(s.p.Routes), e.Routes
	if len(known) == 0 {
		known = []Route{{Rail: s.p.Rail, Account: s.p.Account, TermsRevision: s.p.TermsRevision, Terminal: s.a.Terminal}}
	}
	if len(more) == 0 {
		more = []Route{e.Route}
	}
	s.p.Routes = append(known, more...)
	return len(known)
}

func phoneMissing() *Refusal {
	return &Refusal{Code: CodePhoneMissing, Field: "phone", Message: "a push needs the customer's phone number"}
}

// NeedsPhone tells whether the customer's phone number is needed to begin.
func (t Terms) NeedsPhone() bool { return !t.Presents() && t.Flow != Redirect }

// AdmitAmount gives a *Refusal for an amount that cannot be paid on these terms.
func (t Terms) AdmitAmount(amount Rupiah) error {
	switch {
	case amount < t.AmountMin:
		return &Refusal{Code: CodeAmountTooSmall, Field: "amount", Message: "the smallest amount is " + t.AmountMin.String()}
	case t.AmountMax > 0 && amount > t.AmountMax:
		return &Refusal{Code: CodeAmountTooLarge, Field: "amount", Message: "the largest amount is " + t.AmountMax.String()}
	}
	return nil
}

// askedChoosing does what is asked while the customer can choose.
func (s *step) askedChoosing(e Asked) {
	switch e.What {
	case AskCancel:
		s.to(Canceled)
	case AskPhone:
		counted := *s.p.Choice
		counted.Phones++
		s.p.Choice = &counted
	}
}

// mayAskChoosing gives a *Refusal when an ask cannot be granted of a payment without an attempt, or whose customer can choose
// again.
func mayAskChoosing(p Payment, e Asked) error {
	refuse := func(code, message string) error { return &Refusal{Code: code, Message: message, State: p.State} }
	switch e.What {
	case AskResolve:
		return mayResolve(p, e)
	case AskCheck:
		if !p.Unchosen() {
			return refuse(CodeNotPossible, "the provider has refused the last attempt, and the customer can choose again; there is nothing to ask about")
		}
		return refuse(CodeNothingSent, "nothing was sent to the provider, there is nothing to ask about")
	case AskCancel:
		if !p.Choosing() {
			return refuse(CodeNotPossible, "this payment can no longer be canceled; it is "+string(p.State))
		}
	case AskPhone:
		switch {
		case !p.Offers(OVOPush) || !e.At.Before(p.Choice.Until):
			return refuse(CodeNotPossible, "no phone is wanted for this payment now")
		case p.Choice.Phones >= PhonesMax:
			return refuse(CodePhonesTried, "the provider was asked about too many phone numbers for this payment")
		}
	default:
		return refuse(CodeNotPossible, "nothing of this payment is under way; it can be canceled while its customer chooses, and that is all")
	}
	return nil
}

// wakeChoice is when the choice ends by itself.
func (s *step) wakeChoice() time.Time {
	if s.p.Choosing() {
		return s.p.Choice.Until
	}
	return zero
}
