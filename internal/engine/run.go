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
// does what has become due and nobody did. Each has a loop of its own, so that a slow one does not make this process
// look dead.
func (e *Engine) Run(ctx context.Context) error {
	if err := e.Beat(ctx); err != nil && ctx.Err() == nil {
		return err
	}
	var loops sync.WaitGroup
	loops.Go(func() { e.every(ctx, e.Lease/3, e.Beat) })
	loops.Go(func() { e.every(ctx, e.ClaimEvery, e.Tick) })
	loops.Go(func() { e.every(ctx, e.WatchEvery, e.look) })
	loops.Go(func() { e.every(ctx, forgetEvery, e.forgetLimits) })
	loops.Go(func() { e.every(ctx, shareEvery, e.shareCircuits) })
	loops.Wait()
	return nil
}

// sayAgain is after how long trouble that goes on is logged once more.
const sayAgain = time.Minute

func (e *Engine) every(ctx context.Context, d time.Duration, do func(context.Context) error) {
	tick := time.NewTicker(d)
	defer tick.Stop()
	var said string
	var at time.Time
	for {
		var now time.Time
		select {
		case <-ctx.Done():
			return
		case now = <-tick.C:
		}
		err := do(ctx)
		if err == nil || ctx.Err() != nil || errors.Is(err, store.ErrClosed) {
			said = ""
			continue
		}
		if text := err.Error(); text != said || now.Sub(at) >= sayAgain {
			said, at = text, now
			e.Log.Error(trouble(err), "error", err)
		}
	}
}

// trouble names what keeps a loop from its store.
func trouble(err error) string {
	if fenced := (*store.Fenced)(nil); errors.As(err, &fenced) {
		return "the database is fenced; nothing is sent"
	}
	return "the store does not answer"
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
		if _, err := e.Store.Beat(ctx, e.Owner, e.Lease); err != nil { // many may take longer than a lease
			return err
		}
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
	if e.driving(paymentKey{t.MerchantID, t.PaymentID}) {
		return // its alarm was quicker: what is open now may be a call of this process
	}
	for _, call := range p.OpenCalls() {
		e.tryOnce(ctx, t, payment.NoAnswer{
			At: e.Now(), Call: call.Call, Attempt: call.Attempt, Try: call.Tries, Why: payment.Interrupted,
		})
	}
}

// drive says that this process changes a payment, or makes a call for it, until the returned function is called.
func (e *Engine) drive(key paymentKey) (done func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.mine[key]++
	return func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		if e.mine[key]--; e.mine[key] == 0 {
			delete(e.mine, key)
		}
	}
}

func (e *Engine) driving(key paymentKey) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.mine[key] > 0
}

// tryOnce brings an event to a payment whose task is still there if that fails: it comes back by itself, and one
// payment that cannot be changed must not keep the others waiting.
func (e *Engine) tryOnce(ctx context.Context, t store.Task, ev payment.Event) {
	_, err := e.bring(ctx, t.MerchantID, t.PaymentID, ev, nil)
	if err != nil && ctx.Err() == nil && !errors.Is(err, store.ErrClosed) {
		e.Log.Error("a payment cannot go on now; its task brings it back",
			"payment", t.PaymentID, "event", payment.Kind(ev), "error", err)
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
		if e.forget(t.MerchantID, t.PaymentID) {
			e.tryOnce(ctx, t, payment.Woke{At: e.Now()})
		}
	})
	return nil
}

// forget makes the next event load the payment from the store, since what is known of it here may be old; false when
// its alarm has only been put off here and will ring.
func (e *Engine) forget(merchantID, paymentID string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	key := paymentKey{merchantID, paymentID}
	h := e.held[key]
	switch {
	case h == nil:
		return true
	case h.putOff && h.stop != nil:
		return false
	case h.stop != nil:
		h.stop()
	}
	h.p, h.stop, h.wake = payment.Payment{}, nil, time.Time{}
	if h.endPush == nil {
		delete(e.held, key) // else the end of the push's call comes back to it
	}
	return true
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

// Drain starts no new push and waits for what is under way, until the context ends. What is left then is taken over
// by another replica, or by this one's next start.
func (e *Engine) Drain(ctx context.Context) error {
	e.mu.Lock()
	e.draining = true
	if e.busy == 0 {
		e.mu.Unlock()
		return nil
	}
	if e.idle == nil {
		e.idle = make(chan struct{})
	}
	idle := e.idle
	e.mu.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// begin counts something that Drain waits for; false when new payments are asked for and none are taken any more.
func (e *Engine) begin(request bool) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if request && e.draining {
		return false
	}
	e.busy++
	return true
}

// end is the end of what began.
func (e *Engine) end() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.busy--; e.busy == 0 && e.idle != nil {
		close(e.idle)
		e.idle = nil
	}
}
