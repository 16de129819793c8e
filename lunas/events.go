package lunas

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Events gives the feed: the events of all payments of the key's merchant and mode, in order, each once.
func (c *Client) Events() Events { return Events{c} }

// Events reads the feed.
type Events struct{ client *Client }

// Event is something that happened, as the feed and webhooks tell it. Do nothing for an event whose payment's version is
// lower than one you have seen: webhooks may come twice and may overtake.
type Event struct {
	// Position grows along the feed; 0 in a webhook.
	Position  int64     `json:"position"`
	ID        string    `json:"id"`   // the same in the feed, in every webhook and in every try of one
	Type      string    `json:"type"` // payment.paid, …; webhook_endpoint.disabled; webhook_endpoint.ping; notice.raised, notice.cleared
	Timestamp time.Time `json:"timestamp"`
	// Data is what it is about, as it was sent.
	Data json.RawMessage `json:"data"`
	// Payment is Data read, for the types payment.…; else nil.
	Payment *EventPayment `json:"-"`
}

// EventPayment is a payment as an event tells it: where it stood in that version, without what is personal.
type EventPayment struct {
	ID        string        `json:"id"`
	Version   int           `json:"version"`
	State     State         `json:"state"`
	Mode      string        `json:"mode"`
	Amount    int64         `json:"amount"` // whole rupiah
	Currency  string        `json:"currency"`
	Reference string        `json:"reference"`
	Method    Method        `json:"method"`
	Rail      string        `json:"rail"`
	Account   string        `json:"account"`
	Failure   *EventFailure `json:"failure"`
	// Review is why a human must look, in the state review.
	Review    string            `json:"review"`
	Metadata  map[string]string `json:"metadata"`
	CreatedAt time.Time         `json:"created_at"`
	UpdatedAt time.Time         `json:"updated_at"`
}

// EventFailure is why a payment is not paid, or was given back.
type EventFailure struct {
	Code         string `json:"code"`
	ProviderCode string `json:"provider_code"`
}

// UnmarshalJSON reads an event, and its payment.
func (e *Event) UnmarshalJSON(b []byte) error {
	type plain Event
	if err := json.Unmarshal(b, (*plain)(e)); err != nil {
		return err
	}
	e.Payment = nil
	if strings.HasPrefix(e.Type, "payment.") {
		return json.Unmarshal(e.Data, &e.Payment)
	}
	return nil
}

// feedPage is how many events are read at a time.
const feedPage = 1000

// page reads the events after a position, at most so many.
func (e Events) page(ctx context.Context, after int64, limit int) (page struct {
	Data  []Event `json:"data"`
	After int64   `json:"after"`
}, err error,
) {
	q := url.Values{"after": {strconv.FormatInt(after, 10)}, "limit": {strconv.Itoa(limit)}}
	_, err = e.client.call(ctx, request{method: http.MethodGet, path: "/v1/events", query: q}, &page)
	return page, err
}

// List gives the events after a position, 0 for the beginning, up to the feed's end. An error ends it: go on from the
// Position of the last event.
func (e Events) List(ctx context.Context, after int64) iter.Seq2[*Event, error] {
	return e.walk(ctx, after, false)
}

// Follow gives the events after a position, 0 for the beginning, and then waits for more; it looks once a second. An error
// ends it, the context's end too: go on from the Position of the last event, and nothing is missed or comes twice.
func (e Events) Follow(ctx context.Context, after int64) iter.Seq2[*Event, error] {
	return e.walk(ctx, after, true)
}

func (e Events) walk(ctx context.Context, after int64, follow bool) iter.Seq2[*Event, error] {
	return func(yield func(*Event, error) bool) {
		for {
			page, err := e.page(ctx, after, feedPage)
			if err == nil && len(page.Data) == 0 && follow {
				err = e.client.rest(ctx, poll)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for i := range page.Data {
				if !yield(&page.Data[i], nil) {
					return
				}
				after = page.Data[i].Position
			}
			if len(page.Data) == 0 && !follow {
				return
			}
		}
	}
}

// End gives the position of the feed's last event, 0 when there is none: who follows from there gets what happens from now
// on. It asks some dozens of times at most, however long the feed is.
func (e Events) End(ctx context.Context) (int64, error) {
	beyond := func(position int64) (next int64, more bool, err error) {
		page, err := e.page(ctx, position, 1)
		return page.After, len(page.Data) > 0, err
	}
	low, high := int64(0), int64(1) // the end is at low or later, and once it is found at high or before
	for {
		next, more, err := beyond(high - 1)
		if err != nil {
			return 0, err
		}
		if !more {
			break
		}
		low, high = next, 2*next+1
	}
	for high--; low < high; {
		middle := low + (high-low)/2
		next, more, err := beyond(middle)
		switch {
		case err != nil:
			return 0, err
		case more:
			low = next
		default:
			high = middle
		}
	}
	return low, nil
}
