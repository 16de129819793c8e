package lunas

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestWhatIsRepeated(t *testing.T) {
	t.Parallel()
	create := func(c *Client) error {
		_, err := c.Payments().Create(context.Background(), NewPayment{Amount: 1, Reference: "r", Method: QRIS})
		return err
	}
	read := func(c *Client) error { _, err := c.Payments().Get(context.Background(), "pay_1"); return err }
	ping := func(c *Client) error { _, err := c.WebhookEndpoints().Ping(context.Background(), "whe_1"); return err }
	change := func(c *Client) error {
		_, err := c.Merchants().Rename(context.Background(), "kopi", "Kopi")
		return err
	}
	remove := func(c *Client) error { return c.WebhookEndpoints().Delete(context.Background(), "whe_1") }
	for _, c := range []struct {
		name  string
		do    func(*Client) error
		first func(*http.Request) (*http.Response, error)
		asked int
	}{
		{"a payment after a broken connection", create, breaks, 2},
		{"a payment after 503", create, says(503, busy), 2},
		{"a payment after 429", create, says(429, limited, "Retry-After", "7"), 2},
		{"a payment after a proxy's 502", create, says(502, "<html>", "Content-Type", "text/html"), 2},
		{"a payment after 500", create, says(500, `{"code":"internal","detail":"ours"}`), 1},
		{"a payment after 422", create, says(422, `{"code":"amount_too_small","detail":"x"}`), 1},
		{"a payment after 409", create, says(409, `{"code":"cutoff","detail":"x"}`, "Retry-After", "20"), 1},
		{"a payment whose terminal is stopped", create, says(503, `{"code":"terminal_held","detail":"x"}`), 1},
		{"a payment after 429 for a long time", create, says(429, limited, "Retry-After", "3600"), 1},
		{"a payment after a redirect", create, says(307, "", "Location", "http://elsewhere.example/"), 1},
		{"reading after a broken connection", read, breaks, 2},
		{"reading after 503", read, says(503, busy), 2},
		{"a ping after a broken connection", ping, breaks, 2},
		{"a ping after 503", ping, says(503, busy), 2},
		{"a change after a broken connection", change, breaks, 2},
		{"a change after 409", change, says(409, `{"code":"endpoint_changed","detail":"x"}`), 1},
		{"a deletion after a broken connection", remove, breaks, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, client := newScript(c.first, says(200, paid))
			if err := c.do(client); (err == nil) != (c.asked == 2) {
				t.Errorf("error = %v", err)
			}
			if len(s.asked) != c.asked {
				t.Errorf("%d requests, want %d", len(s.asked), c.asked)
			}
			key := s.asked[0].Header.Get("Idempotency-Key")
			for i, r := range s.asked {
				if r.Host != "gateway.example" || r.Header.Get("Idempotency-Key") != key || s.bodies[i] != s.bodies[0] {
					t.Errorf("request %d differs from the first: %s %v %s", i+1, r.Host, r.Header, s.bodies[i])
				}
			}
		})
	}
}

func TestIdempotencyKeys(t *testing.T) {
	t.Parallel()
	s, client := newScript(says(200, paid))
	ctx := t.Context()
	asks := []func() (*Payment, error){
		func() (*Payment, error) { return client.Payments().Create(ctx, NewPayment{}) },
		func() (*Payment, error) { return client.Payments().Create(ctx, NewPayment{}) },
		func() (*Payment, error) { return client.Payments().Check(ctx, "pay_1", Ask{}) },
		func() (*Payment, error) { return client.Payments().Void(ctx, "pay_1", Ask{}) },
		func() (*Payment, error) { return client.Payments().Refund(ctx, "pay_1", Ask{}) },
		func() (*Payment, error) { return client.Payments().Cancel(ctx, "pay_1", Ask{}) },
		func() (*Payment, error) { return client.Payments().Renew(ctx, "pay_1", Ask{}) },
	}
	var keys []string
	for i, ask := range asks {
		if _, err := ask(); err != nil {
			t.Fatal(err)
		}
		keys = append(keys, s.asked[i].Header.Get("Idempotency-Key"))
	}
	slices.Sort(keys)
	if keys[0] == "" || len(slices.Compact(keys)) != len(asks) {
		t.Errorf("keys = %q, want %d different ones", keys, len(asks))
	}
	if _, err := client.Payments().Void(ctx, "pay_1", Ask{IdempotencyKey: "order-7", Reason: "cold"}); err != nil {
		t.Fatal(err)
	}
	if got := s.asked[len(asks)].Header.Get("Idempotency-Key"); got != "order-7" {
		t.Errorf("key = %q, want the caller's", got)
	}
	if got := s.bodies[len(asks)]; got != `{"reason":"cold"}` {
		t.Errorf("body = %s", got)
	}
}

