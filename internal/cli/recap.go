package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/lunas"
)

// Recap is the command that shows what days add up to.
type Recap struct {
	Connection
	Day      string `arg:"" optional:"" help:"The day, 2026-03-21, today or yesterday; left out: a list of the last ones." placeholder:"DAY"`
	From     string `help:"Of the list: this day and later ones." placeholder:"DAY"`
	To       string `help:"Of the list: this day and earlier ones." placeholder:"DAY"`
	Terminal string `help:"Only this terminal; qr/ACCOUNT for QRs." placeholder:"TERMINAL"`
	Versions bool   `help:"Every version, and not only the newest."`
	Limit    int    `help:"Of the list: how many at most." default:"30"`
	Output   string `help:"Write the day into a file, .csv or .xlsx." short:"o" type:"path" placeholder:"FILE"`
}

// Help shows examples.
func (Recap) Help() string {
	return "A day is closed soon after midnight WIB, and never changed; what becomes known later makes a correction.\n\nExamples:\n" +
		"  lunas recap\n" +
		"  lunas recap yesterday\n" +
		"  lunas recap 2026-03-21 --output recap.xlsx"
}

// Run shows.
func (c Recap) Run(t *Terminal) error {
	return c.with(t, func(ctx context.Context, s *Session) error {
		switch {
		case c.Day == "" && c.Output != "":
			return errors.New("which day? Give it: lunas recap 2026-03-21 --output recap.xlsx")
		case c.Day == "":
			return c.list(ctx, s)
		}
		day, err := dayOf(c.Day)
		if err != nil {
			return err
		}
		if c.Output != "" {
			return c.export(ctx, s, day)
		}
		if c.Versions {
			return c.listOf(ctx, s, lunas.RecapFilter{From: day, To: day, Terminal: c.Terminal, Versions: true})
		}
		one, err := s.Client.Recaps().Day(ctx, day)
		if err != nil {
			return err
		}
		return said(s, func(out io.Writer) error { return showDay(out, one, c.Terminal) })
	})
}

// wib is the time zone of days.
var wib = time.FixedZone("WIB", 7*60*60) // never written

// dayOf reads a day.
func dayOf(written string) (string, error) {
	switch strings.ToLower(written) {
	case "today":
		return time.Now().In(wib).Format(time.DateOnly), nil
	case "yesterday":
		return time.Now().In(wib).AddDate(0, 0, -1).Format(time.DateOnly), nil
	}
	t, err := time.Parse(time.DateOnly, written)
	if err != nil {
		return "", fmt.Errorf("%q is no day: write it as 2026-03-21, today or yesterday", clean(written))
	}
	return t.Format(time.DateOnly), nil
}

func (c Recap) list(ctx context.Context, s *Session) error {
	f := lunas.RecapFilter{Terminal: c.Terminal, Versions: c.Versions}
	for flag, days := range map[string]struct {
		written string
		into    *string
	}{"--from": {c.From, &f.From}, "--to": {c.To, &f.To}} { // order does not matter: each by itself
		if days.written == "" {
			continue
		}
		day, err := dayOf(days.written)
		if err != nil {
			return fmt.Errorf("%s: %w", flag, err)
		}
		*days.into = day
	}
	return c.listOf(ctx, s, f)
}

func (c Recap) listOf(ctx context.Context, s *Session, f lunas.RecapFilter) error {
	table := newTable(s.t.Out, "DAY", "TERMINAL", "VERSION", "PAID", "SUM", "VOIDED", "REFUNDED", "REVERSED", "REVIEW", "OPEN", "NUMBERS")
	err := each(s, s.Client.Recaps().List(ctx, f), c.Limit, func(r *lunas.Recap) error {
		t := r.Totals
		return table.row(r.Day, r.Terminal, strconv.Itoa(r.Version), count(t.Paid), rupiah(t.Paid.Sum), count(t.Voided), count(t.Refunded), count(t.Reversed),
			count(t.Review), count(t.Open), numbersOf(r.Batches))
	})
	if err != nil {
		return err
	}
	return table.end(s, "There are no recaps yet: a day is closed soon after midnight WIB.")
}

func count(t lunas.RecapTotal) string { return strconv.FormatInt(t.Count, 10) }

