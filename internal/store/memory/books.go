package memory

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/recap"
	"github.com/lunas-pay/lunas/internal/store"
)

// books are a merchant's recaps and reconciliations.
type books struct {
	facts           map[payment.Day]map[string]*store.Fact // by payment
	recaps          []recap.Recap                          // in the order in which they are listed
	closed          map[payment.Day]time.Time
	reconciliations map[string]store.Reconciliation
	discrepancies   map[string][]store.Discrepancy
}

func newBooks() books {
	return books{
		facts: map[payment.Day]map[string]*store.Fact{}, closed: map[payment.Day]time.Time{},
		reconciliations: map[string]store.Reconciliation{}, discrepancies: map[string][]store.Discrepancy{},
	}
}

// note notes what recaps must look at.
func (b *books) note(c *store.Change) {
	at := c.Event.When()
	for _, day := range recap.Facts(c.Payment, payment.DayOf(at)) {
		if b.facts[day] == nil {
			b.facts[day] = map[string]*store.Fact{}
		}
		f := b.facts[day][c.Payment.ID]
		if f == nil {
			f = &store.Fact{PaymentID: c.Payment.ID}
			b.facts[day][c.Payment.ID] = f
		}
		f.Version, f.At = c.Payment.Version, micro(at)
	}
}

// Traders lists the merchants that have terminals.
func (s *Store) Traders(ctx context.Context) (all []string, err error) {
	if err := s.read(ctx, "", func(*merchant) {}); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, id := range slices.Sorted(maps.Keys(s.merchants)) {
		if len(s.merchants[id].terminals) > 0 {
			all = append(all, id)
		}
	}
	return all, nil
}

// FirstMade gives when the oldest payment was made.
func (s *Store) FirstMade(ctx context.Context, merchantID string) (at time.Time, err error) {
	known := false
	err = s.read(ctx, merchantID, func(m *merchant) {
		if known = len(m.ids) > 0; known {
			at = micro(m.payments[m.ids[0]].payment.CreatedAt)
		}
	})
	if err == nil && !known {
		err = store.ErrNotFound
	}
	return at, err
}

// ofDay gives the payments that count on a day, in the order of their ids.
func (s *Store) ofDay(ctx context.Context, merchantID string, day payment.Day) (all []payment.Payment, err error) {
	err = s.read(ctx, merchantID, func(m *merchant) {
		for _, id := range m.ids {
			if p := m.payments[id].payment; recap.DayOf(p) == day && terminalOf(p) != "" {
				all = append(all, clone(p))
			}
		}
	})
	return all, err
}

func terminalOf(p payment.Payment) string {
	if n := len(p.Attempts); n > 0 {
		return recap.CounterOf(p, n-1)
	}
	return ""
}

// CountDay adds up a merchant's payments of a day.
func (s *Store) CountDay(ctx context.Context, merchantID string, day payment.Day) (counts []recap.Count, err error) {
	all, err := s.ofDay(ctx, merchantID, day)
	for _, p := range all {
		a := p.Attempts[len(p.Attempts)-1]
		c := recap.Count{Mode: p.Mode, Terminal: terminalOf(p), Batch: a.Number.Batch, Account: p.Account, Rail: p.Rail, State: p.State}
		i := slices.IndexFunc(counts, func(o recap.Count) bool {
			o.Total, o.First, o.Last = recap.Total{}, 0, 0
			return o == c
		})
		if i < 0 {
			i = len(counts)
			c.First = a.Number.Reference
			counts = append(counts, c)
		}
		o := &counts[i]
		o.Total.Count++
		o.Total.Sum += p.Amount
		o.First, o.Last = min(o.First, a.Number.Reference), max(o.Last, a.Number.Reference)
	}
	return counts, err
}

// DayNumbers gives the numbers of a day.
func (s *Store) DayNumbers(ctx context.Context, merchantID string, day payment.Day, f func(store.DayNumber) error) error {
	all, err := s.ofDay(ctx, merchantID, day)
	for _, p := range all {
		a := p.Attempts[len(p.Attempts)-1]
		if err := f(store.DayNumber{Mode: p.Mode, Terminal: terminalOf(p), Batch: a.Number.Batch, Reference: a.Number.Reference}); err != nil {
			return err
		}
	}
	return err
}

