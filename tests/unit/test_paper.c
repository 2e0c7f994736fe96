/* test_paper.c - what papers say in words and numbers, before any of it is drawn (SC-13, SC-24). */
#include "export_fixture.h"

#include "daemon/paper/book.h"
#include "daemon/paper/facts.h"
#include "daemon/site_time.h"
#include "db/day.h"
#include "db/money.h"

static struct paper begin(struct snapshot *s, enum lang lang, bool superseded)
{
    const struct paper_request request = {.snapshot = s, .lang = lang, .superseded = superseded};
    struct paper p;

    assert_int_equal(paper_begin(&request, &p), 0);
    return p;
}

static void test_money(void **state)
{
    static const struct {
        int64_t fen;
        const char *full, *brief;
    } rows[] = {{0, "0.00", "0"},
                {5, "0.05", "0.05"},
                {12300, "123.00", "123"},
                {99900, "999.00", "999"},
                {100000, "1,000.00", "1,000"},
                {12345678, "123,456.78", "123,456.78"},
                {INT64_C(10000000000000), "100,000,000,000.00", "100,000,000,000"}};
    char text[64];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        money_text(rows[i].fen, false, text, sizeof(text));
        assert_string_equal(text, rows[i].full);
        money_text(rows[i].fen, true, text, sizeof(text));
        assert_string_equal(text, rows[i].brief);
    }
    paper_area(8937, text, sizeof(text));
    assert_string_equal(text, "89.37");
    paper_area(0, text, sizeof(text)); /* unknown is not nought */
    assert_string_equal(text, "");
}

static size_t marked(const struct paper *p, enum paper_text text)
{
    size_t n = 0;

    for (size_t i = 0; i < p->n_marks; i++)
        n += p->marks[i] == paper_word(p, text);
    return n;
}

/* What a paper is not, it says: no publication, no longer the live one, no real one. */
static void test_marks(void **state)
{
    (void)state;
    for (int i = 0; i < 8; i++) {
        const bool draft = i & 1, superseded = i & 2, demo = i & 4;
        struct snapshot *s = snapshot_make(content_small(false), draft, demo);
        struct paper p = begin(s, LANG_ZH, superseded);

        assert_int_equal(marked(&p, T_DRAFT), draft);
        assert_int_equal(marked(&p, T_SUPERSEDED), superseded && !draft);
        assert_int_equal(marked(&p, T_DEMO), demo);
        assert_int_equal(p.approved[0] == '\0', draft);
        paper_end(&p);
        snapshot_unref(s);
    }
}

/* Prices as the chart has them: a list price while the unit may be had, the price paid when all
 * sold units show theirs. */
static void test_prices_by_state(void **state)
{
    (void)state;
    for (int deals = 0; deals < 2; deals++) {
        struct content *c = content_new();
        struct snapshot *s;
        struct paper p;

        items_make(c, "P", "gross", deals);
        for (size_t i = 0; i < sale_states_count; i++) {
            struct published_unit *u = unit_add(c, 1, 1, 1, "1", "1", sale_states[i].letter);

            u->total_fen = 100;
            u->deal_total_fen = 50;
        }
        s = snapshot_make(c, false, false);
        p = begin(s, LANG_ZH, false);
        for (size_t i = 0; i < sale_states_count; i++) {
            assert_int_equal(paper_total(&p, i), sale_states[i].priced ? 100 : 0);
            assert_int_equal(paper_deal(&p, i), sale_states[i].sold && deals ? 50 : 0);
        }
        assert_int_equal(paper_count_state(&p, 0, sale_states_count, 'A'), 1);
        assert_int_equal(paper_count_state(&p, 1, sale_states_count - 1, 'A'), 0);
        paper_end(&p);
        snapshot_unref(s);
    }
}

/* Prices that hold for thirty days after the approval (PR-15); of a draft nobody approved any. */
static void test_validity(void **state)
{
    char value[512], want[16], text[700];

    (void)state;
    day_of(INT64_C(1780000000000) + 30 * INT64_C(86400000), want);
    for (int i = 0; i < 4; i++) {
        const bool draft = i & 1, said = i & 2;
        struct content *c = content_small(false);
        struct snapshot *s;
        struct paper p;

        snprintf(value, sizeof(value), "%s%s%s", c->items[0].value,
                 "\x1f\x1f\x1f\x1f\x1f\x1f\x1f\x1f\x1f\x1f\x1f", said ? "30" : "0");
        c->items[0].value = pool_text(&c->pool, value);
        s = snapshot_make(c, draft, false);
        p = begin(s, LANG_ZH, false);
        assert_string_equal(p.valid, said && !draft ? want : "");
        book_facts(&p, text, sizeof(text));
        assert_int_equal(strstr(text, "价格有效至") != NULL, said && !draft);
        paper_end(&p);
        snapshot_unref(s);
    }
}

static void note_is(const struct paper *p, size_t index, const char *want)
{
    char text[1024];

    paper_note(p, index, text, sizeof(text));
    assert_string_equal(text, want);
}

