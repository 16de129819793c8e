package exchange_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
)

// provider is a raw listener: it sees bytes, not requests.
type provider struct {
	net.Listener
	connections atomic.Int32
	arrived     chan string // every whole request, as it was on the wire
}

// newProvider serves each connection by handle, which gets whole requests from next; false means that none came.
func newProvider(t testing.TB, listener net.Listener, handle func(c net.Conn, next func() (string, bool))) *provider {
	t.Helper()
	p := &provider{Listener: listener, arrived: make(chan string, 10_000)}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			p.connections.Add(1)
			go func() {
				defer c.Close()
				seen := new(bytes.Buffer)
				reader := bufio.NewReader(io.TeeReader(c, seen))
				handle(c, func() (string, bool) {
					request, err := http.ReadRequest(reader)
					if err == nil {
						_, err = io.Copy(io.Discard, request.Body)
					}
					if err != nil {
						return "", false
					}
					wire := string(seen.Next(seen.Len() - reader.Buffered()))
					p.arrived <- wire
					return wire, true
				})
			}()
		}
	}()
	return p
}

func loopback(t testing.TB) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// answering gives the same answer to every request.
func answering(answer string) func(net.Conn, func() (string, bool)) {
	return func(c net.Conn, next func() (string, bool)) {
		for {
			if _, ok := next(); !ok {
				return
			}
			_, _ = io.WriteString(c, answer)
		}
	}
}

func newTransport(t testing.TB, o exchange.Options) *exchange.Transport {
	t.Helper()
	transport := exchange.NewTransport(o)
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}

// push is a request and the bytes it must have on the wire.
func push(t testing.TB, ctx context.Context, base, body string) (*http.Request, string) {
	t.Helper()
	u, err := url.Parse(base + "/pos")
	if err != nil {
		t.Fatal(err)
	}
	header := http.Header{"User-Agent": {"lunas"}, "App-Id": {"shop"}, "Hmac": {"00ff"}, "Content-Type": {"application/json"}}
	request := (&http.Request{
		Method: http.MethodPost, URL: u, Host: u.Host, Header: header, ContentLength: int64(len(body)),
		Body: io.NopCloser(strings.NewReader(body)),
	}).WithContext(ctx)
	wire := fmt.Sprintf("POST /pos HTTP/1.1\r\nHost: %s\r\nUser-Agent: lunas\r\nContent-Length: %d\r\nApp-Id: shop\r\n"+
		"Content-Type: application/json\r\nHmac: 00ff\r\n\r\n%s", u.Host, len(body), body)
	return request, wire
}

// do sends one push and reads its answer to the end.
func do(t testing.TB, transport http.RoundTripper, base, body string, call *exchange.Call) (answer, wire string, err error) {
	t.Helper()
	request, wire := push(t, exchange.WithCall(t.Context(), call), base, body)
	if call.Expected == nil {
		call.Expected = []byte(wire)
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return "", wire, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return string(text), wire, err
}

const oddAnswer = "HTTP/1.1 200 Fine by me\r\nx-oDD:  two spaces\r\nDate: now\r\nA-First: 1\r\nTransfer-Encoding: chunked\r\n\r\n" +
	"5\r\n{\"a\":\r\n3;ext=1\r\n1 }\r\n0\r\nTrailer-X: y\r\n\r\n"

func TestBytesAreThoseOfTheWire(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(nil)
	server.StartTLS()
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	for _, test := range []struct {
		name, scheme string
		listener     net.Listener
	}{
		{"plain", "http://", loopback(t)},
		{"TLS", "https://", tls.NewListener(loopback(t), &tls.Config{Certificates: server.TLS.Certificates})},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := newProvider(t, test.listener, answering(oddAnswer))
			transport := newTransport(t, exchange.Options{TLS: &tls.Config{RootCAs: roots, ServerName: "example.com"}})
			at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
			var told []time.Time
			call := &exchange.Call{
				SendBy: at, Now: func() time.Time { return at },
				OnFirstByte: func(at time.Time) { told = append(told, at) },
			}
			answer, wire, err := do(t, transport, test.scheme+p.Addr().String(), `{"type":"0200"}`, call)
			if err != nil || answer != `{"a":1 }` {
				t.Fatalf("answer = %q, %v", answer, err)
			}
			if got := <-p.arrived; got != wire {
				t.Errorf("the listener saw %q, want %q", got, wire)
			}
			r := call.Result()
			if string(r.Received) != oddAnswer {
				t.Errorf("Received = %q, want %q", r.Received, oddAnswer)
			}
			if !r.Sent || !r.Complete || r.Note != "" || r.Refused != nil || !r.FirstByteAt.Equal(at) || !r.EndedAt.Equal(at) {
				t.Errorf("Result = %+v", r)
			}
			if len(told) != 1 || !told[0].Equal(at) {
				t.Errorf("OnFirstByte was called with %v", told)
			}
			if call.Expected != nil {
				t.Error("the request is still held after it was sent")
			}
		})
	}
}

