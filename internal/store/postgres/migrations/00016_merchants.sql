-- +goose Up

-- closed_at ends a merchant's keys and takes no new payments. settings is a JSON object or empty: by which rails it is paid.
ALTER TABLE merchants ADD COLUMN closed_at bigint NOT NULL DEFAULT 0;
ALTER TABLE merchants ADD COLUMN settings text NOT NULL DEFAULT '';
