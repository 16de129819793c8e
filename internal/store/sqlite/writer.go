package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	lib "modernc.org/sqlite/lib"

	"github.com/lunas-pay/lunas/internal/chain"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/group"
	"github.com/lunas-pay/lunas/internal/store/sqldb"
)

// theChain is the number of the one hash chain of a SQLite store.
const theChain = int64(1)

// writer is the one connection that writes. Groups go straight to the driver by prepared statements, everything else
// through database/sql.
type writer struct {
	now func() time.Time
	db  *sql.DB

	mu     sync.Mutex // held for each transaction
	conn   *sql.Conn
	closed bool
	chain  sqldb.Chain // with ID 0 it must be read first
	marks  marks
	raw    driver.Conn
	stmts  map[string]*statement
}

func newWriter(ctx context.Context, o Options) (*writer, error) {
	db, err := sql.Open("sqlite", dsn(o.Path, writing))
	if err != nil {
		return nil, err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	w := &writer{now: o.Now, db: db, conn: conn, stmts: map[string]*statement{}, marks: marks{path: o.Path}}
	err = conn.Raw(func(c any) error { w.raw = c.(driver.Conn); return nil })
	return w, err
}

// begin makes the store ready for this process: the lock file tells that every owner of before is dead.
func (w *writer) begin(ctx context.Context) error {
	return w.Tx(ctx, func(tx sqldb.DB) error {
		first, parents := chain.New(theChain, nil)
		for _, s := range []struct {
			statement string
			args      []any
		}{
			{sqldb.BeginChain + ` ON CONFLICT (id) DO NOTHING`, []any{theChain, sqldb.Micros(w.now()), nonNil(parents), first.Hash}},
			{`DELETE FROM replicas`, nil},
			{`INSERT INTO replicas (owner, until_at) SELECT DISTINCT owner, 0 FROM tasks`, nil},
		} {
			if _, err := tx.Exec(ctx, s.statement, s.args...); err != nil {
				return fmt.Errorf("make the database ready: %w", err)
			}
		}
		return nil
	})
}

func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

func (w *writer) close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	var errs []error
	for _, s := range w.stmts {
		errs = append(errs, s.close())
	}
	errs = append(errs, w.marks.save(true))
	return errors.Join(append(errs, w.conn.Close(), w.db.Close())...)
}

// enter waits for the connection; leave must follow unless it fails.
func (w *writer) enter() error {
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return store.ErrClosed
	}
	return nil
}

func (w *writer) leave() { w.mu.Unlock() }

// Query implements sqldb.DB; the connection is taken until the rows are closed.
func (w *writer) Query(ctx context.Context, statement string, args ...any) (sqldb.Rows, error) {
	if err := w.enter(); err != nil {
		return nil, err
	}
	r, err := w.conn.QueryContext(ctx, statement, args...)
	if err != nil {
		w.leave()
		return nil, explain(err)
	}
	return rows{r, w.leave}, nil
}

// Exec implements sqldb.DB.
func (w *writer) Exec(ctx context.Context, statement string, args ...any) (int64, error) {
	if err := w.enter(); err != nil {
		return 0, err
	}
	defer w.leave()
	return database{w.conn}.Exec(ctx, statement, args...)
}

// Tx runs f in a transaction.
func (w *writer) Tx(ctx context.Context, f func(sqldb.DB) error) error {
	if err := w.enter(); err != nil {
		return err
	}
	defer w.leave()
	tx, err := w.conn.BeginTx(ctx, nil)
	if err != nil {
		return explain(err)
	}
	defer tx.Rollback()
	if err := f(database{tx}); err != nil {
		return err
	}
	return explain(tx.Commit())
}

// statement is a prepared statement with room for its arguments.
type statement struct {
	exec  driver.StmtExecContext
	query driver.StmtQueryContext
	close func() error
	args  []driver.NamedValue
}

// prepare prepares a statement the first time.
func (w *writer) prepare(text string) (*statement, error) {
	if s := w.stmts[text]; s != nil {
		return s, nil
	}
	p, err := w.raw.Prepare(text)
	if err != nil {
		return nil, err
	}
	s := &statement{exec: p.(driver.StmtExecContext), query: p.(driver.StmtQueryContext), close: p.Close}
	w.stmts[text] = s
	return s, nil
}

// bind gives the arguments to a statement.
func (s *statement) bind(args []any) []driver.NamedValue {
	if s.args == nil {
		s.args = make([]driver.NamedValue, len(args))
	}
	for i, v := range args {
		s.args[i] = driver.NamedValue{Ordinal: i + 1, Value: v}
	}
	return s.args
}

