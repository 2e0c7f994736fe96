-- The core: property tree, units on four axes, permits, publications, users, audit.
-- Money is fen, area 0.01 m2, time UTC ms. What happened is append-only: triggers at the end.
--
-- Tables with a row per unit spell their lists of words out with OR: for `x IN (more than two)` SQLite
-- builds a temporary tree at every insert, which was half the time of an import.

CREATE TABLE project (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 80),
    name_en TEXT NOT NULL DEFAULT '',
    city TEXT NOT NULL DEFAULT '',
    address TEXT NOT NULL DEFAULT '',
    developer TEXT NOT NULL DEFAULT '',
    phone TEXT NOT NULL DEFAULT '',
    sale_type TEXT NOT NULL DEFAULT 'presale' CHECK (sale_type IN ('presale', 'completed')),
    price_basis TEXT NOT NULL DEFAULT 'gross' CHECK (price_basis IN ('gross', 'inner', 'unit')),
    round_mode TEXT NOT NULL DEFAULT 'half_up' CHECK (round_mode IN ('half_up', 'truncate', 'up')),
    round_unit_fen INTEGER NOT NULL DEFAULT 100
        CHECK (round_unit_fen IN (1, 10, 100, 1000, 10000, 100000, 1000000, 10000000)),
    show_deal_price INTEGER NOT NULL DEFAULT 0 CHECK (show_deal_price IN (0, 1)),
    two_person INTEGER NOT NULL DEFAULT 1 CHECK (two_person IN (0, 1)),
    closed INTEGER NOT NULL DEFAULT 0 CHECK (closed IN (0, 1)),
    hold_days_max INTEGER NOT NULL DEFAULT 7 CHECK (hold_days_max BETWEEN 1 AND 90),
    link_days INTEGER NOT NULL DEFAULT 30 CHECK (link_days BETWEEN 1 AND 365),
    stale_s INTEGER NOT NULL DEFAULT 120 CHECK (stale_s BETWEEN 15 AND 3600),
    too_old_s INTEGER NOT NULL DEFAULT 1800 CHECK (too_old_s BETWEEN 60 AND 86400),
    down_bp INTEGER NOT NULL DEFAULT 3000 CHECK (down_bp BETWEEN 0 AND 10000),
    loan_unit_fen INTEGER NOT NULL DEFAULT 1000000 CHECK (loan_unit_fen BETWEEN 100 AND 100000000),
    commercial_rate_ppm INTEGER NOT NULL DEFAULT 35000 CHECK (commercial_rate_ppm BETWEEN 0 AND 240000),
    fund_rate_ppm INTEGER NOT NULL DEFAULT 26000 CHECK (fund_rate_ppm BETWEEN 0 AND 240000),
    fund_cap_fen INTEGER NOT NULL DEFAULT 0 CHECK (fund_cap_fen >= 0),
    rates_date TEXT NOT NULL DEFAULT '',
    validity_days INTEGER NOT NULL DEFAULT 0 CHECK (validity_days BETWEEN 0 AND 3650),
    cover_media TEXT REFERENCES media(id),
    created_ms INTEGER NOT NULL
) STRICT;

-- Phases and areas: an optional tree between project and building (PM-01, PM-02).
CREATE TABLE area (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    project_id INTEGER NOT NULL REFERENCES project(id),
    parent_id INTEGER REFERENCES area(id),
    kind TEXT NOT NULL CHECK (kind IN ('phase', 'area')),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    ordinal INTEGER NOT NULL DEFAULT 0,
    enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1))
) STRICT;
CREATE UNIQUE INDEX area_name ON area(project_id, COALESCE(parent_id, 0), name);

CREATE TABLE building (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    project_id INTEGER NOT NULL REFERENCES project(id),
    area_id INTEGER REFERENCES area(id),
    name TEXT NOT NULL CHECK (length(name) <= 60),
    ordinal INTEGER NOT NULL DEFAULT 0,
    enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    picking INTEGER NOT NULL DEFAULT 0 CHECK (picking IN (0, 1)), -- opening-day picking mode (G18)
    floor_height_mm INTEGER CHECK (floor_height_mm BETWEEN 1000 AND 30000), -- of its units without their own
    UNIQUE (id, project_id)
) STRICT;
CREATE UNIQUE INDEX building_name ON building(project_id, COALESCE(area_id, 0), name);

