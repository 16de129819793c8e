package memory

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/webhook"
)

// endpoint is an endpoint with its deliveries by event.
type endpoint struct {
	store.Endpoint
	deliveries map[string]*store.Sending
}

// tell makes an event part of the feed to come, and due to the endpoints that want it. Only under the write lock.
func (m *merchant) tell(t *store.Told) {
	m.fresh = append(m.fresh, t)
	for _, e := range m.endpoints {
		if e.On() && e.Mode == t.Mode && e.Wants(t.Type) {
			e.deliver(t, t.At)
		}
	}
}

func (e *endpoint) deliver(t *store.Told, due time.Time) {
	e.deliveries[t.ID] = &store.Sending{Body: t.Body, Delivery: webhook.Delivery{
		MerchantID: e.MerchantID, EndpointID: e.ID, EventID: t.ID, PaymentID: t.PaymentID, Type: t.Type, Version: t.Version,
		State: webhook.Due, CreatedAt: t.At, DueAt: due,
	}}
}

func cloneEndpoint(e store.Endpoint) store.Endpoint {
	e.Events, e.Sealed = slices.Clone(e.Events), slices.Clone(e.Sealed)
	e.CreatedAt, e.DisabledAt, e.FailingSince = micro(e.CreatedAt), micro(e.DisabledAt), micro(e.FailingSince)
	return e
}

// SaveEndpoint makes an endpoint or changes one.
func (s *Store) SaveEndpoint(ctx context.Context, e store.Endpoint, deeds ...store.Deed) error {
	return s.do(ctx, deeds, func() error {
		endpoints := s.merchant(e.MerchantID).endpoints
		stored := endpoints[e.ID]
		switch {
		case stored == nil && e.Version == 1:
			endpoints[e.ID] = &endpoint{Endpoint: cloneEndpoint(e), deliveries: map[string]*store.Sending{}}
			return nil
		case stored == nil || stored.Version != e.Version-1:
			return store.ErrConflict
		}
		e = cloneEndpoint(e)
		e.CreatedAt = stored.CreatedAt
		if len(e.Sealed) == 0 {
			e.Sealed = stored.Sealed
		}
		stored.Endpoint = e
		return nil
	})
}

// DeleteEndpoint forgets an endpoint and its deliveries.
func (s *Store) DeleteEndpoint(ctx context.Context, merchantID, endpointID string, deeds ...store.Deed) error {
	return s.do(ctx, deeds, func() error {
		endpoints := s.merchant(merchantID).endpoints
		if endpoints[endpointID] == nil {
			return store.ErrNotFound
		}
		delete(endpoints, endpointID)
		return nil
	})
}

// Endpoint gives one, or store.ErrNotFound.
func (s *Store) Endpoint(ctx context.Context, merchantID, endpointID string) (e store.Endpoint, err error) {
	found := false
	err = s.read(ctx, merchantID, func(m *merchant) {
		if stored := m.endpoints[endpointID]; stored != nil {
			e, found = cloneEndpoint(stored.Endpoint), true
		}
	})
	if err == nil && !found {
		err = store.ErrNotFound
	}
	return e, err
}

// Endpoints lists a merchant's, the oldest first.
func (s *Store) Endpoints(ctx context.Context, merchantID string, mode payment.Mode) (list []store.Endpoint, err error) {
	err = s.read(ctx, merchantID, func(m *merchant) {
		for _, e := range m.endpoints {
			if e.Mode == mode {
				list = append(list, cloneEndpoint(e.Endpoint))
			}
		}
	})
	slices.SortFunc(list, func(a, b store.Endpoint) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), strings.Compare(a.ID, b.ID))
	})
	return list, err
}

// due gives the endpoint's deliveries that are due, the oldest first.
func (e *endpoint) due(now time.Time) (due []*store.Sending) {
	for _, d := range e.deliveries {
		if d.State == webhook.Due && !d.DueAt.After(now) {
			due = append(due, d)
		}
	}
	slices.SortFunc(due, func(a, b *store.Sending) int {
		return cmp.Or(a.DueAt.Compare(b.DueAt), strings.Compare(a.EventID, b.EventID))
	})
	return due
}

