package api

import (
	"fmt"
	"strings"
	"testing"

	"github.com/lunas-pay/lunas/internal/merchant"
)

const (
	ovoAccount = `{"id":"ovo","settings":{"rail":"ovo","environment":"sandbox","url":"http://127.0.0.1:1/pos","app_id":"teh",
		"terminals":[{"id":"till-1","tid":"%s","mid":"MID","merchant_id":"200179","store_code":"MM001"}]},"secrets":{"app_key":"` + canarySecret + `"}}`
	merchantsAddress = "/v1/merchants"
)

// asPlatform asks with the platform's key.
func asPlatform() option { return as(keyPlatform) }

// made makes a merchant that is data, with an account and a key of a mode and scopes, and gives the key.
func (w *world) made(id, tid, mode string, scopes ...merchant.Scope) APIKey {
	w.t.Helper()
	w.created(merchantsAddress, fmt.Sprintf(`{"id":%q,"name":"Teh"}`, id))
	w.created(merchantsAddress+"/"+id+"/accounts", fmt.Sprintf(ovoAccount, tid))
	quoted := strings.ReplaceAll(fmt.Sprintf("%q", scopes), " ", ",")
	return decode[APIKey](w.t, w.created(merchantsAddress+"/"+id+"/api_keys", fmt.Sprintf(`{"mode":%q,"scopes":%s}`, mode, quoted)))
}

func (w *world) created(address, body string) answer {
	w.t.Helper()
	a := w.do("POST", address, body, asPlatform())
	if a.status != 201 {
		w.t.Fatalf("POST %s: %d %s", address, a.status, a.body)
	}
	return a
}

// tourMerchants provokes every good answer about merchants and keys.
func (w *world) tourMerchants() {
	key := w.made("teh", "00000777", "test", merchant.Scopes()...)
	one := merchantsAddress + "/teh"
	w.created(one+"/outlets", `{"id":"tebet","name":"Teh Tebet"}`)
	for _, path := range []string{"", "/teh", "/teh/outlets", "/teh/accounts", "/teh/accounts/ovo", "/teh/api_keys"} {
		w.do("GET", merchantsAddress+path, "", asPlatform())
	}
	w.do("PATCH", one, `{"name":"Teh Lunas"}`, asPlatform())
	w.do("PATCH", one+"/accounts/ovo", `{"outlet":"tebet","closed":false}`, asPlatform())
	w.do("POST", one+"/accounts/ovo/rotate_credentials", `{"secrets":{"app_key":"other"},"from":"2030-01-01T00:00:00+07:00"}`, asPlatform())
	w.do("POST", one+"/accounts/ovo/retire_credentials", "", asPlatform())
	next := decode[APIKey](w.t, w.do("POST", one+"/api_keys/"+key.ID+"/rotate", `{"overlap_seconds":3600}`, asPlatform()))
	w.do("POST", one+"/api_keys/"+next.ID+"/revoke", "", asPlatform())
	w.do("GET", "/v1/api_keys", "", as(key.Key))
	own := decode[APIKey](w.t, w.do("POST", "/v1/api_keys", `{"scopes":["read"],"name":"kasir"}`, as(key.Key)))
	own = decode[APIKey](w.t, w.do("POST", "/v1/api_keys/"+own.ID+"/rotate", "", as(key.Key)))
	w.do("POST", "/v1/api_keys/"+own.ID+"/revoke", "", as(key.Key))
}

