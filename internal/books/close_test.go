package books_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/books"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/recap"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/memory"
	"github.com/lunas-pay/lunas/internal/store/storetest"
)

const (
	today    payment.Day = 20261121
	tomorrow payment.Day = 20261122
)

// world is a store with payments, and a clock.
type world struct {
	testing.TB
	store store.Store
	clock *storetest.Clock
	ids   atomic.Int64
}

func newWorld(t testing.TB) *world {
	clock := storetest.NewClock()
	w := &world{TB: t, clock: clock, store: memory.New(memory.Options{Now: clock.Now})}
	for _, terminal := range []string{storetest.TID, "ter_2"} {
		err := w.store.SaveTerminal(t.Context(), store.Terminal{MerchantID: storetest.Merchant, ID: terminal, Cursor: payment.Cursor{Style: payment.BySequence}})
		if err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func (w *world) books(s store.Store) *books.Books {
	b := books.New(books.Options{
		Store: s, Now: w.clock.Now, TempDir: w.TempDir(),
		NewID: func(prefix string) string { return fmt.Sprintf("%s%026d", prefix, w.ids.Add(1)) },
		Rail: func(_ context.Context, _, account string) (payment.Rail, bool) {
			return payment.OVO, account == "acc_1"
		},
	})
	w.Cleanup(b.Close)
	return b
}

func (w *world) commit(c store.Change) payment.Payment {
	w.Helper()
	c, err := w.store.Commit(w.Context(), c)
	if err != nil {
		w.Fatal(err)
	}
	return c.Payment
}

func (w *world) next(p payment.Payment, e payment.Event) payment.Payment {
	w.Helper()
	c, err := storetest.Next(p, e)
	if err != nil {
		w.Fatal(err)
	}
	return w.commit(c)
}

// push makes the n-th payment at a time of day, and paid has it paid.
func (w *world) push(at time.Time, n int, edit ...func(*storetest.Request)) payment.Payment {
	w.clock.Set(at)
	return w.commit(storetest.NewPayment(n, edit...))
}

func (w *world) paid(at time.Time, n int, edit ...func(*storetest.Request)) payment.Payment {
	return w.next(w.push(at, n, edit...), payment.Answered{At: at.Add(5 * time.Second), Call: payment.CallPush, Try: 1, Outcome: storetest.Paid()})
}

func onTerminal(id string) func(*storetest.Request) {
	return func(r *storetest.Request) { r.Terminal = id }
}

func (w *world) tick(b *books.Books, at time.Time) {
	w.Helper()
	w.clock.Set(at)
	if err := b.Tick(w.Context()); err != nil {
		w.Fatal(err)
	}
}

func (w *world) recaps(f store.RecapFilter) []recap.Recap {
	w.Helper()
	f.MerchantID = storetest.Merchant
	list, err := w.store.Recaps(w.Context(), f)
	if err != nil {
		w.Fatal(err)
	}
	return list
}

func morning(d payment.Day) time.Time { return d.Start().Add(10 * time.Hour) }

func TestADayIsClosedAndCorrected(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.books(w.store)
	for n := range 3 {
		w.paid(morning(today).Add(time.Duration(n)*time.Minute), n)
	}
	w.next(w.push(morning(today), 3), payment.NotSent{At: morning(today), Call: payment.CallPush, Try: 1})
	w.paid(morning(today), 4, onTerminal("ter_2"))
	open := w.push(today.Start().Add(23*time.Hour+50*time.Minute), 5)
	w.tick(b, recap.End(today).Add(9*time.Minute))
	if list := w.recaps(store.RecapFilter{}); len(list) > 0 {
		t.Fatalf("closed within the grace: %+v", list)
	}
	w.tick(b, recap.End(today).Add(10*time.Minute))
	list := w.recaps(store.RecapFilter{})
	if len(list) != 2 || list[0].Terminal != storetest.TID || list[0].Version != 1 || list[1].Terminal != "ter_2" {
		t.Fatalf("recaps = %+v", list)
	}
	totals := list[0].Totals()
	want := recap.Totals{Paid: recap.Total{Count: 3, Sum: 30_003}, Failed: recap.Total{Count: 1, Sum: 10_003}, Open: recap.Total{Count: 1, Sum: 10_005}}
	if totals != want {
		t.Errorf("totals = %+v, want %+v", totals, want)
	}
	numbering := recap.Numbering{First: 1, Last: 5, Given: 5, BurntAll: 1, Burnt: []recap.Gap{{From: 4, To: 4, Reason: recap.NotSent, PaymentID: storetest.PaymentID(3)}}}
	if got := list[0].Batches[0].Numbering; !reflect.DeepEqual(got, numbering) {
		t.Errorf("numbering = %+v, want %+v", got, numbering)
	}
	w.tick(b, recap.End(today).Add(time.Hour))
	if again := w.recaps(store.RecapFilter{Versions: true}); !reflect.DeepEqual(again, list) {
		t.Errorf("nothing has happened, and the recaps are %+v", again)
	}
	// What was open turns out to be paid, by what somebody else set in motion.
	w.next(open, payment.Answered{At: recap.End(today).Add(2 * time.Hour), Call: payment.CallPush, Try: 1, Outcome: storetest.Paid()})
	w.tick(b, recap.End(today).Add(3*time.Hour))
	versions := w.recaps(store.RecapFilter{Terminal: storetest.TID, Versions: true})
	if len(versions) != 2 || versions[0].Version != 2 || !reflect.DeepEqual(versions[1], list[0]) {
		t.Fatalf("versions = %+v", versions)
	}
	corrected := versions[0]
	if corrected.Totals().Paid != (recap.Total{Count: 4, Sum: 40_008}) || corrected.Totals().Open.Count != 0 || len(corrected.Changed) != 2 {
		t.Errorf("corrected = %+v", corrected)
	}
	if len(corrected.Why) != 1 || corrected.Why[0].PaymentID != storetest.PaymentID(5) || corrected.Why[0].State != payment.Paid || corrected.Why[0].Event != "answered" {
		t.Errorf("why = %+v", corrected.Why)
	}
	if days, err := w.store.UnseenDays(t.Context(), storetest.Merchant, tomorrow); err != nil || len(days) > 0 {
		t.Errorf("still to be counted: %v, %v", days, err)
	}
	w.tick(b, recap.End(today).Add(4*time.Hour))
	if n := len(w.recaps(store.RecapFilter{Versions: true})); n != 3 {
		t.Errorf("%d versions after one correction, want 3 in all", n)
	}
	w.told("recap.closed", "recap.closed", "recap.corrected")
}

// told looks for the events of recaps in the feed.
func (w *world) told(want ...string) {
	w.Helper()
	if _, err := w.store.Sequence(w.Context(), 1000); err != nil {
		w.Fatal(err)
	}
	feed, err := w.store.Feed(w.Context(), storetest.Merchant, payment.Live, 0, 1000)
	if err != nil {
		w.Fatal(err)
	}
	var types []string
	for _, e := range feed {
		if strings.HasPrefix(e.Type, "recap.") {
			types = append(types, e.Type)
		}
	}
	if !reflect.DeepEqual(types, want) {
		w.Errorf("told = %v, want %v", types, want)
	}
}

// A refund on another day makes a correction of the day of the payment; and days without payments are closed with no recap.
func TestDaysAreClosedLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.books(w.store)
	w.tick(b, morning(today)) // nothing has ever been
	w.paid(morning(today), 1)
	w.paid(morning(tomorrow+1), 2)
	w.tick(b, morning(tomorrow+3)) // nobody was there for two days
	for _, day := range []payment.Day{today, tomorrow, tomorrow + 1, tomorrow + 2} {
		if _, err := w.store.Closed(t.Context(), storetest.Merchant, day); err != nil {
			t.Errorf("%d is not closed: %v", day, err)
		}
	}
	list := w.recaps(store.RecapFilter{})
	if len(list) != 2 || list[0].Day != tomorrow+1 || list[1].Day != today {
		t.Errorf("recaps = %+v", list)
	}
	if _, err := w.store.Closed(t.Context(), storetest.Merchant, tomorrow+3); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a day that is not over is closed: %v", err)
	}
}

