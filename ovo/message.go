package ovo

import (
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"
)

// Operation names what is asked of OVO. The strings are stable and may be stored.
type Operation string

// The six operations of OVO, Push To Pay API: Request Parameter.
const (
	Push      Operation = "push"       // ask the customer to pay in the OVO app
	Reversal  Operation = "reversal"   // undo a push that was not answered; mandatory
	Void      Operation = "void"       // cancel an approved push, until 23:59 WIB of the same day
	Check     Operation = "check"      // ask what became of a push, up to 7 days back
	CheckVoid Operation = "check_void" // ask what became of a void
	Inquiry   Operation = "inquiry"    // ask whether a phone number is an OVO account
)

// Default limits of one call, from sending to the last byte of the answer, used when
// the context has no deadline. OVO, Push To Pay API: one push session lives 60 s, a phone
// inquiry may be limited to 10 s; the other 15 s are what OVO's partners use.
const (
	PushTimeout      = 60 * time.Second
	ReversalTimeout  = 15 * time.Second
	VoidTimeout      = 15 * time.Second
	CheckTimeout     = 15 * time.Second
	CheckVoidTimeout = 15 * time.Second
	InquiryTimeout   = 10 * time.Second
)

// SendWithin is how long after it was rendered a push may leave. The provider's session
// and our 65 s reversal are counted from the rendering; a process that was paused in
// between must not ask the customer late.
const SendWithin = 2 * time.Second

// Limits of OVO's fields.
const (
	MaxReferenceNumber = 999_999 // "max ref number 999999 within 1 batch number"
	MaxBatchNumber     = 999_999 // "Max of batch number is 6 digits"
	MaxAmount          = 999_999_999_999
)

// DateLayout is OVO's date format, always in [WIB]: "yyyy-MM-dd HH:mm:ss.SSS", exactly
// three digits of milliseconds.
const DateLayout = "2006-01-02 15:04:05.000"

// WIB is Western Indonesia Time, UTC+7 without daylight saving. It is never changed.
var WIB = time.FixedZone("WIB", 7*3600)

// words are an operation's fixed values on the wire. OVO's printed table lost its
// leading zeros (210, 40000); on the wire they are strings of 4 and 6 characters.
type words struct {
	request, response, processing string
	timeout                       time.Duration
}

func (o Operation) words() words {
	switch o {
	case Push:
		return words{"0200", "0210", "040000", PushTimeout}
	case Reversal:
		return words{"0400", "0410", "040000", ReversalTimeout}
	case Void:
		return words{"0200", "0210", "020040", VoidTimeout}
	case Check:
		return words{"0100", "0110", "040000", CheckTimeout}
	case CheckVoid:
		return words{"0100", "0110", "020040", CheckVoidTimeout}
	case Inquiry:
		return words{"0100", "0110", "050000", InquiryTimeout}
	}
	return words{}
}

// Operations lists all six, in the order of this package's documentation.
func Operations() []Operation {
	return []Operation{Push, Reversal, Void, Check, CheckVoid, Inquiry}
}

// OperationOf is the operation of a request with this type and processing code; ok is
// false for a pair that OVO does not list.
func OperationOf(requestType, processingCode string) (o Operation, ok bool) {
	for _, o := range Operations() {
		if w := o.words(); w.request == requestType && w.processing == processingCode {
			return o, true
		}
	}
	return "", false
}

// RequestType is the request's type on the wire, such as "0200"; empty for an unknown operation.
func (o Operation) RequestType() string { return o.words().request }

// ResponseType is the type that an answer must carry, such as "0210".
func (o Operation) ResponseType() string { return o.words().response }

// ProcessingCode is the processing code on the wire, such as "040000".
func (o Operation) ProcessingCode() string { return o.words().processing }

// Timeout is the call's default limit; zero for an unknown operation.
func (o Operation) Timeout() time.Duration { return o.words().timeout }

// Terminal says which till asks. OVO gives all four with the credentials.
type Terminal struct {
	TID        string // terminal, 8 digits
	MID        string // merchant at the acquirer's level, up to 15 letters and digits
	MerchantID string // merchant at OVO, up to 32 letters and digits
	StoreCode  string // store, up to 15 characters; empty or unknown gives RC BR
}

