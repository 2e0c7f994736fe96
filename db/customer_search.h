/* customer_search.h - one box that finds customers (CU-17): by phone, name, pinyin, initials, card,
 * document, or an extra field.
 *
 * What is sealed stays sealed: a whole number is found by its keyed hash, a part of four characters
 * or more by its last four, which stand in clear, and then those few are opened and compared. So a
 * part of a number finds it from its end; the middle of one finds nothing, for an index of pieces
 * would give the numbers away to who steals the file.
 *
 * Names are found from the beginning of any character or word, as written ("三丰"), read aloud
 * ("sanfeng") and by initials ("zsf"): customer_key holds each of these ends, and one range of its
 * index answers.
 *
 * Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_CUSTOMER_SEARCH_H
#define ANCHANG_DB_CUSTOMER_SEARCH_H

#include "db/customer.h"

enum { CUSTOMER_FOUND_MAX = 50, CUSTOMER_ASKED_MAX = 60 /* characters */ };

/* At most @limit (and CUSTOMER_FOUND_MAX) of them, the closest first: whole numbers, ends of
 * numbers, cards, names (the whole before the longer), extra fields. What is looked for has one
 * character at least. */
int customer_search(struct tx *tx, const char *asked, int limit,
                    int (*each)(void *arg, const struct customer_row *row), void *arg);

/* What @name is found by, in the place of what was. */
int customer_keys_set(struct db *db, int64_t customer_id, const char *name);
/* The same for all that have none yet, in the open transaction of @db. How many there were. */
int customer_keys_fill(struct db *db);

#endif
