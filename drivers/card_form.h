/* card_form.h - how a reader writes a card, and the way from there to the one form of card.h.
 *
 * Readers of one card disagree: a wedge types its last four bytes decimal, a serial module sends
 * all five as hex, a third sends them backwards. The model says which it is. What is one card on
 * all readers of a site is then one card_read: where one reader knows only the last bytes of a UID,
 * the models of the others keep no more either (uid_bytes).
 *
 * Pure, any thread. All here give -EBADMSG when the bytes are no card in this form, and -EPERM
 * when they are a card but none of a member: a bank card, a phone's changing UID, a number without
 * the prefix or length that the site's cards have.
 */
#ifndef ANCHANG_DRIVERS_CARD_FORM_H
#define ANCHANG_DRIVERS_CARD_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/card.h"

enum { CARD_PREFIX_MAX = 16 };

enum card_text {
    CARD_TEXT_HEX,      /* two digits a byte */
    CARD_TEXT_DEC8,     /* eight decimal digits: a number of three bytes */
    CARD_TEXT_DEC10,    /* ten: of four */
    CARD_TEXT_DEC13,    /* thirteen: of five */
    CARD_TEXT_FACILITY, /* "012,34567" or "01234567": facility of one byte, number of two */
    CARD_TEXT_BITS,     /* Wiegand 26 or 34 as 0 and 1, with both parity bits */
    CARD_TEXT_NUMBER,   /* no UID: a member's number as it stands */
    CARD_TEXT_TRACKS,   /* no UID: the tracks of a magnetic stripe, "%…?;…?" */
};

struct card_form {
    enum card_text text;
    bool reversed;                    /* the reader sends the last byte first */
    unsigned uid_bytes;               /* how many are kept, from the end; 0: all */
    unsigned track;                   /* 1 to 3: where the member's number is; 0: the first track
                                         that is not blank */
    bool lrc;                         /* a check character follows each end sentinel */
    char prefix[CARD_PREFIX_MAX + 1]; /* with which a member's number begins; "" any */
    unsigned length_min, length_max;  /* of a member's number; 0, 0: any */
};

/* Text as typed or sent, without its line end. */
int card_form_text(const struct card_form *form, const char *text, size_t n,
                   struct card_read *ret_card);
/* A UID in the reader's order. */
int card_form_uid(const struct card_form *form, const uint8_t *uid, size_t n,
                  struct card_read *ret_card);
/* A member's number: characters as in card.h (small letters are made capital), prefix, length. */
int card_form_number(const struct card_form *form, const char *text, size_t n,
                     struct card_read *ret_card);

#endif
