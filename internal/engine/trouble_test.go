package engine_test

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/sandbox"
)

// badStore is a store in which things go wrong.
type badStore struct {
	store.Store
	slow    func(store.Change) time.Duration // how long the answer to a commit takes
	unknown func(store.Change) bool          // the commit is written, and nobody learns it
	refuse  func(store.Change) error         // the commit is not written
	twice   bool                             // a group is played again with other numbers
	seen    func(store.Change)
	full    bool // exchanges cannot be kept
	beats   atomic.Int64
}

func (b *badStore) Commit(ctx context.Context, c store.Change) (store.Change, error) {
	if b.refuse != nil {
		if err := b.refuse(c); err != nil {
			return c, err
		}
	}
	if b.twice && c.Finish != nil {
		if _, err := c.Finish(payment.Number{Batch: 999, Reference: 999}, time.Now().Add(-time.Hour)); err != nil {
			return c, err
		}
	}
	done, err := b.Store.Commit(ctx, c)
	if err == nil && b.seen != nil {
		b.seen(done)
	}
	if err == nil && b.slow != nil {
		time.Sleep(b.slow(c))
	}
	if err == nil && b.unknown != nil && b.unknown(c) {
		return store.Change{}, store.ErrUnknown
	}
	return done, err
}

func (b *badStore) Append(ctx context.Context, parts []exchange.Part) error {
	if b.full {
		return errors.New("the disk is full")
	}
	return b.Store.Append(ctx, parts)
}

func (b *badStore) Beat(ctx context.Context, owner string, lease time.Duration) ([]string, error) {
	b.beats.Add(1)
	return b.Store.Beat(ctx, owner, lease)
}

// isPush tells whether a change makes a payment.
func isPush(c store.Change) bool { return c.Terminal != "" }

// reversals gives when the reversal of a payment reached the provider.
func (w *world) reversals(p payment.Payment) (at []time.Time) {
	w.Helper()
	parts, err := w.store.Exchanges(w.Context(), p.MerchantID, p.ID)
	if err != nil {
		w.Fatal(err)
	}
	for _, x := range parts {
		if x.Operation == string(payment.CallReversal) && x.Side == "request" {
			at = append(at, x.At)
		}
	}
	return at
}

// The owner's wait counts from the first byte; its own search for what is overdue must not bring it forward.
func TestTheReversalCountsFromTheFirstByte(t *testing.T) {
	inBubble(t, func(w *world) {
		w.script(pending)
		w.restart(&badStore{Store: w.store, slow: func(c store.Change) time.Duration {
			if isPush(c) {
				return 1500 * time.Millisecond
			}
			return 0
		}})
		p := w.pay("081211110160")
		w.wantState(w.after(p, 61400*time.Millisecond), payment.Pushing)
		w.wantState(w.after(p, 66400*time.Millisecond), payment.InDoubt)
		w.wantState(w.after(p, 66600*time.Millisecond), payment.Reversed)
		if n := len(w.reversals(p)); n != 1 {
			t.Errorf("%d reversals, want 1", n)
		}
	})
}

// A push that could not leave in time never leaves, and nobody has to be asked about it.
func TestAPushThatIsLateIsNotSent(t *testing.T) {
	inBubble(t, func(w *world) {
		w.restart(&badStore{Store: w.store, slow: func(c store.Change) time.Duration {
			if isPush(c) {
				return 2100 * time.Millisecond
			}
			return 0
		}})
		p := w.after(w.pay("081211110101"), 3*time.Second)
		w.wantState(p, payment.Expired)
		if p.Failure.Code != string(payment.ReasonNotSent) || !p.Attempts[0].NeverSent {
			t.Errorf("failure = %+v, never sent %t; want provider_unreachable, true", p.Failure, p.Attempts[0].NeverSent)
		}
		w.wantPushes(0)
	})
}

