package sandbox

import "time"

// original finds the payment that a reversal, void or check is about. All that
// clients resend must agree; which part of it OVO itself looks at is not documented.
func (o *ovoRail) original(now time.Time, held *call) (*payment, Rule, string) {
	m := held.ovo.message
	p := o.byNumber[ovoNumber{m.tid, m.batch, m.reference}]
	switch {
	case p == nil || p.merchant != held.ovo.merchant:
		return nil, RuleNotFound, "no push has come with this number"
	case p.Invoice != m.invoice:
		return nil, RuleOriginal, "merchantInvoice is not the original's"
	case p.Amount != m.amount:
		return nil, RuleOriginal, "amount is not the original's"
	case m.phoneText != "" && p.Phone != m.phone:
		return nil, RuleOriginal, "phone is not the original's"
	}
	return p, "", ""
}

// reverse undoes a push, whatever has become of it: what was charged goes back, what
// is still on the customer's screen disappears.
func (o *ovoRail) reverse(now time.Time, held *call) {
	p, rule, detail := o.original(now, held)
	if rule != "" {
		o.refuse(now, held, "25", rule, detail)
		return
	}
	if p.state == Reversed || p.state == Canceled || p.state == Voided {
		o.answer(now, held, o.options.RepeatedCode, nil)
		return
	}
	if afterCutoff(now, p.Date) {
		o.refuse(now, held, o.options.CutoffCode, RuleReversalCutoff, "it is past 23:59 of the push's day")
		return
	}
	if p.held != nil && now.Sub(p.Arrived) < confirmWithin {
		o.core.violated(now, held, RuleReversalTooEarly, true, "the customer's 55 s are not over")
	}
	switch p.state {
	case Pending, Ignored:
		o.core.giveBack(p)
		p.state, p.Reversed = Canceled, now
		o.settled(now, p)
	case Paid:
		o.core.giveBack(p)
		p.state, p.Reversed = Reversed, now
	default:
		if o.options.UnpaidReversalCode != "00" {
			o.answer(now, held, o.options.UnpaidReversalCode, nil)
			return
		}
		o.core.giveBack(p)
		p.state, p.Reversed = Reversed, now
	}
	o.answer(now, held, "00", nil)
}

// void undoes a payment that was approved, the same day before 23:59.
func (o *ovoRail) void(now time.Time, held *call) {
	p, rule, detail := o.original(now, held)
	switch {
	case rule != "":
		o.refuse(now, held, "25", rule, detail)
	case p.state == Voided:
		o.answer(now, held, o.options.RepeatedCode, nil)
	case p.state == Reversed || p.state == Canceled:
		o.refuse(now, held, "73", RuleVoidState, "the payment has been reversed")
	case p.state != Paid:
		o.refuse(now, held, "25", RuleVoidState, "the payment was not approved")
	case afterCutoff(now, p.Date):
		o.refuse(now, held, o.options.CutoffCode, RuleVoidCutoff, "it is past 23:59 of the push's day")
	default:
		o.core.giveBack(p)
		p.state, p.Voided = Voided, now
		// The answer carries the original's figures, with the balances as they are now.
		p.left.cash, p.left.points = p.wallet.Cash, p.wallet.Points
		o.answer(now, held, "00", p)
	}
}

// check tells what has become of a push, or whether it was voided.
func (o *ovoRail) check(now time.Time, held *call) {
	m := held.ovo.message
	if now.Sub(m.day) > checkWithin {
		o.refuse(now, held, "54", RuleCheckAge, "the payment is older than 7 days")
		return
	}
	p, rule, detail := o.original(now, held)
	if rule != "" {
		o.refuse(now, held, "25", rule, detail)
		return
	}
	if !sameDay(p.Date, m.day) {
		o.refuse(now, held, "25", RuleOriginalDate, "date is not of the original's day")
		return
	}
	code := checkCode(p, m.operation)
	if code == "00" {
		o.answer(now, held, code, p)
		return
	}
	o.answer(now, held, code, nil)
}

// checkCode is what a status check answers: 00 done, 68 pending or never answered, 73 reversed, 25
// when no payment came of it, otherwise the code that the push ended with.
func checkCode(p *payment, op Operation) string {
	if op == OperationCheckVoid {
		switch p.state {
		case Voided:
			return "00"
		case Reversed, Canceled:
			return "73"
		}
		return "25"
	}
	switch p.state {
	case Paid:
		return "00"
	case Pending, Ignored:
		return "68"
	case Reversed, Canceled, Voided:
		return "73"
	case Expired:
		if p.untold {
			return "68" // "late to give respond": the provider hangs, its status too
		}
		return "25"
	}
	return p.Code
}

// inquire says whether a phone has an OVO account. Its answer beyond the code is not
// documented; the request is echoed and the customer's name is not told.
func (o *ovoRail) inquire(now time.Time, held *call) {
	if o.core.wallet(held.ovo.message.phoneText) == nil {
		o.refuse(now, held, "14", RulePhone, "the phone has no OVO account")
		return
	}
	o.answer(now, held, "00", nil)
}

// afterCutoff says whether it is 23:59:00 WIB or later of the payment's day.
func afterCutoff(now, paid time.Time) bool {
	year, month, day := paid.In(WIB).Date()
	return !now.Before(time.Date(year, month, day, 23, 59, 0, 0, WIB))
}

func sameDay(a, b time.Time) bool {
	ay, am, ad := a.In(WIB).Date()
	by, bm, bd := b.In(WIB).Date()
	return ay == by && am == bm && ad == bd
}
