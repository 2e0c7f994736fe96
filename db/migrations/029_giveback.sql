-- What a change gives back is a refund like every other: due when the change is carried out, approved by the change's own
-- approval, one for each payer. A loan goes back to the bank that sent it. A refund that was paid can be taken back, and
-- is to be paid again.

ALTER TABLE refund ADD COLUMN change_id INTEGER REFERENCES deal_change(id); -- that gives it back
ALTER TABLE refund ADD COLUMN lender TEXT NOT NULL DEFAULT '' CHECK (length(lender) <= 60); -- of a loan: who gets it
CREATE INDEX refund_change ON refund(change_id) WHERE change_id IS NOT NULL;
-- Who gave the account of one that a change made: who asked for it had none.
ALTER TABLE refund_account ADD COLUMN user_id INTEGER REFERENCES user_account(id);

-- The payments of a refund that were taken back, each by the voucher that reverses it.
CREATE TABLE refund_reversal (
    voucher_id INTEGER PRIMARY KEY REFERENCES voucher(id),
    refund_id INTEGER NOT NULL REFERENCES refund(id),
    by_id INTEGER NOT NULL REFERENCES voucher(id) -- which reverses no other
) STRICT;
CREATE INDEX refund_reversal_refund ON refund_reversal(refund_id);
CREATE TRIGGER refund_reversal_own BEFORE INSERT ON refund_reversal
    WHEN NOT EXISTS (SELECT 1 FROM refund f JOIN voucher b ON b.id = NEW.by_id AND b.reverses_id = NEW.voucher_id
        WHERE f.id = NEW.refund_id AND f.state = 'paid' AND f.voucher_id = NEW.voucher_id)
    BEGIN SELECT RAISE(ABORT, 'not the payment of this refund'); END;
CREATE TRIGGER refund_reversal_no_update BEFORE UPDATE ON refund_reversal
    BEGIN SELECT RAISE(ABORT, 'refunds are append-only'); END;
CREATE TRIGGER refund_reversal_no_delete BEFORE DELETE ON refund_reversal
    BEGIN SELECT RAISE(ABORT, 'refunds are append-only'); END;

-- As of 024_refund. One that a change made is of that change's deal and approval, is given the payee's account later, and
-- is not cancelled: its money can be nowhere else.
DROP TRIGGER refund_forward;
CREATE TRIGGER refund_forward BEFORE UPDATE ON refund
    WHEN (NEW.id, NEW.project_id, NEW.deal_id, NEW.customer_id, NEW.user_id, NEW.asked_ms, NEW.change_id, NEW.lender)
        IS NOT (OLD.id, OLD.project_id, OLD.deal_id, OLD.customer_id, OLD.user_id, OLD.asked_ms, OLD.change_id, OLD.lender)
        OR (OLD.approval_id IS NOT NULL AND NEW.approval_id IS NOT OLD.approval_id)
        OR (NEW.change_id IS NOT NULL AND NEW.approval_id IS NOT (SELECT g.approval_id FROM deal_change g
            WHERE g.id = NEW.change_id))
        OR (NEW.state <> OLD.state AND OLD.state || ' ' || NEW.state NOT IN ('asked approved', 'asked rejected',
            'asked returned', 'asked withdrawn', 'approved paid', 'approved cancelled', 'paid approved'))
        OR (NEW.change_id IS NOT NULL AND NEW.state NOT IN ('approved', 'paid'))
        OR (OLD.state = 'paid' AND NEW.state = 'approved'
            AND NOT EXISTS (SELECT 1 FROM refund_reversal b WHERE b.voucher_id = OLD.voucher_id))
        OR (OLD.ended_ms IS NOT NULL AND NEW.state = OLD.state AND (NEW.version, NEW.ended_ms, NEW.ended_by, NEW.result,
            NEW.voucher_id) IS NOT (OLD.version, OLD.ended_ms, OLD.ended_by, OLD.result, OLD.voucher_id))
        OR ((NEW.reason <> OLD.reason OR NEW.bank <> OLD.bank) AND (NEW.reason <> '已擦除' OR NEW.bank <> ''
            OR (SELECT state FROM customer WHERE id = OLD.customer_id) <> 'erased')
            AND (NEW.reason <> OLD.reason OR OLD.change_id IS NULL OR OLD.state <> 'approved' OR NEW.state <> 'approved'))
    BEGIN SELECT RAISE(ABORT, 'illegal change of a refund'); END;
