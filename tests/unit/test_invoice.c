/* test_invoice.c - invoices are asked for, issued by the platform alone, and hold their money until
 * they are reversed (IV-01 to IV-05, FI-30). */
#include "refund_fixture.h"

#include "db/invoice.h"

#define CASE(name) cmocka_unit_test_setup_teardown(name, refund_setup, fixture_teardown)

enum { FEN = 1000000 };

/* ---- steps of one line ---- */

static struct receipt_key paid(struct fixture *f, int64_t deal, int64_t fen)
{
    const struct payment p = {.deal_id = deal,
                              .book_id = deal_books[0],
                              .lines = {{"deposit", fen}},
                              .n_lines = 1,
                              .tenders = {{.tender = "cash", .amount_fen = fen}},
                              .n_tenders = 1};
    struct receipt_key key = {0};

    assert_int_equal(FIXTURE_DO(f, tx, receipt_take(tx, &p, &key)), 0);
    return key;
}

static int64_t voucher_of(struct fixture *f, struct receipt_key key)
{
    return fixture_of(f, "SELECT voucher_id FROM receipt WHERE no = $1 AND book_id = 1", key.no);
}

static int64_t profile(struct fixture *f, int64_t deal)
{
    const struct invoice_profile p = {.deal_id = deal,
                                      .customer_id = deal_buyers[0],
                                      .kind = "person",
                                      .name = "王小明",
                                      .tax_no = "11010519491231002x"};
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, invoice_profile_add(tx, &p, &id)), 0);
    return id;
}

static int ask(struct fixture *f, int64_t deal, int64_t profile_id, int64_t voucher, int64_t fen,
               int64_t *ret_id)
{
    const struct invoice_ask a = {.deal_id = deal,
                                  .profile_id = profile_id,
                                  .kind = "advance",
                                  .parts = {{voucher, fen}},
                                  .n_parts = 1};

    return FIXTURE_DO(f, tx, invoice_request(tx, &a, ret_id));
}

static int64_t asked(struct fixture *f, int64_t deal, int64_t profile_id, int64_t voucher,
                     int64_t fen)
{
    int64_t id = 0;

    assert_int_equal(ask(f, deal, profile_id, voucher, fen, &id), 0);
    return id;
}

static struct invoice_key key_of(struct fixture *f, int64_t id)
{
    return (struct invoice_key){id, fixture_of(f, "SELECT version FROM invoice WHERE id = $1", id)};
}

static const char *number_of(int n)
{
    static char text[16][INVOICE_NUMBER + 1];
    char *out = text[n % 16];

    snprintf(out, INVOICE_NUMBER + 1, "2644%016d", n);
    return out;
}

static int issue(struct fixture *f, int64_t id, int n)
{
    const struct invoice_key key = key_of(f, id);

    return FIXTURE_DO(f, tx, invoice_issue(tx, &key, number_of(n), "2026-05-01"));
}

static int red(struct fixture *f, int64_t id, int n)
{
    struct invoice_key key = key_of(f, id);
    int r = FIXTURE_DO(f, tx, invoice_red_want(tx, &key, "更名"));

    if (r < 0)
        return r;
    key = key_of(f, id);
    return FIXTURE_DO(f, tx, invoice_red(tx, &key, number_of(n), "2026-05-02"));
}

static int void_it(struct fixture *f, int64_t id)
{
    const struct invoice_key key = key_of(f, id);

    return FIXTURE_DO(f, tx, invoice_void(tx, &key, "重开"));
}

static void assert_state(struct fixture *f, int64_t id, enum invoice_state state)
{
    struct stmt *s;

    assert_int_equal(db_query(f->db, &s, "SELECT state FROM invoice WHERE id = $1", "i", id), 0);
    assert_int_equal(stmt_step(s), 1);
    assert_string_equal(stmt_text(s, 0), invoice_states[state].code);
    stmt_reset(s);
}

static int row_copy(void *arg, const struct invoice_row *row)
{
    struct {
        char item[200], remark[800], request[32], tax_no[32], buyer[64];
        int64_t over;
    } *out = arg;

    snprintf(out->item, sizeof(out->item), "%s", row->item);
    snprintf(out->remark, sizeof(out->remark), "%s", row->remark);
    snprintf(out->request, sizeof(out->request), "%s", row->request);
    snprintf(out->tax_no, sizeof(out->tax_no), "%s", row->tax_no ? row->tax_no : "");
    snprintf(out->buyer, sizeof(out->buyer), "%s", row->buyer);
    out->over = row->over_fen;
    return 0;
}

