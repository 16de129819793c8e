package engine_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

// other runs a second engine beside the first, which stays the one that is asked.
func (w *world) other(owner string) (*engine.Engine, context.CancelFunc) {
	w.Helper()
	return w.boot(owner, w.store)
}

func TestWaitOnAnotherReplica(t *testing.T) {
	inBubble(t, func(w *world) {
		other, stop := w.other("own_2")
		defer stop()
		p := w.pay("081211110101")
		seen, err := other.Wait(w.Context(), p.MerchantID, p.ID, p.Version)
		if err != nil || seen.State != payment.Paid {
			t.Fatalf("Wait = %s, %v; want paid", seen.State, err)
		}
		if took := time.Since(p.CreatedAt); took > 2500*time.Millisecond {
			t.Errorf("the other replica saw it after %v, want within half a second of 2 s", took)
		}
		time.Sleep(137 * time.Millisecond) // so that no look of the watch falls on the answer
		q := w.pay("081211110101")
		if _, err := w.engine.Wait(w.Context(), q.MerchantID, q.ID, q.Version); err != nil || time.Since(q.CreatedAt) > 2010*time.Millisecond {
			t.Errorf("the replica that got the answer told after %v, %v; want at once", time.Since(q.CreatedAt), err)
		}
		// Of two who wait for different versions each gets its own.
		r := w.pay("081211110101")
		later := make(chan error, 1)
		go func() {
			ctx, cancel := context.WithTimeout(w.Context(), 10*time.Second)
			defer cancel()
			_, err := other.Wait(ctx, r.MerchantID, r.ID, 7)
			later <- err
		}()
		if _, err := other.Wait(w.Context(), r.MerchantID, r.ID, r.Version); err != nil || time.Since(r.CreatedAt) > 2500*time.Millisecond {
			t.Errorf("Wait beside one who waits for more = %v after %v", err, time.Since(r.CreatedAt))
		}
		if err := <-later; !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Wait for a version that never comes = %v", err)
		}
		// A version that has been reached is given at once; one that is not ends with the context.
		if seen, err = other.Wait(w.Context(), p.MerchantID, p.ID, p.Version); err != nil || seen.State != payment.Paid {
			t.Errorf("Wait for what has been = %s, %v", seen.State, err)
		}
		ctx, cancel := context.WithTimeout(w.Context(), time.Second)
		defer cancel()
		if _, err := other.Wait(ctx, p.MerchantID, p.ID, seen.Version); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Wait for nothing = %v, want the context's end", err)
		}
		if _, err := other.Wait(w.Context(), p.MerchantID, "pay_unknown", 1); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("Wait for no payment = %v, want not found", err)
		}
	})
}

// Two engines on one store: whatever one of them knows of a payment of the other, it is brought to its end once.
func TestTwoEnginesSideBySide(t *testing.T) {
	inBubble(t, func(w *world) {
		w.script(pending)
		other, stop := w.other("own_2")
		defer stop()
		var silent []payment.Payment
		for range 20 {
			silent = append(silent, w.pay("081211110160"))
		}
		// The second engine learns of half of them, and then holds timers of its own.
		w.after(silent[19], 61*time.Second)
		for _, p := range silent[:10] {
			_, _, _ = other.Ask(w.Context(), p.MerchantID, p.ID, payment.Asked{What: payment.AskCheck}, store.Key{})
			time.Sleep(50 * time.Millisecond)
		}
		for _, p := range silent {
			p = w.after(p, 70*time.Second)
			w.wantState(p, payment.Reversed)
			if at := w.reversals(p); len(at) != 1 || at[0].Before(p.Attempts[0].PushedAt.Add(65*time.Second)) {
				t.Errorf("reversals at %v, want one, at 65 s", at)
			}
			w.truth(p) // one push
		}
		time.Sleep(time.Minute)
		if n, m := w.engine.Remembered(), other.Remembered(); n+m != 0 {
			t.Errorf("%d and %d things are remembered of payments that have ended", n, m)
		}
	})
}

// What another replica has made of a payment counts, not what is remembered here.
func TestAnAskIsJudgedByWhatIsStored(t *testing.T) {
	inBubble(t, func(w *world) {
		w.script(pending)
		other, stop := w.other("own_2")
		defer stop()
		p := w.pay("081211110162") // approved after 62 s
		w.after(p, 61*time.Second)
		_, _, err := other.Ask(w.Context(), p.MerchantID, p.ID, payment.Asked{What: payment.AskCheck}, store.Key{})
		if err != nil {
			t.Fatal(err) // from now on both hold it
		}
		w.wantState(w.after(p, 63*time.Second), payment.Paid)
		if _, _, err := other.Ask(w.Context(), p.MerchantID, p.ID, payment.Asked{What: payment.AskVoid}, store.Key{}); err != nil {
			t.Errorf("void on the other replica = %v; want yes, it is paid", err)
		}
		w.wantState(w.after(p, 64*time.Second), payment.Voided)
	})
}

