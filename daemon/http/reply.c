/* reply.c - from a handler's reply, or its refusal, to the response that is sent; and the records.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "daemon/http/problem.h"
#include "daemon/http/request.h"
#include "daemon/http/response.h"
#include "db/clock.h"

static struct http *http_of(const struct request *rq)
{
    return rq->conn->listener->http;
}

/* ---- records ---- */

void http_log(struct http *http, int priority, const char *format, ...)
{
    char line[1024];
    va_list ap;

    if (!http->options.log)
        return;
    va_start(ap, format);
    vsnprintf(line, sizeof(line), format, ap);
    va_end(ap);
    http->options.log(http->options.log_arg, priority, line);
}

/* One JSON line. The path is the route's pattern: ids, tokens and query values never reach the log
 * (RS T27). What is served from memory is not recorded. */
void request_log_access(struct request *rq, int64_t us)
{
    const struct actor *actor = &rq->id.actor;
    char path[80] = "-", who[32] = "-";

    if (rq->bulk && rq->status < 400)
        return;
    if (rq->match.route)
        snprintf(path, sizeof(path), "%s", rq->match.route->path);
    if (actor->kind == ACTOR_USER || actor->kind == ACTOR_TERMINAL)
        snprintf(who, sizeof(who), "%c:%lld", actor->kind == ACTOR_USER ? 'u' : 't',
                 (long long)actor->id);
    http_log(http_of(rq), LOG_INFO,
             "{\"event\":\"http\",\"listener\":\"%s\",\"method\":\"%s\",\"path\":\"%s\","
             "\"status\":%d,\"us\":%lld,\"actor\":\"%s\",\"ip\":\"%s\",\"code\":\"%s\"}",
             rq->conn->listener->name, rq->method ? rq->method : "-", path, rq->status,
             (long long)us, who, who[0] == '-' ? rq->conn->ip : "-",
             rq->fault.set ? fault_code_text(rq->fault.code) : "");
}

