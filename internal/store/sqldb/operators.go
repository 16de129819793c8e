package sqldb

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/store"
)

const (
	userColumns     = `id, name, version, created_at, disabled_at, totp_step, grants, password, totp, recovery`
	sessionColumns  = `hash, user_id, created_at, seen_at, agent`
	approvalColumns = `merchant_id, id, action, subject, target, batch, reference, reason, state, requested_by, requested_at, expires_at,
		decided_by, decided_at, ended_at, result`
)

// said passes the errors that callers compare, and says of all others what was being done.
func said(what string, err error) error {
	for _, known := range []error{store.ErrConflict, store.ErrNoTerminal, store.ErrBackwards, operator.ErrSelf, operator.ErrDecided} {
		if errors.Is(err, known) {
			return err
		}
	}
	return Doing(what, err)
}

func userRow(u operator.User) (Row, error) {
	grants, err := json.Marshal(u.Grants)
	recovery := []byte{}
	for _, h := range u.Recovery {
		recovery = append(recovery, h[:]...)
	}
	return Row{
		u.ID, u.Name, int64(u.Version), Micros(u.CreatedAt), Micros(u.DisabledAt), u.TOTPStep, string(grants), u.Password,
		bytesOf(u.TOTP), recovery,
	}, err
}

func scanUser(rows Rows, more ...any) (u operator.User, err error) {
	var created, disabled int64
	var grants string
	var recovery []byte
	err = rows.Scan(append([]any{
		&u.ID, &u.Name, &u.Version, &created, &disabled, &u.TOTPStep, &grants, &u.Password, &u.TOTP, &recovery,
	}, more...)...)
	if err == nil {
		err = json.Unmarshal([]byte(grants), &u.Grants)
	}
	u.CreatedAt, u.DisabledAt = Time(created), Time(disabled)
	for ; len(recovery) >= len(operator.Hash{}); recovery = recovery[len(operator.Hash{}):] {
		u.Recovery = append(u.Recovery, operator.Hash(recovery[:len(operator.Hash{})]))
	}
	return u, err
}

// SaveUser makes a user or changes one.
func (s *Common) SaveUser(ctx context.Context, u operator.User, deeds ...store.Deed) error {
	return said("save user "+u.ID, s.with(ctx, deeds, func(tx DB) error { return saveUser(ctx, tx, u) }))
}

func saveUser(ctx context.Context, tx DB, u operator.User) error {
	row, err := userRow(u)
	if err != nil {
		return err
	}
	var n int64
	if u.Version == 1 {
		n, err = tx.Exec(ctx, `INSERT INTO users (`+userColumns+`) VALUES (`+Placeholders(1, len(row))+`) ON CONFLICT DO NOTHING`, row...)
	} else {
		// Who else has the name is looked for here, since a clash would be an error of the database's own.
		n, err = tx.Exec(ctx, `UPDATE users SET name = $2, version = $3, disabled_at = $4, totp_step = $5, grants = $6, password = $7,
			totp = $8, recovery = $9 WHERE id = $1 AND version = $3 - 1
			AND NOT EXISTS (SELECT 1 FROM users o WHERE o.name = $2 AND o.id <> $1)`, append(row[:3:3], row[4:]...)...)
	}
	if err == nil && n == 0 {
		err = store.ErrConflict
	}
	return err
}

func (s *Common) oneUser(ctx context.Context, where, value string) (u operator.User, err error) {
	err = store.ErrNotFound
	reading := Each(ctx, s.Write, func(rows Rows) error {
		u, err = scanUser(rows)
		return err
	}, `SELECT `+userColumns+` FROM users WHERE `+where+` = $1`, value)
	if reading != nil {
		err = reading
	}
	return u, Doing("load a user", err)
}

// User gives one.
func (s *Common) User(ctx context.Context, id string) (operator.User, error) {
	return s.oneUser(ctx, `id`, id)
}

// UserNamed gives one by the name.
func (s *Common) UserNamed(ctx context.Context, name string) (operator.User, error) {
	return s.oneUser(ctx, `name`, name)
}

// Users lists all.
func (s *Common) Users(ctx context.Context) (list []operator.User, err error) {
	err = Each(ctx, s.Write, func(rows Rows) error {
		u, err := scanUser(rows)
		list = append(list, u)
		return err
	}, `SELECT `+userColumns+` FROM users ORDER BY name`)
	return list, Doing("list users", err)
}

