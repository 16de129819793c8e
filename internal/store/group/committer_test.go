package group

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

// gate is a backend that notes its groups and lets each go on only when it is told to.
type gate struct {
	mu     sync.Mutex
	groups [][]string
	begun  chan struct{}
	open   chan error
}

func newGate() *gate { return &gate{begun: make(chan struct{}, 100), open: make(chan error, 100)} }

func (g *gate) CommitGroup(_ context.Context, changes []store.Change) ([]store.Result, error) {
	ids := make([]string, len(changes))
	results := make([]store.Result, len(changes))
	for i, c := range changes {
		ids[i] = c.ID
		results[i].Change = c
		results[i].Change.Owner = "written"
	}
	g.mu.Lock()
	g.groups = append(g.groups, ids)
	g.mu.Unlock()
	g.begun <- struct{}{}
	if err := <-g.open; err != nil {
		return nil, err
	}
	return results, nil
}

func (g *gate) seen() [][]string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([][]string(nil), g.groups...)
}

func change(id, merchantID, terminal string) store.Change {
	return store.Change{ID: id, Payment: payment.Payment{MerchantID: merchantID}, Terminal: terminal}
}

// inBubble runs a test with a committer over a gate in a bubble of fake time.
func inBubble(t *testing.T, o Options, f func(t *testing.T, c *Committer, g *gate)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		c := New(g, o)
		defer c.Close()
		f(t, c, g)
	})
}

func TestWhatQueuesBehindATransactionIsOneGroup(t *testing.T) {
	inBubble(t, Options{MaxGroup: 3}, func(t *testing.T, c *Committer, g *gate) {
		var wg sync.WaitGroup
		for i := range 6 {
			wg.Go(func() {
				out, err := c.Commit(t.Context(), change(fmt.Sprint(i), "m", ""))
				if err != nil || out.ID != fmt.Sprint(i) || out.Owner != "written" {
					t.Errorf("Commit(%d) = %s %s, %v; want its own change as written", i, out.ID, out.Owner, err)
				}
			})
			synctest.Wait()
		}
		for range 3 {
			g.open <- nil
		}
		wg.Wait()
		if got, want := fmt.Sprint(g.seen()), "[[0] [1 2 3] [4 5]]"; got != want {
			t.Errorf("groups = %s, want %s", got, want)
		}
		if got, want := c.Stats(), (Stats{Groups: 3, Changes: 6, Largest: 3}); got != want {
			t.Errorf("Stats() = %+v, want %+v", got, want)
		}
		if got, want := c.Stats().WithAlone(2), (Stats{Groups: 5, Changes: 8, Largest: 3}); got != want {
			t.Errorf("with two changes written alone: %+v, want %+v", got, want)
		}
		if got, want := (Stats{}).WithAlone(2), (Stats{Groups: 2, Changes: 2, Largest: 1}); got != want {
			t.Errorf("two changes written alone: %+v, want %+v", got, want)
		}
	})
}

func TestNumbersNeverShareAGroupWithOthersNorWaitForThem(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, c *Committer, g *gate) {
		var wg sync.WaitGroup
		for i, terminal := range []string{"ter", "", "ter", "", "ter", ""} {
			wg.Go(func() { _, _ = c.Commit(t.Context(), change(fmt.Sprint(i), "m", terminal)) })
			synctest.Wait()
		}
		if got, want := fmt.Sprint(g.seen()), "[[0] [1]]"; got != want {
			t.Errorf("groups begun = %s, want %s: one of each class at the same time", got, want)
		}
		for range 4 {
			g.open <- nil
			synctest.Wait()
		}
		wg.Wait()
		for _, ids := range g.seen()[2:] {
			if s := fmt.Sprint(ids); s != "[2 4]" && s != "[3 5]" {
				t.Errorf("group %s, want [2 4] and [3 5]", s)
			}
		}
	})
}

func TestLanesRunSideBySideAndKeepAMerchantTogether(t *testing.T) {
	inBubble(t, Options{Lanes: 4}, func(t *testing.T, c *Committer, g *gate) {
		var wg sync.WaitGroup
		lanes := map[*queue]bool{}
		for i := range 16 {
			m := fmt.Sprintf("mer_%d", i)
			one := change("", m, "")
			lanes[c.queueOf(&one)] = true
			for range 2 {
				wg.Go(func() { _, _ = c.Commit(t.Context(), change("x", m, "")) })
				g.open <- nil
			}
		}
		wg.Wait()
		if len(lanes) != 4 {
			t.Errorf("16 merchants use %d lanes, want 4", len(lanes))
		}
	})
}

