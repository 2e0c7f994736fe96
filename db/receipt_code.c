/* receipt_code.c - see receipt_code.h. */
#include "db/receipt_code.h"

#include <ctype.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "db/receipt_impl.h"

enum { BITS = 5 };

const char *const receipt_is_codes[RECEIPT_IS_STATES + 1] = {
    "live", "void", "reversed", "swapped", "lost", "refunded", NULL};

/* Without I, L, O and U, which are read as others (Crockford). */
static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* ---- the code ---- */

static void marked_text(const struct receipt_row *row, char *out, size_t size)
{
    char day[DAY_TEXT];

    day_of(row->at_ms, day);
    snprintf(out, size, "receipt\n%s\n%" PRId64 "\n%s", row->number, row->total_fen, day);
}

/* By the key that is @older than the last. -ENOKEY: there is none. */
static int code_make(const struct tx *tx, size_t older, const struct receipt_row *row,
                     char out[RECEIPT_CODE_TEXT])
{
    char text[RECEIPT_NUMBER_TEXT + 60];
    uint8_t mark[SEAL_HASH];
    size_t n = 0;
    int r;

    marked_text(row, text, sizeof(text));
    r = seal_mark(tx->seal, older, text, mark);
    if (r < 0)
        return r;
    for (size_t i = 0; i < RECEIPT_CODE; i++) {
        const size_t at = i * BITS;
        const unsigned two = (unsigned)mark[at / 8] << 8 | mark[at / 8 + 1];

        if (i == RECEIPT_CODE / 2)
            out[n++] = '-';
        out[n++] = letters[two >> (16 - BITS - at % 8) & 31];
    }
    out[n] = '\0';
    return 0;
}

void receipt_code(const struct tx *tx, const struct receipt_row *row, char out[RECEIPT_CODE_TEXT])
{
    if (code_make(tx, 0, row, out) < 0)
        out[0] = '\0';
}

/* What is typed as the letters of a code; false: it is none. */
static bool code_read(const char *code, char out[RECEIPT_CODE_TEXT])
{
    size_t n = 0;

    for (; *code; code++) {
        const char c = (char)toupper((unsigned char)*code);
        const char letter = c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;

        if (c == ' ' || c == '-')
            continue;
        if (n == RECEIPT_CODE + 1 || !memchr(letters, letter, sizeof(letters) - 1))
            return false;
        if (n == RECEIPT_CODE / 2)
            out[n++] = '-';
        out[n++] = letter;
    }
    out[n] = '\0';
    return n == RECEIPT_CODE + 1;
}

/* ---- what became of it ---- */

static enum receipt_is state_find(const char *state)
{
    int i = 0;

    while (i < RECEIPT_IS_REFUNDED && strcmp(receipt_is_codes[i], state) != 0)
        i++;
    return (enum receipt_is)i;
}

struct asked {
    struct tx *tx;
    const char *code;
    struct receipt_verified found;
    int64_t voucher_id, at_ms; /* voucher 0: not found */
};

static int leaf_try(void *arg, const struct receipt_row *row)
{
    char code[RECEIPT_CODE_TEXT];
    struct asked *a = arg;
    bool same = false;

    for (size_t older = 0; !same && code_make(a->tx, older, row, code) == 0; older++)
        same = sodium_memcmp(code, a->code, sizeof(code)) == 0;
    if (!same || !row->voucher_id)
        return 0;
    a->voucher_id = row->voucher_id;
    a->at_ms = row->at_ms;
    a->found.total_fen = row->total_fen;
    a->found.state = state_find(row->state);
    snprintf(a->found.number, sizeof(a->found.number), "%s", row->number);
    day_of(row->at_ms, a->found.day);
    return 0;
}

/* Whether money of where it went was paid back after it. */
static int refunded(const struct asked *a)
{
    int64_t one;

    return db_get(a->tx->db, &one,
                  "SELECT 1 FROM ledger_entry e JOIN refund_line l ON l.account_id = e.credit_id "
                  "JOIN refund f ON f.id = l.refund_id WHERE e.voucher_id = $1 AND "
                  "f.state = 'paid' AND f.ended_ms >= $2 LIMIT 1",
                  "ii", a->voucher_id, a->at_ms);
}

int receipt_verify(struct tx *tx, const char *number, const char *code,
                   struct receipt_verified *ret)
{
    char read[RECEIPT_CODE_TEXT] = "";
    struct asked a = {.tx = tx, .code = read};
    int r = code_read(code, read) ? receipt_numbered(tx, number, leaf_try, &a) : 0;

    if (r == 0 && !a.voucher_id)
        r = fault_set(tx->fault, FAULT_RECEIPT_UNKNOWN, NULL);
    if (r == 0 && a.found.state == RECEIPT_IS_LIVE) {
        r = refunded(&a);
        if (r == 1)
            a.found.state = RECEIPT_IS_REFUNDED;
    }
    if (r < 0)
        return r;
    *ret = a.found;
    return 0;
}
