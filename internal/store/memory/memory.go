// Package memory keeps payments in memory, for the simulator and for tests. It does what every store must do, and
// nothing survives it. Faults are put on top of it, by wrapping it or by the hooks in Options.
package memory

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/notice"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/group"
)

var (
	_ store.Store   = (*Store)(nil)
	_ store.Backend = (*Store)(nil)
)

// Options set a store up. The zero value works. The hooks are called under the store's lock and must not call it.
type Options struct {
	// Now gives t0 and is the clock of leases; time.Now by default.
	Now func() time.Time
	// Before is called with each group before it is settled; its error is the group's, and nothing is written.
	Before func([]store.Change) error
	// After is called with each group once it is written; its error is the group's, as if the answer had been lost.
	After func([]store.Change) error
}

// Store is a store in memory.
type Store struct {
	opts Options

	mu         sync.RWMutex
	closed     bool
	one        [1]store.Change // Commit's group
	merchants  map[string]*merchant
	tasks      queue
	serials    map[serial]*task // the task of each serial key that was claimed last
	leases     map[string]time.Time
	limits     map[string]time.Time
	registry   registry
	operators  operators
	onboarding onboarding
	notices    map[named]notice.Kept
	fence      *store.Fence // nil: none
	actions    []store.Action
}

// merchant is what one merchant has. Nothing of one can be reached through another.
type merchant struct {
	payments  map[string]*record
	ids       []string // of payments, ascending
	keys      map[key]store.KeyUsed
	terminals map[string]*store.Terminal
	terms     map[revision]payment.Terms
	locks     map[string]store.Lock
	names     map[string]string // of payments, as providers call them
	secrets   map[string]secret
	loose     map[string][]exchange.Part // by payment id, which may be empty: those that belong to no change

	fresh     []*store.Told // without a position, in the order of commits
	feed      []*store.Told // in the order of positions
	position  int64         // the last one that was given
	endpoints map[string]*endpoint

	books    books
	followed followed
}

type (
	key struct {
		mode payment.Mode
		key  string
	}
	revision struct{ account, revision string }
	secret   struct {
		sealed  []byte
		expires time.Time
	}
)

// record is a payment with its past. The payment in it is replaced and never changed, the rest only grows, so that
// what was read under the lock can be used without it.
type record struct {
	payment payment.Payment
	journal []store.Entry
	parts   []exchange.Part
	told    []*store.Told // only their positions change
	task    *task
}

// New makes an empty store.
func New(o Options) *Store {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Store{
		opts: o, merchants: map[string]*merchant{}, serials: map[serial]*task{}, leases: map[string]time.Time{},
		limits: map[string]time.Time{}, registry: newRegistry(), operators: newOperators(), onboarding: newOnboarding(),
		notices: map[named]notice.Kept{},
	}
}

// merchant gives a merchant's part of the store, making it if need be. Only under the write lock.
func (s *Store) merchant(id string) *merchant {
	m := s.merchants[id]
	if m == nil {
		m = &merchant{
			payments: map[string]*record{}, keys: map[key]store.KeyUsed{}, terminals: map[string]*store.Terminal{},
			terms: map[revision]payment.Terms{}, locks: map[string]store.Lock{}, loose: map[string][]exchange.Part{},
			names: map[string]string{}, secrets: map[string]secret{}, endpoints: map[string]*endpoint{}, books: newBooks(),
		}
		s.merchants[id] = m
	}
	return m
}

// write runs f under the write lock, unless the store is closed or the context has ended.
func (s *Store) write(ctx context.Context, f func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return store.ErrClosed
	}
	return f()
}

// read runs f under the read lock, with the merchant if it is known.
func (s *Store) read(ctx context.Context, merchantID string, f func(*merchant)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return store.ErrClosed
	}
	if m := s.merchants[merchantID]; m != nil {
		f(m)
	}
	return nil
}

// Commit writes one change: a group of one.
func (s *Store) Commit(ctx context.Context, c store.Change) (out store.Change, err error) {
	err = s.write(ctx, func() error {
		s.one[0] = c
		results, err := s.commit(s.one[:])
		s.one[0] = store.Change{}
		if err == nil {
			out, err = results[0].Change, results[0].Err
		}
		return err
	})
	return out, err
}

// CommitGroup writes a group of changes. Here changes that take numbers may share a group with others.
func (s *Store) CommitGroup(ctx context.Context, changes []store.Change) (results []store.Result, err error) {
	err = s.write(ctx, func() error {
		results, err = s.commit(changes)
		return err
	})
	return results, err
}

func (s *Store) commit(changes []store.Change) ([]store.Result, error) {
	if s.opts.Before != nil {
		if err := s.opts.Before(changes); err != nil {
			return nil, err
		}
	}
	o := group.Settle(changes, facts{s}, s.opts.Now, nil)
	s.apply(&o)
	if s.opts.After != nil {
		if err := s.opts.After(changes); err != nil {
			return nil, err
		}
	}
	return o.Results, nil
}

// facts lets the planner look into the store, under its lock.
type facts struct{ *Store }

