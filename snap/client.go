package snap

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// OVO's addresses with the prefix of its SNAP paths.
const (
	StagingURL    = "https://app.byte-stack.net/OVOSNAP"
	ProductionURL = "https://apigw.ovo.id/OVOSNAP"
)

// Options of a Client. URL, ClientID, ClientSecret and PrivateKey have no default.
type Options struct {
	// URL is where the paths begin: scheme://host/prefix, such as StagingURL. The
	// prefix is part of what is signed; without one, paths begin at the host.
	URL          string
	ClientID     string     // X-CLIENT-KEY, given by OVO
	ClientSecret Secret     // given by OVO; used as text, although it may look like Base64
	PrivateKey   PrivateKey // its public half is with OVO, as PKCS#1
	PartnerID    string     // X-PARTNER-ID; default ClientID, as OVO wants it
	// ChannelID is CHANNEL-ID. OVO's technical document calls it mandatory, the sample
	// log in its FAQ has none; ask OVO. Empty: not sent.
	ChannelID string
	Origin    string // ORIGIN, such as www.example.com; empty: not sent

	// AllowedSources is sent in additionalInfo of every generate: which sources of
	// funds may pay, by the contract with OVO. Where OVO reads it is not published.
	AllowedSources []string

	// Paths replaces Operation.Path for some operations, below URL; each must end as the
	// usual one does. OVO's documents disagree on versions: account binding has 1.0
	// (default), 2.0 and 3.0.
	Paths map[Operation]string

	// BindWithoutColon signs a Bind without the colon before the hash, as OVO's FAQ
	// prints the recipe. Default is with it, as Bank Indonesia has it.
	BindWithoutColon bool

	// CompactTimestamps sends X-TIMESTAMP in CompactTimestampLayout.
	CompactTimestamps bool

	// Transport defaults to NewTransport. One that is not made of net/http must call
	// GotConn of the request's httptrace.ClientTrace before it takes a request: an
	// error without it is read as ErrNotSent.
	Transport http.RoundTripper

	Now func() time.Time // default time.Now
}

// Client speaks to OVO with one client id. It is safe for many goroutines. It keeps no
// token: that is the caller's, who may share it with others.
type Client struct {
	host                                   string
	clientID, partnerID, channelID, origin string
	allowedSources                         []string
	withoutColon, compact                  bool
	key                                    PrivateKey
	hmac                                   *HMACKey
	endpoints                              map[Operation]endpoint // never changed
	transport                              http.RoundTripper
	now                                    func() time.Time
}

// endpoint is where an operation goes. template is what all its requests have in common.
type endpoint struct {
	url, path string
	template  *http.Request
}

// NewClient checks all options and reports every mistake at once, as *FieldError joined.
func NewClient(o Options) (*Client, error) {
	var p problems
	host, endpoints := o.endpoints(&p)
	p.must(sized(o.ClientID, 64) && only(o.ClientID, name), "ClientID", "must be 1 to 64 letters, digits, '.', '_' or '-'", "")
	p.must(sized(string(o.ClientSecret), 512) && only(string(o.ClientSecret), visible),
		"ClientSecret", "must be 1 to 512 visible ASCII characters", "look for a line end or spaces that were copied with it")
	p.must(!o.PrivateKey.IsZero(), "PrivateKey", "is missing", "see ParsePrivateKey")
	if o.PartnerID == "" {
		o.PartnerID = o.ClientID
	}
	p.must(len(o.PartnerID) <= 64 && only(o.PartnerID, name), "PartnerID", "must be up to 64 letters, digits, '.', '_' or '-'", "")
	p.must(len(o.ChannelID) <= 36 && only(o.ChannelID, name), "ChannelID", "must be up to 36 letters, digits, '.', '_' or '-'", "Bank Indonesia allows 5")
	p.must(len(o.Origin) <= 255 && only(o.Origin, quotable), "Origin", "must be up to 255 visible ASCII characters", "such as www.example.com")
	for _, source := range o.AllowedSources {
		p.must(sized(source, 64) && only(source, name), "AllowedSources", "must be 1 to 64 letters, digits, '.', '_' or '-' each", "")
	}
	p.must(len(o.AllowedSources) <= 32, "AllowedSources", "must be up to 32", "")
	if err := p.err(); err != nil {
		return nil, fmt.Errorf("snap: new client: %w", err)
	}
	c := &Client{
		host: host, endpoints: endpoints, clientID: o.ClientID, partnerID: o.PartnerID, channelID: o.ChannelID, origin: o.Origin,
		allowedSources: slices.Clone(o.AllowedSources), withoutColon: o.BindWithoutColon, compact: o.CompactTimestamps,
		key: o.PrivateKey, hmac: NewHMACKey(o.ClientSecret), transport: o.Transport, now: o.Now,
	}
	if c.transport == nil {
		c.transport = NewTransport()
	}
	if c.now == nil {
		c.now = time.Now
	}
	return c, nil
}

