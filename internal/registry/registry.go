// Package registry knows the merchants with their outlets, accounts and API keys: those of the configuration, which it only
// shows, and those that are data, which it changes while the gateway runs. What is data stands in the store; every replica
// looks there each second for what has changed, and makes it known to its engine. The registry calls no provider.
//
// Credentials are sealed by a data key of their merchant, and data keys by the master key. They never come out again, but
// to the rails that sign with them.
package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/store"
)

// Options are what a registry is made of. Store and Keyring are needed; without Set accounts are not looked into.
type Options struct {
	Store   store.Registry
	Keyring *exchange.Keyring // of the master keys
	// Configured are the merchants of the configuration, whose accounts the engine knows already.
	Configured []merchant.Merchant
	// Read makes an account of its settings and secrets, or says everything that is wrong with them.
	Read func(merchantID, id string, settings []byte, secrets map[string]string) (merchant.Account, error)
	// Open opens an account's rail.
	Open func(merchant.Account) (rail.Rail, error)
	// Set makes an account known to the engine, SetRouting by which rails a merchant is paid; SetRouting may be nil.
	Set        func(context.Context, engine.Account) error
	SetRouting func(merchantID string, r merchant.Routing)
	Now        func() time.Time
	Log        *slog.Logger
}

// Registry is safe for concurrent use.
type Registry struct {
	Options
	configured map[string]merchant.Merchant

	refresh sync.Mutex // held while the store is read and accounts are set
	mu      sync.RWMutex
	// Guarded by mu, and written only while refresh is held.
	revision  int64
	merchants map[string]*entry
	keys      map[[32]byte]merchant.APIKey
	unset     map[*account]bool // accounts that the engine must be told of

	used map[keyName]*use // guarded by mu
}

// entry is a merchant that is data.
type entry struct {
	store.Merchant
	seal     *exchange.Keyring // of the merchant's data key
	routing  Routing
	outlets  map[string]merchant.Outlet
	accounts map[string]*account
}

// account is an account that is data. It is replaced, never changed, but for what says how it is used.
type account struct {
	store.Account
	credentials []credentials // in the order of From
	set         merchant.Account
	inUse       int   // which of the credentials the engine signs with
	fault       error // why it cannot be used
}

// credentials are secrets by name with the time from which they are signed with.
type credentials struct {
	From    time.Time         `json:"from"`
	Expires time.Time         `json:"expires,omitzero"` // when they are to be replaced; zero: nobody has said
	Secrets map[string]string `json:"secrets"`
}

type (
	keyName struct{ merchant, id string }
	use     struct{ last, noted time.Time }
)

// New gives a registry that knows the configuration. Call Refresh before it is used.
func New(o Options) *Registry {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	r := &Registry{
		Options: o, configured: map[string]merchant.Merchant{}, merchants: map[string]*entry{},
		keys: map[[32]byte]merchant.APIKey{}, unset: map[*account]bool{}, used: map[keyName]*use{},
	}
	for _, m := range o.Configured {
		r.configured[m.ID] = m
		for _, k := range m.Keys {
			r.keys[k.Hash] = k
		}
	}
	return r
}

// Key finds an API key by its hash, ended ones too, which those of a closed merchant are.
func (r *Registry) Key(hash [32]byte) (merchant.APIKey, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	k, ok := r.keys[hash]
	if e := r.merchants[k.MerchantID]; ok && e != nil && !e.ClosedAt.IsZero() && k.Revoked.IsZero() {
		k.Revoked = e.ClosedAt // the keys of a closed merchant open nothing
	}
	return k, ok
}

