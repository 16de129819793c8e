package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/webhook"
)

func outboxRules() []Rule {
	return []Rule{
		{"a change is due to each endpoint that is on, of its mode, and wants it", deliversWithTheChange},
		{"an endpoint is changed over the version that was seen", changesEndpoints},
		{"a deleted endpoint is forgotten with its deliveries", deletesEndpoints},
		{"what was taken for an endpoint is nobody else's until its time", takesDeliveries},
		{"endpoints wait in the order of what is due to them", ordersWaiting},
		{"an answer is written down for its taker alone", finishesDeliveries},
		{"an endpoint that is switched off is told of and no longer sent to", switchesOff},
		{"answers that come at a time are all counted", countsFailures},
		{"a ping goes to its endpoint alone", pings},
		{"a replay makes due what happened, once", replays},
		{"a page of deliveries is what was asked for", listsDeliveries},
		{"positions are given in order and leave nothing out", sequences},
		{"who reads the feed while others write misses nothing", feedsWhileWriting},
		{"an outbox is its merchant's alone", keepsOutboxesApart},
	}
}

// Endpoint builds the n-th endpoint of the merchant.
func Endpoint(n int, edit ...func(*store.Endpoint)) store.Endpoint {
	e := store.Endpoint{
		Endpoint: webhook.Endpoint{
			ID: fmt.Sprintf("whe_%d", n), MerchantID: Merchant, Mode: payment.Live, Version: 1, CreatedAt: at(n),
			URL: "https://shop.example/" + strconv.Itoa(n), Description: `Toko "Ayu" 🙂`,
		},
		Sealed: []byte("sealed\x00\xff"),
	}
	for _, f := range edit {
		f(&e)
	}
	return e
}

func wanting(events ...string) func(*store.Endpoint) {
	return func(e *store.Endpoint) { e.Events = events }
}

func (w *world) endpoint(e store.Endpoint) store.Endpoint {
	w.must("save endpoint "+e.ID, w.Store.SaveEndpoint(w.ctx, e))
	return e
}

func (w *world) stored(id string) store.Endpoint {
	e, err := w.Store.Endpoint(w.ctx, Merchant, id)
	w.must("endpoint "+id, err)
	return e
}

func (w *world) deliveries(f store.DeliveryFilter) []webhook.Delivery {
	f.MerchantID = Merchant
	list, err := w.Store.Deliveries(w.ctx, f)
	w.must("deliveries of "+f.EndpointID, err)
	return list
}

// types lists the types of what was to be delivered to an endpoint, by payment and version.
func (w *world) types(endpoint string) (types []string) {
	for _, d := range w.deliveries(store.DeliveryFilter{EndpointID: endpoint}) {
		types = append(types, d.Type)
	}
	slices.Sort(types)
	return types
}

func (w *world) take(endpoint string, now, until, limit int) []store.Sending {
	list, err := w.Store.TakeDeliveries(w.ctx, store.Take{MerchantID: Merchant, EndpointID: endpoint, Now: at(now), Until: at(until), Limit: limit})
	w.must("take deliveries of "+endpoint, err)
	return list
}

func (w *world) finish(s store.Sending, a webhook.Answer) (webhook.Endpoint, webhook.Delivery, error) {
	return w.Store.FinishDelivery(w.ctx, store.Finished{
		MerchantID: s.MerchantID, EndpointID: s.EndpointID, EventID: s.EventID, Taken: s.DueAt, Answer: a,
		OffEvent: "evt_off_" + s.EndpointID,
	})
}

// paid makes the n-th payment and has it paid: two events.
func (w *world) paid(seconds, n int, edit ...func(*Request)) {
	p := w.pushAt(seconds, n, edit...)
	w.next(p, payment.Answered{At: at(seconds + 5), Call: payment.CallPush, Try: 1, Outcome: Paid()})
}

