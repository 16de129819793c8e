package storetest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/recap"
	"github.com/lunas-pay/lunas/internal/store"
)

func bookRules() []Rule {
	return []Rule{
		{"a day is counted as its payments stand, and each of them once", countsDays},
		{"what happens to a payment after its day is noted with it", notesLate},
		{"a payment that counts on another day than that of its making is found there", findsMoved},
		{"recaps are written once, with what is told of them", savesRecaps},
		{"recaps are listed the newest day first, page by page", listsRecaps},
		{"a reconciliation is listed with what it has found", reconciliations},
	}
}

// night is so many seconds after Morning that the next day has begun: 00:30 WIB.
const night = 14*3600 + 1800

const (
	today    payment.Day = 20261121
	tomorrow payment.Day = 20261122
)

func (w *world) counts(day payment.Day) []recap.Count {
	list, err := w.Store.CountDay(w.ctx, Merchant, day)
	w.must("count day", err)
	slices.SortFunc(list, func(a, b recap.Count) int {
		return cmp.Or(strings.Compare(string(a.Mode), string(b.Mode)), strings.Compare(a.Terminal, b.Terminal), cmp.Compare(a.Batch, b.Batch), strings.Compare(string(a.State), string(b.State)))
	})
	return list
}

func (w *world) facts(day payment.Day) (list []store.Fact) {
	w.must("facts", w.Store.Facts(w.ctx, Merchant, day, func(f store.Fact) error {
		list = append(list, f)
		return nil
	}))
	return list
}

func (w *world) span(s store.Span) (ns []int) {
	s.MerchantID = Merchant
	w.must("each payment", w.Store.EachPayment(w.ctx, s, func(p payment.Payment) error {
		ns = append(ns, numbersOf([]store.Task{{PaymentID: p.ID}})...)
		want(w, "payment", p, w.load(Merchant, p.ID))
		return nil
	}))
	slices.Sort(ns)
	return ns
}

