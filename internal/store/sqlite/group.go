package sqlite

import (
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/group"
	"github.com/lunas-pay/lunas/internal/store/sqldb"
)

// facts looks things up in the writer's transaction, in which nobody else can change them.
type facts struct {
	w   *writer
	err error // the first one; then the group is not written
}

func (f *facts) one(text string, columns int, args ...any) []any {
	v, err := f.w.one(text, columns, args...)
	if err != nil && f.err == nil {
		f.err = err
	}
	if err != nil || v == nil {
		return nil
	}
	values := make([]any, len(v))
	for i := range v {
		values[i] = v[i]
	}
	return values
}

// KeyUsed implements group.Facts.
func (f *facts) KeyUsed(id group.KeyID) (store.KeyUsed, bool) {
	v := f.one(sqldb.SelectKey, 2, id.MerchantID, string(id.Mode), id.Key)
	if v == nil {
		return store.KeyUsed{}, false
	}
	return store.KeyUsed{PaymentID: v[0].(string), Fingerprint: v[1].(string)}, true
}

// Version implements group.Facts.
func (f *facts) Version(id group.PaymentID) int {
	v := f.one(`SELECT version FROM payments WHERE merchant_id = $1 AND id = $2`, 1, id.MerchantID, id.ID)
	if v == nil {
		return 0
	}
	return int(v[0].(int64))
}

// Limit implements group.Facts.
func (f *facts) Limit(name string) time.Time {
	v := f.one(sqldb.SelectLimit, 1, name)
	if v == nil {
		return time.Time{}
	}
	return sqldb.Time(v[0].(int64))
}

// Terminal implements group.Facts.
func (f *facts) Terminal(id group.TerminalID) (store.Terminal, bool) {
	v := f.one(sqldb.SelectTerminal, 7, id.MerchantID, id.ID)
	if v == nil {
		return store.Terminal{}, false
	}
	return store.Terminal{MerchantID: v[0].(string), ID: v[1].(string), Held: v[6].(string), Cursor: payment.Cursor{
		Style: payment.NumberStyle(v[2].(string)), Day: payment.Day(v[3].(int64)),
		Last: payment.Number{Batch: payment.Batch(v[4].(int64)), Reference: payment.ReferenceNumber(v[5].(int64))},
	}}, true
}

func insert(t sqldb.Table) string {
	return `INSERT INTO ` + t.Name + ` (` + t.Names() + `) VALUES (` + t.Values() + `)`
}

var (
	insertPayment  = insert(sqldb.Payments)
	insertJournal  = insert(sqldb.Journal)
	insertTask     = insert(sqldb.Tasks)
	insertExchange = insert(sqldb.Exchanges)
	insertTold     = insert(sqldb.Told)
	insertNamed    = insert(sqldb.Named) + ` ON CONFLICT (merchant_id, name) DO NOTHING`
	insertKey      = insert(sqldb.Keys)
	insertLimit    = insert(sqldb.Limits) + ` ON CONFLICT (name) DO UPDATE SET used = excluded.used`
	insertLink     = insert(sqldb.Links)
	upsertFact     = insert(sqldb.Facts) + sqldb.UpsertFact
	replaceTask    = `INSERT OR REPLACE` + insertTask[len(`INSERT`):]
)

const (
	updatePayment = `UPDATE payments SET version = $3, updated_at = $4, recap_day = $5, batch = $6, reference_number = $7,
		account = $8, rail = $9, method = $10, state = $11, rare_state = $12, terminal = $13, phone = $14, body = $15 WHERE merchant_id = $1 AND id = $2`
	updateCursor = `UPDATE terminals SET day = $3, batch = $4, reference = $5 WHERE merchant_id = $1 AND id = $2`
	holdTerminal = `UPDATE terminals SET held = $3 WHERE merchant_id = $1 AND id = $2`
	deleteTask   = `DELETE FROM tasks WHERE merchant_id = $1 AND payment_id = $2 AND kind = $3`
)

// write writes the rows of a group.
func (w *writer) write(g *sqldb.Written) error {
	var keys, done []sqldb.Row
	for _, k := range g.Outcome.Keys {
		keys = append(keys, sqldb.KeyRow(k))
	}
	for _, p := range g.Done {
		done = append(done, sqldb.Row{p.MerchantID, p.ID, store.KindWake})
	}
	for _, s := range []struct {
		statement string
		rows      []sqldb.Row
	}{
		{insertLimit, g.Limits},
		{updateCursor, g.Cursors},
		{insertKey, keys},
		{insertPayment, g.Created},
		{updatePayment, g.Changed},
		{insertJournal, g.Journal},
		{insertTask, g.NewTasks},
		{replaceTask, g.Tasks},
		{deleteTask, done},
		{insertExchange, g.Exchanges},
		{insertTold, g.Told},
		{sqldb.DeliverOne, g.Told},
		{insertNamed, g.Named},
		{holdTerminal, g.Holds},
		{upsertFact, g.Facts},
		{insertLink, []sqldb.Row{g.Link}},
	} {
		if err := w.do(s.statement, s.rows...); err != nil {
			return err
		}
	}
	return nil
}