CREATE TABLE stair (
    id INTEGER PRIMARY KEY,
    building_id INTEGER NOT NULL REFERENCES building(id),
    name TEXT NOT NULL CHECK (length(name) <= 40), -- '' where a building has no stair-units
    ordinal INTEGER NOT NULL,
    UNIQUE (building_id, name),
    UNIQUE (id, building_id)
) STRICT;

-- ordinal is the physical position, ground = 1, basements negative; label is what people say (3A, -2).
CREATE TABLE floor (
    id INTEGER PRIMARY KEY,
    building_id INTEGER NOT NULL REFERENCES building(id),
    label TEXT NOT NULL CHECK (length(label) BETWEEN 1 AND 20),
    ordinal INTEGER NOT NULL,
    UNIQUE (building_id, label),
    UNIQUE (building_id, ordinal),
    UNIQUE (id, building_id)
) STRICT;

CREATE TABLE media (
    id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 32), -- of the content's BLAKE2b, in hex
    project_id INTEGER NOT NULL REFERENCES project(id),
    content_type TEXT NOT NULL,
    name TEXT NOT NULL,
    size INTEGER NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE layout (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    project_id INTEGER NOT NULL REFERENCES project(id),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    rooms INTEGER NOT NULL CHECK (rooms BETWEEN 0 AND 20),
    halls INTEGER NOT NULL CHECK (halls BETWEEN 0 AND 20),
    baths INTEGER NOT NULL CHECK (baths BETWEEN 0 AND 20),
    description TEXT NOT NULL DEFAULT '',
    media_id TEXT REFERENCES media(id),
    UNIQUE (project_id, name)
) STRICT;

