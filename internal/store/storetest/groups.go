package storetest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

func groupRules() []Rule {
	return []Rule{
		{"the neighbours of a refused change are written", writesNeighbours},
		{"each caller gets its own result, in order", answersInOrder},
		{"of one key twice in a group the first that is not refused has it", keysInAGroup},
		{"of two changes of one payment in a group the first is written", paymentsInAGroup},
		{"a group of changes without numbers refuses each for itself", groupsWithoutNumbers},
		{"a group whose context has ended writes nothing", groupsHeedTheContext},
		{"an empty group is nothing", emptyGroups},
		{"groups over the same terminals run side by side", groupsInParallel},
		{"after Close a group is ErrClosed", groupsAfterClose},
	}
}

// group commits a group and checks each error: nil where wanted has nil, else one that is the wanted one.
func (w *world) group(changes []store.Change, wanted ...error) []store.Result {
	results, err := w.Backend.CommitGroup(w.ctx, changes)
	w.must("commit a group", err)
	if len(results) != len(changes) {
		w.failf("%d results of %d changes", len(results), len(changes))
	}
	for i, r := range results {
		if !errors.Is(r.Err, wanted[i]) || (r.Err != nil) != (wanted[i] != nil) {
			w.failf("result %d (payment %s) = %v, want %v", i, changes[i].Payment.ID, r.Err, wanted[i])
		}
		if r.Err == nil {
			if r.Change.ID != changes[i].ID {
				w.failf("result %d is of change %s, want %s", i, r.Change.ID, changes[i].ID)
			}
			want(w, "stored payment", w.load(changes[i].Payment.MerchantID, changes[i].Payment.ID), r.Change.Payment)
		}
	}
	return results
}

// given compares the numbers in results; 0 stands for a refused change.
func (w *world) given(results []store.Result, references ...payment.ReferenceNumber) {
	var got []payment.ReferenceNumber
	for i, r := range results {
		if r.Err != nil {
			got = append(got, 0)
			continue
		}
		if len(r.Change.Payment.Attempts) == 0 {
			w.failf("result %d has neither an error nor a payment that was written", i)
		}
		got = append(got, r.Change.Payment.Attempts[0].Number.Reference)
	}
	want(w, "numbers of the group", got, references)
}

func writesNeighbours(w *world) {
	w.terminal(Merchant, TID)
	w.terminalAt(Merchant, "ter_full", payment.Cursor{
		Style: payment.ByDate, Day: 20261121, Last: payment.Number{Batch: 211126, Reference: 999_999},
	})
	w.must("save a stopped terminal", w.Store.SaveTerminal(w.ctx, store.Terminal{
		MerchantID: Merchant, ID: "ter_held", Cursor: payment.Cursor{Style: payment.BySequence}, Held: "lost",
	}))
	no := &payment.Refusal{Code: payment.CodeCutOff}
	terminal := func(id string) func(*Request) { return func(r *Request) { r.Terminal = id } }
	w.commit(NewPayment(0))
	panics := NewPayment(8)
	panics.Finish = func(payment.Number, time.Time) (store.Change, error) { panic("of one alone") }
	changes := []store.Change{
		NewPayment(1), NewPayment(0), NewPayment(2), NewPayment(3, func(r *Request) { r.Refuse = no }), NewPayment(4),
		NewPayment(5, terminal("ter_9")), NewPayment(6, terminal("ter_full")), panics, NewPayment(9),
	}
	results, err := w.Backend.CommitGroup(w.ctx, changes)
	w.must("commit a group", err)
	if results[7].Err == nil {
		w.failf("a change whose Finish panics was written")
	}
	w.given(results, 2, 0, 3, 0, 4, 0, 0, 0, 5)
	for i, wanted := range map[int]error{1: store.ErrConflict, 3: no, 5: store.ErrNoTerminal, 6: payment.ErrBatchFull} {
		if !errors.Is(results[i].Err, wanted) {
			w.failf("result %d = %v, want %v", i, results[i].Err, wanted)
		}
	}
	results, err = w.Backend.CommitGroup(w.ctx, []store.Change{NewPayment(10, terminal("ter_held")), NewPayment(11)})
	w.must("commit a group", err)
	var held *store.TerminalHeld
	if !errors.As(results[0].Err, &held) || held.Reason != "lost" {
		w.failf("result at a stopped terminal = %v, want TerminalHeld", results[0].Err)
	}
	w.given(results, 0, 6)
	want(w, "payments", w.page(store.Filter{}), []int{11, 9, 4, 2, 1, 0})
	w.openTasks(6, at(60))
	for _, n := range []int{1, 2, 4, 9, 11} {
		want(w, "rows of a neighbour", w.traces(PaymentID(n)), traces{Versions: 1, Exchanges: 1, Told: 1, Tasks: 6})
	}
	for _, n := range []int{3, 5, 6, 8, 10} {
		want(w, "rows of a refused one", w.traces(PaymentID(n)), traces{Tasks: 6})
	}
}

