package gateway

import (
	"context"
	"errors"
	"time"

	"github.com/lunas-pay/lunas/internal/config"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/registry"
	"github.com/lunas-pay/lunas/internal/store"
)

// This file is what an operator does with the database itself, where no gateway can be asked yet.

// CreatePlatformKey makes an API key of the platform in a database, the first one for instance, and gives its id and the key
// itself. A SQLite file must not be in use by a gateway; a gateway on PostgreSQL knows the key within about a second. Expires
// zero: never.
func CreatePlatformKey(ctx context.Context, c config.Config, name string, expires time.Time) (id, key string, err error) {
	ctx = registry.As(ctx, registry.By{Actor: store.ActorCLI})
	err = withRegistry(ctx, c, func(_ config.Config, _ *exchange.Keyring, _ store.Store, r *registry.Registry) error {
		made, secret, err := r.CreateKey(ctx, merchant.APIKey{Name: name, Scopes: []merchant.Scope{merchant.Admin}, Expires: expires})
		id, key = made.ID, secret.Reveal()
		return err
	})
	return id, key, err
}

// withRegistry opens a database's registry without an engine. What it does is given the configuration with the master keys that
// the database keeps.
func withRegistry(ctx context.Context, c config.Config, do func(config.Config, *exchange.Keyring, store.Store, *registry.Registry) error) error {
	db, err := OpenStore(ctx, c.Database, RealClock(), false)
	if err != nil {
		return err
	}
	c, keyring, err := withKeptKeys(ctx, c, db)
	if err != nil {
		return errors.Join(err, db.Close())
	}
	r := registry.New(registry.Options{Store: db, Keyring: keyring, Configured: c.Merchants})
	return errors.Join(do(c, keyring, db, r), db.Close())
}
