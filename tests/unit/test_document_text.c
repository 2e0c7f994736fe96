/* test_document_text.c - templates in versions, and the text of a paper: each field filled, figures
 * and capitals agreeing, the permit's account, nothing personal in clear in the file; of documents,
 * notices and executed changes. */
#include "change_fixture.h"

#include <fcntl.h>

#include "db/day.h"
#include "db/document_text.h"
#include "db/movein.h"

static const char phone[] = "13812340000"; /* of deal_buyers[0] */

static int64_t template_made(struct fixture *f, const char *kind, const char *body, int *ret_r)
{
    const struct template_new t = {f->project, kind, "模版", body};
    int64_t id = 0;

    *ret_r = FIXTURE_DO(f, tx, template_create(tx, &t, &id));
    return id;
}

static int64_t template_used(struct fixture *f, const char *kind, const char *body)
{
    int r;
    int64_t id = template_made(f, kind, body, &r);

    assert_int_equal(r, 0);
    assert_int_equal(FIXTURE_DO(f, tx, template_activate(tx, id)), 0);
    return id;
}

static int keep(void *arg, const char *body)
{
    snprintf(arg, 8000, "%s", body);
    return 0;
}

static int text_read(struct fixture *f, const char *sql, int64_t id, bool clear, char out[8000])
{
    int64_t text = fixture_of(f, sql, id);

    out[0] = '\0';
    return FIXTURE_DO(f, tx, document_text_get(tx, text, clear, keep, out));
}

static int text_of(struct fixture *f, int64_t document, bool clear, char out[8000])
{
    return text_read(f, "SELECT COALESCE(MAX(id), 0) FROM document_text WHERE document_id = $1",
                     document, clear, out);
}

static int64_t document_of(struct fixture *f, int64_t deal)
{
    return fixture_of(f, "SELECT MAX(id) FROM deal_document WHERE deal_id = $1", deal);
}

static int64_t version_of(struct fixture *f, int64_t template)
{
    return fixture_of(f, "SELECT at_ms FROM document_template WHERE id = $1", template);
}

static void test_versions(void **state)
{
    struct fixture *f = *state;
    int r;
    int64_t first, second, seen;

    template_made(f, "contract", "{{没有}} {{unit}} {{nothing}}", &r);
    assert_refused(f, r, FIELDS_WRONG);
    assert_int_equal(f->fault.n_items, 2);
    first = template_made(f, "contract", "一 {{unit}} {{房号}} {{ {}", &r);
    assert_int_equal(r, 0);
    seen = version_of(f, first);
    assert_int_equal(
        FIXTURE_DO(f, tx, template_update(tx, first, version_of(f, first), NULL, "改")), 0);
    /* Seen before that: in the same millisecond, which is another version all the same. */
    assert_refused(f, FIXTURE_DO(f, tx, template_update(tx, first, seen, NULL, "别人的")),
                   VERSION_CHANGED);
    assert_int_equal(FIXTURE_DO(f, tx, template_activate(tx, first)), 0);
    assert_refused(
        f, FIXTURE_DO(f, tx, template_update(tx, first, version_of(f, first), NULL, "又改")),
        TEMPLATE_USED);
    assert_refused(f, FIXTURE_DO(f, tx, template_activate(tx, first)), TEMPLATE_USED);
    second = template_used(f, "contract", "二");
    assert_int_equal(fixture_of(f, "SELECT number FROM document_template WHERE id = $1", second),
                     2);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM document_template WHERE state = "
                                      "'active'"),
                     1);
    f->as = &f->outsider;
    assert_refused(f,
                   FIXTURE_DO(f, tx, template_update(tx, second, version_of(f, second), "x", NULL)),
                   NOT_FOUND);
    template_made(f, "contract", "三", &r);
    assert_refused(f, r, NOT_FOUND);
}

/* All fields at once: what is filled has no braces left but for what is personal, and then none. */
static void test_every_field(void **state)
{
    struct fixture *f = *state;
    size_t n;
    const struct document_field *fields = document_fields(&n);
    char body[8000] = "", text[8000];
    size_t used = 0;
    int64_t deal, document;

    for (size_t i = 0; i < n; i++)
        used += (size_t)snprintf(body + used, sizeof(body) - used, "%s=[{{%s}}]\n", fields[i].en,
                                 i % 2 ? fields[i].zh : fields[i].en);
    template_used(f, "contract", body);
    assert_int_equal(db_run(f->db,
                            "UPDATE permit SET escrow_bank = '建行', escrow_name = '专户', "
                            "escrow_account = '6222-1' WHERE id = $1",
                            "i", f->permit),
                     1);
    f->now_ms += FIXTURE_DAY;
    deal = deal_new(f, 'S', f->units[0], 0);
    assert_int_equal(deal_pay(f, deal, DEPOSIT), 0);
    assert_int_equal(deal_goes(f, deal, 'C', 0, 0, "HT-1"), 0);
    document = document_of(f, deal);
    assert_int_equal(text_of(f, document, false, text), 0);
    assert_null(strstr(text, "{{"));
    assert_non_null(strstr(text, "total=[1,103,333.00]"));
    assert_non_null(strstr(text, "total in words=[壹佰壹拾万叁仟叁佰叁拾叁元整]"));
    assert_non_null(strstr(text, "deposit=[50,000.00]"));
    assert_non_null(strstr(text, "deposit in words=[伍万元整]"));
    assert_non_null(strstr(text, "escrow account=[6222-1]"));
    assert_non_null(strstr(text, "gross area=[89.37]"));
    assert_non_null(strstr(text, "buyers=[王**]"));
    assert_non_null(strstr(text, "shares=[王** 100.00%]"));
    assert_non_null(strstr(text, "phones=[138****0000]"));
    assert_non_null(strstr(text, "loan years=[／]")); /* none: struck through */
    assert_null(strstr(text, deal_documents[0]));
    /* The paper before it had no template: it has no text. */
    assert_refused(f, text_of(f, document - 1, false, text), NOT_FOUND);
}

