/* document_fill.c - the values of a text's fields, from what it is of. See document_text.h. */
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
#include "db/deal_change_impl.h"
#include "db/fund.h"
#include "db/money.h"
#include "db/process.h"
#include "db/unit.h"
#include "db/unit_class.h"

/* What a field has no value for is struck through, as on paper. */
static const char struck[] = "／";

/* ---- text that grows ---- */

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

/* ---- what it is of ---- */

/* Its deal, terms, number and day, and what only one of them has. */
static const char *const of_sql[] = {
    [DOCUMENT_OF_DEAL] = "SELECT deal_id, terms_id, number, made_ms FROM deal_document "
                         "WHERE id = $1",
    [DOCUMENT_OF_NOTICE] = "SELECT m.deal_id, d.terms_id, m.id, m.sent_ms, m.handover_date "
                           "FROM movein_notice m JOIN deal d ON d.id = m.deal_id WHERE m.id = $1",
    [DOCUMENT_OF_CHANGE] = "SELECT deal_id, COALESCE(terms_id, was_terms_id), number, "
                           "COALESCE(executed_ms, asked_ms), kind, reason, refund_fen, "
                           "forfeit_fen, penalty_fen, was_terms_id, COALESCE(terms_id, 0), "
                           "COALESCE(receivable_id, 0), COALESCE(days, 0), asked_ms "
                           "FROM deal_change WHERE id = $1",
};
enum { OF_OWN = 4 }; /* the first column that only one of them has */

static void line_say(struct filling *f, const struct deal_change_effect *effect)
{
    struct text *t = &f->values[FIELD_LINE];
    const enum fund fund = fund_find(effect->fund);

    text_say(t, fund < FUND_COUNT ? funds[fund].zh : effect->fund);
    text_say(t, " ");
    text_money(t, effect->line_fen);
    text_say(t, " 元");
}

static int effect_fill(void *arg, const struct deal_change_effect *effect)
{
    struct filling *f = arg;
    char day[DAY_TEXT];

    say(f, FIELD_PREVIOUS_UNIT, effect->was.unit);
    say_money(f, FIELD_PREVIOUS_TOTAL, FIELD_COUNT, effect->was.total_fen);
    say(f, FIELD_PREVIOUS_PLAN, effect->was.plan);
    if (effect->fund[0])
        line_say(f, effect);
    say(f, FIELD_PREVIOUS_DUE, effect->was_due_date);
    say(f, FIELD_DUE, effect->due_date);
    if (effect->due_ms) {
        day_of(effect->was_due_ms, day);
        say(f, FIELD_PREVIOUS_DUE, day);
        day_of(effect->due_ms, day);
        say(f, FIELD_DUE, day);
    }
    return 0;
}

static int change_fill(struct filling *f, struct stmt *s, struct change_of *ret_of)
{
    const struct deal_change_info *info = deal_change_find(stmt_text(s, OF_OWN));

    if (!info)
        return -EBADMSG;
    say(f, FIELD_CHANGE, info->zh);
    say(f, FIELD_REASON, stmt_text(s, OF_OWN + 1));
    say_money(f, FIELD_REFUND, FIELD_COUNT, stmt_int(s, OF_OWN + 2));
    say_money(f, FIELD_FORFEIT, FIELD_COUNT, stmt_int(s, OF_OWN + 3));
    say_money(f, FIELD_PENALTY, FIELD_COUNT, stmt_int(s, OF_OWN + 4));
    *ret_of = (struct change_of){.kind = (enum deal_change_kind)(info - deal_changes),
                                 .deal_id = f->deal_id,
                                 .was_terms_id = stmt_int(s, OF_OWN + 5),
                                 .terms_id = stmt_int(s, OF_OWN + 6),
                                 .receivable_id = stmt_int(s, OF_OWN + 7),
                                 .days = stmt_int(s, OF_OWN + 8),
                                 .at_ms = stmt_int(s, OF_OWN + 9)};
    return 0;
}

