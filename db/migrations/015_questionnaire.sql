-- Questionnaires (QN-01 to QN-09): a set of questions per project and stage, and what customers answered.
--
-- What is asked is fixed when a set is enabled: then a question is at most retired, and a change is a new
-- set made from the old one. Answers name their set, question and option, so that counting is one query.

-- edition numbers the sets of a stage in the order in which they were first enabled. The days are those
-- of the site; starts_ms and ends_ms are their instants.
CREATE TABLE questionnaire (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    project_id INTEGER NOT NULL REFERENCES project(id),
    stage TEXT NOT NULL CHECK (stage IN ('first_visit', 'revisit', 'lost', 'deal', 'handover')),
    title TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 60),
    valid_from TEXT,
    valid_until TEXT,
    starts_ms INTEGER,
    ends_ms INTEGER,
    state TEXT NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'enabled', 'disabled')),
    edition INTEGER,
    from_id INTEGER REFERENCES questionnaire(id),
    created_by TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL,
    UNIQUE (project_id, stage, edition),
    UNIQUE (id, project_id, stage),
    CHECK ((edition IS NULL) = (state = 'draft')),
    CHECK (starts_ms < ends_ms),
    CHECK ((starts_ms IS NULL) = (valid_from IS NULL)),
    CHECK ((ends_ms IS NULL) = (valid_until IS NULL))
) STRICT;
CREATE UNIQUE INDEX questionnaire_active ON questionnaire(project_id, stage) WHERE state = 'enabled';
CREATE UNIQUE INDEX questionnaire_next ON questionnaire(from_id) WHERE state = 'draft';
CREATE TRIGGER questionnaire_locked BEFORE UPDATE ON questionnaire
    WHEN NEW.id <> OLD.id OR NEW.project_id <> OLD.project_id
        OR (OLD.state <> 'draft' AND (NEW.state = 'draft' OR NEW.stage <> OLD.stage
            OR NEW.title <> OLD.title OR NEW.starts_ms IS NOT OLD.starts_ms OR NEW.ends_ms IS NOT OLD.ends_ms
            OR NEW.edition <> OLD.edition))
    BEGIN SELECT RAISE(ABORT, 'a questionnaire that was enabled is fixed'); END;
CREATE TRIGGER questionnaire_kept BEFORE DELETE ON questionnaire WHEN OLD.state <> 'draft'
    BEGIN SELECT RAISE(ABORT, 'a questionnaire that was enabled is kept'); END;

-- low and high: the range of a score; high: most choices of a multi, most characters of a text.
CREATE TABLE question (
    id INTEGER PRIMARY KEY,
    questionnaire_id INTEGER NOT NULL REFERENCES questionnaire(id),
    ordinal INTEGER NOT NULL CHECK (ordinal BETWEEN 1 AND 50),
    kind TEXT NOT NULL CHECK (kind IN ('single', 'multi', 'text', 'score', 'matrix')),
    text TEXT NOT NULL CHECK (length(text) BETWEEN 1 AND 200),
    required INTEGER NOT NULL CHECK (required IN (0, 1)),
    low INTEGER,
    high INTEGER,
    retired_ms INTEGER,
    UNIQUE (questionnaire_id, ordinal),
    UNIQUE (id, questionnaire_id, kind),
    CHECK ((low IS NOT NULL) = (kind = 'score')),
    CHECK ((high IS NOT NULL) = (kind IN ('multi', 'text', 'score'))),
    CHECK (COALESCE(low, 0) >= 0 AND high > COALESCE(low, 0) AND high <= 1000)
) STRICT;
CREATE TRIGGER question_new BEFORE INSERT ON question
    WHEN (SELECT state FROM questionnaire WHERE id = NEW.questionnaire_id) <> 'draft'
    BEGIN SELECT RAISE(ABORT, 'a questionnaire that was enabled is fixed'); END;
