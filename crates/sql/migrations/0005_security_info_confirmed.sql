-- When the account's owner last looked at what is registered and found it right; null for never.

ALTER TABLE accounts ADD COLUMN security_info_confirmed_at BIGINT;
