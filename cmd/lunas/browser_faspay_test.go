package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/lunas-pay/lunas/faspay"
	"github.com/lunas-pay/lunas/internal/testbrowser"
	"github.com/lunas-pay/lunas/sandbox"
)

// The sandbox's Faspay page in a real browser: it says when a number has no account, waits with the customer, and leads
// back to the merchant by itself, with an address that says nothing of the payment.
func TestFaspaysPageAsksForTheNumber(t *testing.T) {
	t.Parallel()
	browser := testbrowser.Open(t)
	returned := make(chan string, 1)
	// The shop answers late: until it does, the browser goes on showing the page that it leaves, however slow this machine is.
	left, leave := context.WithCancel(t.Context())
	defer leave()
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/return" {
			returned <- r.URL.RawQuery
			<-left.Done()
		}
		_, _ = w.Write([]byte("<body class=shop>"))
	}))
	t.Cleanup(shop.Close)
	demo := sandbox.DemoFaspayMerchant()
	demo.Callback = sandbox.Callback{ReturnURL: shop.URL + "/return"}
	s := sandbox.New(sandbox.Options{Faspay: sandbox.FaspayOptions{Merchants: []sandbox.FaspayMerchant{demo}}})
	provider := httptest.NewServer(s.Handler())
	t.Cleanup(func() { s.Close(); provider.CloseClientConnections(); provider.Close() })
	credentials := faspay.Credentials{UserID: demo.UserID, Password: faspay.Secret(demo.Password)}
	client, err := faspay.NewClient(faspay.Options{URL: provider.URL, MerchantID: demo.MerchantID, Merchant: demo.Name, Credentials: credentials})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := client.PostData(t.Context(), faspay.Bill{
		Number: "INV-1a", Description: "Kopi susu dan roti bakar", Total: faspay.Rupiah(45_500),
		Customer: faspay.Customer{Number: "1", Name: "Siti", Phone: "081211111111", Email: "siti@example.com"},
		Items:    []faspay.Item{{Product: "Kopi", Quantity: 1, Amount: faspay.Rupiah(45_500)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	do := func(steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(browser, steps...); err != nil {
			t.Fatal(err)
		}
	}
	do(chromedp.Navigate(answer.Response.RedirectURL), chromedp.WaitVisible("#ovo_number"))
	testbrowser.Picture(t, browser, "faspay-ask")
	do(chromedp.SendKeys("#ovo_number", "0812 9999 9999"), chromedp.Click("button.whole"), chromedp.WaitVisible(".flash"))
	testbrowser.Picture(t, browser, "faspay-unknown")
	// What was typed stays, to be corrected.
	do(chromedp.SetValue("#ovo_number", "081211111111"), chromedp.Click("button.whole"), chromedp.WaitVisible("progress"))
	testbrowser.Picture(t, browser, "faspay-wait")
	s.Do(func(core *sandbox.Core, now time.Time) {
		if err := core.Choose(now, 1, sandbox.Cash); err != nil {
			t.Error(err)
		}
	})
	do(chromedp.WaitVisible(".done.good"))
	testbrowser.Picture(t, browser, "faspay-paid")
	leave()
	do(chromedp.WaitReady("body.shop"))
	select {
	case query := <-returned:
		verifier, err := faspay.NewVerifier(demo.MerchantID, credentials)
		if err != nil {
			t.Fatal(err)
		}
		back, err := verifier.Return(query)
		if err != nil || back.BillNo != "INV-1a" || back.ClaimedStatus != faspay.Unprocessed || strings.Contains(query, "status=2") {
			t.Errorf("the browser came back with %v (%v), want status 0", back, err)
		}
	default:
		t.Error("the page leads to a shop that was not asked for its return address")
	}
}
