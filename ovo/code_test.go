package ovo

import (
	"fmt"
	"strings"
	"testing"
)

// Every code in answer to every operation, as a table to be read.
func TestCodesGolden(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	codes := []Code{}
	for _, e := range Codes() {
		codes = append(codes, e.Code)
	}
	codes = append(codes, "Z9") // one that nobody lists
	for _, code := range codes {
		e, listed := code.Entry()
		note := ""
		if e.Older {
			note = " (older tables only)"
		}
		if !listed {
			note = " (unlisted)"
		}
		fmt.Fprintf(&b, "%s%s\n", code, note)
		for _, w := range e.Words {
			fmt.Fprintf(&b, "\t%s | %s\n", w.Title, w.Description)
		}
		for _, o := range Operations() {
			m := code.For(o)
			fmt.Fprintf(&b, "\t%-10s %s", string(o), string(m.Follow))
			if m.Asked {
				b.WriteString(" asked")
			}
			if m.Text != (Text{}) {
				fmt.Fprintf(&b, " %q %q", m.Text.EN, m.Text.ID)
			}
			b.WriteByte('\n')
		}
	}
	golden(t, "codes.golden", []byte(b.String()))
}

// OVO's sentences, letter by letter, its slips included ("Open you OVO Application").
func TestPrescribedWords(t *testing.T) {
	t.Parallel()
	for want, got := range map[string]Text{
		"Payment Success":                                                                             Success.For(Push).Text,
		"Phone Number not Registered on OVO Apps":                                                     Code("14").For(Push).Text,
		"Phone Number not registered in OVO System":                                                   Code("14").For(Inquiry).Text,
		"Payment Canceled By User":                                                                    Code("17").For(Push).Text,
		"Failed Push notif to users, please ensure user login to OVO app first":                       Code("26").For(Push).Text,
		"Transaction Timeout":                                                                         TextTimeout,
		"Enter Your Registered Phone Number in the OVO Application with 08xxx format":                 TextPhonePage,
		"Open you OVO Application and click bell icon to complete the Payment":                        TextWaitingSteps[0],
		"Make sure you complete the payment with a specified time limit to avoid transaction timeout": TextWaitingSteps[1],
		"Open your OVO Application and click the bell icon to complete the payment and make sure you complete the payment with a specified time to avoid transaction timeout": TextWaiting,
	} {
		if got.EN != want || got.ID == "" {
			t.Errorf("text = %q %q, want %q", got.EN, got.ID, want)
		}
	}
	for _, code := range []Code{"56", "64"} {
		for _, o := range []Operation{Push, Inquiry} {
			if text := code.For(o).Text; !strings.Contains(text.EN, "1500696") || !strings.Contains(text.ID, "1500696") {
				t.Errorf("%s on %s = %v, want the number to call", code, o, text)
			}
		}
	}
}

// The rules that move money, apart from the golden table, so that updating the table
// cannot change them unseen.
func TestWhatFollows(t *testing.T) {
	t.Parallel()
	follows := func(o Operation, want Follow, codes ...Code) {
		t.Helper()
		for _, c := range codes {
			if got := c.For(o).Follow; got != want {
				t.Errorf("%s on %s = %s, want %s", c, o, got, want)
			}
		}
	}
	follows(Push, Unknown, "40", "68", "ER", "25", "54", "73", "Z9", "")
	follows(Push, Declined, "14", "17", "26", "51", "56", "61", "64", "65", "67")
	follows(Push, Duplicate, "94")
	follows(Push, Misconfigured, "58", "63", "EB", "TO", "BR", "96")
	follows(Reversal, Reversed, "00", "73")
	follows(Reversal, NotFound, "25")
	follows(Reversal, Duplicate, "94")
	follows(Reversal, Unknown, "40", "68", "ER", "TO", "17", "Z9")
	follows(Reversal, Misconfigured, "58", "EB", "63")
	follows(Check, Approved, "00")
	follows(Check, NotFound, "25")
	follows(Check, Reversed, "73")
	follows(Check, Review, "54", "96")
	follows(Check, Unknown, "40", "58", "68", "ER", "17", "Z9")
	follows(Void, Approved, "00")
	follows(Void, Unknown, "40", "68", "ER", "Z9")
	follows(CheckVoid, Approved, "00")
	follows(CheckVoid, NotFound, "25")
	follows(Inquiry, Approved, "00")
	follows(Inquiry, NotFound, "14")
	follows(Inquiry, Unknown, "40", "68", "ER", "Z9")
	follows("refund", Unknown, "00")

	notAsked := map[Code]bool{"14": true, "58": true, "EB": true, "ER": true, "63": true, "BR": true, "TO": true, "96": true}
	for _, e := range append(Codes(), Entry{Code: "Z9"}) {
		if got := e.Code.For(Push).Asked; got == notAsked[e.Code] {
			t.Errorf("push %s: asked = %t, want %t", e.Code, got, !notAsked[e.Code])
		}
		if e.Code.For(Reversal).Asked || e.Code.For(Inquiry).Asked {
			t.Errorf("%s: only a push asks the customer", e.Code)
		}
		if e.Code != Success && e.Code.For(Push).Follow == Approved {
			t.Errorf("push %s is approved; only 00 is", e.Code)
		}
		if text := e.Code.For(Push).Text; text.EN == "" || text.ID == "" {
			t.Errorf("push %s: the customer is told nothing", e.Code)
		}
	}
}

func TestCodesIsACopy(t *testing.T) {
	t.Parallel()
	Codes()[0].Code = "17"
	if Codes()[0].Code != Success {
		t.Error("a caller can change the table")
	}
}
