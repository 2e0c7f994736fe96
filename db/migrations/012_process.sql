-- What is to be done for a deal, who does it and by when (FC SF-12, SF-13, AS-01 to AS-05), and the
-- contract's own steps: shown first, reviewed, countersigned, handed on (SF-25 to SF-27, SF-34 to
-- SF-37).

-- A template of a project; its nodes are copied to a deal when it begins, so that an edit touches no
-- deal that runs.
CREATE TABLE process_template (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    project_id INTEGER NOT NULL REFERENCES project(id),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    plan_kinds TEXT NOT NULL DEFAULT '', -- of payment_plan, separated by a space; '' any
    classes TEXT NOT NULL DEFAULT '',    -- as of fees
    begins TEXT NOT NULL CHECK (begins IN ('subscribed', 'signed')),
    ordinal INTEGER NOT NULL DEFAULT 0,
    enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    UNIQUE (project_id, name)
) STRICT;

CREATE TABLE process_template_node (
    template_id INTEGER NOT NULL REFERENCES process_template(id),
    ordinal INTEGER NOT NULL CHECK (ordinal BETWEEN 1 AND 40),
    code TEXT NOT NULL CHECK (length(code) BETWEEN 1 AND 40),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 40),
    kind TEXT NOT NULL, -- of deal_node.def: what ends it
    right_code TEXT NOT NULL,
    days INTEGER NOT NULL CHECK (days BETWEEN 0 AND 3650),
    counted_from TEXT NOT NULL DEFAULT 'begin' CHECK (counted_from IN ('begin', 'previous')),
    strict INTEGER NOT NULL DEFAULT 1 CHECK (strict IN (0, 1)), -- not before the one above it is done
    PRIMARY KEY (template_id, ordinal),
    UNIQUE (template_id, code)
) STRICT, WITHOUT ROWID;

CREATE TABLE deal_node (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    deal_id INTEGER NOT NULL REFERENCES deal(id),
    ordinal INTEGER NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    right_code TEXT NOT NULL,
    user_id INTEGER REFERENCES user_account(id), -- who has it; NULL: whoever has the right
    days INTEGER NOT NULL,
    counted_from TEXT NOT NULL,
    strict INTEGER NOT NULL CHECK (strict IN (0, 1)),
    due_date TEXT, -- of the site's calendar, once it can be counted
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'void')),
    result TEXT NOT NULL DEFAULT '' CHECK (length(result) <= 400),
    document TEXT NOT NULL DEFAULT '' CHECK (length(document) <= 80),
    done_by TEXT,
    done_ms INTEGER,
    CHECK ((state = 'done') = (done_ms IS NOT NULL)),
    CHECK ((done_ms IS NULL) = (done_by IS NULL))
) STRICT;
CREATE UNIQUE INDEX deal_node_live ON deal_node(deal_id, code) WHERE state <> 'void';
CREATE UNIQUE INDEX deal_node_order ON deal_node(deal_id, ordinal) WHERE state <> 'void';
CREATE INDEX deal_node_due ON deal_node(due_date) WHERE state = 'open';

-- Append-only: done, opened again (under approval), told of.
CREATE TABLE deal_node_event (
    id INTEGER PRIMARY KEY,
    node_id INTEGER NOT NULL REFERENCES deal_node(id),
    event TEXT NOT NULL CHECK (event IN ('done', 'reopened', 'assigned', 'near', 'due', 'overdue', 'progress')),
    note TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 400),
    media_id TEXT REFERENCES media(id),
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX deal_node_event_node ON deal_node_event(node_id, id);
CREATE UNIQUE INDEX deal_node_event_once ON deal_node_event(node_id, event) WHERE event IN ('near', 'due', 'overdue'); -- each once (AS-03)
CREATE TRIGGER deal_node_event_no_update BEFORE UPDATE ON deal_node_event BEGIN SELECT RAISE(ABORT, 'deal_node_event is append-only'); END;
CREATE TRIGGER deal_node_event_no_delete BEFORE DELETE ON deal_node_event BEGIN SELECT RAISE(ABORT, 'deal_node_event is append-only'); END;
CREATE TRIGGER deal_node_no_delete BEFORE DELETE ON deal_node BEGIN SELECT RAISE(ABORT, 'nodes are kept'); END;

-- What was shown to the buyer before the contract (SF-34; Measures for the Sale of Commodity Housing 23).
CREATE TABLE deal_showing (
    deal_id INTEGER NOT NULL REFERENCES deal(id),
    item TEXT NOT NULL, -- of showing.def
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (deal_id, item)
) STRICT, WITHOUT ROWID;

-- The review of a contract, line by line (SF-36), and the countersign sheet in its order (SF-37).
CREATE TABLE contract_check (
    document_id INTEGER NOT NULL REFERENCES deal_document(id),
    item TEXT NOT NULL, -- of contract_check.def
    ok INTEGER NOT NULL CHECK (ok IN (0, 1)),
    note TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 400),
    user_id INTEGER NOT NULL REFERENCES user_account(id),
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (document_id, item),
    CHECK (ok = 1 OR note <> '')
) STRICT, WITHOUT ROWID;

