-- Who may work with a customer, and the follow-up of customers (CU-11 to CU-15, CU-20 to CU-23, DP-01 to DP-16).

-- The settings of a project that an office changed; what has no row reads its default (customer_rule.def).
CREATE TABLE customer_rule (
    project_id INTEGER PRIMARY KEY REFERENCES project(id),
    version INTEGER NOT NULL DEFAULT 2,
    reported_n INTEGER NOT NULL CHECK (reported_n BETWEEN 1 AND 1000),
    reported_unit TEXT NOT NULL CHECK (reported_unit IN ('hours', 'days', 'working_days')),
    marketing_n INTEGER NOT NULL CHECK (marketing_n BETWEEN 1 AND 1000),
    marketing_unit TEXT NOT NULL CHECK (marketing_unit IN ('hours', 'days', 'working_days')),
    onsite_n INTEGER NOT NULL CHECK (onsite_n BETWEEN 1 AND 1000),
    onsite_unit TEXT NOT NULL CHECK (onsite_unit IN ('hours', 'days', 'working_days')),
    warn_hours INTEGER NOT NULL CHECK (warn_hours BETWEEN 0 AND 720),
    pool_idle_days INTEGER NOT NULL CHECK (pool_idle_days BETWEEN 0 AND 365),
    pool_given_up INTEGER NOT NULL CHECK (pool_given_up IN (0, 1)),
    apply_queue INTEGER NOT NULL CHECK (apply_queue IN (0, 1)),
    grab_daily INTEGER NOT NULL CHECK (grab_daily BETWEEN 0 AND 100),
    back_hours INTEGER NOT NULL CHECK (back_hours BETWEEN 0 AND 720),
    show_owner INTEGER NOT NULL CHECK (show_owner IN (0, 1)),
    dup_name INTEGER NOT NULL CHECK (dup_name BETWEEN 0 AND 2),
    dup_name_phone INTEGER NOT NULL CHECK (dup_name_phone BETWEEN 0 AND 2),
    dup_name_document INTEGER NOT NULL CHECK (dup_name_document BETWEEN 0 AND 2)
) STRICT;

-- Days of the enterprise that are not what their weekday says: Saturdays worked, holidays.
CREATE TABLE working_day (
    day TEXT PRIMARY KEY NOT NULL CHECK (length(day) = 10),
    works INTEGER NOT NULL CHECK (works IN (0, 1))
) STRICT;

-- Whose a customer is in a project, now: one row, so one state at a time (DP-05). touched_ms is the last valid
-- follow-up, or the start; pool_due_ms when it falls to the pool by itself, NULL: never.
CREATE TABLE ownership (
    customer_id INTEGER NOT NULL REFERENCES customer(id),
    project_id INTEGER NOT NULL REFERENCES project(id),
    state TEXT NOT NULL CHECK (state IN ('reported', 'marketing', 'onsite', 'pool')),
    owner_id INTEGER REFERENCES user_account(id),
    since_ms INTEGER NOT NULL,
    touched_ms INTEGER NOT NULL,
    protected_until_ms INTEGER,
    pool_due_ms INTEGER,
    next_ms INTEGER, -- what the last follow-up promised
    PRIMARY KEY (customer_id, project_id),
    CHECK ((state = 'pool') = (owner_id IS NULL)),
    CHECK ((state = 'pool') = (protected_until_ms IS NULL)),
    CHECK (state <> 'pool' OR (pool_due_ms IS NULL AND next_ms IS NULL))
) STRICT;
CREATE INDEX ownership_owner ON ownership(owner_id, project_id) WHERE owner_id IS NOT NULL;
CREATE INDEX ownership_pool ON ownership(project_id, customer_id) WHERE state = 'pool';
CREATE INDEX ownership_project ON ownership(project_id, owner_id);
CREATE INDEX ownership_pool_due ON ownership(pool_due_ms) WHERE pool_due_ms IS NOT NULL;

