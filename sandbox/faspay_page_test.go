package sandbox

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"
)

// faspayVisitor speaks to a sandbox whose demo merchant has a return URL, and posts bills.
func faspayVisitor(t *testing.T) *visitor {
	t.Helper()
	demo := DemoFaspayMerchant()
	demo.Callback = Callback{ReturnURL: "https://toko.example/return"}
	return newVisitor(t, Options{Faspay: FaspayOptions{Merchants: []FaspayMerchant{demo}}})
}

// posted makes a bill and gives its trx_id and the path of its page.
func (v *visitor) posted(number string) (trxID, page string) {
	v.t.Helper()
	w := &faspayWorld{world: &world{t: v.t, now: time.Now()}}
	body, err := json.Marshal(w.billFields(number).with("bill_desc", "<b>Kopi</b>"))
	if err != nil {
		v.t.Fatal(err)
	}
	status, text, _ := v.do("POST", postPath, string(body))
	root, _, problem := readFaspay([]byte(text))
	address, err := url.Parse(root.get("redirect_url"))
	if status != 200 || problem != nil || err != nil || "http://"+address.Host != v.base {
		v.t.Fatalf("post = %d %s", status, text)
	}
	return root.get("trx_id"), address.RequestURI()
}

// on goes to a part of a page's address.
func on(page, part string) string {
	path, query, _ := strings.Cut(page, "?")
	return path + part + "?" + query
}

func TestFaspayPage(t *testing.T) {
	t.Parallel()
	v := faspayVisitor(t)
	_, page := v.posted("A-1x")
	shows := func(path string, want ...string) {
		t.Helper()
		status, text, header := v.do("GET", path, "")
		if status != 200 || !strings.Contains(header.Get("Content-Security-Policy"), "default-src 'none'") || header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s = %d, %v", path, status, header)
		}
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s does not show %q:\n%s", path, w, text)
			}
		}
		for _, forbidden := range []string{" style=", "<style", "<script>", "ZgotmplZ", "<no value>", "<b>Kopi"} {
			if strings.Contains(text, forbidden) {
				t.Errorf("%s contains %q", path, forbidden)
			}
		}
	}
	form := func(phone string, headers ...string) int {
		t.Helper()
		status, _, _ := v.do("POST", page, url.Values{"ovo_number": {phone}}.Encode(), append([]string{"Content-Type", "application/x-www-form-urlencoded"}, headers...)...)
		return status
	}
	shows(page, "Toko Lunas", "Rp 12.500", "A-1x", "&lt;b&gt;Kopi", `name="ovo_number"`, "Masukkan nomor HP", `action="`+strings.ReplaceAll(page[:40], "&", "&amp;"))
	shows(page+"&lang=en", "Enter Your Registered Phone Number in the OVO Application with 08xxx format")
	if got := form("0812 1111 1111", "Sec-Fetch-Site", "cross-site"); got != 403 {
		t.Errorf("another site's form = %d, want 403", got)
	}
	for _, nobody := range []string{"081299999999", "", "<x>"} {
		if got := form(nobody); got != 303 {
			t.Errorf("%q = %d, want 303", nobody, got)
		}
		shows(on(page, "/screen"), "Nomor HP tidak terdaftar di aplikasi OVO", `name="ovo_number"`)
	}
	form("0812-1111-1111")
	shows(on(page, "/screen"), "Buka aplikasi OVO", `max="55"`, `href="/phones/081211111111"`)
	form("081211110000") // the other phone has it already: nothing happens
	shows("/phones/081211111111", "Toko Lunas", "Rp 12.500", "A-1x", `value="decline"`)
	shows("/", "rings")
	if status, _, _ := v.do("POST", "/phones/081211111111/pushes/1", "choice=both", "Content-Type", "application/x-www-form-urlencoded"); status != 303 {
		t.Errorf("paying on the wallet page = %d", status)
	}
	shows(on(page, "/screen"), "Pembayaran berhasil", `data-leave`, "https://toko.example/return?trx_id=", "status=0")
	v.s.Do(func(core *Core, _ time.Time) {
		if w, _ := core.Wallet("081211111111"); w.Cash != seededCash-6_250 || w.Points != seededPoints-6_250 {
			t.Errorf("wallet = %+v", w)
		}
	})

	_, declined := v.posted("B-1x")
	page = declined
	form("081211110017")
	shows(on(page, "/screen"), "Pembayaran dibatalkan oleh pengguna")
	for _, path := range []string{
		strings.Replace(page, "A-1x", "B-1x", 1)[:len(page)-1], strings.Replace(page, "bill_no=B-1x", "bill_no=A-1x", 1), on(strings.Replace(page, faspaySigned("B-1x"), faspaySigned("A-1x"), 1), ""),
		"/pws/100003/1/2", on(strings.Replace(page, faspaySigned("B-1x"), "x", 1), "/events"), on(strings.Replace(page, faspaySigned("B-1x"), "x", 1), "/screen"),
	} {
		if status, text, _ := v.do("GET", path, ""); status != 404 || strings.Contains(text, "Toko") {
			t.Errorf("%s = %d, want 404", path, status)
		}
	}
	if status, _, _ := v.do("POST", strings.Replace(page, faspaySigned("B-1x"), "x", 1), "ovo_number=081211110000", "Content-Type", "application/x-www-form-urlencoded"); status != 404 {
		t.Errorf("a form to an address that is not signed = %d, want 404", status)
	}
}

