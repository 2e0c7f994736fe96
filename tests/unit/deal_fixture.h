/* deal_fixture.h - the fixture on sale: all units released and published, three people, six buyers
 * with documents, one payment plan; and a deal's steps in one line each. */
#ifndef ANCHANG_TESTS_DEAL_FIXTURE_H
#define ANCHANG_TESTS_DEAL_FIXTURE_H

#include "act_fixture.h"

#include "db/attachment.h"
#include "db/contract.h"
#include "db/customer.h"
#include "db/day.h"
#include "db/deal.h"
#include "db/fund.h"
#include "db/receipt.h"
#include "db/receivable.h"
#include "db/verify.h"

enum { BUYERS = 6, DEPOSIT = 5000000, CASHIERS = 3 };

/* Resident's numbers with right check digits. */
static const char *const deal_documents[BUYERS] = {"11010519491231002X", "110105194912310038",
                                                   "110105194912310054", "110105194912310070",
                                                   "110105194912310097", "110105194912310118"};
static int64_t deal_buyers[BUYERS], deal_plan;
static int64_t deal_account, deal_books[CASHIERS]; /* of the permit; of users 1 to 3 */

static inline int64_t buyer_make(struct fixture *f, size_t i, const char *document)
{
    char phone[16];
    const struct customer_new c = {.source_id = 3,
                                   .kind = "person",
                                   .name = "王小明",
                                   .notice = "2026-01",
                                   .phones = {phone},
                                   .n_phones = 1,
                                   .document_kind = "id_card",
                                   .document = document};
    int64_t id = 0;

    snprintf(phone, sizeof(phone), "1381234%04d", (int)i);
    assert_int_equal(FIXTURE_DO(f, tx, customer_create(tx, &c, &id)), 0);
    return id;
}

/* What money needs: everything goes to the permit's account, each user has a shift and a book. */
static inline void deal_till(struct fixture *f)
{
    int64_t bank = 0;

    assert_int_equal(
        db_get(f->db, &bank, "INSERT INTO bank (name) VALUES ('Bank') RETURNING id", ""), 1);
    assert_int_equal(db_get(f->db, &deal_account,
                            "INSERT INTO bank_account (project_id, bank_id, kind, holder, number, "
                            "permit_id) VALUES ($1, $2, 'escrow', 'Test Ltd', '6222', $3) "
                            "RETURNING id",
                            "iii", f->project, bank, f->permit),
                     1);
    for (enum fund fund = 0; fund < FUND_COUNT; fund++)
        assert_int_equal(db_run(f->db,
                                "INSERT INTO account_rule (project_id, fund, account_id) VALUES "
                                "($1, $2, $3)",
                                "iti", f->project, funds[fund].code, deal_account),
                         1);
    for (int64_t user = 1; user <= CASHIERS; user++) {
        assert_int_equal(
            db_run(f->db, "INSERT INTO shift (user_id, opened_ms, float_fen) VALUES ($1, 1, 0)",
                   "i", user),
            1);
        assert_int_equal(db_get(f->db, &deal_books[user - 1],
                                "INSERT INTO receipt_book (project_id, kind, source, prefix, "
                                "first_no, last_no, state, holder_id, out_ms, made_ms) VALUES ($1, "
                                "'receipt', 'system', 'T' || $2, 1, 10000, 'out', $2, 1, 1) "
                                "RETURNING id",
                                "ii", f->project, user),
                         1);
    }
}

static inline void deal_people(struct fixture *f)
{
    assert_int_equal(
        db_script(f->db,
                  "INSERT INTO user_account (id, login, name, password_hash, created_ms) VALUES "
                  "(1, 'tester', '李雷', 'h', 1), (2, 'second', '韩梅', 'h', 1), (3, 'boss', "
                  "'王总', 'h', 1);"),
        0);
    for (size_t i = 0; i < BUYERS; i++)
        deal_buyers[i] = buyer_make(f, i, deal_documents[i]);
    assert_int_equal(db_get(f->db, &deal_plan,
                            "INSERT INTO payment_plan (project_id, name, kind) VALUES ($1, "
                            "'按揭', 'commercial') RETURNING id",
                            "i", f->project),
                     1);
    deal_till(f);
}

static inline int deal_setup(void **state)
{
    int r = setup(state);

    fixture_release(*state);
    fixture_publish(*state);
    deal_people(*state);
    ((struct fixture *)*state)->now_ms += FIXTURE_MINUTE; /* what is published was so before */
    return r;
}

