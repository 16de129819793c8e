package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/credential"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/store"
)

// Account is an account as it is shown: without its secrets.
type Account struct {
	ID          string
	Outlet      string
	Rail        string
	Environment string
	URL         string
	Terminals   []string
	Settings    json.RawMessage // empty for those of the configuration
	Credentials []Credentials   // none for those of the configuration
	CreatedAt   time.Time
	ClosedAt    time.Time
	Fault       string // why it cannot be used
	Configured  bool
}

// Credentials say which secrets an account has, and nothing of them.
type Credentials struct {
	From    time.Time // they are signed with from then on
	Expires time.Time // when they are to be replaced; zero: nobody has said
	InUse   bool      // they are signed with
	Secrets []string  // names
	Keys    []Key     // of these, the RSA keys
}

// Key is what may be known of an RSA key among an account's secrets.
type Key struct {
	Secret      string // its name
	Bits        int
	Fingerprint string // of the public half, as package credential has it
}

// NewAccount is an account to be made.
type NewAccount struct {
	ID       string
	Outlet   string // empty: none
	Settings json.RawMessage
	Secrets  map[string]string
	Expires  time.Time // when the secrets are to be replaced; zero: nobody says
}

// CreateAccount makes an account of a merchant, which takes payments at once here and within a second or so on the other
// replicas. The error may be a *Refusal.
func (r *Registry) CreateAccount(ctx context.Context, merchantID string, n NewAccount) (Account, error) {
	if err := checkID(n.ID); err != nil {
		return Account{}, err
	}
	settings, err := compact(n.Settings)
	if err != nil {
		return Account{}, err
	}
	made := store.Account{MerchantID: merchantID, ID: n.ID, OutletID: n.Outlet, Settings: settings, CreatedAt: r.Now()}
	all := []credentials{{From: made.CreatedAt, Expires: n.Expires, Secrets: n.Secrets}}
	return r.changeAccount(ctx, store.ActAccountCreated, merchantID, n.ID, func(e *entry, old *account) (store.Account, []credentials, error) {
		if old != nil {
			return made, nil, &Refusal{CodeAccountExists, "id", "there is an account " + n.ID + " already"}
		}
		return made, all, nil
	})
}

// AccountChange changes what is not nil.
type AccountChange struct {
	Outlet   *string
	Settings json.RawMessage // all of them anew
	// Edit makes new settings of those that stand, so that nobody else's change is lost. It may be called more than once.
	Edit   func(settings json.RawMessage) (json.RawMessage, error)
	Closed *bool
}

// ChangeAccount changes an account. What is being paid goes on under the terms that it began with. The error may be a
// *Refusal.
func (r *Registry) ChangeAccount(ctx context.Context, merchantID, id string, c AccountChange) (Account, error) {
	settings, err := []byte(nil), error(nil)
	if c.Settings != nil {
		if settings, err = compact(c.Settings); err != nil {
			return Account{}, err
		}
	}
	now := r.Now()
	return r.changeAccount(ctx, store.ActAccountChanged, merchantID, id, func(_ *entry, old *account) (store.Account, []credentials, error) {
		if old == nil {
			return store.Account{}, nil, accountNotFound()
		}
		a := old.Account
		if c.Outlet != nil {
			a.OutletID = *c.Outlet
		}
		if c.Settings != nil {
			a.Settings = settings
		}
		if c.Edit != nil {
			edited, err := c.Edit(slices.Clone(a.Settings))
			if err != nil {
				return store.Account{}, nil, err
			}
			if a.Settings, err = compact(edited); err != nil {
				return store.Account{}, nil, err
			}
		}
		switch {
		case c.Closed == nil:
		case !*c.Closed:
			a.ClosedAt = time.Time{}
		case a.ClosedAt.IsZero():
			a.ClosedAt = now
		}
		return a, old.credentials, nil
	})
}

// Rotation are secrets that take the place of others.
type Rotation struct {
	Secrets map[string]string // those that change
	From    time.Time         // they are signed with from then on; zero: from now
	Expires time.Time         // when they are to be replaced; zero: nobody says
}

