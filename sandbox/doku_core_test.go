package sandbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// dokuOptions are those of a sandbox with the tests' two merchants.
func dokuOptions(change ...func(*DOKUOptions)) Options {
	options := DOKUOptions{Merchants: []DOKUMerchant{
		{
			ClientID: "MCH-UJI", Secret: "SK-uji", Name: "Toko Uji", MerchantID: "00000179", StoreCode: "000000000000179",
			MID: "000000000000179", TID: "00000179", Callback: Callback{URL: "https://toko.example/payments/notifications?x=1"},
		},
		{ClientID: "MCH-LAIN", Secret: "SK-lain", Name: "Toko Lain", MerchantID: "00000999", StoreCode: "9", MID: "9", TID: "00000999"},
	}}
	for _, c := range change {
		c(&options)
	}
	return Options{DOKU: options}
}

// dokuWorld is a core in virtual time with a merchant of DOKU's, who signs with code of
// its own.
type dokuWorld struct {
	*world
	client, secret string
	requests       int
}

func newDOKUWorld(t *testing.T, options Options) *dokuWorld {
	t.Helper()
	return &dokuWorld{world: newWorld(t, options), client: "MCH-UJI", secret: "SK-uji"}
}

// dokuRequest is what is sent, before it is signed.
type dokuRequest struct {
	method, path, body string
	client, secret, at string
	requestID          string
	headers            map[string]string // replace; "" deletes
	unsigned           bool
}

