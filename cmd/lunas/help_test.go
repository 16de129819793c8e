package main

import (
	"errors"
	"io"
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// TestEveryCommandExplainsItself: each has examples, each example is understood, and each default is told.
func TestEveryCommandExplainsItself(t *testing.T) {
	t.Parallel()
	parser := func() *kong.Kong { // a new one each time: it remembers what it has read
		p, err := newParser(t.Context(), io.Discard, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	for _, command := range parser().Model.Leaves(true) {
		_, examples, found := strings.Cut(command.Detail, "Examples:\n")
		if !found {
			t.Errorf("%s --help has no examples", command.FullPath())
		}
		understood := 0
		for line := range strings.Lines(continued.ReplaceAllString(examples, "")) {
			args := shellWords(line)
			if len(args) == 0 || args[0] != "lunas" {
				continue
			}
			if _, err := parser().Parse(args[1:]); err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("an example of %s is not understood: %s%v", command.FullPath(), line, err)
			}
			understood++
		}
		if understood == 0 && command.Name != "completion" {
			t.Errorf("%s --help has no example that begins with lunas", command.FullPath())
		}
		for _, flag := range command.Flags {
			if flag.HasDefault && flag.PlaceHolder != "" && !strings.Contains(flag.Help, flag.Default) && !strings.Contains(flag.Help, "left out") {
				t.Errorf("%s --help does not tell that --%s is %s when left out: %s", command.FullPath(), flag.Name, flag.Default, flag.Help)
			}
		}
	}
}

// shellWords takes the first command of an example apart: settings of the environment before it, and a comment, a pipe or a
// redirection behind it, are left out.
func shellWords(line string) (words []string) {
	line = strings.TrimSpace(line)
	for word := range strings.SplitSeq(line, " ") {
		switch {
		case len(words) > 0 && unclosed(words[len(words)-1]):
			words[len(words)-1] += " " + word
		case word == "", word == "|", word == "<", word == ">": // several spaces: a comment follows
			return words
		case len(words) == 0 && strings.Contains(word, "="):
		default:
			words = append(words, word)
		}
	}
	for i := range words {
		words[i] = strings.Trim(words[i], `"'`)
	}
	return words
}

// continued is the end of a line that goes on in the next.
var continued = regexp.MustCompile(`\\\n\s*`) // never written

// unclosed tells whether a quotation has begun and not ended.
func unclosed(word string) bool {
	return strings.Count(word, `"`)%2 == 1 || strings.Count(word, "'")%2 == 1
}
