package lunas

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// This file is for who runs a gateway: what it asks for needs a key of the platform, lunas_admin_…, but for a merchant's own
// API keys.

// Merchants gives the merchants of the gateway.
func (c *Client) Merchants() Merchants { return Merchants{c} }

// Merchants makes and changes merchants, with a key of the platform.
type Merchants struct{ client *Client }

// Merchant is a merchant of the gateway.
type Merchant struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	CreatedAt  *time.Time `json:"created_at"` // nil for those of the configuration file
	ClosedAt   *time.Time `json:"closed_at"`  // its keys stop and it takes no new payments from then on; nil: it is open
	Prefer     []string   `json:"prefer"`     // which rail is tried first
	FailOver   bool       `json:"fail_over"`  // on to the next rail after an attempt that charged nobody
	Within     int64      `json:"fail_over_seconds"`
	Configured bool       `json:"configured"` // it stands in the gateway's configuration file and can be changed only there
}

// MerchantChange is a change of a merchant. What is nil stays.
type MerchantChange struct {
	Name     *string   `json:"name,omitempty"`
	Closed   *bool     `json:"closed,omitempty"` // true ends its keys and takes no new payments; false opens it again
	Prefer   *[]string `json:"prefer,omitempty"` // the whole new list: some of ovo, doku and faspay
	FailOver *bool     `json:"fail_over,omitempty"`
	Within   *int64    `json:"fail_over_seconds,omitempty"` // 0: two minutes
}

// All gives all, those of the configuration file first. An error ends it.
func (m Merchants) All(ctx context.Context) iter.Seq2[*Merchant, error] {
	return pages[Merchant](ctx, m.client, url.Values{}, "/v1/merchants")
}

// List gives all at once.
func (m Merchants) List(ctx context.Context) ([]Merchant, error) { return collect(m.All(ctx)) }

func collect[T any](all iter.Seq2[*T, error]) (list []T, err error) {
	for v, err := range all {
		if err != nil {
			return nil, err
		}
		list = append(list, *v)
	}
	return list, nil
}

// Change changes a merchant, closes or opens it.
func (m Merchants) Change(ctx context.Context, id string, c MerchantChange) (*Merchant, error) {
	return send[Merchant](ctx, m.client, http.MethodPatch, c, "/v1/merchants/{}", id)
}

// Get gives one.
func (m Merchants) Get(ctx context.Context, id string) (*Merchant, error) {
	return get[Merchant](ctx, m.client, "/v1/merchants/{}", id)
}

// Create makes a merchant under an id of one's own choice, of small letters, digits, - and _.
func (m Merchants) Create(ctx context.Context, id, name string) (*Merchant, error) {
	return send[Merchant](ctx, m.client, http.MethodPost, map[string]string{"id": id, "name": name}, "/v1/merchants")
}

// Rename gives a merchant another name.
func (m Merchants) Rename(ctx context.Context, id, name string) (*Merchant, error) {
	return send[Merchant](ctx, m.client, http.MethodPatch, map[string]string{"name": name}, "/v1/merchants/{}", id)
}

// Outlet is one of a merchant's shops, where those have accounts of their own.
type Outlet struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	CreatedAt time.Time `json:"created_at"`
}

// Outlets lists a merchant's.
func (m Merchants) Outlets(ctx context.Context, id string) ([]Outlet, error) {
	return list[Outlet](ctx, m.client, "/v1/merchants/{}/outlets", id)
}

// CreateOutlet makes an outlet of a merchant.
func (m Merchants) CreateOutlet(ctx context.Context, id, outlet, name string) (*Outlet, error) {
	return send[Outlet](ctx, m.client, http.MethodPost, map[string]string{"id": outlet, "name": name}, "/v1/merchants/{}/outlets", id)
}

// Accounts gives a merchant's accounts at the rails.
func (m Merchants) Accounts(merchantID string) Accounts { return Accounts{m.client, merchantID} }

// Accounts makes and changes a merchant's accounts, with a key of the platform.
type Accounts struct {
	client   *Client
	merchant string
}

