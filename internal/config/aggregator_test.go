package config

import (
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
)

const goodAggregators = `
database: lunas.db
master_key_file: MASTER
merchants:
  - id: kopi
    api_keys:
      - {mode: test, key_env: KOPI_KEY}
    accounts:
      - id: doku
        rail: doku
        environment: staging
        client_id: MCH-0001
        secret_key_env: KOPI_DOKU
        response_check_sum: alphabetical
        notify: {tolerance: 36h}
      - id: faspay
        rail: faspay
        environment: production
        merchant_id: "99999"
        merchant_name: Kopi Lunas
        user_id: bot99999
        password_file: APPKEY
        flow: redirect
        bill_life: 30m
        customer: {email: kasir@kopi.example}
        terminals: [{id: toko-1}, {id: toko-2}]
`

func loadAggregators(t *testing.T, text string) (Config, error) {
	t.Helper()
	return Load(write(t, text), append(environ, "KOPI_DOKU=canary-secret"))
}

func TestLoadAggregators(t *testing.T) {
	c, err := loadAggregators(t, goodAggregators)
	if err != nil {
		t.Fatal(err)
	}
	doku, faspay := c.Merchants[0].Accounts[0], c.Merchants[0].Accounts[1]
	if doku.Rail != payment.DOKU || doku.URL != "https://api-sandbox.doku.com" || doku.Terms != payment.DOKUTerms() {
		t.Errorf("account = %s %s %+v, want DOKU's own sandbox and terms", doku.Rail, doku.URL, doku.Terms)
	}
	d := doku.DOKU
	if d.ClientID != "MCH-0001" || d.SecretKey.Reveal() != "canary-secret" || d.ResponseCheckSum != "alphabetical" || d.NotifyTolerance != 36*time.Hour {
		t.Errorf("DOKU's credentials = %+v, want the file's", d)
	}
	if len(doku.Terminals) != 1 || doku.Terminals[0].ID != "doku" || doku.Terminals[0].Style != payment.BySequence {
		t.Errorf("terminals = %+v, want one of the account's name", doku.Terminals)
	}
	want := payment.FaspayTerms()
	want.Flow, want.BillLife = payment.Redirect, 30*time.Minute
	if faspay.Rail != payment.Faspay || faspay.URL != "https://web.faspay.co.id" || faspay.Terms != want {
		t.Errorf("account = %s %s %+v, want Faspay's address, and %+v", faspay.Rail, faspay.URL, faspay.Terms, want)
	}
	f := faspay.Faspay
	if f.MerchantID != "99999" || f.Merchant != "Kopi Lunas" || f.UserID != "bot99999" || f.Password.Reveal() != "canary-app-key" || f.Encoding != "json" ||
		f.Customer != (merchant.FaspayCustomer{Name: "Pelanggan", Email: "kasir@kopi.example"}) {
		t.Errorf("Faspay's credentials = %+v, want the file's", f)
	}
	if len(faspay.Terminals) != 2 || faspay.Terminals[1].ID != "toko-2" {
		t.Errorf("terminals = %+v, want the file's two", faspay.Terminals)
	}
}

