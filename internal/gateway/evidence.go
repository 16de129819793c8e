package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/lunas-pay/lunas/internal/config"
	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/evidence"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/registry"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/postgres"
	"github.com/lunas-pay/lunas/internal/store/sqlite"
)

// paymentReader is what documents of payments are made from.
type paymentReader interface {
	Load(ctx context.Context, merchantID, paymentID string) (payment.Payment, error)
	Exchanges(ctx context.Context, merchantID, paymentID string) ([]exchange.Part, error)
	Registered(ctx context.Context, after int64) (store.Registered, error)
	Secret(ctx context.Context, merchantID, name string) (sealed []byte, expires time.Time, err error)
	Close() error
}

// PaymentEvidence gives what was said about payments of a merchant, in the form of a run: a scenario for each payment.
// Gateways may go on working meanwhile. Of live payments tokens and signatures are cut. Tool is the program's version.
func PaymentEvidence(ctx context.Context, c config.Config, merchantID string, ids []string, tool string) (evidence.Run, error) {
	var db paymentReader
	var err error
	if isPostgres(c.Database) {
		db, err = postgres.Open(ctx, postgres.Options{DSN: c.Database})
	} else {
		db, err = sqlite.OpenReadOnly(ctx, c.Database)
	}
	if err != nil {
		return evidence.Run{}, err
	}
	defer db.Close()
	c, keyring, err := withKeptKeys(ctx, c, db)
	if err != nil {
		return evidence.Run{}, err
	}
	places, name, err := placesOf(ctx, c, db, merchantID)
	if err != nil {
		return evidence.Run{}, err
	}
	now := time.Now()
	r := evidence.Run{
		Format: evidence.Format, ID: "payments-" + now.In(payment.WIB).Format("20060102-150405"), Suite: "payments", Title: "Exchanges of payments",
		Merchant: name, Tool: tool, Ended: now,
	}
	for _, id := range ids {
		s, place, err := paymentScenario(ctx, db, keyring, places, merchantID, id)
		if err != nil {
			return evidence.Run{}, err
		}
		switch {
		case r.Environment == "":
			r.Environment, r.Account = place.Environment, place.ID
			host, _ := evidence.Host(place.URL)
			r.Counterparty = fmt.Sprintf("%s, %s system at %s", place.Rail, place.Environment, host)
			r.Emulated = evidence.Emulates(place.Environment, place.URL)
		case r.Environment != place.Environment:
			return evidence.Run{}, fmt.Errorf("payment %s was made in the environment %s, and others in %s: make one document for each",
				id, place.Environment, r.Environment)
		}
		if r.Began.IsZero() || s.Began.Before(r.Began) {
			r.Began = s.Began
		}
		r.Scenarios = append(r.Scenarios, s)
	}
	r.Target = r.Environment
	if r.Environment != "sandbox" && r.Environment != "staging" {
		r = r.CutAll()
	}
	return r, nil
}

// TestAccount chooses the account that conformance is tested with: of a rail, and not of production; of the configuration, or of
// a merchant that is data in its database, beside which gateways may go on working. MerchantID and accountID may be empty where
// there is only one. The name is the merchant's.
func TestAccount(ctx context.Context, c config.Config, of payment.Rail, merchantID, accountID string) (a merchant.Account, name string, err error) {
	all, trouble := accountsOf(ctx, c)
	var found []testable
	for _, o := range all {
		if (merchantID == "" || o.MerchantID == merchantID) && (accountID == "" || o.ID == accountID) && !o.Closed &&
			(o.Fault != "" || o.Rail == of && o.Environment != merchant.Production) {
			found = append(found, o)
		}
	}
	if len(found) > 1 { // one that cannot be used is told of only where there is no other
		found = slices.DeleteFunc(found, func(o testable) bool { return o.Fault != "" })
	}
	switch {
	case len(found) == 0 && trouble != nil:
		return a, "", fmt.Errorf("the configuration has no such account of rail %s, and the database cannot be looked into: %w", of, trouble)
	case len(found) == 0:
		return a, "", fmt.Errorf("there is no such account of rail %s in the environment staging or sandbox, neither in the configuration nor in the database; production is never tested against", of)
	case len(found) > 1:
		return a, "", fmt.Errorf("there are %d accounts of rail %s: choose one with --merchant and --account", len(found), of)
	case found[0].Fault != "":
		return a, "", fmt.Errorf("account %s of merchant %s cannot be used: %s", found[0].ID, found[0].MerchantID, found[0].Fault)
	}
	return found[0].Account, found[0].name, nil
}

// testable is an account, with its merchant's name.
type testable struct {
	registry.Opened
	name string
}

