-- +goose Up

-- Digests of the rows that were removed once they stood in an archive: with them the hash chains are computed as before.
CREATE TABLE archived_rows (
	chain bigint NOT NULL,
	link bigint NOT NULL,
	digest bytea NOT NULL,
	PRIMARY KEY (chain, link, digest)
);

-- The highest position of an event that was removed; who reads on from below would miss it.
ALTER TABLE feeds ADD COLUMN archived bigint NOT NULL DEFAULT 0;
