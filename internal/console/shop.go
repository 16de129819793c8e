package console

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/lunas-pay/lunas/internal/language"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/registry"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/wording"
)

// This file shows what a merchant is made of, and where its owner changes it: outlets, accounts and their terminals, API keys.
// Merchants of the configuration file are only shown. Developers look and end keys; owners do the rest.

func (s *server) shopRoutes() []route {
	return []route{
		{"GET /console/merchants", operator.Developer, s.shopsPage, "shops"},
		{"GET /console/m/{merchant}/merchant", operator.Developer, s.shopPage, "shop"},
		{"GET /console/m/{merchant}/merchant/outlets/new", operator.Owner, s.newOutletPage, ""},
		{"POST /console/m/{merchant}/merchant/outlets/new", operator.Owner, s.newOutlet, ""},
		{"GET /console/m/{merchant}/merchant/accounts/{id}/switch", operator.Owner, s.switchPage, ""},
		{"POST /console/m/{merchant}/merchant/accounts/{id}/switch", operator.Owner, s.switchAccount, ""},
		{"GET /console/m/{merchant}/merchant/accounts/{id}/terminals/new", operator.Owner, s.newTerminalPage, ""},
		{"POST /console/m/{merchant}/merchant/accounts/{id}/terminals/new", operator.Owner, s.newTerminal, ""},
		{"GET /console/m/{merchant}/registrations", operator.Developer, s.registrationsPage, "registrations"},
		{"GET /console/m/{merchant}/keys/new", operator.Owner, s.newKeyPage, ""},
		{"POST /console/m/{merchant}/keys/new", operator.Owner, s.newKey, ""},
		{"GET /console/m/{merchant}/keys/{id}/revoke", operator.Developer, s.revokeKeyPage, ""},
		{"POST /console/m/{merchant}/keys/{id}/revoke", operator.Developer, s.revokeKey, ""},
	}
}

// as is the context in which the visitor changes the registry, which writes it into the log of actions.
func (v *visit) as(reason string) context.Context {
	return registry.As(v.r.Context(), registry.By{Actor: v.User.ID, Reason: reason})
}

// shopsView is a page of merchants.
type shopsView struct {
	List []registry.Merchant
	More string
}

// shopsPage lists the merchants of which the visitor is developer or owner, in the order of ids.
func (s *server) shopsPage(v *visit) error {
	if s.Registry == nil {
		return store.ErrNotFound
	}
	all, err := s.Registry.Merchants(v.r.Context())
	if err != nil {
		return err
	}
	after := v.r.URL.Query().Get("after")
	var d shopsView
	slices.SortFunc(all, func(a, b registry.Merchant) int { return cmp.Compare(a.ID, b.ID) })
	for _, m := range all {
		if m.ID <= after || !v.User.May(operator.Developer, m.ID) {
			continue
		}
		if len(d.List) == pageSize {
			d.More = "/console/merchants?after=" + d.List[pageSize-1].ID
			break
		}
		d.List = append(d.List, m)
	}
	return v.show("shops", d)
}

// shopAccount is an account as it is shown: which secrets it has, and nothing of them.
type shopAccount struct {
	registry.Account
	Places   []merchant.Terminal
	Revision string         // of its terms
	Keys     []registry.Key // of the credentials in use
}

// shopView is a merchant with what it is made of.
type shopView struct {
	registry.Merchant
	Outlets   []merchant.Outlet
	Accounts  []shopAccount
	Keys      keysView
	Endpoints []store.Endpoint
	Known     []store.Registration
}

func (s *server) shopPage(v *visit) (err error) {
	ctx := v.r.Context()
	var d shopView
	if d.Merchant, err = s.shop(v); err != nil {
		return err
	}
	if d.Outlets, err = s.Registry.Outlets(ctx, v.Merchant.ID); err != nil {
		return err
	}
	accounts, err := s.Registry.Accounts(ctx, v.Merchant.ID)
	if err != nil {
		return err
	}
	for _, a := range accounts {
		d.Accounts = append(d.Accounts, s.shopAccount(v.Merchant.ID, a))
	}
	if d.Keys, err = s.keysOf(v); err != nil {
		return err
	}
	for _, mode := range []payment.Mode{payment.Live, payment.Test} {
		some, err := s.Engine.Store.Endpoints(ctx, v.Merchant.ID, mode)
		if err != nil {
			return err
		}
		d.Endpoints = append(d.Endpoints, some...)
	}
	if d.Known, err = s.Engine.Store.Registrations(ctx, v.Merchant.ID); err != nil {
		return err
	}
	return v.show("shop", d)
}

