/* payover.h - agency fees go to their payee (FI-10): so much of one fee of each of some deals, all
 * of them in one project, out of the account that the fees lie on, by one voucher.
 *
 * Never more than what was collected and is still there, less what is asked back. What came back is
 * reversed, whole and once.
 *
 * Errors besides those named: NOT_FOUND (also out of scope), negative errno. Thread: changes on the
 * writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_PAYOVER_H
#define ANCHANG_DB_PAYOVER_H

#include "db/tender_use.h"

enum { PAYOVER_LINES_MAX = 500, PAYOVER_NOTE_MAX = 200 };

struct payover_line {
    int64_t deal_fee_id, amount_fen; /* above 0 */
};
struct payover {
    int64_t project_id, fee_id;
    const struct payover_line *lines;
    size_t n_lines;
    struct payment_tender tender; /* a transfer or a cheque; its sum is that of the lines */
    const char *note;             /* NULL: none */
};
/* PAYOVER_BEYOND, PAYOVER_TWICE, PAYOVER_PAYEE, REFUND_RESERVED, ACCOUNT_NONE, ACCOUNT_MIXED,
 * ACCOUNT_AGENCY, SCOPE_PARTIAL, and those of tender_use.h; @ret_id: the voucher. */
int payover_make(struct tx *tx, const struct payover *payover, int64_t *ret_id);
/* REASON_NEEDED, PAYOVER_REVERSED. */
int payover_reverse(struct tx *tx, int64_t id, const char *reason);

struct payover_row {
    int64_t id, number, project_id, fee_id, total_fen, deals, at_ms;
    int64_t account_id; /* that it came from */
    const char *fee, *payee, *day, *tender, *reference, *note, *user;
    int64_t reversed_ms;              /* 0: it stands */
    const char *reason, *reversed_by; /* of a reversal; NULL: none */
};
/* For who sees the project whole, newest first; @fee_id 0: any; @id 0: all. Texts live during the
 * call. */
struct payover_filter {
    int64_t project_id, fee_id, id, before_id; /* before 0: from the newest */
    int limit;
};
int payover_each(struct tx *tx, const struct payover_filter *filter,
                 int (*each)(void *arg, const struct payover_row *row), void *arg);
/* Where one is; NOT_FOUND. */
int payover_project(struct tx *tx, int64_t id, int64_t *ret_project_id);

/* Of which deals one was. */
struct payover_deal {
    int64_t deal_id, amount_fen;
    const char *unit;
};
int payover_deal_each(struct tx *tx, int64_t id,
                      int (*each)(void *arg, const struct payover_deal *row), void *arg);

#endif
