package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/store"
)

// settle sets in motion what a committed change wants: its calls, its timer, and whoever waits for it. ctx is that of
// whoever brought the change.
func (e *Engine) settle(ctx context.Context, done store.Change, w work) {
	if len(done.Told) > 0 && e.OnTold != nil {
		e.OnTold()
	}
	p := done.Payment
	e.keep(p)
	if done.Hold != nil {
		e.Log.Error("a terminal is stopped until an operator releases it", "terminal", done.Hold.Terminal, "why", done.Hold.Reason)
	}
	if w.renumber != nil {
		e.begin(false)
		want := *w.renumber
		e.Go(func() {
			defer e.end()
			e.renumber(p, want)
		})
	}
	line, sent := w.line, w.sent // and not w, which holds the bytes of its calls
	along := e.Observer.Carry(ctx)
	for i, call := range w.calls {
		after := w.after
		if i > 0 {
			after = nil
		}
		e.begin(false)
		over := e.drive(paymentKey{p.MerchantID, p.ID})
		e.Go(func() {
			defer e.end()
			defer over()
			e.perform(along, p, line, call, sent)
			if after != nil {
				after()
			}
		})
	}
	if len(w.calls) == 0 && w.after != nil {
		w.after()
	}
}

// perform makes one call and brings its outcome to the payment. It calls sent, if there is one, when the first byte of a
// push has left, and when the call has ended.
func (e *Engine) perform(along context.Context, p payment.Payment, line rail.Rail, w callWork, sent func()) {
	ctx, cancel := e.limited(along, w.target.Until, p.UpdatedAt)
	ctx, ended := e.Observer.Call(ctx, ObservedCall{
		Rail: p.Rail, MerchantID: p.MerchantID, PaymentID: p.ID, Operation: string(w.call), Try: w.target.Try,
	})
	record := &exchange.Call{Expected: w.rendered.Wire, SendBy: w.sendBy, Now: e.Now}
	key := paymentKey{p.MerchantID, p.ID}
	if w.call == payment.CallPush {
		e.Metrics.Pushes.Add(1)
		defer e.Metrics.Pushes.Add(-1)
		e.onPush(key, p.UpdatedAt, record, cancel, sent)
	}
	rendered := w.rendered
	w.rendered = rail.Rendered{} // a push waits for a minute: let go of its bytes
	outcome, err := do(exchange.WithCall(ctx, record), line, rendered)
	stopped := ctx.Err() != nil
	cancel()
	ended(outcome, err)
	e.heard(p, w, record, stopped, e.Now(), err)
	if sent != nil {
		sent()
	}
	if err != nil {
		e.Log.WarnContext(along, "a call brought no verdict", "payment", p.ID, "call", string(w.call), "try", w.target.Try, "error", err)
	}
	if err == nil && outcome.Class == payment.TokenDead {
		e.tokenDied(accountKey{p.MerchantID, p.Account}, w.token)
	}
	at := e.Now()
	var parts []exchange.Part
	if part, ok := e.response(p, w, rendered.Operation, record, at); ok {
		parts = append(parts, part)
	}
	e.submit(along, p.MerchantID, p.ID, eventOf(w, at, outcome, err), parts)
}

// do makes a call. A panic of the rail is a call without an answer, since it may have been sent. What is thrown and is
// neither a text nor an error is no mistake but the simulator's way to end a process.
func do(ctx context.Context, line rail.Rail, m rail.Rendered) (o payment.Outcome, err error) {
	defer func() {
		switch trouble := recover().(type) {
		case nil:
		case string, error:
			err = fmt.Errorf("%w: panic: %v", rail.ErrNoAnswer, trouble)
		default:
			panic(trouble)
		}
	}()
	return line.Do(ctx, m)
}

// limited is a context that ends at a time of the engine's clock, which may run faster than the machine's. since is
// when the call was ordered, for a clock that has been set back.
func (e *Engine) limited(ctx context.Context, until, since time.Time) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := e.After(until.Sub(e.notBefore(since)), cancel)
	return limit{ctx}, func() {
		stop()
		cancel()
	}
}

// notBefore is the present time, or one that is known to have passed if the clock has been set back behind it: a wait
// must not become longer by that.
func (e *Engine) notBefore(passed time.Time) time.Time {
	if now := e.Now(); now.After(passed) {
		return now
	}
	return passed
}

// limit says that there is a deadline, so that a client does not put its own default in the place of the terms'. When
// it is, in the engine's time, would mean nothing to a dialer, which compares it with the machine's clock.
type limit struct{ context.Context }

// Deadline gives a time far away: the context is ended by the engine.
func (limit) Deadline() (time.Time, bool) { return farAway, true }

var farAway = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC) // never written

// onPush makes the waits of a push count from its first byte, and lets its call be ended when the answer no longer
// matters.
func (e *Engine) onPush(key paymentKey, ordered time.Time, record *exchange.Call, cancel context.CancelFunc, sent func()) {
	e.mu.Lock()
	if h := e.held[key]; h != nil {
		h.endPush = cancel
	}
	e.mu.Unlock()
	record.OnFirstByte = func(at time.Time) {
		e.mu.Lock()
		if h := e.held[key]; h != nil {
			h.firstByte = max(0, at.Sub(ordered))
		}
		e.mu.Unlock()
		if sent != nil {
			e.Go(sent) // the byte does not wait for it
		}
	}
}

