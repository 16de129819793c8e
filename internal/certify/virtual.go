package certify

import (
	"context"
	"iter"
	"slices"
	"time"
)

// world is virtual time: what is planned, ordered by time and then by the order of planning, and the routines that wait
// in it. Only one of them runs at any moment, so a minute costs nothing and a run is the same every time.
type world struct {
	now      time.Time
	sequence uint64
	queue    []event
	running  *routine
	routines []*routine
	// slice is called after each event.
	slice func()
}

// event is something that will happen: a routine goes on, if it still stands where token says, or do is called.
type event struct {
	at       time.Time
	sequence uint64
	routine  *routine
	token    uint64
	do       func()
}

// routine is a job that can be left standing in the middle.
type routine struct {
	next  func() (struct{}, bool)
	stop  func()
	yield func(struct{}) bool
	token uint64
	over  bool
}

// unwound is what ends a routine that nobody will wake any more.
type unwound struct{}

func (w *world) push(e event, at time.Time) {
	if at.Before(w.now) {
		at = w.now
	}
	w.sequence++
	e.at, e.sequence = at, w.sequence
	i, _ := slices.BinarySearchFunc(w.queue, e, func(a, b event) int {
		if c := a.at.Compare(b.at); c != 0 {
			return c
		}
		return int(a.sequence) - int(b.sequence)
	})
	w.queue = slices.Insert(w.queue, i, e)
}

func (w *world) after(d time.Duration, do func()) { w.push(event{do: do}, w.now.Add(d)) }

// step lets the next thing happen; false when nothing is planned.
func (w *world) step() bool {
	if len(w.queue) == 0 {
		return false
	}
	e := w.queue[0]
	w.queue = slices.Delete(w.queue, 0, 1)
	w.now = e.at
	switch {
	case e.routine == nil:
		e.do()
	case !e.routine.over && e.routine.token == e.token:
		w.resume(e.routine)
	}
	w.slice()
	return true
}

// spawn starts a job as an event of its own.
func (w *world) spawn(d time.Duration, job func()) *routine {
	r := &routine{}
	r.next, r.stop = iter.Pull(func(yield func(struct{}) bool) {
		defer func() {
			if trouble := recover(); trouble != nil {
				if _, ended := trouble.(unwound); !ended {
					panic(trouble)
				}
			}
		}()
		r.yield = yield
		job()
	})
	w.routines = append(w.routines, r)
	w.push(event{routine: r, token: r.token}, w.now.Add(d))
	return r
}

// resume lets a routine run until it parks or ends.
func (w *world) resume(r *routine) {
	before := w.running
	w.running = r
	r.token++
	_, more := r.next()
	w.running = before
	if !more {
		r.over = true
		w.routines = slices.DeleteFunc(w.routines, func(x *routine) bool { return x == r })
	}
}

// park leaves the running routine standing until somebody wakes it.
func (w *world) park() {
	r := w.running
	if r == nil {
		panic("certify: only a routine can wait in virtual time")
	}
	if !r.yield(struct{}{}) {
		panic(unwound{})
	}
}

// wake resumes a routine later, if it still stands where it stands now (one that runs: where it parks next).
func (w *world) wake(d time.Duration, r *routine) {
	w.push(event{routine: r, token: r.token}, w.now.Add(d))
}

// run performs a job and everything that is due meanwhile, until the job has ended.
func (w *world) run(job func()) {
	for r := w.spawn(0, job); !r.over; {
		if !w.step() {
			panic("certify: nothing more happens, and the run waits")
		}
	}
}

// close unwinds what still stands.
func (w *world) close() {
	for len(w.routines) > 0 {
		r := w.routines[len(w.routines)-1]
		w.routines = w.routines[:len(w.routines)-1]
		r.over = true
		before := w.running
		w.running = r
		r.stop()
		w.running = before
	}
}

// The engine's seams.

func (w *world) time() time.Time { return w.now }

func (w *world) timer(d time.Duration, f func()) (stop func() bool) {
	over := false
	w.after(d, func() {
		if !over {
			over = true
			f()
		}
	})
	return func() bool {
		before := over
		over = true
		return !before
	}
}

func (w *world) sleep(ctx context.Context, d time.Duration) error {
	w.wake(d, w.running)
	w.park()
	return ctx.Err()
}

func (w *world) start(f func()) { w.spawn(0, f) }

func (w *world) together(n int, f func(int)) {
	left, r := n, w.running
	for i := range n {
		w.spawn(0, func() {
			f(i)
			if left--; left == 0 {
				w.wake(0, r)
			}
		})
	}
	if n > 0 {
		w.park()
	}
}
