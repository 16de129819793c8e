package snap

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// UserAgent is sent with every request, so that the log shows what was on the wire and
// not what a library added.
const UserAgent = "lunas-snap/1"

const contentType = "application/json"

// wireOrder is the order in which net/http writes our headers: Host, User-Agent and
// Content-Length first, then the others by name. SNAP writes them in capitals; names of
// headers know no case.
var wireOrder = [...]string{
	"Host", "User-Agent", "Content-Length", "Authorization", "Authorization-Customer", "Channel-Id", "Content-Type", "Origin",
	"X-Client-Key", "X-Device-Id", "X-External-Id", "X-Partner-Id", "X-Signature", "X-Timestamp",
}

// maxHead bounds request line and headers: two tokens of 2048 characters, a signature
// of a 8192 bit key.
const maxHead = 8 << 10

// mandatory are the headers without which a request of o is none.
func (o Operation) mandatory() []string {
	all := []string{"Host", "User-Agent", "Content-Length", "Content-Type", "X-Signature", "X-Timestamp"}
	switch {
	case o.access():
		return append(all, "X-Client-Key")
	case o.bearer():
		return append(all, "X-Partner-Id", "X-External-Id", "Authorization")
	}
	return append(all, "X-Partner-Id", "X-External-Id")
}

// Rendered is a request complete in itself: what is written to disk before it is sent.
// Nothing is added to it on the way: Header holds every header including Host,
// User-Agent and Content-Length, and Wire is what a socket sees.
//
// A Rendered is a value but shares Header and Body; neither may be changed. It prints
// without token and signature; Wire and Header hold them.
type Rendered struct {
	Operation  Operation
	Method     string // POST
	URL        string
	Header     http.Header
	Body       []byte
	RenderedAt time.Time // in WIB; Header X-Timestamp is its second
	SendBy     time.Time // what changes something must not leave after it; zero: no limit

	want identity // what the answer must be about; made from Body where it is empty
}

// Render checks r and makes it ready to send. at gives RenderedAt and the signed
// X-TIMESTAMP. Errors are *FieldError, joined.
func (c *Client) Render(r Request, e Envelope, at time.Time) (Rendered, error) {
	if r == nil {
		return Rendered{}, errors.New("snap: render: there is no request")
	}
	o := r.Operation()
	var wrong problems
	r.check(&wrong)
	e.check(o, &wrong)
	at = at.In(WIB).Truncate(time.Millisecond)
	wrong.must(plausible(at), "X-TIMESTAMP", "would not be a plausible time", "check the clock")
	if err := wrong.err(); err != nil {
		return Rendered{}, fmt.Errorf("snap: render %s: %w", string(o), err)
	}
	body, err := encode(r.message(c))
	if err != nil {
		return Rendered{}, fmt.Errorf("snap: render %s: %w", string(o), err)
	}
	out := Rendered{Operation: o, Method: http.MethodPost, URL: c.endpoints[o].url, Body: body, RenderedAt: at}
	if out.want, err = identityOf(o, body); err != nil {
		return Rendered{}, fmt.Errorf("snap: render %s: %w", string(o), err)
	}
	if !o.reads() {
		out.SendBy = at.Add(SendWithin)
	}
	if out.Header, err = c.header(o, e, at, body); err != nil {
		return Rendered{}, fmt.Errorf("snap: render %s: %w", string(o), err)
	}
	return out, out.complete()
}

// header signs and writes all headers.
func (c *Client) header(o Operation, e Envelope, at time.Time, body []byte) (http.Header, error) {
	timestamp := at.Format(TimestampLayout)
	if c.compact {
		timestamp = at.Format(CompactTimestampLayout)
	}
	h := make(http.Header, len(wireOrder))
	set := func(key, value string) {
		if value != "" {
			h[key] = []string{value}
		}
	}
	signature, err := c.sign(o, Signed{
		Method: http.MethodPost, Endpoint: c.endpoints[o].path, Token: e.Token, Body: body, Timestamp: timestamp,
		WithoutColon: c.withoutColon,
	})
	if err != nil {
		return nil, err
	}
	set("Host", c.host)
	set("User-Agent", UserAgent)
	set("Content-Length", strconv.Itoa(len(body)))
	set("Content-Type", contentType)
	set("X-Timestamp", timestamp)
	set("X-Signature", signature)
	if e.Token != "" && o != Access && o != Bind {
		set("Authorization", "Bearer "+string(e.Token))
	}
	if o.access() {
		set("X-Client-Key", c.clientID)
		return h, nil
	}
	set("X-Partner-Id", c.partnerID)
	set("X-External-Id", e.ExternalID)
	set("Channel-Id", c.channelID)
	set("Origin", c.origin)
	if o == Unbind {
		set("Authorization-Customer", bearerOrNone(e.CustomerToken))
	}
	if o == Bind || o == Unbind {
		set("X-Device-Id", e.DeviceID)
	}
	return h, nil
}

func bearerOrNone(t Secret) string {
	if t == "" {
		return ""
	}
	return "Bearer " + string(t)
}

func (c *Client) sign(o Operation, s Signed) (string, error) {
	switch {
	case o.access():
		return c.key.SignToken(c.clientID, s.Timestamp)
	case o == Bind:
		return c.key.Sign(s)
	}
	return c.hmac.Sign(s), nil
}

