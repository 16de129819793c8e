package sandbox

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

// dokuVisitor is a visitor with a merchant of DOKU's, whose pushes are signed for the
// machine's clock.
func dokuVisitor(t *testing.T) (*visitor, *dokuWorld) {
	t.Helper()
	options := dokuOptions()
	options.DOKU.Merchants[0].Callback = Callback{}
	v := newVisitor(t, options)
	w := newDOKUWorld(t, options)
	w.now = time.Now()
	return v, w
}

// pushAside sends a push and returns once it waits for the customer.
func dokuAside(v *visitor, w *dokuWorld, invoice string, amount int64, phone string) <-chan string {
	v.t.Helper()
	var id uint64
	v.s.Do(func(core *Core, _ time.Time) { id = core.nextID })
	answer := make(chan string, 1)
	r := w.make("POST", dokuPushPath, w.dokuBody(invoice, amount, phone))
	go func() {
		_, text := post(v.t, v.base, r)
		answer <- text
	}()
	for waiting := false; !waiting; {
		v.s.Do(func(core *Core, _ time.Time) { waiting = core.payment(id) != nil })
	}
	return answer
}

// The steps of DOKU's guide, one after the other.
func TestSimulator(t *testing.T) {
	t.Parallel()
	v, w := dokuVisitor(t)
	page := func(path string, want, not []string) {
		t.Helper()
		status, text, header := v.do("GET", path, "")
		if status != 200 || !strings.Contains(header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s = %d, policy %q", path, status, header.Get("Content-Security-Policy"))
		}
		for _, part := range want {
			if !strings.Contains(text, part) {
				t.Errorf("%s does not show %q:\n%s", path, part, text)
			}
		}
		for _, part := range append(not, " style=", "<style", " onclick=", "javascript:", "<script>", "ZgotmplZ", "<no value>", "doku.com") {
			if strings.Contains(text, part) {
				t.Errorf("%s shows %q", path, part)
			}
		}
	}
	const detail = `data-push="`
	page("/", []string{`<a href="` + simulatorPath + `">Simulator DOKU</a>`}, nil)
	// 1 and 2: the simulator lists the active phones, which can be copied.
	page(simulatorPath, []string{`lang="id"`, "Nomor ponsel aktif", "<strong>081211111111</strong>", "<strong>08817482255</strong>", `name="phone"`, `name="invoice"`, "Inquiry"}, []string{detail, "081211110101", "http-equiv"})
	page(simulatorPath+"?lang=en", []string{`lang="en"`, "Active phone numbers"}, nil)
	// 3: the invoice number is entered, before the API was hit.
	asked := simulatorPath + "?" + url.Values{"phone": {"0812-1111-1111"}, "invoice": {"INV 1&2"}}.Encode()
	screen := strings.Replace(asked, "?", "/screen?", 1)
	page(asked, []string{
		"Belum ada pembayaran", `value="INV 1&amp;2"`, `data-events="/phones/081211111111/events"`,
		`data-screen="` + simulatorPath + `/screen?invoice=INV&#43;1%262&amp;phone=081211111111"`,
		`?lang=en&amp;invoice=INV&#43;1%262&amp;phone=081211111111`,
	}, []string{detail})
	// 4 and 5: the API waits, Inquiry shows the payment.
	answer := dokuAside(v, w, "INV 1&2", 12_500, "081211111111")
	page(asked, []string{detail, "Toko Uji", "Rp 12.500", "INV 1&amp;2", "0812-1111-1111", `value="cash" id="with-cash" checked`, `value="points"`, "Pay Now", `max="70"`}, nil)
	page(screen, []string{detail, "Pay Now"}, []string{"<html"})
	// 6 and 7: OVO Points, Pay Now.
	form := func(phone, invoice, choice string, more ...string) (int, string) {
		values := url.Values{"phone": {phone}, "invoice": {invoice}, "choice": {choice}}
		for _, name := range more {
			values.Set(name, "1")
		}
		status, _, header := v.do("POST", simulatorPath, values.Encode(), "Content-Type", "application/x-www-form-urlencoded")
		return status, header.Get("Location")
	}
	if status, _, _ := v.do("POST", simulatorPath, "phone=081211111111", "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "cross-site"); status != 403 {
		t.Errorf("a form of another site = %d, want 403", status)
	}
	if status, _ := form("081211111111", "INV-9", "points"); status != 404 {
		t.Errorf("another invoice = %d", status)
	}
	if status, _ := form("081211119999", "INV 1&2", "points"); status != 404 {
		t.Errorf("another phone = %d", status)
	}
	if status, _ := form("081211111111", "INV 1&2", "gold"); status != 422 {
		t.Errorf("another choice = %d", status)
	}
	if status, to := form("0812 1111 1111", "INV 1&2", "points"); status != 303 || to != simulatorPath+"?invoice=INV+1%262&phone=081211111111" {
		t.Errorf("Pay Now = %d to %s", status, to)
	}
	// 8: the API receives its response.
	if text := <-answer; !strings.Contains(text, `"ovo_points_used":12500`) || !strings.Contains(text, `"status":"SUCCESS"`) {
		t.Errorf("the API answered %s", text)
	}
	page(asked, []string{"lunas</small>", "OVO Points 12.500", "API sudah mendapat jawabannya"}, []string{"Pay Now</button>"})
	if status, _ := form("081211111111", "INV 1&2", "cash"); status != 303 {
		t.Errorf("too late = %d, want back to the screen", status)
	}
	// The customer may say no, and lack the money.
	answer = dokuAside(v, w, "INV-3", 6_000_000, "081211111111")
	page(simulatorPath+"?phone=081211111111&invoice=INV-3", []string{`value="points" id="with-points" disabled`, "saldo tidak cukup"}, nil)
	if status, _ := form("081211111111", "INV-3", "cash", "decline"); status != 303 {
		t.Errorf("decline = %d", status)
	}
	if text := <-answer; !strings.Contains(text, `"response_code":"17"`) {
		t.Errorf("the API answered %s", text)
	}
	page(simulatorPath+"?phone=081299999999&invoice=INV-3", []string{"Tidak ada ponsel dengan nomor itu", `data-events="/events"`}, []string{detail})
	page(simulatorPath+"?phone=%3Cu%3E&invoice=%22%3E%3Cscript%3E", nil, []string{"<u>", `"><script`})
	if status, _, header := v.do("GET", "/doku", ""); status != 303 || header.Get("Location") != simulatorPath {
		t.Errorf("/doku = %d %s", status, header.Get("Location"))
	}
}

