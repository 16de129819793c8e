package recap_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/language"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/recap"
)

const today payment.Day = 20260321

func at(day payment.Day, clock string) time.Time {
	d, err := time.ParseDuration(clock)
	if err != nil {
		panic(err)
	}
	return day.Start().Add(d)
}

// pay is a payment with an attempt at each of the times.
func pay(made time.Time, pushed ...time.Time) payment.Payment {
	p := payment.Payment{ID: "pay_1", CreatedAt: made, UpdatedAt: made, Account: "ovo", Amount: 12_500, State: payment.Paid}
	for i, at := range pushed {
		p.Attempts = append(p.Attempts, payment.Attempt{
			Rail: payment.OVO, Terminal: payment.Terminal{ID: "till-1"}, PushedAt: at, Number: payment.Number{Batch: 1, Reference: payment.ReferenceNumber(i + 1)},
		})
	}
	return p
}

func TestFactsAreRare(t *testing.T) {
	t.Parallel()
	noon, next := at(today, "12h"), recap.Next(today)
	for _, c := range []struct {
		what string
		p    payment.Payment
		on   payment.Day // on which something happens
		want []payment.Day
	}{
		{"a payment that lives on its day", pay(noon, noon), today, nil},
		{"one without an attempt", pay(noon), today, nil},
		{"what happens on the next day", pay(noon, noon), next, []payment.Day{today}},
		{"a t0 after midnight", pay(at(today, "23h59m59s"), at(next, "1s")), next, []payment.Day{today, next}},
		{"a second attempt on the same day", pay(noon, noon, at(today, "13h")), today, []payment.Day{today}},
		{"a second attempt on the next day", pay(noon, noon, at(next, "1h")), next, []payment.Day{today, next}},
	} {
		if got := recap.Facts(c.p, c.on); !reflect.DeepEqual(got, c.want) && len(got)+len(c.want) > 0 {
			t.Errorf("%s: %v, want %v", c.what, got, c.want)
		}
	}
	if d := recap.DayOf(pay(at(today, "23h59m59s"), at(next, "1s"))); d != next {
		t.Errorf("it counts on %d, want %d", d, next)
	}
}

func TestNumbering(t *testing.T) {
	t.Parallel()
	var s recap.Seen
	for _, n := range []payment.ReferenceNumber{70, 3, 4, 4, 9, 0, 1_000_000} {
		s.Add(n)
	}
	known := []recap.Gap{{From: 5, To: 6, Reason: recap.EarlierAttempt, PaymentID: "pay_5"}, {From: 71, To: 71, Reason: recap.EarlierAttempt, PaymentID: "pay_9"}}
	got := s.Numbering(known, nil, 0)
	want := recap.Numbering{First: 3, Last: 71, Given: 4, Twice: []payment.ReferenceNumber{4}, GapsAll: 67, Gaps: []recap.Gap{
		{From: 1, To: 2, Reason: recap.Skipped},
		{From: 5, To: 6, Reason: recap.EarlierAttempt, PaymentID: "pay_5"},
		{From: 7, To: 8, Reason: recap.Skipped},
		{From: 10, To: 69, Reason: recap.Skipped},
		{From: 71, To: 71, Reason: recap.EarlierAttempt, PaymentID: "pay_9"},
	}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("numbering = %+v\nwant %+v", got, want)
	}
	if !s.Missing() || (&recap.Seen{}).Missing() {
		t.Error("Missing is wrong")
	}
}

func TestAssembleAndDifferences(t *testing.T) {
	t.Parallel()
	count := func(terminal string, batch payment.Batch, account string, s payment.State, n int64) recap.Count {
		return recap.Count{Mode: payment.Live, Terminal: terminal, Batch: batch, Account: account, State: s, Total: recap.Total{Count: n, Sum: payment.Rupiah(10 * n)}}
	}
	before := recap.Assemble("mer", today, time.Time{}, []recap.Count{
		count("b", 2, "x", payment.Paid, 3), count("a", 1, "y", payment.Expired, 2), count("a", 1, "x", payment.Declined, 1), count("a", 1, "x", payment.Canceled, 4),
	})
	if len(before) != 2 || before[0].Terminal != "a" || len(before[0].Batches[0].Accounts) != 2 || before[0].Totals().Failed != (recap.Total{Count: 7, Sum: 70}) {
		t.Fatalf("assembled = %+v", before)
	}
	after := recap.Assemble("mer", today, time.Time{}, []recap.Count{count("a", 1, "y", payment.Paid, 2), count("a", 1, "x", payment.Declined, 5)})
	want := []recap.Difference{
		{Batch: 1, Account: "y", Total: "paid", After: recap.Total{Count: 2, Sum: 20}},
		{Batch: 1, Account: "y", Total: "failed", Before: recap.Total{Count: 2, Sum: 20}},
	}
	if got := recap.Differences(before[0], after[0]); !reflect.DeepEqual(got, want) {
		t.Errorf("differences = %+v", got)
	}
	for _, s := range payment.States() {
		known := false
		for _, k := range (&recap.Totals{}).Kinds() {
			known = known || k.Name == recap.KindOf(s)
		}
		if !known {
			t.Errorf("the state %s counts nowhere", s)
		}
	}
}

