package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/store"
)

// Ask carries out what a merchant or an operator asks of a payment. When it returns without an error the ask is on
// disk and its call on its way; or, with replayed true, it was by the same request before. Errors: *payment.Refusal,
// *KeyMismatch, store.ErrNotFound, or the store's.
func (e *Engine) Ask(ctx context.Context, merchantID, paymentID string, ask payment.Asked, key store.Key) (payment.Payment, bool, error) {
	p, err := e.Store.Load(ctx, merchantID, paymentID)
	if err != nil {
		return p, false, err
	}
	now, err := e.ask(ctx, p, ask, key)
	return e.replay(ctx, merchantID, p.Mode, key, now, err)
}

func (e *Engine) ask(ctx context.Context, p payment.Payment, ask payment.Asked, key store.Key) (payment.Payment, error) {
	ask.At = e.Now()
	if ask.What != payment.AskCheck || p.Rail != payment.OVO { // elsewhere the core allows one at a time
		return e.change(ctx, p.MerchantID, p.ID, ask, nil, key, nil)
	}
	// OVO, Push To Pay API: several transactions are not to be checked at the same time.
	release, err := e.oneCheck(ctx, p, ask.At)
	if err != nil {
		return p, err
	}
	p, err = e.change(ctx, p.MerchantID, p.ID, ask, nil, key, release)
	if err != nil {
		release()
	}
	return p, err
}

// submit brings a fact to a payment. Facts are not dropped: while the database is away it tries again, ever more
// slowly, until the context ends (the process is being stopped; then the payment's task brings it back elsewhere).
func (e *Engine) submit(ctx context.Context, merchantID, paymentID string, ev payment.Event, parts []exchange.Part) {
	var unknown []string // changes of which nobody could say whether they were written
	defer e.announce(paymentKey{merchantID, paymentID}, ev)()
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, 2*time.Second) {
		err := e.writtenAfterAll(ctx, merchantID, paymentID, unknown)
		if err == nil {
			return
		}
		if errors.Is(err, errNotWritten) {
			_, err = e.bring(ctx, merchantID, paymentID, ev, parts)
		}
		var lost *unknownChange
		if errors.As(err, &lost) {
			unknown = append(unknown, lost.id)
		}
		switch {
		case err == nil:
			return
		case errors.Is(err, store.ErrNotFound):
			e.Log.Error("a fact belongs to no payment that is stored", "payment", paymentID, "event", payment.Kind(ev), "error", err)
			return
		case ctx.Err() != nil || errors.Is(err, store.ErrClosed):
			e.Log.Warn("a fact was not stored before this process ended; its task brings the payment back",
				"payment", paymentID, "event", payment.Kind(ev), "error", err)
			return
		}
		e.Metrics.Retries.Add(1)
		if !errors.Is(err, rail.ErrNoToken) { // that is said once, by who asked for it
			e.Log.Error("a fact cannot be stored, trying again", "payment", paymentID, "event", payment.Kind(ev), "error", err)
		}
		if e.Sleep(ctx, wait) != nil {
			return
		}
		ev = again(ev, e.Now())
	}
}

// announce says that a fact is being written down, until the returned function is called.
func (e *Engine) announce(key paymentKey, ev payment.Event) (done func()) {
	if _, woke := ev.(payment.Woke); woke {
		return func() {}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.facts[key]++
	return func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		if e.facts[key]--; e.facts[key] == 0 {
			delete(e.facts, key)
		}
	}
}

// bring decides a fact on a payment once. An alarm gives way to a fact that is being written down: what has become due
// is done with that one. Otherwise, when the database comes back, an alarm could have a push reversed whose approval is
// already here.
func (e *Engine) bring(ctx context.Context, merchantID, paymentID string, ev payment.Event, parts []exchange.Part) (payment.Payment, error) {
	if _, woke := ev.(payment.Woke); woke {
		e.mu.Lock()
		coming := e.facts[paymentKey{merchantID, paymentID}] > 0
		e.mu.Unlock()
		if coming {
			return payment.Payment{}, nil
		}
	}
	return e.change(ctx, merchantID, paymentID, ev, parts, store.Key{}, nil)
}

