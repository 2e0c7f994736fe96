-- Deals (FC SF, ST): one per unit from the booking to the title, its documents, its parties, what is
-- due, and every change of it.
--
-- unit.sale_state stays what the live claim says (I2); a deal's claim is a row of claim like any other
-- holder's, so that one index keeps everybody else out.

-- Numbers of documents by project and kind: counted, never given twice, also of what was cancelled.
CREATE TABLE series (
    project_id INTEGER NOT NULL REFERENCES project(id),
    kind TEXT NOT NULL CHECK (kind IN ('queue', 'booking', 'subscription', 'contract', 'change')),
    last INTEGER NOT NULL CHECK (last >= 0),
    PRIMARY KEY (project_id, kind)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER series_forward BEFORE UPDATE ON series WHEN NEW.last <> OLD.last + 1
    BEGIN SELECT RAISE(ABORT, 'numbers are counted'); END;
CREATE TRIGGER series_no_delete BEFORE DELETE ON series BEGIN SELECT RAISE(ABORT, 'numbers are counted'); END;

-- A place in the queue (SF-04): a person's, for a unit or for none yet.
CREATE TABLE queue_ticket (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    project_id INTEGER NOT NULL REFERENCES project(id),
    number INTEGER NOT NULL CHECK (number > 0),
    customer_id INTEGER NOT NULL REFERENCES customer(id),
    unit_id INTEGER REFERENCES unit(id),
    user_id INTEGER NOT NULL REFERENCES user_account(id), -- the consultant
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'used', 'cancelled')),
    made_ms INTEGER NOT NULL,
    ended_ms INTEGER,
    reason TEXT NOT NULL DEFAULT '' CHECK (length(reason) <= 200),
    UNIQUE (project_id, number),
    CHECK ((state = 'waiting') = (ended_ms IS NULL))
) STRICT;
CREATE UNIQUE INDEX queue_ticket_one_live ON queue_ticket(project_id, customer_id, COALESCE(unit_id, 0)) WHERE ended_ms IS NULL;
CREATE INDEX queue_ticket_unit ON queue_ticket(unit_id) WHERE ended_ms IS NULL;
CREATE INDEX queue_ticket_customer ON queue_ticket(customer_id);
CREATE TRIGGER queue_ticket_forward BEFORE UPDATE ON queue_ticket
    WHEN (OLD.ended_ms IS NOT NULL AND NOT (OLD.state = 'used' AND NEW.state = 'waiting')) -- undone (T28)
        OR NEW.number <> OLD.number OR NEW.project_id <> OLD.project_id
    BEGIN SELECT RAISE(ABORT, 'illegal change of a queue number'); END;
CREATE TRIGGER queue_ticket_no_delete BEFORE DELETE ON queue_ticket BEGIN SELECT RAISE(ABORT, 'queue numbers are kept'); END;

-- stage: the letter of the unit's state. outcome '': live.
CREATE TABLE deal (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    project_id INTEGER NOT NULL REFERENCES project(id),
    unit_id INTEGER NOT NULL REFERENCES unit(id),
    customer_id INTEGER NOT NULL REFERENCES customer(id), -- the main buyer
    user_id INTEGER NOT NULL REFERENCES user_account(id), -- the consultant
    stage TEXT NOT NULL CHECK (stage IN ('B', 'S', 'C', 'F', 'D', 'T')),
    outcome TEXT NOT NULL DEFAULT ''
        CHECK (outcome IN ('', 'cancelled', 'rescinded', 'forfeited', 'exchanged', 'expired', 'void')),
    terms_id INTEGER NOT NULL REFERENCES terms(id), -- as they stand
    ticket_id INTEGER REFERENCES queue_ticket(id),  -- where it came from
    from_deal_id INTEGER UNIQUE REFERENCES deal(id), -- the one it was exchanged for
    opened_ms INTEGER NOT NULL,
    due_ms INTEGER,          -- book until, sign by, file by: by the stage; NULL: nothing runs
    due_noticed_ms INTEGER,  -- when its passing was told
    closed_ms INTEGER,
    CHECK ((outcome = '') = (closed_ms IS NULL)),
    UNIQUE (id, unit_id)
) STRICT;
CREATE UNIQUE INDEX deal_one_live_per_unit ON deal(unit_id) WHERE closed_ms IS NULL;
CREATE INDEX deal_unit ON deal(unit_id);
CREATE INDEX deal_project ON deal(project_id, id);
CREATE INDEX deal_customer ON deal(customer_id);
CREATE INDEX deal_user ON deal(user_id, id);
CREATE INDEX deal_due ON deal(due_ms) WHERE closed_ms IS NULL AND due_ms IS NOT NULL;
CREATE TRIGGER deal_forward BEFORE UPDATE ON deal
    WHEN OLD.closed_ms IS NOT NULL OR NEW.unit_id <> OLD.unit_id OR NEW.project_id <> OLD.project_id
        OR (OLD.stage <> NEW.stage AND (OLD.stage || NEW.stage) NOT IN
            ('BS', 'BC', 'SC', 'CF', 'CD', 'FD', 'DT', 'SB', 'CB', 'CS', 'FC', 'DC', 'DF', 'TD')) -- back: undone (T28)
    BEGIN SELECT RAISE(ABORT, 'illegal change of a deal'); END;
