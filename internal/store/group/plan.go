// Package group turns many callers' changes into one transaction. Its pure half, this file, says what becomes of each
// change of a group and what must be written; memory, SQLite and PostgreSQL share it, so that a group means the same
// everywhere. Its other half, [Committer], gathers the changes of waiting callers into groups.
//
// It writes nothing itself and knows no SQL.
package group

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

// KeyID names an idempotency key.
type KeyID struct {
	MerchantID string
	Mode       payment.Mode
	Key        string
}

// KeyRow is an idempotency key with what it stands for.
type KeyRow struct {
	KeyID
	store.KeyUsed
}

// PaymentID names a payment.
type PaymentID struct{ MerchantID, ID string }

// TerminalID names a terminal of a merchant.
type TerminalID struct{ MerchantID, ID string }

// KeyOf names the key of a change; false when it has none.
func KeyOf(c *store.Change) (KeyID, bool) {
	return KeyID{MerchantID: c.Payment.MerchantID, Mode: c.Payment.Mode, Key: c.Key.Key}, c.Key.Key != ""
}

// PaymentOf names the payment of a change.
func PaymentOf(c *store.Change) PaymentID {
	return PaymentID{MerchantID: c.Payment.MerchantID, ID: c.Payment.ID}
}

// TerminalOf names the terminal whose next number a change takes; false when it takes none.
func TerminalOf(c *store.Change) (TerminalID, bool) {
	return TerminalID{MerchantID: c.Payment.MerchantID, ID: c.Terminal}, c.Terminal != ""
}

// Compare orders keys by merchant, mode and key.
func (k KeyID) Compare(o KeyID) int {
	return cmp.Or(cmp.Compare(k.MerchantID, o.MerchantID), cmp.Compare(k.Mode, o.Mode), cmp.Compare(k.Key, o.Key))
}

// Compare orders payments by merchant and id.
func (p PaymentID) Compare(o PaymentID) int {
	return cmp.Or(cmp.Compare(p.MerchantID, o.MerchantID), cmp.Compare(p.ID, o.ID))
}

// Compare orders terminals by merchant and id: the order in which their cursors are locked.
func (t TerminalID) Compare(o TerminalID) int {
	return cmp.Or(cmp.Compare(t.MerchantID, o.MerchantID), cmp.Compare(t.ID, o.ID))
}

// Facts are what is stored before the group. They must hold until the group is written: what was read of a terminal
// and of a payment that is changed stays locked (or guarded by its own UPDATE).
type Facts interface {
	// KeyUsed gives what a key stands for, if it is stored.
	KeyUsed(KeyID) (store.KeyUsed, bool)
	// Version gives the stored version of a payment, 0 when it is not stored.
	Version(PaymentID) int
	// Limit gives what is stored of a limit; zero for nothing.
	Limit(name string) time.Time
	// Terminal gives a terminal, if it is stored.
	Terminal(TerminalID) (store.Terminal, bool)
}

// Wants are the facts that a group needs, each named once and in key order.
type Wants struct {
	// Keys are the keys that the group wants, each with the first change that wants it. They can be inserted before
	// [Settle], which tells Facts only of those that were there already; [Outcome.Rekey] then says what to mend.
	Keys []KeyRow
	// Guards are the payments.
	Guards []Guard
	// Limits are the names of limits, which must be locked in this order.
	Limits []string
	// Terminals are the terminals whose cursors must be locked, in this order.
	Terminals []TerminalID
}

// Guard is a payment whose stored version a group needs.
type Guard struct {
	PaymentID
	Index    int // the first change of this payment in the group
	Expected int // the version that this change wants to find; 0: none
	// Sure says that nothing but the stored version can refuse the change: it takes no number, has no key and is the
	// only one of its payment in the group. It can be written at once by an UPDATE guarded with Expected; Facts then
	// give Expected for a row that was written, and anything else for one that was not.
	Sure bool
}

