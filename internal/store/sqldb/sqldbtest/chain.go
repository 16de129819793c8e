// Package sqldbtest holds what the tests of both databases share.
package sqldbtest

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"

	"github.com/lunas-pay/lunas/internal/store/sqldb"
)

type place struct{ chain, link int64 }

// VerifyChains computes every hash chain anew from the rows that it guards, and gives the number of links. It keeps
// everything in memory.
func VerifyChains(ctx context.Context, db sqldb.DB) (links int, err error) {
	digests := map[place][][]byte{}
	if err := exchanges(ctx, db, digests); err != nil {
		return 0, err
	}
	if err := asked(ctx, db, digests); err != nil {
		return 0, err
	}
	chains, err := heads(ctx, db)
	if err != nil {
		return 0, err
	}
	err = sqldb.Each(ctx, db, func(rows sqldb.Rows) error {
		var at place
		var n int
		var hash []byte
		if err := rows.Scan(&at.chain, &at.link, &n, &hash); err != nil {
			return err
		}
		links++
		next := chains[at.chain].Next(digests[at])
		if next.Link != at.link || n != len(digests[at]) || !bytes.Equal(next.Hash, hash) {
			return fmt.Errorf("chain %d breaks at link %d", at.chain, at.link)
		}
		chains[at.chain] = next
		delete(digests, at)
		return nil
	}, `SELECT chain, link, digests, hash FROM chain_links ORDER BY chain, link`)
	if err == nil && len(digests) > 0 {
		err = fmt.Errorf("%d groups of rows belong to no link", len(digests))
	}
	return links, err
}

func heads(ctx context.Context, db sqldb.DB) (map[int64]sqldb.Chain, error) {
	chains := map[int64]sqldb.Chain{}
	err := sqldb.Each(ctx, db, func(rows sqldb.Rows) error {
		var id int64
		var parents, genesis []byte
		if err := rows.Scan(&id, &parents, &genesis); err != nil {
			return err
		}
		chain, stored := sqldb.NewChain(id, split(parents))
		if !bytes.Equal(chain.Hash, genesis) || !bytes.Equal(stored, parents) {
			return fmt.Errorf("chain %d has another beginning", id)
		}
		chains[id] = chain
		return nil
	}, `SELECT id, parents, genesis FROM chains`)
	return chains, err
}

func split(stored []byte) (parents []sqldb.Parent) {
	const size = 8 + 8 + 32
	for ; len(stored) >= size; stored = stored[size:] {
		parents = append(parents, sqldb.Parent{
			ID: int64(binary.BigEndian.Uint64(stored)), Link: int64(binary.BigEndian.Uint64(stored[8:])), Hash: stored[16:size],
		})
	}
	return parents
}

func exchanges(ctx context.Context, db sqldb.DB, digests map[place][][]byte) error {
	return sqldb.Each(ctx, db, func(rows sqldb.Rows) error {
		var v struct {
			merchant, payment, id, side, account, operation, note string
			at                                                    int64
			sealed                                                []byte
		}
		var p place
		err := rows.Scan(&p.chain, &p.link, &v.merchant, &v.payment, &v.id, &v.side, &v.at, &v.account, &v.operation, &v.note, &v.sealed)
		digests[p] = append(digests[p],
			sqldb.Digest(v.merchant, v.payment, v.id, v.side, v.at, v.account, v.operation, v.note, v.sealed))
		return err
	}, `SELECT chain, link, merchant_id, payment_id, id, side, at, account, operation, note, sealed FROM exchanges`)
}

func asked(ctx context.Context, db sqldb.DB, digests map[place][][]byte) error {
	return sqldb.Each(ctx, db, func(rows sqldb.Rows) error {
		var v struct {
			merchant, payment, change, kind, owner, event string
			version, at                                   int64
		}
		var p place
		err := rows.Scan(&p.chain, &p.link, &v.merchant, &v.payment, &v.version, &v.at, &v.change, &v.kind, &v.owner, &v.event)
		digests[p] = append(digests[p], sqldb.Digest(v.merchant, v.payment, v.version, v.at, v.change, v.kind, v.owner, v.event))
		return err
	}, `SELECT chain, link, merchant_id, payment_id, version, at, change_id, kind, owner, event FROM journal WHERE kind = 'asked'`)
}
