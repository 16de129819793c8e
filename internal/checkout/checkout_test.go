package checkout

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/payment"
)

func TestThePageOfAPush(t *testing.T) {
	t.Parallel()
	w := newWorld(t, false)
	p, answer := w.push()
	page := w.do("GET", w.path(p))
	for _, want := range []string{
		`<html lang="id">`, "Kedai &lt;Kopi&gt; &amp; Roti", "Rp\u00a012.500", "INV-&lt;7&gt;", "Uji coba",
		"Buka aplikasi OVO dan ketuk ikon lonceng untuk menyelesaikan pembayaran", `http-equiv="refresh"`, `class="bell"`,
	} {
		if !strings.Contains(page.Body.String(), want) {
			t.Errorf("the page lacks %q:\n%s", want, page.Body)
		}
	}
	if page.Code != 200 || strings.Contains(page.Body.String(), "mer_a-") {
		t.Errorf("%d\n%s", page.Code, page.Body)
	}
	left := regexp.MustCompile(`data-left="(\d+)" data-whole="55000"`).FindStringSubmatch(page.Body.String())
	if left == nil || len(left[1]) != 5 || left[1] > "55000" || left[1] < "50000" {
		t.Errorf("the countdown is %v, want a little less than 55000 ms", left)
	}
	answer <- payment.Outcome{Class: payment.Approved, Code: "00"}
	p = w.until(p, payment.Paid)
	page = w.do("GET", w.path(p)+"?lang=en")
	for _, want := range []string{`<html lang="en">`, "Payment Success", "You may close this page."} {
		if !strings.Contains(page.Body.String(), want) {
			t.Errorf("the page lacks %q:\n%s", want, page.Body)
		}
	}
	if strings.Contains(page.Body.String(), "data-left") {
		t.Error("what is paid counts down")
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	w := newWorld(t, false)
	p, _ := w.push()
	for _, path := range []string{w.path(p), w.path(p) + "/screen", "/pay/nothing", "/elsewhere"} {
		h := w.do("GET", path).Header()
		policy := h.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none';") || strings.Contains(policy, "unsafe") || strings.Contains(policy, "http") ||
			!strings.Contains(policy, "frame-ancestors 'none'") || !strings.Contains(policy, "form-action 'self'") {
			t.Errorf("%s: policy %q", path, policy)
		}
		for name, want := range map[string]string{
			"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "X-Frame-Options": "DENY",
			"X-Robots-Tag": "noindex, nofollow",
		} {
			if h.Get(name) != want {
				t.Errorf("%s: %s is %q, want %q", path, name, h.Get(name), want)
			}
		}
	}
}

// A page is nothing but its own address: no inline script or style, nothing from elsewhere.
func TestPagesNeedNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, false)
	push, _ := w.push()
	qr := w.until(w.request(payment.QRIS), payment.Awaiting)
	for _, path := range []string{w.path(push), w.path(qr), "/pay/nothing"} {
		page := w.do("GET", path).Body.String()
		for _, forbidden := range []string{" style=", "<style", " onclick", " onload", "javascript:", "http://", "https://", "//cdn"} {
			if strings.Contains(page, forbidden) {
				t.Errorf("%s holds %q", path, forbidden)
			}
		}
		if n := strings.Count(page, "<script"); n != strings.Count(page, "<script src=\"/checkout/") {
			t.Errorf("%s has an inline script", path)
		}
		for _, m := range regexp.MustCompile(`(?:src|href|action)="([^"]+)"`).FindAllStringSubmatch(page, -1) {
			if !strings.HasPrefix(m[1], "/pay/") && !strings.HasPrefix(m[1], "/checkout/") {
				t.Errorf("%s needs %q", path, m[1])
			}
		}
	}
}

// What a phone fetches for a whole visit is small: page, style, script, icon, picture, and a few turns of the screen.
func TestBytesOfAVisit(t *testing.T) {
	t.Parallel()
	const most = 60_000
	w := newWorld(t, false)
	qr := w.until(w.request(payment.QRIS), payment.Awaiting)
	page := w.do("GET", w.path(qr))
	total := size(page)
	for _, m := range regexp.MustCompile(`(?:src|href)="(/checkout/[^"]+|/pay/[^"]+/qr[^"]+)"`).FindAllStringSubmatch(page.Body.String(), -1) {
		got := w.do("GET", strings.ReplaceAll(m[1], "&amp;", "&"))
		if got.Code != 200 {
			t.Errorf("%s = %d", m[1], got.Code)
		}
		total += size(got)
	}
	part := size(w.do("GET", w.path(qr)+"/screen"))
	t.Logf("a visit with five turns of the screen: %d bytes, of these %d each turn", total+5*part, part)
	if total+5*part > most {
		t.Errorf("a visit is %d bytes, at most %d are allowed", total+5*part, most)
	}
}

