// Package books is the shell round recaps and reconciliation: it closes each day once it is over, corrects it when something
// becomes known later, and holds settlement files against the books in the background. What a day adds up to and what is a
// discrepancy is said by package recap. It changes no payment and calls no provider.
//
// Several replicas may run it side by side: a day is closed under a lock of its merchant, and a recap is written once by its
// version. One that dies in the middle leaves the lock to end and the rest to the next.
package books

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/recap"
	"github.com/lunas-pay/lunas/internal/store"
)

// Options are what books are made of. Store, NewID and Rail are needed; the rest has defaults.
type Options struct {
	Store store.Store
	// NewID makes ids of events, actions and reconciliations.
	NewID func(prefix string) string
	// Rail gives the rail of a merchant's account, or false when there is none; by it the mapping is chosen.
	Rail func(ctx context.Context, merchantID, account string) (payment.Rail, bool)
	Now  func() time.Time
	Log  *slog.Logger
	// Grace is how long after 24:00 a day is closed, so that what was under way has come to its end. 10 min by default.
	Grace time.Duration
	// LockFor is for how long nobody else closes a day that one has begun to close. 10 min by default.
	LockFor time.Duration
	// Every is how often, in real time, it is looked whether something is to be closed. 20 s by default.
	Every time.Duration
	// TempDir is where uploaded files and what is sorted stand for as long as they are worked on; the system's by default.
	TempDir string
	// FileMax is how many bytes a settlement file may have. 512 MiB by default.
	FileMax int64
	// Queue is how many reconciliations may wait in this process. 4 by default.
	Queue int
}

// Books closes days and reconciles.
type Books struct {
	Options
	holder  string
	working chan struct{} // has room for the one reconciliation that is worked on
	waiting chan struct{} // has room for those that wait
	done    sync.WaitGroup
	ctx     context.Context // of reconciliations
	stop    context.CancelFunc
}

// New makes books. Close ends what they do in the background.
func New(o Options) *Books {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Grace == 0 {
		o.Grace = 10 * time.Minute
	}
	if o.LockFor == 0 {
		o.LockFor = 10 * time.Minute
	}
	if o.Every == 0 {
		o.Every = 20 * time.Second
	}
	if o.FileMax == 0 {
		o.FileMax = 512 << 20
	}
	if o.Queue == 0 {
		o.Queue = 4
	}
	b := &Books{Options: o, holder: o.NewID("own_"), working: make(chan struct{}, 1), waiting: make(chan struct{}, o.Queue)}
	b.ctx, b.stop = context.WithCancel(context.Background())
	return b
}

// Run closes days until the context ends.
func (b *Books) Run(ctx context.Context) {
	tick := time.NewTicker(b.Every)
	defer tick.Stop()
	for {
		if err := b.Tick(ctx); err != nil && ctx.Err() == nil && !errors.Is(err, store.ErrClosed) {
			b.Log.Error("days cannot be closed", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Close ends the reconciliations that are under way, and waits for their end.
func (b *Books) Close() {
	b.stop()
	b.done.Wait()
}

// Over is the last day that can be closed at a time: it ended at least Grace ago.
func (b *Books) Over(now time.Time) payment.Day {
	return payment.DayOf(payment.DayOf(now.Add(-b.Grace)).Start().Add(-time.Hour))
}

// Tick closes every day that is over, of every merchant, and corrects those of which something has become known since.
func (b *Books) Tick(ctx context.Context) error {
	merchants, err := b.Store.Traders(ctx)
	if err != nil {
		return err
	}
	over := b.Over(b.Now())
	var errs []error
	for _, m := range merchants {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		errs = append(errs, b.closeDays(ctx, m, over))
	}
	return errors.Join(errs...)
}

func (b *Books) closeDays(ctx context.Context, merchantID string, over payment.Day) error {
	last, err := b.Store.LastClosed(ctx, merchantID)
	if err != nil {
		return err
	}
	day := recap.Next(last)
	if last == 0 {
		first, err := b.Store.FirstMade(ctx, merchantID)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		day = payment.DayOf(first)
	}
	for ; day <= over; day = recap.Next(day) {
		if done, err := b.alone(ctx, merchantID, day, true); err != nil || !done {
			return err // another replica is at it; days are closed in their order
		}
	}
	late, err := b.Store.UnseenDays(ctx, merchantID, day)
	if err != nil {
		return err
	}
	for _, day := range late {
		if _, err := b.alone(ctx, merchantID, day, false); err != nil {
			return err
		}
	}
	return nil
}

// alone writes a day's recaps, unless another replica is doing so.
func (b *Books) alone(ctx context.Context, merchantID string, day payment.Day, first bool) (done bool, err error) {
	now := b.Now()
	lock := store.Lock{MerchantID: merchantID, Name: "recap/" + recap.DayText(day), Holder: b.holder, Until: now.Add(b.LockFor)}
	if got, err := b.Store.Acquire(ctx, lock, now); err != nil || !got {
		return false, err
	}
	defer func() { err = errors.Join(err, b.Store.Release(context.WithoutCancel(ctx), lock)) }()
	w := &writing{Books: b, merchant: merchantID, day: day, at: b.Now(), first: first}
	if err := w.write(ctx); err != nil {
		if errors.Is(err, store.ErrConflict) {
			return false, nil // the lock had ended, and another was quicker
		}
		return false, err
	}
	return true, nil
}

// Recaps lists recaps; see store.Books.
func (b *Books) Recaps(ctx context.Context, f store.RecapFilter) ([]recap.Recap, error) {
	return b.Store.Recaps(ctx, f)
}

// Closed gives when a day was closed, or store.ErrNotFound.
func (b *Books) Closed(ctx context.Context, merchantID string, day payment.Day) (time.Time, error) {
	return b.Store.Closed(ctx, merchantID, day)
}
