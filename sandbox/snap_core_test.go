package sandbox

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/qris"
)

// testKeys are made anew by every run of the tests: the partner's and the provider's.
var testKeys = sync.OnceValues(func() (*rsa.PrivateKey, *rsa.PrivateKey) {
	make := func() *rsa.PrivateKey {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		return key
	}
	return make(), make()
})

const (
	tokenPath    = "/OVOSNAP/v1.0/access-token/b2b"
	customerPath = "/OVOSNAP/v2.0/access-token/b2b2c"
	generatePath = "/OVOSNAP/v1.0/qr/qr-mpm-generate"
	queryPath    = "/OVOSNAP/v1.0/qr/qr-mpm-query"
	refundPath   = "/OVOSNAP/v1.0/qr/qr-mpm-refund"
	cancelPath   = "/OVOSNAP/v1.0/qr/qr-mpm-cancel"
	bindPath     = "/OVOSNAP/v1.0/oauth/account/registration-account-binding"
	unbindPath   = "/OVOSNAP/v2.0/oauth/account/registration-account-unbinding"
)

// snapOptions are those of a sandbox with the tests' partner.
func snapOptions(change ...func(*SNAPOptions)) Options {
	partner, provider := testKeys()
	options := SNAPOptions{
		ProviderKey: provider,
		Merchants: []SNAPMerchant{{
			ClientID: "uji", Secret: "rahasia-uji", PublicKey: &partner.PublicKey, MerchantID: "000000000000179",
			Terminals: []string{"00000179", "00000180"}, StoreID: "MM001", Name: "Toko Uji", City: "Jakarta", PostalCode: "12950", NMID: "ID1020000000017",
		}, {
			ClientID: "lain", Secret: "rahasia-lain", PublicKey: &provider.PublicKey, MerchantID: "000000000000999",
			Terminals: []string{"00000999"}, Name: "Toko Lain", City: "Jakarta", PostalCode: "12950", NMID: "ID1020000000099",
		}},
	}
	for _, c := range change {
		c(&options)
	}
	return Options{SNAP: options}
}

// partner signs as a merchant does, with code of its own.
type partner struct {
	client, secret string
	key            *rsa.PrivateKey
	token          string
	external       int
}

func newPartner() *partner {
	key, _ := testKeys()
	return &partner{client: "uji", secret: "rahasia-uji", key: key}
}

// snapRequest is what is sent, before it is signed.
type snapRequest struct {
	path, signedPath, body, token string
	at                            string
	headers                       map[string]string // replace; "" deletes
	raw                           bool              // hash the body as it is
	hex                           bool
	noColon                       bool
}

func rsaSign(key *rsa.PrivateKey, text string) []byte {
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	return signature
}

func (p *partner) sign(r snapRequest) []byte {
	body := r.body
	if !r.raw {
		var v strings.Builder
		inside := false
		for i := 0; i < len(body); i++ { // an own minifier, on purpose
			c := body[i]
			if c == '"' && (i == 0 || body[i-1] != '\\') {
				inside = !inside
			}
			if inside || !strings.ContainsRune(" \n\t\r", rune(c)) {
				v.WriteByte(c)
			}
		}
		body = v.String()
	}
	sum := sha256.Sum256([]byte(body))
	hash := hex.EncodeToString(sum[:])
	switch {
	case strings.Contains(r.path, "access-token"):
		return rsaSign(p.key, p.client+"|"+r.at)
	case strings.HasSuffix(r.path, "registration-account-binding"):
		if r.noColon {
			return rsaSign(p.key, "POST:"+r.signedPath+hash+":"+r.at)
		}
		return rsaSign(p.key, "POST:"+r.signedPath+":"+hash+":"+r.at)
	}
	mac := hmac.New(sha512.New, []byte(p.secret))
	mac.Write([]byte("POST:" + r.signedPath + ":" + r.token + ":" + hash + ":" + r.at))
	return mac.Sum(nil)
}

