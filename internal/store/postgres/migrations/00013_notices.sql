-- +goose Up

-- What humans are told in time. Those that were cleared stay. merchant_id is empty for what concerns the whole gateway.
CREATE TABLE notices (
	merchant_id text COLLATE "C" NOT NULL,
	id text COLLATE "C" NOT NULL,
	cause text COLLATE "C" NOT NULL,
	mode text COLLATE "C" NOT NULL,
	kind text COLLATE "C" NOT NULL,
	version bigint NOT NULL,
	raised_at bigint NOT NULL,
	cleared_at bigint NOT NULL,
	said bigint NOT NULL,
	mailed bigint NOT NULL,
	body text NOT NULL,
	PRIMARY KEY (merchant_id, id)
);
CREATE UNIQUE INDEX notices_cause ON notices (merchant_id, cause) WHERE cleared_at = 0;
CREATE INDEX notices_at_work ON notices (merchant_id, id) WHERE cleared_at = 0 OR mailed < said;
CREATE INDEX notices_newest ON notices (id);
