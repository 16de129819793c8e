package certify

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strconv"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/sandbox"
)

// link is the way to the emulator in virtual time, in bytes: what net/http writes goes to the sandbox's core, and what the
// core answers comes back.
type link struct {
	world *world
	core  *sandbox.Core
	calls map[uint64]*call
	open  []*call // whose callers wait
	// door takes what a provider sends by itself: the path below the gateway's address, and the message.
	door func(n sandbox.Notification)
	// planned is when the core is looked at next; zero: not planned.
	planned time.Time
}

// call is one request on its way.
type call struct {
	ctx     context.Context
	routine *routine
	answer  []byte
	cut     bool
	over    bool
	woken   bool
}

// How long a message travels.
const travel = 12 * time.Millisecond

var errCut = errors.New("connection reset by peer")

// RoundTrip carries one call.
func (l *link) RoundTrip(r *http.Request) (*http.Response, error) {
	k := &call{ctx: r.Context(), routine: l.world.running}
	record := exchange.CallFrom(k.ctx)
	if record == nil {
		return nil, errors.New("certify: a call without a record")
	}
	defer record.End()
	if err := l.world.sleep(k.ctx, travel/4); err != nil { // the connection
		return nil, err
	}
	var out bytes.Buffer
	if err := r.Write(&out); err != nil {
		return nil, err
	}
	var c conn
	if trace := httptrace.ContextClientTrace(k.ctx); trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{Conn: &c})
	}
	if c.closed {
		return nil, errCut
	}
	if err := record.Send(bytes.Clone(out.Bytes())); err != nil {
		return nil, err
	}
	l.open = append(l.open, k)
	var id uint64
	l.world.after(travel, func() {
		request, err := parse(out.Bytes())
		if err != nil {
			panic(err) // our own clients wrote it
		}
		id = l.core.Arrive(l.world.now, request)
		if !k.over {
			l.calls[id] = k
		}
		l.watch()
	})
	for len(k.answer) == 0 && !k.cut && k.ctx.Err() == nil {
		l.world.park()
	}
	k.over = true
	l.open = slices.DeleteFunc(l.open, func(x *call) bool { return x == k })
	if _, waits := l.calls[id]; waits {
		delete(l.calls, id)
		l.core.Gone(id)
	}
	switch {
	case len(k.answer) > 0:
		record.Receive(k.answer)
		return http.ReadResponse(bufio.NewReader(bytes.NewReader(k.answer)), r)
	case k.cut:
		record.Hangup()
		return nil, errCut
	}
	return nil, context.Cause(k.ctx)
}

// conn is all that a client sees of the connection that it is given.
type conn struct {
	net.Conn
	closed bool
}

// Close keeps anything from being sent.
func (c *conn) Close() error {
	c.closed = true
	return nil
}

// hungUp wakes the calls that their callers have given up.
func (l *link) hungUp() {
	for _, k := range l.open {
		if k.ctx.Err() != nil && !k.woken {
			k.woken = true
			l.world.wake(0, k.routine)
		}
	}
}

// watch lets the sandbox act when something of it is due.
func (l *link) watch() {
	for _, a := range l.core.Advance(l.world.now) {
		k, ok := l.calls[a.ID]
		delete(l.calls, a.ID)
		switch {
		case !ok || k.over:
		case a.Never:
			l.calls[a.ID] = k
		default:
			wire := format(a)
			l.world.after(travel, func() {
				if k.over {
					return
				}
				k.answer, k.cut = wire, a.Reset
				if a.Reset {
					k.answer = nil
				}
				l.world.wake(0, k.routine)
			})
		}
	}
	for _, n := range slices.Clone(l.core.Notifications()) {
		l.world.after(travel, func() { l.door(n) })
	}
	next, ok := l.core.Next()
	if !ok || (l.planned.After(l.world.now) && !l.planned.After(next)) {
		return
	}
	l.planned = next
	l.world.after(next.Sub(l.world.now), func() {
		if l.world.now.Equal(l.planned) {
			l.planned = time.Time{}
			l.watch()
		}
	})
}

// parse reads a request off the wire.
func parse(wire []byte) (sandbox.Request, error) {
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(wire)))
	if err != nil {
		return sandbox.Request{}, fmt.Errorf("certify: read our own request: %w", err)
	}
	_, body, _ := bytes.Cut(wire, []byte("\r\n\r\n"))
	return sandbox.Request{
		Method: r.Method, Host: r.Host, Path: r.URL.Path, Query: r.URL.RawQuery, Header: r.Header, Body: body,
	}, nil
}

// format writes an answer as it stands on the wire.
func format(a sandbox.Answer) []byte {
	if a.Reset {
		return nil
	}
	return message("HTTP/1.1 "+strconv.Itoa(a.Status)+" "+http.StatusText(a.Status), a.Header, a.Body)
}

// message writes first line, headers by name, length and body.
func message(first string, h http.Header, body []byte) []byte {
	var b bytes.Buffer
	b.WriteString(first + "\r\n")
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[name] {
			b.WriteString(name + ": " + value + "\r\n")
		}
	}
	if h.Get("Content-Length") == "" {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(body))
	}
	b.WriteString("\r\n")
	b.Write(body)
	return b.Bytes()
}
