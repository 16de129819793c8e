package console

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/doctor"
	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/webhook"
)

// furnish gives a merchant something of everything, each marked, and the ids of what has one.
func (w *world) furnish(owner, mark string) (ids []string) {
	w.t.Helper()
	ctx := w.t.Context()
	must := func(err error) {
		w.t.Helper()
		if err != nil {
			w.t.Fatal(err)
		}
	}
	endpoint := "whe_" + mark
	must(w.store.SaveEndpoint(ctx, store.Endpoint{Endpoint: webhook.Endpoint{
		ID: endpoint, MerchantID: owner, Mode: payment.Test, Version: 1, URL: "https://" + mark + ".example/hook", Description: mark,
	}}))
	paid := w.order(owner, mark+"-1", 12500, canaryPhone)
	review, answer := w.waiting(owner)
	_, err := engine.ToReview(ctx, w.store, owner, review.ID, "no reversal was confirmed before the provider's cut-off", w.options.Now())
	must(err)
	answer()
	must(w.store.SaveTerminal(ctx, store.Terminal{MerchantID: owner, ID: "till-" + mark, Cursor: payment.Cursor{Style: payment.BySequence}, Held: "stopped " + mark}))
	must(w.store.SaveEndpoint(ctx, store.Endpoint{Endpoint: webhook.Endpoint{
		ID: "whe_off_" + mark, MerchantID: owner, Mode: payment.Test, Version: 1, URL: "https://off." + mark + ".example/", Disabled: webhook.ReasonGone, DisabledAt: noon,
	}}))
	approval := operator.Approval{
		ID: "apr_" + mark, MerchantID: owner, Action: operator.Void, Subject: paid.ID, Reason: "reason " + mark, State: operator.Pending,
		RequestedBy: "usr_x", RequestedAt: w.Wall(), ExpiresAt: w.Wall().Add(operator.ApprovalLife),
	}
	must(w.store.RequestApproval(ctx, approval))
	must(w.store.AppendAction(ctx, store.Action{ID: "act_" + mark, MerchantID: owner, At: noon, Actor: "key_" + mark, Kind: store.ActKeyCreated, Subject: "key_" + mark}))
	told, err := w.store.Told(ctx, owner, paid.ID)
	must(err)
	taken, err := w.store.TakeDeliveries(ctx, store.Take{MerchantID: owner, EndpointID: endpoint, Now: w.options.Now().Add(time.Hour), Until: w.options.Now().Add(2 * time.Hour), Limit: 1})
	must(err)
	for _, d := range taken {
		_, _, err := w.store.FinishDelivery(ctx, store.Finished{MerchantID: owner, EndpointID: endpoint, EventID: d.EventID, Taken: d.DueAt, OffEvent: "evt_off" + mark, Answer: webhook.Answer{
			At: w.options.Now(), Status: 500, Body: `<b>` + mark + `</b> {"phone":"` + canaryPhone + `"}`, Took: time.Millisecond,
		}})
		must(err)
	}
	return []string{paid.ID, review.ID, endpoint, "whe_off_" + mark, "till-" + mark, "apr_" + mark, told[0].ID}
}

// paths lists every address of the table that is read, of a merchant, with each of the ids.
func (w *world) paths(merchantID string, ids []string) (paths []string) {
	for _, rt := range w.console.s.routes() {
		method, pattern, _ := strings.Cut(rt.pattern, " ")
		if method != "GET" || !rt.perMerchant() || strings.HasSuffix(pattern, "/turns") {
			continue
		}
		pattern = strings.ReplaceAll(strings.ReplaceAll(pattern, "{$}", ""), "{merchant}", merchantID)
		for _, what := range []string{"{what}", "{event}"} {
			pattern = strings.ReplaceAll(pattern, what, "replay")
		}
		pattern = strings.ReplaceAll(pattern, "{format}", "csv")
		if !strings.Contains(pattern, "{") {
			paths = append(paths, pattern)
			continue
		}
		before, rest, _ := strings.Cut(pattern, "{")
		_, after, _ := strings.Cut(rest, "}")
		for _, id := range ids {
			paths = append(paths, before+id+after)
		}
	}
	return paths
}

