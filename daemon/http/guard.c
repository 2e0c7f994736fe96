/* guard.c - see guard.h. */
#include "daemon/http/guard.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/http/text.h"
#include "daemon/nfc.h"

static int malformed(struct fault *f, const char *reason)
{
    return fault_set(f, FAULT_REQUEST_MALFORMED, "reason", reason, NULL);
}

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

/* ---- the names we are reached by ---- */

static int config_take(struct guard_config *config, const char *text)
{
    char *copy;

    for (size_t i = 0; i < config->n_hosts; i++)
        if (!strcmp(config->hosts[i], text))
            return 0;
    if (config->n_hosts == GUARD_HOSTS_MAX)
        return -E2BIG;
    copy = strdup(text);
    if (!copy)
        return -ENOMEM;
    config->hosts[config->n_hosts++] = copy;
    return 0;
}

int guard_config_add(struct guard_config *config, const char *name, unsigned port)
{
    const char *colon = strchr(name, ':');
    bool v6 = colon && name[0] != '[' && strchr(colon + 1, ':');
    char host[256], text[272];
    int r;

    snprintf(host, sizeof(host), v6 ? "[%s]" : "%s", name);
    if (!name[0] || strlen(name) > 250)
        return -EINVAL;
    for (char *p = host; *p; p++) {
        *p = (char)tolower((unsigned char)*p);
        if (!is_alnum(*p) && !one_of(*p, ".-:[]"))
            return -EINVAL;
    }
    if (!v6 && colon && name[0] != '[')
        return config_take(config, host);
    if (name[0] == '[' && name[strlen(name) - 1] != ']')
        return config_take(config, host);
    if (port == (config->tls ? 443 : 80)) {
        r = config_take(config, host);
        if (r < 0)
            return r;
    }
    snprintf(text, sizeof(text), "%s:%u", host, port);
    return config_take(config, text);
}

void guard_config_clear(struct guard_config *config)
{
    for (size_t i = 0; i < config->n_hosts; i++)
        free(config->hosts[i]);
    config->n_hosts = 0;
}

/* ---- the bytes of the head ---- */

bool guard_raw_ok(const struct guard_request *rq, const char *raw_uri, size_t head_size)
{
    const char *at; /* where the next part must start */

    if (rq->method + strlen(rq->method) + 1 != raw_uri || raw_uri + rq->n_uri + 1 != rq->version)
        return false;
    at = rq->version + strlen(rq->version) + 2;
    for (size_t i = 0; i < rq->n_headers; i++) {
        const struct guard_header *h = &rq->headers[i];
        const char *after_name = at + h->n_name + 1;

        if (h->name != at)
            return false;
        /* Blanks between colon and value are the parser's to skip, nothing else may be there. */
        if (h->value < after_name || (size_t)(h->value - rq->method) > head_size)
            return false;
        for (const char *p = after_name; p < h->value; p++)
            if (*p != ' ' && *p != '\t')
                return false;
        at = h->value + h->n_value + 2;
    }
    return (size_t)(at + 2 - rq->method) == head_size;
}

/* ---- line, headers ---- */

enum { PATH = 1, QUERY = 2, TOKEN = 4, EVERY = PATH | QUERY | TOKEN, STEP = 8 };

/* Where a character may stand: each of a request is looked up, so it is a table. */
static const uint8_t classes[256] = {
    ['0' ... '9'] = EVERY, ['A' ... 'Z'] = EVERY,
    ['a' ... 'z'] = EVERY, ['_'] = EVERY,
    ['.'] = EVERY | STEP,  ['~'] = EVERY,
    ['-'] = EVERY,         ['/'] = PATH | QUERY | STEP,
    ['!'] = QUERY | TOKEN, ['%'] = QUERY | TOKEN,
    ['&'] = QUERY | TOKEN, ['\''] = QUERY | TOKEN,
    ['*'] = QUERY | TOKEN, ['+'] = QUERY | TOKEN,
    ['='] = QUERY,         [','] = QUERY,
    [':'] = QUERY,         [';'] = QUERY,
    ['@'] = QUERY,         ['('] = QUERY,
    [')'] = QUERY,         ['#'] = TOKEN,
    ['$'] = TOKEN,         ['^'] = TOKEN,
    ['`'] = TOKEN,         ['|'] = TOKEN,
};

