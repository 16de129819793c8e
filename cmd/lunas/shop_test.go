package main

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/lunas-pay/lunas/examples/shop"
	"github.com/lunas-pay/lunas/internal/testbrowser"
	client "github.com/lunas-pay/lunas/lunas"
)

// customer is somebody with a phone and a browser, who sees pages and presses what is on them.
type customer struct {
	*dev
	page       context.Context
	complaints func() []string
}

// newCustomer opens a browser on the shop's menu.
func newCustomer(t *testing.T, d *dev, lang string) *customer {
	t.Helper()
	c := &customer{dev: d, page: testbrowser.Open(t)}
	c.complaints = testbrowser.Complaints(t, c.page)
	c.do(chromedp.Navigate(d.url+shopPath+"?lang="+lang), chromedp.WaitVisible(".menu button"))
	return c
}

func (c *customer) do(steps ...chromedp.Action[chromedp.Void]) {
	c.Helper()
	if err := chromedp.Do(c.page, steps...); err != nil {
		c.Fatal(err)
	}
}

// sees waits for something and reads it, and has the page looked at by axe and, where it has a name, drawn.
func (c *customer) sees(selector, text, picture string) {
	c.Helper()
	for got, until := "", time.Now().Add(3*time.Minute); !strings.Contains(got, text); { // the page before may be there still
		c.do(chromedp.WaitVisible(selector))
		var err error
		if got, err = chromedp.Run(c.page, chromedp.Text(selector)); time.Now().After(until) {
			c.Fatalf("%s says %q (%v), want %q", selector, got, err, text)
		}
	}
	testbrowser.Axe(c.T, c.page, selector+" "+text)
	if picture != "" {
		testbrowser.Picture(c.T, c.page, picture)
	}
}

func (c *customer) press(selector string) {
	c.Helper()
	c.do(chromedp.WaitVisible(selector), chromedp.Click(selector))
}

// paysInWallet opens the wallet of a phone in another window and pays there.
func (c *customer) paysInWallet(phone string, scan bool) {
	c.Helper()
	wallet, cancel := chromedp.NewContext(c.page)
	defer cancel()
	steps := []chromedp.Action[chromedp.Void]{chromedp.Navigate(c.sandbox + "/phones/" + phone)}
	if scan {
		steps = append(steps, chromedp.WaitVisible(".open button"), chromedp.Click(".open button"))
	}
	steps = append(steps, chromedp.WaitVisible("section.push button[value=cash]"), chromedp.Click("section.push button[value=cash]"))
	if err := chromedp.Do(wallet, steps...); err != nil {
		c.Fatal(err)
	}
}

// contented fails for what the browser complained about, but for pages that say that something was wrong.
func (c *customer) contented() {
	c.Helper()
	for _, complaint := range c.complaints() {
		if !strings.Contains(complaint, "422") {
			c.Errorf("the browser complains: %s", complaint)
		}
	}
}

// Somebody who reads only Indonesian buys a coffee: a phone that OVO does not know, the right one, the push, the wallet, the
// paid page, and back to the shop without a hand, where both signatures are good.
func TestACoffeeByPush(t *testing.T) {
	t.Parallel()
	c := newCustomer(t, startDev(t), "id")
	c.sees("h1", "Mau kopi apa?", "shop")
	c.press("button[value=aren]")
	c.sees("h1", "Pilih cara membayar", "checkout-choose")
	c.press("a.offer")
	c.sees("label", "Masukkan nomor HP yang terdaftar di aplikasi OVO dengan format 08xxx", "checkout-phone")
	c.do(chromedp.SendKeys("#phone", "0812 9999 0000"))
	c.press("button.main")
	c.sees("#wrong", "Nomor HP tidak terdaftar di sistem OVO", "checkout-unknown")
	c.corrects("0812 9999 0000", "0812-1111-1111")
	c.sees(".card.confirm", "ikon lonceng", "")
	c.do(chromedp.Reload(), chromedp.WaitVisible(".card.confirm .clock")) // safe to load again
	c.paysInWallet("081211111111", false)
	c.sees(".card.success h1", "Pembayaran berhasil", "")
	c.sees("h1.paid", "Sudah lunas, terima kasih!", "shop-paid") // led there by itself
	for said := ""; !strings.Contains(said, "webhook: benar"); { // it may come after the customer
		c.do(chromedp.Reload(), chromedp.WaitVisible("p.note"))
		var err error
		if said, err = chromedp.Run(c.page, chromedp.Text("p.note")); err != nil || !strings.Contains(said, "kembali: benar") {
			t.Fatalf("the shop says %q (%v)", said, err)
		}
	}
	c.contented()
}

