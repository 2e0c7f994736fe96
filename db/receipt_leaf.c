/* receipt_leaf.c - the leaf and what stands on it, frozen: "word value" a line, ids, amounts and
 * numbers; a person's name is the customer master's to say. See receipt_impl.h. */
#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "db/capitals.h"
#include "db/day.h"
#include "db/print.h"
#include "db/receipt_impl.h"

enum { CONTENT_TEXT = 8192 };

void receipt_number(const char *prefix, int64_t no, char out[RECEIPT_NUMBER_TEXT])
{
    snprintf(out, RECEIPT_NUMBER_TEXT, "%s%06" PRId64, prefix, no);
}

/* ---- what stands on it ---- */

/* As the fee is called now: its name may change, what was given may not. */
static int fee_print(FILE *to, const struct paying *p, int64_t fee_id)
{
    struct stmt *s;
    int r = tx_row(p->tx, &s, "SELECT name FROM fee WHERE id = $1", fee_id);

    if (r < 0)
        return r;
    fprintf(to, RECEIPT_FEE "%" PRId64 " %s", fee_id, stmt_text(s, 0));
    stmt_reset(s);
    return 0;
}

static int lines_print(FILE *to, const struct paying *p)
{
    char capitals[CAPITALS_TEXT] = "";
    int r = 0;

    for (size_t i = 0; r == 0 && i < p->p->n_lines; i++) {
        fprintf(to, "line %s %" PRId64, funds[p->funds[i]].code, p->p->lines[i].amount_fen);
        if (p->deal_fees[i])
            r = fee_print(to, p, p->p->fees[i]);
        fputc('\n', to);
    }
    for (size_t i = 0; i < p->p->n_tenders; i++) {
        const struct payment_tender *t = &p->p->tenders[i];

        fprintf(to, "tender %s %" PRId64 " %s\n", tenders[p->use.kinds[i]].code, t->amount_fen,
                t->reference ? t->reference : "");
    }
    if (capitals_write(p->total_fen, capitals) == 0)
        fprintf(to, "total %" PRId64 " %s\n", p->total_fen, capitals);
    return r;
}

static int content_write(const struct paying *p, char content[CONTENT_TEXT])
{
    FILE *to = fmemopen(content, CONTENT_TEXT, "w");
    char number[RECEIPT_NUMBER_TEXT], day[DAY_TEXT];
    bool whole;
    int r;

    if (!to)
        return -ENOMEM;
    receipt_number(p->leaf.prefix, p->leaf.no, number);
    day_of(p->tx->now_ms, day);
    fprintf(to, "number %s\nday %s\nproject %" PRId64 "\ncustomer %" PRId64 "\n", number, day,
            p->project_id, p->customer_id);
    if (p->deal.id)
        fprintf(to, "deal %" PRId64 "\nunit %s\n", p->deal.id, p->deal.unit);
    r = lines_print(to, p);
    fprintf(to, "account %" PRId64 "\n", p->use.account_id);
    whole = fflush(to) == 0 && !ferror(to);
    return fclose(to) == 0 && whole ? r : -E2BIG;
}

/* ---- the leaf ---- */

struct leaf_text {
    const char *kind, *content;
    int64_t voucher_id; /* 0: no money */
};

static int leaf_insert(struct tx *tx, const struct receipt_key *key, const struct leaf_text *text)
{
    uint8_t sha[crypto_hash_sha256_BYTES];
    int r;

    crypto_hash_sha256(sha, (const uint8_t *)text->content, strlen(text->content));
    r = db_run(tx->db,
               "INSERT INTO receipt (book_id, no, kind, voucher_id, content, sha, actor, at_ms) "
               "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
               "iitotbti", key->book_id, key->no, text->kind,
               text->voucher_id ? &text->voucher_id : NULL, text->content, sha, sizeof(sha),
               tx->actor->name, tx->now_ms);
    return r < 0 ? r : 0;
}

int receipt_leaf_write(struct paying *p)
{
    char content[CONTENT_TEXT] = "";
    const struct leaf_text text = {"issued", content, p->voucher_id};
    const struct receipt_key key = {p->leaf.book_id, p->leaf.no};
    int r = content_write(p, content);

    return r < 0 ? r : leaf_insert(p->tx, &key, &text);
}