// The director's form orders for one provider.
func TestDirectorOrdersForDOKU(t *testing.T) {
	t.Parallel()
	v, w := dokuVisitor(t)
	v.do("POST", "/director/scripts", "rail=doku&operation=check_push&status=TIMEOUT&times=1", "Content-Type", "application/x-www-form-urlencoded")
	v.do("POST", "/director/scripts", "rail=doku&operation=push&code=invalid_signature&times=1", "Content-Type", "application/x-www-form-urlencoded")
	if _, text, _ := v.do("GET", "/director", ""); !strings.Contains(text, "check_push · doku") || !strings.Contains(text, "<option>doku</option>") {
		t.Error("the director's page does not show the script")
	}
	if _, text := post(t, v.base, w.make("POST", dokuPushPath, w.dokuBody("INV-1", 100, "081211110000"))); !strings.Contains(text, "Invalid Header Signature") {
		t.Errorf("the push was answered %s", text)
	}
	if _, text := post(t, v.base, w.make("POST", dokuPushPath, w.dokuBody("INV-1", 100, "081211110000"))); !strings.Contains(text, "SUCCESS") {
		t.Errorf("the push was answered %s", text)
	}
	if _, text := post(t, v.base, w.make("GET", dokuCheckPath+"INV-1", "")); !strings.Contains(text, "TIMEOUT") {
		t.Errorf("the check was answered %s", text)
	}
}

