-- +goose Up

-- The files by which outlets are registered with a provider. They belong to the platform: merchant_id is empty.
CREATE TABLE registration_files (
	merchant_id text COLLATE "C" NOT NULL,
	id text COLLATE "C" NOT NULL,
	version bigint NOT NULL,
	gate text NOT NULL,
	name text NOT NULL,
	hash text NOT NULL,
	size bigint NOT NULL,
	row_count bigint NOT NULL,
	created_at bigint NOT NULL,
	sealed bytea NOT NULL,
	state text NOT NULL,
	sent_at bigint NOT NULL,
	answered_at bigint NOT NULL,
	PRIMARY KEY (merchant_id, id)
);

-- What became of each outlet.
CREATE TABLE registrations (
	merchant_id text COLLATE "C" NOT NULL,
	outlet_id text COLLATE "C" NOT NULL,
	gate text COLLATE "C" NOT NULL,
	version bigint NOT NULL,
	file_id text NOT NULL,
	reference text NOT NULL,
	state text NOT NULL,
	tid text NOT NULL,
	mid text NOT NULL,
	account text NOT NULL,
	terminal text NOT NULL,
	reason text NOT NULL,
	changed_at bigint NOT NULL,
	PRIMARY KEY (merchant_id, outlet_id, gate)
);