// TestASecondMerchantIsMade: it is seen, its key works at once with its scopes alone, and nothing secret comes out again.
func TestASecondMerchantIsMade(t *testing.T) {
	t.Parallel()
	w := serve(t)
	key := w.made("teh", "00000777", "test", merchant.Read)
	if !strings.HasPrefix(key.Key, "lunas_test_") || !strings.HasPrefix(key.Key, key.Hint) || key.Hint == key.Key {
		t.Errorf("the key is shown as %s with the hint %q", key.ID, key.Hint)
	}
	if a := w.do("GET", "/v1/payments", "", as(key.Key)); a.status != 200 {
		t.Errorf("reading with its key: %d %s", a.status, a.body)
	}
	if p := w.do("POST", "/v1/payments", order, as(key.Key)).problem(t); p.Code != "insufficient_scope" || p.Status != 403 {
		t.Errorf("paying with a key that may read: %d %s", p.Status, p.Code)
	}
	list := decode[MerchantList](t, w.do("GET", merchantsAddress, "", asPlatform()))
	if len(list.Data) != 3 || !list.Data[0].Configured || list.Data[2].ID != "teh" || list.Data[2].Configured || list.Data[2].CreatedAt == nil {
		t.Errorf("the merchants are %+v", list.Data)
	}
	account := decode[Account](t, w.do("GET", merchantsAddress+"/teh/accounts/ovo", "", asPlatform()))
	if account.Rail != "ovo" || account.Settings["app_id"] != "teh" || len(account.Credentials) != 1 || !account.Credentials[0].InUse ||
		account.Credentials[0].Secrets[0] != "app_key" || len(account.Terminals) != 1 {
		t.Errorf("the account is %+v", account)
	}
	for _, path := range []string{"/teh/api_keys", "/teh/accounts", "/mer_a/accounts"} {
		a := w.do("GET", merchantsAddress+path, "", asPlatform())
		if body := string(a.body); a.status != 200 || strings.Contains(body, key.Key) || strings.Contains(body, canarySecret) {
			t.Errorf("%s: %d %s", path, a.status, body)
		}
	}
	terminals := decode[TerminalList](t, w.do("GET", "/v1/terminals", "", as(key.Key)))
	if len(terminals.Data) != 1 || terminals.Data[0].TID != "00000777" {
		t.Errorf("its terminals are %+v", terminals.Data)
	}
	w.do("PATCH", merchantsAddress+"/teh/accounts/ovo", `{"closed":true}`, asPlatform())
	if terminals := decode[TerminalList](t, w.do("GET", "/v1/terminals", "", as(key.Key))); len(terminals.Data) != 0 {
		t.Errorf("the terminals of a closed account are %+v", terminals.Data)
	}
}

