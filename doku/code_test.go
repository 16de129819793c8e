package doku

import (
	"fmt"
	"strings"
	"testing"
)

// Every code in answer to a push and a void, as a table to be read.
func TestCodesGolden(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	codes := []Code{}
	for _, e := range Codes() {
		codes = append(codes, e.Code)
	}
	codes = append(codes, "", "Z9") // the other form of "-", and one that nobody lists
	for _, code := range codes {
		e, listed := code.Entry()
		note := ""
		if e.Older {
			note = " (older tables only)"
		}
		if !listed {
			note = " (unlisted)"
		}
		fmt.Fprintf(&b, "%q%s\n", string(code), note)
		for _, w := range e.Words {
			fmt.Fprintf(&b, "\t%s | %s\n", w.Title, w.Description)
		}
		for _, o := range []Operation{Push, Void} {
			line(&b, string(o), code.For(o))
		}
	}
	golden(t, "codes.golden", []byte(b.String()))
}

func line(b *strings.Builder, title string, m Meaning) {
	fmt.Fprintf(b, "\t%s %s", title, short(m))
	if m.Text != (Text{}) {
		fmt.Fprintf(b, " %q %q", m.Text.EN, m.Text.ID)
	}
	b.WriteByte('\n')
}

func short(m Meaning) string {
	if m.Asked {
		return string(m.Follow) + " asked"
	}
	return string(m.Follow)
}

// DOKU's word beside OVO's, every status with the codes that matter.
func TestMeaningsGolden(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, o := range []Operation{Push, Void} {
		for _, status := range append(Statuses(), "", "CHARGED") {
			fmt.Fprintf(&b, "%s %q\n", string(o), string(status))
			for _, code := range []Code{"00", "17", "14", "68", "-", "", "73", "94"} {
				fmt.Fprintf(&b, "\t%-4q %s\n", string(code), short(Payment{Code: code, Status: status}.Meaning(o)))
			}
		}
	}
	b.WriteString("check\n")
	for _, status := range append(Statuses(), "CHARGED") {
		fmt.Fprintf(&b, "\t%q %s, final %t\n", string(status), short(Answer{Operation: Check, Transaction: Transaction{Status: status}}.Meaning()), status.Final())
	}
	b.WriteString("refusals\n")
	for _, r := range append(RefusalCodes(), RefusalCode{Code: "something_else", Status: 400}, RefusalCode{Code: "something_else", Status: 404}, RefusalCode{Code: "invalid_signature", Status: 409}) {
		fmt.Fprintf(&b, "\t%d %s %q", r.Status, r.Code, r.Message)
		for _, o := range Operations() {
			a := Answer{Operation: o, Refusal: Refusal{Code: r.Code, Message: r.Message}, Status: r.Status}
			fmt.Fprintf(&b, " | %s %s", string(o), short(a.Meaning()))
		}
		b.WriteByte('\n')
	}
	golden(t, "meanings.golden", []byte(b.String()))
}

// The rules that move money, apart from the golden tables, so that updating those cannot
// change them unseen.
func TestWhatFollows(t *testing.T) {
	t.Parallel()
	follows := func(o Operation, want Follow, codes ...Code) {
		t.Helper()
		for _, c := range codes {
			if got := c.For(o).Follow; got != want {
				t.Errorf("%q on %s = %s, want %s", string(c), string(o), got, want)
			}
		}
	}
	follows(Push, Approved, "00")
	follows(Push, Unknown, "40", "68", "ER", "25", "54", "73", "Z9")
	follows(Push, Unanswered, "-", "")
	follows(Push, Declined, "13", "14", "17", "26", "51", "56", "61", "64", "65", "67")
	follows(Push, Duplicate, "94")
	follows(Push, Misconfigured, "58", "63", "EB", "TO", "BR", "96")
	follows(Void, Approved, "00")
	follows(Void, Reversed, "73")
	follows(Void, NotFound, "25")
	follows(Void, Unknown, "40", "68", "ER", "-", "", "Z9")
	follows(Check, Unknown, "00", "17", "-", "")
	follows("refund", Unknown, "00")

	notAsked := map[Code]bool{"14": true, "58": true, "EB": true, "ER": true, "63": true, "BR": true, "TO": true, "96": true}
	for _, e := range append(Codes(), Entry{Code: "Z9"}) {
		if got := e.Code.For(Push).Asked; got == notAsked[e.Code] {
			t.Errorf("push %s: asked = %t, want %t", string(e.Code), got, !notAsked[e.Code])
		}
		if e.Code.For(Void).Asked {
			t.Errorf("%s: a void asks nobody", string(e.Code))
		}
		if e.Code != Success && e.Code.For(Push).Follow == Approved {
			t.Errorf("push %s is approved; only 00 is", string(e.Code))
		}
		if text := e.Code.For(Push).Text; text.EN == "" || text.ID == "" {
			t.Errorf("push %s: the customer is told nothing", string(e.Code))
		}
	}
}

