package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/lunas-pay/lunas/internal/cli"
)

// blocks are the commands of a page: in the fences marked sh, and between backticks.
var (
	shell  = regexp.MustCompile("(?s)```sh\n(.*?)```")
	quoted = regexp.MustCompile("`(lunas [a-z][^`]*)`")
	word   = regexp.MustCompile(`"[^"]*"|\S+`)
)

// commandsOf lists them, without their first word.
func commandsOf(t *testing.T, page string) (all [][]string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", page))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, block := range shell.FindAllStringSubmatch(string(b), -1) {
		lines = append(lines, strings.Split(strings.ReplaceAll(block[1], "\\\n", " "), "\n")...)
	}
	for _, found := range quoted.FindAllStringSubmatch(shell.ReplaceAllString(string(b), ""), -1) {
		lines = append(lines, strings.Join(strings.Fields(found[1]), " "))
	}
	for _, line := range lines {
		line, _, _ = strings.Cut(line, "  #")
		line, _, _ = strings.Cut(line, " && ")
		line, _, _ = strings.Cut(line, " | ")
		line, _, _ = strings.Cut(line, " > ")
		line, _, _ = strings.Cut(line, " < ")
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "lunas "); ok {
			var args []string
			for _, w := range word.FindAllString(rest, -1) {
				args = append(args, strings.Trim(w, `"`))
			}
			all = append(all, args)
		}
	}
	return all
}

// known says why the program does not understand a command line; nil: it does. A command that only names what it is about,
// such as lunas doctor in a sentence, need not have its arguments.
func known(args []string) error {
	var c commands
	parser, err := kong.New(&c, kong.Name("lunas"), kong.Writers(io.Discard, io.Discard), kong.Exit(func(int) {}),
		kong.BindTo(context.Background(), (*context.Context)(nil)), kong.Bind(&terminal{}, &cli.Terminal{}))
	if err != nil {
		return err
	}
	_, err = parser.Parse(args)
	return err
}

// readings are all that people read, from the top of the repository.
func readings(t *testing.T) (all []string) {
	t.Helper()
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/rails/*.md", "docs/decisions/*.md", "examples/*/*.md"} {
		found, err := filepath.Glob(filepath.Join("..", "..", pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %d pages, %v", pattern, len(found), err)
		}
		for _, page := range found {
			all = append(all, strings.TrimPrefix(filepath.ToSlash(page), "../../"))
		}
	}
	return all
}

// TestCommandsOfThePages: what a page tells to type, the program understands.
func TestCommandsOfThePages(t *testing.T) {
	t.Parallel()
	commands := 0
	for _, page := range readings(t) {
		if page == "CHANGELOG.md" {
			continue // it tells of what was
		}
		for _, args := range commandsOf(t, page) {
			commands++
			err := known(args)
			if err == nil || strings.Contains(err.Error(), "no such file or directory") { // it would look for what is the reader's
				continue
			}
			missing := strings.HasPrefix(err.Error(), "missing flags") || strings.HasPrefix(err.Error(), "expected ") || strings.HasPrefix(err.Error(), args[len(args)-1]+": expected ")
			if named := len(args) <= 2; named && (missing || args[len(args)-1] == "…") { // in a sentence
				continue
			}
			t.Errorf("%s: lunas %s: %v", page, strings.Join(args, " "), err)
		}
	}
	if commands < 150 {
		t.Errorf("only %d commands were found", commands)
	}
	for _, wrong := range [][]string{{"doctr"}, {"doctor", "--confg", "x"}, {"credentials", "import", "x", "--keys", "y"}} {
		if known(wrong) == nil {
			t.Errorf("lunas %s is understood, and should not be", strings.Join(wrong, " "))
		}
	}
}

// TestLinksOfThePages lead to what is there: files, pictures, headings.
func TestLinksOfThePages(t *testing.T) {
	t.Parallel()
	links := 0
	for _, page := range readings(t) {
		b, err := os.ReadFile(filepath.Join("..", "..", page))
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range link.FindAllStringSubmatch(string(b), -1) {
			to, heading, _ := strings.Cut(l[1], "#")
			if strings.Contains(to, "://") || strings.HasPrefix(to, "mailto:") {
				continue
			}
			links++
			target := filepath.Join("..", "..", filepath.Dir(page), to)
			if to == "" {
				target = filepath.Join("..", "..", page)
			}
			text, err := os.ReadFile(target)
			if info, statErr := os.Stat(target); err != nil && (statErr != nil || !info.IsDir()) {
				t.Errorf("%s names %s, which is not there", page, l[1])
			} else if heading != "" && !slices.Contains(headings(string(text)), heading) {
				t.Errorf("%s names %s, and there is no such heading", page, l[1])
			}
		}
	}
	if links < 100 {
		t.Errorf("only %d links were found", links)
	}
}

var (
	link     = regexp.MustCompile(`(?:\]\(|src=")([^)"\s]+)[)"]`) // never written
	title    = regexp.MustCompile(`(?m)^#+ (.*)$`)                // never written
	unlinked = regexp.MustCompile(`[^\p{L}\p{N}_ -]`)             // never written
)

// headings lists what can be linked to in a page.
func headings(text string) (all []string) {
	for _, h := range title.FindAllStringSubmatch(text, -1) {
		all = append(all, strings.ReplaceAll(unlinked.ReplaceAllString(strings.ToLower(h[1]), ""), " ", "-"))
	}
	return all
}
