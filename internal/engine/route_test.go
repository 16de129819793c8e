package engine_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
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

// routed is a world whose merchant has accounts at OVO, DOKU and Faspay, and wants payments to go on from one to the next.
type routed struct {
	another func(owner string) (*engine.Engine, context.CancelFunc) // starts one more process
	*world
	ovoDown, dokuDown atomic.Bool // nobody answers the telephone there
}

// unreachable is a transport that can be down.
type unreachable struct {
	http.RoundTripper
	down *atomic.Bool
}

func (u unreachable) RoundTrip(r *http.Request) (*http.Response, error) {
	if u.down.Load() {
		return nil, errors.New("dial tcp: connection refused")
	}
	return u.RoundTripper.RoundTrip(r)
}

func inRoutedBubble(t *testing.T, wish merchant.Routing, f func(w *routed)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2000, 1, 1, 10, 0, 0, 0, payment.WIB)))
		w := &routed{world: &world{T: t, net: newPipes(), store: memory.New(memory.Options{})}}
		demoDOKU, demoFaspay := sandbox.DemoDOKUMerchant(), sandbox.DemoFaspayMerchant()
		w.sandbox = sandbox.New(sandbox.Options{
			DOKU:   sandbox.DOKUOptions{Merchants: []sandbox.DOKUMerchant{demoDOKU}},
			Faspay: sandbox.FaspayOptions{Merchants: []sandbox.FaspayMerchant{demoFaspay}},
		})
		server := &http.Server{Handler: w.sandbox.Handler()}
		go func() { _ = server.Serve(w.net) }()
		doku := merchant.Account{
			ID: "doku", MerchantID: "demo", Rail: payment.DOKU, Environment: merchant.Sandbox, URL: "http://sandbox", Terms: payment.DOKUTerms(),
			DOKU:      merchant.DOKUCredentials{ClientID: demoDOKU.ClientID, SecretKey: merchant.NewSecret(demoDOKU.Secret)},
			Terminals: []merchant.Terminal{{Style: payment.BySequence, Terminal: payment.Terminal{ID: "doku"}}},
		}
		faspay := merchant.Account{
			ID: "faspay", MerchantID: "demo", Rail: payment.Faspay, Environment: merchant.Sandbox, URL: "http://sandbox", Terms: payment.FaspayTerms(),
			Faspay: merchant.FaspayCredentials{
				MerchantID: demoFaspay.MerchantID, Merchant: demoFaspay.Name, UserID: demoFaspay.UserID, Password: merchant.NewSecret(demoFaspay.Password),
				Customer: merchant.FaspayCustomer{Name: "Pelanggan", Email: "kasir@kopi.example"},
			},
			Terminals: []merchant.Terminal{{Style: payment.BySequence, Terminal: payment.Terminal{ID: "faspay"}}},
		}
		w.run(wish, faspay, doku, account(payment.OVOTerms()))
		defer func() {
			w.stop()
			w.sandbox.Close()
			_ = server.Close()
			_ = w.net.Close()
			time.Sleep(2 * time.Minute)
			synctest.Wait()
		}()
		f(w)
	})
}

func (w *routed) run(wish merchant.Routing, accounts ...merchant.Account) {
	w.Helper()
	key, err := exchange.NewKeyring(make([]byte, 32))
	if err != nil {
		w.Fatal(err)
	}
	transport := exchange.NewTransport(exchange.Options{DialContext: w.net.dial, DisableKeepAlives: true})
	var opened []engine.Account
	for _, a := range accounts {
		way := map[payment.Rail]http.RoundTripper{
			payment.OVO: unreachable{transport, &w.ovoDown}, payment.DOKU: unreachable{transport, &w.dokuDown}, payment.Faspay: transport,
		}[a.Rail]
		line, err := rail.Open(a, way, time.Now)
		if err != nil {
			w.Fatal(err)
		}
		opened = append(opened, engine.Account{Account: a, Line: line})
	}
	w.another = func(owner string) (*engine.Engine, context.CancelFunc) {
		w.Helper()
		return w.start(engine.Options{Keyring: key, Owner: owner, Accounts: opened, Routing: map[string]merchant.Routing{"demo": wish}})
	}
	w.engine, w.stop = w.another("own_1")
}

