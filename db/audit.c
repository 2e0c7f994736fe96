/* audit.c - see audit.h. */
#include "db/audit.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/clock.h"

#define RECORD_END "\x1e"
#define FIELD_END  "\x1f"

static uint8_t audit_key[AUDIT_KEY_SIZE];

void audit_set_key(const uint8_t key[AUDIT_KEY_SIZE])
{
    memcpy(audit_key, key, AUDIT_KEY_SIZE);
}

static void trail_append(struct trail *t, const char *text, size_t n)
{
    if (t->failed)
        return;
    if (t->n + n + 1 > t->room) {
        size_t room = (t->n + n + 1) * 2;
        char *grown = realloc(t->text, room);

        if (!grown) {
            t->failed = true;
            return;
        }
        t->text = grown;
        t->room = room;
    }
    memcpy(t->text + t->n, text, n);
    t->n += n;
    t->text[t->n] = '\0';
}

/* The separators are control characters, which checked text does not contain; if one came along all
 * the same it must not forge a record. */
static void trail_value(struct trail *t, const char *value)
{
    if (!value) {
        trail_append(t, "-", 1);
        return;
    }
    trail_append(t, "=", 1);
    for (const char *p = value; *p; p++)
        trail_append(t, *p == RECORD_END[0] || *p == FIELD_END[0] ? "?" : p, 1);
}

void trail_text(struct trail *t, const char *field, const char *before, const char *after)
{
    if (before == after || (before && after && strcmp(before, after) == 0))
        return;
    trail_append(t, field, strlen(field));
    trail_append(t, FIELD_END, 1);
    trail_value(t, before);
    trail_append(t, FIELD_END, 1);
    trail_value(t, after);
    trail_append(t, RECORD_END, 1);
}

void trail_int(struct trail *t, const char *field, const int64_t *before, const int64_t *after)
{
    char old[24], new[24];

    if (before)
        snprintf(old, sizeof(old), "%" PRId64, *before);
    if (after)
        snprintf(new, sizeof(new), "%" PRId64, *after);
    trail_text(t, field, before ? old : NULL, after ? new : NULL);
}

void trail_given_text(struct trail *t, const char *field, const char *before, const char *next)
{
    if (next)
        trail_text(t, field, before ? before : "", next);
}

void trail_given_int(struct trail *t, const char *field, int64_t before, int64_t next)
{
    if (next >= 0)
        trail_int(t, field, &before, &next);
}

bool trail_empty(const struct trail *t)
{
    return t->n == 0 && !t->failed;
}

void trail_clear(struct trail *t)
{
    free(t->text);
    memset(t, 0, sizeof(*t));
}

static void hash_int(crypto_generichash_state *state, int64_t value)
{
    uint8_t bytes[8];

    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)((uint64_t)value >> (8 * i));
    crypto_generichash_update(state, bytes, sizeof(bytes));
}

/* With its length before it, so that no two rows run together to the same bytes. */
static void hash_text(crypto_generichash_state *state, const char *text)
{
    size_t n = strlen(text);

    hash_int(state, (int64_t)n);
    crypto_generichash_update(state, (const uint8_t *)text, n);
}

struct chained {
    int64_t seq, at_ms, boot_ms, actor_kind, actor_id, project_id;
    const char *actor, *action, *object, *detail;
};

static void chain_hash(const uint8_t prev[AUDIT_HASH_SIZE], const struct chained *row,
                       uint8_t ret_hash[AUDIT_HASH_SIZE])
{
    crypto_generichash_state state;

    crypto_generichash_init(&state, audit_key, sizeof(audit_key), AUDIT_HASH_SIZE);
    crypto_generichash_update(&state, prev, AUDIT_HASH_SIZE);
    hash_int(&state, row->seq);
    hash_int(&state, row->at_ms);
    hash_int(&state, row->boot_ms);
    hash_int(&state, row->actor_kind);
    hash_int(&state, row->actor_id);
    hash_int(&state, row->project_id);
    hash_text(&state, row->actor);
    hash_text(&state, row->action);
    hash_text(&state, row->object);
    hash_text(&state, row->detail);
    crypto_generichash_final(&state, ret_hash, AUDIT_HASH_SIZE);
}

