package api

import (
	"bytes"
	"image/png"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/sandbox"
	"github.com/lunas-pay/lunas/sandbox/qrscan"
)

// TestQR pays by a QR from the order to the refund, over real bytes.
func TestQR(t *testing.T) {
	t.Parallel()
	w := serveQR(t)
	p := w.present()
	a := p.Attempts[0]
	if p.Method != "qris" || p.Rail != "snap" || p.Phone != "" || !strings.HasPrefix(p.QR.Content, "000201") ||
		!p.QR.Until.Equal(a.PushedAt.Add(75*time.Second)) || a.PartnerReferenceNo != "000001000001" || a.PresentedAt == nil {
		t.Errorf("a QR that is shown: %+v, attempt %+v", p.QR, a)
	}
	if n := p.NextAction; n == nil || n.What != "scan" || n.Who != "customer" || !n.At.Equal(p.QR.Until.Time) {
		t.Errorf("next action %+v, want scan by the customer until the QR's end", n)
	}
	if p.Message == nil || p.Message.EN != "Scan this QR code with your payment app" || p.Message.ID == "" {
		t.Errorf("message %+v", p.Message)
	}
	drawn := w.do("GET", p.QR.PNG, "")
	if got, err := qrscan.Text(drawn.body); got != p.QR.Content || err != nil || drawn.header.Get("Content-Type") != "image/png" {
		t.Errorf("the picture reads %q, %v; want %q", got, err, p.QR.Content)
	}
	w.scan(p.QR.Content)
	p = w.do("GET", "/v1/payments/"+p.ID+"?wait=20", "").payment(t)
	if p.State != "paid" || p.QR != nil || p.Message.EN != "Payment Success" || p.Attempts[0].PaidAt == nil || p.Attempts[0].ProviderReference == "" {
		t.Fatalf("after the scan: %s, QR %v, %+v, %+v", p.State, p.QR, p.Message, p.Attempts[0])
	}
	undo := p.Actions[len(p.Actions)-1]
	endOfDay := time.Date(2026, 3, 21, 23, 59, 59, 0, noon.Location())
	if undo.Action != "refund" || undo.Amount != 12500 || undo.Until == nil || !undo.Until.Equal(endOfDay) {
		t.Errorf("what can be undone: %+v, want all of it until %s", p.Actions, endOfDay)
	}
	if a := w.do("GET", "/v1/payments/"+p.ID+"/qr.png", ""); a.problem(t).Code != "qr_gone" || a.status != 410 {
		t.Errorf("the picture of a paid QR: %d %s", a.status, a.body)
	}
	got := w.do("POST", "/v1/payments/"+p.ID+"/refund?wait=20", `{"reason":"cold","amount":12500}`)
	q := got.payment(t)
	if got.status != 200 || q.State != "refunded" || q.Message.EN != "Your payment has been refunded" || q.Attempts[0].RefundNo == "" || q.Failure != nil {
		t.Errorf("refund: %d %s %+v %+v", got.status, q.State, q.Message, q.Attempts[0])
	}
	events := decode[EventList](t, w.do("GET", "/v1/payments/"+p.ID+"/events", ""))
	told := false
	for _, step := range events.Journal {
		told = told || (step.Event == "notified" && step.Outcome == "approved" && step.ProviderCode == "00")
	}
	if !told {
		t.Errorf("no notification in the journal: %+v", events.Journal)
	}
}

