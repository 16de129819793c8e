package lunas

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// WebhookEndpoints gives the addresses that are told of events.
func (c *Client) WebhookEndpoints() WebhookEndpoints { return WebhookEndpoints{c} }

// WebhookEndpoints keeps the addresses that are told of events.
type WebhookEndpoints struct{ client *Client }

// WebhookEndpoint is where events are posted to.
type WebhookEndpoint struct {
	ID             string     `json:"id"`
	URL            string     `json:"url"`
	Description    string     `json:"description"`
	Events         []string   `json:"events"` // the types that are sent; none: all
	Mode           string     `json:"mode"`   // of which payments it is told: test or live
	Enabled        bool       `json:"enabled"`
	DisabledReason *string    `json:"disabled_reason"` // why nothing is sent; nil while it is enabled
	DisabledAt     *time.Time `json:"disabled_at"`
	FailingSince   *time.Time `json:"failing_since"` // since when nothing has been taken; nil while all is well
	CreatedAt      time.Time  `json:"created_at"`
	// Secret verifies signatures. It is given by Create and RotateSecret, once; else it is empty.
	Secret Secret `json:"secret"`
}

func (e *WebhookEndpoint) secret() Secret { return e.Secret }

// NewWebhookEndpoint is an endpoint to be made.
type NewWebhookEndpoint struct {
	URL         string   `json:"url"`
	Description string   `json:"description,omitempty"`
	Events      []string `json:"events,omitempty"` // the types that are wanted, payment.* for all of a kind; none: all
}

// WebhookEndpointChange is a change of an endpoint. What is nil stays.
type WebhookEndpointChange struct {
	URL         *string   `json:"url,omitempty"`
	Description *string   `json:"description,omitempty"`
	Events      *[]string `json:"events,omitempty"`  // the whole new list; an empty one: all types
	Enabled     *bool     `json:"enabled,omitempty"` // false stops sending, true begins again with what had become due
}

// WebhookDelivery is one event on its way to one endpoint.
type WebhookDelivery struct {
	EventID    string         `json:"event_id"`
	Type       string         `json:"type"`
	PaymentID  string         `json:"payment_id"`
	State      string         `json:"state"` // due, delivered or failed
	Tries      int            `json:"tries"`
	CreatedAt  time.Time      `json:"created_at"`
	NextTryAt  *time.Time     `json:"next_try_at"` // nil: nothing more is sent
	EndedAt    *time.Time     `json:"ended_at"`
	LastAnswer *WebhookAnswer `json:"last_answer"` // nil before the first try
}

// WebhookAnswer is what came of a try.
type WebhookAnswer struct {
	At      time.Time `json:"at"`
	TookMS  int64     `json:"took_ms"`
	Status  int       `json:"status"`  // 0: there was no answer
	Body    string    `json:"body"`    // its first 1024 bytes
	Trouble string    `json:"trouble"` // why there was no answer
}

// Replay says what is sent again: one event by EventID, or all from From up to To.
type Replay struct {
	EventID     string     `json:"event_id,omitempty"`
	From        *time.Time `json:"from,omitempty"`
	To          *time.Time `json:"to,omitempty"`          // nil: now
	Undelivered bool       `json:"undelivered,omitempty"` // leave out what the endpoint has taken
}

// Replayed is what a replay did.
type Replayed struct {
	Events int  `json:"events"`
	More   bool `json:"more"` // there may be more in that time: ask again, from the time of the last of them
}

// Create makes an endpoint. Keep its Secret: it is given only now. The error may be ErrSecretNotShown.
func (w WebhookEndpoints) Create(ctx context.Context, n NewWebhookEndpoint) (*WebhookEndpoint, error) {
	return send[WebhookEndpoint](ctx, w.client, http.MethodPost, n, "/v1/webhook_endpoints")
}

// List gives all endpoints of the key's mode.
func (w WebhookEndpoints) List(ctx context.Context) ([]WebhookEndpoint, error) {
	return list[WebhookEndpoint](ctx, w.client, "/v1/webhook_endpoints")
}

// Get gives an endpoint.
func (w WebhookEndpoints) Get(ctx context.Context, id string) (*WebhookEndpoint, error) {
	return get[WebhookEndpoint](ctx, w.client, "/v1/webhook_endpoints/{}", id)
}

// Change changes an endpoint, or switches it on or off.
func (w WebhookEndpoints) Change(ctx context.Context, id string, c WebhookEndpointChange) (*WebhookEndpoint, error) {
	return send[WebhookEndpoint](ctx, w.client, http.MethodPatch, c, "/v1/webhook_endpoints/{}", id)
}

// Delete forgets an endpoint and what was due to it.
func (w WebhookEndpoints) Delete(ctx context.Context, id string) error {
	_, err := w.client.call(ctx, request{method: http.MethodDelete, path: "/v1/webhook_endpoints/{}", args: []string{id}}, nil)
	return err
}

// RotateSecret gives an endpoint a new secret. The old one signs too for as long as overlap says, in whole seconds and up
// to seven days; below 0: a day. The error may be ErrSecretNotShown.
func (w WebhookEndpoints) RotateSecret(ctx context.Context, id string, overlap time.Duration) (*WebhookEndpoint, error) {
	var body any
	if overlap >= 0 {
		body = map[string]int64{"overlap_seconds": int64(overlap / time.Second)}
	}
	return send[WebhookEndpoint](ctx, w.client, http.MethodPost, body, "/v1/webhook_endpoints/{}/rotate_secret", id)
}

// Ping sends an endpoint a test event.
func (w WebhookEndpoints) Ping(ctx context.Context, id string) (*WebhookDelivery, error) {
	return send[WebhookDelivery](ctx, w.client, http.MethodPost, nil, "/v1/webhook_endpoints/{}/ping", id)
}

// Deliveries gives what was sent to an endpoint, newest first. The state is due, delivered or failed; empty: any. An error
// ends it.
func (w WebhookEndpoints) Deliveries(ctx context.Context, id, state string) iter.Seq2[*WebhookDelivery, error] {
	q := url.Values{}
	if state != "" {
		q.Set("state", state)
	}
	return pages[WebhookDelivery](ctx, w.client, q, "/v1/webhook_endpoints/{}/deliveries", id)
}

// Replay sends events again.
func (w WebhookEndpoints) Replay(ctx context.Context, id string, r Replay) (*Replayed, error) {
	return send[Replayed](ctx, w.client, http.MethodPost, r, "/v1/webhook_endpoints/{}/replay", id)
}
