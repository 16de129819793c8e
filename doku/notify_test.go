package doku

import (
	"bytes"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

const testTarget = "/notify/doku/main"

func notification() Notification {
	return Notification{
		Transaction: Transaction{"INV-20210124-0001", 150000, StatusSuccess, "2021-01-27T03:24:23Z", testID, "EMONEY", "OVO", "EMONEY_OVO", Numbers{ApprovalCode: "19832"}},
		RequestID:   "n-1", At: testAt.Truncate(time.Second),
	}
}

func newTestVerifier(t testing.TB, o VerifierOptions) *Verifier {
	t.Helper()
	if o.ClientID == "" {
		o.ClientID, o.Secret = testClientID, testSecret
	}
	v, err := NewVerifier(o)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// signBody is a notification with any body, signed as DOKU does.
func signBody(body []byte, at time.Time) Incoming {
	s := Signed{ClientID: testClientID, RequestID: "n-1", Timestamp: FormatTimestamp(at), Target: testTarget, Body: body}
	return Incoming{Target: testTarget, Body: body, Header: http.Header{
		"Client-Id": {s.ClientID}, "Request-Id": {s.RequestID}, "Request-Timestamp": {s.Timestamp}, "Signature": {Sign(testSecret, s)},
	}}
}

func TestNotification(t *testing.T) {
	t.Parallel()
	want := notification()
	header, body, err := SignNotification(NotifyOptions{testClientID, testSecret, testTarget}, want)
	if err != nil {
		t.Fatal(err)
	}
	if keys := slices.Sorted(maps.Keys(header)); !slices.Equal(keys, []string{"Client-Id", "Content-Type", "Request-Id", "Request-Timestamp", "Signature"}) {
		t.Errorf("headers = %v", keys)
	}
	got, err := newTestVerifier(t, VerifierOptions{}).Verify(Incoming{testTarget, header, body}, testAt)
	if err != nil || got != want {
		t.Errorf("Verify = %+v, %v, want %+v", got.Transaction, err, want.Transaction)
	}
}

// DOKU's own sample, of another product, over its raw bytes: pretty-printed, with members
// that nobody reads.
func TestSampleNotification(t *testing.T) {
	t.Parallel()
	body := readFile(t, "notification.json")
	v := newTestVerifier(t, VerifierOptions{})
	got, err := v.Verify(signBody(body, testAt), testAt)
	want := Transaction{"INV-20210124-0001", 150000, StatusSuccess, "2021-01-27T03:24:23Z", testID, "VIRTUAL_ACCOUNT", "BCA", "VIRTUAL_ACCOUNT_BCA", Numbers{}}
	if err != nil || got.Transaction != want || got.RequestID != "n-1" || !got.At.Equal(testAt.Truncate(time.Second)) {
		t.Errorf("Verify = %+v %q %v, %v", got.Transaction, got.RequestID, got.At, err)
	}
	in := signBody(body, testAt)
	in.Body = bytes.ReplaceAll(body, []byte("\n"), nil)
	if _, err := v.Verify(in, testAt); !errors.Is(err, ErrForged) {
		t.Errorf("the same JSON in other bytes: %v, want ErrForged", err)
	}
}

// D7, as DOKU's own library signs it.
func TestNotificationVector(t *testing.T) {
	t.Parallel()
	v := newTestVerifier(t, VerifierOptions{ClientID: testClientID, Secret: otherSecret})
	in := Incoming{Target: "/payments/notifications", Body: []byte(digestBody), Header: http.Header{
		"Client-Id": {testClientID}, "Request-Id": {testID}, "Request-Timestamp": {"2020-08-11T08:45:42Z"},
		"Signature": {"HMACSHA256=c41jcE05dseZLLC7zT/hjA1pEVQs/AF0TnyaVNY+zuY="},
	}}
	// The vector's body is no whole notification: the signature is right, the message not.
	if _, err := v.Verify(in, testAt); !errors.Is(err, ErrMalformed) || !strings.Contains(err.Error(), "transaction.status") {
		t.Errorf("Verify = %v, want only transaction.status to be missed", err)
	}
}

func TestForgedNotifications(t *testing.T) {
	t.Parallel()
	v := newTestVerifier(t, VerifierOptions{})
	for name, test := range map[string]struct {
		kind   error
		status int
		change func(*Incoming)
	}{
		"another target":      {ErrForged, 401, func(in *Incoming) { in.Target += "/" }},
		"another body":        {ErrForged, 401, func(in *Incoming) { in.Body = append(in.Body, ' ') }},
		"another client":      {ErrForged, 401, func(in *Incoming) { in.Header.Set("Client-Id", "MCH-2") }},
		"another id":          {ErrForged, 401, func(in *Incoming) { in.Header.Set("Request-Id", "n-2") }},
		"another time":        {ErrForged, 401, func(in *Incoming) { in.Header.Set("Request-Timestamp", "2020-08-11T08:45:43Z") }},
		"same time otherwise": {ErrForged, 401, func(in *Incoming) { in.Header.Set("Request-Timestamp", "2020-08-11T15:45:42+07:00") }},
		"no signature":        {ErrMalformed, 400, func(in *Incoming) { in.Header.Del("Signature") }},
		"empty signature":     {ErrMalformed, 400, func(in *Incoming) { in.Header.Set("Signature", "") }},
		"two signatures":      {ErrMalformed, 400, func(in *Incoming) { in.Header.Add("Signature", "x") }},
		"signature in capitals": {ErrForged, 401, func(in *Incoming) {
			in.Header.Set("Signature", strings.ToUpper(in.Header.Get("Signature")))
		}},
		"hexadecimal signature": {ErrForged, 401, func(in *Incoming) { in.Header.Set("Signature", "HMACSHA256="+strings.Repeat("ab", 32)) }},
		"no client":             {ErrMalformed, 400, func(in *Incoming) { in.Header.Del("Client-Id") }},
		"no id":                 {ErrMalformed, 400, func(in *Incoming) { in.Header.Del("Request-Id") }},
		"id too long":           {ErrMalformed, 400, func(in *Incoming) { in.Header.Set("Request-Id", strings.Repeat("x", 129)) }},
		"id with a line end":    {ErrMalformed, 400, func(in *Incoming) { in.Header.Set("Request-Id", "a\nb") }},
		"no time":               {ErrMalformed, 400, func(in *Incoming) { in.Header.Del("Request-Timestamp") }},
		"time without zone":     {ErrMalformed, 400, func(in *Incoming) { in.Header.Set("Request-Timestamp", "2020-08-11T08:45:42") }},
		"above 64 KiB":          {ErrMalformed, 400, func(in *Incoming) { in.Body = bytes.Repeat([]byte(" "), MaxNotification+1) }},
	} {
		in := signBody(readFile(t, "notification.json"), testAt)
		test.change(&in)
		got, err := v.Verify(in, testAt)
		var refused *NotificationError
		if !errors.As(err, &refused) || !errors.Is(err, test.kind) || refused.Status != test.status || got != (Notification{}) {
			t.Errorf("%s: %v, %v, want %v and %d", name, got, err, test.kind, test.status)
		}
	}
}

// What is signed rightly and still no notification of a payment.
func TestMalformedNotifications(t *testing.T) {
	t.Parallel()
	v := newTestVerifier(t, VerifierOptions{})
	whole := string(readFile(t, "notification.json"))
	for name, body := range map[string]string{
		"empty": "", "XML": "<x/>", "a form": "status=SUCCESS", "a list": "[" + whole + "]", "null": "null",
		"no invoice":       strings.Replace(whole, "invoice_number", "invoice", 1),
		"long invoice":     strings.Replace(whole, "INV-20210124-0001", strings.Repeat("x", 65), 1),
		"no amount":        strings.Replace(whole, `"amount"`, `"amounts"`, 1),
		"amount null":      strings.Replace(whole, "150000", `"null"`, 1),
		"negative amount":  strings.Replace(whole, "150000", `-150000`, 1),
		"amount with cent": strings.Replace(whole, "150000", `150000.01`, 1),
		"doubled amount":   strings.Replace(whole, `"amount"`, `"amount": 1, "amount"`, 1),
		"no status":        strings.Replace(whole, `"SUCCESS"`, `""`, 1),
		"status no word":   strings.Replace(whole, `"SUCCESS"`, `"paid!"`, 1),
		"status a number":  strings.Replace(whole, `"SUCCESS"`, `1`, 1),
	} {
		if got, err := v.Verify(signBody([]byte(body), testAt), testAt); !errors.Is(err, ErrMalformed) || got != (Notification{}) {
			t.Errorf("%s: %v, %v, want ErrMalformed", name, got, err)
		}
	}
	largest := append([]byte(whole), bytes.Repeat([]byte(" "), MaxNotification-len(whole))...)
	if _, err := v.Verify(signBody(largest, testAt), testAt); err != nil {
		t.Errorf("%d bytes: %v", len(largest), err)
	}
	body := strings.Replace(whole, "150000", `"150000.00"`, 1)
	if got, err := v.Verify(signBody([]byte(body), testAt), testAt); err != nil || got.Transaction.Amount != 150000 {
		t.Errorf("amount as a text: %v, %v", got, err)
	}
}

// DOKU repeats for 18.5 hours; what is older, or far ahead, is stale.
func TestNotificationTimes(t *testing.T) {
	t.Parallel()
	at := testAt.Truncate(time.Second)
	in := signBody(readFile(t, "notification.json"), at)
	for _, test := range []struct {
		tolerance, off time.Duration
		ok             bool
	}{
		{0, 30*time.Minute + 6*time.Hour + 12*time.Hour, true},
		{0, 24 * time.Hour, true},
		{0, 24*time.Hour + 1, false},
		{0, -time.Hour, true},
		{0, -time.Hour - 1, false},
		{time.Minute, time.Minute, true},
		{time.Minute, time.Minute + 1, false},
		{-1, 1000 * time.Hour, true},
		{-1, -1000 * time.Hour, true},
	} {
		v := newTestVerifier(t, VerifierOptions{ClientID: testClientID, Secret: testSecret, Tolerance: test.tolerance})
		_, err := v.Verify(in, at.Add(test.off))
		if test.ok != (err == nil) || err != nil && !errors.Is(err, ErrStale) {
			t.Errorf("tolerance %v, %v off: %v", test.tolerance, test.off, err)
		}
	}
}

func TestNewVerifierRefuses(t *testing.T) {
	t.Parallel()
	_, err := NewVerifier(VerifierOptions{})
	if err == nil || !strings.Contains(err.Error(), "ClientID") || !strings.Contains(err.Error(), "Secret") {
		t.Errorf("NewVerifier = %v, want both named", err)
	}
}

func TestTimestamps(t *testing.T) {
	t.Parallel()
	if got := FormatTimestamp(time.Date(2020, 8, 11, 15, 45, 42, 999, WIB)); got != "2020-08-11T08:45:42Z" {
		t.Errorf("FormatTimestamp = %s", got)
	}
	for text, want := range map[string]bool{
		"2020-08-11T08:45:42Z": true, "2020-08-11T15:45:42+07:00": true, "2020-08-11T08:45:42.123Z": true,
		"2020-08-11T08:45:42": false, "2020-08-11 08:45:42Z": false, "20200811T084542Z": false, "": false,
		"2020-08-11T08:45:42." + strings.Repeat("0", 40) + "Z": false,
	} {
		if _, err := ParseTimestamp(text); (err == nil) != want {
			t.Errorf("ParseTimestamp(%s) = %v", text, err)
		}
	}
}

// Whatever comes in, it does not panic, and only what is signed is believed.
func FuzzVerify(f *testing.F) {
	whole := readFile(f, "notification.json")
	f.Add("HMACSHA256=c41jcE05dseZLLC7zT/hjA1pEVQs/AF0TnyaVNY+zuY=", "2020-08-11T08:45:42Z", whole, false)
	f.Add("", "x", []byte("{}"), true)
	f.Add("HMACSHA256=", "2020-08-11T08:45:42Z", whole, true)
	f.Add("", "", []byte(`{"order":{"invoice_number":1,"amount":"1"},"transaction":{"status":"A"}}`), true)
	v := newTestVerifier(f, VerifierOptions{})
	f.Fuzz(func(t *testing.T, signature, timestamp string, body []byte, sign bool) {
		in := signBody(body, testAt)
		if !sign {
			in.Header.Set("Signature", signature)
			in.Header.Set("Request-Timestamp", timestamp)
		}
		n, err := v.Verify(in, testAt)
		var refused *NotificationError
		switch {
		case err == nil && !sign:
			t.Fatalf("believed: %q %q %q", signature, timestamp, body)
		case err == nil && (n.Transaction.InvoiceNumber == "" || n.Transaction.Status == "" || n.Transaction.Amount < 0):
			t.Fatalf("read as %+v: %q", n.Transaction, body)
		case err != nil && !errors.As(err, &refused):
			t.Fatalf("error %v is no NotificationError", err)
		}
	})
}
