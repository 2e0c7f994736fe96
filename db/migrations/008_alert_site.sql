-- Calls for staff that are of no terminal: a disk of the site is nearly full (NT-09).

CREATE TABLE alert_new (
    id INTEGER PRIMARY KEY,
    terminal_id INTEGER REFERENCES terminal(id),
    reason TEXT NOT NULL CHECK (reason IN ('help', 'printer', 'reader', 'other', 'disk', 'disk-backups')),
    unit_id INTEGER REFERENCES unit(id),
    at_ms INTEGER NOT NULL,
    answered_by TEXT,
    answered_ms INTEGER,
    CHECK ((terminal_id IS NULL) = (reason IN ('disk', 'disk-backups')))
) STRICT;
INSERT INTO alert_new SELECT id, terminal_id, reason, unit_id, at_ms, answered_by, answered_ms FROM alert;
DROP TABLE alert;
ALTER TABLE alert_new RENAME TO alert;
CREATE INDEX alert_unit ON alert(unit_id);
CREATE UNIQUE INDEX alert_open ON alert(terminal_id, reason) WHERE answered_ms IS NULL;
-- Nulls are no two of a kind to the index above.
CREATE UNIQUE INDEX alert_open_site ON alert(reason) WHERE answered_ms IS NULL AND terminal_id IS NULL;