CREATE TRIGGER deal_no_delete BEFORE DELETE ON deal BEGIN SELECT RAISE(ABORT, 'deals are kept'); END;
-- The terms a deal stands on are its own.
CREATE TRIGGER deal_terms_insert BEFORE INSERT ON deal
    WHEN NOT EXISTS (SELECT 1 FROM terms t WHERE t.id = NEW.terms_id AND t.unit_id = NEW.unit_id AND t.state = 'granted')
    BEGIN SELECT RAISE(ABORT, 'not the terms of this deal'); END;
CREATE TRIGGER deal_terms_update BEFORE UPDATE OF terms_id ON deal
    WHEN NEW.terms_id <> OLD.terms_id AND NOT EXISTS (SELECT 1 FROM terms t WHERE t.id = NEW.terms_id AND t.deal_id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'not the terms of this deal'); END;

-- Buyers with their shares (CU-26), as of any day: a change ends rows and adds others.
CREATE TABLE deal_party (
    id INTEGER PRIMARY KEY,
    deal_id INTEGER NOT NULL REFERENCES deal(id),
    customer_id INTEGER NOT NULL REFERENCES customer(id),
    ordinal INTEGER NOT NULL CHECK (ordinal BETWEEN 1 AND 10), -- 1: the main buyer
    share_bp INTEGER NOT NULL CHECK (share_bp BETWEEN 1 AND 10000),
    since_ms INTEGER NOT NULL,
    ended_ms INTEGER
) STRICT;
CREATE UNIQUE INDEX deal_party_live ON deal_party(deal_id, customer_id) WHERE ended_ms IS NULL;
CREATE UNIQUE INDEX deal_party_order ON deal_party(deal_id, ordinal) WHERE ended_ms IS NULL;
CREATE INDEX deal_party_customer ON deal_party(customer_id);
CREATE TRIGGER deal_party_forward BEFORE UPDATE ON deal_party
    WHEN OLD.ended_ms IS NOT NULL OR NEW.deal_id <> OLD.deal_id OR NEW.customer_id <> OLD.customer_id
        OR NEW.share_bp <> OLD.share_bp OR NEW.ordinal <> OLD.ordinal
    BEGIN SELECT RAISE(ABORT, 'a party is only ended'); END;
CREATE TRIGGER deal_party_no_delete BEFORE DELETE ON deal_party BEGIN SELECT RAISE(ABORT, 'parties are kept'); END;

