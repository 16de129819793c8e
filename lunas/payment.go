package lunas

import (
	"slices"
	"time"
)

// State is where a payment stands.
type State string

// The states. Docs of the gateway say what leads from one to another.
const (
	Created    State = "created"    // nothing was sent yet; the customer may have to choose at CheckoutURL
	Pushing    State = "pushing"    // the customer is asked in the app
	Presenting State = "presenting" // the QR or the bill is being made
	Awaiting   State = "awaiting"   // the QR can be scanned, the bill can be paid
	InDoubt    State = "indoubt"    // the provider has not answered; lunas finds out
	Reversing  State = "reversing"  // taken back, until the provider has confirmed
	Paid       State = "paid"
	Declined   State = "declined"
	Expired    State = "expired"
	Canceled   State = "canceled"
	Reversed   State = "reversed" // nobody answered, and the charge, if there was one, was taken back
	Voiding    State = "voiding"
	Voided     State = "voided"
	Refunding  State = "refunding"
	Refunded   State = "refunded"
	Review     State = "review" // a human must look
)

// States lists all states in the order of a payment's life.
func States() []State {
	return []State{
		Created, Pushing, Presenting, Awaiting, InDoubt, Reversing, Paid, Declined, Expired, Canceled, Reversed, Voiding, Voided,
		Refunding, Refunded, Review,
	}
}

// Final tells whether a payment in this state has come to an end. A final state is left only by void, refund, or a
// provider's correction. Review is not final: an operator brings it to an end.
func (s State) Final() bool {
	return slices.Contains([]State{Paid, Declined, Expired, Canceled, Reversed, Voided, Refunded}, s)
}

// Settled tells whether nothing more happens by itself: the state is final, or a human must look.
func (s State) Settled() bool { return s.Final() || s == Review }

// Method is how a customer pays.
type Method string

// The methods.
const (
	OVOPush Method = "ovo_push" // asks in the OVO app of a phone
	QRIS    Method = "qris"     // shows a QR that any app with QRIS can scan
)

