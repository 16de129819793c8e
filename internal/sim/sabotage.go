package sim

import (
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

// sabotage breaks a rule on purpose, for the tests that show that each checker bites.
type sabotage struct {
	weather     func(*weather)
	appKey      string
	openLocks   bool                     // every lock is given to everybody
	extraCopies int                      // of each push, made by the network
	otherPush   func(wire []byte) []byte // sent beside each push
	change      func(*store.Change)      // what is written instead
	before      func([]store.Change)     // called with each group
}

// spoil changes what is about to be written.
func (s *sabotage) spoil(changes []store.Change) {
	if s.before != nil {
		s.before(changes)
	}
	if s.change == nil {
		return
	}
	for i := range changes {
		c := &changes[i]
		if c.Terminal == "" {
			s.change(c)
			continue
		}
		finish := c.Finish
		c.Finish = func(n payment.Number, t0 time.Time) (store.Change, error) {
			done, err := finish(n, t0)
			s.change(&done)
			return done, err
		}
	}
}
