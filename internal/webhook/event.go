package webhook

import (
	"encoding/json"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
)

// Event is what an endpoint receives and what the feed serves. It is written once, with the change of state that it
// announces, so that every try of every webhook and every page of the feed say the same.
type Event struct {
	ID        string `json:"id"`
	Type      string `json:"type"`
	Timestamp string `json:"timestamp"` // RFC 3339, WIB
	Data      any    `json:"data"`
}

// PaymentData is a payment as its events tell it: where it stood in the version that the event announces. It holds no
// phone number; the whole picture is served by the API.
type PaymentData struct {
	ID        string            `json:"id"`
	Version   int               `json:"version"`
	State     string            `json:"state"`
	Mode      string            `json:"mode"`
	Amount    int64             `json:"amount"` // whole rupiah
	Currency  string            `json:"currency"`
	Reference string            `json:"reference"`
	Method    string            `json:"method"`
	Rail      string            `json:"rail"`
	Account   string            `json:"account"`
	Failure   *PaymentFailure   `json:"failure,omitempty"`
	Review    string            `json:"review,omitempty"`
	Metadata  map[string]string `json:"metadata,omitempty"`
	CreatedAt string            `json:"created_at"`
	UpdatedAt string            `json:"updated_at"`
}

// PaymentFailure is why a payment is not paid, or was given back.
type PaymentFailure struct {
	Code         string `json:"code"`
	ProviderCode string `json:"provider_code,omitempty"`
}

// EndpointOff is the data of the event by which the feed tells that an endpoint was switched off.
type EndpointOff struct {
	ID     string `json:"id"`
	URL    string `json:"url"`
	Reason string `json:"reason"`
}

// The types of events that are about no payment.
const (
	TypeEndpointOff = "webhook_endpoint.disabled"
	TypePing        = "webhook_endpoint.ping"

	TypeRecapClosed    = "recap.closed"
	TypeRecapCorrected = "recap.corrected"

	TypeNoticeRaised  = "notice.raised"
	TypeNoticeCleared = "notice.cleared"
)

// PaymentEvent writes the event that announces a payment's change of state.
func PaymentEvent(id, eventType string, at time.Time, p payment.Payment) []byte {
	data := PaymentData{
		ID: p.ID, Version: p.Version, State: string(p.State), Mode: string(p.Mode), Amount: int64(p.Amount), Currency: "IDR",
		Reference: p.Reference, Method: string(p.Method), Rail: string(p.Rail), Account: p.Account, Review: p.Review,
		Metadata: p.Metadata, CreatedAt: stamp(p.CreatedAt), UpdatedAt: stamp(p.UpdatedAt),
	}
	if p.Failure != nil {
		data.Failure = &PaymentFailure{Code: p.Failure.Code, ProviderCode: p.Failure.ProviderCode}
	}
	return write(id, eventType, at, data)
}

// EndpointOffEvent writes the event that tells that an endpoint was switched off.
func EndpointOffEvent(id string, at time.Time, e Endpoint) []byte {
	return write(id, TypeEndpointOff, at, EndpointOff{ID: e.ID, URL: e.URL, Reason: e.Disabled})
}

// RecapData is the data of the events by which merchants learn that a terminal's day has been closed, or corrected. The whole
// recap is served by the API.
type RecapData struct {
	Day       string `json:"day"` // 2026-03-21, in WIB
	Terminal  string `json:"terminal"`
	Mode      string `json:"mode"`
	Version   int    `json:"version"`
	PaidCount int64  `json:"paid_count"`
	PaidSum   int64  `json:"paid_sum"` // whole rupiah
}

// RecapEvent writes the event that tells of a recap.
func RecapEvent(id, eventType string, at time.Time, d RecapData) []byte {
	return write(id, eventType, at, d)
}

// PingEvent writes the event by which a merchant tries an endpoint.
func PingEvent(id string, at time.Time, e Endpoint) []byte {
	return write(id, TypePing, at, map[string]string{"id": e.ID, "url": e.URL})
}

// NoticeData is the data of the events by which a human is told something in time, and that it is over.
type NoticeData struct {
	ID       string `json:"id"`
	Kind     string `json:"kind"`
	Subject  string `json:"subject,omitempty"` // the id of what it is about
	Urgent   bool   `json:"urgent"`
	Deadline string `json:"deadline,omitempty"` // RFC 3339, WIB
	Text     string `json:"text"`
	Mend     string `json:"mend"`
	RaisedAt string `json:"raised_at"`
	Times    int    `json:"times"` // how often it was told, this one included
}

// NoticeEvent writes the event that tells of a notice. Deadline may be zero.
func NoticeEvent(id, eventType string, at, raised, deadline time.Time, n NoticeData) []byte {
	n.RaisedAt = stamp(raised)
	if !deadline.IsZero() {
		n.Deadline = stamp(deadline)
	}
	return write(id, eventType, at, n)
}

func write(id, eventType string, at time.Time, data any) []byte {
	b, err := json.Marshal(Event{ID: id, Type: eventType, Timestamp: stamp(at), Data: data})
	if err != nil {
		panic("webhook: an event cannot be written: " + err.Error()) // strings and numbers always can
	}
	return b
}

func stamp(t time.Time) string { return t.In(payment.WIB).Format("2006-01-02T15:04:05.000-07:00") }
