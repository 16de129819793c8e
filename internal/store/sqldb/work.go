package sqldb

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/group"
)

const taskColumns = `merchant_id, payment_id, kind, due_at, not_before, serial_key, owner`

// claimFree claims tasks that need not wait for others of their serial key. The guard stands on the UPDATE's target
// and in the sub-select: only there, two sessions that had chosen the same rows would both get them.
const claimFree = `UPDATE tasks SET owner = $1, claimed_until = $2
WHERE claimed_until <= $3 AND due_at <= $4 AND (merchant_id, payment_id, kind) IN (
	SELECT merchant_id, payment_id, kind FROM tasks
	WHERE due_at <= $4 AND claimed_until <= $3 AND not_before <= $3 AND serial_key = ''
	ORDER BY due_at LIMIT $5 OFFSET $6)
RETURNING ` + taskColumns

// dueKeys lists serial keys that have something due and nothing claimed.
const dueKeys = `SELECT merchant_id, serial_key, min(due_at) FROM tasks t
WHERE due_at <= $2 AND claimed_until <= $1 AND not_before <= $1 AND serial_key <> ''
	AND NOT EXISTS (SELECT 1 FROM tasks o
		WHERE o.merchant_id = t.merchant_id AND o.serial_key = t.serial_key AND o.serial_key <> '' AND o.claimed_until > $1)
GROUP BY merchant_id, serial_key ORDER BY min(due_at) LIMIT $3`

// lockKey makes all who want to claim of one serial key wait for one another.
const lockKey = `INSERT INTO locks (merchant_id, name, holder, until_at) VALUES ($1, $2, $3, 0)
ON CONFLICT (merchant_id, name) DO UPDATE SET holder = excluded.holder`

// claimKey claims one task of a serial key.
const claimKey = `UPDATE tasks SET owner = $1, claimed_until = $2
WHERE claimed_until <= $3 AND (merchant_id, payment_id, kind) IN (
	SELECT merchant_id, payment_id, kind FROM tasks
	WHERE merchant_id = $5 AND serial_key = $6 AND serial_key <> '' AND due_at <= $4 AND claimed_until <= $3 AND not_before <= $3
	ORDER BY due_at LIMIT 1)
AND NOT EXISTS (SELECT 1 FROM tasks o
	WHERE o.merchant_id = $5 AND o.serial_key = $6 AND o.serial_key <> '' AND o.claimed_until > $3)
RETURNING ` + taskColumns

// dueFree lists the due times of what claimFree would claim.
const dueFree = `SELECT due_at FROM tasks
WHERE due_at <= $2 AND claimed_until <= $1 AND not_before <= $1 AND serial_key = '' ORDER BY due_at LIMIT $3`

// Claim takes tasks that are due.
func (s *Common) Claim(ctx context.Context, c store.Claim) (tasks []store.Task, err error) {
	if c.Limit <= 0 {
		return nil, nil
	}
	keys, err := s.dueKeys(ctx, c)
	for i := 0; i < len(keys) && err == nil; i++ {
		var claimed []store.Task
		claimed, err = s.claimKey(ctx, c, keys[i])
		tasks = append(tasks, claimed...)
	}
	if err == nil && len(keys) < c.Limit {
		var claimed []store.Task
		claimed, err = s.claimFree(ctx, c, c.Limit-len(keys))
		tasks = append(tasks, claimed...)
	}
	if err != nil && len(tasks) == 0 {
		return nil, Doing("claim tasks", err)
	}
	sortTasks(tasks) // what has been claimed is given in any case: nobody else would get it
	return tasks, nil
}

type serialKey struct {
	merchantID, key string
	due             int64
}

// dueKeys gives the serial keys whose oldest task is among the tasks to be claimed. Usually there is none.
func (s *Common) dueKeys(ctx context.Context, c store.Claim) (keys []serialKey, err error) {
	now, before := Micros(c.Now), Micros(c.Before)
	err = Each(ctx, s.Read, func(rows Rows) error {
		var k serialKey
		err := rows.Scan(&k.merchantID, &k.key, &k.due)
		keys = append(keys, k)
		return err
	}, dueKeys, now, before, int64(c.Limit))
	if err != nil || len(keys) == 0 {
		return nil, err
	}
	var free []int64
	err = Each(ctx, s.Read, func(rows Rows) error {
		var due int64
		err := rows.Scan(&due)
		free = append(free, due)
		return err
	}, dueFree, now, before, int64(c.Limit))
	taken := 0
	for taken < len(keys) {
		older, _ := slices.BinarySearch(free, keys[taken].due)
		if older+taken >= c.Limit {
			break
		}
		taken++
	}
	return keys[:taken], err
}

