package faspay

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// NewTransport makes the transport for calls that move money. Set its TLSClientConfig,
// Proxy or DialContext before use; none is taken from the environment.
//
// What is proven, and by what. A call is one Client.Do.
//
//   - net/http does not send a call again. It would, over a kept connection that the
//     provider has just closed, if the request had an Idempotency-Key header or a
//     GetBody; Do sets neither. Redirects are http.Client's business, and Do calls
//     RoundTrip itself: a 307 is an answer (and unclear).
//   - Nobody else sends a call again, such as a RoundTripper wrapped around this one
//     that retries. A call gets one connection: when net/http hands it a second one,
//     that connection is closed before a byte is written.
//   - Nothing leaves after SendBy, after the context has ended, or after Do has
//     returned. This is asked twice: when the connection is handed over, and on the
//     connection itself just before the first Write. A Direct is smaller than the write
//     buffer and so one Write; a long bill may take several.
//
// What cannot be proven. Between that last look at the clock and the system call lie
// some instructions; a process frozen exactly there sends when it thaws, and what the
// kernel has taken may wait for the network. A Direct has no time in its signature, so
// Faspay will not refuse it for being late. A DialContext that replaces ours loses the
// look just before the write and keeps the one at handover; so does any other
// http.Transport. HTTP/2 would lose both, so only HTTP/1.1 is spoken.
//
// Connections are kept 5 s only, well below any server's own limit, so that few
// requests meet a connection that is being closed. Their number is not limited, and
// buffers are small: thousands of pushes wait at once.
func NewTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: 3 * time.Second, KeepAlive: 15 * time.Second}
	only1 := new(http.Protocols)
	only1.SetHTTP1(true)
	return &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dialer.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return &gate{Conn: conn}, nil
		},
		Protocols:              only1,
		TLSHandshakeTimeout:    3 * time.Second,
		IdleConnTimeout:        5 * time.Second,
		MaxIdleConnsPerHost:    256,
		DisableCompression:     true,
		MaxResponseHeaderBytes: 16 << 10,
		ReadBufferSize:         2 << 10,
		WriteBufferSize:        4 << 10,
	}
}

// call is one request on its way, from Do until Do returns.
type call struct {
	ctx    context.Context
	sendBy time.Time
	now    func() time.Time
	trace  httptrace.ClientTrace

	connected atomic.Bool  // GotConn fired: the request may leave from now on
	late      atomic.Bool  // it was stopped by SendBy, so nothing left
	phase     atomic.Int32 // waiting, sending or over
	gate      atomic.Pointer[gate]
}

const (
	waiting = iota // nothing has been written
	sending        // the first Write was let through
	over           // Do has returned, or the call was stopped; nothing will be written
)

// gotConn is told by net/http, before it writes, that the request has a connection.
// Closing the connection here is a sure way to keep anything from being written.
func (c *call) gotConn(info httptrace.GotConnInfo) {
	again := c.connected.Swap(true)
	if info.Conn == nil {
		return // an in-process RoundTripper that says: taken
	}
	if again || c.stop() != nil {
		_ = info.Conn.Close()
		return
	}
	if g := gateOf(info.Conn); g != nil {
		c.gate.Store(g)
		g.call.Store(c)
	}
}

// stop ends a call that has not begun to be written and must not, and says why.
func (c *call) stop() error {
	err := c.ctx.Err()
	if !c.sendBy.IsZero() && c.now().After(c.sendBy) {
		err = ErrLate
	}
	if err != nil && c.phase.CompareAndSwap(waiting, over) && err == ErrLate {
		c.late.Store(true)
	}
	return err
}

// begin lets the first Write through, or says why not.
func (c *call) begin() error {
	if c.phase.Load() == sending {
		return nil
	}
	if err := c.stop(); err != nil {
		return err
	}
	if !c.phase.CompareAndSwap(waiting, sending) {
		return errOver
	}
	return nil
}

var errOver = errors.New("the call is over")

// end closes the gate behind a call: what has not begun to leave by now never will.
func (c *call) end() {
	c.phase.CompareAndSwap(waiting, over)
}

// release frees the connection of an answered call for the next one.
func (c *call) release() {
	if g := c.gate.Load(); g != nil {
		g.call.CompareAndSwap(c, nil)
	}
}

// gate is a connection that asks, before it writes a request's first byte, whether the
// request may still leave.
type gate struct {
	net.Conn
	call atomic.Pointer[call] // the call whose turn it is; nil during the TLS handshake
}

// Write passes p on unless the call was stopped; then not a byte of p is written.
func (g *gate) Write(p []byte) (int, error) {
	if c := g.call.Load(); c != nil {
		if err := c.begin(); err != nil {
			return 0, err
		}
	}
	return g.Conn.Write(p)
}

// gateOf finds our connection under any layers of TLS.
func gateOf(conn net.Conn) *gate {
	for {
		switch c := conn.(type) {
		case *gate:
			return c
		case *tls.Conn:
			conn = c.NetConn()
		default:
			return nil
		}
	}
}
