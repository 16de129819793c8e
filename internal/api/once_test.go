package api

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/lunas-pay/lunas/internal/merchant"
)

func keyed(key string) option { return with("Idempotency-Key", key) }

// replays makes a request twice with one idempotency key: nothing is done again, and no secret is shown again.
func (w *world) replays(address, body string, options ...option) (first, again answer) {
	w.t.Helper()
	options = append(options, keyed("k-"+address))
	first = w.do("POST", address, body, options...)
	again = w.do("POST", address, strings.ReplaceAll(body, `":`, `" : `), options...) // the same, written otherwise
	if first.status > 299 || first.header.Get("Idempotent-Replayed") != "" {
		w.t.Fatalf("POST %s: %d %s", address, first.status, first.body)
	}
	if again.status != 200 || again.header.Get("Idempotent-Replayed") != "true" || strings.Contains(string(again.body), "whsec_") ||
		strings.Contains(string(again.body), `"key"`) {
		w.t.Errorf("POST %s again: %d %v %s, want 200, that it is replayed, and no secret", address, again.status, again.header, again.body)
	}
	if first.header.Get("Location") != again.header.Get("Location") {
		w.t.Errorf("POST %s again has another Location", address)
	}
	other := `{"other":1}`
	if body == "" {
		other = `{"overlap_seconds":5}`
	}
	if p := w.do("POST", address, other, options...).problem(w.t); p.Code != "idempotency_key_reused" || p.Status != 422 {
		w.t.Errorf("POST %s with the key and another body: %s", address, p.Code)
	}
	return first, again
}

type named struct {
	ID      string `json:"id"`
	EventID string `json:"event_id"`
}

// replaysSame is replays where both answers must name the same thing.
func (w *world) replaysSame(address, body string, options ...option) string {
	w.t.Helper()
	first, again := w.replays(address, body, options...)
	a, b := decode[named](w.t, first), decode[named](w.t, again)
	if a != b || a.ID+a.EventID == "" {
		w.t.Errorf("POST %s gives %+v, and again %+v", address, a, b)
	}
	return a.ID
}

// tourDeeds provokes what is answered when something is asked for again, and the log of it all.
func (w *world) tourDeeds() {
	e := w.replaysSame(endpoints, `{"url":"https://shop.example/again"}`)
	w.replaysSame(endpoints+"/"+e+"/rotate_secret", "")
	w.replaysSame(endpoints+"/"+e+"/ping", "")
	w.replays(endpoints+"/"+e+"/replay", `{"from":"2026-03-01T00:00:00+07:00"}`)
	p := asPlatform()
	w.replaysSame(merchantsAddress, `{"id":"susu","name":"Susu"}`, p)
	one := merchantsAddress + "/susu"
	w.replaysSame(one+"/outlets", `{"id":"tebet","name":"Susu Tebet"}`, p)
	w.replaysSame(one+"/accounts", fmt.Sprintf(ovoAccount, "00000778"), p)
	w.replaysSame(one+"/accounts/ovo/rotate_credentials", `{"secrets":{"app_key":"other"}}`, p)
	w.replaysSame(one+"/accounts/ovo/retire_credentials", "", p)
	k := w.replaysSame(one+"/api_keys", `{"mode":"test","scopes":["admin"]}`, p)
	k = w.replaysSame(one+"/api_keys/"+k+"/rotate", "", p)
	w.replaysSame(one+"/api_keys/"+k+"/revoke", "", p)
	own := decode[APIKey](w.t, w.created(one+"/api_keys", `{"mode":"test","scopes":["admin"]}`))
	k = w.replaysSame("/v1/api_keys", `{"scopes":["read"],"name":"kasir"}`, as(own.Key))
	k = w.replaysSame("/v1/api_keys/"+k+"/rotate", "", as(own.Key))
	w.replaysSame("/v1/api_keys/"+k+"/revoke", "", as(own.Key))
	w.do("GET", "/v1/actions", "")
}