func (w *routed) start(o engine.Options) (*engine.Engine, context.CancelFunc) {
	w.Helper()
	o.Store, o.Log = w.store, slog.New(slog.NewTextHandler(w.Output(), nil))
	e, err := engine.New(w.Context(), o)
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

func preferred(failOver bool) merchant.Routing {
	return merchant.Routing{
		Prefer:   map[payment.Method][]payment.Rail{payment.OVOPush: {payment.OVO, payment.DOKU, payment.Faspay}},
		FailOver: failOver,
	}
}

// ways says by which rails a payment was tried, and how each attempt ended.
func ways(p payment.Payment) (all []string) {
	for _, a := range p.Attempts {
		all = append(all, string(a.Rail)+" "+string(a.Dead))
	}
	return all
}

func (w *routed) charges() (n int) {
	w.Helper()
	w.sandbox.Do(func(core *sandbox.Core, _ time.Time) {
		for t := range core.Transactions() {
			if t.Held() > 0 {
				n++
			}
		}
	})
	return n
}

func (w *routed) wantWays(p payment.Payment, want ...string) {
	w.Helper()
	if got := ways(p); !slices.Equal(got, want) {
		w.Errorf("tried %q, want %q", got, want)
	}
}

// The merchant's order of rails counts, not that of the configuration.
func TestPreferredRail(t *testing.T) {
	inRoutedBubble(t, preferred(false), func(w *routed) {
		p := w.after(w.pay(quickPayer), 5*time.Second)
		w.wantState(p, payment.Paid)
		w.wantWays(p, "ovo ")
		if len(p.Routes) != 0 {
			t.Errorf("routes %+v of a merchant who does not want another one", p.Routes)
		}
	})
}

// A wish that is told while the engine runs stands above the one that it began with, for its merchant alone.
func TestPreferredRailChanges(t *testing.T) {
	inRoutedBubble(t, preferred(false), func(w *routed) {
		w.engine.SetRouting("another", merchant.Routing{Prefer: map[payment.Method][]payment.Rail{payment.OVOPush: {payment.Faspay}}})
		w.wantWays(w.after(w.pay(quickPayer), 5*time.Second), "ovo ")
		w.engine.SetRouting("demo", merchant.Routing{Prefer: map[payment.Method][]payment.Rail{payment.OVOPush: {payment.DOKU}}})
		w.wantWays(w.after(w.pay(quickPayer), 5*time.Second), "doku ")
	})
}

// Nothing left for OVO: the payment goes on to DOKU, and is paid there once.
func TestFailOverNotSent(t *testing.T) {
	inRoutedBubble(t, preferred(true), func(w *routed) {
		w.ovoDown.Store(true)
		p := w.after(w.pay(quickPayer), 10*time.Second)
		w.wantState(p, payment.Paid)
		w.wantWays(p, "ovo not_sent", "doku ")
		if p.Rail != payment.DOKU || p.Account != "doku" || p.Attempts[1].Invoice == p.Attempts[0].Invoice || p.Attempts[1].Number.IsZero() {
			t.Errorf("payment at %s/%s with attempts %+v", p.Rail, p.Account, p.Attempts)
		}
		exchanges, err := w.store.Exchanges(w.Context(), "demo", p.ID)
		if err != nil {
			t.Fatal(err)
		}
		at := map[string]int{}
		for _, x := range exchanges {
			at[x.Account]++
		}
		if at["ovo"] == 0 || at["doku"] == 0 {
			t.Errorf("exchanges by account: %v, want some of each", at)
		}
	})
}

// Two providers are down: the third one has it.
func TestFailOverTwice(t *testing.T) {
	inRoutedBubble(t, preferred(true), func(w *routed) {
		w.ovoDown.Store(true)
		w.dokuDown.Store(true)
		p := w.after(w.pay(quickPayer), time.Minute)
		w.wantState(p, payment.Paid)
		w.wantWays(p, "ovo not_sent", "doku not_sent", "faspay ")
	})
}

// The customer is not at OVO at all: each provider says so before anybody is asked, and the payment ends as the last one says.
func TestFailOverNobodyAsked(t *testing.T) {
	inRoutedBubble(t, preferred(true), func(w *routed) {
		p := w.after(w.pay(nobody), time.Minute)
		w.wantState(p, payment.Declined)
		w.wantWays(p, "ovo not_asked", "doku not_asked", "faspay not_asked")
	})
}

// The customer said no: nobody asks again elsewhere.
func TestNoFailOverAfterANo(t *testing.T) {
	inRoutedBubble(t, preferred(true), func(w *routed) {
		p := w.after(w.pay(refuser), 2*time.Minute)
		w.wantState(p, payment.Declined)
		w.wantWays(p, "ovo ")
	})
}

// No answer from OVO: nothing is tried elsewhere until its reversal is confirmed.
func TestFailOverAfterReversal(t *testing.T) {
	inRoutedBubble(t, preferred(true), func(w *routed) {
		w.script(sandbox.Script{Rail: sandbox.RailOVO, Operation: sandbox.OperationPush, Effect: sandbox.Effect{Answer: sandbox.AnswerLost}})
		w.script(pending)
		p := w.pay(quickPayer)
		w.wantWays(w.after(p, 64*time.Second), "ovo ")
		p = w.after(p, 90*time.Second)
		w.wantWays(p, "ovo reversed", "doku ")
		w.wantState(p, payment.Paid)
		if n := w.charges(); n != 1 {
			t.Errorf("%d charges stand, want 1", n)
		}
	})
}

// Whoever names a rail gets that one and no other.
func TestNamedRailIsTheOnlyOne(t *testing.T) {
	inRoutedBubble(t, preferred(true), func(w *routed) {
		w.ovoDown.Store(true)
		o := w.order(quickPayer)
		o.Rail = payment.OVO
		p, _, err := w.engine.Request(w.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		p = w.after(p, time.Minute)
		w.wantState(p, payment.Expired)
		w.wantWays(p, "ovo not_sent")
	})
}

// The journal of a payment of two routes folds to what is stored, each event on the terms of the route that it is about.
func TestRoutedJournalFolds(t *testing.T) {
	inRoutedBubble(t, preferred(true), func(w *routed) {
		w.ovoDown.Store(true)
		p := w.after(w.pay(quickPayer), 10*time.Second)
		w.wantState(p, payment.Paid)
		entries, err := w.store.Journal(w.Context(), "demo", p.ID)
		if err != nil {
			t.Fatal(err)
		}
		var folded payment.Payment
		for _, j := range entries {
			terms := payment.OVOTerms()
			if payment.RouteFor(folded, j.Event).Rail == payment.DOKU {
				terms = payment.DOKUTerms()
			}
			if folded, _, err = payment.Decide(terms, folded, j.Event); err != nil {
				t.Fatalf("%s: %v", payment.Kind(j.Event), err)
			}
		}
		if folded.State != p.State || folded.Version != p.Version || folded.Account != p.Account {
			t.Errorf("the journal folds to %s, version %d at %s", folded.State, folded.Version, folded.Account)
		}
	})
}

// After five failed calls in a row a provider is not asked for new payments for a while; then one payment tries.
func TestCircuit(t *testing.T) {
	inRoutedBubble(t, preferred(true), func(w *routed) {
		state := func() string {
			for _, c := range w.engine.Circuits() {
				if c.Account == "ovo" {
					return fmt.Sprintf("%s %d", c.State, c.Failures)
				}
			}
			return "none"
		}
		w.ovoDown.Store(true)
		for range 5 {
			w.after(w.pay(quickPayer), 5*time.Second)
		}
		if got := state(); got != "open 5" {
			t.Fatalf("circuit is %s", got)
		}
		p := w.after(w.pay(quickPayer), 5*time.Second)
		w.wantWays(p, "doku ") // OVO was not even asked
		o := w.order(quickPayer)
		o.Rail = payment.OVO
		_, _, err := w.engine.Request(w.Context(), o)
		var refusal *payment.Refusal
		if !errors.As(err, &refusal) || refusal.Code != engine.CodeProviderAway || !refusal.Until.After(time.Now()) {
			t.Errorf("a payment by the named rail: %v, want a refusal with a time", err)
		}
		time.Sleep(30 * time.Second)
		if got := state(); got != "half_open 5" {
			t.Fatalf("after a while the circuit is %s", got)
		}
		p = w.after(w.pay(quickPayer), 5*time.Second) // tries, in vain
		w.wantWays(p, "ovo not_sent", "doku ")
		if got := state(); got != "open 6" {
			t.Fatalf("after a trial in vain the circuit is %s", got)
		}
		w.ovoDown.Store(false)
		time.Sleep(time.Minute)
		p = w.after(w.pay(quickPayer), 5*time.Second)
		w.wantWays(p, "ovo ")
		if got := state(); got != "closed 0" {
			t.Errorf("after an answer the circuit is %s", got)
		}
	})
}

// What one process has found out about a provider the others know too, and so they do when it answers again.
func TestProcessesShareACircuit(t *testing.T) {
	inRoutedBubble(t, preferred(true), func(w *routed) {
		one := w.engine
		other, stop := w.another("own_2")
		defer stop()
		state := func(e *engine.Engine) engine.CircuitState {
			for _, c := range e.Circuits() {
				if c.Account == "ovo" {
					return c.State
				}
			}
			return "none"
		}
		w.ovoDown.Store(true)
		for range 5 {
			w.after(w.pay(quickPayer), 5*time.Second)
		}
		if state(one) != engine.CircuitOpen || state(other) != engine.CircuitOpen {
			t.Fatalf("the circuits are %s and %s, want both open", state(one), state(other))
		}
		w.engine = other
		w.wantWays(w.after(w.pay(quickPayer), 5*time.Second), "doku ") // which has never met the trouble
		w.ovoDown.Store(false)
		time.Sleep(30 * time.Second)
		w.wantWays(w.after(w.pay(quickPayer), 5*time.Second), "ovo ")
		w.engine = one
		w.wantWays(w.after(w.pay(quickPayer), 5*time.Second), "ovo ")
		if state(one) != engine.CircuitClosed || state(other) != engine.CircuitClosed {
			t.Errorf("the circuits are %s and %s, want both closed", state(one), state(other))
		}
		// Whoever hears the provider first, closes it for both.
		paid := w.after(w.pay(quickPayer), 5*time.Second)
		w.ovoDown.Store(true)
		for range 5 {
			w.after(w.pay(quickPayer), 5*time.Second)
		}
		if state(one) != engine.CircuitOpen || state(other) != engine.CircuitOpen {
			t.Fatalf("the circuits are %s and %s, want both open again", state(one), state(other))
		}
		w.ovoDown.Store(false)
		if _, _, err := other.Ask(w.Context(), "demo", paid.ID, payment.Asked{What: payment.AskCheck}, store.Key{}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Second)
		if state(one) != engine.CircuitClosed || state(other) != engine.CircuitClosed {
			t.Errorf("the circuits are %s and %s, want both closed at once", state(one), state(other))
		}
	})
}

// Customers who do not answer their phones say nothing about the provider.
func TestCircuitIgnoresSilentCustomers(t *testing.T) {
	inRoutedBubble(t, preferred(false), func(w *routed) {
		for range 7 {
			w.pay(neverPays)
		}
		time.Sleep(3 * time.Minute)
		synctest.Wait()
		for _, c := range w.engine.Circuits() {
			if c.State != engine.CircuitClosed {
				t.Errorf("circuit of %s is %s after %d failures", c.Account, c.State, c.Failures)
			}
		}
	})
}

// TestNoFailOverToAnotherOutlet: a terminal's name may be another's in another outlet, whose account a payment never goes to.
func TestNoFailOverToAnotherOutlet(t *testing.T) {
	inRoutedBubble(t, preferred(true), func(w *routed) {
		for _, a := range w.engine.AccountsOf("demo") {
			if a.Rail == payment.DOKU {
				a.ID, a.Outlet = "doku-tebet", "tebet"
				a.Terminals = []merchant.Terminal{{Style: payment.BySequence, Terminal: payment.Terminal{ID: "till-1"}}}
				if err := w.engine.SetAccount(w.Context(), a); err != nil {
					t.Fatal(err)
				}
			}
		}
		w.ovoDown.Store(true)
		phone, err := payment.ParsePhone(quickPayer)
		if err != nil {
			t.Fatal(err)
		}
		p, _, err := w.engine.Request(w.Context(), engine.Order{
			MerchantID: "demo", Mode: payment.Test, Method: payment.OVOPush, Terminal: "till-1", Amount: 12500, Reference: "INV-1", Phone: phone,
		})
		if err != nil {
			t.Fatal(err)
		}
		p = w.after(p, 10*time.Second)
		w.wantWays(p, "ovo not_sent")
		if p.Outlet != "" || p.State == payment.Paid {
			t.Errorf("the payment is %s, of outlet %q", p.State, p.Outlet)
		}
	})
}
