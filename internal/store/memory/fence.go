package memory

import (
	"cmp"
	"context"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

// SetFence puts a fence up, unless one stands.
func (s *Store) SetFence(ctx context.Context, at time.Time, reason string) error {
	return s.write(ctx, func() error {
		if s.fence != nil {
			return nil
		}
		s.fence = &store.Fence{At: micro(at), Reason: reason}
		for _, m := range s.merchants {
			for _, r := range m.payments {
				if at := micro(r.payment.UpdatedAt); at.After(s.fence.Written) {
					s.fence.Written = at
				}
			}
		}
		return nil
	})
}

// Fence gives the fence that stands, or store.ErrNotFound.
func (s *Store) Fence(ctx context.Context) (f store.Fence, err error) {
	err = s.write(ctx, func() error {
		if s.fence == nil {
			return store.ErrNotFound
		}
		f = *s.fence
		return nil
	})
	return f, err
}

// LiftFence takes the fence away, with a gap in all feeds.
func (s *Store) LiftFence(ctx context.Context, deeds ...store.Deed) error {
	return s.do(ctx, deeds, func() error {
		if s.fence == nil {
			return nil
		}
		s.fence = nil
		for _, m := range s.merchants {
			m.position += store.FeedGap
		}
		return nil
	})
}

// EveryTerminal lists the terminals of all merchants.
func (s *Store) EveryTerminal(ctx context.Context) (list []store.Terminal, err error) {
	err = s.write(ctx, func() error {
		for _, id := range s.merchantIDs() {
			list = append(list, s.merchants[id].terminalList()...)
		}
		return nil
	})
	return list, err
}

// Waking lists payments that are to be woken.
func (s *Store) Waking(ctx context.Context, afterMerchant, afterPayment string, limit int) (list []payment.Payment, err error) {
	err = s.write(ctx, func() error {
		for _, merchantID := range s.merchantIDs() {
			m := s.merchants[merchantID]
			for _, id := range m.ids {
				after := cmp.Or(cmp.Compare(merchantID, afterMerchant), cmp.Compare(id, afterPayment)) > 0
				if after && m.payments[id].task != nil && len(list) < limit {
					list = append(list, m.payments[id].payment)
				}
			}
		}
		return nil
	})
	return list, err
}
