package console

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/memory"
)

const (
	canaryPhone    = "081298765432"
	canarySecret   = "S3cr3tAppK3yCanary"
	canaryPassword = "kuda lumping menari"
)

// noon is a time of day at which every action is possible.
var noon = time.Date(2026, 3, 21, 12, 0, 0, 0, payment.WIB)

// fakeRail has a rail's words and no wire.
type fakeRail struct {
	mu      sync.Mutex
	answers map[string]payment.Outcome
	calls   map[string]int
	hold    chan struct{} // closed: pushes are answered; nil: at once
}

func (f *fakeRail) Terms() payment.Terms { return payment.OVOTerms() }

func (f *fakeRail) Render(c payment.Command, at time.Time) (rail.Rendered, error) {
	call, target, _ := payment.CallOf(c)
	body := fmt.Sprintf(`{"phone":"%s","appKey":"%s"}`, target.Phone.Digits(), canarySecret)
	wire := fmt.Sprintf("POST /pos HTTP/1.1\r\nHost: provider.example\r\nhmac: %s\r\nContent-Length: %d\r\n\r\n%s", canarySecret, len(body), body)
	return rail.Rendered{Operation: string(call), At: at, Wire: []byte(wire)}, nil
}

func (f *fakeRail) Do(ctx context.Context, r rail.Rendered) (payment.Outcome, error) {
	f.mu.Lock()
	f.calls[r.Operation]++
	hold := f.hold
	f.mu.Unlock()
	if hold != nil && r.Operation == "push" {
		select {
		case <-hold:
		case <-ctx.Done():
			return payment.Outcome{}, rail.ErrNoAnswer
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if o, ok := f.answers[r.Operation]; ok {
		return o, nil
	}
	return payment.Outcome{Class: payment.Approved, Code: "00"}, nil
}

func (f *fakeRail) called(operation string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[operation]
}

// world is the console over a real engine and a store in memory.
type world struct {
	t       testing.TB
	store   store.Store
	engine  *engine.Engine
	console *Console
	rail    *fakeRail
	logs    *locked
	wall    atomic.Int64 // what people's clock is ahead
	options Options
	// reference is that of payments.
	reference string
}

type locked struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *locked) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (w *world) Wall() time.Time { return noon.Add(time.Duration(w.wall.Load())) }

// pass lets time pass for people.
func (w *world) pass(d time.Duration) { w.wall.Add(int64(d)) }

func newWorld(t testing.TB, change ...func(*Options)) *world {
	t.Helper()
	return newWorldOn(t, noon, func(now func() time.Time) store.Store { return memory.New(memory.Options{Now: now}) }, change...)
}

// newWorldOn is newWorld over a store of one's own, from a time of day on.
func newWorldOn(t testing.TB, start time.Time, open func(now func() time.Time) store.Store, change ...func(*Options)) *world {
	t.Helper()
	w := &world{t: t, logs: &locked{}, reference: "INV-<7>", rail: &fakeRail{answers: map[string]payment.Outcome{}, calls: map[string]int{}}}
	ahead := time.Until(start)
	clock := func() time.Time { return time.Now().Add(ahead) }
	kept := open(clock)
	w.store = kept
	keyring, err := exchange.NewKeyring(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	w.engine, err = engine.New(t.Context(), engine.Options{
		Store: kept, Keyring: keyring, Now: clock, WatchEvery: 20 * time.Millisecond,
		Accounts: []engine.Account{account("mer_a", w.rail), account("mer_b", w.rail)},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.options = Options{
		Engine: w.engine, Keyring: keyring, Key: bytes.Repeat([]byte{9}, 32), Now: clock, Wall: w.Wall,
		Log: slog.New(slog.NewTextHandler(w.logs, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Merchants: func(context.Context) ([]Merchant, error) {
			return []Merchant{{"mer_a", "Kedai <Kopi> & Roti"}, {"mer_b", "Toko B"}}, nil
		},
	}
	for _, c := range change {
		c(&w.options)
	}
	w.console = New(w.options)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = w.engine.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
		_ = kept.Close()
		if leak := leaked(w.logs.String()); leak != "" {
			t.Errorf("%q is in the log:\n%s", leak, w.logs)
		}
	})
	return w
}

func account(owner string, line rail.Rail) engine.Account {
	return engine.Account{Line: line, Account: merchant.Account{
		ID: "ovo", MerchantID: owner, Rail: payment.OVO, Environment: merchant.Sandbox,
		Terminals: []merchant.Terminal{{
			Terminal: payment.Terminal{ID: "till-1", TID: "00000179", MID: "MID1", MerchantID: "OVO1", StoreCode: "STORE1"},
			Style:    payment.BySequence,
		}},
	}}
}

// leaked finds what was planted: whole phone numbers, passwords and secrets.
func leaked(s string) string {
	for _, canary := range []string{canaryPhone[1:], canarySecret, canaryPassword, "argon2id"} {
		if strings.Contains(s, canary) {
			return canary
		}
	}
	return ""
}

// push makes a payment of a merchant and waits until it is paid.
func (w *world) push(owner string) payment.Payment {
	w.t.Helper()
	return w.until(w.request(owner), payment.Paid)
}

// waiting makes a payment that waits for its customer until the function is called.
func (w *world) waiting(owner string) (payment.Payment, func()) {
	w.t.Helper()
	hold := make(chan struct{})
	answer := sync.OnceFunc(func() { close(hold) })
	w.rail.mu.Lock()
	w.rail.hold = hold
	w.rail.mu.Unlock()
	w.t.Cleanup(answer)
	return w.until(w.request(owner), payment.Pushing), answer
}

func (w *world) request(owner string) payment.Payment {
	w.t.Helper()
	phone, err := payment.ParsePhone(canaryPhone)
	if err != nil {
		w.t.Fatal(err)
	}
	p, _, err := w.engine.Request(w.t.Context(), engine.Order{
		MerchantID: owner, Mode: payment.Test, Method: payment.OVOPush, Amount: 12500, Reference: w.reference, Phone: phone,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// until waits for a state.
func (w *world) until(p payment.Payment, state payment.State) payment.Payment {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	defer cancel()
	p, err := w.engine.Store.Load(ctx, p.MerchantID, p.ID)
	for err == nil && p.State != state {
		p, err = w.engine.Wait(ctx, p.MerchantID, p.ID, p.Version)
	}
	if err != nil {
		w.t.Fatalf("wait for %s: %v; it is %s", state, err, p.State)
	}
	return p
}

// browser is somebody with cookies.
type browser struct {
	*world
	cookies map[string]*http.Cookie
	lang    string
}

func (w *world) browser() *browser { return &browser{w, map[string]*http.Cookie{}, "en"} }

// as is a browser in which a user with a role is logged in, without the work of passwords.
func (w *world) as(name string, grants ...operator.Grant) *browser {
	w.t.Helper()
	secret, err := w.console.s.sealTOTP("usr_"+name, bytes.Repeat([]byte{1}, operator.TOTPBytes))
	if err != nil {
		w.t.Fatal(err)
	}
	u := operator.User{ID: "usr_" + name, Name: name, Version: 1, Grants: grants, Password: "x", TOTP: secret, CreatedAt: w.Wall()}
	if err := w.store.SaveUser(w.t.Context(), u); err != nil {
		w.t.Fatal(err)
	}
	b := w.browser()
	token := newToken()
	now := w.Wall()
	err = w.store.StartSession(w.t.Context(), operator.Session{Hash: operator.HashOf(token), UserID: u.ID, CreatedAt: now, SeenAt: now})
	if err != nil {
		w.t.Fatal(err)
	}
	name = w.console.s.cookieName()
	b.cookies[name] = &http.Cookie{Name: name, Value: token}
	return b
}

func grant(merchantID string, r operator.Role) operator.Grant {
	return operator.Grant{MerchantID: merchantID, Role: r}
}

type option func(*http.Request)

func with(name, value string) option { return func(r *http.Request) { r.Header.Set(name, value) } }

// do asks for a page and looks in the answer for what must never be there.
func (b *browser) do(method, path string, form url.Values, options ...option) *httptest.ResponseRecorder {
	b.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequestWithContext(b.t.Context(), method, path, body)
	r.Header.Set("Accept-Language", b.lang)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	for _, o := range options {
		o(r)
	}
	rec := httptest.NewRecorder()
	b.console.ServeHTTP(rec, r)
	for _, c := range rec.Result().Cookies() {
		if b.cookies[c.Name] = c; c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	if leak := leaked(fmt.Sprint(rec.Header()) + rec.Body.String()); leak != "" {
		b.t.Errorf("%s %s answers with %q in it", method, path, leak)
	}
	if strings.Contains(rec.Body.String(), "#ZgotmplZ") || strings.Contains(rec.Body.String(), "%!") {
		b.t.Errorf("%s %s is badly written:\n%s", method, path, rec.Body)
	}
	return rec
}

// get and post want a status.
func (b *browser) get(path string, want int) string {
	b.t.Helper()
	rec := b.do("GET", path, nil)
	if rec.Code != want {
		b.t.Fatalf("GET %s: %d, want %d\n%s", path, rec.Code, want, rec.Body)
	}
	return rec.Body.String()
}

func (b *browser) post(path string, form url.Values, want int) *httptest.ResponseRecorder {
	b.t.Helper()
	rec := b.do("POST", path, form)
	if rec.Code != want {
		b.t.Fatalf("POST %s: %d, want %d\n%s", path, rec.Code, want, rec.Body)
	}
	return rec
}

var keyForm = regexp.MustCompile(`<code class="key">([A-Z2-7 ]+)</code>`)

// code is the code that an authenticator shows now for the secret on a page.
func (w *world) code(page string) string {
	w.t.Helper()
	found := keyForm.FindStringSubmatch(html.UnescapeString(page))
	if found == nil {
		w.t.Fatalf("no key on the page:\n%s", page)
	}
	return w.codeOf(found[1])
}

func (w *world) codeOf(key string) string {
	w.t.Helper()
	secret, err := decodeKey(key)
	if err != nil {
		w.t.Fatal(err)
	}
	return operator.TOTPCode(secret, operator.TOTPStep(w.Wall()))
}

// invite makes a link; of the first owner where there is no user.
func (w *world) invite(userID string) string {
	w.t.Helper()
	path, _, err := Invitation(w.t.Context(), w.store, userID, w.Wall())
	if err != nil {
		w.t.Fatal(err)
	}
	return path
}
