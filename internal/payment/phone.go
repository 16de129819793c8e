package payment

import (
	"errors"
	"fmt"
	"strings"
)

// Phone is an Indonesian mobile number, kept in the form 08…, which is the form on OVO's wire. It prints masked, so
// that a whole number reaches a log or an error only when Digits is called on purpose. The zero value is no phone.
type Phone struct{ digits string }

// ErrPhone is what every refusal of ParsePhone wraps.
var ErrPhone = errors.New("not an Indonesian mobile number")

// ParsePhone reads 08…, 62… and +62…, with spaces, dots, dashes and brackets as people write them. A number has 10 to
// 13 digits in the form 08…. The error says what is wrong without repeating the number.
func ParsePhone(s string) (Phone, error) {
	digits, err := phoneDigits(s)
	if err != nil {
		return Phone{}, err
	}
	switch {
	case strings.HasPrefix(digits, "620"):
		return Phone{}, fmt.Errorf("%w: after the country code 62 comes 8, not 0: write +628… or 08…", ErrPhone)
	case strings.HasPrefix(digits, "628"):
		digits = "0" + digits[2:]
	case strings.HasPrefix(digits, "08"):
	case strings.HasPrefix(digits, "8"):
		return Phone{}, fmt.Errorf("%w: the leading 0 is missing: write 08… or +628…", ErrPhone)
	default:
		return Phone{}, fmt.Errorf("%w: it must begin with 08, 628 or +628", ErrPhone)
	}
	if len(digits) < 10 || len(digits) > 13 {
		return Phone{}, fmt.Errorf("%w: 10 to 13 digits are expected in the form 08…, got %d", ErrPhone, len(digits))
	}
	return Phone{digits: digits}, nil
}

func phoneDigits(s string) (string, error) {
	var b strings.Builder
	trimmed := strings.TrimSpace(s)
	for i, r := range trimmed {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == '+' && i == 0 && strings.HasPrefix(trimmed, "+62"):
		case r == '+' && i == 0:
			return "", fmt.Errorf("%w: only the country code +62 is accepted", ErrPhone)
		case strings.ContainsRune(" -.()", r):
		default:
			return "", fmt.Errorf("%w: only digits, spaces, dots, dashes and a leading +62 are expected", ErrPhone)
		}
		if b.Len() > 20 {
			break
		}
	}
	if b.Len() == 0 {
		return "", fmt.Errorf("%w: it is empty", ErrPhone)
	}
	return b.String(), nil
}

// Digits is the whole number in the form 08…. It is for the wire and for storage, never for a log, an error or a page.
func (p Phone) Digits() string { return p.digits }

// IsZero tells whether there is no number.
func (p Phone) IsZero() bool { return p.digits == "" }

// String masks all but the first four and the last three digits: 0812*****890.
func (p Phone) String() string {
	if len(p.digits) < 8 {
		return strings.Repeat("*", len(p.digits))
	}
	return p.digits[:4] + strings.Repeat("*", len(p.digits)-7) + p.digits[len(p.digits)-3:]
}

// Format masks for every verb, also for those that fmt does not know for a phone and would print the fields for.
func (p Phone) Format(f fmt.State, verb rune) {
	switch {
	case verb == 'v' && f.Flag('#'):
		_, _ = fmt.Fprintf(f, "payment.Phone(%s)", p.String())
	case strings.ContainsRune("vsqxX", verb):
		_, _ = fmt.Fprintf(f, fmt.FormatString(f, verb), p.String())
	default:
		_, _ = fmt.Fprintf(f, "%%!%c(payment.Phone=%s)", verb, p.String())
	}
}

// MarshalText masks too: JSON and text encoders never see the whole number.
func (p Phone) MarshalText() ([]byte, error) { return []byte(p.String()), nil }
