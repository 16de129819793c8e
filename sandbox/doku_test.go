package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// edited is a body with one member changed ("group.name"; nil deletes) and a right
// check_sum again.
func edited(body, name string, value any) string {
	var m map[string]map[string]any
	decoder := json.NewDecoder(strings.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(&m); err != nil {
		panic(err)
	}
	group, member, _ := strings.Cut(name, ".")
	if value == nil {
		delete(m[group], member)
	} else {
		m[group][member] = value
	}
	if name != "security.check_sum" {
		text := func(group, member string) string {
			if v, ok := m[group][member]; ok {
				return fmt.Sprint(v)
			}
			return ""
		}
		m["security"]["check_sum"] = sha(text("order", "amount") + text("client", "id") + text("order", "invoice_number") + text("ovo_info", "ovo_id") + "SK-uji")
	}
	changed, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return string(changed)
}

// dokuBroken is one rule broken by one request, and what must come of it.
type dokuBroken struct {
	name   string
	change func(*dokuRequest)
	said   string
	rule   Rule
}

func dokuHeaderIs(name, value string) func(*dokuRequest) {
	return func(r *dokuRequest) { r.headers[name] = value }
}

func dokuTimeIs(text string) func(*dokuRequest) { return func(r *dokuRequest) { r.at = text } }

func dokuBodyIs(text string) func(*dokuRequest) { return func(r *dokuRequest) { r.body = text } }

func member(name string, value any) func(*dokuRequest) {
	return func(r *dokuRequest) { r.body = edited(r.body, name, value) }
}

func all(changes ...func(*dokuRequest)) func(*dokuRequest) {
	return func(r *dokuRequest) {
		for _, change := range changes {
			change(r)
		}
	}
}

const (
	badHeader    = "400 invalid_header_request: "
	outOfRange   = "400 request_time_out_of_range: Header Request-Timestamp is not in +- 3600 second of now"
	badClient    = "400 invalid_client_id: Invalid Client-Id"
	badSignature = "400 invalid_signature: Invalid Header Signature"
	badCheckSum  = "400 invalid_check_sum: Invalid check_sum"
	badParameter = "400 invalid_parameter: "
	badTime      = badHeader + "Invalid format Header Request-Timestamp"
)

// dokuBrokenRules is the order of DOKU's checks as a table. Where two rules are broken at
// once the earlier one answers.
func dokuBrokenRules() []dokuBroken {
	return []dokuBroken{
		{"path", func(r *dokuRequest) { r.path = "/ovo-emoney/v2/payment" }, "404 \"Not Found\"", RuleDOKUPath},
		{"path of a check without a number", func(r *dokuRequest) { r.path = "/orders/v1/status/" }, "404 \"Not Found\"", RuleDOKUPath},
		{"method", func(r *dokuRequest) { r.method = "PUT" }, "405 \"Method Not Allowed\"", RuleDOKUMethod},
		{"content type", dokuHeaderIs("Content-Type", "text/plain"), "415 \"Unsupported Media Type\"", RuleDOKUContentType},
		{"no content type", dokuHeaderIs("Content-Type", ""), "415 \"Unsupported Media Type\"", RuleDOKUContentType},
		{"body of 64 KiB + 1", dokuBodyIs(strings.Repeat(" ", 64<<10+1)), "413 \"Request Entity Too Large\"", RuleDOKUBodySize},
		{"no Client-Id", dokuHeaderIs("Client-Id", ""), badHeader + "Header Client-Id is required", RuleDOKUHeader},
		{"no Request-Id", dokuHeaderIs("Request-Id", ""), badHeader + "Header Request-Id is required", RuleDOKUHeader},
		{"no Request-Timestamp", dokuHeaderIs("Request-Timestamp", ""), badHeader + "Header Request-Timestamp is required", RuleDOKUHeader},
		{"nothing but a Signature", func(r *dokuRequest) {
			r.headers["Client-Id"], r.headers["Request-Id"], r.headers["Request-Timestamp"] = "", "", ""
		}, badHeader + "Header Client-Id is required", RuleDOKUHeader},
		{"Request-Id of 129", func(r *dokuRequest) { r.requestID = strings.Repeat("x", 129) }, badHeader + "Invalid format Header Request-Id", RuleDOKURequestIDLength},
		{"time with an offset", dokuTimeIs("2026-11-21T10:00:00+07:00"), badTime, RuleDOKUTimestamp},
		{"time with milliseconds", dokuTimeIs("2026-11-21T03:00:00.497Z"), badTime, RuleDOKUTimestamp},
		{"time without Z", dokuTimeIs("2026-11-21T03:00:00"), badTime, RuleDOKUTimestamp},
		{"time in Jakarta's clock", dokuTimeIs("2026-11-21T10:00:00Z"), outOfRange, RuleDOKUWindow},
		{"an hour and a second ago", dokuTimeIs("2026-11-21T01:59:59Z"), outOfRange, RuleDOKUWindow},
		{"an hour and a second ahead", dokuTimeIs("2026-11-21T04:00:02Z"), outOfRange, RuleDOKUWindow},
		{"unknown client", func(r *dokuRequest) { r.client = "MCH-NOBODY" }, badClient, RuleDOKUClient},
		{"another secret", func(r *dokuRequest) { r.secret = "SK-lain" }, badSignature, RuleDOKUSignature},
		{"signature of another body", func(r *dokuRequest) {
			r.headers["Signature"] = r.signature()
			r.body = strings.Replace(r.body, "10000", "10001", 1)
		}, badSignature, RuleDOKUSignature},
		{"signature of another path", func(r *dokuRequest) {
			other := *r
			other.path = dokuVoidPath
			r.headers["Signature"] = other.signature()
		}, badSignature, RuleDOKUSignature},
		{"signature without its prefix", func(r *dokuRequest) { r.headers["Signature"] = r.signature()[11:] }, badSignature, RuleDOKUSignature},
		{"prefix with a typing error", func(r *dokuRequest) { r.headers["Signature"] = "HMACHSHA256=" + r.signature()[11:] }, badSignature, RuleDOKUSignature},
		{"signature in capitals", func(r *dokuRequest) { r.headers["Signature"] = strings.ToUpper(r.signature()) }, badSignature, RuleDOKUSignature},
		{"no JSON", dokuBodyIs("client=1"), "400 invalid_request: The body is not a JSON object", RuleDOKUJSON},
		{"empty body", dokuBodyIs(""), "400 invalid_request: The body is not a JSON object", RuleDOKUJSON},
		{"array", dokuBodyIs("[]"), "400 invalid_request: The body is not a JSON object", RuleDOKUJSON},
		{"nested too deeply", dokuBodyIs(strings.Repeat(`{"a":`, 10_001) + "1" + strings.Repeat("}", 10_001)), "400 invalid_request: The body is not a JSON object", RuleDOKUJSON},
		{"member twice", func(r *dokuRequest) { r.body = strings.Replace(r.body, `"amount":`, `"amount":1,"amount":`, 1) }, "400 invalid_request: A member stands twice", RuleDOKUJSON},
		{"group twice", func(r *dokuRequest) { r.body = `{"order":{"amount":1},` + r.body[1:] }, "400 invalid_request: A member stands twice", RuleDOKUJSON},
		{"no client.id", member("client.id", nil), badParameter + "client.id is required", RuleDOKUMandatory},
		{"no invoice number", member("order.invoice_number", nil), badParameter + "order.invoice_number is required", RuleDOKUMandatory},
		{"empty invoice number", member("order.invoice_number", ""), badParameter + "order.invoice_number is required", RuleDOKUMandatory},
		{"invoice number of 65", member("order.invoice_number", strings.Repeat("9", 65)), badParameter + "Invalid format order.invoice_number", RuleDOKUField},
		{"invoice number as number", member("order.invoice_number", 1), badParameter + "Invalid format order.invoice_number", RuleDOKUField},
		{"no amount", member("order.amount", nil), badParameter + "order.amount is required", RuleDOKUMandatory},
		{"amount null", member("order.amount", json.RawMessage("null")), badParameter + "order.amount is required", RuleDOKUMandatory},
		{"amount of 13 digits", member("order.amount", json.Number("1000000000000")), badParameter + "Invalid format order.amount", RuleDOKUField},
		{"amount with decimals", member("order.amount", json.Number("10000.00")), badParameter + "Invalid format order.amount", RuleDOKUField},
		{"amount 1e4", member("order.amount", json.Number("1e4")), badParameter + "Invalid format order.amount", RuleDOKUField},
		{"amount -1", member("order.amount", -1), badParameter + "Invalid format order.amount", RuleDOKUField},
		{"amount true", member("order.amount", true), badParameter + "Invalid format order.amount", RuleDOKUField},
		{"amount as object", member("order.amount", map[string]any{"value": 1}), badParameter + "Invalid format order.amount", RuleDOKUField},
		{"no ovo_id", member("ovo_info.ovo_id", nil), badParameter + "ovo_info.ovo_id is required", RuleDOKUMandatory},
		{"ovo_id with a plus", member("ovo_info.ovo_id", "+6281211110000"), badParameter + "Invalid format ovo_info.ovo_id", RuleDOKUField},
		{"ovo_id as number", member("ovo_info.ovo_id", 81211110000), badParameter + "Invalid format ovo_info.ovo_id", RuleDOKUField},
		{"no check_sum", member("security.check_sum", nil), badParameter + "security.check_sum is required", RuleDOKUMandatory},
		{"order as text", func(r *dokuRequest) {
			r.body = strings.Replace(r.body, `{"invoice_number":"INV-1","amount":10000}`, `"x"`, 1)
		}, badParameter + "order.invoice_number is required", RuleDOKUMandatory},
		{"client.id of another merchant", member("client.id", "MCH-LAIN"), badClient, RuleDOKUClient},
		{"unknown client.id, unsigned", all(func(r *dokuRequest) { r.unsigned = true }, member("client.id", "MCH-NOBODY")), badClient, RuleDOKUClient},
		{"check_sum of another amount", func(r *dokuRequest) { r.body = strings.Replace(r.body, "10000", "10001", 1) }, badCheckSum, RuleDOKUCheckSum},
		{"check_sum without client id", member("security.check_sum", sha("10000"+"INV-1"+"081211110000"+"SK-uji")), badCheckSum, RuleDOKUCheckSum},
		{"check_sum in capitals", member("security.check_sum", strings.ToUpper(sha("10000"+"MCH-UJI"+"INV-1"+"081211110000"+"SK-uji"))), badCheckSum, RuleDOKUCheckSum},
		{"check_sum, unsigned", all(func(r *dokuRequest) { r.unsigned = true }, member("security.check_sum", sha("x"))), badCheckSum, RuleDOKUCheckSum},
		// The order: the earlier rule answers.
		{"content type before headers", all(dokuHeaderIs("Content-Type", "x/y"), dokuHeaderIs("Client-Id", "")), "415 \"Unsupported Media Type\"", RuleDOKUContentType},
		{"time before client", all(dokuTimeIs("2020-01-01T00:00:00Z"), func(r *dokuRequest) { r.client = "x" }), outOfRange, RuleDOKUWindow},
		{"client before signature", all(func(r *dokuRequest) { r.client = "x" }, dokuHeaderIs("Signature", "x")), badClient, RuleDOKUClient},
		{"signature before body", all(dokuBodyIs("x"), dokuHeaderIs("Signature", "x")), badSignature, RuleDOKUSignature},
		{"fields before check_sum", all(member("security.check_sum", "x"), member("ovo_info.ovo_id", "x")), badParameter + "Invalid format ovo_info.ovo_id", RuleDOKUField},
	}
}

func TestDOKUBrokenRules(t *testing.T) {
	t.Parallel()
	for _, envelope := range []Envelope{ErrorObject, MessageList} {
		for _, c := range dokuBrokenRules() {
			w := newDOKUWorld(t, dokuOptions(func(o *DOKUOptions) { o.Envelope = envelope }))
			w.now = morning
			id := w.send(w.make("POST", dokuPushPath, w.dokuBody("INV-1", 10_000, "081211110000"), c.change))
			want := c.said
			if status, rest, ok := strings.Cut(c.said, " "); ok && envelope == MessageList {
				if _, message, ok := strings.Cut(rest, ": "); ok {
					want = status + " " + message
				}
			}
			if got := w.said(id); got != want {
				t.Errorf("%s (%q): %s, want %s", c.name, envelope, got, want)
			}
			list := w.core.Violations()
			if len(list) == 0 || list[len(list)-1].Rule != c.rule || list[len(list)-1].Noted {
				t.Errorf("%s: violations = %+v, want %s last", c.name, list, c.rule)
			}
			if totals := w.core.Totals(); totals.Transactions != 0 || totals.Charged != 0 {
				t.Errorf("%s: totals = %+v", c.name, totals)
			}
			// The right request passes afterwards, under the same Request-Id.
			w.is(w.send(w.make("POST", dokuPushPath, w.dokuBody("INV-1", 10_000, "081211110000"), func(r *dokuRequest) { r.requestID = "req-1" })), "200 00 SUCCESS")
		}
	}
}

// A check is always signed, without a digest, whatever the setting.
func TestDOKUCheckIsSigned(t *testing.T) {
	t.Parallel()
	for _, mode := range []HeaderMode{HeadersOptional, HeadersRequired, HeadersIgnored} {
		w := newDOKUWorld(t, dokuOptions(func(o *DOKUOptions) { o.Headers = mode }))
		w.pushDOKU("INV-1", 10_000, "081211110000")
		w.is(w.checkDOKU("INV-1"), "200 SUCCESS")
		w.is(w.checkDOKU("INV-1", func(r *dokuRequest) { r.unsigned = true }), badHeader+"Header Client-Id is required")
		w.is(w.checkDOKU("INV-1", dokuHeaderIs("Signature", "HMACSHA256=")), badSignature)
		w.is(w.checkDOKU("INV-1", func(r *dokuRequest) { r.client, r.secret = "MCH-LAIN", "SK-lain" }), "404 data_not_found: Transaction not found")
	}
}

func TestDOKUHeaderModes(t *testing.T) {
	t.Parallel()
	unsigned := func(r *dokuRequest) { r.unsigned = true }
	wrong := dokuHeaderIs("Signature", "HMACSHA256=AAAA")
	for _, c := range []struct {
		mode                    HeaderMode
		signed, unsigned, wrong string
	}{
		{HeadersOptional, "200 00 SUCCESS", "200 00 SUCCESS", badSignature},
		{HeadersRequired, "200 00 SUCCESS", badHeader + "Header Client-Id is required", badSignature},
		{HeadersIgnored, "200 00 SUCCESS", "200 00 SUCCESS", "200 00 SUCCESS"},
	} {
		w := newDOKUWorld(t, dokuOptions(func(o *DOKUOptions) { o.Headers = c.mode }))
		id := w.pushDOKU("INV-1", 100, "081211110000")
		w.is(id, c.signed)
		if got := w.got[id].Header.Get("Signature") != ""; got != (c.mode != HeadersIgnored) {
			t.Errorf("%q: answer signed = %v", c.mode, got)
		}
		id = w.pushDOKU("INV-2", 100, "081211110000", unsigned)
		w.is(id, c.unsigned)
		if got := w.got[id].Header; got.Get("Signature") != "" && c.mode != HeadersRequired {
			t.Errorf("%q: the answer to an unsigned push is signed: %v", c.mode, got)
		}
		w.is(w.pushDOKU("INV-3", 100, "081211110000", wrong), c.wrong)
	}
}

// The HTTP status of the gate's two answers about who is asking.
func TestDOKUGateStatus(t *testing.T) {
	t.Parallel()
	w := newDOKUWorld(t, dokuOptions(func(o *DOKUOptions) { o.GateStatus = 401 }))
	w.is(w.pushDOKU("INV-1", 100, "081211110000", func(r *dokuRequest) { r.client = "x" }), "401 invalid_client_id: Invalid Client-Id")
	w.is(w.pushDOKU("INV-1", 100, "081211110000", dokuHeaderIs("Signature", "x")), "401 invalid_signature: Invalid Header Signature")
	w.is(w.pushDOKU("INV-1", 100, "081211110000", dokuTimeIs("2020-01-01T00:00:00Z")), outOfRange)
}

// What is unusual but seen from real clients is let through, and noted where a sentence
// says otherwise.
func TestDOKUWhatRealClientsSend(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*dokuRequest)
		broke  string
	}{
		{"amount as text", member("order.amount", "10000"), "(doku_amount_text)"},
		{"phone with 62", member("ovo_info.ovo_id", "6281211110000"), "(doku_phone_format)"},
		{"integration of the PHP library", func(r *dokuRequest) {
			r.body = strings.TrimSuffix(r.body, "}") + `,"additional_info":{"integration":{"name":"php-library","version":"2.1.0"}}}`
		}, ""},
		{"pretty-printed body", func(r *dokuRequest) { r.body = strings.ReplaceAll(r.body, ",", ",\n  ") }, ""},
		{"signature without padding", func(r *dokuRequest) { r.headers["Signature"] = strings.TrimRight(r.signature(), "=") }, ""},
		{"charset", dokuHeaderIs("Content-Type", "application/json; charset=utf-8"), ""},
		{"Request-Target as a header", dokuHeaderIs("Request-Target", dokuPushPath), ""},
		{"an hour ago", dokuTimeIs("2026-11-21T02:00:01Z"), ""},
		{"Request-Id of 128", func(r *dokuRequest) { r.requestID = strings.Repeat("x", 128) }, ""},
		{"invoice of 64 and special characters", member("order.invoice_number", strings.Repeat("x", 50)+" /?#%+&\"<>'é!"), ""},
	} {
		w := newDOKUWorld(t, dokuOptions())
		id := w.send(w.make("POST", dokuPushPath, w.dokuBody("INV-1", 10_000, "081211110000"), c.change))
		if got := w.said(id); got != "200 00 SUCCESS" {
			t.Errorf("%s: %s", c.name, got)
		}
		if got := w.broke(); got != c.broke {
			t.Errorf("%s: broke %s, want %s", c.name, got, c.broke)
		}
	}
}