// Request is one operation about one payment.
//
//	field            push  reversal  void  check  check_void  inquiry
//	Terminal         yes   yes       yes   yes    yes         yes
//	Amount           yes   original  …     …      …           not sent
//	Date             at¹   original  …     …      …           at¹
//	BatchNumber      yes   original  …     …      …           not sent
//	ReferenceNumber  yes   original  …     …      …           not sent
//	MerchantInvoice  yes   original  …     …      …           not sent
//	Phone            yes   may be ""  yes  yes    yes         yes
//
// ¹ zero means the instant of rendering. "Original" is the push's own value: it is by
// all of them together that OVO finds the push again.
//
// It prints with its phone masked.
type Request struct {
	Operation       Operation // may be left empty with Client.Push and its sisters
	Terminal        Terminal
	Amount          int64     // whole rupiah, 1 to MaxAmount
	Date            time.Time // sent in WIB, cut to milliseconds
	BatchNumber     int       // 1 to MaxBatchNumber
	ReferenceNumber int       // 1 to MaxReferenceNumber
	// PadBatchNumber sends the batch number with six digits, for batches that are named
	// after their day, ddmmyy: 010321, not 10321.
	PadBatchNumber  bool
	MerchantInvoice string // unique, 1 to 50 visible ASCII characters without quotes, backslash or spaces
	Phone           string // 08…, 62… or +62…; see NormalizePhone
}

// FieldError says what is wrong with one field. It never contains the field's value.
type FieldError struct {
	Field   string // as in OVO's message, such as "tid"
	Problem string // "must be 8 digits"
	Hint    string // how to put it right; may be empty
}

// Error is "field problem (hint)".
func (e *FieldError) Error() string {
	s := e.Field + " " + e.Problem
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s
}

// checked gives r as it goes on the wire: phone normalised, date filled. All mistakes
// are reported together, as *FieldError joined.
func (r Request) checked(at time.Time) (Request, error) {
	var wrong []error
	must := func(ok bool, field, problem, hint string) {
		if !ok {
			wrong = append(wrong, &FieldError{field, problem, hint})
		}
	}
	if r.Operation.RequestType() == "" {
		must(false, "operation", "is not one of OVO's six", "push, reversal, void, check, check_void, inquiry")
	}
	must(len(r.Terminal.TID) == 8 && only(r.Terminal.TID, digit), "tid", "must be 8 digits", "keep leading zeros, as in 00300001")
	must(sized(r.Terminal.MID, 15) && only(r.Terminal.MID, alphanumeric), "mid", "must be 1 to 15 letters and digits", "")
	must(sized(r.Terminal.MerchantID, 32) && only(r.Terminal.MerchantID, alphanumeric), "merchantId", "must be 1 to 32 letters and digits", "")
	must(sized(r.Terminal.StoreCode, 15) && only(r.Terminal.StoreCode, name), "storeCode", "must be 1 to 15 letters, digits, '.', '_' or '-'", "OVO answers RC BR to others")
	if r.Operation != Inquiry {
		must(r.Amount >= 1, "amount", "must be at least 1 rupiah", "OVO answers RC 13 below it")
		must(r.Amount <= MaxAmount, "amount", "must have at most 12 digits", "")
		must(r.BatchNumber >= 1 && r.BatchNumber <= MaxBatchNumber, "batchNo", "must be 1 to 999999", "")
		must(r.ReferenceNumber >= 1 && r.ReferenceNumber <= MaxReferenceNumber, "referenceNumber", "must be 1 to 999999", "the next batch starts again at 1")
		must(sized(r.MerchantInvoice, 50) && only(r.MerchantInvoice, visible), "merchantInvoice", "must be 1 to 50 visible ASCII characters without quotes, backslash or spaces", "")
	}
	if r.Date.IsZero() {
		must(r.Operation == Push || r.Operation == Inquiry, "date", "is missing", "send the date of the original push")
		r.Date = at
	}
	r.Date = r.Date.In(WIB).Truncate(time.Millisecond)
	must(plausible(r.Date), "date", "is not a plausible time", "")
	must(plausible(at), "random", "would not be a plausible time", "check the clock")
	if r.Phone != "" || r.Operation != Reversal {
		phone, err := NormalizePhone(r.Phone)
		if err != nil {
			wrong = append(wrong, err)
		}
		r.Phone = phone
	}
	return r, errors.Join(wrong...)
}

