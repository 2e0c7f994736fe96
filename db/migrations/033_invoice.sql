-- Invoices (IV-01 to IV-05, FI-30): asked for here, issued by the tax platform and by nobody else. What is here is the
-- request, the receipts that it is of, what the platform said, and the number it gave.

-- ---- dated settings ----

-- What an invoice of that kind is of, and its rate, from a day on (FC 27.7): the newest that has begun holds.
CREATE TABLE invoice_item (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('advance', 'sale')),
    from_day TEXT NOT NULL CHECK (length(from_day) = 10),
    code TEXT NOT NULL CHECK (length(code) BETWEEN 3 AND 19 AND ltrim(code, '0123456789') = ''),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 60),     -- the platform's for the code
    suffix TEXT NOT NULL CHECK (length(suffix) BETWEEN 1 AND 40), -- behind the project's name
    rate TEXT NOT NULL CHECK (length(rate) BETWEEN 1 AND 20),     -- as the platform writes it
    rate_bp INTEGER CHECK (rate_bp BETWEEN 0 AND 10000),          -- NULL: not taxed
    ordinary INTEGER NOT NULL CHECK (ordinary IN (0, 1)),         -- ordinary invoices alone
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    UNIQUE (kind, from_day)
) STRICT;
CREATE TRIGGER invoice_item_no_update BEFORE UPDATE ON invoice_item BEGIN SELECT RAISE(ABORT, 'rates are append-only'); END;
CREATE TRIGGER invoice_item_no_delete BEFORE DELETE ON invoice_item BEGIN SELECT RAISE(ABORT, 'rates are append-only'); END;
-- Announcement 2016 No. 53 of the tax administration: an advance payment for a home of one's own building is not taxed.
INSERT INTO invoice_item (id, kind, from_day, code, name, suffix, rate, rate_bp, ordinary, actor, at_ms)
    VALUES (1, 'advance', '2016-09-01', '602', '销售自行开发的房地产项目预收款', '商品房预收款', '不征税', NULL, 1, 'system', 0);

-- How another's sheets call our columns.
CREATE TABLE invoice_mapping (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 40)
) STRICT;
CREATE TABLE invoice_mapping_head (
    mapping_id INTEGER NOT NULL REFERENCES invoice_mapping(id),
    sheet TEXT NOT NULL CHECK (sheet IN ('request', 'result')),
    field TEXT NOT NULL CHECK (length(field) BETWEEN 1 AND 20),
    head TEXT NOT NULL CHECK (length(head) BETWEEN 1 AND 40),
    PRIMARY KEY (mapping_id, sheet, field),
    UNIQUE (mapping_id, sheet, head)
) STRICT, WITHOUT ROWID;

-- ---- on whose name ----

-- What stands on an invoice of its buyer. Once an invoice is of it, it stays as it is: another one is another row.
CREATE TABLE invoice_profile (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customer(id),
    kind TEXT NOT NULL CHECK (kind IN ('person', 'company')),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    address TEXT NOT NULL DEFAULT '' CHECK (length(address) <= 100),
    bank TEXT NOT NULL DEFAULT '' CHECK (length(bank) <= 80),
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    ended_ms INTEGER
) STRICT;
CREATE INDEX invoice_profile_customer ON invoice_profile(customer_id);
-- Its tax number or identity document, its account: sealed (seal.h).
CREATE TABLE invoice_secret (
    profile_id INTEGER NOT NULL REFERENCES invoice_profile(id),
    kind TEXT NOT NULL CHECK (kind IN ('tax', 'account')),
    lookup BLOB NOT NULL CHECK (length(lookup) = 32),
    key_id INTEGER NOT NULL,
    sealed BLOB NOT NULL CHECK (length(sealed) = 88),
    tail TEXT NOT NULL CHECK (length(tail) = 4),
    PRIMARY KEY (profile_id, kind)
) STRICT, WITHOUT ROWID;

-- ---- requests (开票申请) and what became of them ----

