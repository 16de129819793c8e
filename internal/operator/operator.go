// Package operator says who may do what in the console: users, their roles and sessions, how they prove who they are, and
// what two people must agree on. It keeps nothing, reads no clock, and knows no pages: time and randomness are given.
package operator

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Role is what a user may do for a merchant. The spelling is stored and never changes.
type Role string

// The roles. Viewer sees; Operator asks for things too; Approver decides what others have asked for; Developer sees, and
// looks after webhooks; Owner does everything, and looks after users.
const (
	Viewer    Role = "viewer"
	Operator  Role = "operator"
	Approver  Role = "approver"
	Developer Role = "developer"
	Owner     Role = "owner"
)

// Roles lists every role.
func Roles() []Role { return []Role{Viewer, Operator, Approver, Developer, Owner} }

// Known tells whether r is one of Roles.
func (r Role) Known() bool { return slices.Contains(Roles(), r) }

// Covers tells whether a user of role r may do what is for least. A developer is no operator, and the other way about.
func (r Role) Covers(least Role) bool {
	switch r {
	case Owner:
		return least.Known()
	case Approver:
		return least == Viewer || least == Operator || least == Approver
	case Operator:
		return least == Viewer || least == Operator
	case Developer:
		return least == Viewer || least == Developer
	case Viewer:
		return least == Viewer
	}
	return false
}

// Everywhere, as a grant's merchant, stands for all merchants, those to come included.
const Everywhere = "*"

// Grant gives a role for a merchant, or Everywhere.
type Grant struct {
	MerchantID string `json:"merchant"`
	Role       Role   `json:"role"`
}

// User is somebody who may use the console. Whoever holds one holds hashes and sealed secrets only.
type User struct {
	ID         string
	Name       string // to log in with: lower case, unique
	Version    int    // 1 when it is made; one more with each change
	Grants     []Grant
	CreatedAt  time.Time
	DisabledAt time.Time // zero: may log in

	Password string // argon2id, as HashPassword writes it; empty: none is set
	TOTP     []byte // the sealed secret; empty: none is set
	TOTPStep int64  // of the last code that was used: no code is good twice
	Recovery []Hash // of codes that stand in for one code each
}

// Ready tells whether a user can log in: enabled, with a password and a second factor.
func (u User) Ready() bool { return u.DisabledAt.IsZero() && u.Password != "" && len(u.TOTP) > 0 }

// May tells whether a user may do for a merchant what is for at least a role.
func (u User) May(least Role, merchantID string) bool {
	return slices.ContainsFunc(u.Grants, func(g Grant) bool {
		return (g.MerchantID == Everywhere || g.MerchantID == merchantID) && g.Role.Covers(least)
	})
}

// MaySomewhere tells whether there is a merchant for which May holds.
func (u User) MaySomewhere(least Role) bool {
	return slices.ContainsFunc(u.Grants, func(g Grant) bool { return g.Role.Covers(least) })
}

// MayManage tells whether a user may change another: somebody who has roles only where the first one is owner.
func (u User) MayManage(other User) bool {
	return u.ID != other.ID && u.MayGrant(other.Grants)
}

// MayGrant tells whether a user may give somebody these roles.
func (u User) MayGrant(grants []Grant) bool {
	return !slices.ContainsFunc(grants, func(g Grant) bool { return !u.May(Owner, g.MerchantID) })
}

// Errors of NewName and of grants.
var (
	ErrName   = errors.New("a name has 3 to 64 letters, digits, and . _ - + @, and begins with a letter or a digit")
	ErrGrants = errors.New("a user has 1 to 100 roles, each known, no more than one for a merchant")
)

var nameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._+@-]{2,63}$`) // never written

// NewName gives the name as it is kept: in lower case. An e-mail address is one.
func NewName(s string) (string, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	if !nameForm.MatchString(s) {
		return "", ErrName
	}
	return s, nil
}

// CheckGrants gives ErrGrants unless the roles are such as a user can have.
func CheckGrants(grants []Grant) error {
	seen := map[string]bool{}
	for _, g := range grants {
		if g.MerchantID == "" || seen[g.MerchantID] || !g.Role.Known() {
			return ErrGrants
		}
		seen[g.MerchantID] = true
	}
	if len(grants) == 0 || len(grants) > 100 {
		return ErrGrants
	}
	return nil
}
