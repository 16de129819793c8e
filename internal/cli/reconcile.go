package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/lunas-pay/lunas/lunas"
)

// CodeDiscrepancies is the code with which reconcile ends when the two sides do not agree.
const CodeDiscrepancies = 4

// Reconcile is the command that holds a settlement file against the books.
type Reconcile struct {
	Connection
	File         string   `help:"The settlement file, CSV or XLSX." type:"path" placeholder:"FILE"`
	Account      string   `help:"The account whose file it is." placeholder:"ACCOUNT"`
	Day          string   `help:"The day: 2026-03-21, today or yesterday; ${default} when left out." default:"yesterday" placeholder:"DAY"`
	Mapping      string   `help:"How the file is read (YAML); the account's rail's own when left out." type:"path" placeholder:"FILE"`
	Output       []string `help:"Write the report into a file too: .txt, .csv, .xlsx or .json; may be repeated." short:"o" type:"path" placeholder:"FILE"`
	Dossiers     bool     `help:"Print what each side says of every discrepancy."`
	Show         string   `help:"Print the report of an earlier reconciliation again." placeholder:"ID"`
	List         bool     `help:"List earlier reconciliations."`
	PrintMapping string   `help:"Print the mapping of a rail, to begin your own with." placeholder:"RAIL"`
}

// Help shows examples.
func (Reconcile) Help() string {
	return "Compares our journal, the provider's answers in the exchanges, and its settlement file. No provider is asked.\n" +
		fmt.Sprintf("Ends with %d when there are discrepancies, or rows that could not be read. Needs the scope admin.\n\n", CodeDiscrepancies) +
		"Examples:\n" +
		"  lunas reconcile --account ovo --day 2026-03-21 --file settlement.csv --output report.xlsx\n" +
		"  lunas reconcile --print-mapping ovo > mapping.yaml\n" +
		"  lunas reconcile --account ovo --file settlement.xlsx --mapping mapping.yaml --dossiers"
}

// Run reconciles.
func (c Reconcile) Run(t *Terminal) error {
	ended := &lunas.Reconciliation{}
	err := c.with(t, func(ctx context.Context, s *Session) error {
		switch {
		case c.PrintMapping != "":
			text, err := s.Client.Mapping(ctx, c.PrintMapping)
			if err == nil {
				_, err = t.Out.Write(text)
			}
			return err
		case c.List:
			return c.list(ctx, s)
		}
		r, err := c.reconcile(ctx, s)
		if err != nil {
			return err
		}
		*ended = *r
		return c.report(ctx, s, r)
	})
	switch {
	case err != nil:
		return err
	case ended.State == "failed":
		return errors.New("the reconciliation failed: " + clean(ended.Trouble))
	case ended.Summary != nil && (ended.Found > 0 || ended.Summary.Unread > 0):
		return &Exit{CodeDiscrepancies, fmt.Sprintf("%d discrepancies, %d rows that could not be read", ended.Found, ended.Summary.Unread)}
	}
	return nil
}

// reconcile uploads the file and waits, or looks an earlier one up.
func (c Reconcile) reconcile(ctx context.Context, s *Session) (*lunas.Reconciliation, error) {
	for _, name := range c.Output {
		if f := formatOf(name); f != "txt" && f != "csv" && f != "xlsx" && f != "json" {
			return nil, fmt.Errorf("--output %s: the file's name must end in .txt, .csv, .xlsx or .json", filepath.Base(name))
		}
	}
	if c.Show != "" {
		return s.Client.Reconciliations().Wait(ctx, c.Show, c.progress(s))
	}
	switch {
	case c.File == "":
		return nil, errors.New("which file? Give --file settlement.csv")
	case c.Account == "":
		return nil, errors.New("whose file is it? Give --account, such as --account ovo")
	}
	day, err := dayOf(c.Day)
	if err != nil {
		return nil, fmt.Errorf("--day: %w", err)
	}
	n := lunas.NewReconciliation{Account: c.Account, Day: day, Name: filepath.Base(c.File)}
	if c.Mapping != "" {
		if n.Mapping, err = os.ReadFile(c.Mapping); err != nil {
			return nil, fmt.Errorf("--mapping: %w", err)
		}
	}
	file, err := os.Open(c.File)
	if err != nil {
		return nil, fmt.Errorf("--file: %w", err)
	}
	defer file.Close()
	n.File = file
	made, err := s.Client.Reconciliations().Create(ctx, n)
	if err != nil {
		return nil, err
	}
	return s.Client.Reconciliations().Wait(ctx, made.ID, c.progress(s))
}

// progress writes over one line of a screen how far it is.
func (c Reconcile) progress(s *Session) func(*lunas.Reconciliation) {
	if !isScreen(s.t.Err) {
		return nil
	}
	return func(r *lunas.Reconciliation) {
		fmt.Fprintf(s.t.Err, "\r%d rows and payments read ", r.RowsRead)
	}
}

