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