func (f facts) KeyUsed(id group.KeyID) (store.KeyUsed, bool) {
	m := f.merchants[id.MerchantID]
	if m == nil {
		return store.KeyUsed{}, false
	}
	used, ok := m.keys[key{id.Mode, id.Key}]
	return used, ok
}

func (f facts) Version(id group.PaymentID) int {
	if m := f.merchants[id.MerchantID]; m != nil {
		if r := m.payments[id.ID]; r != nil {
			return r.payment.Version
		}
	}
	return 0
}

func (f facts) Limit(name string) time.Time { return f.limits[name] }

func (f facts) Terminal(id group.TerminalID) (store.Terminal, bool) {
	if m := f.merchants[id.MerchantID]; m != nil {
		if t := m.terminals[id.ID]; t != nil {
			return *t, true
		}
	}
	return store.Terminal{}, false
}

func (s *Store) apply(o *group.Outcome) {
	for _, i := range o.Won {
		s.keep(o.Change(i))
	}
	for _, k := range o.Keys {
		s.merchant(k.MerchantID).keys[key{k.Mode, k.Key}] = k.KeyUsed
	}
	for _, l := range o.Limits {
		s.limits[l.Name] = micro(l.Used)
	}
	for _, t := range o.Cursors {
		s.merchant(t.MerchantID).terminals[t.ID].Cursor = t.Cursor
	}
	for _, h := range o.Holds() {
		if t := s.merchant(h.MerchantID).terminals[h.ID]; t != nil {
			t.Held = h.Held
		}
	}
}

// keep writes one change. What it keeps shares nothing with the change, which is its caller's.
func (s *Store) keep(c *store.Change) {
	m := s.merchant(c.Payment.MerchantID)
	r := m.payments[c.Payment.ID]
	if r == nil {
		r = &record{ // with room for a usual life
			journal: make([]store.Entry, 0, 4), parts: make([]exchange.Part, 0, 4), told: make([]*store.Told, 0, 4),
		}
		m.payments[c.Payment.ID] = r
		at, _ := slices.BinarySearch(m.ids, c.Payment.ID)
		m.ids = slices.Insert(m.ids, at, c.Payment.ID)
	}
	r.payment = clone(c.Payment)
	if _, taken := m.names[c.Name]; c.Name != "" && !taken {
		m.names[c.Name] = c.Payment.ID
	}
	r.journal = append(r.journal, store.Entry{
		Version: c.Payment.Version, ChangeID: c.ID, At: micro(c.Event.When()), Event: cloneEvent(c.Event),
	})
	for _, p := range c.Exchanges {
		r.parts = append(r.parts, clonePart(p))
	}
	for _, t := range c.Told {
		t.At = micro(t.At)
		r.told = append(r.told, &t)
		m.tell(&t)
	}
	m.books.note(c)
	t, due := group.TaskOf(c)
	s.setTask(r, t, due)
}

// clone copies what a payment shares with others of its kind.
func clone(p payment.Payment) payment.Payment {
	if p.Attempts != nil {
		p.Attempts = slices.Clone(p.Attempts)
		for i := range p.Attempts {
			p.Attempts[i].Calls = slices.Clone(p.Attempts[i].Calls)
		}
	}
	if p.Failure != nil {
		f := *p.Failure
		p.Failure = &f
	}
	p.Metadata = maps.Clone(p.Metadata)
	return p
}

func cloneEvent(e payment.Event) payment.Event {
	if r, ok := e.(payment.Requested); ok && r.Metadata != nil {
		r.Metadata = maps.Clone(r.Metadata)
		return r
	}
	return e
}

// clonePart copies a half of an exchange as a store keeps it: without the plain message.
func clonePart(p exchange.Part) exchange.Part {
	p.At, p.Wire, p.Sealed = micro(p.At), nil, slices.Clone(p.Sealed)
	return p
}

// micro cuts a time as databases do.
func micro(t time.Time) time.Time { return t.Truncate(time.Microsecond).UTC() }

// Load gives a payment.
func (s *Store) Load(ctx context.Context, merchantID, paymentID string) (payment.Payment, error) {
	found, r := payment.Payment{}, error(store.ErrNotFound)
	err := s.read(ctx, merchantID, func(m *merchant) {
		if rec := m.payments[paymentID]; rec != nil {
			found, r = rec.payment, nil
		}
	})
	if err != nil {
		return payment.Payment{}, err
	}
	return clone(found), r
}

// Acquire takes a named lock of a merchant, or prolongs it for its holder.
func (s *Store) Acquire(ctx context.Context, lock store.Lock, now time.Time) (got bool, err error) {
	err = s.write(ctx, func() error {
		locks := s.merchant(lock.MerchantID).locks
		held, ok := locks[lock.Name]
		if got = !ok || held.Holder == lock.Holder || !held.Until.After(now); got {
			locks[lock.Name] = lock
		}
		return nil
	})
	return got, err
}

// Release gives a lock back, if it is still its holder's.
func (s *Store) Release(ctx context.Context, lock store.Lock) error {
	return s.write(ctx, func() error {
		if locks := s.merchant(lock.MerchantID).locks; locks[lock.Name].Holder == lock.Holder {
			delete(locks, lock.Name)
		}
		return nil
	})
}

