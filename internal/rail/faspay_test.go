package rail_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/faspay"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/rail/railtest"
	"github.com/lunas-pay/lunas/sandbox"
)

const (
	faspayPassword = "p@ssw0rd-of-the-sandbox"
	trxID          = "9999981256572178"
	badAmount      = 13000 // rupiah, refused by the provider of these tests
)

func faspayAccount(host string) merchant.Account {
	return merchant.Account{
		ID: "faspay", MerchantID: "demo", Rail: payment.Faspay, Environment: merchant.Sandbox, URL: "http://" + host,
		Terms: payment.FaspayTerms(),
		Faspay: merchant.FaspayCredentials{
			MerchantID: "99812", Merchant: "Sophia Store", UserID: "bot99812", Password: merchant.NewSecret(faspayPassword),
			Customer: merchant.FaspayCustomer{Name: "Pelanggan", Email: "kasir@example.com"},
		},
		Terminals: []merchant.Terminal{{Style: payment.BySequence, Terminal: payment.Terminal{ID: "faspay"}}},
	}
}

func openFaspay(t *testing.T, transport http.RoundTripper) rail.Rail {
	t.Helper()
	line, err := rail.Open(faspayAccount("127.0.0.1:1"), transport, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return line
}

func bill(amount payment.Rupiah, n int, now time.Time) payment.PostBill {
	c := push(payer, n, now).(payment.Push)
	c.Amount, c.Invoice = amount, fmt.Sprintf("test-%db", n)
	return payment.PostBill{
		Target: c.Target, SendBy: c.SendBy, Expires: now.Add(time.Hour), Reference: "INV-1",
		Customer: payment.Customer{Number: "17", Name: "John Doe", Email: "john@example.com", City: "Jakarta"},
	}
}

func faspayProvider(t *testing.T) http.Handler {
	s := sandbox.New(sandbox.Options{Scripts: []sandbox.Script{{
		Operation: sandbox.OperationPostData, Amount: badAmount, Effect: sandbox.Effect{Code: "13"},
	}}})
	t.Cleanup(s.Close)
	return s.Faspay()
}

func TestFaspay(t *testing.T) {
	t.Parallel()
	for _, encoding := range []string{"json", "xml"} {
		t.Run(encoding, func(t *testing.T) {
			t.Parallel()
			railtest.Run(t, railtest.Subject{
				Open: func(host string, transport http.RoundTripper, now func() time.Time) (rail.Rail, error) {
					a := faspayAccount(host)
					a.Faspay.Encoding = encoding
					return rail.Open(a, transport, now)
				},
				Provider: faspayProvider,
				Approved: func(n int, now time.Time) payment.Command { return bill(12500, n, now) },
				Declined: func(n int, now time.Time) payment.Command { return bill(badAmount, n, now) },
				Secrets:  []string{payer, faspayPassword, "john@example.com"},
			})
		})
	}
}

// faspayAnswer is a message of Faspay's about the bill of these tests.
func faspayAnswer(code string, more ...string) string {
	fields := []string{`"trx_id":"` + trxID + `"`, `"merchant_id":"99812"`, `"bill_no":"test-1b"`, `"response_code":"` + code + `"`}
	return "{" + strings.Join(append(fields, more...), ",") + "}"
}

func statusIs(s string) string { return `"payment_status_code":"` + s + `"` }

// What Faspay answers, and what we make of it. Sources: Faspay, Status Response Code, Payment Status Code; OVO's codes in
// answer to ovo_direct. Accepted is not paid; a refusal is believed, and never that money came without a status.
func TestFaspayOutcomes(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 21, 10, 0, 0, 0, payment.WIB)
	post := bill(12500, 1, at)
	target := post.Target
	target.ProviderReference = trxID
	pushed := payment.Push{Target: target, SendBy: at.Add(2 * time.Second)}
	inquire, cancel := payment.Inquire{Target: target, Of: payment.CallPost}, payment.CancelBill{Target: target}
	for _, test := range []struct {
		command payment.Command
		body    string
		class   payment.Class
		code    string
		cause   payment.Reason
		asked   bool
	}{
		{post, faspayAnswer("00"), payment.Approved, "00", "", true},
		{post, faspayAnswer("13"), payment.Refused, "13", "invalid_amount", true},
		{post, `{"response_error":{"response_code":"40","response_desc":"x"}}`, payment.Misconfigured, "40", payment.ReasonMisconfigured, true},
		{post, faspayAnswer("81"), payment.Duplicate, "81", payment.ReasonDuplicate, true},
		{post, faspayAnswer("66"), payment.Unknown, "66", "provider_error", true},
		{pushed, faspayAnswer("00"), payment.Pending, "00", "", true},
		{pushed, faspayAnswer("14"), payment.Refused, "14", "phone_not_registered", false},
		{pushed, faspayAnswer("18"), payment.Refused, "18", "phone_not_registered", false},
		{pushed, faspayAnswer("17"), payment.Refused, "17", "canceled_by_customer", true},
		{pushed, faspayAnswer("26"), payment.Refused, "26", "push_not_delivered", true},
		{pushed, faspayAnswer("EB"), payment.Misconfigured, "EB", payment.ReasonMisconfigured, false},
		{pushed, faspayAnswer("96"), payment.Unknown, "96", "provider_error", true}, // ruling: left open
		{pushed, faspayAnswer("ER"), payment.Unknown, "ER", "provider_error", true},
		{pushed, faspayAnswer("68"), payment.Unknown, "68", "provider_error", true},
		{pushed, faspayAnswer("81"), payment.Unknown, "81", "provider_error", true},
		{inquire, faspayAnswer("00", statusIs("2"), `"payment_total":"12500"`), payment.Approved, "2", "", true},
		{inquire, faspayAnswer("00", statusIs("2"), `"payment_total":"1250000"`), payment.Approved, "2", "", true},
		{inquire, faspayAnswer("00", statusIs("2")), payment.Approved, "2", "", true},
		{inquire, faspayAnswer("00", statusIs("0")), payment.Pending, "0", "", true},
		{inquire, faspayAnswer("00", statusIs("1")), payment.Pending, "1", "", true},
		{inquire, faspayAnswer("00", statusIs("3")), payment.Refused, "3", "provider_declined", true},
		{inquire, faspayAnswer("00", statusIs("4")), payment.WasReversed, "4", payment.ReasonGivenBack, true},
		{inquire, faspayAnswer("00", statusIs("5")), payment.NotFound, "5", payment.ReasonNotFound, true},
		{inquire, faspayAnswer("00", statusIs("7")), payment.Refused, "7", payment.ReasonExpired, true},
		{inquire, faspayAnswer("00", statusIs("8")), payment.Refused, "8", payment.ReasonCanceled, true},
		{inquire, faspayAnswer("00", statusIs("9")), payment.Unknown, "9", "", true},
		{inquire, faspayAnswer("00", statusIs("6")), payment.Unknown, "6", "", true},
		{inquire, faspayAnswer("14"), payment.NotFound, "5", payment.ReasonNotFound, true},
		{inquire, faspayAnswer("54", statusIs("7")), payment.Refused, "7", payment.ReasonExpired, true},
		{inquire, faspayAnswer("54", statusIs("2")), payment.Unknown, "54", "provider_error", true},
		{inquire, faspayAnswer("54", statusIs("0")), payment.Unknown, "54", "provider_error", true},
		{inquire, faspayAnswer("17"), payment.Refused, "8", payment.ReasonCanceled, true},
		{inquire, faspayAnswer("80"), payment.WasReversed, "4", payment.ReasonGivenBack, true},
		{inquire, faspayAnswer("81"), payment.Unknown, "81", "provider_error", true},
		{inquire, faspayAnswer("81", statusIs("2")), payment.Approved, "2", "", true},
		{inquire, faspayAnswer("55"), payment.Unknown, "55", payment.ReasonMisconfigured, true},
		{inquire, faspayAnswer("66", statusIs("2")), payment.Unknown, "66", "provider_error", true},
		{cancel, faspayAnswer("00", statusIs("8")), payment.Approved, "00", "", true},
		{cancel, faspayAnswer("81"), payment.Refused, "81", "not_cancelable", true},
		{cancel, faspayAnswer("54", statusIs("7")), payment.Refused, "54", "not_cancelable", true},
		{cancel, faspayAnswer("14"), payment.NotFound, "14", payment.ReasonNotFound, true},
		{cancel, faspayAnswer("66"), payment.Unknown, "66", "provider_error", true},
	} {
		line, err := rail.Open(faspayAccount("127.0.0.1:1"), answering{200, test.body}, func() time.Time { return at })
		if err != nil {
			t.Fatal(err)
		}
		m, err := line.Render(test.command, at)
		if err != nil {
			t.Fatal(err)
		}
		o, err := line.Do(t.Context(), m)
		if err != nil || o.Class != test.class || o.Code != test.code || o.Cause != test.cause || o.NotAsked == test.asked {
			t.Errorf("%T, %s:\n%s %q %q not asked %t, %v; want %s %q %q asked %t",
				test.command, test.body, o.Class, o.Code, o.Cause, o.NotAsked, err, test.class, test.code, test.cause, test.asked)
		}
		if o.Class == payment.Approved && strings.Contains(test.body, "payment_total") && o.Amount != 12500 {
			t.Errorf("%s: paid %d, want 12500 in either scale", test.body, o.Amount)
		}
	}
}

