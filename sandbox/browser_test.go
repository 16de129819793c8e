package sandbox_test

import (
	"context"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/lunas-pay/lunas/doku"
	"github.com/lunas-pay/lunas/internal/testbrowser"
	"github.com/lunas-pay/lunas/sandbox"
)

// DOKU's steps in a real browser, with its strict policy: the payment appears on the page
// that has asked for it, the choice outlives what else happens on the phone, Pay Now lets
// the API answer.
func TestSimulatorInABrowser(t *testing.T) {
	t.Parallel()
	browser := testbrowser.Open(t)
	s := sandbox.New(sandbox.Options{})
	server := httptest.NewServer(s.Handler())
	t.Cleanup(func() { s.Close(); server.Close() })
	demo := sandbox.DemoDOKUMerchant()
	client, err := doku.NewClient(doku.Options{URL: server.URL, ClientID: demo.ClientID, Secret: doku.Secret(demo.Secret)})
	if err != nil {
		t.Fatal(err)
	}
	do := func(steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(browser, steps...); err != nil {
			t.Fatal(err)
		}
	}
	// until waits in the page itself: what it looks at may be drawn anew at any moment.
	until := func(condition string) {
		t.Helper()
		if _, err := chromedp.Run(browser, chromedp.Poll[bool](condition)); err != nil {
			t.Fatalf("%s: %v", condition, err)
		}
	}
	click := func(selector string) {
		t.Helper()
		until(`(() => { const found = document.querySelector("` + selector + `"); found?.click(); return Boolean(found); })()`)
	}
	type outcome struct {
		answer doku.Answer
		err    error
	}
	push := func(invoice string) <-chan outcome {
		answered := make(chan outcome, 1)
		go func() {
			answer, err := client.Push(context.Background(), doku.Request{InvoiceNumber: invoice, Amount: 12_500, Phone: "081211111111", RequestID: "req-" + invoice})
			answered <- outcome{answer, err}
		}()
		return answered
	}
	do(chromedp.Navigate(server.URL+"/integration/simulator/ovo/inquiry?lang=en"), chromedp.WaitVisible("ul.active"))
	testbrowser.Picture(t, browser, "simulator-phones")
	do(chromedp.Click("ul.active li:first-child a"), chromedp.WaitVisible(`input[name=phone][value="081211111111"]`),
		chromedp.SendKeys("input[name=invoice]", "INV-1"), chromedp.Click("form.inquiry button"), chromedp.WaitVisible("section.empty"))
	answered := push("INV-1")
	click("section.push #with-points")
	push("INV-2") // another push to the same phone: the screen is drawn anew
	until(`document.querySelector("ul.active b.count")?.textContent.startsWith("2")`)
	until(`document.querySelector("#with-points").checked`)
	testbrowser.Picture(t, browser, "simulator")
	click("section.push button.main")
	until(`document.querySelector("section.push .state.paid") !== null`)
	testbrowser.Picture(t, browser, "simulator-paid")
	got := <-answered
	if got.err != nil || got.answer.Payment.Status != doku.StatusSuccess || got.answer.Payment.PointsUsed != 12_500 {
		t.Errorf("the API answered %v, %v", got.answer, got.err)
	}
}
