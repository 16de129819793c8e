package engine

import (
	"context"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

// waiter is somebody who waits for a payment to go past a version.
type waiter struct {
	version int
	found   chan payment.Payment // holds one
}

// Wait gives the payment as soon as its version is above the given one, on whichever replica that happens; or the
// context's error.
func (e *Engine) Wait(ctx context.Context, merchantID, paymentID string, version int) (payment.Payment, error) {
	key := paymentKey{merchantID, paymentID}
	w := &waiter{version: version, found: make(chan payment.Payment, 1)}
	e.mu.Lock()
	if e.waits[key] == nil {
		e.waits[key] = map[*waiter]struct{}{}
	}
	e.waits[key][w] = struct{}{}
	e.mu.Unlock()
	defer e.endWait(key, w)
	// The change may have come before we waited.
	if p, err := e.Store.Load(ctx, merchantID, paymentID); err != nil || p.Version > version {
		return p, err
	}
	select {
	case p := <-w.found:
		return p, nil
	case <-ctx.Done():
		return payment.Payment{}, ctx.Err()
	}
}

func (e *Engine) endWait(key paymentKey, w *waiter) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.waits[key], w)
	if len(e.waits[key]) == 0 {
		delete(e.waits, key)
	}
}

// wakeWaiters tells those who wait for a payment. The caller holds the lock.
func (e *Engine) wakeWaiters(key paymentKey, p payment.Payment) {
	for w := range e.waits[key] { // order does not matter: each has its own channel
		if p.Version > w.version {
			select {
			case w.found <- p:
			default:
			}
		}
	}
}

// look asks the store for changes that other replicas made to payments that somebody waits for here: one query for all.
func (e *Engine) look(ctx context.Context) error {
	e.mu.Lock()
	var seen []store.Seen
	for key, waiters := range e.waits { // order does not matter: it is one query
		lowest := -1
		for w := range waiters {
			if lowest < 0 || w.version < lowest {
				lowest = w.version
			}
		}
		seen = append(seen, store.Seen{MerchantID: key.merchant, PaymentID: key.payment, Version: lowest})
	}
	e.mu.Unlock()
	if len(seen) == 0 {
		return nil
	}
	newer, err := e.Store.Newer(ctx, seen)
	if err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, p := range newer {
		e.wakeWaiters(paymentKey{p.MerchantID, p.ID}, p)
	}
	return nil
}
