/* test_constraints.c - each CHECK, UNIQUE, foreign key and trigger of the schema is needed by a
 * test.
 *
 * The schema that all migrations leave is taken apart by its own text: every constraint in it is
 * left out in turn, and at least one statement that the whole schema refuses must pass then. A new
 * constraint without such a statement, or a statement that something else refuses, fails here
 * (RS 3.1). The rows and the statements are in constraints_AREA.h. What may not be deleted may not
 * be replaced: with recursive triggers, which db_open() sets and reads back, REPLACE deletes.
 */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "constraints_approval.h"
#include "constraints_customer.h"
#include "constraints_deal.h"
#include "constraints_escrow.h"
#include "constraints_fee.h"
#include "constraints_invoice.h"
#include "constraints_ledger.h"
#include "constraints_member.h"
#include "constraints_opening.h"
#include "constraints_ownership.h"
#include "constraints_people.h"
#include "constraints_print.h"
#include "constraints_process.h"
#include "constraints_property.h"
#include "constraints_publication.h"
#include "constraints_question.h"
#include "constraints_refund.h"
#include "constraints_reprice.h"
#include "constraints_settlement.h"
#include "constraints_source.h"
#include "constraints_terms.h"
#include "db/migrate.h"

static const struct area areas[] = {
    CONSTRAINTS(property),   CONSTRAINTS(publication), CONSTRAINTS(people),   CONSTRAINTS(member),
    CONSTRAINTS(customer),   CONSTRAINTS(ownership),   CONSTRAINTS(approval), CONSTRAINTS(source),
    CONSTRAINTS(terms),      CONSTRAINTS(deal),        CONSTRAINTS(reprice),  CONSTRAINTS(question),
    CONSTRAINTS(process),    CONSTRAINTS(opening),     CONSTRAINTS(ledger),   CONSTRAINTS(refund),
    CONSTRAINTS(settlement), CONSTRAINTS(escrow),      CONSTRAINTS(fee),      CONSTRAINTS(print),
    CONSTRAINTS(invoice),
};
enum { AREAS = sizeof(areas) / sizeof(areas[0]) };

/* ---- the schema taken apart ---- */

struct site {
    size_t from, to;
    char table[64], name[300];
    const char *instead;
};

struct anatomy {
    char *text; /* of what all migrations leave, without comments */
    struct site *sites;
    size_t n;
};

static void comments_blank(char *text)
{
    bool quoted = false;

    for (char *p = text; *p; p++) {
        if (*p == '\'')
            quoted = !quoted;
        if (!quoted && p[0] == '-' && p[1] == '-')
            while (*p && *p != '\n')
                *p++ = ' ';
        if (!*p)
            break;
    }
}

static void site_add(struct anatomy *a, const char *table, const char *name, size_t from, size_t to,
                     const char *instead)
{
    struct site *s;
    size_t n = 0;
    int prefix;

    a->sites = realloc(a->sites, (a->n + 1) * sizeof(*a->sites));
    assert_non_null(a->sites);
    s = &a->sites[a->n++];
    *s = (struct site){.from = from, .to = to, .instead = instead};
    snprintf(s->table, sizeof(s->table), "%s", table);
    prefix = snprintf(s->name, sizeof(s->name), "%s: ", name);
    for (size_t i = from; i < to && n + (size_t)prefix < sizeof(s->name) - 1; i++)
        if (!isspace((unsigned char)a->text[i]) ||
            (n > 0 && s->name[(size_t)prefix + n - 1] != ' '))
            s->name[(size_t)prefix + n++] = isspace((unsigned char)a->text[i]) ? ' ' : a->text[i];
    s->name[(size_t)prefix + n] = '\0';
}