// A number that OVO refuses when it is pushed to: its sentence, the number that was typed, the right one, the wallet, and back
// to the shop with the same order. In another window the number is not shown.
func TestACoffeeAfterAWrongNumber(t *testing.T) {
	t.Parallel()
	c := newCustomer(t, startDev(t), "en")
	const wrong = "081211110017" // of a wallet: an inquiry knows it
	var script struct{ ID string }
	c.call("POST", c.sandbox+"/control/scripts", `{"rail":"ovo","operation":"push","phone":"`+wrong+`","effect":{"code":"14"}}`, &script)
	c.press("button[value=tubruk]")
	c.sees("h1", "Choose how to pay", "")
	c.press("a.offer")
	c.do(chromedp.WaitVisible("#phone"), chromedp.SendKeys("#phone", "0812-1111-0017"))
	c.press("button.main")
	c.sees("#wrong", "Phone Number not Registered on OVO Apps", "checkout-again")
	address, err := chromedp.Run(c.page, chromedp.Location())
	if err != nil {
		t.Fatal(err)
	}
	other, cancel := chromedp.NewContext(c.page)
	defer cancel()
	if err := chromedp.Do(other, chromedp.Navigate(address), chromedp.WaitVisible(".tried")); err != nil {
		t.Fatal(err)
	}
	if shown, err := chromedp.Run(other, chromedp.Value("#phone")); err != nil || shown != "" {
		t.Errorf("another window shows the number %q (%v)", shown, err)
	}
	c.corrects("0812-1111-0017", "0812-1111-1111")
	c.sees(".card.confirm", "bell icon", "")
	c.paysInWallet("081211111111", false)
	c.sees(".card.success h1", "Payment Success", "")
	c.sees("h1.paid", "Paid, thank you!", "")
	c.contented()
}

// corrects finds what was typed in the field, and types something else.
func (c *customer) corrects(was, is string) {
	c.Helper()
	if got, err := chromedp.Run(c.page, chromedp.Value("#phone")); err != nil || got != was {
		c.Fatalf("the field holds %q (%v), want what was typed, %q", got, err, was)
	}
	if _, err := chromedp.Run(c.page, chromedp.Evaluate[string](`document.getElementById("phone").value = ""`)); err != nil {
		c.Fatal(err)
	}
	c.do(chromedp.SendKeys("#phone", is))
	c.press("button.main")
}

// Somebody who reads only English pays a QR.
func TestACoffeeByQR(t *testing.T) {
	t.Parallel()
	c := newCustomer(t, startDev(t), "en")
	c.press("button[value=tubruk]")
	c.sees("h1", "Choose how to pay", "")
	c.press("button.offer")
	c.sees(".card.scan h1", "Scan to pay", "")
	c.paysInWallet("081211111111", true)
	c.sees(".card.success h1", "Payment Success", "")
	c.press(".card.success a.button")
	c.sees("h1.paid", "Paid, thank you!", "")
	c.contented()
}

// A wallet that declines, and one that never answers: OVO's sentences, and the shop knows that it was not paid.
func TestACoffeeThatIsNotPaid(t *testing.T) {
	t.Parallel()
	c := newCustomer(t, startDev(t, "--speed", "15"), "en")
	for _, test := range []struct{ phone, card, says string }{
		{"081211110017", ".card.failure h1", "Payment Canceled By User"},
		{"081211110160", ".card.returned h1", "Transaction Timeout"},
	} {
		c.do(chromedp.Navigate(c.url+shopPath+"?lang=en"), chromedp.WaitVisible(".menu button"))
		c.press("button[value=cappuccino]")
		c.press("a.offer")
		c.sees("label", "Enter Your Registered Phone Number in the OVO Application with 08xxx format", "")
		c.do(chromedp.SendKeys("#phone", test.phone))
		c.press("button.main")
		c.sees(test.card, test.says, "")
		c.press(".card a.button")
		c.sees("h1.unpaid", "Not paid", "")
	}
	c.contented()
}

