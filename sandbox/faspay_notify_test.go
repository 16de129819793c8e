package sandbox

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lunas-pay/lunas/faspay"
)

func TestFaspayNotificationIsSentAgain(t *testing.T) {
	t.Parallel()
	const good = `{"response":"Payment Notification","bill_no":"A-1x","response_code":"00","response_desc":"Success"}`
	for _, c := range []struct {
		name    string
		status  int
		body    string
		problem string // empty: it acknowledges
	}{
		{"00", 200, good, ""},
		{"201", 201, good, ""},
		{"without anything else", 200, `{"response_code":"00"}`, ""},
		{"a number", 200, `{"response_code":0}`, "response_code is not 00"},
		{"14", 200, `{"response_code":"14"}`, "response_code is not 00"},
		{"no code", 200, `{}`, "response_code is not 00"},
		{"in XML", 200, `<faspay><response_code>00</response_code></faspay>`, "another form"},
		{"of another bill", 200, `{"response_code":"00","bill_no":"B"}`, "another bill"},
		{"of another trx_id", 200, `{"response_code":"00","trx_id":"1"}`, "another bill"},
		{"plain text", 200, "Signature Not Match", "neither JSON nor XML"},
		{"an empty body", 200, "", "empty"},
		{"404", 404, good, "HTTP 404"},
		{"302", 302, good, "HTTP 302"},
		{"nothing", 0, "", "not answered"},
	} {
		w := newFaspayWorld(t)
		w.direct(w.bill("A-1x"), "081211110000")
		for try := 0; try < len(w.left); try++ { // each try is answered alike
			w.core.Delivered(w.now, w.left[try].ID, c.status, []byte(c.body))
			w.after(2 * time.Minute)
		}
		w.after(time.Hour)
		want := "0s=2 1m0s=2 2m0s=2 3m0s=2"
		if c.problem == "" {
			want = "0s=2"
		}
		if got := w.told(); got != want {
			t.Errorf("%s: notifications = %s, want %s", c.name, got, want)
		}
		d := w.core.Deliveries()[0]
		if d.Done != (c.problem == "") || !strings.Contains(d.Problem, c.problem) || d.Bill != "A-1x" || d.Told != "2" || d.Rail != RailFaspay || d.Transaction != 1 {
			t.Errorf("%s: delivery = %+v, want problem %q", c.name, d, c.problem)
		}
		if bill, _ := w.core.BillByNumber("99812", "A-1x"); bill.Acknowledged.IsZero() != (c.problem != "") {
			t.Errorf("%s: bill = %+v", c.name, bill)
		}
	}
	w := newFaspayWorld(t, func(o *FaspayOptions) { o.NotifyRetries = -1 })
	w.direct(w.bill("A-1x"), "081211110000")
	w.after(time.Hour)
	if got := w.told(); got != "0s=2" {
		t.Errorf("without retries: %s", got)
	}
}

func TestFaspayNotificationForms(t *testing.T) {
	t.Parallel()
	for _, form := range []FaspayEncoding{FaspayJSON, FaspayXML} {
		w := newFaspayWorld(t, func(o *FaspayOptions) { o.Merchants[0].Callback.Encoding = form })
		trxID := w.bill("A-1x")
		w.direct(trxID, "081211110000")
		n := w.left[0]
		if n.URL != "http://toko.test/notify" || n.Header.Get("Content-Type") != form.contentType() {
			t.Errorf("notification = %+v", n)
		}
		if strings.HasPrefix(string(n.Body), "<") != (form == FaspayXML) {
			t.Errorf("%s notification = %s", form, n.Body)
		}
		root, _, err := readFaspay(n.Body)
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]string{
			"request": "Payment Notification", "trx_id": trxID, "merchant_id": "99812", "merchant": "Toko Lunas", "bill_no": "A-1x",
			"payment_reff": "000000000001", "payment_date": "2026-11-21 10:00:00", "payment_status_code": "2", "payment_status_desc": "Payment success",
			"bill_total": "12500", "payment_total": "12500", "payment_channel_uid": "812", "payment_channel": "OVO", "signature": faspaySigned("A-1x" + "2"),
		} {
			if got := root.get(name); got != want {
				t.Errorf("%s of a notification in %s = %q, want %q", name, form, got, want)
			}
		}
		w.acknowledge()
		w.after(time.Hour)
		if len(w.left) != 1 {
			t.Errorf("%s: %s", form, w.told())
		}
	}
}