func deliversWithTheChange(w *world) {
	w.terminal(Merchant, TID)
	w.endpoint(Endpoint(1))
	w.endpoint(Endpoint(2, wanting("payment.paid", "payment.declined")))
	w.endpoint(Endpoint(3, wanting("payment.*")))
	w.endpoint(Endpoint(4, wanting("webhook_endpoint.*", "payment.pai", "ayment.paid", "payment.paidx")))
	w.endpoint(Endpoint(5, func(e *store.Endpoint) { e.Mode = payment.Test }))
	w.endpoint(Endpoint(6, func(e *store.Endpoint) { e.Disabled, e.DisabledAt = "by hand", at(0) }))
	w.paid(10, 1)
	both := []string{"payment.paid", "payment.pushing"}
	for n, types := range [][]string{1: both, 2: {"payment.paid"}, 3: both, 6: nil} {
		if n > 0 {
			want(w, fmt.Sprintf("due to endpoint %d", n), w.types(fmt.Sprintf("whe_%d", n)), types)
		}
	}
	told, err := w.Store.Told(w.ctx, Merchant, PaymentID(1))
	w.must("told", err)
	got := w.take("whe_2", 60, 120, 10)
	if len(got) != 1 || len(told) != 2 {
		w.failf("taken %d deliveries of %d events, want 1 of 2", len(got), len(told))
	}
	want(w, "the body of the delivery", string(got[0].Body), string(told[1].Body))
	want(w, "the delivery", got[0].Delivery, webhook.Delivery{
		MerchantID: Merchant, EndpointID: "whe_2", EventID: told[1].ID, PaymentID: PaymentID(1), Type: "payment.paid", Version: 2,
		State: webhook.Due, CreatedAt: at(15).UTC(), DueAt: at(120).UTC(),
	})
}

func changesEndpoints(w *world) {
	first := w.endpoint(Endpoint(1))
	first.CreatedAt = first.CreatedAt.UTC()
	want(w, "the stored endpoint", w.stored("whe_1"), first)
	if err := w.Store.SaveEndpoint(w.ctx, first); !errors.Is(err, store.ErrConflict) {
		w.failf("a second endpoint of the same id: %v, want ErrConflict", err)
	}
	second := first
	second.Version, second.URL, second.Events, second.Sealed = 2, "https://shop.example/new", []string{"payment.paid"}, nil
	w.endpoint(second)
	second.Sealed = first.Sealed // no new secrets: they stay
	want(w, "the changed endpoint", w.stored("whe_1"), second)
	stale := first
	stale.Version, stale.URL = 2, "https://shop.example/stale"
	if err := w.Store.SaveEndpoint(w.ctx, stale); !errors.Is(err, store.ErrConflict) {
		w.failf("a change of an older version: %v, want ErrConflict", err)
	}
	want(w, "the endpoint after a refused change", w.stored("whe_1"), second)
	third := second
	third.Version, third.Sealed = 3, []byte("others")
	w.endpoint(third)
	want(w, "the secrets after a rotation", string(w.stored("whe_1").Sealed), "others")
	w.endpoint(Endpoint(0, func(e *store.Endpoint) { e.CreatedAt = at(0) }))
	list, err := w.Store.Endpoints(w.ctx, Merchant, payment.Live)
	w.must("endpoints", err)
	if len(list) != 2 || list[0].ID != "whe_0" || list[1].ID != "whe_1" {
		w.failf("endpoints are %d, want whe_0 and whe_1 in the order of their making", len(list))
	}
	absent := Endpoint(9, func(e *store.Endpoint) { e.Version = 2 })
	if err := w.Store.SaveEndpoint(w.ctx, absent); !errors.Is(err, store.ErrConflict) {
		w.failf("a change of an endpoint that is not there: %v, want ErrConflict", err)
	}
}

func deletesEndpoints(w *world) {
	w.terminal(Merchant, TID)
	w.endpoint(Endpoint(1))
	w.endpoint(Endpoint(2))
	w.paid(10, 1)
	taken := w.take("whe_1", 60, 120, 1)
	w.must("delete", w.Store.DeleteEndpoint(w.ctx, Merchant, "whe_1"))
	if _, err := w.Store.Endpoint(w.ctx, Merchant, "whe_1"); !errors.Is(err, store.ErrNotFound) {
		w.failf("the deleted endpoint: %v, want ErrNotFound", err)
	}
	if err := w.Store.DeleteEndpoint(w.ctx, Merchant, "whe_1"); !errors.Is(err, store.ErrNotFound) {
		w.failf("deleting it again: %v, want ErrNotFound", err)
	}
	want(w, "its deliveries", len(w.deliveries(store.DeliveryFilter{EndpointID: "whe_1"})), 0)
	want(w, "those of the other", len(w.deliveries(store.DeliveryFilter{EndpointID: "whe_2"})), 2)
	if _, _, err := w.finish(taken[0], webhook.Answer{At: at(61), Status: 200}); !errors.Is(err, store.ErrConflict) {
		w.failf("an answer of a deleted endpoint: %v, want ErrConflict", err)
	}
}

