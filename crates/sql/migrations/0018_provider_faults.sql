-- The last fault of each provider, until it works again. All processes know it, so that calls to nobody go alike in all of them.
CREATE TABLE provider_faults (
    provider TEXT PRIMARY KEY,
    fault TEXT NOT NULL,
    at BIGINT NOT NULL
);
