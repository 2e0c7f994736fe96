-- Opening day (FC SF-31): who came, in which order they are called, what they pick, until when they pay.

CREATE TABLE opening (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    project_id INTEGER NOT NULL REFERENCES project(id),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    day TEXT NOT NULL CHECK (length(day) = 10),
    state TEXT NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'running', 'closed')),
    order_by TEXT NOT NULL DEFAULT 'number' CHECK (order_by IN ('number', 'lottery')),
    lottery_seed TEXT NOT NULL DEFAULT '', -- drawn before witnesses; the order can be reproduced from it
    batch_size INTEGER NOT NULL DEFAULT 20 CHECK (batch_size BETWEEN 1 AND 100),
    pick_minutes INTEGER NOT NULL DEFAULT 5 CHECK (pick_minutes BETWEEN 1 AND 30),
    pay_minutes INTEGER NOT NULL DEFAULT 120 CHECK (pay_minutes BETWEEN 5 AND 2880),
    picks_most INTEGER NOT NULL DEFAULT 1 CHECK (picks_most BETWEEN 1 AND 10),
    UNIQUE (project_id, name)
) STRICT;
CREATE UNIQUE INDEX opening_one_running ON opening(project_id) WHERE state = 'running';

-- While it runs these take units by picking alone (G18).
CREATE TABLE opening_building (
    opening_id INTEGER NOT NULL REFERENCES opening(id),
    building_id INTEGER NOT NULL REFERENCES building(id),
    PRIMARY KEY (opening_id, building_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE opening_group (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    opening_id INTEGER NOT NULL REFERENCES opening(id),
    ticket_id INTEGER NOT NULL REFERENCES queue_ticket(id),
    place INTEGER CHECK (place > 0), -- in the order of calling; set when the order is made
    batch INTEGER CHECK (batch > 0),
    state TEXT NOT NULL DEFAULT 'expected'
        CHECK (state IN ('expected', 'arrived', 'called', 'done', 'passed', 'left')),
    arrived_ms INTEGER,
    called_ms INTEGER,
    ended_ms INTEGER,
    UNIQUE (opening_id, ticket_id),
    CHECK (state <> 'called' OR called_ms IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX opening_group_place ON opening_group(opening_id, place) WHERE place IS NOT NULL;

CREATE TABLE opening_pick (
    id INTEGER PRIMARY KEY,
    group_id INTEGER NOT NULL REFERENCES opening_group(id),
    deal_id INTEGER NOT NULL UNIQUE REFERENCES deal(id),
    slip INTEGER NOT NULL CHECK (slip > 0), -- the confirm slip's number
    opening_id INTEGER NOT NULL REFERENCES opening(id),
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    pay_by_ms INTEGER NOT NULL,
    UNIQUE (opening_id, slip)
) STRICT;
CREATE INDEX opening_pick_group ON opening_pick(group_id);
CREATE TRIGGER opening_pick_no_update BEFORE UPDATE ON opening_pick BEGIN SELECT RAISE(ABORT, 'opening_pick is append-only'); END;
CREATE TRIGGER opening_pick_no_delete BEFORE DELETE ON opening_pick BEGIN SELECT RAISE(ABORT, 'opening_pick is append-only'); END;
