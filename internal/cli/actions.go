package cli

import (
	"context"
	"strconv"

	"github.com/lunas-pay/lunas/lunas"
)

// Actions lists what people and keys did by hand.
type Actions struct {
	Connection
	Merchant string `help:"Only what concerns this merchant; for a key of the platform." placeholder:"MERCHANT"`
	Kind     string `help:"Only actions of this kind, such as api_key.revoked." placeholder:"KIND"`
	Subject  string `help:"Only what was done to the thing of this id." placeholder:"ID"`
	Actor    string `help:"Only what this key or user did." placeholder:"ID"`
	From     string `help:"Only what was done at this time or later (RFC 3339)." placeholder:"TIME"`
	To       string `help:"Only what was done before this time." placeholder:"TIME"`
	Limit    int    `help:"How many at most; 0: all; ${default} when left out." default:"50" placeholder:"N"`
}

// Help shows examples.
func (Actions) Help() string {
	return "What was asked for a payment stands in its own history.\n\n" +
		"Examples:\n" +
		"  lunas actions\n" +
		"  lunas actions --merchant teh --kind api_key.created\n" +
		"  lunas actions --subject key_fea8c831200e --limit 0 --json"
}

// Run lists.
func (c Actions) Run(t *Terminal) error {
	f := lunas.ActionFilter{Merchant: c.Merchant, Kind: c.Kind, Subject: c.Subject, Actor: c.Actor}
	var err error
	if f.From, err = instant("--from", c.From); err != nil {
		return err
	}
	if f.To, err = instant("--to", c.To); err != nil {
		return err
	}
	return c.with(t, func(ctx context.Context, s *Session) error {
		table := newTable(t.Out, "WHEN", "WHO", "WHAT", "OF", "MERCHANT", "COUNT", "WHY")
		err := each(s, s.Client.Actions(ctx, f), c.Limit, func(a *lunas.LoggedAction) error {
			count := ""
			if a.Count != 0 {
				count = strconv.FormatInt(a.Count, 10)
			}
			return table.row(a.At.Format(day), a.Actor, a.Kind, a.Subject, a.Merchant, count, a.Reason)
		})
		if err != nil {
			return err
		}
		return table.end(s, "Nothing has been done by hand.")
	})
}
