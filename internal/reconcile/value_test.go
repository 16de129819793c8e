package reconcile

import (
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
)

func TestAmounts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		written string
		decimal byte
		sen     int64 // -1: an error
	}{
		{"10000", 0, 1000000},
		{"10.000,00", 0, 1000000},
		{"10000.00", 0, 1000000},
		{"10,000.00", 0, 1000000},
		{"Rp 10.000", 0, 1000000},
		{"Rp10.000,-", 0, 1000000},
		{"rp. 10.000", 0, 1000000},
		{"IDR 10000.00", 0, 1000000},
		{"10.000", 0, 1000000},
		{"10,000", 0, 1000000},
		{"1.234.567", 0, 123456700},
		{"1,234,567.89", 0, 123456789},
		{"1.234.567,8", 0, 123456780},
		{"-10.000", 0, -1000000},
		{"Rp -10.000", 0, -1000000},
		{"-Rp 10.000", 0, -1000000},
		{"(10.000)", 0, -1000000},
		{"'10000", 0, 1000000},
		{"1.25E+6", 0, 125000000},
		{"0", 0, 0},
		{"70,5", 0, 7050},
		{"70.50", 0, 7050},
		{"70.5000", 0, 7050},
		{"10.500", '.', 1050},
		{"10.500", ',', 1050000},
		{"10,500", ',', 1050},
		{"10\u00a0000", 0, 1000000},
		{"", 0, -1},
		{"-", 0, -1},
		{"Rp", 0, -1},
		{"10.00.000", 0, -1},
		{"1000.000", 0, -1},
		{"10.0000,00", 0, -1},
		{"1.5555", 0, -1},
		{"sepuluh", 0, -1},
		{"10 ribu", 0, -1},
		{"99999999999999999999", 0, -1},
		{"1e99", 0, -1},
	} {
		sen, err := parseSen(c.written, c.decimal)
		if got := int64(sen); err == nil && got != c.sen || err != nil && c.sen != -1 {
			t.Errorf("parseSen(%q, %q) = %d, %v; want %d", c.written, c.decimal, got, err, c.sen)
		}
	}
	if _, err := parseAmount("10,50", 0); err == nil || !strings.Contains(err.Error(), "has sen") {
		t.Errorf("an amount with sen = %v", err)
	}
}

// sameAsAny tells whether what is read in one go is what is read with care.
func sameAsAny(t *testing.T, s string, decimal byte) (usual bool) {
	t.Helper()
	quick, usual := usualSen(s, decimal)
	if !usual {
		return false
	}
	if careful, err := anySen(s, decimal); err != nil || careful != quick {
		t.Errorf("usualSen(%q, %q) = %d; anySen says %d, %v", s, decimal, quick, careful, err)
	}
	return true
}

// Every text of up to six of the signs that amounts are made of is read the same in both ways, and the usual ones in one go.
func TestBothWaysOfReadingAmountsAgree(t *testing.T) {
	t.Parallel()
	const signs = "017.,- "
	read := 0
	for length, n := 1, len(signs); length <= 6; length, n = length+1, n*len(signs) {
		for i := range n {
			b := make([]byte, length)
			for at, rest := 0, i; at < length; at, rest = at+1, rest/len(signs) {
				b[at] = signs[rest%len(signs)]
			}
			for _, decimal := range []byte{0, '.', ','} {
				if sameAsAny(t, string(b), decimal) {
					read++
				}
			}
		}
		if t.Failed() {
			return
		}
	}
	for _, s := range []string{"10000", "Rp 10.000", "Rp10.000,00", "10,000.00", "1.234.567,5", "999.999.999.999", " 7000 "} {
		if !sameAsAny(t, s, 0) {
			t.Errorf("%q is not read in one go", s)
		}
	}
	if read < 1000 {
		t.Errorf("only %d were read in one go", read)
	}
}

