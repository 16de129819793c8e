package faspay

import (
	"bytes"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"
)

// The same notification in both forms, and its acknowledgement in the same form.
func TestNotification(t *testing.T) {
	t.Parallel()
	v := newTestVerifier(t)
	for _, encoding := range []Encoding{JSON, XML} {
		n, err := v.Notification(readFile(t, "notification."+string(encoding)))
		if err != nil {
			t.Fatal(err)
		}
		want := Notification{
			TrxID: testTrx, MerchantID: testMerchant, Merchant: "Sophia Store", BillNo: testBillNo,
			PaymentDate: time.Date(2020, 12, 19, 6, 10, 0, 0, WIB), Status: Paid, StatusDescription: "Payment Sukses",
			BillTotal: Rupiah(2000), PaymentTotal: Rupiah(2000), ChannelCode: "812", Channel: "OVO", Encoding: encoding,
		}
		if n != want {
			t.Errorf("%s: %+v differs", encoding, n)
		}
		ack := n.Acknowledge(testAt.UTC())
		golden(t, "acknowledgement_"+string(encoding)+".golden", append([]byte(ack.ContentType+"\n\n"), ack.Body...))
		doc, got, err := parse(ack.Body)
		if err != nil || got != encoding || doc.get("response_code") != "00" || doc.get("bill_no") != testBillNo || doc.get("response_date") != "2020-12-19 06:04:29" {
			t.Errorf("%s: acknowledged by %s, %v", encoding, ack.Body, err)
		}
	}
}

// notified is the sample in JSON with something changed, signed anew where sign is set.
func notified(t *testing.T, from, to string) []byte {
	t.Helper()
	good := string(readFile(t, "notification.json"))
	body := strings.Replace(good, from, to, 1)
	if body == good {
		t.Fatalf("%s is not in the sample", from)
	}
	return []byte(body)
}

func TestNotificationIsRead(t *testing.T) {
	t.Parallel()
	const signature = `"25d77976621c74c2c7f7e9add305e1e91de3633b"`
	paid := `"payment_status_code": "2"`
	totals := "\"bill_total\": \"2000\",\n  \"payment_total\": \"2000\""
	for name, test := range map[string]struct {
		body  []byte
		check func(Notification) bool
	}{
		"capitals":        {notified(t, signature, strings.ToUpper(signature)), func(n Notification) bool { return n.Status == Paid }},
		"status a number": {notified(t, paid, `"payment_status_code": 2`), func(n Notification) bool { return n.Status == Paid }},
		"trx a number":    {notified(t, `"`+testTrx+`"`, testTrx), func(n Notification) bool { return n.TrxID == testTrx }},
		"bill a number":   {notified(t, `"`+testBillNo+`"`, testBillNo), func(n Notification) bool { return n.BillNo == testBillNo }},
		"total a number":  {notified(t, `"bill_total": "2000"`, `"bill_total": 2000.00`), func(n Notification) bool { return n.BillTotal == Rupiah(2000) }},
		"hundredths":      {notified(t, `"bill_total": "2000"`, `"bill_total": "2000.50"`), func(n Notification) bool { return n.BillTotal == Amount{200050} }},
		"old amount":      {notified(t, totals, `"amount": "2000"`), func(n Notification) bool { return n.BillTotal == Rupiah(2000) && n.PaymentTotal == Rupiah(2000) }},
		"no totals":       {notified(t, totals, `"bill_total": "", "payment_total": null`), func(n Notification) bool { return n.BillTotal.IsZero() && n.PaymentTotal.IsZero() }},
		"no date":         {notified(t, `"2020-12-19 06:10:00"`, `"0000-00-00 00:00:00"`), func(n Notification) bool { return n.PaymentDate.IsZero() }},
		"another request": {notified(t, `"Payment Notification"`, `"Notifikasi Pembayaran"`), func(n Notification) bool { return n.Status == Paid }},
		"unknown field":   {notified(t, `"request"`, `"x": {"y": [1]}, "request"`), func(n Notification) bool { return n.Status == Paid }},
		"F9":              {bytes.Replace(notified(t, paid, `"payment_status_code": "8"`), []byte(signature), []byte(`"c2e7225b0114e0955025cd1feb06dc630acf3949"`), 1), func(n Notification) bool { return n.Status == Canceled }},
	} {
		n, err := newTestVerifier(t).Notification(test.body)
		if err != nil || !test.check(n) {
			t.Errorf("%s: %v, %v", name, n, err)
		}
	}
}