// Request-Id is the key of idempotency: again it is HTTP 409 with the first answer.
func TestDOKURepeatedRequestID(t *testing.T) {
	t.Parallel()
	same := func(r *dokuRequest) { r.requestID = "same" }
	w := newDOKUWorld(t, dokuOptions())
	first := w.pushDOKU("INV-1", 10_000, "081211110101", same)
	again := w.pushDOKU("INV-1", 10_000, "081211110101", same)
	w.is(again, "") // it waits as the first does
	w.after(2 * time.Second)
	w.is(first, "200 00 SUCCESS")
	w.is(again, "409 00 SUCCESS")
	later := w.pushDOKU("INV-1", 10_000, "081211110101", same)
	w.is(later, "409 00 SUCCESS")
	other := w.pushDOKU("INV-2", 20_000, "081211110000", same)
	w.is(other, "409 00 SUCCESS")
	for _, id := range []uint64{again, later, other} {
		if string(w.got[id].Body) != string(w.got[first].Body) || w.got[id].Header.Get("Signature") == "" {
			t.Errorf("repetition %d = %s, want the first body, signed", id, w.got[id].Body)
		}
	}
	w.balance("081211110101", seededCash-10_000, seededPoints)
	w.balance("081211110000", seededCash, seededPoints)
	void := w.voidDOKU(w.answered(first), func(r *dokuRequest) { r.requestID = "void" })
	w.is(void, "200 00 SUCCESS")
	w.is(w.voidDOKU(w.answered(first), func(r *dokuRequest) { r.requestID = "void" }), "409 00 SUCCESS")
	// Another merchant's Request-Id is another's, and a check has none to use up.
	w.client, w.secret = "MCH-LAIN", "SK-lain"
	w.is(w.pushDOKU("INV-1", 10_000, "081211110000", same), "200 00 SUCCESS")
	w.is(w.checkDOKU("INV-1", same), "200 SUCCESS")
	w.is(w.checkDOKU("INV-1", same), "200 SUCCESS")
	// Without the header nothing is told apart but by the invoice number.
	unsigned := func(r *dokuRequest) { r.unsigned = true }
	w.is(w.pushDOKU("INV-2", 10_000, "081211110000", unsigned), "200 00 SUCCESS")
	w.is(w.pushDOKU("INV-2", 10_000, "081211110000", unsigned), "200 94 FAILED")
	said := map[string]int{}
	for _, v := range w.core.Violations() {
		if v.Rule == RuleDOKURepeated {
			said[v.Detail]++
		}
	}
	if want := map[string]int{"the same request came before": 3, "another request had this Request-Id": 1}; !maps.Equal(said, want) {
		t.Errorf("repetitions noted %v, want %v", said, want)
	}
}

