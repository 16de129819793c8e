package payment

import (
	"encoding/json"
	"fmt"
)

// Encode writes a payment for storage. Unlike every other JSON of a payment it holds the whole phone number, so it
// belongs in a store and nowhere else.
func Encode(p Payment) ([]byte, error) {
	return json.Marshal(storedPayment{Payment: p, Phone: p.Phone.digits, Customer: p.Customer})
}

// Decode reads what Encode wrote.
func Decode(b []byte) (Payment, error) {
	var s storedPayment
	if err := json.Unmarshal(b, &s); err != nil {
		return Payment{}, fmt.Errorf("decode a stored payment: %w", err)
	}
	s.Payment.Phone, s.Payment.Customer = Phone{digits: s.Phone}, s.Customer
	return s.Payment, nil
}

type storedPayment struct {
	Payment
	Phone    string    `json:"phone"`
	Customer *Customer `json:"customer,omitempty"`
}

// EncodeEvent writes an event for the journal, with its kind; a Requested and a Chosen hold the whole phone number.
func EncodeEvent(e Event) (kind string, b []byte, err error) {
	switch e := e.(type) {
	case Requested:
		b, err = json.Marshal(storedRequested{Requested: e, Phone: e.Phone.digits, Customer: e.Customer})
	case Chosen:
		b, err = json.Marshal(storedChosen{Chosen: e, Phone: e.Phone.digits})
	default:
		b, err = json.Marshal(e)
	}
	return e.kind(), b, err
}

// DecodeEvent reads what EncodeEvent wrote.
func DecodeEvent(kind string, b []byte) (Event, error) {
	switch kind {
	case "requested":
		s, err := decode[storedRequested](kind, b)
		s.Requested.Phone, s.Requested.Customer = Phone{digits: s.Phone}, s.Customer
		return s.Requested, err
	case "chosen":
		s, err := decode[storedChosen](kind, b)
		s.Chosen.Phone = Phone{digits: s.Phone}
		return s.Chosen, err
	case "answered":
		return decode[Answered](kind, b)
	case "no_answer":
		return decode[NoAnswer](kind, b)
	case "not_sent":
		return decode[NotSent](kind, b)
	case "notified":
		return decode[Notified](kind, b)
	case "renumbered":
		return decode[Renumbered](kind, b)
	case "no_route":
		return decode[NoRoute](kind, b)
	case "woke":
		return decode[Woke](kind, b)
	case "faulted":
		return decode[Faulted](kind, b)
	case "asked":
		return decode[Asked](kind, b)
	}
	return nil, fmt.Errorf("unknown kind of event %q in the journal", kind)
}

type storedRequested struct {
	Requested
	Phone    string    `json:"phone"`
	Customer *Customer `json:"customer,omitempty"`
}

type storedChosen struct {
	Chosen
	Phone string `json:"phone,omitempty"`
}

func decode[T any](kind string, b []byte) (T, error) {
	var e T
	if err := json.Unmarshal(b, &e); err != nil {
		return e, fmt.Errorf("decode a stored event %q: %w", kind, err)
	}
	return e, nil
}