static size_t closing(const char *text, size_t open)
{
    bool quoted = false;
    int depth = 0;

    for (size_t i = open; text[i]; i++) {
        if (text[i] == '\'')
            quoted = !quoted;
        if (quoted)
            continue;
        depth += text[i] == '(';
        depth -= text[i] == ')';
        if (depth == 0)
            return i + 1;
    }
    fail_msg("a bracket is not closed");
    return 0;
}

static bool word_at(const char *text, size_t at, const char *word)
{
    size_t n = strlen(word);

    return strncmp(text + at, word, n) == 0 && (at == 0 || !isalnum((unsigned char)text[at - 1])) &&
           !isalnum((unsigned char)text[at + n]) && text[at + n] != '_';
}

static size_t spaces(const char *text, size_t at)
{
    return at + strspn(text + at, " \n");
}

/* REFERENCES name(columns) from @at on, and when it is looked at. */
static size_t reference_end(const char *text, size_t at)
{
    static const char deferred[] = "DEFERRABLE INITIALLY DEFERRED";
    const size_t end = closing(text, at + strcspn(text + at, "(")), next = spaces(text, end);

    return word_at(text, next, deferred) ? next + strlen(deferred) : end;
}

static void table_dissect(struct anatomy *a, size_t from, size_t to)
{
    const char *t = a->text;
    char table[64];
    size_t name = from + strlen("CREATE TABLE "), body, end;
    bool rowid;

    snprintf(table, sizeof(table), "%.*s", (int)strcspn(t + name, " ("), t + name);
    body = name + strcspn(t + name, "(");
    end = closing(t, body);
    rowid = !memmem(t + end, to - end, "WITHOUT ROWID", 13);
    for (size_t i = body + 1; i < end; i++) {
        size_t next;

        if (t[i] == '\'') {
            i += 1 + strcspn(t + i + 1, "'");
        } else if (word_at(t, i, "CHECK")) {
            next = closing(t, spaces(t, i + 5));
            site_add(a, table, table, i, next, "CHECK (1)");
            i = next - 1;
        } else if (word_at(t, i, "FOREIGN KEY")) {
            next = reference_end(t, closing(t, spaces(t, i + 11)));
            site_add(a, table, table, i, next, "CHECK (1)");
            i = next - 1;
        } else if (word_at(t, i, "REFERENCES")) {
            next = reference_end(t, i);
            site_add(a, table, table, i, next, "CHECK (1)");
            i = next - 1;
        } else if (word_at(t, i, "UNIQUE")) {
            next = spaces(t, i + 6);
            /* With the key in it it cannot be violated: it is what foreign keys refer to. */
            if (t[next] != '(')
                site_add(a, table, table, i, i + 6, "");
            else if (strncmp(t + next, "(id,", 4) != 0)
                site_add(a, table, table, i, closing(t, next), "CHECK (1)");
            i = (t[next] == '(' ? closing(t, next) : next) - 1;
        } else if (word_at(t, i, "PRIMARY KEY") && t[spaces(t, i + 11)] == '(' && rowid) {
            next = closing(t, spaces(t, i + 11));
            site_add(a, table, table, i, next, "CHECK (1)");
            i = next - 1;
        }
    }
}

/* Its last END, not that of a CASE within. */
static size_t trigger_end(const char *text, size_t from)
{
    const char *next = strstr(text + from, "\nCREATE ");
    const char *end = NULL;

    for (const char *p = text + from; (p = strstr(p, "END;")) != NULL && (!next || p < next); p++)
        end = p;
    assert_non_null(end);
    return (size_t)(end - text) + 3;
}

