/* test_movein.c - move-in notices: ten days ahead, all or none, once delivered (SF-19). */
#include "deal_rows.h"

#include "db/day.h"
#include "db/deal_node.h"
#include "db/movein.h"

enum { DEAL = 4 };

static const char *day_in(int64_t days)
{
    static char day[DAY_TEXT];

    day_of(FIXTURE_NOW, day);
    assert_int_equal(day_add(day, days, day), 0);
    return day;
}

static int send(struct fixture *f, int64_t deal, const char *date)
{
    const struct movein_new notice = {&deal, 1, date, "post"};

    return FIXTURE_DO(f, tx, movein_send(tx, &notice));
}

struct last {
    int n;
    int64_t id;
    char proof[81];
};

static int take(void *arg, const struct movein_row *row)
{
    struct last *last = arg;

    last->n++;
    last->id = row->id;
    snprintf(last->proof, sizeof(last->proof), "%s", row->proof ? row->proof : "-");
    return 0;
}

static struct last listed(struct fixture *f, enum movein_which which)
{
    const struct movein_filter filter = {.project_id = f->project, .which = which, .limit = 10};
    struct last last = {.n = 0};

    assert_int_equal(FIXTURE_DO(f, tx, movein_list(tx, &filter, take, &last)), 0);
    return last;
}

static void test_notice(void **state)
{
    struct fixture *f = *state;
    const int64_t both[] = {DEAL, 99};
    const struct movein_new half = {both, 2, "2099-01-01", "sms"};
    struct last last;

    deal_rows(f, "one_off");
    script(f, "INSERT INTO deal_node (deal_id, ordinal, code, name, kind, right_code, days, "
              "counted_from, strict) VALUES (4, 1, 'n', '入住通知', 'movein-notice', 'r', 1, "
              "'begin', 1)");
    assert_refused(f, send(f, DEAL, day_in(9)), MOVEIN_EARLY);
    assert_refused(f, FIXTURE_DO(f, tx, movein_send(tx, &half)), NOT_FOUND);
    assert_int_equal(listed(f, MOVEIN_UNSENT).n, 1); /* nothing of it was done */
    assert_int_equal(send(f, DEAL, day_in(10)), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM deal_node WHERE state = 'done'"), 1);
    assert_int_equal(listed(f, MOVEIN_UNSENT).n, 0);
    last = listed(f, MOVEIN_SENT);
    assert_int_equal(last.n, 1);
    assert_refused(f, FIXTURE_DO(f, tx, movein_deliver(tx, last.id, "")), DOCUMENT_NEEDED);
    assert_int_equal(FIXTURE_DO(f, tx, movein_deliver(tx, last.id, "EMS 1")), 0);
    assert_refused(f, FIXTURE_DO(f, tx, movein_deliver(tx, last.id, "EMS 2")), MOVEIN_DELIVERED);
    last = listed(f, MOVEIN_DELIVERED_ONES);
    assert_string_equal(last.proof, "EMS 1");
    f->as = &f->outsider;
    assert_refused(f, send(f, DEAL, day_in(10)), NOT_FOUND);
    assert_refused(f, FIXTURE_DO(f, tx, movein_deliver(tx, last.id, "x")), NOT_FOUND);
}

static void test_stage(void **state)
{
    struct fixture *f = *state;

    deal_rows(f, "one_off");
    script(f, "UPDATE deal SET stage = 'S' WHERE id = 4");
    assert_refused(f, send(f, DEAL, day_in(10)), CONTRACT_NONE);
    script(f, "UPDATE deal SET outcome = 'cancelled', closed_ms = 5 WHERE id = 4");
    assert_refused(f, send(f, DEAL, day_in(10)), DEAL_CLOSED);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)
    const struct CMUnitTest tests[] = {CASE(test_notice), CASE(test_stage)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
