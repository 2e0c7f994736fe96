/* card.h - what a reader read, whatever the reader: the one form in which a card leaves this room.
 *
 * The same card gives the same card_read on every reader: a UID is bytes in the order in which the
 * card sends them, never an integer (a reader that prints it decimal, reversed or cut is put right
 * by its model), and a number is text. Two cards are the same when kind class, length and bytes are
 * (card_same()). A card proves nothing about money or personal data (MB-16): it only says who may
 * be standing there.
 *
 * Pure, any thread.
 */
#ifndef ANCHANG_DRIVERS_CARD_H
#define ANCHANG_DRIVERS_CARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CARD_UID_MIN = 3, /* Wiegand 26 carries no more */
    CARD_UID_MAX = 16,
    CARD_NUMBER_MAX = 40, /* of a track or of what a wedge types; [0-9A-Z-] */
    CARD_CODE_TEXT = 2 + CARD_NUMBER_MAX + 1,
    CARD_MASKED_TEXT = 16,
};

enum card_medium {
    CARD_UID,    /* contactless: uid[] */
    CARD_NUMBER, /* magnetic stripe or typed: number[] */
};

struct card_read {
    enum card_medium medium;
    uint8_t uid[CARD_UID_MAX];
    size_t n_uid;                     /* 0 with CARD_NUMBER */
    char number[CARD_NUMBER_MAX + 1]; /* "" with CARD_UID */
};

/* The one text of a card, by which it is looked up and kept: "u:" and the UID in capital hex, or
 * "n:" and the number. */
void card_code(const struct card_read *card, char out[CARD_CODE_TEXT]);
/* The reverse. -EINVAL: no such text. */
int card_parse(const char *code, struct card_read *ret_card);
bool card_same(const struct card_read *a, const struct card_read *b);
/* For logs and screens: "****4E91", never more than the last four. */
void card_mask(const struct card_read *card, char out[CARD_MASKED_TEXT]);

#endif
