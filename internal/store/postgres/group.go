package postgres

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/group"
	"github.com/lunas-pay/lunas/internal/store/sqldb"
)

// writing is one try at writing a group, in two round trips (three if there are idempotency keys in a group without
// numbers): the first takes what decides, locks and keys and the guarded updates; the second writes everything else
// and commits.
type writing struct {
	*writer
	changes []store.Change
	careful bool // look whether payments that shall be new are stored already

	wants    group.Wants
	known    group.Known
	encoding *sqldb.Encoding
	sure     map[int]bool // changes whose payment is updated by the first round trip
	broken   map[int]error
	inserted map[group.KeyID]bool
}

func (g *writing) write(ctx context.Context) ([]store.Result, error) {
	g.wants = group.WantsOf(g.changes)
	g.encoding = sqldb.NewEncoding(len(g.changes))
	g.known = group.Known{
		Keys: map[group.KeyID]store.KeyUsed{}, Versions: map[group.PaymentID]int{},
		Terminals: map[group.TerminalID]store.Terminal{},
		Limits:    map[string]time.Time{},
	}
	batch := &pgx.Batch{}
	g.queueKeys(batch)
	g.queueGuards(batch)
	g.queueLimits(batch)
	g.queueTerminals(batch)
	if err := g.first(ctx, batch); err != nil {
		return nil, err
	}
	if err := g.readKeys(ctx); err != nil {
		g.rollback(ctx)
		return nil, errBefore{err}
	}
	outcome := group.Settle(g.changes, g.known, g.options.Now, g.prepare)
	if len(outcome.Won) == 0 {
		g.rollback(ctx) // with whatever keys were inserted
		return outcome.Results, nil
	}
	if err := g.updatedInVain(outcome); err != nil {
		g.rollback(ctx)
		return nil, errBefore{err}
	}
	rows := g.encoding.Rows(outcome, g.chain, g.options.Now(), g.sure)
	c := outcome.Change(outcome.Won[0])
	err := g.second(ctx, rows, proof{proofOfChange, []any{c.Payment.MerchantID, c.Payment.ID, int64(c.Payment.Version), c.ID}})
	if err != nil {
		return nil, err
	}
	return outcome.Results, nil
}

// updatedInVain refuses to go on when a change was refused whose payment has been updated already.
func (g *writing) updatedInVain(o group.Outcome) error {
	for i := range g.sure {
		c := &g.changes[i]
		if o.Results[i].Err != nil && g.known.Version(group.PaymentOf(c)) == c.Payment.Version-1 {
			return fmt.Errorf("change %s of payment %s was refused after its payment was updated: %w", c.ID, c.Payment.ID, o.Results[i].Err)
		}
	}
	return nil
}

func (g *writing) prepare(i int, c *store.Change) error {
	if err := g.broken[i]; err != nil {
		return err
	}
	return g.encoding.Prepare(i, c)
}

const lockChain = `SELECT FROM chains WHERE id = $1 FOR NO KEY UPDATE`

// first begins the transaction and sends what decides.
func (g *writing) first(ctx context.Context, more *pgx.Batch) error {
	batch := &pgx.Batch{}
	batch.Queue(`BEGIN`)
	batch.Queue(lockChain, g.chain.ID)
	batch.QueuedQueries = append(batch.QueuedQueries, more.QueuedQueries...)
	if err := g.conn.SendBatch(ctx, batch).Close(); err != nil {
		g.rollback(ctx)
		return errBefore{err}
	}
	return nil
}

// second writes the rows and commits.
func (g *writing) second(ctx context.Context, rows *sqldb.Written, p proof) error {
	batch := &pgx.Batch{}
	g.queueRows(batch, rows)
	var tag string
	batch.Queue(`COMMIT`).Exec(func(t pgconn.CommandTag) error { tag = t.String(); return nil })
	err := g.conn.SendBatch(ctx, batch).Close()
	switch {
	case err == nil && tag == "COMMIT":
	case err == nil:
		return fmt.Errorf("the server answered COMMIT with %s", tag)
	case rolledBack(err):
		g.rollback(ctx)
		return err
	default:
		if err := g.ask(p); err != nil {
			return err
		}
	}
	g.chain = rows.Chain
	g.mine.wrote(g.chain)
	return nil
}