// A number by which no payment stands is explained.
func TestMissingNumbersAreExplained(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.books(w.store)
	w.paid(morning(today), 1)
	err := w.store.SetTerminal(t.Context(), store.Terminal{MerchantID: storetest.Merchant, ID: storetest.TID, Cursor: payment.Cursor{
		Style: payment.BySequence, Day: today, Last: payment.Number{Batch: 1, Reference: 4},
	}})
	if err != nil {
		t.Fatal(err)
	}
	w.paid(morning(today), 2)
	w.tick(b, morning(tomorrow))
	want := recap.Numbering{First: 1, Last: 5, Given: 2, GapsAll: 3, Gaps: []recap.Gap{{From: 2, To: 4, Reason: recap.Skipped}}}
	if got := w.recaps(store.RecapFilter{})[0].Batches[0].Numbering; !reflect.DeepEqual(got, want) {
		t.Errorf("numbering = %+v, want %+v", got, want)
	}
}

// A gap that an operator has made is told from one that nobody has: only the numbers that were passed over are moved ahead.
func TestGapsThatAnOperatorMade(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.books(w.store)
	skip := func(to payment.ReferenceNumber, details string) {
		t.Helper()
		var deeds []store.Deed
		if details != "" {
			deeds = append(deeds, store.Deed{Action: store.Action{
				ID: fmt.Sprintf("act_%026d", to), MerchantID: storetest.Merchant, At: w.clock.Now(), Actor: "usr_1", Kind: store.ActTerminalAdvanced,
				Subject: storetest.TID, Details: []byte(details),
			}})
		}
		err := w.store.SetTerminal(t.Context(), store.Terminal{MerchantID: storetest.Merchant, ID: storetest.TID, Cursor: payment.Cursor{
			Style: payment.BySequence, Day: today, Last: payment.Number{Batch: 1, Reference: to},
		}}, deeds...)
		if err != nil {
			t.Fatal(err)
		}
	}
	at := morning(today)
	w.paid(at, 1)
	skip(4, `{"before":"1/1","after":"1/4"}`) // by the command line
	w.paid(at, 2)
	skip(9, "") // nobody has said why
	w.paid(at, 3)
	skip(20, `{"batch":1,"reference":20}`) // in the console
	w.paid(at, 4)
	skip(30, `{"before":"2/21","after":"2/30"}`) // of another batch
	w.paid(at, 5)
	skip(40, `no JSON`)
	w.paid(at, 6)
	w.tick(b, morning(tomorrow))
	want := []recap.Gap{
		{From: 2, To: 4, Reason: recap.MovedAhead},
		{From: 6, To: 9, Reason: recap.Skipped},
		{From: 11, To: 20, Reason: recap.MovedAhead},
		{From: 22, To: 30, Reason: recap.Skipped},
		{From: 32, To: 40, Reason: recap.Skipped},
	}
	if got := w.recaps(store.RecapFilter{})[0].Batches[0].Numbering.Gaps; !reflect.DeepEqual(got, want) {
		t.Errorf("gaps = %+v\nwant %+v", got, want)
	}
}