// Payment is a payment as the gateway shows it. Of two pictures of a payment the one with the higher Version is the newer.
type Payment struct {
	ID      string `json:"id"`
	State   State  `json:"state"`
	Version int    `json:"version"`
	Mode    string `json:"mode"` // test or live

	Amount    int64  `json:"amount"` // whole rupiah
	Currency  string `json:"currency"`
	Reference string `json:"reference"` // yours
	Method    Method `json:"method"`    // empty until the customer has chosen among several
	Rail      string `json:"rail"`      // the way by which the provider is reached; empty until the customer has chosen
	Outlet    string `json:"outlet"`    // yours whose payment it is; empty: yours as a whole
	Account   string `json:"account"`   // yours at the rail; empty until the customer has chosen
	Phone     string `json:"phone"`     // masked; empty where there is none

	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`

	// Methods are what is offered to the customer, and ExpiresAt until when; none where the customer has nothing to choose.
	Methods   []Method   `json:"methods"`
	ExpiresAt *time.Time `json:"expires_at"`

	Attempts []Attempt `json:"attempts"`
	// Failure is why it is not paid, why it was given back, or why a void or a refund was not done; nil while that is not
	// known.
	Failure *Failure `json:"failure"`
	// Message is what to tell the customer now; nil: nothing beyond your own page.
	Message *Words `json:"message"`
	// QR is what the customer scans, as long as it can be; else nil.
	QR *QR `json:"qr"`
	// NextAction is what the payment waits for; nil: nothing.
	NextAction *NextAction `json:"next_action"`
	// Deadline is by when the present state is left; nil: there is none.
	Deadline *time.Time `json:"deadline"`
	// Actions are what you can still ask for.
	Actions []Action `json:"actions"`

	// CheckoutURL is a page for the customer; whoever has it sees the page. Empty where the gateway has none.
	CheckoutURL string `json:"checkout_url"`
	// Warning is set when a rule that may refuse let the payment through.
	Warning string `json:"warning"`
	// Review is why a human must look, in the state review.
	Review string `json:"review"`

	ReturnURL   string            `json:"return_url"`
	Description string            `json:"description"`
	Metadata    map[string]string `json:"metadata"`

	// Replayed tells that the idempotency key had been used for the same request before, and nothing new was done.
	Replayed bool `json:"-"`
}

// Words are a sentence for the customer.
type Words struct {
	Indonesian string `json:"id"`
	English    string `json:"en"`
}

// Attempt is one try at a rail.
type Attempt struct {
	Number          int        `json:"number"`
	Rail            string     `json:"rail"`
	Terminal        AtTerminal `json:"terminal"`
	Batch           int        `json:"batch"`
	ReferenceNumber int        `json:"reference_number"`
	Invoice         string     `json:"invoice"` // what the provider sees as the invoice number
	PushedAt        time.Time  `json:"pushed_at"`
	ApprovalCode    string     `json:"approval_code"`
	TraceNumber     string     `json:"trace_number"`
	ResponseCode    string     `json:"response_code"` // the provider's answer
	NeverSent       bool       `json:"never_sent"`    // certainly nothing left for the provider
	Calls           []Call     `json:"calls"`

	PartnerReferenceNo string     `json:"partner_reference_no"` // of a QR
	ProviderReference  string     `json:"provider_reference"`   // of a QR, once it is known
	RefundNo           string     `json:"refund_no"`            // of a QR whose refund was asked for
	PresentedAt        *time.Time `json:"presented_at"`         // of a QR
	PaidAt             *time.Time `json:"paid_at"`              // of a QR
}

// AtTerminal is a terminal as the provider knows it.
type AtTerminal struct {
	ID        string `json:"id"`
	TID       string `json:"tid"`
	MID       string `json:"mid"`
	StoreCode string `json:"store_code"`
}

// Call says how often something was asked of the provider in an attempt.
type Call struct {
	Operation string    `json:"operation"`
	Tries     int       `json:"tries"`
	LastAt    time.Time `json:"last_at"`
	Open      bool      `json:"open"` // under way
}

// Failure says why a payment is not paid, or not voided or refunded.
type Failure struct {
	Code         string `json:"code"`          // stable
	ProviderCode string `json:"provider_code"` // the provider's response code, if it gave one
	Operation    string `json:"operation"`     // to what the provider answered
	Message      Words  `json:"message"`       // for the customer
}

// QR is what the customer scans. Show it until Until and no longer.
type QR struct {
	Content string    `json:"content"` // the text of the code
	Until   time.Time `json:"until"`
	PNG     string    `json:"png"` // its path on the gateway; Payments.QR gets it
	SVG     string    `json:"svg"`
}

// NextAction is what a payment waits for.
type NextAction struct {
	What        string     `json:"what"`
	Who         string     `json:"who"`          // customer, gateway or operator
	At          *time.Time `json:"at"`           // when at the latest; nil: not known
	RedirectURL string     `json:"redirect_url"` // of pay: the provider's page for the customer; of redirect: CheckoutURL
}

// Action is something that can still be asked for.
type Action struct {
	Action string     `json:"action"` // check, void, cancel, refund or renew
	Until  *time.Time `json:"until"`  // nil: no limit
	Amount int64      `json:"amount"` // of a refund: whole rupiah
}

// PaymentEvents is what happened to a payment.
type PaymentEvents struct {
	Data    []Announced `json:"data"`    // one for each change of state
	Journal []Step      `json:"journal"` // everything, in order
	// Archived tells that what happened first is no longer here, but in an archive of whoever runs the gateway.
	Archived bool `json:"archived"`
}

// Announced is one announcement of a payment's change of state.
type Announced struct {
	ID      string    `json:"id"`
	Type    string    `json:"type"`
	Version int       `json:"version"`
	At      time.Time `json:"at"`
}

// Step is one entry of a payment's journal.
type Step struct {
	Version      int       `json:"version"`
	At           time.Time `json:"at"`
	Event        string    `json:"event"`
	Call         string    `json:"call"`
	Try          int       `json:"try"`
	Outcome      string    `json:"outcome"`
	ProviderCode string    `json:"provider_code"`
	Asked        string    `json:"asked"`
	By           string    `json:"by"`
	Reason       string    `json:"reason"`
}

// Exchange is one message to or from the provider. A request and its response share the ID.
type Exchange struct {
	ID        string    `json:"id"`
	Account   string    `json:"account"`
	Operation string    `json:"operation"`
	Direction string    `json:"direction"` // request or response
	At        time.Time `json:"at"`
	FirstLine string    `json:"first_line"`
	Headers   []Header  `json:"headers"` // in the order and spelling of the wire
	Body      string    `json:"body"`
	Note      string    `json:"note"` // what was unusual
}

// Header is one header of an Exchange.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}