var (
	insertKeys = insert(sqldb.Keys, ` ON CONFLICT (merchant_id, mode, key) DO NOTHING RETURNING merchant_id, mode, key`)
	selectKeys = `SELECT k.merchant_id, k.mode, k.key, k.payment_id, k.fingerprint
		FROM unnest($1::text[], $2::text[], $3::text[]) AS w (merchant_id, mode, key)
		JOIN idempotency_keys k ON k.merchant_id = w.merchant_id AND k.mode = w.mode AND k.key = w.key`
)

func (g *writing) queueKeys(batch *pgx.Batch) {
	if len(g.wants.Keys) == 0 {
		return
	}
	g.inserted = map[group.KeyID]bool{}
	insertKeys.queue(batch, keyRows(g.wants.Keys)).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			var id group.KeyID
			if err := rows.Scan(&id.MerchantID, &id.Mode, &id.Key); err != nil {
				return err
			}
			g.inserted[id] = true
		}
		return rows.Err()
	})
}

func keyRows(keys []group.KeyRow) []sqldb.Row {
	rows := make([]sqldb.Row, len(keys))
	for i, k := range keys {
		rows[i] = sqldb.KeyRow(k)
	}
	return rows
}

// readKeys looks up the keys that could not be inserted. It must be a statement of its own: the one that inserts does
// not see what another transaction has committed while it waited for it.
func (g *writing) readKeys(ctx context.Context) error {
	var missing []sqldb.Row
	for _, k := range g.wants.Keys {
		if !g.inserted[k.KeyID] {
			missing = append(missing, sqldb.KeyRow(k))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return sqldb.Each(ctx, database{g.conn}, func(rows sqldb.Rows) error {
		var k group.KeyRow
		err := rows.Scan(&k.MerchantID, &k.Mode, &k.Key, &k.PaymentID, &k.Fingerprint)
		g.known.Keys[k.KeyID] = k.KeyUsed
		return err
	}, selectKeys, columns(sqldb.Keys, missing)[:3]...)
}

var (
	updateSure = update(sqldb.Changes, `payments p SET `+setChanges, `p.merchant_id = u.merchant_id AND p.id = u.id
		AND p.version = u.version - 1 RETURNING p.merchant_id, p.id, p.version - 1`)
	updatePayments = update(sqldb.Changes, `payments p SET `+setChanges, `p.merchant_id = u.merchant_id AND p.id = u.id`)
)

const (
	setChanges = `version = u.version, updated_at = u.updated_at, recap_day = u.recap_day, batch = u.batch,
		reference_number = u.reference_number, account = u.account, rail = u.rail, method = u.method, state = u.state,
		rare_state = u.rare_state, terminal = u.terminal, phone = u.phone, body = u.body`
	// Sorted, so that rows are locked in key order.
	selectVersions = `SELECT p.merchant_id, p.id, p.version FROM unnest($1::text[], $2::text[]) AS w (merchant_id, id)
		JOIN payments p ON p.merchant_id = w.merchant_id AND p.id = w.id ORDER BY p.merchant_id, p.id FOR NO KEY UPDATE OF p`
)

// queueGuards makes sure of the payments' versions: by updating them where nothing else can refuse the change,
// otherwise by locking them. Of one that must be new nothing is asked: its INSERT will tell.
func (g *writing) queueGuards(batch *pgx.Batch) {
	var sure []sqldb.Row
	var merchants, ids []string
	for _, guard := range g.wants.Guards {
		c := &g.changes[guard.Index]
		if guard.Sure {
			row, err := g.encoding.Early(guard.Index, c)
			if err != nil {
				g.refuse(guard.Index, err)
				continue
			}
			sure = append(sure, row)
			g.sure = with(g.sure, guard.Index, true)
		} else if guard.Expected > 0 || g.careful {
			merchants, ids = append(merchants, guard.MerchantID), append(ids, guard.ID)
		}
	}
	read := func(rows pgx.Rows) error {
		for rows.Next() {
			var id group.PaymentID
			var version int
			if err := rows.Scan(&id.MerchantID, &id.ID, &version); err != nil {
				return err
			}
			g.known.Versions[id] = version
		}
		return rows.Err()
	}
	if len(sure) > 0 {
		updateSure.queue(batch, sure).Query(read)
	}
	if len(ids) > 0 {
		batch.Queue(selectVersions, merchants, ids).Query(read)
	}
}

func (g *writing) refuse(i int, err error) { g.broken = with(g.broken, i, err) }

func with[V any](m map[int]V, i int, v V) map[int]V {
	if m == nil {
		m = map[int]V{}
	}
	maps.Insert(m, func(yield func(int, V) bool) { yield(i, v) })
	return m
}

const lockLimits = `SELECT name, used FROM limits WHERE name = ANY($1::text[]) ORDER BY name FOR NO KEY UPDATE`

// queueLimits locks what is used of limits, in the order of names. A name that is not stored yet cannot be locked: of
// two processes that count it for the first time at the same moment one is not counted.
func (g *writing) queueLimits(batch *pgx.Batch) {
	if len(g.wants.Limits) == 0 {
		return
	}
	batch.Queue(lockLimits, g.wants.Limits).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			var name string
			var used int64
			if err := rows.Scan(&name, &used); err != nil {
				return err
			}
			g.known.Limits[name] = sqldb.Time(used)
		}
		return rows.Err()
	})
}