func TestMistakesOfAggregators(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"no client", "client_id: MCH-0001", "", "client_id is missing"},
		{"no secret", "secret_key_env: KOPI_DOKU", "", "secret_key is missing"},
		{"plain http", "client_id: MCH-0001", "client_id: MCH-0001\n        url: http://example.com", "url must be an https address"},
		{"key of OVO", "client_id: MCH-0001", "client_id: MCH-0001\n        app_id: kopi", "has keys of the rail ovo"},
		{"key of SNAP", "client_id: MCH-0001", "client_id: MCH-0001\n        partner_id: kopi", "has keys of the rail snap"},
		{"key of Faspay", "client_id: MCH-0001", "client_id: MCH-0001\n        user_id: kopi", "has keys of the rail faspay"},
		{"key of DOKU", "user_id: bot99999", "user_id: bot99999\n        void_path: /v2", "has keys of the rail doku"},
		{"client of SNAP", "user_id: bot99999", "user_id: bot99999\n        client_id: x", "has keys of the rail snap"},
		{"notify mode", "notify: {tolerance", "notify: {mode: shared_secret, tolerance", "has keys of the rail snap"},
		{"notify path", "notify: {tolerance", "notify: {path: pay/in, tolerance", "notify.path must be the path"},
		{"tolerance", "36h", "soon", "tolerance must be a length of time"},
		{"void path", "notify:", "void_path: cancel\n        notify:", "void_path must begin with /"},
		{"check sum", "alphabetical", "sha1", "response_check_sum must be alphabetical"},
		{"signed answers to unsigned calls", "notify:", "unsigned: true\n        signed_responses: true\n        notify:", "signed_responses cannot be had with unsigned"},
		{"a terminal with numbers", "{id: toko-2}", `{id: toko-2, tid: "00300001"}`, "has more than an id"},
		{"a terminal of another account", "{id: toko-2}", "{id: doku}", "terminals[1].id must be there and be unique"},
		{"merchant id", `"99999"`, `"999"`, "merchant_id must be 5 digits"},
		{"merchant's name", "Kopi Lunas", "Kopi Lunas yang namanya panjang sekali", "merchant_name must be there, at most 32"},
		{"no user", "user_id: bot99999", "", "user_id is missing"},
		{"no password", "password_file: APPKEY", "", "password is missing"},
		{"flow", "flow: redirect", "flow: form", `flow is "form"`},
		{"life", "30m", "1m", "bill_life must be from 5m"},
		{"life of too many days", "30m", "721h", "bill_life must be from 5m"},
		{"encoding", "flow: redirect", "encoding: yaml", `encoding is "yaml"`},
		{"XML in production", "flow: redirect", "encoding: xml", "inquiry_xml_path is missing"},
		{"redirect path", "flow: redirect", "redirect_path: /pay", "redirect_path must begin and end with /"},
		{"no e-mail", "email: kasir@kopi.example", "name: Budi", "customer.email must be an address"},
		{"waits shortened", "flow: redirect", "terms: {shorten: 10}", "shorten is for tests against the sandbox only"},
		{"misspelt", "bill_life", "bil_life", `did you mean "bill_life"?`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := loadAggregators(t, strings.Replace(goodAggregators, c.old, c.new, 1))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("Load = %v, want an error with %q", err, c.want)
			}
			if strings.Contains(err.Error(), "canary") {
				t.Errorf("the error shows a secret: %v", err)
			}
		})
	}
}

func TestLoadRouting(t *testing.T) {
	with := func(extra string) (Config, error) {
		return loadAggregators(t, strings.Replace(goodAggregators, "    api_keys:", extra+"    api_keys:", 1))
	}
	c, err := with("    prefer: [faspay, doku]\n    fail_over: {on: true, within: 90s}\n")
	if err != nil {
		t.Fatal(err)
	}
	r := c.Merchants[0].Routing
	if got := r.Prefer[payment.OVOPush]; len(got) != 2 || got[0] != payment.Faspay || !r.FailOver || r.FailOverWithin != 90*time.Second {
		t.Errorf("routing = %+v, want the file's", r)
	}
	for extra, want := range map[string]string{
		"    prefer: [ovo]\n":                        "merchants[0].prefer[0] names a rail at which the merchant has no account",
		"    prefer: [doku, doku]\n":                 "merchants[0].prefer[1] stands there twice",
		"    prefer: [snap]\n":                       "merchants[0].prefer[0]",
		"    choose_within: 30s\n":                   "merchants[0].choose_within must be from 1m to 720h",
		"    fail_over: {on: true, within: 61m}\n":   "merchants[0].fail_over.within must be at most 1h",
		"    fail_over: {on: true, within: often}\n": "merchants[0].fail_over.within must be a length of time",
	} {
		if _, err := with(extra); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", extra, err, want)
		}
	}
}

func TestLoadAggregatorTerms(t *testing.T) {
	text := strings.Replace(goodAggregators, "        secret_key_env:", "        can_void: false\n        check_after: 90s\n        secret_key_env:", 1)
	text = strings.Replace(text, "        flow: redirect", "        confirm_notified: false\n        flow: redirect", 1)
	c, err := loadAggregators(t, text)
	if err != nil {
		t.Fatal(err)
	}
	doku, faspay := c.Merchants[0].Accounts[0].Terms, c.Merchants[0].Accounts[1].Terms
	if doku.CanVoid || doku.CheckAfter != 90*time.Second || faspay.ConfirmNotified {
		t.Errorf("terms = %+v and %+v, want the file's", doku, faspay)
	}
}
