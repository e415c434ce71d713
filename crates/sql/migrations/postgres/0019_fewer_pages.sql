-- Only flows that have an account are found by one. The rest of this step is SQLite's alone.

DROP INDEX flows_by_account;
CREATE INDEX flows_by_account ON flows (account_key) WHERE account_key IS NOT NULL;
