-- Printers, papers and print jobs (FI-13, IV-07 to IV-10, DV-04, DV-13). A paper is a row in the transaction of what it
-- is of; its bytes are made once, lie in the papers folder under their SHA-256 and never change. A job is one try to get
-- it printed, and is never sent twice: what may have come out stays what it is until somebody says what he sees.

-- ---- where to (DV-04) ----

CREATE TABLE printer (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 40),
    driver TEXT NOT NULL CHECK (driver IN ('file', 'cups', 'escpos')),
    target TEXT NOT NULL CHECK (length(target) <= 300), -- the queue; a wire and what hangs on it; of files: ''
    offset_x INTEGER NOT NULL DEFAULT 0 CHECK (offset_x BETWEEN -300 AND 300), -- 0.1 mm, to the right
    offset_y INTEGER NOT NULL DEFAULT 0 CHECK (offset_y BETWEEN -300 AND 300), -- 0.1 mm, down
    added_ms INTEGER NOT NULL,
    retired_ms INTEGER
) STRICT;
CREATE UNIQUE INDEX printer_name ON printer(name) WHERE retired_ms IS NULL;
CREATE UNIQUE INDEX printer_target ON printer(driver, target) WHERE retired_ms IS NULL; -- it has one owner

-- ---- layouts (IV-06, SF-26) ----

-- What stands where on a kind of paper. Its versions stay: the newest is used, and going back is one more of them.
CREATE TABLE paper_layout (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    kind TEXT NOT NULL, -- of print_kind.def
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 40),
    program TEXT UNIQUE, -- the program's layout that it began as; NULL: the office's own
    retired_ms INTEGER
) STRICT;
CREATE UNIQUE INDEX paper_layout_name ON paper_layout(kind, name) WHERE retired_ms IS NULL;
CREATE TABLE paper_layout_version (
    layout_id INTEGER NOT NULL REFERENCES paper_layout(id),
    ordinal INTEGER NOT NULL CHECK (ordinal >= 1),
    body TEXT NOT NULL CHECK (length(body) BETWEEN 2 AND 262144),
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (layout_id, ordinal)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER paper_layout_version_no_update BEFORE UPDATE ON paper_layout_version BEGIN SELECT RAISE(ABORT, 'versions of layouts are append-only'); END;
CREATE TRIGGER paper_layout_version_no_delete BEFORE DELETE ON paper_layout_version BEGIN SELECT RAISE(ABORT, 'versions of layouts are append-only'); END;

-- Which printer takes a kind of paper, and how it looks there: of one terminal, or of all that have none of their own.
CREATE TABLE print_route (
    kind TEXT NOT NULL, -- of print_kind.def
    terminal_id INTEGER REFERENCES terminal(id),
    printer_id INTEGER NOT NULL REFERENCES printer(id),
    layout_id INTEGER REFERENCES paper_layout(id), -- NULL: the first of the kind
    preprinted INTEGER NOT NULL DEFAULT 0 CHECK (preprinted IN (0, 1)) -- its paper has the form already
) STRICT;
CREATE UNIQUE INDEX print_route_place ON print_route(kind, terminal_id) WHERE terminal_id IS NOT NULL;
CREATE UNIQUE INDEX print_route_any ON print_route(kind) WHERE terminal_id IS NULL;

-- ---- papers ----

CREATE TABLE paper (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL, -- of print_kind.def
    subject_id INTEGER NOT NULL, -- what it is of, as its kind has it: of a receipt the book
    subject_no INTEGER NOT NULL DEFAULT 0, -- of a receipt the leaf
    number TEXT NOT NULL CHECK (length(number) BETWEEN 1 AND 60), -- what people call it by; stands on it
    project_id INTEGER REFERENCES project(id), -- NULL: of the whole office
    layout_id INTEGER REFERENCES paper_layout(id), -- NULL: of a kind that has none
    preprinted INTEGER NOT NULL CHECK (preprinted IN (0, 1)),
    made_ms INTEGER NOT NULL,
    layout_ordinal INTEGER, -- the version its bytes were made by
    sha BLOB CHECK (length(sha) = 32), -- of its bytes, once they are on the disk
    size INTEGER CHECK (size > 0),
    roll_sha BLOB CHECK (length(roll_sha) = 32), -- of the roll that they show, where its layout is of one
    CHECK ((sha IS NULL) = (size IS NULL)),
    CHECK (roll_sha IS NULL OR sha IS NOT NULL),
    CHECK ((layout_ordinal IS NULL) = (sha IS NULL OR layout_id IS NULL)),
    FOREIGN KEY (layout_id, layout_ordinal) REFERENCES paper_layout_version(layout_id, ordinal),
    UNIQUE (kind, subject_id, subject_no)
) STRICT;
CREATE TRIGGER paper_receipt BEFORE INSERT ON paper WHEN NEW.kind = 'receipt' AND NOT EXISTS (SELECT 1 FROM receipt
    WHERE book_id = NEW.subject_id AND no = NEW.subject_no)
    BEGIN SELECT RAISE(ABORT, 'a receipt is a leaf of a book'); END;
CREATE TRIGGER paper_once BEFORE UPDATE ON paper
    WHEN OLD.sha IS NOT NULL OR NEW.id <> OLD.id OR NEW.kind <> OLD.kind OR NEW.subject_id <> OLD.subject_id
        OR NEW.subject_no <> OLD.subject_no OR NEW.number <> OLD.number OR NEW.project_id IS NOT OLD.project_id
        OR NEW.layout_id IS NOT OLD.layout_id OR NEW.preprinted <> OLD.preprinted OR NEW.made_ms <> OLD.made_ms
    BEGIN SELECT RAISE(ABORT, 'the bytes of a paper are made once'); END;
CREATE TRIGGER paper_no_delete BEFORE DELETE ON paper BEGIN SELECT RAISE(ABORT, 'papers are append-only'); END;

-- ---- jobs (IV-07, IV-09) ----

CREATE TABLE print_job (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 8 AND 40), -- what a queue knows it by: never its number, which CUPS gives again after a crash
    paper_id INTEGER NOT NULL REFERENCES paper(id),
    printer_id INTEGER NOT NULL REFERENCES printer(id),
    copy INTEGER NOT NULL CHECK (copy >= 0), -- 0: the original; n: marked as the nth copy
    reason TEXT NOT NULL CHECK ((copy = 0 OR reason <> '') AND length(reason) <= 200),
    terminal_id INTEGER REFERENCES terminal(id),
    actor TEXT NOT NULL,
    made_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued', -- of print_state.def
    state_ms INTEGER NOT NULL,
    detail TEXT NOT NULL DEFAULT '' CHECK (length(detail) <= 200) -- what the printer said last
) STRICT;
CREATE INDEX print_job_paper ON print_job(paper_id);
CREATE INDEX print_job_open ON print_job(printer_id, id) WHERE state IN ('queued', 'sending');
CREATE INDEX print_job_doubt ON print_job(id) WHERE state = 'unconfirmed';
-- One original may have come out, and each copy has a number of its own.
CREATE UNIQUE INDEX print_job_copy ON print_job(paper_id, copy) WHERE state NOT IN ('failed', 'expired', 'cancelled');
CREATE TRIGGER print_job_queued BEFORE INSERT ON print_job WHEN NEW.state <> 'queued'
    BEGIN SELECT RAISE(ABORT, 'a job begins in its queue'); END;