func takesDeliveries(w *world) {
	w.terminal(Merchant, TID)
	w.endpoint(Endpoint(1))
	const payments = 10
	for n := range payments {
		w.paid(10, n)
	}
	want(w, "before it is due", len(w.take("whe_1", 9, 120, 100)), 0)
	want(w, "a limit of none", len(w.take("whe_1", 60, 120, 0)), 0)
	var all [8][]store.Sending
	w.must("take", errorsOf(w.all(len(all), func(i int) (err error) {
		all[i], err = w.Store.TakeDeliveries(w.ctx, store.Take{MerchantID: Merchant, EndpointID: "whe_1", Now: at(60), Until: at(120), Limit: 4})
		return err
	})))
	seen := map[string]bool{}
	for _, list := range all {
		if len(list) > 4 {
			w.failf("%d deliveries were taken, want at most 4", len(list))
		}
		for _, s := range list {
			if seen[s.EventID] {
				w.failf("event %s was taken twice", s.EventID)
			}
			seen[s.EventID] = true
		}
	}
	for len(seen) < 2*payments { // those who came at the same moment may have got less
		list := w.take("whe_1", 60, 120, 4)
		if len(list) == 0 {
			w.failf("%d of %d deliveries could be taken", len(seen), 2*payments)
		}
		for _, s := range list {
			if seen[s.EventID] {
				w.failf("event %s was taken twice", s.EventID)
			}
			seen[s.EventID] = true
		}
	}
	want(w, "while they are taken", len(w.take("whe_1", 119, 180, 100)), 0)
	want(w, "when their time is over", len(w.take("whe_1", 120, 180, 100)), 2*payments)
}

func ordersWaiting(w *world) {
	w.terminal(Merchant, TID)
	w.endpoint(Endpoint(1, wanting("payment.paid")))
	w.endpoint(Endpoint(2))
	w.endpoint(Endpoint(3, func(e *store.Endpoint) { e.FailingSince, e.Failures = at(1), 3 }))
	w.paid(10, 1)
	waiting := func(now, limit int, ids ...string) {
		list, err := w.Store.WaitingEndpoints(w.ctx, at(now), limit)
		w.must("waiting endpoints", err)
		var got []string
		for _, e := range list {
			got = append(got, fmt.Sprintf("%s %s %s %t", e.MerchantID, e.EndpointID, e.Since.Sub(at(0)), e.Failing))
		}
		want(w, fmt.Sprintf("waiting at %d", now), got, ids)
	}
	waiting(9, 10)
	waiting(10, 10, "mer_1 whe_2 10s false", "mer_1 whe_3 10s true")
	waiting(15, 10, "mer_1 whe_2 10s false", "mer_1 whe_3 10s true", "mer_1 whe_1 15s false")
	waiting(15, 1, "mer_1 whe_2 10s false")
	n, oldest, err := w.Store.Undelivered(w.ctx, at(12))
	w.must("undelivered", err)
	want(w, "undelivered", fmt.Sprint(n, oldest.Sub(at(0))), fmt.Sprint(2, 10*time.Second))
	w.take("whe_2", 15, 100, 1)
	waiting(15, 10, "mer_1 whe_3 10s true", "mer_1 whe_1 15s false", "mer_1 whe_2 15s false")
	off := w.stored("whe_3")
	off.Version, off.Disabled, off.DisabledAt, off.Sealed = 2, "by hand", at(15), nil
	w.endpoint(off)
	waiting(15, 10, "mer_1 whe_1 15s false", "mer_1 whe_2 15s false")
	n, _, err = w.Store.Undelivered(w.ctx, at(15))
	w.must("undelivered", err)
	want(w, "undelivered, without those of endpoints that are off", n, 2)
}

