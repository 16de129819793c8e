package ovo

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// UserAgent is sent with every request, so that the log shows what was on the wire and
// not what a library added.
const UserAgent = "lunas-ovo/1"

// wireOrder is the order in which net/http writes our headers: Host, User-Agent and
// Content-Length first, then the others by name.
var wireOrder = [...]string{"Host", "User-Agent", "Content-Length", "App-Id", "Content-Type", "Hmac", "Random"}

// maxHead bounds request line and headers, so that they fit NewTransport's buffer and
// a push leaves in one write.
const maxHead = 1536

// Rendered is a request complete in itself: what is written to disk before it is sent.
// Nothing is added to it on the way: Header holds every header including Host,
// User-Agent and Content-Length, and Wire is what a socket sees.
//
// A Rendered is a value but shares Header and Body; neither may be changed. It prints
// with its phone masked; Wire and Body hold it in full.
type Rendered struct {
	Operation  Operation
	Method     string // POST
	URL        string
	Header     http.Header
	Body       []byte
	RenderedAt time.Time // to the millisecond; Header "Random" is its second
	SendBy     time.Time // a push must not leave after it; zero: no limit

	want identity // what the answer must be about; made from Body where it is empty
}

// Render checks r and makes it ready to send. at gives RenderedAt and the signed
// `random`; a push may leave until at + SendWithin. Errors are *FieldError, joined.
func (c *Client) Render(r Request, at time.Time) (Rendered, error) {
	at = at.In(WIB).Truncate(time.Millisecond)
	r, err := r.checked(at)
	if err != nil {
		return Rendered{}, fmt.Errorf("ovo: render %s: %w", string(r.Operation), err)
	}
	body := r.appendBody(make([]byte, 0, 384), c.appSource, c.pad)

	// All header values that change share one string, all value slices one array.
	var buf [96]byte
	values := buf[:0]
	if at.Unix() < 1_000_000_000 {
		values = append(values, '0') // before September 2001: a test's clock; still 10 digits
	}
	values = strconv.AppendInt(values, at.Unix(), 10)
	values = c.signer.append(values, string(values), body)
	signed := len(values)
	text := string(strconv.AppendInt(values, int64(len(body)), 10))
	v := []string{c.host, UserAgent, text[signed:], c.signer.appID, contentType, text[10:signed], text[:10]}
	header := make(http.Header, len(wireOrder))
	for i, key := range wireOrder {
		header[key] = v[i : i+1 : i+1]
	}

	out := Rendered{
		Operation: r.Operation, Method: http.MethodPost, URL: c.url, Header: header, Body: body,
		RenderedAt: at, want: r.identity(body),
	}
	if r.Operation == Push {
		out.SendBy = at.Add(SendWithin)
	}
	return out, nil
}

const contentType = "application/json"

// Wire is exactly what is sent: request line, headers in net/http's order, an empty
// line, body.
func (r Rendered) Wire() []byte {
	_, target := splitURL(r.URL)
	b := make([]byte, 0, 320+len(r.Body))
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
// RenderedAt is the second in `random`, or for a push the millisecond in `date` where
// that lies in the same second. SendBy of a push is RenderedAt + SendWithin, so never
// later than it was.
func ParseWire(wire []byte) (Rendered, error) {
	head, body, found := bytes.Cut(wire, []byte("\r\n\r\n"))
	if !found {
		return Rendered{}, errors.New("ovo: parse wire: no empty line after the headers")
	}
	lines := strings.Split(string(head), "\r\n")
	if len(lines) != 1+len(wireOrder) {
		return Rendered{}, fmt.Errorf("ovo: parse wire: %d header lines, want %d", len(lines)-1, len(wireOrder))
	}
	target, ok := cutBoth(lines[0], "POST ", " HTTP/1.1")
	if !ok || !strings.HasPrefix(target, "/") {
		return Rendered{}, errors.New("ovo: parse wire: first line is not POST /… HTTP/1.1")
	}
	r := Rendered{Method: http.MethodPost, Header: make(http.Header, len(wireOrder)), Body: body}
	for i, key := range wireOrder {
		value, ok := strings.CutPrefix(lines[i+1], key+": ")
		if !ok {
			return Rendered{}, fmt.Errorf("ovo: parse wire: header line %d is not %s", i+1, key)
		}
		r.Header[key] = []string{value}
	}
	r.URL = "//" + r.Header.Get("Host") + target
	if err := r.fromBody(); err != nil {
		return Rendered{}, fmt.Errorf("ovo: parse wire: %w", err)
	}
	return r, nil
}

// fromBody fills what the message itself says: operation, times, identity.
func (r *Rendered) fromBody() error {
	m, err := parseMessage(r.Body)
	if err != nil {
		return fmt.Errorf("body: %w", err)
	}
	o, ok := OperationOf(m.typ.text, m.processingCode.text)
	if !ok {
		return errors.New("body: type and processingCode are not one of OVO's operations")
	}
	random := r.Header.Get("Random")
	seconds, err := strconv.ParseInt(random, 10, 64)
	if err != nil || len(random) != 10 || !plausible(time.Unix(seconds, 0)) {
		return errors.New("header Random is not a time of 10 digits")
	}
	r.Operation = o
	r.RenderedAt = time.Unix(seconds, 0).In(WIB)
	if o == Push {
		date, err := time.ParseInLocation(DateLayout, m.date.text, WIB)
		if err == nil && date.Unix() == seconds {
			r.RenderedAt = date
		}
		r.SendBy = r.RenderedAt.Add(SendWithin)
	}
	if r.want, err = m.identity(o, r.Body); err != nil {
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
	head := len(r.URL) + len("POST  HTTP/1.1\r\n\r\n")
	for _, key := range wireOrder {
		values := r.Header[key]
		if len(values) != 1 || values[0] == "" || !plain(values[0]) {
			return fmt.Errorf("header %s must stand once, with a plain value", key)
		}
		head += len(key) + len(values[0]) + len(": \r\n")
	}
	if len(r.Header) != len(wireOrder) {
		return errors.New("more headers than an OVO request has")
	}
	if head > maxHead {
		return fmt.Errorf("headers are above %d bytes", maxHead)
	}
	var length [20]byte
	if r.Header["Content-Length"][0] != string(strconv.AppendInt(length[:0], int64(len(r.Body)), 10)) {
		return errors.New("header Content-Length is not the body's length")
	}
	if host, _ := splitURL(r.URL); r.Header["Host"][0] != host {
		return errors.New("header Host is not the URL's host")
	}
	return nil
}

// plain tells whether net/http writes a header value unchanged.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return s[0] != ' ' && s[len(s)-1] != ' '
}

// splitURL cuts "https://host/path" or "//host/path" into "host" and "/path".
func splitURL(u string) (host, target string) {
	_, rest, _ := strings.Cut(u, "//")
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		return rest[:i], rest[i:]
	}
	return rest, "/"
}

func cutBoth(s, prefix, suffix string) (string, bool) {
	s, ok := strings.CutPrefix(s, prefix)
	if !ok {
		return "", false
	}
	return strings.CutSuffix(s, suffix)
}

// String names the request and its payment, without phone or signature.
func (r Rendered) String() string {
	return fmt.Sprintf("%s %s at %s, %d bytes", string(r.Operation), r.want, r.RenderedAt.Format(time.RFC3339Nano), len(r.Body))
}

// Format prints String for every verb.
func (r Rendered) Format(f fmt.State, _ rune) { print(f, r.String()) }

// LogValue is String.
func (r Rendered) LogValue() slog.Value { return slog.StringValue(r.String()) }
