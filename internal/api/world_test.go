package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/books"
	"github.com/lunas-pay/lunas/internal/config"
	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/registry"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/memory"
)

const (
	keyA        = "lunas_test_aaaaaaaaaaaaaaaaaaaaaaaa"
	keyALive    = "lunas_live_aaaaaaaaaaaaaaaaaaaaaaaa"
	keyB        = "lunas_test_bbbbbbbbbbbbbbbbbbbbbbbb"
	keyRevoked  = "lunas_test_revokedrevokedrevoked"
	keyPlatform = "lunas_admin_pppppppppppppppppppppppp"
	keyOld      = "lunas_test_oldoldoldoldoldoldoldold"

	canaryPhone  = "081298765432"
	canarySecret = "S3cr3tAppK3yCanary"
	canaryKey    = "lunas_test_canarycanarycanary" // an API key that nobody has
)

// noon is a time of day at which every action is possible.
var noon = time.Date(2026, 3, 21, 12, 0, 0, 0, payment.WIB)

// fakeRail answers when, and what, a test wants. It has the words of a rail and no wire.
type fakeRail struct {
	account string
	terms   payment.Terms
	pushes  atomic.Int64
	// answer gives the outcome of an operation; it may wait for the context. Nil: approved at once.
	answer atomic.Pointer[func(ctx context.Context, operation string) (payment.Outcome, error)]
}

var (
	_ rail.Rail         = (*fakeRail)(nil)
	_ rail.PhoneChecker = (*fakeRail)(nil)
	_ rail.Explainer    = (*fakeRail)(nil)
)

func (f *fakeRail) Terms() payment.Terms { return f.terms }

func (f *fakeRail) Render(c payment.Command, at time.Time) (rail.Rendered, error) {
	call, target, _ := payment.CallOf(c)
	return f.rendered(string(call), target.Phone, at), nil
}

func (f *fakeRail) RenderPhone(phone payment.Phone, at time.Time) (rail.Rendered, error) {
	return f.rendered("inquiry", phone, at), nil
}

func (f *fakeRail) rendered(operation string, phone payment.Phone, at time.Time) rail.Rendered {
	body := fmt.Sprintf(`{"type":"0200","phone":"%s"}`, phone.Digits())
	wire := fmt.Sprintf("POST /pos HTTP/1.1\r\nHost: provider.example\r\napp-id: lunas\r\nhmac: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", canarySecret, len(body), body)
	return rail.Rendered{Operation: operation, At: at, Wire: []byte(wire)}
}

func (f *fakeRail) Do(ctx context.Context, r rail.Rendered) (payment.Outcome, error) {
	if r.Operation == "push" {
		f.pushes.Add(1)
	}
	if answer := f.answer.Load(); answer != nil {
		return (*answer)(ctx, r.Operation)
	}
	return payment.Outcome{Class: payment.Approved, Code: "00", ApprovalCode: "A1", TraceNumber: "7"}, nil
}

func (f *fakeRail) Explain(_ payment.Call, code string) (rail.Explanation, bool) {
	if code == "17" {
		return rail.Explanation{Indonesian: "Pembayaran dibatalkan oleh pengguna", English: "Payment Canceled By User"}, true
	}
	return rail.Explanation{}, false
}

// on makes the rail answer an operation with what f says, and approve everything else.
func (f *fakeRail) on(operation string, answer func(ctx context.Context) (payment.Outcome, error)) {
	g := func(ctx context.Context, op string) (payment.Outcome, error) {
		if op == operation {
			return answer(ctx)
		}
		return payment.Outcome{Class: payment.Approved, Code: "00"}, nil
	}
	f.answer.Store(&g)
}

// never is the answer of a provider that does not answer.
func never(ctx context.Context) (payment.Outcome, error) {
	<-ctx.Done()
	return payment.Outcome{}, rail.ErrNoAnswer
}

func says(class payment.Class, code string, cause payment.Reason) func(context.Context) (payment.Outcome, error) {
	return func(context.Context) (payment.Outcome, error) {
		return payment.Outcome{Class: class, Code: code, Cause: cause}, nil
	}
}

