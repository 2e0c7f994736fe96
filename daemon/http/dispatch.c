/* dispatch.c - runs a complete request's handler where it belongs: here, on the writer, or on a
 * slow thread.
 *
 * While another thread has a request its connection is suspended. libmicrohttpd does not touch a
 * suspended connection, not even when the client is gone, so nothing the other thread uses can be
 * freed; the loss is noticed when the answer is sent. The request is handed over after the
 * suspension and given back by the resumption, the last thing the other thread does with it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/http/json.h"
#include "daemon/http/request.h"
#include "daemon/http/response.h"
#include "db/clock.h"

static struct http *http_of(const struct request *rq)
{
    return rq->conn->listener->http;
}

/* ---- the call ---- */

static void fill_params(struct request *rq)
{
    const struct router_match *m = &rq->match;
    char *out = rq->params_text;

    for (size_t i = 0; i < m->n_params; i++) {
        memcpy(out, rq->uri + m->param[i].at, m->param[i].n);
        out[m->param[i].n] = '\0';
        rq->call.param[i] = out;
        out += m->param[i].n + 1;
    }
}

static void call_fill(struct request *rq)
{
    struct http *http = http_of(rq);
    struct call *call = &rq->call;

    call->tx = (struct tx){.actor = &rq->id.actor,
                           .now_ms = clock_wall_ms(),
                           .fault = &rq->fault,
                           .seal = http->options.seal};
    call->route = rq->match.route;
    call->app = http->options.app;
    call->id = &rq->id;
    call->if_none_match = rq->seen.if_none_match;
    call->if_match = rq->seen.if_match;
    call->last_event_id = rq->seen.last_event_id;
    call->client_ip = rq->conn->ip;
    call->over_tls = rq->conn->listener->tls;
    call->request = rq;
    if (rq->upload_path[0]) {
        call->upload_path = rq->upload_path;
        call->upload_size = (int64_t)rq->n_body;
    }
    fill_params(rq);
}

/* ---- reading ---- */

/* This worker's own connection, opened at its first use; closed with the thread. */
static int reader_of(struct http *http, struct db **ret_db)
{
    struct db *db = pthread_getspecific(http->reader_key);
    int r;

    if (!db) {
        r = db_open(http->options.db_path, DB_READER, &db);
        if (r < 0)
            return r;
        r = pthread_setspecific(http->reader_key, db);
        if (r != 0) {
            db_close(db);
            return -r;
        }
    }
    *ret_db = db;
    return 0;
}

static void note_trouble(struct request *rq, int r, const struct db *db)
{
    if (r < 0 && r != -EREFUSED && db)
        snprintf(rq->trouble, sizeof(rq->trouble), "%s", db_error(db));
}

/* What a handler returns, unless there was no memory for a part of its answer. */
static int handle_by(struct call *call, int (*handler)(struct call *call))
{
    json_memory_begin();
    return json_memory_end(handler(call));
}

static int handle(struct call *call)
{
    return handle_by(call, call->route->handler);
}

/* One consistent read on @db. */
static int run_read(struct request *rq, struct db *db, int (*handler)(struct call *call))
{
    int r;

    if (!db)
        return -EIO;
    r = db_begin(db);
    if (r < 0) {
        note_trouble(rq, r, db);
        return r;
    }
    rq->call.tx.db = db;
    r = handle_by(&rq->call, handler);
    note_trouble(rq, r, db);
    rq->call.tx.db = NULL;
    db_rollback(db);
    return r;
}

static enum MHD_Result dispatch_read(struct request *rq)
{
    struct db *db = NULL;
    int r = reader_of(http_of(rq), &db);

    if (r == 0)
        r = run_read(rq, db, rq->match.route->handler);
    return request_reply(rq, r);
}

/* ---- giving away and back ---- */

/* Says that another thread is about to get a request; false when the server stops. */
static bool wait_enter(struct http *http)
{
    bool ok;

    pthread_mutex_lock(&http->wait_lock);
    ok = !atomic_load(&http->stopping);
    if (ok)
        http->waiting++;
    pthread_mutex_unlock(&http->wait_lock);
    if (ok)
        atomic_fetch_add_explicit(&http->metrics.waiting, 1, memory_order_relaxed);
    return ok;
}

static void wait_leave(struct http *http)
{
    atomic_fetch_sub_explicit(&http->metrics.waiting, 1, memory_order_relaxed);
    pthread_mutex_lock(&http->wait_lock);
    if (--http->waiting == 0)
        pthread_cond_broadcast(&http->wait_done);
    pthread_mutex_unlock(&http->wait_lock);
}

/* The request is the worker's again after this line: nothing of it may be used here. */
static void give_back(struct request *rq, int result)
{
    struct http *http = http_of(rq);

    rq->result = result;
    MHD_resume_connection(rq->connection);
    wait_leave(http);
}

static void suspend(struct request *rq)
{
    conn_deadline(rq->conn, 0, 0); /* now it is our time, not the client's */
    rq->state = REQUEST_WAITING;
    MHD_suspend_connection(rq->connection);
}

/* ---- writing ---- */

static int write_apply(struct tx *tx, void *arg)
{
    struct request *rq = arg;
    struct call *call = &rq->call;
    int r;

    call->tx = *tx;
    if (rq->match.route->flags & ROUTE_IDEMPOTENT)
        r = idempotency_run(&rq->idempotency, call, handle);
    else
        r = handle(call);
    rq->replayed = r > 0;
    note_trouble(rq, r, tx->db);
    return r < 0 ? r : 0;
}

