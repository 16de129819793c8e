package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/payment"
)

// Rails are the ways by which the key's payments can go, in the order in which they are chosen.
type Rails struct {
	Data []RailAccount `json:"data" nullable:"false"`
}

// RailAccount is an account at a rail, and whether its provider is asked for new payments now.
type RailAccount struct {
	Account     string   `json:"account"`
	Rail        string   `json:"rail" enum:"ovo,snap,doku,faspay"`
	Environment string   `json:"environment" enum:"sandbox,staging,production"`
	Methods     []string `json:"methods" nullable:"false" doc:"What it can be used for."`
	State       string   `json:"state" enum:"closed,open,half_open" doc:"The circuit, as this gateway sees it: closed, all is well; open, the provider has not answered and is not asked for new payments until then; half_open, the next payment tries it."`
	Failures    int      `json:"failures" doc:"Calls in a row that failed."`
	Until       *Time    `json:"until" nullable:"true" doc:"Until when an open circuit is not asked."`
}

func (s *server) routeRails() {
	register(s, huma.Operation{
		OperationID: "list-rails", Method: http.MethodGet, Path: "/v1/rails", Summary: "The ways that payments can go, and how their providers are",
		Description: "A provider that fails again and again is not asked for new payments for a while; payments under way are " +
			"brought to their end all the same. Each gateway sees for itself.",
		Tags: []string{"Operating"},
	}, answers{codes: codes("unknown_parameter")}, s.rails)
}

func (s *server) rails(ctx context.Context, _ *struct{}) (*struct{ Body Rails }, error) {
	key := callOf(ctx).key
	circuits := map[string]engine.Circuit{}
	for _, c := range s.Engine.Circuits() {
		if c.MerchantID == key.MerchantID {
			circuits[c.Account] = c
		}
	}
	list := Rails{Data: []RailAccount{}}
	for _, a := range s.Engine.AccountsOf(key.MerchantID) {
		if a.Closed || a.Environment.Mode() != key.Mode {
			continue
		}
		c := circuits[a.ID]
		method := payment.OVOPush
		if a.Rail == payment.SNAP {
			method = payment.QRIS
		}
		list.Data = append(list.Data, RailAccount{
			Account: a.ID, Rail: string(a.Rail), Environment: string(a.Environment), Methods: []string{string(method)},
			State: string(c.State), Failures: c.Failures, Until: timePtr(c.Until),
		})
	}
	return &struct{ Body Rails }{list}, nil
}