// A commit of which nobody knows whether it was written sends nothing; if it was written, its payment comes to an end.
func TestACommitOfUnknownOutcomeSendsNothing(t *testing.T) {
	inBubble(t, func(w *world) {
		var once atomic.Bool
		w.restart(&badStore{Store: w.store, unknown: func(c store.Change) bool { return isPush(c) && once.CompareAndSwap(false, true) }})
		o := w.order("081211110101")
		if _, _, err := w.engine.Request(w.Context(), o); !errors.Is(err, store.ErrUnknown) {
			t.Fatalf("Request = %v, want ErrUnknown", err)
		}
		list, err := w.store.Payments(w.Context(), store.Filter{MerchantID: "demo"})
		if err != nil || len(list) != 1 {
			t.Fatalf("payments = %d, %v; want 1", len(list), err)
		}
		p := w.after(list[0], 10*time.Minute)
		w.wantPushes(0)
		w.wantState(p, payment.Expired) // the provider does not know it
	})
}

func TestAKeyFindsAPaymentOfUnknownOutcome(t *testing.T) {
	inBubble(t, func(w *world) {
		var once atomic.Bool
		w.restart(&badStore{Store: w.store, unknown: func(c store.Change) bool { return isPush(c) && once.CompareAndSwap(false, true) }})
		o := w.order("081211110101")
		o.Key = store.Key{Key: "k", Fingerprint: "f"}
		p, replayed, err := w.engine.Request(w.Context(), o)
		if err != nil || !replayed {
			t.Fatalf("Request = %v, replayed %t; want the payment that was written", err, replayed)
		}
		if again, _, err := w.engine.Request(w.Context(), o); err != nil || again.ID != p.ID {
			t.Errorf("Request again = %s, %v; want %s", again.ID, err, p.ID)
		}
		w.after(p, 10*time.Minute)
		w.wantPushes(0)
	})
}

// An answer of which nobody knows whether it was written is not written twice.
func TestAnAnswerOfUnknownOutcome(t *testing.T) {
	inBubble(t, func(w *world) {
		var once atomic.Bool
		w.restart(&badStore{Store: w.store, unknown: func(c store.Change) bool { return !isPush(c) && once.CompareAndSwap(false, true) }})
		p := w.after(w.pay("081211110101"), 4*time.Second)
		w.wantState(p, payment.Paid)
		if p.Version != 2 {
			t.Errorf("version = %d, want 2: the answer was written once", p.Version)
		}
	})
}

// While the database is away, alarms and the approval wait side by side. Whatever is tried first when it is back, the
// approval that came in time is the sale.
func TestAnAlarmGivesWayToAnAnswer(t *testing.T) {
	for _, back := range []time.Duration{66, 70, 75, 81, 83, 97, 100, 340} {
		inBubble(t, func(w *world) {
			p := w.pay("081211110101")
			w.away(true)
			w.after(p, back*time.Second+37*time.Millisecond)
			w.away(false)
			p = w.after(p, back*time.Second+20*time.Second)
			w.wantState(p, payment.Paid)
			if n := len(w.reversals(p)); n != 0 {
				t.Errorf("back after %d s: %d reversals, want none", back, n)
			}
		})
	}
}

// One payment that cannot be changed keeps neither the others nor the lease waiting.
func TestOnePaymentThatCannotBeChanged(t *testing.T) {
	inBubble(t, func(w *world) {
		w.script(pending)
		bad := w.pay("081211110160")
		other := w.pay("081211110160")
		w.after(other, time.Second)
		w.stop() // the loop only
		var cured atomic.Bool
		poisoned := &badStore{Store: w.store, refuse: func(c store.Change) error {
			if c.Payment.ID == bad.ID && !cured.Load() {
				return errors.New("a value that the database does not take")
			}
			return nil
		}}
		w.restartAs("own_2", poisoned)
		w.after(other, 20*time.Second)
		beats := poisoned.beats.Load()
		w.wantState(w.after(other, 66*time.Second), payment.Reversed)
		if n := poisoned.beats.Load() - beats; n < 40 {
			t.Errorf("the lease was renewed %d times in 46 s, want once a second", n)
		}
		cured.Store(true)
		w.wantState(w.after(bad, 100*time.Second), payment.Reversed)
	})
}

