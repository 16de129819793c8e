package group

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

var morning = time.Date(2026, 11, 21, 10, 0, 0, 987_654_321, payment.WIB)

// numbered is a change that takes a number and makes a new payment.
func numbered(id, merchantID, terminal, key string) store.Change {
	c := store.Change{
		ID: "chg_" + id, Terminal: terminal, Key: store.Key{Key: key, Fingerprint: "f-" + id},
		Payment: payment.Payment{ID: id, MerchantID: merchantID, Mode: payment.Live, Version: 1},
	}
	unfinished := c
	c.Finish = func(n payment.Number, t0 time.Time) (store.Change, error) {
		out := unfinished
		out.Event = payment.Requested{ID: id, Number: n, At: t0}
		out.Payment.CreatedAt = t0
		out.Payment.Attempts = []payment.Attempt{{Number: n, PushedAt: t0}}
		return out, nil
	}
	return c
}

// answer is a change of a stored payment.
func answer(id string, version int, key string) store.Change {
	return store.Change{
		ID: fmt.Sprintf("chg_%s_%d", id, version), Key: store.Key{Key: key}, Event: payment.Woke{At: morning},
		Payment: payment.Payment{ID: id, MerchantID: "m", Mode: payment.Live, Version: version},
	}
}

func refusing(c store.Change, err error) store.Change {
	c.Finish = func(payment.Number, time.Time) (store.Change, error) { return store.Change{}, err }
	return c
}

func stored() Known {
	return Known{
		Keys:     map[KeyID]store.KeyUsed{{"m", payment.Live, "old"}: {PaymentID: "p_old", Fingerprint: "f"}},
		Versions: map[PaymentID]int{{"m", "p_old"}: 3},
		Terminals: map[TerminalID]store.Terminal{
			{"m", "t1"}: {MerchantID: "m", ID: "t1", Cursor: payment.Cursor{Style: payment.BySequence}},
			{"m", "t2"}: {MerchantID: "m", ID: "t2", Cursor: payment.Cursor{Style: payment.BySequence}},
		},
	}
}

func now() time.Time { return morning }

func TestWantsNameEachFactOnceAndInOrder(t *testing.T) {
	t.Parallel()
	w := WantsOf([]store.Change{
		numbered("p3", "n", "t1", "k"), numbered("p2", "m", "t2", "k"), numbered("p1", "m", "t1", "k"), numbered("p2", "m", "t2", ""),
		answer("p9", 4, ""), answer("p8", 4, "void"), answer("p7", 4, ""), answer("p7", 5, ""), answer("p6", 1, ""),
	})
	wanted := Wants{
		Keys: []KeyRow{
			{KeyID{"m", payment.Live, "k"}, store.KeyUsed{PaymentID: "p2", Fingerprint: "f-p2"}},
			{KeyID{"m", payment.Live, "void"}, store.KeyUsed{PaymentID: "p8"}},
			{KeyID{"n", payment.Live, "k"}, store.KeyUsed{PaymentID: "p3", Fingerprint: "f-p3"}},
		},
		Guards: []Guard{
			{PaymentID{"m", "p1"}, 2, 0, false},
			{PaymentID{"m", "p2"}, 1, 0, false},
			{PaymentID{"m", "p6"}, 8, 0, false},
			{PaymentID{"m", "p7"}, 6, 3, false},
			{PaymentID{"m", "p8"}, 5, 3, false},
			{PaymentID{"m", "p9"}, 4, 3, true},
			{PaymentID{"n", "p3"}, 0, 0, false},
		},
		Terminals: []TerminalID{{"m", "t1"}, {"m", "t2"}, {"n", "t1"}},
	}
	if !reflect.DeepEqual(w, wanted) {
		t.Errorf("WantsOf = %+v\nwant %+v", w, wanted)
	}
}

