/* member.h - members: customers who joined with a card, their level, points and PIN (MB-02, MB-14).
 *
 * One for each person. Somebody becomes one with the first card (card.h). Points are in points.h.
 *
 * The PIN is six digits, kept as an argon2id hash (password.h), set at the counter. A card alone
 * shows a masked name and points; card and PIN open the member's own data at a kiosk (MB-16). Five
 * wrong ones in a row lock it as they lock a log-in (user_lock_ms()), or until staff unlock it.
 *
 * Thread: changes on the writer's; reads on any with a reader. Hashes are made elsewhere.
 */
#ifndef ANCHANG_DB_MEMBER_H
#define ANCHANG_DB_MEMBER_H

#include "db/contact.h"
#include "db/password.h"
#include "db/tx.h"

enum { MEMBER_PIN_DIGITS = 6 };

/* Codes of the levels, lowest first, ended by NULL. */
extern const char *const member_levels[];

struct member_row {
    int64_t id, version, customer_id, joined_ms, points;
    int64_t points_due_ms;        /* when the next of them expire; 0: none do */
    int64_t pin_locked_until_ms;  /* 0: not locked */
    int64_t pin_tries;            /* so many more wrong ones lock it */
    char name[CONTACT_NAME_TEXT]; /* masked */
    const char *level;
    bool has_pin;
};
/* NOT_FOUND. @row lives during the call. */
int member_get(struct tx *tx, int64_t member_id,
               int (*each)(void *arg, const struct member_row *row), void *arg);

/* The member that the customer is, made when there is none yet. NOT_FOUND; MEMBER_COMPANY: only a
 * person joins. */
int member_of_customer(struct tx *tx, int64_t customer_id, int64_t *ret_id);

/* NOT_FOUND, VERSION_CHANGED. */
int member_level_set(struct tx *tx, int64_t member_id, int64_t version, const char *level);

/* ---- the PIN ---- */

/* 0, or PIN_WEAK: not six digits, or all the same, or one run up or down. */
int member_pin_check(struct fault *f, const char *pin);
/* By staff: @hash is of one that was checked. Ends a lock and what was open at kiosks. NOT_FOUND,
 * VERSION_CHANGED. */
int member_pin_set(struct tx *tx, int64_t member_id, int64_t version, const char *hash);
/* NOT_FOUND, VERSION_CHANGED. */
int member_pin_unlock(struct tx *tx, int64_t member_id, int64_t version);

/* What a PIN is compared with. */
struct member_secret {
    int64_t member_id, card_id;
    int64_t locked_until_ms;           /* 0: not locked */
    char pin_hash[PASSWORD_HASH_TEXT]; /* "": none was set */
};
/* Of the card in use with that code: 1, or 0 when there is none or it is no longer in use. */
int member_secret_find(struct db *db, const char *code, struct member_secret *ret_secret);

/* What came of a PIN at a terminal, each with its audit row. */
int member_pin_done(struct tx *tx, const struct member_secret *secret);
/* *ret_locked_until_ms is 0 unless this one locked it. */
int member_pin_failed(struct tx *tx, const struct member_secret *secret,
                      int64_t *ret_locked_until_ms);

#endif
