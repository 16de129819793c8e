package ovo

import (
	"bytes"
	"context"
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
		for _, options := range []Options{{}, {PadReferenceNumber: true, HMACMode: R2}, {AppID: strings.Repeat("a", 64), AppKey: testKey}} {
			p := newProvider(t, func(int) string { return ok200(echoed(o, "00")) })
			for _, path := range []string{"/pos", "", "/a/b%20c/pos"} {
				options.URL = strings.TrimSuffix(p.url(), "/pos") + path
				c := newTestClient(t, options)
				r := render(t, c, testRequest(o))
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

func TestWireGolden(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, Options{URL: "https://app.byte-stack.net/pos", PadReferenceNumber: true})
	golden(t, "push_request.wire", render(t, c, testRequest(Push)).Wire())
}

// A RoundTripper around the transport, such as a recorder, sees the request as it is sent.
func TestRecorderSeesTheRequest(t *testing.T) {
	t.Parallel()
	p := newProvider(t, func(int) string { return ok200(echoed(Push, "00")) })
	inner := NewTransport()
	var header http.Header
	var body bytes.Buffer
	c := newTestClient(t, Options{URL: p.url(), Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		header = maps.Clone(r.Header)
		body.ReadFrom(r.Body)
		copied := r.Clone(r.Context())
		copied.Body = http.NoBody
		copied.Body = struct{ readCloser }{readCloser{bytes.NewReader(body.Bytes())}}
		return inner.RoundTrip(copied)
	})})
	r := render(t, c, testRequest(Push))
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
	at := testAt.Add(999 * time.Nanosecond)
	for _, o := range Operations() {
		r, err := c.Render(testRequest(o), at)
		if err != nil {
			t.Fatal(err)
		}
		want := time.Time{}
		if o == Push {
			want = testAt.Add(2 * time.Second)
		}
		if !r.SendBy.Equal(want) || !r.RenderedAt.Equal(testAt) || r.Operation != o {
			t.Errorf("%s rendered at %v, send by %v, want %v, %v", r.Operation, r.RenderedAt, r.SendBy, testAt, want)
		}
	}
}

// A stored Rendered comes back whole, from its wire form or from its parts, and is sent.
func TestStoredRenderedIsSent(t *testing.T) {
	t.Parallel()
	for _, o := range Operations() {
		p := newProvider(t, func(int) string { return ok200(echoed(o, "00")) })
		c := newTestClient(t, Options{URL: p.url()})
		r := render(t, c, testRequest(o))
		parsed, err := ParseWire(r.Wire())
		if err != nil {
			t.Fatalf("%s: %v", o, err)
		}
		if parsed.Operation != o || !parsed.SendBy.Equal(r.SendBy) || parsed.RenderedAt.Unix() != r.RenderedAt.Unix() {
			t.Errorf("%s: ParseWire = %v send by %v, want %v send by %v", o, parsed, parsed.SendBy, r, r.SendBy)
		}
		if o == Push && !parsed.RenderedAt.Equal(r.RenderedAt) {
			t.Errorf("push: rendered at %v, want %v", parsed.RenderedAt, r.RenderedAt)
		}
		parts := Rendered{Method: r.Method, URL: r.URL, Header: r.Header, Body: bytes.Clone(r.Body)}
		for _, stored := range []Rendered{parsed, parts} {
			got, err := c.Do(context.Background(), stored)
			if err != nil || got.Operation != o || got.Code != Success {
				t.Errorf("%s: Do = %v, %v", o, got, err)
			}
			if sent := <-p.raw; !bytes.Equal(sent, r.Wire()) {
				t.Errorf("%s: sent\n%s\nwant\n%s", o, sent, r.Wire())
			}
		}
	}
}

// A stored push is judged by its own body, not by what was rendered beside it.
func TestStoredRenderedIsJudgedByItsBody(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, Options{Transport: replying(200, "application/json", echoed(Push, "00"))})
	r := render(t, c, testRequest(Push))
	r.Body = bytes.Replace(r.Body, []byte("00300001"), []byte("00300009"), 1)
	if got, err := c.Do(context.Background(), r); err == nil {
		t.Errorf("Do = %v, want a foreign tid to be seen", got)
	}
}

