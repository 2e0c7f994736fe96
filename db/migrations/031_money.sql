-- What the money part held of itself only by code, or not at all, the schema holds.

-- ---- area difference (FI-26) ----

-- What a smaller home gives back counts as paid for it: it is of the house's money (fund.h), on an account of its own.
DROP TRIGGER settlement_own;
CREATE TRIGGER settlement_own BEFORE INSERT ON settlement
    WHEN NOT EXISTS (SELECT 1 FROM deal d JOIN measurement m ON m.id = NEW.measurement_id AND m.unit_id = d.unit_id
            JOIN terms t ON t.id = NEW.terms_id AND t.deal_id = d.id AND t.price_basis = NEW.basis WHERE d.id = NEW.deal_id)
        OR (NEW.receivable_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM receivable l WHERE l.id = NEW.receivable_id
            AND l.deal_id = NEW.deal_id AND l.fund = 'area_difference' AND l.amount_fen = NEW.amount_fen AND l.loan = 0
            AND l.terms_id IS NULL))
        OR (NEW.voucher_id IS NOT NULL AND (SELECT SUM(e.amount_fen) FROM voucher v JOIN ledger_entry e ON
            e.voucher_id = v.id JOIN ledger_account a ON a.id = e.credit_id AND a.deal_id = NEW.deal_id
            AND a.fund = 'area_credit' WHERE v.id = NEW.voucher_id AND v.kind = 'settle' AND v.deal_id = NEW.deal_id)
            IS NOT -NEW.amount_fen)
    BEGIN SELECT RAISE(ABORT, 'not what this settlement says'); END;
DROP TRIGGER settlement_undone;
CREATE TRIGGER settlement_undone BEFORE UPDATE OF reversed_ms ON settlement
    WHEN (NEW.receivable_id IS NOT NULL AND (SELECT l.ended_ms FROM receivable l WHERE l.id = NEW.receivable_id) IS NULL)
        OR (NEW.undo_id IS NOT NULL AND (SELECT SUM(e.amount_fen) FROM voucher v JOIN ledger_entry e ON
            e.voucher_id = v.id JOIN ledger_account a ON a.id = e.debit_id AND a.deal_id = NEW.deal_id
            AND a.fund = 'area_credit' WHERE v.id = NEW.undo_id AND v.kind = 'settle' AND v.deal_id = NEW.deal_id)
            IS NOT -NEW.amount_fen)
    BEGIN SELECT RAISE(ABORT, 'this settlement still stands'); END;

-- What was credited before goes there, as far as it is still with the deal and not asked back.
CREATE TABLE crediting AS
    SELECT s.deal_id, v.project_id, v.customer_id, a.id AS account_id, MIN(-s.amount_fen,
        (SELECT COALESCE(SUM(e.amount_fen), 0) FROM ledger_entry e WHERE e.credit_id = a.id)
            - (SELECT COALESCE(SUM(e.amount_fen), 0) FROM ledger_entry e WHERE e.debit_id = a.id)
            - (SELECT COALESCE(SUM(l.amount_fen), 0) FROM refund_line l JOIN refund f ON f.id = l.refund_id
                WHERE l.account_id = a.id AND f.state IN ('asked', 'approved'))) AS fen,
        (SELECT n.last FROM series n WHERE n.project_id = v.project_id AND n.kind = 'voucher') AS number
    FROM settlement s JOIN voucher v ON v.id = s.voucher_id JOIN ledger_account a ON a.deal_id = s.deal_id
        AND a.fund = 'area_difference' WHERE s.reversed_ms IS NULL;
DELETE FROM crediting WHERE fen <= 0;
UPDATE crediting SET number = number
    + (SELECT COUNT(*) FROM crediting x WHERE x.project_id = crediting.project_id AND x.deal_id <= crediting.deal_id);
INSERT INTO ledger_account (kind, project_id, deal_id, fund)
    SELECT 'deal', project_id, deal_id, 'area_credit' FROM crediting;
