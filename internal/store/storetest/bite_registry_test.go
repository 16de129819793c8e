package storetest_test

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/store"
)

func (b *bad) Registered(ctx context.Context, after int64) (store.Registered, error) {
	if b.registered != nil {
		return b.registered(after)
	}
	return b.Store.Registered(ctx, after)
}

func (b *bad) Register(ctx context.Context, seen int64, r store.Registered, deeds ...store.Deed) (int64, error) {
	if b.register != nil {
		return b.register(seen, r)
	}
	return b.Store.Register(ctx, seen, r, b.noted(deeds)...)
}

func (b *bad) KeyUsed(ctx context.Context, merchantID, keyID string, at time.Time) error {
	if b.keyUsed != nil {
		return b.keyUsed(merchantID, keyID, at)
	}
	return b.Store.KeyUsed(ctx, merchantID, keyID, at)
}

func (b *bad) APIKeys(ctx context.Context, merchantID string) ([]merchant.APIKey, error) {
	if b.apiKeys != nil {
		return b.apiKeys(merchantID)
	}
	return b.Store.APIKeys(ctx, merchantID)
}

func brokenRegistries() []breakage {
	return []breakage{
		{"everything is always new", func(b *bad) {
			b.registered = func(int64) (store.Registered, error) { return b.Store.Registered(ctx, 0) }
		}, []string{"what is registered is given back, and only once by who asks for what is new"}},
		{"outlets are forgotten", func(b *bad) {
			b.registered = func(after int64) (store.Registered, error) {
				r, err := b.Store.Registered(ctx, after)
				r.Outlets = nil
				return r, err
			}
		}, []string{"what is registered is given back, and only once by who asks for what is new"}},
		{"accounts are never closed", func(b *bad) {
			b.register = func(seen int64, r store.Registered) (int64, error) {
				r.Accounts = slices.Clone(r.Accounts)
				for i := range r.Accounts {
					r.Accounts[i].ClosedAt = time.Time{}
				}
				return b.Store.Register(ctx, seen, r)
			}
		}, []string{"what is registered again replaces what was there"}},
		{"who loses a race writes all the same", func(b *bad) {
			b.register = func(seen int64, r store.Registered) (int64, error) {
				revision, err := b.Store.Register(ctx, seen, r)
				for errors.Is(err, store.ErrConflict) {
					var now store.Registered
					if now, err = b.Store.Registered(ctx, 0); err == nil {
						revision, err = b.Store.Register(ctx, now.Revision, r)
					}
				}
				return revision, err
			}
		}, []string{"who has not seen everything registers nothing"}},
		{"the newest of many is not seen", func(b *bad) {
			b.registered = func(after int64) (store.Registered, error) {
				r, err := b.Store.Registered(ctx, after)
				if len(r.Merchants) > 3 {
					r.Merchants = r.Merchants[1:]
				}
				return r, err
			}
		}, []string{"of many who register at a time nobody overlooks another"}},
		{"the last use is the last that is noted", func(b *bad) {
			last := time.Time{}
			b.keyUsed = func(_, _ string, at time.Time) error { last = at; return nil }
			b.apiKeys = func(m string) ([]merchant.APIKey, error) {
				list, err := b.Store.APIKeys(ctx, m)
				for i := range list {
					list[i].LastUsed = last
				}
				return list, err
			}
		}, []string{"the last use of a key only moves ahead and is no change of it"}},
		{"API keys are everybody's", func(b *bad) {
			b.apiKeys = func(string) ([]merchant.APIKey, error) { return b.Store.APIKeys(ctx, "mer_1") }
		}, []string{"API keys are listed to their merchant alone"}},
	}
}