func TestTimes(t *testing.T) {
	t.Parallel()
	want := time.Date(2026, 3, 21, 10, 15, 30, 0, payment.WIB)
	m := Mapping{zone: payment.WIB, TimeForm: "Jan 2, 2006 15.04.05"}
	c := m.clock()
	for _, s := range []string{
		"2026-03-21 10:15:30", "21/03/2026 10:15:30", "21-03-2026 10:15:30", "2026-03-21T10:15:30+07:00", "2026-03-21T03:15:30Z",
		"20260321101530", "21 Mar 2026 10:15:30", "21 Maret 2026 10:15:30", "21.03.2026 10:15:30", "21/03/26 10:15:30",
		"46102.427430556", "Mar 21, 2026 10.15.30", "2026-03-21 10:15:30 WIB", "'21/03/2026 10:15:30",
	} {
		if got, err := c.parse(s); err != nil || !got.Equal(want) {
			t.Errorf("parse(%q) = %v, %v", s, got, err)
		}
	}
	if got, err := c.parse("31/12/2026"); err != nil || !got.Equal(time.Date(2026, 12, 31, 0, 0, 0, 0, payment.WIB)) {
		t.Errorf("a day = %v, %v", got, err)
	}
	for _, s := range []string{"", "gestern", "32/01/2026", "03/21/2026", "12", "1e300"} {
		if got, err := c.parse(s); err == nil {
			t.Errorf("parse(%q) = %v, want an error", s, got)
		}
	}
}

func TestMappings(t *testing.T) {
	t.Parallel()
	for _, rail := range []string{"ovo", "snap", "doku", "faspay"} {
		if m, err := Default(rail); err != nil || m.Name != rail {
			t.Errorf("the mapping %s: %v", rail, err)
		}
	}
	good, err := DefaultText("ovo")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ change, to, want string }{
		{"match: [tid, batch, reference_number]", "match: [amount]", `match: "amount" cannot be a key`},
		{"match: [tid, batch, reference_number]", "match: [invoice]", "columns: invoice is missing, and match needs it"},
		{"match: [tid, batch, reference_number]", "", "match: name the fields"},
		{"  amount:", "  ammount:", `there is no field "ammount"`},
		{"name: ovo", "nam: ovo", "field nam not found"},
		{"  success: paid", "  success: great", `"success" means "great"`},
		{"name: ovo", "name: ovo\nzone: CET", `zone: "CET" is none of`},
		{"name: ovo", "name: ovo\nnumbers: de", `numbers: "de" is none of`},
		{"name: ovo", "name: ovo\nfee: {percent: many}", `percent: "many" is no percentage`},
		{"name: ovo", "name: ovo\ndelimiter: ab", "is not one character"},
	} {
		_, err := ParseMapping([]byte(strings.Replace(string(good), c.change, c.to, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("with %q: %v, want %q", c.to, err, c.want)
		}
	}
	if _, err := ParseMapping(nil); err == nil {
		t.Error("an empty mapping was taken")
	}
	if _, err := Default("../ovo"); err == nil {
		t.Error("a mapping outside was opened")
	}
}

func FuzzAmount(f *testing.F) {
	for _, s := range []string{"10.000,00", "Rp 10.000", "(1)", "1e5", "-", "..", ",5", "E5"} {
		f.Add(s, byte(0))
		f.Add(s, byte('.'))
	}
	f.Fuzz(func(t *testing.T, s string, decimal byte) {
		if decimal != '.' && decimal != ',' {
			decimal = 0
		}
		sameAsAny(t, s, decimal)
		sen, err := parseSen(s, decimal)
		if err != nil {
			return
		}
		// What is read is written in a way that reads the same.
		again, err := parseSen(strings.ReplaceAll(sen.String(), ",", "."), '.')
		if err != nil || again != sen {
			t.Errorf("parseSen(%q) = %d, and of what that writes (%q) %d, %v", s, sen, sen.String(), again, err)
		}
	})
}

func FuzzTime(f *testing.F) {
	f.Add("2026-03-21 10:15:30")
	f.Add("46102.4")
	m := Mapping{zone: payment.WIB}
	f.Fuzz(func(t *testing.T, s string) {
		if at, err := m.clock().parse(s); err == nil && at.IsZero() && !strings.Contains(s, "0001") {
			t.Errorf("parse(%q) = no time, without an error", s)
		}
	})
}

func FuzzMapping(f *testing.F) {
	good, err := DefaultText("ovo")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte("columns: {amount: [a]}\nmatch: tid"))
	f.Fuzz(func(_ *testing.T, b []byte) { _, _ = ParseMapping(b) })
}
