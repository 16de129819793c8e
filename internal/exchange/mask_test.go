package exchange_test

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/lunas-pay/lunas/internal/exchange"
)

// canaries are what no screen may show.
var canaries = []string{
	"081211110101", "6281211110102", "08817482255", "0812-1111-0103", "81211110104", "andrey angkoso", "Budi Santoso", "Siti",
	"Jalan Melati", "1934970", "4543500", "7654321", "budi@example.com", "8087f83ffc6a6564", "eyJhbGciOi", "c3cad18f", "s3cr3t",
	"1d4c5f7246a762c4", "clientkey-1", "cookie-1", "123456pin",
}

func mustHide(t *testing.T, name, wire string, keep ...string) {
	t.Helper()
	got := exchange.Masked([]byte(wire))
	for _, canary := range canaries {
		if strings.Contains(got, canary) {
			t.Errorf("%s shows %q:\n%s", name, canary, got)
		}
	}
	for _, k := range keep {
		if !strings.Contains(got, k) {
			t.Errorf("%s hides %q:\n%s", name, k, got)
		}
	}
}

const ovoBody = `{"type":"0210","processingCode":"040000","amount":12500,"date":"2022-08-10 17:34:58.497","referenceNumber":123412,` +
	`"responseCode":"00","tid":"00300001","transactionRequestData":{"batchNo":"000004","merchantInvoice":"INV20240812345678","phone":"081211110101"},` +
	`"transactionResponseData":{"ovoid":"********0400","cashUsed":"12500","cashBalance":"1934970","ovoPointsBalance": 4543500 ,` +
	`"fullName":"andrey angkoso","storeName":"MatahariMall","storeAddress1":"Kempinsky"}}`

var ovoKeeps = []string{
	`"amount":12500`, "2022-08-10 17:34:58.497", "INV20240812345678", "MatahariMall", `"cashUsed":"12500"`, "0812•••••101",
	`"fullName":"•••• (14 characters)"`, `"ovoPointsBalance": ••••`,
}

func chunks(body string, size int) string {
	var b strings.Builder
	for ; len(body) > 0; body = body[min(size, len(body)):] {
		part := body[:min(size, len(body))]
		fmt.Fprintf(&b, "%x\r\n%s\r\n", len(part), part)
	}
	return b.String() + "0\r\n\r\n"
}

func TestMaskedOVO(t *testing.T) {
	t.Parallel()
	request := "POST /pos HTTP/1.1\r\nHost: ovo\r\nApp-Id: hypermart\r\nHMAC: 8087f83ffc6a65648087f83ffc6a65648087f83ffc6a65648087f83ffc6a6564\r\n" +
		"Random: 1468914526\r\nContent-Type: application/json\r\n\r\n" + ovoBody
	mustHide(t, "request", request, append(ovoKeeps, "POST /pos HTTP/1.1", "HMAC: •••• (64 characters)", "App-Id: hypermart", "Random: 1468914526")...)
	mustHide(t, "bare body", ovoBody, ovoKeeps...)
	for size := 1; size < 40; size += 3 {
		wire := "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + chunks(ovoBody, size)
		mustHide(t, "chunks", wire, ovoKeeps...)
		mustHide(t, "continue and chunks", "HTTP/1.1 100 Continue\r\n\r\n"+wire, append(ovoKeeps, "100 Continue")...)
		mustHide(t, "two answers", wire+wire, ovoKeeps...)
	}
	for cut := range ovoBody { // wherever the connection was cut
		mustHide(t, "cut", "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n"+ovoBody[:cut])
		mustHide(t, "cut chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n384\r\n"+ovoBody[:cut])
	}
}