// TestWhatIsAskedAgainIsDoneOnce: each of them, and each is noted once.
func TestWhatIsAskedAgainIsDoneOnce(t *testing.T) {
	t.Parallel()
	w := serve(t)
	w.tourDeeds()
	kinds := map[string]int{}
	for _, a := range w.actions("", asPlatform()) {
		kinds[a.Kind]++
	}
	for kind, n := range map[string]int{
		"webhook_endpoint.created": 1, "webhook_endpoint.secret_rotated": 1, "webhook_endpoint.pinged": 1, "webhook_endpoint.replayed": 1,
		"merchant.created": 1, "outlet.created": 1, "account.created": 1, "account.credentials_rotated": 1, "account.credentials_retired": 1,
		"api_key.created": 3, "api_key.rotated": 2, "api_key.revoked": 2,
	} {
		if kinds[kind] != n {
			t.Errorf("%s is noted %d times, want %d", kind, kinds[kind], n)
		}
	}
	if list := decode[EndpointList](t, w.do("GET", endpoints, "")); len(list.Data) != 1 {
		t.Errorf("there are %d endpoints, want one", len(list.Data))
	}
}

// actions gives what is logged, newest first.
func (w *world) actions(query string, options ...option) []LoggedAction {
	w.t.Helper()
	return decode[LoggedActionPage](w.t, w.do("GET", "/v1/actions?limit=100"+query, "", options...)).Data
}

// TestOneKeyOfManyAtATime: of many who ask at the same moment one does it, and all are answered with the same.
func TestOneKeyOfManyAtATime(t *testing.T) {
	t.Parallel()
	w := serve(t)
	var ids [8]string
	var several sync.WaitGroup
	for i := range ids {
		several.Go(func() {
			ids[i] = decode[named](t, w.do("POST", "/v1/api_keys", `{"scopes":["admin"]}`, asPlatform(), keyed("x"))).ID
		})
	}
	several.Wait()
	if different := slices.Compact(slices.Sorted(slices.Values(ids[:]))); len(different) != 1 || different[0] == "" {
		t.Errorf("keys %v were made, want one", ids)
	}
}

func TestIdempotencyKeysAreTheAskersOwn(t *testing.T) {
	t.Parallel()
	w := serve(t)
	const body = `{"url":"https://shop.example/hooks"}`
	first := decode[Endpoint](t, w.do("POST", endpoints, body, keyed("once")))
	for name, key := range map[string]string{"another merchant": keyB, "the other mode": keyALive} {
		if a := w.do("POST", endpoints, body, keyed("once"), as(key)); a.status != 201 || decode[Endpoint](t, a).ID == first.ID {
			t.Errorf("%s with the same key: %d %s", name, a.status, a.body)
		}
	}
	if p := w.do("POST", "/v1/payments", order, keyed("once")).problem(t); p.Code != "idempotency_key_reused" {
		t.Errorf("a payment with the key of an endpoint: %s", p.Code)
	}
	if a := w.do("POST", "/v1/payments", order, keyed("paid")); a.status != 201 {
		t.Fatalf("a payment: %d %s", a.status, a.body)
	}
	if p := w.do("POST", endpoints, body, keyed("paid")).problem(t); p.Code != "idempotency_key_reused" {
		t.Errorf("an endpoint with the key of a payment: %s", p.Code)
	}
	if p := w.do("POST", endpoints+"/"+first.ID+"/ping", "", keyed("with space")).problem(t); p.Code != "invalid_idempotency_key" {
		t.Errorf("a bad key: %s", p.Code)
	}
	// What failed is not remembered.
	if p := w.do("POST", endpoints, body, keyed("later")).problem(t); p.Code != "endpoint_exists" {
		t.Errorf("a second endpoint of the address: %s", p.Code)
	}
	w.do("DELETE", endpoints+"/"+first.ID, "")
	if a := w.do("POST", endpoints, body, keyed("later")); a.status != 201 {
		t.Errorf("the same request when it is possible: %d %s", a.status, a.body)
	}
	if p := w.do("POST", endpoints, body, keyed("once")).problem(t); p.Code != "endpoint_not_found" {
		t.Errorf("again what was deleted since: %s", p.Code)
	}
}

