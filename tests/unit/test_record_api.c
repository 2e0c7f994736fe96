/* test_record_api.c - the handlers of property records, called as the server calls them: what
 * they take, what they answer, what they keep to themselves. */
#include "detail_text.h"
#include "fixture.h"

#include <jansson.h>

#include "daemon/api/api.h"
#include "daemon/app.h"
#include "daemon/http/json.h"
#include "daemon/http/request.h"
#include "daemon/site_time.h"

struct asked {
    struct call call;
    struct request request;
    struct app app;
    struct route route;
};

static json_t *last;
/* Calls @handler with up to two path parameters, a query ("name=value" each, ended by NULL) and a
 * body (NULL: none), in a transaction that ends as the server's would. */
static int ask(struct fixture *f, int (*handler)(struct call *call), const char *first,
               const char *second, const char *const *query, const char *body)
{
    struct asked *a = calloc(1, sizeof(*a));
    struct call *call = &a->call;
    char names[4][80];
    int r;

    assert_non_null(a);
    fixture_begin(f, &call->tx);
    a->route.path = "/test";
    call->route = &a->route;
    call->app = &a->app;
    call->request = &a->request;
    call->lang = LANG_EN;
    call->param[0] = first;
    call->param[1] = second;
    for (size_t i = 0; query && query[i]; i++) {
        char *value = strchr(query[i], '=');

        snprintf(names[i], sizeof(names[i]), "%.*s", (int)(value - query[i]), query[i]);
        a->request.query[i].name = names[i];
        a->request.query[i].value = value + 1;
        a->request.n_query++;
    }
    if (body)
        assert_int_equal(json_body_parse(body, strlen(body), &f->fault, &call->body), 0);
    r = handler(call);
    json_decref(last);
    last = r < 0 ? NULL : call->reply.body;
    if (r < 0)
        json_decref(call->reply.body);
    json_decref(call->body);
    free(a);
    return fixture_end(f, r);
}

static const char *id_text(int64_t id)
{
    static char texts[8][24];
    static size_t next;
    char *text = texts[next++ % 8];

    snprintf(text, sizeof(texts[0]), "%lld", (long long)id);
    return text;
}

static int64_t number(const char *name)
{
    const json_t *value = json_object_get(last, name);

    assert_true(json_is_integer(value));
    return json_integer_value(value);
}

static const char *text(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));

    assert_non_null(value);
    return value;
}

static json_t *item(const char *list, size_t i)
{
    json_t *value = json_array_get(json_object_get(last, list), i);

    assert_non_null(value);
    return value;
}

static size_t length(const char *list)
{
    return json_array_size(json_object_get(last, list));
}

static void test_project_and_tree(void **state)
{
    struct fixture *f = *state;
    int64_t id, building;

    assert_int_equal(ask(f, api_project_create, NULL, NULL, NULL, "{\"name\":\" 新城 \"}"), 0);
    assert_string_equal(text(last, "name"), "新城");
    id = number("id");
    assert_int_equal(ask(f, api_project_update, id_text(id), NULL, NULL,
                         "{\"version\":1,\"round_unit_fen\":10000,\"two_person\":false,"
                         "\"rates_date\":\"2026-11-01\",\"cover_media\":null}"),
                     0);
    assert_int_equal(number("round_unit_fen"), 10000);
    assert_true(json_is_false(json_object_get(last, "two_person")));
    assert_refused(f,
                   ask(f, api_project_update, id_text(id), NULL, NULL,
                       "{\"version\":2,\"round_unit_fen\":5,\"rates_date\":\"2026-02-30\","
                       "\"owner\":1}"),
                   FIELDS_WRONG);
    assert_int_equal(f->fault.n_items, 3);
    assert_int_equal(
        ask(f, api_building_create, id_text(id), NULL, NULL,
            "{\"name\":\"1\",\"stairs\":[\"A\",\"B\"],\"floor_from\":-1,\"floor_to\":5,"
            "\"skip\":[4]}"),
        0);
    building = number("id");
    assert_refused(f,
                   ask(f, api_building_create, id_text(id), NULL, NULL,
                       "{\"name\":\"2\",\"stairs\":[\"A\",\"A\"]}"),
                   FIELDS_WRONG);
    assert_int_equal(ask(f, api_building_generate, id_text(building), NULL, NULL,
                         "{\"preview\":false,\"class\":\"home\",\"floor_from\":1,\"floor_to\":5,"
                         "\"skip\":[4],\"stairs\":[\"A\",\"B\"],\"rooms_per_floor\":3,"
                         "\"pattern\":\"{floor}{room:02}\"}"),
                     0);
    assert_int_equal(number("created"), 24);
    assert_int_equal(ask(f, api_project_tree, id_text(id), NULL, NULL, NULL), 0);
    assert_int_equal(json_array_size(json_object_get(item("buildings", 0), "floors")), 5);
    assert_int_equal(json_array_size(json_object_get(item("buildings", 0), "stairs")), 2);
    assert_int_equal(json_integer_value(json_object_get(item("buildings", 0), "units")), 24);
    assert_refused(f, ask(f, api_building_delete, id_text(building), NULL, NULL, NULL),
                   NODE_BLOCKED);
    assert_int_equal(f->fault.n_items, 24);
    assert_int_equal(ask(f, api_project_list, NULL, NULL, NULL, NULL), 0);
    assert_int_equal(length("items"), 2);
}

