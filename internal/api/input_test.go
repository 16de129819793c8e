package api

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/lunas-pay/lunas/internal/payment"
)

// body makes an order with one field replaced, or left out when its value is empty.
func orderWith(field, value string) string {
	fields := [][2]string{
		{"amount", "12500"},
		{"reference", `"INV-1"`},
		{"method", `"ovo_push"`},
		{"phone", `"` + canaryPhone + `"`},
	}
	var parts []string
	found := false
	for _, f := range fields {
		if f[0] == field {
			f[1], found = value, true
		}
		if f[1] != "" {
			parts = append(parts, fmt.Sprintf("%q:%s", f[0], f[1]))
		}
	}
	if !found {
		parts = append(parts, fmt.Sprintf("%q:%s", field, value))
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// TestBadBodies: every mistake has its own status, code and field.
func TestBadBodies(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 65)
	w := serve(t)
	many := make([]string, 21)
	for i := range many {
		many[i] = fmt.Sprintf(`"k%d":"v"`, i)
	}
	for _, c := range []struct {
		name, body, code, field string
		status                  int
		hint                    string // a part of it
	}{
		{"empty", "", "empty_body", "", 400, ""},
		{"blank", " \n ", "empty_body", "", 400, ""},
		{"not JSON", "amount=1", "invalid_json", "", 400, "double quotes"},
		{"cut off", `{"amount":1`, "invalid_json", "", 400, ""},
		{"comma at the end", `{"amount":1,}`, "invalid_json", "", 400, ""},
		{"trailing garbage", order + "x", "trailing_data", "", 400, ""},
		{"two objects", order + order, "trailing_data", "", 400, ""},
		{"array", "[" + order + "]", "not_an_object", "", 422, ""},
		{"null", "null", "not_an_object", "", 422, ""},
		{"not UTF-8", "{\"reference\":\"\xff\"}", "invalid_utf8", "", 400, ""},
		{"duplicate", strings.Replace(order, "{", `{"amount":1,`, 1), "duplicate_field", "amount", 400, ""},
		{"duplicate by escape", strings.Replace(order, "{", `{"\u0061mount":1,`, 1), "duplicate_field", "amount", 400, ""},
		{"duplicate in metadata", orderWith("metadata", `{"a":"1","a":"2"}`), "duplicate_field", "metadata.a", 400, ""},
		{"unknown field", orderWith("ammount", "1"), "unknown_field", "ammount", 422, `"amount"`},
		{"unknown far field", orderWith("zzzzzz", "1"), "unknown_field", "zzzzzz", 422, "metadata"},
		{"other case", orderWith("Amount", "1"), "unknown_field", "Amount", 422, `"amount"`},
		{"phone as a field", orderWith(canaryPhone, "1"), "unknown_field", "", 422, ""},

		{"amount 0", orderWith("amount", "0"), "amount_too_small", "amount", 422, ""},
		{"amount -0", orderWith("amount", "-0"), "amount_too_small", "amount", 422, ""},
		{"amount negative", orderWith("amount", "-5"), "amount_too_small", "amount", 422, ""},
		{"amount 1.5", orderWith("amount", "1.5"), "amount_not_integer", "amount", 422, ""},
		{"amount 1.0", orderWith("amount", "1.0"), "amount_not_integer", "amount", 422, ""},
		{"amount 1e3", orderWith("amount", "1e3"), "amount_not_integer", "amount", 422, ""},
		{"amount string", orderWith("amount", `"10000"`), "wrong_type", "amount", 422, "12500"},
		{"amount null", orderWith("amount", "null"), "wrong_type", "amount", 422, "out"},
		{"amount 10^12", orderWith("amount", "1000000000000"), "amount_too_large", "amount", 422, ""},
		{"amount 10^13", orderWith("amount", "10000000000000"), "amount_too_large", "amount", 422, ""},
		{"amount 10^30", orderWith("amount", "1"+strings.Repeat("0", 30)), "amount_too_large", "amount", 422, ""},
		{"amount missing", orderWith("amount", ""), "missing_field", "amount", 422, ""},

		{"phone missing", orderWith("phone", ""), "phone_missing", "phone", 422, ""},
		{"phone empty", orderWith("phone", `""`), "phone_invalid", "phone", 422, ""},
		{"phone number", orderWith("phone", canaryPhone[1:]), "wrong_type", "phone", 422, "double quotes"},
		{"phone +620", orderWith("phone", `"+620`+canaryPhone[1:]+`"`), "phone_invalid", "phone", 422, ""},
		{"phone +1", orderWith("phone", `"+1`+canaryPhone[1:]+`"`), "phone_invalid", "phone", 422, ""},
		{"phone without 0", orderWith("phone", `"`+canaryPhone[1:]+`"`), "phone_invalid", "phone", 422, ""},
		{"phone short", orderWith("phone", `"081234567"`), "phone_invalid", "phone", 422, ""},
		{"phone long", orderWith("phone", `"`+canaryPhone+`99"`), "phone_invalid", "phone", 422, ""},
		{"phone with much space", orderWith("phone", `"`+canaryPhone+strings.Repeat(" ", 40)+`"`), "phone_invalid", "phone", 422, ""},
		{"phone letters", orderWith("phone", `"`+canaryPhone+`x"`), "phone_invalid", "phone", 422, ""},
		{"phone landline", orderWith("phone", `"0215551234"`), "phone_invalid", "phone", 422, ""},

		{"reference missing", orderWith("reference", ""), "missing_field", "reference", 422, ""},
		{"reference empty", orderWith("reference", `""`), "reference_invalid", "reference", 422, ""},
		{"reference blank", orderWith("reference", `"  "`), "reference_invalid", "reference", 422, ""},
		{"reference long", orderWith("reference", `"`+long+`"`), "reference_invalid", "reference", 422, ""},
		{"reference with newline", orderWith("reference", `"a\nb"`), "reference_invalid", "reference", 422, ""},
		{"reference with NUL", orderWith("reference", `"a\u0000b"`), "reference_invalid", "reference", 422, ""},
		{"reference half a character", orderWith("reference", `"a\ud800b"`), "reference_invalid", "reference", 422, ""},
		{"reference number", orderWith("reference", "1"), "wrong_type", "reference", 422, ""},

		{"method missing", orderWith("method", ""), "missing_field", "method", 422, ""},
		{"methods beside method", orderWith("methods", `["qris"]`), "methods_invalid", "methods", 422, "leave method out"},
		{"methods empty", `{"amount":1,"reference":"a","methods":[]}`, "methods_invalid", "methods", 422, ""},
		{"methods twice", `{"amount":1,"reference":"a","methods":["qris","qris"]}`, "methods_invalid", "methods", 422, ""},
		{"methods unknown", `{"amount":1,"reference":"a","methods":["qris","cash"]}`, "method_unknown", "methods.1", 422, ""},
		{"methods of text", `{"amount":1,"reference":"a","methods":"qris"}`, "wrong_type", "methods", 422, ""},
		{"method unknown", orderWith("method", `"cash"`), "method_unknown", "method", 422, "ovo_push"},
		{"method qris with a phone", orderWith("method", `"qris"`), "phone_unwanted", "phone", 422, "Leave phone out"},
		{"method qris with an empty phone", `{"amount":1,"reference":"a","method":"qris","phone":null}`, "wrong_type", "phone", 422, ""},
		{"method qris by ovo", `{"amount":1,"reference":"a","method":"qris","rail":"ovo"}`, "rail_method_mismatch", "rail", 422, "snap"},
		{"method qris without an account", `{"amount":1,"reference":"a","method":"qris"}`, "no_account", "method", 422, ""},
		{"push by snap", orderWith("rail", `"snap"`), "rail_method_mismatch", "rail", 422, "ovo"},
		{"rail unknown", orderWith("rail", `"bank"`), "rail_unknown", "rail", 422, ""},
		{"rail not here", orderWith("rail", `"doku"`), "no_account", "method", 422, ""},
		{"QR by faspay", `{"amount":1,"reference":"a","method":"qris","rail":"faspay"}`, "rail_method_mismatch", "rail", 422, "snap"},
		{"customer null", orderWith("customer", "null"), "wrong_type", "customer", 422, "out"},
		{"customer list", orderWith("customer", "[]"), "wrong_type", "customer", 422, ""},
		{"customer misspelt", orderWith("customer", `{"nmae":"Budi"}`), "unknown_field", "customer", 422, `"name"`},
		{"customer name number", orderWith("customer", `{"name":1}`), "wrong_type", "customer.name", 422, ""},
		{"customer name empty", orderWith("customer", `{"name":""}`), "customer_invalid", "customer.name", 422, ""},
		{"customer name long", orderWith("customer", `{"name":"`+strings.Repeat("x", 101)+`"}`), "customer_invalid", "customer.name", 422, ""},
		{"customer name on two lines", orderWith("customer", `{"name":"a\nb"}`), "customer_invalid", "customer.name", 422, ""},
		{"customer email", orderWith("customer", `{"email":"budi"}`), "customer_invalid", "customer.email", 422, ""},
		{"customer email with a name", orderWith("customer", `{"email":"Budi <budi@example.id>"}`), "customer_invalid", "customer.email", 422, ""},
		{"customer country", orderWith("customer", `{"country":"id"}`), "customer_invalid", "customer.country", 422, ""},
		{"items null", orderWith("items", "null"), "wrong_type", "items", 422, "out"},
		{"items object", orderWith("items", `{}`), "wrong_type", "items", 422, ""},
		{"items empty", orderWith("items", `[]`), "items_invalid", "items", 422, ""},
		{"items too many", orderWith("items", "["+strings.Repeat(`{},`, 100)+"{}]"), "items_invalid", "items", 422, ""},
		{"item text", orderWith("items", `["kopi"]`), "wrong_type", "items.0", 422, ""},
		{"item without price", orderWith("items", `[{"name":"kopi","quantity":1}]`), "missing_field", "items.0.price", 422, ""},
		{"item without name", orderWith("items", `[{"quantity":1,"price":1}]`), "missing_field", "items.0.name", 422, ""},
		{"item misspelt", orderWith("items", `[{"name":"kopi","qty":1,"price":1}]`), "unknown_field", "items.0", 422, ""},
		{"item none of", orderWith("items", `[{"name":"kopi","quantity":0,"price":1}]`), "items_invalid", "items.0.quantity", 422, ""},
		{"item of a half", orderWith("items", `[{"name":"kopi","quantity":1,"price":1.5}]`), "items_invalid", "items.0.price", 422, ""},
		{"item price as text", orderWith("items", `[{"name":"kopi","quantity":1,"price":"1"}]`), "wrong_type", "items.0.price", 422, ""},
		{"second item", orderWith("items", `[{"name":"kopi","quantity":1,"price":1},{"name":"","quantity":1,"price":1}]`), "items_invalid", "items.1.name", 422, ""},
		{"expiry number", orderWith("expires_at", "1"), "wrong_type", "expires_at", 422, ""},
		{"expiry without zone", orderWith("expires_at", `"2026-03-21T10:15:30"`), "expires_at_invalid", "expires_at", 422, "zone"},
		{"account unknown", orderWith("account", `"nope"`), "no_account", "method", 422, ""},
		{"account of live", orderWith("account", `"live"`), "no_account", "method", 422, ""},
		{"account badly written", orderWith("account", `"a b"`), "name_invalid", "account", 422, ""},
		{"outlet unknown", orderWith("outlet", `"nope"`), "no_account", "outlet", 422, ""},
		{"outlet no name", orderWith("outlet", `"a b"`), "name_invalid", "outlet", 422, ""},
		{"terminal unknown", orderWith("terminal", `"nope"`), "no_terminal", "terminal", 422, ""},
		{"description long", orderWith("description", `"`+strings.Repeat("x", 256)+`"`), "description_invalid", "description", 422, ""},
		{"description with tab", orderWith("description", `"a\tb"`), "description_invalid", "description", 422, ""},

		{"return_url no address", orderWith("return_url", `"shop"`), "return_url_invalid", "return_url", 422, ""},
		{"return_url script", orderWith("return_url", `"javascript:alert(1)"`), "return_url_invalid", "return_url", 422, ""},
		{"return_url of a mail", orderWith("return_url", `"mailto:a@shop.example"`), "return_url_invalid", "return_url", 422, ""},
		{"return_url without a scheme", orderWith("return_url", `"//shop.example/x"`), "return_url_invalid", "return_url", 422, ""},
		{"return_url with a password", orderWith("return_url", `"https://u:p@shop.example/"`), "return_url_invalid", "return_url", 422, ""},
		{"return_url without a host", orderWith("return_url", `"https:///x"`), "return_url_invalid", "return_url", 422, ""},
		{"return_url with a line", orderWith("return_url", `"https://shop.example/\r\nSet-Cookie: a"`), "return_url_invalid", "return_url", 422, ""},
		{"return_url long", orderWith("return_url", `"https://shop.example/`+strings.Repeat("x", 2048)+`"`), "return_url_invalid", "return_url", 422, ""},
		{"return_url plain http", orderWith("return_url", `"http://shop.example/x"`), "return_url_invalid", "return_url", 422, "https"},
		{"return_url with our names", orderWith("return_url", `"https://shop.example/x?reference=7"`), "return_url_invalid", "return_url", 422, "reference"},
		{"return_url number", orderWith("return_url", `7`), "wrong_type", "return_url", 422, ""},

		{"metadata array", orderWith("metadata", `[]`), "wrong_type", "metadata", 422, ""},
		{"metadata nested", orderWith("metadata", `{"a":{}}`), "wrong_type", "metadata.a", 422, ""},
		{"metadata number", orderWith("metadata", `{"a":1}`), "wrong_type", "metadata.a", 422, ""},
		{"metadata too many", orderWith("metadata", "{"+strings.Join(many, ",")+"}"), "metadata_invalid", "metadata", 422, ""},
		{"metadata long value", orderWith("metadata", `{"a":"`+strings.Repeat("x", 501)+`"}`), "metadata_invalid", "metadata.a", 422, ""},
		{"metadata bad key", orderWith("metadata", `{"a b":"1"}`), "metadata_invalid", "metadata", 422, ""},
		{"metadata long key", orderWith("metadata", `{"`+strings.Repeat("k", 41)+`":"1"}`), "metadata_invalid", "metadata." + strings.Repeat("k", 41), 422, ""},
		{"metadata empty key", orderWith("metadata", `{"":"1"}`), "metadata_invalid", "metadata", 422, ""},
		{"phone as a metadata key", orderWith("metadata", `{"`+canaryPhone+`":1}`), "wrong_type", "metadata", 422, ""},
		{"too large", `{"reference":"` + strings.Repeat("x", 64<<10) + `"}`, "body_too_large", "", 413, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := w.do("POST", "/v1/payments", c.body, without("Content-Type"), with("Content-Type", "application/json"))
			p := a.problem(t)
			if a.status != c.status || p.Status != c.status || p.Code != c.code || p.Field != c.field {
				t.Errorf("answer %d %s, field %q; want %d %s, field %q\n%s", a.status, p.Code, p.Field, c.status, c.code, c.field, a.body)
			}
			if !strings.Contains(p.Hint, c.hint) || p.Hint == "" || p.Detail == "" || p.Title == "" {
				t.Errorf("hint %q does not contain %q, or something is empty: %s", p.Hint, c.hint, a.body)
			}
			if n := w.rail.pushes.Load(); n != 0 {
				t.Errorf("%d pushes for a bad request", n)
			}
		})
	}
}