-- The papers of a deal, each made from the one before without typing anything again (SF-10).
CREATE TABLE deal_document (
    id INTEGER PRIMARY KEY,
    deal_id INTEGER NOT NULL REFERENCES deal(id),
    kind TEXT NOT NULL CHECK (kind IN ('booking', 'subscription', 'contract')),
    project_id INTEGER NOT NULL REFERENCES project(id),
    number INTEGER NOT NULL CHECK (number > 0),
    document TEXT NOT NULL DEFAULT '' CHECK (length(document) <= 80), -- the number on the paper, where it has its own
    previous_id INTEGER REFERENCES deal_document(id),
    terms_id INTEGER NOT NULL REFERENCES terms(id), -- as they were when it was made
    user_id INTEGER NOT NULL REFERENCES user_account(id),
    made_ms INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'live' CHECK (state IN ('live', 'converted', 'ended', 'void')),
    ended_ms INTEGER,
    UNIQUE (project_id, kind, number),
    CHECK ((state = 'live') = (ended_ms IS NULL))
) STRICT;
CREATE UNIQUE INDEX deal_document_one_live ON deal_document(deal_id) WHERE state = 'live';
CREATE UNIQUE INDEX deal_document_paper ON deal_document(project_id, kind, document) WHERE document <> '' AND state <> 'void';
CREATE INDEX deal_document_deal ON deal_document(deal_id, id);
CREATE TRIGGER deal_document_forward BEFORE UPDATE ON deal_document
    WHEN OLD.ended_ms IS NOT NULL AND NOT (OLD.state = 'converted' AND NEW.state = 'live' AND NEW.ended_ms IS NULL) -- undone (T28)
        OR NEW.deal_id <> OLD.deal_id OR NEW.number <> OLD.number OR NEW.kind <> OLD.kind OR NEW.terms_id <> OLD.terms_id
    BEGIN SELECT RAISE(ABORT, 'illegal change of a document'); END;
CREATE TRIGGER deal_document_no_delete BEFORE DELETE ON deal_document BEGIN SELECT RAISE(ABORT, 'documents are kept'); END;

-- What is due, line by line. Those of the schedule belong to terms; new terms end what is not theirs.
-- What came in is not here: it is allocated to the lines, oldest first (FI-39).
CREATE TABLE receivable (
    id INTEGER PRIMARY KEY,
    deal_id INTEGER NOT NULL REFERENCES deal(id),
    terms_id INTEGER REFERENCES terms(id), -- NULL: not of the schedule (difference, penalty, refund)
    ordinal INTEGER NOT NULL,
    fund TEXT NOT NULL,
    amount_fen INTEGER NOT NULL CHECK (amount_fen <> 0), -- below 0: to be paid back
    loan INTEGER NOT NULL DEFAULT 0 CHECK (loan IN (0, 1)),
    due TEXT NOT NULL CHECK (due IN ('date', 'subscribed', 'signed', 'filed', 'node', 'bank')),
    due_days INTEGER NOT NULL DEFAULT 0,
    due_node TEXT NOT NULL DEFAULT '',
    due_date TEXT,       -- once it is known,
    known_ms INTEGER,    -- since when; what is known is not edited: another day is another line
    change_id INTEGER,   -- the change it came from; references deal_change
    made_ms INTEGER NOT NULL,
    waived_ms INTEGER,
    ended_ms INTEGER,    -- by new terms, or with the deal
    FOREIGN KEY (change_id) REFERENCES deal_change(id)
) STRICT;
CREATE UNIQUE INDEX receivable_line ON receivable(deal_id, terms_id, ordinal) WHERE terms_id IS NOT NULL AND ended_ms IS NULL;
CREATE INDEX receivable_deal ON receivable(deal_id);
CREATE INDEX receivable_due ON receivable(due_date) WHERE ended_ms IS NULL;
CREATE TRIGGER receivable_forward BEFORE UPDATE ON receivable
    WHEN OLD.ended_ms IS NOT NULL OR NEW.deal_id <> OLD.deal_id OR NEW.amount_fen <> OLD.amount_fen
        OR NEW.fund <> OLD.fund OR NEW.terms_id IS NOT OLD.terms_id
        OR (OLD.due_date IS NOT NULL AND NEW.due_date IS NOT OLD.due_date)
        OR (OLD.waived_ms IS NOT NULL AND NEW.waived_ms IS NOT OLD.waived_ms)
    BEGIN SELECT RAISE(ABORT, 'illegal change of a due line'); END;
CREATE TRIGGER receivable_no_delete BEFORE DELETE ON receivable BEGIN SELECT RAISE(ABORT, 'due lines are kept'); END;