CREATE TRIGGER question_retired BEFORE UPDATE ON question
    WHEN OLD.retired_ms IS NOT NULL OR NEW.retired_ms IS NULL OR NEW.id <> OLD.id
        OR NEW.questionnaire_id <> OLD.questionnaire_id OR NEW.ordinal <> OLD.ordinal OR NEW.kind <> OLD.kind
        OR NEW.text <> OLD.text OR NEW.required <> OLD.required OR NEW.low IS NOT OLD.low OR NEW.high IS NOT OLD.high
    BEGIN SELECT RAISE(ABORT, 'a question is only retired'); END;
CREATE TRIGGER question_kept BEFORE DELETE ON question
    WHEN (SELECT state FROM questionnaire WHERE id = OLD.questionnaire_id) <> 'draft'
    BEGIN SELECT RAISE(ABORT, 'a questionnaire that was enabled is fixed'); END;

-- What can be chosen; of a matrix its columns.
CREATE TABLE question_option (
    id INTEGER PRIMARY KEY,
    question_id INTEGER NOT NULL REFERENCES question(id),
    ordinal INTEGER NOT NULL CHECK (ordinal BETWEEN 1 AND 20),
    text TEXT NOT NULL CHECK (length(text) BETWEEN 1 AND 60),
    UNIQUE (question_id, ordinal),
    UNIQUE (question_id, text),
    UNIQUE (id, question_id)
) STRICT;
CREATE TRIGGER question_option_new BEFORE INSERT ON question_option
    WHEN (SELECT s.state FROM questionnaire s JOIN question q ON q.questionnaire_id = s.id WHERE q.id = NEW.question_id) <> 'draft'
    BEGIN SELECT RAISE(ABORT, 'a questionnaire that was enabled is fixed'); END;
CREATE TRIGGER question_option_no_update BEFORE UPDATE ON question_option BEGIN SELECT RAISE(ABORT, 'an option is only replaced'); END;
CREATE TRIGGER question_option_kept BEFORE DELETE ON question_option
    WHEN (SELECT s.state FROM questionnaire s JOIN question q ON q.questionnaire_id = s.id WHERE q.id = OLD.question_id) <> 'draft'
    BEGIN SELECT RAISE(ABORT, 'a questionnaire that was enabled is fixed'); END;

-- The rows of a matrix.
CREATE TABLE question_row (
    id INTEGER PRIMARY KEY,
    question_id INTEGER NOT NULL REFERENCES question(id),
    ordinal INTEGER NOT NULL CHECK (ordinal BETWEEN 1 AND 20),
    text TEXT NOT NULL CHECK (length(text) BETWEEN 1 AND 60),
    UNIQUE (question_id, ordinal),
    UNIQUE (question_id, text),
    UNIQUE (id, question_id)
) STRICT;
CREATE TRIGGER question_row_new BEFORE INSERT ON question_row
    WHEN (SELECT s.state FROM questionnaire s JOIN question q ON q.questionnaire_id = s.id WHERE q.id = NEW.question_id) <> 'draft'
    BEGIN SELECT RAISE(ABORT, 'a questionnaire that was enabled is fixed'); END;
CREATE TRIGGER question_row_no_update BEFORE UPDATE ON question_row BEGIN SELECT RAISE(ABORT, 'a row is only replaced'); END;
CREATE TRIGGER question_row_kept BEFORE DELETE ON question_row
    WHEN (SELECT s.state FROM questionnaire s JOIN question q ON q.questionnaire_id = s.id WHERE q.id = OLD.question_id) <> 'draft'
    BEGIN SELECT RAISE(ABORT, 'a questionnaire that was enabled is fixed'); END;

-- A set filled in once, for a customer and what occasioned it. A correction is a new sheet that names the
-- one it takes the place of; what counts are the sheets that no other names. Append-only.
CREATE TABLE answer_sheet (
    id INTEGER PRIMARY KEY,
    questionnaire_id INTEGER NOT NULL,
    project_id INTEGER NOT NULL,
    stage TEXT NOT NULL,
    customer_id INTEGER NOT NULL REFERENCES customer(id),
    event TEXT NOT NULL CHECK (event IN ('', 'visit', 'follow_up', 'deal', 'handover')),
    event_id INTEGER NOT NULL CHECK ((event_id > 0) = (event <> '')),
    corrects_id INTEGER UNIQUE,
    filled_by TEXT NOT NULL,
    filled_ms INTEGER NOT NULL,
    UNIQUE (id, questionnaire_id),
    UNIQUE (id, customer_id, project_id, stage, event, event_id),
    FOREIGN KEY (questionnaire_id, project_id, stage) REFERENCES questionnaire(id, project_id, stage),
    FOREIGN KEY (corrects_id, customer_id, project_id, stage, event, event_id)
        REFERENCES answer_sheet(id, customer_id, project_id, stage, event, event_id)
) STRICT;
CREATE UNIQUE INDEX answer_sheet_event ON answer_sheet(customer_id, project_id, stage, event, event_id)
    WHERE corrects_id IS NULL AND event <> '';