/* ---- the table ---- */

/* A request in state @from, made by SQL alone. */
static int64_t invoice_in(struct fixture *f, int64_t deal, int64_t profile_id,
                          enum invoice_state from)
{
    static const enum invoice_state ways[INVOICE_STATES][3] = {
        [INVOICE_EXPORTED] = {INVOICE_EXPORTED},
        [INVOICE_SENT] = {INVOICE_SENT},
        [INVOICE_REFUSED] = {INVOICE_SENT, INVOICE_REFUSED},
        [INVOICE_ISSUED] = {INVOICE_ISSUED},
        [INVOICE_RED_WANTED] = {INVOICE_ISSUED, INVOICE_RED_WANTED},
        [INVOICE_RED] = {INVOICE_ISSUED, INVOICE_RED_WANTED, INVOICE_RED},
        [INVOICE_VOID] = {INVOICE_VOID},
    };
    static int n;
    char name[24];
    int64_t id = 0;

    snprintf(name, sizeof(name), "by-hand-%d", ++n);
    assert_int_equal(db_get(f->db, &id,
                            "INSERT INTO invoice (name, project_id, deal_id, profile_id, item_id, "
                            "item, unit, remark, amount_fen, actor, made_ms, state_ms) VALUES ($1, "
                            "$2, $3, $4, 1, 'i', 'u', 'r', 1, 'a', 1, 1) RETURNING id",
                            "tiii", name, f->project, deal, profile_id),
                     1);
    for (int i = 0; i < 3 && ways[from][i]; i++) {
        const enum invoice_state to = ways[from][i];

        if (to == INVOICE_ISSUED || to == INVOICE_RED)
            assert_int_equal(db_run(f->db,
                                    "INSERT INTO invoice_number VALUES ($1, $2, $3, '2026-05-01', "
                                    "'a', 1)",
                                    "tit", number_of(900000 + 2 * n + (to == INVOICE_RED)), id,
                                    invoice_states[to].code),
                             1);
        assert_int_equal(
            db_run(f->db, "UPDATE invoice SET state = $2, version = version + 1 WHERE id = $1",
                   "it", id, invoice_states[to].code),
            1);
    }
    return id;
}

/* The table in C and the schema are one: which step may be, and which state holds. */
static void test_steps_are_those_of_the_schema(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0), name = profile(f, deal);
    const int64_t voucher = voucher_of(f, paid(f, deal, FEN));

    for (int from = 0; from < INVOICE_STATES; from++)
        for (int to = 0; to < INVOICE_STATES; to++) {
            const int64_t id = invoice_in(f, deal, name, (enum invoice_state)from);
            const bool may = invoice_step_by((enum invoice_state)from, (enum invoice_state)to) != 0;

            if (may && to == INVOICE_RED)
                assert_int_equal(db_run(f->db,
                                        "INSERT INTO invoice_number VALUES ($1, $2, 'red', "
                                        "'2026-05-01', 'a', 1)",
                                        "ti", number_of(800000 + from * 10 + to), id),
                                 1);
            if (may && to == INVOICE_ISSUED && from != INVOICE_RED_WANTED)
                assert_int_equal(db_run(f->db,
                                        "INSERT INTO invoice_number VALUES ($1, $2, 'issued', "
                                        "'2026-05-01', 'a', 1)",
                                        "ti", number_of(800000 + from * 10 + to), id),
                                 1);
            assert_int_equal(
                db_run(f->db, "UPDATE invoice SET state = $2, version = version + 1 WHERE id = $1",
                       "it", id, invoice_states[to].code),
                may ? 1 : -EINVAL);
        }
    for (int from = 0; from < INVOICE_STATES; from++) {
        const int64_t id = invoice_in(f, deal, name, (enum invoice_state)from);

        assert_int_equal(db_get(f->db, &(int64_t){0},
                                "SELECT id FROM invoice i WHERE i.id = $1 AND " INVOICE_HOLDS("i"),
                                "i", id),
                         invoice_states[from].holds);
    }
    assert_true(voucher > 0);
}

/* ---- asked for ---- */

