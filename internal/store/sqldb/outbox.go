package sqldb

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/webhook"
)

const (
	endpointColumns = `merchant_id, id, mode, version, created_at, disabled_at, failing_since, failures, disabled, url, description, events, sealed`
	deliveryColumns = `merchant_id, endpoint_id, event_id, payment_id, version, created_at, due_at, ended_at, tries, type, state, last`
)

// wanted tells in SQL whether the endpoint e wants an event of a type, as webhook.Endpoint.Wants does.
func wanted(eventType string) string {
	any := []string{`e.events = ''`, `e.events LIKE '%,' || ` + eventType + ` || ',%'`}
	for _, kind := range webhook.Kinds() {
		any = append(any, eventType+` LIKE '`+kind+`.%' AND e.events LIKE '%,`+kind+`.*,%'`)
	}
	return `(` + strings.Join(any, ` OR `) + `)`
}

// Deliver makes what was told due to every endpoint that is on and wants it. Rows gives rows of Told, to be named u.
func Deliver(rows string) string {
	return `WITH u (` + Told.Names() + `) AS (` + rows + `)
		INSERT INTO deliveries (` + deliveryColumns + `, body)
		SELECT u.merchant_id, e.id, u.id, u.payment_id, u.version, u.at, u.at, 0, 0, u.type, 'due', '', ''
		FROM u JOIN endpoints e ON e.merchant_id = u.merchant_id AND e.mode = u.mode
		WHERE e.disabled = '' AND ` + wanted(`u.type`)
}

// DeliverOne is Deliver for one row.
var DeliverOne = Deliver(`VALUES (` + casts(Told) + `)`)

// casts lists placeholders for one row with their types.
func casts(t Table) string {
	s := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		s[i] = `CAST($` + strconv.Itoa(i+1) + ` AS ` + c.Type + `)`
	}
	return strings.Join(s, `, `)
}

func endpointRow(e store.Endpoint) Row {
	events := ``
	if len(e.Events) > 0 {
		events = `,` + strings.Join(e.Events, `,`) + `,`
	}
	sealed := e.Sealed
	if sealed == nil {
		sealed = []byte{}
	}
	return Row{
		e.MerchantID, e.ID, string(e.Mode), int64(e.Version), Micros(e.CreatedAt), Micros(e.DisabledAt), Micros(e.FailingSince),
		int64(e.Failures), e.Disabled, e.URL, e.Description, events, sealed,
	}
}

func scanEndpoint(rows Rows) (e store.Endpoint, err error) {
	var created, disabled, failing int64
	var events string
	err = rows.Scan(&e.MerchantID, &e.ID, &e.Mode, &e.Version, &created, &disabled, &failing, &e.Failures, &e.Disabled, &e.URL,
		&e.Description, &events, &e.Sealed)
	e.CreatedAt, e.DisabledAt, e.FailingSince = Time(created), Time(disabled), Time(failing)
	if events = strings.Trim(events, `,`); events != `` {
		e.Events = strings.Split(events, `,`)
	}
	return e, err
}

// SaveEndpoint makes an endpoint or changes one.
func (s *Common) SaveEndpoint(ctx context.Context, e store.Endpoint, deeds ...store.Deed) error {
	return Doing("save the endpoint "+e.ID, s.with(ctx, deeds, func(db DB) error { return saveEndpoint(ctx, db, e) }))
}

func saveEndpoint(ctx context.Context, db DB, e store.Endpoint) error {
	row := endpointRow(e)
	var n int64
	var err error
	if e.Version == 1 {
		n, err = db.Exec(ctx, `INSERT INTO endpoints (`+endpointColumns+`) VALUES (`+Placeholders(1, len(row))+`)
			ON CONFLICT (merchant_id, id) DO NOTHING`, row...)
	} else {
		row, secrets := slices.Delete(row, 4, 5), `, sealed = $12`
		if len(e.Sealed) == 0 {
			row, secrets = row[:11], ``
		}
		n, err = db.Exec(ctx, `UPDATE endpoints SET mode = $3, version = $4, disabled_at = $5, failing_since = $6,
			failures = $7, disabled = $8, url = $9, description = $10, events = $11`+secrets+`
			WHERE merchant_id = $1 AND id = $2 AND version = $4 - 1`, row...)
	}
	if err == nil && n == 0 {
		return store.ErrConflict
	}
	return err
}

