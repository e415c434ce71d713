-- The row that readiness writes, to see that what is written stays.
CREATE TABLE readiness (
    id BIGINT PRIMARY KEY,
    written BYTEA NOT NULL
);
INSERT INTO readiness (id, written) VALUES (1, '');

-- The server key that the database's keyed values were made with, as a keyed hash; no row before the first start.
CREATE TABLE server_key (
    id BIGINT PRIMARY KEY,
    fingerprint TEXT NOT NULL
);

-- For forgetting messages in the order of time.
CREATE INDEX messages_by_end ON messages (not_after);
