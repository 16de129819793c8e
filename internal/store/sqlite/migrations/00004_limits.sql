-- +goose Up

-- What is used of limits on how often something may happen: the instant at which the limit is full again.
CREATE TABLE limits (
	name text PRIMARY KEY,
	used integer NOT NULL
) STRICT, WITHOUT ROWID;
