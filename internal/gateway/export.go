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

// log is a database on which gateways may be at work, for who reads its log.
type log interface {
	ExportChain(context.Context, func(chain.Record) error) error
	archiving
	AppendAction(context.Context, store.Action) error
	Actions(context.Context, store.ActionFilter) ([]store.Action, error)
	Fence(context.Context) (store.Fence, error)
	Close() error
}

func openLog(ctx context.Context, database string) (log, error) {
	if isPostgres(database) {
		return postgres.Open(ctx, postgres.Options{DSN: database})
	}
	return sqlite.OpenBeside(ctx, database)
}

// ExportChain writes what the hash chains of a database guard, and the chains, into a file that chain.Verify reads, and notes
// in the database that it did. Gateways may go on working meanwhile. By is the program's version.
func ExportChain(ctx context.Context, database string, to io.Writer, by string) error {
	w, err := chain.NewWriter(to, time.Now(), by)
	if err != nil {
		return err
	}
	db, err := openLog(ctx, database)
	if err != nil {
		return err
	}
	n := int64(0)
	err = db.ExportChain(ctx, func(r chain.Record) error { n++; return w.Write(r) })
	if err == nil {
		err = errors.Join(w.Close(), db.AppendAction(ctx, byHand(store.Action{Kind: store.ActLogExported, Count: n}).Action))
	}
	return errors.Join(err, db.Close())
}
