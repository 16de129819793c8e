package sim

import (
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/payment"
)

// Some payments leave the way to the customer, who chooses on the payment's page: late, twice at once, in several windows
// and differently, or never.

// chooser is the customers' luck, of its own: days without such payments are what they were.
type chooser struct {
	rng  *rand.Rand
	rate float64 // of payments that leave the way to the customer
}

func newChooser(o Options) chooser {
	c := chooser{rng: rand.New(rand.NewPCG(o.Seed, 0x63686f69636573))}
	w := &world{rng: c.rng}
	if o.Mix == Stormy {
		c.rate = w.rate(0.6)
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
		c := engine.Choice{Method: o.Methods[d.chooser.rng.IntN(len(o.Methods))]}
		if c.Method == payment.OVOPush {
			c.Phone = o.phone
			if d.chooser.chance(0.2) {
				c.Phone = d.phones[d.chooser.rng.IntN(len(d.phones))]
			}
		}
		when := d.chooser.between(0, 3*time.Minute)
		if d.chooser.chance(0.4) {
			when = d.chooser.between(0, 10*time.Second)
		}
		d.after(when, nil, func() { d.choose(o.MerchantID, id, c) })
		if d.chooser.chance(0.4) { // pressed twice, or in another window
			d.after(when+d.chooser.between(0, 20*time.Millisecond), nil, func() { d.choose(o.MerchantID, id, c) })
		}
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

// auditChosen holds that of what the customer pressed one thing was done.
func (b *books) auditChosen() {
	begins := []string{opPush, opGenerate, opPost}
	first := -1
	for i, s := range b.story.sends {
		if !slices.Contains(begins, s.operation) {
			continue
		}
		if first < 0 {
			first = i
		}
		if (s.operation == opGenerate) != (b.story.sends[first].operation == opGenerate) {
			b.fail(NoPushTwice, b.id, "a %s and a %s were sent", b.story.sends[first].operation, s.operation)
		}
	}
	chosen := 0
	for _, e := range b.entries {
		if _, ok := e.Event.(payment.Chosen); ok {
			chosen++
		}
	}
	if chosen != 1 {
		b.fail(NoPushTwice, b.id, "%d choices are in its journal", chosen)
	}
}
