-- What is kept for a record of a vendor. A row that keeps nothing does not exist.
CREATE TABLE records (
    target        TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    id            TEXT NOT NULL,    -- the vendor's native key, which is the SCIM id
    kept          TEXT NOT NULL,    -- a JSON object
    user_name     TEXT,             -- folded
    created_at_ms INTEGER,          -- Unix milliseconds
    PRIMARY KEY (target, resource_type, id)
) STRICT;

-- The external id that a credential gave to a live record: compared exactly, unique per target and credential.
CREATE TABLE external_ids (
    target        TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    id            TEXT NOT NULL,
    credential    TEXT NOT NULL,
    external_id   TEXT NOT NULL,
    PRIMARY KEY (target, resource_type, id, credential),
    UNIQUE (target, resource_type, credential, external_id),
    FOREIGN KEY (target, resource_type, id) REFERENCES records (target, resource_type, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- A record that is gone for SCIM while the vendor still has it.
CREATE TABLE tombstones (
    target        TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    id            TEXT NOT NULL,
    user_name     TEXT NOT NULL,    -- folded
    at_ms         INTEGER NOT NULL, -- Unix milliseconds
    credential    TEXT NOT NULL,    -- who deleted it
    external_ids  TEXT NOT NULL,    -- a JSON object: external id by credential, as they were
    PRIMARY KEY (target, resource_type, id)
) STRICT, WITHOUT ROWID;
