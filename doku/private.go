package doku

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// Secret is a text that never prints: every fmt verb, log and JSON shows "***". Convert
// it with string(s) where its bytes are needed. It is for credentials, and for
// what is the customer's own affair.
type Secret string

const masked = "***"

// String is "***", whatever the secret.
func (Secret) String() string { return masked }

// GoString is "***".
func (Secret) GoString() string { return masked }

// Format prints "***" for every verb.
func (Secret) Format(f fmt.State, _ rune) { print(f, masked) }

// MarshalJSON is the JSON string "***".
func (Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + masked + `"`), nil }

// MarshalText is "***".
func (Secret) MarshalText() ([]byte, error) { return []byte(masked), nil }

// LogValue is "***".
func (Secret) LogValue() slog.Value { return slog.StringValue(masked) }

// Phone is a phone number that prints masked: "0812*****890". Convert it with string(p)
// where its digits are needed.
type Phone string

// String is the number masked.
func (p Phone) String() string { return maskPhone(string(p)) }

// GoString is String.
func (p Phone) GoString() string { return p.String() }

// Format prints String for every verb.
func (p Phone) Format(f fmt.State, _ rune) { print(f, p.String()) }

// MarshalText is String.
func (p Phone) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// LogValue is String.
func (p Phone) LogValue() slog.Value { return slog.StringValue(p.String()) }

// normalized gives the number as DOKU wants it, 08 and 10 to 13 digits in all, from 08…,
// 62… or +62…. The error never contains the number.
func (p Phone) normalized() (string, error) {
	s := string(p)
	rest := strings.TrimPrefix(s, "+")
	switch {
	case rest == "" || !only(rest, digit):
		return "", &FieldError{"ovo_info.ovo_id", "must be digits only", "such as 08…, without spaces or dashes"}
	case strings.HasPrefix(rest, "620"):
		return "", &FieldError{"ovo_info.ovo_id", "has a 0 after the country code", "write +62 8…, or 08…, not +62 08…"}
	case strings.HasPrefix(rest, "62"):
		rest = "0" + rest[2:]
	case len(rest) != len(s):
		return "", &FieldError{"ovo_info.ovo_id", "is not an Indonesian number", "only +62 is possible"}
	}
	if !strings.HasPrefix(rest, "08") || len(rest) < 10 || len(rest) > 13 {
		return "", &FieldError{"ovo_info.ovo_id", "is not an Indonesian mobile number", "08… with 10 to 13 digits, or +62 8…"}
	}
	return rest, nil
}

// maskFrom is the length from which a run of digits may be a phone number.
const maskFrom = 9

func maskPhone(phone string) string {
	if len(phone) < maskFrom {
		return strings.Repeat("*", len(phone))
	}
	return phone[:4] + strings.Repeat("*", len(phone)-7) + phone[len(phone)-3:]
}

// maskDigits masks every run of digits that is long enough to be a phone number, so that
// a text from outside can be printed.
func maskDigits(s string) string { return maskRuns(s, func(string) bool { return true }) }

// maskReference prints an invoice number or a Request-Id. Those are no secret and may have
// many digits, so that only what reads like a mobile number is masked: it may have come
// into the wrong field.
func maskReference(s string) string {
	return maskRuns(s, func(run string) bool {
		return len(run) <= 15 && (strings.HasPrefix(run, "08") || strings.HasPrefix(run, "628") || strings.HasPrefix(run, "6208"))
	})
}

func maskRuns(s string, private func(run string) bool) string {
	var b strings.Builder
	done, run := 0, 0
	for i := 0; i <= len(s); i++ {
		if i < len(s) && digit(s[i]) {
			run++
			continue
		}
		if run >= maskFrom && private(s[i-run:i]) {
			b.WriteString(s[done : i-run])
			b.WriteString(maskPhone(s[i-run : i]))
			done = i
		}
		run = 0
	}
	b.WriteString(s[done:])
	return b.String()
}

// print is the one way in which the types with private data reach a fmt verb.
func print(f fmt.State, s string) { _, _ = io.WriteString(f, s) }
