package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/wording"
)

// PhoneStatus says whether a phone is registered with the provider.
type PhoneStatus struct {
	Phone      string `json:"phone" example:"0812*****111" doc:"Masked."`
	Registered *bool  `json:"registered" doc:"Null when the provider did not say: let the customer go on, the payment itself will tell."`
	Message    *Words `json:"message" doc:"For the customer; null when the phone is registered."`
}

// TransformSchema lets the message be null.
func (PhoneStatus) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	orNull(s, "message")
	return s
}

func (s *server) routePhone() {
	register(s, huma.Operation{
		OperationID: "check-phone", Method: http.MethodGet, Path: "/v1/phones/{phone}", Summary: "Is this phone registered with OVO?",
		Description: "Asks the provider, for at most 10 seconds.", Tags: []string{"Phones"},
	}, answers{codes: codes("phone_invalid", "unknown_parameter", "inquiry_unavailable")}, s.phone)
}

func (s *server) phone(ctx context.Context, in *struct {
	Phone string `path:"phone" example:"081211111111" doc:"08…, 62… or +62…"`
},
) (*struct{ Body PhoneStatus }, error) {
	phone, err := payment.ParsePhone(in.Phone)
	if err != nil {
		return nil, phoneProblem(err)
	}
	key := callOf(ctx).key
	outcome, err := s.Engine.CheckPhone(ctx, key.MerchantID, key.Mode, phone)
	v := PhoneStatus{Phone: phone.String(), Message: &wording.GoOn}
	yes, no := true, false
	silent := errors.Is(err, rail.ErrNoAnswer) || errors.Is(err, rail.ErrUnclear) || errors.Is(err, rail.ErrNotSent)
	switch {
	case errors.Is(err, engine.ErrNoInquiry) || silent:
		// The customer may go on.
	case err != nil:
		return nil, problem("inquiry_unavailable", "the inquiry could not be made").because(err)
	case outcome.Class == payment.Approved:
		v.Registered, v.Message = &yes, nil
	case outcome.Cause == payment.ReasonPhoneUnknown:
		v.Registered, v.Message = &no, &wording.NotInSystem
	}
	return &struct{ Body PhoneStatus }{v}, nil
}

// TerminalList is every terminal that the key may use.
type TerminalList struct {
	Data []Terminal `json:"data" nullable:"false"`
}

// Terminal is a terminal with its numbering.
type Terminal struct {
	ID              string `json:"id"`
	Account         string `json:"account"`
	Rail            string `json:"rail"`
	TID             string `json:"tid"`
	MID             string `json:"mid"`
	StoreCode       string `json:"store_code"`
	Style           string `json:"style" enum:"sequence,ddmmyy" doc:"How batches are counted."`
	Batch           int    `json:"batch" doc:"Of the last push; 0 before the first one."`
	ReferenceNumber int    `json:"reference_number" doc:"Of the last push; 0 before the first one."`
	Held            string `json:"held,omitempty" doc:"Why it is stopped until an operator releases it."`
}

func (s *server) routeTerminals() {
	register(s, huma.Operation{
		OperationID: "list-terminals", Method: http.MethodGet, Path: "/v1/terminals", Summary: "Terminals and their numbering", Tags: []string{"Terminals"},
	}, answers{codes: codes("unknown_parameter")}, s.terminals)
}

func (s *server) terminals(ctx context.Context, _ *struct{}) (*struct{ Body TerminalList }, error) {
	key := callOf(ctx).key
	stored, err := s.Engine.Store.Terminals(ctx, key.MerchantID)
	if err != nil {
		return nil, err
	}
	list := TerminalList{Data: []Terminal{}}
	for _, a := range s.Engine.AccountsOf(key.MerchantID) {
		if a.Closed || a.Environment.Mode() != key.Mode {
			continue
		}
		for _, t := range a.Terminals {
			list.Data = append(list.Data, viewTerminal(a.Account, t, stored))
		}
	}
	return &struct{ Body TerminalList }{list}, nil
}

func viewTerminal(a merchant.Account, t merchant.Terminal, stored []store.Terminal) Terminal {
	v := Terminal{
		ID: t.ID, Account: a.ID, Rail: string(a.Rail), TID: t.TID, MID: t.MID, StoreCode: t.StoreCode, Style: string(t.Style),
	}
	for _, known := range stored {
		if known.ID == t.ID {
			v.Batch, v.ReferenceNumber = int(known.Cursor.Last.Batch), int(known.Cursor.Last.Reference)
			v.Style, v.Held = string(known.Cursor.Style), known.Held
		}
	}
	return v
}