// Faults of notifications, by the script of the post or of the push.
func TestFaspayNotificationFaults(t *testing.T) {
	t.Parallel()
	for _, on := range []Operation{OperationPostData, OperationDirect} {
		for _, c := range []struct {
			effect Effect
			told   string // until acknowledged
			check  func(root faspayNode) bool
		}{
			{Effect{Notify: NotifyLost}, "", nil},
			{Effect{Notify: NotifyDuplicate}, "0s=2 0s=2", nil},
			{Effect{Notify: NotifyStale}, "0s=2 0s=1", nil},
			{Effect{NotifyDelay: Duration(90 * time.Second)}, "1m30s=2", nil},
			{Effect{Notify: NotifyBadSignature}, "0s=2", func(r faspayNode) bool { return r.get("signature") != faspaySigned("A-1x2") }},
			{Effect{Notify: NotifyForeign}, "0s=2", func(r faspayNode) bool {
				return r.get("bill_no") != "A-1x" && r.get("signature") == faspaySigned(r.get("bill_no")+"2")
			}},
			{Effect{Notify: NotifyOtherAmount}, "0s=2", func(r faspayNode) bool {
				return r.get("payment_total") == "1" && r.get("signature") == faspaySigned("A-1x2")
			}},
		} {
			w := newFaspayWorld(t)
			c.effect.Customer = Cash
			w.script(Script{Operation: on, Effect: c.effect})
			w.direct(w.bill("A-1x"), "081211110000")
			w.until(morning.Add(2 * time.Minute).Add(-31 * time.Second))
			w.after(time.Second)
			got := w.told()
			if c.effect.NotifyDelay == 0 && c.told != "" {
				got, _, _ = strings.Cut(got, " 1m0s") // nobody has acknowledged, so that it comes again
			}
			if got != c.told {
				t.Errorf("%s %+v: notifications = %q, want %q", on, c.effect, got, c.told)
			}
			if c.check != nil {
				root, _, _ := readFaspay(w.left[0].Body)
				if !c.check(root) {
					t.Errorf("%s %+v: notification = %s", on, c.effect, w.left[0].Body)
				}
			}
			w.status("A-1x", "2")
		}
	}
}

func TestFaspayNotifyAgain(t *testing.T) {
	t.Parallel()
	w := newFaspayWorld(t)
	trxID := w.bill("A-1x")
	if err := w.core.NotifyBillAgain(w.now, trxID); err != ErrNotNotified {
		t.Errorf("an open bill = %v", err)
	}
	w.direct(trxID, "081211110000")
	w.acknowledge()
	w.after(time.Hour)
	if err := w.core.NotifyBillAgain(w.now, trxID); err != nil {
		t.Error(err)
	}
	w.collect()
	if got := w.told(); got != "0s=2 1h0m0s=2" {
		t.Errorf("notifications = %s", got)
	}
	if err := w.core.NotifyBillAgain(w.now, "1"); err != ErrUnknownBill {
		t.Errorf("no bill = %v", err)
	}
	for _, c := range []struct {
		client string
		given  Callback
		ok     bool
	}{
		{"99812", Callback{}, true},
		{"99812", Callback{URL: "https://a.example/n", ReturnURL: "https://a.example/r", Encoding: FaspayXML}, true},
		{"99812", Callback{URL: "ftp://a.example"}, false},
		{"99812", Callback{ReturnURL: "nowhere"}, false},
		{"99812", Callback{ReturnURL: "https://a.example/r?a=b"}, false},
		{"99812", Callback{Encoding: "yaml"}, false},
		{"11111", Callback{}, false},
	} {
		if err := w.core.RegisterCallback(c.client, c.given); (err == nil) != c.ok {
			t.Errorf("register %+v = %v", c.given, err)
		}
	}
	if got, ok := w.core.CallbackOf("99812"); !ok || got.Encoding != FaspayXML {
		t.Errorf("callback = %+v", got)
	}
}

// faspayShop is a merchant's server: it verifies with the client package and acknowledges.
type faspayShop struct {
	verifier *faspay.Verifier
	mu       sync.Mutex
	got      []faspay.Notification
	refused  []string
	silent   int // so many are not acknowledged
}

