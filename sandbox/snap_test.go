package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"
)

// snapBroken is one SNAP rule broken by one request, and what must come of it.
type snapBroken struct {
	name   string
	path   string
	body   string
	change func(*snapRequest)
	spoil  func(*Request) // after it was signed
	status int
	code   string // "" : no body
	text   string // stands in the responseMessage
	rule   Rule
}

func snapHeaderIs(name, value string) func(*snapRequest) {
	return func(r *snapRequest) { r.headers[name] = value }
}

func snapTimeIs(text string) func(*snapRequest) { return func(r *snapRequest) { r.at = text } }

func snapAgo(d time.Duration) func(*snapRequest) {
	return func(r *snapRequest) { r.at = time.Now().Add(-d).In(WIB).Format(snapTime) }
}

// without deletes a member of a body, with sets one.
func without(body, name string) string {
	return edit(body, func(m map[string]any) { delete(m, name) })
}

func with(body, name string, value any) string {
	return edit(body, func(m map[string]any) { m[name] = value })
}

func edit(body string, change func(map[string]any)) string {
	m := map[string]any{}
	if err := json.Unmarshal([]byte(body), &m); err != nil {
		panic(err)
	}
	change(m)
	text, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func amount(value, currency any) map[string]any {
	return map[string]any{"value": value, "currency": currency}
}

// snapBrokenRules is the check order as a table: route, headers, timestamp, client,
// token, signature, JSON, X-EXTERNAL-ID, fields, business. Where two rules are broken at
// once the earlier one answers. QR …01 is open, …02 paid, …03 expired, …04 refunded.
func snapBrokenRules() []snapBroken {
	good := generateBody("000000000009", 12_500)
	none := func(*snapRequest) {}
	text := func(s string) func(*snapRequest) { return func(r *snapRequest) { r.body = s } }
	return []snapBroken{
		{"path", "/OVOSNAP/v1.0/qr/qr-mpm-decode", good, none, nil, 404, "", "", RuleSNAPPath},
		{"path without version", "/OVOSNAP/qr/qr-mpm-generate", good, none, nil, 404, "", "", RuleSNAPPath},
		{"method", generatePath, good, none, func(r *Request) { r.Method = "PUT" }, 405, "4054700", "Requested Function Is Not Supported", RuleSNAPMethod},
		{"content type", generatePath, good, none, func(r *Request) { r.Header.Set("Content-Type", "text/plain") }, 400, "4004702", "Invalid Mandatory Field Content-Type", RuleSNAPContentType},
		{"64 KiB", generatePath, `{"a":"` + strings.Repeat("x", 64<<10) + `"}`, none, nil, 400, "4004700", "Bad Request", RuleSNAPBodySize},
		{"no X-TIMESTAMP", generatePath, good, snapHeaderIs("X-Timestamp", ""), nil, 400, "4004702", "Invalid Mandatory Field X-TIMESTAMP", RuleHeader},
		{"no X-SIGNATURE", generatePath, good, snapHeaderIs("X-Signature", ""), nil, 400, "4004702", "Invalid Mandatory Field X-SIGNATURE", RuleHeader},
		{"no X-PARTNER-ID", generatePath, good, snapHeaderIs("X-Partner-Id", ""), nil, 400, "4004702", "Invalid Mandatory Field X-PARTNER-ID", RuleHeader},
		{"no X-EXTERNAL-ID", generatePath, good, snapHeaderIs("X-External-Id", ""), nil, 400, "4004702", "Invalid Mandatory Field X-EXTERNAL-ID", RuleHeader},
		{"no X-CLIENT-KEY", tokenPath, `{"grantType":"client_credentials"}`, snapHeaderIs("X-Client-Key", ""), nil, 400, "4007302", "Invalid Mandatory Field X-CLIENT-KEY", RuleHeader},
		{"X-EXTERNAL-ID of 37", generatePath, good, snapHeaderIs("X-External-Id", strings.Repeat("1", 37)), nil, 400, "4004701", "Invalid Field Format X-EXTERNAL-ID", RuleExternalIDFormat},
		{"timestamp is text", generatePath, good, snapTimeIs("yesterday, ten o'clock"), nil, 400, "4004701", "Invalid Field Format X-TIMESTAMP", RuleTimestamp},
		{"timestamp without zone", generatePath, good, snapTimeIs("2026-11-21T10:15:30"), nil, 400, "4004701", "X-TIMESTAMP", RuleTimestamp},
		{"timestamp of 31 February", generatePath, good, snapTimeIs("2026-02-31T10:15:30+07:00"), nil, 400, "4004701", "X-TIMESTAMP", RuleTimestamp},
		{"timestamp in UTC", generatePath, good, func(r *snapRequest) { r.at = time.Now().UTC().Format(time.RFC3339) }, nil, 400, "4004701", "X-TIMESTAMP", RuleTimestampZone},
		{"5 minutes ago", generatePath, good, snapAgo(303 * time.Second), nil, 401, "4014700", "Unauthorized. [X-TIMESTAMP]", RuleTimestampWindow},
		{"5 minutes ahead", generatePath, good, snapAgo(-305 * time.Second), nil, 401, "4014700", "Unauthorized. [X-TIMESTAMP]", RuleTimestampWindow},
		{"unknown client", generatePath, good, snapHeaderIs("X-Partner-Id", "nobody"), nil, 401, "4014700", "Unauthorized. [Unknown client]", RuleClient},
		{"unknown client of a token", tokenPath, `{"grantType":"client_credentials"}`, snapHeaderIs("X-Client-Key", "nobody"), nil, 401, "4017300", "Unauthorized. [Unknown client]", RuleClient},
		{"no token", generatePath, good, snapHeaderIs("Authorization", ""), nil, 401, "4014703", "Token Not Found (B2B)", RuleTokenMissing},
		{"Basic", generatePath, good, snapHeaderIs("Authorization", "Basic eDp5"), nil, 401, "4014703", "Token Not Found (B2B)", RuleTokenMissing},
		{"unknown token", generatePath, good, func(r *snapRequest) { r.token = "x.y.z" }, nil, 401, "4014701", "Invalid Token:Anda Tidak Memiliki Akses", RuleToken},
		{"token of another", generatePath, good, snapHeaderIs("X-Partner-Id", "lain"), nil, 401, "4014700", "Unauthorized. [Unknown client]", RuleTokenOwner},
		{"signature", generatePath, good, snapHeaderIs("X-Signature", strings.Repeat("A", 86)+"=="), nil, 401, "4014700", "Unauthorized. [Signature]", RuleSignature},
		{"signature is no Base64", generatePath, good, snapHeaderIs("X-Signature", "?"), nil, 401, "4014700", "Unauthorized. [Signature]", RuleSignature},
		{"signature in hexadecimal", generatePath, good, func(r *snapRequest) { r.hex = true }, nil, 401, "4014700", "Unauthorized. [Signature]", RuleSignatureHex},
		{"signature of another path", generatePath, good, func(r *snapRequest) { r.signedPath = queryPath }, nil, 401, "4014700", "Unauthorized. [Signature]", RuleSignature},
		{"signature with Bearer", generatePath, good, func(r *snapRequest) { r.headers["Authorization"] = "Bearer " + r.token; r.token = "Bearer " + r.token }, nil, 401, "4014700", "Unauthorized. [Signature]", RuleSignature},
		{"signature over spaces", generatePath, strings.ReplaceAll(good, ",", ", "), func(r *snapRequest) { r.raw = true }, nil, 401, "4014700", "Unauthorized. [Signature]", RuleSignature},
		{"body changed on its way", generatePath, good, none, func(r *Request) { r.Body = []byte(strings.Replace(good, "12500", "12501", 1)) }, 401, "4014700", "Unauthorized. [Signature]", RuleSignature},
		{"signature of a token", tokenPath, `{"grantType":"client_credentials"}`, snapHeaderIs("X-Signature", "AAAA"), nil, 401, "4017300", "Unauthorized. [Signature]", RuleSignature},
		{"no JSON", generatePath, "grantType=x", func(r *snapRequest) { r.raw = true }, nil, 400, "4004700", "Bad Request", RuleSNAPJSON},
		{"empty body", generatePath, "", none, nil, 400, "4004700", "Bad Request", RuleSNAPJSON},
		{"array", generatePath, "[]", none, nil, 400, "4004700", "Bad Request", RuleSNAPJSON},
		{"twice", generatePath, `{"merchantId":"1","merchantId":"1"}`, none, nil, 400, "4004700", "Bad Request", RuleSNAPJSON},
		{"X-EXTERNAL-ID again", generatePath, good, snapHeaderIs("X-External-Id", "7777"), nil, 409, "4094700", "Conflict", RuleExternalIDRepeated},
		{"X-EXTERNAL-ID again on another API", queryPath, queryBody("000000000001"), snapHeaderIs("X-External-Id", "7777"), nil, 409, "4095100", "Conflict", RuleExternalIDRepeated},

		{"grant_type", tokenPath, `{"grant_type":"client_credentials"}`, none, nil, 400, "4007302", "Invalid Mandatory Field grantType", RuleSNAPMandatory},
		{"grantType password", tokenPath, `{"grantType":"password"}`, none, nil, 400, "4007301", "Invalid Field Format grantType", RuleGrantType},
		{"no partnerReferenceNo", generatePath, without(good, "partnerReferenceNo"), none, nil, 400, "4004702", "Invalid Mandatory Field partnerReferenceNo", RuleSNAPMandatory},
		{"null partnerReferenceNo", generatePath, with(good, "partnerReferenceNo", nil), none, nil, 400, "4004702", "partnerReferenceNo", RuleSNAPMandatory},
		{"partnerReferenceNo of 11", generatePath, with(good, "partnerReferenceNo", "00000000001"), none, nil, 400, "4004701", "Invalid Field Format partnerReferenceNo", RulePartnerReference},
		{"partnerReferenceNo of 13", generatePath, with(good, "partnerReferenceNo", "0000000000011"), none, nil, 400, "4004701", "partnerReferenceNo", RulePartnerReference},
		{"partnerReferenceNo with a letter", generatePath, with(good, "partnerReferenceNo", "00000000001A"), none, nil, 400, "4004701", "partnerReferenceNo", RulePartnerReference},
		{"partnerReferenceNo as number", generatePath, with(good, "partnerReferenceNo", 100000000001), none, nil, 400, "4004701", "partnerReferenceNo", RuleSNAPField},
		{"no amount", generatePath, without(good, "amount"), none, nil, 400, "4004702", "Invalid Mandatory Field amount.value", RuleSNAPMandatory},
		{"amount as text", generatePath, with(good, "amount", "12500.00"), none, nil, 400, "4004701", "Invalid Field Format amount", RuleSNAPField},
		{"amount.value as number", generatePath, with(good, "amount", amount(12500, "IDR")), none, nil, 400, "4004701", "Invalid Field Format amount.value", RuleSNAPField},
		{"12500", generatePath, with(good, "amount", amount("12500", "IDR")), none, nil, 400, "4004701", "amount.value", RuleSNAPAmount},
		{"12500.5", generatePath, with(good, "amount", amount("12500.5", "IDR")), none, nil, 400, "4004701", "amount.value", RuleSNAPAmount},
		{"12500.50", generatePath, with(good, "amount", amount("12500.50", "IDR")), none, nil, 400, "4004701", "amount.value", RuleSNAPAmount},
		{"0.00", generatePath, with(good, "amount", amount("0.00", "IDR")), none, nil, 400, "4004701", "amount.value", RuleSNAPAmount},
		{"-1.00", generatePath, with(good, "amount", amount("-1.00", "IDR")), none, nil, 400, "4004701", "amount.value", RuleSNAPAmount},
		{"USD", generatePath, with(good, "amount", amount("1.00", "USD")), none, nil, 400, "4004701", "amount.currency", RuleSNAPAmount},
		{"no currency", generatePath, with(good, "amount", map[string]any{"value": "1.00"}), none, nil, 400, "4004702", "amount.currency", RuleSNAPMandatory},
		{"5000001.00", generatePath, with(good, "amount", amount("5000001.00", "IDR")), none, nil, 403, "4034702", "Exceeds Transaction Amount Limit", RuleQRAmountMost},
		{"merchantId of another", generatePath, with(good, "merchantId", "000000000000999"), none, nil, 404, "4044708", "Invalid Merchant", RuleMerchant},
		{"terminalId of another", generatePath, with(good, "terminalId", "00000999"), none, nil, 404, "4044717", "Invalid Terminal", RuleSNAPTerminal},
		{"terminalId too long", generatePath, with(good, "terminalId", strings.Repeat("1", 17)), none, nil, 400, "4004701", "terminalId", RuleSNAPField},
		{"number used before", generatePath, generateBody("000000000001", 12_500), none, nil, 409, "4094701", "Duplicate partnerReferenceNo", RulePartnerReferenceRepeated},
		{"name of 26", generatePath, with(good, "merchantId", "000000000000999"), none, nil, 500, "5004700", "General Error", RuleMerchantName},

		{"query of nothing", queryPath, `{"serviceCode":"47"}`, none, nil, 400, "4005102", "Invalid Mandatory Field originalPartnerReferenceNo", RuleSNAPMandatory},
		{"query unknown", queryPath, queryBody("000000000009"), none, nil, 404, "4045101", "Transaction Not Found", RuleSNAPNotFound},
		{"query of the wrong pair", queryPath, with(queryBody("000000000001"), "originalReferenceNo", "1"), none, nil, 404, "4045101", "Transaction Not Found", RuleSNAPNotFound},
		{"query without serviceCode", queryPath, without(queryBody("000000000001"), "serviceCode"), none, nil, 400, "4005102", "serviceCode", RuleSNAPMandatory},
		{"query of service 51", queryPath, with(queryBody("000000000001"), "serviceCode", "51"), none, nil, 400, "4005101", "serviceCode", RuleServiceCode},
		{"query for another merchant", queryPath, with(queryBody("000000000001"), "merchantId", "1"), none, nil, 404, "4045108", "Invalid Merchant", RuleMerchant},

		{"refund unknown", refundPath, refundBody("000000000009", "R", 1), none, nil, 404, "4047801", "Transaction Not Found", RuleSNAPNotFound},
		{"refund not paid", refundPath, refundBody("000000000001", "R", 12_500), none, nil, 404, "4047800", "Invalid Transaction Status", RuleRefundState},
		{"refund expired", refundPath, refundBody("000000000003", "R", 12_500), none, nil, 404, "4047800", "Invalid Transaction Status", RuleRefundState},
		{"refund in part", refundPath, refundBody("000000000002", "R", 100), none, nil, 404, "4047813", "Invalid Amount", RuleRefundPartial},
		{"refund twice", refundPath, refundBody("000000000004", "R", 12_500), none, nil, 403, "4037815", "Transaction Not Permitted.", RuleRefundTwice},
		{"refund with other words", refundPath, refundBody("000000000004", "R-4", 12_499), none, nil, 404, "4047818", "Inconsistent Request", RuleRefundInconsistent},
		{"refund the day after", refundPath, refundBody("000000000005", "R", 12_500), none, nil, 403, "4037815", "Transaction Not Permitted.", RuleRefundDay},
		{"refund without number", refundPath, without(refundBody("000000000002", "R", 12_500), "partnerRefundNo"), none, nil, 400, "4007802", "partnerRefundNo", RuleSNAPMandatory},
		{"cancel paid", cancelPath, cancelBody("000000000002"), none, nil, 404, "4047700", "Invalid Transaction Status", RuleCancelState},
		{"cancel expired", cancelPath, cancelBody("000000000003"), none, nil, 403, "4037700", "Transaction Expired", RuleCancelExpired},
		{"cancel unknown", cancelPath, cancelBody("000000000009"), none, nil, 404, "4047701", "Transaction Not Found", RuleSNAPNotFound},
		{"cancel of nothing", cancelPath, without(cancelBody("x"), "originalPartnerReferenceNo"), none, nil, 400, "4007702", "originalPartnerReferenceNo", RuleSNAPMandatory},
		{"cancel with another amount", cancelPath, with(cancelBody("000000000001"), "amount", amount("1.00", "IDR")), none, nil, 404, "4047713", "Invalid Amount", RuleCancelAmount},
		{"cancel without reason", cancelPath, without(cancelBody("000000000001"), "reason"), none, nil, 400, "4007702", "reason", RuleSNAPMandatory},

		{"bind unknown phone", bindPath, bindBody("081299999999"), none, nil, 404, "4040711", "Invalid Card/Account/Customer", RuleBindingPhone},
		{"bind no phone", bindPath, bindBody("12345"), none, nil, 400, "4000701", "phoneNo", RuleSNAPField},
		{"bind nowhere", bindPath, with(bindBody("081211111111"), "redirectUrl", "javascript:alert(1)"), none, nil, 400, "4000701", "redirectUrl", RuleRedirect},
		{"bind without merchantId", bindPath, without(bindBody("081211111111"), "merchantId"), none, nil, 400, "4000702", "merchantId", RuleSNAPMandatory},
		{"bind signature", bindPath, bindBody("081211111111"), snapHeaderIs("X-Signature", "AAAA"), nil, 401, "4010700", "Unauthorized. [Signature]", RuleSignature},
		{"unbind nobody", unbindPath, `{"merchantId":"000000000000179"}`, none, nil, 401, "4010904", "Customer Token Not Found", RuleCustomerTokenMissing},
		{"unbind a stranger", unbindPath, `{"merchantId":"000000000000179"}`, snapHeaderIs("Authorization-Customer", "Bearer x"), nil, 401, "4010902", "Invalid Customer Token", RuleCustomerToken},
		{"customer token for a wrong code", customerPath, `{"grantType":"authorization_code","authCode":"x"}`, none, nil, 401, "4017401", "Invalid Token (B2B)", RuleAuthCode},
		{"customer token for a wrong refresh", customerPath, `{"grantType":"REFRESH_TOKEN","refreshToken":"x"}`, none, nil, 401, "4017401", "Invalid Token (B2B)", RuleAuthCode},
		{"customer token for nothing", customerPath, `{"grantType":"AUTHORIZATION_CODE"}`, none, nil, 400, "4007402", "authCode", RuleSNAPMandatory},

		// The order: the earlier rule answers.
		{"headers before timestamp", generatePath, good, func(r *snapRequest) { r.headers["X-External-Id"] = ""; r.at = "x" }, nil, 400, "4004702", "X-EXTERNAL-ID", RuleHeader},
		{"timestamp before client", generatePath, good, func(r *snapRequest) { r.headers["X-Partner-Id"] = "nobody"; snapAgo(time.Hour)(r) }, nil, 401, "4014700", "[X-TIMESTAMP]", RuleTimestampWindow},
		{"client before token", generatePath, good, func(r *snapRequest) { r.headers["X-Partner-Id"], r.token = "nobody", "x" }, nil, 401, "4014700", "[Unknown client]", RuleClient},
		{"token before signature", generatePath, good, func(r *snapRequest) { r.headers["X-Signature"], r.token = "AAAA", "x" }, nil, 401, "4014701", "Anda Tidak Memiliki Akses", RuleToken},
		{"signature before JSON", generatePath, "{", snapHeaderIs("X-Signature", "AAAA"), nil, 401, "4014700", "[Signature]", RuleSignature},
		{"JSON before X-EXTERNAL-ID", generatePath, "{", func(r *snapRequest) { r.headers["X-External-Id"] = "7777"; r.raw = true }, nil, 400, "4004700", "Bad Request", RuleSNAPJSON},
		{"X-EXTERNAL-ID before fields", generatePath, "{}", snapHeaderIs("X-External-Id", "7777"), nil, 409, "4094700", "Conflict", RuleExternalIDRepeated},
		{"fields before business", generatePath, with(with(good, "terminalId", ""), "merchantId", "1"), none, nil, 400, "4004702", "terminalId", RuleSNAPMandatory},
		{"text", generatePath, good, text(`"x"`), nil, 400, "4004700", "Bad Request", RuleSNAPJSON},
	}
}

// snapServer serves a sandbox over HTTP whose partner has a token and QRs in every state.
func snapServer(t *testing.T, options Options) (*Sandbox, string, *partner) {
	t.Helper()
	s := New(options)
	server := httptest.NewServer(s.Handler())
	t.Cleanup(func() { s.Close(); server.Close() })
	p := newPartner()
	status, text := post(t, server.URL, p.request(time.Now(), tokenPath, `{"grantType":"client_credentials"}`))
	if p.token = jsonText([]byte(text), "accessToken"); status != 200 || p.token == "" {
		t.Fatalf("token: %d %s", status, text)
	}
	return s, server.URL, p
}

func TestSNAPBrokenRules(t *testing.T) {
	t.Parallel()
	s, base, p := snapServer(t, snapOptions())
	for number, state := range map[string]State{
		"000000000001": Pending, "000000000002": Paid, "000000000003": Expired, "000000000004": Refunded, "000000000005": Paid,
	} {
		if status, text := post(t, base, p.request(time.Now(), generatePath, generateBody(number, 12_500), snapHeaderIs("X-External-Id", "8"+number))); status != 200 {
			t.Fatalf("generate: %d %s", status, text)
		}
		s.Do(func(core *Core, now time.Time) {
			made, _ := core.QRTransaction("uji", number)
			if state == Paid || state == Refunded {
				if err := core.actOnQR(now, made, "pay", "", Cash); err != nil {
					t.Fatal(err)
				}
			} else {
				core.payment(made.ID).state = state
			}
			if number == "000000000005" {
				core.payment(made.ID).Charged = now.Add(-24 * time.Hour)
			}
		})
	}
	for _, c := range []struct{ path, body, external string }{
		{refundPath, refundBody("000000000004", "R-4", 12_500), "1"}, {queryPath, queryBody("000000000001"), "7777"},
	} {
		if status, text := post(t, base, p.request(time.Now(), c.path, c.body, snapHeaderIs("X-External-Id", c.external))); status != 200 {
			t.Fatalf("%s: %d %s", c.path, status, text)
		}
	}
	for _, c := range snapBrokenRules() {
		t.Run(c.name, func(t *testing.T) {
			spoilt := s
			base, p := base, p
			if c.rule == RuleMerchantName { // a merchant that no QR can name
				options := snapOptions(func(o *SNAPOptions) {
					o.Merchants[0].MerchantID, o.Merchants[0].Name = "000000000000999", strings.Repeat("x", 26)
				})
				spoilt, base, p = snapServer(t, options)
			}
			r := p.request(time.Now(), c.path, c.body, c.change)
			if c.spoil != nil {
				c.spoil(&r)
			}
			status, answer := post(t, base, r)
			var got struct{ ResponseCode, ResponseMessage string }
			if c.code != "" {
				if err := json.Unmarshal([]byte(answer), &got); err != nil {
					t.Fatalf("answer %q: %v", answer, err)
				}
			}
			if status != c.status || got.ResponseCode != c.code || !strings.Contains(got.ResponseMessage, c.text) || (c.code == "") != (answer == "") {
				t.Errorf("answer = %d %s, want %d, code %s, %q", status, answer, c.status, c.code, c.text)
			}
			spoilt.Do(func(core *Core, _ time.Time) {
				list := core.Violations()
				if len(list) == 0 || list[len(list)-1].Rule != c.rule || list[len(list)-1].Noted {
					t.Errorf("violations = %+v, want %s last", list[max(0, len(list)-2):], c.rule)
				}
			})
		})
	}
	s.Do(func(core *Core, _ time.Time) {
		if totals := core.Totals(); totals.Transactions != 5 || totals.Held != 25_000 {
			t.Errorf("totals = %+v, want nothing done by what was refused", totals)
		}
	})
}

// Every rule's code in the table is the one that is answered.
func TestSNAPRulesAreExplained(t *testing.T) {
	t.Parallel()
	seen := map[Rule]bool{}
	rules := map[Rule]RuleText{}
	for _, rule := range snapRules() {
		rules[rule.Rule] = rule
	}
	for _, c := range snapBrokenRules() {
		seen[c.rule] = true
		want := fmt.Sprint(c.status)
		if c.code != "" {
			want = c.code[:3] + "XX" + c.code[5:]
		}
		if rules[c.rule].Code != want {
			t.Errorf("rule %s says code %q, the sandbox answers %s", c.rule, rules[c.rule].Code, want)
		}
	}
	// These are noted, or have tests of their own.
	for _, rule := range []Rule{
		RuleSNAPUnknownField, RuleTimestampMillis, RuleTokenKept, RuleExternalIDNumeric, RuleChannelID,
		RuleValidityPeriod, RuleQueryPace, RuleCancelOffered, RuleLinkageToken,
	} {
		if seen[rule] {
			t.Errorf("rule %s stands in the table", rule)
		}
		seen[rule] = true
	}
	for rule := range rules {
		if !seen[rule] {
			t.Errorf("rule %s has no test", rule)
		}
	}
}

// What real clients send is let through in strict mode too, and noted (CHANNEL-ID,
// milliseconds, X-EXTERNAL-ID with letters), or only in lenient mode.
func TestWhatRealClientsSend(t *testing.T) {
	t.Parallel()
	generate := generateBody("000000000001", 500)
	for _, c := range []struct {
		name            string
		path, body      string
		change          func(*snapRequest)
		strict, lenient string
		rule            Rule
	}{
		{"no CHANNEL-ID", generatePath, generate, snapHeaderIs("Channel-Id", ""), "2004700", "2004700", RuleChannelID},
		{"long CHANNEL-ID", generatePath, generate, snapHeaderIs("Channel-Id", "uji-SERVER"), "2004700", "2004700", RuleChannelID},
		{"milliseconds", generatePath, generate, snapTimeIs(morning.Format("2006-01-02T15:04:05.000+07:00")), "2004700", "2004700", RuleTimestampMillis},
		{"OVO's sample form", generatePath, generate, snapTimeIs(morning.Format("20060102T15:04:05.000+07:00")), "2004700", "2004700", RuleTimestampMillis},
		{"X-EXTERNAL-ID sdk…", generatePath, generate, snapHeaderIs("X-External-Id", "sdk3f6a2f5e-8f0c-4d0b-9d7c-1f2e3d4c5b"), "4004701", "4004701", RuleExternalIDFormat},
		{"X-EXTERNAL-ID with letters", generatePath, generate, snapHeaderIs("X-External-Id", "sdk3f6a2f5e8f0c4d0b9d7c1f2e3d4c5b6a"), "2004700", "2004700", RuleExternalIDNumeric},
		{"unknown member", generatePath, with(generate, "channel", "x"), nil, "2004700", "2004700", RuleSNAPUnknownField},
		{"validityPeriod", generatePath, with(generate, "validityPeriod", "2026-11-21T10:15:30+07:00"), nil, "2004700", "2004700", RuleValidityPeriod},
		{"grant_type", tokenPath, `{"grant_type":"client_credentials"}`, nil, "4007302", "2007300", RuleGrantType},
		{"granttype", tokenPath, `{"granttype":"client_credentials"}`, nil, "4007302", "2007300", RuleGrantType},
		{"UTC", generatePath, generate, snapTimeIs(morning.UTC().Format("2006-01-02T15:04:05.000Z")), "4004701", "2004700", RuleTimestampZone},
		{"-00:00", generatePath, generate, snapTimeIs(morning.UTC().Format("2006-01-02T15:04:05-00:00")), "4004701", "2004700", RuleTimestampZone},
		{"hexadecimal", generatePath, generate, func(r *snapRequest) { r.hex = true }, "4014700", "2004700", RuleSignatureHex},
		{"bind without merchantId", bindPath, without(bindBody("081211111111"), "merchantId"), nil, "4000702", "2000700", RuleSNAPMandatory},
		{"bind without the colon", bindPath, bindBody("081211111111"), func(r *snapRequest) { r.noColon = true }, "2000700", "2000700", ""},
		{"other version", "/OVOSNAP/v3.0/qr/qr-mpm-generate", generate, nil, "2004700", "2004700", ""},
		{"OVO's sample path", "/ovosnap/qr-mpm-generate", generate, nil, "2004700", "2004700", ""},
		{"spaces in the body", generatePath, strings.ReplaceAll(generate, ":", " :\n\t"), nil, "2004700", "2004700", ""},
		{"East Indonesia", generatePath, generate, snapTimeIs("2026-11-21T12:00:00+09:00"), "2004700", "2004700", ""},
	} {
		for lenient, want := range map[bool]string{false: c.strict, true: c.lenient} {
			w := newSNAPWorld(t, snapOptions(func(o *SNAPOptions) { o.Lenient = lenient }))
			w.core.violations.count = nil
			if c.change == nil {
				c.change = func(*snapRequest) {}
			}
			if got := w.code(w.call(c.path, c.body, c.change)); got != want {
				t.Errorf("%s, lenient %v: %s, want %s", c.name, lenient, got, want)
			}
			if got := w.core.ViolationCounts(); c.rule != "" && got[c.rule] != 1 && (lenient || c.rule != RuleGrantType) || c.rule == "" && len(got) != 0 {
				t.Errorf("%s, lenient %v: noted %v, want %s", c.name, lenient, got, c.rule)
			}
		}
	}
}

func TestPlainPaths(t *testing.T) {
	t.Parallel()
	const plain = "/v1.0/qr/qr-mpm-generate"
	for _, c := range []struct {
		path, signed string
		off, on      string
	}{
		{generatePath, generatePath, "2004700", "2004700"},
		{generatePath, plain, "4014700", "2004700"}, // as Midtrans' client does
		{plain, plain, "BR", "2004700"},
		{"/api" + plain, "/api" + plain, "BR", "2004700"},
		{"/api" + plain, plain, "BR", "2004700"},
		{plain, generatePath, "BR", "4014700"},
	} {
		for on, want := range map[bool]string{false: c.off, true: c.on} {
			w := newSNAPWorld(t, snapOptions(func(o *SNAPOptions) { o.PlainPaths = on }))
			id := w.call(c.path, generateBody("000000000001", 500), func(r *snapRequest) { r.signedPath = c.signed })
			if got := w.code(id); got != want {
				t.Errorf("%s signed as %s, plain %v: %s, want %s", c.path, c.signed, on, got, want)
			}
		}
	}
	w := newSNAPWorld(t, snapOptions())
	id := w.send(func() Request {
		r := w.p.request(w.now, generatePath, generateBody("000000000001", 500), func(r *snapRequest) { r.signedPath += "?a=1&b=%20" })
		r.Query = "a=1&b=%20"
		return r
	}())
	w.want(id, "2004700")
}

// The headers of OVO's sample log, letter by letter: its token has died, and the answer
// is the one that the log shows.
func TestSampleHeadersOfOVO(t *testing.T) {
	t.Parallel()
	options := snapOptions(func(o *SNAPOptions) { o.Merchants[0].ClientID = "pertaminastore" })
	w := newWorld(t, options)
	w.now = time.Date(2024, 1, 30, 11, 17, 3, 0, WIB)
	w.core = NewCore(options)
	id := w.send(Request{Method: "POST", Host: "localhost:1", Path: "/ovosnap/qr-mpm-generate", Header: http.Header{
		"Authorization": {"Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJjb2RlaGFzaCI6IlptVm1OemMxWW1RNE1EUTNOR05rTW1JMVlqZzFOVGN4WVRJd016Sm1ZVEEiLCJyYW5kb20iOiJNVEUzT1RRMk16YyIsInZlcnNpb24iOjF9.R3bheRFIAtiqrat-pFkWXbxrAAi6NTdNRoMkxycoS9A"},
		"X-External-Id": {"20240130111702000000000184"}, "X-Timestamp": {"20240130T11:17:02.682+07:00"},
		"X-Signature":  {"DIHCtwZFE5aO+Je0ZXv1LdaT/1PBhTZHY2wWeuO+rj2LGoJRbXQ63NfFmS5e3dquzjBP2ymn59MrQzWS8bZT2g=="},
		"X-Partner-Id": {"pertaminastore"}, "Connection": {"close"}, "Content-Type": {"application/json"},
	}, Body: []byte(`{"partnerReferenceNo":"000000000184"}`)})
	var got struct {
		ResponseCode, ResponseMessage string
		Data                          struct {
			Actionables []struct {
				PinWebviewURL string
				QParams       map[string]string
			}
			Error struct{ Code, Message string }
		}
	}
	if err := json.Unmarshal(w.got[id].Body, &got); err != nil {
		t.Fatal(err)
	}
	if w.got[id].Status != 401 || got.ResponseCode != "4014701" || got.ResponseMessage != "Invalid Token:Anda Tidak Memiliki Akses" ||
		got.Data.Error.Code != "OV00502" || got.Data.Error.Message != "Unauthorized access" || len(got.Data.Actionables) != 1 ||
		got.Data.Actionables[0].QParams["action"] != "regeneratePayment" || got.Data.Actionables[0].QParams["client-id"] != "pertaminastore" ||
		!strings.HasSuffix(got.Data.Actionables[0].PinWebviewURL, "/cellblockui/v2/paymentPin") {
		t.Errorf("answer = %d %s", w.got[id].Status, w.got[id].Body)
	}
	counts := w.core.ViolationCounts()
	if counts[RuleChannelID] != 1 || counts[RuleTimestampMillis] != 1 || counts[RuleToken] != 1 || len(counts) != 3 {
		t.Errorf("violations = %v", counts)
	}
}

// The day of an X-EXTERNAL-ID ends at midnight in Jakarta, and only what is signed uses
// one up.
func TestExternalIDs(t *testing.T) {
	t.Parallel()
	w := newSNAPWorld(t, snapOptions())
	id := snapHeaderIs("X-External-Id", "42")
	w.want(w.call(queryPath, queryBody("1"), id, snapHeaderIs("X-Signature", "AAAA")), "4015100")
	w.want(w.call(queryPath, queryBody("1"), id), "4045101")
	w.want(w.call(queryPath, queryBody("1"), id), "4095100")
	other := &partner{client: "lain", secret: "rahasia-lain"}
	_, other.key = testKeys()
	other.token = w.answered(w.send(other.request(w.now, tokenPath, `{"grantType":"client_credentials"}`)))["accessToken"].(string)
	w.want(w.send(other.request(w.now, queryPath, `{"originalReferenceNo":"1","serviceCode":"47"}`, id)), "4045101")
	w.until(time.Date(2026, 11, 22, 0, 0, 0, 0, WIB))
	w.login()
	w.want(w.call(queryPath, queryBody("1"), id), "4045101")
	w.want(w.call(queryPath, queryBody("1"), id), "4095100")
}

func TestQueryPace(t *testing.T) {
	t.Parallel()
	w := newSNAPWorld(t, snapOptions())
	w.qr("000000000001", 500)
	for _, gap := range []time.Duration{0, 5 * time.Second, 4950 * time.Millisecond, 4 * time.Second, 70 * time.Second, time.Second} {
		w.after(gap)
		w.call(queryPath, queryBody("000000000001"))
	}
	if n := w.core.ViolationCounts()[RuleQueryPace]; n != 1 {
		t.Errorf("noted %d queries, want the one after 4 s", n)
	}
}

// Another partner's QR is unknown.
func TestPartnersAreApart(t *testing.T) {
	t.Parallel()
	w := newSNAPWorld(t, snapOptions())
	made := w.qr("000000000001", 500)
	other := &partner{client: "lain", secret: "rahasia-lain"}
	_, other.key = testKeys()
	other.token = w.answered(w.send(other.request(w.now, tokenPath, `{"grantType":"client_credentials"}`)))["accessToken"].(string)
	for _, body := range []string{
		`{"originalPartnerReferenceNo":"000000000001","serviceCode":"47"}`, `{"originalReferenceNo":"` + made.ReferenceNo + `","serviceCode":"47"}`,
	} {
		w.want(w.send(other.request(w.now, queryPath, body)), "4045101")
	}
	mine := strings.NewReplacer("000000000000179", "000000000000999", "00000179", "00000999").Replace(generateBody("000000000001", 500))
	w.want(w.send(other.request(w.now, generatePath, mine)), "2004700")
	w.status("000000000001", "01")
}

func TestUnknownStatusSwitch(t *testing.T) {
	t.Parallel()
	w := newSNAPWorld(t, snapOptions(func(o *SNAPOptions) { o.UnknownStatus, o.ExpiredStatus, o.StandardFields = "07", "08", true }))
	w.status("000000000009", "07")
	id := w.call(generatePath, generateBody("000000000001", 500))
	if body := w.answered(id); body["qrStr"] != nil || body["refNo"] != nil || body["qrContent"] == nil {
		t.Errorf("generate = %v", body)
	}
	w.after(75 * time.Second)
	w.status("000000000001", "08")
}

// The vectors were made and cross-checked outside of this project.
func TestSNAPVectors(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/snap_signatures.json")
	if err != nil {
		t.Fatal(err)
	}
	var v map[string]json.RawMessage
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	key := vectorKey(t, v)
	merchant := &snapMerchant{SNAPMerchant: SNAPMerchant{ClientID: "testdynamicqris", Secret: "snap-test-secret-0001", PublicKey: &key.PublicKey}}
	for _, c := range []struct {
		name, method, path string
		auth               snapAuth
	}{
		{"V1_token", "POST", tokenPath, authToken},
		{"V2_generate", "POST", generatePath, authSymmetric},
		{"V4_query", "POST", queryPath, authSymmetric},
		{"V5_get_empty", "GET", "/OVOSNAP/v1.0/some/get?x=1&y=a%20b", authSymmetric},
		{"V6_binding_bi_form", "POST", bindPath, authAsymmetric},
		{"V6b_binding_seed_literal_no_colon", "POST", bindPath, authAsymmetric},
	} {
		var vector struct{ Body, Sig string }
		if err := json.Unmarshal(v[c.name], &vector); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if c.name == "V6b_binding_seed_literal_no_colon" && vector.Body == "" {
			var six struct{ Body string }
			if err := json.Unmarshal(v["V6_binding_bi_form"], &six); err != nil {
				t.Fatal(err)
			}
			vector.Body = six.Body
		}
		call := func() *snapCall {
			return &snapCall{
				service: &snapService{auth: c.auth}, method: c.method, paths: []string{c.path}, body: []byte(vector.Body), merchant: merchant,
				token:  &snapToken{text: "eyJhbGciOiJIUzI1NiJ9.dGVzdA.c2ln"},
				header: snapHeader{timestamp: "2026-11-21T10:15:30+07:00", clientKey: "testdynamicqris"},
			}
		}
		signature := decode64(t, vector.Sig)
		if !call().signed(signature) {
			t.Errorf("%s: the vector was refused", c.name)
		}
		for _, spoil := range []func(*snapCall){
			func(c *snapCall) { c.header.timestamp = "2026-11-21T10:15:31+07:00" },
			func(c *snapCall) { c.method, c.header.clientKey = "PUT", "x" },
			func(c *snapCall) { c.paths[0], c.header.clientKey = "/x", "y" },
			func(c *snapCall) { c.body, c.header.clientKey = []byte(`{"x":1}`), "z" },
		} {
			wrong := call()
			if spoil(wrong); wrong.signed(signature) {
				t.Errorf("%s: accepted for something else", c.name)
			}
		}
		if indented := call(); c.name == "V2_generate" {
			indented.body = []byte(strings.ReplaceAll(vector.Body, ",", ",\n    "))
			if !indented.signed(signature) {
				t.Error("an indented body is not minified")
			}
		}
	}
}

// Whatever bytes come, the core does not panic, answers every call and keeps the money.
func FuzzSNAP(f *testing.F) {
	paths := []string{tokenPath, generatePath, queryPath, refundPath, cancelPath, bindPath, unbindPath, customerPath}
	for i, body := range []string{
		`{"grantType":"client_credentials"}`, generateBody("000000000001", 1_110_101), queryBody("000000000001"),
		refundBody("000000000001", "R", 1_110_101), cancelBody("000000000001"), bindBody("081211111111"),
		`{"merchantId":"000000000000179","tokenId":"x"}`, `{"grantType":"refresh_token","refreshToken":"\u0000"}`,
		`{"amount":{"value":{"value":[1,{}]},"currency":null},"additionalInfo":{"a":{"b":[]}}}`, "", "\xff", `{"a":{"a":{"a":1}},"a.a":2}`,
	} {
		f.Add(uint8(i), []byte(body), "12345", "")
	}
	f.Fuzz(func(t *testing.T, which uint8, body []byte, external, customer string) {
		w := newSNAPWorld(t, snapOptions(func(o *SNAPOptions) { o.Lenient, o.Merchants[0].Callback.URL = true, "http://127.0.0.1/n?x=1" }))
		w.qr("000000000002", 1_110_101)
		id := w.call(paths[int(which)%len(paths)], string(body), func(r *snapRequest) {
			r.raw = !json.Valid(body)
			r.headers["X-External-Id"], r.headers["Authorization-Customer"] = external, customer
		})
		w.after(2 * time.Minute)
		a, ok := w.got[id]
		if !ok || !json.Valid(a.Body) || a.Status < 200 || len(w.code(id)) != snapCodeLength {
			t.Fatalf("answer = %+v", a)
		}
		for _, n := range w.left {
			if !json.Valid(n.Body) {
				t.Errorf("notification %q", n.Body)
			}
		}
		if totals := w.core.Totals(); totals.PaidIn != totals.Balances+totals.Held {
			t.Errorf("totals do not add up: %+v", totals)
		}
	})
}

// The reader here and encoding/json read the same strings of whatever is a message.
func FuzzParseSNAP(f *testing.F) {
	f.Add(`{"a":"\u0030","b":{"c":"d","e":1},"additionalInfo":{"x":{}},"n":null}`)
	f.Fuzz(func(t *testing.T, text string) {
		if !json.Valid([]byte(text)) {
			return
		}
		m := parseSNAP(text)
		if !m.object || m.twice != "" || len(m.members) == membersMax {
			return
		}
		var plain map[string]any
		if err := json.Unmarshal([]byte(text), &plain); err != nil {
			t.Fatalf("read as a message, but: %v", err)
		}
		for name, value := range plain {
			if want, ok := value.(string); ok && m.text(name) != want {
				t.Errorf("%q = %q, want %q", name, m.text(name), want)
			}
		}
	})
}
