package storetest

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

func readRules() []Rule {
	return []Rule{
		{"pages hold every payment once, newest first", pages},
		{"filters choose", filters},
		{"Newer gives what has grown and nothing else", newer},
		{"a journal folds to the stored payment", journalsFold},
		{"exchanges stand in the order in which they began", ordersExchanges},
		{"what is not there is an empty list", emptyLists},
		{"Ping answers", func(w *world) { w.must("ping", w.Store.Ping(w.ctx)) }},
	}
}

func (w *world) page(f store.Filter) []int {
	f.MerchantID = Merchant
	page, err := w.Store.Payments(w.ctx, f)
	w.must("payments", err)
	tasks := make([]store.Task, len(page))
	for i, p := range page {
		tasks[i].PaymentID = p.ID
	}
	return numbersOf(tasks)
}

// down counts from one number down to another.
func down(from, to int) []int {
	var ns []int
	for n := from; n >= to; n-- {
		ns = append(ns, n)
	}
	return ns
}

func pages(w *world) {
	const payments = 250
	w.terminal(Merchant, TID)
	w.terminal("mer_2", TID)
	w.must("commit", errorsOf(w.all(payments, func(i int) error {
		_, err := w.Store.Commit(w.ctx, NewPayment(i*7%payments)) // 7 and 250 have no common factor: every number once
		return err
	})))
	w.commit(NewPayment(100, func(r *Request) { r.MerchantID = "mer_2" }))
	want(w, "page without a limit", w.page(store.Filter{}), down(249, 230))
	want(w, "page with too large a limit", w.page(store.Filter{Limit: 1000}), down(249, 150))
	want(w, "page of one", w.page(store.Filter{Limit: 1, Before: PaymentID(10)}), []int{9})
	var all []int
	f := store.Filter{Limit: 60}
	for range payments {
		page := w.page(f)
		if len(page) == 0 {
			break
		}
		all = append(all, page...)
		f.Before = PaymentID(page[len(page)-1])
	}
	want(w, "all pages", all, down(249, 0))
}

func filters(w *world) {
	w.terminal(Merchant, TID)
	for n := range 12 {
		p := w.pushAt(10*n, n, func(r *Request) {
			if n%2 == 1 {
				r.Mode = payment.Test
			}
			if n%3 == 0 {
				r.Reference = "order-x"
			}
		})
		switch {
		case n >= 10:
			w.next(p, payment.NoAnswer{At: at(10*n + 9), Call: payment.CallPush, Try: 1, Why: payment.Silent})
		case n >= 6:
			w.commit(Answer(p, after(10*n+5), Paid()))
		}
	}
	for _, c := range []struct {
		what string
		f    store.Filter
		want []int
	}{
		{"of test mode", store.Filter{Mode: payment.Test}, []int{11, 9, 7, 5, 3, 1}},
		{"paid", store.Filter{States: []payment.State{payment.Paid}}, []int{9, 8, 7, 6}},
		{"paid or in doubt", store.Filter{States: []payment.State{payment.Paid, payment.InDoubt}}, down(11, 6)},
		{"by reference", store.Filter{Reference: "order-x"}, []int{9, 6, 3, 0}},
		{"from 40 s", store.Filter{From: at(40)}, down(11, 4)},
		{"to 40 s", store.Filter{To: at(40)}, down(3, 0)},
		{"from 40 s to 70 s", store.Filter{From: at(40), To: at(70)}, []int{6, 5, 4}},
		{"from a microsecond past 40 s", store.Filter{From: at(40).Add(time.Microsecond), To: at(70)}, []int{6, 5}},
		{"of all at once", store.Filter{
			Mode: payment.Live, States: []payment.State{payment.Paid}, Reference: "order-x", From: at(0), To: at(600),
		}, []int{6}},
		{"a page of a filter", store.Filter{Mode: payment.Live, Before: PaymentID(8), Limit: 2}, []int{6, 4}},
		{"of an unknown state", store.Filter{States: []payment.State{"unknown"}}, nil},
	} {
		want(w, "payments "+c.what, w.page(c.f), c.want)
	}
}

func newer(w *world) {
	w.terminal(Merchant, TID)
	w.terminal("mer_2", TID)
	var seen []store.Seen
	for n := range 6 {
		m := Merchant
		if n%2 == 1 {
			m = "mer_2"
		}
		p := w.pushAt(n, n, func(r *Request) { r.MerchantID = m })
		seen = append(seen, store.Seen{MerchantID: m, PaymentID: p.ID, Version: 1})
		if n >= 4 {
			w.commit(Answer(p, after(9), Paid()))
		}
	}
	seen[0].Version = 0 // not yet seen at all
	seen[5].Version = 2 // seen as it is
	othersPayment := store.Seen{MerchantID: Merchant, PaymentID: PaymentID(1)}
	unknown := store.Seen{MerchantID: Merchant, PaymentID: PaymentID(77), Version: 3}
	seen = append(seen, othersPayment, unknown)
	grown, err := w.Store.Newer(w.ctx, seen)
	w.must("newer", err)
	slices.SortFunc(grown, func(a, b payment.Payment) int { return a.UpdatedAt.Compare(b.UpdatedAt) })
	if len(grown) != 2 {
		w.failf("%d payments have grown, want 2", len(grown))
	}
	want(w, "the first that has grown", grown[0], w.load(Merchant, PaymentID(0)))
	want(w, "the second that has grown", grown[1], w.load(Merchant, PaymentID(4)))
	none, err := w.Store.Newer(w.ctx, nil)
	if err != nil || len(none) != 0 {
		w.failf("newer than nothing seen = %d, %v; want none", len(none), err)
	}
}

