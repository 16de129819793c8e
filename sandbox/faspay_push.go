package sandbox

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Errors of what a customer can ask of a bill.
var (
	ErrUnknownBill = errors.New("sandbox: no such bill")
	ErrBillOver    = errors.New("sandbox: the bill is over: paid, failed, expired, cancelled or reversed")
	ErrBillAsked   = errors.New("sandbox: the customer is being asked already")
	ErrBillUnpaid  = errors.New("sandbox: the bill is not paid")
	ErrNotNotified = errors.New("sandbox: the bill is open still, or no callback is registered")
)

// direct is ovo_direct: the call is held until the customer has decided.
func (f *faspayRail) direct(now time.Time, held *call) {
	c := held.faspay
	code, v := f.ask(now, c.bill, c.message.get("ovo_number"), held.effect, held)
	switch {
	case v.rule != "":
		f.refuse(now, held, v)
	case code != "":
		f.directed(now, held, code)
	case f.options.DirectAtOnce && !c.browser:
		if p := c.bill.push; p != nil && p.held == held {
			p.held = nil
			f.directed(now, held, faspaySuccess)
		}
	}
}

// ask puts a bill on the screen of a phone. It returns a broken rule, or the code of a
// push that came to nothing at once, or neither: the customer has the word.
func (f *faspayRail) ask(now time.Time, b *faspayBill, phone string, effect Effect, held *call) (string, verdict) {
	c := f.core
	w := c.wallet(phone)
	switch {
	case b.status == billFailed:
		return "", faspayWrong("40", "trx_id", "is of a bill whose payment has failed", RuleFaspayBillOver)
	case b.over():
		return "", faspayWrong(b.overCode(), "trx_id", "is of a bill that is over", RuleFaspayBillOver)
	case b.push != nil:
		return "", faspayWrong("94", "trx_id", "is of a bill whose customer is being asked", RuleFaspayPushOpen)
	case w == nil:
		b.code = "14"
		f.touch(b)
		return "", verdict{"14", "", RuleFaspayPhone, "ovo_number has no OVO account"}
	}
	p := &payment{
		Transaction: Transaction{
			Rail: RailFaspay, Phone: w.Phone, Amount: b.amount, Merchant: b.merchant.MerchantID,
			StoreCode: b.merchant.MerchantID, StoreName: b.name, Invoice: b.number, ReferenceNo: b.trxID,
			Date: now.In(WIB), Arrived: now, Deadline: now.Add(confirmWithin), Seen: 1,
		},
		state: Pending, wallet: w, bill: b,
	}
	if held != nil {
		p.Violations = held.faspay.broken
	}
	if code := effect.Code; code != "" {
		p.state, p.Code = Refused, code
		c.open(p)
		b.payments = append(b.payments, p.ID)
		f.failed(now, b, code)
		return code, verdict{}
	}
	f.follow(now, b, effect, effect == w.Habit)
	p.held, b.push, b.status, b.since, b.code = held, p, billInProcess, now, ""
	c.open(p)
	b.payments = append(b.payments, p.ID)
	c.plan(p.Deadline, dueSession, nil, p)
	f.touch(b)
	if p.habit = effect.Customer; p.habit == "" {
		return "", verdict{}
	}
	if after := time.Duration(effect.CustomerAfter); after > 0 {
		c.plan(now.Add(after), dueHabit, nil, p)
		return "", verdict{}
	}
	c.decide(now, p, p.habit)
	return "", verdict{}
}

// follow takes over what is ordered for the notification and for later. A phone that
// answers late or never has its notification do the same, as on the other rails.
func (f *faspayRail) follow(now time.Time, b *faspayBill, effect Effect, habit bool) {
	if effect.Notify != "" || effect.NotifyDelay != 0 {
		b.effect.Notify, b.effect.NotifyDelay = effect.Notify, effect.NotifyDelay
	}
	if effect.ReverseAfter != 0 {
		b.effect.ReverseAfter = effect.ReverseAfter
	}
	if habit {
		b.noticeAt = now.Add(time.Duration(effect.AnswerAfter))
		if effect.Answer == AnswerLost && effect.Customer != Ignore {
			b.effect.Notify = NotifyLost
		}
	}
}

// takesLate says whether a customer's decision, ordered for later than their 55 s, is
// still carried out: as long as nobody else has paid the bill.
func (b *faspayBill) takesLate(p *payment) bool {
	return b.paid == nil && b.push == nil && (p.habit == Cash || p.habit == Points || p.habit == Both)
}

// failed follows a push that OVO refused. What it refuses before it turns to the customer
// leaves the bill open, so that another number can be tried; 68 says that nobody knows.
func (f *faspayRail) failed(now time.Time, b *faspayBill, code string) {
	b.code = code
	switch code {
	case faspaySuccess, "68":
		b.status, b.since = billInProcess, now
	case "03", "14", "18", "21", "30", "55", "58", "63", "82", "83", "84", "85", "96", "BR", "EB", "ER", "TO":
	default:
		f.turn(now, b, billFailed)
	}
	f.touch(b)
}

// settled follows a push that has come to an end: its bill changes, and the call that
// waited for it is answered.
func (f *faspayRail) settled(now time.Time, p *payment) {
	b, held, code := p.bill, p.held, p.Code
	p.held = nil
	if b.push == p {
		b.push = nil
	}
	switch p.state {
	case Paid:
		b.paid, code = p, faspaySuccess
		f.turn(now, b, billPaid)
		if after := time.Duration(b.effect.ReverseAfter); after > 0 {
			f.core.after(now.Add(after), func(now time.Time) { f.reverse(now, b) })
		}
	case Canceled:
		code = "17"
	case Expired:
		code = f.options.UnansweredCode
		b.code = "68"
		if f.options.UnansweredFails && !b.over() {
			f.turn(now, b, billFailed)
		}
		f.expire(now, b)
	default:
		b.code = code
		if !b.over() {
			f.turn(now, b, billFailed)
		}
	}
	f.touch(b)
	if held != nil {
		f.directed(now, held, code)
	}
}

