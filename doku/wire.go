package doku

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
const UserAgent = "lunas-doku/1"

const contentType = "application/json"

// wireOrder is the order in which net/http writes our headers: Host, User-Agent and
// Content-Length first, then the others by name.
var wireOrder = [...]string{
	"Host", "User-Agent", "Content-Length", "Client-Id", "Content-Type", "Request-Id", "Request-Timestamp", "Signature",
}

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
	Method     string // POST, or GET for a check
	URL        string
	Header     http.Header
	Body       []byte    // nil for a check
	RenderedAt time.Time // to the millisecond; Header Request-Timestamp is its second
	SendBy     time.Time // a push or void must not leave after it; zero for a check

	want identity // what the answer must be about
}

// identity is what an answer must be about. A check knows the amount only if the caller
// told it.
type identity struct {
	clientID, invoice string
	phone             string // as sent, 08…
	amount            int64
}

// String is the invoice number.
func (w identity) String() string { return maskReference(w.invoice) }

// Render checks r and makes it ready to send. at gives RenderedAt and Request-Timestamp; a
// push or void may leave until at + SendWithin. Errors are *FieldError, joined.
func (c *Client) Render(r Request, at time.Time) (Rendered, error) {
	at = at.UTC().Truncate(time.Millisecond)
	signed := !c.unsigned || r.Operation == Check
	r, err := r.checked(at, signed)
	if err != nil {
		return Rendered{}, fmt.Errorf("doku: render %s: %w", string(r.Operation), err)
	}
	out := Rendered{
		Operation: r.Operation, Method: r.Operation.Method(), URL: c.address(r.Operation, r.InvoiceNumber), RenderedAt: at,
		Header: http.Header{"Host": {c.base.Host}, "User-Agent": {UserAgent}},
		want:   identity{clientID: c.clientID, invoice: r.InvoiceNumber, amount: r.Amount},
	}
	if r.Operation != Check {
		out.Body = r.appendBody(make([]byte, 0, 384), c.clientID, c.secret)
		out.want.phone = string(r.Phone)
		out.SendBy = at.Add(SendWithin)
		out.Header["Content-Length"] = []string{strconv.Itoa(len(out.Body))}
		out.Header["Content-Type"] = []string{contentType}
	}
	if signed {
		s := Signed{ClientID: c.clientID, RequestID: r.RequestID, Timestamp: FormatTimestamp(at), Body: out.Body, NoDigest: r.Operation == Check}
		_, s.Target = splitURL(out.URL)
		out.Header["Client-Id"] = []string{s.ClientID}
		out.Header["Request-Id"] = []string{s.RequestID}
		out.Header["Request-Timestamp"] = []string{s.Timestamp}
		out.Header["Signature"] = []string{Sign(c.secret, s)}
	}
	return out, nil
}

