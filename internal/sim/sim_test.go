package sim

import (
	"runtime/debug"
	"testing"
)

func TestSeeds(t *testing.T) {
	for seed := uint64(1); seed <= 200; seed++ {
		r, err := Run(Options{Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range r.Failures[:min(3, len(r.Failures))] {
			t.Errorf("seed %d: %s", seed, f)
		}
	}
}

func BenchmarkSimulatedPayments(b *testing.B) {
	const each = 500
	var c crew
	defer c.dismiss()
	defer debug.SetGCPercent(debug.SetGCPercent(gcPercent)) // as RunMany does
	seed := uint64(0)
	for b.Loop() {
		seed++
		r, err := run(Options{Seed: seed, Mix: Ordinary, Payments: each}, &c)
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
