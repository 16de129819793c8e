package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/lunas-pay/lunas/internal/courier"
	"github.com/lunas-pay/lunas/internal/engine"
)

const endpoints = "/v1/webhook_endpoints"

func (w *world) endpoint(body string) Endpoint {
	w.t.Helper()
	a := w.do("POST", endpoints, body)
	if a.status != 201 {
		w.t.Fatalf("POST %s: %d %s", endpoints, a.status, a.body)
	}
	return decode[Endpoint](w.t, a)
}

// tourWebhooks provokes every good answer about webhooks.
func (w *world) tourWebhooks() {
	e := w.endpoint(`{"url":"https://shop.example/tour"}`)
	one := endpoints + "/" + e.ID
	w.do("GET", endpoints, "")
	w.do("GET", one, "")
	w.do("PATCH", one, `{"description":"Toko Ayu"}`)
	w.do("POST", one+"/rotate_secret", "")
	w.do("POST", one+"/ping", "")
	w.do("POST", one+"/replay", `{"from":"2026-03-01T00:00:00+07:00"}`)
	w.do("GET", one+"/deliveries", "")
	w.do("GET", "/v1/events", "")
	w.do("DELETE", one, "")
}

func TestEndpoints(t *testing.T) {
	t.Parallel()
	w := serve(t)
	made := w.endpoint(`{"url":"https://shop.example/hooks","events":["payment.paid","webhook_endpoint.*"],"description":"Toko"}`)
	if !strings.HasPrefix(made.Secret, "whsec_") || !made.Enabled || made.Mode != "test" || len(made.Events) != 2 {
		t.Errorf("made %+v, want it enabled, for test, with a secret and two types", made)
	}
	one := endpoints + "/" + made.ID
	if got := decode[Endpoint](t, w.do("GET", one, "")); got.Secret != "" || got.URL != made.URL {
		t.Errorf("GET gives %+v, want the endpoint without its secret", got)
	}
	changed := decode[Endpoint](t, w.do("PATCH", one, `{"events":[],"enabled":false}`))
	if changed.Enabled || changed.Disabled == nil || len(changed.Events) != 0 || changed.Description != "Toko" {
		t.Errorf("changed to %+v, want it off, for everything, with its description", changed)
	}
	if p := w.do("POST", one+"/ping", "").problem(t); p.Code != "endpoint_disabled" {
		t.Errorf("a ping to an endpoint that is off: %s", p.Code)
	}
	if on := decode[Endpoint](t, w.do("PATCH", one, `{"enabled":true}`)); !on.Enabled || on.Disabled != nil {
		t.Errorf("switched on: %+v", on)
	}
	if rotated := decode[Endpoint](t, w.do("POST", one+"/rotate_secret", `{"overlap_seconds":60}`)); rotated.Secret == made.Secret || rotated.Secret == "" {
		t.Error("a rotation gives no new secret")
	}
	if list := decode[EndpointList](t, w.do("GET", endpoints, "")); len(list.Data) != 1 || list.Data[0].Secret != "" {
		t.Errorf("the list is %+v, want the one endpoint without its secret", list)
	}
	if a := w.do("DELETE", one, ""); a.status != 204 {
		t.Errorf("DELETE: %d %s", a.status, a.body)
	}
	if p := w.do("GET", one, "").problem(t); p.Code != "endpoint_not_found" {
		t.Errorf("GET of what was deleted: %s", p.Code)
	}
}

