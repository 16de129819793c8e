// Package console is the operators' pages at /console: who may log in, what they see, and what they may do by hand. It
// decides nothing about a payment: it reads the store, and changes payments by asking the engine, as the API does. What
// moves money or numbering takes two people, unless a merchant has it otherwise.
//
// # How to add a page
//
// A page is a row in the table of routes, a handler, a template and its words:
//
//  1. A row in one of the functions that server.routes joins (route.go), in a file of your own: the pattern, the least
//     role, the handler, and the key of its label if it stands in the menu. A pattern with {merchant} is per merchant: the
//     user needs the role for that one, v.Merchant is set, and to everybody else the merchant does not exist. Without it a
//     role for any merchant does. There is no other way to be served, and TestEveryRouteForEveryRole makes its cases of the
//     table, so that nothing more has to be tested of who may come in.
//
//  2. A handler func(s *server) name(v *visit) error. It reads v.r (the request), v.Merchant, v.User, v.Lang and ends with
//     return v.show("name", data), or v.redirect(v.at("payments")). v.at(parts…) is a path of the merchant's, escaped. An
//     error is answered for you: store.ErrNotFound as 404, wrong(status, words) as that, anything else as 503 with a line in
//     the log. Facts about payments are read by s.Engine.Store; s.Now() is the payments' clock, v.Wall the people's.
//
//  3. A template web/name.html: {{define "name"}}{{template "top" .}} … {{template "bottom" .}}{{end}}. The title is the word
//     of the template's name. The dot has Data, User, Merchant, Merchants, Lang and the methods of visit (page.go): Word, Say,
//     Time, Money, State, May, At. No style= and no on…=: the content policy stops both. Classes: card, facts (dl), list (a
//     table that becomes cards on a phone: give each td data-label), badge, hint, button, stack (a form), buttons, pages. Charts
//     are inline SVG with classes, and a table beside them.
//
//  4. Words in both languages: a map[string]wording.Words in a file of your own, joined in words(). A missing label fails
//     TestTemplatesSayOnlyWhatThereIs.
//
//  5. What can be done to a payment stands on its page by {{template "asks" .}} and {{template "pendings" .}}, whose Data has
//     Asks (of v.asks(p)) and Pending (of v.pending(id)); {{template "summary" .}} wants Data.Payment. Forms for what is done
//     are at payments/{id}/ask/{what}, payments/{id}/unmask, terminals/{id}/numbering and webhooks/{id}/enable and /replay; when
//     they are done they lead to payments/{id}, terminals and webhooks, with ?done=…, which the frame says. A form of your own
//     is read after v.r.ParseForm and shown again by v.again("name", data, words). What is done goes into the log of actions by
//     v.deed(kind, merchantID, subject, reason, details), which the store's methods take.
//
// What has been read but must not be shown whole (phones, exchanges) is shown masked: payment.Phone prints itself so, and
// exchange.Masked does it for messages. The whole is shown by the unmask page only, which writes down who asked and why.
package console

import (
	"context"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/books"
	"github.com/lunas-pay/lunas/internal/doctor"
	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/registry"
)

// Options are what the console is made of. Engine, Keyring, Key and Merchants are needed; the rest has defaults.
type Options struct {
	Engine  *engine.Engine
	Keyring *exchange.Keyring // seals second factors, opens exchanges
	Key     []byte            // hides names and addresses where tries to log in are counted
	// Merchants lists all merchants of the gateway.
	Merchants func(context.Context) ([]Merchant, error)
	// URL is where operators reach the gateway, https://pay.example.id; empty: unknown. With https cookies are for https only.
	URL string
	// FourEyes tells whether an action takes two people with a merchant; nil: always.
	FourEyes func(merchantID string, a operator.Action) bool
	// OIDC lets people in whom an identity provider knows; nil: nobody. It needs URL.
	OIDC *OIDC
	// Hasher is for passwords; by default one that works on two at a time.
	Hasher *operator.Hasher

	Now  func() time.Time // the engine's clock
	Wall func() time.Time // people's clock: sessions, codes, and how long a request waits. By default the machine's
	Log  *slog.Logger

	// Doctor looks whether everything is as it must be; nil: nobody can ask.
	Doctor func(context.Context) (doctor.Report, error)
	// Books reconciles; nil: no settlement file is taken.
	Books *books.Books
	// Registry knows what merchants are made of; nil: nobody sees that, or changes it.
	Registry *registry.Registry
	Stopping <-chan struct{} // closed when the process is about to end: open pages are let go; nil: never
}