CREATE TABLE contract_sign (
    document_id INTEGER NOT NULL REFERENCES deal_document(id),
    ordinal INTEGER NOT NULL CHECK (ordinal BETWEEN 1 AND 6), -- of countersign.def
    user_id INTEGER NOT NULL REFERENCES user_account(id),     -- who signed, or saw the buyer sign
    note TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 200),
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (document_id, ordinal)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER contract_sign_order BEFORE INSERT ON contract_sign
    WHEN NEW.ordinal > 1 AND NOT EXISTS (SELECT 1 FROM contract_sign WHERE document_id = NEW.document_id AND ordinal = NEW.ordinal - 1)
    BEGIN SELECT RAISE(ABORT, 'the one above has not signed'); END;
CREATE TRIGGER contract_sign_no_update BEFORE UPDATE ON contract_sign BEGIN SELECT RAISE(ABORT, 'a signature stays'); END;
CREATE TRIGGER contract_sign_no_delete BEFORE DELETE ON contract_sign BEGIN SELECT RAISE(ABORT, 'a signature stays'); END;

-- Who has the paper (SF-27). The newest row is where it is. Append-only.
CREATE TABLE document_handover (
    id INTEGER PRIMARY KEY,
    document_id INTEGER NOT NULL REFERENCES deal_document(id),
    holder TEXT NOT NULL CHECK (length(holder) BETWEEN 1 AND 60), -- a person, the bank, the authority, the buyer
    user_id INTEGER REFERENCES user_account(id), -- when it is one of ours
    note TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 200),
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX document_handover_document ON document_handover(document_id, id);
CREATE TRIGGER document_handover_no_update BEFORE UPDATE ON document_handover BEGIN SELECT RAISE(ABORT, 'document_handover is append-only'); END;
CREATE TRIGGER document_handover_no_delete BEFORE DELETE ON document_handover BEGIN SELECT RAISE(ABORT, 'document_handover is append-only'); END;

-- The mortgage of a deal (SF-16, AS-05): what was handed in, where, what became of it.
CREATE TABLE mortgage (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    deal_id INTEGER NOT NULL REFERENCES deal(id),
    kind TEXT NOT NULL CHECK (kind IN ('commercial', 'fund')),
    bank TEXT NOT NULL CHECK (length(bank) BETWEEN 1 AND 60),
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
    years INTEGER NOT NULL CHECK (years BETWEEN 1 AND 30),
    state TEXT NOT NULL DEFAULT 'preparing'
        CHECK (state IN ('preparing', 'submitted', 'approved', 'rejected', 'ended')),
    papers TEXT NOT NULL DEFAULT '', -- codes of mortgage_paper.def that are there, separated by a space
    approved_fen INTEGER CHECK (approved_fen > 0),
    progress_ms INTEGER NOT NULL,    -- the last step forward; what stands too long is chased
    CHECK (state <> 'approved' OR approved_fen IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX mortgage_one_live ON mortgage(deal_id, kind) WHERE state <> 'ended' AND state <> 'rejected';
CREATE INDEX mortgage_open ON mortgage(progress_ms) WHERE state IN ('preparing', 'submitted');

-- Texts of contracts and notices with fields to be filled (SF-25, SF-26); a version in use stays.
CREATE TABLE document_template (
    id INTEGER PRIMARY KEY,
    project_id INTEGER REFERENCES project(id), -- NULL: of every project
    kind TEXT NOT NULL CHECK (kind IN ('booking', 'subscription', 'contract', 'movein_notice', 'change')),
    number INTEGER NOT NULL CHECK (number > 0),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    body TEXT NOT NULL CHECK (length(body) BETWEEN 1 AND 60000),
    state TEXT NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'active', 'retired')),
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX document_template_number ON document_template(COALESCE(project_id, 0), kind, number);
CREATE UNIQUE INDEX document_template_active ON document_template(COALESCE(project_id, 0), kind) WHERE state = 'active';
CREATE TRIGGER document_template_frozen BEFORE UPDATE ON document_template
    WHEN OLD.state <> 'draft' AND (NEW.body <> OLD.body OR NEW.kind <> OLD.kind OR NEW.number <> OLD.number)
    BEGIN SELECT RAISE(ABORT, 'a template in use is not edited'); END;

-- A document's text as it was made: the bytes that will be printed (frozen).
CREATE TABLE document_text (
    document_id INTEGER PRIMARY KEY NOT NULL REFERENCES deal_document(id),
    template_id INTEGER NOT NULL REFERENCES document_template(id),
    body TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;
CREATE TRIGGER document_text_no_update BEFORE UPDATE ON document_text BEGIN SELECT RAISE(ABORT, 'document_text is append-only'); END;
CREATE TRIGGER document_text_no_delete BEFORE DELETE ON document_text BEGIN SELECT RAISE(ABORT, 'document_text is append-only'); END;

-- Notices with proof of delivery (SF-19).
CREATE TABLE movein_notice (
    id INTEGER PRIMARY KEY,
    deal_id INTEGER NOT NULL REFERENCES deal(id),
    handover_date TEXT NOT NULL CHECK (length(handover_date) = 10),
    way TEXT NOT NULL CHECK (way IN ('post', 'sms', 'phone', 'in_person')),
    proof TEXT NOT NULL DEFAULT '' CHECK (length(proof) <= 80),
    actor TEXT NOT NULL,
    sent_ms INTEGER NOT NULL,
    delivered_ms INTEGER
) STRICT;
CREATE INDEX movein_notice_deal ON movein_notice(deal_id);
