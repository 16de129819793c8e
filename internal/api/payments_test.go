package api

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/wording"
)

// gate lets a test say when the provider answers a push.
func (w *world) gate() (open func()) { return w.hold("push") }

// hold does so for any operation.
func (w *world) hold(operation string) (open func()) {
	release := make(chan struct{})
	w.rail.on(operation, func(ctx context.Context) (payment.Outcome, error) {
		select {
		case <-release:
			return payment.Outcome{Class: payment.Approved, Code: "00"}, nil
		case <-ctx.Done():
			return payment.Outcome{}, rail.ErrNoAnswer
		}
	})
	return sync.OnceFunc(func() { close(release) })
}

func TestCreateAndGet(t *testing.T) {
	t.Parallel()
	w := serve(t)
	open := w.gate()
	a := w.do("POST", "/v1/payments", orderWith("metadata", `{"cart":"7"}`))
	p := a.payment(t)
	if a.status != 201 || a.header.Get("Location") != "/v1/payments/"+p.ID || p.State != "pushing" || p.Version != 1 {
		t.Fatalf("answer %d, location %q: %s", a.status, a.header.Get("Location"), a.body)
	}
	if p.Phone != "0812*****432" || p.Currency != "IDR" || p.Mode != "test" || p.Rail != "ovo" || p.Metadata["cart"] != "7" {
		t.Errorf("payment %s", a.body)
	}
	at := p.Attempts[0].PushedAt.Time
	if p.NextAction == nil || p.NextAction.What != "confirm" || !p.NextAction.At.Equal(at.Add(55*time.Second)) {
		t.Errorf("next action %+v, want confirm by the customer at 55 s", p.NextAction)
	}
	if p.Deadline == nil || !p.Deadline.Equal(at.Add(65*time.Second)) || p.Failure != nil || p.Message != nil || len(p.Actions) != 0 {
		t.Errorf("deadline, failure, message or actions of a push under way: %s", a.body)
	}
	if !strings.Contains(string(a.body), `+07:00"`) {
		t.Errorf("times are not in WIB: %s", a.body)
	}
	open()
	p = w.do("GET", "/v1/payments/"+p.ID+"?wait=20", "").payment(t)
	if p.State != "paid" || p.Message.EN != "Payment Success" || p.NextAction != nil || p.Deadline != nil {
		t.Errorf("after the answer: %+v", p)
	}
	var actions []string
	for _, act := range p.Actions {
		actions = append(actions, act.Action+" "+act.Until.In(payment.WIB).Format("2006-01-02 15:04"))
	}
	if want := []string{"check 2026-03-28 12:00", "void 2026-03-21 23:59"}; !slices.Equal(actions, want) {
		t.Errorf("actions %q, want %q", actions, want)
	}
}

func TestDeclineIsShownInBothLanguages(t *testing.T) {
	t.Parallel()
	w := serve(t)
	w.rail.on("push", says(payment.Refused, "17", "canceled_by_customer"))
	p := w.do("POST", "/v1/payments?wait=20", order).payment(t)
	want := Failure{
		Code: "canceled_by_customer", ProviderCode: "17", Operation: "push",
		Message: Words{ID: "Pembayaran dibatalkan oleh pengguna", EN: "Payment Canceled By User"},
	}
	if p.State != "declined" || p.Failure == nil || *p.Failure != want || *p.Message != want.Message {
		t.Errorf("state %s, failure %+v, message %+v; want declined, %+v", p.State, p.Failure, p.Message, want)
	}
}

