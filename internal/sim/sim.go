// Package sim lives through days of the gateway in virtual time: the real engine, the real client, the real bytes and
// the sandbox's core, with everything that can go wrong going wrong by the throw of a seeded die. The same seed is the
// same day to the last bit. Afterwards it holds the gateway's books against the provider's and against the rules of
// docs/properties.md.
//
// A day has two halves. In the first, requests and answers are lost, the database goes away, gateways die, freeze and
// take over from each other. In the second nothing more is done to them, and everything must come to rest.
//
// The engines run as coroutines in one goroutine: whatever would block in production hands control back to the world,
// which knows what happens next. Nothing here reads a clock or draws a random number that is not the seed's.
package sim

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/lunas-pay/lunas/internal/store/memory"
)

// Options say which day to live through.
type Options struct {
	Seed     uint64
	Payments int // orders in the first half; 0: 60
	Mix      Mix
	Rail     string // ovo, snap, doku or faspay; empty or mixed: all of them on the same days
	// SQLite is a folder for the database; empty: the store is in memory. It must exist, and the file in it is new.
	SQLite string
	// Story, if set, is told everything that happens, one line each; or only what happens to the payment StoryOf.
	Story   io.Writer
	StoryOf string

	sabotage sabotage
}

// Report is what became of a day.
type Report struct {
	Seed     uint64         `json:"seed"`
	Hash     string         `json:"hash"` // of everything that happened: the same seed gives the same one
	Payments int            `json:"payments"`
	Events   uint64         `json:"events"`
	Sent     int            `json:"sent"` // requests to the provider
	Crashes  int            `json:"crashes"`
	Lived    time.Duration  `json:"lived"` // virtual time
	States   map[string]int `json:"states"`
	Failures []Failure      `json:"failures,omitempty"`
}

// Failure is a broken rule.
type Failure struct {
	Property Property `json:"property"`
	Payment  string   `json:"payment,omitempty"`
	Detail   string   `json:"detail"`
}

func (f Failure) String() string {
	if f.Payment == "" {
		return fmt.Sprintf("%s: %s", f.Property, f.Detail)
	}
	return fmt.Sprintf("%s: payment %s: %s", f.Property, f.Payment, f.Detail)
}

// Properties lists the rules that were broken, each once, in alphabetical order.
func (r Report) Properties() []Property {
	var broken []Property
	for _, f := range r.Failures {
		broken = append(broken, f.Property)
	}
	slices.Sort(broken)
	return slices.Compact(broken)
}

// Run lives through a day. Its error is trouble of the machine, such as a folder that cannot be written; broken rules
// are in the Report.
func Run(o Options) (Report, error) {
	var c crew
	defer c.dismiss()
	return run(o, &c)
}

func run(o Options, c *crew) (Report, error) {
	o.Payments = cmp.Or(o.Payments, 60)
	d, err := newDay(o, c)
	if err != nil {
		return Report{}, err
	}
	defer d.end()
	d.dawn()
	for !d.calm && len(d.failures) < maxFailures && d.step() {
	}
	for !d.atRest() && d.now < d.restBy && d.step() {
	}
	if d.calm {
		d.checkRest()
		d.audit()
	}
	return d.report(), nil
}

// maxFailures is how many broken rules end a day early.
const maxFailures = 50

// openStore opens what the day is kept in.
func (d *day) openStore() error {
	if d.options.SQLite == "" {
		d.base = memory.New(memory.Options{Now: d.time})
		return nil
	}
	file, err := os.CreateTemp(d.options.SQLite, "sim-*.db")
	if err != nil {
		return fmt.Errorf("simulate on a file: %w", err)
	}
	d.file = file.Name()
	if err := file.Close(); err != nil {
		return fmt.Errorf("simulate on a file: %w", err)
	}
	return d.openFile()
}

// end unwinds what still stands and closes the store.
func (d *day) end() {
	for _, p := range d.processes {
		if p != nil {
			p.dead = true
			d.reap(p)
		}
	}
	_ = d.base.Close()
	if d.file != "" {
		for _, suffix := range []string{"", "-wal", "-shm", ".lock", "-lock"} {
			_ = os.Remove(d.file + suffix)
		}
	}
}

var background = context.Background()