/* What stood on the paper before, but for its own number, day and name. */
static int content_again(struct tx *tx, const struct leaf *leaf, const struct receipt_swap *swap,
                         int64_t customer_id, const char *was, char content[CONTENT_TEXT])
{
    FILE *to = fmemopen(content, CONTENT_TEXT, "w");
    char number[RECEIPT_NUMBER_TEXT], day[DAY_TEXT];
    bool whole;

    if (!to)
        return -ENOMEM;
    receipt_number(leaf->prefix, leaf->no, number);
    day_of(tx->now_ms, day);
    fprintf(to, "number %s\nday %s\nswaps %" PRId64 " %" PRId64 "\ncustomer %" PRId64 "\n", number,
            day, swap->key.book_id, swap->key.no, customer_id);
    for (const char *line = was; *line; line += strcspn(line, "\n") + 1) {
        const size_t n = strcspn(line, "\n");
        const bool own = strncmp(line, "number ", 7) == 0 || strncmp(line, "day ", 4) == 0 ||
                         strncmp(line, "swaps ", 6) == 0 || strncmp(line, "customer ", 9) == 0;

        if (!own)
            fprintf(to, "%.*s\n", (int)n, line);
        if (!line[n])
            break;
    }
    whole = fflush(to) == 0 && !ferror(to);
    return fclose(to) == 0 && whole ? 0 : -E2BIG;
}

int receipt_leaf_again(struct tx *tx, const struct leaf *leaf, const struct receipt_swap *swap,
                       int64_t customer_id)
{
    const int64_t returned = swap->returned;
    uint8_t sha[crypto_hash_sha256_BYTES];
    char content[CONTENT_TEXT] = "";
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT content, voucher_id FROM receipt WHERE book_id = $1 AND no = $2", "ii",
                     swap->key.book_id, swap->key.no);

    if (r == 0 && (r = stmt_step(s)) == 1) {
        r = content_again(tx, leaf, swap, customer_id, stmt_text(s, 0), content);
        crypto_hash_sha256(sha, (const uint8_t *)content, strlen(content));
        if (r == 0)
            r = db_run(tx->db,
                       "INSERT INTO receipt (book_id, no, kind, voucher_id, content, sha, actor, "
                       "at_ms, from_book_id, from_no, returned, reason) VALUES ($1, $2, 'issued', "
                       "$3, $4, $5, $6, $7, $8, $9, $10, $11)",
                       "iiitbtiiiit", leaf->book_id, leaf->no, stmt_int(s, 1), content, sha,
                       sizeof(sha), tx->actor->name, tx->now_ms, swap->key.book_id, swap->key.no,
                       returned, swap->reason);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

static int book_kind(struct tx *tx, int64_t book_id, struct leaf_ask *ret)
{
    struct stmt *s;
    int r = tx_row(tx, &s, "SELECT project_id, kind FROM receipt_book WHERE id = $1", book_id);

    if (r < 0)
        return r;
    *ret = (struct leaf_ask){.book_id = book_id,
                             .project_id = stmt_int(s, 0),
                             .agency = strcmp(stmt_text(s, 1), "agency") == 0};
    stmt_reset(s);
    return 0;
}

int receipt_spoil(struct tx *tx, int64_t book_id, const char *kind, const char *reason,
                  struct receipt_key *ret_key)
{
    const struct leaf_text text = {kind, reason, 0};
    struct trail trail = {0};
    struct receipt_key key;
    struct leaf_ask ask;
    struct leaf leaf;
    int r;

    if (!reason || !reason[0])
        return fault_set(tx->fault, FAULT_REASON_NEEDED, NULL);
    r = book_kind(tx, book_id, &ask);
    if (r == 0)
        r = ledger_clock_check(tx, 0);
    if (r == 0)
        r = receipt_book_leaf(tx, &ask, &leaf);
    if (r < 0)
        return r;
    key = (struct receipt_key){leaf.book_id, leaf.no};
    r = leaf_insert(tx, &key, &text);
    if (r < 0)
        return r;
    trail_int(&trail, "no", NULL, &leaf.no);
    trail_text(&trail, "state", NULL, kind);
    trail_text(&trail, "reason", NULL, reason);
    r = audit_add(tx, "book.spoil", "receipt_book", book_id, ask.project_id, &trail);
    if (r == 0)
        *ret_key = key;
    return r;
}

int receipt_print(struct tx *tx, const struct leaf *leaf, int64_t project_id, int64_t terminal_id)
{
    char number[RECEIPT_NUMBER_TEXT];
    const struct paper_new paper = {.kind = PRINT_KIND_RECEIPT,
                                    .subject_id = leaf->book_id,
                                    .subject_no = leaf->no,
                                    .number = number,
                                    .project_id = project_id,
                                    .terminal_id = terminal_id};

    receipt_number(leaf->prefix, leaf->no, number);
    return paper_add(tx, &paper, NULL);
}
