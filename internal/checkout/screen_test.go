package checkout

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/wording"
	"github.com/lunas-pay/lunas/ovo"
)

var update = flag.Bool("update", false, "write the golden files")

// sample is a payment as the core makes it of events, and when it is looked at.
type sample struct {
	name   string
	terms  payment.Terms
	events []payment.Event
	at     time.Duration // after noon, when the payment was asked for
}

func at(d time.Duration) time.Time { return noon.Add(d) }

// samples are one of each thing that a customer can see, in the order of a payment's life.
func samples() []sample {
	var all []sample
	add := func(name string, terms payment.Terms, after time.Duration, events ...payment.Event) {
		all = append(all, sample{name, terms, events, after})
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
	return append(append(all, qrSamples()...), billSamples()...)
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
		{"bill is being made", direct, nil, time.Second},
		{"bill pushed", direct, []payment.Event{made}, 3 * time.Second},
		{"bill pushed and taken", direct, []payment.Event{made, pushed}, 56 * time.Second},
		{"bill pushed 55 s ago", direct, []payment.Event{made, pushed}, 57 * time.Second},
		{"bill refused", direct, []payment.Event{made, answered(4*time.Second, payment.CallPush, payment.Outcome{Class: payment.Refused, Code: "17", Cause: "canceled_by_customer"})}, 5 * time.Second},
		{"bill on the provider's page", redirect, []payment.Event{made}, 5 * time.Minute},
		{"bill on the provider's page, given up", redirect, []payment.Event{made, payment.Asked{At: at(time.Minute), What: payment.AskCancel}}, 2 * time.Minute},
		{"bill on the provider's page, its time is over", redirect, []payment.Event{made}, time.Hour},
	}
}

const provider = "https://provider.example/pay/1"

func qrSamples() []sample {
	var all []sample
	qr := payment.SNAPTerms()
	add := func(name string, after time.Duration, events ...payment.Event) {
		all = append(all, sample{name, qr, events, after})
	}
	answered := func(after time.Duration, call payment.Call, o payment.Outcome) payment.Event {
		return payment.Answered{At: at(after), Call: call, Outcome: o}
	}
	made := answered(time.Second, payment.CallGenerate, payment.Outcome{Class: payment.Approved, Code: "2004700", QR: qrText})
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

func (s sample) payment(t testing.TB) payment.Payment {
	t.Helper()
	phone, err := payment.ParsePhone(canaryPhone)
	if err != nil {
		t.Fatal(err)
	}
	asked := payment.Requested{
		At: noon, ID: "pay_01kafz0q3gf7ktc1ms2cqc1b9w", MerchantID: "mer_a", Account: "ovo", Mode: payment.Test, Amount: 12500, Reference: "INV-7",
		Method: payment.OVOPush, Phone: phone, Terminal: payment.Terminal{ID: "till-1"}, Number: payment.Number{Batch: 1, Reference: 1},
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
			t.Fatalf("%s: %v", s.name, err)
		}
	}
	return p
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

func (s sample) line(t testing.TB) rail.Rail {
	switch s.terms.Rail {
	case payment.SNAP:
		return openSNAP(t)
	case payment.OVO:
		return openOVO(t)
	}
	return nil
}

// TestScreens holds every word of every screen, in both languages, against testdata/screens.txt.
func TestScreens(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("Every screen that a customer can see: when, the payment's state, and what is said, Indonesian / English.\n")
	for _, s := range samples() {
		p := s.payment(t)
		got := screenOf(p, s.terms, s.line(t), at(s.at))
		fmt.Fprintf(&b, "\n== %s (%s, %s)\n", s.name, s.at, p.State)
		b.WriteString(got.text())
	}
	const path = "testdata/screens.txt"
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the screens are not those of %s; look at the difference after: go test ./internal/checkout -run TestScreens -update\n%s", path, b.String())
	}
}

// text writes a screen for reading.
func (s screen) text() string {
	var b strings.Builder
	line := func(mark string, w wording.Words) {
		if w != (wording.Words{}) {
			fmt.Fprintf(&b, "%s %s / %s\n", mark, w.ID, w.EN)
		}
	}
	fmt.Fprintf(&b, "[%s]", s.Kind)
	if !s.Until.IsZero() {
		fmt.Fprintf(&b, " counts down from %s to %s", s.From.Sub(noon), s.Until.Sub(noon))
	}
	if s.QR > 0 {
		fmt.Fprintf(&b, " shows QR %d", s.QR)
	}
	if s.Go {
		b.WriteString(" leads to the provider's page")
	}
	if s.Renew {
		b.WriteString(" offers a new QR")
	}
	if s.Rests {
		b.WriteString(" rests")
	}
	b.WriteString("\n")
	line("#", s.Title)
	line(" ", s.Text)
	for _, step := range s.Steps {
		line("-", step)
	}
	line(">", s.Next)
	return b.String()
}

