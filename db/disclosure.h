/* disclosure.h - the mandated items of a project and which of them are missing (PM-19, RP-27, FC
 * 26.1).
 *
 * The catalogue is disclosure.def, which also says what fulfils an item. Some items come from other
 * records (permits, fees, discounts, the project itself), so the daemon never asks for them twice.
 *
 * Errors: VERSION_CHANGED, MEDIA_UNKNOWN, NOT_FOUND (unknown item or project, or out of scope),
 * negative errno. Thread: changes on the writer's, reads on any.
 */
#ifndef ANCHANG_DB_DISCLOSURE_H
#define ANCHANG_DB_DISCLOSURE_H

#include "db/tx.h"

struct disclosure_info {
    const char *code, *zh, *en, *rule;
};
extern const struct disclosure_info disclosures[];
extern const size_t disclosures_count;
/* NULL when @code is not in the catalogue. */
const struct disclosure_info *disclosure_info(const char *code);

struct disclosure_row {
    const struct disclosure_info *info;
    bool required, fulfilled;
    const char *value;    /* what is shown: its own text, or what another record says; may be "" */
    const char *media_id; /* NULL: none */
    const char *doc_name;
    const char *doc_date; /* NULL: none */
    int64_t version;      /* 0: never filled in */
};
/* Every item of the catalogue in its order. Texts live during the call. */
int disclosure_each(struct tx *tx, int64_t project_id,
                    int (*each)(void *arg, const struct disclosure_row *row), void *arg);

/* The codes that are required and not fulfilled, constants, in the order of the catalogue.
 * Returns how many there are; at most @size are written. */
int disclosure_missing(struct tx *tx, int64_t project_id, const char **ret_codes, size_t size);

struct disclosure_set {
    int64_t project_id;
    const char *code;
    int64_t version; /* as read; 0 for an item never filled in */
    const char *value;
    const char *media_id, *doc_name, *doc_date; /* NULL: none */
};
int disclosure_set(struct tx *tx, const struct disclosure_set *set);

#endif
