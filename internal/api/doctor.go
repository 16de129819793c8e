package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

// DoctorReport is what was found of this gateway, line by line.
type DoctorReport struct {
	At   Time      `json:"at"`
	Data []Finding `json:"data" nullable:"false"`
}

// Finding is one line of a report.
type Finding struct {
	About  string `json:"about" example:"account teh/qris" doc:"this machine, outside, database, or an account."`
	Check  string `json:"check" example:"token" doc:"What was looked at."`
	Status string `json:"status" enum:"ok,not_checked,warning,failed"`
	Found  string `json:"found" doc:"For not_checked, why it was not."`
	Wanted string `json:"wanted"`
	Mend   string `json:"mend,omitempty" doc:"How to put it right."`
}

func (s *server) routeDoctor() {
	register(s, huma.Operation{
		OperationID: "doctor", Method: http.MethodGet, Path: "/v1/doctor", Summary: "Whether everything is as it must be before money moves",
		Description: "Clocks, keys, credentials, addresses, disk and database, as the gateway that answers sees them. It asks providers what " +
			"moves no money: the date, an access token, and the status of a payment that does not exist. It may take a minute.",
		Tags: []string{"Operating"},
	}, answers{codes: codes("unknown_parameter")}, func(ctx context.Context, _ *struct{}) (*answered[DoctorReport], error) {
		list := DoctorReport{Data: []Finding{}, At: Time{s.Now()}}
		if s.Doctor == nil {
			return &answered[DoctorReport]{list}, nil
		}
		report, err := s.Doctor(ctx)
		if err != nil {
			return nil, err
		}
		for _, f := range report.Findings {
			list.Data = append(list.Data, Finding{f.About, f.Check, string(f.Status), f.Found, f.Wanted, f.Mend})
		}
		return &answered[DoctorReport]{list}, nil
	})
}
