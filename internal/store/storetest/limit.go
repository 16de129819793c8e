package storetest

import (
	"errors"
	"time"

	"github.com/lunas-pay/lunas/internal/store"
)

func limitRules() []Rule {
	return []Rule{
		{"a limit is used up, and fills up again with time", limits},
		{"of many that want the last of a limit one gets it", limitsInParallel},
		{"a refused change counts against no limit", refusedIsNotCounted},
		{"a forgotten limit is a full one", forgetsLimits},
	}
}

// twice is two at once, and one more every ten seconds.
func twice(name string) store.Limit { return store.Limit{Name: name, Count: 2, Per: 20 * time.Second} }

func limited(limits ...store.Limit) func(*Request) {
	return func(r *Request) { r.Limits = limits }
}

// pay makes a payment at a second and tells until when it is refused; zero when it is made.
func (w *world) pay(seconds, n int, edit ...func(*Request)) time.Duration {
	w.Clock.Set(at(seconds))
	_, err := w.Store.Commit(w.ctx, NewPayment(n, edit...))
	var reached *store.LimitReached
	if errors.As(err, &reached) {
		return reached.Until.Sub(at(0))
	}
	w.must("commit", err)
	return 0
}

func limits(w *world) {
	w.terminal(Merchant, TID)
	w.terminal("mer_2", TID)
	n := 0
	for _, step := range []struct {
		seconds int
		names   []store.Limit
		other   bool // merchant
		until   time.Duration
	}{
		{0, []store.Limit{twice("a")}, false, 0},
		{1, []store.Limit{twice("a")}, true, 0}, // counted together, whoever asks
		{2, []store.Limit{twice("a")}, false, 10 * time.Second},
		{2, []store.Limit{twice("b"), twice("a")}, false, 10 * time.Second},
		{2, []store.Limit{twice("b")}, false, 0},
		{2, []store.Limit{twice("b")}, false, 0}, // what was refused above has not been counted
		{2, []store.Limit{twice("b")}, false, 12 * time.Second},
		{10, []store.Limit{twice("a")}, false, 0},
		{10, []store.Limit{twice("a")}, false, 20 * time.Second},
		{100, []store.Limit{twice("a")}, false, 0},
		{100, []store.Limit{twice("a"), {Name: "c", Count: 1, Per: time.Hour}}, false, 0},
		{110, []store.Limit{twice("a"), {Name: "c", Count: 1, Per: time.Hour}}, false, 3700 * time.Second},
	} {
		n++
		got := w.pay(step.seconds, n, limited(step.names...), func(r *Request) {
			if step.other {
				r.MerchantID = "mer_2"
			}
		})
		if got != step.until {
			w.failf("payment %d at %d s with %v: refused until %s, want %s (0s: not refused)", n, step.seconds, step.names, got, step.until)
		}
	}
}

func limitsInParallel(w *world) {
	w.terminal(Merchant, TID)
	w.pay(0, 100, limited(twice("a"))) // known to all from here on
	errs := w.all(10, func(i int) error {
		_, err := w.Store.Commit(w.ctx, NewPayment(i, limited(twice("a"))))
		return err
	})
	granted := 0
	for _, err := range errs {
		var reached *store.LimitReached
		switch {
		case err == nil:
			granted++
		case !errors.As(err, &reached):
			w.failf("commit: %w", err)
		}
	}
	want(w, "granted", granted, 1)
}

func refusedIsNotCounted(w *world) {
	w.terminal(Merchant, TID)
	no := errors.New("no")
	w.Clock.Set(at(0))
	for n := range 3 {
		_, err := w.Store.Commit(w.ctx, NewPayment(n, limited(twice("a")), func(r *Request) { r.Refuse = no }))
		if !errors.Is(err, no) {
			w.failf("commit = %v, want what Finish says", err)
		}
	}
	key := store.Key{Key: "k", Fingerprint: "f"}
	want(w, "the first", w.pay(0, 1, limited(twice("a")), func(r *Request) { r.Key = key }), time.Duration(0))
	var used *store.KeyUsed
	for n := range 3 {
		_, err := w.Store.Commit(w.ctx, NewPayment(10+n, limited(twice("a")), func(r *Request) { r.Key = key }))
		if !errors.As(err, &used) {
			w.failf("a repeated request: %v, want the key to decide", err)
		}
	}
	want(w, "the second", w.pay(0, 2, limited(twice("a"))), time.Duration(0))
	want(w, "the third", w.pay(0, 3, limited(twice("a"))), 10*time.Second)
	want(w, "the next number", int(w.commit(NewPayment(4)).Payment.Attempts[0].Number.Reference), 3)
}

func forgetsLimits(w *world) {
	w.terminal(Merchant, TID)
	w.pay(0, 1, limited(twice("a")))
	w.pay(0, 2, limited(twice("a")))
	w.must("forget", w.Store.ForgetLimits(w.ctx, at(20)))
	want(w, "a limit that is not full yet", w.pay(0, 3, limited(twice("a"))), 10*time.Second)
	w.must("forget", w.Store.ForgetLimits(w.ctx, at(21)))
	want(w, "a forgotten limit", w.pay(0, 4, limited(twice("a"))), time.Duration(0))
}
