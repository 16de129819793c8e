package sqldb

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/recap"
	"github.com/lunas-pay/lunas/internal/store"
)

// Facts is the table of what recaps must look at by itself; a group writes it.
var Facts = table("recap_facts", "merchant_id text, day bigint, payment_id text, version bigint, at bigint")

// UpsertFact ends an INSERT into Facts.
const UpsertFact = ` ON CONFLICT (merchant_id, day, payment_id) DO UPDATE SET version = excluded.version, at = excluded.at`

var (
	recaps          = table("recaps", "merchant_id text, day bigint, mode text, terminal text, version bigint, closed_at bigint, body text")
	reconciliations = table("reconciliations", "merchant_id text, id text, mode text, account text, day bigint, state text, asked_by text, "+
		"created_at bigint, beat_at bigint, ended_at bigint, file text, hash text, size bigint, mapping text, rows_read bigint, found bigint, "+
		"kept bigint, summary text, trouble text")
	discrepancies = table("discrepancies", "merchant_id text, reconciliation_id text, number bigint, class text, payment_id text, body text")
)

// factRows are the rows of Facts that a change makes.
func factRows(c *store.Change) (rows []Row) {
	at := c.Event.When()
	for _, day := range recap.Facts(c.Payment, payment.DayOf(at)) {
		rows = append(rows, Row{c.Payment.MerchantID, int64(day), c.Payment.ID, int64(c.Payment.Version), Micros(at)})
	}
	return rows
}

// inOrder sorts rows of Facts by their keys, so that all who write them lock them in this order, and keeps the last of each.
func inOrder(rows []Row) []Row {
	if len(rows) < 2 {
		return rows
	}
	slices.SortStableFunc(rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(a[0].(string), b[0].(string)), cmp.Compare(a[1].(int64), b[1].(int64)),
			cmp.Compare(a[2].(string), b[2].(string)), cmp.Compare(b[3].(int64), a[3].(int64)))
	})
	return slices.CompactFunc(rows, func(a, b Row) bool { return a[0] == b[0] && a[1] == b[1] && a[2] == b[2] })
}

// slice is how much of a day is read at a time.
const slice = 15 * time.Minute

// slices15 calls f for each piece of a time.
func slices15(from, to time.Time, f func(from, to int64) error) error {
	for from.Before(to) {
		end := from.Add(slice)
		if end.After(to) {
			end = to
		}
		if err := f(ceil(from), ceil(end)); err != nil {
			return err
		}
		from = end
	}
	return nil
}

// madeIn and notedOnly choose a day's payments: those that were made on it, and those that are noted as counting on it though
// they were made on another. Their arguments are merchant, from, to, day.
const (
	madeIn = ` FROM payments p WHERE p.merchant_id = $1 AND p.created_at >= $2 AND p.created_at < $3 AND p.recap_day = $4 AND p.terminal <> ''`
	// The facts come first in it: the payments are looked up one by one.
	notedOnly = ` FROM recap_facts f JOIN payments p ON p.merchant_id = f.merchant_id AND p.id = f.payment_id
		WHERE f.merchant_id = $1 AND f.day = $4 AND NOT (p.created_at >= $2 AND p.created_at < $3) AND p.recap_day = $4 AND p.terminal <> ''`
)

// counter is recap.Counter in SQL.
const counter = `CASE WHEN p.rail = '` + string(payment.SNAP) + `' THEN 'qr/' || p.account ELSE p.terminal END`

// eachOfDay runs a query over a day in pieces.
func (s *Common) eachOfDay(ctx context.Context, merchantID string, day payment.Day, scan func(Rows) error, columns, where string) error {
	from, to := day.Start(), recap.End(day)
	err := slices15(from, to, func(a, b int64) error {
		return Each(ctx, s.Read, scan, `SELECT `+columns+madeIn+where, merchantID, a, b, int64(day))
	})
	if err == nil {
		err = Each(ctx, s.Read, scan, `SELECT `+columns+notedOnly+where, merchantID, ceil(from), ceil(to), int64(day))
	}
	return err
}

// Traders lists the merchants that have terminals.
func (s *Common) Traders(ctx context.Context) (all []string, err error) {
	err = Each(ctx, s.Read, func(rows Rows) error {
		var id string
		err := rows.Scan(&id)
		all = append(all, id)
		return err
	}, `SELECT DISTINCT merchant_id FROM terminals ORDER BY merchant_id`)
	return all, Doing("list merchants with terminals", err)
}