// claimFree begins at a place of its owner's own, so that replicas seldom wait for one another, and at the front when
// nothing is left there.
func (s *Common) claimFree(ctx context.Context, c store.Claim, limit int) (tasks []store.Task, err error) {
	for _, offset := range []int{limit * s.place(c.Owner), 0} {
		tasks, err = collectTasks(ctx, s.Write, claimFree, c.Owner, Micros(c.Now.Add(c.For)), Micros(c.Now),
			Micros(c.Before), int64(limit), int64(offset))
		if err != nil || len(tasks) > 0 || offset == 0 {
			return tasks, err
		}
	}
	return nil, nil
}

// place is one of four places in the queue, by the owner's name.
func (s *Common) place(owner string) int {
	if s.Alone {
		return 0
	}
	sum := 0
	for i := range len(owner) {
		sum = sum*31 + int(owner[i])
	}
	return sum & 3
}

func (s *Common) claimKey(ctx context.Context, c store.Claim, k serialKey) (tasks []store.Task, err error) {
	err = s.Tx(ctx, func(tx DB) error {
		if _, err := tx.Exec(ctx, lockKey, k.merchantID, "serial:"+k.key, c.Owner); err != nil {
			return err
		}
		tasks, err = collectTasks(ctx, tx, claimKey, c.Owner, Micros(c.Now.Add(c.For)), Micros(c.Now),
			Micros(c.Before), k.merchantID, k.key)
		return err
	})
	return tasks, err
}

func collectTasks(ctx context.Context, db DB, statement string, args ...any) (tasks []store.Task, err error) {
	err = Each(ctx, db, func(rows Rows) error {
		var (
			t              store.Task
			due, notBefore int64
		)
		err := rows.Scan(&t.MerchantID, &t.PaymentID, &t.Kind, &due, &notBefore, &t.SerialKey, &t.Owner)
		t.DueAt, t.NotBefore = Time(due), Time(notBefore)
		tasks = append(tasks, t)
		return err
	}, statement, args...)
	return tasks, err
}

func sortTasks(tasks []store.Task) {
	slices.SortFunc(tasks, func(a, b store.Task) int {
		return cmp.Or(a.DueAt.Compare(b.DueAt), cmp.Compare(a.MerchantID, b.MerchantID), cmp.Compare(a.PaymentID, b.PaymentID))
	})
}

// Beat prolongs an owner's lease and gives the owners whose lease has ended and that still have tasks. Leases that have
// ended long ago and guard nothing are forgotten.
func (s *Common) Beat(ctx context.Context, owner string, lease time.Duration) (dead []string, err error) {
	now, err := s.Clock(ctx)
	if err != nil {
		return nil, Doing("read the database's clock", err)
	}
	_, err = s.Write.Exec(ctx, `INSERT INTO replicas (owner, until_at) VALUES ($1, $2)
		ON CONFLICT (owner) DO UPDATE SET until_at = excluded.until_at`, owner, now+lease.Microseconds())
	if err != nil {
		return nil, Doing("prolong the lease of "+owner, err)
	}
	late := 0
	err = Each(ctx, s.Read, func(rows Rows) error {
		var o string
		var busy bool
		err := rows.Scan(&o, &busy)
		late++
		if busy {
			dead = append(dead, o)
		}
		return err
	}, `SELECT owner, EXISTS (SELECT 1 FROM tasks t WHERE t.owner = r.owner) FROM replicas r WHERE until_at <= $1 ORDER BY owner`, now)
	if err == nil && late > len(dead) {
		_, err = s.Write.Exec(ctx, `DELETE FROM replicas WHERE until_at <= $1
			AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.owner = replicas.owner)`, now-leaseKept.Microseconds())
	}
	return dead, Doing("look for replicas that have died", err)
}

// leaseKept is how long a lease that has ended is remembered although its owner has no tasks: a process that was only
// slow may still write some.
const leaseKept = time.Hour

const takeOver = `UPDATE tasks SET owner = $2, claimed_until = 0
WHERE owner = $1 AND (merchant_id, payment_id, kind) IN (
	SELECT merchant_id, payment_id, kind FROM tasks WHERE owner = $1 ORDER BY due_at LIMIT $3)
RETURNING ` + taskColumns