static int of_fill(struct filling *f, enum document_of of, int64_t of_id)
{
    char number[24], day[DAY_TEXT];
    struct change_of change = {.deal_id = 0};
    struct stmt *s;
    int r = db_query(f->tx->db, &s, of_sql[of], "i", of_id);

    if (r == 0)
        r = stmt_step(s);
    if (r <= 0)
        return r < 0 ? r : -ENOENT;
    f->deal_id = stmt_int(s, 0);
    f->terms_id = stmt_int(s, 1);
    f->at_ms = stmt_int(s, 3);
    snprintf(number, sizeof(number), "%06" PRId64, stmt_int(s, 2));
    say(f, FIELD_NUMBER, number);
    day_of(f->at_ms, day);
    say(f, FIELD_DATE, day);
    if (of == DOCUMENT_OF_NOTICE)
        say(f, FIELD_HANDOVER, stmt_text(s, OF_OWN));
    if (of == DOCUMENT_OF_CHANGE)
        r = change_fill(f, s, &change);
    stmt_reset(s);
    if (r < 0)
        return r;
    return change.deal_id ? change_effect(f->tx, &change, effect_fill, f) : 0;
}

/* The unit is that of the terms: an exchange has two. */
static int terms_fill(struct filling *f)
{
    char years[24];
    struct stmt *s;
    int r = db_query(f->tx->db, &s,
                     "SELECT t.unit_id, w.name, j.name, j.developer, j.address, t.list_fen, "
                     "t.total_fen, t.area, t.deposit_fen, t.plan_name, "
                     "t.loan_fen + t.fund_loan_fen, t.bank, t.loan_years, t.attached_fen "
                     "FROM deal d JOIN terms t ON t.id = $2 JOIN project j ON j.id = d.project_id "
                     "JOIN user_account w ON w.id = d.user_id WHERE d.id = $1",
                     "ii", f->deal_id, f->terms_id);

    if (r == 0)
        r = stmt_step(s);
    if (r <= 0)
        return r < 0 ? r : -ENOENT;
    f->unit_id = stmt_int(s, 0);
    say(f, FIELD_CONSULTANT, stmt_text(s, 1));
    say(f, FIELD_PROJECT, stmt_text(s, 2));
    say(f, FIELD_DEVELOPER, stmt_text(s, 3));
    say(f, FIELD_ADDRESS, stmt_text(s, 4));
    say_money(f, FIELD_LIST_PRICE, FIELD_COUNT, stmt_int(s, 5));
    say_money(f, FIELD_TOTAL, FIELD_TOTAL_CAPITALS, stmt_int(s, 6));
    if (stmt_int(s, 7) > 0)
        say_money(f, FIELD_UNIT_PRICE, FIELD_COUNT,
                  money_unit_price(stmt_int(s, 6) - stmt_int(s, 13), stmt_int(s, 7)));
    say_money(f, FIELD_DEPOSIT, FIELD_DEPOSIT_CAPITALS, stmt_int(s, 8));
    say(f, FIELD_PLAN, stmt_text(s, 9));
    say_money(f, FIELD_LOAN, FIELD_COUNT, stmt_int(s, 10));
    say(f, FIELD_BANK, stmt_text(s, 11));
    if (stmt_int(s, 12) > 0) {
        snprintf(years, sizeof(years), "%" PRId64, stmt_int(s, 12));
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

/* What is sold with the unit, a line each (FC 27.5). */
static int attached_fill(struct filling *f)
{
    struct text *t = &f->values[FIELD_ATTACHED];
    struct stmt *s;
    int r = db_query(f->tx->db, &s,
                     "SELECT b.name || CASE st.name WHEN '' THEN '' ELSE '-' || st.name END || "
                     "'-' || u.room, x.price_fen, x.merged FROM terms_attached x "
                     "JOIN unit u ON u.id = x.unit_id JOIN building b ON b.id = u.building_id "
                     "JOIN stair st ON st.id = u.stair_id WHERE x.terms_id = $1 "
                     "ORDER BY x.unit_id",
                     "i", f->terms_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        text_say(t, t->n > 0 ? "\n" : "");
        text_say(t, stmt_text(s, 0));
        text_say(t, " ");
        text_money(t, stmt_int(s, 1));
        text_say(t, stmt_int(s, 2) ? " 元，计入总价" : " 元，不计入总价");
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
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

/* A paper's buyers are those it was made with, and those of the moment before it. */
static const char buyers_sql[] =
    "SELECT p.customer_id, c.name, c.kind, p.share_bp FROM deal_party p "
    "JOIN customer c ON c.id = p.customer_id WHERE p.deal_id = $1 AND p.since_ms <= $2 "
    "AND (p.ended_ms IS NULL OR p.ended_ms > $2) ORDER BY p.ordinal";
enum { BUYERS_MAX = 10 };

static const char *name_say(struct filling *f, enum field field, struct stmt *s,
                            char masked[CONTACT_NAME_TEXT])
{
    const char *name = stmt_text(s, 1);

    if (!f->clear && strcmp(stmt_text(s, 2), "person") == 0) {
        contact_name_mask(name, masked);
        name = masked;
    }
    say(f, field, f->values[field].n > 0 ? "、" : "");
    say(f, field, name);
    return name;
}

static void buyer_say(struct filling *f, struct stmt *s)
{
    const char *comma = f->values[FIELD_BUYERS].n > 0 ? "、" : "";
    char masked[CONTACT_NAME_TEXT], share[32];
    const char *name = name_say(f, FIELD_BUYERS, s, masked);

    snprintf(share, sizeof(share), " %" PRId64 ".%02" PRId64 "%%", stmt_int(s, 3) / 100,
             stmt_int(s, 3) % 100);
    say(f, FIELD_SHARES, comma);
    say(f, FIELD_SHARES, name);
    say(f, FIELD_SHARES, share);
}

static int previous_buyers_say(struct filling *f)
{
    char masked[CONTACT_NAME_TEXT];
    struct stmt *s;
    int r = db_query(f->tx->db, &s, buyers_sql, "ii", f->deal_id, f->at_ms - 1);

    while (r >= 0 && (r = stmt_step(s)) == 1)
        name_say(f, FIELD_PREVIOUS_BUYERS, s, masked);
    stmt_reset(s);
    return r;
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

int filling_personal(struct filling *f)
{
    int64_t buyers[BUYERS_MAX];
    size_t n = 0;
    struct stmt *s;
    int r = db_query(f->tx->db, &s, buyers_sql, "ii", f->deal_id, f->at_ms);

    while (r >= 0 && n < BUYERS_MAX && (r = stmt_step(s)) == 1) {
        buyers[n++] = stmt_int(s, 0);
        buyer_say(f, s);
    }
    stmt_reset(s);
    for (size_t i = 0; r >= 0 && i < n; i++)
        r = secret_each(f->tx, buyers[i], secret_say, f);
    return r < 0 ? r : previous_buyers_say(f);
}

/* ---- putting it together ---- */

void filling_free(struct filling *f)
{
    for (size_t i = 0; i < FIELD_COUNT; i++)
        text_wipe(&f->values[i]);
}

int filling_body(struct filling *f, const char *body, bool personal, char **ret)
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

int filling_values(struct filling *f, enum document_of of, int64_t of_id)
{
    struct unit_filter filter = {.unit_id = 0};
    struct tx all = *f->tx; /* who may make the document may have its unit in it */
    int r = of_fill(f, of, of_id);

    if (r == 0)
        r = terms_fill(f);
    if (r < 0)
        return r;
    filter.unit_id = f->unit_id;
    all.actor = &actor_system;
    r = unit_scan(&all, &filter, unit_fill, f);
    if (r == 0)
        r = permit_fill(f);
    if (r == 0)
        r = attached_fill(f);
    return r == 0 ? schedule_fill(f) : r;
}
