/* document_text.c - a document's text, filled once from the deal it is of. See
 * document_template.h. */
#include "db/document_text.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/capitals.h"
#include "db/contact.h"
#include "db/customer_secret.h"
#include "db/day.h"
#include "db/deal_scope.h"
#include "db/fund.h"
#include "db/money.h"
#include "db/process.h"
#include "db/unit.h"
#include "db/unit_class.h"

enum field {
#define FIELD(symbol, zh, en, personal) FIELD_##symbol,
#include "db/document_field.def"
#undef FIELD
    FIELD_COUNT
};

/* What a field has no value for is struck through, as on paper. */
static const char struck[] = "／";

/* ---- text that grows ---- */

struct text {
    char *data;
    size_t n, room;
    bool failed;
};

/* What was in it may be personal. */
static void text_wipe(struct text *t)
{
    if (t->data)
        sodium_memzero(t->data, t->room);
    free(t->data);
    t->data = NULL;
}

static void text_add(struct text *t, const char *data, size_t n)
{
    if (t->failed)
        return;
    if (t->n + n + 1 > t->room) {
        const size_t room = (t->n + n + 1) * 2;
        char *grown = malloc(room);

        if (!grown) {
            t->failed = true;
            return;
        }
        if (t->data)
            memcpy(grown, t->data, t->n);
        text_wipe(t);
        t->data = grown;
        t->room = room;
    }
    memcpy(t->data + t->n, data, n);
    t->n += n;
    t->data[t->n] = '\0';
}

static void text_say(struct text *t, const char *words)
{
    text_add(t, words, strlen(words));
}

/* "1,234,567.89" */
static void text_money(struct text *t, int64_t fen)
{
    char digits[32], out[48];
    const int n = snprintf(digits, sizeof(digits), "%" PRId64, fen / 100);
    size_t used = 0;

    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            out[used++] = ',';
        out[used++] = digits[i];
    }
    snprintf(out + used, sizeof(out) - used, ".%02" PRId64, fen % 100);
    text_say(t, out);
}

static void text_area(struct text *t, int64_t area)
{
    char out[32];

    snprintf(out, sizeof(out), "%" PRId64 ".%02" PRId64, area / 100, area % 100);
    text_say(t, out);
}

static int text_end(struct text *t)
{
    if (!t->failed)
        return 0;
    text_wipe(t);
    return -ENOMEM;
}

/* ---- the values ---- */

struct filling {
    struct tx *tx;
    int64_t document_id, unit_id, terms_id;
    bool clear; /* what is personal is said in clear, else masked */
    struct text values[FIELD_COUNT];
};

static void say(struct filling *f, enum field field, const char *words)
{
    if (words)
        text_say(&f->values[field], words);
}

static void say_money(struct filling *f, enum field field, enum field capitals, int64_t fen)
{
    char words[CAPITALS_TEXT];

    if (fen <= 0)
        return;
    text_money(&f->values[field], fen);
    if (capitals != FIELD_COUNT && capitals_write(fen, words) == 0)
        say(f, capitals, words);
}

static int deal_fill(struct filling *f)
{
    char day[DAY_TEXT], number[24], years[24];
    struct stmt *s;
    int r = db_query(f->tx->db, &s,
                     "SELECT d.unit_id, p.terms_id, p.number, p.made_ms, w.name, j.name, "
                     "j.developer, j.address, t.list_fen, t.total_fen, t.area, t.deposit_fen, "
                     "t.plan_name, t.loan_fen + t.fund_loan_fen, t.bank, t.loan_years "
                     "FROM deal_document p JOIN deal d ON d.id = p.deal_id "
                     "JOIN terms t ON t.id = p.terms_id JOIN project j ON j.id = d.project_id "
                     "JOIN user_account w ON w.id = d.user_id WHERE p.id = $1",
                     "i", f->document_id);

    if (r == 0)
        r = stmt_step(s);
    if (r <= 0)
        return r < 0 ? r : -ENOENT;
    f->unit_id = stmt_int(s, 0);
    f->terms_id = stmt_int(s, 1);
    snprintf(number, sizeof(number), "%06" PRId64, stmt_int(s, 2));
    say(f, FIELD_NUMBER, number);
    day_of(stmt_int(s, 3), day);
    say(f, FIELD_DATE, day);
    say(f, FIELD_CONSULTANT, stmt_text(s, 4));
    say(f, FIELD_PROJECT, stmt_text(s, 5));
    say(f, FIELD_DEVELOPER, stmt_text(s, 6));
    say(f, FIELD_ADDRESS, stmt_text(s, 7));
    say_money(f, FIELD_LIST_PRICE, FIELD_COUNT, stmt_int(s, 8));
    say_money(f, FIELD_TOTAL, FIELD_TOTAL_CAPITALS, stmt_int(s, 9));
    if (stmt_int(s, 10) > 0)
        say_money(f, FIELD_UNIT_PRICE, FIELD_COUNT,
                  money_unit_price(stmt_int(s, 9), stmt_int(s, 10)));
    say_money(f, FIELD_DEPOSIT, FIELD_DEPOSIT_CAPITALS, stmt_int(s, 11));
    say(f, FIELD_PLAN, stmt_text(s, 12));
    say_money(f, FIELD_LOAN, FIELD_COUNT, stmt_int(s, 13));
    say(f, FIELD_BANK, stmt_text(s, 14));
    if (stmt_int(s, 15) > 0) {
        snprintf(years, sizeof(years), "%" PRId64, stmt_int(s, 15));
        say(f, FIELD_LOAN_YEARS, years);
    }
    stmt_reset(s);
    return 0;
}

