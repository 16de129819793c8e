package sim

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/rail"
)

var errDead = errors.New("sim: the process is dead")

// process is one start of a gateway: the real engine, and the seams by which it is in the world.
type process struct {
	*day
	name        string
	slot        int
	engine      *engine.Engine
	disk        *disk
	dead        bool
	pausedUntil time.Duration
	routines    []*routine
	open        map[string][]*call // the pushes of a payment whose calls are under way here
	stopped     *alarm             // the last one, where the next is to be taken for it

	beats, ticks, beatJob, tickJob func() // made once: they are wanted often
}

// boot starts a gateway. While the database is away it is tried again.
func (d *day) boot(slot int) {
	d.starts++
	p := &process{day: d, slot: slot, name: fmt.Sprintf("own_%d", d.starts), open: map[string][]*call{}}
	if d.databaseAway() {
		d.starts--
		d.after(500*time.Millisecond, nil, func() { d.boot(slot) })
		return
	}
	p.disk = &disk{Store: d.base, p: p}
	var accounts []engine.Account
	for _, t := range d.tracks {
		for _, a := range t.accounts() {
			line, err := rail.Open(a, &link{p: p, track: t}, d.time)
			if err != nil {
				panic(err)
			}
			accounts = append(accounts, engine.Account{Account: a, Line: line})
		}
	}
	var err error
	p.engine, err = engine.New(background, engine.Options{
		Store: p.disk, Keyring: d.keyring, Owner: p.name, Log: slog.New(&logbook{day: d, p: p}), Accounts: accounts,
		Now: d.time, After: p.timer, Sleep: p.sleep, Go: p.start, Together: p.together, NewID: p.newID,
		Lease: lease, QueryRate: d.weather.queryRate, Routing: d.routing(),
	})
	if err != nil {
		panic(err)
	}
	d.processes[slot] = p
	d.tell("started", p, "", "")
	p.beats, p.ticks, p.tickJob = p.beat, p.tick, func() { _ = p.engine.Tick(background) }
	p.beatJob = func() { _ = p.engine.Beat(background) } // a store that does not answer is tried again at the next one
	p.beat()
	p.tick()
}

const (
	lease      = 3 * time.Second
	claimEvery = 100 * time.Millisecond
	// patience is how long after the end of a trouble what it has delayed may take: the lease of the dead, the next
	// beat, the next claim, and the longest gap between two tries of a commit.
	patience = lease + lease/3 + 300*time.Millisecond + claimEvery + 2*time.Second + 500*time.Millisecond
)

// beat and tick are engine.Run in the world's time.
func (p *process) beat() {
	p.spawn(0, p, p.beatJob)
	p.after(lease/3, p, p.beats)
}

func (p *process) tick() {
	next := claimEvery
	if _, oldest, err := p.base.OpenTasks(background); err != nil || (!oldest.IsZero() && oldest.Before(p.time())) {
		p.spawn(0, p, p.tickJob)
	} else if p.calm && !oldest.IsZero() {
		// In the evening nothing becomes due but by its own alarm: no need to look ten times a second.
		next = min(max(next, oldest.Sub(p.time())), time.Second)
	}
	p.after(next, p, p.ticks)
}

// The seams.

// alarm is a timer that an engine has set. As with a real one, what runs when it goes off may run a little later, and
// stopping it then is in vain.
type alarm struct {
	p       *process
	routine *routine // that set it
	ring    func()
	over    bool // it has gone off, or was stopped before
	late    bool // it has gone off, and its function has not run yet
}

// timer is Options.After.
func (p *process) timer(d time.Duration, f func()) (stop func() bool) {
	a := &alarm{p: p, routine: p.running, ring: f}
	if p.stopped != nil { // only by sabotage
		p.stopped.ring, p.stopped = f, nil
	}
	p.push(event{at: p.now + d, process: p, alarm: a})
	return a.stop
}

