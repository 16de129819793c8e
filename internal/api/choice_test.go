package api

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/payment"
)

const freely = `{"amount":12500,"reference":"INV-1"}`

// hosted is a world with pages on which customers can choose.
func hosted(t *testing.T) *world {
	t.Helper()
	w := serve(t)
	w.server.CheckoutURL = func(p payment.Payment) string { return "https://pay.example.id/pay/" + p.ID }
	w.server.ReturnKey = func(merchantID string, mode payment.Mode) string { return "retsec_" + merchantID + "/" + string(mode) }
	return w
}

// A payment without a phone, with several methods or with none waits for its customer, and says so.
func TestTheCustomerChooses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body, method string
		methods      []string
	}{
		"a push without a phone": {orderWith("phone", ""), "ovo_push", []string{"ovo_push"}},
		"several":                {`{"amount":12500,"reference":"INV-1","methods":["qris","ovo_push"]}`, "ovo_push", []string{"ovo_push"}}, // a QR has no account here
		"one":                    {`{"amount":12500,"reference":"INV-1","methods":["ovo_push"]}`, "ovo_push", []string{"ovo_push"}},
		"any":                    {freely, "ovo_push", []string{"ovo_push"}},
		"any, by a rail":         {`{"amount":12500,"reference":"INV-1","rail":"ovo","account":"main","terminal":"mer_a-main-2"}`, "ovo_push", []string{"ovo_push"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := hosted(t)
			began := time.Now()
			a := w.do("POST", "/v1/payments?wait=60", test.body)
			p := a.payment(t)
			if a.status != 201 || p.State != "created" || p.Method != test.method || !slices.Equal(p.Methods, test.methods) {
				t.Fatalf("answer %d: %s by %q of %v", a.status, p.State, p.Method, p.Methods)
			}
			if took := time.Since(began); took > 30*time.Second {
				t.Errorf("a payment that waits for its customer was answered after %v", took)
			}
			if p.Rail != "" || p.Account != "" || len(p.Attempts) != 0 || p.Phone != "" {
				t.Errorf("before the choice: rail %q, account %q, %d attempts", p.Rail, p.Account, len(p.Attempts))
			}
			next := p.NextAction
			if next == nil || next.What != "redirect" || next.Who != "customer" || next.RedirectURL != p.CheckoutURL || p.CheckoutURL == "" {
				t.Errorf("next action = %+v", next)
			}
			if want := p.CreatedAt.Add(time.Hour); p.ExpiresAt == nil || !p.ExpiresAt.Equal(want) || !p.Deadline.Equal(want) || !next.At.Equal(want) {
				t.Errorf("it ends at %v, %v, %v; want %v", p.ExpiresAt, p.Deadline, next.At, want)
			}
			if len(p.Actions) != 1 || p.Actions[0].Action != "cancel" {
				t.Errorf("actions = %+v", p.Actions)
			}
			if code := w.do("POST", "/v1/payments/"+p.ID+"/check", "").problem(t).Code; code != "nothing_sent" {
				t.Errorf("checked: %s", code)
			}
		})
	}
}

// What the customer chose is seen by the merchant as any other payment is.
func TestAChoiceIsSeen(t *testing.T) {
	t.Parallel()
	w := hosted(t)
	p := w.do("POST", "/v1/payments", orderWith("phone", "")).payment(t)
	phone, err := payment.ParsePhone(canaryPhone)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.engine.Choose(t.Context(), "mer_a", p.ID, engine.Choice{Method: payment.OVOPush, Phone: phone}); err != nil {
		t.Fatal(err)
	}
	p = w.do("GET", "/v1/payments/"+p.ID+"?wait=20", "").payment(t)
	if p.State != "paid" || p.Phone != phone.String() || p.Rail != "ovo" || len(p.Attempts) != 1 || p.ExpiresAt == nil {
		t.Errorf("after the choice: %+v", p)
	}
	var story struct {
		Data    []struct{ Type string }
		Journal []struct{ Event string }
	}
	if err := json.Unmarshal(w.do("GET", "/v1/payments/"+p.ID+"/events", "").body, &story); err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, e := range append(story.Data, struct{ Type string }{"|"}) {
		told = append(told, e.Type)
	}
	for _, e := range story.Journal {
		told = append(told, e.Event)
	}
	if got, want := strings.Join(told, " "), "payment.created payment.pushing payment.paid | requested chosen answered"; got != want {
		t.Errorf("its story is %q, want %q", got, want)
	}
}

