package gateway

import (
	"context"
	"fmt"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

// Numbering is the numbering of a merchant's terminals, opened for an operator.
type Numbering struct {
	store    store.Store
	merchant string
}

// OpenNumbering opens a database. A SQLite file must not be in use by a gateway.
func OpenNumbering(ctx context.Context, database, merchantID string) (*Numbering, error) {
	db, err := OpenStore(ctx, database, RealClock(), false)
	if err != nil {
		return nil, err
	}
	return &Numbering{db, merchantID}, nil
}

// Close closes the database.
func (n *Numbering) Close() error { return n.store.Close() }

// List gives the terminals.
func (n *Numbering) List(ctx context.Context) ([]store.Terminal, error) {
	list, err := n.store.Terminals(ctx, n.merchant)
	if err == nil && len(list) == 0 {
		err = fmt.Errorf("merchant %q has no terminal in this database", n.merchant)
	}
	return list, err
}

// Advance puts a terminal's cursor on a number, which the next push comes after, and releases the terminal. The reason, which
// may be empty, goes into the log of actions.
func (n *Numbering) Advance(ctx context.Context, terminal string, batch, reference int, reason string) error {
	list, err := n.List(ctx)
	if err != nil {
		return err
	}
	for _, t := range list {
		if t.ID != terminal {
			continue
		}
		before, held := t.Cursor, t.Held
		t.Held = ""
		to := payment.Number{Batch: payment.Batch(batch), Reference: payment.ReferenceNumber(reference)}
		if t.Cursor, err = t.Cursor.At(to, payment.DayOf(time.Now())); err != nil {
			return err
		}
		deed := byHand(store.Action{
			Kind: store.ActTerminalAdvanced, MerchantID: t.MerchantID, Subject: t.ID, Reason: reason, Details: advanced(before, t.Cursor, held),
		})
		if err := n.store.SetTerminal(ctx, t, deed); err != nil {
			return fmt.Errorf("terminal %s: %w", terminal, err)
		}
		return nil
	}
	return fmt.Errorf("merchant %q has no terminal %q; it has %d others", n.merchant, terminal, len(list))
}
