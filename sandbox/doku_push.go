package sandbox

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// push asks the customer for their money, unless amount (13), phone (14) or invoice (94)
// forbid it. OVO's reference number is used up in any case.
func (d *dokuRail) push(now time.Time, held *call) {
	c := held.doku
	p := d.newPayment(now, held)
	earlier := d.byInvoice[dokuInvoice{c.merchant, c.invoice}]
	switch {
	case c.amount == 0:
		d.core.violated(now, held, RuleDOKUAmount, false, "order.amount is below 1")
		d.result(now, held, "13", p)
	case earlier != nil:
		earlier.Seen++
		earlier.Violations = append(earlier.Violations, RuleDOKUInvoice)
		d.core.violated(now, held, RuleDOKUInvoice, false, "order.invoice_number was used before")
		d.result(now, held, d.options.DuplicateCode, p)
	case p.wallet == nil:
		d.core.violated(now, held, RuleDOKUPhone, false, "the phone has no OVO account")
		d.fail(now, held, p, "14")
	case c.amount < d.options.MinimumAmount:
		d.core.violated(now, held, RuleDOKUMinimum, false, "the amount is less than the minimum")
		d.fail(now, held, p, "67")
	case held.effect.Code != "":
		d.fail(now, held, p, held.effect.Code)
	default:
		d.ask(now, held, p)
	}
}

// fail books a push that ends with a code before the customer is asked.
func (d *dokuRail) fail(now time.Time, held *call, p *payment, code string) {
	p.state, p.Code, p.doku.ended = Refused, code, now
	d.enter(held, p)
	d.tellFailure(now, p)
	d.result(now, held, code, p)
}

// ask puts the push on the customer's screen.
func (d *dokuRail) ask(now time.Time, held *call, p *payment) {
	p.held = held
	d.enter(held, p)
	d.core.plan(p.Deadline, dueSession, nil, p)
	if p.habit = held.effect.Customer; p.habit == "" {
		return
	}
	after := time.Duration(held.effect.CustomerAfter)
	p.doku.ordered = after >= dokuHold
	if after > 0 {
		d.core.plan(now.Add(after), dueHabit, nil, p)
		return
	}
	d.core.decide(now, p, p.habit)
}

// newPayment takes the next of OVO's numbers: the reference goes up with every push, the
// batch with every day and when the references are used up.
func (d *dokuRail) newPayment(now time.Time, held *call) *payment {
	c := held.doku
	m := c.merchant
	d.trace = d.trace%999999 + 1
	if day := now.In(WIB).Format(time.DateOnly); day != m.day || m.reference == 999999 {
		m.day, m.batch, m.reference = day, m.batch+1, 0
	}
	m.reference++
	phone := strings.Clone(c.message.text("ovo_info.ovo_id"))
	known := d.core.wallet(phone)
	if known != nil {
		phone = known.Phone
	}
	return &payment{
		Transaction: Transaction{
			Rail: RailDOKU, Phone: phone, Amount: c.amount, Merchant: m.ClientID, StoreCode: m.StoreCode, StoreName: m.Name,
			TID: m.TID, MID: m.MID, Batch: m.batch, Reference: m.reference, Invoice: c.invoice, ExternalID: strings.Clone(c.header.requestID),
			Date: now.In(WIB), Arrived: now, Deadline: now.Add(dokuHold), Seen: 1,
		},
		state: Pending, wallet: known, trace: d.trace,
		doku: &dokuPush{merchant: m, requestID: strings.Clone(c.header.requestID), effect: held.effect},
	}
}

// DOKUTransaction finds the push that a client of DOKU's knows by its invoice number.
func (c *Core) DOKUTransaction(clientID, invoice string) (Transaction, bool) {
	if p := c.doku.byInvoice[dokuInvoice{c.doku.merchants[clientID], invoice}]; p != nil {
		return p.view(), true
	}
	return Transaction{}, false
}

func (d *dokuRail) enter(held *call, p *payment) {
	d.byInvoice[dokuInvoice{p.doku.merchant, p.Invoice}] = p
	if id := p.doku.requestID; id != "" && d.options.Headers != HeadersIgnored {
		p.doku.merchant.byRequest[id] = p
	}
	p.Violations = held.doku.broken
	d.core.open(p)
}

// settled answers the held push of a payment that has come to an end, and begins to
// notify.
func (d *dokuRail) settled(now time.Time, p *payment) {
	p.doku.ended = now
	if p.state == Expired {
		p.Code = d.options.NoResponseCode
	}
	if p.state == Paid {
		d.notify(now, p)
	} else {
		d.tellFailure(now, p)
	}
	held := p.held
	if held == nil {
		return
	}
	p.held = nil
	switch {
	case p.state != Expired || d.options.Ignored == "":
		d.result(now, held, p.Code, p)
	case d.options.Ignored == NoAnswer:
		d.never(now, held)
	default:
		d.answer(now, held, http.StatusNotFound, []byte{}, nil)
	}
}

// never ends a call, and the repetitions of its Request-Id, to which nobody has anything
// to say.
func (d *dokuRail) never(now time.Time, held *call) {
	d.core.reply(now, held, Answer{Never: true})
	if first := held.doku.first; first != nil {
		first.never = true
		d.release(now, first)
	}
}