// failing is a store that fails after some writings of recaps.
type failing struct {
	store.Store
	left int
}

var errDown = errors.New("the database is away")

func (f *failing) SaveRecaps(ctx context.Context, c store.Closing) error {
	if f.left--; f.left < 0 {
		return errDown
	}
	return f.Store.SaveRecaps(ctx, c)
}

// A process that ends in the middle leaves a day that the next one closes, and nothing is lost or written twice.
func TestADayIsClosedAfterACrash(t *testing.T) {
	t.Parallel()
	for left := range 4 {
		w := newWorld(t)
		for n := range 450 { // more than are written together
			terminal := fmt.Sprintf("till-%03d", n)
			if err := w.store.SaveTerminal(t.Context(), store.Terminal{MerchantID: storetest.Merchant, ID: terminal, Cursor: payment.Cursor{Style: payment.BySequence}}); err != nil {
				t.Fatal(err)
			}
			w.paid(morning(today), n, onTerminal(terminal))
		}
		open := w.push(today.Start().Add(23*time.Hour+50*time.Minute), 450)
		w.clock.Set(morning(tomorrow))
		dying := w.books(&failing{w.store, left})
		if err := dying.Tick(t.Context()); !errors.Is(err, errDown) {
			t.Fatalf("after %d writings: %v, want that the database is away", left, err)
		}
		// Something becomes known before the next one comes.
		w.next(open, payment.Answered{At: morning(tomorrow), Call: payment.CallPush, Try: 1, Outcome: storetest.Paid()})
		w.tick(w.books(w.store), morning(tomorrow).Add(time.Minute))
		var all []recap.Recap
		f := store.RecapFilter{Versions: true, Limit: 1000}
		all = w.recaps(f)
		var paid, newest int64
		seen := map[string]bool{}
		for _, r := range all {
			if !seen[r.ID()] {
				seen[r.ID()] = true
				newest++
				paid += r.Totals().Paid.Count
			}
		}
		if newest != 451 || paid != 451 || len(all) > 452 {
			t.Errorf("after %d writings: %d recaps of %d with %d paid, want 451 of each", left, len(all), newest, paid)
		}
		if last, err := w.store.LastClosed(t.Context(), storetest.Merchant); err != nil || last != today {
			t.Errorf("the last day = %v, %v", last, err)
		}
	}
}

// Of many replicas one closes a day.
func TestOneReplicaClosesADay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.paid(morning(today), 1)
	w.paid(morning(today), 2, onTerminal("ter_2"))
	w.clock.Set(morning(tomorrow))
	var wait sync.WaitGroup
	for range 8 {
		b := w.books(w.store)
		wait.Go(func() {
			for range 5 {
				if err := b.Tick(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	if list := w.recaps(store.RecapFilter{Versions: true}); len(list) != 2 {
		t.Errorf("%d recaps, want 2", len(list))
	}
	w.told("recap.closed", "recap.closed")
}
