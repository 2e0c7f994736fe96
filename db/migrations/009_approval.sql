-- Approvals (FC WF): which way a request goes, how far it has come, and what waits for whom.
--
-- A flow's version is never edited once a request has run on it: running ones keep theirs. What is
-- asked for is a row elsewhere (terms, deal_change, ...); here stand its subject, the object it is
-- about and the hash of its whole content, which execution compares (P8).

CREATE TABLE flow (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    project_id INTEGER REFERENCES project(id), -- NULL: of every project
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1))
) STRICT;
CREATE UNIQUE INDEX flow_name ON flow(COALESCE(project_id, 0), name);

CREATE TABLE flow_version (
    id INTEGER PRIMARY KEY,
    flow_id INTEGER NOT NULL REFERENCES flow(id),
    number INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'active', 'retired')),
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    UNIQUE (flow_id, number)
) STRICT;
CREATE UNIQUE INDEX flow_version_one_active ON flow_version(flow_id) WHERE state = 'active';
CREATE UNIQUE INDEX flow_version_one_draft ON flow_version(flow_id) WHERE state = 'draft';

-- Nodes of one step stand side by side and all of them must be passed before the next step. A node
-- whose bounds the request stays below is passed over.
CREATE TABLE flow_node (
    id INTEGER PRIMARY KEY,
    flow_version_id INTEGER NOT NULL REFERENCES flow_version(id),
    step INTEGER NOT NULL CHECK (step BETWEEN 1 AND 20),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    mode TEXT NOT NULL CHECK (mode IN ('any', 'all')), -- one of the approvers, or each (countersign)
    amount_from_fen INTEGER CHECK (amount_from_fen > 0),
    discount_from_bp INTEGER CHECK (discount_from_bp > 0),
    UNIQUE (flow_version_id, step, name)
) STRICT;

CREATE TABLE flow_node_approver (
    node_id INTEGER NOT NULL REFERENCES flow_node(id),
    ordinal INTEGER NOT NULL,
    post_id INTEGER REFERENCES post(id),
    user_id INTEGER REFERENCES user_account(id),
    PRIMARY KEY (node_id, ordinal),
    CHECK ((post_id IS NULL) <> (user_id IS NULL))
) STRICT, WITHOUT ROWID;

-- The first that fits decides the flow; none: the request is refused (WF-01).
CREATE TABLE flow_rule (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    project_id INTEGER REFERENCES project(id), -- NULL: any
    subject TEXT NOT NULL,                     -- of approval.def
    ordinal INTEGER NOT NULL,
    amount_from_fen INTEGER CHECK (amount_from_fen >= 0),
    amount_to_fen INTEGER,   -- below it
    discount_from_bp INTEGER CHECK (discount_from_bp BETWEEN 0 AND 10000),
    discount_to_bp INTEGER,  -- below it
    flow_id INTEGER NOT NULL REFERENCES flow(id),
    enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    CHECK (amount_from_fen IS NULL OR amount_to_fen IS NULL OR amount_from_fen < amount_to_fen),
    CHECK (discount_from_bp IS NULL OR discount_to_bp IS NULL OR discount_from_bp < discount_to_bp)
) STRICT;
CREATE INDEX flow_rule_subject ON flow_rule(subject, ordinal) WHERE enabled = 1;

-- Fields an office adds to the form of a subject (WF-02). A retired one stays readable.
CREATE TABLE form_field (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    project_id INTEGER REFERENCES project(id), -- NULL: of every project
    subject TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 40),
    name_en TEXT NOT NULL DEFAULT '' CHECK (length(name_en) <= 60),
    type TEXT NOT NULL CHECK (type IN ('text', 'number', 'money', 'date', 'choice', 'yes_no')),
    choices TEXT NOT NULL DEFAULT '', -- separated by U+001F
    required INTEGER NOT NULL DEFAULT 0 CHECK (required IN (0, 1)),
    retired_ms INTEGER,
    CHECK ((type = 'choice') = (choices <> ''))
) STRICT;

CREATE TABLE approval (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    project_id INTEGER NOT NULL REFERENCES project(id),
    subject TEXT NOT NULL,
    object TEXT NOT NULL, -- what it is about, as the audit log names it: "terms:12", "deal:3"
    title TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
    reason TEXT NOT NULL DEFAULT '' CHECK (length(reason) <= 1000),
    amount_fen INTEGER NOT NULL DEFAULT 0,
    discount_bp INTEGER NOT NULL DEFAULT 0,
    payload_hash BLOB NOT NULL CHECK (length(payload_hash) = 32),
    flow_version_id INTEGER NOT NULL REFERENCES flow_version(id),
    requester_id INTEGER NOT NULL REFERENCES user_account(id),
    state TEXT NOT NULL DEFAULT 'running'
        CHECK (state IN ('running', 'approved', 'rejected', 'returned', 'withdrawn')),
    step INTEGER NOT NULL DEFAULT 0,
    resubmits_id INTEGER UNIQUE REFERENCES approval(id), -- the one it follows (WF-12)
    made_ms INTEGER NOT NULL,
    urged_ms INTEGER,
    ended_ms INTEGER,
    CHECK ((state = 'running') = (ended_ms IS NULL))
) STRICT;
-- Two requests about one thing never run side by side.
CREATE UNIQUE INDEX approval_one_running ON approval(subject, object) WHERE state = 'running';
CREATE INDEX approval_requester ON approval(requester_id, id);
CREATE INDEX approval_object ON approval(object, id);