// A visit on which the customer chooses and gives the phone is small too: the choice, the field, a number that is no number,
// the push, and how it ends.
func TestBytesOfAChoice(t *testing.T) {
	t.Parallel()
	const most = 60_000
	w := newWorld(t, false)
	answer := make(chan payment.Outcome, 1)
	w.ovo.on("push", when(answer))
	p := w.offer(payment.OVOPush, payment.QRIS)
	page := w.do("GET", w.path(p))
	total := size(page)
	for _, m := range regexp.MustCompile(`(?:src|href)="(/checkout/[^"]+)"`).FindAllStringSubmatch(page.Body.String(), -1) {
		total += size(w.do("GET", m[1]))
	}
	total += size(w.do("GET", w.path(p)+"?by=ovo_push")) + size(w.press(w.path(p)+"/choose", byOVO("12")))
	w.press(w.path(p)+"/choose", byOVO(canaryPhone))
	total += size(w.do("GET", w.path(p)))
	answer <- payment.Outcome{Class: payment.Approved, Code: "00"}
	w.until(p, payment.Paid)
	total += size(w.do("GET", w.path(p)+"/screen"))
	t.Logf("a visit with a choice: %d bytes", total)
	if total > most {
		t.Errorf("a visit is %d bytes, at most %d are allowed", total, most)
	}
}

// size counts header and body as they go over the line, uncompressed.
func size(r *httptest.ResponseRecorder) int {
	n := r.Body.Len()
	for name, values := range r.Header() {
		for _, v := range values {
			n += len(name) + len(v) + 4
		}
	}
	return n
}

func TestFilesMayBeKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, false)
	p, _ := w.push()
	page := w.do("GET", w.path(p)).Body.String()
	for _, ext := range []string{"css", "js", "svg"} {
		m := regexp.MustCompile(`"(/checkout/[a-z]+-[0-9a-f]{12}\.` + ext + `)"`).FindStringSubmatch(page)
		if m == nil {
			t.Fatalf("the page names no .%s", ext)
		}
		got := w.do("GET", m[1])
		if got.Code != 200 || !strings.Contains(got.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s = %d %v", m[1], got.Code, got.Header())
		}
	}
	for _, path := range []string{"/checkout/page.css", "/checkout/page-000000000000.css", "/checkout/page.html", "/checkout/"} {
		if got := w.do("GET", path); got.Code != 404 {
			t.Errorf("%s = %d, want 404", path, got.Code)
		}
	}
}

func TestTheLanguage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, false)
	p, _ := w.push()
	lang := func(options ...option) string {
		return w.do("GET", w.path(p), options...).Header().Get("Content-Language")
	}
	for accept, want := range map[string]string{
		"": "id", "en": "en", "en-US,en;q=0.9": "en", "id-ID,id;q=0.9,en;q=0.8": "id", "en;q=0.5,id;q=0.9": "id", "ja": "id",
		"ja,en;q=0.3": "en", "in": "id", "*": "id", ";;;,,,q=": "id", "en;q=x": "id", "EN-gb": "en",
	} {
		if got := lang(with("Accept-Language", accept)); got != want {
			t.Errorf("Accept-Language %q = %s, want %s", accept, got, want)
		}
	}
	if got := lang(with("Cookie", "lang=id"), with("Accept-Language", "en")); got != "id" {
		t.Errorf("the cookie does not win: %s", got)
	}
	got := w.do("GET", w.path(p)+"?lang=en")
	cookie := got.Result().Cookies()
	if len(cookie) != 1 || cookie[0].Value != "en" || !cookie[0].HttpOnly || !cookie[0].Secure || cookie[0].Path != "/pay/" {
		t.Errorf("cookies %v", cookie)
	}
	if got := w.do("GET", w.path(p)+"?lang=fr"); len(got.Result().Cookies()) != 0 || got.Header().Get("Content-Language") != "id" {
		t.Errorf("an unknown language: %v", got.Header())
	}
}