static int chain_head(struct db *db, int64_t *ret_seq, uint8_t ret_hash[AUDIT_HASH_SIZE])
{
    struct stmt *s;
    const void *hash;
    size_t n;
    int r = db_query(db, &s, "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1", "");

    if (r < 0)
        return r;
    r = stmt_step(s);
    if (r < 0)
        return r;
    *ret_seq = 0;
    memset(ret_hash, 0, AUDIT_HASH_SIZE);
    if (r == 1) {
        *ret_seq = stmt_int(s, 0);
        hash = stmt_blob(s, 1, &n);
        if (n == AUDIT_HASH_SIZE)
            memcpy(ret_hash, hash, n);
        stmt_reset(s);
    }
    return 0;
}

int audit_add(struct tx *tx, const char *action, const char *kind, int64_t id, int64_t project_id,
              struct trail *trail)
{
    uint8_t prev[AUDIT_HASH_SIZE], hash[AUDIT_HASH_SIZE];
    char object[64];
    struct chained row = {.at_ms = tx->now_ms,
                          .boot_ms = clock_boot_ms(),
                          .actor_kind = tx->actor->kind,
                          .actor_id = tx->actor->id,
                          .project_id = project_id,
                          .actor = tx->actor->name,
                          .action = action,
                          .object = object,
                          .detail = trail && trail->text ? trail->text : ""};
    int r = trail && trail->failed ? -ENOMEM : 0;

    snprintf(object, sizeof(object), "%s:%" PRId64, kind, id);
    if (r == 0)
        r = chain_head(tx->db, &row.seq, prev);
    if (r == 0) {
        row.seq++;
        chain_hash(prev, &row, hash);
        r = db_run(tx->db,
                   "INSERT INTO audit (seq, prev_hash, hash, at_ms, boot_ms, actor_kind, actor_id, "
                   "actor, action, object, project_id, detail) "
                   "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
                   "ibbiiiitttit", row.seq, (const void *)prev, sizeof(prev), (const void *)hash,
                   sizeof(hash), row.at_ms, row.boot_ms, row.actor_kind, row.actor_id, row.actor,
                   row.action, row.object, row.project_id, row.detail);
    }
    if (trail)
        trail_clear(trail);
    return r < 0 ? r : 0;
}

int audit_add_project(struct tx *tx, const char *action, const char *kind, int64_t id,
                      int64_t project_id, struct trail *trail)
{
    int r = audit_add(tx, action, kind, id, project_id, trail);

    return r < 0 ? r : tx_changed(tx, CHANGE_PROJECT, project_id, 0, project_id);
}

/* 1 or 0. Of a project that is seen in part: what happened to the units in scope. */
static int row_visible(struct tx *tx, const struct audit_row *row)
{
    int64_t building = 0, unit;
    int r;

    if (row->project_id == 0 || actor_sees_whole(tx->actor, row->project_id))
        return 1;
    if (!actor_sees_project(tx->actor, row->project_id) || strncmp(row->object, "unit:", 5) != 0)
        return 0;
    unit = strtoll(row->object + 5, NULL, 10);
    r = db_get(tx->db, &building, "SELECT building_id FROM unit WHERE id = $1", "i", unit);
    return r == 1 ? actor_sees_building(tx->actor, row->project_id, building) : r;
}

#define AUDIT_ROWS                                                                                 \
    "SELECT seq, at_ms, actor_kind, actor_id, actor, action, object, project_id, detail, hash, "   \
    "COALESCE((SELECT u.name FROM user_account u WHERE u.id = actor_id AND actor_kind = $7), "     \
    "actor) FROM audit WHERE ($1 = 0 OR seq < $1) AND ($2 IS NULL OR actor = $2) "                 \
    "AND ($3 IS NULL OR action = $3) AND ($5 = 0 OR at_ms >= $5) AND ($6 = 0 OR at_ms < $6) "
static const char rows_any[] = AUDIT_ROWS "AND $4 IS NULL ORDER BY seq DESC";
static const char rows_of_object[] = AUDIT_ROWS "AND object = $4 ORDER BY seq DESC";