// TestMistakesSayWhatToDo: who reads only the answer can mend the request.
func TestMistakesSayWhatToDo(t *testing.T) {
	t.Parallel()
	w := serve(t)
	for _, c := range []struct{ method, path, body, detail, hint string }{
		{"POST", "/v1/payments", "{'amount':1}", "line 1, column 2, where ' stands", "double quotes"},
		{"POST", "/v1/payments", "{\n\"amount\":1,\n}", "line 3, column 1, where } stands", "comma"},
		{"POST", "/v1/payments", `{"phone":` + canaryPhone + "}", "line 1, column 11", ""}, // and not the phone
		{"POST", "/v1/payments", `{"amount":1`, "ends too early", ""},
		{"POST", "/v1/payments", orderWith("amount", `"10.000"`), "whole rupiah", "12500"},
		{"GET", "/v1/payments?wiat=1", "", "no such query parameter", "state, reference"},
		{"GET", "/v1/payments/pay_00000000000000000000000000?wiat=1", "", "", `"wait"`},
		{"GET", "/v1/terminals?x=1", "", "", "no query parameters"},
		{"GET", "/v1/payments?limit=101", "", "from 1 to 100", "next page"},
		{"GET", "/v1/events?limit=1001", "", "from 1 to 1000", "next page"},
		{"DELETE", "/v1/payments", "", "takes GET, HEAD, POST", ""},
		{"GET", "/v1/paymets", "", "", "/docs"},
		{"GET", "/v1/merchants", "", "platform", "lunas keys create --admin"},
	} {
		p := w.do(c.method, c.path, c.body).problem(t)
		if !strings.Contains(p.Detail, c.detail) || !strings.Contains(p.Hint, c.hint) {
			t.Errorf("%s %s %s: %q, %q; want %q and %q in it", c.method, c.path, c.body, p.Detail, p.Hint, c.detail, c.hint)
		}
	}
}