/* A line of the terms under way. */
static inline int terms_line(struct db *db, int64_t terms, int64_t ordinal, const char *fund,
                             int64_t fen, const char *due, int64_t days)
{
    const int64_t loan = strcmp(fund, "bank_loan") == 0;

    return db_run(db,
                  "INSERT INTO terms_line (terms_id, ordinal, fund, amount_fen, loan, due, "
                  "due_days, due_node) VALUES ($1, $2, $3, $4, $5, $6, $7, '')",
                  "iitiiti", terms, ordinal, fund, fen, loan, due, days);
}

/* ---- what goes with a home ---- */

enum { PARKING = 12000000 };

/* A parking space below, not released: not sold alone, bound to @home. */
static inline int64_t parking_bound(struct fixture *f, int64_t home, bool merged)
{
    struct attachment_change change = {.version = 1, .home_id = home, .merged = merged};
    char room[16];

    snprintf(room, sizeof(room), "B-%d",
             (int)fixture_count(f, "SELECT COUNT(*) FROM unit_attachment"));
    assert_int_equal(db_get(f->db, &change.unit_id,
                            "INSERT INTO unit (project_id, building_id, stair_id, floor_id, room, "
                            "line, class, total_fen, attached_only, changed_ms) VALUES ($1, $2, "
                            "$3, $4, $5, $5, 'parking', $6, 1, $7) RETURNING id",
                            "iiiitii", f->project, f->building, f->stair, f->floors[0], room,
                            (int64_t)PARKING, f->now_ms),
                     1);
    assert_int_equal(db_run(f->db,
                            "INSERT INTO unit_history (unit_id, axis, from_state, to_state, event, "
                            "actor, unit_version, at_ms) VALUES ($1, 'state', '', 'U', 'generate', "
                            "'tester', 1, $2)",
                            "ii", change.unit_id, f->now_ms),
                     1);
    assert_int_equal(db_run(f->db, "INSERT INTO permit_unit (unit_id, permit_id) VALUES ($1, $2)",
                            "ii", change.unit_id, f->permit),
                     1);
    assert_int_equal(FIXTURE_DO(f, tx, attachment_set(tx, &change)), 0);
    return change.unit_id;
}

/* What is merged into a contract for @unit. */
static inline int attached_merged(struct db *db, int64_t unit, int64_t *ret_fen)
{
    return db_get(db, ret_fen,
                  "SELECT COALESCE(SUM(u.total_fen), 0) FROM unit_attachment a JOIN unit u ON "
                  "u.id = a.unit_id WHERE a.home_id = $1 AND a.merged = 1 AND u.attached_only = 1",
                  "i", unit);
}

/* What goes along; what is apart of the total is a line of the schedule, if there is one. */
static inline int terms_attach(struct db *db, int64_t terms, int64_t unit, bool planned)
{
    int r = db_run(db,
                   "INSERT INTO terms_attached (terms_id, unit_id, merged, price_fen) SELECT $1, "
                   "a.unit_id, a.merged, u.total_fen FROM unit_attachment a JOIN unit u ON "
                   "u.id = a.unit_id WHERE a.home_id = $2 AND u.attached_only = 1",
                   "ii", terms, unit);

    if (r >= 0 && planned)
        r = db_run(db,
                   "INSERT INTO terms_line (terms_id, ordinal, fund, amount_fen, loan, due, "
                   "due_days, due_node) SELECT terms_id, 10 + unit_id, 'attached', price_fen, 0, "
                   "'signed', 0, '' FROM terms_attached WHERE terms_id = $1 AND merged = 0",
                   "i", terms);
    return r;
}

/* Granted terms at the list price, less @off_fen: deposit at the subscription, a third a week after
 * the contract, the loan 30 days after the filing. @planned false: a booking's, without a plan. In
 * the open transaction of @db. */
