// Package internal_test keeps the rules of the house that a program can check: which room may import which,
// what the pure rooms may not do, how long a function may be, and what no file may contain.
// The picture of the rooms is in ARCHITECTURE.md. That each check bites is shown in arch_bites_test.go.
package internal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	module = "github.com/lunas-pay/lunas"
	root   = ".." // of the repository, seen from this package
)

// room is a package and who may import it. A "*" in front stands for the rooms that see everything.
type room struct{ name, importers string }

// seesAll are the rooms behind "*": assembly, what looks on, the simulated world, conformance runs, and the bench.
const seesAll = "internal/gateway internal/observe internal/sim internal/certify internal/bench"

// stores are the rooms that keep what the words say.
const stores = "internal/store/group internal/store/sqldb internal/store/sqldb/sqldbtest internal/store/memory internal/store/sqlite internal/store/postgres internal/store/storetest"

// doors are where people and programs come in.
const doors = "internal/api internal/checkout internal/console"

// rooms, from the words at the bottom to the command at the top. Arrows point down, and no room imports its
// neighbour on the same storey but where the table says so. A room that is not here fails the test.
var rooms = []room{
	// Clients of the providers, and what they share with nobody.
	{"ovo", "* internal/rail sandbox"},
	{"snap", "* internal/rail sandbox"},
	{"doku", "* internal/rail sandbox"},
	{"faspay", "* internal/rail sandbox"},
	{"qris", "* cmd/lunas internal/rail sandbox internal/evidence " + doors},
	{"sandbox", "* cmd/lunas"},
	{"sandbox/qrscan", "sandbox"},
	{"sandbox/sftpserver", "cmd/lunas"},

	// Words.
	{"internal/language", "* internal/notice internal/recap internal/reconcile internal/books internal/doctor internal/onboarding internal/rail internal/wording " + doors},
	{"internal/payment", "* internal/language internal/notice internal/registry internal/doctor internal/config internal/exchange internal/webhook internal/recap internal/reconcile internal/books internal/evidence internal/merchant internal/rail internal/rail/railtest internal/wording internal/returns internal/store internal/engine " + stores + " " + doors},
	{"internal/exchange", "* internal/onboarding internal/registry internal/doctor internal/books internal/config internal/courier internal/webhook internal/recap internal/evidence internal/rail internal/rail/railtest internal/store internal/engine " + stores + " " + doors},
	{"internal/webhook", "* internal/books internal/store internal/engine internal/courier " + stores + " " + doors},
	{"internal/recap", "* internal/reconcile internal/books internal/store internal/engine " + stores + " " + doors},
	{"internal/onboarding", "internal/gateway cmd/lunas"},
	{"internal/sheet", "* internal/onboarding internal/reconcile internal/books " + doors},
	{"internal/reconcile", "* internal/books " + doors},
	{"internal/evidence", "* cmd/lunas internal/store internal/engine " + stores + " " + doors},
	{"internal/storybook", "internal/checkout internal/console cmd/lunas"},
	{"internal/asset", "internal/storybook " + doors},
	{"internal/qrpicture", "* cmd/lunas " + doors},
	{"internal/notice", "* internal/store " + stores + " " + doors},
	{"internal/reference", "internal/api"},
	{"internal/operator", "* internal/store internal/config cmd/lunas " + stores + " " + doors},
	{"internal/chain", "internal/store internal/store/sqldb internal/store/sqldb/sqldbtest internal/store/postgres internal/store/sqlite internal/gateway cmd/lunas"},
	{"internal/credential", "* internal/registry internal/doctor internal/cli"},
	{"internal/merchant", "* internal/registry internal/doctor internal/config internal/rail internal/rail/railtest internal/store internal/engine " + stores + " " + doors},

	// Contracts, and those who keep them.
	{"internal/rail", "* internal/registry internal/doctor internal/rail/railtest internal/wording internal/engine " + doors},
	{"internal/rail/railtest", ""},
	{"internal/wording", "* " + doors},
	{"internal/returns", "* " + doors},
	{"internal/store", "* internal/onboarding internal/registry internal/books internal/engine internal/courier " + stores + " " + doors},
	{"internal/store/group", "* internal/store/sqldb internal/store/memory internal/store/sqlite internal/store/postgres"},
	{"internal/store/sqldb", "internal/store/sqlite internal/store/postgres internal/store/sqldb/sqldbtest"},
	{"internal/store/sqldb/sqldbtest", ""},
	{"internal/store/memory", "* internal/console"}, // the console has it for its storybook
	{"internal/store/sqlite", "*"},
	{"internal/store/postgres", "*"},
	{"internal/store/storetest", "internal/store/sqldb/sqldbtest"},

	// Motion.
	{"internal/engine", "* internal/onboarding internal/registry " + doors},

	{"internal/courier", "* " + doors},
	{"internal/books", "* " + doors},
	{"internal/registry", "* internal/onboarding " + doors},
	{"internal/doctor", "* cmd/lunas " + doors},

	// Doors.
	{"internal/api", "*"},
	{"internal/checkout", "* cmd/lunas"},
	{"internal/console", "* cmd/lunas"},
	{"lunas", "* examples/shop examples/shop/run internal/cli cmd/lunas"},
	{"internal/cli", "cmd/lunas"},

	// Assembly and the roof.
	{"internal/observe", "internal/gateway"},
	{"internal/config", "internal/gateway internal/bench cmd/lunas"},
	{"internal/gateway", "internal/sim internal/bench cmd/lunas"},
	{"internal/sim", "internal/bench cmd/lunas"},
	{"internal/certify", "cmd/lunas"},
	{"internal/bench", "cmd/lunas"},
	{"cmd/lunas", ""},
	{"examples/fourrails", ""},
	{"examples/shop", "examples/shop/run cmd/lunas"},
	{"examples/shop/run", ""},

	// For tests only, and furniture.
	{"internal/testpg", "internal/store/storetest"},
	{"internal/testbrowser", ""},
	{"internal", ""},
	{"tools", ""},
}

