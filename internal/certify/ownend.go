package certify

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lunas-pay/lunas/internal/evidence"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/sandbox"
)

// A real system cannot be told to lose its answer; but we can be deaf at our own end of the connection. The provider gets the
// whole message, does what it does and answers, and what is not read stands in no log: to the gateway it is as lost as on a line
// that has failed.

// fault is what is done at our end of the connection of one call at a real system.
type fault struct {
	operation sandbox.Operation
	cut       bool          // the connection is closed as soon as the message has left; else it stays open
	hold      time.Duration // the answer is read so long after the connection was taken; 0: never
}

// words say what is done, for the plan and for documents.
func (f fault) words() string {
	name := strings.ReplaceAll(string(f.operation), "_", " ")
	switch {
	case f.cut:
		return "the connection of the " + name + " is cut at our own end once the message has left"
	case f.hold > 0:
		return fmt.Sprintf("the answer to the %s is read at our own end after %s only", name, length(f.hold))
	}
	return "the answer to the " + name + " is not read at our own end"
}

// faulty says of faults what is done at our end.
func faulty(faults []fault) string {
	var words []string
	for _, f := range faults {
		words = append(words, f.words())
	}
	return strings.Join(words, "; ")
}

// ownEnd carries calls to a real system, and is deaf where it is told to be.
type ownEnd struct {
	base *exchange.Transport

	mu     sync.Mutex
	faults []fault
	conns  map[string]*deafConn // that are open, by their local address
}

func newOwnEnd(o exchange.Options) *ownEnd {
	end := &ownEnd{conns: map[string]*deafConn{}}
	o.DialContext = end.dial
	end.base = exchange.NewTransport(o)
	return end
}

// set says what is done to the next call of each operation. What was set before is forgotten.
func (o *ownEnd) set(faults []fault) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.faults = slices.Clone(faults)
}

// RoundTrip carries one call.
func (o *ownEnd) RoundTrip(r *http.Request) (*http.Response, error) {
	f, faulty := o.take(r.Context())
	if !faulty {
		return o.base.RoundTrip(r)
	}
	trace := &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) {
			o.mu.Lock()
			conn := o.conns[info.Conn.LocalAddr().String()]
			o.mu.Unlock()
			if conn != nil {
				conn.become(f)
			}
		},
	}
	return o.base.RoundTrip(r.WithContext(httptrace.WithClientTrace(r.Context(), trace)))
}

// take gives what is to be done to a call, once.
func (o *ownEnd) take(ctx context.Context) (f fault, faulty bool) {
	call := exchange.CallFrom(ctx)
	if call == nil {
		return f, false
	}
	operation := operationOf(call.Expected)
	o.mu.Lock()
	defer o.mu.Unlock()
	i := slices.IndexFunc(o.faults, func(f fault) bool { return f.operation == operation })
	if operation == "" || i < 0 {
		return f, false
	}
	f = o.faults[i]
	o.faults = slices.Delete(o.faults, i, i+1)
	return f, true
}

// operationOf is what a message to OVO asks for; empty: something else.
func operationOf(wire []byte) sandbox.Operation {
	body := exchange.ParseWire(wire).Body
	kind, _ := evidence.FieldOf(body, "type")
	code, _ := evidence.FieldOf(body, "processingCode")
	return map[string]sandbox.Operation{
		"0200 040000": sandbox.OperationPush, "0400 040000": sandbox.OperationReversal, "0200 020040": sandbox.OperationVoid,
		"0100 040000": sandbox.OperationCheckPush, "0100 020040": sandbox.OperationCheckVoid, "0100 050000": sandbox.OperationInquiry,
	}[kind+" "+code]
}

func (o *ownEnd) dial(ctx context.Context, network, address string) (net.Conn, error) {
	raw, err := (&net.Dialer{KeepAlive: 15 * time.Second}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	name := raw.LocalAddr().String()
	c := &deafConn{Conn: raw, closed: make(chan struct{})}
	c.forget = func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.conns[name] == c {
			delete(o.conns, name)
		}
	}
	o.mu.Lock()
	o.conns[name] = c
	o.mu.Unlock()
	return c, nil
}

// deafConn is a connection that can become deaf.
type deafConn struct {
	net.Conn
	forget func()
	once   sync.Once
	closed chan struct{}

	mu   sync.Mutex
	deaf bool
	cut  bool      // it is closed after the next thing that is written
	hear time.Time // when it hears again; zero: never
}

func (c *deafConn) become(f fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deaf, c.cut = true, f.cut
	if f.hold > 0 {
		c.hear = time.Now().Add(f.hold)
	}
}

// Read reads what arrives; of what arrives at a deaf one nothing, or later.
func (c *deafConn) Read(p []byte) (int, error) {
	for {
		n, err := c.Conn.Read(p)
		c.mu.Lock()
		deaf, hear := c.deaf, c.hear
		c.mu.Unlock()
		if !deaf {
			return n, err
		}
		if !hear.IsZero() {
			t := time.NewTimer(time.Until(hear))
			select {
			case <-t.C:
				return n, err
			case <-c.closed:
				t.Stop()
				return 0, net.ErrClosed
			}
		}
		if err != nil { // that the other side has gone is not heard either
			<-c.closed
			return 0, cmp.Or(err, net.ErrClosed)
		}
	}
}

// Write writes, the whole message at once (exchange.Transport), and ends a connection that is to be cut.
func (c *deafConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.mu.Lock()
	cut := c.cut
	c.mu.Unlock()
	if cut {
		_ = c.Close()
	}
	return n, err
}

// Close closes it.
func (c *deafConn) Close() error {
	c.once.Do(func() {
		c.forget()
		close(c.closed)
	})
	return c.Conn.Close()
}