func (p *partner) request(now time.Time, path, body string, change ...func(*snapRequest)) Request {
	r := snapRequest{path: path, signedPath: path, body: body, at: now.In(WIB).Format("2006-01-02T15:04:05+07:00"), token: p.token, headers: map[string]string{}}
	for _, c := range change {
		c(&r)
	}
	p.external++
	signature := p.sign(r)
	text := base64.StdEncoding.EncodeToString(signature)
	if r.hex {
		text = hex.EncodeToString(signature)
	}
	headers := map[string]string{"Content-Type": "application/json", "X-Timestamp": r.at, "X-Signature": text}
	if strings.Contains(path, "access-token") {
		headers["X-Client-Key"] = p.client
	} else {
		headers["X-Partner-Id"] = p.client
		headers["X-External-Id"] = now.In(WIB).Format("20060102150405") + fmt.Sprintf("%012d", p.external)
		headers["Channel-Id"] = "95221"
		if !strings.HasSuffix(path, "registration-account-binding") {
			headers["Authorization"] = "Bearer " + r.token
		}
	}
	for name, value := range r.headers {
		headers[name] = value
	}
	request := Request{Method: http.MethodPost, Host: "sandbox.test", Path: r.path, Header: http.Header{}, Body: []byte(r.body)}
	for name, value := range headers {
		if value != "" {
			request.Header.Set(name, value)
		}
	}
	return request
}

// snapWorld is a core in virtual time with a partner that has a token.
type snapWorld struct {
	*world
	p *partner
}

func newSNAPWorld(t *testing.T, options Options) *snapWorld {
	t.Helper()
	w := &snapWorld{world: newWorld(t, options), p: newPartner()}
	w.login()
	return w
}

func (w *snapWorld) login() {
	w.t.Helper()
	w.p.token = w.answered(w.call(tokenPath, `{"grantType":"client_credentials","additionalInfo":{}}`))["accessToken"].(string)
}

func (w *snapWorld) call(path, body string, change ...func(*snapRequest)) uint64 {
	return w.send(w.p.request(w.now, path, body, change...))
}

// answered is the answer to id as a map.
func (w *snapWorld) answered(id uint64) map[string]any {
	w.t.Helper()
	var body map[string]any
	if err := json.Unmarshal(w.got[id].Body, &body); err != nil {
		w.t.Fatalf("answer to call %d is %q: %v", id, w.got[id].Body, err)
	}
	if code, _ := body["responseCode"].(string); len(code) != 7 || code[:3] != fmt.Sprint(w.got[id].Status) {
		w.t.Errorf("responseCode %q stands in an HTTP %d", code, w.got[id].Status)
	}
	return body
}

func generateBody(number string, amount int64) string {
	return fmt.Sprintf(`{"partnerReferenceNo":%q,"amount":{"value":"%d.00","currency":"IDR"},"merchantId":"000000000000179","terminalId":"00000179","additionalInfo":{}}`, number, amount)
}

func queryBody(number string) string {
	return fmt.Sprintf(`{"originalPartnerReferenceNo":%q,"serviceCode":"47","merchantId":"000000000000179"}`, number)
}

func refundBody(number, refund string, amount int64) string {
	return fmt.Sprintf(`{"originalPartnerReferenceNo":%q,"partnerRefundNo":%q,"refundAmount":{"value":"%d.00","currency":"IDR"},"reason":"customer complain"}`, number, refund, amount)
}

func cancelBody(number string) string {
	return fmt.Sprintf(`{"originalPartnerReferenceNo":%q,"merchantId":"000000000000179","reason":"salah harga"}`, number)
}

// qr makes a QR and returns the truth of it.
func (w *snapWorld) qr(number string, amount int64) Transaction {
	w.t.Helper()
	w.want(w.call(generatePath, generateBody(number, amount)), "2004700")
	got, ok := w.core.QRTransaction("uji", number)
	if !ok {
		w.t.Fatalf("no QR %s", number)
	}
	return got
}

func (w *snapWorld) state(number string, want State) {
	w.t.Helper()
	if got, _ := w.core.QRTransaction("uji", number); got.State != want {
		w.t.Errorf("QR %s is %s, want %s", number, got.State, want)
	}
}

// status is the latestTransactionStatus that a query tells.
func (w *snapWorld) status(number, want string) {
	w.t.Helper()
	if got := w.answered(w.call(queryPath, queryBody(number)))["latestTransactionStatus"]; got != want {
		w.t.Errorf("status of %s = %v, want %s", number, got, want)
	}
}