static void test_in_clear(void **state)
{
    struct fixture *f = *state;
    struct actor poor = f->actor;
    char text[8000];
    int64_t deal, document;

    template_used(f, "subscription", "{{买受人}} {{证件号码}} {{联系电话}}");
    deal = deal_new(f, 'S', f->units[0], 0);
    document = document_of(f, deal);
    assert_int_equal(text_of(f, document, true, text), 0);
    assert_non_null(strstr(text, "王小明 11010519491231002X 13812340000"));
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM audit WHERE action = "
                                      "'document.clear'"),
                     1);
    poor.rights &= ~RIGHT_BIT(RIGHT_CUSTOMER_CLEAR);
    f->as = &poor;
    assert_refused(f, text_of(f, document, true, text), DENIED);
    assert_int_equal(text_of(f, document, false, text), 0);
    assert_non_null(strstr(text, "王** "));
    poor.rights &= ~RIGHT_BIT(RIGHT_DEAL_ALL);
    poor.id = 3; /* another's */
    assert_refused(f, text_of(f, document, false, text), NOT_FOUND);
}

/* A template that comes into use later changes no paper; a buyer who leaves stays in his. */
static void test_frozen(void **state)
{
    struct fixture *f = *state;
    char text[8000];
    int64_t deal;

    template_used(f, "subscription", "旧 {{买受人}}");
    deal = deal_new(f, 'S', f->units[0], 0);
    template_used(f, "subscription", "新 {{买受人}}");
    f->now_ms += FIXTURE_MINUTE;
    assert_int_equal(db_run(f->db, "UPDATE deal_party SET ended_ms = $2 WHERE deal_id = $1", "ii",
                            deal, f->now_ms),
                     1);
    assert_int_equal(text_of(f, document_of(f, deal), false, text), 0);
    assert_string_equal(text, "旧 王**");
    assert_true(db_run(f->db, "UPDATE document_text SET body = 'x'", "") < 0);
}

/* The database and its log have the text, and no number of a person (DP-09). */
static void test_nothing_in_clear(void **state)
{
    struct fixture *f = *state;
    char wal[110], text[8000];
    int64_t deal;

    template_used(f, "subscription", "特征文字 {{证件号码}} {{联系电话}}");
    deal = deal_new(f, 'S', f->units[0], 0);
    assert_int_equal(text_of(f, document_of(f, deal), true, text), 0);
    snprintf(wal, sizeof(wal), "%s-wal", f->path);
    assert_true(fixture_file_has(f->path, "特征文字") || fixture_file_has(wal, "特征文字"));
    assert_false(fixture_file_has(f->path, deal_documents[0]) ||
                 fixture_file_has(wal, deal_documents[0]));
    assert_false(fixture_file_has(f->path, phone) || fixture_file_has(wal, phone));
}

static void test_preview(void **state)
{
    struct fixture *f = *state;
    char text[8000];
    int r;

    r = FIXTURE_DO(f, tx,
                   document_text_preview(tx, f->project, "subscription", "{{总价}}", keep, text));
    assert_int_equal(r, 0);
    assert_string_equal(text, "{{总价}}"); /* there is no paper yet */
    deal_new(f, 'S', f->units[0], 0);
    r = FIXTURE_DO(
        f, tx,
        document_text_preview(tx, f->project, "subscription", "{{总价}} {{buyers}}", keep, text));
    assert_int_equal(r, 0);
    assert_string_equal(text, "1,103,333.00 王**");
    r = FIXTURE_DO(f, tx,
                   document_text_preview(tx, f->project, "subscription", "{{总}}", keep, text));
    assert_refused(f, r, FIELDS_WRONG);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM document_text"), 0);
}

/* ---- what is of no document ---- */

static int text_listed(void *arg, const struct document_text_row *row)
{
    char *out = arg;
    const size_t n = strlen(out);

    snprintf(out + n, 200 - n, "%s %s;", row->kind, row->change);
    return 0;
}

static const char *texts_of(struct fixture *f, int64_t deal)
{
    static char out[200];

    out[0] = '\0';
    assert_int_equal(FIXTURE_DO(f, tx, document_text_list(tx, deal, text_listed, out)), 0);
    return out;
}

