package payment

import "time"

// Beyond gives a cursor that stands behind every number that may have been given at the terminal between two instants
// that this cursor knows nothing of, at most perSecond of them in a second. Clocks may be a minute off. Where nothing is
// left behind them, the numbering is full: in the style ByDate until the next day.
func (c Cursor) Beyond(since, until time.Time, perSecond int) Cursor {
	const off = time.Minute
	if until.Before(since) {
		until = since
	}
	given := func(since time.Time) int64 {
		return int64(max(0, until.Add(off).Sub(since))/time.Second+1) * int64(perSecond)
	}
	if c.Style == ByDate {
		reference := int64(0)
		if day := DayOf(until); day > c.Day {
			c.Day = day
		} else {
			reference = int64(c.Last.Reference)
		}
		reference += given(later(since.Add(-off), c.Day.Start().Add(-off)))
		c.Last = Number{Batch: c.Day.ddmmyy(), Reference: ReferenceNumber(min(reference, int64(referenceMax)))}
		return c
	}
	// Each day takes a batch, and so does each that is full.
	days := int64(DayOf(until).Start().Sub(DayOf(since.Add(-off)).Start())/(24*time.Hour)) + 1
	full := (int64(c.Last.Reference) + given(since.Add(-off))) / int64(referenceMax)
	batch := min(int64(c.Last.Batch)+days+full, int64(batchMax))
	c.Last = Number{Batch: Batch(batch), Reference: referenceMax}
	return c
}
