-- The money: one ledger, numbered receipts, the shifts and books they are taken by (FC 10, 27.6, 27.7).
--
-- A business event of money is a voucher; its entries each move one amount from one account to another, so the
-- books balance by construction. What came in for a deal is what stands on the deal's accounts: the view received.

-- Vouchers are counted. The table is made anew: a CHECK cannot be changed in place.
CREATE TABLE series_next (
    project_id INTEGER NOT NULL REFERENCES project(id),
    kind TEXT NOT NULL CHECK (kind IN ('queue', 'booking', 'subscription', 'contract', 'change', 'voucher')),
    last INTEGER NOT NULL CHECK (last >= 0),
    PRIMARY KEY (project_id, kind)
) STRICT, WITHOUT ROWID;
INSERT INTO series_next SELECT project_id, kind, last FROM series;
DROP TABLE series;
ALTER TABLE series_next RENAME TO series;
CREATE TRIGGER series_forward BEFORE UPDATE ON series WHEN NEW.last <> OLD.last + 1
    BEGIN SELECT RAISE(ABORT, 'numbers are counted'); END;
CREATE TRIGGER series_no_delete BEFORE DELETE ON series BEGIN SELECT RAISE(ABORT, 'numbers are counted'); END;

-- ---- where money goes (FI-07, FI-08) ----

CREATE TABLE bank (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 60),
    disabled INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1))
) STRICT;

-- An escrow account is that of a permit.
CREATE TABLE bank_account (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    project_id INTEGER NOT NULL REFERENCES project(id),
    bank_id INTEGER NOT NULL REFERENCES bank(id),
    kind TEXT NOT NULL CHECK (kind IN ('escrow', 'general', 'agency')),
    holder TEXT NOT NULL CHECK (length(holder) BETWEEN 1 AND 80),
    number TEXT NOT NULL CHECK (length(number) BETWEEN 1 AND 40),
    permit_id INTEGER REFERENCES permit(id),
    disabled INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
    CHECK ((kind = 'escrow') = (permit_id IS NOT NULL)),
    UNIQUE (project_id, number)
) STRICT;
CREATE TRIGGER bank_account_forward BEFORE UPDATE ON bank_account
    WHEN NEW.project_id <> OLD.project_id OR NEW.bank_id <> OLD.bank_id OR NEW.number <> OLD.number
        OR NEW.kind <> OLD.kind OR NEW.holder <> OLD.holder OR NEW.permit_id IS NOT OLD.permit_id
    BEGIN SELECT RAISE(ABORT, 'an account stays what it is'); END;
CREATE TRIGGER bank_account_no_delete BEFORE DELETE ON bank_account BEGIN SELECT RAISE(ABORT, 'accounts are kept'); END;

-- What is paid for a fund goes to one account: of the building, or of the project where its building has none.
CREATE TABLE account_rule (
    project_id INTEGER NOT NULL REFERENCES project(id),
    fund TEXT NOT NULL,
    building_id INTEGER REFERENCES building(id), -- NULL: every other
    account_id INTEGER NOT NULL REFERENCES bank_account(id)
) STRICT;
CREATE UNIQUE INDEX account_rule_one ON account_rule(project_id, fund, COALESCE(building_id, 0));
CREATE TRIGGER account_rule_own BEFORE INSERT ON account_rule
    WHEN NOT EXISTS (SELECT 1 FROM bank_account a WHERE a.id = NEW.account_id AND a.project_id = NEW.project_id)
        OR NEW.building_id IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM building b WHERE b.id = NEW.building_id AND b.project_id = NEW.project_id)
    BEGIN SELECT RAISE(ABORT, 'not of this project'); END;

-- How often they were set: who sets them has seen the last.
CREATE TABLE account_rule_set (
    project_id INTEGER PRIMARY KEY REFERENCES project(id),
    version INTEGER NOT NULL CHECK (version >= 1)
) STRICT;

-- ---- who takes it, and on which paper (FI-14, FI-36) ----

CREATE TABLE shift (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES user_account(id),
    terminal_id INTEGER REFERENCES terminal(id),
    opened_ms INTEGER NOT NULL,
    float_fen INTEGER NOT NULL CHECK (float_fen >= 0), -- the cash it began with
    closed_ms INTEGER CHECK (closed_ms >= opened_ms),
    next_user_id INTEGER REFERENCES user_account(id)   -- who has the cash now
) STRICT;
CREATE UNIQUE INDEX shift_one_open ON shift(user_id) WHERE closed_ms IS NULL;
CREATE INDEX shift_user ON shift(user_id, id);
CREATE TRIGGER shift_forward BEFORE UPDATE ON shift
    WHEN OLD.closed_ms IS NOT NULL OR NEW.user_id <> OLD.user_id OR NEW.opened_ms <> OLD.opened_ms
        OR NEW.float_fen <> OLD.float_fen
    BEGIN SELECT RAISE(ABORT, 'a closed shift stays closed'); END;