// journalsFold lets payments live through events chosen by lot, and decides on their journals again.
func journalsFold(w *world) {
	rnd := rand.New(rand.NewPCG(2026, 11))
	longest := 0
	for n := range 25 {
		w.terminal(Merchant, PaymentID(n)) // of its own: an answer may stop it
		p := w.pushAt(n, n, func(r *Request) { r.Terminal = PaymentID(n) })
		for now := p.CreatedAt; p.Version < 12 && now.Before(p.CreatedAt.Add(time.Hour)); {
			now = now.Add(time.Duration(rnd.IntN(40_000_000)) * time.Microsecond)
			if c, err := Next(p, anyEvent(rnd, p, now)); err == nil {
				p = w.commit(c).Payment
			}
		}
		longest = max(longest, p.Version)
		var folded payment.Payment
		entries := w.journal(p.ID)
		for i, e := range entries {
			if e.Version != i+1 || !e.At.Equal(e.Event.When()) {
				w.failf("entry %d of payment %s has version %d and the time %s", i, p.ID, e.Version, e.At)
			}
			next, _, err := payment.Decide(payment.OVOTerms(), folded, e.Event)
			w.must("decide again", err)
			folded = next
		}
		want(w, "stored payment", w.load(Merchant, p.ID), p)
		want(w, "folded journal", folded, p)
	}
	if longest < 6 {
		w.failf("the longest life of this test has %d versions, want 6 or more", longest)
	}
}

func anyEvent(rnd *rand.Rand, p payment.Payment, now time.Time) payment.Event {
	open := p.OpenCalls()
	if len(open) == 0 || rnd.IntN(3) == 0 {
		asks := payment.Asks()
		if what := asks[rnd.IntN(len(asks))]; rnd.IntN(4) == 0 {
			return payment.Asked{At: now, What: what, By: "key_1", Reason: "pelanggan salah meja", To: payment.Paid}
		}
		return payment.Woke{At: now}
	}
	call := open[rnd.IntN(len(open))]
	switch rnd.IntN(6) {
	case 0:
		return payment.NoAnswer{At: now, Call: call.Call, Try: call.Tries, Why: payment.Garbled}
	case 1:
		return payment.NotSent{At: now, Call: call.Call, Try: call.Tries}
	}
	classes := payment.Classes()
	return payment.Answered{At: now, Call: call.Call, Try: call.Tries, Outcome: payment.Outcome{
		Class: classes[rnd.IntN(len(classes))], Code: "68", TraceNumber: "000017",
	}}
}

func ordersExchanges(w *world) {
	w.terminal(Merchant, TID)
	p := w.pushAt(0, 1)
	p = w.next(p, payment.NoAnswer{At: at(30), Call: payment.CallPush, Try: 1, Why: payment.Garbled})
	p = w.next(p, payment.Woke{At: at(60)})
	p = w.next(p, payment.Answered{At: at(61), Call: payment.CallPush, Try: 1, Outcome: payment.Outcome{Class: payment.Pending, Code: "68"}})
	w.next(p, payment.Answered{At: at(62), Call: payment.CallCheck, Try: 1, Outcome: payment.Outcome{Class: payment.Pending, Code: "68"}})
	parts, err := w.Store.Exchanges(w.ctx, Merchant, PaymentID(1))
	w.must("exchanges", err)
	var got []string
	for _, part := range parts {
		got = append(got, part.Operation+" "+string(part.Side))
	}
	want(w, "exchanges", got, []string{
		"push " + string(exchange.Request), "push " + string(exchange.Response),
		"check " + string(exchange.Request), "check " + string(exchange.Response),
	})
}

func emptyLists(w *world) {
	w.exchanges(PaymentID(1), nil)
	want(w, "journal", len(w.journal(PaymentID(1))), 0)
	told, err := w.Store.Told(w.ctx, Merchant, PaymentID(1))
	w.must("told", err)
	want(w, "told", len(told), 0)
	want(w, "payments", len(w.page(store.Filter{})), 0)
	want(w, "tasks", len(w.claimed(claim("o", at(600)))), 0)
	tasks, err := w.Store.TakeOver(w.ctx, "nobody", "o", 10)
	w.must("take over", err)
	want(w, "taken over", len(tasks), 0)
}