func TestPhoneHintNamesTheMistake(t *testing.T) {
	t.Parallel()
	p := serve(t).do("POST", "/v1/payments", orderWith("phone", `"+620`+canaryPhone[1:]+`"`)).problem(t)
	if !strings.Contains(p.Detail, "+628") {
		t.Errorf("detail %q does not say how to write it", p.Detail)
	}
}

func TestAllMistakesAtOnce(t *testing.T) {
	t.Parallel()
	p := serve(t).do("POST", "/v1/payments", `{"amount":"1","reference":"","phnoe":"x"}`).problem(t)
	var got []string
	for _, e := range p.Errors {
		got = append(got, e.Field+" "+e.Code)
	}
	want := []string{"amount wrong_type", "reference reference_invalid", "phnoe unknown_field", "method missing_field"}
	if !slices.Equal(got, want) || p.Code != "wrong_type" {
		t.Errorf("errors %q under %s, want %q under the first", got, p.Code, want)
	}
}

// TestGoodBodies: what the contract allows at its edges is taken.
func TestGoodBodies(t *testing.T) {
	t.Parallel()
	w := serve(t)
	for name, body := range map[string]string{
		"largest":         orderWith("amount", "999999999999"),
		"smallest":        orderWith("amount", "1"),
		"64 characters":   orderWith("reference", `"`+strings.Repeat("é", 64)+`"`),
		"+62":             orderWith("phone", `"+62 812-9876-5432"`),
		"62":              orderWith("phone", `"6281298765432"`),
		"rail":            orderWith("rail", `"ovo"`),
		"account":         orderWith("account", `"main"`),
		"terminal":        orderWith("terminal", `"mer_a-main-2"`),
		"description":     orderWith("description", `"`+strings.Repeat("x", 255)+`"`),
		"metadata":        orderWith("metadata", `{"a":"`+strings.Repeat("é", 500)+`","b.c-d_1":""}`),
		"no metadata":     orderWith("metadata", `{}`),
		"white space":     " \n" + order + "\n ",
		"escapes in JSON": orderWith("reference", `"INV\u002d1"`),
	} {
		if a := w.do("POST", "/v1/payments", body); a.status != 201 {
			t.Errorf("%s: answer %d, want 201: %s", name, a.status, a.body)
		}
	}
	a := w.do("POST", "/v1/payments", order, without("Content-Type"), with("Content-Type", `Application/JSON; charset="UTF-8"`))
	if a.status != 201 {
		t.Errorf("content type with charset: %d %s", a.status, a.body)
	}
}

