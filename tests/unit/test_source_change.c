/* test_source_change.c - the source of a customer: recorded once, another one under approval alone
 * (CU-04). */
#include "sales_fixture.h"

#include "db/approval.h"
#include "db/audit.h"
#include "db/flow.h"
#include "db/flow_rule.h"
#include "db/option.h"
#include "db/source_change.h"
#include "db/subject.h"
#include "db/timeline.h"

enum { WALK_IN = 3, CHANNEL = 4, BROKER = 7, SELLER = 5 };

static struct actor seller; /* of company sales, who decides too and sees no customers */

static int source_setup(void **state)
{
    int r = sales_setup(state);
    struct fixture *f = *state;

    sales_user(f, "dou", "company-sales", SELLER, &seller);
    assert_int_equal(FIXTURE_DO(f, tx, flows_seed(tx)), 0);
    return r;
}

static struct source_change_ask ask_of(struct fixture *f, int64_t customer, int64_t source)
{
    return (struct source_change_ask){.customer_id = customer,
                                      .project_id = f->project,
                                      .source_id = source,
                                      .reason = "中介补交带看单"};
}

static int try_ask(struct fixture *f, struct source_change_ask ask, int64_t *ret_id)
{
    return FIXTURE_DO(f, tx, source_change_ask(tx, &ask, ret_id));
}

/* Ann asks. */
static int64_t asked(struct fixture *f, int64_t customer, int64_t source)
{
    int64_t id = 0;

    assert_int_equal(AS(f, ann, try_ask(f, ask_of(f, customer, source), &id)), 0);
    return id;
}

static int64_t source_of(struct fixture *f, int64_t customer)
{
    int64_t source = 0;

    assert_int_equal(
        db_get(f->db, &source, "SELECT source_id FROM customer WHERE id = $1", "i", customer), 1);
    return source;
}

static bool state_is(struct fixture *f, int64_t id, const char *state)
{
    int64_t n = 0;

    assert_true(db_get(f->db, &n, "SELECT COUNT(*) FROM source_change WHERE id = $1 AND state = $2",
                       "it", id, state) >= 0);
    return n == 1;
}

static int decide(struct fixture *f, int64_t id, enum approval_outcome outcome)
{
    int64_t task = 0, version = 0;

    assert_int_equal(
        db_get(f->db, &task,
               "SELECT t.id FROM approval_task t JOIN source_change g ON "
               "g.approval_id = t.approval_id WHERE g.id = $1 AND t.state = 'open' "
               "ORDER BY t.post_id IN (SELECT post_id FROM user_post WHERE user_id = $2) "
               "DESC LIMIT 1",
               "ii", id, f->as->id),
        1);
    assert_int_equal(db_get(f->db, &version,
                            "SELECT a.version FROM approval a JOIN source_change g ON "
                            "g.approval_id = a.id WHERE g.id = $1",
                            "i", id),
                     1);
    return FIXTURE_DO(f, tx, approval_decide(tx, task, version, outcome, "说明"));
}

/* ---- asked and carried out ---- */

static void test_approved(void **state)
{
    struct fixture *f = *state;
    const int64_t c = sales_customer(f, ANN);
    const int64_t id = asked(f, c, BROKER);
    int64_t second = 0;

    assert_int_equal(source_of(f, c), WALK_IN); /* nothing before it is approved */
    assert_refused(f, AS(f, ann, try_ask(f, ask_of(f, c, CHANNEL), &second)), APPROVAL_RUNNING);
    assert_refused(f, AS(f, ann, decide(f, id, APPROVAL_APPROVED)), SELF_APPROVAL);
    assert_int_equal(decide(f, id, APPROVAL_APPROVED), 0);
    assert_int_equal(source_of(f, c), BROKER);
    assert_true(state_is(f, id, "executed"));
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM customer WHERE version = 2"), 1);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM audit WHERE action IN "
                                      "('customer.source-ask', 'customer.source')"),
                     2);
    asked(f, c, CHANNEL); /* and again, from what it is now */
}

