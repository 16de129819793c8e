package snap

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"
)

const jsonType = "application/json"

// ask sends testRequest(o) and answers it as said.
func ask(t testing.TB, o Operation, status int, contentType, body string) (Answer, error) {
	t.Helper()
	return callTest(newTestClient(t, Options{Transport: replying(status, contentType, body)}), context.Background(), o)
}

func swap(t testing.TB, body, old, new string) string {
	t.Helper()
	if !strings.Contains(body, old) {
		t.Fatalf("%s is not in %s", old, body)
	}
	return strings.Replace(body, old, new, 1)
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	at := func(s string) time.Time { got, _ := ParseTimestamp(s); return got }
	for o, want := range map[Operation]Answer{
		Access: {Token: Token{"canary.access.token", "Bearer", testAt.Add(900 * time.Second)}},
		Generate: {QR: QR{
			ReferenceNo: "2026112110153000001", PartnerReferenceNo: "000000000123", Content: "000201TEST", MerchantName: "TOKO UJI", TerminalID: "00000179",
		}},
		Query: {Payment: Payment{
			ReferenceNo: "2026112110153000001", PartnerReferenceNo: "000000000123", ServiceCode: "47", Status: StatusSuccess, StatusDescription: "SUCCESS",
			PaidTime: "2026-11-21T10:16:00+07:00", PaidAt: at("2026-11-21T10:16:00+07:00"), Amount: 10000, TerminalID: "00000179",
		}},
		Refund: {Refund: Refunding{
			RefundNo: "RF1", PartnerRefundNo: "R-123", ReferenceNo: "2026112110153000001", Amount: 10000,
			RefundTime: "2026-11-21T11:00:00+07:00", RefundedAt: at("2026-11-21T11:00:00+07:00"),
		}},
		Cancel: {Cancellation: Cancellation{ReferenceNo: "2026112110153000001", CancelTime: "2026-11-21T10:16:00+07:00"}},
		Bind: {Binding: Binding{
			ReferenceNo: "B1", PartnerReferenceNo: "000000000124", LinkageToken: "canary.linkage", RedirectURL: "https://ovo.example/bind?t=canary", NextAction: "open",
		}},
		Unbind: {Binding: Binding{ReferenceNo: "B2", UnlinkResult: "success"}},
		CustomerAccess: {
			Token:        Token{"canary.customer", "Bearer", at("2026-12-06T10:15:30+07:00")},
			RefreshToken: Token{Value: "canary.refresh", ExpiresAt: at("2027-01-01T00:00:00+07:00")},
		},
	} {
		got, err := ask(t, o, 200, jsonType, echoed(o, ""))
		if err != nil {
			t.Errorf("%s: %v", o, err)
			continue
		}
		if got.Operation != o || got.Code != NewCode(200, o.Service(), "00") || got.Meaning().Follow != Done || got.Message != "Successful" {
			t.Errorf("%s = %v", o, got)
		}
		want.Operation, want.Code, want.Message, want.Status, want.Header, want.Body = got.Operation, got.Code, got.Message, got.Status, got.Header, got.Body
		if !reflect.DeepEqual(got, want) {
			type plain Answer // without Format, so that differences show
			t.Errorf("%s = %+v, want %+v", o, plain(got), plain(want))
		}
	}
}

