/* test_device.c - the registry of readers: who is known again, what people may change. */
#include "fixture.h"

#include "db/device.h"
#include "db/terminal.h"

static const struct device_new swiper = {"usb", "0801:0002:0/A1", "magtek-mini-hid", "MagTek"};

struct seen {
    int n;
    int64_t id, version, terminal_id, seen_ms;
    char name[200], mark[DEVICE_MARK_MAX + 1];
};

static int see(void *arg, const struct device_row *row)
{
    struct seen *seen = arg;

    seen->n++;
    seen->id = row->id;
    seen->version = row->version;
    seen->terminal_id = row->terminal_id;
    seen->seen_ms = row->seen_ms;
    snprintf(seen->name, sizeof(seen->name), "%s", row->name);
    snprintf(seen->mark, sizeof(seen->mark), "%s", row->mark);
    return 0;
}

static struct seen look(struct fixture *f, int64_t id)
{
    struct seen seen = {0};

    assert_int_equal(FIXTURE_DO(f, tx, device_scan(tx, id, see, &seen)), 0);
    return seen;
}

static int64_t plug(struct fixture *f, const struct device_new *device, int fresh)
{
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, device_seen(tx, device, &id)), fresh);
    assert_int_equal(fixture_changed(f, CHANGE_DEVICE, id), fresh);
    return id;
}

static int64_t terminal_of(struct fixture *f, uint8_t n, const char *kind, int64_t project_id,
                           bool paired)
{
    const uint8_t code[TERMINAL_HASH] = {n}, token[TERMINAL_HASH] = {n, n};
    const struct terminal_new t = {
        .kind = kind, .name = "desk", .project_id = project_id, .code_hash = code};
    int64_t id = 0, expires = 0;

    assert_int_equal(FIXTURE_DO(f, tx, terminal_create(tx, &t, &id, &expires)), 0);
    if (paired)
        assert_int_equal(FIXTURE_DO(f, tx, terminal_pair(tx, code, token, "::1", &id)), 0);
    return id;
}

static int64_t terminal(struct fixture *f, uint8_t n, bool paired)
{
    return terminal_of(f, n, "counter", 0, paired);
}

static void test_known_again(void **state)
{
    struct fixture *f = *state;
    int64_t id = plug(f, &swiper, 1);

    f->now_ms += 1000;
    assert_int_equal(plug(f, &swiper, 0), id);
    assert_int_equal(look(f, 0).n, 1);
    assert_int_equal(look(f, id).seen_ms, f->now_ms);
    assert_refused(f, FIXTURE_DO(f, tx, device_scan(tx, 99, see, &(struct seen){0})), NOT_FOUND);
}

/* A name is cut between characters, whatever a model is called. */
static void test_long_name(void **state)
{
    struct device_new device = swiper;
    struct fixture *f = *state;
    char name[3 * 60 + 1] = "";

    for (int i = 0; i < 60; i++)
        memcpy(name + 3 * i, "读", 4);
    device.name = name;
    assert_int_equal(strlen(look(f, plug(f, &device, 1)).name), 3 * DEVICE_NAME_MAX);
}

static void test_limit(void **state)
{
    struct fixture *f = *state;
    char mark[16];
    struct device_new device = {"usb", mark, "m", "n"};
    int64_t id;

    for (int i = 0; i < DEVICE_MAX; i++) {
        snprintf(mark, sizeof(mark), "m%d", i);
        plug(f, &device, 1);
    }
    snprintf(mark, sizeof(mark), "one more");
    assert_refused(f, FIXTURE_DO(f, tx, device_seen(tx, &device, &id)), LIMIT_REACHED);
    snprintf(mark, sizeof(mark), "m7");
    plug(f, &device, 0); /* those that are known still come */
}

static void test_moved(void **state)
{
    const struct device_new other = {"usb", "08ff:0009:0@1-1", "syc", "Syc"};
    struct fixture *f = *state;
    int64_t id = plug(f, &swiper, 1), taken = plug(f, &other, 1);

    assert_int_equal(FIXTURE_DO(f, tx, device_moved(tx, id, other.mark)), -EEXIST);
    assert_int_equal(FIXTURE_DO(f, tx, device_moved(tx, taken, "08ff:0009:0@1-2")), 0);
    assert_string_equal(look(f, taken).mark, "08ff:0009:0@1-2");
    assert_string_equal(look(f, id).mark, swiper.mark);
}

static void test_update(void **state)
{
    struct fixture *f = *state;
    int64_t id = plug(f, &swiper, 1), desk = terminal(f, 1, true);
    struct device_change change = {id, 1, "柜台", desk};

    assert_int_equal(FIXTURE_DO(f, tx, device_update(tx, &change)), 0);
    assert_true(fixture_changed(f, CHANGE_DEVICE, id));
    assert_int_equal(look(f, id).terminal_id, desk);
    assert_string_equal(look(f, id).name, "柜台");
    assert_refused(f, FIXTURE_DO(f, tx, device_update(tx, &change)), VERSION_CHANGED);
    change = (struct device_change){id, 2, NULL, 0};
    assert_int_equal(FIXTURE_DO(f, tx, device_update(tx, &change)), 0);
    assert_int_equal(look(f, id).terminal_id, 0);
    assert_string_equal(look(f, id).name, "柜台");
    change = (struct device_change){id, 3, NULL, -1}; /* nothing is nothing: no version, no row */
    assert_int_equal(FIXTURE_DO(f, tx, device_update(tx, &change)), 0);
    assert_int_equal(look(f, id).version, 3);
}