func TestSameKeySamePayment(t *testing.T) {
	t.Parallel()
	w := serve(t)
	key := with("Idempotency-Key", "key-1")
	first := w.do("POST", "/v1/payments", order, key)
	p := first.payment(t)
	if first.status != 201 || first.header.Get("Idempotent-Replayed") != "" {
		t.Fatalf("first answer %d, replayed %q", first.status, first.header.Get("Idempotent-Replayed"))
	}
	same := map[string]string{
		"same":                  order,
		"other order and space": "{ \"phone\" : \"" + canaryPhone + "\",\n\"method\":\"ovo_push\", \"reference\":\"INV-1\",\"amount\":12500 }",
		"escapes":               strings.Replace(order, "INV-1", `\u0049NV-1`, 1),
	}
	for name, body := range same {
		a := w.do("POST", "/v1/payments", body, key)
		if q := a.payment(t); a.status != 200 || q.ID != p.ID || a.header.Get("Idempotent-Replayed") != "true" {
			t.Errorf("%s: answer %d, payment %s, replayed %q; want 200, %s, true", name, a.status, q.ID, a.header.Get("Idempotent-Replayed"), p.ID)
		}
	}
	if a := w.do("POST", "/v1/payments?wait=5", order, key); a.status != 200 {
		t.Errorf("with another wait: %d, want 200: the wait is no part of the request", a.status)
	}
	for name, body := range map[string]string{
		"amount": orderWith("amount", "12501"), "phone": orderWith("phone", `"081211111111"`), "more": orderWith("description", `"x"`),
	} {
		a := w.do("POST", "/v1/payments", body, key)
		if q := a.problem(t); a.status != 422 || q.Code != "idempotency_key_reused" || q.PaymentID != p.ID {
			t.Errorf("%s: answer %d %s naming %q, want 422 naming %s", name, a.status, q.Code, q.PaymentID, p.ID)
		}
	}
	for name, who := range map[string]string{"another merchant": keyB, "the other mode": keyALive} {
		a := w.do("POST", "/v1/payments", order, key, as(who))
		if q := a.payment(t); a.status != 201 || q.ID == p.ID {
			t.Errorf("%s with the same key: %d %s, want a payment of its own", name, a.status, q.ID)
		}
	}
	if n := w.rail.pushes.Load(); n != 1 {
		t.Errorf("%d pushes, want 1", n)
	}
}

func TestFiftyAtOnceMakeOnePush(t *testing.T) {
	t.Parallel()
	w := serve(t)
	var mu sync.Mutex
	ids, made := map[string]int{}, 0
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			a := w.do("POST", "/v1/payments", order, with("Idempotency-Key", "together"))
			p := a.payment(t)
			mu.Lock()
			defer mu.Unlock()
			ids[p.ID]++
			if a.status == 201 {
				made++
			}
		})
	}
	wg.Wait()
	if len(ids) != 1 || made != 1 || w.rail.pushes.Load() != 1 {
		t.Errorf("%d payments, %d made, %d pushes; want one of each", len(ids), made, w.rail.pushes.Load())
	}
}

func TestVoid(t *testing.T) {
	t.Parallel()
	w := serve(t)
	p := w.pay()
	release := make(chan struct{})
	w.rail.on("void", func(context.Context) (payment.Outcome, error) {
		<-release
		return payment.Outcome{Class: payment.Approved, Code: "00"}, nil
	})
	key := with("Idempotency-Key", "void-1")
	path := "/v1/payments/" + p.ID + "/void"
	a := w.do("POST", path, `{"reason":"wrong size"}`, key)
	q := a.payment(t)
	if a.status != 202 || q.State != "voiding" || q.Message.EN != "Your payment is being cancelled" || q.NextAction.What != "confirm_void" {
		t.Fatalf("answer %d: %s", a.status, a.body)
	}
	if r := w.do("POST", path, "").problem(t); r.Code != "not_possible" || r.State != "voiding" {
		t.Errorf("a second void: %s in state %q, want not_possible in voiding", r.Code, r.State)
	}
	close(release)
	q = w.do("GET", "/v1/payments/"+p.ID+"?wait=20", "").payment(t)
	if q.State != "voided" || q.Message.ID != "Pembayaran Anda telah dibatalkan" {
		t.Errorf("state %s, message %+v; want voided", q.State, q.Message)
	}
	// A void that was granted is granted again under its key, although the payment is voided now.
	a = w.do("POST", path, `{"reason":"wrong size"}`, key)
	if a.status != 200 || a.header.Get("Idempotent-Replayed") != "true" || a.payment(t).State != "voided" {
		t.Errorf("replayed void: %d, replayed %q: %s", a.status, a.header.Get("Idempotent-Replayed"), a.body)
	}
	if r := w.do("POST", path, `{"reason":"other"}`, key); r.problem(t).Code != "idempotency_key_reused" {
		t.Errorf("the key with another reason: %s", r.body)
	}
	other := w.pay()
	if r := w.do("POST", "/v1/payments/"+other.ID+"/void", `{"reason":"wrong size"}`, key); r.problem(t).PaymentID != p.ID {
		t.Errorf("the key for another payment: %s", r.body)
	}
	events := string(w.do("GET", "/v1/payments/"+p.ID+"/events", "").body)
	for _, want := range []string{`"payment.voiding"`, `"payment.voided"`, `"asked":"void"`, `"reason":"wrong size"`, `"by":"key_`} {
		if !strings.Contains(events, want) {
			t.Errorf("events without %s: %s", want, events)
		}
	}
}

