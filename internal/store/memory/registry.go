package memory

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	merchants "github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/store"
)

// registry are the things that stand in it, each with the revision of its last writing.
type registry struct {
	revision  int64
	merchants map[named]written[store.Merchant]
	outlets   map[named]written[merchants.Outlet]
	accounts  map[named]written[store.Account]
	keys      map[named]written[merchants.APIKey]
}

type (
	named          struct{ merchant, id string }
	written[T any] struct {
		thing    T
		revision int64
	}
)

func newRegistry() registry {
	return registry{
		merchants: map[named]written[store.Merchant]{}, outlets: map[named]written[merchants.Outlet]{},
		accounts: map[named]written[store.Account]{}, keys: map[named]written[merchants.APIKey]{},
	}
}

// after lists things that were written after a revision, in order. Nothing in it is shared with the store.
func after[T any](all map[named]written[T], revision int64, clone func(T) T) (list []T) {
	names := slices.SortedFunc(maps.Keys(all), func(a, b named) int {
		return cmp.Or(strings.Compare(a.merchant, b.merchant), strings.Compare(a.id, b.id))
	})
	for _, n := range names {
		if all[n].revision > revision {
			list = append(list, clone(all[n].thing))
		}
	}
	return list
}

func cloneMerchant(m store.Merchant) store.Merchant {
	m.CreatedAt, m.ClosedAt = micro(m.CreatedAt), micro(m.ClosedAt)
	m.DataKey, m.Settings = slices.Clone(m.DataKey), slices.Clone(m.Settings)
	return m
}

func cloneOutlet(o merchants.Outlet) merchants.Outlet {
	o.CreatedAt = micro(o.CreatedAt)
	return o
}

func cloneAccount(a store.Account) store.Account {
	a.CreatedAt, a.ClosedAt = micro(a.CreatedAt), micro(a.ClosedAt)
	a.Settings, a.Sealed = slices.Clone(a.Settings), slices.Clone(a.Sealed)
	return a
}

func cloneKey(k merchants.APIKey) merchants.APIKey {
	k.CreatedAt, k.Expires, k.LastUsed, k.Revoked = micro(k.CreatedAt), micro(k.Expires), micro(k.LastUsed), micro(k.Revoked)
	k.Scopes = slices.Clone(k.Scopes)
	return k
}

// Registered gives what was written after a revision.
func (s *Store) Registered(ctx context.Context, seen int64) (r store.Registered, err error) {
	err = s.read(ctx, "", func(*merchant) {})
	if err != nil {
		return r, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return store.Registered{
		Revision:  s.registry.revision,
		Merchants: after(s.registry.merchants, seen, cloneMerchant),
		Outlets:   after(s.registry.outlets, seen, cloneOutlet),
		Accounts:  after(s.registry.accounts, seen, cloneAccount),
		Keys: after(s.registry.keys, seen, func(k merchants.APIKey) merchants.APIKey {
			k.LastUsed = time.Time{}
			return cloneKey(k)
		}),
	}, nil
}

// Register writes things over the revision that was seen.
func (s *Store) Register(ctx context.Context, seen int64, r store.Registered, deeds ...store.Deed) (revision int64, err error) {
	err = s.do(ctx, deeds, func() error {
		g := &s.registry
		if g.revision != seen {
			return store.ErrConflict
		}
		g.revision++
		revision = g.revision
		for _, m := range r.Merchants {
			n := named{m.ID, ""}
			if old, ok := g.merchants[n]; ok {
				m.CreatedAt = old.thing.CreatedAt
			}
			g.merchants[n] = written[store.Merchant]{cloneMerchant(m), revision}
		}
		for _, o := range r.Outlets {
			n := named{o.MerchantID, o.ID}
			if old, ok := g.outlets[n]; ok {
				o.CreatedAt = old.thing.CreatedAt
			}
			g.outlets[n] = written[merchants.Outlet]{cloneOutlet(o), revision}
		}
		for _, a := range r.Accounts {
			n := named{a.MerchantID, a.ID}
			if old, ok := g.accounts[n]; ok {
				a.CreatedAt = old.thing.CreatedAt
			}
			g.accounts[n] = written[store.Account]{cloneAccount(a), revision}
		}
		for _, k := range r.Keys {
			n := named{k.MerchantID, k.ID}
			old, ok := g.keys[n]
			if ok {
				k.CreatedAt = old.thing.CreatedAt
			}
			k.LastUsed = old.thing.LastUsed
			g.keys[n] = written[merchants.APIKey]{cloneKey(k), revision}
		}
		return nil
	})
	return revision, err
}

// KeyUsed notes when an API key was last used.
func (s *Store) KeyUsed(ctx context.Context, merchantID, keyID string, at time.Time) error {
	return s.write(ctx, func() error {
		n := named{merchantID, keyID}
		if k, ok := s.registry.keys[n]; ok && k.thing.LastUsed.Before(at) {
			k.thing.LastUsed = micro(at)
			s.registry.keys[n] = k
		}
		return nil
	})
}

// APIKeys lists a merchant's keys.
func (s *Store) APIKeys(ctx context.Context, merchantID string) (list []merchants.APIKey, err error) {
	err = s.read(ctx, "", func(*merchant) {})
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, k := range after(s.registry.keys, 0, cloneKey) {
		if k.MerchantID == merchantID {
			list = append(list, k)
		}
	}
	slices.SortFunc(list, func(a, b merchants.APIKey) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), strings.Compare(a.ID, b.ID))
	})
	return list, nil
}