// world is the API over a real engine, a store in memory, and two merchants.
type world struct {
	t       testing.TB
	server  *server
	handler http.Handler
	url     string
	fresh   bool // a new connection for each request: net/http repeats a GET whose kept connection broke
	store   *brittle
	rail    *fakeRail // merchant A's, test
	logs    *logs
	now     atomic.Int64 // offset of the clock from real time
	engine  *engine.Engine
	books   *books.Books
	seen    *observer
	stop    chan struct{}
}

// brittle is a store that can be away.
type brittle struct {
	store.Store
	away atomic.Bool
	gone atomic.Int64           // position up to which events were archived
	read atomic.Pointer[func()] // is called before the feed is read
	slow atomic.Int64           // how long a commit takes; it is given up when its context ends
}

var errAway = errors.New("dial tcp: connection refused")

func (b *brittle) Commit(ctx context.Context, c store.Change) (store.Change, error) {
	if b.away.Load() {
		return c, errAway
	}
	if d := time.Duration(b.slow.Load()); d > 0 {
		select {
		case <-time.After(d):
		case <-ctx.Done():
			return c, ctx.Err()
		}
	}
	return b.Store.Commit(ctx, c)
}

func (b *brittle) Load(ctx context.Context, m, id string) (payment.Payment, error) {
	if b.away.Load() {
		return payment.Payment{}, errAway
	}
	return b.Store.Load(ctx, m, id)
}

func (b *brittle) Payments(ctx context.Context, f store.Filter) ([]payment.Payment, error) {
	if b.away.Load() {
		return nil, errAway
	}
	return b.Store.Payments(ctx, f)
}

func (b *brittle) KeyOf(ctx context.Context, m string, mode payment.Mode, key string) (store.KeyUsed, error) {
	if b.away.Load() {
		return store.KeyUsed{}, errAway
	}
	return b.Store.KeyOf(ctx, m, mode, key)
}

func (b *brittle) Secret(ctx context.Context, m, name string) ([]byte, time.Time, error) {
	if b.away.Load() {
		return nil, time.Time{}, errAway
	}
	return b.Store.Secret(ctx, m, name)
}

func (b *brittle) Feed(ctx context.Context, m string, mode payment.Mode, after int64, limit int) ([]store.Told, error) {
	if f := b.read.Load(); f != nil {
		(*f)()
	}
	told, err := b.Store.Feed(ctx, m, mode, after, limit)
	return slices.DeleteFunc(told, func(t store.Told) bool { return t.Position <= b.gone.Load() }), err
}

func (b *brittle) FeedArchived(context.Context, string) (int64, error) { return b.gone.Load(), nil }

func (b *brittle) Ping(ctx context.Context) error {
	if b.away.Load() {
		return errAway
	}
	return b.Store.Ping(ctx)
}

