package storetest_test

import (
	"context"
	"errors"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

func (b *bad) Behind(ctx context.Context, limit int) ([]store.Behind, error) {
	if b.behind != nil {
		return b.behind(limit)
	}
	return b.Store.Behind(ctx, limit)
}

func (b *bad) ReadOn(ctx context.Context, merchantID string, after int64, limit int) ([]store.Heard, error) {
	if b.readOn != nil {
		return b.readOn(merchantID, after, limit)
	}
	return b.Store.ReadOn(ctx, merchantID, after, limit)
}

func (b *bad) Follow(ctx context.Context, f store.Followed) error {
	if b.follow != nil {
		return b.follow(f)
	}
	return b.Store.Follow(ctx, f)
}

func (b *bad) Tallies(ctx context.Context, f store.TallyFilter) ([]store.Tally, error) {
	if b.tallies != nil {
		return b.tallies(f)
	}
	return b.Store.Tallies(ctx, f)
}

func (b *bad) DaySpan(ctx context.Context, merchantID string, from, to payment.Day) (string, string, error) {
	if b.daySpan != nil {
		return b.daySpan(merchantID, from, to)
	}
	return b.Store.DaySpan(ctx, merchantID, from, to)
}

func brokenFollowers() []breakage {
	const (
		feeds = "a feed is followed from where it was left, with its payments"
		once  = "of many that follow a feed one counts each stretch"
		words = "a word finds its merchant's payments, newest first, page by page"
		adds  = "what was told is added up by hours and by days"
		days  = "days know their payments"
	)
	return []breakage{
		{"nobody is ever behind", func(b *bad) {
			b.behind = func(int) ([]store.Behind, error) { return nil, nil }
		}, []string{feeds}},
		{"a feed is read from its beginning", func(b *bad) {
			b.readOn = func(m string, _ int64, limit int) ([]store.Heard, error) { return b.Store.ReadOn(ctx, m, 0, limit) }
		}, []string{feeds}},
		{"what was heard has no payment", func(b *bad) {
			b.readOn = func(m string, after int64, limit int) ([]store.Heard, error) {
				heard, err := b.Store.ReadOn(ctx, m, after, limit)
				for i := range heard {
					heard[i].Payment = payment.Payment{}
				}
				return heard, err
			}
		}, []string{feeds}},
		{"a stretch is counted by everybody", func(b *bad) {
			b.follow = func(f store.Followed) error {
				err := b.Store.Follow(ctx, f)
				for to := f.From; errors.Is(err, store.ErrConflict) && to < 100; to++ {
					again := f
					again.From, again.To = to, max(to, f.To)
					err = b.Store.Follow(ctx, again)
				}
				return err
			}
		}, []string{once}},
		{"words are not kept", func(b *bad) {
			b.follow = func(f store.Followed) error { f.Words = nil; return b.Store.Follow(ctx, f) }
		}, []string{words}},
		{"words do not matter", func(b *bad) {
			b.payments = func(f store.Filter) ([]payment.Payment, error) { f.Word = ""; return b.Store.Payments(ctx, f) }
		}, []string{words}},
		{"lists have no lower end", func(b *bad) {
			b.payments = func(f store.Filter) ([]payment.Payment, error) { f.After = ""; return b.Store.Payments(ctx, f) }
		}, []string{words}},
		{"modes are added up together", func(b *bad) {
			b.tallies = func(f store.TallyFilter) ([]store.Tally, error) { f.Mode = ""; return b.Store.Tallies(ctx, f) }
		}, []string{adds}},
		{"days are not added up", func(b *bad) {
			b.tallies = func(f store.TallyFilter) ([]store.Tally, error) { f.ByDay = false; return b.Store.Tallies(ctx, f) }
		}, []string{adds}},
		{"a merchant's tallies are all merchants'", func(b *bad) {
			b.follow = func(f store.Followed) error {
				f.MerchantID = "mer_1"
				for f.From = range int64(9) {
					if err := b.Store.Follow(ctx, f); !errors.Is(err, store.ErrConflict) {
						return err
					}
				}
				return store.ErrConflict
			}
		}, []string{adds}},
		{"days are not kept", func(b *bad) {
			b.follow = func(f store.Followed) error { f.Days = nil; return b.Store.Follow(ctx, f) }
		}, []string{days}},
		{"a day has no end", func(b *bad) {
			b.daySpan = func(m string, from, _ payment.Day) (string, string, error) {
				return b.Store.DaySpan(ctx, m, from, 20991231)
			}
		}, []string{days}},
	}
}
