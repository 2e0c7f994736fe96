/* document_template.h - the texts of subscriptions, contracts and notices with fields to be filled
 * (SF-25, SF-26, IN-12).
 *
 * A template is a draft, then the active one of its kind in a project, then retired; what was made
 * from it keeps naming it. The text of a paper - a document of a deal, a notice, a change - is
 * filled once, in the transaction that makes it, and frozen; what is personal stays as a field in
 * it and is opened when the paper is shown, so that the database has no identity number in clear.
 * Accounts come from the permit that covers the unit, and nobody types over them.
 *
 * Errors besides those named: NOT_FOUND (also out of scope), SCOPE_PARTIAL, VERSION_CHANGED,
 * negative errno. Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_DOCUMENT_TEMPLATE_H
#define ANCHANG_DB_DOCUMENT_TEMPLATE_H

#include "db/tx.h"

enum { TEMPLATE_BODY_MAX = 60000, TEMPLATE_NAME_MAX = 60 }; /* characters */

struct document_field {
    const char *zh, *en;
    bool personal;
};
const struct document_field *document_fields(size_t *ret_n);

/* "booking", "subscription", "contract", "movein_notice", "change"; ended by NULL. */
extern const char *const template_kinds[];

struct template_new {
    int64_t project_id;
    const char *kind, *name, *body;
};
/* The next number of its kind. TEMPLATE_FIELD names each {{field}} that there is none of. */
int template_create(struct tx *tx, const struct template_new *template, int64_t *ret_id);
/* Of a draft: TEMPLATE_USED else. @version: of the row that was seen; @name, @body: NULL stays. */
int template_update(struct tx *tx, int64_t id, int64_t version, const char *name, const char *body);
/* Makes it the one that is used; the one before is retired. An older one may be made active
 * again by a new draft of its text: a number is never reused. */
int template_activate(struct tx *tx, int64_t id);

struct template_row {
    int64_t id, project_id, number, at_ms;
    int64_t version; /* the moment of its last change, of two in one millisecond a later one */
    const char *kind, *name, *state, *actor;
    const char *body; /* of a single one; NULL in a list */
};
int template_list(struct tx *tx, int64_t project_id, const char *kind,
                  int (*each)(void *arg, const struct template_row *row), void *arg);
int template_get(struct tx *tx, int64_t id, int (*each)(void *arg, const struct template_row *row),
                 void *arg);

/* What a text is of: a document of a deal, a move-in notice, an executed change. */
enum document_of { DOCUMENT_OF_DEAL, DOCUMENT_OF_NOTICE, DOCUMENT_OF_CHANGE };

/* Fills the template in use for it and keeps the text; none is in use: 0, nothing kept. For the
 * modules of db/ that make papers. */
int document_text_make(struct tx *tx, enum document_of of, int64_t of_id);

struct document_text_row {
    int64_t id, number, at_ms;
    const char *kind;   /* of template_kinds */
    const char *change; /* which change it is of; "" none */
};
/* Those of a deal that the actor sees, oldest first. */
int document_text_list(struct tx *tx, int64_t deal_id,
                       int (*each)(void *arg, const struct document_text_row *row), void *arg);
/* The text as it was made, with the personal fields masked; with @clear in clear, which needs
 * customer.clear and is an audit row. */
int document_text_get(struct tx *tx, int64_t text_id, bool clear,
                      int (*each)(void *arg, const char *body), void *arg);
/* @body, which may be any, filled from the newest paper of @kind in the project that the actor
 * sees, the personal fields masked; as it is where there is none yet. TEMPLATE_FIELD as above. */
int document_text_preview(struct tx *tx, int64_t project_id, const char *kind, const char *body,
                          int (*each)(void *arg, const char *body), void *arg);

#endif
