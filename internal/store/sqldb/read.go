package sqldb

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/group"
)

// Load gives a payment, or store.ErrNotFound.
func (s *Common) Load(ctx context.Context, merchantID, paymentID string) (payment.Payment, error) {
	var body string
	err := One(ctx, s.Read, []any{&body}, `SELECT body FROM payments WHERE merchant_id = $1 AND id = $2`, merchantID, paymentID)
	if err != nil {
		return payment.Payment{}, Doing("load payment "+paymentID, err)
	}
	return payment.Decode([]byte(body))
}

// Payments lists a merchant's payments, newest first.
func (s *Common) Payments(ctx context.Context, f store.Filter) ([]payment.Payment, error) {
	statement, args := List(f, s.Hints)
	page, err := payments(ctx, s.Read, statement, args...)
	return page, Doing("list payments of merchant "+f.MerchantID, err)
}

// The most and the usual number of payments on a page.
const (
	pageMax   = 100
	pageUsual = 20
)

// List writes the statement of a page. States that are rare have an index of their own, read from its end for each
// state; payments under way are found by their tasks; a list with paid payments walks the primary key. With hints SQLite is
// told the index, since without statistics it takes the primary key for every list, and walks all of a merchant's payments.
func List(f store.Filter, hints bool) (string, []any) {
	var args []any
	arg := func(v any) string {
		args = append(args, v)
		return "$" + strconv.Itoa(len(args))
	}
	if f.Word != "" {
		return listByWord(f, hints, arg), args
	}
	from := func(index string) string {
		switch {
		case !hints:
			return "payments"
		case f.Reference != "":
			index = "payments_reference"
		case index == "" && f.Mode == payment.Test:
			index = "payments_test"
		case index == "":
			return "payments"
		}
		return "payments INDEXED BY " + index
	}
	where := conditions(f, arg)
	if f.Limit <= 0 {
		f.Limit = pageUsual
	}
	tail := " ORDER BY id DESC LIMIT " + arg(int64(min(f.Limit, pageMax)))
	if len(f.States) == 0 {
		return "SELECT body FROM " + from("") + " WHERE " + where + tail, args
	}
	states := make([]string, len(f.States))
	for i, state := range f.States {
		states[i] = arg(string(state))
	}
	in := " AND state IN (" + strings.Join(states, ", ") + ")"
	if slices.Contains(f.States, payment.Paid) {
		return "SELECT body FROM " + from("") + " WHERE " + where + in + tail, args
	}
	var branches []string
	for _, state := range states {
		branches = append(branches, from("payments_rare")+" WHERE "+where+" AND rare_state <> '' AND rare_state = "+state)
	}
	if slices.ContainsFunc(f.States, underWay) {
		branches = append(branches, "payments WHERE "+where+in+" AND rare_state = '' AND id IN (SELECT payment_id FROM tasks WHERE merchant_id = $1)")
	}
	for i, b := range branches {
		branches[i] = "SELECT id, body FROM (SELECT id, body FROM " + b + tail + ") AS b" + strconv.Itoa(i)
	}
	return "SELECT body FROM (" + strings.Join(branches, " UNION ALL ") + ") AS found" + tail, args
}

// conditions are those of every list; the merchant is $1.
func conditions(f store.Filter, arg func(any) string) string {
	where := "merchant_id = " + arg(f.MerchantID)
	if f.Before != "" {
		where += " AND id < " + arg(f.Before)
	}
	if f.After != "" {
		where += " AND id > " + arg(f.After)
	}
	if f.Mode != "" {
		where += " AND mode = " + constant(f.Mode, payment.Test, payment.Live) + arg(string(f.Mode))
	}
	if f.Reference != "" {
		where += " AND reference <> '' AND reference = " + arg(f.Reference)
	}
	if !f.From.IsZero() {
		where += " AND created_at >= " + arg(ceil(f.From))
	}
	if !f.To.IsZero() {
		where += " AND created_at < " + arg(ceil(f.To))
	}
	return where
}

// ceil rounds up, so that a stored time, which was cut, is compared as it was.
func ceil(t time.Time) int64 { return Micros(t.Add(time.Microsecond - 1)) }

// constant repeats a mode as a constant, by which the planner knows that a partial index may be used.
func constant(mode payment.Mode, known ...payment.Mode) string {
	if slices.Contains(known, mode) {
		return "'" + string(mode) + "' AND mode = "
	}
	return ""
}

func payments(ctx context.Context, db DB, statement string, args ...any) (list []payment.Payment, err error) {
	err = Each(ctx, db, func(rows Rows) error {
		var body string
		if err := rows.Scan(&body); err != nil {
			return err
		}
		p, err := payment.Decode([]byte(body))
		list = append(list, p)
		return err
	}, statement, args...)
	return list, err
}

// newerSizes are the numbers of payments that one statement of Newer asks for: few, so that the statements stay prepared.
var newerSizes = []int{256, 16, 1}

