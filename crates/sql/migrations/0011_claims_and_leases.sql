-- Claims on the accounts that are being changed: one flow at a time, in all processes. A claim without an intent ends in the
-- transaction that makes the change; one with an intent is about a directory elsewhere, and says (sealed) what was to be
-- done there, for whoever finds it left behind.
CREATE TABLE claims (
    account_key TEXT PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    flow_id TEXT NOT NULL,
    claimed_at BIGINT NOT NULL,
    intent TEXT
);
CREATE INDEX claims_by_flow ON claims (flow_id);

-- The end of the lease on a claimed message: the process that claimed it sends it until then, and nobody else does.
ALTER TABLE messages ADD COLUMN leased_until BIGINT;
