package sqldb

import (
	"context"
	"strconv"
	"time"

	"github.com/lunas-pay/lunas/internal/chain"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

// Actions is the table of what people and programs did by hand.
var Actions = table("actions", "merchant_id text, id text, mode text, at bigint, chain bigint, link bigint, actor text, kind text, "+
	"subject text, count bigint, reason text, details text, digest bytea")

// actionsChain is the number of the hash chain of actions. It is everybody's, so that whoever may write the database can
// note what was done: unlike those of groups, its head is read in each transaction that adds to it.
const (
	actionsChain     = int64(2)
	actionsChainText = "2"
)

// with runs f, and when there are deeds, in one transaction with noting them.
func (s *Common) with(ctx context.Context, deeds []store.Deed, f func(DB) error) error {
	return s.Tx(ctx, func(tx DB) error {
		err := f(tx)
		if err == nil {
			err = Doing("note what is done", logDeeds(ctx, tx, deeds))
		}
		return err
	})
}

// AppendAction notes what was done apart from any change.
func (s *Common) AppendAction(ctx context.Context, a store.Action) error {
	return Doing("note the action "+a.Kind, s.Tx(ctx, func(tx DB) error { return logDeeds(ctx, tx, []store.Deed{{Action: a}}) }))
}

// logDeeds takes the keys of deeds and writes them as one link of the chain of actions. It comes last in its transaction:
// the row of the chain is locked until that ends, and only keys and rows of what was changed may be locked before it.
func logDeeds(ctx context.Context, tx DB, deeds []store.Deed) error {
	if len(deeds) == 0 {
		return nil
	}
	for _, d := range deeds {
		if err := takeKey(ctx, tx, d); err != nil {
			return err
		}
	}
	head, err := lockActions(ctx, tx, deeds[0].At)
	if err != nil {
		return err
	}
	var digests [][]byte
	for _, d := range deeds {
		row := actionRow(d.Action)
		row[4], row[5] = head.ID, head.Link+1
		digests = append(digests, row[12].([]byte))
		if _, err := tx.Exec(ctx, `INSERT INTO actions (`+Actions.Names()+`) VALUES (`+Actions.Values()+`)`, row...); err != nil {
			return err
		}
	}
	next := head.Next(digests)
	_, err = tx.Exec(ctx, `INSERT INTO chain_links (`+Links.Names()+`) VALUES (`+Links.Values()+`)`,
		next.ID, next.Link, Micros(deeds[0].At), int64(len(deeds)), next.Hash)
	return err
}

// takeKey takes the idempotency key of a deed for its action.
func takeKey(ctx context.Context, tx DB, d store.Deed) error {
	k := d.Key
	if k.Key == `` {
		return nil
	}
	n, err := tx.Exec(ctx, `INSERT INTO idempotency_keys (`+Keys.Names()+`) VALUES (`+Keys.Values()+`)
		ON CONFLICT (merchant_id, mode, key) DO NOTHING`, k.MerchantID, string(k.Mode), k.Key, d.ID, k.Fingerprint)
	if err != nil || n > 0 {
		return err
	}
	used := &store.KeyUsed{}
	if err := One(ctx, tx, []any{&used.PaymentID, &used.Fingerprint}, SelectKey, k.MerchantID, string(k.Mode), k.Key); err != nil {
		return err
	}
	return used
}

// lockActions locks the chain of actions and gives its head. The first time it begins it.
func lockActions(ctx context.Context, tx DB, now time.Time) (head Chain, err error) {
	const lock = `UPDATE chains SET started_at = started_at WHERE id = $1`
	n, err := tx.Exec(ctx, lock, actionsChain)
	if err == nil && n == 0 {
		if err = beginActions(ctx, tx, now); err == nil {
			_, err = tx.Exec(ctx, lock, actionsChain)
		}
	}
	if err == nil {
		err = One(ctx, tx, []any{&head.ID, &head.Link, &head.Hash}, Head, actionsChain)
	}
	return head, err
}

// beginActions stores the chain of actions, unless somebody else just did.
func beginActions(ctx context.Context, tx DB, now time.Time) error {
	var parents []Chain
	err := Each(ctx, tx, func(rows Rows) error {
		var p Chain
		err := rows.Scan(&p.ID, &p.Link, &p.Hash)
		parents = append(parents, p)
		return err
	}, Youngest)
	if err != nil {
		return err
	}
	c, stored := chain.New(actionsChain, parents)
	_, err = tx.Exec(ctx, BeginChain+` ON CONFLICT (id) DO NOTHING`, c.ID, Micros(now), bytesOf(stored), c.Hash)
	return err
}

func actionRow(a store.Action) Row {
	row := Row{
		a.MerchantID, a.ID, string(a.Mode), Micros(a.At), int64(0), int64(0), a.Actor, a.Kind, a.Subject, a.Count, a.Reason,
		string(a.Details), nil,
	}
	row[12] = chain.Digest(row[0], row[1], row[2], row[3], row[6], row[7], row[8], row[9], row[10], row[11])
	return row
}

const selectActions = `SELECT merchant_id, id, mode, at, actor, kind, subject, count, reason, details FROM actions`

func scanAction(rows Rows) (a store.Action, err error) {
	var at int64
	var details string
	err = rows.Scan(&a.MerchantID, &a.ID, &a.Mode, &at, &a.Actor, &a.Kind, &a.Subject, &a.Count, &a.Reason, &details)
	a.At = Time(at)
	if details != `` {
		a.Details = []byte(details)
	}
	return a, err
}

// Action gives one, or store.ErrNotFound.
func (s *Common) Action(ctx context.Context, id string) (a store.Action, err error) {
	err = store.ErrNotFound
	scanning := Each(ctx, s.Write, func(rows Rows) error {
		a, err = scanAction(rows)
		return err
	}, selectActions+` WHERE id = $1`, id)
	if scanning != nil {
		err = scanning
	}
	return a, Doing("read the action "+id, err)
}

// Actions lists actions, the newest first.
func (s *Common) Actions(ctx context.Context, f store.ActionFilter) (list []store.Action, err error) {
	var args []any
	where := ` WHERE `
	and := func(condition string, value any) {
		if len(args) > 0 {
			where += ` AND `
		}
		args = append(args, value)
		where += condition + ` $` + strconv.Itoa(len(args))
	}
	if f.Before == `` {
		f.Before = store.ActionPrefix + `~` // behind every id
	}
	and(`id <`, f.Before)
	if !f.Everybody {
		and(`merchant_id =`, f.MerchantID)
	}
	if f.Mode != `` {
		other := payment.Live
		if f.Mode == payment.Live {
			other = payment.Test
		}
		and(`mode <>`, string(other))
	}
	for _, c := range []struct{ column, value string }{{`kind =`, f.Kind}, {`subject =`, f.Subject}, {`actor =`, f.Actor}} {
		if c.value != `` {
			and(c.column, c.value)
		}
	}
	if !f.From.IsZero() {
		and(`at >=`, Micros(f.From))
	}
	if !f.To.IsZero() {
		and(`at <`, Micros(f.To))
	}
	if f.Limit <= 0 {
		f.Limit = pageUsual
	}
	args = append(args, int64(min(f.Limit, pageMax)))
	err = Each(ctx, s.Read, func(rows Rows) error {
		a, err := scanAction(rows)
		list = append(list, a)
		return err
	}, selectActions+where+` ORDER BY id DESC LIMIT $`+strconv.Itoa(len(args)), args...)
	return list, Doing("list actions", err)
}
