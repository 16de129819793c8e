package store

import (
	"context"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/webhook"
)

// Outbox keeps what merchants are told and where to: endpoints, the deliveries to each of them, and the feed of events.
// Commit writes a delivery for every endpoint that is on, of the payment's mode, and wants the type, in the transaction
// of the change that is told of.
type Outbox interface {
	// SaveEndpoint makes an endpoint (Version 1), or changes one by hand: then the version before must be stored.
	// Everything is written but CreatedAt; a nil Sealed leaves the secrets as they are. ErrConflict.
	SaveEndpoint(context.Context, Endpoint, ...Deed) error
	// DeleteEndpoint forgets an endpoint and its deliveries, or gives ErrNotFound.
	DeleteEndpoint(ctx context.Context, merchantID, endpointID string, deeds ...Deed) error
	// Endpoint gives one, or ErrNotFound.
	Endpoint(ctx context.Context, merchantID, endpointID string) (Endpoint, error)
	// Endpoints lists those of a merchant and mode, the oldest first.
	Endpoints(ctx context.Context, merchantID string, mode payment.Mode) ([]Endpoint, error)

	// WaitingEndpoints gives endpoints that are on and have something due at or before now, the longest waiting first.
	WaitingEndpoints(ctx context.Context, now time.Time, limit int) ([]Waiting, error)
	// TakeDeliveries takes what is due to an endpoint, the oldest first, and puts it off until the given time, when it
	// is due again for everybody: by then FinishDelivery has said what became of it, or its taker is dead.
	TakeDeliveries(context.Context, Take) ([]Sending, error)
	// FinishDelivery writes down what webhook.Answered says of an answer, and gives both as they are now. When that
	// switches the endpoint off, an event says so in the feed and to the other endpoints. ErrConflict: the delivery is
	// no longer the taker's, and nothing was written.
	FinishDelivery(context.Context, Finished) (webhook.Endpoint, webhook.Delivery, error)
	// AddDelivery makes an event due to one endpoint alone, such as a ping; it is not in the feed. ErrNotFound: there is
	// no such endpoint.
	AddDelivery(ctx context.Context, d webhook.Delivery, body []byte, deeds ...Deed) error
	// Replay makes events due to an endpoint anew, those that it never was to get included; see Replay. It gives how
	// many, which is also the Count of its deeds; ErrNotFound where it has no delivery of the named event.
	Replay(context.Context, Replay, ...Deed) (int, error)
	// Deliveries lists an endpoint's deliveries, those of the newest events first.
	Deliveries(context.Context, DeliveryFilter) ([]webhook.Delivery, error)
	// Undelivered counts what is due at or before now to endpoints that are on, and says since when the oldest is.
	Undelivered(ctx context.Context, now time.Time) (n int, oldest time.Time, err error)

	// Sequence gives events that have none their positions in their merchants' feeds, at most limit of them, and tells
	// how many. Positions become visible in their order: who has read up to one will find no lower one later.
	Sequence(ctx context.Context, limit int) (int, error)
	// Unplaced counts the events without a position, of all merchants, and says when the oldest of them happened.
	Unplaced(context.Context) (n int, oldest time.Time, err error)
	// Feed gives a merchant's events of a mode after a position, in order, at most limit (100 by default, at most 1000).
	Feed(ctx context.Context, merchantID string, mode payment.Mode, after int64, limit int) ([]Told, error)
	// FeedArchived gives the highest position in a merchant's feed whose event was archived and removed; 0: none was.
	FeedArchived(ctx context.Context, merchantID string) (int64, error)
}

// Endpoint is an endpoint with its secrets.
type Endpoint struct {
	webhook.Endpoint
	Sealed []byte // webhook.Secrets, encoded and sealed
}

// Waiting is an endpoint with something due.
type Waiting struct {
	MerchantID, EndpointID string
	Since                  time.Time
	Failing                bool
}

// Take says which deliveries are wanted.
type Take struct {
	MerchantID, EndpointID string
	Now, Until             time.Time
	Limit                  int
}

// Sending is a delivery with its event. DueAt is the Until with which it was taken.
type Sending struct {
	webhook.Delivery
	Body []byte
}

// Finished is what came of a delivery that was taken.
type Finished struct {
	MerchantID, EndpointID, EventID string
	Taken                           time.Time // Sending's DueAt
	Answer                          webhook.Answer
	// OffEvent names the event that tells of the endpoint's being switched off, if it comes to that; unique.
	OffEvent string
}

// Replay says which events an endpoint shall get again: one that it has a delivery of, by its id, or all that happened
// at or after From and before To, are of its mode and are wanted by it, the oldest first and at most Limit of them.
type Replay struct {
	MerchantID, EndpointID string
	EventID                string
	From, To               time.Time
	// Undelivered leaves out what the endpoint has taken.
	Undelivered bool
	Now         time.Time
	Limit       int
}

// DeliveryFilter chooses deliveries of an endpoint. Zero fields choose everything.
type DeliveryFilter struct {
	MerchantID, EndpointID string
	State                  webhook.State
	EventID                string
	Before                 string // an event's id: only those of older events (the cursor of the last page)
	Limit                  int    // at most 100; 0 means 20
}
