package faspay

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// isKind tells whether err is a *CallError of this kind and of no other.
func isKind(err, kind error) bool {
	var call *CallError
	if !errors.As(err, &call) {
		return false
	}
	for _, k := range []error{ErrNotSent, ErrNoAnswer, ErrUnclear} {
		if errors.Is(err, k) != (k == kind) {
			return false
		}
	}
	return true
}

// stale answers the first request of a connection and closes it at the second, as a
// provider does whose keep-alive has just run out.
func stale(n int) string {
	if n == 1 {
		return ok200(echoed(Direct, "00"))
	}
	return ""
}

func TestStaleConnectionIsNotSentTwice(t *testing.T) {
	t.Parallel()
	retryable := func(inner http.RoundTripper) http.RoundTripper {
		return roundTripper(func(r *http.Request) (*http.Response, error) {
			body, _ := io.ReadAll(r.Body)
			again := r.Clone(r.Context())
			again.Header.Set("Idempotency-Key", "1")
			again.Body = io.NopCloser(bytes.NewReader(body))
			again.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
			return inner.RoundTrip(again)
		})
	}
	for name, transport := range map[string]http.RoundTripper{
		"ours":                      NewTransport(),
		"ours made retryable":       retryable(NewTransport()),
		"net/http's made retryable": retryable(&http.Transport{}),
	} {
		p := newProvider(t, stale)
		c := newTestClient(t, Options{URL: p.url(), Transport: transport})
		if _, err := c.Direct(context.Background(), testTrx, testPhone); err != nil {
			t.Fatal(err)
		}
		_, err := c.Direct(context.Background(), testTrx, testPhone)
		if got := p.arrived.Load(); !isKind(err, ErrNoAnswer) || got != 2 {
			t.Errorf("%s: 2 pushes arrived %d times, error %v, want ErrNoAnswer", name, got, err)
		}
	}
}

// The trap itself: without Client the same set-up does send twice.
func TestStaleConnectionTrapIsReal(t *testing.T) {
	t.Parallel()
	p := newProvider(t, func(n int) string {
		if n == 2 {
			return ""
		}
		return ok200("{}")
	})
	bare := &http.Client{Transport: &http.Transport{}}
	for range 2 {
		r, _ := http.NewRequest(http.MethodPost, p.url(), strings.NewReader("{}"))
		r.Header.Set("Idempotency-Key", "1")
		response, err := bare.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, response.Body)
		response.Body.Close()
	}
	if got := p.arrived.Load(); got != 3 {
		t.Errorf("2 posts of a bare client arrived %d times; the trap of this test is gone", got)
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	elsewhere := newProvider(t, func(int) string { return ok200(echoed(Direct, "00")) })
	for _, status := range []string{"301", "302", "303", "307", "308"} {
		p := newProvider(t, func(int) string {
			return "HTTP/1.1 " + status + " Moved\r\nLocation: " + elsewhere.url() + "\r\nContent-Length: 0\r\n\r\n"
		})
		c := newTestClient(t, Options{URL: p.url()})
		_, err := c.Direct(context.Background(), testTrx, testPhone)
		if !isKind(err, ErrUnclear) || p.arrived.Load() != 1 || elsewhere.touched.Load() != 0 {
			t.Errorf("%s: %v; arrived %d here and %d elsewhere", status, err, p.arrived.Load(), elsewhere.touched.Load())
		}
	}
}

// Somebody's retrying RoundTripper does not get a second push out.
func TestRetryingRoundTripperIsStopped(t *testing.T) {
	t.Parallel()
	for name, inner := range map[string]*http.Transport{"ours": NewTransport(), "net/http's": {}} {
		p := newProvider(t, func(int) string { return "" })
		c := newTestClient(t, Options{URL: p.url(), Transport: roundTripper(func(r *http.Request) (response *http.Response, err error) {
			body, _ := io.ReadAll(r.Body)
			for range 3 {
				again := r.Clone(r.Context())
				again.Body = io.NopCloser(bytes.NewReader(body))
				if response, err = inner.RoundTrip(again); err == nil {
					return response, nil
				}
			}
			return nil, err
		})})
		_, err := c.Direct(context.Background(), testTrx, testPhone)
		if got := p.arrived.Load(); !isKind(err, ErrNoAnswer) || got != 1 {
			t.Errorf("%s: arrived %d times, %v, want once and ErrNoAnswer", name, got, err)
		}
	}
}

