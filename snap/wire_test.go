package snap

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// What Wire says is what a socket sees, byte for byte, for every operation and option.
func TestWireIsWhatIsSent(t *testing.T) {
	t.Parallel()
	for _, o := range Operations() {
		for _, options := range []Options{{}, {ChannelID: "95221", Origin: "www.example.com", CompactTimestamps: true}, {ClientID: strings.Repeat("a", 64), PartnerID: "p"}} {
			p := newProvider(t, func(int) string { return ok200(echoed(o, "")) })
			for _, prefix := range []string{"/OVOSNAP", "", "/a/b%20c"} {
				options.URL = strings.TrimSuffix(p.url(), "/OVOSNAP") + prefix
				c := newTestClient(t, options)
				r := render(t, c, o)
				if _, err := c.Do(context.Background(), r); err != nil {
					t.Fatal(err)
				}
				if got := <-p.raw; !bytes.Equal(got, r.Wire()) {
					t.Errorf("%s: on the wire\n%s\nwant\n%s", o, got, r.Wire())
				}
			}
		}
	}
}

// Every request, to be read. RSA signatures of this kind are always the same.
func TestWireGolden(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, Options{URL: "https://provider.example/OVOSNAP", ChannelID: "95221", Origin: "www.example.com", AllowedSources: []string{"OVO_CASH", "OVO_POINTS"}})
	var b bytes.Buffer
	for _, o := range Operations() {
		b.WriteString("== " + string(o) + "\n")
		b.Write(bytes.ReplaceAll(render(t, c, o).Wire(), []byte("\r\n"), []byte("\n")))
		b.WriteString("\n")
	}
	golden(t, "requests.golden", b.Bytes())
}

// A RoundTripper around the transport, such as a recorder, sees the request as it is sent.
func TestRecorderSeesTheRequest(t *testing.T) {
	t.Parallel()
	p := newProvider(t, func(int) string { return ok200(echoed(Generate, "")) })
	inner := NewTransport()
	var header http.Header
	var body bytes.Buffer
	c := newTestClient(t, Options{URL: p.url(), Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		header = maps.Clone(r.Header)
		body.ReadFrom(r.Body)
		copied := r.Clone(r.Context())
		copied.Body = struct{ readCloser }{readCloser{bytes.NewReader(body.Bytes())}}
		return inner.RoundTrip(copied)
	})})
	r := render(t, c, Generate)
	if _, err := c.Do(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	if !maps.EqualFunc(header, r.Header, slices.Equal[[]string]) || !bytes.Equal(body.Bytes(), r.Body) {
		t.Errorf("the recorder saw %v %s, want %v %s", header, body.Bytes(), r.Header, r.Body)
	}
	if got := <-p.raw; !bytes.Equal(got, r.Wire()) {
		t.Errorf("behind a recorder the wire carries\n%s\nwant\n%s", got, r.Wire())
	}
}

type readCloser struct{ *bytes.Reader }

func (readCloser) Close() error { return nil }

func TestRendered(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, Options{})
	at := testAt.Add(497*time.Millisecond + 999)
	for _, o := range Operations() {
		r, err := c.Render(testRequest(o), testEnvelope(o), at)
		if err != nil {
			t.Fatal(err)
		}
		want := testAt.Add(2497 * time.Millisecond)
		if o == Query || o == Access {
			want = time.Time{}
		}
		if !r.SendBy.Equal(want) || !r.RenderedAt.Equal(testAt.Add(497*time.Millisecond)) || r.Operation != o {
			t.Errorf("%s rendered at %v, send by %v, want %v", r.Operation, r.RenderedAt, r.SendBy, want)
		}
		again, err := ParseWire(r.Wire())
		if err != nil || again.SendBy.After(r.SendBy) || again.Operation != o || !again.RenderedAt.Equal(testAt) {
			t.Errorf("%s: ParseWire = %v send by %v, %v", o, again, again.SendBy, err)
		}
		again.want.body, r.want.body = nil, nil
		if again.want != r.want {
			t.Errorf("%s: identity %+v, want %+v", o, again.want, r.want)
		}
	}
}