// Whatever address a merchant's owner types, nothing of another merchant is there; and where the page is their own, nothing
// whole of a customer or secret is (the browser looks for that in every answer).
func TestEveryPageIsItsMerchantsAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	own, others := w.furnish("mer_a", "own"), w.furnish("mer_b", "others")
	w.settle()
	b := w.as("ayu", grant("mer_a", operator.Owner))
	for _, path := range w.paths("mer_a", others) {
		rec := b.do("GET", path, nil)
		if rec.Code != http.StatusOK && rec.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, rec.Code)
		}
		for _, mark := range append(others, "others", "Toko B", "mer_b") {
			if body := strings.ReplaceAll(rec.Body.String(), path, ""); strings.Contains(body, mark) {
				t.Errorf("%s shows %q of another merchant", path, mark)
			}
		}
	}
	for _, path := range w.paths("mer_b", others) {
		b.get(path, http.StatusNotFound)
	}
	found := map[string]bool{}
	for _, path := range w.paths("mer_a", own) {
		if rec := b.do("GET", path, nil); rec.Code == http.StatusOK {
			for _, mark := range []string{"own-1", "till-own", "stopped own", "https://own.example", "reason own", "key_own", "&lt;b&gt;own"} {
				if strings.Contains(rec.Body.String(), mark) {
					found[mark] = true
				}
			}
		}
	}
	if len(found) != 7 {
		t.Errorf("of what there is pages show only %v", found)
	}
}

// Every page says something where there is nothing yet, in both languages.
func TestPagesWithoutAnything(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.as("ayu", grant("mer_a", operator.Owner))
	for _, lang := range []string{"id", "en"} {
		v := w.browserOf(b, lang)
		for path, want := range map[string]map[string]string{
			"":         {"id": "Belum ada pembayaran", "en": "There are no payments yet"},
			"payments": {"id": "Belum ada pembayaran", "en": "There are no payments yet"},
			"work":     {"id": "Tidak ada yang perlu ditangani", "en": "Nothing needs a human"},
			"charts":   {"id": "Tidak ada pembayaran pada hari-hari ini", "en": "There were no payments"},
			"webhooks": {"id": "Belum ada webhook", "en": "There are no webhooks"},
			"keys":     {"id": "Belum ada kunci", "en": "There are no keys yet"},
			"health":   {"id": "baik", "en": "well"},
			"doctor":   {"id": "Periksa sekarang", "en": "Look now"},
		} {
			if page := v.get("/console/m/mer_a/"+path, 200); !strings.Contains(page, want[lang]) {
				t.Errorf("%q in %s has no %q:\n%s", path, lang, want[lang], page)
			}
		}
	}
}

func TestQueues(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.furnish("mer_a", "own")
	page := w.as("ayu", grant("mer_a", operator.Approver)).get("/console/m/mer_a/work", 200)
	for _, want := range []string{`id="review"`, "no reversal was confirmed", `id="terminals"`, `/terminals/till-own/numbering`, `id="approvals"`, `id="endpoints"`, "410"} {
		if !strings.Contains(page, want) {
			t.Errorf("the queues have no %q:\n%s", want, page)
		}
	}
	if strings.Contains(page, `/webhooks/whe_off_own/enable`) {
		t.Error("who may not enable webhooks is offered it")
	}
	front := w.as("budi", grant("mer_a", operator.Viewer)).get("/console/m/mer_a/", 200)
	if !strings.Contains(front, "/work#review") || strings.Contains(front, "/numbering") {
		t.Errorf("the front page: %s", front)
	}
}

func TestReplayOneDelivery(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := w.furnish("mer_a", "own")
	event := ids[len(ids)-1]
	path := "/console/m/mer_a/webhooks/whe_own/deliveries"
	dev := w.as("ayu", grant("mer_a", operator.Developer))
	if page := dev.get(path, 200); !strings.Contains(page, "HTTP 500") || !strings.Contains(page, "0812") {
		t.Errorf("the deliveries: %s", page)
	}
	w.as("budi", grant("mer_a", operator.Approver)).post(path+"/"+event+"/replay", url.Values{}, 403)
	dev.post(path+"/"+event+"/replay", url.Values{}, 303)
	dev.post(path+"/evt_none/replay", url.Values{}, 404)
	dev.post("/console/m/mer_a/webhooks/whe_off_own/deliveries/"+event+"/replay", url.Values{}, 409)
	list, err := w.store.Deliveries(t.Context(), store.DeliveryFilter{MerchantID: "mer_a", EndpointID: "whe_own", EventID: event})
	if err != nil || len(list) != 1 || list[0].State != webhook.Due || list[0].Tries != 0 {
		t.Errorf("the delivery is %+v, %v", list, err)
	}
	if kinds := w.kinds(); !slices.Contains(kinds, store.ActEndpointReplayed) {
		t.Errorf("the log of actions: %v", kinds)
	}
}

