/* printer_cups.c - a queue of CUPS, by its name (UP 4.2, DA 4.1).
 *
 * The job is created, then its document is sent; a job without a whole document is never printed,
 * so that what fails before the last byte was for sure not handed over. A job is known by the name
 * it was created with, never by its number, which cupsd gives again after a crash. "completed" is
 * no more than: CUPS is done with it.
 */
#include <cups/cups.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/printer.h"

enum {
    CONNECT_MS = 5000,
    ANSWER_S = 15,
    LIST_S = 3,
    QUEUE_TEXT = 128,
    TITLE_TEXT = 128,
    KNOWN_MAX = 16
};

struct known {
    char name[64];
    int id;
};

struct printer {
    char queue[QUEUE_TEXT];
    http_t *http;
    struct known known[KNOWN_MAX]; /* numbers of jobs that were sent lately, by name */
    size_t next;
    bool forgets; /* cupsd keeps no jobs that are over */
};

/* ---- the connection ---- */

/* One that waits too long is given up: the caller's deadline. */
static int waited(http_t *http, void *arg)
{
    (void)http, (void)arg;
    return 0;
}

static http_t *connection_new(double answer_s)
{
    http_t *http = httpConnect2(cupsServer(), ippPort(), NULL, AF_UNSPEC, cupsEncryption(), 1,
                                CONNECT_MS, NULL);

    if (http)
        httpSetTimeout(http, answer_s, waited, NULL);
    return http;
}

static http_t *connected(struct printer *p)
{
    if (!p->http)
        p->http = connection_new(ANSWER_S);
    return p->http;
}

static void dropped(struct printer *p)
{
    if (p->http)
        httpClose(p->http);
    p->http = NULL;
}

static void last_words(char why[PRINTER_WHY_TEXT])
{
    const char *text = cupsLastErrorString();

    snprintf(why, PRINTER_WHY_TEXT, "%s", text ? text : "");
}

/* ---- requests ---- */

static ipp_t *request_new(const struct printer *p, ipp_op_t op, int job_id)
{
    ipp_t *request = ippNewRequest(op);
    char uri[QUEUE_TEXT + 64];

    if (job_id)
        snprintf(uri, sizeof(uri), "ipp://localhost/jobs/%d", job_id);
    else
        snprintf(uri, sizeof(uri), "ipp://localhost/printers/%s", p->queue);
    ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_URI, job_id ? "job-uri" : "printer-uri", NULL,
                 uri);
    ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_NAME, "requesting-user-name", NULL,
                 cupsUser());
    return request;
}

/* The answer, for ippDelete(); NULL with *ret_status when there is none that counts. */
static ipp_t *asked(struct printer *p, ipp_t *request, ipp_status_t *ret_status)
{
    http_t *http = connected(p);
    ipp_t *answer;

    *ret_status = IPP_STATUS_ERROR_SERVICE_UNAVAILABLE;
    if (!http) {
        ippDelete(request);
        return NULL;
    }
    answer = cupsDoRequest(http, request, "/");
    *ret_status = cupsLastError();
    if (answer && *ret_status <= IPP_STATUS_OK_EVENTS_COMPLETE)
        return answer;
    ippDelete(answer);
    if (*ret_status != IPP_STATUS_ERROR_NOT_FOUND)
        dropped(p); /* a connection of its own next time */
    return NULL;
}

static bool job_cancel(struct printer *p, int id)
{
    ipp_status_t status;
    ipp_t *answer = asked(p, request_new(p, IPP_OP_CANCEL_JOB, id), &status);

    ippDelete(answer);
    return answer != NULL;
}

/* ---- open, close ---- */

static int queue_open(const char *target, struct printer **ret_printer)
{
    struct printer *p;

    if (!target[0] || strlen(target) >= QUEUE_TEXT || strpbrk(target, "/?#% \t\n\\"))
        return -EINVAL;
    p = calloc(1, sizeof(*p));
    if (!p)
        return -ENOMEM;
    snprintf(p->queue, sizeof(p->queue), "%s", target);
    *ret_printer = p;
    return 0;
}

static void queue_close(struct printer *p)
{
    dropped(p);
    free(p);
}

/* ---- how it is ---- */

/* Without what says how bad it is: "media-empty-error" and "media-empty-report" are one to us. */
static void reason_add(struct printer_status *status, const char *reason)
{
    static const char *const endings[] = {"-error", "-warning", "-report"};
    char *to;

    if (strcmp(reason, "none") == 0 || status->n_reasons == PRINTER_REASONS_MAX)
        return;
    to = status->reasons[status->n_reasons];
    snprintf(to, PRINTER_REASON_TEXT, "%s", reason);
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        const size_t n = strlen(to), m = strlen(endings[i]);

        if (n > m && strcmp(to + n - m, endings[i]) == 0)
            to[n - m] = '\0';
    }
    status->n_reasons++;
}