// The answer that was lost on its way is what a repetition gets; where there will never be
// one, it waits for ever.
func TestDOKURepeatedAfterSilence(t *testing.T) {
	t.Parallel()
	same := func(r *dokuRequest) { r.requestID = "same" }
	w := newDOKUWorld(t, dokuOptions())
	lost := w.pushDOKU("INV-1", 10_000, "081211110165", same)
	w.after(3 * time.Second)
	w.is(lost, "never")
	if _, err := w.core.AddScript(Script{Phone: "081211110165", Effect: Effect{AnswerAfter: Duration(time.Millisecond)}}); err != nil {
		t.Fatal(err)
	}
	again := w.pushDOKU("INV-1", 10_000, "081211110165", same)
	w.after(time.Second)
	w.is(again, "409 00 SUCCESS")

	w = newDOKUWorld(t, dokuOptions(func(o *DOKUOptions) { o.Ignored = NoAnswer }))
	w.pushDOKU("INV-1", 10_000, "081211111111", same)
	held := w.pushDOKU("INV-1", 10_000, "081211111111", same)
	w.after(71 * time.Second)
	w.is(held, "never")
	w.is(w.pushDOKU("INV-1", 10_000, "081211111111", same), "never")
}

func TestDOKUVoid(t *testing.T) {
	t.Parallel()
	w := newDOKUWorld(t, dokuOptions())
	id := w.pushDOKU("INV-1", 10_000, "081211110103")
	w.after(2 * time.Second)
	paid := w.answered(id)
	edit := func(group, name string, value any) map[string]any {
		changed := maps.Clone(paid)
		inner := maps.Clone(paid[group].(map[string]any))
		inner[name] = value
		changed[group] = inner
		return changed
	}
	for _, wrong := range []map[string]any{
		edit("ovo_payment", "batch_number", 2.0), edit("ovo_payment", "trace_number", 2.0), edit("ovo_payment", "reference_number", 2.0),
		edit("ovo_payment", "approval_code", "1"), edit("order", "amount", 9_999.0), edit("ovo_info", "ovo_id", "081211110101"),
		edit("order", "invoice_number", "INV-2"),
	} {
		w.is(w.voidDOKU(wrong), "200 25 FAILED")
	}
	w.balance("081211110103", seededCash-5_000, seededPoints-5_000)
	w.is(w.voidDOKU(paid, func(r *dokuRequest) { r.body = strings.Replace(r.body, `"approval_code":"`, `"approval_code":"0`, 1) }), badCheckSum)
	void := w.voidDOKU(paid)
	w.is(void, "200 00 SUCCESS")
	p := w.answered(void)["ovo_payment"].(map[string]any)
	if p["cash_used"] != 5_000.0 || p["cash_balance"] != float64(seededCash) || p["approval_code"] != paid["ovo_payment"].(map[string]any)["approval_code"] {
		t.Errorf("void answered %v", p)
	}
	w.balance("081211110103", seededCash, seededPoints)
	w.is(w.checkDOKU("INV-1"), "200 REFUNDED")
	w.is(w.voidDOKU(paid), "200 00 SUCCESS") // what is voided is voided
	w.balance("081211110103", seededCash, seededPoints)
	w.is(w.pushDOKU("INV-1", 10_000, "081211110103"), "200 94 FAILED")

	w = newDOKUWorld(t, dokuOptions(func(o *DOKUOptions) { o.RepeatedCode = "73" }))
	paid = w.answered(w.pushDOKU("INV-1", 10_000, "081211110000"))
	w.is(w.voidDOKU(paid), "200 00 SUCCESS")
	w.is(w.voidDOKU(paid), "200 73 FAILED")
	declined := w.answered(w.pushDOKU("INV-2", 10_000, "081211110017"))
	declined["ovo_payment"].(map[string]any)["approval_code"] = w.approvalOf("INV-2")
	w.is(w.voidDOKU(declined), "200 25 FAILED")
	if got, want := w.broke(), "doku_void_state"; got != want {
		t.Errorf("broke %s, want %s", got, want)
	}
	// Without ovo_payment, or with something else in its place, it is no void.
	body := w.dokuBody("INV-1", 10_000, "081211110000")
	w.is(w.send(w.make("POST", dokuVoidPath, body)), badParameter+"ovo_payment is required")
	w.is(w.send(w.make("POST", dokuVoidPath, strings.TrimSuffix(body, "}")+`,"ovo_payment":{"trace_number":true}}`)), badParameter+"Invalid format ovo_payment.trace_number")
}