CREATE TABLE invoice (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 8 AND 40), -- what a channel knows it by, also after a restore
    project_id INTEGER NOT NULL REFERENCES project(id),
    deal_id INTEGER NOT NULL REFERENCES deal(id),
    profile_id INTEGER NOT NULL REFERENCES invoice_profile(id),
    item_id INTEGER NOT NULL REFERENCES invoice_item(id),
    item TEXT NOT NULL CHECK (length(item) BETWEEN 1 AND 140),
    unit TEXT NOT NULL CHECK (length(unit) <= 120),
    remark TEXT NOT NULL CHECK (length(remark) <= 400),
    amount_fen INTEGER NOT NULL CHECK (amount_fen BETWEEN 1 AND 1000000000000),
    actor TEXT NOT NULL,
    made_ms INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'wanted', -- of invoice_state.def
    state_ms INTEGER NOT NULL,
    detail TEXT NOT NULL DEFAULT '' CHECK (length(detail) <= 200) -- what was said of it last
) STRICT;
CREATE INDEX invoice_project ON invoice(project_id, id);
CREATE INDEX invoice_deal ON invoice(deal_id, id);
CREATE INDEX invoice_waits ON invoice(id) WHERE state IN ('wanted', 'sent');
CREATE TRIGGER invoice_profile_kept BEFORE UPDATE ON invoice_profile
    WHEN NEW.id <> OLD.id OR NEW.customer_id <> OLD.customer_id OR NEW.kind <> OLD.kind OR NEW.at_ms <> OLD.at_ms
        OR ((NEW.name <> OLD.name OR NEW.address <> OLD.address OR NEW.bank <> OLD.bank)
            AND EXISTS (SELECT 1 FROM invoice i WHERE i.profile_id = OLD.id))
    BEGIN SELECT RAISE(ABORT, 'an invoice is on this name'); END;
CREATE TRIGGER invoice_profile_no_delete BEFORE DELETE ON invoice_profile BEGIN SELECT RAISE(ABORT, 'names are kept'); END;
CREATE TRIGGER invoice_secret_kept BEFORE DELETE ON invoice_secret
    WHEN EXISTS (SELECT 1 FROM invoice i WHERE i.profile_id = OLD.profile_id)
    BEGIN SELECT RAISE(ABORT, 'an invoice is on this name'); END;

CREATE TRIGGER invoice_wanted BEFORE INSERT ON invoice
    WHEN NEW.state <> 'wanted' OR NOT EXISTS (SELECT 1 FROM deal d WHERE d.id = NEW.deal_id AND d.project_id = NEW.project_id)
    BEGIN SELECT RAISE(ABORT, 'an invoice begins as a request for a deal'); END;
CREATE TRIGGER invoice_step BEFORE UPDATE ON invoice
    WHEN NEW.id <> OLD.id OR NEW.name <> OLD.name OR NEW.project_id <> OLD.project_id OR NEW.deal_id <> OLD.deal_id
        OR NEW.profile_id <> OLD.profile_id OR NEW.item_id <> OLD.item_id OR NEW.item <> OLD.item
        OR NEW.unit <> OLD.unit OR NEW.remark <> OLD.remark OR NEW.amount_fen <> OLD.amount_fen
        OR NEW.made_ms <> OLD.made_ms OR NEW.version <> OLD.version + 1
        OR OLD.state || '>' || NEW.state NOT IN ('wanted>exported', 'wanted>sent', 'wanted>issued', 'wanted>void',
        'exported>issued', 'exported>refused', 'exported>void', 'sent>issued', 'sent>refused', 'sent>wanted',
        'refused>wanted', 'refused>void', 'issued>red_wanted', 'red_wanted>red', 'red_wanted>issued')
    BEGIN SELECT RAISE(ABORT, 'not a step of an invoice'); END;
CREATE TRIGGER invoice_no_delete BEFORE DELETE ON invoice BEGIN SELECT RAISE(ABORT, 'invoices are kept'); END;