func (s *faspayShop) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	response := &http.Response{StatusCode: 200, Header: http.Header{}, Request: r}
	reply := ""
	n, err := s.verifier.Notification(body)
	switch {
	case err != nil:
		s.refused = append(s.refused, err.Error())
		reply = "Signature Not Match"
	case s.silent > 0:
		s.silent--
		s.got = append(s.got, n)
		response.StatusCode = 500
	default:
		s.got = append(s.got, n)
		reply = string(n.Acknowledge(time.Now()).Body)
	}
	response.Body = io.NopCloser(strings.NewReader(reply))
	return response, nil
}

// The client package against the sandbox, over HTTP, in both forms: a bill is made, asked
// about, paid, notified, and cannot be cancelled; another one is cancelled.
func TestFaspayClientEndToEnd(t *testing.T) {
	t.Parallel()
	for _, encoding := range []faspay.Encoding{faspay.JSON, faspay.XML} {
		t.Run(string(encoding), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { faspayEndToEnd(t, encoding) })
		})
	}
}

// serveFaspay serves a sandbox in the bubble, and gives a client of its demo's merchant.
func serveFaspay(t *testing.T, encoding faspay.Encoding) (*Sandbox, *faspay.Client, *faspayShop) {
	t.Helper()
	demo := DemoFaspayMerchant()
	credentials := faspay.Credentials{UserID: demo.UserID, Password: faspay.Secret(demo.Password)}
	verifier, err := faspay.NewVerifier(demo.MerchantID, credentials)
	if err != nil {
		t.Fatal(err)
	}
	merchant := &faspayShop{verifier: verifier, silent: 1}
	demo.Callback = Callback{URL: "http://shop.test/notify/faspay/demo", ReturnURL: "http://shop.test/return", Encoding: FaspayEncoding(encoding)}
	s, web := serveInBubble(t, Options{Sender: merchant, Faspay: FaspayOptions{Merchants: []FaspayMerchant{demo}}})
	client, err := faspay.NewClient(faspay.Options{
		URL: "http://sandbox", MerchantID: demo.MerchantID, Merchant: demo.Name, Credentials: credentials, Encoding: encoding, Transport: web.Transport,
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, client, merchant
}

func clientBill(number string) faspay.Bill {
	return faspay.Bill{
		Number: number, Reference: "R-1", Description: "Kopi & roti <2>", Total: faspay.Rupiah(45_500),
		Customer: faspay.Customer{Number: "1", Name: "Siti Müller", Phone: "+6281211110101", Email: "siti@example.com"},
		Items:    []faspay.Item{{Product: "Kopi", Quantity: 2, Amount: faspay.Rupiah(20_000)}, {Product: "Roti", Quantity: 1, Amount: faspay.Rupiah(5_500)}},
	}
}

func faspayEndToEnd(t *testing.T, encoding faspay.Encoding) {
	t.Helper()
	s, client, merchant := serveFaspay(t, encoding)
	ctx := t.Context()
	must := func(a faspay.Answer, err error) faspay.Answer {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	post := must(client.PostData(ctx, clientBill("INV-1a")))
	if post.Code != faspay.Success || len(post.Response.Items) != 2 || !post.Response.Items[0].Amount.Is(faspay.Rupiah(20_000)) {
		t.Errorf("post = %s: %+v", post.Body, post.Response)
	}
	trxID := post.Response.TrxID
	address, err := client.RedirectURL("INV-1a", trxID)
	if err != nil || encoding == faspay.JSON && address != post.Response.RedirectURL {
		t.Errorf("RedirectURL = %s (%v), the answer's %s", address, err, post.Response.RedirectURL)
	}
	if again := must(client.PostData(ctx, clientBill("INV-1a"))); again.Code != "14" || again.Meaning().Follow != faspay.Refused {
		t.Errorf("a repeated post = %+v", again)
	}
	began := time.Now()
	direct := must(client.Direct(ctx, trxID, "081211110101"))
	if direct.Meaning().Follow != faspay.Accepted || time.Since(began) != 2*time.Second || direct.Response.Status != "" {
		t.Errorf("direct = %+v after %s", direct, time.Since(began))
	}
	synctest.Wait()
	merchant.mu.Lock()
	if len(merchant.got) != 1 || merchant.got[0].Status != faspay.Paid || merchant.got[0].BillTotal != faspay.Rupiah(45_500) || merchant.got[0].PaymentTotal != faspay.Rupiah(45_500) {
		t.Errorf("notifications = %+v, refused %v", merchant.got, merchant.refused)
	}
	merchant.mu.Unlock()
	time.Sleep(5 * time.Minute) // the first one was not acknowledged, the second was
	merchant.mu.Lock()
	if len(merchant.got) != 2 || len(merchant.refused) != 0 || merchant.got[1] != merchant.got[0] {
		t.Errorf("notifications = %+v, refused %v", merchant.got, merchant.refused)
	}
	merchant.mu.Unlock()
	if a := must(client.Inquire(ctx, "INV-1a", trxID)); a.Response.Status != faspay.Paid || !a.Response.PaymentTotal.Is(faspay.Rupiah(45_500)) || a.Response.PaymentDate.IsZero() {
		t.Errorf("inquiry = %s", a.Body)
	}
	if a := must(client.Inquire(ctx, "INV-9a", "")); a.Meaning().Follow != faspay.NotFound {
		t.Errorf("inquiry of no bill = %s", a.Body)
	}
	if a := must(client.Cancel(ctx, "INV-1a", trxID, "habis")); a.Meaning().Follow != faspay.AlreadyPaid {
		t.Errorf("cancel of a paid bill = %s", a.Body)
	}
	second := must(client.PostData(ctx, clientBill("INV-2a")))
	if a := must(client.Cancel(ctx, "INV-2a", second.Response.TrxID, "habis")); a.Meaning().Follow != faspay.Done || a.Response.Status != faspay.Canceled {
		t.Errorf("cancel = %s", a.Body)
	}
	if a := must(client.Channels(ctx)); len(a.Response.Channels) != 1 || a.Response.Channels[0].Code != faspay.ChannelOVO {
		t.Errorf("channels = %s", a.Body)
	}
	third := must(client.PostData(ctx, clientBill("INV-3a")))
	if a := must(client.Direct(ctx, third.Response.TrxID, "081299999999")); a.Meaning().Asked || a.Meaning().Follow != faspay.Refused {
		t.Errorf("direct to nobody = %s", a.Body)
	}
	s.Do(func(core *Core, _ time.Time) {
		for rule := range core.ViolationCounts() {
			switch rule {
			case RuleFaspayBillNoTwice, RuleFaspayNotFound, RuleFaspayCancelPaid, RuleFaspayPhone, RuleFaspayAcknowledge: // on purpose
			default:
				t.Errorf("the client broke %s: %+v", rule, core.Violations())
			}
		}
	})
}

// A browser that posts the client's form comes back with an address that the client reads.
func TestFaspayClientForm(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, client, merchant := serveFaspay(t, faspay.JSON)
		post, err := client.PostData(t.Context(), clientBill("INV-1a"))
		if err != nil {
			t.Fatal(err)
		}
		form, err := client.DirectForm(post.Response.TrxID, "081211110101")
		if err != nil {
			t.Fatal(err)
		}
		if form.Action() != "http://sandbox"+directPath {
			t.Errorf("the form goes to %s", form.Action())
		}
		rendered, err := client.Render(faspay.Request{Operation: faspay.Direct, TrxID: post.Response.TrxID, Phone: "081211110101"}, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		rendered.Header["Accept"] = []string{"text/html"} // and the rest as the browser sends it
		answer, err := client.Do(t.Context(), rendered)
		if err != nil {
			t.Fatal(err)
		}
		if answer.Status != 302 || answer.Response.Return == nil || answer.Response.Return.ClaimedStatus != faspay.Unprocessed {
			t.Errorf("the form = %+v", answer)
		}
		_, query, _ := strings.Cut(answer.Header.Get("Location"), "?")
		if back, err := merchant.verifier.Return(query); err != nil || back.BillNo != "INV-1a" || back.BillTotal != faspay.Rupiah(45_500) {
			t.Errorf("return = %v (%v)", back, err)
		}
	})
}

// A push that nobody answers outlives its caller: accepted, not failed.
func TestFaspayBlockedDirectIsAccepted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, client, merchant := serveFaspay(t, faspay.JSON)
		merchant.silent = 0
		post, err := client.PostData(t.Context(), clientBill("INV-1a"))
		if err != nil {
			t.Fatal(err)
		}
		answers := make(chan faspay.Answer, 1)
		go func() {
			answer, err := client.Direct(t.Context(), post.Response.TrxID, "081211111111")
			if err != nil {
				t.Error(err)
			}
			answers <- answer
		}()
		time.Sleep(54 * time.Second)
		select {
		case a := <-answers:
			t.Fatalf("answered too early: %s", a.Body)
		default:
		}
		if a := <-answers; a.Meaning().Follow != faspay.Accepted {
			t.Errorf("a blocked push = %s", a.Body)
		}
		time.Sleep(2 * time.Hour)
		merchant.mu.Lock()
		defer merchant.mu.Unlock()
		if len(merchant.got) != 1 || merchant.got[0].Status != faspay.Expired {
			t.Errorf("notifications = %v", merchant.got)
		}
		s.Do(func(core *Core, _ time.Time) {
			if core.Totals().Charged != 0 {
				t.Errorf("totals = %+v", core.Totals())
			}
		})
	})
}