/* The account that the actor of these tests stands for. */
static void name_tester(struct fixture *f)
{
    assert_int_equal(db_run(f->db,
                            "INSERT INTO user_account (login, name, password_hash, "
                            "created_ms) VALUES ('tester', '章程', 'x', 1)",
                            ""),
                     1);
}

static void test_unit_sheet(void **state)
{
    struct fixture *f = *state;
    const char *unit = id_text(f->units[0]);
    json_t *step;

    assert_int_equal(ask(f, api_unit_get, unit, NULL, NULL, NULL), 0);
    assert_string_equal(text(last, "path"), "1-1-101");
    assert_string_equal(text(last, "state"), "U");
    assert_true(json_is_null(json_object_get(last, "public_state")));
    assert_int_equal(number("unit_price_fen"), 1234568);
    assert_true(json_is_null(json_object_get(last, "hold")));
    assert_string_equal(json_string_value(item("permits", 0)), "P-2026-1");
    assert_string_equal(text(item("areas", 0), "reviewed_by"), "tester");
    assert_string_equal(text(item("areas", 0), "reviewed_by_name"), "tester"); /* no such account */
    name_tester(f);
    assert_int_equal(ask(f, api_unit_get, unit, NULL, NULL, NULL), 0);
    assert_string_equal(text(item("areas", 0), "reviewed_by_name"), "章程");
    assert_string_equal(text(item("next_steps", 0), "event"), "release");
    assert_true(json_is_true(json_object_get(item("next_steps", 0), "allowed")));
    /* Why not, in the caller's language. */
    assert_int_equal(db_run(f->db, "UPDATE permit SET revoked_ms = 1", ""), 1);
    assert_int_equal(ask(f, api_unit_get, unit, NULL, NULL, NULL), 0);
    step = item("next_steps", 0);
    assert_true(json_is_false(json_object_get(step, "allowed")));
    assert_string_equal(json_string_value(json_array_get(json_object_get(step, "why"), 0)),
                        "1-1-101: no valid pre-sale permit or completed-sale record covers it.");
    f->actor.rights &= ~RIGHT_BIT(RIGHT_UNIT_RELEASE);
    assert_int_equal(ask(f, api_unit_get, unit, NULL, NULL, NULL), 0);
    assert_int_equal(json_array_size(json_object_get(item("next_steps", 0), "why")), 2);
    f->as = &f->outsider;
    assert_refused(f, ask(f, api_unit_get, unit, NULL, NULL, NULL), NOT_FOUND);
}

/* What the log says of the last price, to the caller. */
static const char *price_in_log(struct fixture *f)
{
    static const char *const by_action[] = {"action=unit.price", NULL};

    assert_int_equal(ask(f, api_audit_list, NULL, NULL, by_action, NULL), 0);
    assert_int_equal(length("items"), 1);
    return detail_text(item("items", 0));
}