func TestMaskedPlaces(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		wire string
		keep []string
	}{
		"headers": {
			"POST / HTTP/1.1\r\nAuthorization: Bearer eyJhbGciOi\r\nAuthorization-Customer: eyJhbGciOi\r\nX-SIGNATURE: s3cr3t\r\nx-client-key: clientkey-1\r\n" +
				"X-PARTNER-ID: clientkey-1\r\nCookie: a=cookie-1\r\nset-cookie: b=cookie-1\r\nSignature: HMACSHA256=s3cr3t\r\nhmac: 8087f83ffc6a6564\r\n" +
				"X-Folded: a\r\n 081211110101\r\nX-Secret:\r\n\ts3cr3t\r\nX-Customer: 6281211110102\r\n" +
				"X-Api-Key: s3cr3t\r\n\r\n",
			[]string{"X-SIGNATURE: •••• (6 characters)", "X-Customer: 6281••••••102"},
		},
		"header without end": {"POST / HTTP/1.1\r\nHost: a\r\nHmac: 8087f83ffc6a6564", []string{"Host: a"}},
		"query":              {"GET /x?phone=081211110101&token=s3cr3t&bill_no=7&cust_name=Budi+Santoso HTTP/1.1\r\n\r\n", []string{"bill_no=7", " HTTP/1.1"}},
		"path":               {"GET /pws/100003/1d4c5f7246a762c4ab61cd3d399efa4c28978bf3?trx_id=9 HTTP/1.1\r\n\r\n", []string{"/pws/100003/", "trx_id=9"}},
		"form": {
			"POST / HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\ntrx_id=1&ovo_number=08817482255&signature=s3cr3t&cust%5Fname=" +
				url.QueryEscape("Budi Santoso") + "&note=%20081211110101&x=%2B6281211110102", []string{"trx_id=1", "ovo_number=0881••••255"},
		},
		"form without type": {"trx_id=1&email=budi%40example.com", []string{"trx_id=1"}},
		"XML": {
			`<?xml version="1.0"?><faspay><request>Post</request><msisdn>081211110101</msisdn><cust_name><![CDATA[Budi Santoso]]></cust_name>` +
				`<ns:email type="x">budi@example.com</ns:email><signature>s3cr3t</signature><bill_no>77</bill_no><billing_address>Jalan Melati</billing_address></faspay>`,
			[]string{"<bill_no>77</bill_no>", "<request>Post</request>"},
		},
		"XML cut":        {`<faspay><cust_name>Budi Santoso`, []string{"<faspay>"}},
		"DOKU":           {`{"ovo_info":{"ovo_id":"081211110101","ovo_account_name":"Budi Santoso"},"ovo_payment":{"cash_used":10000,"cash_balance":1934970},"security":{"check_sum":"c3cad18f"}}`, []string{`"cash_used":10000`}},
		"token":          {`{"responseCode":"2007300","accessToken":"eyJhbGciOi","tokenType":"Bearer","expiresIn":"900"}`, []string{`"tokenType":"Bearer"`, `"expiresIn":"900"`, "2007300"}},
		"spaces":         {"{ \"fullName\" \n:\n \"andrey angkoso\" , \"cashBalance\" : 1934970 }", nil},
		"objects":        {`{"address":{"street":"Jalan Melati","x":["Siti",{"a":"}]Siti"}]},"names":["Siti","Budi Santoso"],"end":1}`, []string{`"address":{••••}`, `"names":[••••]`, `"end":1`}},
		"object cut":     {`{"ok":1,"address":{"street":"Jalan Melati","x":[`, []string{`"ok":1`}},
		"null":           {`{"fullName":null,"phone":"","x":1}`, []string{`"fullName":null`, `"x":1`}},
		"escapes":        {`{"full\u004eame":"Siti","note":"\u003081211110101","p":"\u002b6281211110102"}`, []string{"0812•••••101"}},
		"quotes":         {`{"fullName":"Siti \"Budi Santoso\" \\","x":"y","fullName":"a\\\\"}`, nil},
		"JSON in string": {`{"additionalInfo":"{\"fullName\":\"Budi Santoso\",\"deep\":\"{\\\"cashBalance\\\":\\\"1934970\\\",\\\"n\\\":1}\",\"ok\":\"yes\"}","z":2}`, []string{`\"ok\":\"yes\"`, `"z":2`, `\\\"n\\\":1`}},
		"single quotes":  {`{'fullName':'Budi Santoso','pin':'123456pin'}`, nil},
		"broken":         {`"fullName":"Siti",}}] "phone" : 81211110104 ; "userName":"Budi Santoso"`, nil},
		"text":           {"HTTP/1.1 500 No\r\n\r\nno wallet for 081211110101, (62)81211110102 or 0812-1111-0103.", []string{"no wallet for 0812•••••101,"}},
		"number":         {`{"a":6281211110102,"b":20240812345678,"c":"3183540500001172"}`, []string{"20240812345678", "3183540500001172"}},
		"number behind":  {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}081211110101", nil},
		"date":           {"at 2022-08-10 17.34.58, 10.08.2022", []string{"2022-08-10 17.34.58, 10.08.2022"}},
		"status line":    {"HTTP/1.1 500 no 081211110101\r\n\r\n", nil},
		"header name":    {"HTTP/1.1 200 OK\r\n081211110101: x\r\n{\"fullName\":\"Siti\"}\r\n\r\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mustHide(t, name, test.wire, test.keep...)
		})
	}
}

func TestMaskedBinary(t *testing.T) {
	t.Parallel()
	got := exchange.Masked([]byte("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x00081211110101"))
	if !strings.HasSuffix(got, "\n[16 bytes that are not text]") {
		t.Errorf("Masked = %q", got)
	}
	if got := exchange.Masked([]byte("HTTP/1.1 200 OK\r\nA: \x1b[2J\u202e\r\n\r\n\x1b]0;x\a ok")); strings.ContainsAny(got, "\x1b\a\u202e") {
		t.Errorf("a terminal would obey %q", got)
	}
	if got := exchange.Masked(nil); got != "" {
		t.Errorf("Masked(nil) = %q", got)
	}
}

