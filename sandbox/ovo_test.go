package sandbox

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// broken is one rule broken by one request, and what must come of it.
type broken struct {
	name    string
	message func(message)  // spoils the body before it is signed
	request func(*Request) // spoils the signed request
	status  int
	code    string
	rule    Rule
}

func field(name string, value any) func(message) {
	return func(m message) {
		if value == nil {
			delete(m, name)
		} else {
			m[name] = value
		}
	}
}

func data(name string, value any) func(message) {
	return func(m message) { field(name, value)(m.data()) }
}

func header(name, value string) func(*Request) {
	return func(r *Request) { r.Header.Set(name, value) }
}

func resign(at time.Duration) func(*Request) {
	return func(r *Request) { r.Header = sign(r.Body, time.Now().Add(at), R1).Header }
}

func body(text string) func(*Request) {
	return func(r *Request) { *r = sign([]byte(text), time.Now(), R1) }
}

// brokenRules is OVO's check order as a table. Where two rules are broken at once the
// earlier one answers.
func brokenRules() []broken {
	return []broken{
		{"path", nil, func(r *Request) { r.Path = "/pos/pushtopay" }, 404, "BR", RulePath},
		{"method", nil, func(r *Request) { r.Method = "PUT" }, 405, "BR", RuleMethod},
		{"content type", nil, header("Content-Type", "text/plain"), 415, "BR", RuleContentType},
		{"no content type", nil, header("Content-Type", ""), 415, "BR", RuleContentType},
		{"charset is fine", field("appSource", "x"), header("Content-Type", "application/json; charset=utf-8"), 400, "BR", RuleAppSource},
		{"body of 64 KiB + 1", nil, body(strings.Repeat(" ", 64<<10+1)), 413, "BR", RuleBodySize},
		{"no JSON", nil, body("type=0200"), 400, "BR", RuleJSON},
		{"empty body", nil, body(""), 400, "BR", RuleJSON},
		{"two values", nil, body("{}{}"), 400, "BR", RuleJSON},
		{"array", nil, body("[]"), 400, "BR", RuleJSON},
		{"cut", nil, body(`{"type":"0200"`), 400, "BR", RuleJSON},
		{"twice", nil, body(`{"type":"0200","type":"0400"}`), 400, "BR", RuleJSON},
		{"amount as string", field("amount", "12500"), nil, 400, "BR", RuleFieldType},
		{"tid as number", field("tid", 300001), nil, 400, "BR", RuleFieldType},
		{"phone as object", data("phone", map[string]any{}), nil, 400, "BR", RuleFieldType},
		{"data as string", field("transactionRequestData", "x"), nil, 400, "BR", RuleFieldType},
		{"appSource missing", field("appSource", nil), nil, 400, "BR", RuleAppSource},
		{"appSource WEB", field("appSource", "WEB"), nil, 400, "BR", RuleAppSource},
		{"storeCode empty", field("storeCode", ""), nil, 400, "BR", RuleStoreCode},
		{"storeCode unknown", field("storeCode", "ZZ9"), nil, 400, "BR", RuleStoreCode},
		{"app-id unknown", nil, header("App-Id", "nobody"), 400, "ER", RuleCredentials},
		{"app-id missing", nil, header("App-Id", ""), 400, "ER", RuleCredentials},
		{"merchantId of another", field("merchantId", "1"), nil, 400, "ER", RuleCredentials},
		{"5 minutes and a second ago", nil, resign(-301 * time.Second), 400, "TO", RuleTimeWindow},
		{"5 minutes and 2 seconds ahead", nil, resign(302 * time.Second), 400, "TO", RuleTimeWindow},
		{"random in milliseconds", nil, header("Random", "1468914526200"), 400, "TO", RuleTimeWindow},
		{"random is text", nil, header("Random", "abcdefghij"), 400, "TO", RuleTimeWindow},
		{"random missing", nil, header("Random", ""), 400, "TO", RuleTimeWindow},
		{"hmac missing", nil, header("Hmac", ""), 400, "63", RuleHMAC},
		{"hmac of another", nil, header("Hmac", strings.Repeat("0", 64)), 400, "63", RuleHMAC},
		{"hmac in capitals", nil, func(r *Request) { r.Header.Set("Hmac", strings.ToUpper(r.Header.Get("Hmac"))) }, 400, "63", RuleHMAC},
		{"recipe R3", nil, func(r *Request) { *r = sign(r.Body, time.Now(), R3) }, 400, "63", RuleHMAC},
		{"tid unknown", field("tid", "00000000"), nil, 400, "EB", RuleTerminal},
		{"mid of another terminal", field("mid", "000000000000179"), nil, 400, "EB", RuleTerminal},
		{"processing code", field("processingCode", "999999"), nil, 400, "96", RuleProcessingCode},
		{"push with the inquiry's code", field("processingCode", "050000"), nil, 400, "96", RuleProcessingCode},
		{"type", field("type", "0300"), nil, 400, "96", RuleProcessingCode},
		{"type without zero", field("type", "200"), nil, 400, "96", RuleProcessingCode},
		{"amount missing", field("amount", nil), nil, 400, "13", RuleAmount},
		{"amount 0", field("amount", 0), nil, 400, "13", RuleAmount},
		{"amount -1", field("amount", -1), nil, 400, "13", RuleAmount},
		{"amount 12500.5", field("amount", 12500.5), nil, 400, "13", RuleAmount},
		{"amount 12500.0", field("amount", json.RawMessage("12500.0")), nil, 400, "13", RuleAmount},
		{"amount 1e4", field("amount", json.RawMessage("1e4")), nil, 400, "13", RuleAmount},
		{"amount 10^16", field("amount", json.RawMessage("10000000000000000")), nil, 400, "13", RuleAmount},
		{"amount 10^30", field("amount", json.RawMessage("1"+strings.Repeat("0", 30))), nil, 400, "13", RuleAmount},
		{"date missing", field("date", nil), nil, 400, "BR", RuleDateFormat},
		{"date without ms", field("date", "2022-02-10 17:34:58"), nil, 400, "BR", RuleDateFormat},
		{"date with 6 digits", field("date", "2022-02-10 17:34:58.497000"), nil, 400, "BR", RuleDateFormat},
		{"date with T", field("date", "2022-02-10T17:34:58.497"), nil, 400, "BR", RuleDateFormat},
		{"31 February", field("date", "2022-02-31 17:34:58.497"), nil, 400, "BR", RuleDateFormat},
		{"25 o'clock", field("date", "2022-02-10 25:34:58.497"), nil, 400, "BR", RuleDateFormat},
		{"reference 0", field("referenceNumber", "0"), nil, 400, "BR", RuleReferenceNumber},
		{"reference of 7 digits", field("referenceNumber", "1000000"), nil, 400, "BR", RuleReferenceNumber},
		{"reference A1", field("referenceNumber", "A1"), nil, 400, "BR", RuleReferenceNumber},
		{"batch of 7 digits", data("batchNo", "0000001"), nil, 400, "BR", RuleBatchNumber},
		{"batch empty", data("batchNo", ""), nil, 400, "BR", RuleBatchNumber},
		{"invoice empty", data("merchantInvoice", ""), nil, 400, "BR", RuleInvoice},
		{"invoice of 51", data("merchantInvoice", strings.Repeat("x", 51)), nil, 400, "BR", RuleInvoice},
		{"phone unknown", data("phone", "081200000000"), nil, 400, "14", RulePhone},
		{"phone missing", data("phone", nil), nil, 400, "14", RulePhone},
		// The order: the earlier rule answers.
		{"bad JSON type before appSource", func(m message) { m["tid"], m["appSource"] = 1, "" }, nil, 400, "BR", RuleFieldType},
		{"appSource before credentials", field("appSource", ""), header("App-Id", "x"), 400, "BR", RuleAppSource},
		{"credentials before time", nil, func(r *Request) { resign(-time.Hour)(r); r.Header.Set("App-Id", "x") }, 400, "ER", RuleCredentials},
		{"time before signature", nil, func(r *Request) { resign(-time.Hour)(r); r.Header.Set("Hmac", "x") }, 400, "TO", RuleTimeWindow},
		{"signature before terminal", field("tid", "1"), header("Hmac", "x"), 400, "63", RuleHMAC},
		{"terminal before processing code", func(m message) { m["tid"], m["type"] = "1", "1" }, nil, 400, "EB", RuleTerminal},
		{"processing code before amount", func(m message) { m["amount"], m["type"] = 0, "1" }, nil, 400, "96", RuleProcessingCode},
		{"amount before phone", func(m message) { m["amount"] = 0; m.data()["phone"] = "1" }, nil, 400, "13", RuleAmount},
	}
}

