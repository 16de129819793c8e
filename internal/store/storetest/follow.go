package storetest

import (
	"errors"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

func followRules() []Rule {
	return []Rule{
		{"a feed is followed from where it was left, with its payments", followsFeeds},
		{"of many that follow a feed one counts each stretch", followsOnce},
		{"a word finds its merchant's payments, newest first, page by page", findsByWord},
		{"what was told is added up by hours and by days", addsUp},
		{"days know their payments", spansDays},
	}
}

func (w *world) follow(f store.Followed) {
	if f.MerchantID == "" {
		f.MerchantID = Merchant
	}
	w.must("follow", w.Store.Follow(w.ctx, f))
}

func (w *world) behind() []store.Behind {
	list, err := w.Store.Behind(w.ctx, 10)
	w.must("behind", err)
	return list
}

func followsFeeds(w *world) {
	w.terminal(Merchant, TID)
	w.terminal("mer_2", TID)
	made := w.commit(NewPayment(1)).Payment
	w.commit(NewPayment(2, func(r *Request) { r.Mode = payment.Test }))
	w.commit(NewPayment(1, func(r *Request) { r.MerchantID = "mer_2" }))
	want(w, "behind a feed without positions", len(w.behind()), 0)
	sequence := func() {
		_, err := w.Store.Sequence(w.ctx, 100)
		w.must("sequence", err)
	}
	sequence()
	want(w, "behind", w.behind(), []store.Behind{{MerchantID: Merchant}, {MerchantID: "mer_2"}})
	w.commit(Answer(made, after(9), Paid()))
	sequence()
	read := func(after int64, limit int) []store.Heard {
		heard, err := w.Store.ReadOn(w.ctx, Merchant, after, limit)
		w.must("read on", err)
		return heard
	}
	all := read(0, 100)
	if len(all) != 3 || all[0].Position != 1 || all[2].Type != "payment.paid" || all[2].Version != 2 || len(all[2].Body) == 0 {
		w.failf("the feed is %+v, want 3 events", all)
	}
	modes := map[payment.Mode]int{}
	for _, h := range all {
		modes[h.Mode]++
		stored, err := w.Store.Load(w.ctx, Merchant, h.PaymentID)
		w.must("load", err)
		want(w, "the payment of an event", h.Payment, stored)
	}
	want(w, "modes", modes, map[payment.Mode]int{payment.Live: 2, payment.Test: 1})
	want(w, "a part of it", read(1, 1)[0].Position, 2)
	w.follow(store.Followed{From: 0, To: 2})
	want(w, "behind after a part", w.behind(), []store.Behind{{MerchantID: Merchant, Position: 2}, {MerchantID: "mer_2"}})
	w.follow(store.Followed{From: 2, To: 3})
	want(w, "behind after all", w.behind(), []store.Behind{{MerchantID: "mer_2"}})
	want(w, "after the end", len(read(3, 100)), 0)
}

func followsOnce(w *world) {
	count := store.Tally{Hour: at(0), Mode: payment.Live, Type: "payment.paid", Count: 1, Sum: 5}
	for _, err := range w.all(8, func(int) error {
		return w.Store.Follow(w.ctx, store.Followed{MerchantID: Merchant, From: 0, To: 7, Tallies: []store.Tally{count}})
	}) {
		if err != nil && !errors.Is(err, store.ErrConflict) {
			w.failf("follow: %w, want ErrConflict", err)
		}
	}
	if err := w.Store.Follow(w.ctx, store.Followed{MerchantID: Merchant, From: 3, To: 9, Tallies: []store.Tally{count}}); !errors.Is(err, store.ErrConflict) {
		w.failf("follow from elsewhere: %v, want ErrConflict", err)
	}
	want(w, "tallies", w.tallies(store.TallyFilter{From: at(0), To: at(1)}), []store.Tally{count})
}

func (w *world) tallies(f store.TallyFilter) []store.Tally {
	if f.MerchantID == "" {
		f.MerchantID = Merchant
	}
	list, err := w.Store.Tallies(w.ctx, f)
	w.must("tallies", err)
	return inUTC(list)
}

func findsByWord(w *world) {
	w.terminal(Merchant, TID)
	w.terminal("mer_2", TID)
	var words []store.Word
	for n := range 30 {
		w.commit(NewPayment(n, func(r *Request) {
			if n%2 == 1 {
				r.Mode = payment.Test
			}
		}))
		words = append(words, store.Word{Word: "amount:5", PaymentID: PaymentID(n)}, store.Word{Word: "own:" + PaymentID(n), PaymentID: PaymentID(n)})
	}
	w.commit(NewPayment(7, func(r *Request) { r.MerchantID = "mer_2" }))
	w.follow(store.Followed{To: 1, Words: append(words, words[0])})
	w.follow(store.Followed{From: 1, To: 2, Words: words[:2]}) // the same again
	w.follow(store.Followed{From: 2, To: 3, Words: []store.Word{{Word: "gone", PaymentID: PaymentID(99)}}})
	w.follow(store.Followed{MerchantID: "mer_2", To: 1, Words: []store.Word{{Word: "theirs", PaymentID: PaymentID(7)}}})
	word := func(change func(*store.Filter)) []int {
		f := store.Filter{Word: "amount:5", Limit: 100}
		change(&f)
		return w.page(f)
	}
	for name, c := range map[string]struct {
		change func(*store.Filter)
		want   []int
	}{
		"a common word":     {func(*store.Filter) {}, down(29, 0)},
		"its first page":    {func(f *store.Filter) { f.Limit = 0 }, down(29, 10)},
		"its next page":     {func(f *store.Filter) { f.Limit, f.Before = 0, PaymentID(10) }, down(9, 0)},
		"newer than one":    {func(f *store.Filter) { f.After = PaymentID(27) }, down(29, 28)},
		"a rare word":       {func(f *store.Filter) { f.Word = "own:" + PaymentID(3) }, []int{3}},
		"an unknown word":   {func(f *store.Filter) { f.Word = "amount:6" }, nil},
		"another's word":    {func(f *store.Filter) { f.Word = "theirs" }, nil},
		"of what is gone":   {func(f *store.Filter) { f.Word = "gone" }, nil},
		"with a mode":       {func(f *store.Filter) { f.Mode, f.After = payment.Test, PaymentID(26) }, []int{29, 27}},
		"with a reference":  {func(f *store.Filter) { f.Reference = "order-4" }, []int{4}},
		"with a state":      {func(f *store.Filter) { f.States = []payment.State{payment.Paid} }, nil},
		"with its state":    {func(f *store.Filter) { f.States, f.Limit = []payment.State{payment.Paid, payment.Pushing}, 1 }, []int{29}},
		"made before":       {func(f *store.Filter) { f.To = at(-1) }, nil},
		"made from then on": {func(f *store.Filter) { f.From, f.Limit = at(0), 2 }, []int{29, 28}},
	} {
		want(w, name, word(c.change), c.want)
	}
	want(w, "no word, newer than one", w.page(store.Filter{After: PaymentID(27)}), down(29, 28))
	want(w, "no word, between two", w.page(store.Filter{After: PaymentID(5), Before: PaymentID(8), States: []payment.State{payment.Pushing}}), []int{7, 6})
}

func addsUp(w *world) {
	midnight := time.Date(2026, 11, 22, 0, 0, 0, 0, payment.WIB)
	count := func(hour int, change func(*store.Tally)) store.Tally {
		t := store.Tally{
			Hour: midnight.Add(time.Duration(hour) * time.Hour), Mode: payment.Live, Rail: payment.OVO, Type: "payment.paid", Count: 1, Sum: 100,
		}
		change(&t)
		return inUTC(t)
	}
	plain := func(*store.Tally) {}
	declined := func(t *store.Tally) { t.Type, t.Code, t.Sum = "payment.declined", "17", 0 }
	test := func(t *store.Tally) { t.Mode = payment.Test }
	n := func(count int64) func(*store.Tally) {
		return func(t *store.Tally) { t.Count, t.Sum = count, payment.Rupiah(100*count) }
	}
	w.follow(store.Followed{To: 1, Tallies: []store.Tally{count(0, plain), count(0, declined), count(0, plain), count(-1, plain)}})
	w.follow(store.Followed{From: 1, To: 2, Tallies: []store.Tally{count(0, plain), count(23, plain), count(24, plain), count(1, test)}})
	w.follow(store.Followed{MerchantID: "mer_2", To: 1, Tallies: []store.Tally{count(0, plain)}})
	f := store.TallyFilter{From: midnight, To: midnight.Add(24 * time.Hour)}
	want(w, "hours", w.tallies(f), []store.Tally{count(0, declined), count(0, n(3)), count(1, test), count(23, plain)})
	f.Mode = payment.Live
	want(w, "hours of a mode", w.tallies(f), []store.Tally{count(0, declined), count(0, n(3)), count(23, plain)})
	f.ByDay, f.From, f.To = true, f.From.Add(-24*time.Hour), f.To.Add(24*time.Hour)
	want(w, "days", w.tallies(f), []store.Tally{count(-24, plain), count(0, declined), count(0, n(4)), count(24, plain)})
}

func spansDays(w *world) {
	day := func(d payment.Day, ids ...int) (days []store.DayPayment) {
		for _, n := range ids {
			days = append(days, store.DayPayment{Day: d, PaymentID: PaymentID(n)})
		}
		return days
	}
	w.follow(store.Followed{To: 1, Days: append(day(20261121, 5, 3, 4), day(20261122, 8)...)})
	w.follow(store.Followed{From: 1, To: 2, Days: append(day(20261122, 7), day(20261121, 6)...)})
	w.follow(store.Followed{MerchantID: "mer_2", To: 1, Days: day(20261122, 1)})
	for _, c := range []struct {
		from, to    payment.Day
		first, last string
	}{
		{20261121, 20261121, PaymentID(3), PaymentID(6)},
		{20261122, 20261122, PaymentID(7), PaymentID(8)},
		{20261121, 20261122, PaymentID(3), PaymentID(8)},
		{20261123, 20261130, "", ""},
	} {
		first, last, err := w.Store.DaySpan(w.ctx, Merchant, c.from, c.to)
		w.must("day span", err)
		if first != c.first || last != c.last {
			w.failf("payments from %d to %d are %q to %q, want %q to %q", c.from, c.to, first, last, c.first, c.last)
		}
	}
}
