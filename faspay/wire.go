package faspay

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
const UserAgent = "lunas-faspay/1"

// wireOrder is the order in which net/http writes our headers: Host, User-Agent and
// Content-Length first, then the others by name.
var wireOrder = [...]string{"Host", "User-Agent", "Content-Length", "Accept", "Content-Type"}

// maxHead bounds request line and headers.
const maxHead = 1536

// Rendered is a request complete in itself: what is written to disk before it is sent.
// Nothing is added to it on the way: Header holds every header including Host,
// User-Agent and Content-Length, and Wire is what a socket sees.
//
// A Rendered is a value but shares Header and Body; neither may be changed. It prints
// without the customer; Wire and Body hold it in full.
type Rendered struct {
	Operation  Operation
	Encoding   Encoding
	Method     string // POST
	URL        string
	Header     http.Header
	Body       []byte
	RenderedAt time.Time // to the millisecond
	SendBy     time.Time // PostData, Direct and Cancel must not leave after it; zero: no limit

	want identity // what the answer must be about; made from Body where it is empty
}

// Render checks r and makes it ready to send. at gives RenderedAt, what dates the bill
// lacks, and SendBy. Errors are *FieldError, joined.
func (c *Client) Render(r Request, at time.Time) (Rendered, error) {
	at = at.In(WIB).Truncate(time.Millisecond)
	r = r.completed(c.merchantID, at)
	if err := r.check(at); err != nil {
		return Rendered{}, fmt.Errorf("faspay: render %s: %w", string(r.Operation), err)
	}
	f := r.Operation.encoding(c.encoding)
	body := c.body(&r, f)
	if len(body) > MaxMessage {
		return Rendered{}, fmt.Errorf("faspay: render %s: %w", string(r.Operation), &FieldError{"item", "makes the message too long", "64 KiB"})
	}
	out := Rendered{
		Operation: r.Operation, Encoding: f, Method: http.MethodPost, URL: c.endpoint(r.Operation, f), Body: body,
		Header: http.Header{
			"Host": {c.host}, "User-Agent": {UserAgent}, "Content-Length": {strconv.Itoa(len(body))},
			"Accept": {accept(f)}, "Content-Type": {c.contentType(f)},
		},
		RenderedAt: at, want: c.identity(&r, body),
	}
	if r.Operation.words().changes {
		out.SendBy = at.Add(SendWithin)
	}
	return out, nil
}

// accept: of ovo_direct a server wants JSON and no page for a browser.
func accept(f Encoding) string {
	if f == XML {
		return XML.contentType()
	}
	return JSON.contentType()
}

func (c *Client) contentType(f Encoding) string {
	if f == c.encoding && c.media != "" {
		return c.media
	}
	return f.contentType()
}

func (c *Client) identity(r *Request, body []byte) identity {
	w := identity{billNo: r.BillNo, trxID: r.TrxID, body: &body[0]}
	switch r.Operation {
	case PostData:
		w = identity{billNo: r.Bill.Number, body: &body[0]}
	case Direct:
		return identity{trxID: r.TrxID, body: &body[0]}
	case Channels:
		w = identity{body: &body[0]}
	}
	w.merchantID = c.merchantID
	return w
}

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
// wrong length are errors. Two things are not on the wire. URL comes back without a scheme
// (//host/path); Client.Do takes it for its own if the rest agrees. The time of rendering
// must be given, as it was stored beside; SendBy is counted from it.
func ParseWire(wire []byte, renderedAt time.Time) (Rendered, error) {
	head, body, found := bytes.Cut(wire, []byte("\r\n\r\n"))
	if !found {
		return Rendered{}, errors.New("faspay: parse wire: no empty line after the headers")
	}
	lines := strings.Split(string(head), "\r\n")
	if len(lines) != 1+len(wireOrder) {
		return Rendered{}, fmt.Errorf("faspay: parse wire: %d header lines, want %d", len(lines)-1, len(wireOrder))
	}
	target, ok := cutBoth(lines[0], "POST ", " HTTP/1.1")
	if !ok || !strings.HasPrefix(target, "/") {
		return Rendered{}, errors.New("faspay: parse wire: first line is not POST /… HTTP/1.1")
	}
	r := Rendered{Method: http.MethodPost, Header: make(http.Header, len(wireOrder)), Body: body, RenderedAt: renderedAt}
	for i, key := range wireOrder {
		value, ok := strings.CutPrefix(lines[i+1], key+": ")
		if !ok {
			return Rendered{}, fmt.Errorf("faspay: parse wire: header line %d is not %s", i+1, key)
		}
		r.Header[key] = []string{value}
	}
	r.URL = "//" + r.Header.Get("Host") + target
	if err := r.fromBody(); err != nil {
		return Rendered{}, fmt.Errorf("faspay: parse wire: %w", err)
	}
	return r, nil
}

// fromBody fills what the message itself says: operation, form, identity.
func (r *Rendered) fromBody() (err error) {
	if r.Operation, r.Encoding, r.want, err = readRequest(r.Body); err != nil {
		return err
	}
	if r.Operation.words().changes {
		r.SendBy = r.RenderedAt.Add(SendWithin)
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
		return errors.New("more headers than a Faspay request has")
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

// plain tells whether net/http writes a header value unchanged. It is not empty.
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

// String names the request and its bill, without customer or signature.
func (r Rendered) String() string {
	s := strings.TrimSpace(string(r.Operation) + " " + r.want.String())
	return fmt.Sprintf("%s at %s, %d bytes of %s", s, r.RenderedAt.Format(time.RFC3339Nano), len(r.Body), string(r.Encoding))
}

// Format prints String for every verb.
func (r Rendered) Format(f fmt.State, _ rune) { print(f, r.String()) }

// LogValue is String.
func (r Rendered) LogValue() slog.Value { return slog.StringValue(r.String()) }
