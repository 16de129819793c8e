package postgres

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/lunas-pay/lunas/internal/chain"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/sqldb"
)

// writer is a connection that writes groups, with a hash chain of its own. One goroutine uses it at a time.
type writer struct {
	config  *pgx.ConnConfig
	options *Options
	mine    *known      // the store's
	conn    *pgx.Conn   // nil or closed: connect again
	chain   sqldb.Chain // with ID 0: begin a new one
}

func (w *writer) close() error {
	if w.conn == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	err := w.conn.Close(ctx)
	w.conn = nil
	return err
}

// ready connects and begins a chain if need be. Fresh tells that the connection is new.
func (w *writer) ready(ctx context.Context) (fresh bool, err error) {
	if w.conn == nil || w.conn.IsClosed() {
		fresh = true
		if err := w.connect(ctx); err != nil {
			return fresh, err
		}
	}
	if w.chain.ID == 0 {
		err = w.beginChain(ctx)
	}
	return fresh, err
}

// connect connects anew. Whoever answers must know what this process has written last: else it is a standby that was
// promoted before everything had come to it, or an older copy, and is fenced.
func (w *writer) connect(ctx context.Context) (err error) {
	if w.conn, err = pgx.ConnectConfig(ctx, w.config); err != nil {
		w.conn = nil
		return fmt.Errorf("%w: %w", ErrAway, err)
	}
	complete, err := w.mine.check(ctx, database{w.conn})
	if err != nil {
		return errors.Join(fmt.Errorf("%w: %w", ErrAway, err), w.close())
	}
	if complete {
		return nil
	}
	s := sqldb.Common{Write: database{w.conn}}
	f := store.Fence{At: w.options.Now(), Reason: "it lacks what was written last: a standby that was promoted without everything, or an older copy"}
	w.mine.fence.Store(&f) // whether or not that can be written
	return errors.Join(&store.Fenced{Fence: f}, s.SetFence(ctx, f.At, f.Reason), w.close())
}

// beginChain stores a chain under a random number. It names the heads of the youngest chains.
func (w *writer) beginChain(ctx context.Context) error {
	var parents []sqldb.Chain
	err := sqldb.Each(ctx, database{w.conn}, func(rows sqldb.Rows) error {
		var p sqldb.Chain
		err := rows.Scan(&p.ID, &p.Link, &p.Hash)
		parents = append(parents, p)
		return err
	}, sqldb.Youngest)
	if err != nil {
		return fmt.Errorf("begin a hash chain: %w", err)
	}
	var id [8]byte
	if _, err := rand.Read(id[:]); err != nil {
		return err
	}
	chain, stored := chain.New(int64(binary.BigEndian.Uint64(id[:])>>1|1), parents)
	if stored == nil {
		stored = []byte{}
	}
	if _, err := w.conn.Exec(ctx, sqldb.BeginChain, chain.ID, sqldb.Micros(time.Now()), stored, chain.Hash); err != nil {
		return fmt.Errorf("begin a hash chain: %w", err)
	}
	w.chain = chain
	w.mine.wrote(chain)
	return nil
}

// replaysMax is how often a group is written anew because others stood in its way.
const replaysMax = 20

// commitGroup writes a group; see store.Backend.
func (w *writer) commitGroup(ctx context.Context, changes []store.Change) ([]store.Result, error) {
	results, err := w.replay(ctx, changes)
	if err == nil || len(changes) == 1 || !refused(err) {
		return results, err
	}
	return w.singly(ctx, changes)
}

// singly writes each change alone, since the database does not take a value of one of them.
func (w *writer) singly(ctx context.Context, changes []store.Change) ([]store.Result, error) {
	results := make([]store.Result, len(changes))
	for i := range changes {
		r, err := w.replay(ctx, changes[i:i+1])
		if err == nil {
			results[i] = r[0]
		} else {
			results[i].Err = sqldb.Doing("commit a change of payment "+changes[i].Payment.ID, explain(err))
		}
	}
	return results, nil
}

