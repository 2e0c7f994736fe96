/* test_member_pass.c - members over HTTP: a customer gets a card and a PIN at the counter, and sees
 * his own data at a kiosk, and nobody else does (MB-14, MB-16, AS-06). */
#include <pthread.h>

#include "db/card.h"
#include "people_server.h"

#define PIN  "246810"
#define CODE "n:88001234"

struct office {
    char root[256], cashier[256], kiosk[256];
    int64_t kiosk_id, customer, card, member;
};

static struct said keyed(const char *path, const char *cookie, const char *key, const char *body)
{
    char headers[640];
    struct said said = {0};
    struct answer a;

    snprintf(headers, sizeof(headers),
             "X-Anchang: 1\r\nContent-Type: application/json\r\nIdempotency-Key: %s\r\n%s", key,
             cookie);
    a = client_ask(server.port, "POST", path, headers, body);
    said.status = a.status;
    said.body = json_loads(a.body, 0, NULL);
    free(a.text);
    return said;
}

static void kiosk_pair(struct office *o)
{
    struct said said =
        ask("POST", "/terminals/pairings", o->root, "{\"kind\":\"kiosk\",\"name\":\"大厅\"}");
    char body[128];

    assert_int_equal(said.status, 201);
    snprintf(body, sizeof(body), "{\"code\":\"%s\"}", text(said.body, "code"));
    drop(&said);
    said = ask("POST", "/terminal/pair", NULL, body);
    assert_int_equal(said.status, 200);
    snprintf(o->kiosk, sizeof(o->kiosk), "%s", said.cookie);
    o->kiosk_id = integer(json_object_get(said.body, "terminal"), "id");
    drop(&said);
}

static void pin_set(const struct office *o, const char *pin)
{
    struct said said;
    char path[64], body[96];

    snprintf(path, sizeof(path), "/members/%lld", (long long)o->member);
    said = ask("GET", path, o->cashier, NULL);
    assert_int_equal(said.status, 200);
    snprintf(body, sizeof(body), "{\"version\":%lld,\"pin\":\"%s\"}",
             (long long)integer(said.body, "version"), pin);
    drop(&said);
    snprintf(path, sizeof(path), "/members/%lld/pin", (long long)o->member);
    expect("POST", path, o->cashier, body, 200, NULL);
}

static struct office open_office(void)
{
    static const char body[] =
        "{\"kind\":\"person\",\"name\":\"张三\",\"notice\":\"2026-01\",\"source_id\":3,"
        "\"phones\":[{\"number\":\"13812341234\"}],\"card\":{\"code\":\"" CODE
        "\",\"terms\":\"2026-01\"}}";
    struct office o = {.customer = 0};
    struct said said;

    login_ok("root", ROOT_WORD, o.root);
    add_user(o.root, "cashier", "cashier");
    login_ok("cashier", WORD, o.cashier);
    said = keyed("/customers", o.cashier, "key-0001", body);
    assert_int_equal(said.status, 201);
    o.customer = integer(said.body, "id");
    o.member = integer(said.body, "member_id");
    assert_string_equal(text(said.body, "name"), "张*");
    drop(&said);
    o.card = count("SELECT id FROM card");
    kiosk_pair(&o);
    return o;
}

static void swipe(int64_t terminal_id, const char *code, char id[SWIPE_ID_TEXT])
{
    assert_int_equal(card_swiped(&app, swipe_terminal(terminal_id), code, id), 0);
    assert_null(strstr(id, "8800")); /* it tells nothing of the card */
}

static struct said enter(const struct office *o, const char *swiped, const char *pin)
{
    char body[128];

    snprintf(body, sizeof(body), "{\"swipe\":\"%s\",\"pin\":\"%s\"}", swiped, pin);
    return ask("POST", "/terminal/member", o->kiosk, body);
}

static void expect_entry(const struct office *o, const char *swiped, const char *pin, int status,
                         const char *code)
{
    struct said said = enter(o, swiped, pin);

    if (said.status != status || strcmp(said.code, code) != 0)
        fail_msg("answered %d %s, not %d %s", said.status, said.code, status, code);
    drop(&said);
}

