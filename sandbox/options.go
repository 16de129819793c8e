package sandbox

import (
	"cmp"
	"net/http"
	"time"
)

// Options say how the sandbox behaves. The zero value is a sandbox with the demo
// merchant, the seeded phones and the machine's clock.
type Options struct {
	// Now is the sandbox's clock, After its timer; both may run faster than the
	// machine's. RealNow is the machine's own: signatures made by either are accepted.
	// All three are used by Sandbox only, a Core is told the time.
	Now     func() time.Time
	After   func(time.Duration) <-chan time.Time
	RealNow func() time.Time
	// Speed is how many seconds pass in one real second; it is only shown (countdowns)
	// and does not change Now. 0 means 1.
	Speed float64
	// Clock, if it is given, is what Now, After and Speed come from, and can be changed while
	// the sandbox runs: see SetSpeed and Skip.
	Clock *Clock

	OVO    OVOOptions
	SNAP   SNAPOptions
	DOKU   DOKUOptions
	Faspay FaspayOptions

	// Sender delivers notifications; nil sends them over HTTP to this machine only, so
	// that nobody can turn a sandbox against another one.
	Sender http.RoundTripper

	// Wallets are the customers; nil means the seeded ones, see SeededPhones. Given
	// wallets replace them all, the hundred phones 0812111100RC included.
	Wallets []Wallet
	Scripts []Script

	seeded bool // the phones 0812111100RC come into being when used

	// KeepTransactions bounds how many payments are remembered; the oldest final ones
	// are forgotten, and with them their numbers. 0 keeps all.
	KeepTransactions int
	// KeepRequests bounds the log of requests: 0 means 200, -1 none.
	KeepRequests int
	// KeepViolations bounds the list of violations (they are all counted): 0 means 1000.
	KeepViolations int
}

// OVOOptions are the switches of OVO's Push To Pay API. Where OVO's documents are
// silent or disagree, the default is named beside the alternatives.
type OVOOptions struct {
	Merchants []OVOMerchant // nil: DemoMerchant

	// HMACModes lists the accepted recipes; nil accepts R1 and R2.
	HMACModes []HMACMode
	// FailureStatus is the HTTP status of an answer whose code is not 00: 400 by
	// default, 200 for clients that read the code of a 200 only.
	FailureStatus int
	// Ignored is what a push is told that no customer answered: HTTP 404 with an empty
	// body (default), or nothing at all.
	Ignored Silence
	// IgnoredAfter is when it is told, between 55 s (default) and 60 s after the push.
	IgnoredAfter time.Duration
	// Canceled is what a held push is told when its reversal came first: nothing by
	// default, or the empty 404.
	Canceled Silence

	// DuplicateCode is 94 by default; older tables say 40.
	DuplicateCode string
	// InsufficientCode is 61 by default: 51, "insufficient funds", is missing from
	// OVO's current table.
	InsufficientCode string
	// RepeatedCode answers the reversal of what is already reversed, and the void of
	// what is already voided: 00 by default, or 73.
	RepeatedCode string
	// UnpaidReversalCode answers the reversal of a push that is known but took no
	// money (declined, expired, refused): 00 by default, or 25.
	UnpaidReversalCode string
	// CutoffCode answers a reversal or void after 23:59:00 WIB of the push's day: 58
	// by default, "transaction not allowed". No document names one.
	CutoffCode string
	// MinimumAmount in rupiah below which a push is refused with 67. 0 means none.
	MinimumAmount int64
}

// OVOMerchant is one set of credentials with its stores.
type OVOMerchant struct {
	AppID      string
	AppKey     string // 64 hexadecimal characters as a rule; used as text, not decoded
	MerchantID string
	Stores     []OVOStore
}

// OVOStore is a shop and its terminals.
type OVOStore struct {
	Code      string
	Name      string
	Address   string
	Terminals []OVOTerminal
}

// OVOTerminal is a TID with the MID it belongs to.
type OVOTerminal struct {
	TID string // 8 digits
	MID string // up to 15 characters
}

// HMACMode is one of the three recipes found for the header "hmac".
type HMACMode string

// The recipes. R1 reproduces OVO's published sample; R2 is what its newer prose says;
// R3 is one public client's own and is accepted only when listed.
const (
	R1 HMACMode = "R1" // HMAC-SHA256(app key, app-id + random)
	R2 HMACMode = "R2" // HMAC-SHA256(app key, app-id + random + body)
	R3 HMACMode = "R3" // SHA-256(app-id + random + app key); random is no time then
)

// Silence is how a call ends when nobody has anything to say to it.
type Silence string

// The two ways.
const (
	Empty404 Silence = "404"   // HTTP 404 without a body
	NoAnswer Silence = "never" // held until the caller goes away
)

// DemoMerchant returns the credentials that a sandbox knows when it is given none.
// They open nothing but this emulator.
func DemoMerchant() OVOMerchant {
	return OVOMerchant{
		AppID:      "lunas-sandbox",
		AppKey:     "5a4d2b1e8c7f60933b21d4f8a6c0e75919f3d2b4c6a8e0f11223344556677889",
		MerchantID: "200179",
		Stores: []OVOStore{{
			Code: "MM001", Name: "Toko Lunas", Address: "Jl. Jenderal Sudirman 1, Jakarta",
			Terminals: []OVOTerminal{
				{TID: "00300001", MID: "0010000000MM001"},
				{TID: "00300002", MID: "0010000000MM001"},
				{TID: "00000179", MID: "000000000000179"},
			},
		}},
	}
}

func (o Options) withDefaults() Options {
	if o.Clock != nil {
		o.Now, o.After, o.Speed = o.Clock.Now, o.Clock.After, o.Clock.Speed()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.After == nil {
		o.After = time.After
	}
	if o.RealNow == nil {
		o.RealNow = time.Now
	}
	o.Speed = cmp.Or(o.Speed, 1)
	if o.Wallets == nil {
		o.Wallets, o.seeded = seededWallets(), true
	}
	o.KeepRequests = cmp.Or(o.KeepRequests, 200)
	o.KeepViolations = cmp.Or(o.KeepViolations, 1000)
	o.OVO = o.OVO.withDefaults()
	o.SNAP = o.SNAP.withDefaults()
	o.DOKU = o.DOKU.withDefaults()
	o.Faspay = o.Faspay.withDefaults()
	return o
}

func (o OVOOptions) withDefaults() OVOOptions {
	if o.Merchants == nil {
		o.Merchants = []OVOMerchant{DemoMerchant()}
	}
	if o.HMACModes == nil {
		o.HMACModes = []HMACMode{R1, R2}
	}
	o.FailureStatus = cmp.Or(o.FailureStatus, 400)
	o.Ignored = cmp.Or(o.Ignored, Empty404)
	o.IgnoredAfter = cmp.Or(o.IgnoredAfter, confirmWithin)
	o.Canceled = cmp.Or(o.Canceled, NoAnswer)
	o.DuplicateCode = cmp.Or(o.DuplicateCode, "94")
	o.InsufficientCode = cmp.Or(o.InsufficientCode, "61")
	o.RepeatedCode = cmp.Or(o.RepeatedCode, "00")
	o.UnpaidReversalCode = cmp.Or(o.UnpaidReversalCode, "00")
	o.CutoffCode = cmp.Or(o.CutoffCode, "58")
	return o
}