// FirstMade gives when the oldest payment of a merchant was made, or store.ErrNotFound. Ids are in the order of making.
func (s *Common) FirstMade(ctx context.Context, merchantID string) (time.Time, error) {
	var at int64
	err := One(ctx, s.Read, []any{&at}, `SELECT created_at FROM payments WHERE merchant_id = $1 ORDER BY id LIMIT 1`, merchantID)
	return Time(at), Doing("look for the first payment of merchant "+merchantID, err)
}

// CountDay adds up a merchant's payments of a day, in the database.
func (s *Common) CountDay(ctx context.Context, merchantID string, day payment.Day) (counts []recap.Count, err error) {
	type place struct {
		mode, terminal, account, rail, state string
		batch                                int64
	}
	at := map[place]int{}
	err = s.eachOfDay(ctx, merchantID, day, func(rows Rows) error {
		var p place
		var n, sum, first, last int64
		if err := rows.Scan(&p.mode, &p.terminal, &p.batch, &p.account, &p.rail, &p.state, &n, &sum, &first, &last); err != nil {
			return err
		}
		i, known := at[p]
		if !known {
			i = len(counts)
			at[p] = i
			counts = append(counts, recap.Count{
				Mode: payment.Mode(p.mode), Terminal: p.terminal, Batch: payment.Batch(p.batch), Account: p.account,
				Rail: payment.Rail(p.rail), State: payment.State(p.state), First: payment.ReferenceNumber(first),
			})
		}
		c := &counts[i]
		c.Total.Count += n
		c.Total.Sum += payment.Rupiah(sum)
		c.First, c.Last = min(c.First, payment.ReferenceNumber(first)), max(c.Last, payment.ReferenceNumber(last))
		return nil
	}, `p.mode, `+counter+`, p.batch, p.account, p.rail, p.state, count(*), CAST(sum(p.amount) AS bigint), min(p.reference_number), max(p.reference_number)`,
		` GROUP BY p.mode, `+counter+`, p.batch, p.account, p.rail, p.state`)
	return counts, Doing("count the day "+recap.DayText(day)+" of merchant "+merchantID, err)
}

// DayNumbers gives the numbers of a day.
func (s *Common) DayNumbers(ctx context.Context, merchantID string, day payment.Day, f func(store.DayNumber) error) error {
	err := s.eachOfDay(ctx, merchantID, day, func(rows Rows) error {
		var mode string
		var n store.DayNumber
		var batch, reference int64
		if err := rows.Scan(&mode, &n.Terminal, &batch, &reference); err != nil {
			return err
		}
		n.Mode, n.Batch, n.Reference = payment.Mode(mode), payment.Batch(batch), payment.ReferenceNumber(reference)
		return f(n)
	}, `p.mode, `+counter+`, p.batch, p.reference_number`, ``)
	return Doing("read the numbers of "+recap.DayText(day), err)
}

// In a payment's body; inside of a text a quotation mark would have a backslash before it.
var burntMarks = []struct { // never written
	mark   string
	reason recap.Reason
}{
	{`"never_sent":true`, recap.NotSent},
	{`"number_used":true`, recap.NumberUsed},
	{`"code":"` + string(payment.ReasonDuplicate) + `"`, recap.NumberUsed},
	{`"burnt":true`, recap.NoQR},
}

// Burnt gives the burnt numbers of a day.
func (s *Common) Burnt(ctx context.Context, merchantID string, day payment.Day, f func(recap.Held) error) error {
	reason, any := `CASE`, make([]string, len(burntMarks))
	for i, m := range burntMarks {
		any[i] = `p.body LIKE '%` + m.mark + `%'`
		reason += ` WHEN ` + any[i] + ` THEN '` + string(m.reason) + `'`
	}
	err := s.eachOfDay(ctx, merchantID, day, func(rows Rows) error {
		var h recap.Held
		var batch, reference int64
		var why string
		if err := rows.Scan(&h.Gap.PaymentID, &h.Terminal, &batch, &reference, &why); err != nil {
			return err
		}
		n := payment.ReferenceNumber(reference)
		h.Batch, h.Gap.From, h.Gap.To, h.Gap.Reason = payment.Batch(batch), n, n, recap.Reason(why)
		return f(h)
	}, `p.id, `+counter+`, p.batch, p.reference_number, `+reason+` END`,
		` AND p.state <> 'paid' AND p.reference_number > 0 AND (`+strings.Join(any, ` OR `)+`)`)
	return Doing("read the burnt numbers of "+recap.DayText(day), err)
}

