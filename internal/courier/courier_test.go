package courier_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/lunas-pay/lunas/internal/courier"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/memory"
	"github.com/lunas-pay/lunas/internal/webhook"
)

var morning = time.Date(2026, 11, 21, 10, 0, 0, 0, payment.WIB)

// world is a store, a clock that stands still until it is set, and a courier that may reach this machine.
type world struct {
	t       testing.TB
	store   *memory.Store
	keyring *exchange.Keyring
	log     *syncBuffer

	mu  sync.Mutex
	now time.Time
	ids int
}

type syncBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func (b *syncBuffer) text() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.String()
}

func newWorld(t testing.TB) *world {
	t.Helper()
	keyring, err := exchange.NewKeyring(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, keyring: keyring, log: &syncBuffer{}, now: morning}
	w.store = memory.New(memory.Options{Now: w.Now})
	return w
}

func (w *world) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) set(at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = at
}

func (w *world) id(prefix string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ids++
	return fmt.Sprintf("%s%04d", prefix, w.ids)
}

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

func (w *world) courier(edit ...func(*courier.Options)) *courier.Courier {
	o := courier.Options{
		Store: w.store, Keyring: w.keyring, Transport: courier.NewTransport(loopback), Now: w.Now, NewID: w.id,
		Log: slog.New(slog.NewTextHandler(w.log, nil)), Every: 5 * time.Millisecond,
	}
	for _, f := range edit {
		f(&o)
	}
	return courier.New(o)
}

// run runs a courier until the function that it returns is called, which waits for it.
func run(c *courier.Courier) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { c.Run(ctx); close(done) }()
	return sync.OnceFunc(func() { cancel(); <-done })
}

func (w *world) endpoint(id, url string) webhook.Secret {
	w.t.Helper()
	secret := webhook.NewSecret([webhook.SecretSize]byte{byte(len(id)), id[len(id)-1]})
	e := store.Endpoint{Endpoint: webhook.Endpoint{
		ID: id, MerchantID: "mer_1", Mode: payment.Test, Version: 1, URL: url, CreatedAt: morning,
	}}
	if err := courier.Seal(w.keyring, &e, webhook.Secrets{{Secret: secret}}); err != nil {
		w.t.Fatal(err)
	}
	if err := w.store.SaveEndpoint(w.t.Context(), e); err != nil {
		w.t.Fatal(err)
	}
	return secret
}

