-- Running total of each counter, so that a charge takes as long however many there are. Kept by the database itself, whoever
-- adds or removes charges. (SQLite's own syntax: on PostgreSQL these are trigger functions.)

CREATE TABLE counters (
    bucket TEXT PRIMARY KEY,
    -- The sum of the counter's charges, and their number.
    total BIGINT NOT NULL,
    charges BIGINT NOT NULL
);
INSERT INTO counters (bucket, total, charges) SELECT bucket, SUM(cost), COUNT(*) FROM charges GROUP BY bucket;

CREATE TRIGGER charges_are_added AFTER INSERT ON charges
BEGIN
    INSERT INTO counters (bucket, total, charges) VALUES (NEW.bucket, NEW.cost, 1)
    ON CONFLICT (bucket) DO UPDATE SET total = total + excluded.total, charges = charges + 1;
END;

CREATE TRIGGER charges_are_removed AFTER DELETE ON charges
BEGIN
    UPDATE counters SET total = total - OLD.cost, charges = charges - 1 WHERE bucket = OLD.bucket;
    DELETE FROM counters WHERE bucket = OLD.bucket AND charges = 0;
END;
