package sim

import (
	"bytes"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
)

// TestSeeds lives through stormy days: nothing may be found.
func TestSeeds(t *testing.T) {
	t.Parallel()
	seeds := 120
	if testing.Short() || underRace {
		seeds = 30
	}
	for _, rail := range []string{Mixed, "ovo", "snap", "doku", "faspay"} {
		t.Run(rail, func(t *testing.T) {
			t.Parallel()
			live(t, ManyOptions{From: 1000, Seeds: seeds, Payments: 40, Rail: rail})
		})
	}
}

// TestOrdinaryDays lives through quiet days with many payments.
func TestOrdinaryDays(t *testing.T) {
	t.Parallel()
	s := live(t, ManyOptions{Seeds: 3, Payments: 1000, Mix: Ordinary, Rail: "ovo"})
	if paid := s.States["paid"]; paid < s.Payments*8/10 {
		t.Errorf("%d of %d payments are paid on ordinary days", paid, s.Payments)
	}
}

// TestKnownSeeds lives again through the days that once found something.
func TestKnownSeeds(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("testdata/seeds.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(page)) {
		line, what, _ := strings.Cut(line, "#")
		if strings.TrimSpace(line) == "" {
			continue
		}
		var o ManyOptions
		if _, err := fmt.Sscan(line, &o.From, &o.Payments, &o.Rail); err != nil {
			t.Fatalf("seeds.txt: %q: %v", line, err)
		}
		o.Seeds, o.Workers = 1, 1
		t.Run(strings.TrimSpace(what), func(t *testing.T) {
			t.Parallel()
			live(t, o)
		})
	}
}

// live lives through days and wants no rule broken.
func live(t *testing.T, o ManyOptions) Summary {
	t.Helper()
	var progress bytes.Buffer
	s, err := RunMany(t.Context(), o, &progress)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Failed) > 0 {
		t.Errorf("%d of %d days break rules:\n%s", len(s.Failed), s.Seeds, progress.Bytes())
	}
	if s.Seeds != o.Seeds || s.Payments == 0 || s.Sent == 0 {
		t.Errorf("lived through %d days with %d payments and %d requests, want %d days and some of each", s.Seeds, s.Payments, s.Sent, o.Seeds)
	}
	return s
}

// TestAFailureExplainsItself: seed, rule, story, and how to see it again.
func TestAFailureExplainsItself(t *testing.T) {
	t.Parallel()
	var progress bytes.Buffer
	o := ManyOptions{From: 5, Seeds: 2, Payments: 20, Workers: 1, Mix: Ordinary, Rail: "ovo"}
	o.sabotage = sabotage{copies: one(opPush)}
	s, err := RunMany(t.Context(), o, &progress)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Failed) != 2 || s.Failed[0].Seed != 5 || s.Failed[1].Seed != 6 {
		t.Fatalf("failed days = %+v, want 5 and 6", s.Failed)
	}
	for _, want := range []string{
		"seed 5 breaks [no_push_twice]", "no_push_twice: payment pay_", "is sent                      push", "becomes paid",
		"again: lunas sim --from 5 --seeds 1 --payments 20 --rail ovo",
	} {
		if !strings.Contains(progress.String(), want) {
			t.Errorf("progress lacks %q:\n%s", want, progress.String())
		}
	}
}

// TestEverythingGoesWrong: each fault and each crash point comes about within some days, so that a day that finds nothing
// has tried something.
func TestEverythingGoesWrong(t *testing.T) {
	t.Parallel()
	wanted := []string{
		"is lost on the way", "gives up waiting", "the connection is cut", "502 Bad Gateway", "404 Not Found", "is paused",
		"database goes away", "provider is down", "terminal is released", "key was used", "took over the payments",
		"the outcome of the commit is not known", "the database refused the group", "terminal_held", "cutoff",
		"becomes paid", "becomes declined", "becomes expired", "becomes reversed", "becomes voided", "becomes review",
		"is asked to check            yes", "is asked to void             yes", "is asked to cancel", "is asked to reverse          yes",
		"check_in_progress", "numbers_exhausted", string(slow), string(foundOut), "check of the void is answered", "not_sent",
	}
	for c := range crashPoints {
		wanted = append(wanted, "dies "+c.String())
	}
	comesAbout(t, Options{Seed: 1, Payments: 40, Rail: "ovo"}, wanted)
}

// comesAbout lives days, from a seed on, until everything that is wanted has been told of, and fails when that takes too
// many: what is rare may take long, what has become impossible never comes.
func comesAbout(t *testing.T, o Options, wanted []string) {
	t.Helper()
	const most = 600
	for day := range most {
		var story bytes.Buffer
		o.Story = &story
		if _, err := Run(o); err != nil {
			t.Fatal(err)
		}
		o.Seed++
		wanted = slices.DeleteFunc(wanted, func(want string) bool { return bytes.Contains(story.Bytes(), []byte(want)) })
		if len(wanted) == 0 {
			t.Logf("all of it within %d days", day+1)
			return
		}
	}
	for _, want := range wanted {
		t.Errorf("nowhere in %d days: %q", most, want)
	}
}

func BenchmarkSimulatedPayments(b *testing.B) {
	const each = 100
	var c crew
	defer c.dismiss()
	defer debug.SetGCPercent(debug.SetGCPercent(gcPercent)) // as RunMany does
	seed := uint64(0)
	for b.Loop() {
		seed++
		r, err := run(Options{Seed: seed, Mix: Ordinary, Rail: "ovo", Payments: each}, &c)
		if err != nil {
			b.Fatal(err)
		}
		if len(r.Failures) > 0 {
			b.Fatal(r.Failures[0])
		}
	}
	b.ReportMetric(float64(b.N)*each/b.Elapsed().Seconds(), "payments/s")
	b.ReportAllocs()
}
