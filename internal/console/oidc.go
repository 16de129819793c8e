package console

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/store"
)

// This file lets people in whom an identity provider knows, by OpenID Connect: the authorization code flow with PKCE. It makes
// nobody: a user of that name must be there, made by an owner, and the provider must have verified the e-mail address that is
// the name. Passwords and second factors are then the provider's business; those of the console go on working beside it.

// OIDC is an identity provider. Options.URL must be known, since the provider sends people back to URL + /console/oidc/callback.
type OIDC struct {
	Name     string // what people call it: "Google"
	Issuer   string // https://accounts.google.com
	ClientID string
	Secret   merchant.Secret
}

const (
	oidcPath     = "/console/oidc"
	oidcCallback = oidcPath + "/callback"
	// oidcLife is how long somebody may take at the provider.
	oidcLife = 10 * time.Minute
	// oidcWait is how long the provider may take for an answer.
	oidcWait = 10 * time.Second
)

// signOn is the provider as it is known here. What the provider publishes of itself is asked for when the first one comes, so
// that a gateway starts without it.
type signOn struct {
	OIDC
	client *http.Client

	mu       sync.Mutex
	provider *oidc.Provider
}

func newSignOn(o OIDC) *signOn {
	return &signOn{OIDC: o, client: &http.Client{Timeout: oidcWait}}
}

// discover gives the provider, and how it is spoken to.
func (o *signOn) discover(back string) (*oidc.Provider, *oauth2.Config, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.provider == nil {
		// Its keys are fetched anew for as long as we run: by no request's context.
		p, err := oidc.NewProvider(oidc.ClientContext(context.Background(), o.client), o.Issuer)
		if err != nil {
			return nil, nil, err
		}
		o.provider = p
	}
	return o.provider, &oauth2.Config{
		ClientID: o.ClientID, ClientSecret: o.Secret.Reveal(), Endpoint: o.provider.Endpoint(), RedirectURL: back,
		Scopes: []string{oidc.ScopeOpenID, "email"},
	}, nil
}

// signingOn is what is remembered of somebody who is at the provider, in a cookie that only we can write.
type signingOn struct {
	State    string    `json:"s"`
	Nonce    string    `json:"n"`
	Verifier string    `json:"v"`
	Next     string    `json:"x"`
	Until    time.Time `json:"u"`
}

// oidcStart sends somebody to the provider.
func (s *server) oidcStart(v *visit) error {
	_, conf, err := s.signOn.discover(s.URL + oidcCallback)
	if err != nil {
		s.Log.Error("the identity provider does not answer", "issuer", s.signOn.Issuer, "error", err)
		return &refused{http.StatusServiceUnavailable, sayOIDCAway}
	}
	on := signingOn{
		State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Next: safeNext(v.r.URL.Query().Get("next")), Until: v.Wall.Add(oidcLife),
	}
	s.setSigningOn(v, on)
	http.Redirect(v.w, v.r, conf.AuthCodeURL(on.State, oidc.Nonce(on.Nonce), oauth2.S256ChallengeOption(on.Verifier)), http.StatusSeeOther)
	return nil
}

// oidcBack takes somebody who comes from the provider.
func (s *server) oidcBack(v *visit) error {
	query := v.r.URL.Query()
	on, ok := s.signingOn(v)
	s.setSigningOn(v, signingOn{})
	if !ok || !hmac.Equal([]byte(query.Get("state")), []byte(on.State)) {
		return &refused{http.StatusBadRequest, sayOIDCStale}
	}
	if problem := query.Get("error"); problem != "" {
		s.Log.Warn("the identity provider let nobody in", "error", plain(problem[:min(len(problem), 100)]))
		return &refused{http.StatusForbidden, sayOIDCNo}
	}
	name, err := s.signOn.whoIs(v.r.Context(), s.URL+oidcCallback, query.Get("code"), on)
	if err != nil {
		s.Log.Warn("a log-in by the identity provider failed", "error", err)
		return &refused{http.StatusForbidden, sayOIDCNo}
	}
	user, err := s.Engine.Store.UserNamed(v.r.Context(), name)
	if errors.Is(err, store.ErrNotFound) || err == nil && !user.DisabledAt.IsZero() {
		s.Log.Warn("the identity provider knows somebody whom the console does not", "name", s.hidden("name", name))
		return &refused{http.StatusForbidden, sayOIDCNo}
	}
	if err != nil {
		return err
	}
	user.Version++
	deed := deedOf(s, user.ID, store.ActUserLoggedIn, "", user.ID, "", map[string]any{"by": s.signOn.Issuer})
	if err := s.Engine.Store.SaveUser(v.r.Context(), user, deed); err != nil {
		return err
	}
	if err := s.begin(v, user); err != nil {
		return err
	}
	return v.redirect(on.Next)
}

