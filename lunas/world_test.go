package lunas

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/gateway"
	"github.com/lunas-pay/lunas/sandbox"
)

// Customers of the sandbox.
const (
	pays      = "081211110101" // by OVO Cash after 2 s
	declines  = "081211110017"
	waits     = "081211111111"
	unheard   = "081211110160" // no answer ever comes
	scannedBy = 1_110_101      // the amount of a QR that pays scans
)

// world is a gateway with its sandbox, in which a minute passes in six seconds.
type world struct {
	client *Client
	url    string
}

func newWorld(t testing.TB) *world {
	t.Helper()
	const speed = 10 // a phone inquiry has a second then, and a QR lives 7.5 s, which a busy machine keeps
	clock := gateway.FastClock(speed, time.Date(2026, 3, 21, 10, 0, 0, 0, time.FixedZone("WIB", 7*60*60)))
	s := sandbox.New(sandbox.Options{Now: clock.Now, After: clock.After, RealNow: time.Now, Speed: speed})
	provider := httptest.NewServer(s.Handler())
	t.Cleanup(func() { s.Close(); provider.Close() })
	conf, key, err := gateway.DevConfig(t.TempDir(), "", provider.URL, speed)
	if err != nil {
		t.Fatal(err)
	}
	g, err := gateway.Open(t.Context(), gateway.Options{Config: conf, Clock: clock, Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	l, err := gateway.Listen("127.0.0.1:0", "--listen")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- g.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Serve = %v", err)
		}
	})
	url := "http://" + l.Addr().String()
	return &world{url: url, client: &Client{URL: url, Key: Secret(key), HTTP: &http.Client{Transport: &http.Transport{}}}}
}

// pay makes a payment that is paid.
func (w *world) pay(t *testing.T, reference string) *Payment {
	t.Helper()
	p, err := w.client.Payments().Create(t.Context(), NewPayment{
		Amount: 12500, Reference: reference, Method: OVOPush, Phone: pays, Wait: time.Minute,
	})
	if err != nil || p.State != Paid {
		t.Fatalf("Create = %+v, %v, want paid", p, err)
	}
	return p
}

// script is a gateway that answers what a test says, one answer for each request.
type script struct {
	mu      sync.Mutex
	answers []func(*http.Request) (*http.Response, error)
	asked   []*http.Request
	bodies  []string
	pauses  []time.Duration
}

// newScript gives a client of a script. Its pauses take no time.
func newScript(answers ...func(*http.Request) (*http.Response, error)) (*script, *Client) {
	s := &script{answers: answers}
	return s, &Client{
		URL: "http://gateway.example", Key: "lunas_test_canarycanarycanary", HTTP: &http.Client{Transport: s},
		pause: func(ctx context.Context, d time.Duration) error {
			s.pauses = append(s.pauses, d)
			return ctx.Err()
		},
	}
}

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body := ""
	if r.Body != nil {
		b, _ := io.ReadAll(r.Body)
		body = string(b)
	}
	s.asked, s.bodies = append(s.asked, r), append(s.bodies, body)
	answer := s.answers[min(len(s.asked), len(s.answers))-1]
	return answer(r)
}

// says answers with a status, a body and headers, which alternate names and values.
func says(status int, body string, headers ...string) func(*http.Request) (*http.Response, error) {
	return func(r *http.Request) (*http.Response, error) {
		h := http.Header{"Content-Type": {"application/json"}}
		if status >= 300 {
			h.Set("Content-Type", "application/problem+json")
		}
		for i := 0; i < len(headers); i += 2 {
			h.Set(headers[i], headers[i+1])
		}
		return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
	}
}

// breaks is a connection that breaks.
func breaks(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }

const (
	busy    = `{"code":"store_unavailable","detail":"the database does not answer","request_id":"req_1"}`
	limited = `{"code":"phone_limited","detail":"too many","request_id":"req_1"}`
	paid    = `{"id":"pay_1","state":"paid","version":2}`
	pushing = `{"id":"pay_1","state":"pushing","version":1}`
)