// TakeOver gives a dead owner's tasks to another.
func (s *Common) TakeOver(ctx context.Context, dead, owner string, limit int) ([]store.Task, error) {
	if limit <= 0 || dead == owner {
		return nil, nil
	}
	tasks, err := collectTasks(ctx, s.Write, takeOver, dead, owner, int64(limit))
	sortTasks(tasks)
	return tasks, Doing("take over the tasks of "+dead, err)
}

// Acquire takes a named lock of a merchant, or prolongs it for its holder.
func (s *Common) Acquire(ctx context.Context, lock store.Lock, now time.Time) (bool, error) {
	n, err := s.Write.Exec(ctx, `INSERT INTO locks (merchant_id, name, holder, until_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (merchant_id, name) DO UPDATE SET holder = excluded.holder, until_at = excluded.until_at
		WHERE locks.until_at <= $5 OR locks.holder = excluded.holder`,
		lock.MerchantID, lock.Name, lock.Holder, Micros(lock.Until), Micros(now))
	return n > 0, Doing("acquire lock "+lock.Name, err)
}

// Release gives a lock back, if it is still its holder's.
func (s *Common) Release(ctx context.Context, lock store.Lock) error {
	_, err := s.Write.Exec(ctx, `DELETE FROM locks WHERE merchant_id = $1 AND name = $2 AND holder = $3`,
		lock.MerchantID, lock.Name, lock.Holder)
	return Doing("release lock "+lock.Name, err)
}

// Locks lists the locks that are held. Names are compared by their first bytes, whatever the database's order of letters.
func (s *Common) Locks(ctx context.Context, prefix string, now time.Time) (list []store.Lock, err error) {
	err = Each(ctx, s.Read, func(rows Rows) error {
		var l store.Lock
		var until int64
		err := rows.Scan(&l.MerchantID, &l.Name, &l.Holder, &until)
		l.Until = Time(until)
		list = append(list, l)
		return err
	}, `SELECT merchant_id, name, holder, until_at FROM locks WHERE substr(name, 1, $1) = $2 AND until_at > $3 ORDER BY merchant_id, name`,
		int64(utf8.RuneCountInString(prefix)), prefix, Micros(now))
	return list, Doing("list locks", err)
}

// SaveSecret keeps a small sealed value under a name, in place of the one before.
func (s *Common) SaveSecret(ctx context.Context, merchantID, name string, sealed []byte, expires time.Time) error {
	if sealed == nil {
		sealed = []byte{}
	}
	_, err := s.Write.Exec(ctx, `INSERT INTO secrets (merchant_id, name, expires_at, sealed) VALUES ($1, $2, $3, $4)
		ON CONFLICT (merchant_id, name) DO UPDATE SET expires_at = excluded.expires_at, sealed = excluded.sealed`,
		merchantID, name, Micros(expires), sealed)
	return Doing("save the secret "+name, err)
}

// Secret gives a small sealed value, or store.ErrNotFound. It reads where is written: what another process has just
// renewed must be seen.
func (s *Common) Secret(ctx context.Context, merchantID, name string) (sealed []byte, expires time.Time, err error) {
	var micros int64
	err = One(ctx, s.Write, []any{&micros, &sealed}, `SELECT expires_at, sealed FROM secrets WHERE merchant_id = $1 AND name = $2`,
		merchantID, name)
	return sealed, Time(micros), Doing("read the secret "+name, err)
}

// PaymentNamed gives the id of the payment that has a name, or store.ErrNotFound. A name is for ever, so that where it is
// read does not matter; one that is not seen there may just have been given where is written.
func (s *Common) PaymentNamed(ctx context.Context, merchantID, name string) (id string, err error) {
	const named = `SELECT payment_id FROM payment_names WHERE merchant_id = $1 AND name = $2`
	if err = One(ctx, s.Read, []any{&id}, named, merchantID, name); errors.Is(err, store.ErrNotFound) {
		err = One(ctx, s.Write, []any{&id}, named, merchantID, name)
	}
	return id, Doing("look for a payment by name", err)
}

// SelectLimit looks a limit up.
const SelectLimit = `SELECT used FROM limits WHERE name = $1`

// ForgetLimits forgets limits that are full again.
func (s *Common) ForgetLimits(ctx context.Context, full time.Time) error {
	_, err := s.Write.Exec(ctx, `DELETE FROM limits WHERE used < $1`, Micros(full))
	return Doing("forget limits", err)
}

const terminalColumns = `merchant_id, id, style, day, batch, reference, held`

// SelectTerminal looks a terminal up.
const SelectTerminal = `SELECT ` + terminalColumns + ` FROM terminals WHERE merchant_id = $1 AND id = $2`

