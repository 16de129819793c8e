package console

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

// This file draws charts as inline SVG, each with a table of the same numbers. They are made of tallies by the hour
// (follow.go), of which a page reads at most store.TalliesMax rows: no payment is read.

// bar is a bar of a chart, in the units of its picture.
type bar struct {
	X, Y, W, H string
	Class      string
	Title      string
}

// tick is a label at the side of a chart.
type tick struct{ X, Y, Text string }

// chart is a picture of some columns of numbers.
type chart struct {
	ID    string // of its heading
	Bars  []bar
	Lines []tick // horizontal, with their values
	Ticks []tick // below
	Empty bool
}

// The picture, in its own units.
const (
	chartW, chartH      = 640.0, 220.0
	chartLeft, chartTop = 46.0, 10.0
	chartBottom         = 24.0
)

// column is one place of a chart: parts that stand on one another.
type column struct {
	Label string
	Parts []part
}

type part struct {
	Class string
	Value int64
	Title string
}

// draw makes a chart of columns.
func draw(id string, columns []column) chart {
	c := chart{ID: id}
	most := int64(0)
	for _, col := range columns {
		sum := int64(0)
		for _, p := range col.Parts {
			sum += p.Value
		}
		most = max(most, sum)
	}
	if c.Empty = most == 0; c.Empty {
		return c
	}
	step := niceStep(most)
	top := (most + step - 1) / step * step
	height := chartH - chartTop - chartBottom
	y := func(v int64) float64 { return chartTop + height*(1-float64(v)/float64(top)) }
	for v := int64(0); v <= top; v += step {
		c.Lines = append(c.Lines, tick{"", units(y(v)), short(v)})
	}
	width := (chartW - chartLeft) / float64(len(columns))
	every := (len(columns) + 11) / 12
	for i, col := range columns {
		x, base := chartLeft+width*float64(i), int64(0)
		for _, p := range col.Parts {
			if p.Value > 0 {
				c.Bars = append(c.Bars, bar{
					units(x + width*.1), units(y(base + p.Value)), units(width * .8), units(y(base) - y(base+p.Value)), p.Class, p.Title,
				})
			}
			base += p.Value
		}
		if i%every == 0 {
			c.Ticks = append(c.Ticks, tick{units(x + width/2), units(chartH - 6), col.Label})
		}
	}
	return c
}

func units(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) }

// niceStep is the distance of lines: 1, 2 or 5 times a power of ten, so that there are at most five.
func niceStep(most int64) int64 {
	for power := int64(1); ; power *= 10 {
		for _, n := range []int64{1, 2, 5} {
			if step := n * power; most <= 5*step {
				return step
			}
		}
	}
}

// short writes a number in little room: 12 k, 3 M.
func short(n int64) string {
	switch {
	case n >= 1_000_000 && n%100_000 == 0:
		return strings.TrimSuffix(strconv.FormatFloat(float64(n)/1e6, 'f', 1, 64), ".0") + " M"
	case n >= 1000 && n%100 == 0:
		return strings.TrimSuffix(strconv.FormatFloat(float64(n)/1e3, 'f', 1, 64), ".0") + " k"
	}
	return strconv.FormatInt(n, 10)
}

// percent writes a share, empty of nothing.
func percent(part, whole int64) string {
	if whole == 0 {
		return ""
	}
	return strings.Replace(strconv.FormatFloat(100*float64(part)/float64(whole), 'f', 1, 64), ".", ",", 1) + "\u00a0%"
}

// span is a row of the table of volume.
type span struct {
	Label string
	glance
}

// share is a row of a table of rates: a rail, or a response code of one.
type share struct {
	Rail         payment.Rail
	Code         string
	Paid, Failed int64
	Count        int64
	Rate         string
	Width        string // of its bar, of 100
}

// wait is a row of the table of times to pay.
type wait struct {
	Most  string // seconds; empty: longer than all
	Count int64
	Part  string
}

// chartsView is the page of charts.
type chartsView struct {
	Days    int
	Choices []int
	Mode    payment.Mode
	Hourly  bool

	Volume     chart
	Spans      []span
	Rails      []share
	Codes      []share
	Waits      []wait
	WaitsChart chart
	Median     string
}

// chartDays are how many days can be shown. They are never written.
var chartDays = []int{1, 7, 30, 90}

