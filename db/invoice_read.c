/* invoice_read.c - the register of invoices, read (IV-02). See invoice.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/invoice_impl.h"
#include "db/like.h"
#include "db/sight.h"
#include "db/user.h"

enum { PATTERN_TEXT = INVOICE_TEXT_MAX * 4 * 2 + 4 };

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

#define NUMBERED(kind, column)                                                                     \
    "(SELECT n." column " FROM invoice_number n WHERE n.invoice_id = i.id AND n.kind = '" kind "')"
#define OF_INVOICE                                                                                 \
    "FROM invoice i JOIN invoice_profile p ON p.id = i.profile_id JOIN invoice_item t ON "         \
    "t.id = i.item_id JOIN deal d ON d.id = i.deal_id JOIN unit u ON u.id = d.unit_id "
/* $1 project, $2 deal, $3 invoice, $4 batch, $5 state, $6 a part of a text, $7 the id of a request
 * so called, $8 and $9 days. */
#define FILTERED                                                                                   \
    "WHERE $1 IN (0, i.project_id) AND $2 IN (0, i.deal_id) AND $3 IN (0, i.id) AND ($4 = 0 OR "   \
    "EXISTS (SELECT 1 FROM invoice_batch_row w WHERE w.batch_id = $4 AND w.invoice_id = i.id)) "   \
    "AND $5 IN ('', i.state) AND ($6 = '' OR i.id = $7 OR p.name = $6 OR i.unit LIKE $11 "         \
    "ESCAPE '!' OR EXISTS (SELECT 1 FROM invoice_number n WHERE n.invoice_id = i.id AND "          \
    "n.number = $6)) AND (($8 = '' AND $9 = '') OR EXISTS (SELECT 1 FROM invoice_number n WHERE "  \
    "n.invoice_id = i.id AND ($8 = '' OR n.day >= $8) AND ($9 = '' OR n.day <= $9))) "

#define NUMBERS                                                                                    \
    NUMBERED("issued", "number")                                                                   \
    ", " NUMBERED("issued", "day") ", " NUMBERED("red", "number") ", " NUMBERED("red", "day")
#define ACTOR USER_NAMED("i.actor")
#define OVER  INVOICE_DEAL_HELD("i.deal_id") " - " INVOICE_DEAL_RECEIVED("i.deal_id")

static const char list_sql[] =
    "SELECT i.id, i.version, i.project_id, i.deal_id, i.profile_id, p.customer_id, i.amount_fen, "
    "i.made_ms, i.state_ms, i.state, t.kind, p.name, p.kind, (SELECT x.tail FROM invoice_secret x "
    "WHERE x.profile_id = p.id AND x.kind = 'tax'), i.item, t.code, t.rate, i.unit, i.remark, "
    "i.detail, " ACTOR ", " NUMBERS ", " OVER ", (SELECT MAX(w.batch_id) FROM invoice_batch_row w "
    "WHERE w.invoice_id = i.id), EXISTS (SELECT 1 FROM invoice_paper y WHERE y.invoice_id = i.id), "
    "u.building_id, d.user_id, EXISTS (SELECT 1 FROM invoice_batch_row w WHERE w.batch_id = $4 AND "
    "w.invoice_id = i.id AND w.red = 1), i.name " OF_INVOICE FILTERED
    "AND ($10 = 0 OR i.id < $10) ORDER BY CASE $4 WHEN 0 THEN -i.id ELSE i.id END";

static int64_t request_asked(const char *text)
{
    const char *digits = strncmp(text, "KP", 2) == 0 ? text + 2 : text;
    const size_t n = strlen(digits);

    return n > 0 && n <= 12 && strspn(digits, "0123456789") == n ? strtoll(digits, NULL, 10) : 0;
}

/* @pattern lives as long as the statement. */
static int filter_query(struct tx *tx, const struct invoice_filter *f, const char *sql,
                        char pattern[PATTERN_TEXT], struct stmt **ret_s)
{
    const char *text = or_empty(f->text);
    int r = f->project_id ? tx_need_project(tx, f->project_id) : 0;

    if (r == 0)
        r = like_part(text, pattern, PATTERN_TEXT);
    return r < 0
               ? r
               : db_query(tx->db, ret_s, sql, "iiiittittit", f->project_id, f->deal_id,
                          f->invoice_id, f->batch_id, or_empty(f->state), text, request_asked(text),
                          or_empty(f->from), or_empty(f->to), f->before_id, (const char *)pattern);
}

static bool row_seen(const struct tx *tx, int64_t project_id, int64_t building_id, int64_t user_id)
{
    const struct deal_place place = {
        .project_id = project_id, .building_id = building_id, .user_id = user_id};

    return deal_seen(tx->actor, &place);
}

struct shown {
    char request[INVOICE_REQUEST_TEXT], name[CONTACT_NAME_TEXT], tax_no[16];
};

