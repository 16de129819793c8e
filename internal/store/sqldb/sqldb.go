// Package sqldb is what the stores in SQL databases share: the tables, how payments and their past become rows and come
// back from them, the statements that both dialects understand, and the hash chain. Opening, migrating and writing a
// group of changes are each database's own (packages sqlite and postgres).
//
// Placeholders are written $1, $2, …, which both understand. Times are stored as microseconds since 1970 in UTC; 0 is
// no time.
package sqldb

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/lunas-pay/lunas/internal/store"
)

// Rows are the rows of a query. They must be closed.
type Rows interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
	Close()
}

// DB is a database, or a transaction in it.
type DB interface {
	Query(ctx context.Context, statement string, args ...any) (Rows, error)
	// Exec gives the number of rows that were written.
	Exec(ctx context.Context, statement string, args ...any) (int64, error)
}

// Common is the part of a store that is the same in every SQL database: everything but Commit, Append, Ping and Close.
type Common struct {
	Read  DB // for pages and lists; never blocks a writer
	Write DB // each statement is a transaction of its own
	// Tx runs f in one transaction.
	Tx func(ctx context.Context, f func(DB) error) error
	// Clock is the time that leases are measured by, in microseconds.
	Clock func(context.Context) (int64, error)
	// Hints says that the planner keeps no statistics, and is told which index to walk, as SQLite understands it.
	Hints bool
	// Alone says that no other process works on the database.
	Alone bool
}

// Micros is how a time is stored.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// Time is what Micros stored, in UTC.
func Time(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

// Each runs a query and calls scan for each row.
func Each(ctx context.Context, db DB, scan func(Rows) error, statement string, args ...any) error {
	rows, err := db.Query(ctx, statement, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// One runs a query and scans its first row; store.ErrNotFound when there is none.
func One(ctx context.Context, db DB, dest []any, statement string, args ...any) error {
	found := false
	err := Each(ctx, db, func(rows Rows) error {
		if found {
			return nil
		}
		found = true
		return rows.Scan(dest...)
	}, statement, args...)
	if err == nil && !found {
		return store.ErrNotFound
	}
	return err
}

// Doing says what was being done when err came up. The store's own errors pass unchanged, for callers compare them.
func Doing(what string, err error) error {
	var used *store.KeyUsed
	if err == nil || errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrClosed) || err == store.ErrConflict || errors.As(err, &used) {
		return err
	}
	return &trouble{what, err}
}

type trouble struct {
	what string
	err  error
}

func (t *trouble) Error() string { return t.what + ": " + t.err.Error() }
func (t *trouble) Unwrap() error { return t.err }

// Commit commits a change by itself when it is the only one under way, which saves two switches between goroutines, and
// through the committer, which makes groups, when it is not.
type Commit struct {
	Backend   store.Backend
	Committer interface {
		Commit(context.Context, store.Change) (store.Change, error)
	}
	underWay atomic.Int64
	alone    atomic.Int64
}

// Alone is how many changes have been committed by themselves.
func (c *Commit) Alone() int { return int(c.alone.Load()) }

// Do commits a change; see store.Store.
func (c *Commit) Do(ctx context.Context, change store.Change) (store.Change, error) {
	defer c.underWay.Add(-1)
	if c.underWay.Add(1) > 1 {
		return c.Committer.Commit(ctx, change)
	}
	c.alone.Add(1)
	results, err := c.Backend.CommitGroup(ctx, []store.Change{change})
	if err != nil {
		return store.Change{}, err
	}
	return results[0].Change, results[0].Err
}