/* By the piece there is no price of a square metre, of either area (PM-12). */
static void test_price_by_class(void **state)
{
    struct fixture *f = *state;
    const char *unit = id_text(f->units[0]);

    assert_int_equal(ask(f, api_unit_get, unit, NULL, NULL, NULL), 0);
    assert_string_equal(text(last, "basis"), "gross");
    assert_true(number("unit_price_fen") > 0);
    assert_true(number("inner_unit_price_fen") > 0);
    assert_int_equal(
        ask(f, api_unit_update, unit, NULL, NULL, "{\"version\":1,\"class\":\"parking\"}"), 0);
    assert_int_equal(ask(f, api_unit_get, unit, NULL, NULL, NULL), 0);
    assert_string_equal(text(last, "basis"), "unit");
    assert_true(json_is_null(json_object_get(last, "unit_price_fen")));
    assert_true(json_is_null(json_object_get(last, "inner_unit_price_fen")));
    assert_int_equal(number("total_fen"), FIXTURE_TOTAL);
}

static void test_floor_price_stays_in(void **state)
{
    struct fixture *f = *state;
    const char *unit = id_text(f->units[0]);

    assert_int_equal(ask(f, api_unit_price_set, unit, NULL, NULL,
                         "{\"version\":1,\"floor_total_fen\":100000,\"reason\":\"board\"}"),
                     0);
    assert_int_equal(number("floor_total_fen"), 100000);
    assert_int_equal(ask(f, api_unit_trail, unit, NULL, NULL, NULL), 0);
    assert_int_equal(length("items"), 2); /* the price and its reason */
    f->actor.rights &= ~RIGHT_BIT(RIGHT_PRICE_FLOOR);
    assert_int_equal(ask(f, api_unit_get, unit, NULL, NULL, NULL), 0);
    assert_null(json_object_get(last, "floor_total_fen"));
    assert_int_equal(ask(f, api_unit_trail, unit, NULL, NULL, NULL), 0);
    assert_int_equal(length("items"), 1);
    assert_refused(f,
                   ask(f, api_unit_price_set, unit, NULL, NULL,
                       "{\"version\":2,\"floor_total_fen\":1,\"reason\":\"x\"}"),
                   DENIED);
    assert_string_equal(price_in_log(f), "floor_total_fen: ***; reason: board");
    f->actor.rights |= RIGHT_BIT(RIGHT_PRICE_FLOOR);
    assert_string_equal(price_in_log(f), "floor_total_fen: 100000; reason: board");
}

/* Whom a unit is reserved for stands on the internal chart: who may not see that reads no name in
 * the log. And staff read of each other by name, not by what they log in with. */
static void test_names_in_the_log(void **state)
{
    static const char *const by_action[] = {"action=reserve", NULL};
    struct fixture *f = *state;
    const char *unit = id_text(f->units[0]);
    char body[256];

    assert_int_equal(db_run(f->db,
                            "INSERT INTO user_account (id, login, name, password_hash, created_ms) "
                            "VALUES (1, 'tester', '测试员', 'x', 1)",
                            ""),
                     1);
    fixture_release(f);
    snprintf(body, sizeof(body),
             "{\"units\":[{\"id\":%lld,\"version\":%lld}],\"reason\":\"x\",\"holder\":\"王女士\","
             "\"until_ms\":%lld}",
             (long long)f->units[0], (long long)fixture_version(f, f->units[0]),
             (long long)(f->now_ms + 3600000));
    assert_int_equal(ask(f, api_units_reserve, id_text(f->project), NULL, NULL, body), 0);
    assert_int_equal(ask(f, api_audit_list, NULL, NULL, by_action, NULL), 0);
    assert_non_null(strstr(detail_text(item("items", 0)), "holder: 王女士"));
    assert_string_equal(text(item("items", 0), "actor"), "tester");
    assert_string_equal(text(item("items", 0), "actor_name"), "测试员");
    assert_int_equal(ask(f, api_unit_trail, unit, NULL, NULL, NULL), 0);
    assert_string_equal(text(item("items", 0), "actor"), "测试员");
    assert_int_equal(ask(f, api_unit_history, unit, NULL, NULL, NULL), 0);
    assert_string_equal(text(item("items", 0), "actor"), "测试员");
    f->actor.rights &= ~RIGHT_BIT(RIGHT_CHART_VIEW);
    assert_int_equal(ask(f, api_audit_list, NULL, NULL, by_action, NULL), 0);
    assert_non_null(strstr(detail_text(item("items", 0)), "holder: ***"));
}

