-- The customer master beyond name and numbers: sources and other lists, lifecycle, detail and extra fields,
-- calls and visits, intent, qualification, consent, requests of persons, what search finds by.

-- Lists that people keep (PA-10): sources, job, districts, reasons, ... (option.def). A row is disabled, never
-- deleted, and its code is never given again.
CREATE TABLE option (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    kind TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 30),
    parent_id INTEGER,
    code TEXT NOT NULL CHECK (length(code) BETWEEN 1 AND 30),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 40),
    name_en TEXT NOT NULL DEFAULT '' CHECK (length(name_en) <= 60),
    ordinal INTEGER NOT NULL DEFAULT 0,
    enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    created_by TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    UNIQUE (kind, code),
    UNIQUE (id, kind),
    FOREIGN KEY (parent_id, kind) REFERENCES option(id, kind)
) STRICT;
CREATE UNIQUE INDEX option_name ON option(kind, COALESCE(parent_id, 0), name);
CREATE TRIGGER option_forward BEFORE UPDATE ON option
    WHEN NEW.kind <> OLD.kind OR NEW.code <> OLD.code
    BEGIN SELECT RAISE(ABORT, 'the code of an option stays'); END;
CREATE TRIGGER option_no_delete BEFORE DELETE ON option BEGIN SELECT RAISE(ABORT, 'options are kept'); END;

INSERT INTO option (id, kind, parent_id, code, name, name_en, ordinal, created_by, created_ms) VALUES
    (1, 'source', NULL, 'outreach', '拓客', 'Outreach', 1, 'system', 0),
    (2, 'source', NULL, 'call_in', '来电', 'Call-in', 2, 'system', 0),
    (3, 'source', NULL, 'walk_in', '自访', 'Walk-in', 3, 'system', 0),
    (4, 'source', NULL, 'channel', '渠道', 'Channel', 4, 'system', 0),
    (5, 'source', 1, 'outreach_leaflet', '派单', 'Leaflets', 1, 'system', 0),
    (6, 'source', 1, 'outreach_stand', '巡展', 'Stand', 2, 'system', 0),
    (7, 'source', 4, 'channel_broker', '中介带看', 'Broker', 1, 'system', 0),
    (8, 'source', 4, 'channel_referral', '老带新', 'Referral', 2, 'system', 0),
    (20, 'awareness', NULL, 'friend', '朋友介绍', 'Friends', 1, 'system', 0),
    (21, 'awareness', NULL, 'outdoor', '户外广告', 'Outdoor', 2, 'system', 0),
    (22, 'awareness', NULL, 'online', '网络', 'Online', 3, 'system', 0),
    (23, 'awareness', NULL, 'broker', '中介', 'Broker', 4, 'system', 0),
    (24, 'awareness', NULL, 'passing', '路过', 'Passing by', 5, 'system', 0),
    (25, 'awareness', NULL, 'event', '活动', 'Event', 6, 'system', 0),
    (40, 'job', NULL, 'public', '机关事业单位', 'Public service', 1, 'system', 0),
    (41, 'job', NULL, 'company', '企业职员', 'Employee', 2, 'system', 0),
    (42, 'job', NULL, 'owner', '企业主', 'Business owner', 3, 'system', 0),
    (43, 'job', NULL, 'free', '自由职业', 'Self-employed', 4, 'system', 0),
    (44, 'job', NULL, 'retired', '退休', 'Retired', 5, 'system', 0),
    (60, 'purpose', NULL, 'first_home', '首次置业', 'First home', 1, 'system', 0),
    (61, 'purpose', NULL, 'upgrade', '改善', 'Upgrade', 2, 'system', 0),
    (62, 'purpose', NULL, 'school', '子女教育', 'Schooling', 3, 'system', 0),
    (63, 'purpose', NULL, 'parents', '父母养老', 'For parents', 4, 'system', 0),
    (64, 'purpose', NULL, 'invest', '投资', 'Investment', 5, 'system', 0),
    (80, 'lost_reason', NULL, 'price', '价格', 'Price', 1, 'system', 0),
    (81, 'lost_reason', NULL, 'layout', '户型', 'Layout', 2, 'system', 0),
    (82, 'lost_reason', NULL, 'place', '位置', 'Location', 3, 'system', 0),
    (83, 'lost_reason', NULL, 'elsewhere', '已买他处', 'Bought elsewhere', 4, 'system', 0),
    (84, 'lost_reason', NULL, 'unqualified', '无购房资格', 'Not qualified', 5, 'system', 0),
    (85, 'lost_reason', NULL, 'gave_up', '暂不购买', 'Not buying now', 6, 'system', 0);