static char *schema_read(void)
{
    char *text = calloc(1, 1);
    size_t n = 0;
    sqlite3_stmt *s;
    sqlite3 *db;

    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    /* As db_schema_change() has it. */
    assert_int_equal(sqlite3_exec(db, "PRAGMA legacy_alter_table = ON", NULL, NULL, NULL),
                     SQLITE_OK);
    for (size_t i = 0; i < migrations_count; i++)
        assert_int_equal(sqlite3_exec(db, migrations[i].sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "SELECT sql || ';' || char(10) FROM sqlite_schema "
                                        "WHERE sql IS NOT NULL ORDER BY rowid",
                                        -1, &s, NULL),
                     SQLITE_OK);
    while (sqlite3_step(s) == SQLITE_ROW) {
        size_t more = (size_t)sqlite3_column_bytes(s, 0);

        text = realloc(text, n + more + 1);
        assert_non_null(text);
        memcpy(text + n, sqlite3_column_text(s, 0), more + 1);
        n += more;
    }
    assert_true(n > 0);
    sqlite3_finalize(s);
    sqlite3_close(db);
    return text;
}

/* What an index or a trigger is ON. */
static void table_of(const char *create, char table[64])
{
    const char *on = strstr(create, " ON ") + 4;

    snprintf(table, 64, "%.*s", (int)strcspn(on, " (\n"), on);
}

static void dissect(struct anatomy *a)
{
    a->text = schema_read();
    comments_blank(a->text);
    for (size_t i = 0; a->text[i]; i++) {
        size_t end;
        char name[64], table[64];

        if (i > 0 && a->text[i - 1] != '\n')
            continue;
        end = i + (size_t)(strchrnul(a->text + i, ';') - (a->text + i));
        if (strncmp(a->text + i, "CREATE TABLE ", 13) == 0) {
            table_dissect(a, i, end);
        } else if (strncmp(a->text + i, "CREATE UNIQUE INDEX ", 20) == 0) {
            table_of(a->text + i, table);
            site_add(a, table, "index", i, end, "");
        } else if (strncmp(a->text + i, "CREATE TRIGGER ", 15) == 0) {
            end = trigger_end(a->text, i);
            snprintf(name, sizeof(name), "%.*s", (int)strcspn(a->text + i + 15, " "),
                     a->text + i + 15);
            table_of(a->text + i, table);
            site_add(a, table, name, i, end, "");
        }
    }
}

/* ---- with one left out ---- */

static void skip_site(char *text, const struct site *s)
{
    size_t n = strlen(s->instead);

    assert_true(n <= s->to - s->from);
    memset(text + s->from, ' ', s->to - s->from);
    memcpy(text + s->from, s->instead, n);
}

static sqlite3 *make(const char *schema)
{
    char *error = NULL;
    sqlite3 *db;

    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    sqlite3_exec(db, "PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON", NULL, NULL, NULL);
    if (sqlite3_exec(db, schema, NULL, NULL, &error) != SQLITE_OK)
        fail_msg("%s", error);
    for (size_t i = 0; i < AREAS; i++)
        if (sqlite3_exec(db, areas[i].seed, NULL, NULL, &error) != SQLITE_OK)
            fail_msg("%s", error);
    return db;
}

static int attempt(sqlite3 *db, const char *sql, char *why, size_t size)
{
    char *error = NULL;
    int rc;

    assert_int_equal(sqlite3_exec(db, "SAVEPOINT s", NULL, NULL, NULL), SQLITE_OK);
    rc = sqlite3_exec(db, sql, NULL, NULL, &error);
    if (why)
        snprintf(why, size, "%s", error ? error : "");
    sqlite3_free(error);
    assert_int_equal(sqlite3_exec(db, "ROLLBACK TO s; RELEASE s", NULL, NULL, NULL), SQLITE_OK);
    return rc;
}

static void test_the_whole_refuses_all(void **state)
{
    struct anatomy *a = *state;
    sqlite3 *db = make(a->text);

    for (size_t i = 0; i < AREAS; i++)
        for (size_t k = 0; k < areas[i].n_refused; k++) {
            char why[200];
            int rc = attempt(db, areas[i].refused[k], why, sizeof(why));

            if (rc != SQLITE_CONSTRAINT)
                fail_msg("%s\n  gives %d %s", areas[i].refused[k], rc, why);
        }
    sqlite3_close(db);
}