func sha(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func (r dokuRequest) signature() string {
	text := "Client-Id:" + r.client + "\nRequest-Id:" + r.requestID + "\nRequest-Timestamp:" + r.at + "\nRequest-Target:" + r.path
	if r.method != http.MethodGet {
		sum := sha256.Sum256([]byte(r.body))
		text += "\nDigest:" + base64.StdEncoding.EncodeToString(sum[:])
	}
	mac := hmac.New(sha256.New, []byte(r.secret))
	mac.Write([]byte(text))
	return "HMACSHA256=" + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func (r dokuRequest) request() Request {
	request := Request{Method: r.method, Host: "sandbox.test", Path: r.path, Header: http.Header{}, Body: []byte(r.body)}
	headers := map[string]string{}
	if r.method != http.MethodGet {
		headers["Content-Type"] = "application/json"
	}
	if !r.unsigned {
		maps.Copy(headers, map[string]string{
			"Client-Id": r.client, "Request-Id": r.requestID, "Request-Timestamp": r.at, "Signature": r.signature(),
		})
	}
	maps.Copy(headers, r.headers)
	for name, value := range headers {
		if value != "" {
			request.Header.Set(name, value)
		}
	}
	return request
}

func (w *dokuWorld) make(method, path, body string, change ...func(*dokuRequest)) Request {
	w.requests++
	r := dokuRequest{
		method: method, path: path, body: body, client: w.client, secret: w.secret, at: w.now.UTC().Format("2006-01-02T15:04:05Z"),
		requestID: "req-" + strconv.Itoa(w.requests), headers: map[string]string{},
	}
	for _, c := range change {
		c(&r)
	}
	return r.request()
}

// dokuBody is a push's body; change spoils its members before check_sum is made.
func (w *dokuWorld) dokuBody(invoice string, amount any, phone string) string {
	text := fmt.Sprint(amount)
	return fmt.Sprintf(`{"client":{"id":%q},"order":{"invoice_number":%q,"amount":%s},"ovo_info":{"ovo_id":%q},"security":{"check_sum":%q}}`,
		w.client, invoice, text, phone, sha(strings.Trim(text, `"`)+w.client+invoice+phone+w.secret))
}

func (w *dokuWorld) pushDOKU(invoice string, amount int64, phone string, change ...func(*dokuRequest)) uint64 {
	return w.send(w.make("POST", dokuPushPath, w.dokuBody(invoice, amount, phone), change...))
}

// voidBody is the void of a push that was answered.
func (w *dokuWorld) voidBody(paid map[string]any) string {
	p := paid["ovo_payment"].(map[string]any)
	number := func(name string) string { return strconv.FormatInt(int64(p[name].(float64)), 10) }
	order := paid["order"].(map[string]any)
	phone, invoice := paid["ovo_info"].(map[string]any)["ovo_id"].(string), order["invoice_number"].(string)
	amount := strconv.FormatInt(int64(order["amount"].(float64)), 10)
	approval := p["approval_code"].(string)
	sum := sha(amount + approval + number("batch_number") + w.client + invoice + phone + number("reference_number") + number("trace_number") + w.secret)
	return fmt.Sprintf(`{"client":{"id":%q},"order":{"invoice_number":%q,"amount":%s},"ovo_info":{"ovo_id":%q},"ovo_payment":{"batch_number":%s,"trace_number":%s,"reference_number":%s,"approval_code":%q},"security":{"check_sum":%q}}`,
		w.client, invoice, amount, phone, number("batch_number"), number("trace_number"), number("reference_number"), approval, sum)
}

func (w *dokuWorld) voidDOKU(paid map[string]any, change ...func(*dokuRequest)) uint64 {
	return w.send(w.make("POST", dokuVoidPath, w.voidBody(paid), change...))
}

func (w *dokuWorld) checkDOKU(number string, change ...func(*dokuRequest)) uint64 {
	return w.send(w.make("GET", dokuCheckPath+number, "", change...))
}

// answered is the JSON of an answer.
func (w *dokuWorld) answered(id uint64) map[string]any {
	w.t.Helper()
	var body map[string]any
	if a, ok := w.got[id]; !ok || json.Unmarshal(a.Body, &body) != nil {
		w.t.Fatalf("answer to call %d = %+v (%v), want JSON", id, a, ok)
	}
	return body
}

// is compares the answer to a call, as "status code status", or "error code", or what
// became of it.
func (w *dokuWorld) is(id uint64, want string) {
	w.t.Helper()
	if got := w.said(id); got != want {
		w.t.Errorf("answer to call %d = %q, want %q", id, got, want)
	}
}

func (w *dokuWorld) said(id uint64) string {
	a, ok := w.got[id]
	switch {
	case !ok:
		return ""
	case a.Never:
		return "never"
	case a.Reset:
		return "reset"
	case len(a.Body) == 0:
		return strconv.Itoa(a.Status) + " empty"
	}
	var body struct {
		OVOPayment *struct {
			ResponseCode string `json:"response_code"`
			Status       string `json:"status"`
		} `json:"ovo_payment"`
		Transaction *struct {
			Status string `json:"status"`
		} `json:"transaction"`
		Error   json.RawMessage `json:"error"`
		Message []string        `json:"message"`
	}
	if err := json.Unmarshal(a.Body, &body); err != nil {
		return strconv.Itoa(a.Status) + " unreadable"
	}
	text := strconv.Itoa(a.Status)
	switch {
	case body.OVOPayment != nil:
		return text + " " + body.OVOPayment.ResponseCode + " " + body.OVOPayment.Status
	case body.Transaction != nil:
		return text + " " + body.Transaction.Status
	case body.Message != nil:
		return text + " " + strings.Join(body.Message, "|")
	}
	var refusal struct{ Code, Message string }
	if json.Unmarshal(body.Error, &refusal) == nil {
		return text + " " + refusal.Code + ": " + refusal.Message
	}
	return text + " " + string(body.Error)
}

// broke tells the rules that were broken so far, "(…)" if only noted.
func (w *dokuWorld) broke() string {
	var list []string
	for _, v := range w.core.Violations() {
		if v.Noted {
			list = append(list, "("+string(v.Rule)+")")
		} else {
			list = append(list, string(v.Rule))
		}
	}
	return strings.Join(list, " ")
}

func (w *dokuWorld) transaction(invoice string) Transaction {
	w.t.Helper()
	found, ok := w.core.DOKUTransaction(w.client, invoice)
	if !ok || found.Invoice != invoice {
		w.t.Fatalf("no transaction %s", invoice)
	}
	return found
}

// The published and computed vectors of DOKU's recipes.
func TestDOKUVectors(t *testing.T) {
	t.Parallel()
	const client, secret = "MCH-0001-10791114622547", "SK-9sCrJ1kdYUJAYlsJKlqz"
	body := `{"order":{"invoice_number":"INV-20210115-0001","amount":10000}}`
	push := `{"client":{"id":"MCH-0001-10791114622547"},"order":{"invoice_number":"INV-20210115-0001","amount":10000},"ovo_info":{"ovo_id":"081211111111"},"security":{"check_sum":"5f1f8428d5bb8c624b4893d0d16064d9a7a80de9ab1fa93c6a716d7bb775de78"}}`
	const id = "15022aab-444f-4b04-afa8-ddfce89432ec"
	for name, c := range map[string]struct{ got, want string }{
		"check_sum of a push": {
			dokuSum(secret, "10000", client, "INV-20210115-0001", "081211111111"),
			"5f1f8428d5bb8c624b4893d0d16064d9a7a80de9ab1fa93c6a716d7bb775de78",
		},
		"check_sum by DOKU's PHP library": {
			dokuSum("SK-testsecret", "10000", client, "INV-20210115-0001", "081211111111"),
			"8c0dacd71d173143682c0315471b390fccd47b776a0df622b043731b7fd48df1",
		},
		"check_sum of a void": {
			dokuSum("SK-testsecret", "15000", "2404983", "500", client, "INV-1", "081211111111", "12", "4451979"),
			"1b8c9415ce3f1f57047ca80287b2ea7aedac40a370399ddfaa32f0dc72f8a68d",
		},
		"digest": {dokuDigest([]byte(body)), "Cc1OrZb/IzBq1JNwBt7e5mUaAQr2H+VJByi5IQy7GlQ="},
		"signature of a notification": {
			dokuSignature("SK-testsecret", client, id, "Request-Timestamp:2020-08-11T08:45:42Z", "/payments/notifications", dokuDigest([]byte(body))),
			"HMACSHA256=c41jcE05dseZLLC7zT/hjA1pEVQs/AF0TnyaVNY+zuY=",
		},
		"signature of a GET": {
			dokuSignature("SK-testsecret", client, id, "Request-Timestamp:2020-08-11T08:45:42Z", "/orders/v1/status/INV-20210115-0001", ""),
			"HMACSHA256=NuswAeZZ7VoNfFNcHAae4oWkP5f8lzXn+cjp2DXm02c=",
		},
		"signature of a push": {
			dokuSignature(secret, client, id, "Request-Timestamp:2020-08-11T08:45:42Z", dokuPushPath, dokuDigest([]byte(push))),
			"HMACSHA256=TqzHDAz2w/BBQAsFRIbg7sMUSmRdOBp860Ybpjf+E1s=",
		},
	} {
		if c.got != c.want {
			t.Errorf("%s = %s, want %s", name, c.got, c.want)
		}
	}
}

// The sample answer of DOKU's guide, with its check_sum by the rule of requests.
func TestDOKUSampleAnswer(t *testing.T) {
	t.Parallel()
	m := &dokuMerchant{DOKUMerchant: DOKUMerchant{
		ClientID: "MCH-0001-10791114622547", Secret: "SK-9sCrJ1kdYUJAYlsJKlqz", MerchantID: "00000179", StoreCode: "000000000000179",
		MID: "000000000000179", TID: "00000179",
	}}
	p := &payment{wallet: &wallet{Wallet: Wallet{Name: "Anton Budiman"}}, trace: 987654}
	p.Batch, p.Reference, p.Cash, p.left.cash, p.left.points = 4, 38, 10000, 90000, 100000
	c := &dokuCall{merchant: m, invoice: "INV-20210115-0001", amount: 10000, message: parseSNAP(`{"ovo_info":{"ovo_id":"081211111111"}}`)}
	at := time.Date(2020, 10, 14, 16, 29, 28, 0, WIB)
	const want = `{"client":{"id":"MCH-0001-10791114622547"},"order":{"invoice_number":"INV-20210115-0001","amount":10000},"ovo_info":{"ovo_id":"081211111111","ovo_account_name":"Anton Budiman"},"ovo_configuration":{"merchant_id":"00000179","store_code":"000000000000179","mid":"000000000000179","tid":"00000179"},"ovo_payment":{"date":"20201014162928","batch_number":4,"trace_number":987654,"reference_number":38,"approval_code":"19832","response_code":"00","cash_used":10000,"cash_balance":90000,"ovo_points_used":0,"ovo_points_balance":100000,"ovo_points_earned":0,"status":"SUCCESS"},"security":{"check_sum":"3c7fdbdd82e7b06150529cbceff7fe55831e7833d543e5b9a9ea56c50e0b1155"}}`
	got := string(c.encode(dokuResult{code: "00", at: at, payment: p, figures: true, approval: "19832"}))
	if got != want {
		t.Errorf("answer =\n%s, want\n%s", got, want)
	}
}

// A push from its request to its notification, paid by hand.
func TestDOKUPushLife(t *testing.T) {
	t.Parallel()
	w := newDOKUWorld(t, dokuOptions())
	id := w.pushDOKU("INV-1", 12_500, "081211111111")
	w.after(5 * time.Second)
	w.is(id, "")
	pending := w.checkDOKU("INV-1")
	w.is(pending, "200 PENDING")
	p := w.transaction("INV-1")
	if p.Rail != RailDOKU || p.State != Pending || p.Deadline.Sub(p.Arrived) != 70*time.Second || p.ExternalID != "req-1" {
		t.Errorf("transaction = %+v", p)
	}
	if err := w.core.Choose(w.now, p.ID, Points); err != nil {
		t.Fatal(err)
	}
	w.collect()
	w.is(id, "200 00 SUCCESS")
	w.balance("081211111111", seededCash, seededPoints-12_500)
	answer := w.answered(id)
	want := map[string]any{
		"date": "20261121100005", "batch_number": 1.0, "trace_number": 1.0, "reference_number": 1.0, "approval_code": "107919",
		"response_code": "00", "cash_used": 0.0, "cash_balance": 10_000_000.0, "ovo_points_used": 12_500.0,
		"ovo_points_balance": 4_987_500.0, "ovo_points_earned": 0.0, "status": "SUCCESS",
	}
	if got := answer["ovo_payment"].(map[string]any); !maps.Equal(got, want) {
		t.Errorf("ovo_payment = %v, want %v", got, want)
	}
	if name := answer["ovo_info"].(map[string]any)["ovo_account_name"]; name != "Siti Rahmawati" {
		t.Errorf("ovo_account_name = %v", name)
	}
	if len(w.left) != 1 {
		t.Fatalf("%d notifications, want 1", len(w.left))
	}
	n := w.left[0]
	const told = `{"order":{"invoice_number":"INV-1","amount":12500},"transaction":{"status":"SUCCESS","date":"2026-11-21T03:00:05Z","original_request_id":"req-1"},"service":{"id":"EMONEY"},"acquirer":{"id":"OVO"},"channel":{"id":"EMONEY_OVO"},"emoney_payment":{"account_id":"","approval_code":"107919"}}`
	if string(n.Body) != told || n.URL != "https://toko.example/payments/notifications?x=1" {
		t.Errorf("notification to %s = %s, want %s", n.URL, n.Body, told)
	}
	signed := dokuRequest{
		method: "POST", path: "/payments/notifications", body: told, client: "MCH-UJI", secret: "SK-uji",
		requestID: n.Header.Get("Request-Id"), at: n.Header.Get("Request-Timestamp"),
	}
	if n.Header.Get("Signature") != signed.signature() || signed.at != "2026-11-21T03:00:05Z" || n.Header.Get("Client-Id") != "MCH-UJI" {
		t.Errorf("notification's headers = %v", n.Header)
	}
	w.core.Delivered(w.now, n.ID, 200, nil)
	w.after(time.Minute)
	w.is(w.checkDOKU("INV-1"), "200 SUCCESS")
	w.is(w.checkDOKU("req-1"), "200 SUCCESS") // by Request-Id too
	w.is(w.checkDOKU("INV-2"), "404 data_not_found: Transaction not found")
	if p = w.transaction("INV-1"); p.Sent != 1 || p.Acknowledged.IsZero() || p.State != Paid {
		t.Errorf("transaction = %+v", p)
	}
	if got := w.broke(); got != "(doku_check_held) doku_not_found" {
		t.Errorf("violations = %s", got)
	}
}

func TestDOKUSeededPhones(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		phone  string
		at     time.Duration // the answer's
		said   string
		charge int64 // of 10.000
		check  string
	}{
		{"081211110101", 2 * time.Second, "200 00 SUCCESS", 10_000, "SUCCESS"},
		{"081211110102", 2 * time.Second, "200 00 SUCCESS", 10_000, "SUCCESS"},
		{"081211110103", 2 * time.Second, "200 00 SUCCESS", 10_000, "SUCCESS"},
		{"081211111111", 70 * time.Second, "200 - FAILED", 0, "EXPIRED"},
		{"081211110160", 70 * time.Second, "never", 0, "EXPIRED"},
		{"081211110162", 62 * time.Second, "200 00 SUCCESS", 10_000, "SUCCESS"},
		{"081211110165", 2 * time.Second, "never", 10_000, "SUCCESS"},
		{"081211110000", 0, "200 00 SUCCESS", 10_000, "SUCCESS"},
		{"081211110014", 0, "200 14 FAILED", 0, "FAILED"},
		{"081211110017", 0, "200 17 FAILED", 0, "FAILED"},
		{"081211110040", 0, "200 40 FAILED", 0, "FAILED"},
		{"081211110068", 0, "200 68 FAILED", 0, "FAILED"},
		{"6281211110017", 0, "200 17 FAILED", 0, "FAILED"},
		{"0899", 0, "200 14 FAILED", 0, "FAILED"},
	} {
		for _, magic := range []bool{false, true} {
			w := newDOKUWorld(t, dokuOptions())
			amount, phone := int64(10_000), c.phone
			if magic {
				suffix, ok := strings.CutPrefix(phone, "081211110")
				if !ok || suffix == "000" {
					continue
				}
				n, err := strconv.ParseInt(suffix, 10, 64)
				if err != nil {
					t.Fatal(err)
				}
				amount, phone = 1_110_000+n, "081211119999"
			}
			id := w.pushDOKU("INV-1", amount, phone)
			w.until(morning.Add(3 * time.Minute))
			w.is(id, c.said)
			if a := w.got[id]; a.At.Sub(morning) != c.at {
				t.Errorf("%s (magic %v) answered after %s, want %s", c.phone, magic, a.At.Sub(morning), c.at)
			}
			w.is(w.checkDOKU("INV-1"), "200 "+c.check)
			want := c.charge
			if magic && want > 0 {
				want = amount
			}
			if totals := w.core.Totals(); totals.Held != want || totals.PaidIn != totals.Balances+totals.Held {
				t.Errorf("%s: totals = %+v, want held %d", c.phone, totals, want)
			}
			if got := len(w.left) > 0; got != (c.charge > 0) {
				t.Errorf("%s: %d notifications", c.phone, len(w.left))
			}
		}
	}
	// An ordinary amount, and a sandbox with its own wallets, has no magic.
	w := newDOKUWorld(t, dokuOptions())
	w.is(w.pushDOKU("INV-1", 1_110_000, "081211119999"), "")
	w.is(w.pushDOKU("INV-2", 1_111_000, "081211119999"), "")
	own := dokuOptions()
	own.Wallets = []Wallet{{Phone: "081211119999", Name: "A", Cash: 5_000_000}}
	w = newDOKUWorld(t, own)
	w.is(w.pushDOKU("INV-1", 1_110_017, "081211119999"), "")
}

// What a push is told that nobody answered, and what a check says then.
func TestDOKUNobodyAnswers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*DOKUOptions)
		said   string
		checks string // at 71 s, 129 s, 131 s
	}{
		{"default", func(*DOKUOptions) {}, "200 - FAILED", "TIMEOUT TIMEOUT EXPIRED"},
		{"68", func(o *DOKUOptions) { o.NoResponseCode = "68" }, "200 68 FAILED", "TIMEOUT TIMEOUT EXPIRED"},
		{"empty code", func(o *DOKUOptions) { o.NoResponseCode = "empty" }, "200  FAILED", "TIMEOUT TIMEOUT EXPIRED"},
		{"nothing", func(o *DOKUOptions) { o.Ignored = NoAnswer }, "never", "TIMEOUT TIMEOUT EXPIRED"},
		{"empty 404", func(o *DOKUOptions) { o.Ignored = Empty404 }, "404 empty", "TIMEOUT TIMEOUT EXPIRED"},
		{"last word at once", func(o *DOKUOptions) { o.TimeoutFor, o.ExpiredStatus = -1, "FAILED" }, "200 - FAILED", "FAILED FAILED FAILED"},
	} {
		w := newDOKUWorld(t, dokuOptions(c.change))
		id := w.pushDOKU("INV-1", 10_000, "081211111111")
		w.after(70*time.Second - time.Millisecond)
		w.is(id, "")
		w.after(time.Millisecond)
		w.is(id, c.said)
		var said []string
		for _, at := range []time.Duration{71, 129, 131} {
			w.until(morning.Add(at * time.Second))
			check := w.checkDOKU("INV-1")
			said = append(said, strings.TrimPrefix(w.said(check), "200 "))
		}
		if got := strings.Join(said, " "); got != c.checks {
			t.Errorf("%s: checks = %s, want %s", c.name, got, c.checks)
		}
		if len(w.left) != 0 {
			t.Errorf("%s: %d notifications", c.name, len(w.left))
		}
	}
}

