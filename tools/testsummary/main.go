// Command testsummary reads the output of "go test -json" and writes what a person wants to see of it:
// a line per package while it runs, the output of what failed, and in the end which tests were skipped
// and why. It counts real tests: a test with subtests is its subtests.
//
// It never decides whether the run was good; that is the exit code of go test.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
)

func main() {
	counts := flag.String("counts", "", "write the line 'N passed, N failed, N skipped' to this file, not to the output")
	failed := flag.Bool("failed", false, "write only the names of the tests that failed, for go test -run, and nothing of what they printed")
	flag.Parse()

	s := newSummary(os.Stdout)
	if *failed {
		s.out = io.Discard
	}
	if err := s.read(os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, "testsummary:", err)
		os.Exit(1)
	}
	if *failed {
		fmt.Print(s.failed())
		return
	}
	s.writeSkipped()
	if *counts == "" {
		fmt.Println(s.counts())
		return
	}
	if err := os.WriteFile(*counts, []byte(s.counts()+"\n"), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, "testsummary:", err)
		os.Exit(1)
	}
}

// event is one line of "go test -json"; see "go doc test2json".
type event struct {
	Action      string
	Package     string
	ImportPath  string // instead of Package in the output of a failed build
	Test        string
	Output      string
	Elapsed     float64 // seconds
	FailedBuild string
}

// name identifies a test within the whole run; test is empty for the package itself.
type name struct{ pkg, test string }

type summary struct {
	out     io.Writer
	output  map[name][]string // what is still undecided, or was skipped
	verdict map[name]string   // pass, fail, skip
	parents map[name]bool     // tests with subtests

	hopeless bool // a data race or a panic was printed
}

func newSummary(out io.Writer) *summary {
	return &summary{out: out, output: map[name][]string{}, verdict: map[name]string{}, parents: map[name]bool{}}
}

// read consumes the events until the end. A line that is no event is written as it is.
func (s *summary) read(in io.Reader) error {
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) != nil || e.Action == "" {
				s.out.Write(line)
			} else {
				s.add(e)
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (s *summary) add(e event) {
	n := name{e.Package, e.Test}
	switch e.Action {
	case "build-output":
		io.WriteString(s.out, e.Output)
	case "run":
		if i := strings.LastIndexByte(e.Test, '/'); i > 0 {
			s.parents[name{e.Package, e.Test[:i]}] = true
		}
	case "output":
		s.hopeless = s.hopeless || strings.Contains(e.Output, "WARNING: DATA RACE") || strings.HasPrefix(e.Output, "panic: ")
		s.output[n] = append(s.output[n], e.Output)
	case "pass", "fail", "skip":
		s.verdict[n] = e.Action
		if e.Test == "" {
			s.endPackage(e)
		} else if e.Action == "pass" {
			delete(s.output, n)
		}
	}
}

// endPackage writes the package's line, and before it the whole output of what failed in it.
func (s *summary) endPackage(e event) {
	pkg := name{e.Package, ""}
	if e.Action == "fail" {
		var failed []name
		for n := range s.output {
			// A test without a verdict was running when the package died: a panic, a time-out.
			if n.pkg == e.Package && n.test != "" && (s.verdict[n] == "fail" || s.verdict[n] == "") {
				failed = append(failed, n)
			}
		}
		slices.SortFunc(failed, func(a, b name) int { return strings.Compare(a.test, b.test) })
		for _, n := range failed {
			s.verdict[n] = "fail"
			io.WriteString(s.out, strings.Join(s.output[n], ""))
		}
		io.WriteString(s.out, strings.Join(s.output[pkg], ""))
		if len(failed) > 0 {
			delete(s.verdict, pkg) // its tests are counted; alone it counts as one
		}
		if e.FailedBuild != "" {
			fmt.Fprintf(s.out, "FAIL\t%s [build failed]\n", e.Package)
		}
		return
	}
	delete(s.verdict, pkg)
	for _, line := range s.output[pkg] {
		if strings.HasPrefix(line, "ok ") {
			io.WriteString(s.out, line)
		}
	}
}

// writeSkipped lists every skipped test with its reason.
func (s *summary) writeSkipped() {
	var skipped []name
	for n, verdict := range s.verdict {
		if verdict == "skip" && n.test != "" {
			skipped = append(skipped, n)
		}
	}
	if len(skipped) == 0 {
		return
	}
	slices.SortFunc(skipped, func(a, b name) int {
		return strings.Compare(a.pkg+" "+a.test, b.pkg+" "+b.test)
	})
	fmt.Fprintln(s.out, "\nSkipped:")
	for _, n := range skipped {
		fmt.Fprintf(s.out, "  %s %s%s\n", n.pkg, n.test, reason(s.output[n]))
	}
}

// reason is the message of t.Skip, found in the output of the test.
func reason(output []string) string {
	var said []string
	for _, line := range output {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "===") || strings.HasPrefix(line, "---") {
			continue
		}
		said = append(said, line)
	}
	if len(said) == 0 {
		return ""
	}
	return ": " + strings.Join(said, " ")
}

// counts is the last line of the run. A package that failed without any test, for it did not build, is
// one failure.
func (s *summary) counts() string {
	n := map[string]int{}
	for test, verdict := range s.verdict {
		failedItself := verdict == "fail" && !s.failedBelow(test)
		if s.parents[test] && !failedItself {
			continue
		}
		n[verdict]++
	}
	return fmt.Sprintf("%d passed, %d failed, %d skipped", n["pass"], n["fail"], n["skip"])
}

// failedBelow reports whether a subtest of the test failed; then the parent's failure is only its echo.
func (s *summary) failedBelow(parent name) bool {
	if !s.parents[parent] {
		return false
	}
	for n, verdict := range s.verdict {
		if verdict == "fail" && n.pkg == parent.pkg && strings.HasPrefix(n.test, parent.test+"/") {
			return true
		}
	}
	return false
}

// failed gives the tests to run again as a pattern of go test -run, or nothing where running them again would prove nothing:
// when a package failed as a whole, by a panic or because it did not build, or when a data race was seen, which is no less a
// race for not being seen the second time.
func (s *summary) failed() string {
	if s.hopeless {
		return ""
	}
	again := map[string]bool{}
	for n, verdict := range s.verdict {
		if verdict != "fail" {
			continue
		}
		if n.test == "" {
			return ""
		}
		top, _, _ := strings.Cut(n.test, "/")
		again[top] = true
	}
	if len(again) == 0 {
		return ""
	}
	return "^(" + strings.Join(slices.Sorted(maps.Keys(again)), "|") + ")$\n"
}
