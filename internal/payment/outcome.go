package payment

import "time"

// Outcome is what a provider's verdict means, translated by the rail. A decline is an outcome, not an error.
type Outcome struct {
	Class Class  `json:"class"`
	Code  string `json:"code"`             // the provider's response code
	Cause Reason `json:"reason,omitempty"` // our stable word for it, for failures
	// Facts, when the provider gave them.
	ApprovalCode string `json:"approval_code,omitempty"`
	TraceNumber  string `json:"trace_number,omitempty"`
	// Of a QR: its text, the provider's number, the amount that was paid (0: not told) and when.
	QR                string    `json:"qr,omitempty"`
	ProviderReference string    `json:"provider_reference,omitempty"`
	Amount            Rupiah    `json:"amount,omitempty"`
	PaidAt            time.Time `json:"paid_at,omitzero"`
	// NotAsked says of a refused or misconfigured push that the customer surely was not asked: another route may be taken.
	NotAsked bool `json:"not_asked,omitempty"`
	// ProviderNumber is the provider's own number of the charge. DOKU: batch_number and reference_number.
	ProviderNumber Number `json:"provider_number,omitzero"`
	// RedirectURL is the provider's page on which the customer pays a bill.
	RedirectURL string `json:"redirect_url,omitempty"`
}

// Class is all that Decide reads of an outcome.
type Class string

// The classes. Which response code falls in which class depends on the call; the rail's code table says so.
const (
	Approved      Class = "approved"      // it has been done, or it had been done
	Refused       Class = "refused"       // a firm no, nothing was charged (or, for a void, nothing was given back)
	Pending       Class = "pending"       // not yet known to the provider
	Unknown       Class = "unknown"       // the provider answered, but not whether it was done
	NotFound      Class = "not_found"     // the provider does not know the push
	WasReversed   Class = "reversed"      // the push has been reversed
	Duplicate     Class = "duplicate"     // the number was used before
	Misconfigured Class = "misconfigured" // refused for a reason that only an operator can mend
	TokenDead     Class = "token_dead"    // the access token is not valid any more; nothing was done
)

// Classes lists every class.
func Classes() []Class {
	return []Class{Approved, Refused, Pending, Unknown, NotFound, WasReversed, Duplicate, Misconfigured, TokenDead}
}

// Reason is our stable word for why a payment failed. It is served to merchants, who may build on it.
type Reason string

// The reasons that the core gives itself. A rail adds those of its provider's codes.
const (
	ReasonNotSent       Reason = "provider_unreachable" // nothing was sent, nobody was asked
	ReasonTimeout       Reason = "transaction_timeout"  // no answer in time; the money, if any was taken, is given back
	ReasonNotFound      Reason = "not_found"            // the provider does not know the push
	ReasonDuplicate     Reason = "duplicate_number"     // the provider had seen this number before
	ReasonMisconfigured Reason = "misconfigured"        // the merchant's account at the provider is not in order
	ReasonNoQR          Reason = "no_qr"                // the provider made no QR; nothing was presented
	ReasonNoBill        Reason = "no_bill"              // the provider made no bill; nothing was presented
	ReasonGivenBack     Reason = "was_reversed"         // the provider gave the money back by itself
	ReasonNotChosen     Reason = "not_chosen"           // the customer did not choose how to pay; nobody was asked
	ReasonPhoneUnknown  Reason = "phone_not_registered" // the provider does not know the phone; a rail's word, nobody was asked
	// What is refused for one of these two ends as expired, or canceled, and not as declined.
	ReasonExpired  Reason = "expired"
	ReasonCanceled Reason = "canceled"
)
