package lunas

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestPaymentsOnAGateway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, payments := t.Context(), w.client.Payments()
	first := w.pay(t, "INV-1")
	if first.Amount != 12500 || first.Currency != "IDR" || first.Phone == "" || strings.Contains(first.Phone, pays[1:]) || len(first.Attempts) != 1 {
		t.Errorf("payment = %+v", first)
	}
	order := NewPayment{Amount: 500, Reference: "INV-2", Method: OVOPush, Phone: declines, IdempotencyKey: "order-2"}
	second, err := payments.Create(ctx, order)
	if err != nil || second.Replayed {
		t.Fatalf("Create = %+v, %v", second, err)
	}
	again, err := payments.Create(ctx, order)
	if err != nil || again.ID != second.ID || !again.Replayed {
		t.Errorf("the same key gave %+v, %v, want %s again", again, err, second.ID)
	}
	if second, err = payments.Wait(ctx, second.ID); err != nil || second.State != Declined || second.Failure == nil || second.Failure.ProviderCode != "17" {
		t.Errorf("Wait = %+v, %v, want declined by 17", second, err)
	}
	if p, err := payments.Check(ctx, first.ID, Ask{Wait: 20 * time.Second}); err != nil || p.State != Paid {
		t.Errorf("Check = %+v, %v", p, err)
	}
	if p, err := payments.Void(ctx, first.ID, Ask{Reason: "the coffee was cold", Wait: 20 * time.Second}); err != nil || p.State != Voided {
		t.Errorf("Void = %+v, %v", p, err)
	}
	history, err := payments.Events(ctx, first.ID)
	if err != nil || len(history.Data) < 3 || !slices.ContainsFunc(history.Journal, func(s Step) bool { return s.Reason == "the coffee was cold" }) {
		t.Errorf("Events = %+v, %v", history, err)
	}
	messages, err := payments.Exchanges(ctx, first.ID)
	if err != nil || len(messages) < 4 || messages[0].Direction != "request" || messages[0].Operation != "push" || len(messages[0].Headers) == 0 {
		t.Errorf("Exchanges = %+v, %v", messages, err)
	}
	var listed []string
	for p, err := range payments.List(ctx, PaymentFilter{States: []State{Declined, Voided}, From: first.CreatedAt}) {
		if err != nil {
			t.Fatal(err)
		}
		listed = append(listed, p.Reference)
	}
	if !slices.Equal(listed, []string{"INV-2", "INV-1"}) {
		t.Errorf("List = %v, want the newest first", listed)
	}
	var states []State
	waiting, err := payments.Create(ctx, NewPayment{Amount: 1, Reference: "INV-3", Method: OVOPush, Phone: unheard})
	if err != nil {
		t.Fatal(err)
	}
	var problem *Error
	if _, err := payments.Cancel(ctx, waiting.ID, Ask{}); !errors.As(err, &problem) || problem.Code != "in_progress" || problem.Until == nil {
		t.Errorf("Cancel while it is with the customer = %v, want in_progress", err)
	}
	for p, err := range payments.Follow(ctx, waiting.ID) {
		if err != nil {
			t.Fatal(err)
		}
		states = append(states, p.State)
	}
	if n := len(states); states[0] != Pushing || !states[n-1].Final() || slices.Contains(states[:n-1], states[n-1]) {
		t.Errorf("Follow = %v, want from pushing to a final state", states)
	}
}

func TestAQROnAGateway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, payments := t.Context(), w.client.Payments()
	open, err := payments.Create(ctx, NewPayment{Amount: 12500, Reference: "INV-1", Method: QRIS, Wait: 20 * time.Second})
	if err != nil || open.State != Awaiting || open.QR == nil {
		t.Fatalf("Create = %+v, %v, want a QR", open, err)
	}
	png, err := payments.QR(ctx, open.ID, Picture{Size: 256})
	if err != nil || !bytes.HasPrefix(png, []byte("\x89PNG")) {
		t.Errorf("QR = %.20q, %v", png, err)
	}
	svg, err := payments.QR(ctx, open.ID, Picture{SVG: true, Level: "H", QuietZone: 8})
	if err != nil || !bytes.Contains(svg, []byte("<svg")) {
		t.Errorf("QR = %.20q, %v", svg, err)
	}
	if p, err := payments.Cancel(ctx, open.ID, Ask{}); err != nil || p.QR != nil {
		t.Errorf("Cancel = %+v, %v, want the QR hidden", p, err)
	}
	p, err := payments.Create(ctx, NewPayment{Amount: scannedBy, Reference: "INV-2", Method: QRIS})
	if err == nil {
		p, err = payments.Wait(ctx, p.ID)
	}
	if err != nil || p.State != Paid {
		t.Fatalf("Wait = %+v, %v", p, err)
	}
	var half *Error
	if _, err := payments.Refund(ctx, p.ID, Ask{Amount: scannedBy / 2}); !errors.As(err, &half) || half.Code != "amount_not_whole" {
		t.Errorf("Refund of a half = %v, want amount_not_whole", err)
	}
	if p, err = payments.Refund(ctx, p.ID, Ask{Amount: scannedBy, Wait: 20 * time.Second}); err != nil || p.State != Refunded {
		t.Errorf("Refund = %+v, %v", p, err)
	}
	var problem *Error
	if _, err := payments.Renew(ctx, p.ID, Ask{}); !errors.As(err, &problem) || problem.Code != "not_possible" || problem.State != Refunded {
		t.Errorf("Renew = %v, want not_possible", err)
	}
}

