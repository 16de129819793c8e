// Package api is the JSON API for merchants, over HTTP. It reads what comes in with suspicion, hands orders and asks to
// the engine, and shows payments. It decides nothing about a payment and calls no provider.
//
// What it says is described by OpenAPI 3.1, generated from the types in this package; api/openapi.yaml is the same,
// committed. Every error is a problem document (RFC 9457) with a stable code. No answer, error or log of this package
// holds a whole phone number, a key or a request's body.
package api

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/lunas-pay/lunas/internal/books"
	"github.com/lunas-pay/lunas/internal/doctor"
	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/registry"
	"github.com/lunas-pay/lunas/internal/store"
)

// Options are what the API is made of. Engine, Store, Keys and Keyring are needed; the rest has defaults.
type Options struct {
	Engine *engine.Engine
	Store  store.Reader
	// Keys finds an API key by its hash (merchant.HashKey). It is called with every request and from many goroutines.
	Keys func(hash [32]byte) (merchant.APIKey, bool)
	// Used is told of every key that opened something; it must not block. Nil: nobody is.
	Used func(merchant.APIKey)
	// Registry makes and changes merchants and what is theirs. Needed too.
	Registry *registry.Registry
	// Books shows recaps and reconciles. Needed too.
	Books *books.Books
	// Keyring opens exchanges for showing.
	Keyring *exchange.Keyring
	// Now is the engine's clock; time.Now by default.
	Now func() time.Time
	Log *slog.Logger
	// NewID makes request ids; engine.NewID by default.
	NewID func(prefix string) string

	// CheckoutURL gives the address of a payment's page for the customer; empty: there is none. Nil: never.
	CheckoutURL func(payment.Payment) string

	// ReturnKey gives the key by which a merchant verifies what a customer's browser brings back. Nil: there are no pages to
	// come back from.
	ReturnKey func(merchantID string, mode payment.Mode) string

	// PlainWebhooks lets endpoints be plain http; the courier sends to such addresses only where the operator allows it.
	PlainWebhooks bool

	// MaxBody is how many bytes a request's body may have. Default 64 KiB.
	MaxBody int64
	// MaxWait is the longest ?wait= in real time. Default 120 s, which is also what the contract says.
	MaxWait time.Duration
	// Stopping, when it is closed, ends every ?wait= at once, so that a server can shut down. Nil: never.
	Stopping <-chan struct{}
	// OnAnswer is told of every answer when it has been given, with the request's context. It must not block. Nil: nobody is.
	OnAnswer func(context.Context, ObservedAnswer)
	// Doctor looks whether everything is as it must be; it may take a minute. Nil: nothing is looked at.
	Doctor func(context.Context) (doctor.Report, error)
	// Ready tells why this process cannot serve beside what the store says, for /readyz. Nil: nothing is asked.
	Ready func() error
}

// ObservedAnswer is what is said of a request outside of logs: nothing that came with it.
type ObservedAnswer struct {
	RequestID string
	Method    string // a known one, or other
	Route     string // the pattern, never the path; none where nothing is served
	Status    int    // 0: the connection was cut
	Code      string // the problem's; empty: there is none
	Took      time.Duration
}

const (
	defaultMaxBody = 64 << 10
	maxWaitSeconds = 120 // also in the contract
	commitTimeout  = 15 * time.Second
)

// API is the handler's inside.
type server struct {
	Options
	mux  *http.ServeMux
	huma huma.API
}

// New gives the handler. It serves /v1/…, /notify/…, /return/…, /healthz, /readyz, /openapi.json and /openapi.yaml, and answers
// everything else with a problem document.
func New(o Options) http.Handler { return newServer(o).handler() }

func newServer(o Options) *server {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.NewID == nil {
		o.NewID = engine.NewID
	}
	if o.CheckoutURL == nil {
		o.CheckoutURL = func(payment.Payment) string { return "" }
	}
	if o.ReturnKey == nil {
		o.ReturnKey = func(string, payment.Mode) string { return "" }
	}
	if o.MaxBody == 0 {
		o.MaxBody = defaultMaxBody
	}
	if o.MaxWait == 0 {
		o.MaxWait = maxWaitSeconds * time.Second
	}
	s := &server{Options: o, mux: http.NewServeMux()}
	s.huma = humago.New(s.mux, s.config())
	s.huma.UseMiddleware(s.authenticate)
	s.routes()
	s.routeDoor()
	s.routeReturn()
	s.serveContract()
	return s
}

// routes lists every route. What a route may answer beside its good answers stands in its operation.
func (s *server) routes() {
	for _, register := range []func(){
		s.routeCreate, s.routeList, s.routeGet, s.routeCheck, s.routeVoid, s.routeCancel, s.routeRefund,
		s.routeRenew, s.routePNG, s.routeSVG, s.routeExchanges, s.routeEvents, s.routeReturnKey,
		s.routeEndpoints, s.routeFeed, s.routeActions, s.routeMerchants, s.routeKeys, s.routePhone, s.routeTerminals, s.routeRails, s.routeRecaps, s.routeReconciliations, s.routeDoctor, s.routeNotices, s.routeHealth, s.routeReady,
	} {
		register()
	}
}