static void test_what_it_says(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    const int64_t id = asked(f, deal, profile(f, deal), voucher_of(f, paid(f, deal, FEN)), 0);
    const struct invoice_filter filter = {.invoice_id = id, .limit = 1};
    struct {
        char item[200], remark[800], request[32], tax_no[32], buyer[64];
        int64_t over;
    } row;

    assert_int_equal(FIXTURE_DO(f, tx, invoice_list(tx, &filter, row_copy, &row)), 0);
    assert_non_null(strstr(row.item, "-商品房预收款"));
    assert_non_null(strstr(row.remark, "款项性质：定金；房屋地址："));
    assert_non_null(strstr(row.remark, "建筑面积：89.37平方米"));
    assert_string_equal(row.request, "KP000001");
    assert_string_equal(row.tax_no, "****002X");
    assert_int_equal(row.over, 0);
    assert_int_equal(fixture_of(f, "SELECT amount_fen FROM invoice WHERE id = $1", id), FEN);
    deal_verify(f);
}

static void test_no_more_than_there_is(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0);
    const int64_t other = deal_new(f, 'S', f->units[1], 1);
    const int64_t name = profile(f, deal), voucher = voucher_of(f, paid(f, deal, FEN));
    int64_t id = 0, first;

    assert_refused(f, ask(f, deal, name, voucher, FEN + 1, &id), INVOICE_BEYOND);
    assert_refused(f, ask(f, deal, name, 9999, 1, &id), INVOICE_SOURCE);
    assert_refused(f, ask(f, other, name, voucher, 1, &id), INVOICE_BUYER);
    first = asked(f, deal, name, voucher, FEN - 1);
    assert_refused(f, ask(f, deal, name, voucher, 2, &id), INVOICE_BEYOND);
    asked(f, deal, name, voucher, 1);
    assert_refused(f, ask(f, deal, name, voucher, 0, &id), INVOICE_BEYOND);
    /* By SQL neither. */
    assert_int_equal(db_run(f->db, "INSERT INTO invoice_part VALUES ($1, $2, 1)", "ii",
                            invoice_in(f, deal, name, INVOICE_WANTED), voucher),
                     -EINVAL);
    assert_int_equal(db_run(f->db,
                            "UPDATE invoice SET state = 'void', version = version + 1 WHERE "
                            "name LIKE 'by-hand%'",
                            ""),
                     1);
    /* What is void makes room again. */
    assert_int_equal(void_it(f, first), 0);
    asked(f, deal, name, voucher, FEN - 1);
    f->as = &f->outsider;
    assert_refused(f, ask(f, deal, name, voucher, 1, &id), NOT_FOUND);
}

/* ---- the platform's numbers ---- */

static void test_one_number_each(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0), name = profile(f, deal);
    const int64_t a = asked(f, deal, name, voucher_of(f, paid(f, deal, FEN)), 0);
    const int64_t b = asked(f, deal, name, voucher_of(f, paid(f, deal, FEN)), 0);
    struct invoice_key key = key_of(f, a);

    assert_refused(f, FIXTURE_DO(f, tx, invoice_issue(tx, &key, "123", "2026-05-01")),
                   INVOICE_NUMBER);
    assert_refused(f, FIXTURE_DO(f, tx, invoice_issue(tx, &key, number_of(1), "2027-05-01")),
                   INVOICE_DAY);
    assert_refused(f, FIXTURE_DO(f, tx, invoice_issue(tx, &key, number_of(1), "2026-02-30")),
                   INVOICE_DAY);
    assert_int_equal(issue(f, a, 1), 0);
    assert_refused(f, issue(f, a, 2), INVOICE_STEP);
    assert_refused(f, issue(f, b, 1), INVOICE_NUMBER_USED);
    assert_refused(f, void_it(f, a), INVOICE_STEP);
    key.version--;
    assert_refused(f, FIXTURE_DO(f, tx, invoice_red_want(tx, &key, "x")), VERSION_CHANGED);
    /* The one in red has a number of its own, too. */
    assert_refused(f, red(f, a, 1), INVOICE_NUMBER_USED);
    key = key_of(f, a);
    assert_refused(f, FIXTURE_DO(f, tx, invoice_issue(tx, &key, number_of(5), "2026-05-01")),
                   INVOICE_STEP);
    assert_int_equal(FIXTURE_DO(f, tx, invoice_red_drop(tx, &key, "不红冲了")), 0);
    assert_state(f, a, INVOICE_ISSUED);
    assert_int_equal(red(f, a, 3), 0);
    assert_state(f, a, INVOICE_RED);
    assert_refused(f, issue(f, b, 3), INVOICE_NUMBER_USED);
    deal_verify(f);
}