// shop gives the page's merchant as the registry has it.
func (s *server) shop(v *visit) (registry.Merchant, error) {
	if s.Registry == nil {
		return registry.Merchant{}, store.ErrNotFound
	}
	m, err := s.Registry.Merchant(v.r.Context(), v.Merchant.ID)
	return m, orNotFound(err)
}

// orNotFound makes of what the registry does not know what the console does not know either.
func orNotFound(err error) error {
	if refusal, ok := registry.IsRefusal(err); ok && (refusal.Code == registry.CodeMerchantNotFound || refusal.Code == registry.CodeAccountNotFound || refusal.Code == registry.CodeKeyNotFound) {
		return store.ErrNotFound
	}
	return err
}

func (s *server) shopAccount(merchantID string, a registry.Account) shopAccount {
	out := shopAccount{Account: a, Revision: s.Engine.TermsRevision(merchantID, a.ID)}
	for _, known := range s.Engine.AccountsOf(merchantID) {
		if known.ID == a.ID {
			out.Places = known.Terminals
		}
	}
	for _, c := range a.Credentials {
		if c.InUse {
			out.Keys = c.Keys
		}
	}
	return out
}

// own gives the page's merchant for a change: one of the configuration file is changed there only.
func (s *server) own(v *visit) (m registry.Merchant, err error) {
	if m, err = s.shop(v); err == nil && m.Configured {
		err = wrong(http.StatusConflict, sayConfigured[0], sayConfigured[1])
	}
	return m, err
}

// refusedShop says why the registry takes a change not; false: it did not refuse, and err is something else.
func (s *server) refusedShop(err error) (wording.Words, bool) {
	refusal, ok := registry.IsRefusal(err)
	if !ok {
		return wording.Words{}, false
	}
	if w, known := s.pages.words["refused_"+refusal.Code]; known {
		return w, true
	}
	return language.Words{ID: "Ini ditolak: %s", EN: "This is refused: %s"}.With(refusal.Message), true
}

// changed ends a form: what was refused is shown in it again, else the visitor goes on.
func (s *server) changed(v *visit, name string, form any, err error, to string) error {
	if w, refused := s.refusedShop(err); refused {
		return v.again(name, form, w)
	}
	if err != nil {
		return err
	}
	return v.redirect(to)
}

// outletForm is a new outlet.
type outletForm struct{ ID, Name, Reason string }

func (s *server) newOutletPage(v *visit) error {
	if _, err := s.own(v); err != nil {
		return err
	}
	return v.show("new_outlet", outletForm{})
}

func (s *server) newOutlet(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return err
	}
	if _, err := s.own(v); err != nil {
		return err
	}
	f := outletForm{v.r.PostForm.Get("id"), v.r.PostForm.Get("name"), v.r.PostForm.Get("reason")}
	reason, err := operator.CheckReason(f.Reason)
	switch {
	case err != nil:
		return v.again("new_outlet", f, sayReason)
	case !shownName(f.Name) || f.Name == "":
		return v.again("new_outlet", f, sayShopName)
	}
	_, err = s.Registry.CreateOutlet(v.as(reason), v.Merchant.ID, f.ID, f.Name)
	return s.changed(v, "new_outlet", f, err, v.at("merchant")+"?done=outlet")
}

// shownName tells whether people can call something so: at most 100 characters in one line; empty is fine.
func shownName(name string) bool {
	const most = 100
	return len([]rune(name)) <= most && !slices.ContainsFunc([]rune(name), func(r rune) bool { return r < ' ' || r == 0x7f })
}

// switchForm closes an account, or opens one.
type switchForm struct {
	shopAccount
	Reason string
}

func (s *server) switchForm(v *visit) (f switchForm, err error) {
	if _, err = s.own(v); err != nil {
		return f, err
	}
	a, err := s.Registry.Account(v.r.Context(), v.Merchant.ID, v.r.PathValue("id"))
	f.shopAccount = s.shopAccount(v.Merchant.ID, a)
	return f, orNotFound(err)
}

func (s *server) switchPage(v *visit) error {
	f, err := s.switchForm(v)
	if err != nil {
		return err
	}
	return v.show("switch", f)
}

// switchAccount does what the form says that it does, and not what the account's state says by now: who presses twice, or
// after somebody else, does nothing more.
func (s *server) switchAccount(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return err
	}
	f, err := s.switchForm(v)
	if err != nil {
		return err
	}
	f.Reason = v.r.PostForm.Get("reason")
	var closed bool
	switch v.r.PostForm.Get("to") {
	case "off":
		closed = true
	case "on":
	default:
		return badRequest()
	}
	reason, err := operator.CheckReason(f.Reason)
	if err != nil {
		return v.again("switch", f, sayReason)
	}
	if closed != f.ClosedAt.IsZero() {
		return v.redirect(v.at("merchant")) // it is so already
	}
	_, err = s.Registry.ChangeAccount(v.as(reason), v.Merchant.ID, f.ID, registry.AccountChange{Closed: &closed})
	return s.changed(v, "switch", f, err, v.at("merchant")+"?done=account")
}