static bool is_class(char c, int class)
{
    return (classes[(unsigned char)c] & class) != 0;
}

/* The slash or dot at @uri[@at] does not end "//", ".." or "/./". */
static bool step_ok(const char *uri, size_t at)
{
    char before = at > 0 ? uri[at - 1] : '\0';

    return uri[at] != before && !(uri[at] == '/' && before == '.' && at >= 2 && uri[at - 2] == '/');
}

static int check_line(const struct guard_request *rq, struct guard_seen *seen, struct fault *f)
{
    static const char *const methods[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};
    size_t i, path;

    for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
        if (!strcmp(rq->method, methods[i]))
            break;
    if (i == sizeof(methods) / sizeof(methods[0]))
        return fault_set(f, FAULT_METHOD, "method", "?", NULL);
    seen->write = i >= 2;
    if (strcmp(rq->version, "HTTP/1.1") != 0)
        return malformed(f, "version");
    if (rq->n_uri > GUARD_URL_MAX)
        return fault_set(f, FAULT_URI_TOO_LONG, NULL);
    if (rq->n_uri == 0 || rq->uri[0] != '/')
        return malformed(f, "url-form");
    for (path = 0; path < rq->n_uri && is_class(rq->uri[path], PATH); path++)
        if (is_class(rq->uri[path], STEP) && !step_ok(rq->uri, path))
            return malformed(f, "url-path");
    if (path < rq->n_uri && rq->uri[path] != '?')
        return malformed(f, "url-char");
    seen->n_path = path;
    for (i = path + 1; i < rq->n_uri; i++)
        if (!is_class(rq->uri[i], QUERY))
            return malformed(f, "query-char");
    return 0;
}

/* None of the eight bytes at @p is below the blank or DEL: all of them in a few steps, for most of
 * a head is values. A byte is below 0x20 when taking that away borrows from its top bit, and DEL
 * when nothing is left of it without the bits of DEL. */
static bool plain_eight(const char *p)
{
    const uint64_t each = 0x0101010101010101;
    uint64_t w;

    memcpy(&w, p, sizeof(w));
    return (((w - each * 0x20) | ((w ^ each * 0x7f) - each)) & ~w & each * 0x80) == 0;
}

