/* mortgage.c - see mortgage.h. */
#include "db/mortgage.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "db/deal_process.h"
#include "db/deal_scope.h"

static const struct mortgage_paper papers_all[] = {
#define PAPER(symbol, code, zh, en) {code, zh, en},
#include "db/mortgage_paper.def"
#undef PAPER
};
enum { PAPERS = sizeof(papers_all) / sizeof(papers_all[0]), PAPERS_TEXT = PAPERS * 16 };

const struct mortgage_paper *mortgage_papers(size_t *ret_n)
{
    *ret_n = PAPERS;
    return papers_all;
}

/* ---- which papers ---- */

static unsigned papers_read(const char *text, bool *ret_known)
{
    unsigned set = 0;

    *ret_known = true;
    while (*text) {
        const size_t n = strcspn(text, " ");
        size_t i = 0;

        while (i < PAPERS &&
               (strlen(papers_all[i].code) != n || strncmp(papers_all[i].code, text, n) != 0))
            i++;
        if (i < PAPERS)
            set |= 1u << i;
        else
            *ret_known = false;
        text += n;
        text += *text == ' ';
    }
    return set;
}

static void papers_write(unsigned set, char out[PAPERS_TEXT])
{
    size_t n = 0;

    out[0] = '\0';
    for (size_t i = 0; i < PAPERS; i++)
        if (set & 1u << i)
            n += (size_t)snprintf(out + n, PAPERS_TEXT - n, "%s%s", n ? " " : "",
                                  papers_all[i].code);
}

/* ---- one ---- */

struct mortgage {
    struct deal_place place;
    int64_t version, amount_fen;
    unsigned papers;
    char state[12];
};

static int mortgage_read(struct tx *tx, int64_t id, int64_t version, struct mortgage *ret)
{
    struct stmt *s;
    bool known;
    int r =
        tx_row(tx, &s,
               "SELECT d.project_id, u.building_id, m.deal_id, d.user_id, m.version, "
               "m.amount_fen, m.papers, m.state FROM mortgage m JOIN deal d ON d.id = m.deal_id "
               "JOIN unit u ON u.id = d.unit_id WHERE m.id = $1",
               id);

    if (r < 0)
        return r;
    *ret = (struct mortgage){.place = {.project_id = stmt_int(s, 0),
                                       .building_id = stmt_int(s, 1),
                                       .deal_id = stmt_int(s, 2),
                                       .user_id = stmt_int(s, 3)},
                             .version = stmt_int(s, 4),
                             .amount_fen = stmt_int(s, 5),
                             .papers = papers_read(stmt_text(s, 6), &known)};
    snprintf(ret->state, sizeof(ret->state), "%s", stmt_text(s, 7));
    stmt_reset(s);
    r = deal_need(tx, &ret->place);
    if (r == 0 && version != ret->version)
        r = fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", "按揭", NULL);
    return r;
}

/* What the terms of a live deal lend by a bank of that kind. */
static int loan_of(struct tx *tx, const struct mortgage_new *m, struct deal_place *ret_place,
                   int64_t *ret_fen)
{
    struct stmt *s;
    int r = deal_place_read(tx, m->deal_id, ret_place);

    if (r == 0)
        r = tx_row(tx, &s,
                   "SELECT d.project_id, t.loan_fen, t.fund_loan_fen, d.closed_ms FROM deal d "
                   "JOIN terms t ON t.id = d.terms_id WHERE d.id = $1",
                   m->deal_id);
    if (r < 0)
        return r;
    *ret_fen = stmt_int(s, strcmp(m->kind, "fund") == 0 ? 2 : 1);
    if (!stmt_is_null(s, 3))
        r = fault_set(tx->fault, FAULT_DEAL_CLOSED, NULL);
    stmt_reset(s);
    return r;
}