func TestWrittenWithoutExpected(t *testing.T) {
	t.Parallel()
	p := newProvider(t, loopback(t), answering("HTTP/1.1 204 \r\n\r\n"))
	for _, body := range []string{"{}", strings.Repeat("x", 10_000)} { // in one write and in several
		call := new(exchange.Call)
		request, wire := push(t, exchange.WithCall(t.Context(), call), "http://"+p.Addr().String(), body)
		response, err := newTransport(t, exchange.Options{}).RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if r := call.Result(); string(r.Written) != wire || !r.Complete || <-p.arrived != wire {
			t.Errorf("Written = %q, want %q", r.Written, wire)
		}
	}
}

func TestLargeExpected(t *testing.T) {
	t.Parallel()
	p := newProvider(t, loopback(t), answering("HTTP/1.1 204 \r\n\r\n"))
	call := new(exchange.Call)
	_, wire, err := do(t, newTransport(t, exchange.Options{}), "http://"+p.Addr().String(), strings.Repeat("x", 300_000), call)
	if got := <-p.arrived; err != nil || got != wire {
		t.Errorf("%d bytes arrived, want %d; %v", len(got), len(wire), err)
	}
}

// A refusal leaves nothing on the wire, and the connection is not used again.
func TestRefusals(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	now := func() time.Time { return at }
	for _, test := range []struct {
		name string
		call *exchange.Call
		body string
		want error
	}{
		{"late", &exchange.Call{SendBy: at.Add(-1), Now: now}, "{}", exchange.ErrLate},
		{"other bytes", &exchange.Call{Expected: []byte("POST /pos HTTP/1.1\r\nHost: elsewhere\r\n\r\n")}, "{}", exchange.ErrDifferent},
		{"nothing expected", &exchange.Call{Expected: []byte{}}, "{}", exchange.ErrDifferent},
		{"large, other at the end", &exchange.Call{Expected: nil}, strings.Repeat("x", 50_000), exchange.ErrDifferent},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var read atomic.Int64
			ended := make(chan struct{})
			p := newProvider(t, loopback(t), func(c net.Conn, _ func() (string, bool)) {
				n, _ := c.Read(make([]byte, 100))
				read.Add(int64(n))
				_ = c.Close()
				close(ended)
			})
			base := "http://" + p.Addr().String()
			if len(test.body) > 1000 {
				_, wire := push(t, t.Context(), base, test.body)
				test.call.Expected = []byte(wire[:len(wire)-1] + "y")
			}
			_, _, err := do(t, newTransport(t, exchange.Options{}), base, test.body, test.call)
			if !errors.Is(err, exchange.ErrRefused) || !errors.Is(err, test.want) {
				t.Errorf("error = %v, want %v", err, test.want)
			}
			<-ended // the transport closed it
			if n := read.Load(); n != 0 {
				t.Errorf("%d bytes left", n)
			}
			r := test.call.Result()
			if r.Sent || !errors.Is(r.Refused, test.want) || r.Note != test.want.Error() {
				t.Errorf("Result = %+v", r)
			}
		})
	}
}

func TestNoCall(t *testing.T) {
	t.Parallel()
	request, _ := push(t, t.Context(), "http://127.0.0.1:1", "{}")
	if _, err := newTransport(t, exchange.Options{}).RoundTrip(request); !errors.Is(err, exchange.ErrNoCall) || !errors.Is(err, exchange.ErrRefused) {
		t.Errorf("error = %v, want ErrNoCall", err)
	}
}

func TestNoConnection(t *testing.T) {
	t.Parallel()
	l := loopback(t)
	_ = l.Close()
	call := new(exchange.Call)
	if _, _, err := do(t, newTransport(t, exchange.Options{}), "http://"+l.Addr().String(), "{}", call); err == nil || errors.Is(err, exchange.ErrRefused) {
		t.Errorf("error = %v", err)
	}
	if r := call.Result(); r.Sent || r.Note != "" {
		t.Errorf("Result = %+v, want not sent", r)
	}
}