static int check_header_text(const struct guard_header *h, struct fault *f)
{
    /* With the loops below: the lengths are the texts' own, no NUL before and one there. */
    if (h->n_name == 0 || h->name[h->n_name] || h->value[h->n_value])
        return malformed(f, "header-nul");
    for (size_t i = 0; i < h->n_name; i++)
        if (!is_class(h->name[i], TOKEN))
            return malformed(f, h->name[i] ? "header-name" : "header-nul");
    for (size_t i = 0; i < h->n_value; i++) {
        unsigned char c;

        while (h->n_value - i > 8 && plain_eight(h->value + i))
            i += 8;
        c = (unsigned char)h->value[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return malformed(f, c ? "header-value" : "header-nul");
    }
    if (h->n_value > 0 && one_of(h->value[h->n_value - 1], " \t"))
        return malformed(f, "header-blank");
    return 0;
}

static int parse_length(const char *text, int64_t *ret_length)
{
    int64_t n = 0;
    size_t i;

    for (i = 0; text[i]; i++) {
        if (text[i] < '0' || text[i] > '9' || i >= 18)
            return -EINVAL;
        n = n * 10 + (text[i] - '0');
    }
    if (i == 0)
        return -EINVAL;
    *ret_length = n;
    return 0;
}

/* The headers that mean something here. */
enum header {
    HOST,
    COOKIE,
    ACCEPT_ENCODING,
    ACCEPT_LANGUAGE,
    IF_NONE_MATCH,
    FETCH_SITE,
    ORIGIN,
    CONTENT_TYPE,
    CONTENT_LENGTH,
    TRANSFER_ENCODING,
    IF_MATCH,
    LAST_EVENT_ID,
    IDEMPOTENCY_KEY,
    X_ANCHANG,
    EXPECT,
    HEADERS_KNOWN
};

#define NAME(text)                                                                                 \
    {                                                                                              \
        text, sizeof(text) - 1                                                                     \
    }
static const struct {
    const char *text; /* lower case */
    size_t n;
} names[HEADERS_KNOWN] = {
    [HOST] = NAME("host"),
    [COOKIE] = NAME("cookie"),
    [ACCEPT_ENCODING] = NAME("accept-encoding"),
    [ACCEPT_LANGUAGE] = NAME("accept-language"),
    [IF_NONE_MATCH] = NAME("if-none-match"),
    [FETCH_SITE] = NAME("sec-fetch-site"),
    [ORIGIN] = NAME("origin"),
    [CONTENT_TYPE] = NAME("content-type"),
    [CONTENT_LENGTH] = NAME("content-length"),
    [TRANSFER_ENCODING] = NAME("transfer-encoding"),
    [IF_MATCH] = NAME("if-match"),
    [LAST_EVENT_ID] = NAME("last-event-id"),
    [IDEMPOTENCY_KEY] = NAME("idempotency-key"),
    [X_ANCHANG] = NAME("x-anchang"),
    [EXPECT] = NAME("expect"),
};
#undef NAME

/* What it says goes to @said. Each may come once only: which of two is believed differs from
 * program to program. */
static int take_header(const struct guard_header *h, const char *said[HEADERS_KNOWN],
                       struct fault *f)
{
    for (size_t i = 0; i < HEADERS_KNOWN; i++) {
        /* Length and first letter spare most comparisons. */
        if (h->n_name != names[i].n || (h->name[0] | 0x20) != names[i].text[0] ||
            strcasecmp(h->name, names[i].text) != 0)
            continue;
        if (said[i])
            return malformed(f, "header-twice");
        said[i] = h->value;
        break;
    }
    return 0;
}

static int check_framing(const char *te, const char *length, const char *expect,
                         struct guard_seen *seen, struct fault *f)
{
    if (te && length)
        return malformed(f, "length-and-chunked");
    if (te && strcasecmp(te, "chunked") != 0)
        return malformed(f, "transfer-encoding");
    seen->chunked = te != NULL;
    seen->content_length = -1;
    if (length && parse_length(length, &seen->content_length) < 0)
        return malformed(f, "content-length");
    if (!seen->write && (seen->chunked || seen->content_length > 0))
        return malformed(f, "body");
    if (expect && strcasecmp(expect, "100-continue") != 0)
        return malformed(f, "expect");
    return 0;
}

static int check_host(const struct guard_config *config, const struct guard_seen *seen,
                      struct fault *f)
{
    if (!seen->host)
        return malformed(f, "host");
    for (size_t i = 0; i < config->n_hosts; i++)
        if (!strcasecmp(config->hosts[i], seen->host))
            return 0;
    return fault_set(f, FAULT_HOST, NULL);
}

/* Same origin: the scheme of this listener and the very Host of this request. */
static bool origin_own(const struct guard_config *config, const struct guard_seen *seen)
{
    const char *scheme = config->tls ? "https://" : "http://";
    size_t n = strlen(scheme);

    return !strncmp(seen->origin, scheme, n) && seen->host &&
           !strcasecmp(seen->origin + n, seen->host);
}

int guard_check_origin(const struct guard_config *config, const struct guard_seen *seen, bool api,
                       struct fault *f)
{
    const char *site = seen->fetch_site;

    if (seen->write) {
        /* A page of another site can send neither this header nor its own Origin as ours; a program
         * that is no browser sends the header alone. */
        if (!seen->anchang || (site && strcmp(site, "same-origin") != 0) ||
            (seen->origin && !origin_own(config, seen)))
            return fault_set(f, FAULT_ORIGIN, NULL);
        return 0;
    }
    if (!api)
        return 0;
    /* "same-site" is another port of this machine: not us. "none" is a person typing the address.
     */
    if ((site && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0) ||
        (seen->origin && !origin_own(config, seen)))
        return fault_set(f, FAULT_ORIGIN, NULL);
    return 0;
}

int guard_check(const struct guard_config *config, const struct guard_request *request,
                struct guard_seen *ret_seen, struct fault *f)
{
    const char *said[HEADERS_KNOWN] = {NULL};
    struct guard_seen seen = {.content_length = -1};
    size_t bytes = 0;
    bool api;
    int r;

    r = check_line(request, &seen, f);
    if (r < 0)
        return r;
    if (request->n_headers > GUARD_HEADERS_MAX)
        return malformed(f, "header-count");
    for (size_t i = 0; i < request->n_headers; i++) {
        bytes += request->headers[i].n_name + request->headers[i].n_value;
        if (bytes > GUARD_HEADER_BYTES)
            return malformed(f, "header-size");
        r = check_header_text(&request->headers[i], f);
        if (r < 0)
            return r;
        r = take_header(&request->headers[i], said, f);
        if (r < 0)
            return r;
    }
    r = check_framing(said[TRANSFER_ENCODING], said[CONTENT_LENGTH], said[EXPECT], &seen, f);
    if (r < 0)
        return r;
    seen.host = said[HOST];
    seen.origin = said[ORIGIN];
    seen.fetch_site = said[FETCH_SITE];
    seen.content_type = said[CONTENT_TYPE];
    seen.cookie = said[COOKIE];
    seen.language = said[ACCEPT_LANGUAGE];
    seen.accept_encoding = said[ACCEPT_ENCODING];
    seen.if_none_match = said[IF_NONE_MATCH];
    seen.if_match = said[IF_MATCH];
    seen.last_event_id = said[LAST_EVENT_ID];
    seen.idempotency_key = said[IDEMPOTENCY_KEY];
    seen.anchang = said[X_ANCHANG] && !strcmp(said[X_ANCHANG], "1");
    r = check_host(config, &seen, f);
    if (r < 0)
        return r;
    api = seen.n_path >= 5 && !strncmp(request->uri, "/api/", 5);
    r = guard_check_origin(config, &seen, api, f);
    if (r < 0)
        return r;
    *ret_seen = seen;
    return 0;
}

/* ---- query ---- */

static int hex_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* In place. The length, or -EINVAL. */
static ssize_t percent_decode(char *text)
{
    char *out = text;

    for (const char *p = text; *p; p++) {
        if (*p == '%') {
            int high = hex_of(p[1]), low = high < 0 ? -1 : hex_of(p[2]);

            if (low < 0 || (high | low) == 0)
                return -EINVAL;
            *out++ = (char)(high << 4 | low);
            p += 2;
        } else {
            *out++ = *p == '+' ? ' ' : *p;
        }
    }
    *out = '\0';
    return out - text;
}

/* A value decoded in place and in the one form of texts (nfc.h). That is never longer than what was
 * sent: a character grows threefold at most, and came as three bytes for each of its own. */
static int value_decode(char *value)
{
    const size_t room = strlen(value);
    const ssize_t n = percent_decode(value);
    char *made;
    int r = 0;

    if (n < 0 || !text_allowed(value, (size_t)n, NULL))
        return -EINVAL;
    made = nfc_of(value, (size_t)n);
    if (made && strlen(made) <= room)
        memcpy(value, made, strlen(made) + 1);
    else if (made)
        r = -EINVAL;
    free(made);
    return r;
}

static bool param_name_ok(const char *name)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");

    return n > 0 && n <= 64 && name[n] == '\0';
}

