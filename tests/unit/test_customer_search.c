/* test_customer_search.c - names taken apart and found again, numbers found from their ends,
 * nothing of a sealed number in the open (CU-17, CU-23). */
#include "db/card.h"
#include "db/customer_detail.h"
#include "db/customer_field.h"
#include "db/customer_search.h"
#include "db/pinyin.h"
#include "fixture.h"

static int64_t make(struct fixture *f, const char *kind, const char *name, const char *phone)
{
    const struct customer_new c = {.source_id = 3,
                                   .kind = kind,
                                   .name = name,
                                   .notice = "2026-01",
                                   .phones = {phone},
                                   .n_phones = 1};
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, customer_create(tx, &c, &id)), 0);
    return id;
}

struct hits {
    int64_t ids[CUSTOMER_FOUND_MAX];
    size_t n;
};

static int hit(void *arg, const struct customer_row *row)
{
    struct hits *hits = arg;

    hits->ids[hits->n++] = row->id;
    return 0;
}

static struct hits search(struct fixture *f, const char *asked)
{
    struct hits hits = {.n = 0};

    assert_int_equal(FIXTURE_DO(f, tx, customer_search(tx, asked, 20, hit, &hits)), 0);
    return hits;
}

static void assert_finds(struct fixture *f, const char *asked, int64_t id)
{
    const struct hits hits = search(f, asked);
    bool found = false;

    for (size_t i = 0; i < hits.n; i++)
        found = found || hits.ids[i] == id;
    if (!found)
        fail_msg("“%s” does not find %lld", asked, (long long)id);
}

static void assert_nothing(struct fixture *f, const char *asked)
{
    if (search(f, asked).n)
        fail_msg("“%s” finds somebody", asked);
}

static void test_names_are_read(void **state)
{
    static const struct {
        const char *name, *parts; /* pinyin, each with a blank behind it */
    } names[] = {
        {"张三丰", "zhang san feng "},
        {"曾国强", "zeng guo qiang "}, /* as a surname; else ceng */
        {"单田芳", "shan tian fang "},
        {"吕不韦", "lv bu wei "},
        {"欧阳修", "ou yang xiu "},
        {"John Smith", "john smith "},
        {"北京Abc公司", "bei jing abc gong si "},
        {"Ж·Иванов", "ж иванов "}, /* no capitals but of ASCII are made small: see below */
        {"", ""},
        {"·　 ", ""},
        {"𠀀李", "𠀀 li "}, /* no reading is known: itself */
    };
    (void)state;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct name_part parts[NAME_PARTS_MAX];
        const size_t n = name_split(names[i].name, parts);
        char text[512] = "";

        for (size_t j = 0; j < n; j++)
            snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s ", parts[j].pinyin);
        if (i != 7)
            assert_string_equal(text, names[i].parts);
        else
            assert_int_equal(n, 2);
    }
}

static void test_long_names_end(void **state)
{
    struct name_part parts[NAME_PARTS_MAX];
    char name[60 * 3 + 1] = "", letters[10001];
    (void)state;

    for (int i = 0; i < 60; i++)
        snprintf(name + strlen(name), sizeof(name) - strlen(name), "长");
    assert_int_equal(name_split(name, parts), NAME_PARTS_MAX);
    memset(letters, 'x', 10000);
    letters[10000] = '\0';
    assert_int_equal(name_split(letters, parts), 1);
    assert_true(strlen(parts[0].text) < NAME_PART_TEXT);
}

static void test_found_by_name(void **state)
{
    struct fixture *f = *state;
    const int64_t zhang = make(f, "person", "张三丰", "13812341234");
    const int64_t lv = make(f, "person", "吕布", "13812341235");
    const int64_t company = make(f, "company", "上海远景科技有限公司", "13812341236");
    const char *ways[] = {"张三丰", "张",   "三丰", "丰",  "zhangsanfeng", "zhang san", "ZhangSan",
                          "sanf",   "feng", "zsf",  "ZSF", "zs",           "sf"};

    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
        assert_finds(f, ways[i], zhang);
    assert_finds(f, "lvbu", lv);
    assert_finds(f, "lubu", lv);
    assert_finds(f, "远景", company);
    assert_finds(f, "shyj", company);
    assert_finds(f, "yuanjing", company);
    assert_nothing(f, "hang"); /* not the beginning of a syllable */
    assert_nothing(f, "李四");
    assert_nothing(f, "%");
    assert_nothing(f, "' OR 1=1 --");
    assert_int_equal(search(f, "张三丰").ids[0], zhang);
}

