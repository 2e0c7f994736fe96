/* test_card.c - cards: issued in one step, dead at once when lost, one live card a code, and no
 * number of a person on any (MB-01, MB-03, MB-16). */
#include "db/card.h"
#include "db/customer.h"
#include "db/member.h"
#include "db/verify.h"
#include "fixture.h"

static int64_t make(struct fixture *f, const char *kind, const char *phone)
{
    const struct customer_new c = {.source_id = 3,
                                   .kind = kind,
                                   .name = "张三",
                                   .notice = "2026-01",
                                   .phones = {phone},
                                   .n_phones = 1};
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, customer_create(tx, &c, &id)), 0);
    return id;
}

static int issue(struct fixture *f, int64_t customer, const char *code, const char *number,
                 int64_t *ret_id)
{
    const struct card_new card = {code, number, "2026-01"};

    return FIXTURE_DO(f, tx, card_issue(tx, customer, &card, ret_id));
}

struct seen {
    int64_t id, member_id, replaced_by;
    char state[16], shown[CARD_SHOWN], terms[64];
    size_t n;
};

static int see(void *arg, const struct card_row *row)
{
    struct seen *seen = arg;

    seen->id = row->id;
    seen->member_id = row->member_id;
    seen->replaced_by = row->replaced_by;
    snprintf(seen->state, sizeof(seen->state), "%s", row->state);
    snprintf(seen->shown, sizeof(seen->shown), "%s", row->shown);
    snprintf(seen->terms, sizeof(seen->terms), "%s", row->terms);
    seen->n++;
    return 0;
}

static struct seen find(struct fixture *f, const char *code)
{
    struct seen seen = {.n = 0};

    assert_true(FIXTURE_DO(f, tx, card_find(tx, code, see, &seen)) >= 0);
    return seen;
}

static void test_issued_in_one_step(void **state)
{
    struct fixture *f = *state;
    const int64_t customer = make(f, "person", "13812341234");
    struct seen seen, by_number = {.n = 0};
    int64_t card = 0, second = 0;

    assert_int_equal(issue(f, customer, "u:04A1B2C3", "vip-0001", &card), 0);
    seen = find(f, "u:04A1B2C3");
    assert_int_equal(seen.id, card);
    assert_string_equal(seen.state, "issued");
    assert_string_equal(seen.terms, "2026-01"); /* which were shown */
    assert_string_equal(seen.shown, "****0001");
    assert_int_equal(fixture_count(f, "SELECT customer_id FROM member"), customer);
    assert_int_equal(FIXTURE_DO(f, tx, card_find_number(tx, "VIP-0001", see, &by_number)), 1);
    assert_int_equal(by_number.id, card);
    /* A second card of the same member. */
    assert_int_equal(issue(f, customer, "n:88001234", NULL, &second), 0);
    assert_int_equal(find(f, "n:88001234").member_id, seen.member_id);
    assert_string_equal(find(f, "n:88001234").shown, "****1234");
    by_number.n = 0;
    assert_int_equal(FIXTURE_DO(f, tx, card_find_number(tx, "88001234", see, &by_number)), 1);
    assert_int_equal(by_number.id, second);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM member"), 1);
    assert_int_equal(find(f, "u:04A1B2C4").n, 0);
    assert_refused(f, issue(f, make(f, "company", "13900000000"), "n:1", NULL, &second),
                   MEMBER_COMPANY);
    assert_refused(f, issue(f, 99, "n:1", NULL, &second), NOT_FOUND);
}

static void test_one_live_card_a_code(void **state)
{
    struct fixture *f = *state;
    const int64_t a = make(f, "person", "13812341234"), b = make(f, "person", "13812341235");
    int64_t card = 0, other = 0;

    assert_int_equal(issue(f, a, "n:88001234", "A-1", &card), 0);
    assert_refused(f, issue(f, b, "n:88001234", NULL, &other), CARD_TAKEN);
    assert_refused(f, issue(f, b, "N:８８００１２３４", NULL, &other), CARD_TAKEN);
    assert_refused(f, issue(f, b, "n:88001235", "a-1", &other), CARD_TAKEN);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM member"), 1); /* nothing half-done */
    assert_int_equal(FIXTURE_DO(f, tx, card_lose(tx, card, "遗失")), 0);
    assert_refused(f, issue(f, b, "n:88001234", NULL, &other), CARD_TAKEN); /* not handed in yet */
    assert_int_equal(FIXTURE_DO(f, tx, card_return(tx, card, "找回退卡")), 0);
    assert_int_equal(issue(f, b, "n:88001234", "A-1", &other), 0);
    assert_int_equal(find(f, "n:88001234").id, other);
}

