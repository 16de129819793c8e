-- +goose Up

-- Payments that the recap of a day must look at by themselves: what happened to them after the day was over, those that count
-- on another day than that of their making, and those with several attempts. seen is the version that a recap has counted.
CREATE TABLE recap_facts (
	merchant_id text COLLATE "C" NOT NULL,
	day bigint NOT NULL,
	payment_id text COLLATE "C" NOT NULL,
	version bigint NOT NULL,
	at bigint NOT NULL,
	seen bigint NOT NULL DEFAULT 0,
	PRIMARY KEY (merchant_id, day, payment_id)
);
CREATE INDEX recap_facts_unseen ON recap_facts (merchant_id, day) WHERE seen < version;

-- Only inserted: a correction is a version of its own.
CREATE TABLE recaps (
	merchant_id text COLLATE "C" NOT NULL,
	day bigint NOT NULL,
	mode text COLLATE "C" NOT NULL,
	terminal text COLLATE "C" NOT NULL,
	version bigint NOT NULL,
	closed_at bigint NOT NULL,
	body text NOT NULL,
	PRIMARY KEY (merchant_id, day, mode, terminal, version)
);

-- Days of which every terminal's recap is there.
CREATE TABLE recap_days (
	merchant_id text COLLATE "C" NOT NULL,
	day bigint NOT NULL,
	closed_at bigint NOT NULL,
	PRIMARY KEY (merchant_id, day)
);

CREATE TABLE reconciliations (
	merchant_id text COLLATE "C" NOT NULL,
	id text COLLATE "C" NOT NULL,
	mode text COLLATE "C" NOT NULL,
	account text NOT NULL,
	day bigint NOT NULL,
	state text NOT NULL,
	asked_by text NOT NULL,
	created_at bigint NOT NULL,
	beat_at bigint NOT NULL,
	ended_at bigint NOT NULL,
	file text NOT NULL,
	hash text NOT NULL,
	size bigint NOT NULL,
	mapping text NOT NULL,
	rows_read bigint NOT NULL,
	found bigint NOT NULL,
	kept bigint NOT NULL,
	summary text NOT NULL,
	trouble text NOT NULL,
	PRIMARY KEY (merchant_id, id)
);

CREATE TABLE discrepancies (
	merchant_id text COLLATE "C" NOT NULL,
	reconciliation_id text COLLATE "C" NOT NULL,
	number bigint NOT NULL,
	class text NOT NULL,
	payment_id text COLLATE "C" NOT NULL,
	body text NOT NULL,
	PRIMARY KEY (merchant_id, reconciliation_id, number)
);
