package config

import (
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/knadh/koanf/parsers/yaml"
)

func TestEveryKeyIsDescribed(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{}
	for _, k := range Keys() {
		if k.Meaning == "" {
			t.Errorf("the key %s has no meaning", k.Path)
		}
		if listed[k.Path] {
			t.Errorf("the key %s is listed twice", k.Path)
		}
		listed[k.Path] = true
	}
	for path := range described {
		if !listed[path] {
			t.Errorf("%s is described, but is no key", path)
		}
	}
	for _, name := range []string{"listen", "database", "drain"} {
		if i := slices.IndexFunc(Keys(), func(k Key) bool { return k.Path == name }); Keys()[i].Env != "LUNAS_"+strings.ToUpper(name) {
			t.Errorf("the variable of %s is %q", name, Keys()[i].Env)
		}
	}
}

// describedAccounts are small ones of each rail, as the file has them.
func describedAccounts(t *testing.T) map[string]map[string]any {
	t.Helper()
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	common := func(rail string, more map[string]any) map[string]any {
		a := map[string]any{"id": "a", "rail": rail, "environment": "sandbox", "url": "http://127.0.0.1:8081"}
		maps.Copy(a, more)
		return a
	}
	ovoTill := map[string]any{"id": "till", "tid": "00000179", "mid": "000000000000179", "merchant_id": "200179", "store_code": "s"}
	return map[string]map[string]any{
		"ovo": common("ovo", map[string]any{"app_id": "kopi", "app_key_file": key, "terminals": []any{ovoTill}}),
		"snap": common("snap", map[string]any{
			"client_id": "kopi", "client_secret_file": key, "private_key_file": key,
			"terminals": []any{map[string]any{"id": "till", "tid": "1", "mid": "2"}},
		}),
		"doku": common("doku", map[string]any{"client_id": "kopi", "secret_key_file": key}),
		"faspay": common("faspay", map[string]any{
			"merchant_id": "99999", "merchant_name": "Kopi", "user_id": "bot", "password_file": key, "customer": map[string]any{"email": "a@b.example"},
		}),
	}
}

// What is said to be the default makes no difference when it is written.
func TestDefaultsAreWhatTheyAreSaidToBe(t *testing.T) {
	t.Parallel()
	rails := slices.Sorted(maps.Keys(describedAccounts(t)))
	checked := 0
	for _, k := range Keys() {
		if k.Default == "" || strings.HasPrefix(k.Default, "(") {
			continue
		}
		value, err := yaml.Parser().Unmarshal([]byte("v: " + k.Default))
		if err != nil {
			t.Errorf("%s: the default %q cannot be written: %v", k.Path, k.Default, err)
			continue
		}
		taken := false
		for _, rail := range rails {
			file := func() map[string]any {
				return map[string]any{
					"database": "lunas.db",
					"merchants": []any{map[string]any{
						"id": "m", "accounts": []any{describedAccounts(t)[rail]},
						"api_keys": []any{map[string]any{"mode": "test", "key_env": "KEY"}},
					}},
				}
			}
			without, with := file(), file()
			put(with, strings.Split(k.Path, "."), value["v"])
			left, err := loadMap(t, without)
			if err != nil {
				t.Fatalf("the file without %s: %v", k.Path, err)
			}
			written, err := loadMap(t, with)
			if err != nil {
				continue // another rail's
			}
			taken = true
			if !reflect.DeepEqual(left, written) {
				t.Errorf("%s: with the default %s written an account at %s is another:\n%+v\n%+v", k.Path, k.Default, rail, left, written)
			}
		}
		if checked++; !taken {
			t.Errorf("%s: no rail takes the default %s", k.Path, k.Default)
		}
	}
	if checked < 25 {
		t.Errorf("only %d defaults were checked", checked)
	}
}

// put sets a key; [] is the first of a list.
func put(file map[string]any, path []string, value any) {
	name, list := strings.CutSuffix(path[0], "[]")
	switch {
	case len(path) == 1:
		file[name] = value
		return
	case list && file[name] == nil:
		file[name] = []any{map[string]any{}}
	case !list && file[name] == nil:
		file[name] = map[string]any{}
	}
	if list {
		put(file[name].([]any)[0].(map[string]any), path[1:], value)
		return
	}
	put(file[name].(map[string]any), path[1:], value)
}

func loadMap(t *testing.T, file map[string]any) (Config, error) {
	t.Helper()
	b, err := yaml.Parser().Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "lunas.yaml")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return Load(path, []string{"LUNAS_MASTER_KEY=" + strings.Repeat("ab", 32), "KEY=lunas_test_0123456789abcdef01234567"})
}
