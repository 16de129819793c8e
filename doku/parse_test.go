package doku

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestInteger(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		`0`: 0, `10000`: 10000, `"10000"`: 10000, `"000004"`: 4, `10000.00`: 10000, `"1."`: 1, `999999999999999`: 999999999999999,
		`"000000000000000"`: 0, `1000000000000000`: -1, `""`: -1, `"."`: -1, `".0"`: -1, `1e4`: -1, `-1`: -1, `"+1"`: -1, `" 1"`: -1, `1.5`: -1,
		`"1.0.0"`: -1, `null`: -1, `"null"`: -1, `true`: -1, `[1]`: -1, `{"amount":1}`: -1, `"1,000"`: -1, `"0x10"`: -1, `"١"`: -1,
	} {
		m, err := parse([]byte(`{"order":{"amount":` + text + `}}`))
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := m.integer("order", "amount"); ok != (want >= 0) || ok && got != want {
			t.Errorf("%s = %d, %t, want %d", text, got, ok, want)
		}
	}
}

// The reader beside encoding/json: both take the same texts, and what ours reads is what
// stands there.
func FuzzParse(f *testing.F) {
	f.Add(readFile(f, "push_response.json"))
	f.Add(readFile(f, "notification.json"))
	for _, s := range []string{
		``, ` `, `{}`, `{"a":1,}`, `[]`, `null`, `{"order":{"amount":01}}`, `{"order":{"amount":1,"amount":2}}`, `{"order":1,"order":2}`,
		`{"order":{"order":{"amount":1}}}`, `{"other":{"a":1,"a":2}}`, `{"order":[{"amount":1}]}`, "\ufeff{}", "{\"client\":{\"id\":\"\xff\"}}",
		`{"client":{"id":"\ud800"}}`, `{"order":null}`, `{"message":["a"]}`, `{"error":{"code":"\u0000"}}`, "{\"order\":{\"amount\":1}} x", "{\"client\":{\"id\":\"\x80\"}}", `{"a`, `{"a":"b`, `{"a":"b\`, `{"a":tr`, `{"a":-`, `{"a":[1`, `{"a":[1,]}`,
		strings.Repeat(`{"a":`, 31) + "{}" + strings.Repeat("}", 31), strings.Repeat(`{"a":`, 32) + "{}" + strings.Repeat("}", 32),
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := parse(body)
		valid := json.Valid(body)
		switch {
		case err == nil && !valid:
			t.Fatalf("accepted, but encoding/json does not: %q", body)
		case errors.Is(err, errMalformed) && valid:
			t.Fatalf("refused, but encoding/json accepts: %q", body)
		case errors.Is(err, errNoObject) && bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("{")):
			t.Fatalf("an object is called none: %q", body)
		case err != nil:
			return
		}
		var outer map[string]json.RawMessage
		if err := json.Unmarshal(body, &outer); err != nil {
			t.Fatalf("accepted, but no object to encoding/json: %q", body)
		}
		inner := map[string]map[string]json.RawMessage{"": outer}
		for group := range outer {
			var values map[string]json.RawMessage
			if json.Unmarshal(outer[group], &values) == nil && group != "" {
				inner[group] = values
			}
		}
		for group, values := range inner {
			for key, raw := range values {
				if known(group, key) {
					same(t, path{group, key}, m.at(path{group, key}), raw)
				}
			}
		}
		for _, f := range m {
			if _, there := inner[f.path[0]][f.path[1]]; !there {
				t.Fatalf("%v = %q, but it is not there", f.path, f.text)
			}
		}
		_, _, _ = m.payment(), m.transaction(), m.refusal().String()
	})
}

func same(t *testing.T, place path, got token, want json.RawMessage) {
	t.Helper()
	var text string
	switch {
	case want[0] == '"':
		if err := json.Unmarshal(want, &text); err != nil || got.kind != '"' || got.text != text || !utf8.ValidString(got.text) {
			t.Fatalf("%v = %q, want %q", place, got.text, text)
		}
	case want[0] == '-' || digit(want[0]):
		if got.kind != '0' || got.text != string(want) {
			t.Fatalf("%v = %q, want %s", place, got.text, want)
		}
	case got.kind != want[0] || (got.kind == '{' || got.kind == '[') && got.text != string(want):
		t.Fatalf("%v is a %c, want %s", place, got.kind, want)
	}
}

// Whatever comes back, judging it does not panic and finds an approval only where all of
// the payment is named.
func FuzzJudge(f *testing.F) {
	f.Add(200, echoed(Push, "00"), byte(0))
	f.Add(409, echoed(Push, "17"), byte(0))
	f.Add(200, echoed(Check, "SUCCESS"), byte(2))
	f.Add(200, echoed(Void, "00"), byte(1))
	f.Add(400, `{"error":{"code":"invalid_signature"}}`, byte(0))
	c := newTestClient(f, Options{})
	f.Fuzz(func(t *testing.T, status int, body string, which byte) {
		o := Operations()[int(which)%3]
		r := render(t, c, testRequest(o))
		got, err := c.judge(&r, status, nil, []byte(body))
		if err != nil || got.Meaning().Follow != Approved {
			return
		}
		p := got.Payment
		ours := map[Operation]bool{
			Push:  p.ClientID == testClientID && p.InvoiceNumber == r.want.invoice && p.Amount == 10000 && p.Status == StatusSuccess && p.Code == Success,
			Void:  p.Code == Success,
			Check: got.Transaction.InvoiceNumber == r.want.invoice && got.Transaction.Amount == 10000 && got.Transaction.Status == StatusSuccess,
		}
		if !ours[o] || !succeeds(status) || status < 200 {
			t.Fatalf("%s approved: %d %q", string(o), status, body)
		}
	})
}
