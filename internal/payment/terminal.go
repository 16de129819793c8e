package payment

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// WIB is Western Indonesian Time, +07:00, by which OVO counts days. It has no daylight saving and needs no time zone data.
var WIB = time.FixedZone("WIB", 7*60*60)

// Terminal is where a merchant's pushes come from, as OVO knows it.
type Terminal struct {
	ID         string `json:"id"`          // ours
	TID        string `json:"tid"`         // terminal id, 8 digits
	MID        string `json:"mid"`         // merchant id at the acquirer, at most 15 characters
	MerchantID string `json:"merchant_id"` // merchant id at OVO
	StoreCode  string `json:"store_code"`  // at most 15 characters
}

// Batch is a batch number: at most 6 digits.
type Batch int

// ReferenceNumber counts the pushes of one batch: 1 to 999999.
type ReferenceNumber int

const (
	batchMax     Batch           = 999999
	referenceMax ReferenceNumber = 999999
)

// Number is what identifies a push at its terminal.
type Number struct {
	Batch     Batch           `json:"batch"`
	Reference ReferenceNumber `json:"reference_number"`
}

// IsZero tells whether no number has been given.
func (n Number) IsZero() bool { return n == Number{} }

// Digits writes batch and reference as twelve digits: SNAP's partnerReferenceNo.
func (n Number) Digits() string { return fmt.Sprintf("%06d%06d", n.Batch, n.Reference) }

// ParseNumber reads what Digits wrote; false for anything else.
func ParseNumber(digits string) (Number, bool) {
	if len(digits) != 12 || strings.Trim(digits, "0123456789") != "" {
		return Number{}, false
	}
	batch, _ := strconv.Atoi(digits[:6])
	reference, _ := strconv.Atoi(digits[6:])
	n := Number{Batch: Batch(batch), Reference: ReferenceNumber(reference)}
	return n, n.Batch > 0 && n.Reference > 0
}

// String writes batch/reference, as operators say it.
func (n Number) String() string { return fmt.Sprintf("%d/%d", n.Batch, n.Reference) }

// NumberStyle is how batches are counted.
type NumberStyle string

const (
	// BySequence starts at batch 1; each day with payments takes the next batch, and so does reference 999999.
	BySequence NumberStyle = "sequence"
	// ByDate names the batch after its day, ddmmyy. There is no batch for the 1,000,000th push of a day.
	ByDate NumberStyle = "ddmmyy"
)

// Numbering cannot go on: ErrBatchFull until the next day, ErrBatchesUsedUp for ever (change the terminal).
var (
	ErrBatchFull     = errors.New("reference number 999999 is used and the batch is named after the day: no number until tomorrow")
	ErrBatchesUsedUp = errors.New("batch 999999 is used up: this terminal has no numbers left")
)

// Cursor stands on the last number that was given at a terminal. The zero value has given none.
type Cursor struct {
	Style NumberStyle `json:"style"`
	Day   Day         `json:"day"` // of the last number
	Last  Number      `json:"last"`
}

// Next is the number after the last one on the given day, and the cursor that stands on it. Every push takes one,
// whether it succeeds or fails. A day before the cursor's (a clock that went back) keeps the cursor's day.
// Source: OVO, Push To Pay API, "Reference Number" and "Batch Number".
func (c Cursor) Next(day Day) (Number, Cursor, error) {
	if day < c.Day {
		day = c.Day
	}
	next := c.Last
	switch newDay := day != c.Day; {
	case c.Style == ByDate && newDay:
		next = Number{Batch: day.ddmmyy(), Reference: 1}
	case c.Style == ByDate && c.Last.Reference >= referenceMax:
		return Number{}, c, ErrBatchFull
	case newDay, c.Last.Reference >= referenceMax:
		if c.Last.Batch >= batchMax {
			return Number{}, c, ErrBatchesUsedUp
		}
		next = Number{Batch: c.Last.Batch + 1, Reference: 1}
	default:
		next.Reference++
	}
	return next, Cursor{Style: c.Style, Day: day, Last: next}, nil
}

// ErrBatchDay refuses a batch that names no day up to today at a terminal whose batches are named after days: numbering
// would stay there.
var ErrBatchDay = errors.New("this terminal names its batches after the day, and the batch is no day (ddmmyy) up to today")

// At is the cursor standing on a number, which the next one comes after; a batch by date sets its day, which must not be
// later than the given one. That it moves ahead only is for others to see to.
func (c Cursor) At(n Number, today Day) (Cursor, error) {
	if n.Batch < 1 || n.Batch > batchMax || n.Reference < 1 || n.Reference > referenceMax {
		return c, errors.New("batch and reference number go from 1 to 999999")
	}
	c.Last = n
	if c.Style == ByDate {
		b := int(n.Batch)
		c.Day = Day((2000+b%100)*10000 + b/100%100*100 + b/10000)
		if DayOf(c.Day.Start()) != c.Day || c.Day > today {
			return c, fmt.Errorf("%w: %06d", ErrBatchDay, b)
		}
	}
	return c, nil
}

// firstDate and lastDate are the smallest and largest batch that ddmmyy can give.
const (
	firstDate Batch = 10100
	lastDate  Batch = 311299
)

// ErrStyleOverlap refuses a change of style after which a batch number could come twice.
var ErrStyleOverlap = errors.New("batches already used by sequence reach into the numbers that dates would give (010100 and above)")

// ChangeStyle gives the cursor in the other style, such that no number comes twice: from dates to a sequence it goes on
// above every date, at 311300; from a sequence to dates only while fewer than 10,100 batches have been used.
func (c Cursor) ChangeStyle(to NumberStyle) (Cursor, error) {
	switch {
	case to == c.Style, c.Last.IsZero():
	case to == BySequence:
		c.Last = Number{Batch: max(c.Last.Batch, lastDate), Reference: referenceMax}
	case c.Last.Batch >= firstDate:
		return c, ErrStyleOverlap
	default:
		c.Last.Reference = referenceMax // nothing more in today's batch of the sequence
		c.Day = 0                       // the next number takes the batch of its date
	}
	c.Style = to
	return c, nil
}

// Day is a calendar day in WIB, as the number yyyymmdd: 20260321. It orders as days do.
type Day int

// DayOf is the day in WIB on which t falls.
func DayOf(t time.Time) Day {
	y, m, d := t.In(WIB).Date()
	return Day(y*10000 + int(m)*100 + d)
}

// Start is 00:00:00 WIB of the day.
func (d Day) Start() time.Time {
	return time.Date(int(d)/10000, time.Month(int(d)/100%100), int(d)%100, 0, 0, 0, 0, WIB)
}

func (d Day) ddmmyy() Batch { return Batch(int(d)%100*10000 + int(d)/100%100*100 + int(d)/10000%100) }