-- What money it is of: a receipt, or what came to the deal from the buyer's earnest money or another home. Invoices of
-- one kind are of no more than it brought, however many pieces it is asked for in.
CREATE TABLE invoice_part (
    invoice_id INTEGER NOT NULL REFERENCES invoice(id),
    voucher_id INTEGER NOT NULL REFERENCES voucher(id),
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
    PRIMARY KEY (invoice_id, voucher_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX invoice_part_voucher ON invoice_part(voucher_id);
CREATE TRIGGER invoice_part_carried BEFORE INSERT ON invoice_part
    WHEN NEW.amount_fen
        + (SELECT COALESCE(SUM(p.amount_fen), 0) FROM invoice_part p JOIN invoice i ON i.id = p.invoice_id
            JOIN invoice_item t ON t.id = i.item_id WHERE p.voucher_id = NEW.voucher_id AND i.state NOT IN ('void', 'red')
            AND t.kind = (SELECT t2.kind FROM invoice i2 JOIN invoice_item t2 ON t2.id = i2.item_id
                WHERE i2.id = NEW.invoice_id))
        > (SELECT COALESCE(SUM(e.amount_fen), 0) FROM invoice i JOIN ledger_account a ON a.deal_id = i.deal_id
            JOIN ledger_entry e ON e.credit_id = a.id JOIN voucher v ON v.id = e.voucher_id
            WHERE i.id = NEW.invoice_id AND e.voucher_id = NEW.voucher_id AND v.kind IN ('receipt', 'carry', 'exchange')
            AND a.fund IN ('booking', 'deposit', 'down_payment', 'house_money', 'bank_loan', 'fund_loan',
                'area_difference', 'attached'))
        OR EXISTS (SELECT 1 FROM voucher b WHERE b.reverses_id = NEW.voucher_id)
    BEGIN SELECT RAISE(ABORT, 'more than this money'); END;
CREATE TRIGGER invoice_part_no_update BEFORE UPDATE ON invoice_part BEGIN SELECT RAISE(ABORT, 'requests are append-only'); END;
CREATE TRIGGER invoice_part_no_delete BEFORE DELETE ON invoice_part BEGIN SELECT RAISE(ABORT, 'requests are append-only'); END;
CREATE TRIGGER voucher_invoiced BEFORE INSERT ON voucher
    WHEN NEW.reverses_id IS NOT NULL AND EXISTS (SELECT 1 FROM invoice_part p JOIN invoice i ON i.id = p.invoice_id
        WHERE p.voucher_id = NEW.reverses_id AND i.state NOT IN ('void', 'red'))
    BEGIN SELECT RAISE(ABORT, 'an invoice of this money stands'); END;

-- The platform's numbers: of the invoice, and of the one in red that takes it back. Each is of one invoice.
CREATE TABLE invoice_number (
    number TEXT PRIMARY KEY CHECK (length(number) = 20 AND ltrim(number, '0123456789') = ''),
    invoice_id INTEGER NOT NULL REFERENCES invoice(id),
    kind TEXT NOT NULL CHECK (kind IN ('issued', 'red')),
    day TEXT NOT NULL CHECK (length(day) = 10), -- the platform's
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    UNIQUE (invoice_id, kind)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER invoice_number_in_time BEFORE INSERT ON invoice_number
    WHEN (SELECT i.state FROM invoice i WHERE i.id = NEW.invoice_id) NOT IN ('wanted', 'exported', 'sent', 'red_wanted')
        OR ((SELECT i.state FROM invoice i WHERE i.id = NEW.invoice_id) = 'red_wanted') <> (NEW.kind = 'red')
    BEGIN SELECT RAISE(ABORT, 'no number is waited for'); END;
CREATE TRIGGER invoice_number_no_update BEFORE UPDATE ON invoice_number BEGIN SELECT RAISE(ABORT, 'numbers are append-only'); END;
CREATE TRIGGER invoice_number_no_delete BEFORE DELETE ON invoice_number BEGIN SELECT RAISE(ABORT, 'numbers are append-only'); END;
CREATE TRIGGER invoice_numbered BEFORE UPDATE ON invoice
    WHEN NEW.state IN ('issued', 'red') AND NOT EXISTS (SELECT 1 FROM invoice_number n WHERE n.invoice_id = NEW.id
        AND n.kind = NEW.state)
    BEGIN SELECT RAISE(ABORT, 'an invoice has the number of the platform'); END;

CREATE TABLE invoice_event (
    invoice_id INTEGER NOT NULL REFERENCES invoice(id),
    ordinal INTEGER NOT NULL CHECK (ordinal >= 1),
    state TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    actor TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (invoice_id, ordinal)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER invoice_event_no_update BEFORE UPDATE ON invoice_event BEGIN SELECT RAISE(ABORT, 'invoice events are append-only'); END;
CREATE TRIGGER invoice_event_no_delete BEFORE DELETE ON invoice_event BEGIN SELECT RAISE(ABORT, 'invoice events are append-only'); END;

-- What the invoice of a finished home also says (IV-04).
CREATE TABLE invoice_property (
    invoice_id INTEGER PRIMARY KEY REFERENCES invoice(id),
    filing_no TEXT NOT NULL DEFAULT '' CHECK (length(filing_no) <= 40), -- of the contract's filing, or the unit's code
    address TEXT NOT NULL CHECK (length(address) BETWEEN 1 AND 200),
    cross_city INTEGER NOT NULL CHECK (cross_city IN (0, 1)),
    land_tax_no TEXT NOT NULL DEFAULT '' CHECK (length(land_tax_no) <= 40),
    title_no TEXT NOT NULL DEFAULT '' CHECK (length(title_no) <= 40),
    area_unit TEXT NOT NULL DEFAULT '㎡' CHECK (length(area_unit) BETWEEN 1 AND 10),
    area INTEGER NOT NULL CHECK (area >= 0) -- 0.01 m2
) STRICT;
CREATE TRIGGER invoice_property_no_update BEFORE UPDATE ON invoice_property BEGIN SELECT RAISE(ABORT, 'requests are append-only'); END;
CREATE TRIGGER invoice_property_no_delete BEFORE DELETE ON invoice_property BEGIN SELECT RAISE(ABORT, 'requests are append-only'); END;

-- ---- what goes out by hand ----

CREATE TABLE invoice_batch (
    id INTEGER PRIMARY KEY,
    project_id INTEGER NOT NULL REFERENCES project(id),
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX invoice_batch_project ON invoice_batch(project_id, id);
CREATE TABLE invoice_batch_row (
    batch_id INTEGER NOT NULL REFERENCES invoice_batch(id),
    invoice_id INTEGER NOT NULL REFERENCES invoice(id),
    red INTEGER NOT NULL CHECK (red IN (0, 1)),
    PRIMARY KEY (batch_id, invoice_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX invoice_batch_row_invoice ON invoice_batch_row(invoice_id);
CREATE TRIGGER invoice_batch_no_update BEFORE UPDATE ON invoice_batch BEGIN SELECT RAISE(ABORT, 'exports are append-only'); END;
CREATE TRIGGER invoice_batch_no_delete BEFORE DELETE ON invoice_batch BEGIN SELECT RAISE(ABORT, 'exports are append-only'); END;
CREATE TRIGGER invoice_batch_row_no_update BEFORE UPDATE ON invoice_batch_row BEGIN SELECT RAISE(ABORT, 'exports are append-only'); END;
CREATE TRIGGER invoice_batch_row_no_delete BEFORE DELETE ON invoice_batch_row BEGIN SELECT RAISE(ABORT, 'exports are append-only'); END;

-- ---- the receipt's paper for the invoice (FI-30) ----

-- The leaf that was handed back, or is lost, when its buyer was given the invoice.
CREATE TABLE invoice_paper (
    book_id INTEGER NOT NULL,
    no INTEGER NOT NULL,
    invoice_id INTEGER NOT NULL REFERENCES invoice(id),
    returned INTEGER NOT NULL CHECK (returned IN (0, 1)),
    reason TEXT NOT NULL CHECK (length(reason) <= 200 AND (returned = 1 OR reason <> '')),
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (book_id, no),
    FOREIGN KEY (book_id, no) REFERENCES receipt(book_id, no)
) STRICT, WITHOUT ROWID;
CREATE INDEX invoice_paper_invoice ON invoice_paper(invoice_id);
CREATE TRIGGER invoice_paper_live BEFORE INSERT ON invoice_paper
    WHEN NOT EXISTS (SELECT 1 FROM receipt q JOIN invoice_part p ON p.voucher_id = q.voucher_id
            JOIN invoice i ON i.id = p.invoice_id WHERE q.book_id = NEW.book_id AND q.no = NEW.no
            AND i.id = NEW.invoice_id AND i.state = 'issued')
        OR EXISTS (SELECT 1 FROM receipt n WHERE n.from_book_id = NEW.book_id AND n.from_no = NEW.no)
        OR EXISTS (SELECT 1 FROM receipt q JOIN voucher b ON b.reverses_id = q.voucher_id
            WHERE q.book_id = NEW.book_id AND q.no = NEW.no)
    BEGIN SELECT RAISE(ABORT, 'not a paper for this invoice'); END;
CREATE TRIGGER receipt_invoiced BEFORE INSERT ON receipt
    WHEN NEW.from_book_id IS NOT NULL AND EXISTS (SELECT 1 FROM invoice_paper y JOIN invoice i ON i.id = y.invoice_id
        WHERE y.book_id = NEW.from_book_id AND y.no = NEW.from_no AND i.state <> 'red')
    BEGIN SELECT RAISE(ABORT, 'an invoice is in the place of this paper'); END;
CREATE TRIGGER invoice_paper_no_update BEFORE UPDATE ON invoice_paper BEGIN SELECT RAISE(ABORT, 'papers are append-only'); END;
CREATE TRIGGER invoice_paper_no_delete BEFORE DELETE ON invoice_paper BEGIN SELECT RAISE(ABORT, 'papers are append-only'); END;
