package api

import (
	"errors"
	"net/http"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/store"
)

// routeReturn opens the door by which customers come back from a provider's page: /return/{rail}/{account}, without an API
// key. It is no part of the contract for merchants. What the address claims changes nothing.
func (s *server) routeReturn() { s.mux.HandleFunc("GET /return/{rail}/{account}", s.returned) }

func (s *server) returned(w http.ResponseWriter, r *http.Request) {
	line, account := payment.Rail(r.PathValue("rail")), r.PathValue("account")
	owner, known := s.Engine.MerchantAt(line, account)
	ctx, cancel := detached(r.Context())
	defer cancel()
	in := rail.Notification{Method: r.Method, Endpoint: r.URL.RequestURI(), Header: r.Header}
	var p payment.Payment
	err := error(store.ErrNotFound)
	if known {
		p, err = s.Engine.Return(ctx, owner, account, in, r.URL.RawQuery)
	}
	if err == nil {
		if page := s.CheckoutURL(p); page != "" {
			w.Header().Set("Location", page)
			w.WriteHeader(http.StatusSeeOther)
			return
		}
	}
	var rejected *rail.Rejected
	status, text := http.StatusOK, "Terima kasih. Anda dapat menutup halaman ini. / Thank you. You can close this page."
	switch {
	case err == nil:
	case errors.As(err, &rejected), errors.Is(err, store.ErrNotFound), errors.Is(err, engine.ErrNoDoor):
		status, text = http.StatusNotFound, "Halaman ini tidak ditemukan. / There is no such page."
	default:
		s.Log.Error("a customer who came back cannot be sent on", "account", account, "error", err)
		status, text = http.StatusServiceUnavailable, "Silakan muat ulang sebentar lagi. / Please load this page again in a moment."
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(`<!doctype html><html lang="id"><meta name="viewport" content="width=device-width"><title>lunas</title><p>` + text + "</p></html>\n"))
}
