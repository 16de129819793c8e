package exchange

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httptrace"
	"strings"
	"sync"
	"time"
)

// ErrRefused is wrapped by every refusal of this package to send: surely nothing of the request was written.
var ErrRefused = errors.New("refused before the first byte")

// The reasons of a refusal. Each comes wrapped together with ErrRefused.
var (
	ErrLate      = errors.New("it is past the time by which the request had to leave")
	ErrDifferent = errors.New("the bytes to be sent differ from the stored ones")
	ErrEarly     = errors.New("the provider spoke before it was asked")
	ErrNoCall    = errors.New("the request has no Call in its context")
)

// MaxReceived is how many bytes of an answer a Call keeps; Result.Note says when there were more. The client still
// gets all of them.
const MaxReceived = 64 << 10

// Call is one request and its answer on the wire. The caller fills in the exported fields, puts it into the request's
// context by WithCall, and reads Result when the call has ended. A Call is for one request and must not be copied.
type Call struct {
	// Expected are the bytes that must be sent, exactly; nothing else leaves. The Call lets go of them once they have
	// been sent, so that a call that waits for its answer holds no request in memory. Nil: whatever the client writes
	// is sent, and kept in Result.Written.
	Expected []byte
	// SendBy is looked at just before the first byte; past it nothing is sent. Zero: no limit.
	SendBy time.Time
	// Now is the clock for SendBy and for the times in Result. Nil: time.Now.
	Now func() time.Time
	// OnFirstByte, if set, is called once, on a goroutine of the transport, just before the first byte is written,
	// with the time that Result.FirstByteAt has. The write waits until it returns.
	OnFirstByte func(at time.Time)

	mu     sync.Mutex
	conn   *conn // that carries the call
	agreed int   // bytes of Expected that the client has handed over
	ended  bool  // nothing is sent or recorded any more
	frame  frame // where the answer ends
	result Result
}

// Result is what a Call saw. Its slices must not be changed.
type Result struct {
	// Sent: bytes were handed to the connection, and none, some or all may have left the machine. Not Sent, once the
	// call has ended: surely nothing was written, and nothing will be.
	Sent        bool
	FirstByteAt time.Time // just before the first byte was written; zero if not Sent
	Written     []byte    // what was sent, up to MaxReceived; only when Expected was nil
	Received    []byte    // the answer as it was on the wire, up to MaxReceived
	ReceivedAt  time.Time // when the answer's first bytes were read; zero if there were none
	EndedAt     time.Time // when the answer's last bytes, or the end of the connection, were read
	Complete    bool      // the answer is whole by its own framing
	Refused     error     // wraps ErrRefused: surely nothing was written
	Note        string    // what was unusual, without data of the message, for Part.Note
}

// What a Note says, besides a refusal's error.
const (
	noteUnanswered = "the connection ended before any byte of the answer"
	noteCut        = "the connection ended in the middle of the answer"
	noteGivenUp    = "given up before the answer was complete"
	noteLong       = "the answer is longer than what is kept of it"
	noteExcess     = "more bytes followed the end of the answer"
	noteResend     = "a second sending of the same call was prevented"
	noteWrite      = "the connection ended while the request was written"
)

type callKey struct{}

// WithCall puts c into a request's context. It also asks net/http to tell c its connection before anything is written,
// so that a client which traces its calls goes on doing so.
func WithCall(ctx context.Context, c *Call) context.Context {
	return context.WithValue(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: c.gotConn}), callKey{}, c)
}

// CallFrom gives the Call of a context, or nil.
func CallFrom(ctx context.Context) *Call {
	c, _ := ctx.Value(callKey{}).(*Call)
	return c
}

// Result tells what has been seen so far. It is final once the call has ended: RoundTrip gave an error, or the body of
// its response was read to the end or closed.
func (c *Call) Result() Result {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.result
	r.Received = r.Received[:len(r.Received):len(r.Received)]
	r.Written = r.Written[:len(r.Written):len(r.Written)]
	return r
}

// Send is for other transports than Transport, such as a simulated link: it checks wire, the whole request, as
// Transport does, and marks the call as sent. When it gives an error, nothing may be sent.
func (c *Call) Send(wire []byte) error {
	if err := c.take(nil); err != nil {
		return err
	}
	out, first, err := c.admit(nil, wire)
	if err == nil && out == nil {
		err = c.refuse(ErrDifferent) // only a part of Expected
	}
	if err != nil {
		return err
	}
	c.firstByte(first)
	return nil
}

// Receive is for other transports than Transport: it records the next bytes of the answer.
func (c *Call) Receive(p []byte) { _, _ = c.receive(nil, p) }

// Hangup is for other transports than Transport: it records that the provider ended the connection.
func (c *Call) Hangup() { c.hangup(nil, io.EOF) }

// End is for other transports than Transport: nothing is sent or recorded from now on.
func (c *Call) End() { c.end() }

func (c *Call) gotConn(info httptrace.GotConnInfo) {
	if carrier, ours := info.Conn.(*conn); ours {
		carrier.carry(c)
	}
}

