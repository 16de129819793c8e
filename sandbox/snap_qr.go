package sandbox

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// qrLife: OVO, Dynamic QRIS FAQ: the 75-second QR expiry time applies to all partners.
	qrLife = 75 * time.Second
	// qrMost: OVO, Dynamic QRIS FAQ: the maximum amount for QR generation, in rupiah.
	qrMost = 5_000_000
	// queryPace is how close two queries may be, with room for a network below OVO's 5 s.
	queryPace = 4900 * time.Millisecond
)

// qr is what only a payment by QR has.
type qr struct {
	merchant *snapMerchant
	store    string
	effect   Effect // ordered for the generate: customer, notification
	ordered  bool   // the customer's decision was ordered by a script and has no deadline
	queried  time.Time
	canceled time.Time
	silent   NotifyFault // of the wallet that scanned it
	noticeAt time.Time   // not before
	refund   []byte      // the parameters of the refund, to compare a repeated one with
	refundID string      // refundNo
}

// late says whether a payment may still be decided though its time is up.
func (p *payment) late() bool {
	return p.state == Expired && (p.qr != nil && p.qr.ordered || p.doku != nil && p.doku.ordered || p.bill != nil && p.bill.takesLate(p))
}

// reference is a number of OVO's own.
func (s *snapRail) reference(now time.Time) string {
	s.references++
	return now.In(WIB).Format("20060102150405") + fmt.Sprintf("%06d", s.references%1_000_000)
}

// generate makes a QR.
func (s *snapRail) generate(now time.Time, held *call) {
	c, m := held.snap, held.snap.message
	number, amount := strings.Clone(m.text("partnerReferenceNo")), m.rupiah()
	terminal := slices.Index(c.merchant.Terminals, m.text("terminalId"))
	switch {
	case terminal < 0:
		s.refuse(now, held, "40417", "", RuleSNAPTerminal, "terminalId is not this partner's")
		return
	case amount > qrMost:
		s.refuse(now, held, "40302", "", RuleQRAmountMost, "amount.value is more than 5000000.00")
		return
	case s.byInvoice[snapInvoice{c.merchant, number}] != nil:
		s.byInvoice[snapInvoice{c.merchant, number}].Seen++
		s.refuse(now, held, "40901", "", RulePartnerReferenceRepeated, "partnerReferenceNo was used before")
		return
	}
	if _, given := m.get("validityPeriod"); given {
		s.core.violated(now, held, RuleValidityPeriod, true, "it is not looked at")
	}
	reference := s.reference(now)
	payload, err := payloadOf(c.merchant.SNAPMerchant, m.text("terminalId"), amount, number, reference)
	if err != nil {
		s.refuse(now, held, "50000", "", RuleMerchantName, err.Error())
		return
	}
	p := &payment{
		Transaction: Transaction{
			Rail: RailSNAP, Amount: amount, Merchant: c.merchant.MerchantID, MID: c.merchant.MerchantID,
			StoreName: c.merchant.Name, StoreCode: c.merchant.StoreID, TID: c.merchant.Terminals[terminal], Invoice: number,
			Date: now.In(WIB), Arrived: now, Deadline: now.Add(qrLife), Seen: 1, ReferenceNo: reference,
			ExternalID: strings.Clone(c.header.externalID),
			QR:         payload,
			Violations: c.broken,
		},
		state: Pending,
		qr:    &qr{merchant: c.merchant, store: strings.Clone(m.text("storeId")), effect: held.effect},
	}
	s.enter(now, p)
	s.answer(now, held, "20000", "", func(b *snapBody) { s.made(b, p, held.effect.Answer) })
	s.order(now, p)
}

func (s *snapRail) enter(now time.Time, p *payment) {
	s.byInvoice[snapInvoice{p.qr.merchant, p.Invoice}] = p
	s.byReference[p.ReferenceNo] = p
	s.byQR[p.QR] = p
	s.core.open(p)
	s.core.plan(p.Deadline, dueSession, nil, p)
	s.changed()
}