// The whole life: token, generate, query, scan, pay, query, refund, query.
func TestQRLife(t *testing.T) {
	t.Parallel()
	w := newSNAPWorld(t, snapOptions())
	id := w.call(generatePath, generateBody("000000000123", 10_000))
	made := w.answered(id)
	if made["responseMessage"] != "Successful" || made["partnerReferenceNo"] != "000000000123" || made["qrContent"] != made["qrStr"] ||
		made["referenceNo"] != made["refNo"] || made["terminalId"] != "00000179" || made["merchantName"] != "Toko Uji" {
		t.Errorf("generate answered %v", made)
	}
	if got := w.got[id].Header.Get("X-Timestamp"); got != "2026-11-21T10:00:00+07:00" {
		t.Errorf("X-TIMESTAMP of the answer = %q", got)
	}
	content := made["qrContent"].(string)
	if _, err := qris.Check(content, qris.Want{Amount: 10_000, NMID: "ID1020000000017"}); err != nil {
		t.Errorf("the QR is refused by our own client: %v", err)
	}
	w.status("000000000123", "01")
	w.after(10 * time.Second)
	paying, err := w.core.Scan(w.now, "081211111111", " "+content+"\n")
	if err != nil {
		t.Fatal(err)
	}
	w.status("000000000123", "02")
	if err := w.core.Choose(w.now, paying, Both); err != nil {
		t.Fatal(err)
	}
	w.balance("081211111111", seededCash-5000, seededPoints-5000)
	w.after(10 * time.Second)
	paid := w.answered(w.call(queryPath, queryBody("000000000123")))
	if paid["latestTransactionStatus"] != "00" || paid["paidTime"] != "2026-11-21T10:00:10+07:00" || paid["originalReferenceNo"] != made["referenceNo"] ||
		paid["amount"].(map[string]any)["value"] != "10000.00" || paid["serviceCode"] != "47" {
		t.Errorf("query answered %v", paid)
	}
	refund := w.call(refundPath, refundBody("000000000123", "R-1", 10_000))
	first := string(w.got[refund].Body)
	w.balance("081211111111", seededCash, seededPoints)
	w.after(time.Minute)
	again := w.call(refundPath, refundBody("000000000123", "R-1", 10_000))
	if got := string(w.got[again].Body); got != first || !strings.Contains(first, `"responseCode":"2007800"`) {
		t.Errorf("the same refund again\n got %s\nwant %s", got, first)
	}
	w.balance("081211111111", seededCash, seededPoints)
	w.status("000000000123", "04")
	if got := w.core.ViolationCounts(); len(got) != 0 {
		t.Errorf("violations: %v", got)
	}
}

func TestQRLivesFor75Seconds(t *testing.T) {
	t.Parallel()
	w := newSNAPWorld(t, snapOptions())
	first, second := w.qr("000000000001", 500), w.qr("000000000002", 500)
	w.after(74900 * time.Millisecond)
	if err := w.core.ScanID(w.now, first.ID, "081211111111"); err != nil {
		t.Fatal(err)
	}
	if err := w.core.Choose(w.now, first.ID, Cash); err != nil {
		t.Errorf("pay at 74.9 s: %v", err)
	}
	w.after(100 * time.Millisecond)
	if err := w.core.ScanID(w.now, second.ID, "081211111111"); err != ErrNotPending {
		t.Errorf("scan at 75 s: %v", err)
	}
	w.state("000000000001", Paid)
	w.state("000000000002", Expired)
	got := w.answered(w.call(queryPath, queryBody("000000000002")))
	if got["latestTransactionStatus"] != "06" || got["transactionStatusDesc"] != "Expired" {
		t.Errorf("query of an expired QR = %v", got)
	}
	if w.want(w.call(cancelPath, cancelBody("000000000002")), "4037700"); len(w.core.OpenQRs(w.now, 9)) != 0 {
		t.Error("an expired QR is listed as open")
	}
	w.balance("081211111111", seededCash-500, seededPoints)
}

// A script's customer may be late: the provider told 06 before, and 00 afterwards.
func TestOrderedPaymentAfterItsTime(t *testing.T) {
	t.Parallel()
	options := snapOptions()
	options.Scripts = []Script{{Operation: OperationGenerate, Effect: Effect{Customer: Cash, CustomerAfter: Duration(76 * time.Second), Payer: "081211119999"}}}
	w := newSNAPWorld(t, options)
	w.qr("000000000001", 500)
	w.after(75500 * time.Millisecond)
	w.status("000000000001", "06")
	w.after(time.Second)
	w.status("000000000001", "00")
	w.balance("081211119999", seededCash-500, seededPoints)
}

