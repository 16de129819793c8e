package reconcile_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/recap"
	"github.com/lunas-pay/lunas/internal/reconcile"
	"github.com/lunas-pay/lunas/internal/sheet"
)

const today payment.Day = 20260321

// books are a day of payments with the file that the provider makes of it.
type books struct {
	rng     *rand.Rand
	ours    []recap.Entry
	rows    [][]string
	planted []string // class and key
}

var states = []struct { // never written
	state  payment.State
	money  recap.Money
	listed string // in the file; empty: not listed
}{
	{payment.Paid, recap.Kept, "SUCCESS"},
	{payment.Paid, recap.Kept, "Sukses"},
	{payment.Paid, recap.Kept, "paid"},
	{payment.Declined, recap.NotTaken, ""},
	{payment.Declined, recap.NotTaken, "FAILED"},
	{payment.Expired, recap.NotTaken, ""},
	{payment.Voided, recap.GivenBack, "VOID"},
	{payment.Reversed, recap.GivenBack, ""},
	{payment.Reversed, recap.GivenBack, "Reversal"},
	{payment.Refunded, recap.GivenBack, "Refund"},
	{payment.Awaiting, recap.UnderWay, ""},
}

// fault changes an honest pair of an entry and its row.
type fault struct {
	class recap.Class
	fits  func(e recap.Entry, listed bool) bool
	plant func(b *books, e recap.Entry, row []string) (rows [][]string)
}

func paid(e recap.Entry, listed bool) bool { return e.Money == recap.Kept && listed }

var faults = []fault{ // never written
	{recap.MissingThere, paid, func(*books, recap.Entry, []string) [][]string { return nil }},
	{recap.MissingHere, paid, func(b *books, e recap.Entry, row []string) [][]string {
		i := slices.IndexFunc(b.ours, func(o recap.Entry) bool { return o.PaymentID == e.PaymentID })
		b.ours = slices.Delete(b.ours, i, i+1)
		return [][]string{row}
	}},
	{recap.AmountDiffers, paid, func(b *books, e recap.Entry, row []string) [][]string {
		return [][]string{b.row(e, e.Amount+payment.Rupiah(1+b.rng.IntN(5000)), row[4])}
	}},
	{recap.StateDiffers, paid, func(b *books, e recap.Entry, row []string) [][]string {
		row[4] = []string{"REFUND", "VOID", "FAILED"}[b.rng.IntN(3)]
		return [][]string{row}
	}},
	{recap.StateDiffers, func(e recap.Entry, _ bool) bool {
		return e.Money == recap.NotTaken || e.Money == recap.UnderWay || e.State == payment.Reversed
	}, func(b *books, e recap.Entry, _ []string) [][]string {
		return [][]string{b.row(e, e.Amount, "SUCCESS")}
	}},
	{recap.Duplicate, paid, func(b *books, e recap.Entry, row []string) [][]string {
		again := slices.Clone(row)
		return [][]string{row, again}
	}},
	{recap.FeeDiffers, paid, func(b *books, e recap.Entry, row []string) [][]string {
		fee := int64(e.Amount)*7/1000 + 100
		row[5], row[6] = fmt.Sprint(fee), fmt.Sprint(int64(e.Amount)-fee)
		if b.rng.IntN(2) == 0 { // or the net is not what is left
			row = b.row(e, e.Amount, row[4])
			row[6] = fmt.Sprint(int64(e.Amount))
		}
		return [][]string{row}
	}},
}

// written are the ways in which an amount is written.
func (b *books) written(sen int64) string {
	digits := fmt.Sprint(sen / 100)
	grouped := digits
	for i := len(digits) - 3; i > 0; i -= 3 {
		grouped = grouped[:i] + "." + grouped[i:]
	}
	if sen%100 != 0 {
		return fmt.Sprintf("%s,%02d", grouped, sen%100)
	}
	return []string{digits, digits + ".00", grouped, grouped + ",00", "Rp " + grouped, "Rp" + grouped + ",-", "IDR " + digits, strings.ReplaceAll(grouped, ".", ",") + ".00"}[b.rng.IntN(8)]
}

func (b *books) row(e recap.Entry, amount payment.Rupiah, state string) []string {
	fee := (int64(amount)*70 + 50) / 100 // 0.7 % in sen
	forms := []string{"2006-01-02 15:04:05", "02/01/2006 15:04:05", "02-01-2006 15:04", time.RFC3339, "2 January 2006 15:04:05"}
	key := strings.Split(e.Key, "/")
	row := []string{
		"0000" + key[0], key[1], key[2], b.written(int64(amount) * 100), state, b.written(fee), b.written(int64(amount)*100 - fee),
		e.At.Format(forms[b.rng.IntN(len(forms))]),
	}
	if state != "SUCCESS" && state != "Sukses" && state != "paid" {
		row[5], row[6] = "", ""
	}
	return row
}

