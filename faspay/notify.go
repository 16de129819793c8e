package faspay

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"
)

// Why a notification or a return is refused.
var (
	ErrForged    = errors.New("forged")     // the signature is not right
	ErrForeign   = errors.New("foreign")    // it is another merchant's
	ErrMalformed = errors.New("not proper") // too long, neither JSON nor XML, fields missing or doubled
)

// RefusedError is a refused notification or return. errors.Is finds its Kind. It prints
// without any data of the message.
type RefusedError struct {
	Kind  error // ErrForged, ErrForeign or ErrMalformed
	Cause string
}

// Error is "faspay: refused: forged: signature".
func (e *RefusedError) Error() string { return "faspay: refused: " + e.Kind.Error() + ": " + e.Cause }

// Is finds the kind.
func (e *RefusedError) Is(target error) bool { return target == e.Kind }

// Reply is a text to answer a refused notification with. It is no acknowledgement, so
// Faspay sends again, up to 3 times. Faspay's own plugin answers the first of them.
func (e *RefusedError) Reply() string {
	switch e.Kind {
	case ErrForged:
		return "Signature Not Match"
	case ErrForeign:
		return "Invalid Merchant"
	}
	return "Format Error"
}

// Verifier checks what Faspay sends for one merchant_id. It is safe for many goroutines
// and remembers nothing: telling a repeated notification from a new one is the caller's.
type Verifier struct {
	merchantID  string
	credentials Credentials
}

// NewVerifier checks its arguments, as NewClient does.
func NewVerifier(merchantID string, c Credentials) (*Verifier, error) {
	var p problems
	p.must(len(merchantID) == 5 && only(merchantID, digit), "MerchantID", "must be 5 digits", "")
	c.check(&p)
	if err := p.err(); err != nil {
		return nil, fmt.Errorf("faspay: new verifier: %w", err)
	}
	return &Verifier{merchantID, c}, nil
}

// Format does not show the password.
func (v *Verifier) Format(f fmt.State, _ rune) { print(f, "faspay verifier of "+v.merchantID) }

// Notification is what Faspay's server says of a bill. Its signature covers bill_no and
// status, but neither trx_id nor the amounts, and it is the same every time: compare them
// with one's own, and ask before money is believed in.
type Notification struct {
	TrxID             string
	MerchantID        string
	Merchant          string
	BillNo            string
	PaymentReference  string    // payment_reff
	PaymentDate       time.Time // in WIB; zero where it was not told
	Status            Status    // payment_status_code
	StatusDescription string
	BillTotal         Amount // zero where it was not told, as is the next
	PaymentTotal      Amount
	ChannelCode       string // payment_channel_uid, such as 812
	Channel           string // payment_channel, such as OVO
	BankUserName      Secret // the customer's; sometimes told
	Encoding          Encoding
}

// Notification reads and verifies one. Its Content-Type does not matter, since Faspay
// sends either form under many names. The error is a *RefusedError.
func (v *Verifier) Notification(body []byte) (Notification, error) {
	doc, encoding, err := parse(body)
	if err != nil {
		return Notification{}, &RefusedError{ErrMalformed, err.Error()}
	}
	n := Notification{
		TrxID: doc.get("trx_id"), MerchantID: doc.get("merchant_id"), Merchant: doc.get("merchant"), BillNo: doc.get("bill_no"),
		PaymentReference: doc.get("payment_reff"), PaymentDate: parseDate(doc.get("payment_date")),
		Status: Status(doc.get("payment_status_code")), StatusDescription: doc.get("payment_status_desc"),
		ChannelCode: doc.get("payment_channel_uid"), Channel: doc.get("payment_channel"),
		BankUserName: Secret(doc.get("bank_user_name")), Encoding: encoding,
	}
	signature := doc.get("signature")
	if err := v.trusted(n.MerchantID, n.BillNo, n.TrxID, n.Status, signature); err != nil {
		return Notification{}, err
	}
	// An old tool of Faspay's has one `amount` for both.
	for _, f := range [...]struct {
		name string
		to   *Amount
	}{{"bill_total", &n.BillTotal}, {"payment_total", &n.PaymentTotal}} {
		text := or(doc.get(f.name), doc.get("amount"))
		if doc.strange(f.name) || doc.strange("amount") {
			return Notification{}, &RefusedError{ErrMalformed, f.name + " is neither text nor number"}
		}
		if text == "" {
			continue
		}
		if *f.to, err = ParsePlain(text); err != nil {
			return Notification{}, &RefusedError{ErrMalformed, f.name + " " + err.Error()}
		}
	}
	return n, nil
}

