package snap

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Operation names what is asked of OVO. The strings are stable and may be stored.
type Operation string

// The operations of SNAP that OVO offers, and cancel, which Bank Indonesia lists and OVO
// does not.
const (
	Access         Operation = "access_token"   // a token for all others (B2B)
	Generate       Operation = "generate"       // a QR for one payment
	Query          Operation = "query"          // what became of it
	Refund         Operation = "refund"         // give it back: whole, and on the same day
	Cancel         Operation = "cancel"         // withdraw a QR that was not paid
	Bind           Operation = "bind"           // begin to link a customer's account
	Unbind         Operation = "unbind"         // end it
	CustomerAccess Operation = "customer_token" // a token for a linked account (B2B2C)
)

// Default limits of one call, used when the context has no deadline. They are ours: SNAP
// and OVO name none.
const (
	AccessTimeout   = 10 * time.Second
	GenerateTimeout = 15 * time.Second
	QueryTimeout    = 10 * time.Second
	RefundTimeout   = 30 * time.Second
	OtherTimeout    = 15 * time.Second
)

// SendWithin is how long after it was rendered a request may leave that changes
// something. The QR's life and the day of a refund are counted from the rendering; a
// process that was paused in between must not act late.
const SendWithin = 2 * time.Second

// OVO, Dynamic QRIS FAQ.
const (
	MaxAmount          = 5_000_000        // rupiah, of one QR
	QRLife             = 75 * time.Second // of every QR; it cannot be chosen
	QueryEvery         = 5 * time.Second  // never ask more often about one payment
	TokenLife          = 15 * time.Minute // of a B2B token, where its answer does not say
	ReferenceNoLength  = 12               // digits of partnerReferenceNo
	MaxExternalID      = 36               // digits of X-EXTERNAL-ID
	ServiceNotify      = "52"             // service code of a notification
	serviceQRGenerate  = "47"
	maxReason          = 256
	maxRefundNo        = 64
	maxToken           = 2048
	maxAdditionalBytes = 2048
)

// words are an operation's fixed values.
type words struct {
	service, path string
	timeout       time.Duration
}

func (o Operation) words() words {
	switch o {
	case Access:
		return words{"73", "/v1.0/access-token/b2b", AccessTimeout}
	case Generate:
		return words{serviceQRGenerate, "/v1.0/qr/qr-mpm-generate", GenerateTimeout}
	case Query:
		return words{"51", "/v1.0/qr/qr-mpm-query", QueryTimeout}
	case Refund:
		return words{"78", "/v1.0/qr/qr-mpm-refund", RefundTimeout}
	case Cancel:
		return words{"77", "/v1.0/qr/qr-mpm-cancel", OtherTimeout}
	case Bind:
		return words{"07", "/v1.0/oauth/account/registration-account-binding", OtherTimeout}
	case Unbind:
		return words{"09", "/v2.0/oauth/account/registration-account-unbinding", OtherTimeout}
	case CustomerAccess:
		return words{"74", "/v2.0/access-token/b2b2c", OtherTimeout}
	}
	return words{}
}

// Operations lists all eight, in the order of this package's documentation.
func Operations() []Operation {
	return []Operation{Access, Generate, Query, Refund, Cancel, Bind, Unbind, CustomerAccess}
}

// OperationOf is the operation that a path asks for, by its last part: prefixes and
// versions differ between OVO's documents. ok is false for any other path.
func OperationOf(path string) (o Operation, ok bool) {
	for _, o := range Operations() {
		if strings.HasSuffix(path, o.tail()) { // its slash is part of it
			return o, true
		}
	}
	return "", false
}

// tail is the last part of the path with its slash, such as "/qr-mpm-query".
func (o Operation) tail() string {
	path := o.words().path
	return path[max(0, strings.LastIndexByte(path, '/')):]
}

// Service is Bank Indonesia's service code, such as "47"; empty for an unknown operation.
func (o Operation) Service() string { return o.words().service }

// Path is the operation's usual path below the prefix, such as
// "/v1.0/qr/qr-mpm-generate". OVO's documents disagree on the versions of account
// binding (1.0, 2.0 and 3.0); see Options.Paths.
func (o Operation) Path() string { return o.words().path }

