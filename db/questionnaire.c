/* questionnaire.c - see questionnaire.h. */
#include "db/questionnaire.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/audit.h"
#include "db/like.h"
#include "db/user.h"

const char *const questionnaire_stages[] = {"first_visit", "revisit",  "lost",
                                            "deal",        "handover", NULL};

/* ---- reading ---- */

#define ROWS                                                                                       \
    "SELECT s.project_id, s.id, s.version, p.name, s.stage, s.title, s.state, "                    \
    "COALESCE(s.edition, 0), COALESCE(s.from_id, 0), s.valid_from, s.valid_until, "                \
    "(SELECT COUNT(*) FROM question q WHERE q.questionnaire_id = s.id AND q.retired_ms IS NULL), " \
    "(SELECT COUNT(*) FROM answer_sheet a WHERE a.questionnaire_id = s.id), " USER_NAMED(          \
        "s.created_by") ", s.created_ms, s.changed_ms FROM questionnaire s "                       \
                        "JOIN project p ON p.id = s.project_id "
static const char row_by_id[] = ROWS "WHERE s.id = $1";
static const char rows_found[] =
    ROWS "WHERE ($1 = 0 OR s.id < $1) AND ($2 = 0 OR s.project_id = $2) "
         "AND ($3 = '' OR s.state = $3) AND ($4 = '' OR s.stage = $4) "
         "AND s.title LIKE $5 ESCAPE '!' AND s.created_ms >= $6 "
         "AND ($7 = 0 OR s.created_ms < $7) ORDER BY s.id DESC";

static int row_give(struct stmt *s, int (*each)(void *arg, const struct questionnaire_row *row),
                    void *arg)
{
    const struct questionnaire_row row = {.project_id = stmt_int(s, 0),
                                          .id = stmt_int(s, 1),
                                          .version = stmt_int(s, 2),
                                          .project = stmt_text(s, 3),
                                          .stage = stmt_text(s, 4),
                                          .title = stmt_text(s, 5),
                                          .state = stmt_text(s, 6),
                                          .edition = stmt_int(s, 7),
                                          .from_id = stmt_int(s, 8),
                                          .valid_from = stmt_text(s, 9),
                                          .valid_until = stmt_text(s, 10),
                                          .questions = stmt_int(s, 11),
                                          .sheets = stmt_int(s, 12),
                                          .created_by = stmt_text(s, 13),
                                          .created_ms = stmt_int(s, 14),
                                          .changed_ms = stmt_int(s, 15)};

    return each(arg, &row);
}

int questionnaire_get(struct tx *tx, int64_t id,
                      int (*each)(void *arg, const struct questionnaire_row *row), void *arg)
{
    struct stmt *s;
    int r = tx_row(tx, &s, row_by_id, id);

    if (r < 0)
        return r;
    r = row_give(s, each, arg);
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int questionnaire_scan(struct tx *tx, const struct questionnaire_filter *f,
                       int (*each)(void *arg, const struct questionnaire_row *row), void *arg)
{
    int room = f->limit < QUESTIONNAIRE_PAGE_MAX ? f->limit : QUESTIONNAIRE_PAGE_MAX;
    char pattern[QUESTIONNAIRE_TITLE_MAX * 8 + 4];
    struct stmt *s;
    int r = f->project_id ? tx_need_project(tx, f->project_id) : 0;

    if (r == 0)
        r = like_part(f->title ? f->title : "", pattern, sizeof(pattern));
    if (r < 0)
        return r;
    r = db_query(tx->db, &s, rows_found, "iitttii", f->before_id, f->project_id,
                 f->state ? f->state : "", f->stage ? f->stage : "", pattern, f->from_ms,
                 f->before_ms);
    while (r >= 0 && room > 0 && (r = stmt_step(s)) == 1) {
        if (!actor_sees_project(tx->actor, stmt_int(s, 0)))
            continue;
        r = row_give(s, each, arg);
        room--;
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* ---- what is there ---- */

struct now {
    int64_t id, project_id, version, ends_ms; /* ends_ms 0: none */
    char state[12], stage[16];
    char title[QUESTIONNAIRE_TITLE_MAX * 4 + 1];
};

/* Of a project that is seen whole. */
static int now_read(struct tx *tx, int64_t id, struct now *ret)
{
    struct stmt *s;
    int r = tx_own(tx, &s,
                   "SELECT project_id, version, COALESCE(ends_ms, 0), state, stage, title "
                   "FROM questionnaire WHERE id = $1",
                   id);

    if (r < 0)
        return r;
    *ret = (struct now){.id = id,
                        .project_id = stmt_int(s, 0),
                        .version = stmt_int(s, 1),
                        .ends_ms = stmt_int(s, 2)};
    snprintf(ret->state, sizeof(ret->state), "%s", stmt_text(s, 3));
    snprintf(ret->stage, sizeof(ret->stage), "%s", stmt_text(s, 4));
    snprintf(ret->title, sizeof(ret->title), "%s", stmt_text(s, 5));
    stmt_reset(s);
    return 0;
}

static int refuse_state(struct tx *tx, const struct now *now)
{
    static const struct {
        const char *code, *zh, *en;
    } words[] = {{"draft", "是草稿", "a draft"},
                 {"enabled", "已启用", "enabled"},
                 {"disabled", "已停用", "disabled"}};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i].code, now->state) == 0)
            return fault_set(tx->fault, FAULT_QUESTIONNAIRE_STATE, "title", now->title, "state",
                             words[i].zh, "state_en", words[i].en, NULL);
    return -EBADMSG;
}

