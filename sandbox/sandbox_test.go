package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// pipeListener hands out in-memory connections, so that HTTP runs in fake time.
type pipeListener struct {
	connections chan net.Conn
	closed      chan struct{}
	once        sync.Once
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.connections:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.IPAddr{} }

func (l *pipeListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case l.connections <- theirs:
		return ours, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// serveInBubble serves a sandbox over pipes; all of it ends with the test.
func serveInBubble(t *testing.T, options Options) (*Sandbox, *http.Client) {
	t.Helper()
	s := New(options)
	l := &pipeListener{connections: make(chan net.Conn), closed: make(chan struct{})}
	server := &http.Server{Handler: s.Handler()}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("serve: %v", err)
		}
	}()
	transport := &http.Transport{DialContext: l.dial}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		s.Close()
		_ = server.Close()
		<-ended
	})
	return s, &http.Client{Transport: transport}
}

type result struct {
	status int
	body   string
	err    error
	took   time.Duration
}

// callIn posts a push in the bubble and says how it ended and when.
func callIn(t *testing.T, client *http.Client, r Request, limit time.Duration) result {
	t.Helper()
	began := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, r.Method, "http://sandbox"+r.Path, bytes.NewReader(r.Body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = r.Header
	request.GetBody = nil
	response, err := client.Do(request)
	if err != nil {
		return result{err: err, took: time.Since(began)}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return result{response.StatusCode, string(body), err, time.Since(began)}
}

func TestShellWaits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		phone  string
		status int
		took   time.Duration
		silent bool
	}{
		{"081211110101", 200, 2 * time.Second, false},
		{"081211110017", 400, 0, false},
		{"081211111111", 404, 55 * time.Second, false},
		{"081211110162", 200, 62 * time.Second, false},
		{"081211110160", 0, 75 * time.Second, true},
		{"081211110165", 0, 75 * time.Second, true},
	} {
		t.Run(c.phone, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s, client := serveInBubble(t, Options{})
				got := callIn(t, client, signedRequest(t, pushAt(time.Now(), 1, c.phone), time.Now(), R1), 75*time.Second)
				if got.status != c.status || got.took != c.took || errors.Is(got.err, context.DeadlineExceeded) != c.silent {
					t.Errorf("got %d after %v (%v), want %d after %v", got.status, got.took, got.err, c.status, c.took)
				}
				if c.status == 404 && got.body != "" {
					t.Errorf("body of the 404 = %q", got.body)
				}
				synctest.Wait()
				s.Do(func(core *Core, _ time.Time) {
					if core.Held() != 0 {
						t.Errorf("%d calls are still held", core.Held())
					}
				})
			})
		})
	}
}

func TestShellCutsConnections(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, client := serveInBubble(t, Options{Scripts: []Script{{Times: 1, Effect: Effect{Customer: Cash, Answer: AnswerReset}}}})
		got := callIn(t, client, signedRequest(t, pushAt(time.Now(), 1, "081211111111"), time.Now(), R1), time.Minute)
		if got.err == nil || got.took != 0 {
			t.Errorf("got %+v, want a cut connection at once", got)
		}
		s.Do(func(core *Core, _ time.Time) {
			if core.Totals().Held != 12500 {
				t.Errorf("totals = %+v, want charged", core.Totals())
			}
		})
	})
}

func TestCloseEndsHeldCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, client := serveInBubble(t, Options{})
		time.AfterFunc(10*time.Second, s.Close)
		got := callIn(t, client, signedRequest(t, pushAt(time.Now(), 1, "081211111111"), time.Now(), R1), time.Minute)
		if got.err == nil || got.took != 10*time.Second {
			t.Errorf("got %+v, want an end at 10 s", got)
		}
		s.Close() // twice is fine
	})
}

// The customer may pay after the caller has gone; OVO cannot know.
func TestPaidAfterTheCallerLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, client := serveInBubble(t, Options{})
		got := callIn(t, client, signedRequest(t, pushAt(time.Now(), 1, "081211111111"), time.Now(), R1), 5*time.Second)
		if !errors.Is(got.err, context.DeadlineExceeded) {
			t.Fatalf("got %+v", got)
		}
		s.Do(func(core *Core, now time.Time) {
			if err := core.Choose(now, 1, Cash); err != nil {
				t.Error(err)
			}
			if tx, _ := core.TransactionByID(1); tx.State != Paid || !tx.Charged.Equal(now) {
				t.Errorf("transaction = %+v", tx)
			}
		})
	})
}