// net/http would send these again: the header field and GetBody say that it may, and the connection was kept.
func TestNothingIsSentTwice(t *testing.T) {
	t.Parallel()
	silentAfterFirst := func(c net.Conn, next func() (string, bool)) {
		if _, ok := next(); ok {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
		}
		next() // and hangs up
	}
	twice := func(t *testing.T, transport http.RoundTripper) (arrivals int, second *exchange.Call, err error) {
		p := newProvider(t, loopback(t), silentAfterFirst)
		for i := range 2 {
			second = new(exchange.Call)
			request, _ := push(t, exchange.WithCall(t.Context(), second), "http://"+p.Addr().String(), "{}")
			request.Header["Idempotency-Key"] = []string{"k"}
			request.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("{}")), nil }
			var response *http.Response
			if response, err = transport.RoundTrip(request); err == nil {
				_, _ = io.Copy(io.Discard, response.Body)
				_ = response.Body.Close()
			} else if i == 0 {
				t.Fatal(err)
			}
		}
		return len(p.arrived), second, err
	}
	bare := &http.Transport{}
	defer bare.CloseIdleConnections()
	if arrivals, _, err := twice(t, bare); arrivals != 3 || err != nil {
		t.Errorf("net/http alone: %d arrivals, %v: this test proves nothing any more", arrivals, err)
	}
	arrivals, call, err := twice(t, newTransport(t, exchange.Options{}))
	if arrivals != 2 || err == nil || errors.Is(err, exchange.ErrRefused) {
		t.Errorf("%d arrivals, %v; want 2 and an error that is no refusal", arrivals, err)
	}
	if r := call.Result(); !r.Sent || r.Refused != nil || len(r.Received) > 0 || !strings.Contains(r.Note, "second sending") {
		t.Errorf("Result = %+v", r)
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	p := newProvider(t, loopback(t), answering("HTTP/1.1 307 Temporary\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"))
	call := new(exchange.Call)
	request, _ := push(t, exchange.WithCall(t.Context(), call), "http://"+p.Addr().String(), "{}")
	request.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("{}")), nil }
	_, err := (&http.Client{Transport: newTransport(t, exchange.Options{})}).Do(request)
	if len(p.arrived) != 1 || err == nil || !call.Result().Sent {
		t.Errorf("%d arrivals, %v; want 1 and an error", len(p.arrived), err)
	}
}

func TestCallsOnOneConnectionDoNotMix(t *testing.T) {
	t.Parallel()
	p := newProvider(t, loopback(t), func(c net.Conn, next func() (string, bool)) {
		for {
			wire, ok := next()
			if !ok {
				return
			}
			_, body, _ := strings.Cut(wire, "\r\n\r\n")
			fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
		}
	})
	transport, base := newTransport(t, exchange.Options{}), "http://"+p.Addr().String()
	for i := range 100 {
		one(t, transport, base, fmt.Sprintf(`{"n":"one %d"}`, i))
	}
	if n := p.connections.Load(); n != 1 {
		t.Errorf("%d connections for calls one after the other, want 1", n)
	}
	var all sync.WaitGroup
	for i := range 200 {
		all.Go(func() {
			for j := range 5 {
				one(t, transport, base, fmt.Sprintf(`{"n":"many %d %d"}`, i, j))
			}
		})
	}
	all.Wait()
}

func one(t *testing.T, transport http.RoundTripper, base, body string) {
	call := new(exchange.Call)
	answer, _, err := do(t, transport, base, body, call)
	want := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	if r := call.Result(); err != nil || answer != body || string(r.Received) != want || !r.Complete || r.Note != "" {
		t.Errorf("%s: answer %q, %v, Result %+v", body, answer, err, r)
	}
}

