package storetest_test

import (
	"context"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/storetest"
)

func (b *bad) SetFence(ctx context.Context, at time.Time, reason string) error {
	if b.setFence != nil {
		return b.setFence(at, reason)
	}
	return b.Store.SetFence(ctx, at, reason)
}

func (b *bad) Fence(ctx context.Context) (store.Fence, error) {
	if b.fence != nil {
		return b.fence()
	}
	return b.Store.Fence(ctx)
}

func (b *bad) LiftFence(ctx context.Context, deeds ...store.Deed) error {
	if b.liftFence != nil {
		return b.liftFence()
	}
	return b.Store.LiftFence(ctx, b.noted(deeds)...)
}

func (b *bad) EveryTerminal(ctx context.Context) ([]store.Terminal, error) {
	if b.everyTerminal != nil {
		return b.everyTerminal()
	}
	return b.Store.EveryTerminal(ctx)
}

func (b *bad) Waking(ctx context.Context, afterMerchant, afterPayment string, limit int) ([]payment.Payment, error) {
	if b.waking != nil {
		return b.waking(afterMerchant, afterPayment, limit)
	}
	return b.Store.Waking(ctx, afterMerchant, afterPayment, limit)
}

func brokenFences() []breakage {
	const (
		stands = "a fence stands until it is lifted, the first one with its reason"
		gap    = "a feed goes on far ahead once a fence was lifted"
		all    = "the terminals of all merchants are listed"
		waking = "payments that are to be woken are listed page by page"
	)
	return []breakage{
		{"a fence is put up in vain", func(b *bad) {
			b.setFence = func(time.Time, string) error { return nil }
		}, []string{stands}},
		{"a later fence takes the place of the first", func(b *bad) {
			b.setFence = func(at time.Time, reason string) error {
				_ = b.Store.LiftFence(ctx)
				return b.Store.SetFence(ctx, at, reason)
			}
		}, []string{stands}},
		{"when it was last written is not known", func(b *bad) {
			b.fence = func() (store.Fence, error) {
				f, err := b.Store.Fence(ctx)
				f.Written = f.At
				return f, err
			}
		}, []string{stands}},
		{"a fence is never lifted", func(b *bad) {
			b.liftFence = func() error { return nil }
		}, []string{stands, gap}},
		{"a fence that does not stand is lifted too", func(b *bad) {
			b.liftFence = func() error {
				_ = b.Store.SetFence(ctx, storetest.Morning(), "")
				return b.Store.LiftFence(ctx)
			}
		}, []string{gap}},
		{"terminals of one merchant only", func(b *bad) {
			b.everyTerminal = func() ([]store.Terminal, error) { return b.Store.Terminals(ctx, storetest.Merchant) }
		}, []string{all}},
		{"every page begins at the front", func(b *bad) {
			b.waking = func(_, _ string, limit int) ([]payment.Payment, error) { return b.Store.Waking(ctx, "", "", limit) }
		}, []string{waking}},
		{"pages are not cut", func(b *bad) {
			b.waking = func(m, p string, _ int) ([]payment.Payment, error) { return b.Store.Waking(ctx, m, p, 100) }
		}, []string{waking}},
		{"one merchant's payments are left out", func(b *bad) {
			b.waking = func(m, p string, limit int) ([]payment.Payment, error) {
				return b.Store.Waking(ctx, max(m, "mer_1~"), p, limit)
			}
		}, []string{waking}},
		{"payments at rest are listed too", func(b *bad) {
			b.waking = func(m, p string, limit int) ([]payment.Payment, error) {
				return b.Store.Payments(ctx, store.Filter{MerchantID: storetest.Merchant, Limit: limit})
			}
		}, []string{waking}},
	}
}
