package api

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/webhook"
)

// FeedEvent is an event as the feed serves it, which is what a webhook carries, with its position.
type FeedEvent struct {
	Position  int64  `json:"position" doc:"Grows along the feed. Give the last one as after to go on."`
	ID        string `json:"id"`
	Type      string `json:"type" example:"payment.paid"`
	Timestamp string `json:"timestamp" format:"date-time"`
	Data      any    `json:"data"`
}

// TransformSchema says what may stand in data.
func (FeedEvent) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	s.Properties["data"] = &huma.Schema{
		Description: "The payment as it stood in that version; for webhook_endpoint.disabled, the endpoint; for notice.raised and notice.cleared, the notice; for recap.closed and recap.corrected, the recap in short.",
		AnyOf: []*huma.Schema{
			r.Schema(reflect.TypeFor[webhook.PaymentData](), true, ""), r.Schema(reflect.TypeFor[webhook.EndpointOff](), true, ""),
			r.Schema(reflect.TypeFor[webhook.RecapData](), true, ""), r.Schema(reflect.TypeFor[webhook.NoticeData](), true, ""),
		},
	}
	return s
}

// Feed is a stretch of a merchant's events.
type Feed struct {
	Data []json.RawMessage `json:"data" nullable:"false"`
	// After is the position to go on from.
	After int64 `json:"after" doc:"Give it as after to go on from here, also when data is empty."`
}

// TransformSchema says what the events are.
func (Feed) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	s.Properties["data"].Items = r.Schema(reflect.TypeFor[FeedEvent](), true, "")
	return s
}

type feedInput struct {
	After int64 `query:"after" minimum:"0" default:"0" doc:"The position of the last event that you have; 0 for the beginning."`
	Limit int   `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"How many at most."`
}

func (s *server) routeFeed() {
	register(s, huma.Operation{
		OperationID: "list-events", Method: http.MethodGet, Path: "/v1/events", Summary: "What happened, in order",
		Description: "The events of all payments of the key's mode, oldest first; those of one payment in the order of its versions. " +
			"Who goes on from the last position misses nothing, and gets nothing twice: events appear at the feed's end only. Where " +
			"whoever runs the gateway archives what is old, the feed begins after what was archived: from 0 you get what is kept, and from " +
			"a position before that the answer is 410, so that nobody overlooks what is missing.",
		Tags: []string{"Events"},
	}, answers{codes: codes("invalid_parameter", "unknown_parameter", "events_archived")}, s.feed)
}

func (s *server) feed(ctx context.Context, in *feedInput) (*struct{ Body Feed }, error) {
	key := callOf(ctx).key
	told, err := s.feedAfter(ctx, key, in)
	if err != nil {
		return nil, err
	}
	feed := Feed{Data: make([]json.RawMessage, 0, len(told)), After: in.After}
	for _, t := range told {
		event, err := withPosition(t.Body, t.Position)
		if err != nil {
			return nil, err
		}
		feed.Data, feed.After = append(feed.Data, event), t.Position
	}
	return &struct{ Body Feed }{feed}, nil
}

// feedAfter reads the feed. It begins after the last event that was archived: from 0 it is read from there, and whoever would
// miss something is told so.
func (s *server) feedAfter(ctx context.Context, key merchant.APIKey, in *feedInput) ([]store.Told, error) {
	for from := in.After; ; {
		told, err := s.outbox().Feed(ctx, key.MerchantID, key.Mode, from, in.Limit)
		if err != nil {
			return nil, err
		}
		// Asked for afterwards, so that what is removed at the same moment is not passed over.
		gone, err := s.outbox().FeedArchived(ctx, key.MerchantID)
		switch {
		case err != nil:
			return nil, err
		case gone <= from:
			in.After = from
			return told, nil
		case in.After > 0:
			return nil, problem("events_archived", "the events up to position "+strconv.FormatInt(gone, 10)+" were archived").in("after").
				hinting("What you have not seen of them is in the archives of whoever runs the gateway. Go on with after=" + strconv.FormatInt(gone, 10) + ".")
		}
		from = gone
	}
}

// withPosition puts the position in front of an event, which is otherwise served as it was written.
func withPosition(event []byte, position int64) (json.RawMessage, error) {
	var fields struct {
		Position  int64           `json:"position"`
		ID        json.RawMessage `json:"id"`
		Type      json.RawMessage `json:"type"`
		Timestamp json.RawMessage `json:"timestamp"`
		Data      json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(event, &fields); err != nil {
		return nil, err
	}
	fields.Position = position
	return json.Marshal(fields)
}
