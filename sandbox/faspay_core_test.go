package sandbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// item changes the one item of a post.
func (f fields) item(name string, value any) fields {
	item := fields(maps.Clone(f["item"].([]any)[0].(map[string]any))).with(name, value)
	return f.with("item", []any{map[string]any(item)})
}

func TestFaspaySignatureVectors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ user, password, text, want string }{
		{"bot98765", "p@ssw0rd", "9988776655", "b03951a6051dfa90894eea48ccb964619e8b3474"},
		{"bot31004", "p@ssw0rd", "31004001", "be8791ac5f10bb042834896598bfc6bb9aadcbf9"},
		{"bot99999", "p@ssw0rd", "4370" + "0", "0da33ad07fe9980f7b7ff70a964803e821a86866"},
		{"john612345", "p@ssw0rd", "9999981256572178", "36f7f980ecab3978d60039ec300003c712179169"},
		{"bot99999", "p@ssw0rd", "9999981256572178", "c8bda4f090f5f6da88238956b6bb05e9340eaece"},
		{"bot99999", "p@ssw0rd", "20201222024304" + "2", "25d77976621c74c2c7f7e9add305e1e91de3633b"},
		{"bot99999", "p@ssw0rd", "20201222024304" + "8", "c2e7225b0114e0955025cd1feb06dc630acf3949"},
		{"bot99999", "p@ssw0rd", "", "1ac4d5a611ec5376d8da43bbe33aaea1719076b6"},
	} {
		m := &faspayMerchant{FaspayMerchant: FaspayMerchant{UserID: c.user, Password: c.password}}
		if got := m.sign(c.text); got != c.want {
			t.Errorf("sign(%s, %s) = %s, want %s", c.user, c.text, got, c.want)
		}
	}
}

// Every field of a post: missing, null, empty, the text "null", too long, of another type.
func TestFaspayPostIsStrict(t *testing.T) {
	t.Parallel()
	long := func(n int) string { return strings.Repeat("x", n) }
	type change struct {
		name  string
		value any
		code  string
		rule  Rule
	}
	var changes []change
	for _, name := range []string{
		"request", "merchant_id", "bill_no", "bill_date", "bill_expired", "bill_desc", "bill_currency", "bill_total", "payment_channel",
		"pay_type", "cust_no", "cust_name", "msisdn", "email", "terminal", "billing_name", "signature",
	} {
		for _, value := range []any{nil, "", "null", json.RawMessage("null")} {
			changes = append(changes, change{name, value, "83", RuleFaspayMandatory})
		}
		if name != "merchant_id" && name != "bill_no" && name != "signature" { // those are looked up before their type is
			changes = append(changes, change{name, map[string]any{"a": 1}, "30", RuleFaspayFieldType}, change{name, []any{"a"}, "30", RuleFaspayFieldType}, change{name, true, "30", RuleFaspayFieldType})
		}
	}
	changes = append(changes, []change{
		{"item", nil, "83", RuleFaspayItem},
		{"item", []any{}, "83", RuleFaspayItem},
		{"item", "Kopi", "30", RuleFaspayFieldType},
		{"item", []any{"Kopi"}, "30", RuleFaspayFieldType},
		{"merchant_id", "12345", "03", RuleFaspayMerchant},
		{"bill_date", "2026-11-21", "30", RuleFaspayBillDate},
		{"bill_date", "2026-02-31 10:00:00", "30", RuleFaspayBillDate},
		{"bill_date", "2026-11-21T10:00:00", "30", RuleFaspayBillDate},
		{"bill_expired", "tomorrow", "30", RuleFaspayBillExpired},
		{"bill_expired", "2026-11-21 10:00:00", "30", RuleFaspayBillExpired}, // not after bill_date
		{"bill_expired", "2026-12-21 10:00:01", "30", RuleFaspayBillExpired}, // 30 days and a second
		{"bill_total", "0", "13", RuleFaspayAmount},
		{"bill_total", "99", "13", RuleFaspayAmount},
		{"bill_total", "12345", "13", RuleFaspayAmount},
		{"bill_total", "-100", "13", RuleFaspayAmount},
		{"bill_total", "1e5", "13", RuleFaspayAmount},
		{"bill_total", "100,00", "13", RuleFaspayAmount},
		{"bill_total", "12.345", "13", RuleFaspayAmount},
		{"bill_total", "12.50", "13", RuleFaspayAmount},
		{"bill_total", "1234567890123456", "13", RuleFaspayAmount},
		{"bill_gross", "x", "13", RuleFaspayAmount},
		{"bill_currency", "USD", "30", RuleFaspayField},
		{"payment_channel", "999", "82", RuleFaspayChannel},
		{"payment_channel", "302", "40", RuleFaspayChannel},
		{"pay_type", "2", "40", RuleFaspayPayType},
		{"pay_type", "03", "40", RuleFaspayPayType},
		{"pay_type", "4", "30", RuleFaspayPayType},
		{"terminal", "11", "30", RuleFaspayTerminal},
		{"msisdn", "john", "18", RuleFaspayCustomer},
		{"msisdn", "123", "18", RuleFaspayCustomer},
		{"email", "john", "30", RuleFaspayField},
		{"email", "a@b@c", "30", RuleFaspayField},
		{"bill_desc", long(129), "30", RuleFaspayField},
		{"bill_desc", "a\u0007b", "30", RuleFaspayField},
		{"bill_reff", long(33), "30", RuleFaspayField},
		{"cust_name", long(129), "30", RuleFaspayField},
		{"billing_address", long(201), "30", RuleFaspayField},
		{"shipping_address_city", long(51), "30", RuleFaspayField},
		{"merchant", long(33), "30", RuleFaspayField},
	}...)
	for _, c := range changes {
		w := newFaspayWorld(t)
		id := w.json(postPath, w.billFields("A-1x").with(c.name, c.value))
		if got := w.field(id, "response_code"); got != c.code || w.core.ViolationCounts()[c.rule] != 1 {
			t.Errorf("%s = %v: response_code %q (%s), violations %v, want %s for %s", c.name, c.value, got, w.field(id, "response_desc"), w.core.ViolationCounts(), c.code, c.rule)
		}
		if !strings.Contains(w.field(id, "response_desc"), c.name) {
			t.Errorf("%s = %v: response_desc %q does not name the field", c.name, c.value, w.field(id, "response_desc"))
		}
		if len(w.core.Bills()) != 0 {
			t.Errorf("%s = %v made a bill", c.name, c.value)
		}
	}
	for _, c := range []change{
		{"product", nil, "83", RuleFaspayMandatory},
		{"product", long(51), "30", RuleFaspayField},
		{"qty", nil, "83", RuleFaspayMandatory},
		{"qty", "many", "30", RuleFaspayItem},
		{"amount", nil, "83", RuleFaspayMandatory},
		{"amount", "x", "13", RuleFaspayAmount},
		{"payment_plan", "7", "30", RuleFaspayItem},
		{"tenor", "x", "30", RuleFaspayItem},
		{"merchant_id", "x", "30", RuleFaspayItem},
	} {
		w := newFaspayWorld(t)
		id := w.json(postPath, w.billFields("A-1x").item(c.name, c.value))
		if got := w.field(id, "response_code"); got != c.code || w.core.ViolationCounts()[c.rule] != 1 || !strings.Contains(w.field(id, "response_desc"), "item[0]."+c.name) {
			t.Errorf("item %s = %v: response_code %q (%s), want %s for %s", c.name, c.value, got, w.field(id, "response_desc"), c.code, c.rule)
		}
	}
}

