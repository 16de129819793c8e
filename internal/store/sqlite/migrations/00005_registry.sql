-- +goose Up

-- One row: how often the registry has been written. Whoever writes it must have seen this number, and so everything.
CREATE TABLE registry (
	merchant_id text PRIMARY KEY,
	revision integer NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO registry (merchant_id, revision) VALUES ('', 0);

-- data_key is sealed by a master key. In every table revision is that of the last writing.
CREATE TABLE merchants (
	merchant_id text PRIMARY KEY,
	name text NOT NULL,
	created_at integer NOT NULL,
	data_key blob NOT NULL,
	revision integer NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE outlets (
	merchant_id text NOT NULL,
	id text NOT NULL,
	name text NOT NULL,
	created_at integer NOT NULL,
	revision integer NOT NULL,
	PRIMARY KEY (merchant_id, id)
) STRICT, WITHOUT ROWID;

-- settings is JSON, sealed the credentials.
CREATE TABLE accounts (
	merchant_id text NOT NULL,
	id text NOT NULL,
	outlet_id text NOT NULL,
	settings text NOT NULL,
	created_at integer NOT NULL,
	closed_at integer NOT NULL,
	sealed blob NOT NULL,
	revision integer NOT NULL,
	PRIMARY KEY (merchant_id, id)
) STRICT, WITHOUT ROWID;

-- The platform's own keys have no merchant and no mode. scopes is "read,pay".
CREATE TABLE api_keys (
	merchant_id text NOT NULL,
	id text NOT NULL,
	mode text NOT NULL,
	name text NOT NULL,
	hint text NOT NULL,
	scopes text NOT NULL,
	created_at integer NOT NULL,
	expires_at integer NOT NULL,
	revoked_at integer NOT NULL,
	hash blob NOT NULL,
	revision integer NOT NULL,
	last_used integer NOT NULL DEFAULT 0,
	PRIMARY KEY (merchant_id, id)
) STRICT, WITHOUT ROWID;

-- What has been written since is looked for every second.
CREATE INDEX merchants_written ON merchants (revision);
CREATE INDEX outlets_written ON outlets (revision);
CREATE INDEX accounts_written ON accounts (revision);
CREATE INDEX api_keys_written ON api_keys (revision);