func TestPhonesAndTerminalsOnAGateway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, err := w.client.Phones().Inquire(t.Context(), waits)
	if err != nil || s.Registered == nil || !*s.Registered {
		t.Errorf("Inquire = %+v, %v, want registered", s, err)
	}
	var problem *Error
	if _, err := w.client.Phones().Inquire(t.Context(), "0815"); !errors.As(err, &problem) || problem.Code != "phone_invalid" || problem.Field != "phone" || problem.Hint == "" {
		t.Errorf("Inquire = %v, want phone_invalid", err)
	}
	terminals, err := w.client.Terminals().List(t.Context())
	if err != nil || len(terminals) == 0 || terminals[0].ID == "" {
		t.Errorf("Terminals = %+v, %v", terminals, err)
	}
	rails, err := w.client.Rails().List(t.Context())
	if err != nil || len(rails) == 0 || rails[0].State != "closed" || len(rails[0].Methods) == 0 {
		t.Errorf("Rails = %+v, %v", rails, err)
	}
	stranger := &Client{URL: w.url, Key: "lunas_test_aaaaaaaaaaaaaaaaaaaaaaaa"}
	if _, err := stranger.Terminals().List(t.Context()); !errors.As(err, &problem) || problem.Code != "unknown_api_key" {
		t.Errorf("with another key: %v, want unknown_api_key", err)
	}
}

// The feed and the webhooks tell the same, and the receiver takes what the gateway signs.
func TestEventsOnAGateway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, endpoints, feed := t.Context(), w.client.WebhookEndpoints(), w.client.Events()
	var receiver Receiver
	received := make(chan *Event, 100)
	shop := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		event, err := receiver.Receive(r)
		if err != nil {
			t.Errorf("Receive = %v", err)
			out.WriteHeader(http.StatusUnauthorized)
			return
		}
		received <- event
	}))
	t.Cleanup(shop.Close)
	made, err := endpoints.Create(ctx, NewWebhookEndpoint{URL: shop.URL, Description: "shop", Events: []string{"payment.*"}})
	if err != nil || made.Secret == "" {
		t.Fatalf("Create = %+v, %v", made, err)
	}
	receiver.Secret = made.Secret
	if end, err := feed.End(ctx); err != nil || end != 0 {
		t.Errorf("End = %d, %v, want 0", end, err)
	}
	p := w.pay(t, "INV-1")
	var told []*Event
	within, stop := context.WithTimeout(ctx, 2*time.Minute)
	defer stop()
	for e, err := range feed.Follow(within, 0) {
		if err != nil {
			t.Fatal(err)
		}
		if told = append(told, e); e.Type == "payment.paid" {
			break
		}
	}
	last := told[len(told)-1]
	if last.Payment == nil || last.Payment.ID != p.ID || last.Payment.State != Paid || last.Payment.Amount != 12500 {
		t.Errorf("the last event = %+v", last)
	}
	if end, err := feed.End(ctx); err != nil || end != last.Position {
		t.Errorf("End = %d, %v, want %d", end, err, last.Position)
	}
	for range feed.List(ctx, last.Position) {
		t.Error("there is an event after the last one")
	}
	for i := range told {
		var e *Event
		select {
		case e = <-received:
		case <-within.Done():
			t.Fatalf("%d of %d webhooks have come", i, len(told))
		}
		same := func(f *Event) bool { return f.ID == e.ID && f.Type == e.Type && bytes.Equal(f.Data, e.Data) }
		if !slices.ContainsFunc(told, same) || e.Position != 0 {
			t.Errorf("the webhook %s %s is not in the feed", e.Type, e.Data)
		}
	}
	w.manage(t, made, last)
}

