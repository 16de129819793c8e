package sim

import (
	"bytes"
	"strconv"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/sandbox"
)

// OVO's times, apart from the terms. OVO, Dynamic QRIS FAQ: a QR lives 75 s; below that the partner can query every 5 s; a
// token lives 15 minutes and is kept.
const (
	qrLives     = 75 * time.Second
	queryGap    = 5 * time.Second
	tokenMargin = time.Minute // ours: a token that lives shorter may be renewed
	tokenRetry  = time.Second // ours: nobody asks again so soon after a failure
)

// fault: late, lost and overtaken requests look like faults from the other side; so do dead tokens, and the distance of
// requests that did not travel equally long.
func (t *snapTrack) fault(v sandbox.Violation) (Property, bool) {
	switch v.Operation {
	case sandbox.OperationToken, sandbox.OperationGenerate, sandbox.OperationQuery, sandbox.OperationRefund, sandbox.OperationCancel:
	default:
		return "", false
	}
	switch v.Rule {
	case sandbox.RuleToken, sandbox.RuleTokenKept, sandbox.RuleTimestampWindow, sandbox.RuleTimestampMillis, sandbox.RuleQueryPace,
		sandbox.RuleSNAPNotFound, sandbox.RuleRefundDay:
		return "", true
	case sandbox.RuleExternalIDRepeated:
		return ExternalIDOnce, true
	case sandbox.RulePartnerReferenceRepeated:
		return ReferenceOnce, true
	case sandbox.RuleRefundPartial, sandbox.RuleRefundTwice, sandbox.RuleRefundInconsistent, sandbox.RuleRefundState:
		return RefundOnce, true
	}
	return Understood, true
}

func (t *snapTrack) sent(_ *call, s *send) {
	client := header(s.wire, partnerHeader)
	if s.operation == opToken {
		t.checkToken(s, t.shopOf(header(s.wire, clientHeader)))
		return
	}
	today := payment.DayOf(t.time()).Start().Format(time.DateOnly)
	t.once(ExternalIDOnce, s, "X-EXTERNAL-ID "+header(s.wire, externalHeader)+" of "+client+" on "+today)
	switch s.operation {
	case opGenerate:
		t.once(ReferenceOnce, s, "partnerReferenceNo "+t.numberOn(s.wire).number+" of "+client)
	case opQuery:
		t.checkQuery(s)
	case opRefund:
		t.checkRefund(s)
	}
}

// once holds that something is sent once.
func (t *snapTrack) once(p Property, s *send, what string) {
	if earlier, used := t.used[what]; used {
		t.fail(p, s.payment, "a %s is sent with %s, which was used for payment %s", s.operation, what, earlier)
	}
	t.used[what] = s.payment
}

// thawed tells whether a process was frozen lately: what it had begun before, it does after.
func thawed(s *send) bool { return s.by.lastPause() >= s.at }

// underWay tells whether the call of a request still waits for its answer, in a process that lives.
func (s *send) underWay(now time.Duration) bool {
	return !s.over && !s.by.dead && s.by.pausedUntil <= now
}

// checkToken holds that a token is asked for only where there is none to be had, by one gateway at a time, and not at
// once again after a failure.
func (t *snapTrack) checkToken(s *send, shop string) {
	k := t.tokens[shop]
	other := k.asking
	k.asking = s
	lives := k.expires.Sub(t.time())
	switch {
	case thawed(s):
	case k.value != "" && !t.refused[k.value] && lives > tokenMargin+time.Second:
		t.fail(TokensKept, "", "%s asks for a token of %s, and the one that is kept lives another %v", s.by.name, shop, lives)
	case other == nil || thawed(other):
	case other.underWay(t.now):
		t.fail(TokensKept, "", "%s asks for a token of %s, and %s has been asking for %v", s.by.name, shop, other.by.name, t.now-other.at)
	case other.by == s.by && !other.got && t.now-other.at < tokenRetry-tolerance:
		t.fail(TokensKept, "", "%s asks for a token of %s, and got none %v ago", s.by.name, shop, t.now-other.at)
	}
}

// checkQuery holds that a payment is asked about one query at a time, and not more often than every 5 s.
func (t *snapTrack) checkQuery(s *send) {
	q := t.qr(s.payment)
	other := q.query
	q.query = s
	switch {
	case other == nil || thawed(s) || thawed(other):
	case other.underWay(t.now):
		t.fail(QueriesPolite, s.payment, "a query is sent while another one has been under way for %v", t.now-other.at)
	case t.now-other.at < queryGap:
		t.fail(QueriesPolite, s.payment, "a query is sent %v after the one before", t.now-other.at)
	}
}

