package gateway

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/console"
	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/store"
)

// Users are the console's users in a database, opened on the machine itself: the way in when nobody can log in any more.
type Users struct{ store store.Store }

// OpenUsers opens a database. A SQLite file must not be in use by a gateway.
func OpenUsers(ctx context.Context, database string) (*Users, error) {
	db, err := OpenStore(ctx, database, RealClock(), false)
	if err != nil {
		return nil, err
	}
	return &Users{db}, nil
}

// Close closes the database.
func (u *Users) Close() error { return u.store.Close() }

// List lists users in the order of their names.
func (u *Users) List(ctx context.Context) ([]operator.User, error) { return u.store.Users(ctx) }

// Add makes a user with roles written merchant:role, or a role alone for all merchants, and gives the path of the link that
// sets password and second factor, with the time until which it is good.
func (u *Users) Add(ctx context.Context, name string, roles []string, reason string) (path string, until time.Time, err error) {
	if name, err = operator.NewName(name); err != nil {
		return "", until, err
	}
	n := operator.User{ID: engine.NewID("usr_"), Name: name, Version: 1, CreatedAt: time.Now()}
	for _, text := range roles {
		merchantID, role, found := strings.Cut(text, ":")
		if !found {
			merchantID, role = operator.Everywhere, text
		}
		n.Grants = append(n.Grants, operator.Grant{MerchantID: merchantID, Role: operator.Role(role)})
	}
	if err := operator.CheckGrants(n.Grants); err != nil {
		return "", until, fmt.Errorf("%w: write owner, or kopi:operator, with one of the roles %v", err, operator.Roles())
	}
	err = u.store.SaveUser(ctx, n, byHand(store.Action{Kind: store.ActUserCreated, Subject: n.ID, Reason: reason}))
	if errors.Is(err, store.ErrConflict) {
		return "", until, fmt.Errorf("there is a user %s already; give a new link with reset", name)
	}
	if err != nil {
		return "", until, err
	}
	return u.invite(ctx, n.ID, reason)
}

// Reset gives a new link for a user, which sets password and second factor anew, enables the user, and forgets failed tries.
func (u *Users) Reset(ctx context.Context, name, reason string) (path string, until time.Time, err error) {
	n, err := u.store.UserNamed(ctx, strings.ToLower(name))
	if errors.Is(err, store.ErrNotFound) {
		return "", until, fmt.Errorf("there is no user %q; lunas users list shows them", name)
	}
	if err == nil && !n.DisabledAt.IsZero() {
		n.DisabledAt = time.Time{}
		n.Version++
		err = u.store.SaveUser(ctx, n, byHand(store.Action{Kind: store.ActUserEnabled, Subject: n.ID, Reason: reason}))
	}
	if err != nil {
		return "", until, err
	}
	return u.invite(ctx, n.ID, reason)
}

func (u *Users) invite(ctx context.Context, userID, reason string) (string, time.Time, error) {
	return console.Invitation(ctx, u.store, userID, time.Now(), byHand(store.Action{Kind: store.ActUserInvited, Subject: userID, Reason: reason}))
}