// SaveInvite keeps a link.
func (s *Common) SaveInvite(ctx context.Context, i operator.Invite, deeds ...store.Deed) error {
	return said("save a set-up link", s.with(ctx, deeds, func(tx DB) error {
		if i.UserID != "" {
			if _, err := tx.Exec(ctx, `DELETE FROM user_invites WHERE user_id = $1`, i.UserID); err != nil {
				return err
			}
		} else if err := noUser(ctx, tx); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO user_invites (hash, user_id, expires_at) VALUES ($1, $2, $3)`,
			i.Hash[:], i.UserID, Micros(i.ExpiresAt))
		return err
	}))
}

// noUser gives store.ErrConflict when there is one.
func noUser(ctx context.Context, tx DB) error {
	var n int64
	err := One(ctx, tx, []any{&n}, `SELECT count(*) FROM users`)
	if err == nil && n > 0 {
		err = store.ErrConflict
	}
	return err
}

// Invite gives one.
func (s *Common) Invite(ctx context.Context, hash operator.Hash) (i operator.Invite, err error) {
	var expires int64
	i.Hash = hash
	err = One(ctx, s.Write, []any{&i.UserID, &expires}, `SELECT user_id, expires_at FROM user_invites WHERE hash = $1`, hash[:])
	i.ExpiresAt = Time(expires)
	return i, Doing("load a set-up link", err)
}

// Redeem uses a link up. Of the first owner's links, whoever comes first takes them all: the other finds none.
func (s *Common) Redeem(ctx context.Context, hash operator.Hash, now time.Time, u operator.User, deeds ...store.Deed) error {
	return said("use a set-up link", s.with(ctx, deeds, func(tx DB) error {
		var of string
		err := One(ctx, tx, []any{&of}, `SELECT user_id FROM user_invites WHERE hash = $1 AND expires_at > $2`, hash[:], Micros(now))
		if err != nil {
			return err
		}
		if of != "" && of != u.ID {
			return store.ErrNotFound
		}
		n, err := tx.Exec(ctx, `DELETE FROM user_invites WHERE user_id = $1`, of)
		if err == nil && n == 0 {
			err = store.ErrNotFound
		}
		if err == nil && of == "" && noUser(ctx, tx) != nil {
			err = store.ErrNotFound
		}
		if err == nil {
			err = saveUser(ctx, tx, u)
		}
		if err == nil {
			_, err = tx.Exec(ctx, `DELETE FROM user_sessions WHERE user_id = $1`, u.ID)
		}
		return err
	}))
}

// StartSession begins a session.
func (s *Common) StartSession(ctx context.Context, n operator.Session) error {
	_, err := s.Write.Exec(ctx, `INSERT INTO user_sessions (`+sessionColumns+`) VALUES ($1, $2, $3, $4, $5)`,
		n.Hash[:], n.UserID, Micros(n.CreatedAt), Micros(n.SeenAt), n.Agent)
	return Doing("start a session", err)
}

func scanSession(rows Rows, more ...any) (operator.Session, error) {
	var n operator.Session
	var hash []byte
	var created, seen int64
	err := rows.Scan(append([]any{&hash, &n.UserID, &created, &seen, &n.Agent}, more...)...)
	copy(n.Hash[:], hash)
	n.CreatedAt, n.SeenAt = Time(created), Time(seen)
	return n, err
}

// Session gives a session with its user. Both are read where is written: an ended session ends at once.
func (s *Common) Session(ctx context.Context, hash operator.Hash) (n operator.Session, u operator.User, err error) {
	err = store.ErrNotFound
	reading := Each(ctx, s.Write, func(rows Rows) error {
		n, err = scanSession(rows)
		return err
	}, `SELECT `+sessionColumns+` FROM user_sessions WHERE hash = $1`, hash[:])
	if reading != nil {
		err = reading
	}
	if err == nil {
		u, err = s.User(ctx, n.UserID)
	}
	return n, u, Doing("load a session", err)
}

// Sessions lists a user's.
func (s *Common) Sessions(ctx context.Context, userID string) (list []operator.Session, err error) {
	err = Each(ctx, s.Write, func(rows Rows) error {
		n, err := scanSession(rows)
		list = append(list, n)
		return err
	}, `SELECT `+sessionColumns+` FROM user_sessions WHERE user_id = $1 ORDER BY created_at DESC, hash`, userID)
	return list, Doing("list sessions", err)
}

// SeeSession notes that a session was used.
func (s *Common) SeeSession(ctx context.Context, hash operator.Hash, at time.Time) error {
	_, err := s.Write.Exec(ctx, `UPDATE user_sessions SET seen_at = $2 WHERE hash = $1 AND seen_at < $2`, hash[:], Micros(at))
	return Doing("note a session's use", err)
}

// EndSession ends one.
func (s *Common) EndSession(ctx context.Context, hash operator.Hash) error {
	_, err := s.Write.Exec(ctx, `DELETE FROM user_sessions WHERE hash = $1`, hash[:])
	return Doing("end a session", err)
}

// EndSessions ends a user's.
func (s *Common) EndSessions(ctx context.Context, userID string, except operator.Hash) error {
	_, err := s.Write.Exec(ctx, `DELETE FROM user_sessions WHERE user_id = $1 AND hash <> $2`, userID, except[:])
	return Doing("end sessions", err)
}

// ForgetSessions ends those that were made before a time, and forgets old tries to log in.
func (s *Common) ForgetSessions(ctx context.Context, before time.Time) error {
	_, err := s.Write.Exec(ctx, `DELETE FROM user_sessions WHERE created_at < $1`, Micros(before))
	if err == nil {
		_, err = s.Write.Exec(ctx, `DELETE FROM user_attempts WHERE last < $1`, Micros(before.Add(-24*time.Hour)))
	}
	return Doing("forget sessions", err)
}

// Attempt counts a try. It writes over exactly what it has weighed, and weighs again when another try came between.
func (s *Common) Attempt(ctx context.Context, name string, p operator.Patience, now time.Time) (a operator.Attempts, ok bool, err error) {
	for {
		var version, count, last, until int64
		err = One(ctx, s.Write, []any{&version, &count, &last, &until}, `SELECT version, count, last, until FROM user_attempts WHERE name = $1`, name)
		if err != nil && err != store.ErrNotFound {
			return a, false, Doing("count a try to log in", err)
		}
		next, ok := operator.Attempts{Count: int(count), Last: Time(last), Until: Time(until)}.Next(p, now)
		if !ok {
			return next, false, nil
		}
		n, err := s.Write.Exec(ctx, `INSERT INTO user_attempts (name, version, count, last, until) VALUES ($1, 1, $2, $3, $4)
			ON CONFLICT (name) DO UPDATE SET version = user_attempts.version + 1, count = $2, last = $3, until = $4
			WHERE user_attempts.version = $5`, name, int64(next.Count), Micros(next.Last), Micros(next.Until), version)
		if err != nil || n > 0 {
			return next, err == nil, Doing("count a try to log in", err)
		}
	}
}

// ForgetAttempts begins anew. The row stays: its version goes on.
func (s *Common) ForgetAttempts(ctx context.Context, name string) error {
	_, err := s.Write.Exec(ctx, `UPDATE user_attempts SET version = version + 1, count = 0, last = 0, until = 0 WHERE name = $1`, name)
	return Doing("forget tries to log in", err)
}

// RequestApproval keeps a new request.
func (s *Common) RequestApproval(ctx context.Context, a operator.Approval, deeds ...store.Deed) error {
	return said("request an approval", s.with(ctx, deeds, func(tx DB) error {
		return mustWrite(tx.Exec(ctx, `INSERT INTO approvals (`+approvalColumns+`) VALUES (`+Placeholders(1, 16)+`) ON CONFLICT DO NOTHING`,
			a.MerchantID, a.ID, string(a.Action), a.Subject, a.To, int64(a.Batch), int64(a.Reference), a.Reason, string(a.State), a.RequestedBy,
			Micros(a.RequestedAt), Micros(a.ExpiresAt), a.DecidedBy, Micros(a.DecidedAt), Micros(a.EndedAt), a.Result))
	}))
}

// mustWrite makes store.ErrConflict of a statement that wrote nothing.
func mustWrite(n int64, err error) error {
	if err == nil && n == 0 {
		err = store.ErrConflict
	}
	return err
}

func scanApproval(rows Rows) (a operator.Approval, err error) {
	var requested, expires, decided, ended int64
	err = rows.Scan(&a.MerchantID, &a.ID, &a.Action, &a.Subject, &a.To, &a.Batch, &a.Reference, &a.Reason, &a.State, &a.RequestedBy,
		&requested, &expires, &a.DecidedBy, &decided, &ended, &a.Result)
	a.RequestedAt, a.ExpiresAt, a.DecidedAt, a.EndedAt = Time(requested), Time(expires), Time(decided), Time(ended)
	return a, err
}

// Approval gives one.
func (s *Common) Approval(ctx context.Context, merchantID, id string) (a operator.Approval, err error) {
	return approval(ctx, s.Write, merchantID, id)
}

func approval(ctx context.Context, db DB, merchantID, id string) (a operator.Approval, err error) {
	err = store.ErrNotFound
	reading := Each(ctx, db, func(rows Rows) error {
		a, err = scanApproval(rows)
		return err
	}, `SELECT `+approvalColumns+` FROM approvals WHERE merchant_id = $1 AND id = $2`, merchantID, id)
	if reading != nil {
		err = reading
	}
	return a, Doing("load approval "+id, err)
}

// DecideApproval writes a decision down. Its statement holds the rule once more, and the table a third time.
func (s *Common) DecideApproval(ctx context.Context, d operator.Decision, deeds ...store.Deed) (a operator.Approval, err error) {
	err = s.with(ctx, deeds, func(tx DB) error {
		if a, err = approval(ctx, tx, d.MerchantID, d.ID); err != nil {
			return err
		}
		if a, err = a.Decide(d); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE approvals SET state = $3, decided_by = $4, decided_at = $5
			WHERE merchant_id = $1 AND id = $2 AND state = 'pending' AND expires_at > $5 AND (requested_by <> $4 OR $3 = 'withdrawn')`,
			d.MerchantID, d.ID, string(d.State), d.By, Micros(d.At))
		if err == nil && n == 0 {
			err = operator.ErrDecided
		}
		return err
	})
	return a, said("decide approval "+d.ID, err)
}