func finishesDeliveries(w *world) {
	w.terminal(Merchant, TID)
	w.endpoint(Endpoint(1, wanting("payment.paid")))
	w.paid(10, 1)
	first := w.take("whe_1", 60, 120, 1)[0]
	bad := webhook.Answer{At: at(61).UTC(), Took: time.Second, Status: 500, Body: "maaf 🙂"}
	e, d, err := w.finish(first, bad)
	w.must("finish", err)
	_, ruled := webhook.Answered(Endpoint(1).Endpoint, first.Delivery, bad)
	ruled.DueAt = ruled.DueAt.Truncate(time.Microsecond).UTC()
	want(w, "what is stored of the delivery", w.deliveries(store.DeliveryFilter{EndpointID: "whe_1"})[0], ruled)
	d.DueAt = d.DueAt.Truncate(time.Microsecond).UTC()
	want(w, "what is given back of it", d, ruled)
	want(w, "failures", fmt.Sprint(e.Failures, w.stored("whe_1").Failures, w.stored("whe_1").FailingSince.Sub(at(0))), "1 1 1m1s")
	if _, _, err := w.finish(first, webhook.Answer{At: at(62), Status: 200}); !errors.Is(err, store.ErrConflict) {
		w.failf("a second answer to one try: %v, want ErrConflict", err)
	}
	second := w.take("whe_1", 300, 400, 1)[0]
	third := w.take("whe_1", 400, 500, 1)[0] // the second taker is taken for dead
	if _, _, err := w.finish(second, webhook.Answer{At: at(401), Status: 200}); !errors.Is(err, store.ErrConflict) {
		w.failf("an answer to a taker that was given up: %v, want ErrConflict", err)
	}
	e, d, err = w.finish(third, webhook.Answer{At: at(402), Status: 204})
	w.must("finish", err)
	want(w, "after a good answer", fmt.Sprintf("%s %d %s %d %t", d.State, d.Tries, d.EndedAt.Sub(at(0)), e.Failures, e.FailingSince.IsZero()), "delivered 2 6m42s 0 true")
	want(w, "its failures", w.stored("whe_1").Failures, 0)
	want(w, "what is still due", len(w.take("whe_1", 1_000_000, 2_000_000, 10)), 0)
}

func switchesOff(w *world) {
	w.terminal(Merchant, TID)
	w.endpoint(Endpoint(1))
	w.endpoint(Endpoint(2, wanting("webhook_endpoint.disabled")))
	w.paid(10, 1)
	taken := w.take("whe_1", 60, 120, 2)
	e, d, err := w.finish(taken[0], webhook.Answer{At: at(61), Status: 410})
	w.must("finish", err)
	want(w, "the endpoint and its delivery", fmt.Sprint(e.Disabled, d.State), fmt.Sprint(webhook.ReasonGone, webhook.Failed))
	want(w, "what is stored of the endpoint", w.stored("whe_1").Disabled, webhook.ReasonGone)
	want(w, "when it was switched off", w.stored("whe_1").DisabledAt.Equal(at(61)), true)
	list, err := w.Store.WaitingEndpoints(w.ctx, at(1000), 10)
	w.must("waiting", err)
	if len(list) != 1 || list[0].EndpointID != "whe_2" {
		w.failf("waiting are %v, want whe_2 alone", list)
	}
	got := w.take("whe_2", 100, 200, 10)
	if len(got) != 1 || !strings.Contains(string(got[0].Body), webhook.ReasonGone) || got[0].PaymentID != "" {
		w.failf("the other endpoint gets %v, want to be told of it", got)
	}
	w.paid(70, 2)
	want(w, "deliveries of the endpoint that is off", len(w.deliveries(store.DeliveryFilter{EndpointID: "whe_1"})), 2)
	// The answer to another try of the same time changes nothing more.
	e, _, err = w.finish(taken[1], webhook.Answer{At: at(62), Status: 410})
	w.must("finish", err)
	want(w, "when it was switched off", e.DisabledAt.Equal(at(61)), true)
	want(w, "how often that was told", len(w.deliveries(store.DeliveryFilter{EndpointID: "whe_2"})), 1)
}

