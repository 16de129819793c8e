package sim

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/sandbox"
)

// link is a process's way to the provider, in bytes: what net/http writes goes to the sandbox's core, and what the core
// answers goes back. In between it loses and delays what the weather wants.
type link struct {
	p     *process
	track track
	out   bytes.Buffer
}

// call is one request on its way.
type call struct {
	ctx     context.Context
	record  *exchange.Call
	p       *process
	routine *routine
	send    *send

	answer []byte // as it arrives
	cut    bool   // the connection ends after it
	over   bool
	id     uint64 // at the sandbox
}

var (
	errNoConnection = errors.New("dial tcp 203.0.113.7:443: connect: connection refused")
	errHandshake    = errors.New("net/http: TLS handshake timeout")
	errCut          = errors.New("read tcp 203.0.113.7:443: connection reset by peer")
)

const dialTimeout = 3 * time.Second

// RoundTrip carries one call.
func (l *link) RoundTrip(r *http.Request) (*http.Response, error) {
	p := l.p
	k := &call{ctx: r.Context(), record: exchange.CallFrom(r.Context()), p: p, routine: p.running}
	p.running.call = k
	defer k.end()
	defer k.record.End()
	f := p.roadTo()
	if err := l.connect(k, f); err != nil {
		return nil, err
	}
	wire, err := l.write(r)
	if err != nil {
		return nil, err
	}
	p.point(beforeSend)
	var c conn
	httptrace.ContextClientTrace(k.ctx).GotConn(httptrace.GotConnInfo{Conn: &c})
	if c.closed {
		return nil, errCut // the client looked at its watch
	}
	if err := k.record.Send(wire); err != nil {
		return nil, err
	}
	k.send = p.sent(k, l.track, wire)
	k.routine.send = k.send
	p.deliver(k, wire, f)
	p.point(afterSend)
	p.park()
	if len(k.answer) == 0 && !k.cut {
		p.gone(k)
		return nil, context.Cause(k.ctx)
	}
	p.received(k)
	p.point(afterAnswer)
	return l.read(k, r)
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

// connect takes the time of a connection, if there is one to be had.
func (l *link) connect(k *call, f road) error {
	p := l.p
	switch {
	case f.refused:
		p.world.sleep(f.connect)
		return errNoConnection
	case f.hang:
		p.world.sleep(dialTimeout)
		return errHandshake
	case f.connect > 0:
		p.world.sleep(f.connect)
	}
	return k.ctx.Err()
}

// write gives the bytes that net/http writes.
func (l *link) write(r *http.Request) ([]byte, error) {
	l.out.Reset()
	if err := r.Write(&l.out); err != nil {
		return nil, err
	}
	return bytes.Clone(l.out.Bytes()), nil
}

// read gives the answer to the client, and to the log.
func (l *link) read(k *call, r *http.Request) (*http.Response, error) {
	if len(k.answer) > 0 {
		k.record.Receive(k.answer)
	}
	if k.cut {
		k.record.Hangup()
		if len(k.answer) == 0 {
			return nil, errCut
		}
	}
	answer := k.answer
	if l.p.sabotage.misread != nil {
		answer = l.p.sabotage.misread(k.send.operation, answer)
	}
	return respond(answer, r)
}

// respond reads an answer off the wire, as net/http would.
func respond(wire []byte, r *http.Request) (*http.Response, error) {
	end := bytes.Index(wire, headEnd)
	if end < 0 {
		return nil, io.ErrUnexpectedEOF
	}
	first, rest, _ := strings.Cut(string(wire[:end]), "\r\n")
	status, err := strconv.Atoi(first[len("HTTP/1.1 "):len("HTTP/1.1 200")])
	if err != nil {
		return nil, err
	}
	a := &answer{Response: http.Response{
		Status: first, StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: make(http.Header, 2), Request: r,
	}}
	for i := 0; rest != ""; i++ {
		var line string
		line, rest, _ = strings.Cut(rest, "\r\n")
		name, value, _ := strings.Cut(line, ": ")
		a.values[i] = value
		a.Header[name] = a.values[i : i+1 : i+1]
	}
	length, err := strconv.Atoi(a.Header.Get("Content-Length"))
	if err != nil {
		return nil, err
	}
	a.body, a.ContentLength = wire[end+len(headEnd):], int64(length)
	a.missing = length > len(a.body)
	a.Body = a
	return &a.Response, nil
}

// answer is a response and its body.
type answer struct {
	http.Response
	values  [8]string // in Header
	body    []byte
	missing bool // the connection ended before the body did
}

// Read gives the body.
func (a *answer) Read(p []byte) (int, error) {
	n := copy(p, a.body)
	a.body = a.body[n:]
	switch {
	case len(a.body) > 0:
		return n, nil
	case a.missing:
		return n, io.ErrUnexpectedEOF
	}
	return n, io.EOF
}

// Close does nothing.
func (a *answer) Close() error { return nil }

// road is what happens to one call on its way.
type road struct {
	refused, hang bool
	connect       time.Duration
	lost          bool          // it never arrives
	reset         time.Duration // the connection is cut so long after the sending; 0: it is not
	travel        time.Duration // of the request
	back          time.Duration // of the answer
	noAnswer      bool
	cutAt         float64 // the answer ends after this part of it; 0: it is whole
	bad           sandbox.AnswerFault
}

// roadTo draws the road of a call.
func (d *day) roadTo() road {
	x := &d.weather
	f := road{connect: d.between(0, 3*time.Millisecond), travel: d.between(time.Millisecond, 40*time.Millisecond)}
	f.back = d.between(time.Millisecond, 40*time.Millisecond)
	if d.calm {
		return f
	}
	switch d.provider {
	case providerRefuses:
		f.refused = true
	case providerHangs:
		f.hang = true
	case providerSilent:
		f.lost = true
	case providerBroken:
		f.bad = sandbox.AnswerHTTP502
	}
	f.refused = f.refused || d.chance(x.refused)
	f.hang = f.hang || d.chance(x.hang)
	if d.chance(x.slowConnect) {
		f.connect = d.between(time.Second, 2200*time.Millisecond)
	}
	f.lost = f.lost || d.chance(x.lost)
	if d.chance(x.reset) {
		f.reset = d.between(time.Millisecond, 70*time.Second)
	}
	if d.chance(x.ghost) {
		f.travel = d.between(30*time.Second, 5*time.Minute+20*time.Second)
	}
	f.noAnswer = d.chance(x.answerLost)
	if d.chance(x.answerLate) {
		f.back = d.between(time.Second, 80*time.Second)
	}
	if d.chance(x.cut) {
		f.cutAt = d.rng.Float64()
	}
	return f
}

// deliver takes the request to the sandbox.
func (d *day) deliver(k *call, wire []byte, f road) {
	if f.reset > 0 {
		d.after(f.reset, nil, func() { d.bring(k, nil, true) })
	}
	if f.lost {
		d.tell("is lost on the way", k.p, k.send.payment, k.send.operation)
		return
	}
	d.mail++
	copies := 0
	if d.sabotage.copies != nil {
		copies = d.sabotage.copies(k.send.operation)
	}
	d.after(f.travel, nil, func() {
		d.mail--
		if again, ok := k.send.track.(repeater); ok && again.repeats(k, wire, f) {
			return
		}
		d.arrive(k, wire, f)
		for range copies {
			d.arrive(nobody(k), wire, f)
		}
		if d.sabotage.other != nil {
			if other := d.sabotage.other(k.send.operation, wire); other != nil {
				d.arrive(nobody(k), other, f)
			}
		}
		d.watchSandbox()
	})
}

func (d *day) arrive(k *call, wire []byte, f road) {
	request, err := d.parse(wire)
	if err != nil {
		panic(err)
	}
	if effect := d.effect(k.send, f); effect != (sandbox.Effect{}) {
		script := sandbox.Script{ID: "next", Rail: sandbox.Rail(k.send.track.rail()), Times: 1, Effect: effect}
		if _, err := d.core.AddScript(script); err != nil {
			panic(err)
		}
	}
	k.send.arrivals++
	k.id = d.core.Arrive(d.time(), request)
	if !k.over {
		d.calls[k.id] = waitingCall{k, f}
	}
	d.tell("arrives", nil, k.send.payment, k.send.operation)
}

// nobody is a call whose answer nobody waits for.
func nobody(k *call) *call { return &call{p: k.p, send: k.send, over: true} }

type waitingCall struct {
	*call
	road
}

// watchSandbox lets the sandbox act when something of it is due.
func (d *day) watchSandbox() {
	for _, a := range d.core.Advance(d.time()) {
		d.answered(a)
	}
	for _, n := range d.core.Notifications() {
		d.deliverNotice(n)
	}
	next, ok := d.core.Next()
	if !ok {
		return
	}
	when := next.Sub(d.start)
	if d.sandboxAt > d.now && d.sandboxAt <= when {
		return // it is planned already
	}
	d.sandboxAt = when
	d.at(when, nil, func() {
		if d.now == d.sandboxAt {
			d.sandboxAt = 0
			d.watchSandbox()
		}
	})
}

// answered sends an answer of the sandbox on its way back.
func (d *day) answered(a sandbox.Answer) {
	k, ok := d.calls[a.ID]
	delete(d.calls, a.ID)
	if !ok || k.over || a.Never || k.noAnswer {
		return
	}
	if a.Reset {
		d.after(k.back, nil, func() { d.bring(k.call, nil, true) })
		return
	}
	wire := format(a)
	cut := k.cutAt > 0
	if cut {
		wire = wire[:int(k.cutAt*float64(len(wire)))]
	}
	d.after(k.back, nil, func() { d.bring(k.call, wire, cut) })
}

// bring gives a call its answer, or the end of its connection.
func (d *day) bring(k *call, wire []byte, cut bool) {
	if k.over || k.p.dead || len(k.answer) > 0 || k.cut {
		return
	}
	k.answer, k.cut = wire, cut
	d.push(event{at: d.now, process: k.p, routine: k.routine, token: k.routine.token})
}

// end is when RoundTrip returns, or the process dies in it: nobody waits any more.
func (k *call) end() {
	k.over = true
	k.routine.call = nil
	if k.send != nil {
		k.send.over = true
	}
	if _, waits := k.p.calls[k.id]; waits {
		delete(k.p.calls, k.id)
		k.p.core.Gone(k.id)
	}
}

func (d *day) gone(k *call) {
	d.tell("gives up waiting", k.p, k.send.payment, k.send.operation)
}

// parse reads a request off the wire. Its header is good until the next call.
func (d *day) parse(wire []byte) (sandbox.Request, error) {
	end := bytes.Index(wire, headEnd)
	if end < 0 {
		return sandbox.Request{}, errors.New("sim: a request without an end of its head")
	}
	head, body := string(wire[:end]), wire[end+len(headEnd):]
	first, rest, _ := strings.Cut(head, "\r\n")
	method, target, _ := strings.Cut(first, " ")
	target, version, _ := strings.Cut(target, " ")
	path, query, _ := strings.Cut(target, "?")
	if version != "HTTP/1.1" {
		return sandbox.Request{}, fmt.Errorf("sim: %q is no HTTP/1.1 request", first)
	}
	clear(d.header)
	for i := 0; rest != ""; i++ {
		var line string
		line, rest, _ = strings.Cut(rest, "\r\n")
		name, value, ok := strings.Cut(line, ": ")
		if !ok || i == len(d.values) {
			return sandbox.Request{}, fmt.Errorf("sim: %q is no header, or one too many", line)
		}
		d.values[i] = value
		d.header[textproto.CanonicalMIMEHeaderKey(name)] = d.values[i : i+1 : i+1]
	}
	if length := d.header.Get("Content-Length"); length != strconv.Itoa(len(body)) && (method != http.MethodGet || length != "") {
		return sandbox.Request{}, errors.New("sim: Content-Length is not the body's")
	}
	return sandbox.Request{Method: method, Path: path, Query: query, Header: d.header, Body: body}, nil
}

// format writes an answer as it stands on the wire.
func format(a sandbox.Answer) []byte {
	b := make([]byte, 0, 128+len(a.Body))
	b = append(b, "HTTP/1.1 "...)
	b = strconv.AppendInt(b, int64(a.Status), 10)
	b = append(b, ' ')
	b = append(b, http.StatusText(a.Status)...)
	if kind := a.Header["Content-Type"]; len(kind) > 0 {
		b = append(b, "\r\nContent-Type: "...)
		b = append(b, kind[0]...)
	}
	if len(a.Header) > 1 {
		for _, name := range slices.Sorted(maps.Keys(a.Header)) {
			if name != "Content-Type" {
				b = append(append(append(append(b, "\r\n"...), name...), ": "...), a.Header[name][0]...)
			}
		}
	}
	b = append(b, "\r\nContent-Length: "...)
	b = strconv.AppendInt(b, int64(len(a.Body)), 10)
	b = append(b, "\r\n\r\n"...)
	return append(b, a.Body...)
}
