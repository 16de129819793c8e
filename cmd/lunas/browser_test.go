package main

import (
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/lunas-pay/lunas/internal/testbrowser"
)

// A newcomer's first minute, in a real browser: the push arrives on the open wallet page by itself, is paid there, and
// the payment is paid.
func TestTheWalletPagePaysAPush(t *testing.T) {
	t.Parallel()
	browser := testbrowser.Open(t)
	d := startDev(t)
	do := func(steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(browser, steps...); err != nil {
			t.Fatal(err)
		}
	}
	do(chromedp.Navigate(d.sandbox+"/phones/081211111111?lang=en"), chromedp.WaitVisible("section.empty"))
	var p paymentAnswer
	d.call("POST", d.url+"/v1/payments", `{"amount":12500,"reference":"INV-1","method":"ovo_push","phone":"081211111111"}`, &p)
	do(chromedp.WaitVisible("section.push button[value=cash]"))
	testbrowser.Picture(t, browser, "wallet")
	do(chromedp.Click("section.push button[value=cash]"), chromedp.WaitVisible("section.empty"))
	d.call("GET", d.url+"/v1/payments/"+p.ID+"?wait=20", "", &p)
	if p.State != "paid" {
		t.Errorf("state = %s, want paid", p.State)
	}
}
