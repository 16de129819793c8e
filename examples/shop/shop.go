// Package shop is a small coffee shop that is paid through a lunas gateway, as an example to copy from: it asks for payments
// whose way the customer chooses, verifies webhooks and what the browser brings back, and believes neither before it has
// asked the gateway. It keeps its orders in memory and needs the client and the standard library only.
package shop

import (
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/lunas-pay/lunas/lunas"
)

// Options are what a shop is made of. Client and URL are needed.
type Options struct {
	Client *lunas.Client
	// URL is where customers and the gateway's webhooks reach the shop, without a slash at its end: https://kopi.example/shop.
	URL string
	Log *slog.Logger
}

// Shop sells coffee.
type Shop struct {
	Options
	pages *template.Template
	path  string // of URL

	mu     sync.Mutex
	orders map[string]*order // by id
	opened bool
	hooks  lunas.Receiver
	back   lunas.Secret // the key of returns
}

// order is what a customer wants, and what is known of its payment.
type order struct {
	ID       string
	Item     item
	Payment  string // its id; empty until the gateway has given one
	State    lunas.State
	Version  int  // of State: what is older is not news
	Told     bool // a webhook has told of it, and its signature was good
	Returned bool // the customer's browser was here, with a good signature
}

type item struct {
	Key    string
	Names  words
	Rupiah int64
}

type words struct{ ID, EN string }

// menu is what there is. It is never written.
var menu = []item{
	{"aren", words{"Es Kopi Susu Gula Aren", "Iced Palm Sugar Latte"}, 18_000},
	{"tubruk", words{"Kopi Tubruk", "Tubruk Coffee"}, 12_500},
	{"cappuccino", words{"Cappuccino", "Cappuccino"}, 27_500},
}

//go:embed web
var web embed.FS

// New gives a shop that is closed until its first customer comes.
func New(o Options) *Shop {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Shop{Options: o, orders: map[string]*order{}, pages: template.Must(template.ParseFS(web, "web/*.html"))}
	if _, rest, found := strings.Cut(o.URL, "://"); found {
		_, path, _ := strings.Cut(rest, "/")
		s.path = "/" + path
	}
	return s
}

// Handler serves everything below the path of the shop's URL.
func (s *Shop) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+s.path, s.showMenu)
	mux.HandleFunc("POST "+s.path+"/buy", s.buy)
	mux.HandleFunc("GET "+s.path+"/orders/{id}", s.showOrder)
	mux.HandleFunc("POST "+s.path+"/webhooks", s.webhook)
	mux.HandleFunc("GET "+s.path+"/shop.css", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, web, "web/shop.css")
	})
	safe := http.NewCrossOriginProtection().Handler(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Referrer-Policy", "same-origin") // an order's address is known to its customer alone
		w.Header().Set("X-Content-Type-Options", "nosniff")
		safe.ServeHTTP(w, r)
	})
}

// open gets what is needed to verify: the key of returns, and the secret of an endpoint for webhooks. A secret is told only
// once, so an endpoint of an earlier run, whose secret is lost, makes room for a new one.
func (s *Shop) open(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opened {
		return nil
	}
	key, err := s.Client.ReturnKey(ctx)
	if err != nil {
		return err
	}
	known, err := s.Client.WebhookEndpoints().List(ctx)
	if err != nil {
		return err
	}
	for _, e := range known {
		if e.URL == s.URL+"/webhooks" {
			if err := s.Client.WebhookEndpoints().Delete(ctx, e.ID); err != nil {
				return err
			}
		}
	}
	made, err := s.Client.WebhookEndpoints().Create(ctx, lunas.NewWebhookEndpoint{
		URL: s.URL + "/webhooks", Description: "the demo shop", Events: []string{"payment.*"},
	})
	if err != nil {
		return err
	}
	s.back, s.hooks, s.opened = key, lunas.Receiver{Secret: made.Secret}, true
	return nil
}

func (s *Shop) showMenu(w http.ResponseWriter, r *http.Request) {
	if err := s.open(r.Context()); err != nil {
		s.sorry(w, r, err)
		return
	}
	// The order's id is made with the page: who presses twice buys once.
	s.write(w, r, http.StatusOK, view{Menu: menu, ID: strings.ToLower(rand.Text())})
}

var orderForm = regexp.MustCompile(`^[0-9a-z]{26}$`) // never written

// buy asks for the payment and sends the customer to its page.
func (s *Shop) buy(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
	id, wanted := r.PostFormValue("order"), r.PostFormValue("item")
	for _, it := range menu {
		if it.Key != wanted || !orderForm.MatchString(id) {
			continue
		}
		o := s.keep(order{ID: id, Item: it})
		p, err := s.Client.Payments().Create(r.Context(), lunas.NewPayment{
			Amount: o.Item.Rupiah, Reference: o.number(), Description: o.Item.Names.ID, ReturnURL: s.URL + "/orders/" + id,
			Metadata: map[string]string{"order": id}, IdempotencyKey: "shop-" + id, // again with the same key: the same payment
		})
		if err != nil {
			s.sorry(w, r, err)
			return
		}
		s.learn(id, p.ID, p.State, p.Version, func(*order) {})
		http.Redirect(w, r, p.CheckoutURL+"?lang="+language(r), http.StatusSeeOther) // the page in the customer's language
		return
	}
	http.Redirect(w, r, s.path, http.StatusSeeOther)
}

// number is the order's number as customers see it.
func (o order) number() string { return "KOPI-" + strings.ToUpper(o.ID[:6]) }

const ordersMost = 1000 // in memory; a shop would have a database