static void log_trouble(struct request *rq, int result, const char *id)
{
    json_t *o = json_pack("{s:s,s:s,s:s,s:s,s:s}", "event", "http-error", "id", id, "path",
                          rq->match.route ? rq->match.route->path : "-", "error",
                          result == -EREFUSED ? "refused without a fault" : strerror(-result),
                          "database", rq->trouble);
    char *text = o ? json_dumps(o, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;

    http_log(http_of(rq), LOG_ERR, "%s", text ? text : id);
    free(text);
    json_decref(o);
}

/* ---- sending ---- */

static enum MHD_Result queue(struct request *rq, int status, struct MHD_Response *response)
{
    rq->status = status;
    rq->state = REQUEST_ANSWERED;
    conn_await(rq->conn, false);
    conn_deadline(rq->conn, clock_boot_ms(), http_of(rq)->limits.response_ms);
    return MHD_queue_response(rq->connection, (unsigned)status, response);
}

static bool accepts_gzip(const char *accept)
{
    const char *p = accept ? strcasestr(accept, "gzip") : NULL;

    if (!p)
        return false;
    p += 4;
    while (*p == ' ')
        p++;
    return strncmp(p, ";q=0", 4) != 0 ||
           (p[4] == '.' && strspn(p + 5, "0") != strcspn(p + 5, ", "));
}

enum MHD_Result request_send_prepared(struct request *rq, struct http_prepared *prepared)
{
    if (prepared->not_modified && etag_matches(rq->seen.if_none_match, prepared->etag))
        return queue(rq, MHD_HTTP_NOT_MODIFIED, prepared->not_modified);
    if (prepared->packed && !accepts_gzip(rq->seen.accept_encoding)) {
        struct MHD_Response *plain = http_prepared_plain(prepared);

        return plain ? queue(rq, MHD_HTTP_OK, plain) : MHD_NO;
    }
    return queue(rq, MHD_HTTP_OK, prepared->full);
}

static bool header(struct MHD_Response *r, const char *name, const char *value)
{
    return !value || !value[0] || MHD_add_response_header(r, name, value) == MHD_YES;
}

/* All that depends on the request. False without memory or with a value no header can carry. */
static bool headers(struct request *rq, struct MHD_Response *r, const char *type, bool download)
{
    const struct reply *reply = &rq->call.reply;
    char seconds[16] = "";

    if (reply->retry_after)
        snprintf(seconds, sizeof(seconds), "%u", reply->retry_after);
    return header(r, "Content-Type", type) &&
           header(r, "Cache-Control", reply->cache_control ? reply->cache_control : "no-store") &&
           header(r, "ETag", reply->etag) && header(r, "Location", reply->location) &&
           header(r, "Set-Cookie", reply->cookie) &&
           header(r, "Content-Disposition", reply->disposition) &&
           header(r, "Retry-After", seconds) && header(r, "Allow", rq->allow) &&
           header(r, "Idempotency-Replayed", rq->replayed ? "true" : NULL) &&
           header(r, "Connection", rq->close ? "close" : NULL) &&
           response_secure(r, download ? PAGE_FILE : PAGE_DATA) == 0;
}

/* Sends @n of @bytes (malloc'ed, taken over). */
static enum MHD_Result send_bytes(struct request *rq, int status, char *bytes, size_t n,
                                  const char *type, bool download)
{
    enum MHD_ResponseMemoryMode mode = bytes ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT;
    static char nothing[1];
    struct MHD_Response *r = MHD_create_response_from_buffer(n, bytes ? bytes : nothing, mode);
    enum MHD_Result queued = MHD_NO;

    if (!r) {
        free(bytes);
        return MHD_NO;
    }
    if (headers(rq, r, n > 0 ? type : NULL, download))
        queued = queue(rq, status, r);
    MHD_destroy_response(r);
    return queued; /* MHD_NO closes the connection: nothing half is sent */
}

static void reply_clear(struct reply *reply)
{
    unsigned retry_after = reply->retry_after;

    json_decref(reply->body);
    free(reply->bytes);
    http_prepared_unref(reply->prepared);
    memset(reply, 0, sizeof(*reply));
    reply->retry_after = retry_after;
}

static enum MHD_Result reply_problem(struct request *rq, int result)
{
    char id[PROBLEM_ID_TEXT], *bytes;
    json_t *body = NULL;
    int status;

    if (result == 0)
        result = -EREFUSED; /* kept what it wrote, and refuses */
    status = problem_make(result, &rq->fault, rq->call.lang, &body, id);
    if (id[0])
        log_trouble(rq, result, id);
    reply_clear(&rq->call.reply);
    if (status == FAULT_CLASS_UNAVAILABLE && !rq->call.reply.retry_after)
        rq->call.reply.retry_after = 1;
    bytes = body ? json_dumps(body, JSON_COMPACT) : NULL;
    json_decref(body);
    return send_bytes(rq, status, bytes, bytes ? strlen(bytes) : 0, "application/problem+json",
                      false);
}

static enum MHD_Result reply_redirect(struct request *rq)
{
    struct reply *reply = &rq->call.reply;

    const char *query = rq->uri + rq->seen.n_path; /* "" or "?…", checked by the guard */
    int n = snprintf(reply->location, sizeof(reply->location), "%s%s", rq->redirect, query);

    if (n >= (int)sizeof(reply->location)) /* rather the page without its query than half a query */
        snprintf(reply->location, sizeof(reply->location), "%s", rq->redirect);
    return send_bytes(rq, MHD_HTTP_PERMANENT_REDIRECT, NULL, 0, NULL, false);
}

static enum MHD_Result reply_content(struct request *rq)
{
    struct reply *reply = &rq->call.reply;
    const char *type = reply->content_type ? reply->content_type : "application/json";
    bool download = reply->content_type != NULL || reply->disposition[0];
    size_t n = reply->n_bytes;
    char *bytes = reply->bytes;
    int status = reply->status;

    if (!rq->seen.write && reply->etag[0] && etag_matches(rq->seen.if_none_match, reply->etag))
        return send_bytes(rq, MHD_HTTP_NOT_MODIFIED, NULL, 0, NULL, download);
    if (reply->body) {
        bytes = json_dumps(reply->body, JSON_COMPACT);
        if (!bytes)
            return reply_problem(rq, -ENOMEM);
        n = strlen(bytes);
    } else {
        reply->bytes = NULL;
    }
    if (status == 0)
        status = n > 0 ? MHD_HTTP_OK : MHD_HTTP_NO_CONTENT;
    return send_bytes(rq, status, bytes, n, type, download);
}

enum MHD_Result request_reply(struct request *rq, int result)
{
    if (result < 0 || rq->fault.set)
        return reply_problem(rq, result);
    if (rq->call.reply.prepared)
        return request_send_prepared(rq, rq->call.reply.prepared);
    if (rq->redirect)
        return reply_redirect(rq);
    return reply_content(rq);
}

enum MHD_Result request_refuse_close(struct request *rq)
{
    rq->close = true;
    return reply_problem(rq, rq->refused < 0 ? rq->refused : -EREFUSED);
}