func TestBrokenRules(t *testing.T) {
	t.Parallel()
	for _, c := range brokenRules() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := New(Options{})
			defer s.Close()
			server := httptest.NewServer(s.Handler())
			defer server.Close()
			m := pushAt(time.Now(), 1, "081211110000")
			if c.message != nil {
				m = m.with(c.message)
			}
			r := signedRequest(t, m, time.Now(), R1)
			if c.request != nil {
				c.request(&r)
			}
			if c.rule == RulePath {
				r.Path = "/pos" // other paths belong to other doors; see TestOVOAlone
				server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					r.URL.Path = "/pos/pushtopay"
					s.OVO().ServeHTTP(w, r)
				})
			}
			status, answer := post(t, server.URL, r)
			var got struct {
				ResponseCode           string          `json:"responseCode"`
				TransactionRequestData json.RawMessage `json:"transactionRequestData"`
			}
			if err := json.Unmarshal([]byte(answer), &got); err != nil {
				t.Fatalf("answer %q: %v", answer, err)
			}
			if status != c.status || got.ResponseCode != c.code || got.TransactionRequestData == nil {
				t.Errorf("answer = %d %s, want %d and code %s", status, answer, c.status, c.code)
			}
			s.Do(func(core *Core, _ time.Time) {
				list := core.Violations()
				if len(list) == 0 || list[len(list)-1].Rule != c.rule || list[len(list)-1].Noted {
					t.Errorf("violations = %+v, want %s last", list, c.rule)
				}
				if totals := core.Totals(); totals.Charged != 0 {
					t.Errorf("charged %d", totals.Charged)
				}
			})
		})
	}
}

