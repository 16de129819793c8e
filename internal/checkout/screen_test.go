package checkout

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/wording"
	"github.com/lunas-pay/lunas/ovo"
)

var update = flag.Bool("update", false, "write the golden files")

func (s sample) payment(t testing.TB) payment.Payment {
	t.Helper()
	p, err := s.fold()
	if err != nil {
		t.Fatal(err)
	}
	return p
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
		got := s.screen(p, s.line(t))
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
	for _, o := range s.Offers {
		fmt.Fprintf(&b, " offers %s", o.Method)
	}
	if s.Kind == phone {
		b.WriteString(" asks for the phone")
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
	line("!", s.Refused)
	for _, words := range s.Advice {
		line(" ", words)
	}
	if s.Tried != "" {
		fmt.Fprintf(&b, "  %s\n", s.Tried)
	}
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
		"gave a number that is not registered":      {"Phone Number not Registered on OVO Apps"},
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
		shown := s.screen(s.payment(t), s.line(t))
		said := []string{shown.Title.EN}
		if shown.Refused.EN != "" {
			said[0] = shown.Refused.EN
		}
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
			shown := s.screen(q, s.line(t))
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
			if shown.Title.ID == "" || shown.Title.EN == "" || (len(shown.Steps) == 0 && len(shown.Offers) == 0 && !shown.Go && (shown.Next.ID == "" || shown.Next.EN == "")) {
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
			p := samples()[slices.IndexFunc(samples(), func(s sample) bool { return s.name == "push waits" })].payment(t)
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
