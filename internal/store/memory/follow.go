package memory

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

// followed is what was made of a merchant's feed.
type followed struct {
	position int64
	words    map[store.Word]bool
	days     []store.DayPayment
	tallies  []store.Tally
}

// Behind gives merchants whose feed goes on after the position up to which it was followed.
func (s *Store) Behind(ctx context.Context, limit int) (list []store.Behind, err error) {
	if err := s.Ping(ctx); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, id := range s.merchantIDs() {
		if m := s.merchants[id]; m.position > m.followed.position && len(list) < limit {
			list = append(list, store.Behind{MerchantID: id, Position: m.followed.position})
		}
	}
	return list, nil
}

// ReadOn gives what was told after a position, each with its payment.
func (s *Store) ReadOn(ctx context.Context, merchantID string, after int64, limit int) (heard []store.Heard, err error) {
	err = s.read(ctx, merchantID, func(m *merchant) {
		from, _ := slices.BinarySearchFunc(m.feed, after+1, func(t *store.Told, position int64) int { return cmp.Compare(t.Position, position) })
		for _, t := range m.feed[from:min(len(m.feed), from+min(max(limit, 1), 1000))] {
			h := store.Heard{Told: *t}
			if r := m.payments[t.PaymentID]; r != nil {
				h.Payment = clone(r.payment)
			}
			heard = append(heard, h)
		}
	})
	return heard, err
}

// Follow keeps what was made of a stretch of a feed.
func (s *Store) Follow(ctx context.Context, f store.Followed) error {
	return s.write(ctx, func() error {
		m := s.merchant(f.MerchantID)
		kept := &m.followed
		if kept.position != f.From {
			return store.ErrConflict
		}
		kept.position = f.To
		if kept.words == nil {
			kept.words = map[store.Word]bool{}
		}
		for _, w := range f.Words {
			kept.words[w] = true
		}
		kept.days = append(kept.days, f.Days...)
		for _, t := range f.Tallies {
			t.Hour = micro(t.Hour)
			kept.tallies = append(kept.tallies, t)
		}
		kept.tallies = store.AddTallies(kept.tallies)
		return nil
	})
}

// Tallies adds up what was told in a time.
func (s *Store) Tallies(ctx context.Context, f store.TallyFilter) (list []store.Tally, err error) {
	err = s.read(ctx, f.MerchantID, func(m *merchant) {
		for _, t := range m.followed.tallies {
			if t.Hour.Before(f.From) || !t.Hour.Before(f.To) || f.Mode != "" && t.Mode != f.Mode {
				continue
			}
			if f.ByDay {
				t.Hour = payment.DayOf(t.Hour).Start().UTC()
			}
			list = append(list, t)
		}
	})
	list = store.AddTallies(list)
	slices.SortFunc(list, func(a, b store.Tally) int {
		return cmp.Or(a.Hour.Compare(b.Hour), strings.Compare(string(a.Mode), string(b.Mode)), strings.Compare(string(a.Rail), string(b.Rail)),
			strings.Compare(a.Type, b.Type), strings.Compare(a.Code, b.Code))
	})
	return list[:min(len(list), store.TalliesMax)], err
}

// DaySpan gives the lowest and the highest id of the payments that were made from one day to another.
func (s *Store) DaySpan(ctx context.Context, merchantID string, from, to payment.Day) (first, last string, err error) {
	err = s.read(ctx, merchantID, func(m *merchant) {
		for _, d := range m.followed.days {
			if d.Day < from || d.Day > to {
				continue
			}
			if first == "" || d.PaymentID < first {
				first = d.PaymentID
			}
			last = max(last, d.PaymentID)
		}
	})
	return first, last, err
}