// post sends a request over real HTTP bytes.
func post(t *testing.T, base string, r Request) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), r.Method, base+r.Path, bytes.NewReader(r.Body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = r.Header
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err.Error()
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err.Error()
	}
	return response.StatusCode, string(text)
}

// What is unusual but seen from real clients is let through and noted.
func TestNotedOnly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(message)
		rule   Rule
	}{
		{"reference as number", field("referenceNumber", 1), RuleReferenceType},
		{"batch as number", data("batchNo", 1), RuleBatchType},
		{"phone 62", data("phone", "6281211110000"), RulePhoneFormat},
		{"unknown field", field("channel", []any{1, "a", map[string]any{"b": nil}, true}), RuleUnknownField},
		{"unknown field in data", data("note", "x"), RuleUnknownField},
		{"clock of GMT", field("date", morning.UTC().Format(ovoDate)), RuleDateClock},
	} {
		w := newWorld(t, Options{})
		w.want(w.say(w.push("081211110000").with(c.change)), "00")
		if got := w.core.ViolationCounts(); got[c.rule] != 1 || len(got) != 1 {
			t.Errorf("%s: noted %v, want %s", c.name, got, c.rule)
		}
		if tx, ok := w.core.Transaction("00300001", 1, 1); !ok || len(tx.Violations) != 1 || tx.Violations[0] != c.rule {
			t.Errorf("%s: the transaction's violations are %v", c.name, tx.Violations)
		}
	}
	w := newWorld(t, Options{})
	w.want(w.say(w.push("081211110000").with(field("appSource", "EDC"))), "00")
	if got := w.core.ViolationCounts(); len(got) != 0 {
		t.Errorf("EDC noted %v", got)
	}
}