// What public clients send and the documents have otherwise is let through, and noted
// where it breaks a sentence.
func TestFaspayPostLetsThrough(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(fields) fields
		noted  Rule
	}{
		{"numbers for texts", func(f fields) fields {
			return f.with("bill_total", 1250000).with("merchant_id", 99812).item("qty", 1).item("amount", 1250000)
		}, ""},
		{"one item as an object", func(f fields) fields { return f.with("item", f["item"].([]any)[0]) }, ""},
		{"no merchant", func(f fields) fields { return f.with("merchant", nil) }, RuleFaspayMerchantName},
		{"a misspelt key", func(f fields) fields { return f.with("payment_plant", "1") }, RuleFaspayUnknownField},
		{"a point", func(f fields) fields { return f.with("bill_total", "12500.00") }, RuleFaspayAmountPoint},
		{"another sum", func(f fields) fields { return f.with("bill_gross", "100") }, RuleFaspayAmountSum},
		{"no sum", func(f fields) fields { return f.with("bill_gross", nil).with("bill_miscfee", nil) }, ""},
		{"another request text", func(f fields) fields { return f.with("request", "Transmisi Info Detil Pembelian") }, ""},
		{"pay_type of XML", func(f fields) fields { return f.with("pay_type", "01") }, ""},
		{"30 days", func(f fields) fields { return f.with("bill_expired", "2026-12-21 10:00:00") }, ""},
		{"letters of the whole world", func(f fields) fields { return f.with("cust_name", "Müller 王 😀") }, ""},
	} {
		w := newFaspayWorld(t)
		id := w.json(postPath, c.change(w.billFields("A-1x")))
		w.wantCode(id, "00")
		if bills := w.core.Bills(); len(bills) != 1 || bills[0].Amount != 12_500 {
			t.Errorf("%s: bills = %+v, want one of Rp 12.500", c.name, bills)
		}
		counts := w.core.ViolationCounts()
		if c.noted == "" && len(counts) != 0 || c.noted != "" && (len(counts) != 1 || counts[c.noted] != 1 || !w.core.Violations()[0].Noted) {
			t.Errorf("%s: violations = %v, want %q noted", c.name, counts, c.noted)
		}
	}
}

// Any or no content type, and the paths of both forms.
func TestFaspayContentTypesAndPaths(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"", "application/json", "text/plain;charset=UTF-8", "application/x-www-form-urlencoded", "application/xml", "nonsense"} {
		for _, path := range []string{postPath, postXMLPath, "/pws/300011/383xx00010100000", "/pws/300002/183xx00010100000"} {
			for _, form := range []FaspayEncoding{FaspayJSON, FaspayXML} {
				w := newFaspayWorld(t)
				body := xmlOf(w.billFields("A-1x"))
				if form == FaspayJSON {
					text, err := json.Marshal(w.billFields("A-1x"))
					if err != nil {
						t.Fatal(err)
					}
					body = "\xef\xbb\xbf \r\n" + string(text)
				}
				id := w.raw(path, body, "Content-Type", kind)
				w.wantCode(id, "00")
				if got := w.got[id].Header.Get("Content-Type"); got != form.contentType() {
					t.Errorf("%s to %s is answered as %s", form, path, got)
				}
				if got := w.field(id, "redirect_url"); (got != "") != (form == FaspayJSON) {
					t.Errorf("redirect_url in %s = %q: the guide has it in JSON alone", form, got)
				}
			}
		}
	}
	w := newFaspayWorld(t)
	for path, want := range map[string]int{
		"/cvr/300011": 404, "/cvr/": 404, "/cvr/999/10": 404, "/pws/100001/10": 404, "/cvr/300002/10": 404, "/pws/ovo_direct/": 404, "/cvr/300011/10/1": 404,
	} {
		if id := w.raw(path, "{}"); w.got[id].Status != want {
			t.Errorf("POST %s = %d, want %d", path, w.got[id].Status, want)
		}
	}
	id := w.send(Request{Method: http.MethodGet, Path: postPath, Header: http.Header{}})
	if w.got[id].Status != 405 || w.got[id].Header.Get("Allow") != "POST" {
		t.Errorf("GET = %+v, want 405 with Allow", w.got[id])
	}
}

