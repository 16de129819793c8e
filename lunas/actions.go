package lunas

import (
	"context"
	"encoding/json"
	"iter"
	"net/url"
	"time"
)

// LoggedAction is one thing that somebody did to the gateway by hand: to merchants, accounts, API keys, webhook endpoints,
// terminals or the database.
type LoggedAction struct {
	ID       string          `json:"id"`
	At       time.Time       `json:"at"`
	Merchant string          `json:"merchant"` // whom it concerns; empty: the whole gateway
	Mode     string          `json:"mode"`     // test or live; empty: of no mode, or of both
	Actor    string          `json:"actor"`    // the id of an API key or a user, or cli or system
	Kind     string          `json:"kind"`     // api_key.revoked, …
	Subject  string          `json:"subject"`  // the id of what it was done to
	Count    int64           `json:"count"`    // to how many, where that says something
	Reason   string          `json:"reason"`
	Details  json.RawMessage `json:"details"` // how it stands since; nil: nothing more is said
}

// ActionFilter chooses actions. Zero fields choose everything.
type ActionFilter struct {
	Merchant string // for keys of the platform, which see everything without it
	Kind     string
	Subject  string
	Actor    string
	From, To time.Time // done at or after From, before To
}

// Actions gives what people and keys did by hand, newest first: with a key of the platform everything, with a merchant's what
// concerns it. It needs a key with the scope admin. An error ends it.
func (c *Client) Actions(ctx context.Context, f ActionFilter) iter.Seq2[*LoggedAction, error] {
	q := url.Values{}
	for name, value := range map[string]string{"merchant": f.Merchant, "kind": f.Kind, "subject": f.Subject, "actor": f.Actor} {
		if value != "" {
			q.Set(name, value)
		}
	}
	for name, at := range map[string]time.Time{"created_from": f.From, "created_to": f.To} {
		if !at.IsZero() {
			q.Set(name, at.Format(time.RFC3339))
		}
	}
	return pages[LoggedAction](ctx, c, q, "/v1/actions")
}
