package api

import (
	"context"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/doctor"
	"github.com/lunas-pay/lunas/internal/merchant"
)

func TestKeys(t *testing.T) {
	t.Parallel()
	w := serve(t)
	for _, c := range []struct {
		name, code string
		options    []option
	}{
		{"none", "missing_api_key", []option{without("Authorization")}},
		{"empty", "malformed_api_key", []option{without("Authorization"), with("Authorization", "")}},
		{"no scheme", "malformed_api_key", []option{without("Authorization"), with("Authorization", keyA)}},
		{"basic", "malformed_api_key", []option{without("Authorization"), with("Authorization", "Basic "+keyA)}},
		{"short", "malformed_api_key", []option{as("lunas_test_x")}},
		{"other prefix", "malformed_api_key", []option{as("sk_test_aaaaaaaaaaaaaaaaaaaaaaaa")}},
		{"other mode", "malformed_api_key", []option{as("lunas_prod_aaaaaaaaaaaaaaaaaaaaaaaa")}},
		{"with more behind", "malformed_api_key", []option{as(keyA + " x")}},
		{"two", "malformed_api_key", []option{with("Authorization", "Bearer "+keyB)}},
		{"unknown", "unknown_api_key", []option{as(canaryKey)}},
		{"one letter off", "unknown_api_key", []option{as(keyA[:len(keyA)-1] + "b")}},
		{"expired", "expired_api_key", []option{as(keyOld)}},
		{"revoked", "revoked_api_key", []option{as(keyRevoked)}},
	} {
		a := w.do("GET", "/v1/payments", "", c.options...)
		p := a.problem(t)
		if a.status != 401 || p.Code != c.code || !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Bearer") {
			t.Errorf("%s: %d %s, WWW-Authenticate %q; want 401 %s", c.name, a.status, p.Code, a.header.Get("WWW-Authenticate"), c.code)
		}
	}
	if a := w.do("GET", "/v1/payments", "", without("Authorization"), with("Authorization", "bearer "+keyA)); a.status != 200 {
		t.Errorf("scheme in lower case: %d, want 200", a.status)
	}
}

// TestAKeyWhoseModeIsNotItsPrefix can only come of a wrong configuration, and must not let anybody in.
func TestAKeyWhoseModeIsNotItsPrefix(t *testing.T) {
	t.Parallel()
	w := serve(t)
	keys := w.server.Keys
	w.server.Keys = func(hash [32]byte) (k merchant.APIKey, ok bool) {
		k, ok = keys(hash)
		k.Mode = "live"
		return k, ok
	}
	if p := w.do("GET", "/v1/payments", "").problem(t); p.Code != "unknown_api_key" {
		t.Errorf("a test key for live: %s", p.Code)
	}
	w.server.Keys = func([32]byte) (merchant.APIKey, bool) { return keys(merchant.HashKey(keyB)) } // finds another's
	if p := w.do("GET", "/v1/payments", "").problem(t); p.Code != "unknown_api_key" {
		t.Errorf("a record of another key: %s", p.Code)
	}
}

var parameter = regexp.MustCompile(`\{[a-z]+\}`)

