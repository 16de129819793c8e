package console

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/store"
)

// This file lets people in and out.

type loginForm struct {
	Name, Next string
	Provider   string // of identities; empty: none
}

func (s *server) loginForm(name, next string) loginForm {
	f := loginForm{Name: name, Next: safeNext(next)}
	if s.signOn != nil {
		f.Provider = s.signOn.Name
	}
	return f
}

func (s *server) loginPage(v *visit) error {
	f := s.loginForm("", v.r.URL.Query().Get("next"))
	if v.In() {
		return v.redirect(f.Next)
	}
	return v.show("login", f)
}

// login says the same of a wrong name, a wrong password and a wrong code, after the same work.
func (s *server) login(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return err
	}
	f := s.loginForm(v.r.PostForm.Get("name"), v.r.PostForm.Get("next"))
	name, err := operator.NewName(f.Name)
	if err != nil {
		name = "" // nobody's: it counts and takes as long as any other
	}
	ctx, db := v.r.Context(), s.Engine.Store
	counters := []struct {
		name     string
		patience operator.Patience
	}{{s.hidden("address", v.address()), operator.AddressPatience}, {s.hidden("name", name), operator.NamePatience}}
	for _, c := range counters {
		_, ok, err := db.Attempt(ctx, c.name, c.patience, v.Wall)
		if err != nil {
			return err
		}
		if !ok {
			s.Log.Warn("the console refuses a log-in: too many tries", "name", c.name)
			v.w.Header().Set("Retry-After", "60")
			v.Wrong, v.Status = sayAttempts, http.StatusTooManyRequests
			return v.show("login", f)
		}
	}
	user, ok, err := s.prove(ctx, v, name, v.r.PostForm.Get("password"), v.r.PostForm.Get("code"))
	if err != nil {
		return err
	}
	if !ok {
		s.Log.Warn("a log-in to the console failed", "name", counters[1].name, "address", counters[0].name)
		return v.again("login", f, sayLogin)
	}
	for _, c := range counters {
		if err := db.ForgetAttempts(ctx, c.name); err != nil {
			return err
		}
	}
	if err := s.begin(v, user); err != nil {
		return err
	}
	return v.redirect(f.Next)
}

// prove tells whether somebody is the user of a name: by the password and by a code that was not used before. The code is
// used up by this.
func (s *server) prove(ctx context.Context, v *visit, name, password, code string) (operator.User, bool, error) {
	db := s.Engine.Store
	user, err := db.UserNamed(ctx, name)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return user, false, err
	}
	known := err == nil && user.Ready()
	if !known {
		user = operator.User{}
	}
	ok, err := s.Hasher.Matches(ctx, password, user.Password)
	if err != nil || !ok || !known {
		return user, false, err
	}
	used, ok, err := s.useCode(user, code, v)
	if err != nil || !ok {
		return user, false, err
	}
	err = db.SaveUser(ctx, used, deedOf(s, used.ID, store.ActUserLoggedIn, "", used.ID, "", nil))
	if errors.Is(err, store.ErrConflict) {
		return user, false, nil // the same code, at the same moment
	}
	return used, err == nil, err
}

// useCode uses a code of the second factor up, or a recovery code.
func (s *server) useCode(u operator.User, code string, v *visit) (operator.User, bool, error) {
	secret, err := s.openTOTP(u)
	if err != nil {
		return u, false, err
	}
	step, ok := operator.CheckTOTP(secret, code, u.TOTPStep, v.Wall)
	if ok {
		u.TOTPStep = step
	} else if u, ok = u.WithoutRecovery(code); ok {
		s.Log.Warn("a recovery code was used", "user", u.ID, "left", len(u.Recovery))
	}
	u.Version++
	return u, ok, nil
}

// begin logs a user in, with a new session: whatever token the browser came with is worth nothing from now on.
func (s *server) begin(v *visit, u operator.User) error {
	ctx, db := v.r.Context(), s.Engine.Store
	if old := v.token(); old != "" {
		if err := db.EndSession(ctx, operator.HashOf(old)); err != nil {
			return err
		}
	}
	token := newToken()
	agent := v.r.UserAgent()
	session := operator.Session{
		Hash: operator.HashOf(token), UserID: u.ID, CreatedAt: v.Wall, SeenAt: v.Wall, Agent: plain(agent[:min(len(agent), 200)]),
	}
	if err := db.StartSession(ctx, session); err != nil {
		return err
	}
	v.User, v.Session = u, session
	v.setToken(token)
	s.Log.Info("a user logged in to the console", "user", u.ID)
	return nil
}

func (s *server) logout(v *visit) error {
	if err := s.Engine.Store.EndSession(v.r.Context(), v.Session.Hash); err != nil {
		return err
	}
	v.setToken("")
	return v.redirect("/console/login")
}

func newToken() string {
	var random [operator.TokenBytes]byte
	_, _ = rand.Read(random[:]) // never fails
	return operator.Token(random)
}

// hidden stands for a name or an address where it is counted and logged: the same for the same, and nobody can read it.
func (s *server) hidden(what, value string) string {
	mac := hmac.New(sha256.New, s.Key)
	mac.Write([]byte(what + "\x00" + value))
	return what + " " + hex.EncodeToString(mac.Sum(nil)[:12])
}

// totpPart binds a sealed second factor to its user.
func totpPart(userID string) exchange.Part {
	return exchange.Part{ID: "totp/" + userID, Side: exchange.Request}
}

func (s *server) openTOTP(u operator.User) ([]byte, error) { return openTOTP(s.Keyring, u) }

func openTOTP(k *exchange.Keyring, u operator.User) ([]byte, error) {
	part := totpPart(u.ID)
	part.Sealed = u.TOTP
	err := k.Open(&part)
	return part.Wire, err
}

func (s *server) sealTOTP(userID string, secret []byte) ([]byte, error) {
	return sealTOTP(s.Keyring, userID, secret)
}

func sealTOTP(k *exchange.Keyring, userID string, secret []byte) ([]byte, error) {
	part := totpPart(userID)
	part.Wire = secret
	err := k.Seal(&part)
	return part.Sealed, err
}

// Rewrap seals every user's second factor again by the first master key of k, and tells how many there are. What is told of each
// user goes through deed. Users who log in meanwhile make it end with an error that says to try again.
func Rewrap(ctx context.Context, k *exchange.Keyring, db store.Operators, deed func(store.Action) store.Deed) (n int, err error) {
	users, err := db.Users(ctx)
	if err != nil {
		return 0, err
	}
	for _, u := range users {
		if len(u.TOTP) == 0 {
			continue
		}
		secret, err := openTOTP(k, u)
		if err == nil {
			u.TOTP, err = sealTOTP(k, u.ID, secret)
		}
		if err == nil {
			u.Version++
			err = db.SaveUser(ctx, u, deed(store.Action{Kind: store.ActSecondFactorWrapped, Subject: u.ID}))
		}
		if errors.Is(err, store.ErrConflict) {
			return n, fmt.Errorf("user %s is being changed: try again", u.ID)
		}
		if err != nil {
			return n, fmt.Errorf("the second factor of user %s: %w", u.ID, err)
		}
		n++
	}
	return n, nil
}