func TestNotificationIsRefused(t *testing.T) {
	t.Parallel()
	sign := func(from, to string, billNo string, status Status) []byte {
		return bytes.Replace(notified(t, from, to), []byte("25d77976621c74c2c7f7e9add305e1e91de3633b"), []byte(testCredentials.SignStatus(billNo, status)), 1)
	}
	for name, test := range map[string]struct {
		body  []byte
		kind  error
		cause string
	}{
		"status changed":         {notified(t, `"payment_status_code": "2"`, `"payment_status_code": "4"`), ErrForged, "signature"},
		"bill changed":           {notified(t, testBillNo, "20201222024305"), ErrForged, "signature"},
		"unpaid turned paid":     {notified(t, "25d77976621c74c2c7f7e9add305e1e91de3633b", testCredentials.SignStatus(testBillNo, Unprocessed)), ErrForged, "signature"},
		"the post's signature":   {notified(t, "25d77976621c74c2c7f7e9add305e1e91de3633b", testCredentials.SignBill(testBillNo)), ErrForged, "signature"},
		"another password":       {notified(t, "25d77976621c74c2c7f7e9add305e1e91de3633b", Credentials{"bot99999", "password"}.SignStatus(testBillNo, Paid)), ErrForged, "signature"},
		"signature short":        {notified(t, "25d77976", ""), ErrForged, "signature"},
		"no signature":           {notified(t, `"25d77976621c74c2c7f7e9add305e1e91de3633b"`, `""`), ErrMalformed, "signature is missing"},
		"signature null":         {notified(t, `"25d77976621c74c2c7f7e9add305e1e91de3633b"`, `"null"`), ErrMalformed, "signature is missing"},
		"signature twice":        {notified(t, `"request"`, `"signature": "x", "request"`), ErrMalformed, "twice"},
		"another merchant":       {notified(t, `"99999"`, `"99998"`), ErrForeign, "merchant_id"},
		"no merchant":            {notified(t, `"99999"`, `null`), ErrMalformed, "merchant_id is missing"},
		"status moved into bill": {sign(testBillNo, "2020122202430", "2020122202430", "42"), ErrForged, "signature"},
		"status of two digits":   {sign(`"payment_status_code": "2"`, `"payment_status_code": "42"`, testBillNo, "42"), ErrMalformed, "one digit"},
		"status empty":           {sign(`"payment_status_code": "2"`, `"payment_status_code": ""`, testBillNo, ""), ErrMalformed, "status is missing"},
		"status a list":          {notified(t, `"payment_status_code": "2"`, `"payment_status_code": ["2"]`), ErrMalformed, "status is missing"},
		"bill too long":          {sign(testBillNo, strings.Repeat("1", 33), strings.Repeat("1", 33), Paid), ErrMalformed, "bill_no"},
		"bill not ASCII":         {sign(testBillNo, "é", "é", Paid), ErrMalformed, "bill_no"},
		"trx not digits":         {notified(t, testTrx, "1' or 1=1"), ErrMalformed, "trx_id"},
		"total not a number":     {notified(t, `"bill_total": "2000"`, `"bill_total": "Rp 2.000"`), ErrMalformed, "bill_total is no amount"},
		"total negative":         {notified(t, `"payment_total": "2000"`, `"payment_total": -2000`), ErrMalformed, "payment_total is no amount"},
		"total an object":        {notified(t, `"bill_total": "2000"`, `"bill_total": {}`), ErrMalformed, "bill_total is neither"},
		"total exponential":      {notified(t, `"bill_total": "2000"`, `"bill_total": 2e3`), ErrMalformed, "bill_total is no amount"},
		"a form":                 {[]byte("trx_id=" + testTrx + "&bill_no=" + testBillNo), ErrMalformed, "a form"},
		"nothing":                {nil, ErrMalformed, "empty"},
		"too long":               {bytes.Repeat([]byte(" "), MaxMessage+1), ErrMalformed, "above"},
	} {
		n, err := newTestVerifier(t).Notification(test.body)
		var refused *RefusedError
		if !errors.Is(err, test.kind) || !errors.As(err, &refused) || !strings.Contains(refused.Cause, test.cause) || n != (Notification{}) {
			t.Errorf("%s: %v, %v, want %v: %s", name, n, err, test.kind, test.cause)
			continue
		}
		if reply := refused.Reply(); reply == "" || strings.ContainsAny(reply, "<{") {
			t.Errorf("%s: the reply %q may be taken for an acknowledgement", name, reply)
		}
	}
}