// PayLate pays a QR whose end was told before, scanned or not, and no QR that has come to another end.
func TestPayLate(t *testing.T) {
	t.Parallel()
	w := newSNAPWorld(t, snapOptions())
	scanned, photographed := w.qr("000000000001", 100), w.qr("000000000002", 200)
	if err := w.core.ScanID(w.now, scanned.ID, "081211111111"); err != nil {
		t.Fatal(err)
	}
	if err := w.core.PayLate(w.now, scanned.ID, "081211111111", Cash, 76*time.Second); err != nil {
		t.Fatal(err)
	}
	w.after(75*time.Second + time.Millisecond)
	w.status("000000000001", "06")
	w.status("000000000002", "06")
	w.after(time.Second)
	w.status("000000000001", "00")
	if err := w.core.PayLate(w.now, photographed.ID, "081211119999", Points, 0); err != nil {
		t.Fatal(err)
	}
	w.status("000000000002", "00")
	for _, bad := range []struct {
		id    uint64
		phone string
		with  Choice
		want  error
	}{
		{99, "081211111111", Cash, ErrUnknownQR},
		{scanned.ID, "081299999999", Cash, ErrUnknownPhone},
		{scanned.ID, "081211111111", "gold", ErrUnknownChoice},
		{scanned.ID, "081211111111", Cash, ErrNotPending},
	} {
		if err := w.core.PayLate(w.now, bad.id, bad.phone, bad.with, 0); err != bad.want {
			t.Errorf("PayLate(%d, %s) = %v, want %v", bad.id, bad.with, err, bad.want)
		}
	}
}

// A seeded phone does to a QR what it does to a push, when it scans it and when the
// amount is its last seven digits.
func TestSeededPhonesAndQRs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		phone        string
		at1, at3     State
		after, at80  string // status at 3 s and at 80 s
		cash, points bool
		notices      []time.Duration
	}{
		{"081211110101", Pending, Paid, "00", "00", true, false, []time.Duration{2 * time.Second}},
		{"081211110102", Pending, Paid, "00", "00", false, true, []time.Duration{2 * time.Second}},
		{"081211110103", Pending, Paid, "00", "00", true, true, []time.Duration{2 * time.Second}},
		{"081211110160", Ignored, Ignored, "02", "06", false, false, nil},
		{"081211110162", Pending, Paid, "00", "00", true, false, []time.Duration{62 * time.Second}},
		{"081211110165", Pending, Paid, "00", "00", true, false, nil},
		{"081211110017", Declined, Declined, "06", "06", false, false, nil},
		{"081211110061", Refused, Refused, "06", "06", false, false, nil},
	} {
		for _, byAmount := range []bool{false, true} {
			options := snapOptions(func(o *SNAPOptions) { o.Merchants[0].Callback.URL = "http://127.0.0.1/n" })
			w := newSNAPWorld(t, options)
			amount := int64(12_500)
			if byAmount {
				if _, err := fmt.Sscan(c.phone[5:], &amount); err != nil {
					t.Fatal(err)
				}
			}
			made := w.qr("000000000001", amount)
			if !byAmount {
				if err := w.core.ScanID(w.now, made.ID, c.phone); err != nil {
					t.Fatal(err)
				}
			}
			w.after(time.Second)
			w.state("000000000001", c.at1)
			w.after(2 * time.Second)
			w.state("000000000001", c.at3)
			w.status("000000000001", c.after)
			w.notified(c.notices, 77*time.Second)
			w.status("000000000001", c.at80)
			got, _ := w.core.QRTransaction("uji", "000000000001")
			if got.Phone != c.phone || (got.Cash > 0) != c.cash || (got.Points > 0) != c.points || got.Held() != got.Cash+got.Points {
				t.Errorf("%s by amount %v: %+v", c.phone, byAmount, got)
			}
			w.balance(c.phone, seededCash-got.Cash, seededPoints-got.Points)
		}
	}
	w := newSNAPWorld(t, snapOptions())
	w.qr("000000000001", magicAmount)
	w.qr("000000000002", 1_110_111)
	w.after(10 * time.Second)
	w.state("000000000001", Pending)
	w.state("000000000002", Pending)
}

