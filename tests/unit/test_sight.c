/* test_sight.c - who sees which customer, and how much of one: own, shared, in the pool, and nobody
 * else's (CU-21, CU-23); what a check before entry says, and nothing else (DP-01, DP-03); a case of
 * two consultants (DP-04). */
#include "sales_fixture.h"

#include "db/collision.h"
#include "db/duplicate.h"
#include "db/follow.h"
#include "db/share.h"
#include "db/sight.h"

struct seen {
    int64_t ids[64];
    size_t n;
};
static int see(void *arg, const struct customer_row *row)
{
    struct seen *seen = arg;

    seen->ids[seen->n++] = row->id;
    return 0;
}

static size_t all_of(struct fixture *f, const struct actor *who)
{
    const struct customer_filter any = {.limit = CUSTOMER_PAGE_MAX};
    struct seen seen = {.n = 0};

    assert_int_equal(AS(f, *who, FIXTURE_DO(f, tx, customer_scan(tx, &any, see, &seen))), 0);
    return seen.n;
}

static int get(struct fixture *f, const struct actor *who, int64_t id)
{
    struct seen seen = {.n = 0};

    return AS(f, *who, FIXTURE_DO(f, tx, customer_get(tx, id, see, &seen)));
}

static int rename_it(struct fixture *f, const struct actor *who, int64_t id)
{
    const struct customer_change c = {
        .id = id,
        .version = fixture_of(f, "SELECT version FROM customer WHERE id = $1", id),
        .name = "李四"};

    return AS(f, *who, FIXTURE_DO(f, tx, customer_update(tx, &c)));
}

static int share(struct fixture *f, const struct actor *who, int64_t id, int64_t with,
                 const char *mode)
{
    return AS(f, *who, FIXTURE_DO(f, tx, share_give(tx, id, f->project, with, mode)));
}

static int follows_none(void *arg, const struct follow_row *row)
{
    (void)arg;
    (void)row;
    return 0;
}

static int follows(struct fixture *f, const struct actor *who, int64_t id)
{
    return AS(f, *who, FIXTURE_DO(f, tx, follow_scan(tx, id, 0, 10, follows_none, NULL)));
}

static void test_own_shared_pool(void **state)
{
    struct fixture *f = *state;
    const int64_t mine = sales_customer(f, ANN), his = sales_customer(f, BOB),
                  pool = sales_customer(f, 0);
    struct customer_clear clear;
    struct seen seen = {.n = 0};
    struct customer_filter by_phone = {.phone = "13900000001", .limit = 9};

    assert_int_equal(get(f, &ann, mine), 0);
    assert_int_equal(get(f, &ann, pool), 0);
    assert_refused(f, get(f, &ann, his), NOT_FOUND);
    assert_int_equal(all_of(f, &ann), 2);
    assert_int_equal(all_of(f, &manager), 3);
    /* Nor by the whole phone: that it is taken is the check's to say. */
    by_phone.phone = "139";
    f->as = &ann;
    assert_true(FIXTURE_DO(f, tx, customer_scan(tx, &by_phone, see, &seen)) < 0);
    f->as = &manager;
    /* In the pool: the masked row, and no more. */
    assert_refused(f, rename_it(f, &ann, pool), CUSTOMER_NOT_YOURS);
    assert_refused(f, follows(f, &ann, pool), CUSTOMER_NOT_YOURS);
    ann.rights |= RIGHT_BIT(RIGHT_CUSTOMER_CLEAR);
    assert_refused(f, AS(f, ann, FIXTURE_DO(f, tx, customer_clear(tx, pool, &clear))),
                   CUSTOMER_NOT_YOURS);
    assert_refused(f, AS(f, ann, FIXTURE_DO(f, tx, customer_clear(tx, his, &clear))), NOT_FOUND);
    assert_int_equal(AS(f, ann, FIXTURE_DO(f, tx, customer_clear(tx, mine, &clear))), 0);
    ann.rights &= ~RIGHT_BIT(RIGHT_CUSTOMER_CLEAR);
    assert_int_equal(rename_it(f, &ann, mine), 0);
    assert_refused(f, rename_it(f, &ann, his), NOT_FOUND);
}