func (w *dokuWorld) approvalOf(invoice string) string {
	return w.core.payment(w.transaction(invoice).ID).approval()
}

func TestDOKUVoidCutoff(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		at   time.Time
		want string
	}{
		{time.Date(2026, 11, 21, 23, 58, 59, 999e6, WIB), "200 00 SUCCESS"},
		{time.Date(2026, 11, 21, 23, 59, 0, 0, WIB), "200 58 FAILED"},
		{time.Date(2026, 11, 22, 9, 0, 0, 0, WIB), "200 58 FAILED"},
	} {
		w := newDOKUWorld(t, dokuOptions())
		paid := w.answered(w.pushDOKU("INV-1", 10_000, "081211110000"))
		w.until(c.at)
		w.is(w.voidDOKU(paid), c.want)
	}
}

// An answer that is on its way does not know of the void that overtook it.
func TestDOKUAnswerAfterVoid(t *testing.T) {
	t.Parallel()
	w := newDOKUWorld(t, dokuOptions())
	id := w.pushDOKU("INV-1", 10_000, "081211110162")
	w.after(10 * time.Second)
	p := w.core.payment(1)
	paid := map[string]any{
		"order": map[string]any{"invoice_number": "INV-1", "amount": 10_000.0}, "ovo_info": map[string]any{"ovo_id": "081211110162"},
		"ovo_payment": map[string]any{"batch_number": 1.0, "trace_number": 1.0, "reference_number": 1.0, "approval_code": p.approval()},
	}
	w.is(w.voidDOKU(paid), "200 00 SUCCESS")
	w.is(id, "")
	w.after(time.Minute)
	w.is(id, "200 00 SUCCESS")
	w.is(w.checkDOKU("INV-1"), "200 REFUNDED")
	w.balance("081211110162", seededCash, seededPoints)
}

