/* call.h - one API call, as a route's handler sees it, and the table of routes.
 *
 * The guard, the body, the identity, the right, the idempotency key and the transaction are dealt
 * with before a handler runs (http.h). A handler reads the call, does one thing through db/, and
 * fills the reply; it returns 0, -EREFUSED with call->tx.fault set, or a negative errno. A handler
 * that returns 0 with a fault set keeps what it wrote and still sends the refusal: a wrong password
 * is counted and answered 401.
 *
 * Thread: a READ handler runs on an HTTP worker with that worker's own reader connection inside one
 * consistent read; a WRITE handler runs on the writer's thread inside a savepoint, and its reply is
 * sent after the commit. Neither may block on anything else. What computes for long (a password
 * hash, a PDF) is ROUTE_SLOW: a READ handler then runs on one of two slow threads; a WRITE route
 * names a `prepare`, which runs there inside a consistent read and leaves its result in
 * call->prepared for the handler, which runs on the writer as ever.
 */
#ifndef ANCHANG_HTTP_CALL_H
#define ANCHANG_HTTP_CALL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "db/tx.h"

struct call;

enum route_flags {
    ROUTE_READ = 0,
    ROUTE_WRITE = 1 << 0,      /* runs on the writer; JSON body */
    ROUTE_UPLOAD = 1 << 1,     /* the body is a file, streamed to disk: call->upload_path */
    ROUTE_IDEMPOTENT = 1 << 2, /* an Idempotency-Key is required and honoured */
    ROUTE_STREAM = 1 << 3,     /* server-sent events */
    ROUTE_RAW = 1 << 4,        /* no transaction at all: served from memory (chart, health); with
                                 ROUTE_SLOW on a slow thread, else on the worker */
    ROUTE_NO_BODY_OK = 1 << 5, /* a WRITE that may come without a body */
    ROUTE_SLOW = 1 << 6,       /* computes for long (password hash, PDF): at most two at once */
    ROUTE_LOGIN = 1 << 7,      /* guesses a secret: counted against the address's log-in rate */
    ROUTE_ASK = 1 << 9,        /* a POST that only reads: its question needs a body */
    ROUTE_SECRET = 1 << 8,     /* with IDEMPOTENT: the answer holds a secret and is not kept; a
                                 retry of the key has no effect and is refused */
};

struct route {
    const char *method; /* "GET", "POST", "PUT", "PATCH", "DELETE" */
    const char *path;   /* "/api/v1/units/{unit}/history"; {name} is a segment of [A-Za-z0-9_.-] */
    enum right right;   /* RIGHT_NONE must be written down to be meant */
    unsigned flags;
    int (*handler)(struct call *call);
    size_t body_max;                   /* bytes; 0: 64 KiB */
    int (*prepare)(struct call *call); /* ROUTE_SLOW with ROUTE_WRITE only: see above */
};

/* The one table (daemon/api/routes.c), ended by a NULL method. */
extern const struct route routes[];

enum { CALL_PARAMS_MAX = 4 };

/* Who calls: taken from the session or terminal cookie. */
struct identity {
    struct actor actor;
    uint8_t session[32]; /* hash of the token; zero when nobody */
    uint32_t revision;   /* of rights and scope, since the session began */
    int64_t terminal_id; /* 0: not a terminal */
    int64_t terminal_project_id;
    bool must_change_password;
};

struct http_prepared;

/* What is sent back. At most one of body, bytes and prepared is used. With an etag, a GET whose
 * If-None-Match names it is answered 304 without the body. */
struct reply {
    int status;   /* 0: 200, or 204 when there is nothing to send */
    json_t *body; /* owned */
    char *bytes;  /* owned, malloc */
    size_t n_bytes;
    const char *content_type;       /* constant; NULL: application/json */
    char etag[72];                  /* with its quotes; "" for none */
    char location[160];             /* for 201 */
    char cookie[256];               /* a whole Set-Cookie value */
    char disposition[256];          /* Content-Disposition of a download */
    struct http_prepared *prepared; /* a shared answer (response.h); the reference is handed over */
    const char *cache_control;      /* constant; NULL: "no-store" */
    unsigned retry_after;           /* s; 0: none */
};

enum { CALL_CHANNELS_MAX = 8 + ACTOR_BUILDINGS_MAX };

