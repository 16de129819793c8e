package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/lunas-pay/lunas/internal/config"
	"github.com/lunas-pay/lunas/internal/console"
	"github.com/lunas-pay/lunas/internal/courier"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/registry"
	"github.com/lunas-pay/lunas/internal/store"
)

// keptKeys is under what the database keeps the master keys of before, sealed by the present one. The log of exchanges is never
// sealed anew, since the digests of what was written stand in hash chains: so its old keys must be had for as long as the log.
const keptKeys = "master_keys.kept"

func keptPart() exchange.Part { return exchange.Part{ID: keptKeys, Side: exchange.Request} }

// Keyring is what seals, made of the configuration's master keys alone.
func Keyring(c config.Config) (*exchange.Keyring, error) {
	return exchange.NewKeyring(append([][]byte{c.MasterKey}, c.OldKeys...)...)
}

// withKeptKeys adds the master keys that a database keeps to those of before that stand in its configuration, and makes the
// keyring of them all. An error that wraps exchange.ErrSealed comes with the configuration's own.
func withKeptKeys(ctx context.Context, c config.Config, db interface {
	Secret(ctx context.Context, merchantID, name string) (sealed []byte, expires time.Time, err error)
},
) (config.Config, *exchange.Keyring, error) {
	keyring, err := Keyring(c)
	if err != nil {
		return c, nil, err
	}
	part := keptPart()
	part.Sealed, _, err = db.Secret(ctx, "", keptKeys)
	if errors.Is(err, store.ErrNotFound) {
		return c, keyring, nil
	}
	if err != nil {
		return c, nil, err
	}
	if err := keyring.Open(&part); err != nil {
		return c, keyring, fmt.Errorf("the master keys of before, which the database keeps: %w; put the one that was first at the last "+
			"lunas keys rewrap behind the present one in master_key_file", err)
	}
	var kept [][]byte
	if err := json.Unmarshal(part.Wire, &kept); err != nil {
		return c, nil, errors.New("the master keys of before, which the database keeps, cannot be read")
	}
	c.OldKeys = slices.Clone(c.OldKeys)
	for _, key := range kept {
		if !bytes.Equal(key, c.MasterKey) && !slices.ContainsFunc(c.OldKeys, func(k []byte) bool { return bytes.Equal(k, key) }) {
			c.OldKeys = append(c.OldKeys, key)
		}
	}
	keyring, err = Keyring(c)
	return c, keyring, err
}

// keepKeys has a database keep the configuration's master keys of before, sealed by the present one.
func keepKeys(ctx context.Context, c config.Config, keyring *exchange.Keyring, db store.Store) error {
	if len(c.OldKeys) == 0 {
		return nil
	}
	part := keptPart()
	var err error
	if part.Wire, err = json.Marshal(c.OldKeys); err != nil {
		return err
	}
	if err := keyring.Seal(&part); err != nil {
		return err
	}
	if err := db.SaveSecret(ctx, "", keptKeys, part.Sealed, time.Time{}); err != nil {
		return err
	}
	return db.AppendAction(ctx, byHand(store.Action{Kind: store.ActMasterKeysKept, Count: int64(len(c.OldKeys))}).Action)
}

// Rewrapped tells how many of each Rewrap has sealed anew.
type Rewrapped struct {
	Merchants, Endpoints, SecondFactors int
	Kept                                int // master keys of before, which the database keeps
}

// Rewrap seals anew by the first of the configuration's master keys what others of them have sealed: merchants' data keys, the
// secrets of webhook endpoints, second factors of the console's users, and those others themselves, which the database keeps
// from then on for what is never sealed anew: the log of exchanges. After it the first master key alone opens everything.
// Doing it again does no harm.
func Rewrap(ctx context.Context, c config.Config) (did Rewrapped, err error) {
	ctx = registry.As(ctx, registry.By{Actor: store.ActorCLI})
	err = withRegistry(ctx, c, func(c config.Config, keyring *exchange.Keyring, db store.Store, r *registry.Registry) error {
		if did.Merchants, err = r.Rewrap(ctx); err != nil {
			return err
		}
		all, err := r.Merchants(ctx)
		if err != nil {
			return err
		}
		for _, m := range all {
			for _, mode := range []payment.Mode{payment.Test, payment.Live} {
				n, err := rewrapEndpoints(ctx, keyring, db, m.ID, mode)
				if did.Endpoints += n; err != nil {
					return err
				}
			}
		}
		if did.SecondFactors, err = console.Rewrap(ctx, keyring, db, byHand); err != nil {
			return err
		}
		did.Kept = len(c.OldKeys)
		return keepKeys(ctx, c, keyring, db)
	})
	return did, err
}

func rewrapEndpoints(ctx context.Context, keyring *exchange.Keyring, db store.Outbox, merchantID string, mode payment.Mode) (n int, err error) {
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
