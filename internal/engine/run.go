package engine

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

// takeOverAtOnce bounds how many payments of a dead process are brought forward side by side.
const takeOverAtOnce = 64

// Run keeps the engine going until the context ends: it says that it lives, takes over from those that do not, and
// does what has become due and nobody did.
func (e *Engine) Run(ctx context.Context) error {
	if err := e.Beat(ctx); err != nil {
		return err
	}
	beat := time.NewTicker(e.Lease / 3)
	claim := time.NewTicker(e.ClaimEvery)
	watch := time.NewTicker(e.WatchEvery)
	defer beat.Stop()
	defer claim.Stop()
	defer watch.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return nil
		case <-beat.C:
			err = e.Beat(ctx)
		case <-claim.C:
			err = e.Tick(ctx)
		case <-watch.C:
			err = e.look(ctx)
		}
		if err != nil && ctx.Err() == nil && !errors.Is(err, store.ErrClosed) {
			e.Log.Error("the store does not answer", "error", err)
		}
	}
}

// Beat renews this process's lease and takes over the payments of processes whose lease has ended.
func (e *Engine) Beat(ctx context.Context) error {
	dead, err := e.Store.Beat(ctx, e.Owner, e.Lease)
	if err != nil {
		return err
	}
	for _, owner := range dead {
		if owner == e.Owner {
			continue
		}
		if err := e.takeOver(ctx, owner); err != nil {
			return err
		}
	}
	return nil
}

// takeOver brings forward every payment that a dead process had under way.
func (e *Engine) takeOver(ctx context.Context, dead string) error {
	total := 0
	for {
		tasks, err := e.Store.TakeOver(ctx, dead, e.Owner, takeOverAtOnce)
		if err != nil {
			return err
		}
		if len(tasks) == 0 {
			break
		}
		total += len(tasks)
		e.sideBySide(tasks, func(t store.Task) { e.adopt(ctx, t) })
	}
	if total > 0 {
		e.Log.Warn("took over the payments of a process that is gone", "owner", dead, "payments", total)
	}
	return nil
}

// adopt ends a payment's open calls, whose process is gone, and holds its timer from now on. A push that was under way
// may have been sent: it is in doubt, and its reversal comes at its own time, not earlier.
func (e *Engine) adopt(ctx context.Context, t store.Task) {
	p, err := e.Store.Load(ctx, t.MerchantID, t.PaymentID)
	if err != nil {
		e.Log.Error("a payment cannot be taken over yet; its due time brings it back", "payment", t.PaymentID, "error", err)
		return
	}
	e.keep(p)
	for _, call := range p.OpenCalls() {
		lost := payment.NoAnswer{At: e.Now(), Call: call.Call, Try: call.Tries, Why: payment.Interrupted}
		e.submit(ctx, t.MerchantID, t.PaymentID, lost, nil)
	}
}

// Tick does what has been due for a while and was not done by whoever holds the payment's timer.
func (e *Engine) Tick(ctx context.Context) error {
	now := e.Now()
	tasks, err := e.Store.Claim(ctx, store.Claim{
		Owner: e.Owner, Now: now, Before: now.Add(-claimAfter), For: 5 * time.Second, Limit: takeOverAtOnce,
	})
	if err != nil {
		return err
	}
	e.sideBySide(tasks, func(t store.Task) {
		e.forget(t.MerchantID, t.PaymentID) // what we know of it may be old
		e.submit(ctx, t.MerchantID, t.PaymentID, payment.Woke{At: e.Now()}, nil)
	})
	return nil
}

// forget makes the next event load the payment from the store.
func (e *Engine) forget(merchantID, paymentID string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	key := paymentKey{merchantID, paymentID}
	if h := e.held[key]; h != nil {
		if h.stop != nil {
			h.stop()
		}
		delete(e.held, key)
	}
}

func (e *Engine) sideBySide(tasks []store.Task, f func(store.Task)) {
	e.Together(len(tasks), func(i int) { f(tasks[i]) })
}

// together is the Together of production.
func together(n int, f func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { f(i) })
	}
	wg.Wait()
}

// Drain starts no new push and waits for the calls under way, until the context ends. What is left then is taken over
// by another replica, or by this one's next start.
func (e *Engine) Drain(ctx context.Context) error {
	e.draining.Store(true)
	done := make(chan struct{})
	go func() {
		e.busy.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
