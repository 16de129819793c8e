package payment_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
)

var update = flag.Bool("update", false, "write what the core does into testdata and docs/states.md; read the difference before committing it")

// TestTranscripts replays testdata/*.txt: an event a line, indented below it the state and the orders that must follow.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("transcripts: %v, %v", files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got, err := replay(string(want), payment.Decide)
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if d := firstDifference(got, string(want)); d != "" {
				t.Errorf("%s:%s", file, d)
			}
		})
	}
}

// TestTranscriptsBite breaks the core and wants the transcripts to notice.
func TestTranscriptsBite(t *testing.T) {
	late := func(t payment.Terms, p payment.Payment, e payment.Event) (payment.Payment, []payment.Command, error) {
		t.ReverseAfter += time.Second
		return payment.Decide(t, p, e)
	}
	want, err := os.ReadFile("testdata/no_answer.txt")
	if err != nil {
		t.Fatal(err)
	}
	got, err := replay(string(want), late)
	if err != nil {
		t.Fatal(err)
	}
	if firstDifference(got, string(want)) == "" {
		t.Error("a reversal at 66 s is not noticed")
	}
}

// replay runs a transcript and writes it again with what really followed each event.
func replay(text string, decide decider) (string, error) {
	var f *flow
	var out bytes.Buffer
	for n, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		trimmed := strings.TrimSpace(line)
		var err error
		switch {
		case trimmed != "" && (line[0] == ' ' || line[0] == '\t'):
			continue // an expectation: written anew
		case trimmed == "" || trimmed[0] == '#':
		case strings.HasPrefix(trimmed, "start "):
			if f, err = start(strings.TrimPrefix(trimmed, "start ")); err == nil {
				f.decide = decide
			}
		case strings.HasPrefix(trimmed, "start-"):
			kind, at, _ := strings.Cut(strings.TrimPrefix(trimmed, "start-"), " ")
			made, known := map[string]func(time.Time) *flow{
				"qr": newQRFlow, "doku": newDOKUFlow, "faspay": newBillFlow, "redirect": newRedirectFlow, "routes": newRoutedFlow, "choice": newChoiceFlow,
			}[kind]
			if !known {
				err = fmt.Errorf("unknown start %q", kind)
			} else if f, err = start(at); err == nil {
				f = made(f.t0)
				f.decide = decide
			}
		case f == nil:
			err = fmt.Errorf("the first line that is no comment must be: start yyyy-mm-dd hh:mm:ss")
		case strings.HasPrefix(trimmed, "terms "):
			err = f.setTerms(strings.Fields(trimmed)[1:])
		default:
			out.WriteString(trimmed + "\n")
			if err = f.step(&out, trimmed); err == nil {
				continue
			}
		}
		if err != nil {
			return "", fmt.Errorf("line %d: %w", n+1, err)
		}
		out.WriteString(trimmed + "\n")
	}
	return out.String(), nil
}

func (f *flow) step(out *bytes.Buffer, line string) error {
	e, err := f.event(line)
	if err != nil {
		return err
	}
	d, wrong := decideChecked(f.decide, f.termsFor(e), f.p, e)
	if len(wrong) > 0 {
		return fmt.Errorf("%s: %s", line, strings.Join(wrong, "; "))
	}
	for _, result := range f.result(d.before, d.after, d.commands, d.err) {
		out.WriteString("        " + result + "\n")
	}
	f.p = d.after
	f.follow(e)
	return nil
}

func start(at string) (*flow, error) {
	t0, err := time.ParseInLocation("2006-01-02 15:04:05", at, payment.WIB)
	return newFlow(t0), err
}

func (f *flow) setTerms(settings []string) error {
	for _, s := range settings {
		switch s {
		case "late_approval=reverse":
			f.terms.LateApproval = payment.ReverseLate
		case "check_approved=reverse":
			f.terms.OnCheckApproved = payment.ReverseLate
		case "cut_off_guard=flag":
			f.terms.CutOffGuard = payment.FlagAtCutOff
		case "auto_check=off":
			f.terms.AutoCheck = false
		case "confirm_notified=off":
			f.terms.ConfirmNotified = false
		case "confirm_notified=on":
			f.terms.ConfirmNotified = true
		default:
			return fmt.Errorf("unknown term %q", s)
		}
	}
	return nil
}

// firstDifference shows the first line in which two texts differ, or nothing.
func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		var gl, wl string
		if i < len(g) {
			gl = g[i]
		}
		if i < len(w) {
			wl = w[i]
		}
		if gl != wl || i >= len(g) || i >= len(w) {
			return fmt.Sprintf("%d:\n got: %q\nwant: %q", i+1, gl, wl)
		}
	}
	return ""
}
