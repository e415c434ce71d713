-- The accounts that have something to be recovered by, in the order of a keyed hash of their ids: user IDs that have no
-- account are given methods like theirs. The hash takes the server key, so for accounts that are there already it is
-- written when the directory opens.

CREATE TABLE account_ring (
    account_id TEXT PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    point BIGINT
);
CREATE INDEX account_ring_by_point ON account_ring (point, account_id);

INSERT INTO account_ring (account_id, point)
SELECT id, NULL FROM accounts
WHERE EXISTS (SELECT 1 FROM account_mails WHERE account_id = accounts.id)
   OR EXISTS (SELECT 1 FROM account_phones WHERE account_id = accounts.id)
   OR EXISTS (SELECT 1 FROM account_questions WHERE account_id = accounts.id)
   OR EXISTS (SELECT 1 FROM account_authenticators WHERE account_id = accounts.id)
   OR EXISTS (SELECT 1 FROM account_recovery_codes WHERE account_id = accounts.id);