CREATE TRIGGER shift_no_delete BEFORE DELETE ON shift BEGIN SELECT RAISE(ABORT, 'shifts are kept'); END;

-- What was there at its end, of each tender; a difference has its reason.
CREATE TABLE shift_count (
    shift_id INTEGER NOT NULL REFERENCES shift(id),
    tender TEXT NOT NULL, -- of tender.def
    expected_fen INTEGER NOT NULL,
    counted_fen INTEGER NOT NULL,
    reason TEXT NOT NULL DEFAULT '' CHECK (length(reason) <= 200),
    PRIMARY KEY (shift_id, tender),
    CHECK (counted_fen = expected_fen OR reason <> '')
) STRICT, WITHOUT ROWID;
CREATE TRIGGER shift_count_open BEFORE INSERT ON shift_count
    WHEN (SELECT s.closed_ms FROM shift s WHERE s.id = NEW.shift_id) IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'this shift is closed'); END;
CREATE TRIGGER shift_count_no_update BEFORE UPDATE ON shift_count BEGIN SELECT RAISE(ABORT, 'counts are kept'); END;
CREATE TRIGGER shift_count_no_delete BEFORE DELETE ON shift_count BEGIN SELECT RAISE(ABORT, 'counts are kept'); END;

-- Leaves of paper with numbers that are taken one by one by who has the book. The counter moves before the leaf is
-- there and refers to it: one that moved without a leaf cannot be committed.
CREATE TABLE receipt_book (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    project_id INTEGER NOT NULL REFERENCES project(id),
    kind TEXT NOT NULL CHECK (kind IN ('receipt', 'agency')),
    source TEXT NOT NULL CHECK (source IN ('preprinted', 'system')),
    prefix TEXT NOT NULL CHECK (length(prefix) <= 12),
    first_no INTEGER NOT NULL CHECK (first_no >= 1),
    last_no INTEGER NOT NULL,
    issued INTEGER,    -- the last number taken; NULL: none
    state TEXT NOT NULL DEFAULT 'registered' CHECK (state IN ('registered', 'out', 'returned', 'verified')),
    holder_id INTEGER REFERENCES user_account(id),
    out_ms INTEGER, -- since when it is out
    made_ms INTEGER NOT NULL,
    CHECK (last_no BETWEEN first_no AND first_no + 9999),
    CHECK (issued BETWEEN first_no AND last_no),
    CHECK ((state = 'out') = (holder_id IS NOT NULL)),
    CHECK ((holder_id IS NULL) = (out_ms IS NULL)),
    FOREIGN KEY (id, issued) REFERENCES receipt(book_id, no) DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE INDEX receipt_book_project ON receipt_book(project_id, id);
CREATE INDEX receipt_book_holder ON receipt_book(holder_id) WHERE holder_id IS NOT NULL;
CREATE TRIGGER receipt_book_apart BEFORE INSERT ON receipt_book
    WHEN EXISTS (SELECT 1 FROM receipt_book b WHERE b.prefix = NEW.prefix AND b.first_no <= NEW.last_no
        AND b.last_no >= NEW.first_no)
    BEGIN SELECT RAISE(ABORT, 'these numbers are of another book'); END;
CREATE TRIGGER receipt_book_forward BEFORE UPDATE ON receipt_book
    WHEN NEW.project_id <> OLD.project_id OR NEW.kind <> OLD.kind OR NEW.source <> OLD.source
        OR NEW.prefix <> OLD.prefix OR NEW.first_no <> OLD.first_no OR NEW.last_no <> OLD.last_no
        OR (NEW.issued IS NOT OLD.issued
            AND (OLD.state <> 'out' OR NEW.issued IS NOT COALESCE(OLD.issued, OLD.first_no - 1) + 1))
        OR (NEW.state <> OLD.state AND OLD.state || ' ' || NEW.state NOT IN
            ('registered out', 'out returned', 'returned out', 'returned verified'))
    BEGIN SELECT RAISE(ABORT, 'illegal change of a receipt book'); END;
CREATE TRIGGER receipt_book_no_delete BEFORE DELETE ON receipt_book BEGIN SELECT RAISE(ABORT, 'books are kept'); END;

-- ---- what happened ----

CREATE TABLE voucher (
    id INTEGER PRIMARY KEY,
    project_id INTEGER NOT NULL REFERENCES project(id),
    number INTEGER NOT NULL CHECK (number > 0),
    kind TEXT NOT NULL,                        -- of ledger.c; 'noted': before there was a ledger
    day TEXT NOT NULL CHECK (length(day) = 10), -- the site's
    shift_id INTEGER REFERENCES shift(id),
    deal_id INTEGER REFERENCES deal(id),
    customer_id INTEGER NOT NULL REFERENCES customer(id), -- who paid, or who gets it
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
    CHECK (shift_id IS NOT NULL OR kind NOT IN ('receipt', 'void', 'reversal')),
    FOREIGN KEY (book_id, receipt_no) REFERENCES receipt(book_id, no) DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE UNIQUE INDEX voucher_reversed ON voucher(reverses_id) WHERE reverses_id IS NOT NULL;
CREATE INDEX voucher_deal ON voucher(deal_id, id) WHERE deal_id IS NOT NULL;
CREATE INDEX voucher_customer ON voucher(customer_id);
CREATE INDEX voucher_shift ON voucher(shift_id) WHERE shift_id IS NOT NULL;
CREATE TRIGGER voucher_shift_open BEFORE INSERT ON voucher
    WHEN (SELECT s.closed_ms FROM shift s WHERE s.id = NEW.shift_id) IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'this shift is closed'); END;
CREATE TRIGGER voucher_no_update BEFORE UPDATE ON voucher BEGIN SELECT RAISE(ABORT, 'vouchers are append-only'); END;
CREATE TRIGGER voucher_no_delete BEFORE DELETE ON voucher BEGIN SELECT RAISE(ABORT, 'vouchers are append-only'); END;

-- A leaf of a book: money was taken on it, or it was spoilt or lost. content is frozen, and sha its SHA-256; what is
-- personal is not in it.
CREATE TABLE receipt (
    book_id INTEGER NOT NULL REFERENCES receipt_book(id),
    no INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('issued', 'spoilt', 'lost')),
    voucher_id INTEGER UNIQUE REFERENCES voucher(id),
    content TEXT NOT NULL,
    sha BLOB NOT NULL CHECK (length(sha) = 32),
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (book_id, no),
    CHECK ((kind = 'issued') = (voucher_id IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE TRIGGER receipt_counted BEFORE INSERT ON receipt
    WHEN NOT EXISTS (SELECT 1 FROM receipt_book b WHERE b.id = NEW.book_id AND b.issued = NEW.no)
    BEGIN SELECT RAISE(ABORT, 'leaves are counted'); END;
CREATE TRIGGER receipt_own BEFORE INSERT ON receipt
    WHEN NEW.voucher_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM voucher v WHERE v.id = NEW.voucher_id
        AND v.book_id = NEW.book_id AND v.receipt_no = NEW.no)
    BEGIN SELECT RAISE(ABORT, 'not the leaf of this voucher'); END;
CREATE TRIGGER receipt_no_update BEFORE UPDATE ON receipt BEGIN SELECT RAISE(ABORT, 'receipts are append-only'); END;
CREATE TRIGGER receipt_no_delete BEFORE DELETE ON receipt BEGIN SELECT RAISE(ABORT, 'receipts are append-only'); END;

-- How it was paid.
CREATE TABLE voucher_tender (
    voucher_id INTEGER NOT NULL REFERENCES voucher(id),
    ordinal INTEGER NOT NULL CHECK (ordinal BETWEEN 1 AND 10),
    tender TEXT NOT NULL, -- of tender.def
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
    account_id INTEGER NOT NULL REFERENCES bank_account(id),
    bank_id INTEGER REFERENCES bank(id), -- the payer's
    reference TEXT NOT NULL DEFAULT '' CHECK (length(reference) <= 64),
    device TEXT NOT NULL DEFAULT '' CHECK (length(device) <= 32), -- the number of the card terminal,
    batch TEXT NOT NULL DEFAULT '' CHECK (length(batch) <= 32),   -- and of its batch
    card_tail TEXT NOT NULL DEFAULT '' CHECK (length(card_tail) IN (0, 4)),
    PRIMARY KEY (voucher_id, ordinal)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER voucher_tender_no_update BEFORE UPDATE ON voucher_tender
    BEGIN SELECT RAISE(ABORT, 'vouchers are append-only'); END;
CREATE TRIGGER voucher_tender_no_delete BEFORE DELETE ON voucher_tender
    BEGIN SELECT RAISE(ABORT, 'vouchers are append-only'); END;

-- A slip, a transfer, a cheque is taken once (FI-33), and again only when what it was taken for is void.
CREATE TABLE slip (
    id INTEGER PRIMARY KEY,
    tender TEXT NOT NULL,
    reference TEXT NOT NULL CHECK (reference <> ''),
    account_id INTEGER NOT NULL REFERENCES bank_account(id),
    voucher_id INTEGER NOT NULL REFERENCES voucher(id),
    freed_id INTEGER REFERENCES voucher(id)
) STRICT;
CREATE UNIQUE INDEX slip_once ON slip(tender, reference, account_id) WHERE freed_id IS NULL;
CREATE INDEX slip_voucher ON slip(voucher_id);
CREATE TRIGGER slip_forward BEFORE UPDATE ON slip
    WHEN OLD.freed_id IS NOT NULL OR NEW.tender <> OLD.tender OR NEW.reference <> OLD.reference
        OR NEW.account_id <> OLD.account_id OR NEW.voucher_id <> OLD.voucher_id
    BEGIN SELECT RAISE(ABORT, 'a slip is only freed'); END;
CREATE TRIGGER slip_no_delete BEFORE DELETE ON slip BEGIN SELECT RAISE(ABORT, 'slips are kept'); END;

-- ---- the ledger ----

-- tender: what came into a bank account in one way. deal, held: what is a deal's or a customer's. income: what became
-- ours. noted: where it came from before there was a ledger.
CREATE TABLE ledger_account (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('tender', 'deal', 'held', 'income', 'noted')),
    project_id INTEGER NOT NULL REFERENCES project(id),
    tender TEXT,
    account_id INTEGER REFERENCES bank_account(id),
    deal_id INTEGER REFERENCES deal(id),
    customer_id INTEGER REFERENCES customer(id),
    fund TEXT,
    CHECK ((kind = 'tender') = (tender IS NOT NULL)),
    CHECK ((kind = 'tender') = (account_id IS NOT NULL)),
    CHECK ((kind = 'deal') = (deal_id IS NOT NULL)),
    CHECK ((kind = 'held') = (customer_id IS NOT NULL)),
    CHECK ((kind IN ('tender', 'noted')) = (fund IS NULL))
) STRICT;
CREATE UNIQUE INDEX ledger_account_tender ON ledger_account(account_id, tender) WHERE account_id IS NOT NULL;
CREATE UNIQUE INDEX ledger_account_deal ON ledger_account(deal_id, fund) WHERE deal_id IS NOT NULL;
CREATE UNIQUE INDEX ledger_account_held ON ledger_account(customer_id, project_id, fund) WHERE customer_id IS NOT NULL;
CREATE UNIQUE INDEX ledger_account_other ON ledger_account(project_id, kind, COALESCE(fund, ''))
    WHERE kind IN ('income', 'noted');
CREATE TRIGGER ledger_account_no_update BEFORE UPDATE ON ledger_account
    BEGIN SELECT RAISE(ABORT, 'an account stays what it is'); END;
CREATE TRIGGER ledger_account_no_delete BEFORE DELETE ON ledger_account
    BEGIN SELECT RAISE(ABORT, 'accounts are kept'); END;

CREATE TABLE ledger_entry (
    id INTEGER PRIMARY KEY,
    voucher_id INTEGER NOT NULL REFERENCES voucher(id),
    debit_id INTEGER NOT NULL REFERENCES ledger_account(id),
    credit_id INTEGER NOT NULL REFERENCES ledger_account(id),
    amount_fen INTEGER NOT NULL CHECK (amount_fen BETWEEN 1 AND 1000000000000),
    reverses_id INTEGER REFERENCES ledger_entry(id),
    CHECK (debit_id <> credit_id)
) STRICT;
CREATE INDEX ledger_entry_voucher ON ledger_entry(voucher_id);
CREATE INDEX ledger_entry_debit ON ledger_entry(debit_id);
CREATE INDEX ledger_entry_credit ON ledger_entry(credit_id);
CREATE UNIQUE INDEX ledger_entry_reversed ON ledger_entry(reverses_id) WHERE reverses_id IS NOT NULL;

-- ---- what was noted by hand ----

INSERT INTO ledger_account (kind, project_id)
    SELECT DISTINCT 'noted', d.project_id FROM received r JOIN deal d ON d.id = r.deal_id;
INSERT INTO ledger_account (kind, project_id, deal_id, fund)
    SELECT DISTINCT 'deal', d.project_id, d.id, r.fund FROM received r JOIN deal d ON d.id = r.deal_id;
INSERT INTO ledger_account (kind, project_id, fund)
    SELECT DISTINCT 'income', d.project_id, r.fund FROM received r JOIN deal d ON d.id = r.deal_id
    WHERE r.change_id IS NOT NULL AND r.note = 'forfeit';
-- Of a transfer the row that takes away is the voucher: the other one says the same.
INSERT INTO voucher (id, project_id, number, kind, day, deal_id, customer_id, change_id, note, actor, at_ms)
    SELECT r.id, d.project_id, ROW_NUMBER() OVER (PARTITION BY d.project_id ORDER BY r.id), 'noted',
        date(r.at_ms / 1000, 'unixepoch', 'localtime'), d.id, d.customer_id, r.change_id, r.note, r.actor, r.at_ms
    FROM received r JOIN deal d ON d.id = r.deal_id WHERE r.transfer_deal_id IS NULL OR r.amount_fen < 0;
INSERT INTO ledger_entry (voucher_id, debit_id, credit_id, amount_fen)
    SELECT r.id, CASE WHEN r.amount_fen < 0 THEN a.id ELSE n.id END, CASE WHEN r.amount_fen > 0 THEN a.id ELSE n.id END,
        abs(r.amount_fen)
    FROM received r JOIN deal d ON d.id = r.deal_id JOIN ledger_account a ON a.deal_id = r.deal_id AND a.fund = r.fund
    JOIN ledger_account n ON CASE
        WHEN r.transfer_deal_id IS NOT NULL THEN n.deal_id = r.transfer_deal_id AND n.fund = r.fund
        WHEN r.change_id IS NOT NULL AND r.note = 'forfeit'
            THEN n.kind = 'income' AND n.project_id = d.project_id AND n.fund = r.fund
        ELSE n.kind = 'noted' AND n.project_id = d.project_id END
    WHERE r.transfer_deal_id IS NULL OR r.amount_fen < 0 ORDER BY r.id;
INSERT INTO series SELECT project_id, 'voucher', MAX(number) FROM voucher GROUP BY project_id;
DROP TABLE received;

-- What came in for a deal and went out of it again, by fund.
CREATE VIEW received AS
    SELECT e.id, a.deal_id, a.fund, CASE WHEN e.credit_id = a.id THEN e.amount_fen ELSE -e.amount_fen END AS amount_fen,
        (SELECT v.change_id FROM voucher v WHERE v.id = e.voucher_id) AS change_id,
        (SELECT v.note FROM voucher v WHERE v.id = e.voucher_id) AS note,
        (SELECT v.actor FROM voucher v WHERE v.id = e.voucher_id) AS actor,
        (SELECT v.at_ms FROM voucher v WHERE v.id = e.voucher_id) AS at_ms
    FROM ledger_account a JOIN ledger_entry e ON e.credit_id = a.id OR e.debit_id = a.id
    WHERE a.deal_id IS NOT NULL;

-- From here on: what was noted could leave a fund below zero.
CREATE TRIGGER ledger_entry_covered AFTER INSERT ON ledger_entry
    WHEN (SELECT a.kind IN ('deal', 'held') FROM ledger_account a WHERE a.id = NEW.debit_id)
        AND (SELECT COALESCE(SUM(e.amount_fen), 0) FROM ledger_entry e WHERE e.credit_id = NEW.debit_id)
            < (SELECT SUM(e.amount_fen) FROM ledger_entry e WHERE e.debit_id = NEW.debit_id)
    BEGIN SELECT RAISE(ABORT, 'this account would be below zero'); END;
CREATE TRIGGER ledger_entry_mirrors BEFORE INSERT ON ledger_entry
    WHEN NEW.reverses_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ledger_entry e JOIN voucher v ON v.id = NEW.voucher_id
        WHERE e.id = NEW.reverses_id AND e.voucher_id = v.reverses_id AND e.debit_id = NEW.credit_id
        AND e.credit_id = NEW.debit_id AND e.amount_fen = NEW.amount_fen)
    BEGIN SELECT RAISE(ABORT, 'a reversal mirrors'); END;
CREATE TRIGGER ledger_entry_no_update BEFORE UPDATE ON ledger_entry
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_entry_no_delete BEFORE DELETE ON ledger_entry
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

-- Who could note money may take it.
UPDATE post_right SET right_code = 'money.take' WHERE right_code = 'money.mark';