func TestLosersTakeNothing(t *testing.T) {
	t.Parallel()
	no := errors.New("no")
	changes := []store.Change{
		numbered("a", "m", "t1", "k"),               // 1/1
		refusing(numbered("b", "m", "t1", "l"), no), // no
		numbered("c", "m", "t1", "l"),               // 1/2, and the key that b has not got
		numbered("d", "m", "t1", "k"),               // KeyUsed by a
		numbered("e", "m", "t1", "old"),             // KeyUsed by p_old
		numbered("a", "m", "t2", ""),                // conflict
		numbered("p_old", "m", "t2", ""),            // conflict
		numbered("f", "m", "t3", ""),                // no such terminal
		numbered("g", "m", "t2", ""),                // refused by prepare
		numbered("h", "m", "t2", ""),                // 1/1 of t2
	}
	o := Settle(changes, stored(), now, func(i int, c *store.Change) error {
		if c.Payment.ID == "g" {
			return no
		}
		if c.Payment.Attempts == nil || changes[i].ID != c.ID {
			t.Errorf("prepare(%d) has %+v, want the finished change", i, c)
		}
		return nil
	})
	for i, want := range []string{
		"1/1", "no", "1/2", "idempotency key already used by payment a", "idempotency key already used by payment p_old",
		store.ErrConflict.Error(), store.ErrConflict.Error(), store.ErrNoTerminal.Error(), "no", "1/1",
	} {
		got := fmt.Sprint(o.Results[i].Err)
		if o.Results[i].Err == nil {
			got = o.Results[i].Change.Payment.Attempts[0].Number.String()
		}
		if got != want {
			t.Errorf("result %d = %s, want %s", i, got, want)
		}
	}
	if !slices.Equal(o.Won, []int{0, 2, 9}) {
		t.Errorf("Won = %v, want [0 2 9]", o.Won)
	}
	cursor := func(id string, n payment.ReferenceNumber) store.Terminal {
		return store.Terminal{MerchantID: "m", ID: id, Cursor: payment.Cursor{
			Style: payment.BySequence, Day: 20261121, Last: payment.Number{Batch: 1, Reference: n},
		}}
	}
	if want := []store.Terminal{cursor("t1", 2), cursor("t2", 1)}; !reflect.DeepEqual(o.Cursors, want) {
		t.Errorf("Cursors = %+v, want %+v", o.Cursors, want)
	}
	moved, freed := o.Rekey(WantsOf(changes[:4]).Keys)
	if len(moved) != 1 || moved[0].Key != "l" || moved[0].PaymentID != "c" || len(freed) != 0 {
		t.Errorf("Rekey = %+v, %+v; want the key l moved to c", moved, freed)
	}
	o = Settle(changes[1:2], stored(), now, nil)
	moved, freed = o.Rekey(WantsOf(changes[1:2]).Keys)
	if len(moved) != 0 || len(freed) != 1 || freed[0].Key != "l" || len(o.Cursors) != 0 {
		t.Errorf("Rekey = %+v, %+v with cursors %+v; want the key l freed and nothing else", moved, freed, o.Cursors)
	}
}

func TestTimeIsReadOnceAndOnlyForNumbers(t *testing.T) {
	t.Parallel()
	reads := 0
	clock := func() time.Time { reads++; return morning.Add(time.Duration(reads) * time.Hour) }
	Settle([]store.Change{answer("p_old", 4, "")}, stored(), clock, nil)
	if reads != 0 {
		t.Errorf("the clock was read %d times for a change without a number", reads)
	}
	o := Settle([]store.Change{numbered("a", "m", "t1", ""), numbered("b", "m", "t2", "")}, stored(), clock, nil)
	want := morning.Add(time.Hour).Truncate(time.Millisecond)
	for i, r := range o.Results {
		if got := r.Change.Payment.CreatedAt; !got.Equal(want) || got.Nanosecond() != 987_000_000 {
			t.Errorf("t0 of change %d = %s, want %s", i, got, want)
		}
	}
	if reads != 1 {
		t.Errorf("the clock was read %d times, want once", reads)
	}
}