func TestFaspayControl(t *testing.T) {
	t.Parallel()
	v := faspayVisitor(t)
	trxID, _ := v.posted("A-1x")
	text := func(answer map[string]any, name string) string { s, _ := answer[name].(string); return s }
	if got := v.control("GET", "bills?bill_no=A-1x&status=0", "", 200)["bills"].([]any); len(got) != 1 {
		t.Errorf("bills = %v", got)
	}
	if got := v.control("GET", "bills?status=2", "", 200)["bills"].([]any); len(got) != 0 {
		t.Errorf("paid bills = %v", got)
	}
	v.control("GET", "bills/1", "", 404)
	v.control("POST", "bills/1/pay", "", 404)
	v.control("POST", "bills/"+trxID+"/eat", "", 404)
	v.control("POST", "bills/"+trxID+"/pay", `{"with":"gold"}`, 422)
	v.control("POST", "bills/"+trxID+"/decline", "", 409)
	v.control("POST", "bills/"+trxID+"/reverse", "", 409)
	v.control("POST", "bills/"+trxID+"/ask", `{"phone":"081299999999"}`, 404)
	if got := v.control("POST", "bills/"+trxID+"/ask", `{"phone":"081211111111"}`, 200); text(got, "status") != "1" {
		t.Errorf("asked = %v", got)
	}
	v.control("POST", "bills/"+trxID+"/ask", `{"phone":"081211111111"}`, 409)
	if got := v.control("GET", "pushes?rail=faspay&state=pending", "", 200)["pushes"].([]any); len(got) != 1 {
		t.Errorf("pushes = %v", got)
	}
	if got := v.control("GET", "pushes?rail=ovo", "", 200)["pushes"].([]any); len(got) != 0 {
		t.Errorf("OVO's own pushes = %v", got)
	}
	if got := v.control("POST", "pushes/1/pay", `{"with":"points"}`, 200); text(got, "state") != "paid" || text(got, "rail") != "faspay" {
		t.Errorf("paid = %v", got)
	}
	v.control("POST", "pushes/2/pay", "", 404)
	if got := v.control("GET", "bills/"+trxID, "", 200); text(got, "status") != "2" || text(got, "status_text") != "Payment success" {
		t.Errorf("bill = %v", got)
	}
	v.control("POST", "bills/"+trxID+"/notify", "", 409) // nowhere to
	if got := v.control("POST", "bills/"+trxID+"/reverse", "", 200); text(got, "status") != "4" {
		t.Errorf("reversed = %v", got)
	}
	second, _ := v.posted("B-1x")
	if got := v.control("POST", "bills/"+second+"/pay", `{"phone":"081211110017"}`, 200); text(got, "status") != "2" {
		t.Errorf("paid by a phone whose habit is to decline = %v", got)
	}
	v.control("POST", "callbacks/99812", `{"url":"http://127.0.0.1:1/n","return_url":"http://127.0.0.1:1/r","encoding":"xml"}`, 200)
	v.control("POST", "callbacks/99812", `{"encoding":"yaml"}`, 422)
	merchant := v.control("GET", "faspay", "", 200)["merchants"].([]any)[0].(map[string]any)
	if text(merchant, "password") != DemoFaspayMerchant().Password || text(merchant["callback"].(map[string]any), "encoding") != "xml" {
		t.Errorf("merchant = %v", merchant)
	}
	own := newVisitor(t, Options{Faspay: FaspayOptions{Merchants: []FaspayMerchant{{MerchantID: "11111", UserID: "bot11111", Password: "secret-of-somebody"}}}})
	if _, shown, _ := own.do("GET", "/control/faspay", ""); strings.Contains(shown, "secret-of-somebody") {
		t.Error("a password that is not the demo's is shown")
	}
	if totals := v.control("GET", "totals", "", 200); totals["held"].(float64) != 12_500 || totals["given_back"].(float64) != 12_500 {
		t.Errorf("totals = %v", totals)
	}
}