static void test_another_project_is_not_there(void **state)
{
    struct fixture *f = *state;
    const int64_t pool = sales_customer(f, 0), mine = sales_customer(f, ANN);
    struct actor out = ann;

    out.all_projects = false; /* no project at all */
    assert_refused(f, get(f, &out, pool), NOT_FOUND);
    assert_refused(f, get(f, &out, mine), NOT_FOUND);
    out.projects[0] = f->project + 10;
    out.n_projects = 1;
    assert_refused(f, get(f, &out, pool), NOT_FOUND);
    out.projects[1] = f->project;
    out.n_projects = 2;
    assert_int_equal(get(f, &out, pool), 0);
    assert_int_equal(all_of(f, &out), 2);
    /* Numbers are whole: project 1 is not in a scope of 11. */
    out.projects[0] = f->project * 10 + 1;
    out.n_projects = 1;
    assert_refused(f, get(f, &out, pool), NOT_FOUND);
}

static void test_two_modes_of_sharing(void **state)
{
    struct fixture *f = *state;
    const int64_t c = sales_customer(f, ANN);
    const struct follow_new n = {c, f->project, "wechat", "发了资料", 0, 0};
    int64_t id = 0;

    assert_refused(f, share(f, &bob, c, CAI, "view"), NOT_FOUND);
    assert_int_equal(share(f, &ann, c, BOB, "view"), 0);
    assert_int_equal(get(f, &bob, c), 0);
    assert_int_equal(follows(f, &bob, c), 0);
    assert_refused(f, rename_it(f, &bob, c), CUSTOMER_NOT_YOURS); /* a look cannot edit */
    assert_refused(f, AS(f, bob, FIXTURE_DO(f, tx, follow_add(tx, &n, &id))), CUSTOMER_NOT_YOURS);
    assert_refused(f, share(f, &bob, c, CAI, "view"), CUSTOMER_NOT_YOURS);
    assert_int_equal(share(f, &ann, c, BOB, "edit"), 0); /* in the place of the other */
    assert_int_equal(rename_it(f, &bob, c), 0);
    assert_int_equal(AS(f, bob, FIXTURE_DO(f, tx, follow_add(tx, &n, &id))), 0);
    assert_refused(f, share(f, &bob, c, CAI, "view"), CUSTOMER_NOT_YOURS); /* the owner's to give */
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM customer_share WHERE ended_ms IS NULL"),
                     1);
    id = fixture_count(f, "SELECT id FROM customer_share WHERE ended_ms IS NULL");
    assert_refused(f, AS(f, bob, FIXTURE_DO(f, tx, share_end(tx, id))), CUSTOMER_NOT_YOURS);
    assert_int_equal(AS(f, ann, FIXTURE_DO(f, tx, share_end(tx, id))), 0);
    assert_refused(f, get(f, &bob, c), NOT_FOUND);
    assert_refused(f, AS(f, ann, FIXTURE_DO(f, tx, share_end(tx, id))), NOT_FOUND);
    assert_refused(f, share(f, &manager, sales_customer(f, 0), BOB, "view"), OWNER_CHANGED);
}

/* ---- duplicates ---- */

static int64_t named(struct fixture *f, const char *name, const char *phone, const char *document,
                     int64_t owner)
{
    const struct customer_new c = {.kind = "person",
                                   .name = name,
                                   .notice = "n",
                                   .phones = {phone},
                                   .n_phones = 1,
                                   .source_id = 3,
                                   .document_kind = document ? "id_card" : NULL,
                                   .document = document};
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, customer_create(tx, &c, &id)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, ownership_begin(tx, id, f->project, OWN_ONSITE, owner)), 0);
    return id;
}

static struct entry_answer check(struct fixture *f, const char *name, const char *phone,
                                 const char *document)
{
    const struct duplicate_ask ask = {.project_id = f->project,
                                      .name = name,
                                      .phones = &phone,
                                      .n_phones = phone ? 1 : 0,
                                      .document_kind = "id_card",
                                      .document = document};
    struct entry_answer answer = {.exists = false};

    assert_int_equal(AS(f, bob, FIXTURE_DO(f, tx, duplicate_check(tx, &ask, &answer))), 0);
    return answer;
}

static void set_keys(struct fixture *f, int64_t name, int64_t phone, int64_t document, int64_t show)
{
    struct customer_rule now;
    struct customer_rule_change c;

    assert_int_equal(FIXTURE_DO(f, tx, customer_rule_get(tx, f->project, &now)), 0);
    customer_rule_change_init(&c, f->project, now.version);
    c.dup_name = name;
    c.dup_name_phone = phone;
    c.dup_name_document = document;
    c.show_owner = show;
    assert_int_equal(FIXTURE_DO(f, tx, customer_rule_update(tx, &c)), 0);
}