CREATE INDEX answer_sheet_customer ON answer_sheet(customer_id, project_id, stage);
CREATE INDEX answer_sheet_questionnaire ON answer_sheet(questionnaire_id, filled_ms);
CREATE TRIGGER answer_sheet_open BEFORE INSERT ON answer_sheet
    WHEN NOT EXISTS (SELECT 1 FROM questionnaire s WHERE s.id = NEW.questionnaire_id AND s.state = 'enabled'
        AND COALESCE(s.starts_ms <= NEW.filled_ms, 1) AND COALESCE(s.ends_ms > NEW.filled_ms, 1))
    BEGIN SELECT RAISE(ABORT, 'the questionnaire is not open'); END;
CREATE TRIGGER answer_sheet_no_update BEFORE UPDATE ON answer_sheet BEGIN SELECT RAISE(ABORT, 'answer_sheet is append-only'); END;
CREATE TRIGGER answer_sheet_no_delete BEFORE DELETE ON answer_sheet BEGIN SELECT RAISE(ABORT, 'answer_sheet is append-only'); END;

-- One chosen option, one row's choice, one score or one text each. Append-only.
CREATE TABLE answer (
    id INTEGER PRIMARY KEY,
    sheet_id INTEGER NOT NULL,
    questionnaire_id INTEGER NOT NULL,
    question_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    option_id INTEGER,
    row_id INTEGER,
    score INTEGER,
    text TEXT CHECK (length(text) > 0),
    CHECK ((option_id IS NOT NULL) = (kind IN ('single', 'multi', 'matrix'))),
    CHECK ((row_id IS NOT NULL) = (kind = 'matrix')),
    CHECK ((score IS NOT NULL) = (kind = 'score')),
    CHECK ((text IS NOT NULL) = (kind = 'text')),
    FOREIGN KEY (sheet_id, questionnaire_id) REFERENCES answer_sheet(id, questionnaire_id),
    FOREIGN KEY (question_id, questionnaire_id, kind) REFERENCES question(id, questionnaire_id, kind),
    FOREIGN KEY (option_id, question_id) REFERENCES question_option(id, question_id),
    FOREIGN KEY (row_id, question_id) REFERENCES question_row(id, question_id)
) STRICT;
CREATE UNIQUE INDEX answer_once ON answer(sheet_id, question_id) WHERE kind IN ('single', 'text', 'score');
CREATE UNIQUE INDEX answer_choice ON answer(sheet_id, question_id, option_id) WHERE kind = 'multi';
CREATE UNIQUE INDEX answer_cell ON answer(sheet_id, question_id, row_id) WHERE kind = 'matrix';
CREATE INDEX answer_question ON answer(question_id, option_id, row_id);
CREATE TRIGGER answer_within BEFORE INSERT ON answer
    WHEN EXISTS (SELECT 1 FROM question q WHERE q.id = NEW.question_id AND (q.retired_ms IS NOT NULL
        OR NEW.score < q.low OR (q.kind = 'score' AND NEW.score > q.high)
        OR (q.kind = 'text' AND length(NEW.text) > q.high)))
    BEGIN SELECT RAISE(ABORT, 'no answer to that question'); END;
CREATE TRIGGER answer_no_update BEFORE UPDATE ON answer BEGIN SELECT RAISE(ABORT, 'answer is append-only'); END;
CREATE TRIGGER answer_no_delete BEFORE DELETE ON answer BEGIN SELECT RAISE(ABORT, 'answer is append-only'); END;