/* ---- the platform's list ---- */

static struct invoice_result result(int64_t row, const char *request, int n, int64_t fen)
{
    return (struct invoice_result){.row = row,
                                   .request = request,
                                   .number = n ? number_of(n) : "",
                                   .day = "2026-05-01",
                                   .amount_fen = fen,
                                   .buyer = "",
                                   .refused = n ? "" : "税号不存在"};
}

static int taken(struct fixture *f, const struct invoice_result *rows, size_t n,
                 struct invoice_taken *ret)
{
    return FIXTURE_DO(f, tx, invoice_results_take(tx, f->project, rows, n, ret));
}

static void test_a_list_twice(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0), name = profile(f, deal);
    const int64_t a = asked(f, deal, name, voucher_of(f, paid(f, deal, FEN)), 0);
    const int64_t b = asked(f, deal, name, voucher_of(f, paid(f, deal, FEN)), 0);
    struct invoice_result rows[] = {result(2, "KP000001", 1, FEN), result(3, "2", 0, 0)};
    struct invoice_taken t = {0};
    int64_t batch = 0;

    assert_int_equal(FIXTURE_DO(f, tx, invoice_export(tx, f->project, NULL, 0, &batch)), 0);
    assert_state(f, a, INVOICE_EXPORTED);
    assert_refused(f, FIXTURE_DO(f, tx, invoice_export(tx, f->project, NULL, 0, &batch)),
                   INVOICE_NOTHING);
    assert_int_equal(taken(f, rows, 2, &t), 0);
    assert_int_equal(t.issued, 1);
    assert_int_equal(t.refused, 1);
    assert_state(f, a, INVOICE_ISSUED);
    assert_state(f, b, INVOICE_REFUSED);
    assert_int_equal(taken(f, rows, 2, &t), 0); /* the same once more is nothing */
    assert_int_equal(t.known, 2);
    assert_int_equal(t.issued, 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM invoice_number"), 1);
    /* The one in red comes with an amount below nothing. */
    rows[0] = result(2, "KP000001", 7, -FEN);
    assert_refused(f, taken(f, rows, 1, &t), IMPORT_ROWS_WRONG);
    assert_int_equal(f->fault.items[0].code, FAULT_INVOICE_STEP);
    assert_int_equal(
        FIXTURE_DO(f, tx,
                   invoice_red_want(tx, &(struct invoice_key){a, key_of(f, a).version}, "更名")),
        0);
    assert_int_equal(taken(f, rows, 1, &t), 0);
    assert_int_equal(t.red, 1);
    assert_state(f, a, INVOICE_RED);
    deal_verify(f);
}

static void test_a_list_with_faults(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0), name = profile(f, deal);
    const int64_t a = asked(f, deal, name, voucher_of(f, paid(f, deal, FEN)), 0);
    static const enum fault_code faults[] = {FAULT_INVOICE_NUMBER_USED, FAULT_INVOICE_UNKNOWN,
                                             FAULT_INVOICE_AMOUNT,      FAULT_INVOICE_NUMBER,
                                             FAULT_INVOICE_DAY,         FAULT_INVOICE_OTHER_BUYER,
                                             FAULT_INVOICE_NUMBERED};
    struct invoice_result rows[8];
    struct invoice_taken t = {0};

    assert_int_equal(issue(f, a, 1), 0);
    for (int i = 0; i < 6; i++)
        asked(f, deal, name, voucher_of(f, paid(f, deal, FEN)), 0);
    rows[0] = result(2, "KP000002", 1, FEN);
    rows[1] = result(3, "KP000099", 3, FEN);
    rows[2] = result(4, "KP000003", 4, FEN + 1);
    rows[3] = result(5, "KP000004", 5, FEN);
    rows[3].number = "2644000000000000000x";
    rows[4] = result(6, "KP000005", 6, FEN);
    rows[4].day = "2099-01-01";
    rows[5] = result(7, "KP000006", 7, FEN);
    rows[5].buyer = "别人";
    rows[6] = result(8, "KP000001", 8, FEN);
    rows[7] = result(9, "KP000007", 9, FEN);
    rows[7].buyer = "王小明";
    assert_refused(f, taken(f, rows, 8, &t), IMPORT_ROWS_WRONG);
    assert_int_equal(f->fault.n_items, 7);
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(f->fault.items[i].row, i + 2);
        assert_int_equal(f->fault.items[i].code, faults[i]);
    }
    /* None of them is taken, the good one neither. */
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM invoice WHERE state = 'issued'"), 1);
    rows[0] = rows[7];
    assert_refused(f, taken(f, (struct invoice_result[]){rows[7], rows[0]}, 2, &t),
                   IMPORT_ROWS_WRONG);
    assert_int_equal(f->fault.items[0].code, FAULT_ROW_DUPLICATE);
    assert_int_equal(taken(f, rows, 1, &t), 0);
}