// dokuCodes are those of DOKU's OVO Response Code Mapping.
var dokuCodes = []string{
	"00", "13", "14", "17", "25", "26", "40", "54", "56", "58", "61", "63", "64", "65", "67", "68", "73", "94", "96", "ER", "EB", "TO", "BR", "-",
}

func TestEveryDOKUCodeCanBeForced(t *testing.T) {
	t.Parallel()
	refusals := []string{
		"invalid_header_request", "request_time_out_of_range", "invalid_client_id", "invalid_signature", "invalid_check_sum",
		"invalid_parameter", "invalid_request", "data_not_found", "internal_server_error",
	}
	for _, code := range append(slices.Clone(dokuCodes), refusals...) {
		for _, operation := range []Operation{OperationPush, OperationVoid, OperationCheckPush} {
			for _, done := range []bool{false, true} {
				w := newDOKUWorld(t, dokuOptions())
				effect := Effect{Code: code}
				if done {
					effect = Effect{AnswerCode: code, Customer: Cash}
				}
				paid := w.answered(w.pushDOKU("INV-1", 10_000, "081211110000"))
				if _, err := w.core.AddScript(Script{Rail: RailDOKU, Operation: operation, Effect: effect}); err != nil {
					t.Fatal(err)
				}
				var id uint64
				switch operation {
				case OperationPush:
					id = w.pushDOKU("INV-2", 10_000, "081211111111")
				case OperationVoid:
					id = w.voidDOKU(paid)
				default:
					id = w.checkDOKU("INV-1")
				}
				w.collect()
				got := w.said(id)
				_, refusal := dokuRefusal(code)
				want := "200 " + code + " FAILED"
				switch {
				case operation == OperationCheckPush && done:
					want = "200 SUCCESS" // a check has no response code
				case refusal || operation == OperationCheckPush:
					want = " " + code + ": "
				case code == "00":
					want = "200 00 SUCCESS"
				}
				if !strings.Contains(got, want) {
					t.Errorf("%s of %s (done: %v) = %q, want %q", code, operation, done, got, want)
				}
				held := map[bool]int64{false: 10_000, true: 20_000}[done && operation == OperationPush]
				if done && operation == OperationVoid {
					held = 0
				}
				if totals := w.core.Totals(); totals.Held != held {
					t.Errorf("%s of %s (done: %v): held %d, want %d", code, operation, done, totals.Held, held)
				}
			}
		}
	}
}

