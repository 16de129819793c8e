package faspay

import (
	"math"
	"testing"
)

func TestAmount(t *testing.T) {
	t.Parallel()
	a := Rupiah(2000)
	if a.Scaled() != "200000" || a.Plain() != "2000" || a.decimal() != "2000.00" || a.String() != "Rp2000" {
		t.Errorf("Rp 2,000 = %s, %s, %s, %s", a.Scaled(), a.Plain(), a.decimal(), a)
	}
	if got := (Amount{5}).Plain() + " " + (Amount{-105}).Plain(); got != "0.05 -1.05" {
		t.Errorf("hundredths = %s", got)
	}
	if n, whole := (Amount{105}).Rupiah(); n != 1 || whole {
		t.Errorf("Rp 1.05 = %d, %t", n, whole)
	}
	for _, huge := range []int64{math.MaxInt64, math.MaxInt64/100 + 1} {
		if n, _ := Rupiah(huge).Rupiah(); n <= MaxRupiah {
			t.Errorf("Rupiah(%d) = %d", huge, n)
		}
		if n, _ := Rupiah(-huge).Rupiah(); n >= 0 {
			t.Errorf("Rupiah(%d) = %d", -huge, n)
		}
	}
}

func TestParseAmount(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct{ plain, scaled int64 }{
		"2000": {200000, 2000}, "2000.00": {200000, 200000}, "8000.5": {800050, 800050}, "8000.0000": {800000, 800000},
		"0": {0, 0}, "000100": {10000, 100}, "999999999999999": {99999999999999900, 999999999999999},
		// Refused: -1 here.
		"": {-1, -1}, ".": {-1, -1}, ".50": {-1, -1}, "1.": {-1, -1}, "1.005": {-1, -1}, "-1": {-1, -1}, "+1": {-1, -1}, "1e3": {-1, -1},
		"1,000": {-1, -1}, "Rp1": {-1, -1}, " 1": {-1, -1}, "1.0.0": {-1, -1}, "null": {-1, -1}, "99999999999999999999": {-1, -1}, "٣": {-1, -1},
	} {
		for scale, parse := range map[string]func(string) (Amount, error){"plain": ParsePlain, "scaled": ParseScaled} {
			sen := want.plain
			if scale == "scaled" {
				sen = want.scaled
			}
			got, err := parse(text)
			if sen < 0 && err == nil || sen >= 0 && (err != nil || got.sen != sen) {
				t.Errorf("%s %q = %d hundredths, %v, want %d", scale, text, got.sen, err, sen)
			}
		}
	}
}

func TestAmountText(t *testing.T) {
	t.Parallel()
	for text, want := range map[AmountText]bool{"2000": true, "200000": true, "2000.00": true, "20000": false, "": false, "x": false, "20": false} {
		if got := text.Is(Rupiah(2000)); got != want {
			t.Errorf("%q is Rp 2,000: %t, want %t", string(text), got, want)
		}
	}
}

func FuzzParseAmount(f *testing.F) {
	for _, s := range []string{"2000", "2000.00", "0.05", "-1", "1e3", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if a, err := ParsePlain(s); err == nil {
			if back, err := ParsePlain(a.Plain()); err != nil || back != a || a.sen < 0 {
				t.Fatalf("%q = %v, back %v, %v", s, a, back, err)
			}
		}
		if a, err := ParseScaled(s); err == nil {
			if back, err := ParseScaled(a.decimal()); len(s) <= 15 && (err != nil || back != a) {
				t.Fatalf("%q = %v, back %v, %v", s, a, back, err)
			}
		}
	})
}
