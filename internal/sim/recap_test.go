package sim

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	dayend "github.com/lunas-pay/lunas/internal/books"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/recap"
	"github.com/lunas-pay/lunas/internal/store"
)

// The tests in this file close days while payments are still under way, and hold recap and corrections against the journals.

// closer closes a day's days again and again while it is lived through.
type closer struct {
	*day
	t     *testing.T
	dir   string
	ids   int
	ticks int
}

// closeOften closes whatever is over every so often, with nearly no grace: much becomes known late then.
func (c *closer) closeOften(every time.Duration) {
	c.tick(c.time)
	if c.atRest() {
		return // another event would keep the day from its end
	}
	if c.calm {
		every += every / 4 // a QR may be asked about until tomorrow
	}
	c.after(every, nil, func() { c.closeOften(every) })
}

func (c *closer) tick(now func() time.Time) {
	c.t.Helper()
	b := dayend.New(dayend.Options{
		Store: c.base, Now: now, TempDir: c.dir, Grace: time.Second,
		NewID: func(prefix string) string { c.ids++; return fmt.Sprintf("%s%026d", prefix, c.ids) },
		Rail:  func(context.Context, string, string) (payment.Rail, bool) { return "", false },
	})
	defer b.Close()
	if err := b.Tick(background); err != nil {
		c.t.Fatal(err)
	}
	c.ticks++
	for _, m := range c.merchants() {
		c.holdNewest(m)
	}
}

// sums are totals by what they are of.
type sums map[string]recap.Total

func (s sums) add(p payment.Payment) {
	if len(p.Attempts) == 0 {
		return
	}
	last := len(p.Attempts) - 1
	name := totalOf(recap.DayOf(p), p.Mode, recap.CounterOf(p, last), p.Attempts[last].Number.Batch, p.Account, recap.KindOf(p.State))
	total := s[name]
	s[name] = recap.Total{Count: total.Count + 1, Sum: total.Sum + p.Amount}
}

func totalOf(day payment.Day, m payment.Mode, counter string, b payment.Batch, account, kind string) string {
	return fmt.Sprint(day, " ", m, " ", counter, " ", b, " ", account, " ", kind)
}

func sumsOf(recaps []recap.Recap) sums {
	all := sums{}
	for _, r := range recaps {
		for _, b := range r.Batches {
			for _, a := range b.Accounts {
				for _, k := range a.Totals.Kinds() {
					if k.Total.Count > 0 {
						all[totalOf(r.Day, r.Mode, r.Terminal, b.Batch, a.Account, k.Name)] = *k.Total
					}
				}
			}
		}
	}
	return all
}

func (s sums) hold(t *testing.T, what string, want sums) {
	t.Helper()
	for name, total := range want {
		if s[name] != total {
			t.Errorf("%s: %s: recap %+v, want %+v", what, name, s[name], total)
		}
	}
	for name, total := range s {
		if _, known := want[name]; !known {
			t.Errorf("%s: %s is in a recap with %+v, and no payment is", what, name, total)
		}
	}
}

// holdNewest holds the newest recaps of every day that is closed against the payments as they stand just now: whatever has
// become known since the day was closed is in a correction.
func (c *closer) holdNewest(merchantID string) {
	c.t.Helper()
	last, err := c.base.LastClosed(background, merchantID)
	if err != nil {
		c.t.Fatal(err)
	}
	want := sums{}
	span := store.Span{MerchantID: merchantID, From: c.start.Add(-48 * time.Hour), To: c.time().Add(48 * time.Hour)}
	if err := c.base.EachPayment(background, span, func(p payment.Payment) error {
		if recap.DayOf(p) <= last {
			want.add(p)
		}
		return nil
	}); err != nil {
		c.t.Fatal(err)
	}
	sumsOf(c.recaps(merchantID, false)).hold(c.t, fmt.Sprintf("seed %d, %s, %v", c.options.Seed, merchantID, c.now), want)
}

func (c *closer) recaps(merchantID string, versions bool) []recap.Recap {
	c.t.Helper()
	list, err := c.base.Recaps(background, store.RecapFilter{MerchantID: merchantID, Versions: versions, Limit: 1000})
	if err != nil || len(list) == 1000 {
		c.t.Fatalf("%d recaps: %v", len(list), err)
	}
	return list
}

