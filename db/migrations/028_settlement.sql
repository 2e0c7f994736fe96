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
