package doku

import (
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"
)

// Operation names what is asked of DOKU. The strings are stable and may be stored.
type Operation string

// The three operations.
const (
	Push  Operation = "push"  // ask the customer to pay in the OVO app
	Void  Operation = "void"  // cancel an approved push; DOKU's guide does not describe it
	Check Operation = "check" // ask what became of a push
)

// Default limits of one call, from sending to the last byte of the answer, used when the
// context has no deadline. DOKU, OVO Push Payment Guide: "The timeout from OVO is 70
// seconds"; the 5 s above are what DOKU's partners give its answer to arrive.
const (
	PushTimeout  = 75 * time.Second
	VoidTimeout  = 15 * time.Second
	CheckTimeout = 15 * time.Second
)

// SendWithin is how long after it was rendered a push or a void may leave. A process that
// was paused in between must not ask the customer late.
const SendWithin = 2 * time.Second

// Limits of DOKU's fields.
const (
	MaxInvoiceNumber = 64              // characters: "Max length: 64"
	MaxAmount        = 999_999_999_999 // "Max length: 12"
	MaxRequestID     = 128             // characters
)

// Paths below Options.URL. A check's ends with the invoice number.
const (
	PushPath  = "/ovo-emoney/v1/payment"
	VoidPath  = "/ovo-emoney/v1/cancel"
	CheckPath = "/orders/v1/status/"
)

// Operations lists all three, in the order of this package's documentation.
func Operations() []Operation { return []Operation{Push, Void, Check} }

// Method is POST, or GET for a check; empty for an unknown operation.
func (o Operation) Method() string {
	switch o {
	case Push, Void:
		return "POST"
	case Check:
		return "GET"
	}
	return ""
}

// Timeout is the call's default limit; zero for an unknown operation.
func (o Operation) Timeout() time.Duration {
	switch o {
	case Push:
		return PushTimeout
	case Void:
		return VoidTimeout
	case Check:
		return CheckTimeout
	}
	return 0
}

// Request is one operation about one payment.
//
//	field          push  void          check
//	InvoiceNumber  yes   the push's    the push's
//	Amount         yes   the push's    compared with the answer, not sent; 0: not compared
//	Phone          yes   the push's    not used
//	Paid           –     of its answer –
//	RequestID      yes   yes           yes   (a new one for each; not used by unsigned calls)
//
// It prints with its phone masked.
type Request struct {
	Operation Operation // may be left empty with Client.Push and its sisters
	// InvoiceNumber is unique per push: 1 to 64 letters, digits, '-', '_', '.' or '~'.
	// DOKU allows more signs in it; these stand in a check's address as they are.
	InvoiceNumber string
	Amount        int64 // whole rupiah, 1 to MaxAmount
	Phone         Phone // the customer's: 08…, 62… or +62…; sent as 08…
	Paid          Numbers
	// RequestID is sent as Request-Id, 1 to 128 visible ASCII characters. DOKU answers
	// one that it has seen with HTTP 409 and its first answer.
	RequestID string
}

// Numbers are OVO's for an approved push, copied from its answer into its void. What the
// answer had not is left zero and is not sent.
type Numbers struct {
	BatchNumber     int64
	TraceNumber     int64
	ReferenceNumber int64
	ApprovalCode    string // up to 64 letters, digits, '-', '_' or '.'
}

const maxNumber = 999_999_999

