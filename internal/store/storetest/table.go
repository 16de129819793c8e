package storetest

import (
	"errors"
	"slices"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

func tableRules() []Rule {
	return []Rule{
		{"a lock is one holder's until it ends or is released", locks},
		{"of many that want a lock one gets it", locksInParallel},
		{"a known terminal keeps its cursor, and its style", savesTerminals},
		{"a terminal's numbering moves only ahead", setsTerminals},
		{"a revision of terms is kept as it was first saved", keepsTerms},
		{"a later change may take a number of its own", laterNumbers},
		{"locks that are held are listed by what their names begin with", listsLocks},
		{"exchanges of no change are kept", appends},
		{"a secret is its merchant's, and the last one stays", keepsSecrets},
		{"a payment is found by each of its names, of its merchant alone", findsByName},
	}
}

func (w *world) acquire(holder string, from, until int) bool {
	got, err := w.Store.Acquire(w.ctx, store.Lock{MerchantID: Merchant, Name: "check", Holder: holder, Until: at(until)}, at(from))
	w.must("acquire", err)
	return got
}

func (w *world) release(holder string) {
	w.must("release", w.Store.Release(w.ctx, store.Lock{MerchantID: Merchant, Name: "check", Holder: holder}))
}

func locks(w *world) {
	step := func(what string, got, want bool) {
		if got != want {
			w.failf("%s: acquired = %t, want %t", what, got, want)
		}
	}
	w.release("a") // of a lock that nobody has
	step("a free lock", w.acquire("a", 0, 10), true)
	step("a held lock", w.acquire("b", 9, 19), false)
	step("its holder prolongs it", w.acquire("a", 9, 20), true)
	step("a prolonged lock", w.acquire("b", 19, 29), false)
	step("a lock that has ended", w.acquire("b", 20, 30), true)
	w.release("a")
	step("a lock that the earlier holder released", w.acquire("a", 21, 31), false)
	w.release("b")
	step("a released lock", w.acquire("a", 22, 32), true)
	other, err := w.Store.Acquire(w.ctx, store.Lock{MerchantID: Merchant, Name: "other", Holder: "b", Until: at(60)}, at(23))
	w.must("acquire", err)
	step("another lock", other, true)
}

func listsLocks(w *world) {
	hold := func(merchant, name, holder string, until int) {
		got, err := w.Store.Acquire(w.ctx, store.Lock{MerchantID: merchant, Name: name, Holder: holder, Until: at(until)}, at(0))
		w.must("acquire", err)
		if !got {
			w.failf("%s is not free", name)
		}
	}
	hold(Merchant, "circuit/b", "h", 60)
	hold(Merchant, "circuit/a", "g", 50)
	hold(Merchant, "circuit/over", "h", 20)
	hold(Merchant, "circuits", "h", 60)
	hold("zz", "circuit/a", "h", 60)
	list, err := w.Store.Locks(w.ctx, "circuit/", at(20))
	w.must("list locks", err)
	want := []store.Lock{
		{MerchantID: Merchant, Name: "circuit/a", Holder: "g", Until: at(50)},
		{MerchantID: Merchant, Name: "circuit/b", Holder: "h", Until: at(60)},
		{MerchantID: "zz", Name: "circuit/a", Holder: "h", Until: at(60)},
	}
	same := func(a, b store.Lock) bool {
		return a.MerchantID == b.MerchantID && a.Name == b.Name && a.Holder == b.Holder && a.Until.Equal(b.Until)
	}
	if !slices.EqualFunc(list, want, same) {
		w.failf("locks = %v, want %v", list, want)
	}
}

func locksInParallel(w *world) {
	got := make([]bool, 20)
	w.must("acquire", errorsOf(w.all(len(got), func(i int) (err error) {
		got[i], err = w.Store.Acquire(w.ctx, store.Lock{MerchantID: Merchant, Name: "l", Holder: PaymentID(i), Until: at(60)}, at(0))
		return err
	})))
	holders := 0
	for _, g := range got {
		if g {
			holders++
		}
	}
	if holders != 1 {
		w.failf("%d hold the lock, want 1", holders)
	}
}

func errorsOf(errs []error) error { return errors.Join(errs...) }

func savesTerminals(w *world) {
	cursor := payment.Cursor{Style: payment.ByDate, Day: 20261120, Last: payment.Number{Batch: 201126, Reference: 41}}
	first := store.Terminal{MerchantID: Merchant, ID: "ter_b", Cursor: cursor, Held: "new"}
	w.must("save", w.Store.SaveTerminal(w.ctx, first))
	w.terminal(Merchant, "ter_a")
	want(w, "terminals", w.terminals(Merchant), []store.Terminal{
		{MerchantID: Merchant, ID: "ter_a", Cursor: payment.Cursor{Style: payment.BySequence}}, first,
	})
	again := first
	again.Cursor = payment.Cursor{Style: payment.ByDate}
	again.Held = ""
	w.must("save again", w.Store.SaveTerminal(w.ctx, again))
	again.Cursor.Style = payment.BySequence
	if err := w.Store.SaveTerminal(w.ctx, again); !errors.Is(err, store.ErrStyle) {
		w.failf("save in another style = %v, want ErrStyle", err)
	}
	want(w, "terminal after that", w.terminals(Merchant)[1], first)
	want(w, "terminals of a merchant without any", len(w.terminals("mer_2")), 0)
}

func setsTerminals(w *world) {
	at := func(style payment.NumberStyle, day payment.Day, batch payment.Batch, reference payment.ReferenceNumber) store.Terminal {
		return store.Terminal{MerchantID: Merchant, ID: TID, Cursor: payment.Cursor{
			Style: style, Day: day, Last: payment.Number{Batch: batch, Reference: reference},
		}}
	}
	w.must("save", w.Store.SaveTerminal(w.ctx, at(payment.BySequence, 20261121, 7, 50)))
	set := func(t store.Terminal, wanted error) {
		before := w.terminals(Merchant)[0]
		if err := w.Store.SetTerminal(w.ctx, t); !errors.Is(err, wanted) {
			w.failf("set the numbering from %+v to %+v = %v, want %v", before.Cursor, t.Cursor, err, wanted)
		}
		if wanted != nil {
			t = before
		}
		want(w, "terminal", w.terminals(Merchant)[0], t)
	}
	held := at(payment.BySequence, 20261121, 7, 50)
	held.Held = "by hand"
	set(held, nil)
	set(at(payment.BySequence, 20261121, 7, 49), store.ErrBackwards)
	set(at(payment.BySequence, 20261121, 6, 900), store.ErrBackwards)
	set(at(payment.BySequence, 20261121, 7, 51), nil)
	set(at(payment.BySequence, 20261121, 8, 1), nil)
	set(at(payment.ByDate, 20261121, 7, 1), store.ErrBackwards) // a change of style leaves nothing of the old batch
	set(at(payment.ByDate, 0, 8, 999_999), nil)                 // what ChangeStyle gives
	set(at(payment.ByDate, 0, 8, 999_999), nil)
	set(at(payment.ByDate, 20261231, 311226, 5), nil)
	set(at(payment.ByDate, 20261230, 301226, 9), store.ErrBackwards)
	set(at(payment.ByDate, 20270101, 10127, 1), nil) // a smaller batch, a later day
	set(at(payment.BySequence, 20270101, 10128, 1), store.ErrBackwards)
	set(at(payment.BySequence, 20270101, 311299, 999_999), nil)
	set(at(payment.ByDate, 20270102, 20127, 1), payment.ErrStyleOverlap)
	unknown := at(payment.BySequence, 0, 1, 1)
	unknown.ID = "ter_9"
	set(unknown, store.ErrNoTerminal)
}

func keepsTerms(w *world) {
	first, second := payment.OVOTerms(), payment.OVOTerms()
	first.AmountMax, second.AmountMax = 5_000_000, 6_000_000
	w.must("save", w.Store.SaveTerms(w.ctx, Merchant, "acc_1", "rev_1", first))
	w.must("save again", w.Store.SaveTerms(w.ctx, Merchant, "acc_1", "rev_1", first))
	w.must("save another revision", w.Store.SaveTerms(w.ctx, Merchant, "acc_1", "rev_2", second))
	w.must("save other terms as the same revision", w.Store.SaveTerms(w.ctx, Merchant, "acc_1", "rev_1", second))
	for revision, wanted := range map[string]payment.Terms{"rev_1": first, "rev_2": second} {
		got, err := w.Store.Terms(w.ctx, Merchant, "acc_1", revision)
		w.must("terms", err)
		want(w, "terms "+revision, got, wanted)
	}
	for _, id := range [][2]string{{"acc_1", "rev_3"}, {"acc_2", "rev_1"}} {
		if _, err := w.Store.Terms(w.ctx, Merchant, id[0], id[1]); !errors.Is(err, store.ErrNotFound) {
			w.failf("terms %s of account %s = %v, want ErrNotFound", id[1], id[0], err)
		}
	}
}

func keepsSecrets(w *world) {
	none := func(merchantID, name string) {
		if _, _, err := w.Store.Secret(w.ctx, merchantID, name); !errors.Is(err, store.ErrNotFound) {
			w.failf("secret %s of merchant %s = %v, want ErrNotFound", name, merchantID, err)
		}
	}
	none(Merchant, "token/a")
	w.must("save", w.Store.SaveSecret(w.ctx, Merchant, "token/a", []byte{0, 1, 255}, at(60)))
	w.must("save another", w.Store.SaveSecret(w.ctx, Merchant, "token/b", []byte("b"), at(-60)))
	for _, second := range []string{"first", "second"} {
		w.must("save again", w.Store.SaveSecret(w.ctx, Merchant, "token/b", []byte(second), at(90)))
	}
	for name, wanted := range map[string]struct {
		sealed  string
		expires int
	}{"token/a": {"\x00\x01\xff", 60}, "token/b": {"second", 90}} {
		sealed, expires, err := w.Store.Secret(w.ctx, Merchant, name)
		w.must("secret", err)
		if string(sealed) != wanted.sealed || !expires.Equal(at(wanted.expires)) {
			w.failf("secret %s = %q until %s, want %q until %s", name, sealed, expires, wanted.sealed, at(wanted.expires))
		}
	}
	none("mer_2", "token/a")
	none(Merchant, "token/A")
}

func findsByName(w *world) {
	w.terminal(Merchant, TID)
	w.terminal("mer_2", TID)
	made := w.commit(NewPayment(1, named("qr/1"))).Payment
	w.commit(NewPayment(2, named("qr/1"))) // a name stays with the payment that had it first
	w.commit(NewPayment(3, named("qr/1"), func(r *Request) { r.MerchantID = "mer_2" }))
	w.commit(NewPayment(4))
	more, err := Next(made, payment.Answered{At: after(9), Call: payment.CallPush, Try: 1, Outcome: Paid()})
	w.must("decide", err)
	more.Name = "qr/2"
	w.commit(more)
	no := errors.New("no")
	w.refused("what Finish refuses", NewPayment(5, named("qr/5"), func(r *Request) { r.Refuse = no }), no)
	for _, wanted := range [][3]string{
		{Merchant, "qr/1", PaymentID(1)},
		{Merchant, "qr/2", PaymentID(1)},
		{"mer_2", "qr/1", PaymentID(3)},
		{"mer_2", "qr/2", ""},
		{Merchant, "qr/3", ""},
		{Merchant, "qr/5", ""},
		{Merchant, "", ""},
	} {
		id, err := w.Store.PaymentNamed(w.ctx, wanted[0], wanted[1])
		if missing := wanted[2] == ""; id != wanted[2] || missing != errors.Is(err, store.ErrNotFound) || !missing && err != nil {
			w.failf("payment named %q of %s = %q, %v; want %q", wanted[1], wanted[0], id, err, wanted[2])
		}
	}
}

func laterNumbers(w *world) {
	w.terminal(Merchant, TID)
	made := w.commit(NewPayment(1)).Payment
	finished, err := Next(made, payment.NoAnswer{At: after(9), Call: payment.CallPush, Try: 1, Why: payment.Silent})
	w.must("decide", err)
	finished.Terminal = TID
	change, given := finished, payment.Number{}
	change.Finish = func(n payment.Number, _ time.Time) (store.Change, error) {
		given = n
		return finished, nil
	}
	w.commit(change)
	want(w, "the second number", given, payment.Number{Batch: 1, Reference: 2})
	want(w, "the cursor", w.terminals(Merchant)[0].Cursor.Last, given)
	want(w, "the version", w.load(Merchant, PaymentID(1)).Version, 2)
	w.refused("the same again", change, store.ErrConflict)
	want(w, "the cursor after a conflict", w.terminals(Merchant)[0].Cursor.Last, given)
}

func appends(w *world) {
	w.terminal(Merchant, TID)
	made := w.commit(NewPayment(1))
	part := func(paymentID string, side exchange.Side, seconds int) exchange.Part {
		return exchange.Part{
			ID: "exc_inquiry", MerchantID: Merchant, PaymentID: paymentID, Account: "acc_1", Operation: "inquiry", Side: side,
			At: after(seconds), Sealed: []byte("sealed"), Note: "connection cut",
		}
	}
	own, loose := part(PaymentID(1), exchange.Request, 30), part("", exchange.Request, -20)
	own.ID = "exc_token"
	w.must("append nothing", w.Store.Append(w.ctx, nil))
	w.must("append", w.Store.Append(w.ctx, []exchange.Part{own, loose}))
	w.must("append", w.Store.Append(w.ctx, []exchange.Part{part("", exchange.Response, -19)}))
	w.exchanges(PaymentID(1), append(made.Exchanges, own))
	w.exchanges("", []exchange.Part{loose, part("", exchange.Response, -19)})
}

func (w *world) exchanges(id string, wanted []exchange.Part) {
	got, err := w.Store.Exchanges(w.ctx, Merchant, id)
	w.must("exchanges", err)
	want(w, "exchanges of payment "+id, got, wanted)
}