/* The set that is to be changed, as the caller knows it. */
static int now_expect(struct tx *tx, int64_t id, int64_t version, struct now *ret)
{
    int r = now_read(tx, id, ret);

    if (r < 0 || ret->version == version)
        return r;
    return fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", ret->title, NULL);
}

static bool is_state(const struct now *now, const char *state)
{
    return strcmp(now->state, state) == 0;
}

/* The log's row; @trail is freed. */
static int note(struct tx *tx, const char *action, const struct now *now, struct trail *trail)
{
    return audit_add(tx, action, "questionnaire", now->id, now->project_id, trail);
}

/* ---- drafts ---- */

static int days_check(struct tx *tx, const struct questionnaire_days *d)
{
    if (d->starts_ms && d->ends_ms && d->ends_ms <= d->starts_ms)
        return fault_set(tx->fault, FAULT_QUESTIONNAIRE_PERIOD, NULL);
    return 0;
}

static const char *or_null(const char *text)
{
    return text && text[0] ? text : NULL;
}

int questionnaire_create(struct tx *tx, int64_t project_id, const char *stage, const char *title,
                         const struct questionnaire_days *d, int64_t *ret_id)
{
    struct now made = {.project_id = project_id};
    struct trail trail = {0};
    int r = tx_need_whole(tx, project_id);

    if (r == 0)
        r = days_check(tx, d);
    if (r == 0)
        r = tx_need_room(tx, "SELECT COUNT(*) FROM questionnaire WHERE project_id = $1", project_id,
                         QUESTIONNAIRE_MAX);
    if (r == 0)
        r = db_get(tx->db, &made.id,
                   "INSERT INTO questionnaire (project_id, stage, title, valid_from, valid_until, "
                   "starts_ms, ends_ms, created_by, created_ms, changed_ms) "
                   "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) RETURNING id",
                   "ittttooti", project_id, stage, title, or_null(d->valid_from),
                   or_null(d->valid_until), d->starts_ms ? &d->starts_ms : NULL,
                   d->ends_ms ? &d->ends_ms : NULL, tx->actor->name, tx->now_ms);
    if (r == -ENOLINK)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r < 0)
        return r;
    trail_text(&trail, "questionnaire_stage", NULL, stage);
    trail_text(&trail, "title", NULL, title);
    trail_text(&trail, "valid_from", NULL, or_null(d->valid_from));
    trail_text(&trail, "valid_until", NULL, or_null(d->valid_until));
    r = note(tx, "questionnaire.create", &made, &trail);
    if (r == 0)
        *ret_id = made.id;
    return r;
}

