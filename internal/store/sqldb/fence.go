package sqldb

import (
	"context"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

// lastWritten is the time of the newest link of all chains, or when the newest chain began that has none. That of actions
// does not count: somebody who looks after an old copy does not make it newer.
const lastWritten = `SELECT COALESCE(max(COALESCE(l.at, c.started_at)), 0) FROM chains c LEFT JOIN chain_links l ON l.chain = c.id
	AND l.link = (SELECT max(m.link) FROM chain_links m WHERE m.chain = c.id)
	WHERE c.id <> ` + actionsChainText

// SetFence puts a fence up, unless one stands.
func (s *Common) SetFence(ctx context.Context, at time.Time, reason string) error {
	_, err := s.Write.Exec(ctx, `INSERT INTO fences (merchant_id, at, written, reason) VALUES ('', $1, (`+lastWritten+`), $2)
		ON CONFLICT (merchant_id) DO NOTHING`, Micros(at), reason)
	return Doing("fence the database", err)
}

// Fence gives the fence that stands, or store.ErrNotFound. It reads where is written: a fence counts at once.
func (s *Common) Fence(ctx context.Context) (f store.Fence, err error) {
	var at, written int64
	err = One(ctx, s.Write, []any{&at, &written, &f.Reason}, `SELECT at, written, reason FROM fences WHERE merchant_id = ''`)
	f.At, f.Written = Time(at), Time(written)
	return f, Doing("look for a fence", err)
}

// LiftFence takes the fence away, with a gap in all feeds.
func (s *Common) LiftFence(ctx context.Context, deeds ...store.Deed) error {
	err := s.with(ctx, deeds, func(tx DB) error {
		n, err := tx.Exec(ctx, `DELETE FROM fences WHERE merchant_id = ''`)
		if err != nil || n == 0 {
			return err
		}
		if _, err := tx.Exec(ctx, lockKey, "", "feed", ""); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO feeds (merchant_id, last)
			SELECT merchant_id, 0 FROM terminals WHERE merchant_id <> '' GROUP BY merchant_id ON CONFLICT (merchant_id) DO NOTHING`)
		if err == nil {
			_, err = tx.Exec(ctx, `UPDATE feeds SET last = last + $1`, int64(store.FeedGap))
		}
		return err
	})
	return Doing("lift the fence", err)
}

// EveryTerminal lists the terminals of all merchants.
func (s *Common) EveryTerminal(ctx context.Context) (list []store.Terminal, err error) {
	err = Each(ctx, s.Write, func(rows Rows) error {
		t, err := ScanTerminal(rows)
		list = append(list, t)
		return err
	}, `SELECT `+terminalColumns+` FROM terminals ORDER BY merchant_id, id`)
	return list, Doing("list all terminals", err)
}

// Waking lists payments that are to be woken.
func (s *Common) Waking(ctx context.Context, afterMerchant, afterPayment string, limit int) ([]payment.Payment, error) {
	list, err := payments(ctx, s.Write, `SELECT p.body FROM tasks t JOIN payments p ON p.merchant_id = t.merchant_id AND p.id = t.payment_id
		WHERE (t.merchant_id, t.payment_id) > ($1, $2) AND t.kind = $3 ORDER BY t.merchant_id, t.payment_id LIMIT $4`,
		afterMerchant, afterPayment, store.KindWake, int64(limit))
	return list, Doing("list payments that are to be woken", err)
}
