package api

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lunas-pay/lunas/internal/courier"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/registry"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/webhook"
)

// Endpoint is where a merchant is told of events.
type Endpoint struct {
	ID          string   `json:"id" example:"whe_01kafz0q3gf7ktc1ms2cqc1b9w"`
	URL         string   `json:"url" example:"https://shop.example/webhooks"`
	Description string   `json:"description,omitempty"`
	Events      []string `json:"events" nullable:"false" doc:"The types that are sent; none: all of them."`
	Mode        string   `json:"mode" enum:"test,live" doc:"It is told of payments of this mode."`
	Enabled     bool     `json:"enabled"`
	Disabled    *string  `json:"disabled_reason" doc:"Why nothing is sent; null while it is enabled."`
	DisabledAt  *Time    `json:"disabled_at" nullable:"true"`
	FailingFrom *Time    `json:"failing_since" nullable:"true" doc:"Since when nothing has been taken; null while all is well. After three days it is switched off."`
	CreatedAt   Time     `json:"created_at"`
	Secret      string   `json:"secret,omitempty" doc:"With it you verify signatures (Standard Webhooks). Shown once: when the endpoint is made, and when the secret is rotated."`
}

// EndpointList is every endpoint of a merchant and mode.
type EndpointList struct {
	Data []Endpoint `json:"data" nullable:"false"`
}

// NewEndpoint is the body of a request for an endpoint.
type NewEndpoint struct {
	URL         string   `json:"url" maxLength:"2048" example:"https://shop.example/webhooks" doc:"Where webhooks are posted to: https, and not an address of a private network."`
	Description string   `json:"description,omitempty" maxLength:"255" doc:"For you; no control characters."`
	Events      []string `json:"events,omitempty" doc:"Which types are wanted, payment.* for all of a kind; left out: everything." example:"[\"payment.paid\"]"`
}

// EndpointChange is the body of a change of an endpoint. What is left out stays.
type EndpointChange struct {
	URL         string   `json:"url,omitempty" maxLength:"2048"`
	Description string   `json:"description,omitempty" maxLength:"255"`
	Events      []string `json:"events,omitempty" doc:"The whole new list; an empty one means everything."`
	Enabled     bool     `json:"enabled,omitempty" doc:"false stops sending, true begins again: what was still to be sent when it was switched off is sent. What happened since then is got by a replay."`
}

// Rotation is the body of a request for a new secret.
type Rotation struct {
	Overlap int64 `json:"overlap_seconds,omitempty" minimum:"0" maximum:"604800" doc:"For how long the old secret signs too; a day when left out."`
}

// ReplayRequest is the body of a request to send again.
type ReplayRequest struct {
	EventID     string `json:"event_id,omitempty" doc:"Send this one event again…"`
	From        string `json:"from,omitempty" doc:"…or all that happened at this time or later," example:"2026-03-21T00:00:00+07:00"`
	To          string `json:"to,omitempty" doc:"and before this time; now when left out."`
	Undelivered bool   `json:"undelivered,omitempty" doc:"Leave out what the endpoint has taken."`
}

// Replayed says how many events are due again.
type Replayed struct {
	Events int  `json:"events"`
	More   bool `json:"more" doc:"There may be more in that time: ask again, from the time of the last of them."`
}

// Delivery is one event on its way to one endpoint.
type Delivery struct {
	EventID   string  `json:"event_id"`
	Type      string  `json:"type"`
	PaymentID string  `json:"payment_id,omitempty"`
	State     string  `json:"state" enum:"due,delivered,failed"`
	Tries     int     `json:"tries"`
	CreatedAt Time    `json:"created_at"`
	NextTryAt *Time   `json:"next_try_at" nullable:"true" doc:"Null when nothing more is sent."`
	EndedAt   *Time   `json:"ended_at" nullable:"true"`
	Last      *Answer `json:"last_answer" doc:"What came of the last try; null before the first."`
}

// TransformSchema lets last_answer be null.
func (Delivery) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	orNull(s, "last_answer")
	return s
}