// tell commits a change of state of a payment, as the engine does.
func (w *world) tell(n, version int, state payment.State) {
	w.t.Helper()
	p := payment.Payment{
		ID: fmt.Sprintf("pay_%04d", n), MerchantID: "mer_1", Mode: payment.Test, Version: version, State: state, Amount: 25_000,
		CreatedAt: morning, UpdatedAt: w.Now(),
	}
	id, eventType := fmt.Sprintf("evt_%04d_%d", n, version), "payment."+string(state)
	_, err := w.store.Commit(w.t.Context(), store.Change{
		ID: w.id("chg_"), Payment: p, Event: payment.Woke{At: w.Now()},
		Told: []store.Told{{
			ID: id, MerchantID: "mer_1", PaymentID: p.ID, Version: version, Mode: payment.Test, Type: eventType, At: w.Now(),
			Body: webhook.PaymentEvent(id, eventType, w.Now(), p),
		}},
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) stored(id string) store.Endpoint {
	w.t.Helper()
	e, err := w.store.Endpoint(w.t.Context(), "mer_1", id)
	if err != nil {
		w.t.Fatal(err)
	}
	return e
}

func (w *world) deliveries(id string) []webhook.Delivery {
	w.t.Helper()
	list, err := w.store.Deliveries(w.t.Context(), store.DeliveryFilter{MerchantID: "mer_1", EndpointID: id, Limit: 100})
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

// shop is a merchant's server.
type shop struct {
	*httptest.Server
	mu     sync.Mutex
	got    []string // webhook ids
	bodies [][]byte
	heads  []http.Header
	came   chan string
	answer func(n int, w http.ResponseWriter, r *http.Request)
}

func newShop(t *testing.T, answer func(n int, w http.ResponseWriter, r *http.Request)) *shop {
	s := &shop{came: make(chan string, 1000), answer: answer}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		id := r.Header.Get("webhook-id")
		s.got, s.bodies, s.heads = append(s.got, id), append(s.bodies, body), append(s.heads, r.Header.Clone())
		n := len(s.got)
		s.mu.Unlock()
		if s.answer != nil {
			s.answer(n, w, r)
		}
		s.came <- id
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *shop) wait(t *testing.T, n int) {
	t.Helper()
	for range n {
		select {
		case <-s.came:
		case <-time.After(2 * time.Minute):
			t.Fatalf("the shop waits for a webhook; it got %v", s.got)
		}
	}
}

// eventually waits for what a courier does in the background.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	end := time.Now().Add(2 * time.Minute)
	for !is() {
		if time.Now().After(end) {
			t.Fatalf("it did not come to this: %s", what)
		}
		time.Sleep(time.Millisecond)
	}
}

func TestAWebhookIsVerifiedByItsOwnLibrary(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shop := newShop(t, nil)
	secret := w.endpoint("whe_1", shop.URL+"/webhooks?a=1")
	defer run(w.courier())()
	w.tell(1, 1, payment.Pushing)
	w.tell(1, 2, payment.Paid)
	shop.wait(t, 2)
	verifier, err := standardwebhooks.NewWebhook(secret.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	for i := range shop.got {
		if err := verifier.Verify(shop.bodies[i], shop.heads[i]); err != nil {
			t.Errorf("Verify(%s) = %v", shop.bodies[i], err)
		}
		var event struct {
			ID   string
			Data struct{ Version int }
		}
		if err := json.Unmarshal(shop.bodies[i], &event); err != nil || event.ID != shop.got[i] || event.Data.Version == 0 {
			t.Errorf("the event %s is not whole: %v", shop.bodies[i], err)
		}
		if got := shop.heads[i].Get("Content-Type"); got != "application/json" {
			t.Errorf("Content-Type = %s", got)
		}
	}
	eventually(t, "both are delivered", func() bool {
		list := w.deliveries("whe_1")
		return len(list) == 2 && list[0].State == webhook.Delivered && list[1].State == webhook.Delivered
	})
}

// A courier that is killed after sending and before writing down loses nothing: the webhook comes again with its id.
func TestKilledInTheMiddle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shop := newShop(t, nil)
	w.endpoint("whe_1", shop.URL)
	w.tell(1, 1, payment.Paid)
	w.tell(2, 1, payment.Paid)
	// What a killed process leaves behind: taken, and perhaps sent, but nothing written down.
	taken, err := w.store.TakeDeliveries(t.Context(), store.Take{
		MerchantID: "mer_1", EndpointID: "whe_1", Now: w.Now(), Until: w.Now().Add(90 * time.Second), Limit: 1,
	})
	if err != nil || len(taken) != 1 {
		t.Fatalf("TakeDeliveries = %v, %v", taken, err)
	}
	defer run(w.courier())()
	shop.wait(t, 1)
	if shop.got[0] == taken[0].EventID {
		t.Fatalf("%s was sent while its taker may still live", shop.got[0])
	}
	w.set(morning.Add(90 * time.Second))
	shop.wait(t, 1)
	if shop.got[1] != taken[0].EventID {
		t.Errorf("then came %s, want %s, which the killed process had taken", shop.got[1], taken[0].EventID)
	}
}

func TestOneDeadEndpointDelaysNoOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	release := make(chan struct{})
	dead := newShop(t, func(_ int, _ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	alive := newShop(t, nil)
	w.endpoint("whe_dead", dead.URL)
	w.endpoint("whe_live", alive.URL)
	stop := run(w.courier(func(o *courier.Options) { o.TimeLimit = time.Hour }))
	for n := range 50 {
		w.tell(n, 1, payment.Paid)
	}
	alive.wait(t, 50) // while nothing is answered by the other
	close(release)
	stop()
}

func TestAnEndpointThatIsTooSlow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	slow := newShop(t, func(_ int, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	w.endpoint("whe_1", slow.URL)
	defer run(w.courier(func(o *courier.Options) { o.TimeLimit = 20 * time.Millisecond }))()
	w.tell(1, 1, payment.Paid)
	eventually(t, "the try has failed", func() bool { return w.deliveries("whe_1")[0].Tries == 1 })
	d := w.deliveries("whe_1")[0]
	if d.Last.Trouble != "no answer within 20ms" || d.State != webhook.Due || d.DueAt.Sub(morning) < webhook.Gaps[0] {
		t.Errorf("delivery = %+v, want it due again after %s", d, webhook.Gaps[0])
	}
}

// While an endpoint fails it gets one webhook at a time; when it takes one, the others follow.
func TestAFailingEndpointIsProbed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var mu sync.Mutex
	status := 500
	shop := newShop(t, func(_ int, rw http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		rw.WriteHeader(status)
		_, _ = io.WriteString(rw, strings.Repeat("maaf ", 1000)+"\x00\xff")
	})
	w.endpoint("whe_1", shop.URL)
	w.tell(0, 1, payment.Paid)
	stop := run(w.courier())
	eventually(t, "the endpoint is known to fail", func() bool { return w.stored("whe_1").Failures == 1 })
	stop()
	if d := w.deliveries("whe_1")[0]; d.Last.Status != 500 || len(d.Last.Body) != webhook.BodyKept {
		t.Errorf("kept of the answer: status %d and %d bytes, want 500 and %d", d.Last.Status, len(d.Last.Body), webhook.BodyKept)
	}
	for n := 1; n <= 20; n++ {
		w.tell(n, 1, payment.Paid)
	}
	one := w.courier()
	one.Round(t.Context())
	shop.wait(t, 2) // the first one, and now one of twenty
	eventually(t, "it has failed again", func() bool { return w.stored("whe_1").Failures == 2 })
	mu.Lock()
	status = 204
	mu.Unlock()
	defer run(w.courier())()
	eventually(t, "the twenty are delivered", func() bool {
		n := 0
		for _, d := range w.deliveries("whe_1") {
			if d.State == webhook.Delivered {
				n++
			}
		}
		return n >= 19
	})
	if w.stored("whe_1").Failures != 0 {
		t.Errorf("after good answers it counts %d failures, want 0", w.stored("whe_1").Failures)
	}
}

func TestAnswersOfAnEndpoint(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shop := newShop(t, func(_ int, rw http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/redirect":
			http.Redirect(rw, r, "/elsewhere", http.StatusTemporaryRedirect)
		case "/later":
			rw.Header().Set("Retry-After", "3600")
			rw.WriteHeader(http.StatusTooManyRequests)
		case "/gone":
			rw.WriteHeader(http.StatusGone)
		case "/elsewhere":
			t.Error("a redirect was followed")
		}
	})
	for _, path := range []string{"redirect", "later", "gone"} {
		w.endpoint("whe_"+path, shop.URL+"/"+path)
	}
	defer run(w.courier())()
	w.tell(0, 1, payment.Paid)
	// The endpoint that is switched off is told to the others: theirs is the older event.
	first := func(path string) webhook.Delivery {
		list := w.deliveries("whe_" + path)
		return list[len(list)-1]
	}
	for _, path := range []string{"redirect", "later", "gone"} {
		eventually(t, path+" is written down", func() bool { return first(path).Tries == 1 })
	}
	if d := first("redirect"); d.Last.Status != 307 || d.State != webhook.Due {
		t.Errorf("a redirect: %+v, want a failed try", d)
	}
	if d := first("later"); d.DueAt.Sub(morning) != time.Hour {
		t.Errorf("Retry-After of an hour: due after %s", d.DueAt.Sub(morning))
	}
	if e := w.stored("whe_gone"); e.Disabled != webhook.ReasonGone {
		t.Errorf("410: disabled %q, want %q", e.Disabled, webhook.ReasonGone)
	}
}

// How long an endpoint may ask to be left alone, in both forms, and what is asked in none.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	waits := map[string]time.Duration{
		"3600":                          time.Hour,
		w.date(2 * time.Hour):           2 * time.Hour,
		"4294967296":                    24 * time.Hour,
		"99999999999999999999999":       24 * time.Hour,
		"Fri, 31 Dec 9999 23:59:59 GMT": 24 * time.Hour,
		w.date(-time.Hour):              0,
		"-3600":                         0,
		"later":                         0,
		"":                              0,
	}
	asks := make([]string, 0, len(waits))
	for ask := range waits {
		w.endpoint(fmt.Sprintf("whe_%d", len(asks)), fmt.Sprintf("https://shop.example/%d", len(asks)))
		asks = append(asks, ask)
	}
	defer run(w.courier(func(o *courier.Options) {
		o.Wall = w.Now
		o.Transport = carrier(func(r *http.Request) (*http.Response, error) {
			var n int
			_, _ = fmt.Sscanf(r.URL.Path, "/%d", &n)
			return answered(503, http.Header{"Retry-After": {asks[n]}}), nil
		})
	}))()
	w.tell(1, 1, payment.Paid)
	for n, ask := range asks {
		id := fmt.Sprintf("whe_%d", n)
		eventually(t, id+" is tried", func() bool { return w.deliveries(id)[0].Tries == 1 })
		want := max(waits[ask], webhook.Gaps[0])
		if got := w.deliveries(id)[0].DueAt.Sub(morning); got < want || got > want+want/10 {
			t.Errorf("Retry-After %q: sent again after %s, want %s", ask, got, want)
		}
	}
}