// manage tries everything else that can be done with an endpoint.
func (w *world) manage(t *testing.T, made *WebhookEndpoint, event *Event) {
	t.Helper()
	ctx, endpoints := t.Context(), w.client.WebhookEndpoints()
	off, text := false, "the shop"
	changed, err := endpoints.Change(ctx, made.ID, WebhookEndpointChange{Description: &text, Events: &[]string{}})
	if err != nil || changed.Description != text || len(changed.Events) != 0 || !changed.Enabled || changed.Secret != "" {
		t.Errorf("Change = %+v, %v", changed, err)
	}
	if ping, err := endpoints.Ping(ctx, made.ID); err != nil || ping.Type != "webhook_endpoint.ping" {
		t.Errorf("Ping = %+v, %v", ping, err)
	}
	if n, err := endpoints.Replay(ctx, made.ID, Replay{EventID: event.ID}); err != nil || n.Events != 1 {
		t.Errorf("Replay = %+v, %v", n, err)
	}
	from := event.Timestamp.Add(-24 * time.Hour)
	if n, err := endpoints.Replay(ctx, made.ID, Replay{From: &from}); err != nil || n.Events < 1 {
		t.Errorf("Replay of a day = %+v, %v", n, err)
	}
	found := 0
	for d, err := range endpoints.Deliveries(ctx, made.ID, "") {
		if err != nil {
			t.Fatal(err)
		}
		if d.EventID == event.ID {
			found++
		}
	}
	if found != 1 {
		t.Errorf("%d deliveries of the event, want 1", found)
	}
	rotated, err := endpoints.RotateSecret(ctx, made.ID, time.Hour)
	if err != nil || rotated.Secret == "" || rotated.Secret == made.Secret {
		t.Errorf("RotateSecret = %+v, %v", rotated, err)
	}
	if changed, err = endpoints.Change(ctx, made.ID, WebhookEndpointChange{Enabled: &off}); err != nil || changed.Enabled {
		t.Errorf("switched off: %+v, %v", changed, err)
	}
	if got, err := endpoints.Get(ctx, made.ID); err != nil || got.DisabledReason == nil {
		t.Errorf("Get = %+v, %v", got, err)
	}
	if err := endpoints.Delete(ctx, made.ID); err != nil {
		t.Error(err)
	}
	if all, err := endpoints.List(ctx); err != nil || len(all) != 0 {
		t.Errorf("List = %+v, %v", all, err)
	}
}

// The client's types have the fields of the contract, all of them and no others.
func TestTypesAreThoseOfTheContract(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	answer, err := http.Get(w.url + "/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var contract struct {
		Components struct {
			Schemas map[string]struct {
				Properties map[string]struct{ Enum []State }
			}
		}
	}
	if err := json.NewDecoder(answer.Body).Decode(&contract); err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]any{
		"Payment": Payment{}, "Attempt": Attempt{}, "AtTerminal": AtTerminal{}, "Call": Call{}, "Failure": Failure{}, "QR": QR{},
		"NextAction": NextAction{}, "Action": Action{}, "Words": Words{}, "EventList": PaymentEvents{}, "Event": Announced{},
		"Step": Step{}, "NewPayment": NewPayment{}, "NewCustomer": Customer{}, "NewItem": Item{}, "PhoneStatus": PhoneStatus{},
		"Terminal": Terminal{}, "FeedEvent": Event{}, "PaymentData": EventPayment{}, "PaymentFailure": EventFailure{},
		"Endpoint": WebhookEndpoint{}, "NewEndpoint": NewWebhookEndpoint{}, "EndpointChange": WebhookEndpointChange{},
		"Delivery": WebhookDelivery{}, "Answer": WebhookAnswer{}, "ReplayRequest": Replay{}, "Replayed": Replayed{},
		"FieldError": FieldError{}, "RailAccount": RailAccount{}, "Exchange": Exchange{}, "Header": Header{},
		"Recap": Recap{}, "RecapTotals": RecapTotals{}, "RecapTotal": RecapTotal{}, "RecapBatch": RecapBatch{}, "RecapAccount": RecapAccount{},
		"RecapNumbering": RecapNumbering{}, "RecapNumber": RecapNumber{}, "RecapDifference": RecapDifference{}, "RecapLate": RecapLate{},
		"RecapDay": RecapDay{}, "Reconciliation": Reconciliation{}, "ReconciliationSummary": ReconciliationSummary{}, "FileRowError": FileRowError{},
		"Discrepancy": Discrepancy{}, "DiscrepancyEntry": DiscrepancyEntry{}, "DiscrepancyLine": DiscrepancyLine{},
		"DiscrepancyStatement": DiscrepancyStatement{}, "DiscrepancyExchange": DiscrepancyExchange{},
	} {
		schema, ok := contract.Components.Schemas[name]
		if !ok {
			t.Errorf("the contract has no %s", name)
			continue
		}
		var ours, theirs []string
		for f := range reflect.TypeOf(v).Fields() {
			if tag, _, _ := strings.Cut(f.Tag.Get("json"), ","); tag != "-" {
				ours = append(ours, tag)
			}
		}
		for property := range schema.Properties {
			theirs = append(theirs, property)
		}
		slices.Sort(ours)
		slices.Sort(theirs)
		if !slices.Equal(ours, theirs) {
			t.Errorf("%s has %v\nthe contract %v", name, ours, theirs)
		}
	}
	if want := contract.Components.Schemas["Payment"].Properties["state"].Enum; !slices.Equal(States(), want) {
		t.Errorf("States = %v, want %v", States(), want)
	}
}
