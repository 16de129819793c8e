package engine

import (
	"context"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/store"
)

// This file shares circuits among processes. What is known of them stands in the store as locks, since those end by
// themselves:
//
//	circuit/{account}             it is not closed
//	circuit/{account}/open        it is open, by the holder's how manieth time in a row
//	circuit/{account}/failed/{k}  a call that failed, of which nobody has heard the provider since; at most CircuitAfter
//	circuit/{account}/trial       of a half open circuit the holder is the one that tries
//
// All processes look once a second. Only failures write, and the first success after one.

const (
	circuitLock = "circuit/"
	openPart    = "open"
	failedPart  = "failed"
	trialPart   = "trial"

	// shareEvery is how often (in real time) it is looked up what other processes have found out.
	shareEvery = time.Second
	// circuitKept is for how long a failure counts, and a circuit that nobody has tried stays half open.
	circuitKept = 10 * time.Minute
)

func circuitPart(key accountKey, holder string, until time.Time, parts ...string) store.Lock {
	return store.Lock{
		MerchantID: key.merchant, Name: strings.Join(append([]string{circuitLock + key.account}, parts...), "/"), Holder: holder, Until: until,
	}
}

func trialLock(key accountKey, owner string) store.Lock {
	return circuitPart(key, owner, time.Time{}, trialPart)
}

// holdTrial makes this process the one that tries. While the store is away it may: nothing can be sent then.
func (e *Engine) holdTrial(ctx context.Context, key accountKey, now time.Time) bool {
	lock := trialLock(key, e.Owner)
	lock.Until = now.Add(trialFor)
	got, err := e.Store.Acquire(ctx, lock, now)
	return got || err != nil
}

// writeCircuit tells other processes that a circuit is open until a time. Of two that open it at once one is written down.
func (e *Engine) writeCircuit(key accountKey, c *circuit, opened int, until, now time.Time) {
	ctx := context.Background()
	_, err := e.Store.Acquire(ctx, circuitPart(key, circuitLock, until.Add(circuitKept)), now)
	if err == nil {
		_, err = e.Store.Acquire(ctx, circuitPart(key, strconv.Itoa(opened), until, openPart), now)
	}
	if err != nil {
		e.Log.Warn("other processes are not told that a provider does not answer", "account", key.account, "error", err)
	}
	e.release(trialLock(key, e.Owner))
	e.mu.Lock()
	defer e.mu.Unlock()
	if err == nil && c.until.Equal(until) {
		c.seen = e.Now()
	}
}

// countFailure writes a failure down, one at a time for an account. It is called under the engine's lock.
func (e *Engine) countFailure(key accountKey, c *circuit, cause error) {
	c.uncounted++
	if c.counting {
		return
	}
	c.counting = true
	e.Go(func() {
		for e.countNext(key, c, cause) {
		}
	})
}

// countNext writes one failure down, and opens the circuit if it was the last one that may be; false when there is none.
func (e *Engine) countNext(key accountKey, c *circuit, cause error) bool {
	now := e.Now()
	e.mu.Lock()
	if c.uncounted == 0 || e.circuits[key] != c || !c.until.IsZero() {
		c.uncounted, c.counting = 0, false
		e.mu.Unlock()
		return false
	}
	c.uncounted--
	e.mu.Unlock()
	counted, err := e.writeFailure(key, now)
	e.mu.Lock()
	defer e.mu.Unlock()
	if err != nil {
		e.Log.Warn("a failed call is not counted for other processes", "account", key.account, "error", err)
		c.uncounted, c.counting = 0, false
		return false
	}
	c.shared, c.seen = max(c.shared, counted), e.Now()
	if counted >= e.CircuitAfter && e.circuits[key] == c && c.until.IsZero() {
		e.openCircuit(key, c, now, cause)
	}
	return true
}

// writeFailure takes the first place for a failure that is free, and gives how many are taken now.
func (e *Engine) writeFailure(key accountKey, now time.Time) (counted int, err error) {
	holder := e.NewID("fail_")
	for k := range e.CircuitAfter {
		got, err := e.Store.Acquire(context.Background(), circuitPart(key, holder, now.Add(circuitKept), failedPart, strconv.Itoa(k)), now)
		if got || err != nil {
			return k + 1, err
		}
	}
	return e.CircuitAfter, nil
}

// forgetCircuit tells other processes that a provider was heard.
func (e *Engine) forgetCircuit(key accountKey) {
	name := circuitLock + key.account
	locks, err := e.Store.Locks(context.Background(), name, e.Now())
	if err != nil {
		e.Log.Warn("other processes are not told that a provider answers", "account", key.account, "error", err)
	}
	for _, l := range locks {
		if l.MerchantID == key.merchant && (l.Name == name || strings.HasPrefix(l.Name, name+"/")) {
			e.release(l)
		}
	}
}

// sharedCircuit is what the store says of a circuit.
type sharedCircuit struct {
	kept   bool // it is not closed
	failed int
	opened int
	until  time.Time // zero: it is not open
}

// shareCircuits takes over what other processes have found out.
func (e *Engine) shareCircuits(ctx context.Context) error {
	now := e.Now()
	locks, err := e.Store.Locks(ctx, circuitLock, now)
	if err != nil || e.CircuitAfter < 0 {
		return err
	}
	found := map[accountKey]sharedCircuit{}
	for _, l := range locks {
		account, part, _ := strings.Cut(strings.TrimPrefix(l.Name, circuitLock), "/")
		key := accountKey{l.MerchantID, account}
		s := found[key]
		switch {
		case part == "":
			s.kept = true
		case part == openPart:
			s.until = l.Until
			s.opened, _ = strconv.Atoi(l.Holder)
		case strings.HasPrefix(part, failedPart):
			s.failed++
		}
		found[key] = s
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for key, s := range found { // order does not matter: each by itself
		e.circuitOf(key).take(s, now)
	}
	maps.DeleteFunc(e.circuits, func(key accountKey, c *circuit) bool {
		s, known := found[key]
		if c.seen.IsZero() || !c.seen.Before(now) {
			return false // this look may have been too early
		}
		return !known || !c.until.IsZero() && !s.kept // another process has heard the provider, or it was long ago
	})
	return nil
}

// take takes over what the store says.
func (c *circuit) take(s sharedCircuit, now time.Time) {
	c.shared, c.seen = s.failed, now
	switch {
	case s.until.After(c.until):
		c.until, c.trial, c.opened = s.until, time.Time{}, max(c.opened, s.opened)
	case s.kept && c.until.IsZero():
		c.until = now // half open
	}
}
