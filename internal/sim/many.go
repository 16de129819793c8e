package sim

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"time"
)

// ManyOptions say which days to live through.
type ManyOptions struct {
	From     uint64 // the first seed; 0: 1
	Seeds    int    // how many; 0: 100
	Payments int    // orders in each day; 0: 60
	Workers  int    // days side by side; 0: one per core
	Mix      Mix
	Rail     string // ovo, snap, doku or faspay; empty or mixed: all of them on the same days
	SQLite   string // a folder: each day is kept in a file in it; empty: in memory
	Keep     int    // failed days that are told in full; 0: 3

	sabotage sabotage
}

// Summary is what became of many days.
type Summary struct {
	From     uint64        `json:"from"`
	Seeds    int           `json:"seeds"` // that were lived through
	Payments int           `json:"payments"`
	Sent     int           `json:"sent"`
	Crashes  int           `json:"crashes"`
	Lived    time.Duration `json:"lived"`
	Took     time.Duration `json:"took"`
	// PerSecond is payments in a second of real time, over all workers.
	PerSecond float64        `json:"payments_per_second"`
	States    map[string]int `json:"states"`
	// Hash is of all days' hashes, in the order of their seeds.
	Hash   string   `json:"hash"`
	Failed []Report `json:"failed,omitempty"` // in the order of their seeds
}

// gcPercent lets garbage wait: days are short and soon forgotten.
const gcPercent = 800

// RunMany lives through many days and tells progress what it finds: of each failed day the seed, the broken rules, how
// to live through it again, and of the first ones everything that happened to the payment. It ends early when the
// context does, without an error. Errors are trouble of the machine.
func RunMany(ctx context.Context, o ManyOptions, progress io.Writer) (Summary, error) {
	o.From = cmp.Or(o.From, 1)
	o.Seeds, o.Payments = cmp.Or(o.Seeds, 100), cmp.Or(o.Payments, 60)
	o.Workers, o.Keep = cmp.Or(o.Workers, runtime.GOMAXPROCS(0)), cmp.Or(o.Keep, 3)
	defer debug.SetGCPercent(debug.SetGCPercent(gcPercent))
	m := many{ManyOptions: o, progress: progress, reports: make([]*Report, o.Seeds), began: time.Now()}
	var wg sync.WaitGroup
	for range min(o.Workers, o.Seeds) {
		wg.Go(func() { m.work(ctx) })
	}
	wg.Wait()
	return m.summary(), m.err
}

type many struct {
	ManyOptions
	progress io.Writer
	began    time.Time

	mu      sync.Mutex
	next    int
	failed  int
	told    time.Time
	reports []*Report
	err     error
}

func (m *many) work(ctx context.Context) {
	var c crew
	defer c.dismiss()
	for {
		i, ok := m.take(ctx)
		if !ok {
			return
		}
		o := Options{Seed: m.From + uint64(i), Payments: m.Payments, Mix: m.Mix, Rail: m.Rail, SQLite: m.SQLite, sabotage: m.sabotage}
		r, err := run(o, &c)
		m.done(i, o, r, err)
	}
}

func (m *many) take(ctx context.Context) (int, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.next >= m.Seeds || m.err != nil || ctx.Err() != nil {
		return 0, false
	}
	m.next++
	return m.next - 1, true
}

func (m *many) done(i int, o Options, r Report, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err != nil {
		m.err = fmt.Errorf("seed %d: %w", o.Seed, err)
		return
	}
	m.reports[i] = &r
	if len(r.Failures) > 0 {
		if m.failed++; m.failed <= m.Keep {
			m.explain(o, r)
		}
	}
	if now := time.Now(); now.Sub(m.told) > 2*time.Second {
		m.told = now
		m.say("%d of %d days, %d with broken rules\n", i+1, m.Seeds, m.failed)
	}
}

// say prints; a reader who is gone stops nothing.
func (m *many) say(format string, args ...any) { _, _ = fmt.Fprintf(m.progress, format, args...) }

// explain tells a failed day.
func (m *many) explain(o Options, r Report) {
	m.say("seed %d breaks %v:\n", r.Seed, r.Properties())
	for i, f := range r.Failures {
		if i == 5 {
			m.say("  … and %d more\n", len(r.Failures)-i)
			break
		}
		m.say("  %s\n", f)
	}
	var story bytes.Buffer
	o.Story, o.StoryOf = &story, r.Failures[0].Payment
	if _, err := Run(o); err != nil {
		m.say("  its story cannot be told: %v\n", err)
	}
	m.say("%s", story.Bytes())
	m.say("again: %s\n", m.command(r.Seed))
}

// command is what lives through one day again.
func (m *many) command(seed uint64) string {
	c := fmt.Sprintf("lunas sim --from %d --seeds 1 --payments %d", seed, m.Payments)
	if m.Rail != "" {
		c += " --rail " + m.Rail
	}
	if m.SQLite != "" {
		c += " --sqlite"
	}
	return c
}

func (m *many) summary() Summary {
	s := Summary{From: m.From, Took: time.Since(m.began), States: map[string]int{}}
	var hashes []string
	for _, r := range m.reports {
		if r == nil {
			continue
		}
		s.Seeds++
		s.Payments += r.Payments
		s.Sent += r.Sent
		s.Crashes += r.Crashes
		s.Lived += r.Lived
		for state, n := range r.States {
			s.States[state] += n
		}
		hashes = append(hashes, r.Hash)
		if len(r.Failures) > 0 {
			s.Failed = append(s.Failed, *r)
		}
	}
	slices.SortFunc(s.Failed, func(a, b Report) int { return cmp.Compare(a.Seed, b.Seed) })
	s.Hash = hashOf(hashes)
	s.PerSecond = float64(s.Payments) / s.Took.Seconds()
	return s
}
