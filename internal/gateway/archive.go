package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/lunas-pay/lunas/internal/chain"
	"github.com/lunas-pay/lunas/internal/registry"
	"github.com/lunas-pay/lunas/internal/store"
)

// archiving is what a database does for archives.
type archiving interface {
	Archive(ctx context.Context, before time.Time, write func(chain.Record) error) error
	Remove(ctx context.Context, lines []chain.Record) (chain.Removed, error)
}

// Archivist writes archives of a database on which gateways may be at work, and removes what is in them.
type Archivist struct{ db log }

// OpenArchivist opens a database. Close it after use.
func OpenArchivist(ctx context.Context, database string) (*Archivist, error) {
	db, err := openLog(ctx, database)
	if err != nil {
		return nil, err
	}
	return &Archivist{db}, nil
}

// Close closes the database.
func (a *Archivist) Close() error { return a.db.Close() }

// Write writes what is final and older than a time into an archive, and tells what that is. Nothing is removed.
func (a *Archivist) Write(ctx context.Context, to io.Writer, before time.Time, by string) (r chain.ArchiveReport, err error) {
	previous, err := a.newest(ctx)
	if err != nil {
		return r, err
	}
	w, err := chain.NewArchive(to, time.Now(), by, chain.Archive{Before: before.UTC(), Previous: previous})
	if err != nil {
		return r, err
	}
	err = a.db.Archive(ctx, before, func(line chain.Record) error {
		r.Count(line)
		return w.Write(line)
	})
	if err == nil {
		err = w.Close()
	}
	return r, err
}

// newest is the sum of the newest archive; empty: there is none.
func (a *Archivist) newest(ctx context.Context) (string, error) {
	list, err := a.db.Actions(ctx, store.ActionFilter{Everybody: true, Kind: store.ActPaymentsArchived, Limit: 1})
	if err != nil || len(list) == 0 {
		return "", err
	}
	var d chain.Archived
	err = json.Unmarshal(list[0].Details, &d)
	return d.SHA256, err
}

// Note notes an archive that is on disk: from then on its rows may be removed.
func (a *Archivist) Note(ctx context.Context, d chain.Archived, payments int64) error {
	details, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return a.db.AppendAction(ctx, byHand(store.Action{Kind: store.ActPaymentsArchived, Count: payments, Details: details}).Action)
}

// noted tells whether the database has noted an archive.
func (a *Archivist) noted(ctx context.Context, sum string) (bool, error) {
	f := store.ActionFilter{Everybody: true, Kind: store.ActPaymentsArchived, Limit: 100}
	for {
		list, err := a.db.Actions(ctx, f)
		if err != nil || len(list) == 0 {
			return false, err
		}
		for _, action := range list {
			var d chain.Archived
			if err := json.Unmarshal(action.Details, &d); err == nil && d.SHA256 == sum {
				return true, nil
			}
		}
		f.Before = list[len(list)-1].ID
	}
}

// How much is removed in one transaction: so little that no payment waits for it.
const (
	removePayments = 20
	removeLines    = 400
)

// Remove removes from the database what an archive holds. Open gives the archive's bytes, uncompressed, from their beginning, and
// is called twice: the archive must be whole before anything is removed. Sum is the SHA-256 of its file. After each transaction
// tell is told how much is removed. Broken off, it can be done again.
func (a *Archivist) Remove(ctx context.Context, open func() (io.Reader, error), sum string, tell func(chain.Removed)) (all chain.Removed, err error) {
	if err := a.mayRemove(ctx, open, sum); err != nil {
		return all, err
	}
	r, err := open()
	if err != nil {
		return all, err
	}
	var batch []chain.Record
	payments := 0
	flush := func() error {
		began := time.Now()
		done, err := a.db.Remove(ctx, batch)
		batch, payments = batch[:0], 0
		if err != nil {
			return err
		}
		all.Payments, all.Rows, all.Left = all.Payments+done.Payments, all.Rows+done.Rows, all.Left+done.Left
		tell(all)
		return rest(ctx, time.Since(began))
	}
	_, err = chain.ReadArchive(r, func(line chain.Record) error {
		begins := line.Row != nil && line.Row.Table == chain.PaymentsTable
		if begins && payments == removePayments || (begins || payments == 0) && len(batch) >= removeLines {
			if err := flush(); err != nil {
				return err
			}
		}
		if begins {
			payments++
		}
		batch = append(batch, line)
		return nil
	})
	if err == nil && len(batch) > 0 {
		err = flush()
	}
	if err != nil {
		return all, err
	}
	return all, a.db.AppendAction(ctx, byHand(store.Action{
		Kind: store.ActArchivedRemoved, Count: int64(all.Payments),
		Details: registry.Details(map[string]any{"sha256": sum, "rows": all.Rows, "left": all.Left}),
	}).Action)
}

// mayRemove refuses archives that are not whole, or not this database's.
func (a *Archivist) mayRemove(ctx context.Context, open func() (io.Reader, error), sum string) error {
	switch f, err := a.db.Fence(ctx); {
	case err == nil:
		return &store.Fenced{Fence: f}
	case !errors.Is(err, store.ErrNotFound):
		return err
	}
	known, err := a.noted(ctx, sum)
	if err != nil {
		return err
	}
	if !known {
		return errors.New("the database has not noted this archive: it is of another database, was changed, or was not written to its end")
	}
	r, err := open()
	if err != nil {
		return err
	}
	if _, err := chain.VerifyArchive(r); err != nil {
		return fmt.Errorf("the archive: %w", err)
	}
	return nil
}

// rest waits as long as a transaction took, so that half of the time is the gateway's at least.
func rest(ctx context.Context, took time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(took):
		return nil
	}
}