// Bodies that are no message, or an attack: refused with the reason, in any form.
func TestFaspayRefusesBodies(t *testing.T) {
	t.Parallel()
	bomb := `<?xml version="1.0"?><!DOCTYPE faspay [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><faspay><bill_no>&b;</bill_no></faspay>`
	external := `<!DOCTYPE faspay SYSTEM "file:///etc/passwd"><faspay/>`
	for _, c := range []struct {
		name, body, reason string
		rule               Rule
	}{
		{"empty", "", "empty", RuleFaspayForm},
		{"spaces", " \n", "empty", RuleFaspayForm},
		{"a form", "trx_id=1&bill_no=2", "a form, where JSON or XML is due", RuleFaspayForm},
		{"text", "hello", "neither JSON nor XML", RuleFaspayForm},
		{"broken JSON", `{"a":`, "not well-formed JSON", RuleFaspayForm},
		{"two JSON values", `{} {}`, "not well-formed JSON", RuleFaspayForm},
		{"JSON array", `[1]`, "no object", RuleFaspayForm},
		{"doubled field", `{"bill_no":"1","bill_no":"2"}`, "bill_no stands twice", RuleFaspayForm},
		{"deep JSON", `{"a":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}`, "nested deeper", RuleFaspayForm},
		{"many fields", `{"a":[` + strings.Repeat("1,", 5000) + `1]}`, "side by side", RuleFaspayForm},
		{"too long", `{"a":"` + strings.Repeat("x", 70_000) + `"}`, "64 KiB", RuleFaspaySize},
		{"UTF-16", "\xff\xfe{\x00}\x00", "UTF-16", RuleFaspayEncoding},
		{"UTF-16 without a mark", "{\x00}\x00", "UTF-16", RuleFaspayEncoding},
		{"Latin-1", "{\"a\":\"M\xfcller\"}", "not UTF-8", RuleFaspayEncoding},
		{"a bomb", bomb, "document type", RuleFaspayXML},
		{"an external document type", external, "document type", RuleFaspayXML},
		{"an entity", `<faspay><bill_no>&xxe;</bill_no></faspay>`, "not well-formed XML", RuleFaspayForm},
		{"a stylesheet", `<?xml-stylesheet href="http://x"?><faspay/>`, "processing instruction", RuleFaspayXML},
		{"an instruction inside", `<faspay><a><?php x?></a></faspay>`, "processing instruction", RuleFaspayXML},
		{"a directive inside", `<faspay><a><!ELEMENT x></a></faspay>`, "document type", RuleFaspayXML},
		{"another encoding", `<?xml version="1.0" encoding="ISO-8859-1"?><faspay/>`, "encoding other than UTF-8", RuleFaspayEncoding},
		{"UTF-7", `<?xml version="1.0" encoding="UTF-7"?><faspay/>`, "encoding other than UTF-8", RuleFaspayEncoding},
		{"another root", `<html/>`, "<faspay>", RuleFaspayForm},
		{"two roots", `<faspay/><faspay/>`, "<faspay>", RuleFaspayForm},
		{"unclosed", `<faspay><a>`, "not well-formed XML", RuleFaspayForm},
		{"text after", `<faspay/>x`, "text beside", RuleFaspayForm},
		{"text beside elements", `<faspay><a>x<b/></a></faspay>`, "text beside", RuleFaspayForm},
		{"a doubled element", `<faspay><bill_no>1</bill_no><bill_no>2</bill_no></faspay>`, "stands twice", RuleFaspayForm},
		{"a namespace", `<faspay xmlns:x="y"><x:bill_no>1</x:bill_no></faspay>`, "namespace", RuleFaspayForm},
		{"deep XML", `<faspay>` + strings.Repeat("<a>", 500) + strings.Repeat("</a>", 500) + `</faspay>`, "nested deeper", RuleFaspayForm},
	} {
		w := newFaspayWorld(t)
		id := w.raw(postPath, c.body)
		w.wantCode(id, "30")
		if got := w.field(id, "response_desc"); !strings.HasPrefix(got, "Format Error: ") || !strings.Contains(got, c.reason) {
			t.Errorf("%s: response_desc = %q, want %q", c.name, got, c.reason)
		}
		if w.core.ViolationCounts()[c.rule] != 1 {
			t.Errorf("%s: violations = %v, want %s", c.name, w.core.ViolationCounts(), c.rule)
		}
	}
	for name, body := range map[string]string{
		"empty": "", "JSON": `{"trx_id":"1"}`, "XML": "<faspay/>", "multipart": "--x\r\nContent-Disposition: form-data", "broken": "trx_id=%zz", "doubled": "trx_id=1&trx_id=2",
		"long": "trx_id=" + strings.Repeat("1", 70_000), "Latin-1": "trx_id=%FC",
	} {
		w := newFaspayWorld(t)
		id := w.raw(directPath, body)
		if w.wantCode(id, "30"); len(w.core.Violations()) != 1 {
			t.Errorf("ovo_direct with %s: %v", name, w.core.ViolationCounts())
		}
	}
}

