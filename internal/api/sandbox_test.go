package api

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/sandbox"
)

// overSandbox replaces merchant A's rail by the real one, speaking to the emulated provider over loopback.
func overSandbox(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, nil)
	emulated := sandbox.New(sandbox.Options{Now: w.server.Now})
	provider := httptest.NewServer(emulated.Handler())
	t.Cleanup(func() {
		emulated.Close()
		provider.CloseClientConnections()
		provider.Close()
	})
	shop := sandbox.DemoMerchant()
	store, at := shop.Stores[0], shop.Stores[0].Terminals[0]
	a := merchant.Account{
		ID: "main", MerchantID: "mer_a", Rail: payment.OVO, Environment: merchant.Sandbox, URL: provider.URL + "/pos", Terms: payment.OVOTerms(),
		Terminals: []merchant.Terminal{{Style: payment.BySequence, Terminal: payment.Terminal{
			ID: "mer_a-main-1", TID: at.TID, MID: at.MID, MerchantID: shop.MerchantID, StoreCode: store.Code,
		}}},
		OVO: merchant.OVOCredentials{AppID: shop.AppID, AppKey: merchant.NewSecret(shop.AppKey)},
	}
	transport := exchange.NewTransport(exchange.Options{})
	t.Cleanup(transport.CloseIdleConnections)
	line, err := rail.Open(a, transport, w.server.Now)
	if err != nil {
		t.Fatal(err)
	}
	w.engine, err = engine.New(t.Context(), engine.Options{
		Store: w.store, Accounts: []engine.Account{{Account: a, Line: line}}, Keyring: w.server.Keyring, Now: w.server.Now,
		Log: w.server.Log,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.server.Engine = w.engine
	w.listen()
	return w
}

// TestOverTheSandbox pays, is declined, voids, and shows what was said, with the real client and the emulated OVO.
func TestOverTheSandbox(t *testing.T) {
	t.Parallel()
	w := overSandbox(t)
	for phone, want := range map[string]struct{ state, code, en string }{
		"081211110000": {"paid", "", "Payment Success"},
		"081211110017": {"declined", "canceled_by_customer", "Payment Canceled By User"},
		"081211110014": {"declined", "phone_not_registered", "Phone Number not Registered on OVO Apps"},
		"081211110026": {"declined", "push_not_delivered", "Failed Push notif to users, please ensure user login to OVO app first"},
		"081211110064": {"declined", "account_blocked", "Account Blocked. Please call 1500696"},
	} {
		p := w.do("POST", "/v1/payments?wait=30", orderWith("phone", `"`+phone+`"`)).payment(t)
		code := ""
		if p.Failure != nil {
			code = p.Failure.Code
		}
		if p.State != want.state || code != want.code || p.Message == nil || p.Message.EN != want.en || p.Message.ID == "" {
			t.Errorf("a push to …%s: %s, %q, %+v; want %+v", phone[8:], p.State, code, p.Message, want)
		}
	}
	p := w.do("POST", "/v1/payments?wait=30", orderWith("phone", `"081211110000"`)).payment(t)
	if q := w.do("POST", "/v1/payments/"+p.ID+"/void?wait=30", "").payment(t); q.State != "voided" {
		t.Errorf("void: %s", q.State)
	}
	a := w.do("GET", "/v1/payments/"+p.ID+"/exchanges", "")
	var seen []string
	for _, e := range decode[ExchangeList](t, a).Data {
		seen = append(seen, e.Operation+" "+e.Direction)
		if e.FirstLine == "" || len(e.Headers) == 0 || e.Body == "" {
			t.Errorf("an empty exchange: %+v", e)
		}
	}
	if got := fmt.Sprint(seen); got != "[push request push response void request void response]" {
		t.Errorf("exchanges %s", got)
	}
	for _, secret := range []string{"81211110000", sandbox.DemoMerchant().AppKey} {
		if strings.Contains(string(a.body), secret) || strings.Contains(w.logs.String(), secret) {
			t.Errorf("%s is in the exchanges or in the log", secret)
		}
	}
	for phone, want := range map[string]string{"081211110014": "false", "081211110101": "true"} {
		if a := w.do("GET", "/v1/phones/"+phone, ""); !strings.Contains(string(a.body), `"registered":`+want) {
			t.Errorf("inquiry of …%s: %d %s, want registered %s", phone[8:], a.status, a.body, want)
		}
	}
}
