package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
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
	b, err := os.ReadFile(filepath.Join("..", "..", "docs", page))
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

// TestTheGuidesCommands: what the guide tells to type, the program understands.
func TestTheGuidesCommands(t *testing.T) {
	t.Parallel()
	all := commandsOf(t, "live.md")
	if len(all) < 30 {
		t.Fatalf("%d commands were found in the guide", len(all))
	}
	for _, args := range all {
		err := known(args)
		if err == nil || strings.Contains(err.Error(), "no such file or directory") { // it would look for what is the reader's
			continue
		}
		missing := strings.HasPrefix(err.Error(), "missing flags") || strings.HasPrefix(err.Error(), "expected ")
		if named := len(args) <= 2; named && missing { // in a sentence
			continue
		}
		t.Errorf("lunas %s: %v", strings.Join(args, " "), err)
	}
	for _, wrong := range [][]string{{"doctr"}, {"doctor", "--confg", "x"}, {"credentials", "import", "x", "--keys", "y"}} {
		if known(wrong) == nil {
			t.Errorf("lunas %s is understood, and should not be", strings.Join(wrong, " "))
		}
	}
}

// TestTheGuidesPictures are there.
func TestTheGuidesPictures(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../docs/live.md")
	if err != nil {
		t.Fatal(err)
	}
	links := regexp.MustCompile(`(?:\]\(|src=")([^)"#]+)(?:#[^)"]*)?[)"]`).FindAllStringSubmatch(string(b), -1)
	if len(links) < 10 {
		t.Fatalf("%d links were found", len(links))
	}
	for _, l := range links {
		if strings.HasPrefix(l[1], "https://") {
			continue
		}
		if _, err := os.Stat(filepath.Join("../../docs", l[1])); err != nil {
			t.Errorf("the guide names %s, which is not there", l[1])
		}
	}
}
