package faspay

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Answer is Faspay's verdict on one request. It prints without personal data; Header and
// Body are what came over the wire, for the log.
type Answer struct {
	Operation Operation
	Code      Code // response_code; Success for a Direct that ends on the return URL
	Response  Response
	Status    int // HTTP status
	Header    http.Header
	Body      []byte
}

// Meaning is what follows from the answer: Code.For(Operation). Of an inquiry look at
// Response.Status too.
func (a Answer) Meaning() Meaning { return a.Code.For(a.Operation) }

// Response is Faspay's message, in whichever form it came. Whatever Faspay left out is
// empty, as is what it sent as null, "" or the text "null".
type Response struct {
	Text        string // response, such as "Transmission of Purchase Detail Info"
	TrxID       string // trx_id; unique as long as the bill is open
	MerchantID  string
	Merchant    string
	BillNo      string
	Description string // response_desc

	// Of a post.
	RedirectURL string // where the customer types the OVO number; empty if it is no http or https address
	WebURL      string // web_url, alt_url, external_id and qr_content are of other channels
	AltURL      string
	ExternalID  string
	QRContent   string
	Items       []BilledItem // bill_items

	// Of an inquiry, and of a cancel.
	Status            Status // payment_status_code; "" where it was not told
	StatusDescription string
	PaymentReference  string     // payment_reff
	PaymentDate       time.Time  // in WIB; zero where it was not told
	PaymentTotal      AmountText // its scale is documented nowhere
	TrxStatus         string     // trx_status_code
	TrxStatusText     string     // trx_status_desc
	CanceledAt        time.Time  // payment_cancel_date, in WIB
	CancelReason      string     // payment_cancel

	Channels []Channel // of a channel inquiry

	// Return is what a Direct that ended as a browser's does was redirected to. Its
	// status must not be believed. Nil otherwise.
	Return *Return
}

// BilledItem is an item as Faspay echoes it.
type BilledItem struct {
	ID, Product, Quantity string
	Amount                AmountText
}

// Channel is one way to pay.
type Channel struct {
	Code string // pg_code, such as 812
	Name string // pg_name, such as OVO
}

// judge tells whether an HTTP answer is a verdict on the request that was sent. The
// error says why it is none. Faspay answers HTTP 200 also to what it refuses.
func judge(o Operation, want *identity, status int, header http.Header, body []byte) (Code, Response, error) {
	refuse := func(err error) (Code, Response, error) { return "", Response{}, err }
	if o == Direct && (status == http.StatusFound || status == http.StatusSeeOther) {
		return judgeRedirect(want, header.Get("Location"))
	}
	if status < 200 || status >= 300 && status < 400 || status >= 500 {
		return refuse(errors.New("the HTTP status is none of Faspay's"))
	}
	doc, _, err := parse(body)
	if err != nil {
		return refuse(fmt.Errorf("body: %w", err))
	}
	code, description, err := doc.verdict()
	if err != nil {
		return refuse(err)
	}
	if code == Success && status >= 300 {
		return refuse(errors.New("response_code 00 under a failing HTTP status"))
	}
	if err := doc.about(want, code == Success && o != Direct && o != Channels); err != nil {
		return refuse(err)
	}
	r, err := doc.response(o, code)
	if err != nil {
		return refuse(err)
	}
	r.Description = description
	return code, r, nil
}

// verdict finds response_code. A refusal may stand in response_error, or in errors.
func (n *node) verdict() (Code, string, error) {
	code, description := n.get("response_code"), n.get("response_desc")
	for _, name := range [...]string{"response_error", "errors"} {
		list := n.records(name)
		if len(list) == 0 {
			continue
		}
		inner := list[0].get("response_code")
		switch {
		case Code(code) == Success || Code(inner) == Success:
			return "", "", errors.New("response_code 00 beside " + name)
		case code != "" && inner != "" && inner != code:
			return "", "", errors.New("two response_codes that differ")
		case code == "":
			code, description = inner, list[0].get("response_desc")
		}
	}
	if !sized(code, 4) || !only(code, alphanumeric) {
		return "", "", errors.New("no response_code")
	}
	return Code(code), description, nil
}

// about compares the echo with what was asked. A field that Faspay left out is tolerated
// (refusals often carry no echo) unless complete is set; a field of another bill never is.
func (n *node) about(want *identity, complete bool) error {
	fields := [...]struct {
		name, want string
		required   bool
	}{
		{"merchant_id", want.merchantID, false},
		{"bill_no", want.billNo, complete},
		{"trx_id", want.trxID, complete},
	}
	for _, f := range fields {
		got := n.get(f.name)
		switch {
		case n.strange(f.name):
			return fmt.Errorf("%s is neither text nor number", f.name)
		case f.want == "":
		case got == "" && f.required:
			return fmt.Errorf("done, but without %s", f.name)
		case got != "" && got != f.want:
			return fmt.Errorf("foreign echo: %s", f.name)
		}
	}
	return nil
}

