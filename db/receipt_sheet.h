/* receipt_sheet.h - everything that stands on the paper of a receipt (FI-13; UP 4.4), read at once.
 *
 * Amounts, numbers and the way of paying are of rows that never change; names are those of now, so
 * that the paper is made right after the receipt and its bytes are what is kept.
 *
 * Thread: any with a reader.
 */
#ifndef ANCHANG_DB_RECEIPT_SHEET_H
#define ANCHANG_DB_RECEIPT_SHEET_H

#include "db/capitals.h"
#include "db/day.h"
#include "db/receipt.h"

enum {
    SHEET_NAME_TEXT = 80 * 4 + 1,
    SHEET_NAMES_TEXT = 4 * SHEET_NAME_TEXT,
    SHEET_NOTE_TEXT = 200 * 4 + 1,
};

struct receipt_sheet {
    struct receipt_key key;
    bool agency; /* of fees that are collected for somebody else */
    char number[RECEIPT_NUMBER_TEXT], swaps[RECEIPT_NUMBER_TEXT]; /* swaps: "": none */
    char day[DAY_TEXT], capitals[CAPITALS_TEXT];
    char project[SHEET_NAME_TEXT], unit[SHEET_NAME_TEXT]; /* unit "": earnest money */
    char payer[SHEET_NAMES_TEXT];                         /* who pays, then the other buyers */
    char holder[SHEET_NAME_TEXT], bank[SHEET_NAME_TEXT], account[SHEET_NAME_TEXT]; /* payee's */
    char cashier[SHEET_NAME_TEXT], note[SHEET_NOTE_TEXT];
    int64_t total_fen;
    struct sheet_line {
        char name[SHEET_NAME_TEXT];
        int64_t fen;
    } lines[PAYMENT_LINES_MAX];
    struct sheet_tender {
        char name[24], reference[65 * 4];
        int64_t fen;
    } tenders[PAYMENT_TENDERS_MAX];
    size_t n_lines, n_tenders;
};

/* Of a leaf on which money was taken. NOT_FOUND, negative errno. */
int receipt_sheet_read(struct tx *tx, const struct receipt_key *key,
                       struct receipt_sheet *ret_sheet);

#endif
