package observe

import (
	"bytes"
	"context"
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

	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/lunas-pay/lunas/internal/api"
	"github.com/lunas-pay/lunas/internal/courier"
	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/group"
	"github.com/lunas-pay/lunas/internal/store/memory"
)

const (
	apiKey = "lunas_test_aaaaaaaaaaaaaaaaaaaaaaaa"
	phone  = "081298765432"
)

// noon is a time of day at which every action is possible.
var noon = time.Date(2026, 3, 21, 12, 0, 0, 0, payment.WIB)

// fakeRail answers at once with what a test wants.
type fakeRail struct {
	answer atomic.Pointer[payment.Outcome] // nil: no answer
}

func (f *fakeRail) Terms() payment.Terms { return payment.OVOTerms() }

func (f *fakeRail) Render(c payment.Command, at time.Time) (rail.Rendered, error) {
	call, _, _ := payment.CallOf(c)
	return rail.Rendered{Operation: string(call), At: at, Wire: []byte("POST /pos HTTP/1.1\r\nHost: provider.example\r\n\r\n")}, nil
}

func (f *fakeRail) Do(context.Context, rail.Rendered) (payment.Outcome, error) {
	if o := f.answer.Load(); o != nil {
		return *o, nil
	}
	return payment.Outcome{}, fmt.Errorf("%w: dial %s", rail.ErrNotSent, phone)
}

// lines keeps a log.
type lines struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

// away is a store that can be away.
type away struct {
	store.Store
	gone atomic.Bool
}

func (a *away) OpenTasks(ctx context.Context) (int, time.Time, error) {
	if a.gone.Load() {
		return 0, time.Time{}, fmt.Errorf("dial tcp: connection refused")
	}
	return a.Store.OpenTasks(ctx)
}

// world is an API over a real engine and a store in memory, with somebody who looks on.
type world struct {
	testing.TB
	v       *Observer
	engine  *engine.Engine
	store   *away
	rail    *fakeRail
	spans   *tracetest.InMemoryExporter
	log     *lines
	handler http.Handler
}

// newWorld makes a world. look tells whether anybody looks on, with o.
func newWorld(t testing.TB, look bool, o Options) *world {
	t.Helper()
	w := &world{TB: t, rail: &fakeRail{}, log: &lines{}, spans: tracetest.NewInMemoryExporter()}
	w.rail.answer.Store(&payment.Outcome{Class: payment.Approved, Code: "00"})
	offset := time.Until(noon)
	now := func() time.Time { return time.Now().Add(offset) }
	into := io.Writer(w.log)
	if _, measured := t.(*testing.B); measured {
		into = io.Discard
	}
	log := slog.New(slog.NewJSONHandler(into, nil))
	w.store = &away{Store: memory.New(memory.Options{Now: now})}
	keyring, err := exchange.NewKeyring(bytes.Repeat([]byte{7}, 32))
	w.must(err)
	hash := merchant.HashKey(apiKey)
	key := merchant.APIKey{ID: merchant.KeyID(hash), MerchantID: "mer_a", Mode: payment.Test, Hash: hash, Scopes: merchant.Scopes()}
	eo := engine.Options{Store: w.store, Keyring: keyring, Now: now, Log: log, Accounts: []engine.Account{account(w.rail)}}
	ao := api.Options{
		Keyring: keyring, Now: now, Log: log,
		Keys: func(h [32]byte) (merchant.APIKey, bool) { return key, h == hash },
	}
	if look {
		o.Log = log
		w.v, err = New(t.Context(), o)
		w.must(err)
		log = w.v.Logger(log)
		eo.Log, eo.Observer, eo.Store = log, w.v, w.v.Store(w.store)
		ao.Log, ao.OnAnswer = log, w.v.Answered
		t.Cleanup(func() { _ = w.v.Close(context.Background()) })
	}
	w.engine, err = engine.New(t.Context(), eo)
	w.must(err)
	ao.Engine, ao.Store = w.engine, w.store
	w.handler = api.New(ao)
	if look {
		w.handler = w.v.Traced(w.handler)
		w.must(w.v.Watch(Sources{
			Engine: w.engine, Courier: courier.New(courier.Options{Store: w.store, Keyring: keyring}), Store: w.store,
			Groups: func() group.Stats { return group.Stats{Groups: 2, Changes: 6, Largest: 4} }, Now: now,
		}))
	}
	t.Cleanup(func() {
		w.settle()
		_ = w.store.Close()
	})
	return w
}

func account(line rail.Rail) engine.Account {
	return engine.Account{Line: line, Account: merchant.Account{
		ID: "main", MerchantID: "mer_a", Rail: payment.OVO, Environment: merchant.Sandbox,
		Terminals: []merchant.Terminal{{
			Terminal: payment.Terminal{ID: "till-1", TID: "00000179", MID: "MID1", MerchantID: "OVO1", StoreCode: "STORE1"},
			Style:    payment.BySequence,
		}},
	}}
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// settle waits until no call is under way.
func (w *world) settle() { _ = w.engine.Drain(context.Background()) }

// call asks the API.
func (w *world) call(method, path, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+apiKey)
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	return rec
}

const order = `{"amount":12500,"reference":"INV-1","method":"ovo_push","phone":"` + phone + `"}`

// pay asks for a payment and waits for its end.
func (w *world) pay(header ...string) {
	w.Helper()
	if rec := w.call("POST", "/v1/payments?wait=5", order, header...); rec.Code != http.StatusCreated {
		w.Fatalf("POST /v1/payments = %d: %s", rec.Code, rec.Body)
	}
}

// shown is what /metrics shows.
func (w *world) shown() string {
	rec := httptest.NewRecorder()
	w.v.Handler().ServeHTTP(rec, httptest.NewRequest("GET", "/metrics", nil))
	if rec.Code != http.StatusOK {
		w.Fatalf("GET /metrics = %d: %s", rec.Code, rec.Body)
	}
	text, _ := io.ReadAll(rec.Body)
	return string(text)
}

// liveThrough makes everything happen that is counted when it happens.
func (w *world) liveThrough() {
	w.Helper()
	w.pay()
	w.rail.answer.Store(&payment.Outcome{Class: payment.Refused, Code: "17", Cause: "canceled_by_customer"})
	w.pay()
	w.rail.answer.Store(&payment.Outcome{Class: payment.Refused, Code: phone, Cause: payment.Reason("called " + phone)})
	w.pay()
	w.rail.answer.Store(nil)
	w.pay()
	w.call("GET", "/v1/phones/"+phone, "")
	w.call("GET", "/v1/payments/"+phone, "")
	w.call("GET", "/"+phone, "")
	_, ended := w.v.Call(context.Background(), engine.ObservedCall{Rail: payment.SNAP, MerchantID: "mer_a", Operation: engine.OperationToken, Try: 1})
	ended(payment.Outcome{}, nil)
}