// date writes a moment as Retry-After does.
func (w *world) date(after time.Duration) string {
	return morning.Add(after).UTC().Format(http.TimeFormat)
}

// carrier answers webhooks without a network.
type carrier func(*http.Request) (*http.Response, error)

func (c carrier) RoundTrip(r *http.Request) (*http.Response, error) { return c(r) }

func answered(status int, h http.Header) *http.Response {
	return &http.Response{StatusCode: status, Header: h, Body: http.NoBody}
}

// An endpoint that asks to be left alone gets none of its other webhooks either until then, and one that answers 410 none
// at all; what is due to them is kept. A change by hand ends the wait.
func TestAnEndpointThatWantsNoMoreIsLeftAlone(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusServiceUnavailable, http.StatusGone} {
		w := newWorld(t)
		var asking atomic.Int64
		asking.Store(int64(status))
		shop := newShop(t, func(_ int, rw http.ResponseWriter, _ *http.Request) {
			code := int(asking.Load())
			if code == http.StatusServiceUnavailable {
				rw.Header().Set("Retry-After", "3600")
			}
			rw.WriteHeader(code)
		})
		other := newShop(t, nil)
		w.endpoint("whe_asks", shop.URL)
		for n := range 20 {
			w.tell(n, 1, payment.Paid)
		}
		w.endpoint("whe_live", other.URL)
		stop := run(w.courier(func(o *courier.Options) { o.InFlight = 1 }))
		eventually(t, "one was tried", func() bool { return w.stored("whe_asks").Failures > 0 })
		if status == http.StatusGone {
			other.wait(t, 1) // it is told that the other was switched off
		}
		w.set(morning.Add(2 * time.Minute)) // what was taken and not sent is due again
		for n := range 5 {                  // each of these is a round or more
			w.tell(20+n, 1, payment.Paid)
			other.wait(t, 1)
		}
		asking.Store(http.StatusNoContent)
		if status == http.StatusGone {
			stop()
			if n := len(shop.came); n != 1 || w.stored("whe_asks").On() {
				t.Errorf("after 410 it got %d webhooks, want no further one", n-1)
			}
			continue
		}
		if n := len(w.tried("whe_asks")); n != 1 {
			t.Errorf("%d webhooks were tried while it wants none for an hour, want the first alone", n)
		}
		e := w.stored("whe_asks")
		e.Version, e.Sealed = 2, nil
		if err := w.store.SaveEndpoint(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the others are delivered", func() bool { return len(w.tried("whe_asks")) == 25 })
		stop()
	}
}

