package merchant

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
)

func TestNewKey(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 21, 10, 0, 0, 0, payment.WIB)
	for _, c := range []struct {
		key    APIKey
		prefix string
	}{
		{APIKey{MerchantID: "kopi", Mode: payment.Test}, "lunas_test_"},
		{APIKey{MerchantID: "kopi", Mode: payment.Live}, "lunas_live_"},
		{APIKey{}, "lunas_admin_"},
	} {
		const random = "abcdefghijklmnopqrstuvwxyz"
		k, secret := c.key.NewKey(random)
		if secret.Reveal() != c.prefix+random || k.Hint != c.prefix+"abcd" || k.ID != KeyID(HashKey(secret.Reveal())) || !k.Begins(secret.Reveal()) {
			t.Errorf("a key of %q and mode %q: hint %s, id %s", c.key.MerchantID, c.key.Mode, k.Hint, k.ID)
		}
		if !k.Matches(HashKey(secret.Reveal()), now) || k.Matches(HashKey(secret.Reveal()+"x"), now) {
			t.Error("a key must match itself and no other")
		}
		if shown := fmt.Sprintf("%+v %s", k, secret); strings.Contains(shown, random) {
			t.Errorf("the key is shown: %s", shown)
		}
	}
}

func TestKeysEnd(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 21, 10, 0, 0, 0, payment.WIB)
	k, secret := APIKey{MerchantID: "kopi", Mode: payment.Test}.NewKey("abcdefghijklmnopqrstuvwxyz")
	hash := HashKey(secret.Reveal())
	for name, edit := range map[string]func(*APIKey){
		"expired": func(k *APIKey) { k.Expires = now }, "revoked": func(k *APIKey) { k.Revoked = now },
	} {
		ended := k
		edit(&ended)
		if !ended.Matches(hash, now.Add(-time.Nanosecond)) || ended.Matches(hash, now) {
			t.Errorf("a key %s now must open until then and no longer", name)
		}
	}
}

func TestScopes(t *testing.T) {
	t.Parallel()
	for _, have := range Scopes() {
		for _, want := range Scopes() {
			if got := (APIKey{Scopes: []Scope{have}}).May(want); got != (have == want) {
				t.Errorf("a key that may %s may %s: %t", have, want, got)
			}
		}
		if (APIKey{}).May(have) {
			t.Errorf("a key without scopes may %s", have)
		}
	}
}

func TestClash(t *testing.T) {
	t.Parallel()
	account := func(edit func(*Account)) Account {
		a := Account{
			ID: "ovo", MerchantID: "kopi", Rail: payment.OVO, Environment: Staging, URL: "https://ovo.example/pos",
			Terminals: []Terminal{{Terminal: payment.Terminal{ID: "till-1", TID: "00000179"}}}, SNAP: SNAPCredentials{ClientID: "c"},
		}
		edit(&a)
		return a
	}
	others := []Account{account(func(*Account) {})}
	move := func(a *Account) { a.ID, a.MerchantID, a.Terminals[0].TID = "ovo", "teh", "00000180" }
	snap := func(a *Account) { move(a); a.Rail = payment.SNAP }
	for _, c := range []struct {
		name  string
		other func(*Account)
		edit  func(*Account)
		field string
	}{
		{"itself", nil, func(*Account) {}, ""},
		{"another of another merchant", nil, move, ""},
		{"a terminal that the provider knows as another's", nil, func(a *Account) { a.MerchantID = "teh" }, "terminals[0].tid"},
		{"the same at another address", nil, func(a *Account) { a.MerchantID, a.URL = "teh", "https://x.example" }, ""},
		{"a terminal of another account", nil, func(a *Account) { a.ID, a.Terminals[0].TID = "ovo-2", "00000180" }, "terminals[0].id"},
		{"a door of another merchant", snap, func(a *Account) { snap(a); a.MerchantID = "roti" }, "id"},
		{"a client of another account", snap, func(a *Account) { snap(a); a.MerchantID, a.ID = "roti", "qris" }, "client_id"},
		{"a client of another environment", snap, func(a *Account) { snap(a); a.MerchantID, a.ID, a.Environment = "roti", "qris", Production }, ""},
	} {
		all := others
		if c.other != nil {
			all = []Account{account(c.other)}
		}
		if field, why := Clash(account(c.edit), all); field != c.field || (why == "") != (field == "") {
			t.Errorf("%s: %q %s, want %q", c.name, field, why, c.field)
		}
	}
}
