package storetest

import (
	"errors"
	"fmt"
	"time"

	"github.com/lunas-pay/lunas/internal/notice"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/webhook"
)

func noticeRules() []Rule {
	return []Rule{
		{"a notice is kept as it was written, over the version before only", keepsNotices},
		{"there is one open notice of a cause, and another after it was cleared", oneNoticeOfACause},
		{"a notice is told with its writing, or neither is", tellsNotices},
		{"notices are listed to whom they concern, the newest first, page by page", listsNotices},
	}
}

// noticed is the n-th notice.
func noticed(n int, more ...func(*notice.Kept)) notice.Kept {
	k := notice.Kept{
		Notice: notice.Notice{
			Cause: fmt.Sprint("review/", n), Kind: notice.Review, MerchantID: Merchant, Mode: payment.Live, Subject: "pay_1", Urgent: true,
			Deadline: at(3600).UTC(), Text: `3 "payments" wait 🙂`, Mend: "Resolve them.",
		},
		ID: fmt.Sprintf("ntc_%026d", n), Version: 1, RaisedAt: at(n).UTC(), SaidAt: at(n).UTC(), Said: 1,
	}
	for _, m := range more {
		m(&k)
	}
	return k
}

func (w *world) notices(f store.NoticeFilter) []notice.Kept {
	list, err := w.Store.Notices(w.ctx, f)
	w.must("notices", err)
	return inUTC(list)
}

func (w *world) atWork() []notice.Kept {
	list, err := w.Store.NoticesAtWork(w.ctx)
	w.must("notices at work", err)
	return inUTC(list)
}

func keepsNotices(w *world) {
	k := noticed(1)
	w.must("save", w.Store.SaveNotice(w.ctx, k, nil))
	want(w, "what is at work", w.atWork(), []notice.Kept{k})
	next := k
	next.Version, next.GoneAt, next.Text, next.Urgent, next.Deadline, next.Said, next.SaidAt, next.Mailed = 2, at(5).UTC(), "4 wait", false, time.Time{}, 2, at(6).UTC(), 1
	w.must("save the next version", w.Store.SaveNotice(w.ctx, next, nil))
	want(w, "what is at work", w.atWork(), []notice.Kept{next})
	if err := w.Store.SaveNotice(w.ctx, next, nil); !errors.Is(err, store.ErrConflict) {
		w.failf("saved over a version that is not the one before: %v, want ErrConflict", err)
	}
	over := next
	over.Version, over.ClearedAt, over.Said = 3, at(10).UTC(), 3
	w.must("clear", w.Store.SaveNotice(w.ctx, over, nil))
	want(w, "cleared and not mailed", w.atWork(), []notice.Kept{over})
	over.Version, over.Mailed = 4, 3
	w.must("mailed", w.Store.SaveNotice(w.ctx, over, nil))
	if list := w.atWork(); len(list) != 0 {
		w.failf("cleared and mailed: %v is at work", list)
	}
	want(w, "what is kept", w.notices(store.NoticeFilter{MerchantID: Merchant}), []notice.Kept{over})
}

func oneNoticeOfACause(w *world) {
	same := func(k *notice.Kept) { k.Cause = "disk" }
	first := noticed(1, same)
	w.must("save", w.Store.SaveNotice(w.ctx, first, nil))
	if err := w.Store.SaveNotice(w.ctx, noticed(2, same), nil); !errors.Is(err, store.ErrConflict) {
		w.failf("a second one of a cause: %v, want ErrConflict", err)
	}
	w.must("another merchant's", w.Store.SaveNotice(w.ctx, noticed(3, same, func(k *notice.Kept) { k.MerchantID = "mer_2" }), nil))
	first.Version, first.ClearedAt = 2, at(9).UTC()
	w.must("clear", w.Store.SaveNotice(w.ctx, first, nil))
	w.must("after it", w.Store.SaveNotice(w.ctx, noticed(4, same), nil))
	errs := w.all(8, func(i int) error {
		return w.Store.SaveNotice(w.ctx, noticed(10+i, func(k *notice.Kept) { k.Cause = "clock" }), nil)
	})
	saved := 0
	for _, err := range errs {
		if err == nil {
			saved++
		} else if !errors.Is(err, store.ErrConflict) {
			w.must("save", err)
		}
	}
	if saved != 1 {
		w.failf("%d of eight at a time were saved, want one", saved)
	}
}