// EachPayment gives payments.
func (s *Common) EachPayment(ctx context.Context, span store.Span, f func(payment.Payment) error) error {
	scan := func(rows Rows) error {
		var mode, body string
		if err := rows.Scan(&mode, &body); err != nil {
			return err
		}
		if span.Mode != `` && span.Mode != payment.Mode(mode) {
			return nil
		}
		p, err := payment.Decode([]byte(body))
		if err != nil {
			return err
		}
		return f(p)
	}
	err := slices15(span.From, span.To, func(a, b int64) error {
		return Each(ctx, s.Read, scan, `SELECT mode, body FROM payments p WHERE p.merchant_id = $1 AND p.created_at >= $2 AND p.created_at < $3`,
			span.MerchantID, a, b)
	})
	if err == nil {
		err = Each(ctx, s.Read, scan, `SELECT mode, body `+notedOnly, span.MerchantID, ceil(span.From), ceil(span.To), int64(span.Day))
	}
	return Doing("read the payments of "+recap.DayText(span.Day), err)
}

// Facts gives what is noted of a day.
func (s *Common) Facts(ctx context.Context, merchantID string, day payment.Day, f func(store.Fact) error) error {
	return Doing("read what is noted of "+recap.DayText(day), Each(ctx, s.Write, func(rows Rows) error {
		var fact store.Fact
		var at int64
		if err := rows.Scan(&fact.PaymentID, &fact.Version, &fact.Seen, &at); err != nil {
			return err
		}
		fact.At = Time(at)
		return f(fact)
	}, `SELECT payment_id, version, seen, at FROM recap_facts WHERE merchant_id = $1 AND day = $2 ORDER BY payment_id`, merchantID, int64(day)))
}

// UnseenDays lists days of which something is noted that no recap has seen.
func (s *Common) UnseenDays(ctx context.Context, merchantID string, before payment.Day) (days []payment.Day, err error) {
	err = Each(ctx, s.Write, func(rows Rows) error {
		var day int64
		err := rows.Scan(&day)
		days = append(days, payment.Day(day))
		return err
	}, `SELECT DISTINCT day FROM recap_facts WHERE merchant_id = $1 AND day < $2 AND seen < version ORDER BY day`, merchantID, int64(before))
	return days, Doing("look for days with late facts", err)
}