// A wrong signature is told apart as far as it can be.
func TestFaspaySignatureIsJudged(t *testing.T) {
	t.Parallel()
	w := newFaspayWorld(t)
	right := faspaySigned("A-1x")
	for _, c := range []struct{ signature, why string }{
		{strings.ToUpper(right), "in capitals"},
		{right[:39], "has not 40 characters"},
		{right + "0", "has not 40 characters"},
		{flipHex(right), "is not sha1(md5(…)) of user_id, password and bill_no"},
		{faspaySigned("99812"), "is over merchant_id"},
		{faspaySigned("1250000"), "is over bill_total"},
		{faspaySigned(""), "over user_id and password alone"},
		{strings.Repeat("z", 40), "is not sha1"},
	} {
		id := w.json(postPath, w.billFields("A-1x").with("signature", c.signature))
		w.wantCode(id, "55")
		if got := w.field(id, "response_desc"); !strings.HasPrefix(got, "Incorrect User/Password: signature ") || !strings.Contains(got, c.why) {
			t.Errorf("%s: %q, want %q", c.signature, got, c.why)
		}
	}
	trxID := w.bill("A-1x")
	id := w.raw(directPath, url.Values{"trx_id": {trxID}, "ovo_number": {"081211110101"}, "signature": {right}}.Encode())
	w.wantCode(id, "55")
	for _, path := range []string{inquiryPath, billStopPath} {
		id := w.json(path, fields{"merchant_id": "99812", "bill_no": "A-1x", "trx_id": trxID, "payment_cancel": "x", "signature": faspaySigned(trxID)})
		if w.wantCode(id, "55"); !strings.Contains(w.field(id, "response_desc"), "is over trx_id") {
			t.Errorf("%s: %s", path, w.field(id, "response_desc"))
		}
	}
	// Another merchant's credentials open nobody else's bill.
	id = w.json(inquiryPath, fields{"merchant_id": "31004", "bill_no": "A-1x", "signature": right})
	w.wantCode(id, "55")
	w.wantCode(w.json(channelsPath, fields{"request": "x", "merchant_id": "99812", "signature": faspaySigned("A")}), "55")
	id = w.json(channelsPath, fields{"request": "x", "merchant_id": "99812", "signature": faspaySigned("")})
	if w.wantCode(id, "00"); !strings.Contains(string(w.got[id].Body), `"payment_channel":[{"pg_code":"812","pg_name":"OVO"}]`) {
		t.Errorf("channels = %s", w.got[id].Body)
	}
	for _, r := range w.core.requests {
		if strings.Contains(r.Body, right) || strings.Contains(r.Answer, right) || strings.Contains(r.Body, "John Doe") || strings.Contains(r.Body, "john@") || strings.Contains(r.Body, "8562927907") {
			t.Errorf("the log of requests shows a signature or the customer: %+v", r)
		}
	}
}

func TestFaspayDirect(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		phone  string
		code   string // of ovo_direct; empty: it hangs
		after  time.Duration
		status string // of the bill after 70 s
		told   string
	}{
		{"081211110101", "00", 2 * time.Second, "2", "2s=2"},
		{"6281211110102", "00", 2 * time.Second, "2", "2s=2"},
		{"+6281211110103", "00", 2 * time.Second, "2", "2s=2"},
		{"081211110000", "00", 0, "2", "0s=2"},
		{"081211110017", "17", 0, "3", "0s=3"},
		{"081211110014", "14", 0, "0", ""},
		{"081299999999", "14", 0, "0", ""},
		{"12", "14", 0, "0", ""},
		{"081211110026", "26", 0, "3", "0s=3"},
		{"081211110061", "61", 0, "3", "0s=3"},
		{"081211110068", "68", 0, "1", ""},
		{"081211110058", "58", 0, "0", ""},
		{"081211111111", "00", 55 * time.Second, "1", ""},
		{"081211110160", "", 0, "1", ""},
		{"081211110162", "00", 62 * time.Second, "2", "1m2s=2"},
		{"081211110165", "", 0, "2", ""}, // paid; answer and notification are lost
	} {
		w := newFaspayWorld(t)
		trxID := w.bill("A-1x")
		id := w.direct(trxID, c.phone)
		w.until(morning.Add(70 * time.Second))
		if got := w.field(id, "response_code"); got != c.code || c.code != "" && w.got[id].At.Sub(morning) != c.after {
			t.Errorf("%s: response_code = %q at %s, want %q at %s", c.phone, got, w.got[id].At.Sub(morning), c.code, c.after)
		}
		w.status("A-1x", c.status)
		if first, _, _ := strings.Cut(w.told(), " "); first != c.told {
			t.Errorf("%s: notifications = %q, want %q first", c.phone, w.told(), c.told)
		}
		if totals := w.core.Totals(); totals.PaidIn != totals.Balances+totals.Held {
			t.Errorf("%s: totals = %+v", c.phone, totals)
		}
	}
}

