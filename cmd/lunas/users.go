package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/lunas-pay/lunas/internal/config"
	"github.com/lunas-pay/lunas/internal/gateway"
	"github.com/lunas-pay/lunas/internal/operator"
)

type usersCommand struct {
	List  usersListCommand  `cmd:"" help:"List the console's users with their roles."`
	Add   usersAddCommand   `cmd:"" help:"Make a user, and print the link by which they set password and second factor."`
	Reset usersResetCommand `cmd:"" help:"Print a new link for a user who has lost password or phone, and enable the user again."`
}

// withUsers opens the users of the database.
func (w whichDatabase) withUsers(t *terminal, f func(context.Context, *gateway.Users) error) error {
	database, err := w.name(t.environ)
	if err != nil {
		return err
	}
	u, err := gateway.OpenUsers(t.ctx, database)
	if err != nil {
		return err
	}
	return errors.Join(f(t.ctx, u), u.Close())
}

// address is where operators reach the console, as far as the configuration says.
func (w whichDatabase) address(t *terminal) string {
	if w.Config != "" {
		if conf, err := config.Load(w.Config, t.environ); err == nil && conf.Console.URL != "" {
			return conf.Console.URL
		}
	}
	return "http://127.0.0.1:8080"
}

func (w whichDatabase) printLink(t *terminal, path string, until time.Time) error {
	_, err := fmt.Fprintf(t.out, "Good once, until %s:\n  %s%s\n", until.Format(time.DateTime), w.address(t), path)
	return err
}

type usersListCommand struct{ whichDatabase }

// Help shows an example.
func (usersListCommand) Help() string { return "Examples:\n  lunas users list --db data/lunas.db" }

// Run lists.
func (c usersListCommand) Run(t *terminal) error {
	return c.withUsers(t, func(ctx context.Context, u *gateway.Users) error {
		list, err := u.List(ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(t.out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(table, "NAME\tROLES\tSTATE")
		for _, x := range list {
			var roles []string
			for _, g := range x.Grants {
				if g.MerchantID == operator.Everywhere {
					roles = append(roles, string(g.Role))
				} else {
					roles = append(roles, g.MerchantID+":"+string(g.Role))
				}
			}
			state := "active"
			if !x.DisabledAt.IsZero() {
				state = "disabled"
			} else if !x.Ready() {
				state = "has not opened the link"
			}
			fmt.Fprintf(table, "%s\t%s\t%s\n", x.Name, strings.Join(roles, " "), state)
		}
		return table.Flush()
	})
}

type usersAddCommand struct {
	whichDatabase
	Name   string   `arg:"" help:"The name to log in with, an e-mail address for instance."`
	Role   []string `help:"A role for all merchants, or merchant:role; may be given several times; ${default} when left out." default:"viewer" placeholder:"[MERCHANT:]ROLE"`
	Reason string   `help:"Why, for the log of actions." placeholder:"TEXT"`
}

// Help shows examples.
func (usersAddCommand) Help() string {
	return "Roles are viewer, operator, approver, developer and owner. A SQLite database must not be in use by a gateway meanwhile;\n" +
		"owners make users in the console too.\n\n" +
		"Examples:\n  lunas users add ayu@kopi.id --role owner -c lunas.yaml\n  lunas users add budi --role kopi:operator --role teh:viewer --db data/lunas.db"
}

// Run makes the user.
func (c usersAddCommand) Run(t *terminal) error {
	return c.withUsers(t, func(ctx context.Context, u *gateway.Users) error {
		path, until, err := u.Add(ctx, c.Name, c.Role, c.Reason)
		if err != nil {
			return err
		}
		return c.printLink(t, path, until)
	})
}

type usersResetCommand struct {
	whichDatabase
	Name   string `arg:"" help:"The user's name."`
	Reason string `help:"Why, for the log of actions." placeholder:"TEXT"`
}

// Help shows an example.
func (usersResetCommand) Help() string {
	return "The old password holds until the link is used; then every session of the user ends.\n\n" +
		"Examples:\n  lunas users reset ayu@kopi.id -c lunas.yaml"
}

// Run makes the link.
func (c usersResetCommand) Run(t *terminal) error {
	return c.withUsers(t, func(ctx context.Context, u *gateway.Users) error {
		path, until, err := u.Reset(ctx, c.Name, c.Reason)
		if err != nil {
			return err
		}
		return c.printLink(t, path, until)
	})
}
