-- +goose Up

-- Times are microseconds since 1970 in UTC, 0 is no time.

-- A payment that goes well is updated without touching any index: no indexed column changes, rare_state stays empty.
CREATE TABLE payments (
	merchant_id text NOT NULL,
	id text NOT NULL,
	version integer NOT NULL,
	amount integer NOT NULL,
	created_at integer NOT NULL,
	updated_at integer NOT NULL,
	recap_day integer NOT NULL,
	batch integer NOT NULL,
	reference_number integer NOT NULL,
	mode text NOT NULL,
	account text NOT NULL,
	rail text NOT NULL,
	method text NOT NULL,
	state text NOT NULL,
	rare_state text NOT NULL,
	terminal text NOT NULL,
	reference text NOT NULL,
	phone text NOT NULL,
	body text NOT NULL,
	PRIMARY KEY (merchant_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX payments_reference ON payments (merchant_id, reference, id) WHERE reference <> '';
CREATE INDEX payments_rare ON payments (merchant_id, rare_state, id) WHERE rare_state <> '';
CREATE INDEX payments_test ON payments (merchant_id, id) WHERE mode = 'test';
CREATE INDEX payments_created ON payments (merchant_id, created_at);

CREATE TABLE journal (
	merchant_id text NOT NULL,
	payment_id text NOT NULL,
	version integer NOT NULL,
	at integer NOT NULL,
	chain integer NOT NULL,
	link integer NOT NULL,
	change_id text NOT NULL,
	kind text NOT NULL,
	owner text NOT NULL,
	event text NOT NULL,
	digest blob NOT NULL,
	PRIMARY KEY (merchant_id, payment_id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE tasks (
	merchant_id text NOT NULL,
	payment_id text NOT NULL,
	kind text NOT NULL,
	due_at integer NOT NULL,
	not_before integer NOT NULL,
	claimed_until integer NOT NULL,
	serial_key text NOT NULL,
	owner text NOT NULL,
	PRIMARY KEY (merchant_id, payment_id, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX tasks_due ON tasks (due_at);
CREATE INDEX tasks_serial ON tasks (merchant_id, serial_key, due_at) WHERE serial_key <> '';

-- Only inserted.
CREATE TABLE exchanges (
	merchant_id text NOT NULL,
	payment_id text NOT NULL,
	id text NOT NULL,
	side text NOT NULL,
	at integer NOT NULL,
	chain integer NOT NULL,
	link integer NOT NULL,
	account text NOT NULL,
	operation text NOT NULL,
	note text NOT NULL,
	digest blob NOT NULL,
	sealed blob NOT NULL,
	PRIMARY KEY (merchant_id, payment_id, id, side)
) STRICT, WITHOUT ROWID;

CREATE TABLE told (
	merchant_id text NOT NULL,
	payment_id text NOT NULL,
	id text NOT NULL,
	version integer NOT NULL,
	at integer NOT NULL,
	position integer, -- in the merchant's feed, given after the commit
	type text NOT NULL,
	PRIMARY KEY (merchant_id, payment_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency_keys (
	merchant_id text NOT NULL,
	mode text NOT NULL,
	key text NOT NULL,
	payment_id text NOT NULL,
	fingerprint text NOT NULL,
	PRIMARY KEY (merchant_id, mode, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE terminals (
	merchant_id text NOT NULL,
	id text NOT NULL,
	style text NOT NULL,
	day integer NOT NULL,
	batch integer NOT NULL,
	reference integer NOT NULL,
	held text NOT NULL,
	PRIMARY KEY (merchant_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE terms (
	merchant_id text NOT NULL,
	account text NOT NULL,
	revision text NOT NULL,
	body text NOT NULL,
	PRIMARY KEY (merchant_id, account, revision)
) STRICT, WITHOUT ROWID;

CREATE TABLE locks (
	merchant_id text NOT NULL,
	name text NOT NULL,
	holder text NOT NULL,
	until_at integer NOT NULL,
	PRIMARY KEY (merchant_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE replicas (
	owner text PRIMARY KEY,
	until_at integer NOT NULL
) STRICT, WITHOUT ROWID;

-- There is one writer, so there is one hash chain, with one link for each group.
CREATE TABLE chains (
	id integer PRIMARY KEY,
	started_at integer NOT NULL,
	parents blob NOT NULL,
	genesis blob NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE chain_links (
	chain integer NOT NULL,
	link integer NOT NULL,
	at integer NOT NULL,
	digests integer NOT NULL,
	hash blob NOT NULL,
	PRIMARY KEY (chain, link)
) STRICT, WITHOUT ROWID;
