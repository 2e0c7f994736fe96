/* printer_cups.c - a queue of CUPS, by its name (UP 4.2, DA 4.1).
 *
 * Submitted through the destination API: the job is created, then its document is sent; a job
 * without a whole document is never printed, so that what fails before the last byte was for sure
 * not handed over. A job is known by the name it was created with, never by its number, which cupsd
 * gives again after a crash. "completed" is no more than: CUPS is done with it.
 */
#include <cups/cups.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/printer.h"

enum { CONNECT_MS = 5000, ANSWER_S = 15, QUEUE_TEXT = 128, TITLE_TEXT = 128, KNOWN_MAX = 16 };

struct known {
    char name[64];
    int id;
};

struct printer {
    char queue[QUEUE_TEXT];
    http_t *http;
    struct known known[KNOWN_MAX]; /* numbers of jobs that were sent lately, by name */
    size_t next;
};

/* ---- the connection ---- */

/* One that waits too long is given up: the caller's deadline. */
static int waited(http_t *http, void *arg)
{
    (void)http, (void)arg;
    return 0;
}

static http_t *connected(struct printer *p)
{
    if (p->http)
        return p->http;
    p->http = httpConnect2(cupsServer(), ippPort(), NULL, AF_UNSPEC, cupsEncryption(), 1,
                           CONNECT_MS, NULL);
    if (p->http)
        httpSetTimeout(p->http, ANSWER_S, waited, NULL);
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

static void health_take(ipp_t *answer, struct printer_status *status)
{
    ipp_attribute_t *state = ippFindAttribute(answer, "printer-state", IPP_TAG_ENUM);
    ipp_attribute_t *reasons = ippFindAttribute(answer, "printer-state-reasons", IPP_TAG_KEYWORD);
    ipp_attribute_t *message = ippFindAttribute(answer, "printer-state-message", IPP_TAG_TEXT);
    ipp_attribute_t *takes = ippFindAttribute(answer, "printer-is-accepting-jobs", IPP_TAG_BOOLEAN);
    ipp_attribute_t *policy = ippFindAttribute(answer, "printer-error-policy", IPP_TAG_NAME);
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
    /* Any other policy prints again, or all at once after somebody resumes the queue. */
    said = policy ? ippGetString(policy, 0, NULL) : NULL;
    if (said && strcmp(said, "abort-job") != 0)
        reason_add(status, "error-policy");
    said = message ? ippGetString(message, 0, NULL) : NULL;
    snprintf(status->why, sizeof(status->why), "%s", said ? said : "");
}

static void queue_status(struct printer *p, struct printer_status *ret)
{
    static const char *const wanted[] = {"printer-state", "printer-state-reasons",
                                         "printer-state-message", "printer-is-accepting-jobs",
                                         "printer-error-policy"};
    ipp_t *request = request_new(p, IPP_OP_GET_PRINTER_ATTRIBUTES, 0), *answer;
    ipp_status_t status;

    *ret = (struct printer_status){.health = PRINTER_GONE};
    ippAddStrings(request, IPP_TAG_OPERATION, IPP_TAG_KEYWORD, "requested-attributes",
                  (int)(sizeof(wanted) / sizeof(wanted[0])), NULL, wanted);
    answer = asked(p, request, &status);
    if (answer) {
        health_take(answer, ret);
        ippDelete(answer);
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
static int document_send(struct printer *p, cups_dest_t *dest, cups_dinfo_t *info, int id,
                         const struct printer_job *job)
{
    const char *bytes = job->bytes;
    size_t n = job->n;

    if (cupsStartDestDocument(p->http, dest, info, id, job->title, CUPS_FORMAT_PDF, 0, NULL, 1) !=
        HTTP_STATUS_CONTINUE)
        return -ECANCELED;
    while (n > 0) {
        const size_t part = n < 65536 ? n : 65536;

        if (cupsWriteRequestData(p->http, bytes, part) != HTTP_STATUS_CONTINUE)
            return -ECANCELED;
        bytes += part;
        n -= part;
    }
    return cupsFinishDestDocument(p->http, dest, info) <= IPP_STATUS_OK_EVENTS_COMPLETE ? 0 : -EIO;
}

static int job_create(struct printer *p, cups_dest_t *dest, const struct printer_job *job,
                      char why[PRINTER_WHY_TEXT])
{
    cups_dinfo_t *info = cupsCopyDestInfo(p->http, dest);
    char title[TITLE_TEXT];
    int id = 0, r = -ECANCELED;

    snprintf(title, sizeof(title), "%.60s %.60s", job->title, job->name);
    if (info && cupsCreateDestJob(p->http, dest, info, &id, title, 0, NULL) <=
                    IPP_STATUS_OK_EVENTS_COMPLETE) {
        known_add(p, job->name, id);
        r = document_send(p, dest, info, id, job);
    }
    if (r < 0)
        last_words(why);
    if (r == -ECANCELED && id)
        cupsCancelDestJob(p->http, dest, id);
    if (info)
        cupsFreeDestInfo(info);
    return r;
}

static int queue_send(struct printer *p, const struct printer_job *job, char why[PRINTER_WHY_TEXT])
{
    cups_dest_t *dest;
    int r = -ECANCELED;

    why[0] = '\0';
    if (!connected(p)) {
        last_words(why);
        return -ECANCELED;
    }
    dest = cupsGetNamedDest(p->http, p->queue, NULL);
    if (dest) {
        r = job_create(p, dest, job, why);
        cupsFreeDests(1, dest);
    } else {
        last_words(why);
    }
    if (r < 0)
        dropped(p);
    return r;
}

/* ---- what became of it ---- */

/* The newest job whose name ends with @name; 0: there is none, -errno: it cannot be asked. */
static int job_find(struct printer *p, const char *name)
{
    cups_job_t *jobs = NULL;
    int n, id = known_id(p, name);

    if (id)
        return id;
    if (!connected(p))
        return -EHOSTDOWN;
    n = cupsGetJobs2(p->http, &jobs, p->queue, 0, CUPS_WHICHJOBS_ALL);
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

static bool named(ipp_t *answer, const char *name)
{
    ipp_attribute_t *title = ippFindAttribute(answer, "job-name", IPP_TAG_NAME);
    const char *text = title ? ippGetString(title, 0, NULL) : NULL;
    const size_t n = text ? strlen(text) : 0, wanted = strlen(name);

    return n >= wanted && strcmp(text + n - wanted, name) == 0;
}

static int word_take(ipp_t *answer, char why[PRINTER_WHY_TEXT])
{
    ipp_attribute_t *state = ippFindAttribute(answer, "job-state", IPP_TAG_ENUM);
    ipp_attribute_t *message = ippFindAttribute(answer, "job-printer-state-message", IPP_TAG_TEXT);
    const char *text = message ? ippGetString(message, 0, NULL) : NULL;

    snprintf(why, PRINTER_WHY_TEXT, "%s", text ? text : "");
    switch (state ? ippGetInteger(state, 0) : 0) {
    case IPP_JSTATE_PENDING:
    case IPP_JSTATE_PROCESSING:
    case IPP_JSTATE_STOPPED:
        return PRINTER_JOB_ON;
    case IPP_JSTATE_COMPLETED:
        return PRINTER_JOB_DONE;
    default: /* held by the backend that saw it before; cancelled, aborted */
        return PRINTER_JOB_BROKEN;
    }
}

static int queue_ask(struct printer *p, const char *name, char why[PRINTER_WHY_TEXT])
{
    const int id = job_find(p, name);
    ipp_status_t status;
    ipp_t *answer;
    int word;

    why[0] = '\0';
    if (id <= 0)
        return id < 0 ? id : (int)PRINTER_JOB_GONE;
    answer = asked(p, request_new(p, IPP_OP_GET_JOB_ATTRIBUTES, id), &status);
    if (!answer)
        return status == IPP_STATUS_ERROR_NOT_FOUND ? (int)PRINTER_JOB_GONE : -EHOSTDOWN;
    word = named(answer, name) ? word_take(answer, why) : (int)PRINTER_JOB_GONE;
    ippDelete(answer);
    return word;
}

static int queue_cancel(struct printer *p, const char *name)
{
    const int id = job_find(p, name);
    ipp_status_t status;
    ipp_t *answer;

    if (id <= 0)
        return id < 0 ? id : -ENOENT;
    answer = asked(p, request_new(p, IPP_OP_CANCEL_JOB, id), &status);
    if (!answer)
        return -EIO;
    ippDelete(answer);
    return 0;
}

const struct printer_driver printer_cups = {.name = "cups",
                                            .takes = PRINTER_TAKES_PDF,
                                            .queues = true,
                                            .open = queue_open,
                                            .close = queue_close,
                                            .status = queue_status,
                                            .send = queue_send,
                                            .ask = queue_ask,
                                            .cancel = queue_cancel,
                                            .gone_is_sure = false};
