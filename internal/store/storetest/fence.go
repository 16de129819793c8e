package storetest

import (
	"errors"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

func fenceRules() []Rule {
	return []Rule{
		{"a fence stands until it is lifted, the first one with its reason", fences},
		{"a feed goes on far ahead once a fence was lifted", leavesAGap},
		{"the terminals of all merchants are listed", listsAllTerminals},
		{"payments that are to be woken are listed page by page", listsWaking},
	}
}

func (w *world) fence() store.Fence {
	f, err := w.Store.Fence(w.ctx)
	w.must("fence", err)
	return inUTC(f)
}

func (w *world) noFence(when string) {
	if f, err := w.Store.Fence(w.ctx); !errors.Is(err, store.ErrNotFound) {
		w.failf("%s there is a fence %v, %v; want ErrNotFound", when, f, err)
	}
}

func fences(w *world) {
	w.noFence("at first")
	w.must("lift no fence", w.Store.LiftFence(w.ctx))
	w.terminal(Merchant, TID)
	w.pushAt(10, 1)
	w.pushAt(20, 2)
	w.must("set fence", w.Store.SetFence(w.ctx, at(100), `restored from "a.db"`))
	first := inUTC(store.Fence{At: at(100), Reason: `restored from "a.db"`, Written: at(20)})
	want(w, "the fence", w.fence(), first)
	w.pushAt(200, 3)
	w.must("set fence again", w.Store.SetFence(w.ctx, at(300), "another"))
	want(w, "the fence after another", w.fence(), first)
	w.must("lift fence", w.Store.LiftFence(w.ctx))
	w.noFence("after it was lifted")
	w.must("set fence later", w.Store.SetFence(w.ctx, at(400), "later"))
	want(w, "the later fence", w.fence(), inUTC(store.Fence{At: at(400), Reason: "later", Written: at(200)}))
}

// positions gives the positions of a merchant's events after one.
func (w *world) positions(after int64) (positions []int64) {
	for {
		n, err := w.Store.Sequence(w.ctx, 100)
		w.must("sequence", err)
		if n == 0 {
			break
		}
	}
	told, err := w.Store.Feed(w.ctx, Merchant, payment.Live, after, 0)
	w.must("feed", err)
	for _, t := range told {
		positions = append(positions, t.Position)
	}
	return positions
}

func leavesAGap(w *world) {
	w.terminal(Merchant, TID)
	w.terminal("mer_2", TID) // nothing is told of it yet
	w.paid(10, 1)
	want(w, "positions", w.positions(0), []int64{1, 2})
	w.must("set fence", w.Store.SetFence(w.ctx, at(100), "restored"))
	w.must("lift fence", w.Store.LiftFence(w.ctx))
	w.must("lift no fence", w.Store.LiftFence(w.ctx)) // no second gap
	w.paid(200, 2)
	const next = store.FeedGap + 3
	want(w, "positions of what had been seen", w.positions(500), []int64{next, next + 1})
	want(w, "positions after the first", w.positions(next), []int64{next + 1})
	want(w, "all positions", w.positions(0), []int64{1, 2, next, next + 1})
	w.paid(300, 3, func(r *Request) { r.MerchantID = "mer_2" })
	w.positions(0)
	told, err := w.Store.Feed(w.ctx, "mer_2", payment.Live, 500, 0)
	w.must("feed", err)
	if len(told) != 2 || told[0].Position != store.FeedGap+1 {
		w.failf("a merchant of whom nothing had been told has %d events after position 500: %v", len(told), told)
	}
}

func listsAllTerminals(w *world) {
	w.terminal("mer_2", "ter_1")
	w.terminal("mer_1", "ter_2")
	w.terminal("mer_1", "ter_1")
	w.pushAt(0, 1)
	list, err := w.Store.EveryTerminal(w.ctx)
	w.must("all terminals", err)
	want(w, "all terminals", list, append(w.terminals("mer_1"), w.terminals("mer_2")...))
	if len(list) != 3 || list[0].Cursor.Last.Reference != 1 {
		w.failf("all terminals = %v", list)
	}
}

func listsWaking(w *world) {
	w.terminal("mer_1", TID)
	w.terminal("mer_2", TID)
	var waking []payment.Payment
	for n := range 7 {
		p := w.pushAt(n, n, func(r *Request) {
			if n > 4 {
				r.MerchantID = "mer_2"
			}
		})
		if n == 2 {
			w.next(p, payment.Answered{At: at(10), Call: payment.CallPush, Try: 1, Outcome: Paid()})
			continue
		}
		waking = append(waking, p)
	}
	var listed []payment.Payment
	merchant, id := "", ""
	for range 4 {
		page, err := w.Store.Waking(w.ctx, merchant, id, 2)
		w.must("waking", err)
		if len(page) > 2 {
			w.failf("a page has %d payments, want at most 2", len(page))
		}
		if listed = append(listed, page...); len(page) > 0 {
			merchant, id = page[len(page)-1].MerchantID, page[len(page)-1].ID
		}
	}
	want(w, "waking", inUTC(listed), inUTC(waking))
}