// What OVO prescribes, letter by letter.
// Source: OVO, Push To Pay API: "Instruction in the Waiting Page", "Success Message", "Specific Error Message".
func TestPrescribedWords(t *testing.T) {
	t.Parallel()
	want := map[string][]string{
		"push waits": {
			"Open you OVO Application and click bell icon to complete the Payment",
			"Make sure you complete the payment with a specified time limit to avoid transaction timeout",
		},
		"push paid":                                 {"Payment Success"},
		"push declined by 14":                       {"Phone Number not Registered on OVO Apps"},
		"push declined by 17":                       {"Payment Canceled By User"},
		"push declined by 26":                       {"Failed Push notif to users, please ensure user login to OVO app first"},
		"push timed out, the reversal is under way": {"Transaction Timeout"},
		"push reversed":                             {"Transaction Timeout"},
		"void under way":                            {"Your payment is being cancelled"},
		"void done":                                 {"Your payment has been cancelled"},
		"refund under way":                          {"Your payment is being refunded"},
		"refund done":                               {"Your payment has been refunded"},
	}
	for _, s := range samples() {
		shown := screenOf(s.payment(t), s.terms, s.line(t), at(s.at))
		said := []string{shown.Title.EN}
		if len(shown.Steps) > 0 && len(want[s.name]) > 1 {
			said = nil
			for _, step := range shown.Steps {
				said = append(said, step.EN)
			}
		}
		if words, ok := want[s.name]; ok && strings.Join(said, "|") != strings.Join(words, "|") {
			t.Errorf("%s: %q, want %q", s.name, said, words)
		}
		delete(want, s.name)
	}
	for name := range want {
		t.Errorf("no sample is called %q", name)
	}
}

// A customer is never told that a payment timed out before its reversal is due, nor that it failed while that is not
// known, and never that nothing was charged unless that is certain.
func TestScreensAreTrue(t *testing.T) {
	t.Parallel()
	certain := map[payment.State]bool{payment.Declined: true, payment.Expired: true, payment.Canceled: true}
	for _, s := range samples() {
		p := s.payment(t)
		for _, state := range payment.States() {
			q := p
			q.State = state
			shown := screenOf(q, s.terms, s.line(t), at(s.at))
			if (shown.Text == sayNotCharged) != certain[state] {
				t.Errorf("%s as %s says %q", s.name, state, shown.Text.EN)
			}
			if (shown.Kind == success) != (state == payment.Paid) {
				t.Errorf("%s as %s looks like %s", s.name, state, shown.Kind)
			}
			if shown.Rests != state.Final() {
				t.Errorf("%s as %s: rests %v", s.name, state, shown.Rests)
			}
			if shown.QR > 0 && state != payment.Awaiting {
				t.Errorf("%s as %s shows a QR", s.name, state)
			}
			open := state == payment.Review || state == payment.InDoubt || state == payment.Pushing
			if said := shown.Title; open && (said == wording.Timeout || said == wording.Paid) {
				t.Errorf("%s as %s says %q", s.name, state, said.EN)
			}
			if state.Final() && shown.Title == wording.Checking {
				t.Errorf("%s as %s is still being checked", s.name, state)
			}
			if shown.Title.ID == "" || shown.Title.EN == "" || (len(shown.Steps) == 0 && !shown.Go && (shown.Next.ID == "" || shown.Next.EN == "")) {
				t.Errorf("%s as %s has no title or no next step: %+v", s.name, state, shown)
			}
		}
	}
}

// Every code that OVO lists has one clear sentence and one next step, whatever follows from it.
func TestEveryCodeHasWords(t *testing.T) {
	t.Parallel()
	line := openOVO(t)
	for _, entry := range ovo.Codes() {
		for _, state := range []payment.State{payment.Declined, payment.Reversing, payment.Reversed} {
			p := samples()[0].payment(t)
			p.State, p.Failure = state, &payment.Failure{Code: "x", Operation: payment.CallPush, ProviderCode: string(entry.Code)}
			s := screenOf(p, payment.OVOTerms(), line, noon)
			if s.Title.ID == "" || s.Title.EN == "" || s.Next.ID == "" || s.Next.EN == "" || s.Title.ID == s.Title.EN {
				t.Errorf("%s, %s: %+v", entry.Code, state, s)
			}
		}
	}
	for code, step := range steps {
		if step.ID == "" || step.EN == "" || step.ID == step.EN {
			t.Errorf("%s: next step %+v", code, step)
		}
	}
	for name, label := range labels {
		if label.ID == "" || label.EN == "" {
			t.Errorf("the label %s is %+v", name, label)
		}
	}
}
