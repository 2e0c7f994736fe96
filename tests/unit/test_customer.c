/* test_customer.c - the customer master: found and masked, one number once, in clear only with a
 * trace, and nothing of it legible in the file, its log or a backup (CU-01, CU-23, DP-02). */
#include <fcntl.h>
#include <sys/stat.h>

#include "db/audit.h"
#include "db/customer.h"
#include "fixture.h"

#define PHONE    "13812341234"
#define SECOND   "13987654321"
#define DOCUMENT "11010519491231002X"

static int64_t make(struct fixture *f, const char *name, const char *phone)
{
    const struct customer_new c = {.source_id = 3,
                                   .kind = "person",
                                   .name = name,
                                   .notice = "2026-01",
                                   .phones = {phone},
                                   .n_phones = 1};
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, customer_create(tx, &c, &id)), 0);
    return id;
}

struct seen {
    struct customer_row row;
    size_t n;
    int64_t ids[64];
};

static int see(void *arg, const struct customer_row *row)
{
    struct seen *seen = arg;

    seen->row = *row;
    seen->ids[seen->n++] = row->id;
    return 0;
}

static struct seen look(struct fixture *f, const char *phone, const char *name, int64_t before)
{
    const struct customer_filter filter = {
        .phone = phone, .name = name, .before_id = before, .limit = CUSTOMER_PAGE_MAX};
    struct seen seen = {.n = 0};

    assert_int_equal(FIXTURE_DO(f, tx, customer_scan(tx, &filter, see, &seen)), 0);
    return seen;
}

static void test_create_and_find(void **state)
{
    struct fixture *f = *state;
    const struct customer_new c = {.source_id = 3,
                                   .kind = "person",
                                   .name = "张三丰",
                                   .notice = "2026-01",
                                   .phones = {"+86 138 1234 1234", "１３９８７６５４３２１"},
                                   .n_phones = 2,
                                   .document_kind = "id_card",
                                   .document = "11010519491231002x"};
    struct seen seen;
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, customer_create(tx, &c, &id)), 0);
    make(f, "李四", "13700000001");
    seen = look(f, PHONE, NULL, 0);
    assert_int_equal(seen.n, 1);
    assert_int_equal(seen.row.id, id);
    assert_string_equal(seen.row.name, "张**");
    assert_null(seen.row.full_name);
    assert_int_equal(seen.row.n_contacts, 3);
    assert_string_equal(seen.row.contacts[0].masked, "138****1234");
    assert_string_equal(seen.row.contacts[1].masked, "139****4321");
    assert_string_equal(seen.row.contacts[2].masked, "****002X");
    assert_int_equal(seen.row.contacts[2].kind, CONTACT_ID_CARD);
    assert_int_equal(seen.row.created_ms, f->now_ms);
    assert_int_equal(look(f, "０１３９８７６５４３２１", NULL, 0).n, 0);
    assert_int_equal(look(f, SECOND, NULL, 0).n, 1);
    assert_int_equal(look(f, "13700000002", NULL, 0).n, 0);
    assert_refused(f,
                   FIXTURE_DO(f, tx,
                              customer_scan(tx, &(struct customer_filter){.phone = "x"}, see,
                                            &(struct seen){.n = 0})),
                   PHONE_WRONG);
    assert_refused(f, FIXTURE_DO(f, tx, customer_get(tx, 99, see, &seen)), NOT_FOUND);
}

static void test_find_by_name(void **state)
{
    struct fixture *f = *state;
    char phone[16];
    struct seen seen;

    make(f, "张三", PHONE);
    make(f, "小张", SECOND);
    make(f, "100%_!", "13700000001");
    assert_int_equal(look(f, NULL, "张", 0).n, 2);
    assert_int_equal(look(f, NULL, "三", 0).n, 1);
    assert_int_equal(look(f, NULL, "%", 0).n, 1); /* signs stand for themselves */
    assert_int_equal(look(f, NULL, "_", 0).n, 1);
    assert_int_equal(look(f, NULL, "!", 0).n, 1);
    assert_int_equal(look(f, NULL, "' OR 1=1 --", 0).n, 0);
    for (int i = 0; i < CUSTOMER_PAGE_MAX + 3; i++) {
        snprintf(phone, sizeof(phone), "136000000%02d", i);
        make(f, "王五", phone);
    }
    seen = look(f, NULL, "王", 0);
    assert_int_equal(seen.n, CUSTOMER_PAGE_MAX); /* bounded */
    assert_true(seen.ids[0] > seen.ids[1]);
    assert_int_equal(look(f, NULL, "王", seen.ids[seen.n - 1]).n, 3);
}

