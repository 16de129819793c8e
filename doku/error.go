package doku

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
)

// The three ways in which a call fails to bring a verdict. No code may merge them: after
// the first the customer was not asked, after the others only a check can tell.
var (
	// ErrNotSent: not one byte of the request left: refused before sending, no
	// connection, or SendBy passed.
	ErrNotSent = errors.New("not sent")
	// ErrNoAnswer: the request had a connection and may have arrived; no answer came.
	ErrNoAnswer = errors.New("no answer")
	// ErrUnclear: something came back that is not a verdict on this request.
	ErrUnclear = errors.New("unclear answer")
)

// ErrLate is the cause of ErrNotSent where SendBy had passed.
var ErrLate = errors.New("too late to send")

// CallError is a call without a verdict. errors.Is finds its Kind and its Cause. It
// prints without headers and body, and with long numbers of its cause masked.
type CallError struct {
	Kind    error // ErrNotSent, ErrNoAnswer or ErrUnclear
	Op      Operation
	Payment string // the invoice number
	Cause   error
	Hint    string // for operators; may be empty

	// What came back, with ErrUnclear.
	Status int
	Header http.Header
	Body   []byte // up to MaxBody
}

// Error is "doku: push INV-1: no answer: cause".
func (e *CallError) Error() string {
	s := "doku: " + string(e.Op)
	if e.Payment != "" {
		s += " " + e.Payment
	}
	s += ": " + e.Kind.Error()
	if e.Status != 0 {
		s += fmt.Sprintf(" (HTTP %d)", e.Status)
	}
	if e.Cause != nil {
		s += ": " + maskDigits(e.Cause.Error())
	}
	return s
}

// Is finds the kind.
func (e *CallError) Is(target error) bool { return target == e.Kind }

// Unwrap gives the cause, such as context.DeadlineExceeded or a *FieldError.
func (e *CallError) Unwrap() error { return e.Cause }

// Format prints Error for every verb.
func (e *CallError) Format(f fmt.State, _ rune) { print(f, e.Error()) }

// LogValue is Error.
func (e *CallError) LogValue() slog.Value { return slog.StringValue(e.Error()) }

// FieldError says what is wrong with one field. It never contains the field's value.
type FieldError struct {
	Field   string // as in DOKU's message or in Options, such as "order.amount"
	Problem string // "must have at most 12 digits"
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

// problems collects FieldErrors.
type problems []error

func (p *problems) must(ok bool, field, problem, hint string) {
	if !ok {
		*p = append(*p, &FieldError{field, problem, hint})
	}
}

func (p *problems) err() error { return errors.Join(*p...) }

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
func name(c byte) bool {
	return digit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '_' || c == '.'
}
func visible(c byte) bool { return c > ' ' && c < 0x7f }

// unreserved are the signs that stand in an address as they are (RFC 3986, 2.3).
func unreserved(c byte) bool { return name(c) || c == '~' }