// Nobody comes to a page by guessing, or with a link that is not whole, or by a link to another merchant's payment.
func TestLinksCannotBeGuessed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, false)
	p, _ := w.push()
	good := w.path(p)
	other, err := NewLinks("https://pay.example.id", []byte(strings.Repeat("x", 32)))
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimPrefix(good, "/pay/")
	foreign := p
	foreign.MerchantID = "mer_b"
	unknown := p
	unknown.ID = "pay_00000000000000000000000000"
	stranger := p
	stranger.MerchantID = "mer_c"
	last := "0"
	if strings.HasSuffix(good, "0") {
		last = "1"
	}
	for what, path := range map[string]string{
		"the id alone": "/pay/" + p.ID, "no seal": strings.TrimSuffix(good, name[len(name)-macLength-1:]), "another seal": good[:len(good)-1] + last,
		"upper case": "/pay/" + strings.ToUpper(name), "another key": strings.TrimPrefix(other.Of(p), "https://pay.example.id"),
		"another merchant": strings.Replace(good, "mer_a", "mer_b", 1), "a link to another's payment": w.path(foreign),
		"an unknown payment": w.path(unknown), "an unknown merchant": w.path(stranger), "dots": "/pay/" + strings.Repeat(".", 60),
		"half": good[:len(good)/2], "long": good + strings.Repeat("x", 5000),
	} {
		for _, sub := range []string{"", "/screen", "/events", "/qr.svg", "/qr.png"} {
			if got := w.do("GET", path+sub); got.Code != 404 {
				t.Errorf("%s%s = %d, want 404", what, sub, got.Code)
			}
		}
		if got := w.do("POST", path+"/renew"); got.Code != 404 {
			t.Errorf("%s: renew = %d, want 404", what, got.Code)
		}
	}
	if got := w.do("GET", good); got.Code != 200 {
		t.Errorf("the link itself = %d", got.Code)
	}
}

func FuzzLinks(f *testing.F) {
	links, err := NewLinks("https://pay.example.id", masterKey)
	if err != nil {
		f.Fatal(err)
	}
	p := payment.Payment{MerchantID: "mer.a", ID: "pay_01kafz0q3gf7ktc1ms2cqc1b9w"}
	f.Add(links.name(p.MerchantID, p.ID))
	f.Add("")
	f.Add("a.b.c")
	f.Fuzz(func(t *testing.T, name string) {
		merchantID, paymentID, ok := links.read(name)
		if ok && links.name(merchantID, paymentID) != name {
			t.Errorf("%q is read as %q, %q", name, merchantID, paymentID)
		}
	})
}

func TestLinksOfAnyMerchant(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"a", "mer.a", "toko/1", "Toko Ani & Co", "…"} {
		links, err := NewLinks("http://127.0.0.1:8080", masterKey)
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(links.Of(payment.Payment{MerchantID: id, ID: "pay_01kafz0q3gf7ktc1ms2cqc1b9w"}))
		if err != nil {
			t.Fatal(err)
		}
		name, err := url.PathUnescape(strings.TrimPrefix(u.EscapedPath(), "/pay/"))
		if err != nil {
			t.Fatal(err)
		}
		merchantID, paymentID, ok := links.read(name)
		if _, _, ok := links.read(strings.Replace(name, id, id+"x", 1)); ok {
			t.Errorf("%q: the link opens another merchant's payment of this id", id)
		}
		if !ok || merchantID != id || paymentID != "pay_01kafz0q3gf7ktc1ms2cqc1b9w" {
			t.Errorf("%q: %q %q %v", id, merchantID, paymentID, ok)
		}
	}
	if links, _ := NewLinks("", masterKey); links.Of(payment.Payment{MerchantID: "a", ID: "pay_x"}) != "" {
		t.Error("a gateway that does not know its address gives one")
	}
	// Links outlive a change of the master key.
	p := payment.Payment{MerchantID: "a", ID: "pay_01kafz0q3gf7ktc1ms2cqc1b9w"}
	before, _ := NewLinks("https://pay.example.id", masterKey)
	other := []byte(strings.Repeat("x", 32))
	for _, c := range []struct {
		keys [][]byte
		ok   bool
	}{{[][]byte{other, masterKey}, true}, {[][]byte{other}, false}} {
		links, err := NewLinks("https://pay.example.id", c.keys[0], c.keys[1:]...)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, ok := links.read(before.name(p.MerchantID, p.ID)); ok != c.ok {
			t.Errorf("with %d master keys a link of before is read: %t, want %t", len(c.keys), ok, c.ok)
		}
		if links.name(p.MerchantID, p.ID) == before.name(p.MerchantID, p.ID) {
			t.Error("new links are made with the master key of before")
		}
	}
}

