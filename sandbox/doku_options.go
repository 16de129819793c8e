package sandbox

import (
	"cmp"
	"time"
)

// DOKUOptions are the switches of DOKU's OVO e-money API. Where DOKU's documents are
// silent or disagree, the default is named beside the alternatives.
type DOKUOptions struct {
	Merchants []DOKUMerchant // nil: DemoDOKUMerchant

	// Headers says how Client-Id, Request-Id, Request-Timestamp and Signature of a push or
	// void are treated: looked at if there is a Signature (default), demanded, or ignored.
	// A check is always signed.
	Headers HeaderMode
	// Envelope is the form of a refusal: {"error":{…}} (default) or {"message":[…]}, as
	// DOKU's other products have it.
	Envelope Envelope

	// GateStatus is the HTTP status of invalid_client_id and invalid_signature: 400 by
	// default, or 401.
	GateStatus int

	// NoResponseCode is the response_code of a push that no customer answered within 70 s:
	// "-" by default, or 68, or "empty".
	NoResponseCode string
	// Ignored is what such a push is told: the answer with NoResponseCode (default), HTTP
	// 404 with an empty body, or nothing at all.
	Ignored Silence
	// TimeoutFor is how long a check answers TIMEOUT after a push that no customer
	// answered, or that ended with 68, before it says the last word: 60 s by default, below
	// 0 not at all.
	TimeoutFor time.Duration
	// ExpiredStatus is that last word: EXPIRED by default, or FAILED.
	ExpiredStatus string

	// DuplicateCode answers an invoice number that was used before: 94 by default.
	DuplicateCode string
	// RepeatedCode answers the void of what is already voided: 00 by default, or 73.
	RepeatedCode string
	// CutoffCode answers a void after 23:59:00 WIB of the push's day: 58 by default.
	CutoffCode string
	// MinimumAmount in rupiah below which a push is refused with 67. 0 means none.
	MinimumAmount int64

	// PlainStatus leaves emoney_payment with OVO's approval code out of checks and
	// notifications, which DOKU's documents do not show for OVO.
	PlainStatus bool

	// NotifyFailures also notifies pushes that were not paid; by default only paid ones are.
	NotifyFailures bool
	// NotifyAgain is when, after the first, a notification is sent again that was not
	// answered with HTTP 2xx: nil means 30 minutes, 6 hours and 12 hours.
	NotifyAgain []time.Duration
}

// DOKUMerchant is one set of credentials with the OVO configuration behind it.
type DOKUMerchant struct {
	ClientID   string // MCH-… or BRN-…
	Secret     string // of check_sum and signatures, used as text
	Name       string // as the customer sees it
	MerchantID string // OVO's, digits
	StoreCode  string // OVO's, up to 15 characters
	MID        string // OVO's, up to 15 characters
	TID        string // OVO's, up to 8 digits
	Callback   Callback
}

// HeaderMode says how the headers of a push or void are treated.
type HeaderMode string

// The modes.
const (
	HeadersOptional HeaderMode = ""         // looked at if there is a Signature
	HeadersRequired HeaderMode = "required" // demanded
	HeadersIgnored  HeaderMode = "ignored"  // never looked at
)

// Envelope is the form of a refusal.
type Envelope string

// The forms.
const (
	ErrorObject Envelope = ""        // {"error":{"code":"…","message":"…","type":"…"}}
	MessageList Envelope = "message" // {"message":["…"]}
)

// DemoDOKUMerchant returns the client that a sandbox knows when it is given none. Its
// credentials open nothing but this emulator.
func DemoDOKUMerchant() DOKUMerchant {
	return DOKUMerchant{
		ClientID: "MCH-0179-LUNAS-SANDBOX", Secret: "SK-lunas-demo-0f6b2c91d7", Name: "Toko Lunas",
		MerchantID: "00000179", StoreCode: "000000000000179", MID: "000000000000179", TID: "00000179",
	}
}

func (o DOKUOptions) withDefaults() DOKUOptions {
	if o.Merchants == nil {
		o.Merchants = []DOKUMerchant{DemoDOKUMerchant()}
	}
	if o.NotifyAgain == nil {
		o.NotifyAgain = []time.Duration{30 * time.Minute, 6 * time.Hour, 12 * time.Hour}
	}
	o.NoResponseCode = cmp.Or(o.NoResponseCode, "-")
	o.TimeoutFor = cmp.Or(o.TimeoutFor, time.Minute)
	o.ExpiredStatus = cmp.Or(o.ExpiredStatus, "EXPIRED")
	o.DuplicateCode = cmp.Or(o.DuplicateCode, "94")
	o.RepeatedCode = cmp.Or(o.RepeatedCode, "00")
	o.CutoffCode = cmp.Or(o.CutoffCode, "58")
	return o
}