// appendBody writes the message in the order of fields that OVO's documents use. All
// values have been checked to need no escaping.
func (r *Request) appendBody(b []byte, appSource string, pad bool) []byte {
	w := r.Operation.words()
	b = append(b, `{"type":"`...)
	b = append(b, w.request...)
	b = append(b, `","processingCode":"`...)
	b = append(b, w.processing...)
	if r.Operation != Inquiry {
		b = append(b, `","amount":`...)
		b = strconv.AppendInt(b, r.Amount, 10)
		b = append(b, `,"date":"`...)
	} else {
		b = append(b, `","date":"`...)
	}
	b = r.Date.AppendFormat(b, DateLayout)
	if r.Operation != Inquiry {
		b = append(b, `","referenceNumber":"`...)
		b = appendCounter(b, r.ReferenceNumber, pad)
	}
	b = append(b, `","tid":"`...)
	b = append(b, r.Terminal.TID...)
	b = append(b, `","mid":"`...)
	b = append(b, r.Terminal.MID...)
	b = append(b, `","merchantId":"`...)
	b = append(b, r.Terminal.MerchantID...)
	b = append(b, `","storeCode":"`...)
	b = append(b, r.Terminal.StoreCode...)
	b = append(b, `","appSource":"`...)
	b = append(b, appSource...)
	b = append(b, `","transactionRequestData":{`...)
	if r.Operation != Inquiry {
		b = append(b, `"batchNo":"`...)
		b = appendCounter(b, r.BatchNumber, pad || r.PadBatchNumber)
		b = append(b, `","merchantInvoice":"`...)
		b = append(b, r.MerchantInvoice...)
		b = append(b, '"')
		if r.Phone != "" {
			b = append(b, ',')
		}
	}
	if r.Phone != "" {
		b = append(b, `"phone":"`...)
		b = append(b, r.Phone...)
		b = append(b, '"')
	}
	return append(b, '}', '}')
}

// appendCounter writes n in decimal, with leading zeros to six digits if pad is set.
func appendCounter(b []byte, n int, pad bool) []byte {
	for limit := 100_000; pad && limit > n; limit /= 10 {
		b = append(b, '0')
	}
	return strconv.AppendInt(b, int64(n), 10)
}

// String names the payment without its phone: "push 4/1 TID 00300001 Rp12500 INV-1 0812*****890".
func (r Request) String() string {
	return maskDigits(fmt.Sprintf("%s %d/%d TID %s Rp%d %s ", string(r.Operation), r.BatchNumber, r.ReferenceNumber,
		r.Terminal.TID, r.Amount, r.MerchantInvoice)) + MaskPhone(r.Phone)
}

// Format prints String for every verb, so that no verb shows the phone.
func (r Request) Format(f fmt.State, _ rune) { print(f, r.String()) }

// LogValue is String.
func (r Request) LogValue() slog.Value { return slog.StringValue(r.String()) }

// plausible tells whether t is a time of our days (1973 to 2286), written as Unix
// seconds with at most 10 digits. How far it is from OVO's clock only OVO can say (RC TO).
func plausible(t time.Time) bool { return t.Unix() >= 100_000_000 && t.Unix() <= 9_999_999_999 }

func sized(s string, most int) bool { return len(s) >= 1 && len(s) <= most }

func only(s string, allowed func(byte) bool) bool {
	for i := range len(s) {
		if !allowed(s[i]) {
			return false
		}
	}
	return true
}

func digit(c byte) bool { return c >= '0' && c <= '9' }
func alphanumeric(c byte) bool {
	return digit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
func name(c byte) bool    { return alphanumeric(c) || c == '-' || c == '_' || c == '.' }
func visible(c byte) bool { return c > ' ' && c < 0x7f && c != '"' && c != '\\' }