func TestVoidWaits(t *testing.T) {
	t.Parallel()
	w := serve(t)
	p := w.pay()
	if a := w.do("POST", "/v1/payments/"+p.ID+"/void?wait=20", ""); a.status != 200 || a.payment(t).State != "voided" {
		t.Errorf("void with wait: %d %s, want 200 and voided", a.status, a.body)
	}
}

func TestVoidRefusedByTheProvider(t *testing.T) {
	t.Parallel()
	w := serve(t)
	p := w.pay()
	w.rail.on("void", says(payment.Refused, "40", "provider_error"))
	q := w.do("POST", "/v1/payments/"+p.ID+"/void?wait=20", "").payment(t)
	if q.State != "paid" || q.Failure == nil || q.Message.EN != "Your payment could not be cancelled" {
		t.Errorf("state %s, failure %+v, message %+v; want paid, and that it could not be cancelled", q.State, q.Failure, q.Message)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	w := serve(t)
	p := w.pay()
	path := "/v1/payments/" + p.ID + "/check"
	if a := w.do("POST", path+"?wait=20", ""); a.status != 200 || a.payment(t).State != "paid" {
		t.Fatalf("check with wait: %d %s, want 200 and paid", a.status, a.body)
	}
	release := make(chan struct{})
	w.rail.on("check", func(context.Context) (payment.Outcome, error) {
		<-release
		return payment.Outcome{Class: payment.Approved, Code: "00"}, nil
	})
	defer close(release)
	if a := w.do("POST", path, "{}"); a.status != 202 {
		t.Errorf("check without wait: %d, want 202: %s", a.status, a.body)
	}
	a := w.do("POST", path, "")
	if r := a.problem(t); a.status != 409 || r.Code != "check_in_progress" || r.Until == nil || a.header.Get("Retry-After") == "" {
		t.Errorf("a second check at once: %d %s", a.status, a.body)
	}
}

func TestCancelOfAPushGivesTheDeadline(t *testing.T) {
	t.Parallel()
	w := serve(t)
	defer w.gate()()
	p := w.do("POST", "/v1/payments", order).payment(t)
	for _, what := range []string{"cancel", "void", "check"} {
		a := w.do("POST", "/v1/payments/"+p.ID+"/"+what, "")
		r := a.problem(t)
		if a.status != 409 || r.Code != "in_progress" || r.State != "pushing" || r.Until == nil || !r.Until.Equal(p.Deadline.Time) {
			t.Errorf("%s: %d %s, want 409 in_progress until %s", what, a.status, a.body, p.Deadline)
		}
	}
	if r := w.do("POST", "/v1/payments/"+w.paid().ID+"/cancel", "").problem(t); r.Code != "not_possible" || r.State != "paid" {
		t.Errorf("cancel of a paid payment: %s in %s", r.Code, r.State)
	}
}

// paid makes a paid payment at merchant A whatever the gate of the test's rail.
func (w *world) paid() Payment {
	w.t.Helper()
	saved := w.rail.answer.Swap(nil)
	defer w.rail.answer.Store(saved)
	return w.pay()
}

func TestCutOffGuard(t *testing.T) {
	t.Parallel()
	w := serve(t)
	w.setClock(time.Date(2026, 3, 21, 23, 58, 30, 0, payment.WIB))
	key := with("Idempotency-Key", "late")
	a := w.do("POST", "/v1/payments", order, key)
	r := a.problem(t)
	midnight := time.Date(2026, 3, 22, 0, 0, 0, 0, payment.WIB)
	if a.status != 409 || r.Code != "cutoff" || r.Until == nil || !r.Until.Equal(midnight) || r.RetryAfter < 80 || r.RetryAfter > 90 ||
		a.header.Get("Retry-After") != fmt.Sprint(r.RetryAfter) {
		t.Fatalf("answer %d, Retry-After %q: %s", a.status, a.header.Get("Retry-After"), a.body)
	}
	w.setClock(midnight.Add(time.Second))
	if a := w.do("POST", "/v1/payments", order, key); a.status != 201 {
		t.Errorf("the same key after midnight: %d, want 201: a refusal keeps no key", a.status)
	}
}

func TestVoidAfterTheCutOff(t *testing.T) {
	t.Parallel()
	w := serve(t)
	p := w.pay()
	w.setClock(noon.AddDate(0, 0, 1))
	a := w.do("POST", "/v1/payments/"+p.ID+"/void", "")
	if r := a.problem(t); a.status != 409 || r.Code != "cutoff" || r.State != "paid" || strings.Contains(r.Hint, "midnight") {
		t.Errorf("answer %d %s", a.status, a.body)
	}
	w.setClock(noon.AddDate(0, 0, 8))
	if r := w.do("POST", "/v1/payments/"+p.ID+"/check", "").problem(t); r.Code != "check_too_old" {
		t.Errorf("a check after 8 days: %s", r.Code)
	}
}

func TestTerminalHeldAfterADuplicate(t *testing.T) {
	t.Parallel()
	w := serve(t)
	w.rail.on("push", says(payment.Duplicate, "94", payment.ReasonDuplicate))
	if p := w.do("POST", "/v1/payments?wait=20", order).payment(t); p.Failure == nil || p.Failure.Code != "duplicate_number" {
		t.Fatalf("failure %+v, want duplicate_number", p.Failure)
	}
	a := w.do("POST", "/v1/payments", order)
	if r := a.problem(t); a.status != 503 || r.Code != "terminal_held" || a.header.Get("Retry-After") == "" {
		t.Errorf("answer %d %s, want 503 terminal_held with Retry-After", a.status, a.body)
	}
	if list := string(w.do("GET", "/v1/terminals", "").body); !strings.Contains(list, `"held":"`) {
		t.Errorf("the terminal is not shown as held: %s", list)
	}
}

func TestShuttingDown(t *testing.T) {
	t.Parallel()
	w := serve(t)
	if err := w.engine.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	a := w.do("POST", "/v1/payments", order)
	if r := a.problem(t); a.status != 503 || r.Code != "shutting_down" || a.header.Get("Retry-After") == "" {
		t.Errorf("answer %d %s", a.status, a.body)
	}
}

func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	w := serve(t)
	p := w.pay()
	w.store.away.Store(true)
	for _, request := range [][2]string{
		{"POST", "/v1/payments"}, {"GET", "/v1/payments"}, {"GET", "/v1/payments/" + p.ID}, {"POST", "/v1/payments/" + p.ID + "/void"},
	} {
		body := ""
		if request[1] == "/v1/payments" && request[0] == "POST" {
			body = order
		}
		a := w.do(request[0], request[1], body, with("Idempotency-Key", "k"))
		if r := a.problem(t); a.status != 503 || r.Code != "store_unavailable" || a.header.Get("Retry-After") == "" || strings.Contains(string(a.body), "dial") {
			t.Errorf("%v: %d %s", request, a.status, a.body)
		}
	}
	a := w.do("GET", "/readyz", "")
	if a.status != 503 || !strings.Contains(string(a.body), "database") || strings.Contains(string(a.body), "dial") {
		t.Errorf("/readyz: %d %s, want 503 and the reason in safe words", a.status, a.body)
	}
	if a := w.do("GET", "/healthz", ""); a.status != 200 {
		t.Errorf("/healthz: %d, want 200: the process lives", a.status)
	}
	if !strings.Contains(w.logs.String(), errAway.Error()) {
		t.Error("what the database said is not in the log")
	}
	w.store.away.Store(false)
	if a := w.do("GET", "/readyz", ""); a.status != 200 {
		t.Errorf("/readyz with the database back: %d %s", a.status, a.body)
	}
}