// Timeout is the call's default limit; zero for an unknown operation.
func (o Operation) Timeout() time.Duration { return o.words().timeout }

// bearer tells whether the operation carries a B2B token and a symmetric signature.
func (o Operation) bearer() bool {
	switch o {
	case Generate, Query, Refund, Cancel, Unbind:
		return true
	}
	return false
}

// access tells whether a token is asked for, by a signature over client id and time.
func (o Operation) access() bool { return o == Access || o == CustomerAccess }

// reads tells whether the operation changes nothing, so that it may be sent late.
func (o Operation) reads() bool { return o == Access || o == Query }

// Store says which shop and till asks. OVO gives the numbers with the credentials.
type Store struct {
	MerchantID    string // OVO's mid, up to 64 characters
	SubMerchantID string // optional, up to 32
	StoreID       string // optional, up to 64
	TerminalID    string // OVO's tid, up to 16; optional by Bank Indonesia
}

func (s Store) check(p *problems) {
	p.must(sized(s.MerchantID, 64) && only(s.MerchantID, name), "merchantId", "must be 1 to 64 letters, digits, '.', '_' or '-'", "OVO calls it mid")
	p.must(len(s.SubMerchantID) <= 32 && only(s.SubMerchantID, name), "subMerchantId", "must be up to 32 letters, digits, '.', '_' or '-'", "")
	p.must(len(s.StoreID) <= 64 && only(s.StoreID, name), "storeId", "must be up to 64 letters, digits, '.', '_' or '-'", "")
	p.must(len(s.TerminalID) <= 16 && only(s.TerminalID, name), "terminalId", "must be up to 16 letters, digits, '.', '_' or '-'", "OVO calls it tid")
}

// Request is one of the eight requests of this package: AccessRequest, GenerateRequest,
// QueryRequest, RefundRequest, CancelRequest, BindRequest, UnbindRequest and
// CustomerAccessRequest.
type Request interface {
	Operation() Operation
	check(p *problems)
	message(c *Client) any // what json.Encoder writes
}

// Envelope is what a call carries beside its message.
type Envelope struct {
	// Token is the B2B access token. An Access needs none, a Bind none, and a
	// CustomerAccess with an AuthCode takes the binding's LinkageToken here.
	Token Secret
	// ExternalID is X-EXTERNAL-ID: 1 to 36 digits, never twice in a day (WIB) under
	// one client id, whatever the operation. Token calls carry none.
	ExternalID string
	// CustomerToken is Authorization-Customer, of an Unbind only.
	CustomerToken Secret
	// DeviceID is X-DEVICE-ID, up to 400 characters; optional, of account binding.
	DeviceID string
}

func (e Envelope) check(o Operation, p *problems) {
	if !o.access() {
		p.must(sized(e.ExternalID, MaxExternalID) && only(e.ExternalID, digit), "X-EXTERNAL-ID", "must be 1 to 36 digits", "new for every request of the day")
	}
	if o.bearer() || e.Token != "" {
		p.must(usableToken(e.Token), "token", "is missing or not a token", "without the word Bearer")
	}
	p.must(e.CustomerToken == "" || usableToken(e.CustomerToken), "customer token", "is not a token", "without the word Bearer")
	p.must(len(e.DeviceID) <= 400 && only(e.DeviceID, visible), "X-DEVICE-ID", "must be up to 400 visible ASCII characters", "")
}

func usableToken(t Secret) bool {
	return sized(string(t), maxToken) && only(string(t), quotable)
}

// AccessRequest asks for a B2B token.
type AccessRequest struct{}

// Operation is Access.
func (AccessRequest) Operation() Operation { return Access }
func (AccessRequest) check(*problems)      {}
func (AccessRequest) message(*Client) any {
	return struct {
		GrantType      string   `json:"grantType"`
		AdditionalInfo struct{} `json:"additionalInfo"`
	}{GrantType: "client_credentials"}
}

// GenerateRequest asks for a QR. validityPeriod is never sent: every QR of OVO's lives
// QRLife.
type GenerateRequest struct {
	Store Store
	// PartnerReferenceNo is the payment's number: exactly 12 digits, never used twice.
	// OVO is not idempotent on it: without an answer the number is burnt.
	PartnerReferenceNo string
	Amount             int64 // whole rupiah, 1 to MaxAmount
}

