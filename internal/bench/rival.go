package bench

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"

	"github.com/lunas-pay/lunas/internal/gateway"
	"github.com/lunas-pay/lunas/internal/payment"
)

// The rival is the SQL of one payment done plainly: a transaction for each of its states, one row at a time, without HTTP,
// signing, sealing or anything else that lunas does. It writes copies of the rows that lunas wrote for a payment, into the
// same tables.

func driver(database string) string {
	if strings.HasPrefix(database, "postgres") {
		return "pgx"
	}
	return "sqlite"
}

// walBytes tells how far PostgreSQL's log has come; 0 on SQLite.
func walBytes(database string) (int64, error) {
	if driver(database) != "pgx" {
		return 0, nil
	}
	db, err := sql.Open("pgx", database)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	var n int64
	err = db.QueryRow(`SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint`).Scan(&n)
	return n, err
}

// row is a copy of a stored row, by column.
type row struct {
	columns []string
	values  []any
}

// sample is what lunas wrote for one payment: a row of the journal for each of its states, exchanges and announcements in
// order, and the names by which it is found.
type sample struct {
	payment                         row
	journal, exchanges, told, names []row
}

func rival(ctx context.Context, o Options, folder string, r *Report) error {
	from, err := sql.Open(driver(o.Database), o.Database)
	if err != nil {
		return err
	}
	s, err := takeSample(ctx, from, statesOf[o.Rail], r.Store == "sqlite")
	if closeErr := from.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	clients := []int{1}
	database, source := o.Database, o.Database
	if r.Store == "sqlite" {
		database = filepath.Join(folder, "rival.db")
		source = "file:" + database + "?_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=busy_timeout(10000)&_txlock=immediate"
		if _, _, err := gateway.Migrate(ctx, database); err != nil {
			return err
		}
	} else {
		clients = []int{8, 16, 32}
	}
	db, err := sql.Open(driver(database), source)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := prepareTerminals(ctx, db, o.Terminals); err != nil {
		return err
	}
	for _, c := range clients {
		perSecond, err := race(ctx, db, s, c, o.Terminals)
		if err != nil {
			return err
		}
		if perSecond > r.Rival {
			r.Rival, r.RivalNote = perSecond, fmt.Sprintf("%d client(s), the best of %v", c, clients)
		}
	}
	return nil
}

// statesOf is through how many states a payment goes: a push is sent and paid, a QR is ordered, shown and paid.
var statesOf = map[string]int{string(payment.OVO): 2, string(payment.SNAP): 3} // never written

func takeSample(ctx context.Context, db *sql.DB, states int, sqlite bool) (s sample, err error) {
	var id string
	if err = db.QueryRowContext(ctx, `SELECT id FROM payments WHERE state = 'paid' AND version = $1 LIMIT 1`, states).Scan(&id); err != nil {
		return s, fmt.Errorf("find a payment with %d states: %w", states, err)
	}
	take := func(least int, query string) (rows []row) {
		if err == nil {
			rows, err = readRows(ctx, db, query, id, sqlite)
		}
		if err == nil && len(rows) < least {
			err = fmt.Errorf("%s: %d rows, want %d", query, len(rows), least)
		}
		return rows
	}
	payments := take(1, `SELECT * FROM payments WHERE id = $1`)
	s.journal = take(states, `SELECT * FROM journal WHERE payment_id = $1 ORDER BY version`)
	s.exchanges = take(states, `SELECT * FROM exchanges WHERE payment_id = $1 ORDER BY at, side`)
	s.told = take(states, `SELECT * FROM told WHERE payment_id = $1 ORDER BY version`)
	for i := range s.told { // its place in the feed is given later, and not by whoever makes payments
		s.told[i] = s.told[i].with(map[string]any{"position": nil})
	}
	s.names = take(0, `SELECT * FROM payment_names WHERE payment_id = $1`)
	if err == nil {
		s.payment = payments[0]
	}
	return s, err
}

func readRows(ctx context.Context, db *sql.DB, query, id string, sqlite bool) (all []row, err error) {
	rows, err := db.QueryContext(ctx, query, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r row
		if r.columns, err = rows.Columns(); err != nil {
			return nil, err
		}
		r.values = make([]any, len(r.columns))
		pointers := make([]any, len(r.values))
		for j := range pointers {
			pointers[j] = &r.values[j]
		}
		if err := rows.Scan(pointers...); err != nil {
			return nil, err
		}
		for j, v := range r.values {
			if b, ok := v.([]byte); ok && len(b) == 0 && sqlite {
				r.values[j] = nil
			}
		}
		all = append(all, r)
	}
	return all, rows.Err()
}

func prepareTerminals(ctx context.Context, db *sql.DB, n int) error {
	for i := range n {
		_, err := db.ExecContext(ctx, `INSERT INTO terminals (merchant_id, id, style, day, batch, reference, held)
			VALUES ('rival', $1, 'sequence', 0, 1, 0, '')`, terminalID(i))
		if err != nil {
			return err
		}
	}
	return nil
}

