package faspay

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// Whatever comes is read, or refused with its reason.
func TestParseRefuses(t *testing.T) {
	t.Parallel()
	const bomb = `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><faspay><bill_no>&b;</bill_no></faspay>`
	for name, test := range map[string]struct {
		body string
		want error
	}{
		"nothing":                {"", errEmpty},
		"spaces":                 {" \r\n\t", errEmpty},
		"text":                   {"Signature Not Match", errNeither},
		"a form":                 {"trx_id=1&merchant_id=2", errForm},
		"an encoded form":        {"%7B%22trx_id%22=1", errForm},
		"a list":                 {`[{"bill_no":"1"}]`, errNoObject},
		"two objects":            {`{}{}`, errMalformed},
		"a comma too many":       {`{"a":"1",}`, errMalformed},
		"single quotes":          {`{'a':'1'}`, errMalformed},
		"doubled":                {`{"bill_no":"1","bill_no":"2"}`, errDoubled},
		"doubled by an escape":   {`{"bill_no":"1","bill\u005fno":"2"}`, errDoubled},
		"doubled deep inside":    {`{"item":[{"a":1,"a":1}]}`, errDoubled},
		"deep JSON":              {strings.Repeat(`{"a":`, 9) + "1" + strings.Repeat("}", 9), errDeep},
		"very deep JSON":         {strings.Repeat("[", 60000), errMalformed},
		"deep lists":             {`{"a":` + strings.Repeat("[", 8) + strings.Repeat("]", 8) + "}", errDeep},
		"many fields":            {`{"a":[` + strings.Repeat("1,", 1024) + "1]}", errMany},
		"too long":               {strings.Repeat(" ", MaxMessage) + "{}", errTooLong},
		"UTF-16":                 {"\xff\xfe{\x00}\x00", errWide},
		"UTF-16 without a mark":  {"{\x00}\x00", errWide},
		"UTF-16, other end":      {"\xfe\xff\x00{\x00}", errWide},
		"entity bomb":            {bomb, errDTD},
		"external entity":        {`<!DOCTYPE faspay SYSTEM "file:///etc/passwd"><faspay/>`, errDTD},
		"a type inside":          {`<faspay><!DOCTYPE x><bill_no>1</bill_no></faspay>`, errDTD},
		"unknown entity":         {`<faspay><bill_no>&x;</bill_no></faspay>`, errMalformed},
		"a style sheet":          {`<?xml-stylesheet href="x"?><faspay/>`, errPI},
		"an instruction inside":  {`<faspay><?php echo 1 ?></faspay>`, errPI},
		"declared UTF-16":        {`<?xml version="1.0" encoding="UTF-16"?><faspay/>`, errEncoding},
		"declared EBCDIC":        {`<?xml version="1.0" encoding="IBM037"?><faspay/>`, errEncoding},
		"XML 1.1":                {`<?xml version="1.1"?><faspay/>`, errMalformed},
		"another root":           {`<root><bill_no>1</bill_no></root>`, errNoFaspay},
		"two roots":              {`<faspay/><faspay/>`, errMalformed},
		"text after the root":    {`<faspay/>x`, errMalformed},
		"text in the root":       {`<faspay>x</faspay>`, errMalformed},
		"not closed":             {`<faspay><bill_no>1</bill_no>`, errMalformed},
		"crossed":                {`<faspay><a><b></a></b></faspay>`, errMalformed},
		"doubled element":        {`<faspay><bill_no>1</bill_no><bill_no>2</bill_no></faspay>`, errDoubled},
		"doubled, one is empty":  {`<faspay><bill_no>1</bill_no><bill_no/></faspay>`, errDoubled},
		"doubled, one is a list": {`<faspay><bill_no><a/></bill_no><bill_no>2</bill_no></faspay>`, errDoubled},
		"deep XML":               {"<faspay>" + strings.Repeat("<a>", 8) + strings.Repeat("</a>", 8) + "</faspay>", errDeep},
		"very deep XML":          {"<faspay>" + strings.Repeat("<a>", 20000), errDeep},
		"many elements":          {"<faspay>" + strings.Repeat("<a><b/></a>", 1025) + "</faspay>", errMany},
		"a control character":    {"<faspay><a>\x01</a></faspay>", errMalformed},
		"HTML":                   {"<!DOCTYPE html><html><body>502</body></html>", errHTML},
		"HTML without its type":  {"<HTML><body>502</body></HTML>", errHTML},
	} {
		if n, _, err := parse([]byte(test.body)); !errors.Is(err, test.want) {
			t.Errorf("%s: parse = %+v, %v, want %v", name, n, err, test.want)
		}
	}
}

