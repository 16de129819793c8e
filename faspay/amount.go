package faspay

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// Amount is money in rupiah. It is made by [Rupiah] or read by [ParsePlain] and
// [ParseScaled], and written by Plain and Scaled, so that the two scales of Faspay's
// messages cannot be mixed up: a bare number is no Amount. The zero Amount is Rp 0.
//
// Faspay, Post Data Transaction: "Rp. 10.000,00 Written 1000000". Its notifications write
// the same sum 10000.
type Amount struct {
	sen int64 // hundredths of a rupiah; ours are whole rupiah, another's may not be
}

// MaxRupiah is the largest amount of a bill: 15 digits, of which two are hundredths.
const MaxRupiah = 9_999_999_999_999

// Rupiah is an amount of n whole rupiah. One too large to be counted becomes the
// largest number, which Render refuses.
func Rupiah(n int64) Amount {
	switch {
	case n > math.MaxInt64/100:
		return Amount{math.MaxInt64}
	case n < math.MinInt64/100:
		return Amount{math.MinInt64}
	}
	return Amount{n * 100}
}

// Rupiah gives whole rupiah; whole is false where there are hundredths beside them.
func (a Amount) Rupiah() (n int64, whole bool) { return a.sen / 100, a.sen%100 == 0 }

// IsZero tells whether the amount is Rp 0.
func (a Amount) IsZero() bool { return a.sen == 0 }

// Scaled writes the amount times 100, as in requests: Rp 2,000 is "200000".
func (a Amount) Scaled() string { return strconv.FormatInt(a.sen, 10) }

// Plain writes rupiah, as in notifications: Rp 2,000 is "2000"; hundredths follow a
// point, if there are any.
func (a Amount) Plain() string {
	if a.sen%100 == 0 {
		return strconv.FormatInt(a.sen/100, 10)
	}
	return a.decimal()
}

// decimal always writes two digits after the point: "2000.00".
func (a Amount) decimal() string {
	sign, n := "", a.sen
	if n < 0 {
		sign, n = "-", -n
	}
	s := strconv.FormatUint(uint64(n), 10)
	for len(s) < 3 {
		s = "0" + s
	}
	return sign + s[:len(s)-2] + "." + s[len(s)-2:]
}

// String is "Rp2000".
func (a Amount) String() string { return "Rp" + a.Plain() }

var errNoAmount = errors.New("is no amount: up to 15 digits, and at most two after a point")

// ParsePlain reads an amount of a notification or a return: "2000" and "2000.00" are
// Rp 2,000. The error does not contain the text.
func ParsePlain(s string) (Amount, error) {
	whole, fraction, pointed := strings.Cut(s, ".")
	if pointed && (fraction == "" || len(fraction) > 4) {
		return Amount{}, errNoAmount
	}
	for len(fraction) < 2 {
		fraction += "0"
	}
	if strings.Trim(fraction[2:], "0") != "" || len(whole) > 15 {
		return Amount{}, errNoAmount
	}
	return parseSen(whole, fraction[:2])
}

// ParseScaled reads an amount of a request: "200000" is Rp 2,000. With a point it is
// rupiah, as Faspay's old tool for XML writes them: "2000.00" is Rp 2,000 too.
func ParseScaled(s string) (Amount, error) {
	if strings.Contains(s, ".") {
		return ParsePlain(s)
	}
	if len(s) > 17 {
		return Amount{}, errNoAmount
	}
	return parseSen(s, "")
}

func parseSen(whole, fraction string) (Amount, error) {
	if whole == "" || !only(whole+fraction, digit) {
		return Amount{}, errNoAmount
	}
	n, err := strconv.ParseInt(whole+fraction, 10, 64)
	if err != nil {
		return Amount{}, errNoAmount
	}
	return Amount{n}, nil
}

// AmountText is an amount of which Faspay nowhere says whether it is in rupiah or times
// 100, as it came: payment_total of an inquiry, items echoed by a post.
type AmountText string

// Is tells whether the text is this amount in either scale.
func (t AmountText) Is(a Amount) bool {
	plain, err := ParsePlain(string(t))
	if err != nil {
		return false
	}
	scaled, err := ParseScaled(string(t))
	return plain == a || err == nil && scaled == a
}

// String is the text, masked if it might be a phone.
func (t AmountText) String() string { return maskDigits(string(t)) }
