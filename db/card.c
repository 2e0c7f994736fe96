/* card.c - see card.h. */
#include "db/card.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/audit.h"
#include "db/contact.h"
#include "db/member.h"
#include "db/user.h"

enum { UID_MIN = 6, UID_MAX = 32, BANK_MIN = 12, BANK_MAX = 19, CARDS_OF_A_MEMBER = 50 };

/* ---- texts ---- */

/* Capital, and with the digits of a Chinese keyboard. Cut at the size of any code, and one more, so
 * that what is too long stays wrong. */
static void plain(const char *typed, char out[CARD_TEXT + 1])
{
    size_t n = 0;

    for (const unsigned char *p = (const unsigned char *)typed; *p && n < CARD_TEXT; p++) {
        if (p[0] == 0xef && p[1] == 0xbc && p[2] >= 0x90 && p[2] <= 0x99) {
            out[n++] = (char)(p[2] - 0x90 + '0');
            p += 2;
        } else {
            out[n++] = (char)(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p);
        }
    }
    out[n] = '\0';
}

static bool bank_card(const char *digits)
{
    const size_t n = strlen(digits);
    int sum = 0;

    if (n < BANK_MIN || n > BANK_MAX || strspn(digits, "0123456789") != n)
        return false;
    for (size_t i = 0; i < n; i++) {
        int digit = digits[n - 1 - i] - '0';

        if (i % 2 == 1)
            digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
        sum += digit;
    }
    return sum % 10 == 0;
}

/* Hyphens hide nothing. */
static bool of_a_person(const char *number)
{
    char bare[CARD_TEXT + 1];
    size_t n = 0;

    for (; *number; number++)
        if (*number != '-')
            bare[n++] = *number;
    bare[n] = '\0';
    return contact_is_resident(bare) || bank_card(bare);
}

static int number_check(struct fault *f, const char *number)
{
    const size_t n = strlen(number);

    if (n == 0 || n > CARD_PRINTED_MAX ||
        strspn(number, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-") != n)
        return fault_set(f, FAULT_CARD_CODE, NULL);
    return of_a_person(number) ? fault_set(f, FAULT_CARD_IDENTITY, NULL) : 0;
}

int card_number_form(struct fault *f, const char *typed, char ret_number[CARD_TEXT])
{
    char number[CARD_TEXT + 1];
    int r;

    plain(typed, number);
    r = number_check(f, number);
    if (r == 0)
        memcpy(ret_number, number, CARD_TEXT);
    return r;
}

int card_code_form(struct fault *f, const char *typed, char ret_code[CARD_TEXT])
{
    char code[CARD_TEXT + 1];
    const char *rest = code + 2;
    size_t n;
    int r = 0;

    plain(typed, code);
    n = strlen(code) > 2 ? strlen(rest) : 0;
    if (strncmp(code, "U:", 2) == 0) {
        if (n < UID_MIN || n > UID_MAX || n % 2 || strspn(rest, "0123456789ABCDEF") != n)
            r = fault_set(f, FAULT_CARD_CODE, NULL);
    } else if (strncmp(code, "N:", 2) == 0) {
        r = number_check(f, rest);
    } else {
        r = fault_set(f, FAULT_CARD_CODE, NULL);
    }
    if (r < 0)
        return r;
    code[0] = (char)(code[0] - 'A' + 'a');
    memcpy(ret_code, code, CARD_TEXT);
    return 0;
}

/* ---- reading ---- */

#define ROWS                                                                                       \
    "SELECT id, member_id, issued_ms, lost_ms, ended_ms, replaced_by, state, terms, " USER_NAMED(  \
        "issued_by") ", code, number FROM card "
static const char row_by_id[] = ROWS "WHERE id = $1";
static const char rows_of_member[] = ROWS "WHERE member_id = $1 ORDER BY id DESC";
/* The one that has not ended is the last one: a code is issued again only after the end of all
 * cards before. */
static const char row_by_code[] = ROWS "WHERE code = $1 ORDER BY id DESC LIMIT 1";
static const char row_by_number[] = ROWS "WHERE number = $1 AND number <> '' AND ended_ms IS NULL";

static int row_give(struct stmt *s, int (*each)(void *arg, const struct card_row *row), void *arg)
{
    const char *number = stmt_text(s, 10)[0] ? stmt_text(s, 10) : stmt_text(s, 9) + 2;
    const size_t n = strlen(number);
    struct card_row row = {.id = stmt_int(s, 0),
                           .member_id = stmt_int(s, 1),
                           .issued_ms = stmt_int(s, 2),
                           .lost_ms = stmt_int(s, 3),
                           .ended_ms = stmt_int(s, 4),
                           .replaced_by = stmt_int(s, 5),
                           .state = stmt_text(s, 6),
                           .terms = stmt_text(s, 7),
                           .issued_by = stmt_text(s, 8)};

    snprintf(row.shown, sizeof(row.shown), "****%s", number + (n > 4 ? n - 4 : n));
    return each(arg, &row);
}

/* How many there were. */
static int rows_give(struct stmt *s, int (*each)(void *arg, const struct card_row *row), void *arg)
{
    int n = 0, r = 0;

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        r = row_give(s, each, arg);
        n++;
    }
    stmt_reset(s);
    return r < 0 ? r : n;
}

int card_find(struct tx *tx, const char *code, int (*each)(void *arg, const struct card_row *row),
              void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s, row_by_code, "t", code);

    return r < 0 ? r : rows_give(s, each, arg);
}