-- Each change of it (DP-16). Append-only; the last line is the ownership.
CREATE TABLE ownership_line (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL,
    project_id INTEGER NOT NULL,
    from_state TEXT,
    to_state TEXT NOT NULL CHECK (to_state IN ('reported', 'marketing', 'onsite', 'pool')),
    from_owner_id INTEGER REFERENCES user_account(id),
    to_owner_id INTEGER REFERENCES user_account(id),
    reason TEXT NOT NULL
        CHECK (reason IN ('entry', 'state', 'apply', 'revoke', 'allocate', 'grab', 'dispatch', 'idle', 'leave',
                          'given_up', 'collision')),
    note TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 200),
    protected_until_ms INTEGER,
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    FOREIGN KEY (customer_id, project_id) REFERENCES ownership(customer_id, project_id),
    CHECK ((to_state = 'pool') = (to_owner_id IS NULL))
) STRICT;
CREATE INDEX ownership_line_of ON ownership_line(customer_id, project_id, id);
CREATE INDEX ownership_line_grab ON ownership_line(to_owner_id, project_id, at_ms) WHERE reason = 'grab';
CREATE TRIGGER ownership_line_no_update BEFORE UPDATE ON ownership_line
    BEGIN SELECT RAISE(ABORT, 'ownership_line is append-only'); END;
CREATE TRIGGER ownership_line_no_delete BEFORE DELETE ON ownership_line
    BEGIN SELECT RAISE(ABORT, 'ownership_line is append-only'); END;
CREATE TRIGGER ownership_no_delete BEFORE DELETE ON ownership
    BEGIN SELECT RAISE(ABORT, 'ownership stays'); END;

-- Who else may look at a customer, or work with one (CU-21). It ends with the owner who gave it.
CREATE TABLE customer_share (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL,
    project_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL REFERENCES user_account(id),
    mode TEXT NOT NULL CHECK (mode IN ('view', 'edit')),
    given_by INTEGER NOT NULL REFERENCES user_account(id),
    since_ms INTEGER NOT NULL,
    ended_ms INTEGER,
    FOREIGN KEY (customer_id, project_id) REFERENCES ownership(customer_id, project_id)
) STRICT;
CREATE UNIQUE INDEX customer_share_live ON customer_share(customer_id, project_id, user_id) WHERE ended_ms IS NULL;
CREATE INDEX customer_share_user ON customer_share(user_id) WHERE ended_ms IS NULL;

-- Who asks for a customer of the pool (DP-09 to DP-12): one open, others queued behind it.
CREATE TABLE pool_application (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL,
    project_id INTEGER NOT NULL,
    applicant_id INTEGER NOT NULL REFERENCES user_account(id),
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 200),
    state TEXT NOT NULL
        CHECK (state IN ('open', 'queued', 'approved', 'refused', 'withdrawn', 'void', 'revoked')),
    applied_ms INTEGER NOT NULL,
    decided_by INTEGER REFERENCES user_account(id),
    decided_ms INTEGER,
    note TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 200),
    line_id INTEGER REFERENCES ownership_line(id), -- what the approval did
    FOREIGN KEY (customer_id, project_id) REFERENCES ownership(customer_id, project_id),
    CHECK (decided_by IS NULL OR state = 'withdrawn' OR decided_by <> applicant_id), -- DP-11
    CHECK ((state IN ('approved', 'revoked')) = (line_id IS NOT NULL)),
    CHECK ((state IN ('open', 'queued')) = (decided_ms IS NULL))
) STRICT;
CREATE UNIQUE INDEX pool_application_open ON pool_application(customer_id, project_id) WHERE state = 'open';
CREATE UNIQUE INDEX pool_application_own ON pool_application(customer_id, project_id, applicant_id)
    WHERE state IN ('open', 'queued');
CREATE INDEX pool_application_project ON pool_application(project_id, id);