// tried are the deliveries to an endpoint that were sent.
func (w *world) tried(id string) []webhook.Delivery {
	return slices.DeleteFunc(w.deliveries(id), func(d webhook.Delivery) bool { return d.Tries == 0 })
}

// However many endpoints are dead, one that lives is looked at.
func TestManyDeadEndpointsDelayNoOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for n := range 600 {
		w.endpoint(fmt.Sprintf("whe_%04d", n), "https://dead.example/")
		e := w.stored(fmt.Sprintf("whe_%04d", n))
		e.Version, e.Failures, e.FailingSince = 2, 1, morning // so that it is tried with one, and others stay due
		if err := w.store.SaveEndpoint(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	w.tell(1, 1, payment.Paid)
	w.tell(2, 1, payment.Paid)
	w.endpoint("whe_live", "https://live.example/")
	w.tell(3, 1, payment.Paid)
	release, came := make(chan struct{}), make(chan struct{}, 1)
	stop := run(w.courier(func(o *courier.Options) {
		o.TimeLimit = time.Hour
		o.Transport = carrier(func(r *http.Request) (*http.Response, error) {
			if r.URL.Host == "live.example" {
				came <- struct{}{}
				return answered(204, nil), nil
			}
			<-release
			return nil, io.ErrUnexpectedEOF
		})
	}))
	select {
	case <-came:
	case <-time.After(2 * time.Minute):
		t.Error("the endpoint that lives gets nothing while the others do not answer")
	}
	close(release)
	stop()
}

// counting counts how often endpoints are read.
type counting struct {
	*memory.Store
	reads atomic.Int64
}

func (c *counting) Endpoint(ctx context.Context, m, id string) (store.Endpoint, error) {
	c.reads.Add(1)
	return c.Store.Endpoint(ctx, m, id)
}

// An endpoint whose secrets cannot be opened is looked at once in a round, and not over and over.
func TestAnUnreadableEndpointIsNotTriedWithoutEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.endpoint("whe_1", "https://shop.example/")
	w.tell(1, 1, payment.Paid)
	other, err := exchange.NewKeyring(bytes.Repeat([]byte{9}, 32))
	if err != nil {
		t.Fatal(err)
	}
	counted := &counting{Store: w.store}
	c := w.courier(func(o *courier.Options) { o.Store, o.Keyring, o.Every = counted, other, time.Hour })
	stop := run(c)
	rounds := int64(1)
	for range 20 {
		before := counted.reads.Load()
		eventually(t, "it is looked at again", func() bool {
			rounds++
			c.Wake()
			return counted.reads.Load() > before
		})
	}
	stop()
	if n := counted.reads.Load(); n > rounds {
		t.Errorf("it was read %d times in %d rounds", n, rounds)
	}
}