func tellsNotices(w *world) {
	e := store.Endpoint{Endpoint: webhook.Endpoint{
		ID: "whe_1", MerchantID: Merchant, Mode: payment.Live, Version: 1, URL: "https://a.example", Events: []string{"notice.*"}, CreatedAt: at(0),
	}}
	w.must("save endpoint", w.Store.SaveEndpoint(w.ctx, e))
	told := func(id string) *store.Told {
		return &store.Told{ID: id, MerchantID: Merchant, Mode: payment.Live, Type: "notice.raised", At: at(1), Body: []byte(`{"id":"` + id + `"}`)}
	}
	w.must("save", w.Store.SaveNotice(w.ctx, noticed(1), told("evt_1"), deed(1, "")))
	if err := w.Store.SaveNotice(w.ctx, noticed(2, func(k *notice.Kept) { k.Cause = noticed(1).Cause }), told("evt_2"), deed(2, "")); !errors.Is(err, store.ErrConflict) {
		w.failf("a second one of a cause: %v, want ErrConflict", err)
	}
	if _, err := w.Store.Sequence(w.ctx, 10); err != nil {
		w.must("sequence", err)
	}
	feed, err := w.Store.Feed(w.ctx, Merchant, payment.Live, 0, 10)
	w.must("feed", err)
	if len(feed) != 1 || feed[0].ID != "evt_1" || string(feed[0].Body) != `{"id":"evt_1"}` {
		w.failf("the feed has %v, want evt_1 alone", feed)
	}
	deliveries, err := w.Store.Deliveries(w.ctx, store.DeliveryFilter{MerchantID: Merchant, EndpointID: "whe_1"})
	w.must("deliveries", err)
	if len(deliveries) != 1 || deliveries[0].EventID != "evt_1" || deliveries[0].Type != "notice.raised" {
		w.failf("the deliveries are %v, want evt_1 alone", deliveries)
	}
	if list := w.actions(store.ActionFilter{MerchantID: Merchant}); len(list) != 1 || list[0].ID != did(1).ID {
		w.failf("the actions are %v, want that of the first alone", list)
	}
}

func listsNotices(w *world) {
	all := []notice.Kept{
		noticed(0), noticed(1, func(k *notice.Kept) { k.MerchantID = "mer_2" }), noticed(2, func(k *notice.Kept) { k.MerchantID, k.Mode = "", "" }),
		noticed(3, func(k *notice.Kept) { k.Mode = payment.Test }), noticed(4, func(k *notice.Kept) { k.ClearedAt = at(9).UTC() }),
		noticed(5, func(k *notice.Kept) { k.Mode = "" }),
	}
	for _, i := range []int{3, 0, 1, 5, 4, 2} { // their order is that of their ids
		w.must("save", w.Store.SaveNotice(w.ctx, all[i], nil))
	}
	those := func(numbers ...int) (list []notice.Kept) {
		for _, n := range numbers {
			list = append(list, all[n])
		}
		return list
	}
	for name, c := range map[string]struct {
		f    store.NoticeFilter
		want []notice.Kept
	}{
		"a merchant's own": {store.NoticeFilter{MerchantID: Merchant}, those(5, 4, 3, 0)},
		"of a mode":        {store.NoticeFilter{MerchantID: Merchant, Mode: payment.Live}, those(5, 4, 0)},
		"that hold":        {store.NoticeFilter{MerchantID: Merchant, Open: true}, those(5, 3, 0)},
		"everybody's":      {store.NoticeFilter{Everybody: true}, those(5, 4, 3, 2, 1, 0)},
		"the gateway's":    {store.NoticeFilter{}, those(2)},
		"the first page":   {store.NoticeFilter{MerchantID: Merchant, Limit: 2}, those(5, 4)},
		"the next page":    {store.NoticeFilter{MerchantID: Merchant, Limit: 2, Before: all[4].ID}, those(3, 0)},
	} {
		want(w, name, w.notices(c.f), c.want)
	}
}