static int base_write(struct tx *tx, const struct questionnaire_change *c, struct trail *trail)
{
    const struct questionnaire_days *d = c->days;
    struct questionnaire_days days = {.starts_ms = 0};
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT stage, title, COALESCE(valid_from, ''), COALESCE(valid_until, ''), "
                     "COALESCE(starts_ms, 0), COALESCE(ends_ms, 0) FROM questionnaire "
                     "WHERE id = $1",
                     "i", c->id);

    if (r == 0)
        r = stmt_step(s);
    if (r != 1)
        return r < 0 ? r : -ENOENT;
    trail_given_text(trail, "questionnaire_stage", stmt_text(s, 0), c->stage);
    trail_given_text(trail, "title", stmt_text(s, 1), c->title);
    days = d ? *d : (struct questionnaire_days){NULL, NULL, stmt_int(s, 4), stmt_int(s, 5)};
    if (d) {
        trail_given_text(trail, "valid_from", stmt_text(s, 2), d->valid_from ? d->valid_from : "");
        trail_given_text(trail, "valid_until", stmt_text(s, 3),
                         d->valid_until ? d->valid_until : "");
    }
    stmt_reset(s);
    r = days_check(tx, &days);
    if (r < 0)
        return r;
    return db_run(tx->db,
                  "UPDATE questionnaire SET stage = COALESCE($2, stage), "
                  "title = COALESCE($3, title), "
                  "valid_from = CASE WHEN $4 = 1 THEN $5 ELSE valid_from END, "
                  "valid_until = CASE WHEN $4 = 1 THEN $6 ELSE valid_until END, "
                  "starts_ms = $7, ends_ms = $8, version = version + 1, changed_ms = $9 "
                  "WHERE id = $1",
                  "ittittooi", c->id, c->stage, c->title, (int64_t)(d != NULL),
                  d ? or_null(d->valid_from) : NULL, d ? or_null(d->valid_until) : NULL,
                  days.starts_ms ? &days.starts_ms : NULL, days.ends_ms ? &days.ends_ms : NULL,
                  tx->now_ms);
}

static int questions_write(struct tx *tx, const struct questionnaire_change *c, struct trail *trail)
{
    struct question_list before = {.n = 0};
    int r = question_load(tx, c->id, &before);

    if (r == 0)
        r = question_replace(tx, c->id, c->questions);
    if (r == 0)
        r = question_trail(trail, &before, c->questions);
    question_list_free(&before);
    return r;
}

int questionnaire_update(struct tx *tx, const struct questionnaire_change *c)
{
    struct trail trail = {0};
    struct now now;
    int r = now_expect(tx, c->id, c->version, &now);

    if (r == 0 && !is_state(&now, "draft"))
        r = refuse_state(tx, &now);
    if (r == 0)
        r = base_write(tx, c, &trail);
    if (r >= 0 && c->questions)
        r = questions_write(tx, c, &trail);
    if (r < 0) {
        trail_clear(&trail);
        return r;
    }
    return note(tx, "questionnaire.update", &now, &trail);
}

int questionnaire_delete(struct tx *tx, int64_t id)
{
    struct trail trail = {0};
    struct now now;
    int r = now_read(tx, id, &now);

    if (r == 0 && !is_state(&now, "draft"))
        r = refuse_state(tx, &now);
    if (r == 0)
        r = question_drop(tx, id);
    if (r >= 0)
        r = db_run(tx->db, "DELETE FROM questionnaire WHERE id = $1", "i", id);
    if (r < 0)
        return r;
    trail_text(&trail, "title", now.title, NULL);
    return note(tx, "questionnaire.delete", &now, &trail);
}

/* ---- in use ---- */

static int state_set(struct tx *tx, const struct now *now, const char *state)
{
    const bool enabled = strcmp(state, "enabled") == 0;
    struct trail trail = {0};
    int r = db_run(tx->db,
                   "UPDATE questionnaire SET state = $2, version = version + 1, changed_ms = $3, "
                   "edition = COALESCE(edition, (SELECT COALESCE(MAX(e.edition), 0) + 1 "
                   "FROM questionnaire e WHERE e.project_id = $4 AND e.stage = $5)) WHERE id = $1",
                   "itiit", now->id, state, tx->now_ms, now->project_id, now->stage);

    if (r < 0)
        return r;
    trail_text(&trail, "state", now->state, state);
    return note(tx, enabled ? "questionnaire.enable" : "questionnaire.disable", now, &trail);
}

/* Ends the one that @now takes the place of. */
static int active_end(struct tx *tx, const struct now *now)
{
    struct now active;
    int64_t id = 0;
    int r = db_get(tx->db, &id,
                   "SELECT id FROM questionnaire WHERE project_id = $1 AND stage = $2 "
                   "AND state = 'enabled'",
                   "it", now->project_id, now->stage);

    if (r <= 0)
        return r;
    r = now_read(tx, id, &active);
    return r < 0 ? r : state_set(tx, &active, "disabled");
}

static int questions_need(struct tx *tx, const struct now *now)
{
    int64_t n = 0;
    int r = db_get(tx->db, &n,
                   "SELECT COUNT(*) FROM question WHERE questionnaire_id = $1 "
                   "AND retired_ms IS NULL",
                   "i", now->id);

    if (r < 0)
        return r;
    return n > 0 ? 0 : fault_set(tx->fault, FAULT_QUESTIONNAIRE_EMPTY, NULL);
}

