package books_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/lunas-pay/lunas/internal/books"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/recap"
	"github.com/lunas-pay/lunas/internal/sheet"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/storetest"
)

func (w *world) order() books.Order {
	return books.Order{MerchantID: storetest.Merchant, Mode: payment.Live, Account: "acc_1", Day: today, By: "key_1", File: `C:\tmp\=settlement.csv`}
}

// ended waits until a reconciliation has ended.
func (w *world) ended(b *books.Books, o books.Order, file string) books.Result {
	w.Helper()
	r, err := b.Reconcile(w.Context(), o, strings.NewReader(file))
	if err != nil {
		w.Fatal(err)
	}
	for deadline := time.Now().Add(3 * time.Minute); ; time.Sleep(time.Millisecond) {
		out, err := b.Reconciliation(w.Context(), o.MerchantID, o.Mode, r.ID)
		if err != nil {
			w.Fatal(err)
		}
		if out.State != store.Reconciling {
			return out
		}
		if time.Now().After(deadline) {
			w.Fatal("the reconciliation does not end")
		}
	}
}

const header = "TID,Batch,Ref No,Amount,Status,Time\n"

func TestAReconciliationIsKeptWithItsDossiers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.books(w.store)
	for n := range 3 {
		w.paid(morning(today).Add(time.Duration(n)*time.Minute), n)
	}
	w.paid(morning(tomorrow), 3) // not of the day
	w.clock.Set(morning(tomorrow))
	r := w.ended(b, w.order(), header+
		"00000179,1,1,Rp 10.000,SUCCESS,2026-11-21 10:00:05\n"+
		"179,000001,000003,10.500,SUCCESS,21/11/2026 10:02:05\n"+
		"179,1,9,99.000,SUCCESS,=cmd\n"+
		"179,1,8,99.000,SUCCESS,\n")
	if r.State != store.Reconciled || r.Trouble != "" || r.Summary == nil {
		t.Fatalf("ended as %+v", r)
	}
	if s := r.Summary; s.Rows != 4 || s.Unread != 1 || s.Entries != 3 || s.Matched != 1 || r.Found != 3 || s.Counts[recap.MissingThere] != 1 ||
		s.Counts[recap.MissingHere] != 1 || s.Counts[recap.AmountDiffers] != 1 || !strings.Contains(s.Errors[0].Error(), `row 4, column "Time"`) {
		t.Errorf("summary = %+v", s)
	}
	if r.File != "=settlement.csv" || r.Size == 0 || len(r.Hash) != 64 || r.Mapping != "ovo" || r.By != "key_1" {
		t.Errorf("kept of the file: %+v", r.Reconciliation)
	}
	list, err := b.Dossiers(t.Context(), store.DiscrepancyFilter{MerchantID: storetest.Merchant, ReconciliationID: r.ID, Class: recap.MissingThere})
	if err != nil || len(list) != 1 {
		t.Fatalf("dossiers = %+v, %v", list, err)
	}
	d := list[0]
	said := fmt.Sprint(d.Statements)
	if d.Ours[0].PaymentID != storetest.PaymentID(1) || d.Action != recap.ClaimPayment || d.Reference != "order-1" || len(d.Exchanges) != 2 ||
		!strings.Contains(said, "asked for Rp 10.001") || !strings.Contains(said, "provider") || !strings.Contains(said, "approval code 120001") {
		t.Errorf("dossier = %+v", d)
	}
	actions, err := w.store.Actions(t.Context(), store.ActionFilter{MerchantID: storetest.Merchant, Kind: store.ActReconciled})
	if err != nil || len(actions) != 1 || actions[0].Actor != "key_1" || actions[0].Subject != r.ID || !strings.Contains(string(actions[0].Details), r.Hash) {
		t.Errorf("actions = %+v, %v", actions, err)
	}
	left, err := filepath.Glob(filepath.Join(b.TempDir, "*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	w.reports(b, r)
}

// reports reads the report in every form.
func (w *world) reports(b *books.Books, r books.Result) {
	w.Helper()
	var out bytes.Buffer
	if err := b.WriteReport(w.Context(), &out, sheet.CSV, r); err != nil {
		w.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil || len(rows) != 4 || len(rows[0]) != len(rows[1]) {
		w.Errorf("CSV = %v, %v", rows, err)
	}
	out.Reset()
	if err := b.WriteReport(w.Context(), &out, sheet.XLSX, r); err != nil {
		w.Fatal(err)
	}
	book, err := excelize.OpenReader(&out)
	if err != nil {
		w.Fatal(err)
	}
	defer book.Close()
	if rows, err := book.GetRows("Discrepancies"); err != nil || len(rows) != 4 || rows[1][1] == "" {
		w.Errorf("XLSX = %v, %v", rows, err)
	}
	if file, err := book.GetCellValue("Summary", "B6"); err != nil || file != "=settlement.csv" {
		w.Errorf("the file's name in XLSX = %q, %v", file, err)
	}
	if formula, err := book.GetCellFormula("Summary", "B6"); err != nil || formula != "" {
		w.Errorf("the file's name became the formula %q, %v", formula, err)
	}
	out.Reset()
	if err := b.WriteJSON(w.Context(), &out, r); err != nil {
		w.Fatal(err)
	}
	var whole struct {
		Discrepancies []recap.Dossier
		Summary       struct{ Matched int }
	}
	if err := json.Unmarshal(out.Bytes(), &whole); err != nil || len(whole.Discrepancies) != 3 || whole.Summary.Matched != 1 {
		w.Errorf("JSON = %s, %v", out.Bytes(), err)
	}
}

func TestAFileThatCannotBeUsedIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.books(w.store)
	b.FileMax = 1000
	w.clock.Set(morning(tomorrow))
	change := func(f func(*books.Order)) books.Order {
		o := w.order()
		f(&o)
		return o
	}
	for _, c := range []struct {
		order             books.Order
		file, field, want string
	}{
		{w.order(), "", "file", "empty"},
		{w.order(), "a,b,c\n1,2,3\n", "file", "there is none for tid (TID, Terminal ID)"},
		{w.order(), "%PDF-1.4", "file", "PDF"},
		{w.order(), "PK\x03\x04 no zip", "file", "XLSX file cannot be read"},
		{w.order(), strings.Repeat("x", 2000), "file", "larger than"},
		{change(func(o *books.Order) { o.Account = "none" }), header, "account", "no such account"},
		{change(func(o *books.Order) { o.Day = tomorrow + 5 }), header, "day", "not begun"},
		{change(func(o *books.Order) { o.Mapping = []byte("match: [invoice]") }), header, "mapping", "columns: amount is missing"},
	} {
		_, err := b.Reconcile(t.Context(), c.order, strings.NewReader(c.file))
		var refusal *books.Refusal
		if !errors.As(err, &refusal) || refusal.Field != c.field || !strings.Contains(refusal.Detail, c.want) {
			t.Errorf("%.20q: %v, want %s: %s", c.file, err, c.field, c.want)
		}
	}
	if list, err := b.Reconciliations(t.Context(), store.ReconciliationFilter{MerchantID: storetest.Merchant}); err != nil || len(list) > 0 {
		t.Errorf("reconciliations = %v, %v; want none", list, err)
	}
	if left, err := os.ReadDir(b.TempDir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// A reconciliation whose process is gone is not shown as under way for ever.
func TestAnAbandonedReconciliationIsShownAsFailed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.books(w.store)
	err := w.store.SaveReconciliation(t.Context(), store.Reconciliation{
		MerchantID: storetest.Merchant, ID: "rcn_1", Mode: payment.Live, State: store.Reconciling, BeatAt: morning(today),
	})
	if err != nil {
		t.Fatal(err)
	}
	for after, want := range map[time.Duration]store.ReconciliationState{time.Minute: store.Reconciling, 11 * time.Minute: store.Failed} {
		w.clock.Set(morning(today).Add(after))
		r, err := b.Reconciliation(t.Context(), storetest.Merchant, payment.Live, "rcn_1")
		if err != nil || r.State != want {
			t.Errorf("after %v it is %s, %v; want %s", after, r.State, err, want)
		}
	}
	if _, err := b.Reconciliation(t.Context(), storetest.Merchant, payment.Test, "rcn_1"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the other mode sees it: %v", err)
	}
}
