/* test_contract.c - what is shown before a contract, its review, the countersign sheet in its
 * order, and where the paper is. */
#include "deal_rows.h"

#include "db/contract.h"

enum { DEAL = 4, DOCUMENT = 6 };

static void contract_rows(struct fixture *f)
{
    deal_rows(f, "commercial");
    script(f,
           "INSERT INTO deal_document (id, deal_id, kind, project_id, number, terms_id, user_id, "
           "made_ms) VALUES (6, 4, 'contract', 1, 1, 9, 7, 1);"
           "INSERT INTO user_account (id, login, name, password_hash, created_ms) VALUES "
           "(11, 'a11', '甲', 'x', 1), (12, 'a12', '乙', 'x', 1), (13, 'a13', '丙', 'x', 1), "
           "(14, 'a14', '丁', 'x', 1), (15, 'a15', '戊', 'x', 1)");
}

static int check_all(struct fixture *f)
{
    size_t n;
    const struct contract_item_info *items = contract_items(CONTRACT_CHECKS, &n);
    int r = 0;

    for (size_t i = 0; r == 0 && i < n; i++)
        r = FIXTURE_DO(f, tx, contract_check(tx, DEAL, items[i].code, true, NULL));
    return r;
}

static int sign_as(struct fixture *f, int64_t user_id, const char *signer)
{
    struct actor actor = f->actor;
    int r;

    actor.id = user_id;
    f->as = &actor;
    r = FIXTURE_DO(f, tx, contract_sign(tx, DEAL, signer, NULL));
    f->as = &f->actor;
    return r;
}

/* SF-34: a pre-sale shows two more than a sale of what is built. */
static void test_showings(void **state)
{
    struct fixture *f = *state;

    contract_rows(f);
    assert_refused(f, FIXTURE_DO(f, tx, contract_shown(tx, DEAL, NULL)), SHOWING_MISSING);
    assert_int_equal(f->fault.n_items, 4);
    assert_refused(f, FIXTURE_DO(f, tx, contract_show(tx, DEAL, "nonsense")), FIELD_CHOICE);
    assert_int_equal(FIXTURE_DO(f, tx, contract_show(tx, DEAL, "sale-rules")), 0);
    assert_int_equal(FIXTURE_DO(f, tx, contract_show(tx, DEAL, "sale-rules")), 0); /* again */
    assert_refused(f, FIXTURE_DO(f, tx, contract_shown(tx, DEAL, "model-contract x")),
                   FIELD_CHOICE);
    assert_refused(f, FIXTURE_DO(f, tx, contract_shown(tx, DEAL, "model-contract")),
                   SHOWING_MISSING);
    assert_int_equal(f->fault.n_items, 2); /* and what a refused step noted is not kept */
    assert_int_equal(FIXTURE_DO(f, tx, contract_show(tx, DEAL, "model-contract")), 0);
    script(f, "UPDATE project SET sale_type = 'completed'");
    assert_int_equal(FIXTURE_DO(f, tx, contract_shown(tx, DEAL, NULL)), 0);
    f->as = &f->outsider;
    assert_refused(f, FIXTURE_DO(f, tx, contract_show(tx, DEAL, "permit")), NOT_FOUND);
}

