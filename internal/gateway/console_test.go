package gateway_test

import (
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lunas-pay/lunas/internal/gateway"
	"github.com/lunas-pay/lunas/internal/operator"
)

// The console's first link, and users that are made and let in again on the machine itself.
func TestTheConsoleIsSetUp(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	open := func(off bool) (*gateway.Gateway, string) {
		t.Helper()
		conf, _, err := gateway.DevConfig(folder, "", "http://127.0.0.1:1", 1)
		if err != nil {
			t.Fatal(err)
		}
		conf.Console.URL, conf.Console.Off = "https://console.example.id", off
		g, err := gateway.Open(t.Context(), gateway.Options{Config: conf, Clock: gateway.RealClock(), Migrate: true})
		if err != nil {
			t.Fatal(err)
		}
		link, _, err := g.SetupLink(t.Context(), "http://127.0.0.1:8080")
		if err != nil {
			t.Fatal(err)
		}
		return g, link
	}
	get := func(g *gateway.Gateway, path string) *httptest.ResponseRecorder {
		rec := httptest.NewRecorder()
		g.Handler.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), "GET", path, nil))
		return rec
	}
	g, link := open(false)
	u, err := url.Parse(link)
	if err != nil || u.Host != "console.example.id" || get(g, u.Path).Code != 200 {
		t.Errorf("the first link is %q, %v: %d", link, err, get(g, u.Path).Code)
	}
	if rec := get(g, "/console/"); rec.Code != 303 || !strings.HasPrefix(rec.Header().Get("Location"), "/console/login") {
		t.Errorf("/console/: %d to %s", rec.Code, rec.Header().Get("Location"))
	}
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}

	users, err := gateway.OpenUsers(t.Context(), filepath.Join(folder, "lunas.db"))
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []struct {
		name  string
		roles []string
	}{{"x", []string{"owner"}}, {"ayu", []string{"king"}}, {"ayu", nil}, {"ayu", []string{"kopi:owner", "kopi:viewer"}}} {
		if _, _, err := users.Add(t.Context(), bad.name, bad.roles, ""); err == nil {
			t.Errorf("%v is made", bad)
		}
	}
	made, _, err := users.Add(t.Context(), "Ayu@Kopi.id", []string{"demo:operator", "viewer"}, "first")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := users.Add(t.Context(), "ayu@kopi.id", []string{"owner"}, ""); err == nil || !strings.Contains(err.Error(), "reset") {
		t.Errorf("the same again: %v", err)
	}
	if _, _, err := users.Reset(t.Context(), "budi", ""); err == nil {
		t.Error("a user that there is not gets a link")
	}
	reset, _, err := users.Reset(t.Context(), "ayu@kopi.id", "")
	if err != nil {
		t.Fatal(err)
	}
	list, err := users.List(t.Context())
	if err != nil || len(list) != 1 || !list[0].May(operator.Operator, "demo") || list[0].May(operator.Operator, "teh") || !list[0].May(operator.Viewer, "teh") {
		t.Errorf("users: %+v, %v", list, err)
	}
	if err := users.Close(); err != nil {
		t.Fatal(err)
	}

	g, link = open(false)
	if link != "" {
		t.Errorf("there is a user, and still the link %s", link)
	}
	if a, b := get(g, made).Code, get(g, reset).Code; a != 404 || b != 200 {
		t.Errorf("the link in whose place there is another: %d; that one: %d", a, b)
	}
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
	g, link = open(true)
	if rec := get(g, "/console/"); rec.Code != 404 || link != "" {
		t.Errorf("switched off: %d, %s", rec.Code, link)
	}
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
}
