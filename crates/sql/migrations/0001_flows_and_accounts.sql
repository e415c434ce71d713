-- Times are BIGINT, milliseconds since 1970-01-01T00:00Z. The text is meant to run on PostgreSQL too.

CREATE TABLE flows (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    version BIGINT NOT NULL,
    token_hash TEXT NOT NULL,
    account_key TEXT,
    expires_at BIGINT NOT NULL,
    state TEXT NOT NULL
);
CREATE INDEX flows_by_account ON flows (account_key);
CREATE INDEX flows_by_expiry ON flows (expires_at);

-- One row for each charge against a sliding counter; what a counter holds is the sum over its window.
CREATE TABLE charges (
    bucket TEXT NOT NULL,
    at BIGINT NOT NULL,
    cost BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX charges_by_bucket ON charges (bucket, at, cost);
CREATE INDEX charges_by_expiry ON charges (expires_at);

-- progress: queued -> claimed -> sent | failed, or back to queued. The payload is empty once settled.
CREATE TABLE messages (
    id TEXT PRIMARY KEY,
    flow_id TEXT NOT NULL REFERENCES flows (id),
    payload TEXT NOT NULL,
    progress TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    not_after BIGINT NOT NULL,
    voidable BOOLEAN NOT NULL
);
CREATE INDEX messages_by_due ON messages (progress, due_at);
CREATE INDEX messages_by_flow ON messages (flow_id);

CREATE TABLE replays (
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    answer TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (scope, key)
);
CREATE INDEX replays_by_expiry ON replays (expires_at);

-- Append-only: nothing in the server updates or deletes a row of it. It outlives the flows.
CREATE TABLE audit (
    flow_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    account_key TEXT,
    event TEXT NOT NULL,
    client TEXT,
    detail TEXT,
    PRIMARY KEY (flow_id, seq)
);

-- The embedded directory.
CREATE TABLE accounts (
    id TEXT PRIMARY KEY,
    -- The normalised user ID, by which an account is found; user_id is as the directory spells it.
    user_key TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL,
    display_name TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    -- Locked until somebody unlocks it.
    locked BOOLEAN NOT NULL,
    -- Locked by failed sign-ins until this time.
    locked_until BIGINT,
    failures BIGINT NOT NULL,
    password_hash TEXT
);

CREATE TABLE account_mails (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    position BIGINT NOT NULL,
    role TEXT NOT NULL,
    address TEXT NOT NULL,
    PRIMARY KEY (account_id, position)
);
