-- Where a customer comes from is recorded once; another source is asked for and approved (CU-04).

CREATE TABLE source_change (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customer(id),
    project_id INTEGER NOT NULL REFERENCES project(id), -- by whose rules it is decided
    was_id INTEGER REFERENCES option(id), -- NULL: of before sources were kept
    source_id INTEGER NOT NULL REFERENCES option(id),
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 400),
    state TEXT NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'executed', 'rejected', 'returned', 'withdrawn')),
    approval_id INTEGER REFERENCES approval(id),
    user_id INTEGER NOT NULL REFERENCES user_account(id),
    asked_ms INTEGER NOT NULL,
    ended_ms INTEGER,
    ended_by TEXT NOT NULL DEFAULT '',
    CHECK (was_id IS NOT source_id),
    CHECK ((state = 'asked') = (ended_ms IS NULL))
) STRICT;
CREATE UNIQUE INDEX source_change_one_asked ON source_change(customer_id) WHERE state = 'asked';
CREATE INDEX source_change_customer ON source_change(customer_id, id);

-- What was asked for stays; it ends once; afterwards an erasure takes the words, as of 019_erasure.
CREATE TRIGGER source_change_forward BEFORE UPDATE ON source_change
    WHEN (NEW.id, NEW.customer_id, NEW.project_id, NEW.was_id, NEW.source_id, NEW.user_id, NEW.asked_ms)
        IS NOT (OLD.id, OLD.customer_id, OLD.project_id, OLD.was_id, OLD.source_id, OLD.user_id, OLD.asked_ms)
        OR (OLD.approval_id IS NOT NULL AND NEW.approval_id IS NOT OLD.approval_id)
        OR (OLD.state <> 'asked' AND (NEW.state, NEW.approval_id, NEW.ended_ms, NEW.ended_by)
            IS NOT (OLD.state, OLD.approval_id, OLD.ended_ms, OLD.ended_by))
        OR (NEW.reason <> OLD.reason AND (NEW.reason <> '已擦除'
            OR (SELECT state FROM customer WHERE id = OLD.customer_id) <> 'erased'))
    BEGIN SELECT RAISE(ABORT, 'illegal change of a change of source'); END;
CREATE TRIGGER source_change_no_delete BEFORE DELETE ON source_change
    BEGIN SELECT RAISE(ABORT, 'changes of source are kept'); END;

-- No other way leads to another source than the change that was carried out last.
CREATE TRIGGER customer_source_stays BEFORE UPDATE OF source_id ON customer
    WHEN NEW.source_id IS NOT OLD.source_id AND NOT EXISTS (SELECT 1 FROM source_change g
        WHERE g.id = (SELECT MAX(x.id) FROM source_change x WHERE x.customer_id = OLD.id AND x.state = 'executed')
        AND g.was_id IS OLD.source_id AND g.source_id = NEW.source_id)
    BEGIN SELECT RAISE(ABORT, 'the source of a customer stays'); END;
