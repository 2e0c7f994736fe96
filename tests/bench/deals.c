/* deals.c - bench_deals STATE N: so many subscriptions in a site that bench_fill and
 * bench_customers made, each through the functions that an office uses: terms by a plan of
 * instalments, whose days are before and after today; a customer's document; every tenth buyer has
 * fit-out too, which is paid apart from the house (fund.h).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/site.h"
#include "db/clock.h"
#include "db/customer.h"
#include "db/day.h"
#include "db/deal.h"
#include "db/payment_plan.h"
#include "db/receivable.h"
#include "db/terms.h"
#include "db/user.h"

enum {
    BATCH = 1000,
    PLANS = 6,
    APART = 25, /* days between the plans */
    DEPOSIT_FEN = 5000000,
    FIT_OUT_EVERY = 10,
    FIT_OUT_FEN = 8000000,
};

struct sales {
    struct tx tx;
    struct fault fault;
    struct change_list changes;
    struct actor consultant;
    int64_t project_id, plans[PLANS];
    int64_t *units;
    char today[DAY_TEXT];
};

/* ---- who sells, and by which plans ---- */

static int consultant_load(struct sales *s)
{
    bool must_change;
    int64_t id = 0;
    int r =
        db_get(s->tx.db, &id, "SELECT id FROM user_account WHERE login = 'bench-consultant'", "");

    if (r >= 0)
        r = actor_load(s->tx.db, id, &s->consultant, &must_change);
    s->consultant.rights = ~(right_set)0;
    s->consultant.all_projects = true;
    return r < 0 ? r : 0;
}

static int plan_make(struct sales *s, int64_t i)
{
    char name[24], first[DAY_TEXT], second[DAY_TEXT];
    const struct payment_plan_line lines[] = {
        {FUND_DEPOSIT, SHARE_AMOUNT, DEPOSIT_FEN, "subscribed", 0, NULL, "", NULL},
        {FUND_DOWN_PAYMENT, SHARE_PERCENT, 2000, "date", 0, first, "", NULL},
        {FUND_HOUSE_MONEY, SHARE_PERCENT, 3000, "date", 0, second, "", NULL},
        {FUND_HOUSE_MONEY, SHARE_REST, 0, "filed", 60, NULL, "", NULL}};
    const struct payment_plan_row plan = {0,      0,    s->project_id, name, "instalments",
                                          20 + i, true, lines,         4};
    int r = day_add(s->today, i * APART - 5 * APART, first);

    if (r == 0)
        r = day_add(s->today, i * APART - 2 * APART, second);
    snprintf(name, sizeof(name), "分期 %" PRId64, i + 1);
    return r < 0 ? r : payment_plan_create(&s->tx, &plan, &s->plans[i]);
}

static int units_read(struct sales *s, int64_t n)
{
    struct stmt *q;
    int64_t found = 0;
    int r = db_query(s->tx.db, &q,
                     "SELECT id FROM unit WHERE project_id = $1 AND sale_state = 'A' ORDER BY id",
                     "i", s->project_id);

    s->units = calloc((size_t)n + 1, sizeof(*s->units));
    while (r >= 0 && s->units && found < n && (r = stmt_step(q)) == 1)
        s->units[found++] = stmt_int(q, 0);
    stmt_reset(q);
    return r < 0 ? r : s->units && found == n ? 0 : -1;
}

/* ---- a sale ---- */

/* An identity number by GB 11643 of a person who is not there. */
static void document_of(int64_t n, char out[19])
{
    static const int weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;

    snprintf(out, 19, "110106%04d0101%03d", (int)(1950 + n / 1000 % 50), (int)(n % 1000));
    for (size_t i = 0; i < 17; i++)
        sum += weights[i] * (out[i] - '0');
    out[17] = "10X98765432"[sum % 11];
    out[18] = '\0';
}

static int fit_out_add(struct sales *s, int64_t deal_id)
{
    const struct receivable_new line = {.deal_id = deal_id,
                                        .fund = funds[FUND_FIT_OUT].code,
                                        .amount_fen = FIT_OUT_FEN,
                                        .due_date = s->today};
    int64_t id;

    return receivable_add(&s->tx, &line, &id);
}

