package doku

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"
)

// Limits of a notification.
const (
	MaxNotification = 64 << 10 // bytes of its body
	// DefaultTolerance is how old a Request-Timestamp may be. Ours: DOKU sends an
	// unanswered notification again after 30 minutes, 6 and 12 hours, and does not say
	// whether with a new timestamp.
	DefaultTolerance = 24 * time.Hour
	// MaxAhead is how far it may lie ahead of our clock, as DOKU allows to others.
	MaxAhead = time.Hour
)

// Why a notification is refused.
var (
	ErrForged    = errors.New("forged")     // client id or signature are not right
	ErrStale     = errors.New("stale")      // Request-Timestamp is too far from now
	ErrMalformed = errors.New("not proper") // too long, not JSON, headers or fields missing
)

// NotificationError is a refused notification. errors.Is finds its Kind.
type NotificationError struct {
	Kind   error  // ErrForged, ErrStale or ErrMalformed
	Status int    // HTTP, to be answered: 401 or 400
	Cause  string // for the log, without any data of the message
}

// Error is "doku: notification: forged: signature".
func (e *NotificationError) Error() string {
	return "doku: notification: " + e.Kind.Error() + ": " + e.Cause
}

// Is finds the kind.
func (e *NotificationError) Is(target error) bool { return target == e.Kind }

// Notification is what DOKU says of a payment unasked. Answer 2xx once it is stored. It may
// come several times. RequestID is unique to it; whether a repetition keeps it DOKU does
// not say, so that what it tells of a payment must count once by itself.
type Notification struct {
	Transaction Transaction
	RequestID   string    // Request-Id, DOKU's
	At          time.Time // Request-Timestamp, UTC
}

// String is "notification of INV-1 SUCCESS Rp10000".
func (n Notification) String() string { return "notification of " + n.Transaction.String() }

// Format prints String for every verb.
func (n Notification) Format(f fmt.State, _ rune) { print(f, n.String()) }

// LogValue is String.
func (n Notification) LogValue() slog.Value { return slog.StringValue(n.String()) }

// VerifierOptions say whose notifications are taken.
type VerifierOptions struct {
	ClientID string
	Secret   Secret
	// Tolerance of an old Request-Timestamp; 0 is DefaultTolerance, negative is no limit,
	// neither for old ones nor for those ahead.
	Tolerance time.Duration
}

// Verifier checks notifications. It is safe for many goroutines. It remembers nothing:
// telling a repeated notification from a new one is the caller's.
type Verifier struct{ o VerifierOptions }

// NewVerifier checks the options.
func NewVerifier(o VerifierOptions) (*Verifier, error) {
	var p problems
	p.must(o.ClientID != "", "ClientID", "is missing", "")
	p.must(o.Secret != "", "Secret", "is missing", "notifications are signed with it")
	if err := p.err(); err != nil {
		return nil, fmt.Errorf("doku: new verifier: %w", err)
	}
	if o.Tolerance == 0 {
		o.Tolerance = DefaultTolerance
	}
	return &Verifier{o}, nil
}

// Format does not show the secret.
func (v *Verifier) Format(f fmt.State, _ rune) {
	print(f, "verifier of "+maskReference(v.o.ClientID))
}

// Incoming is a notification as it came.
type Incoming struct {
	Target string // path of the registered address, as DOKU sees it
	Header http.Header
	Body   []byte // raw: not one byte may have been changed
}

// Verify reads a notification and checks, in this order: size and headers, client id,
// signature, time, message. The error is a *NotificationError.
func (v *Verifier) Verify(in Incoming, now time.Time) (Notification, error) {
	if len(in.Body) > MaxNotification {
		return Notification{}, malformed("above 64 KiB")
	}
	for _, header := range [...]string{"Client-Id", "Request-Id", "Request-Timestamp", "Signature"} {
		if values := in.Header[header]; len(values) != 1 || values[0] == "" {
			return Notification{}, malformed(header + " must stand once")
		}
	}
	s := Signed{
		ClientID: in.Header.Get("Client-Id"), RequestID: in.Header.Get("Request-Id"),
		Timestamp: in.Header.Get("Request-Timestamp"), Target: in.Target, Body: in.Body,
	}
	if len(s.RequestID) > MaxRequestID || !only(s.RequestID, visible) {
		return Notification{}, malformed("Request-Id is not of 1 to 128 visible characters")
	}
	at, err := ParseTimestamp(s.Timestamp)
	if err != nil {
		return Notification{}, malformed("Request-Timestamp is no time")
	}
	if s.ClientID != v.o.ClientID {
		return Notification{}, &NotificationError{ErrForged, http.StatusUnauthorized, "Client-Id is another's"}
	}
	if !Verify(v.o.Secret, s, in.Header.Get("Signature")) {
		return Notification{}, &NotificationError{ErrForged, http.StatusUnauthorized, "signature"}
	}
	if off := now.Sub(at); v.o.Tolerance > 0 && (off > v.o.Tolerance || off < -MaxAhead) {
		return Notification{}, &NotificationError{ErrStale, http.StatusUnauthorized, "Request-Timestamp is " + off.Round(time.Second).String() + " behind our clock"}
	}
	t, err := readNotification(in.Body)
	if err != nil {
		return Notification{}, err
	}
	return Notification{t, s.RequestID, at.UTC()}, nil
}

