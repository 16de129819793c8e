// Package postgres keeps payments in PostgreSQL, for several gateway processes on one database. Nothing in the process
// is authoritative: any replica may die at any instruction.
package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/group"
	"github.com/lunas-pay/lunas/internal/store/sqldb"
)

var (
	_ store.Store   = (*Store)(nil)
	_ store.Backend = (*Store)(nil)
)

// Options set a store up. Only DSN is needed.
type Options struct {
	// DSN is a PostgreSQL connection string, with several hosts if there are standbys; only one that takes writes is
	// used. Session settings in it win over ours.
	DSN string
	// Now gives t0; time.Now by default. Leases go by the database's clock.
	Now func() time.Time
	// Migrate brings the schema up to date when the store is opened; without it an old schema is refused.
	Migrate bool
	// SynchronousCommit is the session setting of that name; "on" by default. With anything weaker than "local" a
	// payment may be pushed and forgotten when the database server crashes.
	SynchronousCommit string
	// MaxGroup is how many changes one transaction takes, and Lanes how many transactions of each class run side by
	// side; see group.Options.
	MaxGroup, Lanes int
	// Readers is how many connections read side by side; 8 by default.
	Readers int
	// Patience is how long a group, or the question of what became of it, may take; 10 s by default.
	Patience time.Duration
}

// Store is a store in PostgreSQL.
type Store struct {
	sqldb.Common
	options   Options
	readers   *pgxpool.Pool
	workers   *pgxpool.Pool // claims, leases, locks, terminals
	writers   chan *writer  // those that are free
	committer *group.Committer
	commit    sqldb.Commit
	mine      known

	mu     sync.Mutex
	closed bool
}

//go:embed migrations
var files embed.FS

func migrations() fs.FS {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the folder is compiled in
	}
	return sub
}

// Migrate brings the schema of a database up to date and gives its version before and after. Several may call it at the
// same time: one works, the others wait.
func Migrate(ctx context.Context, dsn string) (from, to int, err error) {
	config, err := configure(Options{DSN: dsn})
	if err != nil {
		return 0, 0, err
	}
	// A migration may take its time.
	config.RuntimeParams["statement_timeout"] = "0"
	config.RuntimeParams["idle_in_transaction_session_timeout"] = "0"
	locker, err := lock.NewPostgresTableLocker(lock.WithTableLockTimeout(250*time.Millisecond, 1200))
	if err != nil {
		return 0, 0, err
	}
	db := stdlib.OpenDB(*config)
	p, err := goose.NewProvider(goose.DialectPostgres, db, migrations(), goose.WithLocker(locker),
		goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return 0, 0, errors.Join(err, db.Close())
	}
	return sqldb.Migrate(ctx, p)
}

// Open opens a store. Its owner must Close it.
func Open(ctx context.Context, o Options) (*Store, error) {
	o.setDefaults()
	if o.Migrate {
		if _, _, err := Migrate(ctx, o.DSN); err != nil {
			return nil, err
		}
	}
	config, err := configure(o)
	if err != nil {
		return nil, err
	}
	s := &Store{options: o, writers: make(chan *writer, 2*o.Lanes)}
	if s.readers, err = pool(ctx, config, o.Readers); err != nil {
		return nil, err
	}
	// Writers know their rows by key: whatever statistics say of a table that has just been made, an index is right.
	config = config.Copy()
	config.RuntimeParams["enable_seqscan"] = "off"
	config.RuntimeParams["enable_hashjoin"] = "off"
	config.RuntimeParams["enable_mergejoin"] = "off"
	config.RuntimeParams["plan_cache_mode"] = "force_generic_plan"
	if s.workers, err = pool(ctx, config, workersMax); err != nil {
		s.readers.Close()
		return nil, err
	}
	for range cap(s.writers) {
		s.writers <- &writer{config: config, options: &s.options, mine: &s.mine}
	}
	s.Common = sqldb.Common{Read: reading{database{s.readers}, o.Readers}, Write: database{s.workers}, Tx: s.tx, Clock: s.clock}
	s.committer = group.New(s, group.Options{MaxGroup: o.MaxGroup, Lanes: o.Lanes})
	s.commit.Backend, s.commit.Committer = s, s.committer
	const exists = `SELECT 1 WHERE to_regclass('goose_db_version') IS NOT NULL`
	if err := sqldb.Check(ctx, s.Read, exists, migrations()); err != nil {
		return nil, errors.Join(explain(err), s.Close())
	}
	return s, nil
}