// Account is a merchant's account at a rail. Its secrets are never given.
type Account struct {
	ID          string          `json:"id"`
	Outlet      *string         `json:"outlet"` // nil: it is the merchant's as a whole
	Rail        string          `json:"rail"`
	Environment string          `json:"environment"`
	URL         string          `json:"url"`
	Terminals   []string        `json:"terminals"`
	Settings    json.RawMessage `json:"settings"` // with the keys of an account in the configuration file
	Credentials []Credentials   `json:"credentials"`
	CreatedAt   *time.Time      `json:"created_at"`
	ClosedAt    *time.Time      `json:"closed_at"` // it takes no new payments from then on
	Fault       string          `json:"fault"`     // why it cannot be used; empty: it can
	Configured  bool            `json:"configured"`
}

// Credentials say which secrets an account has, and nothing of them.
type Credentials struct {
	From    time.Time `json:"from"`   // they are signed with from then on
	InUse   bool      `json:"in_use"` // they are signed with now
	Secrets []string  `json:"secrets"`
	Keys    []RSAKey  `json:"keys"` // of these, the RSA keys
	// ExpiresAt is when they are to be replaced; nil: nobody has said.
	ExpiresAt *time.Time `json:"expires_at"`
}

// RSAKey is what may be known of an RSA key among an account's secrets.
type RSAKey struct {
	Secret      string `json:"secret"` // its name, such as private_key
	Bits        int    `json:"bits"`
	Fingerprint string `json:"fingerprint"` // of the public half: SHA256: and the digest of its X.509 form
}

// NewAccount is an account to be made.
type NewAccount struct {
	ID       string            `json:"id"`
	Outlet   string            `json:"outlet,omitempty"`
	Settings json.RawMessage   `json:"settings"` // as an account in the configuration file, without id and secrets
	Secrets  map[string]Secret `json:"-"`        // app_key, client_secret, …
	// ExpiresAt is when the secrets are to be replaced; nil: nobody says.
	ExpiresAt *time.Time `json:"expires_at,omitempty"`
}

// AccountChange is a change of an account. What is nil stays.
type AccountChange struct {
	Outlet   *string         `json:"outlet,omitempty"` // empty: the merchant's as a whole
	Settings json.RawMessage `json:"settings,omitempty"`
	Closed   *bool           `json:"closed,omitempty"` // true takes no new payments; those under way go on
}

const onAccount = "/v1/merchants/{}/accounts/{}"

// List gives all.
func (a Accounts) List(ctx context.Context) ([]Account, error) {
	return list[Account](ctx, a.client, "/v1/merchants/{}/accounts", a.merchant)
}

// Get gives one.
func (a Accounts) Get(ctx context.Context, id string) (*Account, error) {
	return get[Account](ctx, a.client, onAccount, a.merchant, id)
}

// Create makes an account, which takes payments at once.
func (a Accounts) Create(ctx context.Context, n NewAccount) (*Account, error) {
	body := struct {
		NewAccount
		Secrets map[string]string `json:"secrets"`
	}{n, revealed(n.Secrets)}
	return send[Account](ctx, a.client, http.MethodPost, body, "/v1/merchants/{}/accounts", a.merchant)
}

// Change changes an account. Payments under way keep the terms that they began with.
func (a Accounts) Change(ctx context.Context, id string, c AccountChange) (*Account, error) {
	return send[Account](ctx, a.client, http.MethodPatch, c, onAccount, a.merchant, id)
}

// Rotation are secrets that take the place of others. Those that are not named stay.
type Rotation struct {
	Secrets map[string]Secret
	From    time.Time // they are signed with from then on; zero: at once
	Expires time.Time // when they are to be replaced; zero: nobody says
}

