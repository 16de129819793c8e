package cli

import "testing"

func TestWithSen(t *testing.T) {
	t.Parallel()
	for amount, want := range map[string]string{
		"38230,50": "Rp 38.230,50", "269,50": "Rp 269,50", "1000000": "Rp 1.000.000", "0": "Rp 0", "-1234,05": "Rp -1.234,05",
		"-0,50": "Rp -0,50", "": "Rp ", "?": "Rp ?",
	} {
		if got := withSen(amount); got != want {
			t.Errorf("withSen(%q) = %q, want %q", amount, got, want)
		}
	}
}