// Operation is Generate.
func (GenerateRequest) Operation() Operation { return Generate }

func (r GenerateRequest) check(p *problems) {
	r.Store.check(p)
	p.must(isReferenceNo(r.PartnerReferenceNo), "partnerReferenceNo", "must be exactly 12 digits", "")
	checkAmount(p, "amount", r.Amount)
}

func (r GenerateRequest) message(c *Client) any {
	var m struct {
		PartnerReferenceNo string `json:"partnerReferenceNo"`
		Amount             money  `json:"amount"`
		MerchantID         string `json:"merchantId"`
		SubMerchantID      string `json:"subMerchantId,omitempty"`
		StoreID            string `json:"storeId,omitempty"`
		TerminalID         string `json:"terminalId,omitempty"`
		AdditionalInfo     struct {
			AllowedSources []string `json:"allowedSources,omitempty"`
		} `json:"additionalInfo"`
	}
	m.PartnerReferenceNo, m.Amount = r.PartnerReferenceNo, rupiah(r.Amount)
	m.MerchantID, m.SubMerchantID, m.StoreID, m.TerminalID = r.Store.MerchantID, r.Store.SubMerchantID, r.Store.StoreID, r.Store.TerminalID
	m.AdditionalInfo.AllowedSources = c.allowedSources
	return m
}

// Original names the payment that a request is about. One of its two numbers is enough,
// both are better.
type Original struct {
	PartnerReferenceNo string // as in the GenerateRequest
	ReferenceNo        string // OVO's, from QR.ReferenceNo; up to 64 characters
	ExternalID         string // X-EXTERNAL-ID of the generate; optional
}

func (o Original) check(p *problems, partnerRequired bool) {
	p.must(o.PartnerReferenceNo == "" && !partnerRequired || isReferenceNo(o.PartnerReferenceNo), "originalPartnerReferenceNo", "must be exactly 12 digits", "")
	p.must(len(o.ReferenceNo) <= 64 && only(o.ReferenceNo, quotable), "originalReferenceNo", "must be up to 64 visible ASCII characters", "")
	p.must(o.PartnerReferenceNo != "" || o.ReferenceNo != "" || partnerRequired, "originalReferenceNo", "is missing", "and so is originalPartnerReferenceNo; one of them is needed")
	p.must(len(o.ExternalID) <= MaxExternalID && only(o.ExternalID, digit), "originalExternalId", "must be up to 36 digits", "")
}

// QueryRequest asks what became of a QR. OVO: every 5 s below 75 s, then periodically
// until the status is final.
type QueryRequest struct {
	Store    Store
	Original Original
}

// Operation is Query.
func (QueryRequest) Operation() Operation { return Query }

func (r QueryRequest) check(p *problems) {
	r.Store.check(p)
	r.Original.check(p, false)
}

func (r QueryRequest) message(*Client) any {
	return struct {
		ReferenceNo        string `json:"originalReferenceNo,omitempty"`
		PartnerReferenceNo string `json:"originalPartnerReferenceNo,omitempty"`
		ExternalID         string `json:"originalExternalId,omitempty"`
		ServiceCode        string `json:"serviceCode"`
		MerchantID         string `json:"merchantId"`
		SubMerchantID      string `json:"subMerchantId,omitempty"`
		ExternalStoreID    string `json:"externalStoreId,omitempty"`
	}{
		r.Original.ReferenceNo, r.Original.PartnerReferenceNo, r.Original.ExternalID,
		serviceQRGenerate, r.Store.MerchantID, r.Store.SubMerchantID, r.Store.StoreID,
	}
}

// RefundRequest gives a paid QR back. OVO: in full, and on the day of the payment only.
// Repeating it with the same numbers is safe.
type RefundRequest struct {
	Store           Store
	Original        Original // PartnerReferenceNo is required
	PartnerRefundNo string   // the refund's own number, 1 to 64 letters, digits, '.', '_' or '-'
	Amount          int64    // the payment's whole amount, in rupiah
	Reason          string   // optional, up to 256 characters
}

// Operation is Refund.
func (RefundRequest) Operation() Operation { return Refund }

