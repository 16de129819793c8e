package lunas

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Error is what the gateway has against a request. Programs decide by Code, which is stable; the contract lists all of
// them. Take it out of an error by errors.As.
type Error struct {
	// Request is the method and the route, without ids.
	Request string `json:"-"`
	// Status is the HTTP status.
	Status int    `json:"status"`
	Code   string `json:"code"`   // such as amount_too_small; unexpected_answer when something else than a gateway answered
	Title  string `json:"title"`  // the kind of problem, in a few words
	Detail string `json:"detail"` // what is wrong with this request
	Field  string `json:"field"`  // the field, parameter or header at fault; empty when there is none
	Hint   string `json:"hint"`   // what to do about it

	// RequestID names the request in the gateway's log.
	RequestID string `json:"request_id"`
	// RetryAfter is how long to wait before the next try; 0: not said.
	RetryAfter time.Duration `json:"-"`
	// PaymentID and State tell of the payment that stands in the way.
	PaymentID string `json:"payment_id"`
	State     State  `json:"state"`
	// Until is when the reason ceases; nil: not said.
	Until *time.Time `json:"until"`
	// Errors are all fields at fault, when there is more than one.
	Errors []FieldError `json:"errors"`
}

// FieldError is one of several mistakes in a request.
type FieldError struct {
	Code   string `json:"code"`
	Field  string `json:"field"`
	Detail string `json:"detail"`
	Hint   string `json:"hint"`
}

// Error gives the code, what is wrong and the request's id, in one line.
func (e *Error) Error() string {
	s := e.Request + ": " + e.Code
	if len(e.Errors) > 1 {
		for i, f := range e.Errors {
			s += separator(i) + f.Detail
		}
	} else if e.Detail != "" {
		s += ": " + e.Detail
	}
	if e.RequestID != "" {
		s += " (request " + e.RequestID + ")"
	}
	return s
}

func separator(i int) string {
	if i == 0 {
		return ": "
	}
	return "; "
}

// ConnectionError is a request that got no answer: the gateway could not be reached, or the connection broke. Whether the
// gateway has acted is not known; Create and the asks find out by repeating with the same idempotency key.
type ConnectionError struct {
	Request string // the method and the route, without ids
	Err     error
}

// Error says which request got no answer, and why.
func (e *ConnectionError) Error() string { return e.Request + ": no answer: " + e.Err.Error() }

// Unwrap gives the cause.
func (e *ConnectionError) Unwrap() error { return e.Err }

// readError makes an error of an answer that is none of 2xx.
func readError(name string, answer *http.Response, content []byte) error {
	e := &Error{}
	media, _, _ := strings.Cut(answer.Header.Get("Content-Type"), ";")
	if media != "application/problem+json" || json.Unmarshal(content, e) != nil || e.Code == "" {
		*e = Error{
			Code: "unexpected_answer", Title: "No answer of a gateway",
			Detail: fmt.Sprintf("HTTP %d without a problem document", answer.StatusCode),
			Hint:   "Is the address that of a lunas gateway? A proxy in between may have answered.",
		}
	}
	e.Request, e.Status = name, answer.StatusCode
	if e.RequestID == "" {
		e.RequestID = answer.Header.Get("Request-Id")
	}
	e.RetryAfter = retryAfter(answer.Header.Get("Retry-After"), time.Now())
	return e
}

// retryAfter reads the header in both its forms: seconds, or a date.
func retryAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil && at.After(now) {
		return at.Sub(now)
	}
	return 0
}