CREATE TRIGGER print_job_step BEFORE UPDATE ON print_job
    WHEN NEW.id <> OLD.id OR NEW.name <> OLD.name OR NEW.paper_id <> OLD.paper_id OR NEW.printer_id <> OLD.printer_id
        OR NEW.copy <> OLD.copy OR OLD.state || '>' || NEW.state NOT IN ('queued>sending', 'queued>failed',
        'queued>expired', 'queued>cancelled', 'sending>handed_over', 'sending>unconfirmed', 'sending>failed',
        'handed_over>printed', 'handed_over>unconfirmed', 'handed_over>failed', 'unconfirmed>printed',
        'unconfirmed>failed')
    BEGIN SELECT RAISE(ABORT, 'not a step of a print job'); END;
CREATE TRIGGER print_job_no_delete BEFORE DELETE ON print_job BEGIN SELECT RAISE(ABORT, 'print jobs are append-only'); END;

-- What became of it, and who says so.
CREATE TABLE print_event (
    job_id INTEGER NOT NULL REFERENCES print_job(id),
    ordinal INTEGER NOT NULL CHECK (ordinal >= 1),
    state TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    actor TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (job_id, ordinal)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER print_event_no_update BEFORE UPDATE ON print_event BEGIN SELECT RAISE(ABORT, 'print events are append-only'); END;
CREATE TRIGGER print_event_no_delete BEFORE DELETE ON print_event BEGIN SELECT RAISE(ABORT, 'print events are append-only'); END;
