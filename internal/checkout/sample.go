package checkout

import (
	"fmt"
	"slices"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/wording"
)

// What samples are made of. None of it is anybody's.
const (
	samplePhone = "081298765432"
	// sampleQR is as long as a QRIS text with two accounts of the merchant.
	sampleQR = "00020101021226670016COM.CANARY.WWW01189360091234567890120214123456789012340303UMI" +
		"51440014ID.CO.QRIS.WWW0215ID10200300400500303UMI520458125303360540512500" +
		"5802ID5916KEDAI KOPI SENJA6015JAKARTA SELATAN61051211062240520000000000001234567890703A016304ABCD"
	provider = "https://provider.example/pay/1"
)

// noon is a time of day at which every action is possible. It is never written.
var noon = time.Date(2026, 3, 21, 12, 0, 0, 0, payment.WIB)

// sample is a payment as the core makes it of events, and when it is looked at.
type sample struct {
	name   string
	terms  payment.Terms
	events []payment.Event
	at     time.Duration // after noon, when the payment was asked for
	// Of a payment whose customer chooses: what is offered, what was turned to, and what was wrong with what was entered.
	offers []engine.Offer
	by     payment.Method
	wrong  wording.Words
}

// screen is what is shown of it. The line may be nil.
func (s sample) screen(p payment.Payment, line rail.Rail) screen {
	if p.Choosing() {
		return choiceScreen(p, s.offers, s.by, line, at(s.at))
	}
	return screenOf(p, s.terms, line, at(s.at))
}

func at(d time.Duration) time.Time { return noon.Add(d) }

// samples are one of each thing that a customer can see, in the order of a payment's life.
func samples() []sample {
	var all []sample
	add := func(name string, terms payment.Terms, after time.Duration, events ...payment.Event) {
		all = append(all, sample{name: name, terms: terms, events: events, at: after})
	}
	push := payment.OVOTerms()
	answered := func(after time.Duration, call payment.Call, o payment.Outcome) payment.Event {
		return payment.Answered{At: at(after), Call: call, Outcome: o}
	}
	woke := func(after time.Duration) payment.Event { return payment.Woke{At: at(after)} }
	asked := func(after time.Duration, what payment.Ask) payment.Event {
		return payment.Asked{At: at(after), What: what}
	}
	paid := answered(20*time.Second, payment.CallPush, payment.Outcome{Class: payment.Approved, Code: "00"})
	refused := func(code string, cause payment.Reason) payment.Event {
		return answered(20*time.Second, payment.CallPush, payment.Outcome{Class: payment.Refused, Code: code, Cause: cause})
	}
	add("push waits", push, 7*time.Second)
	add("push waits, the last moment", push, 55*time.Second-time.Millisecond)
	add("push after 55 s", push, 55*time.Second)
	add("push in doubt after 60 s", push, 64*time.Second, woke(60*time.Second))
	add("push timed out, the reversal is under way", push, 66*time.Second, woke(60*time.Second), woke(65*time.Second))
	add("push reversed", push, 70*time.Second, woke(60*time.Second), woke(65*time.Second),
		answered(68*time.Second, payment.CallReversal, payment.Outcome{Class: payment.WasReversed, Code: "00"}))
	unknown := answered(20*time.Second, payment.CallPush, payment.Outcome{Class: payment.Unknown, Code: "40", Cause: "provider_error"})
	add("push answered by 40", push, 30*time.Second, unknown)
	add("push answered by 40, the reversal is under way", push, 66*time.Second, unknown, woke(65*time.Second))
	add("push answered by 40 and reversed", push, 70*time.Second, unknown, woke(65*time.Second),
		answered(68*time.Second, payment.CallReversal, payment.Outcome{Class: payment.WasReversed, Code: "00"}))
	add("push in review", push, time.Hour, payment.Faulted{At: at(time.Second), Why: "secret words of ours"})
	add("push never sent", push, 3*time.Second, payment.NotSent{At: at(2 * time.Second), Call: payment.CallPush, Try: 1})
	add("push paid", push, time.Minute, paid)
	for _, c := range []struct {
		code  string
		cause payment.Reason
	}{
		{"13", "invalid_amount"},
		{"14", "phone_not_registered"},
		{"17", "canceled_by_customer"},
		{"26", "push_not_delivered"},
		{"51", "insufficient_funds"},
		{"56", "card_blocked"},
		{"61", "customer_limit_exceeded"},
		{"64", "account_blocked"},
		{"65", "limit_exceeded"},
		{"67", "below_minimum"},
	} {
		add("push declined by "+c.code, push, time.Minute, refused(c.code, c.cause))
	}
	add("push refused by EB", push, time.Minute, answered(time.Second, payment.CallPush, payment.Outcome{Class: payment.Misconfigured, Code: "EB", Cause: payment.ReasonMisconfigured}))
	add("push refused by 94", push, time.Minute, answered(time.Second, payment.CallPush, payment.Outcome{Class: payment.Duplicate, Code: "94", Cause: payment.ReasonDuplicate}))
	add("void under way", push, 2*time.Minute, paid, asked(time.Minute, payment.AskVoid))
	add("void done", push, 2*time.Minute, paid, asked(time.Minute, payment.AskVoid),
		answered(61*time.Second, payment.CallVoid, payment.Outcome{Class: payment.Approved, Code: "00"}))
	add("void refused", push, 2*time.Minute, paid, asked(time.Minute, payment.AskVoid),
		answered(61*time.Second, payment.CallVoid, payment.Outcome{Class: payment.Refused, Code: "17"}))
	doku := payment.DOKUTerms()
	add("push by DOKU waits", doku, 7*time.Second)
	return slices.Concat(choiceSamples(), all, qrSamples(), billSamples())
}