// Addresses of the operator's own networks are refused, and what is said of it does not tell them.
func TestPrivateAddressesAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shop := newShop(t, nil)
	w.endpoint("whe_1", shop.URL)
	w.endpoint("whe_2", strings.Replace(shop.URL, "http://", "https://", 1))
	w.endpoint("whe_3", "https://localhost:1/")
	defer run(w.courier(func(o *courier.Options) { o.Transport = nil }))()
	w.tell(1, 1, payment.Paid)
	for id, trouble := range map[string]string{
		"whe_1": "webhooks are sent by https",
		"whe_2": "the name leads to an address that webhooks are not sent to",
		"whe_3": "the name leads to an address that webhooks are not sent to",
	} {
		eventually(t, id+" is tried", func() bool { return w.deliveries(id)[0].Tries == 1 })
		if d := w.deliveries(id)[0]; d.Last.Trouble != trouble || d.Last.Status != 0 {
			t.Errorf("%s: %+v, want the trouble %q", id, d.Last, trouble)
		}
	}
	if len(shop.got) > 0 {
		t.Error("a webhook came to an address that is refused")
	}
}

// No secret, address path or body is logged.
func TestTheLogHoldsNoSecrets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shop := newShop(t, func(_ int, rw http.ResponseWriter, _ *http.Request) {
		rw.WriteHeader(500)
		_, _ = io.WriteString(rw, "CANARYANSWER")
	})
	secret := w.endpoint("whe_1", shop.URL+"/CANARYPATH?token=CANARYQUERY")
	stop := run(w.courier())
	w.tell(1, 1, payment.Paid)
	eventually(t, "it has been logged", func() bool { return strings.Contains(w.log.text(), "a webhook was not taken") })
	stop()
	for _, canary := range []string{"CANARY", strings.TrimPrefix(secret.Reveal(), "whsec_"), "25000"} {
		if strings.Contains(w.log.text(), canary) {
			t.Errorf("the log holds %q:\n%s", canary, w.log.text())
		}
	}
}

