package snap

import (
	"errors"
	"strings"
	"time"
)

// WIB is Western Indonesia Time, UTC+7 without daylight saving. It is never changed.
var WIB = time.FixedZone("WIB", 7*3600)

// TimestampLayout is how X-TIMESTAMP is written, always in [WIB]: Bank Indonesia's
// yyyy-MM-ddTHH:mm:ssTZD, 25 characters, without milliseconds (its developer site
// refuses them as too long).
const TimestampLayout = "2006-01-02T15:04:05-07:00"

// CompactTimestampLayout is the form in OVO's Payment API document and in the sample log
// of its Dynamic QRIS FAQ: 20240130T11:17:02.682+07:00. See Options.CompactTimestamps.
const CompactTimestampLayout = "20060102T15:04:05.000-07:00"

// layouts that are seen; time.Parse takes a fraction of a second with any of them.
var layouts = [...]string{
	"2006-01-02T15:04:05Z07:00", // Bank Indonesia; with Z or -00:00 from Midtrans, DANA and DOKU
	"20060102T15:04:05Z07:00",   // OVO
	"2006-01-02T15:04:05Z0700",  // offsets without a colon
	"20060102T15:04:05Z0700",
}

// FormatTimestamp writes t as X-TIMESTAMP.
func FormatTimestamp(t time.Time) string { return t.In(WIB).Format(TimestampLayout) }

// ParseTimestamp reads a time in every form that is seen in X-TIMESTAMP and in SNAP's
// fields: with or without fraction and date dashes, with offset or Z. A time without an
// offset is refused, since nobody knows whose it is. The result keeps the offset.
//
// Signatures cover the text as it was sent; never write a parsed time again to verify.
func ParseTimestamp(s string) (time.Time, error) {
	if len(s) <= 40 && !strings.Contains(s, ",") {
		for _, layout := range layouts {
			if t, err := time.Parse(layout, s); err == nil {
				return t, nil
			}
		}
	}
	return time.Time{}, errors.New("snap: not a time like 2026-11-21T10:15:30+07:00")
}

// plausible tells whether t is a time of our days (1973 to 2286).
func plausible(t time.Time) bool { return t.Unix() >= 100_000_000 && t.Unix() <= 9_999_999_999 }
