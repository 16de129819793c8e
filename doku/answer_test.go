package doku

import (
	"context"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"
)

// The guide's own answer, every field.
func TestSampleAnswer(t *testing.T) {
	t.Parallel()
	body := string(readFile(t, "push_response.json"))
	c := newTestClient(t, Options{Transport: replying(200, "application/json;charset=UTF-8", body)})
	got, err := c.Push(context.Background(), testRequest(Push))
	if err != nil {
		t.Fatal(err)
	}
	want := Payment{
		ClientID: testClientID, InvoiceNumber: "INV-20210115-0001", Amount: 10000, Phone: "081211111111", AccountName: "Anton Budiman",
		MerchantID: "00000179", StoreCode: "000000000000179", MID: "000000000000179", TID: "00000179",
		Date: "20201014162928", BatchNumber: 4, TraceNumber: 987654, ReferenceNumber: 38, ApprovalCode: "19832", Code: "00",
		Status: "SUCCESS", CashUsed: 10000, CashBalance: 90000, PointsBalance: 100000,
		CheckSum: "5df88427628952ac65fee1d01aa163cdd26a1cf806c7e80d770fa307db180930",
	}
	if got.Payment != want {
		t.Errorf("payment = %#v, want %#v", plainly(got.Payment), plainly(want))
	}
	if got.Meaning().Follow != Approved || got.Status != 200 || string(got.Body) != body || got.Replayed {
		t.Errorf("answer = %v, replayed %t", got, got.Replayed)
	}
	if at := got.Payment.At(); !at.Equal(time.Date(2020, 10, 14, 16, 29, 28, 0, WIB)) || at.Format("-0700") != "+0700" {
		t.Errorf("at = %v", at)
	}
	if n := got.Payment.Numbers(); n != (Numbers{4, 987654, 38, "19832"}) {
		t.Errorf("numbers = %+v", n)
	}
}

// plainly shows what a failing test needs to see.
func plainly(p Payment) any {
	v, all := reflect.ValueOf(p), map[string]string{}
	for i := range v.NumField() {
		all[v.Type().Field(i).Name] = v.Field(i).String() + " " + v.Field(i).Type().Name()
	}
	return all
}

// Numbers may come as texts and texts as numbers.
func TestNumbersAndTexts(t *testing.T) {
	t.Parallel()
	body := strings.NewReplacer(`"amount":10000`, `"amount":"10000"`, `:4,`, `:"000004",`, `"19832"`, `19832`, `:90000`, `:"90000.00"`,
		`:100000`, `:null`, `"ovo_points_used":0`, `"ovo_points_used":""`, `"ovo_points_earned":0`, `"ovo_points_earned":"null"`).Replace(paidAs("00", "SUCCESS"))
	c := newTestClient(t, Options{Transport: replying(200, "application/json", body)})
	got, err := c.Push(context.Background(), testRequest(Push))
	p := got.Payment
	if err != nil || got.Meaning().Follow != Approved || p.Amount != 10000 || p.BatchNumber != 4 || p.ApprovalCode != "19832" ||
		p.CashBalance != 90000 || p.PointsBalance != 0 || p.PointsUsed != 0 || p.PointsEarned != 0 {
		t.Errorf("%s: %v, %#v", body, err, plainly(p))
	}
	// What no verdict hangs on does not spoil one.
	body = strings.NewReplacer(`:90000`, `:-1`, `:100000`, `:1e9`, `"date":"20201014162928"`, `"date":{"x":1}`, `:987654`, `:"x"`).Replace(paidAs("00", "SUCCESS"))
	c = newTestClient(t, Options{Transport: replying(200, "", body)})
	got, err = c.Push(context.Background(), testRequest(Push))
	if p = got.Payment; err != nil || p.CashBalance != 0 || p.PointsBalance != 0 || p.TraceNumber != 0 || !p.At().IsZero() {
		t.Errorf("%s: %v, %#v", body, err, plainly(p))
	}
}