/* It is the setting of the connection that refuses them: without it nothing would. */
static void test_replacing_is_deleting(void **state)
{
    struct anatomy *a = *state;
    sqlite3 *db = make(a->text);
    int replaced = 0;

    sqlite3_exec(db, "PRAGMA recursive_triggers = OFF", NULL, NULL, NULL);
    for (size_t i = 0; i < AREAS; i++)
        for (size_t k = 0; k < areas[i].n_refused; k++)
            if (strncmp(areas[i].refused[k], "REPLACE", 7) == 0) {
                assert_int_equal(attempt(db, areas[i].refused[k], NULL, 0), SQLITE_OK);
                replaced++;
            }
    assert_true(replaced >= 7);
    sqlite3_close(db);
}

/* The site itself and, when another constraint is asked first, that one. */
static void leave_out(char *text, const struct anatomy *a, const struct site *s)
{
    skip_site(text, s);
    for (size_t i = 0; i < AREAS; i++)
        for (const struct covered *c = areas[i].covered; c->constraint; c++)
            for (size_t j = 0; strcmp(c->constraint, s->name) == 0 && j < a->n; j++)
                if (strncmp(a->sites[j].name, c->first, strlen(c->first)) == 0)
                    skip_site(text, &a->sites[j]);
}

/* Those that name the table first: it is nearly always one of them. */
static bool some_passes(sqlite3 *db, const char *table)
{
    for (int named = 1; named >= 0; named--)
        for (size_t i = 0; i < AREAS; i++)
            for (size_t k = 0; k < areas[i].n_refused; k++)
                if ((strstr(areas[i].refused[k], table) != NULL) == named &&
                    attempt(db, areas[i].refused[k], NULL, 0) == SQLITE_OK)
                    return true;
    return false;
}

static void test_each_constraint_is_needed(void **state)
{
    struct anatomy *a = *state;
    char *text = malloc(strlen(a->text) + 1);
    int unneeded = 0;

    assert_non_null(text);
    for (size_t k = 0; k < a->n; k++) {
        const struct site *s = &a->sites[k];
        sqlite3 *db;

        memcpy(text, a->text, strlen(a->text) + 1);
        leave_out(text, a, s);
        db = make(text);
        if (!some_passes(db, s->table)) {
            print_message("no statement needs: %s\n", s->name);
            unneeded++;
        }
        sqlite3_close(db);
    }
    free(text);
    assert_int_equal(unneeded, 0);
}

/* The reading of the text itself: none of a kind was overlooked. */
static void test_anatomy(void **state)
{
    static const char *const words[] = {"CHECK (", "REFERENCES ", "CREATE TRIGGER ", "UNIQUE"};
    struct anatomy *a = *state;

    for (size_t w = 0; w < sizeof(words) / sizeof(words[0]); w++) {
        size_t in_text = 0, found = 0;

        for (const char *p = a->text; (p = strstr(p, words[w])) != NULL; p++)
            in_text += strncmp(p, "UNIQUE (id,", 11) != 0;
        for (size_t i = 0; i < a->n; i++)
            for (size_t p = a->sites[i].from; p < a->sites[i].to; p++)
                found += strncmp(a->text + p, words[w], strlen(words[w])) == 0;
        assert_true(in_text > 10);
        assert_int_equal(found, in_text);
    }
}

static int setup(void **state)
{
    struct anatomy *a = calloc(1, sizeof(*a));

    assert_non_null(a);
    dissect(a);
    *state = a;
    return 0;
}

static int teardown(void **state)
{
    struct anatomy *a = *state;

    free(a->text);
    free(a->sites);
    free(a);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_anatomy),
        cmocka_unit_test(test_the_whole_refuses_all),
        cmocka_unit_test(test_replacing_is_deleting),
        cmocka_unit_test(test_each_constraint_is_needed),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