// WantsOf says which facts a group needs.
func WantsOf(changes []store.Change) Wants {
	var w Wants
	for i := range changes {
		c := &changes[i]
		if key, ok := KeyOf(c); ok {
			used := store.KeyUsed{PaymentID: c.Payment.ID, Fingerprint: c.Key.Fingerprint}
			w.Keys = append(w.Keys, KeyRow{KeyID: key, KeyUsed: used})
		}
		t, takesNumber := TerminalOf(c)
		if takesNumber {
			w.Terminals = append(w.Terminals, t)
		}
		for _, l := range c.Limits {
			w.Limits = append(w.Limits, l.Name)
		}
		expected := c.Payment.Version - 1
		w.Guards = append(w.Guards, Guard{
			PaymentID: PaymentOf(c), Index: i, Expected: expected,
			Sure: !takesNumber && c.Key.Key == "" && len(c.Limits) == 0 && expected > 0,
		})
	}
	// The sorts are stable, so that the first of equals stays the first.
	slices.SortStableFunc(w.Keys, func(a, b KeyRow) int { return a.KeyID.Compare(b.KeyID) })
	w.Keys = slices.CompactFunc(w.Keys, func(a, b KeyRow) bool { return a.KeyID == b.KeyID })
	slices.Sort(w.Limits)
	w.Limits = slices.Compact(w.Limits)
	slices.SortFunc(w.Terminals, TerminalID.Compare)
	w.Terminals = slices.Compact(w.Terminals)
	slices.SortStableFunc(w.Guards, func(a, b Guard) int { return a.Compare(b.PaymentID) })
	kept := w.Guards[:0]
	for _, g := range w.Guards {
		if n := len(kept); n > 0 && kept[n-1].PaymentID == g.PaymentID {
			kept[n-1].Sure = false
			continue
		}
		kept = append(kept, g)
	}
	w.Guards = kept
	return w
}

// Known are Facts that were read before: fill the maps, what is missing is not stored.
type Known struct {
	Keys      map[KeyID]store.KeyUsed
	Versions  map[PaymentID]int
	Limits    map[string]time.Time
	Terminals map[TerminalID]store.Terminal
}

// KeyUsed looks a key up.
func (k Known) KeyUsed(id KeyID) (store.KeyUsed, bool) { u, ok := k.Keys[id]; return u, ok }

// Version looks a payment's version up.
func (k Known) Version(id PaymentID) int { return k.Versions[id] }

// Limit looks a limit up.
func (k Known) Limit(name string) time.Time { return k.Limits[name] }

// Terminal looks a terminal up.
func (k Known) Terminal(id TerminalID) (store.Terminal, bool) { t, ok := k.Terminals[id]; return t, ok }

// Outcome says what became of a group and what must be written for it, all or nothing.
type Outcome struct {
	// Results are in the order of the changes. The Change of one without Err is finished: this is what is written.
	Results []store.Result
	// Won are the indexes of the changes that are written, in the order of PaymentID; at most one per payment.
	Won []int
	// Keys are the keys that are now used, in key order.
	Keys []KeyRow
	// Limits are what is now used of limits, in the order of names.
	Limits []LimitUsed
	// Cursors are the terminals whose numbering has moved, in key order; Held is not to be written.
	Cursors []store.Terminal
}

// LimitUsed is what is stored of a limit.
type LimitUsed struct {
	Name string
	Used time.Time
}

// Settle says what becomes of each change. It is as if they were committed one after the other in the given order:
// for each, first its key, then its version, then its limits, then its number, then its words (Change.Finish). A change that is refused
// leaves nothing behind, no number and no key; one refusal is no other's. Of two changes of one payment the second is
// refused even if it follows from the first.
//
// now is called once, and only if a number is taken; t0 is what it gives, cut to milliseconds, which is what goes on
// the wire. prepare, if not nil, is called for each change that is about to be written, and may refuse it: for work
// that can fail, such as encoding.
func Settle(changes []store.Change, facts Facts, now func() time.Time, prepare func(i int, c *store.Change) error) Outcome {
	s := settling{facts: facts, now: now, many: len(changes) > 1}
	s.out.Results = make([]store.Result, len(changes))
	s.out.Won = make([]int, 0, len(changes))
	for i := range changes {
		r := &s.out.Results[i]
		r.Change, r.Err = s.settle(&changes[i])
		if r.Err == nil && r.Change.Event == nil {
			r.Err = errNoEvent
		}
		if r.Err == nil && prepare != nil {
			r.Err = prepare(i, &r.Change)
		}
		if r.Err != nil {
			r.Change = store.Change{}
			continue
		}
		s.keep(i)
	}
	for _, name := range slices.Sorted(maps.Keys(s.limits)) {
		s.out.Limits = append(s.out.Limits, LimitUsed{Name: name, Used: s.limits[name]})
	}
	if s.many {
		s.sort()
	}
	return s.out
}