// RotateCredentials gives an account other secrets. Until RetireCredentials is called the provider may sign with either. The
// error may be a *Refusal.
func (r *Registry) RotateCredentials(ctx context.Context, merchantID, id string, to Rotation) (Account, error) {
	now := r.Now()
	if to.From.Before(now) {
		to.From = now
	}
	return r.changeAccount(ctx, store.ActCredentialsRotated, merchantID, id, func(_ *entry, old *account) (store.Account, []credentials, error) {
		if old == nil {
			return store.Account{}, nil, accountNotFound()
		}
		if len(old.credentials) == 0 {
			return store.Account{}, nil, unusable(old.fault)
		}
		use := old.credentials[current(old.credentials, now)] // others, old or to come, give way
		next := maps.Clone(use.Secrets)
		maps.Copy(next, to.Secrets)
		return old.Account, []credentials{use, {From: to.From, Expires: to.Expires, Secrets: next}}, nil
	})
}

// RetireCredentials forgets the secrets that are not signed with now: the old ones, or those to come. The error may be a
// *Refusal.
func (r *Registry) RetireCredentials(ctx context.Context, merchantID, id string) (Account, error) {
	now := r.Now()
	return r.changeAccount(ctx, store.ActCredentialsRetired, merchantID, id, func(_ *entry, old *account) (store.Account, []credentials, error) {
		if old == nil {
			return store.Account{}, nil, accountNotFound()
		}
		if len(old.credentials) == 0 {
			return store.Account{}, nil, unusable(old.fault)
		}
		return old.Account, []credentials{old.credentials[current(old.credentials, now)]}, nil
	})
}

func accountNotFound() error {
	return &Refusal{CodeAccountNotFound, "id", "there is no such account"}
}

func unusable(err error) error {
	return &Refusal{CodeAccountInvalid, "", fmt.Sprintf("the account cannot be read as it is: %v", err)}
}