func inBothLanguages(t *testing.T, what string, w language.Words) {
	t.Helper()
	if w.ID == "" || w.EN == "" || w.ID == w.EN || strings.Contains(w.ID+w.EN, "%!") {
		t.Errorf("%s is not said in both languages: %+v", what, w)
	}
}

// Whatever has a code is said in both languages.
func TestEverythingIsSaidInBothLanguages(t *testing.T) {
	t.Parallel()
	for _, a := range recap.Actions() {
		inBothLanguages(t, string(a), a.Advice())
	}
	if w := recap.Action("another").Advice(); w != (language.Words{}) {
		t.Errorf("an unknown action has the advice %+v", w)
	}
	for _, r := range recap.Reasons() {
		inBothLanguages(t, string(r), r.Words())
	}
	for _, s := range []recap.Standing{recap.LinePaid, recap.LineReturned, recap.LineFailed} {
		inBothLanguages(t, string(s), recap.NameOf(s))
	}
	answer := payment.Outcome{Class: payment.Approved, Code: "00", ApprovalCode: "A1", TraceNumber: "2", ProviderReference: "3", Amount: 4}
	events := []payment.Event{
		payment.Requested{Amount: 5},
		payment.Answered{Call: payment.CallPush, Outcome: answer},
		payment.Notified{Outcome: answer},
		payment.NoAnswer{Call: payment.CallPush, Why: payment.Silent},
		payment.NotSent{Call: payment.CallPush},
	}
	for _, what := range payment.Asks() {
		events = append(events, payment.Asked{What: what, By: "usr_1"}, payment.Asked{What: what, To: payment.Paid})
	}
	for _, e := range events {
		s, tells := recap.StatementOf(time.Time{}, e)
		if !tells {
			t.Errorf("%T tells nothing", e)
		}
		inBothLanguages(t, fmt.Sprintf("%+v", e), s.Words())
	}
	for _, s := range payment.States() {
		inBothLanguages(t, string(s), recap.StatementOfState(time.Time{}, s, 6).Words())
	}
	inBothLanguages(t, "a line", recap.StatementOfLine(recap.Line{Row: 7, Standing: recap.LinePaid, Written: "OK", Fee: 8, HasFee: true, Net: 9, HasNet: true}).Words())
}