// fencedStore is a database that was restored and not confirmed.
type fencedStore struct{ store.Reader }

func (fencedStore) Ping(context.Context) error {
	return fmt.Errorf("ask the database: %w", &store.Fenced{})
}

func TestAFencedDatabaseIsCalledSo(t *testing.T) {
	t.Parallel()
	w := serve(t)
	if p := w.server.problemOf(fencedStore{}.Ping(t.Context())); p.Code != "store_unavailable" || !strings.Contains(p.Detail, "operator") {
		t.Errorf("problem of a fenced database: %s, %q", p.Code, p.Detail)
	}
	w.server.Store = fencedStore{w.server.Store}
	if a := w.do("GET", "/readyz", ""); a.status != 503 || !strings.Contains(string(a.body), "fenced") || strings.Contains(string(a.body), "does not answer") {
		t.Errorf("/readyz: %d %s", a.status, a.body)
	}
}

func TestReadyAsksTheProcess(t *testing.T) {
	t.Parallel()
	w := serve(t)
	w.server.Ready = func() error { return context.Canceled }
	if a := w.do("GET", "/readyz", ""); a.status != 503 || !strings.Contains(string(a.body), "engine") {
		t.Errorf("/readyz: %d %s", a.status, a.body)
	}
}

func TestPanicIsAnsweredAndLogged(t *testing.T) {
	t.Parallel()
	w := serve(t)
	w.server.Engine = &engine.Engine{} // has no store: a mistake of ours
	a := w.do("GET", "/v1/payments/pay_00000000000000000000000000", "")
	r := a.problem(t)
	if a.status != 500 || r.Code != "internal" || !strings.Contains(w.logs.String(), r.RequestID) || !strings.Contains(w.logs.String(), "panic") {
		t.Errorf("answer %d %s; log %s", a.status, a.body, w.logs)
	}
}

