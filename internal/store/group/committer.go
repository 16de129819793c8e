package group

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"github.com/lunas-pay/lunas/internal/store"
)

// Options set a Committer up. The zero value works.
type Options struct {
	// MaxGroup is how many changes one transaction takes; 256 by default.
	MaxGroup int
	// Lanes is how many transactions of each class may run side by side; 1 by default. A merchant's changes stay in one.
	Lanes int
}

// Committer makes a store's Commit of a backend: it writes the changes of many callers in one transaction. There is no
// timer: whatever has come in while the last transaction ran is the next group.
//
// Changes that take a number and changes that do not go through transactions of their own, two of which may run at the
// same time, so that a terminal that is locked for long never holds up an answer.
type Committer struct {
	backend store.Backend
	queues  []*queue // two a lane: without numbers, with numbers
	waiters sync.Pool
	running sync.WaitGroup
}

// New starts a committer; Close ends it.
func New(b store.Backend, o Options) *Committer {
	if o.MaxGroup <= 0 {
		o.MaxGroup = 256
	}
	if o.Lanes <= 0 {
		o.Lanes = 1
	}
	c := &Committer{backend: b}
	c.waiters.New = func() any { return &waiter{done: make(chan struct{}, 1)} }
	for range 2 * o.Lanes {
		q := &queue{max: o.MaxGroup, wake: make(chan struct{}, 1)}
		c.queues = append(c.queues, q)
		c.running.Go(func() { q.run(c.backend) })
	}
	return c
}

// Commit writes a change; see store.Store. When ctx ends the change is withdrawn if its group has not begun; once it
// has, Commit waits for what becomes of it, so that what is written is never reported as not written.
func (c *Committer) Commit(ctx context.Context, change store.Change) (store.Change, error) {
	if err := ctx.Err(); err != nil {
		return store.Change{}, err
	}
	w := c.waiters.Get().(*waiter)
	defer c.waiters.Put(w)
	defer w.clear()
	w.change = change
	q := c.queueOf(&change)
	if !q.put(w) {
		return store.Change{}, store.ErrClosed
	}
	select {
	case <-w.done:
	case <-ctx.Done():
		if q.withdraw(w) {
			return store.Change{}, ctx.Err()
		}
		<-w.done
	}
	return w.result.Change, w.result.Err
}

// queueOf gives the queue of a change: by its merchant's hash (FNV-1a) and its class.
func (c *Committer) queueOf(change *store.Change) *queue {
	hash := uint32(2166136261)
	for i := range len(change.Payment.MerchantID) {
		hash = (hash ^ uint32(change.Payment.MerchantID[i])) * 16777619
	}
	lane := int(hash % uint32(len(c.queues)/2))
	if change.Terminal != "" {
		return c.queues[2*lane+1]
	}
	return c.queues[2*lane]
}

// Close writes what is waiting and ends the committer. Every Commit after it gives store.ErrClosed.
func (c *Committer) Close() {
	for _, q := range c.queues {
		q.close()
	}
	c.running.Wait()
}

// Stats count what a committer has done since it began.
type Stats struct {
	Groups  int // transactions
	Changes int // changes handed to them, refused ones included
	Largest int // changes in the largest group
}

// WithAlone adds changes that were written alone, past the committer.
func (s Stats) WithAlone(n int) Stats {
	return Stats{Groups: s.Groups + n, Changes: s.Changes + n, Largest: max(s.Largest, min(n, 1))}
}

// Stats gives the counts so far.
func (c *Committer) Stats() Stats {
	var sum Stats
	for _, q := range c.queues {
		q.mu.Lock()
		sum.Groups += q.stats.Groups
		sum.Changes += q.stats.Changes
		sum.Largest = max(sum.Largest, q.stats.Largest)
		q.mu.Unlock()
	}
	return sum
}

// waiter is a caller with its change. It is used again by another caller once its result has been taken.
type waiter struct {
	change store.Change
	result store.Result
	done   chan struct{} // one element: the result is there
}

// clear lets go of what the waiter holds.
func (w *waiter) clear() { w.change, w.result = store.Change{}, store.Result{} }

// queue is one line of callers and the one goroutine that serves it.
type queue struct {
	max  int
	wake chan struct{} // one element: there is something to do

	mu      sync.Mutex
	waiting []*waiter
	closed  bool
	stats   Stats
}

func (q *queue) put(w *waiter) bool {
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		return false
	}
	q.waiting = append(q.waiting, w)
	first := len(q.waiting) == 1
	q.mu.Unlock()
	if first {
		q.signal()
	}
	return true
}

func (q *queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// withdraw takes a caller out of the line; false when its change has already been handed to a group.
func (q *queue) withdraw(w *waiter) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	at := slices.Index(q.waiting, w)
	if at < 0 {
		return false
	}
	q.waiting = slices.Delete(q.waiting, at, at+1)
	return true
}

func (q *queue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.signal()
}

// run writes one group after the other until the queue is closed and empty.
func (q *queue) run(b store.Backend) {
	var callers []*waiter
	var changes []store.Change
	for {
		// The callers of the last group have just been woken. They come first, so that those who have more to write are
		// in the next group instead of waiting for it to end: without this, groups of one and of all the others alternate.
		runtime.Gosched()
		var closed bool
		callers, closed = q.take(callers[:0])
		if len(callers) == 0 {
			if closed {
				return
			}
			<-q.wake
			continue
		}
		changes = changes[:0]
		for _, w := range callers {
			changes = append(changes, w.change)
		}
		write(b, changes, callers)
		clear(changes)
		clear(callers)
	}
}

// take gives the callers of the next group.
func (q *queue) take(into []*waiter) (callers []*waiter, closed bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := min(len(q.waiting), q.max)
	into = append(into, q.waiting[:n]...)
	q.waiting = slices.Delete(q.waiting, 0, n)
	if n > 0 {
		q.stats.Groups++
		q.stats.Changes += n
		q.stats.Largest = max(q.stats.Largest, n)
	}
	return into, q.closed
}

// write writes a group and gives each caller its result. The transaction is nobody's own: it has no caller's context.
func write(b store.Backend, changes []store.Change, callers []*waiter) {
	results, err := b.CommitGroup(context.Background(), changes)
	if err == nil && len(results) != len(callers) {
		err = fmt.Errorf("%w: %d results for %d changes", store.ErrUnknown, len(results), len(callers))
	}
	for i, w := range callers {
		if err != nil {
			w.result = store.Result{Err: err}
		} else {
			w.result = results[i]
		}
		w.done <- struct{}{} // never blocks: w is no longer ours afterwards
	}
}