static void test_card_and_pin(void **state)
{
    struct office o = open_office();
    char id[SWIPE_ID_TEXT];
    struct said said;

    (void)state;
    pin_set(&o, PIN);
    expect("GET", "/terminal/member", o.kiosk, NULL, 410, "pass.ended"); /* the card alone */
    swipe(o.kiosk_id, CODE, id);
    expect("GET", "/terminal/member", o.kiosk, NULL, 410, "pass.ended");
    said = enter(&o, id, PIN);
    assert_int_equal(said.status, 200);
    keys(said.body, "name level points lines units idle_s");
    assert_string_equal(text(said.body, "name"), "张*");
    drop(&said);
    expect("GET", "/terminal/member", o.kiosk, NULL, 200, NULL);
    expect("DELETE", "/terminal/member", o.kiosk, NULL, 204, NULL); /* the page wipes */
    expect("GET", "/terminal/member", o.kiosk, NULL, 410, "pass.ended");
    /* No user's session has passes, whatever terminal it is at. */
    expect("GET", "/terminal/member", o.cashier, NULL, 403, "right.denied");
    assert_int_equal(count("SELECT COUNT(*) FROM audit WHERE action = 'member.pin-right' "
                           "AND actor_kind = 3"),
                     1);
}

/* What a card alone shows: name and points, and how the PIN is. */
static void test_card_alone(void **state)
{
    static const char all[] = "card name points pin pin_tries pin_locked_until_ms";
    struct office o = open_office();
    char id[SWIPE_ID_TEXT], other[SWIPE_ID_TEXT], path[64];
    struct said said;

    (void)state;
    swipe(o.kiosk_id, CODE, id);
    snprintf(path, sizeof(path), "/terminal/swipes/%s", id);
    said = ask("GET", path, o.kiosk, NULL);
    assert_int_equal(said.status, 200);
    keys(said.body, all);
    assert_string_equal(text(said.body, "name"), "张*");
    assert_string_equal(text(said.body, "pin"), "none");
    drop(&said);
    pin_set(&o, PIN);
    expect_entry(&o, id, "135790", 422, "pin.wrong");
    said = ask("GET", path, o.kiosk, NULL);
    assert_string_equal(text(said.body, "pin"), "set");
    assert_int_equal(integer(said.body, "pin_tries"), 4);
    drop(&said);
    expect("GET", path, o.cashier, NULL, 403, "right.denied");
    swipe(o.kiosk_id + 7, CODE, other); /* of another terminal */
    snprintf(path, sizeof(path), "/terminal/swipes/%s", other);
    expect("GET", path, o.kiosk, NULL, 404, "not-found");
    snprintf(path, sizeof(path), "/terminal/member?swipe=%s", other);
    expect("DELETE", path, o.kiosk, NULL, 204, NULL);
    snprintf(path, sizeof(path), "/terminal/swipes/%s", id);
    expect("GET", path, o.kiosk, NULL, 200, NULL);
    snprintf(path, sizeof(path), "/terminal/member?swipe=%s", id);
    expect("DELETE", path, o.kiosk, NULL, 204, NULL); /* the page wipes */
    snprintf(path, sizeof(path), "/terminal/swipes/%s", id);
    expect("GET", path, o.kiosk, NULL, 404, "not-found");
    swipe(o.kiosk_id, "n:99999999", id);
    snprintf(path, sizeof(path), "/terminal/swipes/%s", id);
    said = ask("GET", path, o.kiosk, NULL);
    keys(said.body, all);
    assert_string_equal(text(said.body, "card"), "unknown");
    assert_true(json_is_null(json_object_get(said.body, "pin")));
    drop(&said);
}

/* Unknown, lost, without a PIN, or the PIN wrong: one answer. */
static void test_one_refusal(void **state)
{
    struct office o = open_office();
    char id[SWIPE_ID_TEXT], path[64];

    (void)state;
    swipe(o.kiosk_id, CODE, id);
    expect_entry(&o, id, PIN, 422, "pin.wrong"); /* none was set */
    pin_set(&o, PIN);
    expect_entry(&o, id, "135790", 422, "pin.wrong");
    expect_entry(&o, id, "x", 422, "pin.wrong");
    swipe(o.kiosk_id, "n:99999999", id);
    expect_entry(&o, id, PIN, 422, "pin.wrong");
    snprintf(path, sizeof(path), "/cards/%lld/loss", (long long)o.card);
    expect("POST", path, o.cashier, "{\"reason\":\"遗失\"}", 200, NULL);
    swipe(o.kiosk_id, CODE, id);
    expect_entry(&o, id, PIN, 422, "pin.wrong");
    assert_int_equal(count("SELECT COUNT(*) FROM audit WHERE action = 'member.pin-wrong'"), 3);
}