// placeForm is a new terminal of an account.
type placeForm struct {
	switchForm
	Terminal, TID, MID, Store, Owner string
}

func (s *server) newTerminalPage(v *visit) error {
	f, err := s.switchForm(v)
	if err != nil {
		return err
	}
	p := placeForm{switchForm: f}
	if len(f.Places) > 0 {
		p.MID, p.Owner = f.Places[0].MID, f.Places[0].MerchantID
	}
	return v.show("new_terminal", p)
}

func (s *server) newTerminal(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return err
	}
	f, err := s.switchForm(v)
	if err != nil {
		return err
	}
	form := v.r.PostForm
	p := placeForm{f, form.Get("id"), form.Get("tid"), form.Get("mid"), form.Get("store_code"), form.Get("merchant_id")}
	p.Reason = form.Get("reason")
	reason, err := operator.CheckReason(p.Reason)
	if err != nil {
		return v.again("new_terminal", p, sayReason)
	}
	_, err = s.Registry.ChangeAccount(v.as(reason), v.Merchant.ID, f.ID, registry.AccountChange{Edit: p.add})
	return s.changed(v, "new_terminal", p, err, v.at("merchant")+"?done=terminal")
}

// add puts the terminal into an account's settings; whoever reads them says what is wrong with it.
func (p placeForm) add(text json.RawMessage) (json.RawMessage, error) {
	var settings map[string]json.RawMessage
	if err := json.Unmarshal(text, &settings); err != nil {
		return nil, fmt.Errorf("read the settings of account %s: %w", p.ID, err)
	}
	var terminals []json.RawMessage
	if has := settings["terminals"]; len(has) > 0 {
		if err := json.Unmarshal(has, &terminals); err != nil {
			return nil, fmt.Errorf("read the terminals of account %s: %w", p.ID, err)
		}
	}
	made := map[string]string{}
	for name, value := range map[string]string{"id": p.Terminal, "tid": p.TID, "mid": p.MID, "store_code": p.Store, "merchant_id": p.Owner} {
		if value != "" {
			made[name] = value
		}
	}
	one, err := json.Marshal(made)
	if err == nil {
		settings["terminals"], err = json.Marshal(append(terminals, one))
	}
	if err != nil {
		return nil, err
	}
	return json.Marshal(settings)
}

// newKeyForm is a new API key.
type newKeyForm struct {
	Name, Days string
	Mode       payment.Mode
	Chosen     []merchant.Scope
	Reason     string
}

// Scopes lists the choices, Has tells which are chosen, and Lives after how many days a key can end; empty: never.
func (newKeyForm) Scopes() []merchant.Scope    { return merchant.Scopes() }
func (f newKeyForm) Has(s merchant.Scope) bool { return slices.Contains(f.Chosen, s) }
func (newKeyForm) Lives() []string             { return []string{"30", "90", "365", ""} }
func (newKeyForm) Modes() []payment.Mode       { return []payment.Mode{payment.Test, payment.Live} }

// madeKey is a key that was just made, shown this once.
type madeKey struct {
	merchant.APIKey
	Key string
}

func (s *server) newKeyPage(v *visit) error {
	if _, err := s.own(v); err != nil {
		return err
	}
	return v.show("new_key", newKeyForm{Mode: payment.Test, Days: "365", Chosen: []merchant.Scope{merchant.Read, merchant.Pay}})
}

// newKeyFormOf reads the form.
func newKeyFormOf(v *visit) (f newKeyForm, k merchant.APIKey, what wording.Words, reason string) {
	form := v.r.PostForm
	f = newKeyForm{Name: form.Get("name"), Days: form.Get("days"), Mode: payment.Mode(form.Get("mode")), Reason: form.Get("reason")}
	k = merchant.APIKey{MerchantID: v.Merchant.ID, Mode: f.Mode, Name: f.Name}
	for _, scope := range merchant.Scopes() {
		if slices.Contains(form["scope"], string(scope)) {
			f.Chosen = append(f.Chosen, scope)
		}
	}
	k.Scopes = f.Chosen
	if days, err := strconv.Atoi(f.Days); err == nil {
		k.Expires = v.s.Now().Add(time.Duration(days) * 24 * time.Hour)
	}
	reason, err := operator.CheckReason(f.Reason)
	switch {
	case !slices.Contains(f.Modes(), f.Mode):
		what = sayMode
	case f.Name == "" || !shownName(f.Name):
		what = sayShopName
	case len(f.Chosen) == 0:
		what = sayScopes
	case !slices.Contains(f.Lives(), f.Days):
		what = sayBad[0]
	case err != nil:
		what = sayReason
	}
	return f, k, what, reason
}

