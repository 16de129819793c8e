package store

import (
	"context"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/recap"
)

// Books are what days are closed and reconciled by: payments counted and read by day, the recaps, and what came of
// reconciling. Reading is done in short pieces, so that it blocks no writer, and none holds a day in memory.
//
// A payment without a terminal has reached no provider and counts on no day. Commit notes a fact of a payment for each of
// recap.Facts.
type Books interface {
	// Traders lists the merchants that have terminals.
	Traders(context.Context) ([]string, error)
	// FirstMade gives when the oldest payment of a merchant was made, or ErrNotFound.
	FirstMade(ctx context.Context, merchantID string) (time.Time, error)
	// CountDay adds up a merchant's payments of a day.
	CountDay(ctx context.Context, merchantID string, day payment.Day) ([]recap.Count, error)
	// DayNumbers gives the number by which each payment of a day stands, in any order, of all modes.
	DayNumbers(ctx context.Context, merchantID string, day payment.Day, f func(DayNumber) error) error
	// Burnt gives the payments of a day whose number is used up for nothing; see recap.Burnt. Of one with several attempts it
	// may be an earlier attempt's that is.
	Burnt(ctx context.Context, merchantID string, day payment.Day, f func(recap.Held) error) error
	// EachPayment gives payments in any order.
	EachPayment(ctx context.Context, s Span, f func(payment.Payment) error) error

	// Facts gives what is noted of a day, in the order of the payments' ids.
	Facts(ctx context.Context, merchantID string, day payment.Day, f func(Fact) error) error
	// UnseenDays lists the days before another one of which something is noted that no recap has seen, the oldest first.
	UnseenDays(ctx context.Context, merchantID string, before payment.Day) ([]payment.Day, error)
	// SaveRecaps writes recaps of one day, what is told of them, and which facts they have seen, all or nothing.
	// ErrConflict when one of these versions is there already.
	SaveRecaps(context.Context, Closing) error
	// LastClosed gives the last day that was closed, 0 for none.
	LastClosed(ctx context.Context, merchantID string) (payment.Day, error)
	// Closed gives when a day was closed, or ErrNotFound.
	Closed(ctx context.Context, merchantID string, day payment.Day) (time.Time, error)
	// Recaps lists recaps, the newest day first, by terminal within a day, the newest version first.
	Recaps(context.Context, RecapFilter) ([]recap.Recap, error)

	// SaveReconciliation writes one, new or in place of the one with its id.
	SaveReconciliation(ctx context.Context, r Reconciliation, deeds ...Deed) error
	// Reconciliation gives one, or ErrNotFound.
	Reconciliation(ctx context.Context, merchantID, id string) (Reconciliation, error)
	// Reconciliations lists them, the newest first.
	Reconciliations(context.Context, ReconciliationFilter) ([]Reconciliation, error)
	// AddDiscrepancies keeps what a reconciliation has found, numbered from 1 on in the order in which it was found.
	AddDiscrepancies(ctx context.Context, merchantID, reconciliationID string, found []Discrepancy) error
	// Discrepancies lists what a reconciliation has found, in that order.
	Discrepancies(context.Context, DiscrepancyFilter) ([]Discrepancy, error)
}

// DayNumber is the number by which a payment stands.
type DayNumber struct {
	Mode      payment.Mode
	Terminal  string
	Batch     payment.Batch
	Reference payment.ReferenceNumber
}

// Span chooses payments: those that were made at or after From and before To, and those that are noted as counting on Day.
type Span struct {
	MerchantID string
	Mode       payment.Mode // empty: every
	From, To   time.Time
	Day        payment.Day
}

// Fact says that something happened to a payment that the recap of a day must look at by itself. Version is the payment's
// then, Seen the one that the day's recap has counted: less means that it has to be counted again.
type Fact struct {
	PaymentID     string
	Version, Seen int
	At            time.Time
}

// Closing is what is written when a day is closed, or corrected. Final ends it: all terminals' recaps are there.
type Closing struct {
	MerchantID string
	Day        payment.Day
	At         time.Time
	Recaps     []recap.Recap
	Told       []Told
	Seen       []Fact // their Version has been counted
	Final      bool
}

// RecapFilter chooses recaps. Zero fields choose everything, but for the merchant.
type RecapFilter struct {
	MerchantID string
	Mode       payment.Mode
	From, To   payment.Day // both included
	Terminal   string
	Version    int  // 0: the newest
	Versions   bool // all of them
	// After goes on after a recap of the page before.
	After *recap.Recap
	Limit int // at most 1000; 0 means 100
}

// Reconciliation is a settlement file that was, or is being, held against the books of a day.
type Reconciliation struct {
	MerchantID string
	ID         string // rcn_…; a later one is greater
	Mode       payment.Mode
	Account    string
	Day        payment.Day
	State      ReconciliationState
	By         string // who asked for it: an API key's or a user's id
	CreatedAt  time.Time
	BeatAt     time.Time // when the process that works on it last said so
	EndedAt    time.Time
	File       string // its name, as it was given
	Hash       string // SHA-256 of the file, in hexadecimal
	Size       int64  // in bytes
	Mapping    string // its name
	Read       int64  // rows and entries that were read so far
	Found      int64  // discrepancies
	Kept       int64  // of them, those that can be listed
	Summary    []byte // JSON, once it is done
	Trouble    string // why it failed
}

// ReconciliationState is where a reconciliation stands. The spelling is stored and served.
type ReconciliationState string

// The states.
const (
	Reconciling ReconciliationState = "running"
	Reconciled  ReconciliationState = "done"
	Failed      ReconciliationState = "failed"
)

// ReconciliationFilter chooses reconciliations. Zero fields choose everything, but for the merchant.
type ReconciliationFilter struct {
	MerchantID string
	Mode       payment.Mode
	Account    string
	From, To   payment.Day // both included
	Before     string      // an id: only older ones
	Limit      int         // at most 100; 0 means 20
}

// Discrepancy is one that a reconciliation has found, with its dossier.
type Discrepancy struct {
	Number    int64
	Class     recap.Class
	PaymentID string // empty: no payment here
	Body      []byte // JSON
}

// DiscrepancyFilter chooses discrepancies.
type DiscrepancyFilter struct {
	MerchantID, ReconciliationID string
	Class                        recap.Class // empty: every
	PaymentID                    string      // empty: every
	After                        int64       // only those with a greater number
	Limit                        int         // at most 1000; 0 means 100
}

// ActReconciled and the others are kinds of actions.
const (
	ActReconciled = "reconciliation.created"
	ActDayClosed  = "recaps.closed"
)
