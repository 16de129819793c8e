package console

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/store"
)

// identities is a provider of identities over real HTTP.
type identities struct {
	t      *testing.T
	url    string
	key    *rsa.PrivateKey
	claims map[string]any // of the next token, beside the ordinary ones
	asked  url.Values     // how somebody was last sent here
	tokens int
}

const canaryOIDC = "oidc-client-secret-canary"

func newIdentities(t *testing.T) *identities {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &identities{t: t, key: key, claims: map[string]any{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		p.write(w, map[string]any{
			"issuer": p.url, "authorization_endpoint": p.url + "/authorize", "token_endpoint": p.url + "/token", "jwks_uri": p.url + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256"},
		})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		number := func(n *big.Int) string { return base64.RawURLEncoding.EncodeToString(n.Bytes()) }
		p.write(w, map[string]any{"keys": []map[string]string{{
			"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "1", "n": number(key.N), "e": number(big.NewInt(int64(key.E))),
		}}})
	})
	mux.HandleFunc("POST /token", p.token)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	p.url = server.URL
	return p
}

func (p *identities) write(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		p.t.Error(err)
	}
}

// token gives a token to who has the code, the secret, and what the challenge was made of.
func (p *identities) token(w http.ResponseWriter, r *http.Request) {
	p.tokens++
	verifier := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	id, secret, _ := r.BasicAuth()
	if r.FormValue("code") != "good" || id != "lunas" || secret != canaryOIDC || p.asked.Get("code_challenge") != base64.RawURLEncoding.EncodeToString(verifier[:]) {
		w.WriteHeader(http.StatusBadRequest)
		p.write(w, map[string]string{"error": "invalid_grant", "error_description": canarySecret})
		return
	}
	claims := map[string]any{
		"iss": p.url, "aud": "lunas", "sub": "4711", "exp": time.Now().Add(time.Hour).Unix(), "iat": time.Now().Unix(),
		"nonce": p.asked.Get("nonce"), "email": "Ayu@Kopi.id", "email_verified": true,
	}
	maps.Copy(claims, p.claims)
	text := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			p.t.Error(err)
		}
		return base64.RawURLEncoding.EncodeToString(b)
	}
	signed := text(map[string]string{"alg": "RS256", "kid": "1"}) + "." + text(claims)
	sum := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(rand.Reader, p.key, crypto.SHA256, sum[:])
	if err != nil {
		p.t.Error(err)
	}
	p.write(w, map[string]any{"access_token": canarySecret, "token_type": "Bearer", "id_token": signed + "." + base64.RawURLEncoding.EncodeToString(signature)})
}

// send lets somebody begin, and gives the query with which the provider sends them back.
func (p *identities) send(b *browser) url.Values {
	b.t.Helper()
	rec := b.do("GET", oidcPath+"?next=/console/account", nil)
	to, err := url.Parse(rec.Header().Get("Location"))
	if err != nil || rec.Code != http.StatusSeeOther || !strings.HasPrefix(to.String(), p.url+"/authorize?") {
		b.t.Fatalf("somebody is sent to %q with %d, %v", rec.Header().Get("Location"), rec.Code, err)
	}
	p.asked = to.Query()
	for name, want := range map[string]string{
		"client_id": "lunas", "response_type": "code", "scope": "openid email", "code_challenge_method": "S256",
		"redirect_uri": "https://console.example.id" + oidcCallback,
	} {
		if got := p.asked.Get(name); got != want {
			b.t.Errorf("the provider is sent %s=%q, want %q", name, got, want)
		}
	}
	return url.Values{"state": {p.asked.Get("state")}, "code": {"good"}}
}

