package exchange

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// ErrRefused is wrapped by every refusal of this package to send: surely nothing of the request was written.
var ErrRefused = errors.New("refused before the first byte")

// The reasons of a refusal; each comes wrapped together with ErrRefused.
var (
	ErrLate      = errors.New("it is past the time by which the request had to leave")
	ErrDifferent = errors.New("the bytes to be sent differ from the stored ones")
	ErrEarly     = errors.New("the provider spoke before it was asked")
	ErrNoCall    = errors.New("the request has no Call in its context")
)

// MaxReceived is how much of an answer a Call keeps; a Result's Note says when there was more.
const MaxReceived = 64 << 10

// Call is one request and its answer on the wire. The caller fills in the exported fields, puts it into the request's
// context by WithCall, and reads Result when the call has ended. A Call is for one request; it must not be copied.
type Call struct {
	// Expected are the bytes that must be sent, exactly; nothing else leaves. It is let go of once it has been sent.
	// Nil: whatever the client writes is sent and kept in Result.Written.
	Expected []byte
	// SendBy is looked at just before the first byte; past it nothing is sent. Zero: no limit.
	SendBy time.Time
	// Now is the clock for SendBy and for the times in Result. Nil: time.Now.
	Now func() time.Time
	// OnFirstByte, if set, is called once, on a goroutine of the transport, just before the first byte is written.
	// It must return at once and must not call Result.
	OnFirstByte func(at time.Time)

	mu     sync.Mutex
	result Result
}

// Result is what a Call saw. Its slices must not be changed.
type Result struct {
	Sent        bool      // bytes were handed to the connection: some or all may have left
	FirstByteAt time.Time // just before the first byte was written; zero if not Sent
	Written     []byte    // what was sent, up to MaxReceived; only when Expected was nil
	Received    []byte    // the answer as it was on the wire, up to MaxReceived
	ReceivedAt  time.Time // when the answer's first bytes were read; zero if there were none
	Complete    bool      // the answer is whole by its own framing
	Refused     error     // wraps ErrRefused: surely nothing was written
	Note        string    // what was unusual, in words without data of the message; fits Part.Note
}

// WithCall puts c into a request's context.
func WithCall(ctx context.Context, c *Call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

// CallFrom gives the Call of a context, or nil.
func CallFrom(ctx context.Context) *Call {
	c, _ := ctx.Value(callKey{}).(*Call)
	return c
}

type callKey struct{}

// Result tells what has been seen so far. It is final once the call has ended: RoundTrip has failed, or the response's
// body was read to its end or closed.
func (c *Call) Result() Result {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.result
}

// Send is for transports other than Transport, such as a simulated link: it checks wire as Transport does, and marks
// the call as sent. Nothing may be sent when it gives an error.
func (c *Call) Send(wire []byte) error { return nil }

// Receive is for transports other than Transport: it adds bytes of the answer.
func (c *Call) Receive(p []byte) {}

// Options of a Transport. The zero value is good for production.
type Options struct {
	DialTimeout       time.Duration // also for the TLS handshake; 0: 3 s
	IdleConnTimeout   time.Duration // how long a connection is kept between calls; 0: 20 s
	DisableKeepAlives bool          // one call per connection; no Connection header is added
	MaxIdlePerHost    int           // 0: 256
	Proxy             *url.URL      // http:// proxy asked for a tunnel (CONNECT); nil: none, whatever the environment says
	// DialContext replaces the dialer, for tests and simulations; TLS is put on top of what it gives.
	DialContext func(ctx context.Context, network, address string) (net.Conn, error)
}

// Transport is an http.RoundTripper for calls that move money.
type Transport struct{ base http.Transport }

// NewTransport makes a Transport.
func NewTransport(o Options) *Transport { return &Transport{} }

// RoundTrip sends one request that has a Call in its context.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) { return t.base.RoundTrip(r) }

// CloseIdleConnections closes connections that carry no call.
func (t *Transport) CloseIdleConnections() { t.base.CloseIdleConnections() }
