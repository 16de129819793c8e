package payment_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
)

// TestNames guards every word that is stored or served. A name may be added; one that is here stays as it is, since
// merchants' programs and old rows know it.
func TestNames(t *testing.T) {
	var b strings.Builder
	section := func(title string, names []string) {
		fmt.Fprintf(&b, "# %s\n%s\n\n", title, strings.Join(names, "\n"))
	}
	var states, classes, asks []string
	for _, s := range payment.States() {
		states = append(states, string(s))
	}
	for _, c := range payment.Classes() {
		classes = append(classes, string(c))
	}
	for _, a := range payment.Asks() {
		asks = append(asks, string(a))
	}
	words := typedConstants(t)
	section("states", states)
	section("events", eventKinds())
	section("asks", asks)
	section("classes of an answer", classes)
	for _, typ := range []string{"Call", "Silence", "Reason", "Mode", "Method", "Rail", "NumberStyle", "Guard", "Late", "Flow", "Death"} {
		section("type "+typ, words[typ])
	}
	section("refusal codes", words["Code"])
	for typ, list := range map[string][]string{"State": states, "Ask": asks, "Class": classes} {
		if got, want := sorted(words[typ]), sorted(list); !slices.Equal(got, want) {
			t.Errorf("constants of type %s %v, listed %v", typ, got, want)
		}
	}
	compareFile(t, "testdata/names.golden", strings.TrimRight(b.String(), "\n")+"\n")
}

func sorted(s []string) []string {
	s = slices.Clone(s)
	slices.Sort(s)
	return s
}

// everyEvent is one of each kind.
func everyEvent() []payment.Event {
	at := morning.Add(12345 * time.Millisecond)
	return []payment.Event{
		requested(at),
		payment.Chosen{At: at, Method: payment.OVOPush, Phone: requested(at).Phone, Route: payment.Route{Rail: payment.OVO, Account: "ovo-1", TermsRevision: "r1"}},
		payment.Answered{At: at, Came: at.Add(-time.Second), Call: payment.CallPush, Try: 1, Outcome: outcome(payment.Approved, "00")},
		payment.NoAnswer{At: at, Call: payment.CallReversal, Try: 2, Why: payment.Garbled},
		payment.NotSent{At: at, Call: payment.CallVoid, Try: 3},
		payment.Notified{At: at, Number: payment.Number{Batch: 4, Reference: 123}, Outcome: outcome(payment.Approved, "00")},
		payment.Renumbered{At: at, Number: payment.Number{Batch: 4, Reference: 124}, Attempt: 1},
		payment.NoRoute{At: at, Why: "its provider is down"},
		payment.Woke{At: at},
		payment.Asked{At: at, What: payment.AskResolve, By: "usr_1", Reason: "seen in the settlement", To: payment.Paid},
		payment.Faulted{At: at, Why: "something that cannot be"},
	}
}

func eventKinds() []string {
	var kinds []string
	for _, e := range everyEvent() {
		kinds = append(kinds, payment.Kind(e))
	}
	return kinds
}

// TestEveryEventIsListed holds everyEvent against the source: each type with a kind method.
func TestEveryEventIsListed(t *testing.T) {
	n := 0
	for _, f := range sources(t) {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv != nil && fn.Name.Name == "kind" {
				n++
			}
		}
	}
	if n != len(everyEvent()) {
		t.Errorf("%d types of events, %d listed", n, len(everyEvent()))
	}
}

// typedConstants reads the package's string constants by type; those named Code… are the refusals'.
func typedConstants(t *testing.T) map[string][]string {
	t.Helper()
	words := map[string][]string{}
	for _, f := range sources(t) {
		for _, d := range f.Decls {
			gen, ok := d.(*ast.GenDecl)
			if !ok || gen.Tok != token.CONST {
				continue
			}
			for _, s := range gen.Specs {
				spec := s.(*ast.ValueSpec)
				typ := ""
				if id, ok := spec.Type.(*ast.Ident); ok {
					typ = id.Name
				} else if strings.HasPrefix(spec.Names[0].Name, "Code") {
					typ = "Code"
				}
				if lit, ok := first(spec.Values).(*ast.BasicLit); ok && lit.Kind == token.STRING && typ != "" {
					word, err := strconv.Unquote(lit.Value)
					if err != nil {
						t.Fatal(err)
					}
					words[typ] = append(words[typ], word)
				}
			}
		}
	}
	return words
}

func first(e []ast.Expr) ast.Expr {
	if len(e) == 0 {
		return nil
	}
	return e[0]
}

func sources(t *testing.T) []*ast.File {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".go") && !strings.HasSuffix(e.Name(), "_test.go") {
			f, err := parser.ParseFile(token.NewFileSet(), e.Name(), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, f)
		}
	}
	return files
}
