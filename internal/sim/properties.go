package sim

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

// Property names a rule that must hold on every day. docs/properties.md says what each means.
type Property string

// The properties.
const (
	BooksAgree        Property = "books_agree"
	OneCharge         Property = "one_charge"
	NoPushTwice       Property = "no_push_twice"
	Unanswered        Property = "unanswered_ends"
	Punctual          Property = "reversal_punctual"
	Numbers           Property = "numbers_in_order"
	WrittenBeforeSent Property = "written_before_sent"
	EveryByteLogged   Property = "every_byte_logged"
	JournalFolds      Property = "journal_folds"
	SameKey           Property = "same_key_same_payment"
	Told              Property = "every_change_told"
	InquiryDistance   Property = "inquiries_keep_distance"
	OneCheckAtATime   Property = "one_check_at_a_time"
	ComesToRest       Property = "comes_to_rest"
	NoSecretInLog     Property = "no_secret_in_log"
	Understood        Property = "provider_understands"
	StaysUp           Property = "gateway_stays_up"
	WritesTaken       Property = "writes_are_taken"
	LeavesInTime      Property = "push_leaves_in_time"
	PaidIsKnown       Property = "paid_is_known"
	ReferenceOnce     Property = "reference_used_once"
	ExternalIDOnce    Property = "external_id_used_once"
	QueriesPolite     Property = "queries_polite"
	RefundOnce        Property = "refund_whole_and_once"
	QRShownInTime     Property = "qr_shown_in_time"
	TokensKept        Property = "tokens_are_kept"
	RouteAfterDeath   Property = "next_route_after_death"
	ReturnIsNoWord    Property = "return_changes_nothing"
	TakenBackRightly  Property = "taken_back_rightly"
	NotifiedOnce      Property = "notified_once"
)

// Properties lists every property.
func Properties() []Property {
	return []Property{
		BooksAgree, OneCharge, NoPushTwice, Unanswered, Punctual, Numbers, WrittenBeforeSent, EveryByteLogged, JournalFolds,
		SameKey, Told, InquiryDistance, OneCheckAtATime, ComesToRest, NoSecretInLog, Understood, StaysUp,
		WritesTaken, LeavesInTime, PaidIsKnown, ReferenceOnce, ExternalIDOnce, QueriesPolite, RefundOnce, QRShownInTime, TokensKept,
		TakenBackRightly, NotifiedOnce, ReturnIsNoWord, RouteAfterDeath,
	}
}

// sameKey holds that an idempotency key stands for one payment.
func (d *day) sameKey(key, id string) {
	if key == "" {
		return
	}
	if first, ok := d.keys[key]; ok && first != id {
		d.fail(SameKey, id, "key %s stood for payment %s before", key, first)
		return
	}
	d.keys[key] = id
}

// checkRest holds that everything has come to an end.
func (d *day) checkRest() {
	if !d.calm || d.atRest() {
		return
	}
	open, oldest, err := d.base.OpenTasks(background)
	d.fail(ComesToRest, "", "%v after the last injury %d payments still have something due (the oldest at %s, %v), %d requests are on their way, %d calls wait",
		d.now-d.eveningAt, open, oldest.In(payment.WIB).Format(time.TimeOnly), err, d.mail, len(d.calls))
}

// audit holds the books against each other when the day is over.
func (d *day) audit() {
	d.checkViolations()
	for x := range d.core.Transactions() {
		for _, t := range d.tracks {
			id, mine := t.owner(x)
			if !mine {
				continue
			}
			if id == "" {
				d.fail(Numbers, "", "the provider has a payment %s, for which no number was given", x.Invoice)
				continue
			}
			s := d.story(merchantID, id)
			s.truth = append(s.truth, x)
			s.held += x.Held()
			if !x.Charged.IsZero() {
				s.charges++
			}
		}
	}
	for _, s := range d.ordered {
		d.auditPayment(s)
	}
	for _, id := range d.merchants() {
		if s := d.loose[id]; s != nil {
			d.books = books{day: d, story: s}
			d.books.checkExchanges()
		}
	}
	d.checkCursors()
}

// checkViolations holds that the provider understands what it is sent.
func (d *day) checkViolations() {
	for _, v := range d.core.Violations() {
		if d.slips(v) {
			continue
		}
		for _, t := range d.tracks {
			if broken, mine := t.fault(v); mine && broken != "" {
				d.fail(broken, "", "the provider finds fault with a %s: %s: %s", v.Operation, v.Rule, v.Detail)
			}
		}
	}
}

