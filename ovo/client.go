package ovo

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

// OVO's addresses, from its technical document 1.7.1. Older documents name
// api.byte-stack.net and api.ovo.id; OVO says which to use when it gives credentials.
const (
	StagingURL    = "https://app.byte-stack.net/pos"
	ProductionURL = "https://apigw.ovo.id/pos"
)

// Options of a Client. URL, AppID and AppKey have no default.
type Options struct {
	URL       string   // StagingURL, ProductionURL or a sandbox's; scheme://host/path
	AppID     string   // app-id, given by OVO
	AppKey    Secret   // given by OVO; used as text, although it looks like hexadecimal
	HMACMode  HMACMode // default R1
	AppSource string   // default "POS"

	// PadReferenceNumber sends reference and batch number with leading zeros to six
	// digits. OVO's documents ask for neither form; the default is without.
	PadReferenceNumber bool

	// Transport defaults to NewTransport. One that is not made of net/http must call
	// GotConn of the request's httptrace.ClientTrace before it takes a request: an
	// error without it is read as ErrNotSent.
	Transport http.RoundTripper

	Now func() time.Time // default time.Now
}

// Client speaks to OVO with one app-id. It is safe for many goroutines.
type Client struct {
	url       string
	host      string
	appSource string
	pad       bool
	signer    *signer
	transport http.RoundTripper
	now       func() time.Time
	template  *http.Request // what all requests have in common; never changed
}