func TestFaspayDirectOptions(t *testing.T) {
	t.Parallel()
	const manual = "081211111111"
	t.Run("at once", func(t *testing.T) {
		t.Parallel()
		w := newFaspayWorld(t, func(o *FaspayOptions) { o.DirectAtOnce = true })
		trxID := w.bill("A-1x")
		w.wantCode(w.direct(trxID, manual), "00")
		w.status("A-1x", "1")
		w.wantCode(w.direct(trxID, manual), "94") // the customer is being asked
		if browser := w.direct(trxID, manual, "Accept", "text/html"); w.got[browser].Status != 302 {
			t.Errorf("a browser's second push = %+v", w.got[browser])
		}
	})
	t.Run("unanswered", func(t *testing.T) {
		t.Parallel()
		w := newFaspayWorld(t, func(o *FaspayOptions) { o.UnansweredCode, o.UnansweredFails, o.PlainErrors = "68", true, true })
		id := w.direct(w.bill("A-1x"), manual)
		w.after(55 * time.Second)
		w.wantCode(id, "68")
		w.status("A-1x", "3")
		if got := w.told(); got != "55s=3" {
			t.Errorf("notifications = %s", got)
		}
		id = w.json(postPath, w.billFields("A-2x").with("email", nil))
		if body := string(w.got[id].Body); strings.Contains(body, "response_error") || !strings.Contains(body, `"response_code":"83"`) || !strings.Contains(body, `"bill_no":"A-2x"`) {
			t.Errorf("plain error = %s", body)
		}
	})
	t.Run("asked again", func(t *testing.T) {
		t.Parallel()
		w := newFaspayWorld(t)
		trxID := w.bill("A-1x")
		w.direct(trxID, manual)
		w.after(56 * time.Second)
		id := w.direct(trxID, "081211110101")
		w.after(2 * time.Second)
		w.wantCode(id, "00")
		w.status("A-1x", "2")
		if bill, _ := w.core.Bill(trxID); len(bill.Payments) != 2 || bill.Paid != bill.Payments[1] {
			t.Errorf("bill = %+v", bill)
		}
		w.balance("081211110101", seededCash-12_500, seededPoints)
		w.balance(manual, seededCash, seededPoints)
	})
	t.Run("not enough", func(t *testing.T) {
		t.Parallel()
		w := newFaspayWorld(t)
		id := w.direct(w.bill("A-1x"), manual)
		if err := w.core.TopUp(manual, -seededCash, 0); err != nil {
			t.Fatal(err)
		}
		if err := w.core.Choose(w.now, 1, Cash); err != nil {
			t.Fatal(err)
		}
		w.collect()
		w.wantCode(id, "61")
		w.status("A-1x", "3")
		w.wantCode(w.direct("9981281200000001", manual), "40") // failed is final
	})
	t.Run("gone", func(t *testing.T) {
		t.Parallel()
		w := newFaspayWorld(t)
		id := w.direct(w.bill("A-1x"), manual)
		w.core.Gone(id) // a time-out is no failure: it was accepted
		if err := w.core.Choose(w.now, 1, Points); err != nil {
			t.Fatal(err)
		}
		w.collect()
		w.status("A-1x", "2")
		if got := w.told(); got != "0s=2" || w.core.Held() != 0 {
			t.Errorf("notifications = %s, %d calls held", got, w.core.Held())
		}
	})
}

// A browser is held, then led back, whatever became of the payment; the address does not
// say what, unless it is told to.
func TestFaspayBrowserIsLedBack(t *testing.T) {
	t.Parallel()
	accept := []string{"Accept", "text/html,application/xhtml+xml"}
	for _, c := range []struct {
		phone  string
		after  time.Duration
		option bool
		script string
		status string
	}{
		{"081211110101", 2 * time.Second, false, "", "0"},
		{"081211110017", 0, false, "", "0"},
		{"081299999999", 0, false, "", "0"},
		{"081211111111", 55 * time.Second, false, "", "0"},
		{"081211110101", 2 * time.Second, true, "", "2"},
		{"081211110017", 0, true, "", "3"},
		{"081211110017", 0, false, "2", "2"}, // a lie
	} {
		w := newFaspayWorld(t, func(o *FaspayOptions) { o.ReturnTruth = c.option })
		if c.script != "" {
			w.script(Script{Operation: OperationDirect, Effect: Effect{Status: c.script, Customer: Decline}})
		}
		trxID := w.bill("A-1x")
		id := w.direct(trxID, c.phone, accept...)
		w.after(time.Minute)
		a := w.got[id]
		if a.Status != 302 || a.At.Sub(morning) != c.after {
			t.Errorf("%s: %d after %s, want 302 after %s", c.phone, a.Status, a.At.Sub(morning), c.after)
			continue
		}
		want := "http://toko.test/return?trx_id=" + trxID + "&merchant_id=99812&merchant=Toko+Lunas&bill_no=A-1x&bill_ref=R-A-1x&bill_total=12500&bank_user_name=&status=" +
			c.status + "&signature=" + faspaySigned("A-1x"+c.status)
		if got := a.Header.Get("Location"); got != want {
			t.Errorf("%s: Location = %s, want %s", c.phone, got, want)
		}
	}
	w := newFaspayWorld(t, func(o *FaspayOptions) { o.Merchants[0].Callback.ReturnURL = "" })
	trxID := w.bill("A-1x")
	for name, id := range map[string]uint64{
		"no return URL":   w.direct(trxID, "081211110017", accept...),
		"a bad signature": w.raw(directPath, "trx_id="+trxID+"&ovo_number=08&signature=x%3Cscript%3E", accept...),
		"another's bill":  w.raw(directPath, "trx_id=1&ovo_number=08&signature=x", accept...),
		"no form at all":  w.raw(directPath, "<script>", accept...),
	} {
		a := w.got[id]
		if a.Status != 200 || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") || strings.Contains(string(a.Body), "<script>") || a.Header.Get("Location") != "" {
			t.Errorf("%s: %d %v %s, want a page", name, a.Status, a.Header, a.Body)
		}
	}
	// A bad signature is never led back: the return URL's signature is not for everybody.
	w = newFaspayWorld(t)
	trxID = w.bill("A-1x")
	if id := w.raw(directPath, "trx_id="+trxID+"&ovo_number=08&signature="+faspaySigned("A-1x"), accept...); w.got[id].Status != 200 {
		t.Errorf("a badly signed form = %d %v", w.got[id].Status, w.got[id].Header)
	}
}