// ban forbids rooms to import some packages, with the reason that a failure prints.
type ban struct {
	rooms   string // separated by spaces; a room's own subfolders are rooms of their own
	imports func(path string) bool
	why     string
}

var bans = []ban{
	{
		"internal/payment",
		impure,
		replayed,
	},
	{
		"internal/payment",
		func(p string) bool { return !standard(p) },
		"the core imports the standard library only; see docs/decisions/0002",
	},
	{
		"ovo snap doku faspay qris lunas",
		func(p string) bool { return !standard(p) },
		"merchants link the clients alone, and none knows the others: standard library only",
	},
	{
		"sandbox",
		func(p string) bool { return strings.HasPrefix(p, module+"/internal") },
		"the sandbox sees the clients' messages and nothing of the gateway, or both would be wrong together",
	},
	{
		"sandbox",
		func(p string) bool { return !standard(p) && !strings.HasPrefix(p, module+"/") },
		"the emulator itself is standard library; what reads pictures stands apart in sandbox/qrscan",
	},
	{
		"internal/rail internal/store internal/engine internal/exchange internal/webhook internal/recap internal/reconcile internal/sheet internal/books internal/evidence internal/merchant",
		anyOf("testing", "flag"),
		"rooms take their own Options; only cmd reads flags, only tests know of tests",
	},
}

// impure are the packages by which the world would come in unseen; replayed is why it may not.
var impure = anyOf("net", "os", "database/sql", "log", "context", "math/rand", "crypto/rand", "sync", "runtime", "syscall")

const replayed = "it is replayed by the simulator, so time, numbers and answers come in as data; see docs/decisions/0002"

// anyOf matches packages and what is below them, so that "os" is also "os/exec".
func anyOf(names ...string) func(string) bool {
	return func(p string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return p == name || strings.HasPrefix(p, name+"/") })
	}
}

// standard reports whether a package is of the standard library: its first element has no dot.
func standard(p string) bool {
	first, _, _ := strings.Cut(p, "/")
	return !strings.Contains(first, ".")
}

func TestRoomsImportOnlyDownwards(t *testing.T) {
	t.Parallel()
	report(t, checkRooms(rooms, imports(t)))
}