// DeleteEndpoint forgets an endpoint and its deliveries.
func (s *Common) DeleteEndpoint(ctx context.Context, merchantID, endpointID string, deeds ...store.Deed) error {
	return Doing("delete the endpoint "+endpointID, s.Tx(ctx, func(tx DB) error {
		n, err := tx.Exec(ctx, `DELETE FROM endpoints WHERE merchant_id = $1 AND id = $2`, merchantID, endpointID)
		if err == nil && n == 0 {
			return store.ErrNotFound
		}
		if err == nil {
			_, err = tx.Exec(ctx, `DELETE FROM deliveries WHERE merchant_id = $1 AND endpoint_id = $2`, merchantID, endpointID)
		}
		if err == nil {
			err = logDeeds(ctx, tx, deeds)
		}
		return err
	}))
}

const selectEndpoint = `SELECT ` + endpointColumns + ` FROM endpoints WHERE merchant_id = $1 AND id = $2`

// Endpoint gives one, or store.ErrNotFound. It reads where is written: what has just been changed must be seen.
func (s *Common) Endpoint(ctx context.Context, merchantID, endpointID string) (store.Endpoint, error) {
	e, err := endpoint(ctx, s.Write, merchantID, endpointID)
	return e, Doing("read the endpoint "+endpointID, err)
}

func endpoint(ctx context.Context, db DB, merchantID, endpointID string) (e store.Endpoint, err error) {
	found := false
	err = Each(ctx, db, func(rows Rows) error {
		found = true
		e, err = scanEndpoint(rows)
		return err
	}, selectEndpoint, merchantID, endpointID)
	if err == nil && !found {
		err = store.ErrNotFound
	}
	return e, err
}

// Endpoints lists a merchant's, the oldest first.
func (s *Common) Endpoints(ctx context.Context, merchantID string, mode payment.Mode) (list []store.Endpoint, err error) {
	err = Each(ctx, s.Read, func(rows Rows) error {
		e, err := scanEndpoint(rows)
		list = append(list, e)
		return err
	}, `SELECT `+endpointColumns+` FROM endpoints WHERE merchant_id = $1 AND mode = $2 ORDER BY created_at, id`, merchantID, string(mode))
	return list, Doing("list the endpoints of merchant "+merchantID, err)
}

// oldestDue is when the endpoint e has had something due since.
const oldestDue = `SELECT min(d.due_at) FROM deliveries d WHERE d.merchant_id = e.merchant_id AND d.endpoint_id = e.id AND d.state = 'due'`

// WaitingEndpoints gives endpoints that are on and have something due.
func (s *Common) WaitingEndpoints(ctx context.Context, now time.Time, limit int) (list []store.Waiting, err error) {
	err = Each(ctx, s.Read, func(rows Rows) error {
		var w store.Waiting
		var since, failing int64
		err := rows.Scan(&w.MerchantID, &w.EndpointID, &since, &failing)
		w.Since, w.Failing = Time(since), failing != 0
		list = append(list, w)
		return err
	}, `SELECT w.merchant_id, w.id, w.due, w.failing_since FROM (
			SELECT e.merchant_id, e.id, e.failing_since, (`+oldestDue+`) AS due FROM endpoints e WHERE e.disabled = '') w
		WHERE w.due <= $1 ORDER BY w.due, w.merchant_id, w.id LIMIT $2`, Micros(now), int64(limit))
	return list, Doing("look for deliveries that are due", err)
}