func TestListPages(t *testing.T) {
	t.Parallel()
	w := serve(t)
	var ids []string
	for i := range 5 {
		p := w.do("POST", "/v1/payments?wait=20", orderWith("reference", fmt.Sprintf(`"INV-%d"`, i%2))).payment(t)
		ids = append([]string{p.ID}, ids...)
	}
	w.do("POST", "/v1/payments?wait=20", order, as(keyALive))
	w.do("POST", "/v1/payments?wait=20", order, as(keyB))
	for _, limit := range []int{1, 2, 5, 100} {
		if got := w.listed(fmt.Sprintf("?limit=%d", limit)); !slices.Equal(got, ids) {
			t.Errorf("pages of %d: %v, want %v", limit, got, ids)
		}
	}
	if page := decode[PaymentPage](t, w.do("GET", "/v1/payments?limit=5", "")); page.NextCursor != nil {
		t.Errorf("the last page, which is full, leads to another one: %s", *page.NextCursor)
	}
	w.do("POST", "/v1/payments/"+ids[0]+"/void?wait=20", "")
	for query, want := range map[string][]string{
		"?state=voided":                               ids[:1],
		"?state=paid":                                 ids[1:],
		"?state=paid&state=voided":                    ids,
		"?state=review":                               nil,
		"?reference=INV-1":                            {ids[1], ids[3]},
		"?reference=INV-1&limit=1":                    {ids[1], ids[3]},
		"?reference=nope":                             nil,
		"?created_from=2026-03-21T00:00:00%2B07:00":   ids,
		"?created_from=2026-03-21T00:00:00+07:00":     ids,
		"?created_from=2026-03-22T00:00:00Z":          nil,
		"?created_to=2026-03-21T00:00:00%2B07:00":     nil,
		"?created_to=2026-03-21T23:00:00Z&state=paid": ids[1:],
	} {
		if got := w.listed(query); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
}

// listed follows a list to its end.
func (w *world) listed(query string) (ids []string) {
	w.t.Helper()
	next := ""
	for range 20 {
		a := w.do("GET", "/v1/payments"+query+next, "")
		page := decode[PaymentPage](w.t, a)
		for _, p := range page.Data {
			ids = append(ids, p.ID)
		}
		if page.NextCursor == nil {
			return ids
		}
		next = "?cursor=" + *page.NextCursor
		if query != "" {
			next = "&cursor=" + *page.NextCursor
		}
	}
	w.t.Fatalf("%s has no end", query)
	return nil
}

func TestExchangesAreMasked(t *testing.T) {
	t.Parallel()
	w := serve(t)
	p := w.pay()
	list := decode[ExchangeList](t, w.do("GET", "/v1/payments/"+p.ID+"/exchanges", ""))
	if len(list.Data) != 1 || list.Data[0].Direction != "request" || list.Data[0].FirstLine != "POST /pos HTTP/1.1" || len(list.Data[0].Headers) < 3 {
		t.Fatalf("exchanges %+v", list.Data)
	}
	if !strings.Contains(list.Data[0].Body, `"0200"`) {
		t.Errorf("body %q, want what is not secret to be shown", list.Data[0].Body)
	}
}

func TestPhones(t *testing.T) {
	t.Parallel()
	w := serve(t)
	yes, no := true, false
	for _, c := range []struct {
		name       string
		answer     func(context.Context) (payment.Outcome, error)
		registered *bool
		en         string
	}{
		{"registered", says(payment.Approved, "00", ""), &yes, ""},
		{"code 14", says(payment.NotFound, "14", "phone_not_registered"), &no, "Phone Number not registered in OVO System"},
		{"another code", says(payment.Unknown, "40", "provider_error"), nil, wording.GoOn.EN},
		{"no answer", func(context.Context) (payment.Outcome, error) { return payment.Outcome{}, rail.ErrNoAnswer }, nil, wording.GoOn.EN},
		{"not sent", func(context.Context) (payment.Outcome, error) { return payment.Outcome{}, rail.ErrNotSent }, nil, wording.GoOn.EN},
		{"unclear", func(context.Context) (payment.Outcome, error) { return payment.Outcome{}, rail.ErrUnclear }, nil, wording.GoOn.EN},
	} {
		w.rail.on("inquiry", c.answer)
		a := w.do("GET", "/v1/phones/"+canaryPhone, "")
		got := decode[PhoneStatus](t, a)
		same := (got.Registered == nil) == (c.registered == nil) && (c.registered == nil || *got.Registered == *c.registered)
		if a.status != 200 || !same || (got.Message != nil) != (c.en != "") || (got.Message != nil && got.Message.EN != c.en) {
			t.Errorf("%s: %d %s", c.name, a.status, a.body)
		}
	}
}

// TestWaitEnds: by its seconds, on fake time; no goroutine is left behind, or the bubble would not end.
func TestWaitEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Now)
		defer synctest.Wait()
		w.rail.on("push", never)
		began := time.Now()
		p := w.inside(t.Context(), "POST", "/v1/payments?wait=7", order).payment(t)
		if took := time.Since(began); took != 7*time.Second || p.State != "pushing" {
			t.Errorf("answered after %s in %s, want after 7 s in pushing", took, p.State)
		}
		p = w.inside(t.Context(), "GET", "/v1/payments/"+p.ID+"?wait=50", "").payment(t)
		if took := time.Since(began); took != 57*time.Second || p.Message == nil || p.Message.EN != "We are checking your payment" {
			t.Errorf("after %s: message %+v, want at 57 s that it is being checked", took, p.Message)
		}
		w.rail.on("check", says(payment.Unknown, "40", ""))
		p = w.inside(t.Context(), "GET", "/v1/payments/"+p.ID+"?wait=120", "").payment(t)
		if took := time.Since(began); took != 65*time.Second || p.State != "reversed" || p.Message.EN != "Transaction Timeout" {
			t.Errorf("after %s: %s, %+v; want reversed at 65 s", took, p.State, p.Message)
		}
	})
}