static int sale_make(struct sales *s, int64_t i)
{
    char document[19];
    const struct customer_change known = {
        .id = i + 1, .version = 1, .document_kind = "id_card", .document = document};
    const struct terms_ask terms = {.unit_id = s->units[i],
                                    .customer_id = i + 1,
                                    .plan_id = s->plans[i % PLANS],
                                    .deposit_fen = -1,
                                    .loan_fen = -1,
                                    .fund_loan_fen = -1};
    struct deal_open open = {.stage = 'S',
                             .unit_id = s->units[i],
                             .buyers = {{i + 1, 10000}},
                             .n_buyers = 1,
                             .document_again = document};
    int64_t deal_id = 0;
    int r;

    document_of(i, document);
    r = customer_update(&s->tx, &known);
    if (r == 0)
        r = terms_create(&s->tx, &terms, &open.terms_id);
    if (r >= 0)
        r = db_get(s->tx.db, &open.unit_version, "SELECT version FROM unit WHERE id = $1", "i",
                   open.unit_id);
    if (r >= 0)
        r = deal_open(&s->tx, &open, &deal_id);
    return r < 0 || i % FIT_OUT_EVERY ? r : fit_out_add(s, deal_id);
}

static int sales_open(struct sales *s, int64_t n)
{
    int r = db_get(s->tx.db, &s->project_id, "SELECT MAX(id) FROM project", "");

    day_of(s->tx.now_ms, s->today);
    if (r >= 0)
        r = consultant_load(s);
    for (int64_t i = 0; r >= 0 && i < PLANS; i++)
        r = plan_make(s, i);
    s->tx.actor = &s->consultant;
    return r < 0 ? r : units_read(s, n);
}

static int fill(struct sales *s, int64_t n)
{
    int r = db_begin(s->tx.db);

    if (r == 0)
        r = sales_open(s, n);
    for (int64_t i = 0; r == 0 && i < n; i++) {
        r = sale_make(s, i);
        s->changes.n = 0;
        if (r == 0 && i % BATCH == BATCH - 1)
            r = db_commit(s->tx.db);
        if (r == 0 && i % BATCH == BATCH - 1)
            r = db_checkpoint(s->tx.db, false);
        if (r >= 0 && i % BATCH == BATCH - 1)
            r = db_begin(s->tx.db);
    }
    if (r == 0)
        r = db_commit(s->tx.db);
    return r < 0 ? r : db_checkpoint(s->tx.db, true);
}

static int run(struct app *app, int64_t n)
{
    struct sales s = {.project_id = 0};
    int r;

    s.tx = (struct tx){.actor = &actor_system,
                       .now_ms = clock_wall_ms(),
                       .fault = &s.fault,
                       .changes = &s.changes,
                       .seal = &app->seal};
    r = db_open(app->db_path, DB_WRITER, &s.tx.db);
    if (r < 0)
        return r;
    r = fill(&s, n);
    if (r < 0)
        fprintf(stderr, "bench_deals: %d %s (%s)\n", r,
                s.fault.set ? fault_code_text(s.fault.code) : "", db_error(s.tx.db));
    free(s.changes.items);
    free(s.units);
    fault_clear(&s.fault);
    db_close(s.tx.db);
    return r < 0 ? r : 0;
}

int main(int argc, char **argv)
{
    static struct config config;
    static struct app app;
    struct site site;
    char what[600];
    int64_t n = argc == 3 ? strtoll(argv[2], NULL, 10) : 0;
    int r;

    if (n < 1 || n > 50000) { /* so many documents there are */
        fputs("bench_deals STATE N\n", stderr);
        return 2;
    }
    if (config_read("/dev/null", &config, what, sizeof(what)) < 0)
        return 1;
    snprintf(config.state_dir, sizeof(config.state_dir), "%s", argv[1]);
    if (site_open(&config, &app, &site, what, sizeof(what)) < 0) {
        fprintf(stderr, "bench_deals: %s\n", what);
        return 1;
    }
    r = run(&app, n);
    site_close(&site);
    return r == 0 ? 0 : 1;
}