func TestFaspayInquiry(t *testing.T) {
	t.Parallel()
	w := newFaspayWorld(t)
	trxID := w.bill("A-1x")
	for name, id := range map[string]uint64{
		"both":         w.ask("A-1x", trxID),
		"bill_no":      w.ask("A-1x", ""),
		"trx_id":       w.json(inquiryPath, fields{"merchant_id": "99812", "trx_id": trxID, "signature": faspaySigned("A-1x")}),
		"a wrong key":  w.json(inquiryPath, fields{"merchant_id": "99812", "bill_no": "A-1x", "payment_channel": trxID, "signature": faspaySigned("A-1x")}),
		"numbers":      w.raw(inquiryPath, `{"merchant_id":99812,"bill_no":"A-1x","trx_id":`+trxID+`,"signature":"`+faspaySigned("A-1x")+`"}`),
		"XML":          w.raw("/pws/100004/183xx00010100000", xmlOf(fields{"merchant_id": "99812", "bill_no": "A-1x", "trx_id": trxID, "signature": faspaySigned("A-1x")})),
		"null as text": w.json(inquiryPath, fields{"merchant_id": "99812", "bill_no": "A-1x", "trx_id": "null", "signature": faspaySigned("A-1x")}),
	} {
		w.wantCode(id, "00")
		if w.field(id, "payment_status_code") != "0" || w.field(id, "payment_status_desc") != "Unprocessed" || w.field(id, "trx_id") != trxID || w.field(id, "bill_no") != "A-1x" {
			t.Errorf("inquiry by %s = %s", name, w.got[id].Body)
		}
	}
	for name, id := range map[string]uint64{
		"unknown bill_no": w.ask("B-1x", ""),
		"another trx_id":  w.ask("A-1x", "9999999999999999"),
	} {
		if w.wantCode(id, "14"); w.field(id, "payment_status_code") != "5" {
			t.Errorf("inquiry by %s = %s", name, w.got[id].Body)
		}
	}
	w.wantCode(w.json(inquiryPath, fields{"merchant_id": "99812", "signature": faspaySigned("")}), "83")
	w.direct(trxID, "081211110101")
	w.after(2 * time.Second)
	paid := w.ask("A-1x", trxID)
	for name, want := range map[string]string{
		"payment_status_code": "2", "payment_reff": "000000000001", "payment_date": "2026-11-21 10:00:02", "payment_total": "12500", "merchant": "Toko Lunas",
	} {
		if got := w.field(paid, name); got != want {
			t.Errorf("%s of a paid bill = %q, want %q", name, got, want)
		}
	}
	for _, status := range []string{"0", "1", "3", "5", "7", "8", "9"} {
		w.core.DeleteScript("")
		w.script(Script{Operation: OperationBillInquiry, Effect: Effect{Status: status}})
		w.status("A-1x", status)
	}
}

func TestFaspayCancel(t *testing.T) {
	t.Parallel()
	w := newFaspayWorld(t)
	trxID := w.bill("A-1x")
	call := w.direct(trxID, "081211111111")
	id := w.stop("A-1x", trxID)
	w.wantCode(id, "00")
	for name, want := range map[string]string{"payment_status_code": "8", "trx_status_code": "2", "payment_cancel": "Barang habis", "payment_cancel_date": "2026-11-21 10:00:00"} {
		if got := w.field(id, name); got != want {
			t.Errorf("%s of a cancelled bill = %q, want %q", name, got, want)
		}
	}
	w.wantCode(call, "17") // taken from the customer's screen
	if err := w.core.Choose(w.now, 1, Cash); err == nil {
		t.Error("a cancelled push can be paid")
	}
	w.status("A-1x", "8")
	if got := w.told(); got != "0s=8" {
		t.Errorf("notifications = %s", got)
	}
	w.wantCode(w.stop("A-1x", trxID), "17")
	w.wantCode(w.direct(trxID, "081211110101"), "17")
	w.wantCode(w.json(postPath, w.billFields("A-1x")), "17")
	w.wantCode(w.stop("B-1x", trxID), "14")
	w.wantCode(w.stop("A-1x", "1"), "14")
	w.wantCode(w.json(billStopPath, fields{"merchant_id": "99812", "bill_no": "A-1x", "trx_id": trxID, "signature": faspaySigned("A-1x")}), "83")
	w.wantCode(w.json(billStopPath, fields{"merchant_id": "99812", "bill_no": "A-1x", "payment_cancel": "x", "signature": faspaySigned("A-1x")}), "83")

	expired := w.bill("C-1x")
	w.wantCode(w.json(postPath, w.billFields("C-1x")), "14") // open
	w.after(time.Hour)
	id = w.stop("C-1x", expired)
	if w.wantCode(id, "54"); w.field(id, "trx_status_code") != "3" || w.field(id, "trx_status_desc") != "Order Expired" || w.field(id, "payment_status_code") != "7" {
		t.Errorf("cancel of an expired bill = %s", w.got[id].Body)
	}
	w.wantCode(w.direct(expired, "081211110101"), "54")
	w.wantCode(w.json(postPath, w.billFields("C-1x")), "54")
}