// inside calls the handler without a network, for fake time.
func (w *world) inside(ctx context.Context, method, path, body string) answer {
	r := httptest.NewRequest(method, path, strings.NewReader(body)).WithContext(ctx)
	r.Header.Set("Authorization", "Bearer "+keyA)
	r.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	return answer{rec.Code, rec.Result().Header, rec.Body.Bytes()}
}

// TestWaitEndsWithTheClientOrTheServer: nobody waits for a client that is gone, and a server that stops ends all waits.
func TestWaitEndsWithTheClientOrTheServer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Now)
		defer synctest.Wait()
		defer w.gate()()
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		p := w.inside(ctx, "POST", "/v1/payments?wait=120", order)
		if took := time.Since(began); took != 3*time.Second || p.status != 201 {
			t.Errorf("the client left at 3 s, the handler ended at %s with %d", took, p.status)
		}
		time.AfterFunc(2*time.Second, func() { close(w.stop) })
		a := w.inside(t.Context(), "GET", "/v1/payments/"+p.payment(t).ID+"?wait=120", "")
		if took := time.Since(began); took != 5*time.Second || a.status != 200 || a.payment(t).State != "pushing" {
			t.Errorf("the server stopped at 5 s, the wait ended at %s with %d", took, a.status)
		}
	})
}

