/* session.h - who is logged in: the table of sessions and paired terminals, in memory.
 *
 * A session is a random 256-bit token; only its BLAKE2b hash is kept, and a restart logs every user
 * out. Users idle out after 15 minutes and end after 12 hours (one shift; RS T8); terminals stay
 * until they are revoked: daemon/api keeps their hashes in the database and puts them back at
 * start.
 *
 * A terminal's session may carry a member's pass: who stands before it has shown card and PIN, and
 * may see that member's own data. It lies in the session, so that it ends with it: when the
 * terminal is revoked, and at a restart. Else it ends after a minute without use, ten minutes after
 * it was given, and when somebody ends it.
 *
 * Times are monotonic milliseconds. Thread: any.
 */
#ifndef ANCHANG_HTTP_SESSION_H
#define ANCHANG_HTTP_SESSION_H

#include "daemon/http/call.h"

enum {
    SESSION_HASH = 32,       /* bytes */
    SESSION_TOKEN_TEXT = 44, /* 43 characters of base64url and the NUL */
    SESSION_MAX = 4096,
    SESSION_PER_USER = 16, /* the longest unused one makes room */
    SESSION_IDLE_MS = 15 * 60 * 1000,
    SESSION_LIFE_MS = 12 * 60 * 60 * 1000,
    PASS_IDLE_MS = 60 * 1000,
    PASS_LIFE_MS = 10 * 60 * 1000,
};

struct sessions;

int sessions_create(struct sessions **ret_sessions);
struct sessions *sessions_free(struct sessions *s);

/* A new token and its hash; nothing is stored. For pairing, whose hash goes to the database first.
 */
void session_token_make(char token[SESSION_TOKEN_TEXT], uint8_t hash[SESSION_HASH]);
/* -EINVAL when @token is not the text of a token. */
int session_token_hash(const char *token, uint8_t ret_hash[SESSION_HASH]);

/* Starts a session for @id (copied; its session field is set). -ENOSPC when the table is full of
 * live sessions. The token is wanted by session_cookie() and must not be kept. */
int session_create(struct sessions *s, const struct identity *id, int64_t now_ms,
                   char ret_token[SESSION_TOKEN_TEXT]);
/* As session_create() with a token made before; replaces one of the same hash. */
int session_put(struct sessions *s, const uint8_t hash[SESSION_HASH], const struct identity *id,
                int64_t now_ms);

/* Finds by token and marks it used. -ENOENT: no such session, or it has expired (it is gone now).
 */
int session_find(struct sessions *s, const char *token, int64_t now_ms, struct identity *ret_id);
/* The same by the token's hash (session_token_hash()), for who has just worked it out. */
int session_find_hash(struct sessions *s, const uint8_t hash[SESSION_HASH], int64_t now_ms,
                      struct identity *ret_id);
/* Whether it lives with the rights and scope it had at @revision, without marking it used: for
 * streams, which must not keep a session alive and were opened by what it might see then. */
bool session_stands(struct sessions *s, const uint8_t hash[SESSION_HASH], uint32_t revision,
                    int64_t now_ms);

void session_end(struct sessions *s, const uint8_t hash[SESSION_HASH]);
/* Ends all of the user except @except (may be NULL). Returns how many. */
size_t session_end_user(struct sessions *s, int64_t user_id, const uint8_t *except);
size_t session_end_terminal(struct sessions *s, int64_t terminal_id);

/* Lets @change edit the identity of every session of the user, or end it by returning false; for
 * CHANGE_USER. It runs under the table's lock and must not call back into it. */
size_t session_update_user(struct sessions *s, int64_t user_id,
                           bool (*change)(void *arg, struct identity *id), void *arg);

/* Gives the pass of @member_id to the session, in the place of another. -ENOENT: no such session.
 */
int session_pass_give(struct sessions *s, const uint8_t hash[SESSION_HASH], int64_t member_id,
                      int64_t now_ms);
/* Whose pass the session has, marking it used. -ENOENT: none, or no longer. */
int session_pass_find(struct sessions *s, const uint8_t hash[SESSION_HASH], int64_t now_ms,
                      int64_t *ret_member_id);
/* End it: in that session, at that terminal, everywhere. */
void session_pass_end(struct sessions *s, const uint8_t hash[SESSION_HASH]);
void session_pass_end_terminal(struct sessions *s, int64_t terminal_id);
/* At most @max terminals where the member had one are put into @ret_terminals; returns how many. */
size_t session_pass_end_member(struct sessions *s, int64_t member_id, int64_t *ret_terminals,
                               size_t max);

/* Drops what has expired; http calls it now and then. Returns how many. */
size_t session_expire(struct sessions *s, int64_t now_ms);

struct session_stats {
    size_t users, terminals;
};
void session_get_stats(struct sessions *s, struct session_stats *ret_stats);

enum session_kind { SESSION_USER, SESSION_TERMINAL };

/* The cookie's name: with the __Host- prefix over TLS. */
const char *session_cookie_name(enum session_kind kind, bool tls);
/* A Set-Cookie value for reply.cookie; @token NULL deletes the cookie. A terminal's lasts a year.
 */
void session_cookie(enum session_kind kind, bool tls, const char *token, char *out, size_t size);
/* The value of cookie @name in the Cookie header @header, copied to @out. -ENOENT; -EINVAL: twice
 * or too long. */
int session_cookie_read(const char *header, const char *name, char *out, size_t size);

#endif
