package main

import (
	"strings"
	"testing"
)

func TestSummary(t *testing.T) {
	tests := []struct {
		name   string
		events []string
		counts string
		shown  []string // pieces that must be in the output
		hidden []string // pieces that must not
	}{
		{
			name: "a test with subtests is its subtests",
			events: []string{
				`{"Action":"run","Package":"p","Test":"TestA"}`,
				`{"Action":"run","Package":"p","Test":"TestA/x"}`,
				`{"Action":"run","Package":"p","Test":"TestA/y"}`,
				`{"Action":"output","Package":"p","Test":"TestA/x","Output":"chatter\n"}`,
				`{"Action":"pass","Package":"p","Test":"TestA/x"}`,
				`{"Action":"pass","Package":"p","Test":"TestA/y"}`,
				`{"Action":"pass","Package":"p","Test":"TestA"}`,
				`{"Action":"output","Package":"p","Output":"ok  \tp\t0.1s\n"}`,
				`{"Action":"pass","Package":"p"}`,
			},
			counts: "2 passed, 0 failed, 0 skipped",
			shown:  []string{"ok  \tp"},
			hidden: []string{"chatter", "Skipped"},
		},
		{
			name: "a failed subtest is one failure and is shown",
			events: []string{
				`{"Action":"run","Package":"p","Test":"TestA"}`,
				`{"Action":"run","Package":"p","Test":"TestA/x"}`,
				`{"Action":"output","Package":"p","Test":"TestA/x","Output":"got 1, want 2\n"}`,
				`{"Action":"fail","Package":"p","Test":"TestA/x"}`,
				`{"Action":"output","Package":"p","Test":"TestA","Output":"--- FAIL: TestA\n"}`,
				`{"Action":"fail","Package":"p","Test":"TestA"}`,
				`{"Action":"fail","Package":"p"}`,
			},
			counts: "0 passed, 1 failed, 0 skipped",
			shown:  []string{"got 1, want 2"},
		},
		{
			name: "a skipped test is listed with its reason",
			events: []string{
				`{"Action":"run","Package":"p","Test":"TestPG"}`,
				`{"Action":"output","Package":"p","Test":"TestPG","Output":"=== RUN   TestPG\n"}`,
				`{"Action":"output","Package":"p","Test":"TestPG","Output":"    pg_test.go:9: NOT RUN: needs PostgreSQL\n"}`,
				`{"Action":"skip","Package":"p","Test":"TestPG"}`,
				`{"Action":"pass","Package":"p"}`,
			},
			counts: "0 passed, 0 failed, 1 skipped",
			shown:  []string{"p TestPG: pg_test.go:9: NOT RUN: needs PostgreSQL"},
		},
		{
			name: "a package that does not build is one failure",
			events: []string{
				`{"Action":"build-output","ImportPath":"p","Output":"p.go:3: undefined: x\n"}`,
				`{"Action":"fail","Package":"p","FailedBuild":"p"}`,
			},
			counts: "0 passed, 1 failed, 0 skipped",
			shown:  []string{"undefined: x", "build failed"},
		},
		{
			name: "a test that ran when the package died has failed",
			events: []string{
				`{"Action":"run","Package":"p","Test":"TestA"}`,
				`{"Action":"output","Package":"p","Test":"TestA","Output":"panic: boom\n"}`,
				`{"Action":"fail","Package":"p"}`,
			},
			counts: "0 passed, 1 failed, 0 skipped",
			shown:  []string{"panic: boom"},
		},
		{
			name: "a package without tests counts nothing, and a line that is no event is shown",
			events: []string{
				`{"Action":"output","Package":"p","Output":"?   \tp\t[no test files]\n"}`,
				`{"Action":"skip","Package":"p"}`,
				`go: something went wrong`,
			},
			counts: "0 passed, 0 failed, 0 skipped",
			shown:  []string{"something went wrong"},
			hidden: []string{"no test files", "Skipped"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var out strings.Builder
			s := newSummary(&out)
			if err := s.read(strings.NewReader(strings.Join(test.events, "\n") + "\n")); err != nil {
				t.Fatal(err)
			}
			s.writeSkipped()
			if got := s.counts(); got != test.counts {
				t.Errorf("counts = %q, want %q", got, test.counts)
			}
			for _, piece := range test.shown {
				if !strings.Contains(out.String(), piece) {
					t.Errorf("output lacks %q:\n%s", piece, out.String())
				}
			}
			for _, piece := range test.hidden {
				if strings.Contains(out.String(), piece) {
					t.Errorf("output has %q:\n%s", piece, out.String())
				}
			}
		})
	}
}

// What is run again is what failed, and nothing where a second try would prove nothing.
func TestFailedTestsToRunAgain(t *testing.T) {
	fail := []string{
		`{"Action":"output","Package":"p","Test":"TestA","Output":"--- FAIL: TestA\n"}`,
		`{"Action":"fail","Package":"p","Test":"TestB/x"}`,
		`{"Action":"fail","Package":"p","Test":"TestB"}`,
		`{"Action":"fail","Package":"p","Test":"TestA"}`,
		`{"Action":"pass","Package":"p","Test":"TestC"}`,
		`{"Action":"fail","Package":"p"}`,
	}
	for _, test := range []struct {
		name   string
		events []string
		want   string
	}{
		{"two tests", fail, "^(TestA|TestB)$\n"},
		{"none", []string{`{"Action":"pass","Package":"p","Test":"TestA"}`, `{"Action":"pass","Package":"p"}`}, ""},
		{"a data race", append([]string{`{"Action":"output","Package":"p","Test":"TestA","Output":"WARNING: DATA RACE\n"}`}, fail...), ""},
		{"a panic", append([]string{`{"Action":"output","Package":"p","Test":"TestA","Output":"panic: boom\n"}`}, fail...), ""},
		{"no build", []string{`{"Action":"fail","Package":"p","FailedBuild":"p"}`}, ""},
	} {
		s := newSummary(new(strings.Builder))
		if err := s.read(strings.NewReader(strings.Join(test.events, "\n"))); err != nil {
			t.Fatal(err)
		}
		if got := s.failed(); got != test.want {
			t.Errorf("%s: run again %q, want %q", test.name, got, test.want)
		}
	}
}