/* ---- what it holds ---- */

static int refund_asked(struct fixture *f, int64_t deal, int64_t fen, int64_t *ret_id)
{
    const struct refund_ask a = {.deal_id = deal,
                                 .lines = {{"deposit", fen}},
                                 .n_lines = 1,
                                 .reason = "多收",
                                 .bank = "Bank",
                                 .account = "6222021234567890"};

    return FIXTURE_DO(f, tx, refund_request(tx, &a, ret_id));
}

static void test_red_before_money_goes_back(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0), name = profile(f, deal);
    const struct receipt_key key = paid(f, deal, FEN);
    int64_t id = asked(f, deal, name, voucher_of(f, key), 0), refund = 0;

    /* Of what is on no invoice, some can go back. */
    paid(f, deal, FEN);
    assert_refused(f, refund_asked(f, deal, FEN + 1, &refund), INVOICE_WAITS);
    assert_int_equal(issue(f, id, 1), 0);
    assert_refused(f, refund_asked(f, deal, FEN + 1, &refund), INVOICE_STANDS);
    assert_refused(f, FIXTURE_DO(f, tx, receipt_void(tx, &key, "写错")), INVOICE_STANDS);
    assert_int_equal(db_run(f->db,
                            "INSERT INTO voucher (project_id, number, kind, day, shift_id, "
                            "customer_id, reverses_id, actor, at_ms) VALUES ($1, 999, 'void', "
                            "'2026-05-01', 1, $2, $3, 'a', 1)",
                            "iii", f->project, deal_buyers[0], voucher_of(f, key)),
                     -EINVAL);
    assert_int_equal(refund_asked(f, deal, FEN, &refund), 0);
    /* What is asked back can be on no invoice any more. */
    assert_refused(f, ask(f, deal, name, fixture_count(f, "SELECT MAX(id) FROM voucher"), FEN, &id),
                   INVOICE_BEYOND_DEAL);
    id = 1;
    assert_int_equal(refund_decide(f, refund, APPROVAL_APPROVED), 0);
    assert_int_equal(refund_paid(f, refund, FEN), 0);
    assert_int_equal(red(f, id, 2), 0);
    assert_int_equal(refund_asked(f, deal, FEN, &refund), 0);
    deal_verify(f);
}

static void test_red_before_a_change(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0), name = profile(f, deal);
    const int64_t id = asked(f, deal, name, voucher_of(f, paid(f, deal, FEN)), 0);
    const struct deal_change_ask cancel = {.deal_id = deal,
                                           .version = fixture_of(f,
                                                                 "SELECT version FROM deal WHERE "
                                                                 "id = $1",
                                                                 deal),
                                           .kind = DEAL_CHANGE_CANCEL,
                                           .reason = "不买了",
                                           .fault_side = "none",
                                           .refund_fen = FEN};
    int64_t change = 0, other = 0;

    assert_refused(f, FIXTURE_DO(f, tx, deal_change_ask(tx, &cancel, &change)), INVOICE_WAITS);
    assert_int_equal(issue(f, id, 1), 0);
    assert_refused(f, FIXTURE_DO(f, tx, deal_change_ask(tx, &cancel, &change)), INVOICE_STANDS);
    assert_int_equal(red(f, id, 2), 0);
    assert_int_equal(FIXTURE_DO(f, tx, deal_change_ask(tx, &cancel, &change)), 0);
    /* While the change is asked for there is no invoice of it. */
    assert_refused(f, ask(f, deal, name, 1, 0, &other), CHANGE_RUNNING);
}

/* ---- papers ---- */

static int swap_for(struct fixture *f, int64_t id, bool lost, const char *reason)
{
    const struct invoice_swap swap = {key_of(f, id), lost, reason};

    return FIXTURE_DO(f, tx, invoice_swap(tx, &swap));
}

