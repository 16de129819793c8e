package gateway

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"net/http"
	"time"

	"github.com/lunas-pay/lunas/internal/console"
	"github.com/lunas-pay/lunas/internal/store"
)

// newConsole makes the pages for operators, whether or not they are served here: what was approved is carried out by any.
func (g *Gateway) newConsole(o Options) (*console.Console, error) {
	key, err := hkdf.Key(sha256.New, o.Config.MasterKey, nil, "lunas console 1", sha256.Size)
	if err != nil {
		return nil, err
	}
	var oidc *console.OIDC
	if c := o.Config.Console.OIDC; c != nil {
		oidc = &console.OIDC{Name: c.Name, Issuer: c.Issuer, ClientID: c.ClientID, Secret: c.Secret}
	}
	return console.New(console.Options{
		OIDC:   oidc,
		Engine: g.Engine, Keyring: g.keyring, Key: key, URL: o.Config.Console.URL, FourEyes: o.Config.Console.TwoPeople, Now: o.Clock.Now, Log: o.Log,
		Stopping: g.leaving, Registry: g.registry, Doctor: g.Doctor, Books: g.Books,
		Merchants: func(ctx context.Context) (list []console.Merchant, err error) {
			all, err := g.registry.Merchants(ctx)
			for _, m := range all {
				list = append(list, console.Merchant{ID: m.ID, Name: m.Name})
			}
			return list, err
		},
	}), nil
}

// operators are the pages for operators; nil where none are served.
func (g *Gateway) operators(o Options) http.Handler {
	if o.Config.Console.Off {
		return nil
	}
	return g.console
}

// SetupLink makes the link by which the console's first owner is made, good once and until the given time. It begins
// with the given address unless the configuration has one. It is empty once there is a user,
// and where no console is served.
func (g *Gateway) SetupLink(ctx context.Context, address string) (link string, expires time.Time, err error) {
	if g.off {
		return "", time.Time{}, nil
	}
	path, expires, err := console.Invitation(ctx, g.store, "", time.Now())
	if errors.Is(err, store.ErrConflict) {
		return "", time.Time{}, nil
	}
	if g.url != "" {
		address = g.url
	}
	return address + path, expires, err
}
