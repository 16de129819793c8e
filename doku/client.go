package doku

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// DOKU's addresses.
const (
	SandboxURL    = "https://api-sandbox.doku.com"
	ProductionURL = "https://api.doku.com"
)

// Options of a Client. URL, ClientID and Secret have no default.
type Options struct {
	// URL is where the paths begin: scheme://host or scheme://host/prefix, such as
	// SandboxURL. A prefix is part of what is signed.
	URL      string
	ClientID string // MCH-… or BRN-…, from DOKU Back Office
	Secret   Secret // the secret key (shared key), SK-…

	// Unsigned sends a push and a void without Client-Id, Request-Id, Request-Timestamp
	// and Signature, as DOKU's guide shows them: check_sum alone authenticates them. The
	// default is DOKU's own PHP library's, to sign them too. A check is always signed.
	Unsigned bool

	// VoidPath is where a void goes. Default is the constant of this name; DOKU does not
	// publish it.
	VoidPath string

	// ResponseRule, if it is set, makes an answer to a push or void with another
	// check_sum unclear. Ask DOKU for the rule before setting it.
	ResponseRule ResponseRule

	// SignedResponses makes an answer unclear whose headers do not carry DOKU's own
	// signature (Client-Id, Request-Id, Response-Timestamp, Signature). DOKU documents it
	// for its signed products, not for this one: default off. Unsigned calls cannot be
	// verified so, and need it off.
	SignedResponses bool

	// Transport defaults to NewTransport. One that is not made of net/http must call
	// GotConn of the request's httptrace.ClientTrace before it takes a request: an
	// error without it is read as ErrNotSent.
	Transport http.RoundTripper

	Now func() time.Time // default time.Now
}

// Client speaks to DOKU with one client id. It is safe for many goroutines.
type Client struct {
	url       string
	base      *url.URL // never changed
	clientID  string
	secret    Secret
	unsigned  bool
	voidPath  string
	rule      ResponseRule
	answers   bool // must be signed
	transport http.RoundTripper
	now       func() time.Time
}

// NewClient checks all options and reports every mistake at once, as *FieldError joined.
func NewClient(o Options) (*Client, error) {
	var p problems
	base, err := parseURL(o.URL)
	if err != nil {
		p = append(p, err)
	}
	p.must(sized(o.ClientID, 64) && only(o.ClientID, name), "ClientID", "must be 1 to 64 letters, digits, '.', '_' or '-'", "MCH-… or BRN-…")
	p.must(sized(string(o.Secret), 512) && only(string(o.Secret), visible),
		"Secret", "must be 1 to 512 visible ASCII characters", "look for a line end or spaces that were copied with it")
	if o.VoidPath == "" {
		o.VoidPath = VoidPath
	}
	p.must(len(o.VoidPath) <= 128 && o.VoidPath[0] == '/' && only(o.VoidPath, func(c byte) bool { return unreserved(c) || c == '/' }),
		"VoidPath", "must be a path of letters, digits, '-', '_', '.' and '~'", "such as "+VoidPath)
	p.must(o.ResponseRule == Unverified || o.ResponseRule == Alphabetical, "ResponseRule", "must be empty or alphabetical", "")
	p.must(!o.SignedResponses || !o.Unsigned, "SignedResponses", "cannot be had with Unsigned", "an answer's signature covers the request's headers")
	if err := p.err(); err != nil {
		return nil, fmt.Errorf("doku: new client: %w", err)
	}
	c := &Client{
		url: o.URL, base: base, clientID: o.ClientID, secret: o.Secret, unsigned: o.Unsigned, voidPath: o.VoidPath,
		rule: o.ResponseRule, answers: o.SignedResponses, transport: o.Transport, now: o.Now,
	}
	if c.transport == nil {
		c.transport = NewTransport()
	}
	if c.now == nil {
		c.now = time.Now
	}
	return c, nil
}

// parseURL accepts what net/http will put on the wire unchanged.
func parseURL(s string) (*url.URL, error) {
	refuse := func(problem, hint string) (*url.URL, error) {
		return nil, &FieldError{"URL", problem, hint}
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Opaque != "" || !plain(s) || len(s) > 512 {
		return refuse("is not an address", "such as https://host")
	}
	if u.Scheme != "https" && u.Scheme != "http" {
		return refuse("must be https or http", "")
	}
	if u.User != nil {
		return refuse("must not carry a user or password", "")
	}
	if strings.ContainsAny(s, "?#") || strings.HasSuffix(s, "/") {
		return refuse("must end with its host or prefix", "no slash, no ? and no #")
	}
	if strings.ContainsAny(u.Host, "%") || strings.HasSuffix(u.Host, ":") {
		return refuse("has an empty port or an IPv6 zone", "")
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return refuse("has an impossible port", "1 to 65535")
		}
	}
	if host, target := splitURL(s); host != u.Host || target != u.RequestURI() {
		return refuse("would be written differently on the wire", "use plain characters in host and path")
	}
	return u, nil
}

// path of an operation, below Options.URL.
func (c *Client) path(o Operation, invoice string) string {
	switch o {
	case Push:
		return PushPath
	case Void:
		return c.voidPath
	}
	return CheckPath + invoice
}

func (c *Client) address(o Operation, invoice string) string { return c.url + c.path(o, invoice) }

// String is the address and the client id.
func (c *Client) String() string { return "doku client " + maskReference(c.clientID) + " at " + c.url }

// Format prints String for every verb.
func (c *Client) Format(f fmt.State, _ rune) { print(f, c.String()) }