// settling is a group half settled.
type settling struct {
	facts Facts
	now   func() time.Time
	t0    time.Time
	out   Outcome

	many      bool // more than one change: only then can they be in each other's way
	keys      map[KeyID]store.KeyUsed
	payments  map[PaymentID]struct{}
	limits    map[string]time.Time // that were counted
	counted   []LimitUsed          // by the change at hand
	terminals []terminal
	places    map[TerminalID]int // in terminals

	next payment.Cursor // of the change at hand, if it takes a number
	at   int            // its terminal's place in terminals
}

type terminal struct {
	store.Terminal
	known, moved bool
}

// Refusals of changes that no caller should make.
var (
	errNoPayment = errors.New("a change needs a merchant, a payment and a version of 1 or above")
	errNoEvent   = errors.New("a change needs the event that led to it")
	errNoFinish  = errors.New("a change that takes a number needs Finish")
	errOther     = errors.New("the change that Finish gave is not the one that it was asked for")
)

func (s *settling) settle(c *store.Change) (store.Change, error) {
	if c.Payment.MerchantID == "" || c.Payment.ID == "" || c.Payment.Version < 1 {
		return store.Change{}, errNoPayment
	}
	if err := s.key(c); err != nil {
		return store.Change{}, err
	}
	if err := s.version(c); err != nil {
		return store.Change{}, err
	}
	if err := s.limit(c); err != nil {
		return store.Change{}, err
	}
	id, takesNumber := TerminalOf(c)
	if !takesNumber {
		return *c, nil
	}
	number, err := s.number(id)
	if err != nil {
		return store.Change{}, err
	}
	return finish(c, number, s.t0)
}

func (s *settling) key(c *store.Change) error {
	id, ok := KeyOf(c)
	if !ok {
		return nil
	}
	used, taken := s.keys[id]
	if !taken {
		used, taken = s.facts.KeyUsed(id)
	}
	if taken {
		return &used
	}
	return nil
}

func (s *settling) version(c *store.Change) error {
	id := PaymentOf(c)
	if _, changed := s.payments[id]; changed || s.facts.Version(id) != c.Payment.Version-1 {
		return store.ErrConflict
	}
	return nil
}

// limit counts the change against its limits; that it was counted is noted by keep.
func (s *settling) limit(c *store.Change) error {
	s.counted = s.counted[:0]
	for _, l := range c.Limits {
		used, ok := s.limits[l.Name]
		if !ok {
			used = s.facts.Limit(l.Name)
		}
		next, until, ok := l.Next(used, s.time())
		if !ok {
			return &store.LimitReached{Name: l.Name, Until: until}
		}
		s.counted = append(s.counted, LimitUsed{Name: l.Name, Used: next})
	}
	return nil
}

// time reads the clock once for the whole group.
func (s *settling) time() time.Time {
	if s.t0.IsZero() {
		s.t0 = s.now().Truncate(time.Millisecond)
	}
	return s.t0
}

// number gives the next number of a terminal; it is taken by keep.
func (s *settling) number(id TerminalID) (payment.Number, error) {
	s.at = s.place(id)
	t := &s.terminals[s.at]
	switch {
	case !t.known:
		return payment.Number{}, store.ErrNoTerminal
	case t.Held != "":
		return payment.Number{}, &store.TerminalHeld{Terminal: id.ID, Reason: t.Held}
	}
	number, next, err := t.Cursor.Next(payment.DayOf(s.time()))
	s.next = next
	return number, err
}

// place gives where a terminal stands in s.terminals, asking for it the first time.
func (s *settling) place(id TerminalID) int {
	if i, ok := s.places[id]; ok {
		return i
	}
	t, known := s.facts.Terminal(id)
	t.MerchantID, t.ID = id.MerchantID, id.ID
	s.terminals = append(s.terminals, terminal{Terminal: t, known: known})
	i := len(s.terminals) - 1
	if s.many {
		if s.places == nil {
			s.places = make(map[TerminalID]int)
		}
		s.places[id] = i
	}
	return i
}