func countsFailures(w *world) {
	w.terminal(Merchant, TID)
	w.endpoint(Endpoint(1))
	for n := range 4 {
		w.paid(10, n)
	}
	taken := w.take("whe_1", 60, 120, 100)
	w.must("finish", errorsOf(w.all(len(taken), func(i int) error {
		_, _, err := w.finish(taken[i], webhook.Answer{At: at(61), Status: 500})
		return err
	})))
	want(w, "failures", w.stored("whe_1").Failures, 8)
}

func pings(w *world) {
	w.endpoint(Endpoint(1, wanting("payment.paid")))
	w.endpoint(Endpoint(2))
	ping := webhook.Delivery{MerchantID: Merchant, EndpointID: "whe_1", EventID: "evt_ping", Type: webhook.TypePing, CreatedAt: at(1), DueAt: at(1)}
	w.must("ping", w.Store.AddDelivery(w.ctx, ping, []byte(`{"type":"ping"}`)))
	got := w.take("whe_1", 1, 60, 10)
	if len(got) != 1 || string(got[0].Body) != `{"type":"ping"}` || got[0].EventID != "evt_ping" || got[0].State != webhook.Due {
		w.failf("the endpoint gets %v, want the ping", got)
	}
	want(w, "the other gets", len(w.take("whe_2", 1, 60, 10)), 0)
	_, err := w.Store.Sequence(w.ctx, 10)
	w.must("sequence", err)
	want(w, "events in the feed", len(w.feed(payment.Live, 0)), 0)
	ping.EndpointID = "whe_none"
	if err := w.Store.AddDelivery(w.ctx, ping, []byte(`{}`)); !errors.Is(err, store.ErrNotFound) {
		w.failf("a ping to no endpoint: %v, want ErrNotFound", err)
	}
}

func replays(w *world) {
	w.terminal(Merchant, TID)
	w.paid(10, 1) // before the endpoint was made
	w.endpoint(Endpoint(1, wanting("payment.paid")))
	w.paid(100, 2)
	w.paid(200, 3)
	w.paid(300, 4)
	w.pushAt(300, 5, func(r *Request) { r.Mode = payment.Test })
	replay := func(r store.Replay, n int) {
		r.MerchantID, r.EndpointID, r.Now = Merchant, "whe_1", at(1000)
		if r.Limit == 0 {
			r.Limit = 100
		}
		got, err := w.Store.Replay(w.ctx, r)
		w.must("replay", err)
		want(w, "replayed", got, n)
	}
	taken := w.take("whe_1", 400, 500, 10)
	want(w, "taken", len(taken), 3)
	_, _, err := w.finish(taken[0], webhook.Answer{At: at(401), Status: 200})
	w.must("finish", err)
	_, _, err = w.finish(taken[1], webhook.Answer{At: at(401), Status: 410})
	w.must("finish", err)
	on := w.stored("whe_1")
	on.Version, on.Disabled, on.DisabledAt, on.Sealed = 2, "", time.Time{}, nil
	w.endpoint(on)

	replay(store.Replay{From: at(0), To: at(15)}, 0)
	replay(store.Replay{From: at(15), To: at(306), Undelivered: true, Limit: 1}, 1) // the one that it never was to get
	replay(store.Replay{From: at(15), To: at(306), Undelivered: true}, 1)           // the failed one
	replay(store.Replay{From: at(15), To: at(306)}, 1)                              // the delivered one
	replay(store.Replay{From: at(15), To: at(306)}, 0)                              // all are due
	again := w.take("whe_1", 1000, 1100, 10)
	want(w, "due again", len(again), 4)
	for _, s := range again {
		if s.Tries != 0 || !s.EndedAt.IsZero() || len(s.Body) == 0 {
			w.failf("replayed %+v, want it as if never tried", s.Delivery)
		}
		_, _, err := w.finish(s, webhook.Answer{At: at(1001), Status: 200})
		w.must("finish", err)
	}
	replay(store.Replay{EventID: again[2].EventID}, 1)
	want(w, "replayed alone", len(w.take("whe_1", 1100, 1200, 10)), 1)
	if _, err := w.Store.Replay(w.ctx, store.Replay{MerchantID: Merchant, EndpointID: "whe_1", EventID: "evt_none", Now: at(1), Limit: 1}); !errors.Is(err, store.ErrNotFound) {
		w.failf("replay of an unknown event: %v, want ErrNotFound", err)
	}
}

