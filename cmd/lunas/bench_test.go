package main

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"
)

// What is measured is measured on payments that were really paid, and open QRs are asked about as politely as ever.
func TestBenchMeasuresBothRails(t *testing.T) {
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "lunas")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	for rail, args := range map[string][]string{"ovo": {"--held", "5"}, "snap": {"--open", "20", "--open-for", "12s"}} {
		t.Run(rail, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"bench", "--rail", rail, "-n", "40", "--terminals", "4", "--concurrency", "8", "--json"}, args...)
			out, err := exec.CommandContext(t.Context(), binary, args...).Output()
			if err != nil {
				t.Fatalf("lunas %v: %v\n%s", args, err, out)
			}
			var r struct {
				Rail      string
				PerSecond float64 `json:"payments_per_second"`
				Ratio     float64
				HeldRatio float64 `json:"held_ratio"`
				Open      struct {
					QRs     int
					Queries float64 `json:"queries_per_second"`
					Closest float64 `json:"closest_queries_s"`
				}
			}
			if err := json.Unmarshal(out, &r); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			if r.Rail != rail || r.PerSecond <= 0 || r.Ratio <= 0 {
				t.Errorf("report = %s, want payments a second and a ratio", out)
			}
			switch {
			case rail == "ovo" && r.HeldRatio <= 0:
				t.Errorf("report = %s, want held pushes", out)
			case rail == "snap" && (r.Open.QRs != 20 || r.Open.Queries <= 0 || r.Open.Queries > 4.1 || r.Open.Closest < 4.999):
				t.Errorf("report = %s, want 20 QRs asked about every 5 s, and never closer", out)
			}
		})
	}
}
