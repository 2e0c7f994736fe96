/* money.c - bench_money STATE N: a cashier and so many receipts into a site that bench_fill made,
 * each through the function that the counter uses: of its deals some eight each, that leave some of
 * them owing, the rest of its customers' earnest money.
 *
 * Prints the cashier's log-in and the book that he has out as one line of JSON.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/site.h"
#include "db/bank.h"
#include "db/clock.h"
#include "db/password.h"
#include "db/post.h"
#include "db/printer.h"
#include "db/receipt.h"
#include "db/receipt_book.h"
#include "db/shift.h"
#include "db/user.h"

#define LOGIN    "bench-cashier"
#define PASSWORD "bench-password-1"

enum { BATCH = 5000, EARNEST_FEN = 1000000, EACH = 8, MARKED_EVERY = 20, VOID_EVERY = 97 };

struct till {
    struct tx tx;
    struct fault fault;
    struct change_list changes;
    struct actor cashier;
    int64_t project_id, permit_id, post_id, user_id, shift_id, book_id, last_customer, n_books;
    struct owing {
        int64_t id, total_fen;
        bool fit_out;
    } * deals;
    int64_t n_deals;
};

/* ---- a cashier, and where money goes ---- */

static int post_take(void *arg, const struct post_row *row)
{
    struct till *t = arg;

    if (row->role && strcmp(row->role, "cashier") == 0)
        t->post_id = row->id;
    return 0;
}

static int cashier_make(struct till *t)
{
    char hash[PASSWORD_HASH_TEXT];
    const struct user_new user = {.login = LOGIN,
                                  .name = LOGIN,
                                  .password_hash = hash,
                                  .post_ids = &t->post_id,
                                  .n_posts = 1};
    int r = post_scan(&t->tx, 0, post_take, t);

    if (r >= 0)
        r = password_hash(PASSWORD, hash);
    if (r >= 0)
        r = user_create(&t->tx, &user, &t->user_id);
    if (r >= 0) /* nobody is there to choose another one */
        r = db_run(t->tx.db, "UPDATE user_account SET must_change = 0 WHERE id = $1", "i",
                   t->user_id);
    t->cashier = (struct actor){.kind = ACTOR_USER,
                                .id = t->user_id,
                                .name = LOGIN,
                                .rights = ~(right_set)0,
                                .all_projects = true};
    return r < 0 ? r : 0;
}

/* Agency fees have an account of their own. */
static int accounts_make(struct till *t)
{
    struct account_rule rules[FUND_COUNT];
    struct bank_account_new supervised = {.project_id = t->project_id,
                                          .kind = "escrow",
                                          .holder = "测量",
                                          .number = "62",
                                          .permit_id = t->permit_id};
    struct bank_account_new agency = {
        .project_id = t->project_id, .kind = "agency", .holder = "测量", .number = "63"};
    int64_t id = 0, agency_id = 0;
    int r = bank_create(&t->tx, "测量银行", &supervised.bank_id);

    agency.bank_id = supervised.bank_id;
    if (r == 0)
        r = bank_account_create(&t->tx, &supervised, &id);
    if (r == 0)
        r = bank_account_create(&t->tx, &agency, &agency_id);
    for (enum fund fund = 0; fund < FUND_COUNT; fund++)
        rules[fund] = (struct account_rule){.fund = funds[fund].code,
                                            .account_id = fund == FUND_AGENCY_FEE ? agency_id : id};
    return r < 0 ? r : account_rules_set(&t->tx, t->project_id, 0, rules, FUND_COUNT);
}

/* ---- receipts ---- */

/* The next book, as large as one may be. */
static int book_next(struct till *t)
{
    const struct receipt_book_new book = {.project_id = t->project_id,
                                          .kind = "receipt",
                                          .source = "system",
                                          .first_no = t->n_books * BOOK_LEAVES_MAX + 1,
                                          .last_no = (t->n_books + 1) * BOOK_LEAVES_MAX};
    int r = receipt_book_create(&t->tx, &book, &t->book_id);

    t->n_books++;
    return r < 0 ? r : receipt_book_step(&t->tx, t->book_id, 1, BOOK_TAKE_OUT);
}

/* The @part-th of a deal: together a tenth to most of its price, now and then for a line of later;
 * the last one for the fit-out that some have. */
static void deal_pay(const struct till *t, int64_t deal, int64_t part, struct payment *p)
{
    const struct owing *d = &t->deals[deal];
    const bool fit_out = d->fit_out && part == EACH - 1;
    const int64_t fen = d->total_fen * (10 + deal * 37 % 61) / 100 / EACH;

    p->deal_id = d->id;
    p->lines[0] = fit_out ? (struct payment_line){"fit_out", EARNEST_FEN}
                          : (struct payment_line){"house_money", fen};
    if (deal % MARKED_EVERY || part != 2)
        return;
    p->earmarks[0] = (struct payment_earmark){3, p->lines[0].amount_fen};
    p->n_earmarks = 1;
}

static int receipt_make(struct till *t, int64_t i)
{
    char reference[24];
    struct payment payment = {.book_id = t->book_id,
                              .lines = {{"earnest", EARNEST_FEN}},
                              .n_lines = 1,
                              .tenders = {{.tender = "card", .reference = reference}},
                              .n_tenders = 1};
    struct receipt_key key;
    int r;

    if (i < t->n_deals * EACH) {
        deal_pay(t, i % t->n_deals, i / t->n_deals, &payment);
    } else {
        payment.project_id = t->project_id;
        payment.customer_id = 1 + i % t->last_customer;
    }
    payment.tenders[0].amount_fen = payment.lines[0].amount_fen;
    snprintf(reference, sizeof(reference), "F%08" PRId64, i);
    r = receipt_take(&t->tx, &payment, &key);
    return r < 0 || i % VOID_EVERY ? r : receipt_void(&t->tx, &key, "测量");
}