-- A unit. sale_state is derived (I2): the live claim's state, else N when retained, else A or U by the
-- released flag; it stands here so that a chart is one scan, and verify compares it.
CREATE TABLE unit (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    project_id INTEGER NOT NULL,
    building_id INTEGER NOT NULL,
    stair_id INTEGER NOT NULL,
    floor_id INTEGER NOT NULL,
    room TEXT NOT NULL CHECK (length(room) BETWEEN 1 AND 40),
    line TEXT NOT NULL CHECK (length(line) <= 40), -- the column of the chart within the stair
    span INTEGER NOT NULL DEFAULT 1 CHECK (span BETWEEN 1 AND 9),
    class TEXT NOT NULL
        CHECK (class = 'home' OR class = 'villa' OR class = 'shop' OR class = 'office' OR
               class = 'apartment' OR class = 'parking' OR class = 'storage' OR class = 'other'),
    usage_text TEXT NOT NULL DEFAULT '', -- the source's own word
    layout_id INTEGER REFERENCES layout(id),
    orientation TEXT NOT NULL DEFAULT '',
    floor_height_mm INTEGER CHECK (floor_height_mm BETWEEN 1000 AND 30000),
    attached_only INTEGER NOT NULL DEFAULT 0 CHECK (attached_only IN (0, 1)),
    display_note TEXT NOT NULL DEFAULT '',
    vr_url TEXT,
    model_room INTEGER NOT NULL DEFAULT 0 CHECK (model_room IN (0, 1)),
    -- price: the total is the authority (FC 27.2)
    total_fen INTEGER CHECK (total_fen > 0 AND total_fen <= 1000000000000),
    filed_total_fen INTEGER CHECK (filed_total_fen > 0),
    floor_total_fen INTEGER CHECK (floor_total_fen > 0),
    deal_total_fen INTEGER CHECK (deal_total_fen > 0),
    price_reviewed INTEGER NOT NULL DEFAULT 1 CHECK (price_reviewed IN (0, 1)),
    -- axis 1
    released INTEGER NOT NULL DEFAULT 0 CHECK (released IN (0, 1)),
    ever_published INTEGER NOT NULL DEFAULT 0 CHECK (ever_published IN (0, 1)),
    retained TEXT NOT NULL DEFAULT ''
        CHECK (retained = '' OR retained = 'self_held' OR retained = 'facility' OR
               retained = 'resettlement' OR retained = 'property_service' OR retained = 'other'),
    retained_reason TEXT NOT NULL DEFAULT '',
    sale_state TEXT NOT NULL DEFAULT 'U'
        CHECK (sale_state = 'U' OR sale_state = 'A' OR sale_state = 'K' OR sale_state = 'R' OR
               sale_state = 'X' OR sale_state = 'B' OR sale_state = 'S' OR sale_state = 'C' OR
               sale_state = 'F' OR sale_state = 'D' OR sale_state = 'T' OR sale_state = 'N'),
    -- axis 2
    queue_count INTEGER NOT NULL DEFAULT 0 CHECK (queue_count >= 0),
    -- axis 4
    change_kind TEXT NOT NULL DEFAULT ''
        CHECK (change_kind = '' OR change_kind = 'cancel' OR change_kind = 'exchange' OR
               change_kind = 'rename' OR change_kind = 'price' OR change_kind = 'plan'),
    changed_ms INTEGER NOT NULL,
    UNIQUE (stair_id, floor_id, room),
    FOREIGN KEY (building_id, project_id) REFERENCES building(id, project_id),
    FOREIGN KEY (stair_id, building_id) REFERENCES stair(id, building_id),
    FOREIGN KEY (floor_id, building_id) REFERENCES floor(id, building_id),
    CHECK (sale_state <> 'A' OR released = 1),
    CHECK (sale_state <> 'N' OR retained <> ''),
    CHECK (retained = '' OR length(retained_reason) > 0)
) STRICT;
CREATE INDEX unit_building ON unit(building_id);
CREATE INDEX unit_project ON unit(project_id);
CREATE INDEX unit_layout ON unit(layout_id) WHERE layout_id IS NOT NULL;

-- Up to three survey stages; gross is inner plus shared to 0.01 m2 (PM-13).
CREATE TABLE unit_area (
    unit_id INTEGER NOT NULL REFERENCES unit(id),
    stage TEXT NOT NULL
        CHECK (stage = 'planned' OR stage = 'premeasured' OR stage = 'measured'),
    gross INTEGER NOT NULL CHECK (gross > 0 AND gross <= 100000000),
    inner_area INTEGER CHECK (inner_area > 0), -- NULL: the source gave gross alone; cannot be reviewed
    shared INTEGER CHECK (shared >= 0),
    reviewed_ms INTEGER,
    reviewed_by TEXT,
    PRIMARY KEY (unit_id, stage),
    CHECK ((inner_area IS NULL) = (shared IS NULL)),
    CHECK (inner_area IS NULL OR gross = inner_area + shared),
    CHECK ((reviewed_ms IS NULL) = (reviewed_by IS NULL)),
    CHECK (reviewed_ms IS NULL OR inner_area IS NOT NULL)
) STRICT, WITHOUT ROWID;

CREATE TABLE unit_media (
    unit_id INTEGER NOT NULL REFERENCES unit(id),
    media_id TEXT NOT NULL REFERENCES media(id),
    ordinal INTEGER NOT NULL,
    PRIMARY KEY (unit_id, media_id)
) STRICT;

