package sqldb

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/lunas-pay/lunas/internal/chain"
	"github.com/lunas-pay/lunas/internal/payment"
)

// What an archive holds beside what is chained.
var (
	archivedJournal    = table("journal", "merchant_id text, payment_id text, version bigint, at bigint, change_id text, kind text, owner text, event text")
	archivedTold       = table("told", "merchant_id text, payment_id text, id text, version bigint, at bigint, position bigint, type text, mode text, body text")
	archivedDeliveries = table("deliveries", "merchant_id text, endpoint_id text, event_id text, payment_id text, version bigint, "+
		"created_at bigint, due_at bigint, ended_at bigint, tries bigint, type text, state text, last text, body text")
)

// archivePage is how many payments are read at a time.
const archivePage = 100

// Archive gives what is final and older than a time to write: every payment with everything that belongs to it, then what
// belongs to none. What is still due to a webhook endpoint stays out, with its payment. It reads in short pages and stops no
// writer.
func (s *Common) Archive(ctx context.Context, before time.Time, write func(chain.Record) error) error {
	merchantID, first := "", true
	for {
		next := ""
		statement := `SELECT COALESCE(min(merchant_id), '') FROM journal WHERE merchant_id > $1`
		if first {
			statement = `SELECT COALESCE(min(merchant_id), '') FROM journal WHERE merchant_id >= $1`
		}
		if err := One(ctx, s.Read, []any{&next}, statement, merchantID); err != nil {
			return Doing("look for merchants", err)
		}
		if next == "" || next == merchantID && !first {
			break
		}
		merchantID, first = next, false
		if err := s.archiveMerchant(ctx, merchantID, Micros(before), write); err != nil {
			return Doing("archive payments of merchant "+merchantID, err)
		}
	}
	return Doing("archive what belongs to no payment", s.archiveLoose(ctx, Micros(before), write))
}

// archiveMerchant gives a merchant's payments. One whose past is in an earlier archive and was removed has no journal.
func (s *Common) archiveMerchant(ctx context.Context, merchantID string, before int64, write func(chain.Record) error) error {
	due, err := s.duePayments(ctx, merchantID)
	if err != nil {
		return err
	}
	last := ""
	for {
		var ids []string
		err := Each(ctx, s.Read, func(rows Rows) error {
			var id string
			err := rows.Scan(&id)
			ids = append(ids, id)
			return err
		}, `SELECT payment_id FROM journal WHERE merchant_id = $1 AND payment_id > $2 GROUP BY payment_id ORDER BY payment_id LIMIT $3`,
			merchantID, last, int64(archivePage))
		if err != nil || len(ids) == 0 {
			return err
		}
		old := false
		for _, id := range ids {
			created, err := s.archivePayment(ctx, merchantID, id, before, due, write)
			if err != nil {
				return fmt.Errorf("payment %s: %w", id, err)
			}
			old = old || created < before
		}
		if last = ids[len(ids)-1]; !old { // ids are in the order in which payments were made
			return nil
		}
	}
}

// duePayments are the payments of which something is still due to an endpoint.
func (s *Common) duePayments(ctx context.Context, merchantID string) (map[string]bool, error) {
	due := map[string]bool{}
	err := Each(ctx, s.Read, func(rows Rows) error {
		var id string
		err := rows.Scan(&id)
		due[id] = true
		return err
	}, `SELECT DISTINCT payment_id FROM deliveries WHERE merchant_id = $1 AND state = 'due'`, merchantID)
	return due, err
}