// TestTheMapShowsEveryRoom: who reads ARCHITECTURE.md finds each room's row, and the table holds no room that is gone.
func TestTheMapShowsEveryRoom(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "ARCHITECTURE.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rooms {
		name := r.name
		if name == "tools" {
			continue // versions of programs, no part of ours
		}
		if files, err := filepath.Glob(filepath.Join(root, name, "*.go")); err != nil || len(files) == 0 {
			t.Errorf("the table of rooms has %s, and there is no such package", name)
		}
		if in := path.Dir(name); in != "." && in != "internal" && in != "cmd" {
			continue // its row is that of the room around it
		}
		if !strings.Contains(string(text), "`"+name+"`") && !strings.Contains(string(text), "`"+name+"/`") {
			t.Errorf("ARCHITECTURE.md has no row for %s", name)
		}
	}
}

func TestForbiddenImports(t *testing.T) {
	t.Parallel()
	report(t, checkBans(bans, imports(t)))
}

// checkRooms takes the imports of every package of the module, by the path below the module.
func checkRooms(rooms []room, imports map[string][]string) (wrong []string) {
	allowed := map[string][]string{}
	for _, r := range rooms {
		importers := strings.Fields(r.importers)
		if len(importers) > 0 && importers[0] == "*" {
			importers = append(importers[1:], strings.Fields(seesAll)...)
		}
		allowed[r.name] = importers
	}
	for _, from := range sortedKeys(imports) {
		if _, ok := allowed[from]; !ok {
			wrong = append(wrong, fmt.Sprintf("%s is not in the table of rooms: say in internal/arch_test.go who may import it", from))
		}
		for _, to := range imports[from] {
			to, ours := strings.CutPrefix(to, module+"/")
			if importers, known := allowed[to]; ours && known && !slices.Contains(importers, from) {
				wrong = append(wrong, fmt.Sprintf("%s imports %s, which only these may: %s", from, to, strings.Join(importers, ", ")))
			}
		}
	}
	return wrong
}

func checkBans(bans []ban, imports map[string][]string) (wrong []string) {
	for _, b := range bans {
		for _, from := range strings.Fields(b.rooms) {
			for _, to := range imports[from] {
				if b.imports(to) {
					wrong = append(wrong, fmt.Sprintf("%s imports %s, but %s", from, to, b.why))
				}
			}
		}
	}
	return wrong
}

// imports asks go list for what the module's packages import, tests left out.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, p := range goList(t, "-e", "-json=ImportPath,Imports", "./...") {
		all[strings.TrimPrefix(p.ImportPath, module+"/")] = p.Imports
	}
	if len(all) == 0 {
		t.Fatal("go list found no package")
	}
	return all
}

type listed struct {
	ImportPath, Export string
	Imports            []string
}

func goList(t *testing.T, args ...string) (all []listed) {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list"}, args...)...)
	cmd.Dir = root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v: %s", err, stderr.String())
	}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatalf("go list: %v", err)
		}
		all = append(all, p)
	}
}

// ---------------------------------------------------------------- purity

// pureRooms decide without clock, goroutines, hidden state or chance, but for the files named as their shell.
var pureRooms = []struct {
	name  string
	shell []string
}{
	{"internal/payment", nil},
	{"internal/store/group", []string{"committer.go"}}, // performs what plan.go has decided
}