// The picture of a QR is served while it can be paid, and not a moment longer.
func TestTheQRIsHiddenAfterItsLife(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, true)
		w.snap.on("check", says(payment.Outcome{Class: payment.Pending, Code: "03"}))
		p := w.until(w.request(payment.QRIS), payment.Awaiting)
		until := p.Attempts[0].PushedAt.Add(75 * time.Second)
		for _, c := range []struct {
			at      time.Duration // before the end
			picture int
			title   string
		}{
			{75*time.Second - time.Millisecond, 200, "Pindai untuk membayar"},
			{time.Millisecond, 200, "Pindai untuk membayar"},
			{0, 410, "Kami sedang memeriksa pembayaran Anda"},
			{-time.Minute, 410, "Kami sedang memeriksa pembayaran Anda"},
		} {
			time.Sleep(time.Until(until.Add(-c.at)))
			if got := w.do("GET", w.path(p)); !strings.Contains(got.Body.String(), "<h1>"+c.title+"</h1>") {
				t.Errorf("%v before the end: no %q:\n%s", c.at, c.title, got.Body)
			}
			for name, kind := range map[string]string{"qr.svg": "image/svg+xml", "qr.png?n=1": "image/png"} {
				got := w.do("GET", w.path(p)+"/"+name)
				if got.Code != c.picture || (got.Code == 200) != (got.Header().Get("Content-Type") == kind) {
					t.Errorf("%v before the end: %s = %d %s, want %d", c.at, name, got.Code, got.Header().Get("Content-Type"), c.picture)
				}
			}
			if got := w.do("GET", w.path(p)+"/qr.svg?n=2"); got.Code != 410 {
				t.Errorf("the picture of another attempt = %d, want 410", got.Code)
			}
		}
		if got := w.do("GET", w.path(p)+"/qr.gif"); got.Code != 404 {
			t.Errorf("qr.gif = %d", got.Code)
		}
	})
}

// An expired QR is renewed by the customer: once, however often it is pressed, and only after its final answer.
func TestRenewing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, true)
		w.snap.on("check", says(payment.Outcome{Class: payment.Pending, Code: "03"}))
		p := w.until(w.request(payment.QRIS), payment.Awaiting)
		press := func() {
			t.Helper()
			got := w.do("POST", w.path(p)+"/renew", with("Sec-Fetch-Site", "same-origin"))
			if got.Code != 303 || got.Header().Get("Location") != w.path(p) {
				t.Errorf("renew = %d to %q, want 303 to the page", got.Code, got.Header().Get("Location"))
			}
			synctest.Wait()
		}
		press() // an old page: the QR can still be paid
		time.Sleep(80 * time.Second)
		press() // expired, but the provider has not said its last word
		if n := w.snap.called("generate"); n != 1 {
			t.Fatalf("%d QRs were asked for, want 1", n)
		}
		w.snap.on("check", says(payment.Outcome{Class: payment.Refused, Code: "06", Cause: "qr_not_paid"}))
		p = w.until(p, payment.Expired)
		page := w.do("GET", w.path(p)+"?lang=en").Body.String()
		for _, want := range []string{"The QR code has expired", "You have not been charged.", "Make a new QR code</button>", `method="post"`} {
			if !strings.Contains(page, want) {
				t.Errorf("the page lacks %q:\n%s", want, page)
			}
		}
		hostile := w.do("POST", w.path(p)+"/renew", with("Sec-Fetch-Site", "cross-site"))
		if hostile.Code != 403 || w.snap.called("generate") != 1 {
			t.Errorf("a form on another page: %d", hostile.Code)
		}
		press()
		press()
		press()
		p = w.until(p, payment.Awaiting)
		if n := w.snap.called("generate"); n != 2 || len(p.Attempts) != 2 {
			t.Errorf("%d QRs were asked for in %d attempts, want 2", n, len(p.Attempts))
		}
		if page := w.do("GET", w.path(p)).Body.String(); !strings.Contains(page, "/qr.svg?n=2") {
			t.Errorf("the page shows no new QR:\n%s", page)
		}
	})
}

