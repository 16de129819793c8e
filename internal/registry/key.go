package registry

import (
	"context"
	"time"

	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/store"
)

// CreateKey makes an API key of a merchant, or of the platform where the merchant is empty, and gives the key itself, which
// can be had only now. Of k it takes merchant, mode, name, scopes and expiry. The error may be a *Refusal.
func (r *Registry) CreateKey(ctx context.Context, k merchant.APIKey) (merchant.APIKey, merchant.Secret, error) {
	k = merchant.APIKey{
		MerchantID: k.MerchantID, Mode: k.Mode, Name: k.Name, Scopes: k.Scopes, CreatedAt: r.Now(), Expires: k.Expires,
	}
	k, secret := k.NewKey(randomKey())
	did := &store.Action{Kind: store.ActKeyCreated, MerchantID: k.MerchantID, Mode: k.Mode, Subject: k.ID, Details: keyDetails(k)}
	err := r.change(ctx, did, func() (store.Registered, error) {
		if k.MerchantID != "" {
			if _, err := r.own(k.MerchantID); err != nil {
				return store.Registered{}, err
			}
		}
		return store.Registered{Keys: []merchant.APIKey{k}}, nil
	})
	return k, secret, err
}

// RotateKey makes a key like another one, which ends when the overlap is over. The error may be a *Refusal.
func (r *Registry) RotateKey(ctx context.Context, merchantID, id string, overlap time.Duration) (merchant.APIKey, merchant.Secret, error) {
	now := r.Now()
	old, err := r.KeyOf(ctx, merchantID, id)
	if err != nil {
		return old, merchant.Secret{}, err
	}
	next := old
	next.CreatedAt, next.LastUsed = now, time.Time{}
	next, secret := next.NewKey(randomKey())
	if ends := now.Add(overlap); old.Expires.IsZero() || ends.Before(old.Expires) {
		old.Expires = ends
	}
	did := &store.Action{Kind: store.ActKeyRotated, MerchantID: merchantID, Mode: next.Mode, Subject: next.ID, Details: Details(map[string]any{
		"replaces": old.ID, "goes_on_until": old.Expires.UTC().Format(time.RFC3339),
	})}
	err = r.change(ctx, did, func() (store.Registered, error) {
		if k, ok := r.keys[old.Hash]; !ok || !k.Matches(k.Hash, now) {
			return store.Registered{}, &Refusal{CodeKeyEnded, "id", "this API key has ended; make a new one"}
		}
		return store.Registered{Keys: []merchant.APIKey{old, next}}, nil
	})
	return next, secret, err
}

// RevokeKey ends a key now; one that has been revoked stays so. The error may be a *Refusal.
func (r *Registry) RevokeKey(ctx context.Context, merchantID, id string) (merchant.APIKey, error) {
	k, err := r.KeyOf(ctx, merchantID, id)
	if err != nil || !k.Revoked.IsZero() {
		return k, err
	}
	k.Revoked = r.Now()
	did := &store.Action{Kind: store.ActKeyRevoked, MerchantID: merchantID, Mode: k.Mode, Subject: k.ID, Details: keyDetails(k)}
	return k, r.change(ctx, did, func() (store.Registered, error) {
		stored := r.keys[k.Hash]
		stored.Revoked = k.Revoked
		return store.Registered{Keys: []merchant.APIKey{stored}}, nil
	})
}

// keyDetails say of a key what may be known of it.
func keyDetails(k merchant.APIKey) []byte {
	d := map[string]any{"name": k.Name, "begins": k.Hint, "scopes": k.Scopes}
	if !k.Expires.IsZero() {
		d["expires_at"] = k.Expires.UTC().Format(time.RFC3339)
	}
	return Details(d)
}

// Keys lists a merchant's keys, ended ones too, the oldest first; of an empty merchant the platform's. The error may be a
// *Refusal.
func (r *Registry) Keys(ctx context.Context, merchantID string) ([]merchant.APIKey, error) {
	if m, ok := r.configured[merchantID]; ok {
		return m.Keys, nil
	}
	if merchantID != "" {
		if _, err := r.Merchant(ctx, merchantID); err != nil {
			return nil, err
		}
	}
	return r.Store.APIKeys(ctx, merchantID)
}

// KeyOf gives a key that is data. The error may be a *Refusal.
func (r *Registry) KeyOf(ctx context.Context, merchantID, id string) (merchant.APIKey, error) {
	list, err := r.Keys(ctx, merchantID)
	if err != nil {
		return merchant.APIKey{}, err
	}
	for _, k := range list {
		if k.ID != id {
			continue
		}
		if _, fixed := r.configured[merchantID]; fixed {
			return k, configuredOnly(merchantID)
		}
		return k, nil
	}
	return merchant.APIKey{}, &Refusal{CodeKeyNotFound, "id", "there is no such API key"}
}