func TestCompare(t *testing.T) {
	t.Parallel()
	ours := func(s payment.State, m recap.Money) []recap.Entry {
		return []recap.Entry{{Key: "k", PaymentID: "pay_1", State: s, Money: m, Amount: 1000, Home: true}}
	}
	line := func(s recap.Standing, amount payment.Rupiah) recap.Line {
		return recap.Line{Key: "k", Row: 7, Standing: s, Amount: amount}
	}
	paid, back, failed := line(recap.LinePaid, 1000), line(recap.LineReturned, -1000), line(recap.LineFailed, 1000)
	kept, gone, none := ours(payment.Paid, recap.Kept), ours(payment.Voided, recap.GivenBack), ours(payment.Declined, recap.NotTaken)
	review, open := ours(payment.Review, recap.Doubtful), ours(payment.Awaiting, recap.UnderWay)
	astride, neighbour, contradicted := ours(payment.Paid, recap.Kept), ours(payment.Paid, recap.Kept), ours(payment.Paid, recap.Kept)
	astride[0].Astride, neighbour[0].Home, contradicted[0].Contradicted = true, false, "2026-03-21 10:00:00"
	none2 := []recap.Line(nil)
	beside := func(e []recap.Entry, s recap.ElseSays) []recap.Entry {
		out := []recap.Entry{e[0]}
		out[0].Elsewhere = &recap.Elsewhere{Day: today, ReconciliationID: "rcn_1", Says: s, Row: 3}
		return out
	}
	for _, c := range []struct {
		what   string
		ours   []recap.Entry
		theirs []recap.Line
		class  recap.Class // empty: nothing is found
		action recap.Action
		match  bool
	}{
		{"both paid", kept, []recap.Line{paid}, "", "", true},
		{"paid, not listed", kept, none2, recap.MissingThere, recap.ClaimPayment, false},
		{"paid, failed there", kept, []recap.Line{failed}, recap.StateDiffers, recap.ClaimPayment, false},
		{"paid, given back there", kept, []recap.Line{paid, back}, recap.StateDiffers, recap.AcceptReturn, false},
		{"paid across midnight, not listed", astride, none2, recap.OtherDay, recap.AwaitFile, false},
		{"paid across midnight, failed there", astride, []recap.Line{failed}, recap.StateDiffers, recap.ClaimPayment, false},
		{"paid across midnight, listed in the other file", beside(astride, recap.ElseListed), none2, recap.OtherDay, recap.NoAction, false},
		{"paid across midnight, in neither file", beside(astride, recap.ElseAbsent), none2, recap.MissingThere, recap.ClaimPayment, false},
		{"paid across midnight, in both files", beside(astride, recap.ElseListed), []recap.Line{paid}, recap.Duplicate, recap.ClaimDuplicate, false},
		{"paid across midnight, in this file alone", beside(astride, recap.ElseAbsent), []recap.Line{paid}, "", "", true},
		{"an hour before midnight, listed in the other file", beside(kept, recap.ElseListed), none2, recap.OtherDay, recap.NoAction, false},
		{"of the hours around, not listed", neighbour, none2, "", "", false},
		{"of the hours around, listed", neighbour, []recap.Line{paid}, recap.OtherDay, recap.NoAction, true},
		{"of the hours around, left to this file, not listed", beside(neighbour, recap.ElseAwaited), none2, recap.MissingThere, recap.ClaimPayment, false},
		{"of the hours around, left to this file, listed", beside(neighbour, recap.ElseAwaited), []recap.Line{paid}, recap.OtherDay, recap.NoAction, true},
		{"of the hours around, missing there already", beside(neighbour, recap.ElseAbsent), none2, "", "", false},
		{"of the hours around, in both files", beside(neighbour, recap.ElseListed), []recap.Line{paid}, recap.Duplicate, recap.ClaimDuplicate, false},
		{"of the hours around, in the other file", beside(neighbour, recap.ElseListed), none2, "", "", false},
		{"of the hours around, another amount", neighbour, []recap.Line{line(recap.LinePaid, 999)}, recap.AmountDiffers, recap.ClaimAmount, false},
		{"contradicted", contradicted, []recap.Line{paid}, recap.StateDiffers, recap.CheckPayment, false},
		{"another amount", kept, []recap.Line{line(recap.LinePaid, 999)}, recap.AmountDiffers, recap.ClaimAmount, false},
		{"listed twice", kept, []recap.Line{paid, paid}, recap.Duplicate, recap.ClaimDuplicate, false},
		{"two payments with one key", append(kept, gone...), []recap.Line{paid}, recap.Duplicate, recap.ClaimDuplicate, false},
		{"nobody's", nil, []recap.Line{paid}, recap.MissingHere, recap.FindPayment, false},
		{"nobody's, and failed", nil, []recap.Line{failed}, "", "", false},
		{"nobody's, and given back", nil, []recap.Line{back}, recap.MissingHere, recap.FindPayment, false},
		{"voided, not listed", gone, none2, "", "", false},
		{"voided, charge and return", gone, []recap.Line{paid, back}, "", "", true},
		{"voided, return only", gone, []recap.Line{back}, "", "", true},
		{"voided, return of another amount", gone, []recap.Line{line(recap.LineReturned, -1)}, recap.AmountDiffers, recap.ClaimAmount, false},
		{"voided, paid there", gone, []recap.Line{paid}, recap.StateDiffers, recap.ReturnMoney, false},
		{"declined, not listed", none, none2, "", "", false},
		{"declined, failed there", none, []recap.Line{failed}, "", "", true},
		{"declined, paid there", none, []recap.Line{paid}, recap.StateDiffers, recap.ReturnMoney, false},
		{"declined, given back there", none, []recap.Line{back}, recap.StateDiffers, recap.CheckPayment, false},
		{"in review, paid there", review, []recap.Line{paid}, recap.StateDiffers, recap.ResolvePaid, false},
		{"in review, not listed", review, none2, recap.StateDiffers, recap.ResolveUnpaid, false},
		{"in review, given back", review, []recap.Line{back}, recap.StateDiffers, recap.ResolveUnpaid, false},
		{"under way, paid there", open, []recap.Line{paid}, recap.StateDiffers, recap.CheckPayment, false},
		{"under way, not listed", open, none2, "", "", false},
	} {
		v := recap.Compare(recap.Rules{}, "k", c.ours, c.theirs)
		for _, d := range v.Found {
			inBothLanguages(t, c.what, d.Words())
		}
		switch {
		case c.class == "" && len(v.Found) > 0, c.class != "" && (len(v.Found) != 1 || v.Found[0].Class != c.class || v.Found[0].Action != c.action):
			t.Errorf("%s: %+v, want %s and %s", c.what, v, c.class, c.action)
		case v.Matched != c.match:
			t.Errorf("%s: matched %t", c.what, v.Matched)
		}
	}
	if v := recap.Compare(recap.Rules{}, "k", astride, nil); !v.Carried || v.Gone || v.Brought {
		t.Errorf("what was paid across midnight is not carried: %+v", v)
	}
	if v := recap.Compare(recap.Rules{}, "k", beside(astride, recap.ElseListed), nil); !v.Gone || v.Carried || v.Brought {
		t.Errorf("what the other day's file lists is not gone: %+v", v)
	}
	if v := recap.Compare(recap.Rules{}, "k", neighbour, []recap.Line{paid}); !v.Brought || v.Carried || v.Gone {
		t.Errorf("what is of the other day is not brought: %+v", v)
	}
	agreed := recap.Rules{Fee: recap.FeeRule{Agreed: true, PerMillion: 7000, Fixed: 50, Tolerance: 10}}
	for fee, wrong := range map[recap.Sen]bool{750: false, 760: false, 740: false, 761: true, 700: true} {
		l := paid
		l.Fee, l.HasFee, l.Net, l.HasNet = fee, true, 100_000-fee, true
		if v := recap.Compare(agreed, "k", kept, []recap.Line{l}); (len(v.Found) == 1 && v.Found[0].Class == recap.FeeDiffers) != wrong {
			t.Errorf("a fee of %d sen: %+v, wrong %t", fee, v, wrong)
		}
	}
	odd := line(recap.LinePaid, 900) // another amount, and a net that does not fit
	odd.Fee, odd.HasFee, odd.Net, odd.HasNet = 10, true, 10, true
	if v := recap.Compare(recap.Rules{}, "k", kept, []recap.Line{odd}); len(v.Found) != 2 {
		t.Errorf("amount and fee: %+v, want both", v)
	}
}