static void test_no_such_terminal(void **state)
{
    struct fixture *f = *state;
    int64_t id = plug(f, &swiper, 1), desk = terminal(f, 1, true);
    struct device_change change = {id, 1, NULL, 99};

    assert_refused(f, FIXTURE_DO(f, tx, device_update(tx, &change)), NOT_FOUND);
    change.terminal_id = desk;
    f->as = &f->outsider; /* whose terminals are those of no project */
    assert_refused(f, FIXTURE_DO(f, tx, device_update(tx, &change)), NOT_FOUND);
    f->as = &f->actor;
    assert_int_equal(FIXTURE_DO(f, tx, terminal_revoke(tx, desk)), 0);
    assert_refused(f, FIXTURE_DO(f, tx, device_update(tx, &change)), NOT_FOUND);
}

static void test_retired(void **state)
{
    struct fixture *f = *state;
    int64_t id = plug(f, &swiper, 1);

    assert_refused(f, FIXTURE_DO(f, tx, device_retire(tx, id, 2)), VERSION_CHANGED);
    assert_int_equal(FIXTURE_DO(f, tx, device_retire(tx, id, 1)), 0);
    assert_int_equal(look(f, 0).n, 0);
    assert_refused(f, FIXTURE_DO(f, tx, device_retire(tx, id, 2)), NOT_FOUND);
    assert_int_not_equal(plug(f, &swiper, 1), id);
}

/* A reader is taken from a terminal that never came, and from none that is there. */
static void test_offer(void **state)
{
    struct fixture *f = *state;
    int64_t id = plug(f, &swiper, 1), never = terminal(f, 1, false), there = terminal(f, 2, true);

    assert_int_equal(FIXTURE_DO(f, tx, device_offer(tx, "MagTek", never)), 0);
    assert_int_equal(look(f, id).terminal_id, never);
    assert_int_equal(FIXTURE_DO(f, tx, device_offer(tx, "MagTek", there)), 0);
    assert_int_equal(look(f, id).terminal_id, there);
    assert_int_equal(FIXTURE_DO(f, tx, device_offer(tx, "MagTek", never)), 0);
    assert_int_equal(look(f, id).terminal_id, there);
    assert_int_equal(FIXTURE_DO(f, tx, terminal_revoke(tx, there)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, device_offer(tx, "MagTek", never)), 0);
    assert_int_equal(look(f, id).terminal_id, never);
    assert_refused(f, FIXTURE_DO(f, tx, device_offer(tx, "nobody", never)), READER_UNKNOWN);
}

struct lendable {
    int n;
    char terminal[200];
};

static int lendable_see(void *arg, const struct device_lendable *row)
{
    struct lendable *seen = arg;

    seen->n++;
    snprintf(seen->terminal, sizeof(seen->terminal), "%s", row->terminal ? row->terminal : "");
    return 0;
}

static struct lendable lendable(struct fixture *f, int64_t own_terminal_id)
{
    struct lendable seen = {0};

    assert_int_equal(
        FIXTURE_DO(f, tx, device_lendable_scan(tx, 0, own_terminal_id, lendable_see, &seen)), 0);
    return seen;
}

static void serve(struct fixture *f, int64_t id, int64_t terminal_id)
{
    const struct device_change change = {id, look(f, id).version, NULL, terminal_id};

    assert_int_equal(FIXTURE_DO(f, tx, device_update(tx, &change)), 0);
}

/* Where somebody of the staff stands, in his projects, or where nobody does; a customer's is never
 * taken. */
static void test_lendable(void **state)
{
    struct fixture *f = *state;
    const int64_t id = plug(f, &swiper, 1), desk = terminal_of(f, 1, "counter", f->project, true),
                  kiosk = terminal_of(f, 2, "kiosk", 0, true), all = terminal(f, 3, true);
    struct lendable seen = {0};

    assert_int_equal(lendable(f, 0).n, 1); /* it serves nobody */
    assert_string_equal(lendable(f, 0).terminal, "");
    serve(f, id, kiosk);
    assert_int_equal(lendable(f, 0).n, 0);
    assert_int_equal(lendable(f, kiosk).n, 0);
    assert_refused(f, FIXTURE_DO(f, tx, device_lendable_scan(tx, id, 0, lendable_see, &seen)),
                   NOT_FOUND);
    serve(f, id, desk);
    assert_string_equal(lendable(f, 0).terminal, "desk");
    f->as = &f->outsider; /* not of that project */
    assert_int_equal(lendable(f, 0).n, 0);
    assert_int_equal(lendable(f, all).n, 0);
    assert_int_equal(lendable(f, desk).n, 1); /* who stands at it has it */
    f->as = &f->actor;
    serve(f, id, all);
    f->as = &f->outsider;
    assert_int_equal(lendable(f, 0).n, 1);
    f->as = &f->actor;
    serve(f, id, kiosk);
    assert_int_equal(FIXTURE_DO(f, tx, terminal_revoke(tx, kiosk)), 0);
    assert_string_equal(lendable(f, 0).terminal, ""); /* there is no such kiosk any more */
    assert_int_equal(lendable(f, 0).n, 1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_known_again), CASE(test_long_name), CASE(test_limit),
        CASE(test_moved),       CASE(test_update),    CASE(test_no_such_terminal),
        CASE(test_retired),     CASE(test_offer),     CASE(test_lendable)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