// take binds the call to a connection. Another one may carry it only while nothing was handed to the first: net/http
// chooses again when a kept connection turns out to be dead, and by itself would send some requests twice.
func (c *Call) take(carrier *conn) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.result.Refused != nil:
		return c.result.Refused
	case c.result.Sent:
		c.note(noteResend)
		return errors.New("exchange: " + noteResend)
	case c.ended:
		return errOver
	}
	c.conn, c.agreed = carrier, 0
	return nil
}

var errOver = errors.New("exchange: the call is over")

// admit is asked before a connection writes p. It gives the bytes to be written now, which are none as long as
// Expected is not complete, and the time of the first byte if this is it.
func (c *Call) admit(carrier *conn, p []byte) (out []byte, first time.Time, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.result.Refused != nil:
		return nil, first, c.result.Refused
	case c.ended || carrier != c.conn:
		return nil, first, errOver
	case c.result.Sent && c.agreed > 0:
		c.note(noteResend) // Expected has left; there is nothing more to say
		return nil, first, errors.New("exchange: " + noteResend)
	}
	if out = p; c.Expected != nil {
		if out, err = c.agree(p); err != nil || out == nil {
			return nil, first, err
		}
	}
	if c.result.Sent {
		c.keepWritten(p)
		return out, first, nil
	}
	at := c.now()
	if !c.SendBy.IsZero() && at.After(c.SendBy) {
		return nil, first, c.refuseLocked(ErrLate)
	}
	if c.Expected == nil {
		c.keepWritten(p)
	}
	c.frame.noBody = bytes.HasPrefix(out, []byte("HEAD "))
	c.Expected = nil
	c.result.Sent, c.result.FirstByteAt = true, at
	return out, at, nil
}

// agree compares what the client writes with what must be sent, and gives all of it once it is complete.
func (c *Call) agree(p []byte) ([]byte, error) {
	if !bytes.HasPrefix(c.Expected[c.agreed:], p) {
		return nil, c.refuseLocked(ErrDifferent)
	}
	c.agreed += len(p)
	if c.agreed < len(c.Expected) {
		return nil, nil
	}
	return c.Expected, nil
}

func (c *Call) keepWritten(p []byte) {
	room := MaxReceived - len(c.result.Written)
	c.result.Written = append(c.result.Written, p[:min(room, len(p))]...)
}

func (c *Call) firstByte(at time.Time) {
	if c.OnFirstByte != nil && !at.IsZero() {
		c.OnFirstByte(at)
	}
}

// receive records bytes of the answer and tells how many of them belong to it. The others, and all of them when
// nothing was asked yet, must not reach the client: net/http would take them for the next call's answer, or print
// them into the log.
func (c *Call) receive(carrier *conn, p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended || carrier != c.conn {
		return 0, errOver
	}
	c.keep(p)
	if !c.result.Sent {
		return 0, c.refuseLocked(ErrEarly)
	}
	n := c.frame.advance(p)
	c.result.Complete = c.frame.done()
	if n < len(p) {
		c.note(noteExcess)
	}
	return n, nil
}

func (c *Call) keep(p []byte) {
	at := c.now()
	if len(c.result.Received) == 0 {
		c.result.ReceivedAt = at
	}
	c.result.EndedAt = at
	room := MaxReceived - len(c.result.Received)
	if len(p) > room {
		p = p[:room]
		c.note(noteLong)
	}
	c.result.Received = append(c.result.Received, p...)
}

// hangup records that the connection gives no more bytes, and whether it was they or we who closed it.
func (c *Call) hangup(carrier *conn, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended || carrier != c.conn || !c.result.Sent || c.result.Complete {
		return
	}
	c.result.EndedAt = c.now()
	if err == io.EOF {
		c.frame.hangup()
	}
	switch {
	case c.frame.done():
		c.result.Complete = true
	case errors.Is(err, net.ErrClosed) || errors.Is(err, io.ErrClosedPipe):
		c.note(noteGivenUp)
	case len(c.result.Received) == 0:
		c.note(noteUnanswered)
	default:
		c.note(noteCut)
	}
}

func (c *Call) complete() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.result.Complete
}

// brokenWrite records that the connection failed while it was writing.
func (c *Call) brokenWrite(carrier *conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if carrier == c.conn && !c.ended {
		c.note(noteWrite)
	}
}

// end closes the call: nothing is sent or recorded from now on.
func (c *Call) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return
	}
	c.ended, c.conn, c.Expected = true, nil, nil
	if c.result.Sent && !c.result.Complete && c.result.Note == "" {
		c.note(noteGivenUp)
	}
}

func (c *Call) refuse(reason error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.refuseLocked(reason)
}

func (c *Call) refuseLocked(reason error) error {
	if c.result.Sent {
		panic("exchange: refusing a call that was sent")
	}
	if c.result.Refused == nil {
		c.result.Refused = fmt.Errorf("exchange: %w: %w", ErrRefused, reason)
		c.note(reason.Error())
	}
	return c.result.Refused
}

func (c *Call) note(text string) {
	switch {
	case c.result.Note == "":
		c.result.Note = text
	case !strings.Contains(c.result.Note, text):
		c.result.Note += "; " + text
	}
}

func (c *Call) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}
