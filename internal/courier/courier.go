// Package courier brings webhooks to merchants: it takes what is due from the store's outbox, sends it, and writes down
// what came of it; and it gives events their positions in the feed. Any number of processes may run one side by side.
//
// What follows from an answer is decided by package webhook, and what must be delivered was written with the change
// that it tells of, so this package can be killed at any moment: at worst a webhook comes twice, with the same id.
package courier

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/webhook"
)

// Options are what a courier is made of. Store and Keyring are needed; the rest has defaults.
type Options struct {
	Store   store.Outbox
	Keyring *exchange.Keyring
	// Transport carries webhooks to merchants. By default NewTransport without exceptions.
	Transport http.RoundTripper
	Log       *slog.Logger

	Now func() time.Time // by which deliveries are due; `lunas dev --speed` scales it
	// Wall is the time that is signed, which receivers compare with theirs. time.Now by default.
	Wall  func() time.Time
	NewID func(prefix string) string // for events about endpoints

	// Every is how often (in real time) the store is asked for what is due when nobody calls Wake. Default 250 ms.
	Every time.Duration
	// TimeLimit is how long (in real time) an endpoint may take. Default webhook.TimeLimit.
	TimeLimit time.Duration
	// InFlight is how many webhooks are under way to one endpoint at a time. Default 8. To one that fails it is one.
	InFlight int
	// TakenFor is how long (by Now) a delivery that was taken is nobody else's. It must exceed four times TimeLimit.
	// Default 90 s.
	TakenFor time.Duration
}

const (
	atATime      = 32   // deliveries taken for one endpoint
	endpointsMax = 500  // endpoints looked at in one round
	sequenceMax  = 1000 // events given a position in one statement
)

// Courier brings webhooks. Make it with New, run it with Run.
type Courier struct {
	Options
	client *http.Client
	wake   chan struct{}

	mu    sync.Mutex
	busy  map[endpointKey]bool
	alone map[endpointKey]leftAlone
	done  sync.WaitGroup

	Metrics Metrics
}

// Metrics counts what the courier does; read it at any time.
type Metrics struct {
	Delivered atomic.Int64
	Failures  atomic.Int64 // tries that were not taken
	Disabled  atomic.Int64 // endpoints that were switched off
	Sequenced atomic.Int64 // events that got their position
}

type endpointKey struct{ merchant, endpoint string }

// leftAlone is until when an endpoint has asked, by Retry-After, to be sent nothing. A change of it by hand ends that.
// Each process learns it for itself, by one webhook.
type leftAlone struct {
	until   time.Time
	version int // of the endpoint that asked
}

