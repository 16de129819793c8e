package sqldb

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

// The tables that who follows the feeds writes.
var (
	searchWords = table("search_words", "merchant_id text, word text, payment_id text")
	paymentDays = table("payment_days", "merchant_id text, day bigint, first_id text, last_id text")
	tallies     = table("tallies", "merchant_id text, hour bigint, mode text, rail text, type text, code text, count bigint, sum bigint")
)

// listByWord writes the statement of a page of what a word finds: it walks the word's rows, newest payment first, and looks
// each payment up. SQLite does it so by itself. PostgreSQL, which may have it without hints, would merge the word's rows with
// all of the merchant's payments, from the newest on: what is looked up by a LIMIT of its own cannot be merged.
func listByWord(f store.Filter, hints bool, arg func(any) string) string {
	words := "w.merchant_id = " + arg(f.MerchantID) + " AND w.word = " + arg(f.Word)
	for _, bound := range []struct{ than, id string }{{"<", f.Before}, {">", f.After}} {
		if bound.id != "" {
			words += " AND w.payment_id " + bound.than + " " + arg(bound.id)
		}
	}
	where := ""
	if f.Mode != "" {
		where += " AND p.mode = " + arg(string(f.Mode))
	}
	if f.Reference != "" {
		where += " AND p.reference = " + arg(f.Reference)
	}
	if len(f.States) > 0 {
		states := make([]string, len(f.States))
		for i, state := range f.States {
			states[i] = arg(string(state))
		}
		where += " AND p.state IN (" + strings.Join(states, ", ") + ")"
	}
	if !f.From.IsZero() {
		where += " AND p.created_at >= " + arg(ceil(f.From))
	}
	if !f.To.IsZero() {
		where += " AND p.created_at < " + arg(ceil(f.To))
	}
	if f.Limit <= 0 {
		f.Limit = pageUsual
	}
	const same = "p.merchant_id = w.merchant_id AND p.id = w.payment_id"
	tail := " ORDER BY w.payment_id DESC LIMIT " + arg(int64(min(f.Limit, pageMax)))
	if hints {
		return "SELECT p.body FROM search_words w JOIN payments p ON " + same + " WHERE " + words + where + tail
	}
	return "SELECT p.body FROM search_words w CROSS JOIN LATERAL (SELECT p.body FROM payments p WHERE " + same + where + " LIMIT 1) p WHERE " + words + tail
}

// Behind gives merchants whose feed goes on after the position up to which it was followed.
func (s *Common) Behind(ctx context.Context, limit int) (list []store.Behind, err error) {
	err = Each(ctx, s.Read, func(rows Rows) error {
		var b store.Behind
		err := rows.Scan(&b.MerchantID, &b.Position)
		list = append(list, b)
		return err
	}, `SELECT f.merchant_id, COALESCE(d.position, 0) FROM feeds f LEFT JOIN followed d ON d.merchant_id = f.merchant_id
		WHERE f.last > COALESCE(d.position, 0) ORDER BY f.merchant_id LIMIT $1`, int64(limit))
	return list, Doing("look for feeds to follow", err)
}

// ReadOn gives what was told after a position, each with its payment.
func (s *Common) ReadOn(ctx context.Context, merchantID string, after int64, limit int) (heard []store.Heard, err error) {
	err = Each(ctx, s.Read, func(rows Rows) error {
		h := store.Heard{Told: store.Told{MerchantID: merchantID}}
		var at int64
		var told, body string
		err := rows.Scan(&h.PaymentID, &h.ID, &h.Version, &h.Type, &at, &h.Position, &h.Mode, &told, &body)
		h.At, h.Body = Time(at), []byte(told)
		if err == nil && body != "" {
			h.Payment, err = payment.Decode([]byte(body))
		}
		heard = append(heard, h)
		return err
	}, `SELECT t.payment_id, t.id, t.version, t.type, t.at, t.position, t.mode, t.body, COALESCE(p.body, '')
		FROM told t LEFT JOIN payments p ON p.merchant_id = t.merchant_id AND p.id = t.payment_id
		WHERE t.merchant_id = $1 AND t.position > $2 ORDER BY t.position LIMIT $3`, merchantID, after, int64(min(max(limit, 1), 1000)))
	return heard, Doing("follow the feed of merchant "+merchantID, err)
}

// Follow writes what was made of a stretch of a feed.
func (s *Common) Follow(ctx context.Context, f store.Followed) error {
	words, days, counts := followedRows(f)
	err := s.Tx(ctx, func(tx DB) error {
		n, err := tx.Exec(ctx, `INSERT INTO followed (merchant_id, position) VALUES ($1, $2)
			ON CONFLICT (merchant_id) DO UPDATE SET position = excluded.position WHERE followed.position = $3`, f.MerchantID, f.To, f.From)
		switch {
		case err != nil:
			return err
		case n == 0:
			return store.ErrConflict
		}
		for _, w := range []struct {
			into Table
			then string
			rows []Row
		}{
			{searchWords, ` ON CONFLICT (merchant_id, word, payment_id) DO NOTHING`, words},
			{paymentDays, ` ON CONFLICT (merchant_id, day) DO UPDATE SET
				first_id = CASE WHEN excluded.first_id < payment_days.first_id THEN excluded.first_id ELSE payment_days.first_id END,
				last_id = CASE WHEN excluded.last_id > payment_days.last_id THEN excluded.last_id ELSE payment_days.last_id END`, days},
			{tallies, ` ON CONFLICT (merchant_id, hour, mode, rail, type, code) DO UPDATE SET
				count = tallies.count + excluded.count, sum = tallies.sum + excluded.sum`, counts},
		} {
			if err := insertMany(ctx, tx, w.into, w.then, w.rows); err != nil {
				return err
			}
		}
		return nil
	})
	return Doing("keep what was followed of the feed of merchant "+f.MerchantID, err)
}