static void test_unit_changes(void **state)
{
    struct fixture *f = *state;
    const char *unit = id_text(f->units[0]);

    assert_int_equal(ask(f, api_unit_update, unit, NULL, NULL,
                         "{\"version\":1,\"orientation\":\"南\",\"floor_height_mm\":3000,"
                         "\"model_room\":true,\"vr_url\":\"https://vr.example/1\"}"),
                     0);
    assert_int_equal(number("version"), 2);
    assert_true(json_is_true(json_object_get(last, "model_room")));
    assert_int_equal(ask(f, api_unit_update, unit, NULL, NULL,
                         "{\"version\":2,\"floor_height_mm\":null,\"vr_url\":null}"),
                     0);
    assert_true(json_is_null(json_object_get(last, "vr_url")));
    assert_true(json_is_null(json_object_get(last, "floor_height_mm")));
    assert_true(json_is_true(json_object_get(last, "model_room")));
    assert_refused(f,
                   ask(f, api_unit_update, unit, NULL, NULL,
                       "{\"version\":3,\"vr_url\":\"javascript:alert(1)\",\"class\":\"castle\","
                       "\"total_fen\":1}"),
                   FIELDS_WRONG);
    assert_int_equal(f->fault.n_items, 3);
    assert_int_equal(ask(f, api_unit_area_set, unit, NULL, NULL,
                         "{\"version\":3,\"stage\":\"premeasured\",\"gross_area\":9000,"
                         "\"inner_area\":7200,\"shared_area\":1800}"),
                     0);
    assert_true(json_is_false(json_object_get(last, "price_reviewed")));
    assert_int_equal(ask(f, api_encumbrance_set, unit, NULL, NULL,
                         "{\"kind\":\"mortgage\",\"document\":\"bank 7\",\"sellable\":true}"),
                     0);
    assert_string_equal(text(item("encumbrances", 0), "kind"), "mortgage");
    assert_string_equal(text(item("encumbrances", 0), "set_by_name"), "tester");
    assert_true(json_is_null(json_object_get(item("encumbrances", 0), "cleared_by_name")));
    name_tester(f);
    assert_int_equal(
        ask(f, api_encumbrance_clear,
            id_text(json_integer_value(json_object_get(item("encumbrances", 0), "id"))), NULL, NULL,
            "{\"document\":\"bank 8\"}"),
        0);
    assert_string_equal(text(item("encumbrances", 0), "clear_document"), "bank 8");
    assert_string_equal(text(item("encumbrances", 0), "set_by_name"), "章程");
    assert_string_equal(text(item("encumbrances", 0), "cleared_by_name"), "章程");
    assert_int_equal(ask(f, api_unit_history, unit, NULL, NULL, NULL), 0);
    assert_int_equal(length("items"), 3);
    assert_true(json_is_null(json_object_get(item("items", 0), "from")));
}

static void test_batches(void **state)
{
    struct fixture *f = *state;
    const char *project = id_text(f->project);
    char body[300];

    snprintf(body, sizeof(body),
             "{\"units\":[{\"id\":%lld,\"version\":1},{\"id\":%lld,\"version\":1}]}",
             (long long)f->units[0], (long long)f->units[1]);
    assert_int_equal(ask(f, api_units_release, project, NULL, NULL, body), 0);
    assert_int_equal(number("changed"), 2);
    assert_int_equal(json_integer_value(json_object_get(item("units", 1), "version")), 2);
    assert_refused(f, ask(f, api_units_release, project, NULL, NULL, body), UNITS_REFUSED);
    assert_int_equal(f->fault.n_items, 2);
    snprintf(body, sizeof(body),
             "{\"units\":[{\"id\":%lld,\"version\":2}],\"reason\":\"boss\",\"until_ms\":%lld}",
             (long long)f->units[0], (long long)(f->now_ms + FIXTURE_DAY));
    assert_int_equal(ask(f, api_units_hold, project, NULL, NULL, body), 0);
    assert_int_equal(fixture_state(f, f->units[0]), 'X');
    assert_refused(f, ask(f, api_units_hold, project, NULL, NULL, "{\"units\":[]}"), FIELDS_WRONG);
    snprintf(body, sizeof(body),
             "{\"units\":[{\"id\":%lld,\"version\":3},{\"id\":%lld,\"version\":3}]}",
             (long long)f->units[0], (long long)f->units[0]);
    assert_refused(f, ask(f, api_units_unhold, project, NULL, NULL, body), FIELDS_WRONG);
    snprintf(body, sizeof(body), "{\"units\":[{\"id\":%lld,\"version\":1}]}",
             (long long)f->units[5]);
    assert_refused(f, ask(f, api_units_delete, project, NULL, NULL, body), UNITS_REFUSED);
}

