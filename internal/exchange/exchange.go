// Package exchange is the log of what was said between lunas and a provider: every request and every response, byte
// for byte as they were on the wire, with their times. It seals them for storage and masks them for people. It does
// not send anything by itself and decides nothing.
//
// Source: OVO, Push To Pay API: "Merchants need to keep a log request & response included with the header for all
// transactions".
package exchange

import "time"

// Side tells the two halves of an exchange. Each is written once and never changed.
type Side string

// The sides.
const (
	Request  Side = "request"
	Response Side = "response"
)

// Part is one half of an exchange.
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