// Each line of a verdict's rules, by an answer that breaks it. A change is a pair of old
// and new text in the complete answer.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	const notFound = `{"error":{"code":"data_not_found","message":"x"}}`
	for _, test := range []struct {
		name   string
		o      Operation
		word   string
		status int
		change []string
		want   string // what follows, or the error
	}{
		{"approved", Push, "00", 200, nil, "approved"},
		{"approved, created", Push, "00", 201, nil, "approved"},
		{"declined", Push, "17", 200, nil, "declined"},
		{"declined under 400", Push, "17", 400, nil, "declined"},
		{"declined without echo", Push, "17", 200, []string{`"client":{"id":"MCH-0001-10791114622547"},"order":{"invoice_number":"INV-20210115-0001","amount":10000},"ovo_info":{"ovo_id":"081211111111","ovo_account_name":"Anton Budiman"},`, ""}, "declined"},
		{"no response", Push, "-", 200, nil, "unanswered"},
		{"no response, empty", Push, "", 200, nil, "unanswered"},
		{"no response, null", Push, "", 200, []string{`"response_code":""`, `"response_code":null`}, "unanswered"},
		{"no response, no member", Push, "", 200, []string{`"response_code":"",`, ``}, "unanswered"},
		{"wallet late", Push, "68", 200, nil, "unknown"},
		{"unlisted code", Push, "Z9", 200, nil, "unknown"},
		{"code as a number", Push, "17", 200, []string{`"17"`, `17`}, "declined"},
		{"contradiction", Push, "00", 200, []string{"SUCCESS", "FAILED"}, "unknown"},
		{"contradiction the other way", Push, "17", 200, []string{"FAILED", "SUCCESS"}, "unknown"},
		{"not final", Push, "00", 200, []string{"SUCCESS", "TIMEOUT"}, "pending"},
		{"no status", Push, "00", 200, []string{`"SUCCESS"`, `null`}, "unknown"},
		{"phone in another form", Push, "00", 200, []string{`"081211111111"`, `"+6281211111111"`}, "approved"},

		{"approved under 400", Push, "00", 400, nil, "a success under"},
		{"success under 400 by its status", Push, "17", 404, []string{"FAILED", "SUCCESS"}, "a success under"},
		{"server error", Push, "17", 500, nil, "HTTP status"},
		{"bad gateway", Push, "00", 502, nil, "HTTP status"},
		{"redirect", Push, "00", 302, nil, "HTTP status"},
		{"foreign client", Push, "17", 200, []string{"MCH-0001", "MCH-0002"}, "foreign echo: client.id"},
		{"foreign invoice", Push, "17", 200, []string{"INV-20210115-0001", "INV-20210115-0002"}, "foreign echo: order.invoice_number"},
		{"foreign amount", Push, "00", 200, []string{`"amount":10000`, `"amount":1000`}, "foreign echo: order.amount"},
		{"amount with a fraction", Push, "00", 200, []string{`"amount":10000`, `"amount":10000.50`}, "foreign echo: order.amount"},
		{"amount with an exponent", Push, "00", 200, []string{`"amount":10000`, `"amount":1e4`}, "foreign echo: order.amount"},
		{"foreign phone", Push, "00", 200, []string{`"081211111111"`, `"081211111112"`}, "foreign echo: ovo_info.ovo_id"},
		{"approved without client", Push, "00", 200, []string{`"client"`, `"Client"`}, "no echo: client.id"},
		{"approved without invoice", Push, "00", 200, []string{`"invoice_number":"INV-20210115-0001",`, ``}, "no echo: order.invoice_number"},
		{"approved without amount", Push, "00", 200, []string{`"amount":10000`, `"amount":"null"`}, "no echo: order.amount"},
		{"approved without phone", Push, "00", 200, []string{`"081211111111"`, `""`}, "no echo: ovo_info.ovo_id"},
		{"echo at the top only", Push, "00", 200, []string{`"amount":10000`, `"x":0`, `{"client"`, `{"order.amount":10000,"client"`}, "no echo: order.amount"},
		{"doubled amount", Push, "00", 200, []string{`"amount":10000`, `"amount":10000,"amount":10000`}, "a field stands twice"},
		{"doubled group", Push, "00", 200, []string{`{"client"`, `{"order":{},"client"`}, "a field stands twice"},
		{"no code and no status", Push, "", 200, []string{`"FAILED"`, `""`}, "neither"},
		{"no payment", Push, "00", 200, []string{`"ovo_payment"`, `"payment"`}, "neither"},
		{"payment is a list", Push, "00", 200, []string{`"ovo_payment":{`, `"ovo_payment":[],"x":{`}, "neither"},
		{"code is none", Push, "00", 200, []string{`"00"`, `"081211111111"`}, "response_code is no code"},
		{"code with a dot", Push, "1.5", 200, nil, "response_code is no code"},
		{"code too long", Push, "00000", 200, nil, "response_code is no code"},
		{"status is none", Push, "00", 200, []string{`SUCCESS`, `success`}, "status is no status"},
		{"an error beside a payment", Push, "00", 400, []string{`{"client"`, `{"error":{"code":"x"},"client"`}, "an error and a payment"},

		{"replayed approval", Push, "00", 409, nil, "approved"},
		{"replayed decline", Push, "17", 409, nil, "declined"},
		{"replayed decline without echo", Push, "17", 409, []string{`"invoice_number":"INV-20210115-0001",`, ``}, "no echo: order.invoice_number"},
		{"replayed foreign approval", Push, "00", 409, []string{"INV-20210115-0001", "INV-20210115-0002"}, "foreign echo"},

		{"voided", Void, "00", 200, nil, "approved"},
		{"voided, no status", Void, "00", 200, []string{`"SUCCESS"`, `""`}, "approved"},
		{"voided, refunded", Void, "00", 200, []string{`SUCCESS`, `REFUNDED`}, "approved"},
		{"voided, without echo", Void, "00", 200, []string{`"client":{"id":"MCH-0001-10791114622547"},"order"`, `"x"`}, "approved"},
		{"void of another payment", Void, "00", 200, []string{"INV-20210115-0001", "INV-20210115-0002"}, "foreign echo"},
		{"void refused", Void, "17", 200, nil, "declined"},
		{"void in doubt", Void, "", 200, nil, "unknown"},

		{"paid", Check, "SUCCESS", 200, nil, "approved"},
		{"failed", Check, "FAILED", 200, nil, "declined"},
		{"expired", Check, "EXPIRED", 200, nil, "declined"},
		{"refunded", Check, "REFUNDED", 200, nil, "reversed"},
		{"pending", Check, "PENDING", 200, nil, "pending"},
		{"timeout", Check, "TIMEOUT", 200, nil, "pending"},
		{"unlisted status", Check, "CHARGED", 200, nil, "unknown"},
		{"no status in a check", Check, "", 200, nil, "no status"},
		{"check of another", Check, "FAILED", 200, []string{"INV-20210115-0001", "INV-20210115-0002"}, "foreign echo"},
		{"check without invoice", Check, "FAILED", 200, []string{`"invoice_number":"INV-20210115-0001",`, ``}, "no echo"},
		{"check with another amount", Check, "SUCCESS", 200, []string{"10000", "10001"}, "foreign echo: order.amount"},
		{"paid without amount", Check, "SUCCESS", 200, []string{`,"amount":10000`, ``}, "no echo: order.amount"},
		{"failed without amount", Check, "FAILED", 200, []string{`,"amount":10000`, ``}, "declined"},
		{"paid under 404", Check, "SUCCESS", 404, nil, "a status under"},
		{"a push's answer to a check", Check, paidAs("00", "SUCCESS"), 200, []string{"!", ""}, "no status"},
		{"not found", Check, notFound, 404, []string{"!", ""}, "not_found"},
		{"not found under 200", Check, notFound, 200, []string{"!", ""}, "an error under"},
	} {
		body := test.word
		if len(test.change) == 0 || test.change[0] != "!" {
			body = echoed(test.o, test.word)
			for i := 0; i < len(test.change); i += 2 {
				if !strings.Contains(body, test.change[i]) {
					t.Fatalf("%s: %s is not in %s", test.name, test.change[i], body)
				}
				body = strings.ReplaceAll(body, test.change[i], test.change[i+1])
			}
		}
		c := newTestClient(t, Options{Transport: replying(test.status, "application/json", body)})
		got, err := c.Do(context.Background(), render(t, c, testRequest(test.o)))
		if err == nil {
			if string(got.Meaning().Follow) != test.want || got.Replayed != (test.status == 409) {
				t.Errorf("%s: %v follows %s, want %s", test.name, got, got.Meaning().Follow, test.want)
			}
			continue
		}
		if !isKind(err, ErrUnclear) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %s", test.name, err, test.want)
		}
	}
}