// Which headers go with what.
func TestHeaders(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, Options{ChannelID: "95221"})
	always := []string{"Content-Length", "Content-Type", "Host", "User-Agent", "X-Signature", "X-Timestamp"}
	for o, more := range map[Operation][]string{
		Access: {"X-Client-Key"}, CustomerAccess: {"X-Client-Key"},
		Generate: {"Authorization", "Channel-Id", "X-External-Id", "X-Partner-Id"},
		Bind:     {"Channel-Id", "X-External-Id", "X-Partner-Id"},
		Unbind:   {"Authorization", "Authorization-Customer", "Channel-Id", "X-Device-Id", "X-External-Id", "X-Partner-Id"},
	} {
		want := slices.Sorted(slices.Values(append(more, always...)))
		h := render(t, c, o).Header
		if got := slices.Sorted(maps.Keys(h)); !slices.Equal(got, want) {
			t.Errorf("%s: headers %v, want %v", o, got, want)
		}
		if h.Get("X-Partner-Id")+h.Get("X-Client-Key") != "testdynamicqris" || o.bearer() && h.Get("Authorization") != "Bearer "+string(testToken) {
			t.Errorf("%s: %v", o, h)
		}
	}
	e := testEnvelope(CustomerAccess)
	e.Token = "linkage.token"
	r, err := c.Render(testRequest(CustomerAccess), e, testAt)
	if err != nil || r.Header.Get("Authorization") != "Bearer linkage.token" {
		t.Errorf("a linkage token is not sent: %v, %v", r.Header, err)
	}
}

// A stored Rendered comes back whole, from its wire form or from its parts, and is sent.
func TestStoredRenderedIsSent(t *testing.T) {
	t.Parallel()
	for _, o := range Operations() {
		p := newProvider(t, func(int) string { return ok200(echoed(o, "")) })
		c := newTestClient(t, Options{URL: p.url()})
		r := render(t, c, o)
		parsed, err := ParseWire(r.Wire())
		if err != nil {
			t.Fatalf("%s: %v", o, err)
		}
		parts := Rendered{Method: r.Method, URL: r.URL, Header: r.Header.Clone(), Body: bytes.Clone(r.Body)}
		for _, stored := range []Rendered{parsed, parts} {
			got, err := c.Do(context.Background(), stored)
			if err != nil || got.Operation != o {
				t.Errorf("%s: Do = %v, %v", o, got, err)
			}
			if sent := <-p.raw; !bytes.Equal(sent, r.Wire()) {
				t.Errorf("%s: sent\n%s\nwant\n%s", o, sent, r.Wire())
			}
		}
	}
}

// A stored request is judged by its own body, not by what was rendered beside it.
func TestStoredRenderedIsJudgedByItsBody(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, Options{Transport: replying(200, jsonType, echoed(Query, ""))})
	r := render(t, c, Query)
	r.Body = bytes.Replace(r.Body, []byte("000000000123"), []byte("000000000999"), 1)
	if got, err := c.Do(context.Background(), r); !isKind(err, ErrUnclear) {
		t.Errorf("Do = %v, %v, want a foreign number to be seen", got, err)
	}
}

// A SendBy that was stored beside the bytes holds, and not the one that they imply.
func TestStoredSendByHolds(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, Options{Transport: replying(200, jsonType, echoed(Generate, "")), Now: func() time.Time { return testAt.Add(time.Second) }})
	r := render(t, c, Generate)
	for _, sendBy := range []time.Time{testAt, testAt.Add(time.Minute)} {
		stored := Rendered{Method: r.Method, URL: r.URL, Header: r.Header, Body: bytes.Clone(r.Body), SendBy: sendBy}
		_, err := c.Do(context.Background(), stored)
		if late := errors.Is(err, ErrLate); late != sendBy.Equal(testAt) {
			t.Errorf("Do until %v = %v", sendBy, err)
		}
	}
}

