package gateway

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/lunas-pay/lunas/internal/config"
	"github.com/lunas-pay/lunas/internal/courier"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/registry"
	"github.com/lunas-pay/lunas/internal/store"
)

// This file is what an operator does with the database itself, where no gateway can be asked yet.

// CreatePlatformKey makes an API key of the platform in a database, the first one for instance, and gives its id and the key
// itself. A SQLite file must not be in use by a gateway; a gateway on PostgreSQL knows the key within about a second. Expires
// zero: never.
func CreatePlatformKey(ctx context.Context, c config.Config, name string, expires time.Time) (id, key string, err error) {
	ctx = registry.As(ctx, registry.By{Actor: store.ActorCLI})
	err = withRegistry(ctx, c, func(_ store.Store, r *registry.Registry) error {
		made, secret, err := r.CreateKey(ctx, merchant.APIKey{Name: name, Scopes: []merchant.Scope{merchant.Admin}, Expires: expires})
		id, key = made.ID, secret.Reveal()
		return err
	})
	return id, key, err
}

// withRegistry opens a database's registry without an engine.
func withRegistry(ctx context.Context, c config.Config, do func(store.Store, *registry.Registry) error) error {
	keyring, err := Keyring(c)
	if err != nil {
		return err
	}
	db, err := OpenStore(ctx, c.Database, RealClock(), false)
	if err != nil {
		return err
	}
	r := registry.New(registry.Options{Store: db, Keyring: keyring, Configured: c.Merchants})
	return errors.Join(do(db, r), db.Close())
}

// Rewrap seals anew by the first of the configuration's master keys what other master keys have sealed and can be sealed
// anew: merchants' data keys, and the secrets of webhook endpoints. The log of exchanges stays as it was written. It tells
// how many there were of each; doing it again does no harm.
func Rewrap(ctx context.Context, c config.Config) (merchants, endpoints int, err error) {
	ctx = registry.As(ctx, registry.By{Actor: store.ActorCLI})
	err = withRegistry(ctx, c, func(db store.Store, r *registry.Registry) error {
		if merchants, err = r.Rewrap(ctx); err != nil {
			return err
		}
		all, err := r.Merchants(ctx)
		if err != nil {
			return err
		}
		for _, m := range all {
			for _, mode := range []payment.Mode{payment.Test, payment.Live} {
				n, err := rewrapEndpoints(ctx, c, db, m.ID, mode)
				if endpoints += n; err != nil {
					return err
				}
			}
		}
		return nil
	})
	return merchants, endpoints, err
}

func rewrapEndpoints(ctx context.Context, c config.Config, db store.Outbox, merchantID string, mode payment.Mode) (n int, err error) {
	keyring, err := Keyring(c)
	if err != nil {
		return 0, err
	}
	list, err := db.Endpoints(ctx, merchantID, mode)
	if err != nil {
		return 0, err
	}
	for _, e := range list {
		secrets, err := courier.Open(keyring, e)
		if err == nil {
			err = courier.Seal(keyring, &e, secrets)
		}
		if err == nil {
			e.Version++
			err = db.SaveEndpoint(ctx, e, byHand(store.Action{
				Kind: store.ActEndpointRewrapped, MerchantID: e.MerchantID, Mode: e.Mode, Subject: e.ID,
			}))
		}
		if errors.Is(err, store.ErrConflict) {
			return n, fmt.Errorf("endpoint %s is being changed: try again", e.ID)
		}
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