func scanDelivery(rows Rows, more ...any) (d webhook.Delivery, err error) {
	var created, due, ended int64
	var last string
	err = rows.Scan(append([]any{
		&d.MerchantID, &d.EndpointID, &d.EventID, &d.PaymentID, &d.Version, &created, &due, &ended, &d.Tries,
		&d.Type, &d.State, &last,
	}, more...)...)
	d.CreatedAt, d.DueAt, d.EndedAt = Time(created), Time(due), Time(ended)
	if err == nil && last != `` {
		err = json.Unmarshal([]byte(last), &d.Last)
	}
	return d, err
}

// TakeDeliveries takes what is due to an endpoint. The guard stands on the UPDATE's target and in the sub-select, as in
// Claim.
func (s *Common) TakeDeliveries(ctx context.Context, t store.Take) (list []store.Sending, err error) {
	until := Micros(t.Until)
	err = Each(ctx, s.Write, func(rows Rows) error {
		var own string
		d, err := scanDelivery(rows, &own)
		list = append(list, store.Sending{Delivery: d, Body: []byte(own)})
		return err
	}, `UPDATE deliveries SET due_at = $4 WHERE merchant_id = $1 AND endpoint_id = $2 AND state = 'due' AND due_at <= $3
		AND event_id IN (SELECT event_id FROM deliveries WHERE merchant_id = $1 AND endpoint_id = $2 AND state = 'due'
			AND due_at <= $3 ORDER BY due_at, event_id LIMIT $5)
		RETURNING `+deliveryColumns+`, body`, t.MerchantID, t.EndpointID, Micros(t.Now), until, int64(t.Limit))
	if err == nil {
		list, err = s.bodies(ctx, list)
	}
	slices.SortFunc(list, func(a, b store.Sending) int {
		return strings.Compare(a.EventID, b.EventID)
	})
	return list, Doing("take deliveries of endpoint "+t.EndpointID, err)
}

