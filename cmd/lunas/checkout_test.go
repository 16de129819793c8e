package main

import (
	"context"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/lunas-pay/lunas/internal/testbrowser"
)

// steps runs what somebody does in a browser.
func steps(t *testing.T, browser context.Context, all ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(browser, all...); err != nil {
		t.Fatal(err)
	}
}

// created is the answer to a request for a payment.
type created struct {
	paymentAnswer
	CheckoutURL string `json:"checkout_url"`
}

// The customer's page of a push waits, and turns by itself when the wallet pays; a void is told on it too.
func TestTheCheckoutPageOfAPush(t *testing.T) {
	t.Parallel()
	browser := testbrowser.Open(t)
	d := startDev(t)
	var p created
	d.call("POST", d.url+"/v1/payments", `{"amount":12500,"reference":"INV-1","method":"ovo_push","phone":"081211111111"}`, &p)
	steps(t, browser, chromedp.Navigate(p.CheckoutURL), chromedp.WaitVisible(".card.confirm .clock"))
	testbrowser.Picture(t, browser, "checkout-push")
	var wallet struct{}
	_ = wallet
	d.pay("081211111111")
	steps(t, browser, chromedp.WaitVisible(".card.success"))
	testbrowser.Picture(t, browser, "checkout-paid")
}
