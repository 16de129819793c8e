package api

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/sandbox"
	"github.com/lunas-pay/lunas/snap"
)

// The account "issued" is notified with a token of ours, and so is another merchant's.
const (
	issuedDoor = "/notify/snap/issued"
	tokenDoor  = issuedDoor + "/v1.0/access-token/b2b"
	tokenAsk   = `{"grantType":"client_credentials","additionalInfo":{}}`
)

// issuing makes an account's provider notify with a token of ours.
func issuing(t *testing.T, a merchant.Account) merchant.Account {
	t.Helper()
	key, err := sandbox.DemoProviderKey()
	if err != nil {
		t.Fatal(err)
	}
	a.SNAP.Notify.Mode = string(snap.IssuedToken)
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	a.SNAP.Notify.PublicKey = string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	return a
}

// tokenRequest is signed as the provider signs it, at a time.
func (w *qrWorld) tokenRequest(client string, at time.Time) http.Header {
	w.t.Helper()
	key, err := sandbox.DemoProviderKey()
	if err != nil {
		w.t.Fatal(err)
	}
	signer, err := snap.NewPrivateKey(key)
	if err != nil {
		w.t.Fatal(err)
	}
	h := http.Header{"Content-Type": {"application/json"}, "X-Timestamp": {snap.FormatTimestamp(at)}, "X-Client-Key": {client}}
	signature, err := signer.SignToken(client, h.Get("X-Timestamp"))
	if err != nil {
		w.t.Fatal(err)
	}
	h.Set("X-Signature", signature)
	return h
}

// token asks for one at a door as the provider does.
func (w *qrWorld) token(door string) string {
	w.t.Helper()
	a := w.send(door, w.tokenRequest(sandbox.DemoSNAPMerchant().ClientID, w.server.Now()), []byte(tokenAsk))
	got := decode[struct{ ResponseCode, AccessToken, TokenType, ExpiresIn string }](w.t, a)
	if a.status != 200 || got.ResponseCode != "2007300" || got.TokenType != "Bearer" || got.ExpiresIn != "900" || len(got.AccessToken) < 26 {
		w.t.Fatalf("the door gives %d %s", a.status, a.body)
	}
	if a.header.Get("X-Timestamp") == "" || a.header.Get("X-Client-Key") != sandbox.DemoSNAPMerchant().ClientID {
		w.t.Errorf("headers %v", a.header)
	}
	return got.AccessToken
}

// presented makes a payment of an account whose QR is shown.
func (w *qrWorld) presented(account string) (p Payment, number string) {
	w.t.Helper()
	w.quiet()
	p = w.do("POST", "/v1/payments?wait=20", strings.Replace(qrOrder, "{", `{"account":"`+account+`",`, 1)).payment(w.t)
	if p.State != "awaiting" {
		w.t.Fatalf("state %s, want awaiting", p.State)
	}
	return p, p.Attempts[0].PartnerReferenceNo
}

// withToken signs a notification with a token of ours.
func (w *qrWorld) withToken(path, number, token string) (http.Header, []byte) {
	w.t.Helper()
	return w.notification(path, number, func(o *snap.NotifyOptions, _ *snap.Notification, _ *time.Time) {
		o.Mode, o.Token = snap.IssuedToken, snap.Secret(token)
	})
}

func TestNotificationWithATokenOfOurs(t *testing.T) {
	t.Parallel()
	w := serveQR(t)
	p, number := w.presented("issued")
	token := w.token(tokenDoor)
	// Without a token, with an empty one, with one that nobody gave, with another account's, with one and another's signature.
	header, body := w.notification(issuedDoor, number, nil)
	w.wantAnswer(w.send(issuedDoor, header, body), "4015201", p.ID, "awaiting")
	header.Set("Authorization", "Bearer ")
	w.wantAnswer(w.send(issuedDoor, header, body), "4015201", p.ID, "awaiting")
	header, body = w.withToken(issuedDoor, number, "INVENTED")
	w.wantAnswer(w.send(issuedDoor, header, body), "4015201", p.ID, "awaiting")
	header, body = w.withToken(issuedDoor, number, w.token("/notify/snap/issuedtheirs/v1.0/access-token/b2b"))
	w.wantAnswer(w.send(issuedDoor, header, body), "4015201", p.ID, "awaiting")
	header, body = w.withToken(issuedDoor, number, token)
	w.wantAnswer(w.send(issuedDoor, header, bytes.Replace(body, []byte("12500"), []byte("12501"), 1)), "4015200", p.ID, "awaiting")
	header.Set("X-Signature", "AAAA")
	w.wantAnswer(w.send(issuedDoor, header, body), "4015200", p.ID, "awaiting")

	header, body = w.withToken(issuedDoor, number, token)
	w.wantAnswer(w.send(issuedDoor, header, body), "2005200", p.ID, "paid")
	version := w.do("GET", "/v1/payments/"+p.ID, "").payment(t).Version
	w.wantAnswer(w.send(issuedDoor, header, body), "2005200", p.ID, "paid")
	if got := w.do("GET", "/v1/payments/"+p.ID, "").payment(t).Version; got != version {
		t.Errorf("version %d after the same again, want still %d", got, version)
	}
}