/* By any other policy cupsd prints again, or all at once after somebody resumes the queue. */
static bool policy_good(const char *policy)
{
    return strcmp(policy, "abort-job") == 0;
}

/* Behind the backend `once:` (drivers/cups). */
static bool device_once(const char *uri)
{
    return strncmp(uri, "once:", 5) == 0;
}

static void health_take(ipp_t *answer, struct printer_status *status)
{
    ipp_attribute_t *state = ippFindAttribute(answer, "printer-state", IPP_TAG_ENUM);
    ipp_attribute_t *reasons = ippFindAttribute(answer, "printer-state-reasons", IPP_TAG_KEYWORD);
    ipp_attribute_t *message = ippFindAttribute(answer, "printer-state-message", IPP_TAG_TEXT);
    ipp_attribute_t *takes = ippFindAttribute(answer, "printer-is-accepting-jobs", IPP_TAG_BOOLEAN);
    ipp_attribute_t *policy = ippFindAttribute(answer, "printer-error-policy", IPP_TAG_NAME);
    ipp_attribute_t *device = ippFindAttribute(answer, "device-uri", IPP_TAG_URI);
    const int now = state ? ippGetInteger(state, 0) : 0;
    const char *said;

    status->health = now == IPP_PSTATE_IDLE         ? PRINTER_IDLE
                     : now == IPP_PSTATE_PROCESSING ? PRINTER_BUSY
                     : now == IPP_PSTATE_STOPPED    ? PRINTER_STOPPED
                                                    : PRINTER_UNKNOWN;
    for (int i = 0; reasons && i < ippGetCount(reasons); i++)
        reason_add(status, ippGetString(reasons, i, NULL));
    if (takes && !ippGetBoolean(takes, 0)) {
        status->health = PRINTER_GONE;
        reason_add(status, "rejecting");
    }
    said = policy ? ippGetString(policy, 0, NULL) : NULL;
    if (said && !policy_good(said))
        reason_add(status, "error-policy");
    said = device ? ippGetString(device, 0, NULL) : NULL;
    if (said && !device_once(said))
        reason_add(status, "not-once");
    said = message ? ippGetString(message, 0, NULL) : NULL;
    snprintf(status->why, sizeof(status->why), "%s", said ? said : "");
}

static void queue_status(struct printer *p, struct printer_status *ret)
{
    static const char *const wanted[] = {"printer-state",         "printer-state-reasons",
                                         "printer-state-message", "printer-is-accepting-jobs",
                                         "printer-error-policy",  "device-uri"};
    ipp_t *request = request_new(p, IPP_OP_GET_PRINTER_ATTRIBUTES, 0), *answer;
    ipp_status_t status;

    *ret = (struct printer_status){.health = PRINTER_GONE};
    ippAddStrings(request, IPP_TAG_OPERATION, IPP_TAG_KEYWORD, "requested-attributes",
                  (int)(sizeof(wanted) / sizeof(wanted[0])), NULL, wanted);
    answer = asked(p, request, &status);
    if (answer) {
        health_take(answer, ret);
        ippDelete(answer);
        if (p->forgets)
            reason_add(ret, "job-history");
        return;
    }
    snprintf(ret->reasons[ret->n_reasons++], PRINTER_REASON_TEXT, "%s",
             status == IPP_STATUS_ERROR_NOT_FOUND ? "no-queue" : "no-cups");
    last_words(ret->why);
}

/* ---- sending ---- */

static void known_add(struct printer *p, const char *name, int id)
{
    struct known *to = &p->known[p->next++ % KNOWN_MAX];

    snprintf(to->name, sizeof(to->name), "%s", name);
    to->id = id;
}

static int known_id(const struct printer *p, const char *name)
{
    for (size_t i = 0; i < KNOWN_MAX; i++)
        if (p->known[i].id && strcmp(p->known[i].name, name) == 0)
            return p->known[i].id;
    return 0;
}

/* The document, whole or not at all. Only when the last byte was sent and the answer is lost does
 * nobody know. */
