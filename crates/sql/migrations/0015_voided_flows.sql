-- Another flow of the account has succeeded since the flow's state was written. What that makes of it is decided when it is
-- next read.

ALTER TABLE flows ADD COLUMN voided BOOLEAN NOT NULL DEFAULT FALSE;