// Locks lists the locks that are held.
func (s *Store) Locks(ctx context.Context, prefix string, now time.Time) (list []store.Lock, err error) {
	err = s.write(ctx, func() error {
		for _, m := range s.merchants {
			for _, l := range m.locks {
				if strings.HasPrefix(l.Name, prefix) && l.Until.After(now) {
					list = append(list, l)
				}
			}
		}
		return nil
	})
	slices.SortFunc(list, func(a, b store.Lock) int {
		return cmp.Or(strings.Compare(a.MerchantID, b.MerchantID), strings.Compare(a.Name, b.Name))
	})
	return list, err
}

// SaveTerminal makes a terminal known.
func (s *Store) SaveTerminal(ctx context.Context, t store.Terminal) error {
	return s.write(ctx, func() error {
		terminals := s.merchant(t.MerchantID).terminals
		switch stored := terminals[t.ID]; {
		case stored == nil:
			terminals[t.ID] = &t
		case stored.Cursor.Style != t.Cursor.Style:
			return store.ErrStyle
		}
		return nil
	})
}

// Terminals lists a merchant's terminals.
func (s *Store) Terminals(ctx context.Context, merchantID string) ([]store.Terminal, error) {
	var list []store.Terminal
	err := s.read(ctx, merchantID, func(m *merchant) { list = m.terminalList() })
	return list, err
}

func (m *merchant) terminalList() []store.Terminal {
	list := make([]store.Terminal, 0, len(m.terminals))
	for _, id := range slices.Sorted(maps.Keys(m.terminals)) {
		list = append(list, *m.terminals[id])
	}
	return list
}

// SetTerminal changes cursor and hold of a terminal by hand.
func (s *Store) SetTerminal(ctx context.Context, t store.Terminal, deeds ...store.Deed) error {
	return s.do(ctx, deeds, func() error {
		stored := s.merchant(t.MerchantID).terminals[t.ID]
		if stored == nil {
			return store.ErrNoTerminal
		}
		if err := group.Ahead(stored.Cursor, t.Cursor); err != nil {
			return err
		}
		*stored = t
		return nil
	})
}

// SaveTerms keeps a revision of an account's terms.
func (s *Store) SaveTerms(ctx context.Context, merchantID, account, rev string, t payment.Terms) error {
	return s.write(ctx, func() error {
		terms, id := s.merchant(merchantID).terms, revision{account, rev}
		if _, ok := terms[id]; !ok {
			terms[id] = t
		}
		return nil
	})
}

// Terms gives a revision of an account's terms.
func (s *Store) Terms(ctx context.Context, merchantID, account, rev string) (payment.Terms, error) {
	var t payment.Terms
	known := false
	err := s.read(ctx, merchantID, func(m *merchant) { t, known = m.terms[revision{account, rev}] })
	if err == nil && !known {
		err = store.ErrNotFound
	}
	return t, err
}

// SaveSecret keeps a small sealed value.
func (s *Store) SaveSecret(ctx context.Context, merchantID, name string, sealed []byte, expires time.Time) error {
	return s.write(ctx, func() error {
		s.merchant(merchantID).secrets[name] = secret{slices.Clone(sealed), micro(expires)}
		return nil
	})
}

// Secret gives a small sealed value, or store.ErrNotFound.
func (s *Store) Secret(ctx context.Context, merchantID, name string) (sealed []byte, expires time.Time, err error) {
	known := false
	err = s.read(ctx, merchantID, func(m *merchant) {
		var v secret
		v, known = m.secrets[name]
		sealed, expires = slices.Clone(v.sealed), v.expires
	})
	if err == nil && !known {
		err = store.ErrNotFound
	}
	return sealed, expires, err
}

// PaymentNamed gives the id of the payment that has a name, or store.ErrNotFound.
func (s *Store) PaymentNamed(ctx context.Context, merchantID, name string) (id string, err error) {
	err = s.read(ctx, merchantID, func(m *merchant) { id = m.names[name] })
	if err == nil && id == "" {
		err = store.ErrNotFound
	}
	return id, err
}

// ForgetLimits forgets limits that are full again.
func (s *Store) ForgetLimits(ctx context.Context, full time.Time) error {
	return s.write(ctx, func() error {
		maps.DeleteFunc(s.limits, func(_ string, used time.Time) bool { return used.Before(full) })
		return nil
	})
}

// Append keeps exchanges that belong to no change.
func (s *Store) Append(ctx context.Context, parts []exchange.Part) error {
	return s.write(ctx, func() error {
		for _, p := range parts {
			loose := s.merchant(p.MerchantID).loose
			loose[p.PaymentID] = append(loose[p.PaymentID], clonePart(p))
		}
		return nil
	})
}

// Ping tells whether the store is open.
func (s *Store) Ping(ctx context.Context) error { return s.read(ctx, "", func(*merchant) {}) }

// Close ends the store; everything after it gives store.ErrClosed.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return nil
}
