package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lunas-pay/lunas/internal/store"
)

// LoggedAction is one thing that somebody did to the gateway by hand.
type LoggedAction struct {
	ID       string         `json:"id" example:"act_01kafz0q3gf7ktc1ms2cqc1b9w"`
	At       Time           `json:"at"`
	Merchant string         `json:"merchant,omitempty" example:"kopi" doc:"Whom it concerns; left out: the whole gateway."`
	Mode     string         `json:"mode,omitempty" enum:"test,live" doc:"Left out: it is of no mode, or of both."`
	Actor    string         `json:"actor" example:"key_fea8c831200e" doc:"Who did it: the id of an API key or of a user of the console; cli: somebody at the command line on the gateway's machine; system: the gateway itself."`
	Kind     string         `json:"kind" example:"api_key.revoked" doc:"What was done."`
	Subject  string         `json:"subject,omitempty" example:"key_0a1b2c3d4e5f" doc:"The id of what it was done to."`
	Count    int64          `json:"count,omitempty" doc:"To how many, where that says something."`
	Reason   string         `json:"reason,omitempty"`
	Details  map[string]any `json:"details,omitempty" doc:"How it stands since; never a secret."`
}

// LoggedActionPage is a page of actions, newest first.
type LoggedActionPage struct {
	Data       []LoggedAction `json:"data" nullable:"false"`
	NextCursor *string        `json:"next_cursor" doc:"For the next, older page; null on the last one."`
}

type actionsInput struct {
	Merchant    string `query:"merchant" maxLength:"40" doc:"Only what concerns this merchant. For keys of the platform, which see everything without it."`
	Kind        string `query:"kind" maxLength:"100" doc:"Only actions of this kind." example:"api_key.revoked"`
	Subject     string `query:"subject" maxLength:"100" doc:"Only what was done to the thing of this id."`
	Actor       string `query:"actor" maxLength:"100" doc:"Only what this key or user did."`
	CreatedFrom string `query:"created_from" doc:"Only what was done at this time or later: RFC 3339; write the + of +07:00 as %2B." example:"2026-03-21T00:00:00+07:00"`
	CreatedTo   string `query:"created_to" doc:"Only what was done before this time." example:"2026-03-22T00:00:00+07:00"`
	Limit       int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"How many at most."`
	Cursor      string `query:"cursor" doc:"next_cursor of the page before."`
}

func (s *server) routeActions() {
	register(s, huma.Operation{
		OperationID: "list-actions", Method: http.MethodGet, Path: "/v1/actions", Summary: "What people and keys did by hand, newest first",
		Description: "Changes of merchants, accounts, API keys, webhook endpoints and terminals, exports and the like, each written in the " +
			"transaction of the change, and linked into a hash chain that `lunas verify` checks. A merchant's key sees what concerns its " +
			"merchant and its mode; a key of the platform sees everything. What was asked for a payment stands in the payment's history.",
		Tags: []string{"Actions"},
	}, answers{codes: codes("invalid_parameter", "invalid_cursor", "unknown_parameter")}, s.listActions)
}

func (s *server) listActions(ctx context.Context, in *actionsInput) (*struct{ Body LoggedActionPage }, error) {
	f, p := in.filter(callOf(ctx))
	if p != nil {
		return nil, p
	}
	f.Limit = in.Limit
	list, err := s.Engine.Store.Actions(ctx, f)
	if err != nil {
		return nil, err
	}
	page := LoggedActionPage{Data: make([]LoggedAction, 0, len(list))}
	for _, a := range list {
		shown, err := viewAction(a)
		if err != nil {
			return nil, err
		}
		page.Data = append(page.Data, shown)
	}
	if len(list) == in.Limit {
		cursor := cursorPrefix + strings.TrimPrefix(list[len(list)-1].ID, store.ActionPrefix)
		page.NextCursor = &cursor
	}
	return &struct{ Body LoggedActionPage }{page}, nil
}

func (in *actionsInput) filter(c *call) (f store.ActionFilter, p *Problem) {
	f = store.ActionFilter{MerchantID: c.key.MerchantID, Mode: c.key.Mode, Kind: in.Kind, Subject: in.Subject, Actor: in.Actor}
	switch {
	case c.key.Platform():
		f.MerchantID, f.Everybody = in.Merchant, in.Merchant == ""
	case in.Merchant != "" && in.Merchant != c.key.MerchantID:
		return f, problem("invalid_parameter", "merchant is for the platform's keys").in("merchant").hinting("Leave it out.")
	}
	if f.From, p = readTime("created_from", in.CreatedFrom); p != nil {
		return f, p
	}
	if f.To, p = readTime("created_to", in.CreatedTo); p != nil {
		return f, p
	}
	if in.Cursor != "" {
		if !cursorForm.MatchString(in.Cursor) {
			return f, problem("invalid_cursor", "this is not a cursor of ours").in("cursor")
		}
		f.Before = store.ActionPrefix + strings.TrimPrefix(in.Cursor, cursorPrefix)
	}
	return f, nil
}

func viewAction(a store.Action) (LoggedAction, error) {
	v := LoggedAction{
		ID: a.ID, At: Time{a.At}, Merchant: a.MerchantID, Mode: string(a.Mode), Actor: a.Actor, Kind: a.Kind, Subject: a.Subject,
		Count: a.Count, Reason: a.Reason,
	}
	if len(a.Details) == 0 {
		return v, nil
	}
	return v, json.Unmarshal(a.Details, &v.Details)
}
