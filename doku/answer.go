package doku

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// MaxBody is the largest answer that is read, in bytes.
const MaxBody = 64 << 10

// Answer is DOKU's verdict on one request: one of Payment, Transaction and Refusal, by
// what was asked and whether it was refused. It prints without personal data; Header and
// Body are what came over the wire, for the log.
type Answer struct {
	Operation   Operation
	Payment     Payment     // of a push or void
	Transaction Transaction // of a check
	Refusal     Refusal     // instead of the others; zero if DOKU did not refuse
	Replayed    bool        // HTTP 409: DOKU's first answer to this Request-Id, once more
	Status      int         // HTTP
	Header      http.Header
	Body        []byte
}

// Meaning is what follows from the answer.
func (a Answer) Meaning() Meaning {
	switch {
	case !a.Refusal.IsZero():
		return a.Refusal.meaning(a.Operation, a.Status)
	case a.Operation == Check:
		return Meaning{Follow: a.Transaction.Status.Follow()}
	}
	return a.Payment.Meaning(a.Operation)
}

// Payment is DOKU's answer to a push or a void. What DOKU left out is zero. Amounts are
// whole rupiah or points. It prints without personal data.
type Payment struct {
	ClientID      string
	InvoiceNumber string
	Amount        int64
	Phone         Phone  // ovo_info.ovo_id, as sent by DOKU
	AccountName   Secret // ovo_info.ovo_account_name, the customer's

	MerchantID string // OVO's, digits; the guide says up to 7, its sample has 8
	StoreCode  string // OVO's
	MID        string // OVO's
	TID        string // OVO's, up to 8 digits

	Date            string // as sent, in the form of DateLayout
	BatchNumber     int64
	TraceNumber     int64
	ReferenceNumber int64
	ApprovalCode    string
	Code            Code // response_code
	Status          Status

	CashUsed      int64
	CashBalance   int64 // the customer's, after the payment
	PointsUsed    int64
	PointsBalance int64 // the customer's, after the payment
	PointsEarned  int64

	CheckSum string // verified only by Options.ResponseRule
}

// Numbers are what a void of this payment carries.
func (p Payment) Numbers() Numbers {
	return Numbers{p.BatchNumber, p.TraceNumber, p.ReferenceNumber, p.ApprovalCode}
}

// At is Date as a time in WIB; zero where DOKU sent none, or something else.
func (p Payment) At() time.Time {
	t, err := time.ParseInLocation(DateLayout, p.Date, WIB)
	if err != nil {
		return time.Time{}
	}
	return t
}

// Meaning is what code and status say together. Where they contradict each other, or the
// status is none that ends a push, it is left to a check.
func (p Payment) Meaning(o Operation) Meaning {
	agreed := p.Code.For(o)
	if p.agrees(o, agreed.Follow) {
		return agreed
	}
	doubt := Meaning{Follow: Unknown, Asked: o == Push, Text: doubtText(o)}
	if p.Status.Follow() == Pending {
		doubt.Follow = Pending
	}
	return doubt
}

// agrees tells whether DOKU's status and OVO's code, which is read as f, say the same. A
// void's answer is published nowhere, so that it may have no status, or the payment's.
func (p Payment) agrees(o Operation, f Follow) bool {
	success := p.Code == Success
	switch p.Status {
	case StatusSuccess:
		return success
	case StatusFailed:
		return !success
	case StatusExpired:
		return f == Unanswered
	case StatusRefunded:
		return success && o == Void
	case "":
		return !success || o == Void
	}
	return false
}

// Transaction is what a check and a notification tell of a payment. What DOKU left out is
// zero. Dates are UTC.
type Transaction struct {
	InvoiceNumber     string
	Amount            int64 // whole rupiah
	Status            Status
	Date              string // as sent, such as 2021-01-27T03:24:23Z
	OriginalRequestID string // the push's Request-Id
	Service           string // EMONEY
	Acquirer          string // OVO
	Channel           string // EMONEY_OVO
	// Paid are OVO's numbers as far as DOKU tells them: of its e-money products that is emoney_payment.approval_code, which
	// others have seen; ovo_payment is read too. A void of a push whose answer was lost may carry them.
	Paid Numbers
}

// At is Date as a time; zero where DOKU sent none, or something else.
func (t Transaction) At() time.Time {
	at, err := ParseTimestamp(t.Date)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}