func TestFaspayBillExpires(t *testing.T) {
	t.Parallel()
	w := newFaspayWorld(t)
	w.bill("A-1x")
	w.until(morning.Truncate(time.Second).Add(time.Hour - time.Millisecond))
	w.status("A-1x", "0")
	w.after(time.Millisecond)
	w.status("A-1x", "7")
	if w.left[0].At != morning.Truncate(time.Second).Add(time.Hour) {
		t.Errorf("expired at %s", w.left[0].At)
	}

	// Whose customer is being asked then has until their 55 s are over.
	w = newFaspayWorld(t)
	trxID := w.bill("A-1x")
	w.after(time.Hour - 10*time.Second)
	w.direct(trxID, "081211111111")
	w.after(20 * time.Second)
	w.status("A-1x", "1")
	w.after(40 * time.Second)
	w.status("A-1x", "7")

	w = newFaspayWorld(t)
	trxID = w.bill("A-1x")
	w.after(time.Hour - 10*time.Second)
	w.direct(trxID, "081211111111")
	w.after(20 * time.Second)
	if err := w.core.Choose(w.now, 1, Cash); err != nil {
		t.Fatal(err)
	}
	w.collect()
	w.status("A-1x", "2") // paid after its time is paid all the same

	// A decision ordered for later still comes, once.
	w = newFaspayWorld(t)
	w.script(Script{Operation: OperationDirect, Times: 1, Effect: Effect{Customer: Cash, CustomerAfter: Duration(2 * time.Hour)}})
	trxID = w.bill("A-1x")
	w.direct(trxID, "081211111111")
	w.after(90 * time.Minute)
	w.status("A-1x", "7")
	w.after(time.Hour)
	w.status("A-1x", "2")
	w.balance("081211111111", seededCash-12_500, seededPoints)

	w = newFaspayWorld(t)
	w.script(Script{Operation: OperationDirect, Times: 1, Effect: Effect{Customer: Cash, CustomerAfter: Duration(5 * time.Minute)}})
	trxID = w.bill("A-1x")
	w.direct(trxID, "081211111111")
	w.after(time.Minute)
	w.direct(trxID, "081211110000")
	w.after(10 * time.Minute)
	w.balance("081211111111", seededCash, seededPoints) // another phone had paid
	w.balance("081211110000", seededCash-12_500, seededPoints)
}

// A client that counts real time beside a faster sandbox means so much from now on.
func TestFaspayExpiryOfAnotherClock(t *testing.T) {
	t.Parallel()
	w := newFaspayWorld(t)
	body, err := json.Marshal(w.billFields("A-1x"))
	if err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(30 * time.Hour) // the sandbox has run ahead; the bill's dates are real
	id := w.send(Request{Method: "POST", Path: postPath, Header: http.Header{}, Body: body, Real: morning})
	w.wantCode(id, "00")
	if bill := w.core.Bills()[0]; bill.Expires.Sub(w.now).Round(time.Minute) != time.Hour {
		t.Errorf("expires %s after now, want 1h", bill.Expires.Sub(w.now))
	}
	w.wantCode(w.raw(postPath, strings.ReplaceAll(string(body), "A-1x", "A-2x")), "55")
	w.wantCode(w.json(postPath, w.billFields("A-3x").with("bill_date", "2026-11-21 10:00:00").with("bill_expired", "2026-11-21 11:00:00")), "54")
}

func TestFaspayReversal(t *testing.T) {
	t.Parallel()
	w := newFaspayWorld(t)
	w.script(Script{Operation: OperationDirect, Effect: Effect{Customer: Both, ReverseAfter: Duration(10 * time.Minute)}})
	trxID := w.bill("A-1x")
	w.wantCode(w.direct(trxID, "081211111111"), "00")
	w.balance("081211111111", seededCash-6_250, seededPoints-6_250)
	w.acknowledge()
	w.after(11 * time.Minute)
	w.status("A-1x", "4")
	w.balance("081211111111", seededCash, seededPoints)
	if got := w.told(); !strings.HasPrefix(got, "0s=2 10m0s=4") {
		t.Errorf("notifications = %s", got)
	}
	p, _ := w.core.TransactionByID(1)
	if p.State != Reversed || p.Reversed.IsZero() || w.core.Totals().GivenBack != 12_500 {
		t.Errorf("payment = %+v, totals %+v", p, w.core.Totals())
	}
	w.wantCode(w.stop("A-1x", trxID), "80")
	w.wantCode(w.direct(trxID, "081211111111"), "80")
	w.wantCode(w.json(postPath, w.billFields("A-1x")), "80")
	if err := w.core.ReverseBill(w.now, trxID); err != ErrBillUnpaid {
		t.Errorf("a second reversal = %v", err)
	}
	if err := w.core.ReverseBill(w.now, "1"); err != ErrUnknownBill {
		t.Errorf("reversal of no bill = %v", err)
	}
}

