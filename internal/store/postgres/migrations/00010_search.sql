-- +goose Up

-- What pages search and count by, written after the payments by who follows the feeds.

-- Words by which payments are found: hashes of phones, numbers, approval codes, amounts.
CREATE TABLE search_words (
	merchant_id text COLLATE "C" NOT NULL,
	word text COLLATE "C" NOT NULL,
	payment_id text COLLATE "C" NOT NULL,
	PRIMARY KEY (merchant_id, word, payment_id)
);

-- The lowest and the highest id of the payments that were made on a day (in WIB, yyyymmdd).
CREATE TABLE payment_days (
	merchant_id text COLLATE "C" NOT NULL,
	day bigint NOT NULL,
	first_id text COLLATE "C" NOT NULL,
	last_id text COLLATE "C" NOT NULL,
	PRIMARY KEY (merchant_id, day)
);

-- How often something was told in an hour, and how much money that was about.
CREATE TABLE tallies (
	merchant_id text COLLATE "C" NOT NULL,
	hour bigint NOT NULL,
	mode text COLLATE "C" NOT NULL,
	rail text COLLATE "C" NOT NULL,
	type text COLLATE "C" NOT NULL,
	code text COLLATE "C" NOT NULL,
	count bigint NOT NULL,
	sum bigint NOT NULL,
	PRIMARY KEY (merchant_id, hour, mode, rail, type, code)
);

-- Up to which position each merchant's feed has been followed.
CREATE TABLE followed (
	merchant_id text COLLATE "C" PRIMARY KEY,
	position bigint NOT NULL
);
