package faspay

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
		for _, options := range []Options{{}, {Encoding: XML, DecimalAmounts: true}, {ContentType: "text/plain;charset=UTF-8"}} {
			p := newProvider(t, func(int) string { return ok200(echoed(o, "00")) })
			for _, path := range []string{"", "/", "/a/b%20c"} {
				options.URL = p.url() + path
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

// Every request of both encodings, as it is on the wire. The signatures of vectors F6,
// F7 and F10 stand in it.
func TestWireGolden(t *testing.T) {
	t.Parallel()
	for _, encoding := range []Encoding{JSON, XML} {
		c := newTestClient(t, Options{URL: SandboxURL, Encoding: encoding, DecimalAmounts: encoding == XML})
		var all bytes.Buffer
		for _, o := range Operations() {
			all.Write(render(t, c, testRequest(o)).Wire())
			all.WriteString("\n\n")
		}
		golden(t, "requests_"+string(encoding)+".golden", all.Bytes())
		for _, signature := range []string{"c8bda4f090f5f6da88238956b6bb05e9340eaece", "92c41cf28825f8065530f09726b3c6f0bd2e218e", "1ac4d5a611ec5376d8da43bbe33aaea1719076b6"} {
			if !bytes.Contains(all.Bytes(), []byte(signature)) {
				t.Errorf("%s: %s is not on the wire", encoding, signature)
			}
		}
	}
}

// A RoundTripper around the transport, such as a recorder, sees the request as it is sent.
func TestRecorderSeesTheRequest(t *testing.T) {
	t.Parallel()
	p := newProvider(t, func(int) string { return ok200(echoed(Direct, "00")) })
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
	r := render(t, c, testRequest(Direct))
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
		want := testAt.Add(2 * time.Second)
		if o == Inquiry || o == Channels {
			want = time.Time{}
		}
		if !r.SendBy.Equal(want) || !r.RenderedAt.Equal(testAt) || r.Operation != o {
			t.Errorf("%s rendered at %v, send by %v, want %v, %v", r.Operation, r.RenderedAt, r.SendBy, testAt, want)
		}
	}
}

// A stored Rendered comes back whole, from its wire form or from its parts, and is sent,
// also by a client that is set to the other encoding by now.
func TestStoredRenderedIsSent(t *testing.T) {
	t.Parallel()
	for _, o := range Operations() {
		for _, encoding := range []Encoding{JSON, XML} {
			p := newProvider(t, func(int) string { return ok200(echoed(o, "00")) })
			c := newTestClient(t, Options{URL: p.url(), Encoding: encoding})
			other := newTestClient(t, Options{URL: p.url()})
			r := render(t, c, testRequest(o))
			parsed, err := ParseWire(r.Wire(), r.RenderedAt)
			if err != nil {
				t.Fatalf("%s: %v", o, err)
			}
			if parsed.Operation != o || parsed.Encoding != r.Encoding || !parsed.SendBy.Equal(r.SendBy) || parsed.want.String() != r.want.String() {
				t.Errorf("%s: ParseWire = %v send by %v, want %v send by %v", o, parsed, parsed.SendBy, r, r.SendBy)
			}
			parts := Rendered{Method: r.Method, URL: r.URL, Header: r.Header, Body: bytes.Clone(r.Body), RenderedAt: r.RenderedAt}
			for _, stored := range []Rendered{parsed, parts} {
				got, err := other.Do(context.Background(), stored)
				if err != nil || got.Operation != o || got.Code != Success {
					t.Errorf("%s: Do = %v, %v", o, got, err)
				}
				if sent := <-p.raw; !bytes.Equal(sent, r.Wire()) {
					t.Errorf("%s: sent\n%s\nwant\n%s", o, sent, r.Wire())
				}
			}
		}
	}
}

// What changes something and comes without its time is late: nobody knows how old it is.
func TestStoredWithoutTimeIsLate(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, Options{})
	for _, o := range []Operation{PostData, Direct, Cancel} {
		r, err := ParseWire(render(t, c, testRequest(o)).Wire(), time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Do(context.Background(), r); !isKind(err, ErrNotSent) || !errors.Is(err, ErrLate) {
			t.Errorf("%s: Do = %v, want ErrNotSent because of ErrLate", o, err)
		}
	}
}

// A stored request is judged by its own body, not by what was rendered beside it.
func TestStoredRenderedIsJudgedByItsBody(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, Options{Transport: replying(200, "application/json", echoed(PostData, "00"))})
	r := render(t, c, testRequest(PostData))
	r.Body = bytes.Replace(r.Body, []byte(testBillNo), []byte("20201222024305"), 1)
	if got, err := c.Do(context.Background(), r); err == nil {
		t.Errorf("Do = %v, want a foreign bill_no to be seen", got)
	}
}

