package ovo

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
)

// MaxBody is the largest answer that is read, in bytes.
const MaxBody = 64 << 10

// Answer is OVO's verdict on one request. It prints without personal data; Header and
// Body are what came over the wire, for the log.
type Answer struct {
	Operation Operation
	Code      Code // Response.Code
	Response  Response
	Status    int // HTTP status, 200 or, for failures, also another
	Header    http.Header
	Body      []byte
}

// Meaning is what follows from the answer: Code.For(Operation).
func (a Answer) Meaning() Meaning { return a.Code.For(a.Operation) }

// Response is OVO's message. Whatever OVO left out is zero; balances and the name may
// be missing even from an approval. It prints without personal data.
type Response struct {
	Type            string // "0210", "0410" or "0110"
	ProcessingCode  string
	Amount          int64  // whole rupiah
	Date            string // as sent, in the form of DateLayout
	TraceNumber     int    // OVO's number for the transaction
	HostTime        string // HHmmss, WIB
	HostDate        string // MMdd, WIB
	ReferenceNumber int
	ApprovalCode    string // on success only
	Code            Code   // responseCode
	Message         string
	TID, MID        string
	RequestData     RequestData  // transactionRequestData
	ResponseData    ResponseData // transactionResponseData
}

// RequestData is OVO's echo of transactionRequestData.
type RequestData struct {
	BatchNumber     int
	MerchantInvoice string
	Phone           string // as sent by OVO, not normalised
}

// ResponseData is transactionResponseData: all texts, amounts in whole rupiah or points.
type ResponseData struct {
	StoreAddress1, StoreAddress2 string
	OVOID                        string // masked by OVO, such as ********0400
	CashUsed                     string
	CashBalance                  string
	OVOPointsEarned              string
	OVOPointsUsed                string
	OVOPointsBalance             string
	FullName                     string
	StoreName, StoreCode         string
	PaymentType                  string // PUSH TO PAY
}

// identity is what an answer must be about.
type identity struct {
	tid, mid, invoice string
	batch, reference  int64
	amount            int64
	body              *byte // the first byte of the Body it was made from
}

func (r *Request) identity(body []byte) identity {
	w := identity{tid: r.Terminal.TID, mid: r.Terminal.MID, body: &body[0]}
	if r.Operation != Inquiry {
		w.invoice, w.amount = r.MerchantInvoice, r.Amount
		w.batch, w.reference = int64(r.BatchNumber), int64(r.ReferenceNumber)
	}
	return w
}

// identity reads from one of our own messages what Request.identity knows.
func (m *message) identity(o Operation, body []byte) (identity, error) {
	w := identity{tid: m.tid.scalar(), mid: m.mid.scalar(), body: &body[0]}
	if o == Inquiry {
		return w, nil
	}
	var ok [3]bool
	w.invoice = m.merchantInvoice.scalar()
	w.amount, ok[0] = m.amount.integer()
	w.batch, ok[1] = m.batchNo.integer()
	w.reference, ok[2] = m.referenceNumber.integer()
	if ok != [3]bool{true, true, true} {
		return identity{}, errors.New("body: amount, batchNo or referenceNumber is missing")
	}
	return w, nil
}

// String is "000004/000123 TID 00300001".
func (w identity) String() string {
	s := fmt.Sprintf("%06d/%06d", w.batch, w.reference)
	if w.tid != "" {
		s += " TID " + maskDigits(w.tid)
	}
	return s
}

// judge tells whether an HTTP answer is a verdict on the request that was sent. The
// error says why it is none.
//
// Where OVO's documents are silent we doubt, since a doubtful push is reversed and a
// believed one is money: 5xx is never a verdict, nor is "00" under an HTTP status that
// says failure.
func judge(o Operation, want *identity, status int, header http.Header, body []byte) (Response, error) {
	if status < 200 || status >= 300 && status < 400 || status >= 500 {
		return Response{}, errors.New("the HTTP status is none of OVO's")
	}
	if len(body) == 0 {
		return Response{}, errors.New("empty body")
	}
	if !isJSON(header.Get("Content-Type")) {
		return Response{}, errors.New("content type is not JSON")
	}
	m, err := parseMessage(body)
	if err != nil {
		return Response{}, err
	}
	code, ok := m.code()
	if !ok {
		return Response{}, errors.New("no responseCode")
	}
	if m.typ.kind != '"' || m.typ.text != o.ResponseType() {
		return Response{}, fmt.Errorf("type is not %s", o.ResponseType())
	}
	if code == Success && status >= 300 {
		return Response{}, errors.New("responseCode 00 under a failing HTTP status")
	}
	if err := m.about(o, want, o == Push && code == Success); err != nil {
		return Response{}, err
	}
	return m.toResponse(code), nil
}

// isJSON accepts a missing content type: nothing speaks against JSON then.
func isJSON(contentType string) bool {
	mediaType, _, _ := strings.Cut(contentType, ";")
	mediaType = strings.ToLower(strings.TrimSpace(mediaType))
	return mediaType == "" || mediaType == "application/json" || strings.HasSuffix(mediaType, "+json")
}

// code reads responseCode: a string of 1 to 4 letters and digits.
func (m *message) code() (Code, bool) {
	text := m.responseCode.text
	return Code(text), m.responseCode.kind == '"' && sized(text, 4) && only(text, alphanumeric)
}

