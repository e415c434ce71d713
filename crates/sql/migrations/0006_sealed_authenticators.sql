-- `account_authenticators.secret` is sealed with the server key from here on (before, it was base32 in the
-- clear). What is not sealed is not read any more: its owner registers the app again, or is imported anew.
DELETE FROM account_authenticators;
