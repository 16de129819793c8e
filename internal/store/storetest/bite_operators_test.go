package storetest_test

import (
	"context"
	"errors"
	"time"

	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/store"
)

// badOperators are what can be broken of the console's people.
type badOperators struct {
	saveUser func(operator.User, []store.Deed) error
	redeem   func(operator.Hash, time.Time, operator.User, []store.Deed) error
	session  func(operator.Hash) (operator.Session, operator.User, error)
	attempt  func(name string, p operator.Patience, now time.Time) (operator.Attempts, bool, error)
	decide   func(operator.Decision, []store.Deed) (operator.Approval, error)
	end      func(merchantID, id string, s operator.ApprovalState, result string, at time.Time, deeds []store.Deed) error
	renumber func(t store.Terminal, id string, at time.Time, deeds []store.Deed) error
	list     func(store.ApprovalFilter) ([]operator.Approval, error)
}

func (b *bad) SaveUser(ctx context.Context, u operator.User, deeds ...store.Deed) error {
	if b.saveUser != nil {
		return b.saveUser(u, deeds)
	}
	return b.Store.SaveUser(ctx, u, b.noted(deeds)...)
}

func (b *bad) Redeem(ctx context.Context, hash operator.Hash, now time.Time, u operator.User, deeds ...store.Deed) error {
	if b.redeem != nil {
		return b.redeem(hash, now, u, deeds)
	}
	return b.Store.Redeem(ctx, hash, now, u, b.noted(deeds)...)
}

func (b *bad) Session(ctx context.Context, hash operator.Hash) (operator.Session, operator.User, error) {
	if b.session != nil {
		return b.session(hash)
	}
	return b.Store.Session(ctx, hash)
}

func (b *bad) Attempt(ctx context.Context, name string, p operator.Patience, now time.Time) (operator.Attempts, bool, error) {
	if b.attempt != nil {
		return b.attempt(name, p, now)
	}
	return b.Store.Attempt(ctx, name, p, now)
}

func (b *bad) DecideApproval(ctx context.Context, d operator.Decision, deeds ...store.Deed) (operator.Approval, error) {
	if b.decide != nil {
		return b.decide(d, deeds)
	}
	return b.Store.DecideApproval(ctx, d, b.noted(deeds)...)
}

func (b *bad) EndApproval(ctx context.Context, merchantID, id string, s operator.ApprovalState, result string, at time.Time, deeds ...store.Deed) error {
	if b.end != nil {
		return b.end(merchantID, id, s, result, at, deeds)
	}
	return b.Store.EndApproval(ctx, merchantID, id, s, result, at, b.noted(deeds)...)
}

func (b *bad) RenumberApproved(ctx context.Context, t store.Terminal, id string, at time.Time, deeds ...store.Deed) error {
	if b.renumber != nil {
		return b.renumber(t, id, at, deeds)
	}
	return b.Store.RenumberApproved(ctx, t, id, at, b.noted(deeds)...)
}

func (b *bad) Approvals(ctx context.Context, f store.ApprovalFilter) ([]operator.Approval, error) {
	if b.list != nil {
		return b.list(f)
	}
	return b.Store.Approvals(ctx, f)
}

