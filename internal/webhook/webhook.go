// Package webhook holds the words and rules for what lunas tells merchants: endpoints, deliveries, signatures by the
// Standard Webhooks specification, and Answered, the small pure function that says what follows from an endpoint's
// answer. It sends nothing and keeps nothing.
//
// A webhook goes from lunas to a merchant. What a provider sends to lunas is a notification; the words never mix.
package webhook

import (
	"errors"
	"fmt"
	"hash/fnv"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
)

// Endpoint is where a merchant wants to be told, and what about.
type Endpoint struct {
	ID         string
	MerchantID string
	Mode       payment.Mode // it gets events of payments of this mode only
	Version    int          // grows with every change by hand

	URL         string
	Description string
	// Events are the types that are wanted, such as payment.paid, or payment.* for all of a kind. None: everything.
	Events    []string
	CreatedAt time.Time

	// Disabled is why nothing is sent any more; empty while the endpoint is on.
	Disabled   string
	DisabledAt time.Time
	// FailingSince is when the first of the latest unbroken row of failures happened; zero while it answers well.
	FailingSince time.Time
	Failures     int
}

// On tells whether the endpoint is sent to.
func (e Endpoint) On() bool { return e.Disabled == "" }

// Wants tells whether the endpoint is told of events of a type.
func (e Endpoint) Wants(eventType string) bool {
	if len(e.Events) == 0 || slices.Contains(e.Events, eventType) {
		return true
	}
	kind, _, _ := strings.Cut(eventType, ".")
	return slices.Contains(e.Events, kind+".*")
}

// Kinds are what stands before the dot of the types of events.
func Kinds() []string { return []string{"payment", "webhook_endpoint", "recap", "notice"} }

// Limits of an endpoint.
const (
	URLMax         = 2048 // bytes
	DescriptionMax = 500  // bytes
	EndpointsMax   = 20   // of one merchant and mode
)

// CheckURL says what is wrong with an address for an endpoint. Plain http is for addresses that the operator allows
// (see courier), so it is refused here unless plain is true.
func CheckURL(address string, plain bool) error {
	u, err := url.Parse(address)
	switch {
	case len(address) > URLMax:
		return fmt.Errorf("it is longer than %d bytes", URLMax)
	case err != nil || u.Hostname() == "" || u.Opaque != "":
		return errors.New("it is no address such as https://shop.example/webhooks")
	case u.Scheme != "https" && (u.Scheme != "http" || !plain):
		return errors.New("it must begin with https://")
	case u.User != nil:
		return errors.New("it must hold no user or password: what lunas sends is signed")
	case u.Fragment != "" || strings.Contains(address, "#"):
		return errors.New("it must hold no # part: nobody would receive it")
	}
	return nil
}

// CheckEvents says what is wrong with a list of wanted types. Types are those that exist.
func CheckEvents(wanted, types []string) error {
	for i, w := range wanted {
		kind, rest, _ := strings.Cut(w, ".")
		known := slices.Contains(types, w) ||
			rest == "*" && slices.ContainsFunc(types, func(t string) bool { return strings.HasPrefix(t, kind+".") })
		switch {
		case !known:
			return fmt.Errorf("there is no event type %q; known: %s", cut(w, 60), strings.Join(types, ", "))
		case slices.Contains(wanted[:i], w):
			return fmt.Errorf("%q is named twice", w)
		}
	}
	return nil
}

// State is where a delivery stands. The spelling is stored and served.
type State string

// The states of a delivery.
const (
	Due       State = "due"       // to be sent, or sent again
	Delivered State = "delivered" // the endpoint has answered with 2xx
	Failed    State = "failed"    // given up; it can be replayed
)

// Delivery is one event on its way to one endpoint.
type Delivery struct {
	MerchantID string
	EndpointID string
	EventID    string // the webhook-id: the same in every try, for every endpoint
	PaymentID  string // empty: the event is about no payment
	Type       string
	Version    int // of the payment
	State      State
	Tries      int // finished ones
	CreatedAt  time.Time
	DueAt      time.Time // of the next try
	EndedAt    time.Time
	Last       Answer // to the last try
}