// The vectors: the first is OVO's published sample.
func TestSignatureVectors(t *testing.T) {
	t.Parallel()
	const body = `{"type":"0200","processingCode":"040000","amount":12500,"date":"2022-02-10 17:34:58.497","referenceNumber":"000001",` +
		`"tid":"00300001","mid":"0010000000MM001","merchantId":"M","storeCode":"MM001","appSource":"POS",` +
		`"transactionRequestData":{"batchNo":"000004","merchantInvoice":"INV-1","phone":"081234567890"}}`
	for _, v := range []struct {
		appID, random, key string
		mode               HMACMode
		want               string
	}{
		{"hypermart", "1468914526", "a4f6bf89b2a85781b7c1cab997b7ee0c89be03f7ac6ef29b63a45d07253cc401", R1, "8087f83ffc6a6564b8161e6dce1ee9a82dfc514c83de341587f16abd512fcfd6"},
		{"app1", "1795252607", "key123", R1, "fe075354655a61ad66378ad4b3c210611f00df5abd18c4d83a1f62515e632da0"},
		{"app1", "1700000000", "key123", R1, "82aa61e395a3b9ef1ddababa86f6b5f8bf816f896afbf9504e57a1813e66c35e"},
		{"app1", "1700000000", "key123", R2, "9b35d9fb7d3fc925a9df64f17635f8d8159b4366b13e1700fc36e27feb724845"},
	} {
		m := &ovoMerchant{mac: hmac.New(sha256.New, []byte(v.key))}
		if !m.signed(ovoHeader{v.appID, v.random, v.want}, v.mode, body) {
			t.Errorf("%s at %s, %s: the vector was refused", v.appID, v.random, v.mode)
		}
		wrong := v.want[:63] + string("0123456789abcdef"[(strings.IndexByte("0123456789abcdef", v.want[63])+1)%16])
		if m.signed(ovoHeader{v.appID, v.random, wrong}, v.mode, body) {
			t.Errorf("%s at %s, %s: a wrong signature was accepted", v.appID, v.random, v.mode)
		}
	}
	if got := recipeR3(ovoHeader{"app1", "1700000000", ""}, "key123"); got != "d5d68866c5d3205a92ba1c45aa26de95ae179b6e7d20b0fc5ea045a3323f80ca" {
		t.Errorf("R3 = %s", got)
	}
}

func TestHMACModes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		switched []HMACMode
		sent     HMACMode
		want     string
	}{
		{nil, R1, "00"},
		{nil, R2, "00"},
		{nil, R3, "63"},
		{[]HMACMode{R1}, R2, "63"},
		{[]HMACMode{R2}, R1, "63"},
		{[]HMACMode{R1, R3}, R3, "00"},
	} {
		w := newWorld(t, Options{OVO: OVOOptions{HMACModes: c.switched}})
		id := w.send(signedRequest(t, w.push("081211110000"), w.now, c.sent))
		if got := w.code(id); got != c.want {
			t.Errorf("modes %v, sent %s: %q, want %q", c.switched, c.sent, got, c.want)
		}
	}
}

// The window is 5 minutes both ways, on the second; a scaled clock and the real one
// are as good as each other.
func TestTimeWindow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	w.now = morning.Truncate(time.Second)
	w.core.Advance(w.now)
	for off, want := range map[time.Duration]string{
		-5 * time.Minute: "00", -5*time.Minute - time.Second: "TO", 5 * time.Minute: "00", 5*time.Minute + time.Second: "TO",
	} {
		if got := w.code(w.send(signedRequest(t, w.push("081211110000"), w.now.Add(off), R1))); got != want {
			t.Errorf("signed %v from now = %q, want %q", off, got, want)
		}
	}
	real := morning.Add(-40 * time.Hour)
	r := signedRequest(t, w.push("081211110000"), real, R1)
	w.want(w.send(r), "TO")
	r = signedRequest(t, w.push("081211110000"), real, R1)
	r.Real = real.Add(4 * time.Minute)
	w.want(w.send(r), "00")
}

func TestMinimumAmount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{OVO: OVOOptions{MinimumAmount: 12501}})
	w.want(w.say(w.push("081211110000")), "67")
}

func TestRulesAreExplained(t *testing.T) {
	t.Parallel()
	explained := map[Rule]RuleText{}
	for _, rule := range Rules() {
		if rule.Sentence == "" || rule.Source == "" {
			t.Errorf("rule %s has no sentence or source", rule.Rule)
		}
		if _, twice := explained[rule.Rule]; twice {
			t.Errorf("rule %s stands twice", rule.Rule)
		}
		explained[rule.Rule] = rule
	}
	for _, c := range brokenRules() {
		if rule, ok := explained[c.rule]; !ok {
			t.Errorf("rule %s is not explained", c.rule)
		} else if rule.Code != c.code && c.status == 400 {
			t.Errorf("rule %s says code %q, the sandbox answers %s", c.rule, rule.Code, c.code)
		}
	}
}