// The sandbox's clock may run sixty times as fast: 55 s are over in less than one.
func TestScaledClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const speed = 60
		began := time.Now()
		_, client := serveInBubble(t, Options{
			Speed:   speed,
			Now:     func() time.Time { return began.Add(speed * time.Since(began)) },
			After:   func(d time.Duration) <-chan time.Time { return time.After(d / speed) },
			RealNow: time.Now,
		})
		scaled := func() time.Time { return began.Add(speed * time.Since(began)) }
		for i, clock := range []func() time.Time{time.Now, scaled} {
			time.Sleep(10 * time.Minute) // fake time; the scaled clock runs hours ahead
			at := clock()
			got := callIn(t, client, signedRequest(t, pushAt(at, uint32(i+1), "081211111111"), at, R1), time.Minute)
			if got.status != 404 || got.took.Round(time.Millisecond) != 917*time.Millisecond {
				t.Errorf("signed at %v: %d after %v, want 404 after 917ms", at, got.status, got.took)
			}
		}
	})
}

func TestOVOAlone(t *testing.T) {
	t.Parallel()
	s := New(Options{})
	defer s.Close()
	for path, want := range map[string]int{"/pos": 200, "/": 404, "/control/wallets": 404, "/pos/": 404} {
		r := signedRequest(t, pushAt(time.Now(), 1, "081211110000"), time.Now(), R1)
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, bytes.NewReader(r.Body))
		request.Header = r.Header
		recorder := httptest.NewRecorder()
		s.OVO().ServeHTTP(recorder, request)
		if recorder.Code != want {
			t.Errorf("%s = %d, want %d", path, recorder.Code, want)
		}
	}
}

// visitor speaks to a sandbox over real HTTP.
type visitor struct {
	t    *testing.T
	s    *Sandbox
	base string
}

func newVisitor(t *testing.T, options Options) *visitor {
	t.Helper()
	s := New(options)
	server := httptest.NewServer(s.Handler())
	t.Cleanup(func() { s.Close(); server.Close() })
	return &visitor{t, s, server.URL}
}

