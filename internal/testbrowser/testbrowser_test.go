package testbrowser

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// A page that does not come at once is opened again; one that never comes is an error that names it, and the browser is of
// use after that.
func TestNavigateOpensAgain(t *testing.T) {
	t.Parallel()
	browser := Open(t)
	var asked atomic.Int64
	never := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/never" || r.URL.Path == "/second" && asked.Add(1) == 1 {
			select {
			case <-never:
			case <-r.Context().Done():
			}
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<!doctype html><title>Kopi</title><h1>Kopi</h1>"))
	}))
	defer server.Close()
	defer close(never)
	if err := chromedp.Do(browser, navigate(server.URL+"/second", 15*time.Second), chromedp.WaitVisible("h1")); err != nil {
		t.Errorf("a page that comes at the second try: %v", err)
	}
	if n := asked.Load(); n < 2 {
		t.Errorf("it was asked for %d times", n)
	}
	err := chromedp.Do(browser, navigate(server.URL+"/never", 100*time.Millisecond))
	if err == nil || !strings.Contains(err.Error(), "/never is not loaded in 3 tries") {
		t.Errorf("a page that never comes: %v", err)
	}
	if err := chromedp.Do(browser, Navigate(server.URL+"/"), chromedp.WaitVisible("h1")); err != nil {
		t.Errorf("the page after it: %v", err)
	}
}

// A browser in which nothing happens is given up, and every step in it fails.
func TestASilentBrowserIsGivenUp(t *testing.T) {
	t.Parallel()
	browser, cancel := context.WithCancel(Open(t))
	defer cancel()
	gone := make(chan struct{})
	stop, err := watch(browser, 50*time.Millisecond, func() {
		cancel()
		close(gone)
	})
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	<-gone
	if err := chromedp.Do(browser, chromedp.WaitVisible("#never")); err == nil {
		t.Error("there is something to be seen in a browser that was given up")
	}
}
