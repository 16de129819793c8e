// Package merchant holds the words for who may do what: merchants, their accounts at the rails with terminals and
// credentials, and the keys by which they reach the API. It keeps nothing and calls nobody.
package merchant

import (
	"log/slog"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
)

// Merchant is a shop, or one of the shops that a payment gateway serves.
type Merchant struct {
	ID       string
	Name     string
	Accounts []Account
	Keys     []APIKey
	Routing  Routing
}

// Environment says which of a provider's systems an account belongs to. Credentials are never shared between them.
type Environment string

// The environments.
const (
	Sandbox    Environment = "sandbox"
	Staging    Environment = "staging"
	Production Environment = "production"
)

// Mode is the mode of the API keys that may use an account of this environment: test keys never reach production.
func (e Environment) Mode() payment.Mode {
	if e == Production {
		return payment.Live
	}
	return payment.Test
}

// Account is a merchant's account at one rail.
type Account struct {
	ID          string
	MerchantID  string
	Outlet      string // the outlet whose it is; empty: the merchant's as a whole
	Rail        payment.Rail
	Environment Environment
	URL         string // where the provider is reached
	Terms       payment.Terms
	Terminals   []Terminal
	// InquiryFirst asks the provider whether a phone is registered before a customer is sent a push from our pages.
	InquiryFirst bool
	OVO          OVOCredentials
	SNAP         SNAPCredentials
	DOKU         DOKUCredentials
	Faspay       FaspayCredentials
}

// Terminal is a terminal of an account with the style of its numbering.
type Terminal struct {
	payment.Terminal
	Style payment.NumberStyle
	// Serial sends one push at a time, so that numbers arrive in the order in which they were given.
	Serial bool
}

// OVOCredentials are what OVO hands out for Push To Pay, and how its messages are written where OVO leaves a choice.
type OVOCredentials struct {
	AppID  string
	AppKey Secret
	// SignBody signs the body too (the newer recipe); off by default.
	SignBody  bool
	AppSource string // POS by default
	// PadNumbers writes reference numbers with leading zeros, to six digits.
	PadNumbers bool
	// OriginalDate writes the push's date into its reversal and void too, instead of the time of the call.
	OriginalDate bool
	// OneSentence tells a waiting customer what to do in OVO's one sentence, and not in its two steps.
	OneSentence bool
}

// SNAPCredentials are what OVO hands out for dynamic QRIS over SNAP, and how its messages are written where OVO leaves a
// choice or its documents disagree.
type SNAPCredentials struct {
	ClientID     string
	ClientSecret Secret
	PrivateKey   Secret // RSA, PEM of PKCS#1 or PKCS#8; its public half is with OVO
	PartnerID    string // X-PARTNER-ID; the client id by default
	ChannelID    string // CHANNEL-ID; empty: not sent
	Origin       string // ORIGIN; empty: not sent
	// AllowedSources says which sources of funds may pay, by the contract with OVO.
	AllowedSources []string
	// CompactTimestamps writes X-TIMESTAMP as OVO's sample log has it.
	CompactTimestamps bool
	// Paths replace a call's usual path below the account's URL, by the call: access_token, generate, query, refund. Each
	// must end as the usual one does; OVO's documents disagree on what stands before that.
	Paths map[string]string
	// NMID is the national merchant id that a QR must carry; empty: not compared.
	NMID string

	Notify SNAPNotify
}

// SNAPNotify says how OVO signs what it notifies.
type SNAPNotify struct {
	// Mode is shared_secret, issued_token or provider_key; empty: notifications are not taken.
	Mode      string
	PublicKey string // the provider's, of provider_key and issued_token; PEM
	// ClientID is the X-CLIENT-KEY with which the provider asks us for a token, of issued_token; empty: the account's client id.
	ClientID string
	// Path is path and query of the address that the provider was given, where a proxy before us changes it: the signature
	// covers it. Empty: as it comes to us.
	Path string
	// Tolerance is how far a notification's time may be from ours; 0: five minutes.
	Tolerance time.Duration
}

// DOKUCredentials are what DOKU hands out for its OVO push payment, and how its messages are written and read where DOKU's
// documents are silent.
type DOKUCredentials struct {
	ClientID  string // MCH-… or BRN-…, from DOKU Back Office
	SecretKey Secret // the shared key, SK-…
	// Unsigned sends pushes and voids without the headers of DOKU's signature, as its guide shows them.
	Unsigned bool
	VoidPath string // where a void goes; empty: the path that is known from other people's programs
	// ResponseCheckSum is the rule by which the check_sum of answers is verified: alphabetical; empty: it is not looked at.
	ResponseCheckSum string
	// SignedResponses takes no answer that does not carry DOKU's own signature.
	SignedResponses bool
	// NotifyTolerance is how old a notification's time may be; 0: 24 hours.
	NotifyTolerance time.Duration
	// NotifyPath is the path of the address that DOKU was given, where a proxy before us changes it: the signature covers it.
	// Empty: as it comes to us.
	NotifyPath string
}

// FaspayCredentials are what Faspay hands out for its debit API, and how its messages are written where its documents
// leave a choice or disagree.
type FaspayCredentials struct {
	MerchantID string // 5 digits
	Merchant   string // the merchant's name on bills, up to 32 characters
	UserID     string // often bot and the merchant id, but not always
	Password   Secret
	Encoding   string // json or xml; empty: json
	// DecimalAmounts writes 2000.00 and not 200000 for Rp 2,000, as Faspay's old tool for XML does.
	DecimalAmounts bool
	ContentType    string // of requests; empty: that of the encoding
	Paths          FaspayPaths
	// Customer stands on bills for what the merchant does not say of theirs.
	Customer FaspayCustomer
}

// FaspayPaths are addresses that Faspay publishes incompletely; empty ones are the defaults of the host.
type FaspayPaths struct{ PostDataXML, InquiryXML, CancelXML, Redirect string }

// FaspayCustomer is who is billed where the merchant names nobody: Faspay takes no bill without name and e-mail.
type FaspayCustomer struct{ Name, Email string }

// Secret is a credential. It prints masked; Reveal gives it.
type Secret struct{ value string }

// NewSecret wraps a credential.
func NewSecret(value string) Secret { return Secret{value: value} }

// Reveal gives the credential itself, for signing and nothing else.
func (s Secret) Reveal() string { return s.value }

// IsZero tells whether there is none.
func (s Secret) IsZero() bool { return s.value == "" }

// String masks.
func (s Secret) String() string { return "••••" }

// GoString masks.
func (s Secret) GoString() string { return "••••" }

// MarshalText masks.
func (s Secret) MarshalText() ([]byte, error) { return []byte("••••"), nil }

// LogValue masks.
func (s Secret) LogValue() slog.Value { return slog.StringValue("••••") }

// Routing is by which rails a merchant's payments are made where the payment names none.
type Routing struct {
	// Prefer lists rails by method, the first to be tried first; accounts of other rails come after them, in configured order.
	Prefer map[payment.Method][]payment.Rail
	// FailOver lets a payment go on to the next rail after an attempt that is known to have charged nobody; for
	// FailOverWithin after its request (0: two minutes).
	FailOver       bool
	FailOverWithin time.Duration
	// ChooseWithin is how long a customer may choose how to pay on a payment's page, where the payment does not say (0: one
	// hour).
	ChooseWithin time.Duration
}