static int document_send(struct printer *p, int id, const struct printer_job *job)
{
    ipp_t *request = request_new(p, IPP_OP_SEND_DOCUMENT, id), *answer;
    const char *bytes = job->bytes;
    http_status_t status;
    size_t n = job->n;

    ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_NAME, "document-name", NULL, job->title);
    ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_MIMETYPE, "document-format", NULL,
                 CUPS_FORMAT_PDF);
    ippAddBoolean(request, IPP_TAG_OPERATION, "last-document", 1);
    status = cupsSendRequest(p->http, request, "/", CUPS_LENGTH_VARIABLE);
    ippDelete(request);
    while (status == HTTP_STATUS_CONTINUE && n > 0) {
        const size_t part = n < 65536 ? n : 65536;

        status = cupsWriteRequestData(p->http, bytes, part);
        bytes += part;
        n -= part;
    }
    if (status != HTTP_STATUS_CONTINUE)
        return -ECANCELED;
    answer = cupsGetResponse(p->http, "/");
    ippDelete(answer);
    return answer && cupsLastError() <= IPP_STATUS_OK_EVENTS_COMPLETE ? 0 : -EIO;
}

/* Its number; 0: there is none. */
static int job_create(struct printer *p, const struct printer_job *job)
{
    ipp_t *request = request_new(p, IPP_OP_CREATE_JOB, 0), *answer;
    char title[TITLE_TEXT];
    ipp_status_t status;
    int id = 0;

    snprintf(title, sizeof(title), "%.60s %.60s", job->title, job->name);
    ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_NAME, "job-name", NULL, title);
    answer = asked(p, request, &status);
    if (answer)
        id = ippGetInteger(ippFindAttribute(answer, "job-id", IPP_TAG_INTEGER), 0);
    ippDelete(answer);
    return id;
}

/* By the plain requests: the library's own way for a destination asks for all that the queue can
 * first, twice, which takes longer than the job. */
static int queue_send(struct printer *p, const struct printer_job *job, char why[PRINTER_WHY_TEXT])
{
    int r = -ECANCELED, id;

    why[0] = '\0';
    id = job_create(p, job);
    if (id) {
        known_add(p, job->name, id);
        r = document_send(p, id, job);
    }
    if (r < 0)
        last_words(why);
    if (r == -ECANCELED && id) {
        dropped(p);
        job_cancel(p, id);
    }
    if (r < 0)
        dropped(p);
    return r;
}

/* ---- what became of it ---- */

/* The newest of these jobs whose name ends with @name; 0: there is none, -errno: it cannot be
 * asked. */
static int job_among(struct printer *p, int which, const char *name)
{
    cups_job_t *jobs = NULL;
    int n, id = 0;

    if (!connected(p))
        return -EHOSTDOWN;
    n = cupsGetJobs2(p->http, &jobs, p->queue, 0, which);
    if (n < 0) {
        dropped(p);
        return -EHOSTDOWN;
    }
    for (int i = 0; i < n; i++) {
        const size_t title = strlen(jobs[i].title), wanted = strlen(name);

        if (title >= wanted && strcmp(jobs[i].title + title - wanted, name) == 0)
            id = jobs[i].id;
    }
    cupsFreeJobs(n, jobs);
    return id;
}

/* The same of all. Of all at once cupsd names the oldest, up to as many as it keeps: the newest may
 * not be among them. */
static int job_find(struct printer *p, const char *name)
{
    int id = known_id(p, name);

    if (!id)
        id = job_among(p, CUPS_WHICHJOBS_ACTIVE, name);
    if (!id)
        id = job_among(p, CUPS_WHICHJOBS_COMPLETED, name);
    return id;
}

static bool named(ipp_t *answer, const char *name)
{
    ipp_attribute_t *title = ippFindAttribute(answer, "job-name", IPP_TAG_NAME);
    const char *text = title ? ippGetString(title, 0, NULL) : NULL;
    const size_t n = text ? strlen(text) : 0, wanted = strlen(name);

    return text && n >= wanted && strcmp(text + n - wanted, name) == 0;
}

static int word_of(ipp_jstate_t state)
{
    switch (state) {
    case IPP_JSTATE_PENDING:
    case IPP_JSTATE_PROCESSING:
    case IPP_JSTATE_STOPPED:
        return PRINTER_JOB_ON;
    case IPP_JSTATE_COMPLETED:
        return PRINTER_JOB_DONE;
    default: /* held, cancelled, aborted */
        return PRINTER_JOB_BROKEN;
    }
}

/* What was given up must not come out later: one that somebody holds, or that lost its document in
 * a crash (whether before it was begun nobody knows), is taken out of the queue first. */
static int word_take(struct printer *p, int id, ipp_t *answer, char why[PRINTER_WHY_TEXT])
{
    ipp_attribute_t *found = ippFindAttribute(answer, "job-state", IPP_TAG_ENUM);
    ipp_attribute_t *documents = ippFindAttribute(answer, "number-of-documents", IPP_TAG_INTEGER);
    ipp_attribute_t *message = ippFindAttribute(answer, "job-printer-state-message", IPP_TAG_TEXT);
    const ipp_jstate_t state = found ? (ipp_jstate_t)ippGetInteger(found, 0) : IPP_JSTATE_ABORTED;
    const char *text = message ? ippGetString(message, 0, NULL) : NULL;
    const bool bare = state == IPP_JSTATE_PENDING && documents && !ippGetInteger(documents, 0);

    snprintf(why, PRINTER_WHY_TEXT, "%s", text ? text : "");
    if (state != IPP_JSTATE_HELD && !bare)
        return word_of(state);
    return job_cancel(p, id) ? (int)PRINTER_JOB_BROKEN : -EHOSTDOWN;
}

