-- Re-pricing plans (FC PR-03): what many prices will be, approved as a list and carried out at its time.
CREATE TABLE reprice (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    project_id INTEGER NOT NULL REFERENCES project(id),
    title TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 60),
    target TEXT NOT NULL CHECK (target IN ('list', 'floor')),
    method TEXT NOT NULL CHECK (method IN ('percent', 'amount', 'replace')),
    per TEXT NOT NULL CHECK (per IN ('total', 'area')), -- of the total, or for each m2
    value INTEGER NOT NULL,      -- 0.0001 of the price, or fen; below 0 it falls
    filter TEXT NOT NULL,        -- which units were asked for, for the eye
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
    effective_ms INTEGER,        -- NULL: with its approval
    state TEXT NOT NULL DEFAULT 'draft'
        CHECK (state IN ('draft', 'pending', 'approved', 'executed', 'rejected', 'returned', 'withdrawn', 'cancelled')),
    hash BLOB CHECK (length(hash) = 32), -- of all of it and each planned price
    approval_id INTEGER UNIQUE REFERENCES approval(id),
    user_id INTEGER NOT NULL REFERENCES user_account(id),
    made_ms INTEGER NOT NULL,
    executed_ms INTEGER,
    CHECK (state = 'draft' OR (hash IS NOT NULL AND approval_id IS NOT NULL)),
    CHECK ((state = 'executed') = (executed_ms IS NOT NULL))
) STRICT;
CREATE INDEX reprice_project ON reprice(project_id, id);
CREATE INDEX reprice_due ON reprice(effective_ms) WHERE state = 'approved';

-- Each unit of the filter: planned, or skipped with why. A unit's row ends as changed or skipped.
CREATE TABLE reprice_unit (
    reprice_id INTEGER NOT NULL REFERENCES reprice(id),
    unit_id INTEGER NOT NULL REFERENCES unit(id),
    from_fen INTEGER,
    to_fen INTEGER CHECK (to_fen > 0),
    outcome TEXT NOT NULL CHECK (outcome IN ('planned', 'changed', 'skipped')),
    reason TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (reprice_id, unit_id),
    CHECK ((outcome = 'skipped') = (reason <> '')),
    CHECK (outcome = 'skipped' OR (from_fen IS NOT NULL AND to_fen IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX reprice_unit_unit ON reprice_unit(unit_id);

ALTER TABLE unit_price ADD COLUMN reprice_id INTEGER REFERENCES reprice(id); -- the plan it came from

CREATE TRIGGER reprice_forward BEFORE UPDATE ON reprice
    WHEN OLD.state IN ('executed', 'rejected', 'returned', 'withdrawn', 'cancelled')
        OR (OLD.state = 'draft' AND NEW.state NOT IN ('draft', 'pending'))
        OR (OLD.state = 'pending' AND NEW.state NOT IN ('approved', 'rejected', 'returned', 'withdrawn'))
        OR (OLD.state = 'approved' AND NEW.state NOT IN ('executed', 'cancelled'))
        OR NEW.project_id <> OLD.project_id OR NEW.target <> OLD.target OR NEW.value <> OLD.value
        OR NEW.method <> OLD.method OR NEW.per <> OLD.per OR NEW.effective_ms IS NOT OLD.effective_ms
        OR NEW.user_id <> OLD.user_id OR (OLD.state <> 'draft' AND NEW.hash <> OLD.hash)
    BEGIN SELECT RAISE(ABORT, 'illegal change of a re-pricing plan'); END;
-- It is approved when its request is.
CREATE TRIGGER reprice_approved BEFORE UPDATE ON reprice
    WHEN NEW.state = 'approved' AND (SELECT state FROM approval WHERE id = NEW.approval_id) <> 'approved'
    BEGIN SELECT RAISE(ABORT, 'not approved'); END;
CREATE TRIGGER reprice_no_delete BEFORE DELETE ON reprice BEGIN SELECT RAISE(ABORT, 're-pricing plans are kept'); END;
CREATE TRIGGER reprice_unit_insert BEFORE INSERT ON reprice_unit
    WHEN (SELECT state FROM reprice WHERE id = NEW.reprice_id) <> 'draft'
    BEGIN SELECT RAISE(ABORT, 'a plan that was asked for stays as it is'); END;
CREATE TRIGGER reprice_unit_forward BEFORE UPDATE ON reprice_unit
    WHEN OLD.outcome <> 'planned' OR NEW.reprice_id <> OLD.reprice_id OR NEW.unit_id <> OLD.unit_id
        OR NEW.from_fen IS NOT OLD.from_fen OR NEW.to_fen IS NOT OLD.to_fen
        OR (SELECT state FROM reprice WHERE id = OLD.reprice_id) <> 'approved'
    BEGIN SELECT RAISE(ABORT, 'illegal change of a planned price'); END;
CREATE TRIGGER reprice_unit_no_delete BEFORE DELETE ON reprice_unit
    BEGIN SELECT RAISE(ABORT, 'planned prices are kept'); END;

-- A price that the public has seen, and the floor under it, change by an approved plan alone (WF-10).
CREATE TRIGGER unit_price_planned BEFORE UPDATE OF total_fen ON unit
    WHEN OLD.ever_published = 1 AND NEW.total_fen IS NOT OLD.total_fen AND NOT EXISTS (
        SELECT 1 FROM reprice_unit x JOIN reprice r ON r.id = x.reprice_id WHERE x.unit_id = NEW.id
        AND x.outcome = 'planned' AND x.to_fen = NEW.total_fen AND r.target = 'list' AND r.state = 'approved')
    BEGIN SELECT RAISE(ABORT, 'a published price changes by a plan'); END;
CREATE TRIGGER unit_floor_planned BEFORE UPDATE OF floor_total_fen ON unit
    WHEN OLD.ever_published = 1 AND NEW.floor_total_fen IS NOT OLD.floor_total_fen AND NOT EXISTS (
        SELECT 1 FROM reprice_unit x JOIN reprice r ON r.id = x.reprice_id WHERE x.unit_id = NEW.id
        AND x.outcome = 'planned' AND x.to_fen = NEW.floor_total_fen AND r.target = 'floor' AND r.state = 'approved')
    BEGIN SELECT RAISE(ABORT, 'the floor under a published price changes by a plan'); END;