func TestDays(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]payment.Day{"2026-03-21": today, "20260321": today, "2026-3-21": 0, "": 0, "21/03/2026": 0, "1999-01-01": 0, "2026-02-30": 0} {
		if got, err := recap.ParseDay(written); got != want || (err == nil) != (want != 0) {
			t.Errorf("ParseDay(%q) = %d, %v", written, got, err)
		}
	}
	if recap.Next(20261231) != 20270101 || recap.DayText(today) != "2026-03-21" {
		t.Error("days are wrong")
	}
	for sen, want := range map[recap.Sen]string{0: "0", 100: "1", 150: "1,50", -5: "-0,05", -200: "-2"} {
		if got := sen.String(); got != want {
			t.Errorf("%d sen = %q, want %q", int64(sen), got, want)
		}
	}
}

// A payment is of both days when it was paid across midnight, or so near to it that the provider may count otherwise.
func TestWhatIsAstride(t *testing.T) {
	t.Parallel()
	next := recap.Next(today)
	for _, c := range []struct {
		what         string
		pushed, paid time.Time
		want         bool
	}{
		{"noon", at(today, "12h"), at(today, "12h5s"), false},
		{"six minutes before midnight", at(today, "23h54m"), at(today, "23h54m59s"), false},
		{"five minutes before midnight", at(today, "23h55m"), at(today, "23h55m9s"), true},
		{"paid within the five minutes", at(today, "23h54m30s"), at(today, "23h55m1s"), true},
		{"across midnight", at(today, "23h40m"), at(next, "1s"), true},
		{"just after midnight", at(today, "4m59s"), at(today, "5m30s"), true},
		{"five minutes after midnight", at(today, "5m"), at(today, "5m30s"), false},
		{"changed by the next morning", at(today, "20h"), at(next, "8h"), false},
		{"changed at the next midnight", at(today, "20h"), at(today, "23h58m"), false},
	} {
		p := pay(c.pushed, c.pushed)
		p.Attempts[0].PaidAt = c.paid
		if got := recap.Entries(p, "ovo", today); len(got) != 1 || got[0].Astride != c.want || !got[0].Home {
			t.Errorf("%s: %+v, want astride %t", c.what, got, c.want)
		}
	}
}

// A number that nobody has took no money, also while the customer gives another one.
func TestWhoeverChoosesAgainHasNotPaid(t *testing.T) {
	t.Parallel()
	p := pay(at(today, "12h"), at(today, "12h"))
	p.State, p.Choice = payment.Created, &payment.Choice{}
	p.Attempts[0].PaidAt, p.Attempts[0].Dead = time.Time{}, payment.DeadNotAsked
	if got := recap.Entries(p, "ovo", today); len(got) != 1 || got[0].Money != recap.NotTaken {
		t.Errorf("%+v, want no money taken", got)
	}
}