func TestDoRefusesWhatIsNotWhole(t *testing.T) {
	t.Parallel()
	never := roundTripper(func(*http.Request) (*http.Response, error) {
		t.Error("something was sent")
		return response(200, "application/json", echoed(Push, "00")), nil
	})
	c := newTestClient(t, Options{Transport: never})
	for name, change := range map[string]func(*Rendered){
		"another host":         func(r *Rendered) { r.URL = "http://127.0.0.2:1/pos" },
		"another path":         func(r *Rendered) { r.URL = "http://127.0.0.1:1/other" },
		"another scheme":       func(r *Rendered) { r.URL = "https://127.0.0.1:1/pos" },
		"GET":                  func(r *Rendered) { r.Method = "GET" },
		"no header":            func(r *Rendered) { r.Header = nil },
		"no User-Agent":        func(r *Rendered) { r.Header.Del("User-Agent") },
		"empty User-Agent":     func(r *Rendered) { r.Header.Set("User-Agent", "") },
		"Idempotency-Key":      func(r *Rendered) { r.Header.Set("Idempotency-Key", "1") },
		"two hmacs":            func(r *Rendered) { r.Header.Add("Hmac", "1") },
		"another Host":         func(r *Rendered) { r.Header.Set("Host", "elsewhere") },
		"another length":       func(r *Rendered) { r.Header.Set("Content-Length", "1") },
		"a line end":           func(r *Rendered) { r.Header.Set("App-Id", "a\r\nb: c") },
		"space around":         func(r *Rendered) { r.Header.Set("App-Id", " a") },
		"a header too long":    func(r *Rendered) { r.Header.Set("App-Id", strings.Repeat("a", 2048)) },
		"no body":              func(r *Rendered) { r.Body = nil; r.Header.Set("Content-Length", "0") },
		"another body":         func(r *Rendered) { r.Body = []byte(`{}`); r.Header.Set("Content-Length", "2") },
		"another operation":    func(r *Rendered) { r.Body = bytes.Clone(r.Body); r.Operation = Void },
		"random with a letter": func(r *Rendered) { r.Body = bytes.Clone(r.Body); r.Header.Set("Random", "164448929x") },
	} {
		r := render(t, c, testRequest(Push))
		change(&r)
		if _, err := c.Do(context.Background(), r); !isKind(err, ErrNotSent) {
			t.Errorf("%s: Do = %v, want ErrNotSent", name, err)
		}
	}
}

// ParseWire takes back exactly what Wire gives.
func FuzzParseWire(f *testing.F) {
	c := newTestClient(f, Options{})
	for _, o := range Operations() {
		f.Add(render(f, c, testRequest(o)).Wire())
	}
	push := string(render(f, c, testRequest(Push)).Wire())
	f.Add([]byte(strings.Replace(push, "POST", "GET", 1)))
	f.Add([]byte(strings.Replace(push, "Hmac: ", "Idempotency-Key: ", 1)))
	f.Add([]byte(push + " "))
	f.Fuzz(func(t *testing.T, wire []byte) {
		r, err := ParseWire(wire)
		if err != nil {
			return
		}
		if !bytes.Equal(r.Wire(), wire) {
			t.Fatalf("ParseWire takes %q, Wire gives %q", wire, r.Wire())
		}
		if r.Operation.RequestType() == "" || r.Operation == Push && r.SendBy.IsZero() {
			t.Fatalf("ParseWire = %+v", r)
		}
	})
}

func TestParseWireRefuses(t *testing.T) {
	t.Parallel()
	push := string(render(t, newTestClient(t, Options{}), testRequest(Push)).Wire())
	for _, change := range [][2]string{
		{"POST", "GET"},
		{"/pos HTTP/1.1", "/pos HTTP/1.0"},
		{"POST /pos", "POST pos"},
		{"User-Agent: lunas-ovo/1\r\n", ""},
		{"Content-Type: ", "content-type: "},
		{"Content-Length: 2", "Content-Length: 3"},
		{"Content-Length: ", "Content-Length: 0"},
		{"Content-Length: ", "Content-Length: +"},
		{"Random: 1644489298", "Random: 164448929"},
		{"\r\n\r\n", "\r\n"},
		{`"0200"`, `"0300"`},
		{`"amount":12500,`, ""},
	} {
		wire := strings.Replace(push, change[0], change[1], 1)
		if wire == push {
			t.Fatalf("%q is not on the wire", change[0])
		}
		if r, err := ParseWire([]byte(wire)); err == nil {
			t.Errorf("ParseWire with %q = %v, want an error", change[1], r)
		}
	}
}
