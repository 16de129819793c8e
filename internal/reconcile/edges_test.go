package reconcile_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/recap"
	"github.com/lunas-pay/lunas/internal/reconcile"
)

// small holds a few rows, TID;Batch;Ref No;Amount;Status;MDR, against a few entries.
func small(t *testing.T, rows string, ours ...recap.Entry) (found []recap.Discrepancy, s reconcile.Summary) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.csv")
	if err := os.WriteFile(path, []byte("TID;Batch;Ref No;Amount;Status;MDR\n"+rows), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := reconcile.Run(context.Background(), reconcile.Options{
		Mapping: mapping(t), Path: path, TempDir: t.TempDir(),
		Ours: func(put func(recap.Entry) error) error {
			for _, e := range ours {
				if err := put(e); err != nil {
					return err
				}
			}
			return nil
		},
		Found: func(d recap.Discrepancy) error {
			found = append(found, d)
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return found, s
}

func entry(key string, s payment.State, m recap.Money) recap.Entry {
	return recap.Entry{Key: key, PaymentID: "pay_" + key, State: s, Money: m, Amount: 10_000, Home: true, At: today.Start().Add(23*time.Hour + 58*time.Minute)}
}

// What is given back counts with its size, however it is written, and a negative charge is one.
func TestWhatIsGivenBackIsCountedOnce(t *testing.T) {
	t.Parallel()
	found, s := small(t, "1;1;1;-10.000;REFUND;\n1;1;2;-10.000;SUCCESS;\n1;1;3;10.000;VOID;\n",
		entry("1/1/1", payment.Refunded, recap.GivenBack), entry("1/1/2", payment.Refunded, recap.GivenBack), entry("1/1/3", payment.Voided, recap.GivenBack))
	if len(found) > 0 || s.Matched != 3 || s.Returned != (recap.Total{Count: 3, Sum: 30_000}) || s.Theirs.Count != 0 {
		t.Errorf("found %+v, %+v", found, s)
	}
}

// A payment that the provider cannot know by a key is told of where its money is in question, and else left out.
func TestAPaymentWithoutAKey(t *testing.T) {
	t.Parallel()
	kept, doubtful, none := entry("", payment.Paid, recap.Kept), entry("", payment.Review, recap.Doubtful), entry("", payment.Expired, recap.NotTaken)
	kept.PaymentID, doubtful.PaymentID, none.PaymentID = "pay_1", "pay_2", "pay_3"
	found, s := small(t, "1;1;1;10.000;FAILED;\n", kept, doubtful, none)
	if len(found) != 2 || s.Entries != 3 {
		t.Fatalf("found %+v, %+v", found, s)
	}
	for i, want := range []recap.Class{recap.MissingThere, recap.StateDiffers} {
		d := found[i]
		if d.Class != want || d.Key != "" || len(d.Ours) != 1 || d.Ours[0].PaymentID != fmt.Sprintf("pay_%d", i+1) || !strings.Contains(d.Detail, "do not know what the provider calls it") {
			t.Errorf("found %+v, want %s", d, want)
		}
	}
}

// What is listed is bounded, and all of it is counted.
func TestWhatIsListedIsBounded(t *testing.T) {
	t.Parallel()
	var rows strings.Builder
	var ours []recap.Entry
	for i := range 150 {
		fmt.Fprintf(&rows, "1;2;%d;sepuluh;SUCCESS;\n", i+1)
		e := entry(fmt.Sprintf("1/3/%d", i+1), payment.Paid, recap.Kept)
		e.Astride = true
		ours = append(ours, e)
	}
	for range 1500 {
		rows.WriteString("1;1;7;10.000;SUCCESS;\n")
	}
	gone := entry("1/4/1", payment.Paid, recap.Kept)
	gone.Elsewhere = &recap.Elsewhere{Day: today + 1, ReconciliationID: "rcn_1", Says: recap.ElseListed, Row: 7}
	brought := entry("1/4/2", payment.Paid, recap.Kept)
	brought.Home = false
	rows.WriteString("1;4;2;10.000;SUCCESS;\n")
	found, s := small(t, rows.String(), append(ours, entry("1/1/7", payment.Paid, recap.Kept), gone, brought)...)
	if s.Unread != 150 || len(s.Errors) != 100 {
		t.Errorf("%d rows are unread, %d of them named", s.Unread, len(s.Errors))
	}
	if s.Carried != 150 || len(s.CarriedPayments) != 100 || s.Gone != 1 || s.Brought != 1 || s.Counts[recap.OtherDay] != 152 || s.Discrepancies() != 1 {
		t.Errorf("carried %d, %d of them named; %+v", s.Carried, len(s.CarriedPayments), s)
	}
	for _, d := range found {
		if d.Class == recap.Duplicate && len(d.Theirs) != 1000 {
			t.Errorf("a key of 1500 rows has %d of them, want 1000", len(d.Theirs))
		}
		if d.Key == "1/4/1" && (d.Ours[0].Elsewhere == nil || *d.Ours[0].Elsewhere != *gone.Elsewhere || !strings.Contains(d.Detail, "lists it in row 7")) {
			t.Errorf("what the other file says was lost on the way: %+v", d)
		}
	}
}

// What was found stays as it was when the next keys are looked at.
func TestWhatWasFoundStays(t *testing.T) {
	t.Parallel()
	var rows strings.Builder
	for i := range 20 {
		fmt.Fprintf(&rows, "1;1;%d;%d;SUCCESS;\n", i+10, 20_000+i)
	}
	var ours []recap.Entry
	for i := range 20 {
		ours = append(ours, entry(fmt.Sprintf("1/1/%d", i+10), payment.Paid, recap.Kept))
	}
	found, _ := small(t, rows.String(), ours...)
	if len(found) != 20 {
		t.Fatalf("found %d", len(found))
	}
	for i, d := range found {
		if d.Ours[0].Key != d.Key || d.Theirs[0].Key != d.Key || d.Theirs[0].Amount != payment.Rupiah(20_000+i) {
			t.Errorf("%s holds %+v and %+v", d.Key, d.Ours, d.Theirs)
		}
	}
}

// Rows and mappings with something odd in them.
func TestOddRowsAndMappings(t *testing.T) {
	t.Parallel()
	_, s := small(t, "1;1;"+strings.Repeat("9", 201)+";10.000;SUCCESS;\n")
	if s.Unread != 1 || !strings.Contains(s.Errors[0].Error(), "longer than 200 bytes") {
		t.Errorf("a key of 201 bytes: %+v", s)
	}
	// Rp 70 are agreed of Rp 10.000; a rupiah more or less does not matter.
	for fee, want := range map[string]int{"70": 0, "71": 0, "70,99": 0, "69": 0, "71,01": 1, "68,99": 1} {
		if found, _ := small(t, "1;1;1;10.000;SUCCESS;"+fee+"\n", entry("1/1/1", payment.Paid, recap.Kept)); len(found) != want {
			t.Errorf("a fee of %s: %+v, want %d", fee, found, want)
		}
	}
	// Of two columns with one name the first is read.
	path := filepath.Join(t.TempDir(), "file.csv")
	if err := os.WriteFile(path, []byte("TID;Batch;Ref No;Amount;Status;Amount\n1;1;1;10.000;SUCCESS;99.000\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := reconcile.OpenFile(path, t.TempDir(), mapping(t))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if l, err := f.Next(); err != nil || l.Amount != 10_000 {
		t.Errorf("of two columns %v is read, %v", l.Amount, err)
	}
	text, err := reconcile.DefaultText("ovo")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reconcile.ParseMapping(append(text, "\nheader: -1\n"...)); err == nil || !strings.Contains(err.Error(), "header: a row's number is 1 or more") {
		t.Errorf("header: -1: %v", err)
	}
}
