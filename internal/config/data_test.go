package config

import (
	"bytes"
	"strings"
	"testing"

	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
)

const ovoSettings = `{"rail":"ovo","environment":"sandbox","url":"http://127.0.0.1:8081/pos","app_id":"kopi","terms":{"shorten":10},
	"terminals":[{"id":"till-1","tid":"00300001","mid":"MID","merchant_id":"200179","store_code":"MM001"}]}`

func TestAccountsThatAreData(t *testing.T) {
	a, err := Account("kopi", "ovo", []byte(ovoSettings), map[string]string{"app_key": "canary-app-key\n"})
	if err != nil {
		t.Fatal(err)
	}
	if a.MerchantID != "kopi" || a.ID != "ovo" || a.Rail != payment.OVO || a.Environment != merchant.Sandbox || a.OVO.AppKey.Reveal() != "canary-app-key" ||
		a.Terminals[0].TID != "00300001" || a.Terms.InDoubtAfter != payment.OVOTerms().InDoubtAfter/10 {
		t.Errorf("account = %+v, want what the settings say", a)
	}
	a, err = Account("kopi", "qris", []byte(`{"rail":"snap","environment":"staging","client_id":"c","notify":{"mode":"provider_key"},
		"terminals":[{"id":"till-1","tid":"1","mid":"2"}]}`), map[string]string{"client_secret": "s", "private_key": "p", "public_key": "k"})
	if err != nil || a.SNAP.Notify.PublicKey != "k" || a.SNAP.ClientSecret.Reveal() != "s" || a.SNAP.PrivateKey.Reveal() != "p" {
		t.Errorf("account = %+v, %v; want its secrets", a, err)
	}
	if _, err = Account("kopi", "doku", []byte(`{"rail":"doku","environment":"staging","client_id":"c"}`), map[string]string{"secret_key": "s"}); err != nil {
		t.Error(err)
	}
	if _, err = Account("kopi", "faspay", []byte(`{"rail":"faspay","environment":"staging","merchant_id":"12345","merchant_name":"Kopi","user_id":"bot12345",
		"customer":{"email":"kopi@example.com"}}`), map[string]string{"password": "s"}); err != nil {
		t.Error(err)
	}
}

// TestMistakesOfAccountsThatAreData: nobody makes the gateway read its own files by asking for it.
func TestMistakesOfAccountsThatAreData(t *testing.T) {
	secret := map[string]string{"app_key": "canary-app-key"}
	for _, c := range []struct {
		name, old, new string
		secrets        map[string]string
		want           string
	}{
		{"a file", `"app_id"`, `"app_key_file":"/etc/passwd","app_id"`, secret, "must not be looked for in a file"},
		{"a variable", `"app_id"`, `"app_key_env":"HOME","app_id"`, secret, "must not be looked for in a file or a variable"},
		{"no secret", "", "", nil, "secrets.app_key is missing"},
		{"an empty secret", "", "", map[string]string{"app_key": " "}, "secrets.app_key is missing"},
		{"a secret of another rail", "", "", map[string]string{"app_key": "canary-app-key", "password": "canary"}, "secrets.password is not known"},
		{"misspelt", `"app_id"`, `"ap_id"`, secret, `settings.ap_id is unknown; did you mean "app_id"?`},
		{"wrong kind", `"sandbox"`, `7`, secret, "value of the wrong kind"},
		{"another id", `"rail"`, `"id":"x","rail"`, secret, "settings.id is not the account's id"},
		{"plain http", `"environment":"sandbox"`, `"environment":"production"`, secret, "settings.url must be an https address"},
		{"a number for a text", `"00300001"`, `300001`, secret, "value of the wrong kind"},
		{"no whole number", `"shorten":10`, `"shorten":1.5`, secret, "not a whole one"},
		{"more behind it", `"store_code":"MM001"}]}`, `"store_code":"MM001"}]}{}`, secret, "settings cannot be read"},
		{"no JSON", `{`, `[`, secret, "settings cannot be read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Account("kopi", "ovo", []byte(strings.Replace(ovoSettings, c.old, c.new, 1)), c.secrets)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("Account = %v, want an error with %q", err, c.want)
			}
			if strings.Contains(err.Error(), "canary") {
				t.Errorf("the error shows a secret: %v", err)
			}
		})
	}
	a, err := Account("kopi", "qris", []byte(`{"rail":"snap","environment":"staging","client_id":"c","notify":{"mode":"issued_token"},
		"terminals":[{"id":"till-1","tid":"1","mid":"2"}]}`), map[string]string{"client_secret": "s", "private_key": "p", "public_key": "k"})
	if err != nil || a.SNAP.Notify.PublicKey != "k" {
		t.Errorf("Account = %+v, %v; want the provider's key for its requests for a token", a.SNAP.Notify, err)
	}
	_, err = Account("kopi", "qris", []byte(`{"rail":"snap","environment":"staging","client_id":"c","notify":{"mode":"provider_key","public_key_file":"/etc/passwd"},
		"terminals":[{"id":"till-1","tid":"1","mid":"2"}]}`), map[string]string{"client_secret": "s", "private_key": "p", "public_key": "k"})
	if err == nil || !strings.Contains(err.Error(), "must not be looked for") {
		t.Errorf("a public key's file = %v, want it refused", err)
	}
}

