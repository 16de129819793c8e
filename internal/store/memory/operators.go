package memory

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/group"
)

// operators are the console's people.
type operators struct {
	users     map[string]operator.User
	invites   map[operator.Hash]operator.Invite
	sessions  map[operator.Hash]operator.Session
	attempts  map[string]operator.Attempts
	approvals map[named]operator.Approval
}

func newOperators() operators {
	return operators{
		users: map[string]operator.User{}, invites: map[operator.Hash]operator.Invite{}, sessions: map[operator.Hash]operator.Session{},
		attempts: map[string]operator.Attempts{}, approvals: map[named]operator.Approval{},
	}
}

func cloneUser(u operator.User) operator.User {
	u.CreatedAt, u.DisabledAt = micro(u.CreatedAt), micro(u.DisabledAt)
	u.Grants, u.Recovery, u.TOTP = slices.Clone(u.Grants), slices.Clone(u.Recovery), slices.Clone(u.TOTP)
	return u
}

// SaveUser makes a user or changes one.
func (s *Store) SaveUser(ctx context.Context, u operator.User, deeds ...store.Deed) error {
	return s.do(ctx, deeds, func() error { return s.operators.save(u) })
}

func (o operators) save(u operator.User) error {
	stored := o.users[u.ID]
	if stored.Version != u.Version-1 {
		return store.ErrConflict
	}
	for _, other := range o.users {
		if other.Name == u.Name && other.ID != u.ID {
			return store.ErrConflict
		}
	}
	if u.Version > 1 {
		u.CreatedAt = stored.CreatedAt
	}
	o.users[u.ID] = cloneUser(u)
	return nil
}

// User gives one.
func (s *Store) User(ctx context.Context, id string) (u operator.User, err error) {
	err = s.write(ctx, func() error {
		stored, ok := s.operators.users[id]
		if !ok {
			return store.ErrNotFound
		}
		u = cloneUser(stored)
		return nil
	})
	return u, err
}

// UserNamed gives one by the name.
func (s *Store) UserNamed(ctx context.Context, name string) (operator.User, error) {
	all, err := s.Users(ctx)
	for _, u := range all {
		if u.Name == name {
			return u, err
		}
	}
	return operator.User{}, cmp.Or(err, store.ErrNotFound)
}

// Users lists all.
func (s *Store) Users(ctx context.Context) (list []operator.User, err error) {
	err = s.write(ctx, func() error {
		for _, u := range s.operators.users {
			list = append(list, cloneUser(u))
		}
		slices.SortFunc(list, func(a, b operator.User) int { return strings.Compare(a.Name, b.Name) })
		return nil
	})
	return list, err
}

// SaveInvite keeps a link.
func (s *Store) SaveInvite(ctx context.Context, i operator.Invite, deeds ...store.Deed) error {
	return s.do(ctx, deeds, func() error {
		if i.UserID == "" && len(s.operators.users) > 0 {
			return store.ErrConflict
		}
		if i.UserID != "" {
			maps.DeleteFunc(s.operators.invites, func(_ operator.Hash, old operator.Invite) bool { return old.UserID == i.UserID })
		}
		i.ExpiresAt = micro(i.ExpiresAt)
		s.operators.invites[i.Hash] = i
		return nil
	})
}

// Invite gives one.
func (s *Store) Invite(ctx context.Context, hash operator.Hash) (i operator.Invite, err error) {
	err = s.write(ctx, func() error {
		var ok bool
		if i, ok = s.operators.invites[hash]; !ok {
			return store.ErrNotFound
		}
		return nil
	})
	return i, err
}

// Redeem uses a link up.
func (s *Store) Redeem(ctx context.Context, hash operator.Hash, now time.Time, u operator.User, deeds ...store.Deed) error {
	return s.do(ctx, deeds, func() error {
		o := s.operators
		i, ok := o.invites[hash]
		first := i.UserID == ""
		if !ok || !now.Before(i.ExpiresAt) || (first && len(o.users) > 0) || (!first && i.UserID != u.ID) {
			return store.ErrNotFound
		}
		if err := o.save(u); err != nil {
			return err
		}
		maps.DeleteFunc(o.invites, func(_ operator.Hash, other operator.Invite) bool { return other.UserID == i.UserID })
		maps.DeleteFunc(o.sessions, func(_ operator.Hash, n operator.Session) bool { return n.UserID == u.ID })
		return nil
	})
}