-- What was received, marked by hand until the ledger takes its place. Below 0: paid back. Append-only.
CREATE TABLE received (
    id INTEGER PRIMARY KEY,
    deal_id INTEGER NOT NULL REFERENCES deal(id),
    fund TEXT NOT NULL,
    amount_fen INTEGER NOT NULL CHECK (amount_fen <> 0),
    change_id INTEGER REFERENCES deal_change(id),  -- that moved it, forfeited it or paid it back
    transfer_deal_id INTEGER REFERENCES deal(id),  -- the other side of a transfer: no cash; NULL: none
    note TEXT NOT NULL DEFAULT '',
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    CHECK (transfer_deal_id IS NULL OR change_id IS NOT NULL)
) STRICT;
CREATE INDEX received_deal ON received(deal_id);
CREATE TRIGGER received_no_update BEFORE UPDATE ON received BEGIN SELECT RAISE(ABORT, 'received is append-only'); END;
CREATE TRIGGER received_no_delete BEFORE DELETE ON received BEGIN SELECT RAISE(ABORT, 'received is append-only'); END;

-- A special transaction (FC 7): asked for, decided, executed, archived when finance is through (WF-11).
CREATE TABLE deal_change (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    project_id INTEGER NOT NULL REFERENCES project(id),
    number INTEGER NOT NULL CHECK (number > 0),
    deal_id INTEGER NOT NULL REFERENCES deal(id),
    kind TEXT NOT NULL, -- of deal_change.def
    stage TEXT NOT NULL, -- the deal's, and
    was_terms_id INTEGER NOT NULL REFERENCES terms(id), -- its terms, when it was asked for
    state TEXT NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'executed', 'rejected', 'returned', 'withdrawn')),
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
    fault_side TEXT NOT NULL DEFAULT '' CHECK (fault_side IN ('', 'buyer', 'seller', 'none')),
    exception TEXT NOT NULL DEFAULT '',  -- of a rename: which of the listed ones (ST-05)
    document TEXT NOT NULL DEFAULT '' CHECK (length(document) <= 80),
    terms_id INTEGER REFERENCES terms(id), -- the new ones
    days INTEGER CHECK (days BETWEEN 1 AND 3650),
    receivable_id INTEGER REFERENCES receivable(id), -- the line that is postponed or waived
    refund_fen INTEGER NOT NULL DEFAULT 0 CHECK (refund_fen >= 0),
    forfeit_fen INTEGER NOT NULL DEFAULT 0 CHECK (forfeit_fen >= 0),
    penalty_fen INTEGER NOT NULL DEFAULT 0 CHECK (penalty_fen >= 0),
    approval_id INTEGER REFERENCES approval(id),
    user_id INTEGER NOT NULL REFERENCES user_account(id),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    asked_ms INTEGER NOT NULL,
    executed_ms INTEGER,
    archived_ms INTEGER,
    archived_by TEXT NOT NULL DEFAULT '',
    result TEXT NOT NULL DEFAULT '' CHECK (length(result) <= 400), -- what finance did
    new_deal_id INTEGER REFERENCES deal(id), -- of an exchange
    UNIQUE (project_id, number),
    CHECK ((state = 'executed') = (executed_ms IS NOT NULL)),
    CHECK (archived_ms IS NULL OR executed_ms IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX deal_change_one_asked ON deal_change(deal_id) WHERE state = 'asked';
CREATE INDEX deal_change_deal ON deal_change(deal_id, id);
CREATE TRIGGER deal_change_forward BEFORE UPDATE ON deal_change
    WHEN (OLD.state <> 'asked' AND NEW.state <> OLD.state) OR NEW.deal_id <> OLD.deal_id OR NEW.kind <> OLD.kind
        OR NEW.hash <> OLD.hash OR NEW.user_id <> OLD.user_id OR OLD.archived_ms IS NOT NULL
        OR NEW.terms_id IS NOT OLD.terms_id OR NEW.days IS NOT OLD.days OR NEW.refund_fen <> OLD.refund_fen
        OR NEW.forfeit_fen <> OLD.forfeit_fen OR NEW.penalty_fen <> OLD.penalty_fen
        OR NEW.receivable_id IS NOT OLD.receivable_id OR NEW.stage <> OLD.stage OR NEW.was_terms_id <> OLD.was_terms_id
    BEGIN SELECT RAISE(ABORT, 'illegal change of a change'); END;
CREATE TRIGGER deal_change_no_delete BEFORE DELETE ON deal_change BEGIN SELECT RAISE(ABORT, 'changes are kept'); END;

CREATE TABLE deal_change_party (
    change_id INTEGER NOT NULL REFERENCES deal_change(id),
    ordinal INTEGER NOT NULL CHECK (ordinal BETWEEN 1 AND 10),
    customer_id INTEGER NOT NULL REFERENCES customer(id),
    share_bp INTEGER NOT NULL CHECK (share_bp BETWEEN 1 AND 10000),
    PRIMARY KEY (change_id, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE deal_change_media (
    change_id INTEGER NOT NULL REFERENCES deal_change(id),
    media_id TEXT NOT NULL REFERENCES media(id),
    PRIMARY KEY (change_id, media_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER deal_change_party_no_update BEFORE UPDATE ON deal_change_party BEGIN SELECT RAISE(ABORT, 'what was asked for stays'); END;
CREATE TRIGGER deal_change_party_no_delete BEFORE DELETE ON deal_change_party BEGIN SELECT RAISE(ABORT, 'what was asked for stays'); END;
CREATE TRIGGER deal_change_media_no_update BEFORE UPDATE ON deal_change_media BEGIN SELECT RAISE(ABORT, 'what was asked for stays'); END;
CREATE TRIGGER deal_change_media_no_delete BEFORE DELETE ON deal_change_media BEGIN SELECT RAISE(ABORT, 'what was asked for stays'); END;

-- Claims learn what a deal is, and whom a lock or a reservation is for. The table is made anew: a CHECK
-- cannot be changed in place.
CREATE TABLE claim_next (
    id INTEGER PRIMARY KEY,
    unit_id INTEGER NOT NULL REFERENCES unit(id),
    state TEXT NOT NULL
        CHECK (state = 'K' OR state = 'R' OR state = 'X' OR state = 'B' OR state = 'S' OR state = 'C' OR
               state = 'F' OR state = 'D' OR state = 'T'),
    kind TEXT NOT NULL
        CHECK (kind = 'lock' OR kind = 'reservation' OR kind = 'hold' OR kind = 'opening' OR kind = 'deal'),
    holder TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    document TEXT NOT NULL DEFAULT '',
    document_date TEXT CHECK (length(document_date) = 10), -- of a filing
    approver TEXT NOT NULL DEFAULT '',
    terminal_id INTEGER REFERENCES terminal(id),
    user_id INTEGER REFERENCES user_account(id),   -- who locked it at a desk
    customer_id INTEGER REFERENCES customer(id),   -- whom a lock or reservation is for
    deal_id INTEGER REFERENCES deal(id),
    since_ms INTEGER NOT NULL,
    until_ms INTEGER,
    previous_id INTEGER REFERENCES claim(id), -- what stood before it; undo goes back there (T28)
    term_ms INTEGER,                          -- of a deal that went on from here: its term then,
    terms_id INTEGER REFERENCES terms(id),    -- and its terms; undo goes back to both
    ended_ms INTEGER,
    CHECK (kind = 'opening' OR kind = 'deal' OR until_ms IS NOT NULL),
    CHECK (kind <> 'hold' OR state = 'X'),
    CHECK (kind <> 'reservation' OR (state = 'R' AND holder <> '')),
    CHECK (kind <> 'lock' OR state = 'K'),
    CHECK ((kind = 'deal') = (deal_id IS NOT NULL)),
    CHECK (kind <> 'deal' OR (state <> 'K' AND state <> 'R' AND state <> 'X' AND until_ms IS NULL))
) STRICT;
INSERT INTO claim_next (id, unit_id, state, kind, holder, reason, document, approver, terminal_id, since_ms, until_ms, previous_id, ended_ms)
    SELECT id, unit_id, state, kind, holder, reason, document, approver, terminal_id, since_ms, until_ms, previous_id, ended_ms FROM claim;
DROP TABLE claim;
ALTER TABLE claim_next RENAME TO claim;
CREATE UNIQUE INDEX claim_one_live_per_unit ON claim(unit_id) WHERE ended_ms IS NULL;
CREATE INDEX claim_due ON claim(until_ms) WHERE ended_ms IS NULL AND until_ms IS NOT NULL;
CREATE INDEX claim_unit ON claim(unit_id);
CREATE INDEX claim_deal ON claim(deal_id) WHERE deal_id IS NOT NULL;
CREATE TRIGGER claim_forward BEFORE UPDATE ON claim
    WHEN OLD.ended_ms IS NOT NULL OR NEW.unit_id <> OLD.unit_id
    BEGIN SELECT RAISE(ABORT, 'an ended claim stays ended'); END;
CREATE TRIGGER claim_no_delete BEFORE DELETE ON claim BEGIN SELECT RAISE(ABORT, 'claims are kept'); END;

-- The controller's word that a unit may be subscribed by a customer (SF-35): of the unit as it was read,
-- for some minutes, once.
CREATE TABLE confirmation (
    id INTEGER PRIMARY KEY,
    unit_id INTEGER NOT NULL REFERENCES unit(id),
    unit_version INTEGER NOT NULL,
    customer_id INTEGER NOT NULL REFERENCES customer(id),
    user_id INTEGER NOT NULL REFERENCES user_account(id),
    made_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    used_ms INTEGER,
    deal_id INTEGER REFERENCES deal(id), -- what it was used for
    CHECK (until_ms > made_ms),
    CHECK ((used_ms IS NULL) = (deal_id IS NULL))
) STRICT;
CREATE INDEX confirmation_unit ON confirmation(unit_id, id);
CREATE TRIGGER confirmation_forward BEFORE UPDATE ON confirmation
    WHEN OLD.used_ms IS NOT NULL OR NEW.unit_id <> OLD.unit_id OR NEW.unit_version <> OLD.unit_version
        OR NEW.customer_id <> OLD.customer_id OR NEW.user_id <> OLD.user_id OR NEW.until_ms <> OLD.until_ms
    BEGIN SELECT RAISE(ABORT, 'a confirmation is used once'); END;
CREATE TRIGGER confirmation_no_delete BEFORE DELETE ON confirmation BEGIN SELECT RAISE(ABORT, 'confirmations are kept'); END;

-- Rules of a project for its deals, in days and the like; 0 of a term: none.
ALTER TABLE project ADD COLUMN book_days INTEGER NOT NULL DEFAULT 3 CHECK (book_days BETWEEN 1 AND 60);
ALTER TABLE project ADD COLUMN sign_days INTEGER NOT NULL DEFAULT 7 CHECK (sign_days BETWEEN 1 AND 180);
ALTER TABLE project ADD COLUMN file_days INTEGER NOT NULL DEFAULT 30 CHECK (file_days BETWEEN 1 AND 30);
ALTER TABLE project ADD COLUMN postpone_times INTEGER NOT NULL DEFAULT 2 CHECK (postpone_times BETWEEN 0 AND 20);
ALTER TABLE project ADD COLUMN postpone_days INTEGER NOT NULL DEFAULT 30 CHECK (postpone_days BETWEEN 0 AND 365);
ALTER TABLE project ADD COLUMN lock_minutes INTEGER NOT NULL DEFAULT 10 CHECK (lock_minutes BETWEEN 1 AND 30);
ALTER TABLE project ADD COLUMN confirm_minutes INTEGER NOT NULL DEFAULT 30 CHECK (confirm_minutes BETWEEN 1 AND 240);
ALTER TABLE project ADD COLUMN confirm_first INTEGER NOT NULL DEFAULT 0 CHECK (confirm_first IN (0, 1));      -- SF-35
ALTER TABLE project ADD COLUMN deposit_first INTEGER NOT NULL DEFAULT 0 CHECK (deposit_first IN (0, 1));      -- G9 before the subscription, not after
ALTER TABLE project ADD COLUMN direct_sign INTEGER NOT NULL DEFAULT 1 CHECK (direct_sign IN (0, 1));          -- sign without subscription
ALTER TABLE project ADD COLUMN reserve_direct INTEGER NOT NULL DEFAULT 1 CHECK (reserve_direct IN (0, 1));    -- T7: R to B or S for its own holder
ALTER TABLE project ADD COLUMN qualification INTEGER NOT NULL DEFAULT 0 CHECK (qualification IN (0, 1));      -- CU-27