// ScanTerminal reads a row of SelectTerminal.
func ScanTerminal(rows interface{ Scan(...any) error }) (t store.Terminal, err error) {
	err = rows.Scan(&t.MerchantID, &t.ID, &t.Cursor.Style, &t.Cursor.Day, &t.Cursor.Last.Batch, &t.Cursor.Last.Reference, &t.Held)
	return t, err
}

func terminalRow(t store.Terminal) Row {
	return Row{
		t.MerchantID, t.ID, string(t.Cursor.Style), int64(t.Cursor.Day), int64(t.Cursor.Last.Batch),
		int64(t.Cursor.Last.Reference), t.Held,
	}
}

// SaveTerminal makes a terminal known.
func (s *Common) SaveTerminal(ctx context.Context, t store.Terminal) error {
	what := "save terminal " + t.ID
	n, err := s.Write.Exec(ctx, `INSERT INTO terminals (`+terminalColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (merchant_id, id) DO NOTHING`, terminalRow(t)...)
	if err != nil || n > 0 {
		return Doing(what, err)
	}
	stored, err := terminal(ctx, s.Write, t.MerchantID, t.ID)
	if err == nil && stored.Cursor.Style != t.Cursor.Style {
		return store.ErrStyle
	}
	return Doing(what, err)
}

func terminal(ctx context.Context, db DB, merchantID, id string) (t store.Terminal, err error) {
	err = store.ErrNotFound
	scanning := Each(ctx, db, func(rows Rows) error {
		t, err = ScanTerminal(rows)
		return err
	}, SelectTerminal, merchantID, id)
	return t, cmp.Or(scanning, err)
}

// Terminals lists a merchant's terminals.
func (s *Common) Terminals(ctx context.Context, merchantID string) (list []store.Terminal, err error) {
	err = Each(ctx, s.Read, func(rows Rows) error {
		t, err := ScanTerminal(rows)
		list = append(list, t)
		return err
	}, `SELECT `+terminalColumns+` FROM terminals WHERE merchant_id = $1 ORDER BY id`, merchantID)
	return list, Doing("list terminals of merchant "+merchantID, err)
}

// SetTerminal changes cursor and hold of a terminal by hand. It writes over exactly what it has weighed, and looks again
// when a payment has taken a number meanwhile.
func (s *Common) SetTerminal(ctx context.Context, t store.Terminal, deeds ...store.Deed) error {
	return s.with(ctx, deeds, func(db DB) error { return setTerminal(ctx, db, t) })
}

func setTerminal(ctx context.Context, db DB, t store.Terminal) error {
	what := "set terminal " + t.ID
	for {
		stored, err := terminal(ctx, db, t.MerchantID, t.ID)
		if err == store.ErrNotFound {
			return store.ErrNoTerminal
		}
		if err != nil {
			return Doing(what, err)
		}
		if err := group.Ahead(stored.Cursor, t.Cursor); err != nil {
			return err
		}
		n, err := db.Exec(ctx, `UPDATE terminals SET style = $3, day = $4, batch = $5, reference = $6, held = $7
			WHERE merchant_id = $1 AND id = $2 AND style = $8 AND day = $9 AND batch = $10 AND reference = $11`,
			append(terminalRow(t), terminalRow(stored)[2:6]...)...)
		if err != nil || n > 0 {
			return Doing(what, err)
		}
	}
}

// SaveTerms keeps a revision of an account's terms.
func (s *Common) SaveTerms(ctx context.Context, merchantID, account, revision string, t payment.Terms) error {
	body, err := json.Marshal(t)
	if err == nil {
		_, err = s.Write.Exec(ctx, `INSERT INTO terms (merchant_id, account, revision, body) VALUES ($1, $2, $3, $4)
			ON CONFLICT (merchant_id, account, revision) DO NOTHING`, merchantID, account, revision, string(body))
	}
	return Doing("save the terms of account "+account, err)
}

// Terms gives a revision of an account's terms, or store.ErrNotFound.
func (s *Common) Terms(ctx context.Context, merchantID, account, revision string) (t payment.Terms, err error) {
	var body string
	err = One(ctx, s.Read, []any{&body}, `SELECT body FROM terms WHERE merchant_id = $1 AND account = $2 AND revision = $3`,
		merchantID, account, revision)
	if err == nil {
		err = json.Unmarshal([]byte(body), &t)
	}
	return t, Doing("read the terms of account "+account, err)
}
