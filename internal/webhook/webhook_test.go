package webhook

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/lunas-pay/lunas/internal/payment"
)

var morning = time.Date(2026, 11, 21, 10, 0, 0, 0, payment.WIB)

// The specification's published vector.
func TestSignatureIsThatOfTheSpecification(t *testing.T) {
	t.Parallel()
	secret, err := ParseSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	got := secret.Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("Sign = %s, want %s", got, want)
	}
}

func header(h map[string]string) http.Header {
	out := http.Header{}
	for k, v := range h {
		out.Set(k, v)
	}
	return out
}

// A merchant verifies with the specification's own library, with the old and the new secret while they overlap.
func TestRotationOverlaps(t *testing.T) {
	t.Parallel()
	first, second := NewSecret([SecretSize]byte{1}), NewSecret([SecretSize]byte{2})
	now := time.Now()
	secrets := Secrets{{Secret: first}}.Rotate(second, now, time.Hour)
	body := []byte(`{"type":"payment.paid"}`)
	verify := func(s Secret, at time.Time) error {
		w, err := standardwebhooks.NewWebhook(s.Reveal())
		if err != nil {
			t.Fatal(err)
		}
		return w.VerifyIgnoringTimestamp(body, header(secrets.Header("evt_1", at, body)))
	}
	for _, c := range []struct {
		name   string
		secret Secret
		at     time.Time
		good   bool
	}{
		{"the new one at once", second, now, true},
		{"the old one within the overlap", first, now.Add(time.Hour - time.Second), true},
		{"the old one after it", first, now.Add(time.Hour), false},
		{"the new one after it", second, now.Add(time.Hour), true},
		{"another one", NewSecret([SecretSize]byte{3}), now, false},
	} {
		if err := verify(c.secret, c.at); (err == nil) != c.good {
			t.Errorf("%s: Verify = %v, want good %v", c.name, err, c.good)
		}
	}
	again, err := DecodeSecrets(secrets.Encode())
	if err != nil || fmt.Sprint(again.Header("evt_1", now, body)) != fmt.Sprint(secrets.Header("evt_1", now, body)) {
		t.Errorf("DecodeSecrets(Encode) = %v, %v: it signs differently", again, err)
	}
	for range 10 {
		secrets = secrets.Rotate(NewSecret([SecretSize]byte{9}), now, time.Hour)
	}
	if len(secrets) != secretsMax {
		t.Errorf("after ten rotations %d secrets sign, want %d", len(secrets), secretsMax)
	}
}

func TestSecretPrintsMasked(t *testing.T) {
	t.Parallel()
	s := NewSecret([SecretSize]byte{77})
	hidden := strings.TrimPrefix(s.Reveal(), secretPrefix)
	for _, printed := range []string{fmt.Sprint(s), fmt.Sprintf("%+v", s), fmt.Sprintf("%#v", s), fmt.Sprint(Secrets{{Secret: s}}), s.LogValue().String()} {
		if strings.Contains(printed, hidden) {
			t.Errorf("a secret prints itself: %s", printed)
		}
	}
	b, _ := json.Marshal(Secrets{{Secret: s}})
	if strings.Contains(string(b), hidden) {
		t.Errorf("a secret is marshalled: %s", b)
	}
}

func TestParseSecretRefuses(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_", "whsec_???", "whsec_c2hvcnQ=", "whsec_" + strings.Repeat("AAAA", 22)} {
		if _, err := ParseSecret(s); err == nil {
			t.Errorf("ParseSecret(%q) = nil, want an error", s)
		}
	}
}

func TestWants(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		events []string
		typ    string
		want   bool
	}{
		{nil, "payment.paid", true},
		{[]string{"payment.paid"}, "payment.paid", true},
		{[]string{"payment.paid"}, "payment.declined", false},
		{[]string{"payment.*"}, "payment.declined", true},
		{[]string{"payment.*"}, "webhook_endpoint.disabled", false},
	} {
		if got := (Endpoint{Events: c.events}).Wants(c.typ); got != c.want {
			t.Errorf("%v wants %s = %v, want %v", c.events, c.typ, got, c.want)
		}
	}
}

// A dead endpoint: the row of tries, with its jitter, lasts a little over three days.
func TestTriesOverThreeDays(t *testing.T) {
	t.Parallel()
	e, d := Endpoint{ID: "whe_1"}, Delivery{EndpointID: "whe_1", EventID: "evt_1", State: Due, CreatedAt: morning, DueAt: morning}
	var last time.Time
	for tries := 1; d.State == Due; tries++ {
		last = d.DueAt
		var after Delivery
		e, after = Answered(e, d, Answer{At: d.DueAt, Status: 500})
		if after.Tries != tries {
			t.Fatalf("after try %d Tries = %d", tries, after.Tries)
		}
		if after.State == Due {
			gap := Gaps[tries-1]
			if w := after.DueAt.Sub(d.DueAt); w < gap || w > gap+gap/10 {
				t.Errorf("wait before try %d = %s, want %s and at most a tenth more", tries+1, w, gap)
			}
		}
		d = after
	}
	if d.State != Failed || d.Tries != len(Gaps)+1 || d.EndedAt.IsZero() {
		t.Errorf("at the end: %+v, want failed after %d tries", d, len(Gaps)+1)
	}
	if total := last.Sub(morning); total < 3*24*time.Hour || total > 4*24*time.Hour {
		t.Errorf("the tries last %s, want a little over three days", total)
	}
	if e.On() == (e.Failures >= deadFailures) {
		t.Errorf("after %d failures in a row over three days the endpoint is on: %v", e.Failures, e.On())
	}
}