/* A notice has its own text, of the day it names; without a template of its kind it has none. */
static void test_notice(void **state)
{
    struct fixture *f = *state;
    char day[DAY_TEXT], text[8000], wanted[200];
    int64_t deal = change_deal(f, 'C', f->units[0], 0);
    struct movein_new notice = {&deal, 1, day, "post"};

    day_of(f->now_ms, day);
    assert_int_equal(day_add(day, MOVEIN_AHEAD_DAYS, day), 0);
    assert_int_equal(FIXTURE_DO(f, tx, movein_send(tx, &notice)), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM document_text"), 0);
    template_used(f, "movein_notice", "{{买受人}} {{handover date}} {{房号}} {{变更事项}}");
    assert_int_equal(FIXTURE_DO(f, tx, movein_send(tx, &notice)), 0);
    assert_int_equal(
        text_read(f, "SELECT id FROM document_text WHERE notice_id IS NOT NULL AND deal_id = $1",
                  deal, false, text),
        0);
    assert_null(strstr(text, "{{"));
    snprintf(wanted, sizeof(wanted), "王** %s ", day);
    assert_memory_equal(text, wanted, strlen(wanted));
    assert_non_null(strstr(text, "／")); /* no change */
    assert_string_equal(texts_of(f, deal), "movein_notice ;");
    assert_true(db_run(f->db, "DELETE FROM document_text", "") < 0);
}

static void change_text(struct fixture *f, int64_t change, bool clear, char text[8000])
{
    assert_int_equal(
        text_read(f, "SELECT id FROM document_text WHERE change_id = $1", change, clear, text), 0);
}

/* What is asked for has no paper; what was executed says who bought before and who buys now. */
static void test_change_of_buyers(void **state)
{
    struct fixture *f = *state;
    struct deal_change_ask ask;
    char text[8000];
    int64_t deal, change;

    template_used(f, "change",
                  "{{变更事项}} {{变更原因}} {{原买受人}} {{买受人}} {{原总价}} {{总价}}");
    deal = change_deal(f, 'S', f->units[0], 0);
    f->now_ms += FIXTURE_MINUTE;
    ask = change_of(f, DEAL_CHANGE_RENAME, deal, 0);
    assert_int_equal(db_run(f->db, "UPDATE customer SET name = '陈大文' WHERE id = $1", "i",
                            ask.buyers[0].customer_id),
                     1);
    change = change_asked(f, &ask);
    assert_string_equal(texts_of(f, deal), "");
    f->now_ms += FIXTURE_MINUTE;
    change_approve(f, change);
    assert_string_equal(texts_of(f, deal), "change rename;");
    change_text(f, change, true, text);
    assert_string_equal(text, "更名 because 王小明 陈大文 1,103,333.00 1,103,333.00");
    change_text(f, change, false, text);
    assert_string_equal(text, "更名 because 王** 陈** 1,103,333.00 1,103,333.00");
}

/* An exchange names both homes; a refused one has no paper. */
static void test_change_of_unit(void **state)
{
    struct fixture *f = *state;
    struct deal_change_ask ask;
    char text[8000];
    int64_t deal, change;

    template_used(f, "change", "{{原房号}}>{{房号}} {{变更款项}} {{退款金额}}");
    deal = change_deal(f, 'S', f->units[0], 0);
    ask = change_of(f, DEAL_CHANGE_EXCHANGE, deal, f->units[1]);
    change = change_asked(f, &ask);
    assert_int_equal(change_decide(f, change, APPROVAL_REJECTED), 0);
    assert_string_equal(texts_of(f, deal), "");
    ask = change_of(f, DEAL_CHANGE_EXCHANGE, deal, f->units[1]);
    change = change_asked(f, &ask);
    change_approve(f, change);
    change_text(f, change, false, text);
    assert_non_null(strstr(text, "101>"));
    assert_non_null(strstr(text, "102 ／ ／"));
}

static void test_change_of_day(void **state)
{
    struct fixture *f = *state;
    struct deal_change_ask ask;
    char text[8000], day[DAY_TEXT], wanted[100];
    int64_t deal, change;

    template_used(f, "change", "{{原期限}}>{{变更后期限}}");
    deal = change_deal(f, 'S', f->units[0], 0);
    day_of(fixture_of(f, "SELECT due_ms FROM deal WHERE id = $1", deal), day);
    ask = change_of(f, DEAL_CHANGE_POSTPONE_SIGNING, deal, 0);
    change = change_asked(f, &ask);
    f->now_ms += FIXTURE_MINUTE;
    change_approve(f, change);
    change_text(f, change, false, text);
    snprintf(wanted, sizeof(wanted), "%s>", day);
    assert_memory_equal(text, wanted, strlen(wanted));
    day_of(fixture_of(f, "SELECT due_ms FROM deal WHERE id = $1", deal), day);
    assert_non_null(strstr(text, day));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, change_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_versions),      CASE(test_every_field),      CASE(test_in_clear),
        CASE(test_frozen),        CASE(test_nothing_in_clear), CASE(test_preview),
        CASE(test_notice),        CASE(test_change_of_buyers), CASE(test_change_of_unit),
        CASE(test_change_of_day),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
