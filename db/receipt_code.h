/* receipt_code.h - whether a paper that somebody shows is a receipt of this house (IV-14).
 *
 * A receipt has a short code, a mark of its number, its amount and its day under a key that is not
 * in the database (seal.h): who has not the key cannot make one, and a paper on which one of the
 * three was altered has the code of another. Who has a code holds the paper, so what it tells is
 * told whatever his projects: what stands on the paper anyway, and what became of it; nobody's
 * name.
 *
 * Thread: any with a reader.
 */
#ifndef ANCHANG_DB_RECEIPT_CODE_H
#define ANCHANG_DB_RECEIPT_CODE_H

#include "db/day.h"
#include "db/receipt.h"

enum {
    RECEIPT_CODE = 10, /* letters and digits that are not taken for one another: 50 bits */
    RECEIPT_CODE_TEXT = RECEIPT_CODE + 2,
};

/* "7K3QD-0M9XW"; "" where there is no key. */
void receipt_code(const struct tx *tx, const struct receipt_row *row, char out[RECEIPT_CODE_TEXT]);

enum receipt_is {
    RECEIPT_IS_LIVE,
    RECEIPT_IS_VOID,
    RECEIPT_IS_REVERSED,
    RECEIPT_IS_SWAPPED,
    RECEIPT_IS_LOST,     /* said to be lost, another is in its place: the paper is not good */
    RECEIPT_IS_REFUNDED, /* good, and money of its account was paid back since */
    RECEIPT_IS_STATES
};
extern const char *const receipt_is_codes[RECEIPT_IS_STATES + 1]; /* ends with NULL */

struct receipt_verified {
    char number[RECEIPT_NUMBER_TEXT], day[DAY_TEXT];
    int64_t total_fen;
    enum receipt_is state;
};
/* As somebody types or scans them: small letters, and blanks and lines in @code, do not matter.
 * RECEIPT_UNKNOWN: no receipt has that number and that code. */
int receipt_verify(struct tx *tx, const char *number, const char *code,
                   struct receipt_verified *ret);

#endif
