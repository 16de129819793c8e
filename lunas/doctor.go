package lunas

import (
	"context"
	"time"
)

// DoctorReport is what a gateway has found of itself.
type DoctorReport struct {
	At       time.Time `json:"at"`
	Findings []Finding `json:"data"`
}

// Finding is one line of it.
type Finding struct {
	About  string `json:"about"` // this machine, outside, database, or account MERCHANT/ACCOUNT
	Check  string `json:"check"`
	Status string `json:"status"` // ok, not_checked, warning, failed
	Found  string `json:"found"`
	Wanted string `json:"wanted"`
	Mend   string `json:"mend"`
}

// Doctor has the gateway look whether everything is as it must be, with a key of the platform. It may take a minute, and asks
// providers what moves no money.
func (c *Client) Doctor(ctx context.Context) (*DoctorReport, error) {
	return get[DoctorReport](ctx, c, "/v1/doctor")
}
