package sqldb

import (
	"context"

	"github.com/lunas-pay/lunas/internal/chain"
)

// exportPage is how many rows are read at a time, so that no read is long.
const exportPage = 2000

// ExportChain gives the hash chains as they stand now, and every row that they guard, to write; see package chain. It
// reads in short pages and stops no writer: what is written meanwhile is left out.
func (s *Common) ExportChain(ctx context.Context, write func(chain.Record) error) error {
	heads := map[int64]int64{}
	err := Each(ctx, s.Read, func(rows Rows) error {
		var id, link int64
		err := rows.Scan(&id, &link)
		heads[id] = link
		return err
	}, `SELECT c.id, COALESCE((SELECT max(l.link) FROM chain_links l WHERE l.chain = c.id), 0) FROM chains c`)
	if err != nil {
		return Doing("read the heads of the hash chains", err)
	}
	within := func(p chain.Place) bool { return p.Link <= heads[p.Chain] }
	for _, part := range []func(context.Context, func(chain.Place) bool, func(chain.Record) error) error{
		s.exportChains, s.exportLinks, s.exportExchanges, s.exportActions, s.exportOperators, s.exportGone,
	} {
		if err := part(ctx, within, write); err != nil {
			return Doing("export the hash chains", err)
		}
	}
	return nil
}

func (s *Common) exportChains(ctx context.Context, within func(chain.Place) bool, write func(chain.Record) error) error {
	var all []chain.Begun
	err := Each(ctx, s.Read, func(rows Rows) error {
		var b chain.Begun
		err := rows.Scan(&b.ID, &b.Parents, &b.Genesis)
		all = append(all, b)
		return err
	}, `SELECT id, parents, genesis FROM chains ORDER BY id`)
	for i := range all {
		if err == nil && within(chain.Place{Chain: all[i].ID}) {
			err = write(chain.Record{Chain: &all[i]})
		}
	}
	return err
}

// pages reads page after page: next gives a page's statement arguments and scan takes a row; the last page is short.
func (s *Common) pages(ctx context.Context, statement string, args func() []any, scan func(Rows) (chain.Record, error), write func(chain.Record) error) error {
	for {
		var page []chain.Record
		n := 0
		err := Each(ctx, s.Read, func(rows Rows) error {
			n++
			r, err := scan(rows)
			if err == nil && r != (chain.Record{}) {
				page = append(page, r)
			}
			return err
		}, statement, args()...)
		for i := 0; err == nil && i < len(page); i++ {
			err = write(page[i])
		}
		if err != nil || n < exportPage {
			return err
		}
	}
}

func (s *Common) exportLinks(ctx context.Context, within func(chain.Place) bool, write func(chain.Record) error) error {
	var last chain.Linked
	return s.pages(ctx, `SELECT chain, link, at, digests, hash FROM chain_links WHERE (chain, link) > ($1, $2) ORDER BY chain, link LIMIT $3`,
		func() []any { return []any{last.Chain, last.Link, int64(exportPage)} },
		func(rows Rows) (chain.Record, error) {
			var l chain.Linked
			err := rows.Scan(&l.Chain, &l.Link, &l.At, &l.Digests, &l.Hash)
			if last = l; !within(chain.Place{Chain: l.Chain, Link: l.Link}) {
				return chain.Record{}, err
			}
			return chain.Record{Link: &l}, err
		}, write)
}

func (s *Common) exportExchanges(ctx context.Context, within func(chain.Place) bool, write func(chain.Record) error) error {
	var last chain.Exchange
	return s.pages(ctx, `SELECT merchant_id, payment_id, id, side, at, chain, link, account, operation, note, sealed FROM exchanges
		WHERE (merchant_id, payment_id, id, side) > ($1, $2, $3, $4) ORDER BY merchant_id, payment_id, id, side LIMIT $5`,
		func() []any { return []any{last.MerchantID, last.PaymentID, last.ID, last.Side, int64(exportPage)} },
		func(rows Rows) (chain.Record, error) {
			var e chain.Exchange
			err := rows.Scan(&e.MerchantID, &e.PaymentID, &e.ID, &e.Side, &e.At, &e.Chain, &e.Link, &e.Account, &e.Operation, &e.Note, &e.Sealed)
			if last = e; !within(e.Place) {
				return chain.Record{}, err
			}
			return chain.Record{Exchange: &e}, err
		}, write)
}

func (s *Common) exportActions(ctx context.Context, within func(chain.Place) bool, write func(chain.Record) error) error {
	var last chain.Action
	return s.pages(ctx, `SELECT merchant_id, payment_id, version, at, chain, link, change_id, kind, owner, event, length(digest) FROM journal
		WHERE (merchant_id, payment_id, version) > ($1, $2, $3) ORDER BY merchant_id, payment_id, version LIMIT $4`,
		func() []any { return []any{last.MerchantID, last.PaymentID, last.Version, int64(exportPage)} },
		func(rows Rows) (chain.Record, error) {
			var a chain.Action
			var digest int64
			err := rows.Scan(&a.MerchantID, &a.PaymentID, &a.Version, &a.At, &a.Chain, &a.Link, &a.ChangeID, &a.Kind, &a.Owner, &a.Event, &digest)
			if last = a; digest == 0 || !within(a.Place) {
				return chain.Record{}, err
			}
			return chain.Record{Action: &a}, err
		}, write)
}

func (s *Common) exportOperators(ctx context.Context, within func(chain.Place) bool, write func(chain.Record) error) error {
	var last chain.OperatorAction
	return s.pages(ctx, `SELECT merchant_id, id, mode, at, chain, link, actor, kind, subject, count, reason, details FROM actions
		WHERE (merchant_id, id) > ($1, $2) ORDER BY merchant_id, id LIMIT $3`,
		func() []any { return []any{last.MerchantID, last.ID, int64(exportPage)} },
		func(rows Rows) (chain.Record, error) {
			var a chain.OperatorAction
			err := rows.Scan(&a.MerchantID, &a.ID, &a.Mode, &a.At, &a.Chain, &a.Link, &a.Actor, &a.Kind, &a.Subject, &a.Count, &a.Reason, &a.Details)
			if last = a; !within(a.Place) {
				return chain.Record{}, err
			}
			return chain.Record{OperatorAction: &a}, err
		}, write)
}
