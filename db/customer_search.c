/* customer_search.c - see customer_search.h. */
#include "db/customer_search.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/card.h"
#include "db/customer_secret.h"
#include "db/pinyin.h"

enum { KEY_TEXT = 128, CANDIDATES_MAX = 400 /* numbers with one tail that are looked at */ };

/* ---- what a name is found by ---- */

static int key_add(struct db *db, int64_t customer_id, const char *key)
{
    if (!key[0])
        return 0;
    return db_run(db,
                  "INSERT INTO customer_key (key, customer_id) VALUES ($1, $2) "
                  "ON CONFLICT (key, customer_id) DO NOTHING",
                  "ti", key, customer_id);
}

static void key_append(char key[KEY_TEXT], const char *text, size_t n)
{
    const size_t used = strlen(key);

    if (used + n < KEY_TEXT - 8) /* what the column takes */
        snprintf(key + used, KEY_TEXT - used, "%.*s", (int)n, text);
}

/* 吕 is lv, and lu on a keyboard without that custom: both are found. */
static int pinyin_add(struct db *db, int64_t customer_id, char key[KEY_TEXT])
{
    bool other = false;
    int r = key_add(db, customer_id, key);

    for (char *c = key; *c; c++)
        if (*c == 'v' && c > key && strchr("ln", c[-1])) {
            *c = 'u';
            other = true;
        }
    return r < 0 || !other ? r : key_add(db, customer_id, key);
}

/* The three ends of the name that begin with part @from. */
static int end_add(struct db *db, int64_t customer_id, const struct name_part *parts, size_t from,
                   size_t n)
{
    char text[KEY_TEXT] = "", pinyin[KEY_TEXT] = "", initials[KEY_TEXT] = "";
    int r;

    for (size_t i = from; i < n; i++) {
        key_append(text, parts[i].text, strlen(parts[i].text));
        key_append(pinyin, parts[i].pinyin, strlen(parts[i].pinyin));
        if ((unsigned char)parts[i].pinyin[0] < 0x80)
            key_append(initials, parts[i].pinyin, 1);
    }
    r = key_add(db, customer_id, text);
    if (r >= 0)
        r = key_add(db, customer_id, initials);
    return r < 0 ? r : pinyin_add(db, customer_id, pinyin);
}

int customer_keys_set(struct db *db, int64_t customer_id, const char *name)
{
    struct name_part parts[NAME_PARTS_MAX];
    const size_t n = name_split(name, parts);
    char pinyin[KEY_TEXT] = "";
    int r = db_run(db, "DELETE FROM customer_key WHERE customer_id = $1", "i", customer_id);

    for (size_t i = 0; r >= 0 && i < n; i++) {
        key_append(pinyin, parts[i].pinyin, strlen(parts[i].pinyin));
        r = end_add(db, customer_id, parts, i, n);
    }
    if (r >= 0)
        r = db_run(db, "UPDATE customer SET pinyin = $2 WHERE id = $1", "it", customer_id, pinyin);
    return r < 0 ? r : 0;
}

int customer_keys_fill(struct db *db)
{
    int n = 0, r;

    for (;;) {
        char name[CUSTOMER_NAME_MAX * 4 + 1];
        struct stmt *s;
        int64_t id;

        r = db_query(db, &s,
                     "SELECT id, name FROM customer WHERE pinyin IS NULL ORDER BY id LIMIT 1", "");
        if (r == 0)
            r = stmt_step(s);
        if (r <= 0)
            return r < 0 ? r : n;
        id = stmt_int(s, 0);
        snprintf(name, sizeof(name), "%s", stmt_text(s, 1));
        stmt_reset(s);
        r = customer_keys_set(db, id, name);
        if (r < 0)
            return r;
        n++;
    }
}

/* ---- finding ---- */

struct finding {
    struct tx *tx;
    char plain[KEY_TEXT];   /* what is looked for, in small letters and without blanks and signs */
    char capital[KEY_TEXT]; /* digits and capitals alone; "" when there is something else in it */
    int64_t ids[CUSTOMER_FOUND_MAX];
    size_t n, room;
};

static void found(struct finding *f, int64_t id)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->ids[i] == id)
            return;
    if (f->n < f->room)
        f->ids[f->n++] = id;
}

