package console

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/testbrowser"
)

// chromium is somebody at a real browser.
type chromium struct {
	*world
	t   *testing.T
	ctx context.Context
	url string
	at  string // where we are, for what is said of a failure
}

func (c *chromium) do(steps ...chromedp.Action[chromedp.Void]) {
	c.t.Helper()
	if err := chromedp.Do(c.ctx, steps...); err != nil {
		page, _ := chromedp.Run(c.ctx, chromedp.Text("body"))
		c.t.Fatalf("%s: %v; the page says:\n%s", c.at, err, page)
	}
}

func (c *chromium) text(selector string) string {
	c.t.Helper()
	text, err := chromedp.Run(c.ctx, chromedp.Text(selector))
	if err != nil {
		c.t.Fatalf("%s: %v", selector, err)
	}
	return text
}

// enrol opens a set-up link and does what it asks for. It gives the key of the second factor.
func (c *chromium) enrol(link, name string) string {
	c.t.Helper()
	c.do(testbrowser.Navigate(link), chromedp.WaitVisible(".qr svg"))
	testbrowser.Axe(c.t, c.ctx, "set-up")
	if name != "" {
		testbrowser.Picture(c.t, c.ctx, "console-setup")
	}
	key := c.text("code.key")
	if name != "" {
		c.do(chromedp.SendKeys("input[name=name]", name))
	}
	c.do(chromedp.SendKeys("input[name=password]", canaryPassword), chromedp.SendKeys("input[name=again]", canaryPassword),
		chromedp.SendKeys("input[name=code]", c.codeOf(key)))
	c.do(chromedp.Click("form.stack button.main"), chromedp.WaitVisible(".codes"))
	return key
}

func (c *chromium) logout() {
	c.t.Helper()
	c.do(chromedp.Click("form[action='/console/logout'] button"), chromedp.WaitVisible("form[action='/console/login']"))
}

// newUser makes a user and gives the link.
func (c *chromium) newUser(name, role string) string {
	c.t.Helper()
	c.do(testbrowser.Navigate(c.url+"/console/users/new"), chromedp.SendKeys("input[name=name]", name),
		chromedp.SetValue("select[name=merchant]", "mer_a"), chromedp.SetValue("select[name=role]", role),
		chromedp.Click("form.stack button.main"), chromedp.WaitVisible("#setup-link"))
	return c.text("#setup-link")
}

// presentable names the merchants as documents show them.
func presentable(o *Options) {
	o.Merchants = func(context.Context) ([]Merchant, error) {
		return []Merchant{{"mer_a", "Kedai Kopi Senja"}, {"mer_b", "Toko Roti Melati"}}, nil
	}
}

// An owner comes in by the link, makes two users; one asks for a void and cannot approve it; the other approves, and the
// payment is voided.
func TestAVoidByTwoPeopleInABrowser(t *testing.T) {
	t.Parallel()
	ctx := testbrowser.Open(t)
	w := newWorld(t, presentable)
	w.reference = "INV-2071"
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { w.console.ServeHTTP(rw, r) }))
	defer server.Close()
	defer server.CloseClientConnections() // live pages keep theirs
	c := &chromium{world: w, t: t, ctx: ctx, url: server.URL}
	complaints := testbrowser.Complaints(t, ctx)
	p := w.push("mer_a")

	c.do(testbrowser.Navigate(server.URL+"/console/login?lang=en"), chromedp.WaitVisible("form[action='/console/login']"))
	testbrowser.Axe(t, ctx, "log-in")
	key := c.enrol(server.URL+w.invite(""), "ayu@kopi.id")
	asks, decides := c.newUser("budi@kopi.id", "operator"), c.newUser("citra@kopi.id", "approver")
	c.logout()
	w.pass(time.Minute)
	c.do(chromedp.SendKeys("input[name=name]", "ayu@kopi.id"), chromedp.SendKeys("input[name=password]", canaryPassword),
		chromedp.SendKeys("input[name=code]", w.codeOf(key)), chromedp.Click("form.stack button.main"), chromedp.WaitVisible(".tiles"))
	c.logout()

	c.enrol(asks, "")
	for _, m := range complaints() {
		t.Errorf("the browser complains: %s", m)
	}
	c.do(testbrowser.Navigate(server.URL+"/console/users"), chromedp.WaitVisible("h1"))
	if h1 := c.text("h1"); h1 != "You may not do this" {
		t.Errorf("an operator at the page of users reads %q", h1)
	}
	c.do(testbrowser.Navigate(server.URL+"/console/m/mer_a/payments/"+p.ID), chromedp.Click("a[href$='/ask/void']"),
		chromedp.WaitVisible("form[action$='/ask/void']"), chromedp.SendKeys("input[name=reason]", "the coffee was cold"))
	testbrowser.Picture(t, ctx, "console-void")
	c.do(chromedp.Click("form[action$='/ask/void'] button.main"), chromedp.WaitVisible("form[action$='/withdraw']"))
	const approve = `fetch(location.pathname + "/approve", { method: "POST" }).then((r) => r.status)`
	status, err := chromedp.Run(ctx, chromedp.Evaluate[int](approve, chromedp.EvalAwaitPromise))
	if err != nil || status != http.StatusForbidden {
		t.Errorf("who asked approves: %d, %v", status, err)
	}
	if now, err := w.store.Load(t.Context(), "mer_a", p.ID); err != nil || now.State != payment.Paid {
		t.Errorf("the payment is %s, %v", now.State, err)
	}
	c.logout()

	c.enrol(decides, "")
	c.do(testbrowser.Navigate(server.URL+"/console/m/mer_a/approvals"), chromedp.Click(".list tbody a"), chromedp.WaitVisible("form[action$='/approve']"))
	testbrowser.Picture(t, ctx, "console-approval")
	c.do(chromedp.Click("form[action$='/approve'] button"), chromedp.WaitVisible(".badge.performed"))
	w.until(p, payment.Voided)
	if n := w.rail.called("void"); n != 1 {
		t.Errorf("%d voids were sent", n)
	}
}

