package onboarding

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/lunas-pay/lunas/internal/registry"
	"github.com/lunas-pay/lunas/internal/store"
)

// wib is the time in which files are named.
var wib = time.FixedZone("WIB", 7*60*60) // never written

// apply adds what was accepted to the merchants' accounts. What cannot be added keeps its reason and is tried again the next
// time; it keeps no other from being added.
func (o *Onboarding) apply(ctx context.Context, g Gate, m Mapping) error {
	known, err := o.known(ctx, g.ID)
	if err != nil {
		return err
	}
	for _, reference := range sortedKeys(known) {
		r := known[reference]
		if r.State != store.RegistrationAnswered {
			continue
		}
		next := r
		next.Account = m.Account.ID
		next.Terminal = fill(m.Terminal.ID, r)
		err := o.add(ctx, g, m, next)
		var refusal *registry.Refusal
		switch {
		case err == nil:
			next.State, next.Reason = store.RegistrationApplied, ""
		case errors.As(err, &refusal) || errors.Is(err, errNotYet):
			next.Reason = short(err.Error())
		default:
			return err
		}
		if next == r {
			continue
		}
		next.Version, next.ChangedAt = r.Version+1, o.Now()
		f, err := o.Store.RegistrationFile(ctx, r.FileID)
		if err != nil {
			return err
		}
		f.Version++
		if err := o.save(ctx, store.ActRegistrationsAnswered, f, []store.Registration{next}); err != nil {
			return err
		}
	}
	return nil
}

// errNotYet is for what an operator must do first.
var errNotYet = errors.New("accepted, and not applied")

// add puts a terminal into its account. One that is there already is fine.
func (o *Onboarding) add(ctx context.Context, g Gate, m Mapping, r store.Registration) error {
	_, err := o.Registry.ChangeAccount(ctx, r.MerchantID, r.Account, registry.AccountChange{
		Edit: func(settings json.RawMessage) (json.RawMessage, error) { return withTerminal(settings, m, r) },
	})
	var refusal *registry.Refusal
	switch {
	case errors.Is(err, errThere): // an earlier fetch has added it, and was not told so
		return nil
	case !errors.As(err, &refusal) || refusal.Code != registry.CodeAccountNotFound:
		return err
	case len(m.Account.Settings) == 0:
		return fmt.Errorf("%w: merchant %s has no account %s yet; make it with lunas accounts create, then fetch again", errNotYet, r.MerchantID, r.Account)
	}
	settings := maps.Clone(m.Account.Settings)
	settings["terminals"] = []any{terminal(m, r, "")}
	text, err := json.Marshal(settings)
	if err != nil {
		return fmt.Errorf("%w: account.settings of the mapping cannot be written as JSON", errNotYet)
	}
	_, err = o.Registry.CreateAccount(ctx, r.MerchantID, registry.NewAccount{ID: r.Account, Settings: text, Secrets: g.Secrets})
	return err
}

// errThere says that an account has a terminal already.
var errThere = errors.New("the account has this terminal")

// withTerminal adds a terminal to the settings of an account.
func withTerminal(text json.RawMessage, m Mapping, r store.Registration) (json.RawMessage, error) {
	var settings map[string]any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&settings); err != nil {
		return nil, fmt.Errorf("%w: the settings of account %s cannot be read", errNotYet, r.Account)
	}
	terminals, _ := settings["terminals"].([]any)
	merchantID := ""
	for _, t := range terminals {
		has, _ := t.(map[string]any)
		if has["tid"] == r.TID {
			return nil, errThere
		}
		if id, ok := has["merchant_id"].(string); ok && merchantID == "" {
			merchantID = id
		}
	}
	settings["terminals"] = append(slices.Clone(terminals), any(terminal(m, r, merchantID)))
	return json.Marshal(settings)
}

// terminal is one as an account's settings have it. MerchantID is that of the account's other terminals.
func terminal(m Mapping, r store.Registration, merchantID string) map[string]any {
	if m.Terminal.MerchantID != "" {
		merchantID = fill(m.Terminal.MerchantID, r)
	}
	t := map[string]any{
		"id": r.Terminal, "tid": r.TID, "mid": r.MID, "merchant_id": merchantID, "store_code": fill(m.Terminal.StoreCode, r),
	}
	if m.Terminal.Numbering != "" {
		t["numbering"] = m.Terminal.Numbering
	}
	return t
}

// fill writes what a registration is called; a merchant without outlets goes by its own id.
func fill(form string, r store.Registration) string {
	outlet := r.OutletID
	if outlet == "" {
		outlet = r.MerchantID
	}
	return named(form, "{merchant}", r.MerchantID, "{outlet}", outlet, "{tid}", r.TID)
}