// StartSession begins a session.
func (s *Store) StartSession(ctx context.Context, n operator.Session) error {
	return s.write(ctx, func() error {
		n.CreatedAt, n.SeenAt = micro(n.CreatedAt), micro(n.SeenAt)
		s.operators.sessions[n.Hash] = n
		return nil
	})
}

// Session gives a session with its user.
func (s *Store) Session(ctx context.Context, hash operator.Hash) (n operator.Session, u operator.User, err error) {
	err = s.write(ctx, func() error {
		var ok, known bool
		n, ok = s.operators.sessions[hash]
		u, known = s.operators.users[n.UserID]
		if !ok || !known {
			return store.ErrNotFound
		}
		u = cloneUser(u)
		return nil
	})
	return n, u, err
}

// Sessions lists a user's.
func (s *Store) Sessions(ctx context.Context, userID string) (list []operator.Session, err error) {
	err = s.write(ctx, func() error {
		for _, n := range s.operators.sessions {
			if n.UserID == userID {
				list = append(list, n)
			}
		}
		slices.SortFunc(list, func(a, b operator.Session) int {
			return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), slices.Compare(a.Hash[:], b.Hash[:]))
		})
		return nil
	})
	return list, err
}

// SeeSession notes that a session was used.
func (s *Store) SeeSession(ctx context.Context, hash operator.Hash, at time.Time) error {
	return s.write(ctx, func() error {
		if n, ok := s.operators.sessions[hash]; ok && n.SeenAt.Before(at) {
			n.SeenAt = micro(at)
			s.operators.sessions[hash] = n
		}
		return nil
	})
}

// EndSession ends one.
func (s *Store) EndSession(ctx context.Context, hash operator.Hash) error {
	return s.write(ctx, func() error {
		delete(s.operators.sessions, hash)
		return nil
	})
}

// EndSessions ends a user's.
func (s *Store) EndSessions(ctx context.Context, userID string, except operator.Hash) error {
	return s.write(ctx, func() error {
		maps.DeleteFunc(s.operators.sessions, func(hash operator.Hash, n operator.Session) bool {
			return n.UserID == userID && hash != except
		})
		return nil
	})
}

// ForgetSessions ends those that were made before a time, and forgets old tries to log in.
func (s *Store) ForgetSessions(ctx context.Context, before time.Time) error {
	return s.write(ctx, func() error {
		maps.DeleteFunc(s.operators.sessions, func(_ operator.Hash, n operator.Session) bool { return n.CreatedAt.Before(before) })
		maps.DeleteFunc(s.operators.attempts, func(_ string, a operator.Attempts) bool { return a.Last.Before(before.Add(-24 * time.Hour)) })
		return nil
	})
}

// Attempt counts a try.
func (s *Store) Attempt(ctx context.Context, name string, p operator.Patience, now time.Time) (a operator.Attempts, ok bool, err error) {
	err = s.write(ctx, func() error {
		if a, ok = s.operators.attempts[name].Next(p, now); ok {
			a.Last, a.Until = micro(a.Last), micro(a.Until)
			s.operators.attempts[name] = a
		}
		return nil
	})
	return a, ok, err
}

// ForgetAttempts begins anew.
func (s *Store) ForgetAttempts(ctx context.Context, name string) error {
	return s.write(ctx, func() error {
		delete(s.operators.attempts, name)
		return nil
	})
}

// RequestApproval keeps a new request.
func (s *Store) RequestApproval(ctx context.Context, a operator.Approval, deeds ...store.Deed) error {
	return s.do(ctx, deeds, func() error {
		id := named{a.MerchantID, a.ID}
		if _, ok := s.operators.approvals[id]; ok {
			return store.ErrConflict
		}
		if a.State != operator.Pending && a.State != operator.Withdrawn && (a.DecidedBy == "" || a.DecidedBy == a.RequestedBy) {
			return operator.ErrSelf // as the constraint of the SQL stores
		}
		a.RequestedAt, a.ExpiresAt = micro(a.RequestedAt), micro(a.ExpiresAt)
		s.operators.approvals[id] = a
		return nil
	})
}