// race lets a number of clients make payments for three seconds.
func race(ctx context.Context, db *sql.DB, s sample, clients, terminals int) (perSecond float64, err error) {
	db.SetMaxOpenConns(clients)
	db.SetMaxIdleConns(clients)
	var made, serial atomic.Int64
	var wg sync.WaitGroup
	errs := make(chan error, clients)
	began := time.Now()
	until := began.Add(3 * time.Second)
	stamp := began.UnixNano()
	for range clients {
		wg.Go(func() {
			for time.Now().Before(until) {
				n := serial.Add(1)
				if err := s.makeOne(ctx, db, fmt.Sprintf("pay_%016x%010d", stamp, n), terminalID(int(n)%terminals)); err != nil {
					errs <- err
					return
				}
				made.Add(1)
			}
		})
	}
	wg.Wait()
	select {
	case err = <-errs:
	default:
	}
	return float64(made.Load()) / time.Since(began).Seconds(), err
}

// makeOne writes one payment: the intent, then what became of it.
func (s sample) makeOne(ctx context.Context, db *sql.DB, id, terminal string) error {
	for i := range s.journal {
		statements := append(s.step(i, id), s.facts(i)...)
		err := inTransaction(ctx, db, func(tx *sql.Tx) error {
			if i == 0 {
				var reference int
				err := tx.QueryRowContext(ctx, `UPDATE terminals SET reference = reference + 1 WHERE merchant_id = 'rival' AND id = $1
					RETURNING reference`, terminal).Scan(&reference)
				if err != nil {
					return err
				}
			}
			return run(ctx, tx, id, statements...)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// step is what a payment's state takes: its row, and its alarm, which the last one ends.
func (s sample) step(i int, id string) []statement {
	const update = `UPDATE payments SET version = $2 + 1, state = $3, updated_at = 1, body = $4 WHERE merchant_id = 'rival' AND id = $1 AND version = $2`
	body := s.payment.get("body")
	switch {
	case i == 0:
		all := []statement{
			insert("payments", s.payment.with(map[string]any{"version": 1, "state": "pushing"})),
			{`INSERT INTO tasks (merchant_id, payment_id, kind, due_at, not_before, claimed_until, serial_key, owner)
				VALUES ('rival', $1, 'wake', 1, 0, 0, '', 'own_rival')`, []any{id}},
		}
		for _, name := range s.names {
			all = append(all, insert("payment_names", name.with(map[string]any{"name": "qr/" + id})))
		}
		return all
	case i < len(s.journal)-1:
		return []statement{
			{update, []any{id, i, "awaiting", body}},
			{`UPDATE tasks SET due_at = 2 WHERE merchant_id = 'rival' AND payment_id = $1`, []any{id}},
		}
	}
	return []statement{
		{update, []any{id, i, "paid", body}},
		{`DELETE FROM tasks WHERE merchant_id = 'rival' AND payment_id = $1`, []any{id}},
	}
}

// facts are the rows that are written with a state: one of each kind, and with the last state whatever else there is.
func (s sample) facts(i int) (all []statement) {
	for _, of := range []struct {
		table string
		rows  []row
	}{{"journal", s.journal}, {"exchanges", s.exchanges}, {"told", s.told}} {
		until := i + 1
		if i == len(s.journal)-1 {
			until = len(of.rows)
		}
		for _, r := range of.rows[i:until] {
			all = append(all, insert(of.table, r))
		}
	}
	return all
}

func inTransaction(ctx context.Context, db *sql.DB, f func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		_ = tx.Rollback()
		return err
	}
	return tx.Commit()
}

// statement is SQL with its arguments; insert's are completed by run.
type statement struct {
	text string
	args []any
}

func insert(table string, r row) statement {
	marks := make([]string, len(r.columns))
	for i := range marks {
		marks[i] = fmt.Sprintf("$%d", i+1)
		if r.columns[i] == "digest" && r.values[i] == nil {
			marks[i] = "coalesce(" + marks[i] + ", x'')" // SQLite's driver gives and takes an empty blob as NULL
		}
	}
	return statement{
		"INSERT INTO " + table + " (" + strings.Join(r.columns, ", ") + ") VALUES (" + strings.Join(marks, ", ") + ")",
		r.with(map[string]any{"merchant_id": "rival"}).values,
	}
}

func run(ctx context.Context, tx *sql.Tx, id string, statements ...statement) error {
	for _, s := range statements {
		args := make([]any, len(s.args))
		for i, a := range s.args {
			if text, ok := a.(string); ok && strings.HasPrefix(text, "pay_") && len(text) < 40 {
				a = id
			}
			args[i] = a
		}
		if _, err := tx.ExecContext(ctx, s.text, args...); err != nil {
			return fmt.Errorf("%.60s: %w", s.text, err)
		}
	}
	return nil
}

func (r row) get(column string) any {
	for i, c := range r.columns {
		if c == column {
			return r.values[i]
		}
	}
	return nil
}

func (r row) with(changed map[string]any) row {
	values := make([]any, len(r.values))
	for i, c := range r.columns {
		values[i] = r.values[i]
		if v, ok := changed[c]; ok {
			values[i] = v
		}
	}
	return row{r.columns, values}
}