func TestDoRefusesWhatIsNotWhole(t *testing.T) {
	t.Parallel()
	never := roundTripper(func(*http.Request) (*http.Response, error) {
		t.Error("something was sent")
		return response(200, "application/json", echoed(Direct, "00")), nil
	})
	c := newTestClient(t, Options{Transport: never})
	for name, change := range map[string]func(*Rendered){
		"another host":      func(r *Rendered) { r.URL = "http://127.0.0.2:1/pws/ovo_direct" },
		"another path":      func(r *Rendered) { r.URL = "http://127.0.0.1:1/cvr/100004/10" },
		"another scheme":    func(r *Rendered) { r.URL = "https://127.0.0.1:1/pws/ovo_direct" },
		"GET":               func(r *Rendered) { r.Method = "GET" },
		"no header":         func(r *Rendered) { r.Header = nil },
		"no User-Agent":     func(r *Rendered) { r.Header.Del("User-Agent") },
		"empty User-Agent":  func(r *Rendered) { r.Header.Set("User-Agent", "") },
		"Idempotency-Key":   func(r *Rendered) { r.Header.Set("Idempotency-Key", "1") },
		"two Accepts":       func(r *Rendered) { r.Header.Add("Accept", "1") },
		"another Host":      func(r *Rendered) { r.Header.Set("Host", "elsewhere") },
		"another length":    func(r *Rendered) { r.Header.Set("Content-Length", "1") },
		"a line end":        func(r *Rendered) { r.Header.Set("Accept", "a\r\nb: c") },
		"space around":      func(r *Rendered) { r.Header.Set("Accept", " a") },
		"a header too long": func(r *Rendered) { r.Header.Set("Accept", strings.Repeat("a", 2048)) },
		"no body":           func(r *Rendered) { r.Body = nil; r.Header.Set("Content-Length", "0") },
		"another body":      func(r *Rendered) { r.Body = []byte(`{}`); r.Header.Set("Content-Length", "2") },
		"another operation": func(r *Rendered) { r.Body = bytes.Clone(r.Body); r.Operation = Cancel },
		"another merchant": func(r *Rendered) {
			*r = render(t, newTestClient(t, Options{}), testRequest(Inquiry))
			r.Body = bytes.Replace(r.Body, []byte(`"99999"`), []byte(`"99998"`), 1)
		},
	} {
		r := render(t, c, testRequest(Direct))
		change(&r)
		if _, err := c.Do(context.Background(), r); !isKind(err, ErrNotSent) {
			t.Errorf("%s: Do = %v, want ErrNotSent", name, err)
		}
	}
}

// ParseWire takes back exactly what Wire gives.
func FuzzParseWire(f *testing.F) {
	for _, encoding := range []Encoding{JSON, XML} {
		c := newTestClient(f, Options{Encoding: encoding})
		for _, o := range Operations() {
			wire := string(render(f, c, testRequest(o)).Wire())
			f.Add([]byte(wire))
			f.Add([]byte(strings.Replace(wire, "POST", "GET", 1)))
			f.Add([]byte(strings.Replace(wire, "Accept: ", "Idempotency-Key: ", 1)))
			f.Add([]byte(wire + " "))
		}
	}
	f.Fuzz(func(t *testing.T, wire []byte) {
		r, err := ParseWire(wire, testAt)
		if err != nil {
			return
		}
		if !bytes.Equal(r.Wire(), wire) {
			t.Fatalf("ParseWire takes %q, Wire gives %q", wire, r.Wire())
		}
		if r.Operation.Timeout() == 0 || r.Operation == Direct && r.SendBy.IsZero() {
			t.Fatalf("ParseWire = %+v", r)
		}
	})
}

func TestParseWireRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		o        Operation
		from, to string
	}{
		{Direct, "POST", "GET"},
		{Direct, "/ovo_direct HTTP/1.1", "/ovo_direct HTTP/1.0"},
		{Direct, "POST /pws", "POST pws"},
		{Direct, "User-Agent: lunas-faspay/1\r\n", ""},
		{Direct, "Content-Type: ", "content-type: "},
		{Direct, "Content-Length: 9", "Content-Length: 8"},
		{Direct, "Content-Length: ", "Content-Length: 0"},
		{Direct, "\r\n\r\n", "\r\n"},
		{Direct, "trx_id=99", "trx_id=xx"},
		{Direct, "ovo_number", "xvo_number"},
		{PostData, `"Post Data Transaction"`, `"Post Dada Transaction"`},
		{PostData, `"bill_no"`, `"bill_xx"`},
		{Inquiry, `"merchant_id"`, `"merchant_xx"`},
	} {
		good := string(render(t, newTestClient(t, Options{}), testRequest(test.o)).Wire())
		wire := strings.Replace(good, test.from, test.to, 1)
		if wire == good {
			t.Fatalf("%q is not on the wire", test.from)
		}
		if r, err := ParseWire([]byte(wire), testAt); err == nil {
			t.Errorf("ParseWire with %q = %v, want an error", test.to, r)
		}
	}
}