// notified lets time pass and acknowledges every notification; since the beginning they
// must have left when wanted.
func (w *snapWorld) notified(want []time.Duration, within time.Duration) {
	w.t.Helper()
	var got []time.Duration
	for end := w.now.Add(within); ; {
		for _, n := range w.left {
			got = append(got, n.At.Sub(morning))
			w.core.Delivered(w.now, n.ID, 200, []byte(`{"responseCode":"2005200","responseMessage":"Successful"}`))
		}
		w.left = nil
		next, ok := w.core.Next()
		if !ok || next.After(end) {
			w.until(end)
			break
		}
		w.until(next)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		w.t.Errorf("notifications left at %v, want %v", got, want)
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	w := newSNAPWorld(t, snapOptions())
	made := w.qr("000000000001", 500)
	first := w.call(cancelPath, cancelBody("000000000001"))
	w.want(first, "2007700")
	w.status("000000000001", "05")
	if err := w.core.ScanID(w.now, made.ID, "081211111111"); err != ErrNotPending {
		t.Errorf("scan a cancelled QR: %v", err)
	}
	w.after(time.Second)
	if again := w.call(cancelPath, cancelBody("000000000001")); string(w.got[again].Body) != string(w.got[first].Body) {
		t.Errorf("cancel again = %s", w.got[again].Body)
	}
	w.qr("000000000002", 1_110_101)
	w.after(2 * time.Second)
	w.want(w.call(cancelPath, cancelBody("000000000002")), "4047700")
	w.want(w.call(cancelPath, cancelBody("000000000003")), "4047701")
	w.want(w.call(cancelPath, strings.Replace(cancelBody("000000000002"), `"reason"`, `"amount":{"value":"1.00","currency":"IDR"},"reason"`, 1)), "4047713")
	none := newSNAPWorld(t, snapOptions(func(o *SNAPOptions) { o.NoCancel = true }))
	none.qr("000000000001", 500)
	none.want(none.call(cancelPath, cancelBody("000000000001")), "4057700")
}

func TestRefundRules(t *testing.T) {
	t.Parallel()
	w := newSNAPWorld(t, snapOptions())
	w.qr("000000000001", 1_110_101)
	w.qr("000000000002", 500)
	w.qr("000000000003", 1_110_102)
	w.after(3 * time.Second)
	w.want(w.call(refundPath, refundBody("000000000009", "R-1", 500)), "4047801")
	w.want(w.call(refundPath, refundBody("000000000002", "R-1", 500)), "4047800")
	w.want(w.call(refundPath, refundBody("000000000001", "R-1", 500)), "4047813")
	w.want(w.call(refundPath, refundBody("000000000001", "R-1", 1_110_101)), "2007800")
	w.want(w.call(refundPath, refundBody("000000000001", "R-1", 1_110_100)), "4047818")
	w.want(w.call(refundPath, refundBody("000000000003", "R-1", 1_110_102)), "4047818")
	w.want(w.call(refundPath, refundBody("000000000001", "R-2", 1_110_101)), "4037815")
	w.balance("081211110101", seededCash, seededPoints)
	w.until(time.Date(2026, 11, 21, 23, 59, 59, 999e6, WIB))
	w.login()
	w.want(w.call(refundPath, refundBody("000000000001", "R-1", 1_110_101)), "2007800")
	w.after(time.Millisecond)
	w.want(w.call(refundPath, refundBody("000000000003", "R-3", 1_110_102)), "4037815")
	w.want(w.call(refundPath, refundBody("000000000001", "R-1", 1_110_101)), "2007800") // what is done is told again
	w.balance("081211110102", seededCash, seededPoints-1_110_102)
}

func TestTokens(t *testing.T) {
	t.Parallel()
	w := newSNAPWorld(t, snapOptions())
	w.after(15*time.Minute - time.Millisecond)
	w.want(w.call(queryPath, queryBody("000000000001")), "4045101")
	w.after(time.Millisecond)
	id := w.call(queryPath, queryBody("000000000001"))
	want := `{"responseCode":"4015101","responseMessage":"Invalid Token:Anda Tidak Memiliki Akses","data":{"actionables":[{"pinWebviewURL":` +
		`"http://sandbox.test/cellblockui/v2/paymentPin","qParams":{"action":"regeneratePayment","client-id":"uji"}}],` +
		`"error":{"code":"OV00502","message":"Unauthorized access"}}}`
	if got := string(w.got[id].Body); got != want || w.got[id].Status != 401 {
		t.Errorf("a dead token is answered %d\n got %s\nwant %s", w.got[id].Status, got, want)
	}
	w.login()
	w.qr("000000000001", 500)
	old := w.p.token
	w.login() // two replicas: both tokens live
	if w.core.ViolationCounts()[RuleTokenKept] != 1 {
		t.Errorf("a second token was not noted: %v", w.core.ViolationCounts())
	}
	young := w.p.token
	w.p.token = old
	w.status("000000000001", "01")
	if n := w.core.KillTokens("uji"); n != 2 || len(w.core.Tokens(w.now)) != 0 {
		t.Errorf("killed %d, left %v", n, w.core.Tokens(w.now))
	}
	for _, w.p.token = range []string{old, young} {
		w.want(w.call(queryPath, queryBody("000000000001")), "4015101")
	}
	if len(w.core.snap.tokens) != 0 {
		t.Errorf("%d tokens are kept", len(w.core.snap.tokens))
	}
}

// The codes that a script, the X-EXTERNAL-ID, or nobody orders, on every operation.
func TestEverySNAPOperationCanBeForced(t *testing.T) {
	t.Parallel()
	calls := func(w *snapWorld, number string) map[Operation][2]string {
		return map[Operation][2]string{
			OperationToken:    {tokenPath, `{"grantType":"client_credentials"}`},
			OperationGenerate: {generatePath, generateBody(number, 700)},
			OperationQuery:    {queryPath, queryBody(number)},
			OperationRefund:   {refundPath, refundBody(number, "R", 700)},
			OperationCancel:   {cancelPath, cancelBody(number)},
			OperationBind:     {bindPath, bindBody("081211111111")},
			OperationUnbind:   {unbindPath, `{"merchantId":"000000000000179","linkId":"x"}`},
		}
	}
	services := map[Operation]string{
		OperationToken: "73", OperationGenerate: "47", OperationQuery: "51", OperationRefund: "78", OperationCancel: "77",
		OperationBind: "07", OperationUnbind: "09",
	}
	for operation, service := range services {
		w := newSNAPWorld(t, snapOptions())
		if _, err := w.core.AddScript(Script{Operation: operation, Times: 1, Effect: Effect{Code: "5040000"}}); err != nil {
			t.Fatal(err)
		}
		call := calls(w, "000000000001")[operation]
		id := w.call(call[0], call[1])
		w.want(id, "504"+service+"00")
		if got := w.answered(id)["responseMessage"]; got != "Timeout" {
			t.Errorf("%s: message %v", operation, got)
		}
		if _, made := w.core.QRTransaction("uji", "000000000001"); made {
			t.Errorf("%s was acted on", operation)
		}
		if operation == OperationToken {
			continue
		}
		id = w.call(call[0], call[1], func(r *snapRequest) { r.headers["X-External-Id"] = "99999" + "4290000" + "123" })
		w.want(id, "429"+service+"00")
		for _, ordinary := range []string{"999992000000", "999994034799", "9999940", "999999900000"} { // no outcomes
			w.call(call[0], call[1], func(r *snapRequest) { r.headers["X-External-Id"] = ordinary })
		}
	}
	w := newSNAPWorld(t, snapOptions())
	if _, err := w.core.AddScript(Script{Operation: OperationGenerate, Times: 1, Effect: Effect{AnswerCode: "5004701"}}); err != nil {
		t.Fatal(err)
	}
	w.want(w.call(generatePath, generateBody("000000000001", 700)), "5004701")
	w.state("000000000001", Pending) // done all the same
	w.want(w.call(generatePath, generateBody("000000000001", 700)), "4094701")
}

func TestSNAPScripts(t *testing.T) {
	t.Parallel()
	w := newSNAPWorld(t, snapOptions())
	add := func(s Script) {
		t.Helper()
		if _, err := w.core.AddScript(s); err != nil {
			t.Fatal(err)
		}
	}
	add(Script{Rail: RailSNAP, Amount: 777, Effect: Effect{Code: "4034705"}})
	add(Script{Invoice: "000000000002", Operation: OperationGenerate, Effect: Effect{Code: "5004700"}})
	add(Script{ExternalID: "42", Effect: Effect{Code: "5004702"}})
	add(Script{Operation: OperationQuery, Times: 1, Effect: Effect{Status: "03"}})
	add(Script{Effect: Effect{Code: "40"}}) // of the other rail
	w.want(w.call(generatePath, generateBody("000000000001", 777)), "4034705")
	w.want(w.call(generatePath, generateBody("000000000002", 700)), "5004700")
	w.want(w.call(generatePath, generateBody("000000000003", 700), func(r *snapRequest) { r.headers["X-External-Id"] = "42" }), "5004702")
	w.qr("000000000003", 700)
	w.status("000000000003", "03")
	w.status("000000000003", "01")
	for _, bad := range []Script{
		{Operation: OperationQuery, Effect: Effect{Code: "40"}},
		{Operation: OperationPush, Effect: Effect{Code: "4034705"}},
		{Rail: RailOVO, Operation: OperationQuery, Effect: Effect{Answer: AnswerLost}},
		{Effect: Effect{Code: "9034705"}},
		{Effect: Effect{Status: "0"}},
		{Effect: Effect{Notify: "eaten"}},
		{Effect: Effect{Payer: "12"}},
	} {
		if _, err := w.core.AddScript(bad); err == nil {
			t.Errorf("script %+v was taken", bad)
		}
	}
}

// What a generate's answer can be instead of the truth; the truth is made all the same.
func TestWrongQRs(t *testing.T) {
	t.Parallel()
	for fault, want := range map[AnswerFault]string{
		AnswerBadChecksum: "checksum", AnswerOtherAmount: "amount", AnswerOtherMerchant: "NMID", AnswerForeign: "",
		AnswerTruncated: "unreadable 200", AnswerLost: "never", AnswerReset: "reset", AnswerEmpty404: "empty 404",
		AnswerHTTP500: "unreadable 500", AnswerHTTP502: "unreadable 502", AnswerHTML: "unreadable 200",
	} {
		w := newSNAPWorld(t, snapOptions())
		if _, err := w.core.AddScript(Script{Operation: OperationGenerate, Effect: Effect{Answer: fault}}); err != nil {
			t.Fatal(err)
		}
		id := w.call(generatePath, generateBody("000000000001", 700))
		w.state("000000000001", Pending)
		if code := w.code(id); code != "2004700" {
			if code != want {
				t.Errorf("%s: answered %s, want %s", fault, code, want)
			}
			continue
		}
		body := w.answered(id)
		if fault == AnswerForeign {
			if body["partnerReferenceNo"] == "000000000001" {
				t.Error("the foreign answer is its own")
			}
			continue
		}
		_, err := qris.Check(body["qrContent"].(string), qris.Want{Amount: 700, NMID: "ID1020000000017"})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: check says %v, want a word of %s", fault, err, want)
		}
	}
}

