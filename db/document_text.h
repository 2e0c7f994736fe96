/* document_text.h - a template's text in pieces, and what its fields are filled with, for
 * document_template.c, document_fill.c and document_text.c. */
#ifndef ANCHANG_DB_DOCUMENT_TEXT_H
#define ANCHANG_DB_DOCUMENT_TEXT_H

#include <stddef.h>

#include "db/document_template.h"

enum { FIELD_NONE = -1, FIELD_UNKNOWN = -2, TEMPLATE_MAX = 500 };

enum field {
#define FIELD(symbol, zh, en, personal) FIELD_##symbol,
#include "db/document_field.def"
#undef FIELD
    FIELD_COUNT
};

struct template_piece {
    const char *text; /* with its braces, of a field */
    size_t n;
    int field; /* index of document_fields(), FIELD_NONE: text, FIELD_UNKNOWN */
};
/* The next piece, as far as there is one. */
bool template_field_next(const char **cursor, struct template_piece *ret);
/* TEMPLATE_FIELD names each {{field}} that there is none of, below FIELDS_WRONG. */
int template_body_check(struct tx *tx, const char *body);

/* A text that grows. What was in it may be personal: it is wiped. */
struct text {
    char *data;
    size_t n, room;
    bool failed;
};

struct filling {
    struct tx *tx;
    int64_t deal_id, unit_id, terms_id;
    int64_t at_ms; /* the paper's: its buyers are those of that moment */
    bool clear;    /* what is personal is said in clear, else masked */
    struct text values[FIELD_COUNT];
};
/* All values but the personal ones, of what the text is of; -ENOENT when there is no such. */
int filling_values(struct filling *f, enum document_of of, int64_t of_id);
/* The personal ones, of @f->deal_id at @f->at_ms. */
int filling_personal(struct filling *f);
/* @body with the values in the place of its fields: the personal ones, or with @personal false all
 * others. The caller frees it. */
int filling_body(struct filling *f, const char *body, bool personal, char **ret);
void filling_free(struct filling *f);

#endif
