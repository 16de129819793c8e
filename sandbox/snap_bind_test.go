package sandbox

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// bound begins a binding and returns what it was answered.
func (w *snapWorld) bound(body string) (map[string]any, string) {
	w.t.Helper()
	got := w.answered(w.call(bindPath, body))
	if got["responseCode"] != "2000700" {
		w.t.Fatalf("bind = %v", got)
	}
	redirect, _ := got["redirectUrl"].(string)
	id, ok := strings.CutPrefix(redirect, "http://sandbox.test/binding/")
	if !ok {
		w.t.Fatalf("redirectUrl = %q", redirect)
	}
	return got, id
}

// walk answers the pages of a binding and returns where the customer is sent.
func (w *snapWorld) walk(id string, values ...string) Binding {
	w.t.Helper()
	var b Binding
	for i, step := range []BindingStep{BindingTerms, BindingOTP, BindingSecurity}[:len(values)] {
		var err error
		if b, err = w.core.AnswerBinding(w.now, id, step, values[i]); err != nil {
			w.t.Fatalf("%s: %v", step, err)
		}
	}
	return b
}

func TestBinding(t *testing.T) {
	t.Parallel()
	w := newSNAPWorld(t, snapOptions())
	body := with(bindBody("6281211111111"), "state", "st-1")
	got, id := w.bound(body)
	b := w.walk(id, "yes", "1111", SecurityCode)
	back, err := url.Parse(b.Back)
	if err != nil || back.Host != "partner.example" || back.Query().Get("a") != "1" || back.Query().Get("b") != "2" ||
		back.Query().Get("state") != "st-1" || back.Query().Get("displayMessage") != "SUCCESS" {
		t.Fatalf("back to %q", b.Back)
	}
	code := back.Query().Get("authCode")
	byCode := `{"grantType":"AUTHORIZATION_CODE","authCode":"` + code + `"}`
	first := w.answered(w.call(customerPath, byCode, snapHeaderIs("Authorization", "Bearer "+got["linkageToken"].(string))))
	if first["accessToken"] == "" || first["tokenType"] != "Bearer" || first["tokenExpiresIn"] != "1296000" || first["accessTokenExpiryTime"] != "2026-12-06T10:00:00+07:00" {
		t.Errorf("customer token = %v", first)
	}
	if n := w.core.ViolationCounts(); len(n) != 0 {
		t.Errorf("violations = %v", n)
	}
	w.want(w.call(customerPath, byCode), "4017401") // a code is good once
	w.want(w.call(queryPath, queryBody("1"), func(r *snapRequest) { r.token = first["accessToken"].(string) }), "4015100")
	byRefresh := func(token any) string { return `{"grantType":"refresh_token","refreshToken":"` + token.(string) + `"}` }
	second := w.answered(w.call(customerPath, byRefresh(first["refreshToken"])))
	w.want(w.call(customerPath, byRefresh(first["refreshToken"])), "4017401") // the old one is dead
	w.want(w.call(customerPath, byRefresh(second["accessToken"])), "4017401") // not a refresh token
	customer := snapHeaderIs("Authorization-Customer", "Bearer "+first["accessToken"].(string))
	w.want(w.call(unbindPath, `{"merchantId":"000000000000179"}`, customer), "4010902")
	if list := w.core.Bindings(); len(list) != 1 || list[0].Step != BindingLinked || !list[0].Token {
		t.Errorf("bindings = %+v", list)
	}
	customer = snapHeaderIs("Authorization-Customer", "Bearer "+second["accessToken"].(string))
	unbound := w.answered(w.call(unbindPath, `{"merchantId":"000000000000179"}`, customer))
	if unbound["responseCode"] != "2000900" || unbound["unlinkResult"] != "success" || unbound["linkId"] != id {
		t.Errorf("unbind = %v", unbound)
	}
	w.want(w.call(customerPath, byRefresh(second["refreshToken"])), "4017401")
	w.want(w.call(unbindPath, `{"merchantId":"000000000000179"}`, customer), "4010902")
	w.want(w.call(unbindPath, `{"merchantId":"000000000000179","linkId":"`+id+`"}`), "4010904")
}

