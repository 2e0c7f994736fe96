-- Customers, members, their points and their cards.
--
-- Phone and document numbers are sealed (seal.h): nothing here opens them. `lookup` is a keyed hash of
-- the normalised value, which finds it and makes it unique; `tail` its last characters, to be told apart.

CREATE TABLE customer (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    kind TEXT NOT NULL CHECK (kind IN ('person', 'company')),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    notice TEXT NOT NULL CHECK (length(notice) BETWEEN 1 AND 60), -- the privacy notice that was given (CU-35)
    created_by TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL,
    UNIQUE (id, kind)
) STRICT;

-- What is sealed of a customer, and was: an ended one stays, and another may have the number then.
CREATE TABLE customer_secret (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customer(id),
    kind TEXT NOT NULL
        CHECK (kind IN ('phone', 'id_card', 'passport', 'travel_permit', 'residence_permit', 'licence')),
    lookup BLOB NOT NULL CHECK (length(lookup) = 32),
    key_id INTEGER NOT NULL,
    sealed BLOB NOT NULL CHECK (length(sealed) = 88),
    tail TEXT NOT NULL CHECK (length(tail) <= 4),
    since_ms INTEGER NOT NULL,
    ended_ms INTEGER
) STRICT;
CREATE UNIQUE INDEX customer_secret_live ON customer_secret(lookup) WHERE ended_ms IS NULL;
CREATE UNIQUE INDEX customer_secret_document ON customer_secret(customer_id) WHERE ended_ms IS NULL AND kind <> 'phone';
CREATE INDEX customer_secret_customer ON customer_secret(customer_id);
CREATE INDEX customer_secret_key ON customer_secret(key_id);

-- One for each person who joined (MB-02). points is the sum of the lines, points_due_ms when the next of
-- them expire; both stand here so that a look-up is one row, and verify compares.
CREATE TABLE member (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    customer_id INTEGER NOT NULL UNIQUE,
    customer_kind TEXT NOT NULL DEFAULT 'person' CHECK (customer_kind = 'person'),
    level TEXT NOT NULL DEFAULT 'standard' CHECK (level IN ('standard', 'silver', 'gold', 'diamond')),
    joined_ms INTEGER NOT NULL,
    points INTEGER NOT NULL DEFAULT 0 CHECK (points >= 0),
    points_due_ms INTEGER,
    pin_hash TEXT,
    pin_failed INTEGER NOT NULL DEFAULT 0 CHECK (pin_failed >= 0),
    pin_locked_until_ms INTEGER,
    FOREIGN KEY (customer_id, customer_kind) REFERENCES customer(id, kind)
) STRICT;
CREATE INDEX member_points_due ON member(points_due_ms) WHERE points_due_ms IS NOT NULL;

-- The ledger (MB-15). A line with of_id ends what was left of that credit when it expired. Append-only.
CREATE TABLE points_line (
    id INTEGER PRIMARY KEY,
    member_id INTEGER NOT NULL REFERENCES member(id),
    points INTEGER NOT NULL CHECK (points <> 0 AND points BETWEEN -10000000 AND 10000000),
    reason TEXT NOT NULL,
    expires_ms INTEGER,
    of_id INTEGER REFERENCES points_line(id),
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    CHECK (expires_ms IS NULL OR points > 0),
    CHECK (of_id IS NULL OR points < 0),
    CHECK (of_id IS NOT NULL OR length(reason) > 0)
) STRICT;
CREATE INDEX points_line_member ON points_line(member_id, id);
CREATE UNIQUE INDEX points_line_expired ON points_line(of_id) WHERE of_id IS NOT NULL;
CREATE TRIGGER points_line_no_update BEFORE UPDATE ON points_line BEGIN SELECT RAISE(ABORT, 'points_line is append-only'); END;
CREATE TRIGGER points_line_no_delete BEFORE DELETE ON points_line BEGIN SELECT RAISE(ABORT, 'points_line is append-only'); END;

-- Cards (MB-03). A code is on one card that has not ended, a printed number likewise; lost has not ended:
-- who finds it must not get it issued again before it was handed in.
CREATE TABLE card (
    id INTEGER PRIMARY KEY,
    member_id INTEGER NOT NULL REFERENCES member(id),
    code TEXT NOT NULL CHECK (length(code) BETWEEN 3 AND 42 AND substr(code, 1, 2) IN ('u:', 'n:')),
    number TEXT NOT NULL DEFAULT '' CHECK (length(number) <= 40), -- as printed on it
    terms TEXT NOT NULL CHECK (length(terms) BETWEEN 1 AND 60),   -- the terms that were shown (MB-01)
    state TEXT NOT NULL DEFAULT 'issued' CHECK (state IN ('issued', 'lost', 'replaced', 'returned')),
    issued_by TEXT NOT NULL,
    issued_ms INTEGER NOT NULL,
    lost_ms INTEGER,
    ended_ms INTEGER,
    replaced_by INTEGER REFERENCES card(id),
    CHECK ((ended_ms IS NOT NULL) = (state IN ('replaced', 'returned'))),
    CHECK (state <> 'lost' OR lost_ms IS NOT NULL),
    CHECK ((replaced_by IS NOT NULL) = (state = 'replaced'))
) STRICT;
CREATE UNIQUE INDEX card_live ON card(code) WHERE ended_ms IS NULL;
CREATE UNIQUE INDEX card_live_number ON card(number) WHERE ended_ms IS NULL AND number <> '';
CREATE INDEX card_code ON card(code, id);
CREATE INDEX card_member ON card(member_id);
CREATE TRIGGER card_forward BEFORE UPDATE ON card
    WHEN OLD.ended_ms IS NOT NULL OR NEW.member_id <> OLD.member_id OR NEW.code <> OLD.code
        OR (OLD.state = 'lost' AND NEW.state = 'issued')
    BEGIN SELECT RAISE(ABORT, 'an ended card stays ended'); END;
CREATE TRIGGER card_no_delete BEFORE DELETE ON card BEGIN SELECT RAISE(ABORT, 'cards are kept'); END;