func answersInOrder(w *world) {
	const merchants, terminals, each = 3, 2, 5
	for m := range merchants {
		for t := range terminals {
			w.terminal(fmt.Sprintf("mer_%d", m), fmt.Sprintf("ter_%d", t))
		}
	}
	var changes []store.Change
	var references []payment.ReferenceNumber
	var wanted []error
	for n := range each {
		for i := range merchants * terminals { // neither merchants nor payments come in their order
			i = merchants*terminals - 1 - i
			changes = append(changes, NewPayment(1000-10*n-i, func(r *Request) {
				r.MerchantID, r.Terminal = fmt.Sprintf("mer_%d", i%merchants), fmt.Sprintf("ter_%d", i/merchants)
			}))
			references = append(references, payment.ReferenceNumber(n+1))
			wanted = append(wanted, nil)
		}
	}
	w.given(w.group(changes, wanted...), references...)
	for m := range merchants {
		for _, t := range w.terminals(fmt.Sprintf("mer_%d", m)) {
			want(w, "cursor", t.Cursor.Last, payment.Number{Batch: 1, Reference: each})
		}
	}
}

func keysInAGroup(w *world) {
	w.terminal(Merchant, TID)
	w.commit(NewPayment(1, withKey("old", "f1")))
	no := errors.New("no")
	refuse := func(r *Request) { r.Refuse = no }
	results, err := w.Backend.CommitGroup(w.ctx, []store.Change{
		NewPayment(2, withKey("k", "f2"), refuse), NewPayment(3, withKey("k", "f3")), NewPayment(4, withKey("k", "f4")),
		NewPayment(5, withKey("old", "f5")), NewPayment(6, withKey("lost", "f6"), refuse),
		NewPayment(7, withKey("k", "f7"), func(r *Request) { r.Mode = payment.Test }),
	})
	w.must("commit a group", err)
	w.given(results, 0, 2, 0, 0, 0, 3)
	for i, wanted := range map[int]store.KeyUsed{
		2: {PaymentID: PaymentID(3), Fingerprint: "f3"}, 3: {PaymentID: PaymentID(1), Fingerprint: "f1"},
	} {
		var used *store.KeyUsed
		if !errors.As(results[i].Err, &used) || *used != wanted {
			w.failf("result %d = %v, want KeyUsed %+v", i, results[i].Err, wanted)
		}
	}
	w.keyOf(payment.Live, "k", store.KeyUsed{PaymentID: PaymentID(3), Fingerprint: "f3"})
	w.keyOf(payment.Test, "k", store.KeyUsed{PaymentID: PaymentID(7), Fingerprint: "f7"})
	w.keyOf(payment.Live, "old", store.KeyUsed{PaymentID: PaymentID(1), Fingerprint: "f1"})
	w.commit(NewPayment(8, withKey("lost", "f8")))
	w.keyOf(payment.Live, "lost", store.KeyUsed{PaymentID: PaymentID(8), Fingerprint: "f8"})
}

func paymentsInAGroup(w *world) {
	w.terminal(Merchant, TID)
	no := errors.New("no")
	first, second := NewPayment(1), NewPayment(1, func(r *Request) { r.Amount = 77 })
	second.ID = "chg_second"
	results := w.group([]store.Change{NewPayment(1, func(r *Request) { r.Refuse = no }), first, second, NewPayment(2)},
		no, nil, store.ErrConflict, nil)
	w.given(results, 0, 1, 0, 2)
	made := results[1].Change.Payment
	paid := Answer(made, after(9), Paid())
	silent, err := Next(made, payment.NoAnswer{At: after(9), Call: payment.CallPush, Try: 1, Why: payment.Silent})
	w.must("decide", err)
	silent.ID = "chg_silent"
	// A third one, of the version that the first leaves behind, is refused too: its caller cannot have seen it yet.
	void, err := Next(paid.Payment, payment.Asked{At: after(10), What: payment.AskVoid})
	w.must("decide", err)
	w.group([]store.Change{paid, silent, void}, nil, store.ErrConflict, store.ErrConflict)
	want(w, "rows", w.traces(PaymentID(1)), traces{Versions: 2, Exchanges: 2, Told: 2, Tasks: 1})
}