/* A job that was sent is not there. Has cupsd no job at all that is over, it keeps none. */
static int job_gone(struct printer *p)
{
    cups_job_t *jobs = NULL;
    int n = -1;

    if (connected(p))
        n = cupsGetJobs2(p->http, &jobs, NULL, 0, CUPS_WHICHJOBS_COMPLETED);
    if (n > 0)
        cupsFreeJobs(n, jobs);
    p->forgets = n == 0;
    return PRINTER_JOB_GONE;
}

static int queue_ask(struct printer *p, const char *name, char why[PRINTER_WHY_TEXT])
{
    const int id = job_find(p, name);
    ipp_status_t status;
    ipp_t *answer;
    int word;

    why[0] = '\0';
    if (id <= 0)
        return id < 0 ? id : job_gone(p);
    answer = asked(p, request_new(p, IPP_OP_GET_JOB_ATTRIBUTES, id), &status);
    if (!answer)
        return status == IPP_STATUS_ERROR_NOT_FOUND ? job_gone(p) : -EHOSTDOWN;
    word = named(answer, name) ? word_take(p, id, answer, why) : (int)PRINTER_JOB_GONE;
    ippDelete(answer);
    if (word == PRINTER_JOB_DONE)
        p->forgets = false;
    return word;
}

static int queue_cancel(struct printer *p, const char *name)
{
    const int id = job_find(p, name);

    if (id <= 0)
        return id < 0 ? id : -ENOENT;
    return job_cancel(p, id) ? 0 : -EIO;
}

/* ---- which queues there are ---- */

/* The attributes of one printer, from where it begins; leaves @answer at its end. */
static int queue_tell(ipp_t *answer, ipp_attribute_t **at,
                      int (*each)(void *arg, const struct printer_queue *queue), void *arg)
{
    struct printer_queue queue = {.name = "", .info = "", .device = ""};
    bool good = false;

    for (; *at && ippGetGroupTag(*at) == IPP_TAG_PRINTER; *at = ippNextAttribute(answer)) {
        const char *name = ippGetName(*at), *text = ippGetString(*at, 0, NULL);

        if (!name || !text)
            continue;
        if (strcmp(name, "printer-name") == 0)
            queue.name = text;
        else if (strcmp(name, "printer-info") == 0)
            queue.info = text;
        else if (strcmp(name, "printer-error-policy") == 0)
            good = policy_good(text);
        else if (strcmp(name, "device-uri") == 0)
            queue.device = text;
    }
    queue.safe = good && device_once(queue.device);
    return queue.name[0] ? each(arg, &queue) : 0;
}

static int queues_list(int (*each)(void *arg, const struct printer_queue *queue), void *arg)
{
    static const char *const wanted[] = {"printer-name", "printer-info", "printer-error-policy",
                                         "device-uri"};
    struct printer asking = {.http = connection_new(LIST_S)};
    ipp_t *request = ippNewRequest(IPP_OP_CUPS_GET_PRINTERS), *answer;
    ipp_attribute_t *at;
    ipp_status_t status;
    int r = 0;

    ippAddStrings(request, IPP_TAG_OPERATION, IPP_TAG_KEYWORD, "requested-attributes",
                  (int)(sizeof(wanted) / sizeof(wanted[0])), NULL, wanted);
    answer = asked(&asking, request, &status);
    if (!answer && status != IPP_STATUS_ERROR_NOT_FOUND) /* not found: it has none */
        r = -EHOSTDOWN;
    at = answer ? ippFirstAttribute(answer) : NULL;
    while (at && r == 0)
        if (ippGetGroupTag(at) == IPP_TAG_PRINTER)
            r = queue_tell(answer, &at, each, arg);
        else
            at = ippNextAttribute(answer);
    ippDelete(answer);
    dropped(&asking);
    return r;
}

const struct printer_driver printer_cups = {.name = "cups",
                                            .takes = PRINTER_TAKES_PDF,
                                            .has_queue = true,
                                            .open = queue_open,
                                            .close = queue_close,
                                            .status = queue_status,
                                            .send = queue_send,
                                            .ask = queue_ask,
                                            .cancel = queue_cancel,
                                            .list = queues_list,
                                            .gone_is_sure = false};
