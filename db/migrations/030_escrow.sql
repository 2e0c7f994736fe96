-- What the bank put to a supervised account, and the receipt it is of; what buyers are to be told of; reminders by the
-- rule of a project.

-- ---- escrow (FI-35, IN-07) ----

-- A line of the bank's list, or what somebody read from its slip. One that is of no receipt is set aside, with a reason.
CREATE TABLE escrow_line (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES bank_account(id),
    day TEXT NOT NULL CHECK (length(day) = 10), -- the bank's
    amount_fen INTEGER NOT NULL CHECK (amount_fen BETWEEN 1 AND 1000000000000),
    reference TEXT NOT NULL CHECK (length(reference) BETWEEN 1 AND 64),
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    ended_ms INTEGER,
    ended_by TEXT,
    reason TEXT NOT NULL DEFAULT '' CHECK (length(reason) <= 200),
    CHECK ((ended_ms IS NULL) = (ended_by IS NULL)),
    CHECK ((ended_ms IS NULL) = (reason = ''))
) STRICT;
CREATE UNIQUE INDEX escrow_line_once ON escrow_line(account_id, reference) WHERE ended_ms IS NULL;
CREATE INDEX escrow_line_known ON escrow_line(account_id, reference, day);
CREATE TRIGGER escrow_line_account BEFORE INSERT ON escrow_line
    WHEN NOT EXISTS (SELECT 1 FROM bank_account a WHERE a.id = NEW.account_id AND a.kind = 'escrow')
    BEGIN SELECT RAISE(ABORT, 'not a supervised account'); END;

-- One way of paying of one receipt is one line, until that is taken back with a reason.
CREATE TABLE escrow_match (
    id INTEGER PRIMARY KEY,
    line_id INTEGER NOT NULL REFERENCES escrow_line(id),
    voucher_id INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    ended_ms INTEGER,
    ended_by TEXT,
    reason TEXT NOT NULL DEFAULT '' CHECK (length(reason) <= 200),
    CHECK ((ended_ms IS NULL) = (ended_by IS NULL)),
    CHECK ((ended_ms IS NULL) = (reason = '')),
    FOREIGN KEY (voucher_id, ordinal) REFERENCES voucher_tender(voucher_id, ordinal)
) STRICT;
CREATE UNIQUE INDEX escrow_match_line ON escrow_match(line_id) WHERE ended_ms IS NULL;
CREATE UNIQUE INDEX escrow_match_part ON escrow_match(voucher_id, ordinal) WHERE ended_ms IS NULL;
CREATE TRIGGER escrow_match_same BEFORE INSERT ON escrow_match
    WHEN NOT EXISTS (SELECT 1 FROM escrow_line l JOIN voucher_tender t ON t.account_id = l.account_id
            AND t.amount_fen = l.amount_fen JOIN voucher v ON v.id = t.voucher_id
        WHERE l.id = NEW.line_id AND l.ended_ms IS NULL AND t.voucher_id = NEW.voucher_id AND t.ordinal = NEW.ordinal
            AND v.kind = 'receipt')
        OR EXISTS (SELECT 1 FROM voucher b WHERE b.reverses_id = NEW.voucher_id)
    BEGIN SELECT RAISE(ABORT, 'not the same money'); END;
CREATE TRIGGER escrow_match_forward BEFORE UPDATE ON escrow_match
    WHEN OLD.ended_ms IS NOT NULL OR NEW.id <> OLD.id OR NEW.line_id <> OLD.line_id
        OR NEW.voucher_id <> OLD.voucher_id OR NEW.ordinal <> OLD.ordinal OR NEW.actor <> OLD.actor
        OR NEW.at_ms <> OLD.at_ms
    BEGIN SELECT RAISE(ABORT, 'a match is only ended'); END;