// NewClient checks all options and reports every mistake at once, as *FieldError joined.
func NewClient(o Options) (*Client, error) {
	u, err := parseURL(o.URL)
	wrong := []error{err}
	must := func(ok bool, field, problem, hint string) {
		if !ok {
			wrong = append(wrong, &FieldError{field, problem, hint})
		}
	}
	must(sized(o.AppID, 64) && only(o.AppID, name), "AppID", "must be 1 to 64 letters, digits, '.', '_' or '-'", "")
	must(sized(string(o.AppKey), 512) && only(string(o.AppKey), func(c byte) bool { return c > ' ' && c < 0x7f }),
		"AppKey", "must be 1 to 512 visible ASCII characters", "look for a line end or spaces that were copied with it")
	must(o.HMACMode == R1 || o.HMACMode == R2, "HMACMode", "must be R1 or R2", "")
	if o.AppSource == "" {
		o.AppSource = "POS"
	}
	must(sized(o.AppSource, 15) && only(o.AppSource, alphanumeric), "AppSource", "must be up to 15 letters and digits", "OVO knows POS")
	if err := errors.Join(wrong...); err != nil {
		return nil, fmt.Errorf("ovo: new client: %w", err)
	}
	if o.Transport == nil {
		o.Transport = NewTransport()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Client{
		url: o.URL, host: u.Host, appSource: o.AppSource, pad: o.PadReferenceNumber,
		signer: newSigner(o.HMACMode, o.AppID, o.AppKey), transport: o.Transport, now: o.Now,
		template: &http.Request{Method: http.MethodPost, URL: u, Host: u.Host, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1},
	}, nil
}

// parseURL accepts what net/http will put on the wire unchanged.
func parseURL(s string) (*url.URL, error) {
	refuse := func(problem, hint string) (*url.URL, error) {
		return nil, &FieldError{"URL", problem, hint}
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Opaque != "" || !plain(s) || len(s) > 512 {
		return refuse("is not an address", "such as https://host/pos")
	}
	if u.Scheme != "https" && u.Scheme != "http" {
		return refuse("must be https or http", "")
	}
	if u.User != nil {
		return refuse("must not carry a user or password", "")
	}
	if strings.ContainsAny(s, "?#") {
		return refuse("must end with its path", "no ? and no #")
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

// String is the address and the app-id; the key is not kept in a printable form.
func (c *Client) String() string { return "ovo client " + c.signer.appID + " at " + c.url }

// Format prints String for every verb.
func (c *Client) Format(f fmt.State, _ rune) { print(f, c.String()) }

// Push asks the customer to pay. Like its sisters it renders r now and sends it; it
// blocks until OVO answers (up to 60 s), ctx ends, or the call fails. The error is
// always a *CallError.
func (c *Client) Push(ctx context.Context, r Request) (Answer, error) { return c.send(ctx, Push, r) }

// Reverse undoes a push that was not answered. OVO takes reversals until 23:59 WIB of
// the push's day; repeating one is safe.
func (c *Client) Reverse(ctx context.Context, r Request) (Answer, error) {
	return c.send(ctx, Reversal, r)
}

// Void cancels an approved push until 23:59 WIB of its day. Without an answer ask
// CheckVoid; do not void again blindly.
func (c *Client) Void(ctx context.Context, r Request) (Answer, error) { return c.send(ctx, Void, r) }

// Check asks what became of a push of the past 7 days; r.Date is the push's own. OVO
// wants checks one at a time, not in bulk by cron.
func (c *Client) Check(ctx context.Context, r Request) (Answer, error) { return c.send(ctx, Check, r) }

// CheckVoid asks what became of a void.
func (c *Client) CheckVoid(ctx context.Context, r Request) (Answer, error) {
	return c.send(ctx, CheckVoid, r)
}

// Inquire asks whether r.Phone is an OVO account: Success, or code 14.
func (c *Client) Inquire(ctx context.Context, r Request) (Answer, error) {
	return c.send(ctx, Inquiry, r)
}

func (c *Client) send(ctx context.Context, o Operation, r Request) (Answer, error) {
	r.Operation = o
	rendered, err := c.Render(r, c.now())
	if err != nil {
		w := identity{batch: int64(r.BatchNumber), reference: int64(r.ReferenceNumber)} // only numbers: nothing else was checked
		return Answer{}, &CallError{Kind: ErrNotSent, Op: o, Payment: w.String(), Cause: err}
	}
	return c.Do(ctx, rendered)
}

// Do sends r once and waits for the verdict. If ctx has no deadline, the operation's
// default limit holds. A Rendered that was stored may be sent, also by another process,
// if it was rendered for this client's URL.
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
	request := c.template.WithContext(httptrace.WithClientTrace(ctx, &k.trace))
	request.Header = r.Header
	request.ContentLength = int64(len(r.Body))
	// A plain bytes.Reader lets net/http write headers and body in one piece; GetBody
	// stays nil, so that it cannot write them twice.
	request.Body = io.NopCloser(bytes.NewReader(r.Body))

	response, err := c.transport.RoundTrip(request)
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
	return r.answer(response, body, err)
}

// admit checks what may be sent by this client and completes a Rendered that was put
// together from stored parts.
func (c *Client) admit(r *Rendered) error {
	if r.URL != c.url {
		scheme, _, _ := strings.Cut(c.url, "//")
		if scheme+r.URL != c.url {
			return &FieldError{"URL", "is not this client's", "a request is sent where it was rendered for"}
		}
	}
	if len(r.Body) > 0 && r.want.body == &r.Body[0] {
		return r.complete()
	}
	made := *r
	if err := made.fromBody(); err != nil {
		return err
	}
	if r.Operation != "" && r.Operation != made.Operation {
		return errors.New("the body is another operation's")
	}
	r.Operation, r.want = made.Operation, made.want
	if r.Operation == Push && r.SendBy.IsZero() {
		r.SendBy = made.SendBy // a push never goes without
	}
	return nil
}

// unanswered says which of the two it is that no response came.
func (r *Rendered) unanswered(k *call, err error) *CallError {
	switch {
	case k.late.Load():
		return r.failed(ErrNotSent, ErrLate, "the push was ready, but had no connection in time")
	case !k.connected.Load():
		return r.failed(ErrNotSent, err, "check the address, and that OVO has whitelisted this machine's public IP address")
	}
	return r.failed(ErrNoAnswer, err, "")
}

// answer makes a verdict, or ErrUnclear, of what came back.
func (r *Rendered) answer(response *http.Response, body []byte, err error) (Answer, error) {
	var parsed Response
	if err == nil {
		parsed, err = judge(r.Operation, &r.want, response.StatusCode, response.Header, body)
	}
	if err != nil {
		hint := ""
		if response.StatusCode == http.StatusNotFound && len(body) == 0 {
			hint = "OVO answers an empty 404 when the customer let the push expire"
		}
		unclear := r.failed(ErrUnclear, err, hint)
		unclear.Status, unclear.Header, unclear.Body = response.StatusCode, response.Header, body
		return Answer{}, unclear
	}
	return Answer{
		Operation: r.Operation, Code: parsed.Code, Response: parsed,
		Status: response.StatusCode, Header: response.Header, Body: body,
	}, nil
}

func (r *Rendered) failed(kind, cause error, hint string) *CallError {
	return &CallError{Kind: kind, Op: r.Operation, Payment: r.want.String(), Cause: cause, Hint: hint}
}

// readBody reads up to MaxBody bytes. With an error it gives what it has read.
func readBody(response *http.Response) ([]byte, error) {
	defer response.Body.Close()
	size := int64(1 << 10)
	if n := response.ContentLength; n >= 0 && n <= MaxBody {
		size = n + 1 // so that the end is seen without growing
	}
	body := make([]byte, 0, size)
	for {
		n, err := response.Body.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		switch {
		case len(body) > MaxBody:
			return body[:MaxBody], fmt.Errorf("body is above %d bytes", MaxBody)
		case err == io.EOF:
			return body, nil
		case err != nil:
			return body, fmt.Errorf("read body: %w", err)
		}
		if len(body) == cap(body) {
			body = append(body, 0)[:len(body)]
		}
	}
}