// whoIs gives the name of whom the provider vouches for. Its errors hold no code and no token.
func (o *signOn) whoIs(ctx context.Context, back, code string, on signingOn) (string, error) {
	provider, conf, err := o.discover(back)
	if err != nil {
		return "", err
	}
	ctx = oidc.ClientContext(ctx, o.client)
	tokens, err := conf.Exchange(ctx, code, oauth2.VerifierOption(on.Verifier))
	if err != nil {
		var answer *oauth2.RetrieveError
		if errors.As(err, &answer) { // whose text is the provider's whole answer
			return "", fmt.Errorf("the provider refuses the code: HTTP %d %s", answer.Response.StatusCode, plain(answer.ErrorCode))
		}
		return "", errors.New("the provider gives no token")
	}
	raw, _ := tokens.Extra("id_token").(string)
	token, err := provider.Verifier(&oidc.Config{ClientID: o.ClientID}).Verify(ctx, raw)
	if err != nil {
		return "", errors.New("the identity token is not to be believed: signature, issuer, audience or time")
	}
	var claims struct {
		Email    string `json:"email"`
		Verified bool   `json:"email_verified"`
	}
	if err := token.Claims(&claims); err != nil {
		return "", errors.New("the identity token cannot be read")
	}
	name, err := operator.NewName(claims.Email)
	switch {
	case !hmac.Equal([]byte(token.Nonce), []byte(on.Nonce)):
		return "", errors.New("the identity token was made for another log-in")
	case !claims.Verified:
		return "", errors.New("the provider has not verified the e-mail address")
	case err != nil:
		return "", errors.New("the e-mail address can be no user's name")
	}
	return name, nil
}

func (s *server) signingOnCookie() string { return s.cookieName() + "_oidc" }

// setSigningOn remembers somebody; who has no state is forgotten.
func (s *server) setSigningOn(v *visit, on signingOn) {
	c := &http.Cookie{
		Name: s.signingOnCookie(), Path: "/console", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.secure(), MaxAge: -1,
	}
	if c.Secure {
		c.Path = "/" // __Host- wants it
	}
	if on.State != "" {
		text, _ := json.Marshal(on) // of texts and a time
		c.Value, c.MaxAge = base64.RawURLEncoding.EncodeToString(text)+"."+s.sealOf(text), int(oidcLife.Seconds())
	}
	http.SetCookie(v.w, c)
}

func (s *server) signingOn(v *visit) (on signingOn, ok bool) {
	c, err := v.r.Cookie(s.signingOnCookie())
	if err != nil {
		return on, false
	}
	text, seal, _ := strings.Cut(c.Value, ".")
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || !hmac.Equal([]byte(seal), []byte(s.sealOf(b))) || json.Unmarshal(b, &on) != nil {
		return signingOn{}, false
	}
	return on, on.State != "" && v.Wall.Before(on.Until)
}

func (s *server) sealOf(text []byte) string {
	mac := hmac.New(sha256.New, s.Key)
	mac.Write([]byte("oidc\x00"))
	mac.Write(text)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// oidcRoutes are there only with a provider.
func (s *server) oidcRoutes() []route {
	if s.signOn == nil {
		return nil
	}
	return []route{
		{"GET " + oidcPath, anyone, s.oidcStart, ""},
		{"GET " + oidcCallback, anyone, s.oidcBack, ""},
	}
}

// OIDCLink is where somebody who logs in is sent to the provider, and its name; empty without one.
func (f loginForm) OIDCLink() string {
	if f.Provider == "" {
		return ""
	}
	return oidcPath + "?" + url.Values{"next": {f.Next}}.Encode()
}