int mortgage_create(struct tx *tx, const struct mortgage_new *m, int64_t *ret_id)
{
    int64_t most_fen = 0, id = 0;
    struct trail trail = {0};
    struct deal_place place;
    int r = loan_of(tx, m, &place, &most_fen);

    if (r < 0)
        return r;
    if (m->amount_fen > most_fen)
        return fault_set(tx->fault, FAULT_MORTGAGE_TOO_MUCH, NULL);
    r = db_get(tx->db, &id,
               "INSERT INTO mortgage (deal_id, kind, bank, amount_fen, years, progress_ms) "
               "VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
               "ittiii", m->deal_id, m->kind, m->bank, m->amount_fen, m->years, tx->now_ms);
    if (r == -EEXIST)
        return fault_set(tx->fault, FAULT_MORTGAGE_EXISTS, NULL);
    if (r < 0)
        return r;
    trail_text(&trail, "kind", NULL, m->kind);
    trail_text(&trail, "bank", NULL, m->bank);
    trail_int(&trail, "amount_fen", NULL, &m->amount_fen);
    trail_int(&trail, "years", NULL, &m->years);
    r = deal_note(tx, &place, "mortgage.create", &trail);
    if (r == 0)
        *ret_id = id;
    return r;
}

static const struct {
    const char *from, *to, *action; /* from: the states it may start in, separated by a space */
} steps[] = {
    [MORTGAGE_SUBMIT] = {"preparing", "submitted", "mortgage.submit"},
    [MORTGAGE_APPROVE] = {"submitted", "approved", "mortgage.approve"},
    [MORTGAGE_REJECT] = {"submitted", "rejected", "mortgage.reject"},
    [MORTGAGE_END] = {"preparing submitted approved", "ended", "mortgage.end"},
};

static int act_check(struct tx *tx, const struct mortgage *m, const struct mortgage_act *a)
{
    const bool stops = a->step == MORTGAGE_REJECT || a->step == MORTGAGE_END;

    if (!strstr(steps[a->step].from, m->state))
        return fault_set(tx->fault, FAULT_MORTGAGE_STATE, NULL);
    if (stops && (!a->note || !a->note[0]))
        return fault_set(tx->fault, FAULT_REASON_NEEDED, NULL);
    if (a->step == MORTGAGE_SUBMIT && m->papers != (1u << PAPERS) - 1)
        return fault_set(tx->fault, FAULT_MORTGAGE_PAPERS, NULL);
    if (a->step == MORTGAGE_APPROVE && (a->amount_fen <= 0 || a->amount_fen > m->amount_fen))
        return fault_set(tx->fault, FAULT_MORTGAGE_TOO_MUCH, NULL);
    return 0;
}

int mortgage_act(struct tx *tx, const struct mortgage_act *a)
{
    struct trail trail = {0};
    struct mortgage m;
    int r = mortgage_read(tx, a->id, a->version, &m);

    if (r == 0)
        r = act_check(tx, &m, a);
    if (r == 0)
        r = db_run(tx->db,
                   "UPDATE mortgage SET state = $2, approved_fen = COALESCE($3, approved_fen), "
                   "progress_ms = $4, version = version + 1 WHERE id = $1",
                   "itoi", a->id, steps[a->step].to,
                   a->step == MORTGAGE_APPROVE ? &a->amount_fen : NULL, tx->now_ms);
    if (r >= 0)
        r = deal_process_settle(tx, m.place.deal_id, a->note ? a->note : "");
    if (r < 0)
        return r;
    trail_text(&trail, "state", m.state, steps[a->step].to);
    if (a->step == MORTGAGE_APPROVE)
        trail_int(&trail, "approved_fen", NULL, &a->amount_fen);
    trail_text(&trail, "note", NULL, a->note);
    return deal_note(tx, &m.place, steps[a->step].action, &trail);
}

int mortgage_papers_set(struct tx *tx, int64_t id, int64_t version, const char *papers)
{
    char before[PAPERS_TEXT], after[PAPERS_TEXT];
    struct trail trail = {0};
    struct mortgage m;
    unsigned set;
    bool known;
    int r = mortgage_read(tx, id, version, &m);

    if (r < 0)
        return r;
    set = papers_read(papers, &known);
    if (!known)
        return fault_set(tx->fault, FAULT_FIELD_CHOICE, "field", "papers", NULL);
    if (strcmp(m.state, "preparing") != 0)
        return fault_set(tx->fault, FAULT_MORTGAGE_STATE, NULL);
    papers_write(m.papers, before);
    papers_write(set, after);
    r = db_run(tx->db,
               "UPDATE mortgage SET papers = $2, progress_ms = $3, version = version + 1 "
               "WHERE id = $1",
               "iti", id, after, tx->now_ms);
    if (r < 0)
        return r;
    trail_text(&trail, "papers", before, after);
    return deal_note(tx, &m.place, "mortgage.papers", &trail);
}