// Push asks the customer to pay. Like its sisters it renders r now and sends it; it
// blocks until DOKU answers (up to 75 s), ctx ends, or the call fails. The error is always
// a *CallError.
func (c *Client) Push(ctx context.Context, r Request) (Answer, error) { return c.send(ctx, Push, r) }

// Void cancels an approved push. Without an answer ask by Check; do not void again blindly.
func (c *Client) Void(ctx context.Context, r Request) (Answer, error) { return c.send(ctx, Void, r) }

// Check asks what became of a push whose call has ended. DOKU wants it 60 s after the
// payment or later.
func (c *Client) Check(ctx context.Context, r Request) (Answer, error) { return c.send(ctx, Check, r) }

func (c *Client) send(ctx context.Context, o Operation, r Request) (Answer, error) {
	r.Operation = o
	rendered, err := c.Render(r, c.now())
	if err != nil {
		return Answer{}, &CallError{Kind: ErrNotSent, Op: o, Cause: err}
	}
	return c.Do(ctx, rendered)
}

// Do sends r once and waits for the verdict. If ctx has no deadline, the operation's
// default limit holds. A Rendered that was stored may be sent, also by another process,
// if it was rendered for this client's URL and client id.
//
// The error is always a *CallError: ErrNotSent if no connection was had or SendBy had
// passed, ErrNoAnswer if nothing came back on a connection, ErrUnclear otherwise. Once
// Do has returned nothing more of r is sent.
func (c *Client) Do(ctx context.Context, r Rendered) (Answer, error) {
	if err := c.admit(&r); err != nil {
		return Answer{}, r.failed(ErrNotSent, err, "")
	}
	if _, limited := ctx.Deadline(); !limited {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, r.Operation.Timeout())
		defer cancel()
	}
	k := &call{ctx: ctx, sendBy: r.SendBy, now: c.now}
	if err := k.stop(); err != nil {
		return Answer{}, r.failed(ErrNotSent, err, "")
	}
	k.trace.GotConn = k.gotConn
	response, err := c.transport.RoundTrip(c.request(httptrace.WithClientTrace(ctx, &k.trace), &r))
	if err == nil && response == nil {
		err = errors.New("the transport gave neither answer nor error")
	}
	if err != nil {
		k.end()
		return Answer{}, r.unanswered(k, err)
	}
	body, err := readBody(response)
	k.end()
	k.release()
	return c.answer(&r, response, body, err)
}

// request gives net/http what is to be sent. A plain bytes.Reader lets it write headers
// and body in one piece; GetBody stays nil, so that it cannot write them twice.
func (c *Client) request(ctx context.Context, r *Rendered) *http.Request {
	u := *c.base
	path := c.path(r.Operation, r.want.invoice)
	u.Path += path
	if u.RawPath != "" {
		u.RawPath += path
	}
	request := (&http.Request{
		Method: r.Method, URL: &u, Host: u.Host, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: r.Header,
	}).WithContext(ctx)
	if r.Operation != Check {
		request.ContentLength = int64(len(r.Body))
		request.Body = io.NopCloser(bytes.NewReader(r.Body))
	}
	return request
}

// admit checks what may be sent by this client and completes a Rendered that was put
// together from stored parts.
func (c *Client) admit(r *Rendered) error {
	given := *r
	if err := r.fromParts(); err != nil {
		return err
	}
	if given.Operation != "" && given.Operation != r.Operation {
		return errors.New("the message is another operation's")
	}
	if !given.RenderedAt.IsZero() {
		r.RenderedAt = given.RenderedAt
	}
	if !given.SendBy.IsZero() {
		r.SendBy = given.SendBy
	}
	if r.Operation != Check && r.SendBy.IsZero() {
		return &FieldError{"SendBy", "is missing", "an unsigned push does not carry its time: set it from where it was stored"}
	}
	if r.want.clientID != c.clientID {
		return &FieldError{"client.id", "is not this client's", "a request is sent by whom it was rendered for"}
	}
	address := c.address(r.Operation, r.want.invoice)
	if scheme, _, _ := strings.Cut(c.url, "//"); r.URL != address && scheme+r.URL != address {
		return &FieldError{"URL", "is not this client's", "a request is sent where it was rendered for"}
	}
	return nil
}

// unanswered says which of the two it is that no response came.
func (r *Rendered) unanswered(k *call, err error) *CallError {
	switch {
	case k.late.Load():
		return r.failed(ErrNotSent, ErrLate, "the request was ready, but had no connection in time")
	case !k.connected.Load():
		return r.failed(ErrNotSent, err, "check the address")
	}
	return r.failed(ErrNoAnswer, err, "")
}

// answer makes a verdict, or ErrUnclear, of what came back.
func (c *Client) answer(r *Rendered, response *http.Response, body []byte, err error) (Answer, error) {
	var a Answer
	if err == nil {
		a, err = c.judge(r, response.StatusCode, response.Header, body)
	}
	if err != nil {
		unclear := r.failed(ErrUnclear, err, "")
		unclear.Status, unclear.Header, unclear.Body = response.StatusCode, response.Header, body
		return Answer{}, unclear
	}
	return a, nil
}

func (r *Rendered) failed(kind, cause error, hint string) *CallError {
	return &CallError{Kind: kind, Op: r.Operation, Payment: r.want.String(), Cause: cause, Hint: hint}
}

// readBody reads up to MaxBody bytes. With an error it gives what it has read.
func readBody(response *http.Response) ([]byte, error) {
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, MaxBody+1))
	switch {
	case len(body) > MaxBody:
		return body[:MaxBody], fmt.Errorf("body is above %d bytes", MaxBody)
	case err != nil:
		return body, fmt.Errorf("read body: %w", err)
	}
	return body, nil
}
