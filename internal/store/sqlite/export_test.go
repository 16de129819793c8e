package sqlite

import (
	"context"

	"github.com/lunas-pay/lunas/internal/store/sqldb"
)

// Exec runs a statement on the connection that writes.
func (s *Store) Exec(ctx context.Context, statement string) error {
	_, err := s.writer.Exec(ctx, statement)
	return err
}

// Reading is the database as readers see it.
func (s *Store) Reading() sqldb.DB { return s.Read }

// The sentences for troubles of the disk.
var (
	ErrFull     = errFull
	ErrReadOnly = errReadOnly
)
