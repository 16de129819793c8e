package registry

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"regexp"
	"slices"
	"time"

	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

// Refusal says why something cannot be done, in words for who asked.
type Refusal struct{ Code, Field, Message string }

// Error gives code and message.
func (r *Refusal) Error() string { return r.Code + ": " + r.Message }

// The codes of refusals.
const (
	CodeMerchantNotFound   = "merchant_not_found"
	CodeMerchantExists     = "merchant_exists"
	CodeMerchantConfigured = "merchant_configured"
	CodeOutletNotFound     = "outlet_not_found"
	CodeOutletExists       = "outlet_exists"
	CodeAccountNotFound    = "account_not_found"
	CodeAccountExists      = "account_exists"
	CodeAccountInvalid     = "account_invalid"
	CodeAccountClash       = "account_clash"
	CodeKeyNotFound        = "api_key_not_found"
	CodeKeyEnded           = "api_key_ended"
	CodeInvalidID          = "invalid_id"
	CodeRoutingInvalid     = "routing_invalid"
)

// errBusy is for who was overtaken too often.
var errBusy = errors.New("merchants and keys are being changed by others all the time; try again")

// idForm is what ids look like that are data. They stand in addresses.
var idForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,39}$`) // never written

func checkID(id string) error {
	if !idForm.MatchString(id) {
		return &Refusal{CodeInvalidID, "id", "id must be 1 to 40 small letters, digits, - and _, and begin with a letter or digit"}
	}
	return nil
}

// change writes what f makes of everything as it stands, and notes the action. F is called again when somebody else was
// faster; it may say more of the action.
func (r *Registry) change(ctx context.Context, a *store.Action, f func() (store.Registered, error)) error {
	a.At = r.Now()
	for range 20 {
		if err := r.Refresh(ctx); err != nil {
			return err
		}
		r.mu.RLock()
		seen := r.revision
		changed, err := f()
		r.mu.RUnlock()
		if err != nil {
			return err
		}
		_, err = r.Store.Register(ctx, seen, changed, ByOf(ctx).Deed(*a))
		if errors.Is(err, store.ErrConflict) {
			continue
		}
		if err != nil {
			return err
		}
		return r.Refresh(ctx)
	}
	return errBusy
}

// own gives a merchant that is data. The caller holds mu.
func (r *Registry) own(merchantID string) (*entry, error) {
	if e := r.merchants[merchantID]; e != nil {
		return e, nil
	}
	if _, ok := r.configured[merchantID]; ok {
		return nil, configuredOnly(merchantID)
	}
	return nil, &Refusal{CodeMerchantNotFound, "id", "there is no such merchant"}
}

func configuredOnly(merchantID string) error {
	return &Refusal{
		CodeMerchantConfigured, "id", "merchant " + merchantID + " stands in the gateway's configuration file and can be changed only there",
	}
}

// Merchant is a merchant as it is shown.
type Merchant struct {
	ID         string
	Name       string
	CreatedAt  time.Time // zero for those of the configuration
	ClosedAt   time.Time // its keys stop and it takes no new payments from then on; zero: it is open
	Routing    Routing
	Configured bool // it stands in the configuration
}

func shownMerchant(e *entry) Merchant {
	return Merchant{ID: e.ID, Name: e.Name, CreatedAt: e.CreatedAt, ClosedAt: e.ClosedAt, Routing: e.routing}
}

func configuredMerchant(m merchant.Merchant) Merchant {
	r := Routing{FailOver: m.Routing.FailOver, Within: m.Routing.FailOverWithin}
	for _, rail := range m.Routing.Prefer[payment.OVOPush] {
		r.Prefer = append(r.Prefer, string(rail))
	}
	return Merchant{ID: m.ID, Name: m.Name, Routing: r, Configured: true}
}

// CreateMerchant makes a merchant. The error may be a *Refusal.
func (r *Registry) CreateMerchant(ctx context.Context, id, name string) (Merchant, error) {
	if err := checkID(id); err != nil {
		return Merchant{}, err
	}
	var key [32]byte
	_, _ = rand.Read(key[:]) // it never fails: crypto/rand
	made := store.Merchant{ID: id, Name: name, CreatedAt: r.Now()}
	var err error
	if made.DataKey, err = r.sealDataKey(id, key[:]); err != nil {
		return Merchant{}, err
	}
	did := &store.Action{Kind: store.ActMerchantCreated, MerchantID: id, Subject: id, Details: Details(map[string]any{"name": name})}
	err = r.change(ctx, did, func() (store.Registered, error) {
		_, configured := r.configured[id]
		if r.merchants[id] != nil || configured {
			return store.Registered{}, &Refusal{CodeMerchantExists, "id", "there is a merchant " + id + " already"}
		}
		return store.Registered{Merchants: []store.Merchant{made}}, nil
	})
	return Merchant{ID: id, Name: name, CreatedAt: made.CreatedAt}, err
}

// MerchantChange changes what is not nil.
type MerchantChange struct {
	Name     *string
	Closed   *bool
	Prefer   *[]string
	FailOver *bool
	Within   *time.Duration
}

// ChangeMerchant changes a merchant. Of one that is closed every key stops and no account takes new payments; what is under
// way comes to its end, and is told. The error may be a *Refusal.
func (r *Registry) ChangeMerchant(ctx context.Context, id string, c MerchantChange) (Merchant, error) {
	did := &store.Action{Kind: store.ActMerchantChanged, MerchantID: id, Subject: id}
	err := r.change(ctx, did, func() (store.Registered, error) {
		e, err := r.own(id)
		if err != nil {
			return store.Registered{}, err
		}
		m, routing := e.Merchant, e.routing
		if err := c.apply(&m, &routing, did.At); err != nil {
			return store.Registered{}, err
		}
		did.Kind = c.kind()
		did.Details = Details(map[string]any{"name": m.Name, "before": e.Name, "closed": !m.ClosedAt.IsZero(), "routing": routing})
		if m.Settings, err = json.Marshal(routing); err != nil {
			return store.Registered{}, err
		}
		return store.Registered{Merchants: []store.Merchant{m}}, nil
	})
	if err != nil {
		return Merchant{}, err
	}
	return r.Merchant(ctx, id)
}

func (c MerchantChange) apply(m *store.Merchant, routing *Routing, now time.Time) error {
	if c.Name != nil {
		m.Name = *c.Name
	}
	if c.Closed != nil && *c.Closed == m.ClosedAt.IsZero() {
		if m.ClosedAt = (time.Time{}); *c.Closed {
			m.ClosedAt = now
		}
	}
	if c.Prefer != nil {
		routing.Prefer = *c.Prefer
	}
	if c.FailOver != nil {
		routing.FailOver = *c.FailOver
	}
	if c.Within != nil {
		routing.Within = *c.Within
	}
	return routing.check()
}

// kind is what a change is called in the log of actions.
func (c MerchantChange) kind() string {
	switch {
	case c.Closed != nil && *c.Closed:
		return store.ActMerchantClosed
	case c.Closed != nil:
		return store.ActMerchantOpened
	case c.Name != nil && c.Prefer == nil && c.FailOver == nil && c.Within == nil:
		return store.ActMerchantRenamed
	}
	return store.ActMerchantChanged
}

// Merchants lists all, those of the configuration first, then in the order of ids.
func (r *Registry) Merchants(ctx context.Context) ([]Merchant, error) {
	if err := r.Refresh(ctx); err != nil {
		return nil, err
	}
	var list []Merchant
	for _, m := range r.Configured {
		list = append(list, configuredMerchant(m))
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, id := range slices.Sorted(maps.Keys(r.merchants)) {
		list = append(list, shownMerchant(r.merchants[id]))
	}
	return list, nil
}

// Merchant gives one. The error may be a *Refusal.
func (r *Registry) Merchant(ctx context.Context, id string) (Merchant, error) {
	if m, ok := r.configured[id]; ok {
		return configuredMerchant(m), nil
	}
	if err := r.Refresh(ctx); err != nil {
		return Merchant{}, err
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	e, err := r.own(id)
	if err != nil {
		return Merchant{}, err
	}
	return shownMerchant(e), nil
}

// CreateOutlet makes an outlet of a merchant. The error may be a *Refusal.
func (r *Registry) CreateOutlet(ctx context.Context, merchantID, id, name string) (merchant.Outlet, error) {
	o := merchant.Outlet{ID: id, MerchantID: merchantID, Name: name, CreatedAt: r.Now()}
	if err := checkID(id); err != nil {
		return o, err
	}
	did := &store.Action{Kind: store.ActOutletCreated, MerchantID: merchantID, Subject: id, Details: Details(map[string]any{"name": name})}
	return o, r.change(ctx, did, func() (store.Registered, error) {
		e, err := r.own(merchantID)
		if err != nil {
			return store.Registered{}, err
		}
		if _, exists := e.outlets[id]; exists {
			return store.Registered{}, &Refusal{CodeOutletExists, "id", "there is an outlet " + id + " already"}
		}
		return store.Registered{Outlets: []merchant.Outlet{o}}, nil
	})
}

// Outlets lists a merchant's in the order of ids. The error may be a *Refusal.
func (r *Registry) Outlets(ctx context.Context, merchantID string) (list []merchant.Outlet, err error) {
	if _, err := r.Merchant(ctx, merchantID); err != nil {
		return nil, err
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	if e := r.merchants[merchantID]; e != nil {
		for _, id := range slices.Sorted(maps.Keys(e.outlets)) {
			list = append(list, e.outlets[id])
		}
	}
	return list, nil
}

// Rewrap seals every data key again by the first master key, and tells how many there are.
func (r *Registry) Rewrap(ctx context.Context) (n int, err error) {
	did := &store.Action{Kind: store.ActKeysRewrapped}
	err = r.change(ctx, did, func() (store.Registered, error) {
		var all store.Registered
		for _, id := range slices.Sorted(maps.Keys(r.merchants)) {
			m := r.merchants[id].Merchant
			key, err := r.dataKey(m)
			if err == nil {
				m.DataKey, err = r.sealDataKey(id, key)
			}
			if err != nil {
				return all, err
			}
			all.Merchants = append(all.Merchants, m)
		}
		n = len(all.Merchants)
		did.Count = int64(n)
		return all, nil
	})
	return n, err
}

// randomKey is the random part of an API key.
func randomKey() string {
	var b [24]byte
	_, _ = rand.Read(b[:]) // it never fails: crypto/rand
	return hex.EncodeToString(b[:])
}

// compact writes JSON without what is only for the eye.
func compact(settings json.RawMessage) ([]byte, error) {
	var v map[string]any
	if err := json.Unmarshal(settings, &v); err != nil || v == nil {
		return nil, &Refusal{CodeAccountInvalid, "settings", "settings is not a JSON object"}
	}
	return json.Marshal(v)
}