static void test_list(void **state)
{
    static const char *const small[] = {"limit=5", NULL};
    static const char *const room[] = {"q=60", NULL};
    static const char *const none[] = {"state=A", NULL};
    static const char *const bad[] = {"limit=501", NULL};
    struct fixture *f = *state;
    const char *project = id_text(f->project);
    char cursor[200];
    const char *page[] = {"limit=5", cursor, NULL};
    size_t seen = 0;

    assert_int_equal(ask(f, api_unit_list, project, NULL, small, NULL), 0);
    assert_int_equal(number("total"), 12);
    assert_string_equal(text(item("items", 0), "room"), "601"); /* from the top */
    for (;;) {
        seen += length("items");
        if (!json_object_get(last, "next"))
            break;
        snprintf(cursor, sizeof(cursor), "cursor=%s", text(last, "next"));
        assert_int_equal(ask(f, api_unit_list, project, NULL, page, NULL), 0);
    }
    assert_int_equal(seen, 12);
    assert_string_equal(text(item("items", 1), "room"), "102");
    assert_int_equal(ask(f, api_unit_list, project, NULL, room, NULL), 0);
    assert_int_equal(number("total"), 2);
    assert_int_equal(ask(f, api_unit_list, project, NULL, none, NULL), 0);
    assert_int_equal(number("total"), 0);
    assert_refused(f, ask(f, api_unit_list, project, NULL, bad, NULL), FIELDS_WRONG);
}

static void test_permit_and_disclosure(void **state)
{
    static const char *const by_layout[] = {"by=layout", NULL};
    struct fixture *f = *state;
    const char *project = id_text(f->project);
    char body[300];
    int64_t id;

    snprintf(
        body, sizeof(body),
        "{\"kind\":\"presale\",\"number\":\"P9\",\"issued_date\":\"2026-01-01\",\"valid_until\":"
        "\"2026-12-31\",\"scope\":\"1\",\"units_named\":12,\"buildings\":[%lld]}",
        (long long)f->building);
    assert_int_equal(ask(f, api_permit_create, project, NULL, NULL, body), 0);
    assert_int_equal(number("units_covered"), 12);
    id = number("id");
    assert_int_equal(fixture_of(f, "SELECT expires_ms FROM permit WHERE id = $1", id),
                     INT64_C(1798732800000)); /* the midnight after, UTC+8 */
    assert_int_equal(
        ask(f, api_permit_update, id_text(id), NULL, NULL, "{\"version\":1,\"valid_until\":null}"),
        0);
    assert_true(json_is_null(json_object_get(last, "valid_until")));
    assert_refused(f, ask(f, api_permit_revoke, id_text(id), NULL, NULL, "{\"version\":2}"),
                   FIELDS_WRONG);
    assert_int_equal(ask(f, api_permit_revoke, id_text(id), NULL, NULL,
                         "{\"version\":2,\"reason\":\"withdrawn\"}"),
                     0);
    assert_string_equal(text(last, "state"), "revoked");
    assert_int_equal(ask(f, api_permit_list, project, NULL, NULL, NULL), 0);
    assert_int_equal(length("items"), 2);

    assert_int_equal(ask(f, api_fee_create, project, NULL, NULL,
                         "{\"kind\":\"agency\",\"name\":\"契税\",\"standard\":\"0\"}"),
                     0);
    assert_true(json_is_true(json_object_get(last, "voluntary")));
    assert_int_equal(
        ask(f, api_discount_create, project, NULL, NULL,
            "{\"name\":\"A\",\"condition\":\"B\",\"effect\":\"C\",\"from_date\":null}"),
        0);
    assert_int_equal(ask(f, api_disclosure_set, project, "P7", NULL,
                         "{\"version\":0,\"value\":\"2.5\",\"doc_date\":\"2026-01-01\"}"),
                     0);
    assert_string_equal(text(last, "code"), "P7");
    assert_int_equal(number("version"), 1);
    assert_int_equal(ask(f, api_disclosure_get, project, NULL, NULL, NULL), 0);
    assert_int_equal(length("items"), 26);
    assert_int_equal(length("missing"), 11); /* of 14, P7, P14 and P15 are there now */
    assert_string_equal(text(item("items", 0), "value"), "Test Ltd");
    assert_int_equal(ask(f, api_layout_create, project, NULL, NULL,
                         "{\"name\":\"A\",\"rooms\":3,\"halls\":2,\"baths\":2,\"media\":null}"),
                     0);
    assert_int_equal(ask(f, api_report_stock, project, NULL, by_layout, NULL), 0);
    assert_string_equal(text(last, "by"), "layout");
    assert_true(json_is_true(json_object_get(last, "balanced")));
}

