package storetest

import (
	"errors"
	"fmt"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

func numberRules() []Rule {
	return []Rule{
		{"numbers are unique and without gaps over concurrent commits", numbersAreGapFree},
		{"numbers are given in the order of commits", numbersAreInOrder},
		{"after 999999 the sequence takes the next batch", rollsOverBySequence},
		{"after 999999 a batch of a date is full until tomorrow", rollsOverByDate},
		{"a new day takes a new batch, an earlier one does not", numbersByDay},
		{"a terminal whose batches are used up gives no number", batchesUsedUp},
		{"a stopped terminal gives no number until it is released", heldTerminals},
		{"an unknown terminal gives no number", unknownTerminals},
		{"a change that Finish refuses takes no number", refusedTakeNoNumber},
		{"t0 is the clock's time in whole milliseconds", timesOfPushes},
	}
}

// number commits the n-th payment and gives its number, which must be the same wherever it stands.
func (w *world) number(n int, edit ...func(*Request)) payment.Number {
	made := w.commit(NewPayment(n, edit...))
	got := made.Payment.Attempts[0].Number
	if stored := w.load(made.Payment.MerchantID, made.Payment.ID).Attempts[0].Number; stored != got {
		w.failf("payment %d was given number %s and is stored with %s", n, got, stored)
	}
	return got
}

// numbers commits payments from the n-th on, and compares their numbers.
func (w *world) numbers(n int, wanted ...payment.Number) {
	for i, wanted := range wanted {
		if got := w.number(n + i); got != wanted {
			w.failf("number of payment %d = %s, want %s", n+i, got, wanted)
		}
	}
}

func (w *world) terminals(merchantID string) []store.Terminal {
	list, err := w.Store.Terminals(w.ctx, merchantID)
	w.must("terminals", err)
	return list
}

func numbersAreGapFree(w *world) {
	const payments, merchants, terminals = 240, 2, 2
	for m := range merchants {
		for t := range terminals {
			w.terminal(fmt.Sprintf("mer_%d", m), fmt.Sprintf("ter_%d", t))
		}
	}
	made := make([]store.Change, payments)
	w.must("commit in parallel", errors.Join(w.all(payments, func(i int) (err error) {
		made[i], err = w.Store.Commit(w.ctx, NewPayment(i, func(r *Request) {
			r.MerchantID, r.Terminal = fmt.Sprintf("mer_%d", i%merchants), fmt.Sprintf("ter_%d", i/merchants%terminals)
		}))
		return err
	})...))
	type place struct {
		merchant, terminal string
		payment.Number
	}
	seen := map[place]string{}
	for _, c := range made {
		at := place{c.Payment.MerchantID, c.Terminal, c.Payment.Attempts[0].Number}
		if other, taken := seen[at]; taken {
			w.failf("payments %s and %s have the number %s of one terminal", other, c.Payment.ID, at.Number)
		}
		seen[at] = c.Payment.ID
		want(w, "payment", w.load(c.Payment.MerchantID, c.Payment.ID), c.Payment)
	}
	const each = payments / merchants / terminals
	for m := range merchants {
		for _, t := range w.terminals(fmt.Sprintf("mer_%d", m)) {
			for n := range each {
				number := payment.Number{Batch: 1, Reference: payment.ReferenceNumber(n + 1)}
				if _, taken := seen[place{t.MerchantID, t.ID, number}]; !taken {
					w.failf("number %s of terminal %s is missing", number, t.ID)
				}
			}
			want(w, "cursor", t.Cursor.Last, payment.Number{Batch: 1, Reference: each})
		}
	}
}

func numbersAreInOrder(w *world) {
	w.terminal(Merchant, TID)
	for n := range 5 {
		w.numbers(n, payment.Number{Batch: 1, Reference: payment.ReferenceNumber(n + 1)})
	}
	want(w, "cursor", w.terminals(Merchant)[0].Cursor, payment.Cursor{
		Style: payment.BySequence, Day: 20261121, Last: payment.Number{Batch: 1, Reference: 5},
	})
}

func rollsOverBySequence(w *world) {
	w.terminalAt(Merchant, TID, payment.Cursor{
		Style: payment.BySequence, Day: 20261121, Last: payment.Number{Batch: 7, Reference: 999_998},
	})
	w.numbers(1, payment.Number{Batch: 7, Reference: 999_999}, payment.Number{Batch: 8, Reference: 1}, payment.Number{Batch: 8, Reference: 2})
}

func rollsOverByDate(w *world) {
	w.terminalAt(Merchant, TID, payment.Cursor{
		Style: payment.ByDate, Day: 20261121, Last: payment.Number{Batch: 211126, Reference: 999_998},
	})
	w.numbers(1, payment.Number{Batch: 211126, Reference: 999_999})
	w.refused("the millionth push of a day", NewPayment(2), payment.ErrBatchFull)
	w.Clock.Set(Morning().AddDate(0, 0, 1))
	w.numbers(2, payment.Number{Batch: 221126, Reference: 1})
}

func numbersByDay(w *world) {
	w.terminal(Merchant, TID)
	w.numbers(1, payment.Number{Batch: 1, Reference: 1}, payment.Number{Batch: 1, Reference: 2})
	midnight := payment.DayOf(Morning()).Start().AddDate(0, 0, 1)
	w.Clock.Set(midnight.Add(-10 * time.Minute)) // 23:50 WIB, the same day
	w.numbers(3, payment.Number{Batch: 1, Reference: 3})
	w.Clock.Set(midnight)
	w.numbers(4, payment.Number{Batch: 2, Reference: 1})
	w.Clock.Set(midnight.Add(-10 * time.Minute)) // a clock that went back
	w.numbers(5, payment.Number{Batch: 2, Reference: 2})
	w.Clock.Set(midnight.AddDate(0, 0, 3)) // days without payments take no batch
	w.numbers(6, payment.Number{Batch: 3, Reference: 1})
}

func batchesUsedUp(w *world) {
	w.terminalAt(Merchant, TID, payment.Cursor{
		Style: payment.BySequence, Day: 20261121, Last: payment.Number{Batch: 999_999, Reference: 999_998},
	})
	w.numbers(1, payment.Number{Batch: 999_999, Reference: 999_999})
	w.refused("a push without numbers left", NewPayment(2), payment.ErrBatchesUsedUp)
	if got := w.terminals(Merchant)[0].Cursor.Last.Reference; got != 999_999 {
		w.failf("the cursor stands on %d, want 999999", got)
	}
}

// held commits a change that must find its terminal stopped.
func (w *world) held(c store.Change, reason string) {
	_, err := w.Store.Commit(w.ctx, c)
	var held *store.TerminalHeld
	if !errors.As(err, &held) || held.Terminal != TID || held.Reason != reason {
		w.failf("commit at a stopped terminal = %v, want TerminalHeld with the reason %q", err, reason)
	}
}

func heldTerminals(w *world) {
	w.terminal(Merchant, TID)
	w.terminal(Merchant, "ter_2")
	made := w.commit(NewPayment(1))
	stop := w.commit(Answer(made.Payment, after(3), payment.Outcome{Class: payment.Duplicate, Code: "94"}))
	if stop.Hold == nil {
		w.failf("the change of this test must hold its terminal: %+v", stop)
	}
	w.held(NewPayment(2), stop.Hold.Reason)
	if got := w.number(3, func(r *Request) { r.Terminal = "ter_2" }); got.Reference != 1 {
		w.failf("number of the other terminal = %s, want 1/1", got)
	}
	stored := w.terminals(Merchant)[0]
	want(w, "stopped terminal", stored, store.Terminal{
		MerchantID: Merchant, ID: TID, Held: stop.Hold.Reason,
		Cursor: payment.Cursor{Style: payment.BySequence, Day: 20261121, Last: payment.Number{Batch: 1, Reference: 1}},
	})
	stored.Held = ""
	stored.Cursor.Last.Reference = 500
	w.must("release the terminal", w.Store.SetTerminal(w.ctx, stored))
	w.numbers(4, payment.Number{Batch: 1, Reference: 501})
}

func unknownTerminals(w *world) {
	w.terminal("mer_2", TID)
	w.refused("a push at another merchant's terminal", NewPayment(1), store.ErrNoTerminal)
	w.terminal(Merchant, TID)
	w.refused("a push at an unknown terminal", NewPayment(1, func(r *Request) { r.Terminal = "ter_9" }), store.ErrNoTerminal)
	w.numbers(1, payment.Number{Batch: 1, Reference: 1})
}

func refusedTakeNoNumber(w *world) {
	w.terminal(Merchant, TID)
	w.numbers(1, payment.Number{Batch: 1, Reference: 1})
	no := &payment.Refusal{Code: payment.CodeCutOff}
	w.refused("what Finish refuses", NewPayment(2, func(r *Request) { r.Refuse = no }), no)
	w.refused("a payment that exists", NewPayment(1), store.ErrConflict)
	w.numbers(3, payment.Number{Batch: 1, Reference: 2})
}

func timesOfPushes(w *world) {
	w.terminal(Merchant, TID)
	w.Clock.Set(Morning().Add(987_654_321 * time.Nanosecond))
	made := w.commit(NewPayment(1))
	t0 := Morning().Add(987 * time.Millisecond)
	if got := w.load(Merchant, PaymentID(1)).Attempts[0].PushedAt; !got.Equal(t0) {
		w.failf("t0 = %s, want %s", got, t0)
	}
	if got := made.Event.When(); !got.Equal(t0) {
		w.failf("time of the event = %s, want %s", got, t0)
	}
}
