package sandbox

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Faspay's payment_status_code. There is no 6; 5 and 9 no bill ever has.
const (
	billUnprocessed = "0"
	billInProcess   = "1"
	billPaid        = "2"
	billFailed      = "3"
	billReversed    = "4"
	billNone        = "5"
	billExpired     = "7"
	billCanceled    = "8"
)

func billWords(status string) string {
	words := map[string]string{
		billUnprocessed: "Unprocessed", billInProcess: "In process", billPaid: "Payment success", billFailed: "Failed",
		billReversed: "Reversal", billNone: "No bills found", billExpired: "Expired", billCanceled: "Cancelled",
	}
	if text, ok := words[status]; ok {
		return text
	}
	return "Unknown"
}

// faspayBill is what a post makes. It becomes a payment when a customer is asked.
type faspayBill struct {
	trxID, number string
	merchant      *faspayMerchant
	name          string // the merchant's, as the post has it
	reference     string // bill_reff
	description   string
	amount        int64
	made, expires time.Time
	status        string
	since         time.Time // when it got its status
	push          *payment  // on the customer's screen
	paid          *payment
	payments      []uint64
	code          string // OVO's, of the last push that came to nothing
	canceled      time.Time
	reason        string // payment_cancel
	host          string // where the post was sent to

	revision     uint64    // of the core, when it last changed
	effect       Effect    // ordered for the post or the push: notification, reversal
	noticeAt     time.Time // not before
	sent         int
	acknowledged time.Time
}

// post makes a bill.
func (f *faspayRail) post(now time.Time, held *call) {
	c, m := held.faspay, &held.faspay.message
	text := func(name string) string { return strings.Clone(m.get(name)) }
	if earlier := f.byBillNo[faspayBillNo{c.merchant, m.get("bill_no")}]; earlier != nil {
		code := earlier.overCode()
		if code == "" {
			code = "14"
		}
		f.refuse(now, held, faspayWrong(code, "bill_no", "was used before", RuleFaspayBillNoTwice))
		return
	}
	amount, _, _ := scaledRupiah(m.get("bill_total"))
	f.sequence++
	b := &faspayBill{
		trxID: c.merchant.MerchantID + "812" + fmt.Sprintf("%08d", f.sequence%100_000_000), number: text("bill_no"),
		merchant: c.merchant, name: text("merchant"), reference: text("bill_reff"), description: text("bill_desc"),
		amount: amount, made: now, status: billUnprocessed, since: now, effect: held.effect, host: c.host,
		expires: faspayLives(now, held.real, faspayTime(m.get("bill_date")), faspayTime(m.get("bill_expired"))),
	}
	if b.name == "" {
		b.name = c.merchant.Name
	}
	c.bill = b
	f.enter(b)
	f.core.after(b.expires, func(now time.Time) { f.expire(now, b) })
	r := f.echo(held)
	items, _ := m.items()
	echoed := faspayMember{name: "bill_items", list: []faspayRecord{}}
	for i := range items {
		var item faspayRecord
		for _, d := range faspayItemFields() {
			item.given(d.name, items[i].get(d.name))
		}
		echoed.list = append(echoed.list, item)
	}
	r = append(r, echoed)
	// Faspay, OVO Integration Guide: "use redirect_url which is retrieved from post data
	// transaction response (JSON Format)".
	if c.form == FaspayJSON {
		f.answer(now, held, faspaySuccess, r, faspayMember{name: "redirect_url", text: f.pageURL(b)})
		return
	}
	f.answer(now, held, faspaySuccess, r)
}

func (f *faspayRail) enter(b *faspayBill) {
	f.byTrxID[b.trxID] = b
	f.byBillNo[faspayBillNo{b.merchant, b.number}] = b
	f.bills = append(f.bills, b)
	f.core.revision++
	keep := f.core.options.KeepTransactions
	for keep > 0 && len(f.bills) > keep && f.bills[0].over() {
		f.drop(f.bills[0])
		f.bills[0] = nil
		f.bills = f.bills[1:]
	}
}

func (f *faspayRail) drop(b *faspayBill) {
	delete(f.byTrxID, b.trxID)
	delete(f.byBillNo, faspayBillNo{b.merchant, b.number})
}

