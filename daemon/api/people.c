/* people.c - see people.h. */
#include "daemon/api/people.h"

#include <errno.h>
#include <string.h>

#include "daemon/app.h"
#include "daemon/disk_watch.h"
#include "daemon/http/feed.h"
#include "daemon/http/session.h"
#include "daemon/version.h"
#include "db/alert.h"
#include "db/approval.h"
#include "db/clock.h"
#include "db/terminal.h"
#include "db/todo.h"
#include "db/user.h"

json_t *id_json(int64_t value)
{
    return value ? json_integer(value) : json_null();
}

json_t *rights_json(right_set set)
{
    json_t *codes = json_array();

    for (int i = 0; i < RIGHT_COUNT; i++)
        if (set & RIGHT_BIT(i))
            json_array_append_new(codes, json_string(rights[i].code));
    return codes;
}

static json_t *ids_json(const int64_t *ids, size_t n)
{
    json_t *array = json_array();

    for (size_t i = 0; i < n; i++)
        json_array_append_new(array, json_integer(ids[i]));
    return array;
}

/* ---- the Session ---- */

static json_t *site_json(const struct config *config)
{
    return json_pack("{s:s, s:b, s:s, s:o, s:s, s:s}", "name", config->site_name, "demo",
                     config->demo, "lang", config->site_lang, "public_address",
                     config->public_address[0] ? json_string(config->public_address) : json_null(),
                     "version", ANCHANG_VERSION, "time_zone", config->time_zone);
}

struct naming {
    json_t *names;
    enum lang lang;
};

static int post_name_add(void *arg, int64_t post_id, const char *name)
{
    struct naming *n = arg;

    (void)post_id;
    return json_array_append_new(n->names, json_string(post_name_in(name, n->lang))) < 0 ? -ENOMEM
                                                                                         : 0;
}

static int me_read(void *arg, const struct user_row *row)
{
    json_t **me = arg;

    *me = json_pack("{s:I, s:s, s:s}", "id", (json_int_t)row->id, "login", row->login, "name",
                    row->name);
    return *me ? 0 : -ENOMEM;
}

static int terminal_me_read(void *arg, const struct terminal_row *row)
{
    json_t **me = arg;

    *me = json_pack("{s:I, s:s, s:s, s:o}", "id", (json_int_t)row->id, "kind", row->kind, "name",
                    row->name, "project_id", id_json(row->project_id));
    return *me ? 0 : -ENOMEM;
}

static int user_json(struct tx *tx, int64_t id, enum lang lang, json_t **ret_me)
{
    struct naming posts = {.lang = lang};
    int r = user_scan(tx, id, me_read, ret_me);

    if (r < 0 || !*ret_me)
        return r;
    posts.names = json_array();
    r = user_post_scan(tx->db, id, post_name_add, &posts);
    json_object_set_new(*ret_me, "posts", posts.names);
    return r;
}

/* The user or the terminal @id, whatever the caller may see of others. */
static int whose_json(struct db *db, enum actor_kind kind, int64_t id, enum lang lang,
                      json_t **ret_me)
{
    struct fault fault = {0};
    struct tx tx = {.db = db, .actor = &actor_system, .now_ms = clock_wall_ms(), .fault = &fault};
    json_t *me = NULL;
    int r = kind == ACTOR_TERMINAL ? terminal_scan(&tx, id, terminal_me_read, &me)
                                   : user_json(&tx, id, lang, &me);

    fault_clear(&fault);
    if (r < 0 || !me) {
        json_decref(me);
        return r < 0 && r != -EREFUSED ? r : -ENOENT;
    }
    *ret_me = me;
    return 0;
}

/* At which terminal a user is: its page hears of swipes. */
static int place_add(struct call *call, const struct identity *id, json_t *session)
{
    json_t *terminal;
    int r;

    if (id->actor.kind == ACTOR_TERMINAL || !call->id->terminal_id)
        return 0;
    r = whose_json(call->tx.db, ACTOR_TERMINAL, call->id->terminal_id, call->lang, &terminal);
    if (r < 0)
        return r;
    return json_object_set_new(session, "terminal", terminal) < 0 ? -ENOMEM : 0;
}

