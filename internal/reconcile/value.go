package reconcile

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/recap"
)

// senMax is the largest amount that is read: a thousand billion rupiah.
const senMax = 100_000_000_000_000

// parseSen reads an amount of money: 10000, 10.000, 10.000,00, 10,000.00, Rp 10.000, IDR 10000.00, (10.000), -10.000. Where
// decimal is '.' or ',' it alone stands before the sen. Else the last sign of two different ones does, and a single one that
// is followed by exactly three digits parts thousands.
func parseSen(written string, decimal byte) (recap.Sen, error) {
	if sen, ok := usualSen(written, decimal); ok {
		return sen, nil
	}
	return anySen(written, decimal)
}

func anySen(written string, decimal byte) (recap.Sen, error) {
	s, negative := bare(written)
	if s == "" {
		return 0, errors.New("is empty, where an amount is expected, such as 10.000 or 10000.00")
	}
	if decimal == 0 {
		decimal = guessed(s)
	}
	whole, fraction := s, ""
	if i := strings.LastIndexByte(s, decimal); i >= 0 {
		whole, fraction = s[:i], s[i+1:]
	}
	digits, ok := ungrouped(whole)
	if fraction = strings.TrimRight(fraction, "0"); !ok || len(fraction) > 2 || strings.Trim(fraction, "0123456789") != "" {
		return 0, fmt.Errorf("%q is no amount, such as 10.000 or 10000.00", clip(written))
	}
	for len(fraction) < 2 {
		fraction += "0"
	}
	n, err := strconv.ParseInt(digits+fraction, 10, 64)
	if err != nil || n > senMax {
		return 0, fmt.Errorf("%q is too large for an amount", clip(written))
	}
	if negative {
		n = -n
	}
	return recap.Sen(n), nil
}

// usualSen reads what nearly every row has, digits with signs between them and Rp before, in one go and without a copy; false for
// everything else. It reads nothing otherwise than anySen does.
func usualSen(written string, decimal byte) (recap.Sen, bool) {
	s := strings.TrimSpace(written)
	if len(s) > 2 && (s[0] == 'R' || s[0] == 'r') && (s[1] == 'p' || s[1] == 'P') {
		s = strings.TrimSpace(s[2:])
	}
	if len(s) == 0 || len(s) > 18 || s[0] < '0' || s[0] > '9' {
		return 0, false
	}
	if decimal == 0 {
		decimal = guessed(s)
	}
	var whole, fraction int64
	var group byte // the sign between groups of digits
	decimals, inGroup := -1, 0
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9' && decimals < 0:
			whole = whole*10 + int64(c-'0')
			inGroup++
		case c >= '0' && c <= '9':
			fraction = fraction*10 + int64(c-'0')
			decimals++
		case c == decimal && decimals < 0:
			decimals = 0
			if group != 0 && inGroup != 3 {
				return 0, false
			}
		case (c == '.' || c == ',') && decimals < 0 && (group == c && inGroup == 3 || group == 0 && inGroup <= 3):
			group, inGroup = c, 0
		default:
			return 0, false
		}
	}
	if decimals < 0 && group != 0 && inGroup != 3 || decimals > 2 || whole > senMax/100-1 {
		return 0, false
	}
	if decimals == 1 {
		fraction *= 10
	}
	return recap.Sen(whole*100 + fraction), true
}

// bare takes currency, spaces and sign off an amount.
func bare(written string) (s string, negative bool) {
	s = strings.TrimSpace(strings.ReplaceAll(written, "\u00a0", " "))
	s = strings.TrimPrefix(s, "'")
	if strings.HasPrefix(s, "(") && strings.HasSuffix(s, ")") {
		s, negative = s[1:len(s)-1], true
	}
	for range 2 { // -Rp 10.000 and Rp -10.000
		s = strings.TrimSpace(s)
		if rest, ok := strings.CutPrefix(s, "-"); ok {
			s, negative = rest, true
		}
		s = strings.TrimPrefix(s, "+")
		for _, currency := range []string{"rp.", "rp", "idr"} {
			if len(s) >= len(currency) && strings.EqualFold(s[:len(currency)], currency) {
				s = s[len(currency):]
				break
			}
		}
	}
	s = strings.TrimSuffix(strings.TrimSpace(s), ",-") // 10.000,-
	if exponent := strings.IndexAny(s, "eE"); exponent > 0 {
		// A spreadsheet writes large numbers so: 1.25E+6.
		if f, err := strconv.ParseFloat(s, 64); err == nil && f == math.Trunc(f) && math.Abs(f) < senMax {
			return strconv.FormatInt(int64(f), 10), negative
		}
	}
	return strings.ReplaceAll(s, " ", ""), negative
}

