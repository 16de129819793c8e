-- +goose Up

-- The console's users. grants is JSON, password an argon2id hash, totp sealed, recovery one hash of 32 bytes after another.
CREATE TABLE users (
	id text PRIMARY KEY,
	name text NOT NULL UNIQUE,
	version integer NOT NULL,
	created_at integer NOT NULL,
	disabled_at integer NOT NULL,
	totp_step integer NOT NULL,
	grants text NOT NULL,
	password text NOT NULL,
	totp blob NOT NULL,
	recovery blob NOT NULL
) STRICT, WITHOUT ROWID;

-- Links that set a user's password and second factor; of the first owner where user_id is empty.
CREATE TABLE user_invites (
	hash blob PRIMARY KEY,
	user_id text NOT NULL,
	expires_at integer NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX user_invites_user ON user_invites (user_id);

CREATE TABLE user_sessions (
	hash blob PRIMARY KEY,
	user_id text NOT NULL,
	created_at integer NOT NULL,
	seen_at integer NOT NULL,
	agent text NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX user_sessions_user ON user_sessions (user_id);

-- Tries to log in that have not succeeded. version tells one writing from the next.
CREATE TABLE user_attempts (
	name text PRIMARY KEY,
	version integer NOT NULL,
	count integer NOT NULL,
	last integer NOT NULL,
	until integer NOT NULL
) STRICT, WITHOUT ROWID;

-- What two people must agree on: nobody approves what they have asked for.
CREATE TABLE approvals (
	merchant_id text NOT NULL,
	id text NOT NULL,
	action text NOT NULL,
	subject text NOT NULL,
	target text NOT NULL,
	batch integer NOT NULL,
	reference integer NOT NULL,
	reason text NOT NULL,
	state text NOT NULL,
	requested_by text NOT NULL CHECK (requested_by <> ''),
	requested_at integer NOT NULL,
	expires_at integer NOT NULL,
	decided_by text NOT NULL,
	decided_at integer NOT NULL,
	ended_at integer NOT NULL,
	result text NOT NULL,
	PRIMARY KEY (merchant_id, id),
	CONSTRAINT four_eyes CHECK (state IN ('pending', 'withdrawn') OR (decided_by <> '' AND decided_by <> requested_by))
) STRICT, WITHOUT ROWID;
CREATE INDEX approvals_subject ON approvals (merchant_id, subject, id);
CREATE INDEX approvals_open ON approvals (decided_at) WHERE state = 'approved';