static void test_renamed_is_found_anew(void **state)
{
    struct fixture *f = *state;
    const int64_t id = make(f, "person", "张三丰", "13812341234");
    const struct customer_change change = {.id = id, .version = 1, .name = "王五"};

    assert_int_equal(FIXTURE_DO(f, tx, customer_update(tx, &change)), 0);
    assert_finds(f, "ww", id);
    assert_nothing(f, "zsf");
    assert_nothing(f, "张三");
}

static void test_found_by_number(void **state)
{
    struct fixture *f = *state;
    const int64_t id = make(f, "person", "张三丰", "13812345678");
    const int64_t other = make(f, "person", "李四", "13987655678");
    const struct customer_change change = {
        .id = id, .version = 1, .document_kind = "id_card", .document = "11010519491231002X"};
    const struct card_new card = {"u:04A1B2C3", "YQ-0042", "2026-01"};
    int64_t card_id = 0;
    struct hits hits;

    assert_int_equal(FIXTURE_DO(f, tx, customer_update(tx, &change)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, card_issue(tx, id, &card, &card_id)), 0);
    assert_int_equal(search(f, "5678").n, 2); /* the tail of both */
    hits = search(f, "45678");
    assert_int_equal(hits.n, 1); /* opened and compared */
    assert_int_equal(hits.ids[0], id);
    assert_finds(f, "1234 5678", id);
    assert_finds(f, "+86 138-1234-5678", id);
    assert_finds(f, "765 5678", other);
    assert_nothing(f, "1234567"); /* the middle is not searched: customer_search.h */
    assert_nothing(f, "678");     /* fewer than four */
    assert_finds(f, "002x", id);
    assert_finds(f, "31002X", id);
    assert_finds(f, "11010519491231002x", id);
    assert_finds(f, "110105491231002", id); /* as it was before 1999 */
    assert_finds(f, "yq-0042", id);
    assert_finds(f, "YQ-00", id);
    assert_nothing(f, "YQ-1");
}

static void test_found_by_field(void **state)
{
    struct fixture *f = *state;
    const int64_t id = make(f, "person", "张三丰", "13812345678");
    const struct customer_field_edit field = {.name = "车牌", .type = "text", .enabled = -1};
    struct customer_extra extra = {.value = "沪A12345"};
    struct customer_detail_change change = {
        .customer_id = id, .version = 1, .extras = &extra, .n_extras = 1};

#define LEAVE_TEXT(name, ...)   change.detail.name = NULL;
#define LEAVE_NUMBER(name, ...) change.detail.name = DETAIL_LEAVE;
    CUSTOMER_DETAIL(LEAVE_TEXT, LEAVE_TEXT, LEAVE_NUMBER, LEAVE_NUMBER)
    assert_int_equal(FIXTURE_DO(f, tx, customer_field_create(tx, &field, &extra.field_id)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, customer_detail_set(tx, &change)), 0);
    assert_finds(f, "沪A123", id);
    assert_nothing(f, "沪B");
}

static void test_deleted_is_not_found(void **state)
{
    struct fixture *f = *state;
    const int64_t id = make(f, "person", "张三丰", "13812345678");
    int64_t again;

    assert_refused(f, FIXTURE_DO(f, tx, customer_delete(tx, id, 1, "")), REASON_NEEDED);
    assert_refused(f, FIXTURE_DO(f, tx, customer_delete(tx, id, 2, "重复")), VERSION_CHANGED);
    assert_int_equal(FIXTURE_DO(f, tx, customer_delete(tx, id, 1, "重复登记")), 0);
    assert_nothing(f, "张三丰");
    assert_nothing(f, "5678");
    assert_nothing(f, "13812345678");
    assert_refused(f, FIXTURE_DO(f, tx, customer_need(tx, id)), NOT_FOUND);
    again = make(f, "person", "张三丰", "13812345678"); /* the number is free */
    assert_finds(f, "5678", again);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM customer"), 2); /* logical */
    assert_int_equal(
        fixture_count(f, "SELECT COUNT(*) FROM audit WHERE action = 'customer.delete'"), 1);
}

static void test_keys_are_filled(void **state)
{
    struct fixture *f = *state;
    const int64_t id = make(f, "person", "张三丰", "13812345678");

    assert_int_equal(db_begin(f->db), 0);
    assert_true(db_run(f->db, "DELETE FROM customer_key", "") > 0);
    assert_int_equal(db_run(f->db, "UPDATE customer SET pinyin = NULL", ""), 1);
    assert_int_equal(customer_keys_fill(f->db), 1);
    assert_int_equal(customer_keys_fill(f->db), 0);
    assert_int_equal(db_commit(f->db), 0);
    assert_finds(f, "zsf", id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_are_read),
        cmocka_unit_test(test_long_names_end),
        cmocka_unit_test_setup_teardown(test_found_by_name, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_renamed_is_found_anew, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_found_by_number, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_found_by_field, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_deleted_is_not_found, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_keys_are_filled, fixture_setup, fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