// do runs a statement once for each row. It must not be interrupted, so it takes no context.
func (w *writer) do(text string, rows ...sqldb.Row) error {
	if len(rows) == 0 {
		return nil
	}
	s, err := w.prepare(text)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if _, err := s.exec.ExecContext(context.Background(), s.bind(row)); err != nil {
			return err
		}
	}
	return nil
}

// one gives the first row of a query; nil when there is none.
func (w *writer) one(text string, columns int, args ...any) (values []driver.Value, err error) {
	s, err := w.prepare(text)
	if err != nil {
		return nil, err
	}
	r, err := s.query.QueryContext(context.Background(), s.bind(args))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	values = make([]driver.Value, columns)
	if err := r.Next(values); err == io.EOF {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	return values, nil
}

// commitGroup writes a group. When one of several changes is refused by the database itself, for a value that it does
// not take, each is written alone, so that the others do not suffer.
func (w *writer) commitGroup(changes []store.Change) ([]store.Result, error) {
	if err := w.enter(); err != nil {
		return nil, err
	}
	defer w.leave()
	results, err := w.group(changes)
	if err == nil || !refused(err) {
		return results, err
	}
	results = make([]store.Result, len(changes))
	for i := range changes {
		r, err := w.group(changes[i : i+1])
		switch {
		case err == nil:
			results[i] = r[0]
		case refused(err) || i > 0: // what is written already must be told to its callers
			results[i].Err = sqldb.Doing("commit a change of payment "+changes[i].Payment.ID, explain(err))
		default:
			return nil, err
		}
	}
	return results, nil
}

// refused tells that the database does not take a value of a change, as opposed to being in trouble.
func refused(err error) bool {
	switch code(err) & 0xff {
	case lib.SQLITE_CONSTRAINT, lib.SQLITE_MISMATCH, lib.SQLITE_TOOBIG:
		return true
	}
	return false
}

func (w *writer) group(changes []store.Change) (results []store.Result, err error) {
	err = w.transaction(func() (*sqldb.Written, error) {
		facts := &facts{w: w}
		rows := sqldb.NewEncoding(len(changes))
		outcome := group.Settle(changes, facts, w.now, rows.Prepare)
		results = outcome.Results
		if facts.err != nil || len(outcome.Won) == 0 {
			return nil, facts.err
		}
		return rows.Rows(outcome, w.chain, w.now(), nil), nil
	})
	if err != nil {
		return nil, err
	}
	return results, nil
}

func (w *writer) append(parts []exchange.Part) error {
	if err := w.enter(); err != nil {
		return err
	}
	defer w.leave()
	return w.transaction(func() (*sqldb.Written, error) { return sqldb.Loose(parts, w.chain, w.now()), nil })
}

// transaction writes what prepare gives; nothing when it gives nil.
func (w *writer) transaction(prepare func() (*sqldb.Written, error)) error {
	if err := w.do(`BEGIN IMMEDIATE`, sqldb.Row{}); err != nil {
		return err
	}
	rows, err := w.prepared(prepare)
	if err == nil {
		err = w.commit()
	}
	if err != nil {
		w.chain = sqldb.Chain{}
		// After some errors SQLite has rolled back by itself, and says that there is nothing to do.
		_ = w.do(`ROLLBACK`, sqldb.Row{})
		return err
	}
	if rows != nil {
		w.chain = rows.Chain
		w.marks.moved(w.chain)
	}
	return nil
}

func (w *writer) prepared(prepare func() (*sqldb.Written, error)) (*sqldb.Written, error) {
	if w.chain.ID == 0 {
		if err := w.readChain(); err != nil {
			return nil, err
		}
	}
	rows, err := prepare()
	if err == nil && rows != nil {
		err = w.write(rows)
	}
	return rows, err
}

// commit ends a transaction. When the disk fails just then, what it wrote may turn out to be there after a restart.
func (w *writer) commit() error {
	err := w.do(`COMMIT`, sqldb.Row{})
	if code(err)&0xff == lib.SQLITE_IOERR {
		return fmt.Errorf("%w: %w", store.ErrUnknown, err)
	}
	return err
}

func (w *writer) readChain() error {
	v, err := w.one(sqldb.Head, 3, theChain)
	if err != nil {
		return fmt.Errorf("read the head of the hash chain: %w", err)
	}
	if v == nil {
		return errors.New("the hash chain has no beginning")
	}
	w.chain = sqldb.Chain{ID: v[0].(int64), Link: v[1].(int64), Hash: v[2].([]byte)}
	return nil
}