-- class follows from what happened (CU-03, customer_class.h); source_id of customers before this is unknown
-- and stays NULL; pinyin NULL: not made yet. A deleted row is for the log alone (CU-19); an erased one has
-- nothing personal left (CU-35).
ALTER TABLE customer ADD COLUMN class TEXT NOT NULL DEFAULT 'potential'
    CHECK (class IN ('potential', 'intending', 'subscribed', 'signed', 'owner', 'resident'));
ALTER TABLE customer ADD COLUMN source_id INTEGER REFERENCES option(id);
ALTER TABLE customer ADD COLUMN pinyin TEXT;
ALTER TABLE customer ADD COLUMN state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'restricted', 'erased'));
ALTER TABLE customer ADD COLUMN deleted_ms INTEGER;
CREATE INDEX customer_class ON customer(class, id);
CREATE INDEX customer_source ON customer(source_id, id);
CREATE INDEX customer_unkeyed ON customer(id) WHERE pinyin IS NULL;
CREATE INDEX customer_secret_tail ON customer_secret(tail) WHERE ended_ms IS NULL;

-- What a name is found by: its ends, in characters, pinyin and initials. An index that one range of reads.
CREATE TABLE customer_key (
    key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 120),
    customer_id INTEGER NOT NULL REFERENCES customer(id),
    PRIMARY KEY (key, customer_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX customer_key_customer ON customer_key(customer_id);

-- One row when something of it is known (CU-05).
CREATE TABLE customer_detail (
    customer_id INTEGER PRIMARY KEY REFERENCES customer(id),
    gender TEXT NOT NULL DEFAULT '' CHECK (gender IN ('', 'male', 'female')),
    birth_date TEXT CHECK (length(birth_date) = 10),
    marital TEXT NOT NULL DEFAULT '' CHECK (marital IN ('', 'single', 'married', 'divorced', 'widowed')),
    education TEXT NOT NULL DEFAULT ''
        CHECK (education IN ('', 'school', 'college', 'bachelor', 'master', 'doctor')),
    email TEXT NOT NULL DEFAULT '' CHECK (length(email) <= 80),
    address TEXT NOT NULL DEFAULT '' CHECK (length(address) <= 120),
    district_id INTEGER REFERENCES option(id),
    family_size INTEGER CHECK (family_size BETWEEN 1 AND 30),
    children INTEGER CHECK (children BETWEEN 0 AND 20),
    elders INTEGER CHECK (elders BETWEEN 0 AND 20),
    lives_in TEXT NOT NULL DEFAULT '' CHECK (lives_in IN ('', 'own', 'rent', 'family', 'staff', 'other')),
    job_id INTEGER REFERENCES option(id),
    employer TEXT NOT NULL DEFAULT '' CHECK (length(employer) <= 80),
    job_title TEXT NOT NULL DEFAULT '' CHECK (length(job_title) <= 40),
    income_fen INTEGER CHECK (income_fen BETWEEN 0 AND 1000000000000), -- of the household, a year
    cars INTEGER CHECK (cars BETWEEN 0 AND 20),
    hobbies TEXT NOT NULL DEFAULT '' CHECK (length(hobbies) <= 120),
    reads TEXT NOT NULL DEFAULT '' CHECK (length(reads) <= 120),       -- which media
    call_when TEXT NOT NULL DEFAULT '' CHECK (length(call_when) <= 60), -- when to call
    note TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 500)
) STRICT;

-- Fields of one's own: of the enterprise, or of a project. choices: one a line. Disabled, never deleted.
CREATE TABLE customer_field (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    project_id INTEGER REFERENCES project(id),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 30),
    type TEXT NOT NULL CHECK (type IN ('text', 'number', 'date', 'choice')),
    choices TEXT NOT NULL DEFAULT '' CHECK (length(choices) <= 2000),
    ordinal INTEGER NOT NULL DEFAULT 0,
    enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    CHECK ((type = 'choice') = (choices <> ''))
) STRICT;
CREATE UNIQUE INDEX customer_field_name ON customer_field(COALESCE(project_id, 0), name);
CREATE TRIGGER customer_field_no_delete BEFORE DELETE ON customer_field
    BEGIN SELECT RAISE(ABORT, 'fields are kept'); END;

