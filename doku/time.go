package doku

import (
	"errors"
	"time"
)

// WIB is Western Indonesia Time, UTC+7 without daylight saving. It is never changed.
var WIB = time.FixedZone("WIB", 7*3600)

// TimestampLayout is how Request-Timestamp is written, always in UTC: 2020-08-11T08:45:42Z.
const TimestampLayout = "2006-01-02T15:04:05Z"

// DateLayout is ovo_payment.date, always in [WIB]: yyyyMMddHHmmss.
const DateLayout = "20060102150405"

// FormatTimestamp writes t as Request-Timestamp.
func FormatTimestamp(t time.Time) string { return t.UTC().Format(TimestampLayout) }

// ParseTimestamp reads Request-Timestamp and transaction.date, with or without a fraction
// of a second, with Z or an offset. A time without either is refused, since nobody knows
// whose it is.
//
// Signatures cover the text as it was sent; never write a parsed time again to verify.
func ParseTimestamp(s string) (time.Time, error) {
	if len(s) <= 40 {
		if t, err := time.Parse(time.RFC3339, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, errors.New("doku: not a time like 2020-08-11T08:45:42Z")
}

// plausible tells whether t is a time of our days (1973 to 2286).
func plausible(t time.Time) bool { return t.Unix() >= 100_000_000 && t.Unix() <= 9_999_999_999 }
