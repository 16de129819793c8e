package books_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/books"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/recap"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/storetest"
)

// night is a midnight with payments on both sides of it, and what two days' files say of them.
type night struct {
	*world
	books *books.Books
	rows  map[int]string // of payments, as a file lists them
}

func newNight(t *testing.T) *night {
	t.Helper()
	w := newWorld(t)
	n := &night{world: w, books: w.books(w.store), rows: map[int]string{}}
	midnight := recap.End(today)
	for i, at := range []time.Time{
		morning(today),
		midnight.Add(-2 * time.Second), // 1: its money came after midnight
		midnight.Add(-4 * time.Minute), // 2
		midnight.Add(-90 * time.Second),
		midnight.Add(3 * time.Second), // 4: of tomorrow
		midnight.Add(-time.Hour),      // 5: not near midnight, but of a provider whose day ends earlier
		morning(tomorrow),
	} {
		p := w.paid(at, i, lateToo)
		a := p.Attempts[0]
		n.rows[i] = fmt.Sprintf("%s,%d,%d,%d,SUCCESS,\n", a.Terminal.TID, a.Number.Batch, a.Number.Reference, p.Amount)
	}
	w.clock.Set(morning(recap.Next(tomorrow)))
	return n
}

// lateToo lets a push through although it is near the cut-off.
func lateToo(r *storetest.Request) { r.Flag = true }

// file lists payments.
func (n *night) file(payments ...int) string {
	s := header
	for _, i := range payments {
		s += n.rows[i]
	}
	return s
}

// reconciled gives what a day's file brings to light, as class, payment and action.
func (n *night) reconciled(day payment.Day, payments ...int) (books.Result, string) {
	n.Helper()
	o := n.order()
	o.Day = day
	n.clock.Set(n.clock.Now().Add(time.Minute))
	r := n.ended(n.books, o, n.file(payments...))
	if r.State != store.Reconciled || r.Summary == nil {
		n.Fatalf("ended as %+v", r)
	}
	return r, n.found(r)
}