int card_find_number(struct tx *tx, const char *number,
                     int (*each)(void *arg, const struct card_row *row), void *arg)
{
    char code[CARD_TEXT];
    struct stmt *s;
    int r = db_query(tx->db, &s, row_by_number, "t", number);

    if (r == 0)
        r = rows_give(s, each, arg);
    if (r != 0)
        return r;
    snprintf(code, sizeof(code), "n:%s", number);
    return card_find(tx, code, each, arg);
}

int card_get(struct tx *tx, int64_t card_id, int (*each)(void *arg, const struct card_row *row),
             void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s, row_by_id, "i", card_id);

    if (r == 0)
        r = rows_give(s, each, arg);
    if (r < 0)
        return r;
    return r > 0 ? 0 : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
}

int card_each(struct tx *tx, int64_t member_id, int (*each)(void *arg, const struct card_row *row),
              void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s, rows_of_member, "i", member_id);

    if (r == 0)
        r = rows_give(s, each, arg);
    return r < 0 ? r : 0;
}

/* ---- issuing ---- */

static int card_insert(struct tx *tx, int64_t member_id, const struct card_new *card,
                       int64_t *ret_id)
{
    char code[CARD_TEXT], number[CARD_TEXT] = "";
    int r = card_code_form(tx->fault, card->code, code);

    if (r == 0 && card->number)
        r = card_number_form(tx->fault, card->number, number);
    if (r == 0)
        r = tx_need_room(tx, "SELECT COUNT(*) FROM card WHERE member_id = $1", member_id,
                         CARDS_OF_A_MEMBER);
    if (r == 0)
        r = db_get(tx->db, ret_id,
                   "INSERT INTO card (member_id, code, number, terms, issued_by, issued_ms) "
                   "VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
                   "itttti", member_id, code, number, card->terms, tx->actor->name, tx->now_ms);
    if (r == -EEXIST)
        return fault_set(tx->fault, FAULT_CARD_TAKEN, NULL);
    return r < 0 ? r : 0;
}

/* The log keeps which card by its id: the code is the card. */
static int issue_note(struct tx *tx, int64_t card_id, int64_t member_id, const char *terms)
{
    struct trail trail = {0};

    trail_int(&trail, "member_id", NULL, &member_id);
    trail_text(&trail, "terms", NULL, terms);
    return audit_add(tx, "card.issue", "card", card_id, 0, &trail);
}

int card_issue(struct tx *tx, int64_t customer_id, const struct card_new *card, int64_t *ret_id)
{
    int64_t member_id = 0, id = 0;
    int r = member_of_customer(tx, customer_id, &member_id);

    if (r == 0)
        r = card_insert(tx, member_id, card, &id);
    if (r == 0)
        r = issue_note(tx, id, member_id, card->terms);
    if (r < 0)
        return r;
    *ret_id = id;
    return 0;
}

