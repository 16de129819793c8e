package store

import (
	"context"
	"time"

	"github.com/lunas-pay/lunas/internal/operator"
)

// Operators keeps the console's users, who is logged in, and what two people must agree on. Deeds are noted with what they
// tell of, or not at all.
type Operators interface {
	// SaveUser makes a user (Version 1), or changes one: then the version before must be stored. CreatedAt stays. ErrConflict,
	// also where another user has the name. So no code is taken twice: who uses one writes the user.
	SaveUser(ctx context.Context, u operator.User, deeds ...Deed) error
	// User and UserNamed give one, or ErrNotFound; Users lists all in the order of their names.
	User(ctx context.Context, id string) (operator.User, error)
	UserNamed(ctx context.Context, name string) (operator.User, error)
	Users(context.Context) ([]operator.User, error)

	// SaveInvite keeps a link in place of the user's earlier ones. One of the first owner is ErrConflict once there is a user;
	// there may be several, one of each replica.
	SaveInvite(ctx context.Context, i operator.Invite, deeds ...Deed) error
	// Invite gives one, expired or not, or ErrNotFound.
	Invite(context.Context, operator.Hash) (operator.Invite, error)
	// Redeem uses a link up and saves the user that it is for, both or neither, and ends the user's sessions. ErrNotFound: it
	// is used or has expired, or is of the first owner and there is a user; ErrConflict as of SaveUser.
	Redeem(ctx context.Context, hash operator.Hash, now time.Time, u operator.User, deeds ...Deed) error

	// StartSession begins one; EndSession ends one, EndSessions all of a user but the given one, ForgetSessions those that
	// were made before a time.
	StartSession(context.Context, operator.Session) error
	// Session gives a session, ended by time or not, with its user, or ErrNotFound.
	Session(context.Context, operator.Hash) (operator.Session, operator.User, error)
	// Sessions lists a user's, the newest first.
	Sessions(ctx context.Context, userID string) ([]operator.Session, error)
	// SeeSession notes that a session was used.
	SeeSession(ctx context.Context, hash operator.Hash, at time.Time) error
	EndSession(context.Context, operator.Hash) error
	EndSessions(ctx context.Context, userID string, except operator.Hash) error
	ForgetSessions(ctx context.Context, before time.Time) error

	// Attempt counts a try under a name of the caller's, before it is known how it ends; false with the time from which on the
	// next is allowed. Of many at a time no more pass than patience has. ForgetAttempts begins anew.
	Attempt(ctx context.Context, name string, p operator.Patience, now time.Time) (a operator.Attempts, ok bool, err error)
	ForgetAttempts(ctx context.Context, name string) error

	// RequestApproval keeps a new request. ErrConflict: there is one of this id.
	RequestApproval(ctx context.Context, a operator.Approval, deeds ...Deed) error
	// DecideApproval writes a decision down, if operator.Approval.Decide allows it on what is stored, and gives the approval
	// as it is now: ErrNotFound, operator.ErrSelf, operator.ErrDecided. The database itself refuses that one person asks and
	// approves.
	DecideApproval(ctx context.Context, d operator.Decision, deeds ...Deed) (operator.Approval, error)
	// EndApproval says what became of an approved one: Performed, or Failed with the result. ErrConflict: it was not approved,
	// or has ended before.
	EndApproval(ctx context.Context, merchantID, id string, state operator.ApprovalState, result string, at time.Time, deeds ...Deed) error
	// RenumberApproved is SetTerminal and EndApproval with Performed, both or neither.
	RenumberApproved(ctx context.Context, t Terminal, approvalID string, at time.Time, deeds ...Deed) error
	// Approval gives one, or ErrNotFound.
	Approval(ctx context.Context, merchantID, id string) (operator.Approval, error)
	// Approvals lists a merchant's, the newest first.
	Approvals(context.Context, ApprovalFilter) ([]operator.Approval, error)
	// ApprovedOpen lists what was approved, of all merchants, before a time and has not ended: its process died.
	ApprovedOpen(ctx context.Context, before time.Time, limit int) ([]operator.Approval, error)
}

// ApprovalFilter chooses approvals. Zero fields choose everything.
type ApprovalFilter struct {
	MerchantID string
	Subject    string
	// PendingAt leaves out what cannot be decided at a time.
	PendingAt time.Time
	Before    string // an approval's id: only older ones (the cursor of the last page)
	Limit     int    // at most 100; 0 means 20
}

// Kinds of actions of the console.
const (
	ActUserCreated         = "user.created"
	ActUserSetUp           = "user.set_up" // password and second factor were set by a link
	ActUserChanged         = "user.changed"
	ActUserInvited         = "user.invited" // a link was made for a user
	ActUserDisabled        = "user.disabled"
	ActUserEnabled         = "user.enabled"
	ActUserLoggedIn        = "user.logged_in"
	ActPasswordChanged     = "user.password_changed"
	ActSecondFactorChanged = "user.second_factor_changed"
	ActSecondFactorWrapped = "user.second_factor_rewrapped" // sealed by another master key; the factor is the same
	ActRecoveryRenewed     = "user.recovery_codes_renewed"
	ActSessionsEnded       = "user.sessions_ended"
	ActPaymentAsked        = "payment.asked"
	ActPaymentUnmasked     = "payment.unmasked"
	ActApprovalRequested   = "approval.requested"
	ActApprovalApproved    = "approval.approved"
	ActApprovalRejected    = "approval.rejected"
	ActApprovalWithdrawn   = "approval.withdrawn"
	ActApprovalPerformed   = "approval.performed"
	ActApprovalFailed      = "approval.failed"
)
