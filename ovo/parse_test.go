package ovo

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
	"unicode/utf8"
)

// The hand-written parser beside encoding/json: both take the same texts, and where
// ours takes one, it reads the same values.
func FuzzParseMessage(f *testing.F) {
	for _, o := range Operations() {
		f.Add([]byte(echoed(o, "00")))
	}
	f.Add(readFile(f, "sample_a.json"))
	f.Add(readFile(f, "sample_b.json"))
	f.Add(readFile(f, "push_request.json"))
	for _, s := range []string{
		``, ` `, `{}`, `{"type":"0210",}`, `{"amount":01}`, `{"amount":-0.5e+10}`, `{"amount":1.}`, `{"tid":"\ud800"}`,
		`{"tid":"\x"}`, `{"a":[[],{"b":null}]}`, `{"a":tru}`, "{\"tid\":\"a\nb\"}", `{"tid":"\"`, `[]`, `{"tid":"é"}`, "{\"tid\":\"\xff\"}",
		`{"transactionRequestData":{"phone":"08"}}`, `{"type":"1","type":"2"}`, `{"transactionRequestData":{"phone":1,"phone":2}}`, "\ufeff{}",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := parseMessage(body)
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
		for _, key := range []string{"type", "amount", "tid", "responseCode", "referenceNumber"} {
			same(t, key, *m.field(key), outer[key])
		}
		var inner map[string]json.RawMessage
		if m.request.kind == '{' && json.Unmarshal(outer["transactionRequestData"], &inner) == nil {
			for _, key := range []string{"batchNo", "merchantInvoice", "phone"} {
				same(t, key, *m.requestField(key), inner[key])
			}
		}
		_ = m.toResponse("00")
	})
}

func same(t *testing.T, key string, got token, want json.RawMessage) {
	t.Helper()
	var text string
	switch {
	case want == nil:
		if got.kind != 0 {
			t.Fatalf("%s = %q, but it is not there", key, got.text)
		}
	case want[0] == '"':
		if err := json.Unmarshal(want, &text); err != nil || got.kind != '"' || got.text != text || !utf8.ValidString(got.text) {
			t.Fatalf("%s = %q, want %q", key, got.text, text)
		}
	case want[0] == '-' || digit(want[0]):
		if got.kind != '0' || got.text != string(want) {
			t.Fatalf("%s = %q, want %s", key, got.text, want)
		}
	case got.kind != want[0]:
		t.Fatalf("%s is a %c, want %s", key, got.kind, want)
	}
}

// Whatever comes back, judging it does not panic and finds an approval only where all
// of the payment is named.
func FuzzJudge(f *testing.F) {
	f.Add(200, []byte(echoed(Push, "00")))
	f.Add(400, []byte(echoed(Push, "17")))
	f.Add(200, readFile(f, "sample_a.json"))
	c := newTestClient(f, Options{})
	r := render(f, c, testRequest(Push))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		got, err := judge(Push, &r.want, status, nil, body)
		if err == nil && got.Code == Success {
			ours := got.TID == "00300001" && got.MID == "0010000000MM001" && got.Amount == 12500 &&
				got.ReferenceNumber == 1 && got.RequestData.BatchNumber == 4
			if !ours || status < 200 || status > 299 {
				t.Fatalf("approved: %d %q", status, body)
			}
		}
	})
}
