package gateway

import (
	"context"
	"errors"
	"time"

	"github.com/lunas-pay/lunas/internal/config"
	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/onboarding"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/registry"
	"github.com/lunas-pay/lunas/internal/store"
)

// WithOnboarding opens a database for the registering of merchants. A SQLite file must not be in use by a gateway; one on
// PostgreSQL knows new terminals within about a second.
func WithOnboarding(ctx context.Context, c config.Config, do func(context.Context, *onboarding.Onboarding) error) error {
	db, err := OpenStore(ctx, c.Database, RealClock(), false)
	if err != nil {
		return err
	}
	c, keyring, err := withKeptKeys(ctx, c, db)
	if err != nil {
		return errors.Join(err, db.Close())
	}
	r := registry.New(registry.Options{
		Store: db, Keyring: keyring, Configured: c.Merchants, Read: config.Account,
		Open: func(a merchant.Account) (rail.Rail, error) {
			return rail.Open(a, exchange.NewTransport(exchange.Options{}), time.Now)
		},
		Set: func(context.Context, engine.Account) error { return nil }, // whoever takes payments is told by the database
	})
	o := onboarding.New(onboarding.Options{Store: db, Registry: r, Keyring: keyring, Now: time.Now})
	ctx = registry.As(ctx, registry.By{Actor: store.ActorCLI})
	return errors.Join(do(ctx, o), db.Close())
}