static int unit_fill(void *arg, const struct unit_row *row)
{
    const struct class_info *class = unit_class_info(row->class);
    struct filling *f = arg;
    char path[256];

    unit_path(row, path, sizeof(path));
    say(f, FIELD_UNIT, path);
    say(f, FIELD_CLASS, class ? class->zh : NULL);
    if (row->gross > 0)
        text_area(&f->values[FIELD_GROSS], row->gross);
    if (row->inner > 0)
        text_area(&f->values[FIELD_INNER], row->inner);
    if (row->inner > 0)
        text_area(&f->values[FIELD_SHARED], row->shared);
    return 0;
}

/* The account is that of the permit that covers the unit, and no other (IN-12). */
static int permit_fill(struct filling *f)
{
    struct stmt *s;
    int r = db_query(f->tx->db, &s,
                     "SELECT q.number, q.escrow_bank, q.escrow_name, q.escrow_account "
                     "FROM permit_unit x JOIN permit q ON q.id = x.permit_id WHERE x.unit_id = $1 "
                     "AND q.revoked_ms IS NULL AND (q.expires_ms IS NULL OR q.expires_ms > $2) "
                     "ORDER BY q.id LIMIT 1",
                     "ii", f->unit_id, f->tx->now_ms);

    if (r == 0)
        r = stmt_step(s);
    if (r == 1) {
        say(f, FIELD_PERMIT, stmt_text(s, 0));
        say(f, FIELD_ESCROW_BANK, stmt_text(s, 1));
        say(f, FIELD_ESCROW_NAME, stmt_text(s, 2));
        say(f, FIELD_ESCROW_ACCOUNT, stmt_text(s, 3));
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* ---- the schedule, a line each ---- */

static void due_say(struct text *t, struct stmt *s)
{
    static const struct {
        const char *due, *words;
    } events[] = {
        {"subscribed", "认购"}, {"signed", "签约"}, {"filed", "备案"}, {"bank", "银行审批"}};
    char days[48];

    if (strcmp(stmt_text(s, 2), "date") == 0) {
        text_say(t, stmt_text(s, 4));
        text_say(t, " 前");
        return;
    }
    if (strcmp(stmt_text(s, 2), "node") == 0)
        text_say(t, stmt_text(s, 5));
    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
        if (strcmp(stmt_text(s, 2), events[i].due) == 0)
            text_say(t, events[i].words);
    if (stmt_int(s, 3) == 0) {
        text_say(t, "当日");
        return;
    }
    snprintf(days, sizeof(days), "后 %" PRId64 " 日内", stmt_int(s, 3));
    text_say(t, days);
}

static int schedule_fill(struct filling *f)
{
    struct text *t = &f->values[FIELD_SCHEDULE];
    struct stmt *s;
    int r = db_query(
        f->tx->db, &s,
        "SELECT l.fund, l.amount_fen, l.due, l.due_days, l.due_date, " PROCESS_NODE_NAMED(
            "t.project_id", "l.due_node") " FROM terms_line l "
                                          "JOIN terms t ON t.id = l.terms_id WHERE l.terms_id = $1 "
                                          "ORDER BY l.ordinal",
        "i", f->terms_id);

    for (int line = 1; r >= 0 && (r = stmt_step(s)) == 1; line++) {
        const enum fund fund = fund_find(stmt_text(s, 0));
        char head[40];

        snprintf(head, sizeof(head), "%s%d. ", line > 1 ? "\n" : "", line);
        text_say(t, head);
        text_say(t, fund < FUND_COUNT ? funds[fund].zh : stmt_text(s, 0));
        text_say(t, " ");
        text_money(t, stmt_int(s, 1));
        text_say(t, " 元，");
        due_say(t, s);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* ---- what is personal ---- */

/* The document's buyers are those it was made with. */
static const char buyers_sql[] =
    "SELECT p.customer_id, c.name, c.kind, p.share_bp FROM deal_document x "
    "JOIN deal_party p ON p.deal_id = x.deal_id JOIN customer c ON c.id = p.customer_id "
    "WHERE x.id = $1 AND p.since_ms <= x.made_ms "
    "AND (p.ended_ms IS NULL OR p.ended_ms > x.made_ms) "
    "ORDER BY p.ordinal";
enum { BUYERS_MAX = 10 };

static void buyer_say(struct filling *f, struct stmt *s)
{
    const char *comma = f->values[FIELD_BUYERS].n > 0 ? "、" : "", *name = stmt_text(s, 1);
    char masked[CONTACT_NAME_TEXT], share[32];

    if (!f->clear && strcmp(stmt_text(s, 2), "person") == 0) {
        contact_name_mask(name, masked);
        name = masked;
    }
    say(f, FIELD_BUYERS, comma);
    say(f, FIELD_BUYERS, name);
    snprintf(share, sizeof(share), " %" PRId64 ".%02" PRId64 "%%", stmt_int(s, 3) / 100,
             stmt_int(s, 3) % 100);
    say(f, FIELD_SHARES, comma);
    say(f, FIELD_SHARES, name);
    say(f, FIELD_SHARES, share);
}

static int secret_say(void *arg, const struct customer_secret *secret)
{
    struct filling *f = arg;
    const enum field field = secret->kind == CONTACT_PHONE ? FIELD_PHONES : FIELD_DOCUMENTS;
    char masked[CONTACT_TEXT];

    contact_mask(secret->kind, secret->value, masked);
    if (f->values[field].n > 0)
        say(f, field, "、");
    say(f, field, f->clear ? secret->value : masked);
    return 0;
}

static int personal_fill(struct filling *f)
{
    int64_t buyers[BUYERS_MAX];
    size_t n = 0;
    struct stmt *s;
    int r = db_query(f->tx->db, &s, buyers_sql, "i", f->document_id);

    while (r >= 0 && n < BUYERS_MAX && (r = stmt_step(s)) == 1) {
        buyers[n++] = stmt_int(s, 0);
        buyer_say(f, s);
    }
    stmt_reset(s);
    for (size_t i = 0; r >= 0 && i < n; i++)
        r = secret_each(f->tx, buyers[i], secret_say, f);
    return r < 0 ? r : 0;
}

/* ---- putting it together ---- */

static void filling_free(struct filling *f)
{
    for (size_t i = 0; i < FIELD_COUNT; i++)
        text_wipe(&f->values[i]);
}

/* @body with the values in the place of its fields: the personal ones, or with @personal false all
 * others. The caller frees it. */
static int body_fill(struct filling *f, const char *body, bool personal, char **ret)
{
    size_t n;
    const struct document_field *fields = document_fields(&n);
    struct template_piece piece;
    struct text out = {0};

    text_add(&out, "", 0);
    for (const char *p = body; template_field_next(&p, &piece);) {
        if (piece.field < 0 || fields[piece.field].personal != personal)
            text_add(&out, piece.text, piece.n);
        else if (f->values[piece.field].n > 0)
            text_add(&out, f->values[piece.field].data, f->values[piece.field].n);
        else
            text_say(&out, struck);
    }
    for (size_t i = 0; i < FIELD_COUNT; i++)
        out.failed |= f->values[i].failed;
    *ret = text_end(&out) < 0 ? NULL : out.data;
    return *ret ? 0 : -ENOMEM;
}

static int all_fill(struct filling *f)
{
    const struct unit_filter filter = {.unit_id = f->unit_id};
    struct tx all = *f->tx; /* who may make the document may have its unit in it */
    int r;

    all.actor = &actor_system;
    r = unit_scan(&all, &filter, unit_fill, f);
    if (r == 0)
        r = permit_fill(f);
    return r == 0 ? schedule_fill(f) : r;
}

static int text_keep(struct filling *f, int64_t template_id, const char *body)
{
    char *filled = NULL;
    int r = body_fill(f, body, false, &filled);

    if (r == 0)
        r = db_run(f->tx->db,
                   "INSERT INTO document_text (document_id, template_id, body, at_ms) "
                   "VALUES ($1, $2, $3, $4)",
                   "iiti", f->document_id, template_id, filled, f->tx->now_ms);
    free(filled);
    return r < 0 ? r : 0;
}

int document_text_make(struct tx *tx, int64_t document_id)
{
    struct filling f = {.tx = tx, .document_id = document_id};
    int64_t template_id = 0;
    char *body = NULL;
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT t.id, t.body FROM deal_document p JOIN document_template t ON "
                     "t.project_id = p.project_id AND t.kind = p.kind AND t.state = 'active' "
                     "WHERE p.id = $1",
                     "i", document_id);

    if (r == 0)
        r = stmt_step(s);
    if (r == 1) {
        template_id = stmt_int(s, 0);
        body = strdup(stmt_text(s, 1));
        r = body ? 1 : -ENOMEM;
    }
    stmt_reset(s);
    if (r == 1) {
        r = deal_fill(&f);
        if (r == 0)
            r = all_fill(&f);
        if (r == 0)
            r = text_keep(&f, template_id, body);
    }
    free(body);
    filling_free(&f);
    return r;
}

/* ---- reading it ---- */

/* @body with what is personal in it, for @each. */
static int personal_give(struct filling *f, const char *body,
                         int (*each)(void *arg, const char *body), void *arg)
{
    char *filled = NULL;
    int r = personal_fill(f);

    if (r == 0)
        r = body_fill(f, body, true, &filled);
    if (r == 0) {
        r = each(arg, filled);
        sodium_memzero(filled, strlen(filled));
    }
    free(filled);
    return r;
}

static int clear_check(struct tx *tx, int64_t document_id, const struct deal_place *place)
{
    struct trail trail = {0};
    int r = tx_need_right(tx, RIGHT_CUSTOMER_CLEAR);

    if (r < 0)
        return r;
    trail_int(&trail, "document_id", NULL, &document_id);
    return audit_add(tx, "document.clear", "deal", place->deal_id, place->project_id, &trail);
}

int document_text_get(struct tx *tx, int64_t document_id, bool clear,
                      int (*each)(void *arg, const char *body), void *arg)
{
    struct filling f = {.tx = tx, .document_id = document_id, .clear = clear};
    struct deal_place place;
    struct stmt *s;
    char *body;
    int r = tx_row(tx, &s,
                   "SELECT p.project_id, p.deal_id, t.body FROM deal_document p "
                   "JOIN document_text t ON t.document_id = p.id WHERE p.id = $1",
                   document_id);

    if (r < 0)
        return r;
    r = deal_place_read(tx, stmt_int(s, 1), &place);
    body = r == 0 ? strdup(stmt_text(s, 2)) : NULL;
    stmt_reset(s);
    if (r < 0)
        return r;
    r = body ? 0 : -ENOMEM;
    if (r == 0 && clear)
        r = clear_check(tx, document_id, &place);
    if (r == 0)
        r = personal_give(&f, body, each, arg);
    free(body);
    filling_free(&f);
    return r;
}

/* ---- before it is used ---- */

/* The newest document of a deal that the actor sees among the last ones; 0: none. */
static int example_find(struct tx *tx, int64_t project_id, int64_t *ret_id)
{
    struct deal_place place = {.project_id = project_id};
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT p.id, u.building_id, d.user_id FROM deal_document p "
                     "JOIN deal d ON d.id = p.deal_id JOIN unit u ON u.id = d.unit_id "
                     "WHERE p.project_id = $1 ORDER BY p.id DESC LIMIT 200",
                     "i", project_id);

    *ret_id = 0;
    while (r >= 0 && !*ret_id && (r = stmt_step(s)) == 1) {
        place.building_id = stmt_int(s, 1);
        place.user_id = stmt_int(s, 2);
        if (deal_seen(tx->actor, &place))
            *ret_id = stmt_int(s, 0);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int document_text_preview(struct tx *tx, int64_t project_id, const char *body,
                          int (*each)(void *arg, const char *body), void *arg)
{
    struct filling f = {.tx = tx};
    char *filled = NULL;
    int r = tx_need_project(tx, project_id);

    if (r == 0)
        r = template_body_check(tx, body);
    if (r == 0)
        r = example_find(tx, project_id, &f.document_id);
    if (r < 0 || !f.document_id)
        return r < 0 ? r : each(arg, body);
    r = deal_fill(&f);
    if (r == 0)
        r = all_fill(&f);
    if (r == 0)
        r = body_fill(&f, body, false, &filled);
    if (r == 0)
        r = personal_give(&f, filled, each, arg);
    free(filled);
    filling_free(&f);
    return r;
}