// What a provider may do instead of answering well.
func TestUnusualAnswers(t *testing.T) {
	t.Parallel()
	long := "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + strings.Repeat("z", 100_000)
	for _, test := range []struct {
		name, answer, body, note string
		complete, fails          bool
	}{
		{"hang-up before any byte", "", "", "before any byte", false, true},
		{"cut in the head", "HTTP/1.1 200 O", "", "in the middle", false, true},
		{"cut in the body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{\"a\"", `{"a"`, "in the middle", false, true},
		{"cut in a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n{\"a\"", `{"a"`, "in the middle", false, true},
		{"until the end", "HTTP/1.1 200 OK\r\n\r\nhello", "hello", "", true, false},
		{"continue first", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "{}", "", true, false},
		{"empty 404", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "", "", true, false},
		{"longer than kept", long, strings.Repeat("z", 100_000), "longer than what is kept", true, false},
		{"no HTTP", "\x15\x03\x01\x00\x02", "", "in the middle", false, true},
		{"endless head", "HTTP/1.1 200 OK\r\nA: " + strings.Repeat("a", 40_000), "", "", false, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := newProvider(t, loopback(t), func(c net.Conn, next func() (string, bool)) {
				next()
				_, _ = io.WriteString(c, test.answer)
			})
			call := new(exchange.Call)
			body, _, err := do(t, newTransport(t, exchange.Options{}), "http://"+p.Addr().String(), "{}", call)
			r := call.Result()
			if body != test.body || (err != nil) != test.fails {
				t.Errorf("body = %.60q, error %v", body, err)
			}
			kept := test.answer[:min(len(test.answer), exchange.MaxReceived)]
			if whole := string(r.Received) == kept; !whole && !(strings.HasPrefix(kept, string(r.Received)) && test.name == "endless head") {
				t.Errorf("Received = %d bytes %.80q, want %d bytes", len(r.Received), r.Received, len(kept))
			}
			if !r.Sent || r.Refused != nil || r.Complete != test.complete || !strings.Contains(r.Note, test.note) || (r.Note == "") != (test.note == "" && test.name != "endless head") {
				t.Errorf("Sent %v Complete %v Note %q Refused %v, want note %q", r.Sent, r.Complete, r.Note, r.Refused, test.note)
			}
		})
	}
}

func TestGivenUp(t *testing.T) {
	t.Parallel()
	p := newProvider(t, loopback(t), func(_ net.Conn, next func() (string, bool)) {
		next()
		next() // holds the call
	})
	ctx, cancel := context.WithCancel(t.Context())
	call := new(exchange.Call)
	request, _ := push(t, exchange.WithCall(ctx, call), "http://"+p.Addr().String(), "{}")
	failed := make(chan error)
	go func() {
		_, err := newTransport(t, exchange.Options{}).RoundTrip(request)
		failed <- err
	}()
	<-p.arrived
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v", err)
	}
	if r := call.Result(); !r.Sent || r.Complete || !strings.HasPrefix(r.Note, "given up") {
		t.Errorf("Result = %+v", r)
	}
}

// A second answer behind the first must not become the next call's, and must not be printed by net/http.
func TestBytesThatNobodyAskedFor(t *testing.T) {
	var printed bytes.Buffer
	usual := log.Writer()
	log.SetOutput(&printed)
	t.Cleanup(func() { log.SetOutput(usual) })
	var n atomic.Int32
	p := newProvider(t, loopback(t), func(c net.Conn, next func() (string, bool)) {
		for {
			if _, ok := next(); !ok {
				return
			}
			i := n.Add(1)
			fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n%dHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nextra", i)
		}
	})
	transport, base := newTransport(t, exchange.Options{}), "http://"+p.Addr().String()
	for i := 1; i <= 9; i++ {
		call := new(exchange.Call)
		body, _, err := do(t, transport, base, "{}", call)
		if r := call.Result(); err != nil {
			// The connection was chosen before its end was seen; nothing of this call has left.
			if r.Sent {
				t.Errorf("call %d: %v after it was sent", i, err)
			}
			i--
		} else if body != fmt.Sprint(i) || !strings.Contains(r.Note, "more bytes") || !bytes.HasSuffix(r.Received, []byte("extra")) {
			t.Errorf("call %d: answer %q, Note %q, Received %q", i, body, r.Note, r.Received)
		}
	}
	if printed.Len() > 0 {
		t.Errorf("net/http printed %q", printed.String())
	}
}

// A provider that speaks first gets no request: its bytes could be an answer to another one.
func TestProviderSpeaksFirst(t *testing.T) {
	t.Parallel()
	var read atomic.Int64
	ended := make(chan struct{})
	p := newProvider(t, loopback(t), func(c net.Conn, _ func() (string, bool)) {
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		n, _ := c.Read(make([]byte, 100))
		read.Add(int64(n))
		_ = c.Close()
		close(ended)
	})
	transport := newTransport(t, exchange.Options{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		early := &heard{Conn: c, Reader: bufio.NewReader(c)}
		_, err = early.Peek(1)
		return early, err
	}})
	// The connection's reader starts before the call is bound to it. Both orders end without a request.
	call := new(exchange.Call)
	hold := make(chan struct{})
	ctx := exchange.WithCall(t.Context(), call)
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaderField: func(string, []string) {
		select {
		case <-ended:
		case <-hold:
		}
	}})
	request, wire := push(t, ctx, "http://"+p.Addr().String(), "{}")
	call.Expected = []byte(wire)
	_, err := transport.RoundTrip(request)
	close(hold)
	<-ended
	if r := call.Result(); err == nil || r.Sent || read.Load() != 0 {
		t.Errorf("error %v, Sent %v, %d bytes left", err, r.Sent, read.Load())
	}
}