// bodies fills in what the deliveries do not hold themselves. One whose event was archived in the same moment is given up.
func (s *Common) bodies(ctx context.Context, list []store.Sending) ([]store.Sending, error) {
	found := list[:0]
	for _, d := range list {
		var body string
		err := error(nil)
		if len(d.Body) == 0 {
			err = One(ctx, s.Read, []any{&body}, `SELECT body FROM told WHERE merchant_id = $1 AND payment_id = $2 AND id = $3`,
				d.MerchantID, d.PaymentID, d.EventID)
			d.Body = []byte(body)
		}
		switch err {
		case nil:
			found = append(found, d)
		case store.ErrNotFound:
			_, err = s.Write.Exec(ctx, `UPDATE deliveries SET state = 'failed', ended_at = due_at
				WHERE merchant_id = $1 AND endpoint_id = $2 AND event_id = $3 AND state = 'due'`, d.MerchantID, d.EndpointID, d.EventID)
		}
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// errChanged says that the endpoint has changed between reading and writing.
var errChanged = errors.New("the endpoint has changed meanwhile")

// FinishDelivery writes down what follows from an answer.
func (s *Common) FinishDelivery(ctx context.Context, f store.Finished) (e webhook.Endpoint, d webhook.Delivery, err error) {
	for range 20 {
		err = s.Tx(ctx, func(tx DB) error {
			e, d, err = finishDelivery(ctx, tx, f)
			return err
		})
		if err != errChanged {
			break
		}
	}
	if err == store.ErrConflict {
		return e, d, err
	}
	return e, d, Doing("write down an answer of endpoint "+f.EndpointID, err)
}

const selectDelivery = `SELECT ` + deliveryColumns + ` FROM deliveries
	WHERE merchant_id = $1 AND endpoint_id = $2 AND event_id = $3 AND state = 'due' AND due_at = $4`

func finishDelivery(ctx context.Context, tx DB, f store.Finished) (e webhook.Endpoint, d webhook.Delivery, err error) {
	stored, err := endpoint(ctx, tx, f.MerchantID, f.EndpointID)
	if err == store.ErrNotFound {
		return e, d, store.ErrConflict
	}
	found := false
	if err == nil {
		err = Each(ctx, tx, func(rows Rows) error {
			found = true
			d, err = scanDelivery(rows)
			return err
		}, selectDelivery, f.MerchantID, f.EndpointID, f.EventID, Micros(f.Taken))
	}
	if err == nil && !found {
		err = store.ErrConflict
	}
	if err != nil {
		return e, d, err
	}
	e, d = webhook.Answered(stored.Endpoint, d, f.Answer)
	last, err := json.Marshal(d.Last)
	if err != nil {
		return e, d, err
	}
	n, err := tx.Exec(ctx, `UPDATE deliveries SET due_at = $5, ended_at = $6, tries = $7, state = $8, last = $9
		WHERE merchant_id = $1 AND endpoint_id = $2 AND event_id = $3 AND state = 'due' AND due_at = $4`,
		f.MerchantID, f.EndpointID, f.EventID, Micros(f.Taken), Micros(d.DueAt), Micros(d.EndedAt), int64(d.Tries),
		string(d.State), string(last))
	if err == nil && n == 0 {
		err = store.ErrConflict
	}
	if err == nil {
		err = endpointHealth(ctx, tx, f, stored.Endpoint, e)
	}
	return e, d, err
}

// endpointHealth writes how an endpoint does, if that has changed, over exactly what was read, and tells of its being
// switched off.
func endpointHealth(ctx context.Context, tx DB, f store.Finished, before, e webhook.Endpoint) error {
	if before.Disabled == e.Disabled && before.Failures == e.Failures && before.FailingSince.Equal(e.FailingSince) {
		return nil
	}
	n, err := tx.Exec(ctx, `UPDATE endpoints SET disabled_at = $3, failing_since = $4, failures = $5, disabled = $6
		WHERE merchant_id = $1 AND id = $2 AND version = $7 AND failures = $8 AND disabled = $9`,
		e.MerchantID, e.ID, Micros(e.DisabledAt), Micros(e.FailingSince), int64(e.Failures), e.Disabled,
		int64(before.Version), int64(before.Failures), before.Disabled)
	if err == nil && n == 0 {
		return errChanged
	}
	if err != nil || e.On() || !before.On() {
		return err
	}
	off := store.Told{
		ID: f.OffEvent, MerchantID: e.MerchantID, Mode: e.Mode, Type: webhook.TypeEndpointOff, At: e.DisabledAt,
		Body: webhook.EndpointOffEvent(f.OffEvent, e.DisabledAt, e),
	}
	row := ToldRow(e.MerchantID, "", &off)
	_, err = tx.Exec(ctx, `INSERT INTO told (`+Told.Names()+`) VALUES (`+Told.Values()+`)`, row...)
	if err == nil {
		_, err = tx.Exec(ctx, DeliverOne, row...)
	}
	return err
}

// AddDelivery makes an event due to one endpoint alone.
func (s *Common) AddDelivery(ctx context.Context, d webhook.Delivery, body []byte, deeds ...store.Deed) error {
	return Doing("make a delivery to endpoint "+d.EndpointID, s.with(ctx, deeds, func(db DB) error {
		n, err := db.Exec(ctx, `INSERT INTO deliveries (`+deliveryColumns+`, body)
			SELECT e.merchant_id, e.id, $3, $4, CAST($5 AS bigint), CAST($6 AS bigint), CAST($7 AS bigint), 0, 0, $8, 'due', '', $9
			FROM endpoints e WHERE e.merchant_id = $1 AND e.id = $2`,
			d.MerchantID, d.EndpointID, d.EventID, d.PaymentID, int64(d.Version), Micros(d.CreatedAt), Micros(d.DueAt), d.Type, string(body))
		if err == nil && n == 0 {
			return store.ErrNotFound
		}
		return err
	}))
}

const again = ` ON CONFLICT (merchant_id, endpoint_id, event_id) DO UPDATE SET state = 'due', tries = 0, due_at = excluded.due_at, ended_at = 0`

// replayRange makes events due again that happened in a time. What is due already stays as it is.
var replayRange = `INSERT INTO deliveries (` + deliveryColumns + `, body)
	SELECT t.merchant_id, e.id, t.id, t.payment_id, t.version, t.at, CAST($5 AS bigint), 0, 0, t.type, 'due', '', ''
	FROM told t JOIN endpoints e ON e.merchant_id = t.merchant_id AND e.mode = t.mode
	LEFT JOIN deliveries d ON d.merchant_id = t.merchant_id AND d.endpoint_id = e.id AND d.event_id = t.id
	WHERE t.merchant_id = $1 AND e.id = $2 AND t.at >= $3 AND t.at < $4 AND t.body <> '' AND ` + wanted(`t.type`) + `
		AND COALESCE(d.state, '') <> 'due' AND (CAST($6 AS bigint) = 0 OR COALESCE(d.state, '') <> 'delivered')
	ORDER BY t.at, t.id LIMIT $7` + again

// Replay makes events due to an endpoint anew.
func (s *Common) Replay(ctx context.Context, r store.Replay, deeds ...store.Deed) (n int, err error) {
	what := "replay events to endpoint " + r.EndpointID
	if len(deeds) == 0 {
		n, err = replay(ctx, s.Write, r)
		return n, Doing(what, err)
	}
	deeds = slices.Clone(deeds)
	err = s.Tx(ctx, func(tx DB) error {
		if n, err = replay(ctx, tx, r); err != nil {
			return err
		}
		for i := range deeds {
			deeds[i].Count = int64(n)
		}
		return logDeeds(ctx, tx, deeds)
	})
	return n, Doing(what, err)
}

func replay(ctx context.Context, db DB, r store.Replay) (int, error) {
	if r.EventID != `` {
		n, err := db.Exec(ctx, `UPDATE deliveries SET state = 'due', tries = 0, due_at = $4, ended_at = 0
			WHERE merchant_id = $1 AND endpoint_id = $2 AND event_id = $3 AND (body <> '' OR EXISTS (SELECT 1 FROM told t
				WHERE t.merchant_id = deliveries.merchant_id AND t.payment_id = deliveries.payment_id AND t.id = deliveries.event_id))`, r.MerchantID, r.EndpointID, r.EventID, Micros(r.Now))
		if err == nil && n == 0 {
			err = store.ErrNotFound
		}
		return int(n), err
	}
	undelivered := int64(0)
	if r.Undelivered {
		undelivered = 1
	}
	n, err := db.Exec(ctx, replayRange, r.MerchantID, r.EndpointID, Micros(r.From), Micros(r.To), Micros(r.Now),
		undelivered, int64(r.Limit))
	return int(n), err
}

// Deliveries lists an endpoint's deliveries.
func (s *Common) Deliveries(ctx context.Context, f store.DeliveryFilter) (list []webhook.Delivery, err error) {
	args := []any{f.MerchantID, f.EndpointID}
	where := ``
	and := func(condition, value string) {
		if value != `` {
			args = append(args, value)
			where += ` AND ` + condition + ` $` + strconv.Itoa(len(args))
		}
	}
	and(`state =`, string(f.State))
	and(`event_id =`, f.EventID)
	and(`event_id <`, f.Before)
	if f.Limit <= 0 {
		f.Limit = pageUsual
	}
	args = append(args, int64(min(f.Limit, pageMax)))
	err = Each(ctx, s.Read, func(rows Rows) error {
		d, err := scanDelivery(rows)
		list = append(list, d)
		return err
	}, `SELECT `+deliveryColumns+` FROM deliveries WHERE merchant_id = $1 AND endpoint_id = $2`+where+`
		ORDER BY event_id DESC LIMIT $`+strconv.Itoa(len(args)), args...)
	return list, Doing("list deliveries of endpoint "+f.EndpointID, err)
}

// Undelivered counts what is due.
func (s *Common) Undelivered(ctx context.Context, now time.Time) (n int, oldest time.Time, err error) {
	var micros int64
	err = One(ctx, s.Read, []any{&n, &micros}, `SELECT count(*), COALESCE(min(d.due_at), 0) FROM deliveries d
		JOIN endpoints e ON e.merchant_id = d.merchant_id AND e.id = d.endpoint_id AND e.disabled = ''
		WHERE d.state = 'due' AND d.due_at <= $1`, Micros(now))
	return n, Time(micros), Doing("count deliveries", err)
}

// sequence gives positions, by merchant in the order of time; the versions of a payment are in order in any case, for
// its time does not go back.
const sequence = `UPDATE told SET position = n.position FROM (
		SELECT t.merchant_id, t.payment_id, t.id,
			f.last + row_number() OVER (PARTITION BY t.merchant_id ORDER BY t.at, t.payment_id, t.version, t.id) AS position
		FROM (SELECT merchant_id, payment_id, id, at, version FROM told WHERE position IS NULL
			ORDER BY merchant_id, at, payment_id, version LIMIT $1) t
		JOIN feeds f ON f.merchant_id = t.merchant_id) n
	WHERE told.merchant_id = n.merchant_id AND told.payment_id = n.payment_id AND told.id = n.id AND told.position IS NULL`

// AdvanceFeeds keeps the last position of each feed. It reads only what is beyond: SQLite does not see by itself that the
// largest position is one of those that are not null, and would read all of a merchant's events.
const AdvanceFeeds = `UPDATE feeds SET last = (SELECT max(t.position) FROM told t WHERE t.merchant_id = feeds.merchant_id AND t.position > feeds.last)
	WHERE EXISTS (SELECT 1 FROM told t WHERE t.merchant_id = feeds.merchant_id AND t.position > feeds.last)`

// Sequence gives events their positions. One does so at a time, so that what is visible only grows at its end.
func (s *Common) Sequence(ctx context.Context, limit int) (int, error) {
	var some int64
	if err := One(ctx, s.Read, []any{&some}, `SELECT count(*) FROM (SELECT 1 FROM told WHERE position IS NULL LIMIT 1) n`); err != nil || some == 0 {
		return 0, Doing("look for events without a position", err)
	}
	n := int64(0)
	err := s.Tx(ctx, func(tx DB) error {
		_, err := tx.Exec(ctx, lockKey, "", "feed", "")
		if err == nil {
			_, err = tx.Exec(ctx, `INSERT INTO feeds (merchant_id, last) SELECT DISTINCT merchant_id, 0 FROM told WHERE position IS NULL
				ON CONFLICT (merchant_id) DO NOTHING`)
		}
		if err == nil {
			n, err = tx.Exec(ctx, sequence, int64(limit))
		}
		if err == nil {
			_, err = tx.Exec(ctx, AdvanceFeeds)
		}
		return err
	})
	return int(n), Doing("give events their positions", err)
}

// Unplaced counts the events without a position.
func (s *Common) Unplaced(ctx context.Context) (n int, oldest time.Time, err error) {
	var micros int64
	err = One(ctx, s.Read, []any{&n, &micros}, `SELECT count(*), COALESCE(min(at), 0) FROM told WHERE position IS NULL`)
	return n, Time(micros), Doing("count events without a position", err)
}

// Feed gives a merchant's events after a position.
func (s *Common) Feed(ctx context.Context, merchantID string, mode payment.Mode, after int64, limit int) (told []store.Told, err error) {
	if limit <= 0 {
		limit = 100
	}
	err = Each(ctx, s.Read, func(rows Rows) error {
		t := store.Told{MerchantID: merchantID, Mode: mode}
		var at int64
		var body string
		err := rows.Scan(&t.PaymentID, &t.ID, &t.Version, &t.Type, &at, &t.Position, &body)
		t.At, t.Body = Time(at), []byte(body)
		told = append(told, t)
		return err
	}, `SELECT payment_id, id, version, type, at, position, body FROM told
		WHERE merchant_id = $1 AND position > $2 AND mode = $3 ORDER BY position LIMIT $4`,
		merchantID, after, string(mode), int64(min(limit, 1000)))
	return told, Doing("read the feed of merchant "+merchantID, err)
}