// A file is sent again from where it began, under one key, if it can be read twice.
func TestAnUploadIsRepeated(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file  io.Reader
		asked int
	}{
		"a file": {strings.NewReader("rows"), 2},
		"a pipe": {io.MultiReader(strings.NewReader("rows")), 1},
	} {
		s, client := newScript(breaks, says(202, `{"id":"rcn_1","state":"running"}`))
		made, err := client.Reconciliations().Create(t.Context(), NewReconciliation{Account: "ovo", Day: "2026-03-21", Name: "a.csv", File: c.file})
		if len(s.asked) != c.asked || (err == nil) != (c.asked == 2) || err == nil && made.ID != "rcn_1" {
			t.Fatalf("%s: %d requests, %v, %v", name, len(s.asked), made, err)
		}
		key := s.asked[0].Header.Get("Idempotency-Key")
		for i, r := range s.asked {
			if got := r.Header.Get("Idempotency-Key"); got == "" || got != key || !strings.Contains(s.bodies[i], "rows\r\n") {
				t.Errorf("%s: request %d has the key %q and says %q", name, i, got, s.bodies[i])
			}
		}
	}
}

// A secret whose answer was lost is not shown again, and whoever asked must not take an empty one for it.
func TestASecretThatWasLostIsSaid(t *testing.T) {
	t.Parallel()
	lost := `{"id":"key_1","scopes":["read"]}`
	s, client := newScript(breaks, says(200, lost, "Idempotent-Replayed", "true"))
	k, err := client.APIKeys().Create(WithIdempotencyKey(t.Context(), "mine"), NewAPIKey{Scopes: []string{"read"}})
	if !errors.Is(err, ErrSecretNotShown) || k == nil || k.ID != "key_1" {
		t.Errorf("Create = %+v, %v; want the key's id with ErrSecretNotShown", k, err)
	}
	if got := s.asked[1].Header.Get("Idempotency-Key"); got != "mine" || s.asked[0].Header.Get("Idempotency-Key") != got {
		t.Errorf("the idempotency key is %q, want the caller's both times", got)
	}
	_, client = newScript(breaks, says(200, lost, "Idempotent-Replayed", "true"))
	if _, err := client.APIKeys().Revoke(t.Context(), "key_1"); err != nil {
		t.Errorf("Revoke = %v; no secret was wanted", err)
	}
}

func TestPauses(t *testing.T) {
	t.Parallel()
	s, client := newScript(says(503, busy), says(503, busy), says(503, busy, "Retry-After", "20"), breaks, says(503, busy))
	var told int
	client.OnRetry = func(err error, pause time.Duration) { told++ }
	_, err := client.Payments().Get(t.Context(), "pay_1")
	var problem *Error
	if !errors.As(err, &problem) || problem.Code != "store_unavailable" || problem.RequestID != "req_1" {
		t.Errorf("error = %v, want the last answer", err)
	}
	if len(s.asked) != 5 || told != 4 {
		t.Errorf("%d requests, %d announced, want 5 and 4", len(s.asked), told)
	}
	for i, within := range [][2]time.Duration{{250, 500}, {500, 1000}, {20000, 20000}, {2000, 4000}} {
		if got := s.pauses[i]; got < within[0]*time.Millisecond || got > within[1]*time.Millisecond {
			t.Errorf("pause %d = %v, want %d to %d ms", i+1, got, within[0], within[1])
		}
	}

	s, client = newScript(breaks)
	client.Retries = -1
	if _, err := client.Payments().Get(t.Context(), "pay_1"); err == nil || len(s.asked) != 1 {
		t.Errorf("without retries: %d requests, %v", len(s.asked), err)
	}
}