// guessed is the sign before the sen; 0 where there are none.
func guessed(s string) byte {
	dot, comma := strings.LastIndexByte(s, '.'), strings.LastIndexByte(s, ',')
	switch {
	case dot < 0 && comma < 0:
		return 0
	case dot >= 0 && comma >= 0 && dot > comma:
		return '.'
	case dot >= 0 && comma >= 0:
		return ','
	}
	sign, at := byte('.'), dot
	if comma >= 0 {
		sign, at = ',', comma
	}
	if strings.Count(s, string(sign)) > 1 || len(s)-at-1 == 3 {
		return 0
	}
	return sign
}

// ungrouped takes the signs between groups of three digits out.
func ungrouped(s string) (digits string, ok bool) {
	if s == "" {
		return "", false
	}
	if strings.Trim(s, "0123456789") == "" {
		return s, true
	}
	at := strings.IndexAny(s, ".,")
	if at < 1 || at > 3 {
		return "", false
	}
	for i, group := range strings.Split(s, s[at:at+1]) {
		if i > 0 && len(group) != 3 || strings.Trim(group, "0123456789") != "" {
			return "", false
		}
		digits += group
	}
	return digits, true
}

// parseAmount reads whole rupiah.
func parseAmount(written string, decimal byte) (payment.Rupiah, error) {
	sen, err := parseSen(written, decimal)
	if err == nil && sen%100 != 0 {
		err = fmt.Errorf("%q has sen; an amount is whole rupiah (is numbers: id or numbers: en missing in the mapping?)", clip(written))
	}
	return payment.Rupiah(sen / 100), err
}

// percent reads a percentage into millionths.
func percent(written string) (int64, error) {
	s := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(written), "%"))
	whole, fraction, _ := strings.Cut(strings.ReplaceAll(s, ",", "."), ".")
	for len(fraction) < 4 {
		fraction += "0"
	}
	n, err := strconv.ParseInt(whole+fraction, 10, 64)
	if err != nil || len(fraction) > 4 || n < 0 || n > 1_000_000 {
		return 0, fmt.Errorf("percent: %q is no percentage from 0 to 100 with at most four decimals, such as 0.7", clip(written))
	}
	return n, nil
}

// timeForms are the forms of times that are known, the day before the month.
func timeForms() []string {
	return []string{
		"2006-01-02 15:04:05", time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04", "2006-01-02",
		"02/01/2006 15:04:05", "02/01/2006 15:04", "02/01/2006", "02-01-2006 15:04:05", "02-01-2006 15:04", "02-01-2006",
		"2006/01/02 15:04:05", "2006/01/02 15:04", "2006/01/02", "02.01.2006 15:04:05", "02.01.2006",
		"02 Jan 2006 15:04:05", "02 Jan 2006 15:04", "02 Jan 2006", "02-Jan-2006 15:04:05", "02-Jan-2006",
		"2 January 2006 15:04:05", "2 January 2006", "20060102150405", "20060102",
		"02/01/06 15:04:05", "02/01/06 15:04", "02/01/06",
	}
}

// clock reads times; it tries the form of the last one first.
type clock struct {
	zone  *time.Location
	forms []string
	last  string
}

func (m *Mapping) clock() *clock {
	forms := timeForms()
	if m.TimeForm != "" {
		forms = append([]string{m.TimeForm}, forms...)
	}
	return &clock{zone: m.zone, forms: forms, last: forms[0]}
}

func (c *clock) parse(written string) (time.Time, error) {
	s := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(written), "'"))
	if t, err := time.ParseInLocation(c.last, s, c.zone); err == nil {
		return t, nil
	}
	english := inEnglish(s)
	for _, form := range c.forms {
		if t, err := time.ParseInLocation(form, english, c.zone); err == nil {
			c.last = form
			return t, nil
		}
	}
	if t, ok := c.serial(s); ok {
		return t, nil
	}
	return time.Time{}, fmt.Errorf("%q is no time in a form that is known, such as 2026-03-21 10:15:30 or 21/03/2026 10:15 (time_form in the mapping adds one)", clip(written))
}

// serial reads a spreadsheet's time: days since the end of 1899.
func (c *clock) serial(s string) (time.Time, bool) {
	days, err := strconv.ParseFloat(s, 64)
	if err != nil || days < 36526 || days > 73051 { // from 2000 to 2100
		return time.Time{}, false
	}
	whole, part := math.Modf(days)
	return time.Date(1899, 12, 30, 0, 0, 0, 0, c.zone).AddDate(0, 0, int(whole)).Add(time.Duration(math.Round(part*86400)) * time.Second), true
}

// inEnglish puts the months' Indonesian names and zones after a time into the form that is read.
func inEnglish(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r >= 'A' && r <= 'z' }) < 0 {
		return s
	}
	if fields := strings.Fields(s); len(fields) > 1 && fields[len(fields)-1] == "WIB" {
		s = strings.Join(fields[:len(fields)-1], " ")
	}
	return strings.NewReplacer(
		"Januari", "January", "Februari", "February", "Maret", "March", "Mei", "May", "Juni", "June", "Juli", "July",
		"Agustus", "August", "Agu", "Aug", "Agt", "Aug", "Oktober", "October", "Okt", "Oct", "Desember", "December", "Des", "Dec",
	).Replace(s)
}
