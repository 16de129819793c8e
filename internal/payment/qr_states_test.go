package payment_test

import (
	"fmt"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
)

const qrHead = `# States of a payment by QR, on the terms of OVO's QRIS over SNAP

A QR is ordered with **generate**, asked about with **check** (SNAP's query), and a paid one is given back on the merchant's
wish with a **refund**. The provider may also tell by itself that a QR was paid: it **notifies**. Until a QR is scanned nobody
is charged, so a generate without an answer is not repeated: its number is given up, and another QR is ordered under a new
one. Which response code is in which class stands in [rails/snap.md](rails/snap.md).

`

func qrChapter() chapter {
	return chapter{
		start: newQRFlow, situations: qrSituations(),
		calls:   []payment.Call{payment.CallGenerate, payment.CallCheck, payment.CallRefund},
		classes: payment.Classes(),
		asks:    payment.Asks(),
		head:    qrHead, names: []string{"generate", "check", "refund", "notified of the first QR", "notified", "asked to"},
		first: payment.Presenting, t0: "when the first QR was ordered",
	}
}

// qrSituations are those that SNAP's terms can lead to, in the order of a payment's life.
func qrSituations() []situation {
	ordered := []string{"+0s request"}
	shown := after(ordered, "+1s generate answered 2004700 approved")
	asked := after(shown, "+6s time passes")
	old := after(asked, "+6.2s check answered 01 pending", "+75s time passes", "+75.2s check answered 01 pending")
	canceled := after(shown, "+3s ask cancel")
	paid := after(shown, "+4s notified 00 approved")
	expired := after(old, "+80.2s time passes", "+80.4s check answered 06 refused")
	burnt := after(ordered, "+1s generate unclear", "+1.1s renumbered")
	refunding := after(paid, "+1h ask refund")
	waiting := after(refunding, "+1h15s refund no answer")
	return []situation{
		{payment.Presenting, "the QR is being made", ordered, "+2s"},
		{payment.Presenting, "no QR came, and a new number is being taken", after(ordered, "+1s generate unclear"), "+2s"},
		{payment.Presenting, "the second QR is being made", burnt, "+2s"},
		{payment.Presenting, "waiting before the third", after(burnt, "+3s generate no answer"), "+4s"},
		{payment.Presenting, "canceled while the QR is being made", after(ordered, "+1s ask cancel"), "+2s"},
		{payment.Presenting, "the QR was asked to be renewed", after(expired, "+2m ask renew"), "+2m1s"},
		{payment.Awaiting, "the customer has the QR", shown, "+3s"},
		{payment.Awaiting, "and a query is under way", asked, "+7s"},
		{payment.Awaiting, "the QR has expired here, the provider's last word is missing", old, "+80.2s"},
		{payment.Awaiting, "canceled: hidden, but it may have been paid", canceled, "+4s"},
		{payment.Awaiting, "a renewed QR", after(expired, "+2m ask renew", "+2m renumbered", "+2m1s generate answered 2004700 approved"), "+2m3s"},
		{payment.Paid, "", paid, "+1h"},
		{payment.Paid, "before the answer of generate", after(ordered, "+0.5s notified 00 approved"), "+1s"},
		{payment.Paid, "by an earlier QR: the current one may be paid too", after(expired, "+2m ask renew", "+2m renumbered", "+2m1s generate answered 2004700 approved", "+2m2s notified 00 approved of attempt 1"), "+2m4s"},
		{payment.Paid, "the refund was refused", after(refunding, "+1h1s refund answered 4037815 refused"), "+2h"},
		{payment.Declined, "the provider makes no QR", after(ordered, "+1s generate answered 4044708 refused"), "+1h"},
		{payment.Declined, "the number was used before", after(ordered, "+1s generate answered 4094701 duplicate"), "+1h"},
		{payment.Expired, "nobody paid", expired, "+1h"},
		{payment.Expired, "nothing was presented", after(ordered, "+1s generate not sent", "+29s time passes", "+30s time passes"), "+1h"},
		{payment.Canceled, "", after(canceled, "+80s time passes", "+80.2s check answered 06 refused"), "+1h"},
		{payment.Refunding, "the refund is under way", refunding, "+1h1s"},
		{payment.Refunding, "without an answer, asking whether it was done", waiting, "+1h16s"},
		{payment.Refunding, "it was not done, waiting to repeat it", after(waiting, "+1h15.2s check answered 00 approved", "+1h15.4s refund no answer"), "+1h16s"},
		{payment.Refunding, "refused where an earlier try may have been done", after(waiting, "+1h15.2s check answered 00 approved", "+1h15.4s refund answered 4037815 refused"), "+1h16s"},
		{payment.Refunded, "", after(refunding, "+1h1s refund answered 2007800 approved"), "+2h"},
		{payment.Review, "the provider never said its last word", after(old, "+24h1s time passes", "+24h2s check answered 01 pending"), "+25h"},
		{payment.Review, "charged twice", after(expired, "+2m ask renew", "+2m renumbered", "+2m1s generate answered 2004700 approved", "+2m3s notified 00 approved", "+3m notified 00 approved of attempt 1"), "+1h"},
		{payment.Review, "the refund was not confirmed on its day", after(waiting, "next day 00:10:00 time passes", "next day 00:10:05 time passes", "next day 00:10:06 check no answer"), "next day +3h"},
	}
}

func (d decision) mayBecomePaidByQR() bool {
	switch e := d.event.(type) {
	case payment.Answered:
		return e.Outcome.Class == payment.Approved && e.Call == payment.CallCheck ||
			d.before.State == payment.Refunding && e.Call == payment.CallRefund
	case payment.Notified:
		return e.Outcome.Class == payment.Approved
	case payment.Asked:
		return e.What == payment.AskResolve && e.To == payment.Paid
	}
	return false
}

// qrCommandRules: a QR is ordered once for each number; queries keep their distance; nothing is refunded after its day.
func (d decision) qrCommandRules(call payment.Call, attempt payment.Attempt) (wrong []string) {
	at := d.event.When()
	switch call {
	case payment.CallGenerate:
		switch d.event.(type) {
		case payment.Requested, payment.Chosen, payment.Renumbered:
		default:
			wrong = append(wrong, "a QR was ordered without a new number")
		}
	case payment.CallCheck:
		for i := range d.before.Attempts {
			before := recordOf(d.before, i, payment.CallCheck)
			if before.Tries > 0 && at.Before(before.At.Add(5*time.Second)) {
				wrong = append(wrong, fmt.Sprintf("a query %s after another", at.Sub(before.At)))
			}
		}
	case payment.CallRefund:
		end := payment.DayOf(attempt.PaidAt).Start().Add(24*time.Hour - time.Second)
		if d.after.State != payment.Refunding || attempt.PaidAt.IsZero() || !at.Before(end) {
			wrong = append(wrong, fmt.Sprintf("a refund in %s, paid at %s", d.after.State, attempt.PaidAt))
		}
	default:
		wrong = append(wrong, "a "+string(call)+" of a QR")
	}
	return wrong
}
