-- Saved recovery codes: keyed hashes, in the order in which they were shown. A used one stays until new ones are made, so
-- that its owner sees how many are left.

CREATE TABLE account_recovery_codes (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    position BIGINT NOT NULL,
    code_hash TEXT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (account_id, position)
);
