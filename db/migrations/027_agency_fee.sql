-- Agency fees (FI-09, FI-10): what a project collects for others by a rule, what the buyer of a deal chose of it, and
-- its money, which is on accounts of its own until it is paid over: nothing of it is the house's.

-- flat: fen; area: fen per m2; price: millionths of the price. '': it is shown, and not collected here.
ALTER TABLE fee ADD COLUMN formula TEXT NOT NULL DEFAULT ''
    CHECK (formula IN ('', 'flat', 'area', 'price') AND (formula = '' OR kind = 'agency'));
ALTER TABLE fee ADD COLUMN rate INTEGER NOT NULL DEFAULT 0
    CHECK (rate >= 0 AND (rate = 0) = (formula = '') AND (formula <> 'price' OR rate <= 1000000));

-- What a deal owes of a fee, as it was worked out when the buyer chose it.
CREATE TABLE deal_fee (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    deal_id INTEGER NOT NULL REFERENCES deal(id),
    fee_id INTEGER NOT NULL REFERENCES fee(id),
    formula TEXT NOT NULL CHECK (formula IN ('flat', 'area', 'price')),
    rate INTEGER NOT NULL CHECK (rate > 0),
    base INTEGER NOT NULL CHECK (base >= 0), -- the area in 0.01 m2, or the price in fen
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
    actor TEXT NOT NULL, -- who wrote the choice down
    at_ms INTEGER NOT NULL,
    ended_ms INTEGER, -- it was taken back
    CHECK ((base = 0) = (formula = 'flat')),
    UNIQUE (deal_id, fee_id)
) STRICT;
CREATE INDEX deal_fee_fee ON deal_fee(fee_id);
CREATE TRIGGER deal_fee_own BEFORE INSERT ON deal_fee
    WHEN NOT EXISTS (SELECT 1 FROM fee f JOIN deal d ON d.project_id = f.project_id
        WHERE f.id = NEW.fee_id AND d.id = NEW.deal_id AND f.formula <> '')
    BEGIN SELECT RAISE(ABORT, 'no fee that is collected in this project'); END;
CREATE TRIGGER deal_fee_forward BEFORE UPDATE ON deal_fee
    WHEN (NEW.id, NEW.deal_id, NEW.fee_id) IS NOT (OLD.id, OLD.deal_id, OLD.fee_id) OR NEW.version <> OLD.version + 1
    BEGIN SELECT RAISE(ABORT, 'illegal change of a fee of a deal'); END;
CREATE TRIGGER deal_fee_no_delete BEFORE DELETE ON deal_fee BEGIN SELECT RAISE(ABORT, 'fees of deals are kept'); END;

-- A voucher may be for many deals at once, and then names nobody; what took nothing in a shift is reversed without one.
-- The table is made anew: a CHECK cannot be changed in place.
CREATE TABLE voucher_next (
    id INTEGER PRIMARY KEY,
    project_id INTEGER NOT NULL REFERENCES project(id),
    number INTEGER NOT NULL CHECK (number > 0),
    kind TEXT NOT NULL,                        -- of ledger.c; 'noted': before there was a ledger
    day TEXT NOT NULL CHECK (length(day) = 10), -- the site's
    shift_id INTEGER REFERENCES shift(id),
    deal_id INTEGER REFERENCES deal(id),
    customer_id INTEGER REFERENCES customer(id), -- who paid, or who gets it; NULL: the payee of a fee
    change_id INTEGER REFERENCES deal_change(id),
    reverses_id INTEGER REFERENCES voucher(id),
    book_id INTEGER,
    receipt_no INTEGER,
    note TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 200),
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    UNIQUE (project_id, number),
    UNIQUE (book_id, receipt_no),
    CHECK ((kind = 'receipt') = (book_id IS NOT NULL)),
    CHECK ((book_id IS NULL) = (receipt_no IS NULL)),
    CHECK ((kind IN ('void', 'reversal')) = (reverses_id IS NOT NULL)),
    CHECK (shift_id IS NOT NULL OR kind NOT IN ('receipt', 'void')),
    CHECK (customer_id IS NOT NULL OR kind IN ('payover', 'reversal')),
    FOREIGN KEY (book_id, receipt_no) REFERENCES receipt(book_id, no) DEFERRABLE INITIALLY DEFERRED
) STRICT;
INSERT INTO voucher_next SELECT id, project_id, number, kind, day, shift_id, deal_id, customer_id, change_id, reverses_id,
    book_id, receipt_no, note, actor, at_ms FROM voucher;