/* ---- reading ---- */

/* As people say the unit; the customer and the consultant whose it is. */
#define ROWS                                                                                       \
    "SELECT d.project_id, u.building_id, d.user_id, m.id, m.version, m.deal_id, m.amount_fen, "    \
    "m.years, m.approved_fen, m.progress_ms, m.kind, m.bank, m.state, m.papers, b.name || CASE "   \
    "st.name WHEN '' THEN '' ELSE '-' || st.name END || '-' || u.room, a.name FROM mortgage m "    \
    "JOIN deal d ON d.id = m.deal_id JOIN unit u ON u.id = d.unit_id "                             \
    "JOIN building b ON b.id = u.building_id JOIN stair st ON st.id = u.stair_id "                 \
    "JOIN user_account a ON a.id = d.user_id "

/* Gives rows in scope until there were @limit. */
static int rows_give(struct tx *tx, struct stmt *s, int limit,
                     int (*each)(void *arg, const struct mortgage_row *row), void *arg)
{
    int n = 0, r = 0;

    while (r >= 0 && n < limit && (r = stmt_step(s)) == 1) {
        const struct deal_place place = {
            .project_id = stmt_int(s, 0), .building_id = stmt_int(s, 1), .user_id = stmt_int(s, 2)};
        const struct mortgage_row row = {.project_id = stmt_int(s, 0),
                                         .id = stmt_int(s, 3),
                                         .version = stmt_int(s, 4),
                                         .deal_id = stmt_int(s, 5),
                                         .amount_fen = stmt_int(s, 6),
                                         .years = stmt_int(s, 7),
                                         .approved_fen = stmt_int(s, 8),
                                         .progress_ms = stmt_int(s, 9),
                                         .kind = stmt_text(s, 10),
                                         .bank = stmt_text(s, 11),
                                         .state = stmt_text(s, 12),
                                         .papers = stmt_text(s, 13),
                                         .unit = stmt_text(s, 14),
                                         .consultant = stmt_text(s, 15)};

        if (!deal_seen(tx->actor, &place))
            continue;
        n++;
        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int mortgage_deal(struct tx *tx, int64_t id, int64_t *ret_deal_id)
{
    int r = db_get(tx->db, ret_deal_id, "SELECT deal_id FROM mortgage WHERE id = $1", "i", id);

    return r == 0 ? fault_set(tx->fault, FAULT_NOT_FOUND, NULL) : r < 0 ? r : 0;
}

int mortgage_each(struct tx *tx, int64_t deal_id,
                  int (*each)(void *arg, const struct mortgage_row *row), void *arg)
{
    struct deal_place place;
    struct stmt *s = NULL;
    int r = deal_place_read(tx, deal_id, &place);

    if (r == 0)
        r = db_query(tx->db, &s, ROWS "WHERE m.deal_id = $1 ORDER BY m.id", "i", deal_id);
    return r < 0 ? r : rows_give(tx, s, MORTGAGE_PAGE_MAX, each, arg);
}

int mortgage_stale(struct tx *tx, const struct mortgage_filter *f,
                   int (*each)(void *arg, const struct mortgage_row *row), void *arg)
{
    struct stmt *s = NULL;
    int r = tx_need_project(tx, f->project_id);

    if (r == 0)
        r = db_query(tx->db, &s,
                     ROWS "WHERE d.project_id = $1 AND m.state IN ('preparing', 'submitted') "
                          "AND m.progress_ms <= $2 AND d.closed_ms IS NULL "
                          "AND ($3 = '' OR m.bank = $3) AND ($5 = 0 OR (m.bank, m.progress_ms, "
                          "m.id) > ((SELECT x.bank FROM mortgage x WHERE x.id = $5), $4, $5)) "
                          "ORDER BY m.bank, m.progress_ms, m.id",
                     "iitii", f->project_id, f->before_ms, f->bank ? f->bank : "", f->after_ms,
                     f->after_id);
    return r < 0 ? r
                 : rows_give(tx, s, f->limit < MORTGAGE_PAGE_MAX ? f->limit : MORTGAGE_PAGE_MAX,
                             each, arg);
}
