package api

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

// PaymentPage is a page of payments, newest first.
type PaymentPage struct {
	Data       []Payment `json:"data" nullable:"false"`
	NextCursor *string   `json:"next_cursor" doc:"For the next, older page; null on the last one."`
}

type listInput struct {
	State       []string `query:"state,explode" nullable:"false" doc:"Only payments in this state; may be repeated."`
	Reference   string   `query:"reference" maxLength:"64" doc:"Only payments with exactly this reference of yours."`
	CreatedFrom string   `query:"created_from" doc:"Only payments made at this time or later: RFC 3339; write the + of +07:00 as %2B." example:"2026-03-21T00:00:00+07:00"`
	CreatedTo   string   `query:"created_to" doc:"Only payments made before this time." example:"2026-03-22T00:00:00+07:00"`
	Limit       int      `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"How many at most."`
	Cursor      string   `query:"cursor" doc:"next_cursor of the page before."`
}

func (s *server) routeList() {
	register(s, huma.Operation{
		OperationID: "list-payments", Method: http.MethodGet, Path: "/v1/payments", Summary: "List payments, newest first", Tags: []string{"Payments"},
	}, answers{codes: codes("invalid_parameter", "invalid_cursor", "unknown_parameter")}, s.list)
}

func (s *server) list(ctx context.Context, in *listInput) (*struct{ Body PaymentPage }, error) {
	f, p := in.filter()
	if p != nil {
		return nil, p
	}
	key := callOf(ctx).key
	f.MerchantID, f.Mode = key.MerchantID, key.Mode
	found, err := s.Store.Payments(ctx, f)
	if err != nil {
		return nil, err
	}
	page := PaymentPage{Data: make([]Payment, 0, len(found))}
	for _, p := range found {
		shown, err := s.show(ctx, p)
		if err != nil {
			return nil, err
		}
		page.Data = append(page.Data, shown)
	}
	if len(found) == f.Limit {
		// A full page may be the last one.
		last := found[len(found)-1].ID
		f.Before, f.Limit = last, 1
		more, err := s.Store.Payments(ctx, f)
		if err != nil {
			return nil, err
		}
		if len(more) > 0 {
			cursor := cursorPrefix + strings.TrimPrefix(last, "pay_")
			page.NextCursor = &cursor
		}
	}
	return &struct{ Body PaymentPage }{page}, nil
}

const cursorPrefix = "cur_"

var cursorForm = regexp.MustCompile(`^cur_[0-9a-z]{26}$`) // never written

func (in *listInput) filter() (f store.Filter, p *Problem) {
	f.Limit, f.Reference = in.Limit, in.Reference
	for _, state := range in.State {
		if !payment.State(state).Known() {
			return f, problem("invalid_parameter", "there is no such state").in("state").hinting("The states are " + states() + ".")
		}
		if !slices.Contains(f.States, payment.State(state)) {
			f.States = append(f.States, payment.State(state))
		}
	}
	if !plain(in.Reference) {
		return f, problem("invalid_parameter", "reference holds control characters").in("reference")
	}
	if f.From, p = readTime("created_from", in.CreatedFrom); p != nil {
		return f, p
	}
	if f.To, p = readTime("created_to", in.CreatedTo); p != nil {
		return f, p
	}
	if !f.From.IsZero() && !f.To.IsZero() && !f.From.Before(f.To) {
		return f, problem("invalid_parameter", "created_from is not before created_to").in("created_from")
	}
	if in.Cursor != "" {
		if !cursorForm.MatchString(in.Cursor) {
			return f, problem("invalid_cursor", "this is not a cursor of ours").in("cursor")
		}
		f.Before = "pay_" + strings.TrimPrefix(in.Cursor, cursorPrefix)
	}
	return f, nil
}

func states() string {
	var all []string
	for _, s := range payment.States() {
		all = append(all, string(s))
	}
	return strings.Join(all, ", ")
}

// readTime reads an RFC 3339 time. A space where the + of the zone should be is what becomes of a + that was not
// written as %2B.
func readTime(field, s string) (time.Time, *Problem) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, strings.Replace(s, " ", "+", 1))
	if err != nil || t.Year() < 1 || t.Year() > 9998 {
		return t, problem("invalid_parameter", field+" is not a time in RFC 3339").in(field).
			hinting("For example 2026-03-21T00:00:00%2B07:00.")
	}
	return t, nil
}