func (d *day) checkCursors() {
	for _, merchantID := range d.merchants() {
		terminals, err := d.base.Terminals(background, merchantID)
		if err != nil {
			d.fail(Numbers, "", "the terminals cannot be read: %v", err)
		}
		for _, t := range terminals {
			if n := d.numbers[till{merchantID, t.ID}]; n != nil && t.Cursor.Last != n.last {
				d.fail(Numbers, "", "terminal %s stands on %v, and the last payment has %v", t.ID, t.Cursor.Last, n.last)
			}
		}
	}
}

// books is everything that is known of one payment when the day is over.
type books struct {
	*day
	*story
	stored   payment.Payment
	terms    payment.Terms
	entries  []store.Entry
	orders   []ordered
	told     []store.Told // that must have been
	ovo      int          // the last attempt at OVO; 0 where there is none
	answered bool         // the push there had a verdict before it was due to be reversed
	since    time.Duration
}

// ordered is a call as the journal has it.
type ordered struct {
	call    payment.Call
	at      time.Duration // of the event
	written time.Duration
	since   time.Duration // since when nothing but time stood between the payment and this call
	hand    bool
	version int
	invoice string
	waiting bool // it is a first reversal that only waited for its hour
}

func (d *day) auditPayment(s *story) {
	b := &d.books
	*b = books{day: d, story: s, orders: b.orders[:0], told: b.told[:0]}
	var err error
	if b.stored, err = d.base.Load(background, s.merchant, s.id); err != nil {
		d.fail(JournalFolds, s.id, "it cannot be read: %v", err)
		return
	}
	if b.entries, err = d.base.Journal(background, s.merchant, s.id); err != nil || len(b.entries) == 0 {
		d.fail(JournalFolds, s.id, "its journal cannot be read: %v", err)
		return
	}
	if d.sabotage.journal != nil {
		b.entries = d.sabotage.journal(b.entries)
	}
	if b.stored.Unchosen() {
		b.fold()
		b.auditUnchosen()
		b.checkTold()
		b.checkExchanges()
		return
	}
	if b.stored.Choice != nil {
		b.auditChosen()
	}
	if b.terms, err = d.base.Terms(background, s.merchant, b.stored.Account, b.stored.TermsRevision); err != nil {
		d.fail(JournalFolds, s.id, "its terms cannot be read: %v", err)
		return
	}
	for i := range b.stored.Attempts { // of several the last: those before were refused for their phone
		if b.stored.Attempts[i].Rail == payment.OVO {
			b.ovo = i
		}
	}
	b.fold()
	b.checkNotified()
	if len(b.stored.Attempts) > 1 && len(b.stored.Routes) > 1 {
		b.auditRoutes()
	} else {
		s.track.audit(b)
	}
	b.checkTold()
	b.checkExchanges()
}

// termsFor gives the terms under which an event is decided: those of the attempt that it is about.
func (b *books) termsFor(p payment.Payment, e payment.Event) (payment.Terms, error) {
	route := payment.RouteFor(p, e)
	if asked, first := e.(payment.Requested); first {
		route.Account, route.TermsRevision = asked.Account, asked.TermsRevision
	}
	if route.Account == "" { // nothing is chosen yet
		return payment.Terms{}, nil
	}
	if route.Account == b.stored.Account && route.TermsRevision == b.stored.TermsRevision {
		return b.terms, nil
	}
	return b.base.Terms(background, b.merchant, route.Account, route.TermsRevision)
}

// fold decides the journal again, and takes note of what was ordered and announced on the way.
func (b *books) fold() {
	var p payment.Payment
	for i, e := range b.entries {
		if e.Version != i+1 {
			b.fail(Told, b.id, "after version %d its journal goes on with %d", i, e.Version)
			return
		}
		terms, err := b.termsFor(p, e.Event)
		if err != nil {
			b.fail(JournalFolds, b.id, "the terms of version %d cannot be read: %v", e.Version, err)
			return
		}
		next, commands, err := payment.Decide(terms, p, e.Event)
		if err != nil {
			b.fail(JournalFolds, b.id, "version %d, %s, is refused when it is decided again: %v", e.Version, payment.Kind(e.Event), err)
			return
		}
		b.note(p, next, e, commands)
		b.checkReturn(terms, p, next, e.Event)
		p = next
	}
	if !same(p, b.stored) {
		b.fail(JournalFolds, b.id, "its journal gives %s, version %d; stored is %s, version %d (%s)",
			p.State, p.Version, b.stored.State, b.stored.Version, difference(p, b.stored))
	}
}