static void test_what_is_refused(void **state)
{
    struct fixture *f = *state;
    const int64_t c = sales_customer(f, ANN), pool = sales_customer(f, 0);
    struct source_change_ask ask = ask_of(f, c, WALK_IN);
    int64_t id = 0;

    assert_refused(f, AS(f, ann, try_ask(f, ask, &id)), SOURCE_SAME);
    ask.source_id = 20; /* of another list */
    assert_refused(f, AS(f, ann, try_ask(f, ask, &id)), OPTION_UNKNOWN);
    ask = ask_of(f, c, CHANNEL);
    ask.reason = "";
    assert_refused(f, AS(f, ann, try_ask(f, ask, &id)), REASON_NEEDED);
    ask = ask_of(f, c, CHANNEL);
    assert_refused(f, AS(f, bob, try_ask(f, ask, &id)), NOT_FOUND); /* another's */
    ask.project_id = 99;
    assert_refused(f, AS(f, ann, try_ask(f, ask, &id)), CUSTOMER_NOT_YOURS);
    assert_refused(f, try_ask(f, ask, &id), NOT_FOUND);
    assert_refused(f, AS(f, ann, try_ask(f, ask_of(f, pool, CHANNEL), &id)), CUSTOMER_NOT_YOURS);
    assert_int_equal(FIXTURE_DO(f, tx, subject_restrict(tx, c, "本人要求")), 0);
    assert_refused(f, AS(f, ann, try_ask(f, ask_of(f, c, CHANNEL), &id)), CUSTOMER_RESTRICTED);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM source_change"), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM approval"), 0);
}

static void test_not_approved(void **state)
{
    static const struct {
        enum approval_outcome outcome;
        const char *state;
    } ends[] = {{APPROVAL_REJECTED, "rejected"}, {APPROVAL_RETURNED, "returned"}};
    struct fixture *f = *state;
    const int64_t c = sales_customer(f, ANN);
    struct source_change_ask again = ask_of(f, c, BROKER);
    int64_t id = 0;

    for (size_t i = 0; i < 2; i++) {
        id = asked(f, c, CHANNEL);
        assert_int_equal(decide(f, id, ends[i].outcome), 0);
        assert_true(state_is(f, id, ends[i].state));
    }
    assert_int_equal(db_get(f->db, &again.resubmits_id,
                            "SELECT approval_id FROM source_change WHERE id = $1", "i", id),
                     1);
    assert_int_equal(AS(f, ann, try_ask(f, again, &id)), 0);
    assert_int_equal(source_of(f, c), WALK_IN);
    assert_int_equal(db_get(f->db, &again.resubmits_id,
                            "SELECT approval_id FROM source_change WHERE id = $1", "i", id),
                     1);
    assert_int_equal(
        AS(f, ann, FIXTURE_DO(f, tx, approval_withdraw(tx, again.resubmits_id, 0, "弄错了"))), 0);
    assert_true(state_is(f, id, "withdrawn"));
    assert_int_equal(source_of(f, c), WALK_IN);
}

/* ---- what happened meanwhile ---- */

static void test_meanwhile(void **state)
{
    struct fixture *f = *state;
    const struct option_change off = {
        .id = BROKER, .version = 1, .parent_id = -1, .ordinal = -1, .enabled = 0};
    const int64_t c = sales_customer(f, ANN), d = sales_customer(f, ANN);
    const int64_t id = asked(f, c, BROKER), other = asked(f, d, CHANNEL);

    assert_int_equal(FIXTURE_DO(f, tx, option_update(tx, &off)), 0);
    assert_refused(f, decide(f, id, APPROVAL_APPROVED), OPTION_UNKNOWN);
    assert_int_equal(FIXTURE_DO(f, tx, subject_restrict(tx, d, "本人要求")), 0);
    assert_refused(f, decide(f, other, APPROVAL_APPROVED), CUSTOMER_RESTRICTED);
    assert_int_equal(db_script(f->db, "DROP TRIGGER customer_source_stays;"
                                      "UPDATE customer SET source_id = 1 WHERE id = 1"),
                     0);
    assert_refused(f, decide(f, id, APPROVAL_APPROVED), APPROVAL_CONTENT_CHANGED);
    assert_int_equal(decide(f, id, APPROVAL_REJECTED), 0);
    assert_int_equal(decide(f, other, APPROVAL_REJECTED), 0);
}

