-- +goose Up

-- Digests of the rows that were removed once they stood in an archive: with them the hash chains are computed as before.
CREATE TABLE archived_rows (
	chain integer NOT NULL,
	link integer NOT NULL,
	digest blob NOT NULL,
	PRIMARY KEY (chain, link, digest)
) STRICT, WITHOUT ROWID;

-- The highest position of an event that was removed; who reads on from below would miss it.
ALTER TABLE feeds ADD COLUMN archived integer NOT NULL DEFAULT 0;
