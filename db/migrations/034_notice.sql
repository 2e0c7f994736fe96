-- Notices to buyers of what is due (FI-23): a payment notice, or a dunning letter. Numbered per project and year without a
-- gap, and frozen: what was due on that day stays what the letter says, whatever is paid later.

CREATE TABLE notice (
    id INTEGER PRIMARY KEY,
    project_id INTEGER NOT NULL REFERENCES project(id),
    kind TEXT NOT NULL CHECK (kind IN ('payment', 'dunning')),
    year INTEGER NOT NULL CHECK (year BETWEEN 2000 AND 9999),
    no INTEGER NOT NULL,
    deal_id INTEGER NOT NULL REFERENCES deal(id),
    day TEXT NOT NULL,   -- as of which it was computed
    until TEXT NOT NULL, -- lines that are due until that day are in it
    owed_fen INTEGER NOT NULL CHECK (owed_fen > 0),
    late_fen INTEGER NOT NULL CHECK (late_fen >= 0), -- for paying late, besides
    user_id INTEGER REFERENCES user_account(id),
    at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX notice_number ON notice(project_id, kind, year, no);
CREATE INDEX notice_deal ON notice(deal_id, id);
-- So no number is given twice, either.
CREATE TRIGGER notice_counted BEFORE INSERT ON notice
    WHEN NEW.no <> (SELECT COALESCE(MAX(n.no), 0) + 1 FROM notice n WHERE n.project_id = NEW.project_id
        AND n.kind = NEW.kind AND n.year = NEW.year)
    BEGIN SELECT RAISE(ABORT, 'notices are counted'); END;
CREATE TRIGGER notice_own BEFORE INSERT ON notice
    WHEN NEW.project_id <> (SELECT d.project_id FROM deal d WHERE d.id = NEW.deal_id)
    BEGIN SELECT RAISE(ABORT, 'not a deal of this project'); END;
CREATE TRIGGER notice_no_update BEFORE UPDATE ON notice BEGIN SELECT RAISE(ABORT, 'notices are append-only'); END;
CREATE TRIGGER notice_no_delete BEFORE DELETE ON notice BEGIN SELECT RAISE(ABORT, 'notices are append-only'); END;

CREATE TABLE notice_line (
    notice_id INTEGER NOT NULL REFERENCES notice(id),
    ordinal INTEGER NOT NULL CHECK (ordinal >= 1),
    receivable_id INTEGER NOT NULL REFERENCES receivable(id),
    fund TEXT NOT NULL, -- of fund.def
    due_date TEXT NOT NULL,
    amount_fen INTEGER NOT NULL,
    received_fen INTEGER NOT NULL CHECK (received_fen >= 0),
    late_fen INTEGER NOT NULL CHECK (late_fen >= 0),
    days INTEGER NOT NULL CHECK (days >= 0), -- overdue
    PRIMARY KEY (notice_id, ordinal),
    CHECK (received_fen < amount_fen)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER notice_line_no_update BEFORE UPDATE ON notice_line BEGIN SELECT RAISE(ABORT, 'notices are append-only'); END;
CREATE TRIGGER notice_line_no_delete BEFORE DELETE ON notice_line BEGIN SELECT RAISE(ABORT, 'notices are append-only'); END;