// changed tells the wallets' pages that the list of open QRs is another.
func (s *snapRail) changed() {
	s.core.revision++
	s.qrRevision = s.core.revision
}

// made writes generate's answer. OVO, Dynamic QRIS FAQ: "the partner can refer to qrStr
// from the response"; Bank Indonesia's names are qrContent and referenceNo.
func (s *snapRail) made(b *snapBody, p *payment, fault AnswerFault) {
	content, number := p.QR, p.Invoice
	merchant := p.qr.merchant.SNAPMerchant
	switch fault {
	case AnswerForeign:
		number = "999999999999"
	case AnswerBadChecksum:
		content = spoilChecksum(content)
	case AnswerOtherAmount: // what could be built once can be built again
		content, _ = payloadOf(merchant, p.TID, p.Amount+1, number, p.ReferenceNo)
	case AnswerOtherMerchant:
		merchant.MerchantID, merchant.NMID, merchant.Name = "000000000999999", "ID9999999999999", "Toko Lain"
		content, _ = payloadOf(merchant, p.TID, p.Amount, number, p.ReferenceNo)
	}
	b.text("referenceNo", p.ReferenceNo)
	b.text("partnerReferenceNo", number)
	b.text("qrContent", content)
	b.given("merchantName", p.qr.merchant.Name)
	store := p.qr.store
	if store == "" {
		store = p.StoreCode
	}
	b.given("storeId", store)
	b.text("terminalId", p.TID)
	if !s.options.StandardFields {
		b.text("qrStr", content)
		b.text("refNo", p.ReferenceNo)
	}
}

// order scans a fresh QR when a script, or its amount, asks for that: Rp 1.110.NNN is
// scanned by the seeded phone 081211110NNN, whose last seven digits the amount is.
func (s *snapRail) order(now time.Time, p *payment) {
	effect := p.qr.effect
	if effect.Customer != "" {
		if phone := s.payer(effect.Payer); phone != "" {
			p.qr.ordered = true
			s.scan(now, p, phone, Effect{Customer: effect.Customer, CustomerAfter: effect.CustomerAfter})
		}
		return
	}
	if phone, magic := magicPhone(p.Amount); magic && s.core.options.seeded {
		if w := s.core.wallet(phone); w != nil && w.Habit != (Effect{}) {
			s.scan(now, p, w.Phone, w.Habit)
		}
	}
}

// magicAmount itself is an ordinary amount, those just above it are not.
const magicAmount = 1_110_000

// magicPhone is the seeded phone that an amount of Rp 1.110.NNN stands for: 081211110NNN.
func magicPhone(amount int64) (phone string, magic bool) {
	if amount <= magicAmount || amount >= magicAmount+1000 {
		return "", false
	}
	return "08121" + strconv.FormatInt(amount, 10), true
}

func (s *snapRail) payer(phone string) string {
	if phone == "" {
		if len(s.core.phones) == 0 {
			return ""
		}
		return s.core.phones[0]
	}
	if w := s.core.wallet(phone); w != nil {
		return w.Phone
	}
	return ""
}

// scan puts a QR on a wallet's screen, with what its owner does about it.
func (s *snapRail) scan(now time.Time, p *payment, phone string, habit Effect) {
	w := s.core.wallets[phone]
	p.wallet, p.Phone, p.Scanned = w, w.Phone, now
	w.remember(p)
	s.core.touch(w)
	s.changed()
	if habit.Answer == AnswerLost {
		p.qr.silent = NotifyLost
	}
	p.qr.noticeAt = now.Add(time.Duration(habit.AnswerAfter))
	if habit.Code != "" {
		p.state, p.Code = Refused, habit.Code
		return
	}
	if p.habit = habit.Customer; p.habit == "" {
		return
	}
	if after := time.Duration(habit.CustomerAfter); after > 0 {
		s.core.plan(now.Add(after), dueHabit, nil, p)
		return
	}
	s.core.decide(now, p, p.habit)
}