// Only a verdict is an answer. Each line changes one thing; what is not a verdict must
// be unclear, with its bytes kept.
func TestVerdict(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		op       Operation
		status   int
		typ      string
		code     Code // "" is the operation's success
		old, new string
		verdict  bool
	}{
		{"as it should be", Generate, 200, jsonType, "", "", "", true},
		{"charset", Generate, 200, "application/json; charset=utf-8", "", "", "", true},
		{"no content type", Generate, 200, "", "", "", "", true},
		{"code a number", Generate, 200, jsonType, "", `"2004700"`, `2004700`, true},
		{"reference null", Generate, 200, jsonType, "", `"2026112110153000001"`, `null`, true},
		{"unknown fields", Generate, 200, jsonType, "", `"merchantName"`, `"new":[{"qrContent":1}],"merchantName"`, true},
		{"in progress", Query, 202, jsonType, "2025100", "", "", true},
		{"in progress under 200", Refund, 200, jsonType, "2027800", "", "", true},
		{"refused", Generate, 404, jsonType, "4044708", "", "", true},
		{"refused under 200", Generate, 200, jsonType, "4044708", "", "", true},
		{"refused under another 4xx", Generate, 400, jsonType, "4044708", "", "", true},
		{"failed", Generate, 500, jsonType, "5004700", "", "", true},
		{"timed out", Refund, 504, jsonType, "5047800", "", "", true},
		{"refused at the door", Query, 401, jsonType, "4010000", "", "", true},
		{"refused by the token's door", Query, 401, jsonType, "4017301", "", "", true},
		{"amount a number", Query, 200, jsonType, "", `"10000.00"`, `10000.00`, true},
		{"amount without currency", Query, 200, jsonType, "", `,"currency":"IDR"`, ``, true},
		{"amount bare", Query, 200, jsonType, "", `{"value":"10000.00","currency":"IDR"}`, `"10000"`, true},
		{"amount missing", Query, 200, jsonType, "", `"amount":{"value":"10000.00","currency":"IDR"},`, ``, true},
		{"service 51 in a query", Query, 200, jsonType, "", `"47"`, `"51"`, true},
		{"service a number", Query, 200, jsonType, "", `"47"`, `47`, true},
		{"only the partner's number", Query, 200, jsonType, "", `"originalReferenceNo":"2026112110153000001",`, ``, true},
		{"only OVO's number", Query, 200, jsonType, "", `"originalPartnerReferenceNo":"000000000123",`, ``, true},
		{"a status nobody lists", Query, 200, jsonType, "", `"latestTransactionStatus":"00"`, `"latestTransactionStatus":"08"`, true},
		{"status a number", Query, 200, jsonType, "", `"latestTransactionStatus":"00"`, `"latestTransactionStatus":0`, true},
		{"paid time unreadable", Query, 200, jsonType, "", `2026-11-21T10:16:00+07:00`, `today`, true},
		{"expiresIn a number", Access, 200, jsonType, "", `"900"`, `900`, true},
		{"expiresIn missing", Access, 200, jsonType, "", `,"expiresIn":"900"`, ``, true},
		{"a token without code", Access, 200, jsonType, "", `"responseCode":"2007300",`, ``, true},
		{"token type in small letters", Access, 200, jsonType, "", `"Bearer"`, `"bearer"`, true},
		{"no refundNo", Refund, 200, jsonType, "", `"refundNo":"RF1",`, ``, true},

		{"html", Generate, 200, "text/html", "", "", "", false},
		{"redirect", Generate, 307, jsonType, "", "", "", false},
		{"informational", Generate, 199, jsonType, "", "", "", false},
		{"success under 500", Generate, 500, jsonType, "", "", "", false},
		{"success under 404", Generate, 404, jsonType, "", "", "", false},
		{"refused under 500", Generate, 500, jsonType, "4044708", "", "", false},
		{"failed under 404", Generate, 404, jsonType, "5004700", "", "", false},
		{"refused under 202", Generate, 202, jsonType, "4044708", "", "", false},
		{"no code", Generate, 200, jsonType, "", `"responseCode":"2004700",`, ``, false},
		{"code null", Generate, 200, jsonType, "", `"2004700"`, `null`, false},
		{"code of eight digits", Generate, 200, jsonType, "", `"2004700"`, `"20054000"`, false},
		{"code of another service", Generate, 200, jsonType, "", `"2004700"`, `"2005100"`, false},
		{"success of service 00", Generate, 200, jsonType, "", `"2004700"`, `"2000000"`, false},
		{"refusal of another service", Generate, 404, jsonType, "4045101", "", "", false},
		{"code twice", Generate, 200, jsonType, "", `"responseCode"`, `"responseCode":"4044708","responseCode"`, false},
		{"capital letters", Generate, 200, jsonType, "", `"responseCode"`, `"ResponseCode"`, false},
		{"no QR", Generate, 200, jsonType, "", `"qrContent":"000201TEST",`, ``, false},
		{"QR empty", Generate, 200, jsonType, "", `"000201TEST"`, `""`, false},
		{"another payment's QR", Generate, 200, jsonType, "", "000000000123", "000000000124", false},
		{"another till's QR", Generate, 200, jsonType, "", "00000179", "00000180", false},
		{"another payment", Query, 200, jsonType, "", "000000000123", "000000000124", false},
		{"another of OVO's numbers", Query, 200, jsonType, "", "2026112110153000001", "2026112110153000002", false},
		{"nobody's payment", Query, 200, jsonType, "", `"originalReferenceNo":"2026112110153000001","originalPartnerReferenceNo":"000000000123",`, ``, false},
		{"another service's payment", Query, 200, jsonType, "", `"47"`, `"54"`, false},
		{"no status", Query, 200, jsonType, "", `"latestTransactionStatus":"00",`, ``, false},
		{"status an object", Query, 200, jsonType, "", `"latestTransactionStatus":"00"`, `"latestTransactionStatus":{}`, false},
		{"paid in sen", Query, 200, jsonType, "", `"10000.00"`, `"10000.50"`, false},
		{"paid in dollars", Query, 200, jsonType, "", `IDR`, `USD`, false},
		{"paid in words", Query, 200, jsonType, "", `"10000.00"`, `"ten"`, false},
		{"amount twice", Query, 200, jsonType, "", `"amount":`, `"amount":"1","amount":`, false},
		{"value twice", Query, 200, jsonType, "", `"value":"10000.00"`, `"value":"1","value":"10000.00"`, false},
		{"another refund", Refund, 200, jsonType, "", "R-123", "R-124", false},
		{"a part refunded", Refund, 200, jsonType, "", "10000.00", "9999.00", false},
		{"refunded, nothing said", Refund, 200, jsonType, "", echoed(Refund, ""), `{"responseCode":"2007800"}`, false},
		{"no token", Access, 200, jsonType, "", `"accessToken":"canary.access.token",`, ``, false},
		{"a token with a line end", Access, 200, jsonType, "", `canary.access.token`, `a\r\nX: y`, false},
		{"a token too long", Access, 200, jsonType, "", `canary.access.token`, strings.Repeat("a", 2049), false},
		{"Mac", Access, 200, jsonType, "", `"Bearer"`, `"Mac"`, false},
		{"cut short", Generate, 200, jsonType, "", `"}`, `"`, false},
		{"an array", Generate, 200, jsonType, "", `{`, `[{`, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			body := echoed(test.op, test.code)
			if test.old != "" {
				body = swap(t, body, test.old, test.new)
			}
			got, err := ask(t, test.op, test.status, test.typ, body)
			var call *CallError
			switch {
			case test.verdict && (err != nil || got.Status != test.status || string(got.Body) != body):
				t.Errorf("answer = %v, %v, want a verdict", got, err)
			case !test.verdict && (!isKind(err, ErrUnclear) || !errors.As(err, &call)):
				t.Errorf("answer = %v, %v, want ErrUnclear", got, err)
			case !test.verdict && (call.Status != test.status || string(call.Body) != body || call.Header == nil):
				t.Errorf("CallError keeps %d %q, want what came", call.Status, call.Body)
			}
		})
	}
	for _, body := range []string{"", "null", "[]", "{", `"2004700"`, "\xff", strings.Repeat(" ", MaxBody+1)} {
		if got, err := ask(t, Generate, 200, jsonType, body); !isKind(err, ErrUnclear) {
			t.Errorf("%.20q = %v, %v, want ErrUnclear", body, got, err)
		}
	}
}

