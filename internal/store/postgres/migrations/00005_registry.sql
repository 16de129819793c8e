-- +goose Up

-- One row: how often the registry has been written. Whoever writes it must have seen this number, and so everything.
CREATE TABLE registry (
	merchant_id text COLLATE "C" PRIMARY KEY,
	revision bigint NOT NULL
);
INSERT INTO registry (merchant_id, revision) VALUES ('', 0);

-- data_key is sealed by a master key. In every table revision is that of the last writing.
CREATE TABLE merchants (
	merchant_id text COLLATE "C" PRIMARY KEY,
	name text NOT NULL,
	created_at bigint NOT NULL,
	data_key bytea NOT NULL,
	revision bigint NOT NULL
);

CREATE TABLE outlets (
	merchant_id text COLLATE "C" NOT NULL,
	id text COLLATE "C" NOT NULL,
	name text NOT NULL,
	created_at bigint NOT NULL,
	revision bigint NOT NULL,
	PRIMARY KEY (merchant_id, id)
);

-- settings is JSON, sealed the credentials.
CREATE TABLE accounts (
	merchant_id text COLLATE "C" NOT NULL,
	id text COLLATE "C" NOT NULL,
	outlet_id text NOT NULL,
	settings text NOT NULL,
	created_at bigint NOT NULL,
	closed_at bigint NOT NULL,
	sealed bytea NOT NULL,
	revision bigint NOT NULL,
	PRIMARY KEY (merchant_id, id)
);

-- The platform's own keys have no merchant and no mode. scopes is "read,pay".
CREATE TABLE api_keys (
	merchant_id text COLLATE "C" NOT NULL,
	id text COLLATE "C" NOT NULL,
	mode text NOT NULL,
	name text NOT NULL,
	hint text NOT NULL,
	scopes text NOT NULL,
	created_at bigint NOT NULL,
	expires_at bigint NOT NULL,
	revoked_at bigint NOT NULL,
	hash bytea NOT NULL,
	revision bigint NOT NULL,
	last_used bigint NOT NULL DEFAULT 0,
	PRIMARY KEY (merchant_id, id)
);

-- What has been written since is looked for every second.
CREATE INDEX merchants_written ON merchants (revision);
CREATE INDEX outlets_written ON outlets (revision);
CREATE INDEX accounts_written ON accounts (revision);
CREATE INDEX api_keys_written ON api_keys (revision);
