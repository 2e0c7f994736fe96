/* customer_import.c - see customer_import.h. */
#include "db/customer_import.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/audit.h"
#include "db/option.h"

/* A number of the list: two of one hash are the same number. */
struct number {
    uint8_t hash[SEAL_HASH];
    int64_t row;
    const char *field;
};

struct check {
    struct tx *tx;
    struct number *numbers; /* room for each there can be */
    size_t n;
    bool wrong;
};

static void wrong(struct check *c, enum fault_code code, int64_t row, const char *field,
                  const char *value)
{
    fault_item(c->tx->fault, code, row, field, "value", value, NULL);
    c->wrong = true;
}

static int number_check(struct check *c, const struct customer_import_row *row,
                        enum contact_kind kind, const char *typed, const char *field)
{
    struct number *number = &c->numbers[c->n];
    char form[CONTACT_TEXT], text[24];
    int64_t owner = 0;
    int r;

    if (contact_form(kind, typed, form) < 0) {
        wrong(c, kind == CONTACT_PHONE ? FAULT_PHONE_WRONG : FAULT_DOCUMENT_WRONG, row->row, field,
              typed);
        return 0;
    }
    *number = (struct number){.row = row->row, .field = field};
    r = seal_hash(c->tx->seal, contact_codes[kind], form, number->hash);
    if (r == 0)
        r = db_get(c->tx->db, &owner,
                   "SELECT customer_id FROM customer_secret WHERE lookup = $1 "
                   "AND ended_ms IS NULL",
                   "b", (const void *)number->hash, (size_t)SEAL_HASH);
    if (r > 0) {
        snprintf(text, sizeof(text), "%" PRId64, owner);
        fault_item(c->tx->fault, FAULT_CUSTOMER_EXISTS, row->row, field, "customer", text, NULL);
        c->wrong = true;
    }
    c->n += r == 0; /* one that is taken is told of once */
    return r < 0 ? r : 0;
}

static int document_check(struct check *c, const struct customer_import_row *row)
{
    const int kind = contact_kind_of(row->document_kind);

    if (!row->document[0])
        return 0;
    if (kind > CONTACT_PHONE && (kind == CONTACT_LICENCE) == (strcmp(row->kind, "company") == 0))
        return number_check(c, row, (enum contact_kind)kind, row->document, "document");
    wrong(c, FAULT_DOCUMENT_WRONG, row->row, "document", row->document_kind);
    return 0;
}

static int row_check(struct check *c, const struct customer_import_row *row)
{
    int64_t source = 0;
    int r = 0;

    if (!row->name[0])
        wrong(c, FAULT_ROW_CELL_EMPTY, row->row, "name", "");
    if (!row->notice[0])
        wrong(c, FAULT_ROW_CELL_EMPTY, row->row, "notice", "");
    if (!row->phones[0][0])
        wrong(c, FAULT_ROW_CELL_EMPTY, row->row, "phone", "");
    for (size_t i = 0; r == 0 && i < CUSTOMER_IMPORT_PHONES; i++)
        if (row->phones[i][0])
            r = number_check(c, row, CONTACT_PHONE, row->phones[i], i ? "phone2" : "phone");
    if (r == 0)
        r = document_check(c, row);
    if (r == 0)
        r = option_find(c->tx, OPTION_SOURCE, row->source, &source);
    if (r == 0)
        wrong(c, row->source[0] ? FAULT_ROW_VALUE_UNKNOWN : FAULT_ROW_CELL_EMPTY, row->row,
              "source", row->source);
    return r < 0 ? r : 0;
}

static int number_compare(const void *a, const void *b)
{
    const struct number *x = a, *y = b;
    const int order = memcmp(x->hash, y->hash, SEAL_HASH);

    return order ? order : x->row < y->row ? -1 : x->row > y->row;
}

/* Each that was in an earlier row. */
static void repeats_find(struct check *c)
{
    const struct number *first = c->numbers;
    char text[24];

    qsort(c->numbers, c->n, sizeof(*c->numbers), number_compare);
    for (size_t i = 1; i < c->n; i++) {
        const struct number *number = &c->numbers[i];

        if (memcmp(first->hash, number->hash, SEAL_HASH) != 0) {
            first = number;
            continue;
        }
        snprintf(text, sizeof(text), "%" PRId64, first->row);
        fault_item(c->tx->fault, FAULT_ROW_DUPLICATE, number->row, number->field, "other", text,
                   NULL);
        c->wrong = true;
    }
}

static int item_compare(const void *a, const void *b)
{
    const struct fault_item *x = a, *y = b;

    return x->row < y->row ? -1 : x->row > y->row;
}

int customer_import_check(struct tx *tx, const struct customer_import_row *rows, size_t n)
{
    struct check c = {.tx = tx};
    struct fault *f = tx->fault;
    char text[24];
    int r = 0;

    c.numbers = calloc(n * (CUSTOMER_IMPORT_PHONES + 1) + 1, sizeof(*c.numbers));
    if (!c.numbers)
        return -ENOMEM;
    for (size_t i = 0; r == 0 && i < n; i++)
        r = row_check(&c, &rows[i]);
    if (r == 0)
        repeats_find(&c);
    free(c.numbers);
    if (r < 0 || !c.wrong)
        return r;
    qsort(f->items, f->n_items, sizeof(*f->items), item_compare);
    snprintf(text, sizeof(text), "%zu", f->total_items);
    return fault_set(f, FAULT_IMPORT_ROWS_WRONG, "count", text, NULL);
}

static int row_create(struct tx *tx, const struct customer_import_row *row)
{
    struct customer_new c = {.kind = row->kind,
                             .name = row->name,
                             .notice = row->notice,
                             .document_kind = row->document_kind,
                             .document = row->document[0] ? row->document : NULL};
    int64_t id;
    int r = option_find(tx, OPTION_SOURCE, row->source, &c.source_id);

    for (size_t i = 0; i < CUSTOMER_IMPORT_PHONES; i++)
        if (row->phones[i][0])
            c.phones[c.n_phones++] = row->phones[i];
    return r < 0 ? r : customer_create(tx, &c, &id);
}

int customer_import(struct tx *tx, const struct customer_import_row *rows, size_t n)
{
    const int64_t count = (int64_t)n;
    struct trail trail = {0};
    int r = customer_import_check(tx, rows, n);

    for (size_t i = 0; r == 0 && i < n; i++)
        r = row_create(tx, &rows[i]);
    if (r < 0)
        return r;
    trail_int(&trail, "rows", NULL, &count);
    return audit_add(tx, "customer.import", "import", 0, 0, &trail);
}
