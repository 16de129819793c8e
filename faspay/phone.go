package faspay

import (
	"fmt"
	"io"
	"strings"
)

// NormalizePhone gives an Indonesian mobile number as OVO wants it, 08 and 10 to 13
// digits in all, from 08…, 62… or +62…. Anything else is a *FieldError with a hint; the
// error never contains the number.
//
// OVO Integration Guide: "customer's number already register on OVO", as in 08817482255.
func NormalizePhone(s string) (string, error) {
	refuse := func(problem, hint string) (string, error) {
		return "", &FieldError{"phone", problem, hint}
	}
	if s == "" {
		return refuse("is missing", "08… as registered with OVO")
	}
	rest := strings.TrimPrefix(s, "+")
	if !only(rest, digit) {
		return refuse("must be digits only", "without spaces, dots or dashes, such as 08…")
	}
	switch {
	case strings.HasPrefix(rest, "620"):
		return refuse("has a 0 after the country code", "write +62 8…, or 08…, not +62 08…")
	case strings.HasPrefix(rest, "62"):
		rest = "0" + rest[2:]
	case len(rest) != len(s):
		return refuse("is not an Indonesian number", "only +62 is possible")
	}
	if !strings.HasPrefix(rest, "08") {
		return refuse("is not an Indonesian mobile number", "it must begin with 08, 628 or +628")
	}
	if len(rest) < 10 || len(rest) > 13 {
		return refuse("must have 10 to 13 digits", "counted in the form 08…")
	}
	return rest, nil
}

// MaskPhone gives a phone fit for logs and pages: "0812*****890". Short texts become
// stars altogether.
func MaskPhone(phone string) string {
	if len(phone) < maskFrom {
		return strings.Repeat("*", len(phone))
	}
	return phone[:4] + strings.Repeat("*", len(phone)-7) + phone[len(phone)-3:]
}

// A run of maskFrom to maskTo digits in a text may be a phone number, if it begins as one.
const maskFrom, maskTo = 9, 15

// phoneLike tells a phone from a trx_id, which has 16 digits, and from most bill numbers.
func phoneLike(digits string) bool {
	if len(digits) < maskFrom || len(digits) > maskTo {
		return false
	}
	return digits[0] == '0' || digits[0] == '8' || digits[:2] == "62"
}

// maskDigits masks every run of digits in a text that looks like a phone number, so that
// a message quoted from outside can be printed.
func maskDigits(s string) string {
	var b strings.Builder
	done, run := 0, 0
	for i := 0; i <= len(s); i++ {
		if i < len(s) && digit(s[i]) {
			run++
			continue
		}
		if digits := s[i-run : i]; run > 0 && phoneLike(digits) {
			b.WriteString(s[done : i-run])
			b.WriteString(MaskPhone(digits))
			done = i
		}
		run = 0
	}
	if done == 0 {
		return s
	}
	b.WriteString(s[done:])
	return b.String()
}

// print is the one way in which the types with private data reach a fmt verb.
func print(f fmt.State, s string) { _, _ = io.WriteString(f, s) }