func TestUnfitChangesAreRefusedAlone(t *testing.T) {
	t.Parallel()
	other := numbered("x", "m", "t1", "")
	finish := other.Finish
	other.Finish = func(n payment.Number, t0 time.Time) (store.Change, error) {
		c, err := finish(n, t0)
		c.Payment.ID = "y"
		return c, err
	}
	panics := numbered("z", "m", "t1", "")
	panics.Finish = func(payment.Number, time.Time) (store.Change, error) { panic("boom") }
	noFinish, noEvent := numbered("u", "m", "t1", ""), answer("p_old", 4, "")
	noFinish.Finish, noEvent.Event = nil, nil
	o := Settle([]store.Change{
		{ID: "empty"}, other, panics, noFinish, noEvent, answer("p_old", 0, ""), answer("p_old", 4, ""), numbered("good", "m", "t1", ""),
	}, stored(), now, nil)
	for i, r := range o.Results {
		if (r.Err == nil) != (i >= 6) {
			t.Errorf("result %d = %v", i, r.Err)
		}
	}
	if n := o.Results[7].Change.Payment.Attempts[0].Number.Reference; n != 1 {
		t.Errorf("number of the good change = %d, want 1", n)
	}
}

func TestWhatIsWrittenStandsInOrder(t *testing.T) {
	t.Parallel()
	facts := stored()
	facts.Versions = map[PaymentID]int{{"m", "a"}: 1, {"m", "b"}: 1, {"m", "c"}: 1}
	a, b, c := answer("a", 2, ""), answer("b", 2, ""), answer("c", 2, "")
	a.Payment.WakeAt, a.Owner, a.SerialKey, a.NotBefore = morning, "o", "s", morning.Add(1)
	b.WakeBefore = morning
	for _, ch := range []*store.Change{&a, &b, &c} {
		ch.Exchanges = []exchange.Part{{ID: ch.Payment.ID + "1"}, {ID: ch.Payment.ID + "0"}}
		ch.Told = []store.Told{{ID: ch.Payment.ID}}
	}
	c.Hold, b.Hold = &payment.Hold{Terminal: "t2", Reason: "first"}, &payment.Hold{Terminal: "t2", Reason: "second"}
	a.Hold = &payment.Hold{Terminal: "t1", Reason: "third"}
	lost := answer("d", 2, "")
	lost.Hold, lost.Exchanges, lost.Told = &payment.Hold{Terminal: "t0", Reason: "no"}, a.Exchanges, a.Told
	o := Settle([]store.Change{c, lost, b, a}, facts, now, nil)
	task := store.Task{MerchantID: "m", PaymentID: "a", Kind: store.KindWake, DueAt: morning, NotBefore: morning.Add(1), SerialKey: "s", Owner: "o"}
	for _, x := range []struct {
		what      string
		got, want any
	}{
		{"Won", o.Won, []int{3, 2, 0}},
		{"Tasks", o.Tasks(), []store.Task{task}},
		{"Done", o.Done(), []PaymentID{{"m", "b"}}},
		{"Exchanges", o.Exchanges(), []exchange.Part{{ID: "a1"}, {ID: "a0"}, {ID: "b1"}, {ID: "b0"}, {ID: "c1"}, {ID: "c0"}}},
		{"Told", o.Told(), []store.Told{{ID: "a"}, {ID: "b"}, {ID: "c"}}},
		{"Holds", o.Holds(), []store.Terminal{{MerchantID: "m", ID: "t1", Held: "third"}, {MerchantID: "m", ID: "t2", Held: "second"}}},
		{"Cursors", o.Cursors, []store.Terminal(nil)},
	} {
		if !reflect.DeepEqual(x.got, x.want) {
			t.Errorf("%s = %+v, want %+v", x.what, x.got, x.want)
		}
	}
	hold := answer("a", 2, "")
	hold.Hold = &payment.Hold{Terminal: "t1", Reason: "stop"}
	mixed := Settle([]store.Change{hold, numbered("new", "m", "t1", "")}, facts, now, nil)
	var held *store.TerminalHeld
	if !errors.As(mixed.Results[1].Err, &held) || held.Reason != "stop" {
		t.Errorf("a number after a hold in the same group = %v, want TerminalHeld", mixed.Results[1].Err)
	}
}