CREATE TABLE customer_extra (
    customer_id INTEGER NOT NULL REFERENCES customer(id),
    field_id INTEGER NOT NULL REFERENCES customer_field(id),
    value TEXT NOT NULL CHECK (length(value) BETWEEN 1 AND 200),
    PRIMARY KEY (customer_id, field_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX customer_extra_value ON customer_extra(value, customer_id);

-- The persons to talk to at a company (CU-02): customers themselves, so that one person is one record.
CREATE TABLE customer_person (
    id INTEGER PRIMARY KEY,
    company_id INTEGER NOT NULL,
    company_kind TEXT NOT NULL DEFAULT 'company' CHECK (company_kind = 'company'),
    person_id INTEGER NOT NULL,
    person_kind TEXT NOT NULL DEFAULT 'person' CHECK (person_kind = 'person'),
    role TEXT NOT NULL DEFAULT '' CHECK (length(role) <= 40),
    since_ms INTEGER NOT NULL,
    ended_ms INTEGER,
    FOREIGN KEY (company_id, company_kind) REFERENCES customer(id, kind),
    FOREIGN KEY (person_id, person_kind) REFERENCES customer(id, kind)
) STRICT;
CREATE UNIQUE INDEX customer_person_live ON customer_person(company_id, person_id) WHERE ended_ms IS NULL;
CREATE INDEX customer_person_person ON customer_person(person_id) WHERE ended_ms IS NULL;

-- Calls and visits (CU-07, CU-08). first marks the first of its kind in that project: its time is what it is
-- from then on. Append-only; an erasure takes the words away and nothing else.
CREATE TABLE visit (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('call', 'visit')),
    customer_id INTEGER NOT NULL REFERENCES customer(id),
    project_id INTEGER NOT NULL REFERENCES project(id),
    at_ms INTEGER NOT NULL,
    first INTEGER CHECK (first = 1),
    source_id INTEGER REFERENCES option(id),
    awareness_id INTEGER REFERENCES option(id),
    companions INTEGER NOT NULL DEFAULT 0 CHECK (companions BETWEEN 0 AND 50),
    consultant_id INTEGER REFERENCES user_account(id),
    note TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 500),
    receptionist TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    CHECK (first IS NULL OR kind <> 'visit' OR awareness_id IS NOT NULL) -- MK-05
) STRICT;
CREATE UNIQUE INDEX visit_first ON visit(customer_id, project_id, kind) WHERE first = 1;
CREATE INDEX visit_customer ON visit(customer_id, at_ms);
CREATE INDEX visit_project ON visit(project_id, at_ms);
CREATE TRIGGER visit_no_update BEFORE UPDATE ON visit
    WHEN NEW.note <> '' OR NEW.kind <> OLD.kind OR NEW.customer_id <> OLD.customer_id
        OR NEW.project_id <> OLD.project_id OR NEW.at_ms <> OLD.at_ms OR NEW.receptionist <> OLD.receptionist
        OR NEW.created_ms <> OLD.created_ms OR COALESCE(NEW.first, 0) <> COALESCE(OLD.first, 0)
        OR COALESCE(NEW.source_id, 0) <> COALESCE(OLD.source_id, 0)
        OR COALESCE(NEW.awareness_id, 0) <> COALESCE(OLD.awareness_id, 0)
        OR NEW.companions <> OLD.companions OR COALESCE(NEW.consultant_id, 0) <> COALESCE(OLD.consultant_id, 0)
    BEGIN SELECT RAISE(ABORT, 'visit is append-only'); END;
CREATE TRIGGER visit_no_delete BEFORE DELETE ON visit BEGIN SELECT RAISE(ABORT, 'visit is append-only'); END;