// Every operation takes its own service only.
func TestEveryOperationTakesItsOwnService(t *testing.T) {
	t.Parallel()
	for _, asked := range Operations() {
		for _, answered := range Operations() {
			for _, status := range []int{404, 500} {
				_, err := ask(t, asked, status, jsonType, echoed(asked, NewCode(status, answered.Service(), "00")))
				if (err == nil) != (asked == answered) {
					t.Errorf("%s answered by %s: %v", asked, answered, err)
				}
			}
		}
	}
}

// OVO and Bank Indonesia give the same things different names and places.
func TestNamesOfTheQR(t *testing.T) {
	t.Parallel()
	const qris = "00020101021226"
	for name, test := range map[string]struct {
		fields             string
		content, reference string
	}{
		"Bank Indonesia":              {`"qrContent":"` + qris + `","referenceNo":"R1"`, qris, "R1"},
		"OVO":                         {`"qrStr":"` + qris + `","refNo":"R1"`, qris, "R1"},
		"both":                        {`"qrStr":"` + qris + `","qrContent":"` + qris + `","refNo":"R2","referenceNo":"R1"`, qris, "R1"},
		"a number":                    {`"qrStr":"` + qris + `","refNo":12345678901234567890`, qris, "12345678901234567890"},
		"null and qrStr":              {`"qrContent":null,"qrStr":"` + qris + `"`, qris, ""},
		"the text null":               {`"qrContent":"null","qrStr":"` + qris + `","referenceNo":"null","refNo":"R1"`, qris, "R1"},
		"another text in qrContent":   {`"qrContent":"QR-17","qrStr":"` + qris + `"`, qris, ""},
		"under additionalInfo":        {`"additionalInfo":{"qrStr":"` + qris + `","refNo":"R1"}`, qris, "R1"},
		"under data":                  {`"data":{"qrContent":"` + qris + `","referenceNo":"R1"}`, qris, "R1"},
		"the top before what is deep": {`"additionalInfo":{"qrContent":"deep"},"qrStr":"` + qris + `"`, qris, ""},
		"nothing that reads as QRIS":  {`"qrContent":"QR-17","qrStr":"QR-18"`, "QR-17", ""},
	} {
		got, err := ask(t, Generate, 200, jsonType, `{"responseCode":"2004700",`+test.fields+`}`)
		if err != nil || got.QR.Content != test.content || got.QR.ReferenceNo != test.reference {
			t.Errorf("%s: %q %q, %v", name, got.QR.Content, got.QR.ReferenceNo, err)
		}
	}
	for _, fields := range []string{`"qrUrl":"https://ovo.example/qr"`, `"qrImage":"iVBOR"`} {
		if _, err := ask(t, Generate, 200, jsonType, `{"responseCode":"2004700","qrContent":null,`+fields+`}`); err != nil {
			t.Errorf("%s: %v", fields, err)
		}
	}
}