// void undoes a payment that was approved, the same day before 23:59.
func (d *dokuRail) void(now time.Time, held *call) {
	c := held.doku
	p := d.byInvoice[dokuInvoice{c.merchant, c.invoice}]
	refuse := func(code string, rule Rule, detail string) {
		d.core.violated(now, held, rule, false, detail)
		d.result(now, held, code, p)
	}
	if code := held.effect.Code; code != "" {
		d.result(now, held, code, p)
		return
	}
	switch {
	case p == nil:
		refuse("25", RuleDOKUNotFound, "no push has this invoice number")
	case p.Amount != c.amount || p.Phone != normal(c.message.text("ovo_info.ovo_id")) || !c.copied(p):
		p = nil
		refuse("25", RuleDOKUOriginal, "amount, phone or ovo_payment are not the push's")
	case p.state == Voided:
		d.result(now, held, d.options.RepeatedCode, p)
	case p.state != Paid:
		refuse("25", RuleDOKUVoidState, "the payment was not approved")
	case afterCutoff(now, p.Date):
		refuse(d.options.CutoffCode, RuleDOKUVoidCutoff, "it is past 23:59 of the push's day")
	default:
		d.core.giveBack(p)
		p.state, p.Voided = Voided, now
		p.left.cash, p.left.points = p.wallet.Cash, p.wallet.Points
		d.result(now, held, "00", p)
	}
}

func normal(phone string) string {
	if known, ok := normalPhone(phone); ok {
		return known
	}
	return phone
}

// copied says whether ovo_payment of a void is that of the push; what is left out is not
// compared, padding does not count.
func (c *dokuCall) copied(p *payment) bool {
	for _, field := range [...]struct {
		name string
		want string
	}{
		{"batch_number", strconv.FormatUint(uint64(p.Batch), 10)},
		{"trace_number", strconv.Itoa(p.trace)},
		{"reference_number", strconv.FormatUint(uint64(p.Reference), 10)},
		{"approval_code", p.approval()},
	} {
		member, given := c.message.get("ovo_payment." + field.name)
		if given && strings.TrimLeft(member.text, "0") != field.want {
			return false
		}
	}
	return true
}

// check tells what has become of a push.
func (d *dokuRail) check(now time.Time, held *call) {
	c := held.doku
	p := d.known(c.merchant, c.invoice)
	if p == nil {
		d.core.violated(now, held, RuleDOKUNotFound, false, "no push has this number")
		d.refuse(now, held, "data_not_found", "")
		return
	}
	switch {
	case p.held != nil:
		d.core.violated(now, held, RuleDOKUCheckHeld, true, "the push is not answered yet")
	case now.Sub(p.doku.ended) < dokuCheckAfter:
		d.core.violated(now, held, RuleDOKUCheckEarly, true, "the push ended less than 60 s ago")
	}
	status := d.status(now, p)
	if held.effect.Status != "" {
		status = held.effect.Status
	}
	body := d.transaction(p, p.Invoice, p.Amount, status)
	var spoilt []byte
	switch held.effect.Answer {
	case AnswerForeign:
		spoilt = d.transaction(p, "INV-OF-ANOTHER-PAYMENT", p.Amount, status)
	case AnswerOtherAmount:
		spoilt = d.transaction(p, p.Invoice, p.Amount+1, status)
	}
	d.answer(now, held, http.StatusOK, body, spoilt)
}

// status is DOKU's word for where a payment stands. TIMEOUT is not its last.
func (d *dokuRail) status(now time.Time, p *payment) string {
	open := now.Sub(p.doku.ended) < d.options.TimeoutFor
	switch p.state {
	case Pending, Ignored:
		return "PENDING"
	case Paid:
		return "SUCCESS"
	case Voided:
		return "REFUNDED"
	case Expired:
		if open || p.late() {
			return "TIMEOUT"
		}
		return d.options.ExpiredStatus
	}
	if p.Code == "68" && open {
		return "TIMEOUT"
	}
	return "FAILED"
}

// transaction writes what a check and a notification have in common. DOKU publishes no
// sample for OVO: service, acquirer and channel are those of its plugins.
//
// Other people's notifications of DOKU's e-money products have emoney_payment beside them, with
// OVO's approval code, once the customer has paid.
func (d *dokuRail) transaction(p *payment, invoice string, amount int64, status string) []byte {
	at := p.Arrived
	if !p.doku.ended.IsZero() {
		at = p.doku.ended
	}
	if !p.Voided.IsZero() {
		at = p.Voided
	}
	body := appendText([]byte(`{"order":{"invoice_number":`), invoice)
	body = strconv.AppendInt(append(body, `,"amount":`...), amount, 10)
	body = appendText(append(body, `},"transaction":{"status":`...), status)
	body = append(append(append(body, `,"date":"`...), at.UTC().Format(dokuTime)...), '"')
	if p.doku.requestID != "" {
		body = appendText(append(body, `,"original_request_id":`...), p.doku.requestID)
	}
	body = append(body, `},"service":{"id":"EMONEY"},"acquirer":{"id":"OVO"},"channel":{"id":"EMONEY_OVO"}`...)
	if !p.Charged.IsZero() && !d.options.PlainStatus {
		body = appendText(append(body, `,"emoney_payment":{"account_id":"","approval_code":`...), p.approval())
		body = append(body, '}')
	}
	return append(body, '}')
}
