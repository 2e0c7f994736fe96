/* card.h - member cards: issued, lost, replaced, returned; found by what a reader read (MB-01, 03).
 *
 * A card's code is the text that a reader makes of it: "u:" and a UID in capital hex, or "n:" and
 * the number on a stripe. A code says who may be standing there and proves nothing (MB-16). It is
 * no number of a person: one that is a resident's identity number or a bank card's is refused.
 *
 * A code belongs to one card that has not ended. A lost card is dead at once, and has not ended: it
 * ends when it is replaced or handed in. What a card opened at a kiosk ends with it
 * (CHANGE_MEMBER).
 *
 * Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_CARD_H
#define ANCHANG_DB_CARD_H

#include "db/tx.h"

enum {
    CARD_TEXT = 44,        /* a code and the NUL */
    CARD_PRINTED_MAX = 40, /* characters of a printed number: [0-9A-Z-] */
    CARD_TERMS_MAX = 60,
    CARD_REASON_MAX = 80,
    CARD_SHOWN = 12, /* "****4E91" and the NUL */
};

struct card_row {
    int64_t id, member_id, issued_ms, lost_ms, ended_ms, replaced_by; /* 0: not */
    const char *state;                                                /* "issued", "lost", ... */
    const char *terms, *issued_by;                                    /* the person's name now */
    char
        shown[CARD_SHOWN]; /* of its printed number, else its code: never more than the last four */
};

/* The text of a code or a printed number in its one form, capital and without full-width digits.
 * CARD_CODE: no such text. CARD_IDENTITY: the number of a person or a bank card. */
int card_code_form(struct fault *f, const char *typed, char ret_code[CARD_TEXT]);
int card_number_form(struct fault *f, const char *typed, char ret_number[CARD_TEXT]);

/* The card with that code: the one that has not ended, else the last one that had it. By a number
 * that people type: the one printed, else the one on the stripe. 1, or 0 when there is none. @row
 * lives during the call. */
int card_find(struct tx *tx, const char *code, int (*each)(void *arg, const struct card_row *row),
              void *arg);
int card_find_number(struct tx *tx, const char *number,
                     int (*each)(void *arg, const struct card_row *row), void *arg);
/* NOT_FOUND. */
int card_get(struct tx *tx, int64_t card_id, int (*each)(void *arg, const struct card_row *row),
             void *arg);
/* Of a member, newest first. */
int card_each(struct tx *tx, int64_t member_id, int (*each)(void *arg, const struct card_row *row),
              void *arg);

struct card_new {
    const char *code;   /* as typed or read */
    const char *number; /* printed on it; NULL: none */
    const char *terms;  /* which terms were shown; of a replacement those of the old card */
};
/* To a customer, who becomes a member with the first one. NOT_FOUND, MEMBER_COMPANY, CARD_CODE,
 * CARD_IDENTITY, CARD_TAKEN, LIMIT_REACHED. */
int card_issue(struct tx *tx, int64_t customer_id, const struct card_new *card, int64_t *ret_id);
/* NOT_FOUND, CARD_STATE; REASON_NEEDED. */
int card_lose(struct tx *tx, int64_t card_id, const char *reason);
int card_return(struct tx *tx, int64_t card_id, const char *reason);
/* A new card in the place of one that is lost or worn out. Those of card_issue(), too. */
int card_replace(struct tx *tx, int64_t card_id, const struct card_new *card, const char *reason,
                 int64_t *ret_id);

#endif
