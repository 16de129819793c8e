package engine_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/sandbox"
	"github.com/lunas-pay/lunas/snap"
)

// issue is the provider asking the first engine for a token.
func (w *qrBubble) issue(in rail.Notification) rail.Reply { return w.issueAt(w.engine, in) }

func (w *qrBubble) issueAt(e *engine.Engine, in rail.Notification) rail.Reply {
	w.Helper()
	reply, err := e.IssueToken(w.Context(), "demo", "qris", in)
	if err != nil {
		w.Errorf("IssueToken = %v", err)
	}
	return reply
}

// tokenOf asks as the provider does, and gives what an engine answers.
func (w *qrBubble) tokenOf(e *engine.Engine) string {
	w.Helper()
	key, err := snap.NewPrivateKey(providerKey())
	if err != nil {
		w.Fatal(err)
	}
	at := snap.FormatTimestamp(time.Now())
	signature, err := key.SignToken(sandbox.DemoSNAPMerchant().ClientID, at)
	if err != nil {
		w.Fatal(err)
	}
	reply := w.issueAt(e, rail.Notification{
		Method: http.MethodPost, Endpoint: doorPath + tokenPath, Body: []byte(`{"grantType":"client_credentials"}`),
		Header: http.Header{"X-Timestamp": {at}, "X-Client-Key": {sandbox.DemoSNAPMerchant().ClientID}, "X-Signature": {signature}},
	})
	var got struct{ AccessToken string }
	if err := json.Unmarshal(reply.Body, &got); err != nil || reply.Status != 200 || got.AccessToken == "" {
		w.Errorf("the door gives %d %s", reply.Status, reply.Body)
	}
	return got.AccessToken
}

// What one replica has given out the others give out too, and take: also when they are asked at once.
func TestIssuedTokenIsSharedByReplicas(t *testing.T) {
	inQRBubble(t, sandbox.NotifyPartnerToken, func(w *qrBubble) {
		other, stop := w.newEngine("own_2", sandbox.NotifyPartnerToken)
		defer stop()
		engines := []*engine.Engine{w.engine, other}
		tokens := make([]string, 20)
		var wait sync.WaitGroup
		for i := range tokens {
			wait.Go(func() { tokens[i] = w.tokenOf(engines[i%2]) })
		}
		wait.Wait()
		for _, token := range tokens {
			if token != tokens[0] {
				t.Fatal("two replicas that were asked at once gave two tokens")
			}
		}
		p := w.after(w.show(), time.Second)
		in := w.notification(p.Attempts[0].Number.Digits(), func(o *snap.NotifyOptions, _ *snap.Notification) {
			o.Mode, o.Token = snap.IssuedToken, snap.Secret(tokens[0])
		})
		reply, err := other.Receive(w.Context(), "demo", "qris", in)
		if err != nil || reply.Status != 200 {
			t.Errorf("the other replica answers %d %s, %v", reply.Status, reply.Body, err)
		}
		w.wantState(w.after(p, 2*time.Second), payment.Paid)
		if strings.Contains(w.log.String(), tokens[0]) {
			t.Error("a token is in the log")
		}
	})
}

// A replica that dies while it makes a token is not waited for longer than its lock lives.
func TestIssuedTokenAfterAReplicaDied(t *testing.T) {
	inQRBubble(t, sandbox.NotifyPartnerToken, func(w *qrBubble) {
		lock := engine.IssuedLock("demo", "qris", "own_dead", time.Now().Add(4*time.Second))
		if got, err := w.store.Acquire(context.Background(), lock, time.Now()); !got || err != nil {
			t.Fatalf("Acquire = %v, %v", got, err)
		}
		began := time.Now()
		w.tokenOf(w.engine)
		if took := time.Since(began); took < 4*time.Second || took > 5*time.Second {
			t.Errorf("the token came after %v, want when the lock ended", took)
		}
	})
}