INSERT INTO voucher (project_id, number, kind, day, deal_id, customer_id, actor, at_ms)
    SELECT c.project_id, c.number, 'settle', v.day, c.deal_id, c.customer_id, 'system', v.at_ms
    FROM crediting c JOIN voucher v ON v.id = (SELECT MAX(x.id) FROM voucher x) ORDER BY c.number;
INSERT INTO ledger_entry (voucher_id, debit_id, credit_id, amount_fen)
    SELECT v.id, c.account_id, a.id, c.fen FROM crediting c
    JOIN voucher v ON v.project_id = c.project_id AND v.number = c.number
    JOIN ledger_account a ON a.deal_id = c.deal_id AND a.fund = 'area_credit';
DROP TRIGGER series_forward;
UPDATE series SET last = (SELECT MAX(v.number) FROM voucher v WHERE v.project_id = series.project_id)
    WHERE kind = 'voucher' AND EXISTS (SELECT 1 FROM crediting c WHERE c.project_id = series.project_id);
CREATE TRIGGER series_forward BEFORE UPDATE ON series WHEN NEW.last <> OLD.last + 1
    BEGIN SELECT RAISE(ABORT, 'numbers are counted'); END;
DROP TABLE crediting;

-- ---- leaves (IV-13, FI-30) ----

-- One that took no money itself is of the shift that its writer had open then.
CREATE INDEX receipt_actor ON receipt(actor, at_ms);

-- ---- the ledger ----

-- An entry joins the voucher that is being made, and no other: none was made since, and what makes one ends with its row
-- in the log.
ALTER TABLE voucher ADD COLUMN audit_seq INTEGER; -- the log's last row when it was made; NULL: before this was kept
CREATE TRIGGER ledger_entry_in_time BEFORE INSERT ON ledger_entry
    WHEN NEW.voucher_id <> (SELECT MAX(v.id) FROM voucher v)
        OR (SELECT v.audit_seq FROM voucher v WHERE v.id = NEW.voucher_id)
            <> (SELECT COALESCE(MAX(a.seq), 0) FROM audit a)
    BEGIN SELECT RAISE(ABORT, 'this voucher is closed'); END;

-- ---- calls for staff (NT-09) ----

-- Of the site's clock too: it was set back, and no money can be booked. The table is made anew: a CHECK cannot be changed
-- in place.
CREATE TABLE alert_next (
    id INTEGER PRIMARY KEY,
    terminal_id INTEGER REFERENCES terminal(id),
    reason TEXT NOT NULL CHECK (reason IN ('help', 'printer', 'reader', 'other', 'disk', 'disk-backups', 'clock')),
    unit_id INTEGER REFERENCES unit(id),
    at_ms INTEGER NOT NULL,
    answered_by TEXT,
    answered_ms INTEGER,
    CHECK ((terminal_id IS NULL) = (reason IN ('disk', 'disk-backups', 'clock')))
) STRICT;
INSERT INTO alert_next SELECT id, terminal_id, reason, unit_id, at_ms, answered_by, answered_ms FROM alert;
DROP TABLE alert;
ALTER TABLE alert_next RENAME TO alert;
CREATE INDEX alert_unit ON alert(unit_id);
CREATE UNIQUE INDEX alert_open ON alert(terminal_id, reason) WHERE answered_ms IS NULL;
CREATE UNIQUE INDEX alert_open_site ON alert(reason) WHERE answered_ms IS NULL AND terminal_id IS NULL;

-- ---- late fee (FI-25) ----

-- What a new contract says of paying late, until it says otherwise (late_term).
ALTER TABLE project ADD COLUMN late_rate INTEGER NOT NULL DEFAULT 0 CHECK (late_rate BETWEEN 0 AND 10000);
ALTER TABLE project ADD COLUMN late_days INTEGER NOT NULL DEFAULT 0 CHECK (late_days BETWEEN 0 AND 3650);
ALTER TABLE project ADD COLUMN late_beyond_rate INTEGER NOT NULL DEFAULT 0
    CHECK (late_beyond_rate BETWEEN late_rate AND 10000);