// response gives the message its exported form, and refuses a success that lacks what it
// is for.
func (n *node) response(o Operation, code Code) (Response, error) {
	r := Response{
		Text: n.get("response"), TrxID: n.get("trx_id"), MerchantID: n.get("merchant_id"), Merchant: n.get("merchant"), BillNo: n.get("bill_no"),
		RedirectURL: webAddress(n.get("redirect_url")), WebURL: webAddress(n.get("web_url")), AltURL: webAddress(n.get("alt_url")),
		ExternalID: n.get("external_id"), QRContent: n.get("qr_content"),
		Status: Status(n.get("payment_status_code")), StatusDescription: n.get("payment_status_desc"),
		PaymentReference: n.get("payment_reff"), PaymentDate: parseDate(n.get("payment_date")), PaymentTotal: AmountText(n.get("payment_total")),
		TrxStatus: n.get("trx_status_code"), TrxStatusText: n.get("trx_status_desc"),
		CanceledAt: parseDate(n.get("payment_cancel_date")), CancelReason: n.get("payment_cancel"),
	}
	for _, item := range n.records("bill_items") {
		r.Items = append(r.Items, BilledItem{item.get("id"), item.get("product"), item.get("qty"), AmountText(item.get("amount"))})
	}
	for _, channel := range n.records("payment_channel") {
		r.Channels = append(r.Channels, Channel{channel.get("pg_code"), channel.get("pg_name")})
	}
	switch {
	case r.Status != "" && !r.Status.valid() || n.strange("payment_status_code"):
		return Response{}, errors.New("payment_status_code is not one digit")
	case r.TrxID != "" && !isTrxID(r.TrxID):
		return Response{}, errors.New("trx_id is not digits")
	case code != Success:
	case o == PostData && r.TrxID == "":
		return Response{}, errors.New("a bill without trx_id")
	case o == Inquiry && r.Status == "":
		return Response{}, errors.New("an inquiry without payment_status_code")
	case o == Cancel && r.Status != "" && r.Status != Canceled:
		return Response{}, errors.New("cancelled, but payment_status_code says " + string(r.Status))
	}
	return r, nil
}

// judgeRedirect: Faspay sends the customer's browser on to the return URL when the
// customer is done. A server that gets there knows that the push was taken, no more.
func judgeRedirect(want *identity, location string) (Code, Response, error) {
	u, err := url.Parse(location)
	if err != nil || location == "" {
		return "", Response{}, errors.New("a redirect to nowhere")
	}
	r, err := readReturn(u.RawQuery)
	if err != nil {
		return "", Response{}, fmt.Errorf("a redirect, but not to a return URL: %w", err)
	}
	if r.TrxID != want.trxID {
		return "", Response{}, errors.New("foreign echo: trx_id")
	}
	return Success, Response{TrxID: r.TrxID, MerchantID: r.MerchantID, Merchant: r.Merchant, BillNo: r.BillNo, Return: &r}, nil
}

// webAddress lets through what a browser may be sent to.
func webAddress(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return ""
	}
	return s
}

// parseDate reads a date in WIB; what is none, such as 0000-00-00 00:00:00, is zero.
func parseDate(s string) time.Time {
	t, err := time.ParseInLocation(DateLayout, s, WIB)
	if err != nil {
		return time.Time{}
	}
	return t
}

// String is "inquiry: response_code 00, status 2 (HTTP 200)".
func (a Answer) String() string {
	s := string(a.Operation) + ": response_code " + maskDigits(string(a.Code))
	if a.Response.Status != "" {
		s += ", status " + string(a.Response.Status)
	}
	return s + " (HTTP " + strconv.Itoa(a.Status) + ")"
}

// Format prints String for every verb.
func (a Answer) Format(f fmt.State, _ rune) { print(f, a.String()) }

// LogValue is String.
func (a Answer) LogValue() slog.Value { return slog.StringValue(a.String()) }

// String names the bill and its status.
func (r Response) String() string {
	s := identity{billNo: r.BillNo, trxID: r.TrxID}.String()
	if r.Status != "" {
		s += " status " + string(r.Status)
	}
	return s
}

// Format prints String for every verb.
func (r Response) Format(f fmt.State, _ rune) { print(f, r.String()) }

// LogValue is String.
func (r Response) LogValue() slog.Value { return slog.StringValue(r.String()) }
