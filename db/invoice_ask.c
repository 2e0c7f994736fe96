/* invoice_ask.c - an invoice is asked for: what it is of, its item and remark made by rule, and
 * what goes out to be entered at the platform (IV-01, IV-03, IV-04). See invoice.h. */
#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "db/day.h"
#include "db/deal_write.h"
#include "db/invoice_impl.h"

enum { ITEM_TEXT = 140 * 4 + 1, REMARK_TEXT = 400 * 4 + 1, ADDRESS_TEXT = 200 * 4 + 1 };

struct asking {
    struct tx *tx;
    const struct invoice_ask *ask;
    struct deal_now deal;
    struct invoice_part parts[INVOICE_PARTS_MAX];
    bool found[INVOICE_PARTS_MAX];
    bool funds[FUND_COUNT]; /* that it is of */
    int64_t item_id, amount_fen, area;
    char item[ITEM_TEXT], address[ADDRESS_TEXT], remark[REMARK_TEXT];
};

/* ---- whose, and of what kind ---- */

static int change_none(struct asking *a)
{
    int64_t n = 0;
    int r = db_get(a->tx->db, &n,
                   "SELECT COUNT(*) FROM deal_change WHERE deal_id = $1 AND state = 'asked'", "i",
                   a->deal.id);

    if (r < 0 || n == 0)
        return r < 0 ? r : 0;
    return fault_set(a->tx->fault, FAULT_CHANGE_RUNNING, NULL);
}

/* A name of one of the buyers there are now. */
static int profile_check(struct asking *a)
{
    bool buyer = false, ended = false;
    struct stmt *s;
    int r = db_query(a->tx->db, &s,
                     "SELECT EXISTS (SELECT 1 FROM deal_party q WHERE q.deal_id = $2 AND "
                     "q.customer_id = p.customer_id AND q.ended_ms IS NULL), p.ended_ms IS NOT "
                     "NULL FROM invoice_profile p WHERE p.id = $1",
                     "ii", a->ask->profile_id, a->deal.id);

    if (r == 0 && (r = stmt_step(s)) == 1) {
        buyer = stmt_int(s, 0) != 0;
        ended = stmt_int(s, 1) != 0;
    }
    stmt_reset(s);
    if (r < 0)
        return r;
    if (!buyer)
        return fault_set(a->tx->fault, FAULT_INVOICE_BUYER, NULL);
    return ended ? fault_set(a->tx->fault, FAULT_INVOICE_PROFILE_ENDED, NULL) : 0;
}

/* The code that holds today: "幸福里-商品房预收款". */
static int item_find(struct asking *a)
{
    char today[DAY_TEXT];
    struct stmt *s;
    int r;

    day_of(a->tx->now_ms, today);
    r = db_query(a->tx->db, &s,
                 "SELECT t.id, p.name || '-' || t.suffix FROM invoice_item t JOIN project p ON "
                 "p.id = $3 WHERE t.kind = $1 AND t.from_day <= $2 ORDER BY t.from_day DESC LIMIT "
                 "1",
                 "tti", a->ask->kind, today, a->deal.project_id);
    if (r == 0 && (r = stmt_step(s)) == 1) {
        a->item_id = stmt_int(s, 0);
        snprintf(a->item, sizeof(a->item), "%s", stmt_text(s, 1));
    }
    stmt_reset(s);
    return r < 0 || a->item_id ? (r < 0 ? r : 0)
                               : fault_set(a->tx->fault, FAULT_INVOICE_ITEM, NULL);
}

/* ---- of what money ---- */

static int beyond(struct asking *a, const char *source, int64_t fen)
{
    char text[DEAL_YUAN];

    deal_yuan(fen < 0 ? 0 : fen, text);
    return source ? fault_set(a->tx->fault, FAULT_INVOICE_BEYOND, "source", source, "amount", text,
                              NULL)
                  : fault_set(a->tx->fault, FAULT_INVOICE_BEYOND_DEAL, "amount", text, NULL);
}

static void funds_note(struct asking *a, const char *codes)
{
    while (*codes) {
        const size_t n = strcspn(codes, ",");

        for (enum fund fund = 0; fund < FUND_COUNT; fund++)
            if (strlen(funds[fund].code) == n && strncmp(funds[fund].code, codes, n) == 0)
                a->funds[fund] = true;
        codes += n + (codes[n] == ',');
    }
}

static int source_take(void *arg, const struct invoice_source *source)
{
    struct asking *a = arg;
    char number[RECEIPT_NUMBER_TEXT];
    const int64_t left = source->carried_fen - source->asked_fen;

    snprintf(number, sizeof(number), "%" PRId64, source->voucher_number);
    for (size_t i = 0; i < a->ask->n_parts; i++) {
        struct invoice_part *part = &a->parts[i];

        if (a->ask->parts[i].voucher_id != source->voucher_id)
            continue;
        if (a->found[i])
            return -EINVAL;
        *part = a->ask->parts[i];
        a->found[i] = true;
        if (part->amount_fen == 0)
            part->amount_fen = left;
        if (part->amount_fen <= 0 || part->amount_fen > left)
            return beyond(a, source->number[0] ? source->number : number, left);
        a->amount_fen += part->amount_fen;
        funds_note(a, source->funds);
    }
    return 0;
}