func countsDays(w *world) {
	w.terminal(Merchant, TID)
	w.terminal(Merchant, "ter_2")
	w.terminal("mer_2", TID)
	traders, err := w.Store.Traders(w.ctx)
	w.must("traders", err)
	want(w, "traders", traders, []string{Merchant, "mer_2"})
	if _, err := w.Store.FirstMade(w.ctx, Merchant); !errors.Is(err, store.ErrNotFound) {
		w.failf("the first payment of none = %v, want ErrNotFound", err)
	}
	for n := range 6 {
		w.paid(1000*n, n) // 10.000 + n
	}
	w.pushAt(7000, 6)
	declined := w.pushAt(7100, 7, func(r *Request) { r.Terminal = "ter_2" })
	w.commit(Answer(declined, after(7110), payment.Outcome{Class: payment.Refused, Code: "17"}))
	unsent := w.pushAt(7200, 8, func(r *Request) { r.Terminal, r.Mode = "ter_2", payment.Test })
	w.next(unsent, payment.NotSent{At: at(7201), Call: payment.CallPush, Try: 1})
	w.paid(8000, 9, func(r *Request) { r.MerchantID = "mer_2" })
	w.paid(night, 10)
	first, err := w.Store.FirstMade(w.ctx, Merchant)
	if err != nil || !first.Equal(Morning()) {
		w.failf("the first payment was made at %v, %v; want %v", first, err, Morning())
	}
	count := func(mode payment.Mode, terminal string, batch payment.Batch, state payment.State, n, sum int64, from, to payment.ReferenceNumber) recap.Count {
		return recap.Count{Mode: mode, Terminal: terminal, Batch: batch, Account: "acc_1", Rail: payment.OVO, State: state, Total: recap.Total{Count: n, Sum: payment.Rupiah(sum)}, First: from, Last: to}
	}
	want(w, "the day", w.counts(today), []recap.Count{
		count(payment.Live, TID, 1, payment.Paid, 6, 60_015, 1, 6),
		count(payment.Live, TID, 1, payment.Pushing, 1, 10_006, 7, 7),
		count(payment.Live, "ter_2", 1, payment.Declined, 1, 10_007, 1, 1),
		count(payment.Test, "ter_2", 1, payment.Expired, 1, 10_008, 2, 2),
	})
	want(w, "the next day", w.counts(tomorrow), []recap.Count{count(payment.Live, TID, 2, payment.Paid, 1, 10_010, 1, 1)})
	want(w, "a day without payments", len(w.counts(tomorrow+1)), 0)
	var numbers []store.DayNumber
	w.must("numbers", w.Store.DayNumbers(w.ctx, Merchant, today, func(n store.DayNumber) error {
		numbers = append(numbers, n)
		return nil
	}))
	slices.SortFunc(numbers, func(a, b store.DayNumber) int {
		return cmp.Or(strings.Compare(a.Terminal, b.Terminal), cmp.Compare(a.Reference, b.Reference))
	})
	if len(numbers) != 9 || numbers[8] != (store.DayNumber{Mode: payment.Test, Terminal: "ter_2", Batch: 1, Reference: 2}) {
		w.failf("the day's numbers = %+v", numbers)
	}
	var burnt []recap.Held
	w.must("burnt", w.Store.Burnt(w.ctx, Merchant, today, func(h recap.Held) error {
		burnt = append(burnt, h)
		return nil
	}))
	want(w, "burnt", burnt, []recap.Held{{Terminal: "ter_2", Batch: 1, Gap: recap.Gap{From: 2, To: 2, Reason: recap.NotSent, PaymentID: PaymentID(8)}}})
	end := recap.End(today)
	want(w, "payments of the day", w.span(store.Span{From: today.Start(), To: end, Day: today}), []int{0, 1, 2, 3, 4, 5, 6, 7, 8})
	want(w, "those of test mode", w.span(store.Span{From: today.Start(), To: end, Day: today, Mode: payment.Test}), []int{8})
	want(w, "with an hour more", w.span(store.Span{From: today.Start(), To: end.Add(time.Hour), Day: today}), []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 10})
	want(w, "up to the third", w.span(store.Span{From: today.Start(), To: at(2000), Day: today}), []int{0, 1})
	stop := errors.New("enough")
	if err := w.Store.EachPayment(w.ctx, store.Span{MerchantID: Merchant, From: today.Start(), To: end, Day: today}, func(payment.Payment) error { return stop }); !errors.Is(err, stop) {
		w.failf("reading that is to end = %v, want its error", err)
	}
}

func notesLate(w *world) {
	w.terminal(Merchant, TID)
	w.paid(0, 1)
	want(w, "facts of a payment that lived on its day", len(w.facts(today)), 0)
	p := w.pushAt(night-1800-600, 2) // 23:50:00
	c := Answer(p, at(night-1800+10), Paid())
	w.commit(c)
	fact := store.Fact{PaymentID: PaymentID(2), Version: 2, At: at(night - 1800 + 10)}
	want(w, "facts of one that was paid after midnight", w.facts(today), []store.Fact{fact})
	want(w, "facts of the next day", len(w.facts(tomorrow)), 0)
	unseen := func(before payment.Day) []payment.Day {
		days, err := w.Store.UnseenDays(w.ctx, Merchant, before)
		w.must("unseen days", err)
		return days
	}
	want(w, "unseen days", unseen(tomorrow), []payment.Day{today})
	want(w, "unseen days before the day", len(unseen(today)), 0)
	save := func(version int) {
		w.must("save recaps", w.Store.SaveRecaps(w.ctx, store.Closing{
			MerchantID: Merchant, Day: today, At: at(night), Seen: []store.Fact{{PaymentID: PaymentID(2), Version: version}},
		}))
	}
	save(1)
	want(w, "unseen days after an older version was seen", unseen(tomorrow), []payment.Day{today})
	save(2)
	want(w, "unseen days after it was seen", len(unseen(tomorrow)), 0)
	fact.Seen = 2
	want(w, "facts that were seen", w.facts(today), []store.Fact{fact})
	save(1) // comes too late to undo anything
	want(w, "facts after an older version again", w.facts(today), []store.Fact{fact})
	w.next(c.Payment, payment.Asked{At: at(night + 5), What: payment.AskCheck, By: "key_1"})
	fact.Version, fact.At = 3, at(night+5)
	want(w, "facts after something more", w.facts(today), []store.Fact{fact})
	want(w, "unseen days then", unseen(tomorrow), []payment.Day{today})
}

