-- Each line of the audit log has its place in a chain: a keyed hash over itself and over the hash of the line before.
-- Lines of former versions get theirs at the first start.
ALTER TABLE audit ADD COLUMN position BIGINT;
ALTER TABLE audit ADD COLUMN mac TEXT;
CREATE UNIQUE INDEX audit_by_position ON audit (position);

-- The ends of the chain, sealed: its last line, and the last line that was moved to a file, with that file's seal.
CREATE TABLE audit_chain (
    id BIGINT PRIMARY KEY,
    position BIGINT NOT NULL,
    mac TEXT NOT NULL,
    archived_position BIGINT NOT NULL,
    archived_mac TEXT NOT NULL,
    archived_seal TEXT NOT NULL,
    seal TEXT NOT NULL
);

-- A line is changed once, to get its place, and removed only once it is in a file.
DROP TRIGGER audit_is_not_updated ON audit;
CREATE TRIGGER audit_is_not_updated BEFORE UPDATE ON audit
FOR EACH ROW WHEN (OLD.position IS NOT NULL OR NEW.position IS NULL) EXECUTE FUNCTION audit_is_append_only();

CREATE FUNCTION audit_is_archived_first() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.position IS NULL OR OLD.position > COALESCE((SELECT archived_position FROM audit_chain), 0) THEN
        RAISE EXCEPTION 'the audit log is append-only';
    END IF;
    RETURN OLD;
END
$$;
DROP TRIGGER audit_is_not_deleted ON audit;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
FOR EACH ROW EXECUTE FUNCTION audit_is_archived_first();

CREATE TRIGGER audit_is_chained BEFORE INSERT ON audit
FOR EACH ROW WHEN (NEW.position IS NULL OR NEW.mac IS NULL) EXECUTE FUNCTION audit_is_append_only();
