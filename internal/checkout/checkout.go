// Package checkout shows a payment to the customer who makes it: how it may be paid, what to do now, how long there is time
// for it, and how it ended. It decides nothing about a payment, brings the engine only what the customer chose and the wish
// for a new QR, and shows no phone number, no balance and no secret. Pages work without JavaScript, need nothing from another host, and tell only what is true when they are made.
package checkout

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/asset"
	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/qrpicture"
	"github.com/lunas-pay/lunas/internal/returns"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/wording"
)

// Options are what the pages are made of. Engine, Links, Returns and Merchant are needed; the rest has defaults.
type Options struct {
	Engine *engine.Engine
	Links  Links
	// Returns signs the way back to the shop.
	Returns returns.Signer
	// Merchant gives the name that customers know a merchant by; false: no such merchant.
	Merchant func(id string) (name string, ok bool)

	// Now and Sleep are the engine's clock, and Speed how many of its seconds pass in one, for countdowns. By default the
	// machine's clock and 1.
	Now   func() time.Time
	Sleep func(ctx context.Context, d time.Duration) error
	Speed float64
	Log   *slog.Logger
	// Stopping, when it is closed, ends every stream, so that a server can shut down. Nil: never.
	Stopping <-chan struct{}
}

type server struct {
	Options
	pages asset.Files
	open  streams
}

// New gives the handler of /pay/… and of the pages' own files under /checkout/.
func New(o Options) http.Handler {
	s := &server{Options: o, pages: loadPages(), open: streams{of: map[string]int{}}}
	if s.Now == nil {
		s.Now = time.Now
	}
	if s.Sleep == nil {
		s.Sleep = sleep
	}
	if s.Speed == 0 {
		s.Speed = 1
	}
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /pay/{name}", s.page)
	mux.HandleFunc("GET /pay/{name}/screen", s.part)
	mux.HandleFunc("GET /pay/{name}/events", s.events)
	mux.HandleFunc("GET /pay/{name}/{picture}", s.picture)
	mux.HandleFunc("GET /pay/{name}/go", s.leave)
	mux.HandleFunc("GET /pay/{name}/back", s.back)
	mux.HandleFunc("POST /pay/{name}/renew", s.renew)
	mux.HandleFunc("POST /pay/{name}/choose", s.choose)
	mux.HandleFunc("GET /pay/{name}/choose", s.leave) // an address that a browser may have kept
	mux.HandleFunc("GET /checkout/{file}", s.file)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { s.apologize(w, r, http.StatusNotFound) })
	return s.guard(http.NewCrossOriginProtection().Handler(mux), mux)
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// guard puts round every page what all of them have: safe headers, the log without any address (a link is a secret), and
// an answer even when we panic.
func (s *server) guard(next http.Handler, mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("X-Robots-Tag", "noindex, nofollow")
		h.Set("Referrer-Policy", "same-origin") // the link is known to nobody else
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "+
			"form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		_, pattern := mux.Handler(r)
		began := time.Now()
		defer func() {
			if trouble := recover(); trouble != nil {
				if trouble == http.ErrAbortHandler { //nolint:errorlint // panics are compared, not wrapped
					panic(trouble)
				}
				s.Log.Error("panic while showing a page", "route", pattern, "stack", string(debug.Stack()))
				panic(http.ErrAbortHandler)
			}
			s.Log.Debug("shown", "route", pattern, "took_ms", float64(time.Since(began).Microseconds())/1000)
		}()
		next.ServeHTTP(w, r)
	})
}

// find gives the payment that a link names. When there is none it has answered already.
func (s *server) find(w http.ResponseWriter, r *http.Request) (payment.Payment, bool) {
	merchantID, paymentID, ok := s.Links.read(r.PathValue("name"))
	if ok {
		_, ok = s.Merchant(merchantID)
	}
	if !ok {
		s.apologize(w, r, http.StatusNotFound)
		return payment.Payment{}, false
	}
	p, err := s.Engine.Store.Load(r.Context(), merchantID, paymentID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		s.apologize(w, r, http.StatusNotFound)
	case err != nil:
		s.trouble(w, r, err)
	}
	return p, err == nil
}

