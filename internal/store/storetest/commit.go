package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

func commitRules() []Rule {
	return []Rule{
		{"what was committed is what is loaded", loadsWhatWasCommitted},
		{"a change is written only over the version it expects", guardsVersions},
		{"of many changes of one payment at a time one is written", guardsVersionsInParallel},
		{"what belongs to a change is there with it", writesAllOfAChange},
		{"nothing of a refused change is there", writesNothingOfARefusedChange},
		{"what is stored is not shared with the caller", sharesNothing},
		{"a payment may take its number later, once", numbersComeLater},
		{"two merchants with the same ids do not meet", keepsMerchantsApart},
		{"a call whose context has ended writes nothing", heedsTheContext},
		{"after Close everything is ErrClosed", closes},
	}
}

// terminal makes a terminal known, counting batches by sequence.
func (w *world) terminal(merchantID, id string) {
	w.terminalAt(merchantID, id, payment.Cursor{Style: payment.BySequence})
}

func (w *world) terminalAt(merchantID, id string, c payment.Cursor) {
	w.must("save terminal "+id, w.Store.SaveTerminal(w.ctx, store.Terminal{MerchantID: merchantID, ID: id, Cursor: c}))
}

func (w *world) commit(c store.Change) store.Change {
	out, err := w.Store.Commit(w.ctx, c)
	if err != nil {
		w.failf("commit version %d of payment %s: %w", c.Payment.Version, c.Payment.ID, err)
	}
	return out
}

// refused commits a change that must be refused with an error that is want.
func (w *world) refused(why string, c store.Change, want error) {
	if _, err := w.Store.Commit(w.ctx, c); !errors.Is(err, want) {
		w.failf("commit of %s = %v, want %v", why, err, want)
	}
}

func (w *world) load(merchantID, id string) payment.Payment {
	p, err := w.Store.Load(w.ctx, merchantID, id)
	w.must("load payment "+id, err)
	return p
}

// next commits what an event makes of a payment.
func (w *world) next(p payment.Payment, e payment.Event) payment.Payment {
	c, err := Next(p, e)
	w.must("decide on "+payment.Kind(e), err)
	return w.commit(c).Payment
}

// want compares, times as instants and an empty list as none.
func want[T any](w *world, what string, got, want T) {
	if !same(got, want) {
		w.failf("%s = %+v\nwant %+v", what, got, want)
	}
}

func same[T any](a, b T) bool { return reflect.DeepEqual(inUTC(a), inUTC(b)) }

// after is a time of the payment's life, in whole microseconds.
func after(seconds int) time.Time {
	return Morning().Add(time.Duration(seconds)*time.Second + 123456*time.Microsecond)
}

func loadsWhatWasCommitted(w *world) {
	w.terminal(Merchant, TID)
	made := w.commit(NewPayment(1))
	want(w, "new payment", w.load(Merchant, PaymentID(1)), made.Payment)
	paid := w.commit(Answer(made.Payment, after(41), Paid()))
	got := w.load(Merchant, PaymentID(1))
	want(w, "paid payment", got, paid.Payment)
	if got.State != payment.Paid || got.Version != 2 || got.Phone.Digits() != "081211110101" || got.Metadata["kasir"] != "Ayu" {
		w.failf("loaded %+v, want version 2, paid, with its whole phone number and its metadata", got)
	}
	declined := w.commit(Answer(w.commit(NewPayment(2)).Payment, after(5),
		payment.Outcome{Class: payment.Refused, Code: "17", Cause: "canceled_by_user"}))
	got = w.load(Merchant, PaymentID(2))
	want(w, "declined payment", got, declined.Payment)
	if got.Failure == nil || got.Failure.ProviderCode != "17" {
		w.failf("loaded failure %+v, want the provider's code 17", got.Failure)
	}
	if _, err := w.Store.Load(w.ctx, Merchant, PaymentID(3)); !errors.Is(err, store.ErrNotFound) {
		w.failf("load of an unknown payment = %v, want ErrNotFound", err)
	}
}

func guardsVersions(w *world) {
	w.terminal(Merchant, TID)
	made := w.commit(NewPayment(1))
	w.refused("a new payment that exists", NewPayment(1), store.ErrConflict)
	paid := Answer(made.Payment, after(41), Paid())
	ahead := paid
	ahead.Payment.Version++
	w.refused("a version too far ahead", ahead, store.ErrConflict)
	w.commit(paid)
	other := Answer(made.Payment, after(42), payment.Outcome{Class: payment.Refused, Code: "17"})
	w.refused("a version that is stored already", other, store.ErrConflict)
	unknown := paid
	unknown.Payment.ID = PaymentID(2)
	w.refused("an answer to an unknown payment", unknown, store.ErrConflict)
	want(w, "payment", w.load(Merchant, PaymentID(1)), paid.Payment)
}