// archivePayment gives a payment with what belongs to it, if it is final and old, and tells when it was made.
func (s *Common) archivePayment(ctx context.Context, merchantID, id string, before int64, due map[string]bool, write func(chain.Record) error) (created int64, err error) {
	var paymentRow chain.Record
	var updated int64
	var state string
	var tasks, unplaced int64
	err = One(ctx, s.Read, []any{&created, &updated, &state}, `SELECT created_at, updated_at, state FROM payments WHERE merchant_id = $1 AND id = $2`, merchantID, id)
	if err != nil || created >= before || updated >= before || due[id] || !payment.State(state).Final() {
		return created, err
	}
	err = One(ctx, s.Read, []any{&tasks, &unplaced}, `SELECT (SELECT count(*) FROM tasks WHERE merchant_id = $1 AND payment_id = $2),
		(SELECT count(*) FROM told WHERE merchant_id = $1 AND payment_id = $2 AND position IS NULL)`, merchantID, id)
	if err != nil || tasks+unplaced > 0 {
		return created, err
	}
	if err := s.rows(ctx, Payments, `merchant_id = $1 AND id = $2`, func(r chain.Record) error { paymentRow = r; return nil }, merchantID, id); err != nil {
		return created, err
	}
	if err := write(paymentRow); err != nil {
		return created, err
	}
	const its = `merchant_id = $1 AND payment_id = $2`
	if err := s.archiveJournal(ctx, merchantID, id, write); err != nil {
		return created, err
	}
	if err := s.archiveExchanges(ctx, its+` ORDER BY id, side`, write, merchantID, id); err != nil {
		return created, err
	}
	if err := s.rows(ctx, archivedTold, its+` ORDER BY id`, write, merchantID, id); err != nil {
		return created, err
	}
	return created, s.rows(ctx, archivedDeliveries, `merchant_id = $1 AND payment_id = $2
		AND endpoint_id IN (SELECT id FROM endpoints WHERE merchant_id = $1)
		AND event_id IN (SELECT id FROM told WHERE merchant_id = $1 AND payment_id = $2) ORDER BY endpoint_id, event_id`, write, merchantID, id)
}

// rows gives rows of a table that no chain guards.
func (s *Common) rows(ctx context.Context, t Table, where string, write func(chain.Record) error, args ...any) error {
	var page []chain.Record
	err := Each(ctx, s.Read, func(rows Rows) error {
		texts, numbers := make([]string, len(t.Columns)), make([]int64, len(t.Columns))
		dest := make([]any, len(t.Columns))
		for i, c := range t.Columns {
			if dest[i] = &texts[i]; c.Type == "bigint" {
				dest[i] = &numbers[i]
			}
		}
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		values := map[string]any{}
		for i, c := range t.Columns {
			if values[c.Name] = any(texts[i]); c.Type == "bigint" {
				values[c.Name] = numbers[i]
			}
		}
		page = append(page, chain.Record{Row: &chain.Row{Table: t.Name, Values: values}})
		return nil
	}, `SELECT `+t.Names()+` FROM `+t.Name+` WHERE `+where, args...)
	for i := 0; err == nil && i < len(page); i++ {
		err = write(page[i])
	}
	return err
}

// archiveJournal gives a payment's journal: what is chained as it is exported.
func (s *Common) archiveJournal(ctx context.Context, merchantID, id string, write func(chain.Record) error) error {
	var all []chain.Record
	err := Each(ctx, s.Read, func(rows Rows) error {
		var a chain.Action
		var digest int64
		err := rows.Scan(&a.MerchantID, &a.PaymentID, &a.Version, &a.At, &a.Chain, &a.Link, &a.ChangeID, &a.Kind, &a.Owner, &a.Event, &digest)
		if digest > 0 {
			all = append(all, chain.Record{Action: &a})
			return err
		}
		all = append(all, chain.Record{Row: &chain.Row{Table: archivedJournal.Name, Values: map[string]any{
			"merchant_id": a.MerchantID, "payment_id": a.PaymentID, "version": a.Version, "at": a.At, "change_id": a.ChangeID,
			"kind": a.Kind, "owner": a.Owner, "event": a.Event,
		}}})
		return err
	}, `SELECT merchant_id, payment_id, version, at, chain, link, change_id, kind, owner, event, length(digest) FROM journal
		WHERE merchant_id = $1 AND payment_id = $2 ORDER BY version`, merchantID, id)
	for i := 0; err == nil && i < len(all); i++ {
		err = write(all[i])
	}
	return err
}

const selectExchangeRows = `SELECT merchant_id, payment_id, id, side, at, chain, link, account, operation, note, sealed FROM exchanges WHERE `

func (s *Common) archiveExchanges(ctx context.Context, where string, write func(chain.Record) error, args ...any) error {
	var all []*chain.Exchange
	err := Each(ctx, s.Read, func(rows Rows) error {
		var e chain.Exchange
		all = append(all, &e)
		return rows.Scan(&e.MerchantID, &e.PaymentID, &e.ID, &e.Side, &e.At, &e.Chain, &e.Link, &e.Account, &e.Operation, &e.Note, &e.Sealed)
	}, selectExchangeRows+where, args...)
	for i := 0; err == nil && i < len(all); i++ {
		err = write(chain.Record{Exchange: all[i]})
	}
	return err
}