// checked gives r as it goes on the wire: phone normalised. All mistakes are reported
// together, as *FieldError joined.
func (r Request) checked(at time.Time, signed bool) (Request, error) {
	var p problems
	p.must(r.Operation.Method() != "", "operation", "is not one of DOKU's three", "push, void, check")
	p.must(invoiceNumber(r.InvoiceNumber), "order.invoice_number", "must be 1 to 64 letters, digits, '-', '_', '.' or '~'", "it is part of a check's address")
	p.must(r.Amount >= 1 || r.Operation == Check && r.Amount == 0, "order.amount", "must be at least 1 rupiah", "OVO answers RC 13 below it")
	p.must(r.Amount <= MaxAmount, "order.amount", "must have at most 12 digits", "")
	if signed {
		p.must(sized(r.RequestID, MaxRequestID) && only(r.RequestID, visible), "Request-Id", "must be 1 to 128 visible ASCII characters", "a new one for every request")
	}
	p.must(plausible(at), "Request-Timestamp", "would not be a plausible time", "check the clock")
	if r.Operation == Check {
		return r, p.err()
	}
	phone, err := r.Phone.normalized()
	if err != nil {
		p = append(p, err)
	}
	r.Phone = Phone(phone)
	if r.Operation == Void {
		r.Paid.check(&p)
	}
	return r, p.err()
}

// invoiceNumber tells whether s can be one of ours: "." and ".." mean something in an address.
func invoiceNumber(s string) bool {
	return sized(s, MaxInvoiceNumber) && only(s, unreserved) && strings.Trim(s, ".") != ""
}

func (n Numbers) check(p *problems) {
	p.must(n != Numbers{}, "ovo_payment", "is missing", "copy it from the push's answer: Payment.Numbers")
	for _, number := range [...]struct {
		field string
		value int64
	}{{"batch_number", n.BatchNumber}, {"trace_number", n.TraceNumber}, {"reference_number", n.ReferenceNumber}} {
		p.must(number.value >= 0 && number.value <= maxNumber, "ovo_payment."+number.field, "must be 0 to 999999999", "")
	}
	p.must(len(n.ApprovalCode) <= 64 && only(n.ApprovalCode, name), "ovo_payment.approval_code", "must be up to 64 letters, digits, '-', '_' or '.'", "")
}

// appendBody writes the message in the order of members that DOKU's documents use. All
// values have been checked to need no escaping.
func (r *Request) appendBody(b []byte, clientID string, secret Secret) []byte {
	sum := CheckSum(secret, r.Amount, clientID, r.InvoiceNumber, string(r.Phone))
	b = append(b, `{"client":{"id":"`...)
	b = append(b, clientID...)
	b = append(b, `"},"order":{"invoice_number":"`...)
	b = append(b, r.InvoiceNumber...)
	b = append(b, `","amount":`...)
	b = strconv.AppendInt(b, r.Amount, 10)
	b = append(b, `},"ovo_info":{"ovo_id":"`...)
	b = append(b, r.Phone...)
	b = append(b, `"}`...)
	if r.Operation == Void {
		sum = VoidCheckSum(secret, r.Amount, clientID, r.InvoiceNumber, string(r.Phone), r.Paid)
		b = r.Paid.append(append(b, `,"ovo_payment":{`...))
	}
	b = append(b, `,"security":{"check_sum":"`...)
	b = append(b, sum...)
	return append(b, `"}}`...)
}

// append writes the members of ovo_payment that are there, and the closing brace.
func (n Numbers) append(b []byte) []byte {
	for _, number := range [...]struct {
		field string
		value int64
	}{{`"batch_number":`, n.BatchNumber}, {`"trace_number":`, n.TraceNumber}, {`"reference_number":`, n.ReferenceNumber}} {
		if number.value != 0 {
			b = append(b, number.field...)
			b = append(strconv.AppendInt(b, number.value, 10), ',')
		}
	}
	if n.ApprovalCode != "" {
		b = append(b, `"approval_code":"`...)
		b = append(b, n.ApprovalCode...)
		b = append(b, '"', ',')
	}
	b[len(b)-1] = '}' // at least one is there
	return b
}

// String names the payment without its phone: "push INV-1 Rp10000 0812*****111".
func (r Request) String() string {
	return maskReference(fmt.Sprintf("%s %s Rp%d ", string(r.Operation), r.InvoiceNumber, r.Amount)) + r.Phone.String()
}

// Format prints String for every verb, so that no verb shows the phone.
func (r Request) Format(f fmt.State, _ rune) { print(f, r.String()) }

// LogValue is String.
func (r Request) LogValue() slog.Value { return slog.StringValue(r.String()) }