/* Why a unit is not for sale is said while it is not, and of no other. */
static void test_notes_of_units(void **state)
{
    struct content *c = content_new();
    struct published_unit *u;
    struct snapshot *s;
    struct paper p;
    char short_text[8];

    (void)state;
    items_make(c, "P", "gross", false);
    u = unit_add(c, 1, 1, 1, "1", "1", 'N');
    u->hidden_reason = "seizure";
    u = unit_add(c, 1, 1, 1, "2", "2", 'A');
    u->hidden_reason = "seizure"; /* of the past */
    u = unit_add(c, 1, 1, 1, "3", "3", 'A');
    u->model_room = true;
    u->note = "角部";
    unit_add(c, 1, 1, 1, "4", "4", 'A');
    s = snapshot_make(c, false, false);
    p = begin(s, LANG_EN, false);
    note_is(&p, 0, paper_word(&p, T_R_SEIZURE));
    note_is(&p, 1, "");
    note_is(&p, 3, "");
    paper_end(&p);
    p = begin(s, LANG_ZH, false);
    paper_note(&p, 2, short_text, sizeof(short_text)); /* cut between characters */
    assert_int_equal(strlen(short_text), 6);
    paper_end(&p);
    snapshot_unref(s);
}

static void test_names(void **state)
{
    struct snapshot *s = snapshot_make(content_small(false), false, false);
    struct paper p = begin(s, LANG_EN, false);
    char text[64];

    (void)state;
    paper_building(&p, "3", text, sizeof(text));
    assert_non_null(strstr(text, "3"));
    assert_string_not_equal(text, "3"); /* "Building 3" */
    paper_building(&p, "A座", text, sizeof(text));
    assert_string_equal(text, "A座");
    paper_building(&p, "", text, sizeof(text)); /* the only one: the project's */
    assert_string_equal(text, "Riverside Garden");
    paper_stair(&p, "", text, sizeof(text));
    assert_string_equal(text, "");
    paper_end(&p);
    snapshot_unref(s);
}

struct told {
    char text[16384];
};

static int tell(void *arg, const struct paper_note_line *line)
{
    struct told *t = arg;
    size_t n = strlen(t->text);

    snprintf(t->text + n, sizeof(t->text) - n, "%s|%s|%s\n", line->heading ? "#" : "", line->label,
             line->text);
    return 0;
}

static struct told told_of(struct content *c)
{
    struct snapshot *s = snapshot_make(c, false, false);
    struct paper p = begin(s, LANG_ZH, false);
    struct told t = {""};

    assert_int_equal(paper_notes(&p, tell, &t), 0);
    paper_end(&p);
    snapshot_unref(s);
    return t;
}

/* Where there is no area there is no stage of a survey either (PM-12). */
static void test_stage(void **state)
{
    struct paper zh = {.lang = LANG_ZH};
    struct published_unit u = {.area_stage = "premeasured", .gross = 1};

    (void)state;
    assert_string_equal(paper_stage_word(&zh, &u), paper_word(&zh, T_STAGE_PREMEASURED));
    u.gross = 0;
    assert_string_equal(paper_stage_word(&zh, &u), "");
}

static void test_notes(void **state)
{
    struct told t = told_of(content_small(false));
    struct paper zh = {.lang = LANG_ZH};
    struct content *bare;
    const char *phone;

    (void)state;
    assert_non_null(strstr(t.text, paper_word(&zh, T_NOTE_SOLD)));
    assert_null(strstr(t.text, paper_word(&zh, T_NOTE_SOLD_DEAL)));
    assert_non_null(strstr(t.text, paper_word(&zh, T_NOTE_BASIS_GROSS)));
    assert_non_null(strstr(t.text, "|车位按个")); /* and no class that is not here (PM-12) */
    assert_non_null(strstr(t.text, "300 元/套；适用：车位、储藏室；依据：双方约定"));
    assert_null(strstr(strstr(t.text, "|前期物业服务费|"), "适用"));
    /* An agency fee is voluntary, the property's is not. */
    assert_non_null(strstr(t.text, "|代办产权证|"));
    assert_non_null(strstr(strstr(t.text, "|代办产权证|"), paper_word(&zh, T_FEE_VOLUNTARY)));
    assert_null(strstr(strstr(t.text, "|前期物业服务费|"), paper_word(&zh, T_FEE_VOLUNTARY)));
    /* Each telephone has a line of its own, and one: whom to complain to is not whom to call. */
    assert_non_null(strstr(t.text, "|售楼处电话|0755-12345678\n"));
    assert_non_null(strstr(t.text, "|价格投诉电话|12315\n"));
    phone = strstr(t.text, "|12315\n");
    assert_null(strstr(phone + 1, "|12315\n"));
    t = told_of(content_small(true));
    assert_non_null(strstr(t.text, paper_word(&zh, T_NOTE_SOLD_DEAL)));
    /* What there is none of is said. */
    bare = content_new();
    item_add(bare, "project", "1", "P",
             "1\x1fP\x1f\x1f\x1f\x1f\x1f\x1fpresale\x1finner\x1f"
             "0");
    unit_add(bare, 1, 1, 1, "1", "1", 'A');
    t = told_of(bare);
    assert_non_null(strstr(t.text, paper_word(&zh, T_FEES_NONE)));
    assert_non_null(strstr(t.text, paper_word(&zh, T_DISCOUNTS_NONE)));
    assert_non_null(strstr(t.text, paper_word(&zh, T_NOTE_BASIS_INNER)));
    assert_null(strstr(t.text, paper_word(&zh, T_NOTE_BASIS_PIECE)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_money),          cmocka_unit_test(test_marks),
        cmocka_unit_test(test_validity),       cmocka_unit_test(test_prices_by_state),
        cmocka_unit_test(test_notes_of_units), cmocka_unit_test(test_names),
        cmocka_unit_test(test_stage),          cmocka_unit_test(test_notes),
    };

    site_time_init("Asia/Shanghai");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
