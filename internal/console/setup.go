package console

import (
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/qrpicture"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/wording"
)

// This file makes accounts usable: by a link, once, somebody sets a password and a second factor.

// Invitation keeps a new link for a user, in place of earlier ones, and gives its path below the gateway's address; of the
// first owner where userID is empty, which is store.ErrConflict once there is a user.
func Invitation(ctx context.Context, db store.Operators, userID string, now time.Time, deeds ...store.Deed) (path string, expires time.Time, err error) {
	token := newToken()
	expires = now.Add(operator.InviteLife)
	if userID == "" {
		expires = now.Add(operator.FirstLife)
	}
	err = db.SaveInvite(ctx, operator.Invite{Hash: operator.HashOf(token), UserID: userID, ExpiresAt: expires}, deeds...)
	return "/console/setup/" + url.PathEscape(token), expires, err
}

type setupForm struct {
	First  bool
	Name   string
	Action string
	QR     template.HTML // our own picture of the second factor's secret
	Secret string
}

// invited gives the link's user, who is to be made where there is none yet, and the secret of the second factor that goes
// with the link: it is derived from it, so that nothing is kept of those who never finish.
func (s *server) invited(v *visit) (u operator.User, first bool, secret []byte, err error) {
	ctx, db, token := v.r.Context(), s.Engine.Store, v.r.PathValue("token")
	invite, err := db.Invite(ctx, operator.HashOf(token))
	if errors.Is(err, store.ErrNotFound) || (err == nil && !v.Wall.Before(invite.ExpiresAt)) {
		return u, false, nil, wrong(http.StatusNotFound, sayLinkUsed[0], sayLinkUsed[1])
	}
	if err != nil {
		return u, false, nil, err
	}
	if secret, err = derived(token, "set-up"); err != nil {
		return u, false, nil, err
	}
	if invite.UserID == "" {
		return operator.User{
			ID: engine.NewID("usr_"), Version: 0, CreatedAt: v.Wall, Grants: []operator.Grant{{MerchantID: operator.Everywhere, Role: operator.Owner}},
		}, true, secret, nil
	}
	u, err = db.User(ctx, invite.UserID)
	return u, false, secret, err
}

// derived makes a second factor's secret of a long random one.
func derived(token, what string) ([]byte, error) {
	return hkdf.Key(sha256.New, []byte(token), nil, "lunas console totp 1 "+what, operator.TOTPBytes)
}

func (s *server) setupPage(v *visit) error {
	u, first, secret, err := s.invited(v)
	if err != nil {
		return err
	}
	f, err := s.setupForm(v, u.Name, first, secret)
	if err != nil {
		return err
	}
	return v.show("setup", f)
}

func (s *server) setupForm(v *visit, name string, first bool, secret []byte) (setupForm, error) {
	picture, err := s.totpPicture(secret, name)
	return setupForm{First: first, Name: name, Action: v.r.URL.EscapedPath(), QR: picture, Secret: operator.TOTPText(secret)}, err
}

// totpPicture draws what an authenticator app reads.
func (s *server) totpPicture(secret []byte, name string) (template.HTML, error) {
	host := "lunas"
	if u, err := url.Parse(s.URL); err == nil && u.Hostname() != "" {
		host = "lunas " + u.Hostname()
	}
	if name == "" {
		name = "owner"
	}
	picture, err := qrpicture.SVG(operator.TOTPLink(secret, host, name), qrpicture.Options{})
	return template.HTML(picture), err //nolint:gosec // our own drawing holds no text of anybody's
}

func (s *server) setup(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return err
	}
	u, first, secret, err := s.invited(v)
	if err != nil {
		return err
	}
	if first {
		u.Name = v.r.PostForm.Get("name")
	}
	f, err := s.setupForm(v, u.Name, first, secret)
	if err != nil {
		return err
	}
	if first {
		if u.Name, err = operator.NewName(u.Name); err != nil {
			return v.again("setup", f, sayName)
		}
	}
	if what := newPassword(v, u.Name); what != (wording.Words{}) {
		return v.again("setup", f, what)
	}
	step, ok := operator.CheckTOTP(secret, v.r.PostForm.Get("code"), 0, v.Wall)
	if !ok {
		return v.again("setup", f, sayCode)
	}
	codes, err := s.arm(v, &u, v.r.PostForm.Get("password"), secret, step)
	if err != nil {
		return err
	}
	ctx := v.r.Context()
	err = s.Engine.Store.Redeem(ctx, operator.HashOf(v.r.PathValue("token")), v.Wall, u,
		deedOf(s, u.ID, store.ActUserSetUp, "", u.ID, "", map[string]any{"first": first}))
	switch {
	case errors.Is(err, store.ErrNotFound):
		return wrong(http.StatusNotFound, sayLinkUsed[0], sayLinkUsed[1])
	case errors.Is(err, store.ErrConflict):
		return v.again("setup", f, sayBusy)
	case err != nil:
		return err
	}
	if err := s.Engine.Store.ForgetAttempts(ctx, s.hidden("name", u.Name)); err != nil {
		return err
	}
	s.Log.Warn("a user of the console was set up", "user", u.ID, "first", first)
	if err := s.begin(v, u); err != nil {
		return err
	}
	return v.show("recovery", codes)
}

// newPassword says what is wrong with the password of a form; nothing for a good one.
func newPassword(v *visit, name string) wording.Words {
	password := v.r.PostForm.Get("password")
	switch err := operator.CheckPassword(password, name); {
	case errors.Is(err, operator.ErrPasswordShort):
		return sayShort
	case errors.Is(err, operator.ErrPasswordLong):
		return sayLong
	case err != nil:
		return saySimple
	case password != v.r.PostForm.Get("again"):
		return sayTwice
	}
	return wording.Words{}
}

// arm gives a user a password, a second factor whose first code was just used, and new recovery codes, which it returns.
func (s *server) arm(v *visit, u *operator.User, password string, secret []byte, step int64) ([]string, error) {
	var err error
	if u.Password, err = s.hash(v, password); err != nil {
		return nil, err
	}
	if u.TOTP, err = s.sealTOTP(u.ID, secret); err != nil {
		return nil, fmt.Errorf("seal the second factor of %s: %w", u.ID, err)
	}
	u.TOTPStep, u.Version = step, u.Version+1
	var codes []string
	codes, u.Recovery = newRecovery()
	return codes, nil
}

func (s *server) hash(v *visit, password string) (string, error) {
	var salt [operator.SaltBytes]byte
	_, _ = rand.Read(salt[:]) // never fails
	return s.Hasher.Hash(v.r.Context(), password, salt)
}

// newRecovery makes recovery codes, and what is kept of them.
func newRecovery() (codes []string, hashes []operator.Hash) {
	for range operator.RecoveryCodes {
		var random [operator.RecoveryBytes]byte
		_, _ = rand.Read(random[:]) // never fails
		code := operator.RecoveryCode(random)
		codes, hashes = append(codes, code), append(hashes, operator.HashRecovery(code))
	}
	return codes, hashes
}

// plain takes out of a text what is no text.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}

func (s *server) home(v *visit) error {
	if len(v.Merchants) == 1 {
		return v.redirect(atMerchant(v.Merchants[0].ID))
	}
	return v.show("home", nil)
}