func TestRefundIsRefused(t *testing.T) {
	t.Parallel()
	w := serveQR(t)
	w.quiet()
	open := w.present()
	paid := w.present()
	w.scan(paid.QR.Content)
	header, body := w.notification("/notify/snap/qris", paid.Attempts[0].PartnerReferenceNo, nil)
	w.send("/notify/snap/qris", header, body)
	push := w.pay()
	for _, c := range []struct {
		name, id, body string
		status         int
		code, field    string
	}{
		{"a part", paid.ID, `{"amount":12499}`, 422, "amount_not_whole", "amount"},
		{"more", paid.ID, `{"amount":12501}`, 422, "amount_not_whole", "amount"},
		{"nothing", paid.ID, `{"amount":0}`, 422, "amount_too_small", "amount"},
		{"text", paid.ID, `{"amount":"12500"}`, 422, "wrong_type", "amount"},
		{"a point", paid.ID, `{"amount":12500.0}`, 422, "amount_not_integer", "amount"},
		{"another field", paid.ID, `{"ammount":12500}`, 422, "unknown_field", "ammount"},
		{"a long reason", paid.ID, `{"reason":"` + strings.Repeat("x", 256) + `"}`, 422, "reason_invalid", "reason"},
		{"not paid", open.ID, "", 409, "not_possible", ""},
		{"a push", push.ID, "", 409, "not_possible", ""},
		{"unknown", "pay_00000000000000000000000000", "", 404, "payment_not_found", "id"},
	} {
		a := w.do("POST", "/v1/payments/"+c.id+"/refund", c.body)
		if p := a.problem(t); a.status != c.status || p.Code != c.code || p.Field != c.field {
			t.Errorf("%s: %d %s in %q, want %d %s in %q: %s", c.name, a.status, p.Code, p.Field, c.status, c.code, c.field, a.body)
		}
	}
	if p := w.do("POST", "/v1/payments/"+paid.ID+"/void", `{"amount":12500}`).problem(t); p.Code != "unknown_field" {
		t.Errorf("an amount in a void: %s", p.Code)
	}
	if q := w.do("GET", "/v1/payments/"+paid.ID, "").payment(t); q.State != "paid" || q.Version != 3 {
		t.Errorf("after all that: %s, version %d, want still paid", q.State, q.Version)
	}
	w.forward(12 * time.Hour) // the next day
	if p := w.do("POST", "/v1/payments/"+paid.ID+"/refund", "").problem(t); p.Code != "cutoff" || p.Status != 409 {
		t.Errorf("a refund on the next day: %d %s", p.Status, p.Code)
	}
	for _, action := range w.do("GET", "/v1/payments/"+paid.ID, "").payment(t).Actions {
		if action.Action == "refund" {
			t.Error("a refund is offered on the next day")
		}
	}
}

// A request for a refund that is repeated refunds once, with the key and without.
func TestRefundIsRepeated(t *testing.T) {
	t.Parallel()
	w := serveQR(t)
	p := w.paid()
	key := with("Idempotency-Key", "r-1")
	path := "/v1/payments/" + p.ID + "/refund"
	first := w.do("POST", path+"?wait=20", `{"reason":"cold"}`, key)
	again := w.do("POST", path, `{"reason":"cold"}`, key)
	if first.status != 200 || again.status != 200 || again.header.Get("Idempotent-Replayed") != "true" || again.payment(t).State != "refunded" {
		t.Errorf("first %d, again %d %s", first.status, again.status, again.body)
	}
	if a := w.do("POST", path, `{"reason":"hot"}`, key); a.problem(t).Code != "idempotency_key_reused" {
		t.Errorf("another reason: %d %s", a.status, a.body)
	}
	if a := w.do("POST", path, ""); a.problem(t).Code != "not_possible" {
		t.Errorf("without the key: %d %s", a.status, a.body)
	}
	for _, c := range again.payment(t).Attempts[0].Calls {
		if c.Operation == "refund" && c.Tries != 1 {
			t.Errorf("%d refunds were sent, want 1", c.Tries)
		}
	}
}

