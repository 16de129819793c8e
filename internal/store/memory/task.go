package memory

import (
	"cmp"
	"container/heap"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/lunas-pay/lunas/internal/store"
)

// task is a stored task with its claim and its place in the queue.
type task struct {
	store.Task
	claimedUntil time.Time
	place        int // in the queue; -1 when it is not there
}

type serial struct{ merchantID, key string }

func compareTasks(a, b store.Task) int {
	return cmp.Or(a.DueAt.Compare(b.DueAt), cmp.Compare(a.MerchantID, b.MerchantID), cmp.Compare(a.PaymentID, b.PaymentID))
}

// setTask puts a payment's task in place of the one it had, unclaimed.
func (s *Store) setTask(r *record, t store.Task, due bool) {
	if old := r.task; old != nil {
		heap.Remove(&s.tasks, old.place)
		old.claimedUntil = time.Time{} // s.serials may still know it
		r.task = nil
	}
	if due {
		t.DueAt, t.NotBefore = micro(t.DueAt), micro(t.NotBefore)
		r.task = &task{Task: t}
		heap.Push(&s.tasks, r.task)
	}
}

// Claim takes tasks that are due, the oldest first.
func (s *Store) Claim(ctx context.Context, c store.Claim) ([]store.Task, error) {
	var claimed []store.Task
	err := s.write(ctx, func() error {
		var seen []*task
		for len(claimed) < c.Limit && len(s.tasks) > 0 && !s.tasks[0].DueAt.After(c.Before) {
			t := heap.Pop(&s.tasks).(*task)
			seen = append(seen, t)
			if s.claim(t, c) {
				claimed = append(claimed, t.Task)
			}
		}
		for _, t := range seen {
			heap.Push(&s.tasks, t)
		}
		return nil
	})
	return claimed, err
}

func (s *Store) claim(t *task, c store.Claim) bool {
	if t.NotBefore.After(c.Now) || t.claimedUntil.After(c.Now) {
		return false
	}
	if t.SerialKey != "" {
		id := serial{t.MerchantID, t.SerialKey}
		if other := s.serials[id]; other != nil && other.claimedUntil.After(c.Now) {
			return false
		}
		s.serials[id] = t
	}
	t.claimedUntil, t.Owner = c.Now.Add(c.For), c.Owner
	return true
}

// Beat prolongs the owner's lease by the store's clock.
func (s *Store) Beat(ctx context.Context, owner string, lease time.Duration) (dead []string, err error) {
	err = s.write(ctx, func() error {
		now := s.opts.Now()
		s.leases[owner] = now.Add(lease)
		late := map[string]bool{}
		for o, until := range s.leases {
			if !until.After(now) {
				late[o] = true
			}
		}
		if len(late) == 0 {
			return nil
		}
		busy := map[string]bool{}
		for _, t := range s.tasks {
			if late[t.Owner] {
				busy[t.Owner] = true
			}
		}
		dead = slices.Sorted(maps.Keys(busy))
		return nil
	})
	return dead, err
}

// TakeOver gives a dead owner's tasks to another.
func (s *Store) TakeOver(ctx context.Context, dead, owner string, limit int) ([]store.Task, error) {
	var taken []store.Task
	err := s.write(ctx, func() error {
		var found []*task
		for _, t := range s.tasks {
			if t.Owner == dead {
				found = append(found, t)
			}
		}
		slices.SortFunc(found, func(a, b *task) int { return compareTasks(a.Task, b.Task) })
		for _, t := range found[:max(0, min(limit, len(found)))] {
			t.Owner, t.claimedUntil = owner, time.Time{}
			taken = append(taken, t.Task)
		}
		return nil
	})
	return taken, err
}

// OpenTasks counts tasks and gives the due time of the oldest.
func (s *Store) OpenTasks(ctx context.Context) (n int, oldest time.Time, err error) {
	err = s.read(ctx, "", func(*merchant) {})
	if err != nil {
		return 0, time.Time{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if len(s.tasks) > 0 {
		oldest = s.tasks[0].DueAt
	}
	return len(s.tasks), oldest, nil
}

// queue is a heap of tasks, the oldest first.
type queue []*task

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return compareTasks(q[i].Task, q[j].Task) < 0 }
func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].place, q[j].place = i, j
}

func (q *queue) Push(x any) {
	t := x.(*task)
	t.place = len(*q)
	*q = append(*q, t)
}

func (q *queue) Pop() any {
	last := len(*q) - 1
	t := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	t.place = -1
	return t
}