static inline int terms_insert(struct db *db, int64_t now_ms, int64_t unit, int64_t customer,
                               bool planned, int64_t off_fen, int64_t *ret_id)
{
    const int64_t down = 33333300;
    int64_t attached = 0, total = 0, loan = 0;
    int r = attached_merged(db, unit, &attached);

    total = FIXTURE_TOTAL + attached - off_fen;
    loan = planned ? total - DEPOSIT - down : 0;
    if (r >= 0)
        r = db_run(db,
                   "INSERT INTO unit_price (unit_id, total_fen, reason, actor, at_ms) SELECT $1, "
                   "$2, 'test', 'tester', $3 WHERE NOT EXISTS (SELECT 1 FROM unit_price WHERE "
                   "unit_id = $1)",
                   "iii", unit, FIXTURE_TOTAL, now_ms);

    if (r >= 0)
        r = db_get(db, ret_id,
                   "INSERT INTO terms (project_id, unit_id, customer_id, unit_price_id, "
                   "price_basis, area, list_fen, total_fen, plan_id, plan_name, plan_kind, "
                   "deposit_fen, loan_fen, valid_until_ms, user_id, made_ms, attached_fen) SELECT "
                   "u.project_id, u.id, $2, (SELECT MAX(id) FROM unit_price WHERE unit_id = u.id), "
                   "'gross', 8937, $3, $4, $5, $6, $7, $8, $9, $10, 1, $11, $12 FROM unit u WHERE "
                   "u.id = $1 RETURNING id",
                   "iiiiottiiiii", unit, customer, FIXTURE_TOTAL + attached, total,
                   planned ? &deal_plan : NULL, planned ? "按揭" : "", planned ? "commercial" : "",
                   planned ? (int64_t)DEPOSIT : (int64_t)0, loan, now_ms + 3 * FIXTURE_DAY, now_ms,
                   attached);
    if (r >= 0)
        r = terms_attach(db, *ret_id, unit, planned);
    if (r >= 0 && planned)
        r = terms_line(db, *ret_id, 1, "deposit", DEPOSIT, "subscribed", 0);
    if (r >= 0 && planned)
        r = terms_line(db, *ret_id, 2, "down_payment", down, "signed", 7);
    if (r >= 0 && planned)
        r = terms_line(db, *ret_id, 3, "bank_loan", loan, "filed", 30);
    if (r >= 0)
        r = db_run(db, "UPDATE terms SET state = 'granted', hash = zeroblob(32) WHERE id = $1", "i",
                   *ret_id);
    return r < 0 ? r : 0;
}

static inline int64_t terms_make(struct fixture *f, int64_t unit, int64_t customer, bool planned,
                                 int64_t off_fen)
{
    int64_t id = 0;

    assert_int_equal(
        FIXTURE_DO(f, tx, terms_insert(tx->db, f->now_ms, unit, customer, planned, off_fen, &id)),
        0);
    return id;
}

#define DEAL_SHOWN "sale-rules model-contract presale-rules permit"

/* What a deal of buyer @i on @unit asks for, with terms of its own. */
static inline struct deal_open deal_asked(struct fixture *f, char stage, int64_t unit, size_t i)
{
    return (struct deal_open){.stage = stage,
                              .unit_id = unit,
                              .unit_version = fixture_version(f, unit),
                              .terms_id = terms_make(f, unit, deal_buyers[i], stage != 'B', 0),
                              .buyers = {{deal_buyers[i], 10000}},
                              .n_buyers = 1,
                              .document = stage == 'C' ? "HT-1" : NULL,
                              .shown = stage == 'C' ? DEAL_SHOWN : NULL,
                              .document_again = deal_documents[i]};
}

/* The deal, which must come about. */
static inline int64_t deal_of(struct fixture *f, const struct deal_open *open)
{
    int64_t id = 0;
    int r = FIXTURE_DO(f, tx, deal_open(tx, open, &id));

    if (r != 0)
        fail_msg("deal: %d %s", r, f->fault.set ? fault_code_text(f->fault.code) : "");
    return id;
}

static inline int64_t deal_new(struct fixture *f, char stage, int64_t unit, size_t i)
{
    const struct deal_open open = deal_asked(f, stage, unit, i);

    return deal_of(f, &open);
}

static inline int64_t deal_version(struct fixture *f, int64_t deal)
{
    return fixture_of(f, "SELECT version FROM deal WHERE id = $1", deal);
}

static inline int deal_goes(struct fixture *f, int64_t deal, char stage, int64_t terms, size_t i,
                            const char *document)
{
    const struct deal_advance to = {.deal_id = deal,
                                    .version = deal_version(f, deal),
                                    .stage = stage,
                                    .terms_id = terms,
                                    .document = document,
                                    .document_again = deal_documents[i],
                                    .shown = stage == 'C' ? DEAL_SHOWN : NULL};

    return FIXTURE_DO(f, tx, deal_advance(tx, &to));
}

