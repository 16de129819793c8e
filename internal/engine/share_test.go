package engine_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/store/postgres"
	"github.com/lunas-pay/lunas/internal/testpg"
)

// circuitAt is what an engine says of the circuit of OVO's account.
func circuitAt(e *engine.Engine) string {
	for _, c := range e.Circuits() {
		if c.Rail == payment.OVO {
			return fmt.Sprintf("%s %d", c.State, c.Failures)
		}
	}
	return "none"
}

// Failed calls are counted together, whichever process made them, until one of them hears the provider.
func TestProcessesCountFailuresTogether(t *testing.T) {
	inRoutedBubble(t, preferred(true), func(w *routed) {
		one := w.engine
		other, stop := w.another("own_2")
		defer stop()
		pay := func(e *engine.Engine, want ...string) {
			t.Helper()
			w.engine = e
			w.wantWays(w.after(w.pay(quickPayer), 5*time.Second), want...)
			w.engine = one
		}
		both := func(want string) {
			t.Helper()
			for _, e := range []*engine.Engine{one, other} {
				if got := circuitAt(e); got != want {
					t.Fatalf("circuit is %s, want %s", got, want)
				}
			}
		}
		w.ovoDown.Store(true)
		for _, e := range []*engine.Engine{one, other, other, one} {
			pay(e, "ovo not_sent", "doku ")
		}
		both("closed 4")
		w.ovoDown.Store(false)
		pay(other, "ovo ") // one of them hears the provider: the failures are forgotten by both
		both("closed 0")
		w.ovoDown.Store(true)
		for _, e := range []*engine.Engine{other, one, other, one} {
			pay(e, "ovo not_sent", "doku ")
		}
		both("closed 4")
		pay(other, "ovo not_sent", "doku ")
		both("open 5")
		pay(one, "doku ") // which met the trouble only twice
	})
}

// A failure counts for ten minutes, if nobody hears the provider before.
func TestFailuresAreForgotten(t *testing.T) {
	inRoutedBubble(t, preferred(true), func(w *routed) {
		w.ovoDown.Store(true)
		for range 4 {
			w.after(w.pay(quickPayer), 5*time.Second)
		}
		if got := circuitAt(w.engine); got != "closed 4" {
			t.Fatalf("circuit is %s", got)
		}
		time.Sleep(10 * time.Minute)
		if got := circuitAt(w.engine); got != "closed 0" {
			t.Fatalf("after ten minutes the circuit is %s", got)
		}
	})
}

// While a circuit is half open one payment tries, of all processes.
func TestOneProcessTries(t *testing.T) {
	inRoutedBubble(t, preferred(true), func(w *routed) {
		one := w.engine
		other, stop := w.another("own_2")
		defer stop()
		w.ovoDown.Store(true)
		for range 5 {
			w.after(w.pay(quickPayer), 5*time.Second)
		}
		time.Sleep(30 * time.Second)
		if circuitAt(one) != "half_open 5" || circuitAt(other) != "half_open 4" { // the last one opened it
			t.Fatalf("the circuits are %s and %s, want both half open", circuitAt(one), circuitAt(other))
		}
		w.ovoDown.Store(false)
		w.engine = other
		tries := w.pay(quickPayer) // it takes its customer two seconds
		w.engine = one
		meanwhile := w.pay(quickPayer)
		w.wantWays(w.after(meanwhile, 5*time.Second), "doku ")
		w.wantWays(w.after(tries, 5*time.Second), "ovo ")
		if circuitAt(one) != "closed 0" || circuitAt(other) != "closed 0" {
			t.Fatalf("the circuits are %s and %s, want both closed", circuitAt(one), circuitAt(other))
		}
		// Closed for both: neither tries any more.
		first, second := w.pay(quickPayer), w.pay(quickPayer)
		w.wantWays(w.after(first, 5*time.Second), "ovo ")
		w.wantWays(w.after(second, 5*time.Second), "ovo ")
		// A trial in vain opens it for both at once, whoever made it, for longer than before.
		w.ovoDown.Store(true)
		for range 5 {
			w.after(w.pay(quickPayer), 5*time.Second)
		}
		time.Sleep(30 * time.Second)
		w.engine = other
		w.wantWays(w.after(w.pay(quickPayer), 5*time.Second), "ovo not_sent", "doku ")
		time.Sleep(30 * time.Second) // of a minute
		for _, e := range []*engine.Engine{one, other} {
			w.engine = e
			w.wantWays(w.after(w.pay(quickPayer), 5*time.Second), "doku ")
		}
		w.engine = one
	})
}

