package gateway

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/lunas-pay/lunas/internal/chain"
	"github.com/lunas-pay/lunas/internal/store/postgres"
	"github.com/lunas-pay/lunas/internal/store/sqlite"
)

// ExportChain writes what the hash chains of a database guard, and the chains, into a file that chain.Verify reads.
// Gateways may go on working meanwhile. By is the program's version.
func ExportChain(ctx context.Context, database string, to io.Writer, by string) error {
	w, err := chain.NewWriter(to, time.Now(), by)
	if err != nil {
		return err
	}
	if !isPostgres(database) {
		if err := sqlite.ExportChain(ctx, database, w.Write); err != nil {
			return err
		}
		return w.Close()
	}
	db, err := postgres.Open(ctx, postgres.Options{DSN: database})
	if err != nil {
		return err
	}
	err = db.ExportChain(ctx, w.Write)
	if err == nil {
		err = w.Close()
	}
	return errors.Join(err, db.Close())
}