// New makes a courier.
func New(o Options) *Courier {
	if o.Transport == nil {
		o.Transport = NewTransport(nil)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Wall == nil {
		o.Wall = time.Now
	}
	if o.Every == 0 {
		o.Every = 250 * time.Millisecond
	}
	if o.TimeLimit == 0 {
		o.TimeLimit = webhook.TimeLimit
	}
	if o.InFlight == 0 {
		o.InFlight = 8
	}
	if o.TakenFor == 0 {
		o.TakenFor = 90 * time.Second
	}
	return &Courier{
		Options: o, wake: make(chan struct{}, 1), busy: map[endpointKey]bool{}, alone: map[endpointKey]leftAlone{},
		client: &http.Client{
			Transport: o.Transport,
			// What an endpoint redirects to has not been registered by anybody.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// Wake says that something has just become due.
func (c *Courier) Wake() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// Run delivers until the context ends, and then waits for the webhooks that are under way; what had been taken and was
// not sent is due again soon.
func (c *Courier) Run(ctx context.Context) {
	tick := time.NewTicker(c.Every)
	defer tick.Stop()
	defer c.done.Wait()
	for {
		c.Round(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-c.wake:
		}
	}
}

// Round gives positions to events and begins to send what is due now.
func (c *Courier) Round(ctx context.Context) {
	c.sequence(ctx)
	now := c.Now()
	waiting, err := c.Store.WaitingEndpoints(ctx, now, c.lookAt(now))
	if err != nil {
		c.trouble(ctx, "what is due to merchants cannot be looked up", err)
		return
	}
	for _, w := range waiting {
		c.serve(ctx, w)
	}
}

// lookAt is how many endpoints to ask for: however many are being sent to, or left alone, the others are among them.
func (c *Courier) lookAt(now time.Time) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	maps.DeleteFunc(c.alone, func(_ endpointKey, a leftAlone) bool { return !now.Before(a.until) })
	return endpointsMax + len(c.busy) + len(c.alone)
}

func (c *Courier) sequence(ctx context.Context) {
	for {
		n, err := c.Store.Sequence(ctx, sequenceMax)
		if err != nil {
			c.trouble(ctx, "events cannot be given their positions", err)
			return
		}
		c.Metrics.Sequenced.Add(int64(n))
		if n < sequenceMax {
			return
		}
	}
}

func (c *Courier) trouble(ctx context.Context, what string, err error) {
	if ctx.Err() == nil && !errors.Is(err, store.ErrClosed) {
		c.Log.Error(what, "error", err)
	}
}

// serve begins to send to an endpoint what is due to it, unless that is going on here already. Each endpoint has its
// own senders, so that one that does not answer delays no other.
func (c *Courier) serve(ctx context.Context, w store.Waiting) {
	key := endpointKey{w.MerchantID, w.EndpointID}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.busy[key] {
		return
	}
	c.busy[key] = true
	c.done.Go(func() {
		sent := c.send(ctx, w)
		c.mu.Lock()
		delete(c.busy, key)
		c.mu.Unlock()
		if sent {
			c.Wake() // there may be more
		}
	})
}

// send takes a batch for an endpoint and sends it, and tells whether there was anything to send. To one that fails it
// sends one: if that is taken, the others follow. What is left of a batch when the endpoint wants no more is due again
// after TakenFor.
func (c *Courier) send(ctx context.Context, w store.Waiting) bool {
	limit, senders := atATime, c.InFlight
	if w.Failing {
		limit, senders = 1, 1
	}
	e, secrets, err := c.endpoint(ctx, w)
	if errors.Is(err, store.ErrNotFound) {
		return false
	}
	if err != nil {
		c.trouble(ctx, "an endpoint cannot be read", err)
		return false
	}
	now := c.Now()
	if c.leaves(e, now) {
		return false
	}
	batch, err := c.Store.TakeDeliveries(ctx, store.Take{
		MerchantID: w.MerchantID, EndpointID: w.EndpointID, Now: now, Until: now.Add(c.TakenFor), Limit: limit,
	})
	if err != nil {
		c.trouble(ctx, "deliveries cannot be taken", err)
		return false
	}
	next := make(chan store.Sending)
	var sending sync.WaitGroup
	var enough atomic.Bool
	for range min(senders, len(batch)) {
		sending.Go(func() {
			for s := range next {
				if !enough.Load() && !c.deliver(ctx, e, secrets, s) {
					enough.Store(true)
				}
			}
		})
	}
	for _, s := range batch {
		next <- s
	}
	close(next)
	sending.Wait()
	return len(batch) > 0
}

// leaves tells whether the endpoint is left alone.
func (c *Courier) leaves(e webhook.Endpoint, now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	a, ok := c.alone[endpointKey{e.MerchantID, e.ID}]
	return ok && a.version == e.Version && now.Before(a.until)
}

// leave has the endpoint left alone for as long as it asks, and tells whether it asks for that.
func (c *Courier) leave(e webhook.Endpoint, a webhook.Answer) bool {
	if a.Alone() == 0 {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.alone[endpointKey{e.MerchantID, e.ID}] = leftAlone{until: a.At.Add(a.Alone()), version: e.Version}
	return true
}

func (c *Courier) endpoint(ctx context.Context, w store.Waiting) (webhook.Endpoint, webhook.Secrets, error) {
	e, err := c.Store.Endpoint(ctx, w.MerchantID, w.EndpointID)
	if err != nil {
		return e.Endpoint, nil, err
	}
	secrets, err := Open(c.Keyring, e)
	return e.Endpoint, secrets, err
}

// deliver sends one webhook and writes down what came of it, and tells whether the endpoint may get another one now. One
// that was taken so long ago that another process may take it before it is answered is left to that one.
func (c *Courier) deliver(ctx context.Context, e webhook.Endpoint, secrets webhook.Secrets, s store.Sending) bool {
	if ctx.Err() != nil || c.Now().Add(c.TakenFor/4).After(s.DueAt) {
		return false
	}
	began := c.Now()
	// What has been taken is brought to its end although the process is being stopped.
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.TimeLimit)
	answer := c.post(limited, e, secrets, s)
	cancel()
	answer.At = c.Now()
	answer.Took = answer.At.Sub(began)
	left := c.leave(e, answer)
	after, d, err := c.Store.FinishDelivery(context.WithoutCancel(ctx), store.Finished{
		MerchantID: s.MerchantID, EndpointID: s.EndpointID, EventID: s.EventID, Taken: s.DueAt, Answer: answer,
		OffEvent: c.NewID("evt_"),
	})
	switch {
	case errors.Is(err, store.ErrConflict): // the endpoint was deleted, or another process has taken over
	case err != nil:
		c.trouble(ctx, "what came of a webhook cannot be written down; it will be sent again", err)
	case d.State == webhook.Delivered:
		c.Metrics.Delivered.Add(1)
	default:
		c.Metrics.Failures.Add(1)
		c.Log.Warn("a webhook was not taken", "endpoint", e.ID, "merchant", e.MerchantID, "event", s.EventID, "try", d.Tries,
			"status", answer.Status, "trouble", answer.Trouble)
		if e.On() && !after.On() {
			c.Metrics.Disabled.Add(1)
			c.Log.Error("a webhook endpoint was switched off", "endpoint", e.ID, "merchant", e.MerchantID, "why", after.Disabled)
		}
		return !left && after.On()
	}
	return !left
}

// post makes the request and reads the answer.
func (c *Courier) post(ctx context.Context, e webhook.Endpoint, secrets webhook.Secrets, s store.Sending) (a webhook.Answer) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, e.URL, bytes.NewReader(s.Body))
	if err != nil {
		a.Trouble = "the address cannot be used"
		return a
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "lunas-webhooks/1")
	for name, value := range secrets.Header(s.EventID, c.Wall(), s.Body) {
		request.Header.Set(name, value)
	}
	response, err := c.client.Do(request)
	if err != nil {
		a.Trouble = troubleOf(err, c.TimeLimit)
		return a
	}
	defer response.Body.Close()
	a.Status = response.StatusCode
	a.RetryAfter = retryAfter(response.Header.Get("Retry-After"), c.Wall())
	a.Body = beginning(response.Body)
	return a
}

// retryAfter reads seconds, or a date. More seconds than can be counted are very many.
func retryAfter(s string, now time.Time) time.Duration {
	seconds, err := strconv.ParseUint(s, 10, 31)
	if err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(s); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}

// Open opens an endpoint's secrets.
func Open(k *exchange.Keyring, e store.Endpoint) (webhook.Secrets, error) {
	part := secretsPart(e)
	part.Sealed = e.Sealed
	if err := k.Open(&part); err != nil {
		return nil, fmt.Errorf("the secrets of endpoint %s: %w", e.ID, err)
	}
	return webhook.DecodeSecrets(part.Wire)
}

// Seal puts an endpoint's secrets into it.
func Seal(k *exchange.Keyring, e *store.Endpoint, secrets webhook.Secrets) error {
	part := secretsPart(*e)
	part.Wire = secrets.Encode()
	if err := k.Seal(&part); err != nil {
		return fmt.Errorf("the secrets of endpoint %s: %w", e.ID, err)
	}
	e.Sealed = part.Sealed
	return nil
}

// secretsPart binds what is sealed to its endpoint.
func secretsPart(e store.Endpoint) exchange.Part {
	return exchange.Part{MerchantID: e.MerchantID, ID: "secrets/" + e.ID, Side: exchange.Request}
}