// Answer is what came of a try.
type Answer struct {
	At      Time   `json:"at"`
	Took    int64  `json:"took_ms"`
	Status  int    `json:"status,omitempty" doc:"Left out when there was no answer."`
	Body    string `json:"body,omitempty" doc:"Its first 1024 bytes."`
	Trouble string `json:"trouble,omitempty" doc:"Why there was no answer."`
}

// DeliveryPage is a page of deliveries, newest events first.
type DeliveryPage struct {
	Data       []Delivery `json:"data" nullable:"false"`
	NextCursor *string    `json:"next_cursor" doc:"For the next, older page; null on the last one."`
}

// OneEndpoint names an endpoint.
type OneEndpoint struct {
	ID string `path:"id" example:"whe_01kafz0q3gf7ktc1ms2cqc1b9w" doc:"The endpoint's id."`
}

const (
	maxReplay  = 10_000
	maxOverlap = 7 * 24 * time.Hour
)

func eventTypes() []string {
	var types []string
	for _, s := range payment.States() {
		types = append(types, "payment."+string(s))
	}
	return append(types, payment.ToldReversedAfterPaid, webhook.TypeEndpointOff, webhook.TypeNoticeRaised, webhook.TypeNoticeCleared, webhook.TypeRecapClosed, webhook.TypeRecapCorrected)
}

func (s *server) routeEndpoints() {
	const path, one = "/v1/webhook_endpoints", "/v1/webhook_endpoints/{id}"
	tags := []string{"Webhooks"}
	fields := []string{"url_invalid", "description_invalid", "events_invalid", "wrong_type", "missing_field"}
	register(s, huma.Operation{
		OperationID: "create-webhook-endpoint", Method: http.MethodPost, Path: path, Summary: "Have events sent to an address", Tags: tags,
		Description: "Every change of a payment's state is posted there, signed by the Standard Webhooks specification, and again for " +
			"three days until it is answered with 2xx. Webhooks may come twice and may overtake: compare the payment's version.",
		DefaultStatus: http.StatusCreated,
	}, answers{
		codes: codes(append(fields, "body", "key", "unknown_parameter", "endpoint_exists", "endpoint_not_found", "too_many_endpoints")...),
		body:  body[NewEndpoint](s, true), also: seenBefore(),
	}, s.createEndpoint)
	register(s, huma.Operation{
		OperationID: "list-webhook-endpoints", Method: http.MethodGet, Path: path, Summary: "List the endpoints", Tags: tags,
	}, answers{codes: codes("unknown_parameter")}, s.listEndpoints)
	register(s, huma.Operation{
		OperationID: "get-webhook-endpoint", Method: http.MethodGet, Path: one, Summary: "Get an endpoint", Tags: tags,
	}, answers{codes: codes("endpoint_not_found", "unknown_parameter")}, s.getEndpoint)
	register(s, huma.Operation{
		OperationID: "change-webhook-endpoint", Method: http.MethodPatch, Path: one, Summary: "Change an endpoint, or switch it on or off", Tags: tags,
	}, answers{
		codes: codes(append(fields, "body", "endpoint_not_found", "unknown_parameter", "endpoint_exists", "endpoint_changed")...),
		body:  body[EndpointChange](s, true),
	}, s.changeEndpoint)
	register(s, huma.Operation{
		OperationID: "delete-webhook-endpoint", Method: http.MethodDelete, Path: one, Summary: "Forget an endpoint and what was due to it",
		Tags: tags, DefaultStatus: http.StatusNoContent,
	}, answers{codes: codes("endpoint_not_found", "unknown_parameter")}, s.deleteEndpoint)
	register(s, huma.Operation{
		OperationID: "rotate-webhook-secret", Method: http.MethodPost, Path: one + "/rotate_secret", Summary: "Give an endpoint a new secret",
		Description: "Until the overlap has passed each webhook carries a signature of both, so that you can change without losing one.", Tags: tags,
	}, answers{
		codes: codes("body", "key", "endpoint_not_found", "unknown_parameter", "invalid_field", "endpoint_changed"), body: body[Rotation](s, false),
	}, s.rotateSecret)
	register(s, huma.Operation{
		OperationID: "ping-webhook-endpoint", Method: http.MethodPost, Path: one + "/ping", Summary: "Send an endpoint a test event", Tags: tags,
		DefaultStatus: http.StatusAccepted,
	}, answers{codes: codes("body", "key", "endpoint_not_found", "endpoint_disabled", "event_not_found", "unknown_parameter"), also: seenBefore()}, s.pingEndpoint)
	register(s, huma.Operation{
		OperationID: "list-webhook-deliveries", Method: http.MethodGet, Path: one + "/deliveries", Summary: "What was sent to an endpoint, and what it answered", Tags: tags,
	}, answers{codes: codes("endpoint_not_found", "invalid_parameter", "invalid_cursor", "unknown_parameter")}, s.listDeliveries)
	register(s, huma.Operation{
		OperationID: "replay-webhooks", Method: http.MethodPost, Path: one + "/replay", Summary: "Send events again", Tags: tags,
		Description:   "One event, or all of a time, those included that happened before the endpoint was made.",
		DefaultStatus: http.StatusAccepted,
	}, answers{
		codes: codes("body", "key", "endpoint_not_found", "event_not_found", "unknown_parameter", "invalid_field", "missing_field"),
		body:  body[ReplayRequest](s, true), also: seenBefore(),
	}, s.replay)
}