// Scan puts the open QR with this payload on a phone's screen, where it can be chosen
// for, and returns its id. A wallet with a habit follows it. The errors are ErrNotQR,
// ErrUnknownQR, ErrNotPending, ErrScanned and ErrUnknownPhone.
func (c *Core) Scan(now time.Time, phone, payload string) (uint64, error) {
	c.run(now)
	payload = strings.TrimSpace(payload)
	if err := checkPayload(payload); err != nil {
		return 0, err
	}
	p := c.snap.byQR[payload]
	if p == nil {
		return 0, ErrUnknownQR
	}
	return p.ID, c.ScanID(now, p.ID, phone)
}

// ScanID is Scan for a QR that is known by its id.
func (c *Core) ScanID(now time.Time, id uint64, phone string) error {
	c.run(now)
	p, w := c.payment(id), c.wallet(phone)
	switch {
	case p == nil || p.qr == nil:
		return ErrUnknownQR
	case w == nil:
		return ErrUnknownPhone
	case p.state != Pending:
		return ErrNotPending
	case p.wallet == w:
		return nil
	case p.wallet != nil:
		return ErrScanned
	}
	c.snap.scan(now, p, w.Phone, w.Habit)
	return nil
}

// PayLate lets a phone decide about a QR that it may have scanned or photographed before,
// so long after now, as a script's Customer, CustomerAfter and Payer would have it: also
// when the 75 s are over and queries have told so. The errors are those of ScanID and
// ErrUnknownChoice.
func (c *Core) PayLate(now time.Time, id uint64, phone string, with Choice, after time.Duration) error {
	c.run(now)
	p, w := c.payment(id), c.wallet(phone)
	switch {
	case p == nil || p.qr == nil:
		return ErrUnknownQR
	case w == nil:
		return ErrUnknownPhone
	case !with.known():
		return ErrUnknownChoice
	case p.state != Pending && p.state != Expired:
		return ErrNotPending
	case p.wallet != nil && p.wallet != w:
		return ErrScanned
	}
	if p.wallet == nil {
		c.snap.scan(now, p, w.Phone, Effect{})
	}
	p.qr.ordered, p.habit = true, with
	if after > 0 {
		c.plan(now.Add(after), dueHabit, nil, p)
		return nil
	}
	c.decide(now, p, with)
	return nil
}

// OpenQRs lists the QRs that wait to be scanned, newest first, at most so many.
func (c *Core) OpenQRs(now time.Time, most int) []Transaction {
	var list []Transaction
	for _, p := range slices.Backward(c.ledger) {
		if len(list) == most || now.Sub(p.Arrived) > qrLife {
			break
		}
		if p.qr != nil && p.state == Pending && p.wallet == nil {
			list = append(list, p.view())
		}
	}
	return list
}

// QRTransaction finds the payment of a client's partnerReferenceNo.
func (c *Core) QRTransaction(clientID, partnerReferenceNo string) (Transaction, bool) {
	if p := c.snap.byInvoice[snapInvoice{c.snap.merchants[clientID], partnerReferenceNo}]; p != nil {
		return p.view(), true
	}
	return Transaction{}, false
}

// settled follows a QR that has come to an end. OVO, Dynamic QRIS FAQ: only successful
// payments are notified.
func (s *snapRail) settled(now time.Time, p *payment) {
	s.changed()
	if p.state == Paid {
		s.notify(now, p)
	}
}

// original finds the QR that a query, refund or cancel is about.
func (s *snapRail) original(held *call) (*payment, bool) {
	c, m := held.snap, held.snap.message
	number, reference := m.text("originalPartnerReferenceNo"), m.text("originalReferenceNo")
	var p *payment
	if number != "" {
		p = s.byInvoice[snapInvoice{c.merchant, number}]
	} else {
		p = s.byReference[reference]
	}
	if p == nil || p.qr.merchant != c.merchant || (reference != "" && p.ReferenceNo != reference) {
		return nil, number != "" || reference != ""
	}
	return p, true
}

