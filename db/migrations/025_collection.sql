-- What is owed is asked for: dunning, reminders of due days; and what the reports of money are read by.

-- A due line was dunned: by letter, by phone, or sales were told to. Once a day.
CREATE TABLE dunning (
    id INTEGER PRIMARY KEY,
    receivable_id INTEGER NOT NULL REFERENCES receivable(id),
    day TEXT NOT NULL CHECK (length(day) = 10), -- the site's
    way TEXT NOT NULL CHECK (way IN ('letter', 'phone', 'sales')),
    owed_fen INTEGER NOT NULL CHECK (owed_fen > 0), -- then
    note TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 200),
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    UNIQUE (receivable_id, day)
) STRICT;
CREATE TRIGGER dunning_no_update BEFORE UPDATE ON dunning BEGIN SELECT RAISE(ABORT, 'dunning is append-only'); END;
CREATE TRIGGER dunning_no_delete BEFORE DELETE ON dunning BEGIN SELECT RAISE(ABORT, 'dunning is append-only'); END;

-- The buyer of a due line was to be told, once each: a week before its day, the day before, the day after.
CREATE TABLE due_notice (
    receivable_id INTEGER NOT NULL REFERENCES receivable(id),
    event TEXT NOT NULL CHECK (event IN ('due_week', 'due_tomorrow', 'due_passed')),
    owed_fen INTEGER NOT NULL CHECK (owed_fen > 0), -- then
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (receivable_id, event)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER due_notice_no_update BEFORE UPDATE ON due_notice BEGIN SELECT RAISE(ABORT, 'notices are append-only'); END;
CREATE TRIGGER due_notice_no_delete BEFORE DELETE ON due_notice BEGIN SELECT RAISE(ABORT, 'notices are append-only'); END;

-- What somebody is told of may be about a deal. The table is made anew: a CHECK cannot be changed in place.
CREATE TABLE notification_next (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES user_account(id),
    kind TEXT NOT NULL
        CHECK (kind IN ('customer_in', 'customer_out', 'applied', 'approved', 'refused', 'revoked', 'shared', 'unshared',
                        'collision_opened', 'collision_won', 'collision_lost', 'due_week', 'due_tomorrow', 'due_passed')),
    customer_id INTEGER NOT NULL REFERENCES customer(id),
    project_id INTEGER NOT NULL REFERENCES project(id),
    deal_id INTEGER REFERENCES deal(id),
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    seen_ms INTEGER
) STRICT;
INSERT INTO notification_next (id, user_id, kind, customer_id, project_id, actor, at_ms, seen_ms)
    SELECT id, user_id, kind, customer_id, project_id, actor, at_ms, seen_ms FROM notification;
DROP TABLE notification;
ALTER TABLE notification_next RENAME TO notification;
CREATE INDEX notification_user ON notification(user_id, id);

-- Reports read the money of some days.
CREATE INDEX voucher_day ON voucher(project_id, day);
