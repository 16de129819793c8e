// Package payment is the core: it decides, and does nothing else. [Decide] takes the terms of a rail, a payment and
// an event, and gives the payment's new state and the commands that follow. It has no clock, no I/O and no randomness:
// times, numbers and identifiers come in with events, so that a whole day can be replayed from a seed.
//
// It does not know how a provider is spoken to (package rail), where payments are kept (package store) or who may ask
// for what (package merchant).
package payment

import (
	"strconv"
	"strings"
	"time"
)

// Payment is what a merchant asked for and where it stands. It is a value: Decide returns a new one and leaves the
// old one untouched.
type Payment struct {
	ID         string `json:"id"`
	MerchantID string `json:"merchant_id"`
	// Mode is the mode of the API key that asked: test or live.
	Mode Mode `json:"mode"`
	// Outlet is the merchant's shop whose payment it is, and whose accounts take it; empty: the merchant's as a whole.
	Outlet string `json:"outlet,omitempty"`
	// Account names the merchant's account at the rail, and TermsRevision the terms that were in force when the
	// payment was requested. They stay with the payment, so that its journal always folds to the same state.
	Account       string `json:"account"`
	TermsRevision string `json:"terms_revision"`

	Reference string `json:"reference"` // the merchant's own
	Amount    Rupiah `json:"amount"`
	Method    Method `json:"method"`
	Rail      Rail   `json:"rail"`
	Phone     Phone  `json:"-"` // stored by Encode; every other JSON leaves it out

	State     State     `json:"state"`
	Version   int       `json:"version"` // 1 at creation, +1 with each event
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
	// WakeAt is when the payment must be looked at next; zero when nothing is due.
	WakeAt time.Time `json:"wake_at,omitzero"`

	Attempts []Attempt `json:"attempts"`
	Failure  *Failure  `json:"failure,omitempty"`

	// Routes are the ways by which the payment may be made, in the order in which they are tried; chosen when it was
	// requested, and fixed since. Empty: Account and Rail are the only one. Rail, Account and TermsRevision are always those
	// of the current attempt.
	Routes []Route `json:"routes,omitempty"`
	// FailOverUntil is until when another route may be begun.
	FailOverUntil time.Time `json:"fail_over_until,omitzero"`
	// Otherwise is the state to which the payment comes if no other route is taken; set while one is being taken, in the
	// state created, in which nobody can choose then.
	Otherwise State `json:"otherwise,omitempty"`

	// Of a bill: who is billed for what, and until when it can be paid (zero: as long as the terms say).
	Customer  *Customer `json:"-"` // stored by Encode, as the phone
	Items     []Item    `json:"items,omitempty"`
	ExpiresAt time.Time `json:"expires_at,omitzero"`

	// Review says why a human must look, in the state review.
	Review string `json:"review,omitempty"`
	// Warning is set when the payment was let through by a rule that may also refuse, such as "cutoff".
	Warning string `json:"warning,omitempty"`
	// CancelAsked is set when the merchant gave up a QR that the customer may have paid: it is hidden, and asked about
	// until the provider says its last word.
	CancelAsked bool `json:"cancel_asked,omitempty"`
	// RenewedAt is when a new QR was last asked for, after the old one had come to its end.
	RenewedAt time.Time `json:"renewed_at,omitzero"`

	// Choice is what the customer chooses on the payment's page; nil where the merchant has chosen. It stays when that is
	// done. Until then Rail, Account and TermsRevision are empty, and Method where there are several; while the customer
	// chooses again they are those of the attempt that came to nothing.
	Choice *Choice `json:"choice,omitempty"`

	// ReturnURL is the shop's page to which the customer goes back in the end.
	ReturnURL   string            `json:"return_url,omitempty"`
	Description string            `json:"description,omitempty"`
	Metadata    map[string]string `json:"metadata,omitempty"`
}

// Mode tells test from live payments.
type Mode string

// The modes of an API key and of what it makes.
const (
	Test Mode = "test"
	Live Mode = "live"
)

// Method is how the customer pays, in the merchant's words.
type Method string

// The methods a merchant can ask for.
const (
	OVOPush Method = "ovo_push"
	QRIS    Method = "qris"
)

// Rail is one of the four ways by which OVO can be reached.
type Rail string

// The rails.
const (
	OVO    Rail = "ovo"
	SNAP   Rail = "snap"
	DOKU   Rail = "doku"
	Faspay Rail = "faspay"
)

// Route is a way to make a payment: a rail, with the account at it, the terms in force there and the terminal.
type Route struct {
	Rail          Rail     `json:"rail"`
	Account       string   `json:"account"`
	TermsRevision string   `json:"terms_revision"`
	Terminal      Terminal `json:"terminal"`
}