type heard struct {
	net.Conn
	*bufio.Reader
}

func (h *heard) Read(p []byte) (int, error) { return h.Reader.Read(p) }

func TestDisableKeepAlivesAddsNothing(t *testing.T) {
	t.Parallel()
	p := newProvider(t, loopback(t), answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"))
	transport := newTransport(t, exchange.Options{DisableKeepAlives: true})
	for range 3 {
		if _, _, err := do(t, transport, "http://"+p.Addr().String(), "{}", new(exchange.Call)); err != nil {
			t.Fatal(err)
		}
	}
	if n := p.connections.Load(); n != 3 {
		t.Errorf("%d connections, want 3", n)
	}
}

func TestProxyTunnels(t *testing.T) {
	t.Parallel()
	p := newProvider(t, loopback(t), answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"))
	var asked atomic.Value
	proxy := newProvider(t, loopback(t), func(c net.Conn, next func() (string, bool)) {
		wire, _ := next()
		asked.Store(wire)
		inner, err := net.Dial("tcp", p.Addr().String())
		if err != nil {
			return
		}
		_, _ = io.WriteString(c, "HTTP/1.1 200 Connection established\r\n\r\n")
		go func() { _, _ = io.Copy(c, inner) }()
		_, _ = io.Copy(inner, c)
		_ = inner.Close()
	})
	address := &url.URL{Scheme: "http", User: url.UserPassword("u", "p"), Host: proxy.Addr().String()}
	transport := newTransport(t, exchange.Options{Proxy: address})
	_, wire, err := do(t, transport, "http://"+p.Addr().String(), "{}", new(exchange.Call))
	if err != nil || <-p.arrived != wire {
		t.Errorf("through the proxy: %v", err)
	}
	if got, _ := asked.Load().(string); !strings.HasPrefix(got, "CONNECT "+p.Addr().String()+" HTTP/1.1\r\n") || !strings.Contains(got, "Proxy-Authorization: Basic dTpw") {
		t.Errorf("the proxy was asked %q", got)
	}
	refusing := newProvider(t, loopback(t), answering("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"))
	address.Host = refusing.Addr().String()
	call := new(exchange.Call)
	if _, _, err := do(t, newTransport(t, exchange.Options{Proxy: address}), "http://example.invalid", "{}", call); err == nil || call.Result().Sent {
		t.Errorf("a refused tunnel: %v", err)
	}
}

// A client's own trace goes on working, whichever was put into the context first.
func TestOtherTracesGoOn(t *testing.T) {
	t.Parallel()
	p := newProvider(t, loopback(t), answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"))
	transport := newTransport(t, exchange.Options{})
	got := 0
	trace := func() *httptrace.ClientTrace { // a new one each time: WithClientTrace changes it
		return &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { got++ }}
	}
	before, after := new(exchange.Call), new(exchange.Call)
	for call, ctx := range map[*exchange.Call]context.Context{
		before: exchange.WithCall(httptrace.WithClientTrace(t.Context(), trace()), before),
		after:  httptrace.WithClientTrace(exchange.WithCall(t.Context(), after), trace()),
	} {
		request, _ := push(t, ctx, "http://"+p.Addr().String(), "{}")
		response, err := transport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if !call.Result().Sent {
			t.Error("the call was not bound to its connection")
		}
	}
	if got != 2 {
		t.Errorf("the client's GotConn was called %d times, want 2", got)
	}
}

// A simulated link uses a Call without Transport.
func TestOtherTransport(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	call := &exchange.Call{Expected: []byte("POST / HTTP/1.1\r\n\r\n"), Now: func() time.Time { return now }}
	if err := call.Send([]byte("POST / HTTP/1.1\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	if err := call.Send([]byte("POST / HTTP/1.1\r\n\r\n")); err == nil || errors.Is(err, exchange.ErrRefused) {
		t.Errorf("a second Send: %v", err)
	}
	call.Receive([]byte("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{"))
	call.Hangup()
	call.End()
	call.Receive([]byte("}"))
	if r := call.Result(); !r.Sent || r.Complete || !strings.HasSuffix(string(r.Received), "{") || !strings.Contains(r.Note, "in the middle") {
		t.Errorf("Result = %+v", r)
	}
	for _, part := range []string{"POST / HTTP/1.1\r\n", "GET"} {
		call := &exchange.Call{Expected: []byte("POST / HTTP/1.1\r\n\r\n")}
		if err := call.Send([]byte(part)); !errors.Is(err, exchange.ErrDifferent) {
			t.Errorf("Send(%q) = %v, want ErrDifferent", part, err)
		}
	}
}
