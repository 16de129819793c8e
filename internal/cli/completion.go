package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/lunas-pay/lunas/lunas"
)

// Completion prints what a shell needs to complete command lines.
type Completion struct {
	Shell string `arg:"" help:"bash, zsh or fish." enum:"bash,zsh,fish"`
}

// Help says how to use it.
func (Completion) Help() string {
	return "Examples:\n" +
		"  source <(lunas completion bash)                                     in ~/.bashrc\n" +
		"  source <(lunas completion zsh)                                      in ~/.zshrc, after compinit\n" +
		"  lunas completion fish > ~/.config/fish/completions/lunas.fish"
}

// Run prints the script.
func (c Completion) Run(t *Terminal) error {
	script := map[string]string{
		"bash": `_lunas() {
	local IFS=$'\n' line
	COMPREPLY=()
	for line in $(lunas __complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null); do
		COMPREPLY+=("${line%%$'\t'*}")
	done
}
complete -o default -F _lunas lunas
`,
		"zsh": `_lunas() {
	local -a found
	local line
	for line in "${(@f)$(lunas __complete -- "${(@)words[2,$CURRENT]}" 2>/dev/null)}"; do
		[[ -n $line ]] && found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
	done
	if (( $#found )); then _describe lunas found; else _files; fi
}
compdef _lunas lunas
`,
		"fish": `complete -c lunas -a '(lunas __complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
`,
	}[c.Shell]
	_, err := fmt.Fprint(t.Out, script)
	return err
}

// Complete is what the shells' scripts call: it prints what the last word may become, with a description after a tab.
type Complete struct {
	Words []string `arg:"" optional:"" help:"The words of the command line up to the cursor, without the program's name."`
}

// Run prints the candidates.
func (c Complete) Run(t *Terminal, k *kong.Context) error {
	for _, x := range candidates(k.Model.Node, c.Words) {
		if _, err := fmt.Fprintf(t.Out, "%s\t%s\n", x.word, x.help); err != nil {
			return err
		}
	}
	return nil
}

type candidate struct{ word, help string }

// values are what may be given to flags that are tagged with complete.
func values(kind string) []string {
	switch kind {
	case "states":
		return states()
	case "rails":
		return []string{"ovo", "snap", "doku", "faspay"}
	case "deliveries":
		return []string{"due", "delivered", "failed"}
	case "events":
		all := []string{"payment.*"}
		for _, s := range lunas.States() {
			all = append(all, "payment."+string(s))
		}
		return append(all, "webhook_endpoint.disabled", "notice.raised", "notice.cleared")
	}
	return nil
}

func contains(all []string, one string) bool { return slices.Contains(all, one) }

// candidates gives what the last of the words may become.
func candidates(node *kong.Node, words []string) (found []candidate) {
	if len(words) == 0 {
		words = []string{""}
	}
	last := words[len(words)-1]
	var open *kong.Flag // the flag whose value comes next
	for _, word := range words[:len(words)-1] {
		switch {
		case open != nil:
			open = nil
		case strings.HasPrefix(word, "-"):
			if open = flagOf(node, word); open != nil && (open.IsBool() || strings.Contains(word, "=")) {
				open = nil
			}
		default:
			for _, child := range node.Children {
				if child.Name == word {
					node = child
					break
				}
			}
		}
	}
	add := func(word, help string) {
		if strings.HasPrefix(word, last) {
			found = append(found, candidate{word, strings.ReplaceAll(help, "\n", " ")})
		}
	}
	switch {
	case open != nil:
		for _, v := range valuesOf(open.Value) {
			add(v, "")
		}
	case strings.HasPrefix(last, "-"):
		for _, group := range node.AllFlags(true) {
			for _, f := range group {
				add("--"+f.Name, f.Help)
			}
		}
	default:
		for _, child := range node.Children {
			if !child.Hidden {
				add(child.Name, child.Help)
			}
		}
		for _, p := range node.Positional {
			for _, v := range valuesOf(p) {
				add(v, "")
			}
		}
	}
	return found
}

func valuesOf(v *kong.Value) []string {
	if v.Enum != "" {
		return v.EnumSlice()
	}
	return values(v.Tag.Get("complete"))
}

// flagOf finds the flag of a word, --name, --name=… or -n.
func flagOf(node *kong.Node, word string) *kong.Flag {
	name, _, _ := strings.Cut(word, "=")
	for _, group := range node.AllFlags(false) {
		for _, f := range group {
			if name == "--"+f.Name || f.Short != 0 && name == "-"+string(f.Short) {
				return f
			}
		}
	}
	return nil
}