// After half an hour the shop may have sold the goods: no new QR is offered, and none is made.
func TestRenewingEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, true)
		w.snap.on("check", says(payment.Outcome{Class: payment.Refused, Code: "06", Cause: "qr_not_paid"}))
		p := w.until(w.until(w.request(payment.QRIS), payment.Awaiting), payment.Expired)
		time.Sleep(time.Until(p.CreatedAt.Add(renewWithin)))
		page := w.do("GET", w.path(p)).Body.String()
		w.do("POST", w.path(p)+"/renew", with("Sec-Fetch-Site", "same-origin"))
		synctest.Wait()
		if strings.Contains(page, "<form") || w.snap.called("generate") != 1 {
			t.Errorf("renewed after %v: %d\n%s", renewWithin, w.snap.called("generate"), page)
		}
	})
}

// Once it has ended, the page leads back to the shop, and to no other place; before, it does not lead away.
func TestTheWayBackToTheShop(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"https://shop.example/orders/7":           "https://shop.example/orders/7?payment_id=",
		"https://shop.example/?a=1&c=%20#receipt": "https://shop.example/?a=1&c=%20&payment_id=",
		"http://localhost/":                       "http://localhost/?payment_id=",
		"http://shop.example/":                    "/pay/",
		"https://shop.example/?state=paid":        "/pay/",
		"javascript:alert(1)":                     "/pay/",
		"":                                        "/pay/",
	} {
		w := newWorld(t, false)
		w.returnURL = given
		p, answer := w.push()
		if page := w.do("GET", w.path(p)).Body.String(); strings.Contains(page, "/back") || strings.Contains(page, "shop.example") {
			t.Errorf("%q: a push that waits leads away:\n%s", given, page)
		}
		answer <- payment.Outcome{Class: payment.Approved, Code: "00"}
		p = w.until(p, payment.Paid)
		page := w.do("GET", w.path(p)).Body.String()
		if strings.Contains(page, `href="`+w.path(p)+`/back">Kembali ke toko</a>`) != strings.HasPrefix(want, "http") || strings.Contains(page, "shop.example") {
			t.Errorf("%q: the page of what is paid:\n%s", given, page)
		}
		got := w.do("GET", w.path(p)+"/back")
		if got.Code != 303 || !strings.HasPrefix(got.Header().Get("Location"), want) || got.Header().Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%q: back = %d %v, want to %s…", given, got.Code, got.Header(), want)
		}
		if strings.HasPrefix(want, "http") && !strings.Contains(got.Header().Get("Location"), "payment_id="+p.ID) {
			t.Errorf("%q: the shop is not told which payment: %v", given, got.Header())
		}
	}
}

// A bill's page leads to the provider's, by an address of ours, as long as the bill can be paid there.
func TestTheWayToTheProvidersPage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, true)
		w.bill.on("post", says(payment.Outcome{Class: payment.Approved, Code: "00", ProviderReference: "T1", RedirectURL: provider}))
		w.bill.on("check", says(payment.Outcome{Class: payment.Pending, Code: "0"}))
		phone, err := payment.ParsePhone(canaryPhone)
		if err != nil {
			t.Fatal(err)
		}
		p, _, err := w.engine.Request(t.Context(), engine.Order{
			MerchantID: "mer_a", Mode: payment.Test, Method: payment.OVOPush, Rail: payment.Faspay, Amount: 12500, Reference: "INV-7",
			Phone: phone, Customer: &payment.Customer{Name: "Ani", Email: "ani@example.id"},
		})
		if err != nil {
			t.Fatal(err)
		}
		p = w.until(p, payment.Awaiting)
		page := w.do("GET", w.path(p)).Body.String()
		if strings.Contains(page, "provider.example") || !strings.Contains(page, `href="`+w.path(p)+`/go"`) || strings.Contains(page, "Ani") {
			t.Errorf("the page:\n%s", page)
		}
		got := w.do("GET", w.path(p)+"/go")
		if got.Code != 303 || got.Header().Get("Location") != provider || got.Header().Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("go = %d %v", got.Code, got.Header())
		}
		time.Sleep(time.Hour)
		if got := w.do("GET", w.path(p)+"/go"); got.Code != 303 || got.Header().Get("Location") != w.path(p) {
			t.Errorf("after the bill's life go = %d %v, want the page itself", got.Code, got.Header())
		}
	})
}

