// Package store is the contract between the engine and whatever keeps payments: memory, SQLite or PostgreSQL. Its
// suite is package storetest, which every implementation must pass.
//
// A store writes what it is given, all or nothing, and guards three things that only it can guard: that a payment is
// changed only from the version its writer has seen, that an idempotency key belongs to one payment, and that a
// terminal's number is given once. It decides nothing else.
package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
)

// Store is what the engine needs. All methods may be called from many goroutines.
type Store interface {
	// Commit writes a change and returns it as it was written, with its number. When it returns without an error the
	// change is on disk. Many callers' changes are written together; one caller's refusal is that caller's alone.
	//
	// Errors: ErrConflict, *KeyUsed, *LimitReached, ErrNoTerminal, *TerminalHeld, whatever Change.Finish returned, ErrClosed, or
	// the trouble of the database itself — then nothing was written, which the store has made sure of, unless the
	// error is ErrUnknown.
	Commit(context.Context, Change) (Change, error)

	// Load gives a payment, or ErrNotFound.
	Load(ctx context.Context, merchantID, paymentID string) (payment.Payment, error)

	// Claim takes tasks that are due, the oldest first: at most Limit of them, none before its NotBefore, none that is
	// claimed until later than Now, whoever claimed it, and of a merchant's serial key at most one at a time: none
	// while another one of this key is claimed. What was claimed belongs to the claimer (Owner) and is free again when
	// its payment changes or after For. A claim only saves work: the version guard of Commit is what keeps two from
	// acting.
	Claim(context.Context, Claim) ([]Task, error)

	// Beat says that the owner is alive for a further lease of real time, and gives the owners whose lease has ended
	// (by the database's clock) and that still have tasks, so that somebody takes those over.
	Beat(ctx context.Context, owner string, lease time.Duration) (dead []string, err error)
	// TakeOver gives the dead owner's tasks, due or not, to the new one and returns them, the oldest first: at most
	// limit, call again until empty. Their claims end.
	TakeOver(ctx context.Context, dead, owner string, limit int) ([]Task, error)

	// Acquire takes a named lock of a merchant until the given time, for what may be done by one at a time (a status
	// check by hand, for instance); false when another holds it, while its holder may prolong it. Release gives it back
	// early, if it is still the holder's.
	Acquire(ctx context.Context, lock Lock, now time.Time) (bool, error)
	Release(ctx context.Context, lock Lock) error
	// Locks gives all merchants' locks that are held at a time and whose names begin with a prefix, in the order of merchants
	// and names.
	Locks(ctx context.Context, prefix string, now time.Time) ([]Lock, error)

	// SaveTerminal makes a terminal known. One that exists keeps its cursor; ErrStyle when the style differs.
	SaveTerminal(context.Context, Terminal) error
	// Terminals lists a merchant's terminals in the order of their ids.
	Terminals(ctx context.Context, merchantID string) ([]Terminal, error)
	// SetTerminal changes cursor and hold of a terminal by hand. The cursor may only move ahead; group.Ahead says what
	// that means. Errors: ErrNoTerminal, ErrBackwards, and those of payment.Cursor.ChangeStyle.
	SetTerminal(context.Context, Terminal, ...Deed) error

	// SaveTerms keeps a revision of an account's terms for ever; the same revision again is no error and changes nothing.
	SaveTerms(ctx context.Context, merchantID, account, revision string, t payment.Terms) error
	// Terms gives a revision, or ErrNotFound.
	Terms(ctx context.Context, merchantID, account, revision string) (payment.Terms, error)

	// SaveSecret keeps a small sealed value under a name of a merchant, in place of the one before, for all replicas.
	// Expires says until when it is of use; it is kept all the same.
	SaveSecret(ctx context.Context, merchantID, name string, sealed []byte, expires time.Time) error
	// Secret gives it, expired or not, or ErrNotFound.
	Secret(ctx context.Context, merchantID, name string) (sealed []byte, expires time.Time, err error)

	// ForgetLimits forgets what is stored of limits that are full again at a time: as if it had never been.
	ForgetLimits(ctx context.Context, full time.Time) error

	// Append keeps exchanges that belong to no change.
	Append(context.Context, []exchange.Part) error

	Reader
	Outbox
	Registry
	Fencing
	Books
	Actions
	Operators
	Follower
	Onboarding
	Notices
	Close() error
}

