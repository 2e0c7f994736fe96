/* contact.h - the numbers by which a customer is known: phones and identity documents, each in its
 * one form, and masked as screens show them (DP-01, CU-23).
 *
 * Numbers come as people type and paste them: full-width digits, blanks, hyphens, +86, a small x at
 * the end. The form is what is sealed and hashed, so that the same number is the same.
 *
 * Pure, any thread.
 */
#ifndef ANCHANG_DB_CONTACT_H
#define ANCHANG_DB_CONTACT_H

#include <stdbool.h>
#include <stddef.h>

enum {
    CONTACT_TEXT = 32,      /* a number in its form, or masked, and the NUL */
    CONTACT_TAIL = 4,       /* characters of a number that stay legible */
    CONTACT_NAME_TEXT = 16, /* a masked name and the NUL */
    CONTACT_TYPED_MAX = 40, /* characters that a form is looked for in */
};

enum contact_kind {
    CONTACT_PHONE,
    CONTACT_ID_CARD,          /* 居民身份证 */
    CONTACT_PASSPORT,         /* 护照 */
    CONTACT_TRAVEL_PERMIT,    /* 港澳台居民来往内地通行证 */
    CONTACT_RESIDENCE_PERMIT, /* 外国人永久居留身份证 */
    CONTACT_LICENCE,          /* of a company: 统一社会信用代码 */
    CONTACT_KINDS,
};

/* As in the database and the API, in that order and ended by NULL. */
extern const char *const contact_codes[CONTACT_KINDS + 1];
/* Its place among them, or -1. */
int contact_kind_of(const char *code);

/* The one form of @typed: a mainland phone without country code, a foreign one with its "+"; a
 * resident's number with 18 digits, also when 15 were given. -EINVAL: no such number. */
int contact_form(enum contact_kind kind, const char *typed, char ret_form[CONTACT_TEXT]);

/* "138****1234"; of a document its last four. @form is a form. */
void contact_mask(enum contact_kind kind, const char *form, char ret_masked[CONTACT_TEXT]);
/* 张* for 张三: the first character, and a star for each other, two at most. */
void contact_name_mask(const char *name, char ret_masked[CONTACT_NAME_TEXT]);

/* Whether @text is 18 characters with the date and the check digit of a resident's identity number
 * (GB 11643). */
bool contact_is_resident(const char *text);

#endif
