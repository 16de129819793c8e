package sandbox

import (
	"net/http"
	"strconv"
	"time"
)

// notify begins to tell the merchant of a bill's status.
func (f *faspayRail) notify(now time.Time, b *faspayBill, status string) {
	if b.merchant.callback.URL == "" || b.effect.Notify == NotifyLost {
		return
	}
	n := &notice{rail: f, payment: b.paid, bill: b, status: status, fault: b.effect.Notify}
	at := now.Add(time.Duration(b.effect.NotifyDelay))
	if b.noticeAt.After(at) {
		at = b.noticeAt
	}
	if at.After(now) {
		f.core.planNotice(at, n)
		return
	}
	f.core.notify(now, n)
}

// gaps are those between the tries of a notification.
func (f *faspayRail) gaps() []time.Duration { return f.gapList }

// tell makes one try.
func (f *faspayRail) tell(now time.Time, n *notice) {
	f.emit(now, n, n.status)
	if n.tries > 1 {
		return
	}
	switch n.fault {
	case NotifyDuplicate:
		f.emit(now, n, n.status)
	case NotifyStale: // what was true before comes after what is true now
		f.emit(now, n, billInProcess)
	}
}

// emit puts a notification among the calls that are due.
func (f *faspayRail) emit(now time.Time, n *notice, status string) {
	b := n.bill
	callback := b.merchant.callback
	if callback.URL == "" {
		return
	}
	form := callback.Encoding
	if form == "" {
		form = FaspayJSON
	}
	log := &Delivery{Rail: RailFaspay, Try: n.tries, Bill: b.number, Told: status}
	if n.payment != nil {
		log.Transaction = n.payment.ID
		n.payment.Sent++
	}
	b.sent++
	f.core.leave(Notification{
		At: now, URL: callback.URL, Header: http.Header{"Content-Type": {form.contentType()}},
		Body: b.notification(status, n.fault).write(form),
	}, &sending{rail: f, notice: n, client: string(form), log: log})
}

// notification writes one. Its amounts are plain rupiah, and its signature covers bill_no
// and status alone.
func (b *faspayBill) notification(status string, fault NotifyFault) faspayRecord {
	trxID, number, paid, total := b.trxID, b.number, "0", strconv.FormatInt(b.amount, 10)
	date := b.since
	if b.paid != nil && (status == billPaid || status == billReversed) {
		paid, date = total, b.paid.Charged
	}
	switch fault {
	case NotifyForeign:
		trxID, number = b.merchant.MerchantID+"81299999999", "of-another-bill"
	case NotifyOtherAmount:
		paid = "1"
	}
	signature := b.merchant.sign(number + status)
	if fault == NotifyBadSignature {
		signature = flipHex(signature)
	}
	var r faspayRecord
	r.text("request", "Payment Notification")
	r.text("trx_id", trxID)
	r.text("merchant_id", b.merchant.MerchantID)
	r.text("merchant", b.name)
	r.text("bill_no", number)
	r.text("payment_reff", b.paymentReference())
	r.text("payment_date", date.In(WIB).Format(faspayDate))
	r.text("payment_status_code", status)
	r.text("payment_status_desc", billWords(status))
	r.text("bill_total", total)
	r.text("payment_total", paid)
	r.text("payment_channel_uid", "812")
	r.text("payment_channel", "OVO")
	r.text("signature", signature)
	return r
}

// flipHex changes the first character of a signature.
func flipHex(s string) string {
	if s[0] == '0' {
		return "1" + s[1:]
	}
	return "0" + s[1:]
}

// answered takes the answer to a notification. Faspay, Payment Notification: only an
// acknowledgement in the form of the notification, with response_code 00, is one.
func (f *faspayRail) answered(now time.Time, call *sending, body []byte) {
	b, log := call.notice.bill, call.log
	log.Problem = f.acknowledges(call, body)
	log.Done = log.Problem == ""
	if log.Done && b.acknowledged.IsZero() {
		b.acknowledged = now
	}
	if !log.Done && log.Status != 0 {
		f.core.violations.add(Violation{
			At: now, Rule: RuleFaspayAcknowledge, Noted: true, Operation: OperationNotify, Invoice: b.number, Detail: log.Problem,
		})
	}
}

// acknowledges says why an answer is no acknowledgement; empty: it is one.
func (f *faspayRail) acknowledges(call *sending, body []byte) string {
	b, log := call.notice.bill, call.log
	switch {
	case log.Status == 0:
		return "not answered"
	case log.Status/100 != 2:
		return "HTTP " + strconv.Itoa(log.Status)
	}
	m, form, err := readFaspay(body)
	if err != nil {
		return err.detail
	}
	if log.Code = clip(m.get("response_code"), 8); log.Code != faspaySuccess {
		return "response_code is not 00"
	}
	switch {
	case string(form) != call.client:
		return "it is in another form than the notification"
	case m.get("bill_no") != "" && m.get("bill_no") != b.number, m.get("trx_id") != "" && m.get("trx_id") != b.trxID:
		return "it is of another bill"
	}
	return ""
}

// NotifyBillAgain sends the notification of a bill's present status once more, as a
// provider may. The errors are ErrUnknownBill, and ErrNotNotified where there is nothing
// to tell or nowhere to tell it.
func (c *Core) NotifyBillAgain(now time.Time, trxID string) error {
	c.run(now)
	b := c.faspay.byTrxID[trxID]
	switch {
	case b == nil:
		return ErrUnknownBill
	case !b.over() || b.merchant.callback.URL == "":
		return ErrNotNotified
	}
	c.notify(now, &notice{rail: &c.faspay, payment: b.paid, bill: b, status: b.status})
	return nil
}