// The error body in OVO's FAQ, whose print has lost brackets and the responseCode.
func TestTokenDead(t *testing.T) {
	t.Parallel()
	const (
		actionable = `"pinWebviewURL":"https://webview.byte-stack.net/cellblockui/v2/paymentPin","qParams":{"action":"regeneratePayment","client-id":"pertaminastore"}`
		failure    = `"error":{"code":"OV00502","message":"Unauthorized access"}`
		text       = `"responseMessage":"Invalid Token:Anda Tidak Memiliki Akses"`
	)
	for _, test := range []struct {
		name   string
		status int
		body   string
		code   Code
		dead   bool
	}{
		{"with its code", 401, `{"data":{"actionables":[{` + actionable + `}],` + failure + `},"responseCode":"4014701",` + text + `}`, "4014701", true},
		{"without a code", 401, `{"data":{"actionables":[{` + actionable + `}],` + failure + `},` + text + `}`, "", true},
		{"without a code under 200", 200, `{"data":{"actionables":[{` + actionable + `}],` + failure + `},` + text + `}`, "", true},
		{"the error inside", 401, `{"data":{"actionables":[{` + actionable + `,` + failure + `}]},` + text + `}`, "", true},
		{"one actionable", 401, `{"data":{"actionables":{` + actionable + `},` + failure + `},"responseCode":"4014700",` + text + `}`, "4014700", true},
		{"Bank Indonesia's 01", 401, `{"responseCode":"4014701","responseMessage":"Invalid Token (B2B)"}`, "4014701", true},
		{"Bank Indonesia's 03", 401, `{"responseCode":"4014703","responseMessage":"Token Not Found (B2B)"}`, "4014703", true},
		{"another of OVO's codes", 401, `{"data":{"error":{"code":"OV00006"}},"responseCode":"4014700",` + text + `}`, "4014700", false},
		{"only the words", 401, `{"responseCode":"4014700",` + text + `}`, "4014700", false},
	} {
		got, err := ask(t, Generate, test.status, jsonType, test.body)
		if err != nil || got.Code != test.code || (got.Meaning().Follow == TokenDead) != test.dead {
			t.Errorf("%s: %v %s, %v", test.name, got, got.Meaning().Follow, err)
		}
		if strings.Contains(test.body, "actionables") {
			want := []Actionable{{"https://webview.byte-stack.net/cellblockui/v2/paymentPin", "regeneratePayment", "pertaminastore"}}
			if got.Problem.Code != "OV00502" || got.Problem.Message != "Unauthorized access" || !reflect.DeepEqual(got.Problem.Actionables, want) {
				t.Errorf("%s: problem = %+v", test.name, got.Problem)
			}
		}
	}
	for status, body := range map[int]string{
		500: `{"data":{` + failure + `}}`, // a server in trouble says nothing about the token
		404: `{"data":{"error":{"code":"OV00006"}}}`,
	} {
		if _, err := ask(t, Generate, status, jsonType, body); !isKind(err, ErrUnclear) {
			t.Errorf("HTTP %d: %v, want ErrUnclear", status, err)
		}
	}
	// Whatever stands beside a success, it is one.
	got, err := ask(t, Generate, 200, jsonType, swap(t, echoed(Generate, ""), `"merchantName"`, `"data":{`+failure+`},"merchantName"`))
	if err != nil || got.Meaning().Follow != Done {
		t.Errorf("a success with an error beside it = %v, %v", got, err)
	}
}