-- Every price a unit had (PR-01, PA-08): append-only; unit.total_fen is the last one.
CREATE TABLE unit_price (
    id INTEGER PRIMARY KEY,
    unit_id INTEGER NOT NULL REFERENCES unit(id),
    total_fen INTEGER,
    filed_total_fen INTEGER,
    floor_total_fen INTEGER,
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX unit_price_unit ON unit_price(unit_id);

-- The live exclusive claim on a unit: lock, reservation, hold, and the state a sold unit was imported
-- with. Deals add their own rows. At most one is live (I1).
CREATE TABLE claim (
    id INTEGER PRIMARY KEY,
    unit_id INTEGER NOT NULL REFERENCES unit(id),
    state TEXT NOT NULL
        CHECK (state = 'K' OR state = 'R' OR state = 'X' OR state = 'B' OR state = 'S' OR state = 'C' OR
               state = 'F' OR state = 'D' OR state = 'T'),
    kind TEXT NOT NULL
        CHECK (kind = 'lock' OR kind = 'reservation' OR kind = 'hold' OR kind = 'opening'),
    holder TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    document TEXT NOT NULL DEFAULT '',
    approver TEXT NOT NULL DEFAULT '',
    terminal_id INTEGER REFERENCES terminal(id),
    since_ms INTEGER NOT NULL,
    until_ms INTEGER,
    previous_id INTEGER REFERENCES claim(id), -- what stood before it; undo goes back there (T28)
    ended_ms INTEGER,
    CHECK (kind = 'opening' OR until_ms IS NOT NULL),
    CHECK (kind <> 'hold' OR state = 'X'),
    CHECK (kind <> 'reservation' OR (state = 'R' AND holder <> '')),
    CHECK (kind <> 'lock' OR state = 'K')
) STRICT;
CREATE UNIQUE INDEX claim_one_live_per_unit ON claim(unit_id) WHERE ended_ms IS NULL;
CREATE INDEX claim_due ON claim(until_ms) WHERE ended_ms IS NULL AND until_ms IS NOT NULL;

CREATE TABLE encumbrance (
    id INTEGER PRIMARY KEY,
    unit_id INTEGER NOT NULL REFERENCES unit(id),
    kind TEXT NOT NULL CHECK (kind IN ('mortgage', 'seizure', 'authority_lock', 'auto_lock')),
    document TEXT NOT NULL CHECK (length(document) > 0),
    sellable INTEGER NOT NULL DEFAULT 0 CHECK (sellable IN (0, 1)),
    set_ms INTEGER NOT NULL,
    set_by TEXT NOT NULL,
    cleared_ms INTEGER,
    cleared_by TEXT,
    clear_document TEXT,
    CHECK (sellable = 0 OR kind = 'mortgage'),
    CHECK ((cleared_ms IS NULL) = (clear_document IS NULL))
) STRICT;
CREATE INDEX encumbrance_unit ON encumbrance(unit_id) WHERE cleared_ms IS NULL;

CREATE TABLE permit (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    project_id INTEGER NOT NULL REFERENCES project(id),
    kind TEXT NOT NULL CHECK (kind IN ('presale', 'completed')),
    number TEXT NOT NULL CHECK (length(number) BETWEEN 1 AND 80),
    issued_date TEXT NOT NULL CHECK (length(issued_date) = 10),
    valid_until TEXT CHECK (length(valid_until) = 10),
    scope TEXT NOT NULL,
    units_named INTEGER NOT NULL CHECK (units_named >= 0),
    escrow_bank TEXT NOT NULL DEFAULT '',
    escrow_name TEXT NOT NULL DEFAULT '',
    escrow_account TEXT NOT NULL DEFAULT '',
    media_id TEXT REFERENCES media(id),
    expires_ms INTEGER,   -- end of valid_until in the site's time zone
    closed_ms INTEGER,    -- when expiry was carried out
    revoked_ms INTEGER,
    revoke_reason TEXT,
    UNIQUE (project_id, number)
) STRICT;

CREATE TABLE permit_unit (
    unit_id INTEGER NOT NULL REFERENCES unit(id),
    permit_id INTEGER NOT NULL REFERENCES permit(id),
    PRIMARY KEY (unit_id, permit_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX permit_unit_permit ON permit_unit(permit_id);

-- State history, one row per transition (SC-21, I3). Append-only.
CREATE TABLE unit_history (
    id INTEGER PRIMARY KEY,
    unit_id INTEGER NOT NULL REFERENCES unit(id),
    axis TEXT NOT NULL
        CHECK (axis = 'state' OR axis = 'queue' OR axis = 'encumbrance' OR axis = 'change'),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    event TEXT NOT NULL,
    actor TEXT NOT NULL,
    document TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    claim_id INTEGER REFERENCES claim(id),
    unit_version INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    UNIQUE (unit_id, unit_version, axis)
) STRICT;

-- Disclosure (FC 26.1): one row per item that was filled in; the catalogue is disclosure.def.
CREATE TABLE disclosure_item (
    project_id INTEGER NOT NULL REFERENCES project(id),
    code TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    value TEXT NOT NULL,
    media_id TEXT REFERENCES media(id),
    doc_name TEXT NOT NULL DEFAULT '',
    doc_date TEXT,
    PRIMARY KEY (project_id, code)
) STRICT;

CREATE TABLE fee (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    project_id INTEGER NOT NULL REFERENCES project(id),
    kind TEXT NOT NULL CHECK (kind IN ('agency', 'property')),
    name TEXT NOT NULL,
    standard TEXT NOT NULL,
    basis TEXT NOT NULL DEFAULT '',
    payee TEXT NOT NULL DEFAULT '',
    voluntary INTEGER NOT NULL CHECK (voluntary IN (0, 1)),
    CHECK (kind <> 'agency' OR voluntary = 1), -- agency fees are the buyer's free choice (548-11)
    UNIQUE (project_id, kind, name)
) STRICT;

CREATE TABLE discount (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    project_id INTEGER NOT NULL REFERENCES project(id),
    name TEXT NOT NULL,
    condition TEXT NOT NULL,
    effect TEXT NOT NULL,
    from_date TEXT,
    until_date TEXT,
    UNIQUE (project_id, name)
) STRICT;

-- Publications (FC 25.5). At most one is live and one open per project.
CREATE TABLE publication (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    project_id INTEGER NOT NULL REFERENCES project(id),
    number INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('draft', 'submitted', 'live', 'superseded', 'rejected', 'withdrawn')),
    note TEXT NOT NULL DEFAULT '',
    author_id INTEGER NOT NULL,
    author TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    submitted_ms INTEGER,
    approver_id INTEGER,
    approver TEXT,
    approver_role TEXT,
    decided_ms INTEGER,
    reason TEXT,
    hash TEXT,        -- of the canonical content, set at submission, hex
    base_id INTEGER REFERENCES publication(id), -- what it replaced
    units INTEGER NOT NULL DEFAULT 0,
    changes TEXT, -- against what it replaced, counted when it went live (diff.h)
    UNIQUE (project_id, number),
    UNIQUE (id, project_id),
    CHECK (state NOT IN ('live', 'superseded') OR (approver_id IS NOT NULL AND decided_ms IS NOT NULL AND hash IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX publication_one_live ON publication(project_id) WHERE state = 'live';
CREATE UNIQUE INDEX publication_one_open ON publication(project_id) WHERE state IN ('draft', 'submitted');

-- Frozen content. A publication writes only the units that differ from the one before; its content is,
-- for each unit, the row of the greatest publication not after it; removed = 1 ends a unit. Append-only.
CREATE TABLE publication_unit (
    unit_id INTEGER NOT NULL REFERENCES unit(id),
    publication_id INTEGER NOT NULL REFERENCES publication(id),
    removed INTEGER NOT NULL DEFAULT 0 CHECK (removed IN (0, 1)),
    building_id INTEGER NOT NULL,
    stair_id INTEGER NOT NULL,
    floor_id INTEGER NOT NULL,
    building TEXT NOT NULL,
    stair TEXT NOT NULL,
    floor TEXT NOT NULL,
    floor_ordinal INTEGER NOT NULL,
    room TEXT NOT NULL,
    line TEXT NOT NULL,
    span INTEGER NOT NULL,
    class TEXT NOT NULL,
    state TEXT NOT NULL,
    hidden_reason TEXT NOT NULL,
    layout_id INTEGER,
    orientation TEXT NOT NULL,
    floor_height_mm INTEGER,
    gross INTEGER,
    inner_area INTEGER,
    shared INTEGER,
    area_stage TEXT NOT NULL,
    total_fen INTEGER,
    deal_total_fen INTEGER,
    permit TEXT NOT NULL,
    vr_url TEXT,
    model_room INTEGER NOT NULL,
    note TEXT NOT NULL,
    media TEXT NOT NULL, -- media ids, space separated
    PRIMARY KEY (unit_id, publication_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX publication_unit_publication ON publication_unit(publication_id);

-- Everything else that was published with it, whole each time: it is small. Append-only.
CREATE TABLE publication_item (
    publication_id INTEGER NOT NULL REFERENCES publication(id),
    section TEXT NOT NULL, -- project, building, stair, layout, permit, disclosure, fee, discount
    ordinal INTEGER NOT NULL,
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,   -- fields separated by U+001F, in the order content.h gives
    PRIMARY KEY (publication_id, section, ordinal)
) STRICT, WITHOUT ROWID;

-- Losses since (SC-05). Append-only.
CREATE TABLE publication_patch (
    publication_id INTEGER NOT NULL REFERENCES publication(id),
    number INTEGER NOT NULL,
    unit_id INTEGER NOT NULL REFERENCES unit(id),
    state TEXT NOT NULL,
    cause TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (publication_id, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX publication_patch_unit ON publication_patch(unit_id);

-- Take-home links are signed, not stored; only what was revoked is.
CREATE TABLE link_revocation (
    id INTEGER PRIMARY KEY,
    project_id INTEGER NOT NULL REFERENCES project(id),
    scope TEXT NOT NULL CHECK (scope IN ('link', 'unit', 'publication', 'all')),
    target TEXT NOT NULL,
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;

-- People (PA-01, PA-02).
CREATE TABLE user_account (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    login TEXT NOT NULL UNIQUE CHECK (length(login) BETWEEN 2 AND 40),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    password_hash TEXT NOT NULL,
    must_change INTEGER NOT NULL DEFAULT 1 CHECK (must_change IN (0, 1)),
    enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    failed_count INTEGER NOT NULL DEFAULT 0,
    locked_until_ms INTEGER,
    last_login_ms INTEGER,
    created_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE post (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 60),
    role TEXT UNIQUE,  -- built-in: rights come from role.def, never from post_right
    all_projects INTEGER NOT NULL CHECK (all_projects IN (0, 1)),
    created_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE post_right (
    post_id INTEGER NOT NULL REFERENCES post(id),
    right_code TEXT NOT NULL,
    PRIMARY KEY (post_id, right_code)
) STRICT;

CREATE TABLE post_project (
    post_id INTEGER NOT NULL REFERENCES post(id),
    project_id INTEGER NOT NULL REFERENCES project(id),
    PRIMARY KEY (post_id, project_id)
) STRICT;

CREATE TABLE post_building (
    post_id INTEGER NOT NULL REFERENCES post(id),
    building_id INTEGER NOT NULL REFERENCES building(id),
    PRIMARY KEY (post_id, building_id)
) STRICT;

CREATE TABLE user_post (
    user_id INTEGER NOT NULL REFERENCES user_account(id),
    post_id INTEGER NOT NULL REFERENCES post(id),
    PRIMARY KEY (user_id, post_id)
) STRICT;

CREATE TABLE terminal (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('kiosk', 'counter', 'screen')),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 40),
    project_id INTEGER REFERENCES project(id),
    code_hash BLOB,       -- of the pairing code, until it is used
    code_expires_ms INTEGER,
    token_hash BLOB UNIQUE,
    created_ms INTEGER NOT NULL,
    paired_ms INTEGER,
    revoked_ms INTEGER
) STRICT;

CREATE TABLE alert (
    id INTEGER PRIMARY KEY,
    terminal_id INTEGER NOT NULL REFERENCES terminal(id),
    reason TEXT NOT NULL CHECK (reason IN ('help', 'printer', 'reader', 'other')),
    unit_id INTEGER REFERENCES unit(id),
    at_ms INTEGER NOT NULL,
    answered_by TEXT,
    answered_ms INTEGER
) STRICT;
CREATE INDEX alert_open ON alert(at_ms) WHERE answered_ms IS NULL;

-- Mappings of price lists, remembered per source; mapping is the API's text, opaque here.
CREATE TABLE import_mapping (
    source TEXT PRIMARY KEY NOT NULL CHECK (length(source) BETWEEN 1 AND 80),
    mapping TEXT NOT NULL,
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE import_batch (
    id INTEGER PRIMARY KEY,
    file_name TEXT NOT NULL,
    file_hash TEXT NOT NULL,
    units INTEGER NOT NULL,
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE idempotency (
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    request_hash BLOB NOT NULL,
    status INTEGER NOT NULL,
    body BLOB NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (scope, key)
) STRICT;
CREATE INDEX idempotency_age ON idempotency(created_ms);

-- Operation log (PA-07) and change trail (PA-08) in one: detail holds each field before and after (see
-- audit.h). Keyed hash chain; the key is not in the database. Append-only.
CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    prev_hash BLOB NOT NULL UNIQUE CHECK (length(prev_hash) = 32),
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    at_ms INTEGER NOT NULL,
    boot_ms INTEGER NOT NULL,   -- CLOCK_BOOTTIME, for order when the wall clock is wrong
    actor_kind INTEGER NOT NULL,
    actor_id INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    project_id INTEGER NOT NULL DEFAULT 0,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX audit_object ON audit(object, seq);

-- Append-only: no update, no delete, no insert over a row that is there (REPLACE).
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
CREATE TRIGGER audit_chain BEFORE INSERT ON audit BEGIN
    SELECT CASE WHEN NEW.seq IS NOT (SELECT COALESCE(MAX(seq), 0) + 1 FROM audit) THEN RAISE(ABORT, 'audit has a gap') END;
    SELECT CASE WHEN NEW.seq > 1 AND NEW.prev_hash IS NOT (SELECT hash FROM audit ORDER BY seq DESC LIMIT 1) THEN RAISE(ABORT, 'audit chain broken') END;
END;
CREATE TRIGGER unit_history_no_update BEFORE UPDATE ON unit_history BEGIN SELECT RAISE(ABORT, 'unit_history is append-only'); END;
-- A unit to which nothing ever happened but its birth may go whole (PM-07); the audit log keeps that it was.
CREATE TRIGGER unit_history_no_delete BEFORE DELETE ON unit_history
    WHEN EXISTS (SELECT 1 FROM unit_history h WHERE h.unit_id = OLD.unit_id AND (h.from_state <> '' OR h.axis <> 'state' OR h.to_state <> 'U'))
        OR EXISTS (SELECT 1 FROM publication_unit p WHERE p.unit_id = OLD.unit_id)
    BEGIN SELECT RAISE(ABORT, 'unit_history is append-only'); END;
CREATE TRIGGER unit_history_no_replace BEFORE INSERT ON unit_history
    WHEN EXISTS (SELECT 1 FROM unit_history WHERE id = NEW.id)
        OR EXISTS (SELECT 1 FROM unit_history WHERE unit_id = NEW.unit_id AND unit_version = NEW.unit_version AND axis = NEW.axis)
    BEGIN SELECT RAISE(ABORT, 'unit_history is append-only'); END;
CREATE TRIGGER unit_price_no_update BEFORE UPDATE ON unit_price BEGIN SELECT RAISE(ABORT, 'unit_price is append-only'); END;
CREATE TRIGGER unit_price_no_delete BEFORE DELETE ON unit_price
    WHEN EXISTS (SELECT 1 FROM unit_history h WHERE h.unit_id = OLD.unit_id AND (h.from_state <> '' OR h.axis <> 'state' OR h.to_state <> 'U'))
        OR EXISTS (SELECT 1 FROM publication_unit p WHERE p.unit_id = OLD.unit_id)
    BEGIN SELECT RAISE(ABORT, 'unit_price is append-only'); END;
CREATE TRIGGER unit_price_no_replace BEFORE INSERT ON unit_price WHEN EXISTS (SELECT 1 FROM unit_price WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'unit_price is append-only'); END;
CREATE TRIGGER publication_unit_no_update BEFORE UPDATE ON publication_unit BEGIN SELECT RAISE(ABORT, 'publication_unit is append-only'); END;
CREATE TRIGGER publication_unit_no_delete BEFORE DELETE ON publication_unit BEGIN SELECT RAISE(ABORT, 'publication_unit is append-only'); END;
CREATE TRIGGER publication_unit_no_replace BEFORE INSERT ON publication_unit
    WHEN EXISTS (SELECT 1 FROM publication_unit WHERE unit_id = NEW.unit_id AND publication_id = NEW.publication_id)
    BEGIN SELECT RAISE(ABORT, 'publication_unit is append-only'); END;
CREATE TRIGGER publication_item_no_update BEFORE UPDATE ON publication_item BEGIN SELECT RAISE(ABORT, 'publication_item is append-only'); END;
CREATE TRIGGER publication_item_no_delete BEFORE DELETE ON publication_item BEGIN SELECT RAISE(ABORT, 'publication_item is append-only'); END;
CREATE TRIGGER publication_item_no_replace BEFORE INSERT ON publication_item
    WHEN EXISTS (SELECT 1 FROM publication_item WHERE publication_id = NEW.publication_id AND section = NEW.section AND ordinal = NEW.ordinal)
    BEGIN SELECT RAISE(ABORT, 'publication_item is append-only'); END;
CREATE TRIGGER publication_patch_no_update BEFORE UPDATE ON publication_patch BEGIN SELECT RAISE(ABORT, 'publication_patch is append-only'); END;
CREATE TRIGGER publication_patch_no_delete BEFORE DELETE ON publication_patch BEGIN SELECT RAISE(ABORT, 'publication_patch is append-only'); END;
CREATE TRIGGER publication_patch_order BEFORE INSERT ON publication_patch BEGIN
    SELECT CASE WHEN NEW.number IS NOT (SELECT COALESCE(MAX(number), 0) + 1 FROM publication_patch WHERE publication_id = NEW.publication_id)
        THEN RAISE(ABORT, 'publication_patch has a gap') END;
END;
CREATE TRIGGER publication_forward BEFORE UPDATE ON publication
    WHEN OLD.state IN ('superseded', 'rejected', 'withdrawn')
        OR (OLD.state = 'live' AND NEW.state NOT IN ('live', 'superseded'))
        OR (OLD.state = 'live' AND NEW.hash IS NOT OLD.hash)
        OR NEW.number <> OLD.number OR NEW.project_id <> OLD.project_id OR NEW.author_id <> OLD.author_id
    BEGIN SELECT RAISE(ABORT, 'illegal change of a publication'); END;
CREATE TRIGGER publication_no_delete BEFORE DELETE ON publication BEGIN SELECT RAISE(ABORT, 'publications are kept'); END;
CREATE TRIGGER claim_forward BEFORE UPDATE ON claim
    WHEN OLD.ended_ms IS NOT NULL OR NEW.unit_id <> OLD.unit_id
    BEGIN SELECT RAISE(ABORT, 'an ended claim stays ended'); END;
CREATE TRIGGER claim_no_delete BEFORE DELETE ON claim BEGIN SELECT RAISE(ABORT, 'claims are kept'); END;
CREATE TRIGGER encumbrance_forward BEFORE UPDATE ON encumbrance
    WHEN OLD.cleared_ms IS NOT NULL OR NEW.unit_id <> OLD.unit_id OR NEW.kind <> OLD.kind OR NEW.document <> OLD.document
    BEGIN SELECT RAISE(ABORT, 'an encumbrance is only cleared'); END;
CREATE TRIGGER encumbrance_no_delete BEFORE DELETE ON encumbrance BEGIN SELECT RAISE(ABORT, 'encumbrances are kept'); END;