// numbersOf says in short which numbers were given.
func numbersOf(batches []lunas.RecapBatch) string {
	var all []string
	for _, b := range batches {
		n := b.Numbering
		text := fmt.Sprintf("%d/%d–%d", b.Batch, n.First, n.Last)
		if n.Missing > 0 {
			text += fmt.Sprintf(", %d missing", n.Missing)
		}
		if n.Burnt > 0 {
			text += fmt.Sprintf(", %d burnt", n.Burnt)
		}
		all = append(all, text)
	}
	return strings.Join(all, "; ")
}

func (c Recap) export(ctx context.Context, s *Session, day string) error {
	format := formatOf(c.Output)
	if format != "csv" && format != "xlsx" {
		return errors.New("--output: the file's name must end in .csv or .xlsx")
	}
	content, err := s.Client.Recaps().Export(ctx, day, format)
	if err != nil {
		return err
	}
	if err := os.WriteFile(c.Output, content, 0o600); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.t.Err, "The recaps of %s are in %s.\n", day, c.Output)
	return err
}

func formatOf(name string) string {
	at := strings.LastIndexByte(name, '.')
	return strings.ToLower(name[at+1:])
}

// showDay prints a day for people.
func showDay(out io.Writer, d *lunas.RecapDay, terminal string) error {
	p := &printer{out: out}
	switch {
	case !d.Closed && len(d.Data) == 0:
		p.line("%s is not closed yet: that is done soon after midnight WIB.", d.Day)
	case len(d.Data) == 0:
		p.line("%s had no payments.", d.Day)
	case d.ClosedAt != nil:
		p.line("%s, closed at %s", d.Day, d.ClosedAt.In(wib).Format(day))
		p.line("Paid %d, %s; given back %d, %s", d.Totals.Paid.Count, rupiah(d.Totals.Paid.Sum),
			d.Totals.Voided.Count+d.Totals.Refunded.Count, rupiah(d.Totals.Voided.Sum+d.Totals.Refunded.Sum))
	}
	for i := range d.Data {
		if r := &d.Data[i]; terminal == "" || r.Terminal == terminal {
			showRecap(p, r)
		}
	}
	return p.err
}

// printer prints lines until one cannot be printed.
type printer struct {
	out io.Writer
	err error
}

func (p *printer) line(format string, args ...any) {
	for i, a := range args {
		if s, ok := a.(string); ok {
			args[i] = clean(s)
		}
	}
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.out, format+"\n", args...)
	}
}

func showRecap(p *printer, r *lunas.Recap) {
	p.line("")
	title := "Terminal " + r.Terminal
	if r.Version > 1 {
		title += fmt.Sprintf(", correction %d of %s", r.Version-1, r.ClosedAt.In(wib).Format(day))
	}
	p.line("%s", title)
	for _, b := range r.Batches {
		p.line("  Batch %d, numbers %s", b.Batch, strings.TrimPrefix(numbersOf([]lunas.RecapBatch{b}), strconv.Itoa(b.Batch)+"/"))
		for _, a := range b.Accounts {
			p.line("    %s (%s)", a.Account, a.Rail)
			for _, k := range kinds(a.Totals) {
				if k.total.Count > 0 {
					p.line("      %-9s %7d  %s", k.name, k.total.Count, rupiah(k.total.Sum))
				}
			}
		}
		for _, g := range append(b.Numbering.Gaps, b.Numbering.BurntNumbers...) {
			p.line("    number %s: %s %s", fromTo(g), strings.ReplaceAll(g.Reason, "_", " "), g.PaymentID)
		}
	}
	for _, c := range r.Changed {
		p.line("  changed: batch %d, %s, %s: %d (%s), before %d (%s)", c.Batch, c.Account, c.Total, c.After.Count, rupiah(c.After.Sum), c.Before.Count, rupiah(c.Before.Sum))
	}
	for _, w := range r.Why {
		p.line("  because of %s, %s since %s", w.PaymentID, string(w.State), w.At.In(wib).Format(day))
	}
}

func fromTo(n lunas.RecapNumber) string {
	if n.From == n.To {
		return strconv.Itoa(n.From)
	}
	return fmt.Sprintf("%d–%d", n.From, n.To)
}

type kind struct {
	name  string
	total lunas.RecapTotal
}

func kinds(t lunas.RecapTotals) []kind {
	return []kind{
		{"paid", t.Paid},
		{"voided", t.Voided},
		{"refunded", t.Refunded},
		{"reversed", t.Reversed},
		{"review", t.Review},
		{"failed", t.Failed},
		{"open", t.Open},
	}
}
