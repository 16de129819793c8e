package exchange

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// Options of a Transport. The zero value is good for production.
type Options struct {
	DialTimeout       time.Duration // for the connection with its TLS handshake; 0: 3 s
	IdleConnTimeout   time.Duration // how long a connection is kept between calls; 0: 20 s. It must be below the provider's.
	DisableKeepAlives bool          // one call per connection; no Connection header is added
	MaxIdlePerHost    int           // connections kept between calls; 0: 256
	TLS               *tls.Config   // nil: the system's certificate authorities
	// Proxy is an http:// address that is asked for a tunnel (CONNECT) for every connection. Nil: none, whatever the
	// environment says.
	Proxy *url.URL
	// DialContext replaces the dialer, for tests and simulations. TLS is put on top of what it gives.
	DialContext func(ctx context.Context, network, address string) (net.Conn, error)
}

// Transport is an http.RoundTripper for calls that move money. It is net/http's, with a gate on every connection:
//
//   - Only a request with a Call in its context leaves, and only as the Call allows: its bytes, in time, once. The
//     bytes are held back until they are complete and right, and are then written in one piece. A failed call is not
//     sent again, whatever net/http thinks of its header fields and its GetBody.
//   - What arrives is recorded as it was on the wire, in plain text above TLS. Bytes that nobody asked for, before a
//     request or after an answer, end the connection and reach neither another call nor the log.
//   - HTTP/1.1 only, nothing is added and nothing decoded: no compression, no proxy from the environment. Redirects
//     are answers. Buffers are small, so that thousands of calls can wait at once. Response.TLS is not set.
//
// The time limit of a call is its context's. What a process frozen between the last look at the clock and the system
// call sends when it thaws cannot be helped.
type Transport struct{ base *http.Transport }

// NewTransport makes a Transport.
func NewTransport(o Options) *Transport {
	d := dialer{Options: o}
	if d.DialTimeout == 0 {
		d.DialTimeout = 3 * time.Second
	}
	if d.DialContext == nil {
		d.DialContext = (&net.Dialer{KeepAlive: 15 * time.Second}).DialContext
	}
	idle, kept := o.IdleConnTimeout, o.MaxIdlePerHost
	if idle == 0 {
		idle = 20 * time.Second
	}
	if kept == 0 {
		kept = 256
	}
	if o.DisableKeepAlives {
		kept = -1 // and not http.Transport.DisableKeepAlives, which adds a header that nobody signed or stored
	}
	only1 := new(http.Protocols)
	only1.SetHTTP1(true)
	return &Transport{base: &http.Transport{
		DialContext:            d.plain,
		DialTLSContext:         d.secure,
		Protocols:              only1,
		IdleConnTimeout:        idle,
		MaxIdleConnsPerHost:    kept,
		DisableCompression:     true,
		MaxResponseHeaderBytes: 16 << 10,
		ReadBufferSize:         2 << 10,
		WriteBufferSize:        2 << 10,
	}}
}

// CloseIdleConnections closes the connections that carry no call.
func (t *Transport) CloseIdleConnections() { t.base.CloseIdleConnections() }

// RoundTrip sends a request that has a Call in its context, and gives the answer whatever its status. Errors that wrap
// ErrRefused mean that surely nothing was written.
func (t *Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	call := CallFrom(request.Context())
	if call == nil {
		if request.Body != nil {
			_ = request.Body.Close()
		}
		return nil, fmt.Errorf("exchange: %w: %w", ErrRefused, ErrNoCall)
	}
	response, err := t.base.RoundTrip(request)
	if refused := call.Result().Refused; refused != nil {
		if err == nil {
			_ = response.Body.Close()
		}
		err = refused
	}
	if err != nil {
		call.end()
		return nil, err
	}
	response.Body = &body{response.Body, call}
	return response, nil
}

// body ends the call when the client has done with its answer.
type body struct {
	io.ReadCloser
	call *Call
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.call.end()
	}
	return n, err
}

func (b *body) Close() error {
	b.call.end()
	return b.ReadCloser.Close()
}

// dialer makes connections with a gate on them.
type dialer struct{ Options }

func (d dialer) plain(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, d.DialTimeout)
	defer cancel()
	raw, err := d.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &conn{Conn: raw}, nil
}

