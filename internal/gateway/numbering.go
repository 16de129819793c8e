package gateway

import (
	"context"
	"errors"
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
	if batch < 1 || batch > 999999 || reference < 1 || reference > 999999 {
		return errors.New("batch and reference number go from 1 to 999999")
	}
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
		t.Cursor.Last = payment.Number{Batch: payment.Batch(batch), Reference: payment.ReferenceNumber(reference)}
		if t.Cursor.Style == payment.ByDate {
			if t.Cursor.Day, err = dayOf(batch, time.Now()); err != nil {
				return err
			}
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

// dayOf is the day that a batch ddmmyy is named after, which must not be still to come: the numbering would stay there.
func dayOf(batch int, now time.Time) (payment.Day, error) {
	day := payment.Day((2000+batch%100)*10000 + batch/100%100*100 + batch/10000)
	if payment.DayOf(day.Start()) != day || day > payment.DayOf(now) {
		return 0, fmt.Errorf("this terminal names its batches after the day, and %06d is no day (ddmmyy) up to today", batch)
	}
	return day, nil
}
