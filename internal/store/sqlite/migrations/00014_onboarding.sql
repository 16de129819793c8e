-- +goose Up

-- The files by which outlets are registered with a provider. They belong to the platform: merchant_id is empty.
CREATE TABLE registration_files (
	merchant_id text NOT NULL,
	id text NOT NULL,
	version integer NOT NULL,
	gate text NOT NULL,
	name text NOT NULL,
	hash text NOT NULL,
	size integer NOT NULL,
	row_count integer NOT NULL,
	created_at integer NOT NULL,
	sealed blob NOT NULL,
	state text NOT NULL,
	sent_at integer NOT NULL,
	answered_at integer NOT NULL,
	PRIMARY KEY (merchant_id, id)
) STRICT;

-- What became of each outlet.
CREATE TABLE registrations (
	merchant_id text NOT NULL,
	outlet_id text NOT NULL,
	gate text NOT NULL,
	version integer NOT NULL,
	file_id text NOT NULL,
	reference text NOT NULL,
	state text NOT NULL,
	tid text NOT NULL,
	mid text NOT NULL,
	account text NOT NULL,
	terminal text NOT NULL,
	reason text NOT NULL,
	changed_at integer NOT NULL,
	PRIMARY KEY (merchant_id, outlet_id, gate)
) STRICT, WITHOUT ROWID;
