package sqldb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"
)

// A store that does not fit the program.
var (
	ErrNeedsMigration = errors.New("store needs migration: run lunas migrate")
	ErrNewer          = errors.New("the store was migrated by a newer lunas: run that one")
)

// Migrate brings a schema up to date and closes the provider. It gives the versions before and after; 0 is an empty
// database.
func Migrate(ctx context.Context, p *goose.Provider) (from, to int, err error) {
	defer func() { err = errors.Join(err, p.Close()) }()
	before, target, err := p.GetVersions(ctx)
	if err != nil {
		return 0, 0, fmt.Errorf("read the schema's version: %w", err)
	}
	if before > target {
		return int(before), int(before), tooNew(int(before), int(target))
	}
	if _, err := p.Up(ctx); err != nil {
		return int(before), int(before), fmt.Errorf("migrate the schema from version %d: %w", before, err)
	}
	after, err := p.GetDBVersion(ctx)
	return int(before), int(after), err
}

// Check refuses a schema that is older or newer than the migrations. Exists is a query that gives a row when the table
// goose_db_version is there.
func Check(ctx context.Context, db DB, exists string, migrations fs.FS) error {
	known, err := newest(migrations)
	if err != nil {
		return err
	}
	found, stored := false, 0
	err = Each(ctx, db, func(rows Rows) error { found = true; return nil }, exists)
	if err == nil && found {
		err = One(ctx, db, []any{&stored}, `SELECT COALESCE(max(version_id), 0) FROM goose_db_version WHERE is_applied`)
	}
	switch {
	case err != nil:
		return fmt.Errorf("read the schema's version: %w", err)
	case stored < known:
		return fmt.Errorf("%w (its schema has version %d, this program needs %d)", ErrNeedsMigration, stored, known)
	case stored > known:
		return tooNew(stored, known)
	}
	return nil
}

func tooNew(stored, known int) error {
	return fmt.Errorf("%w (its schema has version %d, this program knows %d)", ErrNewer, stored, known)
}

// newest is the highest number of the migrations' file names, 00001_first.sql.
func newest(migrations fs.FS) (int, error) {
	files, err := fs.Glob(migrations, "*.sql")
	if err != nil || len(files) == 0 {
		return 0, fmt.Errorf("no migrations: %w", err)
	}
	number, _, _ := strings.Cut(path.Base(files[len(files)-1]), "_")
	return strconv.Atoi(number)
}
