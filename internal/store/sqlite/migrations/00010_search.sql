-- +goose Up

-- What pages search and count by, written after the payments by who follows the feeds.

-- Words by which payments are found: hashes of phones, numbers, approval codes, amounts.
CREATE TABLE search_words (
	merchant_id text NOT NULL,
	word text NOT NULL,
	payment_id text NOT NULL,
	PRIMARY KEY (merchant_id, word, payment_id)
) STRICT, WITHOUT ROWID;

-- The lowest and the highest id of the payments that were made on a day (in WIB, yyyymmdd).
CREATE TABLE payment_days (
	merchant_id text NOT NULL,
	day integer NOT NULL,
	first_id text NOT NULL,
	last_id text NOT NULL,
	PRIMARY KEY (merchant_id, day)
) STRICT, WITHOUT ROWID;

-- How often something was told in an hour, and how much money that was about.
CREATE TABLE tallies (
	merchant_id text NOT NULL,
	hour integer NOT NULL,
	mode text NOT NULL,
	rail text NOT NULL,
	type text NOT NULL,
	code text NOT NULL,
	count integer NOT NULL,
	sum integer NOT NULL,
	PRIMARY KEY (merchant_id, hour, mode, rail, type, code)
) STRICT, WITHOUT ROWID;

-- Up to which position each merchant's feed has been followed.
CREATE TABLE followed (
	merchant_id text PRIMARY KEY,
	position integer NOT NULL
) STRICT, WITHOUT ROWID;
