-- +goose Up

-- What people and programs did by hand, only inserted. merchant_id is empty for what concerns the whole gateway. details is a
-- JSON object or empty.
CREATE TABLE actions (
	merchant_id text COLLATE "C" NOT NULL,
	id text COLLATE "C" NOT NULL,
	mode text NOT NULL,
	at bigint NOT NULL,
	chain bigint NOT NULL,
	link bigint NOT NULL,
	actor text NOT NULL,
	kind text NOT NULL,
	subject text NOT NULL,
	count bigint NOT NULL,
	reason text NOT NULL,
	details text NOT NULL,
	digest bytea NOT NULL,
	PRIMARY KEY (merchant_id, id)
);
CREATE INDEX actions_newest ON actions (id);