int audit_list(struct tx *tx, const struct audit_filter *filter,
               int (*each)(void *arg, const struct audit_row *row), void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s, filter->object ? rows_of_object : rows_any, "itttiii",
                     filter->before_seq, filter->actor, filter->action, filter->object,
                     filter->from_ms, filter->to_ms, (int64_t)ACTOR_USER);
    int left = filter->limit;

    while (r >= 0 && left > 0 && (r = stmt_step(s)) == 1) {
        struct audit_row row = {.seq = stmt_int(s, 0),
                                .at_ms = stmt_int(s, 1),
                                .actor_kind = (int)stmt_int(s, 2),
                                .actor_id = stmt_int(s, 3),
                                .actor = stmt_text(s, 4),
                                .name = stmt_text(s, 10),
                                .action = stmt_text(s, 5),
                                .object = stmt_text(s, 6),
                                .project_id = stmt_int(s, 7),
                                .detail = stmt_text(s, 8)};
        const void *hash;
        size_t n;

        r = row_visible(tx, &row);
        if (r <= 0)
            continue;
        hash = stmt_blob(s, 9, &n);
        if (n == AUDIT_HASH_SIZE)
            memcpy(row.hash, hash, n);
        r = each(arg, &row);
        left--;
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

static const char *value_read(const char **p, const char *end, size_t *ret_n)
{
    const char *start = *p;
    size_t n = (size_t)(end - start);

    *p = end + 1;
    if (n == 0 || *start == '-') {
        *ret_n = 0;
        return NULL;
    }
    *ret_n = n - 1;
    return start + 1;
}

bool trail_next(const char **cursor, struct trail_field *ret_field)
{
    const char *p = *cursor;
    const char *a = p ? strchr(p, FIELD_END[0]) : NULL;
    const char *b = a ? strchr(a + 1, FIELD_END[0]) : NULL;
    const char *c = b ? strchr(b + 1, RECORD_END[0]) : NULL;

    if (!c)
        return false;
    ret_field->field = p;
    ret_field->n_field = (size_t)(a - p);
    p = a + 1;
    ret_field->before = value_read(&p, b, &ret_field->n_before);
    ret_field->after = value_read(&p, c, &ret_field->n_after);
    *cursor = p;
    return true;
}

/* From row @first on, whose link is believed unless it is the very first. */
static int verify_from(struct db *db, int64_t first, struct audit_report *ret_report)
{
    struct audit_report report = {.ok = true};
    uint8_t prev[AUDIT_HASH_SIZE] = {0};
    struct stmt *s;
    int r = db_query(
        db, &s,
        "SELECT seq, prev_hash, hash, at_ms, boot_ms, actor_kind, actor_id, "
        "project_id, actor, action, object, detail FROM audit WHERE seq >= $1 ORDER BY seq",
        "i", first > 1 ? first : INT64_MIN);

    while (r >= 0 && report.ok && (r = stmt_step(s)) == 1) {
        struct chained row = {stmt_int(s, 0),   stmt_int(s, 3),  stmt_int(s, 4),  stmt_int(s, 5),
                              stmt_int(s, 6),   stmt_int(s, 7),  stmt_text(s, 8), stmt_text(s, 9),
                              stmt_text(s, 10), stmt_text(s, 11)};
        uint8_t hash[AUDIT_HASH_SIZE];
        size_t n_link, n_hash;
        const void *link = stmt_blob(s, 1, &n_link), *stored = stmt_blob(s, 2, &n_hash);

        if (first > 1 && row.seq == first && n_link == sizeof(prev))
            memcpy(prev, link, sizeof(prev));
        chain_hash(prev, &row, hash);
        if (row.seq != first + report.rows++)
            report.reason = "gap";
        else if (n_link != sizeof(prev) || memcmp(link, prev, n_link) != 0)
            report.reason = "link";
        else if (n_hash != sizeof(hash) || memcmp(stored, hash, n_hash) != 0)
            report.reason = "hash";
        report.ok = !report.reason;
        report.first_bad = report.ok ? 0 : row.seq;
        memcpy(prev, hash, sizeof(prev));
    }
    stmt_reset(s);
    if (r < 0)
        return r;
    memcpy(report.head, prev, sizeof(prev));
    *ret_report = report;
    return 0;
}

int audit_verify(struct db *db, struct audit_report *ret_report)
{
    return verify_from(db, 1, ret_report);
}

int audit_verify_end(struct db *db, struct audit_report *ret_report)
{
    int64_t last = 0;
    int r = db_get(db, &last, "SELECT MAX(seq) FROM audit", "");

    return r < 0 ? r : verify_from(db, last > 0 ? last : 1, ret_report);
}