// Whatever the notification holds, its acknowledgement is well-formed.
func TestAcknowledgeIsEscaped(t *testing.T) {
	t.Parallel()
	const merchant = `</merchant><response_code>99</response_code> "\ & ` + "\u2028é"
	for _, encoding := range []Encoding{JSON, XML} {
		n := Notification{TrxID: testTrx, MerchantID: testMerchant, Merchant: merchant, BillNo: testBillNo, Encoding: encoding}
		doc, _, err := parse(n.Acknowledge(testAt).Body)
		if err != nil || doc.get("merchant") != merchant || doc.get("response_code") != "00" {
			t.Errorf("%s: %q, %v", encoding, doc.get("merchant"), err)
		}
	}
}

// The sample of Faspay's documents, vector F3.
const sampleReturn = "trx_id=8985999990013136&merchant_id=99999&merchant=FASPAY+STORE&bill_no=4370&bill_ref=4370&bill_total=10000&bank_user_name=FaspayTest&status=0&signature=0da33ad07fe9980f7b7ff70a964803e821a86866"

func TestReturn(t *testing.T) {
	t.Parallel()
	v := newTestVerifier(t)
	want := Return{
		TrxID: "8985999990013136", MerchantID: testMerchant, Merchant: "FASPAY STORE", BillNo: "4370", BillReference: "4370",
		BillTotal: Rupiah(10000), BankUserName: "FaspayTest", ClaimedStatus: Unprocessed,
	}
	for _, query := range []string{
		sampleReturn,
		strings.Replace(sampleReturn, "bill_ref=", "bill_reff=", 1),
		strings.Replace(sampleReturn, "0da33ad07fe9980f7b7ff70a964803e821a86866", "0DA33AD07FE9980F7B7FF70A964803E821A86866", 1),
		sampleReturn + "&payment_reff=null&payment_date=&utm_source=x&utm_source=y",
	} {
		if got, err := v.Return(query); err != nil || got != want {
			t.Errorf("Return(%s) = %+v, %v", query, got, err)
		}
	}
	for _, test := range []struct {
		from, to string
		kind     error
	}{
		{"status=0", "status=2", ErrForged},
		{"bill_no=4370", "bill_no=4371", ErrForged},
		{"bill_no=4370", "bill_no=437", ErrForged}, // with status=00 it would be the same text
		{"status=0", "status=00", ErrMalformed},
		{"status=0", "", ErrMalformed},
		{"merchant_id=99999", "merchant_id=99998", ErrForeign},
		{"signature=0da3", "signature=", ErrForged},
		{"&signature=0da33ad07fe9980f7b7ff70a964803e821a86866", "", ErrMalformed},
		{"trx_id=8985999990013136", "trx_id=x", ErrMalformed},
		{"trx_id=8985999990013136&", "", ErrMalformed},
		{"bill_total=10000", "bill_total=1e4", ErrMalformed},
		{"status=0", "status=0&status=2", ErrMalformed},
		{"merchant=FASPAY", "merchant=%zzFASPAY", ErrMalformed},
		{"merchant=FASPAY", "merchant=" + strings.Repeat("x", maxQuery), ErrMalformed},
		{"trx_id", ";trx_id", ErrMalformed},
	} {
		query := strings.Replace(sampleReturn, test.from, test.to, 1)
		if query == sampleReturn {
			t.Fatalf("%s is not in the sample", test.from)
		}
		if got, err := v.Return(query); !errors.Is(err, test.kind) {
			t.Errorf("%.60s → %.60s: %v, %v, want %v", test.from, test.to, got, err, test.kind)
		}
	}
}

// Nothing gets past the signature: what is taken has the right one for its own status.
func FuzzNotification(f *testing.F) {
	f.Add(readFile(f, "notification.json"))
	f.Add(readFile(f, "notification.xml"))
	f.Add([]byte("<faspay><trx_id>1</trx_id></faspay>"))
	v := newTestVerifier(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		n, err := v.Notification(body)
		if err != nil {
			var refused *RefusedError
			if !errors.As(err, &refused) {
				t.Fatalf("an error that is no refusal: %v", err)
			}
			return
		}
		if n.BillNo != testBillNo || n.Status != Paid || n.MerchantID != testMerchant { // the only ones with a signature in the corpus
			t.Fatalf("taken: %+v from %q", n, body)
		}
		if _, got, err := parse(n.Acknowledge(testAt).Body); err != nil || got != n.Encoding {
			t.Fatalf("acknowledged as %s, %v", got, err)
		}
	})
}

func FuzzReturn(f *testing.F) {
	f.Add(sampleReturn)
	f.Add("a=b;c=d")
	v := newTestVerifier(f)
	f.Fuzz(func(t *testing.T, query string) {
		r, err := v.Return(query)
		if err == nil && (r.BillNo != "4370" || r.ClaimedStatus != Unprocessed) {
			t.Fatalf("taken: %+v from %q", r, query)
		}
		_, _ = url.ParseQuery(query)
	})
}