-- Who asked whether somebody is known already (DP-03): what was asked is not kept.
CREATE TABLE entry_check (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES user_account(id),
    project_id INTEGER NOT NULL REFERENCES project(id),
    found INTEGER NOT NULL CHECK (found IN (0, 1)),
    at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX entry_check_user ON entry_check(user_id, at_ms);
CREATE INDEX customer_name_plain ON customer(REPLACE(name, ' ', ''));

-- Two consultants and one customer (DP-04): what both can show, frozen when the case is opened; a person decides.
CREATE TABLE collision (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    customer_id INTEGER NOT NULL,
    project_id INTEGER NOT NULL,
    claimant_id INTEGER NOT NULL REFERENCES user_account(id),
    holder_id INTEGER REFERENCES user_account(id), -- NULL: it lay in the pool
    claim TEXT NOT NULL CHECK (length(claim) BETWEEN 1 AND 500),
    opened_ms INTEGER NOT NULL,
    outcome TEXT CHECK (outcome IN ('holder', 'claimant')),
    decided_by INTEGER REFERENCES user_account(id),
    decided_ms INTEGER,
    note TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 500),
    FOREIGN KEY (customer_id, project_id) REFERENCES ownership(customer_id, project_id),
    CHECK ((outcome IS NULL) = (decided_by IS NULL)),
    CHECK ((outcome IS NULL) = (decided_ms IS NULL)),
    CHECK (outcome IS NULL OR length(note) > 0),
    CHECK (decided_by IS NULL OR (decided_by <> claimant_id AND (holder_id IS NULL OR decided_by <> holder_id)))
) STRICT;
CREATE UNIQUE INDEX collision_open ON collision(customer_id, project_id, claimant_id) WHERE outcome IS NULL;
CREATE INDEX collision_project ON collision(project_id, id);
CREATE TRIGGER collision_decided BEFORE UPDATE ON collision WHEN OLD.outcome IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'a decided case stays'); END;
CREATE TRIGGER collision_no_delete BEFORE DELETE ON collision
    BEGIN SELECT RAISE(ABORT, 'cases stay'); END;
CREATE TABLE collision_evidence (
    id INTEGER PRIMARY KEY,
    collision_id INTEGER NOT NULL REFERENCES collision(id),
    side TEXT NOT NULL CHECK (side IN ('holder', 'claimant')),
    kind TEXT NOT NULL CHECK (kind IN ('entered', 'owned', 'first_visit', 'first_call', 'last_follow', 'visits', 'calls',
                                       'follows')),
    at_ms INTEGER,
    count INTEGER,
    UNIQUE (collision_id, side, kind),
    CHECK ((at_ms IS NULL) <> (count IS NULL))
) STRICT;
CREATE TRIGGER collision_evidence_no_update BEFORE UPDATE ON collision_evidence
    BEGIN SELECT RAISE(ABORT, 'collision_evidence is append-only'); END;
CREATE TRIGGER collision_evidence_no_delete BEFORE DELETE ON collision_evidence
    BEGIN SELECT RAISE(ABORT, 'collision_evidence is append-only'); END;

-- How often a customer of each stage is to be followed up, and with what (CU-13). No row: the default.
CREATE TABLE follow_rule (
    project_id INTEGER NOT NULL REFERENCES project(id),
    stage TEXT NOT NULL CHECK (stage IN ('lead', 'contacted', 'visited', 'intent', 'negotiating')),
    interval_hours INTEGER NOT NULL CHECK (interval_hours BETWEEN 1 AND 8760),
    need_next INTEGER NOT NULL CHECK (need_next IN (0, 1)),
    need_probability INTEGER NOT NULL CHECK (need_probability IN (0, 1)),
    need_expected INTEGER NOT NULL CHECK (need_expected IN (0, 1)),
    questionnaire_set_id INTEGER,
    PRIMARY KEY (project_id, stage)
) STRICT;