// replay writes a group, and again with fresh numbers and a fresh t0 when the server has rolled it back because of
// others, or when the connection turns out to have died while it was idle.
func (w *writer) replay(ctx context.Context, changes []store.Change) (results []store.Result, err error) {
	careful := false
	for range replaysMax {
		fresh, err := w.ready(ctx)
		if err == nil {
			g := &writing{writer: w, changes: changes, careful: careful}
			results, err = g.write(ctx)
		}
		switch state := sqlState(err); {
		case err == nil:
			return results, nil
		case state == "40001" || state == "40P01": // serialization failure, deadlock
		case state == "23505" && !careful: // a payment that was to be new is stored already
			careful = true
		case !fresh && lostBefore(err) && ctx.Err() == nil: // lost before COMMIT was sent
		default:
			return nil, err
		}
	}
	return nil, fmt.Errorf("others stood in the way %d times: %w", replaysMax, err)
}

// errBefore marks an error that came before anything could have been committed.
type errBefore struct{ error }

func (e errBefore) Unwrap() error { return e.error }

func lostBefore(err error) bool {
	var before errBefore
	return errors.As(err, &before) && !rolledBack(err)
}

// refused tells that the database does not take a value, as opposed to being in trouble: data exceptions, constraints,
// limits.
func refused(err error) bool {
	switch state := sqlState(err); {
	case len(state) != 5:
		return false
	default:
		return state[:2] == "22" || state[:2] == "23" || state[:2] == "54"
	}
}

func (w *writer) append(ctx context.Context, parts []exchange.Part) error {
	for {
		fresh, err := w.ready(ctx)
		if err != nil {
			return err
		}
		g := &writing{writer: w}
		if err = g.first(ctx, &pgx.Batch{}); err == nil {
			rows := sqldb.Loose(parts, w.chain, w.options.Now())
			p := &parts[0]
			return g.second(ctx, rows, proof{proofOfExchange, []any{p.MerchantID, p.PaymentID, p.ID, string(p.Side)}})
		}
		if fresh || !lostBefore(err) {
			return err
		}
	}
}

// rollback ends a transaction that shall not be. If even that fails the connection goes, and the transaction with it.
func (w *writer) rollback(ctx context.Context) {
	if w.conn.IsClosed() {
		return
	}
	if _, err := w.conn.Exec(ctx, `ROLLBACK`); err != nil {
		w.close()
	}
}

// proof is a query that gives a row exactly if a transaction was committed.
type proof struct {
	statement string
	args      []any
}

const (
	proofOfChange = `SELECT 1 FROM journal WHERE merchant_id = $1 AND payment_id = $2 AND version = $3 AND change_id = $4`
	// An exchange's half that was there before would have been refused.
	proofOfExchange = `SELECT 1 FROM exchanges WHERE merchant_id = $1 AND payment_id = $2 AND id = $3 AND side = $4`
)

// errNotCommitted says that a transaction whose outcome was unknown turned out not to be written.
var errNotCommitted = fmt.Errorf("%w: the connection was lost during COMMIT; the transaction was asked for and is not there", ErrAway)

// ask finds out what became of a transaction whose connection was lost during COMMIT. The old session may still be at
// work: it holds the row of its chain locked until its transaction has ended, so this is waited for first.
func (w *writer) ask(p proof) error {
	ctx, cancel := context.WithTimeout(context.Background(), w.options.Patience)
	defer cancel()
	w.close()
	old := w.chain
	for {
		err := w.tryAsk(ctx, old.ID, p)
		if err == nil || errors.Is(err, errNotCommitted) {
			return err
		}
		if w.mine.fence.Load() != nil {
			return fmt.Errorf("%w: %w", store.ErrUnknown, err)
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			w.chain = sqldb.Chain{} // whether it has another link is not known
			return fmt.Errorf("%w: %w", store.ErrUnknown, err)
		}
	}
}

func (w *writer) tryAsk(ctx context.Context, chain int64, p proof) error {
	if w.conn == nil || w.conn.IsClosed() {
		if err := w.connect(ctx); err != nil {
			return err
		}
	}
	return pgx.BeginFunc(ctx, w.conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockChain, chain); err != nil {
			return err
		}
		var one int
		err := tx.QueryRow(ctx, p.statement, p.args...).Scan(&one)
		if errors.Is(err, pgx.ErrNoRows) {
			return errNotCommitted
		}
		return err
	})
}