func showEndpoint(e webhook.Endpoint) Endpoint {
	v := Endpoint{
		ID: e.ID, URL: e.URL, Description: e.Description, Events: e.Events, Mode: string(e.Mode), Enabled: e.On(),
		DisabledAt: timePtr(e.DisabledAt), FailingFrom: timePtr(e.FailingSince), CreatedAt: Time{e.CreatedAt},
	}
	if v.Events == nil {
		v.Events = []string{}
	}
	if !e.On() {
		v.Disabled = &e.Disabled
	}
	return v
}

type endpointAnswer struct{ Body Endpoint }

// endpointFields reads the fields of an endpoint into e, and tells which there were.
func (s *server) endpointFields(c *call, e *webhook.Endpoint, known ...string) (seen []string, enabled bool, p *Problem) {
	raw, p := s.readBody(c)
	if p != nil {
		return nil, false, p
	}
	all, p := object(raw)
	if p != nil {
		return nil, false, p
	}
	var wrong []*Problem
	for _, m := range all {
		var p *Problem
		switch {
		case !slices.Contains(known, m.name):
			p = unknownField(m.name, known)
		case m.name == "url":
			if e.URL, p = text(m.name, m.value); p == nil {
				if err := webhook.CheckURL(e.URL, s.PlainWebhooks); err != nil {
					p = problem("url_invalid", "url: "+err.Error()).in("url")
				}
			}
		case m.name == "description":
			e.Description, p = readText(m, 0, descriptionMax, "description_invalid")
		case m.name == "events":
			e.Events, p = readEvents(m.value)
		case m.name == "enabled":
			if json.Unmarshal(m.value, &enabled) != nil || kindOf(m.value) != "a boolean" {
				p = wrongType("enabled", "true or false", m.value)
			}
		}
		if p != nil {
			wrong = append(wrong, p)
		}
		seen = append(seen, m.name)
	}
	if len(wrong) > 0 {
		return nil, false, several(wrong)
	}
	return seen, enabled, nil
}

func readEvents(value json.RawMessage) ([]string, *Problem) {
	var events []string
	if kindOf(value) != "an array" || json.Unmarshal(value, &events) != nil {
		return nil, wrongType("events", "a list of event types", value)
	}
	if err := webhook.CheckEvents(events, eventTypes()); err != nil {
		return nil, problem("events_invalid", "events: "+err.Error()).in("events")
	}
	return events, nil
}

// endpointMade is the answer to a request for an endpoint.
type endpointMade struct {
	Status   int
	Location string `header:"Location"`
	Replayed string `header:"Idempotent-Replayed" enum:"true" doc:"Set when the Idempotency-Key had been used for the same request: nothing was done again."`
	Body     Endpoint
}

