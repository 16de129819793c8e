// Package sqlite keeps payments in a SQLite file, for one machine: WAL, synchronous=FULL, one writer and a few readers.
// A lock file beside the database keeps a second process away.
package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver named sqlite

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/group"
	"github.com/lunas-pay/lunas/internal/store/sqldb"
)

var (
	_ store.Store   = (*Store)(nil)
	_ store.Backend = (*Store)(nil)
)

// ErrInUse refuses a database that another process has open.
var ErrInUse = errors.New("the database is in use by another lunas process")

// Options set a store up. Only Path is needed.
type Options struct {
	Path string // of the database file; its folder must exist
	// Now gives t0 and is the clock of leases; time.Now by default.
	Now func() time.Time
	// Migrate brings the schema up to date when the store is opened; without it an old schema is refused.
	Migrate bool
	// MaxGroup is how many changes one transaction takes; see group.Options.
	MaxGroup int
	// Readers is how many connections read side by side; 4 by default.
	Readers int
}

// Store is a store in a SQLite file.
type Store struct {
	sqldb.Common
	options   Options
	lock      *os.File
	readers   *sql.DB
	writer    *writer
	committer *group.Committer
	commit    sqldb.Commit
	closing   sync.Once
	closed    error
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

// Migrate brings the schema of a database up to date, creating the file if there is none, and gives its version before
// and after.
func Migrate(ctx context.Context, path string) (from, to int, err error) {
	l, err := lock(path)
	if err != nil {
		return 0, 0, err
	}
	defer unlock(l)
	return migrate(ctx, path)
}

func migrate(ctx context.Context, path string) (from, to int, err error) {
	if err := create(path); err != nil {
		return 0, 0, err
	}
	db, err := sql.Open("sqlite", dsn(path, writing))
	if err != nil {
		return 0, 0, fmt.Errorf("open %s: %w", path, err)
	}
	db.SetMaxOpenConns(1)
	p, err := goose.NewProvider(goose.DialectSQLite3, db, migrations(), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return 0, 0, errors.Join(fmt.Errorf("migrate %s: %w", path, err), db.Close())
	}
	from, to, err = sqldb.Migrate(ctx, p)
	return from, to, explain(err)
}

// create makes the file, which holds phone numbers, for its owner alone.
func create(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	return f.Close()
}

// Settings of a connection. They were measured: see the commits that changed them.
const (
	common  = "_pragma=busy_timeout(10000)&_pragma=temp_store(memory)&_pragma=mmap_size(0)&_dqs=0"
	writing = common + "&_pragma=page_size(4096)&_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=cache_size(-131072)" +
		"&_pragma=wal_autocheckpoint(8000)&_pragma=journal_size_limit(67108864)&_txlock=immediate"
	reading = common + "&mode=ro&_pragma=query_only(1)&_pragma=cache_size(-16384)"
)

const schemaExists = `SELECT 1 FROM sqlite_master WHERE name = 'goose_db_version'`

func dsn(path, settings string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		abs = path
	}
	return "file:" + (&url.URL{Path: abs}).EscapedPath() + "?" + settings
}

// Open opens a store. Its owner must Close it.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Readers <= 0 {
		o.Readers = 4
	}
	l, err := lock(o.Path)
	if err != nil {
		return nil, err
	}
	s := &Store{options: o, lock: l}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(explain(err), s.Close())
	}
	s.committer = group.New(s, group.Options{MaxGroup: o.MaxGroup})
	s.commit.Backend, s.commit.Committer = s, s.committer
	return s, nil
}

func (s *Store) open(ctx context.Context) (err error) {
	if s.options.Migrate {
		if _, _, err := migrate(ctx, s.options.Path); err != nil {
			return err
		}
	} else if _, err := os.Stat(s.options.Path); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w (there is no database %s yet)", sqldb.ErrNeedsMigration, s.options.Path)
	}
	if s.writer, err = newWriter(ctx, s.options); err != nil {
		return fmt.Errorf("open %s: %w", s.options.Path, err)
	}
	if err := sqldb.Check(ctx, s.writer, schemaExists, migrations()); err != nil {
		return err
	}
	if s.readers, err = sql.Open("sqlite", dsn(s.options.Path, reading)); err != nil {
		return err
	}
	s.readers.SetMaxOpenConns(s.options.Readers)
	s.readers.SetMaxIdleConns(s.options.Readers)
	s.Common = sqldb.Common{
		Read: database{s.readers}, Write: s.writer, Tx: s.writer.Tx, Alone: true, Hints: true,
		Clock: func(context.Context) (int64, error) { return sqldb.Micros(s.options.Now()), nil },
	}
	if err := s.checkMark(ctx); err != nil {
		return err
	}
	return s.writer.begin(ctx)
}

// Commit writes a change; see store.Store.
func (s *Store) Commit(ctx context.Context, c store.Change) (store.Change, error) {
	return s.commit.Do(ctx, c)
}

// CommitGroup writes a group of changes in one transaction. Here changes that take numbers may share a group with
// others. It is for tests and simulators; Commit makes groups by itself.
func (s *Store) CommitGroup(ctx context.Context, changes []store.Change) ([]store.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	results, err := s.writer.commitGroup(changes)
	return results, sqldb.Doing("commit a group of changes", explain(err))
}

// Append keeps exchanges that belong to no change.
func (s *Store) Append(ctx context.Context, parts []exchange.Part) error {
	if err := ctx.Err(); err != nil || len(parts) == 0 {
		return err
	}
	return sqldb.Doing("append exchanges", explain(s.writer.append(parts)))
}

// Ping tells whether the database takes writes, by writing.
func (s *Store) Ping(ctx context.Context) error {
	_, err := s.writer.Exec(ctx, `UPDATE chains SET started_at = started_at WHERE id = $1`, theChain)
	return sqldb.Doing("write to the database", explain(err))
}

// Close writes what is waiting and closes the file. Every call after it gives store.ErrClosed.
func (s *Store) Close() error {
	s.closing.Do(func() {
		if s.committer != nil {
			s.committer.Close()
		}
		var errs []error
		if s.readers != nil {
			errs = append(errs, s.readers.Close())
		}
		if s.writer != nil {
			errs = append(errs, s.writer.close())
		}
		errs = append(errs, unlock(s.lock))
		s.closed = errors.Join(errs...)
	})
	return s.closed
}

// Settings tells how the database is set that a payment leans on, as SQLite names it.
func (s *Store) Settings(ctx context.Context) (map[string]string, error) {
	all := map[string]string{}
	for _, name := range []string{"journal_mode", "synchronous"} {
		var value string
		if err := sqldb.One(ctx, s.writer, []any{&value}, `PRAGMA `+name); err != nil {
			return nil, sqldb.Doing("ask for the database's settings", explain(err))
		}
		all[name] = value
	}
	return all, nil
}
