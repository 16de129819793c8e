// Package lunas is the Go client of the lunas gateway: payments that always come to an end, their events, and the
// webhooks that tell of them. It needs the standard library only.
//
//	client := &lunas.Client{URL: os.Getenv("LUNAS_URL"), Key: lunas.Secret(os.Getenv("LUNAS_API_KEY"))}
//	p, err := client.Payments().Create(ctx, lunas.NewPayment{Amount: 12500, Reference: "INV-1", Method: lunas.OVOPush, Phone: "081211111111"})
//	p, err = client.Payments().Wait(ctx, p.ID)
//
// Amounts are whole rupiah, times have a zone and are sent by the gateway in Western Indonesian Time (UTC+7). Every method
// takes a context, which ends it at once. A request that could not be made is repeated where that is safe: one that only
// reads, and one that carries an idempotency key, which the methods make by themselves where the gateway takes one.
package lunas

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Client speaks to one gateway with one API key. Its fields are not changed while it is used; then it is safe for many
// goroutines.
type Client struct {
	// URL is the gateway's address without a path, such as https://pay.example.com.
	URL string
	// Key is the API key, lunas_test_… or lunas_live_…. It prints masked.
	Key Secret
	// HTTP is what requests are made with; nil: a client of the standard library's. Redirects are never followed, since
	// the key would go along. It should set no time limit of its own: the methods set one for each try.
	HTTP *http.Client
	// Retries is how often a request is repeated that could not be made, where repeating is safe; 0: four times, below 0:
	// never.
	Retries int
	// OnRetry, if it is set, is told of each repetition before its pause.
	OnRetry func(err error, pause time.Duration)

	pause func(context.Context, time.Duration) error // of tests
}

const (
	defaultRetries = 4
	// tryTimeout is how long one try may take beside the wait that it asks for.
	tryTimeout = 30 * time.Second
	// maxAnswer is how many bytes of an answer are read.
	maxAnswer = 64 << 20
	// maxWait is the longest wait in one request.
	maxWait = 120 * time.Second
)

// request is one call of the API, and its repetitions.
type request struct {
	method string
	path   string // with a {} for each of args; errors show it so, since args may be a phone number
	args   []string
	query  url.Values
	body   any    // nil: none
	key    string // Idempotency-Key; empty: none
	wait   time.Duration
}

// name is the request as errors show it.
func (r request) name() string { return r.method + " " + strings.ReplaceAll(r.path, "{}", "{…}") }

// safe tells whether the request may be repeated when nobody knows what became of it. A PATCH says how something shall be, and a
// DELETE that it shall be gone: the gateway answers both the second time as the first.
func (r request) safe() bool {
	return r.method == http.MethodGet || r.method == http.MethodPatch || r.method == http.MethodDelete || r.key != ""
}

// call makes a request, again where that is safe, and reads the answer into a value: nil for none, *[]byte for the bytes.
func (c *Client) call(ctx context.Context, r request, into any) (http.Header, error) {
	address, err := c.address(r)
	if err != nil {
		return nil, err
	}
	var body []byte
	if r.body != nil {
		if body, err = json.Marshal(r.body); err != nil {
			return nil, fmt.Errorf("%s: %w", r.name(), err)
		}
	}
	for tries := 0; ; tries++ {
		answer, header, err := c.try(ctx, r, address, body)
		if err == nil {
			return header, r.read(answer, into)
		}
		if ctx.Err() != nil {
			return nil, fmt.Errorf("%s: %w", r.name(), context.Cause(ctx))
		}
		pause, again := c.again(r, err, tries)
		if end, limited := ctx.Deadline(); !again || limited && time.Until(end) <= pause {
			return nil, err
		}
		if c.OnRetry != nil {
			c.OnRetry(err, pause)
		}
		if c.rest(ctx, pause) != nil {
			return nil, err
		}
	}
}

