/* invoice_chain.c - the story of an invoice: its money, the papers of that money, every invoice
 * that was of it, and what happened (IV-05). See invoice.h. */
#include <stdio.h>
#include <string.h>

#include "db/invoice_impl.h"
#include "db/receipt_impl.h"
#include "db/sight.h"
#include "db/user.h"

enum { CO_BUYERS_TEXT = 10 * (60 * 4 + 4) };

/* Of a deal that is seen. */
static int seen(struct tx *tx, int64_t invoice_id, int64_t *ret_deal_id)
{
    struct invoice_now now;
    int r = invoice_now_read(tx, invoice_id, &now);

    if (r == 0)
        *ret_deal_id = now.place.deal_id;
    return r;
}

/* ---- money ---- */

struct leaf_now {
    char text[16];
};

static int leaf_keep(void *arg, const struct receipt_row *row)
{
    struct leaf_now *leaf = arg;

    snprintf(leaf->text, sizeof(leaf->text), "%s", row->state);
    return 0;
}

/* The last leaf of a payment, as it is now. */
static int leaf_read(struct tx *tx, int64_t voucher_id, struct invoice_part_row *row,
                     struct leaf_now *leaf)
{
    struct receipt_key key = {0};
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT q.book_id, q.no, b.prefix FROM receipt q JOIN receipt_book b ON "
                     "b.id = q.book_id WHERE q.voucher_id = $1 AND NOT EXISTS (SELECT 1 FROM "
                     "receipt n WHERE n.from_book_id = q.book_id AND n.from_no = q.no)",
                     "i", voucher_id);

    if (r == 0 && (r = stmt_step(s)) == 1) {
        key = (struct receipt_key){stmt_int(s, 0), stmt_int(s, 1)};
        receipt_number(stmt_text(s, 2), key.no, row->source.number);
    }
    stmt_reset(s);
    if (r < 0 || key.no == 0)
        return r < 0 ? r : 0;
    row->source.book_id = key.book_id;
    row->source.no = key.no;
    row->leaf = leaf->text;
    return receipt_get(tx, &key, leaf_keep, leaf);
}

int invoice_part_each(struct tx *tx, int64_t invoice_id,
                      int (*each)(void *arg, const struct invoice_part_row *row), void *arg)
{
    int64_t deal_id = 0;
    struct stmt *s = NULL;
    int r = seen(tx, invoice_id, &deal_id);

    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT v.id, v.number, v.kind, v.day, p.amount_fen, " INVOICE_CARRIED(
                         "v.id", "$2") " FROM invoice_part p JOIN voucher v ON v.id = p.voucher_id "
                                       "WHERE p.invoice_id = $1 ORDER BY v.id",
                     "ii", invoice_id, deal_id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        char funds_text[INVOICE_FUNDS_TEXT];
        struct leaf_now leaf;
        struct invoice_part_row row = {.source = {.voucher_id = stmt_int(s, 0),
                                                  .voucher_number = stmt_int(s, 1),
                                                  .kind = stmt_text(s, 2),
                                                  .day = stmt_text(s, 3),
                                                  .funds = funds_text,
                                                  .carried_fen = stmt_int(s, 5)},
                                       .amount_fen = stmt_int(s, 4)};

        r = invoice_source_funds(tx, deal_id, row.source.voucher_id, funds_text);
        if (r == 0)
            r = leaf_read(tx, row.source.voucher_id, &row, &leaf);
        if (r == 0)
            r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* ---- every invoice of it ---- */

#define LINK                                                                                       \
    "SELECT p.voucher_id, i.id, p.amount_fen, i.state, (SELECT n.number FROM invoice_number n "    \
    "WHERE n.invoice_id = i.id AND n.kind = 'issued'), (SELECT n.number FROM invoice_number n "    \
    "WHERE n.invoice_id = i.id AND n.kind = 'red') FROM invoice_part p JOIN invoice i ON "         \
    "i.id = p.invoice_id WHERE "

