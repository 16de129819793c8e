-- +goose Up

-- Names by which providers speak of payments, such as the numbers of QRs, the given-up ones too.
CREATE TABLE payment_names (
	merchant_id text COLLATE "C" NOT NULL,
	name text COLLATE "C" NOT NULL,
	payment_id text COLLATE "C" NOT NULL,
	PRIMARY KEY (merchant_id, name)
);

-- Small sealed values that replicas share, such as access tokens.
CREATE TABLE secrets (
	merchant_id text COLLATE "C" NOT NULL,
	name text COLLATE "C" NOT NULL,
	expires_at bigint NOT NULL,
	sealed bytea NOT NULL,
	PRIMARY KEY (merchant_id, name)
);
