package main

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// The example of the README pays one payment on each rail, also where five seconds pass in one.
func TestTheExampleIsPaidOnFourRails(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{nil, {"--speed", "5"}} {
		d := startDev(t, args...)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		example := exec.CommandContext(ctx, "go", "run", "../../examples/fourrails")
		example.Env = append(os.Environ(), "LUNAS_URL="+d.url, "LUNAS_API_KEY="+d.key, "LUNAS_SANDBOX_URL="+d.sandbox)
		out, err := example.CombinedOutput()
		if n := strings.Count(string(out), " paid "); err != nil || n != 4 {
			t.Errorf("%v: %d of 4 are paid, %v:\n%s", args, n, err, out)
		}
		var broken struct {
			Violations []struct{ Rule, Detail string }
		}
		d.call("GET", d.sandbox+"/control/violations", "", &broken)
		if len(broken.Violations) > 0 {
			t.Errorf("%v: the providers note %+v", args, broken.Violations)
		}
	}
}
