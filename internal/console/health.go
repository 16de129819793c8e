package console

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/doctor"
	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/webhook"
)

// This file shows what a merchant's payments lean on: providers, terminals, webhooks and keys.

// line is an account as it stands.
type line struct {
	engine.Account
	Circuit engine.Circuit
	Hour    glance // of its rail, in this hour and the one before
}

// healthPage shows how each account's provider is.
func (s *server) healthPage(v *visit) error {
	now := s.Now()
	var list []line
	circuits := map[string]engine.Circuit{}
	for _, c := range s.Engine.Circuits() {
		if c.MerchantID == v.Merchant.ID {
			circuits[c.Account] = c
		}
	}
	from := now.Truncate(time.Hour).Add(-time.Hour)
	tallies, err := s.Engine.Store.Tallies(v.r.Context(), store.TallyFilter{MerchantID: v.Merchant.ID, From: from, To: from.Add(2 * time.Hour)})
	if err != nil {
		return err
	}
	for _, a := range s.Engine.AccountsOf(v.Merchant.ID) {
		of := slices.DeleteFunc(slices.Clone(tallies), func(t store.Tally) bool { return t.Rail != a.Rail || t.Mode != a.Environment.Mode() })
		list = append(list, line{a, circuits[a.ID], glanceOf(of)})
	}
	return v.show("health", list)
}

// terminalLine is a terminal with where it is used.
type terminalLine struct {
	store.Terminal
	TID, MID string
	Accounts string
	Next     string // the number that the next push of today takes
	Trouble  string // why there is none
}

func (s *server) terminalsPage(v *visit) error {
	stored, err := s.Engine.Store.Terminals(v.r.Context(), v.Merchant.ID)
	if err != nil {
		return err
	}
	today := payment.DayOf(s.Now())
	var list []terminalLine
	for _, t := range stored {
		l := terminalLine{Terminal: t}
		var accounts []string
		for _, a := range s.Engine.AccountsOf(v.Merchant.ID) {
			for _, of := range a.Terminals {
				if of.ID == t.ID {
					l.TID, l.MID = of.TID, of.MID
					accounts = append(accounts, a.ID)
				}
			}
		}
		l.Accounts = strings.Join(accounts, ", ")
		if next, _, err := t.Cursor.Next(today); err == nil {
			l.Next = next.String()
		} else {
			l.Trouble = v.Say(numberTrouble(err))
		}
		list = append(list, l)
	}
	return v.show("terminals", list)
}

// webhooksPage lists the endpoints of both modes.
func (s *server) webhooksPage(v *visit) error {
	var list []store.Endpoint
	for _, mode := range []payment.Mode{payment.Live, payment.Test} {
		some, err := s.Engine.Store.Endpoints(v.r.Context(), v.Merchant.ID, mode)
		if err != nil {
			return err
		}
		list = append(list, some...)
	}
	return v.show("webhooks", list)
}

// deliveriesView is what was sent to an endpoint.
type deliveriesView struct {
	Endpoint store.Endpoint
	List     []webhook.Delivery
	State    webhook.State
	States   []webhook.State
	More     string
}

// Answer is what an endpoint answered, masked.
func (v *visit) Answer(d webhook.Delivery) string {
	return strings.ToValidUTF8(exchange.Masked([]byte(d.Last.Body)), "\uFFFD")
}

func (s *server) deliveriesPage(v *visit) error {
	ctx, q := v.r.Context(), v.r.URL.Query()
	d := deliveriesView{States: []webhook.State{webhook.Due, webhook.Delivered, webhook.Failed}}
	if state := webhook.State(q.Get("state")); slices.Contains(d.States, state) {
		d.State = state
	}
	var err error
	if d.Endpoint, err = s.Engine.Store.Endpoint(ctx, v.Merchant.ID, v.r.PathValue("id")); err != nil {
		return err
	}
	list, err := s.Engine.Store.Deliveries(ctx, store.DeliveryFilter{
		MerchantID: v.Merchant.ID, EndpointID: d.Endpoint.ID, State: d.State, Before: q.Get("before"), Limit: pageSize + 1,
	})
	if err != nil {
		return err
	}
	d.List = list[:min(len(list), pageSize)]
	if len(list) > pageSize {
		d.More = v.at("webhooks", d.Endpoint.ID, "deliveries") + "?state=" + string(d.State) + "&before=" + d.List[pageSize-1].EventID
	}
	return v.show("deliveries", d)
}

// replayOne sends one event anew.
func (s *server) replayOne(v *visit) error {
	ctx := v.r.Context()
	e, err := s.Engine.Store.Endpoint(ctx, v.Merchant.ID, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	if !e.On() {
		return wrong(409, sayEndpointOff[0], sayEndpointOff[1])
	}
	now := s.Now()
	_, err = s.Engine.Store.Replay(ctx, store.Replay{
		MerchantID: e.MerchantID, EndpointID: e.ID, EventID: v.r.PathValue("event"), Now: now, Limit: 1,
	}, s.endpointDeed(v, store.ActEndpointReplayed, e.Mode, e.ID, ""))
	if err != nil {
		return err
	}
	return v.redirect(v.at("webhooks", e.ID, "deliveries") + "?done=webhook_replay")
}

// keysView is a merchant's API keys.
type keysView struct {
	Keys []merchant.APIKey
	Wall time.Time
	Own  bool // the merchant is data: its keys are made and ended here
}

// Stands says how an API key is.
func (d keysView) Stands(k merchant.APIKey) string {
	switch {
	case !k.Revoked.IsZero():
		return "revoked"
	case !k.Expires.IsZero() && !d.Wall.Before(k.Expires):
		return "expired"
	}
	return "good"
}

// Scopes lists what a key may do.
func (v *visit) Scopes(k merchant.APIKey) string {
	var all []string
	for _, s := range k.Scopes {
		all = append(all, string(s))
	}
	return strings.Join(all, ", ")
}

// keysPage lists the API keys that are data; none of them can be shown, only how it begins.
func (s *server) keysPage(v *visit) error {
	d, err := s.keysOf(v)
	if err != nil {
		return err
	}
	return v.show("keys", d)
}

// doctorView is what a look has found.
type doctorView struct {
	Report *doctor.Report
	Whole  bool // the machine and the database too
}

// doctorPage offers a look whether everything is as it must be. It asks providers, so that it is begun by a button.
func (s *server) doctorPage(v *visit) error { return v.show("doctor", doctorView{}) }

// doctorLook looks. A merchant's people see what is found of its accounts; owners of everything see it all.
func (s *server) doctorLook(v *visit) error {
	if s.Doctor == nil {
		return store.ErrNotFound
	}
	_ = http.NewResponseController(v.w).SetWriteDeadline(time.Time{}) // it may take a minute
	report, err := s.Doctor(v.r.Context())
	if err != nil {
		return err
	}
	d := doctorView{Report: &report, Whole: v.User.May(operator.Owner, operator.Everywhere)}
	own := "account " + v.Merchant.ID + "/"
	report.Findings = slices.DeleteFunc(report.Findings, func(f doctor.Finding) bool {
		return !strings.HasPrefix(f.About, own) && (!d.Whole || strings.HasPrefix(f.About, "account "))
	})
	return v.show("doctor", d)
}