func TestParseWire(t *testing.T) {
	t.Parallel()
	m := exchange.ParseWire([]byte("HTTP/1.1 200 OK\r\nb: 1\r\nA:2\r\nb:\t3\r\n more\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nT: 1\r\n\r\nHTTP/1.1 500"))
	want := fmt.Sprint([]exchange.Field{{"b", "1"}, {"A", "2"}, {"b", "3 more"}, {"Transfer-Encoding", "chunked"}})
	if m.FirstLine != "HTTP/1.1 200 OK" || fmt.Sprint(m.Header) != want || string(m.Body) != "{}" || string(m.Rest) != "HTTP/1.1 500" || m.Note != "" || m.Get("B") != "1" {
		t.Errorf("ParseWire = %+v", m)
	}
	m = exchange.ParseWire([]byte("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 500"))
	if string(m.Body) != "{}" || string(m.Rest) != "HTTP/1.1 500" {
		t.Errorf("ParseWire with a length = %+v", m)
	}
	for _, wire := range []string{"", "{}", "\n\n", "garbage in", "HTTP", "\x15\x03\x01"} {
		if m := exchange.ParseWire([]byte(wire)); string(m.Body) != wire || m.FirstLine != "" {
			t.Errorf("ParseWire(%q) = %+v", wire, m)
		}
	}
}

// Whatever stands around it, a phone number that stands for itself is never shown; and nothing panics.
func FuzzMasked(f *testing.F) {
	for _, s := range []string{
		"POST /pos HTTP/1.1\r\nHmac: 00\r\n\r\n{\"phone\":\"|\"}", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n{\"a\":\"|",
		"a=|&b=%2", "<a>|</a>", "{\"x\":\"{\\\"phone\\\":\\\"|\\\"}\"}", "%20|", "08 |", "+62|", "\"name\":[\"|", "\\u0030\"|\\", "<name>|</nam", "1-|", "|.",
	} {
		before, after, _ := strings.Cut(s, "|")
		f.Add([]byte(before), []byte(after), false)
		f.Add([]byte(before), []byte(after), true)
	}
	f.Fuzz(func(t *testing.T, before, after []byte, international bool) {
		phone := "081234567893"
		if international {
			phone = "6281234567893"
		}
		if exchange.Masked(append(bytes.Clone(before), after...)); endsInDigit(before) || startsWithDigit(after) {
			return // a part of another number
		}
		got := exchange.Masked(bytes.Join([][]byte{before, []byte(phone), after}, nil))
		if strings.Contains(got, phone) {
			t.Errorf("%q shows the phone:\n%s", append(before, after...), got)
		}
	})
}

func startsWithDigit(b []byte) bool { return len(b) > 0 && b[0] >= '0' && b[0] <= '9' }

// endsInDigit also knows a digit that is written as an escape.
func endsInDigit(b []byte) bool {
	if len(b) == 0 {
		return false
	}
	if c := b[len(b)-1]; c >= '0' && c <= '9' {
		return true
	}
	return bytes.HasSuffix(bytes.ToLower(b), []byte("u003")) || bytes.Contains(b[max(0, len(b)-3):], []byte("%"))
}

func BenchmarkMasked(b *testing.B) {
	wire := []byte("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + ovoBody)
	b.SetBytes(int64(len(wire)))
	b.ReportAllocs()
	for b.Loop() {
		exchange.Masked(wire)
	}
}

// To somebody who may see whom a message is about, persons are open; what opens something is not, nor is a balance.
func TestRevealed(t *testing.T) {
	t.Parallel()
	for what, wire := range map[string]string{
		"JSON": "POST /pos HTTP/1.1\r\nhmac: S3cret\r\nAuthorization: Bearer S3cret\r\nContent-Type: application/json\r\n\r\n" +
			`{"phone":"081298765432","name":"Ayu","token":"S3cret","appKey":"S3cret","data":{"balance":"S3cret"},"amount":12500}`,
		"form": "POST /x HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\nphone=081298765432&name=Ayu&password=S3cret&signature=S3cret",
		"XML":  "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<a><phone>081298765432</phone><name>Ayu</name><signature>S3cret</signature></a>",
		"two":  "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nSet-Cookie: a=S3cret\r\nContent-Length: 39\r\n\r\n{\"phone\":\"081298765432\",\"name\":\"Ayu\"}  ",
	} {
		shown := exchange.Revealed([]byte(wire))
		if strings.Contains(shown, "S3cret") || !strings.Contains(shown, "081298765432") || !strings.Contains(shown, "Ayu") {
			t.Errorf("%s:\n%s", what, shown)
		}
		if masked := exchange.Masked([]byte(wire)); strings.Contains(masked, "081298765432") {
			t.Errorf("%s, masked:\n%s", what, masked)
		}
	}
	if shown := exchange.Revealed([]byte("HTTP/1.1 200 OK\r\n\r\n\x00\x01\x02")); !strings.Contains(shown, "3 bytes that are not text") {
		t.Errorf("what is no text: %s", shown)
	}
	// The target may carry what opens something, and the first line stays masked.
	if shown := exchange.Revealed([]byte("GET /x?token=S3cret&phone=081298765432 HTTP/1.1\r\n\r\n")); strings.Contains(shown, "S3cret") {
		t.Errorf("the first line: %s", shown)
	}
}