func TestScopesOfKeys(t *testing.T) {
	c, err := Load(write(t, good), environ)
	if err != nil || len(c.Merchants[0].Keys[0].Scopes) != len(merchant.Scopes()) {
		t.Errorf("scopes that are left out are %v, %v; want all", c.Merchants[0].Keys, err)
	}
	scoped := func(scopes string) string {
		return strings.Replace(good, "key_env: KOPI_KEY}", "key_env: KOPI_KEY, scopes: "+scopes+"}", 1)
	}
	c, err = Load(write(t, scoped("[read]")), environ)
	if err != nil || !c.Merchants[0].Keys[0].May(merchant.Read) || c.Merchants[0].Keys[0].May(merchant.Pay) {
		t.Errorf("scopes are %v, %v; want read alone", c.Merchants[0].Keys, err)
	}
	for scopes, want := range map[string]string{"[reed]": `has "reed"`, "[]": "is empty"} {
		if _, err := Load(write(t, scoped(scopes)), environ); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("scopes %s: %v, want %q", scopes, err, want)
		}
	}
}

// TestSeveralMasterKeys: the first one seals, the others open.
func TestSeveralMasterKeys(t *testing.T) {
	first, second := strings.Repeat("ab", 32), strings.Repeat("cd", 32)
	text := strings.Replace(good, "master_key_file: MASTER\n", "", 1)
	c, err := Load(write(t, text), append(environ, "LUNAS_MASTER_KEY="+first+" "+second))
	if err != nil || c.MasterKey[0] != 0xab || len(c.OldKeys) != 1 || c.OldKeys[0][0] != 0xcd {
		t.Errorf("%d old keys, %v; want one behind the one that seals", len(c.OldKeys), err)
	}
}

// FuzzAccount: whatever is sent as settings gives an account or a mistake, opens no file and shows no secret.
func FuzzAccount(f *testing.F) {
	for _, settings := range []string{
		ovoSettings, `{}`, `[]`, `{"rail":"snap","notify":{"mode":"provider_key","public_key_file":"/etc/passwd"},"terminals":[{}]}`,
		`{"rail":"doku","notify":{"tolerance":"1h"}}`, `{"rail":"faspay","customer":null,"bill_life":"1h"}`, "rail: !!binary x", "&a [*a]", "{\"terms\":{\"shorten\":1e99}}",
	} {
		f.Add([]byte(settings))
	}
	f.Fuzz(func(t *testing.T, settings []byte) {
		a, err := Account("kopi", "ovo", settings, map[string]string{"app_key": "canary-app-key", "client_secret": "canary-secret"})
		if err != nil && strings.Contains(err.Error(), "canary") && !bytes.Contains(settings, []byte("canary")) {
			t.Errorf("the error shows a secret: %v", err)
		}
		if err == nil && (a.MerchantID != "kopi" || a.ID != "ovo" || len(a.Terminals) == 0) {
			t.Errorf("an account of %q %q with %d terminals is taken", a.MerchantID, a.ID, len(a.Terminals))
		}
		if strings.Contains(a.SNAP.Notify.PublicKey, "root:") {
			t.Error("a file was opened")
		}
	})
}
