package sim

import (
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/sandbox"
)

// OVO's times, apart from the terms. OVO, Push To Pay API: reversal automatically at 65 s when no 0210 came within
// 60 s; on the day of the push until 23:59.
const (
	reverseAfter = 65 * time.Second
	sendWithin   = 2 * time.Second // ours: a customer is not asked later than the merchant believes
	tolerance    = 500 * time.Millisecond
	cutOff       = 23*time.Hour + 59*time.Minute
	// inquiryGap is the least distance of two status checks of a payment that nobody asked for.
	inquiryGap = 5*time.Second - tolerance
)

// fault: late, lost and overtaken requests look like faults from the other side, and no_push_twice counts what came twice.
func (t *ovoTrack) fault(v sandbox.Violation) (Property, bool) {
	switch v.Operation {
	case sandbox.OperationPush, sandbox.OperationReversal, sandbox.OperationVoid, sandbox.OperationCheckPush,
		sandbox.OperationCheckVoid, sandbox.OperationInquiry, "":
	default:
		return "", false
	}
	if ofAggregator(v) {
		return "", false
	}
	switch v.Rule {
	case sandbox.RuleTimeWindow, sandbox.RuleDateClock, sandbox.RuleReferenceStart, sandbox.RuleReferenceGap,
		sandbox.RuleReferenceOrder, sandbox.RuleBatchOrder, sandbox.RuleBatchStyle, sandbox.RuleNotFound,
		sandbox.RuleReversalCutoff, sandbox.RuleVoidCutoff, sandbox.RuleVoidState, sandbox.RuleReversalTooEarly,
		sandbox.RuleDuplicateNumber, sandbox.RuleDuplicateInvoice:
		return "", true
	}
	return Understood, true
}

// checkByHand holds that checks by hand are made one at a time.
func (t *ovoTrack) checkByHand(s *send) {
	s.hand = true
	if other := t.checking; other != nil && !other.over && !other.by.dead && other.by.pausedUntil <= t.now && s.by.lastPause() < s.at {
		t.fail(OneCheckAtATime, s.payment, "its check by hand is sent while that of payment %s is under way", other.payment)
	}
	t.checking = s
}

func (t *ovoTrack) audit(b *books) {
	for _, x := range b.truth {
		if x.Seen > 1 {
			b.fail(NoPushTwice, b.id, "the provider saw number %d/%d %d times", x.Batch, x.Reference, x.Seen)
		}
	}
	if b.charges > 1 || b.held > int64(b.stored.Amount) {
		b.fail(OneCharge, b.id, "the customer was charged %d times", b.charges)
	}
	b.checkBooks()
	b.checkUnanswered()
	b.checkInquiries()
}

// doubtful tells whether a payment only waits for the hour of its reversal at OVO.
func (b *books) doubtful(p payment.Payment) bool {
	return (p.State == payment.Pushing || p.State == payment.InDoubt) && len(p.Attempts) == b.ovo+1 && p.Attempts[b.ovo].NotFoundAt.IsZero()
}

// t0 is the time in the date of the push at OVO.
func (b *books) t0() time.Time { return b.stored.Attempts[b.ovo].PushedAt }

// due is when the push, unanswered, has to be reversed by what is stored.
func (b *books) due() time.Duration { return b.t0().Sub(b.start) + reverseAfter }

// push is that of the last attempt at OVO; nil where none has left.
func (b *books) push() *send {
	before := 0 // pushes of earlier attempts, which were answered and so have left
	for _, a := range b.stored.Attempts[:b.ovo] {
		if a.Rail == payment.OVO {
			before++
		}
	}
	for _, s := range b.story.sends {
		if s.operation != opPush || s.track.rail() != payment.OVO {
			continue
		}
		if before == 0 {
			return s
		}
		before--
	}
	return nil
}

// checkUnanswered holds that a push without an answer is taken back in time, or found to be paid, or not to be there,
// or brought before a human.
func (b *books) checkUnanswered() {
	push := b.push()
	day := payment.DayOf(b.t0()).Start()
	for _, o := range b.orders {
		if o.call != payment.CallReversal {
			continue
		}
		switch at := b.start.Add(min(o.at, o.written)); {
		case min(o.at, o.written) < b.due():
			b.fail(Unanswered, b.id, "a reversal is ordered %v after t0, before the 65 s are over", at.Sub(b.t0()))
		case !at.Before(day.Add(cutOff)):
			b.fail(Unanswered, b.id, "a reversal is ordered at %s, after the cut-off", at.In(payment.WIB).Format(time.TimeOnly))
		}
	}
	last := b.ovo == len(b.stored.Attempts)-1
	if push == nil && last && (b.stored.State == payment.Paid || len(b.entries) < 2) {
		b.fail(Numbers, b.id, "number %v was never sent, and its journal does not say so", b.number)
	}
	if push != nil && push.at > b.due()-reverseAfter+sendWithin {
		b.fail(LeavesInTime, b.id, "its push leaves %v after its date", push.at-b.due()+reverseAfter)
	}
	if push == nil || b.answered {
		return
	}
	switch state := b.stored.State; {
	case last && (state == payment.Created || state == payment.Pushing || state == payment.InDoubt):
		b.fail(Unanswered, b.id, "its push is not answered, and it is still %s", b.stored.State)
	}
	b.checkPunctual(push)
}

// checkPunctual holds that the first reversal is ordered at 65 s from the push's first byte, unless something that was
// to see to it was down; then as soon as it is back.
func (b *books) checkPunctual(push *send) {
	for _, o := range b.orders {
		if !o.waiting {
			continue
		}
		expected := max(push.at+reverseAfter, o.since)
		latest := expected + tolerance
		if end, ok := reaches(b.troubles, push.at-2*time.Second, o.written); ok {
			latest = max(latest, max(end, expected)+patience)
		}
		if o.written > latest {
			b.fail(Punctual, b.id, "its first reversal is ordered %v after the push's first byte", o.written-push.at)
		}
		return
	}
}

// checkInquiries holds that the provider is not asked too often.
func (b *books) checkInquiries() {
	for _, call := range [...]payment.Call{payment.CallCheck, payment.CallCheckVoid} {
		var last ordered
		for _, o := range b.orders {
			if o.call != call || o.hand {
				continue
			}
			if last.call != "" && o.at-last.at < inquiryGap {
				b.fail(InquiryDistance, b.id, "a %s is ordered %v after the one before", call, o.at-last.at)
			}
			last = o
		}
	}
}
