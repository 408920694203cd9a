-- The texts among what is kept, so that a record is found by one of them. Filled from `records` by the step that makes it.
CREATE TABLE kept_values (
    target        TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    path          TEXT NOT NULL,    -- of the attribute, as clients write it
    value         TEXT NOT NULL,    -- folded
    id            TEXT NOT NULL,
    PRIMARY KEY (target, resource_type, path, value, id),
    FOREIGN KEY (target, resource_type, id) REFERENCES records (target, resource_type, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX kept_values_of_record ON kept_values (target, resource_type, id);