// FuzzReadFaspay: what comes from outside is read or refused, never both, and what is
// read can be written and read again.
func FuzzReadFaspay(f *testing.F) {
	for _, seed := range []string{
		`{"bill_no":"1","item":[{"product":"x"}]}`, `<faspay><bill_no>1</bill_no><item><product>x</product></item></faspay>`,
		`<?xml version="1.0" encoding="UTF-8" ?><faspay><a>&lt;&#x41;<![CDATA[x]]></a><!-- c --></faspay>`, `<!DOCTYPE a [<!ENTITY b "c">]><faspay/>`,
		"\xef\xbb\xbf{}", "trx_id=1&ovo_number=08&signature=x", `{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{}}}}}}}}}`, `{"a":null,"b":true,"c":1e9}`, "",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		root, form, err := readFaspay(body)
		if err != nil && (err.detail == "" || err.rule == "" || root.kind != 0) {
			t.Fatalf("refused without a reason, or read all the same: %+v", err)
		}
		if err == nil {
			if form == "" || root.kind != 'o' {
				t.Fatalf("read as %q, %c", form, root.kind)
			}
			var again faspayRecord
			again.text("bill_no", root.get("bill_no"))
			for _, out := range []FaspayEncoding{FaspayJSON, FaspayXML} {
				back, _, err := readFaspay(again.write(out))
				if err != nil {
					t.Fatalf("what was written in %s cannot be read: %v", out, err)
				}
				if got, want := back.get("bill_no"), root.get("bill_no"); out == FaspayJSON && got != want {
					t.Fatalf("bill_no comes back as %q, was %q", got, want)
				}
			}
		}
		_, _ = readFaspayForm(body)
	})
}

