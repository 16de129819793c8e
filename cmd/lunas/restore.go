package main

import (
	"bufio"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/lunas-pay/lunas/internal/gateway"
)

type backupCommand struct {
	whichDatabase
	To string `arg:"" name:"file" help:"The file to be written; it must not be there." type:"path" placeholder:"FILE"`
}

// Help shows an example.
func (backupCommand) Help() string {
	return "The backup is the database as it stands at one instant. The gateway goes on working. Keep the master key elsewhere.\n\n" +
		"Examples:\n  lunas backup --config /etc/lunas/lunas.yaml /backup/lunas-2026-11-21.db"
}

// Run backs up.
func (c backupCommand) Run(t *terminal) error {
	database, err := c.name(t.environ)
	if err != nil {
		return err
	}
	if err := gateway.Backup(t.ctx, database, c.To); err != nil {
		return err
	}
	_, err = fmt.Fprintf(t.out, "Written to %s. Put it back with: lunas restore %s\n", c.To, c.To)
	return err
}

type restoreCommand struct {
	whichDatabase
	From      string `arg:"" optional:"" name:"file" help:"The backup to be put in place (SQLite)." type:"path" placeholder:"FILE"`
	Replace   bool   `help:"Put it in the place of a database that is there, which is kept beside it under another name."`
	Fence     bool   `help:"Fence the database as it is: PostgreSQL that its own tools restored, or a standby that was promoted without everything." xor:"what"`
	Confirm   bool   `help:"Say what must be done to a fenced database, do it, and lift the fence." xor:"what"`
	Yes       bool   `help:"Do it without asking." short:"y"`
	PerSecond int    `help:"How many payments one terminal can have made in a second at most since; ${default} when left out." default:"1000" placeholder:"N"`
	Since     string `help:"From when on payments may be lost, if that is before the database was last written (RFC 3339)." placeholder:"TIME"`
}

// Help shows examples.
func (restoreCommand) Help() string {
	return "A restored database may have lost its newest payments: numbers that it would give are used, and payments that it takes\n" +
		"for under way were paid. It is fenced, and no gateway starts on it until that is confirmed: then every terminal's\n" +
		"numbering goes on behind anything that can have been used, and every payment under way waits for a human, in review.\n\n" +
		"Examples:\n" +
		"  lunas restore -c lunas.yaml /backup/lunas-2026-11-21.db     SQLite: in an empty place; with --replace over another\n" +
		"  lunas restore -c lunas.yaml --fence                         PostgreSQL: after its own tools, before any gateway\n" +
		"  lunas restore -c lunas.yaml --confirm                       shows what will be done, asks, and does it"
}

// Run restores, fences or confirms.
func (c restoreCommand) Run(t *terminal) error {
	if (c.From == "") == (!c.Fence && !c.Confirm) {
		return errors.New("say one thing: the backup to be put in place, --fence, or --confirm")
	}
	database, err := c.name(t.environ)
	if err != nil {
		return err
	}
	switch {
	case c.Confirm:
		return c.confirm(t, database)
	case c.Fence:
		f, err := gateway.Fence(t.ctx, database, "by hand")
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(t.out, "The database is fenced since %s (%s). No gateway starts on it until: lunas restore --confirm\n", gateway.InWIB(f.At), f.Reason)
		return err
	}
	kept, err := gateway.Restore(t.ctx, c.From, database, c.Replace)
	if err != nil {
		return err
	}
	if kept != "" {
		fmt.Fprintf(t.out, "The database that was there is now %s.\n", kept)
	}
	_, err = fmt.Fprintf(t.out, "%s is restored and fenced. No gateway starts on it until: lunas restore --confirm\n", database)
	return err
}

func (c restoreCommand) confirm(t *terminal, database string) (err error) {
	options := gateway.ConfirmOptions{PerSecond: c.PerSecond, Now: time.Now()}
	if c.Since != "" {
		if options.Since, err = time.Parse(time.RFC3339, c.Since); err != nil {
			return fmt.Errorf("--since %q is no time such as 2026-11-21T10:00:00+07:00", c.Since)
		}
	}
	plan, err := gateway.OpenConfirmation(t.ctx, database, options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, plan.Close()) }()
	if err := show(t, plan, options); err != nil {
		return err
	}
	if !c.Yes && !agreed(t, "confirm") {
		return errors.New("nothing was changed: the fence stands")
	}
	reviewed, err := plan.Confirm(t.ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(t.out, "Done: %d terminals moved ahead, %d payments in review. The fence is lifted, gateways may start.\n", len(plan.Moves), reviewed)
	return err
}

// show prints what confirming would do.
func show(t *terminal, plan *gateway.Confirmation, o gateway.ConfirmOptions) error {
	fmt.Fprintf(t.out, "Fenced since %s: %s.\nWhat came after %s may be lost. So the numbering goes on behind %d payments a second at each terminal:\n\n",
		gateway.InWIB(plan.Fence.At), plan.Fence.Reason, gateway.InWIB(plan.Since), o.PerSecond)
	table := tabwriter.NewWriter(t.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "MERCHANT\tTERMINAL\tNUMBERING\tLAST NUMBER\tGOES ON AFTER\t")
	full := false
	for _, m := range plan.Moves {
		note := m.Note(o.Now)
		full = full || note != ""
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", m.Before.MerchantID, m.Before.ID, m.After.Style, m.Before.Cursor.Last, m.After.Last, note)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if full {
		fmt.Fprintln(t.out, "\nWhere no number is left: are you sure that no terminal made so many payments, say with --per-second how many at most.")
	}
	_, err := fmt.Fprintf(t.out, "\n%d payments under way go to review: what became of them is not known here.\n", plan.Waking)
	return err
}

// agreed asks for a typed word.
func agreed(t *terminal, word string) bool {
	fmt.Fprintf(t.out, "Type %s to do this: ", word)
	line, _ := bufio.NewReader(t.in).ReadString('\n')
	fmt.Fprintln(t.out)
	return strings.TrimSpace(line) == word
}
