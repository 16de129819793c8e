package memory

import (
	"context"
	"slices"

	"github.com/lunas-pay/lunas/internal/store"
)

// do runs f under the write lock and notes deeds, unless f fails or a key of theirs is used.
func (s *Store) do(ctx context.Context, deeds []store.Deed, f func() error) error {
	return s.write(ctx, func() error {
		for _, d := range deeds {
			if used, ok := s.merchant(d.Key.MerchantID).keys[key{d.Key.Mode, d.Key.Key}]; ok && d.Key.Key != "" {
				return &used
			}
		}
		if err := f(); err != nil {
			return err
		}
		for _, d := range deeds {
			s.note(d)
		}
		return nil
	})
}

func (s *Store) note(d store.Deed) {
	a := cloneAction(d.Action)
	a.At = micro(a.At)
	at, _ := slices.BinarySearchFunc(s.actions, a.ID, func(a store.Action, id string) int {
		if a.ID < id {
			return -1
		}
		return 1
	})
	s.actions = slices.Insert(s.actions, at, a)
	if k := d.Key; k.Key != "" {
		s.merchant(k.MerchantID).keys[key{k.Mode, k.Key}] = store.KeyUsed{PaymentID: a.ID, Fingerprint: k.Fingerprint}
	}
}

func cloneAction(a store.Action) store.Action {
	a.Details = slices.Clone(a.Details)
	return a
}

// AppendAction notes what was done apart from any change.
func (s *Store) AppendAction(ctx context.Context, a store.Action) error {
	return s.do(ctx, []store.Deed{{Action: a}}, func() error { return nil })
}

// Action gives one, or store.ErrNotFound.
func (s *Store) Action(ctx context.Context, id string) (found store.Action, err error) {
	err = s.write(ctx, func() error {
		for _, a := range s.actions {
			if a.ID == id {
				found = cloneAction(a)
				return nil
			}
		}
		return store.ErrNotFound
	})
	return found, err
}

// Actions lists actions, the newest first.
func (s *Store) Actions(ctx context.Context, f store.ActionFilter) (list []store.Action, err error) {
	if f.Limit <= 0 {
		f.Limit = 20
	}
	err = s.write(ctx, func() error {
		for _, a := range slices.Backward(s.actions) {
			if len(list) < min(f.Limit, 100) && wanted(f, a) {
				list = append(list, cloneAction(a))
			}
		}
		return nil
	})
	return list, err
}

func wanted(f store.ActionFilter, a store.Action) bool {
	return (f.Everybody || a.MerchantID == f.MerchantID) &&
		(f.Mode == "" || a.Mode == "" || a.Mode == f.Mode) &&
		(f.Kind == "" || a.Kind == f.Kind) && (f.Subject == "" || a.Subject == f.Subject) && (f.Actor == "" || a.Actor == f.Actor) &&
		(f.From.IsZero() || !a.At.Before(f.From)) && (f.To.IsZero() || a.At.Before(f.To)) &&
		(f.Before == "" || a.ID < f.Before)
}
