package api

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/registry"
	"github.com/lunas-pay/lunas/internal/store"
)

// This file is for who runs the gateway: merchants, their outlets, and their accounts at the rails.

// Merchant is a merchant of this gateway.
type Merchant struct {
	ID        string `json:"id" example:"kopi"`
	Name      string `json:"name" example:"Kopi Lunas"`
	CreatedAt *Time  `json:"created_at" nullable:"true" doc:"Null for those of the configuration file."`
	ClosedAt  *Time  `json:"closed_at" nullable:"true" doc:"Its keys stop and it takes no new payments from then on; those under way come to their ends, and are told. Null: it is open."`
	Routing
	Configured bool `json:"configured" doc:"It stands in the gateway's configuration file and can be changed only there."`
}

// Routing is by which rails a merchant's pushes are made where a payment names none.
type Routing struct {
	Prefer   []string `json:"prefer" nullable:"false" example:"[\"ovo\",\"doku\"]" doc:"Which rail is tried first; those that are not named come after them, as the accounts were made."`
	FailOver bool     `json:"fail_over" doc:"Go on to the next rail after an attempt that is known to have charged nobody."`
	Within   int64    `json:"fail_over_seconds" doc:"For how long after its request a payment may go on to another rail."`
}

// MerchantList is a page of merchants.
type MerchantList struct {
	Data       []Merchant `json:"data" nullable:"false"`
	NextCursor *string    `json:"next_cursor" doc:"For the next page; null on the last one."`
}

// NewMerchant is the body of a request for a merchant.
type NewMerchant struct {
	ID   string `json:"id" pattern:"^[a-z0-9][a-z0-9_-]{0,39}$" example:"kopi" doc:"Yours to choose; it stays."`
	Name string `json:"name" maxLength:"100" example:"Kopi Lunas"`
}

// MerchantChange is the body of a change of a merchant. What is left out stays.
type MerchantChange struct {
	Name     string   `json:"name,omitempty" maxLength:"100"`
	Closed   bool     `json:"closed,omitempty" doc:"true ends all its API keys and takes no new payments; those under way come to their ends. false opens it again, and its keys."`
	Prefer   []string `json:"prefer,omitempty" doc:"The whole new list: some of ovo, doku and faspay, the first is tried first."`
	FailOver bool     `json:"fail_over,omitempty" doc:"Go on to the next rail after an attempt that is known to have charged nobody."`
	Within   int64    `json:"fail_over_seconds,omitempty" minimum:"0" maximum:"3600" doc:"For how long after its request; 0: two minutes."`
}

// Outlet is one of a merchant's shops.
type Outlet struct {
	ID        string `json:"id" example:"tebet"`
	Name      string `json:"name" example:"Kopi Lunas Tebet"`
	CreatedAt Time   `json:"created_at"`
}

// OutletList is every outlet of a merchant.
type OutletList struct {
	Data []Outlet `json:"data" nullable:"false"`
}

// NewOutlet is the body of a request for an outlet.
type NewOutlet struct {
	ID   string `json:"id" pattern:"^[a-z0-9][a-z0-9_-]{0,39}$" example:"tebet"`
	Name string `json:"name" maxLength:"100"`
}

// Account is a merchant's account at a rail. It never shows a secret.
type Account struct {
	ID          string         `json:"id" example:"ovo"`
	Outlet      *string        `json:"outlet" doc:"The outlet whose it is; null: the merchant's as a whole."`
	Rail        string         `json:"rail" example:"ovo"`
	Environment string         `json:"environment" example:"production"`
	URL         string         `json:"url"`
	Terminals   []string       `json:"terminals" nullable:"false"`
	Settings    map[string]any `json:"settings,omitempty" doc:"With the keys of an account in the configuration file; left out for accounts of that file."`
	Credentials []Credentials  `json:"credentials" nullable:"false" doc:"Two while the provider changes them."`
	CreatedAt   *Time          `json:"created_at" nullable:"true"`
	ClosedAt    *Time          `json:"closed_at" nullable:"true" doc:"It takes no new payments from then on."`
	Fault       string         `json:"fault,omitempty" doc:"Why it cannot be used."`
	Configured  bool           `json:"configured" doc:"It stands in the gateway's configuration file and can be changed only there."`
}

// Credentials say which secrets there are, and nothing of them.
type Credentials struct {
	From    Time     `json:"from" doc:"They are signed with from then on."`
	InUse   bool     `json:"in_use" doc:"They are signed with now. What the provider signs is verified by the others too."`
	Expires *Time    `json:"expires_at" nullable:"true" doc:"When they are to be replaced; a notice says so in time. Null: nobody has said."`
	Secrets []string `json:"secrets" nullable:"false" example:"[\"app_key\"]"`
	Keys    []RSAKey `json:"keys" nullable:"false" doc:"Of the secrets, the RSA keys."`
}