// findsMoved makes a payment before midnight that takes its number after it.
func findsMoved(w *world) {
	w.terminal(Merchant, TID)
	w.Clock.Set(at(night))
	c := NewPayment(1)
	finish := c.Finish
	c.Finish = func(n payment.Number, t0 time.Time) (store.Change, error) {
		out, err := finish(n, t0)
		out.Payment.CreatedAt = at(night - 1800 - 5) // 23:59:55 of the day before
		return out, err
	}
	w.commit(c)
	w.paid(night+60, 2)
	want(w, "count of the day of its making", len(w.counts(today)), 0)
	counts := w.counts(tomorrow)
	if len(counts) != 2 || counts[0].Total.Count+counts[1].Total.Count != 2 {
		w.failf("the day on which it counts = %+v, want both payments", counts)
	}
	end := recap.End(tomorrow)
	want(w, "payments of the day on which it counts", w.span(store.Span{From: tomorrow.Start(), To: end, Day: tomorrow}), []int{1, 2})
	want(w, "with the hour before", w.span(store.Span{From: tomorrow.Start().Add(-time.Hour), To: end, Day: tomorrow}), []int{1, 2})
	want(w, "payments that were made on the day before", w.span(store.Span{From: today.Start(), To: recap.End(today), Day: today}), []int{1})
}

// recapOf is a recap of a terminal.
func recapOf(day payment.Day, terminal string, version int) recap.Recap {
	r := recap.Recap{
		MerchantID: Merchant, Mode: payment.Live, Day: day, Terminal: terminal, Version: version, ClosedAt: at(night),
		Batches: []recap.Batch{{Batch: 1, Accounts: []recap.Account{{Account: "acc_1", Rail: payment.OVO}}, Numbering: recap.Numbering{
			First: 1, Last: 3, Given: 2, GapsAll: 1, Gaps: []recap.Gap{{From: 2, To: 2, Reason: recap.Skipped}},
		}}},
	}
	r.Batches[0].Accounts[0].Totals.Paid = recap.Total{Count: int64(version), Sum: 12_500}
	if version > 1 {
		r.Why = []recap.Late{{PaymentID: PaymentID(1), State: payment.Refunded, Event: "answered", At: at(night)}}
	}
	return r
}

func (w *world) recaps(f store.RecapFilter) (list []recap.Recap) {
	f.MerchantID = Merchant
	list, err := w.Store.Recaps(w.ctx, f)
	w.must("recaps", err)
	return list
}