func (d dialer) secure(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, d.DialTimeout)
	defer cancel()
	raw, err := d.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if d.TLS != nil {
		config = d.TLS.Clone()
	}
	if config.ServerName == "" {
		config.ServerName, _, _ = net.SplitHostPort(address)
	}
	config.NextProtos = []string{"http/1.1"}
	secured := tls.Client(raw, config)
	if err := secured.HandshakeContext(ctx); err != nil {
		_ = raw.Close()
		return nil, fmt.Errorf("TLS handshake with %s: %w", address, err)
	}
	return &conn{Conn: secured}, nil
}

// dial connects to address, through the proxy if there is one.
func (d dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if d.Proxy == nil {
		return d.DialContext(ctx, network, address)
	}
	raw, err := d.DialContext(ctx, network, d.Proxy.Host)
	if err != nil {
		return nil, fmt.Errorf("proxy %s: %w", d.Proxy.Host, err)
	}
	stop := context.AfterFunc(ctx, func() { _ = raw.Close() })
	err = tunnel(raw, d.Proxy, address)
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		_ = raw.Close()
		return nil, fmt.Errorf("proxy %s: tunnel to %s: %w", d.Proxy.Host, address, err)
	}
	return raw, nil
}

func tunnel(raw net.Conn, proxy *url.URL, address string) error {
	request := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: address}, Host: address, Header: http.Header{}}
	if u := proxy.User; u != nil {
		password, _ := u.Password()
		request.SetBasicAuth(u.Username(), password)
		request.Header["Proxy-Authorization"] = request.Header["Authorization"]
		delete(request.Header, "Authorization")
	}
	if err := request.Write(raw); err != nil {
		return err
	}
	buffered := bufio.NewReaderSize(raw, 1<<10)
	response, err := http.ReadResponse(buffered, request)
	switch {
	case err != nil:
		return err
	case response.StatusCode != http.StatusOK:
		return fmt.Errorf("it answered %d", response.StatusCode)
	case buffered.Buffered() > 0:
		return ErrEarly
	}
	return nil
}

// conn is a connection with a gate: only the call that it carries passes.
type conn struct {
	net.Conn

	mu     sync.Mutex
	call   *Call
	broken error // it carries nothing any more
}

var errUnasked = errors.New("exchange: bytes that nobody asked for")

// carry binds a call to the connection. It runs when net/http has chosen the connection and before it writes.
func (c *conn) carry(call *Call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := call.take(c); err != nil {
		c.broken = err
		_ = c.Conn.Close()
		return
	}
	c.call = call
}

func (c *conn) carried() (*Call, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.call, c.broken
}

func (c *conn) drop(call *Call, why error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.call == call {
		c.call = nil
	}
	if c.broken == nil {
		c.broken = why
	}
}

// Write lets pass what the call allows. As long as the request is incomplete it only takes note.
func (c *conn) Write(p []byte) (int, error) {
	call, broken := c.carried()
	if broken == nil && call == nil {
		broken = errOver
	}
	if broken != nil {
		return 0, broken
	}
	out, first, err := call.admit(c, p)
	if err != nil {
		c.drop(call, err)
		return 0, err
	}
	if out == nil {
		return len(p), nil
	}
	call.firstByte(first)
	if _, err := c.Conn.Write(out); err != nil {
		call.brokenWrite(c)
		return len(p), err // not 0: net/http would believe that nothing has left
	}
	return len(p), nil
}

// Read gives the client what belongs to its answer.
func (c *conn) Read(p []byte) (int, error) {
	if _, broken := c.carried(); broken != nil {
		return 0, broken
	}
	n, err := c.Conn.Read(p)
	call, broken := c.carried()
	if broken != nil {
		return 0, broken
	}
	if n > 0 {
		n, err = c.received(call, p[:n], err)
	}
	if err != nil && call != nil {
		call.hangup(c, err)
	}
	return n, err
}

func (c *conn) received(call *Call, p []byte, err error) (int, error) {
	if call == nil {
		c.drop(nil, errUnasked)
		return 0, errUnasked
	}
	n, refused := call.receive(c, p)
	switch {
	case refused != nil:
		c.drop(call, refused)
		return 0, refused
	case n < len(p):
		c.drop(call, errUnasked)
		if n == 0 {
			return 0, errUnasked
		}
		return n, nil
	case call.complete():
		c.drop(call, nil)
	}
	return n, err
}