/* Who is deleted or erased leaves nothing behind that could be decided, and no words. */
static void test_gone(void **state)
{
    struct fixture *f = *state;
    const int64_t c = sales_customer(f, ANN), d = sales_customer(f, ANN);
    const int64_t id = asked(f, c, CHANNEL), other = asked(f, d, CHANNEL);

    assert_int_equal(FIXTURE_DO(f, tx, customer_delete(tx, c, 1, "重复")), 0);
    assert_true(state_is(f, id, "withdrawn"));
    assert_int_equal(FIXTURE_DO(f, tx, subject_restrict(tx, d, "本人要求")), 0);
    assert_int_equal(FIXTURE_DO(f, tx, subject_erase(tx, d, "本人要求")), 0);
    assert_true(state_is(f, other, "withdrawn"));
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM approval WHERE state = 'running'"), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM todo WHERE done_ms IS NULL"), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM source_change WHERE reason = '已擦除'"),
                     1);
}

/* ---- read ---- */

struct seen {
    int64_t customer_id;
    char reason[64], line[128];
    int n;
};

static int see(void *arg, const struct source_change_row *row)
{
    struct seen *seen = arg;

    seen->n++;
    seen->customer_id = row->customer_id;
    snprintf(seen->reason, sizeof(seen->reason), "%s", row->reason);
    snprintf(seen->line, sizeof(seen->line), "%s %s %s %s %s", row->was.name, row->source.name_en,
             row->state, row->user, row->ended_by);
    return 0;
}

static void test_read(void **state)
{
    struct fixture *f = *state;
    const int64_t c = sales_customer(f, ANN), id = asked(f, c, CHANNEL);
    struct seen seen = {.n = 0};

    assert_int_equal(AS(f, ann, FIXTURE_DO(f, tx, source_change_each(tx, c, see, &seen))), 0);
    assert_string_equal(seen.line, "自访 Channel asked ann ");
    assert_int_equal(seen.customer_id, c);
    /* Who is asked to decide reads what and why, and not of whom. */
    assert_int_equal(AS(f, seller, FIXTURE_DO(f, tx, source_change_get(tx, id, see, &seen))), 0);
    assert_int_equal(seen.customer_id, 0);
    assert_string_equal(seen.reason, "中介补交带看单");
    assert_refused(f, AS(f, bob, FIXTURE_DO(f, tx, source_change_get(tx, id, see, &seen))),
                   NOT_FOUND);
    assert_refused(f, AS(f, bob, FIXTURE_DO(f, tx, source_change_each(tx, c, see, &seen))),
                   NOT_FOUND);
    assert_int_equal(AS(f, seller, decide(f, id, APPROVAL_APPROVED)), 0);
    assert_int_equal(source_of(f, c), CHANNEL);
    assert_int_equal(FIXTURE_DO(f, tx, source_change_get(tx, id, see, &seen)), 0);
    assert_string_equal(seen.line, "自访 Channel executed ann dou");
    /* What was written about him stands in one place. */
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM approval WHERE reason <> ''"), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM audit WHERE detail LIKE '%带看单%'"),
                     0);
}

struct told {
    char text[256];
};

static int tell(void *arg, const struct timeline_row *row)
{
    struct told *told = arg;
    const size_t n = strlen(told->text);

    snprintf(told->text + n, sizeof(told->text) - n, "%s %s %s; ", row->kind, row->text,
             row->actor ? row->actor : "");
    return 0;
}

/* What he came as stays what he came as. */
static void test_timeline(void **state)
{
    struct fixture *f = *state;
    const int64_t c = sales_customer(f, ANN);
    struct timeline_place place = {.at_ms = 0};
    struct told told = {""};
    int64_t id;

    f->now_ms += HOUR;
    id = asked(f, c, CHANNEL);
    f->now_ms += HOUR;
    assert_int_equal(decide(f, id, APPROVAL_APPROVED), 0);
    assert_int_equal(FIXTURE_DO(f, tx, timeline_scan(tx, c, &place, 9, tell, &told)), 4);
    assert_string_equal(told.text, "source 渠道 boss; source_asked 渠道 ann; consent service boss; "
                                   "created 自访 boss; ");
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, source_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_approved),     CASE(test_what_is_refused),
        CASE(test_not_approved), CASE(test_meanwhile),
        CASE(test_gone),         CASE(test_read),
        CASE(test_timeline),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
