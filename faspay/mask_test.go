package faspay

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// canaries are what must never be seen: password, phone in each form, name, address.
var canaries = []string{
	"canary-key", "63616e6172792d6b6579", "081299887766", "6281299887766", "99887766", "3038313239393838",
	"Nama Rahasia", "Jalan Rahasia", "rahasia@example.com", "Bank Rahasia",
}

// Nothing that a program prints without thinking shows a secret, a whole phone number or
// who the customer is.
func TestNothingPrivateIsPrinted(t *testing.T) {
	t.Parallel()
	credentials := Credentials{"bot99999", "canary-key"}
	options := Options{URL: "http://127.0.0.1:1", MerchantID: testMerchant, Merchant: "M", Credentials: credentials}
	r := testRequest(PostData)
	r.Bill.Customer = Customer{Number: "1", Name: "Nama Rahasia", Phone: "+6281299887766", Email: "rahasia@example.com"}
	r.Bill.Billing.Street, r.Bill.Shipping = "Jalan Rahasia", Address{Name: "Nama Rahasia", Phone: "081299887766"}
	direct := Request{Operation: Direct, TrxID: testTrx, Phone: "+6281299887766"}
	body := strings.Replace(echoed(PostData, "00"), "Success", "call 081299887766", 1)
	c := newTestClient(t, Options{Credentials: credentials, Transport: replying(200, "", body)})
	rendered, pushed := render(t, c, r), render(t, c, direct)
	answer, err := c.Do(context.Background(), rendered)
	if err != nil {
		t.Fatal(err)
	}
	_, unclear := newTestClient(t, Options{Credentials: credentials, Transport: replying(500, "", body)}).Do(context.Background(), pushed)
	refused := r
	refused.Bill.Number, refused.Bill.Customer.Phone, refused.Bill.Customer.Email = "canary-key 081299887766", "+62081299887766", "Nama Rahasia"
	_, notSent := c.PostData(context.Background(), refused.Bill)
	_, misplaced := c.Inquire(context.Background(), "081299887766", "")
	_, badOptions := NewClient(Options{URL: "http://u:canary-key@host/", MerchantID: "canary-key", Credentials: Credentials{"canary-key\n", "canary-key\n"}})
	form, err := c.DirectForm(testTrx, "081299887766")
	if err != nil {
		t.Fatal(err)
	}
	v, err := NewVerifier(testMerchant, credentials)
	if err != nil {
		t.Fatal(err)
	}
	notification := strings.NewReplacer(`"request"`, `"bank_user_name": "Bank Rahasia", "request"`, "25d77976621c74c2c7f7e9add305e1e91de3633b", credentials.SignStatus(testBillNo, Paid)).
		Replace(string(readFile(t, "notification.json")))
	n, err := v.Notification([]byte(notification))
	if err != nil || string(n.BankUserName) != "Bank Rahasia" {
		t.Fatal(n, err)
	}
	_, forged := v.Notification([]byte(strings.Replace(notification, testBillNo, "081299887766", 1)))
	back, err := v.Return("trx_id=1&merchant_id=99999&bill_no=081299887766&bank_user_name=Bank+Rahasia&status=2&signature=" + credentials.SignStatus("081299887766", Paid))
	if err != nil {
		t.Fatal(err)
	}
	for _, value := range []any{
		options, &options, credentials, &credentials, credentials.Password,
		[]Secret{credentials.Password},
		map[string]Secret{"k": credentials.Password},
		c, v, r, &r,
		[]Request{r},
		r.Bill, &r.Bill, r.Bill.Customer, r.Bill.Billing, r.Bill.Shipping, direct, rendered, &rendered, pushed,
		answer, &answer,
		[]any{answer},
		answer.Response, unclear, notSent, misplaced, badOptions, form, &form, n, &n, back, &back, forged,
		struct{ Err error }{unclear},
		struct{ R Rendered }{pushed},
	} {
		var out bytes.Buffer
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
			fmt.Fprintf(&out, verb+"\n", value)
		}
		slog.New(slog.NewTextHandler(&out, nil)).Info("text", "value", value)
		if _, isRecord := value.(slog.LogValuer); isRecord {
			slog.New(slog.NewJSONHandler(&out, nil)).Info("json", "value", value)
		}
		for _, canary := range canaries {
			if strings.Contains(strings.ToLower(out.String()), strings.ToLower(canary)) {
				t.Errorf("%T shows %s:\n%s", value, canary, out.String())
			}
		}
	}
	encoded, err := json.Marshal(map[string]any{"secret": credentials.Password, "all": credentials})
	if err != nil || bytes.Contains(encoded, []byte("canary")) {
		t.Errorf("JSON = %s, %v", encoded, err)
	}
	for _, mustShow := range []string{"bill " + testBillNo, "Rp2000", "post_data"} {
		if !strings.Contains(r.String(), mustShow) {
			t.Errorf("Request = %s, want %s in it", r, mustShow)
		}
	}
	if got := direct.String(); got != "ovo_direct trx "+testTrx+" +628*******766" {
		t.Errorf("Request = %s", got)
	}
}

func TestMask(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"081234567890": "0812*****890", "0812345678": "0812***678", "": "",
		"call 081234567890, or +6281234567890!": "call 0812*****890, or +6281******890!",
		"127.0.0.1:54321: connection refused":   "127.0.0.1:54321: connection refused",
		"bill 20201222024304 trx " + testTrx:    "bill 20201222024304 trx " + testTrx,
	} {
		if got := maskDigits(in); got != want {
			t.Errorf("maskDigits(%q) = %q, want %q", in, got, want)
		}
	}
	if got := MaskPhone("0812"); got != "****" {
		t.Errorf("MaskPhone(0812) = %q", got)
	}
}

func TestCallErrorReads(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, Options{Transport: replying(404, "", "")})
	_, err := c.Cancel(context.Background(), testBillNo, testTrx, "habis")
	const want = "faspay: cancel bill 20201222024304 trx 9999981256572178: unclear answer (HTTP 404): body: empty"
	if err == nil || err.Error() != want {
		t.Errorf("error = %v, want %s", err, want)
	}
}