func TestRenew(t *testing.T) {
	t.Parallel()
	w := serveQR(t)
	p := w.present()
	path := "/v1/payments/" + p.ID
	if a := w.do("POST", path+"/renew", ""); a.status != 409 || a.problem(t).Code != "in_progress" {
		t.Errorf("renewing a QR that can still be paid: %d %s", a.status, a.body)
	}
	w.forward(76 * time.Second)
	// Its life is over, and the provider has not said that nobody paid: nothing is shown, and nothing new is made.
	q := w.do("GET", path, "").payment(t)
	if q.State == "awaiting" && (q.QR != nil || q.NextAction.What != "check" || q.Message.EN != "We are checking your payment") {
		t.Errorf("after 75 s: QR %v, next %+v, %+v", q.QR, q.NextAction, q.Message)
	}
	if a := w.do("GET", path+"/qr.svg", ""); a.status != 410 {
		t.Errorf("its picture: %d %s", a.status, a.body)
	}
	q = w.lapse(p)
	if q.Failure == nil || q.Failure.Code != "qr_not_paid" || q.Failure.ProviderCode != "06" || q.Failure.Message.EN != "The payment was not made" {
		t.Errorf("failure %+v", q.Failure)
	}
	a := w.do("POST", path+"/renew?wait=20", `{"reason":"asked again"}`, with("Idempotency-Key", "n-1"))
	q = a.payment(t)
	if a.status != 200 || q.State != "awaiting" || q.QR == nil || q.QR.Content == p.QR.Content || len(q.Attempts) != 2 || q.Failure != nil {
		t.Fatalf("renewed: %d %s", a.status, a.body)
	}
	if a := w.do("POST", path+"/renew", `{"reason":"asked again"}`, with("Idempotency-Key", "n-1")); a.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("the same again: %d %s", a.status, a.body)
	}
	w.scan(q.QR.Content)
	if q = w.do("GET", path+"?wait=20", "").payment(t); q.State != "paid" {
		t.Errorf("after the scan of the second QR: %s", q.State)
	}
}

func TestCancelOfAQR(t *testing.T) {
	t.Parallel()
	w := serveQR(t)
	p := w.present()
	path := "/v1/payments/" + p.ID
	a := w.do("POST", path+"/cancel", "")
	q := a.payment(t)
	if a.status != 202 || q.State != "awaiting" || q.QR != nil || q.Message.EN != "We are checking your payment" || q.NextAction.What != "check" {
		t.Errorf("canceled while it may have been scanned: %d %s", a.status, a.body)
	}
	if a := w.do("GET", path+"/qr.png", ""); a.status != 410 || !strings.Contains(a.problem(t).Detail, "canceled") {
		t.Errorf("its picture: %d %s", a.status, a.body)
	}
	if a := w.do("POST", path+"/cancel", ""); a.problem(t).Code != "not_possible" {
		t.Errorf("canceled twice: %d %s", a.status, a.body)
	}
	// The customer has scanned it all the same: paid is paid.
	w.scan(p.QR.Content)
	if q := w.do("GET", path+"?wait=20", "").payment(t); q.State != "paid" || q.Message.EN != "Payment Success" {
		t.Errorf("paid after the cancel: %s %+v", q.State, q.Message)
	}
}

func TestCheckOfAQR(t *testing.T) {
	t.Parallel()
	w := serveQR(t)
	w.quiet()
	p := w.present()
	w.scan(p.QR.Content)
	w.forward(6 * time.Second)
	a := w.do("POST", "/v1/payments/"+p.ID+"/check?wait=20", "")
	if a.status != 200 || a.payment(t).State != "paid" {
		t.Fatalf("check: %d %s", a.status, a.body)
	}
	a = w.do("POST", "/v1/payments/"+p.ID+"/check", "")
	if q := a.problem(t); q.Code != "check_in_progress" || q.RetryAfter < 1 || q.RetryAfter > 5 || a.header.Get("Retry-After") == "" {
		t.Errorf("a second check at once: %d %s", a.status, a.body)
	}
}