// RouteFor is the route whose terms Decide must be given for an event: that of the current attempt, or the one that a
// Renumbered or a Chosen begins; empty where there is none yet, and no terms. Its terminal is set only where the payment has
// several routes.
func RouteFor(p Payment, e Event) Route {
	if c, ok := e.(Chosen); ok && (p.Unchosen() || p.Choosing()) {
		return c.Route
	}
	if r, ok := e.(Renumbered); ok && p.State == Created && r.Route > 0 && r.Route < len(p.Routes) {
		return p.Routes[r.Route]
	}
	return Route{Rail: p.Rail, Account: p.Account, TermsRevision: p.TermsRevision}
}

// AccountOf names the account at which an attempt was made.
func (p Payment) AccountOf(attempt int) string {
	if attempt >= 0 && attempt < len(p.Attempts) && p.Attempts[attempt].Route < len(p.Routes) {
		return p.Routes[p.Attempts[attempt].Route].Account
	}
	return p.Account
}

// Customer is who is billed. It prints as nothing, since it is personal data.
type Customer struct {
	Number     string `json:"number,omitempty"` // the merchant's own number of the customer
	Name       string `json:"name,omitempty"`
	Email      string `json:"email,omitempty"`
	Address    string `json:"address,omitempty"`
	City       string `json:"city,omitempty"`
	Region     string `json:"region,omitempty"`
	PostalCode string `json:"postal_code,omitempty"`
	Country    string `json:"country,omitempty"` // ISO 3166, such as ID
}

// String shows nothing of the customer.
func (Customer) String() string { return "customer" }

// GoString shows nothing of the customer.
func (Customer) GoString() string { return "payment.Customer{…}" }

// Item is a line of a bill.
type Item struct {
	ID       string `json:"id,omitempty"`
	Name     string `json:"name"`
	Quantity int    `json:"quantity"`
	Price    Rupiah `json:"price"` // of one
}

// Failure says why a payment did not become paid, or why it was given back.
type Failure struct {
	Code         string `json:"code"`                    // ours, stable: see Reason constants
	Operation    Call   `json:"operation,omitempty"`     // which call the provider answered
	ProviderCode string `json:"provider_code,omitempty"` // the provider's response code, if it gave one
}

// Undone tells whether the provider has confirmed that the customer has the money, whatever had become of the push: its answer
// changes nothing any more.
func (p Payment) Undone() bool {
	switch p.State {
	case Reversed:
		return !p.Unchosen() && !p.attempt().ClosedByNotFound
	case Voided, Refunded:
		return true
	}
	return false
}

// Attempt gives the payment's current try at a rail. It panics when there is none: no state that asks has none.
func (p Payment) attempt() *Attempt {
	if len(p.Attempts) == 0 {
		panic("payment: " + string(p.State) + " without an attempt")
	}
	return &p.Attempts[len(p.Attempts)-1]
}

// duplicate tells whether the provider refused the push because it had seen its number before.
func (p Payment) duplicate() bool {
	return p.Failure != nil && p.Failure.Code == string(ReasonDuplicate)
}

// clone gives a payment whose attempts can be changed without touching the original's.
func (p Payment) clone() Payment {
	attempts := make([]Attempt, len(p.Attempts))
	copy(attempts, p.Attempts)
	for i := range attempts {
		attempts[i].Calls = append([]CallRecord(nil), attempts[i].Calls...)
	}
	p.Attempts = attempts
	return p
}

// Invoice is what the provider sees as the merchant's invoice of the n-th attempt (from 1), before the terms' InvoiceEnd: at
// most 31 characters, unique, new for each attempt, and never the merchant's own reference, which need not be unique.
func Invoice(paymentID string, n int) string {
	const prefix = len("pay_")
	id := paymentID
	if len(id) > prefix && id[:prefix] == "pay_" {
		id = id[prefix:]
	}
	return id + "-" + strconv.Itoa(n)
}

// PaymentOfInvoice gives the id of the payment for which Invoice made an invoice, whatever letters the terms put at its end;
// false for what it cannot have made.
func PaymentOfInvoice(invoice string) (paymentID string, ok bool) {
	id, n, found := strings.Cut(strings.TrimRight(invoice, letters), "-")
	attempt, err := strconv.Atoi(n)
	if !found || err != nil || attempt < 1 || id == "" || len(invoice) > 32 {
		return "", false
	}
	paymentID = "pay_" + id
	return paymentID, strings.HasPrefix(invoice, Invoice(paymentID, attempt))
}

const letters = "abcdefghijklmnopqrstuvwxyz"