func groupsWithoutNumbers(w *world) {
	w.terminal(Merchant, TID)
	var made [6]payment.Payment
	for n := range made {
		made[n] = w.pushAt(0, n)
	}
	ahead := Answer(made[1], after(5), Paid())
	ahead.Payment.Version++
	unknown := Answer(made[2], after(5), Paid())
	unknown.Payment.ID = PaymentID(99)
	held := Answer(made[4], after(5), payment.Outcome{Class: payment.Duplicate, Code: "94"})
	w.group([]store.Change{
		Answer(made[5], after(5), Paid()), ahead, unknown, Answer(made[3], after(5), Paid()), held, Answer(made[0], after(5), Paid()),
	}, nil, store.ErrConflict, store.ErrConflict, nil, nil, nil)
	want(w, "paid", w.page(store.Filter{States: []payment.State{payment.Paid}}), []int{5, 3, 0})
	want(w, "still pushing", w.page(store.Filter{States: []payment.State{payment.Pushing}}), []int{2, 1})
	w.openTasks(2, at(60))
	w.held(NewPayment(100), held.Hold.Reason)
}

func groupsHeedTheContext(w *world) {
	w.terminal(Merchant, TID)
	ctx, cancel := context.WithCancel(w.ctx)
	cancel()
	if _, err := w.Backend.CommitGroup(ctx, []store.Change{NewPayment(1), NewPayment(2)}); !errors.Is(err, context.Canceled) {
		w.failf("group with a canceled context = %v, want the context's error", err)
	}
	want(w, "rows", w.traces(PaymentID(1)), traces{})
	w.given(w.group([]store.Change{NewPayment(1), NewPayment(2)}, nil, nil), 1, 2)
}

func emptyGroups(w *world) {
	if results, err := w.Backend.CommitGroup(w.ctx, nil); err != nil || len(results) != 0 {
		w.failf("empty group = %v, %v; want nothing", results, err)
	}
}

// groupsInParallel sends groups over the same terminals in opposite orders, and answers beside them.
func groupsInParallel(w *world) {
	const writers, groups, size, terminals = 4, 5, 12, 3
	for t := range terminals {
		w.terminal(Merchant, fmt.Sprintf("ter_%d", t))
	}
	w.must("commit groups in parallel", errorsOf(w.all(writers, func(writer int) error {
		for g := range groups {
			var changes []store.Change
			for i := range size {
				changes = append(changes, NewPayment((writer*groups+g)*size+i, func(r *Request) {
					r.Terminal = fmt.Sprintf("ter_%d", i%terminals)
					if writer%2 == 1 {
						r.Terminal = fmt.Sprintf("ter_%d", terminals-1-i%terminals)
					}
				}))
			}
			results, err := w.Backend.CommitGroup(w.ctx, changes)
			if err != nil {
				return err
			}
			var answers []store.Change
			for _, r := range results {
				if r.Err != nil {
					return r.Err
				}
				answers = append(answers, Answer(r.Change.Payment, after(5), Paid()))
			}
			if results, err = w.Backend.CommitGroup(w.ctx, answers); err != nil {
				return err
			}
			for _, r := range results {
				if r.Err != nil {
					return r.Err
				}
			}
		}
		return nil
	})))
	const each = writers * groups * size / terminals
	for _, t := range w.terminals(Merchant) {
		want(w, "cursor of "+t.ID, t.Cursor.Last, payment.Number{Batch: 1, Reference: each})
	}
	seen := map[string]bool{}
	for n := range writers * groups * size {
		p := w.load(Merchant, PaymentID(n))
		a := p.Attempts[0]
		if seen[a.Terminal.ID+a.Number.String()] || p.State != payment.Paid {
			w.failf("payment %d is %s with number %s of terminal %s, which another may have", n, p.State, a.Number, a.Terminal.ID)
		}
		seen[a.Terminal.ID+a.Number.String()] = true
	}
	w.openTasks(0, time.Time{})
}

func groupsAfterClose(w *world) {
	w.terminal(Merchant, TID)
	w.must("close", w.Store.Close())
	if _, err := w.Backend.CommitGroup(w.ctx, []store.Change{NewPayment(1)}); !errors.Is(err, store.ErrClosed) {
		w.failf("group after Close = %v, want ErrClosed", err)
	}
}
