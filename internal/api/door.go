package api

import (
	"io"
	"net/http"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
)

// routeDoor opens the door for what providers notify: /notify/{rail}/{account}, without an API key, since they sign. It is
// no part of the contract for merchants, and whatever goes wrong is answered in the provider's own form.
func (s *server) routeDoor() { s.mux.HandleFunc("/notify/{rail}/{account}", s.notified) }

func (s *server) notified(w http.ResponseWriter, r *http.Request) {
	line := payment.Rail(r.PathValue("rail"))
	tell := func(v rail.Verdict) {
		reply, _ := rail.ReplyAs(line, v)
		writeReply(w, reply)
	}
	if _, notifies := rail.ReplyAs(line, rail.NoAccount); !notifies {
		writeProblem(w, callOf(r.Context()), problem("route_not_found", "there is nothing at this address"))
		return
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		tell(rail.NotForUs)
		return
	}
	account := r.PathValue("account")
	owner, known := s.Engine.MerchantAt(line, account)
	if !known {
		tell(rail.NoAccount)
		return
	}
	body, err := readNotification(w, r)
	if err != nil {
		tell(rail.Broken)
		return
	}
	ctx, cancel := detached(r.Context())
	defer cancel()
	reply, err := s.Engine.Receive(ctx, owner, account, rail.Notification{
		Method: r.Method, Endpoint: r.URL.RequestURI(), Header: r.Header, Body: body,
	})
	if err != nil {
		tell(rail.NoAccount)
		return
	}
	writeReply(w, reply)
}

// readNotification reads at most one byte more than is taken, so that a body which is too long is seen to be so and is
// refused in the provider's form.
func readNotification(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(bodyTimeout)) // not supported by every test's writer
	body, err := io.ReadAll(io.LimitReader(r.Body, engine.NotificationMax+1))
	_ = control.SetReadDeadline(time.Time{})
	return body, err
}

func writeReply(w http.ResponseWriter, reply rail.Reply) {
	for name, values := range reply.Header { // order does not matter: they are headers
		w.Header()[name] = values
	}
	w.WriteHeader(reply.Status)
	_, _ = w.Write(reply.Body)
}
