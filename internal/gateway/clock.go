package gateway

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Clock is time as this process lives it: the machine's, or running faster from a starting point. One Clock goes into
// every shell of the process, so that gateway and sandbox agree.
type Clock struct {
	speed float64
	began time.Time // by the machine
	base  time.Time // by this clock
}

// RealClock is the machine's clock.
func RealClock() Clock { return Clock{speed: 1} }

// FastClock runs speed times as fast as the machine's, from base on. Speed must be above 0.
func FastClock(speed float64, base time.Time) Clock {
	return Clock{speed: speed, began: time.Now(), base: base}
}

// Speed is how many seconds of this clock pass in one.
func (c Clock) Speed() float64 { return c.speed }

// Now is the time.
func (c Clock) Now() time.Time {
	if c.began.IsZero() {
		return time.Now()
	}
	return c.base.Add(time.Duration(float64(time.Since(c.began)) * c.speed))
}

// real is how long d takes by the machine.
func (c Clock) real(d time.Duration) time.Duration { return time.Duration(float64(d) / c.speed) }

// atSpeed is how much of this clock passes in a real d.
func (c Clock) atSpeed(d time.Duration) time.Duration { return time.Duration(float64(d) * c.speed) }

// AfterFunc calls f after d of this clock.
func (c Clock) AfterFunc(d time.Duration, f func()) (stop func() bool) {
	return time.AfterFunc(c.real(d), f).Stop
}

// After gives the time after d of this clock.
func (c Clock) After(d time.Duration) <-chan time.Time { return time.After(c.real(d)) }

// Sleep waits for d of this clock or for the context's end.
func (c Clock) Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(c.real(d))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// ClockInFolder gives a clock that never goes back behind the last instant that KeepClock wrote into the folder, so
// that data made at high speed stays in the past.
func ClockInFolder(folder string, speed float64) (Clock, error) {
	base := time.Now()
	b, err := os.ReadFile(clockFile(folder))
	switch {
	case os.IsNotExist(err):
	case err != nil:
		return Clock{}, fmt.Errorf("read the folder's last instant: %w", err)
	default:
		last, err := time.Parse(time.RFC3339Nano, strings.TrimSpace(string(b)))
		if err != nil {
			return Clock{}, fmt.Errorf("%s does not hold a time: %w", clockFile(folder), err)
		}
		if last.After(base) {
			base = last
		}
	}
	return FastClock(speed, base), nil
}

// KeepClock writes into the folder every second, until the context ends, an instant that the clock will not have passed
// at the next writing: whatever ends the process, its next start begins no earlier than this one came.
func KeepClock(ctx context.Context, folder string, c Clock) error {
	const every, ahead = time.Second, 5 * time.Second
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := writeClock(folder, c.Now().Add(time.Duration(float64(ahead)*c.speed))); err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return writeClock(folder, c.Now())
		}
	}
}

func writeClock(folder string, now time.Time) error {
	temporary := clockFile(folder) + ".new"
	if err := os.WriteFile(temporary, []byte(now.Format(time.RFC3339Nano)+"\n"), 0o600); err != nil {
		return fmt.Errorf("keep the folder's last instant: %w", err)
	}
	return os.Rename(temporary, clockFile(folder))
}

func clockFile(folder string) string { return filepath.Join(folder, "clock") }
