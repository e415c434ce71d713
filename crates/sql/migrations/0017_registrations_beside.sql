-- Registrations stand beside any directory: they refer to no row of the embedded one any more. `account_id` is their owner:
-- the id of an embedded account, or the name of another directory, a colon and the id that it has there.

CREATE TABLE registered_mails (
    account_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    role TEXT NOT NULL,
    address TEXT NOT NULL,
    PRIMARY KEY (account_id, position)
);
INSERT INTO registered_mails SELECT account_id, position, role, address FROM account_mails;
DROP TABLE account_mails;
ALTER TABLE registered_mails RENAME TO account_mails;

CREATE TABLE registered_phones (
    account_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    role TEXT NOT NULL,
    number TEXT NOT NULL,
    PRIMARY KEY (account_id, position)
);
INSERT INTO registered_phones SELECT account_id, position, role, number FROM account_phones;
DROP TABLE account_phones;
ALTER TABLE registered_phones RENAME TO account_phones;

CREATE TABLE registered_questions (
    account_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    question TEXT NOT NULL,
    own TEXT,
    answer_hash TEXT NOT NULL,
    PRIMARY KEY (account_id, position),
    UNIQUE (account_id, question)
);
INSERT INTO registered_questions SELECT account_id, position, question, own, answer_hash FROM account_questions;
DROP TABLE account_questions;
ALTER TABLE registered_questions RENAME TO account_questions;

CREATE TABLE registered_authenticators (
    account_id TEXT PRIMARY KEY,
    secret TEXT NOT NULL
);
INSERT INTO registered_authenticators SELECT account_id, secret FROM account_authenticators;
DROP TABLE account_authenticators;
ALTER TABLE registered_authenticators RENAME TO account_authenticators;

CREATE TABLE registered_recovery_codes (
    account_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    code_hash TEXT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (account_id, position)
);
INSERT INTO registered_recovery_codes SELECT account_id, position, code_hash, used_at FROM account_recovery_codes;
DROP TABLE account_recovery_codes;
ALTER TABLE registered_recovery_codes RENAME TO account_recovery_codes;

-- The time at which an account's owner last looked at what is registered and found it right.
CREATE TABLE account_confirmations (
    account_id TEXT PRIMARY KEY,
    at BIGINT NOT NULL
);
INSERT INTO account_confirmations
SELECT id, security_info_confirmed_at FROM accounts WHERE security_info_confirmed_at IS NOT NULL;
ALTER TABLE accounts DROP COLUMN security_info_confirmed_at;

CREATE TABLE registered_ring (
    account_id TEXT PRIMARY KEY,
    directory TEXT NOT NULL,
    point BIGINT
);
INSERT INTO registered_ring SELECT account_id, 'embedded', point FROM account_ring;
DROP TABLE account_ring;
ALTER TABLE registered_ring RENAME TO account_ring;
CREATE INDEX account_ring_by_point ON account_ring (directory, point, account_id);
