package internal_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What a browser gets names no provider's host and holds no credential: only servers speak to a provider.
// Source: OVO, Push To Pay API: "we are not allowed to using communication from Front End/Client Side merchant directly
// to OVO Server".
func TestPagesNameNoProvider(t *testing.T) {
	t.Parallel()
	found := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if d != nil && (d.Name() == ".git" || d.Name() == "node_modules" || d.Name() == "data") {
				return filepath.SkipDir
			}
			return err
		}
		if !slices.Contains([]string{".html", ".js", ".css", ".svg"}, filepath.Ext(path)) {
			return nil
		}
		found++
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if what := namesProvider(string(content)); what != "" {
			t.Errorf("%s holds %q", path, what)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found == 0 {
		t.Error("no page was looked at")
	}
}

func namesProvider(content string) string {
	for _, what := range []string{"ovo.id", "byte-stack.net", "doku.com", "faspay.co.id", "app_key", "appKey", "app-key", "lunas_test_", "lunas_live_"} {
		if strings.Contains(content, what) {
			return what
		}
	}
	return ""
}

func TestPagesNameNoProviderBites(t *testing.T) {
	t.Parallel()
	for _, page := range []string{`fetch("https://apigw.ovo.id/pos")`, `<input name="app_key">`} {
		if namesProvider(page) == "" {
			t.Errorf("%q passes", page)
		}
	}
}
