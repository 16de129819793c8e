-- +goose Up

-- What people and programs did by hand, only inserted. merchant_id is empty for what concerns the whole gateway. details is a
-- JSON object or empty.
CREATE TABLE actions (
	merchant_id text NOT NULL,
	id text NOT NULL,
	mode text NOT NULL,
	at integer NOT NULL,
	chain integer NOT NULL,
	link integer NOT NULL,
	actor text NOT NULL,
	kind text NOT NULL,
	subject text NOT NULL,
	count integer NOT NULL,
	reason text NOT NULL,
	details text NOT NULL,
	digest blob NOT NULL,
	PRIMARY KEY (merchant_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX actions_newest ON actions (id);
