package sim

import (
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

// numbering is the rule of numbers a second time, written apart from payment.Cursor: OVO, Push To Pay API: sequence
// from 1, +1 with every push, success or failure, at most 999999 in a batch; a batch a day, by sequence or by date.
type numbering struct {
	style payment.NumberStyle
	day   int
	last  payment.Number
}

// next gives the number that must come now; ok is false when there is none.
func (n *numbering) next(t0 time.Time) (number payment.Number, ok bool) {
	today := max(wibDay(t0), n.day)
	full := n.last.Reference == 999999
	switch {
	case today == n.day && !full:
		return payment.Number{Batch: n.last.Batch, Reference: n.last.Reference + 1}, true
	case n.style == payment.BySequence:
		return payment.Number{Batch: n.last.Batch + 1, Reference: 1}, n.last.Batch < 999999
	case today == n.day:
		return payment.Number{}, false
	}
	return payment.Number{Batch: ddmmyy(t0), Reference: 1}, true
}

// till is where numbers are counted.
type till struct{ merchant, id string }

// numbered holds that numbers are given in order and without gaps.
func (d *day) numbered(s *story, c *store.Change) {
	a := &c.Payment.Attempts[len(c.Payment.Attempts)-1]
	s.number = a.Number
	n := d.numbers[till{s.merchant, c.Terminal}]
	want, ok := n.next(a.PushedAt)
	if !ok || a.Number != want {
		d.fail(Numbers, s.id, "terminal %s gives number %v after %v, want %v", c.Terminal, a.Number, n.last, want)
	}
	n.day, n.last = max(n.day, wibDay(a.PushedAt)), a.Number
}

// presetNumber makes a numbering known, and puts it on the last number that was given before the day began; 0: none was.
func (d *day) presetNumber(merchantID, id string, style payment.NumberStyle, last payment.ReferenceNumber) {
	n := &numbering{style: style}
	d.numbers[till{merchantID, id}] = n
	if last == 0 {
		return
	}
	cursor := payment.Cursor{Style: style, Day: payment.DayOf(d.start)}
	cursor.Last = payment.Number{Batch: 7, Reference: last}
	if style == payment.ByDate {
		cursor.Last.Batch = ddmmyy(d.start)
	}
	n.day, n.last = wibDay(d.start), cursor.Last
	if err := d.base.SetTerminal(background, store.Terminal{MerchantID: merchantID, ID: id, Cursor: cursor}); err != nil {
		panic(err)
	}
}