// TestAGroupIsAsIfCommittedOneByOne compares groups chosen by lot with groups of one in the same order.
func TestAGroupIsAsIfCommittedOneByOne(t *testing.T) {
	t.Parallel()
	no := errors.New("no")
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var changes []store.Change
		for range 1 + rnd.IntN(12) {
			c := numbered(fmt.Sprintf("p%d", rnd.IntN(9)), string("mn"[rnd.IntN(2)]), fmt.Sprintf("t%d", rnd.IntN(3)),
				[]string{"", "k", "l", "old"}[rnd.IntN(4)])
			if rnd.IntN(4) == 0 {
				c = refusing(c, no)
			}
			changes = append(changes, c)
		}
		together := Settle(changes, stored(), now, nil)
		facts := stored()
		for i := range changes {
			alone := Settle(changes[i:i+1], facts, now, nil)
			for _, k := range alone.Keys {
				facts.Keys[k.KeyID] = k.KeyUsed
			}
			for _, c := range alone.Cursors {
				facts.Terminals[TerminalID{c.MerchantID, c.ID}] = c
			}
			if alone.Results[0].Err == nil {
				facts.Versions[PaymentOf(&alone.Results[0].Change)] = 1
			}
			got, want := together.Results[i], alone.Results[0]
			if fmt.Sprint(got.Err) != fmt.Sprint(want.Err) || !reflect.DeepEqual(got.Change.Event, want.Change.Event) {
				t.Fatalf("change %d of %d: in the group %v %v, alone %v %v", i, len(changes), got.Err, got.Change.Event, want.Err, want.Change.Event)
			}
		}
	}
}

// TestAheadNeverLetsANumberComeTwice gives numbers for some days, sets the numbering by hand to whatever Ahead allows,
// and goes on.
func TestAheadNeverLetsANumberComeTwice(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(3, 4))
	allowed := 0
	for range 20000 {
		styles := []payment.NumberStyle{payment.BySequence, payment.ByDate}
		cursor := payment.Cursor{Style: styles[rnd.IntN(2)], Last: payment.Number{Batch: payment.Batch(rnd.IntN(3))}}
		if cursor.Style == payment.ByDate {
			cursor.Last = payment.Number{}
		}
		used := map[payment.Number]bool{}
		day := time.Date(2026, 12, 30, 12, 0, 0, 0, payment.WIB)
		give := func() {
			for range 1 + rnd.IntN(4) {
				if rnd.IntN(3) == 0 {
					day = day.AddDate(0, 0, 1)
				}
				n, next, err := cursor.Next(payment.DayOf(day))
				if err != nil {
					return
				}
				if used[n] {
					t.Fatalf("number %s came twice", n)
				}
				used[n], cursor = true, next
			}
		}
		give()
		next := payment.Cursor{Style: styles[rnd.IntN(2)], Day: payment.DayOf(day.AddDate(0, 0, rnd.IntN(5)-2))}
		first, _, _ := payment.Cursor{Style: payment.ByDate}.Next(next.Day)
		batches := []payment.Batch{cursor.Last.Batch, first.Batch, 311_299, payment.Batch(rnd.IntN(8))}
		next.Last = payment.Number{Batch: batches[rnd.IntN(4)], Reference: []payment.ReferenceNumber{0, 1, 2, 3, 999_999}[rnd.IntN(5)]}
		if Ahead(cursor, next) == nil {
			allowed++
			cursor = next
			give()
		}
	}
	if allowed < 2000 {
		t.Errorf("only %d of 20000 settings were allowed: the test says little", allowed)
	}
}