CREATE TABLE approval_value (
    approval_id INTEGER NOT NULL REFERENCES approval(id),
    field_id INTEGER NOT NULL REFERENCES form_field(id),
    value TEXT NOT NULL CHECK (length(value) <= 1000),
    PRIMARY KEY (approval_id, field_id)
) STRICT, WITHOUT ROWID;

-- Who holds a post: asked for every task of it.
CREATE INDEX user_post_post ON user_post(post_id);

-- What somebody is asked to decide: a node's, or in a countersign one approver's. user_id NULL:
-- whoever holds the post.
CREATE TABLE approval_task (
    id INTEGER PRIMARY KEY,
    approval_id INTEGER NOT NULL REFERENCES approval(id),
    node_id INTEGER NOT NULL REFERENCES flow_node(id),
    post_id INTEGER REFERENCES post(id),
    user_id INTEGER REFERENCES user_account(id),
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'approved', 'rejected', 'returned', 'void')),
    decided_by INTEGER REFERENCES user_account(id),
    note TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 1000),
    made_ms INTEGER NOT NULL,
    decided_ms INTEGER,
    CHECK ((post_id IS NULL) <> (user_id IS NULL)),
    CHECK ((state = 'open') = (decided_ms IS NULL)),
    CHECK (state IN ('open', 'void') OR decided_by IS NOT NULL)
) STRICT;
CREATE INDEX approval_task_approval ON approval_task(approval_id);
CREATE INDEX approval_task_user ON approval_task(user_id) WHERE state = 'open';
CREATE INDEX approval_task_post ON approval_task(post_id) WHERE state = 'open';
-- Nobody decides twice about one request, whatever posts he holds.
CREATE UNIQUE INDEX approval_task_once ON approval_task(approval_id, decided_by) WHERE decided_by IS NOT NULL;