// Burnt gives the burnt numbers of a day.
func (s *Store) Burnt(ctx context.Context, merchantID string, day payment.Day, f func(recap.Held) error) error {
	all, err := s.ofDay(ctx, merchantID, day)
	for _, p := range all {
		h, burnt := recap.Burnt(p)
		if !burnt || p.State == payment.Paid {
			continue
		}
		if err := f(h); err != nil {
			return err
		}
	}
	return err
}

// EachPayment gives payments.
func (s *Store) EachPayment(ctx context.Context, span store.Span, f func(payment.Payment) error) error {
	var all []payment.Payment
	err := s.read(ctx, span.MerchantID, func(m *merchant) {
		for _, id := range m.ids {
			p := m.payments[id].payment
			made := !p.CreatedAt.Before(span.From) && p.CreatedAt.Before(span.To)
			_, noted := m.books.facts[span.Day][id]
			if (made || noted && recap.DayOf(p) == span.Day && terminalOf(p) != "") && (span.Mode == "" || p.Mode == span.Mode) {
				all = append(all, clone(p))
			}
		}
	})
	for _, p := range all {
		if err := f(p); err != nil {
			return err
		}
	}
	return err
}

// Facts gives what is noted of a day.
func (s *Store) Facts(ctx context.Context, merchantID string, day payment.Day, f func(store.Fact) error) error {
	var all []store.Fact
	err := s.read(ctx, merchantID, func(m *merchant) {
		for _, id := range slices.Sorted(maps.Keys(m.books.facts[day])) {
			all = append(all, *m.books.facts[day][id])
		}
	})
	for _, fact := range all {
		if err := f(fact); err != nil {
			return err
		}
	}
	return err
}

// UnseenDays lists days of which something is noted that no recap has seen.
func (s *Store) UnseenDays(ctx context.Context, merchantID string, before payment.Day) (days []payment.Day, err error) {
	err = s.read(ctx, merchantID, func(m *merchant) {
		for _, day := range slices.Sorted(maps.Keys(m.books.facts)) {
			unseen := false
			for _, f := range m.books.facts[day] { // any of them
				unseen = unseen || f.Seen < f.Version
			}
			if unseen && day < before {
				days = append(days, day)
			}
		}
	})
	return days, err
}

// SaveRecaps writes recaps of a day.
func (s *Store) SaveRecaps(ctx context.Context, c store.Closing) error {
	return s.write(ctx, func() error {
		m := s.merchant(c.MerchantID)
		for _, r := range c.Recaps {
			if slices.ContainsFunc(m.books.recaps, func(o recap.Recap) bool { return inOrder(o, r) == 0 }) {
				return store.ErrConflict
			}
		}
		for _, r := range c.Recaps {
			m.books.recaps = append(m.books.recaps, copied(r))
		}
		slices.SortFunc(m.books.recaps, inOrder)
		for _, t := range c.Told {
			t.MerchantID, t.At = c.MerchantID, micro(t.At)
			m.tell(&t)
		}
		if _, was := m.books.closed[c.Day]; c.Final && !was {
			m.books.closed[c.Day] = micro(c.At)
		}
		for _, seen := range c.Seen {
			if f := m.books.facts[c.Day][seen.PaymentID]; f != nil {
				f.Seen = max(f.Seen, seen.Version)
			}
		}
		return nil
	})
}

// copied is a recap that shares nothing, as it would come back from a database.
func copied(r recap.Recap) (out recap.Recap) {
	b, err := json.Marshal(r)
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil {
		panic("memory: a recap cannot be copied: " + err.Error()) // numbers, strings and times always can
	}
	return out
}

func inOrder(a, b recap.Recap) int {
	return cmp.Or(cmp.Compare(b.Day, a.Day), strings.Compare(string(a.Mode), string(b.Mode)), strings.Compare(a.Terminal, b.Terminal), cmp.Compare(b.Version, a.Version))
}

// LastClosed gives the last day that was closed.
func (s *Store) LastClosed(ctx context.Context, merchantID string) (last payment.Day, err error) {
	err = s.read(ctx, merchantID, func(m *merchant) {
		for day := range m.books.closed { // the last of them
			last = max(last, day)
		}
	})
	return last, err
}