// panicky is a rail with a mistake in it.
type panicky struct {
	rail.Rail
	render, do func() bool
}

func (x panicky) Render(c payment.Command, at time.Time) (rail.Rendered, error) {
	if x.render != nil && x.render() {
		panic("a mistake of ours")
	}
	return x.Rail.Render(c, at)
}

func (x panicky) Do(ctx context.Context, m rail.Rendered) (payment.Outcome, error) {
	if x.do != nil && x.do() {
		panic("a mistake of ours")
	}
	return x.Rail.Do(ctx, m)
}

// A call that ends in a panic may have been sent.
func TestAPanicInACallIsACallWithoutAnAnswer(t *testing.T) {
	inBubble(t, func(w *world) {
		var on atomic.Bool
		w.wrap = func(r rail.Rail) rail.Rail { return panicky{Rail: r, do: on.Load} }
		w.restart(w.store)
		on.Store(true)
		p := w.pay("081211110101")
		w.wantState(w.after(p, 0), payment.InDoubt)
		on.Store(false)
		other := w.after(w.pay("081211110101"), 3*time.Second)
		w.wantState(other, payment.Paid)
		w.wantState(w.after(p, 10*time.Minute), payment.Expired) // the provider does not know it
	})
}

// A fact of which nothing can be made is kept, and the payment waits for a human; others go on.
func TestAPanicInADecisionHoldsOnePaymentForReview(t *testing.T) {
	inBubble(t, func(w *world) {
		var on atomic.Bool
		w.wrap = func(r rail.Rail) rail.Rail { return panicky{Rail: r, render: on.Load} }
		w.restart(w.store)
		p, other := w.pay("081211110162"), w.pay("081211110101") // approved after 62 s; after 2 s
		w.wantState(w.after(other, 3*time.Second), payment.Paid)
		w.after(p, 59*time.Second)
		on.Store(true) // the status check at 60 s cannot be written
		p = w.after(p, 61*time.Second)
		w.wantState(p, payment.Review)
		p = w.after(p, 63*time.Second)
		if p.State != payment.Review || p.Attempts[0].ApprovalCode == "" {
			t.Errorf("state %s, approval code %q; want review, and what the push was answered with", p.State, p.Attempts[0].ApprovalCode)
		}
	})
}

// Asking something of a payment whose account is gone is refused and changes nothing.
func TestAnAskWithoutAnAccountIsRefused(t *testing.T) {
	inBubble(t, func(w *world) {
		p := w.after(w.pay("081211110101"), 3*time.Second)
		w.account = "renamed"
		w.restart(w.store)
		for _, what := range []payment.Ask{payment.AskCheck, payment.AskVoid} {
			_, _, err := w.engine.Ask(w.Context(), p.MerchantID, p.ID, payment.Asked{What: what}, store.Key{})
			var refusal *payment.Refusal
			if !errors.As(err, &refusal) || refusal.Code != engine.CodeNoAccount {
				t.Errorf("%s = %v, want the refusal no_account", what, err)
			}
		}
		w.wantState(w.after(p, 4*time.Second), payment.Paid)
	})
}

// The answer to a void is the same whenever it is asked for with the same key.
func TestAKeyOfAnAskGivesTheSameAnswer(t *testing.T) {
	inBubble(t, func(w *world) {
		p := w.after(w.pay("081211110101"), 3*time.Second)
		for _, ask := range []payment.Ask{payment.AskCheck, payment.AskVoid} {
			key := store.Key{Key: "k-" + string(ask), Fingerprint: "f"}
			_, replayed, err := w.engine.Ask(w.Context(), p.MerchantID, p.ID, payment.Asked{What: ask}, key)
			if err != nil || replayed {
				t.Fatalf("%s = replayed %t, %v", ask, replayed, err)
			}
			for _, later := range []time.Duration{0, time.Second} { // while it is under way; when it is done
				time.Sleep(later)
				again, replayed, err := w.engine.Ask(w.Context(), p.MerchantID, p.ID, payment.Asked{What: ask}, key)
				if err != nil || !replayed || again.ID != p.ID {
					t.Errorf("%s again after %v = %s, replayed %t, %v; want the same", ask, later, again.ID, replayed, err)
				}
			}
			var mismatch *engine.KeyMismatch
			key.Fingerprint = "other"
			if _, _, err := w.engine.Ask(w.Context(), p.MerchantID, p.ID, payment.Asked{What: ask}, key); !errors.As(err, &mismatch) {
				t.Errorf("%s with another request = %v, want a mismatch", ask, err)
			}
			p = w.after(w.pay("081211110101"), 3*time.Second)
		}
	})
}

