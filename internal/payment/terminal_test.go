package payment_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/lunas-pay/lunas/internal/payment"
)

// taken is what one push gets: the day it is made on, and its number.
type taken struct {
	day   payment.Day
	batch payment.Batch
	ref   payment.ReferenceNumber
}

func number(batch payment.Batch, ref payment.ReferenceNumber) payment.Number {
	return payment.Number{Batch: batch, Reference: ref}
}

func runCursor(t *testing.T, c payment.Cursor, want []taken) payment.Cursor {
	t.Helper()
	for i, w := range want {
		got, next, err := c.Next(w.day)
		if err != nil || got != number(w.batch, w.ref) {
			t.Fatalf("%d: on %d after %s: %s, %v, want %s", i, w.day, c.Last, got, err, number(w.batch, w.ref))
		}
		if next.Last != got || next.Style != c.Style {
			t.Fatalf("%d: the cursor stands on %+v after %s", i, next, got)
		}
		c = next
	}
	return c
}

// TestReferenceNumberExample is the example beside "Reference Number" in OVO, Push To Pay API.
func TestReferenceNumberExample(t *testing.T) {
	c := payment.Cursor{Style: payment.BySequence, Day: 20210324, Last: number(1, 999997)}
	runCursor(t, c, []taken{
		{20210324, 1, 999998},
		{20210324, 1, 999999},
		{20210324, 2, 1},
		{20210324, 2, 2},
		// 2021-03-25: there is no OVO payment transaction
		{20210326, 3, 1},
	})
}

// TestBatchNumberExample is the example beside "Batch Number" in OVO, Push To Pay API, in both styles.
func TestBatchNumberExample(t *testing.T) {
	// 2021-03-27: there are no OVO payment transactions
	runCursor(t, payment.Cursor{Style: payment.BySequence}, []taken{
		{20210324, 1, 1}, {20210325, 2, 1}, {20210326, 3, 1}, {20210328, 4, 1}, {20210329, 5, 1},
	})
	runCursor(t, payment.Cursor{Style: payment.ByDate}, []taken{
		{20210324, 240321, 1}, {20210325, 250321, 1}, {20210326, 260321, 1}, {20210328, 280321, 1}, {20210329, 290321, 1},
	})
}

func TestCursor(t *testing.T) {
	t.Run("a clock that goes back keeps the day", func(t *testing.T) {
		for style, batches := range map[payment.NumberStyle][2]payment.Batch{
			payment.BySequence: {1, 2}, payment.ByDate: {240321, 250321},
		} {
			runCursor(t, payment.Cursor{Style: style}, []taken{
				{20210324, batches[0], 1}, {20210325, batches[1], 1}, {20210324, batches[1], 2}, {20210301, batches[1], 3}, {20210325, batches[1], 4},
			})
		}
	})
	t.Run("midnight at the turn of month, year and century", func(t *testing.T) {
		runCursor(t, payment.Cursor{Style: payment.ByDate}, []taken{
			{20260228, 280226, 1}, {20260301, 10326, 1}, {20261231, 311226, 1}, {20270101, 10127, 1}, {21000101, 10100, 1},
		})
	})
	t.Run("a day full by date refuses until tomorrow", func(t *testing.T) {
		c := payment.Cursor{Style: payment.ByDate, Day: 20210324, Last: number(240321, 999998)}
		c = runCursor(t, c, []taken{{20210324, 240321, 999999}})
		if n, same, err := c.Next(20210324); !errors.Is(err, payment.ErrBatchFull) || !n.IsZero() || same != c {
			t.Fatalf("after 999999: %s, %+v, %v", n, same, err)
		}
		if _, _, err := c.Next(20210323); !errors.Is(err, payment.ErrBatchFull) {
			t.Fatalf("the day before: %v", err)
		}
		runCursor(t, c, []taken{{20210325, 250321, 1}})
	})
	t.Run("the last batch of all", func(t *testing.T) {
		c := payment.Cursor{Style: payment.BySequence, Day: 20210324, Last: number(999999, 999998)}
		c = runCursor(t, c, []taken{{20210324, 999999, 999999}})
		for _, day := range []payment.Day{20210324, 20210325} {
			if n, same, err := c.Next(day); !errors.Is(err, payment.ErrBatchesUsedUp) || !n.IsZero() || same != c {
				t.Errorf("on %d: %s, %+v, %v", day, n, same, err)
			}
		}
		c = payment.Cursor{Style: payment.BySequence, Day: 20210324, Last: number(999999, 7)}
		if _, _, err := c.Next(20210325); !errors.Is(err, payment.ErrBatchesUsedUp) {
			t.Errorf("a new day after batch 999999: %v", err)
		}
		runCursor(t, c, []taken{{20210324, 999999, 8}})
	})
}