func brokenOperators() []breakage {
	const (
		users    = "a user is changed by who has seen it as it is, and names are unique"
		links    = "a link is good once, until it expires, and there is one first owner"
		first    = "of many who use links of the first owner at a time one becomes it"
		sessions = "a session is its user's until it is ended"
		tries    = "of many who try at a time no more pass than patience has"
		decides  = "who asks does not approve, and a request is decided once and in time"
		parallel = "of many who decide at a time one does"
		ends     = "what was approved ends once, and is found until then"
		numbers  = "an approved numbering is written with its end, or neither is"
		lists    = "approvals are listed to their merchant, the newest first, page by page"
		notes    = "what is done in the console is noted with it, or neither is written"
	)
	return []breakage{
		{"who has not seen a user's change writes over it", func(b *bad) {
			b.saveUser = func(u operator.User, deeds []store.Deed) error {
				err := b.Store.SaveUser(ctx, u, deeds...)
				for n := 1; errors.Is(err, store.ErrConflict) && n < 5; n++ {
					u.Version = n
					err = b.Store.SaveUser(ctx, u, deeds...)
				}
				return err
			}
		}, []string{users}},
		{"recovery codes are forgotten", func(b *bad) {
			b.saveUser = func(u operator.User, deeds []store.Deed) error {
				u.Recovery = nil
				return b.Store.SaveUser(ctx, u, deeds...)
			}
		}, []string{users}},
		{"links are good twice", func(b *bad) {
			b.redeem = func(hash operator.Hash, now time.Time, u operator.User, deeds []store.Deed) error {
				err := b.Store.Redeem(ctx, hash, now, u, deeds...)
				if errors.Is(err, store.ErrNotFound) {
					return b.Store.SaveUser(ctx, u, deeds...)
				}
				return err
			}
		}, []string{links, first, notes}},
		{"links never expire", func(b *bad) {
			b.redeem = func(hash operator.Hash, _ time.Time, u operator.User, deeds []store.Deed) error {
				return b.Store.Redeem(ctx, hash, time.Time{}, u, deeds...)
			}
		}, []string{links}},
		{"ended sessions go on", func(b *bad) {
			seen := map[operator.Hash]operator.Session{}
			b.session = func(hash operator.Hash) (operator.Session, operator.User, error) {
				s, u, err := b.Store.Session(ctx, hash)
				if err != nil {
					s, err = seen[hash], nil
				}
				return s, u, err
			}
		}, []string{sessions}},
		{"tries are not counted", func(b *bad) {
			b.attempt = func(string, operator.Patience, time.Time) (operator.Attempts, bool, error) {
				return operator.Attempts{}, true, nil
			}
		}, []string{tries}},
		{"everybody may approve what they have asked for", func(b *bad) {
			b.decide = func(d operator.Decision, deeds []store.Deed) (operator.Approval, error) {
				a, err := b.Store.DecideApproval(ctx, d, deeds...)
				if errors.Is(err, operator.ErrSelf) {
					d.By = "usr_other"
					a, err = b.Store.DecideApproval(ctx, d, deeds...)
				}
				return a, err
			}
		}, []string{decides, notes}},
		{"requests never expire", func(b *bad) {
			b.decide = func(d operator.Decision, deeds []store.Deed) (operator.Approval, error) {
				d.At = d.At.Add(-time.Hour)
				return b.Store.DecideApproval(ctx, d, deeds...)
			}
		}, []string{decides}},
		{"a later decision is taken too", func(b *bad) {
			b.decide = func(d operator.Decision, deeds []store.Deed) (operator.Approval, error) {
				a, err := b.Store.DecideApproval(ctx, d, deeds...)
				if errors.Is(err, operator.ErrDecided) {
					err = nil
				}
				return a, err
			}
		}, []string{decides, parallel}},
		{"what has ended ends again", func(b *bad) {
			b.end = func(merchantID, id string, s operator.ApprovalState, result string, at time.Time, deeds []store.Deed) error {
				if err := b.Store.EndApproval(ctx, merchantID, id, s, result, at, deeds...); !errors.Is(err, store.ErrConflict) {
					return err
				}
				return nil
			}
		}, []string{ends, notes}},
		{"a terminal is renumbered whatever was approved", func(b *bad) {
			b.renumber = func(t store.Terminal, id string, at time.Time, deeds []store.Deed) error {
				if err := b.Store.SetTerminal(ctx, t); err != nil {
					return err
				}
				return b.Store.EndApproval(ctx, t.MerchantID, id, operator.Performed, "", at, deeds...)
			}
		}, []string{numbers}},
		{"the next page of approvals is the first", func(b *bad) {
			b.list = func(f store.ApprovalFilter) ([]operator.Approval, error) {
				f.Before = ""
				return b.Store.Approvals(ctx, f)
			}
		}, []string{lists}},
		{"what was decided waits on", func(b *bad) {
			b.list = func(f store.ApprovalFilter) ([]operator.Approval, error) {
				f.PendingAt = time.Time{}
				return b.Store.Approvals(ctx, f)
			}
		}, []string{lists}},
		{"what is done in the console is not noted", func(b *bad) { b.deeds = func(*store.Deed) bool { return false } }, []string{notes}},
	}
}