func (s *server) chartsPage(v *visit) error {
	d := chartsView{Days: 7, Choices: chartDays, Mode: v.mode()}
	if n, err := strconv.Atoi(v.r.URL.Query().Get("days")); err == nil && slices.Contains(chartDays, n) {
		d.Days = n
	}
	d.Hourly = d.Days == 1
	today := payment.DayOf(s.Now()).Start()
	from, to := today.AddDate(0, 0, 1-d.Days), today.AddDate(0, 0, 1)
	list, err := s.Engine.Store.Tallies(v.r.Context(), store.TallyFilter{MerchantID: v.Merchant.ID, Mode: d.Mode, From: from, To: to, ByDay: !d.Hourly})
	if err != nil {
		return err
	}
	d.volume(v, list, from, to)
	d.shares(list)
	d.waits(v, list)
	return v.show("charts", d)
}

// volume is what was paid and what failed, by hours or by days.
func (d *chartsView) volume(v *visit, list []store.Tally, from, to time.Time) {
	step := 24 * time.Hour
	if d.Hourly {
		step = time.Hour
	}
	var columns []column
	for at := from; at.Before(to); at = at.Add(step) {
		of := glanceOf(slices.DeleteFunc(slices.Clone(list), func(t store.Tally) bool { return !t.Hour.Equal(at) }))
		label := at.In(payment.WIB).Format("02/01")
		if d.Hourly {
			label = at.In(payment.WIB).Format("15:04")
		}
		d.Spans = append(d.Spans, span{label, of})
		columns = append(columns, column{label, []part{
			{"good", of.Paid.Count, fmt.Sprintf("%s: %d %s, %s", label, of.Paid.Count, v.Word("state_paid"), of.Paid.Sum)},
			{"poor", of.Failed.Count, fmt.Sprintf("%s: %d %s", label, of.Failed.Count, v.Word("failed"))},
		}})
	}
	d.Volume = draw("volume", columns)
}

// shares are the rates of success by rail, and what failed by the provider's code.
func (d *chartsView) shares(list []store.Tally) {
	rates := map[payment.Rail]*share{}
	codes := map[[2]string]*share{}
	for _, t := range list {
		kind := kindOf(t.Type)
		if kind != "paid" && kind != "failed" {
			continue
		}
		r := rates[t.Rail]
		if r == nil {
			r = &share{Rail: t.Rail}
			rates[t.Rail] = r
		}
		if kind == "paid" {
			r.Paid += t.Count
			continue
		}
		r.Failed += t.Count
		key := [2]string{string(t.Rail), t.Code}
		if codes[key] == nil {
			codes[key] = &share{Rail: t.Rail, Code: t.Code}
		}
		codes[key].Count += t.Count
	}
	for _, r := range rates { // sorted below
		whole := r.Paid + r.Failed
		r.Rate, r.Width = percent(r.Paid, whole), units(100*float64(r.Paid)/float64(whole))
		d.Rails = append(d.Rails, *r)
	}
	slices.SortFunc(d.Rails, func(a, b share) int { return cmp.Compare(a.Rail, b.Rail) })
	most, all := int64(0), int64(0)
	for _, c := range codes { // sorted below
		d.Codes = append(d.Codes, *c)
		most, all = max(most, c.Count), all+c.Count
	}
	for i := range d.Codes {
		c := &d.Codes[i]
		c.Rate, c.Width = percent(c.Count, all), units(100*float64(c.Count)/float64(most))
	}
	slices.SortFunc(d.Codes, func(a, b share) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Rail, b.Rail), cmp.Compare(a.Code, b.Code))
	})
	d.Codes = d.Codes[:min(len(d.Codes), 20)]
}

// waits are how long customers took to pay.
func (d *chartsView) waits(v *visit, list []store.Tally) {
	counts, all := map[string]int64{}, int64(0)
	for _, t := range list {
		if t.Type == tallyTime {
			counts[t.Code] += t.Count
			all += t.Count
		}
	}
	var columns []column
	passed := int64(0)
	for _, most := range append(slices.Clone(buckets), 0) {
		w := wait{Most: strconv.Itoa(most)}
		label := "≤ " + w.Most
		if most == 0 {
			w.Most, label = "", "> "+strconv.Itoa(buckets[len(buckets)-1])
		}
		w.Count = counts[w.Most]
		w.Part = percent(w.Count, all)
		d.Waits = append(d.Waits, w)
		columns = append(columns, column{label, []part{{"good", w.Count, fmt.Sprintf("%s s: %d", label, w.Count)}}})
		if passed += w.Count; d.Median == "" && all > 0 && 2*passed >= all {
			d.Median = label + " " + v.Word("seconds")
		}
	}
	d.WaitsChart = draw("waits", columns)
}