static int links_take(struct stmt *s, int r,
                      int (*each)(void *arg, const struct invoice_link *link), void *arg)
{
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const int state = invoice_state_find(stmt_text(s, 3));
        char request[INVOICE_REQUEST_TEXT];
        const struct invoice_link link = {.voucher_id = stmt_int(s, 0),
                                          .invoice_id = stmt_int(s, 1),
                                          .amount_fen = stmt_int(s, 2),
                                          .state = (enum invoice_state)(state < 0 ? 0 : state),
                                          .request = request,
                                          .number = stmt_text(s, 4),
                                          .red_number = stmt_text(s, 5)};

        invoice_request_text(link.invoice_id, request);
        r = state < 0 ? state : each(arg, &link);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int invoice_chain_each(struct tx *tx, int64_t invoice_id,
                       int (*each)(void *arg, const struct invoice_link *link), void *arg)
{
    int64_t deal_id;
    struct stmt *s = NULL;
    int r = seen(tx, invoice_id, &deal_id);

    if (r == 0)
        r = db_query(tx->db, &s,
                     LINK "p.voucher_id IN (SELECT o.voucher_id FROM invoice_part o WHERE "
                          "o.invoice_id = $1) ORDER BY p.voucher_id, i.id",
                     "i", invoice_id);
    return links_take(s, r, each, arg);
}

int invoice_of_voucher(struct tx *tx, int64_t voucher_id,
                       int (*each)(void *arg, const struct invoice_link *link), void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     LINK "p.voucher_id = $1 AND (" INVOICE_HOLDS(
                         "i") " OR i.id = (SELECT MAX(o.invoice_id) FROM invoice_part o WHERE "
                              "o.voucher_id = $1)) ORDER BY i.id",
                     "i", voucher_id);

    return links_take(s, r, each, arg);
}

/* ---- what happened, and what else it says ---- */

#define SAID_BY USER_NAMED("e.actor")

int invoice_event_each(struct tx *tx, int64_t invoice_id,
                       int (*each)(void *arg, const struct invoice_event *event), void *arg)
{
    int64_t deal_id;
    struct stmt *s = NULL;
    int r = seen(tx, invoice_id, &deal_id);

    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT e.at_ms, e.state, " SAID_BY ", e.detail FROM invoice_event e WHERE "
                     "e.invoice_id = $1 ORDER BY e.ordinal",
                     "i", invoice_id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const int state = invoice_state_find(stmt_text(s, 1));
        const struct invoice_event event = {.at_ms = stmt_int(s, 0),
                                            .state = (enum invoice_state)(state < 0 ? 0 : state),
                                            .actor = stmt_text(s, 2),
                                            .detail = stmt_text(s, 3)};

        r = state < 0 ? state : each(arg, &event);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* The buyers there were when it was asked for, but the one that it is on the name of. */
static int co_buyers_read(struct tx *tx, int64_t invoice_id, char out[CO_BUYERS_TEXT])
{
    char masked[CONTACT_NAME_TEXT];
    struct stmt *s;
    size_t n = 0;
    int r = db_query(tx->db, &s,
                     "SELECT c.name, c.kind FROM invoice i JOIN invoice_profile p ON p.id = "
                     "i.profile_id JOIN deal_party q ON q.deal_id = i.deal_id JOIN customer c ON "
                     "c.id = q.customer_id WHERE i.id = $1 AND q.customer_id <> p.customer_id AND "
                     "q.since_ms <= i.made_ms AND (q.ended_ms IS NULL OR q.ended_ms > i.made_ms) "
                     "ORDER BY q.ordinal",
                     "i", invoice_id);

    out[0] = '\0';
    while (r >= 0 && n < CO_BUYERS_TEXT && (r = stmt_step(s)) == 1)
        n += (size_t)snprintf(out + n, CO_BUYERS_TEXT - n, "%s%s", n ? "、" : "",
                              name_shown(tx, stmt_text(s, 0), stmt_text(s, 1), masked));
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int invoice_property_read(struct tx *tx, int64_t invoice_id,
                          int (*each)(void *arg, const struct invoice_property_row *row), void *arg)
{
    char co_buyers[CO_BUYERS_TEXT];
    int64_t deal_id;
    struct stmt *s = NULL;
    int r = seen(tx, invoice_id, &deal_id);

    if (r == 0)
        r = co_buyers_read(tx, invoice_id, co_buyers);

    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT filing_no, address, land_tax_no, title_no, area_unit, area, "
                     "cross_city FROM invoice_property WHERE invoice_id = $1",
                     "i", invoice_id);
    if (r == 0 && (r = stmt_step(s)) == 1) {
        const struct invoice_property_row row = {.filing_no = stmt_text(s, 0),
                                                 .address = stmt_text(s, 1),
                                                 .land_tax_no = stmt_text(s, 2),
                                                 .title_no = stmt_text(s, 3),
                                                 .area_unit = stmt_text(s, 4),
                                                 .co_buyers = co_buyers,
                                                 .area = stmt_int(s, 5),
                                                 .cross_city = stmt_int(s, 6) != 0};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}