int session_json(struct call *call, const struct identity *id, json_t **ret_session)
{
    const struct actor *a = &id->actor;
    bool terminal = a->kind == ACTOR_TERMINAL;
    const char *kind = terminal ? "terminal" : "user";
    json_t *me, *session;
    int r = whose_json(call->tx.db, a->kind, a->id, call->lang, &me);

    if (r < 0)
        return r;
    session =
        json_pack("{s:s, s:o, s:o, s:b, s:o, s:b, s:i, s:o}", "kind", kind, kind, me, "rights",
                  rights_json(a->rights), "all_projects", a->all_projects, "projects",
                  ids_json(a->projects, a->n_projects), "must_change_password",
                  id->must_change_password, "idle_s", terminal ? 0 : (int)(SESSION_IDLE_MS / 1000),
                  "site", site_json(call->app->config));
    r = session ? place_add(call, id, session) : -ENOMEM;
    if (r < 0) {
        json_decref(session);
        return r;
    }
    *ret_session = session;
    return 0;
}

/* ---- users ---- */

struct reload {
    struct actor actor;
    bool must_change;
};

static bool identity_reload(void *arg, struct identity *id)
{
    const struct reload *reload = arg;

    id->actor = reload->actor;
    id->must_change_password = reload->must_change;
    return true;
}

int session_reload_user(struct app *app, struct db *db, int64_t user_id)
{
    struct reload reload;
    int r = db ? actor_load(db, user_id, &reload.actor, &reload.must_change) : -EIO;

    if (r < 0)
        session_end_user(app->sessions, user_id, NULL);
    else
        session_update_user(app->sessions, user_id, identity_reload, &reload);
    return r == -ENOENT ? 0 : r;
}

/* ---- terminals ---- */

void terminal_identity(const struct terminal_row *row, struct identity *ret_identity)
{
    *ret_identity =
        (struct identity){.terminal_id = row->id, .terminal_project_id = row->project_id};
    terminal_actor(row, &ret_identity->actor);
}

struct put {
    struct app *app;
    int n;
};

static int terminal_put(void *arg, const struct terminal_row *row)
{
    struct put *put = arg;
    struct identity id;
    int r;

    if (row->revoked_ms || !row->token_hash) {
        session_end_terminal(put->app->sessions, row->id);
        return 0;
    }
    terminal_identity(row, &id);
    r = session_put(put->app->sessions, row->token_hash, &id, clock_boot_ms());
    put->n += r == 0;
    return r;
}

static int terminals_put(struct app *app, struct db *db, int64_t terminal_id)
{
    struct fault fault = {0};
    struct tx tx = {.db = db, .actor = &actor_system, .now_ms = clock_wall_ms(), .fault = &fault};
    struct put put = {.app = app};
    int r = terminal_scan(&tx, terminal_id, terminal_put, &put);

    fault_clear(&fault);
    return r < 0 ? r : put.n;
}

int terminals_load(struct app *app)
{
    struct db *db;
    int r = db_open(app->db_path, DB_READER, &db);

    if (r < 0)
        return r;
    r = terminals_put(app, db, 0);
    db_close(db);
    return r;
}

static int post_json(struct app *app, uint64_t channel, const char *name, json_t *data)
{
    char *text = data ? json_dumps(data, JSON_COMPACT) : NULL;
    int r = -ENOMEM;

    if (text)
        r = feed_post(app->feed, channel, name, text, strlen(text));
    free(text);
    json_decref(data);
    return r;
}

int terminal_reload(struct app *app, struct db *db, int64_t terminal_id)
{
    int r = db ? terminals_put(app, db, terminal_id) : -EIO;

    if (r < 0)
        session_end_terminal(app->sessions, terminal_id);
    if (!app->feed)
        return r < 0 ? r : 0;
    /* The page of a revoked terminal hears of it before the next beat closes its stream. */
    if (r == 0)
        r = post_json(app, feed_channel(FEED_TERMINAL, terminal_id), "revoked", json_object());
    if (r >= 0)
        r = post_json(app, feed_channel(FEED_STAFF, 0), "terminal",
                      json_pack("{s:I}", "id", (json_int_t)terminal_id));
    return r;
}

/* ---- calls for staff ---- */

json_t *alert_json(struct app *app, const struct alert_row *row)
{
    const int64_t left = row->terminal_id ? -1 : disks_left(app->disks, row->reason);

    return json_pack("{s:I, s:s?, s:s, s:s?, s:o, s:I, s:s?, s:s?, s:o}", "id", (json_int_t)row->id,
                     "terminal", row->terminal, "reason", row->reason, "unit", row->unit,
                     "free_bytes", left < 0 ? json_null() : json_integer(left), "at_ms",
                     (json_int_t)row->at_ms, "answered_by", row->answered_by, "answered_by_name",
                     row->answered_by_name, "answered_ms", id_json(row->answered_ms));
}