// What is no JSON of DOKU's.
func TestUnclearBodies(t *testing.T) {
	t.Parallel()
	full := echoed(Push, "00")
	for name, test := range map[string]struct{ contentType, body string }{
		"empty":              {"application/json", ""},
		"HTML":               {"text/html", "<html></html>"},
		"JSON called HTML":   {"text/html", full},
		"XML":                {"application/json", `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>`},
		"a form":             {"application/x-www-form-urlencoded", "status=SUCCESS&response_code=00"},
		"a form called JSON": {"application/json", "status=SUCCESS&response_code=00"},
		"a list":             {"application/json", "[" + full + "]"},
		"two objects":        {"application/json", full + full},
		"cut short":          {"application/json", full[:len(full)-1]},
		"a byte order mark":  {"application/json", "\ufeff" + full},
		"UTF-16":             {"application/json", "{\x00\"\x00a\x00\"\x00:\x001\x00}\x00"},
		"nested deeply":      {"application/json", strings.Repeat(`{"a":`, 10500) + "1" + strings.Repeat("}", 10500)},
		"above 64 KiB":       {"application/json", full + strings.Repeat(" ", MaxBody)},
		"null":               {"application/json", "null"},
		"a text":             {"application/json", `"SUCCESS"`},
		"Spring's own":       {"application/json", `{"timestamp":"2020-08-11T08:45:42Z","status":404,"error":"Not Found","message":"x","path":"/ovo-emoney/v1/payment"}`},
		"nothing in it":      {"application/json", `{"message":[]}`},
	} {
		for _, status := range []int{200, 400, 404, 409} {
			c := newTestClient(t, Options{Transport: replying(status, test.contentType, test.body)})
			got, err := c.Push(context.Background(), testRequest(Push))
			if !isKind(err, ErrUnclear) {
				t.Errorf("%s under %d: %v, %v, want ErrUnclear", name, status, got, err)
			}
		}
	}
	// The largest body that is read.
	c := newTestClient(t, Options{Transport: replying(200, "application/json", full+strings.Repeat(" ", MaxBody-len(full)))})
	if _, err := c.Push(context.Background(), testRequest(Push)); err != nil {
		t.Errorf("%d bytes: %v", MaxBody, err)
	}
	// A name in a broken encoding is nobody's decision.
	c = newTestClient(t, Options{Transport: replying(200, "application/json", strings.Replace(full, "Anton", "\xff\xfe", 1))})
	if got, err := c.Push(context.Background(), testRequest(Push)); err != nil || got.Meaning().Follow != Approved {
		t.Errorf("a name in another encoding: %v, %v", got, err)
	}
}

