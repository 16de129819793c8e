package ovo

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
)

// The three ways in which a call fails to bring a verdict. No code may merge them: after
// the first the customer was not asked, after the others the push must be reversed.
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
// prints without headers and body, and with long numbers masked.
type CallError struct {
	Kind    error // ErrNotSent, ErrNoAnswer or ErrUnclear
	Op      Operation
	Payment string // batch, reference number and TID
	Cause   error
	Hint    string // for operators; may be empty

	// What came back, with ErrUnclear.
	Status int
	Header http.Header
	Body   []byte // up to MaxBody
}

// Error is "push 000004/000123 TID 00300001: no answer: cause".
func (e *CallError) Error() string {
	s := fmt.Sprintf("ovo: %s %s: %v", string(e.Op), e.Payment, e.Kind)
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
