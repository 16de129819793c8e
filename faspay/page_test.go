package faspay

import (
	"bytes"
	"strings"
	"testing"
)

func TestRedirectURL(t *testing.T) {
	t.Parallel()
	const signature = "92c41cf28825f8065530f09726b3c6f0bd2e218e" // F7
	for base, path := range map[string]string{
		SandboxURL: "/pws/100003/0830000010100000/", ProductionURL: "/pws/100003/2830000010100000/",
	} {
		got, err := newTestClient(t, Options{URL: base}).RedirectURL(testBillNo, testTrx)
		want := base + path + signature + "?trx_id=" + testTrx + "&merchant_id=99999&bill_no=" + testBillNo
		if err != nil || got != want {
			t.Errorf("RedirectURL = %s, %v, want %s", got, err, want)
		}
	}
	c := newTestClient(t, Options{})
	for _, bad := range [][2]string{{"", testTrx}, {testBillNo, ""}, {"a&b", testTrx}, {testBillNo, "1#"}} {
		if got, err := c.RedirectURL(bad[0], bad[1]); err == nil {
			t.Errorf("RedirectURL(%q) = %s", bad, got)
		}
	}
}

func TestDirectForm(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, Options{URL: SandboxURL, Credentials: Credentials{"john612345", "p@ssw0rd"}})
	form, err := c.DirectForm(testTrx, "+628817482255")
	if err != nil {
		t.Fatal(err)
	}
	html, err := form.HTML("bm9uY2U+")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "direct_form.golden", html)
	if !bytes.Contains(html, []byte("36f7f980ecab3978d60039ec300003c712179169")) { // F5
		t.Error("the signature of vector F5 is not in the form")
	}
	if got := form.Action(); got != SandboxURL+"/pws/ovo_direct" {
		t.Errorf("Action = %s", got)
	}
	if plain, err := form.HTML(""); err != nil || bytes.Contains(plain, []byte("nonce")) {
		t.Errorf("without a nonce: %s, %v", plain, err)
	}
	for _, bad := range [][2]string{{"", testPhone}, {`1"><script>`, testPhone}, {testTrx, ""}, {testTrx, `08"><script>`}} {
		if _, err := c.DirectForm(bad[0], bad[1]); err == nil {
			t.Errorf("DirectForm(%q) is taken", bad)
		}
	}
	if _, err := form.HTML(`"><script>`); err == nil {
		t.Error("a nonce that is none is taken")
	}
	if _, err := (Form{}).HTML(""); err == nil {
		t.Error("an empty form is rendered")
	}
}

// Escaping does not lean on the checks before it.
func TestFormIsEscaped(t *testing.T) {
	t.Parallel()
	const evil = `"'><script>alert(1)</script>&`
	html, err := Form{`https://host/?a=` + evil, values{{"trx_id", evil}, {evil, evil}, {"signature", evil}}}.HTML("")
	if err != nil || strings.Count(string(html), "<script>") != 1 || strings.Contains(string(html), "alert(1)</script>") {
		t.Errorf("%s, %v", html, err)
	}
	html, err = Form{"javascript:alert(1)", values{}}.HTML("")
	if err != nil || bytes.Contains(html, []byte(`action="javascript:`)) {
		t.Errorf("%s, %v", html, err)
	}
}
