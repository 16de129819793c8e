-- +goose Up

-- Payments that the recap of a day must look at by themselves: what happened to them after the day was over, those that count
-- on another day than that of their making, and those with several attempts. seen is the version that a recap has counted.
CREATE TABLE recap_facts (
	merchant_id text NOT NULL,
	day integer NOT NULL,
	payment_id text NOT NULL,
	version integer NOT NULL,
	at integer NOT NULL,
	seen integer NOT NULL DEFAULT 0,
	PRIMARY KEY (merchant_id, day, payment_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX recap_facts_unseen ON recap_facts (merchant_id, day) WHERE seen < version;

-- Only inserted: a correction is a version of its own.
CREATE TABLE recaps (
	merchant_id text NOT NULL,
	day integer NOT NULL,
	mode text NOT NULL,
	terminal text NOT NULL,
	version integer NOT NULL,
	closed_at integer NOT NULL,
	body text NOT NULL,
	PRIMARY KEY (merchant_id, day, mode, terminal, version)
) STRICT, WITHOUT ROWID;

-- Days of which every terminal's recap is there.
CREATE TABLE recap_days (
	merchant_id text NOT NULL,
	day integer NOT NULL,
	closed_at integer NOT NULL,
	PRIMARY KEY (merchant_id, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE reconciliations (
	merchant_id text NOT NULL,
	id text NOT NULL,
	mode text NOT NULL,
	account text NOT NULL,
	day integer NOT NULL,
	state text NOT NULL,
	asked_by text NOT NULL,
	created_at integer NOT NULL,
	beat_at integer NOT NULL,
	ended_at integer NOT NULL,
	file text NOT NULL,
	hash text NOT NULL,
	size integer NOT NULL,
	mapping text NOT NULL,
	rows_read integer NOT NULL,
	found integer NOT NULL,
	kept integer NOT NULL,
	summary text NOT NULL,
	trouble text NOT NULL,
	PRIMARY KEY (merchant_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE discrepancies (
	merchant_id text NOT NULL,
	reconciliation_id text NOT NULL,
	number integer NOT NULL,
	class text NOT NULL,
	payment_id text NOT NULL,
	body text NOT NULL,
	PRIMARY KEY (merchant_id, reconciliation_id, number)
) STRICT, WITHOUT ROWID;