// An amount that was not asked for is told, in rupiah, so that the core sees it; one that is none is no verdict.
func TestFaspayOtherAmounts(t *testing.T) {
	t.Parallel()
	target := bill(12500, 1, time.Now()).Target
	for text, want := range map[string]payment.Rupiah{"12400": 12400, "much": 0, "12500.50": 0} {
		line := openFaspay(t, answering{200, faspayAnswer("00", statusIs("2"), `"payment_total":"`+text+`"`)})
		m, err := line.Render(payment.Inquire{Target: target, Of: payment.CallPost}, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		o, err := line.Do(t.Context(), m)
		if o.Amount != want || errors.Is(err, rail.ErrUnclear) != (want == 0) {
			t.Errorf("payment_total %q = %+v, %v; want Rp %d", text, o, err, want)
		}
	}
}

// A post's answer brings the number and the page; where it tells no page, it is made.
func TestFaspayBills(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 21, 10, 0, 0, 0, payment.WIB)
	for told, want := range map[string]string{
		`"redirect_url":"https://pay.example/x"`:   "https://pay.example/x",
		`"redirect_url":"null"`:                    "http://127.0.0.1:1/pws/100003/0830000010100000/",
		`"redirect_url":"javascript:alert(1)"`:     "http://127.0.0.1:1/pws/100003/0830000010100000/",
		`"redirect_url":""`:                        "http://127.0.0.1:1/pws/100003/0830000010100000/",
		`"redirect_url":"ftp://pay.example/a.exe"`: "http://127.0.0.1:1/pws/100003/0830000010100000/",
	} {
		line := openFaspay(t, answering{200, faspayAnswer("00", told)})
		m, err := line.Render(bill(12500, 1, time.Now()), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		o, err := line.Do(t.Context(), m)
		if err != nil || o.ProviderReference != trxID || !strings.HasPrefix(o.RedirectURL, want) {
			t.Errorf("%s: %q %q, %v; want %s and a page at %s", told, o.ProviderReference, o.RedirectURL, err, trxID, want)
		}
	}
	line := openFaspay(t, http.DefaultTransport)
	b := bill(12500, 1, at)
	b.Reference, b.Description = strings.Repeat("é", 40)+"\n", "two\nlines\x00 and\tmore "
	b.Items = []payment.Item{{ID: "1", Name: "Kopi", Quantity: 2, Price: 6250}}
	m, err := line.Render(b, at)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"bill_no":"test-1b"`, `"bill_total":"1250000"`, `"bill_reff":"` + strings.Repeat("é", 32) + `"`, `"bill_desc":"two lines and more"`,
		`"bill_date":"2026-03-21 10:00:00"`, `"bill_expired":"2026-03-21 11:00:00"`, `"cust_name":"John Doe"`, `"msisdn":"` + payer + `"`,
		`"product":"Kopi"`, `"qty":"2"`, `"amount":"625000"`, `"billing_address_city":"Jakarta"`,
	} {
		if !strings.Contains(string(m.Wire), want) {
			t.Errorf("the bill lacks %s: %s", want, m.Wire)
		}
	}
	b = bill(12500, 1, at)
	b.Customer, b.Phone = payment.Customer{}, payment.Phone{}
	if _, err := line.Render(b, at); err == nil || !strings.Contains(err.Error(), "msisdn") {
		t.Errorf("a bill without any phone = %v, want an error that names the field", err)
	}
	b.Phone = bill(12500, 1, at).Phone
	if m, err = line.Render(b, at); err != nil || !strings.Contains(string(m.Wire), `"cust_name":"Pelanggan"`) ||
		!strings.Contains(string(m.Wire), `"email":"kasir@example.com"`) {
		t.Errorf("a bill for nobody = %v %s, want the account's customer", err, m.Wire)
	}
}

// A bill number that ends in a digit would let a customer forge the notification of another bill.
func TestFaspayBillNumbersAreSafe(t *testing.T) {
	t.Parallel()
	line := openFaspay(t, http.DefaultTransport)
	b := bill(12500, 1, time.Now())
	b.Invoice = "test-1"
	for _, c := range []payment.Command{b, payment.Inquire{Target: b.Target, Of: payment.CallPost}} {
		if _, err := line.Render(c, time.Now()); err == nil || !strings.Contains(err.Error(), "digit") {
			t.Errorf("%T with a bill number that ends in a digit = %v, want it refused", c, err)
		}
	}
	a := faspayAccount("127.0.0.1:1")
	a.Terms.InvoiceEnd = ""
	if _, err := rail.Open(a, http.DefaultTransport, time.Now); err == nil {
		t.Error("terms that give such numbers were taken")
	}
	for _, c := range []payment.Command{payment.Void{Target: b.Target}, payment.Reverse{Target: b.Target}, payment.ShowQR{Target: b.Target}} {
		if _, err := line.Render(c, time.Now()); err == nil {
			t.Errorf("Faspay has rendered a %T", c)
		}
	}
}

// What asks the customer, or takes a bill back, does not leave late, whatever the client's own limit is.
func TestFaspaySendBy(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 21, 10, 0, 0, 0, payment.WIB)
	post := bill(12500, 1, at)
	post.SendBy = at.Add(time.Minute)
	target := post.Target
	target.ProviderReference = trxID
	for _, c := range []payment.Command{post, payment.Push{Target: target, SendBy: at.Add(time.Minute)}, payment.CancelBill{Target: target}} {
		for after, leaves := range map[time.Duration]bool{59 * time.Second: true, 61 * time.Second: false} {
			a := faspayAccount("127.0.0.1:1")
			a.Terms.SendWithin = time.Minute
			line, err := rail.Open(a, answering{200, faspayAnswer("00")}, func() time.Time { return at.Add(after) })
			if err != nil {
				t.Fatal(err)
			}
			m, err := line.Render(c, at)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := line.Do(t.Context(), m); errors.Is(err, rail.ErrNotSent) == leaves {
				t.Errorf("%T after %s: %v; that it leaves is %t", c, after, err, leaves)
			}
		}
	}
}

func credentials() faspay.Credentials {
	return faspay.Credentials{UserID: "bot99812", Password: faspayPassword}
}

// faspayNotification is what Faspay sends, in either form. The signature's letters may be capitals.
func faspayNotification(form string, fields ...string) rail.Notification {
	var body strings.Builder
	for i := 0; i < len(fields); i += 2 {
		if form == "xml" {
			fmt.Fprintf(&body, "<%s>%s</%s>", fields[i], fields[i+1], fields[i])
		} else {
			fmt.Fprintf(&body, `,%q:%q`, fields[i], fields[i+1])
		}
	}
	text := "{" + strings.TrimPrefix(body.String(), ",") + "}"
	if form == "xml" {
		text = "<faspay>" + body.String() + "</faspay>"
	}
	return rail.Notification{Method: http.MethodPost, Endpoint: "/notify/faspay/faspay", Header: http.Header{}, Body: []byte(text)}
}

func paidFields(status faspay.Status, signature string) []string {
	return []string{
		"request", "Payment Notification", "trx_id", trxID, "merchant_id", "99812", "merchant", "Sophia Store", "bill_no", "test-1b",
		"payment_reff", "null", "payment_date", "2026-03-21 10:00:30", "payment_status_code", string(status), "bill_total", "12500",
		"payment_total", "12500", "signature", signature,
	}
}

func TestFaspayNotifications(t *testing.T) {
	t.Parallel()
	reader := openFaspay(t, http.DefaultTransport).(rail.NotificationReader)
	now := time.Date(2026, 3, 21, 10, 1, 0, 0, payment.WIB)
	right := credentials().SignStatus("test-1b", faspay.Paid)
	for _, form := range []string{"json", "xml"} {
		for _, signature := range []string{right, strings.ToUpper(right)} {
			notice, err := reader.ReadNotification(faspayNotification(form, paidFields(faspay.Paid, signature)...), nil, now)
			want := payment.Outcome{Class: payment.Approved, Code: "2", Amount: 12500, PaidAt: time.Date(2026, 3, 21, 10, 0, 30, 0, payment.WIB)}
			if err != nil || notice.Invoice != "test-1b" || notice.Outcome.Class != want.Class || notice.Outcome.Code != want.Code ||
				notice.Outcome.Amount != want.Amount || !notice.Outcome.PaidAt.Equal(want.PaidAt) || notice.Acknowledgement == nil {
				t.Fatalf("%s: ReadNotification = %+v, %v; want test-1b %+v", form, notice, err, want)
			}
			ack := *notice.Acknowledgement
			begins := map[string]string{"json": "{", "xml": "<"}[form]
			if ack.Status != 200 || !strings.HasPrefix(string(ack.Body), begins) || !strings.Contains(string(ack.Body), trxID) ||
				!strings.Contains(ack.Header.Get("Content-Type"), form) {
				t.Errorf("%s: acknowledged with %d %v %s, want the same form", form, ack.Status, ack.Header, ack.Body)
			}
		}
	}
	for name, in := range map[string]struct {
		rail.Notification
		status int
	}{
		"another status under the signature":   {faspayNotification("json", paidFields(faspay.Expired, right)...), http.StatusUnauthorized},
		"no signature":                         {faspayNotification("json", paidFields(faspay.Paid, "")...), http.StatusBadRequest},
		"another merchant":                     {faspayNotification("json", append(paidFields(faspay.Paid, right)[6:], "merchant_id", "12345", "trx_id", trxID)...), http.StatusNotFound},
		"a form":                               {rail.Notification{Body: []byte("trx_id=1&status=2")}, http.StatusBadRequest},
		"nothing":                              {rail.Notification{}, http.StatusBadRequest},
		"hundredths":                           {faspayNotification("json", append(paidFields(faspay.Paid, right)[:16], "payment_total", "12500.50", "signature", right)...), http.StatusBadRequest},
		"an amount that is none":               {faspayNotification("json", append(paidFields(faspay.Paid, right)[:16], "payment_total", "NaN", "signature", right)...), http.StatusBadRequest},
		"an XML bomb":                          {rail.Notification{Body: []byte(xmlBomb)}, http.StatusBadRequest},
		"an external entity":                   {rail.Notification{Body: []byte(externalEntity)}, http.StatusBadRequest},
		"an encoding that is not ours":         {rail.Notification{Body: []byte(`<?xml version="1.0" encoding="UTF-16"?><faspay/>`)}, http.StatusBadRequest},
		"deep JSON":                            {rail.Notification{Body: []byte(strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000))}, http.StatusBadRequest},
		"a field twice":                        {faspayNotification("json", append(paidFields(faspay.Paid, right), "bill_no", "test-2b")...), http.StatusBadRequest},
		"the text null where a number must be": {faspayNotification("json", append(paidFields(faspay.Paid, right)[4:], "trx_id", "null")...), http.StatusBadRequest},
	} {
		var rejected *rail.Rejected
		if _, err := reader.ReadNotification(in.Notification, nil, now); !errors.As(err, &rejected) || rejected.Reply.Status != in.status {
			t.Errorf("%s: %v, want it rejected with %d", name, err, in.status)
		} else if strings.Contains(rejected.Why, trxID) || strings.Contains(string(rejected.Reply.Body), "response_code") {
			t.Errorf("%s: why %q, reply %s; want no data of the message, and no acknowledgement", name, rejected.Why, rejected.Reply.Body)
		}
	}
	for verdict, status := range map[rail.Verdict]int{rail.UnknownPayment: 404, rail.OtherMerchant: 404, rail.OurTrouble: 503} {
		if r := reader.Reply(verdict); r.Status != status || strings.Contains(string(r.Body), "response_code") {
			t.Errorf("Reply(%s) = %d %s, want %d and no acknowledgement", verdict, r.Status, r.Body, status)
		}
	}
}

const (
	xmlBomb = `<?xml version="1.0"?><!DOCTYPE faspay [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><faspay><bill_no>&c;</bill_no></faspay>`
	externalEntity = `<?xml version="1.0"?><!DOCTYPE faspay [<!ENTITY x SYSTEM "file:///etc/passwd">]><faspay><bill_no>&x;</bill_no></faspay>`
)

func TestFaspayReturns(t *testing.T) {
	t.Parallel()
	reader := openFaspay(t, http.DefaultTransport).(rail.ReturnReader)
	query := func(status faspay.Status, signature string) string {
		return url.Values{
			"trx_id": {trxID}, "merchant_id": {"99812"}, "bill_no": {"test-1b"}, "bill_total": {"12500"}, "status": {string(status)}, "signature": {signature},
		}.Encode()
	}
	right := credentials().SignStatus("test-1b", faspay.Unprocessed)
	if invoice, err := reader.ReadReturn(query(faspay.Unprocessed, right)); err != nil || invoice != "test-1b" {
		t.Errorf("ReadReturn = %q, %v, want test-1b", invoice, err)
	}
	for _, bad := range []string{query(faspay.Paid, right), query(faspay.Unprocessed, ""), "", "%zz", query(faspay.Unprocessed, right) + "&bill_no=test-2b"} {
		var rejected *rail.Rejected
		if invoice, err := reader.ReadReturn(bad); !errors.As(err, &rejected) || invoice != "" {
			t.Errorf("ReadReturn(%q) = %q, %v, want it rejected", bad, invoice, err)
		}
	}
}

func TestFaspayCodes(t *testing.T) {
	t.Parallel()
	explainer := openFaspay(t, http.DefaultTransport).(rail.Explainer)
	for _, entry := range faspay.Codes() {
		for _, call := range []payment.Call{payment.CallPost, payment.CallPush, payment.CallCheck, payment.CallCancel} {
			x, known := explainer.Explain(call, string(entry.Code))
			if !known || x.Provider == "" || x.Indonesian == "" || x.English == "" {
				t.Errorf("Explain(%s, %s) = %+v, %t; want the provider's words and ours in two languages", call, entry.Code, x, known)
			}
		}
	}
	for _, status := range faspay.Statuses() {
		if x, known := explainer.Explain(payment.CallCheck, string(status.Status)); !known || x.Provider == "" || x.English == "" || x.Indonesian == "" {
			t.Errorf("Explain(check, %s) = %+v, %t", status.Status, x, known)
		}
	}
	for _, code := range []string{"99", "6"} {
		if _, known := explainer.Explain(payment.CallCheck, code); known {
			t.Errorf("%s is no code of Faspay's", code)
		}
	}
}

// The ways to pay that a merchant has, as Faspay lists them.
func TestFaspayChannels(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"response":"List of Payment Channel","merchant_id":"99812","payment_channel":[{"pg_code":"302","pg_name":"LinkAja"},{"pg_code":"812","pg_name":"OVO"}],"response_code":"00"}`: "302 LinkAja false, 812 OVO true",
		`{"merchant_id":"99812","payment_channel":[{"pg_code":812,"pg_name":"OVO"}],"response_code":"00"}`:                                                                              "812 OVO true",
		`{"merchant_id":"99812","payment_channel":[],"response_code":"00"}`:                                                                                                             "",
		`{"response_error":{"response_code":"55","response_desc":"Wrong password"}}`:                                                                                                    "error: the provider answers 55 to the question for channels",
		`{"merchant_id":"11111","payment_channel":[{"pg_code":"812"}],"response_code":"00"}`:                                                                                            "error: unclear answer",
		`<html>`: "error: unclear answer",
	} {
		line, err := rail.Open(faspayAccount("127.0.0.1:1"), saying(body), time.Now)
		if err != nil {
			t.Fatal(err)
		}
		lister := line.(rail.ChannelLister)
		m, err := lister.RenderChannels(time.Now())
		if err != nil {
			t.Fatal(err)
		}
		all, err := lister.Channels(context.Background(), m)
		var got []string
		for _, c := range all {
			got = append(got, fmt.Sprint(c.Code, " ", c.Name, " ", c.Ours))
		}
		if said := strings.Join(got, ", "); err != nil {
			if !strings.HasPrefix("error: "+err.Error(), want) || want == "" {
				t.Errorf("%s: %v, want %s", body, err, want)
			}
		} else if said != want {
			t.Errorf("%s: %s, want %s", body, said, want)
		}
	}
}

// saying answers every request with HTTP 200 and a text.
type saying string

func (s saying) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
	}
	return &http.Response{
		StatusCode: 200, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(string(s))), Request: r,
	}, nil
}
