package config

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
)

const goodSNAP = `
database: lunas.db
master_key_file: MASTER
merchants:
  - id: kopi
    api_keys:
      - {mode: test, key_env: KOPI_KEY}
    accounts:
      - id: qris
        rail: snap
        environment: staging
        client_id: kopi-qris
        client_secret_env: KOPI_SECRET
        private_key_file: APPKEY
        channel_id: "95221"
        allowed_sources: [OVO_CASH]
        nmid: ID1020000000017
        notify: {mode: provider_key, public_key_file: APPKEY, tolerance: 2m}
        terminals:
          - {id: till-1, tid: "00000179", mid: "000000000000179", store_code: MM001}
`

func TestLoadSNAP(t *testing.T) {
	c, err := Load(write(t, goodSNAP), append(environ, "KOPI_SECRET=canary-secret"))
	if err != nil {
		t.Fatal(err)
	}
	a := c.Merchants[0].Accounts[0]
	if a.Rail != payment.SNAP || a.URL != "https://app.byte-stack.net/OVOSNAP" || a.Terms != payment.SNAPTerms() {
		t.Errorf("account = %s %s %+v, want OVO's staging address and SNAP's terms", a.Rail, a.URL, a.Terms)
	}
	s := a.SNAP
	if s.ClientID != "kopi-qris" || s.ClientSecret.Reveal() != "canary-secret" || s.PrivateKey.Reveal() != "canary-app-key" ||
		s.ChannelID != "95221" || len(s.AllowedSources) != 1 || s.NMID != "ID1020000000017" {
		t.Errorf("credentials = %+v, want the file's", s)
	}
	if want := (merchant.SNAPNotify{Mode: "provider_key", PublicKey: "canary-app-key\n", Tolerance: 2 * time.Minute}); s.Notify != want {
		t.Errorf("notify = %+v, want %+v", s.Notify, want)
	}
	if got := a.Terminals[0]; got.Style != payment.BySequence || got.MID != "000000000000179" {
		t.Errorf("terminal = %+v", got)
	}
}

// The sandbox may be given shorter waits, and another address with other paths.
func TestLoadSNAPForTheSandbox(t *testing.T) {
	text := strings.Replace(goodSNAP, "environment: staging", "environment: sandbox\n        url: http://127.0.0.1:8081\n        terms: {shorten: 5}\n"+
		"        paths: {generate: /ovosnap/qr-mpm-generate, access_token: /api/v2.0/access-token/b2b}", 1)
	c, err := Load(write(t, text), append(environ, "KOPI_SECRET=canary-secret"))
	if err != nil {
		t.Fatal(err)
	}
	a, usual := c.Merchants[0].Accounts[0], payment.SNAPTerms()
	if a.Terms.QRLife != 15*time.Second || a.Terms.QueryEvery != time.Second || a.Terms.QueryUntil != usual.QueryUntil/5 ||
		a.Terms.SendWithin != usual.SendWithin || a.Terms.RefundUntil != usual.RefundUntil || a.Terms.AmountMax != usual.AmountMax {
		t.Errorf("terms = %+v, want a fifth of every wait, and nothing else changed", a.Terms)
	}
	want := map[string]string{"generate": "/ovosnap/qr-mpm-generate", "access_token": "/api/v2.0/access-token/b2b"}
	if a.URL != "http://127.0.0.1:8081" || !maps.Equal(a.SNAP.Paths, want) {
		t.Errorf("address = %s %v, want the file's", a.URL, a.SNAP.Paths)
	}
}

func TestIssuedTokensOfSNAP(t *testing.T) {
	c, err := Load(write(t, strings.Replace(goodSNAP, "mode: provider_key", "mode: issued_token, client_id: ovo", 1)), append(environ, "KOPI_SECRET=canary-secret"))
	if err != nil {
		t.Fatal(err)
	}
	want := merchant.SNAPNotify{Mode: "issued_token", PublicKey: "canary-app-key\n", ClientID: "ovo", Tolerance: 2 * time.Minute}
	if got := c.Merchants[0].Accounts[0].SNAP.Notify; got != want {
		t.Errorf("notify = %+v, want %+v", got, want)
	}
}

func TestMistakesOfSNAP(t *testing.T) {
	account := goodSNAP[strings.Index(goodSNAP, "      - id: qris"):]
	for _, c := range []struct{ name, old, new, want string }{
		{"no client", "client_id: kopi-qris", "", "client_id is missing"},
		{"no secret", "client_secret_env: KOPI_SECRET", "", "client_secret is missing"},
		{"no private key", "private_key_file: APPKEY", "", "private_key is missing"},
		{"plain http", "client_id: kopi-qris", "client_id: kopi-qris\n        url: http://example.com", "url must be an https address"},
		{"key of the other rail", "client_id: kopi-qris", "client_id: kopi-qris\n        app_id: kopi", "has keys of the rail ovo"},
		{"terms of the other rail", "client_id: kopi-qris", "client_id: kopi-qris\n        terms: {auto_check: true}", "has keys of the rail ovo"},
		{"waits shortened outside the sandbox", "client_id: kopi-qris", "client_id: kopi-qris\n        terms: {shorten: 5}", "terms.shorten is for tests against the sandbox only"},
		{"path of nothing", "client_id: kopi-qris", "client_id: kopi-qris\n        paths: {generat: /x}", `did you mean "generate"?`},
		{"notify mode", "mode: provider_key", "mode: token", `notify.mode is "token"`},
		{"notify without mode", "mode: provider_key, ", "", "notify.mode is missing"},
		{"notify key", "public_key_file: APPKEY, ", "", "public_key_file is missing"},
		{"notify key of another mode", "mode: provider_key", "mode: shared_secret", "is only for the modes provider_key and issued_token"},
		{"notify key of issued tokens", "mode: provider_key, public_key_file: APPKEY", "mode: issued_token", "public_key_file is missing"},
		{"notify client of another mode", "mode: provider_key", "mode: provider_key, client_id: ovo", "notify.client_id is only for the mode issued_token"},
		{"tolerance", "tolerance: 2m", "tolerance: much", "tolerance must be a length of time"},
		{"path of a door", "tolerance: 2m", "tolerance: 2m, path: notify/snap/qris", "must be the path of the address that the provider was given"},
		{"an id at two merchants", account, account + "  - id: teh\n    accounts:\n" + strings.Replace(account, "client_id: kopi-qris", "client_id: teh-qris", 1), "is another merchant's account too"},
		{"numbering", "store_code: MM001", "store_code: MM001, numbering: ddmmyy", "are not for this rail"},
		{"no mid", `mid: "000000000000179", `, "", "mid must be there"},
		{"one client twice", account, account + strings.Replace(account, "id: qris", "id: other", 1), "stands in another account too"},
		{"misspelt", "client_id", "cleint_id", `did you mean "client_id"?`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Load(write(t, strings.Replace(goodSNAP, c.old, c.new, 1)), append(environ, "KOPI_SECRET=canary-secret"))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("Load = %v, want an error with %q", err, c.want)
			}
			if strings.Contains(err.Error(), "canary") {
				t.Errorf("the error shows a secret: %v", err)
			}
		})
	}
	_, err := Load(write(t, strings.Replace(good, "app_id: kopi", "app_id: kopi\n        client_id: x", 1)), environ)
	if err == nil || !strings.Contains(err.Error(), "has keys of the rail snap") {
		t.Errorf("Load = %v, want the key of another rail named", err)
	}
}
