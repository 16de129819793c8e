package storetest

import (
	"errors"
	"fmt"
	"slices"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/webhook"
)

func actionRules() []Rule {
	return []Rule{
		{"actions are listed to whom they concern, the newest first, page by page", listsActions},
		{"what is done is noted with the change, or neither is written", notesWithChanges},
		{"a deed's idempotency key is used once, whatever for", deedKeys},
		{"of many deeds at a time each is noted", notesInParallel},
	}
}

// did is the n-th action.
func did(n int, more ...func(*store.Action)) store.Action {
	a := store.Action{
		ID: fmt.Sprintf("act_%026d", n), MerchantID: Merchant, Mode: payment.Live, At: at(n), Actor: "key_1", Kind: store.ActKeyCreated,
		Subject: "key_2", Count: 3, Reason: `lost "phone" 🙂`, Details: []byte(`{"scopes":["read"]}`),
	}
	for _, m := range more {
		m(&a)
	}
	return a
}

// deed is the n-th action with an idempotency key; none when it is empty.
func deed(n int, key string) store.Deed {
	d := store.Deed{Action: did(n)}
	if key != "" {
		d.Key = store.DeedKey{MerchantID: Merchant, Mode: payment.Live, Key: key, Fingerprint: "f-" + key}
	}
	return d
}

func (w *world) actions(f store.ActionFilter) []store.Action {
	list, err := w.Store.Actions(w.ctx, f)
	w.must("actions", err)
	return inUTC(list)
}

func listsActions(w *world) {
	all := []store.Action{
		did(0), did(1, func(a *store.Action) { a.MerchantID = "mer_2" }), did(2, func(a *store.Action) { a.MerchantID, a.Mode = "", "" }),
		did(3, func(a *store.Action) { a.Mode, a.Details, a.Reason, a.Count = "", nil, "", 0 }),
		did(4, func(a *store.Action) { a.Mode = payment.Test }), did(5, func(a *store.Action) { a.Kind, a.Subject, a.Actor = "k", "s", "a" }),
	}
	for _, i := range []int{3, 0, 1, 5, 4, 2} { // their order is that of their ids
		w.must("append action", w.Store.AppendAction(w.ctx, all[i]))
	}
	those := func(numbers ...int) (list []store.Action) {
		for _, n := range numbers {
			list = append(list, inUTC(all[n]))
		}
		return list
	}
	own := store.ActionFilter{MerchantID: Merchant}
	for name, c := range map[string]struct {
		change func(*store.ActionFilter)
		want   []store.Action
	}{
		"a merchant's own":  {func(*store.ActionFilter) {}, those(5, 4, 3, 0)},
		"of a mode":         {func(f *store.ActionFilter) { f.Mode = payment.Live }, those(5, 3, 0)},
		"of the other mode": {func(f *store.ActionFilter) { f.Mode = payment.Test }, those(4, 3)},
		"everybody's":       {func(f *store.ActionFilter) { f.Everybody = true }, those(5, 4, 3, 2, 1, 0)},
		"the gateway's":     {func(f *store.ActionFilter) { f.MerchantID = "" }, those(2)},
		"of a kind":         {func(f *store.ActionFilter) { f.Kind = "k" }, those(5)},
		"of a subject":      {func(f *store.ActionFilter) { f.Subject = "s" }, those(5)},
		"of an actor":       {func(f *store.ActionFilter) { f.Actor = "a" }, those(5)},
		"from a time":       {func(f *store.ActionFilter) { f.From = at(4) }, those(5, 4)},
		"up to a time":      {func(f *store.ActionFilter) { f.To = at(4) }, those(3, 0)},
		"the first page":    {func(f *store.ActionFilter) { f.Limit = 2 }, those(5, 4)},
		"the next page":     {func(f *store.ActionFilter) { f.Limit, f.Before = 2, all[4].ID }, those(3, 0)},
	} {
		f := own
		c.change(&f)
		want(w, name, w.actions(f), c.want)
	}
	for i := range all {
		a, err := w.Store.Action(w.ctx, all[i].ID)
		w.must("action", err)
		want(w, "the action "+all[i].ID, inUTC(a), inUTC(all[i]))
	}
	if _, err := w.Store.Action(w.ctx, "act_9"); !errors.Is(err, store.ErrNotFound) {
		w.failf("an action that is not there: %v, want ErrNotFound", err)
	}
}