func TestMistakesAboutMerchants(t *testing.T) {
	t.Parallel()
	w := serve(t)
	key := w.made("teh", "00000777", "test", merchant.Scopes()...)
	w.created(merchantsAddress, `{"id":"roti","name":"Roti"}`)
	const teh = merchantsAddress + "/teh"
	for _, c := range []struct {
		name, method, address, body string
		status                      int
		code, field                 string
	}{
		{"no body", "POST", merchantsAddress, "", 400, "empty_body", ""},
		{"no name", "POST", merchantsAddress, `{"id":"x"}`, 422, "missing_field", "name"},
		{"an id in capitals", "POST", merchantsAddress, `{"id":"Kopi","name":"x"}`, 422, "invalid_id", "id"},
		{"a blank name", "POST", merchantsAddress, `{"id":"x","name":" "}`, 422, "invalid_field", "name"},
		{"an id twice", "POST", merchantsAddress, `{"id":"teh","name":"x"}`, 409, "merchant_exists", "id"},
		{"an id of the configuration", "POST", merchantsAddress, `{"id":"mer_a","name":"x"}`, 409, "merchant_exists", "id"},
		{"a misspelt field", "POST", merchantsAddress, `{"id":"x","nmae":"x"}`, 422, "unknown_field", "nmae"},
		{"a merchant of the configuration", "PATCH", merchantsAddress + "/mer_a", `{"name":"x"}`, 409, "merchant_configured", "id"},
		{"no such merchant", "GET", merchantsAddress + "/x", "", 404, "merchant_not_found", "id"},
		{"no such account", "GET", teh + "/accounts/x", "", 404, "account_not_found", "id"},
		{"secrets that are no texts", "POST", teh + "/accounts", `{"id":"x","settings":{},"secrets":{"app_key":7}}`, 422, "wrong_type", "secrets.app_key"},
		{"settings that are no object", "POST", teh + "/accounts", `{"id":"x","settings":[],"secrets":{}}`, 422, "wrong_type", "settings"},
		{"settings that are wrong", "POST", teh + "/accounts", `{"id":"x","settings":{"rail":"gopay"},"secrets":{"app_key":"` + canarySecret + `"}}`, 422, "account_invalid", "settings"},
		{"a file of ours", "POST", teh + "/accounts", `{"id":"x","settings":{"rail":"ovo","app_key_file":"/etc/passwd"},"secrets":{}}`, 422, "account_invalid", "settings"},
		{"another's terminal", "POST", merchantsAddress + "/roti/accounts", fmt.Sprintf(ovoAccount, "00000777"), 409, "account_clash", "terminals[0].tid"},
		{"no such outlet", "PATCH", teh + "/accounts/ovo", `{"outlet":"x"}`, 422, "outlet_not_found", "outlet"},
		{"closed by a word", "PATCH", teh + "/accounts/ovo", `{"closed":"yes"}`, 422, "wrong_type", "closed"},
		{"credentials from nowhere", "POST", teh + "/accounts/ovo/rotate_credentials", `{"secrets":{},"from":"soon"}`, 422, "invalid_field", "from"},
		{"no scopes", "POST", teh + "/api_keys", `{"mode":"test","scopes":[]}`, 422, "scopes_invalid", "scopes"},
		{"a scope that is none", "POST", teh + "/api_keys", `{"mode":"test","scopes":["write"]}`, 422, "scopes_invalid", "scopes"},
		{"no mode", "POST", teh + "/api_keys", `{"scopes":["read"]}`, 422, "missing_field", "mode"},
		{"a mode that is none", "POST", teh + "/api_keys", `{"mode":"prod","scopes":["read"]}`, 422, "invalid_field", "mode"},
		{"expired from the start", "POST", teh + "/api_keys", `{"mode":"test","scopes":["read"],"expires_at":"2020-01-01T00:00:00Z"}`, 422, "invalid_field", "expires_at"},
		{"a key of another merchant", "POST", merchantsAddress + "/roti/api_keys/" + key.ID + "/revoke", "", 404, "api_key_not_found", "id"},
		{"a platform's key that pays", "POST", "/v1/api_keys", `{"scopes":["pay"]}`, 422, "scopes_invalid", "scopes"},
		{"a platform's key of a mode", "POST", "/v1/api_keys", `{"mode":"live","scopes":["admin"]}`, 422, "invalid_field", "mode"},
		{"a parameter", "GET", teh + "?x=1", "", 422, "unknown_parameter", "x"},
	} {
		a := w.do(c.method, c.address, c.body, asPlatform())
		if p := a.problem(t); a.status != c.status || p.Code != c.code || p.Field != c.field {
			t.Errorf("%s: %d %s in %q, want %d %s in %q\n%s", c.name, a.status, p.Code, p.Field, c.status, c.code, c.field, a.body)
		}
	}
}