// judge tells whether an HTTP answer is a verdict on the request that was sent. The
// error says why it is none.
//
// Where DOKU's documents are silent we doubt, since a doubtful push is checked and a
// believed one is money: 5xx is never a verdict, nor is an approval under an HTTP status
// that says failure; 409 says "once more".
func (c *Client) judge(r *Rendered, status int, header http.Header, body []byte) (Answer, error) {
	a := Answer{Operation: r.Operation, Replayed: status == http.StatusConflict, Status: status, Header: header, Body: body}
	if status < 200 || status >= 300 && status < 400 || status >= 500 {
		return a, errors.New("the HTTP status is none of DOKU's")
	}
	if len(body) == 0 {
		return a, errors.New("empty body")
	}
	if !isJSON(header.Get("Content-Type")) {
		return a, errors.New("content type is not JSON")
	}
	if c.answers && !c.signed(r, header, body) {
		return a, errors.New("the answer's Signature is missing or not right")
	}
	m, err := parse(body)
	if err != nil {
		return a, err
	}
	if a.Refusal = m.refusal(); !a.Refusal.IsZero() {
		if status < 400 {
			return a, errors.New("an error under an HTTP status that says success")
		}
		if !m.missing("", "ovo_payment") || !m.missing("", "transaction") {
			return a, errors.New("an error and a payment in one answer")
		}
		return a, nil
	}
	if r.Operation == Check {
		a.Transaction, err = m.checked(r.want, status)
	} else {
		a.Payment, err = m.paid(r.Operation, r.want, status)
		if err == nil && c.rule == Alphabetical && !m.summed(c.secret) {
			err = errors.New("security.check_sum is missing or not right")
		}
	}
	return a, err
}

// isJSON accepts a missing content type: nothing speaks against JSON then.
func isJSON(contentType string) bool {
	mediaType, _, _ := strings.Cut(contentType, ";")
	mediaType = strings.ToLower(strings.TrimSpace(mediaType))
	return mediaType == "" || mediaType == "application/json" || strings.HasSuffix(mediaType, "+json")
}

// signed tells whether an answer carries DOKU's header signature.
func (c *Client) signed(r *Rendered, header http.Header, body []byte) bool {
	_, target := splitURL(r.URL)
	s := Signed{
		ClientID: c.clientID, RequestID: r.Header.Get("Request-Id"), Timestamp: header.Get("Response-Timestamp"),
		Target: target, Body: body, Response: true,
	}
	return header.Get("Client-Id") == s.ClientID && header.Get("Request-Id") == s.RequestID && Verify(c.secret, s, header.Get("Signature"))
}

// succeeds tells whether an approval may stand under an HTTP status.
func succeeds(status int) bool { return status < 300 || status == http.StatusConflict }

// paid reads the answer to a push or void.
func (m fields) paid(o Operation, want identity, status int) (Payment, error) {
	p := m.payment()
	switch {
	case !p.Code.proper():
		return Payment{}, errors.New("response_code is no code")
	case !p.Status.proper():
		return Payment{}, errors.New("status is no status")
	case p.Code == "" && p.Status == "":
		return Payment{}, errors.New("neither response_code nor status")
	}
	approved := p.Code == Success || p.Status == StatusSuccess
	if approved && !succeeds(status) {
		return Payment{}, errors.New("a success under an HTTP status that says failure")
	}
	// What is said once more must be seen to be about this payment: Request-Ids are ours.
	return p, m.about(want, approved && o == Push || status == http.StatusConflict)
}

// checked reads the answer to a check.
func (m fields) checked(want identity, status int) (Transaction, error) {
	t := m.transaction()
	switch {
	case m.missing("order", "invoice_number"):
		return Transaction{}, errors.New("no echo: order.invoice_number")
	case t.Status == "" || !t.Status.proper():
		return Transaction{}, errors.New("no status")
	case !succeeds(status):
		return Transaction{}, errors.New("a status under an HTTP status that says failure")
	case t.Status == StatusSuccess && m.missing("order", "amount"):
		return Transaction{}, errors.New("no echo: order.amount")
	}
	return t, m.about(want, false)
}

// about compares the echo with what was asked. What DOKU left out is tolerated unless
// complete is set; what is another payment's never is.
func (m fields) about(want identity, complete bool) error {
	amount, _ := m.integer("order", "amount")
	phone, _ := Phone(m.text("ovo_info", "ovo_id")).normalized()
	for _, echo := range [...]struct {
		in, key string
		asked   bool
		same    bool
	}{
		{"client", "id", true, m.text("client", "id") == want.clientID},
		{"order", "invoice_number", true, m.text("order", "invoice_number") == want.invoice},
		{"order", "amount", want.amount != 0, amount == want.amount},
		{"ovo_info", "ovo_id", want.phone != "", phone == want.phone},
	} {
		if m.missing(echo.in, echo.key) {
			if complete {
				return fmt.Errorf("no echo: %s.%s", echo.in, echo.key)
			}
		} else if echo.asked && !echo.same {
			return fmt.Errorf("foreign echo: %s.%s", echo.in, echo.key)
		}
	}
	return nil
}