// Both forms, and all the ways in which a value may be written, read alike.
func TestParseReads(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"JSON":               `{"bill_no":"4370","amount":"10000","payment_reff":"null"}`,
		"numbers":            `{"bill_no":4370,"amount":10000,"payment_reff":null}`,
		"escapes":            `{"bill\u005fno":"\u0034370","amount":"10000","payment_reff":""}`,
		"UTF-8 mark":         "\xef\xbb\xbf \n{\"bill_no\":\"4370\",\"amount\":\"10000\"}\n",
		"broken name":        "{\"bill_no\":\"4370\",\"amount\":\"10000\",\"merchant\":\"B\xfcro\"}",
		"unknown fields":     `{"x":{"y":[true,false,null,[1.5e3]]},"bill_no":"4370","amount":"10000"}`,
		"XML":                `<?xml version="1.0" encoding="utf-8"?><faspay><bill_no>4370</bill_no><amount>10000</amount><payment_reff>null</payment_reff></faspay>`,
		"spaces and CDATA":   "<faspay>\n <bill_no>\n 4370 </bill_no><!-- x --><amount><![CDATA[10000]]></amount>\n<payment_reff/></faspay>\n",
		"Latin-1":            "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><faspay><bill_no>4370</bill_no><amount>10000</amount><merchant>B\xfcro</merchant></faspay>",
		"entities":           `<faspay><bill_no>&#52;370</bill_no><amount>1&#x30;000</amount></faspay>`,
		"a namespace":        `<faspay xmlns="urn:x" a="b"><bill_no c="d">4370</bill_no><amount>10000</amount></faspay>`,
		"many lists of many": `<faspay><bill_no>4370</bill_no><amount>10000</amount><item><a>1</a></item><item><a>1</a></item></faspay>`,
	} {
		n, _, err := parse([]byte(body))
		if err != nil || n.get("bill_no") != "4370" || n.get("amount") != "10000" || n.get("payment_reff") != "" {
			t.Errorf("%s: parse = %+v, %v", name, n, err)
		}
	}
}

// A 16-digit number that was sent as one keeps all its digits.
func TestParseKeepsDigits(t *testing.T) {
	t.Parallel()
	n, _, err := parse([]byte(`{"trx_id":9999981256572178,"big":99999999999999999999}`))
	if err != nil || n.get("trx_id") != testTrx || n.get("big") != "99999999999999999999" {
		t.Errorf("parse = %+v, %v", n, err)
	}
}

// The reasons quote nothing of the message, whoever wrote it.
func FuzzParse(f *testing.F) {
	for _, o := range Operations() {
		f.Add([]byte(echoed(o, "00")))
	}
	f.Add(readFile(f, "notification.json"))
	f.Add(readFile(f, "notification.xml"))
	for _, s := range []string{
		`{}`, `<faspay/>`, `{"a":01}`, `{"a":"\ud800"}`, `[]`, "\xef\xbb\xbf{}", `<!DOCTYPE x [<!ENTITY a "b">]><faspay>&a;</faspay>`, "a=b",
		`<faspay><a><![CDATA[x]]></a></faspay>`, `<?xml version="1.0" encoding="UTF-16"?><faspay/>`, `{"a":[{"b":1},{"b":2}]}`, `<faspay><a:b xmlns:a="c">1</a:b></faspay>`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		began := time.Now()
		n, encoding, err := parse(body)
		if took := time.Since(began); took > time.Minute {
			t.Fatalf("took %v", took)
		}
		if err != nil {
			return
		}
		if n.kind != '{' || encoding != JSON && encoding != XML {
			t.Fatalf("parse = %+v, %s", n, encoding)
		}
		if encoding == JSON && utf8.Valid(body) { // encoding/json has one U+FFFD for each broken byte, we one for all
			same(t, n, body)
		}
		// What was read can be written and read again, in either form.
		for _, e := range []Encoding{JSON, XML} {
			again, _, err := parse(record{{key: "a", text: n.get("merchant")}}.write(nil, e))
			got, want := again.get("a"), n.get("merchant")
			if e == XML {
				want = strings.TrimSpace(want)
			}
			if err != nil || e == JSON && got != want && want != "null" {
				t.Fatalf("%s: %q, back %q, %v", e, want, got, err)
			}
		}
	})
}

// same holds our reading beside encoding/json's.
func same(t *testing.T, n node, body []byte) {
	t.Helper()
	var want map[string]any
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&want); err != nil {
		t.Fatalf("parse takes %q, encoding/json: %v", body, err)
	}
	if len(n.list) != len(want) {
		t.Fatalf("parse reads %d fields of %q, encoding/json %d", len(n.list), body, len(want))
	}
	for key, value := range want {
		text, _ := value.(string)
		if number, ok := value.(json.Number); ok {
			text = number.String()
		}
		if got := n.get(key); text != "null" && got != text {
			t.Fatalf("%q = %q, want %q", key, got, text)
		}
	}
}

// Every text that a bill may hold comes back as it was, in both forms.
func FuzzWriteBill(f *testing.F) {
	f.Add(`"q" <a> & 'b' \`, "Müller")
	f.Add("]]>", "{{.}}")
	c := newTestClient(f, Options{})
	x := newTestClient(f, Options{Encoding: XML})
	f.Fuzz(func(t *testing.T, description, customer string) {
		b := testBill()
		b.Description, b.Customer.Name = description, customer
		for _, c := range []*Client{c, x} {
			r, err := c.Render(Request{Operation: PostData, Bill: b}, testAt)
			if err != nil {
				return
			}
			n, _, err := parse(r.Body)
			if err != nil {
				t.Fatalf("cannot read our own %q: %v", r.Body, err)
			}
			if got := n.find("bill_desc"); got.text != description || n.find("cust_name").text != customer {
				t.Fatalf("%q, %q came back as %q", description, customer, r.Body)
			}
		}
	})
}
