package gateway

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/lunas-pay/lunas/internal/chain"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/postgres"
	"github.com/lunas-pay/lunas/internal/store/sqlite"
)

// ExportChain writes what the hash chains of a database guard, and the chains, into a file that chain.Verify reads, and notes
// in the database that it did. Gateways may go on working meanwhile. By is the program's version.
func ExportChain(ctx context.Context, database string, to io.Writer, by string) error {
	w, err := chain.NewWriter(to, time.Now(), by)
	if err != nil {
		return err
	}
	n := int64(0)
	write := func(r chain.Record) error { n++; return w.Write(r) }
	exported := func() store.Action { return byHand(store.Action{Kind: store.ActLogExported, Count: n}).Action }
	if !isPostgres(database) {
		if err := sqlite.ExportChain(ctx, database, write); err != nil {
			return err
		}
		return errors.Join(w.Close(), sqlite.Note(ctx, database, exported()))
	}
	db, err := postgres.Open(ctx, postgres.Options{DSN: database})
	if err != nil {
		return err
	}
	if err = db.ExportChain(ctx, write); err == nil {
		err = errors.Join(w.Close(), db.AppendAction(ctx, exported()))
	}
	return errors.Join(err, db.Close())
}