// RSAKey is what may be known of an RSA key among an account's secrets.
type RSAKey struct {
	Secret      string `json:"secret" example:"private_key"`
	Bits        int    `json:"bits" example:"4096"`
	Fingerprint string `json:"fingerprint" doc:"Of the public half: SHA-256 of its X.509 form (DER), in hexadecimal digits." example:"SHA256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"`
}

// AccountList is every account of a merchant.
type AccountList struct {
	Data []Account `json:"data" nullable:"false"`
}

// NewAccount is the body of a request for an account.
type NewAccount struct {
	ID       string            `json:"id" pattern:"^[a-z0-9][a-z0-9_-]{0,39}$" example:"ovo" doc:"Yours to choose; it stays."`
	Outlet   string            `json:"outlet,omitempty" doc:"The outlet whose it is. Payments use it only when they name it or its terminal."`
	Settings map[string]any    `json:"settings" doc:"As an account in the configuration file, without id and without what says where a secret stands."`
	Secrets  map[string]string `json:"secrets" doc:"By the names of the configuration file without _file: app_key, client_secret, private_key, public_key, secret_key, password. They are sealed and never shown again."`
	Expires  string            `json:"expires_at,omitempty" doc:"When the secrets are to be replaced; a notice says so in time." example:"2027-03-21T00:00:00+07:00"`
}

// AccountChange is the body of a change of an account. What is left out stays. Rail and environment cannot be changed.
type AccountChange struct {
	Outlet   string         `json:"outlet,omitempty" doc:"Empty: the merchant's as a whole."`
	Settings map[string]any `json:"settings,omitempty" doc:"All of them anew."`
	Closed   bool           `json:"closed,omitempty" doc:"true takes no new payments; those under way are brought to their end. false opens it again."`
}

// NewCredentials is the body of a request for other credentials.
type NewCredentials struct {
	Secrets map[string]string `json:"secrets" doc:"Those that change."`
	From    string            `json:"from,omitempty" doc:"When they are signed with; now when left out." example:"2026-03-21T00:00:00+07:00"`
	Expires string            `json:"expires_at,omitempty" doc:"When they are to be replaced; a notice says so in time." example:"2027-03-21T00:00:00+07:00"`
}

// OneMerchant names a merchant.
type OneMerchant struct {
	ID string `path:"id" example:"kopi" doc:"The merchant's id."`
}

// OneAccount names an account.
type OneAccount struct {
	OneMerchant
	Account string `path:"account" example:"ovo" doc:"The account's id."`
}

// keyedMerchant and keyedAccount name something, and take an idempotency key.
type (
	keyedMerchant struct {
		OneMerchant
		KeyedDeed
	}
	keyedAccount struct {
		OneAccount
		KeyedDeed
	}
)

const (
	nameMax        = 100
	merchantsPath  = "/v1/merchants"
	oneMerchant    = merchantsPath + "/{id}"
	accountsPath   = oneMerchant + "/accounts"
	oneAccountPath = accountsPath + "/{account}"
)

type answered[T any] struct{ Body T }

func (s *server) routeMerchants() {
	tags := []string{"Merchants"}
	found := []string{"merchant_not_found", "unknown_parameter"}
	changes := append(codes("body", "invalid_field", "missing_field", "merchant_configured"), found...)
	register(s, huma.Operation{
		OperationID: "list-merchants", Method: http.MethodGet, Path: merchantsPath, Summary: "The merchants of this gateway", Tags: tags,
		Description: "Those of the configuration file first, then in the order of their ids.",
	}, answers{codes: codes("invalid_parameter", "invalid_cursor", "unknown_parameter")}, s.listMerchants)
	register(s, huma.Operation{
		OperationID: "create-merchant", Method: http.MethodPost, Path: merchantsPath, Summary: "Make a merchant", Tags: tags,
		DefaultStatus: http.StatusCreated,
	}, answers{
		codes: codes("body", "key", "unknown_parameter", "invalid_field", "missing_field", "invalid_id", "merchant_exists", "merchant_not_found"), body: body[NewMerchant](s, true),
		also: seenBefore(),
	}, s.createMerchant)
	register(s, huma.Operation{
		OperationID: "get-merchant", Method: http.MethodGet, Path: oneMerchant, Summary: "Get a merchant", Tags: tags,
	}, answers{codes: found}, s.getMerchant)
	register(s, huma.Operation{
		OperationID: "change-merchant", Method: http.MethodPatch, Path: oneMerchant, Summary: "Change a merchant, close or open it", Tags: tags,
	}, answers{codes: append(codes("routing_invalid"), changes...), body: body[MerchantChange](s, true)}, s.changeMerchant)
	register(s, huma.Operation{
		OperationID: "list-outlets", Method: http.MethodGet, Path: oneMerchant + "/outlets", Summary: "A merchant's outlets", Tags: tags,
	}, answers{codes: found}, s.listOutlets)
	register(s, huma.Operation{
		OperationID: "create-outlet", Method: http.MethodPost, Path: oneMerchant + "/outlets", Summary: "Make an outlet", Tags: tags,
		Description:   "For shops that have accounts of their own at the providers. A merchant with one account for all shops needs none.",
		DefaultStatus: http.StatusCreated,
	}, answers{codes: append(codes("key", "invalid_id", "outlet_exists", "outlet_not_found"), changes...), body: body[NewOutlet](s, true), also: seenBefore()}, s.createOutlet)
	s.routeAccounts(tags, found, changes)
}