// query tells what has become of a QR.
func (s *snapRail) query(now time.Time, held *call) {
	p, named := s.original(held)
	m := held.snap.message
	switch {
	case !named:
		s.refuse(now, held, "40002", "originalPartnerReferenceNo", RuleSNAPMandatory, "originalPartnerReferenceNo or originalReferenceNo")
		return
	case p == nil && s.options.UnknownStatus == "":
		s.refuse(now, held, "40401", "", RuleSNAPNotFound, "no QR has this number")
		return
	case p == nil:
		s.core.violated(now, held, RuleSNAPNotFound, true, "no QR has this number")
		s.answer(now, held, "20000", "", func(b *snapBody) {
			b.given("originalReferenceNo", m.text("originalReferenceNo"))
			b.given("originalPartnerReferenceNo", m.text("originalPartnerReferenceNo"))
			b.text("serviceCode", "47")
			b.text("latestTransactionStatus", s.options.UnknownStatus)
			b.text("transactionStatusDesc", statusText(s.options.UnknownStatus))
		})
		return
	}
	if last := p.qr.queried; !last.IsZero() && now.Sub(last) < queryPace && now.Before(p.Deadline) {
		s.core.violated(now, held, RuleQueryPace, true, now.Sub(last).String()+" after the last one")
	}
	p.qr.queried = now
	status := s.status(p)
	if held.effect.Status != "" {
		status = held.effect.Status
	}
	reference := p.Invoice
	if held.effect.Answer == AnswerForeign {
		reference = "999999999999"
	}
	s.answer(now, held, "20000", "", func(b *snapBody) {
		b.text("originalReferenceNo", p.ReferenceNo)
		b.text("originalPartnerReferenceNo", reference)
		b.given("originalExternalId", p.ExternalID)
		b.text("serviceCode", "47")
		b.text("latestTransactionStatus", status)
		b.text("transactionStatusDesc", s.statusDesc(p, status))
		b.time("paidTime", p.Charged)
		b.amount("amount", p.Amount)
		b.text("terminalId", p.TID)
	})
}

// status is Bank Indonesia's latestTransactionStatus.
func (s *snapRail) status(p *payment) string {
	switch p.state {
	case Paid:
		return "00"
	case Refunded:
		return "04"
	case Canceled:
		return "05"
	case Expired:
		return s.options.ExpiredStatus
	case Pending, Ignored:
		if p.wallet == nil {
			return "01"
		}
		return "02"
	}
	return "06"
}

func (s *snapRail) statusDesc(p *payment, status string) string {
	if p.state == Expired && status == s.options.ExpiredStatus {
		return "Expired"
	}
	return statusText(status)
}

func statusText(status string) string {
	texts := [...]string{"Success", "Initiated", "Paying", "Pending", "Refunded", "Canceled", "Failed", "Not found"}
	if n, err := strconv.Atoi(status); err == nil && n < len(texts) {
		return texts[n]
	}
	return "Unknown"
}