// stream is an open connection for server-sent events, over real HTTP bytes.
type stream struct {
	lines *bufio.Scanner
	close func()
}

// open serves the world over net.Pipe and opens a stream.
func (w *world) stream(path string) (*http.Response, *stream) {
	w.t.Helper()
	l := &pipeListener{conns: make(chan net.Conn), done: make(chan struct{})}
	server := &http.Server{Handler: w.handler, ReadTimeout: 30 * time.Second, WriteTimeout: 30 * time.Second}
	go func() { _ = server.Serve(l) }()
	transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		l.conns <- theirs
		return ours, nil
	}}
	r, err := http.NewRequestWithContext(w.t.Context(), "GET", "http://pay.example.id"+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	response, err := transport.RoundTrip(r)
	if err != nil {
		w.t.Fatal(err)
	}
	s := &stream{lines: bufio.NewScanner(response.Body), close: func() {
		_ = response.Body.Close()
		transport.CloseIdleConnections()
		_ = server.Close()
	}}
	return response, s
}

type pipeListener struct {
	conns chan net.Conn
	done  chan struct{}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	select {
	case <-l.done:
	default:
		close(l.done)
	}
	return nil
}
func (l *pipeListener) Addr() net.Addr { return &net.TCPAddr{} }

// turn gives the next event's data; false at the end of the stream.
func (s *stream) turn() (string, bool) {
	for s.lines.Scan() {
		if data, ok := strings.CutPrefix(s.lines.Text(), "data: "); ok {
			return data, true
		}
	}
	return "", false
}

var heading = regexp.MustCompile(`data-revision="([0-9a-f]+)"(?s:.*)<h1>([^<]+)</h1>`)

// A page turns by itself: at each change of the payment and at each border of time, and at nothing else.
func TestThePageTurnsByItself(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, true)
		w.ovo.on("push", never)
		w.ovo.on("check", never)
		answer := make(chan payment.Outcome)
		w.ovo.on("reversal", when(answer))
		began := time.Now()
		p := w.request(payment.OVOPush)
		response, events := w.stream(w.path(p) + "/events")
		defer events.close()
		if response.StatusCode != 200 || response.Header.Get("Content-Type") != "text/event-stream" {
			t.Fatalf("%d %v", response.StatusCode, response.Header)
		}
		go func() {
			time.Sleep(time.Until(began.Add(70 * time.Second)))
			answer <- payment.Outcome{Class: payment.WasReversed, Code: "00"}
		}()
		var story []string
		for range 4 {
			revision, ok := events.turn()
			if !ok {
				t.Fatalf("the stream ended after %q", story)
			}
			at := time.Since(began).Round(100 * time.Millisecond)
			m := heading.FindStringSubmatch(w.do("GET", w.path(p)+"/screen?lang=en").Body.String())
			if m == nil || m[1] != revision {
				t.Fatalf("the event says %s, the screen is %v", revision, m)
			}
			story = append(story, fmt.Sprintf("%v %s", at, m[2]))
		}
		want := "0s Complete it in your OVO app, 55s We are checking your payment, 1m5s Transaction Timeout, 1m10s Transaction Timeout"
		if got := strings.Join(story, ", "); got != want {
			t.Errorf("the customer sees\n%s, want\n%s", got, want)
		}
		stopped := time.Now()
		close(w.stop)
		if data, ok := events.turn(); ok || time.Since(stopped) > time.Second {
			t.Errorf("after the server was told to stop came %q, and the end after %v", data, time.Since(stopped))
		}
	})
}