func (s *server) routeAccounts(tags, found, changes []string) {
	one := append([]string{"account_not_found"}, found...)
	change := append(codes("account_not_found", "account_invalid", "account_clash", "outlet_not_found"), changes...)
	register(s, huma.Operation{
		OperationID: "list-accounts", Method: http.MethodGet, Path: accountsPath, Summary: "A merchant's accounts at the rails", Tags: tags,
	}, answers{codes: found}, s.listAccounts)
	register(s, huma.Operation{
		OperationID: "create-account", Method: http.MethodPost, Path: accountsPath, Summary: "Make an account", Tags: tags,
		Description:   "It takes payments at once, and by every gateway within about a second. Nothing is asked of the provider.",
		DefaultStatus: http.StatusCreated,
	}, answers{
		codes: append(codes("key", "invalid_id", "account_exists", "account_not_found", "account_invalid", "account_clash", "outlet_not_found"), changes...),
		body:  body[NewAccount](s, true), also: seenBefore(),
	}, s.createAccount)
	register(s, huma.Operation{
		OperationID: "get-account", Method: http.MethodGet, Path: oneAccountPath, Summary: "Get an account", Tags: tags,
	}, answers{codes: one}, s.getAccount)
	register(s, huma.Operation{
		OperationID: "change-account", Method: http.MethodPatch, Path: oneAccountPath, Summary: "Change, close or open an account", Tags: tags,
		Description: "Payments under way keep the terms that they began with.",
	}, answers{codes: change, body: body[AccountChange](s, true)}, s.changeAccount)
	register(s, huma.Operation{
		OperationID: "rotate-account-credentials", Method: http.MethodPost, Path: oneAccountPath + "/rotate_credentials",
		Summary: "Give an account other credentials", Tags: tags,
		Description: "They are signed with from the given time on. Until the others are retired, what the provider signs is verified by either.",
	}, answers{codes: append(codes("key"), change...), body: body[NewCredentials](s, true)}, s.rotateCredentials)
	register(s, huma.Operation{
		OperationID: "retire-account-credentials", Method: http.MethodPost, Path: oneAccountPath + "/retire_credentials",
		Summary: "Forget the credentials that are not signed with now", Tags: tags,
	}, answers{codes: append(codes("body", "key", "account_not_found", "account_invalid", "merchant_configured"), found...)}, s.retireCredentials)
}

func viewMerchant(m registry.Merchant) Merchant {
	within := m.Routing.Within
	if within == 0 {
		within = engine.DefaultFailOverWithin
	}
	return Merchant{
		ID: m.ID, Name: m.Name, CreatedAt: timePtr(m.CreatedAt), ClosedAt: timePtr(m.ClosedAt), Configured: m.Configured,
		Routing: Routing{Prefer: append([]string{}, m.Routing.Prefer...), FailOver: m.Routing.FailOver, Within: int64(within / time.Second)},
	}
}