func TestChangeStyle(t *testing.T) {
	sequence := payment.Cursor{Style: payment.BySequence, Day: 20210324, Last: number(17, 5)}
	dates := payment.Cursor{Style: payment.ByDate, Day: 20210324, Last: number(240321, 5)}
	toDates, err := sequence.ChangeStyle(payment.ByDate)
	if err != nil {
		t.Fatal(err)
	}
	runCursor(t, toDates, []taken{{20210324, 240321, 1}, {20210324, 240321, 2}, {20210325, 250321, 1}})
	toSequence, err := dates.ChangeStyle(payment.BySequence)
	if err != nil {
		t.Fatal(err)
	}
	runCursor(t, toSequence, []taken{{20210324, 311300, 1}, {20210324, 311300, 2}, {20210325, 311301, 1}})
	if c, err := toSequence.ChangeStyle(payment.ByDate); !errors.Is(err, payment.ErrStyleOverlap) || c != toSequence {
		t.Errorf("from a sequence that starts at 311300 to dates: %+v, %v", c, err)
	}
	_, used, err := toSequence.Next(20210324)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := used.ChangeStyle(payment.ByDate); !errors.Is(err, payment.ErrStyleOverlap) || c != used {
		t.Errorf("from batch 311300 to dates: %+v, %v", c, err)
	}
	high := payment.Cursor{Style: payment.BySequence, Day: 20210324, Last: number(10100, 1)}
	if _, err := high.ChangeStyle(payment.ByDate); !errors.Is(err, payment.ErrStyleOverlap) {
		t.Errorf("from batch 10100 to dates: %v", err)
	}
	if c, err := sequence.ChangeStyle(payment.BySequence); err != nil || c != sequence {
		t.Errorf("no change: %+v, %v", c, err)
	}
	fresh, err := payment.Cursor{Style: payment.ByDate}.ChangeStyle(payment.BySequence)
	if err != nil {
		t.Fatal(err)
	}
	runCursor(t, fresh, []taken{{20210324, 1, 1}})
}

// TestNumbersNeverRepeat runs days, roll-overs, clocks that go back and changes of style in any order.
func TestNumbersNeverRepeat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := payment.Cursor{Style: rapid.SampledFrom([]payment.NumberStyle{payment.BySequence, payment.ByDate}).Draw(t, "style")}
		day := time.Date(2026, time.December, 28, 12, 0, 0, 0, payment.WIB)
		seen := map[payment.Number]bool{}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.IntRange(0, 9).Draw(t, "what") {
			case 0:
				day = day.AddDate(0, 0, rapid.IntRange(-2, 40).Draw(t, "days"))
			case 1:
				if 0 < c.Last.Reference && c.Last.Reference < 999998 { // jump ahead to the roll-over
					c.Last.Reference = 999998
				}
			case 2:
				to := rapid.SampledFrom([]payment.NumberStyle{payment.BySequence, payment.ByDate}).Draw(t, "to")
				if changed, err := c.ChangeStyle(to); err == nil {
					c = changed
				}
			default:
				n, next, err := c.Next(payment.DayOf(day))
				if err != nil {
					continue
				}
				if seen[n] || n.Reference < 1 || n.Reference > 999999 || n.Batch < 1 || n.Batch > 999999 {
					t.Fatalf("%s came twice or is out of range (%+v)", n, c)
				}
				seen[n] = true
				c = next
			}
		}
	})
}