func TestBadEndpoints(t *testing.T) {
	t.Parallel()
	w := serve(t)
	e := w.endpoint(`{"url":"https://shop.example/hooks"}`)
	one := endpoints + "/" + e.ID
	for _, c := range []struct{ method, path, body, code, field string }{
		{"POST", endpoints, `{}`, "missing_field", "url"},
		{"POST", endpoints, `{"url":1}`, "wrong_type", "url"},
		{"POST", endpoints, `{"url":"http://shop.example"}`, "url_invalid", "url"},
		{"POST", endpoints, `{"url":"https://u:p@shop.example"}`, "url_invalid", "url"},
		{"POST", endpoints, `{"url":"https://shop.example/hooks"}`, "endpoint_exists", "url"},
		{"POST", endpoints, `{"url":"https://shop.example/2","events":["payment.payed"]}`, "events_invalid", "events"},
		{"POST", endpoints, `{"url":"https://shop.example/2","events":"payment.paid"}`, "wrong_type", "events"},
		{"POST", endpoints, `{"url":"https://shop.example/2","event":[]}`, "unknown_field", "event"},
		{"POST", endpoints, `{"url":"https://shop.example/2","enabled":true}`, "unknown_field", "enabled"},
		{"POST", endpoints, ``, "empty_body", ""},
		{"PATCH", one, `{"enabled":"true"}`, "wrong_type", "enabled"},
		{"PATCH", one, `{"description":"` + strings.Repeat("a", 256) + `"}`, "description_invalid", "description"},
		{"POST", one + "/rotate_secret", `{"overlap_seconds":-1}`, "invalid_field", "overlap_seconds"},
		{"POST", one + "/rotate_secret", `{"overlap_seconds":604801}`, "invalid_field", "overlap_seconds"},
		{"POST", one + "/rotate_secret", `{"overlap_seconds":1.5}`, "invalid_field", "overlap_seconds"},
		{"POST", one + "/rotate_secret", `{"overlap":1}`, "unknown_field", "overlap"},
		{"POST", one + "/replay", `{}`, "missing_field", "from"},
		{"POST", one + "/replay", `{"from":"yesterday"}`, "invalid_field", "from"},
		{"POST", one + "/replay", `{"from":"2026-03-21T00:00:00+07:00","to":"2026-03-21T00:00:00+07:00"}`, "invalid_field", "from"},
		{"POST", one + "/replay", `{"event_id":"evt_1"}`, "invalid_field", "event_id"},
		{"POST", one + "/replay", `{"event_id":"` + engine.NewID("evt_") + `"}`, "event_not_found", "event_id"},
		{"POST", one + "/replay", `{"event_id":"` + engine.NewID("evt_") + `","undelivered":true}`, "invalid_field", "event_id"},
		{"POST", one + "/replay", `{"from":"2026-03-20T00:00:00+07:00","undelivered":1}`, "wrong_type", "undelivered"},
		{"GET", one + "/deliveries?cursor=1", ``, "invalid_cursor", "cursor"},
		{"GET", one + "/deliveries?state=lost", ``, "invalid_parameter", "state"},
		{"GET", "/v1/events?after=-1", ``, "invalid_parameter", "after"},
		{"GET", "/v1/events?after=x", ``, "invalid_parameter", "after"},
		{"GET", endpoints + "/whe_1", ``, "endpoint_not_found", ""},
		{"GET", endpoints + "/" + engine.NewID("whe_"), ``, "endpoint_not_found", ""},
	} {
		if p := w.do(c.method, c.path, c.body).problem(t); p.Code != c.code || p.Field != c.field {
			t.Errorf("%s %s %.60s: %s in %q, want %s in %q: %s", c.method, c.path, c.body, p.Code, p.Field, c.code, c.field, p.Detail)
		}
	}
	for n := range 19 {
		w.endpoint(fmt.Sprintf(`{"url":"https://shop.example/%d"}`, n))
	}
	if p := w.do("POST", endpoints, `{"url":"https://shop.example/21"}`).problem(t); p.Code != "too_many_endpoints" {
		t.Errorf("the 21st endpoint: %s", p.Code)
	}
}