func TestPureRooms(t *testing.T) {
	t.Parallel()
	for _, r := range pureRooms {
		lookup := exports(t, r.name)
		fset := token.NewFileSet()
		var files []*ast.File
		matches, err := filepath.Glob(filepath.Join(root, r.name, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range matches {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(fset, file, nil, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, f)
		}
		if len(files) == 0 {
			continue // not built yet
		}
		wrong, err := checkPurity(fset, module+"/"+r.name, files, r.shell, lookup)
		if err != nil {
			t.Fatal(err)
		}
		report(t, wrong)
	}
}

// exports returns a lookup of compiled packages for the type checker: of these rooms and all they import.
func exports(t *testing.T, rooms ...string) importer.Lookup {
	t.Helper()
	args := []string{"-e", "-export", "-deps", "-json=ImportPath,Export", "time", "maps", "slices", "os"}
	for _, name := range rooms {
		if _, err := os.Stat(filepath.Join(root, name)); err == nil {
			args = append(args, "./"+name)
		}
	}
	files := map[string]string{}
	for _, p := range goList(t, args...) {
		files[p.ImportPath] = p.Export
	}
	return func(path string) (io.ReadCloser, error) {
		if files[path] == "" {
			return nil, fmt.Errorf("no compiled package %s: does it build?", path)
		}
		return os.Open(files[path])
	}
}

// checkPurity walks the syntax of one package. It does not follow a package variable into another function
// by an alias; it forbids taking its address instead. Files of the shell are only compiled with the others.
func checkPurity(fset *token.FileSet, path string, files []*ast.File, shell []string, lookup importer.Lookup) ([]string, error) {
	info := &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{},
		Defs: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{},
	}
	config := types.Config{Importer: importer.ForCompiler(fset, "gc", lookup)}
	if _, err := config.Check(path, fset, files, info); err != nil {
		return nil, fmt.Errorf("%s does not compile, so its purity is unknown: %w", path, err)
	}
	var wrong []string
	for _, file := range files {
		if slices.Contains(shell, filepath.Base(fset.Position(file.Pos()).Filename)) {
			continue
		}
		p := &purity{fset: fset, info: info, excused: excusedLines(fset, file), sorted: map[ast.Expr]bool{}}
		ast.Inspect(file, p.visit)
		wrong = append(wrong, p.wrong...)
	}
	return wrong, nil
}

type purity struct {
	fset    *token.FileSet
	info    *types.Info
	excused map[int]bool      // lines on which the order of a map is said not to matter
	sorted  map[ast.Expr]bool // calls whose result is sorted at once
	wrong   []string
}

// excuse marks a range over a map as harmless; a reason must follow.
const excuse = "// order does not matter: "

// excusedLines are the lines with an excuse and the ones below them.
func excusedLines(fset *token.FileSet, file *ast.File) map[int]bool {
	lines := map[int]bool{}
	for _, group := range file.Comments {
		for _, comment := range group.List {
			if strings.HasPrefix(comment.Text, excuse) && len(comment.Text) > len(excuse) {
				line := fset.Position(comment.Pos()).Line
				lines[line] = true
				lines[fset.Position(group.End()).Line+1] = true
			}
		}
	}
	return lines
}

func (p *purity) complain(n ast.Node, format string, args ...any) {
	p.wrong = append(p.wrong, fmt.Sprintf("%s: %s", p.fset.Position(n.Pos()), fmt.Sprintf(format, args...)))
}

func (p *purity) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.ImportSpec:
		if name := strings.Trim(n.Path.Value, `"`); impure(name) {
			p.complain(n, "imports %s, but %s", name, replayed)
		}
	case *ast.GoStmt:
		p.complain(n, "starts a goroutine")
	case *ast.RangeStmt:
		if _, isMap := p.info.TypeOf(n.X).Underlying().(*types.Map); isMap && !p.excused[p.fset.Position(n.Pos()).Line] {
			p.complain(n, "ranges over a map: sort the keys, or say %q and why", strings.TrimSpace(excuse))
		}
		p.written(n.Key)
		p.written(n.Value)
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			for _, left := range n.Lhs {
				p.written(left)
			}
		}
	case *ast.IncDecStmt:
		p.written(n.X)
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			p.written(n.X)
		}
	case *ast.CallExpr:
		p.call(n)
	case *ast.SelectorExpr:
		p.selector(n)
	}
	return true
}

// clocks are the functions of package time that read the clock or wait for it.
var clocks = []string{"Now", "Since", "Until", "After", "AfterFunc", "Sleep", "Tick", "NewTimer", "NewTicker"}

func (p *purity) selector(n *ast.SelectorExpr) {
	if f, ok := p.info.Uses[n.Sel].(*types.Func); ok && f.Pkg() != nil && f.Signature().Recv() == nil {
		switch {
		case f.Pkg().Path() == "time" && slices.Contains(clocks, f.Name()):
			p.complain(n, "reads the clock by time.%s: time comes in with the event", f.Name())
		case f.Pkg().Path() == "maps" && (f.Name() == "Keys" || f.Name() == "Values" || f.Name() == "All"):
			if !p.sorted[n] && !p.excused[p.fset.Position(n.Pos()).Line] {
				p.complain(n, "takes maps.%s in the order of the map: use slices.Sorted", f.Name())
			}
		}
	}
	// A method with a pointer receiver, called on a package variable, may write it.
	if s := p.info.Selections[n]; s != nil && s.Kind() == types.MethodVal {
		_, wantsPointer := s.Obj().(*types.Func).Signature().Recv().Type().(*types.Pointer)
		_, isPointer := s.Recv().Underlying().(*types.Pointer)
		if wantsPointer && !isPointer {
			p.written(n.X)
		}
	}
}