func readNotification(body []byte) (Transaction, error) {
	m, err := parse(body)
	if err != nil {
		return Transaction{}, malformed(err.Error())
	}
	t := m.transaction()
	if t.InvoiceNumber == "" || len(t.InvoiceNumber) > MaxInvoiceNumber {
		return Transaction{}, malformed("order.invoice_number is missing or too long")
	}
	if _, ok := m.integer("order", "amount"); !ok {
		return Transaction{}, malformed("order.amount is not in whole rupiah")
	}
	if t.Status == "" || !t.Status.proper() {
		return Transaction{}, malformed("transaction.status is missing or no status")
	}
	return t, nil
}

func malformed(cause string) *NotificationError {
	return &NotificationError{ErrMalformed, http.StatusBadRequest, cause}
}

// NotifyOptions say how SignNotification signs: DOKU's side, for sandboxes and tests.
type NotifyOptions struct {
	ClientID string
	Secret   Secret
	Target   string // path of the merchant's address
}

// SignNotification writes a notification as DOKU does: headers but for Host and
// Content-Length, and the body.
func SignNotification(o NotifyOptions, n Notification) (http.Header, []byte, error) {
	body, err := EncodeTransaction(n.Transaction)
	if err != nil {
		return nil, nil, err
	}
	s := Signed{ClientID: o.ClientID, RequestID: n.RequestID, Timestamp: FormatTimestamp(n.At), Target: o.Target, Body: body}
	return http.Header{
		"Content-Type": {contentType}, "Client-Id": {s.ClientID}, "Request-Id": {s.RequestID},
		"Request-Timestamp": {s.Timestamp}, "Signature": {Sign(o.Secret, s)},
	}, body, nil
}

// EncodeTransaction writes the members that a notification and the answer to a check
// share. Service, acquirer, channel and the approval code that are empty are left out; OVO's
// other numbers are not written.
func EncodeTransaction(t Transaction) ([]byte, error) {
	type id struct {
		ID string `json:"id"`
	}
	var m struct {
		Order struct {
			InvoiceNumber string `json:"invoice_number"`
			Amount        int64  `json:"amount"`
		} `json:"order"`
		Transaction struct {
			Status            Status `json:"status"`
			Date              string `json:"date,omitempty"`
			OriginalRequestID string `json:"original_request_id,omitempty"`
		} `json:"transaction"`
		Service  *id `json:"service,omitempty"`
		Acquirer *id `json:"acquirer,omitempty"`
		Channel  *id `json:"channel,omitempty"`
		EMoney   *struct {
			AccountID    string `json:"account_id"`
			ApprovalCode string `json:"approval_code"`
		} `json:"emoney_payment,omitempty"`
	}
	if t.Paid.ApprovalCode != "" {
		m.EMoney = &struct {
			AccountID    string `json:"account_id"`
			ApprovalCode string `json:"approval_code"`
		}{"", t.Paid.ApprovalCode}
	}
	m.Order.InvoiceNumber, m.Order.Amount = t.InvoiceNumber, t.Amount
	m.Transaction.Status, m.Transaction.Date, m.Transaction.OriginalRequestID = t.Status, t.Date, t.OriginalRequestID
	for _, part := range [...]struct {
		text  string
		place **id
	}{{t.Service, &m.Service}, {t.Acquirer, &m.Acquirer}, {t.Channel, &m.Channel}} {
		if part.text != "" {
			*part.place = &id{part.text}
		}
	}
	body, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("doku: encode transaction: %w", err)
	}
	return body, nil
}
