package console

import (
	"encoding/base32"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/lunas-pay/lunas/internal/operator"
)

func decodeKey(key string) ([]byte, error) {
	return base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(key, " ", ""))
}

// Every route, for every role, at the user's own merchant, at another's, and without a session. The table is the one that
// the console is made of; only its handlers are replaced, by one that says that it was reached.
func TestEveryRouteForEveryRole(t *testing.T) {
	t.Parallel()
	const reached = 299
	w := newWorld(t)
	table := w.console.s.routes()
	for i := range table {
		table[i].handle = func(v *visit) error {
			v.w.WriteHeader(reached)
			return nil
		}
	}
	w.console.Handler = w.console.s.guard(w.console.s.mux(table))
	nobody := w.browser()
	users := map[operator.Role]*browser{}
	everywhere := map[operator.Role]*browser{}
	for _, role := range operator.Roles() {
		users[role] = w.as(string(role), grant("mer_a", role))
		everywhere[role] = w.as("all."+string(role), grant(operator.Everywhere, role))
	}
	// Who is owner of one merchant is no more than a viewer of another.
	mixed := w.as("mixed", grant("mer_a", operator.Viewer), grant("mer_b", operator.Owner))
	cases := 0
	check := func(what string, b *browser, rt route, merchantID string, want int) {
		t.Helper()
		cases++
		method, path := of(rt, merchantID)
		rec := b.do(method, path, nil)
		if rec.Code != want {
			t.Errorf("%s, %s: %d, want %d", rt.pattern, what, rec.Code, want)
		}
		if want == http.StatusSeeOther && !strings.HasPrefix(rec.Header().Get("Location"), "/console/login?next=") {
			t.Errorf("%s, %s: leads to %s", rt.pattern, what, rec.Header().Get("Location"))
		}
	}
	for _, rt := range table {
		outside := http.StatusSeeOther
		if strings.HasPrefix(rt.pattern, "POST") {
			outside = http.StatusUnauthorized
		}
		if rt.needs == anyone {
			outside = reached
		}
		check("nobody", nobody, rt, "mer_a", outside)
		if rt.perMerchant() {
			own := http.StatusForbidden
			if operator.Viewer.Covers(rt.needs) {
				own = reached
			}
			check("viewer at home, owner elsewhere", mixed, rt, "mer_a", own)
			check("owner at home, viewer elsewhere", mixed, rt, "mer_b", reached)
		}
		for role, b := range users {
			own, other := http.StatusForbidden, http.StatusNotFound
			if rt.needs == anyone || rt.needs == signedIn || role.Covers(rt.needs) {
				own = reached
			}
			if !rt.perMerchant() {
				other = own
			}
			check(string(role)+" at home", b, rt, "mer_a", own)
			check(string(role)+" elsewhere", b, rt, "mer_b", other)
			check(string(role)+" everywhere", everywhere[role], rt, "mer_b", own)
			if rt.perMerchant() {
				check(string(role)+" nowhere", everywhere[role], rt, "mer_none", http.StatusNotFound)
			}
		}
	}
	if cases < len(table)*16 {
		t.Errorf("only %d cases of %d routes", cases, len(table))
	}
}

// of gives a request for a route.
func of(rt route, merchantID string) (method, path string) {
	method, path, _ = strings.Cut(rt.pattern, " ")
	path = strings.ReplaceAll(strings.ReplaceAll(path, "{$}", ""), "{merchant}", merchantID)
	for strings.Contains(path, "{") {
		before, rest, _ := strings.Cut(path, "{")
		_, after, _ := strings.Cut(rest, "}")
		path = before + "x" + after
	}
	return method, path
}

// The rows themselves: only what must be open is open, and what stands in the menu can be reached by its address alone.
func TestTheTableOfRoutes(t *testing.T) {
	t.Parallel()
	s := newServer(Options{})
	open := map[string]bool{
		"GET /console": true, "GET /console/files/{file}": true, "GET /console/login": true, "POST /console/login": true,
		"GET /console/setup/{token}": true, "POST /console/setup/{token}": true,
	}
	for _, rt := range s.routes() {
		if (rt.needs == anyone) != open[rt.pattern] {
			t.Errorf("%s needs %q: is it meant to be open?", rt.pattern, rt.needs)
		}
		if rt.perMerchant() && !rt.needs.Known() {
			t.Errorf("%s is a merchant's and needs %q", rt.pattern, rt.needs)
		}
		if !strings.HasPrefix(rt.pattern, "GET /console") && !strings.HasPrefix(rt.pattern, "POST /console/") {
			t.Errorf("%s: a console's routes are GET and POST below /console", rt.pattern)
		}
		rest := strings.NewReplacer("{merchant}", "", "{$}", "").Replace(rt.pattern)
		if rt.menu != "" && (strings.Contains(rest, "{") || !strings.HasPrefix(rt.pattern, "GET")) {
			t.Errorf("%s cannot stand in the menu", rt.pattern)
		}
	}
}

// What is not in the table is not there, logged in or not.
func TestWhatIsNotInTheTable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	owner := w.as("owner", grant(operator.Everywhere, operator.Owner))
	for _, path := range []string{"/console/nothing", "/console/m/mer_a/nothing/x/y/z", "/console/files/console.css", "/console/files/..%2fframe.html"} {
		owner.get(path, http.StatusNotFound)
		w.browser().get(path, http.StatusNotFound)
	}
	rec := httptest.NewRecorder()
	w.console.ServeHTTP(rec, httptest.NewRequest("DELETE", "/console/login", nil))
	if rec.Code < 400 {
		t.Errorf("DELETE: %d", rec.Code)
	}
}