func TestRequestsOnTheirWay(t *testing.T) {
	t.Parallel()
	second := Duration(time.Second)
	for _, c := range []struct {
		effect   Effect
		at0, at5 string
		made0    bool
		made5    bool
	}{
		{Effect{Request: RequestLost}, "never", "never", false, false},
		{Effect{Request: RequestReset}, "reset", "reset", false, false},
		{Effect{RequestDelay: 4 * second}, "", "2004700", false, true},
		{Effect{ProcessDelay: 4 * second}, "", "2004700", false, true},
		{Effect{AnswerAfter: 4 * second}, "", "2004700", true, true},
		{Effect{RequestDelay: 6 * 60 * second}, "", "", false, false},
	} {
		w := newSNAPWorld(t, snapOptions())
		if _, err := w.core.AddScript(Script{Operation: OperationGenerate, Effect: c.effect}); err != nil {
			t.Fatal(err)
		}
		id := w.call(generatePath, generateBody("000000000001", 700))
		w.want(id, c.at0)
		if _, made := w.core.QRTransaction("uji", "000000000001"); made != c.made0 {
			t.Errorf("%+v: made %v at once", c.effect, made)
		}
		w.after(5 * time.Second)
		w.want(id, c.at5)
		if _, made := w.core.QRTransaction("uji", "000000000001"); made != c.made5 {
			t.Errorf("%+v: made %v after 5 s", c.effect, made)
		}
		if time.Duration(c.effect.RequestDelay) > timeWindow {
			w.after(6 * time.Minute)
			w.want(id, "4014700") // its signature is too old by then
		}
	}
}

