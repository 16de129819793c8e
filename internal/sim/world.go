package sim

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"time"
)

// world is virtual time: a queue of what will happen, ordered by time and then by the order in which it was planned,
// and the coroutines in which the engines run. Only one of them runs at any moment, so that a seed says everything.
type world struct {
	start    time.Time
	now      time.Duration // since start
	sequence uint64
	queue    []event
	rng      *rand.Rand

	running *routine // nil: the world itself
	crew    *crew
	// slice is called after each event and after each time a routine has run.
	slice func()
}

// event is something that will happen. It belongs to a process, whose pause delays it and whose death cancels it, or
// to the world outside.
type event struct {
	at       time.Duration
	sequence uint64
	process  *process
	routine  *routine // resumed, if it still stands where token says
	token    uint64
	job      func() // begun in a routine of its own
	alarm    *alarm // goes off
	do       func() // when there is nothing of these
}

func (w *world) time() time.Time { return w.start.Add(w.now) }

// at plans something for a moment; one that has passed means now.
func (w *world) at(when time.Duration, p *process, do func()) {
	w.push(event{at: when, process: p, do: do})
}

// after plans something for later.
func (w *world) after(d time.Duration, p *process, do func()) { w.at(w.now+d, p, do) }

func (w *world) push(e event) {
	e.at = max(e.at, w.now)
	w.sequence++
	e.sequence = w.sequence
	w.insert(e)
}

// step lets the next thing happen; false when nothing is planned.
func (w *world) step() bool {
	if len(w.queue) == 0 {
		return false
	}
	e := w.pop()
	w.now = e.at
	if p := e.process; p != nil {
		if p.dead {
			return true
		}
		if p.pausedUntil > w.now {
			e.at = p.pausedUntil
			w.insert(e) // with its old place among the others
			return true
		}
	}
	switch {
	case e.job != nil:
		w.begin(e.process, e.job)
	case e.alarm != nil:
		e.alarm.goOff()
	case e.routine == nil:
		e.do()
	case e.routine.token == e.token:
		w.resume(e.routine)
	}
	w.slice()
	return true
}

// routine is a coroutine: it runs jobs, one after the other, and can be left standing in the middle of one.
type routine struct {
	next    func() (struct{}, bool)
	stop    func()
	yield   func(struct{}) bool
	job     func()
	process *process
	place   int    // in process.routines
	token   uint64 // where it stands: changes with each park and each job
	killed  bool
	call    *call // the call in which it stands, if it does
	send    *send // what it has sent, and whose answer it brings home
}

// killed is what unwinds a routine whose process has died.
type killed struct{}

// spawn starts a job of a process as an event of its own.
func (w *world) spawn(d time.Duration, p *process, job func()) {
	w.push(event{at: w.now + d, process: p, job: job})
}

func (w *world) begin(p *process, job func()) {
	r := w.routine()
	r.job, r.process, r.killed = job, p, false
	r.place = len(p.routines)
	p.routines = append(p.routines, r)
	w.resume(r)
}

func (w *world) routine() *routine {
	if n := len(w.crew.idle); n > 0 {
		r := w.crew.idle[n-1]
		w.crew.idle = w.crew.idle[:n-1]
		return r
	}
	r := &routine{}
	r.next, r.stop = iter.Pull(func(yield func(struct{}) bool) {
		r.yield = yield
		for {
			r.run()
			if !yield(struct{}{}) {
				return
			}
		}
	})
	return r
}

func (r *routine) run() {
	defer func() {
		r.job = nil
		r.token++
		trouble := recover()
		if _, dead := trouble.(killed); trouble != nil && !dead {
			r.killed = true
			r.process.broke(fmt.Sprintf("panic: %v\n%s", trouble, debug.Stack()))
		}
	}()
	if r.job != nil {
		r.job()
	}
}

// crew are the coroutines that have nothing to do. Making one costs more than a job, so worlds that follow each other
// in a goroutine hand them on.
type crew struct{ idle []*routine }