// Reader serves pages and lists. It never blocks a writer.
type Reader interface {
	// Payments lists a merchant's payments, newest first.
	Payments(context.Context, Filter) ([]payment.Payment, error)
	// Newer gives those of the seen payments whose version has grown.
	Newer(context.Context, []Seen) ([]payment.Payment, error)
	// Journal gives a payment's entries in order.
	Journal(ctx context.Context, merchantID, paymentID string) ([]Entry, error)
	// Exchanges gives a payment's exchanges in the order in which they began, each request followed by its response
	// (group.SortExchanges); sealed.
	Exchanges(ctx context.Context, merchantID, paymentID string) ([]exchange.Part, error)
	// Told gives what was told of a payment, in the order of versions, and of ids within one.
	Told(ctx context.Context, merchantID, paymentID string) ([]Told, error)
	// KeyOf gives what an idempotency key stands for, or ErrNotFound.
	KeyOf(ctx context.Context, merchantID string, mode payment.Mode, key string) (KeyUsed, error)
	// PaymentNamed gives the id of the payment that has a name (Change.Name), or ErrNotFound.
	PaymentNamed(ctx context.Context, merchantID, name string) (paymentID string, err error)
	// OpenTasks counts tasks, and gives the due time of the oldest.
	OpenTasks(context.Context) (n int, oldest time.Time, err error)
	// Ping tells whether the database answers and takes writes.
	Ping(context.Context) error
}

// Change is a new state of one payment with everything that must be on disk together with it.
type Change struct {
	// ID is unique and stored with the journal's row, so that a COMMIT of unknown outcome can be read back.
	ID string
	// Payment is the new state; its Version is one above the version that must be stored now (1: must be new).
	Payment payment.Payment
	// Event is what led to it, for the journal; By says which owner wrote it.
	Event payment.Event
	// Commands are what Decide gave. They are not stored: Payment.WakeAt and the open calls in it bring them back.
	Commands []payment.Command

	Key Key // zero: no idempotency key

	// Terminal, when set, makes the change take the next number of this terminal of the merchant. Finish then gives
	// the change with number and t0 filled in, everywhere. It is called inside the group, once a number is certain
	// and possibly again with another number when the group is replayed; it must be pure. Its error refuses this
	// change alone and takes no number.
	Terminal string
	Finish   func(n payment.Number, t0 time.Time) (Change, error)

	// Limits are what the change counts against, each name once. Where one is used up the change is refused with
	// *LimitReached and counts against none. They hold for all processes together.
	Limits []Limit

	// Name, when set, is one more name by which the payment can be found for ever, unique for the merchant: what the
	// provider calls it. One that another payment has already stays with that one.
	Name string

	Exchanges []exchange.Part // sealed
	Told      []Told
	Hold      *payment.Hold // stops a terminal
	// Owner performs what is open in Payment and holds its timer; WakeBefore is the WakeAt that is stored now.
	Owner      string
	WakeBefore time.Time
	// NotBefore and SerialKey are the task's: see Task. Both may be zero.
	NotBefore time.Time
	SerialKey string
}

// Key is an idempotency key with the fingerprint of the request that it came with. A key is unique per merchant and
// mode for as long as the payment is kept.
type Key struct{ Key, Fingerprint string }

// KeyUsed is the error for a key that belongs to an earlier change, committed or in the same group. PaymentID is the id of
// an action instead where the key came with one; see Deed.
type KeyUsed struct{ PaymentID, Fingerprint string }

func (e *KeyUsed) Error() string {
	if e.IsAction() {
		return "idempotency key already used by action " + e.PaymentID
	}
	return "idempotency key already used by payment " + e.PaymentID
}

// Limit says how often something may happen: Count times at once, and from then on one time more every Per/Count. The
// name says what is counted; it is nobody's in particular, so it must hold whose it is, and nothing personal.
type Limit struct {
	Name  string
	Count int // at least 1
	Per   time.Duration
}