static int money_check(struct asking *a)
{
    struct invoice_sums sums = {0};
    int64_t held = 0, left;
    int r = invoice_source_each(a->tx, a->deal.id, a->ask->kind, source_take, a);

    for (size_t i = 0; r == 0 && i < a->ask->n_parts; i++)
        if (!a->found[i])
            r = fault_set(a->tx->fault, FAULT_INVOICE_SOURCE, NULL);
    if (r == 0)
        r = invoice_deal_sums(a->tx, a->deal.id, &sums);
    if (r == 0)
        r = db_get(a->tx->db, &held,
                   "SELECT COALESCE(SUM(i.amount_fen), 0) FROM invoice i JOIN invoice_item t ON "
                   "t.id = i.item_id WHERE i.deal_id = $1 AND t.kind = $2 AND " INVOICE_HOLDS("i"),
                   "it", a->deal.id, a->ask->kind);
    left = sums.received_fen - sums.asked_back_fen - held;
    return r < 0 ? r : a->amount_fen > left ? beyond(a, NULL, left) : 0;
}

/* ---- what it says ---- */

/* The whole address, and the area that counts now: the newest that was measured. */
static int place_read(struct asking *a)
{
    struct stmt *s;
    int r = db_query(a->tx->db, &s,
                     "SELECT p.city, p.address, COALESCE((SELECT x.gross FROM unit_area x WHERE "
                     "x.unit_id = $2 AND x.reviewed_ms IS NOT NULL ORDER BY x.reviewed_ms DESC "
                     "LIMIT 1), 0) FROM project p WHERE p.id = $1",
                     "ii", a->deal.project_id, a->deal.unit_id);

    if (r == 0 && (r = stmt_step(s)) == 1) {
        const char *city = stmt_text(s, 0), *address = stmt_text(s, 1);
        const bool in_it = strncmp(address, city, strlen(city)) == 0;

        snprintf(a->address, sizeof(a->address), "%.160s%.320s %.200s", in_it ? "" : city, address,
                 a->deal.unit);
        a->area = stmt_int(s, 2);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* What the money is, where the home is, how large (announcement 2016 No. 53). */
static void remark_make(struct asking *a)
{
    char nature[240] = "";
    size_t n = 0;

    for (enum fund fund = 0; fund < FUND_COUNT && n < sizeof(nature); fund++)
        if (a->funds[fund])
            n += (size_t)snprintf(nature + n, sizeof(nature) - n, "%s%s", n ? "、" : "",
                                  funds[fund].zh);
    snprintf(a->remark, sizeof(a->remark),
             "款项性质：%s；房屋地址：%s；建筑面积：%" PRId64 ".%02" PRId64 "平方米", nature,
             a->address, a->area / 100, a->area % 100);
}

/* ---- written ---- */

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static int property_write(struct asking *a, int64_t id)
{
    const struct invoice_property *p = &a->ask->property;

    if (strcmp(a->ask->kind, "sale") != 0)
        return 0;
    return db_run(a->tx->db,
                  "INSERT INTO invoice_property (invoice_id, filing_no, address, cross_city, "
                  "land_tax_no, title_no, area_unit, area) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                  "ittittti", id, or_empty(p->filing_no), (const char *)a->address,
                  (int64_t)p->cross_city, or_empty(p->land_tax_no), or_empty(p->title_no),
                  p->area_unit && p->area_unit[0] ? p->area_unit : "㎡", a->area);
}

static int ask_write(struct asking *a, int64_t *ret_id)
{
    char name[40] = "anchang-";
    uint8_t random[12];
    int r;

    randombytes_buf(random, sizeof(random));
    sodium_bin2hex(name + strlen(name), sizeof(name) - strlen(name), random, sizeof(random));
    r = db_get(a->tx->db, ret_id,
               "INSERT INTO invoice (name, project_id, deal_id, profile_id, item_id, item, unit, "
               "remark, amount_fen, actor, made_ms, state_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, "
               "$8, $9, $10, $11, $11) RETURNING id",
               "tiiiitttiti", (const char *)name, a->deal.project_id, a->deal.id,
               a->ask->profile_id, a->item_id, (const char *)a->item, (const char *)a->deal.unit,
               (const char *)a->remark, a->amount_fen, a->tx->actor->name, a->tx->now_ms);
    if (r >= 0)
        r = db_run(a->tx->db,
                   "INSERT INTO invoice_event (invoice_id, ordinal, state, at_ms, actor, detail) "
                   "VALUES ($1, 1, 'wanted', $2, $3, '')",
                   "iit", *ret_id, a->tx->now_ms, a->tx->actor->name);
    for (size_t i = 0; r >= 0 && i < a->ask->n_parts; i++)
        r = db_run(a->tx->db,
                   "INSERT INTO invoice_part (invoice_id, voucher_id, amount_fen) VALUES "
                   "($1, $2, $3)",
                   "iii", *ret_id, a->parts[i].voucher_id, a->parts[i].amount_fen);
    return r < 0 ? r : property_write(a, *ret_id);
}

int invoice_request(struct tx *tx, const struct invoice_ask *ask, int64_t *ret_id)
{
    struct asking a = {.tx = tx, .ask = ask};
    struct trail trail = {0};
    struct invoice_now now;
    int64_t id = 0;
    int r = deal_now_read(tx, ask->deal_id, 0, &a.deal);

    if (r == 0)
        r = change_none(&a);
    if (r == 0)
        r = profile_check(&a);
    if (r == 0)
        r = item_find(&a);
    if (r == 0)
        r = money_check(&a);
    if (r == 0)
        r = place_read(&a);
    if (r < 0)
        return r;
    remark_make(&a);
    r = ask_write(&a, &id);
    if (r >= 0)
        r = invoice_now_read(tx, id, &now);
    if (r < 0)
        return r;
    trail_int(&trail, "deal_id", NULL, &a.deal.id);
    trail_int(&trail, "amount_fen", NULL, &a.amount_fen);
    trail_int(&trail, "profile_id", NULL, &ask->profile_id);
    r = invoice_log(tx, &now, "invoice.request", &trail);
    if (r < 0)
        return r;
    *ret_id = id;
    return tx_changed(tx, CHANGE_INVOICE, a.deal.project_id, a.deal.building_id, id);
}

/* ---- out ---- */

struct exporting {
    struct tx *tx;
    int64_t project_id, batch_id;
    int64_t ids[INVOICE_BATCH_MAX];
    size_t n;
};

/* All that wait, or those that were named: of deals that the actor sees. */
static int waiting_find(struct exporting *e)
{
    struct stmt *s;
    int r = db_query(e->tx->db, &s,
                     "SELECT i.id, u.building_id, d.user_id, d.id FROM invoice i JOIN deal d ON "
                     "d.id = i.deal_id JOIN unit u ON u.id = d.unit_id WHERE i.project_id = $1 "
                     "AND i.state IN ('wanted', 'red_wanted') ORDER BY i.id",
                     "i", e->project_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct deal_place place = {.deal_id = stmt_int(s, 3),
                                         .project_id = e->project_id,
                                         .building_id = stmt_int(s, 1),
                                         .user_id = stmt_int(s, 2)};

        if (!deal_seen(e->tx->actor, &place))
            continue;
        if (e->n == INVOICE_BATCH_MAX)
            r = tx_limit_reached(e->tx, INVOICE_BATCH_MAX);
        else
            e->ids[e->n++] = stmt_int(s, 0);
        if (r < 0)
            break;
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

static int export_one(struct exporting *e, int64_t id)
{
    struct invoice_now now;
    int r = invoice_now_read(e->tx, id, &now);
    const struct invoice_key key = {id, r == 0 ? now.version : 0};
    const bool red = r == 0 && now.state == INVOICE_RED_WANTED;

    if (r == 0 && now.place.project_id != e->project_id)
        r = fault_set(e->tx->fault, FAULT_NOT_FOUND, NULL);
    if (r == 0 && !red)
        r = invoice_need(e->tx, &key, INVOICE_EXPORTED, &now);
    if (r == 0)
        r = db_run(e->tx->db,
                   "INSERT INTO invoice_batch_row (batch_id, invoice_id, red) VALUES ($1, $2, $3)",
                   "iii", e->batch_id, id, (int64_t)red);
    if (r < 0 || red)
        return r;
    return invoice_move(e->tx, &now, INVOICE_EXPORTED, NULL);
}

int invoice_export(struct tx *tx, int64_t project_id, const int64_t *ids, size_t n,
                   int64_t *ret_batch_id)
{
    struct exporting e = {.tx = tx, .project_id = project_id};
    struct trail trail = {0};
    int64_t count;
    int r = tx_need_project(tx, project_id);

    if (r == 0 && n > INVOICE_BATCH_MAX)
        r = tx_limit_reached(tx, INVOICE_BATCH_MAX);
    if (r == 0 && n == 0)
        r = waiting_find(&e);
    for (size_t i = 0; r == 0 && i < n; i++)
        e.ids[e.n++] = ids[i];
    if (r == 0 && e.n == 0)
        r = fault_set(tx->fault, FAULT_INVOICE_NOTHING, NULL);
    if (r == 0)
        r = db_get(tx->db, &e.batch_id,
                   "INSERT INTO invoice_batch (project_id, actor, at_ms) VALUES ($1, $2, $3) "
                   "RETURNING id",
                   "iti", project_id, tx->actor->name, tx->now_ms);
    for (size_t i = 0; r >= 0 && i < e.n; i++)
        r = export_one(&e, e.ids[i]);
    if (r < 0)
        return r;
    count = (int64_t)e.n;
    trail_int(&trail, "rows", NULL, &count);
    *ret_batch_id = e.batch_id;
    return audit_add(tx, "invoice.batch", "invoice_batch", e.batch_id, project_id, &trail);
}
