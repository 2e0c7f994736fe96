-- What is settled after the contract: the area as it was measured (FI-26, FC 27.4), what is owed for paying late (FI-25,
-- FC 27.5), and a receipt in the place of another (FI-30, FC 27.6).

-- ---- area difference ----

-- A unit was measured: by whom it was said, when, and by which report. The last one counts; a contract stays as it is.
CREATE TABLE measurement (
    id INTEGER PRIMARY KEY,
    unit_id INTEGER NOT NULL REFERENCES unit(id),
    gross INTEGER NOT NULL CHECK (gross BETWEEN 1 AND 100000000),
    inner_area INTEGER NOT NULL CHECK (inner_area BETWEEN 1 AND gross),
    source TEXT NOT NULL CHECK (length(source) BETWEEN 1 AND 80), -- the survey's report
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX measurement_unit ON measurement(unit_id, id);
CREATE TRIGGER measurement_no_update BEFORE UPDATE ON measurement BEGIN SELECT RAISE(ABORT, 'measurements are append-only'); END;
CREATE TRIGGER measurement_no_delete BEFORE DELETE ON measurement BEGIN SELECT RAISE(ABORT, 'measurements are append-only'); END;

-- A contract was settled, with all that its amount was made of. amount_fen above 0: the buyer owes it by a due line;
-- below 0: it was credited to the deal by a voucher. reason: why it was settled by hand; '' by the rule.
CREATE TABLE settlement (
    id INTEGER PRIMARY KEY,
    deal_id INTEGER NOT NULL REFERENCES deal(id),
    terms_id INTEGER NOT NULL REFERENCES terms(id),
    measurement_id INTEGER NOT NULL REFERENCES measurement(id),
    basis TEXT NOT NULL CHECK (basis IN ('gross', 'inner', 'unit')),
    contract_area INTEGER NOT NULL CHECK (contract_area >= 0), -- 0: by unit
    measured_area INTEGER NOT NULL CHECK (measured_area >= 0),
    unit_price_fen INTEGER NOT NULL CHECK (unit_price_fen >= 0),
    amount_fen INTEGER NOT NULL CHECK (amount_fen BETWEEN -1000000000000 AND 1000000000000),
    may_cancel INTEGER NOT NULL CHECK (may_cancel IN (0, 1)),
    reason TEXT NOT NULL DEFAULT '' CHECK (length(reason) <= 200),
    receivable_id INTEGER UNIQUE REFERENCES receivable(id),
    voucher_id INTEGER UNIQUE REFERENCES voucher(id),
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    reversed_ms INTEGER CHECK (reversed_ms >= at_ms),
    reversed_by TEXT NOT NULL DEFAULT '',
    reversed_reason TEXT NOT NULL DEFAULT '' CHECK (length(reversed_reason) <= 200),
    undo_id INTEGER UNIQUE REFERENCES voucher(id), -- takes the credit away again
    CHECK ((amount_fen > 0) = (receivable_id IS NOT NULL)),
    CHECK ((amount_fen < 0) = (voucher_id IS NOT NULL)),
    CHECK ((basis = 'unit') = (contract_area = 0)),
    CHECK ((basis = 'unit') = (measured_area = 0)),
    CHECK (basis <> 'unit' OR reason <> ''),
    CHECK ((reversed_ms IS NULL) = (reversed_by = '')),
    CHECK ((reversed_ms IS NULL) = (reversed_reason = '')),
    CHECK ((voucher_id IS NOT NULL AND reversed_ms IS NOT NULL) = (undo_id IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX settlement_one ON settlement(deal_id) WHERE reversed_ms IS NULL;
CREATE INDEX settlement_deal ON settlement(deal_id, id);
CREATE TRIGGER settlement_own BEFORE INSERT ON settlement
    WHEN NOT EXISTS (SELECT 1 FROM deal d JOIN measurement m ON m.id = NEW.measurement_id AND m.unit_id = d.unit_id
            JOIN terms t ON t.id = NEW.terms_id AND t.deal_id = d.id AND t.price_basis = NEW.basis WHERE d.id = NEW.deal_id)
        OR (NEW.receivable_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM receivable l WHERE l.id = NEW.receivable_id
            AND l.deal_id = NEW.deal_id AND l.fund = 'area_difference' AND l.amount_fen = NEW.amount_fen AND l.loan = 0
            AND l.terms_id IS NULL))
        OR (NEW.voucher_id IS NOT NULL AND (SELECT SUM(e.amount_fen) FROM voucher v JOIN ledger_entry e ON
            e.voucher_id = v.id JOIN ledger_account a ON a.id = e.credit_id AND a.deal_id = NEW.deal_id
            AND a.fund = 'area_difference' WHERE v.id = NEW.voucher_id AND v.kind = 'settle' AND v.deal_id = NEW.deal_id)
            IS NOT -NEW.amount_fen)
    BEGIN SELECT RAISE(ABORT, 'not what this settlement says'); END;
CREATE TRIGGER settlement_forward BEFORE UPDATE ON settlement
    WHEN OLD.reversed_ms IS NOT NULL OR (NEW.id, NEW.deal_id, NEW.terms_id, NEW.measurement_id, NEW.basis,
        NEW.contract_area, NEW.measured_area, NEW.unit_price_fen, NEW.amount_fen, NEW.may_cancel, NEW.reason,
        NEW.receivable_id, NEW.voucher_id, NEW.actor, NEW.at_ms) IS NOT (OLD.id, OLD.deal_id, OLD.terms_id,
        OLD.measurement_id, OLD.basis, OLD.contract_area, OLD.measured_area, OLD.unit_price_fen, OLD.amount_fen,
        OLD.may_cancel, OLD.reason, OLD.receivable_id, OLD.voucher_id, OLD.actor, OLD.at_ms)
    BEGIN SELECT RAISE(ABORT, 'a settlement is only reversed'); END;
CREATE TRIGGER settlement_no_delete BEFORE DELETE ON settlement BEGIN SELECT RAISE(ABORT, 'settlements are kept'); END;
-- What it asked for, or gave, is not there any more when it is reversed.
CREATE TRIGGER settlement_undone BEFORE UPDATE OF reversed_ms ON settlement
    WHEN (NEW.receivable_id IS NOT NULL AND (SELECT l.ended_ms FROM receivable l WHERE l.id = NEW.receivable_id) IS NULL)
        OR (NEW.undo_id IS NOT NULL AND (SELECT SUM(e.amount_fen) FROM voucher v JOIN ledger_entry e ON
            e.voucher_id = v.id JOIN ledger_account a ON a.id = e.debit_id AND a.deal_id = NEW.deal_id
            AND a.fund = 'area_difference' WHERE v.id = NEW.undo_id AND v.kind = 'settle' AND v.deal_id = NEW.deal_id)
            IS NOT -NEW.amount_fen)
    BEGIN SELECT RAISE(ABORT, 'this settlement still stands'); END;

-- ---- late fee ----

-- What a contract says of paying late: so much a day (0.00001), and when it is more than so many days, another rate for
-- all of them: the two are not added. The last one counts.
CREATE TABLE late_term (
    id INTEGER PRIMARY KEY,
    deal_id INTEGER NOT NULL REFERENCES deal(id),
    rate INTEGER NOT NULL CHECK (rate BETWEEN 0 AND 10000),
    days INTEGER NOT NULL CHECK (days BETWEEN 0 AND 3650),
    beyond_rate INTEGER NOT NULL CHECK (beyond_rate BETWEEN rate AND 10000),
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX late_term_deal ON late_term(deal_id, id);
CREATE TRIGGER late_term_no_update BEFORE UPDATE ON late_term BEGIN SELECT RAISE(ABORT, 'what a contract said stays'); END;
CREATE TRIGGER late_term_no_delete BEFORE DELETE ON late_term BEGIN SELECT RAISE(ABORT, 'what a contract said stays'); END;

-- So much of what is owed for paying a line late is not asked for, under approval.
CREATE TABLE late_waiver (
    id INTEGER PRIMARY KEY,
    receivable_id INTEGER NOT NULL REFERENCES receivable(id),
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 400),
    state TEXT NOT NULL DEFAULT 'asked'
        CHECK (state IN ('asked', 'approved', 'rejected', 'returned', 'withdrawn')),
    approval_id INTEGER REFERENCES approval(id),
    user_id INTEGER NOT NULL REFERENCES user_account(id),
    asked_ms INTEGER NOT NULL,
    ended_ms INTEGER,
    ended_by TEXT NOT NULL DEFAULT '',
    CHECK ((state = 'asked') = (ended_ms IS NULL)),
    CHECK (state <> 'approved' OR approval_id IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX late_waiver_one_asked ON late_waiver(receivable_id) WHERE state = 'asked';
CREATE INDEX late_waiver_line ON late_waiver(receivable_id, id);
CREATE TRIGGER late_waiver_forward BEFORE UPDATE ON late_waiver
    WHEN OLD.ended_ms IS NOT NULL OR (NEW.id, NEW.receivable_id, NEW.amount_fen, NEW.reason, NEW.user_id, NEW.asked_ms)
        IS NOT (OLD.id, OLD.receivable_id, OLD.amount_fen, OLD.reason, OLD.user_id, OLD.asked_ms)
        OR (OLD.approval_id IS NOT NULL AND NEW.approval_id IS NOT OLD.approval_id)
    BEGIN SELECT RAISE(ABORT, 'illegal change of a waiver'); END;
CREATE TRIGGER late_waiver_no_delete BEFORE DELETE ON late_waiver BEGIN SELECT RAISE(ABORT, 'waivers are kept'); END;

-- What was owed became a due line, when it was taken: with all that it was computed from, frozen.
CREATE TABLE late_charge (
    id INTEGER PRIMARY KEY,
    receivable_id INTEGER NOT NULL REFERENCES receivable(id), -- paid late
    line_id INTEGER NOT NULL UNIQUE REFERENCES receivable(id), -- the fee
    term_id INTEGER NOT NULL REFERENCES late_term(id),
    until_day TEXT NOT NULL CHECK (length(until_day) = 10),
    rate INTEGER NOT NULL CHECK (rate BETWEEN 0 AND 10000),
    days INTEGER NOT NULL CHECK (days >= 1),
    computed_fen INTEGER NOT NULL,
    before_fen INTEGER NOT NULL CHECK (before_fen >= 0), -- charged before
    waived_fen INTEGER NOT NULL CHECK (waived_fen >= 0),
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    CHECK (before_fen + waived_fen + amount_fen <= computed_fen)
) STRICT;
CREATE INDEX late_charge_line ON late_charge(receivable_id);
CREATE TRIGGER late_charge_own BEFORE INSERT ON late_charge
    WHEN NOT EXISTS (SELECT 1 FROM receivable l JOIN receivable f ON f.id = NEW.line_id AND f.deal_id = l.deal_id
            AND f.fund = 'late_fee' AND f.amount_fen = NEW.amount_fen JOIN late_term t ON t.id = NEW.term_id
            AND t.deal_id = l.deal_id WHERE l.id = NEW.receivable_id AND l.loan = 0 AND l.amount_fen > 0
            AND l.due_date < NEW.until_day AND l.fund NOT IN ('late_fee', 'agency_fee'))
        OR NEW.before_fen <> (SELECT COALESCE(SUM(c.amount_fen), 0) FROM late_charge c
            WHERE c.receivable_id = NEW.receivable_id)
        OR NEW.waived_fen <> (SELECT COALESCE(SUM(w.amount_fen), 0) FROM late_waiver w
            WHERE w.receivable_id = NEW.receivable_id AND w.state = 'approved')
    BEGIN SELECT RAISE(ABORT, 'not what is owed for this line'); END;
CREATE TRIGGER late_charge_no_update BEFORE UPDATE ON late_charge BEGIN SELECT RAISE(ABORT, 'charges are append-only'); END;
CREATE TRIGGER late_charge_no_delete BEFORE DELETE ON late_charge BEGIN SELECT RAISE(ABORT, 'charges are append-only'); END;

-- ---- a receipt in the place of another (FI-30) ----

-- A payment has one paper at a time: a leaf may take the place of the one before it, which was handed back or is said to
-- be lost, with the reason. So the leaves of a payment are a chain, and its last one is the paper that counts. The table
-- is made anew: a UNIQUE cannot be changed in place.
CREATE TABLE receipt_next (
    book_id INTEGER NOT NULL REFERENCES receipt_book(id),
    no INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('issued', 'spoilt', 'lost')),
    voucher_id INTEGER REFERENCES voucher(id),
    content TEXT NOT NULL,
    sha BLOB NOT NULL CHECK (length(sha) = 32),
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    from_book_id INTEGER,
    from_no INTEGER,
    returned INTEGER NOT NULL DEFAULT 1 CHECK (returned IN (0, 1)), -- the one before; 0: it is lost
    reason TEXT NOT NULL DEFAULT '' CHECK (length(reason) <= 200),
    PRIMARY KEY (book_id, no),
    UNIQUE (from_book_id, from_no),
    CHECK ((kind = 'issued') = (voucher_id IS NOT NULL)),
    CHECK ((from_book_id IS NULL) = (from_no IS NULL)),
    CHECK ((from_no IS NULL) = (reason = '')),
    CHECK (from_no IS NOT NULL OR returned = 1),
    FOREIGN KEY (from_book_id, from_no) REFERENCES receipt(book_id, no)
) STRICT, WITHOUT ROWID;
INSERT INTO receipt_next (book_id, no, kind, voucher_id, content, sha, actor, at_ms)
    SELECT book_id, no, kind, voucher_id, content, sha, actor, at_ms FROM receipt;
DROP TABLE receipt;
ALTER TABLE receipt_next RENAME TO receipt;
CREATE UNIQUE INDEX receipt_first ON receipt(voucher_id) WHERE from_no IS NULL AND voucher_id IS NOT NULL;
CREATE INDEX receipt_voucher ON receipt(voucher_id);
CREATE TRIGGER receipt_counted BEFORE INSERT ON receipt
    WHEN NOT EXISTS (SELECT 1 FROM receipt_book b WHERE b.id = NEW.book_id AND b.issued = NEW.no)
    BEGIN SELECT RAISE(ABORT, 'leaves are counted'); END;
CREATE TRIGGER receipt_own BEFORE INSERT ON receipt
    WHEN NEW.voucher_id IS NOT NULL AND NEW.from_no IS NULL AND NOT EXISTS (SELECT 1 FROM voucher v
        WHERE v.id = NEW.voucher_id AND v.book_id = NEW.book_id AND v.receipt_no = NEW.no)
    BEGIN SELECT RAISE(ABORT, 'not the leaf of this voucher'); END;
-- The same payment, and money that is there.
CREATE TRIGGER receipt_swapped BEFORE INSERT ON receipt
    WHEN NEW.from_no IS NOT NULL AND NOT EXISTS (SELECT 1 FROM receipt q JOIN receipt_book b ON b.id = q.book_id JOIN
        receipt_book n ON n.id = NEW.book_id WHERE q.book_id = NEW.from_book_id AND q.no = NEW.from_no
        AND q.voucher_id = NEW.voucher_id AND n.project_id = b.project_id AND n.kind = b.kind
        AND NOT EXISTS (SELECT 1 FROM voucher x WHERE x.reverses_id = q.voucher_id))
    BEGIN SELECT RAISE(ABORT, 'not a paper of this payment'); END;
CREATE TRIGGER receipt_no_update BEFORE UPDATE ON receipt BEGIN SELECT RAISE(ABORT, 'receipts are append-only'); END;
CREATE TRIGGER receipt_no_delete BEFORE DELETE ON receipt BEGIN SELECT RAISE(ABORT, 'receipts are append-only'); END;
