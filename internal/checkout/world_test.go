package checkout

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/returns"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/memory"
)

const (
	canaryPhone  = samplePhone
	canarySecret = "S3cr3tAppK3yCanary"
	qrText       = sampleQR
)

var masterKey = bytes.Repeat([]byte{7}, 32)

// fakeRail has a rail's words and no wire. What is pushed or asked is answered when a test says so.
type fakeRail struct {
	terms   payment.Terms
	over    context.Context // the test's end
	mu      sync.Mutex
	answers map[string]func(ctx context.Context) (payment.Outcome, error)
	calls   map[string]int
}

// ovoRail and snapRail are fakes that explain and instruct as the real ones do.
type ovoRail struct {
	*fakeRail
	rail.Explainer
	rail.Instructor
}

type snapRail struct {
	*fakeRail
	rail.Explainer
}

func (f *fakeRail) Terms() payment.Terms { return f.terms }

func (f *fakeRail) Render(c payment.Command, at time.Time) (rail.Rendered, error) {
	call, target, _ := payment.CallOf(c)
	body := fmt.Sprintf(`{"phone":"%s"}`, target.Phone.Digits())
	wire := fmt.Sprintf("POST /pos HTTP/1.1\r\nHost: provider.example\r\nhmac: %s\r\nContent-Length: %d\r\n\r\n%s", canarySecret, len(body), body)
	return rail.Rendered{Operation: string(call), At: at, Wire: []byte(wire)}, nil
}

func (f *fakeRail) Do(ctx context.Context, r rail.Rendered) (payment.Outcome, error) {
	f.mu.Lock()
	f.calls[r.Operation]++
	answer := f.answers[r.Operation]
	f.mu.Unlock()
	if answer != nil {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(f.over, cancel)()
		return answer(ctx)
	}
	return payment.Outcome{Class: payment.Approved, Code: "00", QR: qrText}, nil
}

// on says how an operation is answered from now on.
func (f *fakeRail) on(operation string, answer func(context.Context) (payment.Outcome, error)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answers[operation] = answer
}

func (f *fakeRail) called(operation string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[operation]
}

// never is a provider that does not answer.
func never(ctx context.Context) (payment.Outcome, error) {
	<-ctx.Done()
	return payment.Outcome{}, rail.ErrNoAnswer
}

func says(o payment.Outcome) func(context.Context) (payment.Outcome, error) {
	return func(context.Context) (payment.Outcome, error) { return o, nil }
}

// when answers with an outcome once it comes through the channel.
func when(c <-chan payment.Outcome) func(context.Context) (payment.Outcome, error) {
	return func(ctx context.Context) (payment.Outcome, error) {
		select {
		case o := <-c:
			return o, nil
		case <-ctx.Done():
			return payment.Outcome{}, rail.ErrNoAnswer
		}
	}
}

// world is the pages over a real engine and a store in memory.
type world struct {
	t       testing.TB
	engine  *engine.Engine
	links   Links
	handler http.Handler
	ovo     *fakeRail
	snap    *fakeRail
	bill    *fakeRail
	logs    *bytes.Buffer
	now     atomic.Int64 // offset of the clock from real time; 0 in a bubble
	stop    chan struct{}
	// returnURL is given with payments from now on.
	returnURL string
}

