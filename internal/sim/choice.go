package sim

import (
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/sandbox"
)

// Some payments leave the way to the customer, who chooses on the payment's page: late, twice at once, in several windows
// and differently, or never. Some give a number that no wallet has, and come back with another one, or not.

// chooser is the customers' luck, of its own: days without such payments are what they were.
type chooser struct {
	rng  *rand.Rand
	rate float64 // of payments that leave the way to the customer
	slip float64 // of numbers that are given: nobody has them
}

// unknownPhone is a number that no wallet has.
const unknownPhone = "089912345678"

func newChooser(o Options) chooser {
	c := chooser{rng: rand.New(rand.NewPCG(o.Seed, 0x63686f69636573))}
	w := &world{rng: c.rng}
	if o.Mix == Stormy {
		c.rate = w.rate(0.6)
		c.slip = pick(w, 0, 0.3, 0.7)
	}
	return c
}

func (c chooser) chance(p float64) bool { return p > 0 && c.rng.Float64() < p }

func (c chooser) between(a, b time.Duration) time.Duration {
	return a + time.Duration(c.rng.Int64N(int64(b-a)))
}

// leaveOpen makes of an order one whose customer chooses, now and then.
func (d *day) leaveOpen(o *order) {
	if o.Phone.IsZero() && o.Method != payment.QRIS || !d.chooser.chance(d.chooser.rate) {
		return
	}
	o.phone, o.Methods = o.Phone, []payment.Method{o.Method}
	if o.Rail == "" && len(d.tracks) > 1 && o.Terminal == "" {
		o.Methods = []payment.Method{payment.QRIS, payment.OVOPush}
	}
	if o.phone.IsZero() {
		o.phone = d.phones[d.chooser.rng.IntN(len(d.phones))]
	}
	o.Phone, o.Method = payment.Phone{}, ""
	o.ExpiresAt = d.time().Add(d.chooser.between(payment.ChoiceLifeMin+time.Second, 4*time.Minute))
}

// customerChooses plans what the customer of such a payment presses.
func (d *day) customerChooses(o *order, id string) {
	if len(o.Methods) == 0 || d.chooser.chance(0.15) {
		return // somebody who never chooses
	}
	for range 1 + d.chooser.rng.IntN(3) {
		when := d.chooser.between(0, 3*time.Minute)
		if d.chooser.chance(0.4) {
			when = d.chooser.between(0, 10*time.Second)
		}
		d.customerPresses(o, id, when, 1)
	}
}

// customerPresses plans a press on the page as it is then, its n-th, and what follows a slip.
func (d *day) customerPresses(o *order, id string, when time.Duration, n int) {
	c := engine.Choice{Method: o.Methods[d.chooser.rng.IntN(len(o.Methods))]}
	slip := c.Method == payment.OVOPush && d.chooser.chance(d.chooser.slip)
	switch {
	case slip:
		c.Phone = d.unknown
	case c.Method == payment.OVOPush && d.chooser.chance(0.2):
		c.Phone = d.phones[d.chooser.rng.IntN(len(d.phones))]
	case c.Method == payment.OVOPush:
		c.Phone = o.phone
	}
	thinks, again, old := d.chooser.between(0, 3*time.Second), time.Duration(-1), time.Duration(-1)
	if d.chooser.chance(0.4) { // pressed twice, or in another window
		again = d.chooser.between(0, 20*time.Millisecond)
	}
	if d.chooser.chance(0.2) { // and once more on the page of then
		old = d.chooser.between(time.Second, 30*time.Second)
	}
	d.after(when, nil, func() {
		if p, err := d.base.Load(background, o.MerchantID, id); err == nil {
			c.After = len(p.Attempts)
		}
		for _, later := range []time.Duration{0, again, old} {
			if later >= 0 {
				d.after(thinks+later, nil, func() { d.choose(o.MerchantID, id, c) })
			}
		}
	})
	if slip && n < 5 && d.chooser.chance(0.85) {
		d.customerPresses(o, id, when+d.chooser.between(time.Second, 40*time.Second), n+1)
	}
}