static void test_lost_replaced_returned(void **state)
{
    struct fixture *f = *state;
    const struct card_new next = {.code = "u:04A1B2C4"};
    const int64_t customer = make(f, "person", "13812341234");
    struct member_secret secret;
    int64_t card = 0, second = 0, third = 0;

    assert_int_equal(issue(f, customer, "u:04A1B2C3", NULL, &card), 0);
    assert_int_equal(member_secret_find(f->db, "u:04A1B2C3", &secret), 1);
    assert_refused(f, FIXTURE_DO(f, tx, card_lose(tx, card, "")), REASON_NEEDED);
    assert_int_equal(FIXTURE_DO(f, tx, card_lose(tx, card, "遗失")), 0);
    assert_true(fixture_changed(f, CHANGE_MEMBER, secret.member_id));
    assert_int_equal(member_secret_find(f->db, "u:04A1B2C3", &secret), 0); /* dead at once */
    assert_string_equal(find(f, "u:04A1B2C3").state, "lost");
    assert_refused(f, FIXTURE_DO(f, tx, card_lose(tx, card, "遗失")), CARD_STATE);
    assert_int_equal(FIXTURE_DO(f, tx, card_replace(tx, card, &next, "补卡", &second)), 0);
    assert_string_equal(find(f, "u:04A1B2C3").state, "replaced");
    assert_int_equal(find(f, "u:04A1B2C3").replaced_by, second);
    assert_string_equal(find(f, "u:04A1B2C4").terms, "2026-01");
    assert_int_equal(member_secret_find(f->db, "u:04A1B2C4", &secret), 1);
    assert_refused(f, FIXTURE_DO(f, tx, card_return(tx, card, "x")), CARD_STATE);
    assert_refused(f, FIXTURE_DO(f, tx, card_replace(tx, card, &next, "x", &third)), CARD_STATE);
    /* A card is not its own successor. */
    assert_refused(f, FIXTURE_DO(f, tx, card_replace(tx, second, &next, "x", &third)), CARD_TAKEN);
    assert_int_equal(FIXTURE_DO(f, tx, card_return(tx, second, "退会")), 0);
    assert_int_equal(member_secret_find(f->db, "u:04A1B2C4", &secret), 0);
    assert_refused(f, FIXTURE_DO(f, tx, card_lose(tx, 99, "x")), NOT_FOUND);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM audit WHERE action LIKE 'card.%'"), 5);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM audit WHERE detail LIKE '%04A1B2%'"),
                     0); /* the log does not keep what a card is */
}

static const struct {
    const char *typed, *form; /* NULL: refused with @fault */
    enum fault_code fault;
} codes[] = {
    {"u:04A1B2", "u:04A1B2", 0}, /* 3 bytes: Wiegand */
    {"U:04a1b2c3d4e5f6", "u:04A1B2C3D4E5F6", 0},
    {"u:000102030405060708090A0B0C0D0E0F", "u:000102030405060708090A0B0C0D0E0F", 0},
    {"n:VIP-0001", "n:VIP-0001", 0},
    {"n:1", "n:1", 0},
    {"u:04A1", NULL, FAULT_CARD_CODE},
    {"u:04A1B2C", NULL, FAULT_CARD_CODE}, /* half a byte */
    {"u:000102030405060708090A0B0C0D0E0F10", NULL, FAULT_CARD_CODE},
    {"u:04A1B2C3G5", NULL, FAULT_CARD_CODE},
    {"n:", NULL, FAULT_CARD_CODE},
    {"", NULL, FAULT_CARD_CODE},
    {"n", NULL, FAULT_CARD_CODE},
    {"x:1234", NULL, FAULT_CARD_CODE},
    {"88001234", NULL, FAULT_CARD_CODE},
    {"n:1' OR '1'='1", NULL, FAULT_CARD_CODE},
    {"n:<script>alert(1)</script>", NULL, FAULT_CARD_CODE},
    {"n:会员一号", NULL, FAULT_CARD_CODE},
    {"n:12\n34", NULL, FAULT_CARD_CODE},
    {"n:0123456789012345678901234567890123456789", "n:0123456789012345678901234567890123456789", 0},
    {"n:01234567890123456789012345678901234567890", NULL, FAULT_CARD_CODE},
    {"n:11010519491231002X", NULL, FAULT_CARD_IDENTITY},
    {"n:11010519491231002x", NULL, FAULT_CARD_IDENTITY},
    {"n:110105-19491231-002X", NULL, FAULT_CARD_IDENTITY},
    {"n:110105194912310021", "n:110105194912310021", 0}, /* nobody's: a wrong check digit */
    {"n:6222021234567890128", NULL, FAULT_CARD_IDENTITY},
    {"n:4111111111111111", NULL, FAULT_CARD_IDENTITY},
    {"n:4111-1111-1111-1111", NULL, FAULT_CARD_IDENTITY},
    {"n:4111111111111112", "n:4111111111111112", 0},
    {"n:18", "n:18", 0}, /* too short to be a bank's */
};

