// Package storetest says what every store must do, as a list of rules, and holds a store against them. A rule is a
// function that returns an error, so that the rules themselves can be shown to bite.
package storetest

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

// Open makes an empty store that takes its t0 from now, and closes it at the test's end. Whether now is also the clock
// of leases does not matter here.
type Open func(t testing.TB, now func() time.Time) store.Store

// OpenBackend makes a store and gives the backend beneath it, too.
type OpenBackend func(t testing.TB, now func() time.Time) (store.Store, store.Backend)

// Run holds a store against every rule.
func Run(t *testing.T, open Open) {
	t.Helper()
	for _, r := range Rules() {
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			clock := NewClock()
			if err := r.Check(t.Context(), World{Store: open(t, clock.Now), Clock: clock}); err != nil {
				t.Error(err)
			}
		})
	}
}

// RunGroups holds a backend against the rules of groups.
func RunGroups(t *testing.T, open OpenBackend) {
	t.Helper()
	for _, r := range GroupRules() {
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			clock := NewClock()
			s, b := open(t, clock.Now)
			if err := r.Check(t.Context(), World{Store: s, Backend: b, Clock: clock}); err != nil {
				t.Error(err)
			}
		})
	}
}

// Rule is something that every store must do.
type Rule struct {
	Name  string // a sentence
	check func(*world)
}

// Check holds a store against the rule. The store must be empty.
func (r Rule) Check(ctx context.Context, w World) (err error) {
	defer func() {
		switch f := recover().(type) {
		case nil:
		case broken:
			err = f.error
		default:
			err = fmt.Errorf("panic: %v\n%s", f, debug.Stack())
		}
	}()
	r.check(&world{World: w, ctx: ctx})
	return nil
}

// World is what a rule is checked on.
type World struct {
	Store   store.Store
	Backend store.Backend // only for GroupRules
	Clock   *Clock
}

// Morning is when a World's clock starts: 2026-11-21 10:00:00 WIB, a Saturday.
func Morning() time.Time { return time.Date(2026, 11, 21, 10, 0, 0, 0, payment.WIB) }

// Clock is a clock that stands still until it is set.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// NewClock gives a clock that shows Morning.
func NewClock() *Clock { return &Clock{at: Morning()} }

// Now is the time that the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Set makes the clock show another time.
func (c *Clock) Set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

// world is a World while a rule is checked: its methods end the check when what they want does not come true.
type world struct {
	World
	ctx context.Context
}

// broken ends a check.
type broken struct{ error }

func (w *world) failf(format string, args ...any) { panic(broken{fmt.Errorf(format, args...)}) }

func (w *world) must(what string, err error) {
	if err != nil {
		w.failf("%s: %w", what, err)
	}
}

// all calls f in n goroutines and gives their errors in order.
func (w *world) all(n int, f func(i int) error) []error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = f(i) })
	}
	wg.Wait()
	return errs
}
