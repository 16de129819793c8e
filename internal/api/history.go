package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
)

// Exchange is one half of what was said between lunas and a provider, masked.
type Exchange struct {
	ID        string   `json:"id" doc:"A request and its response share it."`
	Account   string   `json:"account"`
	Operation string   `json:"operation" doc:"push, reversal, check, void, check_void, generate, query, refund, notification, …"`
	Direction string   `json:"direction" enum:"request,response"`
	At        Time     `json:"at"`
	FirstLine string   `json:"first_line"`
	Headers   []Header `json:"headers" nullable:"false" doc:"In the order and spelling of the wire."`
	Body      string   `json:"body"`
	Note      string   `json:"note,omitempty" doc:"What was unusual, for instance that the connection was cut."`
}

// Header is one header line.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// ExchangeList is every exchange of a payment in the order in which they began.
type ExchangeList struct {
	Data []Exchange `json:"data" nullable:"false"`
}

func (s *server) routeExchanges() {
	register(s, huma.Operation{
		OperationID: "list-exchanges", Method: http.MethodGet, Path: "/v1/payments/{id}/exchanges",
		Summary:     "What was said to the provider and what it answered",
		Description: "Masked: secrets, phone numbers, names, addresses and balances never leave the gateway.",
		Tags:        []string{"Payments"},
	}, answers{codes: codes("payment_not_found", "unknown_parameter")}, s.exchanges)
}

func (s *server) exchanges(ctx context.Context, in *OnePayment) (*struct{ Body ExchangeList }, error) {
	p, err := s.load(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	parts, err := s.Store.Exchanges(ctx, p.MerchantID, p.ID)
	if err != nil {
		return nil, err
	}
	list := ExchangeList{Data: make([]Exchange, 0, len(parts))}
	for _, part := range parts {
		list.Data = append(list.Data, s.showPart(part))
	}
	return &struct{ Body ExchangeList }{list}, nil
}

func (s *server) showPart(part exchange.Part) Exchange {
	v := Exchange{
		ID: part.ID, Account: part.Account, Operation: part.Operation, Direction: string(part.Side), At: Time{part.At},
		Headers: []Header{}, Note: part.Note,
	}
	if err := s.Keyring.Open(&part); err != nil {
		s.Log.Error("an exchange cannot be opened", "exchange", part.ID, "side", string(part.Side), "error", err)
		v.Note = "the gateway holds no key that opens this message"
		return v
	}
	// What is taken apart has been masked as a whole before.
	m := exchange.ParseWire([]byte(exchange.Masked(part.Wire)))
	v.FirstLine = valid(m.FirstLine)
	for _, h := range m.Header {
		v.Headers = append(v.Headers, Header{Name: valid(h.Name), Value: valid(h.Value)})
	}
	v.Body = valid(string(m.Body) + string(m.Rest))
	return v
}

func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// EventList is what happened to a payment: what was told about it, and every step of its journal.
type EventList struct {
	Data     []Event `json:"data" nullable:"false" doc:"What was announced: one for each change of state."`
	Journal  []Step  `json:"journal" nullable:"false" doc:"Everything that happened, in order."`
	Archived bool    `json:"archived,omitempty" doc:"What happened first is no longer here, but in an archive of whoever runs the gateway."`
}

// Event is one announcement.
type Event struct {
	ID      string `json:"id"`
	Type    string `json:"type" example:"payment.paid"`
	Version int    `json:"version" doc:"The payment's version then."`
	At      Time   `json:"at"`
}

// Step is one entry of a payment's journal, without what is secret or personal in it.
type Step struct {
	Version      int    `json:"version"`
	At           Time   `json:"at"`
	Event        string `json:"event" enum:"requested,chosen,answered,no_answer,not_sent,notified,renumbered,no_route,woke,faulted,asked"`
	Call         string `json:"call,omitempty" doc:"The call that was answered or not."`
	Try          int    `json:"try,omitempty"`
	Outcome      string `json:"outcome,omitempty" doc:"What the answer means, or how it is missing."`
	ProviderCode string `json:"provider_code,omitempty"`
	Asked        string `json:"asked,omitempty" doc:"What was asked for."`
	By           string `json:"by,omitempty" doc:"Who asked: an API key's or a user's id."`
	Reason       string `json:"reason,omitempty"`
}

func (s *server) routeEvents() {
	register(s, huma.Operation{
		OperationID: "list-payment-events", Method: http.MethodGet, Path: "/v1/payments/{id}/events",
		Summary: "What happened to a payment", Tags: []string{"Payments"},
	}, answers{codes: codes("payment_not_found", "unknown_parameter")}, s.events)
}

func (s *server) events(ctx context.Context, in *OnePayment) (*struct{ Body EventList }, error) {
	p, err := s.load(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	told, err := s.Store.Told(ctx, p.MerchantID, p.ID)
	if err != nil {
		return nil, err
	}
	journal, err := s.Store.Journal(ctx, p.MerchantID, p.ID)
	if err != nil {
		return nil, err
	}
	list := EventList{Data: make([]Event, 0, len(told)), Journal: make([]Step, 0, len(journal))}
	list.Archived = len(journal) == 0 || journal[0].Version > 1
	for _, t := range told {
		list.Data = append(list.Data, Event{ID: t.ID, Type: t.Type, Version: t.Version, At: Time{t.At}})
	}
	for _, entry := range journal {
		step := stepOf(entry.Event)
		step.Version, step.At = entry.Version, Time{entry.At}
		list.Journal = append(list.Journal, step)
	}
	return &struct{ Body EventList }{list}, nil
}

func stepOf(e payment.Event) Step {
	step := Step{Event: payment.Kind(e)}
	switch e := e.(type) {
	case payment.Answered:
		step.Call, step.Try, step.Outcome, step.ProviderCode = string(e.Call), e.Try, string(e.Outcome.Class), e.Outcome.Code
	case payment.NoAnswer:
		step.Call, step.Try, step.Outcome = string(e.Call), e.Try, string(e.Why)
	case payment.NotSent:
		step.Call, step.Try = string(e.Call), e.Try
	case payment.Notified:
		step.Outcome, step.ProviderCode = string(e.Outcome.Class), e.Outcome.Code
	case payment.Asked:
		step.Asked, step.By, step.Reason = string(e.What), e.By, e.Reason
	case payment.Faulted:
		step.Reason = e.Why
	}
	return step
}