func TestDOKUScripts(t *testing.T) {
	t.Parallel()
	add := func(w *dokuWorld, s Script) {
		t.Helper()
		if _, err := w.core.AddScript(s); err != nil {
			t.Fatal(err)
		}
	}
	w := newDOKUWorld(t, dokuOptions())
	add(w, Script{Rail: RailDOKU, Operation: OperationPush, Times: 1, Effect: Effect{Code: "26"}})
	add(w, Script{Operation: OperationPush, Amount: 20_000, Effect: Effect{Code: "65"}})
	add(w, Script{Operation: OperationPush, Invoice: "INV-3", Effect: Effect{Customer: Points}})
	add(w, Script{ExternalID: "wanted", Effect: Effect{Code: "-"}})
	add(w, Script{Operation: OperationCheckPush, Times: 2, Effect: Effect{Status: "PENDING"}})
	w.is(w.pushDOKU("INV-1", 10_000, "081211111111"), "200 26 FAILED")
	w.is(w.pushDOKU("INV-2", 20_000, "081211111111"), "200 65 FAILED")
	w.is(w.pushDOKU("INV-3", 10_000, "081211111111"), "200 00 SUCCESS")
	w.is(w.pushDOKU("INV-4", 10_000, "081211111111", func(r *dokuRequest) { r.requestID = "wanted" }), "200 - FAILED")
	for _, want := range []string{"PENDING", "PENDING", "SUCCESS"} {
		w.is(w.checkDOKU("INV-3"), "200 "+want)
	}
	for _, c := range []struct {
		fault AnswerFault
		want  string
	}{
		{AnswerLost, "never"},
		{AnswerReset, "reset"},
		{AnswerEmpty404, "404 empty"},
		{AnswerHTTP500, "500 unreadable"},
		{AnswerHTTP502, "502 unreadable"},
		{AnswerHTML, "200 unreadable"},
		{AnswerTruncated, "200 unreadable"},
		{AnswerForeign, "200 00 SUCCESS"},
		{AnswerOtherAmount, "200 00 SUCCESS"},
		{AnswerBadChecksum, "200 00 SUCCESS"},
	} {
		w := newDOKUWorld(t, dokuOptions())
		add(w, Script{Operation: OperationPush, Times: 1, Effect: Effect{Customer: Cash, Answer: c.fault}})
		id := w.pushDOKU("INV-1", 10_000, "081211111111", func(r *dokuRequest) { r.requestID = "same" })
		w.is(id, c.want)
		right := w.pushDOKU("INV-1", 10_000, "081211111111", func(r *dokuRequest) { r.requestID = "same" })
		w.is(right, "409 00 SUCCESS")
		if c.want == "200 00 SUCCESS" && string(w.got[id].Body) == string(w.got[right].Body) {
			t.Errorf("%s: the answer is as it should be", c.fault)
		}
		w.balance("081211111111", seededCash-10_000, seededPoints)
	}
	w = newDOKUWorld(t, dokuOptions())
	w.pushDOKU("INV-1", 10_000, "081211110000")
	right := string(w.got[w.checkDOKU("INV-1")].Body)
	for _, fault := range []AnswerFault{AnswerForeign, AnswerOtherAmount} {
		add(w, Script{Operation: OperationCheckPush, Times: 1, Effect: Effect{Answer: fault}})
		if got := string(w.got[w.checkDOKU("INV-1")].Body); got == right {
			t.Errorf("a check with %s = %s", fault, got)
		}
	}
}