// screen says what the customer sees of a payment now. by is what was chosen on the page, as far as that is not sent yet.
func (s *server) screen(ctx context.Context, p payment.Payment, by payment.Method) (screen, error) {
	if p.Choosing() {
		line, _ := s.Engine.RailOf(p.MerchantID, p.Account)
		shown := choiceScreen(p, s.Engine.Offers(p), by, line, s.Now())
		shown.Back = s.leadsBack(p)
		return shown, nil
	}
	terms, err := s.Engine.TermsOf(ctx, p)
	if err != nil {
		return screen{}, err
	}
	line, _ := s.Engine.RailOf(p.MerchantID, p.Account)
	shown := screenOf(p, terms, line, s.Now())
	shown.Back = shown.Back && s.leadsBack(p)
	return shown, nil
}

// leadsBack tells whether there is a shop to go back to.
func (s *server) leadsBack(p payment.Payment) bool {
	_, ok := returns.Parse(p.ReturnURL, p.Mode)
	return ok
}

func (s *server) page(w http.ResponseWriter, r *http.Request) { s.show(w, r, "page") }

// part serves the changing part of a page alone.
func (s *server) part(w http.ResponseWriter, r *http.Request) { s.show(w, r, "screen") }

func (s *server) show(w http.ResponseWriter, r *http.Request, name string) {
	p, ok := s.find(w, r)
	if ok {
		s.showAs(w, r, p, name, chosenOnPage(r), nil)
	}
}

// chosenOnPage is what the customer has turned to on the page, in the address alone.
func chosenOnPage(r *http.Request) payment.Method { return payment.Method(r.URL.Query().Get("by")) }

// showAs shows a payment, and what is wrong with what was entered, if that is so.
func (s *server) showAs(w http.ResponseWriter, r *http.Request, p payment.Payment, name string, by payment.Method, wrong *wording.Words) {
	shown, err := s.screen(r.Context(), p, by)
	if err != nil {
		s.trouble(w, r, err)
		return
	}
	v := s.view(w, r)
	v.Merchant, _ = s.Merchant(p.MerchantID)
	v.Path = "/pay/" + url.PathEscape(r.PathValue("name"))
	v.Payment, v.Screen, v.Speed, v.Now = p, shown, s.Speed, s.Now()
	status := http.StatusOK
	if wrong != nil && len(shown.Offers) > 0 {
		v.Wrong, status = v.Say(*wrong), http.StatusUnprocessableEntity
	}
	s.write(w, r, status, name, v)
}

// picture serves the QR as long as it may be scanned, and not a moment longer.
func (s *server) picture(w http.ResponseWriter, r *http.Request) {
	draw, kind := qrpicture.SVG, "image/svg+xml"
	switch r.PathValue("picture") {
	case "qr.svg":
	case "qr.png":
		draw, kind = qrpicture.PNG, "image/png"
	default:
		s.apologize(w, r, http.StatusNotFound)
		return
	}
	p, ok := s.find(w, r)
	if !ok {
		return
	}
	terms, err := s.Engine.TermsOf(r.Context(), p)
	if err != nil {
		s.trouble(w, r, err)
		return
	}
	content, _, ok := payment.ShownQR(terms, p, s.Now())
	if n := r.URL.Query().Get("n"); !ok || (n != "" && n != strconv.Itoa(len(p.Attempts))) {
		http.Error(w, "this QR code cannot be paid any more", http.StatusGone)
		return
	}
	picture, err := draw(content, qrpicture.Options{})
	if err != nil {
		s.trouble(w, r, err)
		return
	}
	w.Header().Set("Content-Type", kind)
	_, _ = w.Write(picture) // a browser that is gone reads nothing
}

