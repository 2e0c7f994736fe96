/* encumbrance.h - mortgages, seizures and locks on units (PM-22, FC 25.2 axis 3, T29).
 *
 * Setting one takes effect at once, on the public chart too; clearing one is a gain and waits for
 * the next publication. A seizure or a lock blocks every step of a sale, a mortgage unless it may
 * be sold with consent. Several may stand on one unit, also of one kind (one seizure waits behind
 * another).
 *
 * Errors: DOCUMENT_NEEDED, ENCUMBRANCE_CLEARED, NOT_FOUND (also out of scope), negative errno.
 * Thread: changes on the writer's, reads on any.
 */
#ifndef ANCHANG_DB_ENCUMBRANCE_H
#define ANCHANG_DB_ENCUMBRANCE_H

#include "db/tx.h"

struct encumbrance_new {
    int64_t unit_id;
    const char *kind;     /* mortgage, seizure, authority_lock, auto_lock */
    const char *document; /* required */
    bool sellable;        /* of a mortgage: may be sold with the bank's consent */
};
int encumbrance_set(struct tx *tx, const struct encumbrance_new *encumbrance, int64_t *ret_id);
/* *ret_unit_id: the unit it stood on. */
int encumbrance_clear(struct tx *tx, int64_t id, const char *document, int64_t *ret_unit_id);

struct encumbrance_row {
    int64_t id, unit_id, set_ms, cleared_ms; /* 0: stands */
    const char *kind, *document, *set_by, *set_by_name;
    const char *cleared_by, *cleared_by_name, *clear_document; /* NULL while it stands */
    bool sellable;
};
/* All that ever stood on the unit, oldest first. Texts live during the call. */
int encumbrance_each(struct tx *tx, int64_t unit_id,
                     int (*each)(void *arg, const struct encumbrance_row *row), void *arg);

#endif