func TestScanErrors(t *testing.T) {
	t.Parallel()
	w := newSNAPWorld(t, snapOptions())
	made := w.qr("000000000001", 500)
	for text, want := range map[string]error{
		"": ErrNotQR, "hello": ErrNotQR, spoilChecksum(made.QR): ErrNotQR, strings.Repeat("0", 5000): ErrNotQR,
		// Somebody else's QR.
		"00020101021226670015ID.OVO.EMULATOR011893600912300000179002150000000000001790303UME51440014ID.CO.QRIS.WWW0215ID10200000000170303UME5204581253033605405100005802ID5917TOKO UJI EMULATOR6015JAKARTA SELATAN610512950625101120000000001230519202611211015300000107080000017963049F4B": ErrUnknownQR,
	} {
		if _, err := w.core.Scan(w.now, "081211111111", text); err != want {
			t.Errorf("scan %.20q: %v, want %v", text, err, want)
		}
	}
	if _, err := w.core.Scan(w.now, "081299999999", made.QR); err != ErrUnknownPhone {
		t.Errorf("unknown phone: %v", err)
	}
	if err := w.core.Choose(w.now, made.ID, Cash); err != ErrNotScanned {
		t.Errorf("pay before the scan: %v", err)
	}
	for range 2 {
		if _, err := w.core.Scan(w.now, "6281211111111", made.QR); err != nil {
			t.Errorf("scan: %v", err)
		}
	}
	if _, err := w.core.Scan(w.now, "081211119999", made.QR); err != ErrScanned {
		t.Errorf("scan of another: %v", err)
	}
	if err := w.core.ScanID(w.now, 99, "081211111111"); err != ErrUnknownQR {
		t.Errorf("scan of none: %v", err)
	}
}