DROP TABLE voucher;
ALTER TABLE voucher_next RENAME TO voucher;
CREATE UNIQUE INDEX voucher_reversed ON voucher(reverses_id) WHERE reverses_id IS NOT NULL;
CREATE INDEX voucher_deal ON voucher(deal_id, id) WHERE deal_id IS NOT NULL;
CREATE INDEX voucher_customer ON voucher(customer_id);
CREATE INDEX voucher_shift ON voucher(shift_id) WHERE shift_id IS NOT NULL;
CREATE INDEX voucher_day ON voucher(project_id, day);
CREATE TRIGGER voucher_shift_open BEFORE INSERT ON voucher
    WHEN (SELECT s.closed_ms FROM shift s WHERE s.id = NEW.shift_id) IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'this shift is closed'); END;
CREATE TRIGGER voucher_reversal BEFORE INSERT ON voucher
    WHEN NEW.reverses_id IS NOT NULL AND EXISTS (SELECT 1 FROM voucher v WHERE v.id = NEW.reverses_id
        AND ((v.shift_id IS NOT NULL AND NEW.shift_id IS NULL) OR NEW.customer_id IS NOT v.customer_id))
    BEGIN SELECT RAISE(ABORT, 'a reversal is of who it was, in a shift if that was'); END;
CREATE TRIGGER voucher_no_update BEFORE UPDATE ON voucher BEGIN SELECT RAISE(ABORT, 'vouchers are append-only'); END;
CREATE TRIGGER voucher_no_delete BEFORE DELETE ON voucher BEGIN SELECT RAISE(ABORT, 'vouchers are append-only'); END;

-- What one was paid over for: one fee, to its payee as he was called then.
CREATE TABLE payover (
    voucher_id INTEGER PRIMARY KEY REFERENCES voucher(id),
    fee_id INTEGER NOT NULL REFERENCES fee(id),
    payee TEXT NOT NULL CHECK (length(payee) BETWEEN 1 AND 100)
) STRICT;
CREATE INDEX payover_fee ON payover(fee_id);
CREATE TRIGGER payover_own BEFORE INSERT ON payover
    WHEN NOT EXISTS (SELECT 1 FROM voucher v JOIN fee f ON f.project_id = v.project_id
        WHERE v.id = NEW.voucher_id AND v.kind = 'payover' AND f.id = NEW.fee_id)
    BEGIN SELECT RAISE(ABORT, 'not paid over for this fee'); END;
CREATE TRIGGER payover_no_update BEFORE UPDATE ON payover BEGIN SELECT RAISE(ABORT, 'vouchers are append-only'); END;
CREATE TRIGGER payover_no_delete BEFORE DELETE ON payover BEGIN SELECT RAISE(ABORT, 'vouchers are append-only'); END;

