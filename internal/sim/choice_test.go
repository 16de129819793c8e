package sim

import (
	"strings"
	"testing"
)

// The days have customers who choose, who choose twice, who come too late, and who never choose; and what the checkers of a
// choice say is heard.
func TestCustomersChoose(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	for seed := range uint64(40) {
		var told strings.Builder
		r, err := Run(Options{Seed: seed, Payments: 20, Story: &told})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range r.Failures {
			t.Errorf("seed %d: %s", seed, f)
		}
		for _, line := range strings.Split(told.String(), "\n") {
			for _, what := range []string{"is chosen as ovo_push", "is chosen as qris", "chosen", "phone_limited", "not_possible", "becomes created              answered"} {
				if strings.Contains(line, what) {
					seen[what]++
				}
			}
		}
		seen["expired"] += r.States["expired"]
	}
	for _, what := range []string{"is chosen as ovo_push", "is chosen as qris", "not_possible", "expired", "becomes created              answered"} {
		if seen[what] < 5 {
			t.Errorf("%q was seen %d times", what, seen[what])
		}
	}
}

// A gateway that lets whoever has said no choose again is noticed, on each rail by itself too.
func TestChoosingAgainAfterANoBites(t *testing.T) {
	t.Parallel()
	noticed := false
	for seed := range uint64(400) {
		r, err := Run(Options{Seed: seed, Payments: 20, Rail: "ovo", sabotage: sabotage{
			weather: func(x *weather) { x.decline, x.payNow = 0.5, 0.4 },
			misread: instead(opPush, `"responseCode":"17"`, `"responseCode":"14"`),
		}})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range r.Failures {
			noticed = noticed || f.Property == RouteAfterDeath
		}
		if noticed {
			return
		}
	}
	t.Error("nobody noticed")
}
