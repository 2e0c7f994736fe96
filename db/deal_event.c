/* deal_event.c - see deal_event.h. */
#include "db/deal_event.h"

#include <stdio.h>
#include <string.h>

/* When, as a time or (it goes before) as a day, and by which document: one row, or none that has
 * neither. A deal is filed, handed over or titled when the last claim it had up to there says so:
 * one that was taken back has an older stage behind it. */
static const char *const event_sql[DEAL_EVENTS] = {
    [DEAL_SUBSCRIBED] = "SELECT MIN(made_ms), NULL, '' FROM deal_document WHERE deal_id = $1 AND "
                        "kind IN ('subscription', 'contract') AND state <> 'void'",
    [DEAL_SIGNED] = "SELECT made_ms, NULL, document FROM deal_document WHERE deal_id = $1 AND "
                    "kind = 'contract' AND state <> 'void' ORDER BY id LIMIT 1",
    [DEAL_FILED] = "SELECT since_ms, document_date, document FROM claim WHERE state = 'F' AND "
                   "id = (SELECT MAX(id) FROM claim WHERE deal_id = $1 AND "
                   "state NOT IN ('D', 'T'))",
    [DEAL_BANK] = "SELECT MAX(m.progress_ms), NULL, '' FROM mortgage m JOIN deal d ON "
                  "d.id = m.deal_id JOIN terms t ON t.id = d.terms_id WHERE d.id = $1 AND "
                  "m.state = 'approved' AND (t.loan_fen = 0 OR EXISTS (SELECT 1 FROM mortgage x "
                  "WHERE x.deal_id = $1 AND x.kind = 'commercial' AND x.state = 'approved')) AND "
                  "(t.fund_loan_fen = 0 OR EXISTS (SELECT 1 FROM mortgage x WHERE "
                  "x.deal_id = $1 AND x.kind = 'fund' AND x.state = 'approved'))",
    [DEAL_NOTICED] = "SELECT sent_ms, NULL, handover_date FROM movein_notice WHERE deal_id = $1 "
                     "ORDER BY id DESC LIMIT 1",
    [DEAL_DELIVERED] = "SELECT since_ms, NULL, document FROM claim WHERE state = 'D' AND "
                       "id = (SELECT MAX(id) FROM claim WHERE deal_id = $1 AND state <> 'T')",
    [DEAL_TITLED] = "SELECT since_ms, NULL, document FROM claim WHERE state = 'T' AND "
                    "id = (SELECT MAX(id) FROM claim WHERE deal_id = $1)",
};

static int event_read(struct tx *tx, int64_t deal_id, const char *sql, struct deal_event *ret)
{
    struct stmt *s;
    int r = db_query(tx->db, &s, sql, "i", deal_id);

    if (r == 0)
        r = stmt_step(s);
    if (r == 1 && !stmt_is_null(s, 0)) {
        ret->happened = true;
        if (stmt_is_null(s, 1))
            day_of(stmt_int(s, 0), ret->day);
        else
            snprintf(ret->day, sizeof(ret->day), "%s", stmt_text(s, 1));
        snprintf(ret->document, sizeof(ret->document), "%s", stmt_text(s, 2));
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int deal_events_read(struct tx *tx, int64_t deal_id, struct deal_event ret_events[DEAL_EVENTS])
{
    int64_t loans = 0;
    int r = db_get(tx->db, &loans,
                   "SELECT (loan_fen > 0) + (fund_loan_fen > 0) FROM terms t "
                   "JOIN deal d ON d.terms_id = t.id WHERE d.id = $1",
                   "i", deal_id);

    memset(ret_events, 0, DEAL_EVENTS * sizeof(*ret_events));
    for (size_t i = 0; r >= 0 && i < DEAL_EVENTS; i++)
        r = event_read(tx, deal_id, event_sql[i], &ret_events[i]);
    ret_events[DEAL_BANK].none = loans == 0;
    return r < 0 ? r : 0;
}

int deal_node_day(struct tx *tx, int64_t deal_id, const char *code, char ret_day[DAY_TEXT])
{
    int64_t done_ms = 0;
    int r = db_get(tx->db, &done_ms,
                   "SELECT done_ms FROM deal_node WHERE deal_id = $1 AND code = $2 AND "
                   "state = 'done'",
                   "it", deal_id, code);

    ret_day[0] = '\0';
    if (r > 0)
        day_of(done_ms, ret_day);
    return r < 0 ? r : 0;
}
