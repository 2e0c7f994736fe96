/* customer_detail.c - see customer_detail.h. */
#include "db/customer_detail.h"

#include <stdio.h>
#include <string.h>

#include "db/audit.h"
#include "db/customer.h"
#include "db/customer_field.h"
#include "db/option.h"

static const char detail_query[] =
    "SELECT gender, COALESCE(birth_date, ''), marital, education, email, address, district_id, "
    "family_size, children, elders, lives_in, job_id, employer, job_title, income_fen, cars, "
    "hobbies, reads, call_when, note FROM customer_detail WHERE customer_id = $1";

static int64_t number_at(struct stmt *s, int column)
{
    return stmt_is_null(s, column) ? DETAIL_NONE : stmt_int(s, column);
}

static void detail_read(struct stmt *s, struct customer_detail *d)
{
    int column = 0;

#define READ_TEXT(name, most)     d->name = stmt_text(s, column++);
#define READ_WORD(name, ...)      d->name = stmt_text(s, column++);
#define READ_INT(name, low, high) d->name = number_at(s, column++);
#define READ_OPTION(name, kind)   d->name = number_at(s, column++);
    CUSTOMER_DETAIL(READ_TEXT, READ_WORD, READ_INT, READ_OPTION)
}

/* Of whom nothing is known. */
static void detail_empty(struct customer_detail *d)
{
#define EMPTY_TEXT(name, most)     d->name = "";
#define EMPTY_WORD(name, ...)      d->name = "";
#define EMPTY_INT(name, low, high) d->name = DETAIL_NONE;
#define EMPTY_OPTION(name, kind)   d->name = DETAIL_NONE;
    CUSTOMER_DETAIL(EMPTY_TEXT, EMPTY_WORD, EMPTY_INT, EMPTY_OPTION)
}

int customer_detail_get(struct tx *tx, int64_t customer_id,
                        int (*each)(void *arg, const struct customer_detail *detail), void *arg)
{
    struct customer_detail d;
    struct stmt *s = NULL;
    int r = customer_need_own(tx, customer_id);

    if (r == 0)
        r = db_query(tx->db, &s, detail_query, "i", customer_id);
    if (r == 0)
        r = stmt_step(s);
    if (r < 0)
        return r;
    if (r == 0)
        detail_empty(&d);
    else
        detail_read(s, &d);
    r = each(arg, &d);
    stmt_reset(s);
    return r;
}

/* ---- masked ---- */

static size_t characters(const char *text, size_t most)
{
    size_t n = 0;

    for (size_t seen = 0; text[n]; n++)
        if (((unsigned char)text[n] & 0xc0) != 0x80 && seen++ == most)
            break;
    return n;
}

void customer_detail_mask(const struct customer_detail *d, char ret_birth[DETAIL_MASKED],
                          char ret_address[DETAIL_MASKED], char ret_email[DETAIL_MASKED])
{
    const char *at = strrchr(d->email, '@');

    snprintf(ret_birth, DETAIL_MASKED, "%.4s", d->birth_date);
    snprintf(ret_address, DETAIL_MASKED, "%.*s%s", (int)characters(d->address, 6), d->address,
             d->address[0] ? "****" : "");
    snprintf(ret_email, DETAIL_MASKED, "%.*s%s%.40s", (int)characters(d->email, 1), d->email,
             d->email[0] ? "****" : "", at ? at : "");
}

/* ---- changing ---- */

/* The row is there, the version is the one that was read, and he may be written to. */
static int change_begin(struct tx *tx, int64_t customer_id, int64_t version)
{
    int64_t now = 0;
    int r = customer_need(tx, customer_id);

    if (r == 0)
        r = db_get(tx->db, &now, "SELECT version FROM customer WHERE id = $1", "i", customer_id);
    if (r >= 0 && now != version)
        return fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", "客户", NULL);
    if (r >= 0)
        r = customer_need_active(tx, customer_id);
    if (r >= 0)
        r = db_run(tx->db,
                   "UPDATE customer SET version = version + 1, changed_ms = $2 WHERE id = $1", "ii",
                   customer_id, tx->now_ms);
    if (r >= 0)
        r = db_run(tx->db,
                   "INSERT INTO customer_detail (customer_id) VALUES ($1) "
                   "ON CONFLICT (customer_id) DO NOTHING",
                   "i", customer_id);
    return r < 0 ? r : 0;
}

