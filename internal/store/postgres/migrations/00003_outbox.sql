-- +goose Up

ALTER TABLE told ADD COLUMN mode text NOT NULL DEFAULT '';
ALTER TABLE told ADD COLUMN body text NOT NULL DEFAULT '';
UPDATE told SET mode = COALESCE((SELECT p.mode FROM payments p WHERE p.merchant_id = told.merchant_id AND p.id = told.payment_id), '');
CREATE INDEX told_new ON told (merchant_id, at, payment_id, version) WHERE position IS NULL;
CREATE UNIQUE INDEX told_feed ON told (merchant_id, position) WHERE position IS NOT NULL;

-- The last position that was given in each merchant's feed.
CREATE TABLE feeds (
	merchant_id text COLLATE "C" PRIMARY KEY,
	last bigint NOT NULL
);

-- events is empty for all, or ",payment.paid,payment.*,".
CREATE TABLE endpoints (
	merchant_id text COLLATE "C" NOT NULL,
	id text COLLATE "C" NOT NULL,
	mode text NOT NULL,
	version bigint NOT NULL,
	created_at bigint NOT NULL,
	disabled_at bigint NOT NULL,
	failing_since bigint NOT NULL,
	failures bigint NOT NULL,
	disabled text NOT NULL,
	url text NOT NULL,
	description text NOT NULL,
	events text NOT NULL,
	sealed bytea NOT NULL,
	PRIMARY KEY (merchant_id, id)
);

-- body is empty where the event stands in told; last is the answer to the last try.
CREATE TABLE deliveries (
	merchant_id text COLLATE "C" NOT NULL,
	endpoint_id text COLLATE "C" NOT NULL,
	event_id text COLLATE "C" NOT NULL,
	payment_id text COLLATE "C" NOT NULL,
	version bigint NOT NULL,
	created_at bigint NOT NULL,
	due_at bigint NOT NULL,
	ended_at bigint NOT NULL,
	tries bigint NOT NULL,
	type text NOT NULL,
	state text NOT NULL,
	last text NOT NULL,
	body text NOT NULL,
	PRIMARY KEY (merchant_id, endpoint_id, event_id)
) WITH (fillfactor = 80);
CREATE INDEX deliveries_due ON deliveries (merchant_id, endpoint_id, due_at) WHERE state = 'due';
