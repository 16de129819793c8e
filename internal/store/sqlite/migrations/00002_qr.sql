-- +goose Up

-- Names by which providers speak of payments, such as the numbers of QRs, the given-up ones too.
CREATE TABLE payment_names (
	merchant_id text NOT NULL,
	name text NOT NULL,
	payment_id text NOT NULL,
	PRIMARY KEY (merchant_id, name)
) STRICT, WITHOUT ROWID;

-- Small sealed values that replicas share, such as access tokens.
CREATE TABLE secrets (
	merchant_id text NOT NULL,
	name text NOT NULL,
	expires_at integer NOT NULL,
	sealed blob NOT NULL,
	PRIMARY KEY (merchant_id, name)
) STRICT, WITHOUT ROWID;
