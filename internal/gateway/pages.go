package gateway

import (
	"net/http"
	"strings"

	"github.com/lunas-pay/lunas/internal/checkout"
	"github.com/lunas-pay/lunas/internal/returns"
)

// pages are those for customers.
func (g *Gateway) pages(o Options, links checkout.Links) http.Handler {
	return checkout.New(checkout.Options{
		Engine: g.Engine, Links: links, Returns: signerOf(o), Now: o.Clock.Now, Sleep: o.Clock.Sleep, Speed: o.Clock.Speed(), Log: o.Log, Stopping: g.leaving,
		Merchant: g.registry.Name,
	})
}

// withPages lets customers and operators in at their doors and everybody else at the API's.
func withPages(door, pages, console http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if console != nil && (r.URL.Path == "/console" || strings.HasPrefix(r.URL.Path, "/console/")) {
			console.ServeHTTP(w, r)
			return
		}
		if strings.HasPrefix(r.URL.Path, "/pay/") || strings.HasPrefix(r.URL.Path, "/checkout/") {
			pages.ServeHTTP(w, r)
			return
		}
		door.ServeHTTP(w, r)
	})
}

// signerOf signs what customers bring back to shops.
func signerOf(o Options) returns.Signer {
	return returns.NewSigner(o.Config.MasterKey, o.Config.OldKeys...)
}