func TestPictures(t *testing.T) {
	t.Parallel()
	w := serveQR(t)
	p := w.present()
	path := "/v1/payments/" + p.ID
	for _, query := range []string{"", "?size=200&level=L", "?size=2048&quiet_zone=32&level=H", "?level=Q"} {
		a := w.do("GET", path+"/qr.png"+query, "")
		if got, err := qrscan.Text(a.body); got != p.QR.Content || err != nil || a.status != 200 {
			t.Errorf("png%s: %d reads %q, %v", query, a.status, got, err)
		}
		if a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("png%s: Cache-Control %q", query, a.header.Get("Cache-Control"))
		}
		a = w.do("GET", path+"/qr.svg"+query, "")
		if a.status != 200 || a.header.Get("Content-Type") != "image/svg+xml" || !bytes.HasPrefix(a.body, []byte("<svg ")) {
			t.Errorf("svg%s: %d %s", query, a.status, a.header.Get("Content-Type"))
		}
	}
	if c, err := png.DecodeConfig(bytes.NewReader(w.do("GET", path+"/qr.png?size=333", "").body)); err != nil || c.Width != 333 {
		t.Errorf("size=333: %d, %v", c.Width, err)
	}
	for query, want := range map[string][2]string{
		"size=63": {"size", "64 to 2048"}, "size=2049": {"size", "64 to 2048"}, "size=big": {"size", "64 to 2048"}, "size=1e3": {"size", "64 to 2048"},
		"quiet_zone=3": {"quiet_zone", "4 to 32"}, "quiet_zone=33": {"quiet_zone", "4 to 32"}, "level=m": {"level", "L, M, Q or H"},
		"level=X": {"level", "L, M, Q or H"}, "size=64&quiet_zone=32": {"size", "at least"},
	} {
		for _, kind := range []string{"png", "svg"} {
			a := w.do("GET", path+"/qr."+kind+"?"+query, "")
			if p := a.problem(t); a.status != 422 || p.Code != "invalid_parameter" || p.Field != want[0] || !strings.Contains(p.Detail, want[1]) {
				t.Errorf("%s?%s: %d %s", kind, query, a.status, a.body)
			}
		}
	}
	if p := w.do("GET", path+"/qr.png?sise=100", "").problem(t); p.Code != "unknown_parameter" {
		t.Errorf("a misspelt parameter: %s", p.Code)
	}
	if p := w.do("GET", "/v1/payments/"+w.pay().ID+"/qr.png", "").problem(t); p.Code != "not_possible" || p.Status != 409 {
		t.Errorf("the picture of a push: %d %s", p.Status, p.Code)
	}
	if p := w.do("GET", path+"/qr.png", "", as(keyB)).problem(t); p.Code != "payment_not_found" {
		t.Errorf("another merchant's: %s", p.Code)
	}
}

// tourQR provokes the good answers that only payments by QR have.
func tourQR(t *testing.T) *observer {
	t.Helper()
	w := serveQR(t)
	for _, wait := range []string{"", "?wait=20"} {
		p := w.paid()
		w.do("POST", "/v1/payments/"+p.ID+"/refund"+wait, "")
		p = w.lapse(w.present())
		w.do("POST", "/v1/payments/"+p.ID+"/renew"+wait, "")
	}
	w.script(sandbox.Script{
		Operation: sandbox.OperationGenerate, Effect: sandbox.Effect{Customer: sandbox.Cash, CustomerAfter: sandbox.Duration(time.Second)},
	})
	p := w.present()
	w.do("GET", p.QR.PNG, "")
	w.do("GET", p.QR.SVG, "")
	w.do("POST", "/v1/payments/"+p.ID+"/cancel", "")
	p = w.present()
	w.do("POST", "/v1/payments/"+p.ID+"/cancel?wait=20", "")
	return w.seen
}

// Where the provider gives no access token nothing is sent, and the merchant is told to come again.
func TestProviderAway(t *testing.T) {
	t.Parallel()
	w := serveQR(t)
	w.script(sandbox.Script{Operation: sandbox.OperationToken, Times: 1, Effect: sandbox.Effect{Code: "5007300"}})
	key := with("Idempotency-Key", "away-1")
	a := w.do("POST", "/v1/payments?wait=20", qrOrder, key)
	p := a.problem(t)
	if a.status != 503 || p.Code != "provider_unreachable" || p.RetryAfter < 1 || a.header.Get("Retry-After") == "" || p.Until == nil {
		t.Errorf("without a token: %d %s", a.status, a.body)
	}
	if page := decode[PaymentPage](t, w.do("GET", "/v1/payments", "")); len(page.Data) != 0 {
		t.Errorf("%d payments, want none", len(page.Data))
	}
	w.forward(2 * time.Second)
	if a := w.do("POST", "/v1/payments?wait=20", qrOrder, key); a.status != 201 || a.payment(t).State != "awaiting" {
		t.Errorf("the same request again: %d %s", a.status, a.body)
	}
	if a := w.do("POST", "/v1/payments", qrOrder, key); a.status != 200 || a.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("and once more: %d %s", a.status, a.body)
	}
}

