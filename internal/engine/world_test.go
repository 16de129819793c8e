package engine_test

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/memory"
	"github.com/lunas-pay/lunas/sandbox"
)

// world is a merchant, a gateway and the sandbox in one bubble of fake time: real HTTP bytes over pipes.
type world struct {
	*testing.T
	store   store.Store
	sandbox *sandbox.Sandbox
	engine  *engine.Engine
	net     *pipes
	terms   payment.Terms
	gone    atomic.Bool // the database
	meddle  atomic.Bool // something changes requests on their way
	stop    context.CancelFunc

	// What the next engine is started with, where it differs.
	wrap    func(rail.Rail) rail.Rail
	now     func() time.Time
	account string
	serial  bool
	limits  engine.Limits
	place   merchant.Environment
	inquire bool // whether a phone is registered
}

// inBubble runs f at 10:00 WIB of a day in fake time.
func inBubble(t *testing.T, f func(w *world)) {
	inBubbleWith(t, payment.OVOTerms(), f)
}

func inBubbleWith(t *testing.T, terms payment.Terms, f func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2000, 1, 1, 10, 0, 0, 0, payment.WIB))) // bubbles begin at 2000-01-01 00:00 UTC
		w := &world{T: t, terms: terms, sandbox: sandbox.New(sandbox.Options{}), net: newPipes()}
		w.store = memory.New(memory.Options{Before: func([]store.Change) error {
			if w.gone.Load() {
				return errors.New("the database is away")
			}
			return nil
		}})
		server := &http.Server{Handler: w.sandbox.Handler()}
		go func() { _ = server.Serve(w.net) }()
		w.start("own_1")
		defer func() {
			w.stop()
			w.sandbox.Close()
			_ = server.Close()
			_ = w.net.Close()
			time.Sleep(2 * time.Minute) // calls that are still held come to their time limit
			synctest.Wait()
		}()
		f(w)
	})
}

// away takes the database away, or brings it back.
func (w *world) away(gone bool) { w.gone.Store(gone) }

// script orders an outcome from the sandbox.
func (w *world) script(s sandbox.Script) {
	w.Helper()
	w.sandbox.Do(func(core *sandbox.Core, _ time.Time) {
		if _, err := core.AddScript(s); err != nil {
			w.Fatal(err)
		}
	})
}

// start runs an engine on the world's store, as the one that is asked.
func (w *world) start(owner string) {
	w.Helper()
	w.engine, w.stop = w.boot(owner, w.store)
}

// restart stops the engine's loops and runs another engine on a store.
func (w *world) restart(s store.Store) {
	w.Helper()
	w.stop()
	w.restartAs("own_again", s)
}

// restartAs runs another engine on a store, without stopping the one before.
func (w *world) restartAs(owner string, s store.Store) {
	w.Helper()
	w.engine, w.stop = w.boot(owner, s)
}

// boot runs an engine. Stopping it ends its loops only: its calls and timers go on, as those of a process that hangs.
func (w *world) boot(owner string, s store.Store) (*engine.Engine, context.CancelFunc) {
	w.Helper()
	key, err := exchange.NewKeyring(make([]byte, 32))
	if err != nil {
		w.Fatal(err)
	}
	transport := exchange.NewTransport(exchange.Options{DialContext: w.net.dial, DisableKeepAlives: true})
	a := account(w.terms)
	a.ID, a.Terminals[0].Serial = cmp.Or(w.account, a.ID), w.serial
	a.Environment, a.InquiryFirst = cmp.Or(w.place, a.Environment), w.inquire
	line, err := rail.Open(a, meddler{transport, &w.meddle}, time.Now)
	if err != nil {
		w.Fatal(err)
	}
	if w.wrap != nil {
		line = w.wrap(line)
	}
	e, err := engine.New(w.Context(), engine.Options{
		Store: s, Keyring: key, Owner: owner, Log: slog.New(slog.NewTextHandler(w.Output(), nil)), Now: w.now,
		Accounts: []engine.Account{{Account: a, Line: line}}, Limits: w.limits,
	})
	if err != nil {
		w.Fatal(err)
	}
	ctx, stop := context.WithCancel(w.Context())
	go func() {
		if err := e.Run(ctx); err != nil {
			w.Errorf("Run = %v", err)
		}
	}()
	return e, stop
}