// oneOf checks that one of many commits went well and the others failed with what as takes, and gives the winner.
func (w *world) oneOf(errs []error, lost func(error) bool) int {
	won := -1
	for i, err := range errs {
		switch {
		case err == nil && won >= 0:
			w.failf("commits %d and %d were both written", won, i)
		case err == nil:
			won = i
		case !lost(err):
			w.failf("commit %d = %v, which is not the loser's error", i, err)
		}
	}
	if won < 0 {
		w.failf("no commit was written: %v", errs)
	}
	return won
}

func guardsVersionsInParallel(w *world) {
	w.terminal(Merchant, TID)
	conflict := func(err error) bool { return errors.Is(err, store.ErrConflict) }
	w.oneOf(w.all(8, func(int) error {
		_, err := w.Store.Commit(w.ctx, NewPayment(1))
		return err
	}), conflict)
	made := w.load(Merchant, PaymentID(1))
	changes := make([]store.Change, 16)
	for i := range changes {
		changes[i] = Answer(made, after(10+i), payment.Outcome{Class: payment.Approved, Code: "00", TraceNumber: fmt.Sprint(i)})
		changes[i].ID = fmt.Sprintf("chg_parallel_%d", i)
	}
	won := w.oneOf(w.all(len(changes), func(i int) error {
		_, err := w.Store.Commit(w.ctx, changes[i])
		return err
	}), conflict)
	want(w, "payment", w.load(Merchant, PaymentID(1)), changes[won].Payment)
	if entries := w.journal(PaymentID(1)); len(entries) != 2 || entries[1].ChangeID != changes[won].ID {
		w.failf("journal has %d entries, the last by %s; want 2, by %s", len(entries), entries[len(entries)-1].ChangeID, changes[won].ID)
	}
}

func (w *world) journal(id string) []store.Entry {
	entries, err := w.Store.Journal(w.ctx, Merchant, id)
	w.must("journal", err)
	return entries
}

// traces counts everything that is stored beside a payment.
type traces struct {
	Versions, Exchanges, Told, Tasks int
	Key                              string // the payment of the key "k"
}

func (w *world) traces(id string) traces {
	var n traces
	exchanges, err := w.Store.Exchanges(w.ctx, Merchant, id)
	w.must("exchanges", err)
	told, err := w.Store.Told(w.ctx, Merchant, id)
	w.must("told", err)
	n.Tasks, _, err = w.Store.OpenTasks(w.ctx)
	w.must("open tasks", err)
	used, err := w.Store.KeyOf(w.ctx, Merchant, payment.Live, "k")
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		w.failf("key: %w", err)
	}
	n.Versions, n.Exchanges, n.Told, n.Key = len(w.journal(id)), len(exchanges), len(told), used.PaymentID
	return n
}

func withKey(key, fingerprint string) func(*Request) {
	return func(r *Request) { r.Key = store.Key{Key: key, Fingerprint: fingerprint} }
}

func writesAllOfAChange(w *world) {
	w.terminal(Merchant, TID)
	made := w.commit(NewPayment(1, withKey("k", "f")))
	want(w, "rows of the new payment", w.traces(PaymentID(1)),
		traces{Versions: 1, Exchanges: 1, Told: 1, Tasks: 1, Key: PaymentID(1)})
	paid := w.commit(Answer(made.Payment, after(41), Paid()))
	want(w, "rows of the paid payment", w.traces(PaymentID(1)),
		traces{Versions: 2, Exchanges: 2, Told: 2, Key: PaymentID(1)})
	entries := w.journal(PaymentID(1))
	for i, c := range []store.Change{made, paid} {
		want(w, "journal", entries[i], store.Entry{Version: i + 1, ChangeID: c.ID, At: c.Event.When(), Event: c.Event})
	}
	parts, err := w.Store.Exchanges(w.ctx, Merchant, PaymentID(1))
	w.must("exchanges", err)
	want(w, "exchanges", parts, append(made.Exchanges, paid.Exchanges...))
	told, err := w.Store.Told(w.ctx, Merchant, PaymentID(1))
	w.must("told", err)
	want(w, "told", told, append(made.Told, paid.Told...))
}

