package sim

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/sandbox"
)

// order is what the merchant's shop asks for, as often as it takes.
type order struct {
	engine.Order
	tries    int
	answered bool
	phone    payment.Phone // that the customer gives, where the merchant does not
}

func (d *day) planOrders() {
	when := time.Duration(0)
	for i := range d.options.Payments {
		when += d.between(0, 2*d.weather.gap)
		d.at(when, nil, func() { d.newOrder(i) })
	}
}

func (d *day) newOrder(i int) {
	t := d.tracks[0]
	if n := len(d.tracks); n > 1 {
		t = d.tracks[d.rng.IntN(n)]
	}
	o := &order{Order: t.order(i)}
	if len(d.tracks) > 1 {
		d.routeOrder(t, o)
	}
	d.leaveOpen(o)
	if d.chance(d.weather.keys) {
		o.Key = store.Key{Key: "key-" + strconv.Itoa(i), Fingerprint: "body-" + strconv.Itoa(i)}
		if d.chance(d.weather.twice) {
			twin := *o
			d.after(d.between(0, 5*time.Millisecond), nil, func() { d.request(&twin) })
		}
	}
	d.request(o)
}

// gateway gives a gateway that takes calls, or nil.
func (d *day) gateway() *process {
	from := d.rng.IntN(len(d.processes))
	for i := range d.processes {
		if p := d.processes[(from+i)%len(d.processes)]; p != nil {
			return p
		}
	}
	return nil
}

// request sends an order to one of the gateways. A shop that has a key asks again when it hears nothing.
func (d *day) request(o *order) {
	if d.calm || o.tries > 6 {
		return
	}
	o.tries++
	if o.Key.Key != "" {
		d.after(d.between(2*time.Second, 8*time.Second), nil, func() {
			if !o.answered {
				d.request(o)
			}
		})
	}
	p := d.gateway()
	if p == nil {
		return
	}
	p.spawn(0, p, func() {
		paid, _, err := p.engine.Request(background, o.Order)
		d.requested(o, paid, err)
	})
}

func (d *day) requested(o *order, p payment.Payment, err error) {
	var refusal *payment.Refusal
	var mismatch *engine.KeyMismatch
	switch {
	case errors.As(err, &mismatch):
		o.answered = true
		d.tell("key was used", nil, mismatch.PaymentID, o.Key.Key)
		d.sameKey(o.Key.Key, mismatch.PaymentID)
	case errors.As(err, &refusal):
		o.answered = true
		d.tell("is refused", nil, "", refusal.Code)
	case err != nil:
		d.tell("cannot be taken", nil, "", err.Error())
	case !o.answered:
		o.answered = true
		d.tell("is accepted", nil, p.ID, o.Key.Key)
		d.sameKey(o.Key.Key, p.ID)
		d.followUp(o, p.ID)
	default:
		d.sameKey(o.Key.Key, p.ID)
	}
}

// followUp plans what the merchant does with a payment later.
func (d *day) followUp(o *order, id string) {
	x := &d.weather
	if o.Key.Key != "" && d.chance(x.reuse) {
		again := &order{Order: o.Order, phone: o.phone}
		d.after(d.between(0, 90*time.Second), nil, func() { d.request(again) })
	}
	if o.Key.Key != "" && d.chance(x.otherBody) {
		other := &order{Order: o.Order}
		other.Amount, other.Key.Fingerprint = o.Amount+1, o.Key.Fingerprint+"x"
		d.after(d.between(0, 30*time.Second), nil, func() { d.request(other) })
	}
	d.customerChooses(o, id)
	s := d.story(o.MerchantID, id)
	s.track.followUp(s)
}

// ask is a merchant or an operator who wants something done with a payment. Now and then the same, or something else, is
// wanted at nearly the same moment by somebody else, on the same or on another gateway.
func (d *day) ask(s *story, what payment.Ask) {
	if p := d.gateway(); p != nil {
		d.askOf(p, s, what, store.Key{})
	}
	if d.hasty.Float64() >= d.weather.haste {
		return
	}
	other, key := what, store.Key{}
	switch d.hasty.IntN(3) {
	case 0:
		other = pick(&world{rng: d.hasty}, payment.AskVoid, payment.AskRefund, payment.AskRenew, payment.AskCancel, payment.AskCheck)
	case 1:
		key = store.Key{Key: fmt.Sprintf("ask-%d", d.hasty.Uint64()), Fingerprint: string(what)}
	}
	for range 1 + d.hasty.IntN(2) {
		after := time.Duration(d.hasty.Int64N(int64(30 * time.Millisecond)))
		slot := d.hasty.IntN(len(d.processes))
		d.after(after, nil, func() {
			if p := d.processes[slot]; p != nil {
				d.askOf(p, s, other, key)
			}
		})
	}
}

func (d *day) askOf(p *process, s *story, what payment.Ask, key store.Key) {
	if d.calm {
		return
	}
	p.spawn(0, p, func() {
		_, _, err := p.engine.Ask(background, s.merchant, s.id, payment.Asked{What: what}, key)
		answer := "yes"
		if err != nil {
			answer = err.Error()
		}
		d.tell("is asked to "+string(what), p, s.id, answer)
	})
}

// release is an operator who has looked at a stopped terminal.
func (d *day) release(merchantID, till string) {
	d.after(d.between(time.Second, 20*time.Second), nil, func() {
		terminals, err := d.base.Terminals(background, merchantID)
		if err != nil {
			panic(err)
		}
		for _, t := range terminals {
			if t.ID == till && t.Held != "" {
				t.Held = ""
				if err := d.base.SetTerminal(background, t); err != nil {
					panic(err)
				}
				d.tell("terminal is released", nil, "", till)
			}
		}
	})
}

// effect is what the provider and the customer make of a request.
func (d *day) effect(s *send, f road) sandbox.Effect {
	e := sandbox.Effect{Answer: f.bad}
	s.track.effect(s.operation, &e)
	if !d.calm {
		d.oddity(s, &e)
	}
	if d.sabotage.effect != nil {
		d.sabotage.effect(d, s.operation, &e)
	}
	return e
}

// oddity is what may be wrong with a provider.
func (d *day) oddity(s *send, e *sandbox.Effect) {
	x := &d.weather
	if d.chance(x.oddAnswer) {
		e.Answer = pick(d.world, sandbox.AnswerLost, sandbox.AnswerReset, sandbox.AnswerEmpty404, sandbox.AnswerHTTP500,
			sandbox.AnswerHTTP502, sandbox.AnswerHTML, sandbox.AnswerForeign, sandbox.AnswerTruncated)
	}
	switch {
	case d.chance(x.code):
		e.Code = pick(d.world, s.track.refusals(s.operation)...)
		e.Customer = ""
	case d.chance(x.codeAfter):
		e.AnswerCode = pick(d.world, s.track.afterwards()...)
	}
	if d.chance(x.slowThink) {
		e.ProcessDelay = sandbox.Duration(d.between(0, 12*time.Second))
	}
}