// A token of ours lives as long as was told, counted from when it was last told; then it is dead, and there is another one.
func TestTokenOfOursDies(t *testing.T) {
	t.Parallel()
	w := serveQR(t)
	first := w.token(tokenDoor)
	w.forward(14 * time.Minute)
	if again := w.token(tokenDoor); again != first {
		t.Error("a second token was made while the first may be given out")
	}
	w.forward(2 * time.Minute)
	second := w.token(tokenDoor)
	if second == first {
		t.Error("the first token was given out for longer than it lives")
	}
	p, number := w.presented("issued")
	header, body := w.withToken(issuedDoor, number, first)
	w.wantAnswer(w.send(issuedDoor, header, body), "2005200", p.ID, "paid")
	w.forward(14*time.Minute - time.Second) // 29:59 after the first was made
	p, number = w.presented("issued")
	w.forward(2 * time.Second)
	header, body = w.withToken(issuedDoor, number, first)
	w.wantAnswer(w.send(issuedDoor, header, body), "4015201", p.ID, "awaiting")
	header, body = w.withToken(issuedDoor, number, second)
	w.wantAnswer(w.send(issuedDoor, header, body), "2005200", p.ID, "paid")
}

func TestTokenDoorRefuses(t *testing.T) {
	t.Parallel()
	w := serveQR(t)
	demo, now := sandbox.DemoSNAPMerchant().ClientID, w.server.Now()
	good := func() http.Header { return w.tokenRequest(demo, now) }
	edited := func(key, value string) http.Header {
		h := good()
		h.Set(key, value)
		return h
	}
	for name, c := range map[string]struct {
		path   string
		header http.Header
		body   string
		code   string
	}{
		"good":                         {tokenDoor, good(), tokenAsk, "2007300"},
		"another version":              {issuedDoor + "/v2.0/access-token/b2b", good(), tokenAsk, "2007300"},
		"forged":                       {tokenDoor, edited("X-Signature", good().Get("X-Signature")[4:]+"AAAA"), tokenAsk, "4017300"},
		"at another time than signed":  {tokenDoor, edited("X-Timestamp", snap.FormatTimestamp(now.Add(time.Second))), tokenAsk, "4017300"},
		"stale":                        {tokenDoor, w.tokenRequest(demo, now.Add(-6*time.Minute)), tokenAsk, "4017300"},
		"ahead":                        {tokenDoor, w.tokenRequest(demo, now.Add(6*time.Minute)), tokenAsk, "4017300"},
		"somebody else":                {tokenDoor, w.tokenRequest("somebody", now), tokenAsk, "4017300"},
		"without a time":               {tokenDoor, edited("X-Timestamp", ""), tokenAsk, "4007302"},
		"oversized":                    {tokenDoor, good(), tokenAsk + strings.Repeat(" ", 70_000), "4007300"},
		"no JSON":                      {tokenDoor, good(), "grant_type=client_credentials", "4007300"},
		"no grant":                     {tokenDoor, good(), "{}", "4007302"},
		"an account that issues none":  {"/notify/snap/qris/v1.0/access-token/b2b", good(), tokenAsk, "4057300"},
		"no account":                   {"/notify/snap/nope/v1.0/access-token/b2b", good(), tokenAsk, "4047316"},
		"an account of another rail":   {"/notify/snap/main/v1.0/access-token/b2b", good(), tokenAsk, "4047316"},
		"an account of two merchants'": {"/notify/snap/twice/v1.0/access-token/b2b", good(), tokenAsk, "4047316"},
	} {
		a := w.send(c.path, c.header, []byte(c.body))
		if got := fmt.Sprint(a.status); !strings.HasPrefix(c.code, got) || !strings.Contains(string(a.body), `"responseCode":"`+c.code+`"`) {
			t.Errorf("%s: %d %s, want %s", name, a.status, a.body, c.code)
		}
	}
	if a := w.do("GET", tokenDoor, ""); a.status != 405 || a.header.Get("Allow") != "POST" || !strings.Contains(string(a.body), "4057300") {
		t.Errorf("GET: %d %s", a.status, a.body)
	}
	for _, path := range []string{"/notify/doku/doku/v1.0/access-token/b2b", "/notify/snap/issued/access-token/b2b", issuedDoor + "/v1.0/access-token"} {
		if a := w.do("POST", path, tokenAsk); a.status != 404 || a.problem(t).Code != "route_not_found" {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
}

// While the database is away there is no token, and the provider comes again.
func TestTokenDoorWithoutTheStore(t *testing.T) {
	t.Parallel()
	w := serveQR(t)
	w.store.away.Store(true)
	a := w.send(tokenDoor, w.tokenRequest(sandbox.DemoSNAPMerchant().ClientID, w.server.Now()), []byte(tokenAsk))
	if a.status != 500 || !strings.Contains(string(a.body), `"responseCode":"5007300"`) {
		t.Errorf("answer %d %s, want 5007300", a.status, a.body)
	}
	w.store.away.Store(false)
	w.token(tokenDoor)
}