// read gives what came back.
func read(t *testing.T, r *http.Response) string {
	t.Helper()
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// A shop that was started again knows no secret of its earlier run's endpoint. The first webhook that it cannot verify makes it
// take a new endpoint, so that the old one does not fail until somebody looks.
func TestAShopThatWasStartedAgain(t *testing.T) {
	t.Parallel()
	d := startDev(t)
	gateway := &client.Client{URL: d.url, Key: client.Secret(d.key)}
	endpoints := func() (ids []string) {
		t.Helper()
		all, err := gateway.WebhookEndpoints().List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range all {
			ids = append(ids, e.ID)
		}
		return ids
	}
	r, err := http.Get(d.url + shopPath)
	if err != nil {
		t.Fatal(err)
	}
	_ = read(t, r)
	before := endpoints()
	again := shop.New(shop.Options{Client: gateway, URL: d.url + shopPath, Log: slog.New(slog.DiscardHandler)}).Handler()
	answer := httptest.NewRecorder()
	again.ServeHTTP(answer, httptest.NewRequest("POST", shopPath+"/webhooks", strings.NewReader(`{"type":"payment.paid"}`)))
	after := endpoints()
	if answer.Code != http.StatusUnauthorized || len(before) != 1 || len(after) != 1 || before[0] == after[0] {
		t.Errorf("the webhook was answered %d; endpoints %v before and %v after, want another one", answer.Code, before, after)
	}
}

// What somebody makes up is not believed: neither a webhook nor a way back that is not signed, and a way back that is changes
// nothing by itself.
func TestTheShopBelievesNobody(t *testing.T) {
	t.Parallel()
	d := startDev(t)
	get := func(address string) string {
		t.Helper()
		r, err := http.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		return read(t, r)
	}
	menu := get(d.url + shopPath)
	_, rest, _ := strings.Cut(menu, `name="order" value="`)
	order, _, _ := strings.Cut(rest, `"`)
	form := url.Values{"order": {order}, "item": {"tubruk"}}
	var pages []string
	stay := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for range 2 { // pressed twice
		r, err := stay.PostForm(d.url+shopPath+"/buy", form)
		if err != nil {
			t.Fatal(err)
		}
		_ = read(t, r)
		pages = append(pages, r.Header.Get("Location"))
	}
	if pages[0] != pages[1] || !strings.Contains(pages[0], "/pay/") {
		t.Errorf("pressed twice it leads to %q", pages)
	}
	at := d.url + shopPath + "/orders/" + order
	if page := get(at + "?payment_id=pay_1&reference=x&state=paid&version=9&time=1&signature=v1.AAAA&lang=en"); !strings.Contains(page, "does not come from") || strings.Contains(page, "thank you") {
		t.Errorf("a way back that somebody made up:\n%s", page)
	}
	r, err := stay.Post(d.url+shopPath+"/webhooks", "application/json", strings.NewReader(`{"type":"payment.paid"}`))
	if err != nil {
		t.Fatal(err)
	}
	if _ = read(t, r); r.StatusCode != http.StatusUnauthorized {
		t.Errorf("a webhook that somebody made up = %d", r.StatusCode)
	}
	payment, _, _ := strings.Cut(pages[0], "?")
	back, err := stay.Get(payment + "/back")
	if err != nil {
		t.Fatal(err)
	}
	_ = read(t, back)
	if page := get(back.Header.Get("Location") + "&lang=en"); !strings.Contains(page, "Signature of the return: good.") || !strings.Contains(page, "Waiting for the payment") {
		t.Errorf("a way back before anything was paid, to %s:\n%s", back.Header.Get("Location"), page)
	}
}