// archiveLoose gives what belongs to no payment: exchanges about tokens and phones, events about endpoints, pings.
func (s *Common) archiveLoose(ctx context.Context, before int64, write func(chain.Record) error) error {
	merchants, err := s.merchantIDs(ctx)
	for i := 0; err == nil && i < len(merchants); i++ {
		err = s.archiveLooseOf(ctx, merchants[i], before, write)
	}
	return err
}

// merchantIDs are those of whom something may belong to no payment.
func (s *Common) merchantIDs(ctx context.Context) (ids []string, err error) {
	err = Each(ctx, s.Read, func(rows Rows) error {
		var id string
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	}, `SELECT merchant_id FROM feeds UNION SELECT merchant_id FROM terminals UNION SELECT merchant_id FROM endpoints UNION SELECT merchant_id FROM accounts
		UNION SELECT merchant_id FROM secrets ORDER BY 1`)
	return ids, err
}

func (s *Common) archiveLooseOf(ctx context.Context, merchantID string, before int64, write func(chain.Record) error) error {
	last := chain.Exchange{}
	for {
		n := 0
		err := s.archiveExchanges(ctx, `merchant_id = $1 AND payment_id = '' AND (id, side) > ($2, $3) AND at < $4 ORDER BY id, side LIMIT $5`,
			func(r chain.Record) error { last = *r.Exchange; n++; return write(r) }, merchantID, last.ID, last.Side, before, int64(archivePage))
		if err != nil {
			return err
		}
		if n < archivePage {
			break
		}
	}
	err := s.rows(ctx, archivedTold, `merchant_id = $1 AND payment_id = '' AND at < $2 AND position IS NOT NULL AND NOT EXISTS (SELECT 1 FROM deliveries d
		WHERE d.merchant_id = told.merchant_id AND d.event_id = told.id AND d.state = 'due') ORDER BY id`, write, merchantID, before)
	if err != nil {
		return err
	}
	return s.rows(ctx, archivedDeliveries, `merchant_id = $1 AND payment_id = '' AND created_at < $2 AND state <> 'due' ORDER BY endpoint_id, event_id`,
		write, merchantID, before)
}

// errNotAsArchived says that a payment is not as the archive has it.
var errNotAsArchived = errors.New("it has changed since")

// Remove removes what lines of an archive hold, in one transaction: whole payments, each beginning with its row, or what
// belongs to no payment. The payment's own row stays, with its names and idempotency keys: what comes late for it is not
// lost, and nobody is charged again for an old key. A payment that is not exactly as it was archived is left. Removing again
// does no harm.
func (s *Common) Remove(ctx context.Context, lines []chain.Record) (r chain.Removed, err error) {
	err = s.Tx(ctx, func(tx DB) error {
		r = chain.Removed{}
		for _, part := range parts(lines) {
			n, err := remove(ctx, tx, part)
			switch {
			case errors.Is(err, errNotAsArchived):
				r.Left++
			case err != nil:
				return err
			case n > 0 && part[0].Row != nil && part[0].Row.Table == chain.PaymentsTable:
				r.Payments++
			}
			r.Rows += n
		}
		return nil
	})
	return r, Doing("remove what is archived", err)
}

// parts cuts lines into payments, and what belongs to none.
func parts(lines []chain.Record) (all [][]chain.Record) {
	loose := false
	for _, l := range lines {
		begins := l.Row != nil && l.Row.Table == chain.PaymentsTable
		if id, _ := owner(l); begins || len(all) == 0 || id == "" != loose {
			all = append(all, nil)
			loose = id == "" && !begins
		}
		all[len(all)-1] = append(all[len(all)-1], l)
	}
	return all
}

// owner gives the payment and merchant that a line belongs to.
func owner(l chain.Record) (paymentID, merchantID string) {
	switch {
	case l.Exchange != nil:
		return l.Exchange.PaymentID, l.Exchange.MerchantID
	case l.Action != nil:
		return l.Action.PaymentID, l.Action.MerchantID
	case l.Row != nil && l.Row.Table == chain.PaymentsTable:
		return text(l.Row, "id"), text(l.Row, "merchant_id")
	case l.Row != nil:
		return text(l.Row, "payment_id"), text(l.Row, "merchant_id")
	}
	return "", ""
}

