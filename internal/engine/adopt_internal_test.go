package engine

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/store"
)

// oneShelf is a store with one payment, which counts what is written.
type oneShelf struct {
	store.Store
	p       payment.Payment
	commits int
}

func (s *oneShelf) Load(context.Context, string, string) (payment.Payment, error) { return s.p, nil }

func (s *oneShelf) Commit(_ context.Context, c store.Change) (store.Change, error) {
	s.commits++
	return c, nil
}

// A process that has just begun a call for a payment that it takes over must not take that call for the dead one's.
func TestATakeOverDoesNotEndCallsOfItsOwn(t *testing.T) {
	t.Parallel()
	t0 := time.Date(2026, 11, 21, 10, 0, 0, 0, payment.WIB)
	p := payment.Payment{
		MerchantID: "kopi", ID: "pay_1", Account: "qris", TermsRevision: "r1", State: payment.Presenting, Version: 1, CreatedAt: t0,
		UpdatedAt: t0, WakeAt: t0.Add(15 * time.Second), Attempts: []payment.Attempt{{PushedAt: t0, Calls: []payment.CallRecord{
			{Call: payment.CallGenerate, Tries: 1, At: t0, Until: t0.Add(15 * time.Second), Open: true},
		}}},
	}
	shelf := &oneShelf{p: p}
	e := &Engine{
		Options: Options{
			Store: shelf, Now: func() time.Time { return t0.Add(time.Second) }, Go: func(func()) {}, NewID: NewID,
			After: func(time.Duration, func()) func() bool { return func() bool { return true } },
		},
		held: map[paymentKey]*held{}, waits: map[paymentKey]map[*waiter]struct{}{}, facts: map[paymentKey]int{}, mine: map[paymentKey]int{},
		terms: map[termsKey]payment.Terms{{"kopi", "qris", "r1"}: payment.SNAPTerms()},
	}
	e.setDefaults()
	task := store.Task{MerchantID: "kopi", PaymentID: "pay_1"}
	over := e.drive(paymentKey{"kopi", "pay_1"})
	if e.adopt(t.Context(), task); shelf.commits != 0 {
		t.Errorf("%d changes were written while this process makes the call, want none", shelf.commits)
	}
	over()
	if e.adopt(t.Context(), task); shelf.commits != 1 {
		t.Errorf("%d changes were written when the call's process is dead, want 1", shelf.commits)
	}
}

// slowShelf answers after a while.
type slowShelf struct {
	*oneShelf
	load func()
}

func (s slowShelf) Load(ctx context.Context, merchantID, paymentID string) (payment.Payment, error) {
	s.load()
	return s.oneShelf.Load(ctx, merchantID, paymentID)
}

// A void that was asked for in time, and had to wait until the cut-off for the database, is not made.
func TestAnAskThatWaitedIsJudgedByNow(t *testing.T) {
	t.Parallel()
	t0 := time.Date(2026, 11, 21, 10, 0, 0, 0, payment.WIB)
	now := time.Date(2026, 11, 21, 23, 58, 59, 0, payment.WIB)
	p := payment.Payment{
		MerchantID: "kopi", ID: "pay_1", Account: "ovo", TermsRevision: "r1", Rail: payment.OVO, State: payment.Paid, Version: 2,
		CreatedAt: t0, UpdatedAt: t0, Attempts: []payment.Attempt{{Rail: payment.OVO, PushedAt: t0}},
	}
	e := &Engine{
		Options: Options{
			Store: slowShelf{&oneShelf{p: p}, func() { now = now.Add(2 * time.Second) }}, Now: func() time.Time { return now }, NewID: NewID,
		},
		book: book{accounts: map[accountKey]*account{{"kopi", "ovo"}: {Account: Account{Line: noLine{}}}}},
		held: map[paymentKey]*held{}, waits: map[paymentKey]map[*waiter]struct{}{}, facts: map[paymentKey]int{}, mine: map[paymentKey]int{},
		terms: map[termsKey]payment.Terms{{"kopi", "ovo", "r1"}: payment.OVOTerms()},
	}
	e.setDefaults()
	_, err := e.change(t.Context(), "kopi", "pay_1", payment.Asked{At: now, What: payment.AskVoid}, nil, store.Key{}, nil)
	var refusal *payment.Refusal
	if !errors.As(err, &refusal) || refusal.Code != payment.CodeCutOff {
		t.Errorf("a void that had to wait until 23:59:01 = %v, want a refusal at the cut-off", err)
	}
}

// noLine is a rail that is never asked.
type noLine struct{ rail.Rail }