-- fee: what was collected for a fee of a deal and neither paid over nor given back. It is no money of the deal.
CREATE TABLE ledger_account_next (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('tender', 'deal', 'held', 'fee', 'income', 'noted')),
    project_id INTEGER NOT NULL REFERENCES project(id),
    tender TEXT,
    account_id INTEGER REFERENCES bank_account(id),
    deal_id INTEGER REFERENCES deal(id),
    customer_id INTEGER REFERENCES customer(id),
    deal_fee_id INTEGER REFERENCES deal_fee(id),
    fund TEXT,
    CHECK ((kind = 'tender') = (tender IS NOT NULL)),
    CHECK ((kind = 'tender') = (account_id IS NOT NULL)),
    CHECK ((kind = 'deal') = (deal_id IS NOT NULL)),
    CHECK ((kind = 'held') = (customer_id IS NOT NULL)),
    CHECK ((kind = 'fee') = (deal_fee_id IS NOT NULL)),
    CHECK ((kind IN ('tender', 'noted')) = (fund IS NULL))
) STRICT;
INSERT INTO ledger_account_next SELECT id, kind, project_id, tender, account_id, deal_id, customer_id, NULL, fund
    FROM ledger_account;
DROP TABLE ledger_account;
ALTER TABLE ledger_account_next RENAME TO ledger_account;
CREATE UNIQUE INDEX ledger_account_tender ON ledger_account(account_id, tender) WHERE account_id IS NOT NULL;
CREATE UNIQUE INDEX ledger_account_deal ON ledger_account(deal_id, fund) WHERE deal_id IS NOT NULL;
CREATE UNIQUE INDEX ledger_account_held ON ledger_account(customer_id, project_id, fund) WHERE customer_id IS NOT NULL;
CREATE UNIQUE INDEX ledger_account_fee ON ledger_account(deal_fee_id) WHERE deal_fee_id IS NOT NULL;
CREATE UNIQUE INDEX ledger_account_other ON ledger_account(project_id, kind, COALESCE(fund, ''))
    WHERE kind IN ('income', 'noted');
CREATE TRIGGER ledger_account_no_update BEFORE UPDATE ON ledger_account
    BEGIN SELECT RAISE(ABORT, 'an account stays what it is'); END;
CREATE TRIGGER ledger_account_no_delete BEFORE DELETE ON ledger_account
    BEGIN SELECT RAISE(ABORT, 'accounts are kept'); END;

-- As of 024_refund, of fees too.
DROP TRIGGER ledger_entry_covered;
CREATE TRIGGER ledger_entry_covered AFTER INSERT ON ledger_entry
    WHEN (SELECT a.kind IN ('deal', 'held', 'fee') FROM ledger_account a WHERE a.id = NEW.debit_id)
        AND (SELECT COALESCE(SUM(e.amount_fen), 0) FROM ledger_entry e WHERE e.credit_id = NEW.debit_id)
            - (SELECT SUM(e.amount_fen) FROM ledger_entry e WHERE e.debit_id = NEW.debit_id)
            < (SELECT COALESCE(SUM(l.amount_fen), 0) FROM refund_line l JOIN refund f ON f.id = l.refund_id
                WHERE l.account_id = NEW.debit_id AND f.state IN ('asked', 'approved'))
    BEGIN SELECT RAISE(ABORT, 'this account would be below zero, or below what is asked back'); END;
DROP TRIGGER refund_line_own;
CREATE TRIGGER refund_line_own BEFORE INSERT ON refund_line
    WHEN NOT EXISTS (SELECT 1 FROM refund f JOIN ledger_account a ON a.id = NEW.account_id
        AND a.project_id = f.project_id AND (a.deal_id = f.deal_id OR f.deal_id IS NULL AND a.customer_id = f.customer_id
            OR EXISTS (SELECT 1 FROM deal_fee x WHERE x.id = a.deal_fee_id AND x.deal_id = f.deal_id))
        WHERE f.id = NEW.refund_id AND f.state = 'asked' AND f.approval_id IS NULL)
    BEGIN SELECT RAISE(ABORT, 'not money of this refund'); END;

-- Posts of one's own that did what comes before and after may do this.
INSERT INTO post_right (post_id, right_code) SELECT post_id, 'fee.choose' FROM post_right WHERE right_code = 'deal.make';
INSERT INTO post_right (post_id, right_code) SELECT post_id, 'fee.pay' FROM post_right WHERE right_code = 'account.edit';