/* SF-36: every line is ticked, or it is neither signed nor filed. */
static void test_review(void **state)
{
    struct fixture *f = *state;

    deal_rows(f, "commercial");
    assert_refused(f, FIXTURE_DO(f, tx, contract_check(tx, DEAL, "text", true, NULL)),
                   CONTRACT_NONE);
    script(f,
           "INSERT INTO deal_document (id, deal_id, kind, project_id, number, terms_id, user_id, "
           "made_ms) VALUES (6, 4, 'contract', 1, 1, 9, 7, 1);"
           "INSERT INTO user_account (id, login, name, password_hash, created_ms) VALUES "
           "(1, 'tester', '测试', 'x', 1)");
    assert_refused(f, FIXTURE_DO(f, tx, contract_need_complete(tx, DEAL)), CONTRACT_UNREVIEWED);
    assert_refused(f, sign_as(f, 1, "consultant"), CONTRACT_UNREVIEWED);
    assert_int_equal(check_all(f), 0);
    assert_refused(f, FIXTURE_DO(f, tx, contract_check(tx, DEAL, "area", false, "")),
                   REASON_NEEDED);
    assert_int_equal(FIXTURE_DO(f, tx, contract_check(tx, DEAL, "area", false, "与测绘不符")), 0);
    assert_refused(f, sign_as(f, 1, "consultant"), CONTRACT_UNREVIEWED);
    assert_int_equal(f->fault.n_items, 1);
    assert_int_equal(FIXTURE_DO(f, tx, contract_check(tx, DEAL, "area", true, NULL)), 0);
    assert_int_equal(sign_as(f, 1, "consultant"), 0);
    assert_refused(f, FIXTURE_DO(f, tx, contract_check(tx, DEAL, "area", false, "晚了")),
                   CONTRACT_SIGNED);
}

/* SF-37: in a fixed order; nobody signs two lines but the buyer's. */
static void test_countersigning(void **state)
{
    struct fixture *f = *state;
    struct actor poor = f->actor;

    contract_rows(f);
    script(f, "INSERT INTO user_account (id, login, name, password_hash, created_ms) VALUES "
              "(1, 'tester', '测试', 'x', 1)");
    assert_int_equal(check_all(f), 0);
    assert_refused(f, sign_as(f, 11, "buyer"), SIGNER_NOT_NEXT);
    assert_int_equal(sign_as(f, 11, "consultant"), 0);
    assert_int_equal(sign_as(f, 11, "buyer"), 0);
    assert_refused(f, sign_as(f, 11, "lawyer"), SIGNED_ALREADY);
    assert_int_equal(sign_as(f, 12, "lawyer"), 0);
    poor.rights = RIGHT_BIT(RIGHT_CONTRACT_SIGN) | RIGHT_BIT(RIGHT_DEAL_ALL);
    poor.id = 13;
    f->as = &poor;
    assert_refused(f, FIXTURE_DO(f, tx, contract_sign(tx, DEAL, "controller", NULL)), DENIED);
    f->as = &f->actor;
    assert_int_equal(sign_as(f, 13, "controller"), 0);
    assert_int_equal(sign_as(f, 14, "service"), 0);
    assert_refused(f, FIXTURE_DO(f, tx, contract_need_complete(tx, DEAL)), CONTRACT_UNSIGNED);
    assert_int_equal(f->fault.n_items, 1);
    assert_int_equal(sign_as(f, 15, "manager"), 0);
    assert_int_equal(FIXTURE_DO(f, tx, contract_need_complete(tx, DEAL)), 0);
    assert_refused(f, sign_as(f, 12, "manager"), SIGNER_NOT_NEXT);
}

static int place_first(void *arg, const struct contract_place *place)
{
    char *holder = arg;

    if (!holder[0])
        snprintf(holder, 64, "%s", place->holder);
    return 0;
}

static void test_where_the_paper_is(void **state)
{
    struct fixture *f = *state;
    char holder[64] = "";

    contract_rows(f);
    assert_int_equal(FIXTURE_DO(f, tx, contract_hand(tx, DOCUMENT, "销控", 7, NULL)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, contract_hand(tx, DOCUMENT, "建设银行", 0, "抵押")), 0);
    assert_refused(f, FIXTURE_DO(f, tx, contract_hand(tx, DOCUMENT, "谁", 999, NULL)), NOT_FOUND);
    assert_int_equal(FIXTURE_DO(f, tx, contract_place_each(tx, DOCUMENT, place_first, holder)), 0);
    assert_string_equal(holder, "建设银行");
    f->as = &f->outsider;
    assert_refused(f, FIXTURE_DO(f, tx, contract_hand(tx, DOCUMENT, "x", 0, NULL)), NOT_FOUND);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_showings),
        CASE(test_review),
        CASE(test_countersigning),
        CASE(test_where_the_paper_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