func TestCharts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.order("mer_a", "INV-1", 12500, canaryPhone)
	w.rail.answers["push"] = payment.Outcome{Class: payment.Refused, Code: "17", Cause: "canceled_by_customer"}
	p, _, err := w.engine.Request(t.Context(), engine.Order{MerchantID: "mer_a", Mode: payment.Test, Method: payment.OVOPush, Amount: 7000, Reference: "INV-2", Phone: mustPhone(t)})
	if err != nil {
		t.Fatal(err)
	}
	w.until(p, payment.Declined)
	w.settle()
	b := w.as("ayu", grant("mer_a", operator.Viewer))
	for _, days := range []string{"1", "7", "30", "90", "x"} {
		page := b.get("/console/m/mer_a/charts?days="+days, 200)
		for _, want := range []string{"<svg", "50,0\u00a0%", "<code>17</code>", "≤ 5", "<details>"} {
			if !strings.Contains(page, want) {
				t.Errorf("charts of %s days have no %q", days, want)
			}
		}
	}
	if page := b.get("/console/m/mer_a/charts?mode=live", 200); strings.Contains(page, "<svg class=\"chart\"") {
		t.Error("test payments are in the charts of live ones")
	}
	if front := b.get("/console/m/mer_a/", 200); !strings.Contains(front, "50,0\u00a0%") {
		t.Errorf("the front page: %s", front)
	}
}

func mustPhone(t *testing.T) payment.Phone {
	t.Helper()
	p, err := payment.ParsePhone(canaryPhone)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestDraw(t *testing.T) {
	t.Parallel()
	c := draw("x", []column{{"a", []part{{"good", 3, ""}, {"poor", 1, ""}}}, {"b", []part{{"good", 0, ""}}}})
	if len(c.Bars) != 2 || c.Bars[0].Y <= c.Bars[1].Y || c.Bars[1].Y != "10.0" || len(c.Lines) != 5 {
		t.Errorf("%+v", c)
	}
	if !draw("x", []column{{"a", []part{{"good", 0, ""}}}}).Empty {
		t.Error("a chart of nothing is not empty")
	}
	for most, want := range map[int64]int64{1: 1, 5: 1, 6: 2, 11: 5, 26: 10, 4_999_999: 1_000_000} {
		if got := niceStep(most); got != want {
			t.Errorf("niceStep(%d) = %d, want %d", most, got, want)
		}
	}
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1 k", 1500: "1.5 k", 2_000_000: "2 M", 1234: "1234"} {
		if got := short(n); got != want {
			t.Errorf("short(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestDoctorOfAMerchant(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) {
		o.Doctor = func(context.Context) (doctor.Report, error) {
			return doctor.Report{At: noon, Findings: []doctor.Finding{
				{About: "this machine", Check: "clock", Status: doctor.Failed, Found: "late"},
				{About: "account mer_a/ovo", Check: "date", Status: doctor.OK, Found: "own date"},
				{About: "account mer_b/ovo", Check: "date", Status: doctor.Warning, Found: "other date"},
			}}, nil
		}
	})
	for name, c := range map[string]struct {
		grant operator.Grant
		want  string
	}{
		"owner of one": {grant("mer_a", operator.Owner), "false true false"},
		"owner of all": {grant(operator.Everywhere, operator.Owner), "true true false"},
	} {
		page := w.as(strings.ReplaceAll(name, " ", "."), c.grant).post("/console/m/mer_a/doctor", url.Values{}, 200).Body.String()
		if got := fmt.Sprint(strings.Contains(page, "this machine"), strings.Contains(page, "own date"), strings.Contains(page, "other date")); got != c.want {
			t.Errorf("%s sees %s, want %s", name, got, c.want)
		}
	}
}
