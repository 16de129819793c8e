package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/lunas-pay/lunas/internal/config"
	"github.com/lunas-pay/lunas/internal/gateway"
)

type terminalsCommand struct {
	List    terminalsListCommand    `cmd:"" help:"List terminals with their last number, and which are stopped."`
	Advance terminalsAdvanceCommand `cmd:"" help:"Move a terminal's numbering ahead and release it, after a restored backup or RC 94."`
}

// whichDatabase is shared by the commands that work on the database itself.
type whichDatabase struct {
	Config string `help:"Configuration file that names the database." short:"c" env:"LUNAS_CONFIG" type:"path" placeholder:"FILE"`
	DB     string `help:"The database itself: a file, or postgres://…" name:"db" placeholder:"DATABASE"`
}

// whichMerchant names a merchant in a database.
type whichMerchant struct {
	whichDatabase
	Merchant string `help:"The merchant's id." required:"" placeholder:"ID"`
}

// name gives the database's name.
func (w whichDatabase) name(environ []string) (string, error) {
	if w.DB != "" {
		return w.DB, nil
	}
	conf, err := config.Load(w.Config, environ)
	if err != nil {
		return "", fmt.Errorf("no --db is given, and %w", err)
	}
	return conf.Database, nil
}

// with opens the numbering of the merchant's terminals.
func (w whichMerchant) with(t *terminal, f func(context.Context, *gateway.Numbering) error) error {
	database, err := w.name(t.environ)
	if err != nil {
		return err
	}
	n, err := gateway.OpenNumbering(t.ctx, database, w.Merchant)
	if err != nil {
		return err
	}
	return errors.Join(f(t.ctx, n), n.Close())
}

type terminalsListCommand struct{ whichMerchant }

// Help shows an example.
func (terminalsListCommand) Help() string {
	return "Examples:\n  lunas terminals list --merchant kopi --db lunas.db"
}

// Run lists.
func (c terminalsListCommand) Run(t *terminal) error {
	return c.with(t, func(ctx context.Context, n *gateway.Numbering) error {
		list, err := n.List(ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(t.out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(table, "TERMINAL\tNUMBERING\tLAST BATCH\tLAST REFERENCE\tSTOPPED BECAUSE")
		for _, x := range list {
			fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%s\n", x.ID, x.Cursor.Style, x.Cursor.Last.Batch, x.Cursor.Last.Reference, x.Held)
		}
		return table.Flush()
	})
}

type terminalsAdvanceCommand struct {
	whichMerchant
	Terminal  string `arg:"" help:"The terminal's id."`
	Batch     int    `help:"The last batch number that the provider has seen." required:"" placeholder:"N"`
	Reference int    `help:"The last reference number that it has seen in that batch." required:"" placeholder:"N"`
	Reason    string `help:"Why, for the log of actions." placeholder:"TEXT"`
}

// Help shows an example.
func (terminalsAdvanceCommand) Help() string {
	return "The next push takes the number after the given one. Numbers never go back.\n\n" +
		"Examples:\n  lunas terminals advance till-1 --merchant kopi --db lunas.db --batch 12 --reference 4711"
}

// Run advances.
func (c terminalsAdvanceCommand) Run(t *terminal) error {
	return c.with(t, func(ctx context.Context, n *gateway.Numbering) error {
		if err := n.Advance(ctx, c.Terminal, c.Batch, c.Reference, c.Reason); err != nil {
			return err
		}
		_, err := fmt.Fprintf(t.out, "Terminal %s is released; its next number comes after %d/%d.\n", c.Terminal, c.Batch, c.Reference)
		return err
	})
}
