package payment_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/lunas-pay/lunas/internal/payment"
)

func TestParsePhone(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"081211110101", "081211110101"},
		{"6281211110101", "081211110101"},
		{"+6281211110101", "081211110101"},
		{"  0812-1111-0101 ", "081211110101"},
		{"0812 1111 0101", "081211110101"},
		{"0812.1111.0101", "081211110101"},
		{"(0812) 1111-0101", "081211110101"},
		{"+62 812-1111-0101", "081211110101"},
		{"62 (812) 1111 0101", "081211110101"},
		{"08817482255", "08817482255"}, // eleven digits, a real wallet
		{"0812345678", "0812345678"},   // ten, the shortest
		{"0812345678901", "0812345678901"},
		{"62812345678901", "0812345678901"}, // thirteen, the longest
	} {
		got, err := payment.ParsePhone(tt.in)
		if err != nil || got.Digits() != tt.want {
			t.Errorf("ParsePhone(%q) = %q, %v, want %q", tt.in, got.Digits(), err, tt.want)
		}
	}
}

func TestParsePhoneRefuses(t *testing.T) {
	for _, tt := range []struct{ in, hint string }{
		{"", "empty"},
		{"   ", "empty"},
		{"+", "only the country code +62"},
		{"+62081211110101", "after the country code 62 comes 8"},
		{"62081211110101", "after the country code 62 comes 8"},
		{"+620812", "after the country code 62 comes 8"},
		{"81211110101", "leading 0 is missing"},
		{"+6581234567", "only the country code +62"},
		{"006281211110101", "must begin with 08"},
		{"0211234567", "must begin with 08"},   // a landline
		{"+62211234567", "must begin with 08"}, // the same, from abroad
		{"081234567", "10 to 13 digits"},
		{"08123456789012", "10 to 13 digits"},
		{"0812" + strings.Repeat("9", 1000), "10 to 13 digits"},
		{"0812+1110101", "only digits"},
		{"0812x1110101", "only digits"},
		{"０８１２１１１１０１０１", "only digits"}, // full-width
		{"٠٨١٢١١١١٠١٠١", "only digits"}, // Arabic-Indic
		{"0812\n11110101", "only digits"},
		{"0812\x0011110101", "only digits"},
	} {
		got, err := payment.ParsePhone(tt.in)
		if err == nil || !errors.Is(err, payment.ErrPhone) || !strings.Contains(err.Error(), tt.hint) {
			t.Errorf("ParsePhone(%q) = %v, %v, want an error with %q", tt.in, got, err, tt.hint)
		}
		if !got.IsZero() {
			t.Errorf("ParsePhone(%q) refuses and gives %v", tt.in, got)
		}
	}
}

// TestPhoneNeverShows prints a phone in every way that a program prints things, and looks for the number.
func TestPhoneNeverShows(t *testing.T) {
	phone, err := payment.ParsePhone("081298765432")
	if err != nil {
		t.Fatal(err)
	}
	r := requested(morning)
	r.Phone = phone
	p, commands, err := payment.Decide(payment.OVOTerms(), payment.Payment{}, r)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []any{
		phone, &phone,
		[]payment.Phone{phone},
		map[string]payment.Phone{"p": phone},
		struct{ P payment.Phone }{phone},
		struct{ P *payment.Phone }{&phone},
		map[payment.Phone]int{phone: 1},
		p, &p, r, commands, commands[0], fmt.Errorf("phone %v", phone),
	} {
		for _, out := range printed(t, v) {
			if i := strings.Index(out, "98765"); i >= 0 {
				t.Errorf("%T shows the number: …%s…", v, out[max(0, i-40):i])
			}
		}
	}
	if got, want := phone.String(), "0812*****432"; got != want {
		t.Errorf("String() = %s, want %s", got, want)
	}
	if got, want := fmt.Sprintf("%-16s|", phone), "0812*****432    |"; got != want {
		t.Errorf("padded %q, want %q", got, want)
	}
	if got, want := fmt.Sprintf("%#v", phone), "payment.Phone(0812*****432)"; got != want {
		t.Errorf("%%#v gives %s, want %s", got, want)
	}
}

func printed(t *testing.T, v any) (out []string) {
	t.Helper()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T", "%o", "%t", "%z", "%10.20v"} {
		out = append(out, fmt.Sprintf(verb, v))
	}
	if b, err := json.Marshal(v); err == nil {
		out = append(out, string(b))
	}
	var b bytes.Buffer
	slog.New(slog.NewTextHandler(&b, nil)).Info("text", "v", v)
	slog.New(slog.NewJSONHandler(&b, nil)).Info("json", "v", v)
	return append(out, b.String())
}

func TestPhoneMask(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		digits := "08" + rapid.StringMatching(`[0-9]{8,11}`).Draw(t, "rest")
		phone, err := payment.ParsePhone(digits)
		if err != nil {
			t.Fatal(err)
		}
		mask := phone.String()
		if len(mask) != len(digits) || strings.Count(mask, "*") < 3 || mask[:4] != digits[:4] || mask[len(mask)-3:] != digits[len(digits)-3:] {
			t.Fatalf("%s is masked as %s", digits, mask)
		}
		for _, form := range []string{"62" + digits[1:], "+62" + digits[1:]} {
			if again, err := payment.ParsePhone(form); err != nil || again != phone {
				t.Fatalf("%s gives %v, %v", form, again, err)
			}
		}
	})
}

func FuzzParsePhone(f *testing.F) {
	f.Add("+62 812-1111-0101")
	f.Add("62081211110101")
	f.Fuzz(func(t *testing.T, s string) {
		phone, err := payment.ParsePhone(s)
		if err != nil {
			if !phone.IsZero() || (len(s) > 6 && strings.Contains(err.Error(), s)) {
				t.Errorf("ParsePhone(%q) = %v, %v", s, phone, err)
			}
			return
		}
		if again, err := payment.ParsePhone(phone.Digits()); err != nil || again != phone {
			t.Errorf("ParsePhone(%q) = %q, which gives %q, %v", s, phone.Digits(), again.Digits(), err)
		}
	})
}