// renew asks for another QR. Pressed twice, or on an old page, it changes nothing: the page then shows what is true.
func (s *server) renew(w http.ResponseWriter, r *http.Request) {
	p, ok := s.find(w, r)
	if !ok {
		return
	}
	shown, err := s.screen(r.Context(), p, "")
	if err == nil && shown.Renew {
		// Whether or not the customer waits for the answer, what was ordered is carried out.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), commitTimeout)
		defer cancel()
		_, _, err = s.Engine.Ask(ctx, p.MerchantID, p.ID, payment.Asked{What: payment.AskRenew, By: "customer"}, store.Key{})
		if refusal := new(payment.Refusal); errors.As(err, &refusal) {
			err = nil
		}
	}
	if err != nil {
		s.trouble(w, r, err)
		return
	}
	send(w, "/pay/"+url.PathEscape(r.PathValue("name")))
}

// leave leads to the provider's page, as long as the customer can pay there. Our pages name no provider's host.
func (s *server) leave(w http.ResponseWriter, r *http.Request) {
	p, ok := s.find(w, r)
	if !ok {
		return
	}
	to, _, ok := payment.RedirectOf(p, s.Now())
	if !ok {
		to = "/pay/" + url.PathEscape(r.PathValue("name"))
	}
	send(w, to)
}

// back leads to the shop's own page, with what is said of the payment behind its address and signed. It is a hint to the
// shop: the page can be opened again, and how the payment stands may have changed.
func (s *server) back(w http.ResponseWriter, r *http.Request) {
	p, ok := s.find(w, r)
	if !ok {
		return
	}
	to, ok := s.Returns.Address(p, s.Now())
	if !ok {
		to = "/pay/" + url.PathEscape(r.PathValue("name"))
	}
	send(w, to)
}

// send sends a browser on without telling where it comes from: the link is a secret.
func send(w http.ResponseWriter, to string) {
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusSeeOther)
}

const commitTimeout = 15 * time.Second

// apologize answers where there is no page; trouble where there is one that cannot be shown now.
func (s *server) apologize(w http.ResponseWriter, r *http.Request, status int) {
	v := s.view(w, r)
	v.Title, v.Text = v.Word("not_found"), v.Word("not_found_2")
	s.write(w, r, status, "apology", v)
}

func (s *server) trouble(w http.ResponseWriter, r *http.Request, err error) {
	s.Log.Error("a page cannot be shown", "route", r.Pattern, "error", err)
	v := s.view(w, r)
	v.Title, v.Text, v.Again = v.Word("trouble"), v.Word("trouble_2"), true
	w.Header().Set("Retry-After", "5")
	s.write(w, r, http.StatusServiceUnavailable, "apology", v)
}

func (s *server) write(w http.ResponseWriter, r *http.Request, status int, name string, v view) {
	var b bytes.Buffer
	if err := s.pages.Templates.ExecuteTemplate(&b, name, v); err != nil {
		s.Log.Error("a page cannot be written", "route", r.Pattern, "error", err)
		http.Error(w, "the page cannot be written", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", v.Lang)
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // a browser that is gone reads nothing
}

// language is Indonesian unless ?lang=, the cookie of an earlier ?lang=, or else the browser asks for English.
func (s *server) language(w http.ResponseWriter, r *http.Request) string {
	if lang := r.URL.Query().Get("lang"); lang == "id" || lang == "en" {
		http.SetCookie(w, &http.Cookie{
			Name: "lang", Value: lang, Path: "/pay/", MaxAge: 365 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode,
			Secure: strings.HasPrefix(s.Links.base, "https://"),
		})
		return lang
	}
	if cookie, err := r.Cookie("lang"); err == nil && (cookie.Value == "id" || cookie.Value == "en") {
		return cookie.Value
	}
	return preferred(r.Header.Get("Accept-Language"))
}