static int deals_read(struct till *t)
{
    struct stmt *s = NULL;
    int64_t n = 0;
    int r = db_get(t->tx.db, &n, "SELECT COUNT(*) FROM deal WHERE closed_ms IS NULL", "");

    t->deals = calloc((size_t)n + 1, sizeof(*t->deals));
    if (r >= 0)
        r = db_query(t->tx.db, &s,
                     "SELECT d.id, t.total_fen, EXISTS (SELECT 1 FROM receivable l WHERE l.deal_id "
                     "= d.id AND l.fund = 'fit_out') FROM deal d JOIN terms t ON t.id = d.terms_id "
                     "WHERE d.closed_ms IS NULL ORDER BY d.id",
                     "");
    while (r >= 0 && t->deals && t->n_deals < n && (r = stmt_step(s)) == 1)
        t->deals[t->n_deals++] =
            (struct owing){stmt_int(s, 0), stmt_int(s, 1), stmt_int(s, 2) != 0};
    stmt_reset(s);
    return r < 0 ? r : t->deals ? 0 : -1;
}

static int site_read(struct till *t)
{
    int r = db_get(t->tx.db, &t->project_id, "SELECT MAX(id) FROM project", "");

    if (r >= 0)
        r = db_get(t->tx.db, &t->permit_id, "SELECT MAX(id) FROM permit", "");
    if (r >= 0)
        r = db_get(t->tx.db, &t->last_customer, "SELECT COALESCE(MAX(id), 1) FROM customer", "");
    return r < 0 ? r : 0;
}

/* What is measured is money, not the drawing of papers beside it. */
static int printers_none(struct tx *tx)
{
    int64_t id;
    int r = printers_seed(tx);

    if (r == 0)
        r = db_get(tx->db, &id, "SELECT id FROM printer WHERE retired_ms IS NULL", "");
    return r == 1 ? printer_retire(tx, id, 1) : r;
}

static int till_open(struct till *t)
{
    int r = site_read(t);

    if (r == 0)
        r = printers_none(&t->tx);
    if (r == 0)
        r = cashier_make(t);
    if (r == 0)
        r = accounts_make(t);
    if (r == 0)
        r = deals_read(t);
    t->tx.actor = &t->cashier;
    if (r == 0)
        r = shift_open(&t->tx, 0, 0, &t->shift_id);
    return r < 0 ? r : book_next(t);
}

/* What a log of all of it would cost is nobody's. */
static int batch_end(struct db *db)
{
    int r = db_commit(db);

    if (r == 0)
        r = db_checkpoint(db, false);
    return r < 0 ? r : db_begin(db);
}

/* The last one is for the clients. */
static int fill(struct till *t, int64_t n)
{
    int r = db_begin(t->tx.db);

    if (r == 0)
        r = till_open(t);
    for (int64_t i = 0; r == 0 && i < n; i++) {
        if (i > 0 && i % BOOK_LEAVES_MAX == 0)
            r = book_next(t);
        if (r == 0)
            r = receipt_make(t, i);
        t->changes.n = 0;
        if (r == 0 && i % BATCH == BATCH - 1)
            r = batch_end(t->tx.db);
    }
    if (r == 0)
        r = book_next(t);
    if (r == 0)
        r = db_commit(t->tx.db);
    return r < 0 ? r : db_checkpoint(t->tx.db, true);
}

static int run(struct app *app, int64_t n)
{
    struct till t = {.project_id = 0};
    int r;

    t.tx = (struct tx){.actor = &actor_system,
                       .now_ms = clock_wall_ms(),
                       .fault = &t.fault,
                       .changes = &t.changes,
                       .seal = &app->seal};
    r = db_open(app->db_path, DB_WRITER, &t.tx.db);
    if (r < 0)
        return r;
    r = fill(&t, n);
    if (r < 0)
        fprintf(stderr, "bench_money: %d %s (%s)\n", r,
                t.fault.set ? fault_code_text(t.fault.code) : "", db_error(t.tx.db));
    else
        printf("{\"cashier\":\"" LOGIN "\",\"book\":%" PRId64 "}\n", t.book_id);
    free(t.changes.items);
    free(t.deals);
    fault_clear(&t.fault);
    db_close(t.tx.db);
    return r;
}

int main(int argc, char **argv)
{
    static struct config config;
    static struct app app;
    struct site site;
    char what[600];
    int64_t n = argc == 3 ? strtoll(argv[2], NULL, 10) : -1;
    int r;

    if (n < 0 || n > 1000000) {
        fputs("bench_money STATE N\n", stderr);
        return 2;
    }
    if (config_read("/dev/null", &config, what, sizeof(what)) < 0)
        return 1;
    snprintf(config.state_dir, sizeof(config.state_dir), "%s", argv[1]);
    if (site_open(&config, &app, &site, what, sizeof(what)) < 0) {
        fprintf(stderr, "bench_money: %s\n", what);
        return 1;
    }
    r = run(&app, n);
    site_close(&site);
    return r == 0 ? 0 : 1;
}
