package operator

import (
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Action is something that moves money or numbering by hand. The spelling is stored and never changes.
type Action string

// The actions.
const (
	Void      Action = "void"
	Refund    Action = "refund"
	Reverse   Action = "reverse"   // send the reversal again
	Resolve   Action = "resolve"   // close a payment in review
	Numbering Action = "numbering" // move a terminal's cursor ahead, release a terminal
)

// Actions lists every action. Two people must agree on each unless a merchant has it otherwise.
func Actions() []Action { return []Action{Void, Refund, Reverse, Resolve, Numbering} }

// Known tells whether a is one of Actions.
func (a Action) Known() bool { return slices.Contains(Actions(), a) }

// ApprovalState is how an approval stands.
type ApprovalState string

// The states. A pending one can be decided until it expires. An approved one is on disk before anything is done, and is
// done once, also when the process dies in between.
const (
	Pending   ApprovalState = "pending"
	Approved  ApprovalState = "approved"
	Performed ApprovalState = "performed"
	Failed    ApprovalState = "failed" // it was approved and could not be done; Result says why
	Rejected  ApprovalState = "rejected"
	Withdrawn ApprovalState = "withdrawn" // by who had asked for it
)

// ApprovalLife is how long a request waits for a second person.
const ApprovalLife = 30 * time.Minute

// Approval is a request of one person that another must agree to.
type Approval struct {
	ID         string
	MerchantID string
	Action     Action
	Subject    string // a payment's or a terminal's id
	To         string // Resolve: the final state
	Batch      int    // Numbering: the number that the next one comes after; 0: the cursor stays
	Reference  int
	Reason     string // of who asks

	State       ApprovalState
	RequestedBy string // a user's id
	RequestedAt time.Time
	ExpiresAt   time.Time
	DecidedBy   string // a user's id, not RequestedBy's unless it was withdrawn
	DecidedAt   time.Time
	EndedAt     time.Time // Performed, Failed
	Result      string    // Failed: why, in a sentence or a code
}

// Expired tells whether a request has waited too long.
func (a Approval) Expired(now time.Time) bool { return a.State == Pending && !now.Before(a.ExpiresAt) }

// Decision is what somebody says to a request.
type Decision struct {
	MerchantID, ID string
	By             string        // a user's id
	State          ApprovalState // Approved, Rejected or Withdrawn
	At             time.Time
}

// Errors of Decide.
var (
	ErrSelf    = errors.New("who asks for something does not approve it: that takes another person")
	ErrDecided = errors.New("this request was decided before, or has expired")
)

// Decide is the rule of four eyes: it gives the approval as it is after a decision. Another person approves or rejects,
// and only who has asked withdraws.
func (a Approval) Decide(d Decision) (Approval, error) {
	own := d.By == a.RequestedBy
	switch {
	case a.State != Pending || a.Expired(d.At) || d.By == "":
		return a, ErrDecided
	case d.State == Approved || d.State == Rejected:
		if own {
			return a, ErrSelf
		}
	case d.State != Withdrawn || !own:
		return a, ErrDecided
	}
	a.State, a.DecidedBy, a.DecidedAt = d.State, d.By, d.At
	return a, nil
}

// ReasonMax is how many characters a reason may have.
const ReasonMax = 255

// ErrReason says what a reason must be.
var ErrReason = errors.New("a reason of 5 to 255 characters in one line is needed")

// CheckReason gives a reason as it is kept, without space around it.
func CheckReason(s string) (string, error) {
	s = strings.TrimSpace(s)
	n := utf8.RuneCountInString(s)
	if !utf8.ValidString(s) || n < 5 || n > ReasonMax || strings.ContainsFunc(s, unicode.IsControl) {
		return "", ErrReason
	}
	return s, nil
}