// A terminal whose number was used before takes no push until an operator has moved its numbering.
func TestAHeldTerminalIsReleasedByMovingItsNumbering(t *testing.T) {
	inBubble(t, func(w *world) {
		p := w.after(w.pay("081211110094"), time.Second)
		w.wantState(p, payment.Declined)
		_, _, err := w.engine.Request(w.Context(), w.order("081211110101"))
		var refusal *payment.Refusal
		if !errors.As(err, &refusal) || refusal.Code != engine.CodeTerminalHeld {
			t.Fatalf("Request on a stopped terminal = %v, want terminal_held", err)
		}
		list, err := w.store.Terminals(w.Context(), "demo")
		if err != nil || len(list) != 1 {
			t.Fatalf("terminals = %d, %v", len(list), err)
		}
		list[0].Held, list[0].Cursor.Last = "", payment.Number{Batch: 7, Reference: 41}
		if err := w.store.SetTerminal(w.Context(), list[0]); err != nil {
			t.Fatal(err)
		}
		q := w.after(w.pay("081211110101"), 3*time.Second)
		w.wantState(q, payment.Paid)
		if n := q.Attempts[0].Number; n != (payment.Number{Batch: 7, Reference: 42}) {
			t.Errorf("number = %v, want 7/42", n)
		}
	})
}

// A clock that is set back makes no wait longer.
func TestAClockThatIsSetBack(t *testing.T) {
	inBubble(t, func(w *world) {
		w.script(pending)
		var back atomic.Int64
		w.now = func() time.Time { return time.Now().Add(-time.Duration(back.Load())) }
		w.restart(w.store)
		p := w.pay("081211110160")
		w.after(p, 30*time.Second)
		back.Store(int64(2 * time.Minute))
		w.wantState(w.after(p, 64*time.Second), payment.InDoubt)
		w.wantState(w.after(p, 66*time.Second), payment.Reversed)
	})
}

// A clock that jumps ahead while the customer has the push makes all waits be over at once, also that for the word that the
// provider does not know it. The customer pays all the same: the push's answer is still waited for, and is given back.
func TestAClockThatJumpsAhead(t *testing.T) {
	inBubble(t, func(w *world) {
		for _, o := range []sandbox.Operation{sandbox.OperationCheckPush, sandbox.OperationReversal} {
			w.script(sandbox.Script{Operation: o, Times: 1, Effect: sandbox.Effect{Code: "25"}})
		}
		var ahead atomic.Int64
		w.now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
		w.restart(w.store)
		p := w.pay("081211110162") // approved after 62 s
		w.after(p, 10*time.Second)
		ahead.Store(int64(4*time.Minute + 50*time.Second)) // more, and the provider would take no signature
		w.wantState(w.after(p, 45*time.Second), payment.Reversed)
		w.wantState(w.after(p, 70*time.Second), payment.Reversed)
		if held := w.truth(p).Held(); held != 0 {
			t.Errorf("the merchant holds Rp %d of a payment that is reversed", held)
		}
		if n := len(w.reversals(p)); n != 2 {
			t.Errorf("%d reversals, want another one after the approval", n)
		}
	})
}

