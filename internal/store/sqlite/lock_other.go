//go:build !unix

package sqlite

import (
	"errors"
	"os"
)

func lock(string) (*os.File, error) {
	return nil, errors.New("a SQLite store needs file locks, which are not implemented for this system: use PostgreSQL")
}

func unlock(f *os.File) error { return f.Close() }