func (s *server) createEndpoint(ctx context.Context, _ *KeyedDeed) (*endpointMade, error) {
	const path = "/v1/webhook_endpoints/"
	return once(ctx, s, func(ctx context.Context, a store.Action) (*endpointMade, error) {
		e, err := s.endpoint(ctx, a.Subject)
		return &endpointMade{http.StatusOK, path + e.ID, "true", showEndpoint(e.Endpoint)}, err
	}, func(ctx context.Context) (*endpointMade, error) {
		c := callOf(ctx)
		e := store.Endpoint{Endpoint: webhook.Endpoint{
			ID: s.NewID("whe_"), MerchantID: c.key.MerchantID, Mode: c.key.Mode, Version: 1, CreatedAt: s.Now(),
		}}
		seen, _, p := s.endpointFields(c, &e.Endpoint, "url", "description", "events")
		if p == nil && !slices.Contains(seen, "url") {
			p = missing("url")
		}
		if p != nil {
			return nil, p
		}
		if err := s.onlyOne(ctx, e.Endpoint); err != nil {
			return nil, err
		}
		secret, err := s.newSecret(&e, nil, 0)
		if err == nil {
			err = s.outbox().SaveEndpoint(ctx, e, s.endpointDeed(ctx, store.ActEndpointCreated, e.Endpoint, details{"to": hostOf(e.URL), "events": e.Events}))
		}
		shown := showEndpoint(e.Endpoint)
		shown.Secret = secret.Reveal()
		return &endpointMade{Status: http.StatusCreated, Location: path + e.ID, Body: shown}, err
	})
}

type details map[string]any

// endpointDeed is something done to an endpoint.
func (s *server) endpointDeed(ctx context.Context, kind string, e webhook.Endpoint, d details) store.Deed {
	a := store.Action{Kind: kind, MerchantID: e.MerchantID, Mode: e.Mode, Subject: e.ID}
	if d != nil {
		a.Details = registry.Details(d)
	}
	return s.deed(ctx, a)
}

// onlyOne refuses a second endpoint of the same address, which a repeated request would make.
func (s *server) onlyOne(ctx context.Context, e webhook.Endpoint) error {
	list, err := s.outbox().Endpoints(ctx, e.MerchantID, e.Mode)
	if err != nil {
		return err
	}
	for _, other := range list {
		if other.URL == e.URL && other.ID != e.ID {
			return problem("endpoint_exists", "the endpoint "+other.ID+" has this address").in("url")
		}
	}
	if len(list) >= webhook.EndpointsMax && e.Version == 1 {
		return problem("too_many_endpoints", fmt.Sprintf("there are %d endpoints already", len(list)))
	}
	return nil
}

func (s *server) newSecret(e *store.Endpoint, old webhook.Secrets, overlap time.Duration) (webhook.Secret, error) {
	var random [webhook.SecretSize]byte
	_, _ = rand.Read(random[:]) // it never fails: crypto/rand
	secret := webhook.NewSecret(random)
	// Receivers compare with the real time.
	return secret, courier.Seal(s.Keyring, e, old.Rotate(secret, time.Now(), overlap))
}

func (s *server) outbox() store.Outbox { return s.Engine.Store }

func (s *server) listEndpoints(ctx context.Context, _ *struct{}) (*struct{ Body EndpointList }, error) {
	key := callOf(ctx).key
	list, err := s.outbox().Endpoints(ctx, key.MerchantID, key.Mode)
	if err != nil {
		return nil, err
	}
	shown := EndpointList{Data: make([]Endpoint, 0, len(list))}
	for _, e := range list {
		shown.Data = append(shown.Data, showEndpoint(e.Endpoint))
	}
	return &struct{ Body EndpointList }{shown}, nil
}

var endpointIDForm = regexp.MustCompile(`^whe_[0-9a-z]{26}$`) // never written