// TestOthersSeeNothing walks every route of the contract: without a key, with another merchant's, and with the key of
// the other mode. Nobody may see, or change, what is merchant A's.
func TestOthersSeeNothing(t *testing.T) {
	t.Parallel()
	w := serve(t)
	p := w.pay()
	e := decode[Endpoint](t, w.do("POST", "/v1/webhook_endpoints", `{"url":"https://shop.example/hooks"}`))
	own := w.made("teh", "00000777", "test", merchant.Scopes()...)
	c := readContract(t, w.do("GET", "/openapi.json", "").body)
	walked := 0
	for path, operations := range c.paths {
		for method, op := range operations {
			method = strings.ToUpper(method)
			address := strings.ReplaceAll(path, "{phone}", canaryPhone)
			absent := "payment_not_found"
			switch {
			case strings.HasPrefix(path, "/v1/webhook_endpoints"):
				address, absent = strings.ReplaceAll(address, "{id}", e.ID), "endpoint_not_found"
			case strings.HasPrefix(path, "/v1/api_keys"):
				address, absent = strings.ReplaceAll(address, "{id}", own.ID), "api_key_not_found"
			case strings.HasPrefix(path, "/v1/reconciliations"):
				absent = "reconciliation_not_found"
			case strings.HasPrefix(path, "/v1/merchants"):
				address = strings.NewReplacer("{id}", "teh", "{account}", "ovo", "{key}", own.ID).Replace(address)
				absent = "insufficient_scope"
			}
			address = parameter.ReplaceAllString(address, p.ID)
			body := ""
			if method == "POST" && path == "/v1/payments" {
				body = order
			}
			if strings.HasPrefix(path, "/v1/") != (len(op.Security) > 0) {
				t.Errorf("%s %s: security %v", method, path, op.Security)
			}
			if len(op.Security) == 0 {
				continue
			}
			walked++
			if a := w.do(method, address, body, without("Authorization")); a.status != 401 {
				t.Errorf("%s %s without a key: %d", method, path, a.status)
			}
			for name, key := range map[string]string{"another merchant": keyB, "the other mode": keyALive} {
				a := w.do(method, address, body, as(key))
				if (strings.Contains(string(a.body), p.ID) || strings.Contains(string(a.body), e.ID) || strings.Contains(string(a.body), own.ID)) && a.status != 404 || strings.Contains(string(a.body), "mer_a-main") {
					t.Errorf("%s %s as %s shows merchant A's: %d %s", method, path, name, a.status, a.body)
				}
				if strings.Contains(path, "{id}") && a.problem(t).Code != absent {
					t.Errorf("%s %s as %s: %d %s, want %s", method, path, name, a.status, a.body, absent)
				}
			}
		}
	}
	if walked < 10 {
		t.Errorf("only %d routes were walked", walked)
	}
	if q := w.do("GET", "/v1/payments/"+p.ID, "").payment(t); q.Version != p.Version {
		t.Errorf("version %d, want still %d", q.Version, p.Version)
	}
	if still := decode[Endpoint](t, w.do("GET", "/v1/webhook_endpoints/"+e.ID, "")); still.URL != e.URL || !still.Enabled {
		t.Errorf("the endpoint is %+v, want it as it was made", still)
	}
	keys := decode[APIKeyList](t, w.do("GET", "/v1/merchants/teh/api_keys", "", asPlatform()))
	if accounts := decode[AccountList](t, w.do("GET", "/v1/merchants/teh/accounts", "", asPlatform())); len(keys.Data) != 1 || keys.Data[0].RevokedAt != nil ||
		keys.Data[0].ExpiresAt != nil || len(accounts.Data) != 1 || accounts.Data[0].ClosedAt != nil || len(accounts.Data[0].Credentials) != 1 {
		t.Errorf("the merchant has %+v and %+v, want its key and its account as they were made", keys.Data, accounts.Data)
	}
}

// TestScopes walks every route with a key of every scope alone, of a merchant and of the platform: each opens what it is
// for, and nothing else. What a route needs is read from the contract.
func TestScopes(t *testing.T) {
	t.Parallel()
	w := serve(t)
	c := readContract(t, w.do("GET", "/openapi.json", "").body)
	keys := w.server.Keys
	walked := map[bool]int{}
	for path, operations := range c.paths {
		for method, op := range operations {
			if len(op.Security) == 0 {
				continue
			}
			role := op.Security[0][bearer][0]
			for _, ofPlatform := range []bool{false, true} {
				for _, scope := range append(merchant.Scopes(), "") {
					w.server.Keys = func(hash [32]byte) (k merchant.APIKey, ok bool) {
						if ofPlatform {
							return merchant.APIKey{ID: "key_p", Hash: hash, Scopes: []merchant.Scope{scope}}, true
						}
						k, ok = keys(hash)
						k.Scopes = []merchant.Scope{scope}
						return k, ok
					}
					key := keyA
					if ofPlatform {
						key = keyPlatform
					}
					about := strings.HasPrefix(path, "/v1/api_keys") || path == "/v1/actions" || path == "/v1/notices" // the caller itself
					opens := !ofPlatform && string(scope) == role || ofPlatform && scope == merchant.Admin && (role == "platform" || about)
					a := w.do(strings.ToUpper(method), parameter.ReplaceAllString(path, "x"), "", as(key))
					if opened := a.status != 401 && a.status != 403; opened != opens {
						t.Errorf("%s %s needs %s; with the scope %q (platform: %t) it answers %d %s", method, path, role, scope, ofPlatform, a.status, a.body)
					}
					walked[opens]++
				}
			}
		}
	}
	if walked[true] < 20 || walked[false] < 150 {
		t.Errorf("walked %v, which is not every route", walked)
	}
}

