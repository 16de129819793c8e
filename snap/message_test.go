package snap

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"
)

// Whatever is wrong is said before anything is sent, by the field's name and without its
// value.
func TestRenderRefuses(t *testing.T) {
	t.Parallel()
	generate := testRequest(Generate).(GenerateRequest)
	query := testRequest(Query).(QueryRequest)
	refund := testRequest(Refund).(RefundRequest)
	cancel := testRequest(Cancel).(CancelRequest)
	bind := testRequest(Bind).(BindRequest)
	long := strings.Repeat("a", 300)
	type try struct {
		field string
		r     Request
		e     func(*Envelope)
	}
	tries := []try{
		{"X-EXTERNAL-ID", generate, func(e *Envelope) { e.ExternalID = "" }},
		{"X-EXTERNAL-ID", generate, func(e *Envelope) { e.ExternalID = "sdk-1" }},
		{"X-EXTERNAL-ID", generate, func(e *Envelope) { e.ExternalID = strings.Repeat("1", 37) }},
		{"token", generate, func(e *Envelope) { e.Token = "" }},
		{"token", generate, func(e *Envelope) { e.Token = "Bearer x" }},
		{"token", query, func(e *Envelope) { e.Token = "x\r\ny" }},
		{"token", query, func(e *Envelope) { e.Token = Secret(strings.Repeat("x", 2049)) }},
		{"customer token", testRequest(Unbind), func(e *Envelope) { e.CustomerToken = "x y" }},
		{"X-DEVICE-ID", testRequest(Bind), func(e *Envelope) { e.DeviceID = "x\n" }},
	}
	add := func(field string, r Request) { tries = append(tries, try{field: field, r: r}) }
	for _, no := range []string{"", "12345678901", "1234567890123", "12345678901a", "123456 89012", "１２３４"} {
		g, b := generate, bind
		g.PartnerReferenceNo, b.PartnerReferenceNo = no, no
		add("partnerReferenceNo", g)
		if no != "" {
			add("partnerReferenceNo", b)
			q := query
			q.Original.PartnerReferenceNo = no
			add("originalPartnerReferenceNo", q)
		}
		r := refund
		r.Original.PartnerReferenceNo = no
		add("originalPartnerReferenceNo", r)
	}
	for _, amount := range []int64{0, -1, MaxAmount + 1, 1 << 62} {
		g, r := generate, refund
		g.Amount, r.Amount = amount, amount
		add("amount", g)
		add("refundAmount", r)
	}
	for _, id := range []string{"", "a b", `a"`, strings.Repeat("a", 65)} {
		g := generate
		g.Store.MerchantID = id
		add("merchantId", g)
	}
	g := generate
	g.Store.TerminalID = long
	add("terminalId", g)
	q := query
	q.Original = Original{}
	add("originalReferenceNo", q)
	q.Original = Original{ReferenceNo: "a b"}
	add("originalReferenceNo", q)
	q.Original = Original{ReferenceNo: "1", ExternalID: "x"}
	add("originalExternalId", q)
	for _, reason := range []string{long, "a\nb", "a\u2028b", "\xff", "a\x00"} {
		r, c := refund, cancel
		r.Reason, c.Reason = reason, reason
		add("reason", r)
		add("reason", c)
	}
	c := cancel
	c.Reason = ""
	add("reason", c)
	for _, no := range []string{"", "a b", strings.Repeat("1", 65)} {
		r := refund
		r.PartnerRefundNo = no
		add("partnerRefundNo", r)
	}
	for _, phone := range []Phone{"+62081234567890", "0212345678", "0812", "+1 555", "+6512345678", "08123456789012"} {
		b := bind
		b.Phone = phone
		add("phoneNo", b)
	}
	b := bind
	b.RedirectURL = ""
	add("redirectUrl", b)
	b.RedirectURL = "javascript:alert(1)"
	add("redirectUrl", b)
	add("authCode", CustomerAccessRequest{})
	add("authCode", CustomerAccessRequest{AuthCode: "a", RefreshToken: "b"})
	add("refreshToken", CustomerAccessRequest{RefreshToken: "a b"})
	add("linkId", UnbindRequest{Store: testStore, LinkID: long})

	client := newTestClient(t, Options{Transport: replying(200, jsonType, "{}")})
	for _, try := range tries {
		e := testEnvelope(try.r.Operation())
		if try.e != nil {
			try.e(&e)
		}
		_, err := client.Call(context.Background(), e, try.r)
		if !isKind(err, ErrNotSent) || !hasField(err, try.field) {
			t.Errorf("%s %+v: %v, want ErrNotSent because of %s", try.r.Operation(), e, err, try.field)
		}
	}
	if _, err := client.Render(generate, testEnvelope(Generate), time.Time{}); !hasField(err, "X-TIMESTAMP") {
		t.Errorf("no time: %v", err)
	}
}