// call finds the built-in functions that write to their first argument, and sorts over maps.Keys.
func (p *purity) call(n *ast.CallExpr) {
	switch f := ast.Unparen(n.Fun).(type) {
	case *ast.Ident:
		if _, builtin := p.info.Uses[f].(*types.Builtin); builtin && slices.Contains([]string{"delete", "clear", "copy"}, f.Name) {
			p.written(n.Args[0])
		}
	case *ast.SelectorExpr:
		if strings.HasPrefix(f.Sel.Name, "Sorted") && len(n.Args) > 0 {
			if inner, ok := n.Args[0].(*ast.CallExpr); ok {
				p.sorted[inner.Fun] = true
			}
		}
	}
}

// written complains when what is written, or could be, is a package variable or a part of one.
func (p *purity) written(e ast.Expr) {
	for e != nil {
		switch x := e.(type) {
		case *ast.ParenExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.SelectorExpr:
			if v := p.packageVar(x.Sel); v != nil {
				p.complain(x, "writes package variable %s, or takes its address", v.Name())
				return
			}
			e = x.X
		case *ast.Ident:
			if v := p.packageVar(x); v != nil {
				p.complain(x, "writes package variable %s, or takes its address", v.Name())
			}
			return
		default:
			return
		}
	}
}

// packageVar returns the variable at the level of a package that the name means, or nil.
func (p *purity) packageVar(name *ast.Ident) *types.Var {
	v, ok := p.info.Uses[name].(*types.Var)
	if !ok || v.Pkg() == nil || v.IsField() || v.Parent() != v.Pkg().Scope() {
		return nil
	}
	return v
}

// ---------------------------------------------------------------- init and the ratchet

// screen is how many lines a function may have, from "func" to its closing brace.
const screen = 70

// longFile lists the functions that were longer when the rule came: folder, function, lines. It only shrinks.
const longFile = "testdata/long_functions.txt"

func TestFunctionsFitOnOneScreen(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(longFile)
	if err != nil {
		t.Fatal(err)
	}
	known, err := parseLong(string(text))
	if err != nil {
		t.Fatal(err)
	}
	long := map[string]int{}
	for _, file := range goFiles(t) {
		source, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		lengths, err := functionLengths(file, source)
		if err != nil {
			t.Fatal(err)
		}
		for name, lines := range lengths {
			if lines > screen {
				long[name] = lines
			}
		}
	}
	report(t, checkLong(long, known))
}

func TestNoInit(t *testing.T) {
	t.Parallel()
	for _, file := range goFiles(t) {
		source, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		lengths, err := functionLengths(file, source)
		if err != nil {
			t.Fatal(err)
		}
		if _, has := lengths[path.Dir(file)+" init"]; has {
			t.Errorf("%s has a func init: what a program does is said in main, in order", file)
		}
	}
}

// functionLengths gives the lines of every function, by "folder Receiver.Name". Generated files have none.
func functionLengths(file string, source []byte) (map[string]int, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, file, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	lengths := map[string]int{}
	if ast.IsGenerated(f) {
		return lengths, nil
	}
	for _, decl := range f.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok {
			name := fn.Name.Name
			if fn.Recv != nil {
				name = receiver(fn.Recv.List[0].Type) + "." + name
			}
			lengths[path.Dir(file)+" "+name] = fset.Position(fn.End()).Line - fset.Position(fn.Pos()).Line + 1
		}
	}
	return lengths, nil
}

func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.IndexListExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return "?"
}

// parseLong reads lines of "folder function lines"; # begins a comment.
func parseLong(text string) (map[string]int, error) {
	known := map[string]int{}
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		if len(fields) != 3 {
			return nil, fmt.Errorf("%s: %q is not 'folder function lines'", longFile, line)
		}
		lines, err := strconv.Atoi(fields[2])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", longFile, err)
		}
		known[fields[0]+" "+fields[1]] = lines
	}
	return known, nil
}