func text(r *chain.Row, column string) string {
	s, _ := r.Values[column].(string)
	return s
}

// number is a whole number of an archive, where they are json.Number.
func number(r *chain.Row, column string) int64 {
	n, ok := r.Values[column].(interface{ Int64() (int64, error) })
	if !ok {
		return -1
	}
	i, err := n.Int64()
	if err != nil {
		return -1
	}
	return i
}

// remove removes one payment's past, or what belongs to no payment.
func remove(ctx context.Context, tx DB, part []chain.Record) (n int, err error) {
	if first := part[0].Row; first != nil && first.Table == chain.PaymentsTable {
		if err := holdArchived(ctx, tx, first, part); err != nil {
			return 0, err
		}
	}
	for _, l := range part {
		gone, err := removeLine(ctx, tx, l)
		if err != nil {
			return n, err
		}
		n += gone
	}
	return n, nil
}

// holdArchived locks a payment and makes sure that it, and everything that belongs to it, is as it was archived, or has been
// removed already.
func holdArchived(ctx context.Context, tx DB, first *chain.Row, part []chain.Record) error {
	id, merchantID := text(first, "id"), text(first, "merchant_id")
	n, err := tx.Exec(ctx, `UPDATE payments SET version = version WHERE merchant_id = $1 AND id = $2 AND version = $3`, merchantID, id, number(first, "version"))
	if err != nil {
		return err
	}
	if n == 0 {
		return errNotAsArchived
	}
	stored := map[string]bool{}
	for _, statement := range []string{
		`SELECT 'journal ' || CAST(version AS text) FROM journal WHERE merchant_id = $1 AND payment_id = $2`,
		`SELECT 'exchange ' || id || ' ' || side FROM exchanges WHERE merchant_id = $1 AND payment_id = $2`,
		`SELECT 'told ' || id FROM told WHERE merchant_id = $1 AND payment_id = $2`,
		`SELECT 'task' FROM tasks WHERE merchant_id = $1 AND payment_id = $2`,
		`SELECT 'delivery ' || endpoint_id || ' ' || event_id || ' ' || state || ' ' || CAST(ended_at AS text) FROM deliveries
			WHERE merchant_id = $1 AND payment_id = $2 AND endpoint_id IN (SELECT id FROM endpoints WHERE merchant_id = $1)
			AND event_id IN (SELECT id FROM told WHERE merchant_id = $1 AND payment_id = $2)`,
	} {
		err := Each(ctx, tx, func(rows Rows) error {
			var name string
			err := rows.Scan(&name)
			stored[name] = true
			return err
		}, statement, merchantID, id)
		if err != nil {
			return err
		}
	}
	for _, l := range part {
		delete(stored, lineName(l))
	}
	if len(stored) > 0 {
		return fmt.Errorf("%w: %s", errNotAsArchived, slices.Sorted(maps.Keys(stored))[0])
	}
	return nil
}

// lineName names a line as holdArchived names rows.
func lineName(l chain.Record) string {
	switch {
	case l.Exchange != nil:
		return "exchange " + l.Exchange.ID + " " + l.Exchange.Side
	case l.Action != nil:
		return fmt.Sprintf("journal %d", l.Action.Version)
	case l.Row != nil && l.Row.Table == archivedJournal.Name:
		return fmt.Sprintf("journal %d", number(l.Row, "version"))
	case l.Row != nil && l.Row.Table == archivedTold.Name:
		return "told " + text(l.Row, "id")
	case l.Row != nil && l.Row.Table == archivedDeliveries.Name:
		return fmt.Sprintf("delivery %s %s %s %d", text(l.Row, "endpoint_id"), text(l.Row, "event_id"), text(l.Row, "state"), number(l.Row, "ended_at"))
	}
	return ""
}

