package payment

import "time"

// Event is something that has happened. The set is closed: every event that Decide knows stands in this file.
//
// Requested, Chosen, Asked and Renumbered may be refused; all others are facts, which may not: they always lead to a state.
type Event interface {
	When() time.Time
	kind() string
}

// Requested asks for a new payment. Number and At are filled in when the push takes its number (see store.Change).
type Requested struct {
	At            time.Time         `json:"at"`
	ID            string            `json:"id"`
	MerchantID    string            `json:"merchant_id"`
	Mode          Mode              `json:"mode"`
	Outlet        string            `json:"outlet,omitempty"`
	Account       string            `json:"account"`
	TermsRevision string            `json:"terms_revision"`
	Reference     string            `json:"reference"`
	Amount        Rupiah            `json:"amount"`
	Method        Method            `json:"method"`
	Phone         Phone             `json:"-"` // stored by EncodeEvent
	Terminal      Terminal          `json:"terminal"`
	Number        Number            `json:"number,omitzero"`
	Description   string            `json:"description,omitempty"`
	ReturnURL     string            `json:"return_url,omitempty"`
	Metadata      map[string]string `json:"metadata,omitempty"`

	// Routes are all ways that may be taken, the first of them the one above; empty: no other. FailOverWithin is for how
	// long after At another one may be begun.
	Routes         []Route       `json:"routes,omitempty"`
	FailOverWithin time.Duration `json:"fail_over_within,omitzero"`

	Customer  *Customer `json:"-"` // stored by EncodeEvent
	Items     []Item    `json:"items,omitempty"`
	ExpiresAt time.Time `json:"expires_at,omitzero"` // of a bill; zero: as the terms say

	// Choice leaves the way to the customer: then Account, Terminal, Number, Phone, Routes and ExpiresAt are empty.
	Choice *Choice `json:"choice,omitempty"`
}

// Chosen brings what the customer has chosen on the payment's page, with the route by which it is done. Number and At are
// filled in when the number is taken, as those of Requested.
type Chosen struct {
	At     time.Time `json:"at"`
	Method Method    `json:"method"`
	Phone  Phone     `json:"-"` // stored by EncodeEvent
	Route  Route     `json:"route"`
	Number Number    `json:"number,omitzero"`

	Routes         []Route       `json:"routes,omitempty"` // as those of Requested
	FailOverWithin time.Duration `json:"fail_over_within,omitzero"`
}

// Answered brings the provider's verdict on a call.
type Answered struct {
	At time.Time `json:"at"`
	// Came is when the answer came, where it could not be written down at once because the database was away; zero: At.
	Came    time.Time `json:"came,omitzero"`
	Call    Call      `json:"call"`
	Attempt int       `json:"attempt,omitempty"` // index in Payment.Attempts, from 0
	Try     int       `json:"try"`               // from 1
	Outcome Outcome   `json:"outcome"`
}

// Notified brings what a provider says of a payment by itself, signed strongly and verified.
type Notified struct {
	At time.Time `json:"at"`
	// Came is when it came, where it could not be written down at once; zero: At.
	Came    time.Time `json:"came,omitzero"`
	Number  Number    `json:"number"`            // the attempt's, where the provider names it so
	Invoice string    `json:"invoice,omitempty"` // the attempt's, where the provider names it so
	Outcome Outcome   `json:"outcome"`
}

// Renumbered brings a new number for another attempt. It answers Renumber, and like an ask it may be refused: then
// nobody wants the number any more, or this route cannot be taken, and none is used.
type Renumbered struct {
	At      time.Time `json:"at"`
	Number  Number    `json:"number"`
	Attempt int       `json:"attempt"`         // the new one's index
	Route   int       `json:"route,omitempty"` // the one that is taken: that of Renumber, or a later one
}

// NoRoute says that none of the routes that are left can be taken. It answers Renumber.
type NoRoute struct {
	At  time.Time `json:"at"`
	Why string    `json:"why,omitempty"`
}

