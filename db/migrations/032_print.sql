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

-- Which printer takes a kind of paper: of one terminal, or of all that have none of their own.
CREATE TABLE print_route (
    kind TEXT NOT NULL, -- of print_kind.def
    terminal_id INTEGER REFERENCES terminal(id),
    printer_id INTEGER NOT NULL REFERENCES printer(id)
) STRICT;
CREATE UNIQUE INDEX print_route_place ON print_route(kind, terminal_id) WHERE terminal_id IS NOT NULL;
CREATE UNIQUE INDEX print_route_any ON print_route(kind) WHERE terminal_id IS NULL;

-- ---- papers ----

CREATE TABLE paper (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL, -- of print_kind.def
    project_id INTEGER NOT NULL REFERENCES project(id),
    book_id INTEGER NOT NULL, -- the leaf that it is
    receipt_no INTEGER NOT NULL,
    made_ms INTEGER NOT NULL,
    sha BLOB CHECK (length(sha) = 32), -- of its bytes, once they are on the disk
    size INTEGER CHECK (size > 0),
    CHECK ((sha IS NULL) = (size IS NULL)),
    FOREIGN KEY (book_id, receipt_no) REFERENCES receipt(book_id, no),
    UNIQUE (book_id, receipt_no)
) STRICT;
CREATE TRIGGER paper_once BEFORE UPDATE ON paper
    WHEN OLD.sha IS NOT NULL OR NEW.id <> OLD.id OR NEW.kind <> OLD.kind OR NEW.project_id <> OLD.project_id
        OR NEW.book_id <> OLD.book_id OR NEW.receipt_no <> OLD.receipt_no OR NEW.made_ms <> OLD.made_ms
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