func TestAnswered(t *testing.T) {
	t.Parallel()
	due := Delivery{EndpointID: "whe_1", EventID: "evt_1", State: Due}
	failing := Endpoint{ID: "whe_1", FailingSince: morning.Add(-DeadAfter), Failures: deadFailures - 1}
	for _, c := range []struct {
		name     string
		endpoint Endpoint
		answer   Answer
		state    State
		disabled string
		failures int
		wait     time.Duration
	}{
		{"2xx delivers and forgets failures", failing, Answer{Status: 204}, Delivered, "", 0, 0},
		{"3xx is not followed and counts as a failure", Endpoint{}, Answer{Status: 302}, Due, "", 1, Gaps[0]},
		{"410 switches off at once", Endpoint{}, Answer{Status: 410}, Failed, ReasonGone, 1, 0},
		{"no answer", Endpoint{}, Answer{Trouble: "time-out"}, Due, "", 1, Gaps[0]},
		{"Retry-After is honoured", Endpoint{}, Answer{Status: 429, RetryAfter: time.Hour}, Due, "", 1, time.Hour},
		{"a short Retry-After changes nothing", Endpoint{}, Answer{Status: 429, RetryAfter: time.Second}, Due, "", 1, Gaps[0]},
		{"nor does one of a year beyond a day", Endpoint{}, Answer{Status: 503, RetryAfter: 365 * 24 * time.Hour}, Due, "", 1, retryAfterMax},
		{"three days of failures switch off", failing, Answer{Status: 500}, Due, ReasonDead, deadFailures, Gaps[0]},
		{"a few failures do not, however old", Endpoint{FailingSince: morning.Add(-9 * DeadAfter), Failures: 1}, Answer{Status: 500}, Due, "", 2, Gaps[0]},
	} {
		c.answer.At = morning
		e, d := Answered(c.endpoint, due, c.answer)
		if d.State != c.state || e.Disabled != c.disabled || e.Failures != c.failures {
			t.Errorf("%s: state %s, disabled %q, failures %d; want %s, %q, %d", c.name, d.State, e.Disabled, e.Failures, c.state, c.disabled, c.failures)
		}
		if w := d.DueAt.Sub(morning); c.wait > 0 && (w < c.wait || w > c.wait+c.wait/10) {
			t.Errorf("%s: next try after %s, want %s", c.name, w, c.wait)
		}
	}
}

func TestCheckURL(t *testing.T) {
	t.Parallel()
	for address, good := range map[string]bool{
		"https://shop.example/webhooks":                       true,
		"https://shop.example:8443/?a=1":                      true,
		"http://shop.example/webhooks":                        false,
		"ftp://shop.example":                                  false,
		"https://":                                            false,
		"https://:443/":                                       false,
		"shop.example/webhooks":                               false,
		"https://user:pass@shop.example/":                     false,
		"https://shop.example/#part":                          false,
		"https://shop.example/#":                              false,
		"https://shop.example/" + strings.Repeat("a", URLMax): false,
		"\x00": false,
	} {
		if err := CheckURL(address, false); (err == nil) != good {
			t.Errorf("CheckURL(%.60q) = %v, want good %v", address, err, good)
		}
	}
	if err := CheckURL("http://127.0.0.1:9000/", true); err != nil {
		t.Errorf("CheckURL of a plain address where that is allowed = %v", err)
	}
}

func TestCheckEvents(t *testing.T) {
	t.Parallel()
	types := []string{"payment.paid", "payment.declined"}
	for _, c := range []struct {
		wanted []string
		good   bool
	}{
		{nil, true},
		{[]string{"payment.paid"}, true},
		{[]string{"payment.*"}, true},
		{[]string{"payment.payed"}, false},
		{[]string{"refund.*"}, false},
		{[]string{"*"}, false},
		{[]string{"payment.paid", "payment.paid"}, false},
	} {
		if err := CheckEvents(c.wanted, types); (err == nil) != c.good {
			t.Errorf("CheckEvents(%v) = %v, want good %v", c.wanted, err, c.good)
		}
	}
}

// What is told of a payment holds no phone number and is written the same way every time.
func TestPaymentEvent(t *testing.T) {
	t.Parallel()
	phone, err := payment.ParsePhone("081234567890")
	if err != nil {
		t.Fatal(err)
	}
	p := payment.Payment{
		ID: "pay_1", Version: 2, State: payment.Declined, Mode: payment.Test, Amount: 25_000, Reference: "order 7", Method: payment.OVOPush,
		Rail: payment.OVO, Account: "ovo", Phone: phone, Failure: &payment.Failure{Code: "canceled_by_customer", ProviderCode: "17"},
		CreatedAt: morning, UpdatedAt: morning.Add(time.Second),
	}
	got := string(PaymentEvent("evt_1", "payment.declined", morning.Add(time.Second), p))
	want := `{"id":"evt_1","type":"payment.declined","timestamp":"2026-11-21T10:00:01.000+07:00","data":{"id":"pay_1","version":2,` +
		`"state":"declined","mode":"test","amount":25000,"currency":"IDR","reference":"order 7","method":"ovo_push","rail":"ovo",` +
		`"account":"ovo","failure":{"code":"canceled_by_customer","provider_code":"17"},` +
		`"created_at":"2026-11-21T10:00:00.000+07:00","updated_at":"2026-11-21T10:00:01.000+07:00"}}`
	if got != want {
		t.Errorf("PaymentEvent =\n%s\nwant\n%s", got, want)
	}
}
