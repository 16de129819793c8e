package sandbox

import (
	"errors"
	"fmt"
	"math"
	"sync"
	"time"
)

// Clock is a sandbox's time where nobody else lives by it: its speed can be changed while
// the sandbox runs, and it can be moved ahead. It never goes back. Two programs that must
// agree on the time, as gateway and sandbox do in lunas dev, share a fixed clock instead.
// It is safe for use by several goroutines.
type Clock struct {
	mu    sync.Mutex
	began time.Time // by the machine
	base  time.Time // by this clock
	speed float64
}

// The limits of a clock.
const (
	SpeedMin = 0.1
	SpeedMax = 1000
	// SkipMax is how far a clock is moved ahead at most at a time.
	SkipMax = 24 * time.Hour
)

// ErrFixedClock is what a sandbox says whose clock cannot be changed.
var ErrFixedClock = errors.New("sandbox: others live by this clock too, so it is fixed: end the program and start it with another --speed")

// NewClock returns a clock that shows base now and runs speed times as fast as the
// machine's, from SpeedMin to SpeedMax.
func NewClock(base time.Time, speed float64) (*Clock, error) {
	if err := checkSpeed(speed); err != nil {
		return nil, err
	}
	return &Clock{began: time.Now(), base: base, speed: speed}, nil
}

func checkSpeed(speed float64) error {
	if !(speed >= SpeedMin && speed <= SpeedMax) { // NaN is neither
		return fmt.Errorf("speed: %g is not from %g to %g seconds in one", speed, SpeedMin, float64(SpeedMax))
	}
	return nil
}

// Now is the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *Clock) now() time.Time {
	return c.base.Add(time.Duration(float64(time.Since(c.began)) * c.speed))
}

// After gives the time after d of this clock, at the speed that it has now.
func (c *Clock) After(d time.Duration) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.After(time.Duration(math.Ceil(float64(d) / c.speed)))
}

// Speed is how many seconds of this clock pass in one.
func (c *Clock) Speed() float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.speed
}

// change sets the speed and moves the clock ahead.
func (c *Clock) change(speed float64, ahead time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.base, c.began = c.now().Add(ahead), time.Now()
	c.speed = speed
}

// speed is how many seconds of the sandbox pass in one.
func (s *Sandbox) speed() float64 {
	if s.options.Clock != nil {
		return s.options.Clock.Speed()
	}
	return s.options.Speed
}

// SetSpeed changes how many seconds of the sandbox pass in one, from SpeedMin to SpeedMax.
// It needs Options.Clock; without it the error is ErrFixedClock.
func (s *Sandbox) SetSpeed(speed float64) error {
	if err := checkSpeed(speed); err != nil {
		return err
	}
	return s.turnClock(speed, 0)
}

// Skip moves the sandbox's clock ahead, at most by SkipMax: what would have happened
// meanwhile happens at once, in order. It needs Options.Clock; without it the error is
// ErrFixedClock.
func (s *Sandbox) Skip(ahead time.Duration) error {
	if ahead <= 0 || ahead > SkipMax {
		return fmt.Errorf("skip: %s is not from 1ns to %s", ahead, SkipMax)
	}
	return s.turnClock(s.speed(), ahead)
}

func (s *Sandbox) turnClock(speed float64, ahead time.Duration) error {
	if s.options.Clock == nil {
		return ErrFixedClock
	}
	s.Do(func(core *Core, _ time.Time) {
		s.options.Clock.change(speed, ahead)
		core.options.Speed = speed
		core.revision++
	})
	select {
	case s.wake <- struct{}{}: // its timer was set for the old speed
	default:
	}
	return nil
}
