package store

import (
	"context"
	"fmt"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
)

// Fencing keeps a database still that may have lost its newest payments: one that was restored from a backup, or a
// standby that was promoted before everything had come to it. Numbers that it would give may have been used, and what it
// takes for under way may have been paid, and told. While a fence stands no gateway may work on the database; an operator
// lifts it once numbering has been moved ahead and the payments under way are in review.
type Fencing interface {
	// SetFence puts a fence up. One that stands already stays as it is.
	SetFence(ctx context.Context, at time.Time, reason string) error
	// Fence gives the fence that stands, or ErrNotFound.
	Fence(context.Context) (Fence, error)
	// LiftFence takes the fence away. From then on every merchant's feed goes on FeedGap further: who reads it may have
	// seen positions that were lost, and would overlook what gets them again.
	LiftFence(context.Context, ...Deed) error

	// EveryTerminal lists the terminals of all merchants, in the order of merchants and ids.
	EveryTerminal(context.Context) ([]Terminal, error)
	// Waking lists payments of all merchants that are to be woken, in the order of merchants and ids: at most limit,
	// beginning after the given one.
	Waking(ctx context.Context, afterMerchant, afterPayment string, limit int) ([]payment.Payment, error)
}

// FeedGap is how far positions in feeds jump when a fence is lifted: further than any gateway can have come in the time
// that was lost.
const FeedGap = 1_000_000_000

// Fence is why, and since when, a database is kept still.
type Fence struct {
	At     time.Time
	Reason string
	// Written is when the database was last written before that, as far as is known; zero if never. What came later is
	// lost.
	Written time.Time
}

// Fenced is the error for a database that is kept still.
type Fenced struct{ Fence }

func (e *Fenced) Error() string {
	return fmt.Sprintf("the database is fenced since %s (%s): its newest payments may be lost, so nothing is sent; "+
		"look at what lunas restore --confirm would do, then confirm it", e.At.In(payment.WIB).Format("2006-01-02 15:04:05 MST"), e.Reason)
}