// TestClientGoneDuringTheCommit: what was begun is finished, so that no payment is on disk without its push.
func TestClientGoneDuringTheCommit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Now)
		defer synctest.Wait()
		w.store.slow.Store(int64(2 * time.Second))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if a := w.inside(ctx, "POST", "/v1/payments", order); a.status != 201 || w.rail.pushes.Load() > 1 {
			t.Errorf("answer %d, %d pushes; want the payment to be made", a.status, w.rail.pushes.Load())
		}
		w.store.slow.Store(0)
		page := decode[PaymentPage](t, w.inside(t.Context(), "GET", "/v1/payments", ""))
		if len(page.Data) != 1 {
			t.Fatalf("%d payments, want 1", len(page.Data))
		}
		if p := w.inside(t.Context(), "GET", "/v1/payments/"+page.Data[0].ID+"?wait=30", "").payment(t); p.State != "paid" {
			t.Errorf("state %s, want paid", p.State)
		}
	})
}

// TestWaitOnAnotherReplica: the change is made by another process on the same database.
func TestWaitOnAnotherReplica(t *testing.T) {
	t.Parallel()
	w := serve(t)
	open := w.gate()
	p := w.do("POST", "/v1/payments", order).payment(t)
	other, err := engine.New(t.Context(), engine.Options{
		Store: w.store, Accounts: w.engine.Accounts, Keyring: w.server.Keyring, Now: w.server.Now, WatchEvery: 5 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() { _ = other.Run(ctx) }()
	o := w.server.Options
	o.Engine = other
	replica := httptest.NewServer(New(o))
	defer replica.Close()
	waited := make(chan string, 1)
	go func() {
		r, _ := http.NewRequest("GET", replica.URL+"/v1/payments/"+p.ID+"?wait=60", nil)
		r.Header.Set("Authorization", "Bearer "+keyA)
		response, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			waited <- err.Error()
			return
		}
		defer response.Body.Close()
		waited <- decodeFrom[Payment](t, response).State
	}()
	open()
	if got := <-waited; got != "paid" {
		t.Errorf("the other replica answered %q, want paid", got)
	}
}