// Requests that are lost, cut, late, and pushes that are known late only.
func TestDOKURequestsOnTheirWay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		effect Effect
		at     time.Duration
		want   string
		charge int64
	}{
		{Effect{Request: RequestLost}, 0, "never", 0},
		{Effect{Request: RequestReset}, 0, "reset", 0},
		{Effect{RequestDelay: Duration(40 * time.Second), Customer: Cash}, 40 * time.Second, "200 00 SUCCESS", 10_000},
		{Effect{ProcessDelay: Duration(30 * time.Second), Customer: Cash}, 30 * time.Second, "200 00 SUCCESS", 10_000},
		{Effect{RequestDelay: Duration(61 * time.Minute), Customer: Cash}, 61 * time.Minute, outOfRange, 0},
	} {
		w := newDOKUWorld(t, dokuOptions())
		if _, err := w.core.AddScript(Script{Operation: OperationPush, Effect: c.effect}); err != nil {
			t.Fatal(err)
		}
		id := w.pushDOKU("INV-1", 10_000, "081211111111")
		if c.at > 0 {
			w.after(c.at - time.Millisecond)
			w.is(id, "")
			w.is(w.checkDOKU("INV-1"), "404 data_not_found: Transaction not found")
		}
		w.after(time.Second)
		w.is(id, c.want)
		if totals := w.core.Totals(); totals.Held != c.charge {
			t.Errorf("%+v: held %d, want %d", c.effect, totals.Held, c.charge)
		}
	}
}

func TestDOKURulesAreExplained(t *testing.T) {
	t.Parallel()
	seen := map[Rule]bool{}
	for _, rule := range Rules() {
		if seen[rule.Rule] {
			t.Errorf("%s stands twice", rule.Rule)
		}
		seen[rule.Rule] = true
		if rule.Sentence == "" || rule.Source == "" {
			t.Errorf("%s has no sentence or source", rule.Rule)
		}
	}
	for _, c := range dokuBrokenRules() {
		if !seen[c.rule] {
			t.Errorf("%s is not explained", c.rule)
		}
	}
}