struct changing {
    const struct customer_detail *next;
    struct trail *trail;
};

static void number_trail(struct trail *trail, const char *name, int64_t before, int64_t next)
{
    if (next != DETAIL_LEAVE)
        trail_int(trail, name, before == DETAIL_NONE ? NULL : &before,
                  next == DETAIL_NONE ? NULL : &next);
}

/* What differs, by its name; of what is masked, that it does. */
static int change_note(void *arg, const struct customer_detail *d)
{
    struct changing *c = arg;

#define NOTE_TEXT(name, most)                                                                      \
    if (c->next->name && strcmp(c->next->name, d->name) != 0)                                      \
        trail_text(c->trail, #name, d->name[0] ? "*" : NULL, c->next->name[0] ? "**" : NULL);
#define NOTE_WORD(name, ...)      trail_given_text(c->trail, #name, d->name, c->next->name);
#define NOTE_INT(name, low, high) number_trail(c->trail, #name, d->name, c->next->name);
#define NOTE_OPTION(name, kind)   number_trail(c->trail, #name, d->name, c->next->name);
    CUSTOMER_DETAIL(NOTE_TEXT, NOTE_WORD, NOTE_INT, NOTE_OPTION)
    return 0;
}

static int options_check(struct tx *tx, const struct customer_detail *d)
{
    int r = 0;

#define CHECK_NOTHING(...)
#define CHECK_OPTION(name, kind)                                                                   \
    if (r == 0 && d->name > 0)                                                                     \
        r = option_need(tx, kind, d->name, #name);
    CUSTOMER_DETAIL(CHECK_NOTHING, CHECK_NOTHING, CHECK_NOTHING, CHECK_OPTION)
    return r;
}

/* A statement for each column that is given: constant, as statements are kept by their text. */
static int columns_write(struct tx *tx, int64_t id, const struct customer_detail *d)
{
    int r = 0;

#define WRITE_TEXT(name, most)                                                                     \
    if (r >= 0 && d->name)                                                                         \
        r = db_run(tx->db,                                                                         \
                   strcmp(#name, "birth_date") == 0                                                \
                       ? "UPDATE customer_detail SET " #name " = NULLIF($2, '') "                  \
                         "WHERE customer_id = $1"                                                  \
                       : "UPDATE customer_detail SET " #name " = $2 WHERE customer_id = $1",       \
                   "it", id, d->name);
#define WRITE_WORD(name, ...)                                                                      \
    if (r >= 0 && d->name)                                                                         \
        r = db_run(tx->db, "UPDATE customer_detail SET " #name " = $2 WHERE customer_id = $1",     \
                   "it", id, d->name);
#define WRITE_INT(name, low, high)                                                                 \
    if (r >= 0 && d->name != DETAIL_LEAVE)                                                         \
        r = db_run(tx->db, "UPDATE customer_detail SET " #name " = $2 WHERE customer_id = $1",     \
                   "io", id, d->name == DETAIL_NONE ? NULL : &d->name);
#define WRITE_OPTION(name, kind) WRITE_INT(name, , )
    CUSTOMER_DETAIL(WRITE_TEXT, WRITE_WORD, WRITE_INT, WRITE_OPTION)
    return r < 0 ? r : 0;
}

int customer_detail_set(struct tx *tx, const struct customer_detail_change *c)
{
    struct trail trail = {0};
    struct changing changing = {&c->detail, &trail};
    int r = change_begin(tx, c->customer_id, c->version);

    if (r == 0)
        r = options_check(tx, &c->detail);
    if (r == 0)
        r = customer_detail_get(tx, c->customer_id, change_note, &changing);
    if (r == 0)
        r = columns_write(tx, c->customer_id, &c->detail);
    for (size_t i = 0; r == 0 && i < c->n_extras; i++)
        r = customer_extra_set(tx, c->customer_id, c->extras[i].field_id, c->extras[i].value,
                               &trail);
    if (r < 0) {
        trail_clear(&trail);
        return r;
    }
    return audit_add(tx, "customer.detail", "customer", c->customer_id, 0, &trail);
}
