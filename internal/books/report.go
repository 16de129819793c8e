package books

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/recap"
	"github.com/lunas-pay/lunas/internal/sheet"
	"github.com/lunas-pay/lunas/internal/store"
)

// WriteReport writes a reconciliation's discrepancies as a table, page by page; the summary is a table of its own in XLSX.
func (b *Books) WriteReport(ctx context.Context, out io.Writer, format sheet.Format, r Result) error {
	w := sheet.NewWriter(out, format)
	if format == sheet.XLSX {
		if err := writeSummary(w, r); err != nil {
			return err
		}
	}
	if err := w.Table("Discrepancies", "Number", "Class", "Key", "Payment", "Reference", "State here", "Amount here", "Time here", "Rows", "State there",
		"Amount there", "Time there", "Fee there", "Net there", "Difference", "Action", "Detail", "Advice", "Exchanges", "Settled by the file of"); err != nil {
		return err
	}
	err := b.eachDossier(ctx, r, func(d recap.Dossier) error { return w.Row(reportRow(d)...) })
	if err != nil {
		return err
	}
	return w.Close()
}

func (b *Books) eachDossier(ctx context.Context, r Result, f func(recap.Dossier) error) error {
	filter := store.DiscrepancyFilter{MerchantID: r.MerchantID, ReconciliationID: r.ID, Limit: 500}
	for {
		page, err := b.Dossiers(ctx, filter)
		if err != nil {
			return err
		}
		for _, d := range page {
			if err := f(d); err != nil {
				return err
			}
			filter.After = d.Number
		}
		if len(page) < filter.Limit {
			return nil
		}
	}
}

func reportRow(d recap.Dossier) []any {
	row := make([]any, 20)
	for i := range row {
		row[i] = ""
	}
	row[0], row[1], row[2], row[4] = d.Number, string(d.Class), d.Key, d.Reference
	if len(d.Ours) > 0 {
		e := d.Ours[0]
		row[3], row[5], row[6], row[7] = e.PaymentID, string(e.State), int64(e.Amount), e.At.In(payment.WIB)
	}
	var numbers []string
	for i, l := range d.Theirs {
		numbers = append(numbers, strconv.Itoa(l.Row))
		if i > 0 {
			continue
		}
		row[9], row[10], row[11] = string(l.Standing), int64(l.Amount), l.At
		if l.HasFee {
			row[12] = l.Fee.String()
		}
		if l.HasNet {
			row[13] = l.Net.String()
		}
	}
	row[8] = strings.Join(numbers, " ")
	row[14] = d.Difference
	if d.Class == recap.FeeDiffers {
		row[14] = recap.Sen(d.Difference).String()
	}
	row[15], row[16], row[17] = string(d.Action), d.Detail, d.Advice
	var exchanges []string
	for _, x := range d.Exchanges {
		if len(exchanges) == 0 || exchanges[len(exchanges)-1] != x.ID {
			exchanges = append(exchanges, x.ID)
		}
	}
	row[18] = strings.Join(exchanges, " ")
	if d.Settled != nil {
		row[19] = recap.DayText(d.Settled.Day) + " " + d.Settled.ReconciliationID
	}
	return row
}

func writeSummary(w *sheet.Writer, r Result) error {
	if err := w.Table("Summary", "What", "Value"); err != nil {
		return err
	}
	rows := [][2]any{
		{"Reconciliation", r.ID},
		{"Account", r.Account},
		{"Day", recap.DayText(r.Day)},
		{"Mode", string(r.Mode)},
		{"File", r.File},
		{"SHA-256", r.Hash},
		{"Mapping", r.Mapping},
		{"Asked for by", r.By},
		{"Asked for at", r.CreatedAt.In(payment.WIB)},
		{"State", string(r.State)},
	}
	if s := r.Summary; s != nil {
		rows = append(rows,
			[2]any{"Rows of the file", s.Rows}, [2]any{"Rows that are no payments", s.Ignored}, [2]any{"Rows that could not be read", s.Unread},
			[2]any{"Payments here", s.Entries}, [2]any{"Matched", s.Matched}, [2]any{"Round midnight, the other day's file should list them", s.Carried},
			[2]any{"Listed in the other day's file", s.Gone}, [2]any{"Of the other day, listed here", s.Brought},
			[2]any{"Paid here", s.Ours.Count}, [2]any{"Paid here, Rp", int64(s.Ours.Sum)},
			[2]any{"Paid there", s.Theirs.Count}, [2]any{"Paid there, Rp", int64(s.Theirs.Sum)},
			[2]any{"Given back there", s.Returned.Count}, [2]any{"Given back there, Rp", int64(s.Returned.Sum)},
			[2]any{"Fees, Rp", s.Fees.String()}, [2]any{"Net, Rp", s.Net.String()},
		)
		for _, c := range recap.Classes() {
			rows = append(rows, [2]any{string(c), s.Counts[c]})
		}
		for _, text := range s.Warnings {
			rows = append(rows, [2]any{"Warning", text})
		}
		for _, e := range s.Errors {
			rows = append(rows, [2]any{"Could not be read", e.Error()})
		}
	}
	for _, row := range rows {
		if err := w.Row(row[0], row[1]); err != nil {
			return err
		}
	}
	return nil
}