func (n *night) found(r books.Result) string {
	n.Helper()
	list, err := n.books.Dossiers(n.Context(), store.DiscrepancyFilter{MerchantID: storetest.Merchant, ReconciliationID: r.ID})
	if err != nil {
		n.Fatal(err)
	}
	var all []string
	for _, d := range list {
		i := 0
		for d.Ours[0].PaymentID != storetest.PaymentID(i) {
			i++
		}
		s := fmt.Sprintf("%d %s %s", i, d.Class, d.Action)
		if d.Settled != nil {
			s += fmt.Sprintf(" settled by row %d of %s", d.Settled.Row, recap.DayText(d.Settled.Day))
		}
		all = append(all, s)
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}

func (n *night) want(what, got string, want ...string) {
	n.Helper()
	if w := strings.Join(want, "\n"); got != w {
		n.Errorf("%s:\n%s\nwant:\n%s", what, got, w)
	}
}

// A payment that the next day's file lists is closed by it, one that neither lists is missing, one that both list is listed
// twice; and nothing else is found, whichever of the two files comes first.
func TestPaymentsAreFollowedAcrossMidnight(t *testing.T) {
	t.Parallel()
	t.Run("today first", func(t *testing.T) {
		t.Parallel()
		n := newNight(t)
		r, found := n.reconciled(today, 0, 3, 4)
		n.want("today", found,
			"1 other_day await_file", "2 other_day await_file", "4 other_day none", "5 missing_there claim_payment")
		if r.Found != 1 || r.Kept != 4 || r.Summary.Carried != 2 || r.Summary.Brought != 1 || r.Summary.Gone != 0 || r.Summary.Matched != 3 || len(r.Summary.Warnings) > 0 {
			t.Errorf("today's summary = %+v of %+v", r.Summary, r.Reconciliation)
		}
		next, found := n.reconciled(tomorrow, 1, 3, 5, 6)
		n.want("tomorrow", found,
			"1 other_day none", "2 missing_there claim_payment", "3 duplicate claim_duplicate", "4 other_day none", "5 other_day none")
		if next.Found != 2 || next.Summary.Gone != 1 || next.Summary.Brought != 2 || next.Summary.Clean() {
			t.Errorf("tomorrow's summary = %+v of %+v", next.Summary, next.Reconciliation)
		}
		n.want("today, afterwards", n.found(r),
			"1 other_day await_file settled by row 2 of 2026-11-22", "2 other_day await_file", "4 other_day none",
			"5 missing_there claim_payment settled by row 4 of 2026-11-22")
		_, found = n.reconciled(tomorrow, 1, 2, 5, 6) // a corrected file
		n.want("tomorrow, corrected", found, "1 other_day none", "2 other_day none", "4 other_day none", "5 other_day none")
		n.want("today, in the end", n.found(r),
			"1 other_day await_file settled by row 2 of 2026-11-22", "2 other_day await_file settled by row 3 of 2026-11-22", "4 other_day none",
			"5 missing_there claim_payment settled by row 4 of 2026-11-22")
		again, found := n.reconciled(today, 0, 3, 4)
		n.want("today, once more", found, "1 other_day none", "2 other_day none", "4 other_day none", "5 other_day none")
		if !again.Summary.Clean() || again.Found != 0 || again.Summary.Gone != 3 {
			t.Errorf("today's second summary = %+v of %+v", again.Summary, again.Reconciliation)
		}
	})
	t.Run("tomorrow first", func(t *testing.T) {
		t.Parallel()
		n := newNight(t)
		r, found := n.reconciled(tomorrow, 1, 3, 5, 6)
		n.want("tomorrow", found, "1 other_day none", "3 other_day none", "4 other_day await_file", "5 other_day none")
		if r.Found != 0 || !r.Summary.Clean() {
			t.Errorf("tomorrow's summary = %+v", r.Summary)
		}
		_, found = n.reconciled(today, 0, 3, 4)
		n.want("today", found,
			"1 other_day none", "2 missing_there claim_payment", "3 duplicate claim_duplicate", "4 other_day none", "5 other_day none")
		n.want("tomorrow, afterwards", n.found(r), "1 other_day none", "3 other_day none", "4 other_day await_file settled by row 4 of 2026-11-21", "5 other_day none")
	})
}

// A file of a day that is not over says nothing of what it does not list; another account's or mode's says nothing at all; and a
// payment that has changed since its day was reconciled is not taken for one that was matched.
func TestWhatTheOtherDaysFileCannotSay(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.clock.Set(morning(tomorrow))
	n.reconciled(tomorrow, 4)
	_, found := n.reconciled(today, 0, 3, 5)
	n.want("today, with tomorrow not over", found, "1 other_day await_file", "2 other_day await_file")
	n.clock.Set(morning(recap.Next(tomorrow)))
	for _, edit := range []func(*store.Reconciliation){
		func(r *store.Reconciliation) { r.Account = "acc_2" },
		func(r *store.Reconciliation) { r.Mode = payment.Test },
		func(r *store.Reconciliation) { r.State = store.Failed },
	} {
		r := store.Reconciliation{
			MerchantID: storetest.Merchant, ID: n.books.NewID("rcn_"), Mode: payment.Live, Account: "acc_1", Day: tomorrow, State: store.Reconciled,
			CreatedAt: n.clock.Now(), Summary: []byte(`{}`),
		}
		edit(&r)
		if err := n.store.SaveReconciliation(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	_, found = n.reconciled(today, 0, 3, 5)
	n.want("today, with others' files", found, "1 other_day await_file", "2 other_day await_file")

	m := newNight(t)
	p := m.push(recap.End(today).Add(-10*time.Minute), 7, lateToo)
	a := p.Attempts[0]
	m.rows[7] = fmt.Sprintf("%s,%d,%d,%d,SUCCESS,\n", a.Terminal.TID, a.Number.Batch, a.Number.Reference, p.Amount)
	m.clock.Set(morning(recap.Next(tomorrow)))
	m.reconciled(today, 0, 1, 2, 3, 5)
	at := m.clock.Now().Add(time.Second)
	m.next(p, payment.Answered{At: at, Call: payment.CallPush, Try: 1, Outcome: storetest.Paid()})
	_, found = m.reconciled(tomorrow, 4, 6, 7)
	m.want("tomorrow, with a payment that was under way", found, "7 other_day none")

	o := newNight(t)
	r, _ := o.reconciled(today, 0, 3)
	r.Found += 10_000 // of which not all are kept: what is not among them need not have been matched
	if err := o.store.SaveReconciliation(t.Context(), r.Reconciliation); err != nil {
		t.Fatal(err)
	}
	_, found = o.reconciled(tomorrow, 3, 4, 6)
	o.want("tomorrow, with more found today than is kept", found, "1 missing_there claim_payment", "2 missing_there claim_payment", "3 other_day none")
}