// TestSchemaAndServerAgree: what the contract's schema refuses the server refuses too, and the other way round where a
// schema can say it.
func TestSchemaAndServerAgree(t *testing.T) {
	t.Parallel()
	c := readContract(t, get(t, "/openapi.json"))
	schema := c.paths["/v1/payments"]["post"].RequestBody.Content["application/json"].Schema
	for body, want := range map[string]bool{
		order:                                                         true,
		orderWith("amount", "0"):                                      false,
		orderWith("amount", "1000000000000"):                          false,
		orderWith("amount", "999999999999"):                           true,
		orderWith("amount", `"1"`):                                    false,
		orderWith("amount", "1.5"):                                    false,
		orderWith("amount", ""):                                       false,
		orderWith("reference", `""`):                                  false,
		orderWith("reference", `"`+strings.Repeat("x", 65)+`"`):       false,
		orderWith("method", `"qris"`):                                 false,
		`{"amount":1,"reference":"a","method":"qris"}`:                true,
		`{"amount":1,"reference":"a","method":"qris","rail":"snap"}`:  true,
		`{"amount":1,"reference":"a","method":"qris","rail":"ovo"}`:   false,
		`{"amount":1,"reference":"a","method":"ovo_push"}`:            true, // the customer gives the phone
		`{"amount":1,"reference":"a"}`:                                true,
		`{"amount":1,"reference":"a","methods":["qris"]}`:             true,
		`{"amount":1,"reference":"a","methods":["qris","qris"]}`:      false,
		`{"amount":1,"reference":"a","methods":[]}`:                   false,
		orderWith("methods", `["qris"]`):                              false,
		orderWith("method", ""):                                       false,
		orderWith("rail", `"snap"`):                                   false,
		orderWith("account", `"a b"`):                                 false,
		orderWith("metadata", `{"a":1}`):                              false,
		orderWith("metadata", `{"a":"`+strings.Repeat("x", 501)+`"}`): false,
		orderWith("metadata", `{"a":"1"}`):                            true,
		orderWith("description", `"`+strings.Repeat("x", 256)+`"`):    false,
		orderWith("unknown", `1`):                                     false,
		orderWith("phone", `"081298765432"`):                          true,
		orderWith("phone", `null`):                                    false,
		`[]`:                                                          false,
	} {
		_, _, p := readOrder([]byte(body), payment.Test, true)
		if got := p == nil; got != want {
			t.Errorf("the server takes %s: %v, want %v", body, got, want)
		}
		if got := c.validate([]byte(body), schema) == nil; got != want {
			t.Errorf("the schema takes %s: %v, want %v", body, got, want)
		}
	}
}

