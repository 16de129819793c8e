package api

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
)

// routeDoor opens the door for what providers notify: /notify/{rail}/{account}, without an API key, since they sign. It is
// no part of the contract for merchants, and whatever goes wrong is answered in the provider's own form.
//
// Below an account's door there is the one at which its provider gets a token from us, where it notifies with one. Bank
// Indonesia's path ends in /access-token/b2b, after a version that is not looked at.
func (s *server) routeDoor() {
	s.mux.HandleFunc("/notify/{rail}/{account}", func(w http.ResponseWriter, r *http.Request) {
		s.knock(w, r, rail.ReplyAs, s.Engine.Receive)
	})
	s.mux.HandleFunc("/notify/{rail}/{account}/{version}/access-token/b2b", func(w http.ResponseWriter, r *http.Request) {
		s.knock(w, r, rail.ReplyTokenAs, s.Engine.IssueToken)
	})
}

// knock lets a provider in: what it says goes to the engine, and what cannot is answered as replies says.
func (s *server) knock(w http.ResponseWriter, r *http.Request, replies func(payment.Rail, rail.Verdict) (rail.Reply, bool),
	receive func(ctx context.Context, merchantID, accountID string, in rail.Notification) (rail.Reply, error),
) {
	line := payment.Rail(r.PathValue("rail"))
	tell := func(v rail.Verdict) {
		reply, _ := replies(line, v)
		writeReply(w, reply)
	}
	if _, has := replies(line, rail.NoAccount); !has {
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
	reply, err := receive(ctx, owner, account, rail.Notification{
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