// Newer gives those of the seen payments whose version has grown.
func (s *Common) Newer(ctx context.Context, seen []store.Seen) (grown []payment.Payment, err error) {
	for len(seen) > 0 {
		size := newerSizes[slices.IndexFunc(newerSizes, func(n int) bool { return n <= len(seen) })]
		page, err := s.newer(ctx, seen[:size])
		if err != nil {
			return nil, Doing("look for changed payments", err)
		}
		grown, seen = append(grown, page...), seen[size:]
	}
	return grown, nil
}

func (s *Common) newer(ctx context.Context, seen []store.Seen) ([]payment.Payment, error) {
	var values strings.Builder
	args := make([]any, 0, 3*len(seen))
	for i, v := range seen {
		if i > 0 {
			values.WriteString(", ")
		}
		n := 3 * i
		values.WriteString("($" + strconv.Itoa(n+1) + ", $" + strconv.Itoa(n+2) + ", CAST($" + strconv.Itoa(n+3) + " AS bigint))")
		args = append(args, v.MerchantID, v.PaymentID, int64(v.Version))
	}
	return payments(ctx, s.Read, `WITH seen (merchant_id, id, version) AS (VALUES `+values.String()+`)
		SELECT p.body FROM seen JOIN payments p ON p.merchant_id = seen.merchant_id AND p.id = seen.id
		WHERE p.version > seen.version`, args...)
}

// Journal gives a payment's entries in order.
func (s *Common) Journal(ctx context.Context, merchantID, paymentID string) (entries []store.Entry, err error) {
	err = Each(ctx, s.Read, func(rows Rows) error {
		var (
			e           store.Entry
			at          int64
			kind, event string
		)
		if err := rows.Scan(&e.Version, &e.ChangeID, &at, &kind, &event); err != nil {
			return err
		}
		e.At = Time(at)
		e.Event, err = payment.DecodeEvent(kind, []byte(event))
		entries = append(entries, e)
		return err
	}, `SELECT version, change_id, at, kind, event FROM journal WHERE merchant_id = $1 AND payment_id = $2 ORDER BY version`,
		merchantID, paymentID)
	return entries, Doing("read the journal of payment "+paymentID, err)
}

// Exchanges gives a payment's exchanges in the order in which they began.
func (s *Common) Exchanges(ctx context.Context, merchantID, paymentID string) (parts []exchange.Part, err error) {
	err = Each(ctx, s.Read, func(rows Rows) error {
		p := exchange.Part{MerchantID: merchantID, PaymentID: paymentID}
		var at int64
		err := rows.Scan(&p.ID, &p.Side, &at, &p.Account, &p.Operation, &p.Note, &p.Sealed)
		p.At = Time(at)
		parts = append(parts, p)
		return err
	}, `SELECT id, side, at, account, operation, note, sealed FROM exchanges WHERE merchant_id = $1 AND payment_id = $2`,
		merchantID, paymentID)
	group.SortExchanges(parts)
	return parts, Doing("read the exchanges of payment "+paymentID, err)
}

// Told gives what was told of a payment, in order.
func (s *Common) Told(ctx context.Context, merchantID, paymentID string) (told []store.Told, err error) {
	err = Each(ctx, s.Read, func(rows Rows) error {
		t := store.Told{MerchantID: merchantID, PaymentID: paymentID}
		var at int64
		var body string
		err := rows.Scan(&t.ID, &t.Version, &t.Type, &at, &t.Position, &t.Mode, &body)
		t.At, t.Body = Time(at), []byte(body)
		told = append(told, t)
		return err
	}, `SELECT id, version, type, at, COALESCE(position, 0), mode, body FROM told WHERE merchant_id = $1 AND payment_id = $2
		ORDER BY version, id`, merchantID, paymentID)
	return told, Doing("read what was told of payment "+paymentID, err)
}

// KeyOf gives what an idempotency key stands for, or store.ErrNotFound.
func (s *Common) KeyOf(ctx context.Context, merchantID string, mode payment.Mode, key string) (used store.KeyUsed, err error) {
	err = One(ctx, s.Read, []any{&used.PaymentID, &used.Fingerprint}, SelectKey, merchantID, string(mode), key)
	return used, Doing("look for an idempotency key", err)
}

// SelectKey looks a key up.
const SelectKey = `SELECT payment_id, fingerprint FROM idempotency_keys WHERE merchant_id = $1 AND mode = $2 AND key = $3`

// OpenTasks counts tasks and gives the due time of the oldest.
func (s *Common) OpenTasks(ctx context.Context) (n int, oldest time.Time, err error) {
	var micros int64
	err = One(ctx, s.Read, []any{&n, &micros}, `SELECT count(*), COALESCE(min(due_at), 0) FROM tasks`)
	return n, Time(micros), Doing("count tasks", err)
}