-- Everything that was done to a request, in order. Append-only.
CREATE TABLE approval_event (
    id INTEGER PRIMARY KEY,
    approval_id INTEGER NOT NULL REFERENCES approval(id),
    task_id INTEGER REFERENCES approval_task(id),
    event TEXT NOT NULL
        CHECK (event IN ('submitted', 'approved', 'rejected', 'returned', 'withdrawn', 'urged', 'executed')),
    actor_id INTEGER NOT NULL,
    actor TEXT NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX approval_event_approval ON approval_event(approval_id, id);

-- What somebody has to do (WF-05, WF-11). It ends when it is handled, in the transaction that handles
-- it, and in no other way. For a user, for whoever holds a post, or for whoever has a right in the
-- project.
CREATE TABLE todo (
    id INTEGER PRIMARY KEY,
    project_id INTEGER NOT NULL REFERENCES project(id),
    kind TEXT NOT NULL,   -- of todo.def
    object TEXT NOT NULL, -- "approval_task:5", "deal_change:9", ...
    title TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
    user_id INTEGER REFERENCES user_account(id),
    post_id INTEGER REFERENCES post(id),
    right_code TEXT,
    due_ms INTEGER,
    made_ms INTEGER NOT NULL,
    done_ms INTEGER,
    done_by TEXT,
    result TEXT NOT NULL DEFAULT '' CHECK (length(result) <= 1000),
    CHECK (CASE WHEN user_id IS NULL THEN 0 ELSE 1 END + CASE WHEN post_id IS NULL THEN 0 ELSE 1 END
        + CASE WHEN right_code IS NULL THEN 0 ELSE 1 END = 1),
    CHECK ((done_ms IS NULL) = (done_by IS NULL))
) STRICT;
CREATE UNIQUE INDEX todo_one_open ON todo(kind, object, COALESCE(user_id, 0), COALESCE(post_id, 0), COALESCE(right_code, '')) WHERE done_ms IS NULL;
CREATE INDEX todo_user ON todo(user_id) WHERE done_ms IS NULL;
CREATE INDEX todo_post ON todo(post_id) WHERE done_ms IS NULL;
CREATE INDEX todo_right ON todo(right_code, project_id) WHERE done_ms IS NULL;
CREATE INDEX todo_object ON todo(object);

-- A version that a request ran on, and a request that ended, stay as they are.
CREATE TRIGGER flow_version_no_delete BEFORE DELETE ON flow_version WHEN OLD.state <> 'draft'
    BEGIN SELECT RAISE(ABORT, 'flow versions are kept'); END;
CREATE TRIGGER flow_version_forward BEFORE UPDATE ON flow_version
    WHEN OLD.state = 'retired' OR (OLD.state = 'active' AND NEW.state <> 'retired')
        OR NEW.flow_id <> OLD.flow_id OR NEW.number <> OLD.number
    BEGIN SELECT RAISE(ABORT, 'illegal change of a flow version'); END;
CREATE TRIGGER flow_node_insert BEFORE INSERT ON flow_node
    WHEN (SELECT state FROM flow_version WHERE id = NEW.flow_version_id) <> 'draft'
    BEGIN SELECT RAISE(ABORT, 'a flow version in use is not edited'); END;
CREATE TRIGGER flow_node_update BEFORE UPDATE ON flow_node
    WHEN (SELECT state FROM flow_version WHERE id = OLD.flow_version_id) <> 'draft'
    BEGIN SELECT RAISE(ABORT, 'a flow version in use is not edited'); END;
CREATE TRIGGER flow_node_delete BEFORE DELETE ON flow_node
    WHEN (SELECT state FROM flow_version WHERE id = OLD.flow_version_id) <> 'draft'
    BEGIN SELECT RAISE(ABORT, 'a flow version in use is not edited'); END;
CREATE TRIGGER flow_node_approver_insert BEFORE INSERT ON flow_node_approver
    WHEN (SELECT v.state FROM flow_node n JOIN flow_version v ON v.id = n.flow_version_id WHERE n.id = NEW.node_id) <> 'draft'
    BEGIN SELECT RAISE(ABORT, 'a flow version in use is not edited'); END;
CREATE TRIGGER flow_node_approver_no_update BEFORE UPDATE ON flow_node_approver
    BEGIN SELECT RAISE(ABORT, 'an approver is put in or taken out'); END;
CREATE TRIGGER flow_node_approver_delete BEFORE DELETE ON flow_node_approver
    WHEN (SELECT v.state FROM flow_node n JOIN flow_version v ON v.id = n.flow_version_id WHERE n.id = OLD.node_id) <> 'draft'
    BEGIN SELECT RAISE(ABORT, 'a flow version in use is not edited'); END;
CREATE TRIGGER approval_forward BEFORE UPDATE ON approval
    WHEN OLD.state <> 'running' OR NEW.subject <> OLD.subject OR NEW.object <> OLD.object
        OR NEW.payload_hash <> OLD.payload_hash OR NEW.requester_id <> OLD.requester_id
        OR NEW.flow_version_id <> OLD.flow_version_id OR NEW.project_id <> OLD.project_id
        OR NEW.amount_fen <> OLD.amount_fen OR NEW.discount_bp <> OLD.discount_bp OR NEW.step < OLD.step
    BEGIN SELECT RAISE(ABORT, 'illegal change of a request'); END;
CREATE TRIGGER approval_no_delete BEFORE DELETE ON approval BEGIN SELECT RAISE(ABORT, 'requests are kept'); END;
CREATE TRIGGER approval_value_no_update BEFORE UPDATE ON approval_value BEGIN SELECT RAISE(ABORT, 'approval_value is append-only'); END;
CREATE TRIGGER approval_value_no_delete BEFORE DELETE ON approval_value BEGIN SELECT RAISE(ABORT, 'approval_value is append-only'); END;
CREATE TRIGGER approval_task_forward BEFORE UPDATE ON approval_task
    WHEN OLD.state <> 'open' OR NEW.approval_id <> OLD.approval_id OR NEW.node_id <> OLD.node_id
        OR NEW.post_id IS NOT OLD.post_id OR NEW.user_id IS NOT OLD.user_id
    BEGIN SELECT RAISE(ABORT, 'a decision stays'); END;
-- Who asks does not decide (I13), and a post's task is decided by somebody else than a user's is.
CREATE TRIGGER approval_task_maker BEFORE UPDATE ON approval_task
    WHEN NEW.decided_by = (SELECT requester_id FROM approval WHERE id = NEW.approval_id)
        OR (NEW.decided_by IS NOT NULL AND NEW.user_id IS NOT NULL AND NEW.decided_by <> NEW.user_id)
    BEGIN SELECT RAISE(ABORT, 'not the one to decide'); END;
CREATE TRIGGER approval_task_no_delete BEFORE DELETE ON approval_task BEGIN SELECT RAISE(ABORT, 'approval tasks are kept'); END;
CREATE TRIGGER approval_event_no_update BEFORE UPDATE ON approval_event BEGIN SELECT RAISE(ABORT, 'approval_event is append-only'); END;
CREATE TRIGGER approval_event_no_delete BEFORE DELETE ON approval_event BEGIN SELECT RAISE(ABORT, 'approval_event is append-only'); END;
CREATE TRIGGER todo_forward BEFORE UPDATE ON todo
    WHEN OLD.done_ms IS NOT NULL OR NEW.kind <> OLD.kind OR NEW.object <> OLD.object
        OR NEW.user_id IS NOT OLD.user_id OR NEW.post_id IS NOT OLD.post_id OR NEW.right_code IS NOT OLD.right_code
    BEGIN SELECT RAISE(ABORT, 'what is done stays done'); END;
CREATE TRIGGER todo_no_delete BEFORE DELETE ON todo BEGIN SELECT RAISE(ABORT, 'todos are kept'); END;