func TestBadHeadersAndParameters(t *testing.T) {
	t.Parallel()
	w := serve(t)
	id := w.pay().ID
	for _, c := range []struct {
		method, path, body string
		options            []option
		status             int
		code, field        string
	}{
		{"POST", "/v1/payments", order, []option{without("Content-Type")}, 415, "unsupported_media_type", "Content-Type"},
		{"POST", "/v1/payments", order, []option{without("Content-Type"), with("Content-Type", "text/plain")}, 415, "unsupported_media_type", "Content-Type"},
		{"POST", "/v1/payments", order, []option{without("Content-Type"), with("Content-Type", "application/json; charset=latin1")}, 415, "unsupported_media_type", "Content-Type"},
		{"POST", "/v1/payments", order, []option{with("Content-Encoding", "gzip")}, 415, "unsupported_media_type", "Content-Encoding"},
		{"POST", "/v1/payments/" + id + "/void", "{}", []option{without("Content-Type")}, 415, "unsupported_media_type", "Content-Type"},
		{"POST", "/v1/payments", order, []option{with("Idempotency-Key", "")}, 422, "invalid_idempotency_key", "Idempotency-Key"},
		{"POST", "/v1/payments", order, []option{with("Idempotency-Key", "a b")}, 422, "invalid_idempotency_key", "Idempotency-Key"},
		{"POST", "/v1/payments", order, []option{with("Idempotency-Key", "é")}, 422, "invalid_idempotency_key", "Idempotency-Key"},
		{"POST", "/v1/payments", order, []option{with("Idempotency-Key", strings.Repeat("x", 256))}, 422, "invalid_idempotency_key", "Idempotency-Key"},
		{"POST", "/v1/payments", order, []option{with("Idempotency-Key", "a"), with("Idempotency-Key", "b")}, 422, "invalid_idempotency_key", "Idempotency-Key"},
		{"POST", "/v1/payments/" + id + "/void", "", []option{with("Idempotency-Key", "a b")}, 422, "invalid_idempotency_key", "Idempotency-Key"},
		{"POST", "/v1/payments?wait=121", order, nil, 422, "invalid_wait", "wait"},
		{"POST", "/v1/payments?wait=-1", order, nil, 422, "invalid_wait", "wait"},
		{"POST", "/v1/payments?wait=1.5", order, nil, 422, "invalid_wait", "wait"},
		{"POST", "/v1/payments?wait=" + canaryPhone, order, nil, 422, "invalid_wait", "wait"},
		{"GET", "/v1/payments/" + id + "?wait=soon", "", nil, 422, "invalid_wait", "wait"},
		{"GET", "/v1/payments/" + id + "?wiat=1", "", nil, 422, "unknown_parameter", "wiat"},
		{"GET", "/v1/payments?" + canaryPhone + "=1", "", nil, 422, "unknown_parameter", ""},
		{"GET", "/v1/payments?cursor=" + canaryPhone, "", nil, 422, "invalid_cursor", "cursor"},
		{"GET", "/v1/payments?cursor=" + id, "", nil, 422, "invalid_cursor", "cursor"},
		{"GET", "/v1/payments?limit=0", "", nil, 422, "invalid_parameter", "limit"},
		{"GET", "/v1/payments?limit=101", "", nil, 422, "invalid_parameter", "limit"},
		{"GET", "/v1/payments?limit=all", "", nil, 422, "invalid_parameter", "limit"},
		{"GET", "/v1/payments?state=payed", "", nil, 422, "invalid_parameter", "state"},
		{"GET", "/v1/payments?state=paid&state=" + canaryPhone, "", nil, 422, "invalid_parameter", "state"},
		{"GET", "/v1/payments?created_from=yesterday", "", nil, 422, "invalid_parameter", "created_from"},
		{"GET", "/v1/payments?created_to=2026-03-21", "", nil, 422, "invalid_parameter", "created_to"},
		{"GET", "/v1/payments?created_from=2026-03-22T00:00:00Z&created_to=2026-03-21T00:00:00Z", "", nil, 422, "invalid_parameter", "created_from"},
		{"GET", "/v1/payments?reference=" + strings.Repeat("x", 65), "", nil, 422, "invalid_parameter", "reference"},
		{"GET", "/v1/payments?reference=" + strings.Repeat(canaryPhone, 6), "", nil, 422, "invalid_parameter", "reference"},
		{"GET", "/v1/payments?reference=a%00b", "", nil, 422, "invalid_parameter", "reference"},
		{"GET", "/v1/payments/pay_00000000000000000000000000", "", nil, 404, "payment_not_found", "id"},
		{"GET", "/v1/payments/" + canaryPhone, "", nil, 404, "payment_not_found", "id"},
		{"GET", "/v1/payments/%00%ff", "", nil, 404, "payment_not_found", "id"},
		{"GET", "/v1/payments/pay_00000000000000000000000000/events", "", nil, 404, "payment_not_found", "id"},
		{"GET", "/v1/payments/pay_00000000000000000000000000/exchanges", "", nil, 404, "payment_not_found", "id"},
		{"POST", "/v1/payments/pay_00000000000000000000000000/void", "", nil, 404, "payment_not_found", "id"},
		{"POST", "/v1/payments/" + id + "/void", `{"raeson":"x"}`, nil, 422, "unknown_field", "raeson"},
		{"POST", "/v1/payments/" + id + "/void", `{"reason":1}`, nil, 422, "wrong_type", "reason"},
		{"POST", "/v1/payments/" + id + "/void", `{"reason":"` + strings.Repeat("x", 256) + `"}`, nil, 422, "reason_invalid", "reason"},
		{"GET", "/v1/phones/0215551234", "", nil, 422, "phone_invalid", "phone"},
		{"GET", "/v1/phones/+620" + canaryPhone[1:], "", nil, 422, "phone_invalid", "phone"},
		{"GET", "/healthz?x=1", "", nil, 422, "unknown_parameter", "x"},
		{"GET", "/", "", nil, 404, "route_not_found", ""},
		{"GET", "/v1", "", nil, 404, "route_not_found", ""},
		{"GET", "/v1/payments/", "", nil, 404, "route_not_found", ""},
		{"POST", "//v1/payments", order, nil, 404, "route_not_found", ""},
		{"POST", "/v1/../v1/payments", order, nil, 404, "route_not_found", ""},
		{"GET", "/v1/unknown/" + canaryPhone, "", nil, 404, "route_not_found", ""},
		{"DELETE", "/v1/payments", "", nil, 405, "method_not_allowed", ""},
		{"PUT", "/v1/payments/" + id, order, nil, 405, "method_not_allowed", ""},
		{"GET", "/v1/payments/" + id + "/void", "", nil, 405, "method_not_allowed", ""},
		{"POST", "/healthz", "", nil, 405, "method_not_allowed", ""},
	} {
		a := w.do(c.method, c.path, c.body, c.options...)
		p := a.problem(t)
		if a.status != c.status || p.Code != c.code || p.Field != c.field {
			t.Errorf("%s %s: answer %d %s, field %q; want %d %s, field %q", c.method, c.path, a.status, p.Code, p.Field, c.status, c.code, c.field)
		}
		if c.status == 405 && a.header.Get("Allow") == "" {
			t.Errorf("%s %s: 405 without Allow", c.method, c.path)
		}
		if p.Hint == "" {
			t.Errorf("%s %s: nothing says what to do: %s", c.method, c.path, a.body)
		}
		if p.RequestID == "" || p.RequestID != a.header.Get("Request-Id") {
			t.Errorf("%s %s: request id %q in the body, %q in the header", c.method, c.path, p.RequestID, a.header.Get("Request-Id"))
		}
	}
	if n := w.rail.pushes.Load(); n != 1 {
		t.Errorf("%d pushes, want only the good one", n)
	}
}