func TestUnbindByLinkOrToken(t *testing.T) {
	t.Parallel()
	for _, by := range []string{"linkId", "tokenId"} {
		w := newSNAPWorld(t, snapOptions())
		_, id := w.bound(bindBody("081211111111"))
		back, _ := url.Parse(w.walk(id, "yes", "1111", SecurityCode).Back)
		token := w.answered(w.call(customerPath, `{"grantType":"authorization_code","authCode":"`+back.Query().Get("authCode")+`"}`))["accessToken"].(string)
		if w.core.ViolationCounts()[RuleLinkageToken] != 1 {
			t.Error("a code without the linkageToken was not noted")
		}
		value := map[string]string{"linkId": id, "tokenId": token}[by]
		w.want(w.call(unbindPath, `{"merchantId":"000000000000179","`+by+`":"`+value+`"}`), "2000900")
		if b, _ := w.core.Binding(id); b.Step != BindingUnbound || b.Token {
			t.Errorf("by %s: %+v", by, b)
		}
	}
}

func TestBindingThatFails(t *testing.T) {
	t.Parallel()
	body := with(with(without(bindBody("081211111111"), "redirectUrl"), "successRegistrationUrl", "https://a.example/ok"), "failedRegistrationUrl", "https://a.example/no?x=1")
	for name, walk := range map[string]func(*snapWorld, string) Binding{
		"terms refused":    func(w *snapWorld, id string) Binding { return w.walk(id, "") },
		"OTP refused":      func(w *snapWorld, id string) Binding { return w.walk(id, "yes", "") },
		"security refused": func(w *snapWorld, id string) Binding { return w.walk(id, "yes", "1111", "") },
		"too late": func(w *snapWorld, id string) Binding {
			w.walk(id, "yes")
			w.after(bindWithin)
			b, _ := w.core.AnswerBinding(w.now, id, BindingOTP, "1111")
			return b
		},
		"three wrong codes": func(w *snapWorld, id string) Binding {
			w.walk(id, "yes")
			for range 2 {
				if b, err := w.core.AnswerBinding(w.now, id, BindingOTP, "0000"); err != ErrWrongCode || b.Back != "" {
					w.t.Errorf("wrong OTP: %v, %+v", err, b)
				}
			}
			b, _ := w.core.AnswerBinding(w.now, id, BindingOTP, "0000")
			return b
		},
	} {
		w := newSNAPWorld(t, snapOptions())
		_, id := w.bound(body)
		b := walk(w, id)
		if b.Step != BindingFailed || b.Back != `https://a.example/no?errorResponse=%7B%22code%22%3A%22OV00006%22%2C%22state%22%3A%22%22%7D&x=1` {
			t.Errorf("%s: %+v", name, b)
		}
		if again, _ := w.core.AnswerBinding(w.now, id, BindingOTP, "1111"); again.Step != BindingFailed {
			t.Errorf("%s: it went on", name)
		}
	}
	w := newSNAPWorld(t, snapOptions())
	if _, err := w.core.AnswerBinding(w.now, "x", BindingTerms, "yes"); err != ErrUnknownBinding {
		t.Errorf("unknown binding: %v", err)
	}
	_, id := w.bound(body)
	back, _ := url.Parse(w.walk(id, "yes", "1111", SecurityCode).Back)
	w.after(codeWithin)
	w.want(w.call(customerPath, `{"grantType":"authorization_code","authCode":"`+back.Query().Get("authCode")+`"}`), "4017401")
}

// newQRVisitor visits the pages of a sandbox that has an open QR.
func newQRVisitor(t *testing.T) (*visitor, *partner, Transaction) {
	t.Helper()
	s, base, p := snapServer(t, snapOptions())
	v := &visitor{t, s, base}
	if status, text := post(t, base, p.request(time.Now(), generatePath, generateBody("000000000001", 12_500))); status != 200 {
		t.Fatalf("generate: %d %s", status, text)
	}
	var made Transaction
	s.Do(func(core *Core, _ time.Time) { made, _ = core.QRTransaction("uji", "000000000001") })
	return v, p, made
}

