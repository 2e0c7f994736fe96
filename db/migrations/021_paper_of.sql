-- The texts of papers are of more than documents: of a move-in notice and of an executed change too (SF-19, SF-26).
CREATE TABLE document_text_of (
    id INTEGER PRIMARY KEY,
    deal_id INTEGER NOT NULL REFERENCES deal(id), -- whose buyers are named in it
    document_id INTEGER UNIQUE REFERENCES deal_document(id),
    notice_id INTEGER UNIQUE REFERENCES movein_notice(id),
    change_id INTEGER UNIQUE REFERENCES deal_change(id),
    template_id INTEGER NOT NULL REFERENCES document_template(id),
    body TEXT NOT NULL,
    at_ms INTEGER NOT NULL, -- when the paper was made: its buyers are those of that moment
    CHECK ((document_id IS NOT NULL) + (notice_id IS NOT NULL) + (change_id IS NOT NULL) = 1)
) STRICT;
INSERT INTO document_text_of (deal_id, document_id, template_id, body, at_ms)
    SELECT p.deal_id, p.id, x.template_id, x.body, p.made_ms FROM document_text x JOIN deal_document p ON p.id = x.document_id
    ORDER BY p.id;
DROP TABLE document_text;
ALTER TABLE document_text_of RENAME TO document_text;
CREATE INDEX document_text_deal ON document_text(deal_id);
CREATE TRIGGER document_text_no_update BEFORE UPDATE ON document_text BEGIN SELECT RAISE(ABORT, 'document_text is append-only'); END;
CREATE TRIGGER document_text_no_delete BEFORE DELETE ON document_text BEGIN SELECT RAISE(ABORT, 'document_text is append-only'); END;

-- Parking spaces, storage rooms and terraces that belong to a home (PM-16, SF-23). Whether one is sold alone is a flag of
-- its own record (unit.attached_only).
CREATE TABLE unit_attachment (
    unit_id INTEGER PRIMARY KEY NOT NULL REFERENCES unit(id),
    home_id INTEGER NOT NULL REFERENCES unit(id),
    merged INTEGER NOT NULL CHECK (merged IN (0, 1)), -- its price is in the contract's total, or apart
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    CHECK (unit_id <> home_id)
) STRICT;
CREATE INDEX unit_attachment_home ON unit_attachment(home_id);

-- What goes with the home, as it was when the terms were made; the merged ones are in list_fen and in total_fen.
ALTER TABLE terms ADD COLUMN attached_fen INTEGER NOT NULL DEFAULT 0 CHECK (attached_fen >= 0 AND attached_fen < total_fen);
CREATE TABLE terms_attached (
    terms_id INTEGER NOT NULL REFERENCES terms(id),
    unit_id INTEGER NOT NULL REFERENCES unit(id),
    merged INTEGER NOT NULL CHECK (merged IN (0, 1)),
    price_fen INTEGER NOT NULL CHECK (price_fen > 0),
    PRIMARY KEY (terms_id, unit_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER terms_attached_filled BEFORE UPDATE ON terms WHEN OLD.state = 'draft' BEGIN
    SELECT CASE WHEN (SELECT COALESCE(SUM(price_fen), 0) FROM terms_attached WHERE terms_id = NEW.id AND merged = 1) <> NEW.attached_fen
        THEN RAISE(ABORT, 'what is attached is not in the total') END;
END;
CREATE TRIGGER terms_attached_insert BEFORE INSERT ON terms_attached WHEN (SELECT state FROM terms WHERE id = NEW.terms_id) <> 'draft'
    BEGIN SELECT RAISE(ABORT, 'terms are not edited'); END;
CREATE TRIGGER terms_attached_no_update BEFORE UPDATE ON terms_attached BEGIN SELECT RAISE(ABORT, 'terms are not edited'); END;
CREATE TRIGGER terms_attached_no_delete BEFORE DELETE ON terms_attached BEGIN SELECT RAISE(ABORT, 'terms are not edited'); END;

-- The plan of a floor as an image, and where its units are on it (SC-19).
CREATE TABLE floor_plan (
    floor_id INTEGER PRIMARY KEY NOT NULL REFERENCES floor(id),
    version INTEGER NOT NULL DEFAULT 1,
    media_id TEXT NOT NULL REFERENCES media(id),
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE unit_place (
    unit_id INTEGER PRIMARY KEY NOT NULL REFERENCES unit(id),
    x INTEGER NOT NULL CHECK (x BETWEEN 0 AND 1000), -- 0.1 % of the image's width, from the left,
    y INTEGER NOT NULL CHECK (y BETWEEN 0 AND 1000)  -- and of its height, from the top
) STRICT;