// followedRows makes rows of what is to be kept, no key twice in one statement.
func followedRows(f store.Followed) (words, days, counts []Row) {
	seen := map[store.Word]bool{}
	for _, w := range f.Words {
		if !seen[w] {
			seen[w] = true
			words = append(words, Row{f.MerchantID, w.Word, w.PaymentID})
		}
	}
	spans := map[payment.Day]int{}
	for _, d := range f.Days {
		i, ok := spans[d.Day]
		if !ok {
			spans[d.Day] = len(days)
			days = append(days, Row{f.MerchantID, int64(d.Day), d.PaymentID, d.PaymentID})
			continue
		}
		days[i][2], days[i][3] = min(days[i][2].(string), d.PaymentID), max(days[i][3].(string), d.PaymentID)
	}
	for _, t := range store.AddTallies(f.Tallies) {
		counts = append(counts, Row{
			f.MerchantID, Micros(t.Hour), string(t.Mode), string(t.Rail), t.Type, t.Code, t.Count, int64(t.Sum),
		})
	}
	return words, days, counts
}

// insertMany inserts rows, many with one statement.
func insertMany(ctx context.Context, tx DB, into Table, then string, rows []Row) error {
	for len(rows) > 0 {
		size := insertSizes[slices.IndexFunc(insertSizes, func(n int) bool { return n <= len(rows) })]
		var values []string
		var args []any
		for i, row := range rows[:size] {
			values = append(values, "("+castsFrom(into, 1+i*len(into.Columns))+")")
			args = append(args, row...)
		}
		_, err := tx.Exec(ctx, `INSERT INTO `+into.Name+` (`+into.Names()+`) SELECT * FROM (VALUES `+strings.Join(values, ", ")+`) AS v WHERE true`+then, args...)
		if err != nil {
			return err
		}
		rows = rows[size:]
	}
	return nil
}

// insertSizes are the numbers of rows of one statement: few, so that the statements stay prepared.
var insertSizes = []int{64, 8, 1}

func castsFrom(t Table, from int) string {
	s := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		s[i] = `CAST($` + strconv.Itoa(from+i) + ` AS ` + c.Type + `)`
	}
	return strings.Join(s, `, `)
}

// Tallies adds up what was told in a time.
func (s *Common) Tallies(ctx context.Context, f store.TallyFilter) (list []store.Tally, err error) {
	statement, args := SelectTallies(f)
	err = Each(ctx, s.Read, func(rows Rows) error {
		var t store.Tally
		var hour, sum int64
		err := rows.Scan(&hour, &t.Mode, &t.Rail, &t.Type, &t.Code, &t.Count, &sum)
		t.Hour, t.Sum = Time(hour), payment.Rupiah(sum)
		list = append(list, t)
		return err
	}, statement, args...)
	return list, Doing("read the tallies of merchant "+f.MerchantID, err)
}

// SelectTallies writes the statement of Tallies: it walks the hours that are asked for.
func SelectTallies(f store.TallyFilter) (string, []any) {
	hour := "hour"
	if f.ByDay {
		hour = "hour - (hour + " + micros(7*time.Hour) + ") % " + micros(24*time.Hour)
	}
	args := []any{f.MerchantID, Micros(f.From), Micros(f.To)}
	mode := ""
	if f.Mode != "" {
		args = append(args, string(f.Mode))
		mode = " AND mode = $4"
	}
	return `SELECT day, mode, rail, type, code, CAST(sum(count) AS bigint), CAST(sum(sum) AS bigint)
		FROM (SELECT ` + hour + ` AS day, mode, rail, type, code, count, sum FROM tallies WHERE merchant_id = $1 AND hour >= $2 AND hour < $3` + mode + `) AS t
		GROUP BY day, mode, rail, type, code ORDER BY day, mode, rail, type, code LIMIT ` + strconv.Itoa(store.TalliesMax), args
}

func micros(d time.Duration) string { return strconv.FormatInt(d.Microseconds(), 10) }

// DaySpan gives the lowest and the highest id of the payments that were made from one day to another.
func (s *Common) DaySpan(ctx context.Context, merchantID string, from, to payment.Day) (first, last string, err error) {
	err = One(ctx, s.Read, []any{&first, &last}, `SELECT COALESCE(min(first_id), ''), COALESCE(max(last_id), '') FROM payment_days
		WHERE merchant_id = $1 AND day >= $2 AND day <= $3`, merchantID, int64(from), int64(to))
	return first, last, Doing("look for the payments of a day", err)
}