static void test_five_wrong_ones_lock(void **state)
{
    struct office o = open_office();
    char id[SWIPE_ID_TEXT], path[64], body[64];
    struct said said;

    (void)state;
    pin_set(&o, PIN);
    swipe(o.kiosk_id, CODE, id);
    for (int i = 0; i < 4; i++)
        expect_entry(&o, id, "135790", 422, "pin.wrong");
    expect_entry(&o, id, "135790", 429, "pin.locked");
    expect_entry(&o, id, PIN, 429, "pin.locked"); /* the right one too */
    snprintf(path, sizeof(path), "/members/%lld", (long long)o.member);
    said = ask("GET", path, o.cashier, NULL);
    assert_true(integer(said.body, "pin_locked_until_ms") > 0);
    snprintf(body, sizeof(body), "{\"version\":%lld}", (long long)integer(said.body, "version"));
    drop(&said);
    snprintf(path, sizeof(path), "/members/%lld/pin/unlock", (long long)o.member);
    expect("POST", path, o.cashier, body, 200, NULL);
    expect_entry(&o, id, PIN, 200, "");
}

/* What else ends a pass: the card lost, the PIN set, another card read there, the terminal gone. */
static void test_what_ends_a_pass(void **state)
{
    struct office o = open_office();
    char id[SWIPE_ID_TEXT], path[64];

    (void)state;
    pin_set(&o, PIN);
    for (int i = 0; i < 4; i++) {
        swipe(o.kiosk_id, CODE, id);
        expect_entry(&o, id, PIN, 200, "");
        expect("GET", "/terminal/member", o.kiosk, NULL, 200, NULL);
        if (i == 0) {
            pin_set(&o, PIN);
        } else if (i == 1) {
            swipe(o.kiosk_id, "n:99999999", id);
        } else if (i == 2) {
            snprintf(path, sizeof(path), "/terminals/%lld", (long long)o.kiosk_id);
            expect("DELETE", path, o.root, NULL, 204, NULL);
            expect("GET", "/terminal/member", o.kiosk, NULL, 401, "terminal.revoked");
            kiosk_pair(&o);
            continue;
        } else {
            snprintf(path, sizeof(path), "/cards/%lld/loss", (long long)o.card);
            expect("POST", path, o.cashier, "{\"reason\":\"遗失\"}", 200, NULL);
        }
        expect("GET", "/terminal/member", o.kiosk, NULL, 410, "pass.ended");
    }
}

/* A swipe is of one terminal, and the last one of it. */
static void test_swipes(void **state)
{
    struct office o = open_office();
    char first[SWIPE_ID_TEXT], second[SWIPE_ID_TEXT], code[CARD_TEXT];

    (void)state;
    pin_set(&o, PIN);
    swipe(o.kiosk_id + 7, CODE, first);
    expect_entry(&o, first, PIN, 410, "swipe.gone");
    swipe(o.kiosk_id, CODE, first);
    swipe(o.kiosk_id, CODE, second);
    expect_entry(&o, first, PIN, 410, "swipe.gone");
    expect_entry(&o, second, PIN, 200, "");
    expect_entry(&o, "no such", PIN, 410, "swipe.gone");
    expect("GET", "/cards/find?swipe=x", o.cashier, NULL, 410, "swipe.gone");
    assert_int_equal(swipe_put(app.swipes, swipe_terminal(5), CODE, 1000, first), 0);
    assert_int_equal(
        swipe_find(app.swipes, swipe_terminal(5), first, 1000 + SWIPE_LIFE_MS - 1, code), 0);
    assert_string_equal(code, CODE);
    assert_int_equal(swipe_find(app.swipes, swipe_terminal(5), first, 1000 + SWIPE_LIFE_MS, code),
                     -ENOENT);
    assert_int_equal(swipe_find(app.swipes, swipe_terminal(0), "", 1000, code), -ENOENT);
}

