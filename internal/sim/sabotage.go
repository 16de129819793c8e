package sim

import (
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/sandbox"
)

// sabotage breaks a rule on purpose, for the tests that show that each checker bites.
type sabotage struct {
	weather func(*weather)
	appKey  string // of the gateway, instead of the right one
	// clientSecret is the gateway's at SNAP, instead of the right one; secret changes what is kept as one.
	clientSecret   string
	secret         func(sealed []byte) []byte
	dokuSecret     string                                            // of the gateway at DOKU, instead of the right one
	faspayPassword string                                            // of the gateway at Faspay, instead of the right one
	returns        func(g *process, s *story)                        // is what a gateway makes of a customer who comes back
	openLocks      bool                                              // every lock is given to everybody
	panics         float64                                           // of the gateway, per commit
	copies         func(operation string) int                        // that the network makes of a request
	other          func(operation string, wire []byte) []byte        // sent beside a request; nil: nothing is
	misread        func(operation string, answer []byte) []byte      // what the gateway's client makes of an answer
	effect         func(d *day, operation string, e *sandbox.Effect) // what the provider does instead
	// mistakenRings makes a late ring ring for the alarm that was set in place of its own.
	mistakenRings bool
	past          func([]store.Entry) []store.Entry  // what an engine reads of a journal
	before        func(d *day, group []store.Change) // is called with each group
	change        func(d *day, c *store.Change)      // changes what is written
	refusal       func(d *day) error                 // with which the database refuses a group
	journal       func([]store.Entry) []store.Entry  // what is read of a journal
}

// spoil changes what is about to be written.
func (d *day) spoil(changes []store.Change) {
	if d.sabotage.before != nil {
		d.sabotage.before(d, changes)
	}
	if d.sabotage.change == nil {
		return
	}
	for i := range changes {
		c := &changes[i]
		if c.Terminal == "" {
			d.sabotage.change(d, c)
			continue
		}
		finish := c.Finish
		c.Finish = func(n payment.Number, t0 time.Time) (store.Change, error) {
			done, err := finish(n, t0)
			d.sabotage.change(d, &done)
			return done, err
		}
	}
}