func (c *crew) dismiss() {
	for _, r := range c.idle {
		r.stop()
	}
	c.idle = nil
}

// resume lets a routine run until it parks or ends.
func (w *world) resume(r *routine) {
	before := w.running
	w.running = r
	r.token++
	r.next()
	w.running = before
	if r.job == nil && r.process != nil {
		p := r.process
		last := len(p.routines) - 1
		p.routines[r.place] = p.routines[last]
		p.routines[r.place].place = r.place
		p.routines[last] = nil
		p.routines = p.routines[:last]
		if r.send != nil && !r.killed {
			r.send.done = true
		}
		r.process, r.call, r.send = nil, nil, nil
		w.crew.idle = append(w.crew.idle, r)
	}
}

// park leaves the running routine standing until somebody wakes it.
func (w *world) park() {
	r := w.running
	if r == nil {
		panic("sim: the world itself cannot wait")
	}
	if r.killed {
		panic(killed{}) // somebody has caught the first one: a dead process does not go on
	}
	if !r.yield(struct{}{}) || r.killed {
		r.killed = true
		panic(killed{})
	}
}

// wake resumes a routine at a moment, if it still stands where it stands now (a routine that runs: where it parks
// next).
func (w *world) wake(d time.Duration, r *routine) {
	token := r.token
	w.push(event{at: w.now + d, process: r.process, routine: r, token: token})
}

// sleep parks the running routine for a while.
func (w *world) sleep(d time.Duration) {
	w.wake(d, w.running)
	w.park()
}

// reap unwinds what a dead process left standing. Nothing that it does on its way reaches anybody.
func (w *world) reap(p *process) {
	for len(p.routines) > 0 {
		r := p.routines[len(p.routines)-1]
		r.killed = true
		w.resume(r)
	}
}

// The queue is a binary heap, written out because container/heap boxes every element.

func (e *event) before(o *event) bool {
	return e.at < o.at || (e.at == o.at && e.sequence < o.sequence)
}

func (w *world) insert(e event) {
	w.queue = append(w.queue, e)
	q := w.queue
	for i := len(q) - 1; i > 0; {
		parent := (i - 1) / 2
		if !q[i].before(&q[parent]) {
			return
		}
		q[i], q[parent] = q[parent], q[i]
		i = parent
	}
}

func (w *world) pop() event {
	q := w.queue
	top, last := q[0], len(q)-1
	q[0] = q[last]
	q[last] = event{}
	q = q[:last]
	w.queue = q
	for i := 0; ; {
		child := 2*i + 1
		if child >= last {
			return top
		}
		if child+1 < last && q[child+1].before(&q[child]) {
			child++
		}
		if !q[child].before(&q[i]) {
			return top
		}
		q[i], q[child] = q[child], q[i]
		i = child
	}
}

// What the seed decides.

func (w *world) chance(p float64) bool { return p > 0 && w.rng.Float64() < p }

// between gives a duration from a up to b.
func (w *world) between(a, b time.Duration) time.Duration {
	if b <= a {
		return a
	}
	return a + time.Duration(w.rng.Int64N(int64(b-a)))
}

func pick[T any](w *world, from ...T) T { return from[w.rng.IntN(len(from))] }

// rate gives 0 half of the time and otherwise up to most.
func (w *world) rate(most float64) float64 {
	if w.chance(0.5) {
		return 0
	}
	return most * w.rng.Float64()
}

// span is a stretch of time in which something was not as it should be.
type span struct {
	from, to time.Duration
	what     string
}

// reaches gives the end of the last span that touches from … to; ok is false when none does.
func reaches(spans []span, from, to time.Duration) (end time.Duration, ok bool) {
	for _, s := range slices.Backward(spans) {
		if s.from <= to && s.to >= from {
			end, ok = max(end, s.to), true
		}
	}
	return end, ok
}