// choiceSamples are of payments whose customer chooses how to pay.
func choiceSamples() []sample {
	push, code := engine.Offer{Method: payment.OVOPush, Phone: true}, engine.Offer{Method: payment.QRIS}
	both := []engine.Offer{push, code}
	wrong := wrongNumbers()
	return []sample{
		{name: "may choose", offers: both, at: time.Minute},
		{name: "turned to OVO", offers: both, by: payment.OVOPush, at: time.Minute},
		{name: "gives the phone", offers: []engine.Offer{push}, at: time.Minute},
		{name: "gave a phone that OVO does not know", offers: both, by: payment.OVOPush, at: time.Minute, wrong: wording.NotInSystem},
		{name: "chose what cannot be had", offers: both, at: time.Minute, wrong: sayNotNow},
		{name: "gave a number that is not registered", offers: both, terms: payment.OVOTerms(), at: time.Minute, events: wrong[:2]},
		{name: "gave a number that is not registered, and looks at all ways", offers: both, by: allWays, terms: payment.OVOTerms(), at: time.Minute, events: wrong[:2]},
		{name: "gave a second number that is not registered", offers: []engine.Offer{push}, terms: payment.OVOTerms(), at: time.Minute, events: wrong[:4]},
		{name: "gave a third number that is not registered", offers: both, terms: payment.OVOTerms(), at: time.Minute, events: wrong},
		{name: "has a QR made", offers: []engine.Offer{code}, at: time.Minute},
		{name: "goes to the provider's page", offers: []engine.Offer{{Method: payment.OVOPush}}, at: time.Minute},
		{name: "may choose, at the end", offers: both, at: time.Hour},
		{name: "did not choose", offers: both, at: 2 * time.Hour, events: []payment.Event{payment.Woke{At: at(time.Hour)}}},
		{name: "was not let choose", offers: both, at: time.Hour, events: []payment.Event{payment.Asked{At: at(time.Minute), What: payment.AskCancel}}},
	}
}

// wrongNumbers are the events of a customer who gives one number after the other, none of which OVO knows.
func wrongNumbers() (events []payment.Event) {
	phone, err := payment.ParsePhone(samplePhone)
	if err != nil {
		panic(err)
	}
	for i := range payment.ChoiceTries {
		after := time.Duration(i+1) * 10 * time.Second
		events = append(events, payment.Chosen{
			At: at(after), Method: payment.OVOPush, Phone: phone, Number: payment.Number{Batch: 1, Reference: payment.ReferenceNumber(i + 1)},
			Route: payment.Route{Rail: payment.OVO, Account: "ovo", Terminal: payment.Terminal{ID: "till-1"}},
		}, payment.Answered{
			At: at(after + time.Second), Call: payment.CallPush, Attempt: i,
			Outcome: payment.Outcome{Class: payment.Refused, Code: "14", Cause: payment.ReasonPhoneUnknown, NotAsked: true},
		})
	}
	return events
}

// billSamples are of a rail that makes a bill first.
func billSamples() []sample {
	direct, redirect := payment.FaspayTerms(), payment.FaspayTerms()
	redirect.Flow = payment.Redirect
	answered := func(after time.Duration, call payment.Call, o payment.Outcome) payment.Event {
		return payment.Answered{At: at(after), Call: call, Outcome: o}
	}
	made := answered(2*time.Second, payment.CallPost, payment.Outcome{Class: payment.Approved, Code: "00", ProviderReference: "T1", RedirectURL: provider})
	pushed := answered(3*time.Second, payment.CallPush, payment.Outcome{Class: payment.Pending, Code: "00"})
	return []sample{
		{name: "bill is being made", terms: direct, events: nil, at: time.Second},
		{name: "bill pushed", terms: direct, events: []payment.Event{made}, at: 3 * time.Second},
		{name: "bill pushed and taken", terms: direct, events: []payment.Event{made, pushed}, at: 56 * time.Second},
		{name: "bill pushed 55 s ago", terms: direct, events: []payment.Event{made, pushed}, at: 57 * time.Second},
		{name: "bill refused", terms: direct, events: []payment.Event{made, answered(4*time.Second, payment.CallPush, payment.Outcome{Class: payment.Refused, Code: "17", Cause: "canceled_by_customer"})}, at: 5 * time.Second},
		{name: "bill on the provider's page", terms: redirect, events: []payment.Event{made}, at: 5 * time.Minute},
		{name: "bill on the provider's page, given up", terms: redirect, events: []payment.Event{made, payment.Asked{At: at(time.Minute), What: payment.AskCancel}}, at: 2 * time.Minute},
		{name: "bill on the provider's page, its time is over", terms: redirect, events: []payment.Event{made}, at: time.Hour},
	}
}