func TestQRIsRefused(t *testing.T) {
	t.Parallel()
	w := serveQR(t)
	a := w.do("POST", "/v1/payments", strings.Replace(qrOrder, "12500", "5000001", 1))
	if p := a.problem(t); a.status != 422 || p.Code != "amount_too_large" || p.Field != "amount" || !strings.Contains(p.Detail, "5.000.000") {
		t.Errorf("above the limit: %d %s", a.status, a.body)
	}
	const again = "No QR code could be made, please try again or pay another way"
	for code, want := range map[string]struct{ code, en string }{
		"4034702": {"limit_exceeded", "This payment is above a limit, please pay another way"},
		"4034715": {"not_permitted", "This payment cannot be made by QRIS, please pay another way"},
		"4034706": {"too_late", "QRIS is not available at this time, please try again later or pay another way"},
		"4044708": {"misconfigured", again},
	} {
		w.script(sandbox.Script{Operation: sandbox.OperationGenerate, Times: 1, Effect: sandbox.Effect{Code: code}})
		p := w.do("POST", "/v1/payments?wait=20", qrOrder).payment(t)
		f := p.Failure
		if p.State != "declined" || f == nil || f.Code != want.code || f.ProviderCode != code || f.Operation != "generate" ||
			f.Message.EN != want.en || f.Message.ID == "" || p.Message == nil || *p.Message != f.Message || p.QR != nil {
			t.Errorf("%s: %s %+v, message %+v; want %+v", code, p.State, f, p.Message, want)
		}
		if a := w.do("GET", "/v1/payments/"+p.ID+"/qr.png", ""); a.status != 410 {
			t.Errorf("%s: picture %d", code, a.status)
		}
	}
}

// A refund that the provider refuses leaves the payment paid, and says so to everybody.
func TestRefundIsNotDone(t *testing.T) {
	t.Parallel()
	w := serveQR(t)
	p := w.paid()
	w.script(sandbox.Script{Operation: sandbox.OperationRefund, Times: 1, Effect: sandbox.Effect{Code: "4037814"}})
	a := w.do("POST", "/v1/payments/"+p.ID+"/refund?wait=20", "")
	q := a.payment(t)
	if a.status != 200 || q.State != "paid" || q.Failure == nil || q.Failure.Code != "insufficient_funds" || q.Failure.Operation != "refund" ||
		q.Message.EN != "Your payment could not be refunded" || q.Failure.Message != *q.Message {
		t.Errorf("a refused refund: %d %s %+v %+v", a.status, q.State, q.Failure, q.Message)
	}
	if a := w.do("POST", "/v1/payments/"+p.ID+"/refund?wait=20", ""); a.payment(t).State != "refunded" {
		t.Errorf("asked again: %d %s", a.status, a.body)
	}
}

// livedQR is a payment by QR after some events, as the core makes it.
func livedQR(t *testing.T, events ...payment.Event) (payment.Payment, payment.Terms) {
	t.Helper()
	terms := payment.SNAPTerms()
	all := append([]payment.Event{payment.Requested{
		At: noon, ID: "pay_00000000000000000000000000", MerchantID: "mer_a", Mode: payment.Test, Amount: 12500, Method: payment.QRIS,
		Terminal: payment.Terminal{ID: "t"}, Number: payment.Number{Batch: 1, Reference: 1},
	}}, events...)
	var p payment.Payment
	for i, e := range all {
		var err error
		if p, _, err = payment.Decide(terms, p, e); err != nil {
			t.Fatalf("event %d: %v", i, err)
		}
	}
	return p, terms
}