// workersMax is how many claims, beats and the like run side by side.
const workersMax = 4

func (o *Options) setDefaults() {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Lanes <= 0 {
		o.Lanes = 1
	}
	if o.Readers <= 0 {
		o.Readers = 8
	}
	if o.Patience <= 0 {
		o.Patience = 10 * time.Second
	}
}

func pool(ctx context.Context, config *pgx.ConnConfig, size int) (*pgxpool.Pool, error) {
	c, err := pgxpool.ParseConfig("")
	if err != nil {
		return nil, err
	}
	c.ConnConfig, c.MaxConns = config, int32(size)
	return pgxpool.NewWithConfig(ctx, c)
}

func (s *Store) tx(ctx context.Context, f func(sqldb.DB) error) error {
	err := pgx.BeginFunc(ctx, s.workers, func(tx pgx.Tx) error { return f(database{tx}) })
	return explain(err)
}

// clock is the database's, so that replicas with clocks of their own agree on who is alive.
func (s *Store) clock(ctx context.Context) (micros int64, err error) {
	err = sqldb.One(ctx, s.Write, []any{&micros}, `SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint`)
	return micros, err
}

// Commit writes a change; see store.Store.
func (s *Store) Commit(ctx context.Context, c store.Change) (store.Change, error) {
	return s.commit.Do(ctx, c)
}

// CommitGroup writes a group of changes in one transaction. Commit makes groups by itself.
func (s *Store) CommitGroup(ctx context.Context, changes []store.Change) ([]store.Result, error) {
	var results []store.Result
	err := s.write(ctx, func(ctx context.Context, w *writer) (err error) {
		results, err = w.commitGroup(ctx, changes)
		return err
	})
	return results, sqldb.Doing("commit a group of changes", err)
}

// Append keeps exchanges that belong to no change.
func (s *Store) Append(ctx context.Context, parts []exchange.Part) error {
	if len(parts) == 0 {
		return ctx.Err()
	}
	err := s.write(ctx, func(ctx context.Context, w *writer) error { return w.append(ctx, parts) })
	return sqldb.Doing("append exchanges", err)
}

// write calls f with a writer that is free. What has begun is brought to its end even if ctx is canceled meanwhile.
func (s *Store) write(ctx context.Context, f func(context.Context, *writer) error) error {
	if err := ctx.Err(); err != nil { // a writer that is free must not tempt us
		return err
	}
	if err := s.stopped(); err != nil {
		return err
	}
	var w *writer
	var open bool
	select {
	case w, open = <-s.writers:
		if !open {
			return store.ErrClosed
		}
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { s.writers <- w }()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.options.Patience)
	defer cancel()
	return explain(f(ctx, w))
}

// Ping tells whether the database answers and takes writes.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.stopped(); err != nil {
		return err
	}
	var readOnly bool
	err := sqldb.One(ctx, s.Write, []any{&readOnly}, `SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean`)
	if err == nil && readOnly {
		err = errReadOnly
	}
	return sqldb.Doing("ask the database", err)
}

var errReadOnly = errors.New("the database takes no writes: it is a standby or read-only")

// Close writes what is waiting and closes all connections. Every call after it gives store.ErrClosed.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	s.committer.Close()
	var errs []error
	for range cap(s.writers) {
		w := <-s.writers
		errs = append(errs, w.close())
	}
	close(s.writers)
	s.readers.Close()
	s.workers.Close()
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close the store: %w", err)
	}
	return nil
}

// Settings tells how the database is set that a payment leans on, as PostgreSQL names it, on a connection that writes.
func (s *Store) Settings(ctx context.Context) (map[string]string, error) {
	all := map[string]string{}
	err := sqldb.Each(ctx, s.Write, func(rows sqldb.Rows) error {
		var name, value string
		err := rows.Scan(&name, &value)
		all[name] = value
		return err
	}, `SELECT name, current_setting(name) FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit',
		'statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'server_encoding', 'transaction_read_only')`)
	return all, sqldb.Doing("ask for the database's settings", explain(err))
}

// DatabaseNow is what the database's clock says.
func (s *Store) DatabaseNow(ctx context.Context) (time.Time, error) {
	micros, err := s.clock(ctx)
	return sqldb.Time(micros), sqldb.Doing("ask for the database's time", explain(err))
}