// newBooks makes a day with so many faults of each of the given kinds planted in it.
func newBooks(seed uint64, payments, each int, kinds []fault) *books {
	b := &books{rng: rand.New(rand.NewPCG(seed, 7))}
	var honest []recap.Entry
	for i := range payments {
		s := states[0]
		if b.rng.IntN(3) == 0 {
			s = states[b.rng.IntN(len(states))]
		}
		e := recap.Entry{
			Key: fmt.Sprintf("179/%d/%d", 1+i/400, 1+i%400), PaymentID: fmt.Sprintf("pay_%06d", i), State: s.state, Money: s.money,
			Amount: payment.Rupiah(1000 + b.rng.IntN(5_000_000)), Home: true,
			At: today.Start().Add(time.Duration(b.rng.IntN(23*3600)) * time.Second),
		}
		honest = append(honest, e)
		b.ours = append(b.ours, e)
		row := []string(nil)
		if s.listed != "" {
			row = b.row(e, e.Amount, s.listed)
		}
		b.rows = append(b.rows, row)
	}
	free := b.rng.Perm(payments)
	var extra [][]string
	for _, f := range kinds {
		for range each {
			at := slices.IndexFunc(free, func(i int) bool { return i >= 0 && f.fits(honest[i], b.rows[i] != nil) })
			if at < 0 {
				continue
			}
			i := free[at]
			free[at] = -1
			row := b.rows[i]
			b.rows[i] = nil
			extra = append(extra, f.plant(b, honest[i], row)...)
			b.planted = append(b.planted, string(f.class)+" "+honest[i].Key)
		}
	}
	b.rows = append(slices.DeleteFunc(b.rows, func(r []string) bool { return r == nil }), extra...)
	b.rng.Shuffle(len(b.rows), func(i, j int) { b.rows[i], b.rows[j] = b.rows[j], b.rows[i] })
	b.rng.Shuffle(len(b.ours), func(i, j int) { b.ours[i], b.ours[j] = b.ours[j], b.ours[i] })
	return b
}

var columns = []string{"Terminal ID", "batch_no", "Reference Number", "Amount", "Transaction Status", "MDR", "Net Amount", "Transaction Time"} // never written

// file writes the rows as CSV with a title above and a sum below, or as XLSX.
func (b *books) file(t testing.TB, format sheet.Format) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "settlement."+string(format))
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if format == sheet.CSV {
		semicolons := ";"
		fmt.Fprintf(f, "\xef\xbb\xbfLaporan Settlement%s\n\n%s\n", strings.Repeat(semicolons, 7), strings.Join(columns, semicolons))
		for _, r := range b.rows {
			fmt.Fprintf(f, "\"%s\"\r\n", strings.Join(r, `";"`))
		}
		fmt.Fprintf(f, "TOTAL;;;123;;;;\n")
		return path
	}
	w := sheet.NewWriter(f, format)
	if err := w.Table("Settlement", columns...); err != nil {
		t.Fatal(err)
	}
	for _, r := range b.rows {
		cells := make([]any, len(r))
		for i, c := range r {
			cells[i] = c
		}
		if err := w.Row(cells...); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func mapping(t testing.TB) *reconcile.Mapping {
	t.Helper()
	b, err := reconcile.DefaultText("ovo")
	if err != nil {
		t.Fatal(err)
	}
	m, err := reconcile.ParseMapping(append(b, "fee:\n  percent: 0.7\n"...))
	if err != nil {
		t.Fatal(err)
	}
	return &m
}

// reconcile compares, and gives class and key of what was found.
func (b *books) reconcile(t testing.TB, format sheet.Format, memory int) (found []string, s reconcile.Summary) {
	t.Helper()
	s, err := reconcile.Run(context.Background(), reconcile.Options{
		Mapping: mapping(t), Path: b.file(t, format), TempDir: t.TempDir(), Memory: memory,
		Ours: func(put func(recap.Entry) error) error {
			for _, e := range b.ours {
				if err := put(e); err != nil {
					return err
				}
			}
			return nil
		},
		Found: func(d recap.Discrepancy) error {
			found = append(found, string(d.Class)+" "+d.Key)
			if w := d.Words(); d.Action.Advice().ID == "" || d.Action.Advice().EN == "" || w.ID == "" || w.EN == "" {
				t.Errorf("%s %s has no advice or no detail", d.Class, d.Key)
			}
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return found, s
}