const lockTerminal = sqldb.SelectTerminal + ` FOR NO KEY UPDATE`

// queueTerminals locks the cursors one by one in key order: one statement for all would lock them in the order of its
// plan, and plans differ with the number of rows.
func (g *writing) queueTerminals(batch *pgx.Batch) {
	for _, id := range g.wants.Terminals {
		batch.Queue(lockTerminal, id.MerchantID, id.ID).Query(func(rows pgx.Rows) error {
			for rows.Next() {
				t, err := sqldb.ScanTerminal(rows)
				if err != nil {
					return err
				}
				g.known.Terminals[id] = t
			}
			return rows.Err()
		})
	}
}

var (
	insertPayments  = insert(sqldb.Payments, ``)
	insertJournal   = insert(sqldb.Journal, ``)
	insertTasks     = insert(sqldb.Tasks, ``)
	upsertTasks     = insert(sqldb.Tasks, upsert)
	insertExchanges = insert(sqldb.Exchanges, ``)
	insertTold      = insert(sqldb.Told, ``)
	deliver         = statement{sqldb.Told, sqldb.DeliverOne, sqldb.Deliver(`SELECT * FROM ` + unnest(sqldb.Told))}
	insertNamed     = insert(sqldb.Named, ` ON CONFLICT (merchant_id, name) DO NOTHING`)
	upsertLimits    = insert(sqldb.Limits, ` ON CONFLICT (name) DO UPDATE SET used = GREATEST(limits.used, excluded.used)`)
	insertLink      = insert(sqldb.Links, ``)
	upsertFacts     = insert(sqldb.Facts, sqldb.UpsertFact)
	updateCursors   = update(sqldb.Cursors, `terminals t SET day = u.day, batch = u.batch, reference = u.reference`,
		`t.merchant_id = u.merchant_id AND t.id = u.id`)
)

const (
	upsert = ` ON CONFLICT (merchant_id, payment_id, kind) DO UPDATE SET due_at = excluded.due_at,
		not_before = excluded.not_before, claimed_until = 0, serial_key = excluded.serial_key, owner = excluded.owner`
	deleteTasks = `DELETE FROM tasks t USING unnest($1::text[], $2::text[]) AS u (merchant_id, payment_id)
		WHERE t.merchant_id = u.merchant_id AND t.payment_id = u.payment_id AND t.kind = 'wake'`
	holdTerminal = `UPDATE terminals SET held = $3 WHERE merchant_id = $1 AND id = $2`
	freeKey      = `DELETE FROM idempotency_keys WHERE merchant_id = $1 AND mode = $2 AND key = $3`
	moveKey      = `UPDATE idempotency_keys SET payment_id = $4, fingerprint = $5 WHERE merchant_id = $1 AND mode = $2 AND key = $3`
)

