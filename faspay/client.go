package faspay

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

// Faspay's hosts. Older documents name dev.faspay.co.id, OVO Integration Guide among
// them, and a public client debit.faspay.co.id; Faspay says which to use when it gives
// credentials.
const (
	SandboxURL    = "https://debit-sandbox.faspay.co.id"
	ProductionURL = "https://web.faspay.co.id"
)

// Paths are the addresses below the host. An empty one is the default of the host.
type Paths struct {
	PostData, Inquiry, Cancel, Channels string // JSON
	PostDataXML, InquiryXML, CancelXML  string
	Direct                              string
	Redirect                            string // up to the signature, with "/" at the end
}

// SandboxPaths are those of Faspay's documents for development. The xx in three of them
// stands so in the documents.
func SandboxPaths() Paths {
	return Paths{
		PostData: "/cvr/300011/10", Inquiry: "/cvr/100004/10", Cancel: "/cvr/100005/10", Channels: "/cvr/100001/10",
		PostDataXML: "/pws/300011/183xx00010100000",
		InquiryXML:  "/pws/100004/183xx00010100000",
		CancelXML:   "/pws/100005/183xx00010100000",
		Direct:      "/pws/ovo_direct",
		Redirect:    "/pws/100003/0830000010100000/",
	}
}

// ProductionPaths are the default for the two hosts of production. Those for XML are
// published nowhere, so they have none.
func ProductionPaths() Paths {
	p := SandboxPaths()
	p.PostDataXML, p.InquiryXML, p.CancelXML = "", "", ""
	p.Redirect = "/pws/100003/2830000010100000/"
	return p
}

// Options of a Client. URL, MerchantID, Merchant and Credentials have no default.
type Options struct {
	URL         string // SandboxURL, ProductionURL or a sandbox's: scheme://host, and a path in front of Faspay's if there is one
	MerchantID  string // 5 digits
	Merchant    string // the merchant's name, up to 32 characters
	Credentials Credentials

	Encoding       Encoding // JSON (default) or XML, of posts, inquiries and cancels
	DecimalAmounts bool     // write requests' amounts as Faspay's old tool for XML does, 2000.00 and not 200000
	ContentType    string   // sent with messages of that encoding; default application/json or application/xml
	Paths          Paths

	// Transport defaults to NewTransport. One that is not made of net/http must call
	// GotConn of the request's httptrace.ClientTrace before it takes a request: an
	// error without it is read as ErrNotSent.
	Transport http.RoundTripper

	Now func() time.Time // default time.Now
}

// Client speaks to Faspay for one merchant_id. It is safe for many goroutines.
type Client struct {
	scheme, host         string // "https:", "host"
	base                 string // scheme://host/path, without "/" at the end
	paths                Paths
	merchantID, merchant string
	credentials          Credentials
	encoding             Encoding
	media                string
	decimal              bool
	transport            http.RoundTripper
	now                  func() time.Time
	templates            map[string]*http.Request // by URL; what all requests there have in common; never changed
}

