-- +goose Up

ALTER TABLE told ADD COLUMN mode text NOT NULL DEFAULT '';
ALTER TABLE told ADD COLUMN body text NOT NULL DEFAULT '';
UPDATE told SET mode = COALESCE((SELECT p.mode FROM payments p WHERE p.merchant_id = told.merchant_id AND p.id = told.payment_id), '');
CREATE INDEX told_new ON told (merchant_id, at, payment_id, version) WHERE position IS NULL;
CREATE UNIQUE INDEX told_feed ON told (merchant_id, position) WHERE position IS NOT NULL;

-- The last position that was given in each merchant's feed.
CREATE TABLE feeds (
	merchant_id text PRIMARY KEY,
	last integer NOT NULL
) STRICT, WITHOUT ROWID;

-- events is empty for all, or ",payment.paid,payment.*,".
CREATE TABLE endpoints (
	merchant_id text NOT NULL,
	id text NOT NULL,
	mode text NOT NULL,
	version integer NOT NULL,
	created_at integer NOT NULL,
	disabled_at integer NOT NULL,
	failing_since integer NOT NULL,
	failures integer NOT NULL,
	disabled text NOT NULL,
	url text NOT NULL,
	description text NOT NULL,
	events text NOT NULL,
	sealed blob NOT NULL,
	PRIMARY KEY (merchant_id, id)
) STRICT, WITHOUT ROWID;

-- body is empty where the event stands in told; last is the answer to the last try.
CREATE TABLE deliveries (
	merchant_id text NOT NULL,
	endpoint_id text NOT NULL,
	event_id text NOT NULL,
	payment_id text NOT NULL,
	version integer NOT NULL,
	created_at integer NOT NULL,
	due_at integer NOT NULL,
	ended_at integer NOT NULL,
	tries integer NOT NULL,
	type text NOT NULL,
	state text NOT NULL,
	last text NOT NULL,
	body text NOT NULL,
	PRIMARY KEY (merchant_id, endpoint_id, event_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_due ON deliveries (merchant_id, endpoint_id, due_at) WHERE state = 'due';
