package main

import (
	"context"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/lunas-pay/lunas/internal/testbrowser"
)

// created is the answer to a request for a payment.
type created struct {
	paymentAnswer
	CheckoutURL string `json:"checkout_url"`
}

// The customer's page of a push waits, and turns by itself when the wallet pays in another window; what the shop gives
// back afterwards is told on it too. Nothing is loaded again by hand.
func TestTheCheckoutPageOfAPush(t *testing.T) {
	t.Parallel()
	page := testbrowser.Open(t)
	complaints := testbrowser.Complaints(t, page)
	wallet, cancel := chromedp.NewContext(page)
	defer cancel()
	d := startDev(t)
	do := func(window context.Context, steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(window, steps...); err != nil {
			t.Fatal(err)
		}
	}
	var p created
	d.call("POST", d.url+"/v1/payments", `{"amount":12500,"reference":"INV-1","method":"ovo_push","phone":"081211111111"}`, &p)
	do(page, chromedp.Navigate(p.CheckoutURL+"?lang=id"), chromedp.WaitVisible(".card.confirm .clock"))
	testbrowser.Axe(t, page, "a push that waits")
	testbrowser.Picture(t, page, "checkout-push")
	do(wallet, chromedp.Navigate(d.sandbox+"/phones/081211111111"), chromedp.WaitVisible("section.push button[value=cash]"),
		chromedp.Click("section.push button[value=cash]"))
	do(page, chromedp.WaitVisible(".card.success"))
	testbrowser.Picture(t, page, "checkout-paid")
	said, err := chromedp.Run(page, chromedp.Text("#said"))
	if err != nil || said != "Pembayaran berhasil" {
		t.Errorf("a screen reader is told %q (%v), want that it was paid", said, err)
	}
	d.call("POST", d.url+"/v1/payments/"+p.ID+"/void", "", &p)
	do(page, chromedp.WaitVisible(".card.returned"))
	for _, c := range complaints() {
		t.Errorf("the browser complains: %s", c)
	}
}

// A push that the customer refuses, and one that nobody answers, end on the page with what OVO prescribes; on a phone
// whose language is English.
func TestTheCheckoutPageOfAPushThatFails(t *testing.T) {
	t.Parallel()
	page := testbrowser.Open(t)
	d := startDev(t, "--speed", "15")
	for _, c := range []struct{ phone, card, title string }{
		{"081211110017", ".card.failure h1", "Payment Canceled By User"},
		{"081211110160", ".card.returned h1", "Transaction Timeout"},
	} {
		var p created
		d.call("POST", d.url+"/v1/payments", `{"amount":12500,"reference":"INV-1","method":"ovo_push","phone":"`+c.phone+`"}`, &p)
		if err := chromedp.Do(page, chromedp.Navigate(p.CheckoutURL+"?lang=en"), chromedp.WaitVisible(c.card)); err != nil {
			t.Fatal(err)
		}
		title, err := chromedp.Run(page, chromedp.Text(c.card))
		if err != nil || title != c.title {
			t.Errorf("%s: %q (%v), want %q", c.phone, title, err, c.title)
		}
	}
}

// The way of a QRIS payment: the shop asks for it, the customer's page shows the QR, the wallet pays it, the page turns
// by itself; then the shop gives the money back, and the page tells that too.
func TestTheCheckoutPageOfAQR(t *testing.T) {
	t.Parallel()
	page := testbrowser.Open(t)
	complaints := testbrowser.Complaints(t, page)
	wallet, cancel := chromedp.NewContext(page)
	defer cancel()
	d := startDev(t)
	do := func(window context.Context, steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(window, steps...); err != nil {
			t.Fatal(err)
		}
	}
	var p created
	d.call("POST", d.url+"/v1/payments", `{"amount":27500,"reference":"INV-2","method":"qris"}`, &p)
	do(page, chromedp.Navigate(p.CheckoutURL+"?lang=id"), chromedp.WaitVisible(".card.scan .clock"))
	loaded, err := chromedp.Run(page, chromedp.Evaluate[bool](`document.querySelector(".qr img").decode().then(() => true)`, chromedp.EvalAwaitPromise))
	if err != nil || !loaded {
		t.Errorf("the QR is not shown: %v", err)
	}
	testbrowser.Axe(t, page, "a QR")
	testbrowser.Picture(t, page, "checkout-qr")
	do(wallet, chromedp.Navigate(d.sandbox+"/phones/081211111111"), chromedp.WaitVisible(".open button"), chromedp.Click(".open button"),
		chromedp.WaitVisible("section.push button[value=cash]"), chromedp.Click("section.push button[value=cash]"))
	do(page, chromedp.WaitVisible(".card.success"))
	d.call("POST", d.url+"/v1/payments/"+p.ID+"/refund", "", &p)
	do(page, chromedp.WaitVisible(".card.returned"))
	title, err := chromedp.Run(page, chromedp.Text("h1"))
	if err != nil || title != "Pembayaran Anda telah dikembalikan" {
		t.Errorf("after the refund the page says %q (%v)", title, err)
	}
	for _, c := range complaints() {
		t.Errorf("the browser complains: %s", c)
	}
}