static void test_keys(void **state)
{
    struct fixture *f = *state;
    struct entry_answer a;

    named(f, "诸葛 亮", "13812345678", "11010519491231002X", ANN);
    assert_false(check(f, NULL, "13899990000", NULL).exists);
    for (int show = 0; show <= 1; show++) {
        set_keys(f, 0, 0, 0, show);
        a = check(f, NULL, "+86 138 1234 5678", NULL);
        assert_true(a.exists && a.owned);
        assert_int_equal(a.effect, DUPLICATE_BLOCK);
        assert_int_equal(a.protected_until_ms, f->now_ms + 15 * FIXTURE_DAY);
        assert_string_equal(a.owner, show ? "ann" : "");
    }
    assert_true(check(f, NULL, NULL, "110105491231002").exists); /* 15 digits */
    /* Each combination as it is set: off, warn, refuse. */
    for (int64_t set = DUPLICATE_OFF; set <= DUPLICATE_BLOCK; set++) {
        set_keys(f, 0, set, 0, 1);
        assert_int_equal(check(f, "诸葛亮", "13900005678", NULL).effect, set);
        assert_int_equal(check(f, "诸葛瑾", "13900005678", NULL).effect, DUPLICATE_OFF);
        set_keys(f, set, 0, 0, 1);
        assert_int_equal(check(f, "诸葛亮", "13900001111", NULL).effect, set);
        set_keys(f, 0, 0, set, 1);
        assert_int_equal(check(f, "诸葛亮", NULL, "34052419800105002X").effect, set);
        assert_int_equal(check(f, "诸葛亮", NULL, "34052419800101001X").effect, DUPLICATE_OFF);
        f->now_ms += 2 * FIXTURE_MINUTE;
    }
}

static void test_check_is_counted(void **state)
{
    struct fixture *f = *state;
    const char *phone = "13899990000";
    const struct duplicate_ask ask = {.project_id = f->project, .phones = &phone, .n_phones = 1};
    struct entry_answer a;

    for (int i = 0; i < CHECKS_A_MINUTE; i++)
        check(f, NULL, phone, NULL);
    assert_refused(f, AS(f, bob, FIXTURE_DO(f, tx, duplicate_check(tx, &ask, &a))), CHECK_RATE);
    assert_int_equal(AS(f, ann, FIXTURE_DO(f, tx, duplicate_check(tx, &ask, &a))), 0);
    f->now_ms += FIXTURE_MINUTE;
    assert_int_equal(AS(f, bob, FIXTURE_DO(f, tx, duplicate_check(tx, &ask, &a))), 0);
    f->as = &f->outsider;
    assert_refused(f, FIXTURE_DO(f, tx, duplicate_check(tx, &ask, &a)), NOT_FOUND);
}

static void test_need_none(void **state)
{
    struct fixture *f = *state;
    const char *phone = "13900005678";
    const struct duplicate_ask ask = {
        .project_id = f->project, .name = "诸葛亮", .phones = &phone, .n_phones = 1};

    named(f, "诸葛亮", "13812345678", NULL, ANN);
    assert_refused(f, FIXTURE_DO(f, tx, duplicate_need_none(tx, &ask, false)), DUPLICATE_DOUBT);
    assert_int_equal(FIXTURE_DO(f, tx, duplicate_need_none(tx, &ask, true)), 0);
    set_keys(f, 0, 2, 0, 1);
    assert_refused(f, FIXTURE_DO(f, tx, duplicate_need_none(tx, &ask, true)), DUPLICATE_BLOCKED);
}

/* ---- cases ---- */

static int open_case(struct fixture *f, const struct actor *who, const char *phone, int64_t *ret_id)
{
    const struct duplicate_ask ask = {.project_id = f->project, .phones = &phone, .n_phones = 1};

    return AS(f, *who, FIXTURE_DO(f, tx, collision_open(tx, &ask, "我 5 月就接待过", ret_id)));
}

struct facts {
    int64_t holder_visits, holder_calls, claimant_follows, holder_first_visit, n;
};
static int fact_take(void *arg, const struct collision_fact *fact)
{
    struct facts *facts = arg;
    const bool holder = strcmp(fact->side, "holder") == 0;

    facts->n++;
    if (holder && strcmp(fact->kind, "visits") == 0)
        facts->holder_visits = fact->count;
    if (holder && strcmp(fact->kind, "calls") == 0)
        facts->holder_calls = fact->count;
    if (holder && strcmp(fact->kind, "first_visit") == 0)
        facts->holder_first_visit = fact->at_ms;
    if (!holder && strcmp(fact->kind, "follows") == 0)
        facts->claimant_follows = fact->count;
    return 0;
}

static int case_none(void *arg, const struct collision_row *row)
{
    *(bool *)arg = row->may_decide;
    return 0;
}