func writesNothingOfARefusedChange(w *world) {
	w.terminal(Merchant, TID)
	no := &payment.Refusal{Code: payment.CodeCutOff, Message: "too late"}
	w.refused("what Finish refuses", NewPayment(1, withKey("k", "f"), func(r *Request) { r.Refuse = no }), no)
	want(w, "rows of a payment that was refused", w.traces(PaymentID(1)), traces{})
	made := w.commit(NewPayment(1, withKey("k", "f")))
	before := w.traces(PaymentID(1))
	late := Answer(made.Payment, after(41), payment.Outcome{Class: payment.Duplicate, Code: "94"})
	late.Payment.Version += 7
	if late.Hold == nil || len(late.Exchanges) == 0 || len(late.Told) == 0 {
		w.failf("the change of this test must bring exchanges, a hold and something told: %+v", late)
	}
	w.refused("a wrong version", late, store.ErrConflict)
	want(w, "rows after a refused answer", w.traces(PaymentID(1)), before)
	if held := w.terminals(Merchant)[0].Held; held != "" {
		w.failf("a refused change has stopped the terminal: %s", held)
	}
}

func sharesNothing(w *world) {
	w.terminal(Merchant, TID)
	made := w.commit(NewPayment(1))
	stored := inUTC(w.load(Merchant, PaymentID(1)))
	for _, p := range []payment.Payment{made.Payment, w.load(Merchant, PaymentID(1))} {
		p.Metadata["cart"] = "changed"
		p.Attempts[0].Invoice = "changed"
		p.Attempts[0].Calls[0].Tries = 99
		want(w, "payment after a copy was changed", w.load(Merchant, PaymentID(1)), stored)
	}
	sealed := func() []byte {
		parts, err := w.Store.Exchanges(w.ctx, Merchant, PaymentID(1))
		w.must("exchanges", err)
		return parts[0].Sealed
	}
	kept := string(sealed())
	made.Exchanges[0].Sealed[0]++
	sealed()[0]++
	if string(sealed()) != kept {
		w.failf("a stored exchange changed with its caller's copy")
	}
	for range 2 {
		event, ok := w.journal(PaymentID(1))[0].Event.(payment.Requested)
		if !ok || event.Metadata["cart"] != "7" {
			w.failf("journal's event = %+v, want the request as it was", event)
		}
		event.Metadata["cart"] = "changed"
	}
}

func keepsMerchantsApart(w *world) {
	for i, m := range []string{"mer_a", "mer_b"} {
		w.terminal(m, TID)
		made := w.commit(NewPayment(1, withKey("k", "f-"+m), func(r *Request) {
			r.MerchantID, r.Amount = m, payment.Rupiah(1000*(i+1))
		}))
		if n := made.Payment.Attempts[0].Number; n != (payment.Number{Batch: 1, Reference: 1}) {
			w.failf("number of merchant %s = %s, want 1/1", m, n)
		}
		terms := payment.OVOTerms()
		terms.AmountMax = payment.Rupiah(i + 1)
		w.must("save terms", w.Store.SaveTerms(w.ctx, m, "acc_1", "rev_1", terms))
		got, err := w.Store.Acquire(w.ctx, store.Lock{MerchantID: m, Name: "check", Holder: m, Until: after(60)}, after(0))
		if err != nil || !got {
			w.failf("lock of merchant %s = %t, %v; want it", m, got, err)
		}
	}
	paid := w.commit(Answer(w.load("mer_a", PaymentID(1)), after(9), Paid()))
	want(w, "payment of a", w.load("mer_a", PaymentID(1)), paid.Payment)
	for i, m := range []string{"mer_a", "mer_b"} {
		p := w.load(m, PaymentID(1))
		if p.MerchantID != m || p.Amount != payment.Rupiah(1000*(i+1)) || p.Version != 2-i {
			w.failf("payment of %s = %+v", m, p)
		}
		used, err := w.Store.KeyOf(w.ctx, m, payment.Live, "k")
		if err != nil || used.Fingerprint != "f-"+m {
			w.failf("key of %s = %+v, %v", m, used, err)
		}
		terms, err := w.Store.Terms(w.ctx, m, "acc_1", "rev_1")
		if err != nil || terms.AmountMax != payment.Rupiah(i+1) {
			w.failf("terms of %s have the limit %d, %v", m, terms.AmountMax, err)
		}
		w.onlyOf(m, 2-i)
	}
}