/* ---- what becomes of it ---- */

struct card_now {
    int64_t member_id;
    char state[12], terms[CARD_TERMS_MAX * 4 + 1];
};

static int now_take(void *arg, const struct card_row *row)
{
    struct card_now *now = arg;

    now->member_id = row->member_id;
    snprintf(now->state, sizeof(now->state), "%s", row->state);
    snprintf(now->terms, sizeof(now->terms), "%s", row->terms);
    return 0;
}

static int refuse_state(struct tx *tx, const char *state)
{
    static const struct {
        const char *code, *zh, *en;
    } words[] = {{"issued", "使用中", "in use"},
                 {"lost", "已挂失", "lost"},
                 {"replaced", "已换新卡", "replaced"},
                 {"returned", "已退卡", "returned"}};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i].code, state) == 0)
            return fault_set(tx->fault, FAULT_CARD_STATE, "state", words[i].zh, "state_en",
                             words[i].en, NULL);
    return -EBADMSG;
}

/* The card as it is, which must be in use, or at least not have ended. */
static int card_need(struct tx *tx, int64_t card_id, bool in_use, const char *reason,
                     struct card_now *ret_now)
{
    int r = card_get(tx, card_id, now_take, ret_now);

    if (r < 0)
        return r;
    if (strcmp(ret_now->state, "issued") != 0 && (in_use || strcmp(ret_now->state, "lost") != 0))
        return refuse_state(tx, ret_now->state);
    return reason && reason[0] ? 0 : fault_set(tx->fault, FAULT_REASON_NEEDED, NULL);
}

static int state_note(struct tx *tx, int64_t card_id, const char *action,
                      const struct card_now *was, const char *state, const char *reason)
{
    struct trail trail = {0};
    int r;

    trail_text(&trail, "state", was->state, state);
    trail_text(&trail, "reason", NULL, reason);
    r = audit_add(tx, action, "card", card_id, 0, &trail);
    return r < 0 ? r : tx_changed(tx, CHANGE_MEMBER, 0, 0, was->member_id);
}

int card_lose(struct tx *tx, int64_t card_id, const char *reason)
{
    struct card_now was;
    int r = card_need(tx, card_id, true, reason, &was);

    if (r == 0)
        r = db_run(tx->db, "UPDATE card SET state = 'lost', lost_ms = $2 WHERE id = $1", "ii",
                   card_id, tx->now_ms);
    return r < 0 ? r : state_note(tx, card_id, "card.lost", &was, "lost", reason);
}

int card_return(struct tx *tx, int64_t card_id, const char *reason)
{
    struct card_now was;
    int r = card_need(tx, card_id, false, reason, &was);

    if (r == 0)
        r = db_run(tx->db, "UPDATE card SET state = 'returned', ended_ms = $2 WHERE id = $1", "ii",
                   card_id, tx->now_ms);
    return r < 0 ? r : state_note(tx, card_id, "card.return", &was, "returned", reason);
}

int card_replace(struct tx *tx, int64_t card_id, const struct card_new *card, const char *reason,
                 int64_t *ret_id)
{
    struct card_now was;
    struct card_new next = *card;
    int64_t id = 0;
    int r = card_need(tx, card_id, false, reason, &was);

    next.terms = was.terms;
    if (r == 0)
        r = card_insert(tx, was.member_id, &next, &id);
    if (r == 0)
        r = issue_note(tx, id, was.member_id, next.terms);
    if (r == 0)
        r = db_run(tx->db,
                   "UPDATE card SET state = 'replaced', ended_ms = $2, replaced_by = $3 "
                   "WHERE id = $1",
                   "iii", card_id, tx->now_ms, id);
    if (r >= 0)
        r = state_note(tx, card_id, "card.replace", &was, "replaced", reason);
    if (r < 0)
        return r;
    *ret_id = id;
    return 0;
}