// TestEveryGoodAnswerIsProvoked tours the API; the end of every test holds the answers against the contract, and this
// one sees to it that there was one of each.
func TestEveryGoodAnswerIsProvoked(t *testing.T) {
	t.Parallel()
	w := serve(t)
	key := with("Idempotency-Key", "tour")
	p := w.do("POST", "/v1/payments?wait=20", order, key).payment(t)
	w.do("POST", "/v1/payments", order, key)
	for _, path := range []string{"", "/events", "/exchanges"} {
		w.do("GET", "/v1/payments/"+p.ID+path, "")
	}
	for _, path := range []string{"/v1/payments", "/v1/terminals", "/v1/rails", "/v1/phones/081211111111", "/healthz", "/readyz", "/v1/notices", "/v1/return_key"} {
		w.do("GET", path, "")
	}
	w.server.Doctor = func(context.Context) (doctor.Report, error) {
		return doctor.Report{Findings: []doctor.Finding{{About: "database", Check: "fsync", Status: doctor.OK, Found: "on", Wanted: "on"}}}, nil
	}
	w.do("GET", "/v1/doctor", "", asPlatform())
	for _, operation := range []string{"check", "void"} {
		q := w.pay()
		opened := w.hold(operation)
		w.do("POST", "/v1/payments/"+q.ID+"/"+operation, "")
		opened()
		w.do("GET", "/v1/payments/"+q.ID+"?wait=20", "")
		w.rail.answer.Store(nil)
		w.do("POST", "/v1/payments/"+w.pay().ID+"/"+operation+"?wait=20", "")
	}
	w.tourWebhooks()
	w.tourMerchants()
	w.tourDeeds()
	w.tourBooks()
	provoked := map[string]bool{}
	for _, seen := range []*observer{w.seen, tourQR(t)} {
		seen.mu.Lock()
		for _, o := range seen.seen {
			provoked[strings.ToLower(o.method)+" "+o.pattern+" "+strconv.Itoa(o.status)] = true
		}
		seen.mu.Unlock()
	}
	c := readContract(t, get(t, "/openapi.json"))
	for path, operations := range c.paths {
		for method, op := range operations {
			for status := range op.Responses {
				if status < "300" && !provoked[method+" "+path+" "+status] {
					t.Errorf("%s %s never answered %s", method, path, status)
				}
			}
		}
	}
}

// TestWaitOutlivesTheServersLimits: neither the limit for reading a request nor that for writing an answer cuts a wait.
func TestWaitOutlivesTheServersLimits(t *testing.T) {
	t.Parallel()
	w := serve(t)
	open := w.gate()
	server := httptest.NewUnstartedServer(w.handler)
	server.Config.ReadTimeout, server.Config.WriteTimeout = 50*time.Millisecond, 50*time.Millisecond
	server.Start()
	defer server.Close()
	w.url, w.fresh = server.URL, true
	p := w.do("POST", "/v1/payments", order).payment(t)
	time.AfterFunc(250*time.Millisecond, open)
	if got := w.do("GET", "/v1/payments/"+p.ID+"?wait=60", "").payment(t).State; got != "paid" {
		t.Errorf("the wait ended in %s, want paid", got)
	}
}

// TestLogNamesRoutesAndNotPaths: what was asked for can be found in the log, and nothing personal can.
func TestLogNamesRoutesAndNotPaths(t *testing.T) {
	t.Parallel()
	w := serve(t)
	w.do("GET", "/v1/phones/"+canaryPhone+"?"+canaryPhone+"=1", "")
	a := w.do("GET", "/v1/phones/+62"+canaryPhone[1:], "", with("User-Agent", canaryPhone), with("Idempotency-Key", canaryPhone))
	w.do("GET", "/"+canaryPhone, "", as(canaryKey))
	w.do("POST", "/v1/payments", `{"`+canaryPhone+`":"`+canarySecret+`"}`)
	log := w.logs.String()
	for _, want := range []string{`"route":"GET /v1/phones/{phone}"`, a.header.Get("Request-Id"), `"merchant":"mer_a"`, `"route":"none"`, `"code":"unknown_field"`} {
		if !strings.Contains(log, want) {
			t.Errorf("the log has no %s:\n%s", want, log)
		}
	}
	// That phone and secrets are in neither log nor answers is checked at the end of every test.
}

// TestCanaryBites: the check at the end of every test does find what was planted.
func TestCanaryBites(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"x" + canaryPhone, "+62" + canaryPhone[1:], "a " + canarySecret, keyA, canaryKey} {
		if leaked(s) == "" {
			t.Errorf("%q passes as clean", s)
		}
	}
	if leaked("0812*****432 and "+maskedKey) != "" {
		t.Error("what is masked passes as leaked")
	}
}

const maskedKey = "key_fea8c831200e"