// The wallet page and the control API pay DOKU's pushes as they pay OVO's own.
func TestWalletPagePaysDOKU(t *testing.T) {
	t.Parallel()
	v, w := dokuVisitor(t)
	answer := dokuAside(v, w, "INV-1", 12_500, "081211111111")
	if _, text, _ := v.do("GET", "/phones/081211111111", ""); !strings.Contains(text, "INV-1 · 000000000000179 · DOKU") || !strings.Contains(text, `max="70"`) {
		t.Errorf("the wallet page shows %s", text)
	}
	v.do("POST", "/phones/081211111111/pushes/1", "choice=both", "Content-Type", "application/x-www-form-urlencoded")
	if text := <-answer; !strings.Contains(text, `"cash_used":6250`) || !strings.Contains(text, `"ovo_points_used":6250`) {
		t.Errorf("the API answered %s", text)
	}
	answer = dokuAside(v, w, "INV-2", 12_500, "081211111111")
	v.do("POST", "/phones/081211111111/pushes/2", "choice=decline", "Content-Type", "application/x-www-form-urlencoded")
	if text := <-answer; !strings.Contains(text, `"response_code":"17"`) {
		t.Errorf("the API answered %s", text)
	}
	answer = dokuAside(v, w, "INV-3", 12_500, "081211111111")
	v.control("POST", "pushes/3/pay", `{"with":"cash"}`, 200)
	if text := <-answer; !strings.Contains(text, `"status":"SUCCESS"`) {
		t.Errorf("the API answered %s", text)
	}
}

func TestControlDOKU(t *testing.T) {
	t.Parallel()
	v, w := dokuVisitor(t)
	clients := v.control("GET", "doku", "", 200)["clients"].([]any)
	if len(clients) != 2 || clients[0].(map[string]any)["secret"] != nil {
		t.Errorf("clients = %v", clients)
	}
	demo := newVisitor(t, Options{})
	if got := demo.control("GET", "doku", "", 200)["clients"].([]any)[0].(map[string]any); got["secret"] != DemoDOKUMerchant().Secret {
		t.Errorf("the demo's client = %v", got)
	}
	v.control("POST", "callbacks/MCH-UJI", `{"url":"ftp://x"}`, 422)
	v.control("POST", "scripts", `{"rail":"doku","operation":"push","effect":{"code":"-"}}`, 201)
	v.control("POST", "scripts", `{"rail":"ovo","operation":"push","effect":{"code":"-"}}`, 422)
	v.control("POST", "scripts", `{"rail":"doku","operation":"check_push","effect":{"status":"TIMEOUT"}}`, 201)
	v.control("POST", "scripts", `{"rail":"doku","operation":"check_push","effect":{"status":"timeout"}}`, 422)
	v.control("POST", "scripts", `{"rail":"doku","operation":"refund","effect":{"code":"40"}}`, 422)
	if _, text := post(t, v.base, w.make("POST", dokuPushPath, w.dokuBody("INV-1", 100, "081211111111"))); !strings.Contains(text, `"response_code":"-"`) {
		t.Errorf("the script gave %s", text)
	}
	v.control("DELETE", "scripts", "", 200)
	v.control("POST", "pushes/1/notify", "", 409) // no callback
	v.control("POST", "pushes/2/notify", "", 404)
	list := v.control("GET", "pushes?rail=doku&invoice=INV-1", "", 200)["pushes"].([]any)
	if len(list) != 1 || list[0].(map[string]any)["rail"] != "doku" || list[0].(map[string]any)["external_id"] != "req-1" {
		t.Errorf("pushes = %v", list)
	}
	for _, entry := range v.control("GET", "requests", "", 200)["requests"].([]any) {
		logged := entry.(map[string]any)
		text := logged["head"].(string) + logged["body"].(string) + logged["answer"].(string)
		for _, secret := range []string{"081211111111", sha("100MCH-UJIINV-1081211111111SK-uji"), "SK-uji"} {
			if strings.Contains(text, secret) {
				t.Errorf("the log shows %s: %s", secret, text)
			}
		}
		if !strings.Contains(text, "Client-Id: MCH-UJI") || !strings.Contains(text, "Request-Id: req-1") {
			t.Errorf("the log has no headers: %s", text)
		}
	}
}