/* ---- files ---- */

static void put_file(const char *path, const void *bytes, size_t n)
{
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

/* The slow thread's part and the writer's, one after the other; *@ret_id is the file's id. */
static int upload(struct fixture *f, const void *bytes, size_t n, char ret_id[33])
{
    struct asked *a = calloc(1, sizeof(*a));
    struct call *call = &a->call;
    char path[120];
    int r;

    assert_non_null(a);
    fixture_begin(f, &call->tx);
    snprintf(path, sizeof(path), "%s/upload", f->dir);
    put_file(path, bytes, n);
    call->app = &a->app;
    call->request = &a->request;
    call->upload_path = path;
    snprintf(a->app.media_dir, sizeof(a->app.media_dir), "%s", f->dir);
    a->request.query[0].name = "project";
    a->request.query[0].value = id_text(f->project);
    a->request.query[1].name = "name";
    a->request.query[1].value = "plan.png";
    a->request.n_query = 2;
    r = api_media_prepare(call);
    if (r == 0)
        r = api_media_upload(call);
    if (r == 0)
        snprintf(ret_id, 33, "%s", text(call->reply.body, "id"));
    json_decref(call->reply.body);
    free(call->prepared);
    free(a);
    unlink(path); /* it was moved when it was kept */
    return fixture_end(f, r);
}

static int download(struct fixture *f, const char *id, const void *bytes, size_t n)
{
    struct asked *a = calloc(1, sizeof(*a));
    struct call *call = &a->call;
    int r;

    assert_non_null(a);
    fixture_begin(f, &call->tx);
    call->app = &a->app;
    call->param[0] = id;
    snprintf(a->app.media_dir, sizeof(a->app.media_dir), "%s", f->dir);
    r = api_media_get(call);
    if (r == 0) {
        assert_int_equal(call->reply.n_bytes, n);
        assert_memory_equal(call->reply.bytes, bytes, n);
        assert_string_equal(call->reply.content_type, "image/png");
        assert_int_equal(call->reply.etag[0], '"');
    }
    free(call->reply.bytes);
    free(a);
    return fixture_end(f, r);
}

static void test_media(void **state)
{
    static const char png[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR, and so on and on";
    static const char svg[] = "<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>";
    struct fixture *f = *state;
    char id[33], again[33], path[120];

    assert_int_equal(upload(f, png, sizeof(png), id), 0);
    assert_int_equal(upload(f, png, sizeof(png), again), 0);
    assert_string_equal(id, again);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM media"), 1);
    assert_int_equal(download(f, id, png, sizeof(png)), 0);
    assert_refused(f, upload(f, svg, sizeof(svg), again), MEDIA_TYPE);
    assert_refused(f, upload(f, "", 0, again), MEDIA_TYPE);
    assert_refused(f, download(f, "../../etc/passwd", png, 1), NOT_FOUND);
    f->as = &f->outsider;
    assert_refused(f, download(f, id, png, sizeof(png)), NOT_FOUND);
    assert_refused(f, upload(f, png, sizeof(png), again), NOT_FOUND);
    snprintf(path, sizeof(path), "%s/%s", f->dir, id);
    assert_int_equal(unlink(path), 0);
}

static int group_setup(void **state)
{
    (void)state;
    return site_time_init("Asia/Shanghai");
}

static int group_teardown(void **state)
{
    (void)state;
    json_decref(last);
    return 0;
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_project_and_tree),
        CASE(test_unit_sheet),
        CASE(test_price_by_class),
        CASE(test_floor_price_stays_in),
        CASE(test_names_in_the_log),
        CASE(test_unit_changes),
        CASE(test_batches),
        CASE(test_list),
        CASE(test_permit_and_disclosure),
        CASE(test_media),
    };

    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