static void test_a_case(void **state)
{
    struct fixture *f = *state;
    const int64_t c = named(f, "诸葛亮", "13812345678", NULL, ANN);
    struct follow_new n = {c, f->project, "visit", "看样板间", 0, 0};
    struct facts facts = {.n = 0};
    const int64_t visited = f->now_ms;
    int64_t id = 0, other = 0;
    bool may = false;

    assert_int_equal(AS(f, ann, FIXTURE_DO(f, tx, follow_add(tx, &n, &other))), 0);
    n.channel = "phone";
    f->now_ms += HOUR;
    assert_int_equal(AS(f, ann, FIXTURE_DO(f, tx, follow_add(tx, &n, &other))), 0);
    assert_refused(f, open_case(f, &bob, "13899990000", &id), COLLISION_NONE);
    assert_refused(f, open_case(f, &ann, "13812345678", &id), COLLISION_NONE); /* her own */
    assert_int_equal(open_case(f, &bob, "13812345678", &id), 0);
    assert_refused(f, open_case(f, &bob, "13812345678", &other), COLLISION_OPEN);
    assert_int_equal(sales_own(f, c).owner_id, ANN); /* nothing by itself */
    assert_int_equal(collision_facts(f->db, id, fact_take, &facts), 0);
    assert_int_equal(facts.holder_visits, 1);
    assert_int_equal(facts.holder_calls, 1);
    assert_int_equal(facts.holder_first_visit, visited);
    assert_int_equal(facts.claimant_follows, 0);
    /* What is frozen stays as it was. */
    assert_int_equal(AS(f, ann, FIXTURE_DO(f, tx, follow_add(tx, &n, &other))), 0);
    facts.n = 0;
    assert_int_equal(collision_facts(f->db, id, fact_take, &facts), 0);
    assert_int_equal(facts.holder_calls, 1);
    assert_int_equal(db_run(f->db, "UPDATE collision_evidence SET count = 9", ""), -EINVAL);
    /* Decided by neither side, with a reason, once. */
    assert_int_equal(AS(f, bob, FIXTURE_DO(f, tx, collision_get(tx, id, case_none, &may))), 0);
    assert_false(may);
    assert_refused(f, AS(f, cai, FIXTURE_DO(f, tx, collision_get(tx, id, case_none, &may))),
                   NOT_FOUND);
    assert_int_equal(FIXTURE_DO(f, tx, collision_get(tx, id, case_none, &may)), 0);
    assert_true(may);
    bob.rights |= RIGHT_BIT(RIGHT_CUSTOMER_ALLOCATE);
    ann.rights |= RIGHT_BIT(RIGHT_CUSTOMER_ALLOCATE);
    assert_refused(f, AS(f, bob, FIXTURE_DO(f, tx, collision_decide(tx, id, 1, true, "我的"))),
                   COLLISION_PARTY);
    assert_refused(f, AS(f, ann, FIXTURE_DO(f, tx, collision_decide(tx, id, 1, false, "我的"))),
                   COLLISION_PARTY);
    assert_refused(f, FIXTURE_DO(f, tx, collision_decide(tx, id, 1, true, "")), REASON_NEEDED);
    assert_refused(f, FIXTURE_DO(f, tx, collision_decide(tx, id, 2, true, "x")), VERSION_CHANGED);
    assert_int_equal(FIXTURE_DO(f, tx, collision_decide(tx, id, 1, true, "录像为证")), 0);
    assert_int_equal(sales_own(f, c).owner_id, BOB);
    assert_refused(f, FIXTURE_DO(f, tx, collision_decide(tx, id, 2, false, "x")),
                   COLLISION_DECIDED);
    assert_int_equal(db_run(f->db, "UPDATE collision SET note = 'y'", ""), -EINVAL);
    assert_int_equal(
        fixture_count(f, "SELECT COUNT(*) FROM audit WHERE action = 'collision.decide'"), 1);
}

static void test_the_holder_keeps(void **state)
{
    struct fixture *f = *state;
    const int64_t c = named(f, "诸葛亮", "13812345678", NULL, ANN);
    int64_t id = 0;

    assert_int_equal(open_case(f, &bob, "13812345678", &id), 0);
    assert_int_equal(FIXTURE_DO(f, tx, collision_decide(tx, id, 1, false, "先到")), 0);
    assert_int_equal(sales_own(f, c).owner_id, ANN);
    assert_int_equal(
        fixture_count(f, "SELECT COUNT(*) FROM notification WHERE kind = 'collision_lost' "
                         "AND user_id = 3"),
        1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        S(test_own_shared_pool),
        S(test_another_project_is_not_there),
        S(test_two_modes_of_sharing),
        S(test_keys),
        S(test_check_is_counted),
        S(test_need_none),
        S(test_a_case),
        S(test_the_holder_keeps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