// newKey makes a key and shows it, this once: nothing leads back to the page.
func (s *server) newKey(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return err
	}
	if _, err := s.own(v); err != nil {
		return err
	}
	f, k, what, reason := newKeyFormOf(v)
	if what != (wording.Words{}) {
		return v.again("new_key", f, what)
	}
	made, secret, err := s.Registry.CreateKey(v.as(reason), k)
	if w, refused := s.refusedShop(err); refused {
		return v.again("new_key", f, w)
	}
	if err != nil {
		return err
	}
	return v.show("made_key", madeKey{made, secret.Reveal()})
}

// revokeForm ends a key.
type revokeForm struct {
	merchant.APIKey
	Reason string
}

func (s *server) revokeForm(v *visit) (f revokeForm, err error) {
	if _, err = s.own(v); err != nil {
		return f, err
	}
	f.APIKey, err = s.Registry.KeyOf(v.r.Context(), v.Merchant.ID, v.r.PathValue("id"))
	return f, orNotFound(err)
}

func (s *server) revokeKeyPage(v *visit) error {
	f, err := s.revokeForm(v)
	if err != nil {
		return err
	}
	return v.show("revoke_key", f)
}

func (s *server) revokeKey(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return err
	}
	f, err := s.revokeForm(v)
	if err != nil {
		return err
	}
	f.Reason = v.r.PostForm.Get("reason")
	reason, err := operator.CheckReason(f.Reason)
	if err != nil {
		return v.again("revoke_key", f, sayReason)
	}
	_, err = s.Registry.RevokeKey(v.as(reason), v.Merchant.ID, f.ID)
	return s.changed(v, "revoke_key", f, err, v.at("keys")+"?done=revoked")
}

// keysOf lists a merchant's API keys that are data.
func (s *server) keysOf(v *visit) (keysView, error) {
	keys, err := s.Engine.Store.APIKeys(v.r.Context(), v.Merchant.ID)
	d := keysView{Keys: keys, Wall: s.Now()}
	if err != nil || s.Registry == nil {
		return d, err
	}
	m, err := s.Registry.Merchant(v.r.Context(), v.Merchant.ID)
	if errors.Is(orNotFound(err), store.ErrNotFound) {
		return d, nil
	}
	d.Own = !m.Configured
	return d, err
}

// registrationsView is what was registered with providers.
type registrationsView struct {
	List  []store.Registration
	Files []store.RegistrationFile // in which the merchant stands; all of them for owners of everything
	All   bool
}

// registrationsMax is how many registrations a page shows.
const registrationsMax = 500

// registrationsPage shows a merchant's.
func (s *server) registrationsPage(v *visit) error {
	all, err := s.Engine.Store.Registrations(v.r.Context(), v.Merchant.ID)
	if err != nil {
		return err
	}
	d := registrationsView{List: all[:min(len(all), registrationsMax)]}
	files, err := s.Engine.Store.RegistrationFiles(v.r.Context())
	if err != nil {
		return err
	}
	d.All = v.User.May(operator.Owner, operator.Everywhere) // the files hold other merchants' rows too
	for _, f := range files {
		own := slices.ContainsFunc(d.List, func(r store.Registration) bool { return r.FileID == f.ID })
		if d.All || own {
			d.Files = append(d.Files, f)
		}
	}
	return v.show("registrations", d)
}

// Gates names the gates of the registrations that are shown.
func (d registrationsView) Gates() (gates []string) {
	for _, r := range d.List {
		if !slices.Contains(gates, r.Gate) {
			gates = append(gates, r.Gate)
		}
	}
	for _, f := range d.Files {
		if !slices.Contains(gates, f.Gate) {
			gates = append(gates, f.Gate)
		}
	}
	return gates
}

// Waits tells whether a registration at a gate is in a state, so that something is to be done for it.
func (d registrationsView) Waits(gate, state string) bool {
	return slices.ContainsFunc(d.List, func(r store.Registration) bool { return r.Gate == gate && string(r.State) == state })
}

// Todo tells whether anything is to be done at a gate.
func (d registrationsView) Todo(gate string) bool {
	return slices.ContainsFunc(d.List, func(r store.Registration) bool { return r.Gate == gate && r.State != store.RegistrationApplied })
}

// Of is what a part of a page sees: the page's visit, with data of its own.
func (v *visit) Of(data any) view { return view{v, "", data} }
