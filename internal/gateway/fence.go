package gateway

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/registry"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/sqlite"
)

// ErrOwnTools says that a database is backed up and restored by its own tools.
var ErrOwnTools = errors.New("PostgreSQL has its own tools: back up with pg_basebackup and an archive of its WAL (or pg_dump), " +
	"restore with the same, then run lunas restore --fence before any gateway is started")

// Backup copies a SQLite database as it stands at one instant into a new file, while a gateway may go on working.
func Backup(ctx context.Context, database, to string) error {
	if isPostgres(database) {
		return ErrOwnTools
	}
	return sqlite.Backup(ctx, database, to)
}

// Restore puts a backup in the place of a SQLite database and fences it. A database that is there is only replaced where
// that is asked for, and kept under the name that is given back.
func Restore(ctx context.Context, from, database string, replace bool) (kept string, err error) {
	if isPostgres(database) {
		return "", ErrOwnTools
	}
	return sqlite.Restore(ctx, from, database, replace, time.Now())
}

// Fence keeps a database still until it is confirmed. Its schema is brought up to date first.
func Fence(ctx context.Context, database, reason string) (store.Fence, error) {
	db, err := OpenStore(ctx, database, RealClock(), true)
	if err != nil {
		return store.Fence{}, err
	}
	err = db.SetFence(ctx, time.Now(), reason)
	var f store.Fence
	if err == nil {
		f, err = db.Fence(ctx)
	}
	return f, errors.Join(err, db.Close())
}

// refuseFenced refuses a database that is fenced.
func refuseFenced(ctx context.Context, db store.Store) error {
	f, err := db.Fence(ctx)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil
	case err != nil:
		return err
	}
	return &store.Fenced{Fence: f}
}

// Confirmation is what must be done before a fenced database may be used again.
type Confirmation struct {
	Fence store.Fence
	// Since is from when on what happened may be lost.
	Since time.Time
	Moves []Move
	// Waking counts payments under way, which go to review.
	Waking int
	store  store.Store
	now    time.Time
}

// Move is a terminal's numbering before and after.
type Move struct {
	Before store.Terminal
	After  payment.Cursor
}

// Note says what an operator should know of it; empty: nothing.
func (m Move) Note(now time.Time) string {
	switch _, _, err := m.After.Next(payment.DayOf(now)); {
	case err == nil:
		return ""
	case m.After.Style == payment.ByDate:
		return "no number until tomorrow"
	}
	return "no number left"
}

// InWIB writes a time as people in Western Indonesia read it.
func InWIB(at time.Time) string { return at.In(payment.WIB).Format("2006-01-02 15:04:05 MST") }

// ConfirmOptions say what may have happened since a fenced database was last written.
type ConfirmOptions struct {
	// PerSecond is how many payments one terminal can have made in a second at most.
	PerSecond int
	// Since is from when on payments may be lost, where that is earlier than when the database was last written; zero: then.
	Since time.Time
	Now   time.Time
}

// errNothingFenced refuses to confirm what is not fenced.
var errNothingFenced = errors.New("the database is not fenced: there is nothing to confirm")

// OpenConfirmation opens a fenced database and says what must be done. Close it after use.
func OpenConfirmation(ctx context.Context, database string, o ConfirmOptions) (*Confirmation, error) {
	if o.PerSecond < 1 || o.PerSecond > 100_000 {
		return nil, errors.New("payments a second of one terminal: 1 to 100000")
	}
	db, err := OpenStore(ctx, database, RealClock(), true)
	if err != nil {
		return nil, err
	}
	c := &Confirmation{store: db, now: o.Now}
	if err := c.plan(ctx, o); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return c, nil
}

func (c *Confirmation) plan(ctx context.Context, o ConfirmOptions) (err error) {
	c.Fence, err = c.store.Fence(ctx)
	if errors.Is(err, store.ErrNotFound) {
		return errNothingFenced
	}
	if err != nil {
		return err
	}
	c.Since = c.Fence.Written
	if !o.Since.IsZero() && (c.Since.IsZero() || o.Since.Before(c.Since)) {
		c.Since = o.Since
	}
	if c.Since.IsZero() {
		return errors.New("this database has never been written: say with --since from when on payments may be lost")
	}
	terminals, err := c.store.EveryTerminal(ctx)
	if err != nil {
		return err
	}
	for _, t := range terminals {
		c.Moves = append(c.Moves, Move{Before: t, After: t.Cursor.Beyond(c.Since, c.now, o.PerSecond)})
	}
	return c.eachWaking(ctx, func(payment.Payment) error { c.Waking++; return nil })
}

// eachWaking calls f for every payment under way that is not in review already.
func (c *Confirmation) eachWaking(ctx context.Context, f func(payment.Payment) error) error {
	merchant, id := "", ""
	for {
		page, err := c.store.Waking(ctx, merchant, id, 200)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, p := range page {
			if merchant, id = p.MerchantID, p.ID; p.State.Final() || p.State == payment.Review {
				continue // a QR that is paid is only asked about
			}
			if err := f(p); err != nil {
				return fmt.Errorf("payment %s: %w", p.ID, err)
			}
		}
	}
}

// Confirm moves every terminal's numbering ahead, brings every payment under way to review, and lifts the fence, in this
// order: broken off, it can be done again. It gives how many payments are in review now.
func (c *Confirmation) Confirm(ctx context.Context) (reviewed int, err error) {
	for _, m := range c.Moves {
		t := m.Before
		t.Cursor = m.After
		deed := byHand(store.Action{
			Kind: store.ActTerminalAdvanced, MerchantID: t.MerchantID, Subject: t.ID, Reason: "a restored database was confirmed",
			Details: advanced(m.Before.Cursor, m.After, t.Held),
		})
		if err := c.store.SetTerminal(ctx, t, deed); err != nil {
			return 0, fmt.Errorf("terminal %s of merchant %s: %w", t.ID, t.MerchantID, err)
		}
	}
	why := "the database lost what came after " + InWIB(c.Since) +
		": this payment may have been paid or given back since; ask the provider (check), then resolve it"
	err = c.eachWaking(ctx, func(p payment.Payment) error {
		changed, err := engine.ToReview(ctx, c.store, p.MerchantID, p.ID, why, c.now)
		if changed {
			reviewed++
		}
		return err
	})
	if err != nil {
		return reviewed, err
	}
	return reviewed, c.store.LiftFence(ctx, byHand(store.Action{
		Kind: store.ActDatabaseConfirmed, Count: int64(reviewed), Reason: c.Fence.Reason,
		Details: registry.Details(map[string]any{"since": c.Since.UTC().Format(time.RFC3339), "terminals": len(c.Moves)}),
	}))
}

// byHand is a deed of somebody at the command line.
func byHand(a store.Action) store.Deed {
	a.At = time.Now()
	return registry.By{Actor: store.ActorCLI, Reason: a.Reason}.Deed(a)
}

// advanced says from where to where a terminal's numbering was moved, and why the terminal was stopped, if it was.
func advanced(before, after payment.Cursor, held string) []byte {
	d := map[string]any{"before": before.Last.String(), "after": after.Last.String()}
	if held != "" {
		d["stopped_because"] = held
	}
	return registry.Details(d)
}

// Close closes the database.
func (c *Confirmation) Close() error { return c.store.Close() }