// Merchant is a merchant as operators know it.
type Merchant struct{ ID, Name string }

// Console is the pages, and what goes on behind them.
type Console struct {
	http.Handler
	s *server
}

type server struct {
	Options
	pages  pages
	signOn *signOn // nil: no identity provider
	// streams counts the pages that are told of changes.
	streams chan struct{}
}

// New makes the console. Its handler serves everything below /console; Run must run beside it.
func New(o Options) *Console {
	s := newServer(o)
	return &Console{s.guard(s.mux(s.routes())), s}
}

func newServer(o Options) *server {
	s := &server{Options: o, pages: loadPages(), streams: make(chan struct{}, streamsMax)}
	s.URL = strings.TrimRight(s.URL, "/")
	if s.OIDC != nil {
		s.signOn = newSignOn(*s.OIDC)
	}
	if s.Now == nil {
		s.Now = time.Now
	}
	if s.Wall == nil {
		s.Wall = time.Now
	}
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	if s.Hasher == nil {
		s.Hasher = operator.NewHasher(2)
	}
	if s.FourEyes == nil {
		s.FourEyes = func(string, operator.Action) bool { return true }
	}
	return s
}

// Run follows the feeds for what pages search and count by, carries out what was approved and left behind, and forgets old sessions now and then, until the context ends.
func (c *Console) Run(ctx context.Context) {
	go c.s.follow(ctx)
	for tick := 0; ; tick++ {
		if err := c.Resume(ctx); err != nil && ctx.Err() == nil {
			c.s.Log.Warn("approvals that were left behind cannot be looked for", "error", err)
		}
		if tick%forgetEvery == 0 {
			if err := c.s.Engine.Store.ForgetSessions(ctx, c.s.Wall().Add(-operator.SessionLife)); err != nil && ctx.Err() == nil {
				c.s.Log.Warn("old sessions of the console cannot be forgotten", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(resumeEvery):
		}
	}
}

// How often Run looks for what was left behind, and at how many of these times it forgets sessions.
const (
	resumeEvery = 10 * time.Second
	forgetEvery = 60
)

// guard puts round every page what all of them have: safe headers, no change by another site's page, and an answer even
// when we panic. Links and cookies are secrets: no address is logged.
func (s *server) guard(mux *http.ServeMux) http.Handler {
	next := http.NewCrossOriginProtection().Handler(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("X-Robots-Tag", "noindex, nofollow")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "+
			"form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		if s.secure() {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		defer func() {
			if trouble := recover(); trouble != nil {
				if trouble == http.ErrAbortHandler { //nolint:errorlint // panics are compared, not wrapped
					panic(trouble)
				}
				_, pattern := mux.Handler(r)
				s.Log.Error("panic in the console", "route", pattern, "stack", string(debug.Stack()))
				panic(http.ErrAbortHandler)
			}
		}()
		limit := int64(maxForm)
		if _, pattern := mux.Handler(r); pattern == uploadRoute {
			limit = uploadMax
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		next.ServeHTTP(w, r)
	})
}

// maxForm is how long a form may be, in bytes.
const maxForm = 64 << 10

// secure tells whether operators reach the console by https.
func (s *server) secure() bool { return strings.HasPrefix(s.URL, "https://") }