// endpoints makes every operation's address.
func (o Options) endpoints(p *problems) (host string, all map[Operation]endpoint) {
	all = map[Operation]endpoint{}
	for _, known := range slices.Sorted(maps.Keys(o.Paths)) {
		p.must(known.Service() != "", "Paths", "has an unknown operation", "")
	}
	if strings.HasSuffix(o.URL, "/") {
		p.must(false, "URL", "must not end with a slash", "paths begin with theirs")
		return "", all
	}
	for _, op := range Operations() {
		path := op.Path()
		if own := o.Paths[op]; own != "" {
			path = own
			p.must(path[0] == '/' && strings.HasSuffix(path, op.tail()), "Paths", "of "+string(op)+" must begin with a slash and end in "+op.tail(), "")
		}
		u, err := parseURL(o.URL + path)
		if err != nil {
			*p = append(*p, err)
			return "", all
		}
		host = u.Host
		all[op] = endpoint{o.URL + path, u.RequestURI(), &http.Request{Method: http.MethodPost, URL: u, Host: u.Host, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}}
	}
	return host, all
}

// parseURL accepts what net/http will put on the wire unchanged.
func parseURL(s string) (*url.URL, error) {
	refuse := func(problem, hint string) (*url.URL, error) {
		return nil, &FieldError{"URL", problem, hint}
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Opaque != "" || !plain(s) || len(s) > 512 {
		return refuse("is not an address", "such as https://host/prefix")
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

// String is the client id and the host; secret and key are not kept in a printable form.
func (c *Client) String() string { return "snap client " + c.clientID + " at " + c.host }

// Format prints String for every verb.
func (c *Client) Format(f fmt.State, _ rune) { print(f, c.String()) }

// Token gets a B2B access token: Answer.Token. Like its sisters it renders the request
// now and sends it, and blocks until OVO answers, ctx ends, or the call fails. The error
// is always a *CallError; a refusal is an Answer.
func (c *Client) Token(ctx context.Context) (Answer, error) {
	return c.Call(ctx, Envelope{}, AccessRequest{})
}

// Generate makes a QR: Answer.QR.
func (c *Client) Generate(ctx context.Context, e Envelope, r GenerateRequest) (Answer, error) {
	return c.Call(ctx, e, r)
}

// Query asks what became of a QR: Answer.Payment.
func (c *Client) Query(ctx context.Context, e Envelope, r QueryRequest) (Answer, error) {
	return c.Call(ctx, e, r)
}

// Refund gives a paid QR back: Answer.Refund. Without an answer repeat it with the same
// PartnerRefundNo.
func (c *Client) Refund(ctx context.Context, e Envelope, r RefundRequest) (Answer, error) {
	return c.Call(ctx, e, r)
}

// Cancel withdraws a QR that was not paid.
func (c *Client) Cancel(ctx context.Context, e Envelope, r CancelRequest) (Answer, error) {
	return c.Call(ctx, e, r)
}

// Bind begins to link a customer's account: Answer.Binding.
func (c *Client) Bind(ctx context.Context, e Envelope, r BindRequest) (Answer, error) {
	return c.Call(ctx, e, r)
}

// Unbind ends a link.
func (c *Client) Unbind(ctx context.Context, e Envelope, r UnbindRequest) (Answer, error) {
	return c.Call(ctx, e, r)
}

// CustomerToken gets a B2B2C token: Answer.Token and Answer.RefreshToken.
func (c *Client) CustomerToken(ctx context.Context, e Envelope, r CustomerAccessRequest) (Answer, error) {
	return c.Call(ctx, e, r)
}

// Call renders any request now and sends it.
func (c *Client) Call(ctx context.Context, e Envelope, r Request) (Answer, error) {
	rendered, err := c.Render(r, e, c.now())
	if err != nil {
		failed := &CallError{Kind: ErrNotSent, Cause: err}
		if r != nil {
			failed.Op = r.Operation()
		}
		return Answer{}, failed
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
	to, err := c.admit(&r)
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
	request := to.template.WithContext(httptrace.WithClientTrace(ctx, &k.trace))
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
func (c *Client) admit(r *Rendered) (endpoint, error) {
	if len(r.Body) == 0 || r.want.body != &r.Body[0] {
		stored := *r
		if err := r.fromParts(); err != nil {
			return endpoint{}, err
		}
		if stored.Operation != "" && stored.Operation != r.Operation {
			return endpoint{}, errors.New("the path is another operation's")
		}
		if !stored.SendBy.IsZero() {
			r.SendBy = stored.SendBy
		}
	} else if err := r.complete(); err != nil {
		return endpoint{}, err
	}
	to := c.endpoints[r.Operation]
	scheme, _, _ := strings.Cut(to.url, "//")
	if r.URL != to.url && scheme+r.URL != to.url {
		return endpoint{}, &FieldError{"URL", "is not this client's", "a request is sent where it was rendered for"}
	}
	return to, nil
}

// unanswered says which of the two it is that no response came.
func (r *Rendered) unanswered(k *call, err error) *CallError {
	switch {
	case k.late.Load():
		return r.failed(ErrNotSent, ErrLate, "the request was ready, but had no connection in time")
	case !k.connected.Load():
		return r.failed(ErrNotSent, err, "check the address, and that OVO has whitelisted this machine's public IP address")
	}
	return r.failed(ErrNoAnswer, err, "")
}

// answer makes a verdict, or ErrUnclear, of what came back.
func (r *Rendered) answer(response *http.Response, body []byte, err error) (Answer, error) {
	var a Answer
	if err == nil {
		a, err = judge(r.Operation, &r.want, r.RenderedAt, response.StatusCode, response.Header, body)
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