// TestOwnKeys: a merchant looks after its own keys of the asking key's mode, and after no others.
func TestOwnKeys(t *testing.T) {
	t.Parallel()
	w := serve(t)
	key := w.made("teh", "00000777", "test", merchant.Scopes()...)
	other := w.made("roti", "00000778", "test", merchant.Scopes()...)
	live := decode[APIKey](t, w.created(merchantsAddress+"/teh/api_keys", `{"mode":"live","scopes":["read"]}`))
	platform := decode[APIKey](t, w.created("/v1/api_keys", `{"scopes":["admin"]}`))
	if !strings.HasPrefix(platform.Key, "lunas_admin_") || w.do("GET", merchantsAddress, "", as(platform.Key)).status != 200 {
		t.Errorf("a platform's key %s does not open what it is for", platform.Hint)
	}
	mine := decode[APIKeyList](t, w.do("GET", "/v1/api_keys", "", as(key.Key)))
	if len(mine.Data) != 1 || mine.Data[0].ID != key.ID || mine.Data[0].Key != "" {
		t.Errorf("its own keys of its mode are %+v", mine.Data)
	}
	for name, id := range map[string]string{"another merchant's": other.ID, "the other mode's": live.ID, "the platform's": platform.ID, "nobody's": "key_0"} {
		for _, action := range []string{"/rotate", "/revoke"} {
			if p := w.do("POST", "/v1/api_keys/"+id+action, "", as(key.Key)).problem(t); p.Code != "api_key_not_found" {
				t.Errorf("%s key, %s: %s", name, action, p.Code)
			}
		}
	}
	if p := w.do("POST", "/v1/api_keys", `{"mode":"live","scopes":["read"]}`, as(key.Key)).problem(t); p.Field != "mode" {
		t.Errorf("a test key makes a live one: %s in %s", p.Code, p.Field)
	}
	if p := w.do("POST", "/v1/api_keys", `{"scopes":["read"]}`, as(keyA)).problem(t); p.Code != "merchant_configured" {
		t.Errorf("a key for a merchant of the configuration: %s", p.Code)
	}
	next := decode[APIKey](t, w.do("POST", "/v1/api_keys/"+key.ID+"/rotate", `{"overlap_seconds":0}`, as(key.Key)))
	if p := w.do("GET", "/v1/api_keys", "", as(key.Key)).problem(t); p.Code != "expired_api_key" {
		t.Errorf("the key that was rotated without overlap: %s", p.Code)
	}
	w.do("POST", "/v1/api_keys/"+next.ID+"/revoke", "", as(next.Key))
	if p := w.do("GET", "/v1/api_keys", "", as(next.Key)).problem(t); p.Code != "revoked_api_key" {
		t.Errorf("the key that revoked itself: %s", p.Code)
	}
}

// TestAClosedMerchant: its keys open nothing and its accounts take nothing, what is under way goes on, and it can be opened.
func TestAClosedMerchant(t *testing.T) {
	t.Parallel()
	w := serve(t)
	key := w.made("teh", "00000777", "test", merchant.Scopes()...)
	pay := func() answer { return w.do("POST", "/v1/payments", order, as(key.Key)) }
	under := pay().payment(t)
	change := func(body string) Merchant {
		t.Helper()
		return decode[Merchant](t, w.do("PATCH", merchantsAddress+"/teh", body, asPlatform()))
	}
	if m := change(`{"closed":true}`); m.ClosedAt == nil || m.Name != "Teh" {
		t.Errorf("closed: %+v", m)
	}
	if p := pay().problem(t); p.Code != "revoked_api_key" {
		t.Errorf("a payment with the key of a closed merchant: %s", p.Code)
	}
	again := change(`{"closed":true}`)
	if first := decode[Merchant](t, w.do("GET", merchantsAddress+"/teh", "", asPlatform())); *first.ClosedAt != *again.ClosedAt {
		t.Errorf("closed a second time it is closed since %v, not %v", again.ClosedAt, first.ClosedAt)
	}
	for _, a := range w.engine.AccountsOf("teh") {
		if !a.Closed {
			t.Errorf("account %s of a closed merchant takes payments", a.ID)
		}
	}
	stored, err := w.store.Load(t.Context(), "teh", under.ID)
	if err != nil || stored.State.Final() && stored.State != "paid" && stored.State != "expired" {
		t.Errorf("the payment under way is %s, %v", stored.State, err)
	}
	if m := change(`{"closed":false,"name":"Teh Lunas"}`); m.ClosedAt != nil || m.Name != "Teh Lunas" {
		t.Errorf("opened: %+v", m)
	}
	if a := pay(); a.status != 201 {
		t.Errorf("a payment when it is open again: %d %s", a.status, a.body)
	}
	var kinds []string
	for _, a := range w.actions("&subject=teh", asPlatform()) {
		kinds = append(kinds, a.Kind)
	}
	if want := "merchant.opened merchant.closed merchant.closed merchant.created"; strings.Join(kinds, " ") != want {
		t.Errorf("noted: %v, want %s", kinds, want)
	}
}

