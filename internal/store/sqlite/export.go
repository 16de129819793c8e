package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/lunas-pay/lunas/internal/store/sqldb"
)

// Beside is a database that another process, a gateway, may have open: it reads, and writes short transactions, for which a
// payment waits no longer than for another payment. It commits no payments.
type Beside struct {
	sqldb.Common
	reader, writer *sql.DB
}

// OpenBeside opens one. Its owner must Close it.
func OpenBeside(ctx context.Context, path string) (*Beside, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no database %s", path)
	}
	reader, err := sql.Open("sqlite", dsn(path, reading))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	writer, err := sql.Open("sqlite", dsn(path, writing))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), reader.Close())
	}
	writer.SetMaxOpenConns(1) // which is opened when something is written
	b := &Beside{reader: reader, writer: writer}
	b.Common = sqldb.Common{Read: database{reader}, Write: database{reader}, Tx: b.tx}
	if err := sqldb.Check(ctx, b.Read, schemaExists, migrations()); err != nil {
		return nil, errors.Join(explain(err), b.Close())
	}
	return b, nil
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
	r := &ReadOnly{Common: sqldb.Common{Read: database{db}, Write: database{db}}, db: db} // what writes is refused by SQLite
	if err := sqldb.Check(ctx, r.Read, schemaExists, migrations()); err != nil {
		return nil, errors.Join(explain(err), db.Close())
	}
	return r, nil
}

// Close closes the database.
func (r *ReadOnly) Close() error { return r.db.Close() }

func (b *Beside) tx(ctx context.Context, f func(sqldb.DB) error) error {
	tx, err := b.writer.BeginTx(ctx, nil)
	if err != nil {
		return explain(err)
	}
	defer tx.Rollback()
	if err := f(database{tx}); err != nil {
		return err
	}
	return explain(tx.Commit())
}

// Close closes it.
func (b *Beside) Close() error { return errors.Join(b.reader.Close(), b.writer.Close()) }
