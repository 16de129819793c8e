package payment

import (
	"math/rand/v2"
	"testing"
	"time"
)

// Whatever was given in a time that is lost, the numbers behind Beyond are others.
func TestBeyondEveryNumberThatMayHaveBeenGiven(t *testing.T) {
	t.Parallel()
	for seed := range uint64(400) {
		random := rand.New(rand.NewPCG(seed, 2))
		c := Cursor{Style: []NumberStyle{BySequence, ByDate}[seed%2]}
		at := time.Date(2026, 3, 21, 0, 0, 0, 0, WIB).Add(time.Duration(random.IntN(72*3600)) * time.Second)
		const perSecond = 700
		give := func(n int) Number { // n numbers at one instant
			var last Number
			for range n {
				number, next, err := c.Next(DayOf(at))
				if err != nil {
					return last
				}
				c, last = next, number
			}
			return last
		}
		give(random.IntN(2000))
		if random.IntN(3) == 0 && !c.Last.IsZero() {
			c.Last.Reference = ReferenceNumber(999_999 - random.IntN(3000))
		}
		known, since := c, at.Add(time.Duration(random.IntN(3600))*time.Second)
		at = since
		given := map[Number]bool{}
		for range 1 + random.IntN(4) {
			at = at.Add(time.Duration(1+random.IntN([]int{5, 3600, 80 * 3600}[random.IntN(3)])) * time.Second)
			for range random.IntN(perSecond) {
				if n := give(1); !n.IsZero() {
					given[n] = true
				}
			}
		}
		c = known.Beyond(since, at.Add(-time.Duration(random.IntN(60))*time.Second), perSecond)
		for days := range 3 {
			at = at.AddDate(0, 0, min(days, 1))
			for range 3 {
				if n := give(1); given[n] && !n.IsZero() {
					t.Fatalf("seed %d: %s, known as %+v and moved ahead, gives %v again", seed, known.Style, known, n)
				}
			}
		}
		if n := give(1); n.IsZero() {
			t.Fatalf("seed %d: days later %+v gives no number", seed, c)
		}
	}
}

func TestBeyondIsNoFurtherThanNeedBe(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 21, 12, 0, 0, 0, WIB)
	used := Cursor{Style: BySequence, Day: 20260321, Last: Number{7, 400}}
	dated := Cursor{Style: ByDate, Day: 20260321, Last: Number{210326, 400}}
	for _, c := range []struct {
		name         string
		from         Cursor
		since, until time.Time
		perSecond    int
		want         Cursor
	}{
		{"ten minutes", used, noon, noon.Add(10 * time.Minute), 10, Cursor{BySequence, 20260321, Number{8, 999_999}}},
		{"over midnight", used, noon, noon.Add(14 * time.Hour), 10, Cursor{BySequence, 20260321, Number{9, 999_999}}},
		{"a day of a thousand in a second", used, noon, noon.Add(24 * time.Hour), 1000, Cursor{BySequence, 20260321, Number{7 + 2 + 86, 999_999}}},
		{"never used", Cursor{Style: BySequence}, noon, noon, 1, Cursor{BySequence, 0, Number{1, 999_999}}},
		{"nearly used up", Cursor{BySequence, 20260321, Number{999_998, 3}}, noon, noon.Add(72 * time.Hour), 1, Cursor{BySequence, 20260321, Number{999_999, 999_999}}},
		{"ten minutes of a date", dated, noon, noon.Add(10 * time.Minute), 10, Cursor{ByDate, 20260321, Number{210326, 400 + 7210}}},
		{"another date", dated, noon, noon.Add(13 * time.Hour), 10, Cursor{ByDate, 20260322, Number{220326, 10 * (3600 + 121)}}},
		{"a date that is full", dated, noon, noon.Add(10 * time.Minute), 10_000, Cursor{ByDate, 20260321, Number{210326, 999_999}}},
		{"a clock that went back", dated, noon.AddDate(0, 0, -2), noon.AddDate(0, 0, -1), 1, Cursor{ByDate, 20260321, Number{210326, 401}}},
	} {
		if got := c.from.Beyond(c.since, c.until, c.perSecond); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}