static int row_fill(struct tx *tx, struct stmt *s, struct invoice_row *row, struct shown *shown)
{
    const int state = invoice_state_find(stmt_text(s, 9));
    const char *tail = stmt_text(s, 13);

    if (state < 0)
        return state;
    *row = (struct invoice_row){.id = stmt_int(s, 0),
                                .version = stmt_int(s, 1),
                                .project_id = stmt_int(s, 2),
                                .deal_id = stmt_int(s, 3),
                                .profile_id = stmt_int(s, 4),
                                .amount_fen = stmt_int(s, 6),
                                .made_ms = stmt_int(s, 7),
                                .state_ms = stmt_int(s, 8),
                                .state = (enum invoice_state)state,
                                .kind = stmt_text(s, 10),
                                .buyer =
                                    name_shown(tx, stmt_text(s, 11), stmt_text(s, 12), shown->name),
                                .buyer_kind = stmt_text(s, 12),
                                .item = stmt_text(s, 14),
                                .code = stmt_text(s, 15),
                                .rate = stmt_text(s, 16),
                                .unit = stmt_text(s, 17),
                                .remark = stmt_text(s, 18),
                                .detail = stmt_text(s, 19),
                                .actor = stmt_text(s, 20),
                                .number = stmt_text(s, 21),
                                .day = stmt_text(s, 22),
                                .red_number = stmt_text(s, 23),
                                .red_day = stmt_text(s, 24),
                                .over_fen = stmt_int(s, 25) > 0 ? stmt_int(s, 25) : 0,
                                .batch_id = stmt_int(s, 26),
                                .paper = stmt_int(s, 27) != 0,
                                .batch_red = stmt_int(s, 30) != 0,
                                .name = stmt_text(s, 31)};
    invoice_request_text(row->id, shown->request);
    row->request = shown->request;
    if (tail) {
        snprintf(shown->tax_no, sizeof(shown->tax_no), "****%s", tail);
        row->tax_no = shown->tax_no;
    }
    return sight_id(tx, stmt_int(s, 5), &row->customer_id);
}

int invoice_list(struct tx *tx, const struct invoice_filter *f,
                 int (*each)(void *arg, const struct invoice_row *row), void *arg)
{
    char pattern[PATTERN_TEXT];
    struct stmt *s = NULL;
    int n = 0, r = filter_query(tx, f, list_sql, pattern, &s);

    while (r >= 0 && n < f->limit && (r = stmt_step(s)) == 1) {
        struct invoice_row row;
        struct shown shown;

        if (!row_seen(tx, stmt_int(s, 2), stmt_int(s, 28), stmt_int(s, 29)))
            continue;
        n++;
        r = row_fill(tx, s, &row, &shown);
        if (r >= 0)
            r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int invoice_totals(struct tx *tx, const struct invoice_filter *f,
                   struct invoice_total ret[INVOICE_STATES])
{
    struct invoice_total totals[INVOICE_STATES] = {{0}};
    struct invoice_filter any = *f;
    char pattern[PATTERN_TEXT];
    struct stmt *s = NULL;
    int r;

    any.state = NULL;
    any.before_id = 0;
    r = filter_query(tx, &any,
                     "SELECT i.state, i.project_id, u.building_id, d.user_id, COUNT(*), "
                     "SUM(i.amount_fen), $10 " OF_INVOICE FILTERED
                     "GROUP BY i.state, i.project_id, u.building_id, d.user_id",
                     pattern, &s);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const int state = invoice_state_find(stmt_text(s, 0));

        if (state < 0) {
            r = state;
            break;
        }
        if (!row_seen(tx, stmt_int(s, 1), stmt_int(s, 2), stmt_int(s, 3)))
            continue;
        totals[state].n += stmt_int(s, 4);
        totals[state].fen += stmt_int(s, 5);
    }
    stmt_reset(s);
    if (r < 0)
        return r;
    memcpy(ret, totals, sizeof(totals));
    return 0;
}

/* ---- what went out ---- */

#define EXPORTED_BY USER_NAMED("b.actor")

int invoice_batch_each(struct tx *tx, int64_t project_id,
                       int (*each)(void *arg, const struct invoice_batch *batch), void *arg)
{
    struct stmt *s = NULL;
    int r = tx_need_project(tx, project_id);

    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT b.id, b.at_ms, " EXPORTED_BY ", COUNT(w.invoice_id), SUM(w.red) FROM "
                     "invoice_batch b JOIN invoice_batch_row w ON w.batch_id = b.id WHERE "
                     "b.project_id = $1 GROUP BY b.id ORDER BY b.id DESC LIMIT 50",
                     "i", project_id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct invoice_batch batch = {.id = stmt_int(s, 0),
                                            .at_ms = stmt_int(s, 1),
                                            .actor = stmt_text(s, 2),
                                            .n = stmt_int(s, 3),
                                            .n_red = stmt_int(s, 4)};

        r = each(arg, &batch);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int invoice_batch_project(struct tx *tx, int64_t batch_id, int64_t *ret_project_id)
{
    struct stmt *s;
    int r = tx_row(tx, &s, "SELECT project_id FROM invoice_batch WHERE id = $1", batch_id);

    if (r < 0)
        return r;
    *ret_project_id = stmt_int(s, 0);
    stmt_reset(s);
    return 0;
}
