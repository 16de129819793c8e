package api

import (
	"net/http/httptest"
	"strings"
	"testing"
)

// The reference has every operation of the contract, can be read by anybody, and nothing on it is a script.
func TestTheReferencePage(t *testing.T) {
	t.Parallel()
	w := serve(t)
	page := string(get(t, "/docs"))
	operations := 0
	for path, methods := range readContract(t, get(t, "/openapi.json")).paths {
		for method := range methods {
			operations++
			if want := strings.ToUpper(method) + "</b> <code>" + path + "</code>"; !strings.Contains(page, want) {
				t.Errorf("the page lacks %s %s", method, path)
			}
		}
	}
	for code := range catalogue {
		if !strings.Contains(page, "<code>"+code+"</code>") && !outside[code] {
			t.Errorf("the page does not say what to do about %s", code)
		}
	}
	if operations < 20 || strings.Contains(page, "<script") {
		t.Errorf("%d operations; a script: %t", operations, strings.Contains(page, "<script"))
	}
	rec := httptest.NewRecorder()
	w.server.handler().ServeHTTP(rec, httptest.NewRequest("GET", "/docs", nil)) // without a key
	if policy := rec.Header().Get("Content-Security-Policy"); rec.Code != 200 || !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("GET /docs: %d, Content-Security-Policy %q", rec.Code, policy)
	}
}

// outside are codes of answers outside of every operation.
var outside = map[string]bool{"route_not_found": true, "method_not_allowed": true} // never written