-- What somebody looks for in a project (CU-09). hard: bits of INTENT_* that a unit must meet (intent.h).
CREATE TABLE intent (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    customer_id INTEGER NOT NULL REFERENCES customer(id),
    project_id INTEGER NOT NULL REFERENCES project(id),
    class TEXT NOT NULL DEFAULT '',
    layout_id INTEGER REFERENCES layout(id),
    rooms_min INTEGER, rooms_max INTEGER,
    area_min INTEGER, area_max INTEGER,       -- 0.01 m2, gross
    floor_min INTEGER, floor_max INTEGER,     -- physical floors
    price_min_fen INTEGER, price_max_fen INTEGER,
    orientation TEXT NOT NULL DEFAULT '' CHECK (length(orientation) <= 60), -- words, space separated
    budget_fen INTEGER CHECK (budget_fen > 0), -- down payment at hand
    purpose_id INTEGER REFERENCES option(id),
    hard INTEGER NOT NULL DEFAULT 0 CHECK (hard BETWEEN 0 AND 127),
    note TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 500),
    created_by TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL,
    UNIQUE (customer_id, project_id),
    CHECK (rooms_min <= rooms_max), CHECK (area_min <= area_max), CHECK (floor_min <= floor_max),
    CHECK (price_min_fen <= price_max_fen)
) STRICT;
CREATE INDEX unit_on_sale ON unit(project_id) WHERE sale_state = 'A';

-- The city's answer whether somebody may buy (CU-27). Append-only: the newest counts.
CREATE TABLE qualification (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customer(id),
    project_id INTEGER NOT NULL REFERENCES project(id),
    result TEXT NOT NULL CHECK (result IN ('pending', 'pass', 'fail')),
    number TEXT NOT NULL DEFAULT '' CHECK (length(number) <= 60),
    date TEXT NOT NULL CHECK (length(date) = 10),
    media_id TEXT REFERENCES media(id),
    note TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 200),
    created_by TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    CHECK (result <> 'pass' OR number <> '')
) STRICT;
CREATE INDEX qualification_customer ON qualification(customer_id, id);
CREATE TRIGGER qualification_no_update BEFORE UPDATE ON qualification
    BEGIN SELECT RAISE(ABORT, 'qualification is append-only'); END;
CREATE TRIGGER qualification_no_delete BEFORE DELETE ON qualification
    BEGIN SELECT RAISE(ABORT, 'qualification is append-only'); END;

-- What somebody agreed to, under which notice, until when (CU-35; PIPL 13-17). One living row a purpose.
CREATE TABLE consent (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customer(id),
    purpose TEXT NOT NULL CHECK (purpose IN ('service', 'marketing', 'sharing', 'sensitive')),
    notice TEXT NOT NULL CHECK (length(notice) BETWEEN 1 AND 60),
    given_ms INTEGER NOT NULL,
    given_by TEXT NOT NULL,
    withdrawn_ms INTEGER,
    withdrawn_by TEXT,
    CHECK ((withdrawn_ms IS NULL) = (withdrawn_by IS NULL))
) STRICT;
CREATE UNIQUE INDEX consent_live ON consent(customer_id, purpose) WHERE withdrawn_ms IS NULL;
CREATE INDEX consent_customer ON consent(customer_id, id);
CREATE TRIGGER consent_forward BEFORE UPDATE ON consent
    WHEN OLD.withdrawn_ms IS NOT NULL OR NEW.customer_id <> OLD.customer_id OR NEW.purpose <> OLD.purpose
        OR NEW.notice <> OLD.notice OR NEW.given_ms <> OLD.given_ms OR NEW.given_by <> OLD.given_by
    BEGIN SELECT RAISE(ABORT, 'a consent is withdrawn, once'); END;
CREATE TRIGGER consent_no_delete BEFORE DELETE ON consent BEGIN SELECT RAISE(ABORT, 'consents are kept'); END;
INSERT INTO consent (customer_id, purpose, notice, given_ms, given_by)
    SELECT id, 'service', notice, created_ms, created_by FROM customer;

-- What somebody asked of us about their own data, and what was answered (PIPL 44-50).
CREATE TABLE subject_request (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customer(id),
    kind TEXT NOT NULL CHECK (kind IN ('export', 'restrict', 'release', 'erase')),
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 200),
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX subject_request_customer ON subject_request(customer_id, id);
CREATE TRIGGER subject_request_no_update BEFORE UPDATE ON subject_request
    BEGIN SELECT RAISE(ABORT, 'subject_request is append-only'); END;
CREATE TRIGGER subject_request_no_delete BEFORE DELETE ON subject_request
    BEGIN SELECT RAISE(ABORT, 'subject_request is append-only'); END;