// Answer is what came of one try.
type Answer struct {
	At     time.Time     `json:"at,omitzero"`
	Took   time.Duration `json:"took,omitzero"`
	Status int           `json:"status,omitzero"` // 0: there was no answer
	// RetryAfter is how long the endpoint wants to be left alone; 0: it did not say.
	RetryAfter time.Duration `json:"retry_after,omitzero"`
	Body       string        `json:"body,omitempty"`    // its beginning, at most BodyKept bytes
	Trouble    string        `json:"trouble,omitempty"` // why there was no answer
}

// BodyKept is how much of an endpoint's answer is kept, in bytes.
const BodyKept = 1024

// Good tells whether the endpoint has taken the webhook.
func (a Answer) Good() bool { return a.Status >= 200 && a.Status < 300 }

// Alone is for how long an endpoint that has not taken the webhook wants to be sent nothing; at most a day.
func (a Answer) Alone() time.Duration {
	if a.Good() {
		return 0
	}
	return min(a.RetryAfter, retryAfterMax)
}

// TimeLimit is how long an endpoint may take to answer. Standard Webhooks: 15 to 30 s.
const TimeLimit = 15 * time.Second

// Gaps are the waits before the second and every further try, a little over three days in all. Standard Webhooks
// proposes this row.
var Gaps = []time.Duration{ // never written
	5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour,
	20 * time.Hour, 24 * time.Hour,
}

const (
	// retryAfterMax is the longest wait that an endpoint can ask for.
	retryAfterMax = 24 * time.Hour
	// DeadAfter is how long an endpoint may fail without a break before it is switched off, after at least deadFailures.
	DeadAfter    = 3 * 24 * time.Hour
	deadFailures = 10
)

// The reasons for which an endpoint is switched off by lunas itself.
const (
	ReasonGone = "it answered 410: Gone"
	ReasonDead = "it has not taken a webhook for three days"
)

// Answered says what follows from an endpoint's answer, for the delivery and for its endpoint.
func Answered(e Endpoint, d Delivery, a Answer) (Endpoint, Delivery) {
	d.Tries++
	d.Last = a
	if a.Good() {
		d.State, d.EndedAt = Delivered, a.At
		e.FailingSince, e.Failures = time.Time{}, 0
		return e, d
	}
	if e.Failures++; e.FailingSince.IsZero() {
		e.FailingSince = a.At
	}
	switch {
	case a.Status == 410:
		d.State, d.EndedAt = Failed, a.At
		return off(e, ReasonGone, a.At), d
	case d.Tries > len(Gaps):
		d.State, d.EndedAt = Failed, a.At
	default:
		d.DueAt = a.At.Add(wait(d, a))
	}
	if e.Failures >= deadFailures && a.At.Sub(e.FailingSince) >= DeadAfter {
		e = off(e, ReasonDead, a.At)
	}
	return e, d
}

func off(e Endpoint, why string, at time.Time) Endpoint {
	if e.On() {
		e.Disabled, e.DisabledAt = why, at
	}
	return e
}

// wait is the gap before the next try and up to a tenth more, by a hash of the delivery, so that what failed together
// does not come back together; and never less than the endpoint asked for.
func wait(d Delivery, a Answer) time.Duration {
	gap := Gaps[d.Tries-1]
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%s/%s/%d", d.EndpointID, d.EventID, d.Tries)
	gap += time.Duration(h.Sum64() % uint64(gap/10))
	return max(gap, a.Alone())
}

// Again makes a delivery due anew, as if it had never been tried: a replay.
func Again(d Delivery, at time.Time) Delivery {
	d.State, d.Tries, d.DueAt, d.EndedAt = Due, 0, at, time.Time{}
	return d
}

func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