int questionnaire_enable(struct tx *tx, int64_t id, int64_t version)
{
    struct now now;
    int r = now_expect(tx, id, version, &now);

    if (r == 0 && is_state(&now, "enabled"))
        r = refuse_state(tx, &now);
    if (r == 0)
        r = questions_need(tx, &now);
    if (r == 0 && now.ends_ms && now.ends_ms <= tx->now_ms)
        r = fault_set(tx->fault, FAULT_QUESTIONNAIRE_ENDED, NULL);
    if (r == 0)
        r = active_end(tx, &now);
    return r < 0 ? r : state_set(tx, &now, "enabled");
}

int questionnaire_disable(struct tx *tx, int64_t id, int64_t version)
{
    struct now now;
    int r = now_expect(tx, id, version, &now);

    if (r == 0 && !is_state(&now, "enabled"))
        r = refuse_state(tx, &now);
    return r < 0 ? r : state_set(tx, &now, "disabled");
}

int questionnaire_revise(struct tx *tx, int64_t id, int64_t version, int64_t *ret_id)
{
    struct trail trail = {0};
    struct now now, made;
    int r = now_expect(tx, id, version, &now);

    if (r == 0 && is_state(&now, "draft"))
        r = refuse_state(tx, &now);
    if (r == 0)
        r = tx_need_room(tx, "SELECT COUNT(*) FROM questionnaire WHERE project_id = $1",
                         now.project_id, QUESTIONNAIRE_MAX);
    if (r < 0)
        return r;
    made = now;
    r = db_get(tx->db, &made.id,
               "INSERT INTO questionnaire (project_id, stage, title, valid_from, valid_until, "
               "starts_ms, ends_ms, from_id, created_by, created_ms, changed_ms) "
               "SELECT project_id, stage, title, valid_from, valid_until, starts_ms, ends_ms, id, "
               "$2, $3, $3 FROM questionnaire WHERE id = $1 RETURNING id",
               "iti", id, tx->actor->name, tx->now_ms);
    if (r == -EEXIST)
        return fault_set(tx->fault, FAULT_QUESTIONNAIRE_DRAFTED, "title", now.title, NULL);
    if (r >= 0)
        r = question_copy(tx, id, made.id);
    if (r < 0)
        return r;
    trail_int(&trail, "from_id", NULL, &id);
    r = note(tx, "questionnaire.revise", &made, &trail);
    if (r == 0)
        *ret_id = made.id;
    return r;
}

/* ---- retiring ---- */

/* Whether it is retired already, or the last one that is asked. */
static int retire_check(struct tx *tx, const struct now *now, int64_t question_id)
{
    int64_t retired = 0, others = 0;
    int r =
        db_get(tx->db, &retired, "SELECT retired_ms FROM question WHERE id = $1", "i", question_id);

    if (r < 0)
        return r;
    if (r == 1)
        return fault_set(tx->fault, FAULT_QUESTION_RETIRED, NULL);
    r = db_get(tx->db, &others,
               "SELECT COUNT(*) FROM question WHERE questionnaire_id = $1 AND id <> $2 "
               "AND retired_ms IS NULL",
               "ii", now->id, question_id);
    if (r < 0)
        return r;
    return others > 0 ? 0 : fault_set(tx->fault, FAULT_QUESTION_LAST, NULL);
}

int questionnaire_retire(struct tx *tx, int64_t question_id, int64_t *ret_id)
{
    struct trail trail = {0};
    struct now now;
    int64_t id = 0;
    int r = db_get(tx->db, &id, "SELECT questionnaire_id FROM question WHERE id = $1", "i",
                   question_id);

    if (r == 0)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r == 1)
        r = now_read(tx, id, &now);
    if (r == 0 && is_state(&now, "draft"))
        r = refuse_state(tx, &now);
    if (r == 0)
        r = retire_check(tx, &now, question_id);
    if (r == 0)
        r = db_run(tx->db, "UPDATE question SET retired_ms = $2 WHERE id = $1", "ii", question_id,
                   tx->now_ms);
    if (r >= 0)
        r = db_run(tx->db,
                   "UPDATE questionnaire SET version = version + 1, changed_ms = $2 WHERE id = $1",
                   "ii", id, tx->now_ms);
    if (r < 0)
        return r;
    trail_int(&trail, "question_id", NULL, &question_id);
    r = note(tx, "question.retire", &now, &trail);
    if (r == 0)
        *ret_id = id;
    return r;
}
