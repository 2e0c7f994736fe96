/* document_text.h - a template's text in pieces, for document_template.c and document_text.c. */
#ifndef ANCHANG_DB_DOCUMENT_TEXT_H
#define ANCHANG_DB_DOCUMENT_TEXT_H

#include "db/document_template.h"

enum { FIELD_NONE = -1, FIELD_UNKNOWN = -2, TEMPLATE_MAX = 500 };

struct template_piece {
    const char *text; /* with its braces, of a field */
    size_t n;
    int field; /* index of document_fields(), FIELD_NONE: text, FIELD_UNKNOWN */
};
/* The next piece, as far as there is one. */
bool template_field_next(const char **cursor, struct template_piece *ret);
/* TEMPLATE_FIELD names each {{field}} that there is none of, below FIELDS_WRONG. */
int template_body_check(struct tx *tx, const char *body);

#endif
