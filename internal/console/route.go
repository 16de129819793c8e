package console

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/store"
)

// route is a row of the table of routes. Nothing is served that has no row.
type route struct {
	pattern string        // of http.ServeMux; with {merchant} it is per merchant
	needs   operator.Role // the least role, or anyone, or signedIn
	handle  func(*visit) error
	menu    string // key of the label in the menu; empty: it does not stand there. Only without other path values
}

// What a route needs that needs no role.
const (
	anyone   operator.Role = ""
	signedIn operator.Role = "signed in"
)

func (rt route) perMerchant() bool { return strings.Contains(rt.pattern, "{merchant}") }

// routes is the table of routes.
func (s *server) routes() []route {
	return slices.Concat(s.frameRoutes(), s.oidcRoutes(), s.viewRoutes(), s.bookRoutes(), s.shopRoutes(), s.actionRoutes(), s.userRoutes(), s.accountRoutes())
}

// frameRoutes are those of coming and going.
func (s *server) frameRoutes() []route {
	return []route{
		{"GET /console", anyone, func(v *visit) error { return v.redirect(home) }, ""},
		{"GET /console/files/{file}", anyone, s.pages.file, ""},
		{"GET /console/login", anyone, s.loginPage, ""},
		{"POST /console/login", anyone, s.login, ""},
		{"GET /console/setup/{token}", anyone, s.setupPage, ""},
		{"POST /console/setup/{token}", anyone, s.setup, ""},
		{"POST /console/logout", signedIn, s.logout, ""},
		{"GET /console/{$}", signedIn, s.home, ""},
		{"GET /console/m/{merchant}/{$}", operator.Viewer, s.overview, "overview"},
	}
}

const home = "/console/"

// mux is made of the table and of nothing else.
func (s *server) mux(routes []route) *http.ServeMux {
	mux := http.NewServeMux()
	for _, rt := range routes {
		mux.HandleFunc(rt.pattern, func(w http.ResponseWriter, r *http.Request) {
			v := s.visit(w, r)
			err := s.admit(v, rt)
			if err == nil {
				err = rt.handle(v)
			}
			s.answer(v, err)
		})
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		v := s.visit(w, r)
		s.answer(v, store.ErrNotFound)
	})
	return mux
}

// admit lets a visitor in to a route, or says why not. It sets User, Session, Merchants and Merchant of the visit.
func (s *server) admit(v *visit, rt route) error {
	if err := s.recognise(v); err != nil {
		return err
	}
	switch {
	case rt.needs == anyone:
		return nil
	case !v.In():
		return errLogIn
	case rt.needs == signedIn:
		return nil
	case !rt.perMerchant():
		if !v.User.MaySomewhere(rt.needs) {
			return errForbidden
		}
		return nil
	}
	for _, m := range v.Merchants {
		if m.ID == v.r.PathValue("merchant") {
			v.Merchant = m
		}
	}
	switch {
	case v.Merchant.ID == "":
		return store.ErrNotFound // there is none, or none for this user: nobody learns which
	case !v.User.May(rt.needs, v.Merchant.ID):
		return errForbidden
	}
	return nil
}

// Errors of admit.
var (
	errLogIn     = errors.New("log in first")
	errForbidden = errors.New("the user's roles do not allow it")
)

// answer answers what a handler could not.
func (s *server) answer(v *visit, err error) {
	if err == nil {
		return
	}
	var refused *refused
	var tooLarge *http.MaxBytesError
	switch {
	case errors.Is(err, errLogIn) && v.r.Method == http.MethodGet:
		_ = v.redirect("/console/login?" + url.Values{"next": {v.r.URL.RequestURI()}}.Encode())
	case errors.Is(err, errLogIn):
		s.apologize(v, http.StatusUnauthorized, sayLogInAgain)
	case errors.Is(err, errForbidden):
		s.Log.Warn("the console refused a user", "user", v.User.ID, "route", v.r.Pattern, "merchant", v.Merchant.ID)
		s.apologize(v, http.StatusForbidden, sayForbidden)
	case errors.Is(err, store.ErrNotFound):
		s.apologize(v, http.StatusNotFound, sayNotFound)
	case errors.As(err, &refused):
		s.apologize(v, refused.status, refused.words)
	case errors.As(err, &tooLarge):
		s.apologize(v, http.StatusRequestEntityTooLarge, sayTooLarge)
	case v.r.Context().Err() != nil: // nobody waits any more
	default:
		s.Log.Error("a page of the console cannot be shown", "route", v.r.Pattern, "error", err)
		v.w.Header().Set("Retry-After", "5")
		s.apologize(v, http.StatusServiceUnavailable, sayTrouble)
	}
}

// safeNext is where to go after a log-in: an own path of the console, and nothing that a browser could take for another
// place.
func safeNext(next string) string {
	u, err := url.Parse(next)
	ok := err == nil && u.Scheme == "" && u.Host == "" && u.User == nil && u.Opaque == "" && strings.HasPrefix(u.Path, home) &&
		strings.HasPrefix(next, home) && !strings.Contains(next, "\\") && !strings.Contains(u.Path, "//") && !strings.Contains(u.Path, "..") &&
		!strings.ContainsFunc(next, func(r rune) bool { return r <= ' ' || r == 0x7f })
	if !ok || strings.HasPrefix(u.Path, "/console/login") {
		return home
	}
	return next
}