static int leaf_keep(void *arg, const struct receipt_row *row)
{
    snprintf(arg, 16, "%s", row->state);
    return 0;
}

static const char *leaf(struct fixture *f, struct receipt_key key)
{
    static char text[16];

    assert_int_equal(FIXTURE_DO(f, tx, receipt_get(tx, &key, leaf_keep, text)), 0);
    return text;
}

static void test_an_invoice_for_a_receipt(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0), name = profile(f, deal);
    const struct receipt_key key = paid(f, deal, FEN), half = paid(f, deal, FEN);
    const int64_t id = asked(f, deal, name, voucher_of(f, key), 0);
    const int64_t part = asked(f, deal, name, voucher_of(f, half), FEN / 2);
    const struct receipt_swap again = {
        .key = key, .book_id = deal_books[0], .returned = true, .reason = "补开"};
    struct receipt_key next = {0};

    assert_refused(f, swap_for(f, id, false, NULL), INVOICE_STEP); /* not issued yet */
    assert_int_equal(issue(f, id, 1), 0);
    assert_int_equal(issue(f, part, 2), 0);
    assert_string_equal(leaf(f, key), "live");
    assert_refused(f, swap_for(f, id, true, ""), REASON_NEEDED);
    assert_refused(f, swap_for(f, part, false, NULL), INVOICE_PARTLY);
    assert_int_equal(swap_for(f, id, false, NULL), 0);
    assert_string_equal(leaf(f, key), "invoiced");
    assert_refused(f, swap_for(f, id, false, NULL), INVOICE_PAPERS);
    /* There are never two: another leaf comes when the invoice is no more. */
    assert_refused(f, FIXTURE_DO(f, tx, receipt_swap(tx, &again, &next)), INVOICE_PAPER);
    assert_int_equal(red(f, id, 3), 0);
    assert_string_equal(leaf(f, key), "invoiced");
    assert_int_equal(FIXTURE_DO(f, tx, receipt_swap(tx, &again, &next)), 0);
    assert_string_equal(leaf(f, next), "live");
    deal_verify(f);
}

/* ---- keys ---- */

static void test_sealed(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = deal_new(f, 'S', f->units[0], 0), name = profile(f, deal);
    struct invoice_profile bad = {
        .deal_id = deal, .customer_id = deal_buyers[0], .kind = "company", .name = "某公司"};
    struct invoice_clear clear;
    int64_t id = 0;

    assert_refused(f, FIXTURE_DO(f, tx, invoice_profile_add(tx, &bad, &id)), INVOICE_TAX_NO);
    bad.tax_no = "123";
    assert_refused(f, FIXTURE_DO(f, tx, invoice_profile_add(tx, &bad, &id)), INVOICE_TAX_NO);
    bad.tax_no = "91310000MA1FL0XX0X";
    bad.account = "6222 0212 3456";
    assert_refused(f, FIXTURE_DO(f, tx, invoice_profile_add(tx, &bad, &id)), INVOICE_ACCOUNT);
    bad.bank = "银行";
    bad.customer_id = deal_buyers[3];
    assert_refused(f, FIXTURE_DO(f, tx, invoice_profile_add(tx, &bad, &id)), INVOICE_BUYER);
    bad.customer_id = deal_buyers[0];
    assert_int_equal(FIXTURE_DO(f, tx, invoice_profile_add(tx, &bad, &id)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, invoice_clear_read(tx, id, &clear)), 0);
    assert_string_equal(clear.account, "622202123456");
    assert_int_equal(FIXTURE_DO(f, tx, invoice_clear_read(tx, name, &clear)), 0);
    assert_string_equal(clear.tax_no, "11010519491231002X");
    assert_int_equal(seal_ring_add(&f->seal, (const uint8_t[SEAL_KEY]){7}), 0);
    assert_int_equal(invoice_reseal(f->db, &f->seal), 3);
    assert_int_equal(FIXTURE_DO(f, tx, invoice_clear_read(tx, name, &clear)), 0);
    assert_string_equal(clear.tax_no, "11010519491231002X");
    /* What an invoice is on stays. */
    asked(f, deal, name, voucher_of(f, paid(f, deal, FEN)), 0);
    assert_int_equal(
        db_run(f->db, "UPDATE invoice_profile SET name = 'x' WHERE id = $1", "i", name), -EINVAL);
    assert_int_equal(FIXTURE_DO(f, tx, invoice_profile_end(tx, deal, name)), 0);
    assert_refused(f, ask(f, deal, name, 1, 0, &id), INVOICE_PROFILE_ENDED);
}

