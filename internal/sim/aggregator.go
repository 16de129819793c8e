package sim

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/sandbox"
)

// What DOKU and Faspay have in common: they know a payment by its attempt's invoice, notify, and are asked where there is
// doubt.

// The operations of Faspay that the other rails do not have, as the exchange log calls them.
const (
	opPost   = string(payment.CallPost)
	opCancel = string(payment.CallCancel)
)

// paymentOf gives the payment of an invoice; empty for one that no gateway has made.
func paymentOf(invoice string) string {
	id, _ := payment.PaymentOfInvoice(invoice)
	return id
}

// member finds a text in flat JSON or XML.
func member(body []byte, name string) string {
	if text := field(body, []byte(`"`+name+`":"`)); text != nil {
		return string(text)
	}
	i := bytes.Index(body, []byte("<"+name+">"))
	if i < 0 {
		return ""
	}
	rest := body[i+len(name)+2:]
	return string(rest[:max(0, bytes.IndexByte(rest, '<'))])
}

// ofAggregator tells whether a fault was found by DOKU or Faspay.
func ofAggregator(v sandbox.Violation) bool {
	return strings.HasPrefix(string(v.Rule), "doku_") || strings.HasPrefix(string(v.Rule), "faspay_")
}

// drawAggregators draws what concerns DOKU, Faspay and the way from one rail to the next: by luck of its own, so that days
// of one rail are what they were without.
func (x *weather) drawAggregators(o Options) {
	if o.Rail == string(payment.OVO) || o.Rail == string(payment.SNAP) {
		return
	}
	w := &world{rng: rand.New(rand.NewPCG(o.Seed, 0x646f6b75))}
	x.doku, x.faspay, x.routes = w.stormyDOKU(), w.stormyFaspay(), w.stormyRoutes()
}

// decides draws what the customer of a push does who has so long, and how the answer to it comes at the edges.
func (d *day) decides(e *sandbox.Effect, within time.Duration, edges ...time.Duration) {
	x := &d.weather
	with := pick(d.world, sandbox.Cash, sandbox.Cash, sandbox.Points, sandbox.Both)
	edge := pick(d.world, edges...)
	roll := d.rng.Float64()
	switch {
	case roll < x.payNow:
		e.Customer, e.CustomerAfter = with, sandbox.Duration(d.between(500*time.Millisecond, 20*time.Second))
	case roll < x.payNow+x.decline:
		e.Customer, e.CustomerAfter = sandbox.Decline, sandbox.Duration(d.between(0, within))
	case roll < x.payNow+x.decline+x.ignore:
		e.Customer, e.CustomerAfter = sandbox.Ignore, sandbox.Duration(d.between(0, within))
	default:
		e.Customer, e.CustomerAfter = with, sandbox.Duration(d.between(20*time.Second, within))
	}
	if d.chance(x.boundary) {
		if d.chance(0.5) {
			e.Customer, e.CustomerAfter = with, sandbox.Duration(edge)
		}
		e.AnswerAfter = sandbox.Duration(edge)
	}
}

// noticeFaults draws what is wrong with a notification of an aggregator's.
func (d *day) noticeFaults(e *sandbox.Effect, rate float64) {
	if d.calm {
		return
	}
	if d.chance(rate) {
		e.Notify = pick(d.world, sandbox.NotifyLost, sandbox.NotifyLost, sandbox.NotifyDuplicate, sandbox.NotifyBadSignature,
			sandbox.NotifyStale, sandbox.NotifyForeign, sandbox.NotifyOtherAmount)
	}
	if d.chance(rate) {
		e.NotifyDelay = sandbox.Duration(d.between(0, 2*time.Minute))
	}
}

// pushOnce holds that a payment is pushed once on a rail, and once more for each number that the provider does not know.
func (d *day) pushOnce(k *call, s *send) {
	var last *send
	for _, other := range s.of.sends {
		if other.operation == opPush {
			last = other
		}
	}
	if last != nil && last.unregistered(d.now) { // and whether those before it were dead, auditChosen says
		k.p.open[s.payment] = append(k.p.open[s.payment], k)
		return
	}
	for _, other := range s.of.sends {
		if other.operation == opPush && other.track == s.track {
			d.fail(NoPushTwice, s.payment, "a second push leaves %v after the first", d.now-other.at)
		}
	}
	k.p.open[s.payment] = append(k.p.open[s.payment], k)
}