// Both forms of DOKU's errors, and what may be tried after them.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		o      Operation
		status int
		body   string
		want   Refusal
		follow Follow
		asked  bool
	}{
		{Push, 400, `{"error":{"code":"invalid_signature","message":"Invalid Header Signature","type":"invalid_request_error"}}`, Refusal{Code: "invalid_signature", Message: "Invalid Header Signature", Type: "invalid_request_error"}, Misconfigured, false},
		{Push, 401, `{"error":{"code":"invalid_client_id","message":"Invalid Client-Id"}}`, Refusal{Code: "invalid_client_id", Message: "Invalid Client-Id"}, Misconfigured, false},
		{Push, 400, `{"error":{"code":"request_time_out_of_range","message":"x"}}`, Refusal{Code: "request_time_out_of_range", Message: "x"}, Misconfigured, false},
		{Push, 409, `{"error":{"code":"invalid_signature","message":"x"}}`, Refusal{Code: "invalid_signature", Message: "x"}, Unknown, true},
		{Push, 400, `{"error":{"code":"surprise","message":"x"}}`, Refusal{Code: "surprise", Message: "x"}, Unknown, true},
		{Push, 400, `{"error":{"message":"x"}}`, Refusal{Message: "x"}, Unknown, true},
		{Push, 400, `{"message":["INVOICE ALREADY USED","x"]}`, Refusal{Messages: []string{"INVOICE ALREADY USED", "x"}}, Unknown, true},
		{Push, 404, `{"message":["x"]}`, Refusal{Messages: []string{"x"}}, Unknown, true},
		{Void, 400, `{"message":["x"]}`, Refusal{Messages: []string{"x"}}, Unknown, false},
		{Void, 400, `{"error":{"code":"invalid_header_request","message":"x"}}`, Refusal{Code: "invalid_header_request", Message: "x"}, Misconfigured, false},
		{Check, 404, `{"message":["TRANSACTION NOT FOUND"]}`, Refusal{Messages: []string{"TRANSACTION NOT FOUND"}}, NotFound, false},
		{Check, 400, `{"message":["x"]}`, Refusal{Messages: []string{"x"}}, Unknown, false},
		{Check, 401, `{"error":{"code":"invalid_signature","message":"x"}}`, Refusal{Code: "invalid_signature", Message: "x"}, Misconfigured, false},
	} {
		c := newTestClient(t, Options{Transport: replying(test.status, "application/json", test.body)})
		got, err := c.Do(context.Background(), render(t, c, testRequest(test.o)))
		if err != nil || !reflect.DeepEqual(got.Refusal, test.want) {
			t.Errorf("%s: %v, %v", test.body, got.Refusal, err)
			continue
		}
		if m := got.Meaning(); m.Follow != test.follow || m.Asked != test.asked || (m.Text == Text{}) != (test.o == Check) {
			t.Errorf("%s to %s under %d: %+v, want %s, asked %t", test.body, string(test.o), test.status, m, test.follow, test.asked)
		}
	}
}

