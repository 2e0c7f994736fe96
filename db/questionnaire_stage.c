/* questionnaire_stage.c - see questionnaire.h: what a stage asks for (QN-09). */
#include "db/customer.h"
#include "db/questionnaire.h"

int questionnaire_open(struct tx *tx, int64_t project_id, const char *stage, int64_t *ret_id)
{
    int r = tx_need_project(tx, project_id);

    if (r < 0)
        return r;
    return db_get(tx->db, ret_id,
                  "SELECT id FROM questionnaire WHERE project_id = $1 AND stage = $2 "
                  "AND state = 'enabled' AND (starts_ms IS NULL OR starts_ms <= $3) "
                  "AND (ends_ms IS NULL OR ends_ms > $3)",
                  "iti", project_id, stage, tx->now_ms);
}

static int stage_owed(struct tx *tx, int64_t customer_id, int64_t project_id, const char *stage,
                      int64_t *ret_questionnaire_id)
{
    int64_t id = 0, sheet = 0;
    int r = questionnaire_open(tx, project_id, stage, &id);

    if (r <= 0)
        return r;
    r = db_get(tx->db, &sheet,
               "SELECT id FROM answer_sheet WHERE customer_id = $1 AND project_id = $2 "
               "AND stage = $3 LIMIT 1",
               "iit", customer_id, project_id, stage);
    if (r != 0)
        return r < 0 ? r : 0;
    *ret_questionnaire_id = id;
    return 1;
}

int question_stage_owed(struct tx *tx, int64_t customer_id, int64_t project_id, const char *stage,
                        int64_t *ret_questionnaire_id)
{
    int r = customer_need(tx, customer_id);

    return r < 0 ? r : stage_owed(tx, customer_id, project_id, stage, ret_questionnaire_id);
}

/* Of any customer: who takes the step may know of the deal and not of him. */
int question_stage_need(struct tx *tx, int64_t customer_id, int64_t project_id, const char *stage)
{
    struct stmt *s;
    int64_t id = 0;
    int r = stage_owed(tx, customer_id, project_id, stage, &id);

    if (r <= 0)
        return r;
    r = tx_row(tx, &s, "SELECT project_id, title FROM questionnaire WHERE id = $1", id);
    if (r < 0)
        return r;
    r = fault_set(tx->fault, FAULT_QUESTIONNAIRE_OWED, "title", stmt_text(s, 1), NULL);
    stmt_reset(s);
    return r;
}

int question_visits_need(struct tx *tx, int64_t customer_id, int64_t project_id)
{
    int64_t visits = 0;
    int r = db_get(tx->db, &visits,
                   "SELECT COUNT(*) FROM visit WHERE customer_id = $1 AND project_id = $2 AND "
                   "kind = 'visit'",
                   "ii", customer_id, project_id);

    if (r >= 0 && visits > 0)
        r = question_stage_need(tx, customer_id, project_id, "first_visit");
    if (r >= 0 && visits > 1)
        r = question_stage_need(tx, customer_id, project_id, "revisit");
    return r < 0 ? r : 0;
}
