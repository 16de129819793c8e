package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/lunas-pay/lunas/internal/chain"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/sqldb"
)

// ExportChain exports the hash chains of a database, which another process may have open: it only reads. See package
// chain.
func ExportChain(ctx context.Context, path string, write func(chain.Record) error) error {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no database %s", path)
	}
	db, err := sql.Open("sqlite", dsn(path, reading))
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	defer db.Close()
	s := sqldb.Common{Read: database{db}}
	if err := sqldb.Check(ctx, s.Read, schemaExists, migrations()); err != nil {
		return err
	}
	return explain(s.ExportChain(ctx, write))
}

// Note notes an action in a database that another process may have open: a transaction of its own, of a few rows, for which a
// payment waits no longer than for another payment.
func Note(ctx context.Context, path string, a store.Action) (err error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no database %s", path)
	}
	db, err := sql.Open("sqlite", dsn(path, writing))
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	s := sqldb.Common{Tx: func(ctx context.Context, f func(sqldb.DB) error) error {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer tx.Rollback()
		if err := f(database{tx}); err != nil {
			return err
		}
		return tx.Commit()
	}}
	return explain(s.AppendAction(ctx, a))
}

// ReadOnly reads a database that another process may have open. It writes nothing.
type ReadOnly struct {
	sqldb.Common
	db *sql.DB
}

// OpenReadOnly opens a database for reading. Close it after use.
func OpenReadOnly(ctx context.Context, path string) (*ReadOnly, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no database %s", path)
	}
	db, err := sql.Open("sqlite", dsn(path, reading))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	r := &ReadOnly{Common: sqldb.Common{Read: database{db}}, db: db}
	if err := sqldb.Check(ctx, r.Read, schemaExists, migrations()); err != nil {
		return nil, errors.Join(explain(err), db.Close())
	}
	return r, nil
}

// Close closes the database.
func (r *ReadOnly) Close() error { return r.db.Close() }
