package doku

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// variants are the ways in which a client may be set up.
func variants() map[string]Options {
	return map[string]Options{"signed": {}, "unsigned": {Unsigned: true}, "another void": {VoidPath: "/ovo-emoney/v2/void"}}
}

// What Wire says is what a socket sees, byte for byte, for every operation and option.
func TestWireIsWhatIsSent(t *testing.T) {
	t.Parallel()
	for name, options := range variants() {
		for _, o := range Operations() {
			p := newProvider(t, func(int) string { return ok200(echoed(o, good(o))) })
			for _, prefix := range []string{"/doku", "", "/a/b%20c", "/a%2Fb"} {
				options.URL = strings.TrimSuffix(p.url(), "/doku") + prefix
				c := newTestClient(t, options)
				r := render(t, c, testRequest(o))
				if _, err := c.Do(context.Background(), r); err != nil {
					t.Fatalf("%s %s %q: %v", name, string(o), prefix, err)
				}
				if got := <-p.raw; !bytes.Equal(got, r.Wire()) {
					t.Errorf("%s %s: on the wire\n%s\nwant\n%s", name, string(o), got, r.Wire())
				}
			}
		}
	}
}

// Every request, to be read.
func TestWireGolden(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(variants())) {
		options := variants()[name]
		options.URL = "https://provider.example"
		c := newTestClient(t, options)
		for _, o := range Operations() {
			b.WriteString("== " + string(o) + ", " + name + "\n")
			b.Write(bytes.ReplaceAll(render(t, c, testRequest(o)).Wire(), []byte("\r\n"), []byte("\n")))
			b.WriteString("\n")
		}
	}
	golden(t, "requests.golden", b.Bytes())
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
	for name, options := range variants() {
		c := newTestClient(t, options)
		for _, o := range Operations() {
			r, err := c.Render(testRequest(o), testAt.In(WIB).Add(999*time.Nanosecond))
			if err != nil {
				t.Fatal(err)
			}
			want := testAt.Add(2 * time.Second)
			if o == Check {
				want = time.Time{}
			}
			if !r.SendBy.Equal(want) || !r.RenderedAt.Equal(testAt) || r.Operation != o || r.Method != o.Method() {
				t.Errorf("%s %s rendered at %v, send by %v, want %v", name, string(r.Operation), r.RenderedAt, r.SendBy, want)
			}
			for key := range r.Header {
				covered := strings.Contains("Client-Id Request-Id Request-Timestamp Signature", key)
				if covered && name == "unsigned" && o != Check {
					t.Errorf("an unsigned %s has %s", string(o), key)
				}
			}
			if o == Check && r.Header.Get("Signature") == "" {
				t.Errorf("%s: a check is not signed", name)
			}
		}
	}
}

// A stored Rendered comes back whole, from its wire form or from its parts, and is sent.
func TestStoredRenderedIsSent(t *testing.T) {
	t.Parallel()
	for name, options := range variants() {
		for _, o := range Operations() {
			p := newProvider(t, func(int) string { return ok200(echoed(o, good(o))) })
			options.URL = p.url()
			c := newTestClient(t, options)
			r := render(t, c, testRequest(o))
			parsed, err := ParseWire(r.Wire())
			if err != nil {
				t.Fatalf("%s %s: %v", name, string(o), err)
			}
			timed := name != "unsigned" || o == Check
			if parsed.Operation != o || timed && !parsed.RenderedAt.Equal(testAt.Truncate(time.Second)) || parsed.SendBy.After(r.SendBy) {
				t.Errorf("%s: ParseWire = %v send by %v, want %v send by %v", name, parsed, parsed.SendBy, r, r.SendBy)
			}
			if parsed.want.invoice != r.want.invoice || parsed.want.clientID != testClientID || parsed.want.phone != r.want.phone || o != Check && parsed.want.amount != 10000 {
				t.Errorf("%s: ParseWire is about %+v, want %+v", name, parsed.want, r.want)
			}
			parts := Rendered{Method: r.Method, URL: r.URL, Header: r.Header, Body: bytes.Clone(r.Body)}
			for _, stored := range []Rendered{parsed, parts} {
				if !timed {
					if _, err := c.Do(context.Background(), stored); !isKind(err, ErrNotSent) {
						t.Errorf("a %s without its time: %v, want ErrNotSent", string(o), err)
					}
					stored.SendBy = r.SendBy
				}
				got, err := c.Do(context.Background(), stored)
				if err != nil || got.Operation != o || got.Meaning().Follow != Approved {
					t.Errorf("%s %s: Do = %v, %v", name, string(o), got, err)
				}
				if sent := <-p.raw; !bytes.Equal(sent, r.Wire()) {
					t.Errorf("%s %s: sent\n%s\nwant\n%s", name, string(o), sent, r.Wire())
				}
			}
		}
	}
}