// endpoint gives an endpoint of the merchant and mode that ask; to anybody else it does not exist.
func (s *server) endpoint(ctx context.Context, id string) (store.Endpoint, error) {
	key := callOf(ctx).key
	absent := problem("endpoint_not_found", "there is no such endpoint")
	if !endpointIDForm.MatchString(id) {
		return store.Endpoint{}, absent
	}
	e, err := s.outbox().Endpoint(ctx, key.MerchantID, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && e.Mode != key.Mode {
		return e, absent
	}
	return e, err
}

func (s *server) getEndpoint(ctx context.Context, in *OneEndpoint) (*endpointAnswer, error) {
	e, err := s.endpoint(ctx, in.ID)
	return &endpointAnswer{showEndpoint(e.Endpoint)}, err
}

func (s *server) changeEndpoint(ctx context.Context, in *OneEndpoint) (*endpointAnswer, error) {
	e, err := s.endpoint(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	seen, enabled, p := s.endpointFields(callOf(ctx), &e.Endpoint, "url", "description", "events", "enabled")
	if p != nil {
		return nil, p
	}
	if slices.Contains(seen, "enabled") {
		switch {
		case enabled:
			e.Disabled, e.DisabledAt, e.FailingSince, e.Failures = "", time.Time{}, time.Time{}, 0
		case e.On():
			e.Disabled, e.DisabledAt = "it was switched off by hand", s.Now()
		}
	}
	if err := s.onlyOne(ctx, e.Endpoint); err != nil {
		return nil, err
	}
	changed := details{}
	for name, value := range (details{"url": hostOf(e.URL), "description": e.Description, "events": e.Events, "enabled": e.On()}) { // order does not matter: it becomes a map
		if slices.Contains(seen, name) {
			changed[name] = value
		}
	}
	ctx, cancel := acting(ctx, store.DeedKey{})
	defer cancel()
	err = s.saveChanged(ctx, &e, nil, s.endpointDeed(ctx, store.ActEndpointChanged, e.Endpoint, changed))
	return &endpointAnswer{showEndpoint(e.Endpoint)}, err
}

// saveChanged writes a change by hand.
func (s *server) saveChanged(ctx context.Context, e *store.Endpoint, sealed []byte, deed store.Deed) error {
	e.Version++
	e.Sealed = sealed
	err := s.outbox().SaveEndpoint(ctx, *e, deed)
	if errors.Is(err, store.ErrConflict) {
		return problem("endpoint_changed", "somebody else has just changed this endpoint")
	}
	return err
}

func (s *server) deleteEndpoint(ctx context.Context, in *OneEndpoint) (*struct{}, error) {
	e, err := s.endpoint(ctx, in.ID)
	ctx, cancel := acting(ctx, store.DeedKey{})
	defer cancel()
	if err == nil {
		err = s.outbox().DeleteEndpoint(ctx, e.MerchantID, e.ID, s.endpointDeed(ctx, store.ActEndpointDeleted, e.Endpoint, details{"to": hostOf(e.URL)}))
	}
	if errors.Is(err, store.ErrNotFound) {
		err = nil // it was deleted at the same moment
	}
	var p *Problem
	if errors.As(err, &p) && p.Code == "endpoint_not_found" {
		err = s.endpointDeleted(ctx, in.ID, err)
	}
	return nil, err
}

// endpointDeleted is nil if there was an endpoint that has been deleted, so that deleting it again is answered as the first time,
// and else absent.
func (s *server) endpointDeleted(ctx context.Context, id string, absent error) error {
	key := callOf(ctx).key
	if !endpointIDForm.MatchString(id) {
		return absent
	}
	list, err := s.Engine.Store.Actions(ctx, store.ActionFilter{MerchantID: key.MerchantID, Mode: key.Mode, Kind: store.ActEndpointDeleted, Subject: id, Limit: 1})
	if err == nil && len(list) == 0 {
		return absent
	}
	return err
}

// keyedEndpoint names an endpoint, and takes an idempotency key.
type keyedEndpoint struct {
	OneEndpoint
	KeyedDeed
}

func (s *server) rotateSecret(ctx context.Context, in *keyedEndpoint) (*deedAnswer[Endpoint], error) {
	return once(ctx, s, func(ctx context.Context, a store.Action) (*deedAnswer[Endpoint], error) {
		e, err := s.endpoint(ctx, a.Subject)
		return doneBefore(showEndpoint(e.Endpoint), err)
	}, func(ctx context.Context) (*deedAnswer[Endpoint], error) {
		e, err := s.endpoint(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		overlap, p := s.readOverlap(callOf(ctx))
		if p != nil {
			return nil, p
		}
		old, err := courier.Open(s.Keyring, e)
		if err != nil {
			return nil, err
		}
		changed := e
		secret, err := s.newSecret(&changed, old, overlap)
		if err == nil {
			deed := s.endpointDeed(ctx, store.ActEndpointRotated, e.Endpoint, details{"overlap_seconds": int64(overlap / time.Second)})
			err = s.saveChanged(ctx, &e, changed.Sealed, deed)
		}
		shown := showEndpoint(e.Endpoint)
		shown.Secret = secret.Reveal()
		return did(http.StatusOK, shown, err)
	})
}

func (s *server) readOverlap(c *call) (time.Duration, *Problem) {
	raw, p := s.readBody(c)
	if p != nil || raw == nil {
		return webhook.Overlap, p
	}
	all, p := object(raw)
	overlap := webhook.Overlap
	for _, m := range all {
		var seconds int64
		switch {
		case m.name != "overlap_seconds":
			return 0, unknownField(m.name, []string{"overlap_seconds"})
		case !wholeNumber.Match(m.value) || json.Unmarshal(m.value, &seconds) != nil || seconds < 0 || seconds > int64(maxOverlap/time.Second):
			return 0, problem("invalid_field", fmt.Sprintf("overlap_seconds is not a whole number from 0 to %d", maxOverlap/time.Second)).in(m.name)
		}
		overlap = time.Duration(seconds) * time.Second
	}
	return overlap, p
}

func (s *server) pingEndpoint(ctx context.Context, in *keyedEndpoint) (*deedAnswer[Delivery], error) {
	return once(ctx, s, s.pingedBefore, func(ctx context.Context) (*deedAnswer[Delivery], error) {
		e, err := s.endpoint(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		if !e.On() {
			return nil, problem("endpoint_disabled", "nothing is sent to this endpoint: "+e.Disabled)
		}
		now := s.Now()
		d := webhook.Delivery{
			MerchantID: e.MerchantID, EndpointID: e.ID, EventID: s.NewID("evt_"), Type: webhook.TypePing, State: webhook.Due,
			CreatedAt: now, DueAt: now,
		}
		err = s.outbox().AddDelivery(ctx, d, webhook.PingEvent(d.EventID, now, e.Endpoint),
			s.endpointDeed(ctx, store.ActEndpointPinged, e.Endpoint, details{"event_id": d.EventID}))
		return did(http.StatusAccepted, showDelivery(d), err)
	})
}

// pingedBefore answers with how the test event stands that was sent.
func (s *server) pingedBefore(ctx context.Context, a store.Action) (*deedAnswer[Delivery], error) {
	e, err := s.endpoint(ctx, a.Subject)
	if err != nil {
		return nil, err
	}
	var sent struct {
		EventID string `json:"event_id"`
	}
	if err := json.Unmarshal(a.Details, &sent); err != nil {
		return nil, err
	}
	list, err := s.outbox().Deliveries(ctx, store.DeliveryFilter{MerchantID: e.MerchantID, EndpointID: e.ID, EventID: sent.EventID})
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, problem("event_not_found", "the test event is no longer kept")
	}
	return doneBefore(showDelivery(list[0]), nil)
}

func showDelivery(d webhook.Delivery) Delivery {
	v := Delivery{
		EventID: d.EventID, Type: d.Type, PaymentID: d.PaymentID, State: string(d.State), Tries: d.Tries, CreatedAt: Time{d.CreatedAt},
		EndedAt: timePtr(d.EndedAt),
	}
	if d.State == webhook.Due {
		v.NextTryAt = timePtr(d.DueAt)
	}
	if a := d.Last; !a.At.IsZero() {
		v.Last = &Answer{At: Time{a.At}, Took: a.Took.Milliseconds(), Status: a.Status, Body: valid(a.Body), Trouble: a.Trouble}
	}
	return v
}

type deliveriesInput struct {
	OneEndpoint
	State  string `query:"state" enum:"due,delivered,failed" doc:"Only deliveries in this state."`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"How many at most."`
	Cursor string `query:"cursor" doc:"next_cursor of the page before."`
}

var eventIDForm = regexp.MustCompile(`^evt_[0-9a-z]{26}$`) // never written

func (s *server) listDeliveries(ctx context.Context, in *deliveriesInput) (*struct{ Body DeliveryPage }, error) {
	e, err := s.endpoint(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	f := store.DeliveryFilter{MerchantID: e.MerchantID, EndpointID: e.ID, State: webhook.State(in.State), Limit: in.Limit}
	if in.Cursor != "" {
		if !cursorForm.MatchString(in.Cursor) {
			return nil, problem("invalid_cursor", "this is not a cursor of ours").in("cursor")
		}
		f.Before = "evt_" + strings.TrimPrefix(in.Cursor, cursorPrefix)
	}
	list, err := s.outbox().Deliveries(ctx, f)
	if err != nil {
		return nil, err
	}
	page := DeliveryPage{Data: make([]Delivery, 0, len(list))}
	for _, d := range list {
		page.Data = append(page.Data, showDelivery(d))
	}
	if len(list) == f.Limit {
		cursor := cursorPrefix + strings.TrimPrefix(list[len(list)-1].EventID, "evt_")
		page.NextCursor = &cursor
	}
	return &struct{ Body DeliveryPage }{page}, nil
}

func (s *server) replay(ctx context.Context, in *keyedEndpoint) (*deedAnswer[Replayed], error) {
	answer := func(n int64) Replayed { return Replayed{Events: int(n), More: n == maxReplay} }
	return once(ctx, s, func(_ context.Context, a store.Action) (*deedAnswer[Replayed], error) {
		return doneBefore(answer(a.Count), nil)
	}, func(ctx context.Context) (*deedAnswer[Replayed], error) {
		e, err := s.endpoint(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		r, p := s.readReplay(callOf(ctx))
		if p != nil {
			return nil, p
		}
		r.MerchantID, r.EndpointID, r.Limit = e.MerchantID, e.ID, maxReplay
		d := details{"event_id": r.EventID}
		if r.EventID == "" {
			d = details{"from": Time{r.From}, "to": Time{r.To}, "undelivered": r.Undelivered}
		}
		n, err := s.outbox().Replay(ctx, r, s.endpointDeed(ctx, store.ActEndpointReplayed, e.Endpoint, d))
		if errors.Is(err, store.ErrNotFound) {
			return nil, problem("event_not_found", "this endpoint was never to get such an event").in("event_id")
		}
		return did(http.StatusAccepted, answer(int64(n)), err)
	})
}

func (s *server) readReplay(c *call) (r store.Replay, p *Problem) {
	raw, p := s.readBody(c)
	if p != nil {
		return r, p
	}
	all, p := object(raw)
	if p != nil {
		return r, p
	}
	r.Now, r.To = s.Now(), s.Now()
	for _, m := range all {
		var value string
		switch m.name {
		case "event_id", "from", "to":
			if value, p = text(m.name, m.value); p != nil {
				return r, p
			}
		}
		switch m.name {
		case "event_id":
			if r.EventID = value; !eventIDForm.MatchString(value) {
				return r, problem("invalid_field", "event_id is not an id of ours").in(m.name)
			}
		case "from":
			r.From, p = fieldTime(m.name, value)
		case "to":
			r.To, p = fieldTime(m.name, value)
		case "undelivered":
			if kindOf(m.value) != "a boolean" {
				p = wrongType(m.name, "true or false", m.value)
			}
			r.Undelivered = string(m.value) == "true"
		default:
			p = unknownField(m.name, []string{"event_id", "from", "to", "undelivered"})
		}
		if p != nil {
			return r, p
		}
	}
	switch {
	case r.EventID != "" && len(all) > 1:
		return r, problem("invalid_field", "event_id stands alone: it names the one event to be sent").in("event_id")
	case r.EventID == "" && r.From.IsZero():
		return r, missing("from").hinting("Name one event by event_id, or a time by from and to.")
	case r.EventID == "" && !r.From.Before(r.To):
		return r, problem("invalid_field", "from is not before to").in("from")
	}
	return r, nil
}

func fieldTime(field, value string) (time.Time, *Problem) {
	at, err := time.Parse(time.RFC3339, value)
	if err != nil {
		return at, problem("invalid_field", field+" is not a time such as 2026-03-21T00:00:00+07:00").in(field)
	}
	return at, nil
}