// newWorld starts everything. Without a bubble the clock shows noon when it starts.
func newWorld(t testing.TB, bubble bool) *world {
	t.Helper()
	w := &world{t: t, logs: &bytes.Buffer{}, stop: make(chan struct{})}
	if !bubble {
		w.now.Store(int64(time.Until(noon)))
	}
	clock := func() time.Time { return time.Now().Add(time.Duration(w.now.Load())) }
	kept := memory.New(memory.Options{Now: clock})
	t.Cleanup(func() { _ = kept.Close() })
	keyring, err := exchange.NewKeyring(masterKey)
	if err != nil {
		t.Fatal(err)
	}
	over, end := context.WithCancel(context.Background())
	w.ovo, w.snap = newFake(over, payment.OVOTerms()), newFake(over, payment.SNAPTerms())
	voice := openOVO(t)
	bills := payment.FaspayTerms()
	bills.Flow = payment.Redirect
	w.bill = newFake(over, bills)
	w.engine, err = engine.New(t.Context(), engine.Options{
		Store: kept, Keyring: keyring, Now: clock, WatchEvery: 20 * time.Millisecond,
		Accounts: []engine.Account{
			account("mer_a", "ovo", payment.OVO, ovoRail{w.ovo, voice.(rail.Explainer), voice.(rail.Instructor)}),
			account("mer_a", "qris", payment.SNAP, snapRail{w.snap, openSNAP(t).(rail.Explainer)}),
			account("mer_a", "bill", payment.Faspay, w.bill),
			account("mer_b", "ovo", payment.OVO, newFake(over, payment.OVOTerms())),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if w.links, err = NewLinks("https://pay.example.id/", masterKey); err != nil {
		t.Fatal(err)
	}
	log := &locked{to: w.logs}
	w.handler = New(Options{
		Engine: w.engine, Links: w.links, Returns: returns.NewSigner(masterKey), Now: clock, Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Stopping: w.stop, Merchant: func(id string) (string, bool) {
			name, ok := map[string]string{"mer_a": "Kedai <Kopi> & Roti", "mer_b": "Toko B"}[id]
			return name, ok
		},
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = w.engine.Run(ctx)
	}()
	t.Cleanup(func() {
		end()
		cancel()
		<-ended
		log.mu.Lock()
		defer log.mu.Unlock()
		if leak := leaked(w.logs.String()); leak != "" {
			t.Errorf("%q is in the log:\n%s", leak, w.logs)
		}
	})
	return w
}

type locked struct {
	mu sync.Mutex
	to io.Writer
}

func (l *locked) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.to.Write(b)
}

func newFake(over context.Context, terms payment.Terms) *fakeRail {
	return &fakeRail{over: over, terms: terms, answers: map[string]func(context.Context) (payment.Outcome, error){}, calls: map[string]int{}}
}

func account(owner, id string, kind payment.Rail, line rail.Rail) engine.Account {
	return engine.Account{Line: line, Account: merchant.Account{
		ID: id, MerchantID: owner, Rail: kind, Environment: merchant.Sandbox,
		Terminals: []merchant.Terminal{{
			Terminal: payment.Terminal{ID: owner + "-" + id, TID: "00000179", MID: "MID1", MerchantID: "OVO1", StoreCode: "STORE1"},
			Style:    payment.BySequence,
		}},
	}}
}

// openOVO gives the real rail, for its words.
func openOVO(t testing.TB) rail.Rail {
	t.Helper()
	r, err := rail.Open(merchant.Account{
		ID: "ovo", MerchantID: "mer_a", Rail: payment.OVO, URL: "http://127.0.0.1:1/pos", Terms: payment.OVOTerms(),
		OVO: merchant.OVOCredentials{AppID: "lunas", AppKey: merchant.NewSecret(canarySecret)},
	}, http.DefaultTransport, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// partnerKey is made once: that takes long.
var partnerKey = sync.OnceValue(func() string {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PrivateKey(key))
})

// openSNAP gives the real rail, for its words.
func openSNAP(t testing.TB) rail.Rail {
	t.Helper()
	r, err := rail.Open(merchant.Account{
		ID: "qris", MerchantID: "mer_a", Rail: payment.SNAP, URL: "http://127.0.0.1:1/OVOSNAP", Terms: payment.SNAPTerms(),
		SNAP: merchant.SNAPCredentials{
			ClientID: "lunas", ClientSecret: merchant.NewSecret(canarySecret), PrivateKey: merchant.NewSecret(partnerKey()),
		},
	}, http.DefaultTransport, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// leaked finds what was planted: whole phone numbers in any form, and secrets.
func leaked(s string) string {
	for _, canary := range []string{canaryPhone[1:], canarySecret, "*****", qrText} {
		if strings.Contains(s, canary) {
			return canary
		}
	}
	return ""
}

// push makes a payment that waits for the customer; its answer comes through the channel.
func (w *world) push() (payment.Payment, chan payment.Outcome) {
	w.t.Helper()
	answer := make(chan payment.Outcome, 1)
	w.ovo.on("push", when(answer))
	return w.request(payment.OVOPush), answer
}

// offer makes a payment whose customer chooses.
func (w *world) offer(methods ...payment.Method) payment.Payment {
	w.t.Helper()
	p, _, err := w.engine.Request(w.t.Context(), engine.Order{
		MerchantID: "mer_a", Mode: payment.Test, Methods: methods, Amount: 12500, Reference: "INV-<7>", ReturnURL: w.returnURL,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

func (w *world) request(method payment.Method) payment.Payment {
	w.t.Helper()
	o := engine.Order{
		MerchantID: "mer_a", Mode: payment.Test, Method: method, Amount: 12500, Reference: "INV-<7>", ReturnURL: w.returnURL,
		Metadata: map[string]string{"secret": canarySecret},
	}
	if method == payment.OVOPush {
		var err error
		if o.Phone, err = payment.ParsePhone(canaryPhone); err != nil {
			w.t.Fatal(err)
		}
	}
	p, _, err := w.engine.Request(w.t.Context(), o)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// until waits for a state.
func (w *world) until(p payment.Payment, state payment.State) payment.Payment {
	w.t.Helper()
	return w.untilThat(p, func(p payment.Payment) bool { return p.State == state })
}

// untilThat waits for a payment to be as is wanted.
func (w *world) untilThat(p payment.Payment, wanted func(payment.Payment) bool) payment.Payment {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 24*time.Hour)
	defer cancel()
	p, err := w.engine.Store.Load(ctx, p.MerchantID, p.ID)
	for err == nil && !wanted(p) {
		p, err = w.engine.Wait(ctx, p.MerchantID, p.ID, p.Version)
	}
	if err != nil {
		w.t.Fatalf("wait: %v; it is %s", err, p.State)
	}
	return p
}

func (w *world) ask(p payment.Payment, what payment.Ask) {
	w.t.Helper()
	if _, _, err := w.engine.Ask(w.t.Context(), p.MerchantID, p.ID, payment.Asked{What: what}, store.Key{}); err != nil {
		w.t.Fatal(err)
	}
}

// path is a payment's page, below the host.
func (w *world) path(p payment.Payment) string {
	return strings.TrimPrefix(w.links.Of(p), "https://pay.example.id")
}

type option func(*http.Request)

func with(name, value string) option { return func(r *http.Request) { r.Header.Set(name, value) } }

// do asks for a page and looks in the answer for what must never be there.
func (w *world) do(method, path string, options ...option) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequestWithContext(w.t.Context(), method, path, nil)
	for _, o := range options {
		o(r)
	}
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	if leak := leaked(fmt.Sprint(rec.Header()) + rec.Body.String()); leak != "" {
		w.t.Errorf("%s %s answers with %q in it", method, path, leak)
	}
	if strings.Contains(rec.Body.String(), "#ZgotmplZ") || strings.Contains(rec.Body.String(), "%!") {
		w.t.Errorf("%s %s is badly written:\n%s", method, path, rec.Body)
	}
	return rec
}