static int alert_tell(void *arg, const struct alert_row *row)
{
    struct app *app = arg;
    int r =
        post_json(app, feed_channel(FEED_STAFF, row->project_id), "alert", alert_json(app, row));

    if (r >= 0 && row->answered_ms && row->terminal_id)
        r = post_json(app, feed_channel(FEED_TERMINAL, row->terminal_id), "answered",
                      json_pack("{s:I, s:s}", "id", (json_int_t)row->id, "reason", row->reason));
    return r;
}

int alert_announce(struct app *app, struct db *db, int64_t alert_id)
{
    struct fault fault = {0};
    struct tx tx = {.db = db, .actor = &actor_system, .now_ms = clock_wall_ms(), .fault = &fault};
    int r;

    if (!app->feed)
        return 0;
    r = db ? alert_scan(&tx, alert_id, alert_tell, app) : -EIO;
    fault_clear(&fault);
    return r;
}

/* ---- cards that were read ---- */

int card_swiped(struct app *app, struct swipe_place place, const char *code,
                char ret_id[SWIPE_ID_TEXT])
{
    int r = swipe_put(app->swipes, place, code, clock_boot_ms(), ret_id);

    /* In this order: see pass_give() in member_pass.c. */
    if (place.owner == SWIPE_TERMINAL)
        session_pass_end_terminal(app->sessions, place.id);
    return r;
}

/* The pages hear of it, for what they show must go too. */
static int member_passes_end(struct app *app, int64_t member_id)
{
    int64_t terminals[TERMINAL_MAX];
    size_t n = session_pass_end_member(app->sessions, member_id, terminals, TERMINAL_MAX);
    int first = 0;

    for (size_t i = 0; app->feed && i < n; i++) {
        int r =
            post_json(app, feed_channel(FEED_TERMINAL, terminals[i]), "pass-ended", json_object());

        if (r < 0 && first == 0)
            first = r;
    }
    return first;
}

/* ---- to-dos and requests ---- */

struct telling {
    struct app *app;
    const char *name;
    int64_t id;
};

static int user_tell(void *arg, int64_t user_id)
{
    const struct telling *t = arg;

    return post_json(t->app, feed_channel(FEED_USER, user_id), t->name,
                     json_pack("{s:I}", "id", (json_int_t)t->id));
}

/* Only whom it concerns hears, and only that there is something to read: it is read by its
 * rules. */
static int todo_announce(struct app *app, struct db *db, int64_t todo_id)
{
    struct telling t = {app, "todo", todo_id};

    if (!app->feed)
        return 0;
    return db ? todo_audience_each(db, todo_id, user_tell, &t) : -EIO;
}

static int approval_announce(struct app *app, struct db *db, int64_t approval_id)
{
    struct telling t = {app, "approval", approval_id};

    if (!app->feed)
        return 0;
    return db ? approval_audience_each(db, approval_id, user_tell, &t) : -EIO;
}

/* ---- after a commit ---- */

static int change_follow(struct app *app, struct db *db, const struct change *change)
{
    switch (change->kind) {
    case CHANGE_USER:
        return session_reload_user(app, db, change->id);
    case CHANGE_TERMINAL:
        return terminal_reload(app, db, change->id);
    case CHANGE_ALERT:
        return alert_announce(app, db, change->id);
    case CHANGE_MEMBER:
        return member_passes_end(app, change->id);
    case CHANGE_TODO:
        return todo_announce(app, db, change->id);
    case CHANGE_APPROVAL:
        return approval_announce(app, db, change->id);
    default:
        return 0;
    }
}

static bool concerns_people(const struct change *change)
{
    return change->kind == CHANGE_USER || change->kind == CHANGE_TERMINAL ||
           change->kind == CHANGE_ALERT || change->kind == CHANGE_MEMBER ||
           change->kind == CHANGE_TODO || change->kind == CHANGE_APPROVAL;
}

int people_committed(struct app *app, const struct change *changes, size_t n)
{
    struct db *db = NULL;
    bool tried = false;
    int first = 0;

    for (size_t i = 0; i < n; i++) {
        int r;

        if (!concerns_people(&changes[i]))
            continue;
        if (!tried && db_open(app->db_path, DB_READER, &db) < 0)
            db = NULL;
        tried = true;
        r = change_follow(app, db, &changes[i]);
        if (r < 0 && first == 0)
            first = r;
    }
    db_close(db);
    return first;
}
