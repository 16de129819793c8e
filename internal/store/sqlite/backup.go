package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/lunas-pay/lunas/internal/store/sqldb"
)

// Backup copies a database as it stands at one instant into a new file, for its owner alone. A gateway may go on working
// on it meanwhile. Neither the lock nor the mark beside the database is copied.
func Backup(ctx context.Context, path, to string) (err error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no database %s", path)
	}
	f, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("write the backup: %w", err)
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			_ = os.Remove(to)
		}
	}()
	if err := copyInto(ctx, path, to); err != nil {
		return fmt.Errorf("back up %s: %w", path, explain(err))
	}
	return errors.Join(f.Sync(), syncFolder(to))
}

// errNoStore says that a file is a SQLite database of something else.
var errNoStore = errors.New("it is not a database of lunas")

// copyInto writes everything that is committed into an empty file.
func copyInto(ctx context.Context, path, to string) (err error) {
	// query_only would refuse VACUUM INTO; mode=ro keeps the database as it is.
	db, err := sql.Open("sqlite", dsn(path, common+"&mode=ro"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	found := false
	err = sqldb.Each(ctx, database{db}, func(sqldb.Rows) error { found = true; return nil }, schemaExists)
	if err == nil && !found {
		err = errNoStore
	}
	if err == nil {
		_, err = db.ExecContext(ctx, `VACUUM INTO $1`, to)
	}
	return err
}

func syncFolder(file string) error {
	folder, err := os.Open(filepath.Dir(file))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// ErrExists refuses to put a backup in the place of a database that is there.
var ErrExists = errors.New("there is a database in this place")

// Restore puts a copy of a backup in a database's place, brings it to the current schema and fences it. With replace a
// database that is there is kept beside it, under a name that is given back; without, it is ErrExists. Nothing is changed
// before the copy is whole.
func Restore(ctx context.Context, from, path string, replace bool, now time.Time) (kept string, err error) {
	if _, err := os.Stat(from); err != nil {
		return "", fmt.Errorf("read the backup: %w", err)
	}
	l, err := lock(path)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, unlock(l)) }()
	_, err = os.Stat(path)
	there := err == nil
	if there && !replace {
		return "", fmt.Errorf("%w: %s", ErrExists, path)
	}
	made := path + ".restoring"
	if err := makeRestored(ctx, from, made, now); err != nil {
		removeDatabase(made)
		return "", fmt.Errorf("restore from %s: %w", from, explain(err))
	}
	if there {
		kept = path + ".before-" + now.UTC().Format("20060102T150405Z")
	}
	// What belongs to the old database goes first: its write-ahead log must never meet the new one.
	for _, end := range []string{"-wal", "-shm", ""} {
		if !there {
			err = os.Remove(path + end)
		} else {
			err = os.Rename(path+end, kept+end)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("put the old database aside: %w", err)
		}
	}
	if err := os.Rename(made, path); err != nil {
		return kept, fmt.Errorf("put the restored database in its place: %w", err)
	}
	return kept, syncFolder(path)
}

// makeRestored makes a fenced database of a backup.
func makeRestored(ctx context.Context, from, made string, now time.Time) error {
	removeDatabase(made)
	if err := create(made); err != nil {
		return err
	}
	if err := copyInto(ctx, from, made); err != nil {
		return err
	}
	if _, _, err := migrate(ctx, made); err != nil {
		return err
	}
	w, err := newWriter(ctx, Options{Path: made, Now: time.Now})
	if err != nil {
		return err
	}
	var sound string
	err = sqldb.One(ctx, w, []any{&sound}, `PRAGMA quick_check(1)`)
	if err == nil && sound != "ok" {
		err = fmt.Errorf("%w: %s", errCorrupt, sound)
	}
	if err == nil {
		s := sqldb.Common{Write: w}
		err = s.SetFence(ctx, now, "restored from "+filepath.Base(from))
	}
	return errors.Join(err, w.close()) // which also empties the write-ahead log
}

func removeDatabase(path string) {
	for _, end := range []string{"", "-wal", "-shm"} {
		_ = os.Remove(path + end)
	}
}