// unknownChange is a commit whose outcome is not known.
type unknownChange struct {
	id  string
	err error
}

func (u *unknownChange) Error() string { return u.err.Error() }
func (u *unknownChange) Unwrap() error { return u.err }

// errNothingNew says that a notification was not written down, since it says what is known.
var errNothingNew = errors.New("nothing new")

var errNotWritten = errors.New("not written")

// writtenAfterAll looks in the journal for changes of unknown outcome. Nil: one of them was written, so its fact must
// not be written again; its calls were not made and come back by the payment's task. errNotWritten: none was.
func (e *Engine) writtenAfterAll(ctx context.Context, merchantID, paymentID string, unknown []string) error {
	if len(unknown) == 0 {
		return errNotWritten
	}
	entries, err := e.Store.Journal(ctx, merchantID, paymentID)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(entries, func(j store.Entry) bool { return slices.Contains(unknown, j.ChangeID) }) {
		return errNotWritten
	}
	p, err := e.Store.Load(ctx, merchantID, paymentID)
	if err == nil {
		e.keep(p)
	}
	return err
}

// again gives a fact that could not be written down at once the present time: what follows from it is done now, and is
// signed and limited by now. When an answer came is kept.
func again(ev payment.Event, now time.Time) payment.Event {
	if !now.After(ev.When()) {
		return ev
	}
	switch ev := ev.(type) {
	case payment.Answered:
		if ev.Came.IsZero() {
			ev.Came = ev.At
		}
		ev.At = now
		return ev
	case payment.NoAnswer:
		ev.At = now
		return ev
	case payment.NotSent:
		ev.At = now
		return ev
	case payment.Woke:
		ev.At = now
		return ev
	case payment.Asked:
		ev.At = now
		return ev
	case payment.NoRoute:
		ev.At = now
		return ev
	case payment.Notified:
		if ev.Came.IsZero() {
			ev.Came = ev.At
		}
		ev.At = now
		return ev
	}
	return ev
}

// change decides an event on the payment as it stands, commits, and sets what follows in motion. On a conflict it
// decides again on what is stored: deciding is free.
func (e *Engine) change(ctx context.Context, merchantID, paymentID string, ev payment.Event, parts []exchange.Part, key store.Key, after func()) (payment.Payment, error) {
	defer e.drive(paymentKey{merchantID, paymentID})()
	p, ok := e.heldPayment(merchantID, paymentID)
	_, asked := ev.(payment.Asked)
	if asked {
		ok = false // what may be asked is said by the store, which another replica may have changed
	}
	for {
		if !ok {
			var err error
			if p, err = e.Store.Load(ctx, merchantID, paymentID); err != nil {
				return p, err
			}
		}
		if asked { // it may have waited: whether it is in time is said by now
			ev = again(ev, e.Now())
		}
		if again, err := e.known(ctx, p, ev); err != nil || again {
			return p, cmp.Or(err, errNothingNew)
		}
		terms, err := e.TermsOf(ctx, p)
		if errors.Is(err, store.ErrNotFound) {
			err = errors.New(err.Error()) // it is not the payment that is missing
		}
		if err != nil {
			return p, err
		}
		w := e.workOf(p, terms)
		w.after = after
		c := store.Change{ID: e.NewID("chg_"), Exchanges: parts, Key: key, Owner: e.Owner}
		// For a payment time does not go back, whatever is done to the clock: its waits are counted from here.
		c, err = e.finishSafely(&w, c, p, again(ev, p.UpdatedAt))
		if errors.Is(err, rail.ErrNoToken) {
			if ev, err = e.withToken(ctx, p, ev); err == nil {
				continue
			}
		}
		if err != nil {
			return p, err
		}
		if c.Payment.Version == p.Version {
			e.keep(c.Payment)
			if _, said := ev.(payment.Notified); said {
				return p, errNothingNew
			}
			return p, nil
		}
		done, err := e.Store.Commit(ctx, e.limitQueries(c, p, ev))
		if errors.Is(err, store.ErrConflict) {
			e.Metrics.Conflicts.Add(1)
			ok = false
			continue
		}
		if limit := (*store.LimitReached)(nil); errors.As(err, &limit) { // no ask has a limit
			e.putOff(p, limit.Until)
			return p, nil
		}
		if errors.Is(err, store.ErrUnknown) {
			return p, &unknownChange{c.ID, err}
		}
		if err != nil {
			return p, err
		}
		e.count(ctx, terms, p, done.Payment)
		e.settle(ctx, done, w)
		return done.Payment, nil
	}
}