// The same key gives the same payment, and expires_at says until when a customer may choose.
func TestAChoiceIsAskedForOnce(t *testing.T) {
	t.Parallel()
	w := hosted(t)
	key := with("Idempotency-Key", "order-7")
	ends := w.server.Now().Add(48 * time.Hour).Format(time.RFC3339)
	body := `{"amount":12500,"reference":"INV-1","expires_at":"` + ends + `"}`
	first := w.do("POST", "/v1/payments", body, key)
	again := w.do("POST", "/v1/payments", body, key)
	if again.status != 200 || again.payment(t).ID != first.payment(t).ID || first.payment(t).ExpiresAt.Format(time.RFC3339) != first.payment(t).ExpiresAt.In(payment.WIB).Format(time.RFC3339) {
		t.Errorf("again: %d %s", again.status, again.body)
	}
	if code := w.do("POST", "/v1/payments", freely, key).problem(t).Code; code != "idempotency_key_reused" {
		t.Errorf("another request with that key: %s", code)
	}
	for name, at := range map[string]time.Time{"now": w.server.Now(), "in a year": w.server.Now().AddDate(1, 0, 0)} {
		bad := `{"amount":12500,"reference":"INV-1","expires_at":"` + at.Format(time.RFC3339) + `"}`
		if p := w.do("POST", "/v1/payments", bad).problem(t); p.Code != payment.CodeExpiryInvalid || p.Field != "expires_at" {
			t.Errorf("%s: %s in %s", name, p.Code, p.Field)
		}
	}
}

// A phone is given by the merchant with a method, or by the customer.
func TestAPhoneWithoutAMethod(t *testing.T) {
	t.Parallel()
	w := hosted(t)
	for _, body := range []string{orderWith("method", ""), strings.Replace(orderWith("method", ""), "{", `{"methods":["ovo_push"],`, 1)} {
		if p := w.do("POST", "/v1/payments", body).problem(t); p.Code != "phone_unwanted" || p.Field != "phone" {
			t.Errorf("%s: %s in %s", body, p.Code, p.Field)
		}
	}
	if code := w.do("POST", "/v1/payments", `{"amount":12500,"reference":"a","rail":"snap","methods":["ovo_push"]}`).problem(t).Code; code != "rail_method_mismatch" {
		t.Errorf("a rail that has none of the methods: %s", code)
	}
	if code := w.do("POST", "/v1/payments", `{"amount":12500,"reference":"a","methods":["qris"]}`).problem(t).Code; code != "no_account" {
		t.Errorf("no account for what is offered: %s", code)
	}
}

// A customer is sent to web pages by https; with a test key also to this machine.
func TestWhereCustomersMayBeSent(t *testing.T) {
	t.Parallel()
	w := hosted(t)
	for address, want := range map[string][2]bool{ // with a test key, with a live key
		"https://shop.example/orders/7?x=1":    {true, true},
		"http://localhost:8080/shop":           {true, false},
		"http://127.0.0.1:8080/shop":           {true, false},
		"http://[::1]/shop":                    {true, false},
		"http://shop.localhost/":               {true, false},
		"http://127.0.0.1.evil.example/":       {},
		"http://localhost.evil.example/":       {},
		"http://192.168.1.7/shop":              {},
		"https://shop.example/?state=paid":     {},
		"https://shop.example/?a=b;signature=": {},
		"https:/shop.example":                  {},
		"//shop.example":                       {},
	} {
		for i, key := range []string{keyA, keyALive} {
			a := w.do("POST", "/v1/payments", `{"amount":1,"reference":"a","return_url":"`+address+`"}`, as(key))
			code := ""
			if a.status != 201 {
				code = a.problem(t).Code
			}
			if taken := code != "return_url_invalid"; taken != want[i] {
				t.Errorf("%s with key %d: %d %s, want it taken: %v", address, i, a.status, code, want[i])
			}
		}
	}
}

// The key of returns is the merchant's and the mode's own, and only who may administer gets it.
func TestTheReturnKey(t *testing.T) {
	t.Parallel()
	w := hosted(t)
	got := map[string]bool{}
	for _, key := range []string{keyA, keyALive, keyB} {
		var v ReturnKey
		if err := json.Unmarshal(w.do("GET", "/v1/return_key", "", as(key)).body, &v); err != nil {
			t.Fatal(err)
		}
		got[v.Key] = true
	}
	if len(got) != 3 {
		t.Errorf("keys %v, want three", got)
	}
}