static void write_done(void *arg, int result, struct fault *fault)
{
    struct request *rq = arg;

    if (fault) {
        fault_clear(&rq->fault);
        rq->fault = *fault; /* taken over: the writer has nothing left to clear */
        memset(fault, 0, sizeof(*fault));
    }
    rq->call.tx.db = NULL;
    rq->call.tx.changes = NULL;
    rq->call.tx.fault = &rq->fault;
    rq->call.tx.actor = &rq->id.actor;
    give_back(rq, result);
}

static void submit_write(struct request *rq)
{
    rq->job = (struct writer_job){
        .apply = write_apply, .done = write_done, .arg = rq, .actor = &rq->id.actor};
    writer_submit(http_of(rq)->options.writer, &rq->job);
}

static void slow_run(void *arg, struct db *db)
{
    struct request *rq = arg;
    const struct route *route = rq->match.route;
    int (*run)(struct call * call) = route->prepare ? route->prepare : route->handler;
    int r = (route->flags & ROUTE_RAW) ? handle_by(&rq->call, run) : run_read(rq, db, run);

    if (r < 0 || rq->fault.set || !route->prepare)
        give_back(rq, r);
    else
        submit_write(rq);
}

static enum MHD_Result dispatch_away(struct request *rq)
{
    struct http *http = http_of(rq);
    int r;

    if (!wait_enter(http)) {
        rq->close = true;
        return request_reply(rq, -EBUSY);
    }
    suspend(rq);
    if (!(rq->match.route->flags & ROUTE_SLOW)) {
        submit_write(rq);
        return MHD_YES;
    }
    rq->slow = (struct slow_job){.run = slow_run, .arg = rq};
    r = slow_submit(http->slow, &rq->slow);
    if (r < 0) {
        metrics_reject(&http->metrics, REJECT_SLOW);
        rq->call.reply.retry_after = 2;
        give_back(rq, r);
    }
    return MHD_YES;
}

enum MHD_Result request_resumed(struct request *rq)
{
    return request_reply(rq, rq->result);
}

/* ---- streams ---- */

static enum MHD_Result dispatch_stream(struct request *rq)
{
    struct http *http = http_of(rq);
    const char *after = rq->seen.last_event_id;
    bool known = rq->id.actor.kind != ACTOR_NOBODY;
    struct MHD_Response *response;
    uint8_t owner[32] = {0};
    enum MHD_Result queued;
    int r = handle(&rq->call);

    if (r < 0 || rq->fault.set)
        return request_reply(rq, r);
    if (!http->options.feed || rq->call.n_channels == 0)
        return request_reply(rq, -ENOTSUP);
    if (known)
        memcpy(owner, rq->id.session, sizeof(owner));
    else
        memcpy(owner, rq->conn->address, sizeof(rq->conn->address));
    if (!after)
        after = call_query(&rq->call, "after");
    if (!strcmp(rq->method, "HEAD"))
        return request_reply(rq, 0);
    r = feed_open(http->options.feed, rq->call.channels, rq->call.n_channels, after, owner,
                  known ? &rq->id : NULL, rq->connection, rq->conn->fd, &response);
    if (r == -EUSERS || r == -ESHUTDOWN) {
        metrics_reject(&http->metrics, REJECT_STREAMS);
        rq->call.reply.retry_after = 5;
        return request_reply(rq, -EBUSY);
    }
    if (r < 0)
        return request_reply(rq, r);
    if (rq->call.subscribed)
        rq->call.subscribed(&rq->call);
    rq->state = REQUEST_ANSWERED;
    rq->status = MHD_HTTP_OK;
    conn_deadline(rq->conn, 0, 0);
    queued = MHD_queue_response(rq->connection, MHD_HTTP_OK, response);
    MHD_destroy_response(response);
    return queued;
}

/* ---- all together ---- */

static int take_body(struct request *rq)
{
    const struct route *route = rq->match.route;
    const struct idempotency_request request = {.actor = &rq->id.actor,
                                                .method = rq->method,
                                                .uri = rq->uri,
                                                .body = rq->body,
                                                .n_body = rq->body ? rq->n_body : 0,
                                                .secret = http_of(rq)->options.request_secret};
    int r;

    if (route->flags & ROUTE_UPLOAD) {
        r = upload_end(rq);
        if (r < 0)
            return r;
    } else if (rq->n_body > 0) {
        json_memory_begin();
        r = json_memory_end(json_body_parse(rq->body, rq->n_body, &rq->fault, &rq->call.body));
        if (r < 0)
            return r;
    } else if (rq->seen.chunked && !(route->flags & ROUTE_NO_BODY_OK)) {
        return fault_set(&rq->fault, FAULT_JSON, "offset", "0", "reason", "empty", NULL);
    }
    if (route->flags & ROUTE_IDEMPOTENT)
        return idempotency_init(&rq->idempotency, rq->seen.idempotency_key, &request, &rq->fault);
    return 0;
}

enum MHD_Result request_dispatch(struct request *rq)
{
    const struct route *route = rq->match.route;
    int r;

    if (rq->refused < 0)
        return request_reply(rq, rq->refused);
    if (rq->asset) {
        rq->bulk = true;
        return request_send_prepared(rq, rq->asset);
    }
    if (!route)
        return request_reply(rq, 0); /* a redirect */
    call_fill(rq);
    if (route->flags & ROUTE_STREAM)
        return dispatch_stream(rq);
    if (rq->seen.write) {
        r = take_body(rq);
        if (r < 0)
            return request_reply(rq, r);
        /* A handler whose body may be left out must not meet NULL. */
        if (!rq->call.body && !(rq->call.body = json_object()))
            return request_reply(rq, -ENOMEM);
    }
    if (route->flags & (ROUTE_WRITE | ROUTE_SLOW))
        return dispatch_away(rq);
    if (route->flags & ROUTE_RAW) {
        rq->bulk = true;
        return request_reply(rq, handle(&rq->call));
    }
    return dispatch_read(rq);
}