CREATE TRIGGER escrow_match_no_delete BEFORE DELETE ON escrow_match BEGIN SELECT RAISE(ABORT, 'matches are kept'); END;
CREATE TRIGGER escrow_line_forward BEFORE UPDATE ON escrow_line
    WHEN OLD.ended_ms IS NOT NULL OR NEW.id <> OLD.id OR NEW.account_id <> OLD.account_id OR NEW.day <> OLD.day
        OR NEW.amount_fen <> OLD.amount_fen OR NEW.reference <> OLD.reference OR NEW.actor <> OLD.actor
        OR NEW.at_ms <> OLD.at_ms
        OR EXISTS (SELECT 1 FROM escrow_match m WHERE m.line_id = OLD.id AND m.ended_ms IS NULL)
    BEGIN SELECT RAISE(ABORT, 'a line that is of no receipt is only set aside'); END;
CREATE TRIGGER escrow_line_no_delete BEFORE DELETE ON escrow_line BEGIN SELECT RAISE(ABORT, 'lines are kept'); END;
CREATE INDEX voucher_tender_account ON voucher_tender(account_id);

-- ---- asked for, and reminded of (FI-22, FI-24) ----

-- By short message or e-mail too. The table is made anew: a CHECK cannot be changed in place.
DROP TRIGGER dunning_no_update;
DROP TRIGGER dunning_no_delete;
CREATE TABLE dunning_next (
    id INTEGER PRIMARY KEY,
    receivable_id INTEGER NOT NULL REFERENCES receivable(id),
    day TEXT NOT NULL CHECK (length(day) = 10), -- the site's
    way TEXT NOT NULL CHECK (way IN ('letter', 'phone', 'sms', 'email', 'sales')),
    owed_fen INTEGER NOT NULL CHECK (owed_fen > 0), -- then
    note TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 200),
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    UNIQUE (receivable_id, day)
) STRICT;
INSERT INTO dunning_next SELECT id, receivable_id, day, way, owed_fen, note, actor, at_ms FROM dunning;
DROP TABLE dunning;
ALTER TABLE dunning_next RENAME TO dunning;
CREATE TRIGGER dunning_no_update BEFORE UPDATE ON dunning BEGIN SELECT RAISE(ABORT, 'dunning is append-only'); END;
CREATE TRIGGER dunning_no_delete BEFORE DELETE ON dunning BEGIN SELECT RAISE(ABORT, 'dunning is append-only'); END;

-- So many days before a line is due, once more nearer to it, and so many after.
ALTER TABLE project ADD COLUMN remind_early_days INTEGER NOT NULL DEFAULT 7 CHECK (remind_early_days BETWEEN 2 AND 60);
ALTER TABLE project ADD COLUMN remind_near_days INTEGER NOT NULL DEFAULT 1
    CHECK (remind_near_days >= 1 AND remind_near_days < remind_early_days);
ALTER TABLE project ADD COLUMN remind_late_days INTEGER NOT NULL DEFAULT 1 CHECK (remind_late_days BETWEEN 1 AND 30);

-- The events have the names of the rule, whatever its days are. The tables are made anew.
DROP TRIGGER due_notice_no_update;
DROP TRIGGER due_notice_no_delete;
CREATE TABLE due_notice_next (
    receivable_id INTEGER NOT NULL REFERENCES receivable(id),
    event TEXT NOT NULL CHECK (event IN ('due_early', 'due_near', 'due_passed')),
    owed_fen INTEGER NOT NULL CHECK (owed_fen > 0), -- then
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (receivable_id, event)
) STRICT, WITHOUT ROWID;
INSERT INTO due_notice_next SELECT receivable_id,
    CASE event WHEN 'due_week' THEN 'due_early' WHEN 'due_tomorrow' THEN 'due_near' ELSE event END, owed_fen, at_ms
    FROM due_notice;