// A pause that would outlast the context is not begun: the caller gets the reason, and not just that time is up.
func TestNoPauseBeyondTheContext(t *testing.T) {
	t.Parallel()
	s, client := newScript(says(429, limited, "Retry-After", "25"))
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_, err := client.Payments().Create(ctx, NewPayment{})
	var problem *Error
	if !errors.As(err, &problem) || problem.RetryAfter != 25*time.Second || len(s.pauses) != 0 {
		t.Errorf("error = %v after %d pauses, want phone_limited with 25 s and no pause", err, len(s.pauses))
	}
	ended, stop := context.WithCancel(t.Context())
	s, client = newScript(func(*http.Request) (*http.Response, error) { stop(); return nil, io.ErrUnexpectedEOF })
	if _, err := client.Payments().Get(ended, "pay_1"); !errors.Is(err, context.Canceled) || len(s.asked) != 1 {
		t.Errorf("after its context: %v, %d requests", err, len(s.asked))
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	const problem = `{"type":"urn:problem-type:lunas:in_progress","title":"In progress","status":409,"detail":"wait for its end",
		"code":"in_progress","field":"id","hint":"Wait.","request_id":"req_7","payment_id":"pay_9","state":"pushing",
		"until":"2026-03-21T10:15:30.000+07:00","retry_after":12,"errors":[{"code":"a","field":"b","detail":"c","hint":"d"}]}`
	_, client := newScript(says(409, problem, "Retry-After", "12"))
	_, err := client.Payments().Void(t.Context(), "pay_9", Ask{})
	var got *Error
	if !errors.As(err, &got) {
		t.Fatalf("error = %v", err)
	}
	until := time.Date(2026, 3, 21, 3, 15, 30, 0, time.UTC)
	if got.Until == nil || !got.Until.Equal(until) {
		t.Errorf("until = %v", got.Until)
	}
	got.Until = nil
	want := Error{
		Request: "POST /v1/payments/{…}/void", Status: 409, Code: "in_progress", Title: "In progress", Detail: "wait for its end", Field: "id",
		Hint: "Wait.", RequestID: "req_7", RetryAfter: 12 * time.Second, PaymentID: "pay_9", State: Pushing,
		Errors: []FieldError{{"a", "b", "c", "d"}},
	}
	if !reflect.DeepEqual(*got, want) {
		t.Errorf("error = %+v\nwant    %+v", *got, want)
	}
	if text := err.Error(); text != "POST /v1/payments/{…}/void: in_progress: wait for its end (request req_7)" {
		t.Errorf("text = %s", text)
	}
	for _, c := range []struct {
		status      int
		body, media string
	}{
		{502, "<html>Bad Gateway", "text/html"},
		{404, `{"message":"no"}`, "application/json"},
		{403, `{"code":""}`, "application/problem+json"},
		{400, `{"code"`, "application/problem+json"},
	} {
		_, client := newScript(says(c.status, c.body, "Content-Type", c.media))
		client.Retries = -1
		_, err := client.Payments().Get(t.Context(), "pay_1")
		if !errors.As(err, &got) || got.Code != "unexpected_answer" || got.Status != c.status || got.Hint == "" {
			t.Errorf("%d %s: error = %v, want unexpected_answer with a hint", c.status, c.body, err)
		}
	}
	_, client = newScript(says(200, "<html>a login page"))
	if _, err := client.Payments().Get(t.Context(), "pay_1"); err == nil || !strings.Contains(err.Error(), "is the address that of a lunas gateway?") {
		t.Errorf("error = %v", err)
	}
}

func TestNothingSecretIsPrinted(t *testing.T) {
	t.Parallel()
	const phone, secret = "081298765432", "canarycanarycanary"
	var printed bytes.Buffer
	_, client := newScript(breaks)
	client.Retries = -1
	endpoint := WebhookEndpoint{Secret: "whsec_" + secret}
	log := slog.New(slog.NewJSONHandler(&printed, nil))
	log.Info("x", "key", client.Key, "endpoint", endpoint)
	slog.New(slog.NewTextHandler(&printed, nil)).Info("x", "key", client.Key, "client", *client, "endpoint", endpoint)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		fmt.Fprintf(&printed, verb+"\n", client.Key)
		fmt.Fprintf(&printed, verb+"\n", endpoint)
		fmt.Fprintf(&printed, verb+"\n", *client)
	}
	b, err := json.Marshal(endpoint)
	printed.Write(b)
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Phones().Inquire(t.Context(), phone)
	fmt.Fprintln(&printed, err)
	away := &Client{URL: "http://127.0.0.1:1", Key: "lunas_test_" + secret, Retries: -1}
	_, err = away.Phones().Inquire(t.Context(), phone)
	var none *ConnectionError
	if !errors.As(err, &none) {
		t.Errorf("error = %v, want a ConnectionError", err)
	}
	fmt.Fprintln(&printed, err)
	for _, canary := range []string{secret, phone[2:], fmt.Sprintf("%x", secret)} {
		if strings.Contains(printed.String(), canary) {
			t.Errorf("%s is printed:\n%s", canary, printed.String())
		}
	}
	if !strings.Contains(printed.String(), "lunas_test_***") || !strings.Contains(printed.String(), "GET /v1/phones/{…}: no answer: ") {
		t.Errorf("nothing is left to see:\n%s", printed.String())
	}
	if client.Key.Reveal() != "lunas_test_"+secret {
		t.Error("Reveal does not reveal")
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	const key = "lunas_test_canarycanarycanary"
	for _, c := range []struct {
		client Client
		want   string
	}{
		{Client{Key: key}, "address is missing"},
		{Client{URL: "gateway:8080", Key: key}, "write it as https://"},
		{Client{URL: "http://user:canary@gateway", Key: key}, "write it as https://"},
		{Client{URL: "http://gateway\n", Key: key}, "write it as https://"},
		{Client{URL: "http://gateway"}, "API key is missing"},
		{Client{URL: "http://gateway", Key: key + "\n"}, "line break"},
	} {
		_, err := c.client.Payments().Get(t.Context(), "pay_1")
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: error = %v, want %q", c.client.URL, err, c.want)
		}
	}
	s, client := newScript(says(200, paid))
	for _, id := range []string{"", ".", ".."} {
		if _, err := client.Payments().Get(t.Context(), id); err == nil {
			t.Errorf("an id %q is asked for", id)
		}
	}
	if _, err := client.Payments().Get(t.Context(), "../x?y"); err != nil || s.asked[0].URL.EscapedPath() != "/v1/payments/..%2Fx%3Fy" {
		t.Errorf("%v, asked %v", err, s.asked[0].URL)
	}
}