// choose presses on the page that one of the gateways shows.
func (d *day) choose(merchantID, id string, c engine.Choice) {
	p := d.gateway()
	if d.calm || p == nil {
		return
	}
	p.spawn(0, p, func() {
		_, err := p.engine.Choose(background, merchantID, id, c)
		answer := "yes"
		var refusal *payment.Refusal
		switch {
		case errors.As(err, &refusal):
			answer = refusal.Code
		case err != nil:
			answer = err.Error()
		}
		d.tell("is chosen as "+string(c.Method), p, id, answer)
	})
}

// auditUnchosen holds a payment for which nobody chose against the rules: nothing was sent, and it ended by itself or was
// given up.
func (b *books) auditUnchosen() {
	if len(b.story.sends) > 0 || b.held > 0 {
		b.fail(NoPushTwice, b.id, "nobody chose how to pay, and %d requests were sent", len(b.story.sends))
	}
	if b.stored.Choice == nil {
		b.fail(NoPushTwice, b.id, "it has no attempt, and nothing to choose")
		return
	}
	late := b.stored.UpdatedAt.Sub(b.stored.Choice.Until)
	if b.stored.State == payment.Expired && late < 0 {
		b.fail(NoPushTwice, b.id, "it expired %v before the time to choose was over", -late)
	}
}

// auditChosen holds that of what the customer pressed one thing was done at a time, and another one only after the provider
// had said that it knows no such phone; three times at most.
func (b *books) auditChosen() {
	begins := []string{opPush, opGenerate, opPost}
	var chosen []time.Duration // when
	for _, e := range b.entries {
		if c, ok := e.Event.(payment.Chosen); ok {
			chosen = append(chosen, c.At.Sub(b.start))
		}
	}
	if len(chosen) < 1 || len(chosen) > payment.ChoiceTries {
		b.fail(NoPushTwice, b.id, "%d choices are in its journal", len(chosen))
		return
	}
	choiceOf := func(s *send) int {
		n := 0
		for n < len(chosen) && chosen[n] <= s.at {
			n++
		}
		return n
	}
	var last *send // push
	for i, s := range b.story.sends {
		if !slices.Contains(begins, s.operation) {
			continue
		}
		if last != nil && choiceOf(s) != choiceOf(last) && !last.unregistered(s.at) {
			b.fail(RouteAfterDeath, b.id, "a %s leaves for another choice, and the last push was not refused for its phone", s.operation)
		}
		if s.operation == opPush {
			last = s
		}
		for _, earlier := range b.story.sends[:i] {
			switch {
			case !slices.Contains(begins, earlier.operation):
			case choiceOf(s) == choiceOf(earlier) && (s.operation == opGenerate) != (earlier.operation == opGenerate):
				b.fail(NoPushTwice, b.id, "a %s and a %s were sent for one choice", earlier.operation, s.operation)
			case choiceOf(s) == choiceOf(earlier), earlier.operation == opPost:
			case earlier.operation == opGenerate || !b.dead(earlier, s.at):
				b.fail(RouteAfterDeath, b.id, "a %s leaves for another choice, and the %s %v before was not known to be dead",
					s.operation, earlier.operation, s.at-earlier.at)
			}
		}
	}
}

// unregistered tells whether a gateway had been told by a time that a push was to no phone that the provider knows.
func (s *send) unregistered(by time.Duration) bool {
	if len(s.received) == 0 || s.receivedAt > by {
		return false
	}
	code := s.track.said(s.received)
	return code == "14" || s.track.rail() == payment.Faspay && code == "18"
}

// slips tells whether a violation is a customer's who gave a number that nobody has.
func (d *day) slips(v sandbox.Violation) bool {
	switch v.Rule {
	case sandbox.RulePhone, sandbox.RuleDOKUPhone, sandbox.RuleFaspayPhone:
		return d.chooser.slip > 0
	}
	return false
}
