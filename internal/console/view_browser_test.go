package console

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/recap"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/testbrowser"
)

// busy adds to what charts show what a day is like.
func (w *world) busy(owner string) {
	w.t.Helper()
	heard, err := w.store.ReadOn(w.t.Context(), owner, 0, 1000)
	if err != nil {
		w.t.Fatal(err)
	}
	last := heard[len(heard)-1].Position
	f := store.Followed{MerchantID: owner, From: last, To: last}
	for hour, paid := range []int64{2, 0, 0, 1, 0, 4, 12, 31, 44, 38, 52, 61, 48} {
		at := payment.DayOf(noon).Start().Add(time.Duration(hour) * time.Hour)
		add := func(kind, code string, n int64) {
			f.Tallies = append(f.Tallies, store.Tally{Hour: at, Mode: payment.Test, Rail: payment.OVO, Type: kind, Code: code, Count: n, Sum: payment.Rupiah(n * 18_500)})
		}
		add(tallyMade, "", paid+paid/8)
		add("payment.paid", "", paid)
		for i, code := range []string{"17", "26", "14"} {
			add("payment.declined", code, paid/int64(12*(i+1)))
		}
		for i, share := range []int64{2, 9, 24, 11, 6, 3, 1} {
			add(tallyTime, fmt.Sprint(buckets[i]), paid*share/56)
		}
	}
	if err := w.store.Follow(w.t.Context(), f); err != nil {
		w.t.Fatal(err)
	}
}

// Somebody finds a payment by its phone, sees it become paid without touching the page, and looks at the other pages, which
// are full of something, light and dark, wide and narrow.
func TestPeopleLookAtPaymentsInABrowser(t *testing.T) {
	t.Parallel()
	ctx := testbrowser.Open(t)
	w := newWorld(t, presentable, withBooks(t))
	b := w.as("ayu", grant("mer_a", operator.Owner))
	for i := range 12 {
		w.order("mer_a", fmt.Sprint("INV-20", 60+i), payment.Rupiah(9000+1750*i), fmt.Sprintf("08121111%04d", i))
	}
	ids := w.furnish("mer_a", "kopi")
	for d := range 7 {
		w.closeDay("mer_a", payment.DayOf(noon.AddDate(0, 0, -1-d)), 1, recap.Total{Count: int64(40 + 7*d%11), Sum: payment.Rupiah(512_500 + 91_000*(d*5%7))})
	}
	p, answer := w.waiting("mer_a")
	w.settle()
	w.busy("mer_a")
	name := w.console.s.cookieName()
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		r.AddCookie(b.cookies[name])
		w.console.ServeHTTP(rw, r)
	}))
	defer server.Close()
	defer server.CloseClientConnections() // live pages keep theirs
	c := &chromium{world: w, t: t, ctx: ctx, url: server.URL}
	complaints := testbrowser.Complaints(t, ctx)
	quiet := func(where string) {
		t.Helper()
		for _, m := range complaints() {
			t.Errorf("%s: the browser complains: %s", where, m)
		}
	}

	c.do(testbrowser.Navigate(server.URL+"/console/m/mer_a/payments?lang=en"), chromedp.SendKeys("input[name=q]", "0812-1111-0003"),
		chromedp.Click("form.find button"), chromedp.WaitVisible("#live"))
	if text := c.text("main"); !strings.Contains(text, "INV-2063") || !strings.Contains(text, "0812*****003") {
		t.Errorf("the payment of the phone: %s", text)
	}
	testbrowser.Axe(t, ctx, "a payment's story")

	c.do(testbrowser.Navigate(server.URL+"/console/m/mer_a/payments/"+p.ID), chromedp.WaitVisible("#live .badge.pushing"))
	answer()
	c.do(chromedp.WaitVisible("#live .badge.paid"))
	if said := c.text("#turned"); !strings.Contains(said, "paid") {
		t.Errorf("a screen reader hears %q", said)
	}
	quiet("live")

	const exported = `(() => { document.querySelector("[data-export]").click(); return true; })()`
	c.do(testbrowser.Navigate(server.URL + "/console/m/mer_a/payments"))
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](exported)); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](`document.getElementById("exported").textContent.startsWith("Done:")`)); err != nil {
		t.Fatalf("%v; the page says %q", err, c.text("#exported"))
	}
	if said := c.text("#exported"); said != "Done: 15" {
		t.Errorf("an export says %q", said)
	}
	quiet("export")

	for i, page := range []struct{ path, picture string }{
		{"", "console-today"},
		{"payments", "console-payments"},
		{"payments/" + ids[0], "console-story"},
		{"work", "console-work"},
		{"charts?days=1", "console-charts"},
		{"charts", ""},
		{"health", ""},
		{"terminals", ""},
		{"webhooks", ""},
		{"webhooks/" + ids[2] + "/deliveries", "console-deliveries"},
		{"keys", ""},
		{"doctor", ""},
		{"recaps", "console-recaps"},
		{"recaps/" + noon.AddDate(0, 0, -1).Format("2006-01-02"), ""},
		{"reconciliations", ""},
		{"log", ""},
	} {
		join := "?"
		if strings.Contains(page.path, "?") {
			join = "&"
		}
		for _, view := range []struct {
			width int
			dark  bool
		}{{320, i%2 == 0}, {1180, i%2 == 1}} {
			testbrowser.Dark(t, ctx, view.dark)
			c.do(chromedp.EmulateViewport(int64(view.width), 900), testbrowser.Navigate(server.URL+"/console/m/mer_a/"+page.path+join+"lang=en"), chromedp.WaitVisible("h1"))
			testbrowser.Axe(t, ctx, fmt.Sprintf("%q, %d wide", page.path, view.width))
			wide, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth`))
			if err != nil || wide > view.width {
				t.Errorf("%q is %d wide on a screen of %d, %v", page.path, wide, view.width, err)
			}
			quiet(page.path)
		}
		if page.picture != "" {
			testbrowser.Dark(t, ctx, page.picture == "console-charts")
			testbrowser.Picture(t, ctx, page.picture)
		}
	}
}
