package console

import (
	"encoding/hex"
	"errors"
	"html/template"
	"net/http"

	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/wording"
)

// This file is what users do with their own account.

func (s *server) accountRoutes() []route {
	return []route{
		{"GET /console/account", signedIn, s.accountPage, "my_account"},
		{"POST /console/account/password", signedIn, s.changePassword, ""},
		{"GET /console/account/totp", signedIn, s.totpPage, ""},
		{"POST /console/account/totp", signedIn, s.changeTOTP, ""},
		{"POST /console/account/recovery", signedIn, s.renewRecovery, ""},
		{"POST /console/account/sessions", signedIn, s.endOthers, ""},
	}
}

type accountView struct {
	Sessions []operator.Session
	Codes    int
	QR       template.HTML
	Secret   string
}

// Here tells whether a session is the visitor's own.
func (v *visit) Here(n operator.Session) bool { return n.Hash == v.Session.Hash }

func (s *server) accountData(v *visit) (d accountView, err error) {
	d.Codes = len(v.User.Recovery)
	d.Sessions, err = s.Engine.Store.Sessions(v.r.Context(), v.User.ID)
	return d, err
}

func (s *server) accountPage(v *visit) error {
	d, err := s.accountData(v)
	if err != nil {
		return err
	}
	return v.show("my_account", d)
}

// sure tells whether the visitor knows the user's password, so that a browser that was left open is not enough; what to
// say if not. Tries are counted with those to log in.
func (s *server) sure(v *visit) (wording.Words, error) {
	if err := v.r.ParseForm(); err != nil {
		return wording.Words{}, err
	}
	ctx, counter := v.r.Context(), s.hidden("name", v.User.Name)
	_, ok, err := s.Engine.Store.Attempt(ctx, counter, operator.NamePatience, v.Wall)
	if err != nil {
		return wording.Words{}, err
	}
	if !ok {
		return sayAttempts, nil
	}
	ok, err = s.Hasher.Matches(ctx, v.r.PostForm.Get("current"), v.User.Password)
	if err != nil {
		return wording.Words{}, err
	}
	if !ok {
		s.Log.Warn("a user of the console gave a wrong password", "user", v.User.ID)
		return sayCurrent, nil
	}
	return wording.Words{}, s.Engine.Store.ForgetAttempts(ctx, counter)
}

// rearm saves a user whose means to log in have changed: every other session ends, and this one gets a new token.
func (s *server) rearm(v *visit, u operator.User, kind string) error {
	ctx, db := v.r.Context(), s.Engine.Store
	if err := db.SaveUser(ctx, u, v.deed(kind, "", u.ID, "", nil)); err != nil {
		return err
	}
	if err := db.EndSessions(ctx, u.ID, operator.Hash{}); err != nil {
		return err
	}
	return s.begin(v, u)
}

func (s *server) changePassword(v *visit) error {
	d, err := s.accountData(v)
	if err != nil {
		return err
	}
	what, err := s.sure(v)
	if err == nil && what == (wording.Words{}) {
		what = newPassword(v, v.User.Name)
	}
	if err != nil || what != (wording.Words{}) {
		return errors.Join(err, again(v, err, "my_account", d, what))
	}
	u := v.User
	if u.Password, err = s.hash(v, v.r.PostForm.Get("password")); err != nil {
		return err
	}
	u.Version++
	if err := s.rearm(v, u, store.ActPasswordChanged); err != nil {
		return orBusy(err)
	}
	return v.redirect("/console/account?done=password")
}

// again shows a form again unless there was an error.
func again(v *visit, err error, name string, data any, what wording.Words) error {
	if err != nil {
		return nil
	}
	return v.again(name, data, what)
}

// orBusy says of a conflict that something else changed at the same time.
func orBusy(err error) error {
	if errors.Is(err, store.ErrConflict) {
		return wrong(http.StatusConflict, sayBusyTitle, sayBusy)
	}
	return err
}

// totpData is a new second factor. Its secret is derived from the session's token, so that nothing is kept of those who
// never finish, and from the present factor, so that no two are the same.
func (s *server) totpData(v *visit) (d accountView, secret []byte, err error) {
	present := operator.HashOf(string(v.User.TOTP))
	if secret, err = derived(v.token(), "change "+hex.EncodeToString(present[:])); err != nil {
		return d, nil, err
	}
	d.Secret = operator.TOTPText(secret)
	d.QR, err = s.totpPicture(secret, v.User.Name)
	return d, secret, err
}

func (s *server) totpPage(v *visit) error {
	d, _, err := s.totpData(v)
	if err != nil {
		return err
	}
	return v.show("new_totp", d)
}

func (s *server) changeTOTP(v *visit) error {
	d, secret, err := s.totpData(v)
	if err != nil {
		return err
	}
	what, err := s.sure(v)
	step, ok := operator.CheckTOTP(secret, v.r.PostForm.Get("code"), 0, v.Wall)
	if err == nil && what == (wording.Words{}) && !ok {
		what = sayCode
	}
	if err != nil || what != (wording.Words{}) {
		return errors.Join(err, again(v, err, "new_totp", d, what))
	}
	u := v.User
	if u.TOTP, err = s.sealTOTP(u.ID, secret); err != nil {
		return err
	}
	codes, hashes := newRecovery()
	u.TOTPStep, u.Recovery, u.Version = step, hashes, u.Version+1
	if err := s.rearm(v, u, store.ActSecondFactorChanged); err != nil {
		return orBusy(err)
	}
	return v.show("recovery", codes)
}

func (s *server) renewRecovery(v *visit) error {
	d, err := s.accountData(v)
	if err != nil {
		return err
	}
	what, err := s.sure(v)
	if err != nil || what != (wording.Words{}) {
		return errors.Join(err, again(v, err, "my_account", d, what))
	}
	u := v.User
	codes, hashes := newRecovery()
	u.Recovery, u.Version = hashes, u.Version+1
	if err := s.rearm(v, u, store.ActRecoveryRenewed); err != nil {
		return orBusy(err)
	}
	return v.show("recovery", codes)
}

// endOthers logs the user out everywhere else.
func (s *server) endOthers(v *visit) error {
	ctx, db := v.r.Context(), s.Engine.Store
	if err := db.EndSessions(ctx, v.User.ID, v.Session.Hash); err != nil {
		return err
	}
	if err := db.AppendAction(ctx, v.deed(store.ActSessionsEnded, "", v.User.ID, "", nil).Action); err != nil {
		return err
	}
	return v.redirect("/console/account?done=sessions")
}
