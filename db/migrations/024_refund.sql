-- Money goes back (FI-27, FI-17): asked for, approved, paid out. What is asked back stays where it is until then, and
-- nothing else is done with it.

CREATE TABLE refund (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    project_id INTEGER NOT NULL REFERENCES project(id),
    deal_id INTEGER REFERENCES deal(id), -- NULL: of what is held of the customer
    customer_id INTEGER NOT NULL REFERENCES customer(id), -- who paid, and gets it
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 400),
    bank TEXT NOT NULL DEFAULT '' CHECK (length(bank) <= 80), -- of his account
    state TEXT NOT NULL DEFAULT 'asked'
        CHECK (state IN ('asked', 'approved', 'paid', 'rejected', 'returned', 'withdrawn', 'cancelled')),
    approval_id INTEGER REFERENCES approval(id),
    user_id INTEGER NOT NULL REFERENCES user_account(id),
    asked_ms INTEGER NOT NULL,
    ended_ms INTEGER,
    ended_by TEXT NOT NULL DEFAULT '',
    result TEXT NOT NULL DEFAULT '' CHECK (length(result) <= 200), -- why it was not paid after all
    voucher_id INTEGER UNIQUE REFERENCES voucher(id),
    CHECK ((state IN ('asked', 'approved')) = (ended_ms IS NULL)),
    CHECK ((state = 'paid') = (voucher_id IS NOT NULL)),
    CHECK (approval_id IS NOT NULL OR state NOT IN ('approved', 'paid', 'cancelled'))
) STRICT;
CREATE INDEX refund_project ON refund(project_id, id);
CREATE INDEX refund_deal ON refund(deal_id, id) WHERE deal_id IS NOT NULL;
CREATE INDEX refund_customer ON refund(customer_id, id);

-- What was asked for stays; an erasure takes the words, as of 019_erasure.
CREATE TRIGGER refund_forward BEFORE UPDATE ON refund
    WHEN (NEW.id, NEW.project_id, NEW.deal_id, NEW.customer_id, NEW.user_id, NEW.asked_ms)
        IS NOT (OLD.id, OLD.project_id, OLD.deal_id, OLD.customer_id, OLD.user_id, OLD.asked_ms)
        OR (OLD.approval_id IS NOT NULL AND NEW.approval_id IS NOT OLD.approval_id)
        OR (NEW.state <> OLD.state AND OLD.state || ' ' || NEW.state NOT IN ('asked approved', 'asked rejected',
            'asked returned', 'asked withdrawn', 'approved paid', 'approved cancelled'))
        OR (OLD.ended_ms IS NOT NULL AND (NEW.version, NEW.ended_ms, NEW.ended_by, NEW.result, NEW.voucher_id)
            IS NOT (OLD.version, OLD.ended_ms, OLD.ended_by, OLD.result, OLD.voucher_id))
        OR ((NEW.reason <> OLD.reason OR NEW.bank <> OLD.bank) AND (NEW.reason <> '已擦除' OR NEW.bank <> ''
            OR (SELECT state FROM customer WHERE id = OLD.customer_id) <> 'erased'))
    BEGIN SELECT RAISE(ABORT, 'illegal change of a refund'); END;
CREATE TRIGGER refund_no_delete BEFORE DELETE ON refund BEGIN SELECT RAISE(ABORT, 'refunds are kept'); END;
-- It is paid to whom it was approved for.
CREATE TRIGGER refund_paid BEFORE UPDATE OF voucher_id ON refund
    WHEN NEW.voucher_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM voucher v WHERE v.id = NEW.voucher_id
        AND v.kind = 'refund' AND v.project_id = NEW.project_id AND v.customer_id = NEW.customer_id
        AND v.deal_id IS NEW.deal_id)
    BEGIN SELECT RAISE(ABORT, 'not the voucher of this refund'); END;

