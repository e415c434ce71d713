-- Running total of each counter, so that a charge takes as long however many there are. Kept by the database itself, whoever
-- adds or removes charges.

CREATE TABLE counters (
    bucket TEXT PRIMARY KEY,
    -- The sum of the counter's charges, and their number.
    total BIGINT NOT NULL,
    charges BIGINT NOT NULL
);

CREATE FUNCTION charges_are_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO counters (bucket, total, charges) VALUES (NEW.bucket, NEW.cost, 1)
    ON CONFLICT (bucket) DO UPDATE SET total = counters.total + excluded.total, charges = counters.charges + 1;
    RETURN NULL;
END
$$;
CREATE TRIGGER charges_are_added AFTER INSERT ON charges
FOR EACH ROW EXECUTE FUNCTION charges_are_added();

CREATE FUNCTION charges_are_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE counters SET total = total - OLD.cost, charges = charges - 1 WHERE bucket = OLD.bucket;
    DELETE FROM counters WHERE bucket = OLD.bucket AND charges = 0;
    RETURN NULL;
END
$$;
CREATE TRIGGER charges_are_removed AFTER DELETE ON charges
FOR EACH ROW EXECUTE FUNCTION charges_are_removed();