func endApproval(ctx context.Context, tx DB, merchantID, id string, state operator.ApprovalState, result string, at time.Time) error {
	return mustWrite(tx.Exec(ctx, `UPDATE approvals SET state = $3, result = $4, ended_at = $5
		WHERE merchant_id = $1 AND id = $2 AND state = 'approved'`, merchantID, id, string(state), result, Micros(at)))
}

// EndApproval says what became of an approved one.
func (s *Common) EndApproval(ctx context.Context, merchantID, id string, state operator.ApprovalState, result string, at time.Time, deeds ...store.Deed) error {
	return said("end approval "+id, s.with(ctx, deeds, func(tx DB) error {
		return endApproval(ctx, tx, merchantID, id, state, result, at)
	}))
}

// RenumberApproved is SetTerminal and EndApproval in one.
func (s *Common) RenumberApproved(ctx context.Context, t store.Terminal, approvalID string, at time.Time, deeds ...store.Deed) error {
	return said("renumber terminal "+t.ID, s.with(ctx, deeds, func(tx DB) error {
		if err := endApproval(ctx, tx, t.MerchantID, approvalID, operator.Performed, "", at); err != nil {
			return err
		}
		return setTerminal(ctx, tx, t)
	}))
}

// Approvals lists a merchant's.
func (s *Common) Approvals(ctx context.Context, f store.ApprovalFilter) (list []operator.Approval, err error) {
	where, args := []string{`merchant_id = $1`}, []any{f.MerchantID}
	also := func(condition string, value any) {
		args = append(args, value)
		where = append(where, condition+Placeholders(len(args), 1))
	}
	if f.Subject != "" {
		also(`subject = `, f.Subject)
	}
	if !f.PendingAt.IsZero() {
		also(`state = 'pending' AND expires_at > `, Micros(f.PendingAt))
	}
	if f.Before != "" {
		also(`id < `, f.Before)
	}
	limit := f.Limit
	if limit <= 0 {
		limit = 20
	}
	args = append(args, int64(min(limit, 100)))
	err = Each(ctx, s.Read, func(rows Rows) error {
		a, err := scanApproval(rows)
		list = append(list, a)
		return err
	}, `SELECT `+approvalColumns+` FROM approvals WHERE `+strings.Join(where, ` AND `)+` ORDER BY id DESC LIMIT `+Placeholders(len(args), 1), args...)
	return list, Doing("list approvals of merchant "+f.MerchantID, err)
}

// ApprovedOpen lists what was approved and has not ended.
func (s *Common) ApprovedOpen(ctx context.Context, before time.Time, limit int) (list []operator.Approval, err error) {
	err = Each(ctx, s.Write, func(rows Rows) error {
		a, err := scanApproval(rows)
		list = append(list, a)
		return err
	}, `SELECT `+approvalColumns+` FROM approvals WHERE state = 'approved' AND decided_at < $1 ORDER BY decided_at LIMIT $2`,
		Micros(before), int64(limit))
	return list, Doing("list approvals under way", err)
}
