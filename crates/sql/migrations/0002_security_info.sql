-- What the embedded directory knows of an account besides its password and mail addresses.

CREATE TABLE account_phones (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    position BIGINT NOT NULL,
    role TEXT NOT NULL,
    -- E.164, without an extension.
    number TEXT NOT NULL,
    PRIMARY KEY (account_id, position)
);

CREATE TABLE account_questions (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    position BIGINT NOT NULL,
    question TEXT NOT NULL,
    -- The person's own words; null where the question is one of a catalogue.
    own TEXT,
    -- Argon2id over the normalised answer.
    answer_hash TEXT NOT NULL,
    PRIMARY KEY (account_id, position),
    UNIQUE (account_id, question)
);

CREATE TABLE account_authenticators (
    account_id TEXT PRIMARY KEY REFERENCES accounts (id),
    -- What the account and its authenticator app share (RFC 6238), in base32.
    secret TEXT NOT NULL
);

CREATE TABLE account_groups (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    position BIGINT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (account_id, position)
);