// removeLine removes the row of a line, if it is there, and keeps its digest where it is chained. A chained row that is not
// what the archive has is an error: somebody has changed one of them.
func removeLine(ctx context.Context, tx DB, l chain.Record) (int, error) {
	switch {
	case l.Exchange != nil:
		e := l.Exchange
		return removeChained(ctx, tx, "exchange "+e.ID, e.Place, e.Digest(), `DELETE FROM exchanges WHERE merchant_id = $1 AND payment_id = $2 AND id = $3 AND side = $4
			RETURNING chain, link, digest`, e.MerchantID, e.PaymentID, e.ID, e.Side)
	case l.Action != nil:
		a := l.Action
		return removeChained(ctx, tx, "journal of "+a.PaymentID, a.Place, a.Digest(), `DELETE FROM journal WHERE merchant_id = $1 AND payment_id = $2 AND version = $3
			RETURNING chain, link, digest`, a.MerchantID, a.PaymentID, a.Version)
	case l.Row == nil:
		return 0, nil
	}
	merchantID, id := text(l.Row, "merchant_id"), text(l.Row, "payment_id")
	var n int64
	var err error
	switch l.Row.Table {
	case archivedJournal.Name:
		n, err = tx.Exec(ctx, `DELETE FROM journal WHERE merchant_id = $1 AND payment_id = $2 AND version = $3 AND change_id = $4`,
			merchantID, id, number(l.Row, "version"), text(l.Row, "change_id"))
	case archivedTold.Name:
		n, err = tx.Exec(ctx, `DELETE FROM told WHERE merchant_id = $1 AND payment_id = $2 AND id = $3 AND position = $4
			AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.merchant_id = $1 AND d.event_id = $3 AND d.state = 'due'
				AND d.endpoint_id IN (SELECT id FROM endpoints WHERE merchant_id = $1))`,
			merchantID, id, text(l.Row, "id"), number(l.Row, "position"))
		if err == nil && n > 0 {
			_, err = tx.Exec(ctx, `UPDATE feeds SET archived = $2 WHERE merchant_id = $1 AND archived < $2`, merchantID, number(l.Row, "position"))
		}
	case archivedDeliveries.Name:
		n, err = tx.Exec(ctx, `DELETE FROM deliveries WHERE merchant_id = $1 AND endpoint_id = $2 AND event_id = $3 AND state <> 'due' AND ended_at = $4`,
			merchantID, text(l.Row, "endpoint_id"), text(l.Row, "event_id"), number(l.Row, "ended_at"))
	}
	return int(n), err
}

func removeChained(ctx context.Context, tx DB, what string, at chain.Place, digest []byte, statement string, args ...any) (n int, err error) {
	err = Each(ctx, tx, func(rows Rows) error {
		var stored chain.Place
		var was []byte
		if err := rows.Scan(&stored.Chain, &stored.Link, &was); err != nil {
			return err
		}
		if n++; stored != at || string(was) != string(digest) {
			return fmt.Errorf("the %s is not the one in the archive: nothing more is removed; compare them with lunas export and lunas verify", what)
		}
		return nil
	}, statement, args...)
	if err == nil && n > 0 {
		_, err = tx.Exec(ctx, `INSERT INTO archived_rows (chain, link, digest) VALUES ($1, $2, $3)`, at.Chain, at.Link, digest)
	}
	return n, err
}

// exportGone gives the digests of what was removed. It comes last: what is removed while an export is made is seen here.
func (s *Common) exportGone(ctx context.Context, within func(chain.Place) bool, write func(chain.Record) error) error {
	last := chain.Gone{Digest: []byte{}}
	return s.pages(ctx, `SELECT chain, link, digest FROM archived_rows WHERE (chain, link, digest) > ($1, $2, $3) ORDER BY chain, link, digest LIMIT $4`,
		func() []any { return []any{last.Chain, last.Link, last.Digest, int64(exportPage)} },
		func(rows Rows) (chain.Record, error) {
			var g chain.Gone
			err := rows.Scan(&g.Chain, &g.Link, &g.Digest)
			if last = g; !within(g.Place) {
				return chain.Record{}, err
			}
			return chain.Record{Gone: &g}, err
		}, write)
}

// FeedArchived gives the highest position in a merchant's feed whose event was removed; 0: none was.
func (s *Common) FeedArchived(ctx context.Context, merchantID string) (position int64, err error) {
	err = One(ctx, s.Read, []any{&position}, `SELECT COALESCE(max(archived), 0) FROM feeds WHERE merchant_id = $1`, merchantID)
	return position, Doing("read the feed of merchant "+merchantID, err)
}
