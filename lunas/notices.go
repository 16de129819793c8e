package lunas

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// Notice is something that needs a human, or did.
type Notice struct {
	ID        string     `json:"id"`
	Kind      string     `json:"kind"`
	Merchant  string     `json:"merchant"` // empty: it concerns who runs the gateway
	Mode      string     `json:"mode"`     // empty: of both
	Subject   string     `json:"subject"`  // the id of what it is about
	Urgent    bool       `json:"urgent"`
	Deadline  *time.Time `json:"deadline"` // nil: there is none
	Text      string     `json:"text"`
	Mend      string     `json:"mend"` // what to do
	RaisedAt  time.Time  `json:"raised_at"`
	SaidAt    time.Time  `json:"said_at"`
	Times     int        `json:"times"`
	ClearedAt *time.Time `json:"cleared_at"` // nil: it holds
}

// Notices gives the newest hundred notices, the newest first; open: only those that hold. It needs a key with the scope admin;
// one of the platform sees everybody's.
func (c *Client) Notices(ctx context.Context, open bool) ([]Notice, error) {
	q := url.Values{"limit": {"100"}}
	if open {
		q.Set("open", "true")
	}
	var page struct {
		Data []Notice `json:"data"`
	}
	_, err := c.call(ctx, request{method: http.MethodGet, path: "/v1/notices", query: q}, &page)
	return page.Data, err
}