// Next counts one more at a time. Used is what was stored of the name, zero for nothing; next is what to store in its
// place, unless it may not be: then until says when it may. This is the generic cell rate algorithm, which needs to
// remember one instant only.
func (l Limit) Next(used, now time.Time) (next, until time.Time, ok bool) {
	step := l.Per / time.Duration(l.Count)
	if used.Before(now) {
		used = now
	}
	if first := used.Add(step - l.Per); first.After(now) {
		return time.Time{}, first, false
	}
	return used.Add(step), time.Time{}, true
}

// LimitReached is the error for a change that comes too soon.
type LimitReached struct {
	Name  string
	Until time.Time // when the next one is granted, if there is none before
}

func (e *LimitReached) Error() string {
	return "the limit " + e.Name + " is used up until " + e.Until.Format(time.RFC3339)
}

// TerminalHeld is the error for a number wanted of a terminal that an operator must release first.
type TerminalHeld struct{ Terminal, Reason string }

func (e *TerminalHeld) Error() string {
	return fmt.Sprintf("terminal %s is stopped: %s", e.Terminal, e.Reason)
}

// Errors that callers must tell apart.
var (
	ErrConflict   = errors.New("the payment has changed meanwhile")
	ErrNotFound   = errors.New("not found")
	ErrNoTerminal = errors.New("no such terminal")
	ErrStyle      = errors.New("the terminal's numbering style differs from the stored one; changing it is an operator's action")
	ErrBackwards  = errors.New("a terminal's numbering may only move ahead")
	ErrClosed     = errors.New("the store is closed")
	// ErrUnknown: the database went away during COMMIT and could not be asked since. Whether the change was written is
	// not known; nothing may be sent for it. If it was, its task brings it back.
	ErrUnknown = errors.New("the outcome of the commit is not known")
)

// Entry is a row of a payment's journal.
type Entry struct {
	Version  int
	ChangeID string
	At       time.Time
	Event    payment.Event
}

// Told is one announcement of a change of state.
type Told struct {
	ID         string
	MerchantID string
	PaymentID  string // empty: it is about no payment
	Version    int
	Mode       payment.Mode
	Type       string // payment.paid, …
	At         time.Time
	Body       []byte // the event as it is told; see package webhook
	Position   int64  // in the merchant's feed; 0 until the sequencer has given one
}

// Task is a payment that must be woken at a time.
type Task struct {
	MerchantID string
	PaymentID  string
	Kind       string // wake
	DueAt      time.Time
	NotBefore  time.Time
	SerialKey  string // empty: none
	Owner      string
}

// KindWake is the kind of a payment's own alarm.
const KindWake = "wake"

// Claim says which tasks are wanted.
type Claim struct {
	Owner  string
	Now    time.Time     // the engine's clock
	Before time.Time     // due at or before this
	For    time.Duration // nobody else gets them for so long
	Limit  int
}

// Lock is a named lock of a merchant.
type Lock struct {
	MerchantID, Name, Holder string
	Until                    time.Time
}

// Terminal is a terminal's numbering.
type Terminal struct {
	MerchantID string
	ID         string
	Cursor     payment.Cursor
	Held       string // why it is stopped; empty when it is not
}

// Seen is a payment as a watcher knows it.
type Seen struct {
	MerchantID, PaymentID string
	Version               int
}

// Filter chooses payments. Zero fields choose everything.
type Filter struct {
	MerchantID string
	Mode       payment.Mode
	States     []payment.State
	Reference  string
	From, To   time.Time // created at or after From, before To
	Word       string    // only those found by it; see Follower
	Before     string    // a payment's id: only older ones (the cursor of the last page)
	After      string    // a payment's id: only newer ones
	Limit      int       // at most 100; 0 means 20
}

// Backend is what a database offers; the group committer (package group) makes a Store's Commit of it.
type Backend interface {
	// CommitGroup writes many changes in one transaction and gives each caller its own result, in order. Either all of
	// them take numbers or none does. An error is the whole group's: nothing was written.
	CommitGroup(context.Context, []Change) ([]Result, error)
}

// Result is what became of one change of a group.
type Result struct {
	Change Change
	Err    error
}
