package sqldb

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/lunas-pay/lunas/internal/notice"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

var notices = table("notices", "merchant_id text, id text, cause text, mode text, kind text, version bigint, raised_at bigint, "+
	"cleared_at bigint, said bigint, mailed bigint, body text")

// noticeBody is what of a notice nothing is looked for by.
type noticeBody struct {
	notice.Notice
	GoneAt time.Time `json:"gone_at,omitzero"`
	SaidAt time.Time `json:"said_at"`
}

func noticeRow(n notice.Kept) (Row, error) {
	body, err := json.Marshal(noticeBody{n.Notice, n.GoneAt.UTC(), n.SaidAt.UTC()})
	return Row{
		n.MerchantID, n.ID, n.Cause, string(n.Mode), string(n.Kind), int64(n.Version), Micros(n.RaisedAt), Micros(n.ClearedAt),
		int64(n.Said), int64(n.Mailed), string(body),
	}, err
}

func scanNotice(rows Rows) (n notice.Kept, err error) {
	var merchant, cause, mode, kind, text string
	var raised, cleared int64
	err = rows.Scan(&merchant, &n.ID, &cause, &mode, &kind, &n.Version, &raised, &cleared, &n.Said, &n.Mailed, &text)
	var body noticeBody
	if err == nil {
		err = json.Unmarshal([]byte(text), &body)
	}
	n.Notice, n.GoneAt, n.SaidAt = body.Notice, body.GoneAt, body.SaidAt
	n.MerchantID, n.Cause, n.Mode, n.Kind = merchant, cause, payment.Mode(mode), notice.Kind(kind)
	n.RaisedAt, n.ClearedAt = Time(raised), Time(cleared)
	return n, err
}

// SaveNotice writes a notice, and tells of it.
func (s *Common) SaveNotice(ctx context.Context, n notice.Kept, told *store.Told, deeds ...store.Deed) error {
	return said("save the notice "+n.ID, s.with(ctx, deeds, func(tx DB) error {
		if err := saveNotice(ctx, tx, n); err != nil || told == nil {
			return err
		}
		row := ToldRow(told.MerchantID, "", told)
		_, err := tx.Exec(ctx, `INSERT INTO told (`+Told.Names()+`) VALUES (`+Told.Values()+`)`, row...)
		if err == nil {
			_, err = tx.Exec(ctx, DeliverOne, row...)
		}
		return err
	}))
}

func saveNotice(ctx context.Context, tx DB, n notice.Kept) error {
	row, err := noticeRow(n)
	if err != nil {
		return err
	}
	var written int64
	if n.Version == 1 {
		written, err = tx.Exec(ctx, `INSERT INTO notices (`+notices.Names()+`) VALUES (`+notices.Values()+`) ON CONFLICT DO NOTHING`, row...)
	} else {
		written, err = tx.Exec(ctx, `UPDATE notices SET version = $3, cleared_at = $4, said = $5, mailed = $6, body = $7
			WHERE merchant_id = $1 AND id = $2 AND version = $3 - 1`, row[0], row[1], row[5], row[7], row[8], row[9], row[10])
	}
	if err == nil && written == 0 {
		err = store.ErrConflict
	}
	return err
}

// NoticesAtWork gives the notices that something is still to be done about.
func (s *Common) NoticesAtWork(ctx context.Context) ([]notice.Kept, error) {
	return s.notices(ctx, s.Write, `cleared_at = 0 OR mailed < said ORDER BY merchant_id, id`)
}

func (s *Common) notices(ctx context.Context, db DB, where string, args ...any) (list []notice.Kept, err error) {
	err = Each(ctx, db, func(rows Rows) error {
		n, err := scanNotice(rows)
		list = append(list, n)
		return err
	}, `SELECT `+notices.Names()+` FROM notices WHERE `+where, args...)
	return list, Doing("list notices", err)
}

// Notices lists notices, the newest first.
func (s *Common) Notices(ctx context.Context, f store.NoticeFilter) ([]notice.Kept, error) {
	where, args := `1 = 1`, []any{}
	add := func(condition string, arg any) {
		args = append(args, arg)
		where += ` AND ` + condition + ` $` + strconv.Itoa(len(args))
	}
	if !f.Everybody {
		add(`merchant_id =`, f.MerchantID)
	}
	if f.Mode != "" {
		add(`(mode = '' OR mode = `, string(f.Mode))
		where += `)`
	}
	if f.Open {
		where += ` AND cleared_at = 0`
	}
	if f.Before != "" {
		add(`id <`, f.Before)
	}
	limit := f.Limit
	if limit <= 0 {
		limit = 20
	}
	args = append(args, int64(min(limit, 100)))
	return s.notices(ctx, s.Read, where+` ORDER BY id DESC LIMIT $`+strconv.Itoa(len(args)), args...)
}
