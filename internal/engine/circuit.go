package engine

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/store"
)

// This file keeps a circuit for each account: a provider whose calls fail one after the other is not asked for new payments
// for a while. It holds back nothing else: what was sent is asked about, reversed and voided as the terms say.
//
// Failures are counted by each process, in memory. A circuit that opens is written down for all of them, and they look once a
// second which are open; each then lets one payment try for itself. Nothing of it is needed to keep money right.

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
	failures int
	opened   int       // times in a row
	until    time.Time // zero: closed
	trial    time.Time // until when the one payment that tries is waited for
	holder   string    // who has written down that it is open, once that was seen in the store
}

// circuitLock begins the names under which open circuits are written down.
const circuitLock = "circuit/"

// shareEvery is how often (in real time) it is looked up which circuits are open elsewhere.
const shareEvery = time.Second

// shareCircuits takes over which circuits other processes have opened, and have closed again.
func (e *Engine) shareCircuits(ctx context.Context) error {
	now := e.Now()
	locks, err := e.Store.Locks(ctx, circuitLock, now)
	if err != nil || e.CircuitAfter < 0 {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	open := map[accountKey]bool{}
	for _, l := range locks {
		key := accountKey{l.MerchantID, strings.TrimPrefix(l.Name, circuitLock)}
		open[key] = true
		c := e.circuits[key]
		if c == nil {
			c = &circuit{}
			e.circuits[key] = c
		}
		c.holder = l.Holder
		if c.until.Before(l.Until) {
			c.until, c.trial, c.opened = l.Until, time.Time{}, max(c.opened, 1)
		}
	}
	maps.DeleteFunc(e.circuits, func(key accountKey, c *circuit) bool {
		return c.holder != "" && !open[key] && now.Before(c.until) // another process has heard the provider
	})
	return nil
}

// writeCircuit tells other processes that a circuit is open until a time.
func (e *Engine) writeCircuit(key accountKey, until, now time.Time) {
	lock := circuitLockOf(key, e.Owner)
	lock.Until = until
	if _, err := e.Store.Acquire(context.Background(), lock, now); err != nil {
		e.Log.Warn("other processes are not told that a provider does not answer", "account", key.account, "error", err)
	}
}

func circuitLockOf(key accountKey, holder string) store.Lock {
	return store.Lock{MerchantID: key.merchant, Name: circuitLock + key.account, Holder: holder}
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
		view := Circuit{MerchantID: given.MerchantID, Account: given.ID, Rail: given.Rail, State: CircuitClosed, Failures: c.failures}
		switch {
		case c.until.IsZero():
		case now.Before(c.until):
			view.State, view.Until = CircuitOpen, c.until
		default:
			view.State = CircuitHalfOpen
		}
		all = append(all, view)
	}
	return all
}

// mayAsk tells whether an account's provider may be asked for a new payment now; if not, from when on it may. It reserves
// nothing: see try.
func (e *Engine) mayAsk(key accountKey) (from time.Time, ok bool) {
	now := e.Now()
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.circuitFrom(key, now)
}

// try is mayAsk for a payment that is about to be made: of an account that is half open it is the one that tries.
func (e *Engine) try(key accountKey) (from time.Time, ok bool) {
	now := e.Now()
	e.mu.Lock()
	defer e.mu.Unlock()
	from, ok = e.circuitFrom(key, now)
	if c := e.circuits[key]; ok && c != nil && !c.until.IsZero() {
		c.trial = now.Add(trialFor)
	}
	return from, ok
}

// untried gives a trial back that was not made.
func (e *Engine) untried(key accountKey) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if c := e.circuits[key]; c != nil {
		c.trial = time.Time{}
	}
}

func (e *Engine) circuitFrom(key accountKey, now time.Time) (from time.Time, ok bool) {
	c := e.circuits[key]
	switch {
	case c == nil || c.until.IsZero():
		return time.Time{}, true
	case now.Before(c.until):
		return c.until, false
	case now.Before(c.trial):
		return c.trial, false
	}
	return time.Time{}, true
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
	c := e.circuits[key]
	if err == nil {
		if c != nil && !c.until.IsZero() {
			e.Log.Info("a provider answers again", "merchant", key.merchant, "account", key.account)
			lock := circuitLockOf(key, cmp.Or(c.holder, e.Owner))
			e.Go(func() { e.release(lock) })
		}
		delete(e.circuits, key)
		return
	}
	if c == nil {
		c = &circuit{}
		e.circuits[key] = c
	}
	c.failures++
	halfOpen := !c.until.IsZero() && !ended.Before(c.until)
	if c.failures < e.CircuitAfter || !c.until.IsZero() && !halfOpen {
		return
	}
	wait := min(e.CircuitFor<<min(c.opened, 10), circuitForMax)
	c.opened++
	until := ended.Add(wait)
	c.until, c.trial, c.holder = until, time.Time{}, ""
	e.Go(func() { e.writeCircuit(key, until, ended) })
	e.Log.Error("a provider does not answer, and is not asked for new payments for a while",
		"merchant", key.merchant, "account", key.account, "failures", c.failures, "until", c.until, "error", err)
}