func TestTokenLives(t *testing.T) {
	t.Parallel()
	token := Token{Value: "x", ExpiresAt: testAt.Add(TokenLife)}
	for _, test := range []struct {
		at     time.Time
		margin time.Duration
		want   bool
	}{
		{testAt, 0, true},
		{testAt.Add(TokenLife), 0, false},
		{testAt.Add(TokenLife - 1), 0, true},
		{testAt.Add(TokenLife - time.Minute), time.Minute, false},
	} {
		if got := token.Lives(test.at, test.margin); got != test.want {
			t.Errorf("Lives(%v, %v) = %t", test.at, test.margin, got)
		}
	}
	if (Token{ExpiresAt: testAt.Add(time.Hour)}).Lives(testAt, 0) {
		t.Error("no token lives")
	}
	for body, want := range map[string]time.Duration{
		`"900"`: 900 * time.Second, `60`: time.Minute, `"x"`: TokenLife, `-1`: TokenLife, `0`: TokenLife, `1e3`: TokenLife, `99999999999999999999`: TokenLife,
	} {
		got, err := ask(t, Access, 200, jsonType, swap(t, echoed(Access, ""), `"900"`, body))
		if err != nil || !got.Token.ExpiresAt.Equal(testAt.Add(want)) {
			t.Errorf("expiresIn %s = %v, %v", body, got.Token.ExpiresAt, err)
		}
	}
}

// FuzzJudge: whatever comes, an approval is about this payment and nothing panics.
func FuzzJudge(f *testing.F) {
	for i, o := range Operations() {
		f.Add(uint8(i), 200, []byte(echoed(o, "")))
	}
	f.Add(uint8(1), 401, []byte(`{"data":{"actionables":[{}],"error":{"code":"OV00502"}}}`))
	f.Add(uint8(2), 200, []byte(`{"responseCode":2005100,"amount":{"value":1e9}}`))
	header := http.Header{"Content-Type": {jsonType}}
	c := newTestClient(f, Options{})
	wants := map[Operation]identity{}
	for _, o := range Operations() {
		wants[o] = render(f, c, o).want
	}
	f.Fuzz(func(t *testing.T, n uint8, status int, body []byte) {
		o := Operations()[int(n)%len(Operations())]
		want := wants[o]
		a, err := judge(o, &want, testAt, status, header, body)
		if err != nil {
			return
		}
		if a.Code == "" && a.Meaning().Follow == Done || a.Code != "" && !a.Code.Valid() {
			t.Fatalf("code %q is a verdict", string(a.Code))
		}
		if o == Query && a.Meaning().Follow == Done && a.Payment.Status.Final() &&
			a.Payment.PartnerReferenceNo != want.partnerReferenceNo && a.Payment.ReferenceNo != want.referenceNo {
			t.Fatalf("%s is about another payment", body)
		}
	})
}
