/* media.c - see media.h. */
#include "db/media.h"

#include <stdbool.h>

#include "db/audit.h"
#include "db/deal_change.h"
#include "db/sight.h"

int media_add(struct tx *tx, const struct media_row *m)
{
    struct trail trail = {0};
    int r = tx_need_project(tx, m->project_id);

    if (r == 0)
        r = tx_need_room(tx, "SELECT COUNT(*) FROM media WHERE project_id = $1", m->project_id,
                         MEDIA_FILES_MAX);
    if (r == 0)
        r = db_run(tx->db,
                   "INSERT INTO media (id, project_id, content_type, name, size, created_ms) "
                   "SELECT $1, p.id, $3, $4, $5, $6 FROM project p WHERE p.id = $2 "
                   "ON CONFLICT (id) DO NOTHING",
                   "tittii", m->id, m->project_id, m->content_type, m->name, m->size, tx->now_ms);
    if (r < 0)
        return r;
    if (r == 0) { /* there already, or no such project */
        int64_t found = 0;

        r = db_get(tx->db, &found, "SELECT id FROM project WHERE id = $1", "i", m->project_id);
        if (r < 0)
            return r;
        return r == 1 ? 0 : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    }
    trail_text(&trail, "media", NULL, m->id);
    trail_text(&trail, "name", NULL, m->name);
    trail_text(&trail, "content_type", NULL, m->content_type);
    trail_int(&trail, "size", NULL, &m->size);
    return audit_add(tx, "media.add", "project", m->project_id, m->project_id, &trail);
}

static int change_seen(void *arg, const struct deal_change_row *row)
{
    (void)arg, (void)row;
    return 0;
}

/* A paper that somebody brought for a change of his deal is read by whoever reads one that has it;
 * the walk ends at the first. Of no change: 1. */
static int changes_need(struct tx *tx, const char *id)
{
    struct stmt *s;
    int found = 1, r = db_query(tx->db, &s,
                                "SELECT change_id FROM deal_change_media WHERE media_id = $1 "
                                "ORDER BY change_id DESC",
                                "t", id);

    while (found != 0 && r >= 0 && (r = stmt_step(s)) == 1)
        found = deal_change_get(tx, stmt_int(s, 0), change_seen, NULL);
    stmt_reset(s);
    return r < 0 ? r : found;
}

/* The same of one that proves whether a customer may buy. */
static int qualifications_need(struct tx *tx, const char *id)
{
    struct sight sight;
    int64_t all = 0, seen = 0;
    int r;

    sight_of(tx->actor, &sight);
    r = db_get(tx->db, &all, "SELECT COUNT(*) FROM qualification WHERE media_id = $1", "t", id);
    if (r >= 0)
        r = db_get(tx->db, &seen,
                   "SELECT COUNT(*) FROM qualification q WHERE q.media_id = $1 AND " SIGHT_OWN(
                       "q.customer_id", "$2", "$3"),
                   "tit", id, sight.user, (const char *)sight.scope);
    if (r < 0 || all == 0)
        return r < 0 ? r : 1;
    return seen ? 0 : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
}

/* What belongs to a person is read with what it belongs to; all else with the project. */
static int person_need(struct tx *tx, const char *id)
{
    int r = changes_need(tx, id);

    return r > 0 ? qualifications_need(tx, id) : r;
}

int media_get(struct tx *tx, const char *id, int (*each)(void *arg, const struct media_row *row),
              void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT id, project_id, content_type, name, size FROM media WHERE id = $1",
                     "t", id);

    if (r == 0)
        r = stmt_step(s);
    if (r < 0)
        return r;
    if (r == 0 || !actor_sees_project(tx->actor, stmt_int(s, 1)))
        r = fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    else
        r = person_need(tx, id);
    if (r >= 0) {
        const struct media_row row = {stmt_text(s, 0), stmt_int(s, 1), stmt_text(s, 2),
                                      stmt_text(s, 3), stmt_int(s, 4)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r;
}

int media_need(struct tx *tx, int64_t project_id, const char *media_id)
{
    int64_t found = 0;
    int r;

    if (!media_id || !media_id[0])
        return 0;
    r = db_get(tx->db, &found, "SELECT 1 FROM media WHERE id = $1 AND project_id = $2", "ti",
               media_id, project_id);
    if (r < 0)
        return r;
    return r == 1 ? 0 : fault_set(tx->fault, FAULT_MEDIA_UNKNOWN, NULL);
}