func listsDeliveries(w *world) {
	w.terminal(Merchant, TID)
	w.endpoint(Endpoint(1))
	for n := range 3 {
		w.paid(10, n)
	}
	_, _, err := w.finish(w.take("whe_1", 60, 120, 1)[0], webhook.Answer{At: at(61), Status: 200})
	w.must("finish", err)
	all := w.deliveries(store.DeliveryFilter{EndpointID: "whe_1"})
	if len(all) != 6 || !slices.IsSortedFunc(all, func(a, b webhook.Delivery) int { return strings.Compare(b.EventID, a.EventID) }) {
		w.failf("deliveries are %v, want six, the newest event first", all)
	}
	page := w.deliveries(store.DeliveryFilter{EndpointID: "whe_1", Limit: 2, Before: all[1].EventID})
	if len(page) != 2 || page[0].EventID != all[2].EventID || page[1].EventID != all[3].EventID {
		w.failf("the second page is %v, want the third and fourth of %v", page, all)
	}
	want(w, "delivered", len(w.deliveries(store.DeliveryFilter{EndpointID: "whe_1", State: webhook.Delivered})), 1)
	want(w, "of one event", len(w.deliveries(store.DeliveryFilter{EndpointID: "whe_1", EventID: all[3].EventID})), 1)
}

func (w *world) feed(mode payment.Mode, after int64) []store.Told {
	told, err := w.Store.Feed(w.ctx, Merchant, mode, after, 0)
	w.must("feed", err)
	return told
}

func (w *world) sequence(limit, n int) {
	got, err := w.Store.Sequence(w.ctx, limit)
	w.must("sequence", err)
	want(w, "events that got a position", got, n)
}

func sequences(w *world) {
	w.terminal(Merchant, TID)
	w.sequence(10, 0)
	p := w.pushAt(20, 1)
	w.paid(10, 2, func(r *Request) { r.Mode = payment.Test })
	want(w, "before there are positions", len(w.feed(payment.Live, 0)), 0)
	unplaced := func(n int, oldest time.Time) {
		got, since, err := w.Store.Unplaced(w.ctx)
		w.must("unplaced", err)
		want(w, "events without a position", fmt.Sprint(got, since.UTC()), fmt.Sprint(n, oldest.UTC()))
	}
	unplaced(3, at(10))
	w.sequence(2, 2)
	unplaced(1, at(20))
	w.sequence(10, 1)
	unplaced(0, time.Time{})
	w.sequence(10, 0)
	w.next(p, payment.Answered{At: at(25), Call: payment.CallPush, Try: 1, Outcome: Paid()})
	w.sequence(10, 1)
	show := func(told []store.Told) (s []string) {
		for _, t := range told {
			s = append(s, fmt.Sprintf("%d %s %s %d", t.Position, t.PaymentID[len(t.PaymentID)-1:], t.Type, t.Version))
			if len(t.Body) == 0 || t.ID == "" || t.At.IsZero() {
				w.failf("event %+v of the feed is not whole", t)
			}
		}
		return s
	}
	live, test := show(w.feed(payment.Live, 0)), show(w.feed(payment.Test, 0))
	want(w, "the feed of live events", live, []string{"3 1 payment.pushing 1", "4 1 payment.paid 2"})
	want(w, "the feed of test events", test, []string{"1 2 payment.pushing 1", "2 2 payment.paid 2"})
	want(w, "the feed after a position", show(w.feed(payment.Live, 3)), live[1:])
	want(w, "the feed after its end", len(w.feed(payment.Live, 4)), 0)
	told, err := w.Store.Told(w.ctx, Merchant, PaymentID(1))
	w.must("told", err)
	want(w, "positions of a payment's events", fmt.Sprint(told[0].Position, told[1].Position), "3 4")
	page, err := w.Store.Feed(w.ctx, Merchant, payment.Test, 0, 1)
	w.must("feed", err)
	want(w, "a page of one", len(page), 1)
}

