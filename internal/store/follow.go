package store

import (
	"context"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
)

// Follower keeps what people search and count by: words of payments, and tallies of what was told. It is written after the
// payments, by who follows the feeds (package console), so that a payment is not a row slower for it; what is written is
// never needed to keep money right, and can be made anew from the feeds.
type Follower interface {
	// Behind gives merchants whose feed goes on after the position up to which it was followed.
	Behind(ctx context.Context, limit int) ([]Behind, error)
	// ReadOn gives what was told after a position of a merchant's feed, of both modes, in order, each with its payment as it
	// stands now; zero for what is about no payment. At most limit (at most 1000).
	ReadOn(ctx context.Context, merchantID string, after int64, limit int) ([]Heard, error)
	// Follow writes what was made of a stretch of a feed, all or nothing, so that nothing is counted twice. ErrConflict:
	// somebody else has followed it meanwhile.
	Follow(context.Context, Followed) error
	// Tallies adds up what was told in a time, at most TalliesMax rows of it, the oldest first.
	Tallies(context.Context, TallyFilter) ([]Tally, error)
	// DaySpan gives the lowest and the highest id of the payments that were made from one day to another; empty for none.
	DaySpan(ctx context.Context, merchantID string, from, to payment.Day) (first, last string, err error)
}

// Behind is a merchant whose feed can be followed on.
type Behind struct {
	MerchantID string
	Position   int64 // up to which it was followed
}

// Heard is an event of a feed with its payment.
type Heard struct {
	Told
	Payment payment.Payment
}

// Followed is what was made of the events of a merchant's feed after one position and up to another.
type Followed struct {
	MerchantID string
	From, To   int64
	Words      []Word
	Days       []DayPayment
	Tallies    []Tally // each added to what is there
}

// Word is a word by which a payment is found; see Filter. It may say what is hidden, but must not be personal itself.
type Word struct{ Word, PaymentID string }

// DayPayment says on which day a payment was made.
type DayPayment struct {
	Day       payment.Day
	PaymentID string
}

// Tally is how often something was told in an hour.
type Tally struct {
	Hour  time.Time // its beginning; with TallyFilter.ByDay that of the day in WIB
	Mode  payment.Mode
	Rail  payment.Rail
	Type  string // payment.paid, …, or of what else is counted
	Code  string // why, where there is a reason
	Count int64
	Sum   payment.Rupiah
}

// TallyFilter chooses tallies. From and To are needed, the rest may be zero for everything.
type TallyFilter struct {
	MerchantID string
	Mode       payment.Mode
	From, To   time.Time // of hours that begin at or after From, before To
	ByDay      bool      // added up by days in WIB
}

// TalliesMax is how many rows Tallies gives at most.
const TalliesMax = 20_000

// AddTallies adds up tallies of the same hour, mode, rail, type and code, in their order.
func AddTallies(list []Tally) []Tally {
	key := func(t Tally) Tally {
		t.Count, t.Sum = 0, 0
		return t
	}
	at := map[Tally]int{}
	var sums []Tally
	for _, t := range list {
		i, ok := at[key(t)]
		if !ok {
			at[key(t)] = len(sums)
			sums = append(sums, t)
			continue
		}
		sums[i].Count, sums[i].Sum = sums[i].Count+t.Count, sums[i].Sum+t.Sum
	}
	return sums
}
