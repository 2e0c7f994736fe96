-- Prices that nobody bends (FC PR): discounts that compute, who may give how much, payment plans, and
-- the terms of a sale, frozen with every step of their arithmetic.

-- A discount row was words to display; with a kind it is also what is computed. What is usable at a
-- desk is what the public list shows, and nothing else (PR-14): one row is both.
ALTER TABLE discount ADD COLUMN kind TEXT NOT NULL DEFAULT 'words'
    CHECK (kind IN ('words', 'regular', 'identity', 'promotion', 'member', 'manager'));
-- percent keeps value of 10000; points take value of 10000 of the list price; amount takes value fen;
-- unit_price takes value fen for each m2. Of a manager's discount value is the most that may be given.
ALTER TABLE discount ADD COLUMN method TEXT NOT NULL DEFAULT ''
    CHECK (method IN ('', 'percent', 'points', 'amount', 'unit_price'));
ALTER TABLE discount ADD COLUMN value INTEGER NOT NULL DEFAULT 0 CHECK (value >= 0);
ALTER TABLE discount ADD COLUMN ordinal INTEGER NOT NULL DEFAULT 0;      -- the order of stacking (PR-12)
ALTER TABLE discount ADD COLUMN classes TEXT NOT NULL DEFAULT '';        -- as of fees: '' all
ALTER TABLE discount ADD COLUMN plan_id INTEGER REFERENCES payment_plan(id); -- regular: comes with that plan
ALTER TABLE discount ADD COLUMN identity TEXT NOT NULL DEFAULT '';       -- identity: which one
ALTER TABLE discount ADD COLUMN level TEXT NOT NULL DEFAULT '';          -- member: from that level up
ALTER TABLE discount ADD COLUMN quota INTEGER CHECK (quota > 0);         -- sales; NULL: no limit
ALTER TABLE discount ADD COLUMN only_one_of TEXT NOT NULL DEFAULT '';    -- of those with one word here, one
ALTER TABLE discount ADD COLUMN scheme_id INTEGER REFERENCES discount_scheme(id);
ALTER TABLE discount ADD COLUMN retired_ms INTEGER;

-- A named bundle with its own period and quota (PR-07).
CREATE TABLE discount_scheme (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    project_id INTEGER NOT NULL REFERENCES project(id),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    from_date TEXT,
    until_date TEXT,
    quota INTEGER CHECK (quota > 0), -- sales; NULL: no limit
    enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    UNIQUE (project_id, name)
) STRICT;