// stub is a line to a provider that fails, or holds pushes until it is let go, and counts them.
type stub struct {
	down   atomic.Bool
	pushes atomic.Int64
	let    chan struct{}
}

func (s *stub) Terms() payment.Terms {
	t := payment.OVOTerms()
	t.CutOffGuard = payment.FlagAtCutOff // the test runs at any time of day
	return t
}

func (s *stub) Render(_ payment.Command, at time.Time) (rail.Rendered, error) {
	return rail.Rendered{Operation: "push", At: at, Wire: []byte("POST / HTTP/1.1\r\n\r\n")}, nil
}

func (s *stub) Do(ctx context.Context, _ rail.Rendered) (payment.Outcome, error) {
	if s.down.Load() {
		return payment.Outcome{}, fmt.Errorf("%w: refused", rail.ErrNotSent)
	}
	s.pushes.Add(1)
	select {
	case <-s.let:
		return payment.Outcome{Class: payment.Approved, Code: "00"}, nil
	case <-ctx.Done():
		return payment.Outcome{}, fmt.Errorf("%w: %w", rail.ErrNoAnswer, ctx.Err())
	}
}

// On a real database, in real time: two processes with half of the failures each open the circuit, and of those that want to
// try when it is half open one does.
func TestCircuitOnPostgres(t *testing.T) {
	t.Parallel()
	dsn := testpg.Template(t, "engine", func(ctx context.Context, dsn string) error {
		_, _, err := postgres.Migrate(ctx, dsn)
		return err
	})
	provider := &stub{let: make(chan struct{})}
	provider.down.Store(true)
	key, err := exchange.NewKeyring(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	merchants := account(provider.Terms())
	engines := make([]*engine.Engine, 2)
	for i := range engines {
		s, err := postgres.Open(t.Context(), postgres.Options{DSN: dsn})
		if err != nil {
			t.Fatal(err)
		}
		engines[i], err = engine.New(t.Context(), engine.Options{
			Store: s, Keyring: key, Owner: fmt.Sprintf("own_%d", i), Accounts: []engine.Account{{Account: merchants, Line: provider}},
			CircuitAfter: 4, CircuitFor: time.Second,
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		var ended sync.WaitGroup
		ended.Go(func() { _ = engines[i].Run(ctx) })
		t.Cleanup(func() {
			cancel()
			ended.Wait()
			_ = s.Close()
		})
	}
	number, err := payment.ParsePhone(quickPayer)
	if err != nil {
		t.Fatal(err)
	}
	pay := func(e *engine.Engine) error {
		_, _, err := e.Request(t.Context(), engine.Order{
			MerchantID: "demo", Mode: payment.Test, Amount: 12500, Reference: "INV-1", Method: payment.OVOPush, Phone: number,
		})
		return err
	}
	until := func(want string) {
		t.Helper()
		for !(circuitAt(engines[0]) == want && circuitAt(engines[1]) == want) {
			select {
			case <-t.Context().Done():
				t.Fatal("the test is over")
			case <-time.After(5 * time.Millisecond):
			}
			if deadline, ok := t.Deadline(); ok && time.Until(deadline) < 10*time.Second {
				t.Fatalf("the circuits are %s and %s, want both %s", circuitAt(engines[0]), circuitAt(engines[1]), want)
			}
		}
	}
	for n, e := range []*engine.Engine{engines[0], engines[1], engines[0]} {
		if err := pay(e); err != nil {
			t.Fatal(err)
		}
		until(fmt.Sprintf("closed %d", n+1))
	}
	if err := pay(engines[1]); err != nil {
		t.Fatal(err)
	}
	until("half_open 4") // it was open for a second
	provider.down.Store(false)
	refused := make([]error, 8)
	var asked sync.WaitGroup
	began := time.Now()
	for i := range refused {
		asked.Go(func() { refused[i] = pay(engines[i%2]) })
	}
	asked.Wait()
	tried := 0
	for _, err := range refused {
		var refusal *payment.Refusal
		switch {
		case err == nil:
			tried++
		case !errors.As(err, &refusal) || refusal.Code != engine.CodeProviderAway:
			t.Errorf("Request = %v, want it made or refused", err)
		}
	}
	if tried != 1 && time.Since(began) < 15*time.Second { // so long a trial is waited for
		t.Errorf("%d payments tried, want 1 of both processes", tried)
	}
	close(provider.let)
	until("closed 0")
}