func (v *visitor) form(path, body string) (int, string) {
	v.t.Helper()
	status, _, header := v.do("POST", path, body, "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "same-origin")
	return status, header.Get("Location")
}

func (v *visitor) shows(path string, wants ...string) {
	v.t.Helper()
	status, text, _ := v.do("GET", path, "")
	for _, want := range wants {
		if status != 200 || !strings.Contains(text, want) {
			v.t.Errorf("%s = %d, does not show %q", path, status, want)
		}
	}
}

func TestQRPages(t *testing.T) {
	t.Parallel()
	v, _, made := newQRVisitor(t)
	v.shows("/phones/081211111111", "QRIS menunggu dipindai", `data-qr="1"`, "Toko Uji", "Rp 12.500", `max="75"`, "Tempel isi kode QR", `accept="image/png,image/jpeg"`)
	v.shows("/phones/081211111111?lang=en", "QRIS waiting to be scanned", "Pay a QRIS")
	pasted := "qr=" + url.QueryEscape("  "+made.QR+"\n")
	for _, c := range []struct{ path, body, to string }{
		{"/phones/081211111111/scan", "qr=hello", "/phones/081211111111?problem=qr"},
		{"/phones/081211111111/scan", "id=77", "/phones/081211111111?problem=qr_unknown"},
		{"/phones/081211111111/scan", pasted, "/phones/081211111111"},
		{"/phones/081211119999/scan", pasted, "/phones/081211119999?problem=qr_scanned"},
		{"/phones/081211111111/pushes/1", "choice=both", "/phones/081211111111"},
		{"/phones/081211119999/scan", "id=1", "/phones/081211119999?problem=qr_over"},
	} {
		if status, to := v.form(c.path, c.body); status != 303 || to != c.to {
			t.Errorf("%s %.20s = %d to %s, want %s", c.path, c.body, status, to, c.to)
		}
		if strings.Contains(c.to, "problem=") {
			v.shows(c.to, `class="flash"`)
		}
		if c.body == pasted && !strings.Contains(c.to, "problem") {
			v.shows("/phones/081211111111", "QRIS dipindai", `class="push qr"`, `value="points"`)
		}
	}
	if status, _ := v.form("/phones/081299999999/scan", pasted); status != 404 {
		t.Errorf("scan by nobody = %d", status)
	}
	v.shows("/phones/081211111111", "Rp 9.993.750", "lunas</small>", "000000000001")
	v.s.Do(func(core *Core, _ time.Time) {
		if got, _ := core.QRTransaction("uji", "000000000001"); got.State != Paid || got.Cash != 6250 || got.Phone != "081211111111" {
			t.Errorf("QR = %+v", got)
		}
	})
	v.shows("/director", "X-SIGNATURE: ", "POST /OVOSNAP/v1.0/qr/qr-mpm-generate", "<option>customer_token</option>")
}

// upload sends a file as the page's form does.
func (v *visitor) upload(phone string, file []byte) (int, string) {
	v.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("picture", "qr.png")
	if err != nil {
		v.t.Fatal(err)
	}
	if _, err := part.Write(file); err != nil {
		v.t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		v.t.Fatal(err)
	}
	status, _, header := v.do("POST", "/phones/"+phone+"/picture", body.String(), "Content-Type", form.FormDataContentType())
	return status, header.Get("Location")
}

func TestUploadedPictures(t *testing.T) {
	t.Parallel()
	v, _, made := newQRVisitor(t)
	picture, err := os.ReadFile(filepath.Join("qrscan", "testdata", "qris.png"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join("qrscan", "qrscan.go"))
	if err != nil {
		t.Fatal(err)
	}
	to := func(file []byte) string {
		t.Helper()
		status, location := v.upload("081211111111", file)
		if status != 303 {
			t.Errorf("upload = %d", status)
		}
		return location
	}
	if got := to(picture); got != "/phones/081211111111?problem=qr_unknown" {
		t.Errorf("a QR of elsewhere leads to %s", got)
	}
	// The same picture of a QR that was made here.
	v.s.Do(func(core *Core, _ time.Time) {
		p := core.payment(made.ID)
		delete(core.snap.byQR, p.QR)
		p.QR = "00020101021226670015ID.OVO.EMULATOR011893600912300000179002150000000000001790303UME51440014ID.CO.QRIS.WWW0215ID10200000000170303UME5204581253033605405100005802ID5917TOKO UJI EMULATOR6015JAKARTA SELATAN610512950625101120000000001230519202611211015300000107080000017963049F4B"
		core.snap.byQR[p.QR] = p
	})
	if got := to(picture); got != "/phones/081211111111" {
		t.Errorf("the QR's picture leads to %s", got)
	}
	v.shows("/phones/081211111111", "QRIS dipindai")
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"text": {text, "picture"}, "empty": {nil, "picture"}, "5 MiB": {make([]byte, 5<<20), "picture_size"}, "4 MiB": {make([]byte, 4<<20+1), "picture_size"},
	} {
		if got := to(c.file); got != "/phones/081211111111?problem="+c.want {
			t.Errorf("%s leads to %s, want %s", name, got, c.want)
		}
	}
	if status, _, _ := v.do("POST", "/phones/081211111111/picture", "x", "Content-Type", "text/plain"); status != 303 {
		t.Errorf("no form = %d", status)
	}
	if status, _, _ := v.do("POST", "/phones/081211111111/picture", "x", "Sec-Fetch-Site", "cross-site"); status != 403 {
		t.Errorf("another site's upload = %d", status)
	}
}

func TestBindingPages(t *testing.T) {
	t.Parallel()
	v, p, _ := newQRVisitor(t)
	_, text := post(t, v.base, p.request(time.Now(), bindPath, bindBody("081211111111")))
	page := jsonText([]byte(text), "redirectUrl")
	path, ok := strings.CutPrefix(page, v.base)
	if !ok {
		t.Fatalf("bind = %s", text)
	}
	v.shows(path, `lang="id"`, "Syarat dan ketentuan", "0812-1111-1111", "Toko Uji")
	if _, _, header := v.do("GET", path, ""); !strings.Contains(header.Get("Content-Security-Policy"), "form-action 'self' https://partner.example https://partner.example;") {
		t.Errorf("policy = %s", header.Get("Content-Security-Policy"))
	}
	for _, c := range []struct{ body, to, shows string }{
		{"step=terms&value=yes", path, "empat angka terakhir"},
		{"step=otp&value=", path + "?problem=code", "Kode itu salah"},
		{"step=otp&value=1112", path + "?problem=code", "Kode itu salah"},
		{"step=otp&value=1111", path, "Kode keamanan"},
		{"step=otp&value=1111", path, "Kode keamanan"}, // a second click
		{"step=security&value=123456", "https://partner.example/cb?", ""},
	} {
		status, to := v.form(path, c.body)
		if status != 303 || !strings.HasPrefix(to, c.to) {
			t.Errorf("%s = %d to %s, want %s", c.body, status, to, c.to)
		}
		if c.shows != "" {
			v.shows(to, c.shows)
		}
	}
	v.shows(path, "Akun sudah terhubung", "https://partner.example/cb?")
	v.shows(path+"?lang=en", "The account is linked")
	if status, _, _ := v.do("GET", "/binding/nothing", ""); status != 404 {
		t.Errorf("unknown binding = %d", status)
	}
	if status, _ := v.form("/binding/nothing", "step=terms&value=yes"); status != 404 {
		t.Errorf("unknown binding = %d", status)
	}
	if status, _, _ := v.do("POST", path, "step=terms", "Sec-Fetch-Site", "cross-site"); status != 403 {
		t.Errorf("another site's click = %d", status)
	}
}

func TestControlQRs(t *testing.T) {
	t.Parallel()
	v, p, _ := newQRVisitor(t)
	if got := v.control("GET", "qrs?state=pending&invoice=000000000001", "", 200)["qrs"].([]any); len(got) != 1 || got[0].(map[string]any)["qr"] == "" {
		t.Errorf("qrs = %v", got)
	}
	if got := v.control("GET", "pushes", "", 200)["pushes"].([]any); len(got) != 0 {
		t.Errorf("a QR is a push: %v", got)
	}
	if got := v.control("GET", "transactions", "", 200)["transactions"].([]any); len(got) != 1 {
		t.Errorf("transactions = %v", got)
	}
	v.control("GET", "pushes/1", "", 404)
	v.control("POST", "pushes/1/pay", "", 404)
	v.control("GET", "qrs/2", "", 404)
	v.control("POST", "qrs/2/pay", "", 404)
	v.control("POST", "qrs/1/wink", "", 404)
	v.control("POST", "qrs/1/pay", `{"with":"gold"}`, 422)
	v.control("POST", "qrs/1/pay", `{"phone":"081299999999"}`, 404)
	v.control("POST", "qrs/1/ignore", "", 409) // nobody has scanned it
	v.control("POST", "qrs/1/notify", "", 409)
	if got := v.control("POST", "qrs/1/scan", `{"phone":"081211119999"}`, 200); got["phone"] != "081211119999" || got["state"] != "pending" {
		t.Errorf("scan = %v", got)
	}
	if got := v.control("POST", "qrs/1/pay", `{"with":"points"}`, 200); got["state"] != "paid" || got["points"].(float64) != 12_500 {
		t.Errorf("pay = %v", got)
	}
	v.control("POST", "qrs/1/pay", "", 409)
	v.control("GET", "qrs/1", "", 200)

	callback := `{"url":"http://127.0.0.1:9/n","mode":"empty_token"}`
	v.control("POST", "callbacks/uji", callback, 200)
	v.control("POST", "callbacks/nobody", callback, 422)
	v.control("POST", "qrs/1/notify", "", 200)
	if got := v.control("GET", "notifications", "", 200)["notifications"].([]any); len(got) != 1 || got[0].(map[string]any)["transaction"].(float64) != 1 {
		t.Errorf("notifications = %v", got)
	}
	if got := v.control("GET", "snap", "", 200); !strings.Contains(got["provider_public_key"].(string), "PUBLIC KEY") || got["clients"].([]any)[0].(map[string]any)["secret"] != nil {
		t.Errorf("snap = %v", got)
	}
	if got := v.control("GET", "tokens", "", 200)["tokens"].([]any); len(got) != 1 || strings.Contains(got[0].(map[string]any)["token"].(string), p.token) {
		t.Errorf("tokens = %v", got)
	}
	v.control("DELETE", "tokens/lain", "", 200)
	if status, _ := post(t, v.base, p.request(time.Now(), queryPath, queryBody("000000000001"))); status != 200 {
		t.Errorf("query = %d", status)
	}
	if got := v.control("DELETE", "tokens", "", 200); got["killed"].(float64) != 1 {
		t.Errorf("killed %v", got)
	}
	if status, text := post(t, v.base, p.request(time.Now(), queryPath, queryBody("000000000001"))); status != 401 || !strings.Contains(text, "OV00502") {
		t.Errorf("query with a killed token = %d %s", status, text)
	}
	if got := v.control("GET", "bindings", "", 200)["bindings"].([]any); len(got) != 0 {
		t.Errorf("bindings = %v", got)
	}
	demo := newVisitor(t, Options{})
	if got := demo.control("GET", "snap", "", 200)["clients"].([]any)[0].(map[string]any); got["secret"] != DemoSNAPMerchant().Secret || !strings.Contains(got["private_key"].(string), "PRIVATE KEY") {
		t.Errorf("demo client = %v", got)
	}
}

// Neither pages nor the control API show tokens or signatures whole.
func TestSNAPLogShowsNoSecrets(t *testing.T) {
	t.Parallel()
	v, p, _ := newQRVisitor(t)
	r := p.request(time.Now(), bindPath, bindBody("081211111111"))
	_, text := post(t, v.base, r)
	linkage := jsonText([]byte(text), "linkageToken")
	for _, path := range []string{"/control/requests", "/control/violations", "/control/tokens", "/control/bindings", "/director"} {
		_, shown, _ := v.do("GET", path, "")
		for name, secret := range map[string]string{
			"token": p.token, "signature": r.Header.Get("X-Signature"), "secret": p.secret, "linkage token": linkage,
		} {
			if strings.Contains(shown, secret) {
				t.Errorf("%s shows the whole %s", path, name)
			}
		}
	}
	for in, want := range map[string]string{
		`{"accessToken" : "abcdefghijkl","x":1}`:          `{"accessToken" : "abcd…12 characters","x":1}`,
		`{"authCode":"abcdefghijkl`:                       `{"authCode":"abcd…12 characters`,
		`{"refreshToken":null,"linkageToken":"12345678"}`: `{"refreshToken":null,"linkageToken":"********"}`,
	} {
		if got := maskTokens(in); got != want {
			t.Errorf("maskTokens(%s) = %s, want %s", in, got, want)
		}
	}
}

// SNAP alone is the provider's door and no page.
func TestSNAPAlone(t *testing.T) {
	t.Parallel()
	s := New(snapOptions())
	defer s.Close()
	for path, want := range map[string]int{"/": 404, "/pos": 404, "/control/clock": 404, "/v1.0/access-token/b2b": 404, tokenPath: 405} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		response, err := roundTrip{s.SNAP()}.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("%s = %d, want %d", path, response.StatusCode, want)
		}
	}
}

// A phone's page is told of QRs that it could scan, made and gone.
func TestPagesAreToldOfQRs(t *testing.T) {
	t.Parallel()
	v, p, made := newQRVisitor(t)
	changed := func(what string, do func()) {
		t.Helper()
		before, _ := v.s.revision("081211111111")
		do()
		if after, _ := v.s.revision("081211111111"); after <= before {
			t.Errorf("after %s the page is not told", what)
		}
	}
	changed("a new QR", func() { post(t, v.base, p.request(time.Now(), generatePath, generateBody("000000000002", 700))) })
	changed("another phone's scan", func() { v.form("/phones/081211119999/scan", "id=1") })
	changed("a cancel", func() { post(t, v.base, p.request(time.Now(), cancelPath, cancelBody("000000000002"))) })
	if made.ID != 1 {
		t.Errorf("the first QR is %d", made.ID)
	}
}