// SaveRecaps writes recaps of a day.
func (s *Common) SaveRecaps(ctx context.Context, c store.Closing) error {
	err := s.Tx(ctx, func(tx DB) error {
		for _, r := range c.Recaps {
			body, err := json.Marshal(r)
			if err != nil {
				return err
			}
			n, err := tx.Exec(ctx, `INSERT INTO recaps (`+recaps.Names()+`) VALUES (`+recaps.Values()+`) ON CONFLICT DO NOTHING`,
				r.MerchantID, int64(r.Day), string(r.Mode), r.Terminal, int64(r.Version), Micros(r.ClosedAt), string(body))
			if err == nil && n == 0 {
				err = store.ErrConflict
			}
			if err != nil {
				return err
			}
		}
		for i := range c.Told {
			row := ToldRow(c.MerchantID, ``, &c.Told[i])
			_, err := tx.Exec(ctx, `INSERT INTO told (`+Told.Names()+`) VALUES (`+Told.Values()+`)`, row...)
			if err == nil {
				_, err = tx.Exec(ctx, DeliverOne, row...)
			}
			if err != nil {
				return err
			}
		}
		if c.Final {
			if _, err := tx.Exec(ctx, `INSERT INTO recap_days (merchant_id, day, closed_at) VALUES ($1, $2, $3) ON CONFLICT (merchant_id, day) DO NOTHING`,
				c.MerchantID, int64(c.Day), Micros(c.At)); err != nil {
				return err
			}
		}
		for _, f := range c.Seen { // in the order of their ids, as groups lock them
			if _, err := tx.Exec(ctx, `UPDATE recap_facts SET seen = $4 WHERE merchant_id = $1 AND day = $2 AND payment_id = $3 AND seen < $4`,
				c.MerchantID, int64(c.Day), f.PaymentID, int64(f.Version)); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, store.ErrConflict) {
		return store.ErrConflict
	}
	return Doing("write the recaps of "+recap.DayText(c.Day), err)
}

// LastClosed gives the last day that was closed.
func (s *Common) LastClosed(ctx context.Context, merchantID string) (payment.Day, error) {
	var day int64
	err := One(ctx, s.Write, []any{&day}, `SELECT COALESCE(max(day), 0) FROM recap_days WHERE merchant_id = $1`, merchantID)
	return payment.Day(day), Doing("look for the last day that was closed", err)
}

// Closed gives when a day was closed.
func (s *Common) Closed(ctx context.Context, merchantID string, day payment.Day) (time.Time, error) {
	var at int64
	err := One(ctx, s.Write, []any{&at}, `SELECT closed_at FROM recap_days WHERE merchant_id = $1 AND day = $2`, merchantID, int64(day))
	return Time(at), Doing("look whether "+recap.DayText(day)+" is closed", err)
}

// Recaps lists recaps.
func (s *Common) Recaps(ctx context.Context, f store.RecapFilter) (list []recap.Recap, err error) {
	var args []any
	arg := func(v any) string {
		args = append(args, v)
		return fmt.Sprintf("$%d", len(args))
	}
	where := `r.merchant_id = ` + arg(f.MerchantID)
	if f.Mode != `` {
		where += ` AND r.mode = ` + arg(string(f.Mode))
	}
	if f.From != 0 {
		where += ` AND r.day >= ` + arg(int64(f.From))
	}
	if f.To != 0 {
		where += ` AND r.day <= ` + arg(int64(f.To))
	}
	if f.Terminal != `` {
		where += ` AND r.terminal = ` + arg(f.Terminal)
	}
	switch {
	case f.Version > 0:
		where += ` AND r.version = ` + arg(int64(f.Version))
	case !f.Versions:
		where += ` AND r.version = (SELECT max(n.version) FROM recaps n WHERE n.merchant_id = r.merchant_id AND n.day = r.day
			AND n.mode = r.mode AND n.terminal = r.terminal)`
	}
	if a := f.After; a != nil {
		day, mode, terminal := arg(int64(a.Day)), arg(string(a.Mode)), arg(a.Terminal)
		where += ` AND (r.day < ` + day + ` OR r.day = ` + day + ` AND (r.mode > ` + mode + ` OR r.mode = ` + mode + ` AND (r.terminal > ` + terminal +
			` OR r.terminal = ` + terminal + ` AND r.version < ` + arg(int64(a.Version)) + `)))`
	}
	if f.Limit <= 0 {
		f.Limit = 100
	}
	limit := arg(int64(min(f.Limit, 1000)))
	err = Each(ctx, s.Read, func(rows Rows) error {
		var body string
		if err := rows.Scan(&body); err != nil {
			return err
		}
		var r recap.Recap
		err := json.Unmarshal([]byte(body), &r)
		list = append(list, r)
		return err
	}, `SELECT r.body FROM recaps r WHERE `+where+` ORDER BY r.day DESC, r.mode, r.terminal, r.version DESC LIMIT `+limit, args...)
	return list, Doing("list recaps", err)
}

func reconciliationRow(r store.Reconciliation) Row {
	return Row{
		r.MerchantID, r.ID, string(r.Mode), r.Account, int64(r.Day), string(r.State), r.By, Micros(r.CreatedAt), Micros(r.BeatAt),
		Micros(r.EndedAt), r.File, r.Hash, r.Size, r.Mapping, r.Read, r.Found, r.Kept, string(r.Summary), r.Trouble,
	}
}

func scanReconciliation(rows Rows) (r store.Reconciliation, err error) {
	var created, beat, ended, day int64
	var mode, state, summary string
	err = rows.Scan(&r.MerchantID, &r.ID, &mode, &r.Account, &day, &state, &r.By, &created, &beat, &ended, &r.File, &r.Hash, &r.Size,
		&r.Mapping, &r.Read, &r.Found, &r.Kept, &summary, &r.Trouble)
	r.Mode, r.State, r.Day = payment.Mode(mode), store.ReconciliationState(state), payment.Day(day)
	r.CreatedAt, r.BeatAt, r.EndedAt = Time(created), Time(beat), Time(ended)
	if summary != `` {
		r.Summary = []byte(summary)
	}
	return r, err
}

// SaveReconciliation writes one.
func (s *Common) SaveReconciliation(ctx context.Context, r store.Reconciliation, deeds ...store.Deed) error {
	return Doing("write the reconciliation "+r.ID, s.with(ctx, deeds, func(db DB) error {
		_, err := db.Exec(ctx, reconciliations.upsert(2), reconciliationRow(r)...)
		return err
	}))
}

// Reconciliation gives one, or store.ErrNotFound.
func (s *Common) Reconciliation(ctx context.Context, merchantID, id string) (r store.Reconciliation, err error) {
	found := false
	err = Each(ctx, s.Write, func(rows Rows) error {
		found = true
		r, err = scanReconciliation(rows)
		return err
	}, `SELECT `+reconciliations.Names()+` FROM reconciliations WHERE merchant_id = $1 AND id = $2`, merchantID, id)
	if err == nil && !found {
		err = store.ErrNotFound
	}
	return r, Doing("read the reconciliation "+id, err)
}

// Reconciliations lists them.
func (s *Common) Reconciliations(ctx context.Context, f store.ReconciliationFilter) (list []store.Reconciliation, err error) {
	args := []any{f.MerchantID}
	where := `merchant_id = $1`
	add := func(condition string, v any) {
		args = append(args, v)
		where += fmt.Sprintf(condition, len(args))
	}
	if f.Mode != `` {
		add(` AND mode = $%d`, string(f.Mode))
	}
	if f.Account != `` {
		add(` AND account = $%d`, f.Account)
	}
	if f.From != 0 {
		add(` AND day >= $%d`, int64(f.From))
	}
	if f.To != 0 {
		add(` AND day <= $%d`, int64(f.To))
	}
	if f.Before != `` {
		add(` AND id < $%d`, f.Before)
	}
	if f.Limit <= 0 {
		f.Limit = pageUsual
	}
	args = append(args, int64(min(f.Limit, pageMax)))
	err = Each(ctx, s.Read, func(rows Rows) error {
		r, err := scanReconciliation(rows)
		list = append(list, r)
		return err
	}, fmt.Sprintf(`SELECT `+reconciliations.Names()+` FROM reconciliations WHERE `+where+` ORDER BY id DESC LIMIT $%d`, len(args)), args...)
	return list, Doing("list reconciliations", err)
}

// AddDiscrepancies keeps what was found.
func (s *Common) AddDiscrepancies(ctx context.Context, merchantID, reconciliationID string, found []store.Discrepancy) error {
	return Doing("write discrepancies", s.Tx(ctx, func(tx DB) error {
		for _, d := range found {
			if _, err := tx.Exec(ctx, `INSERT INTO discrepancies (`+discrepancies.Names()+`) VALUES (`+discrepancies.Values()+`)`,
				merchantID, reconciliationID, d.Number, string(d.Class), d.PaymentID, string(d.Body)); err != nil {
				return err
			}
		}
		return nil
	}))
}

// Discrepancies lists what was found.
func (s *Common) Discrepancies(ctx context.Context, f store.DiscrepancyFilter) (list []store.Discrepancy, err error) {
	if f.Limit <= 0 {
		f.Limit = 100
	}
	args, and := []any{f.MerchantID, f.ReconciliationID, f.After, int64(min(f.Limit, 1000))}, ``
	if f.Class != `` {
		args = append(args, string(f.Class))
		and += fmt.Sprintf(` AND class = $%d`, len(args))
	}
	if f.PaymentID != `` {
		args = append(args, f.PaymentID)
		and += fmt.Sprintf(` AND payment_id = $%d`, len(args))
	}
	err = Each(ctx, s.Read, func(rows Rows) error {
		var d store.Discrepancy
		var class, body string
		err := rows.Scan(&d.Number, &class, &d.PaymentID, &body)
		d.Class, d.Body = recap.Class(class), []byte(body)
		list = append(list, d)
		return err
	}, `SELECT number, class, payment_id, body FROM discrepancies WHERE merchant_id = $1 AND reconciliation_id = $2 AND number > $3`+and+`
		ORDER BY number LIMIT $4`, args...)
	return list, Doing("list discrepancies", err)
}