// accountsOf gives every account of the configuration, and of the merchants that are data; the error says why these could not be
// read.
func accountsOf(ctx context.Context, c config.Config) (all []testable, err error) {
	for _, m := range c.Merchants {
		for _, a := range m.Accounts {
			all = append(all, testable{registry.Opened{Account: a}, m.Name})
		}
	}
	keyring, err := Keyring(c)
	if err != nil {
		return all, err
	}
	var db interface {
		store.Registry
		Close() error
	}
	if isPostgres(c.Database) {
		db, err = postgres.Open(ctx, postgres.Options{DSN: c.Database})
	} else {
		db, err = sqlite.OpenReadOnly(ctx, c.Database)
	}
	if err != nil {
		return all, err
	}
	r := registry.New(registry.Options{
		Store: db, Keyring: keyring, Configured: c.Merchants, Read: config.Account,
		Open: func(a merchant.Account) (rail.Rail, error) {
			return rail.Open(a, exchange.NewTransport(exchange.Options{}), time.Now)
		},
		Set: func(context.Context, engine.Account) error { return nil },
	})
	err = r.Refresh(ctx)
	for _, o := range r.Opened() {
		name, _ := r.Name(o.MerchantID)
		all = append(all, testable{o, name})
	}
	return all, errors.Join(err, db.Close())
}

// place is what a document says of an account.
type place struct {
	ID, Rail, Environment, URL string
}

// placesOf gives the accounts of a merchant, of the configuration and of the registry, and the merchant's name.
func placesOf(ctx context.Context, c config.Config, db paymentReader, merchantID string) ([]place, string, error) {
	var places []place
	name := ""
	for _, m := range c.Merchants {
		if m.ID != merchantID {
			continue
		}
		name = m.Name
		for _, a := range m.Accounts {
			places = append(places, place{a.ID, string(a.Rail), string(a.Environment), a.URL})
		}
	}
	registered, err := db.Registered(ctx, 0)
	if err != nil {
		return nil, "", err
	}
	for _, m := range registered.Merchants {
		if m.ID == merchantID {
			name = m.Name
		}
	}
	for _, a := range registered.Accounts {
		var settings struct {
			Rail        string `json:"rail"`
			Environment string `json:"environment"`
			URL         string `json:"url"`
		}
		if a.MerchantID == merchantID && json.Unmarshal(a.Settings, &settings) == nil {
			places = append(places, place{a.ID, settings.Rail, settings.Environment, settings.URL})
		}
	}
	if len(places) == 0 {
		return nil, "", fmt.Errorf("there is no merchant %q with an account, neither in the configuration nor in the database", merchantID)
	}
	return places, name, nil
}

func paymentScenario(ctx context.Context, db paymentReader, keyring *exchange.Keyring, places []place, merchantID, id string) (evidence.Scenario, place, error) {
	p, err := db.Load(ctx, merchantID, id)
	if errors.Is(err, store.ErrNotFound) {
		return evidence.Scenario{}, place{}, fmt.Errorf("merchant %s has no payment %s", merchantID, id)
	}
	if err != nil {
		return evidence.Scenario{}, place{}, err
	}
	parts, err := db.Exchanges(ctx, merchantID, id)
	if err != nil {
		return evidence.Scenario{}, place{}, err
	}
	of := func(account string) (place, bool) {
		i := slices.IndexFunc(places, func(x place) bool { return x.ID == account })
		if i < 0 {
			return place{ID: account, Environment: "unknown"}, false
		}
		return places[i], true
	}
	where, ok := of(p.Account)
	if !ok {
		return evidence.Scenario{}, place{}, fmt.Errorf("payment %s was made at the account %q, which is not known here: its environment cannot be said", id, p.Account)
	}
	s := evidence.Scenario{
		ID: id, Title: fmt.Sprintf("Payment %s, %s, %s", p.Reference, p.Amount, p.State), API: string(p.Rail), Kind: "payment", Result: evidence.Shown,
		Began: p.CreatedAt, Ended: p.UpdatedAt, Payments: []string{id}, Note: "state " + string(p.State),
	}
	for _, part := range parts {
		if err := keyring.Open(&part); err != nil {
			return s, where, fmt.Errorf("payment %s: %w", id, err)
		}
		there, _ := of(part.Account)
		s.Exchanges = evidence.Pair(s.Exchanges, part, there.URL, there.Environment)
	}
	return s, where, nil
}

// NoteEvidence notes in a database that a document was made of a merchant's payments: which one, of how many, for which
// environment, with its hash.
func NoteEvidence(ctx context.Context, c config.Config, merchantID, document, environment, sha256 string, payments int, reason string) error {
	a := byHand(store.Action{
		Kind: store.ActEvidenceExported, MerchantID: merchantID, Subject: document, Count: int64(payments), Reason: reason,
		Details: registry.Details(map[string]any{"environment": environment, "sha256": sha256}),
	}).Action
	db, err := openLog(ctx, c.Database)
	if err != nil {
		return err
	}
	return errors.Join(db.AppendAction(ctx, a), db.Close())
}