// TestQRStates: at every step the picture says what is true of the money, and no more.
func TestQRStates(t *testing.T) {
	t.Parallel()
	at := func(d time.Duration) time.Time { return noon.Add(d) }
	shown := payment.Answered{At: at(time.Second), Call: payment.CallGenerate, Try: 1, Outcome: payment.Outcome{Class: payment.Approved, QR: "0002"}}
	asked := func(d time.Duration, what payment.Ask) payment.Event { return payment.Asked{At: at(d), What: what} }
	paid := payment.Notified{At: at(10 * time.Second), Number: payment.Number{Batch: 1, Reference: 1}, Outcome: payment.Outcome{Class: payment.Approved, Code: "00"}}
	refunding := []payment.Event{shown, paid, asked(20*time.Second, payment.AskRefund)}
	silent := payment.NoAnswer{At: at(30 * time.Second), Call: payment.CallRefund, Try: 1, Why: payment.Silent}
	refused := payment.Answered{At: at(21 * time.Second), Call: payment.CallRefund, Try: 1, Outcome: payment.Outcome{Class: payment.Refused, Code: "4037814", Cause: "insufficient_funds"}}
	other := payment.Notified{At: at(10 * time.Second), Number: payment.Number{Batch: 1, Reference: 1}, Outcome: payment.Outcome{Class: payment.Approved, Code: "00", Amount: 1}}
	for _, c := range []struct {
		name    string
		now     time.Duration
		events  []payment.Event
		state   payment.State
		next    string
		en      string
		qr      bool
		failure string
		actions string
	}{
		{"being made", 0, nil, payment.Presenting, "present", "Your QR code is being made", false, "", "cancel"},
		{"shown", time.Second, []payment.Event{shown}, payment.Awaiting, "scan", "Scan this QR code with your payment app", true, "", "check cancel"},
		{"to the last moment", 75*time.Second - 1, []payment.Event{shown}, payment.Awaiting, "scan", "Scan this QR code with your payment app", true, "", "check cancel"},
		{"over", 75 * time.Second, []payment.Event{shown}, payment.Awaiting, "check", "We are checking your payment", false, "", "check cancel"},
		{"given up", 3 * time.Second, []payment.Event{shown, asked(2*time.Second, payment.AskCancel)}, payment.Awaiting, "check", "We are checking your payment", false, "", "check"},
		{"paid", 10 * time.Second, []payment.Event{shown, paid}, payment.Paid, "", "Payment Success", false, "", "check refund"},
		{"refunding", 20 * time.Second, refunding, payment.Refunding, "confirm_refund", "Your payment is being refunded", false, "", ""},
		{"refund without an answer", 31 * time.Second, append(refunding, silent), payment.Refunding, "confirm_refund", "Your payment is being refunded", false, "", ""},
		{"refund refused", 22 * time.Second, append(refunding, refused), payment.Paid, "", "Your payment could not be refunded", false, "insufficient_funds", "check refund"},
		{"another amount", 10 * time.Second, []payment.Event{shown, other}, payment.Review, "inspect", "We are checking your payment", false, "", "check"},
	} {
		p, terms := livedQR(t, c.events...)
		v := view(p, terms, nil, at(c.now))
		got := struct{ next, en, failure, actions string }{}
		if v.NextAction != nil {
			got.next = v.NextAction.What
		}
		if v.Message != nil {
			got.en = v.Message.EN
		}
		if v.Failure != nil {
			got.failure = v.Failure.Code
		}
		for i, a := range v.Actions {
			if i > 0 {
				got.actions += " "
			}
			got.actions += a.Action
		}
		if p.State != c.state || got.next != c.next || got.en != c.en || got.failure != c.failure || got.actions != c.actions || (v.QR != nil) != c.qr {
			t.Errorf("%s: %s %+v, QR %v; want %s %q %q %q %q, QR %v", c.name, p.State, got, v.QR, c.state, c.next, c.en, c.failure, c.actions, c.qr)
		}
	}
}

// A refund's try that was refused is no last word while an earlier one may have been done.
func TestDoubtfulRefundHasNotFailed(t *testing.T) {
	t.Parallel()
	p, terms := livedQR(t)
	p.State, p.Failure = payment.Refunding, &payment.Failure{Code: "too_late", Operation: payment.CallRefund, ProviderCode: "4037806"}
	if v := view(p, terms, nil, noon); v.Failure != nil || v.Message.EN != "Your payment is being refunded" {
		t.Errorf("refunding: %+v, %+v", v.Failure, v.Message)
	}
	p.State, p.Failure = payment.Review, &payment.Failure{Code: "duplicate_number", Operation: payment.CallGenerate, ProviderCode: "4094701"}
	if v := view(p, terms, nil, noon); v.Failure != nil || v.Message.EN != "We are checking your payment" {
		t.Errorf("review: %+v, %+v", v.Failure, v.Message)
	}
}