// finishSafely is finish, except that a mistake of ours, a panic or a message that cannot be written, does not lose a
// fact: the payment is held for review and everything else goes on. An ask is just refused.
func (e *Engine) finishSafely(w *work, c store.Change, p payment.Payment, ev payment.Event) (store.Change, error) {
	done, err := e.finishOrSay(w, c, p, ev)
	if err == nil {
		return done, nil
	}
	if _, asked := ev.(payment.Asked); asked || errors.Is(err, rail.ErrNoToken) {
		return done, err
	}
	e.Log.Error("a payment is held for review: lunas cannot go on with it", "payment", p.ID, "event", payment.Kind(ev), "error", err)
	return e.finish(w, c, p, payment.Faulted{At: ev.When(), Why: "lunas cannot go on by itself after " + payment.Kind(ev)})
}

// finishOrSay is finish with every trouble as an error.
func (e *Engine) finishOrSay(w *work, c store.Change, p payment.Payment, ev payment.Event) (done store.Change, err error) {
	defer func() {
		if trouble := recover(); trouble != nil {
			err = fmt.Errorf("panic: %v", trouble)
		}
	}()
	if w.line == nil && !p.Unchosen() {
		return c, &payment.Refusal{
			Code: CodeNoAccount, State: p.State, Message: "the account " + p.Account + " is not configured any more",
		}
	}
	done, err = e.finish(w, c, p, ev)
	if err == nil && done.Payment.Version == p.Version && !p.WakeAt.IsZero() && !p.WakeAt.After(ev.When()) {
		err = errors.New("nothing follows from an alarm that was due")
	}
	return done, err
}

func (e *Engine) count(ctx context.Context, t payment.Terms, before, now payment.Payment) {
	if now.State != before.State {
		e.Observer.Changed(ctx, before, now)
	}
	switch {
	case now.State == before.State:
	case now.State == payment.Review:
		e.Metrics.Reviews.Add(1)
		e.Log.ErrorContext(ctx, "a payment needs a human", "payment", now.ID, "merchant", now.MerchantID, "why", now.Review)
	case now.State == payment.Reversing:
		e.Metrics.Reversals.Add(1)
		e.Log.WarnContext(ctx, "a push without an answer is being reversed", "payment", now.ID, "merchant", now.MerchantID)
		e.alarmIfLate(t, before, now)
	case now.State.Final():
		e.Metrics.Ended.Add(1)
		e.Log.InfoContext(ctx, "payment ended", "payment", now.ID, "merchant", now.MerchantID, "state", string(now.State))
	}
}

// alarmIfLate raises an alarm when a push in doubt is reversed later than it had to be, for instance because the
// database was away. A word of "not found" that had to be confirmed first is no delay.
func (e *Engine) alarmIfLate(t payment.Terms, before, now payment.Payment) {
	a, was := now.Attempts[len(now.Attempts)-1], before.Attempts[len(before.Attempts)-1]
	if (before.State != payment.Pushing && before.State != payment.InDoubt) || !was.NotFoundAt.IsZero() {
		return
	}
	late := now.UpdatedAt.Sub(a.PushedAt.Add(t.ReverseAfter))
	if late <= t.SendWithin+lateAfter { // the first byte may have left as late as SendWithin
		return
	}
	e.Metrics.Late.Add(1)
	e.Log.Error("a reversal comes late", "payment", now.ID, "merchant", now.MerchantID, "late_by", late.String())
}

// lateAfter is how much later than its time a reversal is ordered before that is an alarm.
const lateAfter = 500 * time.Millisecond