func TestEventsGetTheirPositions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.tell(1, 1, payment.Pushing)
	w.tell(2, 1, payment.Pushing)
	w.tell(1, 2, payment.Paid)
	w.courier().Round(t.Context())
	feed, err := w.store.Feed(t.Context(), "mer_1", payment.Test, 0, 0)
	if err != nil || len(feed) != 3 || feed[2].Position != 3 {
		t.Errorf("Feed = %v, %v; want three events", feed, err)
	}
}

// FuzzAddresses holds the guard against every address that may not be reached, however it is written.
func FuzzAddresses(f *testing.F) {
	for _, a := range []string{
		"127.0.0.1", "10.0.0.1", "169.254.169.254", "100.64.0.1", "192.168.1.1", "172.16.0.1", "0.0.0.0", "::1", "::", "fe80::1", "fc00::1",
		"::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "::127.0.0.1", "224.0.0.1", "255.255.255.255",
		"2001:db8::1", "8.8.8.8", "2606:4700::1",
		"64:ff9b:1:7f00:0:100::", "64:ff9b::808:808", "2001:0:4136:e378:8000:63bf:80ff:fffe", "2002:a00:1::", "ff02::1", "::ffff:100.64.0.1", "::ffff:0:10.0.0.1", "fec0::1",
	} {
		f.Add(netip.MustParseAddr(a).AsSlice())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		a, ok := netip.AddrFromSlice(b)
		if !ok || !mayNotBeReached(a) {
			return
		}
		if err := courier.Allowed(netip.AddrPortFrom(a, 443)); err == nil {
			t.Errorf("%s may be dialled", a)
		}
	})
}

// mayNotBeReached knows an address and what may be hidden in it.
func mayNotBeReached(a netip.Addr) bool {
	if !a.Is4() && !a.Is4In6() {
		b := a.As16()
		if netip.MustParsePrefix("64:ff9b::/96").Contains(a) || netip.MustParsePrefix("64:ff9b:1::/48").Contains(a) || // NAT64
			netip.MustParsePrefix("2001::/32").Contains(a) || // Teredo
			a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() ||
			a.IsMulticast() || a.IsUnspecified() {
			return true
		}
		if netip.MustParsePrefix("2002::/16").Contains(a) { // 6to4
			return mayNotBeReached(netip.AddrFrom4([4]byte(b[2:6])))
		}
		return false
	}
	v4 := a.Unmap()
	return a.Is4In6() || v4.IsPrivate() || v4.IsLoopback() || v4.IsLinkLocalUnicast() || v4.IsMulticast() || v4.IsUnspecified() ||
		netip.MustParsePrefix("100.64.0.0/10").Contains(v4)
}