// With a rule the sum must be right, in capitals or not; without one it is not looked at.
func TestResponseRule(t *testing.T) {
	t.Parallel()
	signed := func(body string) string {
		sum, err := ResponseCheckSum(testSecret, []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		return strings.Replace(body, `"check_sum":""`, `"check_sum":"`+sum+`"`, 1)
	}
	right := signed(echoed(Push, "00"))
	sum := right[strings.Index(right, `"check_sum":"`)+13:][:64]
	for name, test := range map[string]struct {
		body string
		ok   bool
	}{
		"right":                {right, true},
		"in capitals":          {strings.Replace(right, sum, strings.ToUpper(sum), 1), true},
		"of a decline":         {signed(echoed(Push, "17")), true},
		"none":                 {echoed(Push, "00"), false},
		"DOKU's sample":        {string(readFile(t, "push_response.json")), false},
		"balance changed":      {strings.Replace(right, "90000", "90001", 1), false},
		"decline made success": {strings.NewReplacer(`"17"`, `"00"`, "FAILED", "SUCCESS").Replace(signed(echoed(Push, "17"))), false},
		"cut short":            {strings.Replace(right, sum, sum[:62], 1), false},
	} {
		for _, rule := range []ResponseRule{Unverified, Alphabetical} {
			c := newTestClient(t, Options{ResponseRule: rule, Transport: replying(200, "application/json", test.body)})
			got, err := c.Push(context.Background(), testRequest(Push))
			if taken := err == nil; taken != (test.ok || rule == Unverified) || err != nil && !isKind(err, ErrUnclear) {
				t.Errorf("%s by rule %q: %v, %v", name, string(rule), got, err)
			}
		}
	}
}

// SignedResponses takes DOKU's header signature and nothing else.
func TestSignedResponses(t *testing.T) {
	t.Parallel()
	for _, o := range Operations() {
		body := echoed(o, good(o))
		s := Signed{
			ClientID: testClientID, RequestID: testID, Timestamp: "2020-08-11T08:46:00Z", Body: []byte(body), Response: true,
			Target: map[Operation]string{Push: "/doku" + PushPath, Void: "/doku" + VoidPath, Check: "/doku" + CheckPath + "INV-20210115-0001"}[o],
		}
		header := func() http.Header {
			return http.Header{
				"Content-Type": {"application/json"}, "Client-Id": {s.ClientID}, "Request-Id": {s.RequestID},
				"Response-Timestamp": {s.Timestamp}, "Signature": {Sign(testSecret, s)},
			}
		}
		for name, change := range map[string]func(http.Header){
			"":                  func(http.Header) {},
			"no signature":      func(h http.Header) { h.Del("Signature") },
			"another time":      func(h http.Header) { h.Set("Response-Timestamp", "2020-08-11T08:46:01Z") },
			"another client":    func(h http.Header) { h.Set("Client-Id", "MCH-2") },
			"another request":   func(h http.Header) { h.Set("Request-Id", "2") },
			"our own signature": func(h http.Header) { s := s; s.Response = false; h.Set("Signature", Sign(testSecret, s)) },
		} {
			h := header()
			change(h)
			c := newTestClient(t, Options{SignedResponses: true, Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
				taken(r)
				response := response(200, "", body)
				response.Header = h
				return response, nil
			})})
			_, err := c.Do(context.Background(), render(t, c, testRequest(o)))
			if (err == nil) != (name == "") || err != nil && !isKind(err, ErrUnclear) {
				t.Errorf("%s, %q: %v", string(o), name, err)
			}
		}
	}
}

func TestTransaction(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, Options{Transport: replying(200, "application/json", echoed(Check, "SUCCESS"))})
	r := testRequest(Check)
	r.Amount, r.Phone = 0, ""
	got, err := c.Check(context.Background(), r)
	want := Transaction{"INV-20210115-0001", 10000, StatusSuccess, "2020-10-14T09:29:28Z", testID, "EMONEY", "OVO", "EMONEY_OVO", Numbers{}}
	if err != nil || got.Transaction != want {
		t.Errorf("transaction = %+v, %v", got.Transaction, err)
	}
	if at := got.Transaction.At(); !at.Equal(time.Date(2020, 10, 14, 16, 29, 28, 0, WIB)) {
		t.Errorf("at = %v", at)
	}
	if at := (Transaction{Date: "2020-10-14 09:29:28"}).At(); !at.IsZero() {
		t.Errorf("a date without a zone is %v", at)
	}
}