// clock is a settable time.
type clock struct{ nanos atomic.Int64 }

func (c *clock) set(t time.Time) { c.nanos.Store(t.UnixNano()) }
func (c *clock) now() time.Time  { return time.Unix(0, c.nanos.Load()) }

// A push leaves until SendBy and never after, wherever the time went.
func TestSendBy(t *testing.T) {
	t.Parallel()
	const inTime, late = SendWithin, SendWithin + 1
	for _, test := range []struct {
		name      string
		transport func() *http.Transport
		after     time.Duration
		pausedAt  string
		sent      bool
	}{
		{"at once", NewTransport, 0, "", true},
		{"to the nanosecond, before Do", NewTransport, inTime, "do", true},
		{"late before Do", NewTransport, late, "do", false},
		{"in time after dialing", NewTransport, inTime, "dial", true},
		{"late after dialing", NewTransport, late, "dial", false},
		{"late after dialing with another transport", func() *http.Transport { return &http.Transport{} }, late, "dial", false},
		{"in time just before the first byte", NewTransport, inTime, "handover", true},
		{"late just before the first byte", NewTransport, late, "handover", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := newProvider(t, func(int) string { return ok200(echoed(Direct, "00")) })
			clock := new(clock)
			clock.set(testAt)
			pause := func(where string) {
				if where == test.pausedAt {
					clock.set(testAt.Add(test.after))
				}
			}
			transport := test.transport()
			dial := transport.DialContext
			if dial == nil {
				dial = new(net.Dialer).DialContext
			}
			transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
				defer pause("dial")
				return dial(ctx, network, address)
			}
			c := newTestClient(t, Options{URL: p.url(), Transport: transport, Now: clock.now})
			r := render(t, c, testRequest(Direct))
			pause("do")
			// A trace of the caller's runs after ours, between handover and first byte.
			ctx := httptrace.WithClientTrace(context.Background(), &httptrace.ClientTrace{
				GotConn: func(httptrace.GotConnInfo) { pause("handover") },
			})
			_, err := c.Do(ctx, r)
			switch {
			case test.sent && (err != nil || p.arrived.Load() != 1):
				t.Errorf("Do = %v, arrived %d, want it sent", err, p.arrived.Load())
			case !test.sent && (!isKind(err, ErrNotSent) || !errors.Is(err, ErrLate)):
				t.Errorf("Do = %v, want ErrNotSent because of ErrLate", err)
			case !test.sent:
				transport.CloseIdleConnections()
				p.quiet()
				if got := p.touched.Load(); got != 0 {
					t.Errorf("%d connections carried bytes of a push that is late", got)
				}
			}
		})
	}
}

// The same on a kept connection and under TLS, where the first bytes on the socket are
// the handshake's.
func TestSendByUnderTLS(t *testing.T) {
	t.Parallel()
	var arrived atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived.Add(1)
		if r.ProtoMajor != 1 {
			t.Errorf("spoken %s, want HTTP/1.1", r.Proto)
		}
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, echoed(Direct, "00"))
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	transport := NewTransport()
	transport.TLSClientConfig = &tls.Config{RootCAs: server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs, ServerName: "example.com"}
	clock := new(clock)
	c := newTestClient(t, Options{URL: server.URL, Transport: transport, Now: clock.now})
	for i, pause := range []time.Duration{0, SendWithin + 1, 0, SendWithin + 1} {
		clock.set(testAt)
		before := arrived.Load()
		reused := false
		ctx := httptrace.WithClientTrace(context.Background(), &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
			reused = info.Reused
			clock.set(testAt.Add(pause))
		}})
		_, err := c.Do(ctx, render(t, c, testRequest(Direct)))
		sent := arrived.Load() - before
		if pause == 0 && (err != nil || sent != 1) {
			t.Errorf("call %d: %v, arrived %d", i, err, sent)
		}
		if pause != 0 && (!errors.Is(err, ErrLate) || sent != 0 || !reused) {
			t.Errorf("call %d: %v, arrived %d (reused %t), want ErrLate on a kept connection", i, err, sent, reused)
		}
	}
}