// Every response code can be ordered on every operation, done or not, in both forms.
func TestFaspayEveryCodeByScript(t *testing.T) {
	t.Parallel()
	codes := []string{
		"00", "03", "13", "14", "17", "18", "21", "30", "40", "54", "55", "56", "63", "66", "80", "81", "82", "83", "84", "85", "96",
		"25", "26", "51", "58", "61", "64", "65", "67", "68", "73", "94", "BR", "EB", "ER", "TO", "99", "ZZ",
	}
	for _, code := range codes {
		w := newFaspayWorld(t)
		trxID := w.bill("A-1x")
		w.script(Script{Rail: RailFaspay, Effect: Effect{Code: code}})
		ids := map[string]uint64{
			"post": w.json(postPath, w.billFields("A-2x")), "XML post": w.raw(postXMLPath, xmlOf(w.billFields("A-3x"))),
			"inquiry": w.ask("A-1x", trxID), "cancel": w.stop("A-1x", trxID), "channels": w.json(channelsPath, fields{"merchant_id": "99812", "signature": faspaySigned("")}),
			"direct": w.direct(trxID, "081211110101"),
		}
		for name, id := range ids {
			if got := w.field(id, "response_code"); got != code || w.field(id, "response_desc") == "" {
				t.Errorf("%s by script %s = %q: %s", name, code, got, w.got[id].Body)
			}
		}
		if n := len(w.core.Bills()); n != 1 || w.core.Totals().Charged != 0 {
			t.Errorf("script %s did something: %d bills, totals %+v", code, n, w.core.Totals())
		}

		w = newFaspayWorld(t)
		trxID = w.bill("A-1x")
		w.script(Script{Rail: RailFaspay, Effect: Effect{AnswerCode: code, Customer: Cash}})
		w.wantCode(w.json(postPath, w.billFields("A-2x")), code)
		w.wantCode(w.direct(trxID, "081211110101"), code)
		if n := len(w.core.Bills()); n != 2 || w.core.Totals().Charged != 12_500 {
			t.Errorf("answer %s: not done: %d bills, totals %+v", code, n, w.core.Totals())
		}
	}
}

func TestFaspayFaultsByScript(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		effect Effect
		want   func(Answer) bool
		bills  int
	}{
		{Effect{Request: RequestLost}, func(a Answer) bool { return a.Never }, 0},
		{Effect{Request: RequestReset}, func(a Answer) bool { return a.Reset }, 0},
		{Effect{Answer: AnswerLost}, func(a Answer) bool { return a.Never }, 1},
		{Effect{Answer: AnswerReset}, func(a Answer) bool { return a.Reset }, 1},
		{Effect{Answer: AnswerEmpty404}, func(a Answer) bool { return a.Status == 404 && len(a.Body) == 0 }, 1},
		{Effect{Answer: AnswerHTTP500}, func(a Answer) bool { return a.Status == 500 }, 1},
		{Effect{Answer: AnswerHTTP502}, func(a Answer) bool { return a.Status == 502 }, 1},
		{Effect{Answer: AnswerHTML}, func(a Answer) bool { return strings.Contains(string(a.Body), "<html>") }, 1},
		{Effect{Answer: AnswerForeign}, func(a Answer) bool { return strings.Contains(string(a.Body), "of-another-bill") }, 1},
		{Effect{Answer: AnswerTruncated}, func(a Answer) bool { return !json.Valid(a.Body) && len(a.Body) > 0 }, 1},
		{Effect{AnswerAfter: Duration(20 * time.Second)}, func(a Answer) bool { return a.At.Sub(morning) == 20*time.Second }, 1},
		{Effect{RequestDelay: Duration(5 * time.Second)}, func(a Answer) bool { return a.At.Sub(morning) == 5*time.Second }, 1},
		{Effect{ProcessDelay: Duration(7 * time.Second)}, func(a Answer) bool { return a.At.Sub(morning) == 7*time.Second }, 1},
	} {
		w := newFaspayWorld(t)
		w.script(Script{Operation: OperationPostData, Invoice: "A-1x", Amount: 12_500, Effect: c.effect})
		id := w.json(postPath, w.billFields("A-1x"))
		w.after(time.Minute)
		if a, ok := w.got[id]; !ok || !c.want(a) || len(w.core.Bills()) != c.bills {
			t.Errorf("%+v: answer %+v %s, %d bills", c.effect, a, a.Body, len(w.core.Bills()))
		}
	}
	w := newFaspayWorld(t)
	for _, s := range []Script{
		{Operation: OperationBillInquiry, Effect: Effect{Status: "22"}, Rail: RailSNAP},
		{Operation: OperationQuery, Effect: Effect{Status: "2"}},
		{Operation: OperationPostData, Rail: RailOVO, Effect: Effect{Code: "40"}},
		{Operation: OperationPostData, Effect: Effect{Code: "5044700"}},
		{Operation: "bill", Effect: Effect{Code: "40"}},
		{Effect: Effect{Notify: "sometimes"}},
	} {
		if id, err := w.core.AddScript(s); err == nil {
			t.Errorf("script %s %+v was taken", id, s)
		}
	}
}

func TestFaspayForgetsOldBills(t *testing.T) {
	t.Parallel()
	w := &faspayWorld{world: newWorld(t, Options{KeepTransactions: 3})}
	for i := range 8 {
		trxID := w.bill(fmt.Sprintf("A-%dx", i))
		w.wantCode(w.direct(trxID, "081211110000"), "00")
	}
	if n := len(w.core.Bills()); n != 3 || len(w.core.faspay.byTrxID) > 3 || len(w.core.faspay.byBillNo) > 3 {
		t.Errorf("%d bills are kept, %d and %d are indexed, want 3", n, len(w.core.faspay.byTrxID), len(w.core.faspay.byBillNo))
	}
	w.balance("081211110000", seededCash-8*12_500, seededPoints)
	w.status("A-7x", "2")
	if !slices.ContainsFunc(Rules(), func(r RuleText) bool { return r.Rule == RuleFaspayCancelPaid && r.Sentence != "" && r.Source != "" }) {
		t.Error("the rules of Faspay are not listed")
	}
}
