package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// expect compares what a check found with pieces of the sentences wanted, in order.
func expect(t *testing.T, got, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("found %d faults %q, want %d: %q", len(got), got, len(want), want)
	}
	for i := range want {
		if !strings.Contains(got[i], want[i]) {
			t.Errorf("fault %d = %q, want it to contain %q", i, got[i], want[i])
		}
	}
}

func TestCheckRoomsBites(t *testing.T) {
	t.Parallel()
	table := []room{{"low", "* middle"}, {"middle", "high"}, {"high", ""}, {"internal/sim", ""}}
	tests := []struct {
		name    string
		imports map[string][]string
		want    []string
	}{
		{"downwards", map[string][]string{"middle": {module + "/low", "fmt"}, "high": {module + "/middle"}}, nil},
		{"sees all", map[string][]string{"internal/sim": {module + "/low"}}, nil},
		{"upwards", map[string][]string{"low": {module + "/high"}}, []string{"low imports high"}},
		{"past a storey", map[string][]string{"high": {module + "/low"}}, []string{"high imports low, which only these may: middle"}},
		{"sees all but this", map[string][]string{"internal/sim": {module + "/middle"}}, []string{"internal/sim imports middle"}},
		{"unknown", map[string][]string{"cellar": nil}, []string{"cellar is not in the table"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			expect(t, checkRooms(table, test.imports), test.want)
		})
	}
}

func TestCheckBansBites(t *testing.T) {
	t.Parallel()
	tests := []struct {
		from, to, want string
	}{
		{"internal/payment", "time", ""},
		{"internal/payment", "encoding/json", ""},
		{"internal/payment", "net/http", "internal/payment imports net/http, but it is replayed"},
		{"internal/payment", "os/exec", "imports os/exec"},
		{"internal/payment", "context", "imports context"},
		{"internal/payment", "sync/atomic", "imports sync/atomic"},
		{"internal/payment", "math/rand/v2", "imports math/rand/v2"},
		{"internal/payment", "crypto/rand", "imports crypto/rand"},
		{"internal/payment", "log/slog", "imports log/slog"},
		{"internal/payment", "database/sql", "imports database/sql"},
		{"internal/payment", module + "/ovo", "standard library only"},
		{"ovo", "net/http", ""},
		{"ovo", "github.com/google/uuid", "merchants link the clients alone"},
		{"ovo", module + "/snap", "merchants link the clients alone"},
		{"qris", module + "/internal/payment", "merchants link the clients alone"},
		{"sandbox", module + "/ovo", ""},
		{"sandbox", module + "/internal/payment", "sees the clients' messages"},
		{"internal/engine", "testing", "only tests know of tests"},
	}
	for _, test := range tests {
		t.Run(test.from+" "+test.to, func(t *testing.T) {
			t.Parallel()
			got := strings.Join(checkBans(bans, map[string][]string{test.from: {test.to}}), "\n")
			if (test.want == "") != (got == "") || !strings.Contains(got, test.want) {
				t.Errorf("checkBans = %q, want %q", got, test.want)
			}
		})
	}
}

func TestCheckPurityBites(t *testing.T) {
	t.Parallel()
	lookup := exports(t)
	tests := []struct {
		name, body string
		want       []string
	}{
		{"arithmetic with time", "func f(t time.Time) time.Time { return t.Add(time.Second).UTC() }", nil},
		{"method named After", "func f(t time.Time) bool { return t.After(t) }", nil},
		{"now", "func f() time.Time { return time.Now() }", []string{"p.go:3:29: reads the clock by time.Now"}},
		{"now as a value", "func f() func() time.Time { return time.Now }", []string{"time.Now"}},
		{"since", "func f(t time.Time) time.Duration { return time.Since(t) }", []string{"time.Since"}},
		{"until", "func f(t time.Time) time.Duration { return time.Until(t) }", []string{"time.Until"}},
		{"after", "func f() { <-time.After(1) }", []string{"time.After"}},
		{"impure import", "var _ os.Signal", []string{"imports os, but it is replayed"}},
		{"goroutine", "func f() { go func() {}() }", []string{"starts a goroutine"}},
		{"package variable read", "var v = 1\nfunc f() int { return v }", nil},
		{"local shadows it", "var v = 1\nfunc f() { v := 2; v++; _ = &v }", nil},
		{"package variable set", "var v = 1\nfunc f() { v = 2 }", []string{"writes package variable v"}},
		{"counted", "var v = 1\nfunc f() { v++ }", []string{"writes package variable v"}},
		{"added to", "var v = 1\nfunc f() { v += 2 }", []string{"writes package variable v"}},
		{"an element", "var v = []int{1}\nfunc f() { v[0] = 2 }", []string{"writes package variable v"}},
		{"a field", "var v struct{ a []int }\nfunc f() { (v.a[0]) = 2 }", []string{"writes package variable v"}},
		{"deleted from", "var v = map[int]int{}\nfunc f() { delete(v, 0) }", []string{"writes package variable v"}},
		{"its address", "var v = 1\nfunc f() *int { return &v }", []string{"writes package variable v"}},
		{"by a method", "type T struct{}\nfunc (*T) Do() {}\nvar v T\nfunc f() { v.Do() }", []string{"writes package variable v"}},
		{"by a loop", "var v int\nfunc f() { for v = range 3 {} }", []string{"writes package variable v"}},
		{"of another package", "func f() { time.UTC = nil }", []string{"writes package variable UTC"}},
		{"range over a slice", "func f(s []int) { for range s {} }", nil},
		{"range over a map", "func f(m map[int]int) { for range m {} }", []string{"ranges over a map"}},
		{"of a named type", "type M map[int]int\nfunc f(m M) { for range m {} }", []string{"ranges over a map"}},
		{"excused", "func f(m map[int]int) (n int) {\n// order does not matter: a sum\nfor _, v := range m { n += v }\nreturn }", nil},
		{"excused on the line", "func f(m map[int]int) {\nfor range m {} // order does not matter: a count\n}", nil},
		{"excused without reason", "func f(m map[int]int) {\n// order does not matter:\nfor range m {}\n}", []string{"ranges over a map"}},
		{"keys unsorted", "func f(m map[int]int) { for range maps.Keys(m) {} }", []string{"takes maps.Keys"}},
		{"keys sorted", "func f(m map[int]int) []int { return slices.Sorted(maps.Keys(m)) }", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var using string
			for _, name := range []string{"time", "maps", "slices", "os"} {
				if strings.Contains(test.body, name+".") {
					using += "import \"" + name + "\";"
				}
			}
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, "p.go", "package p\n"+using+"\n"+test.body, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			got, err := checkPurity(fset, "p", []*ast.File{file}, nil, lookup)
			if err != nil {
				t.Fatal(err)
			}
			expect(t, got, test.want)
		})
	}
}