// WaitingEndpoints gives endpoints that are on and have something due.
func (s *Store) WaitingEndpoints(ctx context.Context, now time.Time, limit int) (list []store.Waiting, err error) {
	err = s.read(ctx, "", func(*merchant) {})
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, id := range s.merchantIDs() {
		for _, e := range s.merchants[id].endpoints {
			if due := e.due(now); e.On() && len(due) > 0 {
				list = append(list, store.Waiting{
					MerchantID: id, EndpointID: e.ID, Since: due[0].DueAt, Failing: !e.FailingSince.IsZero(),
				})
			}
		}
	}
	slices.SortFunc(list, func(a, b store.Waiting) int {
		return cmp.Or(a.Since.Compare(b.Since), strings.Compare(a.MerchantID, b.MerchantID), strings.Compare(a.EndpointID, b.EndpointID))
	})
	return list[:min(limit, len(list))], nil
}

// TakeDeliveries takes what is due to an endpoint.
func (s *Store) TakeDeliveries(ctx context.Context, t store.Take) (list []store.Sending, err error) {
	err = s.write(ctx, func() error {
		e := s.merchant(t.MerchantID).endpoints[t.EndpointID]
		if e == nil {
			return nil
		}
		for _, d := range e.due(t.Now) {
			if len(list) == t.Limit {
				break
			}
			d.DueAt = micro(t.Until)
			list = append(list, store.Sending{Delivery: d.Delivery, Body: slices.Clone(d.Body)})
		}
		return nil
	})
	slices.SortFunc(list, func(a, b store.Sending) int { return strings.Compare(a.EventID, b.EventID) })
	return list, err
}

// FinishDelivery writes down what follows from an answer.
func (s *Store) FinishDelivery(ctx context.Context, f store.Finished) (after webhook.Endpoint, d webhook.Delivery, err error) {
	err = s.write(ctx, func() error {
		m := s.merchant(f.MerchantID)
		e := m.endpoints[f.EndpointID]
		if e == nil {
			return store.ErrConflict
		}
		stored := e.deliveries[f.EventID]
		if stored == nil || stored.State != webhook.Due || !stored.DueAt.Equal(micro(f.Taken)) {
			return store.ErrConflict
		}
		was := e.On()
		f.Answer.At = micro(f.Answer.At)
		after, d = webhook.Answered(e.Endpoint.Endpoint, stored.Delivery, f.Answer)
		d.DueAt = micro(d.DueAt)
		e.Endpoint.Endpoint, stored.Delivery = after, d
		if was && !after.On() {
			m.tell(&store.Told{
				ID: f.OffEvent, MerchantID: e.MerchantID, Mode: e.Mode, Type: webhook.TypeEndpointOff, At: after.DisabledAt,
				Body: webhook.EndpointOffEvent(f.OffEvent, after.DisabledAt, after),
			})
		}
		return nil
	})
	return after, d, err
}

// AddDelivery makes an event due to one endpoint alone.
func (s *Store) AddDelivery(ctx context.Context, d webhook.Delivery, body []byte, deeds ...store.Deed) error {
	return s.do(ctx, deeds, func() error {
		e := s.merchant(d.MerchantID).endpoints[d.EndpointID]
		if e == nil {
			return store.ErrNotFound
		}
		d.State, d.Tries, d.CreatedAt, d.DueAt = webhook.Due, 0, micro(d.CreatedAt), micro(d.DueAt)
		e.deliveries[d.EventID] = &store.Sending{Delivery: d, Body: slices.Clone(body)}
		return nil
	})
}

// Replay makes events due to an endpoint anew.
func (s *Store) Replay(ctx context.Context, r store.Replay, deeds ...store.Deed) (n int, err error) {
	deeds = slices.Clone(deeds)
	err = s.do(ctx, deeds, func() error {
		n, err = s.replay(r)
		for i := range deeds {
			deeds[i].Count = int64(n)
		}
		return err
	})
	return n, err
}

func (s *Store) replay(r store.Replay) (n int, err error) {
	m := s.merchant(r.MerchantID)
	e := m.endpoints[r.EndpointID]
	if e == nil {
		return 0, store.ErrNotFound
	}
	if r.EventID != "" {
		d := e.deliveries[r.EventID]
		if d == nil {
			return 0, store.ErrNotFound
		}
		d.Delivery = webhook.Again(d.Delivery, micro(r.Now))
		return 1, nil
	}
	for _, t := range m.between(r.From, r.To) {
		d := e.deliveries[t.ID]
		switch {
		case n == r.Limit:
			return n, nil
		case t.Mode != e.Mode || !e.Wants(t.Type) || d != nil && d.State == webhook.Due,
			r.Undelivered && d != nil && d.State == webhook.Delivered:
			continue
		case d == nil:
			e.deliver(t, micro(r.Now))
		default:
			d.Delivery = webhook.Again(d.Delivery, micro(r.Now))
		}
		n++
	}
	return n, nil
}