// about compares the echo with what was asked. A field that OVO left out is tolerated
// (failures often carry no echo) unless complete is set; a field of another payment
// never is.
func (m *message) about(o Operation, want *identity, complete bool) error {
	if !m.processingCode.missing() && m.processingCode.text != o.ProcessingCode() {
		return errors.New("foreign echo: processingCode")
	}
	texts := [...]struct {
		field    string
		got      token
		want     string
		required bool
	}{
		{"tid", m.tid, want.tid, complete},
		{"mid", m.mid, want.mid, complete},
		{"merchantInvoice", m.merchantInvoice, want.invoice, false},
	}
	for _, t := range texts {
		if t.got.missing() {
			if t.required {
				return fmt.Errorf("approved without %s", t.field)
			}
		} else if t.want != "" && t.got.scalar() != t.want {
			return fmt.Errorf("foreign echo: %s", t.field)
		}
	}
	numbers := [...]struct {
		field string
		got   token
		want  int64
	}{
		{"batchNo", m.batchNo, want.batch},
		{"referenceNumber", m.referenceNumber, want.reference},
		{"amount", m.amount, want.amount},
	}
	for _, n := range numbers {
		if n.got.missing() {
			if complete {
				return fmt.Errorf("approved without %s", n.field)
			}
		} else if got, ok := n.got.integer(); n.want != 0 && (!ok || got != n.want) {
			return fmt.Errorf("foreign echo: %s", n.field)
		}
	}
	return nil
}

// toResponse gives the message its exported form. What no verdict hangs on is read
// leniently: a balance that is a number, a trace number that is a text.
func (m *message) toResponse(code Code) Response {
	number := func(t token) int64 { n, _ := t.integer(); return n }
	return Response{
		Type: m.typ.scalar(), ProcessingCode: m.processingCode.scalar(),
		Amount: number(m.amount), Date: m.date.scalar(),
		TraceNumber: int(number(m.traceNumber)), HostTime: m.hostTime.scalar(), HostDate: m.hostDate.scalar(),
		ReferenceNumber: int(number(m.referenceNumber)), ApprovalCode: m.approvalCode.scalar(),
		Code: code, Message: m.text.scalar(), TID: m.tid.scalar(), MID: m.mid.scalar(),
		RequestData: RequestData{
			BatchNumber:     int(number(m.batchNo)),
			MerchantInvoice: m.merchantInvoice.scalar(), Phone: m.phone.scalar(),
		},
		ResponseData: parseResponseData(m.response),
	}
}

// parseResponseData reads an object that is known to be well-formed. A field that
// stands twice ends the reading: nothing here decides about money.
func parseResponseData(object token) ResponseData {
	if object.kind != '{' {
		return ResponseData{}
	}
	var t struct {
		address1, address2, ovoid, used, balance, earned, pointsUsed, points token
		fullName, storeName, storeCode, payment                              token
	}
	p := scanner{s: object.text}
	_ = p.document(func(key string) *token {
		switch key {
		case "storeAddress1":
			return &t.address1
		case "storeAddress2":
			return &t.address2
		case "ovoid":
			return &t.ovoid
		case "cashUsed":
			return &t.used
		case "cashBalance":
			return &t.balance
		case "ovoPointsEarned":
			return &t.earned
		case "ovoPointsUsed":
			return &t.pointsUsed
		case "ovoPointsBalance":
			return &t.points
		case "fullName":
			return &t.fullName
		case "storeName":
			return &t.storeName
		case "storeCode":
			return &t.storeCode
		case "paymentType":
			return &t.payment
		}
		return nil
	})
	return ResponseData{
		StoreAddress1: t.address1.scalar(), StoreAddress2: t.address2.scalar(), OVOID: t.ovoid.scalar(),
		CashUsed: t.used.scalar(), CashBalance: t.balance.scalar(), OVOPointsEarned: t.earned.scalar(),
		OVOPointsUsed: t.pointsUsed.scalar(), OVOPointsBalance: t.points.scalar(), FullName: t.fullName.scalar(),
		StoreName: t.storeName.scalar(), StoreCode: t.storeCode.scalar(), PaymentType: t.payment.scalar(),
	}
}

// String is "push: responseCode 00 (HTTP 200), trace 3451".
func (a Answer) String() string {
	return fmt.Sprintf("%s: %s (HTTP %d)", string(a.Operation), a.Response, a.Status)
}

// Format prints String for every verb.
func (a Answer) Format(f fmt.State, _ rune) { print(f, a.String()) }

// LogValue is String.
func (a Answer) LogValue() slog.Value { return slog.StringValue(a.String()) }

// String is "responseCode 00, trace 3451".
func (r Response) String() string {
	s := "responseCode " + maskDigits(string(r.Code))
	if r.TraceNumber != 0 {
		s += fmt.Sprintf(", trace %d", r.TraceNumber)
	}
	return s
}

// Format prints String for every verb.
func (r Response) Format(f fmt.State, _ rune) { print(f, r.String()) }

// LogValue is String.
func (r Response) LogValue() slog.Value { return slog.StringValue(r.String()) }

// String is the batch and the invoice, without the phone.
func (d RequestData) String() string {
	return fmt.Sprintf("batch %d invoice %s", d.BatchNumber, maskDigits(d.MerchantInvoice))
}

// Format prints String for every verb.
func (d RequestData) Format(f fmt.State, _ rune) { print(f, d.String()) }

// LogValue is String.
func (d RequestData) LogValue() slog.Value { return slog.StringValue(d.String()) }

// String is the payment type alone: the rest is the customer's.
func (d ResponseData) String() string { return "paymentType " + maskDigits(d.PaymentType) }

// Format prints String for every verb.
func (d ResponseData) Format(f fmt.State, _ rune) { print(f, d.String()) }

// LogValue is String.
func (d ResponseData) LogValue() slog.Value { return slog.StringValue(d.String()) }
