package memory

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/notice"
	"github.com/lunas-pay/lunas/internal/store"
)

func cloneNotice(n notice.Kept) notice.Kept {
	for _, at := range []*time.Time{&n.RaisedAt, &n.ClearedAt} {
		*at = micro(*at)
	}
	return n
}

// SaveNotice writes a notice, and tells of it.
func (s *Store) SaveNotice(ctx context.Context, n notice.Kept, told *store.Told, deeds ...store.Deed) error {
	return s.do(ctx, deeds, func() error {
		if s.notices[named{n.MerchantID, n.ID}].Version != n.Version-1 {
			return store.ErrConflict
		}
		for _, other := range s.notices {
			if other.MerchantID == n.MerchantID && other.Cause == n.Cause && other.ID != n.ID && other.Open() && n.Open() {
				return store.ErrConflict
			}
		}
		s.notices[named{n.MerchantID, n.ID}] = cloneNotice(n)
		if told != nil {
			t := *told
			t.At = micro(t.At)
			s.merchant(t.MerchantID).tell(&t)
		}
		return nil
	})
}

// NoticesAtWork gives the notices that something is still to be done about.
func (s *Store) NoticesAtWork(ctx context.Context) (list []notice.Kept, err error) {
	err = s.write(ctx, func() error {
		for _, n := range s.notices { // order does not matter: they are sorted
			if n.Open() || n.Mailed < n.Said {
				list = append(list, n)
			}
		}
		return nil
	})
	slices.SortFunc(list, func(a, b notice.Kept) int {
		return cmp.Or(strings.Compare(a.MerchantID, b.MerchantID), strings.Compare(a.ID, b.ID))
	})
	return list, err
}

// Notices lists notices, the newest first.
func (s *Store) Notices(ctx context.Context, f store.NoticeFilter) (list []notice.Kept, err error) {
	if f.Limit <= 0 {
		f.Limit = 20
	}
	err = s.write(ctx, func() error {
		for _, n := range s.notices { // order does not matter: they are sorted
			if (f.Everybody || n.MerchantID == f.MerchantID) && (f.Mode == "" || n.Mode == "" || n.Mode == f.Mode) &&
				(!f.Open || n.Open()) && (f.Before == "" || n.ID < f.Before) {
				list = append(list, n)
			}
		}
		return nil
	})
	slices.SortFunc(list, func(a, b notice.Kept) int { return strings.Compare(b.ID, a.ID) })
	return list[:min(len(list), f.Limit, 100)], err
}