func TestMoneyThatDoesNotReachAQR(t *testing.T) {
	t.Parallel()
	options := snapOptions()
	options.Wallets = []Wallet{{Phone: "081211111111", Name: "Siti", Cash: 100}}
	w := newSNAPWorld(t, options)
	made := w.qr("000000000001", 101)
	if err := w.core.ScanID(w.now, made.ID, "081211111111"); err != nil {
		t.Fatal(err)
	}
	if err := w.core.Choose(w.now, made.ID, Cash); err != nil {
		t.Fatal(err)
	}
	w.state("000000000001", Refused)
	w.status("000000000001", "06")
	w.balance("081211111111", 100, 0)
}

// Whatever happens to QRs and pushes together, what customers have and what merchants
// hold is what was paid in.
func TestMoneyIsConstantWithQRs(t *testing.T) {
	t.Parallel()
	choices := []Choice{Cash, Points, Both, Decline, Ignore}
	for seed := range uint64(30) {
		options := snapOptions(func(o *SNAPOptions) { o.Merchants[0].Callback.URL = "http://127.0.0.1/n" })
		w := newSNAPWorld(t, options)
		random := newRandom(seed)
		made := 0
		number := func() string { return fmt.Sprintf("%012d", 1+random(made+1)) }
		for step := range 120 {
			phone := SeededPhones()[random(len(SeededPhones()))].Phone
			id := uint64(1 + random(step+1))
			switch random(9) {
			case 0, 1, 2:
				made++
				w.call(generatePath, generateBody(fmt.Sprintf("%012d", made), int64(1+random(3_000_000))))
			case 3, 4:
				_ = w.core.ScanID(w.now, id, phone)
			case 5:
				_ = w.core.Choose(w.now, id, choices[random(len(choices))])
			case 6:
				n := number()
				got, _ := w.core.QRTransaction("uji", n)
				w.call(refundPath, refundBody(n, fmt.Sprint("R", random(9)), got.Amount+int64(random(2))))
			case 7:
				w.call(cancelPath, cancelBody(number()))
			case 8:
				w.say(w.push(phone))
			}
			w.after(time.Duration(random(9000)) * time.Millisecond)
			for _, n := range w.left {
				w.core.Delivered(w.now, n.ID, []int{0, 200, 500}[random(3)], []byte(`{"responseCode":"2005200"}`))
			}
			w.left = nil
			if totals := w.core.Totals(); totals.PaidIn != totals.Balances+totals.Held || totals.Charged != totals.Held+totals.GivenBack {
				t.Fatalf("seed %d: totals do not add up: %+v", seed, totals)
			}
		}
		w.after(2 * time.Minute)
		if totals := w.core.Totals(); totals.Charged == 0 {
			t.Errorf("seed %d: nothing was ever charged", seed)
		}
		if len(w.core.outbox.sent) != 0 {
			t.Errorf("seed %d: %d notifications are waited for ever", seed, len(w.core.outbox.sent))
		}
		if _, more := w.core.Next(); more && w.core.Held() == 0 {
			t.Errorf("seed %d: something is planned though all is over", seed)
		}
	}
}

func TestQRsWithBoundedMemory(t *testing.T) {
	t.Parallel()
	options := snapOptions()
	options.KeepTransactions = 10
	w := newSNAPWorld(t, options)
	for i := range 50 {
		w.qr(fmt.Sprintf("%012d", i), 1_110_101)
		w.after(3 * time.Second)
		w.want(w.call(refundPath, refundBody(fmt.Sprintf("%012d", i), fmt.Sprint("R", i), 1_110_101)), "2007800")
	}
	s := &w.core.snap
	if len(w.core.ledger) != 10 || len(s.byInvoice) != 10 || len(s.byReference) != 10 || len(s.byQR) != 10 || len(s.list[0].refunds) != 10 {
		t.Errorf("kept %d payments, %d, %d, %d numbers, %d refunds", len(w.core.ledger), len(s.byInvoice), len(s.byReference), len(s.byQR), len(s.list[0].refunds))
	}
	w.balance("081211110101", seededCash, seededPoints)
}

func bindBody(phone string) string {
	return fmt.Sprintf(`{"partnerReferenceNo":"000000000124","merchantId":"000000000000179","phoneNo":%q,"redirectUrl":"https://partner.example/cb?a=1&b=2"}`, phone)
}