// A merchant's server gets what happened, verifies it with the secret that it was given, and finds the same in the feed.
func TestWebhooksAndTheFeedSayTheSame(t *testing.T) {
	t.Parallel()
	w := serve(t)
	w.server.PlainWebhooks = true
	type hook struct {
		header http.Header
		body   []byte
	}
	came := make(chan hook, 10)
	shop := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		came <- hook{r.Header, body}
	}))
	defer shop.Close()
	e := w.endpoint(`{"url":"` + shop.URL + `/hooks"}`)
	verifier, err := standardwebhooks.NewWebhook(e.Secret)
	if err != nil {
		t.Fatal(err)
	}
	c := courier.New(courier.Options{
		Store: w.store, Keyring: w.server.Keyring, Now: w.server.Now, NewID: engine.NewID,
		Transport: courier.NewTransport([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}),
	})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go c.Run(ctx)

	p := w.do("POST", "/v1/payments?wait=20", order).payment(t)
	if p.State != "paid" {
		t.Fatalf("the payment is %s", p.State)
	}
	got := map[string]string{} // by type
	for range 2 {
		h := <-came
		if err := verifier.Verify(h.body, h.header); err != nil {
			t.Errorf("Verify = %v", err)
		}
		var event struct{ Type string }
		if err := json.Unmarshal(h.body, &event); err != nil {
			t.Fatal(err)
		}
		got[event.Type] = string(h.body)
	}
	if len(got) != 2 || got["payment.paid"] == "" || got["payment.pushing"] == "" {
		t.Errorf("webhooks came of %v, want of pushing and paid", got)
	}
	c.Round(ctx) // positions
	feed := decode[Feed](t, w.do("GET", "/v1/events", ""))
	if len(feed.Data) != 2 || feed.After != 2 {
		t.Fatalf("the feed is %s", feed.Data)
	}
	for i, eventType := range []string{"payment.pushing", "payment.paid"} {
		want := fmt.Sprintf(`{"position":%d,%s`, i+1, got[eventType][1:])
		if string(feed.Data[i]) != want {
			t.Errorf("event %d of the feed is\n%s\nwant\n%s", i+1, feed.Data[i], want)
		}
	}
	if rest := decode[Feed](t, w.do("GET", "/v1/events?after=2", "")); len(rest.Data) != 0 || rest.After != 2 {
		t.Errorf("after its end the feed is %+v", rest)
	}
	page := decode[DeliveryPage](t, w.do("GET", endpoints+"/"+e.ID+"/deliveries?limit=1", ""))
	if len(page.Data) != 1 || page.NextCursor == nil {
		t.Fatalf("the first page of deliveries is %+v", page)
	}
	older := decode[DeliveryPage](t, w.do("GET", endpoints+"/"+e.ID+"/deliveries?cursor="+*page.NextCursor, ""))
	if len(older.Data) != 1 || older.Data[0].EventID == page.Data[0].EventID {
		t.Errorf("the second page is %+v after %+v", older, page)
	}
	w.do("POST", endpoints+"/"+e.ID+"/ping", "")
	w.do("POST", endpoints+"/"+e.ID+"/replay", `{"event_id":"`+older.Data[0].EventID+`"}`)
	c.Wake()
	seen := map[string]bool{}
	for range 2 {
		h := <-came
		seen[h.header.Get("webhook-id")] = true
		if err := verifier.Verify(h.body, h.header); err != nil {
			t.Errorf("Verify = %v", err)
		}
	}
	if !seen[older.Data[0].EventID] || len(seen) != 2 {
		t.Errorf("after a ping and a replay came %v", seen)
	}
}

// TestTheFeedBeginsAfterWhatWasArchived: who reads from the beginning gets what is kept, and who would miss something is told.
func TestTheFeedBeginsAfterWhatWasArchived(t *testing.T) {
	t.Parallel()
	w := serve(t)
	w.pay()
	w.pay()
	feed := func(after int) answer { return w.do("GET", fmt.Sprintf("/v1/events?after=%d", after), "") }
	for len(decode[Feed](t, feed(0)).Data) < 4 {
		if _, err := w.store.Sequence(t.Context(), 100); err != nil {
			t.Fatal(err)
		}
	}
	w.store.gone.Store(2)
	if f := decode[Feed](t, feed(0)); len(f.Data) != 2 || f.After != 4 {
		t.Errorf("from the beginning: %d events up to %d, want the last two", len(f.Data), f.After)
	}
	if p := feed(1).problem(t); p.Code != "events_archived" || p.Status != 410 || !strings.Contains(p.Hint, "after=2") {
		t.Errorf("from what was archived: %d %s %s", p.Status, p.Code, p.Hint)
	}
	for after, n := range map[int]int{2: 2, 3: 1, 4: 0} {
		if f := decode[Feed](t, feed(after)); len(f.Data) != n {
			t.Errorf("after %d: %d events, want %d", after, len(f.Data), n)
		}
	}
	w.store.gone.Store(4)
	if f := decode[Feed](t, feed(0)); len(f.Data) != 0 || f.After != 4 {
		t.Errorf("when everything was archived: %d events up to %d", len(f.Data), f.After)
	}
}

// TestTheFeedPassesOverNothingThatIsArchivedMeanwhile: events that are removed while the feed is read are told of.
func TestTheFeedPassesOverNothingThatIsArchivedMeanwhile(t *testing.T) {
	t.Parallel()
	w := serve(t)
	w.pay()
	w.pay()
	feed := func(after int) answer { return w.do("GET", fmt.Sprintf("/v1/events?after=%d", after), "") }
	for len(decode[Feed](t, feed(0)).Data) < 4 {
		if _, err := w.store.Sequence(t.Context(), 100); err != nil {
			t.Fatal(err)
		}
	}
	archive := func() { w.store.gone.Store(3) }
	w.store.read.Store(&archive)
	if a := feed(1); a.status != 410 {
		t.Errorf("who had the first event, of which those up to the third were just removed, gets %d %s; want to be told", a.status, a.body)
	}
	w.store.gone.Store(0)
	if f := decode[Feed](t, feed(0)); len(f.Data) != 1 || f.After != 4 {
		t.Errorf("from the beginning: %d events up to %d, want the last one", len(f.Data), f.After)
	}
}