func oidcWorld(t *testing.T) (*world, *identities) {
	p := newIdentities(t)
	w := newWorld(t, func(o *Options) {
		o.URL = "https://console.example.id"
		o.OIDC = &OIDC{Name: "Kopi ID", Issuer: p.url, ClientID: "lunas", Secret: merchant.NewSecret(canaryOIDC)}
	})
	// Made by an owner, and never set up with a password.
	u := operator.User{ID: "usr_ayu", Name: "ayu@kopi.id", Version: 1, Grants: []operator.Grant{grant("mer_a", operator.Viewer)}, CreatedAt: w.Wall()}
	if err := w.store.SaveUser(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	return w, p
}

func TestTheIdentityProviderLetsPeopleIn(t *testing.T) {
	t.Parallel()
	w, p := oidcWorld(t)
	b := w.browser()
	if page := b.get("/console/login?next=/console/account", 200); !strings.Contains(page, `href="/console/oidc?next=%2Fconsole%2Faccount"`) || !strings.Contains(page, "Kopi ID") {
		t.Errorf("the log-in page does not offer it:\n%s", page)
	}
	back := p.send(b)
	rec := b.do("GET", oidcCallback+"?"+back.Encode(), nil)
	if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/console/account" {
		t.Fatalf("who comes back is answered %d, to %q: %s", rec.Code, rec.Header().Get("Location"), rec.Body)
	}
	b.get("/console/m/mer_a/", 200)
	b.get("/console/m/mer_b/", 404)
	b.get("/console/users", 403)
	list, err := w.store.Actions(t.Context(), store.ActionFilter{Everybody: true, Limit: 10})
	if err != nil || len(list) != 1 || list[0].Kind != store.ActUserLoggedIn || list[0].Actor != "usr_ayu" {
		t.Errorf("the log of actions has %+v, %v", list, err)
	}
	if rec := b.do("GET", oidcCallback+"?"+back.Encode(), nil); rec.Code != http.StatusBadRequest {
		t.Errorf("the same again = %d, want 400", rec.Code)
	}
	u, err := w.store.UserNamed(t.Context(), "ayu@kopi.id")
	if err != nil {
		t.Fatal(err)
	}
	u.Version, u.DisabledAt = u.Version+1, w.Wall()
	if err := w.store.SaveUser(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	b.get("/console/m/mer_a/", 303)
	other := w.browser()
	if rec := other.do("GET", oidcCallback+"?"+p.send(other).Encode(), nil); rec.Code != http.StatusForbidden {
		t.Errorf("a disabled user = %d, want 403", rec.Code)
	}
	if strings.Contains(w.logs.String(), canaryOIDC) || strings.Contains(w.logs.String(), "ayu@kopi.id") {
		t.Errorf("the log tells a secret or a name:\n%s", w.logs)
	}
}

// Whoever is not vouched for, rightly and for this log-in, stays outside.
func TestTheIdentityProviderIsNotFooled(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		claims map[string]any
		change func(w *world, b *browser, back url.Values)
		want   int
	}{
		"unverified":          {claims: map[string]any{"email_verified": false}, want: 403},
		"nobody's name":       {claims: map[string]any{"email": "eve@kopi.id"}, want: 403},
		"no name":             {claims: map[string]any{"email": "<b>"}, want: 403},
		"for another client":  {claims: map[string]any{"aud": "another"}, want: 403},
		"by another provider": {claims: map[string]any{"iss": "https://evil.example"}, want: 403},
		"expired":             {claims: map[string]any{"exp": time.Now().Add(-time.Hour).Unix()}, want: 403},
		"another log-in's":    {claims: map[string]any{"nonce": "another"}, want: 403},
		"a wrong code":        {change: func(_ *world, _ *browser, back url.Values) { back.Set("code", "bad") }, want: 403},
		"refused there":       {change: func(_ *world, _ *browser, back url.Values) { back.Set("error", "access_denied") }, want: 403},
		"a wrong state":       {change: func(_ *world, _ *browser, back url.Values) { back.Set("state", "x") }, want: 400},
		"no state":            {change: func(_ *world, _ *browser, back url.Values) { back.Del("state") }, want: 400},
		"another browser":     {change: func(_ *world, b *browser, _ url.Values) { clear(b.cookies) }, want: 400},
		"too late":            {change: func(w *world, _ *browser, _ url.Values) { w.pass(oidcLife) }, want: 400},
		"a cookie of one's own": {change: func(_ *world, b *browser, _ url.Values) {
			for _, c := range b.cookies {
				text, _, _ := strings.Cut(c.Value, ".")
				c.Value = text + ".forged"
			}
		}, want: 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, p := oidcWorld(t)
			b := w.browser()
			back := p.send(b)
			maps.Copy(p.claims, c.claims)
			if c.change != nil {
				c.change(w, b, back)
			}
			rec := b.do("GET", oidcCallback+"?"+back.Encode(), nil)
			if rec.Code != c.want {
				t.Errorf("%d, want %d:\n%s", rec.Code, c.want, rec.Body)
			}
			b.get("/console/m/mer_a/", 303)
			if c.want == 400 && p.tokens != 0 {
				t.Error("the provider was asked for a token")
			}
		})
	}
}

func TestNobodyIsLedAway(t *testing.T) {
	t.Parallel()
	w, p := oidcWorld(t)
	b := w.browser()
	rec := b.do("GET", oidcPath+"?next=//evil.example/", nil)
	to, _ := url.Parse(rec.Header().Get("Location"))
	p.asked = to.Query()
	rec = b.do("GET", oidcCallback+"?"+url.Values{"state": {p.asked.Get("state")}, "code": {"good"}}.Encode(), nil)
	if got := rec.Header().Get("Location"); got != home {
		t.Errorf("who comes back is sent to %q", got)
	}
}

// A provider that is away stops nobody who has a password, and no gateway from starting.
func TestTheIdentityProviderIsAway(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	w := newWorld(t, func(o *Options) {
		o.URL = "https://console.example.id"
		o.OIDC = &OIDC{Name: "Kopi ID", Issuer: gone.URL, ClientID: "lunas", Secret: merchant.NewSecret(canaryOIDC)}
	})
	w.browser().get("/console/login", 200)
	w.browser().get(oidcPath, 503)
}
