package store

import (
	"context"
	"time"

	"github.com/lunas-pay/lunas/internal/merchant"
)

// Registry keeps merchants, their outlets, accounts and API keys, where those are data and not configuration. It is read
// whole and then by what has changed, and every change of it is made over the whole as its writer has seen it: so what
// must be unique among all merchants can be seen to by the writer.
type Registry interface {
	// Registered gives what was written after a revision, 0 for everything, and the present revision. It may hold things
	// that are newer than that, which will then be given again.
	Registered(ctx context.Context, after int64) (Registered, error)
	// Register writes things, new ones or in place of those of the same ids, if nothing has been written since the
	// revision that the writer has seen, and gives the new revision. Otherwise it is ErrConflict and nothing is written.
	// CreatedAt of what is there stays, and LastUsed of keys is not written.
	Register(ctx context.Context, seen int64, r Registered, deeds ...Deed) (revision int64, err error)
	// KeyUsed notes when an API key was last used, unless a later use is noted. It is no change to Registered.
	KeyUsed(ctx context.Context, merchantID, keyID string, at time.Time) error
	// APIKeys lists a merchant's, revoked ones too, the oldest first; of an empty merchantID, the platform's own.
	APIKeys(ctx context.Context, merchantID string) ([]merchant.APIKey, error)
}

// Registered are things that stand in the registry, each kind in the order of merchants and ids.
type Registered struct {
	Revision  int64
	Merchants []Merchant
	Outlets   []merchant.Outlet
	Accounts  []Account
	Keys      []merchant.APIKey
}

// Merchant is a merchant with the key that seals what is sealed of it.
type Merchant struct {
	ID        string
	Name      string
	CreatedAt time.Time
	ClosedAt  time.Time // its keys stop and it takes no new payments from then on; zero: it is open
	Settings  []byte    // JSON: by which rails it is paid; empty: as its accounts stand
	DataKey   []byte    // sealed by a master key
}

// Account is an account as it was set up.
type Account struct {
	MerchantID string
	ID         string
	OutletID   string // empty: none
	Settings   []byte // JSON, as in the configuration; no secrets
	Sealed     []byte // the credentials, sealed by the merchant's data key
	CreatedAt  time.Time
	ClosedAt   time.Time // no new payments from then on; zero: it is open
}