/* Customers out of a query, whose parameters are bound, into the finding. */
static int found_all(struct finding *f, struct stmt *s, int r)
{
    while (r >= 0 && f->n < f->room && (r = stmt_step(s)) == 1)
        found(f, stmt_int(s, 0));
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* What begins with a text is from it up to this. */
static void key_end(const char *key, char end[KEY_TEXT + 8])
{
    snprintf(end, KEY_TEXT + 8, "%s\xf4\x8f\xbf\xbf", key);
}

static void asked_take(struct finding *f, const char *asked)
{
    struct name_part parts[NAME_PARTS_MAX];
    const size_t n = name_split(asked, parts);
    bool other = false;

    for (size_t i = 0; i < n; i++)
        key_append(f->plain, parts[i].text, strlen(parts[i].text));
    for (size_t i = 0; f->plain[i]; i++) {
        other = other || !isalnum((unsigned char)f->plain[i]);
        f->capital[i] = (char)toupper((unsigned char)f->plain[i]);
    }
    if (other)
        f->capital[0] = '\0';
}

/* A number as a whole, of whatever kind it may be. */
static int by_number(struct finding *f, const char *asked)
{
    for (int kind = 0; kind < CONTACT_KINDS; kind++) {
        char form[CONTACT_TEXT];
        uint8_t hash[SEAL_HASH];
        int64_t id = 0;
        int r;

        if (contact_form((enum contact_kind)kind, asked, form) < 0)
            continue;
        r = seal_hash(f->tx->seal, contact_codes[kind], form, hash);
        if (r == 0)
            r = db_get(f->tx->db, &id,
                       "SELECT customer_id FROM customer_secret WHERE lookup = $1 "
                       "AND ended_ms IS NULL",
                       "b", (const void *)hash, (size_t)SEAL_HASH);
        if (r < 0)
            return r;
        if (id)
            found(f, id);
    }
    return 0;
}

struct ending {
    const char *end;
    bool met;
};

static int ending_check(void *arg, const struct customer_secret *secret)
{
    struct ending *e = arg;
    const size_t n = strlen(secret->value), m = strlen(e->end);

    e->met = e->met || (n >= m && strcmp(secret->value + n - m, e->end) == 0);
    return 0;
}

/* By the end of a number. A longer one than the tail is compared with what is sealed. */
static int by_tail(struct finding *f)
{
    const size_t n = strlen(f->capital);
    int64_t ids[CANDIDATES_MAX];
    struct stmt *s;
    size_t n_ids = 0;
    int r;

    if (n < CONTACT_TAIL || n >= CONTACT_TEXT)
        return 0;
    r = db_query(f->tx->db, &s,
                 "SELECT customer_id FROM customer_secret WHERE tail = $1 AND ended_ms IS NULL "
                 "ORDER BY id DESC",
                 "t", f->capital + n - CONTACT_TAIL);
    while (r >= 0 && n_ids < CANDIDATES_MAX && (r = stmt_step(s)) == 1)
        ids[n_ids++] = stmt_int(s, 0);
    stmt_reset(s);
    for (size_t i = 0; r >= 0 && i < n_ids; i++) {
        struct ending e = {.end = f->capital, .met = n == CONTACT_TAIL};

        if (!e.met)
            r = secret_each(f->tx, ids[i], ending_check, &e);
        if (r >= 0 && e.met)
            found(f, ids[i]);
    }
    return r < 0 ? r : 0;
}

static int by_card(struct finding *f)
{
    char code[KEY_TEXT + 2], end[KEY_TEXT + 8];
    struct stmt *s;
    int r;

    if (strlen(f->capital) < CONTACT_TAIL)
        return 0;
    snprintf(code, sizeof(code), "n:%s", f->capital);
    r = db_query(f->tx->db, &s,
                 "SELECT m.customer_id FROM card c JOIN member m ON m.id = c.member_id "
                 "WHERE c.code = $1 AND c.ended_ms IS NULL",
                 "t", code);
    r = found_all(f, s, r);
    if (r < 0)
        return r;
    key_end(f->capital, end);
    r = db_query(f->tx->db, &s,
                 "SELECT m.customer_id FROM card c JOIN member m ON m.id = c.member_id "
                 "WHERE c.number >= $1 AND c.number < $2 AND c.ended_ms IS NULL "
                 "AND c.number <> '' ORDER BY c.number",
                 "tt", f->capital, end);
    return found_all(f, s, r);
}

static int by_name(struct finding *f)
{
    char end[KEY_TEXT + 8];
    struct stmt *s;
    int r;

    key_end(f->plain, end);
    r = db_query(f->tx->db, &s,
                 "SELECT customer_id FROM customer_key WHERE key >= $1 AND key < $2 ORDER BY key, "
                 "customer_id",
                 "tt", f->plain, end);
    return found_all(f, s, r);
}

static int by_extra(struct finding *f, const char *asked)
{
    char end[CUSTOMER_ASKED_MAX * 4 + 8];
    struct stmt *s;
    int r;

    snprintf(end, sizeof(end), "%s\xf4\x8f\xbf\xbf", asked);
    r = db_query(f->tx->db, &s,
                 "SELECT customer_id FROM customer_extra WHERE value >= $1 AND value < $2 "
                 "ORDER BY value, customer_id",
                 "tt", asked, end);
    return found_all(f, s, r);
}

/* Printed numbers have hyphens, which names are found without. */
static void card_form(struct finding *f, const char *asked)
{
    struct fault none = {0};
    char form[CARD_TEXT];

    if (card_number_form(&none, asked, form) == 0)
        snprintf(f->capital, sizeof(f->capital), "%s", form);
    fault_clear(&none);
}

int customer_search(struct tx *tx, const char *asked, int limit,
                    int (*each)(void *arg, const struct customer_row *row), void *arg)
{
    struct finding f = {.tx = tx, .room = CUSTOMER_FOUND_MAX};
    int r;

    if (limit > 0 && limit < CUSTOMER_FOUND_MAX)
        f.room = (size_t)limit;
    asked_take(&f, asked);
    r = by_number(&f, asked);
    if (r == 0)
        r = by_tail(&f);
    card_form(&f, asked);
    if (r == 0)
        r = by_card(&f);
    if (r == 0 && f.plain[0])
        r = by_name(&f);
    if (r == 0)
        r = by_extra(&f, asked);
    for (size_t i = 0; r == 0 && i < f.n; i++) {
        r = customer_get(tx, f.ids[i], each, arg);
        if (r == -EREFUSED) { /* not his to see */
            fault_clear(tx->fault);
            r = 0;
        }
    }
    return r;
}