func (v *visitor) do(method, path, body string, headers ...string) (int, string, http.Header) {
	v.t.Helper()
	request, err := http.NewRequestWithContext(v.t.Context(), method, v.base+path, strings.NewReader(body))
	if err != nil {
		v.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		v.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return response.StatusCode, string(text), response.Header
}

// control calls the control API and reads its answer into a map.
func (v *visitor) control(method, path, body string, want int) map[string]any {
	v.t.Helper()
	status, text, _ := v.do(method, "/control/"+path, body)
	if status != want {
		v.t.Fatalf("%s %s = %d %s, want %d", method, path, status, text, want)
	}
	var answer map[string]any
	if text != "" {
		if err := json.Unmarshal([]byte(text), &answer); err != nil {
			v.t.Fatalf("%s %s: %v", method, path, err)
		}
	}
	return answer
}

// pushAside sends a push that waits, and returns once it is on the phone; its answer
// comes on the channel.
func (v *visitor) pushAside(reference uint32, phone string) <-chan string {
	v.t.Helper()
	answers := make(chan string, 1)
	_, changed := v.s.revision("")
	r := signedRequest(v.t, pushAt(time.Now(), reference, phone), time.Now(), R1)
	go func() {
		_, text := post(v.t, v.base, r)
		answers <- text
	}()
	select {
	case <-changed:
	case <-v.t.Context().Done():
	}
	return answers
}

func TestControlAPI(t *testing.T) {
	t.Parallel()
	v := newVisitor(t, Options{})
	answer := v.pushAside(1, "081211111111")
	pushes := v.control("GET", "pushes?phone=6281211111111&state=pending", "", 200)["pushes"].([]any)
	if len(pushes) != 1 || pushes[0].(map[string]any)["amount"].(float64) != 12500 {
		t.Fatalf("pushes = %v", pushes)
	}
	if got := v.control("GET", "pushes?phone=081211119999", "", 200)["pushes"].([]any); len(got) != 0 {
		t.Errorf("another phone has pushes: %v", got)
	}
	v.control("POST", "pushes/1/pay", `{"with":"gold"}`, 422)
	v.control("POST", "pushes/1/pay", `{"wit":"cash"}`, 400)
	v.control("POST", "pushes/1/wink", "", 404)
	v.control("POST", "pushes/77/decline", "", 404)
	if got := v.control("POST", "pushes/1/pay", `{"with":"both"}`, 200); got["state"] != "paid" || got["points"].(float64) != 6250 {
		t.Errorf("pay = %v", got)
	}
	v.control("POST", "pushes/1/ignore", "", 409)
	if text := <-answer; !strings.Contains(text, `"responseCode":"00"`) {
		t.Errorf("the push was answered %s", text)
	}
	if got := v.control("GET", "pushes/1", "", 200); got["state"] != "paid" {
		t.Errorf("push 1 = %v", got)
	}
	if got := v.control("GET", "transactions", "", 200)["totals"].(map[string]any); got["held"].(float64) != 12500 {
		t.Errorf("totals = %v", got)
	}
	v.control("GET", "transactions?limit=0", "", 422)

	if got := v.control("POST", "wallets/081299990000", `{"name":"Uji","cash":500}`, 201); got["cash"].(float64) != 500 {
		t.Errorf("wallet = %v", got)
	}
	if got := v.control("POST", "wallets/081299990000", `{"add_points":7,"habit":{"customer":"decline","customer_after":"3s"}}`, 200); got["points"].(float64) != 7 || got["cash"].(float64) != 500 {
		t.Errorf("wallet = %v", got)
	}
	v.control("POST", "wallets/081299990000", `{"add_cash":-501}`, 422)
	v.control("POST", "wallets/123", `{}`, 422)
	v.control("POST", "wallets/081299990000", `{"habit":{"customer_after":3}}`, 400)
	v.control("GET", "wallets/081299990009", "", 404)

	id := v.control("POST", "scripts", `{"operation":"push","times":1,"effect":{"code":"40","answer_after":"0s"}}`, 201)["id"].(string)
	v.control("POST", "scripts", `{"effect":{}}`, 422)
	v.control("POST", "scripts", `{"effect":{"code":"40"}} {}`, 400)
	if _, text := post(t, v.base, signedRequest(t, pushAt(time.Now(), 2, "081211111111"), time.Now(), R1)); !strings.Contains(text, `"40"`) {
		t.Errorf("script was not used: %s", text)
	}
	if got := v.control("GET", "scripts", "", 200)["scripts"].([]any)[0].(map[string]any); got["used"].(float64) != 1 {
		t.Errorf("script = %v", got)
	}
	v.control("DELETE", "scripts/"+id, "", 200)
	v.control("DELETE", "scripts/"+id, "", 404)
	v.control("DELETE", "scripts", "", 200)
	v.control("GET", "nothing", "", 404)
	v.control("GET", "clock", "", 200)
	if got := v.control("GET", "rules", "", 200)["rules"].([]any); len(got) != len(Rules()) {
		t.Errorf("%d rules", len(got))
	}
	if got := v.control("GET", "phones", "", 200)["phones"].([]any); len(got) != len(SeededPhones()) {
		t.Errorf("%d phones", len(got))
	}
	v.control("POST", "reset", "", 204)
	if got := v.control("GET", "totals", "", 200); got["transactions"].(float64) != 0 {
		t.Errorf("totals after reset = %v", got)
	}
}

func TestLogShowsNoSecrets(t *testing.T) {
	t.Parallel()
	v := newVisitor(t, Options{})
	r := signedRequest(t, pushAt(time.Now(), 5, "081211110000"), time.Now(), R1)
	post(t, v.base, r)
	for _, path := range []string{"/control/requests", "/control/violations", "/director"} {
		_, text, _ := v.do("GET", path, "")
		for name, secret := range map[string]string{"hmac": r.Header.Get("Hmac"), "phone": "081211110000", "key": DemoMerchant().AppKey} {
			if strings.Contains(text, secret) {
				t.Errorf("%s shows the whole %s", path, name)
			}
		}
	}
	_, text, _ := v.do("GET", "/control/requests", "")
	if !strings.Contains(text, "0812****0000") || !strings.Contains(text, "answered 200") {
		t.Errorf("requests = %s", text)
	}
	violations := v.control("GET", "violations", "", 200)["violations"].([]any)
	if got := violations[0].(map[string]any); got["rule"] != "reference_start" || got["noted"] != true || got["sentence"] == "" {
		t.Errorf("violation = %v", got)
	}
}

func TestMaskPhones(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"phone":"081211111111","tid":"00300001"}`: `{"phone":"0812****1111","tid":"00300001"}`,
		"+6281211111111 0812":                       "+6281*****1111 0812",
		"":                                          "",
		"1468914526":                                "1468914526",
	} {
		if got := maskPhones(in); got != want {
			t.Errorf("maskPhones(%q) = %q, want %q", in, got, want)
		}
	}
}