func TestCheckPuritySparesTheShell(t *testing.T) {
	t.Parallel()
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range []string{"plan.go", "shell.go"} {
		file, err := parser.ParseFile(fset, "p/"+name, "package p\nfunc init() { go func() {}() }", parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	got, err := checkPurity(fset, "p", files, []string{"shell.go"}, exports(t))
	if err != nil {
		t.Fatal(err)
	}
	expect(t, got, []string{"p/plan.go:2:15: starts a goroutine"})
}

func TestCheckLongBites(t *testing.T) {
	t.Parallel()
	known := map[string]int{"a F": 90}
	tests := []struct {
		name string
		long map[string]int
		want []string
	}{
		{"as known", map[string]int{"a F": 90}, nil},
		{"just reached", map[string]int{"a F": 90, "a T.G": 71}, []string{"a T.G has just reached 71 lines"}},
		{"far beyond", map[string]int{"a F": 90, "a T.G": 140}, []string{"a T.G has 140 lines"}},
		{"grown", map[string]int{"a F": 91}, []string{"a F has grown from 90 to 91"}},
		{"shrunk", map[string]int{"a F": 80}, []string{"a F has shrunk to 80"}},
		{"gone", nil, []string{"take it out"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			expect(t, checkLong(test.long, known), test.want)
		})
	}
}

func TestFunctionLengths(t *testing.T) {
	t.Parallel()
	body := "package p\n\n// Doc is not counted.\nfunc (t *T[K]) F() {" + strings.Repeat("\n", 70) + "}\nfunc init() {}\n"
	got, err := functionLengths("a/b.go", []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	if got["a T.F"] != 71 || got["a init"] != 1 || len(got) != 2 {
		t.Errorf("functionLengths = %v, want T.F of 71 lines and init of 1", got)
	}
	got, err = functionLengths("a/b.go", []byte("// Code generated by x. DO NOT EDIT.\n\n"+body))
	if err != nil || len(got) != 0 {
		t.Errorf("functionLengths of a generated file = %v, %v, want none", got, err)
	}
}

func TestParseLong(t *testing.T) {
	t.Parallel()
	got, err := parseLong("# comment\n\na/b T.F 90 # why\n")
	if err != nil || len(got) != 1 || got["a/b T.F"] != 90 {
		t.Errorf("parseLong = %v, %v", got, err)
	}
	for _, bad := range []string{"a/b T.F", "a/b T.F many"} {
		if _, err := parseLong(bad); err == nil {
			t.Errorf("parseLong(%q) found nothing wrong", bad)
		}
	}
}

func TestCheckHygieneBites(t *testing.T) {
	t.Parallel()
	words := []string{"mirror.example"}
	tests := []struct {
		name    string
		content []byte
		want    []string
	}{
		{"clean", []byte("nothing\n"), nil},
		{"a word", []byte("one\ntwo https://mirror.example/x\n"), []string{`f:2: mentions "mirror.example"`}},
		{"largest", make([]byte, largest), nil},
		{"too large", make([]byte, largest+1), []string{"f has 2097153 bytes"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			expect(t, checkHygiene("f", test.content, words), test.want)
		})
	}
}

func TestHosts(t *testing.T) {
	t.Parallel()
	got := hosts("https://mirror.example/go,direct|off,http://localhost:1,http://127.0.0.1:2,https://u:p@npm.example:8443/x\n")
	if want := []string{"mirror.example", "npm.example"}; !slices.Equal(got, want) {
		t.Errorf("hosts = %q, want %q", got, want)
	}
}

// The table of rooms must not name an importer that is no room: a misspelling would forbid in silence.
func TestImportersAreRooms(t *testing.T) {
	t.Parallel()
	known := map[string]bool{"*": true}
	for _, r := range rooms {
		if known[r.name] {
			t.Errorf("%s stands twice in the table", r.name)
		}
		known[r.name] = true
	}
	for _, r := range rooms {
		for _, importer := range strings.Fields(r.importers + " " + seesAll) {
			if !known[importer] {
				t.Errorf("%s may be imported by %s, which is no room", r.name, importer)
			}
		}
	}
	for _, b := range bans {
		for _, name := range strings.Fields(b.rooms) {
			if !known[name] {
				t.Errorf("a ban names %s, which is no room", name)
			}
		}
	}
}
