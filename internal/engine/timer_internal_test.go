package engine

import (
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
)

// A timer that has gone off cannot be stopped any more: when its ring comes after another commit has set the next alarm,
// it must not be taken for that one, or a push would be reversed at 60 s.
func TestALateRingIsNotTakenForTheNextAlarm(t *testing.T) {
	t.Parallel()
	t0 := time.Date(2026, 11, 21, 10, 0, 0, 0, payment.WIB)
	var set []func()
	rung := 0
	e := &Engine{
		Options: Options{
			Now:   func() time.Time { return t0.Add(time.Minute) },
			After: func(_ time.Duration, f func()) func() bool { set = append(set, f); return func() bool { return false } },
			Go:    func(func()) { rung++ },
		},
		held: map[paymentKey]*held{}, waits: map[paymentKey]map[*waiter]struct{}{}, facts: map[paymentKey]int{},
	}
	p := payment.Payment{
		MerchantID: "kopi", ID: "pay_1", State: payment.Pushing, Version: 1, UpdatedAt: t0, WakeAt: t0.Add(60 * time.Second),
	}
	e.keep(p)
	p.Version, p.State, p.WakeAt = 2, payment.InDoubt, t0.Add(65*time.Second)
	e.keep(p)
	if len(set) != 2 {
		t.Fatalf("%d timers were set, want 2", len(set))
	}
	if set[0](); rung != 0 {
		t.Error("the ring of the first timer was taken for the alarm of the second")
	}
	if set[1](); rung != 1 {
		t.Errorf("the second timer rang %d times, want once", rung)
	}
	if set[1](); rung != 1 {
		t.Error("one timer rang twice")
	}
}

// Two changes of a payment are kept in the order in which they were written down, whichever comes back first: an older one
// must not take away the alarm of the newer.
func TestAnOlderPaymentTakesNoAlarmAway(t *testing.T) {
	t.Parallel()
	t0 := time.Date(2026, 11, 21, 10, 0, 0, 0, payment.WIB)
	rung, set := 0, 0
	var last func()
	e := &Engine{
		Options: Options{
			Now:   func() time.Time { return t0.Add(65 * time.Second) },
			After: func(_ time.Duration, f func()) func() bool { set, last = set+1, f; return func() bool { return true } },
			Go:    func(func()) { rung++ },
		},
		held: map[paymentKey]*held{}, waits: map[paymentKey]map[*waiter]struct{}{}, facts: map[paymentKey]int{},
	}
	p := payment.Payment{
		MerchantID: "kopi", ID: "pay_1", State: payment.Reversing, Version: 3, UpdatedAt: t0, WakeAt: t0.Add(80 * time.Second),
	}
	e.keep(p)
	older := p
	older.Version, older.State, older.WakeAt = 2, payment.Review, time.Time{}
	e.keep(older)
	if now, ok := e.heldPayment("kopi", "pay_1"); !ok || now.Version != 3 || set != 1 {
		t.Fatalf("kept is version %d (%v), with %d timers set; want version 3 with its one timer", now.Version, ok, set)
	}
	if last(); rung != 1 {
		t.Errorf("its alarm rang %d times, want once", rung)
	}
}