// changeAccount writes what f makes of an account, if it can be used and stands in no other's way.
func (r *Registry) changeAccount(ctx context.Context, kind, merchantID, id string, f func(*entry, *account) (store.Account, []credentials, error)) (Account, error) {
	did := &store.Action{Kind: kind, MerchantID: merchantID, Subject: id}
	err := r.change(ctx, did, func() (store.Registered, error) {
		e, err := r.own(merchantID)
		if err != nil {
			return store.Registered{}, err
		}
		a, all, err := f(e, e.accounts[id])
		if err == nil {
			err = r.check(e, a, all)
		}
		if err == nil {
			did.Details = accountDetails(a, all)
			a.Sealed, err = e.sealCredentials(id, all)
		}
		return store.Registered{Accounts: []store.Account{a}}, err
	})
	if err != nil {
		return Account{}, err
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	return shown(r.merchants[merchantID].accounts[id]), nil
}

// accountDetails say how an account stands after a change, and of its secrets only which there are, and from when on.
func accountDetails(a store.Account, all []credentials) []byte {
	var secrets []map[string]any
	for _, c := range all {
		secrets = append(secrets, map[string]any{"from": c.From.UTC().Format(time.RFC3339), "secrets": slices.Sorted(maps.Keys(c.Secrets))})
	}
	return Details(map[string]any{
		"outlet": a.OutletID, "closed": !a.ClosedAt.IsZero(), "settings": json.RawMessage(a.Settings), "credentials": secrets,
	})
}

// check tries an account with each of its credentials. The caller holds mu.
func (r *Registry) check(e *entry, a store.Account, all []credentials) error {
	if _, ok := e.outlets[a.OutletID]; a.OutletID != "" && !ok {
		return &Refusal{CodeOutletNotFound, "outlet", "there is no outlet " + a.OutletID}
	}
	var read merchant.Account
	for _, c := range all {
		var err error
		if read, err = r.Read(a.MerchantID, a.ID, a.Settings, c.Secrets); err != nil {
			return &Refusal{CodeAccountInvalid, "settings", strings.ReplaceAll(err.Error(), "\n", "; ")}
		}
		if _, err := r.Open(read); err != nil {
			return &Refusal{CodeAccountInvalid, "settings", err.Error()}
		}
	}
	if old := e.accounts[a.ID]; old != nil && old.fault == nil {
		if old.set.Rail != read.Rail || old.set.Environment != read.Environment {
			return &Refusal{CodeAccountInvalid, "settings", "rail and environment of an account stay what they are: make another account"}
		}
		for _, t := range read.Terminals {
			i := slices.IndexFunc(old.set.Terminals, func(o merchant.Terminal) bool { return o.ID == t.ID })
			if i >= 0 && old.set.Terminals[i].Style != t.Style {
				return &Refusal{CodeAccountInvalid, "settings", "the numbering of terminal " + t.ID + " stays what it is: give the terminal another id"}
			}
		}
	}
	if field, why := merchant.Clash(read, r.accounts()); field != "" {
		return &Refusal{CodeAccountClash, field, field + " " + why}
	}
	return nil
}

// accounts are those of all merchants. The caller holds mu.
func (r *Registry) accounts() (all []merchant.Account) {
	for _, m := range r.Configured {
		all = append(all, m.Accounts...)
	}
	for _, e := range r.merchants { // order does not matter: any clash is one
		for _, a := range e.accounts {
			if a.set.ID != "" {
				all = append(all, a.set)
			}
		}
	}
	return all
}

// Accounts lists a merchant's in the order of ids. The error may be a *Refusal.
func (r *Registry) Accounts(ctx context.Context, merchantID string) (list []Account, err error) {
	if m, ok := r.configured[merchantID]; ok {
		for _, a := range m.Accounts {
			s := Account{Configured: true, ID: a.ID}
			s.describe(a)
			list = append(list, s)
		}
		return list, nil
	}
	if err := r.Refresh(ctx); err != nil {
		return nil, err
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	e, err := r.own(merchantID)
	if err != nil {
		return nil, err
	}
	for _, id := range slices.Sorted(maps.Keys(e.accounts)) {
		list = append(list, shown(e.accounts[id]))
	}
	return list, nil
}

// Account gives one. The error may be a *Refusal.
func (r *Registry) Account(ctx context.Context, merchantID, id string) (Account, error) {
	list, err := r.Accounts(ctx, merchantID)
	if err != nil {
		return Account{}, err
	}
	for _, a := range list {
		if a.ID == id {
			return a, nil
		}
	}
	return Account{}, accountNotFound()
}

// shown is an account without its secrets.
func shown(a *account) Account {
	s := Account{
		ID: a.ID, Outlet: a.OutletID, Settings: slices.Clone(a.Settings), CreatedAt: a.CreatedAt, ClosedAt: a.ClosedAt,
	}
	if a.fault != nil {
		s.Fault = strings.ReplaceAll(a.fault.Error(), "\n", "; ")
	}
	s.describe(a.set)
	for i, c := range a.credentials {
		s.Credentials = append(s.Credentials, c.shown(i == a.inUse))
	}
	return s
}

// shown are credentials without what is secret in them.
func (c credentials) shown(inUse bool) Credentials {
	s := Credentials{From: c.From, Expires: c.Expires, InUse: inUse, Secrets: slices.Sorted(maps.Keys(c.Secrets))}
	for _, name := range s.Secrets {
		if print, bits, err := credential.FingerprintOf([]byte(c.Secrets[name])); err == nil {
			s.Keys = append(s.Keys, Key{name, bits, print})
		}
	}
	return s
}

func (s *Account) describe(a merchant.Account) {
	s.Rail, s.Environment, s.URL = string(a.Rail), string(a.Environment), a.URL
	for _, t := range a.Terminals {
		s.Terminals = append(s.Terminals, t.ID)
	}
}

// Opened is an account with its secrets, for who looks whether they are right.
type Opened struct {
	merchant.Account
	Closed  bool
	Fault   string    // why it cannot be used; then the account may be empty but for its ids
	Expires time.Time // when the secrets that are signed with are to be replaced; zero: nobody has said
}

// Opened gives every account that is data, in the order of merchants and ids, with the secrets that it signs with.
func (r *Registry) Opened() (list []Opened) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, merchantID := range slices.Sorted(maps.Keys(r.merchants)) {
		e := r.merchants[merchantID]
		for _, id := range slices.Sorted(maps.Keys(e.accounts)) {
			a := e.accounts[id]
			o := Opened{Account: a.set, Closed: !a.ClosedAt.IsZero()}
			o.MerchantID, o.ID = merchantID, id
			if a.fault != nil {
				o.Fault = strings.ReplaceAll(a.fault.Error(), "\n", "; ")
			}
			if a.inUse < len(a.credentials) {
				o.Expires = a.credentials[a.inUse].Expires
			}
			list = append(list, o)
		}
	}
	return list
}

// DataKeys tries the data key of every merchant that is data, and tells how many there are.
func (r *Registry) DataKeys() (n int, err error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var trouble []error
	for _, id := range slices.Sorted(maps.Keys(r.merchants)) {
		_, err := r.dataKey(r.merchants[id].Merchant)
		trouble = append(trouble, err)
	}
	return len(r.merchants), errors.Join(trouble...)
}

// IsRefusal gives the refusal that an error is.
func IsRefusal(err error) (*Refusal, bool) {
	var refusal *Refusal
	return refusal, errors.As(err, &refusal)
}