// A process whose loops hang, but whose calls go on, is replaced; its answers still count and nothing is done twice.
func TestAnAnswerOfAReplacedProcessCounts(t *testing.T) {
	inBubble(t, func(w *world) {
		p := w.pay("081211110162") // approved after 62 s
		w.after(p, time.Second)
		w.stop()
		w.start("own_2")
		w.wantState(w.after(p, 10*time.Second), payment.InDoubt)
		p = w.after(p, 63*time.Second)
		w.wantState(p, payment.Paid)
		if n := len(w.reversals(p)); n != 0 {
			t.Errorf("%d reversals of a sale", n)
		}
		w.truth(p)
	})
}

// A timer that is late, for instance because its process was busy, is done by whoever looks first; once.
func TestWhatIsOverdueIsDoneOnce(t *testing.T) {
	inBubble(t, func(w *world) {
		w.script(pending)
		w.stop() // the first engine keeps its timers, and nobody claims
		other, stop := w.other("own_2")
		stop() // this one claims when it is told to
		p := w.pay("081211110160")
		w.after(p, 60500*time.Millisecond)
		for range 50 { // it looks all the time, side by side with the other's timers
			go func() { _ = other.Tick(w.Context()) }()
			time.Sleep(200 * time.Millisecond)
		}
		p = w.after(p, 72*time.Second)
		w.wantState(p, payment.Reversed)
		if n := len(w.reversals(p)); n != 1 {
			t.Errorf("%d reversals, want 1", n)
		}
	})
}

// A payment that has come to rest, or moved to another process, leaves nothing behind here.
func TestNothingIsHeldOfPaymentsAtRest(t *testing.T) {
	inBubble(t, func(w *world) {
		w.script(pending)
		for _, phone := range []string{"081211110101", "081211110017", "081211110160", "081211110165", "081211110094"} {
			w.pay(phone)
		}
		ctx, cancel := context.WithTimeout(w.Context(), time.Second)
		defer cancel()
		_, _ = w.engine.Wait(ctx, "demo", "pay_unknown", 0)
		time.Sleep(10 * time.Minute)
		if n := w.engine.Remembered(); n != 0 {
			t.Errorf("%d things are remembered of payments that have ended", n)
		}
		if n := w.engine.Metrics.Pushes.Load(); n != 0 {
			t.Errorf("%d pushes are counted as under way", n)
		}
	})
}

// Voids of one payment that meet, by people and by a program that repeats itself, on two replicas: one is granted, and one
// leaves. What comes with the key of the one that was granted gets the same answer.
func TestVoidsThatMeet(t *testing.T) {
	inBubble(t, func(w *world) {
		other, stop := w.other("own_2")
		defer stop()
		engines, ask := []*engine.Engine{w.engine, other}, payment.Asked{What: payment.AskVoid}
		for n := range 24 {
			p := w.after(w.pay("081211110101"), 3*time.Second)
			w.wantState(p, payment.Paid)
			var together sync.WaitGroup
			var mu sync.Mutex
			granted, replayed, keyed := 0, 0, 0
			for i := range 8 {
				key := store.Key{}
				if i%2 == n%2 {
					key = store.Key{Key: "void " + p.ID, Fingerprint: "void"}
				}
				together.Go(func() {
					_, again, err := engines[i/2%2].Ask(w.Context(), p.MerchantID, p.ID, ask, key)
					var refusal *payment.Refusal
					mu.Lock()
					defer mu.Unlock()
					switch {
					case err == nil && again:
						replayed++
					case err == nil:
						granted++
						if key.Key != "" {
							keyed++
						}
					case !errors.As(err, &refusal):
						w.Errorf("a void = %v, want a yes or a refusal", err)
					}
				})
			}
			together.Wait()
			if granted != 1 || replayed != 3*keyed {
				w.Errorf("%d voids were granted and %d repeated (%d with the key), want one, and its three repetitions", granted, replayed, keyed)
			}
			p = w.after(p, 5*time.Second)
			w.wantState(p, payment.Voided)
			parts, err := w.store.Exchanges(w.Context(), p.MerchantID, p.ID)
			if err != nil {
				w.Fatal(err)
			}
			voids := slices.DeleteFunc(parts, func(x exchange.Part) bool { return x.Operation != "void" || x.Side != exchange.Request })
			if len(voids) != 1 {
				w.Errorf("%d voids left, want one", len(voids))
			}
		}
	})
}