CREATE TRIGGER refund_of_change BEFORE INSERT ON refund
    WHEN NEW.change_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM deal_change g WHERE g.id = NEW.change_id
        AND g.deal_id = NEW.deal_id)
    BEGIN SELECT RAISE(ABORT, 'not a change of this deal'); END;
-- Its money came back to where it was, and is asked for again.
CREATE TRIGGER refund_reopened AFTER UPDATE OF state ON refund
    WHEN OLD.state = 'paid' AND NEW.state = 'approved' AND EXISTS (SELECT 1 FROM refund_line x WHERE x.refund_id = NEW.id
        AND (SELECT SUM(l.amount_fen) FROM refund_line l JOIN refund f ON f.id = l.refund_id
                WHERE l.account_id = x.account_id AND f.state IN ('asked', 'approved'))
            > (SELECT COALESCE(SUM(e.amount_fen), 0) FROM ledger_entry e WHERE e.credit_id = x.account_id)
            - (SELECT COALESCE(SUM(e.amount_fen), 0) FROM ledger_entry e WHERE e.debit_id = x.account_id))
    BEGIN SELECT RAISE(ABORT, 'more is asked back than is there'); END;
-- A loan's money and the buyer's own are two refunds: they go to two payees.
CREATE TRIGGER refund_line_lender BEFORE INSERT ON refund_line
    WHEN (SELECT a.fund IN ('bank_loan', 'fund_loan') FROM ledger_account a WHERE a.id = NEW.account_id)
        <> (SELECT f.lender <> '' FROM refund f WHERE f.id = NEW.refund_id)
    BEGIN SELECT RAISE(ABORT, 'a loan goes back to its bank'); END;
-- The account is what was approved; one that a change made has it from another than who pays.
CREATE TRIGGER refund_account_when BEFORE INSERT ON refund_account
    WHEN NOT EXISTS (SELECT 1 FROM refund f WHERE f.id = NEW.refund_id
        AND (f.state = 'asked' AND f.approval_id IS NULL AND f.change_id IS NULL AND NEW.user_id IS NULL
            OR f.state = 'approved' AND f.change_id IS NOT NULL AND NEW.user_id IS NOT NULL))
    BEGIN SELECT RAISE(ABORT, 'this refund takes no account now'); END;
-- Finance is through with a change when what it gives back is paid.
CREATE TRIGGER deal_change_paid_back BEFORE UPDATE OF archived_ms ON deal_change
    WHEN NEW.archived_ms IS NOT NULL AND EXISTS (SELECT 1 FROM refund f WHERE f.change_id = NEW.id AND f.state <> 'paid')
    BEGIN SELECT RAISE(ABORT, 'something of this change is to be paid back'); END;

-- What changes of before still have to give back: of each account one, to the buyer, who is named on what was noted.
CREATE TABLE giving_back AS
    SELECT ROW_NUMBER() OVER (ORDER BY a.id) + (SELECT COALESCE(MAX(id), 0) FROM refund) AS id, d.project_id,
        d.id AS deal_id, d.customer_id, g.id AS change_id, g.approval_id, g.user_id, g.executed_ms AS ms,
        substr(g.reason, 1, 400) AS reason, a.id AS account_id,
        CASE WHEN a.fund IN ('bank_loan', 'fund_loan') THEN COALESCE((SELECT m.bank FROM mortgage m WHERE m.deal_id = d.id
            AND (m.kind = 'fund') = (a.fund = 'fund_loan') ORDER BY m.id DESC LIMIT 1), a.fund) ELSE '' END AS lender,
        (SELECT COALESCE(SUM(e.amount_fen), 0) FROM ledger_entry e WHERE e.credit_id = a.id)
            - (SELECT COALESCE(SUM(e.amount_fen), 0) FROM ledger_entry e WHERE e.debit_id = a.id) AS fen
    FROM deal_change g JOIN deal d ON d.id = g.deal_id AND d.closed_ms IS NOT NULL JOIN ledger_account a ON a.deal_id = d.id
    WHERE g.state = 'executed' AND g.archived_ms IS NULL AND g.refund_fen > 0;
DELETE FROM giving_back WHERE fen <= 0;
INSERT INTO refund (id, project_id, deal_id, customer_id, reason, user_id, asked_ms, change_id, lender)
    SELECT id, project_id, deal_id, customer_id, reason, user_id, ms, change_id, lender FROM giving_back;
INSERT INTO refund_line SELECT id, account_id, fen FROM giving_back;
UPDATE refund SET state = 'approved', version = version + 1,
    approval_id = (SELECT b.approval_id FROM giving_back b WHERE b.id = refund.id)
    WHERE id IN (SELECT id FROM giving_back);
DROP TABLE giving_back;