// eventOf says what a call's end means to the core.
func eventOf(w callWork, at time.Time, o payment.Outcome, err error) payment.Event {
	switch {
	case err == nil:
		return payment.Answered{At: at, Call: w.call, Attempt: w.target.Attempt, Try: w.target.Try, Outcome: o}
	case errors.Is(err, rail.ErrNotSent):
		return payment.NotSent{At: at, Call: w.call, Attempt: w.target.Attempt, Try: w.target.Try}
	case errors.Is(err, rail.ErrUnclear):
		return payment.NoAnswer{At: at, Call: w.call, Attempt: w.target.Attempt, Try: w.target.Try, Why: payment.Garbled}
	default:
		return payment.NoAnswer{At: at, Call: w.call, Attempt: w.target.Attempt, Try: w.target.Try, Why: payment.Silent}
	}
}

// response is the sealed second half of an exchange; false when nothing came back.
func (e *Engine) response(p payment.Payment, w callWork, operation string, record *exchange.Call, at time.Time) (exchange.Part, bool) {
	result := record.Result()
	if len(result.Received) == 0 && result.Note == "" {
		return exchange.Part{}, false
	}
	part := exchange.Part{
		ID: w.exchangeID, MerchantID: p.MerchantID, PaymentID: p.ID, Account: p.Account,
		Operation: operation, Side: exchange.Response, At: at, Wire: result.Received, Note: result.Note,
	}
	if err := e.Keyring.Seal(&part); err != nil {
		e.Log.Error("a response cannot be sealed and is not logged", "payment", p.ID, "error", err)
		return part, false
	}
	return part, true
}

// keep remembers a payment that is under way and sets its timer; it forgets one that has come to rest. A payment
// older than the one that is kept is ignored.
func (e *Engine) keep(p payment.Payment) {
	key := paymentKey{p.MerchantID, p.ID}
	// What waits for a choice may wait for weeks, and nothing is under way: its task brings it back, here or elsewhere.
	atRest := p.WakeAt.IsZero() || p.Choosing()
	var endPush context.CancelFunc
	e.mu.Lock()
	h := e.held[key]
	switch {
	case h == nil && atRest:
	case h == nil:
		h = &held{p: p}
		e.held[key] = h
		e.setTimer(key, h)
	case h.p.Version > p.Version:
	default:
		h.p = p
		e.setTimer(key, h)
		if atRest {
			delete(e.held, key)
			// Of a paid push the answer has what a void repeats, of a declined one the reason; and of one that was closed because
			// the provider did not know it, or by a human, it may still say that the customer was charged.
			if p.Undone() {
				endPush = h.endPush
			}
		}
	}
	e.wakeWaiters(key, p)
	e.mu.Unlock()
	if endPush != nil {
		endPush() // nothing that the push's connection could still bring matters
	}
}

// setTimer sets the alarm of a held payment. The caller holds the lock.
func (e *Engine) setTimer(key paymentKey, h *held) {
	if h.p.WakeAt.Equal(h.wake) && h.stop != nil {
		return
	}
	if h.stop != nil {
		h.stop()
		h.stop = nil
	}
	h.wake, h.putOff = h.p.WakeAt, false
	if h.wake.IsZero() {
		return
	}
	e.arm(key, h, h.wake.Sub(e.notBefore(h.p.UpdatedAt)))
}

// arm starts the timer of a held payment. Its ring counts for this setting only: one that went off while another
// setting took its place would be taken for an alarm that is not due. The caller holds the lock.
func (e *Engine) arm(key paymentKey, h *held, after time.Duration) {
	h.setting++
	setting := h.setting
	h.stop = e.After(after, func() { e.ring(key, h, setting) })
}

// ring is called when a payment's alarm goes off. The waits for a push's answer count from its first byte, which may
// have left a little after t0: then the alarm is put off once by as much. That the time has come is the timer's word,
// which a clock set back does not change.
func (e *Engine) ring(key paymentKey, h *held, setting int) {
	e.mu.Lock()
	if e.held[key] != h || h.setting != setting || h.wake.IsZero() {
		e.mu.Unlock()
		return
	}
	waits := h.p.State == payment.Pushing || h.p.State == payment.InDoubt
	if waits && h.firstByte > 0 && !h.putOff {
		h.putOff = true
		e.arm(key, h, h.firstByte)
		e.mu.Unlock()
		return
	}
	if h.p.State == payment.Awaiting && !h.putOff {
		if wait := e.pace(key.merchant, e.Now()); wait > 0 {
			h.putOff = true
			e.arm(key, h, wait)
			e.mu.Unlock()
			return
		}
	}
	at := e.Now()
	if at.Before(h.wake) {
		at = h.wake
	}
	h.stop, h.wake = nil, time.Time{}
	e.mu.Unlock()
	e.Go(func() { e.submit(context.Background(), key.merchant, key.payment, payment.Woke{At: at}, nil) })
}

// heldPayment gives the payment as this process knows it.
func (e *Engine) heldPayment(merchantID, paymentID string) (payment.Payment, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	h := e.held[paymentKey{merchantID, paymentID}]
	if h == nil || h.p.Version == 0 {
		return payment.Payment{}, false
	}
	return h.p, true
}