// onlyOf checks that the lists of a merchant hold its own and nothing else, for one payment of some versions.
func (w *world) onlyOf(m string, versions int) {
	entries, err := w.Store.Journal(w.ctx, m, PaymentID(1))
	w.must("journal", err)
	parts, err := w.Store.Exchanges(w.ctx, m, PaymentID(1))
	w.must("exchanges", err)
	told, err := w.Store.Told(w.ctx, m, PaymentID(1))
	w.must("told", err)
	page, err := w.Store.Payments(w.ctx, store.Filter{MerchantID: m})
	w.must("payments", err)
	if len(entries) != versions || len(parts) != versions || len(told) != versions || len(page) != 1 || page[0].MerchantID != m {
		w.failf("merchant %s has %d entries, %d exchanges, %d told, %d payments; want %d, %d, %d, 1",
			m, len(entries), len(parts), len(told), len(page), versions, versions, versions)
	}
}

func heedsTheContext(w *world) {
	w.terminal(Merchant, TID)
	ctx, cancel := context.WithCancel(w.ctx)
	cancel()
	if _, err := w.Store.Commit(ctx, NewPayment(1)); !errors.Is(err, context.Canceled) {
		w.failf("commit with a canceled context = %v, want the context's error", err)
	}
	want(w, "rows", w.traces(PaymentID(1)), traces{})
	if n := w.commit(NewPayment(1)).Payment.Attempts[0].Number.Reference; n != 1 {
		w.failf("the next number is %d, want 1: a canceled commit has taken none", n)
	}
}

func closes(w *world) {
	w.terminal(Merchant, TID)
	made := w.commit(NewPayment(1))
	w.must("close", w.Store.Close())
	s, ctx, lock := w.Store, w.ctx, store.Lock{MerchantID: Merchant, Name: "l", Holder: "h", Until: after(60)}
	calls := map[string]func() error{
		"Commit":       func() error { _, err := s.Commit(ctx, Answer(made.Payment, after(1), Paid())); return err },
		"Commit (new)": func() error { _, err := s.Commit(ctx, NewPayment(2)); return err },
		"Load":         func() error { _, err := s.Load(ctx, Merchant, PaymentID(1)); return err },
		"Claim":        func() error { _, err := s.Claim(ctx, claim("o", after(0))); return err },
		"Beat":         func() error { _, err := s.Beat(ctx, "o", time.Second); return err },
		"TakeOver":     func() error { _, err := s.TakeOver(ctx, "o", "p", 1); return err },
		"Acquire":      func() error { _, err := s.Acquire(ctx, lock, after(0)); return err },
		"Release":      func() error { return s.Release(ctx, lock) },
		"Locks":        func() error { _, err := s.Locks(ctx, "", after(0)); return err },
		"SaveTerminal": func() error { return s.SaveTerminal(ctx, store.Terminal{MerchantID: Merchant, ID: "x"}) },
		"Terminals":    func() error { _, err := s.Terminals(ctx, Merchant); return err },
		"SetTerminal":  func() error { return s.SetTerminal(ctx, store.Terminal{MerchantID: Merchant, ID: TID}) },
		"SaveTerms":    func() error { return s.SaveTerms(ctx, Merchant, "a", "r", payment.OVOTerms()) },
		"Terms":        func() error { _, err := s.Terms(ctx, Merchant, "a", "r"); return err },
		"Append":       func() error { return s.Append(ctx, made.Exchanges) },
		"Payments":     func() error { _, err := s.Payments(ctx, store.Filter{MerchantID: Merchant}); return err },
		"Newer": func() error {
			_, err := s.Newer(ctx, []store.Seen{{MerchantID: Merchant, PaymentID: PaymentID(1)}})
			return err
		},
		"Journal":   func() error { _, err := s.Journal(ctx, Merchant, PaymentID(1)); return err },
		"Exchanges": func() error { _, err := s.Exchanges(ctx, Merchant, PaymentID(1)); return err },
		"Told":      func() error { _, err := s.Told(ctx, Merchant, PaymentID(1)); return err },
		"KeyOf":     func() error { _, err := s.KeyOf(ctx, Merchant, payment.Live, "k"); return err },
		"OpenTasks": func() error { _, _, err := s.OpenTasks(ctx); return err },
		"Unplaced":  func() error { _, _, err := s.Unplaced(ctx); return err },
		"Ping":      func() error { return s.Ping(ctx) },
	}
	for name, call := range calls {
		if err := call(); !errors.Is(err, store.ErrClosed) {
			w.failf("%s after Close = %v, want ErrClosed", name, err)
		}
	}
	w.must("close again", s.Close())
}