// Both words must say success. PENDING and TIMEOUT end nothing, whatever the code.
func TestCodeAndStatus(t *testing.T) {
	t.Parallel()
	for _, status := range append(Statuses(), "", "CHARGED", "success") {
		for _, e := range append(Codes(), Entry{Code: ""}, Entry{Code: "Z9"}) {
			m := Payment{Code: e.Code, Status: status}.Meaning(Push)
			if approved := e.Code == Success && status == StatusSuccess; (m.Follow == Approved) != approved {
				t.Errorf("code %q and status %q: %s", string(e.Code), string(status), m.Follow)
			}
			final := m.Follow == Declined || m.Follow == Duplicate || m.Follow == Misconfigured
			if final && (status != StatusFailed && status != "" || e.Code == Success) {
				t.Errorf("code %q and status %q: %s, want a check", string(e.Code), string(status), m.Follow)
			}
			if !m.Asked && !final && !(e.Code == "ER" && (status == StatusFailed || status == "")) {
				t.Errorf("code %q and status %q: open, yet the customer counts as not asked", string(e.Code), string(status))
			}
			if m.Text == textSuccess && m.Follow != Approved {
				t.Errorf("code %q and status %q: %s is told as a success", string(e.Code), string(status), m.Follow)
			}
		}
		for code, want := range map[Code]Follow{"00": Pending, "17": Pending, "-": Pending} {
			if status == StatusPending || status == StatusTimeout {
				if got := (Payment{Code: code, Status: status}).Meaning(Push).Follow; got != want {
					t.Errorf("code %q and status %q: %s, want %s", string(code), string(status), got, want)
				}
			}
		}
	}
	for status, want := range map[Status]bool{
		StatusPending: false, StatusTimeout: false, StatusRedirect: false, "CHARGED": false, "": false,
		StatusSuccess: true, StatusFailed: true, StatusExpired: true, StatusRefunded: true,
	} {
		if status.Final() != want {
			t.Errorf("%q final = %t, want %t", string(status), !want, want)
		}
	}
}

// DOKU's own words and OVO's, letter by letter.
func TestWords(t *testing.T) {
	t.Parallel()
	for code, want := range map[Code]string{
		"63": "Secutiry Violation", "-": "No response", "": "No response", "73": "Transaction has been reversed",
	} {
		if e, ok := code.Entry(); !ok || e.Words[0].Title != want {
			t.Errorf("%q = %v, %t, want %s", string(code), e, ok, want)
		}
	}
	if br, _ := Code("BR").Entry(); len(br.Words) != 2 {
		t.Errorf("BR = %v, want both of its lines", br)
	}
	for want, got := range map[string]Text{
		"Payment Success":                         Success.For(Push).Text,
		"Phone Number not Registered on OVO Apps": Code("14").For(Push).Text,
		"Payment Canceled By User":                Code("17").For(Push).Text,
		"Failed Push notif to users, please ensure user login to OVO app first": Code("26").For(Push).Text,
		"Transaction Timeout": TextTimeout,
	} {
		if got.EN != want || got.ID == "" {
			t.Errorf("text = %q %q, want %q", got.EN, got.ID, want)
		}
	}
	for _, code := range []Code{"56", "64"} {
		if text := code.For(Push).Text; !strings.Contains(text.EN, "1500696") || !strings.Contains(text.ID, "1500696") {
			t.Errorf("%s = %v, want the number to call", string(code), text)
		}
	}
}

func TestTablesAreCopies(t *testing.T) {
	t.Parallel()
	Codes()[0].Code, RefusalCodes()[0].Code = "17", "x"
	if Codes()[0].Code != Success || RefusalCodes()[0].Code != "invalid_header_request" {
		t.Error("a caller can change a table")
	}
}
