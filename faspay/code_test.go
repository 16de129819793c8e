package faspay

import (
	"fmt"
	"strings"
	"testing"
)

// Every code in answer to every operation, and every status, as a table to be read.
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
		if !listed {
			note = " (unlisted)"
		}
		fmt.Fprintf(&b, "%s%s | %s | %s | %s\n", code, note, e.Words, e.Older, e.Direct)
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
	for _, s := range "0123456789" {
		m := Status(s).Meaning()
		fmt.Fprintf(&b, "status %c | %s | %s final %t %q %q\n", s, m.Words, string(m.Follow), m.Final, m.Text.EN, m.Text.ID)
	}
	golden(t, "codes.golden", []byte(b.String()))
}

// What may be believed to be paid, and what may be tried another way, is a short list.
func TestCodesInDoubt(t *testing.T) {
	t.Parallel()
	for _, e := range Codes() {
		m := e.Code.For(Direct)
		if m.Follow == Done {
			t.Errorf("%s on a Direct is done: only a notification or an inquiry says paid", e.Code)
		}
		if !m.Asked && m.Follow != Refused && m.Follow != Misconfigured {
			t.Errorf("%s: the customer was not asked, yet it follows %s", e.Code, m.Follow)
		}
	}
	for _, code := range []Code{"40", "96", "68", "ER", "94", "Z9", "", "0", "000"} {
		if m := code.For(Direct); m.Follow != Unknown || !m.Asked {
			t.Errorf("%q on a Direct = %+v, want unknown and asked", code, m)
		}
	}
	for _, s := range []Status{"6", "", "02", "x"} {
		if m := s.Meaning(); m.Follow != BillUnknown || m.Final {
			t.Errorf("status %q = %+v, want unknown", s, m)
		}
	}
	for _, o := range append(Operations(), "x") {
		if got := Code("Z9").For(o).Follow; got != Unknown {
			t.Errorf("Z9 on %s = %s", o, got)
		}
	}
}

// OVO's sentences for customers, letter by letter.
func TestPrescribedWords(t *testing.T) {
	t.Parallel()
	for want, got := range map[string]Text{
		"Payment Success":                         Paid.Meaning().Text,
		"Phone Number not Registered on OVO Apps": Code("14").For(Direct).Text,
		"Payment Canceled By User":                Code("17").For(Direct).Text,
		"Failed Push notif to users, please ensure user login to OVO app first":       Code("26").For(Direct).Text,
		"Enter Your Registered Phone Number in the OVO Application with 08xxx format": TextPhonePage,
	} {
		if got.EN != want || got.ID == "" {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