static void test_one_number_once(void **state)
{
    struct fixture *f = *state;
    const int64_t first = make(f, "张三", PHONE);
    struct customer_new c = {.source_id = 3,
                             .kind = "person",
                             .name = "李四",
                             .notice = "2026-01",
                             .phones = {"+86-138-1234-1234"},
                             .n_phones = 1};
    struct customer_change change = {.id = first, .version = 1, .add_phone = SECOND};
    char text[24];
    int64_t id = 0;

    assert_refused(f, FIXTURE_DO(f, tx, customer_create(tx, &c, &id)), CUSTOMER_EXISTS);
    assert_int_equal(f->fault.n_items, 1);
    assert_string_equal(f->fault.items[0].field, "phones");
    snprintf(text, sizeof(text), "%lld", (long long)first);
    assert_string_equal(f->fault.args[0].value, text);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM customer"), 1); /* nothing half-done */
    /* A number that is given up is free again, and its past stays. */
    assert_int_equal(FIXTURE_DO(f, tx, customer_update(tx, &change)), 0);
    change = (struct customer_change){.id = first, .version = 2, .end_phone_id = 1};
    assert_int_equal(FIXTURE_DO(f, tx, customer_update(tx, &change)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, customer_create(tx, &c, &id)), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM customer_secret"), 3);
    /* Documents likewise. */
    c.phones[0] = "13700000001";
    c.document_kind = "id_card";
    c.document = DOCUMENT;
    assert_int_equal(FIXTURE_DO(f, tx, customer_create(tx, &c, &id)), 0);
    change = (struct customer_change){
        .id = first, .version = 3, .document_kind = "id_card", .document = "110105491231002"};
    assert_refused(f, FIXTURE_DO(f, tx, customer_update(tx, &change)), CUSTOMER_EXISTS);
    assert_string_equal(f->fault.items[0].field, "document");
}

static void test_wrong_input(void **state)
{
    struct fixture *f = *state;
    struct customer_new c = {.source_id = 3,
                             .kind = "person",
                             .name = "李四",
                             .notice = "n",
                             .phones = {PHONE},
                             .n_phones = 1};
    struct customer_change change = {.id = make(f, "张三", SECOND), .version = 1};
    int64_t id = 0;

    c.document = "110105194912310021";
    c.document_kind = "id_card";
    assert_refused(f, FIXTURE_DO(f, tx, customer_create(tx, &c, &id)), DOCUMENT_WRONG);
    c.document = "91350100M000100Y43";
    c.document_kind = "licence"; /* which no person has */
    assert_refused(f, FIXTURE_DO(f, tx, customer_create(tx, &c, &id)), DOCUMENT_WRONG);
    c.kind = "company";
    assert_int_equal(FIXTURE_DO(f, tx, customer_create(tx, &c, &id)), 0);
    c.phones[0] = "13600000000";
    c.document_kind = "phone";
    assert_refused(f, FIXTURE_DO(f, tx, customer_create(tx, &c, &id)), DOCUMENT_WRONG);
    change.end_phone_id = 1;
    assert_refused(f, FIXTURE_DO(f, tx, customer_update(tx, &change)), CUSTOMER_LAST_PHONE);
    change.end_phone_id = 99;
    assert_refused(f, FIXTURE_DO(f, tx, customer_update(tx, &change)), NOT_FOUND);
    change.end_phone_id = 0;
    change.version = 7;
    assert_refused(f, FIXTURE_DO(f, tx, customer_update(tx, &change)), VERSION_CHANGED);
    change.id = 99;
    assert_refused(f, FIXTURE_DO(f, tx, customer_update(tx, &change)), NOT_FOUND);
    change = (struct customer_change){.id = 1, .version = 1, .add_phone = "12"};
    assert_refused(f, FIXTURE_DO(f, tx, customer_update(tx, &change)), PHONE_WRONG);
    assert_string_equal(f->fault.items[0].field, "add_phone");
    for (int i = 0; i < CUSTOMER_PHONES_MAX - 1; i++) {
        char phone[16];

        snprintf(phone, sizeof(phone), "1370000000%d", i);
        change.add_phone = phone;
        assert_int_equal(FIXTURE_DO(f, tx, customer_update(tx, &change)), 0);
        change.version++;
    }
    change.add_phone = "13700000009";
    assert_refused(f, FIXTURE_DO(f, tx, customer_update(tx, &change)), LIMIT_REACHED);
}

static void test_in_clear_with_a_trace(void **state)
{
    struct fixture *f = *state;
    const int64_t id = make(f, "张三", PHONE);
    struct customer_clear clear = {.n_contacts = 9};

    f->actor.rights = ~RIGHT_BIT(RIGHT_CUSTOMER_CLEAR);
    assert_refused(f, FIXTURE_DO(f, tx, customer_clear(tx, id, &clear)), DENIED);
    assert_int_equal(clear.n_contacts, 9);
    f->actor.rights |= RIGHT_BIT(RIGHT_CUSTOMER_CLEAR);
    for (int i = 1; i <= 2; i++) {
        assert_int_equal(FIXTURE_DO(f, tx, customer_clear(tx, id, &clear)), 0);
        assert_int_equal(fixture_count(f,
                                       "SELECT COUNT(*) FROM audit WHERE action = 'customer.clear' "
                                       "AND object = 'customer:1' AND actor = 'tester'"),
                         i);
    }
    assert_string_equal(clear.name, "张三");
    assert_int_equal(clear.n_contacts, 1);
    assert_string_equal(clear.contacts[0].value, PHONE);
    assert_refused(f, FIXTURE_DO(f, tx, customer_clear(tx, 99, &clear)), NOT_FOUND);
}

static void test_needs_a_key(void **state)
{
    struct fixture *f = *state;
    const struct customer_new c = {.source_id = 3,
                                   .kind = "person",
                                   .name = "张三",
                                   .notice = "n",
                                   .phones = {PHONE},
                                   .n_phones = 1};
    struct seal_ring other = {.n = 0};
    int64_t id = 0, key = 0;

    make(f, "李四", SECOND);
    assert_int_equal(seal_ring_add(&other, (const uint8_t[SEAL_KEY]){2}), 0);
    assert_int_equal(customer_key_missing(f->db, &f->seal, &key), 0);
    assert_int_equal(customer_key_missing(f->db, &other, &key), 1);
    assert_int_equal(key, seal_ring_id(&f->seal));
    seal_ring_clear(&f->seal);
    assert_int_equal(FIXTURE_DO(f, tx, customer_create(tx, &c, &id)), -ENOKEY);
}

/* A further key: everything is under it afterwards, and duplicates are still seen. */
static void test_a_new_key(void **state)
{
    struct fixture *f = *state;
    struct seal_ring only = {.n = 0};
    struct customer_new c = {.source_id = 3,
                             .kind = "person",
                             .name = "王五",
                             .notice = "n",
                             .phones = {PHONE},
                             .n_phones = 1};
    int64_t id, key;

    make(f, "张三", PHONE);
    make(f, "李四", SECOND);
    assert_int_equal(customer_reseal(f->db, &f->seal), 0);
    assert_int_equal(seal_ring_add(&f->seal, (const uint8_t[SEAL_KEY]){2}), 0);
    assert_int_equal(seal_ring_add(&only, (const uint8_t[SEAL_KEY]){2}), 0);
    assert_int_equal(customer_key_missing(f->db, &only, &key), 1);
    assert_int_equal(db_begin(f->db), 0);
    assert_int_equal(customer_reseal(f->db, &f->seal), 2);
    assert_int_equal(db_commit(f->db), 0);
    assert_int_equal(customer_key_missing(f->db, &only, &key), 0);
    f->seal = only; /* the old one is not needed any more */
    assert_int_equal(look(f, PHONE, NULL, 0).n, 1);
    assert_string_equal(look(f, SECOND, NULL, 0).row.contacts[0].masked, "139****4321");
    assert_refused(f, FIXTURE_DO(f, tx, customer_create(tx, &c, &id)), CUSTOMER_EXISTS);
}

/* ---- a stolen file ---- */

static void assert_nowhere(const char *path, const char *what)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat info;
    char *bytes;

    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &info), 0);
    assert_true(info.st_size > 0);
    bytes = malloc((size_t)info.st_size);
    assert_non_null(bytes);
    assert_int_equal(read(fd, bytes, (size_t)info.st_size), info.st_size);
    if (memmem(bytes, (size_t)info.st_size, what, strlen(what)))
        fail_msg("%s holds %s", path, what);
    free(bytes);
    close(fd);
}