static void test_codes(void **state)
{
    struct fault fault = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        char form[CARD_TEXT] = "untouched";
        int r = card_code_form(&fault, codes[i].typed, form);

        if (r != (codes[i].form ? 0 : -EREFUSED) || (r < 0 && fault.code != codes[i].fault) ||
            strcmp(form, codes[i].form ? codes[i].form : "untouched") != 0)
            fail_msg("%s gives %d %s %s", codes[i].typed, r, form, fault_code_text(fault.code));
    }
    fault_clear(&fault);
}

static void test_printed_numbers(void **state)
{
    struct fixture *f = *state;
    const int64_t customer = make(f, "person", "13812341234");
    int64_t card = 0;

    assert_refused(f, issue(f, customer, "n:1", "11010519491231002X", &card), CARD_IDENTITY);
    assert_refused(f, issue(f, customer, "n:1", "", &card), CARD_CODE);
    assert_refused(f, issue(f, customer, "n:1", "№ 1", &card), CARD_CODE);
    assert_int_equal(issue(f, customer, "n:1", "００００１", &card), 0);
    assert_string_equal(find(f, "n:1").shown, "****0001");
}

/* A look-up steps over nothing, however many cards there are. */
static void test_found_by_index(void **state)
{
    struct fixture *f = *state;
    const int64_t customer = make(f, "person", "13812341234");
    struct member_secret secret;
    struct seen seen = {.n = 0};
    int64_t card = 0, scanned;
    char code[32];

    assert_int_equal(issue(f, customer, "n:7777", NULL, &card), 0);
    assert_int_equal(db_begin(f->db), 0);
    for (int i = 0; i < 20000; i++) {
        snprintf(code, sizeof(code), "u:%014X", i);
        assert_int_equal(db_run(f->db,
                                "INSERT INTO card (member_id, code, number, terms, issued_by, "
                                "issued_ms) VALUES (1, $1, '', 't', 'a', 1)",
                                "t", code),
                         1);
    }
    assert_int_equal(db_commit(f->db), 0);
    scanned = db_scanned(f->db);
    assert_int_equal(find(f, "u:00000000001234").n, 1);
    assert_int_equal(member_secret_find(f->db, "n:7777", &secret), 1);
    assert_int_equal(FIXTURE_DO(f, tx, card_find_number(tx, "7777", see, &seen)), 1);
    assert_int_equal(db_scanned(f->db), scanned);
}

static void violation(void *arg, const char *invariant, const char *what)
{
    (void)what;
    snprintf(arg, 16, "%s", invariant);
}

static void test_verify(void **state)
{
    struct fixture *f = *state;
    const int64_t customer = make(f, "person", "13812341234");
    char found[16] = "";
    int64_t card = 0, n = 0;

    assert_int_equal(issue(f, customer, "n:1", NULL, &card), 0);
    assert_int_equal(verify_invariants(f->db, violation, found, &n), 0);
    assert_int_equal(n, 0);
    assert_int_equal(db_script(f->db, "UPDATE member SET points = 5"), 0);
    assert_int_equal(verify_invariants(f->db, violation, found, &n), 0);
    assert_int_equal(n, 1);
    assert_string_equal(found, "MB-15");
    assert_int_equal(db_script(f->db, "UPDATE member SET points = 0; DROP INDEX card_live;"
                                      "INSERT INTO card (member_id, code, terms, issued_by, "
                                      "issued_ms) VALUES (1, 'n:1', 't', 'a', 1)"),
                     0);
    assert_int_equal(verify_invariants(f->db, violation, found, &n), 0);
    assert_int_equal(n, 1);
    assert_string_equal(found, "MB-03");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_issued_in_one_step),
        CASE(test_one_live_card_a_code),
        CASE(test_lost_replaced_returned),
        cmocka_unit_test(test_codes),
        CASE(test_printed_numbers),
        CASE(test_found_by_index),
        CASE(test_verify),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