func TestByWhichRailsAMerchantIsPaid(t *testing.T) {
	t.Parallel()
	w := serve(t)
	w.made("teh", "00000777", "test", merchant.Read)
	one := merchantsAddress + "/teh"
	change := func(body string) answer { return w.do("PATCH", one, body, asPlatform()) }
	m := decode[Merchant](t, change(`{"prefer":["doku","ovo"],"fail_over":true,"fail_over_seconds":90}`))
	if strings.Join(m.Prefer, " ") != "doku ovo" || !m.FailOver || m.Within != 90 || m.Name != "Teh" {
		t.Errorf("changed to %+v", m)
	}
	if m := decode[Merchant](t, change(`{"fail_over_seconds":0}`)); m.Within != 120 || len(m.Prefer) != 2 {
		t.Errorf("with the usual time: %+v", m)
	}
	if m := decode[Merchant](t, change(`{"prefer":[]}`)); len(m.Prefer) != 0 || !m.FailOver {
		t.Errorf("without a preference: %+v", m)
	}
	for body, code := range map[string]string{
		`{"prefer":["snap"]}`: "routing_invalid", `{"prefer":["ovo","ovo"]}`: "routing_invalid", `{"fail_over_seconds":3601}`: "routing_invalid",
		`{"fail_over_seconds":-1}`: "invalid_field", `{"fail_over":"yes"}`: "wrong_type", `{"prefer":"ovo"}`: "wrong_type", `{"within":1}`: "unknown_field",
	} {
		if p := change(body).problem(t); p.Code != code {
			t.Errorf("%s: %s, want %s", body, p.Code, code)
		}
	}
}

func TestMerchantsAndKeysComeInPages(t *testing.T) {
	t.Parallel()
	w := serve(t)
	key := w.made("teh", "00000777", "test", merchant.Scopes()...)
	for _, id := range []string{"aren", "susu"} {
		w.created(merchantsAddress, `{"id":"`+id+`","name":"X"}`)
	}
	for range 3 {
		w.do("POST", "/v1/api_keys", `{"scopes":["read"]}`, as(key.Key))
	}
	walk := func(address string, o option) (ids []string) {
		cursor := ""
		for {
			page := decode[struct {
				Data       []named `json:"data"`
				NextCursor *string `json:"next_cursor"`
			}](t, w.do("GET", address+"?limit=2"+cursor, "", o))
			if len(page.Data) == 0 || len(page.Data) > 2 {
				t.Fatalf("a page of %s has %d", address, len(page.Data))
			}
			for _, v := range page.Data {
				ids = append(ids, v.ID)
			}
			if page.NextCursor == nil {
				return ids
			}
			cursor = "&cursor=" + *page.NextCursor
		}
	}
	if got := strings.Join(walk(merchantsAddress, asPlatform()), " "); got != "mer_a mer_b aren susu teh" {
		t.Errorf("the merchants: %s", got)
	}
	if got := walk("/v1/api_keys", as(key.Key)); len(got) != 4 || got[0] != key.ID {
		t.Errorf("the keys: %v", got)
	}
	if got := walk(merchantsAddress+"/teh/api_keys", asPlatform()); len(got) != 4 {
		t.Errorf("the merchant's keys: %v", got)
	}
	for _, address := range []string{merchantsAddress, "/v1/api_keys"} {
		if p := w.do("GET", address+"?cursor=cur_none", "", asPlatform()).problem(t); p.Code != "invalid_cursor" {
			t.Errorf("%s with a cursor of nothing: %s", address, p.Code)
		}
	}
}