// directed answers an ovo_direct whose customer has decided. It never says paid: 00 is
// accepted. What Faspay writes here is documented nowhere.
func (f *faspayRail) directed(now time.Time, held *call, code string) {
	f.answer(now, held, code, f.echo(held))
}

// leadBack answers a browser: to the merchant's return URL, or with a page if there is
// none or the request was not proper.
func (f *faspayRail) leadBack(now time.Time, held *call, r faspayRecord) {
	c, b := held.faspay, held.faspay.bill
	if !c.trusted || b == nil || b.merchant.callback.ReturnURL == "" {
		text := ""
		for _, m := range append(r, r[0].one...) {
			if m.name == "response_desc" {
				text = m.text
			}
		}
		page := faspayPage("OVO", text)
		f.core.reply(now, held, f.core.onItsWay(held, page, func() []byte { return page.Body }))
		return
	}
	status := f.claims(b)
	if held.effect.Status != "" {
		status = held.effect.Status
	}
	answer := Answer{Status: http.StatusFound, Header: http.Header{
		"Location": {b.returnURL(status)}, "Cache-Control": {"no-store"}, "Referrer-Policy": {"no-referrer"},
	}}
	f.core.reply(now, held, f.core.onItsWay(held, answer, func() []byte { return nil }))
}

// claims is the status on a bill's return URL.
func (f *faspayRail) claims(b *faspayBill) string {
	if f.options.ReturnTruth {
		return b.status
	}
	return billUnprocessed
}

// returnURL is where the customer's browser goes. Its status says nothing of the payment
// by default, since whoever has the address has its signature: that of a notification of
// the same bill and status.
func (b *faspayBill) returnURL(status string) string {
	var query strings.Builder
	for _, field := range [...][2]string{
		{"trx_id", b.trxID},
		{"merchant_id", b.merchant.MerchantID},
		{"merchant", b.name},
		{"bill_no", b.number},
		{"bill_ref", b.reference},
		{"bill_total", strconv.FormatInt(b.amount, 10)},
		{"bank_user_name", ""},
		{"status", status},
		{"signature", b.merchant.sign(b.number + status)},
	} {
		query.WriteString("&" + field[0] + "=" + url.QueryEscape(field[1]))
	}
	return b.merchant.callback.ReturnURL + "?" + query.String()[1:]
}

// pageURL is redirect_url: the page that asks for the number. Its number is that of
// Faspay's development host.
func (f *faspayRail) pageURL(b *faspayBill) string {
	base := strings.TrimSuffix(f.options.WebURL, "/")
	if base == "" {
		base = "http://localhost"
		if b.host != "" {
			base = "http://" + b.host
		}
	}
	return base + "/pws/100003/0830000010100000/" + b.merchant.sign(b.number) + "?trx_id=" + b.trxID +
		"&merchant_id=" + b.merchant.MerchantID + "&bill_no=" + url.QueryEscape(b.number)
}

// page finds the bill of a page's address, whose signature is a post's.
func (f *faspayRail) page(now time.Time, signature string, query url.Values) (*faspayBill, error) {
	b := f.byTrxID[query.Get("trx_id")]
	if b == nil || b.merchant.MerchantID != query.Get("merchant_id") || b.number != query.Get("bill_no") {
		return nil, ErrUnknownBill
	}
	if signature != b.merchant.sign(b.number) {
		f.core.violations.add(Violation{
			At: now, Rule: RuleFaspaySignature, Operation: OperationDirect, Invoice: b.number,
			Detail: "the page's signature is not sha1(md5(…)) of user_id, password and bill_no",
		})
		f.core.revision++
		return nil, ErrUnknownBill
	}
	return b, nil
}

// AskBill does what the customer does on Faspay's page: the bill with this trx_id is put
// on a phone's screen, whose habit and scripts follow. The errors are ErrUnknownBill,
// ErrBillOver, ErrBillAsked and ErrUnknownPhone.
func (c *Core) AskBill(now time.Time, trxID, phone string) error {
	c.run(now)
	b := c.faspay.byTrxID[trxID]
	if b == nil {
		return ErrUnknownBill
	}
	a := asked{rail: RailFaspay, operation: OperationDirect, amount: b.amount, invoice: b.number}
	a.phone, _ = normalPhone(phone)
	_, v := c.faspay.ask(now, b, phone, c.effectFor(a), nil)
	return faspayProblem(v)
}

// faspayProblem is a broken rule as an error.
func faspayProblem(v verdict) error {
	switch v.rule {
	case RuleFaspayBillOver:
		return ErrBillOver
	case RuleFaspayPushOpen:
		return ErrBillAsked
	case RuleFaspayPhone:
		return ErrUnknownPhone
	}
	return nil
}

// ReverseBill gives the money of a paid bill back, as the provider may: status 4 after 2.
// The errors are ErrUnknownBill and ErrBillUnpaid.
func (c *Core) ReverseBill(now time.Time, trxID string) error {
	c.run(now)
	b := c.faspay.byTrxID[trxID]
	switch {
	case b == nil:
		return ErrUnknownBill
	case b.status != billPaid:
		return ErrBillUnpaid
	}
	c.faspay.reverse(now, b)
	return nil
}