// NoAnswer says that a call was sent, or may have been, and no usable verdict came back.
type NoAnswer struct {
	At      time.Time `json:"at"`
	Call    Call      `json:"call"`
	Attempt int       `json:"attempt,omitempty"`
	Try     int       `json:"try"`
	Why     Silence   `json:"why"`
}

// Silence tells how an answer is missing.
type Silence string

// The ways in which an answer can be missing.
const (
	Silent      Silence = "no_answer"   // sent, and nothing came back in time
	Garbled     Silence = "unclear"     // something came back that is no verdict
	Interrupted Silence = "interrupted" // the process that made the call is gone
)

// NotSent says that not one byte of a call left: the provider cannot have seen it.
type NotSent struct {
	At      time.Time `json:"at"`
	Call    Call      `json:"call"`
	Attempt int       `json:"attempt,omitempty"`
	Try     int       `json:"try"`
}

// Woke says that time has passed.
type Woke struct {
	At time.Time `json:"at"`
}

// Faulted says that lunas itself cannot go on with this payment, through a mistake of its own: a human must look.
type Faulted struct {
	At  time.Time `json:"at"`
	Why string    `json:"why"`
}

// Asked is something that a merchant or an operator wants done.
type Asked struct {
	At     time.Time `json:"at"`
	What   Ask       `json:"what"`
	By     string    `json:"by,omitempty"`     // who asks: an API key's or a user's id
	Reason string    `json:"reason,omitempty"` // why, in their words
	To     State     `json:"to,omitempty"`     // for Resolve: the final state
}

// Ask is what can be asked of a payment.
type Ask string

// The asks.
const (
	AskCheck   Ask = "check"   // ask the provider where the push stands
	AskVoid    Ask = "void"    // take back a paid push on its day
	AskCancel  Ask = "cancel"  // give up before the customer can have paid
	AskRefund  Ask = "refund"  // give back a paid QR on its day
	AskRenew   Ask = "renew"   // another QR, after the old one has expired
	AskReverse Ask = "reverse" // an operator sends the reversal again
	AskResolve Ask = "resolve" // an operator closes a payment in review
	AskReturn  Ask = "return"  // the customer is back from the provider's page: look soon how it stands
	AskPhone   Ask = "phone"   // the customer has given a phone: ask the provider whether it is registered
)

// Asks lists every ask.
func Asks() []Ask {
	return []Ask{AskCheck, AskVoid, AskCancel, AskRefund, AskRenew, AskReverse, AskResolve, AskReturn, AskPhone}
}

// When gives the event's time.
func (e Requested) When() time.Time { return e.At }

// When gives the event's time.
func (e Chosen) When() time.Time { return e.At }

// When gives the event's time.
func (e Answered) When() time.Time { return e.At }

// When gives the event's time.
func (e NoAnswer) When() time.Time { return e.At }

// When gives the event's time.
func (e NotSent) When() time.Time { return e.At }

// When gives the event's time.
func (e Notified) When() time.Time { return e.At }

// When gives the event's time.
func (e Renumbered) When() time.Time { return e.At }

// When gives the event's time.
func (e NoRoute) When() time.Time { return e.At }

// When gives the event's time.
func (e Woke) When() time.Time { return e.At }

// When gives the event's time.
func (e Asked) When() time.Time { return e.At }

// When gives the event's time.
func (e Faulted) When() time.Time { return e.At }

func (Requested) kind() string  { return "requested" }
func (Chosen) kind() string     { return "chosen" }
func (Answered) kind() string   { return "answered" }
func (NoAnswer) kind() string   { return "no_answer" }
func (NotSent) kind() string    { return "not_sent" }
func (Notified) kind() string   { return "notified" }
func (Renumbered) kind() string { return "renumbered" }
func (NoRoute) kind() string    { return "no_route" }
func (Woke) kind() string       { return "woke" }
func (Asked) kind() string      { return "asked" }
func (Faulted) kind() string    { return "faulted" }

// Kind is the event's name as it is stored and served.
func Kind(e Event) string { return e.kind() }