func TestDoRefusesWhatIsNotWhole(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, Options{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
		t.Error("something was sent")
		return response(200, jsonType, echoed(Generate, "")), nil
	})})
	for name, change := range map[string]func(*Rendered){
		"another host":      func(r *Rendered) { r.URL = strings.Replace(r.URL, "127.0.0.1", "127.0.0.2", 1) },
		"another prefix":    func(r *Rendered) { r.URL = strings.Replace(r.URL, "/OVOSNAP", "", 1) },
		"another path":      func(r *Rendered) { r.URL = strings.Replace(r.URL, "generate", "refund", 1) },
		"another scheme":    func(r *Rendered) { r.URL = strings.Replace(r.URL, "http:", "https:", 1) },
		"GET":               func(r *Rendered) { r.Method = "GET" },
		"no header":         func(r *Rendered) { r.Header = nil },
		"no User-Agent":     func(r *Rendered) { r.Header.Del("User-Agent") },
		"no token":          func(r *Rendered) { r.Header.Del("Authorization") },
		"no external id":    func(r *Rendered) { r.Header.Del("X-External-Id") },
		"empty signature":   func(r *Rendered) { r.Header.Set("X-Signature", "") },
		"Idempotency-Key":   func(r *Rendered) { r.Header.Set("Idempotency-Key", "1") },
		"two signatures":    func(r *Rendered) { r.Header.Add("X-Signature", "1") },
		"another Host":      func(r *Rendered) { r.Header.Set("Host", "elsewhere") },
		"another length":    func(r *Rendered) { r.Header.Set("Content-Length", "1") },
		"a line end":        func(r *Rendered) { r.Header.Set("X-Partner-Id", "a\r\nb: c") },
		"space around":      func(r *Rendered) { r.Header.Set("X-Partner-Id", " a") },
		"a header too long": func(r *Rendered) { r.Header.Set("Origin", strings.Repeat("a", maxHead)) },
		"no body":           func(r *Rendered) { r.Body = nil; r.Header.Set("Content-Length", "0") },
		"another body":      func(r *Rendered) { r.Body = []byte(`{}`); r.Header.Set("Content-Length", "2") },
		"another operation": func(r *Rendered) { r.Body = bytes.Clone(r.Body); r.Operation = Refund },
		"no time":           func(r *Rendered) { r.Body = bytes.Clone(r.Body); r.Header.Set("X-Timestamp", "now") },
	} {
		r := render(t, c, Generate)
		change(&r)
		if _, err := c.Do(context.Background(), r); !isKind(err, ErrNotSent) {
			t.Errorf("%s: Do = %v, want ErrNotSent", name, err)
		}
	}
}

// ParseWire takes back exactly what Wire gives.
func FuzzParseWire(f *testing.F) {
	c := newTestClient(f, Options{ChannelID: "95221"})
	for _, o := range Operations() {
		f.Add(render(f, c, o).Wire())
	}
	wire := string(render(f, c, Generate).Wire())
	f.Add([]byte(strings.Replace(wire, "POST", "GET", 1)))
	f.Add([]byte(strings.Replace(wire, "Origin: ", "Idempotency-Key: ", 1)))
	f.Add([]byte(wire + " "))
	f.Fuzz(func(t *testing.T, wire []byte) {
		r, err := ParseWire(wire)
		if err != nil {
			return
		}
		if !bytes.Equal(r.Wire(), wire) {
			t.Fatalf("ParseWire takes %q, Wire gives %q", wire, r.Wire())
		}
		if r.Operation.Service() == "" || !r.Operation.reads() && r.SendBy.IsZero() {
			t.Fatalf("ParseWire = %+v", r)
		}
	})
}

func TestParseWireRefuses(t *testing.T) {
	t.Parallel()
	wire := string(render(t, newTestClient(t, Options{}), Generate).Wire())
	for _, change := range [][2]string{
		{"POST", "GET"},
		{"generate HTTP/1.1", "generate HTTP/1.0"},
		{"POST /OVO", "POST OVO"},
		{"qr-mpm-generate", "qr-mpm-decode"},
		{"User-Agent: lunas-snap/1\r\n", ""},
		{"Content-Type: ", "content-type: "},
		{"Content-Type: application/json\r\n", "Content-Type: application/json\r\nContent-Type: application/json\r\n"},
		{"X-Signature", "X-Zignature"},
		{"Content-Length: 1", "Content-Length: 2"},
		{"Content-Length: ", "Content-Length: +"},
		{"X-Timestamp: 2026", "X-Timestamp: 9026"},
		{"Authorization: ", "Authorization: \x01"},
		{"\r\n\r\n", "\r\n"},
		{`"amount":`, `"Amount":`},
		{`"currency":"IDR"`, `"currency":"USD"`},
	} {
		changed := strings.Replace(wire, change[0], change[1], 1)
		if changed == wire {
			t.Fatalf("%q is not on the wire", change[0])
		}
		if r, err := ParseWire([]byte(changed)); err == nil {
			t.Errorf("ParseWire with %q = %v, want an error", change[1], r)
		}
	}
}
