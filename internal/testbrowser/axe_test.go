package testbrowser

import (
	"net/url"
	"testing"

	"github.com/chromedp/chromedp"
)

// Axe finds what is serious, and lets a good page pass.
func TestAxeFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	browser := Open(t)
	const head = `<!doctype html><html lang="id"><title>Kopi</title><main><h1>Kopi</h1>`
	for _, page := range []struct {
		name, html string
		bad        bool
	}{
		{"a good page", head + `<label>Nomor <input name="phone"></label><button>Bayar</button></main>`, false},
		{"a field without a name", head + `<input name="phone"></main>`, true},
		{"pale text", head + `<p style="color:#ccc;background:#fff">Bayar</p></main>`, true},
	} {
		if err := chromedp.Do(browser, chromedp.Navigate("data:text/html,"+url.PathEscape(page.html))); err != nil {
			t.Fatal(err)
		}
		findings, err := axe(browser)
		if err != nil {
			t.Fatal(err)
		}
		bad := false
		for _, f := range findings {
			bad = bad || f.serious()
		}
		if bad != page.bad {
			t.Errorf("%s: axe finds %v", page.name, findings)
		}
	}
}
