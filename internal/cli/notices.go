package cli

import (
	"context"

	"github.com/lunas-pay/lunas/lunas"
)

// Notices lists what needs a human.
type Notices struct {
	Connection
	All bool `help:"Those that are over, too."`
}

// Help shows examples.
func (Notices) Help() string {
	return "With a key that may do everything (scope admin) of a merchant, or of the platform for everybody's.\n\n" +
		"Examples:\n  lunas notices\n  lunas notices --all --json | jq -r 'select(.urgent) | .text'"
}

// Run lists.
func (c Notices) Run(t *Terminal) error {
	return c.with(t, func(ctx context.Context, s *Session) error {
		all, err := s.Client.Notices(ctx, !c.All)
		if err != nil {
			return err
		}
		table := newTable(t.Out, "RAISED", "KIND", "WHOSE", "UNTIL", "WHAT")
		err = each(s, printed(all), 0, func(n *lunas.Notice) error {
			what, until := n.Text+" "+n.Mend, moment(n.Deadline)
			switch {
			case n.ClearedAt != nil:
				what, until = "Over since "+moment(n.ClearedAt)+". "+n.Text, ""
			case n.Urgent && until == "":
				until = "now"
			}
			return table.row(n.RaisedAt.Format(day), n.Kind, n.Merchant+" "+n.Mode, until, what)
		})
		if err != nil {
			return err
		}
		return table.end(s, "Nothing needs a human.")
	})
}
