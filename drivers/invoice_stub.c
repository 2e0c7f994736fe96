/* invoice_stub.c - plays a tax platform in a folder, for tests and the demonstration (演示).
 *
 * What it has heard of is a file of the request's name with one line: "issued NUMBER DAY",
 * "refused WORDS" or "waits". The file "mode" says how it behaves: "issue" (also when there is no
 * file), "slow" (it has the request and issues it when it is asked later), "refuse", "lose" (it
 * issues, and its reply is lost), "hang" (the same, at the deadline), "down". Its numbers begin
 * with eight zeros: no invoice does.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "drivers/invoice.h"

extern const struct invoice_driver invoice_stub;

enum { PATH_TEXT = 700, LINE_TEXT = 400 };

struct invoice_link {
    char folder[512];
};

static int stub_open(const char *target, struct invoice_link **ret_link)
{
    struct invoice_link *link = calloc(1, sizeof(*link));

    if (!link)
        return -ENOMEM;
    snprintf(link->folder, sizeof(link->folder), "%s", target);
    *ret_link = link;
    return 0;
}

static void stub_close(struct invoice_link *link)
{
    free(link);
}

/* The first line of a file; "" when there is none. */
static int line_read(const struct invoice_link *link, const char *name, char out[LINE_TEXT])
{
    char path[PATH_TEXT];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", link->folder, name);
    out[0] = '\0';
    file = fopen(path, "re");
    if (!file)
        return errno == ENOENT ? 0 : -errno;
    if (fgets(out, LINE_TEXT, file))
        out[strcspn(out, "\n")] = '\0';
    fclose(file);
    return 0;
}

static int line_write(const struct invoice_link *link, const char *name, const char *line)
{
    char path[PATH_TEXT];
    FILE *file;
    int r;

    snprintf(path, sizeof(path), "%s/%s", link->folder, name);
    file = fopen(path, "we");
    if (!file)
        return -errno;
    r = fprintf(file, "%s\n", line) < 0 ? -EIO : 0;
    return fclose(file) == 0 ? r : -EIO;
}

/* "00000000" and twelve digits of the name. */
static void issued_line(const char *name, char out[LINE_TEXT])
{
    uint64_t mix = 1469598103934665603U;
    time_t now = time(NULL);
    struct tm day;

    for (; *name; name++)
        mix = (mix ^ (unsigned char)*name) * 1099511628211U;
    localtime_r(&now, &day);
    snprintf(out, LINE_TEXT, "issued 00000000%012llu %04d-%02d-%02d",
             (unsigned long long)(mix % 1000000000000U), day.tm_year + 1900, day.tm_mon + 1,
             day.tm_mday);
}

static int line_said(const char *line, struct invoice_said *ret)
{
    struct invoice_said said = {.answer = INVOICE_ANSWER_WAITS};

    if (strncmp(line, "issued ", 7) == 0 && strlen(line) == 7 + INVOICE_SAID_NUMBER + 11) {
        said.answer = INVOICE_ANSWER_ISSUED;
        snprintf(said.number, sizeof(said.number), "%.*s", INVOICE_SAID_NUMBER, line + 7);
        snprintf(said.day, sizeof(said.day), "%.10s", line + 7 + INVOICE_SAID_NUMBER + 1);
    } else if (strncmp(line, "refused ", 8) == 0) {
        said.answer = INVOICE_ANSWER_REFUSED;
        snprintf(said.words, sizeof(said.words), "%s", line + 8);
    } else if (!line[0]) {
        said.answer = INVOICE_ANSWER_UNHEARD;
    }
    *ret = said;
    return 0;
}

static int stub_submit(struct invoice_link *link, const struct invoice_wish *wish, int deadline_ms,
                       struct invoice_said *ret_said)
{
    char mode[LINE_TEXT], line[LINE_TEXT];
    int r = line_read(link, "mode", mode);

    if (r == 0 && strcmp(mode, "down") == 0)
        return -ECONNREFUSED;
    if (r == 0)
        r = line_read(link, wish->name, line);
    if (r < 0)
        return r;
    if (line[0]) /* the same once more is the same invoice */
        return line_said(line, ret_said);
    issued_line(wish->name, line);
    if (strcmp(mode, "refuse") == 0)
        snprintf(line, sizeof(line), "refused 演示：购买方税号不存在");
    if (strcmp(mode, "slow") == 0)
        snprintf(line, sizeof(line), "waits");
    r = line_write(link, wish->name, line);
    if (r < 0)
        return r;
    if (strcmp(mode, "hang") == 0)
        poll(NULL, 0, deadline_ms); /* the reply does not come */
    if (strcmp(mode, "hang") == 0 || strcmp(mode, "lose") == 0)
        return -ETIMEDOUT;
    return line_said(line, ret_said);
}

static int stub_ask(struct invoice_link *link, const char *name, int deadline_ms,
                    struct invoice_said *ret_said)
{
    char mode[LINE_TEXT], line[LINE_TEXT];
    int r = line_read(link, "mode", mode);

    (void)deadline_ms;
    if (r == 0 && strcmp(mode, "down") == 0)
        return -ECONNREFUSED;
    if (r == 0)
        r = line_read(link, name, line);
    if (r == 0 && strcmp(line, "waits") == 0 && strcmp(mode, "slow") != 0) {
        issued_line(name, line);
        r = line_write(link, name, line);
    }
    return r < 0 ? r : line_said(line, ret_said);
}

const struct invoice_driver invoice_stub = {
    .name = "stub",
    .demo = true,
    .open = stub_open,
    .submit = stub_submit,
    .ask = stub_ask,
    .close = stub_close,
};