func hasField(err error, name string) bool {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range joined.Unwrap() {
			if hasField(one, name) {
				return true
			}
		}
		return false
	}
	if field, ok := err.(*FieldError); ok {
		return field.Field == name
	}
	inner := errors.Unwrap(err)
	return inner != nil && hasField(inner, name)
}

func TestRenderTakesTheLimits(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, Options{AllowedSources: []string{"OVO_CASH"}})
	g := testRequest(Generate).(GenerateRequest)
	for amount, want := range map[int64]string{1: `"1.00"`, MaxAmount: `"5000000.00"`} {
		g.Amount = amount
		r, err := c.Render(g, testEnvelope(Generate), testAt)
		if err != nil || !strings.Contains(string(r.Body), `"amount":{"value":`+want+`,"currency":"IDR"}`) {
			t.Errorf("%d: %s, %v", amount, r.Body, err)
		}
		if !strings.Contains(string(r.Body), `"additionalInfo":{"allowedSources":["OVO_CASH"]}`) || strings.Contains(string(r.Body), "validity") {
			t.Errorf("body = %s", r.Body)
		}
	}
	e := testEnvelope(Generate)
	for _, id := range []string{"0", strings.Repeat("9", 36), "20240130111702000000000184"} { // the last from OVO's FAQ
		e.ExternalID = id
		if _, err := c.Render(g, e, testAt); err != nil {
			t.Errorf("X-EXTERNAL-ID %s: %v", id, err)
		}
	}
	r := testRequest(Refund).(RefundRequest)
	r.Reason = strings.Repeat("é", 256)
	if _, err := c.Render(r, testEnvelope(Refund), testAt); err != nil {
		t.Errorf("reason of 256 characters: %v", err)
	}
	for phone, want := range map[Phone]string{"08123456789": "08123456789", "628817482255": "08817482255", "+6281234567890": "081234567890"} {
		b := testRequest(Bind).(BindRequest)
		b.Phone = phone
		out, err := c.Render(b, testEnvelope(Bind), testAt)
		if err != nil || !strings.Contains(string(out.Body), `"phoneNo":"`+want+`"`) {
			t.Errorf("%s: %v", want, err)
		}
	}
	refresh, err := c.Render(CustomerAccessRequest{RefreshToken: "r"}, Envelope{}, testAt)
	if err != nil || string(refresh.Body) != `{"grantType":"refresh_token","refreshToken":"r"}` {
		t.Errorf("refresh = %s, %v", refresh.Body, err)
	}
}

func TestParseBindingReturn(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]BindingReturn{
		"authCode=abc&state=s1&displayMessage=SUCCESS": {AuthCode: "abc", State: "s1", Message: "SUCCESS"},
		"authCode=abc": {AuthCode: "abc"},
		"errorResponse=%7B%22code%22%3A%22OV00006%22%2C%22state%22%3A%22s1%22%7D": {Code: "OV00006", State: "s1"},
	} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := ParseBindingReturn(values); err != nil || got != want {
			t.Errorf("%s = %+v, %v", query, got, err)
		}
	}
	for _, query := range []string{"", "authCode=", "authCode=a+b", "errorResponse=x", "errorResponse={}", `errorResponse={"code":"<b>"}`, "authCode=" + strings.Repeat("a", 257)} {
		values, _ := url.ParseQuery(query)
		if got, err := ParseBindingReturn(values); err == nil {
			t.Errorf("%s = %+v, want an error", query, got)
		}
	}
}
