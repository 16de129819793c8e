package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/sqldb"
)

// database makes a sqldb.DB of what database/sql gives.
type database struct {
	db interface {
		QueryContext(ctx context.Context, statement string, args ...any) (*sql.Rows, error)
		ExecContext(ctx context.Context, statement string, args ...any) (sql.Result, error)
	}
}

// Query implements sqldb.DB.
func (d database) Query(ctx context.Context, statement string, args ...any) (sqldb.Rows, error) {
	r, err := d.db.QueryContext(ctx, statement, args...)
	if err != nil {
		return nil, explain(err)
	}
	return rows{Rows: r}, nil
}

// Exec implements sqldb.DB.
func (d database) Exec(ctx context.Context, statement string, args ...any) (int64, error) {
	r, err := d.db.ExecContext(ctx, statement, args...)
	if err != nil {
		return 0, explain(err)
	}
	return r.RowsAffected()
}

type rows struct {
	*sql.Rows
	done func() // may be nil
}

// Err implements sqldb.Rows.
func (r rows) Err() error { return explain(r.Rows.Err()) }

// Close implements sqldb.Rows.
func (r rows) Close() {
	r.Rows.Close()
	if r.done != nil {
		r.done()
	}
}

// Troubles of the disk, in a sentence for the operator. After each of them nothing of the group is written.
var (
	errFull     = errors.New("the disk is full")
	errReadOnly = errors.New("the database file or its folder cannot be written")
	errDisk     = errors.New("the disk failed")
	errBusy     = errors.New("another program has the database locked")
	errCorrupt  = errors.New("the database file is damaged")
)

// explain says what SQLite's code means. Connections are closed only when the store is.
func explain(err error) error {
	if errors.Is(err, sql.ErrConnDone) || err != nil && err.Error() == "sql: database is closed" {
		return store.ErrClosed
	}
	var meaning error
	switch code(err) & 0xff {
	case lib.SQLITE_FULL:
		meaning = errFull
	case lib.SQLITE_READONLY, lib.SQLITE_CANTOPEN, lib.SQLITE_PERM:
		meaning = errReadOnly
	case lib.SQLITE_IOERR:
		meaning = errDisk
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
		meaning = errBusy
	case lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB:
		meaning = errCorrupt
	}
	if meaning == nil || errors.Is(err, meaning) {
		return err
	}
	return fmt.Errorf("%w: %w", meaning, err)
}

// code is SQLite's extended result code; 0 when err is not SQLite's.
func code(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}