/* ---- whatever happens ---- */

enum { RECEIPTS = 12 };

struct walk {
    struct fixture *f;
    int64_t deal, name;
    struct receipt_key keys[RECEIPTS];
    int n, numbers;
    uint64_t seed;
};

static unsigned roll(struct walk *w, unsigned n)
{
    w->seed = w->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(w->seed >> 33) % n;
}

/* One thing that people do, whether it is allowed or not. */
static void walk_step(struct walk *w)
{
    struct fixture *f = w->f;
    const int64_t most = fixture_count(f, "SELECT COALESCE(MAX(id), 0) FROM invoice");
    const int64_t id = most ? 1 + roll(w, (unsigned)most) : 0;
    struct receipt_key some = w->keys[w->n ? roll(w, (unsigned)w->n) : 0];
    const struct receipt_swap again = {
        .key = some, .book_id = deal_books[0], .returned = true, .reason = "换"};
    struct receipt_key next = some;
    int64_t other = 0;

    switch (roll(w, 9)) {
    case 0:
        if (w->n < RECEIPTS)
            w->keys[w->n++] = paid(f, w->deal, FEN);
        break;
    case 1:
    case 2:
        if (w->n)
            ask(f, w->deal, w->name, voucher_of(f, some), roll(w, 2) ? 0 : FEN / 2, &other);
        break;
    case 3:
        if (id)
            issue(f, id, ++w->numbers);
        break;
    case 4:
        if (id && roll(w, 2))
            red(f, id, ++w->numbers);
        break;
    case 5:
        if (id)
            void_it(f, id);
        break;
    case 6:
        if (id)
            swap_for(f, id, roll(w, 2), "遗失");
        break;
    case 7:
        if (w->n && FIXTURE_DO(f, tx, receipt_swap(tx, &again, &next)) == 0)
            for (int i = 0; i < w->n; i++)
                if (w->keys[i].no == some.no)
                    w->keys[i] = next;
        break;
    default:
        if (w->n && roll(w, 3) == 0)
            FIXTURE_DO(f, tx, receipt_void(tx, &some, "写错"));
        if (refund_asked(f, w->deal, FEN / 2, &other) == 0)
            refund_decide(f, other, APPROVAL_REJECTED);
    }
}

/* Invoices are of no more than came in, and no payment has two papers that count. */
static void test_any_walk(void **state)
{
    struct walk w = {.f = *state, .seed = 20260501};

    w.deal = deal_new(w.f, 'S', w.f->units[0], 0);
    w.name = profile(w.f, w.deal);
    for (int i = 0; i < fixture_rounds(300, 5000); i++) {
        struct invoice_sums sums = {0};

        walk_step(&w);
        assert_int_equal(FIXTURE_DO(w.f, tx, invoice_deal_sums(tx, w.deal, &sums)), 0);
        assert_true(sums.invoiced_fen <= sums.received_fen);
        assert_int_equal(
            fixture_count(w.f,
                          "SELECT COUNT(*) FROM invoice_paper y JOIN invoice i ON i.id = "
                          "y.invoice_id JOIN receipt q ON q.book_id = y.book_id AND q.no = y.no "
                          "JOIN receipt n ON n.voucher_id = q.voucher_id AND (n.book_id, n.no) <> "
                          "(q.book_id, q.no) AND NOT EXISTS (SELECT 1 FROM receipt z WHERE "
                          "z.from_book_id = n.book_id AND z.from_no = n.no) WHERE i.state IN "
                          "('issued', 'red_wanted')"),
            0);
    }
    assert_true(fixture_count(w.f, "SELECT COUNT(*) FROM invoice WHERE state = 'red'") > 0);
    assert_true(fixture_count(w.f, "SELECT COUNT(*) FROM invoice_paper") > 0);
    deal_verify(w.f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_steps_are_those_of_the_schema),
        CASE(test_what_it_says),
        CASE(test_no_more_than_there_is),
        CASE(test_one_number_each),
        CASE(test_a_list_twice),
        CASE(test_a_list_with_faults),
        CASE(test_red_before_money_goes_back),
        CASE(test_red_before_a_change),
        CASE(test_an_invoice_for_a_receipt),
        CASE(test_sealed),
        CASE(test_any_walk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