// Paging is the part of a list that is wanted.
type Paging struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"100" doc:"How many at most."`
	Cursor string `query:"cursor" doc:"next_cursor of the page before."`
}

// pageOf gives a page of a list that is all there, whose things have ids, and the next page's cursor.
func pageOf[T any](in Paging, all []T, id func(T) string) (page []T, next *string, p *Problem) {
	if in.Cursor != "" {
		last := strings.TrimPrefix(in.Cursor, cursorPrefix)
		i := slices.IndexFunc(all, func(v T) bool { return id(v) == last })
		if i < 0 || last == in.Cursor {
			return nil, nil, problem("invalid_cursor", "this is not a cursor of ours").in("cursor")
		}
		all = all[i+1:]
	}
	if len(all) <= in.Limit {
		return all, nil, nil
	}
	page = all[:in.Limit]
	cursor := cursorPrefix + id(page[len(page)-1])
	return page, &cursor, nil
}

func (s *server) listMerchants(ctx context.Context, in *Paging) (*answered[MerchantList], error) {
	all, err := s.Registry.Merchants(ctx)
	if err != nil {
		return nil, err
	}
	page, next, p := pageOf(*in, all, func(m registry.Merchant) string { return m.ID })
	if p != nil {
		return nil, p
	}
	list := MerchantList{Data: []Merchant{}, NextCursor: next}
	for _, m := range page {
		list.Data = append(list.Data, viewMerchant(m))
	}
	return &answered[MerchantList]{list}, nil
}

func (s *server) createMerchant(ctx context.Context, _ *KeyedDeed) (*deedAnswer[Merchant], error) {
	return once(ctx, s, func(ctx context.Context, a store.Action) (*deedAnswer[Merchant], error) {
		m, err := s.Registry.Merchant(ctx, a.Subject)
		return doneBefore(viewMerchant(m), err)
	}, func(ctx context.Context) (*deedAnswer[Merchant], error) {
		var id, name string
		if p := s.readFields(callOf(ctx), fields{"id!": textInto(&id, 1, nameMax), "name!": textInto(&name, 1, nameMax)}); p != nil {
			return nil, p
		}
		m, err := s.Registry.CreateMerchant(ctx, id, name)
		return did(http.StatusCreated, viewMerchant(m), err)
	})
}

func (s *server) getMerchant(ctx context.Context, in *OneMerchant) (*answered[Merchant], error) {
	m, err := s.Registry.Merchant(ctx, in.ID)
	return &answered[Merchant]{viewMerchant(m)}, err
}

func (s *server) changeMerchant(ctx context.Context, in *OneMerchant) (*answered[Merchant], error) {
	var c registry.MerchantChange
	if p := s.readFields(callOf(ctx), fields{
		"name": func(m member) (p *Problem) {
			c.Name = new(string)
			return textInto(c.Name, 1, nameMax)(m)
		},
		"closed": boolInto(&c.Closed), "fail_over": boolInto(&c.FailOver), "prefer": listInto(&c.Prefer), "fail_over_seconds": secondsInto(&c.Within),
	}); p != nil {
		return nil, p
	}
	ctx, cancel := acting(ctx, store.DeedKey{})
	defer cancel()
	m, err := s.Registry.ChangeMerchant(ctx, in.ID, c)
	return &answered[Merchant]{viewMerchant(m)}, err
}

func viewOutlet(o merchant.Outlet) Outlet {
	return Outlet{ID: o.ID, Name: o.Name, CreatedAt: Time{o.CreatedAt}}
}

func (s *server) listOutlets(ctx context.Context, in *OneMerchant) (*answered[OutletList], error) {
	all, err := s.Registry.Outlets(ctx, in.ID)
	list := OutletList{Data: []Outlet{}}
	for _, o := range all {
		list.Data = append(list.Data, viewOutlet(o))
	}
	return &answered[OutletList]{list}, err
}

func (s *server) createOutlet(ctx context.Context, in *keyedMerchant) (*deedAnswer[Outlet], error) {
	return once(ctx, s, func(ctx context.Context, a store.Action) (*deedAnswer[Outlet], error) {
		all, err := s.Registry.Outlets(ctx, a.MerchantID)
		for _, o := range all {
			if o.ID == a.Subject {
				return doneBefore(viewOutlet(o), nil)
			}
		}
		return nil, cmp.Or[error](err, problem("outlet_not_found", "there is no such outlet"))
	}, func(ctx context.Context) (*deedAnswer[Outlet], error) {
		var id, name string
		if p := s.readFields(callOf(ctx), fields{"id!": textInto(&id, 1, nameMax), "name!": textInto(&name, 1, nameMax)}); p != nil {
			return nil, p
		}
		o, err := s.Registry.CreateOutlet(ctx, in.ID, id, name)
		return did(http.StatusCreated, viewOutlet(o), err)
	})
}

func viewAccount(a registry.Account) (Account, error) {
	v := Account{
		ID: a.ID, Rail: a.Rail, Environment: a.Environment, URL: a.URL, Terminals: append([]string{}, a.Terminals...),
		Credentials: []Credentials{}, CreatedAt: timePtr(a.CreatedAt), ClosedAt: timePtr(a.ClosedAt), Fault: a.Fault, Configured: a.Configured,
	}
	if a.Outlet != "" {
		v.Outlet = &a.Outlet
	}
	for _, c := range a.Credentials {
		shown := Credentials{From: Time{c.From}, InUse: c.InUse, Expires: timePtr(c.Expires), Secrets: c.Secrets, Keys: []RSAKey{}}
		for _, k := range c.Keys {
			shown.Keys = append(shown.Keys, RSAKey(k))
		}
		v.Credentials = append(v.Credentials, shown)
	}
	if len(a.Settings) == 0 {
		return v, nil
	}
	return v, json.Unmarshal(a.Settings, &v.Settings)
}

func accountAnswer(a registry.Account, err error) (*answered[Account], error) {
	if err != nil {
		return nil, err
	}
	v, err := viewAccount(a)
	return &answered[Account]{v}, err
}

func (s *server) listAccounts(ctx context.Context, in *OneMerchant) (*answered[AccountList], error) {
	all, err := s.Registry.Accounts(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	list := AccountList{Data: []Account{}}
	for _, a := range all {
		v, err := viewAccount(a)
		if err != nil {
			return nil, err
		}
		list.Data = append(list.Data, v)
	}
	return &answered[AccountList]{list}, nil
}

// onceAccount does something to an account.
func (s *server) onceAccount(ctx context.Context, status int, do func(context.Context) (registry.Account, error)) (*deedAnswer[Account], error) {
	return once(ctx, s, func(ctx context.Context, a store.Action) (*deedAnswer[Account], error) {
		now, err := s.Registry.Account(ctx, a.MerchantID, a.Subject)
		if err != nil {
			return nil, err
		}
		return doneBefore(viewAccount(now))
	}, func(ctx context.Context) (*deedAnswer[Account], error) {
		a, err := do(ctx)
		if err != nil {
			return nil, err
		}
		v, err := viewAccount(a)
		return did(status, v, err)
	})
}

func (s *server) createAccount(ctx context.Context, in *keyedMerchant) (*deedAnswer[Account], error) {
	return s.onceAccount(ctx, http.StatusCreated, func(ctx context.Context) (registry.Account, error) {
		var n registry.NewAccount
		if p := s.readFields(callOf(ctx), fields{
			"id!": textInto(&n.ID, 1, nameMax), "outlet": textInto(&n.Outlet, 1, nameMax), "settings!": rawInto(&n.Settings), "secrets!": textsInto(&n.Secrets),
			"expires_at": timeInto(&n.Expires),
		}); p != nil {
			return registry.Account{}, p
		}
		return s.Registry.CreateAccount(ctx, in.ID, n)
	})
}

func (s *server) getAccount(ctx context.Context, in *OneAccount) (*answered[Account], error) {
	return accountAnswer(s.Registry.Account(ctx, in.ID, in.Account))
}

func (s *server) changeAccount(ctx context.Context, in *OneAccount) (*answered[Account], error) {
	var c registry.AccountChange
	if p := s.readFields(callOf(ctx), fields{
		"outlet": func(m member) (p *Problem) {
			var outlet string
			p = textInto(&outlet, 0, nameMax)(m)
			c.Outlet = &outlet
			return p
		},
		"settings": rawInto(&c.Settings), "closed": boolInto(&c.Closed),
	}); p != nil {
		return nil, p
	}
	ctx, cancel := acting(ctx, store.DeedKey{})
	defer cancel()
	return accountAnswer(s.Registry.ChangeAccount(ctx, in.ID, in.Account, c))
}

func (s *server) rotateCredentials(ctx context.Context, in *keyedAccount) (*deedAnswer[Account], error) {
	return s.onceAccount(ctx, http.StatusOK, func(ctx context.Context) (registry.Account, error) {
		var to registry.Rotation
		if p := s.readFields(callOf(ctx), fields{
			"secrets!": textsInto(&to.Secrets), "from": timeInto(&to.From), "expires_at": timeInto(&to.Expires),
		}); p != nil {
			return registry.Account{}, p
		}
		return s.Registry.RotateCredentials(ctx, in.ID, in.Account, to)
	})
}

func (s *server) retireCredentials(ctx context.Context, in *keyedAccount) (*deedAnswer[Account], error) {
	return s.onceAccount(ctx, http.StatusOK, func(ctx context.Context) (registry.Account, error) {
		return s.Registry.RetireCredentials(ctx, in.ID, in.Account)
	})
}

// timeInto takes a time.
func timeInto(to *time.Time) func(member) *Problem {
	return func(m member) *Problem {
		written, p := text(m.name, m.value)
		if p == nil {
			*to, p = fieldTime(m.name, written)
		}
		return p
	}
}
