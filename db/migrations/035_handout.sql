-- Sheets that a visitor takes home: a unit as the public chart shows it, and what buying it would cost (PR-15, IV-11). A
-- row says of which snapshot it is and what was chosen; what stands on the paper follows from them, and the rules of
-- db/loan.h.
CREATE TABLE handout (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('unit_sheet', 'purchase_plan')),
    unit_id INTEGER NOT NULL REFERENCES unit(id),
    publication_id INTEGER NOT NULL REFERENCES publication(id),
    patch INTEGER NOT NULL CHECK (patch >= 0), -- the last loss that the snapshot knows
    terminal_id INTEGER REFERENCES terminal(id), -- where it was asked for; NULL: at none
    visit TEXT CHECK (length(visit) BETWEEN 16 AND 40), -- whose, as the page of a terminal named it; NULL: somebody of the house asked
    actor TEXT NOT NULL,
    made_ms INTEGER NOT NULL,
    down_bp INTEGER CHECK (down_bp BETWEEN 0 AND 10000),
    years INTEGER CHECK (years BETWEEN 1 AND 30),
    loan TEXT CHECK (loan IN ('commercial', 'fund', 'combined')),
    method TEXT CHECK (method IN ('annuity', 'principal')),
    CHECK (visit IS NULL OR terminal_id IS NOT NULL),
    CHECK ((kind = 'purchase_plan') = (down_bp IS NOT NULL) AND (down_bp IS NULL) = (years IS NULL)
        AND (years IS NULL) = (loan IS NULL) AND (loan IS NULL) = (method IS NULL))
) STRICT;
CREATE INDEX handout_visit ON handout(terminal_id, made_ms) WHERE visit IS NOT NULL;
CREATE TRIGGER handout_shown BEFORE INSERT ON handout
    WHEN NOT EXISTS (SELECT 1 FROM unit u JOIN publication p ON p.project_id = u.project_id
        WHERE u.id = NEW.unit_id AND p.id = NEW.publication_id AND p.state = 'live')
    BEGIN SELECT RAISE(ABORT, 'a handout is of what is shown'); END;
CREATE TRIGGER handout_no_update BEFORE UPDATE ON handout BEGIN SELECT RAISE(ABORT, 'handouts are append-only'); END;
CREATE TRIGGER handout_no_delete BEFORE DELETE ON handout BEGIN SELECT RAISE(ABORT, 'handouts are append-only'); END;
CREATE TRIGGER paper_handout BEFORE INSERT ON paper WHEN NEW.kind IN ('unit_sheet', 'purchase_plan')
    AND NOT EXISTS (SELECT 1 FROM handout h WHERE h.id = NEW.subject_id AND h.kind = NEW.kind AND NEW.subject_no = 0)
    BEGIN SELECT RAISE(ABORT, 'this paper is of a handout'); END;