// try gives what ends a check as an error: in a goroutine of its own nothing else would catch it.
func (w *world) try(f func()) (err error) {
	defer func() {
		switch trouble := recover().(type) {
		case nil:
		case broken:
			err = trouble.error
		default:
			panic(trouble)
		}
	}()
	f()
	return nil
}

// feedsWhileWriting has writers, two sequencers and a reader at work at a time.
func feedsWhileWriting(w *world) {
	w.terminal(Merchant, TID)
	const writers, each = 4, 6
	var got []store.Told
	w.must("write, sequence and read", errorsOf(w.all(writers+3, func(i int) error {
		switch {
		case i < writers:
			for n := range each {
				if err := w.try(func() { w.paid(10, 1+i*each+n) }); err != nil {
					return err
				}
			}
		case i < writers+2:
			for range 20 {
				if _, err := w.Store.Sequence(w.ctx, 3); err != nil {
					return err
				}
			}
		default:
			for range 20 {
				after := int64(0)
				if len(got) > 0 {
					after = got[len(got)-1].Position
				}
				page, err := w.Store.Feed(w.ctx, Merchant, payment.Live, after, 0)
				if err != nil {
					return err
				}
				got = append(got, page...)
			}
		}
		return nil
	})))
	for {
		n, err := w.Store.Sequence(w.ctx, 100)
		w.must("sequence", err)
		if n == 0 {
			break
		}
	}
	after := int64(0)
	if len(got) > 0 {
		after = got[len(got)-1].Position
	}
	got = append(got, w.feed(payment.Live, after)...)
	seen, last := map[string]int{}, int64(0)
	for _, t := range got {
		if t.Position != last+1 {
			w.failf("after position %d the reader got %d", last, t.Position)
		}
		last = t.Position
		if seen[t.PaymentID] != t.Version-1 {
			w.failf("version %d of %s came after version %d", t.Version, t.PaymentID, seen[t.PaymentID])
		}
		seen[t.PaymentID] = t.Version
	}
	want(w, "events that the reader got", len(got), 2*writers*each)
}

func keepsOutboxesApart(w *world) {
	w.terminal(Merchant, TID)
	w.terminal("mer_2", TID)
	w.endpoint(Endpoint(1))
	other := func(r *Request) { r.MerchantID = "mer_2" }
	w.pushAt(10, 1, other)
	w.pushAt(10, 2)
	want(w, "deliveries", len(w.deliveries(store.DeliveryFilter{EndpointID: "whe_1"})), 1)
	if _, err := w.Store.Endpoint(w.ctx, "mer_2", "whe_1"); !errors.Is(err, store.ErrNotFound) {
		w.failf("another merchant's endpoint: %v, want ErrNotFound", err)
	}
	if err := w.Store.DeleteEndpoint(w.ctx, "mer_2", "whe_1"); !errors.Is(err, store.ErrNotFound) {
		w.failf("deleting another merchant's endpoint: %v, want ErrNotFound", err)
	}
	list, err := w.Store.Endpoints(w.ctx, "mer_2", payment.Live)
	w.must("endpoints", err)
	want(w, "endpoints of the other", len(list), 0)
	taken, err := w.Store.TakeDeliveries(w.ctx, store.Take{MerchantID: "mer_2", EndpointID: "whe_1", Now: at(60), Until: at(120), Limit: 10})
	w.must("take", err)
	want(w, "taken by the other", len(taken), 0)
	theirs, err := w.Store.Deliveries(w.ctx, store.DeliveryFilter{MerchantID: "mer_2", EndpointID: "whe_1"})
	w.must("deliveries", err)
	want(w, "listed by the other", len(theirs), 0)
	w.sequence(10, 2)
	feed := w.feed(payment.Live, 0)
	if len(feed) != 1 || feed[0].PaymentID != PaymentID(2) || feed[0].Position != 1 {
		w.failf("the feed is %v, want the merchant's own event at position 1", feed)
	}
}