// checkRefund holds that a payment is given back whole, on its day, and under one number.
func (t *snapTrack) checkRefund(s *send) {
	number := t.numberOn(s.wire)
	x, known := t.core.QRTransaction(number.client, number.number)
	if !known || x.Charged.IsZero() {
		t.fail(RefundOnce, s.payment, "a refund is sent, and nobody has paid")
		return
	}
	if value := string(field(s.wire, valueField)); value != rupiahs(x.Amount) {
		t.fail(RefundOnce, s.payment, "a refund of %s is sent, and Rp %d were paid", value, x.Amount)
	}
	if payment.DayOf(t.time()) != payment.DayOf(x.Charged) {
		t.fail(RefundOnce, s.payment, "a refund is sent on another day than that of the payment")
	}
	refundNo := string(field(s.wire, refundNoField))
	key := "refund of " + number.client + "/" + number.number
	if first, sent := t.used[key]; sent && first != refundNo {
		t.fail(RefundOnce, s.payment, "a refund is sent as %s, and was sent as %s before", refundNo, first)
	}
	t.used[key] = refundNo
}

// look is a customer's look at the page: it gives the QR that is shown, and holds that it is the right one, and shown in
// its time only.
func (t *snapTrack) look(s *story) (content string) {
	p, err := t.base.Load(background, s.merchant, s.id)
	if err != nil {
		return ""
	}
	terms, err := t.base.Terms(background, s.merchant, p.Account, p.TermsRevision)
	if err != nil {
		return ""
	}
	content, until, ok := payment.ShownQR(terms, p, t.time())
	if !ok {
		return ""
	}
	a := p.Attempts[len(p.Attempts)-1]
	x, made := t.core.QRTransaction(t.clientOf(s.merchant), a.Number.Digits())
	switch end := a.PushedAt.Add(qrLives); {
	case !t.time().Before(end):
		t.fail(QRShownInTime, s.id, "its QR is shown %v after its end", t.time().Sub(end))
	case until.After(end):
		t.fail(QRShownInTime, s.id, "its QR is to be shown until %v after its end", until.Sub(end))
	case t.qr(s.id).canceled:
		t.fail(QRShownInTime, s.id, "its QR is shown after it was given up")
	case !made || x.QR != content || x.Amount != int64(p.Amount):
		t.fail(QRShownInTime, s.id, "the QR that is shown is not the one that was made for it")
	}
	return content
}

func (t *snapTrack) audit(b *books) {
	if t.checkPaid(b) {
		return
	}
	if b.charges > 1 && b.stored.State != payment.Review {
		b.fail(OneCharge, b.id, "the customer was charged %d times, and it is %s", b.charges, b.stored.State)
		return
	}
	b.checkBooks()
}

// checkPaid holds that what was paid is known to be. It tells whether the provider itself is to blame where that is not
// so: it said that nobody would pay the QR, and none of its notifications came.
func (t *snapTrack) checkPaid(b *books) (blamed bool) {
	for _, x := range b.truth {
		var a payment.Attempt
		for _, each := range b.stored.Attempts {
			if each.Number.Digits() == x.Invoice {
				a = each
			}
		}
		told := false
		for _, body := range b.notices {
			told = told || string(field(body, originalField)) == x.Invoice
		}
		number := qrNumber{t.clientOf(b.merchant), x.Invoice}
		switch {
		case x.Charged.IsZero() && !a.PaidAt.IsZero():
			b.fail(BooksAgree, b.id, "QR %s is paid here, and nobody was charged", x.Invoice)
			blamed = true
		case x.Charged.IsZero() || !a.PaidAt.IsZero() || b.stored.State == payment.Review:
		case !b.stored.State.Final(): // comes_to_rest says so
		case !told && (t.denied[number] || a.PresentedAt.IsZero()):
			blamed = true
		default:
			b.fail(PaidIsKnown, b.id, "QR %s was paid at %s, and it is %s here", x.Invoice, x.Charged.In(payment.WIB).Format(time.TimeOnly), b.stored.State)
			blamed = true
		}
	}
	return blamed
}

// rupiahs writes an amount as SNAP does.
func rupiahs(n int64) string { return strconv.FormatInt(n, 10) + ".00" }

// checkNotices holds that every notification that was acknowledged is in the log.
func (b *books) checkNotices(logged [][]byte) {
	for _, body := range b.notices {
		found := false
		for _, wire := range logged {
			found = found || bytes.HasSuffix(wire, body)
		}
		if !found {
			b.fail(EveryByteLogged, b.id, "a notification that was acknowledged is not in the log")
		}
	}
}