// trusted checks what every message of Faspay's must have, and that it is Faspay's.
func (v *Verifier) trusted(merchantID, billNo, trxID string, status Status, signature string) error {
	for _, f := range [...]struct{ name, text string }{
		{"merchant_id", merchantID}, {"bill_no", billNo}, {"trx_id", trxID}, {"status", string(status)}, {"signature", signature},
	} {
		if f.text == "" {
			return &RefusedError{ErrMalformed, f.name + " is missing"}
		}
	}
	switch {
	case !status.valid():
		return &RefusedError{ErrMalformed, "status is not one digit"}
	case len(billNo) > 32 || !only(billNo, func(c byte) bool { return c >= ' ' && c < 0x7f }):
		return &RefusedError{ErrMalformed, "bill_no is not up to 32 ASCII characters"}
	case !isTrxID(trxID):
		return &RefusedError{ErrMalformed, "trx_id is not digits"}
	case merchantID != v.merchantID:
		return &RefusedError{ErrForeign, "merchant_id"}
	case !SameSignature(v.credentials.SignStatus(billNo, status), signature):
		return &RefusedError{ErrForged, "signature"}
	}
	return nil
}

// String is "notification of bill 4370 trx 9999981256572178: status 2".
func (n Notification) String() string {
	return "notification of " + identity{billNo: n.BillNo, trxID: n.TrxID}.String() + ": status " + string(n.Status)
}

// Format prints String for every verb.
func (n Notification) Format(f fmt.State, _ rune) { print(f, n.String()) }

// LogValue is String.
func (n Notification) LogValue() slog.Value { return slog.StringValue(n.String()) }

// Acknowledgement is the answer to a notification, sent with HTTP 200.
type Acknowledgement struct {
	ContentType string
	Body        []byte
}

// Acknowledge answers a notification in its own form, with 00, Success: it was written
// down, whatever it says and however often it came. at is the time of the answer. Only
// then does Faspay stop to send it.
func (n Notification) Acknowledge(at time.Time) Acknowledgement {
	r := make(record, 0, 8)
	r.add("response", "Payment Notification")
	r.add("trx_id", n.TrxID)
	r.add("merchant_id", n.MerchantID)
	r.add("merchant", n.Merchant)
	r.add("bill_no", n.BillNo)
	r.add("response_code", string(Success))
	r.add("response_desc", "Success")
	r.add("response_date", at.In(WIB).Format(DateLayout))
	return Acknowledgement{n.Encoding.contentType(), r.write(nil, n.Encoding)}
}

// Return is what the customer's browser brings to the return URL. Faspay: it must never
// be used to change a status. It may be the reason for an inquiry.
type Return struct {
	TrxID            string
	MerchantID       string
	Merchant         string
	BillNo           string
	BillReference    string // bill_ref or bill_reff
	BillTotal        Amount // zero where it was not told
	BankUserName     Secret
	ClaimedStatus    Status // status; only a claim, in a browser's hands
	PaymentReference string
	PaymentDate      time.Time
}

// maxQuery is the longest query of a return URL that is read, in bytes.
const maxQuery = 4 << 10

// Return reads and verifies the query of the return URL, without the "?". The error is a
// *RefusedError.
func (v *Verifier) Return(rawQuery string) (Return, error) {
	r, err := readReturn(rawQuery)
	if err != nil {
		return Return{}, err
	}
	query, _ := url.ParseQuery(rawQuery)
	if err := v.trusted(r.MerchantID, r.BillNo, r.TrxID, r.ClaimedStatus, query.Get("signature")); err != nil {
		return Return{}, err
	}
	return r, nil
}

// readReturn reads without verifying.
func readReturn(rawQuery string) (Return, error) {
	refuse := func(why string) (Return, error) { return Return{}, &RefusedError{ErrMalformed, why} }
	if len(rawQuery) > maxQuery {
		return refuse("query is too long")
	}
	query, err := url.ParseQuery(rawQuery)
	if err != nil {
		return refuse("query cannot be read")
	}
	get := func(name string) string {
		if text := query.Get(name); text != "null" {
			return strings.ToValidUTF8(text, "\uFFFD")
		}
		return ""
	}
	for _, name := range [...]string{"trx_id", "merchant_id", "merchant", "bill_no", "bill_ref", "bill_reff", "bill_total", "bank_user_name", "status", "payment_reff", "payment_date", "signature"} {
		if len(query[name]) > 1 {
			return refuse(name + " stands twice")
		}
	}
	r := Return{
		TrxID: get("trx_id"), MerchantID: get("merchant_id"), Merchant: get("merchant"), BillNo: get("bill_no"),
		BillReference: or(get("bill_ref"), get("bill_reff")), BankUserName: Secret(get("bank_user_name")),
		ClaimedStatus: Status(get("status")), PaymentReference: get("payment_reff"), PaymentDate: parseDate(get("payment_date")),
	}
	if r.TrxID == "" || r.BillNo == "" {
		return refuse("trx_id or bill_no is missing")
	}
	if text := get("bill_total"); text != "" {
		if r.BillTotal, err = ParsePlain(text); err != nil {
			return refuse("bill_total " + err.Error())
		}
	}
	return r, nil
}

// String is "return of bill 4370 trx 8985999990013136: claims status 0".
func (r Return) String() string {
	return "return of " + identity{billNo: r.BillNo, trxID: r.TrxID}.String() + ": claims status " + maskDigits(string(r.ClaimedStatus))
}

// Format prints String for every verb.
func (r Return) Format(f fmt.State, _ rune) { print(f, r.String()) }

// LogValue is String.
func (r Return) LogValue() slog.Value { return slog.StringValue(r.String()) }