func qrSamples() []sample {
	var all []sample
	qr := payment.SNAPTerms()
	add := func(name string, after time.Duration, events ...payment.Event) {
		all = append(all, sample{name: name, terms: qr, events: events, at: after})
	}
	answered := func(after time.Duration, call payment.Call, o payment.Outcome) payment.Event {
		return payment.Answered{At: at(after), Call: call, Outcome: o}
	}
	made := answered(time.Second, payment.CallGenerate, payment.Outcome{Class: payment.Approved, Code: "2004700", QR: sampleQR})
	woke := payment.Woke{At: at(90 * time.Second)}
	status := func(class payment.Class, code string, cause payment.Reason) payment.Event {
		return answered(91*time.Second, payment.CallCheck, payment.Outcome{Class: class, Code: code, Cause: cause})
	}
	paid := status(payment.Approved, "00", "")
	refund := payment.Asked{At: at(2 * time.Minute), What: payment.AskRefund}
	refunded := func(class payment.Class, code string) payment.Event {
		return answered(3*time.Minute, payment.CallRefund, payment.Outcome{Class: class, Code: code, Cause: "too_late"})
	}
	add("QR is being made", time.Second)
	add("QR waits", 8*time.Second, made)
	add("QR waits, the last moment", 75*time.Second-time.Millisecond, made)
	add("QR after 75 s", 75*time.Second, made)
	add("QR given up by the shop", 30*time.Second, made, payment.Asked{At: at(20 * time.Second), What: payment.AskCancel})
	add("QR given up by the shop, at its end", 2*time.Minute, made, payment.Asked{At: at(20 * time.Second), What: payment.AskCancel}, woke, status(payment.Refused, "05", "canceled_by_customer"))
	add("QR paid", 2*time.Minute, made, woke, paid)
	add("QR expired", 2*time.Minute, made, woke, status(payment.Refused, "06", "qr_not_paid"))
	add("QR expired half an hour ago", 31*time.Minute, made, woke, status(payment.Refused, "06", "qr_not_paid"))
	add("QR renewed", 2*time.Minute, made, woke, status(payment.Refused, "06", "qr_not_paid"), payment.Asked{At: at(119 * time.Second), What: payment.AskRenew})
	add("QR refused", 2*time.Second, answered(time.Second, payment.CallGenerate, payment.Outcome{Class: payment.Refused, Code: "4034715", Cause: "not_permitted"}))
	add("refund under way", 3*time.Minute, made, woke, paid, refund)
	add("refund done", 4*time.Minute, made, woke, paid, refund, refunded(payment.Approved, "2007800"))
	add("refund refused", 4*time.Minute, made, woke, paid, refund, refunded(payment.Refused, "4037806"))
	return all
}

// fold lets the core make the payment of its events.
func (s sample) fold() (payment.Payment, error) {
	phone, err := payment.ParsePhone(samplePhone)
	if err != nil {
		return payment.Payment{}, err
	}
	asked := payment.Requested{
		At: noon, ID: "pay_01kafz0q3gf7ktc1ms2cqc1b9w", MerchantID: "mer_a", Account: "ovo", Mode: payment.Test, Amount: 12500, Reference: "INV-7",
		Method: payment.OVOPush, Phone: phone, Terminal: payment.Terminal{ID: "till-1"}, Number: payment.Number{Batch: 1, Reference: 1},
	}
	if len(s.offers) > 0 {
		asked.Method, asked.Phone, asked.Account, asked.Terminal, asked.Number = "", payment.Phone{}, "", payment.Terminal{}, payment.Number{}
		asked.Choice = &payment.Choice{Until: at(time.Hour), Tries: payment.ChoiceTries}
		for _, o := range s.offers {
			asked.Choice.Methods = append(asked.Choice.Methods, o.Method)
		}
	}
	if s.terms.Bills() {
		asked.Customer, asked.Items = &payment.Customer{Name: "N"}, []payment.Item{{}}
	}
	if s.terms.Presents() {
		asked.Method, asked.Phone, asked.Account = payment.QRIS, payment.Phone{}, "qris"
	}
	var p payment.Payment
	for _, e := range append([]payment.Event{asked}, s.events...) {
		if answer, ok := e.(payment.Answered); ok {
			answer.Try = lastTry(p, answer.Call)
			e = answer
		}
		if p, _, err = payment.Decide(s.terms, p, e); err != nil {
			return payment.Payment{}, fmt.Errorf("sample %q: %w", s.name, err)
		}
	}
	return p, nil
}

// lastTry is the latest try of a call.
func lastTry(p payment.Payment, call payment.Call) int {
	for _, r := range p.Attempts[len(p.Attempts)-1].Calls {
		if r.Call == call {
			return r.Tries
		}
	}
	return 0
}