// DecideApproval writes a decision down.
func (s *Store) DecideApproval(ctx context.Context, d operator.Decision, deeds ...store.Deed) (a operator.Approval, err error) {
	err = s.do(ctx, deeds, func() error {
		id := named{d.MerchantID, d.ID}
		stored, ok := s.operators.approvals[id]
		if !ok {
			return store.ErrNotFound
		}
		d.At = micro(d.At)
		if a, err = stored.Decide(d); err == nil {
			s.operators.approvals[id] = a
		}
		return err
	})
	return a, err
}

// EndApproval says what became of an approved one.
func (s *Store) EndApproval(ctx context.Context, merchantID, id string, state operator.ApprovalState, result string, at time.Time, deeds ...store.Deed) error {
	return s.do(ctx, deeds, func() error { return s.operators.end(merchantID, id, state, result, at) })
}

func (o operators) end(merchantID, id string, state operator.ApprovalState, result string, at time.Time) error {
	a, ok := o.approvals[named{merchantID, id}]
	if !ok || a.State != operator.Approved {
		return store.ErrConflict
	}
	a.State, a.Result, a.EndedAt = state, result, micro(at)
	o.approvals[named{merchantID, id}] = a
	return nil
}

// RenumberApproved is SetTerminal and EndApproval in one.
func (s *Store) RenumberApproved(ctx context.Context, t store.Terminal, approvalID string, at time.Time, deeds ...store.Deed) error {
	return s.do(ctx, deeds, func() error {
		stored := s.merchant(t.MerchantID).terminals[t.ID]
		if stored == nil {
			return store.ErrNoTerminal
		}
		if err := group.Ahead(stored.Cursor, t.Cursor); err != nil {
			return err
		}
		if err := s.operators.end(t.MerchantID, approvalID, operator.Performed, "", at); err != nil {
			return err
		}
		*stored = t
		return nil
	})
}

// Approval gives one.
func (s *Store) Approval(ctx context.Context, merchantID, id string) (a operator.Approval, err error) {
	err = s.write(ctx, func() error {
		var ok bool
		if a, ok = s.operators.approvals[named{merchantID, id}]; !ok {
			return store.ErrNotFound
		}
		return nil
	})
	return a, err
}

// chosenApprovals lists those that a function chooses, in an order.
func (s *Store) chosenApprovals(ctx context.Context, limit int, chosen func(operator.Approval) bool, order func(a, b operator.Approval) int) (list []operator.Approval, err error) {
	err = s.write(ctx, func() error {
		for _, a := range s.operators.approvals {
			if chosen(a) {
				list = append(list, a)
			}
		}
		return nil
	})
	slices.SortFunc(list, order)
	return list[:min(len(list), limit)], err
}

// Approvals lists a merchant's.
func (s *Store) Approvals(ctx context.Context, f store.ApprovalFilter) ([]operator.Approval, error) {
	limit := f.Limit
	if limit <= 0 {
		limit = 20
	}
	return s.chosenApprovals(ctx, min(limit, 100), func(a operator.Approval) bool {
		return a.MerchantID == f.MerchantID && (f.Subject == "" || a.Subject == f.Subject) && (f.Before == "" || a.ID < f.Before) &&
			(f.PendingAt.IsZero() || a.State == operator.Pending && a.ExpiresAt.After(f.PendingAt))
	}, func(a, b operator.Approval) int { return strings.Compare(b.ID, a.ID) })
}

// ApprovedOpen lists what was approved and has not ended.
func (s *Store) ApprovedOpen(ctx context.Context, before time.Time, limit int) ([]operator.Approval, error) {
	return s.chosenApprovals(ctx, limit, func(a operator.Approval) bool {
		return a.State == operator.Approved && a.DecidedAt.Before(before)
	}, func(a, b operator.Approval) int { return a.DecidedAt.Compare(b.DecidedAt) })
}
