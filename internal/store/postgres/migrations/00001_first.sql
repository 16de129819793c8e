-- +goose Up

-- Times are microseconds since 1970 in UTC, 0 is no time. Text that is a key compares by its bytes (COLLATE "C").
-- Bodies are text and not jsonb: nothing looks into them here, and text is not parsed on its way in.

-- A payment that goes well is updated without touching any index: no indexed column changes (rare_state stays empty),
-- and the page has room for the new version (fillfactor).
CREATE TABLE payments (
	merchant_id text COLLATE "C" NOT NULL,
	id text COLLATE "C" NOT NULL,
	version bigint NOT NULL,
	amount bigint NOT NULL,
	created_at bigint NOT NULL,
	updated_at bigint NOT NULL,
	recap_day bigint NOT NULL,
	batch bigint NOT NULL,
	reference_number bigint NOT NULL,
	mode text COLLATE "C" NOT NULL,
	account text NOT NULL,
	rail text NOT NULL,
	method text NOT NULL,
	state text COLLATE "C" NOT NULL,
	rare_state text COLLATE "C" NOT NULL,
	terminal text COLLATE "C" NOT NULL,
	reference text COLLATE "C" NOT NULL,
	phone text NOT NULL,
	body text NOT NULL,
	PRIMARY KEY (merchant_id, id)
) WITH (fillfactor = 50);
CREATE INDEX payments_reference ON payments (merchant_id, reference, id) WHERE reference <> '';
CREATE INDEX payments_rare ON payments (merchant_id, rare_state, id) WHERE rare_state <> '';
CREATE INDEX payments_test ON payments (merchant_id, id) WHERE mode = 'test';
CREATE INDEX payments_created ON payments USING brin (created_at) WITH (pages_per_range = 32);

CREATE TABLE journal (
	merchant_id text COLLATE "C" NOT NULL,
	payment_id text COLLATE "C" NOT NULL,
	version bigint NOT NULL,
	at bigint NOT NULL,
	chain bigint NOT NULL,
	link bigint NOT NULL,
	change_id text COLLATE "C" NOT NULL,
	kind text NOT NULL,
	owner text NOT NULL,
	event text NOT NULL,
	digest bytea NOT NULL,
	PRIMARY KEY (merchant_id, payment_id, version)
);

-- Rows come and go with each payment, so that dead ones must go soon.
CREATE TABLE tasks (
	merchant_id text COLLATE "C" NOT NULL,
	payment_id text COLLATE "C" NOT NULL,
	kind text COLLATE "C" NOT NULL,
	due_at bigint NOT NULL,
	not_before bigint NOT NULL,
	claimed_until bigint NOT NULL,
	serial_key text COLLATE "C" NOT NULL,
	owner text COLLATE "C" NOT NULL,
	PRIMARY KEY (merchant_id, payment_id, kind)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
	autovacuum_vacuum_cost_delay = 0);
CREATE INDEX tasks_due ON tasks (due_at);
CREATE INDEX tasks_serial ON tasks (merchant_id, serial_key, due_at) WHERE serial_key <> '';

-- Only inserted. What is sealed looks random: compressing it is work for nothing.
CREATE TABLE exchanges (
	merchant_id text COLLATE "C" NOT NULL,
	payment_id text COLLATE "C" NOT NULL,
	id text COLLATE "C" NOT NULL,
	side text COLLATE "C" NOT NULL,
	at bigint NOT NULL,
	chain bigint NOT NULL,
	link bigint NOT NULL,
	account text NOT NULL,
	operation text NOT NULL,
	note text NOT NULL,
	digest bytea NOT NULL,
	sealed bytea NOT NULL,
	PRIMARY KEY (merchant_id, payment_id, id, side)
);
ALTER TABLE exchanges ALTER COLUMN sealed SET STORAGE EXTERNAL;

CREATE TABLE told (
	merchant_id text COLLATE "C" NOT NULL,
	payment_id text COLLATE "C" NOT NULL,
	id text COLLATE "C" NOT NULL,
	version bigint NOT NULL,
	at bigint NOT NULL,
	position bigint, -- in the merchant's feed, given after the commit
	type text NOT NULL,
	PRIMARY KEY (merchant_id, payment_id, id)
);

CREATE TABLE idempotency_keys (
	merchant_id text COLLATE "C" NOT NULL,
	mode text COLLATE "C" NOT NULL,
	key text COLLATE "C" NOT NULL,
	payment_id text COLLATE "C" NOT NULL,
	fingerprint text NOT NULL,
	PRIMARY KEY (merchant_id, mode, key)
);

-- A terminal's row is written with every number that it gives.
CREATE TABLE terminals (
	merchant_id text COLLATE "C" NOT NULL,
	id text COLLATE "C" NOT NULL,
	style text NOT NULL,
	day bigint NOT NULL,
	batch bigint NOT NULL,
	reference bigint NOT NULL,
	held text NOT NULL,
	PRIMARY KEY (merchant_id, id)
) WITH (fillfactor = 40, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
	autovacuum_vacuum_cost_delay = 0);

CREATE TABLE terms (
	merchant_id text COLLATE "C" NOT NULL,
	account text COLLATE "C" NOT NULL,
	revision text COLLATE "C" NOT NULL,
	body text NOT NULL,
	PRIMARY KEY (merchant_id, account, revision)
);

CREATE TABLE locks (
	merchant_id text COLLATE "C" NOT NULL,
	name text COLLATE "C" NOT NULL,
	holder text NOT NULL,
	until_at bigint NOT NULL,
	PRIMARY KEY (merchant_id, name)
);

CREATE TABLE replicas (
	owner text COLLATE "C" PRIMARY KEY,
	until_at bigint NOT NULL
);

-- One hash chain for each writer, one link for each group; a writer locks the row of its chain for as long as its
-- transaction runs.
CREATE TABLE chains (
	id bigint PRIMARY KEY,
	started_at bigint NOT NULL,
	parents bytea NOT NULL,
	genesis bytea NOT NULL
);
CREATE TABLE chain_links (
	chain bigint NOT NULL,
	link bigint NOT NULL,
	at bigint NOT NULL,
	digests bigint NOT NULL,
	hash bytea NOT NULL,
	PRIMARY KEY (chain, link)
);