CREATE TABLE refund_line (
    refund_id INTEGER NOT NULL REFERENCES refund(id),
    account_id INTEGER NOT NULL REFERENCES ledger_account(id), -- where the money lies
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
    PRIMARY KEY (refund_id, account_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX refund_line_account ON refund_line(account_id);
CREATE TRIGGER refund_line_own BEFORE INSERT ON refund_line
    WHEN NOT EXISTS (SELECT 1 FROM refund f JOIN ledger_account a ON a.id = NEW.account_id
        AND a.project_id = f.project_id AND (a.deal_id = f.deal_id OR f.deal_id IS NULL AND a.customer_id = f.customer_id)
        WHERE f.id = NEW.refund_id AND f.state = 'asked' AND f.approval_id IS NULL)
    BEGIN SELECT RAISE(ABORT, 'not money of this refund'); END;
CREATE TRIGGER refund_line_covered AFTER INSERT ON refund_line
    WHEN (SELECT SUM(l.amount_fen) FROM refund_line l JOIN refund f ON f.id = l.refund_id
            WHERE l.account_id = NEW.account_id AND f.state IN ('asked', 'approved'))
        > (SELECT COALESCE(SUM(e.amount_fen), 0) FROM ledger_entry e WHERE e.credit_id = NEW.account_id)
        - (SELECT COALESCE(SUM(e.amount_fen), 0) FROM ledger_entry e WHERE e.debit_id = NEW.account_id)
    BEGIN SELECT RAISE(ABORT, 'more is asked back than is there'); END;
CREATE TRIGGER refund_line_no_update BEFORE UPDATE ON refund_line
    BEGIN SELECT RAISE(ABORT, 'refunds are append-only'); END;
CREATE TRIGGER refund_line_no_delete BEFORE DELETE ON refund_line
    BEGIN SELECT RAISE(ABORT, 'refunds are append-only'); END;

-- The number of his account, sealed (seal.h). An erasure deletes it.
CREATE TABLE refund_account (
    refund_id INTEGER PRIMARY KEY REFERENCES refund(id),
    lookup BLOB NOT NULL CHECK (length(lookup) = 32),
    key_id INTEGER NOT NULL,
    sealed BLOB NOT NULL CHECK (length(sealed) = 88),
    tail TEXT NOT NULL CHECK (length(tail) <= 4)
) STRICT;

-- As of 023_ledger, and what is asked back is there.
DROP TRIGGER ledger_entry_covered;
CREATE TRIGGER ledger_entry_covered AFTER INSERT ON ledger_entry
    WHEN (SELECT a.kind IN ('deal', 'held') FROM ledger_account a WHERE a.id = NEW.debit_id)
        AND (SELECT COALESCE(SUM(e.amount_fen), 0) FROM ledger_entry e WHERE e.credit_id = NEW.debit_id)
            - (SELECT SUM(e.amount_fen) FROM ledger_entry e WHERE e.debit_id = NEW.debit_id)
            < (SELECT COALESCE(SUM(l.amount_fen), 0) FROM refund_line l JOIN refund f ON f.id = l.refund_id
                WHERE l.account_id = NEW.debit_id AND f.state IN ('asked', 'approved'))
    BEGIN SELECT RAISE(ABORT, 'this account would be below zero, or below what is asked back'); END;

-- Cash is somebody's: it goes in and out in a shift.
CREATE TRIGGER voucher_tender_cash BEFORE INSERT ON voucher_tender
    WHEN NEW.tender = 'cash' AND (SELECT v.shift_id FROM voucher v WHERE v.id = NEW.voucher_id) IS NULL
    BEGIN SELECT RAISE(ABORT, 'cash without a shift'); END;

-- Which line of the schedule a payment was said to be for (FI-39); what nobody said goes to what is due first. A line
-- keeps its place when it is postponed; under other terms there are other lines.
CREATE TABLE earmark (
    voucher_id INTEGER NOT NULL REFERENCES voucher(id),
    terms_id INTEGER NOT NULL REFERENCES terms(id),
    ordinal INTEGER NOT NULL,
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
    PRIMARY KEY (voucher_id, terms_id, ordinal)
) STRICT, WITHOUT ROWID;
CREATE INDEX earmark_line ON earmark(terms_id, ordinal);
CREATE TRIGGER earmark_own BEFORE INSERT ON earmark
    WHEN NOT EXISTS (SELECT 1 FROM voucher v JOIN receivable l ON l.deal_id = v.deal_id AND l.terms_id = NEW.terms_id
        AND l.ordinal = NEW.ordinal WHERE v.id = NEW.voucher_id AND v.kind = 'receipt')
    BEGIN SELECT RAISE(ABORT, 'not a line of this deal'); END;
CREATE TRIGGER earmark_no_update BEFORE UPDATE ON earmark BEGIN SELECT RAISE(ABORT, 'vouchers are append-only'); END;
CREATE TRIGGER earmark_no_delete BEFORE DELETE ON earmark BEGIN SELECT RAISE(ABORT, 'vouchers are append-only'); END;
