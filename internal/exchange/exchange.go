// Package exchange is the log of what was said between lunas and a provider: every request and every response, byte
// for byte as they were on the wire, with their times. It seals them for storage and masks them for people. It does
// not send anything by itself and decides nothing.
//
// Source: OVO, Push To Pay API: "Merchants need to keep a log request & response included with the header for all
// transactions".
package exchange

import (
	"fmt"
	"log/slog"
	"time"
)

// Side tells the two halves of an exchange. Each is written once and never changed.
type Side string

// The sides.
const (
	Request  Side = "request"
	Response Side = "response"
)

// Part is one half of an exchange. It prints without its bytes.
type Part struct {
	ID         string // of the exchange; request and response share it
	MerchantID string
	PaymentID  string // empty for calls that belong to no payment, such as a phone inquiry
	Account    string
	Operation  string // push, reversal, check, …
	Side       Side
	At         time.Time
	// Wire is the message as it was on the wire: first line, headers, empty line, body. In a Part that comes from or
	// goes to a store it is empty and Sealed holds it encrypted.
	Wire   []byte
	Sealed []byte
	// Note says what is unusual, for instance that the connection was cut. It holds no data of the message.
	Note string
}

// String names the part and shows none of its bytes.
func (p Part) String() string {
	return fmt.Sprintf("%s %s of %s (%d bytes, %d sealed)", p.Operation, p.Side, p.ID, len(p.Wire), len(p.Sealed))
}

// GoString shows none of its bytes either, for %#v.
func (p Part) GoString() string { return "exchange.Part{" + p.String() + "}" }

// LogValue shows none of its bytes either, for slog's handlers.
func (p Part) LogValue() slog.Value { return slog.StringValue(p.String()) }