func (c Reconcile) list(ctx context.Context, s *Session) error {
	table := newTable(s.t.Out, "RECONCILIATION", "DAY", "ACCOUNT", "STATE", "MATCHED", "FOUND", "FILE", "BY", "MADE")
	err := each(s, s.Client.Reconciliations().List(ctx, c.Account), 50, func(r *lunas.Reconciliation) error {
		matched := ""
		if r.Summary != nil {
			matched = fmt.Sprint(r.Summary.Matched)
		}
		return table.row(r.ID, r.Day, r.Account, r.State, matched, fmt.Sprint(r.Found), r.File, r.By, r.CreatedAt.In(wib).Format(day))
	})
	if err != nil {
		return err
	}
	return table.end(s, "There are no reconciliations yet. Make one: lunas reconcile --account ovo --file settlement.csv")
}

// report prints and writes what was found.
func (c Reconcile) report(ctx context.Context, s *Session, r *lunas.Reconciliation) error {
	if err := said(s, func(out io.Writer) error { return c.text(ctx, s, out, r) }); err != nil {
		return err
	}
	for _, name := range c.Output {
		if err := c.write(ctx, s, r, name); err != nil {
			return fmt.Errorf("--output %s: %w", filepath.Base(name), err)
		}
		fmt.Fprintf(s.t.Err, "The report is in %s.\n", name)
	}
	return nil
}

func (c Reconcile) write(ctx context.Context, s *Session, r *lunas.Reconciliation, name string) (err error) {
	format := formatOf(name)
	if format == "csv" || format == "xlsx" {
		content, err := s.Client.Reconciliations().Report(ctx, r.ID, format)
		if err != nil {
			return err
		}
		return os.WriteFile(name, content, 0o600)
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if format == "txt" {
		return c.text(ctx, s, f, r)
	}
	return asJSON(ctx, s, f, r)
}

// asJSON writes the reconciliation with all that was found as one object, page by page.
func asJSON(ctx context.Context, s *Session, out io.Writer, r *lunas.Reconciliation) error {
	head, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(out, `{"reconciliation":%s,"discrepancies":[`, head); err != nil {
		return err
	}
	between := "\n"
	for raw, err := range s.Client.Reconciliations().Raw(ctx, r.ID) {
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(out, "%s%s", between, raw); err != nil {
			return err
		}
		between = ",\n"
	}
	_, err = io.WriteString(out, "]}\n")
	return err
}

// classes are in the order in which they are told.
var classes = []string{"missing_there", "missing_here", "amount_differs", "state_differs", "duplicate", "fee_differs", "other_day"} // never written

func (c Reconcile) text(ctx context.Context, s *Session, out io.Writer, r *lunas.Reconciliation) error {
	p := &printer{out: out}
	p.line("Reconciliation  %s", r.ID)
	p.line("Account, day    %s, %s (%s)", r.Account, r.Day, r.Mode)
	p.line("File            %s, %d bytes, SHA-256 %s, read by the mapping %s", r.File, r.Size, r.SHA256, r.Mapping)
	if r.Summary == nil {
		return p.err
	}
	u := r.Summary
	p.line("Paid here       %d, %s", u.PaidHere.Count, rupiah(u.PaidHere.Sum))
	p.line("Paid there      %d, %s; given back %d, %s; fees %s, net %s", u.PaidThere.Count, rupiah(u.PaidThere.Sum),
		u.GivenBackThere.Count, rupiah(u.GivenBackThere.Sum), withSen(u.Fees), withSen(u.Net))
	p.line("Matched         %d of %d payments and %d rows", u.Matched, u.Payments, u.Rows-u.Ignored)
	if u.Carried > 0 {
		p.line("Carried         %d paid round midnight, for the neighbouring day's file: %s", u.Carried, strings.Join(u.CarriedPayments, " "))
	}
	if u.Gone+u.Brought > 0 {
		p.line("Round midnight  %d stand in the neighbouring day's file, %d of the neighbouring day in this one", u.Gone, u.Brought)
	}
	for _, class := range classes {
		if n := u.Counts[class]; n > 0 {
			p.line("%-15s %d", strings.ReplaceAll(class, "_", " "), n)
		}
	}
	for _, w := range u.Warnings {
		p.line("Warning         %s", w)
	}
	for _, e := range u.Errors {
		p.line("Not read        row %d, column %q: %s", e.Row, e.Column, e.Detail)
	}
	for d, err := range s.Client.Reconciliations().Discrepancies(ctx, r.ID, "") {
		if err != nil {
			return err
		}
		c.discrepancy(p, d)
	}
	if p.err == nil && r.Found == 0 && u.Unread == 0 {
		p.line("Both sides agree.")
	}
	return p.err
}

func (c Reconcile) discrepancy(p *printer, d *lunas.Discrepancy) {
	p.line("")
	p.line("%d. %s  %s  %s", d.Number, strings.ReplaceAll(d.Class, "_", " "), d.Key, d.PaymentID)
	p.line("   %s.", d.Detail)
	if d.Settled != nil {
		p.line("   Settled: the file of %s lists it (%s).", d.Settled.Day, d.Settled.ReconciliationID)
	} else {
		p.line("   %s", d.Advice)
	}
	if !c.Dossiers {
		return
	}
	for _, st := range d.Statements {
		at := "                   "
		if st.At != nil {
			at = st.At.In(wib).Format(day)
		}
		p.line("     %s  %-8s  %s", at, st.Source, st.Text)
	}
	for _, x := range d.Exchanges {
		p.line("     %s  exchange  %s, %s of the %s", x.At.In(wib).Format(day), x.ID, x.Direction, x.Operation)
	}
}
