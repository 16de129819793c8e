package sandbox

import (
	"cmp"
	"errors"
	"net/url"
	"time"
)

// FaspayOptions are the switches of Faspay's debit API with its OVO channel, 812. Where
// Faspay's documents are silent or disagree, the default is named beside the alternatives.
type FaspayOptions struct {
	Merchants []FaspayMerchant // nil: DemoFaspayMerchant

	// PlainErrors writes a refusal's response_code into the ordinary message; by default it
	// stands in response_error, as Faspay's own clients read it. HTTP 200 either way.
	PlainErrors bool
	// DirectAtOnce answers a server's ovo_direct as soon as the customer is asked; by
	// default the call is held until the customer has decided.
	DirectAtOnce bool
	// UnansweredCode is what a server's ovo_direct is told that no customer answered within
	// 55 s: 00 by default, which says accepted and nothing of a payment; or 68.
	UnansweredCode string
	// UnansweredFails makes a bill fail (3) whose push no customer answered. By default it
	// stays open, in process, and may be asked again until it expires.
	UnansweredFails bool
	// ReturnTruth tells the bill's true status on the return URL. By default that says 0,
	// as Faspay's sample does, whatever became of the bill.
	ReturnTruth bool
	// NotifyRetries is how often a notification is sent again that was not acknowledged: 3
	// by default, -1 never.
	NotifyRetries int
	// NotifyEvery is how long after a notification the next try follows: 1 minute by
	// default. Faspay states no interval.
	NotifyEvery time.Duration
	// NoOVOChannel leaves OVO out of the answer to a channel inquiry, as of a merchant for
	// whom it is not active; bills are taken all the same.
	NoOVOChannel bool
	// WebURL is where this sandbox's pages are, in front of /pws/…; by default the host
	// that the request was sent to.
	WebURL string
}

// FaspayMerchant is one merchant with its credentials.
type FaspayMerchant struct {
	MerchantID string // 5 digits
	Name       string // up to 32 characters; told when a request has no name of its own
	UserID     string
	Password   string

	// Callback is where notifications and browsers go; empty: nowhere until one is registered.
	Callback Callback
}

// FaspayEncoding is the form of a message.
type FaspayEncoding string

// The encodings.
const (
	FaspayJSON FaspayEncoding = "json"
	FaspayXML  FaspayEncoding = "xml"
)

// DemoFaspayMerchant returns the merchant that a sandbox knows when it is given none. Its
// credentials open nothing but this emulator.
func DemoFaspayMerchant() FaspayMerchant {
	return FaspayMerchant{MerchantID: "99812", Name: "Toko Lunas", UserID: "bot99812", Password: "p@ssw0rd-of-the-sandbox"}
}

func (o FaspayOptions) withDefaults() FaspayOptions {
	if o.Merchants == nil {
		o.Merchants = []FaspayMerchant{DemoFaspayMerchant()}
	}
	o.UnansweredCode = cmp.Or(o.UnansweredCode, faspaySuccess)
	o.NotifyRetries = cmp.Or(o.NotifyRetries, 3)
	o.NotifyEvery = cmp.Or(o.NotifyEvery, time.Minute)
	return o
}

// callback is where a merchant's notifications and browsers go.
func (f *faspayRail) callback(merchantID string) *Callback {
	if m := f.merchants[merchantID]; m != nil {
		return &m.callback
	}
	return nil
}

func (f *faspayRail) register(merchantID string, callback Callback) error {
	if u, err := url.Parse(callback.ReturnURL); err != nil || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("the return_url has a query or fragment of its own")
	}
	if e := callback.Encoding; e != "" && e != FaspayJSON && e != FaspayXML {
		return errors.New("encoding is one of json, xml")
	}
	f.merchants[merchantID].callback = callback
	return nil
}
