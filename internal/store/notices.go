package store

import (
	"context"

	"github.com/lunas-pay/lunas/internal/notice"
	"github.com/lunas-pay/lunas/internal/payment"
)

// Notices keeps what humans are told in time, for all replicas together.
type Notices interface {
	// SaveNotice writes a notice, new (Version 1) or over the version before, together with an event that tells of it and
	// deliveries to the endpoints that want it; nil: nobody is told. ErrConflict where another version is stored, and where
	// another notice of the same cause holds.
	SaveNotice(ctx context.Context, n notice.Kept, told *Told, deeds ...Deed) error
	// NoticesAtWork gives the notices that hold and those that were not wholly mailed, of all merchants, in the order of
	// merchants and ids.
	NoticesAtWork(context.Context) ([]notice.Kept, error)
	// Notices lists notices, the newest first.
	Notices(context.Context, NoticeFilter) ([]notice.Kept, error)
}

// Kinds of actions about notices.
const (
	ActNoticeRaised   = "notice.raised"
	ActNoticeRepeated = "notice.repeated"
	ActNoticeCleared  = "notice.cleared"
)

// NoticeFilter chooses notices. Zero fields choose everything, but for the merchant.
type NoticeFilter struct {
	MerchantID string
	Everybody  bool         // those of all merchants and of the whole gateway, whatever MerchantID says
	Mode       payment.Mode // only those of this mode or of both
	Open       bool         // only those that hold
	Before     string       // a notice's id: only older ones (the cursor of the last page)
	Limit      int          // at most 100; 0 means 20
}
