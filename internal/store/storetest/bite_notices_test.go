package storetest_test

import (
	"context"

	"github.com/lunas-pay/lunas/internal/notice"
	"github.com/lunas-pay/lunas/internal/store"
)

func (b *bad) SaveNotice(ctx context.Context, n notice.Kept, told *store.Told, deeds ...store.Deed) error {
	if b.saveNotice != nil {
		return b.saveNotice(n, told, deeds)
	}
	return b.Store.SaveNotice(ctx, n, told, deeds...)
}

func (b *bad) NoticesAtWork(ctx context.Context) ([]notice.Kept, error) {
	if b.atWork != nil {
		return b.atWork()
	}
	return b.Store.NoticesAtWork(ctx)
}

func (b *bad) Notices(ctx context.Context, f store.NoticeFilter) ([]notice.Kept, error) {
	if b.notices != nil {
		return b.notices(f)
	}
	return b.Store.Notices(ctx, f)
}

func brokenNotices() []breakage {
	const (
		keeps = "a notice is kept as it was written, over the version before only"
		one   = "there is one open notice of a cause, and another after it was cleared"
		tells = "a notice is told with its writing, or neither is"
		lists = "notices are listed to whom they concern, the newest first, page by page"
	)
	asked := func(f func(*store.NoticeFilter)) func(*bad) {
		return func(b *bad) {
			b.notices = func(c store.NoticeFilter) ([]notice.Kept, error) {
				f(&c)
				return b.Store.Notices(ctx, c)
			}
		}
	}
	saved := func(f func(n *notice.Kept, told **store.Told, deeds *[]store.Deed)) func(*bad) {
		return func(b *bad) {
			b.saveNotice = func(n notice.Kept, told *store.Told, deeds []store.Deed) error {
				f(&n, &told, &deeds)
				return b.Store.SaveNotice(ctx, n, told, deeds...)
			}
		}
	}
	return []breakage{
		{"notices are everybody's", asked(func(f *store.NoticeFilter) { f.Everybody = true }), []string{lists}},
		{"modes see one another's notices", asked(func(f *store.NoticeFilter) { f.Mode = "" }), []string{lists}},
		{"what was cleared is listed", asked(func(f *store.NoticeFilter) { f.Open = false }), []string{lists}},
		{"the next page is the first", asked(func(f *store.NoticeFilter) { f.Before = "" }), []string{lists}},
		{"deadlines are forgotten", saved(func(n *notice.Kept, _ **store.Told, _ *[]store.Deed) { n.Deadline = n.GoneAt }), []string{keeps, lists}},
		{"nobody is told", saved(func(_ *notice.Kept, told **store.Told, _ *[]store.Deed) { *told = nil }), []string{tells}},
		{"nothing is noted", saved(func(_ *notice.Kept, _ **store.Told, deeds *[]store.Deed) { *deeds = nil }), []string{tells}},
		{"causes do not matter", saved(func(n *notice.Kept, _ **store.Told, _ *[]store.Deed) { n.Cause = n.ID }), []string{one, tells}},
		{"conflicts are no errors", func(b *bad) {
			b.saveNotice = func(n notice.Kept, told *store.Told, deeds []store.Deed) error {
				_ = b.Store.SaveNotice(ctx, n, told, deeds...)
				return nil
			}
		}, []string{keeps, one, tells}},
		{"what was cleared is never mailed", func(b *bad) {
			b.atWork = func() (open []notice.Kept, err error) {
				all, err := b.Store.NoticesAtWork(ctx)
				for _, n := range all {
					if n.Open() {
						open = append(open, n)
					}
				}
				return open, err
			}
		}, []string{keeps}},
	}
}