// Every page that needs no more than a merchant, and some that do, can be used by everybody: axe finds nothing serious, in
// both languages, light and dark, and nothing stands out of a narrow phone.
func TestEveryPageCanBeUsedByEverybody(t *testing.T) {
	t.Parallel()
	ctx := testbrowser.Open(t)
	w := newWorld(t, withShop(t))
	w.reference = "INV-2071"
	p := w.push("mer_a")
	b := w.as("ayu", grant(operator.Everywhere, operator.Owner))
	other := w.as("budi", grant("mer_a", operator.Approver))
	request := other.requestVoid(p)
	name := w.console.s.cookieName()
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/console/login") {
			r.AddCookie(b.cookies[name])
		}
		w.console.ServeHTTP(rw, r)
	}))
	defer server.Close()
	defer server.CloseClientConnections() // live pages keep theirs
	paths := []string{
		"/console/login", "/console/nothing", "/console/m/mer_a/payments/" + p.ID, "/console/m/mer_a/payments/" + p.ID + "/ask/void",
		"/console/m/mer_a/payments/" + p.ID + "/unmask", request, "/console/m/mer_a/terminals/till-1/numbering", "/console/users/usr_budi",
	}
	for _, rt := range w.console.s.routes() {
		rest := strings.NewReplacer("{merchant}", "", "{$}", "").Replace(rt.pattern)
		if strings.HasPrefix(rt.pattern, "GET ") && rt.needs != anyone && !strings.Contains(rest, "{") && !strings.Contains(rest, ".") {
			_, path := of(rt, "mer_a")
			paths = append(paths, path)
		}
	}
	c := &chromium{world: w, t: t, ctx: ctx, url: server.URL}
	complaints := testbrowser.Complaints(t, ctx)
	for i, path := range paths {
		c.at = path
		rec := b.do("GET", path, nil)
		if !strings.HasPrefix(rec.Header().Get("Content-Type"), "text/html") || rec.Code == http.StatusSeeOther {
			continue // a file, or a stream
		}
		lang, dark := "id", i%2 == 0
		if i%3 == 0 {
			lang = "en"
		}
		testbrowser.Dark(t, ctx, dark)
		c.do(chromedp.EmulateViewport(320, 800), testbrowser.Navigate(server.URL+path+"?lang="+lang), chromedp.WaitVisible("h1"))
		testbrowser.Axe(t, ctx, path)
		wide, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth`))
		if err != nil || wide > 320 {
			t.Errorf("%s is %d wide on a screen of 320, %v", path, wide, err)
		}
		for _, m := range complaints() {
			if !strings.HasPrefix(m, "network") || rec.Code < 400 { // the browser tells of a page that says why there is no other
				t.Errorf("%s: the browser complains: %s", path, m)
			}
		}
	}
	testbrowser.Dark(t, ctx, false)
	c.do(chromedp.EmulateViewport(1180, 800), testbrowser.Navigate(server.URL+"/console/m/mer_a/payments/"+p.ID+"?lang=en"), chromedp.WaitVisible("h1"))
	testbrowser.Axe(t, ctx, "a payment on a wide screen")
	testbrowser.Picture(t, ctx, "console-payment")
}
