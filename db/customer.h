/* customer.h - the one customer master of the enterprise (CU-01): who somebody is, sealed where the
 * law wants it, and masked wherever it is shown.
 *
 * Phones and documents are sealed (seal.h) in the form of contact.h; the same one twice among the
 * living is a unique index, so two clerks who save at once are one success (DP-02). What a row
 * gives out is masked; in clear it is customer_clear() alone, which writes who looked (CU-23). The
 * audit log has the masked values. Nothing personal is stored without the notice that was given
 * (CU-35).
 *
 * Who sees and who may change which customer is sight.h: NOT_FOUND is what is not seen, and
 * CUSTOMER_NOT_YOURS to change what may only be looked at.
 *
 * Needs tx->seal. Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_CUSTOMER_H
#define ANCHANG_DB_CUSTOMER_H

#include "db/contact.h"
#include "db/tx.h"

enum {
    CUSTOMER_NAME_MAX = 60,
    CUSTOMER_NOTICE_MAX = 60,
    CUSTOMER_PHONES_MAX = 5,
    CUSTOMER_PAGE_MAX = 50, /* rows of one look */
};

/* A phone or document as it may be shown. */
struct customer_contact {
    int64_t id;
    enum contact_kind kind;
    char masked[CONTACT_TEXT];
};

struct customer_row {
    int64_t id, version, member_id; /* 0: no member */
    const char *kind;               /* "person", "company" */
    char name[CONTACT_NAME_TEXT];   /* masked; a company's is not personal: see full_name */
    const char *full_name;          /* of a company; NULL for a person */
    const char *notice;
    const char *class;  /* where he stands: customer_class.h */
    const char *state;  /* "active", "restricted", "erased": subject.h */
    int64_t source_id;  /* 0: of before sources were kept */
    const char *source; /* its name; NULL: none */
    const char *source_en;
    int64_t visited_ms; /* his last visit; 0: none */
    int64_t created_ms, changed_ms;
    struct customer_contact contacts[CUSTOMER_PHONES_MAX + 1]; /* phones, then the document */
    size_t n_contacts;
};

/* 0 when the actor may know of him; else NOT_FOUND. What hangs on a customer asks this first, so
 * that who may see whom is decided in one place, here and in the reads below. */
int customer_need(struct tx *tx, int64_t customer_id);
/* Something new may hang on him: NOT_FOUND of one deleted or erased, CUSTOMER_RESTRICTED
 * (subject.h). Whether the actor may know of him is not asked. */
int customer_need_active(struct tx *tx, int64_t customer_id);
/* The same for more than his masked row: also CUSTOMER_NOT_YOURS, of one only in the pool. */
int customer_need_own(struct tx *tx, int64_t customer_id);

/* NOT_FOUND. @row lives during the call. */
int customer_get(struct tx *tx, int64_t customer_id,
                 int (*each)(void *arg, const struct customer_row *row), void *arg);

struct customer_filter {
    const char *phone;      /* as typed, whole; PHONE_WRONG when it is none. NULL: any */
    const char *name;       /* a part of it; NULL: any */
    const char *class;      /* NULL: any */
    int64_t source_id;      /* or one below it; 0: any */
    int64_t from_ms, to_ms; /* recorded then, the end left out; 0: open */
    int64_t before_id;      /* rows older than this; 0: from the newest */
    int limit;              /* at most CUSTOMER_PAGE_MAX */
};
/* Newest first. */
int customer_scan(struct tx *tx, const struct customer_filter *filter,
                  int (*each)(void *arg, const struct customer_row *row), void *arg);

struct customer_new {
    const char *kind, *name;
    const char *notice; /* which privacy notice was given */
    int64_t source_id;  /* where he comes from (CU-04); changed as source_change.h says */
    const char *phones[CUSTOMER_PHONES_MAX];
    size_t n_phones;                      /* at least one */
    const char *document_kind, *document; /* NULL: none yet */
};
/* SOURCE_NEEDED, OPTION_UNKNOWN, PHONE_WRONG, DOCUMENT_WRONG, CUSTOMER_EXISTS (whose phone or
 * document it is). */
int customer_create(struct tx *tx, const struct customer_new *customer, int64_t *ret_id);

struct customer_change {
    int64_t id, version;
    const char *name;                     /* NULL: leave */
    const char *add_phone;                /* NULL: none */
    int64_t end_phone_id;                 /* 0: none; the last one stays */
    const char *document_kind, *document; /* in the place of the one there is; NULL: leave */
};
/* Logical (CU-19): gone for everybody but the log, its numbers free for another. REASON_NEEDED,
 * VERSION_CHANGED, CUSTOMER_KEPT (customer_keep.h). */
int customer_delete(struct tx *tx, int64_t id, int64_t version, const char *reason);

/* NOT_FOUND, VERSION_CHANGED, CUSTOMER_LAST_PHONE, LIMIT_REACHED and those of customer_create(). */
int customer_update(struct tx *tx, const struct customer_change *change);

/* All of it, in clear. */
struct customer_clear {
    char name[CUSTOMER_NAME_MAX * 4 + 1];
    struct {
        int64_t id;
        enum contact_kind kind;
        char value[CONTACT_TEXT];
    } contacts[CUSTOMER_PHONES_MAX + 1];
    size_t n_contacts;
};
/* Needs customer.clear, and is an audit row each time. NOT_FOUND. The caller clears what it got
 * from memory when it was told. */
int customer_clear(struct tx *tx, int64_t customer_id, struct customer_clear *ret_clear);
/* The same without the audit row, for who writes down himself what was given out (a list). */
int customer_clear_read(struct tx *tx, int64_t customer_id, struct customer_clear *ret_clear);

/* ---- for the site, when it opens ---- */

/* A key that sealed rows need and @ring has not: 1 and its number; 0: none. */
int customer_key_missing(struct db *db, const struct seal_ring *ring, int64_t *ret_key_id);
/* Seals what is not under the ring's last key under it, in the open transaction of @db. How many
 * there were. */
int customer_reseal(struct db *db, const struct seal_ring *ring);

#endif