// Name gives what customers know a merchant by; false where it knows no such merchant.
func (r *Registry) Name(merchantID string) (string, bool) {
	if m, ok := r.configured[merchantID]; ok {
		return m.Name, true
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	m, ok := r.merchants[merchantID]
	if !ok {
		return "", false
	}
	return m.Name, true
}

// Used notes that a key opened something just now. It is written down later, at most once a minute for each key.
func (r *Registry) Used(k merchant.APIKey) {
	now := r.Now()
	if _, fixed := r.configured[k.MerchantID]; fixed {
		return
	}
	name := keyName{k.MerchantID, k.ID}
	r.mu.RLock()
	known := r.used[name]
	lately := known != nil && now.Sub(known.last) < time.Second // a busy key holds up nobody
	r.mu.RUnlock()
	if lately {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.used[name] == nil {
		r.used[name] = &use{}
	}
	r.used[name].last = now
}

// refreshEvery is how often (in real time) the store is asked for what has changed.
const refreshEvery = time.Second

// notedEvery is how often the use of a key is written down.
const notedEvery = time.Minute

// Run keeps the registry up to date until the context ends.
func (r *Registry) Run(ctx context.Context) {
	tick := time.NewTicker(refreshEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := errors.Join(r.Refresh(ctx), r.noteUses(ctx)); err != nil && ctx.Err() == nil && !errors.Is(err, store.ErrClosed) {
			r.Log.Error("what has changed of merchants and keys cannot be read; what was read last goes on to hold", "error", err)
		}
	}
}

// Refresh reads what has changed since it was last called, and changes to credentials whose time has come. An account that
// cannot be used is logged and keeps no other from being used. The error is the store's, or says, the first time, that a
// merchant's data key does not open.
func (r *Registry) Refresh(ctx context.Context) error {
	r.refresh.Lock()
	defer r.refresh.Unlock()
	changed, err := r.Store.Registered(ctx, r.revision)
	if err != nil {
		return err
	}
	first := r.revision == 0
	if changed.Revision != r.revision {
		if err := r.take(changed); err != nil {
			if first {
				return err
			}
			r.Log.Error("not everything that has changed of merchants can be used; the rest is", "error", err)
		}
	}
	return r.settle(ctx)
}

// take puts what has changed in the place of what was known.
func (r *Registry) take(changed store.Registered) error {
	var trouble []error
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range changed.Merchants {
		if _, twice := r.configured[m.ID]; twice {
			trouble = append(trouble, fmt.Errorf("merchant %q stands in the configuration and in the database: give the one in the configuration another id", m.ID))
			continue
		}
		e := r.merchants[m.ID]
		if e == nil {
			e = &entry{outlets: map[string]merchant.Outlet{}, accounts: map[string]*account{}}
		}
		if e.ClosedAt.IsZero() != m.ClosedAt.IsZero() {
			for _, a := range e.accounts { // order does not matter: each by itself
				r.unset[a] = r.Set != nil && a.fault == nil
			}
			maps.DeleteFunc(r.unset, func(_ *account, todo bool) bool { return !todo })
		}
		e.Merchant = m
		routing, err := routingOf(m.Settings)
		if err != nil {
			trouble = append(trouble, fmt.Errorf("the settings of merchant %s: %w", m.ID, err))
		} else if e.routing = routing; r.SetRouting != nil {
			r.SetRouting(m.ID, routing.engine())
		}
		if seal, err := r.openDataKey(m); err == nil {
			e.seal = seal // and otherwise the one of before, which is the same key
		} else {
			trouble = append(trouble, err)
		}
		r.merchants[m.ID] = e
	}
	for _, o := range changed.Outlets {
		if e := r.merchants[o.MerchantID]; e != nil {
			e.outlets[o.ID] = o
		}
	}
	for _, a := range changed.Accounts {
		if e := r.merchants[a.MerchantID]; e != nil {
			r.takeAccount(e, a)
		}
	}
	for _, k := range changed.Keys {
		r.keys[k.Hash] = k
	}
	r.revision = changed.Revision
	return errors.Join(trouble...)
}

// takeAccount reads an account and remembers to tell the engine of it. The caller holds mu.
func (r *Registry) takeAccount(e *entry, stored store.Account) {
	a := &account{Account: stored}
	if old := e.accounts[stored.ID]; old != nil {
		delete(r.unset, old)
	}
	e.accounts[stored.ID] = a
	if r.Set == nil {
		return
	}
	a.credentials, a.fault = e.openCredentials(stored)
	if a.fault == nil {
		a.inUse = current(a.credentials, r.Now())
		a.set, a.fault = r.Read(a.MerchantID, a.ID, a.Settings, a.credentials[a.inUse].Secrets)
		a.set.Outlet = a.OutletID
	}
	if a.fault != nil {
		r.Log.Error("an account cannot be used", "merchant", a.MerchantID, "account", a.ID, "error", a.fault)
		return
	}
	r.unset[a] = true
}

// current is the index of the credentials that are signed with at a time.
func current(all []credentials, now time.Time) int {
	in := 0
	for i, c := range all {
		if !c.From.After(now) {
			in = i
		}
	}
	return in
}

// settle tells the engine of accounts that have changed, and of those whose next credentials are to be used from now on.
// What the store refuses for now is tried again next time.
func (r *Registry) settle(ctx context.Context) error {
	now := r.Now()
	r.mu.Lock()
	for _, e := range r.merchants { // order does not matter: each by itself
		for _, a := range e.accounts {
			if len(a.credentials) > 1 && a.fault == nil && current(a.credentials, now) != a.inUse {
				r.unset[a] = true
			}
		}
	}
	todo := slices.SortedFunc(maps.Keys(r.unset), func(a, b *account) int {
		return strings.Compare(a.MerchantID+"\x00"+a.CreatedAt.Format(time.RFC3339Nano)+a.ID, b.MerchantID+"\x00"+b.CreatedAt.Format(time.RFC3339Nano)+b.ID)
	})
	r.mu.Unlock()
	var trouble []error
	for _, a := range todo {
		in := current(a.credentials, now)
		set, err := r.opened(a, in)
		if err == nil {
			err = r.Set(ctx, set)
		}
		if errors.Is(err, store.ErrClosed) || ctx.Err() != nil {
			return err
		}
		lasting := err != nil && (errors.Is(err, engine.ErrFixed) || errors.Is(err, store.ErrStyle) || errors.Is(err, errUnusable))
		r.mu.Lock()
		switch {
		case err == nil:
			a.set, a.inUse, a.fault = set.Account, in, nil
			delete(r.unset, a)
		case lasting:
			a.fault = err
			delete(r.unset, a)
			r.Log.Error("an account cannot be used", "merchant", a.MerchantID, "account", a.ID, "error", err)
		default:
			trouble = append(trouble, err)
		}
		r.mu.Unlock()
	}
	return errors.Join(trouble...)
}

// errUnusable is of accounts that can be read, and whose rail cannot be opened all the same.
var errUnusable = errors.New("its settings or credentials do not fit")

// opened opens an account for the engine: a line that signs, and those of its other credentials beside it.
func (r *Registry) opened(a *account, in int) (set engine.Account, err error) {
	set.Closed = !a.ClosedAt.IsZero() || !r.merchants[a.MerchantID].ClosedAt.IsZero() // refresh is held: nobody writes it
	for i, c := range a.credentials {
		read, err := r.Read(a.MerchantID, a.ID, a.Settings, c.Secrets)
		if err != nil {
			return set, fmt.Errorf("%w: %w", errUnusable, err)
		}
		read.Outlet = a.OutletID
		line, err := r.Open(read)
		if err != nil {
			return set, fmt.Errorf("%w: %w", errUnusable, err)
		}
		if i == in {
			set.Account, set.Line = read, line
		} else {
			set.Beside = append(set.Beside, line)
		}
	}
	return set, nil
}

// noteUses writes down when keys were last used.
func (r *Registry) noteUses(ctx context.Context) error {
	type note struct {
		keyName
		at time.Time
	}
	var notes []note
	r.mu.RLock()
	for name, u := range r.used { // order does not matter: each by itself
		if u.last.After(u.noted) && u.last.Sub(u.noted) >= notedEvery {
			notes = append(notes, note{name, u.last})
		}
	}
	r.mu.RUnlock()
	for _, n := range notes {
		if err := r.Store.KeyUsed(ctx, n.merchant, n.id, n.at); err != nil {
			return err
		}
		r.mu.Lock()
		r.used[n.keyName].noted = n.at
		r.mu.Unlock()
	}
	return nil
}

// The places of what is sealed, so that it opens nowhere else.
func dataKeyPart(merchantID string) exchange.Part {
	return exchange.Part{ID: "data_key", MerchantID: merchantID, Side: exchange.Request}
}

func credentialsPart(merchantID, accountID string) exchange.Part {
	return exchange.Part{ID: "credentials/" + accountID, MerchantID: merchantID, Side: exchange.Request}
}

func (r *Registry) openDataKey(m store.Merchant) (*exchange.Keyring, error) {
	key, err := r.dataKey(m)
	if err != nil {
		return nil, err
	}
	return exchange.NewKeyring(key)
}

func (r *Registry) dataKey(m store.Merchant) ([]byte, error) {
	part := dataKeyPart(m.ID)
	part.Sealed = m.DataKey
	if err := r.Keyring.Open(&part); err != nil {
		return nil, fmt.Errorf("the data key of merchant %s: %w; put its master key behind the present one in master_key_file", m.ID, err)
	}
	return part.Wire, nil
}

// sealDataKey seals a merchant's data key by the first master key.
func (r *Registry) sealDataKey(merchantID string, key []byte) ([]byte, error) {
	part := dataKeyPart(merchantID)
	part.Wire = key
	err := r.Keyring.Seal(&part)
	return part.Sealed, err
}

var errNoDataKey = errors.New("the merchant's data key does not open: its master key is not among those of this gateway")

func (e *entry) openCredentials(a store.Account) (all []credentials, err error) {
	if e.seal == nil {
		return nil, errNoDataKey
	}
	part := credentialsPart(a.MerchantID, a.ID)
	part.Sealed = a.Sealed
	if err := e.seal.Open(&part); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(part.Wire, &all); err != nil || len(all) == 0 {
		return nil, errors.New("its credentials cannot be read")
	}
	return all, nil
}

func (e *entry) sealCredentials(accountID string, all []credentials) ([]byte, error) {
	if e.seal == nil {
		return nil, errNoDataKey
	}
	part := credentialsPart(e.ID, accountID)
	var err error
	if part.Wire, err = json.Marshal(all); err != nil {
		return nil, err
	}
	err = e.seal.Seal(&part)
	return part.Sealed, err
}