// forget: a bill is kept as long as the others of its age, whatever became of its payments.
func (f *faspayRail) forget(p *payment) {
	p.bill.payments = slices.DeleteFunc(p.bill.payments, func(id uint64) bool { return id == p.ID })
	if p.bill.paid == p {
		f.drop(p.bill)
	}
}

// over says whether nothing more is to come of a bill but a reversal.
func (b *faspayBill) over() bool { return b.status != billUnprocessed && b.status != billInProcess }

// overCode is how a request is refused that comes too late for a bill; empty: it does not.
func (b *faspayBill) overCode() string {
	return map[string]string{
		billPaid: "81", billReversed: "80", billCanceled: "17", billExpired: "54",
	}[b.status]
}

// turn gives a bill another status and tells the merchant of it.
func (f *faspayRail) turn(now time.Time, b *faspayBill, status string) {
	b.status, b.since = status, now
	f.touch(b)
	if b.over() {
		f.notify(now, b, status)
	}
}

func (f *faspayRail) touch(b *faspayBill) {
	f.core.revision++
	b.revision = f.core.revision
}

// expire ends a bill whose time is up. One whose customer is being asked waits for them.
func (f *faspayRail) expire(now time.Time, b *faspayBill) {
	if !b.over() && b.push == nil && !now.Before(b.expires) {
		f.turn(now, b, billExpired)
	}
}

// reverse gives a paid bill's money back: status 4 after 2.
func (f *faspayRail) reverse(now time.Time, b *faspayBill) {
	p := b.paid
	if b.status != billPaid || p == nil {
		return
	}
	f.core.giveBack(p)
	p.state, p.Reversed = Reversed, now
	f.turn(now, b, billReversed)
}

// found says whether a bill is there, and is the one that trx_id names.
func (c *faspayCall) found() bool {
	trxID := c.message.get("trx_id")
	return c.bill != nil && (trxID == "" || trxID == c.bill.trxID)
}

// inquire tells what has become of a bill.
func (f *faspayRail) inquire(now time.Time, held *call) {
	c := held.faspay
	if !c.found() {
		c.bill = nil
		f.core.violated(now, held, RuleFaspayNotFound, false, "no bill has this bill_no and trx_id")
		r := f.echo(held)
		r.text("payment_status_code", billNone)
		r.text("payment_status_desc", billWords(billNone))
		f.answer(now, held, "14", r)
		return
	}
	r := f.echo(held)
	status := c.bill.status
	if held.effect.Status != "" {
		status = held.effect.Status
	}
	c.bill.tell(&r, status)
	f.answer(now, held, faspaySuccess, r)
}

// tell writes how a bill stands. Amounts are plain rupiah, as in notifications: what an
// inquiry's scale is, Faspay says nowhere.
func (b *faspayBill) tell(r *faspayRecord, status string) {
	reference, date, total := "null", "", ""
	if b.paid != nil && (status == billPaid || status == billReversed) {
		reference, date = b.paymentReference(), b.paid.Charged.In(WIB).Format(faspayDate)
		total = strconv.FormatInt(b.amount, 10)
	}
	r.text("payment_reff", reference)
	r.text("payment_date", date)
	r.text("payment_status_code", status)
	r.text("payment_status_desc", billWords(status))
	r.given("payment_total", total)
}

// paymentReference is OVO's number of the payment.
func (b *faspayBill) paymentReference() string {
	if b.paid == nil {
		return "null"
	}
	return fmt.Sprintf("%012d", b.paid.ID)
}