// queueRows writes everything that the first round trip has not.
func (g *writing) queueRows(batch *pgx.Batch, w *sqldb.Written) {
	g.queueRekeys(batch, w.Outcome)
	for _, s := range []struct {
		statement statement
		rows      []sqldb.Row
	}{
		{upsertLimits, w.Limits},   // in the order of names, too
		{updateCursors, w.Cursors}, // their rows are locked already, in key order
		{insertPayments, w.Created},
		{updatePayments, w.Changed},
		{insertJournal, w.Journal},
		{insertTasks, w.NewTasks},
		{upsertTasks, w.Tasks},
		{insertExchanges, w.Exchanges},
		{insertTold, w.Told},
		{deliver, w.Told},
		{insertNamed, w.Named},
		{upsertFacts, w.Facts},
		{insertLink, []sqldb.Row{w.Link}},
	} {
		if len(s.rows) > 0 {
			s.statement.queue(batch, s.rows)
		}
	}
	if len(w.Done) > 0 {
		merchants, ids := make([]string, len(w.Done)), make([]string, len(w.Done))
		for i, p := range w.Done {
			merchants[i], ids[i] = p.MerchantID, p.ID
		}
		batch.Queue(deleteTasks, merchants, ids)
	}
	for _, row := range w.Holds {
		batch.Queue(holdTerminal, row...)
	}
}

// queueRekeys mends the keys that were inserted before it was known who may have them.
func (g *writing) queueRekeys(batch *pgx.Batch, o group.Outcome) {
	var inserted []group.KeyRow
	for _, k := range g.wants.Keys {
		if g.inserted[k.KeyID] {
			inserted = append(inserted, k)
		}
	}
	moved, freed := o.Rekey(inserted)
	for _, k := range moved {
		batch.Queue(moveKey, sqldb.KeyRow(k)...)
	}
	for _, k := range freed {
		batch.Queue(freeKey, sqldb.KeyRow(k)[:3]...)
	}
}

// statement writes rows of a table: many by one array for each column, one by plain values, since each array that is
// unnested costs the server as much as some rows do.
type statement struct {
	table     sqldb.Table
	one, many string
}

func (s statement) queue(batch *pgx.Batch, rows []sqldb.Row) *pgx.QueuedQuery {
	if len(rows) == 1 {
		return batch.Queue(s.one, rows[0]...)
	}
	return batch.Queue(s.many, columns(s.table, rows)...)
}

func insert(t sqldb.Table, tail string) statement {
	into := `INSERT INTO ` + t.Name + ` (` + t.Names() + `) `
	return statement{t, into + `VALUES (` + t.Values() + `)` + tail, into + `SELECT * FROM ` + unnest(t) + tail}
}

// update updates what set says, from rows named u.
func update(t sqldb.Table, set, where string) statement {
	tail := ` AS u (` + t.Names() + `) WHERE ` + where
	return statement{t, `UPDATE ` + set + ` FROM ` + values(t) + tail, `UPDATE ` + set + ` FROM ` + unnest(t) + tail}
}

// values makes one row of one value for each column.
func values(t sqldb.Table) string { return `(VALUES (` + placeholders(t, ``) + `))` }

// unnest makes rows of one array for each column.
func unnest(t sqldb.Table) string { return `unnest(` + placeholders(t, `[]`) + `)` }

func placeholders(t sqldb.Table, suffix string) string {
	s := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		s[i] = fmt.Sprintf("$%d::%s%s", i+1, c.Type, suffix)
	}
	return strings.Join(s, `, `)
}

// columns makes the arrays that unnest wants.
func columns(t sqldb.Table, rows []sqldb.Row) []any {
	arrays := make([]any, len(t.Columns))
	for i, c := range t.Columns {
		switch c.Type {
		case "text":
			arrays[i] = column[string](rows, i)
		case "bigint":
			arrays[i] = column[int64](rows, i)
		case "bytea":
			arrays[i] = column[[]byte](rows, i)
		default:
			panic("postgres: no arrays of " + c.Type)
		}
	}
	return arrays
}

func column[T any](rows []sqldb.Row, i int) []T {
	values := make([]T, len(rows))
	for r, row := range rows {
		values[r] = row[i].(T)
	}
	return values
}
