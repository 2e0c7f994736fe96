-- The devices of the site: what each is known by on its bus, its name, the terminal it serves (DV-01).
-- A device that is unplugged stays; one that is retired is never the same device again.
CREATE TABLE device (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    kind TEXT NOT NULL CHECK (kind IN ('reader')),
    bus TEXT NOT NULL CHECK (bus IN ('usb', 'tty', 'pcsc', 'virtual', 'replay')),
    mark TEXT NOT NULL CHECK (length(mark) BETWEEN 1 AND 300),
    model TEXT NOT NULL CHECK (length(model) BETWEEN 1 AND 48),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 40),
    terminal_id INTEGER REFERENCES terminal(id),
    added_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL,
    retired_ms INTEGER
) STRICT;
CREATE UNIQUE INDEX device_mark ON device(bus, mark) WHERE retired_ms IS NULL;
CREATE INDEX device_terminal ON device(terminal_id);