// A customer may be ordered to pay when the push has long been answered: OVO was late.
func TestDOKUPaidAfterItsTime(t *testing.T) {
	t.Parallel()
	w := newDOKUWorld(t, dokuOptions())
	if _, err := w.core.AddScript(Script{Rail: RailDOKU, Operation: OperationPush, Effect: Effect{Customer: Cash, CustomerAfter: Duration(5 * time.Minute)}}); err != nil {
		t.Fatal(err)
	}
	id := w.pushDOKU("INV-1", 10_000, "081211111111")
	w.after(4 * time.Minute)
	w.is(id, "200 - FAILED")
	w.is(w.checkDOKU("INV-1"), "200 TIMEOUT") // it does not say its last word
	w.after(time.Minute)
	w.is(w.checkDOKU("INV-1"), "200 SUCCESS")
	w.balance("081211111111", seededCash-10_000, seededPoints)
	if len(w.left) != 1 {
		t.Errorf("%d notifications, want 1", len(w.left))
	}
}

func TestDOKUDuplicatesAndLimits(t *testing.T) {
	t.Parallel()
	w := newDOKUWorld(t, dokuOptions(func(o *DOKUOptions) { o.MinimumAmount = 100 }))
	w.is(w.pushDOKU("INV-1", 10_000, "081211110101"), "")
	w.is(w.pushDOKU("INV-1", 10_000, "081211110101"), "200 94 FAILED") // also while the first waits
	w.is(w.pushDOKU("INV-2", 99, "081211110000"), "200 67 FAILED")
	w.is(w.pushDOKU("INV-2", 100, "081211110000"), "200 94 FAILED") // a refused one is used too
	w.is(w.pushDOKU("INV-3", 0, "081211110000"), "200 13 FAILED")
	w.is(w.pushDOKU("INV-3", 100, "081211110000"), "200 00 SUCCESS") // but not one of no amount
	w.is(w.pushDOKU("INV-4", 10_000_001-100, "081211110000"), "200 61 FAILED")
	w.is(w.pushDOKU("INV-5", 999_999_999_999, "081211110000"), "200 61 FAILED")
	w.client, w.secret = "MCH-LAIN", "SK-lain"
	w.is(w.pushDOKU("INV-3", 100, "081211110000"), "200 00 SUCCESS") // another merchant's number
	w.after(2 * time.Second)
	w.is(1, "200 00 SUCCESS")
	w.is(w.checkDOKU("INV-2"), "404 data_not_found: Transaction not found") // it is the other merchant's
	w.client = "MCH-UJI"
	if p := w.transaction("INV-1"); p.Seen != 2 {
		t.Errorf("seen %d, want 2", p.Seen)
	}
}