// TestTheLogOfActions: who did what, seen by whom it concerns, without a secret.
func TestTheLogOfActions(t *testing.T) {
	t.Parallel()
	w := serve(t)
	teh := w.made("teh", "00000777", "test", merchant.Scopes()...)
	e := w.endpoint(`{"url":"https://shop.example/hooks/planted?token=planted"}`)
	w.do("PATCH", endpoints+"/"+e.ID, `{"enabled":false}`)
	w.do("DELETE", endpoints+"/"+e.ID, "")
	w.do("PATCH", merchantsAddress+"/teh", `{"name":"Teh Lunas"}`, asPlatform())
	w.do("PATCH", merchantsAddress+"/teh/accounts/ovo", `{"closed":true}`, asPlatform())

	if a := w.do("GET", "/v1/actions?limit=100", "", asPlatform()); strings.Contains(string(a.body), "planted") || !strings.Contains(string(a.body), "https://shop.example") {
		t.Errorf("the log shows more of an endpoint's address than its host: %s", a.body)
	}
	var told []string
	for _, a := range w.actions("", asPlatform()) {
		told = append(told, a.Actor+" "+a.Kind+" "+a.Merchant)
	}
	caller := merchant.KeyID(merchant.HashKey(keyA))
	want := []string{
		"key_platform account.changed teh", "key_platform merchant.renamed teh", caller + " webhook_endpoint.deleted mer_a",
		caller + " webhook_endpoint.changed mer_a", caller + " webhook_endpoint.created mer_a", "key_platform api_key.created teh",
		"key_platform account.created teh", "key_platform merchant.created teh",
	}
	if !slices.Equal(told, want) {
		t.Errorf("the platform sees\n%s\nwant\n%s", strings.Join(told, "\n"), strings.Join(want, "\n"))
	}
	for name, c := range map[string]struct {
		query string
		key   string
		want  int
	}{
		"a merchant's own":          {"", keyA, 3},
		"of the other mode":         {"", keyALive, 0},
		"another merchant":          {"", keyB, 0},
		"the merchant that is data": {"", teh.Key, 5},
		"of a merchant":             {"&merchant=teh", keyPlatform, 5},
		"of a subject":              {"&subject=" + e.ID, keyA, 3},
		"of a kind":                 {"&kind=webhook_endpoint.changed", keyA, 1},
		"of an actor":               {"&actor=key_platform", keyPlatform, 5},
		"of yesterday":              {"&created_to=2026-03-01T00:00:00%2B07:00", keyPlatform, 0},
	} {
		if got := w.actions(c.query, as(c.key)); len(got) != c.want {
			t.Errorf("%s: %d actions, want %d", name, len(got), c.want)
		}
	}
	if p := w.do("GET", "/v1/actions?merchant=teh", "").problem(t); p.Code != "invalid_parameter" {
		t.Errorf("a merchant asks about another: %s", p.Code)
	}
	if p := w.do("GET", "/v1/actions?cursor=x", "").problem(t); p.Code != "invalid_cursor" {
		t.Errorf("a bad cursor: %s", p.Code)
	}
	var paged []string
	for cursor := ""; ; {
		page := decode[LoggedActionPage](t, w.do("GET", "/v1/actions?limit=3"+cursor, "", asPlatform()))
		for _, a := range page.Data {
			paged = append(paged, a.Actor+" "+a.Kind+" "+a.Merchant)
		}
		if page.NextCursor == nil {
			break
		}
		cursor = "&cursor=" + *page.NextCursor
	}
	if !slices.Equal(paged, want) {
		t.Errorf("page by page: %v", paged)
	}
	if a := w.actions("&kind=account.created", asPlatform())[0]; a.Details["settings"] == nil || a.Details["credentials"] == nil || a.Subject != "ovo" {
		t.Errorf("an account was created: %+v", a)
	}
}