// A context that ends between handover and first byte stops the request. It counts as
// unanswered all the same: only a missing connection or SendBy count as not sent.
func TestNothingLeavesAfterTheContext(t *testing.T) {
	t.Parallel()
	p := newProvider(t, func(int) string { return ok200(echoed(Direct, "00")) })
	transport := NewTransport()
	c := newTestClient(t, Options{URL: p.url(), Transport: transport})
	ctx, cancel := context.WithCancel(context.Background())
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { cancel() }})
	_, err := c.Do(ctx, render(t, c, testRequest(Direct)))
	transport.CloseIdleConnections()
	p.quiet()
	if !isKind(err, ErrNoAnswer) || !errors.Is(err, context.Canceled) || p.touched.Load() != 0 {
		t.Errorf("Do = %v, %d connections carried bytes", err, p.touched.Load())
	}
}

// The gate itself: what a call may not write, its connection does not write.
func TestGate(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		stop func(k *call, cancel func())
		want error
	}{
		{"Do has returned", func(k *call, _ func()) { k.end() }, errOver},
		{"the context has ended", func(_ *call, cancel func()) { cancel() }, context.Canceled},
		{"SendBy has passed", func(k *call, _ func()) { k.sendBy = testAt.Add(-1) }, ErrLate},
	} {
		here, there := net.Pipe()
		t.Cleanup(func() { here.Close(); there.Close() })
		ctx, cancel := context.WithCancel(context.Background())
		k := &call{ctx: ctx, now: func() time.Time { return testAt }}
		g := &gate{Conn: here}
		k.gotConn(httptrace.GotConnInfo{Conn: g})
		t.Cleanup(cancel)
		test.stop(k, cancel)
		if n, err := g.Write([]byte("POST")); n != 0 || !errors.Is(err, test.want) {
			t.Errorf("%s: Write = %d, %v, want %v", test.name, n, err, test.want)
		}
		if got := k.late.Load(); got != (test.want == ErrLate) {
			t.Errorf("%s: late = %t", test.name, got)
		}
		k.release()
		if g.call.Load() != nil {
			t.Errorf("%s: the connection still belongs to a call that is over", test.name)
		}
	}
}

// Late before Do: not even a connection is asked for, with any transport, and also for
// a push that was put together from stored parts without its SendBy.
func TestLateBeforeDo(t *testing.T) {
	t.Parallel()
	clock := new(clock)
	c := newTestClient(t, Options{Now: clock.now, Transport: roundTripper(func(*http.Request) (*http.Response, error) {
		t.Error("a late push was handed to the transport")
		return nil, errors.New("no")
	})})
	r := render(t, c, testRequest(Direct))
	clock.set(r.SendBy.Add(1))
	parts := Rendered{Method: r.Method, URL: r.URL, Header: r.Header, Body: bytes.Clone(r.Body)}
	for _, late := range []Rendered{r, parts} {
		if _, err := c.Do(context.Background(), late); !isKind(err, ErrNotSent) || !errors.Is(err, ErrLate) {
			t.Errorf("Do = %v, want ErrNotSent because of ErrLate", err)
		}
	}
}

func TestNotSent(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	plain := newProvider(t, func(int) string { return "" })
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	for _, test := range []struct {
		name string
		ctx  context.Context
		url  string
	}{
		{"nobody listens", context.Background(), "http://" + closed.Addr().String() + ""},
		{"no such host", context.Background(), "http://host.invalid"},
		{"no TLS there", context.Background(), strings.Replace(plain.url(), "http:", "https:", 1)},
		{"context ended before", ended, plain.url()},
	} {
		c := newTestClient(t, Options{URL: test.url})
		if _, err := c.Direct(test.ctx, testTrx, testPhone); !isKind(err, ErrNotSent) {
			t.Errorf("%s: %v, want ErrNotSent", test.name, err)
		}
	}
	var field *FieldError
	if _, err := newTestClient(t, Options{}).Direct(context.Background(), testTrx, "12"); !isKind(err, ErrNotSent) || !errors.As(err, &field) {
		t.Errorf("no phone: %v, want ErrNotSent because of a FieldError", err)
	}
	nothing := roundTripper(func(*http.Request) (*http.Response, error) { return nil, nil })
	if _, err := newTestClient(t, Options{Transport: nothing}).Direct(context.Background(), testTrx, testPhone); !isKind(err, ErrNotSent) {
		t.Errorf("a transport that gives nothing: %v", err)
	}
}

