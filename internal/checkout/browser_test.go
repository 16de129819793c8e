package checkout

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/testbrowser"
)

// gallery serves every sample's page at /pay/{number}, as it is written for customers, under the same headers.
func gallery(t *testing.T) http.Handler {
	t.Helper()
	room, err := Storybook()
	if err != nil {
		t.Fatal(err)
	}
	return room.Handler
}

// No page tells a phone number, a name of ours or of a provider, or the text of the QR.
func TestNoScreenTellsTooMuch(t *testing.T) {
	t.Parallel()
	pages := gallery(t)
	for i, s := range samples() {
		for _, lang := range []string{"id", "en"} {
			rec := httptest.NewRecorder()
			pages.ServeHTTP(rec, httptest.NewRequest("GET", fmt.Sprintf("/pay/%d?lang=%s", i, lang), nil))
			page := rec.Body.String()
			for _, secret := range []string{canaryPhone[1:], "6281", "provider.example", qrText, "secret words", "till-1", "mer_a", "pay_01", "\u2022"} {
				if rec.Code != 200 || strings.Contains(page, secret) {
					t.Errorf("%s: %d, and %q is in the page", s.name, rec.Code, secret)
				}
			}
		}
	}
}

// looks finds what is wrong with how a page looks: text that is hard to read, things that stand out of the screen,
// controls that are too small for a finger or have no name, and what the content policy has stopped.
// Source of the ratio and the size: WCAG 2.2, 1.4.3 and 2.5.8.
const looks = `(() => {
  const wrong = [];
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (color) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1); return canvas.getImageData(0, 0, 1, 1).data; };
  const light = ([r, g, b]) => [r, g, b].map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (e) => { for (; e; e = e.parentElement) { const s = getComputedStyle(e); if (s.backgroundImage !== "none") return null; const c = rgb(s.backgroundColor); if (c[3] === 255) return c; } return [255, 255, 255]; };
  for (const e of document.querySelectorAll("body *")) {
    const box = e.getBoundingClientRect();
    if (!box.width || e.closest(".hidden")) continue;
    if (box.right > innerWidth + 1 || box.left < -1) if (!e.closest("svg")) wrong.push("stands out: " + e.tagName + "." + e.className);
    const text = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    const back = text && ground(e);
    if (back) {
      const [a, b] = [light(rgb(getComputedStyle(e).color)), light(back)].sort((x, y) => y - x);
      const ratio = (a + 0.05) / (b + 0.05);
      if (ratio < 4.5) wrong.push("hard to read: " + e.textContent.trim() + " " + ratio.toFixed(2));
    }
    if (e.matches("a, button")) {
      if (box.height < 24 || box.width < 24) wrong.push("too small for a finger: " + e.textContent);
      if (!e.textContent.trim()) wrong.push("has no name: " + e.outerHTML);
    }
  }
  if (document.documentElement.scrollWidth > innerWidth) wrong.push("wider than the screen: " + document.documentElement.scrollWidth);
  if (document.querySelectorAll("h1").length !== 1 || document.querySelectorAll("main").length !== 1) wrong.push("not one heading in one main part");
  if (!document.documentElement.lang || !document.title) wrong.push("no language or title");
  for (const i of document.querySelectorAll("img")) if (!i.alt || !i.complete || !i.naturalWidth) wrong.push("picture: " + i.outerHTML);
  for (const id of [...document.querySelectorAll("[id]")].map((e) => e.id)) if (document.querySelectorAll("#" + id).length > 1) wrong.push("twice: " + id);
  return wrong.join("\n");
})()`

// Every screen is readable, in light and dark, on the narrowest phone and a wide screen, in both languages, and the
// content policy stops nothing on it.
func TestEveryScreenLooksRight(t *testing.T) {
	t.Parallel()
	browser := testbrowser.Open(t)
	server := httptest.NewServer(gallery(t))
	defer server.Close()
	complaints := testbrowser.Complaints(t, browser)
	do := func(steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(browser, steps...); err != nil {
			t.Fatal(err)
		}
	}
	look := func(width int64, dark bool, lang string, i int) {
		t.Helper()
		do(chromedp.EmulateViewport(width, 844))
		testbrowser.Dark(t, browser, dark)
		do(chromedp.Navigate(fmt.Sprintf("%s/pay/%d?lang=%s", server.URL, i, lang)), chromedp.WaitVisible("h1"))
		wrong, err := chromedp.Run(browser, chromedp.Evaluate[string](looks))
		if err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("%s, %s, dark %v, %d wide", samples()[i].name, lang, dark, width)
		testbrowser.Axe(t, browser, name)
		if wrong != "" {
			t.Errorf("%s:\n%s", name, wrong)
		}
		for _, c := range complaints() {
			t.Errorf("%s: the browser complains: %s", name, c)
		}
	}
	for _, i := range different(t) {
		look(320, false, "id", i)
		look(320, true, "en", i)
	}
	look(1280, true, "id", 0)
	look(1280, false, "en", 0)
}

// different are the samples that look different: one of each kind, what offers a button, and the longest words.
func different(t *testing.T) (chosen []int) {
	seen := map[string]bool{}
	for i, s := range samples() {
		shown := s.screen(s.payment(t), s.line(t))
		look := fmt.Sprint(shown.Kind, shown.Renew, shown.Go, s.wrong, shown.Refused)
		if seen[look] && s.name != "push declined by 26" && s.name != "void refused" {
			continue
		}
		seen[look] = true
		chosen = append(chosen, i)
	}
	return chosen
}

// Where events do not come through the page asks, and where there is no JavaScript it loads itself again: both come to
// the same end.
func TestPagesTurnWithoutEventsAndWithoutScripts(t *testing.T) {
	t.Parallel()
	for name, scripts := range map[string]bool{"without events": true, "without scripts": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			browser := testbrowser.Open(t)
			w := newWorld(t, false)
			server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/events") {
					http.Error(rw, "a proxy is in the way", http.StatusBadGateway)
					return
				}
				w.handler.ServeHTTP(rw, r)
			}))
			defer server.Close()
			p, answer := w.push()
			if !scripts {
				testbrowser.NoScripts(t, browser)
			}
			err := chromedp.Do(browser, chromedp.Navigate(server.URL+w.path(p)), chromedp.WaitVisible(".card.confirm"))
			if err != nil {
				t.Fatal(err)
			}
			answer <- payment.Outcome{Class: payment.Approved, Code: "00"}
			soon, cancel := context.WithTimeout(browser, 30*time.Second) // well before the countdown's end, at which the page asks anyway
			defer cancel()
			if err := chromedp.Do(soon, chromedp.WaitVisible(".card.success")); err != nil {
				t.Errorf("the page does not turn: %v", err)
			}
		})
	}
}