// An open page keeps its stream alive through idle proxies, and learns of a payment at once, and of a void afterwards.
func TestAVoidIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, true)
		p, answer := w.push()
		_, events := w.stream(w.path(p) + "/events")
		defer events.close()
		var titles []string
		see := func() {
			t.Helper()
			if _, ok := events.turn(); !ok {
				t.Fatalf("the stream ended after %q", titles)
			}
			titles = append(titles, heading.FindStringSubmatch(w.do("GET", w.path(p)+"/screen").Body.String())[2])
		}
		see()
		time.Sleep(40 * time.Second)
		answer <- payment.Outcome{Class: payment.Approved, Code: "00"}
		see()
		voided := make(chan payment.Outcome)
		w.ovo.on("void", when(voided))
		w.ask(p, payment.AskVoid)
		see()
		voided <- payment.Outcome{Class: payment.Approved, Code: "00"}
		see()
		want := "Selesaikan di aplikasi OVO, Pembayaran berhasil, Pembayaran Anda sedang dibatalkan, Pembayaran Anda telah dibatalkan"
		if got := strings.Join(titles, ", "); got != want {
			t.Errorf("the customer sees\n%s, want\n%s", got, want)
		}
		if events.lines.Text() == "" {
			t.Error("nothing was read")
		}
		close(w.stop)
	})
}

// A stream is given up after a while, comes again, and is not needed any more for what rests.
func TestStreamsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, true)
		w.snap.on("check", says(payment.Outcome{Class: payment.Pending, Code: "03"}))
		p := w.until(w.request(payment.QRIS), payment.Awaiting)
		began := time.Now()
		_, events := w.stream(w.path(p) + "/events")
		alive := 0
		for events.lines.Scan() {
			if events.lines.Text() == ": " {
				alive++
			}
		}
		events.close()
		if d := time.Since(began); d < streamLife || d > streamLife+aliveEvery || alive < 5 {
			t.Errorf("the stream lived %v with %d signs of life", d, alive)
		}
		w.snap.on("check", says(payment.Outcome{Class: payment.Approved, Code: "00"}))
		p = w.until(p, payment.Paid)
		time.Sleep(restsForGood + time.Second)
		if got := w.do("GET", w.path(p)+"/events"); got.Code != 204 {
			t.Errorf("events of what rests = %d, want 204", got.Code)
		}
		close(w.stop)
	})
}

// What is counted of a payment is forgotten with its last stream.
func TestStreamsAreForgotten(t *testing.T) {
	t.Parallel()
	open := streams{of: map[string]int{}}
	for range 3 {
		open.enter("a")
	}
	for range 3 {
		open.leave("a")
	}
	if len(open.of) != 0 {
		t.Errorf("%v is kept", open.of)
	}
}

// What is left is counted by the server's clock, and never below nothing.
func TestCountdowns(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		whole, gone time.Duration
		left        int64
		text, ring  string
	}{
		{55 * time.Second, 7 * time.Second, 48_000, "0:48", "12.7"},
		{55 * time.Second, 0, 55_000, "0:55", "0.0"},
		{55 * time.Second, 54999 * time.Millisecond, 1, "0:01", "100.0"},
		{55 * time.Second, time.Minute, 0, "0:00", "100.0"},
		{75 * time.Second, time.Second, 74_000, "1:14", "1.3"},
		{2 * time.Hour, 55 * time.Minute, 3_900_000, "1:05:00", "45.8"},
		{0, 0, 0, "0:00", "100"},
	} {
		v := view{Now: at(c.gone), Screen: screen{From: noon, Until: at(c.whole)}}
		if v.Left() != c.left || v.LeftText() != c.text || v.Gone() != c.ring {
			t.Errorf("%v of %v gone: %d, %s, %s; want %d, %s, %s", c.gone, c.whole, v.Left(), v.LeftText(), v.Gone(), c.left, c.text, c.ring)
		}
	}
	v := view{Now: noon, Screen: screen{Until: at(24 * time.Hour)}}
	if v.UntilText() != "22/03/2026 12:00:00 WIB" {
		t.Errorf("until tomorrow is %q", v.UntilText())
	}
}

func TestTooManyStreams(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, true)
		p, _ := w.push()
		var open []*stream
		for i := range streamsEach + 1 {
			response, s := w.stream(w.path(p) + "/events")
			open = append(open, s)
			if want := map[bool]int{true: 429, false: 200}[i == streamsEach]; response.StatusCode != want {
				t.Fatalf("stream %d = %d, want %d", i+1, response.StatusCode, want)
			}
		}
		open[0].close()
		synctest.Wait()
		if response, s := w.stream(w.path(p) + "/events"); response.StatusCode != 200 {
			t.Errorf("after one was closed: %d", response.StatusCode)
		} else {
			open = append(open, s)
		}
		close(w.stop)
		for _, s := range open[1:] {
			for s.lines.Scan() {
			}
			s.close()
		}
	})
}
