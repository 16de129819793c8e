package sandbox

import (
	"strings"
	"time"
)

// push asks the customer for their money, unless the phone (14), the number or the
// invoice (94) forbid it. The number is used up in any case.
func (o *ovoRail) push(now time.Time, held *call) {
	m := held.ovo.message
	number := ovoNumber{m.tid, m.batch, m.reference}
	earlier := o.byNumber[number]
	if earlier == nil {
		o.observe(now, held)
	} else {
		earlier.Seen++
	}
	p := o.newPayment(now, held)
	switch sameInvoice := o.byInvoice[ovoInvoice{p.merchant, m.invoice}]; {
	case p.wallet == nil:
		o.refusePush(now, held, p, earlier, "14", RulePhone, "the phone has no OVO account")
	case earlier != nil:
		o.refusePush(now, held, p, earlier, o.options.DuplicateCode, RuleDuplicateNumber, "the reference number was used in this batch")
	case sameInvoice != nil:
		o.refusePush(now, held, p, earlier, o.options.DuplicateCode, RuleDuplicateInvoice, "the merchantInvoice was used before")
	case m.amount < o.options.MinimumAmount:
		o.refusePush(now, held, p, earlier, "67", RuleMinimumAmount, "the amount is less than the minimum")
	case held.effect.Code != "":
		p.state, p.Code = Refused, held.effect.Code
		o.enter(held, p)
		o.answer(now, held, p.Code, nil)
	default:
		o.ask(now, held, p)
	}
}

// ask puts the push on the customer's screen.
func (o *ovoRail) ask(now time.Time, held *call, p *payment) {
	c := o.core
	p.held = held
	o.enter(held, p)
	c.plan(p.Deadline, dueSession, nil, p)
	if p.habit = held.effect.Customer; p.habit == "" {
		return
	}
	if after := time.Duration(held.effect.CustomerAfter); after > 0 {
		c.plan(now.Add(after), dueHabit, nil, p)
		return
	}
	c.decide(now, p, p.habit)
}

func (o *ovoRail) newPayment(now time.Time, held *call) *payment {
	m, terminal := held.ovo.message, held.ovo.terminal
	o.trace = o.trace%999999 + 1
	known, phone := o.core.wallet(m.phoneText), ""
	if known != nil {
		phone = known.Phone
	} else {
		phone = strings.Clone(m.phone)
	}
	// Whatever a payment keeps is copied, so that it does not keep the whole body.
	return &payment{
		Transaction: Transaction{
			Rail: RailOVO, Phone: phone, Amount: m.amount,
			Merchant: held.ovo.merchant.MerchantID, StoreCode: terminal.store.Code, StoreName: terminal.store.Name,
			TID: terminal.TID, MID: terminal.MID, Batch: m.batch, Reference: m.reference, Invoice: strings.Clone(m.invoice),
			Date: m.day, Arrived: now, Deadline: now.Add(confirmWithin), Seen: 1,
		},
		state: Pending, wallet: known, merchant: held.ovo.merchant, trace: o.trace,
	}
}

// enter books a payment under its number and, if that is free, its invoice.
func (o *ovoRail) enter(held *call, p *payment) {
	o.byNumber[ovoNumber{p.TID, p.Batch, p.Reference}] = p
	if invoice := (ovoInvoice{p.merchant, p.Invoice}); o.byInvoice[invoice] == nil {
		o.byInvoice[invoice] = p
	}
	p.Violations = held.ovo.message.broken
	o.core.open(p)
}

// refusePush answers a broken rule and books the number as used, if it was free.
func (o *ovoRail) refusePush(now time.Time, held *call, p, earlier *payment, code string, rule Rule, detail string) {
	o.core.violated(now, held, rule, false, detail)
	if earlier != nil {
		earlier.Violations = append(earlier.Violations, rule)
	} else {
		p.state, p.Code = Refused, code
		o.enter(held, p)
	}
	o.answer(now, held, code, nil)
}

// settled answers the held push of a payment that has come to an end.
func (o *ovoRail) settled(now time.Time, p *payment) {
	held := p.held
	if held == nil {
		return
	}
	p.held = nil
	switch p.state {
	case Expired:
		p.untold = o.options.Ignored == NoAnswer || held.effect.Answer == AnswerLost
		o.silence(p.Arrived.Add(o.options.IgnoredAfter), held, o.options.Ignored)
	case Canceled:
		o.silence(now, held, o.options.Canceled)
	case Paid:
		o.answer(now, held, "00", p)
	default:
		o.answer(now, held, p.Code, nil)
	}
}

// observe notes gaps and disorder in a terminal's numbers; nothing is refused for
// them, since a number may be burnt and a request may overtake another.
func (o *ovoRail) observe(now time.Time, held *call) {
	m, t := held.ovo.message, held.ovo.terminal
	note := func(rule Rule, detail string) { o.core.violated(now, held, rule, true, detail) }
	highest, known := t.highest[m.batch]
	switch {
	case !known && m.reference != 1:
		note(RuleReferenceStart, "the first number of the batch is not 1")
	case known && m.reference > highest+1:
		note(RuleReferenceGap, "numbers between the last one and this have not come")
	case known && m.reference < highest:
		note(RuleReferenceOrder, "a higher number came before")
	}
	t.highest[m.batch] = max(highest, m.reference)
	if !known {
		o.observeBatch(m, t, note)
	}
}

// observeBatch notes what is strange in the step from one batch to the next.
func (o *ovoRail) observeBatch(m *ovoMessage, t *ovoTerminal, note func(Rule, string)) {
	year, month, day := m.day.Date()
	daily := m.batch == uint32(day*10000+int(month)*100+year%100)
	switch {
	case t.batch == 0:
	case daily != t.daily:
		note(RuleBatchStyle, "the batch changes between a sequence and ddmmyy")
	case !daily && m.batch != t.batch+1:
		note(RuleBatchOrder, "the batch is not the last one + 1")
	}
	t.batch, t.daily = m.batch, daily
}
