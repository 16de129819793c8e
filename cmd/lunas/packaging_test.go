package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/knadh/koanf/parsers/yaml"

	"github.com/lunas-pay/lunas/internal/config"
)

// top is the repository, seen from this package.
const top = "../.."

func packaged(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(top, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// parses looks that a command line is one that this binary takes.
func parses(t *testing.T, where string, args []string) {
	t.Helper()
	var c commands
	parser, err := kong.New(&c, kong.Exit(func(int) {}), kong.BindTo(context.Background(), (*context.Context)(nil)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(args); err != nil {
		t.Errorf("%s starts lunas %v: %v", where, args, err)
	}
}

func isThere(t *testing.T, where, name string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(top, name)); err != nil {
		t.Errorf("%s names %s, which is not there", where, name)
	}
}

func TestTheUnitStartsWhatThereIs(t *testing.T) {
	t.Parallel()
	unit := packaged(t, "packaging/lunas.service")
	m := regexp.MustCompile(`(?m)^ExecStart=(\S+) (.*)$`).FindStringSubmatch(unit)
	if m == nil || m[1] != "/usr/bin/lunas" {
		t.Fatalf("the unit starts %q, want /usr/bin/lunas", m)
	}
	parses(t, "the unit", strings.Fields(m[2]))
	nfpm := packaged(t, "packaging/nfpm.yaml")
	for _, installed := range []string{"/usr/bin/lunas", "/etc/lunas/lunas.yaml", "/var/lib/lunas"} {
		if !strings.Contains(nfpm, "dst: "+installed+"\n") || installed != "/var/lib/lunas" && !strings.Contains(unit, installed) {
			t.Errorf("%s is not both in the package and in the unit", installed)
		}
	}
}

func TestTheImageIsMadeOfWhatThereIs(t *testing.T) {
	t.Parallel()
	file := packaged(t, "packaging/Dockerfile")
	m := regexp.MustCompile(`(?m)^CMD (\[.*\])$`).FindStringSubmatch(file)
	var args []string
	if m == nil || json.Unmarshal([]byte(m[1]), &args) != nil {
		t.Fatalf("the image's command is %q", m)
	}
	parses(t, "the image", args)
	goVersion := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(packaged(t, "go.mod"))[1]
	for _, want := range []string{"FROM golang:" + goVersion + " ", "FROM scratch", "USER 65532", "./cmd/lunas", "CGO_ENABLED=0", "main.version="} {
		if !strings.Contains(file, want) {
			t.Errorf("the Dockerfile lacks %q", want)
		}
	}
}

// Every file that the packages and the release are made of is there, but for the binary.
func TestPackagesAreMadeOfWhatThereIs(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"packaging/nfpm.yaml", ".goreleaser.yaml"} {
		content := packaged(t, name)
		if _, err := yaml.Parser().Unmarshal([]byte(content)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		sources := regexp.MustCompile(`(?:src: |install: |remove: |main: \./)([^\s,}]+)`).FindAllStringSubmatch(content, -1)
		if len(sources) < 6 {
			t.Errorf("%s names %d files", name, len(sources))
		}
		for _, s := range sources {
			if s[1] != "bin/lunas" {
				isThere(t, name, s[1])
			}
		}
	}
	// What a checkout has given its own time would make every release another.
	archive, _, _ := strings.Cut(packaged(t, ".goreleaser.yaml"), "builds_info:")
	_, archive, _ = strings.Cut(archive, "    files:\n")
	if files, dated := strings.Count(archive, "src: "), strings.Count(archive, "info: "); files < 6 || files != dated {
		t.Errorf("%d of %d files in the archive have the commit's time", dated, files)
	}
}

// The configuration in the package is one with which lunas can start.
func TestTheConfigurationInThePackage(t *testing.T) {
	t.Parallel()
	key := filepath.Join(t.TempDir(), "master.key")
	if err := os.WriteFile(key, []byte(strings.Repeat("ab", 32)), 0o600); err != nil {
		t.Fatal(err)
	}
	content := strings.ReplaceAll(packaged(t, "packaging/lunas.yaml"), "/etc/lunas/master.key", key)
	file := filepath.Join(t.TempDir(), "lunas.yaml")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(file, nil)
	if err != nil || c.Database != "/var/lib/lunas/lunas.db" {
		t.Errorf("Load = %s, %v", c.Database, err)
	}
	// So is the example that stands in it behind a #.
	example := regexp.MustCompile(`(?m)^#  `).ReplaceAllString(strings.ReplaceAll(content, "merchants: []", "merchants:"), "  ")
	for name, text := range map[string]string{"/etc/lunas/kopi.key": "lunas_live_0123456789abcdef01234567", "/etc/lunas/kopi-ovo.key": "secret"} {
		secret := filepath.Join(t.TempDir(), filepath.Base(name))
		if err := os.WriteFile(secret, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		example = strings.ReplaceAll(example, name, secret)
	}
	if err := os.WriteFile(file, []byte(example), 0o600); err != nil {
		t.Fatal(err)
	}
	if c, err := config.Load(file, nil); err != nil || len(c.Merchants) != 1 || len(c.Merchants[0].Accounts) != 1 {
		t.Errorf("the example = %d merchants, %v", len(c.Merchants), err)
	}
}

// TestBothRecipesPackTheSame: the Debian package of make deb, and the one of make release.
func TestBothRecipesPackTheSame(t *testing.T) {
	t.Parallel()
	release, deb := packaged(t, ".goreleaser.yaml"), packaged(t, "packaging/nfpm.yaml")
	places := regexp.MustCompile(`dst: ([^,\s]+)`).FindAllStringSubmatch(deb, -1)
	if len(places) < 6 {
		t.Fatalf("the Debian package puts only %d things in place", len(places))
	}
	for _, m := range places {
		if m[1] != "/usr/bin/lunas" && !strings.Contains(release, "dst: "+m[1]) {
			t.Errorf("make deb packs %s, make release does not", m[1])
		}
	}
	_, depends, _ := strings.Cut(deb, "\ndepends:\n")
	depends, _, _ = strings.Cut(depends, "\ncontents:")
	for line := range strings.Lines(depends) {
		if name := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "-")); !regexp.MustCompile(`dependencies: \[.*\b` + name + `\b.*\]`).MatchString(release) {
			t.Errorf("the package of make deb needs %s, that of make release does not", name)
		}
	}
}