// OVO's numbers: a reference for each push, a batch for each day and for a million.
func TestDOKUNumbers(t *testing.T) {
	t.Parallel()
	w := newDOKUWorld(t, dokuOptions())
	number := func(invoice string) string {
		p := w.answered(w.pushDOKU(invoice, 100, "081211110000"))["ovo_payment"].(map[string]any)
		return fmt.Sprintf("%v/%v", p["batch_number"], p["reference_number"])
	}
	got := []string{number("A"), number("B")}
	w.until(time.Date(2026, 11, 21, 23, 59, 59, 0, WIB))
	got = append(got, number("C"))
	w.after(time.Second)
	got = append(got, number("D"))
	w.core.doku.merchants["MCH-UJI"].reference = 999_998
	got = append(got, number("E"), number("F"))
	if want := []string{"1/1", "1/2", "1/3", "2/1", "2/999999", "3/1"}; !slices.Equal(got, want) {
		t.Errorf("numbers = %v, want %v", got, want)
	}
}

// Whatever customers, merchants and networks do, by OVO's own API and by DOKU's: no rupiah
// comes or goes, every call ends, and everything comes to rest.
func TestMoneyIsConstantWithDOKU(t *testing.T) {
	t.Parallel()
	choices := []Choice{Cash, Points, Both, Decline, Ignore}
	for seed := range uint64(30) {
		w := newDOKUWorld(t, dokuOptions())
		random := newRandom(seed)
		made := 0
		var answered []map[string]any
		for step := range 150 {
			phone := SeededPhones()[random(len(SeededPhones()))].Phone
			switch random(8) {
			case 0, 1, 2:
				made++
				w.pushDOKU(fmt.Sprint("INV-", made), int64(1+random(3_000_000)), phone)
			case 3:
				w.pushDOKU(fmt.Sprint("INV-", 1+random(made+1)), int64(1+random(3_000_000)), phone, func(r *dokuRequest) {
					r.requestID = fmt.Sprint("req-", 1+random(step+1))
				})
			case 4:
				_ = w.core.Choose(w.now, uint64(1+random(step+1)), choices[random(len(choices))])
			case 5:
				w.checkDOKU(fmt.Sprint("INV-", 1+random(made+1)))
			case 6:
				if len(answered) > 0 {
					w.voidDOKU(answered[random(len(answered))])
				}
			case 7:
				w.say(w.push(phone))
			}
			w.after(time.Duration(random(9000)) * time.Millisecond)
			for _, id := range slices.Sorted(maps.Keys(w.got)) {
				if body := string(w.got[id].Body); strings.Contains(body, `"status":"SUCCESS"`) && strings.Contains(body, `"ovo_info"`) {
					answered = append(answered, w.answered(id))
				}
			}
			clear(w.got)
			for _, n := range w.left {
				w.core.Delivered(w.now, n.ID, []int{0, 200, 500}[random(3)], nil)
			}
			w.left = nil
			if totals := w.core.Totals(); totals.PaidIn != totals.Balances+totals.Held || totals.Charged != totals.Held+totals.GivenBack {
				t.Fatalf("seed %d: totals do not add up: %+v", seed, totals)
			}
		}
		w.after(13 * time.Hour)
		totals := w.core.Totals()
		if totals.Charged == 0 || totals.GivenBack == 0 {
			t.Errorf("seed %d: totals = %+v, want something charged and given back", seed, totals)
		}
		if len(w.core.outbox.sent) != 0 {
			t.Errorf("seed %d: %d notifications are waited for for ever", seed, len(w.core.outbox.sent))
		}
		if _, more := w.core.Next(); more {
			t.Errorf("seed %d: something is planned though all is over", seed)
		}
		for id, held := range w.core.calls {
			if !held.answer.Never {
				t.Errorf("seed %d: call %d is never ended", seed, id)
			}
		}
	}
}

