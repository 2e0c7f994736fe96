/* ctl_printers.c - anchangctl printers: whether this machine's queues print nothing twice, and a
 * queue set so (drivers/cups; RS D4). CUPS's own files are read and never written: they are the
 * administrator's. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/ctl.h"
#include "drivers/printer.h"

enum { VALUE_TEXT = 64, URI_TEXT = 1024 };
static const char lpadmin[] = "/usr/sbin/lpadmin", once[] = "once:";

/* ---- what cupsd keeps ---- */

static bool is_no(const char *value)
{
    return strcasecmp(value, "no") == 0 || strcasecmp(value, "off") == 0 ||
           strcasecmp(value, "false") == 0;
}

static bool keeps(const char *value) /* PreserveJobHistory: yes, or so many seconds */
{
    return !is_no(value) && (value[0] < '0' || value[0] > '9' || strtol(value, NULL, 10) >= 3600);
}

static bool is_zero(const char *value)
{
    return value[0] && strspn(value, "0") == strlen(value);
}

static bool is_yes(const char *value)
{
    return strcasecmp(value, "yes") == 0 || strcasecmp(value, "on") == 0 ||
           strcasecmp(value, "true") == 0;
}

static const struct setting {
    const char *file, *key, *value, *unset; /* unset: what CUPS 2.4 takes when nothing is said */
    bool (*good)(const char *value);
    const char *why;
} settings[] = {
    {"cupsd.conf", "PreserveJobHistory", "Yes", "Yes", keeps,
     "or a job that is over cannot be asked after · 否则任务完成后无法查询"},
    {"cupsd.conf", "DirtyCleanInterval", "0", "30", is_zero,
     "or jobs of the last seconds are lost when the power goes · 否则断电会丢失刚提交的任务"},
    {"cups-files.conf", "SyncOnClose", "Yes", "No", is_yes, "or they are lost all the same · 同上"},
};

/* The last value that @in has of @key, or what stands in @value already. */
static void setting_read(FILE *in, const char *key, char value[VALUE_TEXT])
{
    const size_t n = strlen(key);
    char line[1024];

    while (fgets(line, sizeof(line), in)) {
        const char *at = line + strspn(line, " \t");

        if (strncasecmp(at, key, n) != 0 || !strchr(" \t", at[n]))
            continue;
        at += n + strspn(at + n, " \t");
        snprintf(value, VALUE_TEXT, "%.*s", (int)strcspn(at, " \t\r\n"), at);
    }
}

/* Whether it is as it should be; says so when it is not. */
static bool setting_check(struct ctl *c, const struct setting *s)
{
    const char *folder = getenv("CUPS_SERVERROOT");
    char path[PATH_MAX], value[VALUE_TEXT];
    FILE *in = NULL;
    int fd;

    snprintf(path, sizeof(path), "%s/%s", folder ? folder : "/etc/cups", s->file);
    snprintf(value, sizeof(value), "%s", s->unset);
    fd = ctl_open(c, path);
    if (fd >= 0)
        in = fdopen(fd, "r");
    if (!in) {
        printf("?  %s cannot be read (%s): see that it has %s %s, %s\n", path,
               strerror(fd < 0 ? -fd : errno), s->key, s->value, s->why);
        if (fd >= 0)
            close(fd);
        return false;
    }
    setting_read(in, s->key, value);
    fclose(in);
    if (s->good(value))
        return true;
    printf("!  %s: put in %s %s, %s\n", path, s->key, s->value, s->why);
    return false;
}

/* ---- the queues ---- */

static int queue_check(void *arg, const struct printer_queue *queue)
{
    bool *good = arg;

    if (queue->safe)
        printf("ok %s  %s\n", queue->name, queue->info);
    else
        printf("!  %s  may print twice · 可能重复打印: anchangctl printers setup %s\n", queue->name,
               queue->name);
    *good = *good && queue->safe;
    return 0;
}

static int check(struct ctl *c)
{
    bool good = true, settled = true;
    int r = printer_cups.list(queue_check, &good);

    if (r < 0)
        printf("!  CUPS does not answer · 打印服务没有运行: %s\n", strerror(-r));
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
        settled = setting_check(c, &settings[i]) && settled;
    if (!settled)
        puts("   then: systemctl restart cups");
    return r == 0 && good && settled ? 0 : -EREMOTEIO;
}

/* ---- one queue ---- */

struct wanted {
    const char *name;
    char device[URI_TEXT];
};

static int device_take(void *arg, const struct printer_queue *queue)
{
    struct wanted *w = arg;

    if (strcmp(queue->name, w->name) == 0)
        snprintf(w->device, sizeof(w->device), "%s", queue->device);
    return 0;
}

/* Runs lpadmin as who called; what is wrong it tells itself. */
static int lpadmin_run(const char *const argv[])
{
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        if (seteuid(getuid()) < 0 || setegid(getgid()) < 0)
            _exit(126);
        execv(lpadmin, (char *const *)argv);
        fprintf(stderr, "anchangctl: %s: %s\n", lpadmin, strerror(errno));
        _exit(127);
    }
    if (pid < 0)
        return -errno;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -errno;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EREMOTEIO;
}

static int once_set(const char *name, const char *device)
{
    char uri[URI_TEXT + sizeof(once)];
    const char *argv[] = {lpadmin, "-p", name, "-v", uri, "-o", "printer-error-policy=abort-job",
                          "-E",    NULL};

    snprintf(uri, sizeof(uri), "%s%s", once, device);
    return lpadmin_run(argv);
}

/* A printer that prints by IPP without a driver is asked by lpadmin what it can, which must see its
 * own address for that. */
static int everywhere_make(const char *name, const char *device)
{
    const char *argv[] = {lpadmin, "-p", name, "-v", device, "-m", "everywhere", NULL};

    return lpadmin_run(argv);
}

static int setup(struct ctl *c)
{
    const char *device = ctl_option(c, "device");
    struct wanted w = {.name = ctl_word(c, 1)};
    int r;

    if (!w.name || w.name[0] == '-' || (device && strncmp(device, once, sizeof(once) - 1) == 0))
        return -EINVAL;
    r = device ? 0 : printer_cups.list(device_take, &w);
    if (r < 0 || (!device && !w.device[0])) {
        fprintf(stderr, "anchangctl: %s: %s\n", w.name,
                r < 0 ? "CUPS does not answer" : "there is no such queue; name its --device");
        return -EREMOTEIO;
    }
    if (!device)
        device =
            strncmp(w.device, once, sizeof(once) - 1) == 0 ? w.device + sizeof(once) - 1 : w.device;
    else if (strncmp(device, "ipp://", 6) == 0 || strncmp(device, "ipps://", 7) == 0)
        r = everywhere_make(w.name, device);
    if (r == 0)
        r = once_set(w.name, device);
    return r < 0 ? r : check(c);
}

int ctl_printers(struct ctl *c)
{
    const char *what = ctl_word(c, 0);

    if (what && strcmp(what, "check") == 0 && !ctl_word(c, 1))
        return check(c);
    if (what && strcmp(what, "setup") == 0)
        return setup(c);
    return -EINVAL;
}
