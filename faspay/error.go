package faspay

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
)

// The three ways in which a call fails to bring a verdict. No code may merge them: only
// after the first is it known that Faspay, and so the customer, was not asked.
var (
	// ErrNotSent: not one byte of the request left: refused before sending, no
	// connection, or SendBy passed.
	ErrNotSent = errors.New("not sent")
	// ErrNoAnswer: the request had a connection and may have arrived; no answer came. A
	// Direct that got no answer was accepted for all we know.
	ErrNoAnswer = errors.New("no answer")
	// ErrUnclear: something came back that is not a verdict on this request.
	ErrUnclear = errors.New("unclear answer")
)

// ErrLate is the cause of ErrNotSent where SendBy had passed.
var ErrLate = errors.New("too late to send")

// CallError is a call without a verdict. errors.Is finds its Kind and its Cause. It
// prints without headers and body, and with phone numbers masked.
type CallError struct {
	Kind  error // ErrNotSent, ErrNoAnswer or ErrUnclear
	Op    Operation
	Bill  string // bill_no and trx_id, as far as the request has them
	Cause error
	Hint  string // for operators; may be empty

	// What came back, with ErrUnclear.
	Status int
	Header http.Header
	Body   []byte // up to MaxBody
}

// Error is "faspay: post_data bill 4370: no answer: cause".
func (e *CallError) Error() string {
	s := "faspay: " + string(e.Op)
	if e.Bill != "" {
		s += " " + maskDigits(e.Bill)
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
	Field   string // as in Faspay's message, such as "bill_no"
	Problem string // "must be 5 digits"
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

// problems gathers what is wrong, so that all of it is reported at once.
type problems []error

func (p *problems) must(ok bool, field, problem, hint string) {
	if !ok {
		*p = append(*p, &FieldError{field, problem, hint})
	}
}

func (p *problems) err() error { return errors.Join(*p...) }