func TestWaitAndFollow(t *testing.T) {
	t.Parallel()
	s, client := newScript(says(200, pushing), says(200, pushing), says(200, paid))
	p, err := client.Payments().Wait(t.Context(), "pay_1")
	if err != nil || p.State != Paid || len(s.asked) != 3 || s.asked[0].URL.RawQuery != "wait=50" {
		t.Errorf("Wait = %+v, %v after %d requests of %s", p, err, len(s.asked), s.asked[0].URL)
	}
	if len(s.pauses) != 2 {
		t.Errorf("%d pauses, want one after each answer that came at once", len(s.pauses))
	}
	_, client = newScript(says(200, pushing), says(200, pushing), says(200, paid))
	var seen []State
	for p, err := range client.Payments().Follow(t.Context(), "pay_1") {
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, p.State)
	}
	if !slices.Equal(seen, []State{Pushing, Paid}) {
		t.Errorf("Follow = %v, want each change once", seen)
	}
}

func TestRetryAfterHasTwoForms(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"7": 7 * time.Second, "Sat, 21 Nov 2026 10:00:30 GMT": 30 * time.Second, "Sat, 21 Nov 2026 09:00:00 GMT": 0,
		"": 0, "-1": 0, "soon": 0, "99999999999999": 0,
	} {
		if got := retryAfter(value, now); got != want {
			t.Errorf("Retry-After %q = %v, want %v", value, got, want)
		}
	}
}

// The end of a feed is found without reading it.
func TestTheFeedsEnd(t *testing.T) {
	t.Parallel()
	var long []int64
	for i := range int64(5000) {
		long = append(long, i+1)
	}
	for _, positions := range [][]int64{long, long[:1234], {}, {1}, {2}, {1, 2, 3}, {7, 90, 1 << 40}, {1000000}, {3, 4, 5, 6, 999999}} {
		asked := 0
		_, client := newScript(func(r *http.Request) (*http.Response, error) {
			asked++
			var after int64
			_, _ = fmt.Sscan(r.URL.Query().Get("after"), &after)
			for _, p := range positions {
				if p > after {
					return says(200, fmt.Sprintf(`{"data":[{"position":%d,"id":"evt_1","type":"x"}],"after":%d}`, p, p))(r)
				}
			}
			return says(200, fmt.Sprintf(`{"data":[],"after":%d}`, after))(r)
		})
		want := int64(0)
		if len(positions) > 0 {
			want = positions[len(positions)-1]
		}
		if got, err := client.Events().End(t.Context()); got != want || err != nil {
			t.Errorf("End of a feed of %d = %d, %v, want %d", len(positions), got, err, want)
		}
		if asked > 90 {
			t.Errorf("End of a feed of %d asked %d times", len(positions), asked)
		}
	}
}
