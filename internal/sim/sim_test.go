package sim

import (
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
	for b.Loop() {
		r, err := Run(Options{Seed: 1, Mix: Ordinary, Payments: 20_000})
		if err != nil {
			b.Fatal(err)
		}
		if len(r.Failures) > 0 {
			b.Fatal(r.Failures[0])
		}
	}
	b.ReportMetric(float64(b.N)*20_000/b.Elapsed().Seconds(), "payments/s")
}
