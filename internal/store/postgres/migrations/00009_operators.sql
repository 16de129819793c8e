-- +goose Up

-- The console's users. grants is JSON, password an argon2id hash, totp sealed, recovery one hash of 32 bytes after another.
CREATE TABLE users (
	id text COLLATE "C" PRIMARY KEY,
	name text COLLATE "C" NOT NULL UNIQUE,
	version bigint NOT NULL,
	created_at bigint NOT NULL,
	disabled_at bigint NOT NULL,
	totp_step bigint NOT NULL,
	grants text NOT NULL,
	password text NOT NULL,
	totp bytea NOT NULL,
	recovery bytea NOT NULL
);

-- Links that set a user's password and second factor; of the first owner where user_id is empty.
CREATE TABLE user_invites (
	hash bytea PRIMARY KEY,
	user_id text COLLATE "C" NOT NULL,
	expires_at bigint NOT NULL
);
CREATE INDEX user_invites_user ON user_invites (user_id);

CREATE TABLE user_sessions (
	hash bytea PRIMARY KEY,
	user_id text COLLATE "C" NOT NULL,
	created_at bigint NOT NULL,
	seen_at bigint NOT NULL,
	agent text NOT NULL
);
CREATE INDEX user_sessions_user ON user_sessions (user_id);

-- Tries to log in that have not succeeded. version tells one writing from the next.
CREATE TABLE user_attempts (
	name text COLLATE "C" PRIMARY KEY,
	version bigint NOT NULL,
	count bigint NOT NULL,
	last bigint NOT NULL,
	until bigint NOT NULL
);

-- What two people must agree on: nobody approves what they have asked for.
CREATE TABLE approvals (
	merchant_id text COLLATE "C" NOT NULL,
	id text COLLATE "C" NOT NULL,
	action text NOT NULL,
	subject text COLLATE "C" NOT NULL,
	target text NOT NULL,
	batch bigint NOT NULL,
	reference bigint NOT NULL,
	reason text NOT NULL,
	state text NOT NULL,
	requested_by text NOT NULL CHECK (requested_by <> ''),
	requested_at bigint NOT NULL,
	expires_at bigint NOT NULL,
	decided_by text NOT NULL,
	decided_at bigint NOT NULL,
	ended_at bigint NOT NULL,
	result text NOT NULL,
	PRIMARY KEY (merchant_id, id),
	CONSTRAINT four_eyes CHECK (state IN ('pending', 'withdrawn') OR (decided_by <> '' AND decided_by <> requested_by))
);
CREATE INDEX approvals_subject ON approvals (merchant_id, subject, id);
CREATE INDEX approvals_open ON approvals (decided_at) WHERE state = 'approved';