// Whatever comes is answered, in JSON, and no money is lost.
func FuzzDOKU(f *testing.F) {
	seed := newDOKUWorld(&testing.T{}, dokuOptions())
	seed.now = morning
	for _, body := range []string{
		seed.dokuBody("INV-1", 10_000, "081211110000"), seed.dokuBody("INV-1", `"10000"`, "081211110000"), "{}", "[]", "null", `{"order":null}`,
		`{"client":{"id":"MCH-UJI"},"order":{"invoice_number":"INV-1","amount":1e3},"ovo_info":{"ovo_id":"1"},"security":{"check_sum":"x"}}`,
		`{"ovo_payment":{"batch_number":{}}}`,
	} {
		f.Add(body, uint8(0))
		f.Add(body, uint8(1))
		f.Add(body, uint8(2))
	}
	f.Fuzz(func(t *testing.T, body string, operation uint8) {
		w := newDOKUWorld(t, dokuOptions())
		method, path := "POST", dokuPushPath
		switch operation % 3 {
		case 1:
			path = dokuVoidPath
		case 2:
			method, path = "GET", dokuCheckPath+body
		}
		for _, unsigned := range []bool{false, true} {
			id := w.send(w.make(method, path, body, func(r *dokuRequest) { r.unsigned = unsigned }))
			w.after(71 * time.Second)
			a, ok := w.got[id]
			if !ok || a.Status == 0 || !json.Valid(a.Body) || a.Status == http.StatusOK && strings.Contains(string(a.Body), `"error"`) {
				t.Errorf("answer = %+v, body %q", a, a.Body)
			}
		}
		if totals := w.core.Totals(); totals.PaidIn != totals.Balances+totals.Held {
			t.Errorf("totals = %+v", totals)
		}
	})
}

// A check that comes too early is answered, and noted.
func TestDOKUEarlyChecksAreNoted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		phone string
		after time.Duration
		broke string
	}{
		{"081211111111", 69 * time.Second, "(doku_check_held)"},
		{"081211111111", 71 * time.Second, "(doku_check_early)"},
		{"081211110000", 0, "(doku_check_early)"},
		{"081211110000", 60*time.Second - time.Millisecond, "(doku_check_early)"},
		{"081211110000", 60 * time.Second, ""},
		{"081211110040", 59 * time.Second, "(doku_check_early)"},
	} {
		w := newDOKUWorld(t, dokuOptions())
		w.pushDOKU("INV-1", 10_000, c.phone)
		w.after(c.after)
		w.checkDOKU("INV-1")
		if got := w.broke(); got != c.broke {
			t.Errorf("%s after %s: broke %q, want %q", c.phone, c.after, got, c.broke)
		}
	}
}

// An answer that lies about a paid push does not show by its figures what is true.
func TestDOKULyingAnswerHasNoFigures(t *testing.T) {
	t.Parallel()
	w := newDOKUWorld(t, dokuOptions())
	if _, err := w.core.AddScript(Script{Operation: OperationPush, Effect: Effect{Customer: Cash, AnswerCode: "68"}}); err != nil {
		t.Fatal(err)
	}
	answer := w.answered(w.pushDOKU("INV-1", 10_000, "081211111111"))
	p, name := answer["ovo_payment"].(map[string]any), answer["ovo_info"].(map[string]any)["ovo_account_name"]
	if p["cash_used"] != 0.0 || p["cash_balance"] != 0.0 || p["approval_code"] != "" || name != "" || p["reference_number"] != 1.0 {
		t.Errorf("answer = %v", answer)
	}
	w.balance("081211111111", seededCash-10_000, seededPoints)
}

// Two merchants may have one invoice number; the simulator finds the push that waits.
func TestChooseByInvoice(t *testing.T) {
	t.Parallel()
	w := newDOKUWorld(t, dokuOptions())
	w.client, w.secret = "MCH-LAIN", "SK-lain"
	waits := w.pushDOKU("INV-1", 10_000, "081211111111")
	w.client, w.secret = "MCH-UJI", "SK-uji"
	if _, err := w.core.AddScript(Script{Operation: OperationPush, Effect: Effect{Code: "40"}}); err != nil {
		t.Fatal(err)
	}
	w.is(w.pushDOKU("INV-1", 10_000, "081211111111"), "200 40 FAILED")
	if err := w.core.ChooseByInvoice(w.now, "6281211111111", "INV-1", Points); err != nil {
		t.Fatal(err)
	}
	w.collect()
	w.is(waits, "200 00 SUCCESS")
	for _, wrong := range [][2]string{{"081211111111", "INV-2"}, {"081211119999", "INV-1"}, {"nobody", "INV-1"}} {
		if err := w.core.ChooseByInvoice(w.now, wrong[0], wrong[1], Cash); !errors.Is(err, ErrUnknownPush) {
			t.Errorf("choose for %v = %v, want ErrUnknownPush", wrong, err)
		}
	}
	if err := w.core.ChooseByInvoice(w.now, "081211111111", "INV-1", Cash); !errors.Is(err, ErrNotPending) {
		t.Errorf("choose twice = %v, want ErrNotPending", err)
	}
	// A push of OVO's own with this invoice is none of the simulator's.
	w.core.DeleteScript("")
	w.say(w.push("081211119999"))
	if err := w.core.ChooseByInvoice(w.now, "081211119999", "INV-1", Cash); !errors.Is(err, ErrUnknownPush) {
		t.Errorf("choose for a push of OVO's own = %v", err)
	}
}
