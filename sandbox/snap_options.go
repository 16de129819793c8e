package sandbox

import (
	"cmp"
	"crypto/rsa"
	"time"
)

// SNAPOptions are the switches of OVO's dynamic QRIS, which speaks Bank Indonesia's
// SNAP. The zero value is strict, with the demo's partner.
type SNAPOptions struct {
	Merchants []SNAPMerchant // nil: DemoSNAPMerchant

	// ProviderKey signs asymmetric notifications and the requests for a partner's token.
	// nil: DemoProviderKey.
	ProviderKey *rsa.PrivateKey

	// Lenient lets through, and notes, what public clients send and the documents do not
	// have: grant_type for grantType, timestamps in UTC or another zone, X-SIGNATURE in
	// hexadecimal, account binding without merchantId.
	Lenient bool
	// PlainPaths serves and verifies the paths without /OVOSNAP as well, as Bank
	// Indonesia's portal has them: /v1.0/qr/…, /api/v1.0/qr/….
	PlainPaths bool

	// Tolerance is how far X-TIMESTAMP may be away: 5 minutes by default, below 0 any.
	Tolerance time.Duration
	// ExpiredStatus is the latestTransactionStatus of a QR whose 75 s are over: 06 by
	// default. Bank Indonesia has no status for it.
	ExpiredStatus string
	// UnknownStatus is the latestTransactionStatus of a reference that is not known, told
	// with 2005100; empty, the default, answers 4045101.
	UnknownStatus string
	// StandardFields leaves qrStr and refNo out of generate's answer, which OVO names
	// beside Bank Indonesia's qrContent and referenceNo.
	StandardFields bool
	// NoCancel answers 4057700 to a cancel, which OVO does not list.
	NoCancel bool
	// NotifyRetries is how often a notification is sent again that was not acknowledged,
	// every 5 s: 3 by default, -1 never.
	NotifyRetries int
	// WebURL is where the customer's pages are, in front of /binding/…; by default the
	// host that the request was sent to.
	WebURL string
}

// SNAPMerchant is one partner with its credentials and terminals.
type SNAPMerchant struct {
	ClientID  string         // X-CLIENT-KEY and X-PARTNER-ID
	Secret    string         // of symmetric signatures, used as text
	PublicKey *rsa.PublicKey // of the partner's asymmetric signatures

	MerchantID string   // "mid", up to 15 digits
	Terminals  []string // "tid", up to 8 digits
	StoreID    string   // told in answers when the request has none
	Name       string   // in the QR, up to 25 letters
	City       string   // in the QR, up to 15 letters
	PostalCode string   // in the QR, 5 digits
	NMID       string   // national merchant id in the QR: "ID" and 13 digits

	// Callback is where notifications go; empty: there are none until one is registered.
	Callback Callback
}

// Callback is what a partner has registered for its notifications.
type Callback struct {
	URL string `json:"url"`
	// TokenURL is the partner's own access-token/b2b, for NotifyPartnerToken.
	TokenURL string `json:"token_url,omitempty"`
	// Mode is how notifications are signed; empty: NotifyPartnerToken with a TokenURL,
	// NotifyEmptyToken without. Which token OVO puts into its string is not public.
	Mode NotifyMode `json:"mode,omitempty"`
	// ReturnURL is, on Faspay, where the customer's browser goes after ovo_direct and after
	// the page that asks for the number; empty: nowhere, it is shown a page.
	ReturnURL string `json:"return_url,omitempty"`
	// Encoding is, on Faspay, the form of notifications: json (default) or xml.
	Encoding FaspayEncoding `json:"encoding,omitempty"`
}

// NotifyMode is how a notification is signed.
type NotifyMode string

// The modes.
const (
	// NotifyPartnerToken gets a token from the partner's TokenURL, then signs with it and
	// the client secret.
	NotifyPartnerToken NotifyMode = "partner_token"
	// NotifyLastToken signs with the last token that the partner got here.
	NotifyLastToken NotifyMode = "last_token"
	// NotifyEmptyToken signs with the client secret and leaves the token's place empty.
	NotifyEmptyToken NotifyMode = "empty_token"
	// NotifyAsymmetric signs with the provider's private key.
	NotifyAsymmetric NotifyMode = "asymmetric"
)

func (c Callback) mode() NotifyMode {
	if c.Mode == "" && c.TokenURL != "" {
		return NotifyPartnerToken
	}
	return cmp.Or(c.Mode, NotifyEmptyToken)
}

// DemoSNAPMerchant returns the partner that a sandbox knows when it is given none; its
// private key is DemoSNAPKey. They open nothing but this emulator.
func DemoSNAPMerchant() SNAPMerchant {
	demo := SNAPMerchant{
		ClientID: "lunas-sandbox-qris", Secret: "7c1d0a4e-demo-secret-of-the-sandbox-93b2f6",
		MerchantID: "000000000000179", Terminals: []string{"00000179", "00000180"}, StoreID: "MM001",
		Name: "Toko Lunas", City: "Jakarta", PostalCode: "12950", NMID: "ID1020000000017",
	}
	if key, err := DemoSNAPKey(); err == nil {
		demo.PublicKey = &key.PublicKey
	}
	return demo
}

func (o SNAPOptions) withDefaults() SNAPOptions {
	if o.Merchants == nil {
		o.Merchants = []SNAPMerchant{DemoSNAPMerchant()}
	}
	if o.ProviderKey == nil {
		// The key is a constant of this package, and a test reads it.
		o.ProviderKey, _ = DemoProviderKey()
	}
	o.Tolerance = cmp.Or(o.Tolerance, timeWindow)
	o.ExpiredStatus = cmp.Or(o.ExpiredStatus, "06")
	o.NotifyRetries = cmp.Or(o.NotifyRetries, 3)
	return o
}