struct call {
    struct tx tx;
    const struct route *route;
    struct app *app;                    /* the daemon's own state (daemon/app.h) */
    const char *param[CALL_PARAMS_MAX]; /* values of the {…} in path order */
    json_t *body;                       /* parsed JSON object, or NULL; the call's */
    const char *upload_path; /* ROUTE_UPLOAD: a file the handler may rename away; mode 0600, not
                                synced: who keeps it syncs it */
    int64_t upload_size;
    struct identity *id;
    enum lang lang; /* from Accept-Language, zh-CN unless English is preferred */
    const char *if_none_match, *if_match, *last_event_id, *client_ip;
    bool over_tls;
    struct reply reply;
    void *prepared; /* what prepare left for the handler: malloc, freed with the call */
    uint64_t channels[CALL_CHANNELS_MAX]; /* ROUTE_STREAM: what the handler subscribed to */
    size_t n_channels;
    /* ROUTE_STREAM: run when the stream is open, so that it hears what is posted; NULL: nothing. */
    void (*subscribed)(struct call *call);
    struct request *request; /* http.c's */
};

/* For a ROUTE_STREAM handler: adds a channel (feed.h) to the stream that is about to start. -E2BIG
 * past CALL_CHANNELS_MAX. Such a handler runs without a transaction; 0 starts the stream. */
int call_subscribe(struct call *call, uint64_t channel);

/* Hands @prepared, of which the call takes over one reference, to the reply. */
void call_reply_prepared(struct call *call, struct http_prepared *prepared);

/* A query parameter (decoded), or NULL. Lives as long as the call. */
const char *call_query(struct call *call, const char *name);
/* As integer within [min, max]: 0 and the value, @fallback when absent, -EREFUSED with an item. */
int call_query_int(struct call *call, const char *name, int64_t min, int64_t max, int64_t fallback,
                   int64_t *ret_value);
/* As one of @choices, which end with NULL: its index, untouched when absent; -EREFUSED with an
 * item. */
int call_query_choice(struct call *call, const char *name, const char *const *choices,
                      int *ret_index);
/* The same as the word itself. */
int call_query_word(struct call *call, const char *name, const char *const *choices,
                    const char **ret_word);
/* Path parameter @index as a positive id; NOT_FOUND otherwise. */
int call_param_id(struct call *call, int index, int64_t *ret_id);

/* Reading of the JSON body. Each field asked for is ticked off; body_end() refuses what is left
 * over (no mass assignment). All problems of a body are collected as items before it refuses. Text
 * is checked: valid UTF-8, no control characters, bidi controls or zero-width marks; surrounding
 * blanks are trimmed and the rest is made NFC, so that two names that look the same are one. */
struct body {
    struct call *call;
    json_t *object;
    const char *prefix; /* for items of nested objects, "" at the top */
    int64_t row;        /* of the array that is being read, from 1; else 0 */
    const char *seen[48];
    size_t n_seen;
};
enum body_need { BODY_OPTIONAL, BODY_REQUIRED };

void body_begin(struct body *b, struct call *call);
bool body_has(const struct body *b, const char *field); /* present, even if null */
/* Absent or null optional fields leave *ret_x untouched. Lengths are in characters. */
void body_int(struct body *b, const char *field, enum body_need need, int64_t min, int64_t max,
              int64_t *ret_value);
void body_bool(struct body *b, const char *field, enum body_need need, bool *ret_value);
void body_text(struct body *b, const char *field, enum body_need need, size_t min, size_t max,
               const char **ret_text); /* lives as long as the call */
/* The same with line feeds in it. */
void body_lines(struct body *b, const char *field, enum body_need need, size_t min, size_t max,
                const char **ret_text);
/* One of @choices (NULL-ended); *ret_index is its index. */
void body_choice(struct body *b, const char *field, enum body_need need, const char *const *choices,
                 int *ret_index);
/* Array of positive integers, at most @max; the array is malloc'ed for the caller. */
void body_ids(struct body *b, const char *field, enum body_need need, size_t max, int64_t **ret_ids,
              size_t *ret_n);
/* Array of texts, at most @most, each read as body_text() does; an absent field leaves @ret_n.
 * @ret_words: room for @most. */
void body_words(struct body *b, const char *field, enum body_need need, size_t most, size_t min,
                size_t max, const char **ret_words, size_t *ret_n);
void body_array(struct body *b, const char *field, enum body_need need, size_t max,
                json_t **ret_array);
void body_object(struct body *b, const char *field, enum body_need need, json_t **ret_object);
/* No memory for what @field holds: the call fails with -ENOMEM, whatever its handler returns. */
void body_failed(struct body *b, const char *field);
/* 0, or -EREFUSED (FIELDS_WRONG with items). */
int body_end(struct body *b);

/* Cursor paging: an opaque text of up to 4 integers bound to the route. */
int cursor_read(struct call *call, int64_t *values, size_t n, bool *ret_present);
void cursor_write(struct call *call, const int64_t *values, size_t n, json_t *into); /* "next" */

#endif