// holdVersions holds that a recap and its corrections follow on each other, that each says what is different and why, and
// that the last ones are what all journals come to when they are decided again. It gives the number of corrections.
func (c *closer) holdVersions(merchantID string) (corrections int) {
	c.t.Helper()
	byID := map[string][]recap.Recap{}
	for _, r := range c.recaps(merchantID, true) {
		byID[r.ID()] = append(byID[r.ID()], r)
	}
	for id, list := range byID {
		slices.Reverse(list) // the oldest first
		for i, r := range list {
			switch {
			case r.Version != i+1:
				c.t.Errorf("seed %d, %s: version %d comes as number %d", c.options.Seed, id, r.Version, i+1)
			case i == 0 && len(r.Changed)+len(r.Why) > 0:
				c.t.Errorf("seed %d, %s: the first recap is told as a correction", c.options.Seed, id)
			case i > 0 && (len(r.Why) == 0 || len(r.Changed) == 0 || !slices.Equal(r.Changed, recap.Differences(list[i-1], r))):
				c.t.Errorf("seed %d, %s: correction %d says %+v because of %+v; want %+v",
					c.options.Seed, id, i, r.Changed, r.Why, recap.Differences(list[i-1], r))
			}
			for _, late := range r.Why {
				if late.PaymentID == "" || late.At.After(r.ClosedAt) {
					c.t.Errorf("seed %d, %s: correction %d has a reason that is none: %+v", c.options.Seed, id, i, late)
				}
			}
			corrections += min(i, 1)
		}
	}
	want := sums{}
	for _, s := range c.ordered {
		if s.merchant == merchantID {
			want.add(c.folded(s))
		}
	}
	sumsOf(c.recaps(merchantID, false)).hold(c.t, fmt.Sprintf("seed %d, %s, journals", c.options.Seed, merchantID), want)
	return corrections
}

// folded decides a payment's journal again.
func (c *closer) folded(s *story) (p payment.Payment) {
	c.t.Helper()
	entries, err := c.base.Journal(background, s.merchant, s.id)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, e := range entries {
		route := payment.RouteFor(p, e.Event)
		if asked, first := e.Event.(payment.Requested); first {
			route.Account, route.TermsRevision = asked.Account, asked.TermsRevision
		}
		var terms payment.Terms
		if route.Account != "" {
			if terms, err = c.base.Terms(background, s.merchant, route.Account, route.TermsRevision); err != nil {
				c.t.Fatal(err)
			}
		}
		if p, _, err = payment.Decide(terms, p, e.Event); err != nil {
			c.t.Fatalf("seed %d, payment %s, version %d: %v", c.options.Seed, s.id, e.Version, err)
		}
	}
	return p
}

// TestCorrectionsAreNeverSilent closes days in the middle of what goes on around midnight, again and again: right after each
// time the newest recaps are what the payments add up to just then, and in the end what their journals do.
func TestCorrectionsAreNeverSilent(t *testing.T) {
	t.Parallel()
	days, corrections, ticks := 0, 0, 0
	for seed := uint64(5000); days < 6; seed++ {
		o := Options{Seed: seed, Payments: 40, Mix: Stormy}
		if days%4 == 3 {
			o.SQLite, o.Payments = t.TempDir(), 15
		}
		if testing.Short() || underRace {
			o.Payments = 15
		}
		var c crew
		d, err := newDay(o, &c)
		if err != nil {
			t.Fatal(err)
		}
		if in := d.start.In(payment.WIB); in.Hour() < 23 { // nothing of it is near midnight
			d.end()
			c.dismiss()
			continue
		}
		days++
		k := closer{day: d, t: t, dir: t.TempDir()}
		d.dawn()
		k.closeOften(7 * time.Second)
		for !d.calm && len(d.failures) < maxFailures && d.step() {
		}
		for !d.atRest() && d.now < d.restBy && d.step() {
		}
		k.tick(func() time.Time { return d.time().Add(40 * 24 * time.Hour) })
		for _, m := range d.merchants() {
			corrections += k.holdVersions(m)
		}
		ticks += k.ticks
		d.end()
		c.dismiss()
	}
	if corrections < 3 && !testing.Short() && !underRace || ticks < 100 {
		t.Errorf("%d corrections by %d times of closing: hardly anything became known late", corrections, ticks)
	}
}