// A reversal that comes late is an alarm.
func TestALateReversalIsCounted(t *testing.T) {
	inBubble(t, func(w *world) {
		w.script(pending)
		p := w.pay("081211110160")
		w.after(p, 66*time.Second)
		if n := w.engine.Metrics.Late.Load(); n != 0 {
			t.Errorf("a reversal in time was counted as late")
		}
		p = w.pay("081211110160")
		w.after(p, 61*time.Second)
		w.away(true)
		w.after(p, 80*time.Second)
		w.away(false)
		w.wantState(w.after(p, 90*time.Second), payment.Reversed)
		if n := w.engine.Metrics.Late.Load(); n != 1 {
			t.Errorf("late reversals = %d, want 1", n)
		}
	})
}

func TestDrainWaitsForCallsAndTakesNoPush(t *testing.T) {
	inBubble(t, func(w *world) {
		p := w.pay("081211110101")
		ended := make(chan time.Time, 1)
		go func() {
			if err := w.engine.Drain(w.Context()); err != nil {
				t.Errorf("Drain = %v", err)
			}
			ended <- time.Now()
		}()
		synctest.Wait()
		_, _, err := w.engine.Request(w.Context(), w.order("081211110101"))
		var refusal *payment.Refusal
		if !errors.As(err, &refusal) || refusal.Code != engine.CodeShuttingDown {
			t.Errorf("Request while draining = %v, want shutting_down", err)
		}
		if took := (<-ended).Sub(p.CreatedAt); took < 2*time.Second || took > 3*time.Second {
			t.Errorf("Drain took %v, want until the push was answered after 2 s", took)
		}
		w.wantState(w.after(p, 2*time.Second), payment.Paid)
		ctx, cancel := context.WithTimeout(w.Context(), time.Second)
		defer cancel()
		if err := w.engine.Drain(ctx); err != nil {
			t.Errorf("Drain of an idle engine = %v", err)
		}
	})
}

func TestDrainGivesUpWithItsContext(t *testing.T) {
	inBubble(t, func(w *world) {
		w.pay("081211110160")
		ctx, cancel := context.WithTimeout(w.Context(), 5*time.Second)
		defer cancel()
		if err := w.engine.Drain(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Drain beside a push without an answer = %v, want the deadline", err)
		}
	})
}

// Pushes of a serial terminal leave in the order of their numbers, also when connecting takes long.
func TestASerialTerminalSendsInOrder(t *testing.T) {
	inBubble(t, func(w *world) {
		w.serial = true
		w.restart(w.store)
		var dials atomic.Int64
		w.net.setTap(func(c net.Conn) net.Conn {
			time.Sleep(time.Duration(40-10*dials.Add(1)) * time.Millisecond) // each connects faster than the one before
			return c
		})
		ids := make(chan payment.Payment, 3)
		for range 3 {
			go func() { ids <- w.pay("081211110101") }()
		}
		for range 3 {
			<-ids
		}
		time.Sleep(3 * time.Second)
		var order []int
		w.sandbox.Do(func(core *sandbox.Core, _ time.Time) {
			for x := range core.Transactions() {
				order = append(order, int(x.Reference))
			}
		})
		if len(order) != 3 || order[0] > order[1] || order[1] > order[2] {
			t.Errorf("the numbers arrived as %v, want in order", order)
		}
	})
}

// A serial terminal waits for the first byte of a push, not for its answer; and not for a push that never leaves.
func TestASerialTerminalDoesNotWaitForAnswers(t *testing.T) {
	inBubble(t, func(w *world) {
		w.serial = true
		w.restart(w.store)
		for _, down := range []bool{false, true} {
			w.net.setDown(down)
			began := time.Now()
			w.pay("081211110160")
			w.pay("081211110160")
			if took := time.Since(began); took > 100*time.Millisecond {
				t.Errorf("two pushes took %v with the provider down: %t; want no waiting", took, down)
			}
		}
	})
}

