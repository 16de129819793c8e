package console

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/wording"
)

// visit is one request, with who makes it. Templates see it.
type visit struct {
	s *server
	w http.ResponseWriter
	r *http.Request

	Lang      string // id or en
	Wall      time.Time
	User      operator.User // zero: nobody is logged in
	Session   operator.Session
	Merchants []Merchant // for which the user has a role
	Merchant  Merchant   // of a route that is per merchant
	// Wrong is said on top of a page that is shown again, and Status answered with it; see again.
	Wrong  wording.Words
	Status int
}

func (s *server) visit(w http.ResponseWriter, r *http.Request) *visit {
	v := &visit{s: s, w: w, r: r, Wall: s.Wall(), Status: http.StatusOK}
	v.Lang = v.language()
	return v
}

// In tells whether somebody is logged in.
func (v *visit) In() bool { return v.User.ID != "" }

// recognise finds out who visits, by the cookie.
func (s *server) recognise(v *visit) error {
	token := v.token()
	if token == "" {
		return nil
	}
	ctx, db := v.r.Context(), s.Engine.Store
	session, user, err := db.Session(ctx, operator.HashOf(token))
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if !v.Wall.Before(session.Ends()) || !user.DisabledAt.IsZero() {
		return db.EndSession(ctx, session.Hash)
	}
	if v.Wall.Sub(session.SeenAt) >= time.Minute {
		if err := db.SeeSession(ctx, session.Hash, v.Wall); err != nil {
			return err
		}
	}
	all, err := s.Merchants(ctx)
	if err != nil {
		return err
	}
	for _, m := range all {
		if user.May(operator.Viewer, m.ID) {
			v.Merchants = append(v.Merchants, m)
		}
	}
	v.User, v.Session = user, session
	return nil
}

// cookieName is __Host- where browsers take such a name, so that no other host can set it.
func (s *server) cookieName() string {
	if s.secure() {
		return "__Host-lunas_console"
	}
	return "lunas_console"
}

func (v *visit) token() string {
	cookie, err := v.r.Cookie(v.s.cookieName())
	if err != nil || len(cookie.Value) > 100 {
		return ""
	}
	return cookie.Value
}

// setToken gives the browser a session's token; an empty one takes it away.
func (v *visit) setToken(token string) {
	c := &http.Cookie{
		Name: v.s.cookieName(), Value: token, Path: "/console", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: v.s.secure(),
		MaxAge: int(operator.SessionLife.Seconds()),
	}
	if c.Secure {
		c.Path = "/" // __Host- wants it
	}
	if token == "" {
		c.MaxAge = -1
	}
	http.SetCookie(v.w, c)
}

// address is where a request comes from, as far as we can see. Behind a proxy it is the proxy's.
func (v *visit) address() string {
	host, _, err := net.SplitHostPort(v.r.RemoteAddr)
	if err != nil {
		return v.r.RemoteAddr
	}
	return host
}

// redirect sends the browser to a path of ours.
func (v *visit) redirect(to string) error {
	v.w.Header().Set("Location", to)
	v.w.WriteHeader(http.StatusSeeOther)
	return nil
}

// at is a path of the merchant's: at("payments", id) is /console/m/kopi/payments/pay_….
func (v *visit) at(parts ...string) string { return atMerchant(v.Merchant.ID, parts...) }

func atMerchant(merchantID string, parts ...string) string {
	path := "/console/m/" + url.PathEscape(merchantID) + "/"
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	return path + strings.Join(parts, "/")
}

// again shows a form again that cannot be taken, with what is wrong.
func (v *visit) again(name string, data any, what wording.Words) error {
	v.Wrong, v.Status = what, http.StatusUnprocessableEntity
	return v.show(name, data)
}

// refused is an error that is answered with a page of its own.
type refused struct {
	status int
	words  [2]wording.Words // title and text
}

func (r *refused) Error() string { return r.words[0].EN }

// wrong makes such an error.
func wrong(status int, title, text wording.Words) error {
	return &refused{status, [2]wording.Words{title, text}}
}

// language is Indonesian unless ?lang=, the cookie of an earlier ?lang=, or else the browser asks for English.
func (v *visit) language() string {
	if lang := v.r.URL.Query().Get("lang"); lang == "id" || lang == "en" {
		http.SetCookie(v.w, &http.Cookie{
			Name: "lang", Value: lang, Path: "/console", MaxAge: 365 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: v.s.secure(),
		})
		return lang
	}
	if cookie, err := v.r.Cookie("lang"); err == nil && (cookie.Value == "id" || cookie.Value == "en") {
		return cookie.Value
	}
	for tag := range strings.SplitSeq(v.r.Header.Get("Accept-Language"), ",") {
		tag, _, _ = strings.Cut(strings.TrimSpace(tag), ";")
		switch main, _, _ := strings.Cut(strings.ToLower(tag), "-"); main {
		case "id", "in":
			return "id"
		case "en":
			return "en"
		}
	}
	return "id"
}