static void test_a_stolen_file_shows_nothing(void **state)
{
    static const char *const secrets[] = {PHONE, SECOND, DOCUMENT, "3812341", "1949123"};
    struct fixture *f = *state;
    const struct customer_new c = {.source_id = 3,
                                   .kind = "person",
                                   .name = "张三",
                                   .notice = "n",
                                   .phones = {PHONE, SECOND},
                                   .n_phones = 2,
                                   .document_kind = "id_card",
                                   .document = DOCUMENT};
    const struct customer_change change = {.id = 1, .version = 1, .end_phone_id = 1};
    struct customer_clear clear;
    char copy[128], log[128];
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, customer_create(tx, &c, &id)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, customer_update(tx, &change)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, customer_clear(tx, id, &clear)), 0);
    snprintf(copy, sizeof(copy), "%s/copy.db", f->dir);
    snprintf(log, sizeof(log), "%s-wal", f->path);
    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
        assert_nowhere(log, secrets[i]);
    assert_int_equal(db_backup(f->db, copy), 0);
    assert_true(db_checkpoint(f->db, false) >= 0);
    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
        assert_nowhere(f->path, secrets[i]);
        assert_nowhere(copy, secrets[i]);
    }
    unlink(copy);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_create_and_find),
        CASE(test_find_by_name),
        CASE(test_one_number_once),
        CASE(test_wrong_input),
        CASE(test_in_clear_with_a_trace),
        CASE(test_needs_a_key),
        CASE(test_a_new_key),
        CASE(test_a_stolen_file_shows_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