// address puts the request's address together.
func (c *Client) address(r request) (string, error) {
	base, err := url.Parse(strings.TrimRight(c.URL, "/"))
	switch {
	case c.URL == "":
		return "", errors.New("the gateway's address is missing: set URL, for example to http://127.0.0.1:8080")
	case err != nil, base.Scheme != "http" && base.Scheme != "https", base.Host == "", base.User != nil, base.RawQuery != "", base.Fragment != "":
		return "", errors.New("this is not the address of a gateway: write it as https://pay.example.com or http://127.0.0.1:8080, without user, query and fragment")
	case c.Key == "":
		return "", errors.New("the API key is missing: set Key to lunas_test_… or lunas_live_…")
	case strings.ContainsFunc(string(c.Key), func(r rune) bool { return r <= ' ' || r > '~' }):
		return "", errors.New("the API key holds characters that no key has: was it copied with quotes, spaces or a line break?")
	}
	path := r.path
	for _, arg := range r.args {
		if arg == "" || arg == "." || arg == ".." {
			return "", fmt.Errorf("%s: the id is missing", r.name())
		}
		path = strings.Replace(path, "{}", url.PathEscape(arg), 1)
	}
	query := r.query
	if r.wait > 0 {
		if query == nil {
			query = url.Values{}
		}
		query.Set("wait", strconv.Itoa(int(min((r.wait+time.Second-1)/time.Second, maxWait/time.Second))))
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return base.String() + path, nil
}

// try makes a request once.
func (c *Client) try(ctx context.Context, r request, address string, body []byte) ([]byte, http.Header, error) {
	ctx, cancel := context.WithTimeout(ctx, tryTimeout+min(r.wait, maxWait))
	defer cancel()
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(body)
	}
	out, err := http.NewRequestWithContext(ctx, r.method, address, reader)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: the request cannot be made", r.name()) // its error holds the address
	}
	out.Header.Set("Authorization", "Bearer "+string(c.Key))
	out.Header.Set("User-Agent", "lunas-go")
	if body != nil {
		out.Header.Set("Content-Type", "application/json")
	}
	if r.key != "" {
		out.Header.Set("Idempotency-Key", r.key)
	}
	answer, err := c.httpClient().Do(out)
	if err != nil {
		return nil, nil, &ConnectionError{Request: r.name(), Err: withoutAddress(err)}
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer+1))
	switch {
	case answer.StatusCode >= 300:
		return nil, nil, readError(r.name(), answer, content)
	case err != nil:
		return nil, nil, &ConnectionError{Request: r.name(), Err: withoutAddress(err)}
	case len(content) > maxAnswer:
		return nil, nil, fmt.Errorf("%s: the answer has more than %d bytes", r.name(), maxAnswer)
	}
	return content, answer.Header, nil
}

// httpClient is HTTP without redirects.
func (c *Client) httpClient() *http.Client {
	client := http.Client{}
	if c.HTTP != nil {
		client = *c.HTTP
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client
}

// withoutAddress takes the address off an error of net/http, which may hold a phone number.
func withoutAddress(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

func (r request) read(answer []byte, into any) error {
	switch v := into.(type) {
	case nil:
		return nil
	case *[]byte:
		*v = answer
		return nil
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return fmt.Errorf("%s: the answer is not what a gateway says; is the address that of a lunas gateway? (%w)", r.name(), err)
	}
	return nil
}

// get reads one thing.
func get[T any](ctx context.Context, c *Client, path string, args ...string) (*T, error) {
	into := new(T)
	_, err := c.call(ctx, request{method: http.MethodGet, path: path, args: args}, into)
	if err != nil {
		return nil, err
	}
	return into, nil
}

// send makes a request that changes something. A POST carries an idempotency key, the context's or a new one.
func send[T any](ctx context.Context, c *Client, method string, body any, path string, args ...string) (*T, error) {
	into := new(T)
	r := request{method: method, path: path, args: args, body: body}
	if method == http.MethodPost {
		given, _ := ctx.Value(idempotencyKey{}).(string)
		r.key = keyOr(given)
	}
	header, err := c.call(ctx, r, into)
	if err != nil {
		return nil, err
	}
	if secret, once := any(into).(interface{ secret() Secret }); once && header.Get(replayedHeader) == "true" && secret.secret() == "" {
		return into, ErrSecretNotShown
	}
	return into, nil
}

const replayedHeader = "Idempotent-Replayed"

type idempotencyKey struct{}

// WithIdempotencyKey makes requests under the context that change merchants, accounts, API keys and webhook endpoints safe to
// repeat by the caller too, when the program has started again for instance: one request for each key, which is 1 to 255
// visible ASCII characters. What is asked of payments has a field for it.
func WithIdempotencyKey(ctx context.Context, key string) context.Context {
	return context.WithValue(ctx, idempotencyKey{}, key)
}

// ErrSecretNotShown comes with what was made, when it was made by an earlier request with the same idempotency key, whose
// answer was lost: secrets are shown once. Rotate it to get another.
var ErrSecretNotShown = errors.New("it was made by an earlier try whose answer was lost, and its secret is shown only once: rotate it to get another")