/* What is kept of a request shows no phone, to nobody who tries all there are. */
static void test_kept_requests(void **state)
{
    static const char body[] =
        "{\"kind\":\"person\",\"name\":\"李四\",\"notice\":\"n\",\"source_id\":3,\"phones\":"
        "[{\"number\":\"13987654321\"}]}";
    struct office o = open_office();
    struct said first, again;
    crypto_generichash_state h;
    uint8_t plain[32];
    struct db *db = NULL;
    int64_t n = 0;

    (void)state;
    first = keyed("/customers", o.cashier, "key-0002", body);
    again = keyed("/customers", o.cashier, "key-0002", body);
    assert_int_equal(first.status, 201);
    assert_true(json_equal(first.body, again.body));
    drop(&first);
    drop(&again);
    crypto_generichash_init(&h, NULL, 0, sizeof(plain));
    crypto_generichash_update(&h, (const uint8_t *)"POST", 5);
    crypto_generichash_update(&h, (const uint8_t *)"/customers", 11);
    crypto_generichash_update(&h, (const uint8_t *)body, sizeof(body) - 1);
    crypto_generichash_final(&h, plain, sizeof(plain));
    assert_int_equal(db_open(server.db_path, DB_READER, &db), 0);
    assert_int_equal(db_get(db, &n, "SELECT COUNT(*) FROM idempotency WHERE request_hash = $1", "b",
                            (const void *)plain, sizeof(plain)),
                     1);
    assert_int_equal(n, 0);
    db_close(db);
    assert_int_equal(count("SELECT COUNT(*) FROM idempotency WHERE CAST(body AS TEXT) "
                           "LIKE '%139****4321%'"),
                     1);
}

static void test_in_clear(void **state)
{
    struct office o = open_office();
    char path[64];
    struct said said;

    (void)state;
    snprintf(path, sizeof(path), "/customers/%lld/clear", (long long)o.customer);
    said = ask("POST", path, o.cashier, NULL);
    assert_int_equal(said.status, 200);
    assert_string_equal(text(said.body, "name"), "张三");
    assert_string_equal(text(json_array_get(json_object_get(said.body, "phones"), 0), "number"),
                        "13812341234");
    drop(&said);
    assert_int_equal(count("SELECT COUNT(*) FROM audit WHERE action = 'customer.clear' "
                           "AND actor = 'cashier'"),
                     1);
    add_user(o.root, "sales", "consultant");
    login_ok("sales", WORD, o.cashier);
    expect("POST", path, o.cashier, NULL, 403, "right.denied");
}

/* ---- two cashiers, one card ---- */

enum { RIVALS = 8 };

struct rival {
    pthread_t thread;
    const char *cookie;
    int64_t customer;
    int status;
};

static void *rival_run(void *arg)
{
    struct rival *r = arg;
    char path[64];
    struct said said;

    snprintf(path, sizeof(path), "/customers/%lld/cards", (long long)r->customer);
    said = ask("POST", path, r->cookie, "{\"code\":\"u:04A1B2C3\",\"terms\":\"t\"}");
    r->status = said.status;
    drop(&said);
    return NULL;
}

static void test_one_card_many_cashiers(void **state)
{
    struct office o = open_office();
    struct rival rivals[RIVALS];
    int won = 0;

    (void)state;
    for (int i = 0; i < RIVALS; i++) {
        char body[200], key[16];
        struct said said;

        snprintf(body, sizeof(body),
                 "{\"kind\":\"person\",\"name\":\"李\",\"notice\":\"n\",\"source_id\":3,"
                 "\"phones\":[{\"number\":\"1370000000%d\"}]}",
                 i);
        snprintf(key, sizeof(key), "rival-%03d", i);
        said = keyed("/customers", o.cashier, key, body);
        assert_int_equal(said.status, 201);
        rivals[i] = (struct rival){.cookie = o.cashier, .customer = integer(said.body, "id")};
        drop(&said);
    }
    for (int i = 0; i < RIVALS; i++)
        assert_int_equal(pthread_create(&rivals[i].thread, NULL, rival_run, &rivals[i]), 0);
    for (int i = 0; i < RIVALS; i++) {
        pthread_join(rivals[i].thread, NULL);
        won += rivals[i].status == 201;
        assert_true(rivals[i].status == 201 || rivals[i].status == 409);
    }
    assert_int_equal(won, 1);
    assert_int_equal(count("SELECT COUNT(*) FROM card WHERE code = 'u:04A1B2C3'"), 1);
    assert_int_equal(count("SELECT COUNT(*) FROM member"), 2); /* nobody joined without a card */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_card_and_pin),         T(test_card_alone),       T(test_one_refusal),
        T(test_five_wrong_ones_lock), T(test_what_ends_a_pass), T(test_swipes),
        T(test_kept_requests),        T(test_in_clear),         T(test_one_card_many_cashiers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