func (r RefundRequest) check(p *problems) {
	r.Store.check(p)
	r.Original.check(p, true)
	p.must(sized(r.PartnerRefundNo, maxRefundNo) && only(r.PartnerRefundNo, name), "partnerRefundNo", "must be 1 to 64 letters, digits, '.', '_' or '-'", "")
	checkAmount(p, "refundAmount", r.Amount)
	checkText(p, "reason", r.Reason, maxReason)
}

func (r RefundRequest) message(*Client) any {
	return struct {
		MerchantID         string `json:"merchantId"`
		SubMerchantID      string `json:"subMerchantId,omitempty"`
		ExternalStoreID    string `json:"externalStoreId,omitempty"`
		PartnerReferenceNo string `json:"originalPartnerReferenceNo"`
		ReferenceNo        string `json:"originalReferenceNo,omitempty"`
		ExternalID         string `json:"originalExternalId,omitempty"`
		PartnerRefundNo    string `json:"partnerRefundNo"`
		Amount             money  `json:"refundAmount"`
		Reason             string `json:"reason,omitempty"`
	}{
		r.Store.MerchantID, r.Store.SubMerchantID, r.Store.StoreID, r.Original.PartnerReferenceNo, r.Original.ReferenceNo,
		r.Original.ExternalID, r.PartnerRefundNo, rupiah(r.Amount), r.Reason,
	}
}

// CancelRequest withdraws a QR that was not paid. OVO does not list cancel; Bank
// Indonesia does.
type CancelRequest struct {
	Store    Store
	Original Original
	Amount   int64  // the payment's, in rupiah; 0 leaves it out
	Reason   string // required, up to 256 characters
}

// Operation is Cancel.
func (CancelRequest) Operation() Operation { return Cancel }

func (r CancelRequest) check(p *problems) {
	r.Store.check(p)
	r.Original.check(p, false)
	if r.Amount != 0 {
		checkAmount(p, "amount", r.Amount)
	}
	p.must(r.Reason != "", "reason", "is missing", "Bank Indonesia requires one")
	checkText(p, "reason", r.Reason, maxReason)
}

func (r CancelRequest) message(*Client) any {
	m := struct {
		PartnerReferenceNo string `json:"originalPartnerReferenceNo,omitempty"`
		ReferenceNo        string `json:"originalReferenceNo,omitempty"`
		ExternalID         string `json:"originalExternalId,omitempty"`
		MerchantID         string `json:"merchantId"`
		SubMerchantID      string `json:"subMerchantId,omitempty"`
		ExternalStoreID    string `json:"externalStoreId,omitempty"`
		Reason             string `json:"reason"`
		Amount             *money `json:"amount,omitempty"`
	}{
		r.Original.PartnerReferenceNo, r.Original.ReferenceNo, r.Original.ExternalID,
		r.Store.MerchantID, r.Store.SubMerchantID, r.Store.StoreID, r.Reason, nil,
	}
	if r.Amount != 0 {
		amount := rupiah(r.Amount)
		m.Amount = &amount
	}
	return m
}

// money is SNAP's amount: two decimals always, "10000.00", and the currency.
type money struct {
	Value    string `json:"value"`
	Currency string `json:"currency"`
}

func rupiah(n int64) money { return money{fmt.Sprintf("%d.00", n), "IDR"} }

func isReferenceNo(s string) bool { return len(s) == ReferenceNoLength && only(s, digit) }

func checkAmount(p *problems, field string, n int64) {
	p.must(n >= 1, field, "must be at least 1 rupiah", "")
	p.must(n <= MaxAmount, field, "must be at most 5000000 rupiah", "OVO's limit of one QR")
}

// checkText keeps out what JSON writers spell differently, so that every verifier gets
// the same hash: control characters, U+2028 and U+2029, broken UTF-8.
func checkText(p *problems, field, s string, most int) {
	ok := utf8.ValidString(s) && utf8.RuneCountInString(s) <= most && !strings.ContainsFunc(s, func(r rune) bool {
		return r < ' ' || r == 0x7f || r == 0x2028 || r == 0x2029
	})
	p.must(ok, field, fmt.Sprintf("must be up to %d characters of plain text", most), "without line ends")
}

// encode writes a message minified, as it is hashed and sent. HTML escapes are off:
// verifiers that write the parsed message again do not make them.
func encode(message any) ([]byte, error) {
	var b bytes.Buffer
	b.Grow(384)
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(message); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