func savesRecaps(w *world) {
	w.endpoint(Endpoint(1, wanting("recap.*")))
	last, err := w.Store.LastClosed(w.ctx, Merchant)
	if err != nil || last != 0 {
		w.failf("the last day of none = %v, %v", last, err)
	}
	told := store.Told{ID: "evt_1", MerchantID: Merchant, Mode: payment.Live, Type: "recap.closed", At: at(night), Body: []byte(`{}`)}
	closing := store.Closing{
		MerchantID: Merchant, Day: today, At: at(night), Recaps: []recap.Recap{recapOf(today, "ter_1", 1), recapOf(today, "ter_2", 1)},
		Told: []store.Told{told},
	}
	w.must("save", w.Store.SaveRecaps(w.ctx, closing))
	want(w, "recaps", w.recaps(store.RecapFilter{}), closing.Recaps)
	want(w, "deliveries", w.types("whe_1"), []string{"recap.closed"})
	w.sequence(10, 1)
	if feed := w.feed(payment.Live, 0); len(feed) != 1 || feed[0].ID != "evt_1" {
		w.failf("the feed = %+v, want the recap's event", feed)
	}
	if _, err := w.Store.Closed(w.ctx, Merchant, today); !errors.Is(err, store.ErrNotFound) {
		w.failf("a day that is not closed = %v, want ErrNotFound", err)
	}
	again := closing
	again.Recaps, again.Final = []recap.Recap{recapOf(today, "ter_3", 1), recapOf(today, "ter_2", 1)}, true
	again.Recaps[1].Batches = nil
	again.Told = []store.Told{{ID: "evt_2", MerchantID: Merchant, Mode: payment.Live, Type: "recap.closed", At: at(night), Body: []byte(`{}`)}}
	if err := w.Store.SaveRecaps(w.ctx, again); !errors.Is(err, store.ErrConflict) {
		w.failf("a recap that is there already = %v, want ErrConflict", err)
	}
	want(w, "recaps after that", w.recaps(store.RecapFilter{}), closing.Recaps)
	want(w, "deliveries after that", w.types("whe_1"), []string{"recap.closed"})
	again.Recaps = again.Recaps[:1]
	w.must("save", w.Store.SaveRecaps(w.ctx, again))
	again.At, again.Recaps, again.Told = at(night+60), nil, nil
	w.must("save", w.Store.SaveRecaps(w.ctx, again))
	closedAt, err := w.Store.Closed(w.ctx, Merchant, today)
	if err != nil || !closedAt.Equal(at(night)) {
		w.failf("closed at %v, %v; want %v", closedAt, err, at(night))
	}
	if last, err := w.Store.LastClosed(w.ctx, Merchant); err != nil || last != today {
		w.failf("the last day = %v, %v; want %v", last, err, today)
	}
	if last, err := w.Store.LastClosed(w.ctx, "mer_2"); err != nil || last != 0 {
		w.failf("the last day of another merchant = %v, %v", last, err)
	}
}

func listsRecaps(w *world) {
	test := recapOf(today, "ter_1", 1)
	test.Mode = payment.Test
	all := []recap.Recap{
		recapOf(tomorrow, "ter_1", 1), recapOf(today, "ter_1", 3), recapOf(today, "ter_1", 2), recapOf(today, "ter_1", 1),
		recapOf(today, "ter_2", 1), test,
	}
	for _, r := range all {
		w.must("save", w.Store.SaveRecaps(w.ctx, store.Closing{MerchantID: Merchant, Day: r.Day, At: at(night), Recaps: []recap.Recap{r}}))
	}
	those := func(ns ...int) (list []recap.Recap) {
		for _, n := range ns {
			list = append(list, all[n])
		}
		return list
	}
	for _, c := range []struct {
		what string
		f    store.RecapFilter
		want []recap.Recap
	}{
		{"the newest versions", store.RecapFilter{}, those(0, 1, 4, 5)},
		{"every version", store.RecapFilter{Versions: true}, those(0, 1, 2, 3, 4, 5)},
		{"a version", store.RecapFilter{Version: 2}, those(2)},
		{"of a mode", store.RecapFilter{Mode: payment.Live}, those(0, 1, 4)},
		{"of a terminal", store.RecapFilter{Terminal: "ter_2"}, those(4)},
		{"from a day", store.RecapFilter{From: tomorrow}, those(0)},
		{"up to a day", store.RecapFilter{To: today}, those(1, 4, 5)},
		{"the first page", store.RecapFilter{Versions: true, Limit: 2}, those(0, 1)},
		{"the next page", store.RecapFilter{Versions: true, Limit: 2, After: &all[1]}, those(2, 3)},
		{"the page after it", store.RecapFilter{Versions: true, Limit: 2, After: &all[3]}, those(4, 5)},
		{"the last page", store.RecapFilter{After: &all[5]}, nil},
	} {
		want(w, c.what, w.recaps(c.f), c.want)
	}
}