// Whatever bytes come, the core does not panic, answers or holds every call, and keeps
// the money constant.
func FuzzArrive(f *testing.F) {
	good, err := json.Marshal(pushAt(morning, 1, "081211110000"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good, true)
	for _, text := range []string{
		"", "{", `{"a":[1,{"b":"}"}]}`, `{"type":"\u0030200"}`, `{"transactionRequestData":{"phone":null}}`,
		`{"amount":-0,"amount":1}`, `[[[[`, "\xff", `{"date":"9999-99-99 99:99:99.999"}`, `{"\"":{},"tid":true}`,
	} {
		f.Add([]byte(text), false)
		f.Add([]byte(strings.Replace(string(good), "{", `{"x":`+text+",", 1)), true)
	}
	f.Fuzz(func(t *testing.T, text []byte, twice bool) {
		w := newWorld(t, Options{})
		ids := []uint64{w.send(sign(text, w.now, R1))}
		if twice {
			ids = append(ids, w.send(sign(text, w.now, R2)))
		}
		w.after(2 * time.Minute)
		for _, id := range ids {
			a, ok := w.got[id]
			if !ok {
				t.Fatalf("call %d was not answered", id)
			}
			if len(a.Body) > 0 && !json.Valid(a.Body) {
				t.Errorf("the answer is no JSON: %q", a.Body)
			}
		}
		if totals := w.core.Totals(); totals.PaidIn != totals.Balances+totals.Held {
			t.Errorf("totals do not add up: %+v", totals)
		}
	})
}

// The reader here and encoding/json read the same fields from whatever is a message.
func FuzzParseOVO(f *testing.F) {
	f.Add(`{"type":"0200","tid":"\u00300","amount":12500,"transactionRequestData":{"phone":"08"}}`)
	f.Add(` { "x" : [ 1 , { "type" : 2 } ] , "mid" : "a\"b" } `)
	f.Fuzz(func(t *testing.T, text string) {
		if !json.Valid([]byte(text)) {
			return
		}
		m, rule, _ := parseOVO(text)
		if rule != "" {
			return
		}
		var plain map[string]json.RawMessage
		if err := json.Unmarshal([]byte(text), &plain); err != nil {
			t.Fatalf("read as a message, but: %v", err)
		}
		for name, got := range map[string]string{"type": m.kind, "tid": m.tid, "mid": m.mid, "storeCode": m.storeCode, "date": m.date} {
			var want string
			if raw, ok := plain[name]; ok {
				if err := json.Unmarshal(raw, &want); err != nil {
					t.Errorf("%s was read from %s", name, raw)
				}
			}
			if got != want {
				t.Errorf("%s = %q, want %q", name, got, want)
			}
		}
	})
}

// BenchmarkPush is one push from its bytes to its approval two seconds later in
// virtual time, 20,000 of them under way at once.
func BenchmarkPush(b *testing.B) {
	const chunk = 20_000
	requests := make([]Request, chunk)
	for i := range requests {
		at := morning.Add(time.Duration(i) * 100 * time.Microsecond)
		requests[i] = signedRequest(b, pushAt(at, uint32(i+1), "081211110101"), at, R1)
	}
	var core *Core
	now, answered := morning, 0
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		if i%chunk == 0 {
			b.StopTimer()
			core, now = NewCore(Options{KeepRequests: -1}), morning
			if err := core.TopUp("081211110101", 1e12, 0); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
		}
		core.Arrive(now, requests[i%chunk])
		answered += len(core.Advance(now))
		now = now.Add(100 * time.Microsecond)
		if i%chunk == chunk-1 || i == b.N-1 {
			answered += len(core.Advance(now.Add(2 * time.Second)))
		}
	}
	b.StopTimer()
	if answered != b.N || core.Totals().Held == 0 {
		b.Fatalf("%d of %d pushes were answered", answered, b.N)
	}
}