func TestDOKUWithBoundedMemory(t *testing.T) {
	t.Parallel()
	options := dokuOptions()
	options.KeepTransactions = 10
	w := newDOKUWorld(t, options)
	held := w.pushDOKU("HELD", 100, "081211111111", func(r *dokuRequest) { r.requestID = "held" })
	for i := range 50 {
		paid := w.answered(w.pushDOKU(fmt.Sprint("INV-", i), 100, "081211110000"))
		w.is(w.voidDOKU(paid), "200 00 SUCCESS")
	}
	again := w.pushDOKU("HELD", 100, "081211111111", func(r *dokuRequest) { r.requestID = "held" })
	w.after(71 * time.Second)
	w.is(held, "200 - FAILED")
	w.is(again, "409 - FAILED") // whoever waits is not forgotten
	for i := range 50 {
		w.pushDOKU(fmt.Sprint("MORE-", i), 100, "081211110000")
	}
	m := w.core.doku.merchants["MCH-UJI"]
	if len(w.core.ledger) != 10 || len(w.core.doku.byInvoice) != 10 || len(m.byRequest) != 10 || len(m.first) != 20 || len(m.order) != 20 {
		t.Errorf("kept %d payments, %d invoices, %d and %d Request-Ids (%d)", len(w.core.ledger), len(w.core.doku.byInvoice), len(m.byRequest), len(m.first), len(m.order))
	}
	w.balance("081211110000", seededCash-5_000, seededPoints)
}

// A reset forgets DOKU's payments and Request-Ids too, and cuts what is held.
func TestDOKUReset(t *testing.T) {
	t.Parallel()
	w := newDOKUWorld(t, dokuOptions())
	same := func(r *dokuRequest) { r.requestID = "same" }
	held := w.pushDOKU("INV-1", 100, "081211111111", same)
	again := w.pushDOKU("INV-1", 100, "081211111111", same)
	w.pushDOKU("INV-2", 100, "081211110000")
	last := w.left[len(w.left)-1].ID
	w.core.Reset()
	w.collect()
	w.is(held, "reset")
	w.is(again, "reset")
	w.left = nil
	w.is(w.pushDOKU("INV-1", 100, "081211110000", same), "200 00 SUCCESS")
	if len(w.left) != 1 || w.left[0].ID <= last {
		t.Errorf("notifications = %+v, want one with a number above %d", w.left, last)
	}
	w.after(24 * time.Hour)
	if w.is(w.checkDOKU("INV-2"), "404 data_not_found: Transaction not found"); len(w.left) != 4 {
		t.Errorf("%d notifications, want 4: those from before the reset are forgotten", len(w.left))
	}
}