var phoneLike = regexp.MustCompile(`[0-9]{8,}`)

// FuzzCreate: whatever comes in, the answer is an order that the contract allows, or a problem of ours.
func FuzzCreate(f *testing.F) {
	for _, seed := range []string{
		order, orderWith("phone", ""), orderWith("method", ""), `{"amount":1,"reference":"a","methods":["qris","ovo_push"],"return_url":"https://a.example/?b=c"}`, "", "{}", "[]", `{"amount":1e3}`, `{"a":1,"a":2}`, orderWith("metadata", `{"a":"b"}`), orderWith("amount", "-1"), "\xff", `{"\ud800":1}`,
	} {
		f.Add([]byte(seed))
	}
	c := readContract(f, get(f, "/openapi.json"))
	schema := c.paths["/v1/payments"]["post"].RequestBody.Content["application/json"].Schema
	f.Fuzz(func(t *testing.T, body []byte) {
		n, o, p := readOrder(body, payment.Test, true)
		if p == nil {
			if err := c.validate(body, schema); err != nil {
				t.Fatalf("taken against the contract: %v", err)
			}
			if o.Amount < 1 || o.Phone.IsZero() && o.Method != payment.QRIS && len(o.Methods) == 0 || o.Reference == "" || fingerprint("x", n) == "" {
				t.Fatalf("an order with holes: %+v", o)
			}
			return
		}
		if _, known := catalogue[p.Code]; !known || p.Status < 400 || p.Status > 499 {
			t.Fatalf("problem %s %d", p.Code, p.Status)
		}
		text, err := json.Marshal(p)
		if err != nil || phoneLike.Match(text) {
			t.Fatalf("a long number from the body is in the problem: %s (%v)", text, err)
		}
	})
}
