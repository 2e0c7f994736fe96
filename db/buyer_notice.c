/* buyer_notice.c - see buyer_notice.h. */
#include "db/buyer_notice.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "db/customer.h"
#include "db/deal_scope.h"
#include "db/fund.h"
#include "db/receipt_impl.h"
#include "db/sight.h"

static const struct {
    const char *code, *text[2];
} notices[NOTICE_COUNT] = {
#define NOTICE(symbol, code, zh, en) {code, {zh, en}},
#include "db/buyer_notice.def"
#undef NOTICE
};

#define AGREED(customer)                                                                           \
    "EXISTS (SELECT 1 FROM consent k WHERE k.customer_id = " customer                              \
    " AND k.purpose = 'service' AND k.withdrawn_ms IS NULL)"

/* ---- recorded ---- */

int buyer_notice_due(struct tx *tx, int64_t receivable_id, const char *event, int64_t owed_fen)
{
    int r = db_run(tx->db,
                   "INSERT INTO buyer_notice (customer_id, deal_id, event, receivable_id, "
                   "owed_fen, at_ms) SELECT d.customer_id, d.id, $2, l.id, $3, $4 FROM receivable "
                   "l JOIN deal d ON d.id = l.deal_id WHERE l.id = $1 AND " AGREED("d.customer_id"),
                   "itii", receivable_id, event, owed_fen, tx->now_ms);

    return r < 0 ? r : 0;
}

int buyer_notice_voucher(struct tx *tx, int64_t voucher_id, enum buyer_event event)
{
    int r = db_run(tx->db,
                   "INSERT INTO buyer_notice (customer_id, deal_id, event, voucher_id, at_ms) "
                   "SELECT v.customer_id, v.deal_id, $2, v.id, $3 FROM voucher v WHERE v.id = $1 "
                   "AND " AGREED("v.customer_id"),
                   "iti", voucher_id, notices[event].code, tx->now_ms);

    return r < 0 ? r : 0;
}

int buyer_notice_node(struct tx *tx, int64_t node_id)
{
    int r = db_run(tx->db,
                   "INSERT INTO buyer_notice (customer_id, deal_id, event, node_event_id, at_ms) "
                   "SELECT d.customer_id, d.id, $2, e.id, $3 FROM deal_node_event e JOIN "
                   "deal_node n ON n.id = e.node_id JOIN deal d ON d.id = n.deal_id WHERE e.id = "
                   "(SELECT MAX(x.id) FROM deal_node_event x WHERE x.node_id = $1 AND x.event = "
                   "'done') AND " AGREED("d.customer_id"),
                   "iti", node_id, notices[NOTICE_NODE_DONE].code, tx->now_ms);

    return r < 0 ? r : 0;
}

/* ---- read ---- */

/* Of a receipt that was taken back the number is that of the receipt. */
#define NOTICES                                                                                    \
    "SELECT o.id, o.at_ms, o.event, c.name, c.kind, COALESCE(o.owed_fen, (SELECT "                 \
    "SUM(e.amount_fen) FROM ledger_entry e WHERE e.voucher_id = o.voucher_id), 0), b.name || "     \
    "CASE st.name WHEN '' THEN '' ELSE '-' || st.name END || '-' || u.room, l.fund, "              \
    "l.due_date, q.prefix, w.receipt_no, n.name FROM buyer_notice o LEFT JOIN deal d ON "          \
    "d.id = o.deal_id LEFT JOIN unit u ON u.id = d.unit_id LEFT JOIN building b ON "               \
    "b.id = u.building_id LEFT JOIN stair st ON st.id = u.stair_id JOIN customer c ON "            \
    "c.id = o.customer_id LEFT JOIN receivable l ON l.id = o.receivable_id LEFT JOIN voucher v "   \
    "ON v.id = o.voucher_id LEFT JOIN voucher w ON w.id = COALESCE(v.reverses_id, v.id) "          \
    "LEFT JOIN receipt_book q ON q.id = w.book_id LEFT JOIN deal_node_event e ON "                 \
    "e.id = o.node_event_id LEFT JOIN deal_node n ON n.id = e.node_id WHERE "

static void text_make(struct stmt *s, enum lang lang, char out[NOTICE_TEXT])
{
    char unit[300], fund[60] = "", day[16], number[RECEIPT_NUMBER_TEXT] = "", step[300], yuan[32];
    const struct fault_arg args[] = {{"unit", unit}, {"fund", fund},     {"day", day},
                                     {"step", step}, {"number", number}, {"amount", yuan}};
    const int64_t fen = stmt_int(s, 5);
    const char *text = "";

    snprintf(unit, sizeof(unit), "%s", stmt_is_null(s, 6) ? "" : stmt_text(s, 6));
    snprintf(day, sizeof(day), "%s", stmt_is_null(s, 8) ? "" : stmt_text(s, 8));
    snprintf(step, sizeof(step), "%s", stmt_is_null(s, 11) ? "" : stmt_text(s, 11));
    snprintf(yuan, sizeof(yuan), "%" PRId64 ".%02" PRId64, fen / 100, fen % 100);
    if (!stmt_is_null(s, 7)) {
        const enum fund f = fund_find(stmt_text(s, 7));

        if (f != FUND_COUNT)
            snprintf(fund, sizeof(fund), "%s", lang == LANG_EN ? funds[f].en : funds[f].zh);
    }
    if (!stmt_is_null(s, 9))
        receipt_number(stmt_text(s, 9), stmt_int(s, 10), number);
    for (size_t i = 0; i < NOTICE_COUNT; i++)
        if (strcmp(notices[i].code, stmt_text(s, 2)) == 0)
            text = notices[i].text[lang];
    text_render(text, args, sizeof(args) / sizeof(args[0]), out, NOTICE_TEXT);
}

static int notices_give(struct tx *tx, struct stmt *s, enum lang lang,
                        int (*each)(void *arg, const struct buyer_notice *notice), void *arg)
{
    char text[NOTICE_TEXT], masked[CONTACT_NAME_TEXT];
    int r = 0;

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct buyer_notice notice = {
            .id = stmt_int(s, 0),
            .at_ms = stmt_int(s, 1),
            .event = stmt_text(s, 2),
            .customer = name_shown(tx, stmt_text(s, 3), stmt_text(s, 4), masked),
            .text = text};

        text_make(s, lang, text);
        r = each(arg, &notice);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int buyer_notice_each(struct tx *tx, int64_t deal_id, enum lang lang,
                      int (*each)(void *arg, const struct buyer_notice *notice), void *arg)
{
    struct deal_place place;
    struct stmt *s = NULL;
    int r = deal_place_read(tx, deal_id, &place);

    if (r == 0)
        r = db_query(tx->db, &s, NOTICES "o.deal_id = $1 ORDER BY o.id DESC", "i", deal_id);
    return r < 0 ? r : notices_give(tx, s, lang, each, arg);
}

int buyer_notice_held_each(struct tx *tx, const struct buyer_notice_held *of,
                           int (*each)(void *arg, const struct buyer_notice *notice), void *arg)
{
    struct stmt *s = NULL;
    int r = tx_need_project(tx, of->project_id);

    if (r == 0)
        r = customer_need_own(tx, of->customer_id);
    if (r == 0)
        r = db_query(tx->db, &s,
                     NOTICES "o.customer_id = $1 AND o.deal_id IS NULL AND v.project_id = $2 "
                             "ORDER BY o.id DESC",
                     "ii", of->customer_id, of->project_id);
    return r < 0 ? r : notices_give(tx, s, of->lang, each, arg);
}