// Wire is exactly what is sent: request line, headers in net/http's order, an empty
// line, body.
func (r Rendered) Wire() []byte {
	_, target := splitURL(r.URL)
	b := make([]byte, 0, 1024+len(r.Body))
	b = append(b, r.Method...)
	b = append(b, ' ')
	b = append(b, target...)
	b = append(b, " HTTP/1.1\r\n"...)
	for _, key := range wireOrder {
		for _, value := range r.Header[key] {
			b = append(b, key...)
			b = append(b, ": "...)
			b = append(b, value...)
			b = append(b, "\r\n"...)
		}
	}
	b = append(b, "\r\n"...)
	return append(b, r.Body...)
}

// ParseWire reads what Wire wrote, and nothing else: other headers, another order or a
// wrong length are errors. Three things are not on the wire and come back as follows.
// URL has no scheme (//host/path); Client.Do takes it for its own if the rest agrees.
// RenderedAt is X-TIMESTAMP, usually a whole second. SendBy is RenderedAt + SendWithin,
// so never later than it was.
func ParseWire(wire []byte) (Rendered, error) {
	head, body, found := bytes.Cut(wire, []byte("\r\n\r\n"))
	if !found {
		return Rendered{}, errors.New("snap: parse wire: no empty line after the headers")
	}
	lines := strings.Split(string(head), "\r\n")
	target, ok := strings.CutPrefix(lines[0], "POST ")
	target, ok2 := strings.CutSuffix(target, " HTTP/1.1")
	if !ok || !ok2 || !strings.HasPrefix(target, "/") {
		return Rendered{}, errors.New("snap: parse wire: first line is not POST /… HTTP/1.1")
	}
	r := Rendered{Method: http.MethodPost, Header: make(http.Header, len(wireOrder)), Body: body}
	next := 0
	for i, line := range lines[1:] {
		key, value, ok := strings.Cut(line, ": ")
		at := slices.Index(wireOrder[next:], key)
		if !ok || at < 0 {
			return Rendered{}, fmt.Errorf("snap: parse wire: header line %d is not ours or not in its place", i+1)
		}
		next += at + 1
		r.Header[key] = []string{value}
	}
	r.URL = "//" + r.Header.Get("Host") + target
	if err := r.fromParts(); err != nil {
		return Rendered{}, fmt.Errorf("snap: parse wire: %w", err)
	}
	return r, nil
}

// fromParts fills what path, headers and message themselves say: operation, times,
// identity.
func (r *Rendered) fromParts() error {
	_, target := splitURL(r.URL)
	o, ok := OperationOf(target)
	if !ok {
		return errors.New("the path is none of SNAP's operations")
	}
	if len(r.Body) == 0 {
		return errors.New("there is no body")
	}
	at, err := ParseTimestamp(r.Header.Get("X-Timestamp"))
	if err != nil || !plausible(at) {
		return errors.New("header X-Timestamp is not a plausible time")
	}
	r.Operation, r.RenderedAt = o, at.In(WIB)
	if !o.reads() {
		r.SendBy = r.RenderedAt.Add(SendWithin)
	}
	if r.want, err = identityOf(o, r.Body); err != nil {
		return err
	}
	return r.complete()
}

// complete tells whether sending r would put exactly Wire on the wire: net/http would
// add what is missing, and drop or change what is not as it writes it.
func (r *Rendered) complete() error {
	if r.Method != http.MethodPost {
		return errors.New("method is not POST")
	}
	head, known := len(r.URL)+len("POST  HTTP/1.1\r\n\r\n"), 0
	for _, key := range wireOrder {
		values, there := r.Header[key]
		if !there {
			continue
		}
		if len(values) != 1 || !plain(values[0]) {
			return fmt.Errorf("header %s must stand once, with a plain value", key)
		}
		known++
		head += len(key) + len(values[0]) + len(": \r\n")
	}
	for _, key := range r.Operation.mandatory() {
		if len(r.Header[key]) != 1 {
			return fmt.Errorf("header %s is missing", key)
		}
	}
	if len(r.Header) != known {
		return errors.New("more headers than a request of SNAP has")
	}
	if head > maxHead {
		return fmt.Errorf("headers are above %d bytes", maxHead)
	}
	if r.Header["Content-Length"][0] != strconv.Itoa(len(r.Body)) {
		return errors.New("header Content-Length is not the body's length")
	}
	if host, _ := splitURL(r.URL); r.Header["Host"][0] != host {
		return errors.New("header Host is not the URL's host")
	}
	return nil
}

// plain tells whether net/http writes a header value unchanged.
func plain(s string) bool {
	return s != "" && only(s, func(c byte) bool { return c >= ' ' && c < 0x7f }) && s[0] != ' ' && s[len(s)-1] != ' '
}

// splitURL cuts "https://host/path" or "//host/path" into "host" and "/path".
func splitURL(u string) (host, target string) {
	_, rest, _ := strings.Cut(u, "//")
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		return rest[:i], rest[i:]
	}
	return rest, "/"
}

// String names the request and its payment, without token or signature.
func (r Rendered) String() string {
	return fmt.Sprintf("%s %s at %s, %d bytes", string(r.Operation), r.want, r.RenderedAt.Format(time.RFC3339Nano), len(r.Body))
}

// Format prints String for every verb.
func (r Rendered) Format(f fmt.State, _ rune) { print(f, r.String()) }

// LogValue is String.
func (r Rendered) LogValue() slog.Value { return slog.StringValue(r.String()) }