func (a *alarm) goOff() {
	switch {
	case a.late:
		a.late = false
	case a.over:
		return
	default:
		a.over = true
		if late := a.p.lateness(); late > 0 {
			a.late = true
			a.p.push(event{at: a.p.now + late, process: a.p, alarm: a})
			return
		}
	}
	a.ring()
	a.p.hungUp(a.routine)
}

func (a *alarm) stop() bool {
	before := a.over
	a.over = true
	if a.late && a.p.sabotage.mistakenRings {
		a.p.stopped = a
	}
	return !before
}

// lateness is how much later than it has gone off an alarm rings.
func (d *day) lateness() time.Duration {
	if d.weather.lateRings == 0 || d.ringer.Float64() >= d.weather.lateRings {
		return 0
	}
	return time.Duration(d.ringer.Int64N(int64(latest)))
}

const latest = 100 * time.Millisecond

// hungUp ends the call in which a routine stands, if its context has ended.
func (p *process) hungUp(r *routine) {
	if r != nil && r.call != nil && r.call.ctx.Err() != nil {
		p.wake(0, r)
	}
}

func (p *process) sleep(ctx context.Context, d time.Duration) error {
	p.world.sleep(d)
	return ctx.Err()
}

// start is Options.Go: the scheduler takes its time.
func (p *process) start(f func()) { p.spawn(time.Duration(p.rng.Int64N(20_000)), p, f) }

func (p *process) together(n int, f func(int)) {
	left, r := n, p.running
	for i := range n {
		p.spawn(0, p, func() {
			f(i)
			if left--; left == 0 {
				p.wake(0, r)
			}
		})
	}
	if n > 0 {
		p.park()
	}
}

// newID orders by time, then by process and count, as the real ones order by time.
func (p *process) newID(prefix string) string {
	var id [16]byte
	binary.BigEndian.PutUint64(id[:8], uint64(p.time().UnixMilli())<<16|uint64(p.starts&0xffff))
	p.serial++
	binary.BigEndian.PutUint32(id[8:12], p.serial)
	binary.BigEndian.PutUint32(id[12:], p.rng.Uint32())
	return engine.FormatID(prefix, id)
}

// Faults of processes.

// point lets the process die here, if the seed says so.
func (p *process) point(c crashPoint) {
	if !p.calm && p.chance(p.weather.crash[c]) {
		p.die("dies " + c.String())
	}
	if p.dead && p.running != nil && p.running.process == p {
		p.running.killed = true
		panic(killed{})
	}
}

// die ends a process at once and starts another one in its place after a while.
func (p *process) die(why string) {
	if p.dead {
		return
	}
	p.dead = true
	p.crashes++
	back := p.between(100*time.Millisecond, 10*time.Second)
	if p.calm {
		back = time.Second
	}
	p.tell(why, p, "", "")
	p.trouble(p.now, p.now+back, "a gateway was down")
	p.processes[p.slot] = nil
	p.at(p.now, nil, func() { p.reap(p) })
	d, slot := p.day, p.slot
	p.after(back, nil, func() { d.reboot(slot) })
}

func (p *process) pause(d time.Duration) {
	if p.dead {
		return
	}
	p.tell("is paused", p, "", d.String())
	p.pausedUntil = p.now + d
	p.trouble(p.now, p.now+d, "a gateway was paused")
	p.pauses = append(p.pauses, span{p.now, p.now + d, p.name})
}

// exchangeKeys makes the keyring of a day; its key is no secret.
func exchangeKeys() (*exchange.Keyring, error) { return exchange.NewKeyring(make([]byte, 32)) }

// lastPause is when the process was last frozen until.
func (p *process) lastPause() time.Duration {
	var end time.Duration = -1
	for _, s := range p.pauses {
		if s.what == p.name {
			end = max(end, s.to)
		}
	}
	if end < 0 {
		return -1
	}
	// What was begun before the pause is sent after it.
	return end + 30*time.Second
}