// payment gives the message its exported form. What no verdict hangs on is read leniently.
func (m fields) payment() Payment {
	const ovo = "ovo_payment"
	return Payment{
		ClientID: m.text("client", "id"), InvoiceNumber: m.text("order", "invoice_number"), Amount: m.number("order", "amount"),
		Phone: Phone(m.text("ovo_info", "ovo_id")), AccountName: Secret(m.text("ovo_info", "ovo_account_name")),
		MerchantID: m.text("ovo_configuration", "merchant_id"), StoreCode: m.text("ovo_configuration", "store_code"),
		MID: m.text("ovo_configuration", "mid"), TID: m.text("ovo_configuration", "tid"),
		Date: m.text(ovo, "date"), BatchNumber: m.number(ovo, "batch_number"), TraceNumber: m.number(ovo, "trace_number"),
		ReferenceNumber: m.number(ovo, "reference_number"), ApprovalCode: m.text(ovo, "approval_code"),
		Code: Code(m.text(ovo, "response_code")), Status: Status(m.text(ovo, "status")),
		CashUsed: m.number(ovo, "cash_used"), CashBalance: m.number(ovo, "cash_balance"),
		PointsUsed: m.number(ovo, "ovo_points_used"), PointsBalance: m.number(ovo, "ovo_points_balance"),
		PointsEarned: m.number(ovo, "ovo_points_earned"), CheckSum: m.text("security", "check_sum"),
	}
}

func (m fields) transaction() Transaction {
	return Transaction{
		InvoiceNumber: m.text("order", "invoice_number"), Amount: m.number("order", "amount"),
		Status: Status(m.text("transaction", "status")), Date: m.text("transaction", "date"),
		OriginalRequestID: m.text("transaction", "original_request_id"),
		Service:           m.text("service", "id"), Acquirer: m.text("acquirer", "id"), Channel: m.text("channel", "id"),
		Paid: m.numbers(),
	}
}

// numbers reads what a void may carry; what it could not is left out.
func (m fields) numbers() Numbers {
	n := Numbers{
		BatchNumber: m.number("ovo_payment", "batch_number"), TraceNumber: m.number("ovo_payment", "trace_number"),
		ReferenceNumber: m.number("ovo_payment", "reference_number"),
		ApprovalCode:    cmp.Or(m.text("ovo_payment", "approval_code"), m.text("emoney_payment", "approval_code")),
	}
	var wrong problems
	if n.check(&wrong); len(wrong) > 0 {
		return Numbers{}
	}
	return n
}

// String is "push: INV-1 SUCCESS, response_code 00 (HTTP 200)".
func (a Answer) String() string {
	s := a.Payment.String()
	switch {
	case !a.Refusal.IsZero():
		s = a.Refusal.String()
	case a.Operation == Check:
		s = a.Transaction.String()
	}
	return fmt.Sprintf("%s: %s (HTTP %d)", string(a.Operation), s, a.Status)
}

// Format prints String for every verb.
func (a Answer) Format(f fmt.State, _ rune) { print(f, a.String()) }

// LogValue is String.
func (a Answer) LogValue() slog.Value { return slog.StringValue(a.String()) }

// String is "INV-1 SUCCESS, response_code 00, trace 987654".
func (p Payment) String() string {
	s := fmt.Sprintf(" %s, response_code %s", string(p.Status), string(p.Code))
	if p.TraceNumber != 0 {
		s += fmt.Sprintf(", trace %d", p.TraceNumber)
	}
	return maskReference(p.InvoiceNumber) + maskDigits(s)
}

// Format prints String for every verb.
func (p Payment) Format(f fmt.State, _ rune) { print(f, p.String()) }

// LogValue is String.
func (p Payment) LogValue() slog.Value { return slog.StringValue(p.String()) }

// String is "INV-1 SUCCESS Rp10000".
func (t Transaction) String() string {
	return maskReference(fmt.Sprintf("%s %s Rp%d", t.InvoiceNumber, string(t.Status), t.Amount))
}

// Format prints String for every verb.
func (t Transaction) Format(f fmt.State, _ rune) { print(f, t.String()) }

// LogValue is String.
func (t Transaction) LogValue() slog.Value { return slog.StringValue(t.String()) }
