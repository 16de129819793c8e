package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

// Ask carries out what a merchant or an operator asks of a payment. When it returns without an error the ask is on
// disk and its call on its way. Errors: *payment.Refusal, *KeyMismatch, store.ErrNotFound, or the store's.
func (e *Engine) Ask(ctx context.Context, merchantID, paymentID string, ask payment.Asked, key store.Key) (p payment.Payment, replayed bool, err error) {
	ask.At = e.Now()
	after := func() {}
	if ask.What == payment.AskCheck {
		p, err := e.Store.Load(ctx, merchantID, paymentID)
		if err != nil {
			return p, false, err
		}
		// OVO, Push To Pay API: several transactions are not to be checked at the same time.
		release, err := e.oneCheck(ctx, p, ask.At)
		if err != nil {
			return p, false, err
		}
		after = release
	}
	p, err = e.change(ctx, merchantID, paymentID, ask, nil, key, after)
	var used *store.KeyUsed
	if !errors.As(err, &used) {
		if err != nil {
			after()
		}
		return p, false, err
	}
	after()
	if used.Fingerprint != key.Fingerprint {
		return p, false, &KeyMismatch{PaymentID: used.PaymentID}
	}
	p, err = e.Store.Load(ctx, merchantID, used.PaymentID)
	return p, true, err
}

// submit brings a fact to a payment. Facts are not dropped: while the database is away it tries again, ever more
// slowly, until the context ends (the process is being stopped; then the payment's task brings it back elsewhere).
func (e *Engine) submit(ctx context.Context, merchantID, paymentID string, ev payment.Event, parts []exchange.Part) {
	var unknown []string // changes of which nobody could say whether they were written
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, 2*time.Second) {
		err := e.writtenAfterAll(ctx, merchantID, paymentID, unknown)
		if err == nil {
			return
		}
		if errors.Is(err, errNotWritten) {
			_, err = e.change(ctx, merchantID, paymentID, ev, parts, store.Key{}, nil)
		}
		var lost *unknownChange
		if errors.As(err, &lost) {
			unknown = append(unknown, lost.id)
		}
		switch {
		case err == nil, errors.Is(err, store.ErrNotFound):
			return
		case ctx.Err() != nil || errors.Is(err, store.ErrClosed):
			e.Log.Warn("a fact was not stored before this process ended; its task brings the payment back",
				"payment", paymentID, "event", payment.Kind(ev), "error", err)
			return
		}
		e.Metrics.Retries.Add(1)
		e.Log.Error("a fact cannot be stored, trying again", "payment", paymentID, "event", payment.Kind(ev), "error", err)
		if e.Sleep(ctx, wait) != nil {
			return
		}
		ev = again(ev, e.Now())
	}
}

// unknownChange is a commit whose outcome is not known.
type unknownChange struct {
	id  string
	err error
}

func (u *unknownChange) Error() string { return u.err.Error() }
func (u *unknownChange) Unwrap() error { return u.err }

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
	}
	return ev
}

// change decides an event on the payment as it stands, commits, and sets what follows in motion. On a conflict it
// decides again on what is stored: deciding is free.
func (e *Engine) change(ctx context.Context, merchantID, paymentID string, ev payment.Event, parts []exchange.Part, key store.Key, after func()) (payment.Payment, error) {
	p, ok := e.heldPayment(merchantID, paymentID)
	for try := 0; ; try++ {
		if !ok {
			var err error
			if p, err = e.Store.Load(ctx, merchantID, paymentID); err != nil {
				return p, err
			}
		}
		terms, err := e.TermsOf(ctx, p)
		if err != nil {
			return p, err
		}
		line, _ := e.RailOf(p.MerchantID, p.Account)
		w := work{line: line, terms: terms, after: after}
		c := store.Change{ID: e.NewID("chg_"), Exchanges: parts, Key: key, Owner: e.Owner}
		c, err = e.finishSafely(&w, c, p, ev)
		if err != nil {
			return p, err
		}
		if c.Payment.Version == p.Version {
			e.keep(c.Payment)
			return p, nil
		}
		done, err := e.Store.Commit(ctx, c)
		if errors.Is(err, store.ErrConflict) {
			e.Metrics.Conflicts.Add(1)
			ok = false
			continue
		}
		if errors.Is(err, store.ErrUnknown) {
			return p, &unknownChange{c.ID, err}
		}
		if err != nil {
			return p, err
		}
		e.count(p, done.Payment)
		e.settle(done, w)
		return done.Payment, nil
	}
}

// finishSafely is finish, except that a mistake of ours, a panic or a message that cannot be written, does not lose a
// fact: the payment is held for review and everything else goes on. An ask is just refused.
func (e *Engine) finishSafely(w *work, c store.Change, p payment.Payment, ev payment.Event) (done store.Change, err error) {
	defer func() {
		trouble := recover()
		_, asked := ev.(payment.Asked)
		if trouble == nil && (err == nil || asked) {
			return
		}
		why := fmt.Sprint(trouble)
		if trouble == nil {
			why = err.Error()
		}
		e.Log.Error("a payment is held for review: lunas cannot go on with it", "payment", p.ID, "event", payment.Kind(ev), "error", why)
		done, err = e.finish(w, c, p, payment.Faulted{At: ev.When(), Why: "lunas cannot go on by itself after " + payment.Kind(ev)})
	}()
	if w.line == nil {
		panic("account " + p.Account + " is not configured any more")
	}
	done, err = e.finish(w, c, p, ev)
	if err == nil && done.Payment.Version == p.Version && !p.WakeAt.IsZero() && !p.WakeAt.After(ev.When()) {
		panic("nothing follows from an alarm that was due")
	}
	return done, err
}

func (e *Engine) count(before, now payment.Payment) {
	switch {
	case now.State == before.State:
	case now.State == payment.Review:
		e.Metrics.Reviews.Add(1)
		e.Log.Error("a payment needs a human", "payment", now.ID, "merchant", now.MerchantID, "why", now.Review)
	case now.State == payment.Reversing:
		e.Metrics.Reversals.Add(1)
		e.Log.Warn("a push without an answer is being reversed", "payment", now.ID, "merchant", now.MerchantID)
	case now.State.Final():
		e.Metrics.Ended.Add(1)
		e.Log.Info("payment ended", "payment", now.ID, "merchant", now.MerchantID, "state", string(now.State))
	}
}