/* In cash, to who acts. */
static inline int deal_pays(struct fixture *f, int64_t deal, const char *fund, int64_t fen)
{
    const struct payment payment = {.deal_id = deal,
                                    .book_id = deal_books[f->as->id - 1],
                                    .lines = {{fund, fen}},
                                    .n_lines = 1,
                                    .tenders = {{.tender = "cash", .amount_fen = fen}},
                                    .n_tenders = 1};
    struct receipt_key key;

    return FIXTURE_DO(f, tx, receipt_take(tx, &payment, &key));
}

static inline int deal_pay(struct fixture *f, int64_t deal, int64_t fen)
{
    return deal_pays(f, deal, "deposit", fen);
}

/* The last receipt of the deal that stands is taken back; @ret_fen: what it was. */
static inline int deal_pay_back(struct fixture *f, int64_t deal, int64_t *ret_fen)
{
    struct receipt_key key = {0, 0};
    struct stmt *s;

    assert_int_equal(db_query(f->db, &s,
                              "SELECT v.book_id, v.receipt_no, (SELECT SUM(t.amount_fen) FROM "
                              "voucher_tender t WHERE t.voucher_id = v.id) FROM voucher v WHERE "
                              "v.deal_id = $1 AND v.kind = 'receipt' AND NOT EXISTS (SELECT 1 "
                              "FROM voucher x WHERE x.reverses_id = v.id) ORDER BY v.id DESC",
                              "i", deal),
                     0);
    if (stmt_step(s) == 1) {
        key = (struct receipt_key){stmt_int(s, 0), stmt_int(s, 1)};
        *ret_fen = stmt_int(s, 2);
    }
    stmt_reset(s);
    return FIXTURE_DO(f, tx, receipt_void(tx, &key, "test"));
}

/* The live contract's review and its sheet, as people leave them. */
static inline void contract_completed(struct fixture *f, int64_t deal)
{
    static const char *const signs =
        "INSERT INTO contract_sign (document_id, ordinal, user_id, at_ms) "
        "SELECT id, $2, user_id, 1 FROM deal_document WHERE deal_id = $1 AND kind = 'contract' "
        "AND state = 'live' ON CONFLICT DO NOTHING";
    size_t checks, signers;
    const struct contract_item_info *items = contract_items(CONTRACT_CHECKS, &checks);

    contract_items(CONTRACT_SIGNERS, &signers);
    for (size_t i = 0; i < checks; i++)
        assert_true(db_run(f->db,
                           "INSERT INTO contract_check (document_id, item, ok, user_id, at_ms) "
                           "SELECT id, $2, 1, user_id, 1 FROM deal_document WHERE deal_id = $1 "
                           "AND kind = 'contract' AND state = 'live' ON CONFLICT DO NOTHING",
                           "it", deal, items[i].code) >= 0);
    for (size_t i = 1; i <= signers; i++)
        assert_true(db_run(f->db, signs, "ii", deal, (int64_t)i) >= 0);
}

static inline int deal_filed(struct fixture *f, int64_t deal, const char *number)
{
    char today[DAY_TEXT];

    contract_completed(f, deal);
    day_of(f->now_ms, today);
    return FIXTURE_DO(f, tx, deal_file(tx, deal, deal_version(f, deal), number, today));
}

static inline int deal_voided(struct fixture *f, int64_t deal)
{
    return FIXTURE_DO(f, tx, deal_void(tx, deal, deal_version(f, deal), "mistake"));
}

static inline int deals_due(struct fixture *f, int64_t *ret_next)
{
    return FIXTURE_DO(f, tx, deal_expire_due(tx, ret_next));
}

static inline char deal_stage(struct fixture *f, int64_t deal)
{
    struct stmt *s;
    char stage;

    assert_int_equal(db_query(f->db, &s, "SELECT stage FROM deal WHERE id = $1", "i", deal), 0);
    assert_int_equal(stmt_step(s), 1);
    stage = stmt_text(s, 0)[0];
    stmt_reset(s);
    return stage;
}

static inline void deal_violated(void *arg, const char *invariant, const char *what)
{
    (void)arg;
    print_error("%s: %s\n", invariant, what);
}

/* Nothing of I1 to I10 that a query can see is broken. The fixture's publication has no content. */
static inline void deal_verify(struct fixture *f)
{
    int64_t n = 0;

    assert_int_equal(verify_queries(f->db, deal_violated, NULL, &n), 0);
    assert_int_equal(n, 0);
}

#endif