// NewClient checks all options and reports every mistake at once, as *FieldError joined.
func NewClient(o Options) (*Client, error) {
	var p problems
	base := strings.TrimSuffix(o.URL, "/")
	u, err := parseURL("URL", o.URL)
	if err != nil {
		p = append(p, err)
	}
	o.Encoding = or(o.Encoding, JSON)
	p.must(o.Encoding == JSON || o.Encoding == XML, "Encoding", "must be json or xml", "")
	p.must(len(o.MerchantID) == 5 && only(o.MerchantID, digit), "MerchantID", "must be 5 digits", "")
	p.text("Merchant", o.Merchant, 1, 32)
	o.Credentials.check(&p)
	p.must(o.ContentType == "" || len(o.ContentType) <= 128 && plain(o.ContentType), "ContentType", "must be plain ASCII", "")
	if o.Transport == nil {
		o.Transport = NewTransport()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	c := &Client{
		base: base, merchantID: o.MerchantID, merchant: o.Merchant, credentials: o.Credentials, encoding: o.Encoding,
		media: o.ContentType, decimal: o.DecimalAmounts, transport: o.Transport, now: o.Now,
	}
	if u != nil {
		c.scheme, c.host = u.Scheme+":", u.Host
		c.paths = o.Paths.or(u.Hostname())
		c.addresses(&p)
	}
	if err := p.err(); err != nil {
		return nil, fmt.Errorf("faspay: new client: %w", err)
	}
	return c, nil
}

// or fills what is empty with the defaults of the host.
func (p Paths) or(host string) Paths {
	d := SandboxPaths()
	if host == "web.faspay.co.id" || host == "debit.faspay.co.id" {
		d = ProductionPaths()
	}
	return Paths{
		PostData: or(p.PostData, d.PostData), Inquiry: or(p.Inquiry, d.Inquiry), Cancel: or(p.Cancel, d.Cancel),
		Channels: or(p.Channels, d.Channels), PostDataXML: or(p.PostDataXML, d.PostDataXML), InquiryXML: or(p.InquiryXML, d.InquiryXML),
		CancelXML: or(p.CancelXML, d.CancelXML), Direct: or(p.Direct, d.Direct), Redirect: or(p.Redirect, d.Redirect),
	}
}

// addresses checks every address and prepares what requests to it have in common.
func (c *Client) addresses(p *problems) {
	c.templates = map[string]*http.Request{}
	for _, o := range Operations() {
		for _, f := range []Encoding{JSON, XML, URLEncoded} {
			if o.encoding(f) != f {
				continue
			}
			at := c.endpoint(o, f)
			if at == c.base && f == XML && c.encoding != XML {
				continue // nowhere published and not needed
			}
			u, err := parseURL("Paths of "+string(o), at)
			if err != nil || at == c.base {
				p.must(false, "Paths", "of "+string(o)+" in "+string(f)+" is missing or no path", "Faspay gives it; for XML in production it is published nowhere")
				continue
			}
			c.templates[at] = &http.Request{Method: http.MethodPost, URL: u, Host: u.Host, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}
		}
	}
	_, err := parseURL("Redirect", c.base+c.paths.Redirect)
	p.must(err == nil && strings.HasPrefix(c.paths.Redirect, "/") && strings.HasSuffix(c.paths.Redirect, "/"), "Paths", "of the redirect page must begin and end with /", "")
}

// endpoint is the address of o in f.
func (c *Client) endpoint(o Operation, f Encoding) string {
	path := ""
	switch o {
	case PostData:
		path = pick(f, c.paths.PostData, c.paths.PostDataXML)
	case Inquiry:
		path = pick(f, c.paths.Inquiry, c.paths.InquiryXML)
	case Cancel:
		path = pick(f, c.paths.Cancel, c.paths.CancelXML)
	case Channels:
		path = c.paths.Channels
	case Direct:
		path = c.paths.Direct
	}
	return c.base + path
}

func pick(f Encoding, json, xml string) string {
	if f == XML {
		return xml
	}
	return json
}

// amount writes an amount as requests have it.
func (c *Client) amount(a Amount) string {
	if c.decimal {
		return a.decimal()
	}
	return a.Scaled()
}

// parseURL accepts what net/http will put on the wire unchanged.
func parseURL(field, s string) (*url.URL, error) {
	refuse := func(problem, hint string) (*url.URL, error) {
		return nil, &FieldError{field, problem, hint}
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

// String is the address and the merchant; the password is not kept in a printable form.
func (c *Client) String() string { return "faspay client of " + c.merchantID + " at " + c.base }

// Format prints String for every verb.
func (c *Client) Format(f fmt.State, _ rune) { print(f, c.String()) }

// PostData makes a bill. Like its sisters it renders now and sends; it blocks until Faspay
// answers, ctx ends, or the call fails. The error is always a *CallError.
func (c *Client) PostData(ctx context.Context, b Bill) (Answer, error) {
	return c.send(ctx, Request{Operation: PostData, Bill: b})
}

// Direct asks the customer with this phone to pay, and blocks while the customer
// confirms. Accepted says no more than that; the result comes by notification.
func (c *Client) Direct(ctx context.Context, trxID, phone string) (Answer, error) {
	return c.send(ctx, Request{Operation: Direct, TrxID: trxID, Phone: phone})
}

// Inquire asks what became of a bill; trxID may be empty if the post was not answered.
func (c *Client) Inquire(ctx context.Context, billNo, trxID string) (Answer, error) {
	return c.send(ctx, Request{Operation: Inquiry, BillNo: billNo, TrxID: trxID})
}

// Cancel takes an unpaid bill back; Faspay refuses it for a paid one. Ask afterwards: a
// customer may have paid in the same moment.
func (c *Client) Cancel(ctx context.Context, billNo, trxID, reason string) (Answer, error) {
	return c.send(ctx, Request{Operation: Cancel, BillNo: billNo, TrxID: trxID, Reason: reason})
}

// Channels asks which ways to pay the merchant has.
func (c *Client) Channels(ctx context.Context) (Answer, error) {
	return c.send(ctx, Request{Operation: Channels})
}

func (c *Client) send(ctx context.Context, r Request) (Answer, error) {
	rendered, err := c.Render(r, c.now())
	if err != nil { // the bill is not named: nothing of it was checked
		return Answer{}, &CallError{Kind: ErrNotSent, Op: r.Operation, Cause: err}
	}
	return c.Do(ctx, rendered)
}

// Do sends r once and waits for the verdict. If ctx has no deadline, the operation's
// default limit holds. A Rendered that was stored may be sent, also by another process,
// if it was rendered for this client's address.
//
// The error is always a *CallError: ErrNotSent if no connection was had or SendBy had
// passed, ErrNoAnswer if nothing came back on a connection, ErrUnclear otherwise. Once
// Do has returned nothing more of r is sent.
func (c *Client) Do(ctx context.Context, r Rendered) (Answer, error) {
	template, err := c.admit(&r)
	if err != nil {
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
	request := template.WithContext(httptrace.WithClientTrace(ctx, &k.trace))
	request.Header = r.Header
	request.ContentLength = int64(len(r.Body))
	// GetBody stays nil, so that net/http cannot write the request twice.
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
func (c *Client) admit(r *Rendered) (*http.Request, error) {
	if len(r.Body) == 0 {
		return nil, errors.New("no body")
	}
	if r.want.body != &r.Body[0] {
		made := *r
		if err := made.fromBody(); err != nil {
			return nil, err
		}
		if r.Operation != "" && r.Operation != made.Operation {
			return nil, errors.New("the body is another operation's")
		}
		r.Operation, r.Encoding, r.want = made.Operation, made.Encoding, made.want
		if r.SendBy.IsZero() {
			r.SendBy = made.SendBy
		}
	}
	if err := r.complete(); err != nil {
		return nil, err
	}
	at := c.endpoint(r.Operation, r.Encoding)
	template := c.templates[at]
	if template == nil || r.URL != at && c.scheme+r.URL != at {
		return nil, &FieldError{"URL", "is not this client's", "a request is sent where it was rendered for"}
	}
	if r.want.merchantID != "" && r.want.merchantID != c.merchantID {
		return nil, &FieldError{"merchant_id", "is not this client's", ""}
	}
	return template, nil
}

// unanswered says which of the two it is that no response came.
func (r *Rendered) unanswered(k *call, err error) *CallError {
	switch {
	case k.late.Load():
		return r.failed(ErrNotSent, ErrLate, "the request was ready, but had no connection in time")
	case !k.connected.Load():
		return r.failed(ErrNotSent, err, "check the address, and that Faspay has whitelisted this machine's public IP address")
	case r.Operation == Direct:
		return r.failed(ErrNoAnswer, err, "a Direct blocks while the customer confirms; the result comes by notification")
	}
	return r.failed(ErrNoAnswer, err, "")
}

// answer makes a verdict, or ErrUnclear, of what came back.
func (r *Rendered) answer(response *http.Response, body []byte, err error) (Answer, error) {
	a := Answer{Operation: r.Operation, Status: response.StatusCode, Header: response.Header, Body: body}
	if err == nil {
		a.Code, a.Response, err = judge(r.Operation, &r.want, response.StatusCode, response.Header, body)
	}
	if err != nil {
		unclear := r.failed(ErrUnclear, err, "")
		if r.Operation == Direct {
			unclear.Hint = "Faspay does not say what ovo_direct answers; the result comes by notification"
		}
		unclear.Status, unclear.Header, unclear.Body = response.StatusCode, response.Header, body
		return Answer{}, unclear
	}
	return a, nil
}

func (r *Rendered) failed(kind, cause error, hint string) *CallError {
	return &CallError{Kind: kind, Op: r.Operation, Bill: r.want.String(), Cause: cause, Hint: hint}
}

// MaxBody is the largest answer that is read, in bytes.
const MaxBody = MaxMessage

// readBody reads up to MaxBody bytes; what it has read it gives also with an error.
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