DROP TABLE due_notice;
ALTER TABLE due_notice_next RENAME TO due_notice;
CREATE TRIGGER due_notice_no_update BEFORE UPDATE ON due_notice BEGIN SELECT RAISE(ABORT, 'notices are append-only'); END;
CREATE TRIGGER due_notice_no_delete BEFORE DELETE ON due_notice BEGIN SELECT RAISE(ABORT, 'notices are append-only'); END;
CREATE TABLE notification_next (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES user_account(id),
    kind TEXT NOT NULL
        CHECK (kind IN ('customer_in', 'customer_out', 'applied', 'approved', 'refused', 'revoked', 'shared', 'unshared',
                        'collision_opened', 'collision_won', 'collision_lost', 'due_early', 'due_near', 'due_passed')),
    customer_id INTEGER NOT NULL REFERENCES customer(id),
    project_id INTEGER NOT NULL REFERENCES project(id),
    deal_id INTEGER REFERENCES deal(id),
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    seen_ms INTEGER
) STRICT;
INSERT INTO notification_next SELECT id, user_id,
    CASE kind WHEN 'due_week' THEN 'due_early' WHEN 'due_tomorrow' THEN 'due_near' ELSE kind END, customer_id, project_id,
    deal_id, actor, at_ms, seen_ms FROM notification;
DROP TABLE notification;
ALTER TABLE notification_next RENAME TO notification;
CREATE INDEX notification_user ON notification(user_id, id);

-- ---- what a buyer is to be told of (NT-10) ----

-- Of each event once: a due line's reminder, money that came or went back, a step of his deal. Kept with what it was
-- about; the words are made from it. Nothing sends it yet.
CREATE TABLE buyer_notice (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customer(id),
    deal_id INTEGER REFERENCES deal(id), -- NULL: earnest money
    event TEXT NOT NULL
        CHECK (event IN ('due_early', 'due_near', 'due_passed', 'received', 'returned', 'refunded', 'node_done')),
    receivable_id INTEGER REFERENCES receivable(id),
    owed_fen INTEGER CHECK (owed_fen > 0), -- of the line, then
    voucher_id INTEGER REFERENCES voucher(id),
    node_event_id INTEGER REFERENCES deal_node_event(id),
    at_ms INTEGER NOT NULL,
    CHECK ((event IN ('due_early', 'due_near', 'due_passed')) = (receivable_id IS NOT NULL)),
    CHECK ((receivable_id IS NULL) = (owed_fen IS NULL)),
    CHECK ((event IN ('received', 'returned', 'refunded')) = (voucher_id IS NOT NULL)),
    CHECK ((event = 'node_done') = (node_event_id IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX buyer_notice_line ON buyer_notice(receivable_id, event) WHERE receivable_id IS NOT NULL;
CREATE UNIQUE INDEX buyer_notice_voucher ON buyer_notice(voucher_id) WHERE voucher_id IS NOT NULL;
CREATE UNIQUE INDEX buyer_notice_node ON buyer_notice(node_event_id) WHERE node_event_id IS NOT NULL;
CREATE INDEX buyer_notice_deal ON buyer_notice(deal_id, id) WHERE deal_id IS NOT NULL;
CREATE INDEX buyer_notice_customer ON buyer_notice(customer_id, id);
CREATE TRIGGER buyer_notice_agreed BEFORE INSERT ON buyer_notice
    WHEN NOT EXISTS (SELECT 1 FROM consent c WHERE c.customer_id = NEW.customer_id AND c.purpose = 'service'
        AND c.withdrawn_ms IS NULL)
    BEGIN SELECT RAISE(ABORT, 'he did not agree to be told'); END;
CREATE TRIGGER buyer_notice_no_update BEFORE UPDATE ON buyer_notice BEGIN SELECT RAISE(ABORT, 'notices are append-only'); END;
CREATE TRIGGER buyer_notice_no_delete BEFORE DELETE ON buyer_notice BEGIN SELECT RAISE(ABORT, 'notices are append-only'); END;