func notesWithChanges(w *world) {
	w.terminal(Merchant, TID)
	noted := 0
	note := func(what string, err error) {
		w.must(what, err)
		if noted++; len(w.actions(store.ActionFilter{MerchantID: Merchant})) != noted {
			w.failf("%s: %d actions are noted, want %d", what, len(w.actions(store.ActionFilter{MerchantID: Merchant})), noted)
		}
	}
	in := func(what string, err error, wants error) {
		if !errors.Is(err, wants) || len(w.actions(store.ActionFilter{MerchantID: Merchant})) != noted {
			w.failf("%s: %v with %d actions noted, want %v and %d", what, err, len(w.actions(store.ActionFilter{MerchantID: Merchant})), wants, noted)
		}
	}
	t := w.terminals(Merchant)[0]
	t.Cursor.Last = payment.Number{Batch: 5, Reference: 5}
	note("set terminal", w.Store.SetTerminal(w.ctx, t, deed(1, "")))
	t.Cursor.Last.Batch = 4
	in("set terminal back", w.Store.SetTerminal(w.ctx, t, deed(2, "")), store.ErrBackwards)
	e := store.Endpoint{Endpoint: webhook.Endpoint{ID: "whe_1", MerchantID: Merchant, Mode: payment.Live, Version: 1, URL: "https://a.example"}}
	note("save endpoint", w.Store.SaveEndpoint(w.ctx, e, deed(3, "")))
	in("save it again", w.Store.SaveEndpoint(w.ctx, e, deed(4, "")), store.ErrConflict)
	ping := webhook.Delivery{MerchantID: Merchant, EndpointID: "whe_1", EventID: "evt_1", State: webhook.Due, CreatedAt: at(1), DueAt: at(1)}
	note("add delivery", w.Store.AddDelivery(w.ctx, ping, []byte("{}"), deed(5, "")))
	ping.EndpointID = "whe_2"
	in("add it to no endpoint", w.Store.AddDelivery(w.ctx, ping, []byte("{}"), deed(6, "")), store.ErrNotFound)
	n, err := w.Store.Replay(w.ctx, store.Replay{MerchantID: Merchant, EndpointID: "whe_1", EventID: "evt_1", Now: at(2)}, deed(7, ""))
	note("replay", err)
	if a := w.actions(store.ActionFilter{MerchantID: Merchant})[0]; n != 1 || a.Count != 1 {
		w.failf("%d events were replayed, and the action counts %d; want one", n, a.Count)
	}
	_, err = w.Store.Replay(w.ctx, store.Replay{MerchantID: Merchant, EndpointID: "whe_1", EventID: "evt_9", Now: at(2)}, deed(8, ""))
	in("replay no event", err, store.ErrNotFound)
	note("delete endpoint", w.Store.DeleteEndpoint(w.ctx, Merchant, "whe_1", deed(9, "")))
	in("delete it again", w.Store.DeleteEndpoint(w.ctx, Merchant, "whe_1", deed(10, "")), store.ErrNotFound)
	seen := w.registered(0).Revision
	_, err = w.Store.Register(w.ctx, seen, things(1), deed(11, ""))
	note("register", err)
	_, err = w.Store.Register(w.ctx, seen, things(2), deed(12, ""))
	in("register over what was not seen", err, store.ErrConflict)
	w.must("set fence", w.Store.SetFence(w.ctx, at(100), "by hand"))
	note("lift fence", w.Store.LiftFence(w.ctx, deed(13, "")))
}

func deedKeys(w *world) {
	w.terminal(Merchant, TID)
	seen := w.registered(0).Revision
	revision, err := w.Store.Register(w.ctx, seen, things(1), deed(1, "once"))
	w.must("register", err)
	used := func(what string, err error, wants store.KeyUsed) {
		var got *store.KeyUsed
		if !errors.As(err, &got) || *got != wants {
			w.failf("%s: %v, want that the key is used by %s", what, err, wants.PaymentID)
		}
	}
	first := store.KeyUsed{PaymentID: did(1).ID, Fingerprint: "f-once"}
	_, err = w.Store.Register(w.ctx, revision, things(2), deed(2, "once"))
	used("register again", err, first)
	e := store.Endpoint{Endpoint: webhook.Endpoint{ID: "whe_1", MerchantID: Merchant, Mode: payment.Live, Version: 1}}
	used("save endpoint", w.Store.SaveEndpoint(w.ctx, e, deed(3, "once")), first)
	key, err := w.Store.KeyOf(w.ctx, Merchant, payment.Live, "once")
	w.must("key of", err)
	want(w, "the key", key, first)
	want(w, "what was registered", w.registered(0), merged(revision, things(1)))
	if list := w.actions(store.ActionFilter{Everybody: true}); len(list) != 1 {
		w.failf("%d actions are noted, want the first alone", len(list))
	}
	other := deed(4, "once")
	other.Key.Mode = payment.Test
	w.must("the same key of the other mode", w.Store.SaveEndpoint(w.ctx, e, other))
	p := w.pushAt(10, 1, func(r *Request) { r.Key = store.Key{Key: "paid", Fingerprint: "p"} })
	used("a key of a payment", w.Store.DeleteEndpoint(w.ctx, Merchant, "whe_1", deed(5, "paid")), store.KeyUsed{PaymentID: p.ID, Fingerprint: "p"})
	if _, err := w.Store.Endpoint(w.ctx, Merchant, "whe_1"); err != nil {
		w.failf("the endpoint was deleted by a deed that was refused: %v", err)
	}
}

func notesInParallel(w *world) {
	const many = 12
	errs := w.all(many, func(i int) error {
		if i%2 == 0 {
			return w.Store.AppendAction(w.ctx, did(i))
		}
		key := ""
		if i > 6 {
			key = "same"
		}
		return w.Store.SaveEndpoint(w.ctx, store.Endpoint{Endpoint: webhook.Endpoint{
			ID: fmt.Sprint("whe_", i), MerchantID: Merchant, Mode: payment.Live, Version: 1,
		}}, deed(i, key))
	})
	refused := slices.IndexFunc(errs, func(err error) bool { return err != nil })
	n := 0
	for _, err := range errs {
		var used *store.KeyUsed
		if errors.As(err, &used) {
			n++
		} else {
			w.must("note", err)
		}
	}
	if n != 2 {
		w.failf("%d of three with the same key were refused, want 2", n)
	}
	list := w.actions(store.ActionFilter{Everybody: true})
	if len(list) != many-2 || slices.ContainsFunc(list, func(a store.Action) bool { return a.ID == did(refused).ID }) {
		w.failf("%d actions are noted, want %d without those that were refused", len(list), many-2)
	}
	endpoints, err := w.Store.Endpoints(w.ctx, Merchant, payment.Live)
	w.must("endpoints", err)
	if len(endpoints) != many/2-2 {
		w.failf("%d endpoints were made, want %d", len(endpoints), many/2-2)
	}
}