func reconciliations(w *world) {
	r := func(n int) store.Reconciliation {
		return store.Reconciliation{
			MerchantID: Merchant, ID: fmt.Sprintf("rcn_%d", n), Mode: payment.Live, Account: "acc_1", Day: today + payment.Day(n%2), State: store.Reconciling,
			By: "key_1", CreatedAt: at(n), BeatAt: at(n), File: `settlement "1".csv`, Hash: "abc", Size: 12, Mapping: "ovo",
		}
	}
	for n := range 4 {
		one := r(n)
		if n == 3 {
			one.Mode, one.Account = payment.Test, "acc_2"
		}
		w.must("save", w.Store.SaveReconciliation(w.ctx, one, deed(n, "")))
	}
	want(w, "actions", len(w.actions(store.ActionFilter{MerchantID: Merchant})), 4)
	done := r(1)
	done.State, done.EndedAt, done.Summary, done.Found, done.Kept, done.Read = store.Reconciled, at(9), []byte(`{"rows":3}`), 3, 3, 7
	w.must("save again", w.Store.SaveReconciliation(w.ctx, done))
	got, err := w.Store.Reconciliation(w.ctx, Merchant, "rcn_1")
	w.must("reconciliation", err)
	want(w, "reconciliation", got, done)
	for _, id := range []string{"rcn_9", ""} {
		if _, err := w.Store.Reconciliation(w.ctx, Merchant, id); !errors.Is(err, store.ErrNotFound) {
			w.failf("the reconciliation %q = %v, want ErrNotFound", id, err)
		}
	}
	if _, err := w.Store.Reconciliation(w.ctx, "mer_2", "rcn_1"); !errors.Is(err, store.ErrNotFound) {
		w.failf("another merchant's reconciliation = %v, want ErrNotFound", err)
	}
	for _, c := range []struct {
		what string
		f    store.ReconciliationFilter
		want string
	}{
		{"all", store.ReconciliationFilter{}, "rcn_3 rcn_2 rcn_1 rcn_0"},
		{"of a mode", store.ReconciliationFilter{Mode: payment.Live}, "rcn_2 rcn_1 rcn_0"},
		{"of an account", store.ReconciliationFilter{Account: "acc_2"}, "rcn_3"},
		{"of a day", store.ReconciliationFilter{From: today, To: today}, "rcn_2 rcn_0"},
		{"a page", store.ReconciliationFilter{Before: "rcn_3", Limit: 2}, "rcn_2 rcn_1"},
	} {
		c.f.MerchantID = Merchant
		list, err := w.Store.Reconciliations(w.ctx, c.f)
		w.must("reconciliations", err)
		var ids []string
		for _, r := range list {
			ids = append(ids, r.ID)
		}
		want(w, "reconciliations, "+c.what, strings.Join(ids, " "), c.want)
	}
	found := []store.Discrepancy{
		{Number: 1, Class: recap.MissingThere, PaymentID: PaymentID(1), Body: []byte(`{"a":1}`)},
		{Number: 2, Class: recap.MissingHere, Body: []byte(`{}`)},
		{Number: 3, Class: recap.MissingThere, PaymentID: PaymentID(2), Body: []byte(`{}`)},
	}
	w.must("add", w.Store.AddDiscrepancies(w.ctx, Merchant, "rcn_1", found[:2]))
	w.must("add", w.Store.AddDiscrepancies(w.ctx, Merchant, "rcn_1", found[2:]))
	w.must("add", w.Store.AddDiscrepancies(w.ctx, Merchant, "rcn_2", found[:1]))
	list := func(f store.DiscrepancyFilter) []store.Discrepancy {
		f.MerchantID, f.ReconciliationID = Merchant, "rcn_1"
		l, err := w.Store.Discrepancies(w.ctx, f)
		w.must("discrepancies", err)
		return l
	}
	want(w, "discrepancies", list(store.DiscrepancyFilter{}), found)
	want(w, "discrepancies of a class", list(store.DiscrepancyFilter{Class: recap.MissingThere}), []store.Discrepancy{found[0], found[2]})
	want(w, "discrepancies of a payment", list(store.DiscrepancyFilter{PaymentID: PaymentID(2)}), found[2:])
	want(w, "discrepancies of a payment and a class", list(store.DiscrepancyFilter{PaymentID: PaymentID(2), Class: recap.MissingHere}), nil)
	want(w, "discrepancies after the first", list(store.DiscrepancyFilter{After: 1, Limit: 1}), found[1:2])
}