// A group may be played again: what was made for the first time must leave nothing behind.
func TestAGroupThatIsPlayedAgain(t *testing.T) {
	inBubble(t, func(w *world) {
		w.restart(&badStore{Store: w.store, twice: true})
		p := w.after(w.pay("081211110101"), 3*time.Second)
		w.wantState(p, payment.Paid)
		w.truth(p) // one push
		parts, err := w.store.Exchanges(w.Context(), p.MerchantID, p.ID)
		if err != nil || len(parts) != 2 {
			t.Errorf("halves of exchanges = %d, %v; want a request and a response", len(parts), err)
		}
		if n := p.Attempts[0].Number; n != (payment.Number{Batch: 1, Reference: 1}) || p.CreatedAt.Before(time.Now().Add(-time.Minute)) {
			t.Errorf("number %v, created at %v; want what the store gave last", n, p.CreatedAt)
		}
	})
}

// t0, and with it the day, is the instant at which the number was given, not the one at which was asked.
func TestT0IsTheStores(t *testing.T) {
	inBubble(t, func(w *world) {
		w.now = func() time.Time { return time.Now().Add(-time.Second) }
		w.restart(w.store)
		if p := w.pay("081211110101"); !p.Attempts[0].PushedAt.Equal(time.Now()) || !p.CreatedAt.Equal(p.Attempts[0].PushedAt) {
			t.Errorf("t0 = %v, want %v", p.Attempts[0].PushedAt, time.Now())
		}
		time.Sleep(3 * time.Second)
	})
}

// The store deletes a task because it is told that there was one.
func TestAChangeSaysWhatTaskThereWas(t *testing.T) {
	inBubble(t, func(w *world) {
		before := time.Time{}
		w.restart(&badStore{Store: w.store, seen: func(c store.Change) {
			if !c.WakeBefore.Equal(before) {
				t.Errorf("version %d says the task was due at %v, and it was at %v", c.Payment.Version, c.WakeBefore, before)
			}
			before = c.Payment.WakeAt
		}})
		w.wantState(w.after(w.pay("081211110101"), 3*time.Second), payment.Paid)
	})
}

// A check that is refused is in nobody's way.
func TestARefusedCheckFreesTheAccount(t *testing.T) {
	inBubble(t, func(w *world) {
		p, unpaid := w.after(w.pay("081211110101"), 3*time.Second), w.pay("081211110160")
		var refusal *payment.Refusal
		_, _, err := w.engine.Ask(w.Context(), unpaid.MerchantID, unpaid.ID, payment.Asked{What: payment.AskCheck}, store.Key{})
		if !errors.As(err, &refusal) || refusal.Code != payment.CodeInProgress {
			t.Errorf("check of a push under way = %v, want in_progress", err)
		}
		if _, _, err := w.engine.Ask(w.Context(), p.MerchantID, p.ID, payment.Asked{What: payment.AskCheck}, store.Key{}); err != nil {
			t.Errorf("check after a refused one = %v", err)
		}
		time.Sleep(time.Second)
	})
}

// When a payment has come to its end, nobody waits for its push any more.
func TestTheCallOfAReversedPushEnds(t *testing.T) {
	inBubble(t, func(w *world) {
		w.script(pending)
		p := w.pay("081211110160")
		w.wantState(w.after(p, 66*time.Second), payment.Reversed)
		if n := w.engine.Metrics.Pushes.Load(); n != 0 {
			t.Errorf("%d pushes are held after the reversal, want none", n)
		}
	})
}

// A call ends in its time although the clock was set back.
func TestACallEndsAlthoughTheClockIsSetBack(t *testing.T) {
	inBubble(t, func(w *world) {
		var back atomic.Int64
		w.now = func() time.Time { return time.Now().Add(-time.Duration(back.Load())) }
		w.restart(w.store)
		w.script(pending)
		w.script(sandbox.Script{Operation: sandbox.OperationReversal, Times: 1, Effect: sandbox.Effect{Request: sandbox.RequestLost}})
		p := w.pay("081211110160")
		w.after(p, 64*time.Second)
		back.Store(int64(time.Hour))
		p = w.after(p, 97*time.Second)
		w.wantState(p, payment.Reversed)
		if n := len(w.reversals(p)); n != 2 {
			t.Errorf("%d reversals, want 2: the first was given up after 15 s", n)
		}
		if n := w.engine.Remembered(); n != 0 {
			t.Errorf("%d things are still under way", n)
		}
	})
}

