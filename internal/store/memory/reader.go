package memory

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/group"
)

// Payments lists a merchant's payments, newest first.
func (s *Store) Payments(ctx context.Context, f store.Filter) ([]payment.Payment, error) {
	limit := f.Limit
	if limit <= 0 {
		limit = 20
	}
	limit = min(limit, 100)
	var page []payment.Payment
	err := s.read(ctx, f.MerchantID, func(m *merchant) {
		from := len(m.ids)
		if f.Before != "" {
			from, _ = slices.BinarySearch(m.ids, f.Before)
		}
		for i := from - 1; i >= 0 && len(page) < limit; i-- {
			if m.ids[i] <= f.After {
				break
			}
			if f.Word != "" && !m.followed.words[store.Word{Word: f.Word, PaymentID: m.ids[i]}] {
				continue
			}
			if p := m.payments[m.ids[i]].payment; matches(f, p) {
				page = append(page, p)
			}
		}
	})
	for i := range page {
		page[i] = clone(page[i])
	}
	return page, err
}

func matches(f store.Filter, p payment.Payment) bool {
	return (f.Mode == "" || p.Mode == f.Mode) &&
		(len(f.States) == 0 || slices.Contains(f.States, p.State)) &&
		(f.Reference == "" || p.Reference == f.Reference) &&
		(f.From.IsZero() || !p.CreatedAt.Before(f.From)) &&
		(f.To.IsZero() || p.CreatedAt.Before(f.To))
}

// Newer gives those of the seen payments whose version has grown.
func (s *Store) Newer(ctx context.Context, seen []store.Seen) ([]payment.Payment, error) {
	var grown []payment.Payment
	for _, v := range seen {
		err := s.read(ctx, v.MerchantID, func(m *merchant) {
			if r := m.payments[v.PaymentID]; r != nil && r.payment.Version > v.Version {
				grown = append(grown, r.payment)
			}
		})
		if err != nil {
			return nil, err
		}
	}
	for i := range grown {
		grown[i] = clone(grown[i])
	}
	return grown, nil
}

// Journal gives a payment's entries in order.
func (s *Store) Journal(ctx context.Context, merchantID, paymentID string) ([]store.Entry, error) {
	var entries []store.Entry
	err := s.read(ctx, merchantID, func(m *merchant) {
		if r := m.payments[paymentID]; r != nil {
			entries = slices.Clone(r.journal)
		}
	})
	for i := range entries {
		entries[i].Event = cloneEvent(entries[i].Event)
	}
	return entries, err
}

// Exchanges gives a payment's exchanges in the order in which they began.
func (s *Store) Exchanges(ctx context.Context, merchantID, paymentID string) ([]exchange.Part, error) {
	var parts []exchange.Part
	err := s.read(ctx, merchantID, func(m *merchant) {
		parts = slices.Clone(m.loose[paymentID])
		if r := m.payments[paymentID]; r != nil {
			parts = append(parts, r.parts...)
		}
	})
	for i := range parts {
		parts[i].Sealed = slices.Clone(parts[i].Sealed)
	}
	group.SortExchanges(parts)
	return parts, err
}

// Told gives what was told of a payment, in order.
func (s *Store) Told(ctx context.Context, merchantID, paymentID string) ([]store.Told, error) {
	var told []store.Told
	err := s.read(ctx, merchantID, func(m *merchant) {
		if r := m.payments[paymentID]; r != nil {
			told = copies(r.told)
		}
	})
	slices.SortStableFunc(told, func(a, b store.Told) int {
		return cmp.Or(cmp.Compare(a.Version, b.Version), cmp.Compare(a.ID, b.ID))
	})
	return told, err
}

// copies gives what was told, to be read without the lock.
func copies(told []*store.Told) []store.Told {
	if told == nil {
		return nil
	}
	out := make([]store.Told, len(told))
	for i, t := range told {
		out[i] = *t
	}
	return out
}

// KeyOf gives what an idempotency key stands for.
func (s *Store) KeyOf(ctx context.Context, merchantID string, mode payment.Mode, k string) (store.KeyUsed, error) {
	var used store.KeyUsed
	known := false
	err := s.read(ctx, merchantID, func(m *merchant) { used, known = m.keys[key{mode, k}] })
	if err == nil && !known {
		err = store.ErrNotFound
	}
	return used, err
}

// Whole is everything that is kept of one payment.
type Whole struct {
	Payment   payment.Payment
	Journal   []store.Entry
	Exchanges []exchange.Part // as they were written
	Told      []store.Told
	Task      store.Task // zero when there is none
}

// All gives everything, in the order of merchants and payments, for checkers. It is not copied: read only.
func (s *Store) All() []Whole {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var all []Whole
	for _, id := range s.merchantIDs() {
		m := s.merchants[id]
		for _, paymentID := range m.ids {
			r := m.payments[paymentID]
			w := Whole{Payment: r.payment, Journal: r.journal, Exchanges: r.parts, Told: copies(r.told)}
			if r.task != nil {
				w.Task = r.task.Task
			}
			all = append(all, w)
		}
	}
	return all
}

// AllTerminals gives every terminal, in the order of merchants and terminals.
func (s *Store) AllTerminals() []store.Terminal {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var all []store.Terminal
	for _, id := range s.merchantIDs() {
		all = append(all, s.merchants[id].terminalList()...)
	}
	return all
}

// AllAppended gives the exchanges that belong to no change, in the order of merchants and payments. It is not copied:
// read only.
func (s *Store) AllAppended() []exchange.Part {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var all []exchange.Part
	for _, id := range s.merchantIDs() {
		loose := s.merchants[id].loose
		for _, paymentID := range slices.Sorted(maps.Keys(loose)) {
			all = append(all, loose[paymentID]...)
		}
	}
	return all
}

func (s *Store) merchantIDs() []string { return slices.Sorted(maps.Keys(s.merchants)) }