func account(terms payment.Terms) merchant.Account {
	demo := sandbox.DemoMerchant()
	shop := demo.Stores[0]
	return merchant.Account{
		ID: "ovo", MerchantID: "demo", Rail: payment.OVO, Environment: merchant.Sandbox, URL: "http://sandbox/pos",
		Terms: terms, OVO: merchant.OVOCredentials{AppID: demo.AppID, AppKey: merchant.NewSecret(demo.AppKey)},
		Terminals: []merchant.Terminal{{Style: payment.BySequence, Terminal: payment.Terminal{
			ID: "till-1", TID: shop.Terminals[0].TID, MID: shop.Terminals[0].MID, MerchantID: demo.MerchantID, StoreCode: shop.Code,
		}}},
	}
}

// pay asks for a push to a phone.
func (w *world) pay(phone string) payment.Payment {
	w.Helper()
	p, _, err := w.engine.Request(w.Context(), w.order(phone))
	if err != nil {
		w.Fatalf("Request(%s) = %v", phone, err)
	}
	return p
}

func (w *world) order(phone string) engine.Order {
	w.Helper()
	number, err := payment.ParsePhone(phone)
	if err != nil {
		w.Fatal(err)
	}
	return engine.Order{
		MerchantID: "demo", Mode: payment.Test, Method: payment.OVOPush, Amount: 12500, Phone: number, Reference: "INV-1",
	}
}

// after gives the payment as it stands that long after it was made.
func (w *world) after(p payment.Payment, d time.Duration) payment.Payment {
	w.Helper()
	time.Sleep(time.Until(p.CreatedAt.Add(d)))
	synctest.Wait()
	now, err := w.store.Load(w.Context(), p.MerchantID, p.ID)
	if err != nil {
		w.Fatal(err)
	}
	return now
}

func (w *world) wantState(p payment.Payment, want payment.State) {
	w.Helper()
	if p.State != want {
		w.Fatalf("state = %s (%+v), want %s", p.State, p.Failure, want)
	}
}

// wantPushes makes sure of how many pushes have reached the provider.
func (w *world) wantPushes(want int) {
	w.Helper()
	n := 0
	w.sandbox.Do(func(core *sandbox.Core, _ time.Time) {
		for range core.Transactions() {
			n++
		}
	})
	if n != want {
		w.Errorf("the provider has seen %d pushes, want %d", n, want)
	}
}

// truth is what the sandbox knows of a payment.
func (w *world) truth(p payment.Payment) sandbox.Transaction {
	w.Helper()
	var found []sandbox.Transaction
	w.sandbox.Do(func(core *sandbox.Core, _ time.Time) {
		for t := range core.Transactions() {
			if t.Invoice == p.Attempts[0].Invoice {
				found = append(found, t)
			}
		}
	})
	if len(found) != 1 {
		w.Fatalf("the sandbox saw %d pushes of %s, want 1", len(found), p.ID)
	}
	return found[0]
}

// pipes is a network of net.Pipes with one server.
type pipes struct {
	conns chan net.Conn
	once  sync.Once
	done  chan struct{}
	mu    sync.Mutex
	down  bool
	tap   func(net.Conn) net.Conn // what the client gets instead
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), done: make(chan struct{})} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	p.mu.Lock()
	down, tap := p.down, p.tap
	p.mu.Unlock()
	if down {
		return nil, errors.New("connection refused")
	}
	client, server := net.Pipe()
	if tap != nil {
		client = tap(client)
	}
	select {
	case p.conns <- server:
		return client, nil
	case <-p.done:
		return nil, errors.New("connection refused")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// setTap makes the client get something else instead of its connections.
func (p *pipes) setTap(tap func(net.Conn) net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tap = tap
}

func (p *pipes) setDown(down bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = down
}

// Accept gives the server its next connection.
func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

// Close ends the network.
func (p *pipes) Close() error {
	p.once.Do(func() { close(p.done) })
	return nil
}

// Addr names the server.
func (p *pipes) Addr() net.Addr { return &net.IPAddr{} }

// meddler changes requests while it is told to.
type meddler struct {
	http.RoundTripper
	on *atomic.Bool
}

func (m meddler) RoundTrip(r *http.Request) (*http.Response, error) {
	if m.on.Load() {
		r = r.Clone(r.Context())
		r.Header.Set("App-Id", "meddled")
	}
	return m.RoundTripper.RoundTrip(r)
}
