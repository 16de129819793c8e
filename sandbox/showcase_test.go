package sandbox

import (
	"net/http/httptest"
	"strings"
	"testing"
)

// Every page of the showcase is there in both languages, and shows what it is named for.
func TestShowcase(t *testing.T) {
	t.Parallel()
	s, list := Showcase()
	t.Cleanup(s.Close)
	if len(list) < 25 {
		t.Errorf("%d pages are shown", len(list))
	}
	seen := map[string]string{}
	for _, shown := range list {
		for _, lang := range []string{"id", "en"} {
			path := shown.Path + "?lang=" + lang
			if strings.Contains(shown.Path, "?") {
				path = shown.Path + "&lang=" + lang
			}
			w := httptest.NewRecorder()
			s.Handler().ServeHTTP(w, httptest.NewRequest("GET", path, nil))
			body := w.Body.String()
			if w.Code != 200 || !strings.Contains(body, `lang="`+lang+`"`) || strings.Contains(body, "<no value>") {
				t.Errorf("%s, %s: %s = %d", shown.Group, shown.Name, path, w.Code)
			}
			if other, twice := seen[body]; twice {
				t.Errorf("%s looks like %s", shown.Path, other)
			}
			seen[body] = shown.Path
		}
	}
}