// WriteRecaps writes recaps as a table, one row for each batch and account; in XLSX with a second one of numbers that are
// missing or burnt, and a third of what made corrections.
func WriteRecaps(out io.Writer, format sheet.Format, recaps []recap.Recap) error {
	w := sheet.NewWriter(out, format)
	var kinds []string
	for _, k := range (&recap.Totals{}).Kinds() {
		kinds = append(kinds, k.Name+" count", k.Name+" sum")
	}
	columns := append([]string{"Day", "Mode", "Terminal", "Version", "Closed at", "Batch", "Account", "Rail"}, kinds...)
	if err := w.Table("Recap", append(columns, "First number", "Last number", "Given", "Missing", "Burnt")...); err != nil {
		return err
	}
	for _, r := range recaps {
		for _, b := range r.Batches {
			for _, a := range b.Accounts {
				row := []any{recap.DayText(r.Day), string(r.Mode), r.Terminal, r.Version, r.ClosedAt.In(payment.WIB), int(b.Batch), a.Account, string(a.Rail)}
				for _, k := range a.Totals.Kinds() {
					row = append(row, k.Total.Count, int64(k.Total.Sum))
				}
				n := b.Numbering
				if err := w.Row(append(row, int(n.First), int(n.Last), n.Given, n.GapsAll, n.BurntAll)...); err != nil {
					return err
				}
			}
		}
	}
	if format == sheet.XLSX {
		if err := writeNumbers(w, recaps); err != nil {
			return err
		}
	}
	return w.Close()
}

func writeNumbers(w *sheet.Writer, recaps []recap.Recap) error {
	if err := w.Table("Numbers", "Day", "Mode", "Terminal", "Batch", "From", "To", "What", "Reason", "Payment"); err != nil {
		return err
	}
	for _, r := range recaps {
		for _, b := range r.Batches {
			for what, gaps := range map[string][]recap.Gap{"missing": b.Numbering.Gaps, "burnt": b.Numbering.Burnt} { // order does not matter: each row says what it is
				for _, g := range gaps {
					if err := w.Row(recap.DayText(r.Day), string(r.Mode), r.Terminal, int(b.Batch), int(g.From), int(g.To), what, string(g.Reason), g.PaymentID); err != nil {
						return err
					}
				}
			}
		}
	}
	if err := w.Table("Corrections", "Day", "Mode", "Terminal", "Version", "Batch", "Account", "Total", "Count before", "Sum before", "Count after", "Sum after", "Payments"); err != nil {
		return err
	}
	for _, r := range recaps {
		var why []string
		for _, l := range r.Why {
			why = append(why, l.PaymentID+" "+string(l.State))
		}
		for _, d := range r.Changed {
			if err := w.Row(recap.DayText(r.Day), string(r.Mode), r.Terminal, r.Version, int(d.Batch), d.Account, d.Total,
				d.Before.Count, int64(d.Before.Sum), d.After.Count, int64(d.After.Sum), strings.Join(why, ", ")); err != nil {
				return err
			}
		}
	}
	return nil
}

// WriteJSON writes a reconciliation with all its dossiers as one JSON object, page by page.
func (b *Books) WriteJSON(ctx context.Context, out io.Writer, r Result) error {
	head, err := json.Marshal(map[string]any{
		"id": r.ID, "account": r.Account, "mode": r.Mode, "day": recap.DayText(r.Day), "state": r.State, "file": r.File, "sha256": r.Hash,
		"mapping": r.Mapping, "by": r.By, "created_at": r.CreatedAt.In(payment.WIB).Format(time.RFC3339), "summary": r.Summary,
	})
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(out, "%s,\"discrepancies\":[", head[:len(head)-1]); err != nil {
		return err
	}
	first := true
	err = b.eachDossier(ctx, r, func(d recap.Dossier) error {
		line, err := json.Marshal(d)
		if err != nil {
			return err
		}
		if !first {
			line = append([]byte(",\n"), line...)
		}
		first = false
		_, err = out.Write(line)
		return err
	})
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, "]}\n")
	return err
}