// between gives the events of a time, the oldest first.
func (m *merchant) between(from, to time.Time) []*store.Told {
	all := slices.Concat(m.feed, m.fresh)
	all = slices.DeleteFunc(all, func(t *store.Told) bool { return t.At.Before(from) || !t.At.Before(to) })
	slices.SortStableFunc(all, func(a, b *store.Told) int { return cmp.Or(a.At.Compare(b.At), strings.Compare(a.ID, b.ID)) })
	return all
}

// Deliveries lists an endpoint's deliveries.
func (s *Store) Deliveries(ctx context.Context, f store.DeliveryFilter) (list []webhook.Delivery, err error) {
	err = s.read(ctx, f.MerchantID, func(m *merchant) {
		e := m.endpoints[f.EndpointID]
		if e == nil {
			return
		}
		for id, d := range e.deliveries {
			if (f.State == "" || d.State == f.State) && (f.EventID == "" || id == f.EventID) && (f.Before == "" || id < f.Before) {
				list = append(list, d.Delivery)
			}
		}
	})
	slices.SortFunc(list, func(a, b webhook.Delivery) int { return strings.Compare(b.EventID, a.EventID) })
	if f.Limit <= 0 {
		f.Limit = 20
	}
	return list[:min(len(list), f.Limit, 100)], err
}

// Undelivered counts what is due.
func (s *Store) Undelivered(ctx context.Context, now time.Time) (n int, oldest time.Time, err error) {
	if err := s.Ping(ctx); err != nil {
		return 0, oldest, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, m := range s.merchants {
		for _, e := range m.endpoints {
			due := e.due(now)
			if !e.On() || len(due) == 0 {
				continue
			}
			n += len(due)
			if first := due[0].DueAt; oldest.IsZero() || first.Before(oldest) {
				oldest = first
			}
		}
	}
	return n, oldest, nil
}

// Sequence gives events their positions.
func (s *Store) Sequence(ctx context.Context, limit int) (n int, err error) {
	err = s.write(ctx, func() error {
		for _, id := range s.merchantIDs() {
			m := s.merchants[id]
			slices.SortStableFunc(m.fresh, func(a, b *store.Told) int {
				return cmp.Or(a.At.Compare(b.At), strings.Compare(a.PaymentID, b.PaymentID), cmp.Compare(a.Version, b.Version))
			})
			for len(m.fresh) > 0 && n < limit {
				t := *m.fresh[0] // readers may hold the old one
				m.position++
				t.Position = m.position
				m.feed, m.fresh, n = append(m.feed, &t), m.fresh[1:], n+1
				m.replace(&t)
			}
		}
		return nil
	})
	return n, err
}

// Unplaced counts the events without a position.
func (s *Store) Unplaced(ctx context.Context) (n int, oldest time.Time, err error) {
	if err := s.Ping(ctx); err != nil {
		return 0, oldest, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, m := range s.merchants {
		n += len(m.fresh)
		for _, t := range m.fresh {
			if oldest.IsZero() || t.At.Before(oldest) {
				oldest = t.At
			}
		}
	}
	return n, oldest, nil
}

// replace puts an event that has got its position in the place of the one without.
func (m *merchant) replace(t *store.Told) {
	r := m.payments[t.PaymentID]
	if r == nil {
		return
	}
	r.told = slices.Clone(r.told)
	for i, old := range r.told {
		if old.ID == t.ID {
			r.told[i] = t
		}
	}
}

// Feed gives a merchant's events after a position.
func (s *Store) Feed(ctx context.Context, merchantID string, mode payment.Mode, after int64, limit int) (told []store.Told, err error) {
	if limit <= 0 {
		limit = 100
	}
	err = s.read(ctx, merchantID, func(m *merchant) {
		from, _ := slices.BinarySearchFunc(m.feed, after+1, func(t *store.Told, position int64) int { return cmp.Compare(t.Position, position) })
		for _, t := range m.feed[from:] {
			if len(told) == min(limit, 1000) {
				return
			}
			if t.Mode == mode {
				told = append(told, *t)
			}
		}
	})
	return told, err
}

// FeedArchived gives 0: nothing is ever removed from memory.
func (s *Store) FeedArchived(ctx context.Context, _ string) (int64, error) { return 0, s.Ping(ctx) }
