-- +goose Up

-- At most one row: the database may have lost its newest payments and is kept still. written is when it was last written.
CREATE TABLE fences (
	merchant_id text COLLATE "C" PRIMARY KEY,
	at bigint NOT NULL,
	written bigint NOT NULL,
	reason text NOT NULL
);