// checkEnded holds that a payment is not asked about while its push's call may still bring the answer.
func (d *day) checkEnded(s *send) {
	for _, other := range s.of.sends {
		if other.operation == opPush && other.track == s.track && other.underWay(d.now) && !thawed(other) && !thawed(s) {
			d.fail(InquiryDistance, s.payment, "a check is sent while the push's call has been under way for %v", d.now-other.at)
		}
	}
}

// checkAsked holds that an aggregator is not asked too often.
func (b *books) checkAsked(gap time.Duration) {
	var last ordered
	for _, o := range b.orders {
		if o.call != payment.CallCheck {
			continue
		}
		if last.call != "" && o.at-last.at < gap-tolerance {
			b.fail(InquiryDistance, b.id, "a check is ordered %v after the one before", o.at-last.at)
		}
		last = o
	}
}

// toldPaid tells whether a notification was acknowledged by which an invoice is paid.
func (s *story) toldPaid(invoice string) bool {
	return slices.ContainsFunc(s.notices, func(body []byte) bool {
		return member(body, "invoice_number") == invoice && member(body, "status") == "SUCCESS" ||
			member(body, "bill_no") == invoice && member(body, "payment_status_code") == "2"
	}) // of Faspay, whose signature is weak, it counts once an inquiry says so too
}

// checkCharges holds that of a customer's charges one stands at most, by whichever rail, and that this is known.
func (b *books) checkCharges() {
	held, blamed := int64(0), false
	for _, x := range b.truth {
		if b.blamed(x) {
			blamed = true
			continue
		}
		held += x.Held()
		if x.Held() > 0 && b.stored.State.Final() && b.stored.State != payment.Paid && b.stored.State != payment.Review {
			b.fail(PaidIsKnown, b.id, "invoice %s was paid at %s, and it is %s here", x.Invoice,
				x.Charged.In(payment.WIB).Format(time.TimeOnly), b.stored.State)
			return
		}
	}
	switch {
	case held > int64(b.stored.Amount) && b.stored.State != payment.Review:
		b.fail(OneCharge, b.id, "the customer was charged Rp %d by %d charges, and it is %s", held, b.charges, b.stored.State)
	case !blamed:
		b.checkBooks()
	}
}

// isOf tells whether a push is that of the attempt which the provider has as x: the last one on its rail that was made before
// it left.
func (b *books) isOf(s *send, x sandbox.Transaction) bool {
	invoice := ""
	for _, a := range b.stored.Attempts {
		if a.Rail == s.track.rail() && (invoice == "" || !a.PushedAt.After(b.start.Add(s.at))) {
			invoice = a.Invoice
		}
	}
	return invoice == x.Invoice
}

// blamed tells whether the provider itself is to blame where we do not know of a charge: it had said that the customer was
// not even asked, or on Faspay something else that was not so, and then none of its notifications came.
func (b *books) blamed(x sandbox.Transaction) bool {
	if x.Charged.IsZero() || b.toldPaid(x.Invoice) && x.Held() > 0 {
		return false
	}
	for _, s := range b.story.sends {
		p, ok := s.track.(pusher)
		if ok && s.operation == opPush && sandbox.Rail(s.track.rail()) == x.Rail && b.isOf(s, x) && p.notAsked(s.track.said(s.received)) {
			return true
		}
	}
	for _, t := range b.tracks {
		if f, ok := t.(*faspayTrack); ok && x.Rail == sandbox.RailFaspay {
			return f.blamed(b, x)
		}
	}
	return false
}

// checkNotified holds that what a provider notifies of an invoice counts once.
func (b *books) checkNotified() {
	type word struct {
		invoice string
		class   payment.Class
		code    string
	}
	said := map[word]bool{}
	for _, e := range b.entries {
		n, ok := e.Event.(payment.Notified)
		if !ok || n.Invoice == "" {
			continue
		}
		w := word{n.Invoice, n.Outcome.Class, n.Outcome.Code}
		if said[w] {
			b.fail(NotifiedOnce, b.id, "version %d is the notification %s of %s once more", e.Version, w.code, w.invoice)
		}
		said[w] = true
	}
}

// checkReturn holds that what a customer's browser brings changes nothing but when the provider is asked.
func (b *books) checkReturn(t payment.Terms, before, after payment.Payment, e payment.Event) {
	asked, ok := e.(payment.Asked)
	if !ok || asked.By != returning {
		return
	}
	same, _, err := payment.Decide(t, before, payment.Woke{At: asked.At})
	if err != nil || same.State != after.State || same.CancelAsked != after.CancelAsked {
		b.fail(ReturnIsNoWord, b.id, "the customer came back, and it went from %s to %s", before.State, after.State)
	}
}

// returning is who comes back from a provider's page, as journals call them.
const returning = "customer"