// refund gives a paid QR back. OVO, Dynamic QRIS FAQ: only full refunds, only the same
// day. The same partnerRefundNo again is answered again.
func (s *snapRail) refund(now time.Time, held *call) {
	c, m := held.snap, held.snap.message
	number := m.text("partnerRefundNo")
	p, _ := s.original(held)
	_, partial := m.get("refundAmount.value")
	partial = partial && p != nil && m.rupiah() != p.Amount
	words := []byte(m.text("originalPartnerReferenceNo") + "|" + m.text("originalReferenceNo") + "|" + m.text("refundAmount.value"))
	if earlier := c.merchant.refunds[number]; earlier != nil {
		if earlier != p || string(earlier.qr.refund) != string(words) {
			s.refuse(now, held, "40418", "", RuleRefundInconsistent, "partnerRefundNo was used for another refund")
			return
		}
		s.refunded(now, held, p)
		return
	}
	switch {
	case p == nil:
		s.refuse(now, held, "40401", "", RuleSNAPNotFound, "no QR has this number")
	case p.state == Refunded:
		s.refuse(now, held, "40315", "already refunded", RuleRefundTwice, "the payment was refunded with another partnerRefundNo")
	case p.state != Paid:
		s.refuse(now, held, "40400", "", RuleRefundState, "the QR is not paid")
	case partial:
		s.refuse(now, held, "40413", "", RuleRefundPartial, "refundAmount is not the whole amount")
	case !sameDay(now, p.Charged):
		s.refuse(now, held, "40315", "same-day refunds only", RuleRefundDay, "the payment is of another day")
	default:
		s.core.giveBack(p)
		p.state, p.Refunded, p.RefundNo = Refunded, now, strings.Clone(number)
		p.qr.refund, p.qr.refundID = words, s.reference(now)
		c.merchant.refunds[p.RefundNo] = p
		s.refunded(now, held, p)
	}
}

func (s *snapRail) refunded(now time.Time, held *call, p *payment) {
	number := p.RefundNo
	if held.effect.Answer == AnswerForeign {
		number = "another"
	}
	s.answer(now, held, "20000", "", func(b *snapBody) {
		b.text("originalPartnerReferenceNo", p.Invoice)
		b.text("originalReferenceNo", p.ReferenceNo)
		b.given("originalExternalId", p.ExternalID)
		b.text("refundNo", p.qr.refundID)
		b.text("partnerRefundNo", number)
		b.amount("refundAmount", p.Amount)
		b.time("refundTime", p.Refunded)
	})
}

// cancel withdraws a QR that is not paid. Bank Indonesia has it, OVO does not list it.
func (s *snapRail) cancel(now time.Time, held *call) {
	p, named := s.original(held)
	m := held.snap.message
	_, given := m.get("amount.value")
	switch {
	case s.options.NoCancel:
		s.refuse(now, held, "40500", "", RuleCancelOffered, "OVO does not list cancel")
	case !named:
		s.refuse(now, held, "40002", "originalPartnerReferenceNo", RuleSNAPMandatory, "originalPartnerReferenceNo or originalReferenceNo")
	case p == nil:
		s.refuse(now, held, "40401", "", RuleSNAPNotFound, "no QR has this number")
	case given && m.rupiah() != p.Amount:
		s.refuse(now, held, "40413", "", RuleCancelAmount, "amount is not the QR's")
	case p.state == Canceled:
		s.canceled(now, held, p)
	case p.state == Pending || p.state == Ignored:
		p.state, p.qr.canceled = Canceled, now
		s.core.touch(p.wallet)
		s.core.settled(now, p)
		s.canceled(now, held, p)
	case p.state == Paid || p.state == Refunded:
		s.refuse(now, held, "40400", "", RuleCancelState, "the QR is paid")
	default:
		s.refuse(now, held, "40300", "", RuleCancelExpired, "the QR is over")
	}
}

func (s *snapRail) canceled(now time.Time, held *call, p *payment) {
	s.answer(now, held, "20000", "", func(b *snapBody) {
		b.text("originalPartnerReferenceNo", p.Invoice)
		b.text("originalReferenceNo", p.ReferenceNo)
		b.given("originalExternalId", p.ExternalID)
		b.time("cancelTime", p.qr.canceled)
		b.time("transactionDate", p.Arrived)
	})
}

func (s *snapRail) forget(p *payment) {
	delete(s.byInvoice, snapInvoice{p.qr.merchant, p.Invoice})
	delete(s.byReference, p.ReferenceNo)
	delete(s.byQR, p.QR)
	if p.RefundNo != "" {
		delete(p.qr.merchant.refunds, p.RefundNo)
	}
}