// cancel takes back a bill that is not paid, from the customer's screen too.
func (f *faspayRail) cancel(now time.Time, held *call) {
	c, b := held.faspay, held.faspay.bill
	if !c.found() {
		c.bill = nil
		f.refuse(now, held, faspayWrong("14", "bill_no", "and trx_id are of no bill", RuleFaspayNotFound))
		return
	}
	code := b.overCode()
	switch {
	case code == "81":
		f.core.violated(now, held, RuleFaspayCancelPaid, false, "the bill is paid")
	case code != "":
		f.core.violated(now, held, RuleFaspayCancelOver, false, "the bill is over: "+billWords(b.status))
	default:
		code = faspaySuccess
		b.canceled, b.reason = now, strings.Clone(c.message.get("payment_cancel"))
		if p := b.push; p != nil {
			p.state = Canceled
			f.core.touch(p.wallet)
			f.settled(now, p)
		}
		f.turn(now, b, billCanceled)
	}
	trx := map[string][2]string{
		billPaid: {"1", "Order Paid"}, billReversed: {"1", "Order Reversed"}, billExpired: {"3", "Order Expired"}, billCanceled: {"2", "Order Cancelled"},
	}[b.status]
	r := f.echo(held)
	r.text("trx_status_code", trx[0])
	r.text("trx_status_desc", trx[1])
	r.text("payment_status_code", b.status)
	r.text("payment_status_desc", billWords(b.status))
	if !b.canceled.IsZero() {
		r.text("payment_cancel_date", b.canceled.In(WIB).Format(faspayDate))
		r.text("payment_cancel", b.reason)
	}
	f.answer(now, held, code, r)
}

// channels tells which ways to pay the merchant has: OVO, which is emulated here.
func (f *faspayRail) channels(now time.Time, held *call) {
	r := f.echo(held)
	var ovo faspayRecord
	ovo.text("pg_code", "812")
	ovo.text("pg_name", "OVO")
	if f.options.NoOVOChannel {
		ovo = nil
		ovo.text("pg_code", "302")
		ovo.text("pg_name", "LinkAja")
	}
	f.answer(now, held, faspaySuccess, append(r, faspayMember{name: "payment_channel", list: []faspayRecord{ovo}}))
}

// Bill is one of Faspay's bills as its books have it: the truth that a merchant's own
// books are held against. The amount is rupiah; what was charged stands in its payments.
type Bill struct {
	TrxID        string    `json:"trx_id"`
	BillNo       string    `json:"bill_no"`
	Merchant     string    `json:"merchant"`
	Name         string    `json:"name"`
	Description  string    `json:"description"`
	Amount       int64     `json:"amount"`
	Status       string    `json:"status"` // payment_status_code
	StatusText   string    `json:"status_text"`
	Since        time.Time `json:"since"`
	Made         time.Time `json:"made"`
	Expires      time.Time `json:"expires"`
	Canceled     time.Time `json:"canceled,omitzero"`
	Pending      uint64    `json:"pending,omitempty"`  // the payment on the customer's screen
	Paid         uint64    `json:"paid,omitempty"`     // the payment that paid it, also if given back since
	Payments     []uint64  `json:"payments,omitempty"` // every time that a customer was asked
	Sent         int       `json:"sent"`               // notifications that have left
	Acknowledged time.Time `json:"acknowledged,omitzero"`
	Page         string    `json:"page"` // redirect_url
}

func (f *faspayRail) view(b *faspayBill) Bill {
	view := Bill{
		TrxID: b.trxID, BillNo: b.number, Merchant: b.merchant.MerchantID, Name: b.name, Description: b.description,
		Amount: b.amount, Status: b.status, StatusText: billWords(b.status), Since: b.since.In(WIB), Made: b.made.In(WIB), Expires: b.expires.In(WIB),
		Canceled: b.canceled, Payments: slices.Clone(b.payments), Sent: b.sent, Acknowledged: b.acknowledged, Page: f.pageURL(b),
	}
	if b.push != nil {
		view.Pending = b.push.ID
	}
	if b.paid != nil {
		view.Paid = b.paid.ID
	}
	return view
}

// Bills lists Faspay's bills, oldest first.
func (c *Core) Bills() []Bill {
	list := make([]Bill, 0, len(c.faspay.bills))
	for _, b := range c.faspay.bills {
		list = append(list, c.faspay.view(b))
	}
	return list
}

// Bill finds one of Faspay's bills by its trx_id.
func (c *Core) Bill(trxID string) (Bill, bool) {
	if b := c.faspay.byTrxID[trxID]; b != nil {
		return c.faspay.view(b), true
	}
	return Bill{}, false
}

// BillByNumber finds a merchant's bill by its bill_no.
func (c *Core) BillByNumber(merchantID, billNo string) (Bill, bool) {
	if b := c.faspay.byBillNo[faspayBillNo{c.faspay.merchants[merchantID], billNo}]; b != nil {
		return c.faspay.view(b), true
	}
	return Bill{}, false
}