// logs keeps what is logged.
type logs struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logs) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// newWorld builds the API without a listener; serve adds one.
func newWorld(t testing.TB, clock func() time.Time) *world {
	t.Helper()
	w := &world{t: t, logs: &logs{}, stop: make(chan struct{}), seen: &observer{}}
	if clock == nil {
		w.setClock(noon)
		clock = func() time.Time { return time.Now().Add(time.Duration(w.now.Load())) }
	}
	log := slog.New(slog.NewJSONHandler(w.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w.store = &brittle{Store: memory.New(memory.Options{Now: clock})}
	t.Cleanup(func() { _ = w.store.Close() })
	keyring, err := exchange.NewKeyring(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	w.rail = &fakeRail{account: "main", terms: payment.OVOTerms()}
	accounts := []engine.Account{
		account("mer_a", "main", merchant.Sandbox, w.rail),
		account("mer_b", "main", merchant.Sandbox, &fakeRail{account: "main", terms: payment.OVOTerms()}),
		account("mer_a", "live", merchant.Production, &fakeRail{account: "live", terms: payment.OVOTerms()}),
	}
	w.engine, err = engine.New(t.Context(), engine.Options{
		Store: w.store, Accounts: accounts, Keyring: keyring, Now: clock, Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	known := testKeys()
	reg := registry.New(registry.Options{
		Store: w.store, Keyring: keyring, Now: clock, Log: log, Read: config.Account, Set: w.engine.SetAccount, SetRouting: w.engine.SetRouting,
		Configured: []merchant.Merchant{{ID: "mer_a", Name: "A", Accounts: []merchant.Account{accounts[0].Account}}, {ID: "mer_b", Name: "B"}},
		Open: func(a merchant.Account) (rail.Rail, error) {
			return rail.Open(a, exchange.NewTransport(exchange.Options{}), clock)
		},
	})
	w.books = books.New(books.Options{
		Store: w.store, NewID: engine.NewID, Now: clock, Log: log, TempDir: t.TempDir(),
		Rail: func(_ context.Context, merchantID, account string) (payment.Rail, bool) {
			return payment.OVO, merchantID == "mer_a" && account == "main"
		},
	})
	t.Cleanup(w.books.Close)
	w.server = newServer(Options{
		Registry: reg, Books: w.books,
		Engine: w.engine, Store: w.store, Keyring: keyring, Now: clock, Log: log, Stopping: w.stop,
		Keys: func(hash [32]byte) (merchant.APIKey, bool) {
			if k, ok := known(hash); ok {
				return k, true
			}
			return reg.Key(hash)
		},
	})
	w.handler = w.seen.wrap(w.server.handler(), w.server.mux)
	t.Cleanup(w.verify)
	return w
}

// verify holds everything that this world has answered against the contract, and looks in it, and in the log, for what
// must never be there. It runs at the end of every test.
func (w *world) verify() {
	w.t.Helper()
	rec := httptest.NewRecorder()
	w.server.handler().ServeHTTP(rec, httptest.NewRequest("GET", "/openapi.json", nil))
	c := readContract(w.t, rec.Body.Bytes())
	w.seen.mu.Lock()
	defer w.seen.mu.Unlock()
	for _, o := range w.seen.seen {
		if err := c.check(o); err != nil {
			w.t.Errorf("%s %s answered %d against the contract: %v\n%s", o.method, o.pattern, o.status, err, o.body)
		}
		if id := o.header.Get("Request-Id"); !strings.HasPrefix(id, "req_") || o.header.Get("X-Content-Type-Options") != "nosniff" {
			w.t.Errorf("%s %s answered %d without its headers: %v", o.method, o.pattern, o.status, o.header)
		}
		if leak := leaked(fmt.Sprint(o.header) + string(o.body)); leak != "" {
			w.t.Errorf("%s %s answered %d with %s in it:\n%s", o.method, o.pattern, o.status, leak, o.body)
		}
	}
	if leak := leaked(w.logs.String()); leak != "" {
		w.t.Errorf("%s is in the log:\n%s", leak, w.logs.String())
	}
}

// leaked finds what was planted: whole phone numbers in any form, and secrets.
func leaked(s string) string {
	for _, canary := range []string{canaryPhone[1:], canarySecret, keyA, keyALive, keyB, keyOld, canaryKey} {
		if strings.Contains(s, canary) {
			return canary
		}
	}
	return ""
}

func account(owner, id string, env merchant.Environment, line rail.Rail) engine.Account {
	terminal := func(name, tid string) merchant.Terminal {
		return merchant.Terminal{
			Terminal: payment.Terminal{ID: owner + "-" + name, TID: tid, MID: "MID1", MerchantID: "OVO1", StoreCode: "STORE1"},
			Style:    payment.BySequence,
		}
	}
	return engine.Account{Line: line, Account: merchant.Account{
		ID: id, MerchantID: owner, Rail: payment.OVO, Environment: env,
		Terminals: []merchant.Terminal{terminal(id+"-1", "00000179"), terminal(id+"-2", "00000180")},
		OVO:       merchant.OVOCredentials{AppID: "lunas", AppKey: merchant.NewSecret(canarySecret)},
	}}
}

func testKeys() func([32]byte) (merchant.APIKey, bool) {
	keys := map[[32]byte]merchant.APIKey{}
	add := func(key, owner string, mode payment.Mode, expires time.Time) {
		hash := merchant.HashKey(key)
		keys[hash] = merchant.APIKey{ID: merchant.KeyID(hash), MerchantID: owner, Mode: mode, Hash: hash, Expires: expires, Scopes: merchant.Scopes()}
	}
	add(keyA, "mer_a", payment.Test, time.Time{})
	add(keyALive, "mer_a", payment.Live, time.Time{})
	add(keyB, "mer_b", payment.Test, time.Time{})
	add(keyOld, "mer_a", payment.Test, noon.AddDate(0, 0, -1))
	add(keyRevoked, "mer_a", payment.Test, time.Time{})
	revoked := keys[merchant.HashKey(keyRevoked)]
	revoked.Revoked = noon.AddDate(0, 0, -1)
	keys[revoked.Hash] = revoked
	keys[merchant.HashKey(keyPlatform)] = merchant.APIKey{
		ID: "key_platform", Hash: merchant.HashKey(keyPlatform), Scopes: []merchant.Scope{merchant.Admin},
	}
	return func(hash [32]byte) (merchant.APIKey, bool) {
		k, ok := keys[hash]
		return k, ok
	}
}

func (w *world) setClock(at time.Time) { w.now.Store(int64(time.Until(at))) }

// serve gives the world a listener on loopback and a running engine.
func serve(t testing.TB) *world {
	t.Helper()
	w := newWorld(t, nil)
	w.listen()
	return w
}

func (w *world) listen() {
	w.t.Helper()
	l := httptest.NewServer(w.handler)
	w.t.Cleanup(l.Close)
	w.url = l.URL
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = w.engine.Run(ctx)
	}()
	w.t.Cleanup(func() {
		cancel()
		<-ended
	})
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) problem(t testing.TB) Problem {
	t.Helper()
	var p Problem
	if err := json.Unmarshal(a.body, &p); err != nil || a.header.Get("Content-Type") != problemType {
		t.Fatalf("answer %d %s is no problem document: %s", a.status, a.header.Get("Content-Type"), a.body)
	}
	return p
}

func (a answer) payment(t testing.TB) Payment {
	t.Helper()
	var p Payment
	if err := json.Unmarshal(a.body, &p); err != nil || p.ID == "" {
		t.Fatalf("answer %d is no payment: %s (%v)", a.status, a.body, err)
	}
	return p
}

type option func(*http.Request)

func with(name, value string) option { return func(r *http.Request) { r.Header.Add(name, value) } }
func without(name string) option     { return func(r *http.Request) { r.Header.Del(name) } }
func as(key string) option {
	return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+key) }
}

// do makes a request over real bytes, as merchant A with JSON unless options say otherwise.
func (w *world) do(method, path, body string, options ...option) answer {
	w.t.Helper()
	r, err := http.NewRequest(method, w.url+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+keyA)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, o := range options {
		o(r)
	}
	transport := http.DefaultTransport
	if w.fresh {
		transport = &http.Transport{DisableKeepAlives: true}
	}
	response, err := transport.RoundTrip(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	b, err := io.ReadAll(response.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, b}
}

const order = `{"amount":12500,"reference":"INV-1","method":"ovo_push","phone":"` + canaryPhone + `"}`

// pay makes a payment that is paid.
func (w *world) pay() Payment {
	w.t.Helper()
	a := w.do("POST", "/v1/payments?wait=20", order)
	p := a.payment(w.t)
	if a.status != 201 || p.State != "paid" {
		w.t.Fatalf("answer %d, state %s, want 201 and paid: %s", a.status, p.State, a.body)
	}
	return p
}

func decode[T any](t testing.TB, a answer) (v T) {
	t.Helper()
	if err := json.Unmarshal(a.body, &v); err != nil || a.status > 299 {
		t.Fatalf("answer %d: %v: %s", a.status, err, a.body)
	}
	return v
}

func decodeFrom[T any](t testing.TB, r *http.Response) (v T) {
	t.Helper()
	if err := json.NewDecoder(r.Body).Decode(&v); err != nil {
		t.Errorf("answer %d: %v", r.StatusCode, err)
	}
	return v
}