-- From a lead to a deal (CU-11): one under way per customer and project; without one a customer is a lead.
CREATE TABLE opportunity (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    customer_id INTEGER NOT NULL,
    project_id INTEGER NOT NULL,
    stage TEXT NOT NULL CHECK (stage IN ('contacted', 'visited', 'intent', 'negotiating')),
    probability_bp INTEGER CHECK (probability_bp BETWEEN 0 AND 10000),
    expected_day TEXT CHECK (length(expected_day) = 10),
    opened_by INTEGER NOT NULL REFERENCES user_account(id),
    opened_ms INTEGER NOT NULL,
    outcome TEXT CHECK (outcome IN ('won', 'lost')),
    lost_reason TEXT
        CHECK (lost_reason IN ('price', 'location', 'layout', 'loan', 'qualification', 'competitor', 'postponed',
                               'unreachable', 'other')),
    lost_note TEXT NOT NULL DEFAULT '' CHECK (length(lost_note) <= 200),
    closed_ms INTEGER,
    FOREIGN KEY (customer_id, project_id) REFERENCES ownership(customer_id, project_id),
    CHECK ((outcome IS NULL) = (closed_ms IS NULL)),
    CHECK ((COALESCE(outcome, '') = 'lost') = (lost_reason IS NOT NULL)) -- CU-16
) STRICT;
CREATE UNIQUE INDEX opportunity_open ON opportunity(customer_id, project_id) WHERE outcome IS NULL;
CREATE INDEX opportunity_project ON opportunity(project_id, id);
CREATE TRIGGER opportunity_closed BEFORE UPDATE ON opportunity WHEN OLD.outcome IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'a closed opportunity stays'); END;

-- What was done with a customer (CU-12). Append-only.
CREATE TABLE follow (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL,
    project_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL REFERENCES user_account(id),
    channel TEXT NOT NULL CHECK (channel IN ('phone', 'sms', 'wechat', 'visit', 'other')),
    content TEXT NOT NULL CHECK (length(content) BETWEEN 1 AND 1000),
    stage TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    recorded_ms INTEGER NOT NULL,
    next_ms INTEGER,
    FOREIGN KEY (customer_id, project_id) REFERENCES ownership(customer_id, project_id)
) STRICT;
CREATE INDEX follow_of ON follow(customer_id, project_id, id);
CREATE TRIGGER follow_no_update BEFORE UPDATE ON follow BEGIN SELECT RAISE(ABORT, 'follow is append-only'); END;
CREATE TRIGGER follow_no_delete BEFORE DELETE ON follow BEGIN SELECT RAISE(ABORT, 'follow is append-only'); END;

-- What somebody is told of, once: a customer came, went, was shared; an application was decided.
CREATE TABLE notification (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES user_account(id),
    kind TEXT NOT NULL
        CHECK (kind IN ('customer_in', 'customer_out', 'applied', 'approved', 'refused', 'revoked', 'shared', 'unshared',
                        'collision_opened', 'collision_won', 'collision_lost')),
    customer_id INTEGER NOT NULL REFERENCES customer(id),
    project_id INTEGER NOT NULL REFERENCES project(id),
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    seen_ms INTEGER
) STRICT;
CREATE INDEX notification_user ON notification(user_id, id);

-- Customers from before: nobody's, of the site's project where there is one alone.
INSERT INTO ownership (customer_id, project_id, state, since_ms, touched_ms)
    SELECT c.id, p.id, 'pool', c.created_ms, c.created_ms FROM customer c CROSS JOIN project p
    WHERE (SELECT COUNT(*) FROM project) = 1;
INSERT INTO ownership_line (customer_id, project_id, to_state, reason, actor, at_ms)
    SELECT o.customer_id, o.project_id, 'pool', 'entry', c.created_by, o.since_ms
    FROM ownership o JOIN customer c ON c.id = o.customer_id;
