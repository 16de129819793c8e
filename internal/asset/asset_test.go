package asset_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/lunas-pay/lunas/internal/asset"
)

var style = strings.Repeat("main { color: green; }\n", 40)

func load(css string) asset.Files {
	return asset.Load(fstest.MapFS{
		"web/page.css":    {Data: []byte(css)},
		"web/icon.svg":    {Data: []byte("<svg/>")},
		"web/secret.txt":  {Data: []byte("not for browsers")},
		"web/page.html":   {Data: []byte(`{{define "page"}}{{file "page.css"}} {{file "icon.svg"}} {{loud "x"}}{{end}}`)},
		"web/broken.html": {Data: []byte(`{{define "broken"}}{{file "page.js"}}{{end}}`)},
	}, "/pages/", map[string]any{"loud": strings.ToUpper})
}

// addresses are those that the page names.
func addresses(t *testing.T, f asset.Files) (css, svg string) {
	t.Helper()
	var b strings.Builder
	if err := f.Templates.ExecuteTemplate(&b, "page", nil); err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`^(/pages/page-[0-9a-f]{12}\.css) (/pages/icon-[0-9a-f]{12}\.svg) X$`).FindStringSubmatch(b.String())
	if m == nil {
		t.Fatalf("the page is %q", b.String())
	}
	return m[1], m[2]
}

func get(f asset.Files, address, accept string) *httptest.ResponseRecorder {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /pages/{file}", func(w http.ResponseWriter, r *http.Request) {
		if !f.Serve(w, r) {
			http.NotFound(w, r)
		}
	})
	w, r := httptest.NewRecorder(), httptest.NewRequest("GET", address, nil)
	if accept != "" {
		r.Header.Set("Accept-Encoding", accept)
	}
	mux.ServeHTTP(w, r)
	return w
}

func TestNamesChangeWithTheContent(t *testing.T) {
	t.Parallel()
	was, icon := addresses(t, load(style))
	is, same := addresses(t, load(style+"a { color: red; }"))
	if was == is || icon != same {
		t.Errorf("%s became %s and %s became %s; want another name for what changed alone", was, is, icon, same)
	}
	f := load(style)
	for _, address := range []string{is, "/pages/page.css", "/pages/secret.txt", "/pages/page.html", "/pages/..%2fpage.html"} {
		if got := get(f, address, ""); got.Code != http.StatusNotFound {
			t.Errorf("%s = %d, want 404", address, got.Code)
		}
	}
	if err := f.Templates.ExecuteTemplate(io.Discard, "broken", nil); err == nil {
		t.Error("a page that names a file that is not there is written")
	}
}

func TestCompressed(t *testing.T) {
	t.Parallel()
	f := load(style)
	css, svg := addresses(t, f)
	for _, c := range []struct {
		address, accept, encoding string
	}{
		{css, "", ""},
		{css, "br", ""},
		{css, "identity", ""},
		{css, "gzip;q=0, br", ""},
		{css, "x-gzip", ""},
		{css, "gzip;q=a", ""},
		{css, "gzip", "gzip"},
		{css, "br, deflate, GZIP ; Q=0.5", "gzip"},
		{svg, "gzip", ""}, // it would become larger
	} {
		got := get(f, c.address, c.accept)
		content, err := got.Body.String(), error(nil)
		if c.encoding != "" {
			if got.Body.Len() >= len(style) {
				t.Errorf("%s has %d bytes, compressed %d", c.address, len(style), got.Body.Len())
			}
			content, err = unzip(got.Body)
		}
		want := map[string]string{css: style, svg: "<svg/>"}[c.address]
		h := got.Header()
		if err != nil || content != want || h.Get("Content-Encoding") != c.encoding {
			t.Errorf("%s with Accept-Encoding %q is encoded by %q, want %q (%v):\n%s", c.address, c.accept, h.Get("Content-Encoding"), c.encoding, err, content)
		}
		if h.Get("Vary") != "Accept-Encoding" || !strings.Contains(h.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: the headers are %v", c.address, h)
		}
	}
}

func unzip(r io.Reader) (string, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(z)
	return string(b), err
}
