package console

import (
	"net/url"
	"strings"
	"testing"
)

// Where a log-in leads to comes from outside: always to a path below /console/, as a browser understands it too.
func FuzzSafeNext(f *testing.F) {
	for _, s := range []string{"/console/m/a/?b=c#d", "//evil.example", "/console/../x", "https://a", "/\\a", "/console/%2f", "/console/\t/x", "/console/.%2e/x", "/console/;@a"} {
		f.Add(s)
	}
	base, err := url.Parse("https://pay.example.id/console/login")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		next := safeNext(s)
		// Browsers take backslashes for slashes, and leave control characters and spaces out.
		seen := strings.Map(func(r rune) rune {
			switch {
			case r == '\\':
				return '/'
			case r <= ' ':
				return -1
			}
			return r
		}, next)
		u, err := base.Parse(seen)
		if err != nil || u.Host != base.Host || u.Scheme != "https" || !strings.HasPrefix(u.Path, home) {
			t.Errorf("%q leads to %q, which is %v, %v", s, next, u, err)
		}
	})
}