// Closed gives when a day was closed.
func (s *Store) Closed(ctx context.Context, merchantID string, day payment.Day) (at time.Time, err error) {
	known := false
	err = s.read(ctx, merchantID, func(m *merchant) { at, known = m.books.closed[day] })
	if err == nil && !known {
		err = store.ErrNotFound
	}
	return at, err
}

// Recaps lists recaps.
func (s *Store) Recaps(ctx context.Context, f store.RecapFilter) (list []recap.Recap, err error) {
	limit := f.Limit
	if limit <= 0 {
		limit = 100
	}
	limit = min(limit, 1000)
	err = s.read(ctx, f.MerchantID, func(m *merchant) {
		for i, r := range m.books.recaps {
			newest := i == 0 || m.books.recaps[i-1].ID() != r.ID()
			switch {
			case f.Mode != "" && r.Mode != f.Mode, f.From != 0 && r.Day < f.From, f.To != 0 && r.Day > f.To:
			case f.Terminal != "" && r.Terminal != f.Terminal, f.Version > 0 && r.Version != f.Version:
			case f.Version == 0 && !f.Versions && !newest:
			case f.After != nil && inOrder(r, *f.After) <= 0:
			case len(list) < limit:
				list = append(list, copied(r))
			}
		}
	})
	return list, err
}

// SaveReconciliation writes one.
func (s *Store) SaveReconciliation(ctx context.Context, r store.Reconciliation, deeds ...store.Deed) error {
	return s.do(ctx, deeds, func() error {
		all := s.merchant(r.MerchantID).books.reconciliations
		if old, ok := all[r.ID]; ok {
			r.CreatedAt = old.CreatedAt
		}
		r.CreatedAt, r.BeatAt, r.EndedAt, r.Summary = micro(r.CreatedAt), micro(r.BeatAt), micro(r.EndedAt), slices.Clone(r.Summary)
		all[r.ID] = r
		return nil
	})
}

// Reconciliation gives one.
func (s *Store) Reconciliation(ctx context.Context, merchantID, id string) (r store.Reconciliation, err error) {
	known := false
	err = s.read(ctx, merchantID, func(m *merchant) { r, known = m.books.reconciliations[id] })
	if err == nil && !known {
		err = store.ErrNotFound
	}
	r.Summary = slices.Clone(r.Summary)
	return r, err
}

// Reconciliations lists them.
func (s *Store) Reconciliations(ctx context.Context, f store.ReconciliationFilter) (list []store.Reconciliation, err error) {
	limit := f.Limit
	if limit <= 0 {
		limit = 20
	}
	limit = min(limit, 100)
	err = s.read(ctx, f.MerchantID, func(m *merchant) {
		ids := slices.Sorted(maps.Keys(m.books.reconciliations))
		for _, id := range slices.Backward(ids) {
			r := m.books.reconciliations[id]
			if f.Mode != "" && r.Mode != f.Mode || f.Account != "" && r.Account != f.Account || f.From != 0 && r.Day < f.From ||
				f.To != 0 && r.Day > f.To || f.Before != "" && id >= f.Before || len(list) == limit {
				continue
			}
			r.Summary = slices.Clone(r.Summary)
			list = append(list, r)
		}
	})
	return list, err
}

// AddDiscrepancies keeps what was found.
func (s *Store) AddDiscrepancies(ctx context.Context, merchantID, reconciliationID string, found []store.Discrepancy) error {
	return s.write(ctx, func() error {
		all := s.merchant(merchantID).books.discrepancies
		for _, d := range found {
			d.Body = slices.Clone(d.Body)
			all[reconciliationID] = append(all[reconciliationID], d)
		}
		return nil
	})
}

// Discrepancies lists what was found.
func (s *Store) Discrepancies(ctx context.Context, f store.DiscrepancyFilter) (list []store.Discrepancy, err error) {
	limit := f.Limit
	if limit <= 0 {
		limit = 100
	}
	limit = min(limit, 1000)
	err = s.read(ctx, f.MerchantID, func(m *merchant) {
		for _, d := range m.books.discrepancies[f.ReconciliationID] {
			if d.Number > f.After && (f.Class == "" || d.Class == f.Class) && (f.PaymentID == "" || d.PaymentID == f.PaymentID) && len(list) < limit {
				d.Body = slices.Clone(d.Body)
				list = append(list, d)
			}
		}
	})
	return list, err
}
