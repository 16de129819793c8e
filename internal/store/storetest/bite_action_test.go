package storetest_test

import (
	"context"

	"github.com/lunas-pay/lunas/internal/store"
)

// noted are deeds as they are noted where something is broken.
func (b *bad) noted(deeds []store.Deed) (out []store.Deed) {
	for _, d := range deeds {
		if b.deeds == nil || b.deeds(&d) {
			out = append(out, d)
		}
	}
	return out
}

func (b *bad) AppendAction(ctx context.Context, a store.Action) error {
	if b.appendAction != nil {
		return b.appendAction(a)
	}
	return b.Store.AppendAction(ctx, a)
}

func (b *bad) Actions(ctx context.Context, f store.ActionFilter) ([]store.Action, error) {
	if b.actions != nil {
		return b.actions(f)
	}
	return b.Store.Actions(ctx, f)
}

func (b *bad) Action(ctx context.Context, id string) (store.Action, error) {
	if b.action != nil {
		return b.action(id)
	}
	return b.Store.Action(ctx, id)
}

func brokenActions() []breakage {
	const (
		lists    = "actions are listed to whom they concern, the newest first, page by page"
		notes    = "what is done is noted with the change, or neither is written"
		keys     = "a deed's idempotency key is used once, whatever for"
		parallel = "of many deeds at a time each is noted"
	)
	asked := func(f func(*store.ActionFilter)) func(*bad) {
		return func(b *bad) {
			b.actions = func(c store.ActionFilter) ([]store.Action, error) {
				f(&c)
				return b.Store.Actions(ctx, c)
			}
		}
	}
	return []breakage{
		{"actions are everybody's", asked(func(f *store.ActionFilter) { f.Everybody = true }), []string{lists}},
		{"modes see one another's actions", asked(func(f *store.ActionFilter) { f.Mode = "" }), []string{lists}},
		{"the next page is the first", asked(func(f *store.ActionFilter) { f.Before = "" }), []string{lists}},
		{"kinds do not matter", asked(func(f *store.ActionFilter) { f.Kind = "" }), []string{lists}},
		{"a time has no end", asked(func(f *store.ActionFilter) { f.To = f.From }), []string{lists}},
		{"reasons are forgotten", func(b *bad) {
			b.appendAction = func(a store.Action) error { a.Reason = ""; return b.Store.AppendAction(ctx, a) }
		}, []string{lists}},
		{"an unknown action is an empty one", func(b *bad) {
			b.action = func(id string) (store.Action, error) { a, _ := b.Store.Action(ctx, id); return a, nil }
		}, []string{lists}},
		{"deeds are forgotten", func(b *bad) { b.deeds = func(*store.Deed) bool { return false } }, []string{notes, keys, parallel}},
		{"deeds are noted before the change", func(b *bad) {
			b.deeds = func(d *store.Deed) bool { return b.Store.AppendAction(ctx, d.Action) != nil }
		}, []string{notes}},
		{"keys of deeds are not taken", func(b *bad) {
			b.deeds = func(d *store.Deed) bool { d.Key = store.DeedKey{}; return true }
		}, []string{keys, parallel}},
		{"keys of deeds are of no mode", func(b *bad) {
			b.deeds = func(d *store.Deed) bool { d.Key.Mode = ""; return true }
		}, []string{keys}},
	}
}
