package sim

import (
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/sandbox"
)

// faspayGap is the least distance of two inquiries about a bill. Ours.
const faspayGap = 10 * time.Second

// fault: late, lost and overtaken requests look like faults from the other side; so does what was canceled while it was
// paid, and a notification that could not be taken.
func (t *faspayTrack) fault(v sandbox.Violation) (Property, bool) {
	if !strings.HasPrefix(string(v.Rule), "faspay_") {
		return "", false
	}
	switch v.Rule {
	case sandbox.RuleFaspayNotFound, sandbox.RuleFaspayBillOver, sandbox.RuleFaspayCancelPaid, sandbox.RuleFaspayCancelOver,
		sandbox.RuleFaspayAcknowledge:
		return "", true
	case sandbox.RuleFaspayBillNoTwice, sandbox.RuleFaspayPushOpen:
		return NoPushTwice, true
	case sandbox.RuleFaspayBillExpired:
		return "", strings.Contains(v.Detail, "is past") // it was long on its way
	}
	return Understood, true
}

func (t *faspayTrack) sent(k *call, s *send) {
	number := t.billOn(s.wire)
	switch s.operation {
	case opPost:
		if t.posted[number] {
			t.fail(NoPushTwice, s.payment, "bill_no %s is sent a second time", number)
		}
		t.posted[number] = true
	case opPush:
		t.pushOnce(k, s)
	}
}

func (t *faspayTrack) audit(b *books) {
	b.checkCharges()
	b.checkAsked(faspayGap)
	b.checkCancels()
}

// checkCancels holds that no bill is canceled of which the provider's last word was that it is paid.
func (b *books) checkCancels() {
	for _, o := range b.orders {
		if o.call != payment.CallCancel {
			continue
		}
		paid := false
		for _, e := range b.entries[:min(o.version, len(b.entries))] {
			switch e := e.Event.(type) {
			case payment.Notified:
				if e.Invoice == o.invoice {
					paid = e.Outcome.Class == payment.Approved
				}
			case payment.Answered:
				if e.Call == payment.CallCheck && (e.Outcome.Class == payment.Approved || e.Outcome.Class == payment.Pending) {
					paid = e.Outcome.Class == payment.Approved
				}
			}
		}
		if paid {
			b.fail(TakenBackRightly, b.id, "a cancel of bill %s is ordered, of which the provider has said that it is paid", o.invoice)
		}
	}
}

// blamed tells whether Faspay itself is to blame where we do not know what became of a bill: it took the money after it had
// said that nobody would pay, or gave back what was paid, and then none of its notifications came.
func (t *faspayTrack) blamed(b *books, x sandbox.Transaction) bool {
	seen := t.bill(x.Invoice)
	switch {
	case x.Charged.IsZero():
		return false
	case x.Held() == 0:
		return !b.notified(x.Invoice, "4") && !seen.back
	}
	return seen.over > 0 && x.Charged.Sub(b.start) > seen.over && !b.toldPaid(x.Invoice)
}

// notified tells whether a notification was acknowledged by which a bill has a status.
func (s *story) notified(number, status string) bool {
	for _, body := range s.notices {
		if member(body, "bill_no") == number && member(body, "payment_status_code") == status {
			return true
		}
	}
	return false
}

// notAsked tells whether an answer to a push says that the customer was not turned to. Faspay, OVO Direct: response codes.
func (t *faspayTrack) notAsked(said string) bool {
	code, _, _ := strings.Cut(said, " ")
	switch code {
	case "03", "14", "18", "21", "30", "55", "58", "63", "82", "83", "84", "85", "BR", "EB", "TO":
		return true
	}
	return false
}

var _ pusher = (*faspayTrack)(nil)