// finish calls Change.Finish, whose trouble is that change's alone, a panic included.
func finish(c *store.Change, n payment.Number, t0 time.Time) (out store.Change, err error) {
	if c.Finish == nil {
		return out, errNoFinish
	}
	defer func() {
		if r := recover(); r != nil {
			out, err = store.Change{}, fmt.Errorf("finish change %s of payment %s: panic: %v", c.ID, c.Payment.ID, r)
		}
	}()
	out, err = c.Finish(n, t0)
	if err == nil && (out.ID != c.ID || PaymentOf(&out) != PaymentOf(c) || out.Payment.Mode != c.Payment.Mode ||
		out.Payment.Version != c.Payment.Version || out.Key != c.Key || out.Terminal != c.Terminal) {
		return store.Change{}, errOther
	}
	return out, err
}

// keep takes note of a change that will be written: its key, its payment and its number are now taken.
func (s *settling) keep(i int) {
	c := &s.out.Results[i].Change
	s.out.Won = append(s.out.Won, i)
	if id, ok := KeyOf(c); ok {
		used := store.KeyUsed{PaymentID: c.Payment.ID, Fingerprint: c.Key.Fingerprint}
		s.out.Keys = append(s.out.Keys, KeyRow{KeyID: id, KeyUsed: used})
		if s.many {
			if s.keys == nil {
				s.keys = make(map[KeyID]store.KeyUsed)
			}
			s.keys[id] = used
		}
	}
	if s.many {
		if s.payments == nil {
			s.payments = make(map[PaymentID]struct{}, len(s.out.Results))
		}
		s.payments[PaymentOf(c)] = struct{}{}
	}
	for _, l := range s.counted {
		if s.limits == nil {
			s.limits = map[string]time.Time{}
		}
		s.limits[l.Name] = l.Used
	}
	s.counted = s.counted[:0]
	if c.Terminal != "" {
		t := &s.terminals[s.at]
		t.Cursor, t.moved = s.next, true
		if !s.many {
			s.out.Cursors = append(s.out.Cursors, t.Terminal)
		}
	}
	if c.Hold != nil && s.many {
		t := &s.terminals[s.place(TerminalID{MerchantID: c.Payment.MerchantID, ID: c.Hold.Terminal})]
		t.Held = c.Hold.Reason
	}
}

func (s *settling) sort() {
	results := s.out.Results
	slices.SortFunc(s.out.Won, func(i, j int) int {
		return PaymentOf(&results[i].Change).Compare(PaymentOf(&results[j].Change))
	})
	slices.SortFunc(s.out.Keys, func(a, b KeyRow) int { return a.KeyID.Compare(b.KeyID) })
	for i := range s.terminals {
		if s.terminals[i].moved {
			s.out.Cursors = append(s.out.Cursors, s.terminals[i].Terminal)
		}
	}
	slices.SortFunc(s.out.Cursors, func(a, b store.Terminal) int {
		return TerminalID{a.MerchantID, a.ID}.Compare(TerminalID{b.MerchantID, b.ID})
	})
}

// Change gives the change at an index of Won.
func (o Outcome) Change(i int) *store.Change { return &o.Results[i].Change }

// Tasks are the tasks to be stored in place of what the payment had, unclaimed; in the order of Won.
func (o Outcome) Tasks() []store.Task {
	var tasks []store.Task
	for _, i := range o.Won {
		if t, ok := TaskOf(o.Change(i)); ok {
			tasks = append(tasks, t)
		}
	}
	return tasks
}

// TaskOf is the task that a change leaves behind; false for none.
func TaskOf(c *store.Change) (store.Task, bool) {
	return store.Task{
		MerchantID: c.Payment.MerchantID, PaymentID: c.Payment.ID, Kind: store.KindWake, DueAt: c.Payment.WakeAt,
		NotBefore: c.NotBefore, SerialKey: c.SerialKey, Owner: c.Owner,
	}, !c.Payment.WakeAt.IsZero()
}

