-- When the failures that count towards a lockout began; null for none. After a while they begin anew.

ALTER TABLE accounts ADD COLUMN failures_since BIGINT;
