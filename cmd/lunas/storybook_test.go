package main

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/lunas-pay/lunas/internal/storybook"
	"github.com/lunas-pay/lunas/internal/testbrowser"
)

// Every view of the storybook is there, may be framed by it and by nobody else, and does nothing that a form asks.
func TestStorybookHasEveryView(t *testing.T) {
	t.Parallel()
	rooms, closing, err := storybookRooms(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(closing)
	h := storybook.New(rooms...)
	get := func(method, path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(method, path, nil))
		return w
	}
	list := get("GET", storybook.Path).Body.String()
	views := 0
	for _, room := range rooms {
		for _, view := range room.Views {
			if !strings.Contains(list, html.EscapeString(view.Name)) {
				t.Errorf("the list lacks %s", view.Name)
			}
			views++
		}
	}
	links := regexp.MustCompile(`href="([^"]+)" target`).FindAllStringSubmatch(list, -1)
	if len(links) != 2*views || views < 80 {
		t.Errorf("%d links for %d views", len(links), views)
	}
	styles := map[string]bool{}
	for _, link := range links {
		path := strings.ReplaceAll(link[1], "&amp;", "&")
		w := get("GET", path)
		policy := w.Header().Get("Content-Security-Policy")
		lang, err := url.Parse(path)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(policy, "frame-ancestors 'self'") || !strings.Contains(policy, "default-src 'none'") || w.Header().Get("X-Frame-Options") != "" ||
			!strings.Contains(w.Body.String(), `<html lang="`+lang.Query().Get("lang")+`"`) {
			t.Errorf("%s = %d, policy %q", path, w.Code, policy)
		}
		for _, style := range regexp.MustCompile(`(?:href|src)="(/[^"]+\.(?:css|js))"`).FindAllStringSubmatch(w.Body.String(), -1) {
			styles[style[1]] = true
		}
	}
	for style := range styles {
		if w := get("GET", style); w.Code != http.StatusOK {
			t.Errorf("%s = %d", style, w.Code)
		}
	}
	if w := get("POST", "/phones/081211111111/pushes/10"); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("a form = %d, want 405", w.Code)
	}
}

// lunas dev --storybook serves it, and a designer finds a view in it by a click; without the flag nothing is there.
func TestStorybookInABrowser(t *testing.T) {
	t.Parallel()
	browser := testbrowser.Open(t)
	rooms, closing, err := storybookRooms(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(storybook.New(rooms...))
	t.Cleanup(func() { closing(); server.Close() })
	err = chromedp.Do(browser, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(server.URL+storybook.Path), chromedp.Click(`a[href="/director?lang=en"]`))
	if err == nil {
		_, err = chromedp.Run(browser, chromedp.Poll[bool](`document.querySelector("iframe").contentDocument?.querySelector("#script-1") !== null && Boolean(document.querySelector("iframe").contentDocument)`))
	}
	if err != nil {
		t.Fatal(err)
	}
	testbrowser.Axe(t, browser, "the storybook")
	testbrowser.Picture(t, browser, "storybook")
}