CREATE TABLE discount_unit ( -- a promotion's rooms (PR-10); none: all
    discount_id INTEGER NOT NULL REFERENCES discount(id),
    unit_id INTEGER NOT NULL REFERENCES unit(id),
    PRIMARY KEY (discount_id, unit_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX discount_unit_unit ON discount_unit(unit_id);

-- What a customer was found to be (PR-09), and until when.
CREATE TABLE customer_identity (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customer(id),
    identity TEXT NOT NULL CHECK (length(identity) BETWEEN 1 AND 40),
    document TEXT NOT NULL CHECK (length(document) BETWEEN 1 AND 80), -- what proved it
    until_date TEXT,
    verified_by TEXT NOT NULL,
    verified_ms INTEGER NOT NULL,
    ended_ms INTEGER
) STRICT;
CREATE UNIQUE INDEX customer_identity_live ON customer_identity(customer_id, identity) WHERE ended_ms IS NULL;

-- How far the holders of a post may go on their own (PR-13). No row: not at all.
CREATE TABLE discount_limit (
    project_id INTEGER NOT NULL REFERENCES project(id),
    post_id INTEGER NOT NULL REFERENCES post(id),
    version INTEGER NOT NULL DEFAULT 1,
    most_bp INTEGER NOT NULL CHECK (most_bp BETWEEN 0 AND 10000), -- off the list price, all in all
    below_floor INTEGER NOT NULL DEFAULT 0 CHECK (below_floor IN (0, 1)),
    PRIMARY KEY (project_id, post_id)
) STRICT, WITHOUT ROWID;

-- Payment plans (PM-11, FC 27.3). Terms copy the lines they use: a plan may be edited freely.
CREATE TABLE payment_plan (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    project_id INTEGER NOT NULL REFERENCES project(id),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    kind TEXT NOT NULL CHECK (kind IN ('one_off', 'instalments', 'commercial', 'fund', 'combined', 'other')),
    ordinal INTEGER NOT NULL DEFAULT 0,
    enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    UNIQUE (project_id, name)
) STRICT;

CREATE TABLE payment_plan_line (
    plan_id INTEGER NOT NULL REFERENCES payment_plan(id),
    ordinal INTEGER NOT NULL CHECK (ordinal BETWEEN 1 AND 60),
    fund TEXT NOT NULL, -- of fund.def
    share TEXT NOT NULL CHECK (share IN ('percent', 'amount', 'rest')),
    value INTEGER NOT NULL CHECK (value >= 0), -- 0.0001 of the total, or fen
    loan INTEGER NOT NULL DEFAULT 0 CHECK (loan IN (0, 1)),
    due TEXT NOT NULL CHECK (due IN ('date', 'subscribed', 'signed', 'filed', 'node', 'bank')),
    due_days INTEGER NOT NULL DEFAULT 0 CHECK (due_days BETWEEN 0 AND 3650),
    due_date TEXT,
    due_node TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (plan_id, ordinal),
    CHECK ((due = 'date') = (due_date IS NOT NULL)),
    CHECK (share <> 'percent' OR value <= 10000)
) STRICT, WITHOUT ROWID;

-- The terms of a sale: one unit, one buyer, the price version, the chain, the schedule. A row is filled
-- as a draft and never edited after; a change of terms is a new row. 'granted' may be used: within
-- somebody's limits, or approved.
CREATE TABLE terms (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    project_id INTEGER NOT NULL REFERENCES project(id),
    unit_id INTEGER NOT NULL REFERENCES unit(id),
    customer_id INTEGER NOT NULL REFERENCES customer(id),
    state TEXT NOT NULL DEFAULT 'draft'
        CHECK (state IN ('draft', 'pending', 'granted', 'refused', 'expired', 'used')),
    unit_price_id INTEGER NOT NULL REFERENCES unit_price(id), -- the price version (PR-17)
    publication_id INTEGER REFERENCES publication(id),        -- where that price was shown (G12)
    price_basis TEXT NOT NULL CHECK (price_basis IN ('gross', 'inner', 'unit')),
    area INTEGER NOT NULL DEFAULT 0 CHECK (area >= 0), -- 0.01 m2 by the basis; 0: by unit
    list_fen INTEGER NOT NULL CHECK (list_fen > 0 AND list_fen <= 1000000000000),
    total_fen INTEGER NOT NULL CHECK (total_fen > 0 AND total_fen <= 1000000000000),
    plan_id INTEGER REFERENCES payment_plan(id),
    plan_name TEXT NOT NULL DEFAULT '',
    plan_kind TEXT NOT NULL DEFAULT '',
    deposit_fen INTEGER NOT NULL DEFAULT 0 CHECK (deposit_fen >= 0),
    loan_fen INTEGER NOT NULL DEFAULT 0 CHECK (loan_fen >= 0),           -- commercial
    fund_loan_fen INTEGER NOT NULL DEFAULT 0 CHECK (fund_loan_fen >= 0), -- provident fund
    loan_years INTEGER NOT NULL DEFAULT 0 CHECK (loan_years BETWEEN 0 AND 30),
    bank TEXT NOT NULL DEFAULT '' CHECK (length(bank) <= 60),
    member_level TEXT NOT NULL DEFAULT '', -- as it was (PR-11)
    beyond TEXT NOT NULL DEFAULT '' CHECK (beyond IN ('', 'limit', 'floor', 'limit floor')),
    approval_id INTEGER REFERENCES approval(id),
    hash BLOB CHECK (length(hash) = 32), -- of all of it, set when the draft is filled
    valid_until_ms INTEGER NOT NULL,
    user_id INTEGER NOT NULL REFERENCES user_account(id), -- who made them
    made_ms INTEGER NOT NULL,
    for_deal_id INTEGER REFERENCES deal(id), -- asked for a deal that there is
    for_change INTEGER NOT NULL DEFAULT 0 CHECK (for_change IN (0, 1)), -- of that deal: its approval grants them
    deal_id INTEGER REFERENCES deal(id),     -- the deal that took them
    CHECK (total_fen <= list_fen),
    CHECK (loan_fen + fund_loan_fen < total_fen),
    CHECK ((state = 'used') = (deal_id IS NOT NULL)),
    CHECK (state = 'draft' OR hash IS NOT NULL),
    CHECK (state NOT IN ('pending', 'refused') OR approval_id IS NOT NULL OR for_change = 1),
    CHECK (for_change = 0 OR (for_deal_id IS NOT NULL AND (state NOT IN ('granted', 'used') OR approval_id IS NOT NULL))),
    CHECK (beyond = '' OR state IN ('draft', 'pending', 'refused', 'expired') OR approval_id IS NOT NULL),
    CHECK ((plan_id IS NULL) = (plan_name = ''))
) STRICT;
CREATE INDEX terms_unit ON terms(unit_id, id);
CREATE INDEX terms_customer ON terms(customer_id);
CREATE INDEX terms_deal ON terms(deal_id) WHERE deal_id IS NOT NULL;
CREATE INDEX terms_waiting ON terms(valid_until_ms) WHERE state IN ('pending', 'granted');

CREATE TABLE terms_step (
    terms_id INTEGER NOT NULL REFERENCES terms(id),
    ordinal INTEGER NOT NULL,
    discount_id INTEGER NOT NULL REFERENCES discount(id),
    name TEXT NOT NULL,
    method TEXT NOT NULL,
    value INTEGER NOT NULL,
    result_fen INTEGER NOT NULL CHECK (result_fen > 0), -- after this step
    PRIMARY KEY (terms_id, ordinal)
) STRICT, WITHOUT ROWID;
CREATE INDEX terms_step_discount ON terms_step(discount_id);

CREATE TABLE terms_line (
    terms_id INTEGER NOT NULL REFERENCES terms(id),
    ordinal INTEGER NOT NULL,
    fund TEXT NOT NULL,
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
    loan INTEGER NOT NULL CHECK (loan IN (0, 1)),
    due TEXT NOT NULL CHECK (due IN ('date', 'subscribed', 'signed', 'filed', 'node', 'bank')),
    due_days INTEGER NOT NULL,
    due_date TEXT,
    due_node TEXT NOT NULL,
    PRIMARY KEY (terms_id, ordinal)
) STRICT, WITHOUT ROWID;

-- A draft leaves its state whole: the schedule adds up to the total, and to the loan (FI-03).
CREATE TRIGGER terms_filled BEFORE UPDATE ON terms WHEN OLD.state = 'draft' AND NEW.plan_id IS NOT NULL BEGIN
    SELECT CASE WHEN (SELECT SUM(amount_fen) FROM terms_line WHERE terms_id = NEW.id) IS NOT NEW.total_fen
        THEN RAISE(ABORT, 'the schedule is not the total') END;
    SELECT CASE WHEN (SELECT COALESCE(SUM(amount_fen), 0) FROM terms_line WHERE terms_id = NEW.id AND loan = 1) IS NOT NEW.loan_fen + NEW.fund_loan_fen
        THEN RAISE(ABORT, 'the loan lines are not the loan') END;
END;
CREATE TRIGGER terms_forward BEFORE UPDATE ON terms
    WHEN OLD.state IN ('refused', 'expired', 'used')
        OR (OLD.state = 'granted' AND NEW.state NOT IN ('used', 'expired'))
        OR (OLD.state = 'pending' AND NEW.state NOT IN ('pending', 'granted', 'refused', 'expired'))
        OR (OLD.approval_id IS NOT NULL AND NEW.approval_id IS NOT OLD.approval_id)
        OR NEW.unit_id <> OLD.unit_id OR NEW.customer_id <> OLD.customer_id OR NEW.list_fen <> OLD.list_fen
        OR NEW.total_fen <> OLD.total_fen OR NEW.unit_price_id <> OLD.unit_price_id
        OR NEW.plan_id IS NOT OLD.plan_id OR NEW.loan_fen <> OLD.loan_fen OR NEW.fund_loan_fen <> OLD.fund_loan_fen
        OR NEW.beyond <> OLD.beyond OR NEW.for_deal_id IS NOT OLD.for_deal_id OR NEW.for_change <> OLD.for_change OR NEW.deposit_fen <> OLD.deposit_fen
        OR (OLD.hash IS NOT NULL AND NEW.hash IS NOT OLD.hash)
    BEGIN SELECT RAISE(ABORT, 'terms are not edited'); END;
CREATE TRIGGER terms_no_delete BEFORE DELETE ON terms BEGIN SELECT RAISE(ABORT, 'terms are kept'); END;
CREATE TRIGGER terms_step_insert BEFORE INSERT ON terms_step WHEN (SELECT state FROM terms WHERE id = NEW.terms_id) <> 'draft'
    BEGIN SELECT RAISE(ABORT, 'terms are not edited'); END;
CREATE TRIGGER terms_step_no_update BEFORE UPDATE ON terms_step BEGIN SELECT RAISE(ABORT, 'terms are not edited'); END;
CREATE TRIGGER terms_step_no_delete BEFORE DELETE ON terms_step BEGIN SELECT RAISE(ABORT, 'terms are not edited'); END;
CREATE TRIGGER terms_line_insert BEFORE INSERT ON terms_line WHEN (SELECT state FROM terms WHERE id = NEW.terms_id) <> 'draft'
    BEGIN SELECT RAISE(ABORT, 'terms are not edited'); END;
CREATE TRIGGER terms_line_no_update BEFORE UPDATE ON terms_line BEGIN SELECT RAISE(ABORT, 'terms are not edited'); END;
CREATE TRIGGER terms_line_no_delete BEFORE DELETE ON terms_line BEGIN SELECT RAISE(ABORT, 'terms are not edited'); END;

-- How long a price may be used (PR-04): a unit's price has its window from the day it was set or began.
ALTER TABLE unit ADD COLUMN price_until_date TEXT;