// A stored request is judged by what it says itself, not by what was rendered beside it.
func TestStoredRenderedIsJudgedByItself(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, Options{Transport: replying(200, "application/json", echoed(Push, "00"))})
	r := render(t, c, testRequest(Push))
	r.Body = bytes.Replace(r.Body, []byte("0001\""), []byte("0009\""), 1)
	if got, err := c.Do(context.Background(), r); !isKind(err, ErrUnclear) {
		t.Errorf("push: Do = %v, %v, want a foreign invoice to be seen", got, err)
	}
	c = newTestClient(t, Options{Transport: replying(200, "application/json", echoed(Check, "SUCCESS"))})
	r = render(t, c, testRequest(Check))
	r.URL = strings.Replace(r.URL, "0001", "0009", 1)
	if got, err := c.Do(context.Background(), r); !isKind(err, ErrUnclear) {
		t.Errorf("check: Do = %v, %v, want a foreign invoice to be seen", got, err)
	}
}

func TestDoRefusesWhatIsNotWhole(t *testing.T) {
	t.Parallel()
	never := roundTripper(func(*http.Request) (*http.Response, error) {
		t.Error("something was sent")
		return response(200, "application/json", echoed(Push, "00")), nil
	})
	c := newTestClient(t, Options{Transport: never})
	both := []Operation{Push, Check}
	for name, test := range map[string]struct {
		on     []Operation
		change func(*Rendered)
	}{
		"another host":      {both, func(r *Rendered) { r.URL = strings.Replace(r.URL, "127.0.0.1", "127.0.0.2", 1) }},
		"another path":      {both, func(r *Rendered) { r.URL = strings.Replace(r.URL, "/doku", "/other", 1) }},
		"another scheme":    {both, func(r *Rendered) { r.URL = strings.Replace(r.URL, "http:", "https:", 1) }},
		"another method":    {both, func(r *Rendered) { r.Method = "PUT" }},
		"no header":         {both, func(r *Rendered) { r.Header = nil }},
		"no User-Agent":     {both, func(r *Rendered) { r.Header.Del("User-Agent") }},
		"empty User-Agent":  {both, func(r *Rendered) { r.Header.Set("User-Agent", "") }},
		"Idempotency-Key":   {both, func(r *Rendered) { r.Header.Set("Idempotency-Key", "1") }},
		"two signatures":    {both, func(r *Rendered) { r.Header.Add("Signature", "1") }},
		"signature alone":   {both, func(r *Rendered) { r.Header.Del("Request-Timestamp") }},
		"another Host":      {both, func(r *Rendered) { r.Header.Set("Host", "elsewhere") }},
		"a line end":        {both, func(r *Rendered) { r.Header.Set("Request-Id", "a\r\nb: c") }},
		"space around":      {both, func(r *Rendered) { r.Header.Set("Request-Id", " a") }},
		"a header too long": {both, func(r *Rendered) { r.Header.Set("Request-Id", strings.Repeat("a", 2048)) }},
		"no time":           {both, func(r *Rendered) { r.Header.Set("Request-Timestamp", "2020-08-11 08:45:42") }},
		"another operation": {both, func(r *Rendered) { r.Operation = Void }},
		"time but unsigned": {[]Operation{Push}, func(r *Rendered) { r.Header.Del("Signature") }},
		"another client":    {[]Operation{Check}, func(r *Rendered) { r.Header.Set("Client-Id", "MCH-2") }},
		"another length":    {[]Operation{Push}, func(r *Rendered) { r.Header.Set("Content-Length", "1") }},
		"no length":         {[]Operation{Push}, func(r *Rendered) { r.Header.Del("Content-Length") }},
		"no body":           {[]Operation{Push}, func(r *Rendered) { r.Body = nil; r.Header.Set("Content-Length", "0") }},
		"another body":      {[]Operation{Push}, func(r *Rendered) { r.Body = []byte(`{}`); r.Header.Set("Content-Length", "2") }},
		"another's body": {[]Operation{Push}, func(r *Rendered) {
			r.Body = bytes.Replace(r.Body, []byte("MCH-0001"), []byte("MCH-0002"), 1)
		}},
		"a body":       {[]Operation{Check}, func(r *Rendered) { r.Body = []byte(`{}`) }},
		"a query":      {[]Operation{Check}, func(r *Rendered) { r.URL += "?a=b" }},
		"no invoice":   {[]Operation{Check}, func(r *Rendered) { r.URL = strings.TrimSuffix(r.URL, "INV-20210115-0001") }},
		"a GET's path": {[]Operation{Push}, func(r *Rendered) { r.Method = "GET" }},
	} {
		for _, o := range test.on {
			r := render(t, c, testRequest(o))
			test.change(&r)
			if _, err := c.Do(context.Background(), r); !isKind(err, ErrNotSent) {
				t.Errorf("%s, %s: Do = %v, want ErrNotSent", name, string(o), err)
			}
		}
	}
}