func TestDay(t *testing.T) {
	for _, tt := range []struct {
		at   string
		want payment.Day
	}{
		{"2026-03-21T16:59:59.999999999Z", 20260321}, // one nanosecond before midnight in WIB
		{"2026-03-21T17:00:00Z", 20260322},
		{"2026-03-22T00:00:00+07:00", 20260322},
		{"2026-12-31T23:59:59+07:00", 20261231},
		{"2028-02-29T10:00:00-08:00", 20280301},
	} {
		at, err := time.Parse(time.RFC3339Nano, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := payment.DayOf(at); got != tt.want {
			t.Errorf("DayOf(%s) = %d, want %d", tt.at, got, tt.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(0, 4_000_000_000).Draw(t, "unix"), 0)
		day := payment.DayOf(at)
		start := day.Start()
		if start.After(at) || !at.Before(start.AddDate(0, 0, 1)) || payment.DayOf(start) != day {
			t.Fatalf("%s is on %d, which starts at %s", at, day, start)
		}
		if next := payment.DayOf(start.AddDate(0, 0, 1)); next <= day {
			t.Fatalf("%d comes after %d", next, day)
		}
	})
}

func TestCutOffOf(t *testing.T) {
	terms := payment.OVOTerms()
	for _, at := range []string{"2026-03-20T17:00:00Z", "2026-03-21T16:59:59Z"} {
		t0, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		want := time.Date(2026, time.March, 21, 23, 59, 0, 0, payment.WIB)
		if got := terms.CutOffOf(t0); !got.Equal(want) {
			t.Errorf("CutOffOf(%s) = %s, want %s", at, got, want)
		}
	}
}

func TestInvoice(t *testing.T) {
	const id = "pay_01kbe5x2m0e8p9v4n7r3t6q1zw"
	seen := map[string]bool{}
	for n := 1; n <= 99999; n++ {
		invoice := payment.Invoice(id, n)
		if len(invoice) > 32 || seen[invoice] || !strings.HasPrefix(invoice, "01kbe5x2m0e8p9v4n7r3t6q1zw-") {
			t.Fatalf("attempt %d has the invoice %q (%d characters)", n, invoice, len(invoice))
		}
		seen[invoice] = true
	}
	for in, want := range map[string]string{"pay_": "pay_-1", "x": "x-1", "": "-1"} {
		if got := payment.Invoice(in, 1); got != want {
			t.Errorf("Invoice(%q, 1) = %q, want %q", in, got, want)
		}
	}
}

func TestRupiah(t *testing.T) {
	for in, want := range map[payment.Rupiah]string{
		0: "Rp 0", 1: "Rp 1", 999: "Rp 999", 1000: "Rp 1.000", 12500: "Rp 12.500", 100000: "Rp 100.000",
		1234567: "Rp 1.234.567", 10_000_000_000_000: "Rp 10.000.000.000.000", -12500: "-Rp 12.500", -1: "-Rp 1",
		-1 << 63: "-Rp 9.223.372.036.854.775.808", 1<<63 - 1: "Rp 9.223.372.036.854.775.807",
	} {
		if got := in.String(); got != want {
			t.Errorf("Rupiah(%d).String() = %q, want %q", int64(in), got, want)
		}
	}
}

// TestAdmission is about what may be requested at all.
func TestAdmission(t *testing.T) {
	for _, tt := range []struct {
		name string
		make func(*payment.Requested, *payment.Terms)
		want string
	}{
		{"nothing", func(r *payment.Requested, _ *payment.Terms) { r.Amount = 0 }, payment.CodeAmountTooSmall},
		{"less than nothing", func(r *payment.Requested, _ *payment.Terms) { r.Amount = -5 }, payment.CodeAmountTooSmall},
		{"too much", func(r *payment.Requested, t *payment.Terms) { r.Amount, t.AmountMax = 1001, 1000 }, payment.CodeAmountTooLarge},
		{"just enough", func(r *payment.Requested, t *payment.Terms) { r.Amount, t.AmountMax = 1000, 1000 }, ""},
		{"one rupiah", func(r *payment.Requested, _ *payment.Terms) { r.Amount = 1 }, ""},
		{"no limit known", func(r *payment.Requested, _ *payment.Terms) { r.Amount = 10_000_000_000_000 }, ""},
		{"no phone", func(r *payment.Requested, _ *payment.Terms) { r.Phone = payment.Phone{} }, payment.CodePhoneMissing},
	} {
		terms, r := payment.OVOTerms(), requested(morning)
		tt.make(&r, &terms)
		_, _, err := payment.Decide(terms, payment.Payment{}, r)
		var refusal *payment.Refusal
		if errors.As(err, &refusal) != (tt.want != "") || (refusal != nil && refusal.Code != tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

// An operator puts a cursor on a number; where batches are days, the day goes with it, and none to come.
func TestACursorIsPutOnANumber(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		style   payment.NumberStyle
		n       payment.Number
		wantDay payment.Day // 0: refused
	}{
		{payment.BySequence, payment.Number{Batch: 7, Reference: 70}, 20260320},
		{payment.BySequence, payment.Number{Batch: 999999, Reference: 999999}, 20260320},
		{payment.BySequence, payment.Number{Batch: 0, Reference: 1}, 0},
		{payment.BySequence, payment.Number{Batch: 1, Reference: 0}, 0},
		{payment.BySequence, payment.Number{Batch: 1000000, Reference: 1}, 0},
		{payment.BySequence, payment.Number{Batch: 1, Reference: 1000000}, 0},
		{payment.ByDate, payment.Number{Batch: 210326, Reference: 5}, 20260321},
		{payment.ByDate, payment.Number{Batch: 220326, Reference: 5}, 0}, // tomorrow
		{payment.ByDate, payment.Number{Batch: 320326, Reference: 5}, 0},
		{payment.ByDate, payment.Number{Batch: 310226, Reference: 5}, 0},
	} {
		got, err := payment.Cursor{Style: c.style, Day: 20260320}.At(c.n, 20260321)
		if (err == nil) != (c.wantDay != 0) || (err == nil && (got.Last != c.n || got.Day != c.wantDay || got.Style != c.style)) {
			t.Errorf("%s at %v = %+v, %v", c.style, c.n, got, err)
		}
	}
}