int guard_query(char *query, struct guard_param *params, size_t *ret_n, struct fault *f)
{
    size_t n = 0;

    for (char *p = query, *next; p && *p; p = next) {
        char *equals, *amp = strchr(p, '&');
        const char *value = "";

        next = NULL;
        if (amp) {
            *amp = '\0';
            next = amp + 1;
        }
        if (*p == '\0')
            continue;
        equals = strchr(p, '=');
        if (equals) {
            *equals = '\0';
            if (value_decode(equals + 1) < 0)
                return malformed(f, "query-escape");
            value = equals + 1;
        }
        if (percent_decode(p) < 0 || !param_name_ok(p))
            return malformed(f, "query-name");
        for (size_t i = 0; i < n; i++)
            if (!strcmp(params[i].name, p))
                return malformed(f, "query-twice");
        if (n == GUARD_QUERY_MAX)
            return malformed(f, "query-count");
        params[n++] = (struct guard_param){p, value};
    }
    *ret_n = n;
    return 0;
}

bool guard_content_type(const char *type, const char *want)
{
    size_t n = strlen(want);

    if (!type || strncasecmp(type, want, n) != 0)
        return false;
    type += n;
    if (*type == '\0')
        return true;
    if (strcmp(want, "application/json") != 0)
        return false;
    while (*type == ' ')
        type++;
    if (*type++ != ';')
        return false;
    while (*type == ' ')
        type++;
    return !strcasecmp(type, "charset=utf-8");
}