// Wire is exactly what is sent: request line, headers in net/http's order, an empty
// line, body.
func (r Rendered) Wire() []byte {
	_, target := splitURL(r.URL)
	b := make([]byte, 0, 512+len(r.Body))
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
// wrong length are errors. Some things are not on the wire and come back as follows. URL
// has no scheme (//host/path); Client.Do takes it for its own if the rest agrees.
// RenderedAt is Request-Timestamp, a whole second, and SendBy is RenderedAt + SendWithin,
// so never later than it was. An unsigned push has no Request-Timestamp: set its SendBy
// from where it was stored, or Client.Do refuses it. A check does not know its amount.
func ParseWire(wire []byte) (Rendered, error) {
	head, body, found := bytes.Cut(wire, []byte("\r\n\r\n"))
	if !found {
		return Rendered{}, errors.New("doku: parse wire: no empty line after the headers")
	}
	lines := strings.Split(string(head), "\r\n")
	method, target, _ := strings.Cut(lines[0], " ")
	target, ok := strings.CutSuffix(target, " HTTP/1.1")
	if !ok || !strings.HasPrefix(target, "/") || strings.Contains(target, " ") {
		return Rendered{}, errors.New("doku: parse wire: first line is not POST or GET /… HTTP/1.1")
	}
	r := Rendered{Method: method, Header: make(http.Header, len(wireOrder))}
	if len(body) > 0 {
		r.Body = body
	}
	next := 0
	for i, line := range lines[1:] {
		key, value, ok := strings.Cut(line, ": ")
		at := slices.Index(wireOrder[next:], key)
		if !ok || at < 0 {
			return Rendered{}, fmt.Errorf("doku: parse wire: header line %d is not ours or not in its place", i+1)
		}
		next += at + 1
		r.Header[key] = []string{value}
	}
	r.URL = "//" + r.Header.Get("Host") + target
	if err := r.fromParts(); err != nil {
		return Rendered{}, fmt.Errorf("doku: parse wire: %w", err)
	}
	return r, nil
}

// fromParts fills what method, address, headers and message themselves say: operation,
// times, identity.
func (r *Rendered) fromParts() error {
	if err := r.identify(); err != nil {
		return err
	}
	if err := r.complete(); err != nil {
		return err
	}
	r.RenderedAt, r.SendBy = time.Time{}, time.Time{}
	if len(r.Header["Signature"]) == 0 {
		return nil
	}
	text := r.Header["Request-Timestamp"][0]
	at, err := time.Parse(TimestampLayout, text)
	if err != nil || FormatTimestamp(at) != text || !plausible(at) {
		return errors.New("header Request-Timestamp is not a plausible time")
	}
	r.RenderedAt = at
	if r.Operation != Check {
		r.SendBy = at.Add(SendWithin)
	}
	return nil
}

// identify finds operation and identity. A void's address is a setting, so that its body
// must tell.
func (r *Rendered) identify() error {
	switch r.Method {
	case http.MethodGet:
		r.Operation = Check
		at := strings.LastIndex(r.URL, CheckPath)
		if at < 0 {
			return errors.New("the address of a GET is no check's")
		}
		invoice := r.URL[at+len(CheckPath):]
		if !invoiceNumber(invoice) {
			return errors.New("the address does not end with an invoice number")
		}
		if r.want.invoice != invoice {
			r.want = identity{invoice: invoice}
		}
		r.want.clientID = r.Header.Get("Client-Id")
		return nil
	case http.MethodPost:
		m, err := parse(r.Body)
		if err != nil {
			return fmt.Errorf("body: %w", err)
		}
		r.Operation = Push
		if !m.missing("", "ovo_payment") {
			r.Operation = Void
		}
		amount, ok := m.integer("order", "amount")
		r.want = identity{m.text("client", "id"), m.text("order", "invoice_number"), m.text("ovo_info", "ovo_id"), amount}
		if !ok || r.want.clientID == "" || r.want.invoice == "" || r.want.phone == "" {
			return errors.New("body: client id, invoice number, amount or OVO id is missing")
		}
		return nil
	}
	return errors.New("method is neither POST nor GET")
}

// complete tells whether sending r would put exactly Wire on the wire: net/http would
// add what is missing, and drop or change what is not as it writes it.
func (r *Rendered) complete() error {
	head, known := len(r.Method)+len(r.URL)+len("  HTTP/1.1\r\n\r\n"), 0
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
	for _, key := range r.mandatory() {
		if len(r.Header[key]) != 1 {
			return fmt.Errorf("header %s is missing", key)
		}
	}
	if len(r.Header) != known || known != len(r.mandatory()) {
		return errors.New("more headers than such a request has")
	}
	if head > maxHead {
		return fmt.Errorf("headers are above %d bytes", maxHead)
	}
	if r.Operation == Check {
		if len(r.Body) != 0 {
			return errors.New("a check has no body")
		}
	} else if r.Header["Content-Length"][0] != strconv.Itoa(len(r.Body)) {
		return errors.New("header Content-Length is not the body's length")
	}
	if host, _ := splitURL(r.URL); r.Header["Host"][0] != host {
		return errors.New("header Host is not the URL's host")
	}
	return nil
}

// mandatory are the headers of such a request, and all that it may have. With a Signature
// the three that it covers must come.
func (r *Rendered) mandatory() []string {
	all := append(make([]string, 0, len(wireOrder)), "Host", "User-Agent")
	if r.Operation != Check {
		all = append(all, "Content-Length", "Content-Type")
	}
	if r.Operation == Check || len(r.Header["Signature"]) > 0 {
		all = append(all, "Client-Id", "Request-Id", "Request-Timestamp", "Signature")
	}
	return all
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

// String names the request and its payment, without phone or signature.
func (r Rendered) String() string {
	return fmt.Sprintf("%s %s at %s, %d bytes", string(r.Operation), r.want, r.RenderedAt.Format(time.RFC3339Nano), len(r.Body))
}

// Format prints String for every verb.
func (r Rendered) Format(f fmt.State, _ rune) { print(f, r.String()) }

// LogValue is String.
func (r Rendered) LogValue() slog.Value { return slog.StringValue(r.String()) }