// RotateCredentials gives an account other secrets. What the provider signs is verified by either until RetireCredentials.
func (a Accounts) RotateCredentials(ctx context.Context, id string, to Rotation) (*Account, error) {
	body := map[string]any{"secrets": revealed(to.Secrets)}
	if !to.From.IsZero() {
		body["from"] = to.From.Format(time.RFC3339)
	}
	if !to.Expires.IsZero() {
		body["expires_at"] = to.Expires.Format(time.RFC3339)
	}
	return send[Account](ctx, a.client, http.MethodPost, body, onAccount+"/rotate_credentials", a.merchant, id)
}

// RetireCredentials forgets the secrets that are not signed with now.
func (a Accounts) RetireCredentials(ctx context.Context, id string) (*Account, error) {
	return send[Account](ctx, a.client, http.MethodPost, nil, onAccount+"/retire_credentials", a.merchant, id)
}

// revealed are secrets on their way to the gateway.
func revealed(secrets map[string]Secret) map[string]string {
	plain := make(map[string]string, len(secrets))
	for name, s := range secrets {
		plain[name] = s.Reveal()
	}
	return plain
}

// APIKeys gives the caller's own API keys: of its mode, or the platform's.
func (c *Client) APIKeys() APIKeys { return APIKeys{c, "/v1/api_keys", nil} }

// APIKeys gives a merchant's API keys, with a key of the platform.
func (m Merchants) APIKeys(merchantID string) APIKeys {
	return APIKeys{m.client, "/v1/merchants/{}/api_keys", []string{merchantID}}
}

// APIKeys makes and ends API keys. It needs a key with the scope admin.
type APIKeys struct {
	client *Client
	path   string
	args   []string
}

// APIKey is an API key. Key is given by Create and Rotate, once; else it is empty.
type APIKey struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Hint       string     `json:"hint"`   // how the key begins
	Mode       string     `json:"mode"`   // test or live; empty for the platform's own
	Scopes     []string   `json:"scopes"` // read, pay, refund, admin
	CreatedAt  *time.Time `json:"created_at"`
	ExpiresAt  *time.Time `json:"expires_at"`   // nil: never
	LastUsedAt *time.Time `json:"last_used_at"` // late by up to a minute
	RevokedAt  *time.Time `json:"revoked_at"`
	Key        Secret     `json:"key"`
}

func (k *APIKey) secret() Secret { return k.Key }

// NewAPIKey is an API key to be made.
type NewAPIKey struct {
	Name      string     `json:"name,omitempty"`
	Mode      string     `json:"mode,omitempty"` // test or live; empty: that of the asking key
	Scopes    []string   `json:"scopes"`
	ExpiresAt *time.Time `json:"expires_at,omitempty"`
}

// All gives all, ended ones too, the oldest first. An error ends it.
func (k APIKeys) All(ctx context.Context) iter.Seq2[*APIKey, error] {
	return pages[APIKey](ctx, k.client, url.Values{}, k.path, k.args...)
}

// List gives all at once.
func (k APIKeys) List(ctx context.Context) ([]APIKey, error) { return collect(k.All(ctx)) }

// Create makes an API key. Keep its Key: it is given only now. The error may be ErrSecretNotShown.
func (k APIKeys) Create(ctx context.Context, n NewAPIKey) (*APIKey, error) {
	return send[APIKey](ctx, k.client, http.MethodPost, n, k.path, k.args...)
}

// Rotate makes a key like another one, which ends when the overlap, of whole seconds, is over. The error may be
// ErrSecretNotShown.
func (k APIKeys) Rotate(ctx context.Context, id string, overlap time.Duration) (*APIKey, error) {
	body := map[string]int64{"overlap_seconds": int64(overlap / time.Second)}
	return send[APIKey](ctx, k.client, http.MethodPost, body, k.path+"/{}/rotate", append(k.args[:len(k.args):len(k.args)], id)...)
}

// Revoke ends a key now.
func (k APIKeys) Revoke(ctx context.Context, id string) (*APIKey, error) {
	ended, err := send[APIKey](ctx, k.client, http.MethodPost, nil, k.path+"/{}/revoke", append(k.args[:len(k.args):len(k.args)], id)...)
	if errors.Is(err, ErrSecretNotShown) { // none was wanted
		err = nil
	}
	return ended, err
}