// ParseWire takes back exactly what Wire gives.
func FuzzParseWire(f *testing.F) {
	for _, options := range variants() {
		for _, o := range Operations() {
			f.Add(render(f, newTestClient(f, options), testRequest(o)).Wire())
		}
	}
	push := string(render(f, newTestClient(f, Options{}), testRequest(Push)).Wire())
	f.Add([]byte(strings.Replace(push, "POST", "GET", 1)))
	f.Add([]byte(strings.Replace(push, "Signature: ", "Idempotency-Key: ", 1)))
	f.Add([]byte(push + " "))
	f.Fuzz(func(t *testing.T, wire []byte) {
		r, err := ParseWire(wire)
		if err != nil {
			return
		}
		if !bytes.Equal(r.Wire(), wire) {
			t.Fatalf("ParseWire takes %q, Wire gives %q", wire, r.Wire())
		}
		if r.Method != r.Operation.Method() || r.want.invoice == "" || r.Operation != Check && len(r.Header["Signature"]) > 0 && r.SendBy.IsZero() {
			t.Fatalf("ParseWire = %v", r)
		}
	})
}

func TestParseWireRefuses(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, Options{})
	for o, changes := range map[Operation][][2]string{
		Push: {
			{"POST", "GET"},
			{"POST", "PUT"},
			{"payment HTTP/1.1", "payment HTTP/1.0"},
			{"POST /doku", "POST doku"},
			{"/payment HTTP", "/pay ment HTTP"},
			{"User-Agent: lunas-doku/1\r\n", ""},
			{"Content-Type: ", "content-type: "},
			{"Content-Length: 2", "Content-Length: 3"},
			{"Content-Length: ", "Content-Length: 0"},
			{"Content-Length: ", "Content-Length: +"},
			{"Request-Timestamp: 2020", "Request-Timestamp: 1920"},
			{"42Z", "42+00:00"},
			{"42Z", "42.5Z"},
			{"\r\n\r\n", "\r\n"},
			{`"amount":10000`, `"x":1`},
			{`"id":"MCH`, `"x":"MCH`},
			{`"invoice_number"`, `"invoice"`},
			{`"INV-20210115-0001"`, `""`},
			{`"amount":10000`, `"amount":1e4`},
			{`"081211111111"`, `null`},
			{"Signature: ", "Signatur: "},
			{"Client-Id", "Request-Id"},
			{"Request-Id: ", "Request-Id:"},
		},
		Check: {{"GET", "POST"}, {"/status/", "/statuses/"}, {"0001 HTTP", "0001/ HTTP"}, {"0001 HTTP", "00%31 HTTP"}, {"INV-20210115-0001 HTTP", ".. HTTP"}, {"Host: ", "Content-Length: 0\r\nHost: "}, {"\r\n\r\n", "\r\n\r\n{}"}},
	} {
		whole := string(render(t, c, testRequest(o)).Wire())
		for _, change := range changes {
			wire := strings.Replace(whole, change[0], change[1], 1)
			if wire == whole {
				t.Fatalf("%q is not on the wire", change[0])
			}
			if head, body, _ := strings.Cut(wire, "\r\n\r\n"); strings.HasPrefix(change[0], `"`) {
				// The length is right, so that only the body can be refused.
				wire = strings.Replace(head, "Content-Length: 234", fmt.Sprintf("Content-Length: %d", len(body)), 1) + "\r\n\r\n" + body
			}
			if r, err := ParseWire([]byte(wire)); err == nil {
				t.Errorf("ParseWire with %q = %v, want an error", change[1], r)
			}
		}
	}
}

func TestNewClientRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		field  string
		change func(*Options)
	}{
		{"URL", func(o *Options) { o.URL = "" }},
		{"URL", func(o *Options) { o.URL = "https://host/" }},
		{"URL", func(o *Options) { o.URL = "https://host/a?b" }},
		{"URL", func(o *Options) { o.URL = "https://host#a" }},
		{"URL", func(o *Options) { o.URL = "ftp://host" }},
		{"URL", func(o *Options) { o.URL = "https://u:p@host" }},
		{"URL", func(o *Options) { o.URL = "https://host:" }},
		{"URL", func(o *Options) { o.URL = "https://host:99999" }},
		{"URL", func(o *Options) { o.URL = "https://höst/ä" }},
		{"URL", func(o *Options) { o.URL = "https://host/a b" }},
		{"ClientID", func(o *Options) { o.ClientID = "" }},
		{"ClientID", func(o *Options) { o.ClientID = `MCH"` }},
		{"ClientID", func(o *Options) { o.ClientID = strings.Repeat("x", 65) }},
		{"Secret", func(o *Options) { o.Secret = "" }},
		{"Secret", func(o *Options) { o.Secret = "SK-1\n" }},
		{"VoidPath", func(o *Options) { o.VoidPath = "cancel" }},
		{"VoidPath", func(o *Options) { o.VoidPath = "/cancel?x" }},
		{"ResponseRule", func(o *Options) { o.ResponseRule = "reverse" }},
		{"SignedResponses", func(o *Options) { o.Unsigned, o.SignedResponses = true, true }},
	} {
		o := Options{URL: SandboxURL, ClientID: testClientID, Secret: testSecret}
		test.change(&o)
		_, err := NewClient(o)
		var field *FieldError
		if !errors.As(err, &field) || field.Field != test.field {
			t.Errorf("NewClient = %v, want a FieldError of %s", err, test.field)
		}
	}
	_, err := NewClient(Options{})
	for _, field := range []string{"URL", "ClientID", "Secret"} {
		if err == nil || !strings.Contains(err.Error(), field+" ") {
			t.Errorf("NewClient of nothing = %v, want %s in it", err, field)
		}
	}
	for _, url := range []string{SandboxURL, ProductionURL} {
		if _, err := NewClient(Options{URL: url, ClientID: testClientID, Secret: testSecret}); err != nil {
			t.Errorf("NewClient at %s: %v", url, err)
		}
	}
}
