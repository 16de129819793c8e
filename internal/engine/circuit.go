package engine

import (
	"context"
	"errors"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
)

// This file keeps a circuit for each account: a provider whose calls fail one after the other is not asked for new payments
// for a while. It holds back nothing else: what was sent is asked about, reversed and voided as the terms say.
//
// What is known of a circuit is shared by all processes (share.go). Nothing of it is needed to keep money right.

// CircuitState says whether an account's provider is asked for new payments.
type CircuitState string

// The states of a circuit.
const (
	CircuitClosed   CircuitState = "closed"    // asked
	CircuitOpen     CircuitState = "open"      // not asked until a time
	CircuitHalfOpen CircuitState = "half_open" // asked once, to see how it is
)

// Circuit is how an account's provider is seen from here.
type Circuit struct {
	MerchantID string
	Account    string
	Rail       payment.Rail
	State      CircuitState
	Failures   int       // calls in a row that failed
	Until      time.Time // while it is open
}

// circuit is guarded by the engine's lock.
type circuit struct {
	failures int       // calls in a row that failed, heard by this process
	shared   int       // those that stand in the store
	opened   int       // times in a row
	until    time.Time // zero: closed
	trial    time.Time // until when the one payment that tries is waited for
	seen     time.Time // when what is known of it here was last written to the store, or seen there; zero: not yet

	uncounted int  // failures that have not been written down yet
	counting  bool // they are being written down
}

// open tells whether the provider is not asked now.
func (c *circuit) open(now time.Time) bool { return now.Before(c.until) }

// halfOpen tells whether one payment may try.
func (c *circuit) halfOpen(now time.Time) bool { return !c.until.IsZero() && !c.open(now) }

// circuitOf gives an account's circuit, under the engine's lock.
func (e *Engine) circuitOf(key accountKey) *circuit {
	if e.circuits[key] == nil {
		e.circuits[key] = &circuit{}
	}
	return e.circuits[key]
}

const (
	// trialFor is how long the end of a trial's first call is waited for before another payment tries: a push may be held
	// much longer, by its customer.
	trialFor = 15 * time.Second
	// circuitForMax is the longest time for which a provider is not asked.
	circuitForMax = 5 * time.Minute
)

// Circuits gives the view of every account, in configured order.
func (e *Engine) Circuits() []Circuit {
	now := e.Now()
	var all []Circuit
	accounts := e.allAccounts()
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, given := range accounts {
		c := e.circuits[accountKey{given.MerchantID, given.ID}]
		if c == nil {
			c = &circuit{}
		}
		view := Circuit{
			MerchantID: given.MerchantID, Account: given.ID, Rail: given.Rail, State: CircuitClosed, Failures: max(c.failures, c.shared),
		}
		switch {
		case c.open(now):
			view.State, view.Until = CircuitOpen, c.until
		case c.halfOpen(now):
			view.State = CircuitHalfOpen
		}
		all = append(all, view)
	}
	return all
}

// try tells whether an account's provider may be asked for a payment that is about to be made; if not, from when on it may. Of
// an account that is half open this payment is the one that tries, of all processes.
func (e *Engine) try(ctx context.Context, key accountKey) (from time.Time, ok bool) {
	now := e.Now()
	e.mu.Lock()
	c := e.circuits[key]
	switch {
	case c == nil || c.until.IsZero():
		e.mu.Unlock()
		return time.Time{}, true
	case c.open(now):
		defer e.mu.Unlock()
		return c.until, false
	case now.Before(c.trial):
		defer e.mu.Unlock()
		return c.trial, false
	}
	c.trial = now.Add(trialFor)
	e.mu.Unlock()
	if e.holdTrial(ctx, key, now) {
		return time.Time{}, true
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	from = now.Add(shareEvery)
	if c := e.circuits[key]; c != nil {
		c.trial = from
	}
	return from, false
}

// untried gives a trial back that was not made.
func (e *Engine) untried(key accountKey) {
	e.mu.Lock()
	c := e.circuits[key]
	tried := c != nil && !c.trial.IsZero()
	if tried {
		c.trial = time.Time{}
	}
	e.mu.Unlock()
	if tried {
		e.release(trialLock(key, e.Owner))
	}
}

// heard counts the end of a call. A push that we stopped waiting for, or whose customer's time was over, says nothing about
// the provider, and neither does what we did not send by our own fault.
func (e *Engine) heard(p payment.Payment, w callWork, record *exchange.Call, stopped bool, ended time.Time, err error) {
	if e.CircuitAfter < 0 {
		return
	}
	key := accountKey{p.MerchantID, p.Account}
	held := w.call == payment.CallPush && (stopped || ended.Sub(p.UpdatedAt) >= w.confirmWithin)
	ours := errors.Is(err, exchange.ErrRefused) || record.Result().Refused != nil
	if err != nil && (ours || held && !errors.Is(err, rail.ErrNotSent)) {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if err == nil {
		if c := e.circuits[key]; c != nil {
			if !c.until.IsZero() {
				e.Log.Info("a provider answers again", "merchant", key.merchant, "account", key.account)
			}
			e.Go(func() { e.forgetCircuit(key) })
		}
		delete(e.circuits, key)
		return
	}
	c := e.circuitOf(key)
	c.failures++
	switch {
	case c.open(ended):
	case c.halfOpen(ended), c.failures >= e.CircuitAfter:
		e.openCircuit(key, c, ended, err)
	default:
		e.countFailure(key, c, err)
	}
}

// openCircuit lets a provider not be asked for a while, under the engine's lock.
func (e *Engine) openCircuit(key accountKey, c *circuit, now time.Time, err error) {
	wait := min(e.CircuitFor<<min(c.opened, 10), circuitForMax)
	c.opened++
	c.until, c.trial, c.seen, c.uncounted = now.Add(wait), time.Time{}, time.Time{}, 0
	until, opened := c.until, c.opened
	e.Go(func() { e.writeCircuit(key, c, opened, until, now) })
	e.Log.Error("a provider does not answer, and is not asked for new payments for a while",
		"merchant", key.merchant, "account", key.account, "failures", max(c.failures, c.shared), "until", c.until, "error", err)
}
