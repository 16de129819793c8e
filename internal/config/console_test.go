package config

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lunas-pay/lunas/internal/operator"
)

func TestWhatTakesTwoPeople(t *testing.T) {
	t.Parallel()
	merchant := func(id string, more map[string]any) map[string]any {
		m := map[string]any{"id": id}
		for k, v := range more {
			m[k] = v
		}
		return m
	}
	file := map[string]any{
		"database": "lunas.db", "public_url": "https://pay.example.id/", "console": map[string]any{"four_eyes": []any{"void", "refund"}},
		"merchants": []any{
			merchant("usual", nil), merchant("alone", map[string]any{"four_eyes": []any{}}),
			merchant("careful", map[string]any{"four_eyes": []any{"numbering"}}),
		},
	}
	c, err := loadMap(t, file)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		merchant string
		action   operator.Action
		want     bool
	}{
		{"usual", operator.Void, true},
		{"usual", operator.Numbering, false},
		{"data", operator.Refund, true},
		{"alone", operator.Void, false},
		{"careful", operator.Void, false},
		{"careful", operator.Numbering, true},
	} {
		if got := c.Console.TwoPeople(x.merchant, x.action); got != x.want {
			t.Errorf("%s of %s takes two people: %t", x.action, x.merchant, got)
		}
	}
	if c.Console.URL != "https://pay.example.id" {
		t.Errorf("the console is at %q", c.Console.URL)
	}
	if !(Console{}).TwoPeople("m", operator.Resolve) {
		t.Error("nothing said means one person")
	}
	file["console"] = map[string]any{"four_eyes": []any{"everything"}, "url": "ftp://x"}
	if _, err := loadMap(t, file); err == nil || !strings.Contains(err.Error(), "console.four_eyes[0]") || !strings.Contains(err.Error(), "console.url") {
		t.Errorf("a wrong file: %v", err)
	}
}

func TestAnIdentityProvider(t *testing.T) {
	t.Parallel()
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	load := func(public string, change map[string]any) (Config, error) {
		provider := map[string]any{"issuer": "https://id.example", "client_id": "lunas", "client_secret_file": secret}
		maps.Copy(provider, change)
		return loadMap(t, map[string]any{"database": "lunas.db", "public_url": public, "console": map[string]any{"oidc": provider}})
	}
	c, err := load("https://pay.example.id", nil)
	if err != nil {
		t.Fatal(err)
	}
	if o := c.Console.OIDC; o == nil || o.Issuer != "https://id.example" || o.ClientID != "lunas" || o.Secret.Reveal() != "s3cret" || o.Name != "OpenID Connect" {
		t.Errorf("the provider is %+v", o)
	}
	for _, wrong := range []struct {
		public string
		change map[string]any
		says   string
	}{
		{"https://pay.example.id", map[string]any{"issuer": "http://id.example"}, "console.oidc.issuer"},
		{"https://pay.example.id", map[string]any{"issuer": "id.example"}, "console.oidc.issuer"},
		{"https://pay.example.id", map[string]any{"client_id": ""}, "console.oidc.client_id"},
		{"https://pay.example.id", map[string]any{"client_secret_file": ""}, "console.oidc.client_secret"},
		{"https://pay.example.id", map[string]any{"client_secret": "s3cret"}, "client_secret"},
		{"", nil, "console.url"},
	} {
		if _, err := load(wrong.public, wrong.change); err == nil || !strings.Contains(err.Error(), wrong.says) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%v at %q: %v, want a word about %s", wrong.change, wrong.public, err, wrong.says)
		}
	}
}