// FuzzFaspayArrive: no request stops the core, loses money or is left without an answer.
func FuzzFaspayArrive(f *testing.F) {
	w := newFaspayWorld(&testing.T{})
	post, _ := json.Marshal(w.billFields("A-1x")) // of texts, which always can be written
	f.Add(postPath, post, "")
	f.Add(postXMLPath, []byte(xmlOf(w.billFields("A-1x"))), "")
	f.Add(directPath, []byte("trx_id=9981281200000001&ovo_number=081211111111&signature="+faspaySigned("9981281200000001")), "text/html")
	f.Add(inquiryPath, []byte(`{"merchant_id":"99812","bill_no":"Z-1x","signature":"`+faspaySigned("Z-1x")+`"}`), "")
	f.Add("/pws/100005/1", []byte(`<faspay><merchant_id>99812</merchant_id></faspay>`), "")
	f.Add("/pws/", []byte(nil), "")
	f.Fuzz(func(t *testing.T, path string, body []byte, accept string) {
		if !servesFaspay(path) {
			t.Skip()
		}
		w := newFaspayWorld(t)
		w.bill("Z-1x")
		id := w.raw(path, string(body), "Accept", accept)
		w.after(2 * time.Hour)
		a, answered := w.got[id]
		if !answered || a.Status == 0 {
			t.Fatalf("%s was not answered: %+v", path, a)
		}
		if a.Status == 200 && !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
			if _, _, err := readFaspay(a.Body); err != nil {
				t.Fatalf("the answer %q cannot be read: %v", a.Body, err)
			}
		}
		if totals := w.core.Totals(); totals.PaidIn != totals.Balances+totals.Held {
			t.Fatalf("the books do not add up: %+v", totals)
		}
	})
}