func TestAGroupsErrorReachesEveryCallerOfIt(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, c *Committer, g *gate) {
		var got [4]error
		var wg sync.WaitGroup
		for i := range got {
			wg.Go(func() { _, got[i] = c.Commit(t.Context(), change(fmt.Sprint(i), "m", "")) })
			synctest.Wait()
		}
		g.open <- nil
		g.open <- fmt.Errorf("commit: %w", store.ErrUnknown)
		wg.Wait()
		for i, err := range got {
			if want := i > 0; errors.Is(err, store.ErrUnknown) != want {
				t.Errorf("Commit(%d) = %v, want ErrUnknown: %t", i, err, want)
			}
		}
	})
}

func TestACallerThatGivesUpInTimeIsNotWritten(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, c *Committer, g *gate) {
		var wg sync.WaitGroup
		wg.Go(func() { _, _ = c.Commit(t.Context(), change("first", "m", "")) })
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := c.Commit(ctx, change("late", "m", "")) // the clock of the bubble goes on while all wait
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Commit = %v, want the context's error", err)
		}
		g.open <- nil
		wg.Wait()
		c.Close()
		if got := fmt.Sprint(g.seen()); got != "[[first]]" {
			t.Errorf("groups = %s, want only the first", got)
		}
		if _, err := c.Commit(ctx, change("ended", "m", "")); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Commit with an ended context = %v, want its error", err)
		}
	})
}

func TestACallerThatGivesUpTooLateLearnsWhatBecameOfItsChange(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, c *Committer, g *gate) {
		ctx, cancel := context.WithCancel(t.Context())
		var out store.Change
		var err error
		var wg sync.WaitGroup
		wg.Go(func() { out, err = c.Commit(ctx, change("1", "m", "")) })
		<-g.begun
		cancel()
		synctest.Wait()
		g.open <- nil
		wg.Wait()
		if err != nil || out.Owner != "written" {
			t.Errorf("Commit = %q, %v; want the written change", out.Owner, err)
		}
	})
}

func TestCloseWritesWhatIsWaiting(t *testing.T) {
	inBubble(t, Options{MaxGroup: 1}, func(t *testing.T, c *Committer, g *gate) {
		var wg sync.WaitGroup
		for i := range 3 {
			wg.Go(func() {
				if _, err := c.Commit(t.Context(), change(fmt.Sprint(i), "m", "")); err != nil {
					t.Errorf("Commit(%d) before Close = %v", i, err)
				}
			})
			synctest.Wait()
		}
		var closed atomic.Bool
		wg.Go(func() { c.Close(); closed.Store(true) })
		synctest.Wait()
		if closed.Load() {
			t.Error("Close has returned while changes wait")
		}
		if _, err := c.Commit(t.Context(), change("after", "m", "")); !errors.Is(err, store.ErrClosed) {
			t.Errorf("Commit after Close = %v, want ErrClosed", err)
		}
		for range 3 {
			g.open <- nil
		}
		wg.Wait()
		if len(g.seen()) != 3 {
			t.Errorf("groups = %v, want all three written", g.seen())
		}
		c.Close() // again is no harm
	})
}

func TestTooFewResultsAreAnUnknownOutcome(t *testing.T) {
	t.Parallel()
	c := New(backendFunc(func([]store.Change) ([]store.Result, error) { return nil, nil }), Options{})
	defer c.Close()
	if _, err := c.Commit(t.Context(), change("1", "m", "")); !errors.Is(err, store.ErrUnknown) {
		t.Errorf("Commit = %v, want ErrUnknown", err)
	}
}

type backendFunc func([]store.Change) ([]store.Result, error)

func (f backendFunc) CommitGroup(_ context.Context, changes []store.Change) ([]store.Result, error) {
	return f(changes)
}

// BenchmarkCommit is what the committer itself costs a change: over a backend that does nothing, and over one that
// takes as long as a flush to disk.
func BenchmarkCommit(b *testing.B) {
	for _, wait := range []time.Duration{0, time.Millisecond} {
		for _, callers := range []int{1, 8, 64, 256} {
			b.Run(fmt.Sprintf("backend=%s/callers=%d", wait, callers), func(b *testing.B) {
				results := make([]store.Result, 256)
				c := New(backendFunc(func(changes []store.Change) ([]store.Result, error) {
					for begin := time.Now(); wait > 0 && time.Since(begin) < wait; time.Sleep(100 * time.Microsecond) {
					}
					return results[:len(changes)], nil
				}), Options{})
				defer c.Close()
				b.ReportAllocs()
				var left atomic.Int64
				left.Store(int64(b.N))
				var wg sync.WaitGroup
				for range callers {
					wg.Go(func() {
						for left.Add(-1) >= 0 {
							_, _ = c.Commit(context.Background(), change("", "m", ""))
						}
					})
				}
				wg.Wait()
				b.ReportMetric(float64(c.Stats().Changes)/float64(c.Stats().Groups), "changes/group")
			})
		}
	}
}
