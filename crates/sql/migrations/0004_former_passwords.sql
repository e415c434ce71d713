-- The passwords that an account had before its current one, newest with the highest position; as many as
-- the organisation asks for.

CREATE TABLE account_former_passwords (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    position BIGINT NOT NULL,
    password_hash TEXT NOT NULL,
    PRIMARY KEY (account_id, position)
);