// A TLS handshake that hangs has a TCP connection but none to send on.
func TestNotSentDuringHandshake(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		conn.Read(make([]byte, 1)) // the ClientHello is on its way
		cancel()
	}()
	c := newTestClient(t, Options{URL: "https://" + listener.Addr().String() + ""})
	if _, err := c.Direct(ctx, testTrx, testPhone); !isKind(err, ErrNotSent) || !errors.Is(err, context.Canceled) {
		t.Errorf("Direct = %v, want ErrNotSent", err)
	}
}

func TestNoAnswer(t *testing.T) {
	t.Parallel()
	p := newProvider(t, func(int) string { return "" })
	c := newTestClient(t, Options{URL: p.url()})
	if _, err := c.Direct(context.Background(), testTrx, testPhone); !isKind(err, ErrNoAnswer) {
		t.Errorf("connection closed: %v, want ErrNoAnswer", err)
	}
	garbage := newProvider(t, func(int) string { return "call 081234567890 now\r\n\r\n" })
	c = newTestClient(t, Options{URL: garbage.url()})
	_, err := c.Direct(context.Background(), testTrx, testPhone)
	if !isKind(err, ErrNoAnswer) || strings.Contains(err.Error(), "081234567890") {
		t.Errorf("no HTTP: %v, want ErrNoAnswer without the phone", err)
	}
}

// Without a deadline each operation has its own limit; with one, that one holds.
func TestTimeLimits(t *testing.T) {
	t.Parallel()
	for o, want := range map[Operation]time.Duration{
		PostData: 30 * time.Second, Direct: 75 * time.Second, Inquiry: 15 * time.Second,
		Cancel: 15 * time.Second, Channels: 15 * time.Second,
	} {
		for _, own := range []time.Duration{0, 90 * time.Second, time.Second} {
			synctest.Test(t, func(t *testing.T) {
				silent := roundTripper(func(r *http.Request) (*http.Response, error) {
					taken(r)
					<-r.Context().Done()
					return nil, r.Context().Err()
				})
				c := newTestClient(t, Options{Transport: silent, Now: time.Now})
				ctx, limit := context.Background(), want
				if own != 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, own)
					defer cancel()
					limit = own
				}
				r, err := c.Render(testRequest(o), time.Now())
				if err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				_, err = c.Do(ctx, r)
				if took := time.Since(began); took != limit || !isKind(err, ErrNoAnswer) || !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%s: %v after %v, want ErrNoAnswer after %v", o, err, took, limit)
				}
			})
		}
	}
}

func TestNewTransport(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://proxy.invalid:1")
	t.Setenv("HTTPS_PROXY", "http://proxy.invalid:1")
	transport := NewTransport()
	switch {
	case transport.Proxy != nil:
		t.Error("a proxy from the environment")
	case transport.Protocols.HTTP2() || transport.Protocols.UnencryptedHTTP2() || !transport.Protocols.HTTP1():
		t.Error("not HTTP/1 only")
	case transport.MaxConnsPerHost != 0:
		t.Error("connections are limited")
	case transport.IdleConnTimeout <= 0 || transport.IdleConnTimeout > 10*time.Second:
		t.Errorf("idle connections are kept %v", transport.IdleConnTimeout)
	case transport.WriteBufferSize < maxHead+1024:
		t.Error("a push may not fit one write")
	case !transport.DisableCompression:
		t.Error("Accept-Encoding would be added")
	}
}

// One request is one write, so that a push is on the wire whole or not at all.
func TestOneWrite(t *testing.T) {
	t.Parallel()
	p := newProvider(t, func(int) string { return ok200(echoed(Direct, "00")) })
	var writes atomic.Int32
	transport := NewTransport()
	dial := transport.DialContext
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &gate{Conn: counting{conn.(*gate).Conn, &writes}}, nil
	}
	c := newTestClient(t, Options{URL: p.url(), Transport: transport, Credentials: Credentials{strings.Repeat("u", 64), "p@ssw0rd"}})
	_, err := c.Direct(context.Background(), testTrx, testPhone)
	if got := writes.Load(); got != 1 || err != nil {
		t.Errorf("%d writes, %v, want 1", got, err)
	}
}

type counting struct {
	net.Conn
	writes *atomic.Int32
}

func (c counting) Write(p []byte) (int, error) { c.writes.Add(1); return c.Conn.Write(p) }
