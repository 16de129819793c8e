package api

import (
	"context"
	"crypto/md5"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/doku"
	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/sandbox"
)

const (
	byDOKU   = `{"amount":12500,"reference":"INV-1","method":"ovo_push","rail":"doku","phone":"081211110101"}`
	byFaspay = `{"amount":12500,"reference":"INV-1","method":"ovo_push","rail":"faspay","phone":"081211110101",` +
		`"customer":{"name":"Budi Santoso","email":"budi@example.id"},"items":[{"name":"Kopi","quantity":2,"price":6250}],"description":"Dua kopi"}`
	byPage = `{"amount":12500,"reference":"INV-1","method":"ovo_push","account":"page","phone":"081211110101"}`
)

// serveAggregators is a world whose merchant has accounts at DOKU and Faspay, with the real clients and the emulated
// providers over loopback. Nothing is notified by itself.
func serveAggregators(t *testing.T) *qrWorld {
	t.Helper()
	w := &qrWorld{world: newWorld(t, nil)}
	door := httptest.NewServer(w.handler)
	t.Cleanup(door.Close)
	w.url = door.URL
	w.provider = sandbox.New(sandbox.Options{Now: w.server.Now})
	provider := httptest.NewServer(w.provider.Handler())
	transport := exchange.NewTransport(exchange.Options{})
	t.Cleanup(func() {
		w.provider.Close()
		transport.CloseIdleConnections()
		provider.CloseClientConnections()
		provider.Close()
	})
	accounts := []engine.Account{account("mer_a", "main", merchant.Sandbox, w.rail)}
	for _, a := range aggregatorAccounts(provider.URL) {
		line, err := rail.Open(a, transport, w.server.Now)
		if err != nil {
			t.Fatal(err)
		}
		accounts = append(accounts, engine.Account{Account: a, Line: line})
	}
	var err error
	w.engine, err = engine.New(t.Context(), engine.Options{
		Store: w.store, Accounts: accounts, Keyring: w.server.Keyring, Now: w.server.Now, Log: w.server.Log,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.server.Engine = w.engine
	w.server.CheckoutURL = func(p payment.Payment) string { return "https://pay.example.id/pay/" + p.ID }
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = w.engine.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
	return w
}

func aggregatorAccounts(address string) []merchant.Account {
	d, f := sandbox.DemoDOKUMerchant(), sandbox.DemoFaspayMerchant()
	made := func(id string, terms payment.Terms) merchant.Account {
		return merchant.Account{
			ID: id, MerchantID: "mer_a", Rail: terms.Rail, Environment: merchant.Sandbox, URL: address, Terms: terms,
			Terminals: []merchant.Terminal{{Style: payment.BySequence, Terminal: payment.Terminal{ID: id}}},
			DOKU:      merchant.DOKUCredentials{ClientID: d.ClientID, SecretKey: merchant.NewSecret(d.Secret)},
			Faspay: merchant.FaspayCredentials{
				MerchantID: f.MerchantID, Merchant: f.Name, UserID: f.UserID, Password: merchant.NewSecret(f.Password),
				Customer: merchant.FaspayCustomer{Name: "Pelanggan", Email: "kasir@example.id"},
			},
		}
	}
	page := payment.FaspayTerms()
	page.Flow = payment.Redirect
	return []merchant.Account{made("doku", payment.DOKUTerms()), made("faspay", payment.FaspayTerms()), made("page", page)}
}

// until asks for a payment until it is in a state.
func (w *qrWorld) until(id, state string) Payment {
	w.t.Helper()
	for limit := time.Now().Add(20 * time.Second); ; {
		p := w.do("GET", "/v1/payments/"+id+"?wait=1", "").payment(w.t)
		if p.State == state {
			return p
		}
		if time.Now().After(limit) {
			w.t.Fatalf("state %s (%+v), want %s", p.State, p.Failure, state)
		}
	}
}

func TestPaymentByDOKU(t *testing.T) {
	t.Parallel()
	w := serveAggregators(t)
	p := w.do("POST", "/v1/payments?wait=20", byDOKU).payment(t)
	if p.State != "paid" || p.Rail != "doku" || p.Account != "doku" || p.Attempts[0].ApprovalCode == "" {
		t.Fatalf("payment = %+v, want it paid by DOKU", p)
	}
	p = w.do("POST", "/v1/payments/"+p.ID+"/void?wait=20", "").payment(t)
	if p.State != "voided" {
		t.Errorf("state %s, want voided", p.State)
	}
}

func TestPaymentByFaspay(t *testing.T) {
	t.Parallel()
	w := serveAggregators(t)
	made := w.do("POST", "/v1/payments", byFaspay)
	p := made.payment(t)
	if made.status != 201 || p.Rail != "faspay" || (p.State != "presenting" && p.State != "pushing") || p.Deadline == nil && p.State == "pushing" {
		t.Fatalf("answer %d %s", made.status, made.body)
	}
	p = w.until(p.ID, "awaiting") // nothing is notified by itself
	w.forward(time.Minute)
	p = w.until(p.ID, "paid")
	exchanges := w.do("GET", "/v1/payments/"+p.ID+"/exchanges", "")
	if strings.Contains(string(made.body), "Budi") || strings.Contains(string(exchanges.body), "budi@example.id") {
		t.Error("the customer is shown")
	}
	if strings.Contains(w.logs.String(), "Budi") {
		t.Error("the customer is in the log")
	}
}

func TestPaymentOnFaspaysPage(t *testing.T) {
	t.Parallel()
	w := serveAggregators(t)
	p := w.do("POST", "/v1/payments?wait=20", byPage).payment(t)
	if p.State != "awaiting" || p.NextAction == nil || p.NextAction.What != "pay" || p.NextAction.Who != "customer" ||
		!strings.Contains(p.NextAction.RedirectURL, "/pws/100003/") || p.Deadline == nil {
		t.Fatalf("state %s, next %+v, want the customer sent to Faspay's page", p.State, p.NextAction)
	}
	paid := w.do("POST", "/v1/payments?wait=20", byPage).payment(t)
	r, err := http.PostForm(paid.NextAction.RedirectURL, url.Values{"ovo_number": {"081211110101"}})
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Body.Close()
	p = w.do("POST", "/v1/payments/"+p.ID+"/cancel", "").payment(t)
	p = w.until(p.ID, "canceled")
	if p.NextAction != nil {
		t.Errorf("next %+v after the cancel", p.NextAction)
	}
	w.forward(time.Minute)
	w.until(paid.ID, "paid")
}

func TestBillsExpiry(t *testing.T) {
	t.Parallel()
	w := serveAggregators(t)
	at := func(d time.Duration) string {
		return strings.Replace(byPage, "{", `{"expires_at":"`+w.server.Now().Add(d).Format(time.RFC3339)+`",`, 1)
	}
	for _, wrong := range []time.Duration{-time.Hour, time.Minute, 31 * 24 * time.Hour} {
		if p := w.do("POST", "/v1/payments", at(wrong)).problem(t); p.Code != "expires_at_invalid" || p.Field != "expires_at" {
			t.Errorf("a bill of %s: %+v", wrong, p)
		}
	}
	p := w.do("POST", "/v1/payments?wait=20", at(2*time.Hour)).payment(t)
	if left := p.Deadline.Sub(w.server.Now()); left < 118*time.Minute || left > 122*time.Minute {
		t.Errorf("the bill's deadline is in %s, want two hours", left)
	}
}

func signFaspay(billNo, status string) string {
	m := sandbox.DemoFaspayMerchant()
	sum := md5.Sum([]byte(m.UserID + m.Password + billNo + status))
	signature := sha1.Sum([]byte(hex.EncodeToString(sum[:])))
	return hex.EncodeToString(signature[:])
}

// faspayJSON is a notification, with more fields behind those that must be.
func faspayJSON(billNo, status, more string) string {
	return fmt.Sprintf(`{"trx_id":"9999981200000001","merchant_id":%q,"bill_no":%q,"payment_status_code":%q,"signature":%q%s}`,
		sandbox.DemoFaspayMerchant().MerchantID, billNo, status, signFaspay(billNo, status), more)
}

func (w *qrWorld) wantDoor(name string, a answer, status int, says string) {
	w.t.Helper()
	if a.status != status || !strings.Contains(string(a.body), says) {
		w.t.Errorf("%s: answer %d %s, want %d with %q", name, a.status, a.body, status, says)
	}
}

// What comes to Faspay's door is read in either form, whatever it calls itself, or refused with a reason; nothing of it
// makes a payment paid, since Faspay is asked first.
func TestFaspaysDoor(t *testing.T) {
	t.Parallel()
	w := serveAggregators(t)
	p := w.do("POST", "/v1/payments?wait=20", byPage).payment(t)
	bill := p.Attempts[0].Invoice
	const door = "/notify/faspay/page"
	asXML := fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?><faspay><trx_id>1</trx_id><merchant_id>%s</merchant_id><bill_no>%s</bill_no>`+
		`<payment_status_code>1</payment_status_code><signature>%s</signature></faspay>`, sandbox.DemoFaspayMerchant().MerchantID, bill, signFaspay(bill, "1"))
	numbers := strings.Replace(strings.Replace(faspayJSON(bill, "1", ""), `"9999981200000001"`, "9999981200000001", 1), `:"1"`, ":1", 1)
	for _, c := range []struct {
		name, body string
		status     int
		says       string
	}{
		{"JSON", faspayJSON(bill, "1", ""), 200, `"response_code":"00"`},
		{"XML", asXML, 200, "<response_code>00</response_code>"},
		{"numbers for texts", numbers, 200, `"response_code":"00"`},
		{"a signature in capitals", strings.Replace(faspayJSON(bill, "1", ""), signFaspay(bill, "1"), strings.ToUpper(signFaspay(bill, "1")), 1), 200, `"response_code":"00"`},
		{"nulls, empty texts and the text null", faspayJSON(bill, "1", `,"payment_reff":"null","payment_date":"","bank_user_name":null,"payment_total":"null"`), 200, `"response_code":"00"`},
		{"unknown fields", faspayJSON(bill, "1", `,"x":{"y":[1,2,{"z":"w"}]}`), 200, `"response_code":"00"`},
		{"paid, says the customer", faspayJSON(bill, "2", `,"payment_total":"12500"`), 200, `"response_code":"00"`},
		{"forged", strings.Replace(faspayJSON(bill, "1", ""), `"1"`, `"2"`, 1), 401, "Signature Not Match"},
		{"an XML bomb", `<!DOCTYPE f [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><faspay><bill_no>&b;</bill_no></faspay>`, 400, "Format Error"},
		{"an external entity", `<!DOCTYPE f [<!ENTITY x SYSTEM "file:///etc/passwd">]><faspay><bill_no>&x;</bill_no></faspay>`, 400, "Format Error"},
		{"a parameter entity", `<!DOCTYPE f [<!ENTITY % x SYSTEM "http://127.0.0.1:1/"> %x;]><faspay/>`, 400, "Format Error"},
		{"UTF-16", "\xff\xfe<\x00f\x00>\x00", 400, "Format Error"},
		{"Latin-1 that is ASCII", strings.Replace(asXML, "UTF-8", "ISO-8859-1", 1), 200, "<response_code>00</response_code>"},
		{"Latin-1 that is not", strings.Replace(strings.Replace(asXML, "UTF-8", "ISO-8859-1", 1), "<trx_id>", "<merchant>\xe9</merchant><trx_id>", 1), 200, "<response_code>00</response_code>"},
		{"another encoding", strings.Replace(asXML, "UTF-8", "EBCDIC", 1), 400, "Format Error"},
		{"a name that is no UTF-8", strings.Replace(faspayJSON(bill, "1", ""), "}", ",\"merchant\":\"\xff\xfe\"}", 1), 200, `"response_code":"00"`},
		{"a bill that is no UTF-8", strings.Replace(faspayJSON(bill, "1", ""), bill, bill+"\xff", 1), 400, "Format Error"},
		{"deep JSON", strings.Repeat(`{"a":`, 9000) + "1" + strings.Repeat("}", 9000), 400, "Format Error"},
		{"deep XML", strings.Repeat("<a>", 9000) + strings.Repeat("</a>", 9000), 400, "Format Error"},
		{"a form", url.Values{"bill_no": {bill}, "payment_status_code": {"2"}, "signature": {signFaspay(bill, "2")}}.Encode(), 400, "Format Error"},
		{"a field twice", faspayJSON(bill, "1", `,"bill_no":"x"`), 400, "Format Error"},
		{"a list", `[` + faspayJSON(bill, "1", "") + `]`, 400, "Format Error"},
		{"two messages", faspayJSON(bill, "1", "") + faspayJSON(bill, "2", ""), 400, "Format Error"},
		{"half a message", faspayJSON(bill, "1", "")[:80], 400, "Format Error"},
		{"null", "null", 400, "Format Error"},
		{"nothing", "", 400, "Format Error"},
		{"too long", faspayJSON(bill, "1", `,"x":"`+strings.Repeat("x", engine.NotificationMax)+`"`), 400, "Format Error"},
		{"another merchant's", strings.Replace(faspayJSON(bill, "1", ""), `"merchant_id":"`, `"merchant_id":"1`, 1), 404, "Invalid Merchant"},
		{"an unknown bill", faspayJSON("INV-1b", "2", ""), 404, "Transaction Not Found"},
		{"an amount with a sign", faspayJSON(bill, "2", `,"payment_total":"-12500"`), 400, "Format Error"},
		{"an amount as an object", faspayJSON(bill, "2", `,"payment_total":{"a":1}`), 400, "Format Error"},
	} {
		for _, media := range []string{"text/plain", "application/x-www-form-urlencoded", ""} {
			a := w.send(door, http.Header{"Content-Type": {media}}, []byte(c.body))
			w.wantDoor(c.name+" as "+media, a, c.status, c.says)
			if strings.Contains(string(a.body), "root:") {
				t.Fatalf("%s: a file was read", c.name)
			}
		}
	}
	if p := w.do("GET", "/v1/payments/"+p.ID, "").payment(t); p.State != "awaiting" {
		t.Errorf("the payment is %s, want it still awaiting: Faspay says that nobody has paid", p.State)
	}
	// The bill of one account at the door of another, which has the same credentials.
	w.wantDoor("another door", w.send("/notify/faspay/faspay", http.Header{}, []byte(faspayJSON(bill, "2", ""))), 404, "Transaction Not Found")
	w.wantDoor("no account", w.send("/notify/faspay/none", http.Header{}, []byte(faspayJSON(bill, "2", ""))), 404, "Transaction Not Found")
	w.store.away.Store(true)
	a := w.send(door, http.Header{}, []byte(faspayJSON(bill, "7", "")))
	w.store.away.Store(false)
	w.wantDoor("the database is away", a, 503, "Try Again")
}

func TestDOKUsDoor(t *testing.T) {
	t.Parallel()
	w := serveAggregators(t)
	w.script(sandbox.Script{Operation: sandbox.OperationPush, Effect: sandbox.Effect{Customer: sandbox.Ignore}})
	p := w.do("POST", "/v1/payments", byDOKU).payment(t)
	const door = "/notify/doku/doku"
	demo := sandbox.DemoDOKUMerchant()
	sign := func(target, body string) http.Header {
		signed := doku.Signed{
			ClientID: demo.ClientID, RequestID: "n-1", Timestamp: doku.FormatTimestamp(w.server.Now()), Target: target, Body: []byte(body),
		}
		return http.Header{
			"Client-Id": {signed.ClientID}, "Request-Id": {signed.RequestID}, "Request-Timestamp": {signed.Timestamp},
			"Signature": {doku.Sign(doku.Secret(demo.Secret), signed)}, "Content-Type": {"application/json"},
		}
	}
	body := func(status, more string) string {
		return fmt.Sprintf(`{"order":{"invoice_number":%q,"amount":12500},"transaction":{"status":%q,"date":"2021-01-27T03:24:23Z"}%s}`, p.Attempts[0].Invoice, status, more)
	}
	good := body("PENDING", "")
	for _, c := range []struct {
		name, body string
		status     int
	}{
		{"a status", good, 200},
		{"the same again", good, 200},
		{"printed with lines and spaces", strings.ReplaceAll(good, ",", ",\n  "), 200},
		{"unknown fields", body("PENDING", `,"x":{"y":[1]},"acquirer":null`), 200},
		{"the amount as a text", strings.Replace(good, "12500", `"12500"`, 1), 200},
		{"of no payment of ours", strings.Replace(good, p.Attempts[0].Invoice, "INV-1", 1), 404},
		{"a form", "order=1&status=SUCCESS", 400},
		{"XML", "<order/>", 400},
		{"deep", strings.Repeat(`{"a":`, 9000) + "1" + strings.Repeat("}", 9000), 400},
		{"a field twice", body("PENDING", `,"order":{"invoice_number":"x"}`), 400},
		{"no UTF-8", strings.Replace(good, "PENDING", "PEND\xffING", 1), 400},
		{"no status", body("", ""), 400},
		{"the text null", body("null", ""), 400},
		{"null", "null", 400},
		{"nothing", "", 400},
		{"two messages", good + good, 400},
		{"too long", body("PENDING", `,"x":"`+strings.Repeat("x", engine.NotificationMax)+`"`), 400},
	} {
		w.wantDoor(c.name, w.send(door, sign(door, c.body), []byte(c.body)), c.status, "message")
	}
	w.wantDoor("changed on its way", w.send(door, sign(door, good), []byte(body("SUCCESS", ""))), 401, "forged")
	w.wantDoor("for another address", w.send(door, sign("/notify/doku/other", good), []byte(good)), 401, "forged")
	unsigned := sign(door, good)
	unsigned.Del("Signature")
	w.wantDoor("unsigned", w.send(door, unsigned, []byte(good)), 400, "not proper")
	if q := w.do("GET", "/v1/payments/"+p.ID, "").payment(t); q.State != "pushing" {
		t.Errorf("the payment is %s, want it still pushing", q.State)
	}
	paid := body("SUCCESS", "")
	w.wantDoor("paid", w.send(door, sign(door, paid), []byte(paid)), 200, "taken")
	version := w.until(p.ID, "paid").Version
	w.wantDoor("paid, again", w.send(door, sign(door, paid), []byte(paid)), 200, "taken")
	if q := w.do("GET", "/v1/payments/"+p.ID, "").payment(t); q.Version != version {
		t.Errorf("version %d after the same again, want still %d", q.Version, version)
	}
}

// A customer who comes back is sent to the payment's page; nothing that the address claims changes anything.
func TestCustomerComesBack(t *testing.T) {
	t.Parallel()
	w := serveAggregators(t)
	p := w.do("POST", "/v1/payments?wait=20", byPage).payment(t)
	bill := p.Attempts[0].Invoice
	query := func(billNo, status, signature string) string {
		return url.Values{
			"trx_id": {"1"}, "merchant_id": {sandbox.DemoFaspayMerchant().MerchantID}, "bill_no": {billNo}, "status": {status}, "signature": {signature},
		}.Encode()
	}
	get := func(path string) *http.Response {
		t.Helper()
		client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		r, err := client.Get(w.url + path)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		return r
	}
	if r := get("/return/faspay/page?" + query(bill, "2", signFaspay(bill, "2"))); r.StatusCode != 303 || r.Header.Get("Location") != "https://pay.example.id/pay/"+p.ID {
		t.Errorf("coming back: %d to %q, want the payment's page", r.StatusCode, r.Header.Get("Location"))
	}
	for name, path := range map[string]string{
		"forged":         "/return/faspay/page?" + query(bill, "2", signFaspay(bill, "3")),
		"unknown bill":   "/return/faspay/page?" + query("INV-1b", "2", signFaspay("INV-1b", "2")),
		"other door":     "/return/faspay/faspay?" + query(bill, "2", signFaspay(bill, "2")),
		"no account":     "/return/faspay/none?" + query(bill, "2", signFaspay(bill, "2")),
		"no such return": "/return/doku/doku?" + query(bill, "2", signFaspay(bill, "2")),
		"nothing":        "/return/faspay/page",
		"twice":          "/return/faspay/page?" + query(bill, "2", signFaspay(bill, "2")) + "&status=3",
	} {
		if r := get(path); r.StatusCode != 404 || r.Header.Get("Location") != "" {
			t.Errorf("%s: %d to %q, want 404", name, r.StatusCode, r.Header.Get("Location"))
		}
	}
	if q := w.do("GET", "/v1/payments/"+p.ID, "").payment(t); q.State != "awaiting" {
		t.Errorf("the payment is %s, want it still awaiting", q.State)
	}
	w.server.CheckoutURL = func(payment.Payment) string { return "" }
	if r := get("/return/faspay/page?" + query(bill, "2", signFaspay(bill, "2"))); r.StatusCode != 200 {
		t.Errorf("without a page: %d, want a word of thanks", r.StatusCode)
	}
	w.store.away.Store(true)
	r := get("/return/faspay/page?" + query(bill, "2", signFaspay(bill, "2")))
	w.store.away.Store(false)
	if r.StatusCode != 503 {
		t.Errorf("while the database is away: %d", r.StatusCode)
	}
}