// Done are the payments whose task must be deleted, in the order of Won.
func (o Outcome) Done() []PaymentID {
	var done []PaymentID
	for _, i := range o.Won {
		if c := o.Change(i); c.Payment.WakeAt.IsZero() && !c.WakeBefore.IsZero() {
			done = append(done, PaymentOf(c))
		}
	}
	return done
}

// Exchanges are the exchanges to be stored, in the order of Won and of each change.
func (o Outcome) Exchanges() []exchange.Part {
	var parts []exchange.Part
	for _, i := range o.Won {
		parts = append(parts, o.Change(i).Exchanges...)
	}
	return parts
}

// Told are the announcements to be stored, in the order of Won and of each change.
func (o Outcome) Told() []store.Told {
	var told []store.Told
	for _, i := range o.Won {
		told = append(told, o.Change(i).Told...)
	}
	return told
}

// Holds are the terminals that must be stopped, with the reason in Held, each once and in key order. One that is not
// stored is passed over.
func (o Outcome) Holds() []store.Terminal {
	var holds []store.Terminal
	for i := range o.Results { // in the order of the changes, of which the last one's reason stays
		c := &o.Results[i].Change
		if o.Results[i].Err != nil || c.Hold == nil {
			continue
		}
		h := store.Terminal{MerchantID: c.Payment.MerchantID, ID: c.Hold.Terminal, Held: c.Hold.Reason}
		same := func(t store.Terminal) bool { return t.MerchantID == h.MerchantID && t.ID == h.ID }
		if at := slices.IndexFunc(holds, same); at >= 0 {
			holds[at] = h
			continue
		}
		holds = append(holds, h)
	}
	slices.SortFunc(holds, func(a, b store.Terminal) int {
		return TerminalID{a.MerchantID, a.ID}.Compare(TerminalID{b.MerchantID, b.ID})
	})
	return holds
}

// Rekey is for a store that has inserted Wants.Keys before it settled: of the rows that it really inserted, moved must
// now point elsewhere (the first change that wanted the key was refused, a later one has it), and freed must go.
func (o Outcome) Rekey(inserted []KeyRow) (moved, freed []KeyRow) {
	for _, row := range inserted {
		at, used := slices.BinarySearchFunc(o.Keys, row.KeyID, func(r KeyRow, id KeyID) int { return r.Compare(id) })
		switch {
		case !used:
			freed = append(freed, row)
		case o.Keys[at] != row:
			moved = append(moved, o.Keys[at])
		}
	}
	return moved, freed
}

// Ahead tells whether a terminal's cursor may be set by hand to next: no number that was given may come again. Its
// errors wrap store.ErrBackwards or are those of payment.Cursor.ChangeStyle.
func Ahead(stored, next payment.Cursor) error {
	from, err := stored.ChangeStyle(next.Style)
	if err != nil || next == from {
		return err
	}
	order := cmp.Compare(next.Last.Batch, from.Last.Batch)
	if next.Style == payment.ByDate {
		order = cmp.Compare(next.Day, from.Day) // dates as batches do not order as days do
		first, _, _ := payment.Cursor{Style: payment.ByDate}.Next(next.Day)
		if next.Last.Batch != first.Batch {
			return fmt.Errorf("%w: in the style %s the batch of %d is %06d, not %06d",
				store.ErrBackwards, next.Style, next.Day, first.Batch, next.Last.Batch)
		}
	}
	if cmp.Or(order, cmp.Compare(next.Last.Reference, from.Last.Reference)) < 0 {
		return store.ErrBackwards
	}
	return nil
}

// SortExchanges puts the halves of a payment's exchanges in their order: as the exchanges began, the request of each
// before its response.
func SortExchanges(parts []exchange.Part) {
	began := make(map[string]time.Time, len(parts))
	for _, p := range parts {
		if at, ok := began[p.ID]; !ok || p.At.Before(at) {
			began[p.ID] = p.At
		}
	}
	slices.SortStableFunc(parts, func(a, b exchange.Part) int {
		return cmp.Or(began[a.ID].Compare(began[b.ID]), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Side, b.Side), a.At.Compare(b.At))
	})
}