// checkLong compares the functions above one screen with those known to be.
func checkLong(long, known map[string]int) (wrong []string) {
	for _, name := range sortedKeys(long) {
		switch lines, before := long[name], known[name]; {
		case before == 0 && lines <= screen+2:
			wrong = append(wrong, fmt.Sprintf("%s has just reached %d lines, %d are one screen: look for the missing noun", name, lines, screen))
		case before == 0:
			wrong = append(wrong, fmt.Sprintf("%s has %d lines, %d are one screen", name, lines, screen))
		case lines > before:
			wrong = append(wrong, fmt.Sprintf("%s has grown from %d to %d lines; a long function may only shrink", name, before, lines))
		case lines < before:
			wrong = append(wrong, fmt.Sprintf("%s has shrunk to %d lines: write that in %s in place of %d", name, lines, longFile, before))
		}
	}
	for _, name := range sortedKeys(known) {
		if long[name] == 0 {
			wrong = append(wrong, fmt.Sprintf("%s fits on a screen or is gone: take it out of %s", name, longFile))
		}
	}
	return wrong
}

// ---------------------------------------------------------------- hygiene

// largest is the size in bytes that no file of the repository exceeds.
const largest = 2 << 20

func TestHygiene(t *testing.T) {
	t.Parallel()
	// Put together here, so that this file does not contain them.
	words := append(registries(), ".."+"/shared", "/wo"+"rk/")
	for _, file := range repositoryFiles(t) {
		content, err := os.ReadFile(filepath.Join(root, file))
		if errors.Is(err, fs.ErrNotExist) {
			continue // removed, not yet committed
		}
		if err != nil {
			t.Fatal(err)
		}
		report(t, checkHygiene(file, content, words))
	}
}

func checkHygiene(file string, content []byte, words []string) (wrong []string) {
	if len(content) > largest {
		wrong = append(wrong, fmt.Sprintf("%s has %d bytes, more than %d", file, len(content), largest))
	}
	for _, word := range words {
		if i := bytes.Index(content, []byte(word)); i >= 0 {
			line := 1 + bytes.Count(content[:i], []byte("\n"))
			wrong = append(wrong, fmt.Sprintf("%s:%d: mentions %q, which means nothing on another machine", file, line, word))
		}
	}
	return wrong
}

// registries are the hosts this machine gets its modules and packages from.
func registries() []string {
	goproxy, _ := exec.Command("go", "env", "GOPROXY").Output()
	npm := os.Getenv("npm_config_registry")
	if out, err := exec.Command("npm", "config", "get", "registry").Output(); err == nil {
		npm += "," + string(out)
	}
	return hosts(string(goproxy) + "," + npm)
}

// hosts takes the hosts from a list as in GOPROXY. Loopback and names without a dot are left out: they would
// be found everywhere and betray nothing.
func hosts(list string) (found []string) {
	for _, item := range strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune(",| \n", r) }) {
		u, err := url.Parse(item)
		if err == nil && strings.Contains(u.Hostname(), ".") && !strings.HasPrefix(u.Hostname(), "127.") {
			found = append(found, u.Hostname())
		}
	}
	return found
}

// repositoryFiles are those that git would commit, or without git all but the obvious.
func repositoryFiles(t *testing.T) (files []string) {
	t.Helper()
	cmd := exec.Command("git", "ls-files", "-z", "-co", "--exclude-standard")
	cmd.Dir = root
	if out, err := cmd.Output(); err == nil {
		return strings.FieldsFunc(string(out), func(r rune) bool { return r == 0 })
	}
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && slices.Contains([]string{".git", "bin", "data", "node_modules"}, d.Name()) {
			return fs.SkipDir
		}
		if d.Type().IsRegular() {
			files = append(files, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// goFiles are the source files that are no tests.
func goFiles(t *testing.T) (files []string) {
	t.Helper()
	for _, file := range repositoryFiles(t) {
		_, err := os.Stat(filepath.Join(root, file))
		if err == nil && strings.HasSuffix(file, ".go") && !strings.HasSuffix(file, "_test.go") && !strings.Contains(file, "testdata/") {
			files = append(files, file)
		}
	}
	return files
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func report(t *testing.T, wrong []string) {
	t.Helper()
	for _, w := range wrong {
		t.Error(w)
	}
}