// keep remembers an order, or gives the one that has the id already.
func (s *Shop) keep(o order) order {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.orders[o.ID]; known != nil {
		return *known
	}
	if len(s.orders) >= ordersMost {
		clear(s.orders)
	}
	s.orders[o.ID] = &o
	return o
}

// learn notes what is known of an order's payment. Webhooks may come twice and may overtake each other: only a higher version
// is news.
func (s *Shop) learn(id, paymentID string, state lunas.State, version int, note func(*order)) (order, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.orders[id]
	if o == nil || o.Payment != "" && o.Payment != paymentID {
		return order{}, false
	}
	o.Payment = paymentID
	if version > o.Version {
		o.State, o.Version = state, version
	}
	note(o)
	return *o, true
}

// webhook takes what the gateway tells. What is not signed with our secret is nobody's.
func (s *Shop) webhook(w http.ResponseWriter, r *http.Request) {
	// Started again, the shop is told by the endpoint of its earlier run, whose secret is lost: opening makes room for a new one.
	if err := s.open(r.Context()); err != nil {
		s.Log.Warn("the shop cannot open", "error", err)
		http.Error(w, "the shop is closed", http.StatusServiceUnavailable)
		return
	}
	s.mu.Lock()
	receiver := s.hooks
	s.mu.Unlock()
	event, err := receiver.Receive(r)
	if err != nil {
		s.Log.Warn("a webhook is refused", "error", err)
		http.Error(w, "not signed for this shop", http.StatusUnauthorized)
		return
	}
	if p := event.Payment; p != nil {
		s.learn(p.Metadata["order"], p.ID, p.State, p.Version, func(o *order) { o.Told = true })
	}
	w.WriteHeader(http.StatusNoContent) // an order that we do not know is no reason to be told again
}

// showOrder shows an order. What the browser brings back is verified, and is a hint all the same: the gateway is asked.
func (s *Shop) showOrder(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	s.mu.Lock()
	known, key := s.orders[id], s.back
	var o order
	if known != nil {
		o = *known
	}
	s.mu.Unlock()
	if known == nil || o.Payment == "" {
		http.Redirect(w, r, s.path, http.StatusSeeOther)
		return
	}
	v := view{Order: &o}
	if r.URL.Query().Has("signature") {
		back, err := lunas.ReadReturn(key, r.URL.Query())
		if v.Forged = err != nil || back.PaymentID != o.Payment; !v.Forged {
			o, _ = s.learn(id, o.Payment, o.State, o.Version, func(o *order) { o.Returned = true })
		}
	}
	ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
	defer cancel()
	p, err := s.Client.Payments().Get(ctx, o.Payment)
	if err != nil {
		s.sorry(w, r, err)
		return
	}
	o, _ = s.learn(id, p.ID, p.State, p.Version, func(*order) {})
	v.Order, v.Payment = &o, p
	s.write(w, r, http.StatusOK, v)
}

// sorry says that something does not work now, and leaves the details to the log.
func (s *Shop) sorry(w http.ResponseWriter, r *http.Request, err error) {
	var refused *lunas.Error
	s.Log.Error("the shop cannot reach its gateway", "error", err, "refused", errors.As(err, &refused))
	s.write(w, r, http.StatusServiceUnavailable, view{Sorry: true})
}

func (s *Shop) write(w http.ResponseWriter, r *http.Request, status int, v view) {
	v.Lang, v.Path = language(r), s.path
	if chosen := r.URL.Query().Get("lang"); chosen == v.Lang {
		http.SetCookie(w, &http.Cookie{Name: "shop_lang", Value: chosen, Path: s.path, HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: 365 * 24 * 3600})
	}
	var page strings.Builder
	if err := s.pages.ExecuteTemplate(&page, "shop.html", v); err != nil {
		s.Log.Error("a page of the shop cannot be written", "error", err)
		http.Error(w, "the page cannot be written", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(page.String())) // a browser that is gone reads nothing
}

// language is Indonesian unless the customer chose English, or the browser asks for it first.
func language(r *http.Request) string {
	for _, chosen := range []string{r.URL.Query().Get("lang"), cookie(r, "shop_lang")} {
		if chosen == "id" || chosen == "en" {
			return chosen
		}
	}
	if strings.HasPrefix(strings.ToLower(r.Header.Get("Accept-Language")), "en") {
		return "en"
	}
	return "id"
}

func cookie(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

// view is what the page is made of.
type view struct {
	Lang, Path string
	Menu       []item
	ID         string // of the order to come
	Order      *order
	Payment    *lunas.Payment
	Forged     bool // the way back was not signed by our gateway
	Sorry      bool
}

// Say chooses between Indonesian and English.
func (v view) Say(id, en string) string {
	if v.Lang == "en" {
		return en
	}
	return id
}

// Name is an item's name.
func (v view) Name(i item) string { return v.Say(i.Names.ID, i.Names.EN) }

// Price is written as prices are in Indonesia.
func (view) Price(rupiah int64) string {
	digits := fmt.Sprint(rupiah)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "." + digits[i:]
	}
	return "Rp\u00a0" + digits
}

// Number is the order's number.
func (v view) Number() string { return v.Order.number() }

// Paid tells whether the coffee may be handed out.
func (v view) Paid() bool { return v.Payment != nil && v.Payment.State == lunas.Paid }

// Waits tells whether the payment has not come to its end.
func (v view) Waits() bool { return v.Payment != nil && !v.Payment.State.Settled() }

// Message is what the gateway says to the customer.
func (v view) Message() string {
	if v.Payment == nil || v.Payment.Message == nil {
		return ""
	}
	return v.Say(v.Payment.Message.Indonesian, v.Payment.Message.English)
}