func TestAPhoneInquiryIsGivenUpAfterTenSeconds(t *testing.T) {
	inBubble(t, func(w *world) {
		w.script(sandbox.Script{Operation: sandbox.OperationInquiry, Effect: sandbox.Effect{Request: sandbox.RequestLost}})
		number, _ := payment.ParsePhone("081211111111")
		began := time.Now()
		if _, err := w.engine.CheckPhone(w.Context(), "demo", payment.Test, number); !errors.Is(err, rail.ErrNoAnswer) {
			t.Errorf("CheckPhone = %v, want no answer", err)
		}
		if took := time.Since(began); took != engine.PhoneTimeout {
			t.Errorf("given up after %v, want %v", took, engine.PhoneTimeout)
		}
		w.away(false)
		if _, err := w.engine.CheckPhone(w.Context(), "demo", payment.Live, number); !errors.Is(err, engine.ErrNoInquiry) {
			t.Errorf("CheckPhone in live mode = %v, want ErrNoInquiry: the account is a sandbox's", err)
		}
	})
}

// An order reaches only accounts of its mode, and finds its terminal in whichever of them it is.
func TestAccountsAreChosen(t *testing.T) {
	inBubble(t, func(w *world) {
		for _, test := range []struct {
			change func(*engine.Order)
			code   string
		}{
			{func(o *engine.Order) { o.Mode = payment.Live }, engine.CodeNoAccount},
			{func(o *engine.Order) { o.Method = payment.QRIS }, engine.CodeNoAccount},
			{func(o *engine.Order) { o.Rail = payment.DOKU }, engine.CodeNoAccount},
			{func(o *engine.Order) { o.Account = "other" }, engine.CodeNoAccount},
			{func(o *engine.Order) { o.MerchantID = "other" }, engine.CodeNoAccount},
			{func(o *engine.Order) { o.Terminal = "other" }, engine.CodeNoTerminal},
			{func(o *engine.Order) { o.Terminal = "till-1" }, ""},
		} {
			o := w.order("081211110101")
			test.change(&o)
			_, _, err := w.engine.Request(w.Context(), o)
			var refusal *payment.Refusal
			if code := ""; errors.As(err, &refusal) || err != nil {
				if code = refusal.Code; code != test.code {
					t.Errorf("Request(%+v) = %v, want %q", o, err, test.code)
				}
			} else if test.code != "" {
				t.Errorf("Request(%+v) was taken, want %q", o, test.code)
			}
		}
		time.Sleep(3 * time.Second)
	})
}

// What is sent has been kept first, also where there is no payment.
func TestAPhoneInquiryThatCannotBeLoggedIsNotSent(t *testing.T) {
	inBubble(t, func(w *world) {
		w.restart(&badStore{Store: w.store, full: true})
		var dials atomic.Int64
		w.net.setTap(func(c net.Conn) net.Conn {
			dials.Add(1)
			return c
		})
		number, _ := payment.ParsePhone("081211111111")
		if _, err := w.engine.CheckPhone(w.Context(), "demo", payment.Test, number); !errors.Is(err, rail.ErrNotSent) || dials.Load() != 0 {
			t.Errorf("CheckPhone = %v with %d connections, want not sent", err, dials.Load())
		}
	})
}

// What is sent are the bytes that were committed: a transport that changes them sends nothing.
func TestOtherBytesThanTheStoredOnesAreNotSent(t *testing.T) {
	inBubble(t, func(w *world) {
		w.meddle.Store(true)
		p := w.after(w.pay("081211110101"), time.Second)
		w.wantState(p, payment.Expired)
		w.meddle.Store(false)
		w.sandbox.Do(func(core *sandbox.Core, _ time.Time) {
			for x := range core.Transactions() {
				t.Errorf("the provider saw a push: %+v", x)
			}
		})
	})
}
