-- +goose Up

-- What humans are told in time. Those that were cleared stay. merchant_id is empty for what concerns the whole gateway.
CREATE TABLE notices (
	merchant_id text NOT NULL,
	id text NOT NULL,
	cause text NOT NULL,
	mode text NOT NULL,
	kind text NOT NULL,
	version integer NOT NULL,
	raised_at integer NOT NULL,
	cleared_at integer NOT NULL,
	said integer NOT NULL,
	mailed integer NOT NULL,
	body text NOT NULL,
	PRIMARY KEY (merchant_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX notices_cause ON notices (merchant_id, cause) WHERE cleared_at = 0;
CREATE INDEX notices_at_work ON notices (merchant_id, id) WHERE cleared_at = 0 OR mailed < said;
CREATE INDEX notices_newest ON notices (id);