func (b *books) note(before, after payment.Payment, e store.Entry, commands []payment.Command) {
	at := e.Event.When().Sub(b.start)
	written := at
	if e.Version <= len(b.story.written) {
		written = b.story.written[e.Version-1]
	}
	asked, hand := e.Event.(payment.Asked)
	hand = hand && asked.What == payment.AskCheck
	for _, c := range commands {
		if tell, ok := c.(payment.Tell); ok {
			b.told = append(b.told, store.Told{Version: e.Version, Type: tell.Type})
		}
		if call, target, ok := payment.CallOf(c); ok {
			b.orders = append(b.orders, ordered{
				call: call, at: at, written: written, since: b.since, hand: hand, version: e.Version, invoice: target.Invoice,
				waiting: call == payment.CallReversal && b.doubtful(before),
			})
		}
	}
	if v, ok := e.Event.(payment.Answered); ok && v.Call == payment.CallPush && v.Attempt == b.ovo && at < b.due() {
		b.answered = true // written late, it may have come in time; then the late reversal is looked at too
	}
	if b.doubtful(after) && !b.doubtful(before) {
		b.since = at
	}
}

// checkBooks holds the wallet against us.
func (b *books) checkBooks() {
	switch paid := b.stored.State == payment.Paid; {
	case b.stored.State == payment.Review:
		if b.stored.Review == "" {
			b.fail(BooksAgree, b.id, "it is in review and does not say why")
		}
	case !b.stored.State.Final():
		// comes_to_rest says so.
	case (b.held > 0) != paid:
		b.fail(BooksAgree, b.id, "it is %s here, and the merchant holds Rp %d of the customer's", b.stored.State, b.held)
	}
}

// checkTold holds that each change of state was announced.
func (b *books) checkTold() {
	told, err := b.base.Told(background, b.merchant, b.id)
	if err != nil {
		b.fail(Told, b.id, "what was told cannot be read: %v", err)
	}
	match := func(a, c store.Told) bool { return a.Version == c.Version && a.Type == c.Type }
	if !slices.EqualFunc(told, b.told, match) {
		b.fail(Told, b.id, "told was [%s], want [%s]", words(told), words(b.told))
	}
}

func words(told []store.Told) string {
	var list []string
	for _, t := range told {
		list = append(list, fmt.Sprintf("%d %s", t.Version, t.Type))
	}
	return strings.Join(list, ", ")
}

// checkExchanges holds that the log has every byte that was sent or received.
func (b *books) checkExchanges() {
	parts, err := b.base.Exchanges(background, b.merchant, b.id)
	if err != nil {
		b.fail(EveryByteLogged, b.id, "its exchanges cannot be read: %v", err)
		return
	}
	for i := range parts {
		part := &parts[i]
		if i > 0 && part.ID == parts[i-1].ID && part.Side == parts[i-1].Side {
			b.fail(EveryByteLogged, b.id, "the %s of exchange %s stands twice in the log", part.Side, part.ID)
		}
		if part.Side == exchange.Response || !b.sealedAsSent(part.Sealed) {
			_ = b.keyring.Open(part) // what cannot be opened has no bytes
		}
	}
	has := func(side exchange.Side, wire []byte) bool {
		return slices.ContainsFunc(parts, func(p exchange.Part) bool { return p.Side == side && bytes.Equal(p.Wire, wire) })
	}
	var wires [][]byte
	for _, part := range parts {
		wires = append(wires, part.Wire)
	}
	b.checkNotices(wires)
	for _, s := range b.story.sends {
		sealed := func(p exchange.Part) bool { return p.Side == exchange.Request && bytes.Equal(p.Sealed, s.sealed) }
		if (s.sealed == nil || !slices.ContainsFunc(parts, sealed)) && !has(exchange.Request, s.wire) {
			b.fail(EveryByteLogged, b.id, "the %s that was sent is not in the log", s.operation)
		}
		if len(s.received) == 0 || !s.done || b.id == "" {
			continue
		}
		if !has(exchange.Response, s.received) {
			b.fail(EveryByteLogged, b.id, "the answer to the %s, received %v into the day, is not in the log", s.operation, s.receivedAt)
		}
	}
}

// sealedAsSent tells whether a request stands in the log as it did when it left, which was looked at then.
func (b *books) sealedAsSent(sealed []byte) bool {
	return slices.ContainsFunc(b.story.sends, func(s *send) bool { return bytes.Equal(s.sealed, sealed) })
}
